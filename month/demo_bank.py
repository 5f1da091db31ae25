"""The bank of the demo: it answers a list file as a bank does, and cannot pay some of the accounts.

Invented for the demo, so that the way back from the bank can be seen; a real bank sends its files.
"""

from collections.abc import Iterator
from decimal import Decimal

# One in fifty payments fails (2 %), each with the next of these answers.
ONE_IN = 50
FAILURES = (("1001", "户名不符"), ("1002", "账号不存在"), ("1003", "账户冻结"), ("1004", "销户"))
SUCCESS = ("0000", "成功")


def pay_all(content: bytes) -> bytes:
    """Return the result file for a list file 序号|姓名|帐号|金额|身份证 in GB18030, everything paid."""
    return result_file([(row, SUCCESS) for row in rows_of(content)])


def pay_most(content: bytes) -> bytes:
    """Return the result file for a list file of which one payment in fifty fails."""
    return result_file([(row, outcome(int(row[0]))) for row in rows_of(content)])


def rows_of(content: bytes) -> list[list[str]]:
    return [line.split("|") for line in content.decode("gb18030").splitlines()]


def result_file(answered: list[tuple[list[str], tuple[str, str]]]) -> bytes:
    """Return rows with their answers and the line of totals."""
    paid = [Decimal(row[3]) for row, (code, _text) in answered if code == SUCCESS[0]]
    failed = [Decimal(row[3]) for row, (code, _text) in answered if code != SUCCESS[0]]
    totals = ["合计", *figures([*paid, *failed]), *figures(paid), *figures(failed)]
    lines = ["|".join([*row, code, text]) for row, (code, text) in answered]
    return "".join(f"{line}\r\n" for line in [*lines, "|".join(totals)]).encode("gb18030")


def outcome(serial: int) -> tuple[str, str]:
    """Return the answer to a payment: every fiftieth cannot be paid."""
    turn, rest = divmod(serial, ONE_IN)
    return FAILURES[turn % len(FAILURES)] if rest == 0 else SUCCESS


def figures(amounts: list[Decimal]) -> Iterator[str]:
    yield str(len(amounts))
    yield f"{sum(amounts, Decimal('0.00'))}"


def other_card(account: str) -> str:
    """Return an invented card number beside another: the next one that passes the check of cards (Luhn)."""
    stem = f"6222{int(account[4:-1] or '0') + 1:0{max(len(account) - 5, 11)}d}"
    return stem + str(-sum(luhn(digit, place) for place, digit in enumerate(reversed(stem))) % 10)


def luhn(digit: str, place: int) -> int:
    """Return what a digit counts, ``place`` from the right of the digits before the check digit."""
    doubled = int(digit) * (2 if place % 2 == 0 else 1)
    return doubled - 9 if doubled > 9 else doubled
