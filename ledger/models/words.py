"""The closed vocabularies of the books, each value as it is stored and as it is shown.

The state machine of a period is the tuple ``PERIOD_MOVES``;
the Python check, the database trigger and the tests read the same tuple.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OfficerKind(TextChoices):
    PERSON = "PERSON", _("person")
    SERVICE = "SERVICE", _("service account")


class BookKind(TextChoices):
    DISTRICT = "DISTRICT", _("district")
    TOWNSHIP = "TOWNSHIP", _("township")
    UNIT = "UNIT", _("budget unit")


class Record(TextChoices):
    """财务会计 or 预算会计: each voucher balances in each of them."""

    FINANCIAL = "F", _("financial")
    BUDGET = "B", _("budget")


class Side(TextChoices):
    DEBIT = "D", _("debit")
    CREDIT = "C", _("credit")

    @property
    def other(self) -> "Side":
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT


class AccountKind(TextChoices):
    ASSET = "ASSET", _("asset")
    LIABILITY = "LIABILITY", _("liability")
    NET_ASSET = "NET_ASSET", _("net asset")
    INCOME = "INCOME", _("income")
    EXPENSE = "EXPENSE", _("expense")
    BUDGET_BALANCE = "BUDGET_BALANCE", _("budget balance")


class Flow(TextChoices):
    """What may run through a bank account of a township (F10 to F12)."""

    ANY = "ANY", _("in and out")
    RECEIPT_ONLY = "RECEIPT_ONLY", _("receipt-only")
    DISBURSEMENT_ONLY = "DISBURSEMENT_ONLY", _("disbursement-only")


class Level(TextChoices):
    """Whether an account stands for money due between levels of government."""

    NONE = "", _("none")
    UPPER = "UPPER", _("with the upper level")
    LOWER = "LOWER", _("with the lower level")


class Mirror(TextChoices):
    """The two sub-accounts that a district's 1031 and a township's 2012 keep in step."""

    NONE = "", _("none")
    ANNUAL = "ANNUAL", _("funds of the year")
    HISTORIC = "HISTORIC", _("old debt")


class VoucherType(TextChoices):
    GENERAL = "记", _("general")
    RECEIPT = "收", _("receipt")
    PAYMENT = "付", _("payment")
    TRANSFER = "转", _("transfer")


class VoucherKind(TextChoices):
    ORDINARY = "ORDINARY", _("ordinary")
    OPENING = "OPENING", _("opening")
    REVERSAL = "REVERSAL", _("red reversal")
    SUPPLEMENT = "SUPPLEMENT", _("supplement")
    CLOSING = "CLOSING", _("year-end transfer")


class PeriodStatus(TextChoices):
    UNOPENED = "UNOPENED", _("not opened yet")
    OPEN = "OPEN", _("open")
    ADJUSTING = "ADJUSTING", _("adjusting")
    CLOSED = "CLOSED", _("closed")


PERIOD_MOVES: tuple[tuple[PeriodStatus, PeriodStatus], ...] = (
    (PeriodStatus.UNOPENED, PeriodStatus.OPEN),
    (PeriodStatus.OPEN, PeriodStatus.ADJUSTING),
    (PeriodStatus.ADJUSTING, PeriodStatus.OPEN),
    (PeriodStatus.ADJUSTING, PeriodStatus.CLOSED),
    (PeriodStatus.CLOSED, PeriodStatus.ADJUSTING),
)

# What may still be posted while a period is being adjusted before it closes.
ADJUSTING_KINDS: tuple[VoucherKind, ...] = (VoucherKind.REVERSAL, VoucherKind.SUPPLEMENT, VoucherKind.CLOSING)


class DraftStatus(TextChoices):
    DRAFTED = "DRAFTED", _("drafted")
    SUBMITTED = "SUBMITTED", _("submitted for review")
    REVIEWED = "REVIEWED", _("reviewed")
    POSTED = "POSTED", _("posted")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


DRAFT_MOVES: tuple[tuple[DraftStatus, DraftStatus], ...] = (
    (DraftStatus.DRAFTED, DraftStatus.SUBMITTED),
    (DraftStatus.SUBMITTED, DraftStatus.REVIEWED),
    (DraftStatus.SUBMITTED, DraftStatus.DRAFTED),
    (DraftStatus.REVIEWED, DraftStatus.POSTED),
    (DraftStatus.REVIEWED, DraftStatus.DRAFTED),
    (DraftStatus.DRAFTED, DraftStatus.WITHDRAWN),
)


class SignatureRole(TextChoices):
    """Signatures that come after posting; preparer, reviewer and poster are known when it is posted."""

    CHIEF_ACCOUNTANT = "CHIEF_ACCOUNTANT", _("chief accountant")


class SealKind(TextChoices):
    POSTED = "POSTED", _("vouchers posted")
    SIGNED = "SIGNED", _("voucher signed")
    PERIOD = "PERIOD", _("period changed")
    CARRIED = "CARRIED", _("year carried forward")
