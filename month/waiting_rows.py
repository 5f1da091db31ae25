"""Which rows wait for whom: what the waits of ``month.waiting_tasks`` count."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from audit.destructions import listed_items, lists_to_sign
from audit.models import Appraisal, AppraisedYear, DestructionRole
from imports.models import StagedSheet, StageStatus
from ledger.models import Officer, VoucherDraft
from ledger.models.words import DraftStatus
from payouts.applicants import PASSED
from payouts.models import (
    Application,
    Batch,
    BatchException,
    Objection,
    Run,
)
from payouts.models.words import (
    ApplicationStatus,
    ApprovalRank,
    BatchStatus,
    Level,
    RunStatus,
    Severity,
)
from treasury.models import (
    Budget,
    Procurement,
    Release,
    RevenuePlan,
    Township,
)
from treasury.models.orders import Order
from treasury.models.words import (
    BudgetStatus,
    OrderStatus,
    PostKind,
    ProcurementStatus,
    ReleaseStatus,
)
from treasury.secondments import holders_on

Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Work that waits: what is to be done, how many things, for which month or township, which desk it is done at."""

    name: Any
    count: int
    desk: str
    month: date | None = None
    township: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Which rows wait for who holds an act; ``over`` is the field that they are counted by."""

    act: str
    name: Any
    desk: str
    rows: Callable[[Officer], Rows]
    over: str = "month"


def sheets(layouts: Q) -> Callable[[Officer], Rows]:
    return lambda officer: StagedSheet.objects.filter(layouts, status=StageStatus.STAGED).exclude(
        Q(layout="") | Q(staged_by=officer)
    )


def runs(*status: RunStatus) -> Callable[[Officer], Rows]:
    return lambda _officer: Run.objects.filter(status__in=status)


def releases_waiting(_officer: Officer) -> Rows:
    return Release.objects.filter(status=ReleaseStatus.WAITING)


def batches(rank: ApprovalRank) -> Callable[[Officer], Rows]:
    """Return the batches whose next approval is of a rank."""
    return lambda _officer: (
        Batch.objects.filter(status=BatchStatus.CHECKED)
        .annotate(given=Count("approvals", filter=Q(approvals__digest=F("digest"))))
        .filter(given=int(rank) - 1)
    )


def batches_in(*status: BatchStatus) -> Callable[[Officer], Rows]:
    return lambda _officer: Batch.objects.filter(status__in=status)


def batches_to_sign(_officer: Officer) -> Rows:
    """Return the batches with a finding that nobody has signed yet."""
    unsigned = BatchException.objects.filter(batch=OuterRef("pk"), severity=Severity.SIGN, signed_by=None)
    return Batch.objects.filter(Exists(unsigned), status=BatchStatus.CHECKED)


def applications(status: ApplicationStatus) -> Callable[[Officer], Rows]:
    return lambda _officer: Application.objects.filter(status=status)


def notices(level: Level) -> Callable[[Officer], Rows]:
    """Return the applications that a level has passed and not published."""
    return lambda _officer: Application.objects.filter(status=PASSED[level]).exclude(notices__level=level)


def objections(level: Level) -> Callable[[Officer], Rows]:
    """Return the open objections to the notices of a level, which the level above it decides."""
    ended = (ApplicationStatus.CERTIFIED, ApplicationStatus.REFUSED)
    waiting = Objection.objects.filter(decision=None, notice__level=level)
    return lambda officer: waiting.exclude(notice__application__status__in=ended).exclude(registered_by=officer)


def drafts(status: DraftStatus) -> Callable[[Officer], Rows]:
    return lambda officer: VoucherDraft.objects.filter(status=status).exclude(Q(preparer=officer) | Q(reviewer=officer))


def destruction(role: DestructionRole, officer: Officer) -> Rows:
    return lists_to_sign(role=role, officer=officer)


def to_propose() -> Rows:
    """Return the appraisals that let something go which is on no list yet."""
    same = listed_items().filter(record_class=OuterRef("record_class"), fiscal_year=OuterRef("fiscal_year"))
    years = AppraisedYear.objects.filter(~Exists(same), appraisal=OuterRef("pk"), may_go=True)
    return Appraisal.objects.filter(Exists(years))


def budgets(officer: Officer, status: BudgetStatus) -> Rows:
    """Return the budgets in a state, but for those that the officer prepared or reviewed."""
    return Budget.objects.filter(status=status).exclude(Q(prepared_by=officer) | Q(reviewed_by=officer))


def revenue_plans(officer: Officer) -> Rows:
    """Return the newest editions of revenue plans that nobody approved, but for those that the officer prepared."""
    later = RevenuePlan.objects.filter(
        township=OuterRef("township"), year=OuterRef("year"), edition__gt=OuterRef("edition")
    )
    return RevenuePlan.objects.filter(~Exists(later), approved_by=None).exclude(prepared_by=officer)


def purchases(officer: Officer, status: ProcurementStatus) -> Rows:
    """Return the purchases in a state, but for those that the officer planned or reviewed."""
    return Procurement.objects.filter(status=status).exclude(Q(planned_by=officer) | Q(reviewed_by=officer))


def orders(kind: type[Order], status: OrderStatus) -> Callable[[Officer], Rows]:
    """Return the orders of earmarked money in a state, but for those that the officer proposed or approved."""
    return lambda officer: kind._default_manager.filter(status=status).exclude(
        Q(proposed_by=officer) | Q(approved_by=officer)
    )


def held_by(officer: Officer, post: PostKind, on: date) -> QuerySet[Township]:
    """Return the townships in which an officer holds a post on a day."""
    held = holders_on(on=on).filter(holder=officer, post=post).values("township")
    return Township.objects.filter(pk__in=held)
