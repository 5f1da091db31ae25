"""Approved posts of units and accounts of officers, and the exceptions that they make in a payroll run."""

from collections.abc import Collection
from datetime import date, timedelta

import pytest
from django.db import transaction

from ledger.refusals import OfficerMayNot
from month.beginning import open_months
from payouts.declaring import StaffRow, declare, declare_staff
from payouts.models import Person, Run, RunException
from payouts.running import run_to_collect
from tests import payroll, posts
from tests.payroll import (
    EVERYBODY,
    JULY,
    OFFICE,
    SCHOOL,
    Staffer,
    a_file,
    card,
    checked,
    declare_wages,
    officer,
    released,
    sent,
)
from tests.posts import AT, local
from treasury.establishing import confirm_establishment, record_establishment, record_officer_account
from treasury.establishments import establishments_on
from treasury.models import Establishment, Unit
from treasury.refusals import (
    NumberWrong,
    OneOfficerTwice,
    OwnAccountRecorded,
    StateRefuses,
    TreasuryReasonMissing,
)

stage = posts.stage
rolled_back = posts.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

PASSBOOK = "0710011234560001"  # of the school
A_DAY = timedelta(days=1)


def recorded(
    approved: int,
    *,
    unit: str = OFFICE[0].unit,
    begin: date = JULY,
    by: str = "administrator",
    paper: str = "编办〔2026〕3号",
) -> Establishment:
    return record_establishment(
        unit=Unit.objects.get(code=unit),
        approved=approved,
        effective_from=begin,
        paper=paper,
        officer=officer(by),
        at=AT,
    )


def approved(posts_of_unit: int, *, by: str = "bureau_head", **more: object) -> Establishment:
    entry = recorded(posts_of_unit, **more)  # type: ignore[arg-type]
    return confirm_establishment(establishment=entry, officer=officer(by), at=AT)


def in_force(on: date) -> dict[str, int]:
    codes = dict(Unit.objects.values_list("pk", "code"))
    return {codes[unit]: number for unit, number in establishments_on(on=on).items()}


# Approved posts


def test_posts_count_once_another_officer_confirmed_them_from_their_day_on() -> None:
    entry = recorded(6, begin=date(2026, 7, 15))
    assert in_force(date(2026, 7, 15)) == {}
    confirm_establishment(establishment=entry, officer=officer("bureau_head"), at=AT)
    assert in_force(date(2026, 7, 14)) == {}
    assert in_force(date(2026, 7, 15)) == {OFFICE[0].unit: 6}


def test_the_latest_of_a_day_counts_and_the_past_stays() -> None:
    approved(6)
    approved(5, begin=date(2026, 9, 1))
    approved(7, begin=date(2026, 9, 1))
    assert [in_force(day)[OFFICE[0].unit] for day in (date(2026, 8, 31), date(2026, 9, 1))] == [6, 7]


def test_posts_are_recorded_and_confirmed_by_two_officers_of_their_posts() -> None:
    with pytest.raises(OfficerMayNot):
        recorded(6, by="bureau_head")
    with pytest.raises(OfficerMayNot):
        approved(6, by="administrator")
    with pytest.raises(OneOfficerTwice):
        confirm_establishment(establishment=recorded(6, by="everything"), officer=officer("everything"), at=AT)
    with pytest.raises(StateRefuses):
        confirm_establishment(establishment=approved(6), officer=officer("bureau_head"), at=AT)
    with pytest.raises(TreasuryReasonMissing):
        recorded(6, paper="")


# Accounts of officers


def test_an_account_is_recorded_once_whole_and_by_somebody_else() -> None:
    def record(holder: str, number: str, id_number: str = "", *, by: str = "administrator") -> None:
        record_officer_account(
            holder=officer(holder), number=number, holder_number=id_number, officer=officer(by), at=AT
        )

    record("cashier", card(1))
    with pytest.raises(NumberWrong):
        record("cashier", card(1))
    for number, id_number in (("1234567", ""), ("6228 4800", ""), (card(2), "123")):
        with pytest.raises(NumberWrong):
            record("cashier", number, id_number)
    with pytest.raises(OwnAccountRecorded):
        record("administrator", card(2))
    with pytest.raises(OfficerMayNot):
        record("reviewer", card(3), by="clerk")


# The exceptions of a run


@transaction.atomic
def roster(people: Collection[Staffer], outside: Collection[int]) -> None:
    """Declare a roster on which people are 在编, but for some who are 编外."""
    declaration = declare(source=a_file(JULY, "ROSTER"), rows=len(people), officer=officer("preparer"), at=AT)
    staff = [
        StaffRow(
            at,
            one.id_number,
            one.unit,
            one.name,
            "事业管理",
            "编外" if one.number in outside else "在编",
            *("", "", "", "农商行", one.account, "", "", ""),
        )
        for at, one in enumerate(people, start=2)
    ]
    declare_staff(declaration=declaration, rows=staff, officer=officer("preparer"))


