"""Take an entry form of the bank's desk; one that is refused is drawn again with everything that was typed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from ledger.models import Officer
from web.acting import SEE_OTHER, take, tell

Step = Callable[[Officer, datetime], str]
Draw = Callable[[str], HttpResponse]


@dataclass(frozen=True, slots=True)
class Deed:
    """An act of a page's form: its name in the trail, its step, and whether it is confirmed with a password."""

    act: str
    step: Step
    is_confirmed: bool = False


def enter(request: HttpRequest, deed: Deed, *, subject: str, shown: str, to: str, draw: Draw) -> HttpResponse:
    """Take a form and go on to a page that tells what was done; ``draw`` draws the page again with a refusal.

    :raises NotFresh: by its kinds, for an act that is to be confirmed
    """
    outcome = take(request, act=deed.act, subject=subject, step=deed.step, shown=shown, confirmed=deed.is_confirmed)
    if outcome.is_done or outcome.was_sent:
        tell(request, outcome)
        return HttpResponseRedirect(to, status=SEE_OTHER)
    return draw(outcome.refusal)
