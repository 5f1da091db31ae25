"""What PostgreSQL keeps of the money between district and townships, against the app role and the owner role."""

from typing import Any

import pytest

from tests import attacks, funded
from tests.attacks import DENIED, Hand
from tests.payroll_hands import adds, another, refusal, refuses, row_of

stage = funded.stage
hand = attacks.hand
app = attacks.app
owner = attacks.owner

APPEND_ONLY = {
    "treasury_acceptance": "acceptance",
    "treasury_accountverification": "account_verification",
    "treasury_appliedfile": "applied_file",
    "treasury_backpaypart": "back_pay_part",
    "treasury_bankaccount": "bank_account",
    "treasury_budgetindicator": "indicator",
    "treasury_budgetline": "budget_line",
    "treasury_budgetprinciples": "principles",
    "treasury_budgetuse": "budget_use",
    "treasury_claimline": "claim_line",
    "treasury_collection": "collection",
    "treasury_consultation": "consultation",
    "treasury_fine": "fine",
    "treasury_finesetoff": "fine_set_off",
    "treasury_instalment": "instalment",
    "treasury_officeraccount": "officer_account",
    "treasury_openingfigure": "opening_figure",
    "treasury_planline": "plan_line",
    "treasury_receiptseries": "receipt_series",
    "treasury_releaseline": "release_line",
    "treasury_secondmentend": "secondment_end",
    "treasury_unitchannel": "unit_channel",
    "treasury_unpaidsalary": "unpaid_salary",
    "treasury_usedinvoice": "used_invoice",
}
NEVER_DELETED = {
    "treasury_accountstatement": "statement",
    "treasury_budget": "budget",
    "treasury_claim": "claim",
    "treasury_earmarkeditem": "earmarked_item",
    "treasury_earmarkedreceipt": "receipt",
    "treasury_establishment": "establishment",
    "treasury_incomeline": "income_line",
    "treasury_itemallocation": "allocation",
    "treasury_passedon": "passed_on",
    "treasury_prize": "prize",
    "treasury_procurement": "procurement",
    "treasury_receiptbook": "receipt_book",
    "treasury_receiptmark": "receipt_mark",
    "treasury_release": "release",
    "treasury_revenueplan": "revenue_plan",
    "treasury_secondment": "secondment",
    "treasury_settlement": "settlement",
    "treasury_specialplan": "special_plan",
    "treasury_spendingplan": "plan",
    "treasury_township": "township",
    "treasury_unit": "unit",
}
DERIVED = {"treasury_appropriation": "appropriation", "treasury_appropriationmonth": "appropriation_month"}
KEYS = {"treasury_usedinvoice": "number"}


def test_every_table_of_the_treasury_is_kept_in_one_of_three_ways(owner: Hand) -> None:
    kept = """SELECT c.relname, max(t.tgname) AS way, count(t.tgname) AS ways
                FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid
                 AND t.tgname IN ('append_only', 'never_deleted', 'derived')
               WHERE c.relkind = 'r' AND c.relname ~ '^treasury_' GROUP BY 1"""
    ways = {"append_only": APPEND_ONLY, "never_deleted": NEVER_DELETED, "derived": DERIVED}
    wanted = {(table, way, 1) for way, tables in ways.items() for table in tables}
    assert set(owner.rows(kept)) == wanted


@pytest.mark.parametrize("table", DERIVED)
def test_what_is_derived_is_written_by_nobody(hand: Hand, table: str) -> None:
    for statement in (
        f"UPDATE {table} SET id = id",
        f"DELETE FROM {table}",
        f"INSERT INTO {table} SELECT * FROM {table}",
    ):
        told = refusal(hand, statement)
        assert told == DENIED or told.endswith("_is_derived")


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_is_appended_is_not_updated(hand: Hand, table: str) -> None:
    name, key = hand.owner_meets(f"{APPEND_ONLY[table]}_is_append_only"), KEYS.get(table, "id")
    assert refusal(hand, f"UPDATE {table} SET {key} = {key}") == name
    assert refusal(hand, f"UPDATE {table} SET {key} = {key} WHERE false") == name
    again = (
        f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1 ON CONFLICT ({key}) DO UPDATE SET {key} = excluded.{key}"
    )
    assert refusal(hand, again) == name


