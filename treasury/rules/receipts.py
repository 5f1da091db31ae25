"""The numbers of receipts as they are printed, and how many a township may be given at once (分次限量, 验旧换新)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from ledger.policies import PolicySet, as_number, as_record, as_whole_number

DIGITS = "0123456789"


def split_receipt(printed: str) -> tuple[str, str]:
    """Return what stands before the last digits of a printed number, and these digits."""
    prefix = printed.rstrip(DIGITS)
    return prefix, printed[len(prefix) :]


def ranges_of(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return numbers as ranges from first to last, such as 3, 4, 5, 9 as (3, 5), (9, 9)."""
    ordered = sorted(numbers)
    runs = groupby(enumerate(ordered), key=lambda pair: pair[1] - pair[0])
    return [(run[0], run[-1]) for _offset, pairs in runs if (run := [number for _at, number in pairs])]


class IssueFault(StrEnum):
    """Why a book is not issued."""

    TOO_MANY = "too_many"
    OLD_ONES_OPEN = "old_ones_open"


@dataclass(frozen=True, slots=True)
class IssueLimits:
    """How many numbers are issued at once, and how many percent of the earlier ones may be open then."""

    per_issue: int
    open_share: Decimal


def issue_limits(*, policies: PolicySet, on: date) -> IssueLimits:
    """Return the limits of issuing on a day."""
    value = as_record(policies["receipt_issue"].value_on(on), "per_issue", "open_share")
    return IssueLimits(as_whole_number(value["per_issue"]), as_number(value["open_share"]))


def issue_fault(*, limits: IssueLimits, asked: int, issued_before: int, open_before: int) -> IssueFault | None:
    """Return why a book of ``asked`` numbers is not issued to who has ``open_before`` of ``issued_before`` left."""
    if asked > limits.per_issue:
        return IssueFault.TOO_MANY
    if open_before * 100 > issued_before * limits.open_share:
        return IssueFault.OLD_ONES_OPEN
    return None


def stubs_kept_until(*, policies: PolicySet, closed_on: date) -> date:
    """Return the first day on which the stubs of a closed book need no longer be kept."""
    years = as_whole_number(policies["receipt_stub_years"].value_on(closed_on))
    if (closed_on.month, closed_on.day) == (2, 29):
        return date(closed_on.year + years, 3, 1)
    return closed_on.replace(year=closed_on.year + years)
