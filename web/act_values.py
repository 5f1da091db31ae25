"""The values that facts of the trail have one of a few of, and what they are called (see ``web.act_words``)."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Choices
from django.utils.translation import gettext_lazy as _

from audit.models import DestructionRole, RecordClass
from imports.fault_names import FAULT_NAMES
from imports.layouts import LAYOUTS
from ledger.models.words import DraftStatus, PeriodStatus, SignatureRole
from month.post_names import POST_NAMES
from payouts.models.words import (
    ApplicationStatus,
    ApprovalRank,
    BatchStatus,
    CorrectionStatus,
    Decision,
    FunderKind,
    FundingKind,
    Level,
    ObjectionOutcome,
    RunStatus,
)
from treasury.models.words import (
    AppraisalKind,
    BudgetChain,
    BudgetStatus,
    ClaimStatus,
    CommitteeAnswer,
    OrderStatus,
    PlanStatus,
    PostKind,
    ProcurementStatus,
    Rank,
    ReceiptBookStatus,
    SecondmentStatus,
    SettlementStatus,
    SpecialAccountKind,
    SpecialPlanStatus,
    StatementSide,
    StatementStatus,
)
from web.models import ApiScope


def words(kind: type[Choices]) -> Mapping[str, Any]:
    """Return the values of a kind as the trail spells them, with what they are called."""
    return {str(one.value): one.label for one in kind}


# The states that the fact ``status`` of an act speaks of, by the noun of the act.
STATES: Final[Mapping[str, Mapping[str, Any]]] = {
    "allocation": words(OrderStatus),
    "application": words(ApplicationStatus),
    "batch": words(BatchStatus),
    "budget": words(BudgetStatus),
    "claim": words(ClaimStatus),
    "correction": words(CorrectionStatus),
    "draft": words(DraftStatus),
    "period": words(PeriodStatus),
    "plan": words(PlanStatus),
    "post": words(SecondmentStatus),
    "prize": words(OrderStatus),
    "procurement": words(ProcurementStatus),
    "receipt": words(OrderStatus),
    "receipt_book": words(ReceiptBookStatus),
    "run": words(RunStatus),
    "settlements": words(SettlementStatus),
    "special_plan": words(SpecialPlanStatus),
    "statement": words(StatementStatus),
}
ARCHIVES: Final = words(RecordClass)
# What a fact has one of a few values of, whatever the act.
VALUES: Final[Mapping[str, Mapping[str, Any]]] = {
    "answer": words(CommitteeAnswer),
    "chain": words(BudgetChain),
    "class": ARCHIVES,
    "funder": words(FunderKind),
    "kept_on": ARCHIVES,
    "level": words(Level),
    "list": {code: layout.title for code, layout in LAYOUTS.items()},
    "may_go": ARCHIVES,
    "outcome": words(ObjectionOutcome),
    "posts": POST_NAMES,
    "says": words(Decision),
    "scopes": words(ApiScope),
    "side": words(StatementSide),
    "years": ARCHIVES,
}
# The same for the facts of one noun only.
VALUES_OF: Final[Mapping[tuple[str, str], Mapping[str, Any]]] = {
    ("batch", "rank"): words(ApprovalRank),
    ("benefits", "kind"): words(FundingKind),
    ("claim", "reason"): {**FAULT_NAMES, **{f"row_error:{code}": name for code, name in FAULT_NAMES.items()}},
    ("fine", "kind"): words(AppraisalKind),
    ("items", "account"): words(SpecialAccountKind),
    ("post", "post"): words(PostKind),
    ("release", "rank"): words(Rank),
    ("retention", "role"): words(DestructionRole),
    ("voucher", "role"): words(SignatureRole),
}
# Facts that are several values, with blanks between them.
LISTS: Final = ("kept_on", "may_go", "names", "numbers", "posts", "scopes", "years")
# What a fact is called where its noun gives it another meaning.
FACTS_OF: Final[Mapping[tuple[str, str], Any]] = {
    ("batch", "rank"): _("level of the approval"),
    ("establishment", "approved"): _("number of posts approved"),
    ("items", "account"): _("special account"),
    ("procurement", "awarded"): _("amount of the award"),
    ("release", "rank"): _("order of release"),
    ("retention", "years"): _("archives and years"),
}
