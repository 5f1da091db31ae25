"""Money that came for a purpose is handed on, in exact parts, once, and late ones are told (G09, G10, G12)."""

from datetime import date

import pytest

from ledger.checks import run_checks
from ledger.models import Line, Project
from tests import earmarking
from tests.earmarking import DAY, TRANSFERS, birch, item, received, recorded, river, yuan
from tests.payroll import AT, officer
from treasury.earmarking_checks import earmarked_orders_are_posted_once, receipts_are_their_parts
from treasury.models import EarmarkedReceipt, PassedOn
from treasury.models.words import OrderStatus
from treasury.ordering import approve_order, withdraw_order
from treasury.overdue_parts import overdue_parts
from treasury.passing import Part, hand_on_part, post_receipt, record_receipt
from treasury.refusals import (
    InvoiceUsed,
    NotReceivedYet,
    OneOfficerTwice,
    PassedOnAlready,
    StateRefuses,
    SumsDiffer,
    TreasuryPaperMissing,
)

stage = earmarking.stage
rolled_back = earmarking.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

DUE = date(2026, 11, 11)  # five days after the sixth


def parts(*amounts: str) -> list[Part]:
    return [
        Part(birch(), TRANSFERS, item(2), yuan(amounts[0])),
        *(Part(river(), TRANSFERS, None, yuan(amount)) for amount in amounts[1:]),
    ]


def a_receipt(*, paper: str = "吉财预七号", project: str = "") -> EarmarkedReceipt:
    return received(parts("400.00", "600.00"), "1000.00", paper=paper, project=project)


def hand_on(part: PassedOn, *, on: date = DAY) -> PassedOn:
    return hand_on_part(part=part, on=on, officer=officer("cashier"), at=AT)


def lines_of(source: str) -> list[tuple[str, str, str, str, str]]:
    lines = Line.objects.filter(voucher__source=source).order_by("voucher__part", "line_no")
    return [
        (one.voucher.book.code, one.account.code, one.side, str(one.amount), one.project_id or "")
        for one in lines.select_related("voucher__book", "account")
    ]


def test_a_receipt_and_its_parts_are_posted_for_their_project() -> None:
    Project.objects.create(code="HOUSING", name="村级阵地奖补")
    receipt = a_receipt(project="HOUSING")
    first = hand_on(receipt.parts.order_by("pk")[0])
    town, upper = birch().book.code, earmarking.district().code
    assert lines_of(receipt.source) == [
        (upper, "1001", "D", "1000.00", ""),
        (upper, "4011", "C", "1000.00", "HOUSING"),
    ]
    assert lines_of(first.source) == [
        (town, "10040302", "D", "400.00", ""),
        (town, "4011", "C", "400.00", "HOUSING"),
        (upper, "5011", "D", "400.00", "HOUSING"),
        (upper, "1001", "C", "400.00", ""),
    ]
    assert list(run_checks([])) == []


@pytest.mark.parametrize("amount", ["999.99", "1000.01"])
def test_the_parts_are_the_receipt_to_the_fen(amount: str) -> None:
    with pytest.raises(SumsDiffer, match="receipt_is_its_parts"):
        recorded(parts("400.00", "600.00"), amount, paper="吉财预八号")


def test_a_paper_is_received_once() -> None:
    a_receipt()
    with pytest.raises(InvoiceUsed, match="receipt_paper_is_used_once"):
        a_receipt()


def test_the_paper_of_a_withdrawn_receipt_can_be_recorded_anew() -> None:
    first = recorded(parts("400.00", "600.00"), "1000.00", paper="吉财预七号")
    withdraw_order(order=first, officer=officer("reviewer"), reason="金额有误", at=AT)
    assert a_receipt().status == OrderStatus.POSTED


def test_a_receipt_names_its_paper() -> None:
    with pytest.raises(TreasuryPaperMissing, match="earmarkedreceipt_has_its_paper"):
        recorded(parts("400.00", "600.00"), "1000.00", paper="")


