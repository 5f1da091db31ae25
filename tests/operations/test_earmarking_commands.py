"""The commands of earmarked money: an officer signs in, one act is taken, refusals are told and left in the trail."""

import io
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from ledger.checks import run_checks
from ledger.models import AuditEvent
from tests import earmarking
from tests.attacks import Stage
from tests.earmarking import (
    BUILDER,
    BUILDER_ACCOUNT,
    SUPPLIER,
    SUPPLIER_ACCOUNT,
    SUPPLIER_CODE,
    birch,
    river,
)
from treasury.item_balances import balance_in
from treasury.models import (
    EarmarkedItem,
    EarmarkedReceipt,
    Fine,
    Instalment,
    ItemAllocation,
    PassedOn,
    Prize,
    Procurement,
    SpecialPlan,
)

own_stage = earmarking.own_stage

Officers = Callable[..., str]
ON = ("--on", "2026-11-10")


@pytest.fixture
def run(own_stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Officers:
    """Run a step as a demo officer, who signs in with the username, and return what is told."""

    def run_step(command: str, step: str, *arguments: object, by: str = "", password: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO((password or by) + "\n"))
        capsys.readouterr()
        call_command(command, step, *map(str, arguments), *(("--as", by) if by else ()))
        return capsys.readouterr().out

    return run_step


def test_items_are_opened_filled_planned_and_signed(run: Officers) -> None:
    run("special_account", "items", *ON, by="demo-preparer")
    assert EarmarkedItem.objects.filter(township=birch()).count() == 11  # the two that were there keep their names
    assert EarmarkedItem.objects.filter(township=river()).count() == 11

    where = ("--township", "白桦镇", "--item", 3)
    run("special_account", "allocate", *where, "--amount", "100.00", "--paper", "通知", by="demo-preparer")
    number = ItemAllocation.objects.latest("pk").pk
    run("special_account", "approve", number, by="demo-reviewer")
    run("special_account", "post", number, *ON, by="demo-cashier")
    assert str(balance_in(township=birch(), account_code="10040303")) == "100.00"

    payee = ("--payee", BUILDER, "--payee-account", BUILDER_ACCOUNT, "--purpose", "修路", "--papers", "合同")
    run("special_account", "plan", *where, "--amount", "60.00", *payee, *ON, by="demo-clerk")
    number = SpecialPlan.objects.latest("pk").pk
    run("special_account", "review", number, by="demo-reviewer")
    run("special_account", "sign", number, *ON, by="demo-head")
    assert SpecialPlan.objects.get(pk=number).release is not None

    told = run("special_account", "list", "--township", "220112101")
    assert "03 必保三" in told
    assert "40.00" in told
    assert BUILDER_ACCOUNT not in told
    assert list(run_checks([])) == []


def test_a_refusal_is_told_with_its_name_and_left_in_the_trail(run: Officers) -> None:
    asked = ("--township", "白桦镇", "--item", 1, "--from-item", 2, "--amount", "1.00", "--paper", "通知")
    with pytest.raises(CommandError, match="item_money_stays"):
        run("special_account", "allocate", *asked, by="demo-preparer")
    last = AuditEvent.objects.filter(chain="").latest("number")
    assert (last.actor, last.act, last.refused) == ("demo-preparer", "special_account.allocate", "item_money_stays")


def test_a_plan_says_what_is_left_of_its_item(run: Officers) -> None:
    asked = ("--township", "白桦镇", "--item", 1, "--amount", "99999.00", "--payee", BUILDER, "--purpose", "修路")
    with pytest.raises(CommandError, match=r"left=17500\.00"):
        run(
            "special_account",
            "plan",
            *asked,
            "--payee-account",
            BUILDER_ACCOUNT,
            "--papers",
            "合同",
            *ON,
            by="demo-clerk",
        )


@pytest.mark.parametrize(
    ("command", "step", "arguments", "fault"),
    [
        ("special_account", "list", ["--township", "无名镇"], "township_is_known"),
        ("special_account", "list", [], None),
        ("procurement", "list", [], None),
        ("pass_on", "list", [], None),
        ("award", "list", [], None),
    ],
)
def test_lists_are_told_without_an_officer(
    run: Officers, command: str, step: str, arguments: list[str], fault: str | None
) -> None:
    if fault is None:
        assert run(command, step, *arguments)
        return
    with pytest.raises(CommandError, match=fault):
        run(command, step, *arguments)


def test_a_wrong_password_does_nothing(run: Officers) -> None:
    with pytest.raises(CommandError):
        run("special_account", "review", 1, by="demo-reviewer", password="wrong")


def test_what_is_not_there_is_refused(run: Officers) -> None:
    with pytest.raises(CommandError, match="specialplan_is_known"):
        run("special_account", "review", 999, by="demo-reviewer")
    with pytest.raises(CommandError, match="earmarkeditem_is_known"):
        run("special_account", "end-item", "--township", "白桦镇", "--item", 9, *ON, by="demo-preparer")


def test_a_procurement_goes_from_its_plan_to_its_instalment(run: Officers) -> None:
    bought = ("--township", "白桦镇", "--amount", "500.00", "--subject", "桌椅", "--money", "SPECIAL", "--item", 2)
    run("procurement", "plan", *bought, *ON, by="demo-clerk")
    number = Procurement.objects.latest("pk").pk
    run("procurement", "review", number, by="demo-reviewer")
    supplier = ("--supplier", SUPPLIER, "--credit-code", SUPPLIER_CODE, "--supplier-account", SUPPLIER_ACCOUNT)
    run("procurement", "award", number, "--amount", "450.00", *supplier, "--contract", "HT-2", *ON, by="demo-chief")
    run("procurement", "accept", number, "--amount", "450.00", "--paper", "验收单", *ON, by="demo-reviewer")
    run("procurement", "pay", number, "--amount", "450.00", *ON, by="demo-preparer")
    release = Instalment.objects.get(procurement_id=number).release
    assert (release.account_code, str(release.amount)) == ("10040302", "450.00")
    assert SUPPLIER in run("procurement", "list")


@pytest.mark.parametrize(("money", "account"), [("BUDGET", ""), ("EXTRA_BUDGETARY", "100402")])
def test_a_procurement_names_its_money(run: Officers, money: str, account: str) -> None:
    bought = ("--township", "白桦镇", "--amount", "500.00", "--subject", "桌椅", "--money", money)
    run("procurement", "plan", *bought, *ON, by="demo-clerk")
    assert Procurement.objects.latest("pk").account_code == account


def test_money_is_received_and_handed_on_and_late_money_is_told(run: Officers) -> None:
    asked = ("--amount", "100.00", "--paper", "吉财预五号", "--purpose", "合作医疗", "--received-on", "2026-11-02")
    run("pass_on", "receive", *asked, "--part", "白桦镇:1=40.00", "--part", "松江街道=60.00", by="demo-preparer")
    receipt = EarmarkedReceipt.objects.latest("pk")
    run("pass_on", "approve", receipt.pk, by="demo-reviewer")
    run("pass_on", "post", receipt.pk, "--on", "2026-11-02", by="demo-cashier")
    first, second = receipt.parts.order_by("pk")
    in_time = run("pass_on", "hand_on", first.pk, "--on", "2026-11-07", by="demo-cashier")
    late = run("pass_on", "hand_on", second.pk, "--on", "2026-11-08", by="demo-cashier")
    assert late.count("\n") > in_time.count("\n")
    assert PassedOn.objects.get(pk=first.pk).account_code == "10040301"
    overdue = run("pass_on", "overdue", "--as-of", "2026-11-30")
    assert "松江街道" in overdue
    assert "60.00" in overdue
    assert "40.00" not in overdue


def test_the_housing_award_and_the_premium_are_worked_out(run: Officers) -> None:
    assert "100,800.00" in run("pass_on", "housing", "--rooms", "20x28", *ON)
    assert "5,400.00" in run("pass_on", "housing", "--rooms", "1x34", *ON)
    assert "42,530.00" in run("pass_on", "medical", "--persons", 4253, *ON)
    with pytest.raises(CommandError, match="medical_premium"):
        run("pass_on", "medical", "--persons", 1, "--on", "2003-01-01")


@pytest.mark.parametrize(
    "asked",
    [
        ("housing", "--washrooms", "-1"),
        ("housing", "--washrooms", "10000000"),
        ("housing", "--rooms", "-2x28"),
        ("housing", "--rooms", "2x-28"),
        ("medical", "--persons", "-1"),
        ("medical", "--persons", "1.5"),
    ],
)
def test_what_is_no_number_of_rooms_or_persons_is_refused(run: Officers, asked: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="不是"):
        run("pass_on", asked[0], f"{asked[1]}={asked[2]}", *ON)


@pytest.mark.parametrize("part", ["白桦镇", "=1.00", "白桦镇:x=1.00", "白桦镇=1.001"])
def test_a_part_is_written_in_one_way(run: Officers, part: str) -> None:
    asked = ("--amount", "1.00", "--paper", "号", "--purpose", "事")
    with pytest.raises(CommandError):
        run("pass_on", "receive", *asked, "--part", part, by="demo-preparer")


def test_a_prize_is_paid_by_the_policy_and_a_fine_set_off(run: Officers) -> None:
    asked = ("--township", "松江街道", "--award", "综合考核", "--year", 2026, "--place", 1, "--paper", "表彰决定")
    run("award", "prize", *asked, "--post", "书记", "--wage-grades", 1, *ON, by="demo-preparer")
    prize = Prize.objects.latest("pk")
    assert (str(prize.amount), prize.wage_grades) == ("30000.00", 1)
    run("award", "approve", prize.pk, by="demo-reviewer")
    run("award", "post", prize.pk, *ON, by="demo-cashier")
    assert str(balance_in(township=river(), account_code="10040300")) == "30000.00"

    named = ("--township", "白桦镇", "--year", 2026, "--paper", "通报")
    run("award", "fine", *named, "--place", 1, *ON, by="demo-preparer")
    told = run("award", "set_off", Fine.objects.latest("pk").pk, *ON, by="demo-reviewer")
    assert "18,000.00" in told
    assert "2,000.00" in run("award", "list")
    with pytest.raises(CommandError, match="9"):
        run("award", "fine", *named, "--matter", "安全", "--place", 9, *ON, by="demo-preparer")


def test_orders_are_withdrawn_for_a_reason(run: Officers) -> None:
    asked = ("--township", "松江街道", "--award", "责任状", "--year", 2026, "--place", 2, "--paper", "决定")
    run("award", "prize", *asked, *ON, by="demo-preparer")
    prize = Prize.objects.latest("pk")
    assert str(prize.amount) == "6000.00"
    run("award", "withdraw", prize.pk, "--reason", "名次有误", by="demo-reviewer")
    with pytest.raises(CommandError, match="order_moves"):
        run("award", "approve", prize.pk, by="demo-reviewer")
