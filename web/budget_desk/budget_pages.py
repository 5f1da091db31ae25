"""Budgets of a year, one of them with its lines, and the acts of its chain."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ledger.models import Book, Officer
from ledger.money import ZERO
from month.budget_sheets import AMOUNT, ECONOMIC, FUNCTIONAL, MONTH, NOTE, read_budget, read_plan
from treasury.budgeting import (
    amend_budget,
    approve_budget,
    prepare_budget,
    record_resolution,
    refuse_budget,
    review_budget,
    submit_budget,
    withdraw_budget,
)
from treasury.budgets import approved_budget, latest_principles
from treasury.models import Budget, SpendingPlan
from treasury.models.words import BudgetChain, BudgetStatus
from treasury.planning_spending import prepare_plan
from treasury.refusals import NothingThere
from web.access import officer_of, open_books
from web.budget_desk.budget_lists import UNDER_WAY, lines_shown, standings_of, totals_of
from web.budget_desk.entering import UNPROCESSABLE, Deed, amount_in, day_in, enter, key_in, mark_of, text_in, upload_in

YEARS: Final = range(2000, 2101)
MONTHS: Final = range(1, 13)


def year_in(request: HttpRequest) -> int | None:
    """Return the year that is asked for, or nothing."""
    asked = key_in(request.GET.get("year", ""))
    return asked if asked is not None and asked in YEARS else None


def year_shown(years: QuerySet[Any, Any]) -> int:
    """Return this year, or the newest of some years where this one is not among them."""
    today = timezone.localdate().year
    known = set(years)
    return today if today in known or not known else max(known)


def book_here(request: HttpRequest, code: str) -> Book:
    """Return a book that is open to who asks; another is not found, as if there were none."""
    return get_object_or_404(open_books(request), code=code)


@require_GET
def budgets(request: HttpRequest) -> HttpResponse:
    """List the books that are open to who asks, with where their budgets of a year stand."""
    books = list(open_books(request))
    begun = Budget.objects.filter(book__in=[one.code for one in books]).order_by().values_list("year", flat=True)
    year = year_in(request) or year_shown(begun.distinct())
    rows = standings_of(books=books, year=year)
    context = {
        "year": year,
        "rows": rows,
        "totals": {
            name: sum((getattr(one, name) for one in rows), ZERO)
            for name in ("asked", "approved", "reserved", "spent", "left")
        },
        "principles": latest_principles(year=year, on=timezone.localdate()),
    }
    return render(request, "web/budget_desk/budgets.html", context)


def newest_of(book: Book, year: int) -> Budget | None:
    """Return the newest edition of the budget of a book and year."""
    editions = Budget.objects.filter(book=book, year=year).select_related("book", "principles", "amends")
    return editions.order_by("-edition").first()


def subject_of(book: Book, year: int, budget: Budget | None) -> str:
    return f"budget/{book.code}/{year}/{budget.edition}" if budget else f"budget/{book.code}/{year}"


def budget(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Show the budget of a book and year with its lines, former editions and plans; take the acts of its chain."""
    book = book_here(request, code)
    if request.method != "POST":
        return draw_budget(request, book, year)
    newest = newest_of(book, year)
    subject = subject_of(book, year, newest)
    return enter(
        request,
        deeds_of(request, book, year, newest),
        subject=subject,
        shown=mark_of(newest and newest.status, subject),
        to=lambda: reverse("budget", args=[code, year]),
        draw=partial(draw_budget, request, book, year),
    )


def deeds_of(request: HttpRequest, book: Book, year: int, newest: Budget | None) -> Mapping[str, Deed]:
    """Return the acts of the page of a budget; each asks itself for the post and the state."""
    today = timezone.localdate()

    def one() -> Budget:
        if newest is None:
            raise NothingThere("budget_exists", {"book": book.code, "year": year})
        return newest

    def prepare(officer: Officer, at: datetime) -> str:
        file = upload_in(request)
        resources = amount_in(request, "resources")
        lines = read_budget(name=file.name, content=file.content, year=year)
        return said(
            prepare_budget(book=book, year=year, lines=lines, resources=resources, on=today, officer=officer, at=at)
        )

    def amend(officer: Officer, at: datetime) -> str:
        file = upload_in(request)
        resources = amount_in(request, "resources")
        return said(
            amend_budget(
                book=book,
                year=year,
                lines=read_budget(name=file.name, content=file.content, year=year),
                resources=resources,
                reason=text_in(request, "reason"),
                on=today,
                officer=officer,
                at=at,
            )
        )

    def approve(officer: Officer, at: datetime) -> str:
        act = approve_budget if one().chain == BudgetChain.GOVERNMENT else record_resolution
        return said(
            act(
                budget=one(),
                paper=text_in(request, "paper", 100),
                paper_on=day_in(request, "paper_on"),
                on=today,
                officer=officer,
                at=at,
            )
        )

    def refuse(officer: Officer, at: datetime) -> str:
        return said(refuse_budget(budget=one(), reason=text_in(request, "reason"), officer=officer, at=at))

    def plan(officer: Officer, at: datetime) -> str:
        file = upload_in(request)
        months = read_plan(name=file.name, content=file.content, book=book, year=year)
        made = prepare_plan(book=book, year=year, months=months, on=today, officer=officer, at=at)
        return _("Spending plan {number} is prepared; another officer approves it.").format(number=made.number)

    return {
        "prepare": Deed("budget.prepare", prepare),
        "amend": Deed("budget.amend", amend),
        "submit": Deed("budget.submit", lambda officer, at: said(submit_budget(budget=one(), officer=officer, at=at))),
        "withdraw": Deed(
            "budget.withdraw", lambda officer, at: said(withdraw_budget(budget=one(), officer=officer, at=at))
        ),
        "review": Deed(
            "budget.review",
            lambda officer, at: said(review_budget(budget=one(), officer=officer, at=at)),
            is_confirmed=True,
        ),
        "approve": Deed("budget.approve", approve, is_confirmed=True),
        "refuse": Deed("budget.refuse", refuse),
        "plan": Deed("plan.prepare", plan),
    }


