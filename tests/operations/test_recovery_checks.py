"""check_books names each fault of money that came back which is planted past the triggers."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.checks import CHECKS, run_checks
from payouts.giving_up import decide_giving_up, propose_giving_up
from payouts.models import Overpayment, Payment, Recovery
from payouts.recovering import decide_write_off, propose_write_off, take_back_refund
from tests import benefit_months
from tests.attacks import Stage
from tests.benefits import JULY, SEPTEMBER, refunded, sent
from tests.payroll import AT, officer, run_of
from tests.payroll_hands import round_triggers

own_stage = benefit_months.own_stage

OURS = {name for name, check in CHECKS.items() if check.__module__ == "payouts.recovery_checks"}
ON = date(2026, 9, 20)

FAULTS = {
    "more written off than is open": (
        "UPDATE payouts_writeoff SET amount = 30.01",
        "overpayments_are_open_or_settled",
        "overpaid 80.00, came back 50.00, written off 30.01",
    ),
    "another receivable": (
        "UPDATE ledger_voucher SET source = 'else/' || source WHERE source LIKE 'payouts.benefits/%/overpaid/%'",
        "overpayments_are_open_or_settled",
        "open -75.00 by the books, 5.00 by what is recorded",
    ),
    "more kept back than a plan allows": (
        "UPDATE payouts_recoveryplan SET instalment = 29.99",
        "recoveries_keep_to_their_plans",
        "kept back 30.00 in 2026-09, plan 1 allows 29.99",
    ),
    "a plan that was refused": (
        "UPDATE payouts_recoveryplandecision SET is_approved = false",
        "recoveries_keep_to_their_plans",
        "kept back 30.00 in 2026-09, plan 1 allows nothing",
    ),
    "a reversal": (
        "UPDATE ledger_voucher SET source = 'else/' || source WHERE source LIKE 'payouts.recovery/%/reversed'",
        "corrections_are_posted",
        "taken back: 10.00, voucher 0",
    ),
    "a write-off": (
        "UPDATE payouts_writeoff SET amount = amount - 0.01",
        "corrections_are_posted",
        "write-off 1: 24.99, voucher 25.00",
    ),
    "a write-off that was refused": (
        "UPDATE payouts_writeoffdecision SET is_approved = false, posting_date = NULL",
        "corrections_are_posted",
        "write-off 1: 25.00, voucher 25.00",
    ),
    "the vouchers of a payment given up": (
        "UPDATE ledger_voucher SET source = 'else/' || source WHERE source LIKE 'payouts.giving_up/%'",
        "given_up_is_settled",
        "given up: 300.00, vouchers 0",
    ),
    "a day of the cool-off": (
        """UPDATE payouts_payment SET reissues_id = (SELECT min(id) FROM payouts_payment) WHERE status = 'SENT'
              AND id = (SELECT max(id) FROM payouts_payment WHERE status = 'SENT')""",
        "corrected_accounts_cooled_off",
        "its account from no day on",
    ),
}
BESIDE = {
    "more written off than is open": {"corrections_are_posted"},
    "another receivable": {"overpayments_are_posted", "seals"},
    "a reversal": {"seals", "overpayments_are_open_or_settled"},
    "a write-off": {"overpayments_are_open_or_settled"},
    "a write-off that was refused": {"overpayments_are_open_or_settled"},
    "the vouchers of a payment given up": {"seals"},
}


def found() -> list[str]:
    return [f"{fault.check}: {fault.what}" for fault in run_checks([])]


@pytest.fixture
def furnished(own_stage: Stage) -> Stage:
    """Of 80.00 overpaid 30.00 are kept back, 10.00 taken back and 20.00 paid in, 25.00 written off: 5.00 are open."""
    sent(run_of(SEPTEMBER))
    overpayment = Overpayment.objects.get()
    chief, cashier = officer("chief_accountant"), officer("cashier")
    wrong = Recovery.objects.get(kind="PAID_IN")
    refunded(overpayment, "20.00", on=ON)
    take_back_refund(recovery=wrong, reason="金额录错", officer=chief, cashier=cashier, on=ON, at=AT)
    proposed = propose_write_off(
        overpayment=overpayment,
        amount=Decimal("25.00"),
        reason="无法收回",
        paper="青财核1号",
        officer=officer("benefits_funder"),
        at=AT,
    )
    decide_write_off(write_off=proposed, approved=True, officer=chief, on=ON, at=AT)
    back = Payment.objects.get(month=JULY, status="RETURNED")
    giving_up = propose_giving_up(
        month=JULY, serial=back.serial, reason="死亡", paper="青民函1号", officer=officer("clerk"), at=AT
    )
    decide_giving_up(giving_up=giving_up, approved=True, officer=chief, on=ON, at=AT)
    return own_stage


def test_every_check_of_recoveries_is_planted() -> None:
    assert {name for _sql, name, _what in FAULTS.values()} == OURS


def test_a_district_that_decided_everything_is_silent(furnished: Stage) -> None:
    assert found() == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_past_the_triggers_is_found_by_its_check(fault: str, furnished: Stage) -> None:
    sql, name, what = FAULTS[fault]
    hand = furnished.hand("postgres")
    with round_triggers(hand):
        hand.rows(sql)
    hand.connection.commit()
    told = found()
    assert {line.split(":")[0] for line in told} == {name} | BESIDE.get(fault, set()), told
    assert any(line.startswith(f"{name}: ") and what in line for line in told), told
