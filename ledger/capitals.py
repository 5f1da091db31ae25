"""Amounts and dates in capital characters (大写), as vouchers and bills want them; and read back. Values only.

Sources: 会计基础工作规范 第五十二条; 支付结算办法 附一 (正确填写票据和结算凭证的基本规定). They differ in
one point, ``Ending``. Where the second allows a 零 to be left out, it is written before 角 and left out
after 万, as in the first of its two examples; reading accepts every form that either rule allows.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import product
from typing import Final

from ledger.money import LIMIT, exact

DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
PLACES: Final = ("", "拾", "佰", "仟")
SECTIONS: Final = ("", "万", "亿", "万亿")
FEN_LIMIT: Final = int(LIMIT) * 100


class Ending(Enum):
    """When 整 closes an amount; after 分 it never does."""

    AFTER_JIAO_TOO = "会计基础工作规范: after 元 and after 角"
    AFTER_YUAN_ONLY = "支付结算办法: after 元; after 角 it may be left out"


class NotCapitals(ValueError):
    """A text that no rule allows as an amount in capital characters."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is not an amount in capital characters, such as 人民币壹仟肆佰零玖元伍角整")
        self.text = text


def capital_amount(*, fen: int, ending: Ending = Ending.AFTER_JIAO_TOO) -> str:
    """Return an amount of fen in capital characters; a red one has 负 after 人民币.

    :raises ValueError: if it reaches the limit of the books, 10^16 yuan
    """
    if not -FEN_LIMIT < fen < FEN_LIMIT:
        raise ValueError(f"{fen} fen is beyond the limit of the books")
    return "人民币" + ("负" if fen < 0 else "") + next(spellings(abs(fen), ending))


def fen_of(amount: Decimal) -> int:
    """Return an exact amount in fen.

    :raises InexactAmount: if it is no whole number of fen
    """
    return int(exact(amount) * 100)


def read_capital_amount(text: str) -> int:
    """Return the fen that an amount in capital characters says.

    :raises NotCapitals: if no rule allows the text: wrong order, a missing or double 零, 拾 without 壹
    """
    plain = text.strip().removeprefix("人民币").replace("圆", "元").replace("正", "整")
    sign = -1 if plain.startswith("负") else 1
    plain = plain.removeprefix("负")
    fen = worth_of(plain)
    if fen is None or fen >= FEN_LIMIT or (sign < 0 and not fen):
        raise NotCapitals(text)
    if not any(plain == spelling for ending in Ending for spelling in spellings(fen, ending)):
        raise NotCapitals(text)
    return sign * fen


def capital_date(on: date) -> str:
    """Return a date as a bill has it: 2026-02-12 is 贰零贰陆年零贰月壹拾贰日.

    A 零 stands before the months 1, 2 and 10 and the days 1 to 10, 20 and 30, so that nothing can be
    put before them (支付结算办法 附一 第七条).
    """
    year = "".join(DIGITS[int(digit)] for digit in f"{on.year:04d}")
    month = ("零" if on.month in (1, 2, 10) else "") + number(on.month)
    day = ("零" if on.day <= 10 or on.day in (20, 30) else "") + number(on.day)
    return f"{year}年{month}月{day}日"


def spellings(fen: int, ending: Ending) -> Iterator[str]:
    """Yield the forms of an amount under one rule, the one we write first."""
    yuan, jiao, rest = fen // 100, fen // 10 % 10, fen % 10
    for after_section, before_jiao in product(("", "零"), ("零", "")):
        whole = number(yuan, after_section) + "元" if yuan else ""
        if not jiao and not rest:
            yield (whole or "零元") + "整"
            continue
        zero = "零" if whole and not jiao else before_jiao if whole and yuan % 10 == 0 else ""
        parts = (DIGITS[jiao] + "角" if jiao else "") + (DIGITS[rest] + "分" if rest else "")
        closing = "整" if not rest and ending is Ending.AFTER_JIAO_TOO else ""
        yield whole + zero + parts + closing


def number(whole: int, after_section: str = "") -> str:
    """Return a positive number in capital characters.

    ``after_section`` is what stands where a section ends in 0 and the next begins without one
    (107,000: 壹拾万柒仟 or 壹拾万零柒仟), where the rule leaves it open.
    """
    said = ""
    skipped = False  # whether a 0 lies between what is said and what comes
    for power in reversed(range(len(SECTIONS))):
        section = whole // 10000**power % 10000
        if not section:
            skipped = True
            continue
        if said:
            if skipped or section < 1000:
                said += "零"
            elif said_ends_in_zero(whole, power):
                said += after_section
        said += four_digits(section) + unit_of(whole, power)
        skipped = False
    return said


def said_ends_in_zero(whole: int, power: int) -> bool:
    return not whole // 10000 ** (power + 1) % 10


def unit_of(whole: int, power: int) -> str:
    """Return what closes a section: 万 of 亿 is 万 alone while a section of 亿 follows."""
    return "万" if power == 3 and whole // 10000**2 % 10000 else SECTIONS[power]


def four_digits(section: int) -> str:
    said = ""
    for power in reversed(range(len(PLACES))):
        digit = section // 10**power % 10
        if digit:
            said += DIGITS[digit] + PLACES[power]
        elif said and not said.endswith("零") and section % 10**power:
            said += "零"
    return said


PART: Final = re.compile(
    r"(?:(?P<yuan>[零壹贰叁肆伍陆柒捌玖拾佰仟万亿]+)元)?零?(?:(?P<jiao>[壹贰叁肆伍陆柒捌玖])角)?(?:(?P<fen>[壹贰叁肆伍陆柒捌玖])分)?整?"
)


def worth_of(plain: str) -> int | None:
    """Return the fen a text would mean if it were well formed, which is for the caller to see."""
    found = PART.fullmatch(plain)
    if found is None or not plain:
        return None
    jiao, rest = (DIGITS.index(found[part]) if found[part] else 0 for part in ("jiao", "fen"))
    return worth_of_whole(found["yuan"] or "") * 100 + jiao * 10 + rest


def worth_of_whole(text: str) -> int:
    total, section, digit = 0, 0, 0
    for mark in text:
        if mark in DIGITS:
            digit = DIGITS.index(mark)
        elif mark in PLACES:
            section += digit * 10 ** PLACES.index(mark)
            digit = 0
        elif mark == "万":
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        else:  # 亿 multiplies all that was said before it
            total, section, digit = (total + section + digit) * 10**8, 0, 0
    return total + section + digit
