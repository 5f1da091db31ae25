"""What an ID number of 18 digits (GB 11643) says of a person: the date of birth and the sex.

Numbers are cleaned and judged when a file is taken in; here they are only read.
"""

import re
from datetime import date

FORM = re.compile(r"\d{17}[\dX]", re.ASCII)


class UnreadableIdNumber(ValueError):
    """A number from which no date of birth can be read; the number itself is not repeated."""

    def __init__(self) -> None:
        super().__init__("an ID number has 17 digits, a digit or X, and a date of birth that exists; correct it")


def born_of(id_number: str) -> date:
    """Return the date of birth of an ID number.

    :raises UnreadableIdNumber: if it has another form, or the date does not exist
    """
    if not FORM.fullmatch(id_number):
        raise UnreadableIdNumber
    try:
        return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
    except ValueError as error:
        raise UnreadableIdNumber from error


def is_female(id_number: str) -> bool:
    """Tell whether the 17th digit is even; raises as ``born_of`` on another form."""
    if not FORM.fullmatch(id_number):
        raise UnreadableIdNumber
    return int(id_number[16]) % 2 == 0
