"""check_books is silent on a district that pays well, and names each fault planted past the triggers by one name."""

from datetime import date

import pytest

from ledger.checks import CHECKS, run_checks
from payouts.models import Run
from payouts.remitting import remit_run
from tests import payroll
from tests.attacks import Stage
from tests.payroll import AT, AUGUST, JULY, LEFT, REISSUED, answered, batch_of, officer, run_of
from tests.payroll_hands import round_triggers

stage = payroll.stage
own_stage = payroll.own_stage
rolled_back = payroll.rolled_back

OURS = [name for name, check in CHECKS.items() if check.__module__ == "payouts.payment_checks"]


def found() -> list[str]:
    return [f"{fault.check}: {fault.what}" for fault in run_checks([])]


def test_every_check_of_paying_people_is_planted_below() -> None:
    assert {name for _sql, name, _what in FAULTS.values()} == set(OURS)


def test_a_district_with_a_month_of_each_stage_is_silent(stage: Stage) -> None:
    assert Run.objects.count() == 5
    assert found() == []


@pytest.mark.parametrize("failing", [(), (1,), range(1, 10)], ids=["none", "one", "all"])
def test_a_month_is_silent_whatever_the_bank_returns(rolled_back: None, failing: tuple[int, ...]) -> None:
    answered(batch_of(AUGUST), failing=failing)
    assert run_of(AUGUST).status == ("PART_SETTLED" if failing else "SETTLED")
    assert found() == []


def test_a_month_that_was_remitted_is_silent(rolled_back: None) -> None:
    remit_run(run=run_of(JULY), officer=officer("cashier"), on=date(2026, 7, 20), at=AT)
    assert found() == []


def run(month: int) -> str:
    return f"(SELECT id FROM payouts_run WHERE month = '2026-{month:02}-01')"


def slip(month: int) -> str:
    return f"(SELECT min(id) FROM payouts_payslip WHERE run_id = {run(month)})"


def paid(month: int, place: int) -> str:
    month_of = f"FROM payouts_payment WHERE month = '2026-{month:02}-01'"
    return f"(SELECT id {month_of} ORDER BY serial OFFSET {place - 1} LIMIT 1)"


