"""What an address names: a month, a day, a page of a list."""

import re
from datetime import date

from django.http import Http404

MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)


def month_in(text: str) -> date:
    """Return the month of an address such as ``2026-11``."""
    if not MONTH.fullmatch(text):
        raise Http404(text)
    return date.fromisoformat(f"{text}-01")


def page_key(text: str) -> tuple[date, int] | None:
    """Return the key of a page, or nothing if the text is none."""
    day, _dot, pk = text.partition(".")
    try:
        return date.fromisoformat(day), int(pk)
    except ValueError:
        return None
