"""Where the batches of a month stand: approvals, what is to be signed, payments by state, and whose turn it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.money import ZERO
from month.standings import STATE_NAMES, State
from payouts.approving import APPROVAL_ACTS
from payouts.models import Batch, Payment
from payouts.models.words import ApprovalRank, BatchStatus, PaymentStatus, Severity
from payouts.sending import BEING_SENT
from web.bank_desk.returned import open_returns

NEXT: Final[Mapping[BatchStatus, Any]] = {
    BatchStatus.APPROVED: gettext_lazy("The cashier makes its files."),
    BatchStatus.FUNDED: gettext_lazy("The cashier makes its files."),
    BatchStatus.RENDERED: gettext_lazy("The cashier hands it to the bank."),
    BatchStatus.SENDING: gettext_lazy("It is being handed over."),
    BatchStatus.UNKNOWN: gettext_lazy("Ask the bank; two officers decide on its letter."),
    BatchStatus.SENT: gettext_lazy("The bank answers."),
    BatchStatus.ANSWERED: gettext_lazy("The bank answers for the rest."),
}
# The states that a batch goes through, as its page shows them, with those that lie between.
LINE: Final[Sequence[tuple[BatchStatus, Sequence[BatchStatus]]]] = (
    (BatchStatus.BUILT, (BatchStatus.DRAFT,)),
    (BatchStatus.CHECKED, ()),
    (BatchStatus.APPROVED, ()),
    (BatchStatus.RENDERED, (BatchStatus.FUNDED,)),
    (BatchStatus.SENT, BEING_SENT),
    (BatchStatus.ANSWERED, ()),
    (BatchStatus.RECONCILED, ()),
    (BatchStatus.CLOSED, ()),
)


class StateSum(NamedTuple):
    """The payments of one state."""

    status: str
    label: str
    payments: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class BatchStanding:
    """A batch, its payments by state, approvals given and asked for, and how many exceptions wait.

    ``came_back`` counts what the bank sent back that is neither issued again nor given up.
    """

    batch: Batch
    given: int
    asked: int
    unsigned: int
    payments: Sequence[StateSum]
    came_back: int

    @property
    def mark(self) -> str:
        """The state that a page shows: an act is taken only on this one."""
        return f"{self.batch.status}/{self.batch.digest[:16]}/{self.given}/{self.unsigned}"

    @property
    def next_rank(self) -> ApprovalRank | None:
        """Whose approval is the next one, where one is asked for and nothing holds it up."""
        if self.batch.status != BatchStatus.CHECKED or self.unsigned or self.given >= self.asked:
            return None
        return ApprovalRank(self.given + 1)

    @property
    def next_approval_act(self) -> str:
        """The act of the next approval: who holds it may give it."""
        return APPROVAL_ACTS[self.next_rank] if self.next_rank else ""

    @property
    def next(self) -> str:
        """What comes next, and whose turn it is."""
        if self.batch.status == BatchStatus.CHECKED and self.unsigned:
            return _("The preparer signs what was found.")
        if self.next_rank:
            return _("Approval by {who}.").format(who=self.next_rank.label)
        if self.batch.status in (BatchStatus.RECONCILED, BatchStatus.CLOSED) and self.came_back:
            return _("Returned payments are put right or given up.")
        return str(NEXT.get(BatchStatus(self.batch.status), ""))


class LineStep(NamedTuple):
    """A state of a batch on its line."""

    name: str
    state: State

    @property
    def state_name(self) -> Any:
        return STATE_NAMES[self.state]


def batch_standings(month: date) -> Sequence[BatchStanding]:
    """Return the batches of a month by their numbers; three queries, however many there are."""
    found = with_approvals().filter(month=month).order_by("number")
    sums: dict[int, list[StateSum]] = {}
    rows = Payment.objects.filter(month=month).values_list("batch", "status").annotate(Count("pk"), Sum("amount"))
    for batch, *rest in rows.order_by("batch", "status"):
        sums.setdefault(batch, []).append(state_sum(*rest))
    came_back = dict(open_returns(month).order_by().values_list("batch").annotate(Count("pk")))
    return [standing(batch, sums.get(batch.pk, []), came_back.get(batch.pk, 0)) for batch in found]


def batch_standing(batch: Batch) -> BatchStanding:
    """Return where one batch stands."""
    rows = batch.payments.values_list("status").annotate(Count("pk"), Sum("amount")).order_by("status")
    came_back = open_returns(batch.month).filter(batch=batch).count()
    return standing(with_approvals().get(pk=batch.pk), [state_sum(*row) for row in rows], came_back)


def with_approvals() -> Any:
    """Return batches with their approvals of what they say now, and what waits for a signature."""
    waits = ~Q(exceptions__severity=Severity.INFO) & Q(exceptions__signed_by=None, exceptions__isnull=False)
    return Batch.objects.select_related("run", "check_made").annotate(
        given=Count("approvals", filter=Q(approvals__digest=F("digest")), distinct=True),
        unsigned=Count("exceptions", filter=waits, distinct=True),
    )


def state_sum(status: str, count: int, total: Decimal | None) -> StateSum:
    return StateSum(status, str(PaymentStatus(status).label), count, total or ZERO)


def standing(batch: Any, payments: Sequence[StateSum], came_back: int) -> BatchStanding:
    check = getattr(batch, "check_made", None)
    return BatchStanding(batch, batch.given, check.approvals if check else 0, batch.unsigned, payments, came_back)


def line_of(batch: Batch) -> Sequence[LineStep]:
    """Return the states of a batch in their order: which it has behind it, and which it is in."""
    places = [place for place, (status, before) in enumerate(LINE) if batch.status in (status, *before)]
    at = places[0] if places else -1
    steps = []
    for place, (status, _before) in enumerate(LINE):
        state = State.DONE if place < at or (place == at and batch.status == status) else State.WAITING
        if place == at and batch.status != status:
            state = State.STUCK if batch.status == BatchStatus.UNKNOWN else State.NOW
        steps.append(LineStep(str(status.label), state))
    return steps
