"""What explains the bank's entries, what is listed with a reason, and the 银行余额调节表 of each account and month."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models import Voucher
from ledger.models.fields import FenField, fen_check, officer_field, plain_check
from payouts.models.bank_statements import OwnAccount, StatementEntry, checked_in_sets
from payouts.models.bank_words import (
    ExplanationKind,
    ReconciliationStatus,
    SignedStatus,
)


def signed_for_its_state(*, given_by: str, signed_by: str) -> Q:
    """Return the condition that a reason has the signatures of its state, of two officers."""
    return (
        Q(**{f"{given_by}__isnull": False})
        & (Q(status=SignedStatus.GIVEN, **{signed_by: None}) | ~Q(status=SignedStatus.GIVEN))
        & (Q(status=SignedStatus.GIVEN) | Q(**{f"{signed_by}__isnull": False}))
    )


class Explanation(models.Model):
    """Entries of the bank and cash lines of vouchers that are the same money: both sums are ``amount``.

    Its links are written before it, so that its row proves them whole. ``complete_on`` is the latest day of them.
    """

    id = models.BigAutoField(primary_key=True)
    own_account = models.ForeignKey(
        OwnAccount, on_delete=models.PROTECT, related_name="explanations", verbose_name=_("own account")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ExplanationKind)
    amount = FenField(_("amount"))
    entries_count = models.IntegerField(_("number of entries"))
    lines_count = models.IntegerField(_("number of lines"))
    complete_on = models.DateField(_("complete on"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    made_by = officer_field(_("made by"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("explanation of entries")
        verbose_name_plural = _("explanations of entries")
        constraints = [
            fen_check(field="amount", name="explanation_is_exact"),
            plain_check("reason", name="explanation_text_is_plain"),
            models.CheckConstraint(
                condition=Q(kind__in=ExplanationKind.values)
                & (~Q(kind=ExplanationKind.OFFICER) | ~Q(reason=""))
                & Q(made_by__isnull=False),
                name="explanation_has_its_reason",
            ),
        ]


class ExplainedEntry(models.Model):
    """An entry within an explanation; again (``turn``) only after the one before was undone."""

    id = models.BigAutoField(primary_key=True)
    explanation = checked_in_sets(Explanation, _("explanation of entries"), related_name="explained_entries")
    entry = checked_in_sets(StatementEntry, _("entry of a statement"), db_index=False, related_name="explained")
    turn = models.SmallIntegerField(_("turn"), default=1)

    class Meta:
        verbose_name = _("explained entry")
        verbose_name_plural = _("explained entries")
        constraints = [models.UniqueConstraint(fields=["entry", "turn"], name="entry_is_explained_once")]


class ExplainedLine(models.Model):
    """A cash line of a voucher within an explanation; again (``turn``) only after the one before was undone."""

    id = models.BigAutoField(primary_key=True)
    explanation = checked_in_sets(Explanation, _("explanation of entries"), related_name="explained_lines")
    voucher = checked_in_sets(Voucher, _("voucher"), db_index=False)
    line_no = models.IntegerField(_("line number"))
    turn = models.SmallIntegerField(_("turn"), default=1)

    class Meta:
        verbose_name = _("explained line")
        verbose_name_plural = _("explained lines")
        constraints = [models.UniqueConstraint(fields=["voucher", "line_no", "turn"], name="line_is_matched_once")]


class ExplanationUndone(models.Model):
    """An explanation that turned out wrong; what it held waits again."""

    explanation = models.OneToOneField(
        Explanation, on_delete=models.PROTECT, related_name="undone", verbose_name=_("explanation of entries")
    )
    reason = models.CharField(_("reason"), max_length=200)
    undone_by = officer_field(_("undone by"))
    undone_at = models.DateTimeField(_("undone at"))

    class Meta:
        verbose_name = _("undone explanation")
        verbose_name_plural = _("undone explanations")
        constraints = [
            plain_check("reason", name="undone_text_is_plain"),
            models.CheckConstraint(
                condition=~Q(reason="") & Q(undone_by__isnull=False), name="explanation_is_undone_with_a_reason"
            ),
        ]


class EntryListing(models.Model):
    """An entry that nothing explains yet, listed with a reason that a second officer signs."""

    entry = checked_in_sets(StatementEntry, _("entry of a statement"), db_index=False, related_name="listings")
    status = models.CharField(_("status"), max_length=8, choices=SignedStatus, default=SignedStatus.GIVEN)
    reason = models.CharField(_("reason"), max_length=200)
    listed_by = officer_field(_("listed by"))
    listed_at = models.DateTimeField(_("listed at"))
    signed_by = officer_field(_("signed by"))
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("listed entry")
        verbose_name_plural = _("listed entries")
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=~Q(status=SignedStatus.REFUSED), name="entry_is_listed_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="entry_is_listed_with_a_reason"),
            plain_check("reason", name="listing_text_is_plain"),
            models.CheckConstraint(
                condition=signed_for_its_state(given_by="listed_by", signed_by="signed_by"),
                name="listing_is_signed_for_its_state",
            ),
            models.CheckConstraint(
                condition=Q(signed_by=None) | ~Q(signed_by=F("listed_by")), name="listing_four_eyes"
            ),
        ]


class Reconciliation(models.Model):
    """银行余额调节表: what the books and the bank say of an account at the end of a month, and what lies between.

    ``digest`` is the SHA-256 of its canonical text (``payouts_reconciliation_text``). The database takes it, and its
    review, only while books and statements say just that; a further ``edition`` takes its place when they have moved.
    """

    own_account = models.ForeignKey(
        OwnAccount, on_delete=models.PROTECT, related_name="reconciliations", verbose_name=_("own account")
    )
    month = models.DateField(_("month"))
    edition = models.SmallIntegerField(_("edition"))
    until = models.DateField(_("last day"))
    stated_until = models.DateField(_("stated by the bank until"))
    book_balance = FenField(_("balance of the books"))
    bank_balance = FenField(_("balance of the bank"))
    bank_in = FenField(_("received by the bank, not in the books"))
    bank_out = FenField(_("paid by the bank, not in the books"))
    book_in = FenField(_("received in the books, not by the bank"))
    book_out = FenField(_("paid in the books, not by the bank"))
    unexplained = models.IntegerField(_("entries that nothing explains"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    status = models.CharField(
        _("status"), max_length=10, choices=ReconciliationStatus, default=ReconciliationStatus.MADE
    )
    made_by = officer_field(_("made by"))
    made_at = models.DateTimeField(_("made at"))
    reviewed_by = officer_field(_("reviewed by"))
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("reconciliation statement")
        verbose_name_plural = _("reconciliation statements")
        constraints = [
            models.UniqueConstraint(fields=["own_account", "month", "edition"], name="reconciliation_is_numbered_once"),
            models.CheckConstraint(
                condition=Q(
                    bank_balance=F("book_balance") + F("bank_in") - F("bank_out") - F("book_in") + F("book_out")
                ),
                name="reconciliation_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("made_by")), name="reconciliation_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(made_by__isnull=False)
                & (
                    Q(status=ReconciliationStatus.REVIEWED, reviewed_by__isnull=False)
                    | (~Q(status=ReconciliationStatus.REVIEWED) & Q(reviewed_by=None))
                ),
                name="reconciliation_is_signed_for_its_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.own_account} {self.month:%Y-%m}/{self.edition}"


class CloseReason(models.Model):
    """Why a month is closed though an own account is not reconciled; another officer signs it."""

    own_account = models.ForeignKey(
        OwnAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("own account")
    )
    month = models.DateField(_("month"))
    status = models.CharField(_("status"), max_length=8, choices=SignedStatus, default=SignedStatus.GIVEN)
    reason = models.CharField(_("reason"), max_length=200)
    given_by = officer_field(_("reason given by"))
    given_at = models.DateTimeField(_("reason given at"))
    signed_by = officer_field(_("signed by"))
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("reason to close")
        verbose_name_plural = _("reasons to close")
        constraints = [
            models.UniqueConstraint(
                fields=["own_account", "month"],
                condition=~Q(status=SignedStatus.REFUSED),
                name="close_reason_is_given_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="close_reason_says_something"),
            plain_check("reason", name="close_reason_text_is_plain"),
            models.CheckConstraint(
                condition=signed_for_its_state(given_by="given_by", signed_by="signed_by"),
                name="close_reason_is_signed_for_its_state",
            ),
            models.CheckConstraint(
                condition=Q(signed_by=None) | ~Q(signed_by=F("given_by")), name="close_reason_four_eyes"
            ),
        ]
