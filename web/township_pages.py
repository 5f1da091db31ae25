"""The pages of district and township money: positions, statements of account, settlements. They change nothing."""

import io
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial, wraps

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header

from ledger.models.proofs import MirrorBalance
from ledger.money import ZERO
from ledger.sums import DoesNotAddUp
from month.documents import masked_payees
from treasury.arrears import arrears_of, by_month
from treasury.exports import documents
from treasury.exports.papers import Document, in_chinese, write_book, write_pdf
from treasury.incomes import Income, incomes_of
from treasury.models.words import IncomeKind
from treasury.positions import Position, positions_on
from web.access import open_townships
from web.addresses import day_in

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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


@if_it_adds_up
def townships(request: HttpRequest) -> HttpResponse:
    """List the townships with their debt, plan and actual, what is held, unpaid and to be looked at."""
    on = chosen_day(request)
    if wanted := file_wanted(request):
        paper = partial(documents.positions_paper, on=on, townships=list(open_townships(request)), at=timezone.now())
        return as_file(paper, f"{on}-乡镇财政情况表", wanted)
    positions = positions_on(townships=list(open_townships(request)), on=on)
    return render(request, "web/townships.html", {"positions": positions, "on": on, "totals": totals_of(positions)})


@if_it_adds_up
def incomes(request: HttpRequest, year: int) -> HttpResponse:
    """Show the income of a year by nature of the money, township and subject."""
    since, on = year_in(year)
    own = [one.pk for one in open_townships(request)]
    if wanted := file_wanted(request):
        paper = partial(documents.incomes_paper, since=since, on=on, townships=own, at=timezone.now())
        return as_file(paper, f"{year}-收入分类表", wanted)
    found = incomes_of(since=since, on=on, townships=own)
    context = {
        "year": year,
        "incomes": found,
        "kinds": [(kind, amount) for kind, amount in found.by_kind().items()],
        "townships": sums_by(found.rows, lambda row: row.township.name),
        "subjects": sorted(sums_by(found.rows, lambda row: f"{row.subject_code} {row.subject}")),
    }
    return render(request, "web/incomes.html", context)


@if_it_adds_up
def arrears(request: HttpRequest) -> HttpResponse:
    """Show the salaries that townships owe, by township and month; people stand in the list of the office alone."""
    on = chosen_day(request)
    if wanted := file_wanted(request):
        paper = partial(
            documents.arrears_paper,
            on=on,
            townships=list(open_townships(request)),
            names=masked_payees(),
            at=timezone.now(),
        )
        return as_file(paper, f"{on}-欠发工资清单", wanted)
    months = by_month(arrears_of(townships=list(open_townships(request)), on=on))
    totals = {name: sum(getattr(one, name) for one in months) for name in ("amount", "paid", "on_its_way", "left")}
    return render(request, "web/arrears.html", {"on": on, "months": months, "totals": totals})


WRITERS = {"pdf": (write_pdf, "application/pdf"), "xlsx": (write_book, XLSX)}


def file_wanted(request: HttpRequest) -> str:
    """Return as which kind of file a page is asked for, or nothing."""
    wanted = request.GET.get("as", "")
    return wanted if wanted in WRITERS else ""


def as_file(read: Callable[[], Document], name: str, wanted: str) -> HttpResponse:
    """Return a paper as a file to be kept."""
    write, kind = WRITERS[wanted]
    file = io.BytesIO()
    with in_chinese():
        write(file=file, document=read())
    named = content_disposition_header(as_attachment=True, filename=f"{name}.{wanted}")
    return HttpResponse(file.getvalue(), content_type=kind, headers={"Content-Disposition": named})


def year_in(year: int) -> tuple[date, date]:
    """Return the first and the last day of a year of an address."""
    if not 1990 <= year <= 2999:
        raise Http404(year)
    return date(year, 1, 1), date(year, 12, 31)


def sums_by(
    rows: Sequence[Income], name_of: Callable[[Income], str]
) -> Sequence[tuple[str, Sequence[Decimal], Decimal]]:
    """Return the income of each name by nature of the money, with its sum."""
    found: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        sums = found.setdefault(name_of(row), dict.fromkeys(IncomeKind, ZERO))
        sums[row.kind] += row.amount
    return [(name, list(sums.values()), sum(sums.values(), ZERO)) for name, sums in found.items()]


def chosen_day(request: HttpRequest) -> date:
    """Return the day asked for; else today, or the latest day that the current accounts moved if that is later."""
    asked = day_in(request.GET.get("on", ""))
    if asked is not None:
        return asked
    latest = MirrorBalance.objects.aggregate(latest=Max("posting_date"))["latest"]
    today = timezone.localdate()
    return max(today, latest) if latest else today


def totals_of(positions: Sequence[Position]) -> dict[str, object]:
    return {
        name: sum(getattr(one, name) for one in positions)
        for name in ("debt", "held", "unpaid", "open_claims", "at_banks")
    }
