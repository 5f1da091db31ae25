"""Texts of messages to values, exactly or not at all."""

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from ledger.money import InexactAmount, exact
from payouts.iso20022.faults import BadMessage, MessageFault

CURRENCY = "CNY"
NOT_PROVIDED = "NOTPROVIDED"  # what ISO 20022 has a bank write where there is no end-to-end id
SERIAL_WIDTH = 6
WRITTEN = re.compile(r"[0-9]{1,16}(\.[0-9]{1,5})?")
ID = re.compile(r"([0-9]{4})(0[1-9]|1[0-2])-([0-9]{6,18})")
CNAPS = re.compile(r"[0-9]{12}")


class Side(StrEnum):
    """Whether the bank adds to the account or takes from it."""

    CREDIT = "CRDT"
    DEBIT = "DBIT"


def end_to_end_id(*, month: date, serial: int) -> str:
    """Return the id of a payment that every message about it carries: ``202611-000123``."""
    return f"{month:%Y%m}-{serial:0{SERIAL_WIDTH}d}"


def serial_of(text: str, *, month: date) -> int | None:
    """Return the serial that one of our ids names; None if it is not one of this month."""
    read = ID.fullmatch(text)
    if read is None or text != end_to_end_id(month=month, serial=int(read[3])):
        return None
    return int(read[3])


def amount_of(text: str, *, place: str) -> Decimal:
    """Return an amount in yuan; zeros beyond the fen change nothing.

    :raises BadMessage: if it is no amount or has a part of a fen
    """
    if not WRITTEN.fullmatch(text):
        raise BadMessage(MessageFault.AMOUNT_NOT_EXACT, place=place, stated=text)
    try:
        return exact(Decimal(text))
    except InexactAmount:
        raise BadMessage(MessageFault.AMOUNT_NOT_EXACT, place=place, stated=text) from None


def number_of(text: str, *, place: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise BadMessage(MessageFault.NOT_A_NUMBER, place=place, stated=text)
    return int(text)


def date_of(text: str, *, place: str) -> date:
    """Return the date of an ISO date or date and time.

    :raises BadMessage: if it is neither
    """
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-27") else moment_of(text).date()
    except ValueError:
        raise BadMessage(MessageFault.NOT_A_DATE, place=place) from None


def moment_of(text: str) -> datetime:
    return datetime.fromisoformat(text)


def iban_holds(text: str) -> bool:
    """Tell that an IBAN's check digits are right (ISO 13616: mod 97 = 1)."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}", text.upper()):
        return False
    turned = text[4:].upper() + text[:4].upper()
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1
