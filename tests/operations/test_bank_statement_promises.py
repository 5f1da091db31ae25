"""The promises of statements, explanations and reconciliations against raw statements of app and owner."""

import re
from datetime import date

import pytest

from ledger.checks import CHECKS, run_checks
from payouts.explaining import list_entry
from payouts.models import Payment, StatementEntry
from payouts.reconciling import make_reconciliation
from tests import attacks, payroll
from tests.attacks import DENIED, Hand, Stage
from tests.furnishing import fixtures
from tests.payroll import AUGUST, batch_of, officer
from tests.payroll_hands import another, refusal, refuses, round_triggers, row_of
from tests.statements import Bank, debit, entry, moment, own_account, take

hand = attacks.hand
app = attacks.app
owner = attacks.owner

PAY_DAY, END = date(2026, 8, 15), date(2026, 8, 31)
APPEND_ONLY = {
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
    "payouts_ownaccount": "own_account",
    "payouts_entrylisting": "listing",
    "payouts_reconciliation": "reconciliation",
    "payouts_closereason": "close_reason",
}


def furnish() -> None:
    """Pay August, whose statement settles it; an entry of interest is listed, and the month reconciled."""
    payroll.furnish()
    own = own_account(since=date(2026, 8, 1))
    bank = Bank(own)
    listed = list(Payment.objects.filter(batch=batch_of(AUGUST)).order_by("serial"))
    entries = [debit(one, PAY_DAY) for one in listed]
    amounts = [-one.amount for one in listed]
    take(bank.statement(PAY_DAY, *entries, amounts=amounts), on=PAY_DAY)
    take(bank.statement(END, entry("3.21", END), entry("3.21", END), amounts=["3.21", "3.21"]), on=END)
    first = StatementEntry.objects.filter(explained=None)[0]
    list_entry(entry=first, reason="利息", officer=officer("preparer"), at=moment(END))
    make_reconciliation(own=own, month=AUGUST, officer=officer("preparer"), at=moment(END))


stage, own_stage, rolled_back = fixtures(furnish)


@pytest.mark.parametrize("table", sorted({**APPEND_ONLY, **NEVER_DELETED}))
def test_nothing_is_deleted(hand: Hand, table: str) -> None:
    rule = {**APPEND_ONLY, **NEVER_DELETED}[table]
    for sql in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        told = refusal(hand, sql)
        assert told.endswith("_is_append_only") or told == DENIED
        if hand.role == "owner" and sql.startswith("DELETE"):
            assert told == f"{rule}_is_append_only"


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_what_is_added_stays(hand: Hand, table: str) -> None:
    told = refusal(hand, f"UPDATE {table} SET id = id")
    assert told == (DENIED if hand.role == "app" else f"{APPEND_ONLY[table]}_is_append_only")


def last(hand: Hand) -> dict[str, object]:
    return row_of(hand, "payouts_bankstatement", "previous_id IS NOT NULL")


def next_one(hand: Hand, **changed: object) -> dict[str, object]:
    """Return the row of a statement without entries that would follow the last."""
    row = last(hand)
    told = {
        "previous_id": row["id"],
        "sequence_number": int(str(row["sequence_number"])) + 1,
        "opening": row["closing"],
        "closing": row["closing"],
        "opening_on": date(2026, 9, 1),
        "closing_on": date(2026, 9, 1),
        "entries_count": 0,
        "credits": "0.00",
        "debits": "0.00",
    }
    return another(row, **{**told, **changed})


def test_the_next_statement_follows(hand: Hand) -> None:
    assert refuses(hand, "payouts_bankstatement", next_one(hand)) == "accepted"


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"sequence_number": 4}, "bank_statement_follows_the_last"),
        ({"sequence_number": 1}, "bank_statement_follows_the_last"),
        ({"previous_id": None}, "bank_statement_follows_the_last"),
        ({"opening": "1.00", "closing": "1.00"}, "bank_statement_follows_the_last"),
        ({"opening_on": date(2026, 8, 30), "closing_on": date(2026, 8, 30)}, "bank_statement_follows_the_last"),
        ({"opening_on": date(2026, 9, 2)}, "bank_statement_ends_after"),
        ({"entries_count": 1}, "bank_statement_has_its_entries"),
        ({"credits": "1.00"}, "bank_statement_has_its_entries"),
        ({"file_id": 0}, "bank_statement_is_of_an_own_account"),
    ],
)
def test_a_statement_that_does_not_follow_is_refused(hand: Hand, changed: dict[str, object], rule: str) -> None:
    assert refuses(hand, "payouts_bankstatement", next_one(hand, **changed)) == rule


