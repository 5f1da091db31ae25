"""Books on paper: what is printed is what the books hold, to the fen, from the PDF and from the workbook."""

import io
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.utils import translation
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from audit.printing_books import Asked, Printed, print_books
from ledger import book_rows
from ledger.book_figures import Figures, Span, UnableToPrint, figures_of
from ledger.book_rows import RowKind, bank_journal, general_ledger, subsidiary_ledger
from ledger.book_statements import balance_sheet_of, income_statement_of, trial_of
from ledger.closing import close_period, start_adjusting
from ledger.exports import book_papers
from ledger.exports.book_papers import PAPERS
from ledger.exports.journal_parts import component
from ledger.exports.pages.running import Volumes
from ledger.exports.paper_parts import Wanted, statement_of
from ledger.models import AccountingUnit, AuditEvent, Book, Officer, Period
from ledger.models.words import BookKind, Record
from ledger.money import in_full
from ledger.opening import open_book, open_period, open_year
from ledger.posting import post_event
from ledger.refusals import OfficerMayNot
from ledger.reversing import reverse_event
from ledger.statements import trial_balance
from ledger.sums import DoesNotAddUp
from ledger.year_closing import carry_forward, transfer_income_and_expense
from month.posts import ensure_demo_officers
from tests.attacks import Stage
from tests.builders import (
    AT,
    FUND,
    OPENED_ON,
    SIGNED,
    credit,
    debit,
    event,
    make_books,
    make_officers,
    simple,
    voucher,
    yuan,
)
from tests.furnishing import fixtures
from treasury.refusals import NothingThere

PRINTED_AT = datetime(2027, 2, 1, 1, 30, tzinfo=UTC)
ON = date(2027, 2, 1)


@pytest.fixture
def book(db: None) -> Book:
    """The book of ``lively_book``, taken back after the test."""
    return lively_book()


def lively_book() -> Book:
    """Return a district's book of two months and a year-end: three funds, red lines, an account that never moves."""
    district, _ = make_books(townships=1)
    AccountingUnit.objects.create(code="U1", name="第一单位")
    opened(district, 12, 13)
    opening = voucher(
        "D",
        debit("1001", yuan("1000.00"), fund=FUND),
        credit("3001", yuan("1000.00"), fund=FUND),
        debit("1006", yuan("40.00"), fund="121"),
        credit("3002", yuan("40.00"), fund="121"),
        kind="OPENING",
        posting_date=date(2026, 10, 31),
    )
    post_event(event("opening", opening))
    paid("tax", "1001", "4001", "900.00")
    paid("pay", "5001", "1001", "620.00")
    post_event(simple("wrong", "77.70"))
    reverse_event(source="wrong", posting_date=date(2026, 11, 6), signatures=SIGNED)
    paid("land", "1001", "4002", "70.00", fund="121", on=date(2026, 11, 6))
    paid("fee", "1004", "4005", "8.00", fund="2", on=date(2026, 12, 10))
    by_unit = replace(debit("5001", yuan("3.00"), fund=FUND), unit="U1")
    lines = by_unit, credit("2015", yuan("3.00"), fund=FUND)
    post_event(event("unit", voucher("D", *lines, posting_date=date(2026, 12, 10))))
    transfer_income_and_expense(book=district, year=2026, signatures=SIGNED)
    return district


def furnish() -> None:
    lively_book()


# The book of ``lively_book`` in a database of its own: files are written from one moment of it.
stored = fixtures(furnish).own_stage


def opened(book: Book, *months: int, year: int = 2026) -> None:
    chief = Officer.objects.get(username="chief")
    for month in months:
        open_period(period=Period.objects.get(book=book, year=year, month=month), opener=chief, at=AT)


def paid(
    source: str, debited: str, credited: str, amount: str, *, fund: str = FUND, on: date = date(2026, 11, 5)
) -> None:
    lines = debit(debited, yuan(amount), fund=fund), credit(credited, yuan(amount), fund=fund)
    post_event(event(source, voucher("D", *lines, posting_date=on)))


def of(book: Book, first: int, last: int, year: int = 2026) -> Figures:
    return figures_of(Span(book, year, first, last))


def auditor() -> Officer:
    ensure_demo_officers()
    return Officer.objects.get(username="demo-auditor")


