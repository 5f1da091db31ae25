"""A special account is spent by plan: the unit plans, the centre reviews, the head signs, others pay (F22)."""

from typing import Any

import pytest

from ledger.checks import run_checks
from ledger.entries import credit, debit
from ledger.models import Line
from ledger.refusals import OfficerMayNot
from tests import earmarking
from tests.earmarking import (
    BUILDER,
    BUILDER_ACCOUNT,
    DAY,
    TAX,
    TRANSFERS,
    birch,
    drafted,
    item,
    paid,
    release_of,
    reviewed,
    river,
    signed,
    wanted,
    yuan,
)
from tests.payroll import AT, officer
from treasury.item_balances import balance_in, left_of_item
from treasury.models import EarmarkedItem, ReleaseLine, SpecialPlan, Township
from treasury.models.words import Rank, ReleaseKind, ReleaseStatus, SpecialAccountKind, SpecialPlanStatus
from treasury.refusals import (
    FundExhausted,
    ItemExhausted,
    ItemUnfit,
    OneOfficerTwice,
    OrderMissing,
    PayeeIsTownship,
    StateRefuses,
    SumsDiffer,
    TreasuryPaperMissing,
    TreasuryReasonMissing,
)
from treasury.releasing import PayeeLine, cancel_release, release_funds, request_release
from treasury.spending import draft_plan, refuse_plan, review_plan, sign_plan

stage = earmarking.stage
rolled_back = earmarking.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")


def left() -> str:
    return str(left_of_item(township=birch(), account_code=item().account_code))


def plan_for(
    township: Township, account: SpecialAccountKind, one: EarmarkedItem | None, amount: str = "1.00"
) -> SpecialPlan:
    return draft_plan(
        township=township,
        unit=None,
        account=account,
        item=one,
        wanted=wanted(amount),
        on=DAY,
        officer=officer("clerk"),
        at=AT,
    )


def test_a_signed_plan_is_released_and_paid_to_its_payee_from_its_item() -> None:
    before = balance_in(township=birch(), account_code="10040301")
    plan = signed(drafted("321.09", economic="30305"))
    release = release_of(plan)
    assert (release.kind, release.account_code, release.fund_code) == (ReleaseKind.SPECIAL, "10040301", "111")
    assert (release.rank, str(release.prepared_by), str(release.checked_by)) == (Rank.STABILITY, "演示经办", "演示复核")
    line = release.lines.get()
    assert (line.payee_name, line.account_number, str(line.amount)) == (BUILDER, BUILDER_ACCOUNT, "321.09")
    paid(release)
    assert balance_in(township=birch(), account_code="10040301") == before - yuan("321.09")
    lines = Line.objects.filter(voucher__source=f"{plan.source}/paid").order_by("line_no")
    assert [(one.account.code, one.side, str(one.amount)) for one in lines.select_related("account")] == [
        ("5001", "D", "321.09"),
        ("10040301", "C", "321.09"),
    ]
    assert list(run_checks([])) == []


def test_all_that_an_item_holds_can_be_planned() -> None:
    signed(drafted(left()))
    assert left() == "0.00"


def test_a_fen_more_than_the_item_holds_is_refused_and_says_what_is_left() -> None:
    with pytest.raises(ItemExhausted) as refused:
        drafted(str(yuan(left()) + yuan("0.01")))
    assert refused.value.facts["left"] == yuan(left())
    assert refused.value.facts["item"] == "01 必保一"


def test_the_item_is_asked_again_when_the_plan_is_reviewed_and_signed() -> None:
    first, second, third = drafted(left()), reviewed(drafted(left())), drafted(left())
    signed(first)
    with pytest.raises(ItemExhausted, match="special_plan_is_funded"):
        reviewed(third)
    with pytest.raises(ItemExhausted, match="special_plan_is_funded"):
        sign_plan(plan=second, on=DAY, officer=officer("township_head"), at=AT)


def test_a_cancelled_release_gives_back_what_the_plan_had_taken() -> None:
    before = left()
    cancel_release(release=release_of(signed(drafted("10.00"))), officer=officer("releaser"), reason="停工", at=AT)
    assert left() == before


@pytest.mark.parametrize(
    "payee",
    [
        {"payee_name": "白桦镇"},
        {"payee_name": "白桦镇人民政府"},
        {"payee_name": " 白桦镇 财政所 "},
        {"payee_name": "白桦镇中心小学"},
        {"payee_number": "12220112MB0000022B"},
        {"payee_number": "12220112mb0000022b"},
        {"account_number": "0710011234560001"},
        {"account_number": "0710 0112 3456 0001"},
        {"account_number": "０７１００１１２３４５６０００１"},
    ],
)
def test_the_township_its_units_and_their_accounts_are_no_payee(payee: dict[str, Any]) -> None:
    with pytest.raises(PayeeIsTownship, match="payee_is_not_the_township"):
        drafted(**payee)


def test_a_payee_whose_account_turns_out_to_be_a_units_is_not_signed_for() -> None:
    plan = reviewed(drafted())
    earmarking.account_of_the_school(BUILDER_ACCOUNT)
    with pytest.raises(PayeeIsTownship, match="payee_is_not_the_township"):
        sign_plan(plan=plan, on=DAY, officer=officer("township_head"), at=AT)


@pytest.mark.parametrize(
    "payee",
    [{"payee_name": "白桦镇建筑有限公司"}, {"payee_name": "白桦"}, {"account_number": "0710011234560002"}],
)
def test_who_only_sounds_alike_is_paid(payee: dict[str, Any]) -> None:
    assert drafted(**payee).status == SpecialPlanStatus.DRAFTED


