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
from payouts.disbursing import LeftOut, build_release_batches
from payouts.models import Batch
from treasury.models import Claim, Release
from treasury.models.words import ReleaseKind, ReleaseStatus
from treasury.refusals import UnableToFund
from treasury.releasing import release_funds
from treasury.settlement_figures import end_of_month
from treasury.settling import approve_settlements, prepare_settlements


@dataclass(frozen=True, slots=True)
class Held:
    """A release that was refused and waits, with the reason."""

    release: Release
    refusal: UnableToFund


def agree_settlements(*, month: date, at: datetime) -> None:
    """Prepare and approve the settlements of a month; they are posted then."""
    open_months(day=end_of_month(month), officer=demo_officer("chief_accountant"), at=at)
    prepare_settlements(month=month, officer=demo_officer("preparer"), at=at)
    approve_settlements(month=month, officer=demo_officer("reviewer"), at=at)


@dataclass(frozen=True, slots=True)
class Allotted:
    """What was released and put into batches, and what waits on."""

    released: Sequence[Release]
    batches: Sequence[Batch]
    held: Sequence[Held]
    left_out: Sequence[LeftOut]


def allot(
    *, month: date, kinds: Sequence[ReleaseKind], officer: Officer, template: str, day: date, at: datetime
) -> Allotted:
    """Release what waits for a month, the highest rank first, and build the batches that pay it.

    What is refused waits on and is told; so is what has been released and no bank file can carry.
    """
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
    built = build_release_batches(month=month, officer=officer, template=template, pay_date=day, at=at)
    return Allotted(released, built.batches, held, built.left_out)


def claims_day(*, month: date, pay_date: date) -> date:
    """Return the day on which the claims of a month are paid: the pay date, or the last one was signed on."""
    signed = Claim.objects.filter(month=month, status="ACCEPTED").order_by("-signed_on").first()
    if signed is None or signed.signed_on is None:
        return pay_date
    return max(pay_date, signed.signed_on)
