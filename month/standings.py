"""Where the payroll of a month stands: its steps in their order, what is done, what holds each up, whose turn it is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from imports.models import StagedSheet, StageStatus
from ledger.models import Period
from ledger.models.words import BookKind, PeriodStatus
from ledger.money import ZERO, in_full
from ledger.policies import NoValueYet
from payouts.models import Batch, NotPaid, Payment, Payslip, Run, RunException
from payouts.models.words import RELEASED_STATES, BatchStatus, PaymentStatus, RunStatus, Severity
from payouts.policy import payout_policies
from payouts.rules.pay_calendar import Stage, stage_dates
from payouts.running import current_run


class State(Enum):
    """How a step stands."""

    DONE = "done"
    NOW = "now"
    WAITING = "waiting"
    STUCK = "stuck"


STATE_NAMES: Final[Mapping[State, Any]] = {
    State.DONE: _("step done"),
    State.NOW: _("in hand"),
    State.WAITING: _("not begun"),
    State.STUCK: _("held up"),
}


@dataclass(frozen=True, slots=True)
class StepStanding:
    """One step: its name, whose it is, by when, how it stands, its figures, what holds it up, who did it."""

    name: Any
    post: Any
    state: State
    due: date | None = None
    figures: Sequence[str] = ()
    blockers: Sequence[str] = ()
    done_by: Sequence[str] = ()

    @property
    def state_name(self) -> Any:
        return STATE_NAMES[self.state]


@dataclass(frozen=True, slots=True)
class MonthStanding:
    """The steps of a month with its run, where there is one."""

    month: date
    run: Run | None
    steps: Sequence[StepStanding]

    @property
    def current(self) -> StepStanding | None:
        """The step that the month waits for."""
        return next((step for step in self.steps if step.state is not State.DONE), None)


BATCH_TO_BE_SENT: Final = (
    BatchStatus.DRAFT,
    BatchStatus.BUILT,
    BatchStatus.CHECKED,
    BatchStatus.APPROVED,
    BatchStatus.FUNDED,
    BatchStatus.RENDERED,
    BatchStatus.SENDING,
)
PAST_FREEZING: Final = frozenset(RunStatus) - {RunStatus.OPEN, RunStatus.COLLECTING, RunStatus.FROZEN}
PAST_CHECKING: Final = PAST_FREEZING - {RunStatus.COMPUTED}
PAST_SIGNING: Final = PAST_CHECKING - {RunStatus.CHECKED}


def standing_of(month: date) -> MonthStanding:
    """Return where a month stands; a constant number of queries, however many people are paid."""
    run = current_run(month=month)
    due = due_days(month)
    status = RunStatus(run.status) if run else RunStatus.OPEN
    batches = list(Batch.objects.filter(month=month).exclude(status=BatchStatus.CANCELLED).order_by("number"))
    moves = {move.to_status: str(move.by_id or "") for move in run.moves.order_by("pk")} if run else {}
    steps = [
        files_in(month, status, due.get(Stage.REPORT_BY)),
        computed(run, status, moves, due.get(Stage.CHECK_BY)),
        compared(run, status, moves),
        exceptions(run, status, moves),
        approvals(status, moves),
        funds(batches, status),
        bank(batches, due.get(Stage.DATA_TO_BANK)),
        results(month, batches, due.get(Stage.PAY_DAY)),
        closing(month, status),
    ]
    return MonthStanding(month, run, steps)


def due_days(month: date) -> Mapping[Stage, date]:
    """Return the day of each stage of a month; nothing for a month before the first pay calendar, of old files only."""
    try:
        return {stage: one.on for stage, one in stage_dates(month=month, policies=payout_policies()).items()}
    except NoValueYet:
        return {}


def state_of(*, done: bool, begun: bool, stuck: bool = False) -> State:
    if stuck:
        return State.STUCK
    if done:
        return State.DONE
    return State.NOW if begun else State.WAITING


def files_in(month: date, status: RunStatus, due: date | None) -> StepStanding:
    counts = Counter(StagedSheet.objects.filter(month=month).exclude(layout="").values_list("status", flat=True))
    waiting, applied = counts[StageStatus.STAGED], counts[StageStatus.APPLIED]
    return StepStanding(
        _("Collecting files"),
        _("clerk, preparer"),
        state_of(done=status in PAST_FREEZING and not waiting, begun=bool(applied or waiting)),
        due,
        [ngettext("{count} list applied", "{count} lists applied", applied).format(count=applied)],
        [
            ngettext("{count} list waits to be applied", "{count} lists wait to be applied", waiting).format(
                count=waiting
            )
        ]
        if waiting
        else [],
    )


def by_whom(moves: Mapping[str, str], *states: RunStatus) -> Sequence[str]:
    """Return who brought a run into states, by user name."""
    return [moves[one] for one in states if one in moves]


def computed(run: Run | None, status: RunStatus, moves: Mapping[str, str], due: date | None) -> StepStanding:
    figures: list[str] = []
    if run and run.edition:
        paid = Payslip.objects.filter(run=run, edition=run.edition).aggregate(people=Count("pk"), net=Sum("net"))
        left = NotPaid.objects.filter(run=run, edition=run.edition).count()
        figures = [
            ngettext("{count} person, net {net}", "{count} people, net {net}", paid["people"]).format(
                count=paid["people"], net=in_full(paid["net"] or ZERO)
            ),
            ngettext("{count} person not paid", "{count} people not paid", left).format(count=left),
        ]
    done = status in PAST_FREEZING
    begun = status in (RunStatus.COLLECTING, RunStatus.FROZEN)
    by = by_whom(moves, RunStatus.COMPUTED)
    return StepStanding(_("Pay run"), _("preparer"), state_of(done=done, begun=begun), due, figures, (), by)


def compared(run: Run | None, status: RunStatus, moves: Mapping[str, str]) -> StepStanding:
    found = exceptions_of(run).count() if run else 0
    figures = [ngettext("{count} finding", "{count} findings", found).format(count=found)] if found else []
    state = state_of(done=status in PAST_CHECKING, begun=status == RunStatus.COMPUTED)
    return StepStanding(_("Differences"), _("preparer"), state, None, figures, (), by_whom(moves, RunStatus.CHECKED))


def exceptions_of(run: Run) -> Any:
    return RunException.objects.filter(run=run, edition=run.edition)


def exceptions(run: Run | None, status: RunStatus, moves: Mapping[str, str]) -> StepStanding:
    counts = {"blocking": 0, "unsigned": 0, "signed": 0}
    if run:
        counts = exceptions_of(run).aggregate(
            blocking=Count("pk", filter=Q(severity=Severity.BLOCK)),
            unsigned=Count("pk", filter=Q(severity=Severity.SIGN, signed_by=None)),
            signed=Count("pk", filter=Q(severity=Severity.SIGN, signed_by__isnull=False)),
        )
    blockers = []
    if counts["blocking"]:
        blockers.append(
            ngettext("{count} exception blocks", "{count} exceptions block", counts["blocking"]).format(
                count=counts["blocking"]
            )
        )
    if counts["unsigned"]:
        blockers.append(
            ngettext("{count} exception to be signed", "{count} exceptions to be signed", counts["unsigned"]).format(
                count=counts["unsigned"]
            )
        )
    return StepStanding(
        _("Exceptions"),
        _("preparer"),
        state_of(
            done=status in PAST_SIGNING,
            begun=status == RunStatus.CHECKED,
            stuck=status == RunStatus.CHECKED and bool(counts["blocking"]),
        ),
        None,
        [ngettext("{count} signed", "{count} signed", counts["signed"]).format(count=counts["signed"])],
        blockers,
        by_whom(moves, RunStatus.SUBMITTED),
    )


def approvals(status: RunStatus, moves: Mapping[str, str]) -> StepStanding:
    return StepStanding(
        _("Approvals"),
        _("reviewer, releaser"),
        state_of(done=status in RELEASED_STATES, begun=status in (RunStatus.SUBMITTED, RunStatus.REVIEWED)),
        None,
        [],
        [],
        by_whom(moves, RunStatus.REVIEWED, RunStatus.RELEASED) if status in RELEASED_STATES else [],
    )


def funds(batches: Sequence[Batch], status: RunStatus) -> StepStanding:
    unapproved = [batch for batch in batches if batch.status in (BatchStatus.BUILT, BatchStatus.CHECKED)]
    total = sum((batch.total for batch in batches), ZERO)
    blockers = [_("batch {batch} is to be approved").format(batch=batch) for batch in unapproved]
    return StepStanding(
        _("Funds"),
        _("chief accountant, bureau head"),
        state_of(done=bool(batches) and not unapproved, begun=status in RELEASED_STATES),
        None,
        [
            ngettext("{count} batch, {total}", "{count} batches, {total}", len(batches)).format(
                count=len(batches), total=in_full(total)
            )
        ]
        if batches
        else [],
        blockers,
    )


def bank(batches: Sequence[Batch], due: date | None) -> StepStanding:
    waiting = [batch for batch in batches if batch.status in BATCH_TO_BE_SENT]
    unknown = [batch for batch in batches if batch.status == BatchStatus.UNKNOWN]
    sent = len(batches) - len(waiting) - len(unknown)
    return StepStanding(
        _("To the bank"),
        _("cashier"),
        state_of(done=bool(batches) and not waiting and not unknown, begun=bool(batches), stuck=bool(unknown)),
        due,
        [ngettext("{count} batch sent", "{count} batches sent", sent).format(count=sent)] if batches else [],
        [_("nobody can prove whether the bank has batch {batch}").format(batch=batch) for batch in unknown],
    )


def results(month: date, batches: Sequence[Batch], due: date | None) -> StepStanding:
    counts = {
        status: (count, total)
        for status, count, total in Payment.objects.filter(month=month, reissued_as=None)
        .exclude(batch__status=BatchStatus.CANCELLED)
        .values_list("status")
        .annotate(Count("pk"), Sum("amount"))
    }
    returned = sum(counts.get(status, (0, ZERO))[0] for status in (PaymentStatus.RETURNED, PaymentStatus.REJECTED))
    settled = counts.get(PaymentStatus.SETTLED, (0, ZERO))
    open_ones = sum(count for status, (count, _total) in counts.items() if status in UNANSWERED)
    figures = [
        ngettext("{count} payment settled, {total}", "{count} payments settled, {total}", settled[0]).format(
            count=settled[0], total=in_full(settled[1])
        )
    ]
    blockers = []
    if open_ones:
        blockers.append(
            ngettext("{count} payment unanswered", "{count} payments unanswered", open_ones).format(count=open_ones)
        )
    if returned:
        blockers.append(
            ngettext("{count} payment came back", "{count} payments came back", returned).format(count=returned)
        )
    return StepStanding(
        _("Results"),
        _("cashier"),
        state_of(done=bool(counts) and not open_ones and not returned, begun=bool(batches), stuck=bool(returned)),
        due,
        figures if counts else [],
        blockers,
    )


UNANSWERED: Final = (PaymentStatus.PLANNED, PaymentStatus.SENT, PaymentStatus.ACCEPTED)


def closing(month: date, status: RunStatus) -> StepStanding:
    periods = Period.objects.filter(year=month.year, month=month.month)
    closed = periods.filter(status=PeriodStatus.CLOSED).count()
    district = periods.filter(book__kind=BookKind.DISTRICT, status=PeriodStatus.CLOSED).exists()
    return StepStanding(
        _("Close"),
        _("chief accountant"),
        state_of(done=district, begun=status in (RunStatus.SETTLED, RunStatus.PART_SETTLED, RunStatus.CLOSED)),
        None,
        [ngettext("{count} book closed", "{count} books closed", closed).format(count=closed)] if closed else [],
    )


def months_known() -> Sequence[date]:
    """Return the months that have lists or runs, the latest first; a file that is no list makes no month."""
    lists = StagedSheet.objects.exclude(layout="")
    months = {*Run.objects.values_list("month", flat=True), *lists.values_list("month", flat=True)}
    return sorted(months, reverse=True)
