"""Unified social credit codes of organisations: 18 characters with a check character (GB 32100)."""

import re

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
FORM = re.compile(f"[{ALPHABET}]{{18}}")


def is_sound_code(code: str) -> bool:
    """Say whether a code has the form and the check character of a unified social credit code."""
    return FORM.fullmatch(code) is not None and credit_check(code) == code[17]


def credit_check(code: str) -> str:
    """Return the check character of the first 17 characters of a credit code."""
    total = sum(ALPHABET.index(mark) * weight for mark, weight in zip(code, WEIGHTS, strict=False))
    return ALPHABET[-total % 31]
