"""The closed vocabularies of district and township money; the moves of each state machine stand beside its states.

The same tuples feed the Python check, the database trigger and the tests.
"""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class TownshipKind(TextChoices):
    """A 街道 acts for the government: no people's congress of its own, no 乡镇工作补贴."""

    TOWN = "镇", _("town")
    TOWNSHIP = "乡", _("rural township")
    STREET = "街道", _("sub-district")


class Channel(TextChoices):
    """How the pay of a unit goes out (F15)."""

    INDIVIDUAL = "个人账户", _("own account of each person")
    PASSBOOK = "单位存折", _("one passbook of the unit")


class Verdict(TextChoices):
    VERIFIED = "VERIFIED", _("holder and number agree")
    REFUSED = "REFUSED", _("refused by the bank")


class IncomeKind(TextChoices):
    """资金性质 of an income line."""

    GENERAL = "预算内", _("budgetary")
    EXTRA_BUDGETARY = "预算外", _("extra-budgetary")
    TRANSFER = "转移支付", _("transfer payment")
    AGRICULTURAL_TAX = "新增农业税", _("additional agricultural tax")


class SubAccountKind(TextChoices):
    """The bank accounts of a township that money is spent from (分户), as files name them."""

    DISBURSEMENTS = "预算内支出户", _("disbursement account")
    EXTRA_BUDGETARY = "预算外分户", _("extra-budgetary account")
    TRANSFERS = "转移支付专户", _("special account for transfers")
    AGRICULTURAL_TAX = "农业税专户", _("special account for agricultural tax")


class Rank(IntegerChoices):
    """The order in which money is released: 保工资, 保稳定, 保机关正常运转, then the rest (F06)."""

    SALARY = 1, _("salaries")
    STABILITY = 2, _("stability")
    OPERATIONS = 3, _("operations")
    OTHER = 4, _("other spending")


class ReleaseKind(TextChoices):
    """What a release pays."""

    CLAIM = "CLAIM", _("claim")
    SPECIAL = "SPECIAL", _("spending from a special account")
    PROCUREMENT = "PROCUREMENT", _("procurement")
    BACK_PAY = "BACK_PAY", _("back pay")


class ReleaseStatus(TextChoices):
    WAITING = "WAITING", _("waiting")
    RELEASED = "RELEASED", _("released")
    POSTED = "POSTED", _("paid out")
    CANCELLED = "CANCELLED", _("cancelled")


RELEASE_MOVES: tuple[tuple[ReleaseStatus, ReleaseStatus], ...] = (
    (ReleaseStatus.WAITING, ReleaseStatus.RELEASED),
    (ReleaseStatus.WAITING, ReleaseStatus.CANCELLED),
    (ReleaseStatus.RELEASED, ReleaseStatus.POSTED),
    (ReleaseStatus.RELEASED, ReleaseStatus.CANCELLED),
)


class ClaimStatus(TextChoices):
    REGISTERED = "REGISTERED", _("registered")
    SIGNED = "SIGNED", _("signed by the head")
    ACCEPTED = "ACCEPTED", _("accepted")
    REFUSED = "REFUSED", _("refused")


CLAIM_MOVES: tuple[tuple[ClaimStatus, ClaimStatus], ...] = (
    (ClaimStatus.REGISTERED, ClaimStatus.SIGNED),
    (ClaimStatus.REGISTERED, ClaimStatus.REFUSED),
    (ClaimStatus.SIGNED, ClaimStatus.ACCEPTED),
    (ClaimStatus.SIGNED, ClaimStatus.REFUSED),
)


class SettlementStatus(TextChoices):
    PREPARED = "PREPARED", _("prepared")
    APPROVED = "APPROVED", _("approved")
    POSTED = "POSTED", _("posted")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


SETTLEMENT_MOVES: tuple[tuple[SettlementStatus, SettlementStatus], ...] = (
    (SettlementStatus.PREPARED, SettlementStatus.APPROVED),
    (SettlementStatus.PREPARED, SettlementStatus.WITHDRAWN),
    (SettlementStatus.APPROVED, SettlementStatus.POSTED),
    (SettlementStatus.APPROVED, SettlementStatus.WITHDRAWN),
)


class StatementSide(TextChoices):
    """Who confirms a statement of account or disagrees with it."""

    DISTRICT = "DISTRICT", _("district")
    TOWNSHIP = "TOWNSHIP", _("township")


class StatementStatus(TextChoices):
    """A confirmed statement stays confirmed; whether the books still say it is for ``check_books`` to find."""

    MADE = "MADE", _("made")
    CONFIRMED = "CONFIRMED", _("confirmed by both sides")
    DISAGREED = "DISAGREED", _("disagreed with")
    VOIDED = "VOIDED", _("void")


STATEMENT_MOVES: tuple[tuple[StatementStatus, StatementStatus], ...] = (
    (StatementStatus.MADE, StatementStatus.CONFIRMED),
    (StatementStatus.MADE, StatementStatus.DISAGREED),
    (StatementStatus.MADE, StatementStatus.VOIDED),
)
