"""The house's own accounts at banks, and what the banks state of them; kept by ``payouts/promises/statements.sql``."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models import Account, Book
from ledger.models.fields import FenField, fen_check, officer_field, plain_check
from payouts.models.bank_words import OwnAccountStatus, StatementKind
from payouts.models.payments import BankFile, Batch, Payment, ResultFile


def checked_in_sets(to: Any, verbose_name: Any, **more: Any) -> "models.ForeignKey[Any, Any]":
    """Return a reference that the triggers check set-based."""
    more.setdefault("related_name", "+")
    return models.ForeignKey(to, on_delete=models.PROTECT, db_constraint=False, verbose_name=verbose_name, **more)


class OwnAccount(models.Model):
    """本单位银行账户: an account at a bank whose money stands in cash leaves of one book.

    It is reconciled from the beginning of a day on which the bank's balance, ``opening``, was that of the books.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="own_accounts", verbose_name=_("book"))
    bank = models.CharField(_("bank"), max_length=80)
    number = models.CharField(_("account number"), max_length=40)
    holder = models.CharField(_("holder"), max_length=80)
    reconciled_from = models.DateField(_("reconciled from"))
    opening = FenField(_("balance of the bank before that day"))
    effective_to = models.DateField(_("effective to"), null=True, blank=True)
    paper = models.CharField(_("evidence"), max_length=200)
    status = models.CharField(_("status"), max_length=10, choices=OwnAccountStatus, default=OwnAccountStatus.RECORDED)
    recorded_by = officer_field(_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))
    confirmed_by = officer_field(_("confirmed by"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    ended_by = officer_field(_("ended by"))

    class Meta:
        verbose_name = _("own account")
        verbose_name_plural = _("own accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=Q(effective_to=None) & ~Q(status=OwnAccountStatus.REFUSED),
                name="own_account_is_recorded_once",
            ),
            fen_check(field="opening", name="own_account_opening_is_exact"),
            plain_check("bank", "number", "holder", "paper", name="own_account_text_is_plain"),
            models.CheckConstraint(condition=~Q(number="") & ~Q(paper=""), name="own_account_has_its_paper"),
            models.CheckConstraint(
                condition=Q(recorded_by__isnull=False)
                & (
                    Q(status=OwnAccountStatus.RECORDED, confirmed_by=None)
                    | (~Q(status=OwnAccountStatus.RECORDED) & Q(confirmed_by__isnull=False))
                ),
                name="own_account_is_signed_for_its_state",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("recorded_by")), name="own_account_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(effective_to=None, ended_by=None)
                | Q(
                    effective_to__gt=F("reconciled_from"),
                    ended_by__isnull=False,
                    status=OwnAccountStatus.CONFIRMED,
                ),
                name="own_account_ends_after_it_begins",
            ),
        ]
        permissions = [
            ("record_own_account", _("may record own accounts")),
            ("confirm_own_account", _("may confirm own accounts")),
            ("take_statement", _("may take statements of the bank")),
            ("explain_entry", _("may explain entries of the bank")),
            ("sign_entry", _("may sign reasons for entries of the bank")),
            ("make_reconciliation", _("may make reconciliation statements")),
            ("review_reconciliation", _("may review reconciliation statements")),
        ]

    def __str__(self) -> str:
        return f"{self.bank} …{self.number[-4:]}"


class OwnLeaf(models.Model):
    """A cash leaf of the books whose money lies on an own account; a leaf lies on one account at a time."""

    own_account = models.ForeignKey(
        OwnAccount, on_delete=models.PROTECT, related_name="leaves", verbose_name=_("own account")
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("account"))

    class Meta:
        verbose_name = _("leaf of an own account")
        verbose_name_plural = _("leaves of own accounts")
        constraints = [
            models.UniqueConstraint(fields=["own_account", "account"], name="own_leaf_is_named_once"),
        ]


