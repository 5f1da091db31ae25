"""What the cells of a column are: each widget cleans and judges one kind of value.

``pattern`` is the clean form of a filled cell as a regular expression without groups. A row whose
cells all match is taken as it stands; the others go through ``judge`` cell by cell. So ``judge``
finds no fault in a cell that matches ``pattern`` and ``confirm``.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from import_export.widgets import Widget

from imports.cleaning.amounts import clean_amount, clean_quantity
from imports.cleaning.dates import clean_date, clean_month
from imports.cleaning.identities import (
    clean_id,
    is_sound_id,
    judge_account,
    judge_credit_code,
    judge_id,
)
from imports.cleaning.texts import Cleaned, clean_code, clean_name, clean_number, clean_text, spell
from imports.fault_kinds import FaultKind, Severity
from treasury.rules.cards import passes_luhn

# What a clean text never holds: control characters, wide letters and digits, characters for private
# use, and what an array literal of PostgreSQL would misread.
NEVER = r'\x00-\x1f\x7f-\xa0"\\\u3000０-９Ａ-Ｚａ-ｚ\ue000-\uf8ff'
DAY = (
    r"(?:19|20)[0-9][0-9]-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)


class Cell(Widget):
    """Any text."""

    pattern: ClassVar[str] = f"(?! )[^{NEVER}]++(?<! )"
    cleaning: ClassVar[Callable[[object], Cleaned]] = clean_text

    def judge(self, cell: object) -> Cleaned:
        """Return the clean text of a filled cell and its faults."""
        return type(self).cleaning(cell)

    def confirm(self, text: str) -> bool:
        """Say whether a text that matches the pattern is right."""
        return True

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """Return the clean text, as django-import-export asks for it.

        :raises ValueError: if the row must be refused
        """
        text, faults = self.judge(value)
        errors = [kind.value for kind in faults if kind.severity is Severity.ERROR]
        if errors:
            raise ValueError(", ".join(errors))
        return text

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else spell(value)


class Text(Cell):
    """A text that says something only to people."""


class Name(Cell):
    pattern = f"(?!=)[^{NEVER} •．.・]++"
    cleaning = clean_name


class Code(Cell):
    """A code of letters and digits; a number in a spreadsheet is taken as its digits."""

    pattern = "[0-9A-Za-z]++"
    cleaning = clean_code


class Choice(Cell):
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        super().__init__()
        self.words = frozenset(words)
        self.pattern = "(?:" + "|".join(words) + ")"  # type: ignore[misc]

    def judge(self, cell: object) -> Cleaned:
        text, faults = clean_text(cell)
        return Cleaned(text, faults if text in self.words else [*faults, FaultKind.UNKNOWN_VALUE])


class IdNumber(Cell):
    """An ID number that another file vouches for: cleaned, but not judged."""

    pattern = "[0-9]{17}[0-9X]"
    cleaning = clean_id


class JudgedIdNumber(IdNumber):
    cleaning = judge_id

    def confirm(self, text: str) -> bool:
        return is_sound_id(text)


class Account(Cell):
    pattern = "[0-9]++"
    cleaning = clean_number


class JudgedAccount(Account):
    cleaning = judge_account

    def confirm(self, text: str) -> bool:
        return not text.startswith("62") or not 16 <= len(text) <= 19 or passes_luhn(text)


class CreditCode(Cell):
    pattern = "[0-9A-Z]{18}"
    cleaning = judge_credit_code

    def confirm(self, text: str) -> bool:
        return not self.judge(text).faults


class Date(Cell):
    pattern = DAY
    cleaning = clean_date


class Month(Cell):
    pattern = "(?:19|20)[0-9][0-9]-(?:0[1-9]|1[0-2])"
    cleaning = clean_month


class Count(Cell):
    """A whole number."""

    pattern = "(?:0|[1-9][0-9]{0,5})"

    def judge(self, cell: object) -> Cleaned:
        text, faults = clean_text(cell)
        if text.isascii() and text.isdecimal() and len(text) <= 6:
            return Cleaned(str(int(text)), faults)
        return Cleaned(text, [*faults, FaultKind.BAD_NUMBER])


class Amount(Cell):
    """Yuan, not below zero."""

    pattern = r"(?:0|[1-9][0-9]{0,12})\.[0-9][0-9]"
    cleaning = clean_amount

    def judge(self, cell: object) -> Cleaned:
        text, faults = super().judge(cell)
        return Cleaned(text, [*faults, FaultKind.NEGATIVE_AMOUNT]) if text.startswith("-") else Cleaned(text, faults)


class SignedAmount(Cell):
    """Yuan, above or below zero."""

    pattern = r"(?:-(?!0\.00))?(?:0|[1-9][0-9]{0,12})\.[0-9][0-9]"
    cleaning = clean_amount


class Quantity(Cell):
    """A number of something else than yuan, such as ten thousands of them."""

    pattern = r"(?:-(?!0\.00))?(?:0|[1-9][0-9]{0,12})\.[0-9][0-9]"
    cleaning = clean_quantity


class Percent(Quantity):
    """A share of a hundred; shares are not added up."""


# Text in such a cell of a spreadsheet is a fault, also where it can be read.
NUMBERS = (Amount, SignedAmount, Quantity)
