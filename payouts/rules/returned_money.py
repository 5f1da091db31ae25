"""What policy says of money that comes back: when a corrected account is paid, how much a plan keeps back."""

from datetime import date, timedelta
from decimal import Decimal

from ledger.money import ZERO, round_down
from ledger.policies import PolicySet, as_number, as_whole_number


def payable_from(*, approved_on: date, policies: PolicySet) -> date:
    """Return the first day on which an account that was corrected on a day may be paid."""
    days = as_whole_number(policies["account_cool_off"].value_on(approved_on))
    return approved_on + timedelta(days=days)


def usual_share(*, month: date, policies: PolicySet) -> Decimal:
    """Return the share in percent of what is due in a month that a plan keeps back where none is agreed."""
    return as_number(policies["recovery_cap"].value_on(month))


def cap_of(*, instalment: Decimal | None, share: Decimal | None, due: Decimal) -> Decimal:
    """Return what a plan keeps back of a month at most in which so much is due; a share is cut off to the fen."""
    if instalment is not None:
        return instalment
    return round_down(due * (share or ZERO) / 100)
