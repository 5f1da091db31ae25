"""What waits for the officer who is signed in, each thing with the way to the desk that it is done at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from month.waiting_rows import Waiting
from month.waiting_tasks import waiting_for
from treasury.models import Township
from web.access import may_open, officer_of

# The route of each desk, and what its address names.
DESKS: Final[Mapping[str, tuple[str, str]]] = {
    "files": ("files", "month"),
    "runs": ("runs", "month"),
    "bank": ("batches", "month"),
    "results": ("results", "month"),
    "money": ("money", "month"),
    "claims": ("township_claims", "township"),
    "settlements": ("settlements", "month"),
    "drafts": ("drafts", ""),
    "destruction": ("archive_lists", ""),
    "appraisals": ("archive_appraisals", ""),
    "applications": ("applications", ""),
    "rates": ("scheme_rates", ""),
    "recoveries": ("overpayments", ""),
    "budgets": ("budgets", ""),
    "purchases": ("purchases", ""),
    "earmarked": ("earmarked", ""),
    "special_accounts": ("earmarked_township", "township"),
    "awards": ("awards", ""),
    "passing": ("passing", ""),
    "revenue_plans": ("revenue_plans", ""),
    "posts": ("seconded_posts", ""),
    "officers": ("officers", ""),
    "establishment": ("establishment", ""),
}


@dataclass(frozen=True, slots=True)
class Task:
    """A line of the list."""

    name: Any
    count: int
    about: str
    address: str


@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """List what waits for who is signed in."""
    officer = officer_of(request)
    today = timezone.localdate()
    return render(
        request,
        "web/tasks.html",
        {
            "tasks": told(request, waiting_for(officer=officer, on=today)),
        },
    )


def told(request: HttpRequest, waiting: Sequence[Waiting]) -> Sequence[Task]:
    """Return what waits as the page shows it: with names of townships, and links to what the officer may open."""
    names = dict(Township.objects.filter(code__in={one.township for one in waiting}).values_list("code", "name"))
    return [
        Task(
            one.name,
            one.count,
            f"{one.month:%Y-%m}" if one.month else names.get(one.township, one.township),
            address_of(request, one),
        )
        for one in waiting
    ]


def address_of(request: HttpRequest, waiting: Waiting) -> str:
    """Return the address of the page where something is done; nothing if it is not open to who asks."""
    if waiting.desk not in DESKS:
        return ""
    route, names = DESKS[waiting.desk]
    if not may_open(request, route):
        return ""
    named = {"month": f"{waiting.month:%Y-%m}" if waiting.month else "", "township": waiting.township, "": ""}[names]
    return reverse(route, args=[named] if names else [])
