"""What is remitted after pay day: the tax withheld (个人所得税扣缴明细), and each fund by person and by unit.

The numbers are in full, because the offices match by them. Excel takes the 18 digits of an ID number in
a csv for a number and loses the last three: open the xlsx there, and give the csv to programs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import IO

from django.utils.translation import gettext as _

from ledger.exports.pages.frames import Paper
from ledger.exports.pages.lists import write_list
from ledger.exports.pages.workbooks import Field, Values, open_book
from ledger.money import ZERO
from payouts.exports.rows import ContributionRow, Heading, TaxRow, sums_of


@dataclass(frozen=True, slots=True)
class Remitted:
    """What a list says is remitted."""

    persons: int
    personal: Decimal
    employer: Decimal


def write_tax_book(*, file: IO[bytes], heading: Heading, rows: Sequence[TaxRow]) -> Remitted:
    """Write the tax list as xlsx: a sheet by person and a sheet by unit."""
    fields = tax_fields()
    values = [tax_values(number, row) for number, row in enumerate(rows, start=1)]
    label = [None, _("Grand total"), None, None, None, None]
    total: Values = [*label, *sums_of(values, start=6, stop=8), *[None] * 12, *sums_of(values, start=20, stop=21)]
    units: list[Values] = [
        [code, unit, len(people), income_of(people), tax_of(people)] for code, unit, people in tax_by_unit(rows)
    ]
    title = _("Individual income tax withheld")
    with open_book(file=file, frame=heading.frame(title=title, paper=Paper.LANDSCAPE)) as book:
        book.sheet(name=_("By person"), fields=fields, rows=values, total=total)
        book.sheet(
            name=_("By unit"),
            fields=[*unit_fields(), Field(_("Income"), 8), Field(_("Tax"), 8)],
            rows=units,
            total=[None, _("Grand total"), len(rows), income_of(rows), tax_of(rows)],
        )
    return Remitted(len(rows), tax_of(rows), ZERO)


def write_tax_list(*, file: IO[bytes], rows: Sequence[TaxRow]) -> Remitted:
    """Write the tax list as csv, one line a person."""
    values = (tax_values(number, row) for number, row in enumerate(rows, start=1))
    write_list(file=file, heads=[field.head for field in tax_fields()], rows=values)
    return Remitted(len(rows), tax_of(rows), ZERO)


def write_contribution_book(
    *, file: IO[bytes], heading: Heading, fund: str, rows: Sequence[ContributionRow]
) -> Remitted:
    """Write what is remitted to one fund as xlsx: a sheet by person and a sheet by unit."""
    title = _("Remittance list: {fund}").format(fund=fund)
    values = [contribution_values(number, row) for number, row in enumerate(rows, start=1)]
    remitted = remitted_of(rows)
    units: list[Values] = [
        [code, unit, len(people), *sums_of([contribution_values(0, row) for row in people], start=6, stop=10)]
        for code, unit, people in contributions_by_unit(rows)
    ]
    sums = sums_of(values, start=6, stop=10)
    with open_book(file=file, frame=heading.frame(title=title, paper=Paper.LANDSCAPE)) as book:
        label = [None, _("Grand total"), None, None, None, None]
        book.sheet(name=_("By person"), fields=contribution_fields(), rows=values, total=[*label, *sums])
        book.sheet(
            name=_("By unit"),
            fields=[*unit_fields(), *amount_fields()],
            rows=units,
            total=[None, _("Grand total"), remitted.persons, *sums],
        )
    return remitted


def write_contribution_list(*, file: IO[bytes], rows: Sequence[ContributionRow]) -> Remitted:
    """Write what is remitted to one fund as csv, one line a person."""
    values = (contribution_values(number, row) for number, row in enumerate(rows, start=1))
    write_list(file=file, heads=[field.head for field in contribution_fields()], rows=values)
    return remitted_of(rows)


def tax_fields() -> list[Field]:
    return [
        *person_fields(),
        Field(_("Income of the month"), 7),
        Field(_("Exempt income of the month"), 7),
        Field(_("Months"), 4),
        Field(_("Income to date"), 8),
        Field(_("Exempt income to date"), 8),
        Field(_("Basic deduction to date"), 8),
        Field(_("Special deductions to date"), 8),
        Field(_("Additional deductions to date"), 8),
        Field(_("Other deductions to date"), 8),
        Field(_("Taxable to date"), 8),
        Field(_("Rate"), 4),
        Field(_("Quick deduction"), 7),
        Field(_("Tax to date"), 7),
        Field(_("Withheld before"), 7),
        Field(_("Tax of the month"), 7),
    ]


def tax_values(number: int, row: TaxRow) -> Values:
    return [
        str(number),
        row.name,
        row.id_number,
        row.unit_code,
        row.unit,
        row.township,
        row.income,
        row.exempt,
        row.months,
        row.income_to_date,
        row.exempt_to_date,
        row.basic_to_date,
        row.special_to_date,
        row.additional_to_date,
        row.other_to_date,
        row.taxable,
        percent(row.rate),
        row.quick_deduction,
        row.cumulative_tax,
        row.withheld_before,
        row.tax,
    ]


def percent(rate: Decimal | None) -> str | None:
    return None if rate is None else f"{rate * 100:f}".rstrip("0").rstrip(".") + "%"


def contribution_fields() -> list[Field]:
    return [*person_fields(), *amount_fields()]


def contribution_values(number: int, row: ContributionRow) -> Values:
    return [
        str(number),
        row.name,
        row.id_number,
        row.unit_code,
        row.unit,
        row.township,
        row.base,
        row.personal,
        row.employer,
        row.personal + row.employer,
    ]


def person_fields() -> list[Field]:
    return [
        Field(_("No."), 3),
        Field(_("Person"), 6),
        Field(_("ID number"), 10),
        Field(_("Unit code"), 5),
        Field(_("Unit"), 14),
        Field(_("Township"), 6),
    ]


def amount_fields() -> list[Field]:
    return [
        Field(_("Base"), 7),
        Field(_("Personal part"), 7),
        Field(_("Employer's part"), 7),
        Field(_("Together"), 7),
    ]


def unit_fields() -> list[Field]:
    return [Field(_("Unit code"), 5), Field(_("Unit"), 16), Field(_("People"), 4)]


def tax_by_unit(rows: Sequence[TaxRow]) -> Iterator[tuple[str, str, list[TaxRow]]]:
    for (code, unit), people in groupby(sorted(rows, key=unit_of), key=unit_of):
        yield code, unit, list(people)


def contributions_by_unit(rows: Sequence[ContributionRow]) -> Iterator[tuple[str, str, list[ContributionRow]]]:
    for (code, unit), people in groupby(sorted(rows, key=unit_of), key=unit_of):
        yield code, unit, list(people)


def unit_of(row: TaxRow | ContributionRow) -> tuple[str, str]:
    return row.unit_code, row.unit


def income_of(rows: Sequence[TaxRow]) -> Decimal:
    return sum((row.income for row in rows), ZERO)


def tax_of(rows: Sequence[TaxRow]) -> Decimal:
    return sum((row.tax for row in rows), ZERO)


def remitted_of(rows: Sequence[ContributionRow]) -> Remitted:
    return Remitted(
        persons=len(rows),
        personal=sum((row.personal for row in rows), ZERO),
        employer=sum((row.employer for row in rows), ZERO),
    )
