"""Procurement, special accounts, awards, and money passed on, in a browser."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import AuditEvent
from tests import earmarking
from tests.earmarking import BUILDER_ACCOUNT, SUPPLIER_ACCOUNT, SUPPLIER_CODE, birch, drafted, item, reviewed, river
from tests.payroll import AT, officer
from tests.sign_ins import hire, signed_in
from tests.web.desks import page, seconded, send
from treasury.itemizing import open_items
from treasury.models import EarmarkedItem, EarmarkedReceipt, Fine, ItemAllocation, Prize, Procurement, SpecialPlan
from treasury.models.words import PostKind
from treasury.passing import Part
from treasury.planning import Proposal, propose_plan

stage, rolled_back = earmarking.stage, earmarking.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
SEE_OTHER, NOT_FOUND, REFUSED = 303, 404, 422
DAY = "2026-11-10"


def bureau(post: str) -> Client:
    hire(f"b-{post}", post)
    return signed_in(f"b-{post}")


def told(answer: Any) -> str:
    """Return the refusal that a page shows."""
    return "".join(re.findall(r'role="alert">(.*?)</p>', answer.content.decode(), re.DOTALL))


def done(client: Client, address: str, **fields: Any) -> None:
    answer = send(client, address, fields)
    assert answer.status_code == SEE_OTHER, told(answer)


def purchase_form() -> dict[str, str]:
    return {"act": "plan", "subject": "打印机", "amount": "9,000.00", "money": "BUDGET", "on": DAY, "economic": "30201"}


AWARD = {
    "act": "award",
    "supplier": "青岚办公有限公司",
    "credit_code": SUPPLIER_CODE,
    "supplier_account": SUPPLIER_ACCOUNT,
    "contract": "HT-9",
    "amount": "8000.00",
    "on": DAY,
}


def test_a_purchase_goes_from_its_plan_to_an_instalment() -> None:
    clerk, reviewer, chief = bureau("clerk"), bureau("reviewer"), bureau("chief_accountant")
    answer = send(clerk, reverse("purchase_new", args=[birch().code]), purchase_form())
    bought = Procurement.objects.order_by("-pk")[0]
    address = reverse("purchase", args=[bought.pk])
    assert (answer.status_code, answer.headers["Location"]) == (SEE_OTHER, address)
    done(reviewer, address, act="review")
    assert 'value="award"' not in page(reviewer, address)
    refused = send(chief, address, {**AWARD, "amount": "9000.01"})
    assert refused.status_code == REFUSED
    assert 'value="青岚办公有限公司"' in refused.content.decode()
    done(chief, address, **AWARD)
    text = page(clerk, address)
    assert SUPPLIER_ACCOUNT not in text
    assert "********9999" in text
    done(reviewer, address, act="accept", amount="5000.00", paper="验收单", on=DAY)
    preparer = bureau("preparer")
    over = send(preparer, address, {"act": "pay", "amount": "5000.01", "on": DAY})
    assert over.status_code == REFUSED
    done(preparer, address, act="pay", amount="3000.00", on=DAY)
    text = page(clerk, address)
    assert "5,000.00" in text
    assert "3,000.00" in text
    assert "2,000.00" in text
    acts = AuditEvent.objects.filter(subject=f"procurement/{bought.pk}", refused="").order_by("pk")
    assert list(acts.values_list("act", flat=True)) == [
        f"procurement.{act}" for act in ("plan", "review", "award", "accept", "pay")
    ]


def test_a_purchase_is_refused_for_a_reason() -> None:
    clerk, reviewer = bureau("clerk"), bureau("reviewer")
    send(clerk, reverse("purchase_new", args=[birch().code]), purchase_form())
    address = reverse("purchase", args=[Procurement.objects.order_by("-pk")[0].pk])
    assert send(reviewer, address, {"act": "refuse", "reason": " "}).status_code == REFUSED
    done(reviewer, address, act="refuse", reason="不在目录内")
    assert "不在目录内" in page(clerk, address)


@pytest.mark.parametrize(
    "fields", [{"money": "TRANSFERS/77"}, {"money": "x"}, {"unit": "no"}, {"amount": "1.001"}, {"on": "2026-02-30"}]
)
def test_a_plan_to_buy_that_is_refused_keeps_what_was_typed(fields: dict[str, str]) -> None:
    before = Procurement.objects.count()
    answer = send(bureau("clerk"), reverse("purchase_new", args=[birch().code]), {**purchase_form(), **fields})
    assert answer.status_code == REFUSED
    assert 'value="打印机"' in answer.content.decode()
    assert Procurement.objects.count() == before


def test_the_list_of_purchases_is_filtered_paged_and_asks_a_constant_number_of_questions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clerk, address = bureau("clerk"), reverse("purchases")
    assert "办公桌椅" in page(clerk, f"{address}?township={birch().code}&state=AWARDED")
    assert "办公桌椅" not in page(clerk, f"{address}?township={river().code}")
    page(clerk, address)
    with CaptureQueriesContext(connection) as few:
        page(clerk, address)
    for amount in ("100.00", "200.00", "300.00"):
        earmarking.planned(amount)
    with CaptureQueriesContext(connection) as many:
        page(clerk, address)
    assert len(many) == len(few)
    monkeypatch.setattr("web.budget_desk.purchase_pages.PAGE", 2)
    last = Procurement.objects.order_by("-pk")[1]
    assert f"after={last.pk}" in page(clerk, address)
    assert ">300.00<" not in page(clerk, f"{address}?after={last.pk}")


def test_items_are_opened_funded_and_ended() -> None:
    preparer, reviewer, cashier = bureau("preparer"), bureau("reviewer"), bureau("cashier")
    here = reverse("earmarked_township", args=[birch().code])
    done(preparer, here, act="items", account="TRANSFERS", names="必保三\n必保四\n", on=DAY)
    third = EarmarkedItem.objects.get(township=birch(), number=3)
    assert third.name == "必保三"
    done(preparer, here, act="allocate", item=str(third.pk), amount="500.00", paper="分项通知九号")
    order = ItemAllocation.objects.order_by("-pk")[0]
    address = reverse("earmarked_allocation", args=[order.pk])
    done(reviewer, address, act="approve")
    done(cashier, address, act="post", on=DAY)
    order.refresh_from_db()
    assert order.status == "POSTED"
    assert "500.00" in page(preparer, here)
    fourth = EarmarkedItem.objects.get(township=birch(), number=4)
    assert send(preparer, here, {"act": "end", "item": str(third.pk), "on": "2026-12-01"}).status_code == REFUSED
    done(preparer, here, act="end", item=str(fourth.pk), on="2026-12-01")
    done(preparer, here, act="allocate", item=str(third.pk), amount="1.00", paper="分项通知十号")
    address = reverse("earmarked_allocation", args=[ItemAllocation.objects.order_by("-pk")[0].pk])
    done(reviewer, address, act="withdraw", reason="重复")
    assert "重复" in page(preparer, address)


def test_items_are_opened_everywhere_by_the_policy() -> None:
    preparer = bureau("preparer")
    done(preparer, reverse("earmarked"), act="items", account="AGRICULTURAL_TAX", names="", on=DAY)
    opened = EarmarkedItem.objects.filter(township=river(), kind="AGRICULTURAL_TAX").count()
    assert opened == 11
    assert birch().name in page(preparer, reverse("earmarked"))


def test_a_plan_is_drafted_reviewed_at_the_banks_desk_and_signed_by_the_head() -> None:
    clerk, reviewer = bureau("clerk"), bureau("reviewer")
    form = {
        "act": "plan",
        "money": "TRANSFERS/1",
        "amount": "100.00",
        "purpose": "修桥",
        "papers": "合同",
        "payee": "测试施工队",
        "payee_account": BUILDER_ACCOUNT,
        "on": DAY,
    }
    new = reverse("earmarked_plan_new", args=[birch().code])
    over = send(clerk, new, {**form, "amount": "99999999.00"})
    assert over.status_code == REFUSED
    assert 'value="修桥"' in over.content.decode()
    done(clerk, new, **form)
    plan = SpecialPlan.objects.order_by("-pk")[0]
    address, at_bank = reverse("earmarked_plan", args=[plan.pk]), reverse("special_plan", args=[plan.pk])
    assert f'href="{at_bank}"' in page(reviewer, address)
    answer = send(reviewer, at_bank, {"act": "review"}, to=reverse("special_plan_act", args=[plan.pk]))
    assert answer.status_code == SEE_OTHER
    head = head_of_birch()
    text = page(head, address)
    assert BUILDER_ACCOUNT not in text
    assert at_bank not in text
    done(head, address, act="sign", on=DAY)
    plan.refresh_from_db()
    assert (plan.status, plan.release is not None) == ("SIGNED", True)


def head_of_birch() -> Client:
    seconded("birch-head", PostKind.HEAD, birch().code)
    return signed_in("birch-head")


def test_the_head_of_a_township_refuses_and_signs_in_the_own_township_alone() -> None:
    plan = reviewed(drafted("10.00"))
    address = reverse("earmarked_plan", args=[plan.pk])
    seconded("river-head", PostKind.HEAD, river().code)
    other = signed_in("river-head")
    assert other.get(address).status_code == NOT_FOUND
    assert other.post(address, {"act": "sign"}).status_code == NOT_FOUND
    head = head_of_birch()
    here = reverse("earmarked_township", args=[birch().code])
    assert f'<a href="{here}">Plans of special accounts to be signed</a>' in page(head, reverse("tasks"))
    assert "to be signed" not in page(other, reverse("tasks"))
    assert send(head, address, {"act": "refuse", "reason": ""}).status_code == REFUSED
    done(head, address, act="refuse", reason="先不办")
    assert "先不办" in page(head, address)
    seconded("birch-clerk", PostKind.CENTRE_CLERK, birch().code)
    plan = reviewed(drafted("11.00"))
    address = reverse("earmarked_plan", args=[plan.pk])
    clerk = signed_in("birch-clerk")
    assert 'value="sign"' not in page(clerk, address)


def test_special_accounts_ask_as_many_questions_for_few_items_as_for_many() -> None:
    clerk = bureau("clerk")
    for name in ("earmarked", "earmarked_township"):
        address = reverse(name, args=[birch().code] if name == "earmarked_township" else [])
        page(clerk, address)
        with CaptureQueriesContext(connection) as few:
            page(clerk, address)
        open_items(
            township=birch(),
            account=earmarking.TRANSFERS,
            names=[f"{name}{one}" for one in range(5)],
            on=earmarking.MONTH,
            officer=officer("preparer"),
            at=AT,
        )
        drafted("1.00")
        with CaptureQueriesContext(connection) as many:
            page(clerk, address)
        assert len(many) == len(few)
    assert item().name in page(clerk, reverse("earmarked_township", args=[birch().code]))


def test_a_prize_by_the_policy_is_approved_and_paid() -> None:
    preparer, reviewer, cashier = bureau("preparer"), bureau("reviewer"), bureau("cashier")
    form = {
        "act": "prize",
        "award": "环境整治",
        "year": "2026",
        "place": "1",
        "township": river().code,
        "paper": "决定",
    }
    refused = send(preparer, reverse("awards"), {**form, "place": "99", "on": DAY})
    assert refused.status_code == REFUSED
    assert 'value="环境整治"' in refused.content.decode()
    done(preparer, reverse("awards"), **form, amount="600.00", on=DAY)
    prize = Prize.objects.order_by("-pk")[0]
    address = reverse("award_prize", args=[prize.pk])
    assert 'value="approve"' not in page(preparer, address)
    done(reviewer, address, act="approve")
    done(cashier, address, act="post", on=DAY)
    prize.refresh_from_db()
    assert (prize.status, str(prize.amount)) == ("POSTED", "600.00")


def test_a_fine_is_recorded_and_set_off() -> None:
    preparer, reviewer = bureau("preparer"), bureau("reviewer")
    form = {"act": "fine", "year": "2026", "place": "1", "township": birch().code, "paper": "通报", "on": DAY}
    done(preparer, reverse("awards"), **form)
    fine = Fine.objects.order_by("-pk")[0]
    address = reverse("award_fine", args=[fine.pk])
    assert 'value="set_off"' not in page(preparer, address)
    done(reviewer, address, act="set_off", on=DAY)
    assert fine.set_offs.count() == 1
    assert "Set off by" in page(preparer, address)


def test_a_receipt_is_recorded_approved_posted_and_handed_on_late() -> None:
    preparer, reviewer, cashier = bureau("preparer"), bureau("reviewer"), bureau("cashier")
    form = {
        "act": "receive",
        "purpose": "义务教育",
        "amount": "1000.00",
        "paper": "吉财预九号",
        "received_on": "2026-11-02",
        "part_township": [birch().code, river().code],
        "part_account": ["TRANSFERS", "TRANSFERS"],
        "part_item": ["1", ""],
        "part_amount": ["400.00", "599.99"],
    }
    refused = send(preparer, reverse("passing_new"), form)
    assert refused.status_code == REFUSED
    assert 'value="599.99"' in refused.content.decode()
    done(preparer, reverse("passing_new"), **{**form, "part_amount": ["400.00", "600.00"]})
    receipt = EarmarkedReceipt.objects.order_by("-pk")[0]
    address = reverse("passing_receipt", args=[receipt.pk])
    assert receipt.purpose in page(reviewer, reverse("passing"))
    done(reviewer, address, act="approve")
    done(cashier, address, act="post", on="2026-11-03")
    part = receipt.parts.order_by("pk")[0]
    done(cashier, address, act="hand_on", part=str(part.pk), on="2026-11-20")
    again = send(cashier, address, {"act": "hand_on", "part": str(part.pk), "on": "2026-11-20"})
    assert again.status_code == REFUSED
    assert "吉财预九号" in page(preparer, reverse("passing"))
    assert receipt.parts.filter(handed_on_on=None).count() == 1


def test_a_revenue_plan_is_worked_out_proposed_and_approved_by_another() -> None:
    clerk, reviewer = bureau("clerk"), bureau("reviewer")
    address = reverse("revenue_plan", args=[birch().code, 2027])
    fields = {"collected_1": "100.00", "collected_2": "200.00", "collected_3": "300.00", "growth": "10"}
    worked_out = send(clerk, address, {**fields, "act": "calculate"})
    assert worked_out.status_code == 200
    assert "plan 220.00" in worked_out.content.decode()
    assert 'value="300.00"' in worked_out.content.decode()
    assert send(clerk, address, {**fields, "act": "propose", "share": "50", "reason": ""}).status_code == REFUSED
    done(clerk, address, **fields, act="propose", share="50", reason="新企业投产")
    assert 'value="approve"' not in page(clerk, address)
    done(reviewer, address, act="approve")
    assert "220.00" in page(clerk, f"{reverse('revenue_plans')}?year=2027")
    assert send(clerk, address, {**fields, "growth": "x", "act": "calculate"}).status_code == REFUSED


def test_a_township_sees_the_own_rows_alone() -> None:
    seconded("river-clerk", PostKind.CENTRE_CLERK, river().code)
    client = signed_in("river-clerk")
    for name in ("purchases", "earmarked", "awards", "revenue_plans"):
        assert birch().name not in page(client, reverse(name)), name
    bought, allocation = Procurement.objects.order_by("pk")[0], ItemAllocation.objects.order_by("pk")[0]
    prize, fine = Prize.objects.order_by("pk")[0], Fine.objects.order_by("pk")[0]
    for name, key in (
        ("purchase", bought.pk),
        ("earmarked_allocation", allocation.pk),
        ("award_prize", prize.pk),
        ("award_fine", fine.pk),
        ("earmarked_township", birch().code),
    ):
        assert client.get(reverse(name, args=[key])).status_code == NOT_FOUND, name
    assert client.get(reverse("passing")).status_code == 403


def test_lists_of_awards_plans_and_receipts_ask_a_constant_number_of_questions() -> None:
    clerk = bureau("clerk")
    addresses = [reverse(name) for name in ("awards", "revenue_plans", "passing")]
    few = [questions(clerk, address) for address in addresses]
    for place in range(3, 6):
        earmarking.prize(f"单项{place}", post="村支书")
        earmarking.fine(matter=f"事项{place}")
        parts = [Part(birch(), earmarking.TRANSFERS, None, earmarking.yuan("5.00"))]
        earmarking.recorded(parts, "5.00", paper=f"吉财预{place}号")
        proposal = Proposal([earmarking.yuan("9.00")] * 3, earmarking.yuan("1.00"), "依据", earmarking.yuan("50.00"))
        propose_plan(township=birch(), year=2026, proposal=proposal, officer=officer("clerk"), at=AT)
    assert [questions(clerk, address) for address in addresses] == few


def questions(client: Client, address: str) -> int:
    page(client, address)
    with CaptureQueriesContext(connection) as asked:
        page(client, address)
    return len(asked)
