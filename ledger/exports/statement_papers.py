"""What 科目余额表, 资产负债表 and 收入支出表 look like, printed and as sheets alike."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

from ledger.book_figures import Figures
from ledger.book_statements import (
    BalanceSheet,
    IncomeRow,
    IncomeStatement,
    SheetGroup,
    Trial,
    balance_sheet_of,
    income_statement_of,
    records_of,
    trial_of,
)
from ledger.exports.pages.frames import Paper
from ledger.exports.pages.running import RunningRow
from ledger.exports.pages.tables import Cell, Kind, Row
from ledger.exports.pages.workbooks import Field
from ledger.exports.paper_parts import SMALL, BookPaper, Head, PaperTable, Wanted, end_text, paper_of
from ledger.models.words import Record
from ledger.money import ZERO

RECORD_TITLES: Final = {Record.FINANCIAL: "收入费用表（财务会计）", Record.BUDGET: "预算收入支出表（预算会计）"}
SIGNERS: Final = ("单位负责人：", "会计主管：", "复核：", "制表：")
RECORDS: Final = {Record.FINANCIAL: "财务会计", Record.BUDGET: "预算会计"}
TRIAL_HEADS: Final[Sequence[Head]] = (
    ("科目编码", 26),
    ("科目名称", 58),
    *((f"{what}{side}", 24) for what in ("期初", "本期", "本年累计", "期末") for side in ("借方", "贷方")),
)
SHEET_HEADS: Final[Sequence[Head]] = (
    ("{left}", 52),
    ("年初余额", 27),
    ("期末余额", 27),
    ("{right}", 62),
    ("年初余额", 27),
    ("期末余额", 27),
)


def trial_balance_paper(figures: Figures, wanted: Wanted) -> BookPaper:
    """Return 科目余额表: of all funds, and of each where there are several."""
    tables = [
        trial_table(figures, trial_of(figures=figures, record=record, fund=fund))
        for record in records_of(figures)
        for fund in funds_apart(figures)
    ]
    return paper_of(figures, wanted, "科目余额表", tables, paper=Paper.LANDSCAPE, signers=SIGNERS)


def balance_sheet_paper(figures: Figures, wanted: Wanted) -> BookPaper:
    """Return 资产负债表: of all funds, and of each where there are several; the budget record on its own."""
    tables = [
        sheet_table(figures, balance_sheet_of(figures=figures, record=record, fund=fund))
        for record in records_of(figures)
        for fund in funds_apart(figures)
    ]
    return paper_of(figures, wanted, "资产负债表", tables, when=end_text(figures.span), signers=SIGNERS)


def income_statement_paper(figures: Figures, wanted: Wanted) -> BookPaper:
    """Return 收入支出表 by fund; the budget record on its own."""
    tables = [
        income_table(figures, income_statement_of(figures=figures, record=record)) for record in records_of(figures)
    ]
    return paper_of(figures, wanted, "收入支出表", tables, paper=Paper.LANDSCAPE, signers=SIGNERS)


def funds_apart(figures: Figures) -> Sequence[str | None]:
    """Return no fund for all together, and each where there are several."""
    return [None, *figures.funds] if len(figures.funds) > 1 else [None]


def same(rows: Sequence[Row], heads: Sequence[Head]) -> tuple[Iterable[RunningRow], Sequence[Field], Sequence[Row]]:
    """Return rows that are printed and listed alike."""
    return map(RunningRow, rows), [Field(head, max(4, width // 3)) for head, width in heads], rows


def scope_text(figures: Figures, record: Record, fund: str | None) -> str:
    """Return which record and fund a table is of."""
    of_record = [RECORDS[record]] if len(records_of(figures)) > 1 else []
    of_fund = [figures.funds[fund] if fund else "全部资金"] if len(figures.funds) > 1 else []
    return "·".join([*of_record, *of_fund])


def trial_table(figures: Figures, trial: Trial) -> PaperTable:
    rows = [
        Row(
            [
                row.figures.account.code,
                f"{'　' * row.figures.depth}{row.figures.account.name}",
                *(amount or None for amount in row.amounts),
            ]
        )
        for row in trial.rows
    ]
    rows.append(Row(["合计", "", *trial.totals], Kind.SUM))
    scope = scope_text(figures, trial.record, trial.fund)
    printed, fields, listed = same(rows, TRIAL_HEADS)
    return PaperTable(f"科目余额表 {scope}".strip(), TRIAL_HEADS, printed, fields, listed, heading=scope, size=SMALL)


def sheet_table(figures: Figures, sheet: BalanceSheet) -> PaperTable:
    left, right = list(side_rows(sheet.left)), list(side_rows(sheet.right))
    empty: Sequence[Cell] = ("", None, None)
    rows = [Row([*one, *other]) for one, other in zip_longest(left, right, fillvalue=empty)]
    names = ["与".join(group.name for group in side) for side in (sheet.left, sheet.right)]
    totals = [sheet.totals(side) for side in (sheet.left, sheet.right)]
    rows.append(
        Row([f"{names[0]}总计", *totals[0], f"{names[1]}总计", *totals[1]], Kind.SUM),
    )
    heads = [(head.format(left=names[0], right=names[1]), width) for head, width in SHEET_HEADS]
    scope = scope_text(figures, sheet.record, sheet.fund)
    printed, fields, listed = same(rows, heads)
    return PaperTable(f"资产负债表 {scope}".strip(), heads, printed, fields, listed, heading=scope)


def side_rows(groups: Sequence[SheetGroup]) -> Iterator[Sequence[Cell]]:
    """Yield the cells of one side of a balance sheet: each group under its name, with its sum."""
    for group in groups:
        yield f"{group.name}：", None, None
        for item in group.items:
            yield f"　{item.name}", item.opening or None, item.closing or None
        if len(groups) > 1:
            yield f"{group.name}合计", group.opening, group.closing


def income_table(figures: Figures, statement: IncomeStatement) -> PaperTable:
    funds = statement.funds
    has_total = len(funds) != 1
    names = [*(figures.funds[fund] for fund in funds), *(["合计"] if has_total else [])]
    heads: list[Head] = [("项目", 62), *((f"{name}·{what}", 28) for name in names for what in ("本期", "本年累计"))]
    rows = [
        income_row("一、期初（年初）结转结余", statement.carried_in, funds, Kind.SUM),
        income_row("二、收入合计", sum_of(statement.income, funds), funds, Kind.SUM),
        *(income_row(f"　{row.name}", row, funds) for row in statement.income),
        income_row("三、支出合计", sum_of(statement.expense, funds), funds, Kind.SUM),
        *(income_row(f"　{row.name}", row, funds) for row in statement.expense),
        income_row("四、结转结余的其他增减", sum_of(statement.others, funds), funds, Kind.SUM),
        *(income_row(f"　{row.name}", row, funds) for row in statement.others),
        income_row("五、期末结转结余", statement.carried_out, funds, Kind.SUM),
    ]
    scope = RECORD_TITLES[statement.record] if len(records_of(figures)) > 1 else ""
    printed, fields, listed = same(rows, heads)
    return PaperTable(scope or "收入支出表", heads, printed, fields, listed, heading=scope, size=SMALL)


def sum_of(rows: Sequence[IncomeRow], funds: Sequence[str]) -> IncomeRow:
    return IncomeRow(
        "",
        {
            fund: (
                sum((row.by_fund[fund][0] for row in rows), ZERO),
                sum((row.by_fund[fund][1] for row in rows), ZERO),
            )
            for fund in funds
        },
    )


def income_row(name: str, row: IncomeRow, funds: Sequence[str], kind: Kind = Kind.BODY) -> Row:
    amounts = [amount for fund in funds for amount in row.by_fund[fund]]
    if len(funds) != 1:
        amounts += row.total
    return Row([name, *(amount if amount or kind is Kind.SUM else None for amount in amounts)], kind)
