"""A run is signed by three and handed in with nothing open: round the ORM."""

from datetime import date

import pytest

from tests import attacks, payroll
from tests.attacks import Hand
from tests.payroll import AUGUST, JULY, NOVEMBER, OCTOBER, SEPTEMBER
from tests.payroll_hands import (
    another,
    batch_row,
    draft_batch,
    payment,
    refusal,
    refuses,
    round_triggers,
    row_of,
    run_row,
)

stage = payroll.stage
hand = attacks.hand
superuser = attacks.superuser

SIGNERS = ("submitted_by_id", "reviewed_by_id", "released_by_id")
DECEMBER = date(2026, 12, 1)


def signed(**names: str) -> str:
    return ", ".join(f"{role}_by_id = '{name}'" for role, name in names.items())


def set_back(hand: Hand, month: date, status: str, **signers: str | None) -> None:
    """Take a run to a state round the triggers, and go on as the app."""
    roles = {role: signers.get(role.removesuffix("_by_id")) for role in SIGNERS}
    with round_triggers(hand):
        hand.rows(
            "UPDATE payouts_run SET status = %s, submitted_by_id = %s, reviewed_by_id = %s, released_by_id = %s"
            " WHERE month = %s",
            status,
            *roles.values(),
            month,
        )
    hand.rows("SET LOCAL ROLE tongfa_app")


# Four eyes


REVIEWERS = {"second-reviewer": "accepted", "demo-preparer": "run_four_eyes"}
RELEASERS = {"second-releaser": "accepted", "demo-preparer": "run_four_eyes", "demo-reviewer": "run_four_eyes"}


@pytest.mark.parametrize(("reviewer", "expected"), REVIEWERS.items())
def test_who_submitted_a_run_does_not_review_it(superuser: Hand, reviewer: str, expected: str) -> None:
    set_back(superuser, SEPTEMBER, "SUBMITTED", submitted="demo-preparer")
    review = f"UPDATE payouts_run SET status = 'REVIEWED', {signed(reviewed=reviewer)} WHERE month = %s"
    assert refusal(superuser, review, SEPTEMBER) == expected


@pytest.mark.parametrize(("releaser", "expected"), RELEASERS.items())
def test_who_signed_a_run_before_does_not_release_it(superuser: Hand, releaser: str, expected: str) -> None:
    set_back(superuser, SEPTEMBER, "REVIEWED", submitted="demo-preparer", reviewed="demo-reviewer")
    release = f"UPDATE payouts_run SET status = 'RELEASED', {signed(released=releaser)} WHERE month = %s"
    assert refusal(superuser, release, SEPTEMBER) == expected


@pytest.mark.parametrize(
    ("start", "end", "signatures"),
    [
        ("CHECKED", "SUBMITTED", "submitted_by_id = NULL"),
        ("SUBMITTED", "REVIEWED", "reviewed_by_id = NULL"),
        ("REVIEWED", "RELEASED", "released_by_id = NULL"),
        ("REVIEWED", "CHECKED", "refusal = 'x'"),
        ("REVIEWED", "CHECKED", "submitted_by_id = NULL"),
        ("SUBMITTED", "CHECKED", "refusal = 'x'"),
        ("SUBMITTED", "REVIEWED", "reviewed_by_id = 'demo-reviewer', released_by_id = 'demo-releaser'"),
    ],
)
def test_a_state_has_the_signatures_that_belong_to_it(superuser: Hand, start: str, end: str, signatures: str) -> None:
    signers = {"SUBMITTED": {"submitted": "demo-preparer"}}
    signers["REVIEWED"] = {**signers["SUBMITTED"], "reviewed": "demo-reviewer"}
    set_back(superuser, SEPTEMBER, start, **signers.get(start, {}))
    move = f"UPDATE payouts_run SET status = %s, {signatures} WHERE month = %s"
    assert refusal(superuser, move, end, SEPTEMBER) == "run_is_signed_for_its_state"


