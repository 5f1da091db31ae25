"""Procurement pays the awarded supplier what was delivered, and never the township (F24)."""

import pytest

from ledger.checks import run_checks
from ledger.models import Line, Voucher
from ledger.refusals import OfficerMayNot
from tests import earmarking
from tests.earmarking import (
    DAY,
    SUPPLIER,
    SUPPLIER_ACCOUNT,
    TAX,
    TRANSFERS,
    accepted,
    award,
    awarded,
    birch,
    fees,
    instalment,
    item,
    paid,
    planned,
    swept,
    yuan,
)
from tests.payroll import AT, officer
from treasury.item_balances import balance_in
from treasury.models import Instalment, Procurement, Release
from treasury.models.words import ProcurementMoney, ProcurementStatus, Rank, ReleaseKind
from treasury.procuring import (
    PaidFrom,
    accept_delivery,
    award_procurement,
    from_budget,
    from_extra_budgetary,
    from_item,
    from_unassigned,
    refuse_procurement,
    request_instalment,
    review_procurement,
)
from treasury.refusals import (
    AwardExceeded,
    DeliveryNotAccepted,
    FundExhausted,
    ItemUnfit,
    OneOfficerTwice,
    OrderMissing,
    PayeeIsTownship,
    StateRefuses,
    SupplierUnfit,
    TreasuryPaperMissing,
    TreasuryReasonMissing,
)
from treasury.releasing import PayeeLine, cancel_release, release_funds, request_release

stage = earmarking.stage
rolled_back = earmarking.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")


def delivered(amount: str = "9000.00", *, paid_from: PaidFrom | None = None) -> Procurement:
    bought = awarded(planned(paid_from=paid_from))
    accepted(bought, amount)
    return bought


def lines_of(source: str) -> list[tuple[str, str, str, str]]:
    lines = Line.objects.filter(voucher__source=source).order_by("voucher__part", "line_no")
    return [
        (one.voucher.book.code, one.account.code, one.side, str(one.amount))
        for one in lines.select_related("voucher__book", "account")
    ]


def test_budgetary_procurement_is_paid_by_the_district_to_the_supplier() -> None:
    one = instalment(delivered(), "4000.00")
    assert (one.release.kind, one.release.account_code) == (ReleaseKind.PROCUREMENT, "")
    line = one.release.lines.get()
    assert (line.payee_name, line.account_number) == (SUPPLIER, SUPPLIER_ACCOUNT)
    paid(one.release)
    town, upper = birch().book.code, earmarking.district().code
    assert lines_of(f"{one.release.source}/paid") == [
        (town, "5001", "D", "4000.00"),
        (town, "201201", "C", "4000.00"),
        (upper, "103100101", "D", "4000.00"),
        (upper, "1001", "C", "4000.00"),
    ]
    assert list(run_checks([])) == []


def test_extra_budgetary_procurement_leaves_its_own_account() -> None:
    fees("9000.00")
    one = instalment(delivered(paid_from=from_extra_budgetary(township=birch())), "9000.00")
    paid(one.release)
    assert [line[1:] for line in lines_of(f"{one.release.source}/paid")] == [
        ("5005", "D", "9000.00"),
        ("100402", "C", "9000.00"),
    ]


def test_procurement_from_an_item_leaves_that_item() -> None:
    before = balance_in(township=birch(), account_code="10040302")
    paid(instalment(delivered(paid_from=from_item(item=item(2))), "9000.00").release)
    assert balance_in(township=birch(), account_code="10040302") == before - yuan("9000.00")
    assert list(run_checks([])) == []


def test_an_account_with_items_does_not_pay_from_unassigned() -> None:
    with pytest.raises(ItemUnfit, match="procurement_names_its_money"):
        planned(paid_from=from_unassigned(township=birch(), account=TRANSFERS))
    bought = planned(paid_from=from_unassigned(township=birch(), account=TAX))
    assert bought.account_code == "10040400"


