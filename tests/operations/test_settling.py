"""A month is settled by three officers: ordinary return, rebate, withholding, the part that goes up, back pay first."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.entries import Signatures
from ledger.models import Voucher
from ledger.posting import post_event
from ledger.refusals import OfficerMayNot
from month.beginning import open_months
from month.posts import demo_officer
from tests import townships
from tests.acting_as import let_act_as
from tests.townships import (
    AT,
    DECEMBER,
    NOVEMBER,
    STREET,
    TOWN,
    applied,
    assert_books_agree,
    balance,
    codes,
    collect,
    current_accounts,
    opening,
    owe_salaries,
    plan,
    row,
    settle,
    town,
    yuan,
)
from treasury import entries
from treasury.models import BackPayPart, Release, RevenuePlan, Settlement, UnpaidSalary
from treasury.planning import Proposal, approve_plan, propose_plan
from treasury.posting import SERVICE, mirrored_event
from treasury.refusals import FiguresMoved, OneOfficerTwice, StateRefuses, TreasuryReasonMissing
from treasury.releasing import release_funds
from treasury.settlement_figures import work_out
from treasury.settling import approve_settlements, post_settlements, prepare_settlements, withdraw_settlements
from treasury.taking_over import OLD_DEBT, PlanRow, register_plans
from treasury.year_ending import turn_advances

stage, rolled_back, own_stage = townships.stage, townships.rolled_back, townships.own_stage
pytestmark = pytest.mark.usefixtures("rolled_back")


def of_town(month: date = NOVEMBER) -> Settlement:
    return Settlement.objects.get(township=town(), month=month, status="POSTED")


def test_the_golden_month_ends_as_the_table_says() -> None:
    """Domain 2.5 without its payroll: revenue 950,000 over a plan of 800,000, old debt 50,000."""
    opening({OLD_DEBT: "50000.00"})
    plan("800000.00")
    collect(row("950000.00"))
    settle()
    assert balance(codes().township.disbursements) == yuan("800000.00") + yuan("112500.00")
    assert current_accounts() == {
        "年度": (yuan(0), yuan(0)),
        "历史": (yuan("12500.00"), yuan("-12500.00")),
    }
    assert_books_agree()


def test_a_what_if_writes_nothing_and_says_what_posting_does() -> None:
    plan("100.00")
    collect(row("300.00"))
    (found, *_rest) = work_out(month=NOVEMBER)
    vouchers = Voucher.objects.count()
    assert (found.figures.base, found.figures.returned) == (yuan("200.00"), yuan("200.00"))
    assert "扣留25%" in found.references
    settle()
    assert of_town().returned == found.figures.returned
    assert Voucher.objects.count() > vouchers


def test_settled_twice_on_the_same_figures_nothing_is_settled() -> None:
    plan("100.00", share="62.5")
    collect(row("300.01"))
    settle()
    vouchers = Voucher.objects.count()
    settle()
    assert Voucher.objects.count() == vouchers
    assert Settlement.objects.filter(township=town()).count() == 1


def test_what_comes_later_in_the_month_is_settled_by_what_it_adds() -> None:
    plan("100.00")
    first = row("300.00")
    collect(first)
    settle()
    collect(first, row("50.00"))
    settle()
    bases = list(
        Settlement.objects.filter(township=town(), status="POSTED").order_by("number").values_list("base", flat=True)
    )
    assert bases == [yuan("200.00"), yuan("50.00")]
    assert_books_agree()


def test_the_next_month_settles_only_what_it_adds_and_takes_nothing_back() -> None:
    plan("100.00")
    collect(row("300.00"))
    settle()
    open_months(day=DECEMBER, officer=demo_officer("chief_accountant"), at=AT)
    collect(row("-80.00", month=DECEMBER), row("30.00", month=DECEMBER), month=DECEMBER)
    settle(DECEMBER)
    december = of_town(DECEMBER)
    assert (december.local_part, december.settled_before, december.base) == (yuan("150.00"), yuan("200.00"), yuan(0))
    assert_books_agree()


def test_the_part_that_is_not_retained_locally_goes_up() -> None:
    plan("100.00", share="40")
    collect(row("300.00"))
    settle()
    assert (of_town().base, of_town().upper_part) == (yuan("80.00"), yuan("120.00"))
    assert balance(codes().township.remittance_expense) == yuan("120.00")
    assert current_accounts()["年度"] == (yuan(0), yuan(0))
    assert_books_agree()


def test_what_was_collected_before_the_books_began_counts_and_is_held() -> None:
    plan("1000.00", before="1200.00")
    assert current_accounts()["年度"] == (yuan("-200.00"), yuan("200.00"))
    collect(row("50.00"))
    settle()
    assert (of_town().over, of_town().base, of_town().ordinary_return) == (yuan("250.00"), yuan("250.00"), yuan(0))
    assert current_accounts()["年度"] == (yuan(0), yuan(0))


def test_a_plan_that_is_not_met_returns_everything_ordinarily() -> None:
    plan("1000.00")
    collect(row("400.00"))
    settle()
    assert (of_town().base, of_town().ordinary_return) == (yuan(0), yuan("400.00"))
    assert balance(codes().township.disbursements) == yuan("400.00")


def test_back_pay_waits_by_person_oldest_month_first() -> None:
    october, september = date(2026, 10, 1), date(2026, 9, 1)
    owe_salaries(
        ("person/1", september, "60.00"),
        ("person/2", september, "30.00"),
        ("person/1", october, "40.00"),
        ("person/2", october, "80.00"),
    )
    plan("100.00")
    collect(row("250.00"))
    settled = settle()
    assert settled.back_pays == 2
    assert (of_town().back_pay, of_town().rest) == (yuan("150.00"), yuan(0))
    paid = {
        (part.unpaid.payee_reference, part.unpaid.month): part.amount
        for part in BackPayPart.objects.select_related("unpaid")
    }
    assert paid == {
        ("person/1", september): yuan("60.00"),
        ("person/2", september): yuan("30.00"),
        ("person/1", october): yuan("20.00"),
        ("person/2", october): yuan("40.00"),
    }
    assert {release.rank for release in Release.objects.all()} == {1}


def test_back_pay_on_its_way_is_not_owed_a_second_time() -> None:
    owe_salaries(("person/1", date(2026, 9, 1), "60.00"))
    plan("100.00")
    first = row("150.00")
    collect(first)
    settle()
    collect(first, row("200.00"))
    settle()
    assert sum(BackPayPart.objects.values_list("amount", flat=True)) == UnpaidSalary.objects.get().amount


def test_a_township_without_a_plan_is_not_settled() -> None:
    plan("100.00")
    collect(row("300.00"), row("500.00", name=STREET))
    settle()
    assert not Settlement.objects.filter(township=town(STREET)).exists()
    assert current_accounts(STREET)["年度"][0] == yuan("-500.00")


PREPARE: Callable[[str], object] = lambda post: prepare_settlements(month=NOVEMBER, officer=demo_officer(post), at=AT)  # noqa: E731
APPROVE: Callable[[str], object] = lambda post: approve_settlements(month=NOVEMBER, officer=demo_officer(post), at=AT)  # noqa: E731
POST: Callable[[str], object] = lambda post: post_settlements(month=NOVEMBER, cashier=demo_officer(post), at=AT)  # noqa: E731


@pytest.mark.parametrize(("act", "post"), [(PREPARE, "reviewer"), (APPROVE, "preparer"), (POST, "reviewer")])
def test_each_step_asks_for_its_post(act: Callable[[str], object], post: str) -> None:
    with pytest.raises(OfficerMayNot):
        act(post)


def test_who_prepared_does_not_approve() -> None:
    plan("100.00")
    collect(row("300.00"))
    reviewer = demo_officer("reviewer")
    let_act_as(reviewer, "preparer")
    prepare_settlements(month=NOVEMBER, officer=reviewer, at=AT)
    with pytest.raises(OneOfficerTwice):
        approve_settlements(month=NOVEMBER, officer=reviewer, at=AT)
    assert Settlement.objects.get(township=town()).status == "PREPARED"


def test_a_settlement_on_figures_that_moved_is_not_posted() -> None:
    opening({OLD_DEBT: "50.00"})
    plan("100.00")
    collect(row("300.00"))
    prepare_settlements(month=NOVEMBER, officer=demo_officer("preparer"), at=AT)
    approve_settlements(month=NOVEMBER, officer=demo_officer("reviewer"), at=AT)
    district = town().book.parent
    assert district is not None
    post_event(
        mirrored_event(
            source="test/debt",
            district=district,
            township=town().book,
            entries=entries.record_old_debt(codes(), yuan("7.00")),
            posting_date=date(2026, 11, 20),
            summary="测试",
            signatures=Signatures(preparer=SERVICE, reviewer="demo-reviewer", poster=SERVICE),
        )
    )
    with pytest.raises(FiguresMoved):
        post_settlements(month=NOVEMBER, cashier=demo_officer("cashier"), at=AT)
    settle_again = prepare_settlements(month=NOVEMBER, officer=demo_officer("preparer"), at=AT)
    assert [one.debt_before for one in settle_again] == [yuan("57.00")]
    assert Settlement.objects.filter(township=town(), status="WITHDRAWN").count() == 1


def test_a_settlement_is_not_posted_after_income_was_taken_back() -> None:
    """Otherwise more would be given back than was collected; nothing of it is done."""
    plan("100.00")
    black = row("300.00")
    collect(black)
    prepare_settlements(month=NOVEMBER, officer=demo_officer("preparer"), at=AT)
    approve_settlements(month=NOVEMBER, officer=demo_officer("reviewer"), at=AT)
    collect(black, row("-0.01"))
    with pytest.raises(FiguresMoved) as told:
        post_settlements(month=NOVEMBER, cashier=demo_officer("cashier"), at=AT)
    assert told.value.facts == {"township": town().name, "collected": yuan("300.00"), "now": yuan("299.99")}
    assert Settlement.objects.get().status == "APPROVED"
    settle()
    assert Settlement.objects.get(status="POSTED").base == yuan("199.99")
    assert_books_agree()


def test_a_settlement_is_withdrawn_with_a_reason() -> None:
    plan("100.00")
    prepare_settlements(month=NOVEMBER, officer=demo_officer("preparer"), at=AT)
    with pytest.raises(TreasuryReasonMissing):
        withdraw_settlements(month=NOVEMBER, officer=demo_officer("reviewer"), reason=" ", at=AT)
    assert withdraw_settlements(month=NOVEMBER, officer=demo_officer("reviewer"), reason="计划有误", at=AT) == 1


def test_a_month_is_not_prepared_while_another_is_open() -> None:
    plan("100.00")
    prepare_settlements(month=NOVEMBER, officer=demo_officer("preparer"), at=AT)
    with pytest.raises(StateRefuses):
        prepare_settlements(month=DECEMBER, officer=demo_officer("preparer"), at=AT)


def test_opening_files_are_taken_once_and_the_books_rule() -> None:
    opening({OLD_DEBT: "50.00", "预算外分户": "70.00"})
    opening({OLD_DEBT: "60.00", "预算外分户": "70.00"})
    assert current_accounts()["历史"][0] == yuan("50.00")
    assert balance(codes().township.extra_budgetary) == yuan("70.00")
    assert_books_agree()


def test_a_later_plan_file_is_compared_with_our_own_lines() -> None:
    plan("1000.00", before="300.00")
    collect(row("50.00"))
    told = register_plans(
        file=applied("PLAN", DECEMBER),
        rows=[PlanRow(TOWN, yuan("1000.00"), yuan("340.00"), Decimal(100))],
        officer=demo_officer("preparer"),
        at=AT,
    )
    assert [(one.in_file, one.in_books) for one in told] == [(yuan("340.00"), yuan("350.00"))]
    assert RevenuePlan.objects.count() == 1


def test_a_proposed_plan_counts_once_another_officer_approves_it() -> None:
    plan("1000.00")
    proposal = Proposal([yuan("600.00"), yuan("700.00"), yuan("800.00")], Decimal(10), "税源增长", Decimal(50))
    clerk, reviewer = demo_officer("clerk"), demo_officer("reviewer")
    propose_plan(township=town(), year=2026, proposal=proposal, officer=clerk, at=AT)
    assert work_out(month=NOVEMBER)[0].year.planned == yuan("1000.00")
    approve_plan(township=town(), year=2026, officer=reviewer, at=AT)
    assert work_out(month=NOVEMBER)[0].year.planned == yuan("770.00")
    with pytest.raises(StateRefuses):
        approve_plan(township=town(), year=2026, officer=reviewer, at=AT)


def test_a_growth_without_its_reason_is_no_plan() -> None:
    proposal = Proposal([yuan("600.00")] * 3, Decimal(10), "  ", Decimal(50))
    with pytest.raises(TreasuryReasonMissing):
        propose_plan(township=town(), year=2026, proposal=proposal, officer=demo_officer("clerk"), at=AT)


def test_an_advance_left_at_the_end_of_the_year_becomes_old_debt_once() -> None:
    plan("100.00", before="100.00")
    open_months(day=DECEMBER, officer=demo_officer("chief_accountant"), at=AT)
    advance("40.00")
    turned = turn_advances(year=2026, officer=demo_officer("reviewer"), at=AT)
    assert [one.amount for one in turned] == [yuan("40.00")]
    assert current_accounts() == {"年度": (yuan(0), yuan(0)), "历史": (yuan("40.00"), yuan("-40.00"))}
    assert not turn_advances(year=2026, officer=demo_officer("reviewer"), at=AT)
    assert_books_agree()


def advance(amount: str) -> None:
    """Let the district pay for the township what it does not hold (J5)."""
    district = town().book.parent
    assert district is not None
    post_event(
        mirrored_event(
            source=f"test/advance/{amount}",
            district=district,
            township=town().book,
            entries=entries.spend_through_district(codes(), yuan(amount)),
            posting_date=date(2026, 11, 25),
            summary="垫付",
            signatures=Signatures(preparer=SERVICE, reviewer="demo-reviewer", poster=SERVICE, cashier="demo-cashier"),
        )
    )


def test_a_short_month_is_advanced_and_made_good_before_the_next_return() -> None:
    """Revenue 380,000.00, payroll 420,000.00: the township owes 40,000.00; the month after returns what is left."""
    plan("5000000.00")
    collect(row("380000.00"))
    advance("420000.00")
    settle()
    assert current_accounts()["年度"] == (yuan("40000.00"), yuan("-40000.00"))
    assert of_town().ordinary_return == yuan(0)
    open_months(day=DECEMBER, officer=demo_officer("chief_accountant"), at=AT)
    collect(row("100000.00", month=DECEMBER), month=DECEMBER)
    settle(DECEMBER)
    assert of_town(DECEMBER).ordinary_return == yuan("60000.00")
    assert current_accounts()["年度"] == (yuan(0), yuan(0))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    income=st.lists(st.decimals(min_value=-500, max_value=5000, places=2).filter(bool), min_size=1, max_size=6),
    debt=st.decimals(min_value=0, max_value=3000, places=2),
    planned=st.decimals(min_value=0, max_value=4000, places=2),
    share=st.decimals(min_value=0, max_value=100, places=2),
    unpaid=st.decimals(min_value="0.01", max_value=900, places=2),
)
def test_no_act_makes_or_loses_a_fen(
    income: list[Decimal], debt: Decimal, planned: Decimal, share: Decimal, unpaid: Decimal
) -> None:
    with transaction.atomic():
        opening({OLD_DEBT: str(debt)})
        owe_salaries(("person/1", date(2026, 9, 1), str(unpaid)))
        plan(str(planned), share=str(share))
        collect(*(row(f"{amount:.2f}", day=at % 28 + 1) for at, amount in enumerate(income)))
        settle()
        for release in Release.objects.all():
            release_funds(release=release, officer=demo_officer("releaser"), at=AT)
        settled = of_town()
        assert settled.withheld + settled.returned == settled.base
        assert settled.withheld <= debt
        assert settled.rest == yuan(0) or settled.back_pay == unpaid
        assert_books_agree()
        transaction.set_rollback(True)
