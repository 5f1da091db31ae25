"""Record the approved posts of units (编制) by two officers, and the accounts that are officers' own."""

from datetime import date, datetime

from django.db import transaction

from ledger.masking import masked_account
from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.models import Establishment, OfficerAccount, Unit
from treasury.refusals import StateRefuses, refusals_named

CHAIN = ""  # the trail of acts that belong to no single book


def record_establishment(
    *, unit: Unit, approved: int, effective_from: date, paper: str, officer: Officer, at: datetime
) -> Establishment:
    """Record how many posts a unit has from a day on; it counts once another officer confirmed it."""
    require_post(officer, "treasury.record_establishment")
    with refusals_named(), transaction.atomic():
        recorded = Establishment.objects.create(
            unit=unit,
            approved=approved,
            effective_from=effective_from,
            paper=paper,
            recorded_by=officer,
            recorded_at=at,
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="establishment.record",
            subject=f"establishment/{recorded.pk}",
            after={"unit": unit.code, "approved": approved, "from": effective_from, "paper": paper},
        )
        return recorded


def confirm_establishment(*, establishment: Establishment, officer: Officer, at: datetime) -> Establishment:
    """Confirm recorded posts.

    :raises OneOfficerTwice: if the officer recorded them
    :raises StateRefuses: if they are confirmed already
    """
    require_post(officer, "treasury.confirm_establishment")
    with refusals_named(), transaction.atomic():
        establishment = Establishment.objects.select_for_update().get(pk=establishment.pk)
        if establishment.confirmed_by_id is not None:
            raise StateRefuses("establishment_is_fixed", {"establishment": establishment.pk})
        establishment.confirmed_by, establishment.confirmed_at = officer, at
        establishment.save(update_fields=["confirmed_by", "confirmed_at"])
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="establishment.confirm",
            subject=f"establishment/{establishment.pk}",
            after={"approved": establishment.approved, "from": establishment.effective_from},
        )
        return establishment


def record_officer_account(
    *, holder: Officer, number: str, holder_number: str, officer: Officer, at: datetime
) -> OfficerAccount:
    """Record a bank account as an officer's own, with the ID number that tells the officer's own pay apart.

    :raises OwnAccount: if the officer records his own
    """
    require_post(officer, "treasury.record_officer_account")
    with refusals_named(), transaction.atomic():
        recorded = OfficerAccount.objects.create(
            officer=holder, number=number, holder_number=holder_number, recorded_by=officer, recorded_at=at
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="officer.account",
            subject=f"officer/{holder.username}",
            after={"account": masked_account(number)},
        )
        return recorded
