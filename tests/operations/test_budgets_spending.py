"""Spending that a voucher posts without a release, such as the payroll's: read ahead, spent once, given back."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ledger.checks import Disagreement, run_checks
from ledger.entries import Event, Signatures
from ledger.models import Book
from ledger.posting import post_event
from ledger.refusals import UnableToPost
from tests import budgets
from tests.attacks import Hand, Stage
from tests.budgets import FUND, OFFICE, ON, a_line, approved, prepared, street, the_line, town, yuan
from tests.payroll_hands import round_triggers
from treasury.budgets import Shortfall, left_in
from treasury.entries import Mirrored, SpendingLine, pay_release
from treasury.models import BudgetUse, Township
from treasury.opening import codes_of
from treasury.posting import SERVICE, mirrored_event
from treasury.refusals import BudgetExhausted, BudgetLineMissing, BudgetSourceConflict
from treasury.reserving import give_back_classified, shortfalls, spend_classified

stage = budgets.stage
rolled_back = budgets.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

CHECKS = ("budget_sums", "budget_within", "budget_spending_is_posted", "spending_is_budgeted")


def spend(*lines: SpendingLine, source: str = "test/pay", on: date = ON, year: int = 2026) -> None:
    spend_classified(township=town(), year=year, on=on, lines=lines, source=source)


def short(*lines: SpendingLine, on: date = ON) -> Sequence[Shortfall]:
    return shortfalls(township=town(), year=2026, on=on, lines=lines)


def left(economic: str = "302", month: int = 3) -> Decimal:
    return left_in(book="T01", year=2026, month=month)[the_line(economic).pk]


def refusal(act: Callable[[], object]) -> UnableToPost:
    with pytest.raises(UnableToPost) as caught:
        act()
    return caught.value


def voucher(*lines: SpendingLine, of: Township | None = None, red: bool = False) -> Event:
    """Return the voucher that pays lines out of the district's treasury for the town, or another township."""
    township, district = of or town(), Book.objects.get(code="D")
    codes = codes_of(district=district, township=township.book)
    journal: Mirrored = pay_release(codes, lines, account="", fund=FUND)
    return mirrored_event(
        source="test/pay",
        district=district,
        township=township.book,
        entries=journal.in_red() if red else journal,
        posting_date=ON,
        summary="测试",
        signatures=Signatures(preparer=SERVICE, reviewer="reviewer", poster=SERVICE, cashier="cashier"),
        paper="退汇通知1号" if red else "",
    )


def told() -> list[tuple[str, str]]:
    return [(one.check, one.book) for one in run_checks(CHECKS)]


@pytest.mark.parametrize(
    ("amount", "found"),
    [("60.00", []), ("60.01", [Shortfall("2010301/302", yuan("60.01"), yuan("60.00"))])],
)
def test_a_shortfall_is_known_before_the_spending(amount: str, found: list[Shortfall]) -> None:
    assert short(a_line(amount)) == found


def test_shortfalls_add_up_the_lines_of_one_line_of_the_budget() -> None:
    assert short(a_line("30.00", "302"), a_line("30.01")) == [Shortfall("2010301/302", yuan("60.01"), yuan("60.00"))]


def test_a_class_without_a_line_is_short_of_all_of_it() -> None:
    assert short(a_line("5.00", "310")) == [Shortfall("2010301/310", yuan("5.00"), yuan("0.00"))]


def test_nothing_is_short_where_no_budget_is_approved() -> None:
    assert shortfalls(township=street(), year=2026, on=ON, lines=[a_line("5.00", "310")]) == []
    assert shortfalls(township=town(), year=2027, on=date(2027, 1, 5), lines=[a_line("5.00", "310")]) == []


def test_what_is_not_short_can_be_spent_and_what_is_short_cannot() -> None:
    spend(a_line("60.00"))
    assert (short(a_line("0.01")), left()) == ([Shortfall("2010301/302", yuan("0.01"), yuan("0.00"))], yuan("0.00"))
    assert type(refusal(lambda: spend(a_line("0.01"), source="test/more"))) is BudgetExhausted


def test_a_line_that_is_short_leaves_the_others_unspent() -> None:
    refusal(lambda: spend(a_line("1.00", "30101"), a_line("60.01")))
    assert (left("301"), BudgetUse.objects.count()) == (yuan("100.00"), 0)


def test_a_class_without_a_line_is_refused() -> None:
    assert type(refusal(lambda: spend(a_line("1.00", "310")))) is BudgetLineMissing


def test_the_same_source_spends_once() -> None:
    spend(a_line("40.00"))
    spend(a_line("40.00"))
    assert left() == yuan("20.00")


def test_the_same_source_with_other_content_is_refused() -> None:
    spend(a_line("40.00"))
    assert type(refusal(lambda: spend(a_line("40.01")))) is BudgetSourceConflict


def test_what_takes_back_is_set_off_in_its_line() -> None:
    spend(a_line("50.00", "302"), a_line("-10.00", "30201"))
    assert (left(), BudgetUse.objects.get().economic) == (yuan("20.00"), "302")


