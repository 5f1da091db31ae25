"""The facts that documents of a payroll month are made of. Amounts are yuan with two decimals.

What does not add up cannot be made, so it cannot be printed either.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ledger.exports.pages.frames import Frame, Paper
from ledger.exports.pages.tables import Value
from ledger.exports.pages.workbooks import Values
from ledger.masking import masked_id
from ledger.money import ZERO
from payouts.rules.comparison import DifferenceKind

Items = Sequence[tuple[str, Decimal]]  # names as people read them, with amounts


class DoesNotAddUp(ValueError):
    """A sum that is not the sum of its parts."""

    def __init__(self, *, who: str, what: str, stated: Decimal, found: Decimal) -> None:
        super().__init__(f"{who}: {what} is stated as {stated} and adds up to {found}")
        self.who = who
        self.what = what
        self.stated = stated
        self.found = found


@dataclass(frozen=True, slots=True)
class Heading:
    """What every document names: where, which month (its first day) and run, and when it was printed.

    ``scope`` is the township or unit it is about, or empty; ``statement`` the line that says under
    which accounting rules the money is shown.
    """

    district: str
    scope: str
    month: date
    run: str
    statement: str
    printed_at: datetime

    def frame(self, *, title: str, paper: Paper) -> Frame:
        """Return the frame of the document with this title."""
        facts = [self.district, self.scope, month_name(self.month), _("Run {run}").format(run=self.run)]
        return Frame(
            title=title,
            facts=[fact for fact in facts if fact],
            unit=_("Unit of amounts: yuan"),
            statement=self.statement,
            printed_at=self.printed_at,
            paper=paper,
        )


@dataclass(frozen=True, slots=True)
class Slip:
    """The pay of one person. What is taken back is a negative item, so that the items make the gross.

    :raises DoesNotAddUp: if items, deductions or net do not
    """

    name: str
    id_number: str
    unit_code: str
    unit: str
    township: str
    category: str
    items: Items
    deductions: Items
    gross: Decimal
    deducted: Decimal
    tax: Decimal
    net: Decimal
    bank: str
    account: str
    year_to_date: Items = ()
    remark: str = ""

    def __post_init__(self) -> None:
        check_sums(self, who=masked_id(self.id_number))


@dataclass(frozen=True, slots=True)
class UnitSheet:
    """The pay of one unit; ``channel`` says how it is paid out, ``employer`` what the unit owes beside it.

    :raises DoesNotAddUp: as ``Slip``
    """

    unit_code: str
    unit: str
    township: str
    channel: str
    persons: int
    items: Items
    deductions: Items
    employer: Items
    gross: Decimal
    deducted: Decimal
    tax: Decimal
    net: Decimal

    def __post_init__(self) -> None:
        check_sums(self, who=self.unit_code)


@dataclass(frozen=True, slots=True)
class ContributionRow:
    """One person's contribution to one fund, and the employer's beside it; no base where none was stated."""

    name: str
    id_number: str
    unit_code: str
    unit: str
    township: str
    base: Decimal | None
    personal: Decimal
    employer: Decimal


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One person's withholding: the month, the tax year with it, and how the tax follows."""

    name: str
    id_number: str
    unit_code: str
    unit: str
    township: str
    income: Decimal
    exempt: Decimal
    months: int
    income_to_date: Decimal
    exempt_to_date: Decimal
    basic_to_date: Decimal
    special_to_date: Decimal
    additional_to_date: Decimal
    other_to_date: Decimal
    taxable: Decimal
    rate: Decimal | None  # 0.03; none where nothing is taxable
    quick_deduction: Decimal | None
    cumulative_tax: Decimal
    withheld_before: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class TownshipTotal:
    """What a run pays in one township."""

    township: str
    units: int
    persons: int
    gross: Decimal
    deducted: Decimal
    tax: Decimal
    net: Decimal
    employer: Decimal

    def __post_init__(self) -> None:
        check_net(self, who=self.township)


