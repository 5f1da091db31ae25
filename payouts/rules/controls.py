"""The controls of a computed run: each is one small named check of one person or one unit.

``PERSON_CONTROLS`` and ``UNIT_CONTROLS`` name them; ``rules/control_list`` names all controls. One that finds
something answers the facts an officer needs. What blocks must be put right before the run goes on; what is to
sign waits for an officer's signed reason; the rest is told: the policy ``checks/controls`` says which.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from payouts.rules.changes import month_number
from payouts.rules.comparison import ChangeLimits, is_over
from payouts.rules.contributions import BaseBounds
from payouts.rules.income_tax import YearToDate
from payouts.rules.payroll import Pay

Facts = Mapping[str, str]


class Severity(StrEnum):
    """What an exception asks for."""

    BLOCK = "BLOCK"
    SIGN = "SIGN"
    INFO = "INFO"


class Control(StrEnum):
    """The name of each control."""

    NET_NEGATIVE = "net_negative"
    DEAD = "dead"
    ACCOUNT_SHARED = "account_shared"
    NAME_DIFFERS = "name_differs"
    GROSS_ZERO = "gross_zero"
    CHANGE_OVER_LIMIT = "change_over_limit"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_OF_OFFICER = "account_of_officer"
    TAX_DIFFERS_FROM_RECORDS = "tax_differs_from_records"
    CONTRIBUTION_BASE_OUT_OF_BOUNDS = "contribution_base_out_of_bounds"
    UNIT_REPORTS_NOTHING = "unit_reports_nothing"
    OVER_ESTABLISHMENT = "over_establishment"
    PASSBOOK_OF_OFFICER = "passbook_of_officer"
    ACCOUNT_REFUSED = "account_refused"


class ControlLimits(NamedTuple):
    """What the controls of a month measure by."""

    month: date
    change: ChangeLimits
    base: BaseBounds


class PersonPay(NamedTuple):
    """One person's computed pay and what the controls look at beside it; empty or None is not known.

    :param before: the same figure as ``pay.gross`` of last month, None for who was not paid then
    :param holder: the name the bank holds for the account
    :param account: empty where the unit's passbook is paid
    :param sharers: how many people of the run are paid to this account, this one included
    :param officer: the officer of this system, another person, whose account it is
    :param refused: how the bank refused the account when it was last asked
    :param reported: the year to date that the unit's file says, where ours is known
    """

    pay: Pay
    limits: ControlLimits
    name: str
    before: Decimal | None = None
    holder: str = ""
    account: str = ""
    account_before: str = ""
    sharers: int = 1
    officer: str = ""
    refused: str = ""
    died_on: date | None = None
    contribution_base: Decimal | None = None
    recorded: YearToDate | None = None
    reported: YearToDate | None = None


class UnitReport(NamedTuple):
    """What a unit sent for a month and who is paid there; None is not known.

    :param rows: its pay rows
    :param staff: its staff in the run
    :param in_posts: how many of the people paid in the month stand in posts (在编); 编外 people never count
    :param establishment: how many posts the unit has
    :param passbook_of: the officer whose own account the unit's passbook is
    """

    rows: int
    staff: int
    in_posts: int = 0
    establishment: int | None = None
    passbook_of: str = ""


class Exceptional(NamedTuple):
    """What a control found."""

    control: Control
    facts: Facts


def net_negative(person: PersonPay) -> Facts | None:
    """Deductions and tax are more than the gross pay."""
    pay = person.pay
    if pay.net >= 0:
        return None
    return {"gross": str(pay.gross), "deductions": str(pay.deductions), "tax": str(pay.tax), "net": str(pay.net)}


def dead(person: PersonPay) -> Facts | None:
    """Somebody who died before the month is in the run; the month of death is paid."""
    if person.died_on is None or month_number(person.died_on) >= month_number(person.limits.month):
        return None
    return {"died_on": person.died_on.isoformat()}


def account_shared(person: PersonPay) -> Facts | None:
    """Several people of the run are paid to one account."""
    return {"people": str(person.sharers)} if person.account and person.sharers > 1 else None


def name_differs(person: PersonPay) -> Facts | None:
    """The bank holds another name for the account, compared code point by code point."""
    if not person.account or not person.holder or person.holder == person.name:
        return None
    return {"name": person.name, "holder": person.holder}


def gross_zero(person: PersonPay) -> Facts | None:
    """Somebody in the run is due nothing, or less."""
    return None if person.pay.gross > 0 else {"gross": str(person.pay.gross)}


def change_over_limit(person: PersonPay) -> Facts | None:
    """The gross pay moved over a limit since last month."""
    before, now = person.before, person.pay.gross
    if before is None or not is_over(before=before, now=now, limits=person.limits.change):
        return None
    return {"before": str(before), "now": str(now), "change": str(now - before)}


def account_changed(person: PersonPay) -> Facts | None:
    """The account is not the one last paid; facts show only its last four digits."""
    if not person.account_before or person.account == person.account_before:
        return None
    return {"before": person.account_before[-4:], "now": person.account[-4:]}


def account_of_officer(person: PersonPay) -> Facts | None:
    """The account belongs to an officer of this system who is somebody else."""
    return {"officer": person.officer} if person.account and person.officer else None


def account_refused(person: PersonPay) -> Facts | None:
    """The bank refused the account when it was last asked."""
    return {"refused": person.refused, "account": person.account[-4:]} if person.refused else None


def tax_differs_from_records(person: PersonPay) -> Facts | None:
    """The year to date that the unit reports is not what our own records say; ours rules."""
    if person.recorded is None or person.reported is None or person.recorded == person.reported:
        return None
    ours, theirs = person.recorded._asdict(), person.reported._asdict()
    return {field: f"{ours[field]} / {theirs[field]}" for field in ours if ours[field] != theirs[field]}


def contribution_base_out_of_bounds(person: PersonPay) -> Facts | None:
    """The base that the declared contribution stands for is below the floor or above the cap."""
    base, bounds = person.contribution_base, person.limits.base
    if base is None or bounds.floor <= base <= bounds.cap:
        return None
    return {"base": str(base), "floor": str(bounds.floor), "cap": str(bounds.cap)}


def unit_reports_nothing(report: UnitReport) -> Facts | None:
    """A unit sent no pay rows: it is paid as last month (视同无变化)."""
    return None if report.rows else {"staff": str(report.staff)}


def over_establishment(report: UnitReport) -> Facts | None:
    """More people in posts (在编) are paid in a unit than it has posts (超编人员不得列入统发)."""
    if report.establishment is None or report.in_posts <= report.establishment:
        return None
    return {"staff": str(report.in_posts), "establishment": str(report.establishment)}


def passbook_of_officer(report: UnitReport) -> Facts | None:
    """The passbook of the unit is an officer's own account."""
    return {"officer": report.passbook_of} if report.passbook_of else None