@pytest.mark.parametrize(
    "paid_from",
    [
        PaidFrom(ProcurementMoney.EXTRA_BUDGETARY, "100401", "2", None),
        PaidFrom(ProcurementMoney.EXTRA_BUDGETARY, "100402", "111", None),
        PaidFrom(ProcurementMoney.SPECIAL, "100402", "111", None),
        PaidFrom(ProcurementMoney.BUDGET, "", "2", None),
    ],
)
def test_a_procurement_names_the_account_and_fund_of_its_money(paid_from: PaidFrom) -> None:
    with pytest.raises(ItemUnfit, match="procurement_names_its_money"):
        planned(paid_from=paid_from)


def test_an_award_of_the_whole_plan_stands_and_a_fen_more_does_not() -> None:
    assert awarded(planned("9000.00")).status == ProcurementStatus.AWARDED
    with pytest.raises(AwardExceeded, match="award_keeps_to_plan"):
        awarded(planned("8999.99"))


@pytest.mark.parametrize(
    "supplier",
    [
        {"supplier_name": "白桦镇"},
        {"supplier_name": "松江街道办事处"},
        {"supplier_name": "松江街道卫生站"},
        {"supplier_account": "0710011234560001"},
    ],
)
def test_no_township_wins_a_tender(supplier: dict[str, str]) -> None:
    with pytest.raises(PayeeIsTownship, match="supplier_is_not_the_township"):
        awarded(planned(), award(**supplier))


def test_a_supplier_whose_account_turns_out_to_be_a_units_is_not_paid() -> None:
    bought = delivered()
    earmarking.account_of_the_school(SUPPLIER_ACCOUNT)
    with pytest.raises(PayeeIsTownship, match="supplier_is_not_the_township"):
        instalment(bought, "1.00")


@pytest.mark.parametrize("code", ["91350100M000100Y44", "9135", ""])
def test_a_supplier_has_a_sound_credit_code(code: str) -> None:
    with pytest.raises(SupplierUnfit, match="supplier_code_is_sound"):
        awarded(planned(), award(supplier_code=code))


@pytest.mark.parametrize("gap", ["supplier_name", "supplier_account", "contract_number"])
def test_an_award_names_supplier_account_and_contract(gap: str) -> None:
    with pytest.raises(TreasuryPaperMissing, match="award_is_complete"):
        awarded(planned(), award(**{"amount": "9000.00", gap: ""}))


def test_a_procurement_says_what_is_bought() -> None:
    with pytest.raises(TreasuryPaperMissing, match="procurement_has_its_subject"):
        planned(subject="")


def test_the_award_is_paid_to_the_fen_in_instalments_and_not_a_fen_more() -> None:
    bought = delivered()
    instalment(bought, "4000.00")
    instalment(bought, "5000.00")
    with pytest.raises(AwardExceeded, match="instalments_keep_to_award") as refused:
        instalment(bought, "0.01")
    assert refused.value.facts["left"] == 0


def test_what_was_not_delivered_is_not_paid() -> None:
    bought = delivered("3000.00")
    instalment(bought, "3000.00")
    with pytest.raises(DeliveryNotAccepted, match="delivery_is_accepted_first") as refused:
        instalment(bought, "0.01")
    assert refused.value.facts["left"] == 0
    accepted(bought, "0.01")
    instalment(bought, "0.01")


def test_nothing_is_paid_before_anything_is_accepted() -> None:
    with pytest.raises(DeliveryNotAccepted):
        instalment(awarded(planned()), "1.00")


def test_no_more_is_accepted_than_was_awarded() -> None:
    bought = delivered("8999.99")
    with pytest.raises(AwardExceeded, match="acceptance_keeps_to_award"):
        accepted(bought, "0.02")
    accepted(bought, "0.01")


def test_nothing_is_accepted_before_the_award() -> None:
    with pytest.raises(StateRefuses, match="delivery_follows_its_award"):
        accepted(planned(), "1.00")


def test_a_cancelled_instalment_can_be_asked_for_again() -> None:
    bought = delivered()
    first = instalment(bought, "9000.00")
    cancel_release(release=first.release, officer=officer("releaser"), reason="账号有误", at=AT)
    assert instalment(bought, "9000.00").number == 2


def test_planner_reviewer_and_awarder_are_three() -> None:
    everything = officer("everything")
    reviewed = review_procurement(procurement=planned(), officer=everything, at=AT)
    with pytest.raises(OneOfficerTwice, match="procurement_four_eyes"):
        award_procurement(procurement=reviewed, award=award(), on=DAY, officer=everything, at=AT)


