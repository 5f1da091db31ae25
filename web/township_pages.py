"""The pages of district and township money: positions, statements of account, settlements. They change nothing."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from ledger.models.proofs import MirrorBalance
from treasury.account_statements import statements_of
from treasury.debts import burn_downs, debt_registers
from treasury.models import Township
from treasury.positions import Position, positions_on
from treasury.settlement_origins import settlement_sheets, what_if_sheets
from treasury.settlement_readings import SettlementSheet
from treasury.sums import DoesNotAddUp
from web.charts import bar_chart
from web.pages import reads_books

MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)
Page = Callable[..., HttpResponse]


def if_it_adds_up(page: Page) -> Page:
    """Show a page, or what of it does not add up and what to do: never figures that contradict each other."""

    @wraps(page)
    def shown(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        try:
            return page(request, *args, **kwargs)
        except DoesNotAddUp as fault:
            return render(request, "web/does_not_add_up.html", {"fault": fault}, status=500)

    return shown


@login_required
@reads_books
@if_it_adds_up
def townships(request: HttpRequest) -> HttpResponse:
    """List the townships with their debt, plan and actual, what is held, unpaid and to be looked at."""
    on = chosen_day(request)
    positions = positions_on(townships=all_townships(), on=on)
    return render(request, "web/townships.html", {"positions": positions, "on": on, "totals": totals_of(positions)})


@login_required
@reads_books
@if_it_adds_up
def township(request: HttpRequest, code: str) -> HttpResponse:
    """Show where one township stands on a day."""
    shown = get_object_or_404(Township.objects.select_related("book"), code=code)
    on = chosen_day(request)
    (position,) = positions_on(townships=[shown], on=on)
    (fall,) = burn_downs(townships=[shown], on=on)
    (register,) = debt_registers(townships=[shown], since=fall.days[0].replace(day=1), on=on)
    context = {
        "position": position,
        "on": on,
        "fall": fall,
        "chart": bar_chart(days=fall.days, amounts=fall.balances),
        "register": register,
    }
    return render(request, "web/township.html", context)


@login_required
@reads_books
@if_it_adds_up
def statement(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """Show the statement of account of a township and month as the books have it now."""
    shown = get_object_or_404(Township.objects.select_related("book"), code=code)
    (found,) = statements_of(month=month_in(month), townships=[shown])
    return render(request, "web/statement.html", {"statement": found})


@login_required
@reads_books
@if_it_adds_up
def settlements(request: HttpRequest, month: str) -> HttpResponse:
    """Show the settlement of a month as it was kept, or what it would be now."""
    wanted = month_in(month)
    kept = settlement_sheets(month=wanted)
    is_what_if = not kept or request.GET.get("what_if") == "1"
    sheets = what_if_sheets(month=wanted) if is_what_if else kept
    context = {
        "month": wanted,
        "sheets": sheets,
        "is_what_if": is_what_if,
        "is_kept": bool(kept),
        "totals": settlement_totals(sheets),
    }
    return render(request, "web/settlements.html", context)


def all_townships() -> Sequence[Township]:
    return list(Township.objects.select_related("book").order_by("number"))


def chosen_day(request: HttpRequest) -> date:
    """Return the day asked for; else today, or the latest day that the current accounts moved if that is later."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        latest = MirrorBalance.objects.aggregate(latest=Max("posting_date"))["latest"]
        today = timezone.localdate()
        return max(today, latest) if latest else today


def month_in(text: str) -> date:
    """Return the month of an address such as ``2026-11``."""
    if not MONTH.fullmatch(text):
        raise Http404(text)
    return date.fromisoformat(f"{text}-01")


def totals_of(positions: Sequence[Position]) -> dict[str, object]:
    return {
        name: sum(getattr(one, name) for one in positions)
        for name in ("debt", "held", "unpaid", "open_claims", "at_banks")
    }


def settlement_totals(sheets: Sequence[SettlementSheet]) -> dict[str, object]:
    names = ("base", "withheld", "returned", "back_pay", "ordinary_return", "debt_after")
    return {name: sum(sheet.values[name] for sheet in sheets) for name in names}
