"""Two officers at once over the last money of an item, of an award, of a township: real connections, real commits."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections, transaction

from ledger.checks import run_checks
from ledger.models import Voucher
from ledger.refusals import UnableToPost
from tests import earmarking
from tests.attacks import Stage
from tests.earmarking import (
    DAY,
    TRANSFERS,
    accepted,
    award,
    awarded,
    birch,
    drafted,
    fine,
    instalment,
    item,
    passed_on,
    planned,
    prize,
    received,
    release_of,
    reviewed,
    signed,
    yuan,
)
from tests.payroll import AT, officer
from treasury.awarding import set_off_fine
from treasury.item_balances import balance_in, left_of_item
from treasury.itemizing import post_allocation, propose_allocation
from treasury.models import FineSetOff, Instalment, ItemAllocation, Release, SpecialPlan
from treasury.models.words import ReleaseStatus
from treasury.ordering import approve_order
from treasury.passing import Part, hand_on_part
from treasury.procuring import accept_delivery, request_instalment
from treasury.releasing import post_release, release_funds
from treasury.spending import sign_plan

own_stage = earmarking.own_stage
DEADLINE_SECONDS = 30


@pytest.fixture
def pool(own_stage: Stage) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=8) as executor:
        yield executor


def outcomes(pool: ThreadPoolExecutor, works: Sequence[Callable[[], object]]) -> list[str]:
    """Start all works together, each on a connection of its own, and return what became of them."""
    barrier = threading.Barrier(len(works))

    def start(work: Callable[[], object]) -> object:
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SET statement_timeout = '{DEADLINE_SECONDS}s'")
            barrier.wait(timeout=DEADLINE_SECONDS)
            return work()
        finally:
            connections.close_all()

    futures = [pool.submit(start, work) for work in works]
    wait(futures, timeout=2 * DEADLINE_SECONDS)
    return sorted(outcome(future) for future in futures)


def outcome(future: Future[Any]) -> str:
    error = future.exception(timeout=DEADLINE_SECONDS)
    if error is None:
        return "done"
    assert isinstance(error, UnableToPost), error
    return error.name


def silent() -> bool:
    return list(run_checks([])) == []


def test_two_officers_release_the_last_money_of_an_item_once(pool: ThreadPoolExecutor) -> None:
    """Both releases are right by their plans; then the item loses money by hand, and one of the two fits."""
    left = left_of_item(township=birch(), account_code="10040302")
    half = left // 2
    both = [release_of(signed(drafted(str(half), number=2))), release_of(signed(drafted(str(half), number=2)))]
    earmarking.voucher_in_birch("hand/race", *earmarking.spent_by_hand("10040302", str(left - half - yuan("0.01"))))
    works = [
        partial(release_funds, release=release, officer=officer(who), at=AT)
        for release, who in zip(both, ("releaser", "second-releaser"), strict=True)
    ]
    assert outcomes(pool, works) == ["done", "release_is_funded"]
    assert Release.objects.filter(pk__in=[one.pk for one in both], status=ReleaseStatus.RELEASED).count() == 1
    assert silent()


def test_one_release_is_released_and_paid_once(pool: ThreadPoolExecutor) -> None:
    release = release_of(signed(drafted("100.00", number=2)))
    works = [
        partial(release_funds, release=release, officer=officer(who), at=AT) for who in ("releaser", "second-releaser")
    ]
    assert outcomes(pool, works) == ["done", "release_moves"]

    def pay(who: str) -> None:
        with transaction.atomic():
            post_release(release=release, on=DAY, cashier=officer(who))

    assert outcomes(pool, [partial(pay, who) for who in ("cashier", "second-cashier")]) == ["done", "release_moves"]
    assert Voucher.objects.filter(source=f"{release.source}/paid").count() == 1
    # The payments of payouts were left out here, and nothing else is missing.
    assert {one.check for one in run_checks([])} == {"releases_are_owed", "releases_are_paid"}


def test_two_plans_are_not_signed_over_what_one_item_holds(pool: ThreadPoolExecutor) -> None:
    left = str(left_of_item(township=birch(), account_code="10040302"))
    plans = [reviewed(drafted(left, number=2)), reviewed(drafted(left, number=2))]
    works = [
        partial(sign_plan, plan=plan, on=DAY, officer=officer(who), at=AT)
        for plan, who in zip(plans, ("township_head", "second-township_head"), strict=True)
    ]
    assert outcomes(pool, works) == ["done", "special_plan_is_funded"]
    assert SpecialPlan.objects.exclude(release=None).filter(item=item(2)).count() == 1
    assert silent()


def test_one_plan_is_signed_once(pool: ThreadPoolExecutor) -> None:
    plan = reviewed(drafted("1.00", number=2))
    works = [
        partial(sign_plan, plan=plan, on=DAY, officer=officer(who), at=AT)
        for who in ("township_head", "second-township_head")
    ]
    assert outcomes(pool, works) == ["done", "special_plan_moves"]


def test_two_allocations_share_what_is_unassigned(pool: ThreadPoolExecutor) -> None:
    left = balance_in(township=birch(), account_code="10040300")
    allocations = [
        approve_order(
            order=propose_allocation(
                item=item(number),
                taken_from="10040300",
                amount=left,
                paper="通知",
                officer=officer("preparer"),
                at=AT,
            ),
            officer=officer("reviewer"),
            at=AT,
        )
        for number in (1, 2)
    ]
    works = [
        partial(post_allocation, allocation=allocation, on=DAY, officer=officer(who), at=AT)
        for allocation, who in zip(allocations, ("cashier", "second-cashier"), strict=True)
    ]
    assert outcomes(pool, works) == ["allocation_is_funded", "done"]
    assert ItemAllocation.objects.filter(amount=left, status="POSTED").count() == 1
    assert balance_in(township=birch(), account_code="10040300") == 0
    assert silent()


def test_two_instalments_race_over_the_award(pool: ThreadPoolExecutor) -> None:
    bought = awarded(planned(), award("9000.00"))
    accepted(bought, "9000.00")
    works = [
        partial(request_instalment, procurement=bought, amount=yuan("5000.00"), on=DAY, officer=officer(who), at=AT)
        for who in ("preparer", "second-preparer")
    ]
    assert outcomes(pool, works) == ["done", "instalments_keep_to_award"]
    assert Instalment.objects.filter(procurement=bought).count() == 1
    assert Release.objects.filter(source__startswith=f"{bought.source}/").count() == 1
    assert silent()


def test_many_small_instalments_never_pass_the_award(pool: ThreadPoolExecutor) -> None:
    bought = awarded(planned(), award("9000.00"))
    accepted(bought, "9000.00")
    works = [
        partial(
            request_instalment, procurement=bought, amount=yuan("2000.00"), on=DAY, officer=officer("preparer"), at=AT
        )
        for _ in range(6)
    ]
    assert outcomes(pool, works) == ["done"] * 4 + ["instalments_keep_to_award"] * 2
    assert silent()


def test_two_acceptances_race_over_the_award(pool: ThreadPoolExecutor) -> None:
    bought = awarded(planned(), award("9000.00"))
    works = [
        partial(
            accept_delivery, procurement=bought, amount=yuan("5000.00"), paper="单", on=DAY, officer=officer(who), at=AT
        )
        for who in ("reviewer", "second-reviewer")
    ]
    assert outcomes(pool, works) == ["acceptance_keeps_to_award", "done"]


def test_one_part_is_handed_on_once(pool: ThreadPoolExecutor) -> None:
    receipt = received([Part(birch(), TRANSFERS, None, yuan("10.00"))], "10.00", paper="吉财预九号")
    part = receipt.parts.get()
    works = [
        partial(hand_on_part, part=part, on=DAY, officer=officer(who), at=AT) for who in ("cashier", "second-cashier")
    ]
    assert outcomes(pool, works) == ["done", "passed_on_once"]
    assert Voucher.objects.filter(source=part.source).values("book").distinct().count() == 2
    assert Voucher.objects.filter(source=part.source).count() == 2
    assert silent()


def test_one_prize_is_granted_once(pool: ThreadPoolExecutor) -> None:
    assert outcomes(pool, [partial(prize, "责任状"), partial(prize, "责任状")]) == ["done", "prize_is_paid_once"]


def test_one_fine_is_set_off_once(pool: ThreadPoolExecutor) -> None:
    one = fine(matter="环保", place=2)
    works = [
        partial(set_off_fine, fine=one, on=DAY, officer=officer(who), at=AT) for who in ("reviewer", "second-reviewer")
    ]
    assert outcomes(pool, works) == ["done", "fine_is_set_off_once"]
    assert sum(part.amount for part in FineSetOff.objects.filter(fine=one)) == one.amount
    assert silent()


def test_a_fine_and_a_supplier_race_over_what_the_district_holds(pool: ThreadPoolExecutor) -> None:
    bought = awarded(planned("20000.00"), award("18000.00"))
    accepted(bought, "18000.00")
    release = instalment(bought, "18000.00").release
    one = fine(matter="环保", place=2)
    works: list[Callable[[], object]] = [
        partial(set_off_fine, fine=one, on=DAY, officer=officer("reviewer"), at=AT),
        partial(release_funds, release=release, officer=officer("releaser"), at=AT),
    ]
    ended = outcomes(pool, works)
    # Whoever comes first takes it; a fine that comes second gets what is left, or waits.
    assert ended in (["done", "release_is_funded"], ["done", "fine_is_covered"])
    assert silent()


def test_money_comes_and_goes_at_once(pool: ThreadPoolExecutor) -> None:
    plan = reviewed(drafted("100.00", number=2))
    before = balance_in(township=birch(), account_code="10040302")
    works: list[Callable[[], object]] = [
        partial(sign_plan, plan=plan, on=DAY, officer=officer("township_head"), at=AT),
        partial(passed_on, "50.00", one=item(2), paper="吉财预十号"),
        partial(earmarking.allocate, "60.00", number=2),
    ]
    assert outcomes(pool, works) == ["done"] * 3
    assert balance_in(township=birch(), account_code="10040302") == before + yuan("110.00")
    assert left_of_item(township=birch(), account_code="10040302") == before + yuan("10.00")
    assert silent()
