"""Periods open, adjust, close and reopen in order, and each of them takes what it should."""

import itertools
from datetime import date

import pytest
from django.db import DatabaseError, transaction

from ledger.checks import run_checks
from ledger.closing import close_month, close_period, reopen_period, resume, start_adjusting
from ledger.models import AuditEvent, Book, Officer, Period, PeriodChange, Seal, Voucher
from ledger.models.words import PERIOD_MOVES, PeriodStatus
from ledger.opening import open_period, open_year
from ledger.posting import post_event
from ledger.refusals import FourEyesMissing, PeriodCannotMove, PeriodClosed, UnableToPost, refusal_of
from ledger.reversing import supplement
from tests.builders import AT, FUND, OPENED_ON, credit, debit, event, make_books, receipt, simple, sweep, voucher, yuan

pytestmark = pytest.mark.django_db

PAIRS = list(itertools.product(PeriodStatus, repeat=2))
LAST_DAY = date(2026, 12, 31)


def officer(name: str = "chief") -> Officer:
    return Officer.objects.get(username=name)


def period(month: int, book: str = "D", year: int = 2026) -> Period:
    return Period.objects.get(book__code=book, year=year, month=month)


def closed(*months: int, book: str = "D") -> None:
    for month in months:
        close_month(period=period(month, book), officer=officer(), at=AT)


def opened(*months: int, book: str = "D") -> None:
    for month in months:
        open_period(period=period(month, book), opener=officer(), at=AT)


def reopened(month: int, book: str = "D", *, approver: str = "second", reason: str = "漏记") -> PeriodChange:
    return reopen_period(
        period=period(month, book), requested_by=officer(), approved_by=officer(approver), reason=reason, at=AT
    )


@pytest.fixture
def alone() -> Book:
    """A district without townships, October and November 2026 open."""
    return make_books(townships=0)[0]


def in_state(status: PeriodStatus) -> Period:
    """Return a period of D that stands in ``status``, everything earlier closed."""
    closed(10)
    if status == PeriodStatus.UNOPENED:
        return period(12)
    if status == PeriodStatus.ADJUSTING:
        start_adjusting(period=period(11), officer=officer(), at=AT)
    if status == PeriodStatus.CLOSED:
        closed(11)
    return period(11)


def changed_by_hand(moved: Period, start: PeriodStatus, end: PeriodStatus) -> str:
    """Insert a change signed by two officers; return where the period stands, or the name of the refusal."""
    try:
        with transaction.atomic():
            PeriodChange.objects.create(
                period=moved,
                from_status=start,
                to_status=end,
                requested_by=officer(),
                approved_by=officer("second"),
                reason="核对",
                changed_at=AT,
            )
    except DatabaseError as error:
        return refusal_of(error).name
    moved.refresh_from_db()
    return moved.status


@pytest.mark.parametrize(("start", "end"), PERIOD_MOVES)
def test_every_move_of_the_table_can_be_made(alone: Book, start: PeriodStatus, end: PeriodStatus) -> None:
    assert changed_by_hand(in_state(start), start, end) == end


@pytest.mark.parametrize(("start", "end"), [pair for pair in PAIRS if pair not in PERIOD_MOVES])
def test_every_other_move_is_refused_by_the_database(alone: Book, start: PeriodStatus, end: PeriodStatus) -> None:
    moved = in_state(start)
    assert changed_by_hand(moved, start, end) == "period_moves"
    moved.refresh_from_db()
    assert moved.status == start


def test_a_change_from_a_state_that_the_period_is_not_in_is_refused(alone: Book) -> None:
    moved = in_state(PeriodStatus.OPEN)
    assert changed_by_hand(moved, PeriodStatus.ADJUSTING, PeriodStatus.CLOSED) == "period_moves"


def refused(name: str) -> "pytest.RaisesExc[UnableToPost]":
    return pytest.RaisesExc(UnableToPost, check=lambda refusal: refusal.name == name)


def test_a_month_is_not_closed_before_the_month_before_it(alone: Book) -> None:
    with refused("period_closes_in_order"):
        closed(11)
    assert period(11).status == "OPEN"
    closed(10, 11)
    assert (period(10).status, period(11).status) == ("CLOSED", "CLOSED")


def test_a_month_that_was_never_opened_does_not_hold_up_the_next(alone: Book) -> None:
    assert period(9).status == "UNOPENED"
    closed(10)
    assert period(10).status == "CLOSED"


def test_a_month_is_closed_only_after_it_was_opened_and_only_once(alone: Book) -> None:
    closed(10, 11)
    for month, status in ((11, "CLOSED"), (12, "UNOPENED")):
        with pytest.raises(PeriodCannotMove) as refusal:
            closed(month)
        assert (refusal.value.name, period(month).status) == ("period_moves", status)


