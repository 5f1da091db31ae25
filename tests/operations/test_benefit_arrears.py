"""Months judged anew: what is due or was overpaid of them, once, also where two runs are under way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from payouts.models import (
    Overpayment,
)
from payouts.refusals import ApprovalVoid
from payouts.releasing_benefits import release_benefits
from tests import benefits
from tests.benefits import (
    AUGUST,
    FEE,
    JULY,
    OCTOBER,
    REWARD,
    SEPTEMBER,
    Recipient,
    answered,
    due_to,
    dues_of,
    enrolled,
    faults,
    funded,
    overpaid_by,
    paid,
    reason_of,
    refused_row,
    reviewed,
    sent,
    value_added,
)
from tests.payroll import AT, SINGLE, officer

stage = benefits.stage
rolled_back = benefits.rolled_back


@pytest.fixture(autouse=True)
def agreeing(rolled_back: None) -> Iterator[None]:
    """After each test the books are checked."""
    yield
    assert faults() == []


# Months judged anew


def test_a_month_without_verification_is_paid_as_arrears_once_after_it() -> None:
    paid(JULY, [Recipient(1, met_on="2025-12-31"), Recipient(2)])
    met = Recipient(1, met_on="2026-08-10")
    august = paid(AUGUST, [met, Recipient(2)])
    assert due_to(august, met) == [("2026-07", 1, "80.00"), ("2026-08", 1, "80.00")]
    assert due_to(paid(SEPTEMBER), met) == [("2026-09", 1, "80.00")]


@pytest.mark.parametrize(("met_on", "arrears"), [("2027-01-31", True), ("2027-02-01", False)])
def test_a_verification_more_than_six_months_late_forfeits_the_month(met_on: str, arrears: bool) -> None:
    paid(JULY, [Recipient(1, met_on="2025-12-31")])
    met = Recipient(1, met_on=met_on)
    run = paid(date(2027, 2, 1), [met])
    assert ("2026-07", 1, "80.00") in due_to(run, met) if arrears else due_to(run, met) == [("2027-02", 1, "80.00")]


def test_a_refused_row_that_is_right_again_is_paid_its_months() -> None:
    one, other = Recipient(1), Recipient(2)
    paid(JULY, [one, other])
    enrolled(AUGUST, [other], refused=[refused_row(one)])
    august = paid(AUGUST)
    assert (reason_of(august, one), due_to(august, one)) == ("row_refused:bad_date", [])
    september = paid(SEPTEMBER, [one, other])
    assert due_to(september, one) == [("2026-08", 1, "80.00"), ("2026-09", 1, "80.00")]
    assert due_to(paid(OCTOBER), one) == [("2026-10", 1, "80.00")]


def test_a_refused_row_corrected_in_the_month_is_paid_by_its_supplementary_run() -> None:
    one, other = Recipient(1), Recipient(2)
    paid(JULY, [one, other])
    enrolled(AUGUST, [other], refused=[refused_row(one)])
    paid(AUGUST)
    enrolled(AUGUST, [other, one], text="b")
    assert dues_of(paid(AUGUST)) == [("001", REWARD, "2026-08", 1, "80.00")]


def test_a_missing_account_that_comes_later_is_paid_its_months() -> None:
    paid(JULY, [Recipient(1, account="")])
    assert due_to(paid(AUGUST, [Recipient(1)]), Recipient(1)) == [("2026-07", 1, "80.00"), ("2026-08", 1, "80.00")]


def test_suspended_months_stay_unpaid() -> None:
    paid(JULY, [Recipient(1)])
    paid(AUGUST, [Recipient(1, status="暂停")])
    assert due_to(paid(SEPTEMBER, [Recipient(1)]), Recipient(1)) == [("2026-09", 1, "80.00")]


def test_a_suspension_does_not_touch_the_months_before_it() -> None:
    paid(JULY, [Recipient(1), Recipient(2)])
    august = paid(AUGUST, [Recipient(1, status="暂停"), Recipient(2)])
    assert (overpaid_by(august), reason_of(august, Recipient(1))) == ([], "suspended_status")


def test_an_enrolment_that_ended_earlier_was_overpaid() -> None:
    paid(JULY, [Recipient(1), Recipient(2)])
    august = paid(AUGUST, [Recipient(1, ended_on="2026-06-30"), Recipient(2)])
    assert overpaid_by(august) == [("001", "2026-07", "80.00", "ended")]


def test_a_higher_value_from_an_earlier_month_is_paid_as_a_difference() -> None:
    paid(JULY, [Recipient(1), Recipient(3, FEE)])
    value_added("90.01", since=JULY)
    august = paid(AUGUST)
    assert due_to(august, Recipient(1)) == [("2026-07", 2, "10.01"), ("2026-08", 1, "90.01")]
    assert due_to(august, Recipient(3, FEE)) == [("2026-08", 1, "100.00")]
    assert due_to(paid(SEPTEMBER), Recipient(1)) == [("2026-09", 1, "90.01")]


def test_a_value_that_was_refused_counts_for_nothing() -> None:
    paid(JULY, [Recipient(1)])
    value_added("90.00", since=JULY, approve=False)
    assert due_to(paid(AUGUST), Recipient(1)) == [("2026-08", 1, "80.00")]


def test_a_lower_value_from_an_earlier_month_was_overpaid() -> None:
    paid(JULY, [Recipient(1)])
    value_added("70.00", since=JULY)
    august = paid(AUGUST)
    assert overpaid_by(august) == [("001", "2026-07", "10.00", "rate_changed")]
    assert due_to(august, Recipient(1)) == [("2026-08", 1, "70.00")]


# Two runs under way at once


def test_what_a_run_under_way_could_not_look_back_at_is_found_by_the_next() -> None:
    late = Recipient(1, met_on="2025-12-31")
    enrolled(JULY, [late, Recipient(2)])
    july = reviewed(JULY)
    enrolled(AUGUST, [replace(late, met_on="2026-08-10"), Recipient(2)])
    august = reviewed(AUGUST)
    for run in (july, august):
        release_benefits(run=run, officer=officer("releaser"), template=SINGLE, at=AT)
        answered(sent(funded(run)))
    assert due_to(august, late) == [("2026-08", 1, "80.00")]
    assert due_to(paid(SEPTEMBER), late) == [("2026-07", 1, "80.00"), ("2026-09", 1, "80.00")]


def two_runs_under_way(august: list[Recipient]) -> None:
    """Release a supplementary run of July and the run of August, which both look back at July."""
    enrolled(AUGUST, august)
    second = reviewed(JULY)
    run = reviewed(AUGUST)
    release_benefits(run=second, officer=officer("releaser"), template=SINGLE, at=AT)
    with pytest.raises(ApprovalVoid) as refusal:
        release_benefits(run=run, officer=officer("releaser"), template=SINGLE, at=AT)
    assert refusal.value.name == "benefit_is_found_once"


def test_two_runs_under_way_do_not_both_pay_the_same_arrears() -> None:
    paid(JULY, [Recipient(1, met_on="2025-12-31"), Recipient(2)])
    two_runs_under_way([Recipient(1, met_on="2026-07-10"), Recipient(2)])


def test_two_runs_under_way_do_not_both_claim_the_same_overpayment() -> None:
    paid(JULY, [Recipient(1), Recipient(2)])
    two_runs_under_way([Recipient(1, ended_on="2026-06-30"), Recipient(2)])
    assert Overpayment.objects.count() == 2
    assert [one.run.status for one in Overpayment.objects.order_by("pk")] == ["SETTLED", "REVIEWED"]
