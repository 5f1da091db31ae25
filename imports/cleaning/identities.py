"""ID numbers (GB 11643), bank cards (Luhn) and credit codes (GB 32100).

The area code of an ID number is never a fault: people of 60 and more have codes of counties that
were abolished long ago.
"""

import re
from datetime import date

from imports.cleaning.texts import Cleaned, clean_number, clean_text
from imports.fault_kinds import FaultKind
from treasury.rules import credit_codes
from treasury.rules.cards import is_sound_account

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
ID_FORM = re.compile(r"\d{17}[\dXx]", re.ASCII)
OLD_ID_FORM = re.compile(r"\d{15}", re.ASCII)
# Sums of parts of numbers, kept because the same counties, birthdays and digits come again.
PARTS_KEPT = 100_000


class WeightedPart(dict[str, int]):
    """The sums of the digits of one part of an ID number by their weights."""

    def __init__(self, first: int, last: int) -> None:
        self.weights = ID_WEIGHTS[first:last]

    def __missing__(self, digits: str) -> int:
        if len(self) >= PARTS_KEPT:
            self.clear()
        self[digits] = total = sum(int(digit) * weight for digit, weight in zip(digits, self.weights, strict=True))
        return total


class Births(dict[str, int]):
    """The weighted sums of dates of birth that exist; others are far off every check digit."""

    def __init__(self) -> None:
        self.sums = WeightedPart(6, 14)

    def __missing__(self, digits: str) -> int:
        if len(self) >= PARTS_KEPT:
            self.clear()
        self[digits] = total = self.sums[digits] if exists(digits) else NO_SUM
        return total


NO_SUM = -(10**9)
AREAS, BIRTHS, SERIALS = WeightedPart(0, 6), Births(), WeightedPart(14, 17)


def exists(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def is_sound_id(number: str) -> bool:
    """Say whether 18 characters, known to be 17 digits and a digit or X, are a right ID number."""
    total = AREAS[number[:6]] + BIRTHS[number[6:14]] + SERIALS[number[14:17]]
    return total >= 0 and ID_CHECKS[total % 11] == number[17]


def check_digit(digits: str) -> str:
    """Return the check digit of the first 17 digits of an ID number."""
    return ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(digits, ID_WEIGHTS, strict=True)) % 11]


def clean_id(cell: object) -> Cleaned:
    """Return an ID number of 18 characters, without asking whether it is right.

    A number of 15 digits, as they were given until 1999, gets its century and check digit.
    """
    text, faults = clean_number(cell)
    if OLD_ID_FORM.fullmatch(text):
        longer = f"{text[:6]}19{text[6:]}"
        return Cleaned(longer + check_digit(longer), [*faults, FaultKind.ID_15])
    if text.endswith("x") and ID_FORM.fullmatch(text):
        return Cleaned(text.upper(), [*faults, FaultKind.ID_LOWER_X])
    return Cleaned(text, faults)


def judge_id(cell: object) -> Cleaned:
    """Return an ID number as ``clean_id`` does, and whether form, check digit and date of birth are right."""
    text, faults = clean_id(cell)
    if not text or FaultKind.NUMBER_PRECISION in faults:
        return Cleaned(text, faults)
    if not ID_FORM.fullmatch(text):
        return Cleaned(text, [*faults, FaultKind.BAD_ID])
    if check_digit(text[:17]) != text[17]:
        return Cleaned(text, [*faults, FaultKind.ID_CHECK_DIGIT])
    if not exists(text[6:14]):
        return Cleaned(text, [*faults, FaultKind.ID_BAD_DATE])
    return Cleaned(text, faults)


def judge_account(cell: object) -> Cleaned:
    """Return an account; a card of 16 to 19 digits from 62 must pass Luhn, a passbook has no check."""
    text, faults = clean_number(cell)
    if FaultKind.NUMBER_PRECISION not in faults and not is_sound_account(text):
        return Cleaned(text, [*faults, FaultKind.ACCOUNT_LUHN])
    return Cleaned(text, faults)


def judge_credit_code(cell: object) -> Cleaned:
    """Return a unified social credit code with the check character that its first 17 ask for.

    The unit is known by its own code, so a wrong check character is a warning and is put right.
    """
    text, faults = clean_text(cell)
    if not text:
        return Cleaned(text, faults)
    if not credit_codes.FORM.fullmatch(text):
        return Cleaned(text, [*faults, FaultKind.CREDIT_CODE])
    right = text[:17] + credit_codes.credit_check(text)
    return Cleaned(right, faults if right == text else [*faults, FaultKind.CREDIT_CODE])