def test_an_open_month_is_not_closed_without_adjusting(alone: Book) -> None:
    closed(10)
    with refused("period_moves"):
        close_period(period=period(11), officer=officer(), at=AT)
    start_adjusting(period=period(11), officer=officer(), at=AT)
    close_period(period=period(11), officer=officer(), at=AT)
    assert period(11).status == "CLOSED"


def test_a_month_is_opened_once_and_told_in_the_trail(alone: Book) -> None:
    opened(12)
    told = AuditEvent.objects.get(subject="period/D/2026-12")
    assert (told.act, told.actor, told.before) == ("period.open", "chief", "status=UNOPENED")
    assert "status=OPEN" in told.after.splitlines()
    with pytest.raises(PeriodCannotMove):
        opened(12)


def test_a_month_is_not_opened_once_a_later_one_is_closed(alone: Book) -> None:
    closed(10)
    with refused("period_closes_in_order"):
        opened(9)


def test_the_district_closes_a_month_after_its_townships() -> None:
    make_books(townships=2)
    closed(10, 11, book="T01")
    closed(10, book="T02")
    closed(10)
    with refused("district_closes_last") as refusal:
        closed(11)
    assert refusal.value.facts["book"] == "T02"
    closed(11, book="T02")
    closed(11)
    assert period(11).status == "CLOSED"


def test_an_adjusting_township_holds_the_district_up_too() -> None:
    make_books()
    closed(10, book="T01")
    closed(10)
    start_adjusting(period=period(11, "T01"), officer=officer(), at=AT)
    with refused("district_closes_last"):
        closed(11)


def test_a_township_is_not_reopened_before_the_district() -> None:
    make_books()
    for book in ("T01", "D"):
        closed(10, 11, book=book)
    with refused("district_closes_last"):
        reopened(11, "T01")
    reopened(11)
    reopened(11, "T01")
    assert (period(11).status, period(11, "T01").status) == ("ADJUSTING", "ADJUSTING")


def test_a_township_does_not_open_a_month_that_the_district_has_closed() -> None:
    make_books()
    for book in ("T01", "D"):
        closed(10, 11, book=book)
    opened(12)
    closed(12)
    with refused("district_closes_last"):
        opened(12, book="T01")


def test_a_closed_month_is_reopened_by_two_officers_with_a_reason(alone: Book) -> None:
    closed(10, 11)
    change = reopened(11)
    assert (change.requested_by_id, change.approved_by_id, change.reason) == ("chief", "second", "漏记")
    assert period(11).status == "ADJUSTING"


@pytest.mark.parametrize(("approver", "reason"), [("chief", "漏记"), ("second", ""), ("rule", "漏记")])
def test_one_officer_a_service_account_or_no_reason_does_not_reopen(alone: Book, approver: str, reason: str) -> None:
    closed(10, 11)
    with pytest.raises(FourEyesMissing) as refusal:
        reopened(11, approver=approver, reason=reason)
    assert refusal.value.name == "period_reopened_by_two"
    assert period(11).status == "CLOSED"


def test_a_month_is_not_reopened_before_the_months_after_it(alone: Book) -> None:
    closed(10, 11)
    with refused("period_closes_in_order"):
        reopened(10)
    reopened(11)
    reopened(10)
    assert period(10).status == "ADJUSTING"


def test_an_open_month_takes_vouchers_and_an_unopened_or_closed_one_none(alone: Book) -> None:
    post_event(simple("a", posting_date=date(2026, 11, 30)))
    with pytest.raises(PeriodClosed) as refusal:
        post_event(simple("b", posting_date=date(2026, 12, 1)))
    assert refusal.value.facts["status"] == "UNOPENED"
    closed(10, 11)
    with pytest.raises(PeriodClosed) as refusal:
        post_event(simple("c", posting_date=date(2026, 11, 30)))
    assert refusal.value.facts["status"] == "CLOSED"


def test_an_adjusting_month_takes_supplements_but_no_ordinary_vouchers(alone: Book) -> None:
    (posted,) = post_event(simple("a"))
    start_adjusting(period=period(11), officer=officer(), at=AT)
    with pytest.raises(PeriodClosed):
        post_event(simple("b"))
    difference = simple("c", "3.00").vouchers[0]
    assert supplement(source="c", corrects=Voucher.objects.get(pk=posted.voucher_id), difference=difference)
    resume(period=period(11), officer=officer(), reason="还有单据", at=AT)
    assert post_event(simple("b"))


