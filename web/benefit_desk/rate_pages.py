"""The rates of schemes by the day they hold from, and values that officers propose and decide."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Officer
from payouts.models import SchemeValue
from payouts.rules.schemes import Scheme
from payouts.setting_rates import decide_value, propose_value
from treasury.refusals import NothingThere
from web.access import officer_of
from web.benefit_desk.asked import (
    PAGE,
    UNPROCESSABLE,
    Deed,
    amount_in,
    enter,
    key_in,
    month_of,
    policies_known,
    schemes_today,
    text_in,
)

PROPOSES, DECIDES = "payouts.propose_rate", "payouts.approve_rate"


class RateRow(NamedTuple):
    """An amount of a scheme and grade from a day on; ``state`` says where no amount holds."""

    scheme: str
    grade: str
    since: date
    amount: Decimal | None
    state: str
    holds: bool


def scheme_rates(request: HttpRequest) -> HttpResponse:
    """List the rates of schemes by date; propose a value, approve or refuse one that was proposed."""
    if request.method != "POST":
        return draw(request)
    scheme = request.GET.get("scheme", "")[:60]
    to = reverse("scheme_rates") + (f"?scheme={scheme}" if scheme in schemes_today() else "")
    return enter(
        request,
        deed_of(request.POST),
        shown=mark_of_values(),
        to=to,
        draw=lambda refusal: draw(request, refusal),
    )


def mark_of_values() -> str:
    """Return the mark of the values that officers added: the last one, and the last one that was decided."""
    last = SchemeValue.objects.order_by("-pk").values_list("pk", flat=True).first()
    decided = SchemeValue.objects.filter(approval__isnull=False).order_by("-approval__pk")
    return f"{last or 0}/{decided.values_list('approval__pk', flat=True).first() or 0}"


def draw(request: HttpRequest, refusal: str = "") -> HttpResponse:
    officer, schemes = officer_of(request), schemes_today()
    chosen = request.GET.get("scheme", "")
    shown = [schemes[chosen]] if chosen in schemes else list(schemes.values())
    values = SchemeValue.objects.select_related("approval").order_by("-pk")
    if chosen in schemes:
        values = values.filter(scheme=chosen)
    if (before := key_in(request.GET.get("before", ""))) is not None:
        values = values.filter(pk__lt=before)
    page = list(values[:PAGE])
    today = timezone.localdate()
    context = {
        "rates": [row for scheme in shown for row in rows_of(scheme, today)],
        "values": [(one, schemes[one.scheme].name if one.scheme in schemes else one.scheme) for one in page],
        "following": page[-1].pk if len(page) == PAGE else "",
        "schemes": schemes.values(),
        "grades": sorted({grade for scheme in schemes.values() for grade in scheme.grades_on(today)}),
        "chosen": chosen if chosen in schemes else "",
        "mark": mark_of_values(),
        "refusal": refusal,
        "sent": request.POST if refusal else {},
        "proposes": officer.has_perm(PROPOSES),
        "decides": officer.has_perm(DECIDES),
        "username": officer.username,
        "subjects": [f"scheme/{chosen}"] if chosen in schemes else [],
    }
    status = UNPROCESSABLE if refusal else None
    return render(request, "web/benefit_desk/rates.html", context, status=status)


def rows_of(scheme: Scheme, today: date) -> Sequence[RateRow]:
    """Return the rates of a scheme, the latest first; those of today are marked."""
    held = max((dated.effective_from for dated in scheme.rates if dated.effective_from <= today), default=None)
    found: list[RateRow] = []
    for dated in reversed(scheme.rates):
        since, holds = dated.effective_from, dated.effective_from == held
        if dated.rate is None:
            found.append(RateRow(scheme.name, "", since, None, _("no rate any longer"), holds))
        elif dated.rate.by_person:
            found.append(RateRow(scheme.name, "", since, None, _("stands by person"), holds))
        else:
            found += [RateRow(scheme.name, grade, since, each, "", holds) for grade, each in dated.rate.amounts.items()]
    return found


def deed_of(sent: QueryDict) -> Deed | None:
    """Return the act of a form about rates, nothing if there is no such act."""
    word = sent.get("act", "")
    if word == "propose":
        scheme = text_in(sent, "scheme", 60)
        return Deed("scheme.propose", f"scheme/{scheme}", lambda officer, at: propose(sent, officer, at))
    if word in ("approve", "turn_down"):
        value = SchemeValue.objects.filter(pk=key_in(sent.get("value", "")) or 0).first()
        subject = f"scheme/{value.scheme}" if value else "scheme"
        approved = word == "approve"
        act = "scheme.approve" if approved else "scheme.refuse"
        return Deed(act, subject, lambda officer, at: decide(value, approved, officer, at), is_confirmed=approved)
    return None


def propose(sent: QueryDict, officer: Officer, at: datetime) -> str:
    with policies_known():
        made = propose_value(
            scheme=text_in(sent, "scheme", 60),
            grade=text_in(sent, "grade", 20),
            effective_from=month_of(sent.get("month", "")),
            amount=amount_in(sent.get("amount", "")),
            reference=text_in(sent, "reference", 300),
            officer=officer,
            at=at,
        )
    return _("Value {number} is proposed; another officer decides on it.").format(number=made.pk)


def decide(value: SchemeValue | None, approved: Any, officer: Officer, at: datetime) -> str:
    if value is None:
        raise NothingThere("scheme_value_is_proposed", {})
    decide_value(value=value, approved=approved, officer=officer, at=at)
    if approved:
        return _("Value {number} is approved; every run that is computed from now on knows it.").format(number=value.pk)
    return _("Value {number} is refused.").format(number=value.pk)
