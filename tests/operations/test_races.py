"""What happens at once: real connections, real commits, and every wait has its deadline."""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import psycopg2
import pytest
from django.db import connection, connections, transaction

from config import instance
from ledger.checks import run_checks
from ledger.closing import close_month, start_adjusting
from ledger.entries import Event, in_red
from ledger.models import Line, Officer, Period, PeriodChange, Voucher
from ledger.opening import SubAccount, add_account
from ledger.posting import post_event
from ledger.refusals import CashShort, PeriodClosed, ReversalRefused, UnableToPost
from ledger.reversing import reverse_event
from tests.attacks import USERS, Hand, broken_links, change, cr, dr, paper, plain, refused_as, sub_account
from tests.builders import (
    AT,
    DAY,
    FUND,
    SIGNED,
    credit,
    debit,
    event,
    make_books,
    receipt,
    simple,
    sweep,
    voucher,
    yuan,
)

DEADLINE_SECONDS = 30
Connect = Callable[[str], psycopg2.extensions.connection]
T = TypeVar("T")


@pytest.fixture(autouse=True)
def books(fresh_database: str) -> None:
    make_books(townships=2)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=16) as executor:
        yield executor


@pytest.fixture(params=["app", "owner"])
def hands(request: pytest.FixtureRequest, connect: Connect) -> Callable[[], Hand]:
    """Make hands of one role on connections of their own, which never wait longer than the deadline."""

    def make() -> Hand:
        made = Hand(request.param, connect(request.param))
        made.rows(f"SET statement_timeout = '{DEADLINE_SECONDS}s'")
        made.connection.commit()
        return made

    return make


@pytest.fixture
def watcher(connect: Connect) -> Hand:
    made = Hand("postgres", connect("postgres"))
    made.connection.autocommit = True
    return made


def until(condition: Callable[[], bool]) -> None:
    """Look again and again until the condition holds; the question itself takes the time."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"


def is_waiting(watcher: Hand, hand: Hand) -> bool:
    """Tell whether the backend of ``hand`` waits for a lock."""
    pid = hand.connection.get_backend_pid()
    return watcher.rows("SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", pid) == [("Lock",)]


def outcome(future: Future[Any]) -> str:
    """Return ``done`` or the name of the refusal."""
    error = future.exception(timeout=DEADLINE_SECONDS)
    if error is None:
        return "done"
    if isinstance(error, UnableToPost):
        return error.name
    assert isinstance(error, psycopg2.Error), error
    return refused_as(error)


def through_door(hand: Hand, source: str, account: str = "5001", amount: str = "1.00", **header: Any) -> None:
    """Post a two-line voucher by ``ledger_post`` itself, which waits for its turn."""
    columns = {"book": "D", "date": "2026-11-05", "kind": "ORDINARY", "paper": "", **header}
    debited, credited = hand.account(columns["book"], account)[0], hand.account(columns["book"], "2015")[0]
    hand.rows(
        """SELECT * FROM ledger_post(
             ARRAY[%s], ARRAY['记'], ARRAY[%s::date], ARRAY[false], ARRAY[%s], ARRAY['测试'], ARRAY[%s], ARRAY[1],
             ARRAY[''], ARRAY[0], ARRAY['rule'], ARRAY['reviewer'], ARRAY['rule'], '{}', ARRAY['cashier'], '{}', '{}',
             ARRAY[%s], ARRAY[2], ARRAY[%s::numeric], ARRAY[%s::numeric], ARRAY[0], ARRAY[0], ARRAY[1, 1],
             ARRAY[1, 2], ARRAY[%s, %s], ARRAY['F', 'F'], ARRAY['111', '111'], '{}', '{}', '{}', '{}', '{}',
             ARRAY['D', 'C'], ARRAY[%s::numeric, %s::numeric], ARRAY['', ''])""",
        columns["book"],
        columns["date"],
        columns["kind"],
        source,
        columns["paper"],
        amount,
        amount,
        debited,
        credited,
        amount,
        amount,
    )


def in_thread(work: Callable[[], T]) -> T:
    """Run work of Django in this thread with a connection of its own."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = '{DEADLINE_SECONDS}s'")
        return work()
    finally:
        connections.close_all()


