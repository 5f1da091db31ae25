"""The vouchers that the benchmarks post, made one at a time: a township month as it comes.

A third of the lines stands in vouchers of two lines (receipts and their sweeps in both books, and
accruals), a third in vouchers of twelve (a unit's spending by function and class, some of it in two
funds), a third in vouchers of 5,000 (a payroll by payee). Amounts and dates differ; nothing is random.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain

from ledger.entries import Entry, Event, Signatures, VoucherToPost

# The accounts and officers that tests/builders.py opens the books with.
TREASURY, LOWER_ANNUAL, RECEIPT_ONLY, UPPER_ANNUAL = "1001", "103100101", "100101", "201201"
SIGNED = Signatures(preparer="rule", reviewer="reviewer", poster="rule", cashier="cashier")
OPENED_ON = date(2026, 11, 1)

BIG_VOUCHER_LINES = 5_000
MIDDLE_VOUCHER_LINES = 12
DATES: tuple[date, ...] = tuple(OPENED_ON + timedelta(days=day) for day in range(30))
FUND, OTHER_FUND = "111", "121"
FUNCTIONS = ("2010301", "2080505", "2100717", "2210201")
UNITS = tuple(f"U{number:03}" for number in range(40))
PAYEES = tuple(f"P{number:05}" for number in range(BIG_VOUCHER_LINES))
TOWNSHIP = "T01"
AMOUNTS = tuple(Decimal(1_000 + number * 7_919 % 998_999).scaleb(-2) for number in range(10_007))


def mixed(lines: int) -> Iterator[Event]:
    """Yield events of about ``lines`` lines: a third each in vouchers of 2, 12 and 5,000 lines."""
    third = lines // 3
    bigs = max(1, third // BIG_VOUCHER_LINES)
    big_lines = min(BIG_VOUCHER_LINES, third)
    twelves = third // MIDDLE_VOUCHER_LINES
    groups = third // 8  # receipt, both sides of the sweep, accrual: eight lines
    for turn in range(bigs):
        yield big(turn, big_lines)
        yield from chain.from_iterable(small(number) for number in share(groups, turn, bigs))
        yield from (middle(number) for number in share(twelves, turn, bigs))


def share(count: int, turn: int, turns: int) -> range:
    """Return the numbers of a turn, when ``count`` of them are spread over ``turns``."""
    return range(count * turn // turns, count * (turn + 1) // turns)


def accruals(count: int, *, book: str = "D", stem: str = "accrual") -> Iterator[Event]:
    """Yield plain vouchers of two lines in one book."""
    return (accrual(f"{stem}/{number}", number, book=book) for number in range(count))


def accrual(source: str, number: int, *, book: str = "D") -> Event:
    amount = amount_of(number)
    return event(
        source,
        voucher(book, number, "计提支出", Entry("5001", "D", amount, FUND), Entry("2015", "C", amount, FUND)),
    )


def small(number: int) -> Iterator[Event]:
    """Yield a receipt of the township, its sweep into the district treasury, and an accrual."""
    amount = amount_of(number)
    yield event(
        f"receipt/{number}",
        voucher(TOWNSHIP, number, "收入缴库", Entry(RECEIPT_ONLY, "D", amount, FUND), Entry("4001", "C", amount, FUND)),
    )
    yield event(
        f"sweep/{number}",
        voucher("D", number, "归集", Entry(TREASURY, "D", amount, FUND), Entry(LOWER_ANNUAL, "C", amount, FUND)),
        voucher(
            TOWNSHIP, number, "归集", Entry(UPPER_ANNUAL, "D", amount, FUND), Entry(RECEIPT_ONLY, "C", amount, FUND)
        ),
    )
    yield accrual(f"accrual/{number}", number)


def middle(number: int) -> Event:
    """Return a unit's spending by function and class; every tenth is paid out of two funds."""
    unit = UNITS[number % len(UNITS)]
    entries: list[Entry] = []
    for pair in range(MIDDLE_VOUCHER_LINES // 2):
        amount = amount_of(number * 7 + pair)
        expense, fund = ("5002", OTHER_FUND) if number % 10 == 0 and pair == 5 else ("5001", FUND)
        entries.append(
            Entry(
                expense,
                "D",
                amount,
                fund,
                functional=FUNCTIONS[pair % len(FUNCTIONS)],
                unit=unit,
                summary="公用经费",
            )
        )
        entries.append(Entry("2015", "C", amount, fund, unit=unit))
    return event(f"spending/{number}", voucher("D", number, "单位支出", *entries))


def big(number: int, lines: int) -> Event:
    """Return a payroll: one credit for the pay of each payee, one debit for all of it."""
    pay = [
        Entry("2015", "C", amount_of(number + payee), FUND, counterparty=PAYEES[payee], summary="工资")
        for payee in range(lines - 1)
    ]
    whole = sum((entry.amount for entry in pay), Decimal(0))
    salary = Entry("5001", "D", whole, FUND, functional=FUNCTIONS[number % len(FUNCTIONS)])
    return event(f"payroll/{number}", voucher("D", number, "工资发放", salary, *pay))


def amount_of(number: int) -> Decimal:
    """Return an amount between 10.00 and 10,000 yuan."""
    return AMOUNTS[number % len(AMOUNTS)]


def voucher(book: str, number: int, summary: str, *entries: Entry) -> VoucherToPost:
    return VoucherToPost(
        book=book, posting_date=DATES[number % len(DATES)], summary=summary, entries=entries, signatures=SIGNED
    )


def event(source: str, *vouchers: VoucherToPost) -> Event:
    return Event(source=source, vouchers=vouchers)
