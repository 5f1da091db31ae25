"""Raw hands at once on a month's pay: what depends on a state waits for it to stand."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg2
import pytest

from tests import payroll
from tests.attacks import Hand, Stage, refused_as
from tests.payroll import JULY, LEFT, NOVEMBER, PROPOSED, run_of
from tests.payroll_hands import (
    Row,
    adds,
    another,
    approval_of,
    check_of,
    draft_batch,
    part_of,
    payment,
    planned,
    row_of,
)

own_stage = payroll.own_stage

DEADLINE_SECONDS = 30


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=1) as executor:
        yield executor


def outcome(future: Future[Any]) -> str:
    """Return ``done`` or the name of the refusal."""
    error = future.exception(timeout=DEADLINE_SECONDS)
    assert error is None or isinstance(error, psycopg2.Error), error
    return refused_as(error) if error else "done"


@pytest.fixture
def hands(own_stage: Stage) -> Iterator[Callable[[], Hand]]:
    opened: list[psycopg2.extensions.connection] = []

    def make() -> Hand:
        opened.append(own_stage.connect("app"))
        made = Hand("app", opened[-1])
        made.rows(f"SET statement_timeout = '{DEADLINE_SECONDS}s'")
        opened[-1].commit()
        return made

    yield make
    for one in opened:
        one.close()


def until_waiting(stage: Stage, hand: Hand) -> None:
    """Look again and again until the backend of ``hand`` waits for a lock."""
    watcher = stage.hand("postgres")
    watcher.connection.rollback()
    watcher.connection.autocommit = True
    deadline = time.monotonic() + DEADLINE_SECONDS
    asked = "SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s"
    while watcher.rows(asked, hand.connection.get_backend_pid()) != [("Lock",)]:
        assert time.monotonic() < deadline, "it did not happen in time"


def a_draft(hand: Hand) -> tuple[int, dict[str, Any]]:
    """Commit a draft batch with one payment, and return it with another payment that could come in."""
    of, batch = payment(hand, JULY, LEFT), draft_batch(hand, JULY)
    key = planned(hand, batch, of)
    adds(hand, "payouts_paymentpart", another(part_of(hand, of["id"]), payment_id=key, attempt=2))
    hand.connection.commit()
    return batch, another(row_of(hand, "payouts_payment", "id = %s", key), serial=91)


def build(hand: Hand, batch: int, amount: Any) -> None:
    hand.rows(
        "UPDATE payouts_batch SET status = 'BUILT', payments_count = 1, total = %s, digest = payouts_batch_digest(id)"
        " WHERE id = %s",
        amount,
        batch,
    )


@pytest.mark.parametrize(("end", "expected"), [("commit", "batch_total_is_its_payments"), ("rollback", "done")])
def test_building_a_batch_waits_for_a_payment_that_comes_in(
    own_stage: Stage, hands: Callable[[], Hand], pool: ThreadPoolExecutor, end: str, expected: str
) -> None:
    planner, builder = hands(), hands()
    batch, more = a_draft(planner)
    adds(planner, "payouts_payment", more)
    building = pool.submit(build, builder, batch, more["amount"])
    until_waiting(own_stage, builder)
    getattr(planner.connection, end)()
    assert outcome(building) == expected


def part_without_payment(hand: Hand, batch: int) -> tuple[str, Row]:
    of = payment(hand, JULY, PROPOSED)
    key = planned(hand, batch, of)
    hand.connection.commit()
    return "payouts_paymentpart", another(part_of(hand, of["id"]), payment_id=key, attempt=2)


def file_of(hand: Hand, batch: int) -> tuple[str, Row]:
    """Take the batch to where files are made, and return one."""
    hand.rows(
        "UPDATE payouts_batch SET status = 'BUILT', payments_count = 1, digest = payouts_batch_digest(id),"
        " total = (SELECT sum(amount) FROM payouts_payment WHERE batch_id = payouts_batch.id),"
        " prepared_by_id = 'demo-clerk', checked_by_id = 'demo-reviewer', released_by_id = 'demo-releaser'"
        " WHERE id = %s",
        batch,
    )
    adds(hand, "payouts_batchcheck", check_of(hand, batch))
    hand.rows("UPDATE payouts_batch SET status = 'CHECKED' WHERE id = %s", batch)
    adds(hand, "payouts_batchapproval", approval_of(hand, batch))
    for status in ("APPROVED", "FUNDED"):
        hand.rows("UPDATE payouts_batch SET status = %s WHERE id = %s", status, batch)
    hand.connection.commit()
    like = row_of(hand, "payouts_bankfile", "true")
    return "payouts_bankfile", another(like, batch_id=batch, name="x", message_id="x")


COMING: dict[str, tuple[Callable[[Hand, int], tuple[str, Row]] | None, str]] = {
    "a payment": (None, "batch_is_fixed_once_built"),
    "a part": (part_without_payment, "part_fits_its_obligation"),
    "a file": (file_of, "bank_file_is_made_before_sending"),
}


@pytest.mark.parametrize("end", ["commit", "rollback"])
@pytest.mark.parametrize("coming", COMING)
def test_what_comes_into_a_batch_waits_for_one_that_cancels_it(
    own_stage: Stage, hands: Callable[[], Hand], pool: ThreadPoolExecutor, coming: str, end: str
) -> None:
    adder, canceller = hands(), hands()
    batch, more = a_draft(adder)
    made, name = COMING[coming]
    table, row = made(adder, batch) if made else ("payouts_payment", more)
    adder.connection.commit()
    canceller.rows("UPDATE payouts_batch SET status = 'CANCELLED' WHERE id = %s", batch)
    adding = pool.submit(adds, adder, table, row)
    until_waiting(own_stage, adder)
    getattr(canceller.connection, end)()
    assert outcome(adding) == ("done" if end == "rollback" else name)


@pytest.mark.parametrize(("end", "expected"), [("commit", "run_is_computed_while_frozen"), ("rollback", "done")])
def test_a_payslip_waits_for_a_run_that_moves(
    own_stage: Stage, hands: Callable[[], Hand], pool: ThreadPoolExecutor, end: str, expected: str
) -> None:
    computer, mover = hands(), hands()
    run = run_of(NOVEMBER)
    slip = another(row_of(computer, "payouts_payslip", "true"), run_id=run.pk, edition=run.edition)
    mover.rows("UPDATE payouts_run SET status = 'COMPUTED' WHERE id = %s", run.pk)
    computing = pool.submit(adds, computer, "payouts_payslip", slip)
    until_waiting(own_stage, computer)
    getattr(mover.connection, end)()
    assert outcome(computing) == expected
