"""Prizes that are paid once and fines that are set off once: lists, forms, and one of each (G10, G11)."""

from datetime import date, datetime
from decimal import Decimal
from functools import partial

from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Officer
from ledger.money import ZERO, in_full
from treasury.awarding import impose_fine, left_of_fine, post_prize, propose_prize, set_off_fine
from treasury.models import Fine, Prize
from treasury.models.words import AppraisalKind
from treasury.policy import treasury_policies
from treasury.rules.appraisals import usual_prize
from web.access import officer_of, open_townships
from web.budget_desk.entering import (
    PAGE,
    UNPROCESSABLE,
    Deed,
    amount_of,
    count_in,
    day_in,
    enter,
    key_in,
    mark_of,
    text_in,
    township_here,
)
from web.budget_desk.orders import order_context, order_deeds

SET_OFF = "treasury.set_off_fine"


def prizes_here(request: HttpRequest) -> QuerySet[Prize]:
    return Prize.objects.filter(township__in=open_townships(request)).select_related("township")


def fines_here(request: HttpRequest) -> QuerySet[Fine]:
    found = Fine.objects.filter(township__in=open_townships(request)).select_related("township")
    return found.annotate(gone=Sum("set_offs__amount"))


def awards(request: HttpRequest) -> HttpResponse:
    """List the newest prizes and fines; propose a prize, record a fine."""
    if request.method != "POST":
        return draw_awards(request)

    def prize(officer: Officer, at: datetime) -> str:
        township = township_here(request, text_in(request, "township", 40))
        place, post, typed = count_in(request, "place"), text_in(request, "post", 40), text_in(request, "amount", 20)
        day = day_in(request, "on")
        made = propose_prize(
            award=text_in(request, "award", 60),
            year=count_in(request, "year"),
            rank=place,
            township=township,
            post=post,
            wage_grades=1 if request.POST.get("wage_grade") else 0,
            amount=amount_of(typed) if typed else usual(day, post, place),
            paper=text_in(request, "paper", 100),
            officer=officer,
            at=at,
        )
        said = _("Prize {number} of {amount} is proposed; another officer approves it.")
        return said.format(number=made.pk, amount=in_full(made.amount))

    def fine(officer: Officer, at: datetime) -> str:
        matter = text_in(request, "matter", 60)
        made = impose_fine(
            township=township_here(request, text_in(request, "township", 40)),
            year=count_in(request, "year"),
            kind=AppraisalKind.SINGLE if matter else AppraisalKind.OVERALL,
            matter=matter,
            place_from_last=count_in(request, "place"),
            paper=text_in(request, "paper", 100),
            on=day_in(request, "on"),
            officer=officer,
            at=at,
        )
        said = _("Fine {number} of {amount} is recorded; another officer sets it off.")
        return said.format(number=made.pk, amount=in_full(made.amount))

    return enter(
        request,
        {"prize": Deed("prize.propose", prize), "fine": Deed("fine.impose", fine, is_confirmed=True)},
        subject="awards",
        shown="",
        to=lambda: reverse("awards"),
        draw=partial(draw_awards, request),
    )


def usual(day: date, post: str, place: int) -> Decimal:
    """Return what the policy gives a post for a place."""
    return usual_prize(policies=treasury_policies(), on=day, post=post, place=place)


def draw_awards(request: HttpRequest, refusal: str = "") -> HttpResponse:
    """Draw the lists of prizes and fines: with a refusal, what was typed stays in its form."""
    after, after_fine = key_in(request.GET.get("after", "")), key_in(request.GET.get("after_fine", ""))
    prizes, fines = prizes_here(request), fines_here(request)
    shown = list((prizes.filter(pk__lt=after) if after is not None else prizes).order_by("-pk")[:PAGE])
    fined = list((fines.filter(pk__lt=after_fine) if after_fine is not None else fines).order_by("-pk")[:PAGE])
    context = {
        "prizes": shown,
        "fines": [(one, one.amount - (getattr(one, "gone", None) or ZERO)) for one in fined],
        "following": shown[-1].pk if len(shown) == PAGE else "",
        "following_fine": fined[-1].pk if len(fined) == PAGE else "",
        "townships": open_townships(request),
        "refusal": refusal,
        "typed": request.POST if refusal else {},
        "today": timezone.localdate(),
    }
    return render(request, "web/budget_desk/awards.html", context, status=UNPROCESSABLE if refusal else None)


def award_prize(request: HttpRequest, key: int) -> HttpResponse:
    """Show a prize; approve, withdraw or pay it."""
    prize = get_object_or_404(prizes_here(request), pk=key)
    subject = prize.source.removeprefix("treasury.")
    if request.method != "POST":
        return draw_prize(request, prize)

    def post(on: date, officer: Officer, at: datetime) -> Prize:
        return post_prize(prize=prize, on=on, officer=officer, at=at)

    return enter(
        request,
        order_deeds(request, prize, post),
        subject=subject,
        shown=mark_of(prize.status, subject),
        to=lambda: reverse("award_prize", args=[key]),
        draw=partial(draw_prize, request, prize),
    )


def draw_prize(request: HttpRequest, prize: Prize, refusal: str = "") -> HttpResponse:
    """Draw the page of a prize."""
    context = {
        "order": prize,
        **order_context(request, prize),
        "refusal": refusal,
        "typed": request.POST if refusal else {},
    }
    return render(request, "web/budget_desk/prize.html", context, status=UNPROCESSABLE if refusal else None)


def award_fine(request: HttpRequest, key: int) -> HttpResponse:
    """Show a fine with what was set off of it; set off the rest."""
    fine = get_object_or_404(fines_here(request), pk=key)
    if request.method != "POST":
        return draw_fine(request, fine)

    def set_off(officer: Officer, at: datetime) -> str:
        part = set_off_fine(fine=fine, on=day_in(request, "on"), officer=officer, at=at)
        said = _("{amount} of fine {number} is set off; {left} waits until the township is due money.")
        return said.format(amount=in_full(part.amount), number=key, left=in_full(left_of_fine(fine)))

    return enter(
        request,
        {"set_off": Deed("fine.set_off", set_off, is_confirmed=True)},
        subject=f"fine/{key}",
        shown=mark_of(key, f"fine/{key}"),
        to=lambda: reverse("award_fine", args=[key]),
        draw=partial(draw_fine, request, fine),
    )


def draw_fine(request: HttpRequest, fine: Fine, refusal: str = "") -> HttpResponse:
    """Draw the page of a fine."""
    officer, left = officer_of(request), left_of_fine(fine)
    context = {
        "fine": fine,
        "left": left,
        "parts": fine.set_offs.order_by("number"),
        "mark": mark_of(fine.pk, f"fine/{fine.pk}"),
        "subject": f"fine/{fine.pk}",
        "may_set_off": left > 0 and officer.has_perm(SET_OFF) and fine.imposed_by_id != officer.username,
        "refusal": refusal,
        "typed": request.POST if refusal else {},
        "today": timezone.localdate(),
    }
    return render(request, "web/budget_desk/fine.html", context, status=UNPROCESSABLE if refusal else None)
