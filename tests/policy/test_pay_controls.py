"""The controls before payment and the comparison with last month, on both sides of each limit."""

from datetime import date
from decimal import Decimal

import pytest

from payouts.policy import payout_policies
from payouts.rules.comparison import ChangeLimits, PaidInUnit, change_limits, compare_people, compare_units, is_over
from payouts.rules.contributions import BaseBounds
from payouts.rules.controls import (
    PERSON_CONTROLS,
    UNIT_CONTROLS,
    Control,
    ControlLimits,
    Exceptional,
    PersonPay,
    UnitReport,
    control_person,
    control_unit,
)
from payouts.rules.income_tax import NOTHING_YET
from payouts.rules.payroll import pay_of_month, pay_policy

NOVEMBER = date(2026, 11, 1)
LIMITS = ChangeLimits(percent=Decimal(20), amount=Decimal("1000.00"))
POLICY = pay_policy(policies=payout_policies(), month=NOVEMBER)


def person(gross: str = "4000.00", deductions: str = "0.00") -> PersonPay:
    """Return a person's pay with nothing unusual about it."""
    pay = pay_of_month(
        amounts={"POST_WAGE": Decimal(gross), "PENSION": Decimal(deductions)}, before=NOTHING_YET, policy=POLICY
    )
    limits = ControlLimits(NOVEMBER, LIMITS, BaseBounds(Decimal("3600.00"), Decimal("18000.00")))
    return PersonPay(pay, limits, "胡英", account="6222080112554552828")


def found(checked: PersonPay) -> list[Control]:
    return [exception.control for exception in control_person(person=checked)]


def test_nothing_unusual_is_found_in_ordinary_pay() -> None:
    assert control_person(person=person()) == []


def test_every_control_is_listed_once_by_its_name() -> None:
    listed = [control for control, _ in PERSON_CONTROLS] + [control for control, _ in UNIT_CONTROLS]
    assert sorted(listed) == sorted(Control)
    named = [(control.value, check.__name__) for control, check in (*PERSON_CONTROLS, *UNIT_CONTROLS)]
    assert all(name == function for name, function in named)


@pytest.mark.parametrize(("deductions", "controls"), [("4000.00", []), ("4000.01", [Control.NET_NEGATIVE])])
def test_deductions_over_the_gross_block(deductions: str, controls: list[Control]) -> None:
    assert found(person(deductions=deductions)) == controls


def test_what_is_found_comes_with_its_facts() -> None:
    assert control_person(person=person(deductions="4000.01")) == [
        Exceptional(
            Control.NET_NEGATIVE,
            {"gross": "4000.00", "deductions": "4000.01", "tax": "0.00", "net": "-0.01"},
        )
    ]


@pytest.mark.parametrize(("gross", "controls"), [("0.00", [Control.GROSS_ZERO]), ("0.01", [])])
def test_a_gross_of_nothing_is_to_sign(gross: str, controls: list[Control]) -> None:
    assert found(person(gross)) == controls


@pytest.mark.parametrize(
    ("died_on", "controls"),
    [("2026-10-31", [Control.DEAD]), ("2026-11-01", []), ("2026-11-30", []), ("2026-12-01", [])],
)
def test_who_died_before_the_month_blocks_and_the_month_of_death_is_paid(died_on: str, controls: list[Control]) -> None:
    assert found(person()._replace(died_on=date.fromisoformat(died_on))) == controls


@pytest.mark.parametrize(("sharers", "controls"), [(1, []), (2, [Control.ACCOUNT_SHARED])])
def test_an_account_of_two_people_blocks(sharers: int, controls: list[Control]) -> None:
    assert found(person()._replace(sharers=sharers)) == controls


def test_people_paid_by_passbook_share_no_account() -> None:
    assert found(person()._replace(account="", sharers=7, officer="zhang", holder="云溪镇财政所")) == []


@pytest.mark.parametrize(
    ("holder", "controls"),
    [("", []), ("胡英", []), ("胡瑛", [Control.NAME_DIFFERS]), ("胡英 ", [Control.NAME_DIFFERS])],
)
def test_another_name_at_the_bank_blocks(holder: str, controls: list[Control]) -> None:
    assert found(person()._replace(holder=holder)) == controls


