"""What is bought for townships: the list, the form of a plan, and one purchase with its stages and acts (F24)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from ledger.masking import masked_account
from ledger.models import Officer
from ledger.money import ZERO
from treasury.models import Acceptance, EarmarkedItem, Instalment, Procurement, Township, Unit
from treasury.models.words import ProcurementMoney, ProcurementStatus, ReleaseStatus, SpecialAccountKind
from treasury.procuring import (
    Award,
    PaidFrom,
    WantedProcurement,
    accept_delivery,
    award_procurement,
    from_budget,
    from_extra_budgetary,
    from_item,
    from_unassigned,
    plan_procurement,
    refuse_procurement,
    request_instalment,
    review_procurement,
)
from treasury.refusals import NothingThere
from web.access import officer_of, open_townships
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
    township_chosen,
    township_here,
)

PLAN, REVIEW, AWARD, ACCEPT, PAY = (
    f"treasury.{act}"
    for act in ("plan_procurement", "review_procurement", "award_procurement", "accept_delivery", "pay_procurement")
)
OPEN: Final = (ProcurementStatus.PLANNED, ProcurementStatus.REVIEWED)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a purchase: its name, who was there, and whether it is done, now, or ahead."""

    name: Any
    standing: str
    about: str


def whole_of(rows: QuerySet[Any]) -> Subquery:
    """Return the sum of the amounts of rows that belong to a purchase."""
    of_one = rows.filter(procurement=OuterRef("pk")).order_by().values("procurement")
    return Subquery(of_one.annotate(whole=Sum("amount")).values("whole"))


def purchases_here(request: HttpRequest) -> QuerySet[Procurement]:
    """Return the purchases of the townships that are open to who asks, with what is accepted and asked to be paid."""
    living = Instalment.objects.exclude(release__status=ReleaseStatus.CANCELLED)
    return (
        Procurement.objects.filter(township__in=open_townships(request))
        .select_related("township", "unit", "item")
        .annotate(accepted=whole_of(Acceptance.objects.all()), paying=whole_of(living))
    )


@require_GET
def purchases(request: HttpRequest) -> HttpResponse:
    """List what is bought, the newest first; ``after`` is the key of the last one of the page before."""
    state, township = request.GET.get("state", ""), township_chosen(request)
    found = purchases_here(request)
    if state in ProcurementStatus.values:
        found = found.filter(status=state)
    if township is not None:
        found = found.filter(township=township)
    if (after := key_in(request.GET.get("after", ""))) is not None:
        found = found.filter(pk__lt=after)
    shown = list(found.order_by("-pk")[:PAGE])
    context = {
        "purchases": shown,
        "states": ProcurementStatus.choices,
        "state": state,
        "townships": open_townships(request),
        "township": township,
        "following": shown[-1].pk if len(shown) == PAGE else "",
    }
    return render(request, "web/budget_desk/purchases.html", context)


def new_purchase(request: HttpRequest, code: str) -> HttpResponse:
    """Show the form of a plan to buy for a township; write down what it says."""
    township = township_here(request, code)
    draw = partial(draw_form, request, township)
    if request.method != "POST":
        return draw("")
    made: list[Procurement] = []

    def plan(officer: Officer, at: datetime) -> str:
        made.append(
            plan_procurement(
                township=township,
                unit=unit_in(request, township),
                paid_from=money_in(request, township),
                wanted=WantedProcurement(
                    subject=text_in(request, "subject"),
                    planned=amount_in(request, "amount"),
                    functional=text_in(request, "functional", 40),
                    economic=text_in(request, "economic", 40),
                    project=text_in(request, "project", 40),
                ),
                on=day_in(request, "on"),
                officer=officer,
                at=at,
            )
        )
        return _("Procurement {number} is planned; the procurement centre reviews it.").format(number=made[0].pk)

    return enter(
        request,
        {"plan": Deed("procurement.plan", plan)},
        subject=f"township/{township.code}",
        shown="",
        to=lambda: reverse("purchase", args=[made[0].pk]) if made else reverse("purchases"),
        draw=draw,
    )


def unit_in(request: HttpRequest, township: Township) -> Unit | None:
    """Return the unit of a township that a form names, or nothing.

    :raises NothingThere: if it is none of the township
    """
    code = text_in(request, "unit", 40)
    if not code:
        return None
    found = Unit.objects.filter(township=township, code=code).first()
    if found is None:
        raise NothingThere("unit_is_known", {"unit": code})
    return found


