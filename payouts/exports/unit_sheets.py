"""单位工资汇总表: what each unit pays and owes, by item, and how it is paid out."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import IO, Final

from django.utils.translation import gettext as _

from ledger.exports.pages.flows import Flow
from ledger.exports.pages.frames import Paper
from ledger.exports.pages.pens import MM
from ledger.exports.pages.tables import Cell, Column, Row
from ledger.exports.pages.workbooks import Field, Values, open_book
from payouts.exports.rows import (
    Heading,
    Totals,
    UnitSheet,
    amount_in,
    amounts_by,
    names_of,
    sum_of,
    sums_of,
    totals_of,
)
from payouts.exports.signature_lines import CLOSING, in_words, signing_roles

SIZE: Final = 65
AMOUNT_WIDTH: Final = 17 * MM
SUM_WIDTH: Final = 20 * MM

Decks = Sequence[tuple[str, str, str]]  # an item, a deduction and an employer's part that share a column


def write_unit_sheets(*, file: IO[bytes], heading: Heading, units: Sequence[UnitSheet]) -> Totals:
    """Write one row a unit as PDF: its items, deductions and employer's parts under each other."""
    items, deductions, employer = (names_of([getattr(unit, part) for unit in units]) for part in PARTS)
    decks: Decks = list(zip_longest(items, deductions, employer, fillvalue=""))
    columns = [
        Column((_("No."),), 8 * MM),
        Column((_("Unit"), _("Township"), _("Paid out by")), 44 * MM),
        Column((_("People"),), 10 * MM),
        *(Column((item, deduction, employer_name(part)), AMOUNT_WIDTH) for item, deduction, part in decks),
        Column((_("Gross"), _("Deductions"), _("Employer's part")), SUM_WIDTH),
        Column((_("Tax"), _("Net"), ""), SUM_WIDTH),
    ]
    totals = totals_of(units)
    flow = Flow(heading.frame(title=_("Payroll by unit"), paper=Paper.LANDSCAPE))
    rows = [unit_row(number, unit, decks) for number, unit in enumerate(units, start=1)]
    flow.table(
        columns,
        rows,
        size=SIZE,
        page_sum=_("Page total"),
        total=_("Grand total"),
        label_at=1,
        followed_by=CLOSING,
    )
    flow.lines(in_words(totals))
    flow.signatures(*signing_roles())
    flow.write(file)
    return totals


PARTS: Final = ("items", "deductions", "employer")


def unit_row(number: int, unit: UnitSheet, decks: Decks) -> Row:
    parts = [dict(getattr(unit, part)) for part in PARTS]
    amounts: list[Cell] = [
        tuple(amount_in(part, name) for part, name in zip(parts, deck, strict=True)) for deck in decks
    ]
    return Row(
        [
            str(number),
            (f"{unit.unit_code} {unit.unit}", unit.township, unit.channel),
            unit.persons,
            *amounts,
            (unit.gross, unit.deducted, sum_of(unit.employer)),
            (unit.tax, unit.net, None),
        ]
    )


def employer_name(item: str) -> str:
    """Return how the employer's part of an item is headed, beside the personal part of the same name."""
    return _("{item} (employer)").format(item=item) if item else ""


def write_unit_book(*, file: IO[bytes], heading: Heading, units: Sequence[UnitSheet]) -> Totals:
    """Write one row a unit as xlsx, one column an item."""
    items, deductions, employer = (names_of([getattr(unit, part) for unit in units]) for part in PARTS)
    fields = [
        Field(_("Unit code"), 5),
        Field(_("Unit"), 14),
        Field(_("Township"), 6),
        Field(_("Paid out by"), 5),
        Field(_("People"), 3),
        *(Field(name, 7) for name in items),
        Field(_("Gross"), 8),
        *(Field(name, 7) for name in deductions),
        Field(_("Deductions"), 8),
        Field(_("Tax"), 7),
        Field(_("Net"), 8),
        *(Field(employer_name(name), 7) for name in employer),
        Field(_("Employer's part"), 8),
    ]
    rows = [unit_values(unit, items, deductions, employer) for unit in units]
    totals = totals_of(units)
    sums: list[Decimal] = sums_of(rows, start=5, stop=len(fields))
    total: Values = [None, _("Grand total"), None, None, totals.persons, *sums]
    with open_book(file=file, frame=heading.frame(title=_("Payroll by unit"), paper=Paper.LANDSCAPE)) as book:
        book.sheet(name=_("Payroll by unit"), fields=fields, rows=rows, total=total)
    return totals


def unit_values(unit: UnitSheet, items: Sequence[str], deductions: Sequence[str], employer: Sequence[str]) -> Values:
    return [
        unit.unit_code,
        unit.unit,
        unit.township,
        unit.channel,
        unit.persons,
        *amounts_by(items, unit.items),
        unit.gross,
        *amounts_by(deductions, unit.deductions),
        unit.deducted,
        unit.tax,
        unit.net,
        *amounts_by(employer, unit.employer),
        sum_of(unit.employer),
    ]