def all_at_once(pool: ThreadPoolExecutor, works: Sequence[Callable[[], T]]) -> list[Future[T]]:
    """Start all works together and return their futures when each has ended."""
    barrier = threading.Barrier(len(works))

    def start(work: Callable[[], T]) -> T:
        def together() -> T:
            barrier.wait(timeout=DEADLINE_SECONDS)
            return work()

        return in_thread(together)

    futures = [pool.submit(start, work) for work in works]
    for future in futures:
        future.exception(timeout=2 * DEADLINE_SECONDS)
    return futures


def gaps() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT period_id, voucher_type, count(*), max(number) FROM ledger_voucher GROUP BY 1, 2"
            " HAVING count(*) <> max(number) OR min(number) <> 1"
        )
        return list(cursor.fetchall())


# Closing against posting


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_closing_waits_for_a_posting_in_flight(
    hands: Callable[[], Hand], watcher: Hand, pool: ThreadPoolExecutor, end: str
) -> None:
    poster, closer = hands(), hands()
    closer.closes("T01", 10)
    closer.moves("T01", 11, "OPEN", "ADJUSTING")
    closer.connection.commit()
    through_door(poster, "in flight", book="T01", kind="SUPPLEMENT", paper="x")
    closing = pool.submit(closer.rows, *change(closer, "T01", 11, "ADJUSTING", "CLOSED"))
    until(lambda: is_waiting(watcher, closer))
    assert not closing.done()
    getattr(poster.connection, end)()
    assert outcome(closing) == "done"
    closer.connection.commit()
    totals = watcher.value("SELECT content FROM ledger_seal WHERE kind = 'PERIOD' ORDER BY recorded_at DESC LIMIT 1")
    assert totals.endswith("total\t5001\t111\t1.00\t0.00\n") is (end == "commit")
    assert broken_links(watcher) == []


@pytest.mark.parametrize(("end", "expected"), [("commit", "period_is_open"), ("rollback", "done")])
def test_a_posting_that_waited_for_the_closing_is_refused(
    hands: Callable[[], Hand], watcher: Hand, pool: ThreadPoolExecutor, end: str, expected: str
) -> None:
    poster, closer = hands(), hands()
    closer.closes("T01", 10, 11)
    posting = pool.submit(through_door, poster, "too late", book="T01")
    until(lambda: is_waiting(watcher, poster))
    getattr(closer.connection, end)()
    assert outcome(posting) == expected
    getattr(poster.connection, "commit" if expected == "done" else "rollback")()
    assert watcher.value("SELECT count(*) FROM ledger_voucher") == (1 if expected == "done" else 0)
    assert broken_links(watcher) == []


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_posting_from_before_the_closing_does_not_slip_in(hands: Callable[[], Hand], level: str) -> None:
    poster, closer = hands(), hands()
    poster.rows(f"SET TRANSACTION ISOLATION LEVEL {level}")
    assert poster.rows("SELECT DISTINCT status FROM ledger_period WHERE month = 11") == [("OPEN",)]
    closer.closes("T01", 10, 11)
    closer.connection.commit()
    with pytest.raises(psycopg2.Error) as refusal:
        through_door(poster, "too late", book="T01")
    assert refused_as(refusal.value) in ("SerializationFailure", "isolation_is_read_committed")


