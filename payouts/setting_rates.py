"""Add dated values of schemes: one officer proposes with the notice, another decides; nothing is edited."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.benefit_facts import schemes_in_use
from payouts.models import SchemeValue, SchemeValueApproval
from payouts.refusals import SameOfficer, UnknownScheme, WrongState, refusals_named
from payouts.running import CHAIN


def propose_value(
    *, scheme: str, grade: str, effective_from: date, amount: Decimal, reference: str, officer: Officer, at: datetime
) -> SchemeValue:
    """Propose a value of a scheme from a month on, with the notice that sets it.

    A month that was run already turns out otherwise then: the next run pays or recovers the difference.

    :raises UnknownScheme: if the district has no such scheme, or the scheme no such grade
    """
    require_post(officer, "payouts.propose_rate")
    with refusals_named(), transaction.atomic():
        schemes = schemes_in_use(month=effective_from)
        if scheme not in schemes or (grade and grade not in schemes[scheme].grades_on(effective_from)):
            raise UnknownScheme(
                "scheme_is_known", {"scheme": scheme, "grade": grade, "known": ", ".join(sorted(schemes))}
            )
        value = SchemeValue.objects.create(
            scheme=scheme,
            grade=grade,
            effective_from=effective_from,
            amount=amount,
            reference=reference,
            proposed_by=officer,
            proposed_at=at,
        )
        tell("scheme.propose", value, officer, at)
        return value


def decide_value(*, value: SchemeValue, approved: bool, officer: Officer, at: datetime) -> SchemeValueApproval:
    """Approve or refuse a proposed value; an approved one counts for every run computed after it.

    :raises SameOfficer: if the officer proposed it
    :raises WrongState: if it is decided
    """
    require_post(officer, "payouts.approve_rate")
    if value.proposed_by_id == officer.username:
        raise SameOfficer("scheme_value_four_eyes", {"officer": officer.username})
    with refusals_named(), transaction.atomic():
        if SchemeValueApproval.objects.filter(value=value).exists():
            raise WrongState("scheme_value_is_decided_once", {"value": value.pk})
        decision = SchemeValueApproval.objects.create(
            value=value, is_approved=approved, decided_by=officer, decided_at=at
        )
        tell("scheme.approve" if approved else "scheme.refuse", value, officer, at)
        return decision


def tell(act: str, value: SchemeValue, officer: Officer, at: datetime) -> None:
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act=act,
        subject=f"scheme/{value.scheme}",
        after={"value": value.pk, "from": value.effective_from, "amount": value.amount, "reference": value.reference},
    )
