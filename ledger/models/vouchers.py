"""Posted vouchers and their lines: append-only, written together by one statement.

References of these two tables carry no foreign key constraint: the statement triggers of
``ledger/promises`` check them set-based, which costs a third of a check per row.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models.books import (
    Account,
    AccountingUnit,
    Book,
    Counterparty,
    EconomicClass,
    FunctionalClass,
    Fund,
    Project,
)
from ledger.models.fields import FenField, fen_check, plain_check
from ledger.models.periods import Period
from ledger.models.words import Record, Side, SignatureRole, VoucherKind, VoucherType


def checked_by_trigger(to: Any, verbose_name: Any, **kwargs: Any) -> "models.ForeignKey[Any, Any]":
    """Return a reference that the posting triggers check set-based."""
    kwargs.setdefault("related_name", "+")
    return models.ForeignKey(
        to, on_delete=models.PROTECT, db_constraint=False, db_index=False, verbose_name=verbose_name, **kwargs
    )


def signature_of(verbose_name: Any, **kwargs: Any) -> "models.ForeignKey[Any, Any]":
    return checked_by_trigger(settings.AUTH_USER_MODEL, verbose_name, to_field="username", **kwargs)


class Voucher(models.Model):
    """记账凭证: one posted, balanced, numbered accounting document.

    The header states its control totals; the lines must agree (P1). ``number`` is gapless in
    its book, type and period (P3); ``seal_number`` names the seal that covers it (P12). The vouchers
    of one event share its source and are its parts 1, 2, ...; so a source posts once, whatever
    the books (P6).
    """

    book = checked_by_trigger(Book, _("book"))
    period = checked_by_trigger(Period, _("period"))
    voucher_type = models.CharField(_("voucher type"), max_length=1, choices=VoucherType)
    number = models.IntegerField(_("number"))
    posting_date = models.DateField(_("posting date"))
    kind = models.CharField(_("kind"), max_length=10, choices=VoucherKind)
    summary = models.CharField(_("summary"), max_length=200)
    source = models.CharField(_("source"), max_length=200)
    part = models.IntegerField(_("part of its event"), default=1)
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    attachments = models.SmallIntegerField(_("attachments"), default=0)
    preparer = signature_of(_("preparer"))
    reviewer = signature_of(_("reviewer"))
    poster = signature_of(_("poster"))
    chief_accountant = signature_of(_("chief accountant"), null=True)
    cashier = signature_of(_("cashier"), null=True)
    reverses = checked_by_trigger("self", _("reverses"), null=True)
    corrects = checked_by_trigger("self", _("corrects"), null=True)
    paper = models.CharField(_("paper that orders it"), max_length=200, blank=True)
    line_count = models.IntegerField(_("lines"))
    debit_total = FenField(_("debit total"))
    credit_total = FenField(_("credit total"))
    budget_debit_total = FenField(_("debit total of the budget record"))
    budget_credit_total = FenField(_("credit total of the budget record"))
    seal_number = models.IntegerField(_("seal"))

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        permissions = [
            ("read_district", _("may read the books of the whole district")),
            ("prepare_voucher", _("may prepare vouchers by hand")),
            ("review_voucher", _("may review vouchers prepared by hand")),
            ("sign_voucher_as_cashier", _("may sign vouchers prepared by hand as cashier")),
            ("post_voucher", _("may post vouchers prepared by hand")),
            ("reverse_voucher", _("may post the red reversal of a voucher prepared by hand")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["period", "voucher_type", "number"], name="voucher_number_is_unique"),
            models.UniqueConstraint(fields=["source", "part"], name="voucher_source_is_unique"),
            models.UniqueConstraint(
                fields=["reverses"], condition=models.Q(reverses__isnull=False), name="voucher_reversed_once"
            ),
            models.CheckConstraint(
                condition=models.Q(line_count__gte=2)
                & models.Q(debit_total=models.F("credit_total"))
                & models.Q(budget_debit_total=models.F("budget_credit_total")),
                name="voucher_is_balanced",
            ),
            models.CheckConstraint(
                condition=~models.Q(preparer=models.F("reviewer"))
                & (
                    models.Q(cashier__isnull=True)
                    | (
                        ~models.Q(cashier=models.F("preparer"))
                        & ~models.Q(cashier=models.F("reviewer"))
                        & ~models.Q(cashier=models.F("poster"))
                        & (models.Q(chief_accountant__isnull=True) | ~models.Q(cashier=models.F("chief_accountant")))
                    )
                ),
                name="voucher_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=VoucherKind.REVERSAL, reverses__isnull=False)
                | (~models.Q(kind=VoucherKind.REVERSAL) & models.Q(reverses__isnull=True)),
                name="voucher_reversal_names_its_voucher",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=VoucherKind.SUPPLEMENT)
                | models.Q(corrects__isnull=False)
                | models.Q(paper__regex=r"\S"),
                name="voucher_supplement_names_its_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(attachments__gte=0)
                & models.Q(voucher_type__in=[t.value for t in VoucherType])
                & models.Q(kind__in=[k.value for k in VoucherKind])
                & ~models.Q(source="")
                & ~models.Q(summary=""),
                name="voucher_header_is_complete",
            ),
            plain_check("summary", "source", "reference", "paper", name="voucher_text_is_plain"),
        ]
        indexes = [
            models.Index(fields=["book", "posting_date", "id"], name="voucher_register"),
            models.Index(fields=["corrects"], condition=models.Q(corrects__isnull=False), name="voucher_corrects"),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_type}-{self.number}"


class Line(models.Model):
    """分录: one debit or credit of a voucher; a negative amount is red (红字)."""

    pk = models.CompositePrimaryKey("voucher_id", "line_no")
    voucher = checked_by_trigger(Voucher, _("voucher"), related_name="lines")
    line_no = models.IntegerField(_("line number"))
    period = checked_by_trigger(Period, _("period"))
    posting_date = models.DateField(_("posting date"))
    account = checked_by_trigger(Account, _("account"))
    record = models.CharField(_("record"), max_length=1, choices=Record)
    fund = checked_by_trigger(Fund, _("fund"), to_field="code")
    functional = checked_by_trigger(FunctionalClass, _("functional class"), to_field="code", null=True)
    economic = checked_by_trigger(EconomicClass, _("economic class"), to_field="code", null=True)
    project = checked_by_trigger(Project, _("project"), to_field="code", null=True)
    unit = checked_by_trigger(AccountingUnit, _("unit"), to_field="code", null=True)
    counterparty = checked_by_trigger(Counterparty, _("counterparty"), to_field="code", null=True)
    side = models.CharField(_("side"), max_length=1, choices=Side)
    amount = FenField(_("amount"))
    summary = models.CharField(_("summary"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints = [
            fen_check(field="amount", name="line_amount_is_exact"),
            models.CheckConstraint(
                condition=~models.Q(amount=0) & models.Q(side__in=["D", "C"]), name="line_has_one_side"
            ),
            models.CheckConstraint(condition=models.Q(line_no__gte=1), name="line_is_numbered"),
            plain_check("summary", name="line_text_is_plain"),
        ]
        indexes = [
            models.Index(fields=["account", "posting_date", "voucher", "line_no"], name="line_statement"),
            models.Index(fields=["project"], condition=models.Q(project__isnull=False), name="line_project"),
            models.Index(fields=["unit"], condition=models.Q(unit__isnull=False), name="line_unit"),
            models.Index(
                fields=["counterparty"], condition=models.Q(counterparty__isnull=False), name="line_counterparty"
            ),
        ]


class Signature(models.Model):
    """A signature set after posting; sealed as a link of its own in the chain of the book."""

    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="signatures", verbose_name=_("voucher"))
    role = models.CharField(_("role"), max_length=20, choices=SignatureRole)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("officer"),
    )
    signed_at = models.DateTimeField(_("signed at"))

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [
            models.UniqueConstraint(fields=["voucher", "role"], name="voucher_signed_once_per_role"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in SignatureRole]), name="signature_role_is_known"
            ),
        ]
