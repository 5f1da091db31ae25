"""The auditor's tests of vouchers: each finds what was planted, from both sides of its boundary."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg2.extensions
import pytest

from audit.refusals import SampleUnfit
from ledger.closing import close_month, reopen_period
from ledger.entries import Signatures
from ledger.models import Officer, Period
from ledger.posting import post_event
from tests.builders import DAY, FUND, OPENED_ON, credit, debit, event, make_books, simple, voucher, yuan
from tests.planted import facts, keys_found, result_of, within

Connect = Callable[[str], psycopg2.extensions.connection]
OCTOBER, NOVEMBER, NOVEMBER_END = date(2026, 10, 1), OPENED_ON, date(2026, 11, 30)


def post(source: str, amount: str = "100.00", **changes: Any) -> str:
    """Post a voucher of the district and return its key."""
    (posted,) = post_event(simple(source, amount, **changes))
    return f"D/2026-{changes.get('posting_date', DAY):%m}/记-{posted.number}"


def recorded(connect: Connect, source: str, at: datetime) -> None:
    """Move the time at which a voucher was recorded, past all promises."""
    superuser = connect("postgres")
    with superuser, superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            """UPDATE ledger_seal s SET recorded_at = %s FROM ledger_voucher v
                WHERE v.source = %s AND s.book_id = v.book_id AND s.number = v.seal_number""",
            (at, source),
        )
    superuser.close()


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a time in China, eight hours before UTC's."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


# Days


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2026, 10, 7), True),  # Wednesday, National Day
        (date(2026, 10, 8), False),
        (date(2026, 10, 9), False),
        (date(2026, 10, 10), False),  # a Saturday on which people work
        (date(2026, 10, 11), True),
        (date(2026, 10, 17), True),
        (date(2026, 10, 19), False),
    ],
)
@pytest.mark.django_db
def test_days_off_are_those_of_the_calendar(day: date, found: bool) -> None:
    make_books(opened_on=OCTOBER)
    key = post("a", posting_date=day)
    assert keys_found("days_off_posted", within(OCTOBER, date(2026, 10, 31))) == ([key] if found else [])


@pytest.mark.django_db
def test_years_without_a_calendar_are_told() -> None:
    make_books()
    said = facts(result_of("days_off_posted", within(date(2026, 1, 1), date(2031, 1, 1))))
    assert said["Years without a calendar of holidays"].endswith("2031")
    assert "2026" not in said["Years without a calendar of holidays"]


# Times


def test_vouchers_recorded_at_night(fresh_database: str, connect: Connect) -> None:
    make_books()
    keys = {}
    for source, hour, minute in (("a", 21, 59), ("b", 22, 0), ("c", 5, 59), ("d", 6, 0)):
        keys[source] = post(source)
        recorded(connect, source, local(DAY, hour, minute))
    place = within(NOVEMBER, NOVEMBER_END)
    assert keys_found("at_night", place) == [keys["b"], keys["c"]]
    assert keys_found("at_night", place, begin=21) == [keys["a"], keys["b"], keys["c"]]
    assert keys_found("at_night", place, end=7) == [keys["b"], keys["c"], keys["d"]]


def test_vouchers_recorded_long_after_their_day(fresh_database: str, connect: Connect) -> None:
    make_books()
    on_time, late = post("a"), post("b")
    recorded(connect, "a", local(DAY + timedelta(days=15), 23, 59))
    recorded(connect, "b", local(DAY + timedelta(days=16), 0))
    place = within(NOVEMBER, NOVEMBER_END)
    assert [(row[1], row[6]) for row in result_of("back_dated", place).rows] == [(late, 16)]
    assert keys_found("back_dated", place, days=14) == [on_time, late]
    assert keys_found("back_dated", place, days=16) == []


def test_vouchers_around_a_close(fresh_database: str, connect: Connect) -> None:
    make_books(townships=0, opened_on=OCTOBER)
    chief, second = Officer.objects.get(username="chief"), Officer.objects.get(username="second")
    closed_at = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
    october = date(2026, 10, 20)
    early, late = post("a", posting_date=october), post("b", posting_date=october)
    recorded(connect, "a", closed_at - timedelta(hours=24, seconds=1))
    recorded(connect, "b", closed_at - timedelta(hours=24))
    period = Period.objects.get(book__code="D", month=10)
    place = within(OCTOBER, date(2026, 10, 31))
    assert result_of("around_close", place).found == 0  # nothing is closed yet
    for month in (9, 10):
        close_month(period=Period.objects.get(book__code="D", month=month), officer=chief, at=closed_at)
    assert [(row[1], row[7]) for row in result_of("around_close", place).rows] == [(late, "before the close")]
    assert keys_found("around_close", place, hours=25) == [early, late]
    period.refresh_from_db()
    reopen_period(period=period, requested_by=chief, approved_by=second, reason="漏记", at=closed_at)
    after = post("c", posting_date=october, kind="SUPPLEMENT", paper="财函1号")
    recorded(connect, "c", closed_at + timedelta(days=9))
    found = result_of("around_close", place, hours=1).rows
    assert [(row[1], row[7]) for row in found] == [(after, "after the close")]


# Hands


@pytest.mark.parametrize(
    ("signed", "roles"),
    [
        (Signatures(preparer="preparer", reviewer="reviewer", poster="second"), []),
        (Signatures(preparer="preparer", reviewer="reviewer", poster="reviewer"), [2]),
        (Signatures(preparer="preparer", reviewer="reviewer", poster="reviewer", chief_accountant="reviewer"), [3]),
        (Signatures(preparer="rule", reviewer="reviewer", poster="rule"), []),
    ],
)
@pytest.mark.django_db
def test_one_person_in_many_roles(signed: Signatures, roles: list[int]) -> None:
    make_books()
    post("a", signatures=signed)
    place = within(NOVEMBER, NOVEMBER_END)
    assert [row[7] for row in result_of("many_roles", place, roles=2).rows] == roles
    assert [row[7] for row in result_of("many_roles", place).rows] == [each for each in roles if each >= 3]


# Accounts


@pytest.mark.django_db
def test_a_rare_pair_of_accounts() -> None:
    make_books()
    for at in range(9):
        post(f"usual/{at}")
    odd = voucher("D", debit("5001", yuan("7.00"), fund=FUND), credit("3001", yuan("7.00"), fund=FUND))
    (posted,) = post_event(event("odd", odd))
    place = within(NOVEMBER, NOVEMBER_END)
    key = f"D/2026-11/记-{posted.number}"
    found = result_of("rare_pairs", place, share=10).rows  # 1 of 10 vouchers
    assert [(row[1], row[6], row[7], row[8]) for row in found] == [(key, "5001", "3001", 1)]
    assert keys_found("rare_pairs", place, share=9) == []
    assert keys_found("rare_pairs", place) == []
    assert len(keys_found("rare_pairs", place, share=100, most=9)) == 10
    assert len(keys_found("rare_pairs", place, share=100, most=8)) == 1
    assert keys_found("rare_pairs", place, share=100, most=8, digits=1) == [key]


# Numbers


def test_missing_numbers_are_found_and_told_with_every_sample(fresh_database: str, connect: Connect) -> None:
    make_books()
    for number in range(1, 5):
        post(f"s/{number}")
    place = within(NOVEMBER, NOVEMBER_END)
    assert keys_found("number_gaps", place) == []
    superuser = connect("postgres")
    with superuser, superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "DELETE FROM ledger_line WHERE voucher_id = (SELECT id FROM ledger_voucher WHERE source = 's/3')"
        )
        cursor.execute("DELETE FROM ledger_voucher WHERE source = 's/3'")
    found = result_of("number_gaps", place)
    assert [row[1:] for row in found.rows] == [("D 2026-11 记-3", None, "D", "2026-11", "记", 3)]
    assert facts(result_of("many_roles", place))["Missing voucher numbers"] == "D 2026-11 记-3"
    assert [str(gap) for gap in found.gaps] == ["D 2026-11 记-3"]


@pytest.mark.django_db
def test_a_missing_voucher_has_no_account() -> None:
    make_books()
    with pytest.raises(SampleUnfit, match="sample_filter_fits"):
        result_of("number_gaps", within(NOVEMBER, NOVEMBER_END, account="5001"))


# Amounts


@pytest.mark.parametrize(
    ("amount", "found"),
    [("1000.00", True), ("999.99", False), ("1000.01", False), ("20000.00", True), ("1500.00", False)],
)
@pytest.mark.django_db
def test_round_sums(amount: str, found: bool) -> None:
    make_books()
    key = post("a", amount)
    place = within(NOVEMBER, NOVEMBER_END)
    assert keys_found("round_sums", place, of="vouchers") == ([key] if found else [])
    assert len(keys_found("round_sums", place, of="lines")) == 2 * found


@pytest.mark.django_db
def test_round_sums_are_held_against_chance() -> None:
    make_books()
    for at, amount in enumerate(["1000.00", "1500.00", "2500.00", "1000.50", "10.00"]):
        post(f"a/{at}", amount)
    said = facts(result_of("round_sums", within(NOVEMBER, NOVEMBER_END), of="vouchers", unit="500.00"))
    assert said["Amounts of the unit or more"] == "4"
    assert said["of them in whole yuan"] == "3"
    assert said["of them multiples of the unit"] == "3 (75.00 %)"
    assert said["expected by chance of those in whole yuan"] == "0.01"


@pytest.mark.django_db
def test_first_digits_are_counted() -> None:
    make_books()
    for at, amount in enumerate(["10.00", "19.99", "9.99", "0.05", "300.10", "-200.00"]):
        paper = {"paper": "财函1号", "kind": "SUPPLEMENT"} if amount.startswith("-") else {}
        post(f"a/{at}", amount, **paper)
    place = within(NOVEMBER, NOVEMBER_END)
    found = result_of("first_digit", place, of="vouchers")
    assert [(row[1], row[2]) for row in found.rows if row[2]] == [(1, 2), (2, 1), (3, 1)]
    assert len(found.rows) == 9
    assert facts(found)["Verdict"] == "no verdict: fewer than 1,000 amounts"
    every = result_of("first_digit", place, of="vouchers", minimum="0.00")
    assert [(row[1], row[2]) for row in every.rows if row[2]] == [(1, 2), (2, 1), (3, 1), (5, 1), (9, 1)]


# Parameters


@pytest.mark.parametrize(
    ("name", "numbers", "refusal"),
    [
        ("back_dated", {"weeks": 1}, "sample_parameter_is_known"),
        ("back_dated", {"days": "soon"}, "sample_parameter_is_a_number"),
        ("back_dated", {"days": -1}, "sample_parameter_is_large_enough"),
        ("round_sums", {"unit": "0.001"}, "sample_parameter_is_a_number"),
        ("round_sums", {"unit": "0.99"}, "sample_parameter_is_large_enough"),
    ],
)
@pytest.mark.django_db
def test_parameters_that_do_not_fit_are_refused(name: str, numbers: dict[str, object], refusal: str) -> None:
    make_books()
    with pytest.raises(SampleUnfit, match=refusal):
        result_of(name, within(NOVEMBER, NOVEMBER_END), of="vouchers", **numbers)


@pytest.mark.django_db
def test_an_honest_month_is_silent() -> None:
    make_books()
    post("a", "123.45", posting_date=date(2026, 11, 27))
    post("b", "67.89", posting_date=date(2026, 11, 26))
    place = within(NOVEMBER, NOVEMBER_END)
    for name in ("days_off_posted", "around_close", "many_roles", "rare_pairs", "number_gaps", "round_sums"):
        assert result_of(name, place, of="vouchers").found == 0, name
