"""``manage.py budget``: files taken whole or not at all, each step as its officer, and what lines have left."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from django.utils import translation

from ledger.models import AuditEvent
from month.posts import POSTS
from tests import budgets
from tests.budgets import officer, town
from treasury.budgets import is_controlled, line_states
from treasury.models import Budget, SpendingPlan

stage = budgets.stage
rolled_back = budgets.rolled_back

Run = Callable[..., str]
HEADING = "功能分类,经济分类,金额,说明"
GOOD = (HEADING, "2010301,301,1200.00,工资", "2010301,302,500.00,", ",303,300.00,补助", "合计,,2000.00,")
NARROWER = "Make one the narrower in both, or join them."
AS_THE_BUDGET = "Name a line as the budget does, or amend it."
PLAN = "功能分类,经济分类,月份,金额"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def run(rolled_back: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a step as an officer who types the password; lines are written to the file that the step reads."""

    def take(step: str, *options: str, lines: tuple[str, ...] = (), by: str = "", name: str = "lines.csv") -> str:
        words = [step, "--year", "2026"]
        if lines:
            (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
            words.insert(1, str(tmp_path / name))
        if by:
            holder = officer(by)
            holder.set_password(by)
            holder.save()
            monkeypatch.setattr("sys.stdin", io.StringIO(f"{by}\n"))
            words += ["--as", by, "--on", "2026-03-10"]
        capsys.readouterr()
        call_command("budget", *words, *options)
        return capsys.readouterr().out

    return take


def refused(run: Run, step: str, *options: str, **told: object) -> list[str]:
    with pytest.raises(CommandError) as found:
        run(step, *options, **told)
    return str(found.value).splitlines()


BOOK, MONEY = ("--book", "T02"), ("--resources", "2000.00")
PAPER = ("--paper", "第7号", "--paper-on", "2026-02-01")


def test_a_street_goes_from_a_file_to_control(run: Run) -> None:
    assert "edition 1: prepared" in run("prepare", *BOOK, *MONEY, lines=GOOD, by="clerk")
    assert "submitted" in run("submit", *BOOK, by="clerk")
    assert "approved" in run("approve", *BOOK, *PAPER, by="head")
    assert is_controlled(township=budgets.street(), year=2026)
    assert Budget.objects.get(book__code="T02").paper == "第7号"


def test_a_town_is_amended_through_its_congress(run: Run) -> None:
    book = ("--book", "T01")
    assert "edition 2" in run("amend", *book, *MONEY, "--reason", "调整", lines=GOOD, by="clerk")
    run("submit", *book, by="clerk")
    assert "agreed by the bureau" in run("review", *book, by="bureau")
    assert "approved" in run("approve", *book, *PAPER, by="head")


def test_a_budget_is_refused_with_its_reason_or_withdrawn(run: Run) -> None:
    run("prepare", *BOOK, *MONEY, lines=GOOD, by="clerk")
    run("submit", *BOOK, by="clerk")
    assert "refused" in run("refuse", *BOOK, "--reason", "过高", by="head")
    run("prepare", *BOOK, *MONEY, lines=GOOD, by="clerk")
    assert "withdrawn" in run("withdraw", *BOOK, by="clerk")


def test_the_principles_of_a_year_are_given_with_their_indicators(run: Run) -> None:
    told = run(
        "principles", "--text", "从紧", "--indicator", "CEILING=1.00", "--indicator", "CEILING:T02=1999.99", by="chief"
    )
    assert "edition 2" in told
    found = refused(run, "prepare", *BOOK, *MONEY, lines=GOOD, by="clerk")
    assert "budget_is_within_its_ceiling" in found[0]
    assert "ceiling=1999.99" in found[0]


def test_a_workbook_is_read_like_a_csv(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "预算.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("预算")
        for at, line in enumerate(GOOD):
            sheet.write_row(at, 0, [float(cell) if "." in cell else cell for cell in line.split(",")])
    run("prepare", str(path), *BOOK, *MONEY, by="clerk")
    assert [str(line.amount) for line in Budget.objects.get(book__code="T02").lines.order_by("number")] == [
        "1200.00",
        "500.00",
        "300.00",
    ]


def test_any_faulty_row_refuses_the_file_and_each_is_named(run: Run) -> None:
    lines = (HEADING, "2010301,301,1200.00,", "9999,302,x,", "201,30101,5.00,", ",310,0.00,", "2010301,302,,")
    found = refused(run, "prepare", *BOOK, *MONEY, lines=lines, by="clerk")
    assert found[0] == "Nothing was taken. Correct the file and hand it in again."
    assert {line.split(":")[0] for line in found[1:]} == {"Row 3, 金额", "Row 6, 金额"}
    readable = (HEADING, "2010301,301,1200.00,", "9999,302,1.00,", "201,30101,5.00,", ",310,0.00,")
    assert refused(run, "prepare", *BOOK, *MONEY, lines=readable, by="clerk")[1:] == [
        "Row 3, 功能分类: 9999 is no class in use. Correct it, or have the class added to its list.",
        "Row 4, 经济分类: 201/30101 and 2010301/301 of row 2 cover the same. " + NARROWER,
        "Row 5, 金额: The amount is zero. Delete the row.",
    ]
    assert not Budget.objects.filter(book__code="T02").exists()


def test_a_plan_is_read_approved_and_shown(run: Run) -> None:
    book = ("--book", "T01")
    assert "Spending plan 2" in run("plan", *book, lines=(PLAN, ",303,3,10.00", "2010301,302,5,-40.00"), by="clerk")
    assert "approved" in run("approve-plan", *book, "--number", "2", by="bureau")
    shown = run("show", *book)
    assert [line.split() for line in shown.splitlines() if "/" in line] == [
        ["*/303", "300.00", "10.00", "0.00", "0.00", "10.00"],
        ["2010301/301", "1,200.00", "100.00", "0.00", "0.00", "100.00"],
        ["2010301/302", "500.00", "60.00", "0.00", "0.00", "60.00"],
    ]


def test_a_month_of_the_plan_is_shown(run: Run) -> None:
    assert "2010301/302" in run("show", "--book", "T01", "--month", "4")
    assert [str(one.planned) for one in line_states(book=town().book, year=2026, month=4)] == [
        "0",
        "100.00",
        "60.00",
    ]


def test_faulty_rows_refuse_a_plan(run: Run) -> None:
    lines = (PLAN, "2010301,30201,3,10.00", "2010301,302,13,1.00", "2010301,302,4,0.00", "2010301,302,4,1.00")
    assert refused(run, "plan", "--book", "T01", lines=lines, by="clerk")[1:] == [
        "Row 2, 经济分类: The approved budget has no line 2010301/30201. Name a line as the budget does, or amend it.",
        "Row 3, 月份: A month goes from 1 to 12. Correct it.",
        "Row 4, 金额: The amount is zero. Delete the row.",
        "Row 5, 月份: Line and month stand in row 4 already. Join the two rows.",
    ]
    assert SpendingPlan.objects.count() == 1


def test_a_plan_is_refused_with_its_reason(run: Run) -> None:
    run("plan", "--book", "T01", lines=(PLAN, ",303,3,10.00"), by="clerk")
    assert "refused" in run("refuse-plan", "--book", "T01", "--number", "2", "--reason", "不急", by="bureau")


@pytest.mark.parametrize(
    ("step", "options", "name"),
    [
        ("submit", ("--book", "T02"), "budget_exists"),
        ("submit", ("--book", "T09"), "book_exists"),
        ("approve-plan", ("--book", "T01", "--number", "9"), "plan_exists"),
    ],
)
def test_what_is_not_there_is_named(run: Run, step: str, options: tuple[str, ...], name: str) -> None:
    assert f"[{name}]" in refused(run, step, *options, by="everything")[0]


def test_a_book_without_a_budget_shows_none(run: Run) -> None:
    assert "[budget_is_approved]" in refused(run, "show", "--book", "T02")[0]


def test_a_refusal_stays_in_the_trail(run: Run) -> None:
    refused(run, "review", "--book", "T01", by="bureau")
    event = AuditEvent.objects.order_by("-pk")[0]
    assert (event.act, event.actor, event.refused) == ("budget.review", "bureau", "budget_moves")


@pytest.mark.parametrize("words", ["CEILING=x", "CEILING=1.001", "HEIGHT=1"])
def test_an_indicator_is_a_kind_and_an_amount(run: Run, words: str) -> None:
    refused(run, "principles", "--text", "从紧", "--indicator", words, by="chief")


# What needs two people: who prepares neither reviews nor approves, and who reviews does not approve.
APART = (
    {"treasury.prepare_budget"},
    {"treasury.review_budget"},
    {"treasury.approve_budget", "treasury.record_resolution"},
    {"treasury.prepare_spending_plan"},
    {"treasury.approve_spending_plan"},
)


@pytest.mark.parametrize("post", POSTS)
def test_no_post_holds_two_acts_that_need_two_people(post: str) -> None:
    held = set(POSTS[post])
    assert sum(bool(held & acts) for acts in APART[:3]) <= 1
    assert sum(bool(held & acts) for acts in APART[3:]) <= 1


def test_every_act_of_budgets_has_its_post() -> None:
    assert {"treasury.issue_principles", *(act for acts in APART for act in acts)} <= {
        act for acts in POSTS.values() for act in acts
    }
