"""Close a year: transfer income and expense to net assets (J17), then carry the balances forward."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

from django.db import DatabaseError, transaction

from ledger.balances import AccountBalance, balances_as_of
from ledger.entries import Entry, Event, Signatures, VoucherToPost
from ledger.models import Account, Book, ChartAccount, Officer, Voucher, YearCarried
from ledger.models.words import AccountKind
from ledger.money import ZERO
from ledger.posting import Posted, post_event
from ledger.recording import record_event
from ledger.refusals import AccountUnusable, refusal_of


def transfer_income_and_expense(*, book: Book, year: int, signatures: Signatures) -> list[Posted]:
    """Post J17 in the adjustment period: every income and expense of a fund into its net assets.

    Which account closes into which is a column of the chart (``closes_to``); an account that has
    no balance gets no line. Returns nothing posted when nothing is left to transfer.

    :raises UnableToPost: if the adjustment period is not open, or a net asset account is missing
    """
    entries = transfer_entries(book, date(year, 12, 31))
    if not entries:
        return []
    voucher = VoucherToPost(
        book=book.code,
        posting_date=date(year, 12, 31),
        summary="年终结转收支",
        entries=entries,
        signatures=signatures,
        kind="CLOSING",
        adjustment_period=True,
    )
    round_number = book_transfers(book, year) + 1
    return post_event(Event(source=f"ledger.year/{book.code}/{year}/transfer/{round_number}", vouchers=[voucher]))


def book_transfers(book: Book, year: int) -> int:
    """Return how many transfers the year has had; corrections after one need another."""
    return Voucher.objects.filter(book=book, source__startswith=f"ledger.year/{book.code}/{year}/transfer/").count()


def transfer_entries(book: Book, as_of: date) -> list[Entry]:
    """Return the lines that bring every income and expense account of the book to zero."""
    kinds = dict(Account.objects.filter(book=book).values_list("code", "kind"))
    targets = closing_targets(book)
    entries: list[Entry] = []
    into: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for balance in balances_as_of(book=book, as_of=as_of):
        if kinds[balance.code] in (AccountKind.INCOME, AccountKind.EXPENSE) and balance.net != ZERO:
            entries.append(entry_of(balance.code, balance.fund, -balance.net))
            into[target_of(balance, targets), balance.fund] += balance.net
    for (code, fund), net in sorted(into.items()):
        if net != ZERO:
            entries.append(entry_of(code, fund, net))
    return entries


def entry_of(code: str, fund: str, net: Decimal) -> Entry:
    """Return an entry of ``net`` yuan, a debit if positive, in black on its own side."""
    return Entry(account=code, side="D" if net > 0 else "C", amount=abs(net), fund=fund)


def closing_targets(book: Book) -> dict[str, str]:
    """Return the column ``closes_to`` by the code of the chart."""
    return dict(ChartAccount.objects.filter(chart=book.chart_id).values_list("code", "closes_to"))


def target_of(balance: AccountBalance, targets: dict[str, str]) -> str:
    """Return the net asset account that an account of a fund closes into.

    A sub-account closes where its code in the chart does; ``111:3001|121:3002`` decides by fund.

    :raises AccountUnusable: if the chart names none
    """
    listed = next((targets[code] for code in prefixes(balance.code) if targets.get(code)), "")
    pairs = dict(pair.split(":") for pair in listed.split("|") if ":" in pair)
    target = pairs.get(balance.fund, "" if pairs else listed)
    if not target:
        raise AccountUnusable("income_is_transferred", {"account": balance.code, "fund": balance.fund})
    return target


def prefixes(code: str) -> list[str]:
    """Return a code and what it begins with, longest first."""
    return [code[:length] for length in range(len(code), 0, -1)]


@transaction.atomic
def carry_forward(*, book: Book, year: int, officer: Officer, at: datetime) -> YearCarried:
    """Carry the balances of a closed year into the next one (结转下年), without a voucher.

    The database writes the opening balances itself and seals them; the year can never be reopened.

    :raises PeriodCannotMove: if a period of the year is open, or income or expense remains
    """
    try:
        with transaction.atomic():
            carried = YearCarried.objects.create(book=book, year=year, carried_by=officer, carried_at=at)
    except DatabaseError as error:
        raise refusal_of(error) from error
    record_event(
        chain=book.code,
        at=at,
        actor=officer.username,
        act="year.carry",
        subject=f"book/{book.code}/{year}",
        after={"opens": year + 1},
    )
    return carried
