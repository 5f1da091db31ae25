"""What the pages of a township share: whose it is, who may act there, and a form that is drawn again when refused."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.money import InexactAmount, exact
from ledger.refusals import UnableToPost
from treasury.models import Township
from treasury.secondments import may_there
from web.access import officer_of, open_townships
from web.acting import SEE_OTHER, Outcome, tell

PAGE: Final = 50
COUNT_MAX: Final = 9999


class NotWritten(UnableToPost):
    message = _("A field of the form cannot be read.")
    remedy = _("Write days as 2026-11-05, amounts as 1234.50 and counts as whole numbers.")


def township_here(request: HttpRequest, code: str) -> Township:
    """Return a township that is open to who asks; another is not found, as if there were none."""
    return get_object_or_404(open_townships(request), code=code)


def may(request: HttpRequest, act: str, township: Township) -> bool:
    """Return whether who asks may take an act there today; the act itself asks again."""
    return may_there(officer=officer_of(request), township=township, act=act, on=timezone.localdate())


def go_or_draw(request: HttpRequest, outcome: Outcome, *, to: str, draw: Callable[[str], HttpResponse]) -> HttpResponse:
    """Go on where a form was taken; where it was refused, draw its page again with what was typed and the refusal."""
    if outcome.refusal and not outcome.was_sent:
        return draw(outcome.refusal)
    tell(request, outcome)
    return HttpResponseRedirect(to, status=SEE_OTHER)


def key_in(text: str) -> int | None:
    """Return the key of the last row of the page before, or nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def day_typed(text: str) -> date:
    """Return a day as a form has it.

    :raises NotWritten: if it is none
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise NotWritten("day_is_written", {"text": text[:20]}) from error


def amount_typed(text: str) -> Decimal:
    """Return an amount as a form has it.

    :raises NotWritten: if it is none
    """
    try:
        return exact(text.strip().replace(",", ""))
    except InexactAmount as error:
        raise NotWritten("amount_is_written", {"text": text[:20]}) from error


def count_typed(text: str) -> int:
    """Return a whole number as a form has it.

    :raises NotWritten: if it is none
    """
    found = key_in(text.strip())
    if found is None or found > COUNT_MAX:
        raise NotWritten("count_is_written", {"text": text[:20]})
    return found