@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_a_district_does_not_close_over_a_township_opened_meanwhile(hands: Callable[[], Hand], level: str) -> None:
    district, township = hands(), hands()
    for book in ("T01", "T02"):
        township.closes(book, 10, 11)
    township.connection.commit()
    district.closes("D", 10)
    district.moves("D", 11, "OPEN", "ADJUSTING")
    district.connection.commit()
    district.rows(f"SET TRANSACTION ISOLATION LEVEL {level}")
    assert district.value("SELECT count(*) FROM ledger_book") == 3
    statement = change(district, "D", 11, "ADJUSTING", "CLOSED")
    township.rows(
        "INSERT INTO ledger_book (code, name, kind, chart_id, parent_id, currency, opened_on)"
        " SELECT 'T03', '第3镇', kind, chart_id, parent_id, currency, opened_on FROM ledger_book WHERE code = 'T02'"
    )
    township.rows(
        "INSERT INTO ledger_period (book_id, year, month, starts_on, ends_before, status)"
        " VALUES (%s, 2026, 11, '2026-11-01', '2026-12-01', 'UNOPENED')",
        township.book("T03"),
    )
    township.moves("T03", 11, "UNOPENED", "OPEN")
    township.connection.commit()
    with pytest.raises(psycopg2.Error) as refusal:
        district.rows(*statement)
    assert refused_as(refusal.value) in ("district_closes_last", "SerializationFailure", "isolation_is_read_committed")


def test_closing_amid_many_posters_lets_nobody_in_afterwards(pool: ThreadPoolExecutor) -> None:
    closed = threading.Event()
    chief = Officer.objects.get(username="chief")

    def post_until_refused(poster: int) -> int:
        for count in range(10_000):
            was_closed = closed.is_set()
            try:
                post_event(simple(f"storm/{poster}/{count}", book="T01"))
            except PeriodClosed:
                return count
            assert not was_closed, "posted after the closing had committed"
        raise AssertionError("never closed")

    def close() -> int:
        until(lambda: Voucher.objects.filter(book__code="T01").count() >= 20)
        close_month(period=Period.objects.get(book__code="T01", month=10), officer=chief, at=AT)
        close_month(period=Period.objects.get(book__code="T01", month=11), officer=chief, at=AT)
        closed.set()
        return 0

    posters: list[Callable[[], int]] = [partial(post_until_refused, poster) for poster in range(6)]
    counts = [future.result() for future in all_at_once(pool, [close, *posters])]
    assert sum(counts) == Voucher.objects.filter(book__code="T01").count()
    assert PeriodChange.objects.filter(period__book__code="T01", to_status="CLOSED").count() == 2
    assert (gaps(), list(run_checks([]))) == ([], [])


# One voucher, one source, one sum of money: at once


def test_one_of_two_reversals_of_a_voucher_wins(pool: ThreadPoolExecutor) -> None:
    (posted,) = post_event(simple("wrong"))
    red = replace(
        simple("x").vouchers[0],
        kind="REVERSAL",
        reverses=posted.voucher_id,
        entries=in_red(simple("x").vouchers[0].entries),
    )
    works = [partial(post_event, Event(source=f"red/{n}", vouchers=[red])) for n in range(2)]
    outcomes = sorted(outcome(future) for future in all_at_once(pool, works))
    assert outcomes == ["done", "voucher_reversed_once"]
    assert Voucher.objects.filter(reverses=posted.voucher_id).count() == 1
    assert list(run_checks([])) == []


def test_the_same_reversal_asked_for_twice_is_posted_once(pool: ThreadPoolExecutor) -> None:
    post_event(simple("wrong"))
    works = [partial(reverse_event, source="wrong", posting_date=DAY, signatures=SIGNED)] * 4
    first, *others = [future.result() for future in all_at_once(pool, works)]
    assert all(other == first for other in others)


def test_a_reversal_of_what_another_reverses_right_now_waits_and_is_refused(
    hands: Callable[[], Hand], watcher: Hand, pool: ThreadPoolExecutor
) -> None:
    first, second = hands(), hands()
    first.posts(plain(source="wrong"))
    first.connection.commit()
    first.posts(first.red_copy("wrong", source="red/1"))
    sql, parameters, _ = second.statement([second.red_copy("wrong", source="red/2").but(number=3, seal_number=3)])
    reversing = pool.submit(second.rows, sql, *parameters)
    until(lambda: is_waiting(watcher, second))
    first.connection.commit()
    assert outcome(reversing) == "voucher_reversed_once"


