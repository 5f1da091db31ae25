"""What one enrolment brings in a month: reasons, ages, periods, totals, arrears; cases of benefits/*.yaml."""

import functools
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledger.exact_yaml import parse_exact
from payouts.policy import payout_policies
from payouts.rules.entitlements import EnrolmentFacts, Judged, SchemeMonth
from payouts.rules.month_windows import StartRule, StopRule, birthday, first_day, first_month, last_month, month_number
from payouts.rules.schemes import Scheme, excluded_among, schemes_of

POLICIES = payout_policies()
NOVEMBER = date(2026, 11, 1)
Case = dict[str, Any]


def cases(file: str) -> list[Case]:
    content: Any = parse_exact((Path(__file__).parent / "benefits" / file).read_text(encoding="utf-8"))
    return list(content)


def named(case: Case) -> str:
    return f"{case.get('scheme', '')} {case['why']}"


def day(text: str) -> date:
    return date.fromisoformat(text)


@functools.cache
def scheme_of(name: str, month: date) -> Scheme:
    jurisdiction, _, code = name.partition("/")
    return schemes_of(policies=POLICIES, jurisdiction=jurisdiction, month=month)[code]


def scheme_month(name: str, month: date) -> SchemeMonth:
    return SchemeMonth(scheme=scheme_of(name, month), month=month)


def facts_of(case: Case, **usual: Any) -> EnrolmentFacts:
    said = {**usual, **case}
    return EnrolmentFacts(
        born=said.get("born"),
        is_female=said.get("female", False),
        starts_on=said.get("starts_on", date(2004, 1, 1)),
        ended_on=said.get("ended_on"),
        died_on=said.get("died_on"),
        met_on=said.get("met_on"),
        is_suspended=said.get("suspended", False),
        grade=said.get("grade", ""),
        own_amount=said.get("own_amount"),
        made_here=said.get("here", False),
    )


def said(judged: Judged) -> tuple[str, str]:
    return str(judged.amount), judged.reason


def months_of(case: Case) -> Iterator[date]:
    until = case["until"] if "until" in case else case["month"]
    yield from map(first_day, range(month_number(case["month"]), month_number(until) + 1))


@pytest.mark.parametrize("case", cases("reasons.yaml"), ids=named)
def test_a_row_of_the_roster_brings_this_in_november(case: Case) -> None:
    facts = facts_of(case, starts_on=day("2018-01-01"), met_on=day("2026-06-01"))
    assert said(scheme_month(case["scheme"], NOVEMBER).judge(facts)) == (str(case["amount"]), case["reason"])


@pytest.mark.parametrize("case", cases("ages.yaml"), ids=named)
def test_an_enrolment_made_here_is_bound_by_age(case: Case) -> None:
    judged = scheme_month(case["scheme"], case["month"]).judge(facts_of(case, here=True))
    assert said(judged) == (str(case["amount"]), case["reason"])


AGES_ALONE = [case for case in cases("ages.yaml") if not case.keys() & {"died_on", "met_on"}]


@pytest.mark.parametrize("case", AGES_ALONE, ids=named)
def test_an_enrolment_of_the_roster_is_paid_and_warned_of(case: Case) -> None:
    month = scheme_month(case["scheme"], case["month"])
    assert month.age_warning(facts_of(case)) == case["reason"]
    assert month.judge(facts_of(case)).reason == ""


@pytest.mark.parametrize("case", cases("periods.yaml"), ids=named)
def test_the_months_of_an_enrolment_come_to(case: Case) -> None:
    judged = [scheme_month(case["scheme"], month).judge(facts_of(case)) for month in months_of(case)]
    whole = sum((each.amount for each in judged), Decimal(0)) * int(case.get("people", 1))
    assert str(whole) == str(case["amount"])
    if "until" not in case:
        assert judged[0].reason == case.get("reason", "")


@pytest.mark.parametrize("case", cases("arrears.yaml"), ids=named)
def test_a_late_verification_brings_arrears_for_a_while(case: Case) -> None:
    month = scheme_month("qinglan/reward_assistance", day("2025-11-01"))
    judged = month.judge_arrears(facts_of(case), now=day("2026-11-20"))
    assert said(judged) == (str(case["amount"]), case["reason"])


