"""Write the three files of GB/T 24589.1-2010 for each book, and beside them what they hold."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from django.utils.timezone import get_current_timezone

from audit.exports.combinations import months_of
from audit.exports.controls import Content, require_agreement, write_control
from audit.exports.dimensions import dimensions_of
from audit.exports.folders import file_name, private_file, whole_folder
from audit.exports.gbt24589.archives import write_archives
from audit.exports.gbt24589.general_ledger import write_ledger
from audit.exports.gbt24589.staff import released_runs, write_pay
from audit.exports.gbt24589.tables import ARCHIVES, LEDGER, PAY, STANDARD
from audit.exports.numbers import Numbers
from ledger.exports.stated import BookCounted, ExportStated, state_vouchers
from ledger.models import Book

SCHEMAS: Final = Path(__file__).parents[1] / "schemas"

NOTES: Final = """{standard} 审计数据接口文件
期间：{since} 至 {until}（含）
导出时间：{at}
账套：{books}
凭证：{vouchers} 张，分录 {lines} 条，借方合计 {debit:.2f}，贷方合计 {credit:.2f}
凭证缺号：{gaps}

一、每个账套一个文件夹，内有公共档案.xml、总账.xml、员工薪酬.xml，编码 GB18030。
    应收应付、固定资产不在本系统核算，不提供。
二、表名、字段名及其顺序按公开的 {standard} 导出程序核对；
    随附的 xsd 由本项目据此编写，字段长度和类型为本项目所定；
    标识（locID）除 T101、T106、T107 外按顺序推定，未与标准文本核对。
三、辅助项1至6依次为资金性质、功能分类、经济分类、项目、单位、往来，其余为空。
四、科目余额及发生额只列末级科目，按月、按辅助项组合；期初等于上期期末，各科目合计与账面余额核对一致。
    年末结转不分辅助项：收入、支出科目在年度结转后从零开始。
五、红字以负数列示。已冲销的凭证仍为有效凭证，作废标志均为0。
六、现金流量各表为空。报表项数据为截止日资产负债表的一级科目余额及各类合计。
七、员工薪酬列于负担工资的乡镇账套，只含已放款的批次，按发放日归入期间；员工以内部编码标识。
八、证件号码、长号码：{numbers}。
九、2005版与2022版 GB18030 编码不同的罕用字以字符引用（如 &#x9FB4;）书写，两版读法一致。
"""
SHOWN: Final = {Numbers.MASKED: "已遮蔽，出生日期以00000000代替", Numbers.IN_FULL: "完整列示"}


def write(
    *,
    books: Sequence[Book],
    since: date,
    until: date,
    out: Path,
    at: datetime,
    numbers: Numbers = Numbers.MASKED,
) -> ExportStated:
    """Write the books from ``since`` to ``until``, the last included, and return what the export states.

    Call it inside ``one_moment``. Where numbers are in full the caller leaves an event afterwards.

    :raises UnableToExport: if lines and balances disagree, or a text cannot stand in XML
    """
    stated = state_vouchers(books=books, since=since, until=until)
    with whole_folder(out) as folder:
        contents: list[Content] = []
        by_code = {book.code: book for book in books}
        for counted in stated.books:
            book = by_code[counted.code]
            contents += write_book(folder / file_name(book.code), book, counted, since, until, numbers)
            add_schemas(folder / file_name(book.code))
        write_control(folder=folder, stated=stated, contents=contents)
        with private_file(folder / "说明.txt") as file:
            file.write(notes(stated, at, numbers).encode("utf-8-sig"))
    return stated


def write_book(
    folder: Path, book: Book, counted: BookCounted, since: date, until: date, numbers: Numbers
) -> list[Content]:
    """Write the files of one book and return what they hold."""
    dimensions = dimensions_of(book=book, until=until, numbers=numbers)
    runs = released_runs(since=since, until=until)
    with private_file(folder / f"{ARCHIVES.root}.xml") as file:
        write_archives(
            file=file,
            book=book,
            years=range(since.year, until.year + 1),
            months=months_of(book=book, since=since, until=until),
            dimensions=dimensions,
            runs=runs,
            numbers=numbers,
        )
    with private_file(folder / f"{LEDGER.root}.xml") as file:
        ledger = write_ledger(file=file, book=book, since=since, until=until, dimensions=dimensions, numbers=numbers)
    require_agreement(
        counted=counted,
        vouchers=ledger.vouchers,
        lines=ledger.lines,
        debit=ledger.debit,
        credit=ledger.credit,
    )
    with private_file(folder / f"{PAY.root}.xml") as file:
        pay = write_pay(file=file, book=book, runs=runs)
    return [
        Content(book.code, "总账 记账凭证", ledger.lines, ledger.debit, ledger.credit),
        Content(book.code, "总账 科目余额及发生额", ledger.balances),
        Content(book.code, "员工薪酬 记录（借方为应发、贷方为实发）", pay.slips, pay.gross, pay.net),
        Content(book.code, "员工薪酬 记录明细", pay.details),
    ]


def add_schemas(folder: Path) -> None:
    """Lay the schemas beside the files that name them."""
    for schema in sorted(SCHEMAS.glob("*.xsd")):
        with private_file(folder / schema.name) as file:
            file.write(schema.read_bytes())


def notes(stated: ExportStated, at: datetime, numbers: Numbers) -> str:
    """Return what a reader has to know who has the files alone."""
    return NOTES.format(
        standard=STANDARD,
        since=stated.since,
        until=stated.until,
        at=f"{at.astimezone(get_current_timezone()):%Y-%m-%d %H:%M}",
        books="、".join(f"{book.code} {book.name}（{book.regime}）" for book in stated.books),
        vouchers=stated.vouchers,
        lines=stated.lines,
        debit=stated.debit,
        credit=stated.credit,
        gaps="、".join(map(str, stated.gaps)) or "无",
        numbers=SHOWN[numbers],
    )