@pytest.mark.parametrize(
    ("end", "signatures"),
    [
        ("REVIEWED", {"submitted": "second-preparer", "reviewed": "demo-reviewer"}),
        ("SUBMITTED", {"submitted": "second-preparer"}),
    ],
)
def test_a_signature_is_not_exchanged_with_a_move_or_without(
    superuser: Hand, end: str, signatures: dict[str, str]
) -> None:
    set_back(superuser, SEPTEMBER, "SUBMITTED", submitted="demo-preparer")
    move = f"UPDATE payouts_run SET status = %s, {signed(**signatures)} WHERE month = %s"
    assert refusal(superuser, move, end, SEPTEMBER) == "run_is_fixed"


@pytest.mark.parametrize(
    ("table", "column", "condition"),
    [
        ("payouts_run", "submitted_by_id", "status = 'FROZEN'"),
        ("payouts_batch", "prepared_by_id", "status = 'DRAFT'"),
        ("payouts_accountcorrection", "approved_by_id", "status = 'PROPOSED'"),
        ("payouts_runexception", "signed_by_id", "severity = 'SIGN' AND signed_by_id IS NULL"),
    ],
)
def test_an_officer_nobody_knows_signs_nothing(superuser: Hand, table: str, column: str, condition: str) -> None:
    draft_batch(superuser, SEPTEMBER)
    with round_triggers(superuser):
        superuser.rows("ALTER TABLE payouts_run DROP CONSTRAINT run_is_signed_for_its_state")
        superuser.rows("ALTER TABLE payouts_accountcorrection DROP CONSTRAINT correction_is_signed_for_its_state")
        superuser.rows("ALTER TABLE payouts_runexception DROP CONSTRAINT exception_is_signed_with_a_reason")
    superuser.rows("SET LOCAL ROLE tongfa_app")
    superuser.rows("SET CONSTRAINTS ALL IMMEDIATE")
    sign = f"UPDATE {table} SET {column} = %s WHERE {condition}"
    assert refusal(superuser, sign, "demo-auditor") == "accepted"
    assert f"{column.removesuffix('_id')}_id" in refusal(superuser, sign, "ghost")


BATCH_SIGNERS = {
    ("demo-preparer", "demo-reviewer", "demo-releaser"): "accepted",
    ("demo-preparer", "demo-preparer", "demo-releaser"): "batch_four_eyes",
    ("demo-preparer", "demo-reviewer", "demo-preparer"): "batch_four_eyes",
    ("demo-preparer", "demo-reviewer", "demo-reviewer"): "batch_four_eyes",
    ("demo-preparer", "demo-preparer", "demo-preparer"): "batch_four_eyes",
}


@pytest.mark.parametrize(("signers", "expected"), BATCH_SIGNERS.items())
def test_a_batch_is_signed_by_three(hand: Hand, signers: tuple[str, str, str], expected: str) -> None:
    batch = draft_batch(hand, SEPTEMBER)
    sign = "UPDATE payouts_batch SET prepared_by_id = %s, checked_by_id = %s, released_by_id = %s WHERE id = %s"
    assert refusal(hand, sign, *signers, batch) == expected


@pytest.mark.parametrize(
    ("status", "missing", "expected"),
    [
        ("CHECKED", "checked_by_id", "batch_is_signed_for_its_state"),
        ("CHECKED", "released_by_id", "accepted"),
        ("APPROVED", "released_by_id", "batch_is_signed_for_its_state"),
    ],
)
def test_a_batch_is_signed_for_its_state(superuser: Hand, status: str, missing: str, expected: str) -> None:
    before = {"CHECKED": "BUILT", "APPROVED": "CHECKED"}[status]
    with round_triggers(superuser):
        superuser.rows(f"UPDATE payouts_batch SET status = %s, {missing} = NULL WHERE month = %s", before, SEPTEMBER)
    superuser.rows("SET LOCAL ROLE tongfa_app")
    move = "UPDATE payouts_batch SET status = %s WHERE month = %s"
    assert refusal(superuser, move, status, SEPTEMBER) == expected


def test_who_staged_a_file_does_not_apply_it(hand: Hand) -> None:
    like = another(row_of(hand, "payouts_declaration", "true"), month=DECEMBER, replaces_id=None)
    assert refuses(hand, "payouts_declaration", like) == "accepted"
    assert (
        refuses(hand, "payouts_declaration", {**like, "applied_by_id": like["staged_by_id"]}) == "declaration_four_eyes"
    )


