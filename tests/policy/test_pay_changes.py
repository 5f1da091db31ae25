"""What a person is due for a month: stops, newcomers, raises and new accounts, month against month."""

from datetime import date
from decimal import Decimal

import pytest

from payouts.rules.changes import (
    Change,
    ChangeKind,
    ChangeWithoutAmount,
    NotPaid,
    NotPaidReason,
    PayDue,
    settle,
)

NOVEMBER = date(2026, 11, 1)
DECLARED = {"POST_WAGE": Decimal("1370.00"), "GRADE_WAGE": Decimal("2898.00")}


def day(text: str) -> date:
    return date.fromisoformat(text)


def stop(effective: str, row: int = 2) -> Change:
    return Change(ChangeKind.STOP, day(effective), "", None, "", "", row)


def new(effective: str, item: str, amount: str, row: int = 2) -> Change:
    return Change(ChangeKind.NEW, day(effective), item, Decimal(amount), "", "", row)


def raised(effective: str, amount: str, item: str = "POST_WAGE", row: int = 2) -> Change:
    return Change(ChangeKind.RAISE, day(effective), item, Decimal(amount), "", "", row)


def account(effective: str, number: str, row: int = 2) -> Change:
    return Change(ChangeKind.ACCOUNT, day(effective), "", None, "银行", number, row)


def due(*changes: Change, declared: dict[str, Decimal] | None = DECLARED, roster_stop: str = "") -> PayDue:
    settled = settle(
        month=NOVEMBER, roster_stop=day(roster_stop) if roster_stop else None, declared=declared, changes=changes
    )
    assert isinstance(settled, PayDue)
    return settled


def not_paid(*changes: Change, declared: dict[str, Decimal] | None = DECLARED, roster_stop: str = "") -> NotPaidReason:
    settled = settle(
        month=NOVEMBER, roster_stop=day(roster_stop) if roster_stop else None, declared=declared, changes=changes
    )
    assert isinstance(settled, NotPaid)
    return settled.reason


def test_who_is_declared_and_unchanged_is_due_what_is_declared() -> None:
    assert due() == (DECLARED, None)


# Stops count from the next month


def test_a_stop_in_the_roster_counts_from_the_next_month() -> None:
    assert not_paid(roster_stop="2026-10-31") is NotPaidReason.STOPPED_IN_ROSTER
    assert not_paid(roster_stop="2025-12-31") is NotPaidReason.STOPPED_IN_ROSTER
    assert due(roster_stop="2026-11-01").amounts == DECLARED
    assert due(roster_stop="2026-11-30").amounts == DECLARED
    assert due(roster_stop="2027-01-01").amounts == DECLARED


def test_a_declared_stop_counts_from_the_next_month() -> None:
    assert not_paid(stop("2026-10-31")) is NotPaidReason.STOPPED_BY_CHANGE
    assert due(stop("2026-11-01")).amounts == DECLARED
    assert due(stop("2026-11-30")).amounts == DECLARED


def test_the_roster_is_told_before_the_change_and_the_change_before_a_missing_row() -> None:
    assert not_paid(stop("2026-10-01"), roster_stop="2026-10-01") is NotPaidReason.STOPPED_IN_ROSTER
    assert not_paid(stop("2026-10-01"), declared=None) is NotPaidReason.STOPPED_BY_CHANGE
    assert not_paid(roster_stop="2026-10-01", declared=None) is NotPaidReason.STOPPED_IN_ROSTER


def test_one_stop_among_several_is_enough() -> None:
    assert not_paid(stop("2026-11-05"), stop("2026-10-05", row=3)) is NotPaidReason.STOPPED_BY_CHANGE


# Newcomers


def test_nobody_is_due_anything_without_a_pay_row() -> None:
    assert not_paid(declared=None) is NotPaidReason.NO_PAY_ROW
    assert not_paid(raised("2026-09-01", "1500.00"), declared=None) is NotPaidReason.NO_PAY_ROW
    assert not_paid(account("2026-11-01", "6222"), declared=None) is NotPaidReason.NO_PAY_ROW