def said(budget: Budget) -> str:
    """Return what is told of a budget after an act."""
    return _("Budget of {year}, edition {edition}: {status}.").format(
        year=budget.year, edition=budget.edition, status=budget.get_status_display()
    )


def draw_budget(request: HttpRequest, book: Book, year: int, refusal: str = "") -> HttpResponse:
    """Draw the page of a budget: with a refusal, what was typed stays in its form."""
    newest, approved = newest_of(book, year), approved_budget(book=book, year=year)
    editions = list(Budget.objects.filter(book=book, year=year).order_by("-edition"))
    asked = key_in(request.GET.get("edition", ""))
    shown = next((one for one in editions if one.edition == asked), None) or approved or newest
    month = key_in(request.GET.get("month", "")) or MONTHS[-1]
    month = min(month, MONTHS[-1])
    lines = lines_shown(budget=shown, approved=approved, month=month) if shown else []
    subject = subject_of(book, year, newest)
    context = {
        "book": book,
        "year": year,
        "newest": newest,
        "shown": shown,
        "counts": shown is not None and approved is not None and shown.pk == approved.pk,
        "compares": approved is not None and shown is not None and shown.edition > approved.edition,
        "editions": editions,
        "lines": lines,
        "totals": totals_of(lines),
        "month": month,
        "months": MONTHS,
        "plans": plans_of(book, year),
        "mark": mark_of(newest and newest.status, subject),
        "subjects": (subject, subject_of(book, year, None)),
        "refusal": refusal,
        "typed": request.POST if refusal else {},
        "today": timezone.localdate(),
        "columns": (FUNCTIONAL, ECONOMIC, AMOUNT, NOTE),
        "plan_columns": (FUNCTIONAL, ECONOMIC, MONTH, AMOUNT),
        "principles": latest_principles(year=year, on=timezone.localdate()),
        **what_may_be_done(request, newest, approved),
    }
    status = UNPROCESSABLE if refusal else None
    return render(request, "web/budget_desk/budget.html", context, status=status)


def plans_of(book: Book, year: int) -> list[SpendingPlan]:
    """Return the spending plans of a book and year, the newest first."""
    return list(SpendingPlan.objects.filter(book=book, year=year).order_by("-number"))


def what_may_be_done(request: HttpRequest, newest: Budget | None, approved: Budget | None) -> Mapping[str, bool]:
    """Return which forms the page shows to who asks; the acts themselves ask again."""
    officer = officer_of(request)

    def may(act: str) -> bool:
        return officer.has_perm(f"treasury.{act}")

    status = newest.status if newest else ""
    is_own = newest is not None and newest.prepared_by_id == officer.username
    by_government = newest is not None and newest.chain == BudgetChain.GOVERNMENT
    submitted, reviewed = status == BudgetStatus.SUBMITTED, status == BudgetStatus.REVIEWED
    may_approve = not is_own and (
        (submitted and by_government and may("approve_budget"))
        or (reviewed and may("record_resolution") and not (newest and newest.reviewed_by_id == officer.username))
    )
    may_review = not is_own and submitted and not by_government and may("review_budget")
    begins = status not in UNDER_WAY and may("prepare_budget")
    return {
        "may_prepare": begins and approved is None,
        "may_amend": begins and approved is not None,
        "may_submit": status == BudgetStatus.PREPARED and may("prepare_budget"),
        "may_review": may_review,
        "may_approve": may_approve,
        "may_refuse": may_review
        or (not is_own and submitted and by_government and may("approve_budget"))
        or (not is_own and reviewed and may("record_resolution")),
        "may_plan": approved is not None and may("prepare_spending_plan"),
    }
