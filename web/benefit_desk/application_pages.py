"""Applications for schemes: the list, the form of a new one, and one with what its levels decided and its acts."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ledger.masking import masked_account, masked_id
from ledger.models import Officer
from payouts.applicants import DUE, NOTICE_BEFORE, PASSED, blocking_objection, level_due, taken_down_on
from payouts.applying import POST_OF, register_application
from payouts.models import Application, ApplicationStep, Objection, PublicNotice
from payouts.models.words import ApplicationStatus, Level, ObjectionOutcome
from payouts.objecting import HEARD_BY
from treasury.models import Township
from treasury.scopes import reads_district
from web.access import may_open, officer_of
from web.benefit_desk.application_acts import deed_of, marks_of, subject_of
from web.benefit_desk.application_forms import applied_for, empty_form, typed_in
from web.benefit_desk.asked import PAGE, UNPROCESSABLE, Deed, day_in, enter, key_in, schemes_then, schemes_today

REGISTER: Final = "payouts.register_application"
MINE: Final = "mine"


# The list


def open_applications(request: HttpRequest) -> QuerySet[Application]:
    """Return the applications that are open to who asks: all, or those of the levels that the officer decides for."""
    officer = officer_of(request)
    found = Application.objects.select_related("person", "township", "household", "enrolment")
    return found if reads_district(officer) else found.filter(theirs(officer))


def theirs(officer: Officer) -> Q:
    """Return which applications are an officer's: to be decided or published now, and decided before."""
    mine = Q(pk__in=ApplicationStep.objects.filter(decided_by=officer).values("application"))
    mine |= Q(registered_by=officer)
    for level in levels_of(officer):
        waiting = [status for status, due in DUE.items() if due is level]
        mine |= Q(status__in=[*waiting, PASSED[level]])
    return mine


def levels_of(officer: Officer) -> list[Level]:
    """Return the levels that an officer decides for."""
    return [level for level, post in POST_OF.items() if officer.has_perm(post)]


def waiting_for(levels: list[Level]) -> Q:
    """Return which applications wait for levels: to be decided, or passed and not published yet."""
    waiting = Q(status__in=[status for status, due in DUE.items() if due in levels])
    for level in levels:
        if level in HEARD_BY:
            published = PublicNotice.objects.filter(level=level).values("application")
            waiting |= Q(status=PASSED[level]) & ~Q(pk__in=published)
    return waiting


@require_GET
def applications(request: HttpRequest) -> HttpResponse:
    """List applications, the newest first; at first those that wait for who asks."""
    own = levels_of(officer_of(request))
    level = request.GET.get("level", MINE if own else "")
    state, scheme, township = (request.GET.get(name, "")[:60] for name in ("state", "scheme", "township"))
    found = open_applications(request)
    if level == MINE or level in Level.values:
        found = found.filter(waiting_for(own if level == MINE else [Level(level)]))
    if state in ApplicationStatus.values:
        found = found.filter(status=state)
    if scheme:
        found = found.filter(scheme=scheme)
    if township:
        found = found.filter(township__code=township)
    if (before := key_in(request.GET.get("before", ""))) is not None:
        found = found.filter(pk__lt=before)
    shown, schemes = list(found.order_by("-pk")[:PAGE]), schemes_today()
    context = {
        "applications": [row_of(one, schemes) for one in shown],
        "levels": [*([(MINE, _("me"))] if own else []), *Level.choices],
        "states": ApplicationStatus.choices,
        "schemes": schemes.values(),
        "townships": Township.objects.order_by("number"),
        "chosen": {"level": level, "state": state, "scheme": scheme, "township": township},
        "following": shown[-1].pk if len(shown) == PAGE else "",
    }
    return render(request, "web/benefit_desk/applications.html", context)


