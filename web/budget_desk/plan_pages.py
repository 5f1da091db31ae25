"""A spending plan by line and month, and the principles of a year with their indicators."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Book, Officer
from ledger.money import ZERO
from treasury.budgeting import Indicator, issue_principles
from treasury.models import BudgetIndicator, BudgetPrinciples, SpendingPlan
from treasury.models.words import IndicatorKind, PlanStatus
from treasury.planning_spending import approve_plan, refuse_plan
from treasury.refusals import NothingThere
from web.access import officer_of, open_books
from web.budget_desk.budget_pages import MONTHS, YEARS, book_here
from web.budget_desk.entering import UNPROCESSABLE, Deed, amount_of, enter, mark_of, text_in

ROWS: Final = 6
NAMES: Final = ("kind", "book", "value")
APPROVE: Final = "treasury.approve_spending_plan"


def budget_plan(request: HttpRequest, code: str, year: int, number: int) -> HttpResponse:
    """Show a spending plan with its months; approve or refuse it."""
    book = book_here(request, code)
    plan = get_object_or_404(SpendingPlan.objects.filter(book=book, year=year), number=number)
    if request.method != "POST":
        return draw_plan(request, book, plan)

    def approve(officer: Officer, at: datetime) -> str:
        approve_plan(plan=plan, officer=officer, at=at)
        return _("Spending plan {number} is approved; its months count from now on.").format(number=number)

    def refuse(officer: Officer, at: datetime) -> str:
        refuse_plan(plan=plan, reason=text_in(request, "reason"), officer=officer, at=at)
        return _("Spending plan {number} is refused.").format(number=number)

    return enter(
        request,
        {"approve": Deed("plan.approve", approve, is_confirmed=True), "refuse": Deed("plan.refuse", refuse)},
        subject=of_plan(plan),
        shown=mark_of(plan.status, of_plan(plan)),
        to=lambda: reverse("budget_plan", args=[code, year, number]),
        draw=partial(draw_plan, request, book, plan),
    )


def of_plan(plan: SpendingPlan) -> str:
    return f"plan/{plan.book_id}/{plan.year}/{plan.number}"


def draw_plan(request: HttpRequest, book: Book, plan: SpendingPlan, refusal: str = "") -> HttpResponse:
    """Draw the page of a plan: with a refusal, what was typed stays in its form."""
    rows = months_of(plan)
    columns = [sum((months[at] for _line, months, _whole in rows), ZERO) for at in range(len(MONTHS))]
    officer = officer_of(request)
    waits = plan.status == PlanStatus.PREPARED
    context = {
        "book": book,
        "plan": plan,
        "rows": rows,
        "months": MONTHS,
        "columns": columns,
        "whole": sum(columns, ZERO),
        "mark": mark_of(plan.status, of_plan(plan)),
        "subject": of_plan(plan),
        "refusal": refusal,
        "typed": request.POST if refusal else {},
        "may_decide": waits and officer.has_perm(APPROVE) and plan.prepared_by_id != officer.username,
    }
    return render(request, "web/budget_desk/plan.html", context, status=UNPROCESSABLE if refusal else None)


def months_of(plan: SpendingPlan) -> Sequence[tuple[str, Sequence[Decimal], Decimal]]:
    """Return the lines of a plan with their twelve months and the sum of these."""
    found: dict[str, list[Decimal]] = {}
    for one in plan.lines.select_related("appropriation").order_by("appropriation", "month"):
        found.setdefault(str(one.appropriation), [ZERO] * len(MONTHS))[one.month - 1] += one.amount
    return [(line, months, sum(months, ZERO)) for line, months in found.items()]


def budget_principles(request: HttpRequest, year: int) -> HttpResponse:
    """Show the principles and indicators of a year; give a further edition of them."""
    if year not in YEARS:
        raise Http404(str(year))
    if request.method != "POST":
        return draw_principles(request, year)

    def issue(officer: Officer, at: datetime) -> str:
        made = issue_principles(
            year=year,
            text=request.POST.get("text", "").replace("\0", "").strip(),
            indicators=indicators_typed(request),
            on=timezone.localdate(),
            officer=officer,
            at=at,
        )
        return _("Principles of {year}, edition {edition}.").format(year=made.year, edition=made.edition)

    return enter(
        request,
        {"issue": Deed("budget.principles", issue, is_confirmed=True)},
        subject=f"principles/{year}",
        shown=mark_of(editions_of(year)),
        to=lambda: reverse("budget_principles", args=[year]),
        draw=partial(draw_principles, request, year),
    )


def editions_of(year: int) -> int:
    return BudgetPrinciples.objects.filter(year=year).count()


def rows_typed(request: HttpRequest) -> Sequence[Mapping[str, str]]:
    """Return the rows of indicators as they were typed, with empty ones below."""
    columns = [[text.strip() for text in request.POST.getlist(name)[:50]] for name in NAMES]
    count = max(map(len, columns), default=0)
    rows = [
        {name: column[at] if at < len(column) else "" for name, column in zip(NAMES, columns, strict=True)}
        for at in range(count)
    ]
    return [*rows, *[dict.fromkeys(NAMES, "")] * (ROWS - len(rows))]


def indicators_typed(request: HttpRequest) -> Sequence[Indicator]:
    """Return the indicators of a form; a row without a value does not count.

    :raises NotWritten: if a value is no amount
    :raises NothingThere: if a kind or a book is none
    """
    found = []
    for row in rows_typed(request):
        if not row["value"]:
            continue
        book = open_books(request).filter(code=row["book"]).first() if row["book"] else None
        if row["kind"] not in IndicatorKind.values or (row["book"] and book is None):
            raise NothingThere("indicator_is_known", {"kind": row["kind"][:20], "book": row["book"][:40]})
        found.append(Indicator(IndicatorKind(row["kind"]), amount_of(row["value"]), book))
    return found


def draw_principles(request: HttpRequest, year: int, refusal: str = "") -> HttpResponse:
    """Draw the principles of a year: with a refusal, what was typed stays in the form."""
    books = list(open_books(request))
    editions = list(BudgetPrinciples.objects.filter(year=year).order_by("-edition"))
    own = [book.code for book in books]
    indicators = [
        one
        for one in BudgetIndicator.objects.filter(principles__in=editions[:1])
        .select_related("book")
        .order_by("kind", "book", "pk")
        if one.book_id is None or one.book_id in own
    ]
    context = {
        "year": year,
        "editions": editions,
        "latest": editions[0] if editions else None,
        "indicators": indicators,
        "kinds": IndicatorKind.choices,
        "books": books,
        "rows": rows_typed(request),
        "mark": mark_of(len(editions)),
        "subjects": [f"principles/{year}/{one.edition}" for one in editions[:1]] or [f"principles/{year}"],
        "refusal": refusal,
        "typed": request.POST if refusal else {},
    }
    status = UNPROCESSABLE if refusal else None
    return render(request, "web/budget_desk/principles.html", context, status=status)
