"""What is typed into the forms of the auditor's desk, read; what cannot be read is refused in words."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ledger.money import InexactAmount, exact
from ledger.refusals import UnableToPost
from web.addresses import day_in as addressed_day

YEARS = (1900, 2999)
TEXT_MAX = 200


class Unreadable(UnableToPost):
    message = _("What was typed cannot be read.")
    remedy = _("Choose or type it again; nothing was asked for.")


def text_in(typed: QueryDict, name: str) -> str:
    return typed.get(name, "").strip()[:TEXT_MAX]


def one_of(typed: QueryDict, name: str, known: Iterable[str]) -> str:
    """Return a choice.

    :raises Unreadable: if it is none of those that there are
    """
    chosen = typed.get(name, "")
    if chosen not in known:
        raise unreadable(name, chosen)
    return chosen


def some_of(typed: QueryDict, name: str, known: Iterable[str]) -> Sequence[str]:
    """Return choices in the order in which they are known.

    :raises Unreadable: if one is none of those that there are
    """
    known, chosen = list(known), typed.getlist(name)
    if strange := [one for one in chosen if one not in known]:
        raise unreadable(name, strange[0])
    return [one for one in known if one in chosen]


def day_in(typed: QueryDict, name: str) -> date:
    """Return a day.

    :raises Unreadable: if it is none
    """
    text = text_in(typed, name)
    day = addressed_day(text)
    if day is None:
        raise unreadable(name, text)
    return day


def day_or_none(typed: QueryDict, name: str) -> date | None:
    """Return a day of a search, None where none is typed or it is none."""
    return addressed_day(text_in(typed, name))


def whole_in(typed: QueryDict, name: str, within: tuple[int, int]) -> int:
    """Return a whole number.

    :raises Unreadable: if it is none, or not within two others
    """
    text = text_in(typed, name)
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and within[0] <= int(text) <= within[1]):
        raise unreadable(name, text)
    return int(text)


def amount_in(text: str, name: str) -> Decimal:
    """Return an amount in yuan.

    :raises Unreadable: if it is none
    """
    try:
        return exact(text.replace(",", "").replace("，", ""))
    except InexactAmount as error:
        raise unreadable(name, text) from error


def unreadable(name: str, text: str) -> Unreadable:
    return Unreadable("field_is_read", {"field": name, "typed": text[:40]})


def key_in(typed: QueryDict, name: str) -> int | None:
    """Return the key of a page, None where none is typed."""
    text = text_in(typed, name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None