def row_of(one: Application, schemes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an application as pages show it: numbers masked, the scheme and the level that decides by name."""
    due = level_due(one)
    return {
        "application": one,
        "scheme": schemes[one.scheme].name if one.scheme in schemes else one.scheme,
        "id_number": masked_id(one.person.id_number),
        "account": masked_account(one.account_number),
        "due": due.label if due else "",
    }


# A new one


def new_application(request: HttpRequest) -> HttpResponse:
    """Show the form of a new application; register what it says."""
    if request.method != "POST":
        return draw_form(request, empty_form(timezone.localdate()))
    typed = typed_in(request.POST)
    made: list[Application] = []

    def register(officer: Officer, at: Any) -> str:
        on = day_in(typed["applied_on"])
        wanted = applied_for(typed)
        made.append(register_application(applied_for=wanted, schemes=schemes_then(on), officer=officer, on=on, at=at))
        return _("Application {number} is registered; the village decides on it next.").format(number=made[0].pk)

    answer = enter(
        request,
        Deed("application.register", "application", register),
        shown="",
        to=reverse("applications"),
        draw=lambda refusal: draw_form(request, typed, refusal),
    )
    if made:
        answer["Location"] = reverse("application", args=[made[0].pk])
    return answer


def draw_form(request: HttpRequest, typed: Mapping[str, str], refusal: str = "") -> HttpResponse:
    today, schemes = timezone.localdate(), schemes_today().values()
    opened = [scheme for scheme in schemes if not scheme.is_closed(today)]
    context = {
        "typed": typed,
        "refusal": refusal,
        "schemes": opened,
        "grades": sorted({grade for scheme in opened for grade in scheme.grades_on(today)}),
        "townships": Township.objects.order_by("number"),
    }
    return render(request, "web/benefit_desk/application_form.html", context, status=UNPROCESSABLE if refusal else None)


# One of them


def application(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an application with its decisions, notices and objections; take the act that its state asks for."""
    shown = get_object_or_404(open_applications(request), pk=pk)
    if request.method != "POST":
        return draw(request, shown)
    return enter(
        request,
        deed_of(request, shown),
        shown=marks_of(shown),
        to=reverse("application", args=[pk]),
        draw=lambda refusal: draw(request, shown, refusal),
    )


def draw(request: HttpRequest, shown: Application, refusal: str = "") -> HttpResponse:
    officer, today = officer_of(request), timezone.localdate()
    mark, due = marks_of(shown), level_due(shown)
    steps = list(shown.steps.order_by("pk"))
    notices = list(shown.notices.order_by("pk"))
    objections = list(
        Objection.objects.filter(notice__application=shown).select_related("notice", "decision").order_by("pk")
    )
    before = {shown.registered_by_id, shown.account_by_id, *(step.decided_by_id for step in steps)}
    decides = due is not None and officer.has_perm(POST_OF[due])
    publishes = NOTICE_BEFORE.get(due) if due else None
    context = {
        **row_of(shown, schemes_today()),
        "subject": subject_of(shown),
        "mark": mark,
        "refusal": refusal,
        "sent": request.POST if refusal else {},
        "today": today,
        "steps": steps,
        "notices": notices,
        "objections": [(one, may_hear(one, officer, shown, steps)) for one in objections],
        "level": due,
        "decides": decides,
        "certifies": decides and due is Level.CERTIFICATION,
        "was_in": decides and officer.username in before,
        "hindrance": hindrance_of(shown, due) if decides else "",
        "publishes": publishes if publishes and officer.has_perm(POST_OF[publishes]) else None,
        "running": [one for one in notices if one.starts_on <= today < one.ends_on] if due else [],
        "may_write_down": due is not None and officer.has_perm(REGISTER),
        "outcomes": ObjectionOutcome.choices,
        "reads_people": may_open(request, "beneficiary"),
    }
    status = UNPROCESSABLE if refusal else None
    return render(request, "web/benefit_desk/application.html", context, status=status)


def hindrance_of(shown: Application, due: Level | None) -> str:
    """Return what stands in the way of a pass: the notice of the level before, or an objection."""
    if due not in NOTICE_BEFORE:
        return ""
    before = NOTICE_BEFORE[due]
    until = taken_down_on(shown, before)
    if until is None:
        return _("The public notice of {level} has not been posted.").format(level=before.label)
    if until > timezone.localdate():
        return _("The public notice of {level} hangs until {day}.").format(level=before.label, day=until)
    objection = blocking_objection(shown)
    if objection is not None:
        return _("Objection {number} is open or upheld.").format(number=objection.pk)
    return ""


def may_hear(objection: Objection, officer: Officer, shown: Application, steps: list[ApplicationStep]) -> bool:
    """Return whether an officer may decide an objection: by the post, and as none who wrote or passed it."""
    level = Level(objection.notice.level)
    passed = {step.decided_by_id for step in steps if step.level == level}
    others = {objection.registered_by_id, shown.registered_by_id, *passed}
    is_open = not hasattr(objection, "decision") and level_due(shown) is not None
    return is_open and officer.has_perm(POST_OF[HEARD_BY[level]]) and officer.username not in others