def test_an_adjusting_month_takes_no_opening_voucher(alone: Book) -> None:
    start_adjusting(period=period(10), officer=officer(), at=AT)
    lines = debit("1001", yuan("5.00"), fund=FUND), credit("3001", yuan("5.00"), fund=FUND)
    opening = voucher("D", *lines, kind="OPENING", posting_date=OPENED_ON.replace(month=10, day=31))
    with pytest.raises(PeriodClosed):
        post_event(event("opening", opening))
    resume(period=period(10), officer=officer(), reason="期初", at=AT)
    assert post_event(event("opening", opening))


def test_a_mirrored_event_needs_the_month_open_in_both_books() -> None:
    make_books()
    post_event(receipt("r", "5.00"))
    closed(10, 11, book="T01")
    with pytest.raises(PeriodClosed):
        post_event(sweep("s", "5.00"))
    assert not Voucher.objects.filter(source="s").exists()


def test_a_vouchers_last_day_belongs_to_december_or_to_the_adjustment_period_as_it_says(alone: Book) -> None:
    opened(12, 13)
    post_event(simple("december", posting_date=LAST_DAY))
    post_event(simple("adjustment", posting_date=LAST_DAY, adjustment_period=True))
    assert [(v.period.month, v.number) for v in Voucher.objects.select_related("period").order_by("pk")] == [
        (12, 1),
        (13, 1),
    ]
    closed(10, 11, 12)
    assert post_event(simple("later", posting_date=LAST_DAY, adjustment_period=True))
    with pytest.raises(PeriodClosed):
        post_event(simple("too late", posting_date=LAST_DAY))


def test_the_adjustment_period_takes_no_other_day(alone: Book) -> None:
    opened(12, 13)
    with refused("voucher_date_in_period"):
        post_event(simple("x", posting_date=date(2026, 12, 30), adjustment_period=True))


def test_the_adjustment_period_closes_after_december(alone: Book) -> None:
    opened(12, 13)
    closed(10, 11)
    with refused("period_closes_in_order"):
        closed(13)
    closed(12, 13)
    assert period(13).status == "CLOSED"


def test_each_change_is_told_before_and_after_and_closing_seals_the_totals(alone: Book) -> None:
    post_event(simple("a"))
    closed(10, 11)
    reopened(11)
    told = AuditEvent.objects.filter(subject="period/D/2026-11").order_by("number")
    assert [(e.act, e.before, e.after) for e in told] == [
        ("period.open", "status=UNOPENED", "approved_by=\nstatus=OPEN\nwhy="),
        ("period.adjusting", "status=OPEN", "approved_by=\nstatus=ADJUSTING\nwhy="),
        ("period.closed", "status=ADJUSTING", "approved_by=\nstatus=CLOSED\nwhy="),
        ("period.adjusting", "status=CLOSED", "approved_by=second\nstatus=ADJUSTING\nwhy=漏记"),
    ]
    sealed = Seal.objects.get(kind="PERIOD", content__startswith="period\t2026\t11\tADJUSTING\tCLOSED\t")
    assert sealed.content.split("\n")[1:] == ["total\t2015\t111\t0.00\t100.00", "total\t5001\t111\t100.00\t0.00", ""]
    assert list(run_checks([])) == []


def test_a_refused_change_leaves_neither_row_nor_event(alone: Book) -> None:
    changes, events = PeriodChange.objects.count(), AuditEvent.objects.count()
    with pytest.raises(PeriodCannotMove):
        closed(11)
    assert (PeriodChange.objects.count(), AuditEvent.objects.count()) == (changes, events)


def test_a_book_that_opens_within_a_month_opens_that_month_alone() -> None:
    district, _ = make_books(townships=0, opened_on=date(2026, 11, 15))
    assert list(Period.objects.filter(book=district, status="OPEN").values_list("month", flat=True)) == [11]
    assert post_event(simple("first", posting_date=date(2026, 11, 15)))


def test_a_book_that_opens_with_a_year_opens_the_december_before_it_too() -> None:
    district, _ = make_books(townships=0, opened_on=date(2027, 1, 1))
    opened_months = Period.objects.filter(book=district, status="OPEN").order_by("year", "month")
    assert [str(month) for month in opened_months] == ["2026-12", "2027-01"]
    told = AuditEvent.objects.filter(chain="D").order_by("number")
    assert [(e.act, e.subject) for e in told] == [
        ("book.open", "book/D"),
        ("period.open", "period/D/2026-12"),
        ("period.open", "period/D/2027-01"),
    ]


def test_opening_a_year_twice_adds_nothing_the_second_time(alone: Book) -> None:
    open_year(book=alone, year=2027)
    open_year(book=alone, year=2027)
    assert Period.objects.filter(book=alone, year=2027).count() == 13
