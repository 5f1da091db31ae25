"""Money of special accounts stays in its item (F21)."""

import pytest

from ledger.checks import run_checks
from ledger.entries import credit, debit
from ledger.models import Account, Officer
from ledger.refusals import CashShort, OfficerMayNot
from tests import earmarking
from tests.earmarking import DAY, MONTH, TAX, TRANSFERS, allocate, birch, item, passed_on, river, yuan
from tests.payroll import AT, officer
from treasury.earmarking_checks import earmarked_orders_are_posted_once, items_keep_their_money
from treasury.item_balances import balance_in, item_balances, left_of_item
from treasury.itemizing import (
    end_item,
    open_items,
    open_items_everywhere,
    post_allocation,
    propose_allocation,
    unassigned_account,
)
from treasury.models import EarmarkedItem, ItemAllocation
from treasury.models.words import OrderStatus
from treasury.ordering import approve_order, withdraw_order
from treasury.policy import treasury_policies
from treasury.refusals import (
    ItemExhausted,
    ItemMoneyStays,
    ItemUnfit,
    OneOfficerTwice,
    StateRefuses,
    TreasuryReasonMissing,
)
from treasury.rules.earmarked_items import item_names

stage = earmarking.stage
rolled_back = earmarking.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

UNASSIGNED = "10040300"


def balances() -> dict[str, str]:
    return {one.account_code: str(one.balance) for one in item_balances(townships=[birch()]) if one.kind == TRANSFERS}


def proposed(amount: str, *, number: int = 1, taken_from: str = UNASSIGNED) -> ItemAllocation:
    return propose_allocation(
        item=item(number), taken_from=taken_from, amount=yuan(amount), paper="通知", officer=officer("preparer"), at=AT
    )


def approved(amount: str, *, number: int = 1) -> ItemAllocation:
    return approve_order(order=proposed(amount, number=number), officer=officer("reviewer"), at=AT)


def post(allocation: ItemAllocation, by: Officer | None = None) -> ItemAllocation:
    return post_allocation(allocation=allocation, on=DAY, officer=by or officer("cashier"), at=AT)


def test_an_account_gets_eleven_items_by_default() -> None:
    names = item_names(policies=treasury_policies(), on=MONTH)
    items = open_items(township=birch(), account=TAX, names=names, on=MONTH, officer=officer("preparer"), at=AT)
    assert [one.number for one in items] == list(range(1, 12))
    assert [one.account_code for one in items] == [f"100404{number:02}" for number in range(1, 12)]
    assert Account.objects.get(book=birch().book, code="10040411").name == "必保十一"


def test_items_are_opened_in_every_township_and_only_where_they_are_missing() -> None:
    names = ["必保一", "必保二", "必保三"]
    opened = open_items_everywhere(account=TRANSFERS, names=names, on=DAY, officer=officer("preparer"), at=AT)
    assert [(one.township.name, one.number) for one in opened] == [
        ("白桦镇", 3),
        ("松江街道", 1),
        ("松江街道", 2),
        ("松江街道", 3),
    ]
    again = open_items_everywhere(account=TRANSFERS, names=names, on=DAY, officer=officer("preparer"), at=AT)
    assert again == []


def test_an_item_of_the_same_name_is_refused() -> None:
    with pytest.raises(ItemUnfit, match="item_name_is_unique"):
        open_items(township=birch(), account=TRANSFERS, names=["必保一"], on=DAY, officer=officer("preparer"), at=AT)


def test_only_who_manages_items_opens_them() -> None:
    with pytest.raises(OfficerMayNot):
        open_items(township=birch(), account=TAX, names=["必保一"], on=DAY, officer=officer("clerk"), at=AT)


def test_an_allocation_moves_money_from_unassigned_into_its_item() -> None:
    before = balances()
    allocate("100.05")
    assert balances() == before | {
        UNASSIGNED: str(yuan(before[UNASSIGNED]) - yuan("100.05")),
        "10040301": str(yuan(before["10040301"]) + yuan("100.05")),
    }
    assert list(items_keep_their_money()) == []
    assert list(earmarked_orders_are_posted_once()) == []


def test_all_that_is_unassigned_can_be_allocated() -> None:
    left = balances()[UNASSIGNED]
    post(approved(left))
    assert balances()[UNASSIGNED] == "0.00"


def test_a_fen_more_than_unassigned_is_refused_and_says_what_is_left() -> None:
    left = yuan(balances()[UNASSIGNED])
    allocation = approved(str(left + yuan("0.01")))
    with pytest.raises(ItemExhausted) as refused:
        post(allocation)
    assert refused.value.name == "allocation_is_funded"
    assert refused.value.facts["left"] == left


