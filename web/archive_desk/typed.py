"""What the forms of the archives' desk hold, read; a form that is refused is drawn again with what was typed."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext_lazy as _

from audit.appraising import ClassYear
from audit.models import RecordClass
from ledger.models import AuditEvent, Officer
from ledger.refusals import UnableToPost
from web.acting import SEE_OTHER, take, tell

YEAR_MAX: Final = 9998  # a year after it has a date still
KEY_DIGITS_MAX: Final = 18

Step = Callable[[Officer, datetime], str]


class Unreadable(UnableToPost):
    message = _("What was typed cannot be read.")
    remedy = _("Choose or type it again; nothing was asked for.")


def text_in(typed: QueryDict, name: str, longest: int = 200) -> str:
    return typed.get(name, "").replace("\0", "").strip()[:longest]


def year_in(typed: QueryDict, name: str) -> int | None:
    """Return a year, None where nothing is typed.

    :raises Unreadable: if it is none
    """
    text = text_in(typed, name)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 4 and 0 < int(text) <= YEAR_MAX):
        raise Unreadable("field_is_read", {"field": name, "typed": text[:40]})
    return int(text)


def day_in(typed: QueryDict, name: str, otherwise: date) -> date:
    """Return a day, another one where nothing is typed.

    :raises Unreadable: if it is none
    """
    text = text_in(typed, name)
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError as error:
        raise Unreadable("field_is_read", {"field": name, "typed": text[:40]}) from error


def key_in(typed: QueryDict, name: str) -> int:
    """Return a key, 0 where none is typed."""
    text = text_in(typed, name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= KEY_DIGITS_MAX else 0


def class_year_in(text: str) -> ClassYear:
    """Return a class of a year as a form sends it, such as ``vouchers/2004``.

    :raises Unreadable: if it is none
    """
    kind, _slash, year = text.partition("/")
    if kind not in RecordClass.values or not (year.isascii() and year.isdecimal() and len(year) <= 4):
        raise Unreadable("field_is_read", {"field": "years", "typed": text[:40]})
    return ClassYear(kind, int(year))


def mark_of(subject: str) -> str:
    """Return the mark of what a page shows of a subject: the last that happened to it."""
    last = AuditEvent.objects.filter(subject=subject, refused="").order_by("-pk").values_list("pk", flat=True)
    return str(last.first() or 0)


def enter(
    request: HttpRequest,
    *,
    act: str,
    subject: str,
    step: Step,
    to: Callable[[], str],
    draw: Callable[[str], HttpResponse],
    shown: str = "",
    confirmed: bool = False,
) -> HttpResponse:
    """Take a form and go on to a page that tells what was done; ``draw`` draws the page again with a refusal.

    :raises NotFresh: by its kinds, for an act that is to be confirmed
    """
    outcome = take(request, act=act, subject=subject, step=step, shown=shown, confirmed=confirmed)
    if outcome.is_done or outcome.was_sent:
        tell(request, outcome)
        return HttpResponseRedirect(to(), status=SEE_OTHER)
    return draw(outcome.refusal)