def money_in(request: HttpRequest, township: Township) -> PaidFrom:
    """Return the money that a form names: ``BUDGET``, ``EXTRA_BUDGETARY``, or a special account with an item's number.

    :raises NothingThere: if there is no such money
    """
    said = text_in(request, "money", 40)
    if said == ProcurementMoney.BUDGET:
        return from_budget()
    if said == ProcurementMoney.EXTRA_BUDGETARY:
        return from_extra_budgetary(township=township)
    account, item = account_and_item(township, said)
    return from_item(item=item) if item else from_unassigned(township=township, account=account)


def account_and_item(township: Township, said: str) -> tuple[SpecialAccountKind, EarmarkedItem | None]:
    """Return the special account and the item of ``TRANSFERS/2``; number 0 is what no item was named for.

    :raises NothingThere: if there is no such account or item
    """
    kind, _slash, number = said.partition("/")
    place = key_in(number)
    if kind not in SpecialAccountKind.values or place is None or place > 99:
        raise NothingThere("item_is_known", {"item": said})
    if place == 0:
        return SpecialAccountKind(kind), None
    item = EarmarkedItem.objects.filter(township=township, kind=kind, number=place).first()
    if item is None:
        raise NothingThere("item_is_known", {"item": said})
    return SpecialAccountKind(kind), item


def places_of(township: Township) -> Sequence[tuple[str, str]]:
    """Return the special accounts of a township with their items, as a form sends and shows them."""
    items = EarmarkedItem.objects.filter(township=township, effective_to=None).order_by("kind", "number")
    unnamed = [(f"{kind}/0", f"{kind.label} · {_('no item')}") for kind in SpecialAccountKind]
    named = [(f"{one.kind}/{one.number}", f"{one.get_kind_display()} · {one}") for one in items]
    return sorted([*unnamed, *named], key=lambda place: (place[0].partition("/")[0], len(place[0]), place[0]))


def draw_form(request: HttpRequest, township: Township, refusal: str) -> HttpResponse:
    """Draw the form of a plan: with a refusal, what was typed stays."""
    context = {
        "township": township,
        "units": Unit.objects.filter(township=township).order_by("code"),
        "moneys": [*ProcurementMoney.choices[:2], *places_of(township)],
        "refusal": refusal,
        "typed": request.POST,
        "today": timezone.localdate(),
    }
    return render(request, "web/budget_desk/purchase_form.html", context, status=UNPROCESSABLE if refusal else None)


def purchase(request: HttpRequest, key: int) -> HttpResponse:
    """Show a purchase with its stages, deliveries and instalments; take the acts that move it on."""
    shown = get_object_or_404(purchases_here(request), pk=key)
    if request.method != "POST":
        return draw_purchase(request, shown)
    return enter(
        request,
        deeds_of(request, shown),
        subject=of_purchase(shown),
        shown=mark_of(shown.status, of_purchase(shown)),
        to=lambda: reverse("purchase", args=[key]),
        draw=partial(draw_purchase, request, shown),
    )


def of_purchase(shown: Procurement) -> str:
    return f"procurement/{shown.pk}"


def deeds_of(request: HttpRequest, shown: Procurement) -> Mapping[str, Deed]:
    """Return the acts of the page of a purchase; each asks itself for the post and the state."""

    def review(officer: Officer, at: datetime) -> str:
        review_procurement(procurement=shown, officer=officer, at=at)
        return _("Procurement {number} is reviewed; it goes to tender.").format(number=shown.pk)

    def award(officer: Officer, at: datetime) -> str:
        given = Award(
            supplier_name=text_in(request, "supplier", 80),
            supplier_code=text_in(request, "credit_code", 18),
            supplier_account=text_in(request, "supplier_account", 40),
            supplier_bank=text_in(request, "supplier_bank", 80),
            contract_number=text_in(request, "contract", 60),
            amount=amount_in(request, "amount"),
        )
        made = award_procurement(procurement=shown, award=given, on=day_in(request, "on"), officer=officer, at=at)
        said = _("Procurement {number} is awarded to {supplier}.")
        return said.format(number=made.pk, supplier=made.supplier_name)

    def accept(officer: Officer, at: datetime) -> str:
        made = accept_delivery(
            procurement=shown,
            amount=amount_in(request, "amount"),
            paper=text_in(request, "paper", 100),
            on=day_in(request, "on"),
            officer=officer,
            at=at,
        )
        said = _("Delivery {number} of procurement {procurement} is accepted.")
        return said.format(number=made.number, procurement=shown.pk)

    def pay(officer: Officer, at: datetime) -> str:
        amount, on = amount_in(request, "amount"), day_in(request, "on")
        made = request_instalment(procurement=shown, amount=amount, on=on, officer=officer, at=at)
        said = _("Instalment {number} of procurement {procurement} waits to be released.")
        return said.format(number=made.number, procurement=shown.pk)

    def refuse(officer: Officer, at: datetime) -> str:
        refuse_procurement(procurement=shown, officer=officer, reason=text_in(request, "reason", 100), at=at)
        return _("Procurement {number} is refused.").format(number=shown.pk)

    return {
        "review": Deed("procurement.review", review, is_confirmed=True),
        "award": Deed("procurement.award", award, is_confirmed=True),
        "accept": Deed("procurement.accept", accept, is_confirmed=True),
        "pay": Deed("procurement.pay", pay, is_confirmed=True),
        "refuse": Deed("procurement.refuse", refuse),
    }


