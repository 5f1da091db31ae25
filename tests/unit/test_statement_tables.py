"""A bank's statement as a table: csv in GB18030 or UTF-8, newest first or oldest first, proven by its balances."""

from datetime import date
from decimal import Decimal

import pytest

from imports.statement_tables import TableRefused, statement_rows
from payouts.bank_files.statement_templates import statement_template
from payouts.iso20022.camt import Detail, Entry, Statement
from payouts.iso20022.table_statements import PlainRow, PlainUnproven, as_statement, proven_rows

TABLE = """某银行企业账户明细,,,,,,
交易日期,交易流水号,摘要,借方发生额,贷方发生额,余额,对方户名
2026-08-20 09:01:02,HD1,手续费,"1,000.50",,"8,999.50",
20260821,HD2,退汇 202608-000003,,500.00,"9,499.50",测试人甲
2026/8/22,HD3,利息,,0.01,9499.51,
合计,,,1000.50,500.01,,
"""


def read(text: str, encoding: str = "gb18030") -> list[PlainRow]:
    return list(statement_rows(file="明细.csv", content=text.encode(encoding), template=statement_template()))


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_a_table_is_read_as_it_is(encoding: str) -> None:
    first, second, third = read(TABLE, encoding)
    assert (first.on, first.debit, first.balance) == (date(2026, 8, 20), Decimal("1000.50"), Decimal("8999.50"))
    assert (second.credit, second.counter_name, second.reference) == (Decimal("500.00"), "测试人甲", "HD2")
    assert (third.on, third.credit) == (date(2026, 8, 22), Decimal("0.01"))


def test_a_table_becomes_a_statement_whose_returns_name_our_payment() -> None:
    head, *parts = as_statement(read(TABLE), account="1", identity="明细.csv", number=4)
    assert isinstance(head, Statement)
    assert (head.opening.amount, head.closing.amount, head.sequence_number) == (
        Decimal("10000.00"),
        Decimal("9499.51"),
        4,
    )
    assert [one.signed for one in parts if isinstance(one, Entry)] == [
        Decimal("-1000.50"),
        Decimal("500.00"),
        Decimal("0.01"),
    ]
    [detail] = [one for one in parts if isinstance(one, Detail)]
    assert (detail.end_to_end_id, detail.is_return) == ("202608-000003", True)


def test_newest_first_is_turned() -> None:
    rows = read(TABLE)
    assert list(proven_rows(rows[::-1])) == rows


@pytest.mark.parametrize("missing", [1])
def test_a_row_that_is_missing_is_seen_in_the_balances(missing: int) -> None:
    rows = read(TABLE)
    del rows[missing]
    with pytest.raises(PlainUnproven) as refused:
        proven_rows(rows)
    assert (refused.value.stated, refused.value.found) == ("9499.50", "8999.50")


def test_an_empty_table_proves_nothing() -> None:
    with pytest.raises(PlainUnproven):
        proven_rows([])


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("借方发生额", "支付", "statement_has_its_titles"),
        ("0.01", "0.001", "statement_cell_is_readable"),
        ("2026/8/22", "2026/8/32", "statement_cell_is_readable"),
        ("9499.51", "", "statement_row_is_whole"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_row(old: str, new: str, rule: str) -> None:
    with pytest.raises(TableRefused) as refused:
        read(TABLE.replace(old, new))
    assert refused.value.name == rule
    if rule != "statement_has_its_titles":
        assert refused.value.facts["row"] == 5