@pytest.mark.parametrize("table", [*APPEND_ONLY, *NEVER_DELETED])
def test_what_is_kept_is_not_deleted_or_truncated(hand: Hand, table: str) -> None:
    name = hand.owner_meets(f"{ {**APPEND_ONLY, **NEVER_DELETED}[table] }_is_append_only")
    assert refusal(hand, f"DELETE FROM {table}") == name
    assert refusal(hand, f"WITH d AS (DELETE FROM {table} RETURNING 1) SELECT * FROM d") == name
    truncated = refusal(hand, f"TRUNCATE {table} CASCADE")
    assert truncated == DENIED if hand.role == "app" else truncated.endswith("_is_append_only")


FIXED: dict[str, tuple[str, dict[str, str]]] = {
    "treasury_claim": (
        "claim_is_fixed",
        {
            "number": "'BZ9'",
            "total": "total + 1",
            "sub_account": "'预算外分户'",
            "month": "'2026-12-01'",
            "township_id": "2",
            "registered_by_id": "'demo-reviewer'",
            "claimed_on": "'2026-11-01'",
        },
    ),
    "treasury_incomeline": (
        "income_line_is_fixed",
        {"amount": "amount + 1", "received_on": "'2026-11-09'", "kind": "'预算外'", "receipt": "'QL9'", "row": "99"},
    ),
    "treasury_release": (
        "release_is_fixed",
        {
            "amount": "amount - 0.01",
            "account_code": "''",
            "fund_code": "'2'",
            "rank": "1",
            "source": "'x'",
            "kind": "'SPECIAL'",
        },
    ),
    "treasury_settlement": (
        "settlement_is_fixed",
        {"withheld": "withheld + 1", "planned": "planned + 1", "settled_on": "'2026-11-29'", "rate": "20"},
    ),
    "treasury_revenueplan": ("revenue_plan_is_fixed", {"planned": "planned + 1", "local_share": "50"}),
}


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table, (_name, columns) in FIXED.items() for column in columns]
)
def test_what_was_written_down_is_fixed(hand: Hand, table: str, column: str) -> None:
    name, columns = FIXED[table]
    refused = refusal(
        hand, f"UPDATE {table} SET {column} = {columns[column]} WHERE {column} IS DISTINCT FROM {columns[column]}"
    )
    assert refused == name


def released(hand: Hand, release: dict[str, Any], lines: list[dict[str, Any]], **changes: Any) -> str:
    """Add a release like another with its lines, then release it; return the name of the refusal."""
    key = adds(hand, "treasury_release", {**another(release), **changes})
    for line in lines:
        adds(hand, "treasury_releaseline", {**another(line), "release_id": key})
    signed = "status = 'RELEASED', released_by_id = 'demo-releaser', released_at = now()"
    return refusal(hand, f"UPDATE treasury_release SET {signed} WHERE id = %s", key)


@pytest.fixture
def waiting(hand: Hand) -> dict[str, Any]:
    row = row_of(hand, "treasury_release", "status = 'WAITING' AND kind = 'CLAIM'")
    return {**row, "returned": 0}


@pytest.fixture
def line(hand: Hand, waiting: dict[str, Any]) -> dict[str, Any]:
    return row_of(hand, "treasury_releaseline", "release_id = %s", waiting["id"])


def test_more_than_the_account_holds_is_not_released(hand: Hand, waiting: dict[str, Any], line: dict[str, Any]) -> None:
    """1,000 opened, 300 given back, 300 set aside: 1,000 are there."""
    great = {"source": "attack/1", "amount": "1000.01"}
    assert released(hand, waiting, [{**line, "amount": "1000.01"}], **great) == "release_is_funded"


def test_money_of_a_higher_rank_and_of_unpaid_salaries_is_not_released(
    hand: Hand, waiting: dict[str, Any], line: dict[str, Any]
) -> None:
    assert released(hand, waiting, [{**line, "amount": "890.00"}], source="attack/1", amount="890.00", rank=4) in (
        "release_keeps_rank",
        "salaries_come_first",
    )


def test_a_release_begins_waiting_and_is_signed_by_three(hand: Hand, waiting: dict[str, Any]) -> None:
    released_at_once = {
        "source": "attack/1",
        "status": "RELEASED",
        "released_by_id": "demo-releaser",
        "released_at": "now",
    }
    assert refuses(hand, "treasury_release", another({**waiting, **released_at_once})) == "release_moves"
    same = {"source": "attack/2", "checked_by_id": waiting["prepared_by_id"]}
    assert refuses(hand, "treasury_release", another({**waiting, **same})) == "release_four_eyes"


