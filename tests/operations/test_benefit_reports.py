"""The figures of a statistical half-year and year of benefits: every figure by hand, on both sides of its boundary."""

from datetime import date

import pytest

from payouts.benefit_statistics import Figures, Statistics, statistics_of
from payouts.models import Overpayment
from payouts.policy import payout_policies
from payouts.recovering import take_refund
from payouts.rules.benefit_calendar import period_of_half_year, period_of_year
from tests import paid_benefits
from tests.paid_benefits import BIRCH, PINE
from tests.payroll import officer, yuan

stage = paid_benefits.stage
rolled_back = paid_benefits.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
POLICIES = payout_policies()


def half_year(on: str = "2026-04-10") -> Statistics:
    period = period_of_half_year(year=2026, policies=POLICIES)
    return statistics_of(period=period, on=date.fromisoformat(on))


def year(on: str = "2026-10-09") -> Statistics:
    return statistics_of(period=period_of_year(year=2026, policies=POLICIES), on=date.fromisoformat(on))


def figures(statistics: Statistics, township: str, scheme: str) -> Figures:
    [found] = [one.figures for one in statistics.rows if (one.township, one.scheme) == (township, scheme)]
    return found


def test_a_half_year_counts_what_its_months_paid_by_township_and_scheme() -> None:
    assert figures(half_year(), BIRCH, "奖励扶助") == Figures(
        enrolled=1,
        removed=1,
        paid_people=2,
        due=yuan("240.00"),
        paid=yuan("240.00"),
        borne_by_central=yuan("120.00"),
        borne_by_province=yuan("72.00"),
        borne_by_district=yuan("48.00"),
    )
    assert [(one.township, one.scheme) for one in half_year().rows] == [
        (BIRCH, "抚慰金-配偶死亡-独生子女户"),
        (BIRCH, "奖励扶助"),
        (BIRCH, "特别扶助-死亡"),
        (PINE, "独生子女保健费"),
        (PINE, "奖励扶助"),
        (PINE, "特别扶助-伤残"),
    ]


def test_the_total_is_the_sum_of_the_rows_and_its_funders_bear_all_that_is_due() -> None:
    total = half_year().total
    assert (total.enrolled, total.entered, total.died, total.ended, total.removed) == (4, 2, 1, 1, 1)
    assert (total.due, total.paid, total.returned, total.unpaid) == tuple(
        map(yuan, ("9780.00", "9680.00", "100.00", "100.00"))
    )
    assert total.borne_by_central + total.borne_by_province + total.borne_by_district + total.borne_by_township == (
        total.due
    )
    assert (half_year().people_enrolled, half_year().people_paid) == (4, 6)


def test_the_percentage_paid_is_cut_off_so_that_a_hundred_says_all() -> None:
    assert half_year().total.paid_percent == yuan("98.97")  # 9680 of 9780 is 98.977…
    nearly = Figures(due=yuan("100000.00"), paid=yuan("99999.99"))
    assert (nearly.paid_percent, Figures(due=yuan("0.01"), paid=yuan("0.01")).paid_percent) == (
        yuan("99.99"),
        yuan("100.00"),
    )
    assert Figures().paid_percent is None
    assert Figures(due=yuan("80.00"), kept_back=yuan("80.00")).paid_percent is None


def test_a_payment_that_came_back_and_was_issued_again_counts_as_paid_from_the_day_of_the_bank() -> None:
    before, after = (figures(half_year(day), PINE, "奖励扶助") for day in ("2026-03-11", "2026-03-12"))
    assert (before.paid, before.returned) == (yuan("0.00"), yuan("80.00"))
    assert (after.paid, after.returned) == (yuan("80.00"), yuan("0.00"))


def test_a_payment_that_came_back_and_stays_is_not_paid() -> None:
    fee = figures(half_year(), PINE, "独生子女保健费")
    assert (fee.due, fee.paid, fee.returned, fee.unpaid) == tuple(map(yuan, ("200.00", "100.00", "100.00", "100.00")))
    assert fee.paid_percent == yuan("50.00")


def test_who_has_the_last_day_on_the_last_day_of_the_period_left_in_it() -> None:
    fee = figures(half_year(), PINE, "独生子女保健费")
    assert (fee.enrolled, fee.ended) == (0, 1)


def test_a_death_counts_in_its_period_once_it_is_known() -> None:
    """The death of 20 February was recorded on 3 April."""
    unknown, known = (figures(half_year(day), BIRCH, "特别扶助-死亡") for day in ("2026-04-02", "2026-04-03"))
    assert (unknown.enrolled, unknown.died) == (1, 0)
    assert (known.enrolled, known.died) == (0, 1)


def test_what_april_found_overpaid_and_late_is_of_the_year_and_not_of_the_half_year() -> None:
    assert half_year().total.overpaid == yuan("0.00")
    assert year().total.overpaid == yuan("590.00")
    late = figures(year(), PINE, "特别扶助-伤残")
    assert (late.due, late.arrears) == (yuan("1380.00"), yuan("920.00"))
    assert half_year().total.arrears == yuan("0.00")


def test_a_run_that_is_not_released_counts_for_nothing() -> None:
    before = half_year("2026-03-31")
    run = paid_benefits.computed(date(2026, 5, 1))
    assert run.dues.exists()
    assert half_year("2026-03-31") == before
    assert year().total.due == yuan("11320.00")  # February to April


def test_what_was_paid_in_of_an_overpayment_is_recovered() -> None:
    overpayment = Overpayment.objects.get()
    day = date(2026, 4, 29)
    take_refund(
        overpayment=overpayment,
        amount=yuan("200.00"),
        paper="缴款书",
        officer=officer("benefits_funder"),
        cashier=officer("cashier"),
        on=day,
        at=paid_benefits.clock(day),
    )
    assert year("2026-04-28").total.recovered == yuan("0.00")
    assert year("2026-04-29").total.recovered == yuan("200.00")
