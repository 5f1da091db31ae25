"""The closed vocabularies of the bank's statements and what explains them; moves stand beside their states."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OwnAccountStatus(TextChoices):
    RECORDED = "RECORDED", _("recorded")
    CONFIRMED = "CONFIRMED", _("confirmed")
    REFUSED = "REFUSED", _("refused")


OWN_ACCOUNT_MOVES: tuple[tuple[OwnAccountStatus, OwnAccountStatus], ...] = (
    (OwnAccountStatus.RECORDED, OwnAccountStatus.CONFIRMED),
    (OwnAccountStatus.RECORDED, OwnAccountStatus.REFUSED),
)


class StatementKind(TextChoices):
    """How the bank told of movements; a notice tells of single ones, before the statement that has all."""

    CAMT053 = "CAMT053", _("statement, camt.053")
    CAMT054 = "CAMT054", _("notice, camt.054")
    PLAIN = "PLAIN", _("statement as a table")


class SettledBy(TextChoices):
    """What settles the payments of a channel: the bank's result files, or its statements and notices."""

    RESULTS = "RESULTS", _("result files")
    STATEMENTS = "STATEMENTS", _("statements")


class ExplanationKind(TextChoices):
    """How entries of the bank and lines of vouchers were found to be the same money."""

    BATCH = "BATCH", _("payments of one batch")
    RETURN = "RETURN", _("payments that came back")
    REFERENCE = "REFERENCE", _("the same reference and amount")
    DAY = "DAY", _("the only ones of their day and amount")
    TOGETHER = "TOGETHER", _("the whole of a day against one")
    CANCELLED = "CANCELLED", _("a voucher and its reversal")
    OFFICER = "OFFICER", _("by an officer")


class SignedStatus(TextChoices):
    """A reason that one officer gives and another signs."""

    GIVEN = "GIVEN", _("reason given")
    SIGNED = "SIGNED", _("reason signed")
    REFUSED = "REFUSED", _("refused")


SIGNED_MOVES: tuple[tuple[SignedStatus, SignedStatus], ...] = (
    (SignedStatus.GIVEN, SignedStatus.SIGNED),
    (SignedStatus.GIVEN, SignedStatus.REFUSED),
)


class OutstandingClass(TextChoices):
    """The four classes of what one side has and the other has not."""

    BANK_IN = "BANK_IN", _("received by the bank, not in the books")
    BANK_OUT = "BANK_OUT", _("paid by the bank, not in the books")
    BOOK_IN = "BOOK_IN", _("received in the books, not by the bank")
    BOOK_OUT = "BOOK_OUT", _("paid in the books, not by the bank")


class ReconciliationStatus(TextChoices):
    MADE = "MADE", _("made")
    REVIEWED = "REVIEWED", _("reviewed")
    VOIDED = "VOIDED", _("voided")


RECONCILIATION_MOVES: tuple[tuple[ReconciliationStatus, ReconciliationStatus], ...] = (
    (ReconciliationStatus.MADE, ReconciliationStatus.REVIEWED),
    (ReconciliationStatus.MADE, ReconciliationStatus.VOIDED),
)
