"""What waits for an officer: the work of the posts held, by month where it has one, without the officer's own."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any, Final

from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from audit.destroying import SIGNS_BY
from audit.destructions import lists_to_carry_out
from audit.models import SIGNING, WITNESSES
from ledger.models import Officer
from ledger.models.words import DraftStatus
from month.models import Appointment
from month.waiting_rows import (
    Rows,
    Wait,
    Waiting,
    applications,
    batches,
    batches_in,
    batches_to_sign,
    budgets,
    destruction,
    drafts,
    held_by,
    notices,
    objections,
    orders,
    purchases,
    releases_waiting,
    revenue_plans,
    runs,
    sheets,
    to_propose,
)
from payouts.models import (
    AccountCorrection,
    FateDecision,
    GivingUp,
    Payment,
    RecoveryPlan,
    SchemeValue,
    WriteOff,
)
from payouts.models.words import (
    ApplicationStatus,
    ApprovalRank,
    BatchStatus,
    CorrectionStatus,
    Level,
    PaymentStatus,
    RunStatus,
)
from treasury.models import (
    Budget,
    Claim,
    EarmarkedReceipt,
    Establishment,
    ItemAllocation,
    PassedOn,
    Prize,
    Secondment,
    Settlement,
    SpecialPlan,
    SpendingPlan,
)
from treasury.models.words import (
    BudgetChain,
    BudgetStatus,
    ClaimStatus,
    OrderStatus,
    PlanStatus,
    PostKind,
    ProcurementStatus,
    SecondmentStatus,
    SettlementStatus,
    SpecialPlanStatus,
)

TO_HAND_OVER: Final = (BatchStatus.APPROVED, BatchStatus.FUNDED, BatchStatus.RENDERED, BatchStatus.SENDING)
WAITS: Final[Sequence[Wait]] = (
    Wait("ledger.review_voucher", _("vouchers by hand to be reviewed"), "drafts", drafts(DraftStatus.SUBMITTED), ""),
    Wait("ledger.post_voucher", _("vouchers by hand to be posted"), "drafts", drafts(DraftStatus.REVIEWED), ""),
    Wait("payouts.apply_file", _("lists to be applied"), "files", sheets(~Q(layout="BENEFITS"))),
    Wait("payouts.certify_enrolment", _("rosters to be certified"), "files", sheets(Q(layout="BENEFITS"))),
    Wait("payouts.compute_run", _("runs to be checked"), "runs", runs(RunStatus.FROZEN, RunStatus.COMPUTED)),
    Wait("payouts.submit_run", _("runs to be signed and submitted"), "runs", runs(RunStatus.CHECKED)),
    Wait("payouts.review_run", _("runs to be reviewed"), "runs", runs(RunStatus.SUBMITTED)),
    Wait("payouts.release_run", _("runs to be released"), "runs", runs(RunStatus.REVIEWED)),
    Wait("treasury.release_funds", _("orders whose money is to be released"), "money", releases_waiting),
    Wait("payouts.sign_exception", _("batches whose findings are to be signed"), "bank", batches_to_sign),
    Wait(
        "payouts.approve_as_chief",
        _("batches for the chief accountant to approve"),
        "bank",
        batches(ApprovalRank.CHIEF_ACCOUNTANT),
    ),
    Wait(
        "payouts.approve_as_head",
        _("batches for the head of the bureau to approve"),
        "bank",
        batches(ApprovalRank.BUREAU_HEAD),
    ),
    Wait("payouts.render_batch", _("batches to be handed to the bank"), "bank", batches_in(*TO_HAND_OVER)),
    Wait(
        "payouts.propose_fate", _("batches that the bank may or may not have"), "bank", batches_in(BatchStatus.UNKNOWN)
    ),
    Wait(
        "payouts.decide_fate",
        _("fates of files to be decided"),
        "bank",
        lambda officer: FateDecision.objects.filter(status=CorrectionStatus.PROPOSED).exclude(proposed_by=officer),
        "file__batch__month",
    ),
    Wait(
        "payouts.propose_correction",
        _("returned payments to be corrected"),
        "results",
        lambda _officer: Payment.objects.filter(
            status__in=[PaymentStatus.RETURNED, PaymentStatus.REJECTED],
            reissued_as=None,
            corrections=None,
            givings_up=None,
        ),
    ),
    Wait(
        "payouts.approve_correction",
        _("corrections of accounts to be approved"),
        "results",
        lambda officer: AccountCorrection.objects.filter(status=CorrectionStatus.PROPOSED).exclude(proposed_by=officer),
        "payment__month",
    ),
    Wait(
        "payouts.approve_giving_up",
        _("payments that are to be given up"),
        "results",
        lambda officer: GivingUp.objects.filter(decision=None).exclude(proposed_by=officer),
        "payment__month",
    ),
    Wait(
        "treasury.review_claim",
        _("claims to be reviewed"),
        "claims",
        lambda _officer: Claim.objects.filter(status=ClaimStatus.SIGNED),
        "township__code",
    ),
    Wait(
        "treasury.approve_settlement",
        _("settlements to be approved"),
        "settlements",
        lambda _officer: Settlement.objects.filter(status=SettlementStatus.PREPARED),
    ),
    Wait(
        "treasury.post_settlement",
        _("settlements to be posted"),
        "settlements",
        lambda _officer: Settlement.objects.filter(status=SettlementStatus.APPROVED),
    ),
    Wait(
        "treasury.confirm_post",
        _("posts in townships to be confirmed"),
        "posts",
        lambda officer: Secondment.objects.filter(status=SecondmentStatus.GIVEN).exclude(given_by=officer),
        "township__code",
    ),
    *(
        Wait(SIGNS_BY[role], _("destruction lists to be signed"), "destruction", partial(destruction, role), "")
        for role in SIGNING
    ),
    *(
        Wait(SIGNS_BY[role], _("destructions to be witnessed"), "destruction", partial(destruction, role), "")
        for role in WITNESSES
    ),
    Wait(
        "audit.carry_out_destruction",
        _("destruction lists to be carried out"),
        "destruction",
        lambda officer: lists_to_carry_out(officer=officer),
        "",
    ),
    Wait(
        "audit.propose_destruction",
        _("appraisals to be put on a list"),
        "appraisals",
        lambda _officer: to_propose(),
        "",
    ),
    *(
        Wait("treasury.approve_earmarking", name, desk, orders(kind, OrderStatus.PROPOSED), "")
        for name, desk, kind in (
            (_("allocations to items to be approved"), "earmarked", ItemAllocation),
            (_("prizes to be approved"), "awards", Prize),
            (_("receipts for a purpose to be approved"), "passing", EarmarkedReceipt),
        )
    ),
    *(
        Wait("treasury.post_earmarking", name, desk, orders(kind, OrderStatus.APPROVED), "")
        for name, desk, kind in (
            (_("allocations to items to be posted"), "earmarked", ItemAllocation),
            (_("prizes to be posted"), "awards", Prize),
            (_("receipts for a purpose to be posted"), "passing", EarmarkedReceipt),
        )
    ),
    Wait(
        "treasury.post_earmarking",
        _("parts of receipts to be handed on"),
        "passing",
        lambda officer: PassedOn.objects.filter(receipt__status=OrderStatus.POSTED, handed_on_on=None).exclude(
            Q(receipt__proposed_by=officer) | Q(receipt__approved_by=officer)
        ),
        "",
    ),
    Wait(
        "treasury.review_special_plan",
        _("plans of special accounts to be reviewed"),
        "special_accounts",
        lambda officer: SpecialPlan.objects.filter(status=SpecialPlanStatus.DRAFTED).exclude(drafted_by=officer),
        "township__code",
    ),
    Wait(
        "treasury.prepare_budget",
        _("budgets to be handed in"),
        "budgets",
        lambda _officer: Budget.objects.filter(status=BudgetStatus.PREPARED),
        "",
    ),
    Wait(
        "treasury.review_budget",
        _("budgets to be reviewed for the bureau"),
        "budgets",
        lambda officer: budgets(officer, BudgetStatus.SUBMITTED).filter(chain=BudgetChain.CONGRESS),
        "",
    ),
    Wait(
        "treasury.approve_budget",
        _("budgets to be approved for the government"),
        "budgets",
        lambda officer: budgets(officer, BudgetStatus.SUBMITTED).filter(chain=BudgetChain.GOVERNMENT),
        "",
    ),
    Wait(
        "treasury.record_resolution",
        _("budgets that wait for the congress's resolution"),
        "budgets",
        lambda officer: budgets(officer, BudgetStatus.REVIEWED),
        "",
    ),
    Wait(
        "treasury.approve_spending_plan",
        _("spending plans to be approved"),
        "budgets",
        lambda officer: SpendingPlan.objects.filter(status=PlanStatus.PREPARED).exclude(prepared_by=officer),
        "",
    ),
    Wait("treasury.approve_plan", _("revenue plans to be approved"), "revenue_plans", revenue_plans, ""),
    Wait(
        "treasury.review_procurement",
        _("purchases to be reviewed"),
        "purchases",
        lambda officer: purchases(officer, ProcurementStatus.PLANNED),
        "",
    ),
    Wait(
        "treasury.award_procurement",
        _("purchases to be awarded"),
        "purchases",
        lambda officer: purchases(officer, ProcurementStatus.REVIEWED),
        "",
    ),
    Wait(
        "treasury.confirm_post",
        _("posts of officers to be confirmed"),
        "officers",
        lambda officer: Appointment.objects.filter(status=SecondmentStatus.GIVEN).exclude(
            Q(given_by=officer) | Q(holder=officer)
        ),
        "",
    ),
    Wait(
        "treasury.confirm_establishment",
        _("approved posts of units to be confirmed"),
        "establishment",
        lambda officer: Establishment.objects.filter(confirmed_by=None).exclude(recorded_by=officer),
        "",
    ),
    Wait(
        "payouts.pass_village",
        _("applications for the village"),
        "applications",
        applications(ApplicationStatus.REGISTERED),
        "",
    ),
    Wait(
        "payouts.pass_township",
        _("applications for the township"),
        "applications",
        applications(ApplicationStatus.VILLAGE_PASSED),
        "",
    ),
    Wait(
        "payouts.pass_district",
        _("applications for the district"),
        "applications",
        applications(ApplicationStatus.TOWNSHIP_PASSED),
        "",
    ),
    Wait(
        "payouts.certify_enrolment",
        _("applications to be certified"),
        "applications",
        applications(ApplicationStatus.DISTRICT_PASSED),
        "",
    ),
    Wait("payouts.pass_village", _("notices to be posted"), "applications", notices(Level.VILLAGE), ""),
    Wait("payouts.pass_township", _("notices to be posted"), "applications", notices(Level.TOWNSHIP), ""),
    Wait("payouts.pass_district", _("notices to be posted"), "applications", notices(Level.DISTRICT), ""),
    Wait("payouts.pass_township", _("objections to be decided"), "applications", objections(Level.VILLAGE), ""),
    Wait("payouts.pass_district", _("objections to be decided"), "applications", objections(Level.TOWNSHIP), ""),
    Wait("payouts.certify_enrolment", _("objections to be decided"), "applications", objections(Level.DISTRICT), ""),
    Wait(
        "payouts.approve_rate",
        _("values of schemes to be decided"),
        "rates",
        lambda officer: SchemeValue.objects.filter(approval=None).exclude(proposed_by=officer),
        "",
    ),
    Wait(
        "payouts.approve_recovery",
        _("plans of recovery to be decided"),
        "recoveries",
        lambda officer: RecoveryPlan.objects.filter(decision=None).exclude(agreed_by=officer),
        "",
    ),
    Wait(
        "payouts.approve_recovery",
        _("write-offs to be decided"),
        "recoveries",
        lambda officer: WriteOff.objects.filter(decision=None).exclude(proposed_by=officer),
        "",
    ),
)

# The claims that wait for whom in a township.
CLAIMS_WAIT: Final = (
    (PostKind.HEAD, ClaimStatus.REGISTERED, _("claims to be signed")),
    (PostKind.CENTRE_REVIEWER, ClaimStatus.SIGNED, _("claims to be reviewed")),
)


def waiting_for(*, officer: Officer, on: date) -> Sequence[Waiting]:
    """Return what waits for an officer on a day, in the order of a month's work; a query for each act held."""
    found: list[Waiting] = []
    for wait in WAITS:
        if officer.is_active and officer.has_perm(wait.act):
            found += counted(wait, officer)
    return [*found, *in_townships(officer=officer, on=on)]


