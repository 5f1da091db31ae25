"""往来对账单: what district and township owe each other in a month, with room for both to sign."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from ledger.exports.pages.frames import local_time
from ledger.exports.pages.tables import Value
from ledger.models.words import Mirror
from ledger.money import ZERO, in_full
from treasury.account_statements import CurrentAccount, Statement
from treasury.exports.papers import Document, Heading, Lines, Page, Part, Signing, Table, Title, month_text
from treasury.models import AccountStatement
from treasury.models.words import StatementSide, StatementStatus

NAMES: Final = {Mirror.ANNUAL: "年度资金调度", Mirror.HISTORIC: "历史欠款"}
SIDES: Final = {StatementSide.DISTRICT: "区财政", StatementSide.TOWNSHIP: "乡镇"}
HEADS: Final = (
    ("日期", 18),
    ("摘要", 58),
    ("区账凭证", 18),
    ("乡镇账凭证", 18),
    ("区账发生额", 27),
    ("乡镇账发生额", 27),
    ("余额", 29),
)


def statement_document(*, month: date, statements: Sequence[Statement], heading: Heading) -> Document:
    """Return the statements of account of a month, each beginning on a page of its own."""
    return Document(
        title="往来对账单",
        facts=[month_text(month)],
        heading=heading,
        pages=[Page(one.township.name, list(parts_of(one))) for one in statements],
    )


def parts_of(statement: Statement) -> Iterator[Part]:
    edition = f"第{statement.kept.edition}版" if statement.kept and statement.still_holds else "未出具"
    yield Title(f"{statement.township.name}　{month_text(statement.month)}　{edition}")
    yield Lines(["正数为乡镇欠区财政，负数为区财政代管乡镇资金。"])
    for account in statement.accounts:
        yield Title(NAMES[account.mirror])
        yield Table(
            name=NAMES[account.mirror],
            heads=HEADS,
            rows=list(rows_of_account(account)),
            size=70,
            stated={
                4: account.closing_in_district - account.opening_in_district,
                5: account.closing_in_township - account.opening_in_township,
            },
        )
        closing = f"区账 {in_full(account.closing_in_district)}，乡镇账 {in_full(account.closing_in_township)}"
        yield Lines([f"期末余额：{closing}。{agreement_of(account)}"])
        if not account.agrees:
            yield Table(
                name=f"{NAMES[account.mirror]}差异",
                heads=[("日期", 20), ("摘要", 90), ("区账", 28), ("乡镇账", 28), ("差额", 28)],
                rows=[
                    [f"{one.day}", one.summary, one.in_district, one.in_township, one.in_district - one.in_township]
                    for one in account.differences
                ],
                total="合计",
            )
    yield Lines([f"SHA-256：{statement.digest}", *confirmed_lines(statement)])
    yield Signing(["区财政局（签章）：", "乡镇财政所（签章）："])


def rows_of_account(account: CurrentAccount) -> Iterator[Sequence[Value]]:
    balance = account.opening_in_district
    yield ["", "期初余额", "", "", None, None, balance]
    for one in account.movements:
        balance += one.in_district
        summary = one.summary if one.agrees else f"【不符】{one.summary}"
        yield [
            f"{one.day}",
            summary,
            one.district_vouchers or "—",
            one.township_vouchers or "—",
            one.in_district,
            one.in_township,
            balance,
        ]
    moved = account.closing_in_district - account.opening_in_district
    if moved == ZERO and not account.movements:
        yield ["", "本月无发生额", "", "", None, None, balance]


def agreement_of(account: CurrentAccount) -> str:
    return "两账相符。" if account.agrees else f"两账不符：{len(account.differences)}笔，见下表。"


def confirmed_lines(statement: Statement) -> Iterator[str]:
    """Yield who confirmed or disagreed, and whether the books still say what was confirmed."""
    kept = statement.kept
    if kept is None:
        return
    for side, officer, at in (
        ("区财政", kept.district_by, kept.district_at),
        ("乡镇", kept.township_by, kept.township_at),
    ):
        if officer and at:
            yield f"{side}确认：{officer.full_name or officer.username}　{local_time(at):%Y-%m-%d %H:%M}"
    if kept.status == StatementStatus.DISAGREED:
        yield f"{SIDES[StatementSide(kept.disagreed_side)]}提出不符：{kept.reason}"
    yield from outdated_lines(statement, kept)


def outdated_lines(statement: Statement, kept: AccountStatement) -> Iterator[str]:
    if not statement.still_holds:
        yield f"第{kept.edition}版之后本月又有记账，该版作废，须重新出具并确认。"
