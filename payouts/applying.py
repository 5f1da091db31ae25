"""Applications for a scheme: registered, then decided by village, township and district, each by another officer.

Each of the three puts up a public notice of what it has passed (``objecting``); the level above decides once that
has run out and no objection stands. The district's officer for certification ends it (``certifying``).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.applicants import NOTICE_BEFORE, PASSED, blocking_objection, level_due, taken_down_on
from payouts.models import Application, ApplicationStep, Household, Person
from payouts.models.applications import LONG_NUMBER
from payouts.models.words import AccountKind, ApplicationStatus, Decision, Level
from payouts.refusals import (
    AccountUnfit,
    ApplicationNotThere,
    ApplicationOpen,
    ApplicationUnfit,
    DateUnfit,
    NoticeOpen,
    ObjectionOpen,
    ReasonMissing,
    SameOfficer,
    UnknownScheme,
    refusals_named,
)
from payouts.rules.id_numbers import UnreadableIdNumber, born_of
from payouts.rules.schemes import Scheme
from payouts.running import CHAIN
from treasury.models import Township
from treasury.rules.cards import is_sound_account
from treasury.secondments import day_of

STARS = "****"
POST_OF = {
    Level.VILLAGE: "payouts.pass_village",
    Level.TOWNSHIP: "payouts.pass_township",
    Level.DISTRICT: "payouts.pass_district",
    Level.CERTIFICATION: "payouts.certify_enrolment",
}


@dataclass(frozen=True, slots=True)
class AppliedAccount:
    """The account that the benefit is to go to; another's has the reason why."""

    number: str
    bank: str
    holder_name: str
    kind: AccountKind = AccountKind.OWN
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AppliedFor:
    """What somebody applies for; ``ended_on`` is the last day, ``paper`` the evidence that was handed in."""

    id_number: str
    name: str
    scheme: str
    township: Township
    village: str
    claimed_from: date
    paper: str
    ended_on: date | None = None
    grade: str = ""
    own_amount: Decimal | None = None
    certificate: str = ""
    household: str = ""
    household_kind: str = ""
    residence: str = ""
    relation: str = ""
    account: AppliedAccount | None = None


def register_application(
    *, applied_for: AppliedFor, schemes: Mapping[str, Scheme], officer: Officer, on: date, at: datetime
) -> Application:
    """Register an application of a day; ``schemes`` are those of the bureau, as they stand then.

    :raises UnknownScheme: if there is none, or it is closed on the day that is claimed from
    :raises ApplicationUnfit: if the person, the grade or the amount does not fit
    :raises ApplicationOpen: if one of the person for the scheme is not decided yet
    :raises AccountUnfit: if the account cannot be right
    """
    require_post(officer, "payouts.register_application")
    require_open(schemes, applied_for.scheme, applied_for.claimed_from)
    require_readable(applied_for)
    require_day(on, since=date.min, at=at)
    if applied_for.account:
        require_sound(applied_for.account, applied_for.name)
    with refusals_named(), transaction.atomic():
        person = person_of(applied_for)
        before = undecided(person, applied_for.scheme)
        if before is not None:
            raise ApplicationOpen("application_is_one_at_a_time", {"application": before.pk})
        application = Application(
            person=person,
            scheme=applied_for.scheme,
            township=applied_for.township,
            village=applied_for.village,
            household=household_of(applied_for),
            household_kind=applied_for.household_kind,
            residence=applied_for.residence,
            relation=applied_for.relation,
            certificate=applied_for.certificate,
            claimed_from=applied_for.claimed_from,
            ended_on=applied_for.ended_on,
            grade=applied_for.grade,
            own_amount=applied_for.own_amount,
            paper=applied_for.paper,
            applied_on=on,
            registered_by=officer,
            registered_at=at,
        )
        if applied_for.account:
            put_account(application, applied_for.account, officer)
        application.save(force_insert=True)
        record_act(application, "register", officer, at, paper=nameless(application.paper, person))
        return application


