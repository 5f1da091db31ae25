"""A journal for beancount, to be checked with ``bean-check`` at tolerance zero.

Left alone, beancount lets a balance assertion be wrong by one fen and infers a tolerance from the
digits it reads; the options turn both off. An assertion there holds at the start of its day.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from ledger.exports.journal_parts import (
    Assertion,
    JournalAccount,
    JournalStated,
    Posting,
    Transaction,
    head_lines,
    one_line,
)

OPTIONS = (
    'option "title" "Tongfa 统发"',
    'option "tolerance_multiplier" "0"',
    'option "infer_tolerance_from_cost" "FALSE"',
)


class BeancountJournal:
    def head(self, stated: JournalStated) -> str:
        comments = [f"; {line}" for line in head_lines(stated)]
        currencies = [
            line
            for currency in stated.currencies
            for line in (
                f'option "operating_currency" "{currency}"',
                f'option "inferred_tolerance_default" "{currency}:0"',
                f"{stated.first_day} commodity {currency}",
            )
        ]
        return "\n".join([*comments, "", *OPTIONS, *currencies, "", ""])

    def account(self, account: JournalAccount, *, first_day: date) -> str:
        return f"{first_day} open {account.name} {account.currency}\n  title: {quoted(account.title)}\n"

    def opening(self, assertions: Iterable[Assertion], *, day: date, title: str) -> str:
        asserted = "".join(
            f"{day} balance {held.account.name}  {held.net} {held.account.currency}\n" for held in assertions
        )
        return f"\n; {one_line(title)}\n{asserted}" if asserted else ""

    def closing(self, assertions: Iterable[Assertion], *, day: date, title: str) -> str:
        return self.opening(assertions, day=day + timedelta(days=1), title=title)

    def transaction(self, transaction: Transaction, postings: Iterable[Posting]) -> str:
        head = f"\n{transaction.day} * {quoted(transaction.summary)} ^{transaction.link}\n"
        code = f"  code: {quoted(transaction.code)}\n"
        return head + code + metadata(transaction.tags, "  ") + "".join(map(posting_lines, postings))


def posting_lines(posting: Posting) -> str:
    return f"  {posting.account.name}  {posting.net} {posting.account.currency}\n" + metadata(posting.tags, "    ")


def metadata(values: Mapping[str, str], indent: str) -> str:
    return "".join(f"{indent}{name}: {quoted(value)}\n" for name, value in values.items())


def quoted(text: str) -> str:
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
