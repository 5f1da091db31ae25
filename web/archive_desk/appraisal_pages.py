"""Appraisals of archives: what has expired is judged here, and what may go is put on a destruction list."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.appraising import ClassYear, appraise
from audit.destroying import propose_list
from audit.destructions import listed_items
from audit.holdings import Holding, HoldingState, holdings_on
from audit.models import Appraisal, AppraisedYear
from ledger.models import Officer
from web.archive_desk.typed import class_year_in, day_in, enter, key_in, mark_of, text_in

PAGE: Final = 50
OPINION_MAX: Final = 500
GO, KEEP = "go", "keep"
FATE: Final = "fate-"


@require_http_methods(["GET", "POST"])
def appraisals(request: HttpRequest) -> HttpResponse:
    """List the appraisals, with the form that records another one of what has expired; record it."""
    if request.method != "POST":
        return draw_appraisals(request)
    made: list[Appraisal] = []

    def step(officer: Officer, at: datetime) -> str:
        may_go, kept_on = fates_in(request.POST)
        made.append(
            appraise(
                may_go=may_go,
                kept_on=kept_on,
                members=text_in(request.POST, "members"),
                opinion=text_in(request.POST, "opinion", OPINION_MAX),
                on=day_in(request.POST, "on", timezone.localdate(at)),
                officer=officer,
                at=at,
            )
        )
        return _("Appraisal {number} is recorded.").format(number=made[0].pk)

    return enter(
        request,
        act="retention.appraise",
        subject="archives",
        step=step,
        to=lambda: reverse("archive_appraisal", args=[made[0].pk]) if made else reverse("archive_appraisals"),
        draw=partial(draw_appraisals, request),
    )


def draw_appraisals(request: HttpRequest, refusal: str = "") -> HttpResponse:
    found = Appraisal.objects.annotate(
        goes=Count("years", filter=Q(years__may_go=True)), stays=Count("years", filter=Q(years__may_go=False))
    )
    if before := key_in(request.GET, "before"):
        found = found.filter(pk__lt=before)
    shown = list(found.order_by("-pk")[:PAGE])
    context = {
        "refusal": refusal,
        "typed": request.POST,
        "today": timezone.localdate(),
        "expired": expired_years(request.POST) if request.user.has_perm("audit.appraise") else [],
        "appraisals": shown,
        "following": shown[-1].pk if len(shown) == PAGE else "",
    }
    return render(request, "web/archive_desk/appraisals.html", context)


def expired_years(typed: QueryDict) -> Sequence[tuple[Holding, str, str]]:
    """Return what has expired today, each with the name of its field and what was chosen in it."""
    found = [one for one in holdings_on(on=timezone.localdate()) if one.state is HoldingState.EXPIRED]
    named = [(one, f"{FATE}{one.record_class.value}/{one.fiscal_year}") for one in found]
    return [(one, name, typed.get(name, "")) for one, name in named]


def fates_in(typed: QueryDict) -> tuple[Sequence[ClassYear], Sequence[ClassYear]]:
    """Return what a form lets go and what it keeps on.

    :raises Unreadable: if a field names no class of a year
    """
    chosen: Mapping[str, str] = {name: str(typed[name]) for name in typed if name.startswith(FATE)}
    fates = [(class_year_in(name.removeprefix(FATE)), fate) for name, fate in chosen.items()]
    return [year for year, fate in fates if fate == GO], [year for year, fate in fates if fate == KEEP]


@require_http_methods(["GET", "POST"])
def appraisal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an appraisal, and the form that puts what may go on a list; propose the list."""
    shown = get_object_or_404(Appraisal, pk=pk)
    if request.method != "POST":
        return draw_appraisal(request, shown)
    made: list[int] = []

    def step(officer: Officer, at: datetime) -> str:
        years = [class_year_in(one) for one in request.POST.getlist("years")]
        listed = propose_list(appraisal=shown, years=years, on=timezone.localdate(at), officer=officer, at=at)
        made.append(listed.pk)
        return _("Destruction list {number} is proposed. Everybody whom the rule names signs it now.").format(
            number=listed.pk
        )

    return enter(
        request,
        act="retention.propose",
        subject=subject_of(shown),
        step=step,
        to=lambda: reverse("archive_list", args=made) if made else reverse("archive_appraisal", args=[pk]),
        draw=partial(draw_appraisal, request, shown),
        shown=shown_of(shown),
    )


def draw_appraisal(request: HttpRequest, shown: Appraisal, refusal: str = "") -> HttpResponse:
    context: dict[str, Any] = {
        "refusal": refusal,
        "appraisal": shown,
        "subject": subject_of(shown),
        "mark": shown_of(shown),
        "years": years_of(shown),
        "lists": shown.lists.order_by("pk"),
        "chosen": request.POST.getlist("years"),
    }
    context["may_propose"] = any(one.may_go and not one.is_listed for one in context["years"])
    return render(request, "web/archive_desk/appraisal.html", context)


def years_of(shown: Appraisal) -> QuerySet[AppraisedYear, Any]:
    """Return what an appraisal says, each with whether it is on a list that nobody has refused."""
    same = listed_items().filter(record_class=OuterRef("record_class"), fiscal_year=OuterRef("fiscal_year"))
    return shown.years.annotate(is_listed=Exists(same)).order_by("record_class", "fiscal_year")


def subject_of(shown: Appraisal) -> str:
    return f"appraisal/{shown.pk}"


def shown_of(shown: Appraisal) -> str:
    """Return the mark of what a page shows: which lists have been proposed by now."""
    return f"{mark_of(subject_of(shown))}/{shown.lists.count()}"