def require_open(schemes: Mapping[str, Scheme], code: str, on: date) -> Scheme:
    """Return the scheme of a code that is not closed on a day.

    :raises UnknownScheme: if there is none
    """
    scheme = schemes.get(code)
    if scheme is None or scheme.is_closed(on):
        raise UnknownScheme("scheme_is_open", {"scheme": code, "on": on})
    return scheme


def require_readable(applied_for: AppliedFor) -> None:
    """Check that the ID number says when the person was born.

    :raises ApplicationUnfit: if not
    """
    try:
        born_of(applied_for.id_number)
    except UnreadableIdNumber as unreadable:
        raise ApplicationUnfit("person_id_number_is_whole", {"scheme": applied_for.scheme}) from unreadable


def require_sound(account: AppliedAccount, name: str) -> None:
    """Check that an account can be right: its own holder's, or another's with a reason.

    :raises AccountUnfit: if not
    """
    if not re.fullmatch(r"[0-9A-Za-z]{4,40}", account.number) or not is_sound_account(account.number):
        raise AccountUnfit("account_number_is_sound")
    if account.kind == AccountKind.OWN and account.holder_name != name:
        raise AccountUnfit("own_account_is_the_persons", {"kind": account.kind})
    if account.kind != AccountKind.OWN and not (account.reason.strip() and account.holder_name.strip()):
        raise AccountUnfit("applied_guardian_account_has_its_reason", {"kind": account.kind})


def person_of(applied_for: AppliedFor) -> Person:
    """Return the person of an application, made where nobody has the ID number; locked against a second one.

    :raises ApplicationUnfit: if the number belongs to somebody of another name
    """
    made, _new = Person.objects.get_or_create(id_number=applied_for.id_number, defaults={"name": applied_for.name})
    person = Person.objects.select_for_update(no_key=True).get(pk=made.pk)
    if person.name != applied_for.name:
        raise ApplicationUnfit("person_has_one_name", {"person": str(person)})
    return person


def household_of(applied_for: AppliedFor) -> Household | None:
    if not applied_for.household:
        return None
    found, _made = Household.objects.get_or_create(township=applied_for.township, number=applied_for.household)
    return found


def undecided(person: Person, scheme: str) -> Application | None:
    ended = (ApplicationStatus.CERTIFIED, ApplicationStatus.REFUSED)
    return Application.objects.filter(person=person, scheme=scheme).exclude(status__in=ended).first()


def put_account(application: Application, account: AppliedAccount, officer: Officer) -> None:
    application.account_kind, application.account_reason = account.kind, account.reason
    application.holder_name, application.bank = account.holder_name, account.bank
    application.account_number, application.account_by = account.number, officer


def note_account(*, application: Application, account: AppliedAccount, officer: Officer, at: datetime) -> Application:
    """Note the account of an application that was registered without one; from then on it stays.

    :raises ApplicationNotThere: if it has one, or is certified or refused
    :raises AccountUnfit: if the account cannot be right
    """
    require_post(officer, "payouts.register_application")
    with refusals_named(), transaction.atomic():
        application = lock_application(application)
        if application.account_number or level_due(application) is None:
            raise ApplicationNotThere("application_is_fixed", {"application": application.pk})
        require_sound(account, application.person.name)
        put_account(application, account, officer)
        application.save()
        record_act(application, "account", officer, at, kind=account.kind)
        return application


