"""工资发放登记表: everybody a run pays, with every item, for the officers who sign for it. Numbers in full."""

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import IO, Final

from django.utils.translation import gettext as _

from ledger.exports.pages.flows import Flow
from ledger.exports.pages.frames import Paper
from ledger.exports.pages.pens import MM
from ledger.exports.pages.tables import Cell, Column, Kind, Row, sum_row
from ledger.exports.pages.workbooks import Field, Values, open_book
from payouts.exports.rows import Heading, Slip, Totals, amount_in, amounts_by, names_of, sums_of, totals_of
from payouts.exports.signature_lines import CLOSING, in_words, signing_roles

SIZE: Final = 65
AMOUNT_WIDTH: Final = 16 * MM
SUM_WIDTH: Final = 19 * MM


def write_register(*, file: IO[bytes], heading: Heading, slips: Sequence[Slip]) -> Totals:
    """Write the register as PDF, in the order of the slips: each unit with its sum, each page with its own.

    :raises GlyphMissing: if no font has a character of a name
    """
    pairs = list(
        zip_longest(
            names_of([slip.items for slip in slips]), names_of([slip.deductions for slip in slips]), fillvalue=""
        )
    )
    columns = [
        Column((_("No."),), 9 * MM),
        Column((_("Person"), _("ID number")), 30 * MM),
        Column((_("Category"), _("Account number")), 31 * MM),
        *(Column(pair, AMOUNT_WIDTH) for pair in pairs),
        Column((_("Gross"), _("Deductions")), SUM_WIDTH),
        Column((_("Tax"), _("Net")), SUM_WIDTH),
    ]
    totals = totals_of(slips)
    flow = Flow(heading.frame(title=_("Payroll register"), paper=Paper.LANDSCAPE))
    flow.table(
        columns,
        list(rows_by_unit(slips, pairs)),
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


def write_register_book(*, file: IO[bytes], heading: Heading, slips: Sequence[Slip]) -> Totals:
    """Write the register as xlsx, one column an item."""
    items, deductions = (names_of([getattr(slip, part) for slip in slips]) for part in ("items", "deductions"))
    fields = [
        Field(_("No."), 3),
        Field(_("Unit code"), 5),
        Field(_("Unit"), 12),
        Field(_("Person"), 6),
        Field(_("ID number"), 10),
        Field(_("Category"), 5),
        *(Field(name, 6) for name in items),
        Field(_("Gross"), 7),
        *(Field(name, 6) for name in deductions),
        Field(_("Deductions"), 7),
        Field(_("Tax"), 6),
        Field(_("Net"), 7),
        Field(_("Bank"), 9),
        Field(_("Account number"), 11),
    ]
    rows = [register_values(number, slip, items, deductions) for number, slip in enumerate(slips, start=1)]
    totals = totals_of(slips)
    label: list[str | None] = [None, _("Grand total"), _("{n} people").format(n=totals.persons), None, None, None]
    total: Values = [*label, *sums_of(rows, start=6, stop=len(fields) - 2)]
    with open_book(file=file, frame=heading.frame(title=_("Payroll register"), paper=Paper.LANDSCAPE)) as book:
        book.sheet(name=_("Payroll register"), fields=fields, rows=rows, total=total)
    return totals


def rows_by_unit(slips: Sequence[Slip], pairs: Sequence[tuple[str, str]]) -> Iterator[Row]:
    """Yield for each unit a band, its people and its sum; people are numbered through."""
    number = 0
    for (_code, unit), group in groupby(slips, key=lambda slip: (slip.unit_code, slip.unit)):
        rows: list[Row] = []
        for slip in group:
            number += 1
            rows.append(person_row(number, slip, pairs))
        said = _("Unit: {unit} ({n} people)")
        yield Row([said.format(unit=unit, n=len(rows))], Kind.BAND)
        yield from rows
        yield sum_row(rows, label=_("Unit total"), at=1, columns=len(pairs) + 5)


def person_row(number: int, slip: Slip, pairs: Sequence[tuple[str, str]]) -> Row:
    items, deductions = dict(slip.items), dict(slip.deductions)
    amounts: list[Cell] = [(amount_in(items, item), amount_in(deductions, deduction)) for item, deduction in pairs]
    return Row(
        [
            str(number),
            (slip.name, slip.id_number),
            (slip.category, slip.account),
            *amounts,
            (slip.gross, slip.deducted),
            (slip.tax, slip.net),
        ]
    )


def register_values(number: int, slip: Slip, items: Sequence[str], deductions: Sequence[str]) -> Values:
    return [
        number,
        slip.unit_code,
        slip.unit,
        slip.name,
        slip.id_number,
        slip.category,
        *amounts_by(items, slip.items),
        slip.gross,
        *amounts_by(deductions, slip.deductions),
        slip.deducted,
        slip.tax,
        slip.net,
        slip.bank,
        slip.account,
    ]
