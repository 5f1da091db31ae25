"""Whatever officers do in whatever order: no money goes from item to item, and no fen is lost over both books."""

from collections import Counter
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.refusals import UnableToPost
from tests import earmarking
from tests.attacks import Stage
from tests.earmarking import DAY, allocate, birch, drafted, item, passed_on, release_of, signed
from tests.payroll import AT, officer
from treasury.earmarking_checks import earmarked_orders_are_posted_once, items_keep_their_money
from treasury.item_balances import item_balances
from treasury.models import Release
from treasury.models.words import ReleaseStatus, SpecialAccountKind
from treasury.releasing import cancel_release, post_release, release_funds

stage = earmarking.stage

UNASSIGNED = "10040300"


class Step(NamedTuple):
    """What officers try: ``number`` is an item (0: none), ``fen`` an amount, ``which`` an order on its way."""

    act: str
    number: int
    fen: int
    which: int


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(["receive", "allocate", "plan", "plan", "release", "pay", "cancel"]),
        st.integers(0, 2),
        st.sampled_from([1, 99, 500_001, 900_000, 1_250_000, 2_000_000]),
        st.integers(0, 5),
    ),
    min_size=4,
    max_size=20,
)


class Model:
    """The district as it should be: what lies in each leaf, what waits, what is set aside, what was paid."""

    def __init__(self) -> None:
        self.held = balances()
        self.orders: list[Release] = []
        self.status: dict[int, str] = {}
        self.received = self.paid = Decimal("0.00")
        self.before = Counter(waiting_and_released())

    def asked(self, leaf: str, *states: str) -> Decimal:
        own = sum(
            (one.amount for one in self.orders if one.account_code == leaf and self.status[one.pk] in states),
            Decimal("0.00"),
        )
        return own + sum((self.before[leaf, state] for state in states), Decimal("0.00"))

    def free(self, leaf: str) -> Decimal:
        return self.held[leaf] - self.asked(leaf, "RELEASED")


def balances() -> dict[str, Decimal]:
    return {
        one.account_code: one.balance
        for one in item_balances(townships=[birch()])
        if one.kind == SpecialAccountKind.TRANSFERS
    }


def waiting_and_released() -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = {}
    for one in Release.objects.filter(status__in=["WAITING", "RELEASED"]):
        key = one.account_code, one.status
        found[key] = found.get(key, Decimal("0.00")) + one.amount
    return found


def money_of_both_books() -> Decimal:
    """Return all cash of the district and of 白桦镇."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(b.debit - b.credit) FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id"
            " JOIN ledger_book k ON k.id = a.book_id WHERE a.cash AND a.record = 'F' AND k.code = ANY (%s)",
            [[birch().book.code, earmarking.district().code]],
        )
        return Decimal(cursor.fetchone()[0])


def take(step: Step, model: Model) -> bool:
    """Take a step in the model and return whether the acts should allow it."""
    amount = Decimal(step.fen) / 100
    leaf = f"100403{step.number:02}"
    if step.act == "receive":
        model.held[leaf] += amount
        model.received += amount
        return True
    if step.act == "allocate":
        allowed = step.number > 0 and amount <= model.free(UNASSIGNED)
        if allowed:
            model.held[UNASSIGNED] -= amount
            model.held[leaf] += amount
        return allowed
    if step.act == "plan":
        return step.number > 0 and amount <= model.free(leaf) - model.asked(leaf, "WAITING")
    order = model.orders[step.which]
    state = model.status[order.pk]
    if step.act == "release" and state == "WAITING" and order.amount <= model.free(order.account_code):
        model.status[order.pk] = "RELEASED"
        return True
    if step.act == "pay" and state == "RELEASED":
        model.status[order.pk] = "POSTED"
        model.held[order.account_code] -= order.amount
        model.paid += order.amount
        return True
    if step.act == "cancel" and state in ("WAITING", "RELEASED"):
        model.status[order.pk] = "CANCELLED"
        return True
    return False


def act(step: Step, model: Model, at: int) -> None:
    """Have the officers take a step."""
    amount = str(Decimal(step.fen) / 100)
    if step.act == "receive":
        passed_on(amount, one=item(step.number) if step.number else None, paper=f"吉财预{at}号")
    elif step.act == "allocate":
        allocate(amount, number=step.number)
    elif step.act == "plan":
        release = release_of(signed(drafted(amount, number=step.number)))
        model.orders.append(release)
        model.status[release.pk] = "WAITING"
    elif step.act == "release":
        release_funds(release=model.orders[step.which], officer=officer("releaser"), at=AT)
    elif step.act == "pay":
        post_release(release=model.orders[step.which], on=DAY, cashier=officer("cashier"))
    else:
        cancel_release(release=model.orders[step.which], officer=officer("releaser"), reason="停", at=AT)


def is_possible(step: Step, model: Model) -> bool:
    """Say whether a step names something that is there; what is not is no step."""
    if step.act in ("allocate", "plan"):
        return step.number > 0
    return step.act == "receive" or step.which < len(model.orders)


def is_done(step: Step, model: Model, at: int) -> bool:
    """Say whether the officers' step was done rather than refused."""
    try:
        with transaction.atomic():
            act(step, model, at)
    except UnableToPost:
        return False
    return True


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_money_stays_in_its_item_whatever_officers_do(stage: Stage, steps: list[Step]) -> None:
    with transaction.atomic():
        model = Model()
        whole = money_of_both_books()
        for at, step in enumerate(steps):
            if not is_possible(step, model):
                continue
            allowed = take(step, model)
            assert is_done(step, model, at) is allowed, step
            assert balances() == model.held
            assert all(amount >= 0 for amount in balances().values())
            assert money_of_both_books() == whole + model.received - model.paid
        statuses = {one.pk: Release.objects.get(pk=one.pk).status for one in model.orders}
        assert statuses == model.status
        assert all(status in ReleaseStatus.values for status in statuses.values())
        assert list(items_keep_their_money()) == []
        assert list(earmarked_orders_are_posted_once()) == []
        transaction.set_rollback(True)
