"""The shipped policies of pay: all of them read, have references, and hold for the months that are run."""

import csv
from datetime import date
from pathlib import Path

import pytest

from ledger.policies import NoValueAnyLonger, Policy
from payouts.policy import FOLDER, payout_policies
from payouts.rules.comparison import change_limits
from payouts.rules.contributions import base_bounds, contribution_rates
from payouts.rules.cost_sharing import contract_staff_shares
from payouts.rules.pay_calendar import stage_dates
from payouts.rules.pay_classes import pay_classes
from payouts.rules.payroll import pay_policy
from payouts.rules.post_allowances import post_term
from payouts.rules.thirteenth_month import thirteenth_rule
from payouts.rules.village_pay import village_floor_share

POLICIES = payout_policies()
CHARTS = Path(__file__).resolve().parents[2] / "ledger" / "charts"

each_policy = pytest.mark.parametrize("policy", POLICIES.policies.values(), ids=lambda policy: policy.name)


def codes_of(file: str) -> set[str]:
    with (CHARTS / file).open(encoding="utf-8", newline="") as opened:
        return {row["code"] for row in csv.DictReader(opened)}


def test_every_file_of_the_folder_is_read() -> None:
    assert len(POLICIES.policies) == len(list(FOLDER.rglob("*.yaml"))) > 20


@each_policy
def test_a_policy_says_what_it_is_and_when_it_was_looked_at(policy: Policy) -> None:
    assert policy.description
    assert policy.unit
    assert policy.verified_on is not None
    assert all(len(dated.reference) > 10 for dated in policy.values)


@each_policy
def test_a_policy_that_ends_says_when(policy: Policy) -> None:
    for dated in policy.values:
        if dated.value is None:
            with pytest.raises(NoValueAnyLonger):
                policy.value_on(dated.effective_from)


@pytest.mark.parametrize(
    "month", [date(2019, 1, 1), date(2026, 2, 1), date(2026, 11, 1), date(2027, 1, 1), date(2035, 12, 1)]
)
def test_every_month_from_2019_on_can_be_run(month: date) -> None:
    pay_policy(policies=POLICIES, month=month)
    pay_classes(policies=POLICIES, month=month)
    contribution_rates(policies=POLICIES, month=month)
    base_bounds(policies=POLICIES, month=month)
    change_limits(policies=POLICIES, month=month)
    stage_dates(month=month, policies=POLICIES)
    contract_staff_shares(policies=POLICIES, month=month)
    post_term(policies=POLICIES, month=month)
    thirteenth_rule(policies=POLICIES, year=month.year)
    village_floor_share(policies=POLICIES, month=month)


def test_every_economic_class_is_in_the_chart() -> None:
    classes = pay_classes(policies=POLICIES, month=date(2026, 11, 1))
    used = {code for items in classes.economic.values() for code in items.values()}
    used |= {rates.economic_class for rates in contribution_rates(policies=POLICIES, month=date(2026, 11, 1)).values()}
    assert used <= codes_of("economic.csv")