@pytest.mark.parametrize(
    ("approver", "expected"), [("demo-clerk", "correction_four_eyes"), ("demo-reviewer", "accepted")]
)
@pytest.mark.parametrize("status", ["APPROVED", "REFUSED"])
def test_who_proposed_a_correction_does_not_decide_it(hand: Hand, approver: str, expected: str, status: str) -> None:
    decide = (
        "UPDATE payouts_accountcorrection SET status = %s, approved_by_id = %s, approved_at = now(),"
        " payable_from = CASE WHEN %s = 'APPROVED' THEN current_date + 1 END WHERE status = %s"
    )
    assert refusal(hand, decide, status, approver, status, "PROPOSED") == expected


def test_a_correction_is_decided_by_somebody(hand: Hand) -> None:
    day = "payable_from = '2026-07-19'"
    decide = f"UPDATE payouts_accountcorrection SET status = 'APPROVED', {day} WHERE status = 'PROPOSED'"
    assert refusal(hand, decide) == "correction_is_signed_for_its_state"
    beforehand = "UPDATE payouts_accountcorrection SET approved_by_id = 'demo-reviewer' WHERE status = 'PROPOSED'"
    assert refusal(hand, beforehand) == "correction_is_signed_for_its_state"


# Beginnings


def test_a_run_begins_open(hand: Hand) -> None:
    begun = another(run_row(hand, OCTOBER), month=DECEMBER, edition=0)
    assert refuses(hand, "payouts_run", {**begun, "status": "OPEN"}) == "accepted"
    assert refuses(hand, "payouts_run", {**begun, "status": "OPEN", "edition": 1}) == "run_moves"
    for status in ("COLLECTING", "FROZEN", "COMPUTED", "CHECKED"):
        assert refuses(hand, "payouts_run", {**begun, "status": status}) == "run_moves"
    ready = another(run_row(hand, SEPTEMBER), month=DECEMBER, edition=0)
    for status in ("RELEASED", "PAYING", "SETTLED", "CLOSED"):
        assert refuses(hand, "payouts_run", {**ready, "status": status}) == "run_moves"


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-12-01", "accepted"), ("2026-12-02", "run_is_of_a_month"), ("2026-09-30", "run_is_of_a_month")],
)
def test_a_month_has_one_first_day(hand: Hand, day: str, expected: str) -> None:
    begun = another(run_row(hand, OCTOBER), month=day, edition=0, status="OPEN")
    assert refuses(hand, "payouts_run", begun) == expected


def test_a_month_has_one_run_of_a_number(hand: Hand) -> None:
    begun = another(run_row(hand, OCTOBER), edition=0, status="OPEN")
    assert refuses(hand, "payouts_run", begun) == "run_number_is_unique"
    assert refuses(hand, "payouts_run", {**begun, "number": 2}) == "accepted"


def test_a_batch_begins_as_a_draft(hand: Hand) -> None:
    begun = another(batch_row(hand, SEPTEMBER), number=90, source="x", status="DRAFT")
    assert refuses(hand, "payouts_batch", begun) == "accepted"
    for status in ("BUILT", "CHECKED", "APPROVED", "FUNDED", "SENT", "CLOSED", "CANCELLED"):
        assert refuses(hand, "payouts_batch", {**begun, "status": status}) == "batch_moves"


def test_a_run_has_one_batch_of_a_source(hand: Hand) -> None:
    begun = another(batch_row(hand, SEPTEMBER), number=90, status="DRAFT")
    assert refuses(hand, "payouts_batch", begun) == "payouts_batch_source_key"


def test_a_correction_begins_as_a_proposal_about_a_return(hand: Hand) -> None:
    like = row_of(hand, "payouts_accountcorrection", "status = 'PROPOSED'")
    returned, settled = payment(hand, JULY, payroll.LEFT)["id"], payment(hand, JULY, 1)["id"]
    table = "payouts_accountcorrection"
    assert refuses(hand, table, another(like, payment_id=returned)) == "accepted"
    assert refuses(hand, table, another(like, payment_id=settled)) == "correction_is_of_a_return"
    assert refuses(hand, table, another(like, payment_id=payment(hand, AUGUST, 1)["id"])) == "correction_is_of_a_return"
    assert refuses(hand, table, another(like)) == "correction_is_one_at_a_time"
    decided = another(like, payment_id=returned, status="APPROVED", approved_by_id="demo-reviewer")
    assert refuses(hand, table, decided) == "correction_moves"