@pytest.mark.parametrize(
    ("before", "account", "controls"),
    [
        ("", "6222080112554552828", []),
        ("6222080112554552828", "6222080112554552828", []),
        ("6228480116428757714", "6222080112554552828", [Control.ACCOUNT_CHANGED]),
        ("6228480116428757714", "", [Control.ACCOUNT_CHANGED]),
    ],
)
def test_an_account_other_than_last_paid_is_to_sign(before: str, account: str, controls: list[Control]) -> None:
    assert found(person()._replace(account=account, account_before=before)) == controls


def test_a_changed_account_is_told_without_its_number() -> None:
    (exception,) = control_person(person=person()._replace(account_before="6228480116428757714"))
    assert exception.facts == {"before": "7714", "now": "2828"}


def test_an_account_of_an_officer_is_to_sign() -> None:
    (exception,) = control_person(person=person()._replace(officer="zhang"))
    assert exception.control == Control.ACCOUNT_OF_OFFICER


@pytest.mark.parametrize(("refused", "controls"), [("", []), ("result 3: 1004", [Control.ACCOUNT_REFUSED])])
def test_an_account_that_the_bank_refused_is_to_sign(refused: str, controls: list[Control]) -> None:
    assert found(person()._replace(refused=refused)) == controls


@pytest.mark.parametrize(
    ("before", "controls"),
    [
        (None, []),
        ("4000.00", []),
        ("3333.34", []),
        ("3333.33", [Control.CHANGE_OVER_LIMIT]),
        ("5000.00", []),
        ("5000.01", [Control.CHANGE_OVER_LIMIT]),
        ("0.00", [Control.CHANGE_OVER_LIMIT]),
    ],
)
def test_a_move_over_a_limit_is_to_sign(before: str | None, controls: list[Control]) -> None:
    assert found(person()._replace(before=None if before is None else Decimal(before))) == controls


def test_a_move_is_told_with_both_months() -> None:
    (exception,) = control_person(person=person()._replace(before=Decimal("6000.00")))
    assert exception.facts == {"before": "6000.00", "now": "4000.00", "change": "-2000.00"}


@pytest.mark.parametrize(
    ("base", "controls"),
    [
        ("3599.99", [Control.CONTRIBUTION_BASE_OUT_OF_BOUNDS]),
        ("3600.00", []),
        ("18000.00", []),
        ("18000.01", [Control.CONTRIBUTION_BASE_OUT_OF_BOUNDS]),
    ],
)
def test_a_base_out_of_bounds_is_told_only(base: str, controls: list[Control]) -> None:
    exceptions = control_person(person=person()._replace(contribution_base=Decimal(base)))
    assert [exception.control for exception in exceptions] == controls


def test_a_year_to_date_other_than_ours_is_to_sign_with_its_fields() -> None:
    ours = NOTHING_YET._replace(months=10, income=Decimal("69878.00"))
    assert found(person()._replace(recorded=ours, reported=ours)) == []
    assert found(person()._replace(reported=ours)) == []
    theirs = ours._replace(income=Decimal("69878.01"))
    (exception,) = control_person(person=person()._replace(recorded=ours, reported=theirs))
    assert exception.control is Control.TAX_DIFFERS_FROM_RECORDS
    assert exception.facts == {"income": "69878.00 / 69878.01"}


def test_several_controls_find_side_by_side() -> None:
    checked = person("100.00", "100.01")._replace(before=Decimal("90.00"), sharers=2, officer="zhang")
    assert found(checked) == [Control.NET_NEGATIVE, Control.ACCOUNT_SHARED, Control.ACCOUNT_OF_OFFICER]


# Units


@pytest.mark.parametrize(("rows", "controls"), [(0, [Control.UNIT_REPORTS_NOTHING]), (1, [])])
def test_a_unit_that_reports_nothing_is_to_sign(rows: int, controls: list[Control]) -> None:
    assert [exception.control for exception in control_unit(report=UnitReport(rows=rows, staff=5))] == controls


