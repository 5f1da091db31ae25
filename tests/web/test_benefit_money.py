"""The money of benefits in a browser: rates, what was overpaid and comes back, what the special accounts get."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from payouts.benefit_facts import schemes_in_use
from payouts.models import BenefitFunding, Overpayment, Recovery, RecoveryPlan, SchemeValue, WriteOff
from tests import benefits
from tests.benefits import AUGUST, FEE, JULY, REWARD, Recipient, deaths_known, paid, recovered, released
from tests.web.benefit_desk import SEE_OTHER, UNPROCESSABLE, at_desk, text_of
from tests.web.desks import page, send

stage, rolled_back = benefits.stage, benefits.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
RATES, OVERPAID, FUNDINGS = reverse("scheme_rates"), reverse("overpayments"), reverse("benefit_fundings")
OPEN = 200
NEXT = {"act": "propose", "scheme": FEE, "month": "2027-01", "amount": "120.00", "reference": "青财社〔2027〕1号"}
DEAD = Recipient(1)
PEOPLE = (DEAD, Recipient(2), Recipient(3, FEE))


def test_a_rate_is_proposed_by_one_and_approved_by_another() -> None:
    certifier, funder = at_desk("benefits_officer"), at_desk("benefits_funder")
    assert "100.00" in page(certifier, f"{RATES}?scheme={FEE}")
    assert send(certifier, RATES, NEXT).status_code == SEE_OTHER
    value = SchemeValue.objects.get()
    assert 'value="approve"' not in page(certifier, RATES)
    assert 'value="approve"' in page(funder, RATES)
    answer = send(funder, RATES, {"act": "approve", "value": str(value.pk)})
    assert answer.status_code == SEE_OTHER, text_of(answer)
    assert schemes_in_use(month=date(2027, 1, 1))[FEE].rate_on(date(2027, 1, 1)) == Decimal("120.00")
    assert "120.00" in page(certifier, RATES)


def test_a_rate_is_turned_down_and_what_cannot_be_read_is_drawn_again() -> None:
    certifier, funder = at_desk("benefits_officer"), at_desk("benefits_funder")
    for changed in ({"amount": "x"}, {"month": "2027"}, {"month": "1900-01"}, {"scheme": "none"}, {"grade": "9"}):
        answer = send(certifier, RATES, {**NEXT, **changed})
        assert answer.status_code == UNPROCESSABLE, changed
        assert 'value="青财社〔2027〕1号"' in text_of(answer)
    send(certifier, RATES, NEXT)
    value = SchemeValue.objects.get()
    assert send(funder, RATES, {"act": "turn_down", "value": str(value.pk)}).status_code == SEE_OTHER
    assert not value.approval.is_approved
    assert send(funder, RATES, {"act": "approve", "value": "0"}).status_code == UNPROCESSABLE


def overpaid() -> Overpayment:
    """Pay two months, the second to somebody who had died by then; find it with the run of the third."""
    paid(JULY, PEOPLE)
    paid(AUGUST)
    deaths_known(benefits.SEPTEMBER, [(DEAD, "2026-07-10")])
    benefits.answered(benefits.funded_and_sent(benefits.SEPTEMBER))
    return Overpayment.objects.get()


def test_what_was_overpaid_is_planned_for_paid_in_taken_back_and_written_off() -> None:
    shown = overpaid()
    funder, chief = at_desk("benefits_funder"), at_desk("chief_accountant")
    address = reverse("overpayment", args=[shown.pk])
    assert address in page(funder, OVERPAID)
    plan = {"act": "plan", "instalment": "20.00", "share": "", "month": "2026-10", "paper": "协议1"}
    assert send(funder, address, plan).status_code == SEE_OTHER
    agreed = RecoveryPlan.objects.get()
    assert 'value="approve_plan"' not in page(funder, address)
    assert send(chief, address, {"act": "approve_plan", "one": str(agreed.pk)}).status_code == SEE_OTHER
    assert agreed.decision.is_approved
    refund = {"act": "refund", "amount": "30.00", "on": "2026-09-20", "paper": "回单9", "cashier": "demo-cashier"}
    answer = send(funder, address, refund)
    assert answer.status_code == SEE_OTHER, text_of(answer)
    assert recovered(shown) == Decimal("30.00")
    assert send(funder, address, {**refund, "amount": "900.00", "paper": "回单10"}).status_code == UNPROCESSABLE
    back = {"act": "take_back", "one": str(Recovery.objects.get().pk), "reason": "记错", "on": "2026-09-21"}
    answer = send(chief, address, {**back, "cashier": "demo-cashier"})
    assert answer.status_code == SEE_OTHER, text_of(answer)
    assert recovered(shown) == 0
    off = {"act": "write_off", "amount": str(shown.amount), "reason": "无法追回", "paper": "批复1"}
    assert send(funder, address, off).status_code == SEE_OTHER
    proposed = WriteOff.objects.get()
    answer = send(chief, address, {"act": "approve_write_off", "one": str(proposed.pk), "on": "2026-09-22"})
    assert answer.status_code == SEE_OTHER, text_of(answer)
    assert address not in page(funder, OVERPAID)
    assert address in page(funder, f"{OVERPAID}?show=all")
    assert DEAD.id_number not in page(funder, address)
    assert benefits.faults() == []


def test_plans_and_write_offs_are_refused_by_another() -> None:
    shown = overpaid()
    funder, chief = at_desk("benefits_funder"), at_desk("chief_accountant")
    address = reverse("overpayment", args=[shown.pk])
    send(funder, address, {"act": "plan", "instalment": "", "share": "", "month": "2026-10", "paper": "协议1"})
    agreed = RecoveryPlan.objects.get()
    assert agreed.share is not None
    assert send(chief, address, {"act": "refuse_plan", "one": str(agreed.pk)}).status_code == SEE_OTHER
    send(funder, address, {"act": "write_off", "amount": "1.00", "reason": "无法追回", "paper": "批复1"})
    refuse = {"act": "refuse_write_off", "one": str(WriteOff.objects.get().pk)}
    assert send(chief, address, refuse).status_code == SEE_OTHER
    assert not WriteOff.objects.get().decision.is_approved
    for word in ("none", "approve_plan"):
        assert send(chief, address, {"act": word, "one": "x"}).status_code == UNPROCESSABLE


def test_a_run_is_funded_with_what_its_accounts_lack() -> None:
    benefits.enrolled(JULY, PEOPLE)
    run = released(JULY)
    funder = at_desk("benefits_funder")
    address = reverse("benefit_run_funding", args=["2026-07", run.number])
    assert address in page(funder, FUNDINGS)
    assert address in page(funder, reverse("run", args=["2026-07", "benefits", run.number]))
    at_day = f"{address}?on={run.pay_date}"
    assert "Nothing is lacking" not in page(funder, at_day)
    fund = {"act": "fund", "on": f"{run.pay_date}", "cashier": "demo-cashier"}
    assert send(funder, address, {**fund, "cashier": "nobody"}).status_code == UNPROCESSABLE
    answer = send(funder, address, fund)
    assert answer.status_code == SEE_OTHER, text_of(answer)
    assert BenefitFunding.objects.filter(run=run).exists()
    assert "Nothing is lacking" in page(funder, at_day)
    assert 'value="fund"' not in page(at_desk("auditor"), at_day)
    assert benefits.faults() == []


def test_money_from_above_is_booked_once() -> None:
    funder = at_desk("benefits_funder")
    sent = {
        "act": "receive",
        "funder": "PROVINCE",
        "amount": "5,000.00",
        "paper": "回单7",
        "on": "2026-07-10",
        "cashier": "demo-cashier",
    }
    answer = send(funder, FUNDINGS, sent)
    assert answer.status_code == SEE_OTHER, text_of(answer)
    assert BenefitFunding.objects.get().amount == Decimal("5000.00")
    answer = send(funder, FUNDINGS, sent)
    assert answer.status_code == UNPROCESSABLE
    assert 'value="5,000.00"' in text_of(answer)
    assert send(funder, FUNDINGS, {**sent, "funder": "TOWNSHIP"}).status_code == UNPROCESSABLE


def test_the_queries_of_the_lists_do_not_grow() -> None:
    auditor = at_desk("auditor")
    counts = []
    for amount in ("110.00", "120.00", "130.00"):
        benefits.value_added(amount, since=date(2027, 1, 1), scheme=REWARD)
        with CaptureQueriesContext(connection) as asked:
            assert auditor.get(RATES).status_code == OPEN
            assert auditor.get(FUNDINGS).status_code == OPEN
            assert auditor.get(OVERPAID).status_code == OPEN
        counts.append(len(asked))
    assert len(set(counts)) == 1