def test_a_statement_adds_up(hand: Hand) -> None:
    row = next_one(hand, credits="1.00", debits="2.00")
    assert refuses(hand, "payouts_bankstatement", row) in ("bank_statement_adds_up", "bank_statement_has_its_entries")


def test_a_statement_that_was_taken_takes_no_entry(hand: Hand) -> None:
    row = another(row_of(hand, "payouts_statemententry", "amount > 0"), number=99)
    assert refuses(hand, "payouts_statemententry", row) == "bank_statement_has_its_entries"


def test_an_entry_of_no_batch_has_no_origin_in_one(hand: Hand) -> None:
    batch = row_of(hand, "payouts_entryorigin", "batch_id IS NOT NULL")["batch_id"]
    row = {
        "entry_id": row_of(hand, "payouts_statemententry", "amount > 0")["id"],
        "batch_id": batch,
        "bank_file_id": None,
        "result_id": None,
    }
    assert refuses(hand, "payouts_entryorigin", row) == "entry_origin_fits"


def explanation(hand: Hand, **changed: object) -> dict[str, object]:
    return another(row_of(hand, "payouts_explanation", "true"), **changed)


def test_an_explanation_without_its_links_is_refused(hand: Hand) -> None:
    assert refuses(hand, "payouts_explanation", explanation(hand)) == "explanation_agrees"


def test_an_explanation_that_stands_takes_no_link(hand: Hand) -> None:
    link = another(row_of(hand, "payouts_explainedentry", "true"), turn=2)
    assert refuses(hand, "payouts_explainedentry", link) == "explanation_agrees"


def test_what_is_explained_is_explained_once(hand: Hand) -> None:
    for table, rule in (
        ("payouts_explainedentry", "entry_is_explained_once"),
        ("payouts_explainedline", "line_is_matched_once"),
    ):
        link = row_of(hand, table, "true")
        assert refuses(hand, table, another(link, explanation_id=10**9)) == rule
        assert refuses(hand, table, another(link, explanation_id=10**9, turn=2)) == rule


def test_unequal_sums_are_no_explanation(hand: Hand) -> None:
    """Two entries of one amount, without a line, do not cancel each other."""
    entries = hand.rows(
        "SELECT id FROM payouts_statemententry e WHERE amount = 3.21"
        " AND NOT EXISTS (SELECT FROM payouts_explainedentry x WHERE x.entry_id = e.id) ORDER BY id"
    )
    key = hand.value("SELECT nextval(pg_get_serial_sequence('payouts_explanation', 'id'))")
    for (one,) in entries:
        hand.rows("INSERT INTO payouts_explainedentry (explanation_id, entry_id, turn) VALUES (%s, %s, 1)", key, one)
    row = explanation(hand, entries_count=2, lines_count=0, amount="6.42", complete_on=END)
    assert refuses(hand, "payouts_explanation", {"id": key, **row}) == "explanation_agrees"


def test_a_listing_and_a_reconciliation_keep_what_was_written(hand: Hand) -> None:
    assert refusal(hand, "UPDATE payouts_entrylisting SET reason = 'x'") == "listing_is_fixed"
    assert refusal(hand, "UPDATE payouts_reconciliation SET bank_in = 0") == "reconciliation_is_fixed"
    assert refusal(hand, "UPDATE payouts_ownaccount SET number = '1'") == "own_account_is_fixed"
    assert refusal(hand, "UPDATE payouts_ownaccount SET status = 'REFUSED'") == "own_account_moves"


def test_a_listing_is_signed_by_another(hand: Hand) -> None:
    signing = "UPDATE payouts_entrylisting SET status = 'SIGNED', signed_at = now(), signed_by_id = "
    assert refusal(hand, signing + "listed_by_id") == "listing_four_eyes"
    assert refusal(hand, signing + "NULL") == "listing_is_signed_for_its_state"