def test_a_scheme_without_verification_has_none_too_late() -> None:
    month = scheme_month("nayong/only_child_fee", day("2025-11-01"))
    judged = month.judge_arrears(facts_of({"met_on": day("2026-11-01")}), now=day("2026-11-20"))
    assert said(judged) == ("100.00", "")
    assert said(month.judge(facts_of({"met_on": day("2010-01-01")}))) == ("100.00", "")


def test_a_total_is_not_rebuilt_from_the_mean_of_its_amounts() -> None:
    mean = scheme_month("jiangyuan/one_off_award", NOVEMBER).judge(
        facts_of({"starts_on": NOVEMBER, "own_amount": Decimal("1994.92")})
    )
    assert 2657 * mean.amount - Decimal("5300500.00") == Decimal("2.44")


# Schemes that exclude each other


def test_the_old_pension_is_not_paid_beside_the_new_one() -> None:
    old, new = (scheme_of(f"qinglan/two_daughter_pension{end}", NOVEMBER) for end in ("_yearly", ""))
    assert excluded_among([old, new]) == {"two_daughter_pension_yearly"}
    assert excluded_among([new, old]) == {"two_daughter_pension_yearly"}
    assert excluded_among([old]) == excluded_among([new]) == frozenset()


def test_other_schemes_stand_side_by_side() -> None:
    qinglan = schemes_of(policies=POLICIES, jurisdiction="qinglan", month=NOVEMBER)
    assert excluded_among(qinglan.values()) == {"two_daughter_pension_yearly"}


def test_a_couple_has_the_raised_pension_and_not_both() -> None:
    had = [scheme_of(f"nayong/{code}", NOVEMBER) for code in ("pension", "raised_pension")]
    paid = [scheme for scheme in had if scheme.code not in excluded_among(had)]
    amounts = [
        SchemeMonth(scheme=scheme, month=first_day(number)).judge(facts_of({})).amount
        for scheme in paid
        for number in range(month_number(day("2026-01-01")), month_number(day("2026-12-01")) + 1)
    ]
    assert 2 * sum(amounts) == Decimal("7200.00")


# Whole months


@pytest.mark.parametrize(
    ("rule", "on", "first"),
    [
        (StartRule.MONTH, "2024-06-30", "2024-06-01"),
        (StartRule.MONTH_AFTER, "2024-12-01", "2025-01-01"),
        (StartRule.HALF_YEAR, "2024-06-30", "2024-01-01"),
        (StartRule.HALF_YEAR, "2024-07-01", "2024-07-01"),
        (StartRule.FULL_YEAR, "2024-12-31", "2024-01-01"),
    ],
)
def test_a_start_rule_gives_the_first_month(rule: StartRule, on: str, first: str) -> None:
    assert first_day(first_month(day(on), rule)) == day(first)


@pytest.mark.parametrize(
    ("rule", "on", "last"),
    [
        (StopRule.MONTH_AFTER, "2024-06-30", "2024-06-01"),
        (StopRule.HALF_YEAR, "2024-06-30", "2024-06-01"),
        (StopRule.HALF_YEAR, "2024-07-01", "2024-12-01"),
        (StopRule.FULL_YEAR, "2024-01-01", "2024-12-01"),
    ],
)
def test_a_stop_rule_gives_the_last_month(rule: StopRule, on: str, last: str) -> None:
    assert first_day(last_month(day(on), rule)) == day(last)


@pytest.mark.parametrize(
    ("born", "age", "reached"),
    [
        ("1952-02-29", 60, "2012-02-29"),
        ("1952-02-29", 61, "2013-03-01"),
        ("1963-07-15", 49, "2012-07-15"),
        ("2008-02-29", 18, "2026-03-01"),
    ],
)
def test_an_age_is_reached_on_the_birthday(born: str, age: int, reached: str) -> None:
    assert birthday(day(born), age) == day(reached)
