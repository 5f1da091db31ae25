"""Close a year: transfer income and expense to net assets (J17), then carry the balances forward."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import DatabaseError, transaction

from ledger.balances import balances_as_of
from ledger.entries import Entry, Event, Signatures, VoucherToPost
from ledger.models import Account, Book, ChartAccount, Officer, Voucher, YearCarried
from ledger.models.words import AccountKind
from ledger.money import ZERO
from ledger.posting import Posted, post_event
from ledger.recording import record_event
from ledger.refusals import AccountUnusable, refusal_of


@transaction.atomic
def transfer_income_and_expense(*, book: Book, year: int, signatures: Signatures) -> list[Posted]:
    """Post J17 in the adjustment period: every income and expense of a fund into its net assets.

    Which account closes into which is a column of the chart (``closes_to``); an account that has
    no balance gets no line. Net assets that close further (本期盈余) follow in vouchers of their own.
    Returns nothing posted when nothing is left to transfer.

    :raises UnableToPost: if the adjustment period is not open, or a net asset account is missing
    """
    posted: list[Posted] = []
    for targets in closing_steps(book):
        entries = transfer_entries(book, date(year, 12, 31), targets)
        if entries:
            posted += post_transfer(book, year, entries, signatures)
    return posted


def closing_steps(book: Book) -> list[dict[str, str]]:
    """Return the accounts that close with their column ``closes_to``, step by step.

    Income and expense close first, then the net assets that close further, each after those that
    close into it. A sub-account closes where the account above it does.

    :raises AccountUnusable: if net assets close into each other
    """
    listed = dict(ChartAccount.objects.filter(chart=book.chart_id).values_list("code", "closes_to"))
    accounts = {account.pk: account for account in Account.objects.filter(book=book)}
    steps: list[dict[str, str]] = [{}]
    further: dict[str, str] = {}
    for account in accounts.values():
        above: Account | None = account
        while above is not None and not listed.get(above.code):
            above = accounts.get(above.parent_id or 0)
        target = listed[above.code] if above else ""
        if account.kind in (AccountKind.INCOME, AccountKind.EXPENSE):
            steps[0][account.code] = target
        elif target:
            further[account.code] = target
    while further:
        named = {code for target in further.values() for code in by_fund(target).values()}
        steps.append({code: target for code, target in further.items() if code not in named})
        if not steps[-1]:
            raise AccountUnusable("income_is_transferred", {"accounts": ", ".join(sorted(further))})
        further = {code: target for code, target in further.items() if code in named}
    return steps


def by_fund(target: str) -> dict[str, str]:
    """Return where a column ``closes_to`` leads by fund; ``111:3001|121:3002``, or ``3001`` for every fund."""
    pairs = [pair.rpartition(":") for pair in target.split("|")]
    return {fund: code for fund, _colon, code in pairs}


def transfer_entries(book: Book, as_of: date, targets: Mapping[str, str]) -> list[Entry]:
    """Return the lines that bring every account among ``targets`` to zero.

    :raises AccountUnusable: if the chart names no account to close a balance into
    """
    entries: list[Entry] = []
    into: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for balance in balances_as_of(book=book, as_of=as_of):
        if balance.code in targets and balance.net != ZERO:
            funds = by_fund(targets[balance.code])
            target = funds.get(balance.fund) or funds.get("")
            if not target:
                raise AccountUnusable("income_is_transferred", {"account": balance.code, "fund": balance.fund})
            entries.append(entry_of(balance.code, balance.fund, -balance.net))
            into[target, balance.fund] += balance.net
    for (code, fund), net in sorted(into.items()):
        if net != ZERO:
            entries.append(entry_of(code, fund, net))
    return entries


def entry_of(code: str, fund: str, net: Decimal) -> Entry:
    """Return an entry of ``net`` yuan, a debit if positive, in black on its own side."""
    return Entry(account=code, side="D" if net > 0 else "C", amount=abs(net), fund=fund)


def post_transfer(book: Book, year: int, entries: list[Entry], signatures: Signatures) -> list[Posted]:
    """Post one voucher of the transfer; corrections after one need another, so they are counted."""
    voucher = VoucherToPost(
        book=book.code,
        posting_date=date(year, 12, 31),
        summary="年终结转收支",
        entries=entries,
        signatures=signatures,
        kind="CLOSING",
        adjustment_period=True,
    )
    stem = f"ledger.year/{book.code}/{year}/transfer/"
    number = Voucher.objects.filter(book=book, source__startswith=stem).count() + 1
    return post_event(Event(source=f"{stem}{number}", vouchers=[voucher]))


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
