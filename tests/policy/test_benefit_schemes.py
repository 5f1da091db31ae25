"""Schemes put together from their files and from rates that officers added; what is refused, and why."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from ledger.policies import Policy, PolicySet, parse_policy
from payouts.policy import payout_policies
from payouts.rules.entitlements import EnrolmentFacts, SchemeMonth
from payouts.rules.scheme_rates import (
    AddedRate,
    AmountsStandByPerson,
    GradeOutOfBounds,
    NoSuchGrade,
    RateInMidMonth,
    RateNotPositive,
    UnsoundScheme,
    added_text,
)
from payouts.rules.scheme_terms import NotOneOf, OneOffByMonths, PayMonthsUnfit, UnknownTerm, VerificationUnfit
from payouts.rules.schemes import (
    NameTwice,
    NoRate,
    NoSuchJurisdiction,
    NoSuchScheme,
    Scheme,
    jurisdiction_in_use,
    schemes_of,
)

POLICIES = payout_policies()
MONTH = date(2026, 11, 1)
TERMS = {
    "name": "甲",
    "rate_per": "MONTH",
    "frequency": "MONTH",
    "start_rule": "MONTH",
    "stop_rule": "MONTH_AFTER",
    "functional": '"2100717"',
    "economic": '"30305"',
    "paid_by": "district",
}
GRADED = '{grades: {"1": 6000, "2": 4000}, minimum: 2000, maximum: 6000}'


def day(text: str) -> date:
    return date.fromisoformat(text)


def policy_of(name: str, values: Mapping[str, object]) -> Policy:
    lines = [f"  {on}: {{value: {value}, reference: a notice, verified: false}}" for on, value in values.items()]
    return parse_policy(name=name, text="\n".join(["description: d", "unit: u", "values:", *lines]))


def policies_of(*schemes: tuple[str, Mapping[str, object], Mapping[str, object]]) -> PolicySet:
    """Return policies of a jurisdiction ``here`` from code, dated rates and terms beside ``TERMS``."""
    made = [
        policy_of("public_notice", {"2020-01-01": "{VILLAGE: 7}"}),
        policy_of("funder_shares/here/district", {"2020-01-01": "{layers: [{DISTRICT: 100}], odd_fen_to: DISTRICT}"}),
    ]
    for code, rates, terms in schemes:
        said = ", ".join(f"{key}: {value}" for key, value in {**TERMS, **terms}.items() if value is not None)
        made += [
            policy_of(f"schemes/here/{code}", rates),
            policy_of(f"scheme_terms/here/{code}", {"2020-01-01": f"{{{said}}}"}),
        ]
    return PolicySet(MappingProxyType({policy.name: policy for policy in made}))


def scheme_of(rates: Mapping[str, object], *added: AddedRate, **terms: object) -> Scheme:
    return schemes_of(policies=policies_of(("a", rates, terms)), jurisdiction="here", month=MONTH, added=added)["a"]


def row(on: str, amount: str | None, grade: str = "", scheme: str = "a") -> AddedRate:
    return AddedRate(scheme, day(on), grade, None if amount is None else Decimal(amount), "a notice")


def brought(scheme: Scheme, month: str = "2026-11-01", **facts: Any) -> str:
    usual = EnrolmentFacts(None, False, day("2020-01-01"), None, None, None, False, "", None, False)
    return str(SchemeMonth(scheme=scheme, month=day(month)).judge(usual._replace(**facts)).amount)


# Rates


def test_a_rate_holds_from_its_day_to_the_next() -> None:
    scheme = scheme_of({"2020-01-01": 80, "2026-01-01": 100, "2027-01-01": "null"})
    assert [str(scheme.rate_on(day(on))) for on in ("2025-12-31", "2026-01-01")] == ["80.00", "100.00"]
    closed = ("2019-12-31", "2020-01-01", "2026-12-31", "2027-01-01")
    assert [scheme.is_closed(day(on)) for on in closed] == [True, False, False, True]


def test_a_day_without_a_rate_is_refused() -> None:
    with pytest.raises(NoRate):
        scheme_of({"2020-01-01": 80}).rate_on(day("2019-12-31"))
    with pytest.raises(NoRate):
        scheme_of({"2020-01-01": 80}).rate_on(MONTH, "1")
    with pytest.raises(NoRate):
        scheme_of({"2020-01-01": "amount_by_person"}).rate_on(MONTH)


def test_a_graded_scheme_has_an_amount_for_each_grade() -> None:
    scheme = scheme_of({"2020-01-01": GRADED})
    assert (scheme.grades_on(MONTH), str(scheme.rate_on(MONTH, "2"))) == (["1", "2"], "4000.00")
    assert [brought(scheme, grade=grade) for grade in ("1", "2", "3", "")] == ["6000.00", "4000.00", "0.00", "0.00"]


def test_amounts_by_person_stand_with_the_enrolments() -> None:
    scheme = scheme_of({"2020-01-01": "amount_by_person"})
    assert scheme.is_by_person(MONTH)
    assert scheme.grades_on(MONTH) == []
    assert [brought(scheme, own_amount=own) for own in (Decimal("504.67"), None, Decimal(-1))] == [
        "504.67",
        "0.00",
        "0.00",
    ]
    assert brought(scheme_of({"2020-01-01": 80}), own_amount=Decimal("504.67")) == "80.00"


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ('{grades: {"1": 1999.99}, minimum: 2000, maximum: 6000}', GradeOutOfBounds),
        ('{grades: {"1": 6000.01}, minimum: 2000, maximum: 6000}', GradeOutOfBounds),
        ('{grades: {"1": 14999.99}, minimum: 15000, maximum: 30000}', GradeOutOfBounds),
        ('{grades: {"1": 30000.01}, minimum: 15000, maximum: 30000}', GradeOutOfBounds),
        ("{grades: {}, minimum: 2000, maximum: 6000}", NoSuchGrade),
        ('{grades: {"": 2000}, minimum: 2000, maximum: 6000}', NoSuchGrade),
        ('{grades: {"1": 2000}, minimum: 2000}', UnsoundScheme),
        ("0", RateNotPositive),
        ("-1", RateNotPositive),
        ("amount_by_household", UnsoundScheme),
    ],
)
def test_a_rate_that_contradicts_itself_is_refused(value: str, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        scheme_of({"2020-01-01": value})


def test_a_rate_at_either_bound_is_taken() -> None:
    scheme = scheme_of({"2020-01-01": '{grades: {"1": 2000, "2": 6000}, minimum: 2000, maximum: 6000}'})
    assert scheme.grades_on(MONTH) == ["1", "2"]


def test_a_rate_begins_on_the_first_of_a_month() -> None:
    with pytest.raises(RateInMidMonth):
        scheme_of({"2020-01-01": 80, "2026-11-02": 100})
    with pytest.raises(RateInMidMonth):
        scheme_of({"2020-01-01": 80}, row("2026-11-02", "100"))


def test_a_yearly_rate_is_rounded_once() -> None:
    yearly = {"rate_per": "YEAR", "frequency": "YEAR", "pay_months": "[12]"}
    scheme = scheme_of({"2020-01-01": "100.00", "2026-07-01": "100.01"}, **yearly)
    assert brought(scheme, "2026-12-01") == "100.01"  # 50 and 50.005, half up
    assert brought(scheme, "2025-12-01") == "100.00"
    assert brought(scheme, "2025-12-01", starts_on=day("2025-12-31")) == "8.33"
    monthly = scheme_of({"2020-01-01": 450, "2022-07-01": 590}, frequency="YEAR", pay_months="[8]")
    assert brought(monthly, "2022-08-01") == "6240.00"


def test_half_years_are_paid_in_two_months() -> None:
    scheme = scheme_of({"2020-01-01": 600}, rate_per="YEAR", frequency="HALF_YEAR", pay_months="[6, 12]")
    assert [brought(scheme, f"2026-{month}-01") for month in ("06", "07", "12")] == ["300.00", "0.00", "300.00"]
    assert brought(scheme, "2026-06-01", died_on=day("2026-02-01")) == "100.00"
    assert brought(scheme, "2026-12-01", died_on=day("2026-02-01")) == "0.00"


def test_who_died_in_the_year_was_met_in_time_if_met_before_that() -> None:
    yearly = {"rate_per": "YEAR", "frequency": "YEAR", "pay_months": "[12]"}
    scheme = scheme_of({"2020-01-01": 600}, **yearly, verification_months=6, arrears_months=6)
    died = {"died_on": day("2026-04-10")}
    assert brought(scheme, "2026-12-01", **died, met_on=day("2025-10-01")) == "200.00"
    assert brought(scheme, "2026-12-01", **died, met_on=day("2025-09-30")) == "0.00"
    assert brought(scheme, "2026-12-01", met_on=day("2026-06-01")) == "600.00"
    assert brought(scheme, "2026-12-01", met_on=day("2026-05-31")) == "0.00"


# Rates that officers added


def test_an_added_rate_holds_from_its_day() -> None:
    scheme = scheme_of({"2020-01-01": 80}, row("2026-11-01", "100"))
    assert [str(scheme.rate_on(day(on))) for on in ("2026-10-31", "2026-11-01")] == ["80.00", "100.00"]


def test_an_added_rate_wins_over_the_file_on_its_day_and_gives_way_to_a_later_one() -> None:
    scheme = scheme_of({"2020-01-01": 80, "2027-01-01": 120}, row("2020-01-01", "90"))
    assert [str(scheme.rate_on(day(on))) for on in ("2020-01-01", "2027-01-01")] == ["90.00", "120.00"]


def test_of_two_added_for_a_day_the_later_added_wins() -> None:
    scheme = scheme_of({"2020-01-01": 80}, row("2026-11-01", "100"), row("2026-12-01", "7"), row("2026-11-01", "110"))
    assert str(scheme.rate_on(MONTH)) == "110.00"


def test_an_added_grade_leaves_the_others() -> None:
    scheme = scheme_of({"2020-01-01": GRADED}, row("2026-11-01", "5000", "1"), row("2026-11-01", "2000", "3"))
    assert [str(scheme.rate_on(MONTH, grade)) for grade in ("1", "2", "3")] == ["5000.00", "4000.00", "2000.00"]
    assert str(scheme.rate_on(day("2026-10-31"), "1")) == "6000.00"


def test_an_added_row_closes_a_scheme_and_another_opens_it() -> None:
    scheme = scheme_of({"2020-01-01": 80}, row("2026-11-01", None), row("2027-01-01", "100"))
    assert [scheme.is_closed(day(on)) for on in ("2026-10-31", "2026-11-01", "2027-01-01")] == [False, True, False]


@pytest.mark.parametrize(
    ("value", "added", "fault"),
    [
        ("80", row("2026-11-01", "0"), RateNotPositive),
        ("80", row("2026-11-01", "100", "1"), NoSuchGrade),
        (GRADED, row("2026-11-01", "5000"), NoSuchGrade),
        (GRADED, row("2026-11-01", "6000.01", "1"), GradeOutOfBounds),
        (GRADED, row("2026-11-01", "1999.99", "1"), GradeOutOfBounds),
        ("amount_by_person", row("2026-11-01", "100"), AmountsStandByPerson),
        ("80", row("2026-11-01", "100", scheme="b"), NoSuchScheme),
    ],
)
def test_an_added_rate_that_does_not_fit_is_refused(value: str, added: AddedRate, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        scheme_of({"2020-01-01": value}, added)


def test_added_rates_of_equal_worth_have_one_text_and_their_order_counts() -> None:
    one, other = row("2026-11-01", "100"), row("2026-12-01", None, "1")
    assert added_text([one]) == '[["a","2026-11-01","","100.00","a notice"]]'
    assert added_text([one]) == added_text([row("2026-11-01", "100.00")])
    assert added_text([one, other]) != added_text([other, one])
    assert added_text([]) == "[]"


# Terms


@pytest.mark.parametrize(
    ("terms", "fault"),
    [
        ({"name": None}, UnknownTerm),
        ({"maximum_age": 60}, UnknownTerm),
        ({"minimum_age": "{children: 3}"}, UnknownTerm),
        ({"start_rule": "WEEK"}, NotOneOf),
        ({"stop_rule": "MONTH"}, NotOneOf),
        ({"rate_per": "ONCE"}, OneOffByMonths),
        ({"frequency": "ONCE"}, OneOffByMonths),
        ({"frequency": "ONCE", "rate_per": "ONCE", "start_rule": "HALF_YEAR"}, OneOffByMonths),
        ({"pay_months": "[12]"}, PayMonthsUnfit),
        ({"frequency": "YEAR"}, PayMonthsUnfit),
        ({"frequency": "YEAR", "pay_months": "[6, 12]"}, PayMonthsUnfit),
        ({"frequency": "YEAR", "pay_months": "[13]"}, PayMonthsUnfit),
        ({"frequency": "HALF_YEAR", "pay_months": "[5, 6]"}, PayMonthsUnfit),
        ({"frequency": "HALF_YEAR", "pay_months": "[6]"}, PayMonthsUnfit),
        ({"verification_months": 6}, VerificationUnfit),
        ({"arrears_months": 6}, VerificationUnfit),
        ({"verification_months": 0, "arrears_months": 6}, VerificationUnfit),
        ({"below_age": "many"}, UnsoundScheme),
        ({"excludes": "[b]"}, NoSuchScheme),
    ],
)
def test_terms_that_do_not_fit_are_refused(terms: dict[str, object], fault: type[Exception]) -> None:
    with pytest.raises(fault):
        scheme_of({"2020-01-01": 80}, **terms)


def test_two_schemes_of_a_jurisdiction_have_two_names() -> None:
    rates = {"2020-01-01": 80}
    policies = policies_of(("a", rates, {}), ("b", rates, {}))
    with pytest.raises(NameTwice):
        schemes_of(policies=policies, jurisdiction="here", month=MONTH)
    named = policies_of(("a", rates, {}), ("b", rates, {"name": "乙"}))
    assert list(schemes_of(policies=named, jurisdiction="here", month=MONTH)) == ["a", "b"]


def test_a_jurisdiction_without_schemes_is_refused() -> None:
    policies = policies_of(("a", {"2020-01-01": 80}, {}))
    with pytest.raises(NoSuchJurisdiction):
        schemes_of(policies=policies, jurisdiction="there", month=MONTH)
    with pytest.raises(NoSuchJurisdiction):
        schemes_of(policies=policies, jurisdiction="here", month=day("2019-12-01"))


def test_the_jurisdiction_in_use_is_a_dated_value() -> None:
    policies = PolicySet({"schemes_in_use": policy_of("schemes_in_use", {"2020-01-01": "here", "2026-11-01": "there"})})
    found = [jurisdiction_in_use(policies=policies, month=day(on)) for on in ("2026-10-01", "2026-11-01")]
    assert found == ["here", "there"]
