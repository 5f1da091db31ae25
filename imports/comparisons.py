"""Which checks each layout goes through, in their order; the list is the documentation."""

from collections.abc import Sequence

from imports import comparing_benefits
from imports.comparing import (
    Check,
    accounts_are_their_own,
    nobody_stopped_is_paid,
    persons_are_accepted,
    persons_are_there_once,
    receipts_are_used_once,
    townships_are_known,
    townships_are_there_once,
    units_are_known,
    units_are_there_once,
)
from imports.comparing_claims import decide_claims

CHECKS: dict[str, Sequence[Check]] = {
    "UNITS": (units_are_there_once,),
    "ROSTER": (persons_are_there_once, units_are_known, accounts_are_their_own),
    "PAY_ITEMS": (persons_are_there_once, units_are_known, persons_are_accepted, nobody_stopped_is_paid),
    "CHANGES": (persons_are_accepted,),
    "YEAR_TO_DATE": (persons_are_there_once, persons_are_accepted),
    "DEATHS": (),
    "BENEFITS": comparing_benefits.CHECKS,
    "INCOME": (townships_are_known, receipts_are_used_once),
    "PLAN": (townships_are_there_once, townships_are_known),
    "OLD_DEBTS": (townships_are_there_once, townships_are_known),
    "UNPAID_SALARIES": (townships_are_known,),
    "SUB_ACCOUNTS": (townships_are_there_once, townships_are_known),
    "CLAIMS": (decide_claims,),
}
