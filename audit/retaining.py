"""Hold archives while an audit or a dispute is under way, and lift a hold by another officer."""

from datetime import datetime

from django.db import transaction

from audit.models import HoldLift, RetentionHold
from audit.refusals import refusals_named
from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.scopes import require_district


def set_hold(
    *, record_class: str, from_year: int, to_year: int, reason: str, officer: Officer, at: datetime
) -> RetentionHold:
    """Order that nothing of some years is destroyed; no class is all classes.

    :raises OfficerMayNot: without the post
    :raises SaysNothing: without a reason, or if the years run backwards
    :raises UnknownRecordClass: if there is no such class
    """
    require_post(officer, "audit.set_hold")
    require_district(officer)
    with refusals_named(), transaction.atomic():
        hold = RetentionHold.objects.create(
            record_class=record_class, from_year=from_year, to_year=to_year, reason=reason, set_by=officer, set_at=at
        )
        record_event(
            chain="",
            at=at,
            actor=officer.username,
            act="retention.hold",
            subject=f"hold/{hold.pk}",
            after={"class": record_class, "from": from_year, "to": to_year, "reason": reason},
        )
        return hold


def lift_hold(*, hold: RetentionHold, reason: str, officer: Officer, at: datetime) -> HoldLift:
    """End a hold that another officer has set.

    :raises OfficerMayNot: without the post
    :raises SamePerson: if the officer set it
    :raises ListFixed: if it is lifted
    :raises SaysNothing: without a reason
    """
    require_post(officer, "audit.lift_hold")
    require_district(officer)
    with refusals_named(), transaction.atomic():
        lift = HoldLift.objects.create(hold=hold, reason=reason, lifted_by=officer, lifted_at=at)
        record_event(
            chain="",
            at=at,
            actor=officer.username,
            act="retention.lift",
            subject=f"hold/{hold.pk}",
            after={"reason": reason},
        )
        return lift
