"""What an address names: a month, a day, a page of a list."""

import re
from collections.abc import Iterable
from datetime import date

from django.http import Http404

# Years before and after which no book has anything, and on both sides of which a day can still be reckoned.
YEARS = (1900, 2199)
MONTH = re.compile(r"(?:19|20|21)\d{2}-(?:0[1-9]|1[0-2])", re.ASCII)
# A number for which PostgreSQL has room.
KEY = re.compile(r"\d{1,18}", re.ASCII)


def month_in(text: str) -> date:
    """Return the month of an address such as ``2026-11``."""
    if not MONTH.fullmatch(text):
        raise Http404(text)
    return date.fromisoformat(f"{text}-01")


def day_in(text: str) -> date | None:
    """Return a day that has room on both sides, or nothing if the text is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if YEARS[0] <= day.year <= YEARS[1] else None


def key_in(text: str) -> int | None:
    """Return a key, or nothing if the text is none."""
    return int(text) if KEY.fullmatch(text) else None


def keys_in(texts: Iterable[str]) -> list[int]:
    """Return the keys among texts."""
    return [key for text in texts if (key := key_in(text)) is not None]


def page_key(text: str) -> tuple[date, int] | None:
    """Return the key of a page, or nothing if the text is none."""
    day, _dot, key = text.partition(".")
    pk = key_in(key)
    try:
        return (date.fromisoformat(day), pk) if pk is not None else None
    except ValueError:
        return None
