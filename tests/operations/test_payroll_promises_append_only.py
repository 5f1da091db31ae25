"""What was declared, computed, owed, sent and answered stays, against every statement that writes."""

from typing import Any

import pytest

from tests import attacks, payroll
from tests.attacks import DENIED, Hand
from tests.payroll import AUGUST, JULY, NOVEMBER, OCTOBER, PROPOSED, SEPTEMBER
from tests.payroll_hands import adds, another, batch_row, payment, refusal, refuses, row_of, run_row

stage = payroll.stage
hand = attacks.hand
app = attacks.app
owner = attacks.owner

APPEND_ONLY = {
    "payouts_declaration": "declaration",
    "payouts_declaredstaff": "declared_staff",
    "payouts_declaredpay": "declared_pay",
    "payouts_declaredamount": "declared_amount",
    "payouts_declaredchange": "declared_change",
    "payouts_declaredyeartodate": "declared_year",
    "payouts_declareddeath": "declared_death",
    "payouts_declaredrefusal": "declared_refusal",
    "payouts_runinput": "run_input",
    "payouts_runmove": "run_move",
    "payouts_payslip": "payslip",
    "payouts_payslipitem": "payslip_item",
    "payouts_employerpart": "employer_part",
    "payouts_notpaid": "not_paid",
    "payouts_obligation": "obligation",
    "payouts_bankfile": "bank_file",
    "payouts_paymentpart": "payment_part",
    "payouts_resultfile": "result_file",
    "payouts_resultrow": "result_row",
    "payouts_payaccount": "pay_account",
    "payouts_declaredbeneficiary": "declared_beneficiary",
    "payouts_household": "household",
    "payouts_enrolment": "enrolment",
    "payouts_enrolmentfact": "enrolment_fact",
    "payouts_benefitdue": "benefit_due",
    "payouts_benefitunpaid": "benefit_unpaid",
    "payouts_overpayment": "overpayment",
    "payouts_recovery": "recovery",
    "payouts_recoveryplan": "recovery_plan",
    "payouts_schemevalue": "scheme_value",
    "payouts_schemevalueapproval": "scheme_value_decision",
    "payouts_benefitfunding": "benefit_funding",
    "payouts_handover": "handover",
    "payouts_handoverfate": "handover_fate",
    "payouts_givingup": "giving_up",
    "payouts_givingupdecision": "giving_up_decision",
    "payouts_recoveryplandecision": "recovery_plan_decision",
    "payouts_refundtakenback": "refund_taken_back",
    "payouts_writeoff": "write_off",
    "payouts_writeoffdecision": "write_off_decision",
    "payouts_applicationstep": "application_step",
    "payouts_publicnotice": "public_notice",
    "payouts_objection": "objection",
    "payouts_objectiondecision": "objection_decision",
    "payouts_batchcheck": "batch_check",
    "payouts_batchapproval": "batch_approval",
    "payouts_ownleaf": "own_leaf",
    "payouts_statementfile": "statement_file",
    "payouts_bankstatement": "bank_statement",
    "payouts_statemententry": "statement_entry",
    "payouts_statementdetail": "statement_detail",
    "payouts_statementfinding": "statement_finding",
    "payouts_entryorigin": "entry_origin",
    "payouts_explanation": "explanation",
    "payouts_explainedentry": "explained_entry",
    "payouts_explainedline": "explained_line",
    "payouts_explanationundone": "undone_explanation",
}
NEVER_DELETED = {
    "payouts_person": "person",
    "payouts_run": "run",
    "payouts_runexception": "exception",
    "payouts_batch": "batch",
    "payouts_batchexception": "batch_exception",
    "payouts_payment": "payment",
    "payouts_ownaccount": "own_account",
    "payouts_entrylisting": "listing",
    "payouts_reconciliation": "reconciliation",
    "payouts_closereason": "close_reason",
    "payouts_accountcorrection": "correction",
    "payouts_application": "application",
    "payouts_fatedecision": "fate_decision",
}