def test_a_line_that_only_takes_back_is_refused() -> None:
    assert type(refusal(lambda: spend(a_line("-10.00")))) is BudgetSourceConflict


def test_spending_outside_its_year_counts_on_the_nearest_day() -> None:
    spend(a_line("100.00"), on=date(2027, 1, 5))
    assert BudgetUse.objects.get().on == date(2026, 12, 31)


def test_a_reversed_voucher_gives_all_of_it_back() -> None:
    spend(a_line("40.00"), a_line("10.00", "30101"))
    give_back_classified(spent_source="test/pay", on=ON, source="test/pay/reversed")
    give_back_classified(spent_source="test/pay", on=ON, source="test/pay/reversed")
    assert (left(), left("301")) == (yuan("60.00"), yuan("100.00"))
    refused = refusal(lambda: give_back_classified(spent_source="test/pay", on=ON, source="test/pay/again"))
    assert refused.name == "budget_gives_back_what_it_took"


# What check_books proves.


def test_the_books_agree_when_what_is_posted_is_spent() -> None:
    post_event(voucher(a_line("40.00"), a_line("10.00", "30101")))
    spend(a_line("40.00"), a_line("10.00", "30101"))
    assert told() == []


def test_spending_that_was_posted_round_the_budget_is_found() -> None:
    post_event(voucher(a_line("40.00")))
    assert told() == [("spending_is_budgeted", "T01")]


def test_spending_that_was_posted_for_more_than_the_budget_gave_is_found() -> None:
    post_event(voucher(a_line("40.00")))
    spend(a_line("39.99"))
    assert told() == [("budget_spending_is_posted", "T01"), ("spending_is_budgeted", "T01")]


def test_spending_that_was_never_posted_is_found() -> None:
    spend(a_line("40.00"))
    assert told() == [("budget_spending_is_posted", "T01")]


def test_red_of_a_spending_before_control_needs_no_budget() -> None:
    post_event(voucher(a_line("40.00"), red=True))
    assert told() == []


def test_spending_from_before_the_approval_needs_no_budget_and_what_follows_does() -> None:
    post_event(voucher(a_line("40.00"), of=street()))
    approved(prepared(street()))
    assert told() == []
    post_event(replace(voucher(a_line("40.00"), of=street()), source="test/later"))
    assert told() == [("spending_is_budgeted", "T02")]


@pytest.mark.parametrize(
    ("column", "found"),
    [
        ("planned", {"budget_sums", "budget_within"}),
        ("spent", {"budget_sums", "budget_within"}),
        ("reserved", {"budget_sums", "budget_within"}),
    ],
)
def test_sums_that_were_changed_behind_the_triggers_are_found(stage: Stage, column: str, found: set[str]) -> None:
    with stage_changed(stage, f"UPDATE treasury_appropriationmonth SET {column} = {column} + 1000 WHERE month = 3"):
        assert {one.check for one in run_checks(CHECKS)} == found


def test_an_appropriation_that_is_not_its_line_is_found(stage: Stage) -> None:
    with stage_changed(stage, "UPDATE treasury_appropriation SET amount = amount + 0.01 WHERE economic = '302'"):
        assert [one.what for one in run_checks(CHECKS)] == [
            "line 2010301/302 of 2026 is not what the approved edition says"
        ]


def stage_changed(stage: Stage, sql: str) -> "Changed":
    return Changed(stage.hand("postgres"), sql)


class Changed:
    """A change that a superuser commits round the triggers, and takes back."""

    def __init__(self, hand: Hand, sql: str) -> None:
        self.hand, self.sql = hand, sql

    def __enter__(self) -> None:
        self.kept = {
            table: self.hand.rows(f"SELECT id, {columns} FROM {table}")
            for table, columns in (
                ("treasury_appropriationmonth", "planned, reserved, spent"),
                ("treasury_appropriation", "amount"),
            )
        }
        with round_triggers(self.hand):
            self.hand.rows(self.sql)
        self.hand.connection.commit()

    def __exit__(self, *_error: object) -> None:
        with round_triggers(self.hand):
            for key, planned, reserved, spent in self.kept["treasury_appropriationmonth"]:
                self.hand.rows(
                    "UPDATE treasury_appropriationmonth SET planned = %s, reserved = %s, spent = %s WHERE id = %s",
                    planned,
                    reserved,
                    spent,
                    key,
                )
            for key, amount in self.kept["treasury_appropriation"]:
                self.hand.rows("UPDATE treasury_appropriation SET amount = %s WHERE id = %s", amount, key)
        self.hand.connection.commit()


def test_each_disagreement_names_its_book(stage: Stage) -> None:
    with stage_changed(stage, "UPDATE treasury_appropriationmonth SET spent = 1 WHERE month = 12"):
        found: list[Disagreement] = list(run_checks(CHECKS))
    assert {one.book for one in found} == {"T01"}
    assert OFFICE in "".join(one.what for one in found)
