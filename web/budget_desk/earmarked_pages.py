"""Special accounts: what lies in their items, opening and ending items, and putting money into one (F21)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Officer
from ledger.money import ZERO
from treasury.item_balances import ItemBalance, item_balances
from treasury.itemizing import (
    end_item,
    open_items,
    open_items_everywhere,
    post_allocation,
    propose_allocation,
    unassigned_account,
)
from treasury.models import EarmarkedItem, ItemAllocation, SpecialPlan, Township
from treasury.models.words import SpecialAccountKind, SpecialPlanStatus
from treasury.policy import treasury_policies
from treasury.refusals import NothingThere
from treasury.rules.earmarked_items import item_names
from web.access import open_townships
from web.budget_desk.entering import (
    PAGE,
    UNPROCESSABLE,
    Deed,
    amount_in,
    day_in,
    enter,
    key_in,
    mark_of,
    text_in,
    township_here,
)
from web.budget_desk.orders import OPEN, order_context, order_deeds

OPEN_PLANS = (SpecialPlanStatus.DRAFTED, SpecialPlanStatus.REVIEWED)


@dataclass(frozen=True, slots=True)
class TownshipStanding:
    """What lies in the special accounts of a township, what of it can be planned, and what waits there."""

    township: Township
    balance: Decimal
    left: Decimal
    plans: int
    orders: int


def with_book(townships: QuerySet[Township]) -> QuerySet[Township]:
    return townships.select_related("book__parent")


def earmarked(request: HttpRequest) -> HttpResponse:
    """Show what lies in the special accounts of each township; open items in all of them."""
    if request.method != "POST":
        return draw_earmarked(request)

    def open_all(officer: Officer, at: datetime) -> str:
        on = day_in(request, "on")
        kind = kind_in(request)
        made = open_items_everywhere(account=kind, names=names_in(request, on), on=on, officer=officer, at=at)
        return _("{count} items opened.").format(count=len(made))

    return enter(
        request,
        {"items": Deed("items.open", open_all, is_confirmed=True)},
        subject="items/district",
        shown="",
        to=lambda: reverse("earmarked"),
        draw=partial(draw_earmarked, request),
    )


def kind_in(request: HttpRequest) -> SpecialAccountKind:
    """Return the special account that a form names.

    :raises NothingThere: if it is none
    """
    said = text_in(request, "account", 20)
    if said not in SpecialAccountKind.values:
        raise NothingThere("item_is_known", {"item": said})
    return SpecialAccountKind(said)


def names_in(request: HttpRequest, on: date) -> Sequence[str]:
    """Return the names of a form, one a line; none are those of the policy."""
    lines = request.POST.get("names", "").replace("\0", "").splitlines()
    typed = [line.strip()[:40] for line in lines if line.strip()]
    return typed or item_names(policies=treasury_policies(), on=on)


def draw_earmarked(request: HttpRequest, refusal: str = "") -> HttpResponse:
    """Draw the list of the townships' special accounts."""
    townships = list(with_book(open_townships(request)))
    balances = item_balances(townships=townships)
    plans = counted(SpecialPlan.objects.filter(township__in=townships, status__in=OPEN_PLANS), "township")
    orders = counted(ItemAllocation.objects.filter(item__township__in=townships, status__in=OPEN), "item__township")
    rows = [
        TownshipStanding(
            one,
            sum((each.balance for each in balances if each.township.pk == one.pk), ZERO),
            sum((each.left for each in balances if each.township.pk == one.pk), ZERO),
            plans.get(one.pk, 0),
            orders.get(one.pk, 0),
        )
        for one in townships
    ]
    context = {
        "rows": rows,
        "balance": sum((one.balance for one in rows), ZERO),
        "left": sum((one.left for one in rows), ZERO),
        "kinds": SpecialAccountKind.choices,
        "typed": request.POST if refusal else {},
        "today": timezone.localdate(),
        "refusal": refusal,
    }
    return render(request, "web/budget_desk/earmarked.html", context, status=UNPROCESSABLE if refusal else None)


def counted(rows: "QuerySet[SpecialPlan] | QuerySet[ItemAllocation]", by: str) -> Mapping[int, int]:
    return dict(rows.order_by().values_list(by).annotate(Count("pk")))


def earmarked_township(request: HttpRequest, code: str) -> HttpResponse:
    """Show the special accounts of a township with their items, orders and plans; take the acts about its items."""
    township = township_here(request, code)
    if request.method != "POST":
        return draw_township(request, township)
    return enter(
        request,
        deeds_of(request, township),
        subject=f"township/{township.code}",
        shown="",
        to=lambda: reverse("earmarked_township", args=[code]),
        draw=partial(draw_township, request, township),
    )


