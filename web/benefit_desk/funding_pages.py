"""The money that benefits are paid from: what was put into the special accounts, money from above, a run's funding."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import AuditEvent, Officer
from ledger.money import ZERO, in_full
from payouts.funding_benefits import fund_run, receive_from_above, shortages_of
from payouts.models import Batch, BenefitFunding, Run
from payouts.models.words import BatchStatus, FunderKind, RunPurpose
from web.access import officer_of
from web.addresses import month_in
from web.benefit_desk.asked import (
    PAGE,
    UNPROCESSABLE,
    Deed,
    FieldUnread,
    amount_in,
    cashier_in,
    cashiers,
    day_in,
    day_or_none,
    enter,
    key_in,
    text_in,
)

FUNDS: Final = "payouts.fund_benefits"
ABOVE: Final = (FunderKind.CENTRAL, FunderKind.PROVINCE, FunderKind.CITY)


def mark_of_fundings() -> str:
    """Return the mark of what was put into the special accounts so far."""
    return str(BenefitFunding.objects.order_by("-pk").values_list("pk", flat=True).first() or 0)


def benefit_fundings(request: HttpRequest) -> HttpResponse:
    """List what was put into the special accounts, and the runs that wait for money; book money from above."""
    if request.method != "POST":
        return draw(request)
    sent = request.POST
    deed = Deed("benefits.fund", "funding", lambda officer, at: receive(sent, officer, at), is_confirmed=True)
    return enter(
        request,
        deed if sent.get("act") == "receive" else None,
        shown=mark_of_fundings(),
        to=reverse("benefit_fundings"),
        draw=lambda refusal: draw(request, refusal),
    )


def receive(sent: QueryDict, officer: Officer, at: datetime) -> str:
    funder = text_in(sent, "funder", 20)
    if funder not in ABOVE:
        raise FieldUnread("funder_is_chosen")
    got = receive_from_above(
        funder=FunderKind(funder),
        amount=amount_in(sent.get("amount", "")),
        paper=text_in(sent, "paper"),
        officer=officer,
        cashier=cashier_in(sent),
        on=day_in(sent.get("on", "")),
        at=at,
    )
    return _("Received {amount} from {funder}.").format(amount=in_full(got.amount), funder=got.get_funder_display())


def draw(request: HttpRequest, refusal: str = "") -> HttpResponse:
    officer = officer_of(request)
    found = BenefitFunding.objects.select_related("run").order_by("-pk")
    if (before := key_in(request.GET.get("before", ""))) is not None:
        found = found.filter(pk__lt=before)
    page = list(found[:PAGE])
    waiting = Exists(Batch.objects.filter(run=OuterRef("pk"), status=BatchStatus.APPROVED))
    runs = Run.objects.filter(waiting, purpose=RunPurpose.BENEFITS).order_by("-month", "-number")[:PAGE]
    funds = officer.has_perm(FUNDS)
    context = {
        "fundings": page,
        "following": page[-1].pk if len(page) == PAGE else "",
        "runs": list(runs),
        "above": [(kind.value, kind.label) for kind in ABOVE],
        "funds": funds,
        "cashiers": cashiers() if funds else [],
        "mark": mark_of_fundings(),
        "refusal": refusal,
        "sent": request.POST if refusal else {},
        "today": timezone.localdate(),
        "subjects": [f"funding/{one.pk}" for one in page[:1]],
    }
    status = UNPROCESSABLE if refusal else None
    return render(request, "web/benefit_desk/fundings.html", context, status=status)


# One run


def benefit_run_funding(request: HttpRequest, month: str, number: int) -> HttpResponse:
    """Show what the special accounts lack for a run's approved batches, and what was put in; fund it."""
    shown = get_object_or_404(Run, month=month_in(month), purpose=RunPurpose.BENEFITS, number=number)
    if request.method != "POST":
        return draw_run(request, shown)
    sent = request.POST
    deed = Deed("benefits.fund", f"run/{shown}", lambda officer, at: fund(shown, sent, officer, at), is_confirmed=True)
    return enter(
        request,
        deed if sent.get("act") == "fund" else None,
        shown=mark_of_run(shown),
        to=reverse("benefit_run_funding", args=[month, number]),
        draw=lambda refusal: draw_run(request, shown, refusal),
    )


def fund(shown: Run, sent: QueryDict, officer: Officer, at: datetime) -> str:
    on = day_in(sent.get("on", ""))
    funded = fund_run(run=shown, officer=officer, cashier=cashier_in(sent), on=on, at=at)
    if not funded:
        return _("The special accounts lack nothing; nothing was put in.")
    told = ", ".join(f"{one.get_funder_display()} {in_full(one.amount)}" for one in funded)
    return _("Funded: {amounts}.").format(amounts=told)


def mark_of_run(shown: Run) -> str:
    done = AuditEvent.objects.filter(subject=f"run/{shown}", refused="").order_by("-pk").values_list("pk", flat=True)
    return f"{shown.status}/{done.first() or 0}/{mark_of_fundings()}"


def draw_run(request: HttpRequest, shown: Run, refusal: str = "") -> HttpResponse:
    officer, today = officer_of(request), timezone.localdate()
    on = day_asked(request.GET) or today
    lacking: Mapping[FunderKind, Decimal] = shortages_of(run=shown, on=on)
    fundings = list(shown.fundings.order_by("pk"))
    funds = officer.has_perm(FUNDS)
    context = {
        "run": shown,
        "on": on,
        "lacking": [(FunderKind(kind).label, amount) for kind, amount in lacking.items()],
        "total": sum(lacking.values(), ZERO),
        "fundings": fundings,
        "funds": funds,
        "cashiers": cashiers() if funds else [],
        "mark": mark_of_run(shown),
        "refusal": refusal,
        "sent": request.POST if refusal else {},
        "subject": f"run/{shown}",
    }
    status = UNPROCESSABLE if refusal else None
    return render(request, "web/benefit_desk/run_funding.html", context, status=status)


def day_asked(asked: QueryDict) -> date | None:
    """Return the day that a page is asked for, nothing where none can be read."""
    try:
        return day_or_none(asked.get("on", ""))
    except FieldUnread:
        return None
