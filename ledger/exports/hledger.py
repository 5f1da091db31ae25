"""A journal for hledger, to be checked with ``hledger check --strict``.

hledger takes assertions by date and, on one day, in the order of the file: the openings stand before
all transactions and the closing after them. Some signs mean something in a comment there (a comma
ends a tag, a bracketed date moves a posting), so they are written full-width.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from ledger.exports.journal_parts import (
    Assertion,
    JournalAccount,
    JournalStated,
    Posting,
    Transaction,
    head_lines,
    one_line,
)

IN_A_COMMENT = str.maketrans({",": "，", "[": "［", "]": "］"})
IN_A_DESCRIPTION = str.maketrans({";": "；", "|": "｜"})
IN_A_CODE = str.maketrans({"(": "（", ")": "）"})


class HledgerJournal:
    def head(self, stated: JournalStated) -> str:
        comments = [f"; {line}" for line in head_lines(stated)]
        commodities = [f"commodity 1000.00 {currency}" for currency in stated.currencies]
        return "\n".join([*comments, "", "decimal-mark .", *commodities, "", ""])

    def account(self, account: JournalAccount, *, first_day: date) -> str:
        return f"account {account.name}  ; {comment(account.title)}\n"

    def opening(self, assertions: Iterable[Assertion], *, day: date, title: str) -> str:
        asserted = "".join(
            f"    {held.account.name}  0.00 {held.account.currency} == {held.net} {held.account.currency}\n"
            for held in assertions
        )
        return f"\n{day} * {description(title)}\n{asserted}" if asserted else ""

    closing = opening

    def transaction(self, transaction: Transaction, postings: Iterable[Posting]) -> str:
        head = f"\n{transaction.day} * ({code(transaction.code)}) {description(transaction.summary)}\n"
        return head + tags(transaction.tags) + "".join(map(posting_lines, postings))


def posting_lines(posting: Posting) -> str:
    return f"    {posting.account.name}  {posting.net} {posting.account.currency}\n" + tags(posting.tags)


def tags(values: Mapping[str, str]) -> str:
    return "".join(f"    ; {name}:{comment(value)}\n" for name, value in values.items())


def comment(text: str) -> str:
    return one_line(text).translate(IN_A_COMMENT)


def description(text: str) -> str:
    return one_line(text).translate(IN_A_DESCRIPTION)


def code(text: str) -> str:
    return one_line(text).translate(IN_A_CODE)
