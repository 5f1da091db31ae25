"""Books, officers and entries for tests, with honest defaults; everybody here is invented."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ledger.entries import Entry, Event, Signatures, VoucherToPost
from ledger.entries import credit as credit
from ledger.entries import debit as debit
from ledger.models import Book, Officer
from ledger.models.words import BookKind, Flow, Mirror, OfficerKind
from ledger.opening import SubAccount, add_account, open_book

AT = datetime(2026, 11, 8, 9, 0, tzinfo=UTC)
OPENED_ON = date(2026, 11, 1)
DAY = date(2026, 11, 5)
FUND = "111"

SIGNED = Signatures(preparer="rule", reviewer="reviewer", poster="rule", cashier="cashier")

# The accounts of the golden month (domain 2.5) by what they are.
TREASURY = "1001"  # D: 国库存款
LOWER_ANNUAL, LOWER_HISTORIC = "103100101", "103100102"  # D: 与下级往来
RECEIPT_ONLY = "100101"  # T: 乡级金库
DISBURSEMENT_ONLY = "100401"  # T: 支出分户
EXTRA_BUDGETARY = "100402"  # T: 预算外分户
UPPER_ANNUAL, UPPER_HISTORIC = "201201", "201202"  # T: 与上级往来


def make_officers() -> None:
    """Create the officers of the tests: one service account and five people."""
    people = ("preparer", "reviewer", "cashier", "chief", "second")
    Officer.objects.bulk_create(
        [
            Officer(username="rule", full_name="工资规则", kind=OfficerKind.SERVICE),
            *(Officer(username=name, full_name=f"测试{name}") for name in people),
        ]
    )


def make_books(*, townships: int = 1, regime: str = "GF2015", opened_on: date = OPENED_ON) -> tuple[Book, list[Book]]:
    """Open a district ``D`` and townships ``T01``, ``T02``, ... with the accounts of the golden month."""
    make_officers()
    opener = Officer.objects.get(username="reviewer")
    common: dict[str, Any] = {"regime": regime, "opened_on": opened_on, "opener": opener, "at": AT}
    district = open_book(code="D", name="青岚区", kind=BookKind.DISTRICT, parent=None, **common)
    lower = []
    for number in range(1, townships + 1):
        code = f"T{number:02}"
        book = open_book(code=code, name=f"第{number}镇", kind=BookKind.TOWNSHIP, parent=district, **common)
        add_township_accounts(district, book, number)
        lower.append(book)
    return district, lower


def add_township_accounts(district: Book, township: Book, number: int) -> None:
    """Give both books the sub-accounts of one township (account 1031 of D, 1001, 1004 and 2012 of T)."""
    stem = f"1031{number:03}"
    add_account(book=district, sub=SubAccount(parent_code="1031", code=stem, name=township.name))
    for code, book, parent, name, mirror, counterpart in (
        (f"{stem}01", district, stem, "年度资金调度", Mirror.ANNUAL, township.code),
        (f"{stem}02", district, stem, "历史欠款", Mirror.HISTORIC, township.code),
        (UPPER_ANNUAL, township, "2012", "年度资金调度", Mirror.ANNUAL, district.code),
        (UPPER_HISTORIC, township, "2012", "历史欠款", Mirror.HISTORIC, district.code),
    ):
        add_account(
            book=book,
            sub=SubAccount(parent_code=parent, code=code, name=name, mirror=mirror, counterpart=counterpart),
        )
    for code, parent, name, flow in (
        (RECEIPT_ONLY, "1001", "乡级金库", Flow.RECEIPT_ONLY),
        (DISBURSEMENT_ONLY, "1004", "支出分户", Flow.DISBURSEMENT_ONLY),
        (EXTRA_BUDGETARY, "1004", "预算外分户", Flow.ANY),
    ):
        add_account(book=township, sub=SubAccount(parent_code=parent, code=code, name=name, flow=flow))


def yuan(text: str) -> Decimal:
    return Decimal(text)


def voucher(book: str, *entries: Entry, **changes: Any) -> VoucherToPost:
    """Return a voucher of ``DAY`` signed by ``SIGNED``; keyword arguments replace its fields."""
    made = VoucherToPost(book=book, posting_date=DAY, summary="测试", entries=entries, signatures=SIGNED)
    return replace(made, **changes)


def event(source: str, *vouchers: VoucherToPost) -> Event:
    return Event(source=source, vouchers=vouchers)


def simple(source: str = "test/1", amount: str = "100.00", *, book: str = "D", **changes: Any) -> Event:
    """Return an event of one two-line voucher that touches no cash: Dr 5001 Cr 2015."""
    made = voucher(book, debit("5001", yuan(amount), fund=FUND), credit("2015", yuan(amount), fund=FUND), **changes)
    return event(source, made)


def receipt(source: str, amount: str, *, book: str = "T01", **changes: Any) -> Event:
    """Return J1: revenue enters the receipt-only account."""
    lines: Sequence[Entry] = (
        debit(RECEIPT_ONLY, yuan(amount), fund=FUND),
        credit("4001", yuan(amount), fund=FUND),
    )
    return event(source, voucher(book, *lines, **changes))


def sweep(source: str, amount: str, **changes: Any) -> Event:
    """Return J2: the sweep of T01's receipts into the district treasury, in both books."""
    return event(
        source,
        voucher(
            "D", debit(TREASURY, yuan(amount), fund=FUND), credit(LOWER_ANNUAL, yuan(amount), fund=FUND), **changes
        ),
        voucher(
            "T01",
            debit(UPPER_ANNUAL, yuan(amount), fund=FUND),
            credit(RECEIPT_ONLY, yuan(amount), fund=FUND),
            **changes,
        ),
    )