def test_a_source_from_eight_threads_is_posted_once_and_all_get_it(pool: ThreadPoolExecutor) -> None:
    post = sweep("same", "1.00")
    post_event(receipt("r", "100.00"))
    results = [future.result() for future in all_at_once(pool, [partial(post_event, post)] * 8)]
    assert all(result == results[0] for result in results)
    assert Voucher.objects.filter(source="same").count() == 2
    assert list(run_checks([])) == []


def test_a_source_with_two_contents_at_once_is_posted_with_one(pool: ThreadPoolExecutor) -> None:
    works = [partial(post_event, simple("same", amount)) for amount in ("1.00", "2.00")]
    outcomes = sorted(outcome(future) for future in all_at_once(pool, works))
    assert outcomes == ["done", "voucher_source_is_unique"]
    assert Voucher.objects.count() == 1


def test_the_last_money_is_paid_once(pool: ThreadPoolExecutor) -> None:
    post_event(
        event("in", voucher("D", debit("1001", yuan("10.00"), fund=FUND), credit("2015", yuan("10.00"), fund=FUND)))
    )
    out = voucher("D", debit("5001", yuan("6.00"), fund=FUND), credit("1001", yuan("6.00"), fund=FUND))
    works = [partial(post_event, event(f"out/{n}", out)) for n in range(6)]
    futures = all_at_once(pool, works)
    assert sorted(outcome(future) for future in futures) == ["cash_not_negative"] * 5 + ["done"]
    assert all(isinstance(future.exception(), CashShort) for future in futures if future.exception())


# Many posters


def test_sixteen_posters_with_rollbacks_leave_no_gap(pool: ThreadPoolExecutor) -> None:
    class Rolled(Exception):
        """The poster thinks better of it."""

    def post(poster: int) -> int:
        chance = random.Random(poster)
        kept = 0
        for count in range(12):
            keep = chance.random() < 0.6
            try:
                with transaction.atomic():
                    post_event(simple(f"p/{poster}/{count}", voucher_type=chance.choice("记转")))
                    if not keep:
                        raise Rolled
            except Rolled:
                continue
            kept += 1
        return kept

    futures = all_at_once(pool, [partial(post, poster) for poster in range(16)])
    kept = sum(future.result() for future in futures)
    assert Voucher.objects.count() == kept > 0
    assert Line.objects.count() == 2 * kept
    assert (gaps(), list(run_checks([]))) == ([], [])


def test_the_first_voucher_of_a_period_is_numbered_one_for_one_of_eight(pool: ThreadPoolExecutor) -> None:
    works = [partial(post_event, simple(f"first/{n}", book="T02")) for n in range(8)]
    numbers = [posted.number for future in all_at_once(pool, works) for posted in future.result()]
    assert sorted(numbers) == list(range(1, 9))


def test_posters_into_two_books_in_opposite_order_do_not_block_each_other(pool: ThreadPoolExecutor) -> None:
    def post(poster: int) -> int:
        for count in range(20):
            made = sweep(f"two/{poster}/{count}", "1.00")
            post_event(replace(made, vouchers=made.vouchers[:: 1 if poster % 2 else -1]))
        return 20

    post_event(receipt("r", "1000.00"))
    futures = all_at_once(pool, [partial(post, poster) for poster in range(6)])
    assert [future.result() for future in futures] == [20] * 6
    assert (gaps(), list(run_checks([]))) == ([], [])


def test_a_poster_of_another_book_waits_for_nobody(hands: Callable[[], Hand]) -> None:
    first, second = hands(), hands()
    through_door(first, "held", book="T01")
    second.rows("SET LOCAL lock_timeout = '1s'")
    through_door(second, "free", book="T02")
    second.connection.commit()


# Accounts


@pytest.mark.parametrize(("end", "expected"), [("commit", "account_parent_is_unused"), ("rollback", "done")])
def test_a_sub_account_waits_for_the_first_posting_to_its_parent(
    hands: Callable[[], Hand], watcher: Hand, pool: ThreadPoolExecutor, end: str, expected: str
) -> None:
    poster, adder = hands(), hands()
    through_door(poster, "first use", account="5013")
    adding = pool.submit(adder.rows, *sub_account("D", "501301", "5013"))
    until(lambda: is_waiting(watcher, adder))
    getattr(poster.connection, end)()
    assert outcome(adding) == expected


