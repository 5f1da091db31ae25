"""What two officers do at once to posts and receipts: real connections, real commits, one of them wins."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from functools import partial

import pytest
from django.db import connections, transaction

from ledger.checks import run_checks
from ledger.refusals import UnableToPost
from tests import posts
from tests.attacks import Stage
from tests.posts import AT, DAY, birch, collect, deposited, given, held, income, issued, local, officer, received
from tests.racing import DEADLINE_SECONDS, outcomes
from treasury.establishing import confirm_establishment, record_establishment
from treasury.issuing_receipts import close_book, take_back_receipts
from treasury.models import IncomeLine, ReceiptBook, ReceiptMark, Secondment, Unit
from treasury.models.words import PostKind
from treasury.seconding import confirm_post, end_post, refuse_post
from treasury.using_receipts import use_receipts, void_receipt

own_stage = posts.own_stage


@pytest.fixture
def pool(own_stage: Stage) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=8) as executor:
        yield executor


def use(line: IncomeLine) -> None:
    with transaction.atomic():
        use_receipts(lines=[line], officer=officer("reviewer"))
        collect(line)


def void(book: ReceiptBook, receipt: str) -> None:
    void_receipt(book=book, receipt=receipt, copies_kept=3, reason="写错", officer=local("clerk-birch"), on=DAY, at=AT)


def back(book: ReceiptBook, receipt: str) -> None:
    keeper = officer("receipt_keeper")
    take_back_receipts(book=book, first=receipt, last=receipt, officer=keeper, reason="换新", on=DAY, at=AT)


def close(book: ReceiptBook, stubs: str, *, by: str = "reviewer") -> None:
    close_book(book=book, stub_total=Decimal(stubs), officer=officer(by), on=DAY, at=AT)


def test_two_administrators_give_one_head_post_once(pool: ThreadPoolExecutor) -> None:
    works: list[Callable[[], object]] = [
        partial(given, name="甲", by="administrator"),
        partial(given, name="乙", by="second-administrator"),
    ]
    assert outcomes(pool, *works) == ["done", "one_head_at_a_time"]
    assert Secondment.objects.filter(township=birch(), post=PostKind.HEAD).count() == 1


def test_one_person_is_not_given_two_conflicting_posts_at_once(pool: ThreadPoolExecutor) -> None:
    works = [partial(given, post, name="甲") for post in (PostKind.CASHIER, PostKind.BUDGET_ACCOUNTANT)]
    assert outcomes(pool, *works) == ["done", "posts_do_not_conflict"]


def other_waits(pool: ThreadPoolExecutor, own_stage: Stage, work: Callable[[], object]) -> Future[str]:
    """Start a work on a connection of its own and return when it waits for a lock."""

    def told() -> str:
        try:
            work()
        except UnableToPost as refusal:
            return refusal.name
        finally:
            connections.close_all()
        return "done"

    future = pool.submit(told)
    hand = own_stage.hand("postgres")
    hand.connection.autocommit = True
    for _ in range(DEADLINE_SECONDS * 20):
        if hand.value(WAITING) or future.done():
            return future
        time.sleep(0.05)
    raise AssertionError("nobody waits")


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def test_who_gives_a_conflicting_post_waits_for_who_gives_the_first(pool: ThreadPoolExecutor, own_stage: Stage) -> None:
    with transaction.atomic():
        given(PostKind.CASHIER, name="甲")
        second = other_waits(pool, own_stage, partial(given, PostKind.BUDGET_ACCOUNTANT, name="甲"))
        assert not second.done()
    assert second.result(timeout=DEADLINE_SECONDS) == "posts_do_not_conflict"


def test_who_uses_a_number_waits_for_who_voids_it(pool: ThreadPoolExecutor, own_stage: Stage) -> None:
    book = received(issued())
    line = income("吉财0000101")
    with transaction.atomic():
        void(book, "吉财0000102")
        second = other_waits(pool, own_stage, partial(use, line))
        assert not second.done()
        void(book, "吉财0000101")
    assert second.result(timeout=DEADLINE_SECONDS) == "receipt_is_marked_once"


def test_who_closes_a_book_waits_for_who_takes_its_income_back(pool: ThreadPoolExecutor, own_stage: Stage) -> None:
    book = received(issued("吉财0000101", "吉财0000101"))
    line = deposited("吉财0000101")
    with transaction.atomic():
        IncomeLine.objects.filter(pk=line.pk).update(taken_back=True)
        second = other_waits(pool, own_stage, partial(close, book, "100.00"))
        assert not second.done()
    assert second.result(timeout=DEADLINE_SECONDS) == "receipt_book_is_used_up"


def test_a_post_is_confirmed_or_refused(pool: ThreadPoolExecutor) -> None:
    post = given()
    confirm = partial(confirm_post, secondment=post, officer=officer("bureau_head"), reason="", at=AT)
    refuse = partial(refuse_post, secondment=post, officer=officer("second-bureau_head"), reason="x", at=AT)
    assert outcomes(pool, confirm, refuse) == ["done", "secondment_moves"]


def test_a_post_ends_early_once(pool: ThreadPoolExecutor) -> None:
    post = held()
    works = [
        partial(end_post, secondment=post, ends_on=DAY, reason="调离", officer=officer(by), at=AT)
        for by in ("administrator", "second-administrator")
    ]
    assert outcomes(pool, *works) == ["done", "treasury_secondmentend_secondment_id_key"]


def test_an_establishment_is_confirmed_once(pool: ThreadPoolExecutor) -> None:
    entry = record_establishment(
        unit=Unit.objects.earliest("pk"),
        approved=1,
        effective_from=DAY,
        paper="编办",
        officer=officer("administrator"),
        at=AT,
    )
    works = [
        partial(confirm_establishment, establishment=entry, officer=officer(by), at=AT)
        for by in ("bureau_head", "second-bureau_head")
    ]
    assert outcomes(pool, *works) == ["done", "establishment_is_fixed"]


def test_two_clerks_use_one_receipt_number_once(pool: ThreadPoolExecutor) -> None:
    received(issued())
    lines = income("吉财0000101"), income("吉财0000101")
    assert outcomes(pool, *(partial(use, line) for line in lines)) == ["done", "receipt_is_marked_once"]
    assert ReceiptMark.objects.count() == 1
    assert IncomeLine.objects.filter(collection__isnull=False).count() == 1


@pytest.mark.parametrize("other", [void, back])
def test_a_number_is_not_used_and_voided_or_handed_back_at_once(
    pool: ThreadPoolExecutor, other: Callable[[ReceiptBook, str], None]
) -> None:
    book = received(issued())
    works = partial(use, income("吉财0000101")), partial(other, book, "吉财0000101")
    assert outcomes(pool, *works) == ["done", "receipt_is_marked_once"]


def test_two_keepers_issue_one_range_once(pool: ThreadPoolExecutor) -> None:
    works = partial(issued, by="receipt_keeper"), partial(issued, by="second-receipt_keeper")
    assert outcomes(pool, *works)[0] == "done"
    assert ReceiptBook.objects.count() == 1


def test_two_new_books_do_not_slip_past_the_old_ones_together(pool: ThreadPoolExecutor) -> None:
    works = partial(issued, "吉财0000201", "吉财0000210"), partial(issued, "吉财0000301", "吉财0000310")
    assert outcomes(pool, *works) == ["done", "old_receipts_come_first"]


def test_a_book_closes_once(pool: ThreadPoolExecutor) -> None:
    book = received(issued("吉财0000101", "吉财0000101"))
    deposited("吉财0000101")
    works = partial(close, book, "100.00"), partial(close, book, "100.00", by="second-reviewer")
    assert outcomes(pool, *works) == ["done", "receipt_book_moves"]


def test_a_book_does_not_close_while_its_income_is_taken_back(pool: ThreadPoolExecutor) -> None:
    book = received(issued("吉财0000101", "吉财0000101"))
    line = deposited("吉财0000101")

    def take_back() -> None:
        with posts.refusals_named():
            IncomeLine.objects.filter(pk=line.pk).update(taken_back=True)

    told = outcomes(pool, partial(close, book, "100.00"), take_back)
    assert told in (["done", "receipt_book_is_open"], ["done", "receipt_book_is_used_up"])
    assert list(run_checks([])) == []
