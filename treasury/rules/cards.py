"""Numbers of bank cards: 16 to 19 digits from 62 that pass Luhn's check. Passbooks have no public check."""

import re

CARD_FORM = re.compile(r"62\d{14,17}", re.ASCII)


def is_sound_account(number: str) -> bool:
    """Say whether an account number can be right: a card must pass its check."""
    return CARD_FORM.fullmatch(number) is None or passes_luhn(number)


class LuhnPart(dict[str, int]):
    """The Luhn sums of four digits that end at an even place from the right."""

    def __missing__(self, digits: str) -> int:
        once, twice = digits[-1::-2], digits[-2::-2]
        self[digits] = total = sum(map(int, once)) + sum(sum(divmod(2 * int(digit), 10)) for digit in twice)
        return total


LUHN = LuhnPart()


def passes_luhn(digits: str) -> bool:
    """Say whether the digits of a card, at most 20, pass Luhn's check (ISO/IEC 7812)."""
    full = digits.zfill(20)
    return (LUHN[full[:4]] + LUHN[full[4:8]] + LUHN[full[8:12]] + LUHN[full[12:16]] + LUHN[full[16:]]) % 10 == 0
