"""The own accounts of a month: what the bank stated, what nothing explains yet, and the reconciliation of each."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ledger.models import Officer
from ledger.money import in_full
from payouts.bank_movements import entries_left, lines_left
from payouts.explaining import decide_listing, explain_anew, explain_by_hand, list_entry
from payouts.explanations import Line
from payouts.models import CloseReason, EntryListing, OwnAccount, StatementEntry
from payouts.models.bank_words import OutstandingClass, OwnAccountStatus, SignedStatus
from payouts.reconciliations import Figures, accounts_of_month, figures_of
from payouts.reconciling import decide_close_reason, give_close_reason, make_reconciliation, review_reconciliation
from payouts.statement_refusals import NoSuchEntry
from web.addresses import key_in, keys_in, month_in
from web.bank_desk.entering import Deed, enter
from web.templatetags.acts import trail

LEFT_SHOWN: Final = 200


@require_GET
def own_accounts(request: HttpRequest, month: str) -> HttpResponse:
    """List the own accounts that are reconciled at the end of a month."""
    chosen = month_in(month)
    found = [figures_of(own=own, month=chosen) for own in accounts_of_month(chosen)]
    subjects = [f"own account/{one.own.pk}" for one in found]
    context = {"month": chosen, "accounts": found, **trail(*subjects)}
    return render(request, "web/bank_desk/accounts.html", context)


def account_of(key: int) -> OwnAccount:
    return get_object_or_404(OwnAccount.objects.select_related("book"), pk=key, status=OwnAccountStatus.CONFIRMED)


@require_GET
def own_account(request: HttpRequest, month: str, key: int) -> HttpResponse:
    """Show an own account at the end of a month."""
    return draw_account(request, account_of(key), month_in(month))


def draw_account(request: HttpRequest, own: OwnAccount, month: date, refusal: str = "") -> HttpResponse:
    """Draw the page of an own account: with a refusal, what was chosen and typed stays."""
    figures = figures_of(own=own, month=month)
    entries, lines = entries_left(own=own, until=figures.until), lines_left(own=own, until=figures.until)
    keys = [one.pk for one in entries[:LEFT_SHOWN]]
    listings = EntryListing.objects.filter(entry__in=keys).exclude(status=SignedStatus.REFUSED)
    reason = CloseReason.objects.filter(own_account=own, month=month).exclude(status=SignedStatus.REFUSED).first()
    subjects = [f"own account/{own.pk}"]
    if figures.kept:
        subjects.append(f"reconciliation/{figures.kept.pk}")
    listed = {one.entry_id: one for one in listings}
    context = {
        "month": month,
        "own": own,
        "figures": figures,
        "totals": [(kind.label, figures.total(kind)) for kind in OutstandingClass],
        "entries": [(one, listed.get(one.pk)) for one in entries[:LEFT_SHOWN]],
        "entries_more": max(len(entries) - LEFT_SHOWN, 0),
        "lines": lines[:LEFT_SHOWN],
        "lines_more": max(len(lines) - LEFT_SHOWN, 0),
        "close_reason": reason,
        "chosen_entries": request.POST.getlist("entry"),
        "chosen_lines": request.POST.getlist("line"),
        "mark": mark_of(figures),
        "refusal": refusal,
        "typed": request.POST,
        **trail(*subjects, *(f"entry/{key}" for key in keys)),
    }
    return render(request, "web/bank_desk/account.html", context)


def mark_of(figures: Figures) -> str:
    """Return the mark of what books and bank say, of the reconciliation that is kept, and of reasons to close."""
    kept = f"{figures.kept.pk}{figures.kept.status}" if figures.kept else ""
    reasons = CloseReason.objects.filter(own_account=figures.own, month=figures.month).values_list("pk", "status")
    left = EntryListing.objects.filter(entry__own_account=figures.own).values_list("status").order_by("-pk")
    last = left.first()
    return f"{figures.digest[:24]}/{kept}/{sorted(reasons)}/{left.count()}{last[0] if last else ''}"[:120]


@require_POST
def own_account_act(request: HttpRequest, month: str, key: int) -> HttpResponse:
    """Explain, list, sign, reconcile."""
    own, chosen = account_of(key), month_in(month)
    make = DEEDS.get(request.POST.get("act", ""))
    if make is None:
        raise Http404("act")
    return enter(
        request,
        make(request, own, chosen),
        subject=f"own account/{own.pk}",
        shown=mark_of(figures_of(own=own, month=chosen)),
        to=reverse("own_account", args=[month, key]),
        draw=partial(draw_account, request, own, chosen),
    )


def explain(_request: HttpRequest, own: OwnAccount, _month: date) -> Deed:
    """Explain what is proven by now."""

    def step(officer: Officer, at: datetime) -> str:
        many = explain_anew(own=own, officer=officer, at=at)
        return _("Explanations that were found: {many}.").format(many=many)

    return Deed("entries.explain", step)


def explain_chosen(request: HttpRequest, own: OwnAccount, _month: date) -> Deed:
    """Explain the entries that were chosen by the cash lines that were, with a reason."""
    entries = keys_in(request.POST.getlist("entry"))
    lines = []
    for text in request.POST.getlist("line"):
        voucher, _slash, number = text.partition("/")
        named = keys_in([voucher, number])
        if len(named) == 2:
            lines.append(Line(*named))

    def step(officer: Officer, at: datetime) -> str:
        made = explain_by_hand(
            own=own,
            entries=entries,
            lines=lines,
            reason=request.POST.get("reason", "").strip(),
            officer=officer,
            at=at,
        )
        return _("Explained: {amount}.").format(amount=in_full(made.amount))

    return Deed("entry.explain", step)


def list_chosen(request: HttpRequest, own: OwnAccount, _month: date) -> Deed:
    """List the entries that were chosen, with a reason."""
    keys = keys_in(request.POST.getlist("entry"))

    def step(officer: Officer, at: datetime) -> str:
        found = StatementEntry.objects.filter(own_account=own, pk__in=keys).order_by("pk")
        if not found:
            raise NoSuchEntry("entry_is_listed_with_a_reason", {"entries": len(keys)})
        for entry in found:
            list_entry(entry=entry, reason=request.POST.get("reason", "").strip(), officer=officer, at=at)
        return _("Listed with the reason; another officer signs it.")

    return Deed("entry.list", step)


def sign_listing(request: HttpRequest, own: OwnAccount, _month: date, *, to: SignedStatus) -> Deed:
    """Sign or refuse the reason for which an entry is listed."""
    key = request.POST.get("listing", "")
    listing = get_object_or_404(EntryListing, pk=key_in(key) or 0, entry__own_account=own)

    def step(officer: Officer, at: datetime) -> str:
        decide_listing(listing=listing, to=to, officer=officer, at=at)
        return _("Decided.")

    return Deed("entry.decide", step, is_confirmed=to == SignedStatus.SIGNED)


def make(_request: HttpRequest, own: OwnAccount, month: date) -> Deed:
    """Make the reconciliation of the month."""

    def step(officer: Officer, at: datetime) -> str:
        made = make_reconciliation(own=own, month=month, officer=officer, at=at)
        return _("Reconciliation {reconciliation} is made; another officer reviews it.").format(reconciliation=made)

    return Deed("reconciliation.make", step)


def review(_request: HttpRequest, own: OwnAccount, month: date) -> Deed:
    """Review the reconciliation that another officer made."""

    def step(officer: Officer, at: datetime) -> str:
        made = review_reconciliation(own=own, month=month, officer=officer, at=at)
        return _("Reconciliation {reconciliation} is reviewed.").format(reconciliation=made)

    return Deed("reconciliation.review", step, is_confirmed=True)


def give_reason(request: HttpRequest, own: OwnAccount, month: date) -> Deed:
    """Say why the month closes though the account is not reconciled."""

    def step(officer: Officer, at: datetime) -> str:
        reason = request.POST.get("close_reason", "").strip()
        give_close_reason(own=own, month=month, reason=reason, officer=officer, at=at)
        return _("The reason is given; another officer signs it.")

    return Deed("close_reason.give", step)


def sign_reason(_request: HttpRequest, own: OwnAccount, month: date, *, to: SignedStatus) -> Deed:
    """Sign or refuse the reason to close a month without a reconciliation."""

    def step(officer: Officer, at: datetime) -> str:
        given = CloseReason.objects.filter(own_account=own, month=month, status=SignedStatus.GIVEN).first()
        if given is None:
            raise NoSuchEntry("close_reason_moves", {"account": str(own), "month": f"{month:%Y-%m}"})
        decide_close_reason(given=given, to=to, officer=officer, at=at)
        return _("Decided.")

    return Deed("close_reason.decide", step, is_confirmed=to == SignedStatus.SIGNED)


DEEDS: Final[Mapping[str, Callable[[HttpRequest, OwnAccount, date], Deed]]] = {
    "explain_anew": explain,
    "explain": explain_chosen,
    "list": list_chosen,
    "sign": partial(sign_listing, to=SignedStatus.SIGNED),
    "refuse": partial(sign_listing, to=SignedStatus.REFUSED),
    "make": make,
    "review": review,
    "give_reason": give_reason,
    "sign_reason": partial(sign_reason, to=SignedStatus.SIGNED),
    "refuse_reason": partial(sign_reason, to=SignedStatus.REFUSED),
}
