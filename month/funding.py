"""The district-and-township side of a month, as a demo lets invented officers take it: sweep, release, settle.

Real officers take the same acts one by one (``month sweep``, ``allot``, ``settle``, ``agree``, ``rebate``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.models import Officer
from ledger.recording import record_refusal
from month.beginning import open_months
from month.posts import demo_officer
from treasury.collecting import Swept, sweep_income
from treasury.models import Claim, Release
from treasury.models.words import ReleaseKind, ReleaseStatus
from treasury.refusals import UnableToFund
from treasury.releasing import release_funds
from treasury.settlement_figures import end_of_month
from treasury.settling import Settled, approve_settlements, post_settlements, prepare_settlements


@dataclass(frozen=True, slots=True)
class Held:
    """A release that was refused and waits, with the reason."""

    release: Release
    refusal: UnableToFund


def sweep_month(*, month: date, at: datetime) -> Swept:
    """Post the income of a month and sweep it."""
    open_months(day=month, officer=demo_officer("chief_accountant"), at=at)
    return sweep_income(month=month, cashier=demo_officer("cashier"), at=at)


def settle_month(*, month: date, at: datetime) -> Settled:
    """Settle a month: three officers prepare, approve and post it."""
    open_months(day=end_of_month(month), officer=demo_officer("chief_accountant"), at=at)
    prepare_settlements(month=month, officer=demo_officer("preparer"), at=at)
    approve_settlements(month=month, officer=demo_officer("reviewer"), at=at)
    return post_settlements(month=month, cashier=demo_officer("cashier"), at=at)


def release_waiting(
    *, month: date, kinds: Sequence[ReleaseKind], officer: Officer, at: datetime
) -> tuple[Sequence[Release], Sequence[Held]]:
    """Release what waits for a month, the highest rank first; what is refused waits on and is told."""
    released, held = [], []
    waiting = Release.objects.filter(month=month, kind__in=kinds, status=ReleaseStatus.WAITING)
    for release in waiting.order_by("township__number", "rank", "pk"):
        try:
            released.append(release_funds(release=release, officer=officer, at=at))
        except UnableToFund as refusal:
            record_refusal(
                chain="",
                at=at,
                actor=officer.username,
                act="release.release",
                subject=f"release/{release.pk}",
                refusal=refusal,
            )
            held.append(Held(release, refusal))
    return released, held


def claims_day(*, month: date, pay_date: date) -> date:
    """Return the day on which the claims of a month are paid: the pay date, or the last one was signed on."""
    signed = Claim.objects.filter(month=month, status="ACCEPTED").order_by("-signed_on").first()
    if signed is None or signed.signed_on is None:
        return pay_date
    return max(pay_date, signed.signed_on)