@pytest.mark.parametrize(("end", "expected"), [("commit", "line_account_usable"), ("rollback", "done")])
def test_the_first_posting_to_an_account_waits_for_a_sub_account(
    hands: Callable[[], Hand], watcher: Hand, pool: ThreadPoolExecutor, end: str, expected: str
) -> None:
    poster, adder = hands(), hands()
    adder.rows(*sub_account("D", "501301", "5013"))
    posting = pool.submit(through_door, poster, "first use", "5013")
    until(lambda: is_waiting(watcher, poster))
    getattr(adder.connection, end)()
    assert outcome(posting) == expected


def test_posters_and_a_sub_account_at_once_never_leave_lines_on_a_parent(pool: ThreadPoolExecutor) -> None:
    book = Period.objects.filter(book__code="D").first()
    assert book is not None
    district = book.book
    for code in ("5013", "5031", "5041", "5042"):
        lines = debit(code, yuan("1.00"), fund=FUND), credit("2015", yuan("1.00"), fund=FUND)
        works: list[Callable[[], Any]] = [
            partial(post_event, event(f"{code}/{n}", voucher("D", *lines))) for n in range(3)
        ]
        works.append(partial(add_account, book=district, sub=SubAccount(parent_code=code, code=f"{code}01", name="x")))
        outcomes = {outcome(future) for future in all_at_once(pool, works)}
        assert outcomes <= {"done", "line_account_usable", "account_parent_is_unused"}
    standing = "SELECT count(*) FROM ledger_line l JOIN ledger_account child ON child.parent_id = l.account_id"
    with connection.cursor() as cursor:
        cursor.execute(standing)
        assert cursor.fetchone() == (0,)


# Signatures


def test_a_signature_and_a_posting_wait_for_each_other_and_both_are_chained(
    hands: Callable[[], Hand], watcher: Hand, pool: ThreadPoolExecutor
) -> None:
    signer, poster = hands(), hands()
    signer.posts(plain(source="signed"))
    signer.connection.commit()
    signer.rows(
        "INSERT INTO ledger_signature (voucher_id, role, officer_id, signed_at)"
        " VALUES (%s, 'CHIEF_ACCOUNTANT', 'chief', now())",
        signer.voucher("signed"),
    )
    posting = pool.submit(through_door, poster, "beside")
    until(lambda: is_waiting(watcher, poster))
    signer.connection.commit()
    assert outcome(posting) == "done"
    poster.connection.commit()
    kinds = "SELECT string_agg(kind, ' ' ORDER BY number) FROM ledger_seal WHERE book_id = %s AND kind <> 'PERIOD'"
    assert watcher.value(kinds, watcher.book("D")) == "POSTED SIGNED POSTED"
    assert broken_links(watcher) == []


def test_a_voucher_is_signed_once_by_two_at_once(
    hands: Callable[[], Hand], watcher: Hand, pool: ThreadPoolExecutor
) -> None:
    first, second = hands(), hands()
    first.posts(plain(source="signed"))
    first.connection.commit()
    key = first.voucher("signed")
    sign = (
        "INSERT INTO ledger_signature (voucher_id, role, officer_id, signed_at)"
        " VALUES (%s, 'CHIEF_ACCOUNTANT', %s, now())"
    )
    first.rows(sign, key, "chief")
    signing = pool.submit(second.rows, sign, key, "second")
    until(lambda: is_waiting(watcher, second))
    first.connection.commit()
    assert outcome(signing) == "voucher_signed_once_per_role"