def test_nothing_is_handed_on_before_it_is_received() -> None:
    receipt = recorded(parts("400.00", "600.00"), "1000.00", paper="吉财预七号")
    with pytest.raises(NotReceivedYet, match="money_is_received_first"):
        hand_on(receipt.parts.order_by("pk")[0])
    receipt = approve_order(order=receipt, officer=officer("reviewer"), at=AT)
    with pytest.raises(NotReceivedYet, match="money_is_received_first"):
        hand_on(receipt.parts.order_by("pk")[0])
    post_receipt(receipt=receipt, on=DAY, officer=officer("cashier"), at=AT)
    with pytest.raises(NotReceivedYet, match="money_is_received_first"):
        hand_on(receipt.parts.order_by("pk")[0], on=date(2026, 11, 9))
    assert hand_on(receipt.parts.order_by("pk")[0]).handed_on_on == DAY


def test_a_receipt_is_posted_on_the_day_it_came_or_later() -> None:
    receipt = recorded(parts("400.00", "600.00"), "1000.00", paper="吉财预七号")
    receipt = approve_order(order=receipt, officer=officer("reviewer"), at=AT)
    with pytest.raises(NotReceivedYet, match="earmarked_receipt_is_posted_after_it_came"):
        post_receipt(receipt=receipt, on=date(2026, 11, 5), officer=officer("cashier"), at=AT)
    assert post_receipt(receipt=receipt, on=date(2026, 11, 6), officer=officer("cashier"), at=AT).posted_on


def test_a_part_is_handed_on_once() -> None:
    part = hand_on(a_receipt().parts.order_by("pk")[0])
    with pytest.raises(PassedOnAlready, match="passed_on_once") as refused:
        hand_on(part)
    assert refused.value.facts["day"] == DAY


def test_three_officers_stand_behind_a_receipt() -> None:
    everything = officer("everything")
    receipt = record_receipt(
        received_on=date(2026, 11, 6),
        purpose="合作医疗",
        project="",
        amount=yuan("1000.00"),
        paper="吉财预七号",
        parts=parts("400.00", "600.00"),
        officer=everything,
        at=AT,
    )
    with pytest.raises(OneOfficerTwice, match="earmarkedreceipt_four_eyes"):
        approve_order(order=receipt, officer=everything, at=AT)
    receipt = approve_order(order=receipt, officer=officer("reviewer"), at=AT)
    with pytest.raises(OneOfficerTwice, match="earmarkedreceipt_four_eyes"):
        post_receipt(receipt=receipt, on=DAY, officer=everything, at=AT)
    post_receipt(receipt=receipt, on=DAY, officer=officer("cashier"), at=AT)
    with pytest.raises(OneOfficerTwice, match="passed_on_four_eyes"):
        hand_on_part(part=receipt.parts.order_by("pk")[0], on=DAY, officer=everything, at=AT)


def test_a_posted_receipt_is_not_withdrawn() -> None:
    with pytest.raises(StateRefuses, match="order_moves"):
        withdraw_order(order=a_receipt(), officer=officer("reviewer"), reason="金额有误", at=AT)


def late(as_of: date, receipt: EarmarkedReceipt) -> list[tuple[str, int]]:
    return [
        (one.part.township.name, one.days) for one in overdue_parts(as_of=as_of) if one.part.receipt_id == receipt.pk
    ]


def test_money_is_overdue_from_the_day_after_its_due_day() -> None:
    receipt = a_receipt()
    assert receipt.due_on == DUE
    hand_on(receipt.parts.order_by("pk")[0], on=DUE)
    assert late(DUE, receipt) == []
    assert late(date(2026, 11, 12), receipt) == [("松江街道", 1)]


def test_what_went_late_went_and_is_told() -> None:
    receipt = a_receipt()
    hand_on(receipt.parts.order_by("pk")[0], on=date(2026, 11, 14))
    assert late(date(2026, 11, 13), receipt) == [("白桦镇", 2), ("松江街道", 2)]
    assert late(date(2026, 11, 30), receipt) == [("松江街道", 19), ("白桦镇", 3)]


def test_a_withdrawn_receipt_is_never_overdue() -> None:
    receipt = recorded(parts("400.00", "600.00"), "1000.00", paper="吉财预七号")
    withdraw_order(order=receipt, officer=officer("reviewer"), reason="金额有误", at=AT)
    assert late(date(2026, 12, 31), receipt) == []


def test_a_voucher_without_its_part_is_found() -> None:
    earmarking.posted("treasury.passed_on/777", earmarking.hand_on_entries("12.00"))
    assert [fault.what for fault in earmarked_orders_are_posted_once()] == [
        "treasury.passed_on/777: ordered nothing, posted 12.00"
    ]
    assert list(receipts_are_their_parts()) == []