@pytest.mark.parametrize("taken_from", ["10040302", "10040301", "10040400", "100401", ""])
def test_money_never_goes_from_one_item_to_another(taken_from: str) -> None:
    with pytest.raises(ItemMoneyStays, match="item_money_stays"):
        proposed("1.00", taken_from=taken_from)


def test_three_officers_stand_behind_an_allocation() -> None:
    allocation = propose_allocation(
        item=item(), taken_from=UNASSIGNED, amount=yuan("1.00"), paper="通知", officer=officer("everything"), at=AT
    )
    with pytest.raises(OneOfficerTwice, match="itemallocation_four_eyes"):
        approve_order(order=allocation, officer=officer("everything"), at=AT)
    allocation = approve_order(order=allocation, officer=officer("reviewer"), at=AT)
    with pytest.raises(OneOfficerTwice, match="itemallocation_four_eyes"):
        post(allocation, officer("everything"))


def test_an_allocation_is_posted_once() -> None:
    allocation = post(approved("1.00"))
    with pytest.raises(StateRefuses, match="order_moves"):
        post(allocation)


def test_a_withdrawn_allocation_is_not_posted() -> None:
    allocation = approved("1.00")
    with pytest.raises(TreasuryReasonMissing):
        withdraw_order(order=allocation, officer=officer("reviewer"), reason=" ", at=AT)
    withdrawn = withdraw_order(order=allocation, officer=officer("reviewer"), reason="金额有误", at=AT)
    assert withdrawn.status == OrderStatus.WITHDRAWN
    with pytest.raises(StateRefuses):
        post(withdrawn)


def test_an_item_with_money_does_not_end() -> None:
    with pytest.raises(ItemUnfit, match="item_is_empty_at_its_end"):
        end_item(item=item(2), on=DAY, officer=officer("preparer"), at=AT)


def test_an_empty_item_ends_and_takes_nothing_any_more() -> None:
    (one,) = open_items(
        township=birch(), account=TRANSFERS, names=["必保三"], on=MONTH, officer=officer("preparer"), at=AT
    )
    allocation = approved("1.00", number=3)
    end_item(item=one, on=DAY, officer=officer("preparer"), at=AT)
    with pytest.raises(ItemUnfit, match="item_is_in_effect"):
        post(allocation)


def test_what_waits_to_be_released_is_not_left_for_further_plans() -> None:
    left = left_of_item(township=birch(), account_code=item().account_code)
    earmarking.signed(earmarking.drafted("500.00"))
    assert left_of_item(township=birch(), account_code=item().account_code) == left - yuan("500.00")
    assert balance_in(township=birch(), account_code=item().account_code) == yuan("18700.00")


def test_a_hand_made_voucher_between_items_is_found() -> None:
    earmarking.voucher_in_birch(
        "hand/1", debit("10040302", yuan("5.00"), fund="111"), credit("10040301", yuan("5.00"), fund="111")
    )
    assert [fault.what for fault in items_keep_their_money()] == ["voucher hand/1 moves 5.00 between items"]


def test_a_hand_made_voucher_out_of_unassigned_is_found() -> None:
    earmarking.voucher_in_birch(
        "treasury.allocation/9999",
        debit("10040302", yuan("5.00"), fund="111"),
        credit(UNASSIGNED, yuan("5.00"), fund="111"),
    )
    assert len(list(items_keep_their_money())) == 1
    assert [fault.what for fault in earmarked_orders_are_posted_once()] == [
        "treasury.allocation/9999: ordered nothing, posted 5.00"
    ]


def test_an_item_cannot_be_overdrawn_by_hand() -> None:
    with pytest.raises(CashShort, match="cash_not_negative"):
        earmarking.voucher_in_birch(
            "hand/2", debit("5001", yuan("18700.01"), fund="111"), credit("10040301", yuan("18700.01"), fund="111")
        )


def test_money_for_a_purpose_reaches_its_item_at_once() -> None:
    before = yuan(balances()["10040302"])
    passed_on("250.00", one=item(2), paper="吉财预三号")
    assert yuan(balances()["10040302"]) == before + yuan("250.00")


def test_an_account_without_items_has_the_one_item_unassigned() -> None:
    kinds = [(one.number, one.name) for one in item_balances(townships=[river()]) if one.kind == TRANSFERS]
    assert kinds == [(0, "未分项")]
    assert unassigned_account(item()) == UNASSIGNED


def test_the_books_of_the_furnished_district_agree() -> None:
    assert EarmarkedItem.objects.count() == 2
    assert list(run_checks([])) == []
