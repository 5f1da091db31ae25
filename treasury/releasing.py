"""Release money out of a township's accounts: by rank, against what is really there, paid out once.

A release waits, is released (the money is set aside), and is paid out by voucher when the bank is told.
What the bank sends back returns to the account by a red voucher and stays set aside until it is issued
again or given up. Availability, ranks and salaries first are kept by PostgreSQL
(``treasury/promises/releases.sql``), which serialises the releases of a township.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction

from ledger.entries import Event, Signatures
from ledger.models import AccountingUnit, EconomicClass, FunctionalClass, Officer, Project
from ledger.money import ZERO
from ledger.posting import post_event
from ledger.posts import require_post
from ledger.recording import record_event
from ledger.refusals import DimensionUnknown
from treasury.entries import Classes, SpendingLine, pay_release
from treasury.models import Release, ReleaseLine, Township
from treasury.models.words import Rank, ReleaseKind, ReleaseStatus
from treasury.opening import codes_of
from treasury.posting import SERVICE, mirrored_event
from treasury.refusals import StateRefuses, TreasuryReasonMissing, refusals_named
from treasury.reserving import free_release, give_back, hold_budgets, reserve_release, spend_again, spend_release

CHAIN = ""  # the trail of acts that belong to no single book
DIMENSIONS: Mapping[str, type[FunctionalClass | EconomicClass | Project | AccountingUnit]] = {
    "functional": FunctionalClass,
    "economic": EconomicClass,
    "project": Project,
    "unit": AccountingUnit,
}


@dataclass(frozen=True, slots=True)
class PayeeLine:
    """What a release pays to one payee for one purpose."""

    payee_name: str
    amount: Decimal
    payee_reference: str = ""
    bank: str = ""
    account_number: str = ""
    payee_number: str = ""
    functional: str = ""
    economic: str = ""
    project: str = ""
    unit: str = ""


def request_release(
    *,
    source: str,
    month: date,
    township: Township,
    kind: ReleaseKind,
    rank: Rank,
    account_code: str,
    fund_code: str,
    summary: str,
    lines: Sequence[PayeeLine],
    on: date,
    prepared_by: Officer,
    checked_by: Officer,
) -> Release:
    """Put a release into the queue of its township; two officers stand behind it, a third releases it.

    :raises DimensionUnknown: if a line names a class, project or unit that the books do not have
    """
    require_dimensions(lines)
    with refusals_named(), transaction.atomic():
        release = Release.objects.create(
            source=source,
            month=month,
            township=township,
            kind=kind,
            rank=rank,
            account_code=account_code,
            fund_code=fund_code,
            amount=sum((line.amount for line in lines), ZERO),
            summary=summary[:200],
            requested_on=on,
            prepared_by=prepared_by,
            checked_by=checked_by,
        )
        ReleaseLine.objects.bulk_create(
            ReleaseLine(
                release=release,
                number=number,
                payee_reference=line.payee_reference,
                payee_name=line.payee_name,
                bank=line.bank,
                account_number=line.account_number,
                payee_number=line.payee_number,
                amount=line.amount,
                functional=line.functional,
                economic=line.economic,
                project=line.project,
                unit=line.unit,
            )
            for number, line in enumerate(lines, start=1)
        )
        return release


def require_dimensions(lines: Sequence[PayeeLine]) -> None:
    """Check the codes of lines now, so that no batch fails for one of them when it is sent.

    :raises DimensionUnknown: naming the first that is not in its list
    """
    for name, model in DIMENSIONS.items():
        wanted = {code for line in lines if (code := getattr(line, name))}
        unknown = wanted - set(model.objects.filter(code__in=wanted).values_list("code", flat=True))
        if unknown:
            raise DimensionUnknown("line_dimension_exists", {name: min(unknown)})


def release_funds(*, release: Release, officer: Officer, at: datetime) -> Release:
    """Release a waiting order: its money is set aside from now on.

    :raises FundExhausted: if the account has not the money; the facts name what is left
    :raises RankOutOfOrder: if the money is needed for a higher rank that waits
    :raises SalariesUnpaid: if it is money given back to a township that owes salaries
    :raises BudgetExhausted: if a line of an approved budget has less left; the facts name it
    :raises BudgetLineMissing: if an approved budget has no line for it
    :raises OneOfficerTwice: if the officer prepared or checked it
    """
    require_post(officer, "treasury.release_funds")
    with refusals_named(), transaction.atomic():
        Township.objects.select_for_update(no_key=True).get(pk=release.township_id)
        release = Release.objects.select_for_update().get(pk=release.pk)
        if release.status != ReleaseStatus.WAITING:
            raise StateRefuses("release_moves", {"release": release.source, "status": release.status})
        release.status = ReleaseStatus.RELEASED
        release.released_by, release.released_at = officer, at
        release.save(update_fields=["status", "released_by", "released_at"])
        reserve_release(release=release)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="release.release",
            subject=f"release/{release.pk}",
            after={"source": release.source, "amount": release.amount, "rank": release.rank},
        )
        return release


def cancel_release(*, release: Release, officer: Officer, reason: str, at: datetime) -> Release:
    """Cancel a release whose money has not left; what it set aside is free again.

    :raises StateRefuses: if it was paid out
    :raises TreasuryReasonMissing: without a reason
    """
    require_post(officer, "treasury.release_funds")
    if not reason.strip():
        raise TreasuryReasonMissing("release_is_cancelled_with_a_reason", {"release": release.source})
    with refusals_named(), transaction.atomic():
        release = Release.objects.select_for_update().get(pk=release.pk)
        if release.status not in (ReleaseStatus.WAITING, ReleaseStatus.RELEASED):
            raise StateRefuses("release_moves", {"release": release.source, "status": release.status})
        release.status = ReleaseStatus.CANCELLED
        release.save(update_fields=["status"])
        free_release(release=release)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="release.cancel",
            subject=f"release/{release.pk}",
            after={"source": release.source, "reason": reason},
        )
        return release


def post_release(*, release: Release, on: date, cashier: Officer) -> None:
    """Post a release out and spend its reservation; the caller's transaction hands it to the bank.

    :raises StateRefuses: if it is not released
    :raises BudgetExhausted: if it is paid in a year, or was released before a budget, that has no room for it
    """
    release = Release.objects.select_for_update().get(pk=release.pk)
    if release.status != ReleaseStatus.RELEASED:
        raise StateRefuses("release_moves", {"release": release.source, "status": release.status})
    hold_budgets(townships=[release.township])
    post_event(spending_event(release, list(release.lines.order_by("number")), on=on, cashier=cashier, act="paid"))
    spend_release(release=release, on=on)
    release.status = ReleaseStatus.POSTED
    release.save(update_fields=["status"])


def take_back(
    *, release: Release, lines: Sequence[ReleaseLine], on: date, cashier: Officer, act: str, paper: str
) -> None:
    """Post what the bank sent back of a release in red (J16, J16c); it stays set aside for its reissue.

    Its money waits, its budget does not: the lines have it back from that day.

    ``act`` makes the source unique, such as ``returned/12``.
    """
    release = Release.objects.select_for_update().get(pk=release.pk)
    hold_budgets(townships=[release.township])
    event = spending_event(release, lines, on=on, cashier=cashier, act=act, paper=paper)
    post_event(event)
    give_back(release=release, lines=lines, on=on, source=event.source)
    release.returned += sum((line.amount for line in lines), ZERO)
    release.save(update_fields=["returned"])


def pay_again(*, release: Release, lines: Sequence[ReleaseLine], on: date, cashier: Officer, act: str) -> None:
    """Post what is issued again of a release out of the account it came back to."""
    release = Release.objects.select_for_update().get(pk=release.pk)
    hold_budgets(townships=[release.township])
    event = spending_event(release, lines, on=on, cashier=cashier, act=act)
    post_event(event)
    spend_again(release=release, lines=lines, on=on, source=event.source)
    release.returned -= sum((line.amount for line in lines), ZERO)
    release.save(update_fields=["returned"])


def spending_event(
    release: Release, lines: Sequence[ReleaseLine], *, on: date, cashier: Officer, act: str, paper: str = ""
) -> Event:
    """Return the voucher of lines of a release: black when they are paid, red when they come back (``paper``)."""
    township = Township.objects.select_related("book", "book__parent").get(pk=release.township_id)
    district = township.book.parent
    assert district is not None
    journal = pay_release(
        codes_of(district=district, township=township.book),
        [SpendingLine(line.amount, classes_of(line)) for line in lines],
        account=release.account_code,
        fund=release.fund_code,
    )
    return mirrored_event(
        source=f"{release.source}/{act}",
        district=district,
        township=township.book,
        entries=journal.in_red() if paper else journal,
        posting_date=on,
        summary=release.summary,
        signatures=Signatures(
            preparer=SERVICE, reviewer=str(release.checked_by_id), poster=SERVICE, cashier=cashier.username
        ),
        paper=paper,
    )


def classes_of(line: ReleaseLine) -> Classes:
    return Classes(
        functional=line.functional or None,
        economic=line.economic or None,
        project=line.project or None,
        unit=line.unit or None,
    )


def free_in(*, township: Township, account_code: str, fund_code: str) -> Decimal:
    """Return what can be released from an account of a township now; '' is what the district holds for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT treasury_free(%s, %s, %s)", [township.pk, account_code, fund_code])
        return Decimal(cursor.fetchone()[0])