def printed(folder: Path, *papers: str, officer: Officer | None = None, **changes: Any) -> Printed:
    asked = Asked(codes=["D"], year=2026, months=(1, 13), papers=papers or list(PAPERS), formats=["pdf", "xlsx"])
    return print_books(
        officer=officer or auditor(),
        asked=replace(asked, **changes),
        folder=folder,
        on=ON,
        at=PRINTED_AT,
    )


def pdf_text(path: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def sheets(path: Path) -> Mapping[str, Sequence[Sequence[object]]]:
    """Return the rows of each sheet from the heads on."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    return {name: workbook.get_sheet_by_name(name).to_python()[3:] for name in workbook.sheet_names}


Told = tuple[str, str, str, str, str]


def told(rows: Iterator[book_rows.BookRow], code: str) -> list[Told]:
    """Return the rows of one account: kind, month, debit, credit and balance."""
    return [
        (
            row.kind.value,
            f"{row.day}" if row.day else str(row.month),
            str(row.turned.debit) if row.turned else "",
            str(row.turned.credit) if row.turned else "",
            str(row.balance),
        )
        for row in rows
        if row.account.code == code and row.kind is not RowKind.ACCOUNT
    ]


# Ledgers


def test_the_general_ledger_runs_from_the_opening_through_each_month_to_the_adjustment_period(book: Book) -> None:
    figures = of(book, 1, 13)
    assert told(general_ledger(figures=figures, chosen=figures.used()), "5001") == [
        ("opening", "1", "", "", "0.00"),
        ("month", "11", "620.00", "0.00", "620.00"),
        ("year", "11", "620.00", "0.00", "620.00"),
        ("month", "12", "3.00", "0.00", "623.00"),
        ("year", "12", "623.00", "0.00", "623.00"),
        ("month", "13", "0.00", "623.00", "0.00"),
        ("year", "13", "623.00", "623.00", "0.00"),
    ]


def test_what_was_posted_before_business_began_is_opening_and_not_turnover(book: Book) -> None:
    figures = of(book, 11, 11)
    assert told(general_ledger(figures=figures, chosen=figures.used()), "1001") == [
        ("opening", "11", "", "", "1000.00"),
        ("month", "11", "970.00", "620.00", "1350.00"),
        ("year", "11", "970.00", "620.00", "1350.00"),
    ]


def test_an_account_that_does_not_move_is_shown_with_its_opening(book: Book) -> None:
    for first, last in ((11, 11), (1, 13)):
        figures = of(book, first, last)
        for ledger in (
            general_ledger(figures=figures, chosen=figures.used()),
            subsidiary_ledger(figures=figures, chosen=figures.used(), split=""),
        ):
            assert told(ledger, "1006") == [
                ("opening", str(first), "", "", "40.00"),
                ("month", str(last), "0.00", "0.00", "40.00"),
                ("year", str(last), "0.00", "0.00", "40.00"),
            ]


def test_a_month_without_postings_shows_what_was_brought_in(db: None) -> None:
    district, _ = make_books(townships=0)
    opened(district, 12)
    post_event(simple("a", "5.00"))
    figures = of(district, 12, 12)
    assert told(subsidiary_ledger(figures=figures, chosen=figures.used(), split=""), "2015") == [
        ("opening", "12", "", "", "-5.00"),
        ("month", "12", "0.00", "0.00", "-5.00"),
        ("year", "12", "0.00", "5.00", "-5.00"),
    ]
    assert trial_of(figures=figures, record=Record.FINANCIAL, fund=None).totals == tuple(
        yuan(amount) for amount in ("5.00", "5.00", "0.00", "0.00", "5.00", "5.00", "5.00", "5.00")
    )


def test_red_lines_stay_red_in_the_subsidiary_ledger(book: Book) -> None:
    figures = of(book, 11, 11)
    assert told(subsidiary_ledger(figures=figures, chosen=figures.used(), split=""), "2015") == [
        ("opening", "11", "", "", "0.00"),
        ("line", "2026-11-05", "0.00", "77.70", "-77.70"),
        ("line", "2026-11-06", "0.00", "-77.70", "0.00"),
        ("month", "11", "0.00", "0.00", "0.00"),
        ("year", "11", "0.00", "0.00", "0.00"),
    ]


def test_the_twelfth_month_ends_before_the_adjustment_period(book: Book) -> None:
    december, adjustment = of(book, 12, 12), of(book, 13, 13)
    assert told(subsidiary_ledger(figures=december, chosen=december.used(), split=""), "4005") == [
        ("opening", "12", "", "", "0.00"),
        ("line", "2026-12-10", "0.00", "8.00", "-8.00"),
        ("month", "12", "0.00", "8.00", "-8.00"),
        ("year", "12", "0.00", "8.00", "-8.00"),
    ]
    assert told(subsidiary_ledger(figures=adjustment, chosen=adjustment.used(), split=""), "4005") == [
        ("opening", "13", "", "", "-8.00"),
        ("line", "2026-12-31", "8.00", "0.00", "0.00"),
        ("month", "13", "8.00", "0.00", "0.00"),
        ("year", "13", "8.00", "8.00", "0.00"),
    ]


def test_a_subsidiary_ledger_can_be_told_apart_by_a_dimension(book: Book) -> None:
    figures = of(book, 12, 13)
    rows = [
        (row.value, row.kind.value, str(row.balance))
        for row in subsidiary_ledger(figures=figures, chosen=figures.under("5001"), split="unit")
        if row.kind in (RowKind.OPENING, RowKind.LINE)
    ]
    assert rows == [
        ("", "opening", "620.00"),
        ("", "line", "-3.00"),
        ("U1", "opening", "0.00"),
        ("U1", "line", "3.00"),
    ]


@pytest.mark.parametrize("split", book_rows.SPLITS)
def test_whatever_the_lines_are_told_apart_by_they_make_the_account(book: Book, split: str) -> None:
    for first, last in ((1, 13), (12, 12), (13, 13)):
        figures = of(book, first, last)
        ends: dict[tuple[str, str], Decimal] = {}
        for row in subsidiary_ledger(figures=figures, chosen=figures.used(), split=split):
            ends[row.account.code, row.value] = row.balance
        for one in figures.used():
            if one.is_leaf:
                found = sum((net for (code, _), net in ends.items() if code == one.account.code), yuan("0.00"))
                assert found == one.net_after(last)


def test_the_journal_of_a_bank_account_totals_each_day(book: Book) -> None:
    figures = of(book, 11, 12)
    rows = list(bank_journal(figures=figures, chosen=figures.used()))
    assert {row.account.code for row in rows} == {"1001", "1004"}
    assert told(iter(rows), "1001") == [
        ("opening", "11", "", "", "1000.00"),
        ("line", "2026-11-05", "900.00", "0.00", "1900.00"),
        ("line", "2026-11-05", "0.00", "620.00", "1280.00"),
        ("day", "2026-11-05", "900.00", "620.00", "1280.00"),
        ("line", "2026-11-06", "70.00", "0.00", "1350.00"),
        ("day", "2026-11-06", "70.00", "0.00", "1350.00"),
        ("month", "11", "970.00", "620.00", "1350.00"),
        ("year", "11", "970.00", "620.00", "1350.00"),
    ]


def test_a_year_carried_forward_begins_with_what_the_last_one_left(db: None) -> None:
    district, _ = make_books(townships=0, opened_on=date(2025, 12, 1))
    chief = Officer.objects.get(username="chief")
    post_event(simple("a", "12.34", posting_date=date(2025, 12, 5)))
    opened(district, 13, year=2025)
    transfer_income_and_expense(book=district, year=2025, signatures=SIGNED)
    for period in Period.objects.filter(book=district, year=2025, status="OPEN").order_by("month"):
        start_adjusting(period=period, officer=chief, at=AT)
        close_period(period=period, officer=chief, at=AT)
    open_year(book=district, year=2026)
    carry_forward(book=district, year=2025, officer=chief, at=AT)
    opened(district, 1, year=2026)
    post_event(simple("b", "0.66", posting_date=date(2026, 1, 5)))
    figures = of(district, 1, 13)
    assert told(subsidiary_ledger(figures=figures, chosen=figures.used(), split="fund"), "2015")[0][-1] == "-12.34"
    paper = PAPERS["subsidiary_ledger"](figures, Wanted(account="3001"))
    assert [row.cells[6] for row in paper.tables[0].listed] == ["上年结转", "本月合计", "本年累计"]
    assert len(list(paper.tables[0].printed)) == 4
    sheet = balance_sheet_of(figures=figures, record=Record.FINANCIAL, fund=None)
    assert sheet.totals(sheet.right) == (yuan("0.00"), yuan("0.00"))
    statement = income_statement_of(figures=figures, record=Record.FINANCIAL)
    assert statement.carried_in.total == (yuan("-12.34"), yuan("-12.34"))
    assert statement.carried_out.total == (yuan("-13.00"), yuan("-13.00"))


# Statements


@pytest.mark.parametrize(("first", "last"), [(11, 11), (11, 13), (1, 13)])
def test_the_trial_balance_is_that_of_the_books_line_by_line(book: Book, first: int, last: int) -> None:
    figures = of(book, first, last)
    theirs = trial_balance(book=book, since=figures.span.begins, before=figures.span.before)
    ours = trial_of(figures=figures, record=Record.FINANCIAL, fund=None)
    found = {row.figures.account.code: (*row.opening, *row.period, *row.closing) for row in ours.rows}
    stated = {
        line.code: (
            line.opening_debit,
            line.opening_credit,
            line.debit,
            line.credit,
            line.closing_debit,
            line.closing_credit,
        )
        for line in theirs.lines
    }
    assert found == stated
    assert len(stated) > 5
    assert theirs.totals("F") == (*ours.totals[:4], *ours.totals[6:])


def test_the_trial_balance_of_each_fund_ties_and_together_they_are_all(book: Book) -> None:
    figures = of(book, 11, 12)
    assert list(figures.funds) == ["111", "121", "2"]
    totals = [trial_of(figures=figures, record=Record.FINANCIAL, fund=fund).totals for fund in figures.funds]
    together = trial_of(figures=figures, record=Record.FINANCIAL, fund=None).totals
    assert tuple(map(sum, zip(*totals, strict=True))) == together
    assert together[2] == yuan("1601.00")


def test_hledger_finds_the_closing_balances_of_the_trial_balance(stored: Stage, tmp_path: Path) -> None:
    if shutil.which("hledger") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("hledger is not installed: apt-get install hledger")
        pytest.skip("hledger is not installed")
    path = tmp_path / "books.journal"
    call_command(
        "export_journal", "--format", "hledger", "--book", "D", "--out", str(path), verbosity=0, stdout=sys.stderr
    )
    report = subprocess.run(
        ["hledger", "balance", "--flat", "--no-total", "--empty", "-O", "csv", "-f", str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    theirs: dict[str, Decimal] = {}
    for line in report.stdout.splitlines()[1:]:
        name, amount = line.strip('"').split('","')
        code = name.split(":")[-2].split("-")[0]
        theirs[code] = theirs.get(code, yuan("0.00")) + Decimal(amount.removesuffix(" CNY"))
    trial = trial_of(figures=of(Book.objects.get(code="D"), 1, 13), record=Record.FINANCIAL, fund=None)
    ours = {row.figures.account.code: row.closing[0] - row.closing[1] for row in trial.rows if row.figures.is_leaf}
    assert {component(code): net for code, net in ours.items() if net} == {
        code: net for code, net in theirs.items() if net
    }
    assert sum(map(bool, ours.values())) == 7


def items(sheet_side: Sequence[object]) -> dict[str, tuple[str, str]]:
    return {
        item.name: (str(item.opening), str(item.closing))
        for group in sheet_side
        for item in group.items  # type: ignore[attr-defined]
        if item.opening or item.closing
    }


def test_before_the_year_ends_the_running_surplus_stands_in_the_balance_sheet(book: Book) -> None:
    sheet = balance_sheet_of(figures=of(book, 11, 12), record=Record.FINANCIAL, fund=None)
    assert items(sheet.left) == {
        "国库存款": ("1000.00", "1350.00"),
        "其他财政存款": ("0.00", "8.00"),
        "有价证券": ("40.00", "40.00"),
    }
    assert items(sheet.right) == {
        "其他应付款": ("0.00", "3.00"),
        "一般公共预算结转结余": ("1000.00", "1000.00"),
        "政府性基金预算结转结余": ("40.00", "40.00"),
        "本年收支差额（未结转）·一般公共预算资金": ("0.00", "277.00"),
        "本年收支差额（未结转）·政府性基金预算资金": ("0.00", "70.00"),
        "本年收支差额（未结转）·财政专户管理资金": ("0.00", "8.00"),
    }


def test_after_the_transfer_the_surplus_stands_in_the_net_assets_of_each_fund(book: Book) -> None:
    sheet = balance_sheet_of(figures=of(book, 1, 13), record=Record.FINANCIAL, fund="121")
    assert items(sheet.left) == {"国库存款": ("0.00", "70.00"), "有价证券": ("40.00", "40.00")}
    assert items(sheet.right) == {"政府性基金预算结转结余": ("40.00", "110.00")}


def test_the_income_statement_leaves_the_year_end_transfer_out(book: Book) -> None:
    for last in (12, 13):
        statement = income_statement_of(figures=of(book, 12, last), record=Record.FINANCIAL)
        income = {row.name: row.by_fund for row in statement.income if any(row.total)}
        assert income == {
            "一般公共预算本级收入": {"111": pair("0.00", "900.00"), "121": pair(), "2": pair()},
            "政府性基金预算本级收入": {"111": pair(), "121": pair("0.00", "70.00"), "2": pair()},
            "财政专户管理资金收入": {"111": pair(), "121": pair(), "2": pair("8.00", "8.00")},
        }
        assert [row.total for row in statement.expense if any(row.total)] == [pair("3.00", "623.00")]
        assert statement.carried_in.by_fund["111"] == pair("1280.00", "1000.00")
        assert statement.carried_out.by_fund["111"] == pair("1277.00", "1277.00")
        assert statement.others == []


def pair(period: str = "0.00", year: str = "0.00") -> tuple[Decimal, Decimal]:
    return yuan(period), yuan(year)


def test_what_is_booked_to_the_surplus_by_itself_is_told_apart(book: Book) -> None:
    lines = debit("3001", yuan("6.00"), fund=FUND), credit("2015", yuan("6.00"), fund=FUND)
    post_event(event("late", voucher("D", *lines)))
    statement = income_statement_of(figures=of(book, 11, 13), record=Record.FINANCIAL)
    assert [(row.name, row.by_fund["111"]) for row in statement.others] == [
        ("一般公共预算结转结余", pair("-6.00", "-6.00"))
    ]
    assert statement.carried_out.by_fund["111"] == pair("1271.00", "1271.00")


def test_a_transfer_that_is_taken_back_is_none(book: Book) -> None:
    reverse_event(source="ledger.year/D/2026/transfer/1", posting_date=date(2026, 12, 31), signatures=SIGNED)
    figures = of(book, 1, 13)
    statement = income_statement_of(figures=figures, record=Record.FINANCIAL)
    assert statement.carried_out.by_fund["111"] == pair("1277.00", "1277.00")
    sheet = balance_sheet_of(figures=figures, record=Record.FINANCIAL, fund="111")
    assert items(sheet.right)["本年收支差额（未结转）·一般公共预算资金"] == ("0.00", "277.00")


@pytest.fixture
def double(db: None) -> Book:
    """A book of 2022 with a receipt and a payment in both records."""
    make_officers()
    opener = Officer.objects.get(username="reviewer")
    book = open_book(
        code="D",
        name="青岚区",
        kind=BookKind.DISTRICT,
        regime="GF2022",
        parent=None,
        opened_on=OPENED_ON,
        opener=opener,
        at=AT,
    )
    opened(book, 12, 13)
    for source, financial, budget, amount in (
        ("in", ("1001", "4001"), ("804101", "6001"), "800.00"),
        ("out", ("5002", "1001"), ("7001", "804101"), "300.00"),
    ):
        lines = [
            side(code, yuan(amount), fund=FUND)
            for codes in (financial, budget)
            for side, code in zip((debit, credit), codes, strict=True)
        ]
        post_event(event(source, voucher("D", *lines)))
    return book


def test_the_two_records_of_2022_stand_apart_and_each_agrees(double: Book) -> None:
    figures = of(double, 11, 11)
    financial, budget = (balance_sheet_of(figures=figures, record=record, fund=None) for record in Record)
    surplus = ("0.00", "500.00")
    assert (items(financial.left), items(financial.right)) == (
        {"国库存款": surplus},
        {"本年收支差额（未结转）·一般公共预算资金": surplus},
    )
    assert (items(budget.left), items(budget.right)) == (
        {"资金结存": surplus},
        {"本年收支差额（未结转）·一般公共预算资金": surplus},
    )
    for record, names in ((Record.FINANCIAL, ["税收收入"]), (Record.BUDGET, ["一般公共预算收入"])):
        assert trial_of(figures=figures, record=record, fund=None).totals[2] == yuan("1100.00")
        statement = income_statement_of(figures=figures, record=record)
        assert [row.name for row in statement.income if any(row.total)] == names
        assert statement.carried_out.total == pair("500.00", "500.00")


def test_the_surplus_of_2022_closes_in_two_steps_and_the_statements_still_agree(double: Book) -> None:
    transfer_income_and_expense(book=double, year=2026, signatures=SIGNED)
    figures = of(double, 1, 13)
    sheet = balance_sheet_of(figures=figures, record=Record.FINANCIAL, fund=None)
    assert items(sheet.right) == {"累计盈余": ("0.00", "500.00")}
    for record in Record:
        statement = income_statement_of(figures=figures, record=record)
        assert statement.carried_out.total == pair("500.00", "500.00")
        assert statement.others == []
    assert "2022" in statement_of(double)
    assert "未经核实" in statement_of(double)


def test_every_paper_says_that_its_regime_was_repealed(stored: Stage, tmp_path: Path) -> None:
    for name in printed(tmp_path, formats=["pdf"]).names:
        for page in PdfReader(tmp_path / name).pages:
            text = page.extract_text().replace("\n", "")
            assert "财政总预算会计制度（2015）" in text
            assert "自2023年1月1日起废止" in text


# Files


def amounts_in(rows: Sequence[Sequence[object]]) -> set[str]:
    """Return the amounts of a sheet as paper shows them."""
    return {
        in_full(Decimal(str(value)).quantize(Decimal("0.01")))
        for row in rows[1:]
        for value in row
        if isinstance(value, float)
    }


@pytest.mark.parametrize("paper", PAPERS)
def test_every_amount_of_the_workbook_is_read_back_from_the_pdf(stored: Stage, tmp_path: Path, paper: str) -> None:
    names = printed(tmp_path, paper).names
    text = "\n".join(pdf_text(tmp_path / name) for name in names if name.endswith(".pdf"))
    found = [rows for name in names if name.endswith(".xlsx") for rows in sheets(tmp_path / name).values()]
    wanted = set().union(*map(amounts_in, found))
    assert len(wanted) > 3
    assert {amount for amount in wanted if amount not in text} == set()
    assert "第 1 页" in text


def test_the_ledgers_of_a_workbook_say_account_and_month_in_each_row(stored: Stage, tmp_path: Path) -> None:
    printed(tmp_path, "subsidiary_ledger", formats=["xlsx"], months=(11, 11), account="1001")
    (rows,) = sheets(tmp_path / "D-2026-11-明细账.xlsx").values()
    assert rows[0] == [
        "科目编码",
        "科目名称",
        "分户",
        "月份",
        "日期",
        "凭证字号",
        "摘要",
        "资金",
        "借方",
        "贷方",
        "借或贷",
        "余额",
    ]
    assert rows[2] == ["1001", "国库存款", "", "11月", "2026-11-05", "记-1", "测试", "111", 900.0, "", "借", 1900.0]
    assert [row[6] for row in rows[-2:]] == ["本月合计", "本年累计"]


def test_a_long_ledger_is_carried_from_page_to_page_and_from_volume_to_volume(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_books(townships=0)
    lines = [
        entry
        for number in range(1, 181)
        for entry in (
            debit("5001", yuan(f"{number}.01"), fund=FUND),
            credit("2015", yuan(f"{number}.01"), fund=FUND),
        )
    ]
    post_event(event("long", voucher("D", *lines)))
    monkeypatch.setattr(book_papers, "Volumes", short_volumes)
    names = printed(tmp_path, "subsidiary_ledger", formats=["pdf"], months=(11, 11)).names
    assert list(names) == [f"D-2026-11-明细账-第{number}册.pdf" for number in range(1, len(names) + 1)]
    assert len(names) > 2
    pages = [page.extract_text() for name in names for page in PdfReader(tmp_path / name).pages]
    assert sum("过次页" in page for page in pages) == sum("承前页" in page for page in pages) > 4
    for before, after in pairwise(pages):
        if "过次页" in before:
            down = next(line for line in before.splitlines() if "过次页" in line)
            over = next(line for line in after.splitlines() if "承前页" in line)
            assert down.replace("过次页", "承前页") == over
    text = "\n".join(pages)
    assert [number for number in range(1, 181) if f"\n{number}.01" not in text and f" {number}.01" not in text] == []
    assert f"第{len(names)}册" in pages[-1]


def short_volumes(**given: Any) -> Volumes:
    return Volumes(**given, pages=2)


def test_a_balance_that_is_wrong_by_a_fen_is_refused_and_nothing_is_left(stored: Stage, tmp_path: Path) -> None:
    superuser = stored.hand("postgres").connection
    with superuser, superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE ledger_balance SET debit = debit + 0.01 WHERE debit = 697.70")
        assert cursor.rowcount == 1
    for paper in PAPERS:
        with pytest.raises(DoesNotAddUp, match=r"D 5001 111: debit of month 11 is stated as 620\.01"):
            printed(tmp_path, paper)
    assert list(tmp_path.iterdir()) == []
    assert not AuditEvent.objects.filter(act="books.read").exists()


def test_lines_that_do_not_make_their_account_are_refused_when_the_account_ends(
    stored: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_rows, "LINES", book_rows.LINES.replace("ORDER BY", "AND l.amount <> 620 ORDER BY"))
    for paper in ("subsidiary_ledger", "bank_journal"):
        with pytest.raises(DoesNotAddUp, match="of month 11"):
            printed(tmp_path, paper)
    assert list(tmp_path.iterdir()) == []


def test_the_files_are_for_their_owner_only(stored: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    names = printed(folder).names
    assert sorted(names) == sorted(path.name for path in folder.iterdir())
    assert len(names) == 2 * len(PAPERS)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_missing_number_is_told_on_the_paper_and_by_the_command(stored: Stage, tmp_path: Path) -> None:
    superuser = stored.hand("postgres").connection
    with superuser, superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE ledger_voucher SET number = 99 WHERE source = 'pay'")
        cursor.execute("UPDATE ledger_vouchercounter SET last_number = 6 WHERE last_number = 5")
    done = printed(tmp_path, "trial_balance", months=(11, 11))
    assert str(done.gaps[0]) == "D 2026-11 记-2"
    assert "凭证缺号" in pdf_text(tmp_path / done.names[0])
    ensure_demo_officers()
    with pytest.raises(CommandError, match="D 2026-11 记-2"):
        ordered("--month", "11", "--paper", "trial_balance", "--out", str(tmp_path))


# Who may read, and what is asked for


def test_reading_the_books_leaves_an_event(stored: Stage, tmp_path: Path) -> None:
    printed(tmp_path, "trial_balance")
    made = AuditEvent.objects.get(act="books.read")
    assert (made.actor, made.subject) == ("demo-auditor", "books/2026")
    assert made.after == "books=D\nfiles=2\ngaps=0\nmonths=1-13\npapers=trial_balance"


def test_a_book_that_is_not_open_to_an_officer_is_refused_before_anything_is_written(
    stored: Stage, tmp_path: Path
) -> None:
    nobody = Officer.objects.create(username="nobody", full_name="无岗位")
    with pytest.raises(OfficerMayNot, match="officer_reads_own_books"):
        printed(tmp_path, officer=nobody)
    with pytest.raises(NothingThere, match="book_is_opened"):
        printed(tmp_path, codes=["X"])
    assert list(tmp_path.iterdir()) == []
    nobody.groups.add(Group.objects.get(name="auditor"))
    reader = Officer.objects.get(username="nobody")
    assert len(printed(tmp_path, "trial_balance", officer=reader, codes=[]).names) == 4


def ordered(*options: str) -> None:
    call_command("book_papers", "--year", "2026", "--book", "D", *options, stdout=io.StringIO())


def test_the_command_writes_what_is_asked_for(stored: Stage, tmp_path: Path) -> None:
    ensure_demo_officers()
    ordered("--from-month", "11", "--to-month", "12", "--paper", "all", "--format", "xlsx", "--out", str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"D-2026-11_12-{title}.xlsx"
        for title in ("总账", "明细账", "银行存款日记账", "科目余额表", "资产负债表", "收入支出表")
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--month", "10"], "no months 10 to 10 of 2026"),
        (["--from-month", "12", "--to-month", "11"], "no months 12 to 11"),
        (["--month", "11", "--to-month", "12"], "either --month"),
        (["--month", "11", "--account", "9999"], "no account 9999"),
    ],
)
def test_the_command_says_what_cannot_be_printed(
    stored: Stage, tmp_path: Path, options: Sequence[str], said: str
) -> None:
    ensure_demo_officers()
    with translation.override("en"), pytest.raises(CommandError, match=said):
        ordered(*options, "--paper", "general_ledger", "--out", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("first", "last", "year"), [(1, 10, 2026), (1, 13, 2025), (1, 13, 2027)])
def test_months_that_a_book_does_not_keep_are_refused(book: Book, first: int, last: int, year: int) -> None:
    with pytest.raises(UnableToPrint):
        of(book, first, last, year=year)
