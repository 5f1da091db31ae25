"""乡镇财政情况表: where a township stands on a day, on one page: accounts, debt, plan, unpaid salaries, claims."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from ledger.exports.pages.tables import Value
from ledger.money import in_full
from treasury.debts import BurnDown
from treasury.exports.papers import Chart, Document, Heading, Lines, Page, Part, Table, Title, day_text
from treasury.models.words import Rank
from treasury.positions import OPEN_STAGES, PlanPosition, Position

RANKS: Final = {
    Rank.SALARY: "保工资",
    Rank.STABILITY: "保稳定",
    Rank.OPERATIONS: "保机关正常运转",
    Rank.OTHER: "其他支出",
}


def position_document(
    *, on: date, positions: Sequence[Position], burn_downs: Mapping[int, BurnDown], heading: Heading
) -> Document:
    """Return the positions of townships on a day, one page each."""
    return Document(
        title="乡镇财政情况表",
        facts=[f"截至{day_text(on)}"],
        heading=heading,
        pages=[Page(one.township.name, list(parts_of(one, burn_downs[one.township.pk]))) for one in positions],
    )


def parts_of(position: Position, burn_down: BurnDown) -> Iterator[Part]:
    yield Title(position.township.name)
    yield Lines([f"提示：{'；'.join(str(one.label) for one in position.warnings) or '无'}。"])
    yield Table(
        name="银行账户",
        heads=[("科目", 20), ("账户", 50), ("资金", 12), ("余额", 30), ("其后变动", 26), ("已占用", 26), ("可用", 30)],
        rows=[
            [one.code, one.name, one.fund, one.balance, one.moved_since, one.set_aside, one.free]
            for one in position.accounts
        ],
        total="合计",
        stated={3: position.at_banks},
    )
    yield Lines([f"其中须先补发欠发工资、不得他用：{in_full(position.blocked)}。“已占用”“可用”为打印时数。"])
    yield from plan_parts(position, position.plan)
    yield Title("欠发工资")
    if position.arrears:
        yield Table(
            name="欠发工资",
            heads=[("欠发月份", 30), ("人次", 20), ("欠发", 36), ("已补发", 36), ("在途", 36), ("尚欠", 36)],
            rows=[
                [f"{one.month:%Y-%m}", one.people, one.amount, one.paid, one.on_its_way, one.left]
                for one in position.arrears
            ],
            total="合计",
            stated={5: position.unpaid},
            size=70,
        )
    else:
        yield Lines(["无。"])
    yield Title("报账与待拨")
    yield Table(
        name="报账",
        heads=[("报账状态", 60), ("笔数", 20), ("金额", 40), ("最早一笔已过天数", 40)],
        rows=[
            [str(one.stage.label), one.count, one.amount, str(one.oldest_days) if one.stage in OPEN_STAGES else ""]
            for one in position.claims
        ],
    )
    if position.waiting:
        yield Table(
            name="待拨",
            heads=[("待拨顺序", 60), ("笔数", 20), ("金额", 40)],
            rows=[[RANKS[one.rank], one.count, one.amount] for one in position.waiting],
            total="合计",
        )
    else:
        yield Lines(["无等待拨付的支出。"])
    yield Title("历史欠款变化")
    yield Chart(burn_down.days, burn_down.balances)


def plan_parts(position: Position, plan: PlanPosition | None) -> Iterator[Part]:
    yield Title("往来与收入计划")
    rows: list[Sequence[Value]] = [
        ["历史欠款", position.debt],
        ["区财政代管（负数为区财政垫付）", position.held],
    ]
    if plan is not None:
        percent = f"（完成计划的 {plan.percent}%）" if plan.percent is not None else ""
        rows += [
            [f"{plan.year}年收入计划（第{plan.edition}版）", plan.planned],
            [f"本年累计完成{percent}", plan.collected],
            ["超收", plan.over],
            ["超收地方留用部分", plan.local_part],
            ["其中：已结算", plan.settled],
            ["其中：未结算", plan.unsettled],
        ]
    yield Table(name="往来与计划", heads=[("项目", 110), ("金额", 40)], rows=rows)
