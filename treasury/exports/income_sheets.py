"""收入分类表: what townships collected, by nature of the money, by month and by subject, with the shares of fees."""

from collections.abc import Iterator, Sequence
from datetime import date

from ledger.exports.pages.tables import Value
from ledger.money import ZERO
from treasury.exports.papers import Document, Heading, Page, Table, Title, day_text
from treasury.incomes import Income, Incomes
from treasury.models.words import IncomeKind


def income_document(*, incomes: Incomes, heading: Heading) -> Document:
    """Return the income of a span of days; each of its tables adds up to the same total."""
    return Document(
        title="乡镇收入分类表",
        facts=[f"{day_text(incomes.since)}至{day_text(incomes.on)}"],
        heading=heading,
        pages=[
            Page("全区", [Title("按乡镇"), by_township(incomes), Title("按月份"), by_month(incomes)]),
            Page("全区", [Title("按科目"), by_subject(incomes), Title("预算外收入分成"), fees_of(incomes)]),
            Page("全区", [detail_of(incomes)]),
        ],
    )


def kind_heads(first: str) -> Sequence[tuple[str, int]]:
    return [(first, 30), *((str(kind.value), 32) for kind in IncomeKind), ("合计", 32)]


def by_township(incomes: Incomes) -> Table:
    keys = list(dict.fromkeys(row.township.name for row in incomes.rows))
    return kind_table(
        incomes, "按乡镇", "乡镇", [(key, [r for r in incomes.rows if r.township.name == key]) for key in keys]
    )


def by_month(incomes: Incomes) -> Table:
    keys = sorted({row.month for row in incomes.rows})
    return kind_table(
        incomes, "按月份", "月份", [(f"{key:%Y-%m}", [r for r in incomes.rows if r.month == key]) for key in keys]
    )


def kind_table(incomes: Incomes, name: str, first: str, groups: Sequence[tuple[str, Sequence[Income]]]) -> Table:
    kinds = incomes.by_kind()
    rows: list[Sequence[Value]] = []
    for label, group in groups:
        sums = [sum((row.amount for row in group if row.kind == kind), ZERO) for kind in IncomeKind]
        rows.append([label, *sums, sum(sums, ZERO)])
    stated = {place: kinds[kind] for place, kind in enumerate(IncomeKind, start=1)}
    return Table(
        name=name,
        heads=kind_heads(first),
        rows=rows,
        total="合计",
        stated={**stated, len(kinds) + 1: incomes.total},
    )


def by_subject(incomes: Incomes) -> Table:
    return Table(
        name="按科目",
        heads=[("资金性质", 28), ("科目编码", 28), ("科目", 74), ("笔数", 20), ("金额", 40)],
        rows=list(subject_rows(incomes)),
        total="合计",
        stated={4: incomes.total},
    )


def subject_rows(incomes: Incomes) -> Iterator[Sequence[Value]]:
    found: dict[tuple[str, str, str], list[Income]] = {}
    for row in incomes.rows:
        found.setdefault((row.kind.value, row.subject_code, row.subject), []).append(row)
    order = [kind.value for kind in IncomeKind]
    for key in sorted(found, key=lambda one: (order.index(one[0]), *one[1:])):
        group = found[key]
        yield [*key, sum(row.lines for row in group), sum((row.amount for row in group), ZERO)]


def detail_of(incomes: Incomes) -> Table:
    """Return every township, month and subject; the workbook alone has them."""
    return Table(
        name="明细",
        heads=[
            ("乡镇", 20),
            ("月份", 16),
            ("资金性质", 20),
            ("科目编码", 20),
            ("科目", 40),
            ("笔数", 12),
            ("金额", 30),
        ],
        rows=[
            [
                row.township.name,
                month_of(row.month),
                row.kind.value,
                row.subject_code,
                row.subject,
                row.lines,
                row.amount,
            ]
            for row in incomes.rows
        ],
        total="合计",
        stated={6: incomes.total},
        only_in_book=True,
    )


def fees_of(incomes: Incomes) -> Table:
    return Table(
        name="预算外收入分成",
        heads=[("乡镇", 30), ("月份", 20), ("收取", 34), ("上缴主管部门", 34), ("财政分成", 34), ("可用", 34)],
        rows=[
            [one.township.name, month_of(one.month), one.fees, one.upward, one.fiscal_share, one.usable]
            for one in incomes.fees
        ],
        total="合计",
        stated={2: incomes.by_kind()[IncomeKind.EXTRA_BUDGETARY]},
    )


def month_of(month: date) -> str:
    return f"{month:%Y-%m}"