def pass_application(
    *, application: Application, level: Level, officer: Officer, on: date, at: datetime
) -> Application:
    """Pass an application for the village, the township or the district; ``certifying`` passes the last level.

    :raises ApplicationNotThere: if another level decides now
    :raises SameOfficer: if the officer registered it or decided on it before
    :raises NoticeOpen: if the notice of the level before has not run out
    :raises ObjectionOpen: if an objection is open or upheld
    """
    require_post(officer, POST_OF[level])
    with refusals_named(), transaction.atomic():
        application = lock_application(application)
        if level is Level.CERTIFICATION or level_due(application) is not level:
            raise not_there(application, PASSED[level])
        decide(application, level, Decision.PASSED, reason="", officer=officer, on=on, at=at)
        application.status = PASSED[level]
        application.save(update_fields=["status"])
        record_act(application, "pass", officer, at, level=level, on=on)
        return application


def refuse_application(
    *, application: Application, reason: str, officer: Officer, on: date, at: datetime
) -> Application:
    """Refuse an application for the level that decides now, with a reason that names nobody.

    :raises ReasonMissing: without a reason
    :raises ApplicationNotThere: if it is certified or refused already
    :raises SameOfficer: if the officer registered it or decided on it before
    """
    with refusals_named(), transaction.atomic():
        application = lock_application(application)
        level = level_due(application)
        if level is None:
            raise not_there(application, ApplicationStatus.REFUSED)
        require_post(officer, POST_OF[level])
        told = nameless(reason, application.person)
        if not told:
            raise ReasonMissing("application_is_refused_with_a_reason", {"application": application.pk})
        decide(application, level, Decision.REFUSED, reason=told, officer=officer, on=on, at=at)
        application.status = ApplicationStatus.REFUSED
        application.save(update_fields=["status"])
        record_act(application, "refuse", officer, at, level=level, on=on, reason=told)
        return application


def decide(
    application: Application,
    level: Level,
    decision: Decision,
    *,
    reason: str,
    officer: Officer,
    on: date,
    at: datetime,
) -> ApplicationStep:
    """Write down what a level decides on a locked application; raises as ``pass_application``."""
    steps = list(application.steps.order_by("decided_on"))
    before = {application.registered_by_id, application.account_by_id, *(step.decided_by_id for step in steps)}
    if officer.username in before:
        raise SameOfficer("application_functions_are_apart", {"officer": officer.username})
    require_day(on, since=steps[-1].decided_on if steps else application.applied_on, at=at)
    if decision is Decision.PASSED and level in NOTICE_BEFORE:
        taken_down = taken_down_on(application, NOTICE_BEFORE[level])
        if taken_down is None or on < taken_down:
            raise NoticeOpen("notice_has_run_out", {"application": application.pk, "on": on, "until": taken_down})
        objection = blocking_objection(application)
        if objection is not None:
            raise ObjectionOpen("objection_blocks", {"application": application.pk, "objection": objection.pk})
    return ApplicationStep.objects.create(
        application=application,
        level=level,
        decision=decision,
        reason=reason,
        decided_on=on,
        decided_by=officer,
        decided_at=at,
    )


def require_day(on: date, *, since: date, at: datetime) -> None:
    """Check that something is dated neither before what it follows nor ahead of the day it is recorded on.

    :raises DateUnfit: if not
    """
    if not since <= on <= day_of(at):
        raise DateUnfit("application_is_decided_in_its_order", {"on": on, "not_before": since})


def lock_application(application: Application) -> Application:
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("person", "township", "household")
        .get(pk=application.pk)
    )


def not_there(application: Application, to: ApplicationStatus) -> ApplicationNotThere:
    facts = {"application": application.pk, "from": application.status, "to": to}
    return ApplicationNotThere("application_moves", facts)


def nameless(text: str, person: Person) -> str:
    """Return a text in one line without long numbers and without the name of the person it is about."""
    one_line = " ".join(text.split()).replace(person.name, str(person))
    return re.sub(f"{LONG_NUMBER}[Xx]?", STARS, one_line)


def record_act(application: Application, act: str, officer: Officer, at: datetime, **after: Any) -> None:
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act=f"application.{act}",
        subject=f"application/{application.pk}",
        after={"scheme": application.scheme, "status": application.status, **after},
    )