def run_of_july(*, outside: Collection[int] = ()) -> Run:
    run = run_to_collect(month=JULY, pay_date=JULY.replace(day=15), at=AT)
    roster(EVERYBODY, outside)
    declare_wages(JULY)
    open_months(day=JULY.replace(day=15), officer=officer("chief_accountant"), at=AT)
    return checked(run)


def told(run: Run, *kinds: str) -> list[tuple[str, str, str]]:
    found = RunException.objects.filter(run=run, kind__in=kinds).select_related("unit", "person").order_by("pk")
    return [(one.kind, one.unit.code if one.unit else "", one.facts) for one in found]


@pytest.mark.parametrize(
    ("posts_of_unit", "outside", "over"),
    [(6, [], ""), (5, [], "6"), (5, [1], ""), (4, [1], "5"), (0, range(1, 7), ""), (0, range(1, 6), "1")],
)
def test_people_in_posts_over_the_establishment_are_to_sign_and_people_outside_it_never_count(
    posts_of_unit: int, outside: Collection[int], over: str
) -> None:
    approved(posts_of_unit)
    expected = [("over_establishment", OFFICE[0].unit, f"staff={over}; establishment={posts_of_unit}")] if over else []
    run = run_of_july(outside=outside)
    assert told(run, "over_establishment") == expected
    assert {one.severity for one in RunException.objects.filter(run=run, kind="over_establishment")} <= {"SIGN"}


def test_units_without_a_confirmed_number_are_not_measured() -> None:
    recorded(0)
    approved(0, unit=SCHOOL[0].unit, begin=JULY + A_DAY)
    assert told(run_of_july(), "over_establishment") == []


def test_a_number_of_the_first_of_the_month_counts_for_the_month() -> None:
    approved(2, unit=SCHOOL[0].unit, begin=JULY)
    assert told(run_of_july(), "over_establishment") == [
        ("over_establishment", SCHOOL[0].unit, "staff=3; establishment=2")
    ]


@pytest.mark.parametrize(("posts_of_unit", "over"), [(6, []), (5, ["staff=6; establishment=5"])])
def test_a_supplementary_run_counts_with_who_was_paid_in_the_month_before(posts_of_unit: int, over: list[str]) -> None:
    approved(posts_of_unit)
    run = run_to_collect(month=JULY, pay_date=JULY.replace(day=15), at=AT)
    roster(EVERYBODY, [])
    declare_wages(JULY, [one for one in EVERYBODY if one.number != 6])
    open_months(day=JULY.replace(day=15), officer=officer("chief_accountant"), at=AT)
    sent(released(run))
    late = run_to_collect(month=JULY, pay_date=JULY.replace(day=25), at=AT)
    assert late.number == 2
    declare_wages(JULY, EVERYBODY, text="again")
    late = checked(late)
    assert late.payslips.count() == 1
    assert [facts for _kind, _unit, facts in told(late, "over_establishment")] == over


def own(number: str, id_number: str = "") -> None:
    record_officer_account(
        holder=local("clerk-birch"), number=number, holder_number=id_number, officer=officer("administrator"), at=AT
    )


def test_pay_to_an_officers_account_is_to_sign_whoever_is_paid() -> None:
    own(OFFICE[1].account)
    run = run_of_july()
    assert told(run, "account_of_officer") == [("account_of_officer", OFFICE[1].unit, "officer=clerk-birch")]
    person = RunException.objects.get(run=run, kind="account_of_officer").person
    assert person == Person.objects.get(id_number=OFFICE[1].id_number)


@pytest.mark.parametrize(("number", "found"), [(1, 0), (2, 1)])
def test_own_pay_of_an_officer_is_told_apart_by_the_id_number(number: int, found: int) -> None:
    own(OFFICE[0].account, EVERYBODY[number - 1].id_number)
    assert len(told(run_of_july(), "account_of_officer")) == found


def test_the_passbook_of_a_unit_that_is_an_officers_account_is_to_sign() -> None:
    own(PASSBOOK)
    assert told(run_of_july(), "account_of_officer", "passbook_of_officer") == [
        ("passbook_of_officer", SCHOOL[0].unit, "officer=clerk-birch")
    ]


def test_a_district_that_recorded_nothing_has_neither_exception() -> None:
    assert told(run_of_july(), "over_establishment", "account_of_officer", "passbook_of_officer") == []
    assert payroll.run_of(JULY).status == "CHECKED"
