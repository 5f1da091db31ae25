"""The dated rates of a scheme: one amount, amounts by grade, or amounts that stand with each enrolment.

Rates come from the policy file, and after it from what officers added as reviewed rows. A rate holds
for whole months, so it begins on the first of one.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from ledger.money import ZERO, exact
from ledger.policies import Policy, Value, as_mapping, as_number, as_record

BY_PERSON = "amount_by_person"
UNGRADED = ""


class Rate(NamedTuple):
    """Amounts by grade within bounds; the grade is empty where all have one amount."""

    amounts: Mapping[str, Decimal]
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    by_person: bool = False

    def amount_of(self, grade: str, own_amount: Decimal | None) -> Decimal:
        """Return the amount of an enrolment, zero where none was set."""
        if self.by_person:
            return own_amount or ZERO
        return self.amounts.get(grade, ZERO)


class DatedRate(NamedTuple):
    """A rate by the day it holds from; None closes the scheme."""

    effective_from: date
    rate: Rate | None


class AddedRate(NamedTuple):
    """A rate that officers added and reviewed; ``amount`` None closes the scheme."""

    scheme: str
    effective_from: date
    grade: str
    amount: Decimal | None
    reference: str


class UnsoundScheme(ValueError):
    """A scheme that cannot be used; the message names it and its fault."""

    def __init__(self, scheme: str, fault: str) -> None:
        super().__init__(f"the scheme {scheme} cannot be used: {fault}")
        self.scheme = scheme
        self.fault = fault


class RateNotPositive(UnsoundScheme):
    """A rate of nothing or less."""

    def __init__(self, scheme: str, amount: Decimal) -> None:
        super().__init__(scheme, f"a rate is above zero, and {amount} is not; close a scheme by null")


class RateInMidMonth(UnsoundScheme):
    """A rate that would begin within a month."""

    def __init__(self, scheme: str, day: date) -> None:
        super().__init__(scheme, f"rates begin on the first of a month, and {day} is none")


class GradeOutOfBounds(UnsoundScheme):
    """The amount of a grade below the minimum or above the maximum of its scheme."""

    def __init__(self, scheme: str, grade: str, amount: Decimal, bounds: str) -> None:
        super().__init__(scheme, f"grade {grade!r} has {amount}, which is not within {bounds}")


class NoSuchGrade(UnsoundScheme):
    """A grade for a scheme without grades, or none for one that has them."""

    def __init__(self, scheme: str, grade: str) -> None:
        super().__init__(scheme, f"it has no grade {grade!r}" if grade else "its amounts are by grade; name one")


class AmountsStandByPerson(UnsoundScheme):
    """A common amount for a scheme whose amounts stand with the enrolments."""

    def __init__(self, scheme: str) -> None:
        super().__init__(scheme, "its amounts stand with each enrolment; there is no rate for all")


def dated_rates(*, policy: Policy, code: str, added: Sequence[AddedRate]) -> tuple[DatedRate, ...]:
    """Return the rates of a scheme, oldest first: those of its file, changed by the rows added to it.

    A row wins over the file on its own day, and a later row over an earlier one; a later day of the
    file wins over both. A row for one grade leaves the other grades as they were.

    :raises UnsoundScheme: by one of its kinds
    """
    filed = {dated.effective_from: dated.value for dated in policy.values}
    rows = [row for row in added if row.scheme == code]
    held: Rate | None = None
    rates = []
    for day in sorted({*filed, *(row.effective_from for row in rows)}):
        if day.day != 1:
            raise RateInMidMonth(code, day)
        if day in filed:
            held = read_rate(filed[day], code=code)
        for row in rows:
            if row.effective_from == day:
                held = change_rate(held, row)
        rates.append(DatedRate(day, held))
    return tuple(rates)


def reference_on(*, policy: Policy, code: str, added: Sequence[AddedRate], on: date, grade: str) -> str:
    """Return the reference of the value that a grade has on a day, '' before the first; the later day wins."""
    said = [(dated.effective_from, dated.reference) for dated in policy.values]
    said += [(row.effective_from, row.reference) for row in added if row.scheme == code and row.grade == grade]
    held = [(day, place, reference) for place, (day, reference) in enumerate(said) if day <= on]
    return max(held)[2] if held else ""


def read_rate(value: Value, *, code: str) -> Rate | None:
    """Return a rate from a policy value: a number, amounts by grade, ``amount_by_person``, or null.

    :raises UnsoundScheme: by one of its kinds
    """
    if value is None:
        return None
    if value == BY_PERSON:
        return Rate(MappingProxyType({}), by_person=True)
    if isinstance(value, Decimal):
        return sound(Rate(MappingProxyType({UNGRADED: exact(value)})), code)
    record = as_record(value, "grades", "minimum", "maximum")
    amounts = {grade: exact(as_number(amount)) for grade, amount in as_mapping(record["grades"]).items()}
    minimum, maximum = (exact(as_number(record[bound])) for bound in ("minimum", "maximum"))
    if not amounts or UNGRADED in amounts:
        raise NoSuchGrade(code, UNGRADED)
    return sound(Rate(MappingProxyType(amounts), minimum, maximum), code)


def change_rate(held: Rate | None, row: AddedRate) -> Rate | None:
    """Return what holds after an added row.

    :raises UnsoundScheme: by one of its kinds
    """
    if row.amount is None:
        return None
    if held and held.by_person:
        raise AmountsStandByPerson(row.scheme)
    graded = held is not None and UNGRADED not in held.amounts
    if graded is (row.grade == UNGRADED):
        raise NoSuchGrade(row.scheme, row.grade)
    amount = exact(row.amount)
    if held is None or not graded:
        return sound(Rate(MappingProxyType({UNGRADED: amount})), row.scheme)
    return sound(held._replace(amounts=MappingProxyType({**held.amounts, row.grade: amount})), row.scheme)


def sound(rate: Rate, code: str) -> Rate:
    """Return the rate if its amounts are above zero and within its bounds.

    :raises RateNotPositive: if one is not above zero
    :raises GradeOutOfBounds: if one is outside the bounds
    """
    for grade, amount in rate.amounts.items():
        if amount <= 0:
            raise RateNotPositive(code, amount)
        if not (rate.minimum or amount) <= amount <= (rate.maximum or amount):
            raise GradeOutOfBounds(code, grade, amount, f"{rate.minimum} to {rate.maximum}")
    return rate


def added_text(added: Sequence[AddedRate]) -> str:
    """Return added rows as one canonical text, in the order they were added, which decides among them."""
    return json.dumps([list(plain_row(row)) for row in added], ensure_ascii=False, separators=(",", ":"))


def plain_row(row: AddedRate) -> Iterator[str | None]:
    """Yield the parts of a row as texts; amounts of equal worth read the same."""
    amount = None if row.amount is None else f"{exact(row.amount)}"
    yield from (row.scheme, row.effective_from.isoformat(), row.grade, amount, row.reference)