def test_every_table_of_the_payroll_is_kept_in_one_of_two_ways(owner: Hand) -> None:
    tables = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^payouts_' ORDER BY 1"
    assert [name for (name,) in owner.rows(tables)] == sorted([*APPEND_ONLY, *NEVER_DELETED])


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_is_appended_is_not_updated(hand: Hand, table: str) -> None:
    name = hand.owner_meets(f"{APPEND_ONLY[table]}_is_append_only")
    assert refusal(hand, f"UPDATE {table} SET id = id") == name
    assert refusal(hand, f"UPDATE {table} SET id = id WHERE false") == name
    assert refusal(hand, f"WITH u AS (UPDATE {table} SET id = id RETURNING 1) SELECT * FROM u") == name
    assert refusal(hand, f"MERGE INTO {table} t USING (SELECT 1) s ON true WHEN MATCHED THEN UPDATE SET id = 1") == name
    again = f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1 ON CONFLICT (id) DO UPDATE SET id = excluded.id"
    assert refusal(hand, again) == name


@pytest.mark.parametrize("table", [*APPEND_ONLY, *NEVER_DELETED])
def test_what_is_kept_is_not_deleted_or_truncated(hand: Hand, table: str) -> None:
    words = {**APPEND_ONLY, **NEVER_DELETED}
    name = hand.owner_meets(f"{words[table]}_is_append_only")
    assert refusal(hand, f"DELETE FROM {table}") == name
    assert refusal(hand, f"WITH d AS (DELETE FROM {table} RETURNING 1) SELECT * FROM d") == name
    assert refusal(hand, f"MERGE INTO {table} t USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE") == name
    others = {DENIED} if hand.role == "app" else {f"{word}_is_append_only" for word in words.values()}
    assert refusal(hand, f"TRUNCATE {table} CASCADE") in others


def change(table: str, column: str, value: str, condition: str = "true") -> str:
    return f"UPDATE {table} SET {column} = {value} WHERE {condition}"


def run(month: int) -> str:
    return f"month = '2026-{month:02}-01'"


FIXED = {
    "run_is_fixed": [
        *(change("payouts_run", *of, run(11)) for of in [("id", "id + 100"), ("number", "9"), ("kind", "'X'")]),
        *(change("payouts_run", "month", "'2026-12-01'", run(m)) for m in (7, 11)),
        *(change("payouts_run", "pay_date", "'2026-12-31'", run(m)) for m in (7, 8, 9, 10, 11)),
        *(change("payouts_run", "inputs_digest", "'x'", run(m)) for m in (7, 8, 9, 10, 11)),
        *(change("payouts_run", "policy_digest", "'x'", run(m)) for m in (7, 8, 9, 10)),
        *(change("payouts_run", f"{by}_by_id", "'second-auditor'", run(9)) for by in ("submitted", "reviewed")),
        change("payouts_run", "released_by_id", "'second-auditor'", run(9)),
    ],
    "batch_is_fixed": [
        *(
            change("payouts_batch", *of)
            for of in [("id", "id + 100"), ("month", "'2026-12-01'"), ("run_id", "1 - run_id")]
        ),
        *(change("payouts_batch", *of) for of in [("number", "number + 9"), ("source", "source || 'x'")]),
        *(change("payouts_batch", f"{by}_by_id", "'second-auditor'") for by in ("prepared", "checked", "released")),
    ],
    "batch_is_fixed_once_built": [
        change("payouts_batch", column, value, condition)
        for condition in (run(7), run(8), run(9))
        for column, value in (
            ("total", "total + 0.01"),
            ("payments_count", "payments_count + 1"),
            ("digest", "'x'"),
            ("pay_date", "pay_date + 1"),
            ("template", "'single_gb18030'"),
        )
    ],
    "payment_is_fixed": [
        *(
            change("payouts_payment", column, value, condition)
            for condition in (run(7), run(8), run(9))
            for column, value in (
                ("id", "-id"),
                ("month", "'2026-12-01'"),
                ("serial", "-serial"),
                ("name", "name || 'x'"),
                ("bank", "bank || 'x'"),
                ("account_number", "'6228480012345670000'"),
                ("id_number", "'x'"),
                ("amount", "amount + 0.01"),
                ("batch_id", "(SELECT max(id) FROM payouts_batch) - batch_id + 1"),
                ("reissues_id", "CASE WHEN reissues_id IS NULL THEN id END"),
                ("unit_id", "unit_id + 1, name = 'x'"),
            )
        ),
        change("payouts_payment", "person_id", "(SELECT max(id) + min(id) FROM payouts_person) - person_id"),
    ],
    "correction_is_fixed": [
        change("payouts_accountcorrection", *of)
        for of in [
            ("id", "-id"),
            ("payment_id", "1"),
            ("name", "'x'"),
            ("bank", "'x'"),
            ("account_number", "'1'"),
            ("paper", "'x'"),
            ("proposed_by_id", "'second-clerk'"),
            ("proposed_at", "now()"),
            ("approved_by_id", "'second-reviewer' WHERE status = 'APPROVED' --"),
            ("approved_at", "now() WHERE status = 'APPROVED' --"),
            ("payable_from", "payable_from + 1 WHERE status = 'APPROVED' --"),
        ]
    ],
    "exception_is_fixed": [
        change("payouts_runexception", *of)
        for of in [
            ("id", "-id"),
            ("edition", "9"),
            ("kind", "'x'"),
            ("severity", "'INFO' WHERE severity <> 'INFO' --"),
            ("facts", "facts || 'x'"),
            ("person_id", "NULL WHERE person_id IS NOT NULL --"),
            ("unit_id", "NULL WHERE unit_id IS NOT NULL --"),
            (
                "run_id",
                "(SELECT min(id) FROM payouts_run) WHERE run_id > (SELECT min(id) FROM payouts_run) --",
            ),
        ]
    ],
    "person_is_fixed": [
        change("payouts_person", "id", "-id"),
        change("payouts_person", "id_number", "'220112199901010001'", "name = '测试人甲'"),
    ],
    "township_is_fixed": [
        change("treasury_township", *of)
        for of in [("id", "-id"), ("code", "code || '1'"), ("number", "number + 500"), ("book_id", "'220112'")]
    ],
    "unit_is_fixed": [
        change("treasury_unit", *of) for of in [("id", "-id"), ("code", "code || '1'"), ("dimension_id", "'1'")]
    ],
}


