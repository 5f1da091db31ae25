"""Vouchers of every kind that is printed differently; everybody is invented."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ledger.entries import Entry, Event
from ledger.exports.snapshots import one_moment
from ledger.exports.voucher_rows import VoucherReader
from ledger.exports.voucher_sheets import PrintedAccount, PrintedLine, PrintedVoucher, Signed
from ledger.models import AccountingUnit, Book, Counterparty, Officer, Project, Voucher
from ledger.models.words import BookKind
from ledger.opening import open_book
from ledger.posting import post_event
from ledger.reversing import reverse_event
from ledger.signing import sign_as_chief_accountant
from tests.builders import (
    AT,
    FUND,
    SIGNED,
    credit,
    debit,
    event,
    make_books,
    receipt,
    simple,
    sweep,
    voucher,
    yuan,
)

NOVEMBER, NOVEMBER_END = date(2026, 11, 1), date(2026, 11, 30)
RARE = "𬱖䶮㛃𬭎𠅤"
ACCOUNT = PrintedAccount("103100101", "1031", ["与下级往来", "第1镇", "年度资金调度"])


def line(number: int = 1, amount: str = "100.00", *, side: str = "D", **changes: object) -> PrintedLine:
    """Return a line as it is printed; keyword arguments replace its fields."""
    made = PrintedLine(
        number=number,
        record="F",
        summary="计提支出",
        account=ACCOUNT,
        fund="111 一般公共预算资金",
        functional="",
        economic="",
        project="",
        unit="",
        counterparty="",
        side=side,
        amount=Decimal(amount),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def lines(count: int, *, record: str = "F") -> Sequence[PrintedLine]:
    """Return lines that balance: one debit for all the credits."""
    others = [line(number, "1.00", side="C", record=record) for number in range(2, count + 1)]
    return [line(1, f"{count - 1}.00", record=record), *others]


def printed(*own: PrintedLine, **changes: object) -> PrintedVoucher:
    """Return a voucher as it is printed; keyword arguments replace its fields."""
    made = PrintedVoucher(
        book_code="D",
        book_name="青岚区",
        regime="财政总预算会计制度（2015）（财库〔2015〕192号）",
        month="2026-11",
        posting_date=date(2026, 11, 5),
        voucher_type="记",
        number=12,
        kind="ORDINARY",
        summary="计提支出",
        source="test/1",
        reference="",
        paper="",
        attachments=3,
        signed=Signed("会计主管甲", "记账乙", "出纳丙", "审核丁", "制单戊"),
        reverses=None,
        reversed_by=None,
        corrects=None,
        lines=own or lines(2),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def read(*codes: str, since: date = NOVEMBER, until: date = NOVEMBER_END) -> list[PrintedVoucher]:
    """Return the vouchers of books as they are printed."""
    books = list(Book.objects.filter(code__in=codes).order_by("code"))
    with one_moment():
        return list(VoucherReader(books=books, since=since, until=until))


def furnish() -> None:
    """Post a voucher of each kind in D and T01, and one of both records in the unit U."""
    make_books()
    AccountingUnit.objects.create(code="U01", name="青岚区教育局")
    Project.objects.create(code="P1", name="农村道路维护")
    Counterparty.objects.create(code="C1", name="欧阳䶮")
    post_event(receipt("receipt/1", "950.00", attachments=2))
    post_event(sweep("sweep/1", "950.00"))
    post_event(spending("spending/1"))
    post_event(simple("wrong/1", "77.70"))
    reverse_event(source="wrong/1", posting_date=date(2026, 11, 6), signatures=SIGNED)
    wrong = Voucher.objects.get(source="spending/1")
    supplement = voucher(
        "D",
        debit("5001", yuan("-0.60"), fund=FUND),
        credit("2015", yuan("-0.60"), fund=FUND),
        kind="SUPPLEMENT",
        corrects=wrong.pk,
        summary="调减多计支出",
    )
    post_event(event("supplement/1", supplement))
    post_event(
        simple(
            "moved/1",
            "3.00",
            voucher_type="转",
            paper="青岚财〔2026〕7号",
            reference="JK-1",
            posting_date=date(2026, 11, 9),
        )
    )
    sign_as_chief_accountant(voucher=wrong, officer=Officer.objects.get(username="chief"), at=AT)
    furnish_unit()


def spending(source: str, book: str = "D") -> Event:
    entries: list[Entry] = []
    for number in range(1, 5):
        amount = yuan(f"{number}00.15")
        expense = debit("5001", amount, fund=FUND, summary=f"公用经费第{number}笔，电话费和邮电费")
        entries += [
            replace(expense, functional="2010301", economic="30201", unit="U01", project="P1"),
            replace(credit("2015", amount, fund=FUND), counterparty="C1"),
        ]
    return event(source, voucher(book, *entries, summary=f"教育局公用经费（{RARE}）", attachments=12))


def furnish_unit() -> None:
    """Open the book of a budget unit, which keeps two records, and post a voucher of both."""
    district = Book.objects.get(code="D")
    opener = Officer.objects.get(username="reviewer")
    open_book(
        code="U",
        name="青岚区教育局",
        kind=BookKind.UNIT,
        parent=district,
        regime="GU2017",
        opened_on=NOVEMBER,
        opener=opener,
        at=AT,
    )
    entries = (
        debit("1002", yuan("500.00"), fund=FUND),
        credit("4001", yuan("500.00"), fund=FUND),
        debit("8001", yuan("500.00"), fund=FUND),
        credit("6001", yuan("500.00"), fund=FUND),
    )
    post_event(event("grant/1", voucher("U", *entries, summary="收到财政拨款", voucher_type="收")))
