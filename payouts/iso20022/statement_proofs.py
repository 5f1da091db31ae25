"""A statement held against itself and against the one before: no movement is missing between them."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from payouts.iso20022.camt import Entry, EntryStatus, Part, Statement
from payouts.iso20022.faults import Finding, Rule


class LastStatement(NamedTuple):
    """What must be known of the statement before."""

    sequence_number: int
    closing: Decimal
    closing_on: date


def prove_statement(
    *, statement: Statement, parts: Iterable[Part], account: str, last: LastStatement | None
) -> Iterator[Finding]:
    """Yield every disagreement; ``parts`` are those that follow the statement, ``last`` is None for the first one.

    Only booked entries count: the others are not in the balance.
    """
    if statement.account != account:
        yield Finding(Rule.ACCOUNT_DIFFERS, f"{statement.place}/Acct")
    if statement.closing.on < statement.opening.on:
        yield Finding(
            Rule.DATES_DIFFER,
            f"{statement.place}/Bal",
            statement.closing.on.isoformat(),
            statement.opening.on.isoformat(),
        )
    if last is not None:
        yield from follows(statement, last)
    total = statement.opening.amount
    for part in parts:
        if isinstance(part, Entry) and part.status is EntryStatus.BOOKED:
            total += part.signed
    if total != statement.closing.amount:
        yield Finding(Rule.BALANCE_DIFFERS, f"{statement.place}/Bal", f"{statement.closing.amount:f}", f"{total:f}")


def follows(statement: Statement, last: LastStatement) -> Iterator[Finding]:
    """Yield how a statement does not follow the last; a new year may begin again at 1."""
    begins_again = statement.sequence_number == 1 and statement.closing.on.year > last.closing_on.year
    if statement.sequence_number != last.sequence_number + 1 and not begins_again:
        yield Finding(
            Rule.SEQUENCE_DIFFERS, statement.place, str(statement.sequence_number), str(last.sequence_number + 1)
        )
    if statement.opening.amount != last.closing:
        yield Finding(
            Rule.OPENING_DIFFERS, f"{statement.place}/Bal", f"{statement.opening.amount:f}", f"{last.closing:f}"
        )
    if statement.closing.on < last.closing_on:
        yield Finding(Rule.DATES_DIFFER, statement.place, statement.closing.on.isoformat(), last.closing_on.isoformat())
