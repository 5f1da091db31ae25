"""What a cell of a voucher file says, whatever program wrote it. Plain values.

The forms are those of the bureaus' own spreadsheets: full-width digits, thousands separators, dates
in six forms. What is not one of them is no value; nothing is guessed.
"""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from numbers import Real

# U+FF01 to U+FF5E are ! to ~ drawn wide, U+3000 is the wide space.
HALF_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}
WIDE_LETTERS_AND_DIGITS = {wide: half for wide, half in HALF_WIDTH.items() if chr(half).isalnum()}
BLANKS = " \t\u00a0\u3000"
AMOUNT = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
DAYS = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
SPREADSHEET_DAY_ZERO = date(1899, 12, 30)


def text_of(cell: object) -> str:
    """Return a cell as text without the blanks around it.

    A spreadsheet keeps fifteen digits of a number; more would be its binary rest, not what was typed.
    """
    if isinstance(cell, str):
        return cell.strip(BLANKS)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, Real):
        return format(cell, ".15g")
    return "" if cell is None else str(cell)


@lru_cache(maxsize=4096)
def day_of(text: str) -> date | None:
    """Return the date of a text like 2026-11-01, 2026/11/1, 2026.11.1, 2026年11月1日, 20261101 or 46327."""
    plain = text.translate(WIDE_LETTERS_AND_DIGITS)
    if re.fullmatch(r"\d{5}", plain):
        return SPREADSHEET_DAY_ZERO + timedelta(days=int(plain))
    for form in DAYS:
        found = form.fullmatch(plain)
        if found:
            try:
                return date(*map(int, found.groups()))
            except ValueError:
                return None
    return None


def amount_of(text: str) -> Decimal | None:
    """Return the number of a text like 1234.50, 1,234.50, ¥1,234.50 or １２３４．５０, with its decimals."""
    plain = text.translate(HALF_WIDTH).replace("¥", "").replace("￥", "").replace("−", "-").replace(" ", "")
    return Decimal(plain.replace(",", "")) if AMOUNT.fullmatch(plain) else None


def half_width(text: str) -> str:
    """Return a code with its full-width letters and digits written half-width."""
    return text if text.isascii() else text.translate(WIDE_LETTERS_AND_DIGITS)
