"""Check digits, months and fen, written anew from the standards so that they can prove the project's own."""

from datetime import date, timedelta
from decimal import Decimal

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FULLWIDTH = {code: code + 0xFEE0 for code in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B))}


def id_check(body: str) -> str:
    """Give the 18th sign of an ID number from the first 17 (GB 11643)."""
    return "10X98765432"[sum(int(sign) * weight for sign, weight in zip(body, ID_WEIGHTS, strict=True)) % 11]


def id_number(*, area: str, born: str, serial: int) -> str:
    """Put together an ID number: area 220112, born 19660131, serial 1 to 999 (odd for men)."""
    body = f"{area}{born}{serial:03d}"
    return body + id_check(body)


def id_from_15(short: str) -> str:
    """Make the 18 signs of an ID number of 15 digits."""
    body = short[:6] + "19" + short[6:]
    return body + id_check(body)


def luhn_digit(body: str) -> str:
    """Give the last digit of a card number from the others."""
    total = 0
    for place, sign in enumerate(reversed(body)):
        value = int(sign) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def credit_check(body: str) -> str:
    """Give the 18th sign of a unified social credit code from the first 17 (GB 32100)."""
    total = sum(CREDIT_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return CREDIT_SIGNS[-total % 31]


def organisation_check(body: str) -> str:
    """Give the 9th sign of an organisation code from the first 8 (GB 11714)."""
    total = sum(int(sign) * weight for sign, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def yuan(fen: int) -> str:
    """Write fen as yuan with two decimals: -150 is '-1.50'."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def fen(text: object) -> int:
    """Read yuan with at most two decimals as fen; empty is 0."""
    amount = Decimal(str(text) or "0") * 100
    if amount != amount.to_integral_value():
        raise ValueError(f"more than two decimals: {text}")
    return int(amount)


def percent(*, amount: int, rate: int, parts: int = 100) -> int:
    """Take rate/parts of an amount in fen, half up; the amount is not below zero."""
    return (2 * amount * rate + parts) // (2 * parts)


def shift(month: str, by: int) -> str:
    """Go a number of months on: '2026-11' by 2 is '2027-01'."""
    count = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{count // 12}-{count % 12 + 1:02d}"


def last_day(month: str) -> int:
    """Give the number of days of a month '2026-11'."""
    return (date.fromisoformat(f"{shift(month, 1)}-01") - timedelta(days=1)).day


def serial_day(text: str) -> int:
    """Give the number Excel keeps for a date '2026-11-01'; day 0 is 1899-12-30."""
    return (date.fromisoformat(text) - date(1899, 12, 30)).days


def widen(text: str) -> str:
    """Write digits and letters full width; leave every other sign."""
    return text.translate(FULLWIDTH)