@pytest.mark.parametrize("gap", ["papers", "purpose", "payee_name", "account_number"])
def test_a_plan_names_its_purpose_papers_payee_and_account(gap: str) -> None:
    with pytest.raises(TreasuryPaperMissing, match="special_plan_is_complete"):
        drafted("1.00", number=1, **{gap: ""})


def test_an_account_with_items_is_spent_by_item() -> None:
    with pytest.raises(ItemUnfit, match="plan_names_its_item"):
        plan_for(birch(), TRANSFERS, None)


def test_an_item_of_another_account_or_township_is_refused() -> None:
    with pytest.raises(ItemUnfit, match="plan_names_its_item"):
        plan_for(birch(), TAX, item())
    with pytest.raises(ItemUnfit, match="plan_names_its_item"):
        plan_for(river(), TRANSFERS, item())


def test_an_account_without_items_is_spent_from_unassigned() -> None:
    earmarking.passed_on("80.00", to=river(), paper="吉财预九号")
    plan = plan_for(river(), TRANSFERS, None, "80.00")
    assert plan.account_code == "10040300"
    paid(release_of(signed(plan)))
    assert balance_in(township=river(), account_code="10040300") == 0


def test_drafter_reviewer_and_head_are_three() -> None:
    everything = officer("everything")
    plan = draft_plan(
        township=birch(), unit=None, account=TRANSFERS, item=item(), wanted=wanted(), on=DAY, officer=everything, at=AT
    )
    with pytest.raises(OneOfficerTwice, match="special_plan_four_eyes"):
        review_plan(plan=plan, officer=everything, at=AT)
    plan = reviewed(plan)
    with pytest.raises(OneOfficerTwice, match="special_plan_four_eyes"):
        sign_plan(plan=plan, on=DAY, officer=everything, at=AT)
    plan = review_plan(plan=drafted(), officer=everything, at=AT)
    with pytest.raises(OneOfficerTwice, match="special_plan_four_eyes"):
        sign_plan(plan=plan, on=DAY, officer=everything, at=AT)


def test_neither_the_drafter_nor_the_reviewer_releases() -> None:
    everything = officer("everything")
    plan = sign_plan(
        plan=review_plan(plan=drafted(), officer=everything, at=AT), on=DAY, officer=officer("township_head"), at=AT
    )
    with pytest.raises(OneOfficerTwice, match="release_four_eyes"):
        release_funds(release=release_of(plan), officer=everything, at=AT)


def test_each_step_asks_for_its_post() -> None:
    with pytest.raises(OfficerMayNot):
        draft_plan(
            township=birch(),
            unit=None,
            account=TRANSFERS,
            item=item(),
            wanted=wanted(),
            on=DAY,
            officer=officer("reviewer"),
            at=AT,
        )
    with pytest.raises(OfficerMayNot):
        review_plan(plan=drafted(), officer=officer("township_head"), at=AT)
    with pytest.raises(OfficerMayNot):
        sign_plan(plan=reviewed(drafted()), on=DAY, officer=officer("second-reviewer"), at=AT)
    with pytest.raises(OfficerMayNot):
        refuse_plan(plan=reviewed(drafted()), officer=officer("reviewer"), reason="不符", at=AT)


def test_a_refused_plan_keeps_its_reason_and_goes_nowhere() -> None:
    with pytest.raises(TreasuryReasonMissing):
        refuse_plan(plan=drafted(), officer=officer("reviewer"), reason="", at=AT)
    plan = refuse_plan(plan=drafted(), officer=officer("reviewer"), reason="用途不符", at=AT)
    assert (plan.status, plan.reason) == (SpecialPlanStatus.REFUSED, "用途不符")
    with pytest.raises(StateRefuses):
        reviewed(plan)


def test_a_plan_is_signed_once() -> None:
    plan = signed(drafted())
    with pytest.raises(StateRefuses, match="special_plan_moves"):
        sign_plan(plan=plan, on=DAY, officer=officer("second-township_head"), at=AT)


def test_nothing_is_released_from_a_special_account_without_a_signed_plan() -> None:
    release = request_release(
        source="test/special",
        month=DAY.replace(day=1),
        township=birch(),
        kind=ReleaseKind.SPECIAL,
        rank=Rank.OTHER,
        account_code="10040301",
        fund_code="111",
        summary="无计划",
        lines=[PayeeLine(BUILDER, yuan("1.00"), account_number=BUILDER_ACCOUNT)],
        on=DAY,
        prepared_by=officer("clerk"),
        checked_by=officer("reviewer"),
    )
    with pytest.raises(OrderMissing, match="special_spending_has_its_plan"):
        release_funds(release=release, officer=officer("releaser"), at=AT)


def test_a_line_slipped_into_a_signed_plan_is_not_released() -> None:
    release = release_of(signed(drafted("5.00")))
    ReleaseLine.objects.create(
        release=release, number=2, payee_name="别人", account_number="0710011234567777", amount=yuan("1.00")
    )
    with pytest.raises((OrderMissing, SumsDiffer)):
        release_funds(release=release, officer=officer("releaser"), at=AT)


def test_money_gone_by_hand_leaves_the_release_refused() -> None:
    release = release_of(signed(drafted(left())))
    earmarking.voucher_in_birch(
        "hand/3", debit("5001", yuan("1.00"), fund="111"), credit("10040301", yuan("1.00"), fund="111")
    )
    for waiting in birch().releases.filter(status=ReleaseStatus.WAITING).exclude(pk=release.pk):
        release_funds(release=waiting, officer=officer("releaser"), at=AT)
    with pytest.raises(FundExhausted, match="release_is_funded"):
        release_funds(release=release, officer=officer("releaser"), at=AT)