def counted(wait: Wait, officer: Officer) -> Sequence[Waiting]:
    rows = wait.rows(officer)
    if not wait.over:
        count = rows.count()
        return [Waiting(wait.name, count, wait.desk)] if count else []
    by = (
        rows.order_by()
        .annotate(counted_over=F(wait.over))
        .values_list("counted_over")
        .annotate(Count("pk", distinct=True))
    )
    return [
        Waiting(wait.name, count, wait.desk, *((None, over) if isinstance(over, str) else (over,)))
        for over, count in by.order_by("counted_over")
    ]


def in_townships(*, officer: Officer, on: date) -> Sequence[Waiting]:
    """Return the claims and plans that wait for an officer by a post in a township; a query for each kind of post."""
    found: list[Waiting] = []
    for post, status, name in CLAIMS_WAIT:
        here = Claim.objects.filter(status=status, township__in=held_by(officer, post, on))
        found += by_township(here.exclude(registered_by=officer), name, "claims")
    signed = SpecialPlan.objects.filter(
        status=SpecialPlanStatus.REVIEWED, township__in=held_by(officer, PostKind.HEAD, on)
    )
    return [*found, *by_township(signed, _("plans of special accounts to be signed"), "special_accounts")]


def by_township(rows: Rows, name: Any, desk: str) -> Sequence[Waiting]:
    counted_by = rows.order_by().values_list("township__code").annotate(Count("pk"))
    return [Waiting(name, count, desk, None, code) for code, count in counted_by]
