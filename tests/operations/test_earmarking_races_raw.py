"""Raw hands at once on earmarked money: the second waits for the first, and sees what it left."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import psycopg2.extensions
import pytest
from django.db import connections

from tests import earmarking
from tests.attacks import Hand, Stage, refused_as
from tests.earmarking import (
    accepted,
    allocate,
    award,
    awarded,
    birch,
    drafted,
    fine,
    instalment,
    planned,
    reviewed,
    yuan,
)
from tests.payroll import AT, officer
from tests.payroll_hands import Row, adds, another, row_of
from treasury.item_balances import balance_in, left_of_item
from treasury.itemizing import propose_allocation
from treasury.ordering import approve_order

own_stage = earmarking.own_stage

DEADLINE_SECONDS = 30


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


Work = Callable[[Hand], object]


def instalments() -> tuple[Work, Work]:
    """Return two instalments of 5,000 each out of an award of 9,000, each with a release that waits."""
    bought = awarded(planned(), award("9000.00"))
    accepted(bought, "9000.00")

    def ask(number: int) -> Work:
        def work(hand: Hand) -> None:
            release: Row = row_of(hand, "treasury_release", "kind = 'PROCUREMENT'")
            fresh = {"status": "WAITING", "released_by_id": None, "released_at": None, "amount": "5000.00"}
            key = adds(hand, "treasury_release", another(release, source=f"attack/{number}", **fresh))
            row = {"procurement_id": bought.pk, "number": number, "amount": "5000.00", "release_id": key}
            adds(hand, "treasury_instalment", row)

        return work

    return ask(1), ask(2)


def acceptances() -> tuple[Work, Work]:
    bought = awarded(planned(), award("9000.00"))

    def accept(number: int) -> Work:
        facts = {"amount": "5000.00", "paper": "单", "accepted_on": "2026-11-10", "accepted_by_id": "demo-clerk"}
        row = {"procurement_id": bought.pk, "number": number, **facts}
        return lambda hand: adds(hand, "treasury_acceptance", row)

    return accept(1), accept(2)


def set_offs() -> tuple[Work, Work]:
    one = fine(matter="环保", place=2)

    def set_off(number: int) -> Work:
        facts = {"amount": "6000.00", "set_off_on": "2026-11-10", "set_off_by_id": "demo-reviewer"}
        return lambda hand: adds(hand, "treasury_finesetoff", {"fine_id": one.pk, "number": number, **facts})

    return set_off(1), set_off(2)


def plans() -> tuple[Work, Work]:
    left = str(left_of_item(township=birch(), account_code="10040302"))

    def sign(key: int) -> Work:
        def work(hand: Hand) -> None:
            hand.rows(
                "UPDATE treasury_specialplan SET status = 'SIGNED', signed_by_id = 'demo-head',"
                " signed_on = '2026-11-10' WHERE id = %s",
                key,
            )
            release: Row = row_of(hand, "treasury_release", "kind = 'SPECIAL' AND status = 'WAITING'")
            fresh = {"account_code": "10040302", "amount": left, "source": f"attack/{key}"}
            adds(hand, "treasury_release", another(release, **fresh))

        return work

    first, second = (reviewed(drafted(left, number=2)).pk for _ in range(2))
    return sign(first), sign(second)


def releases() -> tuple[Work, Work]:
    """Return the releases of two plans that together ask for what money gone by hand has left of one alone."""
    half = left_of_item(township=birch(), account_code="10040302") // 2
    both = [earmarking.release_of(earmarking.signed(drafted(str(half), number=2))) for _ in range(2)]
    left = balance_in(township=birch(), account_code="10040302")
    earmarking.voucher_in_birch("hand/race", *earmarking.spent_by_hand("10040302", str(left - 2 * half + yuan("0.01"))))

    def release(key: int) -> Work:
        return lambda hand: hand.rows(
            "UPDATE treasury_release SET status = 'RELEASED', released_by_id = 'demo-releaser', released_at = now()"
            " WHERE id = %s",
            key,
        )

    return release(both[0].pk), release(both[1].pk)


CASES = {
    "instalments of an award": (instalments, "instalments_keep_to_award"),
    "acceptances of an award": (acceptances, "acceptance_keeps_to_award"),
    "set-offs of a fine": (set_offs, "fine_is_set_off_once"),
    "plans of an item": (plans, "special_plan_is_funded"),
    "releases of an item": (releases, "release_is_funded"),
}


@pytest.mark.parametrize("end", ["commit", "rollback"])
@pytest.mark.parametrize(("prepare", "name"), CASES.values(), ids=CASES.keys())
def test_the_second_waits_and_sees_what_the_first_has_left(
    own_stage: Stage, hands: Callable[[], Hand], prepare: Callable[[], tuple[Work, Work]], name: str, end: str
) -> None:
    first, second = prepare()
    connections.close_all()
    one, two = hands(), hands()
    first(one)

    def follow() -> str:
        try:
            second(two)
        except psycopg2.Error as error:
            return refused_as(error)
        return "done"

    with ThreadPoolExecutor(max_workers=1) as pool:
        following = pool.submit(follow)
        until_waiting(own_stage, two)
        getattr(one.connection, end)()
        assert following.result(timeout=DEADLINE_SECONDS) == (name if end == "commit" else "done")


def test_an_allocation_waits_for_a_release_of_the_same_township(own_stage: Stage, hands: Callable[[], Hand]) -> None:
    allocate("1.00")
    release = instalment_release()
    one, two = hands(), hands()
    one.rows(
        "UPDATE treasury_release SET status = 'RELEASED', released_by_id = 'demo-releaser', released_at = now()"
        " WHERE id = %s",
        release,
    )
    item = earmarking.item()
    allocation = approve_order(
        order=propose_allocation(
            item=item, taken_from="10040300", amount=yuan("1.00"), paper="通知", officer=officer("preparer"), at=AT
        ),
        officer=officer("reviewer"),
        at=AT,
    )
    with ThreadPoolExecutor(max_workers=1) as pool:
        posting = pool.submit(
            two.rows,
            "UPDATE treasury_itemallocation SET status = 'POSTED', posted_by_id = 'demo-cashier',"
            " posted_on = '2026-11-10' WHERE id = %s",
            allocation.pk,
        )
        until_waiting(own_stage, two)
        one.connection.commit()
        assert posting.result(timeout=DEADLINE_SECONDS) == []


def instalment_release() -> int:
    bought = awarded(planned(), award("100.00"))
    accepted(bought, "100.00")
    return int(instalment(bought, "100.00").release.pk)
