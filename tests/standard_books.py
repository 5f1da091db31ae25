"""A lively book of each record for the tests of the standard exports; everybody here is invented."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree

from audit.exports import gbt24589, platform_csv
from ledger.exports.snapshots import one_moment
from ledger.exports.stated import ExportStated
from ledger.models import AccountingUnit, Book, Counterparty, Officer, Period, Project
from ledger.models.words import BookKind
from ledger.opening import open_book, open_period
from ledger.posting import post_event
from ledger.reversing import reverse_event
from tests.builders import (
    AT,
    FUND,
    OPENED_ON,
    SIGNED,
    TREASURY,
    credit,
    debit,
    event,
    make_books,
    make_officers,
    receipt,
    simple,
    sweep,
    voucher,
    yuan,
)
from tests.furnishing import fixtures

NOVEMBER, NOVEMBER_END, DECEMBER_END = date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 31)
# Outside GBK, outside the BMP, and one that the editions of GB 18030 encode differently (U+9FB4).
RARE = "䶮㛃𠅤𬭎﨑龴"
AWKWARD = f'<a & b> "{RARE}" 100% ]]>'
FORMULA = "=HYPERLINK(1)"
ACCOUNT = "6228480012345678903"


def furnish_2015() -> None:
    """Two books: an opening, receipts, a sweep, two funds, red lines, dimensions, two months."""
    district, _ = make_books()
    open_period(
        period=Period.objects.get(book=district, year=2026, month=12),
        opener=Officer.objects.get(username="reviewer"),
        at=AT,
    )
    Project.objects.create(code="P%1", name=f"项目{RARE}")
    AccountingUnit.objects.create(code="220112101001", name="某镇人民政府")
    Counterparty.objects.create(code="11010519491231002X", name="某人")
    Counterparty.objects.create(code="S01", name="供应商")
    opening = voucher(
        "D",
        debit(TREASURY, yuan("1000000.00"), fund=FUND),
        credit("3001", yuan("1000000.00"), fund=FUND),
        debit(TREASURY, yuan("5.00"), fund="121"),
        credit("3002", yuan("5.00"), fund="121"),
        kind="OPENING",
        posting_date=date(2026, 10, 31),
    )
    post_event(event("opening", opening))
    post_event(receipt("receipt/1", "950.00"))
    post_event(sweep("sweep/1", "950.00"))
    post_event(simple("wrong/1", "77.70"))
    reverse_event(source="wrong/1", posting_date=date(2026, 11, 6), signatures=SIGNED)
    lines = (
        replace(debit("5001", yuan("30.01"), fund=FUND, summary=AWKWARD), project="P%1", economic="30101"),
        replace(debit("5001", yuan("7.00"), fund=FUND), unit="220112101001", functional="2010301"),
        replace(credit("2015", yuan("30.01"), fund=FUND, summary=FORMULA), counterparty="S01"),
        replace(credit("2015", yuan("7.00"), fund=FUND), counterparty="11010519491231002X"),
    )
    post_event(event("classes/1", voucher("D", *lines, summary=f"付 {ACCOUNT}", attachments=3, reference="电汇 12")))
    later = replace(debit("2015", yuan("30.01"), fund=FUND), counterparty="S01")
    post_event(
        event(
            "paid/1",
            voucher("D", later, credit(TREASURY, yuan("30.01"), fund=FUND), posting_date=date(2026, 12, 3)),
        )
    )


def furnish_2022() -> None:
    """A book that keeps both records in one voucher."""
    make_officers()
    opener = Officer.objects.get(username="reviewer")
    common: dict[str, Any] = {"regime": "GF2022", "opened_on": OPENED_ON, "opener": opener, "at": AT}
    open_book(code="D", name="青岚区", kind=BookKind.DISTRICT, parent=None, **common)
    both = voucher(
        "D",
        debit("1001", yuan("8.00"), fund=FUND),
        credit("4001", yuan("8.00"), fund=FUND),
        debit("804101", yuan("8.00"), fund=FUND),
        credit("6001", yuan("8.00"), fund=FUND),
    )
    post_event(event("parallel/1", both))


# The books of 2015 as the tests of one module share them, who only read.
lively = fixtures(furnish_2015).stage


def all_books() -> Sequence[Book]:
    return list(Book.objects.select_related("chart").order_by("code"))


def export_standard(out: Path, *, since: date = NOVEMBER, until: date = NOVEMBER_END, **how: Any) -> ExportStated:
    with one_moment():
        return gbt24589.write(books=all_books(), since=since, until=until, out=out, at=AT, **how)


def export_platform(out: Path, *, since: date = NOVEMBER, until: date = NOVEMBER_END, **how: Any) -> ExportStated:
    with one_moment():
        return platform_csv.write(books=all_books(), since=since, until=until, out=out, at=AT, **how)


def parsed(path: Path) -> etree._Element:
    return etree.parse(path).getroot()


def rows_of(root: etree._Element, table: str) -> list[dict[str, str]]:
    """Return the rows of a table, each as its fields by name."""
    return [
        {etree.QName(field).localname: field.text or "" for field in row}
        for row in root
        if etree.QName(row).localname == table
    ]


def total(rows: Sequence[dict[str, str]], column: str, wanted: Callable[[dict[str, str]], bool] = bool) -> Any:
    return sum((yuan(row[column]) for row in rows if wanted(row)), yuan("0.00"))
