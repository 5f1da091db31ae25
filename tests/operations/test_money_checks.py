"""check_books is silent over a funded district, and names each fault of its money planted past the triggers."""

import pytest

from ledger.checks import CHECKS, run_checks
from tests import funded
from tests.attacks import Stage
from tests.payroll_hands import round_triggers

own_stage = funded.own_stage

OURS = [name for name, check in CHECKS.items() if check.__module__ == "treasury.money_checks"]
# A line of the month, a posted settlement, an accepted claim and its invoice, back pay: each by its first row.
FAULTS = {
    "income that was posted higher": (
        "UPDATE treasury_incomeline SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM treasury_incomeline)",
        {"income_is_posted"},
    ),
    "a collection that lost a line": (
        "UPDATE treasury_incomeline SET collection_id = NULL WHERE id = (SELECT min(id) FROM treasury_incomeline)",
        {"income_is_posted"},
    ),
    "a receipt-only account that keeps money": (
        """UPDATE ledger_line SET amount = amount + 0.01
            WHERE (voucher_id, line_no) =
                  (SELECT l.voucher_id, l.line_no FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
                    WHERE a.flow = 'RECEIPT_ONLY' AND l.side = 'D' LIMIT 1)""",
        {"receipts_are_swept"},
    ),
    "a fen withheld too little": (
        """UPDATE treasury_settlement SET withheld = withheld - 0.01, debt_after = debt_after + 0.01,
                  returned = returned + 0.01, back_pay = back_pay + 0.01 WHERE status = 'POSTED'""",
        {"settlements_are_posted"},
    ),
    "an ordinary return that was not posted": (
        "UPDATE treasury_settlement SET ordinary_return = ordinary_return + 1 WHERE status = 'POSTED'",
        {"settlements_are_posted"},
    ),
    "a base that was settled before": (
        "UPDATE treasury_settlement SET settled_before = settled_before + 1 WHERE status = 'POSTED'",
        {"settlements_are_cumulative"},
    ),
    "an accepted claim without its release": (
        "UPDATE treasury_claim SET release_id = NULL WHERE number = 'BZ1'",
        {"claims_are_paid_once"},
    ),
    "a claim of another total than its release": (
        "UPDATE treasury_claim SET total = total + 0.01 WHERE number = 'BZ1'",
        {"claims_are_paid_once"},
    ),
    "an invoice that is not used up": (
        "DELETE FROM treasury_usedinvoice WHERE number = 'FP1'",
        {"claims_are_paid_once"},
    ),
    "back pay beyond what was owed": (
        """UPDATE treasury_unpaidsalary SET amount = 0.01
            WHERE id = (SELECT min(unpaid_id) FROM treasury_backpaypart)""",
        {"back_pay_is_what_was_owed"},
    ),
    "back pay that is not the sum of its parts": (
        """UPDATE treasury_backpaypart SET amount = amount - 0.01
            WHERE id = (SELECT min(id) FROM treasury_backpaypart)""",
        {"back_pay_is_what_was_owed"},
    ),
}


def test_every_check_of_the_money_is_planted_below() -> None:
    assert set().union(*(names for _sql, names in FAULTS.values())) == set(OURS)


@pytest.mark.parametrize(("sql", "names"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_past_the_triggers_is_found_by_its_check(own_stage: Stage, sql: str, names: set[str]) -> None:
    assert list(run_checks([])) == []
    superuser = own_stage.hand("postgres")
    with round_triggers(superuser):
        superuser.rows(sql)
    superuser.connection.commit()
    told = {fault.check for fault in run_checks([])}
    assert told & set(OURS) == names
