"""At the end of a year what the district advanced and has not got back becomes old debt (J19)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ledger.entries import Event, Signatures
from ledger.models import Officer
from ledger.models.words import Mirror
from ledger.money import ZERO
from ledger.posting import post_events
from ledger.posts import require_post
from ledger.recording import record_event
from treasury import entries
from treasury.models import Settlement, Township
from treasury.models.words import SettlementStatus
from treasury.opening import codes_of
from treasury.posting import SERVICE, mirrored_event
from treasury.refusals import StateRefuses, refusals_named
from treasury.settlement_figures import current_accounts, end_of_month


@dataclass(frozen=True, slots=True)
class TurnedAdvance:
    """An advance that became old debt."""

    township: Township
    amount: Decimal


def turn_advances(*, year: int, officer: Officer, at: datetime) -> Sequence[TurnedAdvance]:
    """Post what each township owes on 年度资金调度 at the end of a year to 历史欠款; a second time nothing is left.

    :raises StateRefuses: while a settlement of the year is prepared and not posted
    """
    require_post(officer, "treasury.approve_settlement")
    with refusals_named(), transaction.atomic():
        townships = list(
            Township.objects.select_for_update(of=("self",), no_key=True)
            .select_related("book", "book__parent")
            .order_by("pk")
        )
        waiting = Settlement.objects.filter(
            year=year, status__in=[SettlementStatus.PREPARED, SettlementStatus.APPROVED]
        ).count()
        if waiting:
            raise StateRefuses("settlements_are_posted", {"year": year, "open": waiting})
        day = end_of_month(date(year, 12, 1))
        owed = current_accounts(Mirror.ANNUAL, day)
        turned = [
            TurnedAdvance(township, owed[township.book_id])
            for township in townships
            if owed.get(township.book_id, ZERO) > ZERO
        ]
        post_events([advance_event(one, day, officer) for one in turned])
        record_event(
            chain="",
            at=at,
            actor=officer.username,
            act="advances.turn",
            subject=f"year/{year}",
            after={"townships": len(turned), "total": sum((one.amount for one in turned), ZERO)},
        )
        return turned


def advance_event(one: TurnedAdvance, day: date, officer: Officer) -> Event:
    district = one.township.book.parent
    assert district is not None
    return mirrored_event(
        source=f"treasury.year_end/{one.township.code}/{day.year}/{one.amount}",
        district=district,
        township=one.township.book,
        entries=entries.advance_becomes_old_debt(codes_of(district=district, township=one.township.book), one.amount),
        posting_date=day,
        summary=f"{one.township.name}{day.year}年垫付未还转历史欠款",
        signatures=Signatures(preparer=SERVICE, reviewer=officer.username, poster=SERVICE),
    )
