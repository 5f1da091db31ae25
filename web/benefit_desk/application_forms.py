"""An application as it is typed: the fields as they were sent, and what is applied for."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.http import QueryDict

from payouts.applying import AppliedAccount, AppliedFor
from payouts.models.words import AccountKind
from treasury.models import Township
from web.benefit_desk.asked import FieldUnread, amount_or_none, day_in, day_or_none, text_in

# The fields of the form, each with the places it takes at most.
FIELDS: Final[Mapping[str, int]] = {
    "name": 80,
    "id_number": 18,
    "scheme": 60,
    "grade": 20,
    "own_amount": 20,
    "claimed_from": 10,
    "ended_on": 10,
    "township": 9,
    "village": 60,
    "household": 40,
    "household_kind": 20,
    "residence": 20,
    "relation": 20,
    "certificate": 40,
    "applied_on": 10,
    "paper": 200,
    "account": 40,
    "bank": 80,
    "holder": 80,
    "why": 200,
}


def typed_in(sent: QueryDict) -> Mapping[str, str]:
    """Return the fields of a form that was sent."""
    return {name: text_in(sent, name, longest) for name, longest in FIELDS.items()}


def empty_form(today: date) -> Mapping[str, str]:
    """Return the form of a new application."""
    return {**dict.fromkeys(FIELDS, ""), "claimed_from": f"{today}", "applied_on": f"{today}"}


def applied_for(typed: Mapping[str, str]) -> AppliedFor:
    """Return what a form applies for.

    :raises FieldUnread: if a day, an amount or the township cannot be read
    """
    township = Township.objects.filter(code=typed["township"]).first()
    if township is None:
        raise FieldUnread("township_is_chosen")
    return AppliedFor(
        id_number=typed["id_number"].upper(),
        name=typed["name"],
        scheme=typed["scheme"],
        township=township,
        village=typed["village"],
        claimed_from=day_in(typed["claimed_from"]),
        ended_on=day_or_none(typed["ended_on"]),
        paper=typed["paper"],
        grade=typed["grade"],
        own_amount=amount_or_none(typed["own_amount"]),
        certificate=typed["certificate"],
        household=typed["household"],
        household_kind=typed["household_kind"],
        residence=typed["residence"],
        relation=typed["relation"],
        account=account_in(typed, typed["name"]) if typed["account"] else None,
    )


def account_in(typed: Mapping[str, str], name: str) -> AppliedAccount:
    """Return the account of a form: the person's own, or of the holder who is named."""
    number = typed["account"].replace(" ", "")
    if not typed["holder"] or typed["holder"] == name:
        return AppliedAccount(number=number, bank=typed["bank"], holder_name=name)
    return AppliedAccount(number, typed["bank"], typed["holder"], AccountKind.GUARDIAN, typed["why"])
