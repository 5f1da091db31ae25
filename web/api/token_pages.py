"""The page of the tokens of other systems: made and revoked here; a new one is shown once."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from ledger.models import Officer
from treasury.models import Township
from treasury.refusals import NothingThere
from web.access import officer_of
from web.acting import take, take_and_go
from web.api.giving_tokens import DAYS_MAX, make_token, revoke_token
from web.models import ApiScope, ApiToken

LISTED = 200


@sensitive_post_parameters()
def api_tokens(request: HttpRequest) -> HttpResponse:
    """List the tokens; make one, or revoke one."""
    officer = officer_of(request)
    if request.method == "POST" and request.POST.get("revoke"):
        return revoke(request)
    context: dict[str, object] = {
        "may_make": officer.has_perm("treasury.give_post"),
        "scopes": ApiScope.choices,
        "townships": Township.objects.order_by("number"),
        "days_max": DAYS_MAX,
    }
    if request.method == "POST":
        context |= make(request)
    if context.get("refusal"):
        context |= {"asked": request.POST, "chosen": request.POST.getlist("scopes")}
    tokens = ApiToken.objects.select_related("officer", "township", "made_by", "revoked_by").order_by("-pk")[:LISTED]
    return render(request, "web/api/tokens.html", context | {"tokens": tokens, "now": timezone.now()})


def make(request: HttpRequest) -> dict[str, object]:
    """Make a token, and return what the page tells: the token, this one time, or why there is none."""
    told: dict[str, object] = {}
    days = request.POST.get("days", "")
    code = request.POST.get("township", "")[:20]

    def step(officer: Officer, at: datetime) -> str:
        township = Township.objects.filter(code=code).first()
        if code and township is None:
            raise NothingThere("township_is_registered", {"township": code})
        made = make_token(
            system=request.POST.get("system", "")[:40],
            scopes=[scope[:20] for scope in request.POST.getlist("scopes")[:20]],
            township=township,
            days=int(days) if days.isdecimal() and len(days) < 5 else 0,
            officer=officer,
            at=at,
        )
        told["secret"] = made.secret
        return made.token.handle

    outcome = take(request, act="api_token.make", subject="api_token", step=step, confirmed=True)
    return {"refusal": outcome.refusal} if outcome.refusal else told


def revoke(request: HttpRequest) -> HttpResponse:
    handle = request.POST.get("revoke", "")[:16]

    def step(officer: Officer, at: datetime) -> str:
        token = revoke_token(handle=handle, officer=officer, at=at)
        return _("Token {token} is revoked; nothing opens with it any more.").format(token=token)

    return take_and_go(
        request, act="api_token.revoke", subject=f"api_token/{handle}", step=step, to=reverse("api_tokens")
    )
