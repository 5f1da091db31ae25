"""How references are read: which rows the text after the colon names, or None where it has not the form."""

import re
from collections.abc import Callable
from datetime import date

from django.db.models import Q

MONTH = r"(?P<month>\d{4}-(0[1-9]|1[0-2]))"
WHOLE = r"\d{1,9}"


def month_of(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def by_key(text: str) -> Q | None:
    """Read the number of a row."""
    return Q(pk=int(text)) if re.fullmatch(r"\d{1,18}", text) else None


def by_month(field: str, **fixed: str) -> Callable[[str], Q | None]:
    """Read ``2026-11/17``: a month and a number in it; the number of the row alone is read, too."""

    def parse(text: str) -> Q | None:
        match = re.fullmatch(rf"{MONTH}/(?P<number>{WHOLE})", text)
        if match is None:
            return by_key(text)
        return Q(month=month_of(match["month"]), **{field: int(match["number"])}, **fixed)

    return parse


def by_name(field: str = "name") -> Callable[[str], Q | None]:
    """Read the number of a row, or its name."""
    return lambda text: by_key(text) or (Q(**{field: text}) if text else None)


def by_key_or_hash(text: str) -> Q | None:
    """Read the number of a row, the SHA-256 of a file, or its name."""
    if re.fullmatch(r"[0-9a-f]{64}", text):
        return Q(sha256=text)
    return by_name()(text)


def by_place(parent: str, number: str) -> Callable[[str], Q | None]:
    """Read ``5/17``: the number of a parent and a place in it."""

    def parse(text: str) -> Q | None:
        match = re.fullmatch(rf"(\d{{1,18}})/({WHOLE})", text)
        return Q(**{parent: int(match[1]), number: int(match[2])}) if match else None

    return parse


def by_code(*fields: str) -> Callable[[str], Q | None]:
    """Read ``CODE/2026-11/1``: a code, then as many parts as there are fields; a month is a first day."""

    def parse(text: str) -> Q | None:
        parts = text.split("/")
        if len(parts) != len(fields):
            return by_key(text)
        try:
            values = [month_of(part) if field == "month" else part for field, part in zip(fields, parts, strict=True)]
            numbers = {field for field in fields if field in ("number", "year", "edition", "attempt", "part")}
            return Q(**{f: int(str(v)) if f in numbers else day_or(f, v) for f, v in zip(fields, values, strict=True)})
        except ValueError:
            return None

    return parse


def day_or(field: str, value: object) -> object:
    """Return a day where a field is one."""
    return date.fromisoformat(str(value)) if field == "day" else value