@pytest.mark.parametrize(("establishment", "controls"), [(None, []), (5, []), (4, [Control.OVER_ESTABLISHMENT])])
def test_more_people_in_posts_than_posts_is_to_sign(establishment: int | None, controls: list[Control]) -> None:
    report = UnitReport(rows=7, staff=7, in_posts=5, establishment=establishment)
    assert [exception.control for exception in control_unit(report=report)] == controls


@pytest.mark.parametrize(("owner", "controls"), [("", []), ("zhang", [Control.PASSBOOK_OF_OFFICER])])
def test_the_passbook_of_a_unit_that_is_an_officers_account_is_to_sign(owner: str, controls: list[Control]) -> None:
    report = UnitReport(rows=5, staff=5, passbook_of=owner)
    assert [exception.control for exception in control_unit(report=report)] == controls


# Comparison with last month


@pytest.mark.parametrize(
    ("before", "now", "over"),
    [
        ("1000.00", "1200.00", False),
        ("1000.00", "1200.01", True),
        ("1000.00", "800.00", False),
        ("1000.00", "799.99", True),
        ("10000.00", "11000.00", False),
        ("10000.00", "11000.01", True),
        ("10000.00", "9000.00", False),
        ("10000.00", "8999.99", True),
        ("0.00", "0.00", False),
        ("0.00", "0.01", True),
        ("-100.00", "-80.00", False),
    ],
)
def test_exactly_the_limit_is_not_over_it(before: str, now: str, over: bool) -> None:
    assert is_over(before=Decimal(before), now=Decimal(now), limits=LIMITS) is over


def test_the_limits_are_policy_values() -> None:
    assert change_limits(policies=payout_policies(), month=NOVEMBER) == LIMITS


def paid(listing: str) -> dict[str, PaidInUnit]:
    """Read a listing of ``person unit amount``."""
    words = listing.split()
    people = zip(words[::3], words[1::3], words[2::3], strict=True)
    return {person: PaidInUnit(unit, Decimal(amount)) for person, unit, amount in people}


OCTOBER_PAID = paid("an U1 4000.00  bo U1 4000.00  cy U2 4000.00  di U3 500.00")
NOVEMBER_PAID = paid("an U1 4000.00  bo U1 5000.00  ed U2 4100.00  fu U4 700.00  di U1 500.00")


def test_who_is_new_gone_or_changed_is_told_by_unit() -> None:
    differences = compare_people(now=NOVEMBER_PAID, before=OCTOBER_PAID, limits=LIMITS)
    assert [(d.kind.value, d.key, d.unit, str(d.change)) for d in differences] == [
        ("CHANGED", "bo", "U1", "1000.00"),
        ("GONE", "cy", "U2", "-4000.00"),
        ("NEW", "ed", "U2", "4100.00"),
        ("NEW", "fu", "U4", "700.00"),
    ]
    assert [(d.last_month, d.this_month) for d in differences[:2]] == [
        (Decimal("4000.00"), Decimal("5000.00")),
        (Decimal("4000.00"), None),
    ]


def test_units_are_compared_as_a_whole() -> None:
    differences = compare_units(now=NOVEMBER_PAID, before=OCTOBER_PAID, limits=LIMITS)
    assert [(d.kind.value, d.key, str(d.change)) for d in differences] == [
        ("CHANGED", "U1", "1500.00"),
        ("GONE", "U3", "-500.00"),
        ("NEW", "U4", "700.00"),
    ]


def test_two_equal_months_do_not_differ() -> None:
    assert compare_people(now=OCTOBER_PAID, before=OCTOBER_PAID, limits=LIMITS) == []
    assert compare_units(now=OCTOBER_PAID, before=OCTOBER_PAID, limits=LIMITS) == []


def test_in_a_first_month_everybody_is_new() -> None:
    differences = compare_people(now=OCTOBER_PAID, before={}, limits=LIMITS)
    assert {d.kind.value for d in differences} == {"NEW"}
    assert len(differences) == 4
