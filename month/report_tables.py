"""What an officer reads of district and township money: positions, debts, income, arrears, settlements, statements."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from rich.console import RenderableType
from rich.table import Table

from ledger.models.words import Mirror
from ledger.money import ZERO, in_full
from month.tables import Told, table
from treasury.account_statements import Statement
from treasury.arrears import ArrearMonth
from treasury.debts import BurnDown
from treasury.incomes import Incomes
from treasury.models import AccountStatement
from treasury.models.words import IncomeKind, StatementSide
from treasury.positions import Position
from treasury.settlement_readings import SettlementSheet

Cell = str | Decimal | int


def with_total(made: Table, rows: Sequence[Sequence[Cell]]) -> Table:
    """Fill a table and close it with the sums of its amounts and counts."""
    sums: list[Cell] = [_("Total")]
    for row in rows:
        made.add_row(*map(spelled, row))
    for place in range(1, len(made.columns)):
        numbers = [row[place] for row in rows if not isinstance(row[place], str)]
        sums.append(sum(numbers[1:], numbers[0]) if numbers else "")
    made.add_section()
    made.add_row(*map(spelled, sums))
    return made


def spelled(value: Cell) -> str:
    return in_full(value) if isinstance(value, Decimal) else str(value)


def of_positions(positions: Sequence[Position]) -> Told:
    """Tell where each township stands; one alone in detail."""
    made = table(
        _("Townships on {day}").format(day=positions[0].on if positions else ""),
        _("Township"),
        _("At banks"),
        _("Held by the district"),
        _("Old debt"),
        _("Plan"),
        _("Collected"),
        _("Percent"),
        _("Unpaid salaries"),
        _("Open claims"),
        _("Warnings"),
        right=range(1, 9),
    )
    rows: list[list[Cell]] = [
        [
            one.township.name,
            one.at_banks,
            one.held,
            one.debt,
            one.plan.planned if one.plan else ZERO,
            one.plan.collected if one.plan else ZERO,
            f"{one.plan.percent} %" if one.plan and one.plan.percent is not None else "",
            one.unpaid,
            one.open_claims,
            "; ".join(str(warn.label) for warn in one.warnings),
        ]
        for one in positions
    ]
    told: list[RenderableType] = [with_total(made, rows)]
    return [*told, *accounts_of(positions[0])] if len(positions) == 1 else told


def accounts_of(position: Position) -> Told:
    """Tell the bank accounts of a township, its unpaid salaries and its claims."""
    accounts = table(
        _("Bank accounts"),
        _("Bank account"),
        _("Fund"),
        _("Balance"),
        _("Moved since"),
        _("Set aside"),
        _("Free"),
        right=(2, 3, 4, 5),
    )
    with_total(
        accounts,
        [
            [f"{one.code} {one.name}", one.fund, one.balance, one.moved_since, one.set_aside, one.free]
            for one in position.accounts
        ],
    )
    claims = table(
        _("Claims"), _("State"), _("Number of claims"), _("Amount"), _("Days of the oldest"), right=(1, 2, 3)
    )
    for claim in position.claims:
        claims.add_row(str(claim.stage.label), str(claim.count), in_full(claim.amount), str(claim.oldest_days))
    blocked = _("Given back and blocked until the salaries are paid: {amount}.").format(
        amount=in_full(position.blocked)
    )
    return [accounts, blocked, *of_arrears(position.arrears), claims]


def of_arrears(months: Sequence[ArrearMonth]) -> Told:
    made = table(
        _("Unpaid salaries"),
        _("Township"),
        _("Unpaid month"),
        _("People"),
        _("Owed"),
        _("Paid back"),
        _("On its way"),
        _("Left"),
        right=(2, 3, 4, 5, 6),
    )
    rows: list[list[Cell]] = [
        [one.township.name, f"{one.month:%Y-%m}", one.people, one.amount, one.paid, one.on_its_way, one.left]
        for one in months
    ]
    return [with_total(made, rows)]


def of_debts(falls: Sequence[BurnDown]) -> Told:
    days = falls[0].days if falls else []
    heads = [_("Township"), *(f"{day:%Y-%m}" for day in days)]
    made = table(_("Old debt at the month ends"), *heads, right=range(1, len(heads)))
    return [with_total(made, [[one.township.name, *one.balances] for one in falls])]


def of_incomes(incomes: Incomes) -> Told:
    heads = [_("Township"), *(str(kind.label) for kind in IncomeKind), _("Total")]
    made = table(
        _("Income from {since} to {on}").format(since=incomes.since, on=incomes.on), *heads, right=range(1, len(heads))
    )
    sums: dict[str, dict[str, Decimal]] = {}
    for row in incomes.rows:
        of_township = sums.setdefault(row.township.name, dict.fromkeys(IncomeKind, ZERO))
        of_township[row.kind] += row.amount
    rows: list[list[Cell]] = [[name, *amounts.values(), sum(amounts.values(), ZERO)] for name, amounts in sums.items()]
    return [with_total(made, rows)]


def of_settlements(sheets: Sequence[SettlementSheet]) -> Told:
    """Tell the settlements of a month, or what they would be."""
    what_if = all(sheet.is_what_if for sheet in sheets)
    made = table(
        _("What the settlement would be") if what_if else _("Settlements"),
        _("Township"),
        _("Plan"),
        _("Collected"),
        _("Base of this settlement"),
        _("Withheld"),
        _("Old debt after"),
        _("Returned to the township"),
        _("Back pay"),
        _("Ordinary return"),
        right=range(1, 9),
    )
    names = ("planned", "collected", "base", "withheld", "debt_after", "returned", "back_pay", "ordinary_return")
    rows: list[list[Cell]] = [[sheet.township.name, *(sheet.values[name] for name in names)] for sheet in sheets]
    return [with_total(made, rows)]


def of_statements(statements: Sequence[Statement]) -> Told:
    """Tell the statements of account of a month and where their confirmation stands."""
    made = table(
        _("Statements of account"),
        _("Township"),
        _("Movements"),
        _("Funds of the year"),
        _("Old debt"),
        _("Books agree"),
        _("Edition"),
        _("State"),
        right=(1, 2, 3),
    )
    rows: list[list[Cell]] = []
    for one in statements:
        closing = {account.mirror: account.closing_in_district for account in one.accounts}
        rows.append(
            [
                one.township.name,
                one.movements,
                closing[Mirror.ANNUAL],
                closing[Mirror.HISTORIC],
                _("yes") if one.agrees else _("no"),
                str(one.kept.edition) if one.kept else "",
                state_of(one),
            ]
        )
    return [with_total(made, rows)]


def state_of(statement: Statement) -> str:
    """Return where the confirmation of a statement stands."""
    kept = statement.kept
    if kept is None:
        return _("not made yet")
    if not statement.still_holds:
        return _("void: the month has moved since")
    return waiting_for(kept)


def waiting_for(kept: AccountStatement) -> str:
    if kept.district_by_id and not kept.township_by_id:
        return _("waits for the township")
    if kept.township_by_id and not kept.district_by_id:
        return _("waits for the district")
    return str(kept.get_status_display())


def of_statement(statement: AccountStatement) -> Told:
    """Tell one statement after it was confirmed or disagreed with."""
    told = _("Statement {statement}: {state}.").format(statement=statement, state=waiting_for(statement))
    if statement.disagreed_side:
        side = StatementSide(statement.disagreed_side).label
        told += " " + _("{side} disagrees: {reason}").format(side=side, reason=statement.reason)
    return [told]
