"""The controls of who is paid out of a release or issued again: each a small named check of one payee.

``PAYEE_CONTROLS`` is the whole list; ``rules/control_list`` says at which places each looks.
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from payouts.rules.controls import Control, Facts


class PaidPayee(NamedTuple):
    """A payee and what the controls look at beside it; empty or None is not known.

    :param passbook: whether the account is the passbook of a unit
    :param holder: the name the bank holds for the account
    :param others: how many other people are paid to this account or have it as theirs
    :param officer: the officer of this system, another person, whose account it is
    :param refused: how the bank refused the account when it was last asked
    """

    name: str
    account: str
    pay_date: date
    passbook: bool = False
    holder: str = ""
    account_before: str = ""
    others: int = 0
    officer: str = ""
    refused: str = ""
    died_on: date | None = None


def dead(payee: PaidPayee) -> Facts | None:
    """Somebody is paid who has died by the pay date."""
    if payee.died_on is None or payee.died_on > payee.pay_date:
        return None
    return {"died_on": payee.died_on.isoformat()}


def account_shared(payee: PaidPayee) -> Facts | None:
    """The account is that of somebody else, too."""
    return {"people": str(payee.others + 1)} if payee.others else None


def name_differs(payee: PaidPayee) -> Facts | None:
    """The bank holds another name for the account, compared code point by code point."""
    if not payee.holder or payee.holder == payee.name:
        return None
    return {"name": payee.name, "holder": payee.holder}


def account_changed(payee: PaidPayee) -> Facts | None:
    """The account is not the one last paid; facts show only its last four digits."""
    if not payee.account_before or payee.account == payee.account_before:
        return None
    return {"before": payee.account_before[-4:], "now": payee.account[-4:]}


def account_of_officer(payee: PaidPayee) -> Facts | None:
    """The account belongs to an officer of this system who is somebody else."""
    return {"officer": payee.officer} if payee.officer and not payee.passbook else None


def passbook_of_officer(payee: PaidPayee) -> Facts | None:
    """The passbook of a unit is an officer's own account."""
    return {"officer": payee.officer} if payee.officer and payee.passbook else None


def account_refused(payee: PaidPayee) -> Facts | None:
    """The bank refused the account when it was last asked."""
    return {"refused": payee.refused, "account": payee.account[-4:]} if payee.refused else None


PAYEE_CONTROLS: tuple[tuple[Control, Callable[[PaidPayee], Facts | None]], ...] = (
    (Control.DEAD, dead),
    (Control.ACCOUNT_SHARED, account_shared),
    (Control.NAME_DIFFERS, name_differs),
    (Control.ACCOUNT_CHANGED, account_changed),
    (Control.ACCOUNT_OF_OFFICER, account_of_officer),
    (Control.PASSBOOK_OF_OFFICER, passbook_of_officer),
    (Control.ACCOUNT_REFUSED, account_refused),
)


def control_payee(*, payee: PaidPayee) -> list[tuple[Control, Facts]]:
    """Return what the controls find in one payee, in the order of the list."""
    found = ((control, check(payee)) for control, check in PAYEE_CONTROLS)
    return [(control, facts) for control, facts in found if facts is not None]
