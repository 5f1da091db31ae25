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


class PostKind(TextChoices):
    """The posts of a township; a head is the 乡镇长 of a 乡 or 镇, and the 主任 of a 街道."""

    HEAD = "HEAD", _("head of the township")
    FISCAL_HEAD = "FISCAL_HEAD", _("head of the fiscal office")
    BUDGET_ACCOUNTANT = "BUDGET_ACCOUNTANT", _("budget accountant")
    CENTRE_CLERK = "CENTRE_CLERK", _("claims clerk")
    CENTRE_REVIEWER = "CENTRE_REVIEWER", _("reviewer of the centre")
    CASHIER = "CASHIER", _("cashier of the township")


# Staffed by the bureau after asking the township's party committee (F26).
SECONDED_POSTS: tuple[PostKind, ...] = (PostKind.FISCAL_HEAD, PostKind.BUDGET_ACCOUNTANT)
# One holder at a time in each township.
HEAD_POSTS: tuple[PostKind, ...] = (PostKind.HEAD, PostKind.FISCAL_HEAD)
# What one person never holds at once (会计基础工作规范 第十二、十六条): the cashier reviews nothing and keeps no
# accounts; who asks for money, who signs for it and who reviews it are three.
POST_CONFLICTS: tuple[tuple[PostKind, PostKind], ...] = (
    (PostKind.CASHIER, PostKind.HEAD),
    (PostKind.CASHIER, PostKind.FISCAL_HEAD),
    (PostKind.CASHIER, PostKind.BUDGET_ACCOUNTANT),
    (PostKind.CASHIER, PostKind.CENTRE_REVIEWER),
    (PostKind.CENTRE_CLERK, PostKind.HEAD),
    (PostKind.CENTRE_CLERK, PostKind.CENTRE_REVIEWER),
    (PostKind.HEAD, PostKind.CENTRE_REVIEWER),
    (PostKind.BUDGET_ACCOUNTANT, PostKind.CENTRE_REVIEWER),
)


class SecondmentStatus(TextChoices):
    GIVEN = "GIVEN", _("given")
    CONFIRMED = "CONFIRMED", _("confirmed")
    REFUSED = "REFUSED", _("refused")


SECONDMENT_MOVES: tuple[tuple[SecondmentStatus, SecondmentStatus], ...] = (
    (SecondmentStatus.GIVEN, SecondmentStatus.CONFIRMED),
    (SecondmentStatus.GIVEN, SecondmentStatus.REFUSED),
)


class CommitteeAnswer(TextChoices):
    """What the party committee of a township said when it was asked about a secondment."""

    AGREED = "AGREED", _("agreed")
    OBJECTED = "OBJECTED", _("objected")


class ReceiptKind(TextChoices):
    """Who prints the receipt: the fiscal department's for charges, the tax office's for agricultural tax (F25)."""

    FISCAL = "FISCAL", _("fiscal receipt")
    TAX = "TAX", _("receipt of the tax office")


class ReceiptBookStatus(TextChoices):
    ISSUED = "ISSUED", _("issued")
    RECEIVED = "RECEIVED", _("received")
    CLOSED = "CLOSED", _("settled and closed")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


RECEIPT_BOOK_MOVES: tuple[tuple[ReceiptBookStatus, ReceiptBookStatus], ...] = (
    (ReceiptBookStatus.ISSUED, ReceiptBookStatus.RECEIVED),
    (ReceiptBookStatus.ISSUED, ReceiptBookStatus.WITHDRAWN),
    (ReceiptBookStatus.RECEIVED, ReceiptBookStatus.CLOSED),
)


class ReceiptFate(TextChoices):
    """What became of one number of a book."""

    USED = "USED", _("used")
    VOIDED = "VOIDED", _("void")
    RETURNED = "RETURNED", _("handed back")


class SpecialAccountKind(TextChoices):
    """专户 whose money is kept apart by earmarked items (F21)."""

    TRANSFERS = "TRANSFERS", _("special account for transfers")
    AGRICULTURAL_TAX = "AGRICULTURAL_TAX", _("special account for agricultural tax")


class OrderStatus(TextChoices):
    """An order of the bureau to move earmarked money: proposed, approved by another officer, posted by a third."""

    PROPOSED = "PROPOSED", _("proposed")
    APPROVED = "APPROVED", _("approved")
    POSTED = "POSTED", _("posted")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


ORDER_MOVES: tuple[tuple[OrderStatus, OrderStatus], ...] = (
    (OrderStatus.PROPOSED, OrderStatus.APPROVED),
    (OrderStatus.PROPOSED, OrderStatus.WITHDRAWN),
    (OrderStatus.APPROVED, OrderStatus.POSTED),
    (OrderStatus.APPROVED, OrderStatus.WITHDRAWN),
)


