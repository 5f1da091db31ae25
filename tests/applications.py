"""Applications for invented schemes, taken level by level through their notices; everybody is invented.

Each level decides on the first day that it may: applied on 1 March, village 2, township 9, district 16, certified 23.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Permission

from ledger.models import Officer
from payouts.applying import (
    AppliedAccount,
    AppliedFor,
    pass_application,
    refuse_application,
    register_application,
)
from payouts.certifying import certify_application
from payouts.models import Application, Enrolment, Objection, ObjectionDecision, PublicNotice
from payouts.models.words import ApplicationStatus, Level, ObjectionOutcome
from payouts.objecting import decide_objection, post_notice, raise_objection
from payouts.rules.funder_shares import Funder, FunderShares
from payouts.rules.month_windows import StartRule, StopRule
from payouts.rules.scheme_rates import DatedRate, Rate
from payouts.rules.scheme_terms import Ages, Frequency, RatePer
from payouts.rules.schemes import Scheme
from tests import townships
from tests.furnishing import fixtures
from tests.payroll import card
from tests.townships import town

ELDERS, RAISED, GRADED, BY_PERSON, CLOSED = "elders", "elders_raised", "graded", "by_person", "closed"
SINCE = date(2020, 1, 1)
APPLIED_ON = date(2026, 3, 1)
DAYS = {
    Level.VILLAGE: date(2026, 3, 2),
    Level.TOWNSHIP: date(2026, 3, 9),
    Level.DISTRICT: date(2026, 3, 16),
    Level.CERTIFICATION: date(2026, 3, 23),
}
# Who decides for a level, and who writes applications and objections down.
OFFICERS = {
    "registry": "register_application",
    "registry-two": "register_application",
    "village": "pass_village",
    "township": "pass_township",
    "township-two": "pass_township",
    "district": "pass_district",
    "certifier": "certify_enrolment",
    "certifier-two": "certify_enrolment",
}
WHO = {level: level.lower() for level in Level} | {Level.CERTIFICATION: "certifier"}
ID_NUMBER, NAME = "220112196001010018", "测试老人"  # a man, 60 on 2020-01-01


def a_scheme(code: str, **changes: Any) -> Scheme:
    """Return a scheme of people from 60, paid by the month."""
    plain: dict[str, Any] = {
        "code": code,
        "jurisdiction": "test",
        "name": f"测试{code}",
        "rate_per": RatePer.MONTH,
        "frequency": Frequency.MONTH,
        "pay_months": frozenset(),
        "start_rule": StartRule.MONTH,
        "stop_rule": StopRule.MONTH_AFTER,
        "ages": Ages(women=60, men=60),
        "verification_months": 6,
        "arrears_months": 12,
        "excludes": frozenset(),
        "recovers_overpayment": True,
        "functional": "2080801",
        "economic": "30305",
        "notice_days": {"VILLAGE": 7, "TOWNSHIP": 7, "DISTRICT": 7},
        "shares": FunderShares(((Funder.DISTRICT, Decimal(100)),), Funder.DISTRICT),
        "rates": (DatedRate(SINCE, Rate({"": Decimal("100.00")})),),
    }
    return Scheme(**{**plain, **changes})


SCHEMES: Mapping[str, Scheme] = {
    scheme.code: scheme
    for scheme in (
        a_scheme(ELDERS),
        a_scheme(RAISED, excludes=frozenset({ELDERS})),
        a_scheme(GRADED, rates=(DatedRate(SINCE, Rate({"1": Decimal("100.00"), "2": Decimal("200.00")})),)),
        a_scheme(BY_PERSON, rates=(DatedRate(SINCE, Rate({}, by_person=True)),)),
        a_scheme(CLOSED, rates=(DatedRate(SINCE, Rate({"": Decimal("9.00")})), DatedRate(date(2025, 1, 1), None))),
    )
}


def at(on: date) -> datetime:
    """Return ten in the morning of a day here."""
    return datetime(on.year, on.month, on.day, 2, tzinfo=UTC)


def officer(name: str) -> Officer:
    """Return an officer, made with the one post of that name where there is none yet."""
    made, new = Officer.objects.get_or_create(username=name, defaults={"full_name": f"测试{name}"})
    if new and name in OFFICERS:
        may(made, OFFICERS[name])
    return made


def may(one: Officer, *acts: str) -> Officer:
    one.user_permissions.add(*Permission.objects.filter(codename__in=acts))
    return Officer.objects.get(pk=one.pk)


def account(**changes: Any) -> AppliedAccount:
    return AppliedAccount(**{"number": card(1), "bank": "农商行", "holder_name": NAME, **changes})


def applied_for(**changes: Any) -> AppliedFor:
    plain: dict[str, Any] = {
        "id_number": ID_NUMBER,
        "name": NAME,
        "scheme": ELDERS,
        "township": town(),
        "village": "柳树村",
        "claimed_from": date(2026, 4, 1),
        "paper": "申请表2026-1",
        "household": "H1",
        "household_kind": "农业户",
        "residence": "农村",
        "relation": "户主",
        "certificate": "ZS1",
        "account": account(),
    }
    return AppliedFor(**{**plain, **changes})


def registered(*, by: str = "registry", **changes: Any) -> Application:
    return register_application(
        applied_for=applied_for(**changes), schemes=SCHEMES, officer=officer(by), on=APPLIED_ON, at=at(APPLIED_ON)
    )


def passed(application: Application, level: Level, *, on: date | None = None, by: str = "") -> Application:
    day = on or DAYS[level]
    return pass_application(application=application, level=level, officer=officer(by or WHO[level]), on=day, at=at(day))


def noticed(application: Application, level: Level, *, starts_on: date | None = None) -> PublicNotice:
    return post_notice(
        application=application,
        schemes=SCHEMES,
        starts_on=starts_on or DAYS[level],
        place="村务公开栏",
        officer=officer(WHO[level]),
        at=at(DAYS[level]),
    )


def passed_by(application: Application, *levels: Level) -> Application:
    """Take an application through levels, each with its notice."""
    for level in levels:
        application = passed(application, level)
        noticed(application, level)
    return application


def confirmed(**changes: Any) -> Application:
    """Return an application that the district has passed and published."""
    return passed_by(registered(**changes), Level.VILLAGE, Level.TOWNSHIP, Level.DISTRICT)


def certified(application: Application, *, on: date = DAYS[Level.CERTIFICATION], by: str = "certifier") -> Enrolment:
    return certify_application(application=application, schemes=SCHEMES, officer=officer(by), on=on, at=at(on))


def refused(application: Application, *, on: date, by: str, reason: str = "不符合条件") -> Application:
    return refuse_application(application=application, reason=reason, officer=officer(by), on=on, at=at(on))


def objected(notice: PublicNotice, *, on: date | None = None, text: str = "户籍不在本村") -> Objection:
    day = on or notice.starts_on
    return raise_objection(notice=notice, text=text, officer=officer("registry-two"), on=day, at=at(day))


def heard(
    objection: Objection, outcome: ObjectionOutcome, *, on: date | None = None, by: str = "township-two"
) -> ObjectionDecision:
    day = on or objection.raised_on
    return decide_objection(
        objection=objection, outcome=outcome, reason="已核实", officer=officer(by), on=day, at=at(day)
    )


def furnish() -> None:
    """Make a district with its officers, and an application of each state, each of a person of its own."""
    townships.begin()
    for name in OFFICERS:
        officer(name)
    for number, state in enumerate(ApplicationStatus, start=1):
        in_state(state, id_number=f"2201121960010101{number:02}", name=f"测试{number}")


def in_state(state: ApplicationStatus, *, name: str, **changes: Any) -> Application:
    """Return an application that has come to a state, with the notices of before and of it."""
    application = registered(name=name, account=account(holder_name=name), **changes)
    if state is ApplicationStatus.REFUSED:
        return refused(application, on=DAYS[Level.VILLAGE], by="village")
    for level in Level:
        if application.status == state:
            break
        if level is Level.CERTIFICATION:
            certified(application)
            break
        application = passed_by(application, level)
    return Application.objects.get(pk=application.pk)


stage, own_stage, rolled_back = fixtures(furnish)
