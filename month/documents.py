"""Make the documents of a month's runs: payslips, register, unit sheets, approval sheets, remittance lists."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

from imports.fault_kinds import LAYOUT_WARNINGS
from imports.marking import marked_name, write_marked_copy
from imports.models import Finding, StagedFile, StagedSheet
from ledger.models import Book
from ledger.models.words import BookKind
from month.writing import make_folder
from payouts.exports import payslips, registers, remittances, run_sheets, unit_sheets
from payouts.exports.rows import Heading
from payouts.exports.run_facts import contributions_of, run_sheet_of, slips_of, taxes_of, units_of
from payouts.models import PayrollRun


def write_documents(*, folder: Path, month: date, at: datetime) -> list[str]:
    """Write the documents of every computed run of a month and return their names."""
    names = []
    for run in PayrollRun.objects.filter(month=month, edition__gt=0).order_by("number"):
        names += [f"documents/{name}" for name in write_run(folder / "documents", run, at)]
    return names


def write_marked_copies(*, folder: Path, sheets: Sequence[StagedSheet]) -> list[str]:
    """Write a marked copy of each file that has findings about its rows, and return their names."""
    faulty = Finding.objects.filter(sheet__in=[sheet.pk for sheet in sheets], row__gt=0).exclude(
        kind__in=[kind.value for kind in LAYOUT_WARNINGS]
    )
    files = StagedFile.objects.filter(pk__in=faulty.values("sheet__file")).order_by("pk")
    make_folder(folder / "marked")
    names = []
    for staged in files:
        name = marked_name(staged.name)
        with (folder / "marked" / name).open("wb") as file:
            write_marked_copy(file=file, staged=staged)
        names.append(f"marked/{name}")
    return names


def heading_of(run: PayrollRun, at: datetime, scope: str = "") -> Heading:
    """Return what every document of a run names."""
    district = Book.objects.select_related("chart").filter(kind=BookKind.DISTRICT).order_by("pk")[0]
    return Heading(
        district=district.name,
        scope=scope,
        month=run.month,
        run=str(run.number),
        statement=f"账务依据：{district.chart.name}（{district.chart.document}）",
        printed_at=at,
    )


def write_run(folder: Path, run: PayrollRun, at: datetime) -> Iterator[str]:
    """Write the documents of one run, payslips by township."""
    make_folder(folder)
    stem = f"{run.month:%Y-%m}-{run.number}"
    heading = heading_of(run, at)
    slips, units = slips_of(run), units_of(run)
    for township, together in groupby(slips, key=lambda slip: slip.township):
        name = f"{stem}-工资条-{township}.pdf"
        with (folder / name).open("wb") as file:
            payslips.write_payslips(file=file, heading=heading_of(run, at, township), slips=list(together))
        yield name
    for name, write, facts in (
        (f"{stem}-工资条.csv", payslips.write_payslip_list, slips),
        (f"{stem}-工资发放登记表.pdf", registers.write_register, slips),
        (f"{stem}-工资发放登记表.xlsx", registers.write_register_book, slips),
    ):
        with (folder / name).open("wb") as file:
            write(file=file, heading=heading, slips=facts)
        yield name
    for name, write_units in (
        (f"{stem}-单位工资汇总表.pdf", unit_sheets.write_unit_sheets),
        (f"{stem}-单位工资汇总表.xlsx", unit_sheets.write_unit_book),
    ):
        with (folder / name).open("wb") as file:
            write_units(file=file, heading=heading, units=units)
        yield name
    yield from write_remittances(folder, stem, run, heading)
    sheet = run_sheet_of(run)
    name = f"{stem}-与上月比较.csv"
    with (folder / name).open("wb") as file:
        run_sheets.write_differences(file=file, rows=sheet.differences)
    yield name
    name = f"{stem}-例外事项.csv"
    with (folder / name).open("wb") as file:
        run_sheets.write_exceptions(file=file, rows=sheet.exceptions)
    yield name
    name = f"{stem}-统发工资审批表.pdf"
    with (folder / name).open("wb") as file:
        run_sheets.write_run_sheet(file=file, heading=heading, sheet=sheet)
    yield name


def write_remittances(folder: Path, stem: str, run: PayrollRun, heading: Heading) -> Iterator[str]:
    """Write the lists for the tax office and the funds."""
    taxes = taxes_of(run)
    name = f"{stem}-个人所得税扣缴明细.xlsx"
    with (folder / name).open("wb") as file:
        remittances.write_tax_book(file=file, heading=heading, rows=taxes)
    yield name
    name = f"{stem}-个人所得税扣缴明细.csv"
    with (folder / name).open("wb") as file:
        remittances.write_tax_list(file=file, rows=taxes)
    yield name
    for fund, rows in contributions_of(run).items():
        name = f"{stem}-{fund}缴费明细.xlsx"
        with (folder / name).open("wb") as file:
            remittances.write_contribution_book(file=file, heading=heading, fund=fund, rows=rows)
        yield name
        name = f"{stem}-{fund}缴费明细.csv"
        with (folder / name).open("wb") as file:
            remittances.write_contribution_list(file=file, rows=rows)
        yield name