# Editions and exceptions


@pytest.mark.parametrize("step", [-1, 1, 2])
def test_an_edition_does_not_change_but_with_freezing(hand: Hand, step: int) -> None:
    change = "UPDATE payouts_run SET edition = edition + %s WHERE month = %s"
    for month in (JULY, SEPTEMBER, OCTOBER, NOVEMBER):
        assert refusal(hand, change, step, month) == "run_is_computed_while_frozen"


@pytest.mark.parametrize(("step", "expected"), [(-1, False), (0, False), (1, True), (2, False)])
def test_freezing_anew_begins_the_next_edition(hand: Hand, step: int, expected: bool) -> None:
    hand.rows("UPDATE payouts_run SET status = 'COLLECTING' WHERE month = %s", OCTOBER)
    freeze = "UPDATE payouts_run SET status = 'FROZEN', edition = edition + %s WHERE month = %s"
    assert refusal(hand, freeze, step, OCTOBER) == ("accepted" if expected else "run_is_computed_while_frozen")


SUBMIT = "UPDATE payouts_run SET status = 'SUBMITTED', submitted_by_id = 'demo-preparer' WHERE month = %s"
SIGN = (
    "UPDATE payouts_runexception SET signed_by_id = 'demo-preparer', signed_at = now(), reason = 'x'"
    " WHERE severity = %s AND signed_by_id IS NULL"
)
RESIGN = SIGN.removesuffix(" AND signed_by_id IS NULL")


@pytest.mark.parametrize(
    ("severity", "signed_too", "expected"),
    [
        ("BLOCK", False, "run_exceptions_are_signed"),
        ("SIGN", False, "run_exceptions_are_signed"),
        ("SIGN", True, "accepted"),
        ("INFO", False, "accepted"),
    ],
)
def test_a_run_is_not_handed_in_with_an_open_exception(
    superuser: Hand, severity: str, signed_too: bool, expected: str
) -> None:
    with round_triggers(superuser):
        superuser.rows("DELETE FROM payouts_runexception WHERE severity <> %s", severity)
    superuser.rows("SET LOCAL ROLE tongfa_app")
    assert superuser.value("SELECT count(*) FROM payouts_runexception") > 0
    if signed_too:
        superuser.rows(SIGN, severity)
    assert refusal(superuser, SUBMIT, OCTOBER) == expected


def test_all_but_one_signed_is_not_enough(superuser: Hand) -> None:
    with round_triggers(superuser):
        superuser.rows("DELETE FROM payouts_runexception WHERE severity = 'BLOCK'")
    superuser.rows("SET LOCAL ROLE tongfa_app")
    superuser.rows(f"{SIGN} AND kind <> 'change_over_limit'", "SIGN")
    assert refusal(superuser, SUBMIT, OCTOBER) == "run_exceptions_are_signed"


def test_what_blocks_or_informs_is_not_signed_away(hand: Hand) -> None:
    for severity in ("BLOCK", "INFO"):
        assert refusal(hand, SIGN, severity) == "exception_is_signed_with_a_reason"


@pytest.mark.parametrize("missing", ["signed_by_id = NULL", "signed_at = NULL", "reason = ''"])
def test_an_exception_is_signed_by_somebody_at_a_time_for_a_reason(hand: Hand, missing: str) -> None:
    columns = {"signed_by_id": "'demo-preparer'", "signed_at": "now()", "reason": "'x'"}
    columns |= dict([missing.split(" = ")])
    told = ", ".join(f"{column} = {value}" for column, value in columns.items())
    sign = f"UPDATE payouts_runexception SET {told} WHERE severity = 'SIGN' AND signed_by_id IS NULL"
    assert refusal(hand, sign) == "exception_is_signed_with_a_reason"


def test_an_exception_is_signed_once(hand: Hand) -> None:
    hand.rows(SIGN, "SIGN")
    assert refusal(hand, RESIGN, "SIGN") == "exception_is_signed_once"
    taken_back = "UPDATE payouts_runexception SET signed_by_id = NULL, signed_at = NULL, reason = ''"
    assert refusal(hand, taken_back) == "exception_is_signed_once"
