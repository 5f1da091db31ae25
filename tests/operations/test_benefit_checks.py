"""check_books is silent on a district that pays benefits well, and names each fault planted past the triggers."""

import pytest

from ledger.checks import CHECKS, run_checks
from tests import benefit_months
from tests.attacks import Stage
from tests.payroll_hands import round_triggers

stage = benefit_months.stage
own_stage = benefit_months.own_stage

OURS = {name for name, check in CHECKS.items() if check.__module__ == "payouts.benefit_checks"}


def found() -> list[str]:
    return [f"{fault.check}: {fault.what}" for fault in run_checks([])]


def run(month: int) -> str:
    return f"(SELECT id FROM payouts_run WHERE month = '2026-{month:02}-01')"


def due(month: int, scheme: str = "reward_assistance") -> str:
    return f"(SELECT min(id) FROM payouts_benefitdue WHERE run_id = {run(month)} AND scheme = '{scheme}')"


# What is done past the triggers, the check that finds it, and what it says.
FAULTS = {
    "an obligation": (
        f"UPDATE payouts_obligation SET amount = amount - 0.01 WHERE benefit_id = {due(9)}",
        "benefits_are_owed_once",
        "run 2026-09/B1: 1 dues and obligations differ",
    ),
    "an obligation of a run that is not released": (
        f"""INSERT INTO payouts_obligation (scheme, component, month, source, person_id, run_id, benefit_id, amount)
            SELECT scheme, '2026-10/1', '2026-10-01', 'attack', person_id, run_id, id, amount FROM payouts_benefitdue
             WHERE id = {due(10)}""",
        "benefits_are_owed_once",
        "run 2026-10/B1: 1 dues and obligations differ",
    ),
    "an obligation taken away": (
        f"""DELETE FROM payouts_paymentpart WHERE obligation_id IN
              (SELECT id FROM payouts_obligation WHERE benefit_id = {due(9)});
            DELETE FROM payouts_obligation WHERE benefit_id = {due(9)}""",
        "benefits_are_owed_once",
        "run 2026-09/B1: 1 dues and obligations differ",
    ),
    "the total of a batch that was sent": (
        "UPDATE payouts_batch SET total = total + 0.01 WHERE month = '2026-08-01' AND number = 1",
        "benefit_batches_are_posted",
        "batch 2026-08/1: pays 200.01, vouchers 200.00",
    ),
    "vouchers of another batch": (
        """UPDATE ledger_voucher SET source = replace(source, '/batch/', '/other/')
            WHERE source LIKE 'payouts.benefits/%/batch/%'
              AND posting_date = '2026-08-15'""",
        "benefit_batches_are_posted",
        "batch 2026-08/1: pays 200.00, vouchers 0",
    ),
    "a fen more overpaid": (
        "UPDATE payouts_overpayment SET amount = amount + 0.01",
        "overpayments_are_posted",
        "run 2026-08/B1: overpaid 80.01, kept back 0; vouchers 80.00, 0",
    ),
    "kept back of what was released": (
        """UPDATE payouts_batch SET status = 'SENT' WHERE month = '2026-09-01'""",
        "overpayments_are_posted",
        "run 2026-09/B1: overpaid 0, kept back 30.00; vouchers 0, 0",
    ),
    "more paid in than overpaid": (
        """UPDATE payouts_recovery SET amount = 50.01 WHERE kind = 'PAID_IN'""",
        "overpayments_are_posted",
        "80.01 came back of 80.00",
    ),
    "a funding": (
        "UPDATE payouts_benefitfunding SET amount = amount + 0.01 WHERE id = 1",
        "fundings_are_posted",
        "funding 1: 80.01, voucher 80.00",
    ),
    "a refund": (
        "UPDATE payouts_recovery SET amount = amount + 0.01 WHERE kind = 'PAID_IN'",
        "fundings_are_posted",
        "10.01, voucher 10.00",
    ),
}
# Checks of others that such a fault breaks as well.
OPEN = "overpayments_are_open_or_settled"
BESIDE = {
    "the total of a batch that was sent": {"batches_are_their_payments"},
    "an obligation": set(),
    "an obligation taken away": {"batches_are_their_payments"},
    "vouchers of another batch": {"seals"},
    "a fen more overpaid": {OPEN},
    "kept back of what was released": {"batches_are_their_payments", "benefit_batches_are_posted", OPEN},
    "more paid in than overpaid": {"fundings_are_posted", OPEN},
    "a refund": {OPEN},
}


def test_every_check_of_benefits_is_planted_below() -> None:
    assert {name for _sql, name, _what in FAULTS.values()} == OURS


def test_a_district_with_a_run_of_each_stage_is_silent(stage: Stage) -> None:
    assert found() == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_past_the_triggers_is_found_by_its_check(fault: str, own_stage: Stage) -> None:
    sql, name, what = FAULTS[fault]
    hand = own_stage.hand("postgres")
    with round_triggers(hand):
        hand.rows(sql)
    hand.connection.commit()
    told = found()
    assert {line.split(":")[0] for line in told} == {name} | BESIDE.get(fault, set())
    assert any(line.startswith(f"{name}: ") and what in line for line in told), told
