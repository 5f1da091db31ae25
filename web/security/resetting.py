"""Take away the second factor of an officer who has lost the device: one officer asks, another confirms."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from ledger.refusals import OfficerMayNot
from web.models import FactorReset
from web.security.refusals import OfficerUnknown, ReasonMissing, ResetNeedsTwo, ResetNotOpen
from web.security.sessions import end_sessions

OPEN_FOR: Final = timedelta(days=1)
CONFIRMING: Final = ("treasury.give_post", "treasury.confirm_post")


@transaction.atomic
def ask_for_reset(*, username: str, reason: str, officer: Officer, at: datetime) -> FactorReset:
    """Ask for the reset of an officer's second factor.

    :raises OfficerMayNot: if the one who asks gives no posts
    :raises OfficerUnknown: if there is no officer of that name
    :raises ReasonMissing: if no reason is given
    :raises ResetNeedsTwo: if it is one's own
    """
    require_post(officer, "treasury.give_post")
    if not reason.strip():
        raise ReasonMissing("factor_reset_has_its_reason")
    holder = Officer.objects.filter(username=username).first()
    if holder is None:
        raise OfficerUnknown("officer_is_appointed")
    if holder.pk == officer.pk:
        raise ResetNeedsTwo("nobody_resets_his_own_factor", {"officer": officer.username})
    reset = FactorReset.objects.create(officer=holder, reason=reason.strip()[:200], asked_by=officer, asked_at=at)
    record_event(
        chain="",
        at=at,
        actor=officer.username,
        act="officer.factor_reset_ask",
        subject=f"officer/{username}",
        after={"reset": reset.pk, "reason": reset.reason},
    )
    return reset


@transaction.atomic
def confirm_reset(*, reset_id: int, officer: Officer, at: datetime) -> FactorReset:
    """Confirm a reset: the device, the backup codes and all sessions of the officer end.

    :raises OfficerMayNot: if the one who confirms neither gives nor confirms posts
    :raises ResetNotOpen: if there is no such request, or it is confirmed or too old
    :raises ResetNeedsTwo: if the one who confirms has asked for it, or it is his own
    """
    if not officer.is_active or not any(officer.has_perm(act) for act in CONFIRMING):
        raise OfficerMayNot("officer_holds_the_post", {"officer": officer.username, "act": "confirm_post"})
    reset = open_resets(at=at).select_for_update(of=("self",)).filter(pk=reset_id).first()
    if reset is None:
        raise ResetNotOpen("factor_reset_is_open", {"reset": reset_id})
    if officer.pk in (reset.asked_by_id, reset.officer_id):
        raise ResetNeedsTwo("factor_reset_by_two", {"officer": officer.username})
    reset.confirmed_by, reset.confirmed_at = officer, at
    reset.save(update_fields=["confirmed_by", "confirmed_at"])
    TOTPDevice.objects.filter(user=reset.officer).delete()
    StaticDevice.objects.filter(user=reset.officer).delete()
    end_sessions(officer=reset.officer)
    record_event(
        chain="",
        at=at,
        actor=officer.username,
        act="officer.factor_reset",
        subject=f"officer/{reset.officer.username}",
        after={"reset": reset.pk, "asked_by": reset.asked_by.username},
    )
    return reset


def open_resets(*, at: datetime) -> QuerySet[FactorReset]:
    """Return the resets that wait for their confirmation, oldest first."""
    waiting = FactorReset.objects.filter(confirmed_at=None, asked_at__gt=at - OPEN_FOR)
    return waiting.select_related("officer", "asked_by").order_by("asked_at")
