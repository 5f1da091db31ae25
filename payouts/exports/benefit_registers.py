"""惠民补贴发放登记表: everybody a benefit run pays, by township, for the officers who sign for it. Numbers in full.

Written as it is read, however many there are.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import IO, Final

from ledger.capitals import capital_amount, fen_of
from ledger.exports.pages.frames import Frame, Paper
from ledger.exports.pages.pens import MM
from ledger.exports.pages.running import RunningRow, Volumes
from ledger.exports.pages.tables import Column, Kind, Row
from ledger.exports.pages.workbooks import Field, open_book
from ledger.money import ZERO
from payouts.benefit_registers import RegisterRow, register_of
from payouts.exports.rows import Heading
from payouts.models import Run

TITLE: Final = "惠民补贴发放登记表"
SIZE: Final = 65
EVERY_PAGE: Final = 1_000_000  # one file, however many pages
HEADS: Final = (
    ("序号", 12),
    ("村（社区）", 30),
    ("姓名", 22),
    ("身份证号", 34),
    ("项目", 44),
    ("所属期", 16),
    ("应发", 20),
    ("抵扣", 18),
    ("实发", 20),
    ("开户银行", 30),
    ("账号", 36),
)
FIELDS: Final = (
    Field("序号", 3),
    Field("乡镇", 8),
    Field("村（社区）", 10),
    Field("姓名", 6),
    Field("身份证号", 10),
    Field("项目", 16),
    Field("所属期", 5),
    Field("应发", 7),
    Field("抵扣", 6),
    Field("实发", 7),
    Field("户名", 6),
    Field("开户银行", 12),
    Field("账号", 11),
)
SIGNERS: Final = ("制表：", "复核：", "发放：", "单位负责人：")


class Totals:
    """What rows make so far: how many, due, kept back and paid."""

    def __init__(self) -> None:
        self.rows = 0
        self.due = self.kept_back = self.paid = ZERO

    def add(self, row: RegisterRow) -> None:
        self.rows += 1
        self.due += row.due
        self.kept_back += row.kept_back
        self.paid += row.paid


Names = Mapping[str, str]  # of schemes by their code


def write_benefit_register(*, file: IO[bytes], heading: Heading, run: Run, schemes: Names) -> Totals:
    """Write the register as PDF, each township with its sum.

    :raises DoesNotAddUp: if the rows make something else than the run owes
    :raises GlyphMissing: if no font has a character of a name
    """
    totals = Totals()
    volumes = Volumes(
        frame_of=lambda _volume: frame_of(heading), write_to=lambda _volume, write: write(file), pages=EVERY_PAGE
    )
    columns = [Column((head,), width * MM) for head, width in HEADS]
    volumes.table(columns, map(RunningRow, printed_rows(register_of(run), schemes, totals)), size=SIZE)
    volumes.flow.lines(f"实发合计（大写）：{capital_amount(fen=fen_of(totals.paid))}")
    volumes.flow.signatures(*SIGNERS)
    volumes.finish()
    return totals


def write_benefit_register_book(*, file: IO[bytes], heading: Heading, run: Run, schemes: Names) -> Totals:
    """Write the register as xlsx; raises as ``write_benefit_register``."""
    totals = Totals()
    with open_book(file=file, frame=frame_of(heading)) as book:
        book.long_sheet(name=TITLE, fields=FIELDS, rows=listed_rows(register_of(run), schemes, totals))
    return totals


def frame_of(heading: Heading) -> Frame:
    return heading.frame(title=TITLE, paper=Paper.LANDSCAPE)


def printed_rows(rows: Iterable[RegisterRow], schemes: Names, totals: Totals) -> Iterator[Row]:
    """Yield for each township a band, its people and its sum, then the sum of all; ``totals`` grow with them."""
    for township, group in groupby(rows, key=lambda row: row.township):
        yield Row([township, *[""] * 10], Kind.BAND)
        own = Totals()
        for row in group:
            own.add(row)
            totals.add(row)
            yield Row(
                [
                    f"{totals.rows}",
                    row.village,
                    row.name,
                    row.id_number,
                    schemes.get(row.scheme, row.scheme),
                    f"{row.period:%Y-%m}",
                    row.due,
                    row.kept_back or None,
                    row.paid,
                    row.bank,
                    row.account,
                ]
            )
        yield sum_row("乡镇小计", own)
    yield sum_row("合计", totals)


def sum_row(label: str, totals: Totals) -> Row:
    amounts = [totals.due, totals.kept_back, totals.paid]
    return Row(["", label, f"{totals.rows}笔", "", "", "", *amounts, "", ""], Kind.SUM)


def listed_rows(rows: Iterable[RegisterRow], schemes: Names, totals: Totals) -> Iterator[Row]:
    """Yield the rows of the workbook, their sum last; ``totals`` grow with them."""
    for row in rows:
        totals.add(row)
        yield Row(
            [
                totals.rows,
                row.township,
                row.village,
                row.name,
                row.id_number,
                schemes.get(row.scheme, row.scheme),
                f"{row.period:%Y-%m}",
                row.due,
                row.kept_back or None,
                row.paid,
                row.holder,
                row.bank,
                row.account,
            ]
        )
    amounts = [totals.due, totals.kept_back, totals.paid]
    yield Row([None, "合计", f"{totals.rows}笔", None, None, None, None, *amounts, None, None, None], Kind.SUM)