def test_periods_and_postings_of_a_whole_family_do_not_deadlock(pool: ThreadPoolExecutor) -> None:
    chief = Officer.objects.get(username="chief")
    post_event(receipt("r", "1000.00"))

    def adjust(code: str) -> str:
        for month in (10, 12):
            period = Period.objects.get(book__code=code, month=month)
            if period.status == "OPEN":
                start_adjusting(period=period, officer=chief, at=AT)
        return code

    def post(poster: int) -> str:
        for count in range(10):
            post_event(sweep(f"family/{poster}/{count}", "1.00"))
        return str(poster)

    works: list[Callable[[], str]] = [partial(adjust, code) for code in ("D", "T01", "T02")]
    works += [partial(post, poster) for poster in range(4)]
    assert all(outcome(future) == "done" for future in all_at_once(pool, works))
    assert list(run_checks([])) == []


# Death of a client

CLIENT = """
import sys
import psycopg2
connection = psycopg2.connect(sys.argv[1])
print(connection.get_backend_pid(), flush=True)
with connection.cursor() as cursor:
    cursor.execute(sys.argv[2])
print("written", flush=True)
sys.stdin.read()
connection.commit()
"""


def start_client(pool: ThreadPoolExecutor, database: str, hand: Hand, sql: str, parameters: list[Any]) -> Any:
    """Start a process that runs the statement and then waits; return it and its backend's pid."""
    with hand.connection.cursor() as cursor:
        statement = cursor.mogrify(sql, parameters).decode()
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, instance.join().dsn(role=USERS[hand.role], database=database), statement],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert client.stdout is not None
    pid = int(pool.submit(client.stdout.readline).result(timeout=DEADLINE_SECONDS))
    return client, pid


def bury(client: "subprocess.Popen[str]", watcher: Hand, pid: int) -> None:
    client.kill()
    client.wait(timeout=DEADLINE_SECONDS)
    for stream in (client.stdin, client.stdout):
        assert stream is not None
        stream.close()
    until(lambda: watcher.rows("SELECT FROM pg_stat_activity WHERE pid = %s", pid) == [])


def test_a_client_killed_before_its_commit_leaves_nothing(
    fresh_database: str, hands: Callable[[], Hand], watcher: Hand, pool: ThreadPoolExecutor
) -> None:
    hand = hands()
    before = watcher.snapshot()
    sql, parameters, _ = hand.statement([plain(source="dying")])
    hand.connection.rollback()
    client, pid = start_client(pool, fresh_database, hand, sql, parameters)
    assert pool.submit(client.stdout.readline).result(timeout=DEADLINE_SECONDS) == "written\n"
    assert watcher.snapshot() == before
    bury(client, watcher, pid)
    assert watcher.snapshot() == before
    assert hand.posts(plain(source="dying").but(number=1))


def test_a_client_killed_while_it_waits_leaves_nothing(
    fresh_database: str, hands: Callable[[], Hand], watcher: Hand, pool: ThreadPoolExecutor
) -> None:
    hand, holder = hands(), hands()
    sql, parameters, _ = hand.statement([plain(source="dying")])
    hand.connection.rollback()
    through_door(holder, "held")
    client, pid = start_client(pool, fresh_database, hand, sql, parameters)
    until(lambda: watcher.rows("SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", pid) == [("Lock",)])
    client.kill()
    holder.connection.rollback()
    before = watcher.snapshot()
    bury(client, watcher, pid)
    assert watcher.snapshot() == before
    assert hand.posts(plain(source="dying").but(number=1))


def test_a_door_that_gives_up_between_two_events_leaves_neither(watcher: Hand) -> None:
    before = watcher.snapshot()
    with transaction.atomic():
        post_event(simple("first"))
        with pytest.raises(ReversalRefused):
            reverse_event(source="nothing", posting_date=DAY, signatures=SIGNED)
        transaction.set_rollback(True)
    assert watcher.snapshot() == before


def test_a_raw_number_taken_by_another_meanwhile_is_refused(
    hands: Callable[[], Hand], watcher: Hand, pool: ThreadPoolExecutor
) -> None:
    first, second = hands(), hands()
    sql, parameters, _ = second.statement([paper("D", dr("5001", "1.00"), cr("2015", "1.00"), source="second")])
    through_door(first, "first")
    writing = pool.submit(second.rows, sql, *parameters)
    until(lambda: is_waiting(watcher, second))
    first.connection.commit()
    assert outcome(writing) == "voucher_number_is_unique"