def test_a_newcomer_is_due_the_listed_amounts_in_full() -> None:
    changes = (new("2026-11-18", "POST_WAGE", "1370.00"), new("2026-11-18", "PENSION", "341.44", row=3))
    assert due(*changes, declared=None).amounts == {"POST_WAGE": Decimal("1370.00"), "PENSION": Decimal("341.44")}


def test_a_newcomer_of_the_next_month_is_not_due_yet() -> None:
    assert not_paid(new("2026-12-01", "POST_WAGE", "1.00"), declared=None) is NotPaidReason.NO_PAY_ROW
    assert due(new("2026-11-30", "POST_WAGE", "1.00"), declared=None).amounts == {"POST_WAGE": 1}


def test_who_is_declared_is_no_newcomer() -> None:
    assert due(new("2026-11-18", "POST_WAGE", "9.00")).amounts == DECLARED


# Raises count from the month after


def test_a_raise_counts_from_the_month_after_it_took_effect() -> None:
    assert due(raised("2026-10-31", "1500.00")).amounts == {**DECLARED, "POST_WAGE": Decimal("1500.00")}
    assert due(raised("2026-11-01", "1500.00")).amounts == DECLARED
    assert due(raised("2026-12-01", "1500.00")).amounts == DECLARED


def test_a_raise_can_bring_an_item_that_was_not_declared() -> None:
    assert due(raised("2026-10-01", "200.00", "TOWNSHIP_ALLOWANCE")).amounts["TOWNSHIP_ALLOWANCE"] == 200


def test_of_several_raises_of_an_item_the_latest_before_the_month_rules() -> None:
    changes = (
        raised("2026-10-20", "1700.00", row=2),
        raised("2026-09-20", "1600.00", row=3),
        raised("2026-11-02", "1800.00", row=4),
    )
    assert due(*changes).amounts["POST_WAGE"] == Decimal("1700.00")


def test_of_two_raises_of_one_day_the_later_row_rules() -> None:
    changes = (raised("2026-10-20", "1700.00", row=9), raised("2026-10-20", "1600.00", row=8))
    assert due(*changes).amounts["POST_WAGE"] == Decimal("1700.00")


def test_raises_of_different_items_do_not_touch_each_other() -> None:
    changes = (raised("2026-10-20", "1700.00"), raised("2026-09-20", "3000.00", "GRADE_WAGE", row=3))
    assert due(*changes).amounts == {"POST_WAGE": Decimal("1700.00"), "GRADE_WAGE": Decimal("3000.00")}


def test_the_declared_amounts_are_left_as_they_are() -> None:
    declared = dict(DECLARED)
    due(raised("2026-10-20", "1700.00"), declared=declared)
    assert declared == DECLARED


@pytest.mark.parametrize("kind", [ChangeKind.RAISE, ChangeKind.NEW])
@pytest.mark.parametrize(("item", "amount"), [("POST_WAGE", None), ("", Decimal(1))])
def test_an_amount_that_is_not_named_is_refused(kind: ChangeKind, item: str, amount: Decimal | None) -> None:
    change = Change(kind, day("2026-10-20"), item, amount, "", "", 7)
    with pytest.raises(ChangeWithoutAmount, match="row 7"):
        settle(
            month=NOVEMBER,
            roster_stop=None,
            declared=DECLARED if kind is ChangeKind.RAISE else None,
            changes=[change],
        )


# Accounts count at once


@pytest.mark.parametrize("effective", ["2026-10-31", "2026-11-01", "2026-11-30"])
def test_a_new_account_counts_at_once(effective: str) -> None:
    change = account(effective, "6222080112554552828")
    assert due(change).account == change


def test_the_latest_account_rules() -> None:
    changes = (account("2026-11-12", "1", row=2), account("2026-11-09", "2", row=3))
    assert due(*changes).account == changes[0]
    same_day = (account("2026-11-12", "1", row=2), account("2026-11-12", "2", row=3))
    assert due(*same_day).account == same_day[1]


def test_any_day_of_the_month_names_it() -> None:
    for text in ("2026-11-01", "2026-11-30"):
        settled = settle(month=day(text), roster_stop=day("2026-11-15"), declared=DECLARED)
        assert isinstance(settled, PayDue)
