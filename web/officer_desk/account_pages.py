"""The bank accounts that are officers' own, masked: anybody else's pay to one of them is an exception to sign."""

from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from ledger.masking import masked_account
from ledger.models import Officer
from treasury.establishing import record_officer_account
from treasury.models import OfficerAccount
from web.acting import SEE_OTHER, take, tell
from web.officer_desk.typed import holder_named

PAGE: Final = 50


@sensitive_post_parameters("number", "id_number")
def officer_accounts(request: HttpRequest) -> HttpResponse:
    """List the accounts, the newest first; record one."""
    refusal, sent = "", QueryDict()
    if request.method == "POST":
        username = request.POST.get("username", "").strip()[:150]

        def step(officer: Officer, at: datetime) -> str:
            own = record_officer_account(
                holder=holder_named(username),
                number="".join(request.POST.get("number", "").split()),
                holder_number=request.POST.get("id_number", "").strip().upper(),
                officer=officer,
                at=at,
            )
            return _("{account} is recorded as an account of {name}.").format(
                account=masked_account(own.number), name=own.officer_id
            )

        outcome = take(request, act="officer.account", subject=f"officer/{username}", step=step)
        if outcome.is_done or outcome.was_sent:
            tell(request, outcome)
            return HttpResponseRedirect(reverse("officer_accounts"), status=SEE_OTHER)
        refusal, sent = outcome.refusal, request.POST
    text, before = request.GET.get("q", "").strip()[:60], request.GET.get("before", "")
    found = OfficerAccount.objects.select_related("officer")
    if text:
        found = found.filter(officer__username=text)
    if before.isascii() and before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    shown = list(found.order_by("-pk")[:PAGE])
    context = {
        "accounts": [(one, masked_account(one.number)) for one in shown],
        "following": shown[-1].pk if len(shown) == PAGE else "",
        "q": text,
        "refusal": refusal,
        "sent": sent,
    }
    return render(request, "web/officer_desk/accounts.html", context, status=422 if refusal else 200)