@dataclass(frozen=True, slots=True)
class Difference:
    """What one person is paid now and was paid last month; none where nothing."""

    kind: DifferenceKind
    unit: str
    name: str
    last_month: Decimal | None
    this_month: Decimal | None

    @property
    def change(self) -> Decimal:
        return (self.this_month or ZERO) - (self.last_month or ZERO)


@dataclass(frozen=True, slots=True)
class SignedException:
    """What a check found on whom, and who answers for it, why and when; empty while nobody does."""

    check: str
    subject: str
    reason: str
    signed_by: str
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Signature:
    """An officer's approval; empty while it is missing."""

    role: str
    officer: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Input:
    """A file that the run was computed from."""

    kind: str
    file: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RunSheet:
    """What an approver of a run signs for."""

    kind: str
    pay_date: date
    townships: Sequence[TownshipTotal]
    differences: Sequence[Difference]
    exceptions: Sequence[SignedException]
    signatures: Sequence[Signature]
    inputs: Sequence[Input]
    inputs_digest: str
    policy_digest: str


@dataclass(frozen=True, slots=True)
class Totals:
    """What a document has printed: to be compared with what was built."""

    persons: int
    gross: Decimal
    deducted: Decimal
    tax: Decimal
    net: Decimal
    employer: Decimal = ZERO


def totals_of(rows: Sequence[Slip] | Sequence[UnitSheet] | Sequence[TownshipTotal]) -> Totals:
    """Return the totals of some rows."""
    return Totals(
        persons=sum(1 if isinstance(row, Slip) else row.persons for row in rows),
        gross=sum((row.gross for row in rows), ZERO),
        deducted=sum((row.deducted for row in rows), ZERO),
        tax=sum((row.tax for row in rows), ZERO),
        net=sum((row.net for row in rows), ZERO),
        employer=sum((employer_part(row) for row in rows), ZERO),
    )


def employer_part(row: Slip | UnitSheet | TownshipTotal) -> Decimal:
    if isinstance(row, UnitSheet):
        return sum_of(row.employer)
    return row.employer if isinstance(row, TownshipTotal) else ZERO


def check_sums(row: Slip | UnitSheet, *, who: str) -> None:
    for what, stated, items in (("gross", row.gross, row.items), ("deducted", row.deducted, row.deductions)):
        found = sum_of(items)
        if found != stated:
            raise DoesNotAddUp(who=who, what=what, stated=stated, found=found)
    check_net(row, who=who)


def check_net(row: Slip | UnitSheet | TownshipTotal, *, who: str) -> None:
    found = row.gross - row.deducted - row.tax
    if found != row.net:
        raise DoesNotAddUp(who=who, what="net", stated=row.net, found=found)


def sum_of(items: Items) -> Decimal:
    return sum((amount for _name, amount in items), ZERO)


def names_of(rows: Sequence[Items]) -> list[str]:
    """Return the names of all items that are not zero for everybody, each row's order kept."""
    used = {name for items in rows for name, amount in items if amount}
    order: list[str] = []
    for names in dict.fromkeys(tuple(name for name, _amount in items) for items in rows):
        place = 0
        for name in names:
            if name not in order:
                order.insert(place, name)
            place = order.index(name) + 1
    return [name for name in order if name in used]


def amount_in(amounts: Mapping[str, Decimal], name: str) -> Value:
    """Return the amount under a name, or nothing: an item a person does not have leaves its place blank."""
    return amounts.get(name) or None


def amounts_by(names: Sequence[str], items: Items) -> list[Decimal]:
    amounts = dict(items)
    return [amounts.get(name, ZERO) for name in names]


def sums_of(rows: Sequence[Values], *, start: int, stop: int) -> list[Decimal]:
    """Return the sums of some columns of amounts."""
    return [sum(amounts_in(rows, place), ZERO) for place in range(start, stop)]


def amounts_in(rows: Sequence[Values], place: int) -> Iterator[Decimal]:
    for row in rows:
        amount = row[place]
        if isinstance(amount, Decimal):
            yield amount


def month_name(month: date) -> str:
    return date_format(month, "YEAR_MONTH_FORMAT")
