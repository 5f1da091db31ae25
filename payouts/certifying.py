"""Certify an application: the last of its officers makes it an enrolment, with the facts that were passed."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from ledger.models import Officer
from ledger.posts import require_post
from payouts.applicants import died_on, level_due, schemes_held
from payouts.applying import decide, lock_application, not_there, record_act, require_day, require_open
from payouts.models import Application, Enrolment, EnrolmentFact, Person
from payouts.models.words import ApplicationStatus, Decision, Level, Standing
from payouts.refusals import (
    AccountMissing,
    AgeOutside,
    ApplicationUnfit,
    EnrolledAlready,
    PersonDead,
    SchemeExcluded,
    refusals_named,
)
from payouts.rules.id_numbers import born_of, is_female
from payouts.rules.month_windows import birthday, first_day, first_month
from payouts.rules.schemes import Scheme


def certify_application(
    *,
    application: Application,
    schemes: Mapping[str, Scheme],
    officer: Officer,
    on: date,
    at: datetime,
    met_on: date | None = None,
) -> Enrolment:
    """Certify what the district has confirmed and published; the person counts as met on ``met_on`` or today.

    :raises ApplicationNotThere: if the district has not passed it
    :raises SameOfficer: if the officer registered it or decided on it before
    :raises NoticeOpen: if the district's notice has not run out
    :raises ObjectionOpen: if an objection is open or upheld
    :raises AccountMissing: if no account is known
    :raises PersonDead: if the person is on the list of deaths
    :raises EnrolledAlready: if the person is in the scheme in these days
    :raises SchemeExcluded: if the person is in one that is not paid beside it
    :raises AgeOutside: if the age does not fit on the day that is claimed from
    :raises UnknownScheme: if no open scheme has the code
    :raises ApplicationUnfit: if the grade or the amount does not fit the scheme
    """
    require_post(officer, "payouts.certify_enrolment")
    with refusals_named(), transaction.atomic():
        application = lock_application(application)
        person = Person.objects.select_for_update(no_key=True).get(pk=application.person_id)
        if level_due(application) is not Level.CERTIFICATION:
            raise not_there(application, ApplicationStatus.CERTIFIED)
        scheme = require_open(schemes, application.scheme, application.claimed_from)
        decide(application, Level.CERTIFICATION, Decision.PASSED, reason="", officer=officer, on=on, at=at)
        require_day(met_on or on, since=date.min, at=at)
        require_entitled(application, person, scheme, schemes)
        enrolment = Enrolment.objects.create(
            person=person,
            scheme=application.scheme,
            number=1 + Enrolment.objects.filter(person=person, scheme=application.scheme).count(),
            paper=paper_of(application),
            certified_by=officer,
            certified_at=at,
        )
        fact = first_fact(application, enrolment, met_on=met_on or on, officer=officer, at=at)
        fact.save(force_insert=True)
        application.status, application.enrolment = ApplicationStatus.CERTIFIED, enrolment
        application.save(update_fields=["status", "enrolment"])
        record_act(application, "certify", officer, at, enrolment=enrolment.pk, on=on, met_on=fact.met_on)
        return enrolment


def require_entitled(application: Application, person: Person, scheme: Scheme, schemes: Mapping[str, Scheme]) -> None:
    """Check a person against deaths, enrolments and the terms of a scheme; raises as ``certify_application``."""
    facts = {"application": application.pk, "scheme": scheme.code}
    if not application.account_number:
        raise AccountMissing("application_is_certified_with_its_account", facts)
    died = died_on(person)
    if died is not None:
        raise PersonDead("applicant_lives", {**facts, "died_on": died})
    held = schemes_held(person, since=application.claimed_from, until=application.ended_on)
    if scheme.code in held:
        raise EnrolledAlready("enrolment_is_not_doubled", facts)
    beside = sorted(code for code in held if code in scheme.excludes or excludes(schemes.get(code), scheme))
    if beside:
        raise SchemeExcluded("scheme_stands_alone", {**facts, "beside": " ".join(beside)})
    if not is_of_age(scheme, person.id_number, application.claimed_from):
        raise AgeOutside("age_is_in_its_window", {**facts, "on": application.claimed_from})
    require_graded(application, scheme)


def excludes(other: Scheme | None, scheme: Scheme) -> bool:
    return other is not None and scheme.code in other.excludes


def is_of_age(scheme: Scheme, id_number: str, on: date) -> bool:
    """Say whether a person's age is in the window of a scheme on a day; a rule by half-years begins with its first."""
    ages, born = scheme.ages, born_of(id_number)
    minimum = ages.women if is_female(id_number) else ages.men
    if minimum is not None and on < first_day(first_month(birthday(born, minimum), scheme.start_rule)):
        return False
    if ages.below is not None and on >= birthday(born, ages.below):
        return False
    return ages.born_from is None or born >= ages.born_from


def require_graded(application: Application, scheme: Scheme) -> None:
    """Check that the grade is one of the scheme, and that an amount stands where amounts stand by person.

    :raises ApplicationUnfit: if not
    """
    grades = scheme.grades_on(application.claimed_from)
    if application.grade not in (grades or [""]):
        raise ApplicationUnfit("grade_is_of_its_scheme", {"application": application.pk, "grade": application.grade})
    if scheme.is_by_person(application.claimed_from) is (application.own_amount is None):
        raise ApplicationUnfit("amount_stands_by_person", {"application": application.pk, "scheme": scheme.code})


def paper_of(application: Application) -> str:
    """Return how an enrolment names the application that it comes from."""
    return f"application/{application.pk}"


def first_fact(
    application: Application, enrolment: Enrolment, *, met_on: date, officer: Officer, at: datetime
) -> EnrolmentFact:
    """Return what is known of an enrolment at first: what was applied for and passed."""
    return EnrolmentFact(
        enrolment=enrolment,
        version=1,
        recorded_at=at,
        recorded_by=officer,
        paper=paper_of(application),
        standing=Standing.NORMAL,
        starts_on=application.claimed_from,
        ended_on=application.ended_on,
        met_on=met_on,
        grade=application.grade,
        own_amount=application.own_amount,
        certificate=application.certificate,
        township=application.township,
        village=application.village,
        household=application.household,
        household_kind=application.household_kind,
        residence=application.residence,
        relation=application.relation,
        account_kind=application.account_kind,
        holder_name=application.holder_name,
        bank=application.bank,
        account_number=application.account_number,
        account_reason=application.account_reason,
    )
