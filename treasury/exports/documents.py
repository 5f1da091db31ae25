"""Write the papers of a month, each as PDF and xlsx, into a folder; return their names."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path

from ledger.exports.pages.embedding import GlyphMissing
from ledger.models import Book
from ledger.models.words import BookKind
from ledger.sums import DoesNotAddUp
from treasury.account_statements import statements_of
from treasury.arrears import arrears_of
from treasury.debts import burn_downs, debt_registers
from treasury.exports.arrears_sheets import arrears_document
from treasury.exports.debt_sheets import debt_document
from treasury.exports.income_sheets import income_document
from treasury.exports.papers import Document, Heading, in_chinese, write_book, write_pdf
from treasury.exports.position_sheets import position_document
from treasury.exports.settlement_sheets import settlement_document
from treasury.exports.statement_sheets import statement_document
from treasury.incomes import incomes_of
from treasury.models import Settlement, Township
from treasury.models.words import SettlementStatus
from treasury.positions import positions_on
from treasury.settlement_figures import end_of_month
from treasury.settlement_origins import settlement_sheets, what_if_sheets

FOLDER_MODE = 0o700
Names = Mapping[str, str]


def all_townships() -> Sequence[Township]:
    """Return the townships in their order, with their books."""
    return list(Township.objects.select_related("book").order_by("number"))


def heading_of(at: datetime) -> Heading:
    """Return what every paper of the district names."""
    district = Book.objects.select_related("chart").filter(kind=BookKind.DISTRICT).order_by("pk")[0]
    return Heading(
        district=district.name,
        statement=f"账务依据：{district.chart.name}（{district.chart.document}）",
        printed_at=at,
    )


def settlements_paper(*, month: date, at: datetime, townships: Collection[int] | None = None) -> Document:
    """Return the settlement sheets of a month that are kept."""
    return settlement_document(
        month=month, sheets=settlement_sheets(month=month, townships=townships), heading=heading_of(at)
    )


def what_if_paper(*, month: date, at: datetime, townships: Collection[int] | None = None) -> Document:
    """Return what the settlement of a month would be now."""
    return settlement_document(
        month=month, sheets=what_if_sheets(month=month, townships=townships), heading=heading_of(at)
    )


def statements_paper(*, month: date, townships: Sequence[Township], at: datetime) -> Document:
    """Return the statements of account of a month."""
    statements = statements_of(month=month, townships=townships)
    return statement_document(month=month, statements=statements, heading=heading_of(at))


def positions_paper(*, on: date, townships: Sequence[Township], at: datetime) -> Document:
    """Return where townships stand on a day."""
    return position_document(
        on=on,
        positions=positions_on(townships=townships, on=on),
        burn_downs={one.township.pk: one for one in burn_downs(townships=townships, on=on)},
        heading=heading_of(at),
    )


def debts_paper(*, on: date, townships: Sequence[Township], at: datetime) -> Document:
    """Return how old debt burned down over a year up to a day, and the register of its vouchers."""
    falls = burn_downs(townships=townships, on=on)
    since = falls[0].days[0].replace(day=1) if falls else on
    registers = debt_registers(townships=townships, since=since, on=on)
    return debt_document(on=on, registers=registers, burn_downs=falls, heading=heading_of(at))


def incomes_paper(*, since: date, on: date, at: datetime, townships: Collection[int] | None = None) -> Document:
    """Return the income of a span of days by nature of the money."""
    return income_document(incomes=incomes_of(since=since, on=on, townships=townships), heading=heading_of(at))


def arrears_paper(*, on: date, townships: Sequence[Township], names: Names, at: datetime) -> Document:
    """Return the list of unpaid salaries as of a day."""
    arrears = arrears_of(townships=townships, on=on)
    return arrears_document(on=on, arrears=arrears, names=names, heading=heading_of(at))


def month_documents(*, month: date, folder: Path, at: datetime, names: Names) -> list[str]:
    """Write every paper of a month into ``folder`` and return their names; nothing where there is no township.

    ``names`` are masked names by reference, for the list of unpaid salaries.
    """
    townships = all_townships()
    if not townships:
        return []
    written = []
    with in_chinese():
        for name, read in month_papers(month, townships, names, at):
            stem = f"{month:%Y-%m}-{name}"
            try:
                written += write_paper(folder=folder, stem=stem, document=read())
            except DoesNotAddUp as fault:
                # The month is not held up by one paper: a note says what does not add up.
                written.append(write_note(folder / f"{stem}.不符.txt", fault))
    return written


def write_note(path: Path, fault: Exception) -> str:
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    path.write_text(f"{fault}\n", encoding="utf-8")
    return path.name


def month_papers(
    month: date, townships: Sequence[Township], names: Names, at: datetime
) -> Iterator[tuple[str, Callable[[], Document]]]:
    """Yield the papers of a month: the name of each and what reads it."""
    on = end_of_month(month)
    january = month.replace(month=1)
    if Settlement.objects.filter(month=month).exclude(status=SettlementStatus.WITHDRAWN).exists():
        yield "结算单", partial(settlements_paper, month=month, at=at)
    yield "往来对账单", partial(statements_paper, month=month, townships=townships, at=at)
    yield "收入分类表", partial(incomes_paper, since=january, on=on, at=at)
    yield "欠发工资清单", partial(arrears_paper, on=on, townships=townships, names=names, at=at)
    yield "乡镇财政情况表", partial(positions_paper, on=on, townships=townships, at=at)
    yield "历史欠款变化表", partial(debts_paper, on=on, townships=townships, at=at)


def write_paper(*, folder: Path, stem: str, document: Document) -> list[str]:
    """Write a paper as PDF and xlsx; a character that no font has leaves a note instead of the PDF."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    written = []
    for suffix, write in ((".pdf", write_pdf), (".xlsx", write_book)):
        path = folder / f"{stem}{suffix}"
        try:
            with path.open("wb") as file:
                write(file=file, document=document)
        except GlyphMissing as missing:
            path.unlink()
            written.append(write_note(path.with_name(f"{path.name}.缺字.txt"), missing))
        else:
            written.append(path.name)
    return written
