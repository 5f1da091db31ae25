"""A certified application is an enrolment with the facts that were passed; what stands against it is named."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from ledger.refusals import OfficerMayNot
from payouts.applying import note_account
from payouts.certifying import certify_application, is_of_age
from payouts.declaring import DeathRow, DeclaredFile, declare, declare_deaths
from payouts.models import Application, Enrolment, EnrolmentFact
from payouts.models.words import Level, ObjectionOutcome
from payouts.refusals import (
    AccountMissing,
    AgeOutside,
    ApplicationNotThere,
    ApplicationUnfit,
    DateUnfit,
    EnrolledAlready,
    NoticeOpen,
    ObjectionOpen,
    PersonDead,
    SameOfficer,
    SchemeExcluded,
    UnknownScheme,
)
from payouts.rules.month_windows import StartRule
from payouts.rules.scheme_terms import Ages
from tests import applications
from tests.applications import (
    APPLIED_ON,
    BY_PERSON,
    DAYS,
    ELDERS,
    GRADED,
    ID_NUMBER,
    NAME,
    RAISED,
    SCHEMES,
    a_scheme,
    account,
    at,
    certified,
    confirmed,
    heard,
    may,
    noticed,
    objected,
    officer,
    passed,
    passed_by,
    registered,
)
from tests.payroll import card

stage, rolled_back = applications.stage, applications.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
DAY = timedelta(days=1)
CERTIFIED_ON = DAYS[Level.CERTIFICATION]
APRIL = date(2026, 4, 1)


def test_a_certified_application_is_an_enrolment() -> None:
    application = confirmed(grade="", own_amount=None)
    enrolment = certified(application)
    application.refresh_from_db()
    assert (application.status, application.enrolment) == ("CERTIFIED", enrolment)
    assert (enrolment.number, enrolment.scheme, enrolment.certified_by_id, enrolment.declaration) == (
        1,
        ELDERS,
        "certifier",
        None,
    )
    fact = enrolment.facts.get()
    assert (fact.version, fact.starts_on, fact.met_on, fact.standing) == (1, APRIL, CERTIFIED_ON, "NORMAL")
    assert (fact.holder_name, fact.account_number, fact.village) == (NAME, card(1), "柳树村")
    assert fact.paper == enrolment.paper == f"application/{application.pk}"


def test_the_day_of_the_meeting_may_be_another() -> None:
    enrolment = certify_application(
        application=confirmed(),
        schemes=SCHEMES,
        officer=officer("certifier"),
        on=CERTIFIED_ON,
        at=at(CERTIFIED_ON),
        met_on=APPLIED_ON,
    )
    assert enrolment.facts.get().met_on == APPLIED_ON


def test_nobody_is_met_in_the_future() -> None:
    with pytest.raises(DateUnfit):
        certify_application(
            application=confirmed(),
            schemes=SCHEMES,
            officer=officer("certifier"),
            on=CERTIFIED_ON,
            at=at(CERTIFIED_ON),
            met_on=CERTIFIED_ON + DAY,
        )


def test_certification_waits_for_the_notice_of_the_district() -> None:
    application = passed(passed_by(registered(), Level.VILLAGE, Level.TOWNSHIP), Level.DISTRICT)
    with pytest.raises(NoticeOpen):  # not posted
        certified(application)
    noticed(application, Level.DISTRICT)
    with pytest.raises(NoticeOpen):  # its last day
        certified(application, on=CERTIFIED_ON - DAY)
    assert certified(application).number == 1


def test_an_application_that_the_district_has_not_passed_is_not_certified() -> None:
    with pytest.raises(ApplicationNotThere):
        certified(passed_by(registered(), Level.VILLAGE, Level.TOWNSHIP))


@pytest.mark.parametrize(
    ("outcome", "blocks"), [(None, True), (ObjectionOutcome.UPHELD, True), (ObjectionOutcome.DISMISSED, False)]
)
def test_an_objection_to_the_last_notice_blocks(outcome: ObjectionOutcome | None, blocks: bool) -> None:
    application = confirmed()
    objection = objected(application.notices.get(level=Level.DISTRICT))
    if outcome:
        heard(objection, outcome, by="certifier-two")
    if blocks:
        with pytest.raises(ObjectionOpen):
            certified(application)
        return
    assert certified(application).number == 1


@pytest.mark.parametrize("again", ["registry", "village", "township", "district"])
def test_who_took_part_before_does_not_certify(again: str) -> None:
    application = confirmed()
    may(officer(again), "certify_enrolment")
    with pytest.raises(SameOfficer):
        certified(application, by=again)


def test_certifying_needs_its_post() -> None:
    with pytest.raises(OfficerMayNot):
        certified(confirmed(), by="township-two")


def test_an_application_without_an_account_waits_for_one() -> None:
    application = confirmed(account=None)
    with pytest.raises(AccountMissing):
        certified(application)
    note_account(
        application=application, account=account(), officer=officer("registry-two"), at=at(DAYS[Level.DISTRICT])
    )
    assert certified(application).facts.get().account_number == card(1)


# What stands against it


def deaths(month: date, *id_numbers: str) -> None:
    source = DeclaredFile(
        month, "DEATHS", "死亡名单.xlsx", "", f"{month:%Y%m}{len(id_numbers)}".ljust(64, "0"), "village"
    )
    declaration = declare(source=source, rows=1, officer=may(officer("applier"), "apply_file"), at=at(CERTIFIED_ON))
    rows = [DeathRow(row, number, NAME, "2026-03-05", "") for row, number in enumerate(id_numbers, start=2)]
    declare_deaths(declaration=declaration, rows=rows)


def test_the_dead_are_not_certified() -> None:
    application = confirmed()
    deaths(date(2026, 2, 1), ID_NUMBER)
    with pytest.raises(PersonDead) as dead:
        certified(application)
    assert dead.value.facts["died_on"] == date(2026, 3, 5)
    assert ID_NUMBER not in str(dead.value)


def test_the_latest_list_of_deaths_counts() -> None:
    application = confirmed()
    deaths(date(2026, 2, 1), ID_NUMBER)
    deaths(date(2026, 3, 1), "220112195001010019")
    assert certified(application).number == 1


def test_who_died_in_another_scheme_is_not_certified() -> None:
    first = certified(confirmed(scheme=GRADED, grade="1"))
    version(first, died_on=date(2026, 3, 20))
    with pytest.raises(PersonDead):
        certified(confirmed())


def version(enrolment: Enrolment, **changes: object) -> None:
    """Add what is known later of an enrolment."""
    fact = EnrolmentFact.objects.filter(enrolment=enrolment).latest("version")
    fact.pk, fact.version = None, fact.version + 1
    for field, value in changes.items():
        setattr(fact, field, value)
    fact.save(force_insert=True)


def test_nobody_is_in_a_scheme_twice_at_a_time() -> None:
    first = certified(confirmed())
    with pytest.raises(EnrolledAlready):
        certified(confirmed())
    version(first, ended_on=date(2026, 4, 30))
    again = Application.objects.get(person=first.person, enrolment=None)
    with pytest.raises(EnrolledAlready):  # claims April as well
        certified(again)


def test_who_left_a_scheme_enters_it_again() -> None:
    first = certified(confirmed())
    version(first, ended_on=date(2026, 4, 30))
    again = certified(confirmed(claimed_from=date(2026, 5, 1)))
    assert (again.person, again.number) == (first.person, 2)


@pytest.mark.parametrize(("held", "wanted"), [(ELDERS, RAISED), (RAISED, ELDERS)])
def test_schemes_that_exclude_each_other_are_not_held_together(held: str, wanted: str) -> None:
    first = certified(confirmed(scheme=held))
    application = confirmed(scheme=wanted)
    with pytest.raises(SchemeExcluded) as excluded:
        certified(application)
    assert excluded.value.facts["beside"] == held
    version(first, ended_on=APRIL - DAY, starts_on=APRIL - DAY)
    assert certified(application).scheme == wanted


def test_schemes_that_may_stand_together_do() -> None:
    certified(confirmed())
    assert certified(confirmed(scheme=GRADED, grade="2")).facts.get().grade == "2"


@pytest.mark.parametrize(("born", "of_age"), [("19660430", True), ("19660501", False)])
def test_the_age_is_reached_in_the_month_that_is_claimed_from(born: str, of_age: bool) -> None:
    application = confirmed(id_number=f"220112{born}0019")
    if of_age:
        assert certified(application).number == 1
        return
    with pytest.raises(AgeOutside):
        certified(application)


@pytest.mark.parametrize(
    ("ages", "rule", "id_number", "on", "expected"),
    [
        (Ages(), StartRule.MONTH, "220112202001010019", APRIL, True),
        (Ages(women=49), StartRule.MONTH, "220112197704010027", APRIL, True),
        (Ages(women=49), StartRule.MONTH, "220112197705010027", APRIL, False),
        (Ages(women=49), StartRule.MONTH, "220112197705010019", APRIL, True),
        (Ages(men=60), StartRule.HALF_YEAR, "220112196606300019", date(2026, 1, 1), True),
        (Ages(men=60), StartRule.HALF_YEAR, "220112196607010019", date(2026, 6, 30), False),
        (Ages(below=18), StartRule.MONTH, "220112200804020019", APRIL, True),
        (Ages(below=18), StartRule.MONTH, "220112200804010019", APRIL, False),
        (Ages(born_from=date(1933, 1, 1)), StartRule.MONTH, "220112193301010019", APRIL, True),
        (Ages(born_from=date(1933, 1, 1)), StartRule.MONTH, "220112193212310019", APRIL, False),
    ],
)
def test_an_age_window_has_two_sides(ages: Ages, rule: StartRule, id_number: str, on: date, expected: bool) -> None:
    assert is_of_age(a_scheme("x", ages=ages, start_rule=rule), id_number, on) is expected


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({"scheme": GRADED, "grade": "1"}, True),
        ({"scheme": GRADED, "grade": "3"}, False),
        ({"scheme": GRADED, "grade": ""}, False),
        ({"scheme": ELDERS, "grade": "1"}, False),
        ({"scheme": ELDERS, "own_amount": Decimal("10.00")}, False),
        ({"scheme": BY_PERSON, "own_amount": Decimal("10.00")}, True),
        ({"scheme": BY_PERSON, "own_amount": None}, False),
    ],
)
def test_grade_and_amount_fit_the_scheme(changes: dict[str, object], fits: bool) -> None:
    application = confirmed(**changes)
    if fits:
        assert certified(application).number == 1
        return
    with pytest.raises(ApplicationUnfit):
        certified(application)


def test_a_scheme_that_is_no_longer_there_takes_nobody() -> None:
    application = confirmed()
    with pytest.raises(UnknownScheme):
        certify_application(
            application=application, schemes={}, officer=officer("certifier"), on=CERTIFIED_ON, at=at(CERTIFIED_ON)
        )


def test_what_is_refused_leaves_nothing() -> None:
    application = confirmed(account=None)
    with pytest.raises(AccountMissing), transaction.atomic():
        certified(application)
    assert not Enrolment.objects.filter(person=application.person).exists()
    assert application.steps.count() == 3