class StatementFile(models.Model):
    """A file with statements or notices of the bank: its bytes, known by their hash and taken once."""

    name = models.CharField(_("file name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8, choices=StatementKind)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content = models.BinaryField(_("content"))
    received_at = models.DateTimeField(_("received at"))
    received_by = officer_field(_("received by"))

    class Meta:
        verbose_name = _("statement file")
        verbose_name_plural = _("statement files")
        constraints = [
            models.UniqueConstraint(fields=["sha256"], name="statement_file_is_taken_once"),
            models.CheckConstraint(condition=Q(kind__in=StatementKind.values), name="statement_kind_is_known"),
            models.CheckConstraint(condition=Q(received_by__isnull=False), name="statement_file_is_signed"),
        ]

    def __str__(self) -> str:
        return self.name


class BankStatement(models.Model):
    """对账单: what the bank says of an own account between two balances; it follows the one before without a gap.

    Its entries are written before it, so that the row of the statement proves them whole.
    """

    file = checked_in_sets(StatementFile, _("file"), related_name="statements")
    own_account = models.ForeignKey(
        OwnAccount, on_delete=models.PROTECT, related_name="statements", verbose_name=_("own account")
    )
    previous = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="next",
        verbose_name=_("the statement before"),
    )
    identity = models.CharField(_("number of the bank"), max_length=40)
    sequence_number = models.BigIntegerField(_("sequence number"))
    opening_on = models.DateField(_("opening on"))
    opening = FenField(_("opening balance"))
    closing_on = models.DateField(_("closing on"))
    closing = FenField(_("closing balance"))
    entries_count = models.IntegerField(_("number of entries"))
    credits = FenField(_("credits"))
    debits = FenField(_("debits"))

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        constraints = [
            models.UniqueConstraint(
                fields=["own_account"], condition=Q(previous=None), name="bank_statement_begins_once"
            ),
            fen_check(field="opening", name="bank_statement_opening_is_exact"),
            fen_check(field="closing", name="bank_statement_closing_is_exact"),
            models.CheckConstraint(
                condition=Q(closing=F("opening") + F("credits") - F("debits"))
                & Q(credits__gte=0, debits__gte=0, entries_count__gte=0),
                name="bank_statement_adds_up",
            ),
            models.CheckConstraint(condition=Q(closing_on__gte=F("opening_on")), name="bank_statement_ends_after"),
        ]

    def __str__(self) -> str:
        return f"{self.own_account} {self.sequence_number}"


class StatementEntry(models.Model):
    """One booked movement of an own account; ``amount`` is what it adds, negative if the bank takes."""

    id = models.BigAutoField(primary_key=True)
    statement = checked_in_sets(BankStatement, _("bank statement"), db_index=False, related_name="entries")
    own_account = checked_in_sets(OwnAccount, _("own account"), db_index=False)
    number = models.IntegerField(_("number"))
    booked_on = models.DateField(_("booked on"))
    value_on = models.DateField(_("value date"), null=True, blank=True)
    amount = FenField(_("amount"))
    reference = models.CharField(_("reference of the bank"), max_length=100, blank=True)
    text = models.CharField(_("text of the bank"), max_length=200, blank=True)
    counter_account = models.CharField(_("counter account"), max_length=60, blank=True)
    counter_name = models.CharField(_("counterparty"), max_length=140, blank=True)

    class Meta:
        verbose_name = _("entry of a statement")
        verbose_name_plural = _("entries of statements")
        indexes = [
            models.Index(fields=["own_account", "booked_on"], name="statement_entry_by_day"),
        ]
        constraints = [
            fen_check(field="amount", name="statement_entry_is_exact"),
            models.CheckConstraint(condition=~Q(amount=0), name="statement_entry_moves_money"),
            models.UniqueConstraint(fields=["statement", "number"], name="statement_entry_is_numbered_once"),
            plain_check("reference", "text", "counter_account", "counter_name", name="statement_entry_text_is_plain"),
        ]


class StatementDetail(models.Model):
    """What an entry, or a notice without one, says of one payment; ``amount`` as of an entry."""

    id = models.BigAutoField(primary_key=True)
    file = checked_in_sets(StatementFile, _("file"))
    entry = checked_in_sets(StatementEntry, _("entry of a statement"), null=True, blank=True, related_name="details")
    end_to_end_id = models.CharField(_("end-to-end id"), max_length=40)
    payment = checked_in_sets(Payment, _("payment order"), null=True, blank=True)
    amount = FenField(_("amount"))
    is_return = models.BooleanField(_("is a return"))
    code = models.CharField(_("code of the bank"), max_length=20, blank=True)
    text = models.CharField(_("message of the bank"), max_length=200, blank=True)
    booked_on = models.DateField(_("booked on"), null=True, blank=True)
    place = models.CharField(_("place in the file"), max_length=80)

    class Meta:
        verbose_name = _("detail of a statement")
        verbose_name_plural = _("details of statements")
        constraints = [fen_check(field="amount", name="statement_detail_is_exact")]


class StatementFinding(models.Model):
    """What a statement or notice says that does not fit what was sent; it stays with it."""

    file = models.ForeignKey(
        StatementFile, on_delete=models.PROTECT, related_name="findings", verbose_name=_("statement file")
    )
    detail = checked_in_sets(StatementDetail, _("detail of a statement"), null=True, blank=True)
    entry = checked_in_sets(StatementEntry, _("entry of a statement"), null=True, blank=True)
    rule = models.CharField(_("rule"), max_length=40)
    place = models.CharField(_("place in the file"), max_length=80)
    stated = models.CharField(_("stated"), max_length=60, blank=True)
    found = models.CharField(_("found"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("finding of a statement")
        verbose_name_plural = _("findings of statements")


class EntryOrigin(models.Model):
    """Whose money an entry is: payments of one batch that the bank took, or payments that it sent back."""

    entry = models.OneToOneField(
        StatementEntry, on_delete=models.PROTECT, db_constraint=False, related_name="origin", verbose_name=_("entry")
    )
    batch = checked_in_sets(Batch, _("batch"), null=True, blank=True)
    bank_file = checked_in_sets(BankFile, _("bank file"), null=True, blank=True, db_index=False)
    result = checked_in_sets(ResultFile, _("result file"), null=True, blank=True)

    class Meta:
        verbose_name = _("origin of an entry")
        verbose_name_plural = _("origins of entries")
        constraints = [
            models.UniqueConstraint(
                fields=["bank_file"], condition=Q(bank_file__isnull=False), name="bank_file_is_debited_once"
            ),
            models.CheckConstraint(
                condition=Q(batch__isnull=False, result=None) | Q(batch=None, bank_file=None, result__isnull=False),
                name="entry_has_one_origin",
            ),
        ]
