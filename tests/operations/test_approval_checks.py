"""check_books is silent on approved batches, and names each fault of approvals planted past the triggers."""

import pytest

from ledger.checks import CHECKS, run_checks
from payouts.models import Batch
from tests import payroll
from tests.attacks import Stage
from tests.payroll_hands import round_triggers

stage = payroll.stage
own_stage = payroll.own_stage

OURS = [name for name, check in CHECKS.items() if check.__module__ == "payouts.approval_checks"]
SEPTEMBER = "(SELECT id FROM payouts_batch WHERE month = '2026-09-01')"
FIRST = f"(SELECT min(id) FROM payouts_payment WHERE batch_id = {SEPTEMBER})"

# What is done past the triggers, the check that finds it, and what the check says.
FAULTS = {
    "no approval": (
        f"DELETE FROM payouts_batchapproval WHERE batch_id = {SEPTEMBER}",
        "batches_have_their_approvals",
        "batch 2026-09/1 is APPROVED: approvals asked 1, standing 0",
    ),
    "an approval of another digest": (
        f"UPDATE payouts_batchapproval SET digest = repeat('0', 64) WHERE batch_id = {SEPTEMBER}",
        "batches_have_their_approvals",
        "batch 2026-09/1 is APPROVED: approvals asked 1, standing 0",
    ),
    "an approval of the preparer": (
        f"UPDATE payouts_batchapproval SET approved_by_id = 'demo-preparer' WHERE batch_id = {SEPTEMBER}",
        "batches_have_their_approvals",
        "batch 2026-09/1 is APPROVED: approvals asked 1, standing 0",
    ),
    "no check": (
        f"DELETE FROM payouts_batchcheck WHERE batch_id = {SEPTEMBER}",
        "batches_have_their_approvals",
        "batch 2026-09/1 is APPROVED: approvals asked 1, standing 0",
    ),
    "an unsigned exception": (
        f"""INSERT INTO payouts_batchexception (batch_id, kind, severity, facts, reason)
            VALUES ({SEPTEMBER}, 'dead', 'SIGN', '', '')""",
        "batches_are_signed_for",
        "batch 2026-09/1 is APPROVED: exceptions open 1, limits not signed for 0",
    ),
    "an exception that blocks": (
        f"""INSERT INTO payouts_batchexception (batch_id, kind, severity, facts, reason)
            VALUES ({SEPTEMBER}, 'dead', 'BLOCK', '', '')""",
        "batches_are_signed_for",
        "batch 2026-09/1 is APPROVED: exceptions open 1, limits not signed for 0",
    ),
    "a largest payment": (
        f"UPDATE payouts_batchcheck SET largest_payment = 1 WHERE batch_id = {SEPTEMBER}",
        "batches_were_checked_as_they_are",
        "batch 2026-09/1: checked with 1 and 1 approvals",
    ),
    "a limit": (
        f"UPDATE payouts_batchcheck SET batch_limit = batch_limit + 0.01 WHERE batch_id = {SEPTEMBER}",
        "batches_were_checked_by_the_policy",
        "batch 2026-09/1: limits of 2004-01-01 and tiers of 2004-01-01 are not the policy's",
    ),
    "a tier": (
        f"UPDATE payouts_batchcheck SET head_over = head_over + 0.01 WHERE batch_id = {SEPTEMBER}",
        "batches_were_checked_by_the_policy",
        "batch 2026-09/1: limits of 2004-01-01 and tiers of 2004-01-01 are not the policy's",
    ),
    "a limit of a day that has none": (
        f"UPDATE payouts_batchcheck SET limits_from = '2003-01-01' WHERE batch_id = {SEPTEMBER}",
        "batches_were_checked_by_the_policy",
        "batch 2026-09/1: limits of 2003-01-01 and tiers of 2004-01-01 are not the policy's",
    ),
}


def plant(stage: Stage, sql: str) -> None:
    hand = stage.hand("postgres")
    with round_triggers(hand):
        hand.rows(sql)
    hand.connection.commit()


def found() -> list[str]:
    return [f"{fault.check}: {fault.what}" for fault in run_checks([])]


def test_every_check_of_approvals_is_planted_above() -> None:
    assert {name for _sql, name, _what in FAULTS.values()} == set(OURS)


def test_a_district_with_a_batch_of_each_stage_is_silent(stage: Stage) -> None:
    assert Batch.objects.count() == 4
    assert found() == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_past_the_triggers_is_found_by_its_check_alone(fault: str, own_stage: Stage) -> None:
    sql, name, what = FAULTS[fault]
    plant(own_stage, sql)
    (told,) = found()
    assert told.startswith(f"{name}: {what}")


def test_a_limit_without_its_reason_is_found(own_stage: Stage) -> None:
    plant(own_stage, f"UPDATE payouts_batchcheck SET payment_limit = 0.01 WHERE batch_id = {SEPTEMBER}")
    told = found()
    assert any(line.endswith("exceptions open 0, limits not signed for 1") for line in told)
