"""How long archives are kept, by worked dates on both sides of each boundary."""

from datetime import date, timedelta

import pytest

from audit.models import RecordClass
from audit.policy import audit_policies
from audit.rules.retention_periods import FOR_EVER, first_day_of, kept_until, years_of
from ledger.policies import WrongKindOfValue

POLICY = audit_policies()["retention"]


def until(record_class: str, year: int) -> date:
    return kept_until(policy=POLICY, record_class=record_class, year=year)


def test_a_voucher_of_march_2004_is_kept_until_the_end_of_2034() -> None:
    assert first_day_of(year=2004) == date(2005, 1, 1)
    assert until("vouchers", 2004) == date(2034, 12, 31)


@pytest.mark.parametrize(
    ("record_class", "year", "day"),
    [
        # 15 years of 1998: 1999 had expired with 2014, 2000 was kept on 2015-12-31 still.
        ("vouchers", 1999, date(2014, 12, 31)),
        ("vouchers", 2000, date(2030, 12, 31)),
        ("journals", 1989, date(2014, 12, 31)),
        ("journals", 1990, date(2020, 12, 31)),
        ("period_reports", 2009, date(2014, 12, 31)),
        ("period_reports", 2010, date(2020, 12, 31)),
        ("statements", 2010, date(2020, 12, 31)),
        ("treasury_reports", 2004, date(2014, 12, 31)),
        ("treasury_reports", 2015, date(2025, 12, 31)),
        ("vouchers", 2015, date(2045, 12, 31)),
        ("vouchers", 2026, date(2056, 12, 31)),
        ("payout_rolls", 2026, date(2056, 12, 31)),
    ],
)
def test_what_expired_by_the_old_rule_stays_expired_and_the_rest_takes_the_new(
    record_class: str, year: int, day: date
) -> None:
    assert until(record_class, year) == day


@pytest.mark.parametrize("record_class", ["annual_accounts", "archive_lists"])
def test_what_is_permanent_never_expires(record_class: str) -> None:
    assert until(record_class, 1990) == FOR_EVER


@pytest.mark.parametrize("record_class", RecordClass.values)
def test_every_class_has_its_period_and_never_a_shorter_one_than_before(record_class: str) -> None:
    first, second = (years_of(dated.value, record_class) for dated in POLICY.values)
    assert (first is None) == (second is None)
    assert first is None or second is None or 5 <= first <= second <= 30
    assert all(dated.reference for dated in POLICY.values)
    assert POLICY.values[1].effective_from - timedelta(days=1) == date(2015, 12, 31)


def test_a_class_that_the_policy_does_not_name_is_refused() -> None:
    with pytest.raises(WrongKindOfValue):
        years_of(POLICY.values[0].value, "love_letters")
