"""Collect the income of townships: register its lines, post them day by day, and sweep what is the treasury's.

What is within the budget enters the receipt-only account (J1) and leaves it on the same day for the district
treasury (J2), red lines (冲正) as red vouchers; a day below zero is swept red. Fees enter the extra-budgetary
account and are shared (J10 to J12); transfer payments and agricultural tax reach the special accounts (J8).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from django.db import connection, transaction

from ledger.models import FunctionalClass, Officer
from ledger.money import ZERO
from ledger.posting import post_stream
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.entries import Codes
from treasury.income_journals import events_of
from treasury.models import AppliedFile, Collection, IncomeLine, Township
from treasury.models.words import IncomeKind
from treasury.opening import codes_of
from treasury.policy import treasury_policies
from treasury.posting import parallel_of
from treasury.refusals import NothingThere, refusals_named
from treasury.rules.fees import SharedFee, fee_shares, share_fee
from treasury.using_receipts import use_receipts

CHAIN = ""
Day = tuple[date, int]  # a day and the key of a township


class IncomeRow(NamedTuple):
    """A valid row of the income of a month, as its file has it."""

    row: int
    received_on: date
    township: str
    subject_code: str
    subject: str
    kind: str
    payment_slip: str
    receipt: str
    amount: Decimal
    collector: str
    note: str

    @property
    def content(self) -> tuple[object, ...]:
        """What makes two rows the same line: everything but where they stand."""
        return tuple(self)[1:]


@dataclass(frozen=True, slots=True)
class Registered:
    """How many lines a file brought, and how many of an earlier one it took back."""

    added: int
    taken_back: int


def register_income(*, file: AppliedFile, rows: Sequence[IncomeRow], officer: Officer, at: datetime) -> Registered:
    """Register the income lines of a month; a corrected file takes back what it no longer has.

    A line that was posted is taken back by a line below zero, so that nothing posted is touched.

    :raises InvoiceUsed: if a receipt of these lines was used before
    """
    with refusals_named(), transaction.atomic():
        townships = {township.name: township for township in Township.objects.all()}
        standing = list(
            IncomeLine.objects.select_for_update(of=("self",))
            .filter(file__month=file.month, taken_back=False, takes_back=None)
            .select_related("township")
            .order_by("pk")
        )
        wanted = Counter(row.content for row in rows if row.amount != ZERO)
        known: Counter[tuple[object, ...]] = Counter()
        gone = []
        for line in standing:
            content = row_of(line).content
            if known[content] < wanted[content]:
                known[content] += 1
            else:
                gone.append(line)
        take_lines_back(gone, file)
        name_subjects(rows)
        made = []
        for row in rows:
            if row.amount == ZERO:
                continue
            if known[row.content]:
                known[row.content] -= 1
                continue
            made.append(line_of(row, townships[row.township], file))
        IncomeLine.objects.bulk_create(made, batch_size=2_000)
        if made or gone:
            record_event(
                chain=CHAIN,
                at=at,
                actor=officer.username,
                act="income.register",
                subject=f"applied file/{file.pk}",
                after={"added": len(made), "taken_back": len(gone)},
            )
        return Registered(len(made), len(gone))


def row_of(line: IncomeLine) -> IncomeRow:
    return IncomeRow(
        row=line.row,
        received_on=line.received_on,
        township=line.township.name,
        subject_code=line.subject_code,
        subject=line.subject,
        kind=line.kind,
        payment_slip=line.payment_slip,
        receipt=line.receipt,
        amount=line.amount,
        collector=line.collector,
        note=line.note,
    )


def line_of(row: IncomeRow, township: Township, file: AppliedFile) -> IncomeLine:
    return IncomeLine(
        township=township,
        received_on=row.received_on,
        kind=IncomeKind(row.kind),
        subject_code=row.subject_code,
        subject=row.subject,
        payment_slip=row.payment_slip,
        receipt=row.receipt,
        amount=row.amount,
        collector=row.collector,
        note=row.note,
        file=file,
        row=row.row,
    )


def take_lines_back(lines: Sequence[IncomeLine], file: AppliedFile) -> None:
    """Take lines back that a corrected file no longer has, each by a line of its own below zero."""
    IncomeLine.objects.filter(pk__in=[line.pk for line in lines]).update(taken_back=True)
    IncomeLine.objects.bulk_create(
        [
            IncomeLine(
                township=line.township,
                received_on=line.received_on,
                kind=line.kind,
                subject_code=line.subject_code,
                subject=line.subject,
                payment_slip=line.payment_slip,
                receipt=line.receipt,
                amount=-line.amount,
                collector=line.collector,
                note=f"更正文件撤销：{line.note}"[:200],
                file=file,
                row=0,
                taken_back=True,
                takes_back=line,
            )
            for line in lines
        ],
        batch_size=2_000,
    )


def name_subjects(rows: Iterable[IncomeRow]) -> None:
    """Add the subjects that the list of functional classes does not have yet, as the files name them."""
    named = {row.subject_code: row.subject for row in rows if row.subject_code}
    known = set(FunctionalClass.objects.filter(code__in=named).values_list("code", flat=True))
    FunctionalClass.objects.bulk_create(
        [
            FunctionalClass(code=code, name=name or code, source="收入日报", verified=False)
            for code, name in sorted(named.items())
            if code not in known
        ]
    )


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep posted: the collections, and their sums by nature of the money."""

    collections: Sequence[Collection]

    @property
    def general(self) -> Decimal:
        return sum((one.general for one in self.collections), ZERO)


