"""Numbers of people and accounts as those may see them who need not have them in full. Values only.

``masked`` does in Python what ``ledger_mask`` does in the auditor's views (promises/views.sql).
"""

import re
from typing import Final

STARS: Final = "*" * 8
LONG_NUMBER: Final = re.compile(r"([0-9]{3})[0-9]{5,}([0-9]{3}[0-9Xx])")


def masked(text: str) -> str:
    """Return a text in which every long number keeps its first three and last four places only."""
    return LONG_NUMBER.sub(rf"\1{STARS}\2", text)


def masked_id(number: str) -> str:
    """Return an ID number with its first three and last four places: 220********0011.

    What is too short or too strange for one shows nothing of itself.
    """
    if not number:
        return ""
    return masked(number) if LONG_NUMBER.fullmatch(number) else STARS


def masked_name(name: str) -> str:
    """Return a name with its first character only: 王＊＊."""
    return name[:1] + "＊" * (len(name) - 1)


def masked_account(number: str) -> str:
    """Return an account number with its last four places only: ********8903.

    A number of fewer than eight places shows nothing of itself.
    """
    if not number:
        return ""
    return STARS + (number[-4:] if len(number) >= 8 else "")