class SpecialPlanStatus(TextChoices):
    """用款计划 of a special account (F22): the unit drafts, the centre reviews, the head signs."""

    DRAFTED = "DRAFTED", _("drafted")
    REVIEWED = "REVIEWED", _("reviewed")
    SIGNED = "SIGNED", _("signed by the head")
    REFUSED = "REFUSED", _("refused")


SPECIAL_PLAN_MOVES: tuple[tuple[SpecialPlanStatus, SpecialPlanStatus], ...] = (
    (SpecialPlanStatus.DRAFTED, SpecialPlanStatus.REVIEWED),
    (SpecialPlanStatus.DRAFTED, SpecialPlanStatus.REFUSED),
    (SpecialPlanStatus.REVIEWED, SpecialPlanStatus.SIGNED),
    (SpecialPlanStatus.REVIEWED, SpecialPlanStatus.REFUSED),
)


class ProcurementStatus(TextChoices):
    """采购 (F24): planned, reviewed by the procurement centre, awarded after the tender."""

    PLANNED = "PLANNED", _("planned purchase")
    REVIEWED = "REVIEWED", _("reviewed")
    AWARDED = "AWARDED", _("awarded")
    REFUSED = "REFUSED", _("refused")


PROCUREMENT_MOVES: tuple[tuple[ProcurementStatus, ProcurementStatus], ...] = (
    (ProcurementStatus.PLANNED, ProcurementStatus.REVIEWED),
    (ProcurementStatus.PLANNED, ProcurementStatus.REFUSED),
    (ProcurementStatus.REVIEWED, ProcurementStatus.AWARDED),
    (ProcurementStatus.REVIEWED, ProcurementStatus.REFUSED),
)


class ProcurementMoney(TextChoices):
    """Which money a procurement is paid from (F24): J14 through the district, J24 from an account of the township."""

    BUDGET = "BUDGET", _("budgetary, through the district treasury")
    EXTRA_BUDGETARY = "EXTRA_BUDGETARY", _("extra-budgetary")
    SPECIAL = "SPECIAL", _("item of a special account")


class AppraisalKind(TextChoices):
    """What townships are ranked by at the end of a year (G11)."""

    OVERALL = "OVERALL", _("overall appraisal")
    SINGLE = "SINGLE", _("appraisal of a single matter")


class IndicatorKind(TextChoices):
    """What the district asks of the budgets of a year (预算共编); amounts in yuan, shares and growth in percent."""

    CEILING = "CEILING", _("ceiling of total spending")
    GROWTH = "GROWTH", _("growth limit (%)")
    SALARY_SHARE = "SALARY_SHARE", _("least share of salaries (%)")
    SALARY_NEED = "SALARY_NEED", _("need of salaries")
    STABILITY_NEED = "STABILITY_NEED", _("need of stability")
    OPERATIONS_NEED = "OPERATIONS_NEED", _("need of operations")


class BudgetChain(TextChoices):
    """Who approves a budget (F09): 街道 the bureau for the government; 乡, 镇 and the district their congress."""

    GOVERNMENT = "GOVERNMENT", _("by the bureau on behalf of the government")
    CONGRESS = "CONGRESS", _("by the people's congress after the bureau's review")


class BudgetStatus(TextChoices):
    PREPARED = "PREPARED", _("prepared")
    SUBMITTED = "SUBMITTED", _("submitted")
    REVIEWED = "REVIEWED", _("agreed by the bureau")
    APPROVED = "APPROVED", _("approved")
    REFUSED = "REFUSED", _("refused")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


# Which of the two ways out of SUBMITTED is open, the chain says (``budget_follows_its_chain``).
BUDGET_MOVES: tuple[tuple[BudgetStatus, BudgetStatus], ...] = (
    (BudgetStatus.PREPARED, BudgetStatus.SUBMITTED),
    (BudgetStatus.PREPARED, BudgetStatus.WITHDRAWN),
    (BudgetStatus.SUBMITTED, BudgetStatus.REVIEWED),
    (BudgetStatus.SUBMITTED, BudgetStatus.APPROVED),
    (BudgetStatus.SUBMITTED, BudgetStatus.REFUSED),
    (BudgetStatus.REVIEWED, BudgetStatus.APPROVED),
    (BudgetStatus.REVIEWED, BudgetStatus.REFUSED),
)


class PlanStatus(TextChoices):
    PREPARED = "PREPARED", _("prepared")
    APPROVED = "APPROVED", _("approved")
    REFUSED = "REFUSED", _("refused")


PLAN_MOVES: tuple[tuple[PlanStatus, PlanStatus], ...] = (
    (PlanStatus.PREPARED, PlanStatus.APPROVED),
    (PlanStatus.PREPARED, PlanStatus.REFUSED),
)


class UseAct(TextChoices):
    """What is done with the money of an appropriation."""

    RESERVE = "RESERVE", _("reserved")
    FREE = "FREE", _("freed")
    SPEND = "SPEND", _("spent")
    GIVE_BACK = "GIVE_BACK", _("given back")
    SPEND_AGAIN = "SPEND_AGAIN", _("spent again")


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
