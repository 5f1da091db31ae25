"""Take over what a township's books begin with: old debt, account balances, what the district holds, the plan.

Opening files are taken once. Later files are compared with what was taken; what differs is told, and the books
rule. Opening vouchers are dated the day before the township's book begins, against the net assets of their fund;
a township that joins later records its debt as J7 instead, because the district is in business already.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from ledger.entries import Event, Signatures, credit, debit, without_zeros
from ledger.models import Officer
from ledger.money import ZERO
from ledger.posting import post_events
from ledger.recording import record_event
from treasury import entries
from treasury.entries import EXTRA_BUDGETARY, GENERAL, Codes, Mirrored
from treasury.models import AppliedFile, IncomeLine, OpeningFigure, RevenuePlan, Township
from treasury.models.words import IncomeKind, SubAccountKind
from treasury.opening import code_of, codes_of
from treasury.posting import SERVICE, mirrored_event
from treasury.refusals import NothingThere, refusals_named

OLD_DEBT, HELD = "历史欠款", "年度资金调度"


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """One figure that a township begins with, as its file has it."""

    township: str
    item: str
    amount: Decimal
    origin: str = ""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """The plan of a township and year; ``planned`` in yuan, ``local_share`` in percent."""

    township: str
    planned: Decimal
    collected_before: Decimal
    local_share: Decimal


@dataclass(frozen=True, slots=True)
class Deviation:
    """A figure of a later file that is not what the books have; the books rule."""

    township: str
    item: str
    in_file: Decimal
    in_books: Decimal


def take_over(*, file: AppliedFile, rows: Sequence[OpeningRow], officer: Officer, at: datetime) -> Sequence[Deviation]:
    """Post the opening figures that were not taken yet; return those that differ from what was taken."""
    with refusals_named(), transaction.atomic():
        townships = townships_by_name()
        taken = {(one.township_id, one.item): one.amount for one in OpeningFigure.objects.all()}
        events: list[Event] = []
        deviations, figures = [], []
        for row in rows:
            township = townships[row.township]
            before = taken.get((township.pk, row.item))
            if before is not None:
                if before != row.amount:
                    deviations.append(Deviation(row.township, row.item, row.amount, before))
                continue
            figures.append(
                OpeningFigure(
                    township=township, item=row.item, amount=row.amount, origin=row.origin[:100], taken_from=file
                )
            )
            events += list(opening_events(township, row, officer))
        OpeningFigure.objects.bulk_create(figures, batch_size=1_000)
        post_events(events)
        if figures:
            record_event(
                chain="",
                at=at,
                actor=officer.username,
                act="opening.take_over",
                subject=f"applied file/{file.pk}",
                after={"figures": len(figures), "total": sum((one.amount for one in figures), ZERO)},
            )
        return deviations


def townships_by_name() -> dict[str, Township]:
    return {one.name: one for one in Township.objects.select_related("book", "book__parent")}


def opening_events(township: Township, row: OpeningRow, officer: Officer) -> Iterator[Event]:
    """Yield the opening voucher of a figure, if it moves anything."""
    district = township.book.parent
    if district is None:
        raise NothingThere("township_has_a_district", {"township": township.code})
    codes = codes_of(district=district, township=township.book)
    joined_later = row.item == OLD_DEBT and township.book.opened_on > district.opened_on
    journal = entries.record_old_debt(codes, row.amount) if joined_later else opening_journal(township, row, codes)
    if not journal.township:
        return
    yield mirrored_event(
        source=f"treasury.opening/{township.code}/{row.item}",
        district=district,
        township=township.book,
        entries=journal,
        posting_date=township.book.opened_on - timedelta(days=0 if joined_later else 1),
        summary=f"期初余额：{township.name}{row.item}",
        signatures=Signatures(preparer=SERVICE, reviewer=officer.username, poster=SERVICE),
        kind="ORDINARY" if joined_later else "OPENING",
    )


def opening_journal(township: Township, row: OpeningRow, codes: Codes) -> Mirrored:
    """Return the opening entries of a figure, against the net assets of its fund."""
    surplus = codes.township.surplus
    assert township.book.parent is not None
    above = code_of(township.book.parent, "GENERAL_SURPLUS")
    if row.item == OLD_DEBT:
        return both((surplus, codes.township.historic), (codes.district.historic, above), row.amount)
    if row.item == HELD:
        return both((codes.township.annual, surplus), (above, codes.district.annual), row.amount)
    account, fund = account_of(codes, row.item)
    if fund == EXTRA_BUDGETARY:
        surplus = code_of(township.book, "SPECIAL_SURPLUS")
    return Mirrored(
        township=without_zeros((debit(account, row.amount, fund=fund), credit(surplus, row.amount, fund=fund)))
    )


def both(lower: tuple[str, str], upper: tuple[str, str], amount: Decimal) -> Mirrored:
    return Mirrored(township=entries.pair(*lower, amount), district=entries.pair(*upper, amount))


def account_of(codes: Codes, sub_account: str) -> tuple[str, str]:
    """Return the account code and fund of a sub-account (分户) as files name it.

    :raises NothingThere: if there is no such sub-account
    """
    places = {
        SubAccountKind.DISBURSEMENTS: (codes.township.disbursements, GENERAL),
        SubAccountKind.EXTRA_BUDGETARY: (codes.township.extra_budgetary, EXTRA_BUDGETARY),
        SubAccountKind.TRANSFERS: (codes.township.transfers, GENERAL),
        SubAccountKind.AGRICULTURAL_TAX: (codes.township.agricultural_tax, GENERAL),
    }
    if sub_account not in places:
        raise NothingThere("sub_account_is_known", {"sub_account": sub_account, "known": "、".join(places)})
    return places[SubAccountKind(sub_account)]


def register_plans(
    *, file: AppliedFile, rows: Sequence[PlanRow], officer: Officer, at: datetime
) -> Sequence[Deviation]:
    """Register the plans of the year of a month, a new edition where one differs; return what the books differ in.

    The first plan of a township says what was collected before our books begin, and opens 年度资金调度 with what
    of it lies above the plan. From then on the income lines rule.
    """
    with refusals_named(), transaction.atomic():
        townships = townships_by_name()
        deviations: list[Deviation] = []
        begun: list[OpeningRow] = []
        for row in rows:
            township = townships[row.township]
            before = latest_plan(township=township, year=file.month.year)
            collected = collected_before(township, file.month, row, before)
            if collected != row.collected_before:
                deviations.append(Deviation(row.township, "上月止累计完成", row.collected_before, collected))
            if before is None and is_beginning(township, file.month):
                begun.append(OpeningRow(row.township, HELD, max(ZERO, collected - row.planned)))
            counted_from = before.counted_from if before else file.month
            if before is None or (before.planned, before.local_share) != (row.planned, row.local_share):
                RevenuePlan.objects.create(
                    township=township,
                    year=file.month.year,
                    edition=RevenuePlan.objects.filter(township=township, year=file.month.year).count() + 1,
                    planned=row.planned,
                    local_share=row.local_share,
                    collected_before=before.collected_before if before else collected,
                    counted_from=counted_from,
                    reason="" if before is None else f"更正：{file.file}"[:200],
                    prepared_by_id=file.staged_by_id,
                    approved_by=officer,
                    recorded_at=at,
                )
        take_over(file=file, rows=begun, officer=officer, at=at)
        return deviations


def collected_before(township: Township, month: date, row: PlanRow, plan: RevenuePlan | None) -> Decimal:
    """Return what was collected in the year before a month: by our lines, or by the file where we have none."""
    if plan is not None:
        before: Decimal = plan.collected_before
        return before + general_income(township, plan.counted_from, month)
    january = date(month.year, 1, 1)
    if township.book.opened_on <= january:
        return general_income(township, january, month)
    return row.collected_before


def is_beginning(township: Township, month: date) -> bool:
    """Whether a month is the first of a township's books: nothing was planned or collected before it."""
    return not (
        RevenuePlan.objects.filter(township=township).exists()
        or IncomeLine.objects.filter(township=township, received_on__lt=month).exists()
    )


def general_income(township: Township, since: date, before: date) -> Decimal:
    """Return the budgetary income of a township from a day on and before another."""
    lines = IncomeLine.objects.filter(
        township=township, kind=IncomeKind.GENERAL, received_on__gte=since, received_on__lt=before
    )
    return sum(lines.values_list("amount", flat=True), ZERO)


def latest_plan(*, township: Township, year: int) -> RevenuePlan | None:
    """Return the plan of a year that counts: the latest that was approved, or nothing."""
    approved = RevenuePlan.objects.filter(township=township, year=year).exclude(approved_by=None)
    return approved.order_by("-edition").first()