def deeds_of(request: HttpRequest, township: Township) -> Mapping[str, Deed]:
    """Return the acts about the items of a township."""

    def item() -> EarmarkedItem:
        key = key_in(text_in(request, "item", 20)) or 0
        found = EarmarkedItem.objects.select_related("township__book").filter(township=township, pk=key).first()
        if found is None:
            raise NothingThere("item_is_known", {"item": key})
        return found

    def open_here(officer: Officer, at: datetime) -> str:
        on, kind = day_in(request, "on"), kind_in(request)
        made = open_items(township=township, account=kind, names=names_in(request, on), on=on, officer=officer, at=at)
        return _("{count} items opened.").format(count=len(made))

    def end(officer: Officer, at: datetime) -> str:
        made = end_item(item=item(), on=day_in(request, "on"), officer=officer, at=at)
        return _("{item} ends on {day}.").format(item=made, day=made.effective_to)

    def allocate(officer: Officer, at: datetime) -> str:
        made = propose_allocation(
            item=item(),
            taken_from=unassigned_account(item()),
            amount=amount_in(request, "amount"),
            paper=text_in(request, "paper", 100),
            officer=officer,
            at=at,
        )
        return _("Allocation {number} is proposed; another officer approves it.").format(number=made.pk)

    return {
        "items": Deed("items.open", open_here, is_confirmed=True),
        "end": Deed("items.end", end, is_confirmed=True),
        "allocate": Deed("allocation.propose", allocate),
    }


def draw_township(request: HttpRequest, township: Township, refusal: str = "") -> HttpResponse:
    """Draw the special accounts of a township: with a refusal, what was typed stays in its form."""
    balances = item_balances(townships=[township])
    items = EarmarkedItem.objects.filter(township=township).order_by("kind", "number")
    ends = {one.account_code: one.effective_to for one in items}
    after = key_in(request.GET.get("after", ""))
    plans = SpecialPlan.objects.filter(township=township).select_related("item")
    plans = plans.filter(pk__lt=after) if after is not None else plans
    shown = list(plans.order_by("-pk")[:PAGE])
    orders = ItemAllocation.objects.filter(item__township=township).select_related("item")
    context = {
        "township": township,
        "rows": [(one, ends.get(one.account_code)) for one in balances],
        "totals": totals_of(balances),
        "items": [one for one in items if one.effective_to is None],
        "orders": orders.order_by("-pk")[:PAGE],
        "plans": shown,
        "following": shown[-1].pk if len(shown) == PAGE else "",
        "kinds": SpecialAccountKind.choices,
        "subject": f"township/{township.code}",
        "refusal": refusal,
        "typed": request.POST if refusal else {},
        "today": timezone.localdate(),
    }
    return render(
        request, "web/budget_desk/earmarked_township.html", context, status=UNPROCESSABLE if refusal else None
    )


def totals_of(balances: Sequence[ItemBalance]) -> Mapping[str, Decimal]:
    """Return the sums of the balances and of what can be planned."""
    return {
        "balance": sum((one.balance for one in balances), ZERO),
        "left": sum((one.left for one in balances), ZERO),
    }


def earmarked_allocation(request: HttpRequest, key: int) -> HttpResponse:
    """Show an allocation to an item; approve, withdraw or post it."""
    found = ItemAllocation.objects.filter(item__township__in=open_townships(request))
    order = get_object_or_404(found.select_related("item__township"), pk=key)
    subject = order.source.removeprefix("treasury.")
    if request.method != "POST":
        return draw_allocation(request, order)

    def post(on: date, officer: Officer, at: datetime) -> ItemAllocation:
        return post_allocation(allocation=order, on=on, officer=officer, at=at)

    return enter(
        request,
        order_deeds(request, order, post),
        subject=subject,
        shown=mark_of(order.status, subject),
        to=lambda: reverse("earmarked_allocation", args=[key]),
        draw=partial(draw_allocation, request, order),
    )


def draw_allocation(request: HttpRequest, order: ItemAllocation, refusal: str = "") -> HttpResponse:
    """Draw the page of an allocation."""
    context = {
        "order": order,
        "township": order.item.township,
        **order_context(request, order),
        "refusal": refusal,
        "typed": request.POST if refusal else {},
    }
    return render(request, "web/budget_desk/allocation.html", context, status=UNPROCESSABLE if refusal else None)