# What is done past the triggers, the check that finds it, and what the check says.
FAULTS = {
    "a run moved by hand": (
        f"UPDATE payouts_run SET status = 'SETTLED' WHERE id = {run(7)}",
        "runs_stand_where_they_moved",
        "run 2026-07/1 is SETTLED, its moves say PART_SETTLED",
    ),
    "a settled run with a payment under way": (
        f"UPDATE payouts_payment SET status = 'ACCEPTED' WHERE id = {paid(7, 1)}",
        "runs_stand_where_they_moved",
        "run 2026-07/1 is PART_SETTLED, unanswered payments: 1",
    ),
    "more pay and more withheld": (
        f"""UPDATE payouts_payslip SET gross = gross + 1, deductions = deductions + 1 WHERE id = {slip(8)};
            UPDATE payouts_payslipitem SET amount = amount + 1
             WHERE payslip_id = {slip(8)} AND item IN ('POST_WAGE', 'PENSION')""",
        "payroll_is_posted",
        "run 2026-08/1: gross 54068.21, net 48536.56; vouchers 54067.21, 48536.56",
    ),
    "an employer's part": (
        f"UPDATE payouts_employerpart SET amount = amount + 0.01 WHERE payslip_id = {slip(8)} AND item = 'PENSION'",
        "employer_part_is_posted",
        "run 2026-08/1: employer part",
    ),
    "an obligation": (
        f"UPDATE payouts_obligation SET amount = amount - 0.01 WHERE payslip_id = {slip(9)}",
        "obligations_are_the_payslips",
        "run 2026-09/1: 1 payslips and obligations differ",
    ),
    "an obligation of a run that is not released": (
        f"""INSERT INTO payouts_obligation (scheme, component, month, person_id, unit_id, run_id, payslip_id, amount)
            SELECT 'payroll', 'NET', '2026-10-01', person_id, unit_id, run_id, id, net FROM payouts_payslip
             WHERE id = {slip(10)}""",
        "obligations_are_the_payslips",
        "run 2026-10/1: 1 payslips and obligations differ",
    ),
    "an item of a payslip": (
        f"UPDATE payouts_payslipitem SET amount = amount + 0.01 WHERE payslip_id = {slip(8)} AND item = 'MEDICAL'",
        "payslips_add_up",
        "run 2026-08/1: 1 payslips differ from their items",
    ),
    "an account after the approval": (
        f"UPDATE payouts_payment SET account_number = '6228480012345670000' WHERE id = {paid(9, 1)}",
        "batches_are_their_payments",
        "batch 2026-09/1: its payments are not those that were approved",
    ),
    "the total of a batch": (
        "UPDATE payouts_batch SET total = total + 0.01 WHERE month = '2026-08-01'",
        "batches_are_their_payments",
        "batch 2026-08/1: declared 48536.57, payments 48536.56, obligations 48536.56, files 48536.56",
    ),
    "a part": (
        f"UPDATE payouts_paymentpart SET amount = amount + 0.01 WHERE payment_id = {paid(8, 1)}",
        "batches_are_their_payments",
        "batch 2026-08/1: declared 48536.56, payments 48536.56, obligations 48536.57, files 48536.56",
    ),
    "the total of a bank file": (
        "UPDATE payouts_bankfile SET total = total - 0.01 WHERE name = 'list_202608_1_001.txt'",
        "batches_are_their_payments",
        "batch 2026-08/1: declared 48536.56, payments 48536.56, obligations 48536.56, files 48536.55",
    ),
    "a payment settled by hand": (
        f"UPDATE payouts_payment SET status = 'SETTLED' WHERE id = {paid(8, 1)}",
        "payments_are_proven",
        "payment 2026-08/1 is SETTLED without a record of the bank",
    ),
    "a return settled by hand": (
        f"UPDATE payouts_payment SET status = 'SETTLED' WHERE id = {paid(7, LEFT)}",
        "payments_are_proven",
        "payment 2026-07/4 is SETTLED without a record of the bank",
    ),
    "a record of the bank taken away": (
        f"DELETE FROM payouts_resultrow WHERE payment_id = {paid(7, 1)}",
        "payments_are_proven",
        "payment 2026-07/1 is SETTLED without a record of the bank",
    ),
    "a record of another amount": (
        f"UPDATE payouts_resultrow SET amount = amount + 0.01 WHERE payment_id = {paid(7, 1)}",
        "payments_are_proven",
        "payment 2026-07/1 is SETTLED without a record of the bank",
    ),
    "the bytes for the bank": (
        "UPDATE payouts_bankfile SET content = content || '\\x00' WHERE name = 'list_202608_1_001.txt'",
        "payments_are_proven",
        "file list_202608_1_001.txt has not its hash",
    ),
    "the bytes of the bank": (
        "UPDATE payouts_resultfile SET content = content || '\\x00' WHERE name = 'result_list_202607_1_001.txt'",
        "payments_are_proven",
        "file result_list_202607_1_001.txt has not its hash",
    ),
    "a row more in a result file": (
        "UPDATE payouts_resultfile SET settled = settled - 1 WHERE name = 'result_list_202607_1_001.txt'",
        "payments_are_proven",
        "result file result_list_202607_1_001.txt: settled 5, returned 3 and rejected 0, rows 6, 3 and 0",
    ),
    "what a result file returned": (
        "UPDATE payouts_resultfile SET returned_amount = returned_amount + 0.01 WHERE name ~ '^result_list_202607'",
        "returns_are_posted",
        "result file result_list_202607_1_001.txt: returned 13509.10, rejected 0.00, voucher 13509.09",
    ),
    "money for what is issued again": (
        """UPDATE payouts_batch SET id = id + 100 WHERE source LIKE 'payouts.correction/%';
           UPDATE payouts_payment SET batch_id = batch_id + 100 WHERE reissues_id IS NOT NULL;
           UPDATE payouts_bankfile SET batch_id = batch_id + 100 WHERE name LIKE 'single%';
           UPDATE payouts_batchcheck SET batch_id = batch_id + 100
            WHERE batch_id + 100 IN (SELECT id FROM payouts_batch WHERE source LIKE 'payouts.correction/%');
           UPDATE payouts_batchapproval SET batch_id = batch_id + 100
            WHERE batch_id + 100 IN (SELECT id FROM payouts_batch WHERE source LIKE 'payouts.correction/%')""",
        "returns_are_posted",
        "batch 2026-07/2: issued again 4502.02, voucher 0",
    ),
    "an obligation paid twice": (
        f"UPDATE payouts_payment SET status = 'PLANNED' WHERE id = {paid(7, REISSUED)}",
        "obligations_are_paid_once",
        "is paid 2 times",
    ),
}


def plant(stage: Stage, sql: str) -> None:
    hand = stage.hand("postgres")
    with round_triggers(hand):
        hand.rows(sql)
    hand.connection.commit()


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "a remittance"])
def test_a_fault_past_the_triggers_is_found_by_its_check_alone(fault: str, own_stage: Stage) -> None:
    sql, name, what = FAULTS[fault]
    plant(own_stage, sql)
    told = found()
    assert {line.split(":")[0] for line in told} == {name}
    assert any(line.startswith(f"{name}: {what}") or line.endswith(what) for line in told), told


FAULTS["a remittance"] = (
    "UPDATE ledger_voucher SET source = replace(source, '/1/', '/2/') WHERE source LIKE 'payouts.run/%/remitted'",
    "remittances_are_what_was_held",
    "run 2026-08/1: held",
)


def test_a_remittance_of_another_amount_is_found_by_its_check_alone(own_stage: Stage) -> None:
    remit_run(run=run_of(JULY), officer=officer("cashier"), on=date(2026, 7, 20), at=AT)
    sql, name, what = FAULTS["a remittance"]
    plant(own_stage, sql)
    told = found()
    assert [line.split(":")[0] for line in told if line.split(":")[0] in OURS] == [name]
    assert {line.split(":")[0] for line in told} - set(OURS) == {"seals"}
    assert any(line.startswith(f"{name}: {what}") for line in told), told


def test_a_fault_names_no_person(own_stage: Stage) -> None:
    for sql, _name, _what in FAULTS.values():
        plant(own_stage, sql)
    told = " ".join(found())
    private = (
        "SELECT id_number FROM payouts_person UNION SELECT name FROM payouts_person"
        " UNION SELECT number FROM treasury_bankaccount"
    )
    secrets = own_stage.hand("postgres").rows(private)
    assert len(secrets) > 30
    assert [secret for (secret,) in secrets if secret in told] == []