def test_a_reconciliation_with_unexplained_entries_is_not_reviewed(hand: Hand) -> None:
    reviewing = "UPDATE payouts_reconciliation SET status = 'REVIEWED', reviewed_at = now(), reviewed_by_id = "
    assert refusal(hand, reviewing + "'demo-chief'") == "reconciliation_explains_every_entry"
    assert refusal(hand, reviewing + "made_by_id") == "reconciliation_explains_every_entry"


def test_a_reconciliation_says_what_books_and_bank_say(hand: Hand) -> None:
    row = row_of(hand, "payouts_reconciliation", "true")
    told = another(row, edition=2, bank_in="0.00", bank_balance=row["book_balance"])
    assert refuses(hand, "payouts_reconciliation", told) == "reconciliation_is_of_the_books"
    assert refuses(hand, "payouts_reconciliation", another(row, edition=2, digest="0" * 64)) == (
        "reconciliation_is_of_the_books"
    )
    assert refuses(hand, "payouts_reconciliation", another(row, edition=2)) == "accepted"


def test_the_auditor_reads_masked_numbers(stage: Stage) -> None:
    auditor = stage.hand("auditor")
    assert auditor.value("SELECT number FROM auditor_own_account") == "621********6789"
    for view in (
        "bank_statement",
        "statement_entry",
        "statement_detail",
        "explanation",
        "explained_entry",
        "explained_line",
        "entry_listing",
        "reconciliation",
    ):
        assert auditor.value(f"SELECT count(*) FROM auditor_{view}") > 0
    assert auditor.value("SELECT count(*) FROM auditor_statement_finding") == 0
    assert auditor.value("SELECT count(*) FROM auditor_close_reason") == 0
    auditor.connection.rollback()


# What is changed past the triggers, and the check that finds it.
FAULTS = {
    "an entry": ("UPDATE payouts_statemententry SET amount = 4 WHERE amount = 3.21", "bank_statements_are_unbroken"),
    "a file": ("UPDATE payouts_statementfile SET content = 'x'", "bank_statements_are_unbroken"),
    "an entry of no statement": (
        "UPDATE payouts_statemententry SET statement_id = 0 WHERE amount = 3.21",
        "bank_statements_are_unbroken",
    ),
    "an explanation": ("UPDATE payouts_explanation SET amount = amount + 1", "explanations_agree"),
    "a link": ("DELETE FROM payouts_explainedentry", "explanations_agree"),
    "an opening": ("UPDATE payouts_ownaccount SET opening = opening + 1", "own_accounts_begin_in_agreement"),
    "an origin": (
        "UPDATE payouts_statementdetail SET entry_id = NULL WHERE payment_id IS NOT NULL",
        "statements_settle_as_they_say",
    ),
    "a review": (
        "UPDATE payouts_reconciliation SET status = 'REVIEWED', reviewed_by_id = 'demo-chief', digest = 'x'",
        "reconciliations_are_what_was_reviewed",
    ),
}


def test_every_check_of_statements_is_planted() -> None:
    ours = {name for name, check in CHECKS.items() if check.__module__ == "payouts.bank_statement_checks"}
    assert {check for _sql, check in FAULTS.values()} == ours


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_past_the_triggers_is_found(stage: Stage, fault: str) -> None:
    sql, check = FAULTS[fault]
    hand = stage.hand("postgres")
    assert list(run_checks([check])) == []
    [table] = [name for name in {**APPEND_ONLY, **NEVER_DELETED} if re.search(rf"(UPDATE|FROM) {name}\b", sql)]
    with round_triggers(hand):
        hand.rows(f"CREATE TABLE kept_copy AS SELECT * FROM {table}")
        hand.rows(sql)
    hand.connection.commit()
    try:
        assert {one.check for one in run_checks([check])} == {check}
    finally:
        with round_triggers(hand):
            hand.rows(f"DELETE FROM {table}")
            hand.rows(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM kept_copy")
            hand.rows("DROP TABLE kept_copy")
        hand.connection.commit()
