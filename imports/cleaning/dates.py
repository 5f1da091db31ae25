"""Dates like 2026-11-01 and months like 2026-11, from every form the bureaus write."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from numbers import Real

from imports.cleaning.texts import Cleaned, cleaned, spell
from imports.fault_kinds import FaultKind
from imports.voucher_cells import SPREADSHEET_DAY_ZERO

DAYS = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日", re.ASCII),
    re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII),
)
MONTHS = (
    re.compile(r"(\d{4})-(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})/(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})\.(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})年(\d{1,2})月", re.ASCII),
    re.compile(r"(\d{4})(\d{2})", re.ASCII),
)
SERIAL = re.compile(r"\d{5}", re.ASCII)
YEARS = range(1900, 2100)


def clean_date(cell: object) -> Cleaned:
    """Return a date as ``2026-11-01``; any other form of a real day is ``date_format``."""
    return written(cell, day_of)


def clean_month(cell: object) -> Cleaned:
    """Return a month as ``2026-11``.

    The number 2026.1 may have been 2026.10 before a spreadsheet dropped the zero, so it is no month.
    """
    if isinstance(cell, Real) and spell(cell).endswith(".1"):
        return Cleaned(spell(cell), [FaultKind.BAD_DATE])
    return written(cell, month_of)


def written(cell: object, reading: Callable[[str], str | None]) -> Cleaned:
    if isinstance(cell, date):  # a datetime too: the day counts
        clean = reading(cell.strftime("%Y-%m-%d"))
        return Cleaned(clean, [FaultKind.DATE_FORMAT]) if clean else Cleaned(spell(cell), [FaultKind.BAD_DATE])
    text, faults = cleaned(spell(cell), "")
    if not text:
        return Cleaned(text, faults)
    clean = reading(text)
    if clean is None:
        return Cleaned(text, [FaultKind.BAD_DATE])
    return Cleaned(clean, faults if clean == text else [*faults, FaultKind.DATE_FORMAT])


@lru_cache(maxsize=4096)
def day_of(text: str) -> str | None:
    """Return the clean form of a day, or nothing."""
    if SERIAL.fullmatch(text):
        return str(SPREADSHEET_DAY_ZERO + timedelta(days=int(text)))
    for form in DAYS:
        found = form.fullmatch(text)
        if found:
            try:
                day = date(*map(int, found.groups()))
            except ValueError:
                return None
            return str(day) if day.year in YEARS else None
    return None


@lru_cache(maxsize=4096)
def month_of(text: str) -> str | None:
    """Return the clean form of a month, or of the month of a day, or nothing."""
    for form in MONTHS:
        found = form.fullmatch(text)
        if found:
            year, month = map(int, found.groups())
            return f"{year}-{month:02}" if year in YEARS and 1 <= month <= 12 else None
    day = day_of(text)
    return day and day[:7]
