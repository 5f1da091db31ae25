"""Plan month by month what may be used of the appropriations (用款计划): one officer prepares, another approves.

A plan is a change: it adds to months or takes from them, and nothing of an approved plan is edited.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from ledger.models import Book, Officer
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.budgets import appropriations_of
from treasury.models import PlanLine, SpendingPlan
from treasury.models.words import PLAN_MOVES, PlanStatus
from treasury.refusals import BudgetLineMissing, StateRefuses, refusals_named

# Not the book's: a posting holds its book's trail while it waits for the line of a plan that is decided here.
CHAIN = ""


@dataclass(frozen=True, slots=True)
class PlannedMonth:
    """What a line of the budget, named by its own codes, is given in a month; below zero takes it away."""

    functional: str
    economic: str
    month: int
    amount: Decimal


def prepare_plan(
    *, book: Book, year: int, months: Sequence[PlannedMonth], on: date, officer: Officer, at: datetime
) -> SpendingPlan:
    """Prepare a plan for lines of the approved budget.

    :raises BudgetLineMissing: if a line is not one of the approved budget
    """
    require_post(officer, "treasury.prepare_spending_plan")
    with refusals_named(), transaction.atomic():
        lines = {(one.functional, one.economic): one for one in appropriations_of(book=book.code, year=year)}
        for one in months:
            if (one.functional, one.economic) not in lines:
                label = f"{one.functional or '*'}/{one.economic or '*'}"
                raise BudgetLineMissing("budget_has_the_line", {"line": label, "asked": one.amount})
        last = SpendingPlan.objects.filter(book=book, year=year).aggregate(last=Max("number"))["last"] or 0
        plan = SpendingPlan.objects.create(book=book, year=year, number=last + 1, prepared_on=on, prepared_by=officer)
        PlanLine.objects.bulk_create(
            PlanLine(plan=plan, appropriation=lines[one.functional, one.economic], month=one.month, amount=one.amount)
            for one in months
        )
        recorded(plan, "prepare", officer, at)
        return plan


def approve_plan(*, plan: SpendingPlan, officer: Officer, at: datetime) -> SpendingPlan:
    """Approve a plan: its months count from now on.

    :raises BudgetExhausted: if more would be planned of a line than is appropriated
    :raises BudgetBelowUse: if a month would go below zero, or below what is used by then
    :raises OneOfficerTwice: if the officer prepared it
    """
    return decided(plan, PlanStatus.APPROVED, "", "approve", officer, at)


def refuse_plan(*, plan: SpendingPlan, reason: str, officer: Officer, at: datetime) -> SpendingPlan:
    """Refuse a plan, saying why."""
    return decided(plan, PlanStatus.REFUSED, reason, "refuse", officer, at)


def decided(plan: SpendingPlan, to: PlanStatus, reason: str, act: str, officer: Officer, at: datetime) -> SpendingPlan:
    require_post(officer, "treasury.approve_spending_plan")
    with refusals_named(), transaction.atomic():
        plan = SpendingPlan.objects.select_for_update().get(pk=plan.pk)
        if (PlanStatus(plan.status), to) not in PLAN_MOVES:
            raise StateRefuses("plan_moves", {"plan": str(plan), "from": plan.status, "to": to})
        plan.status, plan.reason, plan.decided_by = to, reason, officer
        plan.save(update_fields=["status", "reason", "decided_by"])
        recorded(plan, act, officer, at)
        return plan


def recorded(plan: SpendingPlan, act: str, officer: Officer, at: datetime) -> None:
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act=f"plan.{act}",
        subject=f"plan/{plan.book_id}/{plan.year}/{plan.number}",
        after={"status": plan.status, "reason": plan.reason},
    )
