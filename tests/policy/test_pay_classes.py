"""Where pay is charged: every item of every staff category has one economic class, and the parts are the gross."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.policies import PolicySet, parse_policy
from payouts.policy import payout_policies
from payouts.rules.income_tax import NOTHING_YET
from payouts.rules.pay_classes import (
    PayClasses,
    UnclassifiedItem,
    UnknownCategory,
    UnknownNature,
    functional_class,
    gross_by_class,
    pay_classes,
)
from payouts.rules.pay_items import UnknownPayItem
from payouts.rules.payroll import pay_of_month, pay_policy

NOVEMBER = date(2026, 11, 1)
POLICIES = payout_policies()
CLASSES = pay_classes(policies=POLICIES, month=NOVEMBER)
POLICY = pay_policy(policies=POLICIES, month=NOVEMBER)
CATEGORIES = ["公务员", "机关工人", "事业专技", "事业管理", "聘用"]

EACH_ITEM = {
    "POST_WAGE": "1000.00",
    "GRADE_WAGE": "2000.00",
    "ALLOWANCE": "300.00",
    "TOWNSHIP_ALLOWANCE": "200.00",
    "PERFORMANCE": "400.00",
    "REFORM_ALLOWANCE": "500.00",
    "BONUS": "600.00",
    "ONLY_CHILD": "10.00",
    "BACK_PAY": "70.00",
    "TAKEN_BACK": "20.00",
    "PENSION": "240.00",
    "ADDITIONAL": "1000.00",
}


def gross(category: str, declared: dict[str, str] | None = None) -> dict[str, str]:
    amounts = {code: Decimal(amount) for code, amount in (declared or EACH_ITEM).items()}
    by_class = gross_by_class(amounts=amounts, category=category, classes=CLASSES)
    return {code: str(amount) for code, amount in sorted(by_class.items())}


@pytest.mark.parametrize("category", ["公务员", "机关工人"])
def test_pay_of_administrative_staff(category: str) -> None:
    assert gross(category) == {"30101": "3050.00", "30102": "1000.00", "30103": "1000.00", "30309": "10.00"}


@pytest.mark.parametrize("category", ["事业专技", "事业管理"])
def test_pay_of_institution_staff_has_its_performance_pay_apart(category: str) -> None:
    assert gross(category) == {
        "30101": "3050.00",
        "30102": "1000.00",
        "30103": "600.00",
        "30107": "400.00",
        "30309": "10.00",
    }


def test_pay_of_contract_staff_is_one_class() -> None:
    assert gross("聘用") == {"30199": "5050.00", "30309": "10.00"}


def test_personal_insurance_stays_in_basic_pay() -> None:
    """30108 is the employer's part only: “由单位代扣的…不在此科目反映”."""
    assert gross("公务员", {"POST_WAGE": "1000.00", "PENSION": "80.00"}) == {"30101": "1000.00"}


def test_more_taken_back_than_earned_lowers_the_class_below_zero() -> None:
    assert gross("公务员", {"ALLOWANCE": "100.00", "TAKEN_BACK": "30.00"}) == {"30101": "-30.00", "30102": "100.00"}


def test_classes_of_nothing_are_left_out() -> None:
    assert gross("公务员", {"POST_WAGE": "0.00", "BACK_PAY": "5.00", "TAKEN_BACK": "5.00"}) == {}


def test_units_have_a_functional_class_by_nature() -> None:
    assert functional_class(nature="行政", classes=CLASSES) == "2010301"
    assert functional_class(nature="事业", classes=CLASSES) == "2010350"


def test_what_has_no_class_is_refused_by_name() -> None:
    with pytest.raises(UnknownCategory, match="临时工"):
        gross("临时工")
    with pytest.raises(UnknownNature, match="企业"):
        functional_class(nature="企业", classes=CLASSES)
    with pytest.raises(UnknownPayItem, match="GIFT"):
        gross("公务员", {"GIFT": "1.00"})


def with_only_child(items: str) -> PayClasses:
    value = f"{{value: {{categories: [聘用], items: {items}}}, reference: r, verified: false}}"
    policy = parse_policy(
        name="economic_classes/only_child", text=f"description: d\nunit: u\nvalues:\n  2018-01-01: {value}"
    )
    return pay_classes(policies=PolicySet({**POLICIES.policies, policy.name: policy}), month=NOVEMBER)


def test_an_item_without_a_class_or_with_two_is_refused() -> None:
    with pytest.raises(UnclassifiedItem, match="ONLY_CHILD"):
        with_only_child("{}")
    with pytest.raises(UnclassifiedItem, match="BONUS"):
        with_only_child('{ONLY_CHILD: "30309", BONUS: "30103"}')


amounts = st.dictionaries(
    st.sampled_from(list(POLICY.items)), st.integers(0, 10**7).map(lambda number: number * Decimal("0.01"))
)


@given(amounts, st.sampled_from(CATEGORIES))
def test_the_classes_sum_to_the_gross(given_amounts: dict[str, Decimal], category: str) -> None:
    by_class = gross_by_class(amounts=given_amounts, category=category, classes=CLASSES)
    assert sum(by_class.values()) == pay_of_month(amounts=given_amounts, before=NOTHING_YET, policy=POLICY).gross
