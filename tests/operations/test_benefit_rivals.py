"""Of two schemes that exclude each other, no month is paid twice, however late it becomes known what is due."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from payouts.models import SchemeValue, SchemeValueApproval
from payouts.refusals import NobodyToPay
from tests import benefits
from tests.benefits import (
    DECEMBER,
    JANUARY,
    PENSION,
    Recipient,
    computed,
    due_to,
    enrolled,
    faults,
    overpaid_by,
    paid,
    reason_of,
)
from tests.payroll import AT, officer

stage = benefits.stage
rolled_back = benefits.rolled_back

FEBRUARY = date(2027, 2, 1)
LATE, IN_TIME = "2025-12-31", "2026-12-20"
# 1800.00 a year since July, paid in December; the scheme that took its place pays 300.00 a month.
OLD = Recipient(1, "two_daughter_pension_yearly", met_on=IN_TIME)
NEW = Recipient(1, PENSION, met_on=IN_TIME)
# Somebody who is paid every month.
OTHER = Recipient(2, met_on="")


def value_added(amount: str) -> None:
    value = SchemeValue.objects.create(
        scheme=OLD.scheme,
        effective_from=date(2026, 7, 1),
        amount=Decimal(amount),
        reference="青财社〔2026〕9号",
        proposed_by=officer("benefits_officer"),
        proposed_at=AT,
    )
    SchemeValueApproval.objects.create(
        value=value, is_approved=True, decided_by=officer("benefits_funder"), decided_at=AT
    )


@pytest.fixture(autouse=True)
def old_scheme(rolled_back: None) -> Iterator[None]:
    """The old scheme is open again; after each test the books are checked."""
    value_added("1800.00")
    yield
    assert faults() == []


def late(one: Recipient) -> Recipient:
    return replace(one, met_on=LATE)


def test_the_old_scheme_is_not_paid_in_arrears_where_the_new_one_was_paid() -> None:
    december = paid(DECEMBER, [late(OLD), NEW, OTHER])
    assert (reason_of(december, OLD), due_to(december, NEW)) == ("verification_overdue", [("2026-12", 1, "300.00")])
    january = paid(JANUARY, [OLD, NEW, OTHER])
    assert (due_to(january, OLD), due_to(january, NEW)) == ([], [("2027-01", 1, "300.00")])


def test_the_new_scheme_is_not_paid_in_arrears_where_the_old_one_was_paid() -> None:
    december = paid(DECEMBER, [OLD, late(NEW), OTHER])
    assert (due_to(december, OLD), reason_of(december, NEW)) == ([("2026-01", 1, "900.00")], "verification_overdue")
    assert due_to(paid(JANUARY, [OLD, NEW, OTHER]), NEW) == [("2027-01", 1, "300.00")]


def test_of_two_that_are_due_in_arrears_the_new_one_is_paid() -> None:
    paid(DECEMBER, [late(OLD), late(NEW), OTHER])
    january = paid(JANUARY, [OLD, NEW, OTHER])
    assert (due_to(january, OLD), due_to(january, NEW)) == (
        [],
        [("2026-12", 1, "300.00"), ("2027-01", 1, "300.00")],
    )


def test_arrears_of_months_before_the_other_scheme_began_are_paid() -> None:
    old = replace(OLD, ended_on="2026-11-30")
    new = replace(NEW, starts_on="2026-12-01")
    paid(DECEMBER, [late(old), new, OTHER])
    january = paid(JANUARY, [old, new, OTHER])
    assert due_to(january, old) == [("2026-01", 1, "750.00")]


def test_arrears_of_the_month_in_which_the_other_scheme_began_are_not_paid() -> None:
    old = replace(OLD, ended_on="2026-12-01")
    new = replace(NEW, starts_on="2026-12-01")
    paid(DECEMBER, [late(old), new, OTHER])
    assert due_to(paid(JANUARY, [old, new, OTHER]), old) == []


def test_arrears_are_paid_where_the_other_scheme_turns_out_overpaid() -> None:
    paid(DECEMBER, [late(OLD), NEW, OTHER])
    january = paid(JANUARY, [OLD, replace(NEW, ended_on="2026-11-30"), OTHER])
    assert overpaid_by(january) == [("001", "2026-12", "300.00", "ended")]
    assert due_to(january, OLD) == [("2026-01", 1, "900.00")]


def test_arrears_that_were_refused_are_paid_once_the_other_scheme_turns_out_overpaid() -> None:
    paid(DECEMBER, [late(OLD), NEW, OTHER])
    assert due_to(paid(JANUARY, [OLD, NEW, OTHER]), OLD) == []
    february = paid(FEBRUARY, [OLD, replace(NEW, ended_on="2026-11-30"), OTHER])
    assert [one[1:3] for one in overpaid_by(february)] == [("2026-12", "300.00"), ("2027-01", "300.00")]
    assert due_to(february, OLD) == [("2026-01", 1, "900.00")]


def test_rivals_of_different_chunks_are_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("payouts.entitling.CHUNK", 1)
    paid(DECEMBER, [late(OLD), replace(OTHER, met_on=LATE), late(NEW)])
    january = paid(JANUARY, [OLD, replace(OTHER, met_on=IN_TIME), NEW])
    assert (due_to(january, OLD), due_to(january, NEW)[0]) == ([], ("2026-12", 1, "300.00"))
    assert due_to(january, OTHER) == [("2026-12", 1, "80.00"), ("2027-01", 1, "80.00")]


def test_a_raise_of_what_was_paid_is_paid_beside_nothing_else() -> None:
    paid(DECEMBER, [OLD, late(NEW), OTHER])
    value_added("2400.00")
    january = paid(JANUARY, [OLD, NEW, OTHER])
    assert due_to(january, OLD) == [("2026-01", 2, "300.00")]
    assert due_to(january, NEW) == [("2027-01", 1, "300.00")]


def test_who_enters_the_new_scheme_after_the_run_is_not_paid_a_month_that_the_old_one_paid() -> None:
    paid(DECEMBER, [OLD, OTHER])
    enrolled(DECEMBER, [OLD, NEW, OTHER], text="b")
    with pytest.raises(NobodyToPay):
        computed(DECEMBER)
    assert due_to(paid(JANUARY), NEW) == [("2027-01", 1, "300.00")]
