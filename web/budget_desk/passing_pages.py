"""Money from above for a purpose, handed on to townships in time: receipts, their parts, and what is late (G09)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Final

from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ledger.models import Officer
from ledger.money import in_full
from treasury.models import EarmarkedReceipt, PassedOn
from treasury.models.words import OrderStatus, SpecialAccountKind
from treasury.ordering import POST
from treasury.overdue_parts import overdue_parts
from treasury.passing import Part, hand_on_part, post_receipt, record_receipt
from treasury.refusals import NothingThere
from web.access import officer_of, open_townships
from web.budget_desk.entering import (
    PAGE,
    UNPROCESSABLE,
    Deed,
    amount_in,
    amount_of,
    day_in,
    enter,
    key_in,
    mark_of,
    text_in,
    township_here,
)
from web.budget_desk.orders import order_context, order_deeds
from web.budget_desk.purchase_pages import account_and_item

ROWS: Final = 6
ROWS_MAX: Final = 200
OVERDUE_SHOWN: Final = 100
PART: Final = ("part_township", "part_account", "part_item", "part_amount")


@require_GET
def passing(request: HttpRequest) -> HttpResponse:
    """List what came for a purpose, the newest first, and what is late today."""
    found = EarmarkedReceipt.objects.annotate(gone=Sum("parts__amount", filter=~Q(parts__handed_on_on=None)))
    if (after := key_in(request.GET.get("after", ""))) is not None:
        found = found.filter(pk__lt=after)
    shown = list(found.order_by("-pk")[:PAGE])
    late = overdue_parts(as_of=timezone.localdate())
    context = {
        "receipts": shown,
        "following": shown[-1].pk if len(shown) == PAGE else "",
        "late": late[:OVERDUE_SHOWN],
        "late_count": len(late),
    }
    return render(request, "web/budget_desk/passing.html", context)


def passing_new(request: HttpRequest) -> HttpResponse:
    """Show the form of a receipt with its parts; record what it says."""
    draw = partial(draw_form, request)
    if request.method != "POST":
        return draw()
    made: list[EarmarkedReceipt] = []

    def receive(officer: Officer, at: datetime) -> str:
        made.append(
            record_receipt(
                received_on=day_in(request, "received_on"),
                purpose=text_in(request, "purpose", 100),
                project=text_in(request, "project", 40),
                amount=amount_in(request, "amount"),
                paper=text_in(request, "paper", 100),
                parts=[part_of(request, row) for row in rows_typed(request) if row["part_amount"]],
                officer=officer,
                at=at,
            )
        )
        said = _("Receipt {number} is recorded; it is due to be handed on by {day}.")
        return said.format(number=made[0].pk, day=made[0].due_on)

    return enter(
        request,
        {"receive": Deed("receipt.propose", receive)},
        subject="receipt",
        shown="",
        to=lambda: reverse("passing_receipt", args=[made[0].pk]) if made else reverse("passing"),
        draw=draw,
    )


def rows_typed(request: HttpRequest) -> Sequence[Mapping[str, str]]:
    """Return the parts as they were typed, with empty ones below."""
    columns = [[text.strip() for text in request.POST.getlist(name)[:ROWS_MAX]] for name in PART]
    count = max(map(len, columns), default=0)
    rows = [
        {name: column[at] if at < len(column) else "" for name, column in zip(PART, columns, strict=True)}
        for at in range(count)
    ]
    missing = max(ROWS, open_townships(request).count()) - len(rows)
    return [*rows, *[dict.fromkeys(PART, "")] * missing]


def part_of(request: HttpRequest, row: Mapping[str, str]) -> Part:
    """Return the part of a row.

    :raises NotWritten: if the amount is none
    :raises NothingThere: if there is no such account or item
    """
    township = township_here(request, row["part_township"])
    account, item = account_and_item(township, f"{row['part_account']}/{row['part_item'] or 0}")
    return Part(township, account, item, amount_of(row["part_amount"]))


def draw_form(request: HttpRequest, refusal: str = "") -> HttpResponse:
    """Draw the form of a receipt: with a refusal, what was typed stays."""
    context = {
        "rows": rows_typed(request),
        "townships": list(open_townships(request)),
        "kinds": SpecialAccountKind.choices,
        "refusal": refusal,
        "typed": request.POST,
        "today": timezone.localdate(),
    }
    return render(request, "web/budget_desk/passing_form.html", context, status=UNPROCESSABLE if refusal else None)


def passing_receipt(request: HttpRequest, key: int) -> HttpResponse:
    """Show a receipt with its parts; approve, withdraw or post it, hand its parts on."""
    receipt = get_object_or_404(EarmarkedReceipt, pk=key)
    subject = f"receipt/{key}"
    if request.method != "POST":
        return draw_receipt(request, receipt)
    return enter(
        request,
        deeds_of(request, receipt),
        subject=subject,
        shown=mark_here(receipt),
        to=lambda: reverse("passing_receipt", args=[key]),
        draw=partial(draw_receipt, request, receipt),
    )


def mark_here(receipt: EarmarkedReceipt) -> str:
    """Return the mark of a receipt: its state and that of its parts."""
    parts = [f"passed_on/{part}" for part in receipt.parts.values_list("pk", flat=True)]
    return mark_of(receipt.status, f"receipt/{receipt.pk}", *parts)


def deeds_of(request: HttpRequest, receipt: EarmarkedReceipt) -> Mapping[str, Deed]:
    """Return the acts of the page of a receipt."""

    def post(on: date, officer: Officer, at: datetime) -> EarmarkedReceipt:
        return post_receipt(receipt=receipt, on=on, officer=officer, at=at)

    def hand_on(officer: Officer, at: datetime) -> str:
        part = receipt.parts.select_related("township").filter(pk=key_in(request.POST.get("part", "")) or 0).first()
        if part is None:
            raise NothingThere("part_is_known", {"receipt": receipt.pk})
        made = hand_on_part(part=part, on=day_in(request, "on"), officer=officer, at=at)
        said = _("{amount} is handed on to {township}.")
        return said.format(amount=in_full(made.amount), township=made.township.name)

    return {
        **order_deeds(request, receipt, post),
        "hand_on": Deed("receipt.hand_on", hand_on, is_confirmed=True),
    }


def draw_receipt(request: HttpRequest, receipt: EarmarkedReceipt, refusal: str = "") -> HttpResponse:
    """Draw the page of a receipt: with a refusal, what was typed stays in its form."""
    parts = list(receipt.parts.select_related("township").order_by("pk"))
    officer, today = officer_of(request), timezone.localdate()
    context = {
        "order": receipt,
        "parts": [(one, days_late(one, receipt)) for one in parts],
        **order_context(request, receipt),
        "mark": mark_here(receipt),
        "may_hand_on": receipt.status == OrderStatus.POSTED
        and officer.has_perm(POST)
        and officer.username not in (receipt.proposed_by_id, receipt.approved_by_id),
        "is_late": receipt.due_on < today,
        "days_left": (receipt.due_on - today).days,
        "refusal": refusal,
        "typed": request.POST if refusal else {},
    }
    return render(request, "web/budget_desk/receipt.html", context, status=UNPROCESSABLE if refusal else None)


def days_late(part: PassedOn, receipt: EarmarkedReceipt) -> int:
    """Return by how many days a part went late, or is late today."""
    gone = part.handed_on_on or timezone.localdate()
    return max((gone - receipt.due_on).days, 0)
