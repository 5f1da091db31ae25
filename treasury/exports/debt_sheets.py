"""历史欠款: the balance of each township at each month end with a small chart, and the register of its vouchers."""

from collections.abc import Iterator, Sequence
from datetime import date

from ledger.exports.pages.frames import Paper
from ledger.exports.pages.tables import Value
from ledger.money import ZERO
from treasury.debts import BurnDown, DebtRegister
from treasury.exports.papers import Chart, Document, Heading, Page, Table, Title, day_text


def debt_document(
    *, on: date, registers: Sequence[DebtRegister], burn_downs: Sequence[BurnDown], heading: Heading
) -> Document:
    """Return how old debt burned down month by month, then the register of its vouchers."""
    days = burn_downs[0].days
    totals = [sum((one.balances[place] for one in burn_downs), ZERO) for place in range(len(days))]
    table = Table(
        name="历史欠款月末余额",
        heads=[("乡镇", 22), *((f"{day:%Y-%m}", 19) for day in days)],
        rows=[[one.township.name, *one.balances] for one in burn_downs],
        total="合计",
        stated=dict(enumerate(totals, start=1)),
        size=60,
    )
    register = Table(
        name="历史欠款登记簿",
        heads=[
            ("乡镇", 22),
            ("日期", 20),
            ("区账凭证", 20),
            ("乡镇账凭证", 20),
            ("摘要", 90),
            ("增减", 32),
            ("余额", 32),
        ],
        rows=[row for one in registers for row in rows_of(one)],
    )
    return Document(
        title="历史欠款变化表",
        facts=[f"截至{day_text(on)}"],
        heading=heading,
        pages=[
            Page("全区", [Title("月末余额"), table, Title("全区合计"), Chart(days, totals)]),
            Page("全区", [Title("登记簿"), register]),
        ],
        paper=Paper.LANDSCAPE,
    )


def rows_of(register: DebtRegister) -> Iterator[Sequence[Value]]:
    name = register.township.name
    yield [name, f"{register.since}", "", "", "期初余额", None, register.opening]
    for one in register.movements:
        yield [name, f"{one.day}", one.number, one.number_below, one.summary, one.amount, one.balance]
    if register.movements:
        yield [name, f"{register.on}", "", "", "期末余额", None, register.closing]
