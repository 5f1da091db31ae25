"""The way of money in a browser: what a text may mean, and the chain from the bank's answer to the imported row.

A trace is a reading: it leaves its event in the trail, and shows every number masked.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Final, NamedTuple

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from audit.refusals import UnknownReference
from audit.traces import DEPTH, FIRST, LeftOut, Step, forms
from audit.traces.of_books import voucher_named
from audit.tracing import meanings_for, trace_for
from ledger.masking import masked
from ledger.models import Voucher
from ledger.recording import refusals_recorded
from ledger.refusals import UnableToPost
from web.access import officer_of
from web.access_table import ROUTES
from web.acting import SEE_OTHER
from web.addresses import key_in

# From what was imported to what the bank said, as the money goes: what of it a trace meets is drawn as a line.
LINE: Final = (
    "file",
    "sheet",
    "row",
    "declared-pay",
    "payslip",
    "due",
    "claim",
    "release",
    "obligation",
    "payment",
    "batch",
    "bank-file",
    "handover",
    "result-row",
    "result",
    "voucher",
)
TEXT_MAX: Final = 200
# What has a page whose address has the parts of its reference; the desk that has it may not be there.
PAGES: Final = {"book": "balance", "payment": "payment", "batch": "batch", "release": "release"}


class Drawn(NamedTuple):
    """A step as a page draws it: where its own page is, and by which anchor the line leads to it."""

    step: Step
    address: str
    anchor: str
    children: "Sequence[Drawn]"
    left_out: Sequence[LeftOut]

    @property
    def day(self) -> str:
        at = self.step.at
        if isinstance(at, datetime):
            return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
        return at.isoformat() if isinstance(at, date) else ""


class Link(NamedTuple):
    """A link of the line: the step, and how many of its kind the trace meets."""

    drawn: Drawn
    met: int


@require_http_methods(["GET", "POST"])
def trace(request: HttpRequest) -> HttpResponse:
    """Draw the trace of a reference; what is typed without a prefix is looked up first.

    It is typed into a form that is sent, not into an address: it may be the number of a person.
    """
    text = (request.POST if request.method == "POST" else request.GET).get("of", "").strip()[:TEXT_MAX]
    officer, at = officer_of(request), timezone.now()
    if not text:
        return drawn_page(request, {"forms": sorted(forms().items())})
    if ":" not in text:
        meant = meanings_for(text=text, officer=officer, at=at)
        if len(meant) == 1:
            return HttpResponseRedirect(address_of(meant[0].reference), status=SEE_OTHER)
        return drawn_page(request, {"meant": meant, "is_unknown": not meant, "forms": sorted(forms().items())})
    if request.method == "POST":
        return HttpResponseRedirect(address_of(text), status=SEE_OTHER)
    skipped = key_in(request.GET.get("skip", "")) or 0
    try:
        with refusals_recorded(chain="", at=at, actor=officer.username, act="trace.read", subject=masked(text)):
            steps = trace_for(
                reference=text, officer=officer, at=at, depth=DEPTH, skipped=min(skipped, 10**6), length=FIRST
            )
    except UnknownReference as refusal:
        return drawn_page(request, {"refusal": refusal, "forms": sorted(forms().items())}, status=404)
    except UnableToPost as refusal:
        return drawn_page(request, {"refusal": refusal}, status=403)
    drawn = drawn_of(steps)
    context = {
        "reference": text,
        "steps": drawn,
        "line": line_of(drawn),
        "following": skipped + FIRST if any(step.left_out for step in steps) else 0,
        "before": max(skipped - FIRST, 0) if skipped else None,
    }
    return drawn_page(request, context)


def drawn_page(request: HttpRequest, context: Mapping[str, object], status: int = 200) -> HttpResponse:
    return render(request, "web/audit_desk/trace.html", context, status=status)


def address_of(reference: str) -> str:
    """Return where the trace of a reference is."""
    asked = QueryDict(mutable=True)
    asked["of"] = reference
    return f"{reverse('audit_trace')}?{asked.urlencode(safe='/:')}"


def drawn_of(steps: Sequence[Step]) -> Sequence[Drawn]:
    """Return steps with the pages that they have: one query, however many there are."""
    pages = pages_of([one.reference for step in steps for one in step.walk()])
    return [drawn_step(step, pages, f"s{number}") for number, step in enumerate(steps)]


def drawn_step(step: Step, pages: Mapping[str, str], anchor: str) -> Drawn:
    children = [drawn_step(child, pages, f"{anchor}-{number}") for number, child in enumerate(step.children)]
    return Drawn(step, pages.get(step.reference, ""), anchor, children, step.left_out)


def pages_of(references: Sequence[str]) -> Mapping[str, str]:
    """Return the addresses of what has a page of its own."""
    pages: dict[str, str] = {}
    named = Q(pk__in=[])
    for kind, _colon, text in (one.partition(":") for one in references):
        if kind == "voucher":
            named |= voucher_named(text) or Q(pk__in=[])
        elif kind in PAGES and PAGES[kind] in ROUTES:
            with suppress(NoReverseMatch):
                pages[f"{kind}:{text}"] = reverse(PAGES[kind], args=text.split("/"))
    for voucher in Voucher.objects.filter(named).select_related("book", "period"):
        reference = f"voucher:{voucher.book.code}/{voucher.period}/{voucher}"
        pages[reference] = reverse("voucher", args=[voucher.pk])
    return pages


def walked(drawn: Sequence[Drawn]) -> Iterator[Drawn]:
    """Yield steps and all behind them."""
    for one in drawn:
        yield one
        yield from walked(one.children)


def line_of(drawn: Sequence[Drawn]) -> Sequence[Link]:
    """Return the way of the money in one line: of each kind the step that the row leads to, with how many there are.

    Of the files of a month only those are in the line that a row of the trace was read from.
    """
    met = list(walked(drawn))
    rows = [one for one in met if one.step.kind == "row"]
    needed = {child.step.reference for row in rows for child in row.children}
    found: dict[str, list[Drawn]] = {}
    for one in met:
        kind = one.step.kind
        if one.step.is_elsewhere or (kind == "sheet" and needed and one.step.reference not in needed):
            continue
        found.setdefault(kind, []).append(one)
    if needed and "sheet" in found:
        found["file"] = [child for sheet in found["sheet"] for child in sheet.children if child.step.kind == "file"]
    return [Link(found[kind][0], len(found[kind])) for kind in LINE if found.get(kind)]
