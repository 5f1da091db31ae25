"""奖励扶助与补贴发放统计表: a statistical half-year or year by township and scheme, for three signatures and a seal."""

from collections.abc import Sequence
from typing import Final

from ledger.exports.pages.frames import Paper
from ledger.exports.pages.tables import Value
from ledger.money import in_full
from payouts.benefit_statistics import Figures, SchemeFigures, Statistics
from payouts.rules.benefit_calendar import ReportDue, Span
from treasury.exports.papers import Document, Heading, Lines, Page, Signing, Table, Title, day_text

TITLE: Final = "奖励扶助与补贴发放统计表"
SPANS: Final = {Span.HALF_YEAR: "半年报", Span.YEAR: "年报"}
SIGNERS: Final = ("分管领导：", "主任：", "统计员：", "单位（盖章）：")
PLACE: Final = (("乡镇", 16), ("项目", 33))
PEOPLE: Final = (
    ("期末人数", 9),
    ("新增", 8),
    ("死亡", 8),
    ("到期退出", 9),
    ("移出名册", 9),
    ("发放人数", 9),
)
MONEY: Final = (
    ("应发", 19),
    ("其中补发", 16),
    ("抵扣多发", 15),
    ("实发到账", 19),
    ("退回未再付", 15),
    ("未兑现", 16),
    ("兑现率", 12),
    ("认定多发", 16),
    ("已追回", 16),
)
FUNDERS: Final = (("中央", 30), ("省级", 30), ("市级", 30), ("区级", 30), ("乡镇级", 30), ("合计", 34))


def statistics_document(*, statistics: Statistics, due: ReportDue, heading: Heading) -> Document:
    """Return the statistics of a period, then who bears what was due."""
    period, total = statistics.period, statistics.total
    rows = statistics.rows
    figures = Table(
        name="发放统计",
        heads=[*PLACE, *PEOPLE, *MONEY],
        rows=[figure_row(row) for row in rows],
        total="合计",
        stated={2: total.enrolled, 8: total.due, 11: total.paid, 13: total.unpaid},
        size=65,
    )
    funders = Table(
        name="资金负担",
        heads=[*PLACE, *FUNDERS],
        rows=[funder_row(row) for row in rows],
        total="合计",
        stated={7: total.due},
        size=65,
    )
    return Document(
        title=TITLE,
        facts=[
            f"{period.year}统计年度{SPANS[period.span]}",
            f"{day_text(period.since)}至{day_text(period.until)}",
            f"数据截至{day_text(statistics.known_on)}",
        ],
        heading=heading,
        pages=[
            Page(
                "全区",
                [
                    figures,
                    Lines(told(statistics)),
                    Title("资金负担（应发）"),
                    funders,
                    Lines([due_text(due)]),
                    Signing(SIGNERS),
                ],
            )
        ],
        paper=Paper.LANDSCAPE,
    )


def figure_row(row: SchemeFigures) -> Sequence[Value]:
    one = row.figures
    return [
        row.township,
        row.scheme,
        *(one.enrolled, one.entered, one.died, one.ended, one.removed, one.paid_people),
        *(one.due, one.arrears, one.kept_back, one.paid, one.returned, one.unpaid),
        percent_text(one),
        one.overpaid,
        one.recovered,
    ]


def funder_row(row: SchemeFigures) -> Sequence[Value]:
    one = row.figures
    return [
        row.township,
        row.scheme,
        *(one.borne_by_central, one.borne_by_province, one.borne_by_city, one.borne_by_district),
        one.borne_by_township,
        one.due,
    ]


def told(statistics: Statistics) -> list[str]:
    """Return what the table cannot say: people counted once, and how much was paid of all."""
    total = statistics.total
    enrolled, paid = statistics.people_enrolled, statistics.people_paid
    once = f"不重复计算，期末享受{enrolled}人，期内发放到账{paid}人。"
    amounts = f"实发到账{in_full(total.paid)}元，应兑现（应发减抵扣多发）{in_full(total.payable)}元"
    return [
        f"人数按人次统计：一人享受两个项目计两次。{once}",
        f"总兑现率{percent_text(total)}：{amounts}。兑现率只舍不入。",
    ]


def due_text(due: ReportDue) -> str:
    nominal = f"报送期限：{day_text(due.due.nominal)}前"
    moved = "" if due.due.on == due.due.nominal else f"（遇休息日，应于{day_text(due.due.on)}前报出）"
    return f"{nominal}{moved}。"


def percent_text(figures: Figures) -> str:
    """Return the percentage as a text, so that it is not summed; a stroke where nothing was to be paid."""
    percent = figures.paid_percent
    return "—" if percent is None else f"{percent:.2f}%"
