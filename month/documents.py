"""Make the documents of a month: of its runs (payslips, register, approval sheets), and of the townships' money."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from itertools import groupby
from pathlib import Path

from imports.fault_kinds import LAYOUT_WARNINGS
from imports.marking import marked_name, write_marked_copy
from imports.models import Finding, StagedFile, StagedSheet
from ledger.exports.pages.embedding import GlyphMissing
from ledger.masking import masked_account, masked_id, masked_name
from ledger.models import Book
from ledger.models.words import BookKind
from ledger.sums import DoesNotAddUp
from month.writing import make_folder
from payouts.benefit_facts import schemes_in_use
from payouts.benefit_registers import released_benefit_runs
from payouts.exports import payslips, registers, remittances, run_sheets, unit_sheets
from payouts.exports.benefit_registers import TITLE, write_benefit_register, write_benefit_register_book
from payouts.exports.reconciliation_sheets import reconciliation_document
from payouts.exports.rows import Heading, RunSheet, Slip, UnitSheet
from payouts.exports.run_facts import contributions_of, run_sheet_of, slips_of, taxes_of, units_of
from payouts.models import Person, Run
from payouts.models.words import RunPurpose
from payouts.reconciliations import accounts_of_month, figures_of
from treasury.exports.documents import heading_of as district_heading
from treasury.exports.documents import month_documents, write_paper
from treasury.exports.papers import in_chinese
from treasury.models import Settlement, UnpaidSalary
from treasury.models.words import SettlementStatus

PERSON = "person/"


def write_documents(*, folder: Path, month: date, at: datetime) -> list[str]:
    """Write the documents of every computed run of a month and those of its townships' money; return their names."""
    names = []
    for run in Run.objects.filter(month=month, purpose=RunPurpose.PAYROLL, edition__gt=0).order_by("number"):
        names += [f"documents/{name}" for name in write_run(folder / "documents", run, at)]
    for run in released_benefit_runs(month=month):
        names += [f"documents/{name}" for name in write_named(folder / "documents", run, benefit_documents_of(run, at))]
    names += [f"documents/{name}" for name in write_reconciliations(folder=folder / "documents", month=month, at=at)]
    return [*names, *write_treasury_documents(folder=folder, month=month, at=at)]


def write_masked_documents(*, folder: Path, month: date, at: datetime) -> list[str]:
    """Write what is read before payroll runs of a month are decided on, numbers masked; return the names."""
    runs = Run.objects.filter(month=month, purpose=RunPurpose.PAYROLL, edition__gt=0).order_by("number")
    return [
        f"documents/{name}"
        for run in runs
        for name in write_named(folder / "documents", run, masked_documents_of(run, at))
    ]


def write_reconciliations(*, folder: Path, month: date, at: datetime) -> list[str]:
    """Write the 银行余额调节表 of the own accounts of a month, if there are any; return their names."""
    with in_chinese():
        found = [figures_of(own=own, month=month) for own in accounts_of_month(month)]
        if not found:
            return []
        document = reconciliation_document(month=month, accounts=found, heading=district_heading(at))
        return write_paper(folder=folder, stem=f"{month:%Y-%m}-银行余额调节表", document=document)


def write_treasury_documents(*, folder: Path, month: date, at: datetime) -> list[str]:
    """Write the papers of district and township money of a month that was settled; return their names."""
    if not Settlement.objects.filter(month=month).exclude(status=SettlementStatus.WITHDRAWN).exists():
        return []
    names = month_documents(month=month, folder=folder / "documents", at=at, names=masked_payees())
    return [f"documents/{name}" for name in names]


def masked_payees() -> Mapping[str, str]:
    """Return the masked names of those whom a township owes, by the reference that the treasury knows them by."""
    references = UnpaidSalary.objects.values_list("payee_reference", flat=True).distinct()
    keys = [int(one.removeprefix(PERSON)) for one in references if one.removeprefix(PERSON).isdigit()]
    people = Person.objects.filter(pk__in=keys).values_list("pk", "name")
    return {f"{PERSON}{key}": masked_name(name) for key, name in people}


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


def heading_of(run: Run, at: datetime, scope: str = "") -> Heading:
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


Write = Callable[..., object]  # takes the file


def write_run(folder: Path, run: Run, at: datetime) -> Iterator[str]:
    """Write the documents of one run, payslips by township, and yield their names."""
    return write_named(folder, run, documents_of(run, at))


