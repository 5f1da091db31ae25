"""The numbers of receipts, the limits of issuing them and the years of keeping their stubs."""

from datetime import date
from decimal import Decimal

import pytest

from treasury.policy import treasury_policies
from treasury.rules.receipts import (
    IssueFault,
    IssueLimits,
    issue_fault,
    issue_limits,
    ranges_of,
    split_receipt,
    stubs_kept_until,
)

DAY = date(2026, 7, 6)
LIMITS = IssueLimits(per_issue=100, open_share=Decimal(20))


@pytest.mark.parametrize(
    ("printed", "parts"),
    [
        ("吉财0000101", ("吉财", "0000101")),
        ("吉财2026-0101", ("吉财2026-", "0101")),
        ("0101", ("", "0101")),
        ("吉财", ("吉财", "")),
        ("吉财01A", ("吉财01A", "")),
        ("吉财٠١", ("吉财٠١", "")),
    ],
)
def test_a_printed_number_is_its_last_digits_after_a_prefix(printed: str, parts: tuple[str, str]) -> None:
    assert split_receipt(printed) == parts


@pytest.mark.parametrize(
    ("numbers", "ranges"), [([], []), ([7], [(7, 7)]), ([9, 3, 5, 4], [(3, 5), (9, 9)]), ([1, 3], [(1, 1), (3, 3)])]
)
def test_numbers_are_told_as_ranges(numbers: list[int], ranges: list[tuple[int, int]]) -> None:
    assert ranges_of(numbers) == ranges


@pytest.mark.parametrize(("asked", "fault"), [(100, None), (101, IssueFault.TOO_MANY)])
def test_one_issue_is_limited(asked: int, fault: IssueFault | None) -> None:
    assert issue_fault(limits=LIMITS, asked=asked, issued_before=0, open_before=0) == fault


@pytest.mark.parametrize(
    ("issued", "still_open", "fault"),
    [(0, 0, None), (10, 2, None), (10, 3, IssueFault.OLD_ONES_OPEN), (11, 2, None), (9, 2, IssueFault.OLD_ONES_OPEN)],
)
def test_a_new_book_waits_while_more_than_the_share_of_the_old_ones_is_open(
    issued: int, still_open: int, fault: IssueFault | None
) -> None:
    assert issue_fault(limits=LIMITS, asked=1, issued_before=issued, open_before=still_open) == fault


def test_the_shipped_limits_are_marked_as_not_verified() -> None:
    assert issue_limits(policies=treasury_policies(), on=DAY) == IssueLimits(500, Decimal(20))
    assert not treasury_policies()["receipt_issue"].dated_on(DAY).verified


@pytest.mark.parametrize(
    ("closed", "until"),
    [(DAY, date(2031, 7, 6)), (date(2028, 2, 29), date(2033, 3, 1)), (date(2026, 12, 31), date(2031, 12, 31))],
)
def test_stubs_are_kept_five_years(closed: date, until: date) -> None:
    assert stubs_kept_until(policies=treasury_policies(), closed_on=closed) == until
    assert treasury_policies()["receipt_stub_years"].dated_on(closed).verified
