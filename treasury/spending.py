"""Spend from special accounts (F22): a unit plans, the centre reviews, the head signs, and a release pays.

用款单位提出用款计划,经会计核算中心审核,报乡镇长(主任)签字审批后拨付. What is released is the signed plan, to its payee
alone (``special_spending_has_its_plan``).
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.entries import GENERAL
from treasury.item_balances import left_of_item
from treasury.models import EarmarkedItem, SpecialPlan, Township, Unit
from treasury.models.words import SPECIAL_PLAN_MOVES, Rank, ReleaseKind, SpecialAccountKind, SpecialPlanStatus
from treasury.opening import special_account_code
from treasury.policy import treasury_policies
from treasury.refusals import ItemExhausted, StateRefuses, TreasuryReasonMissing, refusals_named
from treasury.releasing import CHAIN, PayeeLine, request_release
from treasury.rules.ranks import rank_order
from treasury.scopes import district_wide
from treasury.secondments import day_of, require_post_for

SIGN = "treasury.sign_special_plan"


@dataclass(frozen=True, slots=True)
class WantedSpending:
    """What a unit wants paid, to whom and for what."""

    amount: Decimal
    purpose: str
    papers: str
    payee_name: str
    account_number: str
    bank: str = ""
    payee_number: str = ""
    functional: str = ""
    economic: str = ""
    project: str = ""


def draft_plan(
    *,
    township: Township,
    unit: Unit | None,
    account: SpecialAccountKind,
    item: EarmarkedItem | None,
    wanted: WantedSpending,
    on: date,
    officer: Officer,
    at: datetime,
) -> SpecialPlan:
    """Draft a spending plan of one item; without an item of what no item was named for.

    :raises ItemUnfit: if the special account has no such item on that day, or has items and none is named
    :raises ItemExhausted: if the item holds less; the facts name what is left
    :raises PayeeIsTownship: if the payee is the township, a unit of it, or holds an account of theirs
    """
    require_post(officer, "treasury.draft_special_plan")
    code = item.account_code if item else special_account_code(book=township.book, kind=account, number=0)
    with refusals_named(), transaction.atomic():
        plan = SpecialPlan.objects.create(
            township=township,
            unit=unit,
            kind=account,
            item=item,
            account_code=code,
            planned_on=on,
            drafted_by=officer,
            **asdict(wanted),
        )
        require_left(plan)
        record_plan(plan, act="draft", officer=officer, at=at)
        return plan


def review_plan(*, plan: SpecialPlan, officer: Officer, at: datetime) -> SpecialPlan:
    """Review a drafted plan for the accounting centre.

    :raises ItemExhausted: if the item holds less by now
    :raises OneOfficerTwice: if the officer drafted it
    """
    require_post(officer, "treasury.review_special_plan")
    with refusals_named(), transaction.atomic():
        plan = plan_to_move(plan, SpecialPlanStatus.REVIEWED)
        require_left(plan)
        plan.status, plan.reviewed_by = SpecialPlanStatus.REVIEWED, officer
        plan.save(update_fields=["status", "reviewed_by"])
        record_plan(plan, act="review", officer=officer, at=at)
        return plan


@district_wide()
def sign_plan(*, plan: SpecialPlan, on: date, officer: Officer, at: datetime) -> SpecialPlan:
    """Sign a reviewed plan as the township's head; its release waits for others to release and pay it.

    The head holds the post of the bureau for it, or heads the township on the day of the act.

    :raises ItemExhausted: if the item holds less by now
    :raises OneOfficerTwice: if the officer drafted or reviewed it
    """
    require_post_for(officer=officer, township=plan.township, act=SIGN, on=day_of(at))
    with refusals_named(), transaction.atomic():
        Township.objects.select_for_update(no_key=True).get(pk=plan.township_id)
        plan = plan_to_move(plan, SpecialPlanStatus.SIGNED)
        plan.status, plan.signed_by, plan.signed_on = SpecialPlanStatus.SIGNED, officer, on
        plan.save(update_fields=["status", "signed_by", "signed_on"])
        assert plan.drafted_by is not None
        assert plan.reviewed_by is not None
        plan.release = request_release(
            source=plan.source,
            month=on.replace(day=1),
            township=plan.township,
            kind=ReleaseKind.SPECIAL,
            rank=Rank(rank_order(policies=treasury_policies(), on=on).rank_of(plan.economic)),
            account_code=plan.account_code,
            fund_code=GENERAL,
            summary=plan.purpose,
            lines=[payee_line(plan)],
            on=on,
            prepared_by=plan.drafted_by,
            checked_by=plan.reviewed_by,
        )
        plan.save(update_fields=["release"])
        record_plan(plan, act="sign", officer=officer, at=at)
        return plan


@district_wide()
def refuse_plan(*, plan: SpecialPlan, officer: Officer, reason: str, at: datetime) -> SpecialPlan:
    """Refuse a plan: the centre one that is drafted, the head one that is reviewed; it keeps its reason.

    :raises TreasuryReasonMissing: if no reason is given
    """
    with refusals_named(), transaction.atomic():
        plan = plan_to_move(plan, SpecialPlanStatus.REFUSED)
        if plan.status == SpecialPlanStatus.DRAFTED:
            require_post(officer, "treasury.review_special_plan")
        else:
            require_post_for(officer=officer, township=plan.township, act=SIGN, on=day_of(at))
        if not reason.strip():
            raise TreasuryReasonMissing("special_plan_is_refused_for_a_reason", {"plan": plan.pk})
        plan.status, plan.reason = SpecialPlanStatus.REFUSED, reason
        plan.save(update_fields=["status", "reason"])
        record_plan(plan, act="refuse", officer=officer, at=at)
        return plan


def plan_to_move(plan: SpecialPlan, to: SpecialPlanStatus) -> SpecialPlan:
    """Return a plan locked and read afresh, from where it may go on.

    :raises StateRefuses: if it may not go there
    """
    plan = SpecialPlan.objects.select_for_update().get(pk=plan.pk)
    if (plan.status, to) not in SPECIAL_PLAN_MOVES:
        raise StateRefuses("special_plan_moves", {"plan": plan.pk, "from": plan.status, "to": to.value})
    return plan


def require_left(plan: SpecialPlan) -> None:
    """Check that an item holds what a plan asks for; PostgreSQL asks again when it is signed.

    :raises ItemExhausted: if it does not
    """
    left = left_of_item(township=plan.township, account_code=plan.account_code)
    if plan.amount > left:
        name = str(plan.item) if plan.item else plan.account_code
        raise ItemExhausted("special_plan_is_funded", {"item": name, "amount": plan.amount, "left": left})


def payee_line(plan: SpecialPlan) -> PayeeLine:
    return PayeeLine(
        payee_name=plan.payee_name,
        amount=plan.amount,
        bank=plan.bank,
        account_number=plan.account_number,
        payee_number=plan.payee_number,
        functional=plan.functional,
        economic=plan.economic,
        project=plan.project,
        unit=plan.unit.dimension_id if plan.unit else "",
    )


def record_plan(plan: SpecialPlan, *, act: str, officer: Officer, at: datetime) -> None:
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act=f"special_plan.{act}",
        subject=f"special_plan/{plan.pk}",
        after={"account": plan.account_code, "amount": plan.amount, "status": plan.status, "reason": plan.reason},
    )
