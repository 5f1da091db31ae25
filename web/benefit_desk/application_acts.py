"""The acts of an application's page, as its forms send them."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from ledger.models import Officer
from payouts.applicants import level_due
from payouts.applying import note_account, pass_application, refuse_application
from payouts.certifying import certify_application
from payouts.models import Application, Objection, PublicNotice
from payouts.models.words import Level, ObjectionOutcome
from payouts.objecting import decide_objection, post_notice, raise_objection
from treasury.refusals import NothingThere
from web.benefit_desk.application_forms import account_in, typed_in
from web.benefit_desk.asked import Deed, FieldUnread, day_in, day_or_none, key_in, mark_of, schemes_then, text_in


def subject_of(application: Application) -> str:
    """Return what the trail calls an application."""
    return f"application/{application.pk}"


def marks_of(application: Application) -> str:
    """Return the mark of an application as it stands."""
    return mark_of(subject_of(application), application.status, bool(application.account_number))


def deed_of(request: HttpRequest, shown: Application) -> Deed | None:
    """Return the act of a form about an application, nothing if there is no such act."""
    word = request.POST.get("act", "")
    if word not in STEPS:
        return None
    act, step, is_confirmed = STEPS[word]
    return Deed(act, subject_of(shown), lambda officer, at: step(shown, request.POST, officer, at), is_confirmed)


def pass_on(shown: Application, sent: QueryDict, officer: Officer, at: datetime) -> str:
    level = level_due(shown) or Level.CERTIFICATION
    passed = pass_application(application=shown, level=level, officer=officer, on=day_in(sent.get("on", "")), at=at)
    return stands(passed)


def refuse(shown: Application, sent: QueryDict, officer: Officer, at: datetime) -> str:
    on, reason = day_in(sent.get("on", "")), text_in(sent, "reason")
    return stands(refuse_application(application=shown, reason=reason, officer=officer, on=on, at=at))


def notice(shown: Application, sent: QueryDict, officer: Officer, at: datetime) -> str:
    on = day_in(sent.get("on", ""))
    posted = post_notice(
        application=shown,
        schemes=schemes_then(on),
        starts_on=on,
        place=text_in(sent, "place", 100),
        officer=officer,
        at=at,
    )
    return _("The notice hangs from {begin} until {end}.").format(begin=posted.starts_on, end=posted.ends_on)


def write_objection(shown: Application, sent: QueryDict, officer: Officer, at: datetime) -> str:
    against = PublicNotice.objects.filter(application=shown, pk=key_in(sent.get("notice", "")) or 0).first()
    if against is None:
        raise NothingThere("notice_is_posted", {"application": shown.pk})
    text, on = text_in(sent, "text", 300), day_in(sent.get("on", ""))
    made = raise_objection(notice=against, text=text, officer=officer, on=on, at=at)
    return _("Objection {number} is written down; it blocks the application until it is dismissed.").format(
        number=made.pk
    )


def hear_objection(shown: Application, sent: QueryDict, officer: Officer, at: datetime) -> str:
    found = Objection.objects.filter(notice__application=shown, pk=key_in(sent.get("objection", "")) or 0).first()
    if found is None:
        raise NothingThere("objection_is_raised", {"application": shown.pk})
    outcome = text_in(sent, "outcome", 20)
    if outcome not in ObjectionOutcome.values:
        raise FieldUnread("outcome_is_chosen")
    decided = decide_objection(
        objection=found,
        outcome=ObjectionOutcome(outcome),
        reason=text_in(sent, "reason"),
        officer=officer,
        on=day_in(sent.get("on", "")),
        at=at,
    )
    return _("Objection {number}: {outcome}.").format(number=found.pk, outcome=decided.get_outcome_display())


def certify(shown: Application, sent: QueryDict, officer: Officer, at: datetime) -> str:
    on, met_on = day_in(sent.get("on", "")), day_or_none(sent.get("met_on", ""))
    enrolled = certify_application(
        application=shown, schemes=schemes_then(on), officer=officer, on=on, at=at, met_on=met_on
    )
    return _("Certified as enrolment {number}; the next benefit run pays it.").format(number=enrolled.pk)


def account(shown: Application, sent: QueryDict, officer: Officer, at: datetime) -> str:
    wanted = account_in(typed_in(sent), shown.person.name)
    note_account(application=shown, account=wanted, officer=officer, at=at)
    return _("The account is noted; it stays until the application is certified.")


def stands(application: Application) -> str:
    return _("Application {number}: {state}.").format(number=application.pk, state=application.get_status_display())


Step = Callable[[Application, QueryDict, Officer, datetime], str]
# The acts by their words: the name in the trail, the step, and whether it is confirmed anew.
STEPS: Mapping[str, tuple[str, Step, bool]] = {
    "pass": ("application.pass", pass_on, False),
    "refuse": ("application.refuse", refuse, False),
    "notice": ("application.notice", notice, False),
    "object": ("application.object", write_objection, False),
    "hear": ("objection.decide", hear_objection, False),
    "certify": ("application.certify", certify, True),
    "account": ("application.account", account, False),
}
