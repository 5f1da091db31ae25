"""What the raw text of a workbook's cell says: numbers, dates, texts."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from math import inf, isfinite

from imports.reading.markup import texts_of

# As the file has it; '' is empty. Numbers of a workbook are its own binary fractions: take them as
# Decimal(repr(number)), never as money. Cells of a csv are text; so are times of day.
Cell = str | float | int | bool | date | datetime
Number = float
Convert = Callable[[bytes], Cell]

# ECMA-376 part 1, 18.8.30; 27 to 36 and 50 to 58 are the dates of Chinese, Japanese and Korean Excel.
# 46 runs past 24 hours: a number.
DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})
LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\[\]]*\]')
ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
DATE_LETTERS = re.compile(r"[ymdhs]|a{3,4}", re.IGNORECASE)

DAY_ZERO = date(1899, 12, 30)
DAY_ZERO_1904 = date(1904, 1, 1)
DAYS_UNSURE = 61  # Excel counts a 29 February 1900; no date of ours is as old, so nothing below is taken for one
HALF_A_SECOND = timedelta(milliseconds=500)

ENTITY = re.compile(r"&(?:#[xX]([0-9A-Fa-f]+)|#([0-9]+)|(lt|gt|amp|quot|apos));")
ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
# A character that XML cannot hold, as Excel writes it; NUL and halves of characters stay written out.
ESCAPE = re.compile(r"_x(?!0000)(?![Dd][89A-Fa-f])([0-9A-Fa-f]{4})_")


def number_of(raw: bytes) -> Number:
    """Return the number.

    :raises ValueError: if it is none, or no finite one; it does not repeat what stands there
    """
    try:
        number = float(raw)
    except ValueError:
        number = inf
    if isfinite(number):
        return number
    raise ValueError("no number")


def boolean_of(raw: bytes) -> bool:
    return raw.strip() in (b"1", b"true")


def is_date_format(code: str) -> bool:
    """Return whether a number format shows dates or times of day; hours that run past 24 are numbers."""
    first = code.split(";")[0]
    return not ELAPSED.search(first) and bool(DATE_LETTERS.search(LITERALS.sub("", first)))


def moment_of(serial: Number, day_zero: date) -> Cell:
    """Return the date that a serial number stands for, counted from day zero.

    Whole days are dates, others datetimes to the second; below one it is a time of day, as text.
    What cannot be a date stays a number.
    """
    if not 0 <= serial < 1 and serial < DAYS_UNSURE:
        return serial
    try:
        moment = datetime.combine(day_zero, time()) + timedelta(days=serial) + HALF_A_SECOND
    except OverflowError:
        return serial
    moment = moment.replace(microsecond=0)
    if serial < 1:
        return moment.time().isoformat()
    return moment if moment.time() != time() else moment.date()


def iso_date_of(raw: bytes) -> Cell:
    """Return a date that is written out, as text if it has a form we do not know."""
    text = text_of(raw)
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return text
    return moment if moment.time() != time() else moment.date()


def text_of(raw: bytes) -> str:
    """Return the text between two tags of XML in UTF-8."""
    if b"<" in raw:
        return unescaped("".join(texts_of([b"<t>", raw, b"</t>"], item="t")))
    text = raw.decode()
    if "\r" in text:  # what XML makes of line ends
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        text = ENTITY.sub(character_of, text)
    return unescaped(text)


def unescaped(text: str) -> str:
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def character_of(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name:
        return ENTITIES[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if (code < 0x20 and code not in (9, 10, 13)) or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        raise ValueError("no character")
    return chr(code)