def draw_purchase(request: HttpRequest, shown: Procurement, refusal: str = "") -> HttpResponse:
    """Draw the page of a purchase: with a refusal, what was typed stays in its form."""
    officer, sums = officer_of(request), sums_of(shown)
    signed = {shown.planned_by_id, shown.reviewed_by_id}
    awarded = shown.status == ProcurementStatus.AWARDED
    deliveries = list(shown.acceptances.order_by("number"))
    accepters = {one.accepted_by_id for one in deliveries}
    context = {
        "purchase": shown,
        "sums": sums,
        "stages": stages_of(shown, sums),
        "account": masked_account(shown.supplier_account) if shown.supplier_account else "",
        "deliveries": deliveries,
        "instalments": shown.instalments.select_related("release").order_by("number"),
        "mark": mark_of(shown.status, of_purchase(shown)),
        "subject": of_purchase(shown),
        "refusal": refusal,
        "typed": request.POST if refusal else {},
        "today": timezone.localdate(),
        "may_review": shown.status == ProcurementStatus.PLANNED
        and officer.has_perm(REVIEW)
        and officer.username not in signed,
        "may_refuse": shown.status in OPEN and officer.has_perm(REVIEW),
        "may_award": shown.status == ProcurementStatus.REVIEWED
        and officer.has_perm(AWARD)
        and officer.username not in signed,
        "may_accept": awarded
        and sums["to_deliver"] > 0
        and officer.has_perm(ACCEPT)
        and officer.username != shown.awarded_by_id,
        "may_pay": awarded and sums["to_pay"] > 0 and officer.has_perm(PAY) and officer.username not in accepters,
    }
    return render(request, "web/budget_desk/purchase.html", context, status=UNPROCESSABLE if refusal else None)


def sums_of(shown: Procurement) -> Mapping[str, Decimal]:
    """Return what was awarded, delivered and asked to be paid of a purchase, and what is left of each."""
    awarded, accepted = shown.awarded or ZERO, getattr(shown, "accepted", None) or ZERO
    paying = getattr(shown, "paying", None) or ZERO
    return {
        "awarded": awarded,
        "accepted": accepted,
        "paying": paying,
        "to_deliver": awarded - accepted,
        "to_pay": accepted - paying,
    }


def stages_of(shown: Procurement, sums: Mapping[str, Decimal]) -> Sequence[Stage]:
    """Return the stages of a purchase in their order."""
    awarded = shown.awarded is not None
    done = [True, shown.reviewed_by_id is not None, awarded]
    done += [awarded and sums["to_deliver"] == 0, awarded and sums["paying"] == sums["awarded"]]
    about = [shown.planned_by_id, shown.reviewed_by_id, shown.awarded_by_id, "", ""]
    refused = shown.status == ProcurementStatus.REFUSED
    at = done.index(False) if False in done else len(done)
    standings = [
        "done" if one else "stuck" if refused and place == at else "now" if place == at else ""
        for place, one in enumerate(done)
    ]
    return [Stage(name, standing, who or "") for name, standing, who in zip(STAGES, standings, about, strict=True)]


STAGES: Final = (
    gettext_lazy("Planned"),
    gettext_lazy("Reviewed by the centre"),
    gettext_lazy("Awarded after the tender"),
    gettext_lazy("Delivered and accepted"),
    gettext_lazy("Asked to be paid"),
)