@pytest.mark.parametrize(
    ("name", "sql"), [(name, sql) for name, statements in FIXED.items() for sql in statements], ids=lambda text: text
)
def test_what_is_fixed_is_not_changed(hand: Hand, name: str, sql: str) -> None:
    assert refusal(hand, sql) == name


@pytest.mark.parametrize(
    "sql",
    [
        change("payouts_person", "name", "name || '二'"),
        change("payouts_run", "refusal", "'x'"),
        change("treasury_unit", "name", "name || '二'"),
        change("treasury_township", "name", "name || '二'"),
    ],
)
def test_what_may_be_corrected_is_changed(hand: Hand, sql: str) -> None:
    assert refusal(hand, sql) == "accepted"


# Rows that would be added where the document they belong to is closed: by INSERT and by COPY


def slip_of(hand: Hand, month: Any, **changes: Any) -> dict[str, Any]:
    """Return a payslip of the person who is not paid yet, for the run of a month."""
    like = row_of(hand, "payouts_payslip", "true")
    newcomer = hand.value(
        "INSERT INTO payouts_person (id_number, name) VALUES ('220112199901010012', '新人') RETURNING id"
    )
    of_run = run_row(hand, month)
    return another(like, person_id=newcomer, run_id=of_run["id"], edition=of_run["edition"], **changes)


@pytest.mark.parametrize("month", [JULY, AUGUST, SEPTEMBER, OCTOBER])
def test_a_run_takes_no_results_once_computed(hand: Hand, month: Any) -> None:
    name = "run_is_computed_while_frozen"
    assert refuses(hand, "payouts_payslip", slip_of(hand, month)) == name
    of_run = row_of(hand, "payouts_payslip", "run_id = %s", run_row(hand, month)["id"])
    for table in ("payouts_payslipitem", "payouts_employerpart"):
        like = row_of(hand, table, "payslip_id = %s", of_run["id"])
        assert refuses(hand, table, another(like, item="ONLY_CHILD")) == name
    missing = {"run_id": of_run["run_id"], "edition": of_run["edition"], "id_number": "x", "reason": "x"}
    assert refuses(hand, "payouts_notpaid", missing) == name
    strange = hand.value("SELECT max(id) FROM payouts_declaration")
    declared = {"run_id": of_run["run_id"], "edition": of_run["edition"], "declaration_id": strange}
    assert refuses(hand, "payouts_runinput", declared) == name


@pytest.mark.parametrize(("edition", "expected"), [(0, False), (1, True), (2, False)])
def test_a_frozen_run_takes_results_of_its_edition_alone(hand: Hand, edition: int, expected: bool) -> None:
    name = "accepted" if expected else "run_is_computed_while_frozen"
    assert refuses(hand, "payouts_payslip", {**slip_of(hand, NOVEMBER), "edition": edition}) == name
    missing = {"run_id": run_row(hand, NOVEMBER)["id"], "edition": edition, "id_number": "x", "reason": "x"}
    assert refuses(hand, "payouts_notpaid", missing) == name