def test_what_was_paid_out_does_not_go_back(hand: Hand) -> None:
    for move in ("WAITING", "POSTED"):
        row = row_of(hand, "treasury_release", "status = 'RELEASED'")
        refused = refusal(hand, "UPDATE treasury_release SET status = %s WHERE id = %s", move, row["id"])
        assert refused == ("release_moves" if move == "WAITING" else refused)


def test_an_invoice_is_used_once_by_whatever_hand(hand: Hand) -> None:
    used = hand.rows("SELECT number, claim_id FROM treasury_usedinvoice ORDER BY number LIMIT 1")[0]
    other = hand.value("SELECT id FROM treasury_claim WHERE id <> %s AND status = 'ACCEPTED' LIMIT 1", used[1])
    assert (
        refusal(hand, "INSERT INTO treasury_usedinvoice VALUES (%s, %s)", used[0], other) == "treasury_usedinvoice_pkey"
    )


def test_a_claim_is_not_accepted_without_its_invoices_its_signature_and_its_reviewer(hand: Hand) -> None:
    model = row_of(hand, "treasury_claim", "status = 'ACCEPTED'")
    plain = {**another(model), "number": "BZ7", "status": "REGISTERED", "release_id": None, "reviewed_by_id": None}
    key = adds(hand, "treasury_claim", {**plain, "balance_after": None})
    line = row_of(hand, "treasury_claimline", "claim_id = %s", model["id"])
    adds(hand, "treasury_claimline", {**another(line), "claim_id": key, "invoice": "FP77"})
    skipped = refusal(hand, "UPDATE treasury_claim SET status = 'ACCEPTED' WHERE id = %s", key)
    assert skipped in ("claim_moves", "invoice_is_used_once")
    hand.rows("UPDATE treasury_claim SET status = 'SIGNED' WHERE id = %s", key)
    accepts = "UPDATE treasury_claim SET status = 'ACCEPTED', reviewed_by_id = %s WHERE id = %s"
    assert refusal(hand, accepts, "demo-preparer", key) == "invoice_is_used_once"
    hand.rows("INSERT INTO treasury_usedinvoice VALUES ('FP77', %s)", key)
    assert refusal(hand, accepts, None, key) == "claim_is_signed_for_its_state"
    assert refusal(hand, accepts, model["registered_by_id"], key) == "claim_four_eyes"
    assert refusal(hand, accepts, "demo-preparer", key) == "accepted"


def test_an_accepted_claim_keeps_its_release(hand: Hand) -> None:
    assert (
        refusal(hand, "UPDATE treasury_claim SET release_id = NULL WHERE status = 'ACCEPTED'") == "claim_is_paid_once"
    )


def test_a_claim_takes_no_line_once_it_is_signed(hand: Hand) -> None:
    line = row_of(hand, "treasury_claimline", "true")
    assert refuses(hand, "treasury_claimline", another({**line, "number": 99})) == "claim_is_fixed"


def test_a_release_takes_no_line_once_it_is_released(hand: Hand) -> None:
    row = row_of(hand, "treasury_release", "status = 'RELEASED'")
    line = row_of(hand, "treasury_releaseline", "release_id = %s", row["id"])
    assert refuses(hand, "treasury_releaseline", another({**line, "number": 99})) == "release_is_fixed"


def test_an_unpaid_salary_is_not_paid_beyond_what_is_owed(hand: Hand) -> None:
    """60.00 are owed to the first; their part of the settlement is on its way already."""
    part = row_of(hand, "treasury_backpaypart", "true")
    release = row_of(hand, "treasury_release", "id = %s", part["release_id"])
    key = adds(hand, "treasury_release", another({**release, "source": "attack/back", "returned": 0}))
    owed = hand.value("SELECT amount FROM treasury_unpaidsalary WHERE id = %s", part["unpaid_id"])
    again = another({**part, "release_id": key, "amount": owed})
    assert refuses(hand, "treasury_backpaypart", again) == "back_pay_is_owed"
    assert owed > part["amount"]
    adds(hand, "treasury_backpaypart", {**again, "amount": owed - part["amount"]})