def test_who_awarded_does_not_accept() -> None:
    reviewed = review_procurement(procurement=planned(), officer=officer("reviewer"), at=AT)
    bought = award_procurement(procurement=reviewed, award=award(), on=DAY, officer=officer("everything"), at=AT)
    with pytest.raises(OneOfficerTwice, match="acceptance_four_eyes"):
        accept_delivery(
            procurement=bought, amount=yuan("1.00"), paper="验收单", on=DAY, officer=officer("everything"), at=AT
        )


def test_who_accepted_does_not_ask_to_pay() -> None:
    bought = awarded(planned())
    everything = officer("everything")
    accept_delivery(procurement=bought, amount=yuan("1.00"), paper="验收单", on=DAY, officer=everything, at=AT)
    with pytest.raises(OneOfficerTwice, match="release_four_eyes"):
        request_instalment(procurement=bought, amount=yuan("1.00"), on=DAY, officer=everything, at=AT)


def test_who_accepted_the_delivery_reviews_the_voucher() -> None:
    one = instalment(delivered(), "1.00")
    paid(one.release)
    vouchers = Voucher.objects.filter(source=f"{one.release.source}/paid")
    assert {(voucher.reviewer_id, voucher.cashier_id) for voucher in vouchers} == {("demo-reviewer", "demo-cashier")}


def test_each_step_asks_for_its_post() -> None:
    with pytest.raises(OfficerMayNot):
        review_procurement(procurement=planned(), officer=officer("clerk"), at=AT)
    with pytest.raises(OfficerMayNot):
        request_instalment(procurement=delivered(), amount=yuan("1.00"), on=DAY, officer=officer("clerk"), at=AT)


def test_an_award_is_not_refused_afterwards() -> None:
    with pytest.raises(TreasuryReasonMissing):
        refuse_procurement(procurement=planned(), officer=officer("reviewer"), reason="", at=AT)
    assert refuse_procurement(procurement=planned(), officer=officer("reviewer"), reason="重复", at=AT).reason == "重复"
    with pytest.raises(StateRefuses, match="procurement_moves"):
        refuse_procurement(procurement=awarded(planned()), officer=officer("reviewer"), reason="重复", at=AT)


def waiting(amount: str = "1.00", *, payee: str = SUPPLIER) -> Release:
    return request_release(
        source=f"test/procurement/{payee}",
        month=DAY.replace(day=1),
        township=birch(),
        kind=ReleaseKind.PROCUREMENT,
        rank=Rank.OTHER,
        account_code="",
        fund_code="111",
        summary="采购",
        lines=[PayeeLine(payee, yuan(amount), account_number=SUPPLIER_ACCOUNT)],
        on=DAY,
        prepared_by=officer("clerk"),
        checked_by=officer("reviewer"),
    )


def test_money_for_a_procurement_is_not_released_without_an_instalment() -> None:
    with pytest.raises(OrderMissing, match="supplier_is_the_payee"):
        release_funds(release=waiting(), officer=officer("releaser"), at=AT)


def test_money_for_a_procurement_is_not_released_to_anybody_else() -> None:
    bought = delivered()
    other = waiting(payee="另一家公司")
    Instalment.objects.create(procurement=bought, number=9, amount=yuan("1.00"), release=other)
    with pytest.raises(OrderMissing, match="supplier_is_the_payee"):
        release_funds(release=other, officer=officer("releaser"), at=AT)


def test_the_district_pays_no_more_than_it_holds_for_the_township() -> None:
    held = instalment(delivered(), "9000.00")
    swept_before = awarded(planned("100000.00"), award("99999.99"))
    accepted(swept_before, "99999.99")
    more = instalment(swept_before, "99999.99")
    with pytest.raises(FundExhausted, match="release_is_funded"):
        release_funds(release=more.release, officer=officer("releaser"), at=AT)
    swept("99999.99", source="test/more")
    release_funds(release=held.release, officer=officer("releaser"), at=AT)


def test_the_money_is_the_budget_by_default_of_the_reform() -> None:
    assert from_budget() == PaidFrom(ProcurementMoney.BUDGET, "", "111", None)
