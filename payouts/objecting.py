"""Public notices of what a level has passed (公示), and objections to them, which block until they are dismissed."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.applicants import NOTICE_BEFORE, level_due
from payouts.applying import POST_OF, lock_application, nameless, not_there, record_act, require_day, require_open
from payouts.models import Application, ApplicationStep, Objection, ObjectionDecision, PublicNotice
from payouts.models.words import ApplicationStatus, Level, ObjectionOutcome
from payouts.refusals import DateUnfit, ObjectionUnfit, ReasonMissing, SameOfficer, WrongState, refusals_named
from payouts.rules.schemes import Scheme
from payouts.running import CHAIN
from treasury.secondments import day_of

# Who hears an objection: the level above the one that passed what it is against.
HEARD_BY = {before: level for level, before in NOTICE_BEFORE.items()}


def post_notice(
    *,
    application: Application,
    schemes: Mapping[str, Scheme],
    starts_on: date,
    place: str,
    officer: Officer,
    at: datetime,
) -> PublicNotice:
    """Post the notice of the level that passed an application last, for as many days as the scheme says.

    :raises ApplicationNotThere: if no level has passed it, or it is certified or refused
    :raises DateUnfit: if it would begin before today, or last no day
    :raises UnknownScheme: if no open scheme has the code
    """
    with refusals_named(), transaction.atomic():
        application = lock_application(application)
        due = level_due(application)
        if due is None or due is Level.VILLAGE:
            raise not_there(application, ApplicationStatus(application.status))
        level = NOTICE_BEFORE[due]
        require_post(officer, POST_OF[level])
        scheme = require_open(schemes, application.scheme, application.claimed_from)
        days = scheme.notice_days[level]
        if starts_on < day_of(at) or days < 1:
            raise DateUnfit("notice_begins_when_it_is_posted", {"starts_on": starts_on, "days": days})
        notice = PublicNotice.objects.create(
            application=application,
            level=level,
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=days),
            place=" ".join(place.split()),
            posted_by=officer,
            posted_at=at,
        )
        record_act(application, "notice", officer, at, level=level, starts_on=starts_on, ends_on=notice.ends_on)
        return notice


def raise_objection(*, notice: PublicNotice, text: str, officer: Officer, on: date, at: datetime) -> Objection:
    """Write down an objection that somebody raised on a day of a notice; who raised it is not kept here.

    :raises ObjectionUnfit: if it says nothing, the day is none of the notice, or the application has ended
    """
    require_post(officer, "payouts.register_application")
    with refusals_named(), transaction.atomic():
        application = lock_application(notice.application)
        if level_due(application) is None:
            raise ObjectionUnfit("objection_comes_before_the_end", {"application": application.pk})
        if not notice.starts_on <= on < notice.ends_on or on > day_of(at):
            facts = {"on": on, "from": notice.starts_on, "until": notice.ends_on}
            raise ObjectionUnfit("objection_is_raised_in_its_notice", facts)
        objection = Objection.objects.create(
            notice=notice,
            raised_on=on,
            text=nameless(text, application.person)[:300],
            registered_by=officer,
            registered_at=at,
        )
        record_act(application, "object", officer, at, objection=objection.pk, level=notice.level, on=on)
        return objection


def decide_objection(
    *, objection: Objection, outcome: ObjectionOutcome, reason: str, officer: Officer, on: date, at: datetime
) -> ObjectionDecision:
    """Dismiss or uphold an objection, for the level above the one that passed what it is against.

    :raises SameOfficer: if the officer wrote it down, registered the application or passed what it is against
    :raises WrongState: if it is decided already
    :raises ReasonMissing: without a reason
    """
    level = Level(objection.notice.level)
    require_post(officer, POST_OF[HEARD_BY[level]])
    with refusals_named(), transaction.atomic():
        application = lock_application(objection.notice.application)
        if ObjectionDecision.objects.filter(objection=objection).exists():
            raise WrongState("objection_is_decided_once", {"objection": objection.pk})
        passed_by = ApplicationStep.objects.get(application=application, level=level).decided_by_id
        if officer.username in (objection.registered_by_id, application.registered_by_id, passed_by):
            raise SameOfficer("objection_is_decided_by_another", {"officer": officer.username})
        require_day(on, since=objection.raised_on, at=at)
        told = nameless(reason, application.person)[:200]
        if not told:
            raise ReasonMissing("objection_is_decided_with_a_reason", {"objection": objection.pk})
        decision = ObjectionDecision.objects.create(
            objection=objection, outcome=outcome, reason=told, decided_on=on, decided_by=officer, decided_at=at
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="objection.decide",
            subject=f"application/{application.pk}",
            after={"objection": objection.pk, "outcome": outcome, "reason": told},
        )
        return decision