def test_one_wrong_payslip_refuses_all_of_its_statement(hand: Hand) -> None:
    right = slip_of(hand, NOVEMBER)
    wrong = {**right, "run_id": run_row(hand, OCTOBER)["id"]}
    assert refuses(hand, "payouts_payslip", right) == "accepted"
    assert refuses(hand, "payouts_payslip", right, wrong) == "run_is_computed_while_frozen"


DECLARED = ("payouts_declaredstaff", "payouts_declaredpay", "payouts_declaredamount")


@pytest.mark.parametrize("table", DECLARED)
def test_a_declaration_that_a_run_was_frozen_with_takes_no_further_row(hand: Hand, table: str) -> None:
    like = row_of(hand, table, "true")
    newcomer = {"person_id": slip_of(hand, NOVEMBER)["person_id"]} if "person_id" in like else {}
    assert refuses(hand, table, another(like, row=999, **newcomer)) == "declaration_is_whole"
    declaration = row_of(hand, "payouts_declaration", "id = %s", like["declaration_id"])
    fresh = adds(hand, "payouts_declaration", another(declaration, month="2026-12-01", replaces_id=None))
    assert refuses(hand, table, another(like, declaration_id=fresh, row=999, **newcomer)) == "accepted"


def test_other_declared_rows_are_fixed_once_frozen_too(hand: Hand) -> None:
    declaration = row_of(hand, "payouts_declaredpay", "true")["declaration_id"]
    person = hand.value("SELECT min(id) FROM payouts_person")
    rows: dict[str, dict[str, Any]] = {
        "payouts_declaredrefusal": {"id_number": "", "name": "", "cause": "x"},
        "payouts_declareddeath": {"id_number": "x", "name": "x", "died_on": "2026-01-01", "source": ""},
        "payouts_declaredchange": {
            **dict.fromkeys(("reference", "item", "bank", "account_number", "reason"), ""),
            "person_id": person,
            "kind": "STOP",
            "effective_on": "2026-07-01",
        },
        "payouts_declaredyeartodate": {
            **dict.fromkeys(("months", "income", "exempt", "special", "additional", "other", "withheld"), 0),
            "person_id": person,
            "through": "2026-06-01",
        },
    }
    for table, row in rows.items():
        whole = {"declaration_id": declaration, "row": 999, **row}
        assert refuses(hand, table, whole) == "declaration_is_whole"


@pytest.mark.parametrize("month", [JULY, AUGUST, SEPTEMBER])
def test_a_batch_takes_no_payment_once_built(hand: Hand, month: Any) -> None:
    wrong = another(payment(hand, month, 1), serial=90, status="PLANNED")
    assert refuses(hand, "payouts_payment", wrong) == "batch_is_fixed_once_built"


@pytest.mark.parametrize("month", [JULY, AUGUST, SEPTEMBER])
def test_a_batch_takes_no_file_but_while_it_is_rendered(hand: Hand, month: Any) -> None:
    like = row_of(hand, "payouts_bankfile", "true")
    wrong = another(like, batch_id=batch_row(hand, month)["id"], number=9, name="x", message_id="x")
    assert refuses(hand, "payouts_bankfile", wrong) == "bank_file_is_made_before_sending"


@pytest.mark.parametrize(
    ("month", "place", "outcome", "expected"),
    [
        (SEPTEMBER, 1, "SETTLED", "result_fits_its_payment"),
        (SEPTEMBER, 1, "RETURNED", "result_fits_its_payment"),
        (JULY, PROPOSED, "SETTLED", "result_fits_its_payment"),
        (JULY, 1, "SETTLED", "result_row_is_unique"),
        (JULY, 1, "LOST", "outcome_is_known"),
        (JULY, 1, "REJECTED", "result_file_has_its_rows"),
        (AUGUST, 1, "SETTLED", "result_file_has_its_rows"),
        (JULY, 1, "RETURNED", "result_file_has_its_rows"),
    ],
)
def test_a_result_file_takes_no_row_later(hand: Hand, month: Any, place: int, outcome: str, expected: str) -> None:
    like = row_of(hand, "payouts_resultrow", "true")
    about = payment(hand, month, place)
    wrong = another(like, payment_id=about["id"], amount=about["amount"], outcome=outcome)
    assert refuses(hand, "payouts_resultrow", wrong) == expected
