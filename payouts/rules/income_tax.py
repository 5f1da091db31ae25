"""Tax on wages: cumulative withholding (累计预扣法) and the separate tax on a yearly bonus.

个人所得税扣缴申报管理办法(试行), 国家税务总局公告2018年第61号, 第六条: what is withheld in a month is
the tax on the year so far less what was withheld before; less than nothing is nothing, and is
settled in the person's yearly return. The rule of before 2019 was another one and is not here: the
policies have no value for it and say so.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.money import ZERO, round_half_up
from ledger.policies import PolicySet, Value, as_list, as_number, as_record


class Bracket(NamedTuple):
    """One row of a tax table; ``up_to`` is inclusive, None without end."""

    up_to: Decimal | None
    rate: Decimal
    quick_deduction: Decimal


class UnusableTaxTable(ValueError):
    """Brackets that do not rise to an open end."""

    def __init__(self, brackets: Sequence[Bracket]) -> None:
        super().__init__("a tax table needs rising limits, and only its last row has none")
        self.brackets = brackets


class YearToDate(NamedTuple):
    """What one payer has paid and withheld in a tax year, in yuan; ``months`` of employment counted."""

    months: int
    income: Decimal
    exempt: Decimal
    special: Decimal
    additional: Decimal
    other: Decimal
    withheld: Decimal


NOTHING_YET = YearToDate(0, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO)


class MonthFigures(NamedTuple):
    """What a month adds to the year: income with its exempt part, and three kinds of deduction."""

    income: Decimal
    exempt: Decimal = ZERO
    special: Decimal = ZERO  # 专项扣除: pension, medical, unemployment, housing fund
    additional: Decimal = ZERO  # 专项附加扣除
    other: Decimal = ZERO  # 其他扣除: annuity


class Withholding(NamedTuple):
    """The tax on the year so far, and what of it falls on this month."""

    months: int
    taxable: Decimal
    cumulative_tax: Decimal
    tax: Decimal


class TaxPolicy(NamedTuple):
    """What holds through one tax year."""

    table: tuple[Bracket, ...]
    basic_deduction: Decimal


class MonthNotAfter(ValueError):
    """A year to date that already holds the month to be computed."""

    def __init__(self, *, as_of: date, month: date) -> None:
        super().__init__(f"the figures reach to {as_of:%Y-%m}; {month:%Y-%m} is not after it")
        self.as_of = as_of
        self.month = month


def withhold(*, before: YearToDate, figures: MonthFigures, tax: TaxPolicy) -> Withholding:
    """Compute what is withheld in a month that follows ``before``."""
    months = before.months + 1
    taxable = (
        (before.income + figures.income)
        - (before.exempt + figures.exempt)
        - tax.basic_deduction * months
        - (before.special + figures.special)
        - (before.additional + figures.additional)
        - (before.other + figures.other)
    )
    cumulative = tax_on(taxable, tax.table)
    return Withholding(months, taxable, cumulative, max(ZERO, cumulative - before.withheld))


def tax_on(taxable: Decimal, table: Sequence[Bracket]) -> Decimal:
    """Return the tax on a cumulative taxable income, half up to the fen; nothing on nothing or less."""
    if taxable <= 0:
        return ZERO
    for up_to, rate, quick_deduction in table:
        if up_to is None or taxable <= up_to:
            return round_half_up(taxable * rate - quick_deduction)
    raise UnusableTaxTable(table)


def bonus_tax(*, bonus: Decimal, table: Sequence[Bracket]) -> Decimal:
    """Return the separate tax on a yearly bonus: the month table by a twelfth, on the whole bonus.

    财税〔2018〕164号: the quick deduction is taken once. A fen above a limit can cost more than it is.
    """
    if bonus <= 0:
        return ZERO
    bracket = bonus_bracket(bonus=bonus, table=table)
    return round_half_up(bonus * bracket.rate - bracket.quick_deduction)


def bonus_bracket(*, bonus: Decimal, table: Sequence[Bracket]) -> Bracket:
    """Return the row of the month table that a twelfth of a yearly bonus falls in."""
    for bracket in table:
        if bracket.up_to is None or bonus <= bracket.up_to * 12:
            return bracket
    raise UnusableTaxTable(table)


def add_month(*, before: YearToDate, figures: MonthFigures, tax: Decimal) -> YearToDate:
    """Return the year to date after a month was paid."""
    return YearToDate(
        before.months + 1,
        before.income + figures.income,
        before.exempt + figures.exempt,
        before.special + figures.special,
        before.additional + figures.additional,
        before.other + figures.other,
        before.withheld + tax,
    )


def year_before(*, month: date, as_of: date, so_far: YearToDate) -> YearToDate:
    """Return what stands before a month: figures that reach to ``as_of``, or nothing in a new tax year.

    :raises MonthNotAfter: if the figures already hold the month
    """
    if (as_of.year, as_of.month) >= (month.year, month.month):
        raise MonthNotAfter(as_of=as_of, month=month)
    return so_far if as_of.year == month.year else NOTHING_YET


def tax_policy(*, policies: PolicySet, month: date) -> TaxPolicy:
    """Return the table and deduction of the tax year of a month; both are those of 1 January.

    :raises NoValueYet: before 2019, when another rule held
    """
    begin = date(month.year, 1, 1)
    return TaxPolicy(
        read_brackets(policies["tax/cumulative_table"].value_on(begin)),
        as_number(policies["tax/basic_deduction"].value_on(begin)),
    )


def bonus_table(*, policies: PolicySet, month: date) -> tuple[Bracket, ...]:
    """Return the month table for yearly bonuses.

    :raises NoValueYet: before 2019
    :raises NoValueAnyLonger: when the separate method has ended
    """
    return read_brackets(policies["tax/bonus_table"].value_on(month))


def read_brackets(value: Value) -> tuple[Bracket, ...]:
    """Return a tax table from its policy value.

    :raises UnusableTaxTable: if it does not rise to an open end
    """
    brackets = []
    for row in as_list(value):
        record = as_record(row, "up_to", "rate", "quick_deduction")
        up_to = None if record["up_to"] is None else as_number(record["up_to"])
        brackets.append(Bracket(up_to, as_number(record["rate"]), as_number(record["quick_deduction"])))
    limits = [bracket.up_to for bracket in brackets]
    closed = [limit for limit in limits[:-1] if limit is not None]
    if not limits or limits[-1] is not None or len(closed) < len(limits) - 1 or closed != sorted(set(closed)):
        raise UnusableTaxTable(brackets)
    return tuple(brackets)