def test_a_settlement_adds_up_and_is_posted_on_the_figures_of_the_books(hand: Hand) -> None:
    row = row_of(hand, "treasury_settlement", "status = 'POSTED'")
    begun = another({**row, "number": 7, "status": "PREPARED", "approved_by_id": None, "posted_by_id": None})
    hand.rows("UPDATE treasury_settlement SET status = 'WITHDRAWN' WHERE status = 'PREPARED'")
    for name in ("withheld", "returned", "back_pay", "debt_after"):
        assert refuses(hand, "treasury_settlement", {**begun, name: row[name] + 1}) == "settlement_adds_up"
    key = adds(hand, "treasury_settlement", begun)
    approves = "UPDATE treasury_settlement SET status = 'APPROVED', approved_by_id = %s WHERE id = %s"
    assert refusal(hand, approves, row["prepared_by_id"], key) == "settlement_four_eyes"
    hand.rows(approves, "demo-reviewer", key)
    posts = "UPDATE treasury_settlement SET status = 'POSTED', posted_by_id = %s WHERE id = %s"
    twice = "UPDATE treasury_settlement SET posted_by_id = approved_by_id WHERE status = 'POSTED'"
    assert refusal(hand, twice) == "settlement_four_eyes"
    # What it was worked out on was settled already.
    assert refusal(hand, posts, "demo-cashier", key) == "settlement_is_cumulative"


def test_one_settlement_of_a_township_is_open_at_a_time(hand: Hand) -> None:
    row = row_of(hand, "treasury_settlement", "status = 'PREPARED'")
    assert refuses(hand, "treasury_settlement", another({**row, "number": 8})) == "settlement_is_one_at_a_time"


def test_an_income_line_is_collected_once_and_stays_taken_back(hand: Hand) -> None:
    row = row_of(hand, "treasury_incomeline", "collection_id IS NOT NULL")
    update = "UPDATE treasury_incomeline SET collection_id = NULL WHERE id = %s"
    assert refusal(hand, update, row["id"]) == "income_line_is_fixed"
    hand.rows("UPDATE treasury_incomeline SET taken_back = true WHERE id = %s", row["id"])
    assert (
        refusal(hand, "UPDATE treasury_incomeline SET taken_back = false WHERE id = %s", row["id"])
        == "income_line_is_fixed"
    )


def test_a_receipt_under_its_slip_is_used_once(hand: Hand) -> None:
    row = row_of(hand, "treasury_incomeline", "NOT taken_back")
    assert refuses(hand, "treasury_incomeline", another(row)) == "income_receipt_is_used_once"


def test_a_file_is_applied_by_another_officer_and_replaced_once(hand: Hand) -> None:
    row = row_of(hand, "treasury_appliedfile", "replaces_id IS NULL")
    assert refuses(hand, "treasury_appliedfile", another(row)) == "applied_file_is_first_once"
    same = another({**row, "kind": "OTHER", "applied_by_id": row["staged_by_id"]})
    assert refuses(hand, "treasury_appliedfile", same) == "applied_file_four_eyes"


def test_an_opening_figure_is_taken_once(hand: Hand) -> None:
    row = row_of(hand, "treasury_openingfigure", "true")
    assert refuses(hand, "treasury_openingfigure", another(row)) == "opening_figure_is_taken_once"


def test_a_plan_is_approved_once_by_another_officer(hand: Hand) -> None:
    row = row_of(hand, "treasury_revenueplan", "true")
    update = "UPDATE treasury_revenueplan SET approved_by_id = 'demo-chief' WHERE id = %s"
    assert refusal(hand, update, row["id"]) == "revenue_plan_is_append_only"
    same = another({**row, "edition": 9, "approved_by_id": row["prepared_by_id"]})
    assert refuses(hand, "treasury_revenueplan", same) == "revenue_plan_four_eyes"


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("treasury_release", "amount"),
        ("treasury_incomeline", "amount"),
        ("treasury_unpaidsalary", "amount"),
        ("treasury_claimline", "amount"),
    ],
)
def test_no_amount_has_a_third_decimal(hand: Hand, table: str, column: str) -> None:
    row = row_of(hand, table, "true")
    assert "exact" in refusal(hand, *insertion_of(table, {**another(row), column: "1.001"}))


def insertion_of(table: str, row: dict[str, Any]) -> tuple[Any, ...]:
    sql, parameters = attacks.insertion(table, [row])
    return (sql, *parameters)