def sweep_income(*, month: date, cashier: Officer, at: datetime) -> Swept:
    """Post the income of a month that is not posted yet, day by day, and sweep it; nothing left is nothing done.

    :raises PeriodClosed: if the month of a book does not take it
    :raises ReceiptNotIssued: if a township has receipt books and a receipt is none of them; other refusals of
        ``using_receipts`` too
    """
    require_post(cashier, "treasury.sweep_income")
    with refusals_named(), transaction.atomic():
        waiting = list(
            IncomeLine.objects.select_for_update(of=("self",))
            .filter(file__month=month, collection=None)
            .select_related("file")
            .order_by("received_on", "township_id", "pk")
        )
        if waiting:
            use_receipts(lines=waiting, officer=waiting[-1].file.applied_by)
        townships = Township.objects.select_related("book", "book__parent").in_bulk()
        codes = {pk: codes_for(township) for pk, township in townships.items()}
        by_day = groupby(waiting, key=lambda one: (one.received_on, one.township_id))
        days = [(key, list(lines)) for key, lines in by_day]
        made = collect(days, townships, cashier)
        books = {book.code: book for one in townships.values() for book in (one.book, one.book.parent) if book}
        parallels = {code: parallel_of(book) for code, book in books.items()}
        events = (
            event
            for collection, (_key, lines) in zip(made, days, strict=True)
            for event in events_of(collection, lines, codes[collection.township_id], parallels)
        )
        post_stream(events)
        if made:
            record_event(
                chain=CHAIN,
                at=at,
                actor=cashier.username,
                act="income.sweep",
                subject=f"month/{month:%Y-%m}",
                after={"collections": len(made), "lines": len(waiting), "swept": Swept(made).general},
            )
        return Swept(made)


def codes_for(township: Township) -> Codes:
    """Return the account codes of a township and its district.

    :raises NothingThere: if its book has no upper book
    """
    if township.book.parent is None:
        raise NothingThere("township_has_a_district", {"township": township.code})
    return codes_of(district=township.book.parent, township=township.book)


def collect(
    days: Sequence[tuple[Day, Sequence[IncomeLine]]], townships: Mapping[int, Township], cashier: Officer
) -> Sequence[Collection]:
    """Note which lines of which days are posted together."""
    dates = {day for (day, _key), _lines in days}
    before = Counter(Collection.objects.filter(day__in=dates).values_list("day", "township"))
    made = Collection.objects.bulk_create(
        [
            collection_of(townships[key], day, lines, number=before[day, key] + 1, cashier=cashier)
            for (day, key), lines in days
        ],
        batch_size=1_000,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE treasury_incomeline l SET collection_id = n.collection
                 FROM unnest(%s::bigint[], %s::bigint[]) AS n (line, collection) WHERE l.id = n.line""",
            [
                [line.pk for _day, lines in days for line in lines],
                [one.pk for one, (_day, lines) in zip(made, days, strict=True) for _line in lines],
            ],
        )
    return made


def collection_of(
    township: Township, day: date, lines: Sequence[IncomeLine], *, number: int, cashier: Officer
) -> Collection:
    sums: Mapping[str, Decimal] = sums_of(lines)
    shares = fee_of(sums[IncomeKind.EXTRA_BUDGETARY], day)
    return Collection(
        township=township,
        day=day,
        number=number,
        lines=len(lines),
        general=sums[IncomeKind.GENERAL],
        extra_budgetary=sums[IncomeKind.EXTRA_BUDGETARY],
        transfers=sums[IncomeKind.TRANSFER],
        agricultural_tax=sums[IncomeKind.AGRICULTURAL_TAX],
        district_share=shares.fiscal_share,
        upward_share=shares.upward,
        reviewed_by_id=lines[-1].file.applied_by_id,
        swept_by=cashier,
    )


def sums_of(lines: Sequence[IncomeLine]) -> Mapping[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        sums[line.kind] += line.amount
    return sums


def fee_of(amount: Decimal, day: date) -> SharedFee:
    return share_fee(amount=amount, shares=fee_shares(policies=treasury_policies(), on=day))