PERSON_CONTROLS: tuple[tuple[Control, Callable[[PersonPay], Facts | None]], ...] = (
    (Control.NET_NEGATIVE, net_negative),
    (Control.DEAD, dead),
    (Control.ACCOUNT_SHARED, account_shared),
    (Control.NAME_DIFFERS, name_differs),
    (Control.GROSS_ZERO, gross_zero),
    (Control.CHANGE_OVER_LIMIT, change_over_limit),
    (Control.ACCOUNT_CHANGED, account_changed),
    (Control.ACCOUNT_OF_OFFICER, account_of_officer),
    (Control.ACCOUNT_REFUSED, account_refused),
    (Control.TAX_DIFFERS_FROM_RECORDS, tax_differs_from_records),
    (Control.CONTRIBUTION_BASE_OUT_OF_BOUNDS, contribution_base_out_of_bounds),
)
UNIT_CONTROLS: tuple[tuple[Control, Callable[[UnitReport], Facts | None]], ...] = (
    (Control.UNIT_REPORTS_NOTHING, unit_reports_nothing),
    (Control.OVER_ESTABLISHMENT, over_establishment),
    (Control.PASSBOOK_OF_OFFICER, passbook_of_officer),
)


def control_person(*, person: PersonPay) -> list[Exceptional]:
    """Return what the controls find in one person's pay, in the order of the list."""
    found = ((control, check(person)) for control, check in PERSON_CONTROLS)
    return [Exceptional(control, facts) for control, facts in found if facts is not None]


def control_unit(*, report: UnitReport) -> list[Exceptional]:
    """Return what the controls find in one unit's report, in the order of the list."""
    found = ((control, check(report)) for control, check in UNIT_CONTROLS)
    return [Exceptional(control, facts) for control, facts in found if facts is not None]