def write_named(folder: Path, run: Run, documents: Iterable[tuple[str, Write]]) -> Iterator[str]:
    """Write documents of a run, each under its name, and yield the names of the files."""
    make_folder(folder)
    for name, write in documents:
        path = folder / f"{run.month:%Y-%m}-{run.number}-{name}"
        try:
            with path.open("wb") as file:
                write(file=file)
        except GlyphMissing as missing:
            # The money is not held up by a character that no font has: a note says which it is.
            path.unlink()
            path = path.with_name(f"{path.name}.缺字.txt")
            path.write_text(f"{missing}\n", encoding="utf-8")
        except DoesNotAddUp as fault:
            # Nor by a paper whose figures differ: a note says which, and the paper is not there.
            path.unlink()
            path = path.with_name(f"{path.name}.不符.txt")
            path.write_text(f"{fault}\n", encoding="utf-8")
        yield path.name


def benefit_documents_of(run: Run, at: datetime) -> Iterator[tuple[str, Write]]:
    """Yield each document of a benefit run: its name, and what writes it."""
    heading = heading_of(run, at)
    schemes = {code: scheme.name for code, scheme in schemes_in_use(month=run.month).items()}
    for suffix, write in ((".pdf", write_benefit_register), (".xlsx", write_benefit_register_book)):
        yield f"{TITLE}{suffix}", partial(write, heading=heading, run=run, schemes=schemes)


def documents_of(run: Run, at: datetime) -> Iterator[tuple[str, Write]]:
    """Yield each document of a run: its name, and what writes it."""
    heading = heading_of(run, at)
    slips, units, taxes = slips_of(run), units_of(run), taxes_of(run)
    sheet = run_sheet_of(run)
    for township, group in groupby(slips, key=lambda slip: slip.township):
        own, together = heading_of(run, at, township), list(group)
        yield f"工资条-{township}.pdf", partial(payslips.write_payslips, heading=own, slips=together)
    yield "工资条.csv", partial(payslips.write_payslip_list, heading=heading, slips=slips)
    yield from registers_of("工资发放登记表", heading, slips)
    yield from unit_sheets_of(heading, units)
    yield "个人所得税扣缴明细.xlsx", partial(remittances.write_tax_book, heading=heading, rows=taxes)
    yield "个人所得税扣缴明细.csv", partial(remittances.write_tax_list, rows=taxes)
    for fund, rows in contributions_of(run).items():
        book = partial(remittances.write_contribution_book, heading=heading, fund=fund, rows=rows)
        yield f"{fund}缴费明细.xlsx", book
        yield f"{fund}缴费明细.csv", partial(remittances.write_contribution_list, rows=rows)
    yield from approval_sheets_of(heading, sheet)


def masked_documents_of(run: Run, at: datetime) -> Iterator[tuple[str, Write]]:
    """Yield each document that who decides on a run reads: none has the number of a person or an account in full."""
    heading = heading_of(run, at)
    slips = [
        replace(slip, id_number=masked_id(slip.id_number), account=masked_account(slip.account))
        for slip in slips_of(run)
    ]
    yield from registers_of("工资发放登记表（脱敏）", heading, slips)
    yield from unit_sheets_of(heading, units_of(run))
    yield from approval_sheets_of(heading, run_sheet_of(run))


def registers_of(title: str, heading: Heading, slips: Sequence[Slip]) -> Iterator[tuple[str, Write]]:
    yield f"{title}.pdf", partial(registers.write_register, heading=heading, slips=slips)
    yield f"{title}.xlsx", partial(registers.write_register_book, heading=heading, slips=slips)


def unit_sheets_of(heading: Heading, units: Sequence[UnitSheet]) -> Iterator[tuple[str, Write]]:
    yield "单位工资汇总表.pdf", partial(unit_sheets.write_unit_sheets, heading=heading, units=units)
    yield "单位工资汇总表.xlsx", partial(unit_sheets.write_unit_book, heading=heading, units=units)


def approval_sheets_of(heading: Heading, sheet: RunSheet) -> Iterator[tuple[str, Write]]:
    yield "与上月比较.csv", partial(run_sheets.write_differences, rows=sheet.differences)
    yield "例外事项.csv", partial(run_sheets.write_exceptions, rows=sheet.exceptions)
    yield "统发工资审批表.pdf", partial(run_sheets.write_run_sheet, heading=heading, sheet=sheet)
