"""The one list of controls before payment: what it names, what the policy asks for, and each on both sides."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.policies import WrongKindOfValue, parse_policy
from payouts.labels import control_label
from payouts.policy import payout_policies
from payouts.refusals import KNOWN
from payouts.rules.control_list import CONTROLS, Keeper, Place, checks_at, severities
from payouts.rules.controls import PERSON_CONTROLS, UNIT_CONTROLS, Control, Severity
from payouts.rules.payee_controls import PAYEE_CONTROLS, PaidPayee, control_payee
from payouts.rules.payment_limits import (
    ApprovalTiers,
    BatchFigures,
    PaymentLimits,
    approval_tiers,
    batch_over_limit,
    day_over_limit,
    payment_limits,
    payment_over_limit,
)

NOVEMBER = date(2026, 11, 1)
PAY_DATE = date(2026, 11, 25)
PAYEE = PaidPayee("胡英", "6222080112554552828", PAY_DATE)
# The words of design section 6, and what they are called here.
DESIGN = {
    "already paid": ["already_paid"],
    "same person twice": ["person_twice"],
    "account shared": ["account_shared", "account_of_staff"],
    "account of an officer": ["account_of_officer", "passbook_of_officer"],
    "holder name differs": ["name_differs", "declared_name_differs"],
    "account changed since last pay": ["account_changed"],
    "dead or left": ["dead", "died", "ended", "stopped_in_roster", "stopped_by_change", "person_gone"],
    "double enrolment": ["double_enrolment", "exclusive_double"],
    "verification overdue": ["verification_overdue"],
    "notice open": ["notice_open"],
    "over establishment": ["over_establishment"],
    "net pay negative": ["net_negative"],
    "change over a limit": ["change_over_limit", "scheme_changed", "unit_changed"],
    "declared ≠ built ≠ rendered totals": ["totals_differ"],
    "funds short": ["funds_short", "over_budget"],
    "limit per payment and batch": ["payment_over_limit", "batch_over_limit", "day_over_limit"],
}


def test_the_list_has_every_control_of_the_design_once() -> None:
    names = [one.name for one in CONTROLS]
    assert len(names) == len(set(names))
    assert {name for named in DESIGN.values() for name in named} <= set(names)


@pytest.mark.parametrize("place", Place)
def test_the_policy_says_what_each_check_of_a_place_asks_for(place: Place) -> None:
    asked = severities(policies=payout_policies(), on=NOVEMBER, place=place)
    assert sorted(asked) == sorted(checks_at(place))


def test_a_policy_that_leaves_a_control_out_is_refused() -> None:
    policies = payout_policies()
    value = '{value: {payroll: {dead: "BLOCK"}}, reference: r, verified: false}'
    text = f"{{description: d, unit: u, values: {{2026-01-01: {value}}}}}"
    short = parse_policy(name="checks/controls", text=text)
    less = type(policies)({**policies.policies, "checks/controls": short})
    with pytest.raises(WrongKindOfValue):
        severities(policies=less, on=NOVEMBER, place=Place.PAYROLL)


def test_a_limit_blocks_or_is_signed_for() -> None:
    asked = severities(policies=payout_policies(), on=NOVEMBER, place=Place.BATCHES)
    assert Severity.INFO not in asked.values()


def test_every_rule_of_a_person_a_unit_and_a_payee_is_of_the_list() -> None:
    payroll = {control.value for control, _check in (*PERSON_CONTROLS, *UNIT_CONTROLS)}
    assert payroll <= set(checks_at(Place.PAYROLL))
    payees = {control.value for control, _check in PAYEE_CONTROLS}
    assert payees == {*checks_at(Place.RELEASES), *checks_at(Place.REISSUES)}
    assert all(control.value == check.__name__ for control, check in PAYEE_CONTROLS)


def test_every_control_has_its_label() -> None:
    assert [one.name for one in CONTROLS if control_label(one.name) == one.name] == []


def test_what_postgresql_keeps_has_the_name_of_its_refusal() -> None:
    promised = [one for one in CONTROLS if one.keeper is Keeper.PROMISE]
    assert all(one.promises for one in promised)
    assert not any(one.promises for one in CONTROLS if one.keeper is not Keeper.PROMISE)
    unnamed = {name for one in promised for name in one.promises if name not in KNOWN}
    # One payslip a person and edition: a run is computed so, and no act meets it.
    assert unnamed == {"payslip_is_unique"}


# Payees of releases and of payments issued again


def found(payee: PaidPayee) -> list[Control]:
    return [control for control, _facts in control_payee(payee=payee)]


def test_nothing_unusual_is_found_in_an_ordinary_payee() -> None:
    assert control_payee(payee=PAYEE) == []


@pytest.mark.parametrize(
    ("change", "controls"),
    [
        ({"died_on": date(2026, 11, 26)}, []),
        ({"died_on": PAY_DATE}, [Control.DEAD]),
        ({"others": 0}, []),
        ({"others": 1}, [Control.ACCOUNT_SHARED]),
        ({"holder": "胡英"}, []),
        ({"holder": "胡瑛"}, [Control.NAME_DIFFERS]),
        ({"account_before": "6222080112554552828"}, []),
        ({"account_before": "6222080112554552829"}, [Control.ACCOUNT_CHANGED]),
        ({"officer": ""}, []),
        ({"officer": "zhang"}, [Control.ACCOUNT_OF_OFFICER]),
        ({"officer": "zhang", "passbook": True}, [Control.PASSBOOK_OF_OFFICER]),
        ({"refused": ""}, []),
        ({"refused": "result 3: 1004"}, [Control.ACCOUNT_REFUSED]),
    ],
)
def test_each_control_of_a_payee_fires_on_its_side_only(change: dict[str, Any], controls: list[Control]) -> None:
    assert found(PAYEE._replace(**change)) == controls


def test_facts_show_only_the_last_four_digits_of_an_account() -> None:
    payee = PAYEE._replace(account_before="6222080112554559999", refused="result 3: 1004")
    told = [value for _control, facts in control_payee(payee=payee) for value in facts.values()]
    assert told == ["9999", "2828", "result 3: 1004", "2828"]


# Limits and tiers

LIMITS = PaymentLimits(Decimal("100.00"), Decimal("1000.00"), Decimal("5000.00"), NOVEMBER)


@pytest.mark.parametrize(("amount", "over"), [("99.99", False), ("100.00", False), ("100.01", True)])
def test_a_payment_is_over_above_its_limit(amount: str, over: bool) -> None:
    assert (payment_over_limit(Decimal(amount), LIMITS) is not None) is over


@pytest.mark.parametrize(("total", "over"), [("1000.00", False), ("1000.01", True)])
def test_a_batch_is_over_above_its_limit(total: str, over: bool) -> None:
    assert (batch_over_limit(BatchFigures(Decimal(total), Decimal(total)), LIMITS) is not None) is over


@pytest.mark.parametrize(("day_total", "over"), [("5000.00", False), ("5000.01", True)])
def test_a_pay_date_is_over_above_its_limit(day_total: str, over: bool) -> None:
    assert (day_over_limit(BatchFigures(Decimal("1.00"), Decimal(day_total)), LIMITS) is not None) is over


@pytest.mark.parametrize(
    ("total", "approvals"), [("0.01", 1), ("10.00", 1), ("10.01", 2), ("50.00", 2), ("50.01", 3), ("9999.00", 3)]
)
def test_a_total_asks_for_the_approvals_of_its_tier(total: str, approvals: int) -> None:
    tiers = ApprovalTiers(Decimal("10.00"), Decimal("50.00"), NOVEMBER)
    assert tiers.approvals_for(Decimal(total)) == approvals


def test_the_shipped_limits_and_tiers_are_readable_and_say_that_they_are_invented() -> None:
    policies = payout_policies()
    limits, tiers = payment_limits(policies=policies, on=PAY_DATE), approval_tiers(policies=policies, on=PAY_DATE)
    assert limits.payment <= limits.batch <= limits.day
    assert tiers.chief_over <= tiers.head_over
    assert not any(policies[name].dated_on(PAY_DATE).verified for name in ("payment_limits", "approval_tiers"))
