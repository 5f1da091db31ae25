"""The chain before money against hands that go round the acts, as app role and as owner."""

import itertools
from datetime import date, timedelta
from typing import Any

import pytest

from payouts.models.words import APPLICATION_MOVES, ApplicationStatus, Level
from tests import applications, attacks
from tests.applications import APPLIED_ON, DAYS
from tests.attacks import Hand
from tests.payroll_hands import Row, adds, another, refusal, refuses, row_of

stage = applications.stage
hand = attacks.hand
app = attacks.app
owner = attacks.owner

DAY = timedelta(days=1)
APPLICATION, STEP, NOTICE = "payouts_application", "payouts_applicationstep", "payouts_publicnotice"
OBJECTION, HEARD = "payouts_objection", "payouts_objectiondecision"


def in_state(hand: Hand, state: str) -> Row:
    return row_of(hand, APPLICATION, "status = %s", state)


def step(of: Row, level: str, by: str, on: date, **changes: Any) -> Row:
    """Return the row of a pass."""
    plain = {
        "application_id": of["id"],
        "level": level,
        "decision": "PASSED",
        "reason": "",
        "decided_on": on,
        "decided_by_id": by,
        "decided_at": applications.at(on),
    }
    return {**plain, **changes}


def notice(of: Row, level: str, on: date, **changes: Any) -> Row:
    plain = {
        "application_id": of["id"],
        "level": level,
        "starts_on": on,
        "ends_on": on + 7 * DAY,
        "place": "公开栏",
        "posted_by_id": "village",
        "posted_at": applications.at(on),
    }
    return {**plain, **changes}


def objection(of: Row, level: str, on: date, **changes: Any) -> Row:
    """Return the row of an objection to the notice of a level that a hand can see."""
    return {
        "raised_on": on,
        "text": "不符",
        "registered_by_id": "registry-two",
        "registered_at": applications.at(on),
        **changes,
    }


def raised(hand: Hand, of: Row, level: str = "VILLAGE") -> int:
    of_it = row_of(hand, NOTICE, "application_id = %s AND level = %s", of["id"], level)
    return adds(hand, OBJECTION, objection(of, level, of_it["starts_on"], notice_id=of_it["id"]))


def heard(of: int, outcome: str, **changes: Any) -> Row:
    on = DAYS[Level.VILLAGE]
    plain = {
        "objection_id": of,
        "outcome": outcome,
        "reason": "已核实",
        "decided_on": on,
        "decided_by_id": "township-two",
        "decided_at": applications.at(on),
    }
    return {**plain, **changes}


def fresh(hand: Hand, **changes: Any) -> Row:
    """Return the row of an application of somebody new, as it is registered."""
    newcomer = hand.value(
        "INSERT INTO payouts_person (id_number, name) VALUES ('220112195901010012', '新人') RETURNING id"
    )
    return another(in_state(hand, "REGISTERED"), person_id=newcomer, **changes)


def moved(of: Row, to: str) -> tuple[str, str, int]:
    return f"UPDATE {APPLICATION} SET status = %s WHERE id = %s", to, of["id"]


# The application


@pytest.mark.parametrize("state", [state for state in ApplicationStatus if state != "REGISTERED"])
def test_an_application_begins_registered(hand: Hand, state: str) -> None:
    assert refuses(hand, APPLICATION, fresh(hand, status=state)) == "application_moves"


@pytest.mark.parametrize(("days", "expected"), [(0, "accepted"), (2, "application_moves")])
def test_an_application_is_not_dated_ahead(hand: Hand, days: int, expected: str) -> None:
    assert refuses(hand, APPLICATION, fresh(hand, applied_on=APPLIED_ON + days * DAY)) == expected


@pytest.mark.parametrize(("before", "after"), list(itertools.permutations(ApplicationStatus, 2)))
def test_no_application_moves_without_a_decision(
    hand: Hand, before: ApplicationStatus, after: ApplicationStatus
) -> None:
    assert refusal(hand, *moved(in_state(hand, before), after)) == "application_moves"


@pytest.mark.parametrize(
    ("before", "after"), [move for move in APPLICATION_MOVES if move[1] != ApplicationStatus.CERTIFIED]
)
def test_an_application_moves_as_its_level_decided(
    hand: Hand, before: ApplicationStatus, after: ApplicationStatus
) -> None:
    of = in_state(hand, before)
    level = list(Level)[list(ApplicationStatus).index(before)]
    decision = "REFUSED" if after == "REFUSED" else "PASSED"
    adds(hand, STEP, step(of, level, applications.WHO[level], DAYS[level], decision=decision, reason="x"))
    wrong = next(to for start, to in APPLICATION_MOVES if start == before and to != after)
    assert refusal(hand, *moved(of, wrong)) == "application_moves"
    assert refusal(hand, *moved(of, after)) == "accepted"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "-id"),
        ("person_id", "(SELECT max(id) + min(id) FROM payouts_person) - person_id"),
        ("scheme", "'x'"),
        ("township_id", "(SELECT max(id) FROM treasury_township)"),
        ("village", "'x'"),
        ("household_id", "NULL"),
        ("household_kind", "'x'"),
        ("residence", "'x'"),
        ("relation", "'x'"),
        ("certificate", "'x'"),
        ("claimed_from", "claimed_from + 1"),
        ("ended_on", "claimed_from + 1"),
        ("grade", "'x'"),
        ("own_amount", "1.00"),
        ("paper", "'x'"),
        ("applied_on", "applied_on - 1"),
        ("registered_by_id", "'registry-two'"),
        ("registered_at", "now()"),
        ("account_number", "'1234567'"),
        ("account_kind", "'GUARDIAN', account_reason = 'x'"),
        ("holder_name", "'x'"),
        ("bank", "'x'"),
        ("account_reason", "'x'"),
        ("account_by_id", "'registry-two'"),
    ],
)
def test_what_was_applied_for_stays(hand: Hand, column: str, value: str) -> None:
    of = in_state(hand, "VILLAGE_PASSED")
    sql = f"UPDATE {APPLICATION} SET {column} = {value} WHERE id = %s"
    assert refusal(hand, sql, of["id"]) == "application_is_fixed"


def test_an_account_comes_once_with_whoever_noted_it(hand: Hand) -> None:
    missing = {"account_number": "", "account_by_id": None, "holder_name": "", "bank": ""}
    of = adds(hand, APPLICATION, fresh(hand, **missing))
    noted = f"UPDATE {APPLICATION} SET account_number = '1234567', account_by_id = %s WHERE id = %s"
    assert refusal(hand, noted, None, of) == "account_is_noted_by_somebody"
    hand.rows(noted, "registry-two", of)
    assert refusal(hand, noted, "registry", of) == "application_is_fixed"


def test_the_enrolment_of_an_application_stays(hand: Hand) -> None:
    of = in_state(hand, "CERTIFIED")
    sql = f"UPDATE {APPLICATION} SET enrolment_id = enrolment_id + 1 WHERE id = %s"
    assert refusal(hand, sql, of["id"]) == "application_is_fixed"


@pytest.mark.parametrize("state", ApplicationStatus)
def test_one_application_of_a_person_for_a_scheme_is_open(hand: Hand, state: str) -> None:
    again = another(in_state(hand, state), status="REGISTERED", enrolment_id=None)
    expected = "accepted" if state in ("CERTIFIED", "REFUSED") else "application_is_one_at_a_time"
    assert refuses(hand, APPLICATION, again) == expected


# Decisions


@pytest.mark.parametrize(
    ("state", "level"), [(state, level) for state in ApplicationStatus for level in (*Level, "COUNTY")]
)
def test_a_level_decides_in_its_turn(hand: Hand, state: ApplicationStatus, level: str) -> None:
    order = dict(zip(ApplicationStatus, Level, strict=False))
    row = step(in_state(hand, state), level, "township-two", DAYS[Level.CERTIFICATION])
    expected = "accepted" if order.get(state) == level else "application_moves"
    assert refuses(hand, STEP, row) == expected


@pytest.mark.parametrize("by", ["registry", "village", "township", "district"])
def test_the_four_functions_and_the_registry_are_apart(hand: Hand, by: str) -> None:
    of = in_state(hand, "DISTRICT_PASSED")
    for decision in ("PASSED", "REFUSED"):
        row = step(of, "CERTIFICATION", by, DAYS[Level.CERTIFICATION], decision=decision, reason="x")
        assert refuses(hand, STEP, row) == "application_functions_are_apart"


def test_who_noted_the_account_decides_nothing(hand: Hand) -> None:
    of = {"id": adds(hand, APPLICATION, fresh(hand, account_by_id="village"))}
    assert refuses(hand, STEP, step(of, "VILLAGE", "village", APPLIED_ON)) == "application_functions_are_apart"


@pytest.mark.parametrize("state", ["VILLAGE_PASSED", "TOWNSHIP_PASSED", "DISTRICT_PASSED"])
@pytest.mark.parametrize(("days", "expected"), [(-1, "notice_has_run_out"), (0, "accepted")])
def test_a_level_waits_until_the_notice_has_run_out(hand: Hand, state: str, days: int, expected: str) -> None:
    of = in_state(hand, state)
    level = list(Level)[list(ApplicationStatus).index(ApplicationStatus(state))]
    row = step(of, level, "township-two", DAYS[level] + days * DAY)
    assert refuses(hand, STEP, row) == expected
    assert refuses(hand, STEP, {**row, "decision": "REFUSED", "reason": "x"}) == "accepted"


def test_a_level_does_not_pass_without_a_notice(hand: Hand) -> None:
    of = {"id": adds(hand, APPLICATION, fresh(hand))}
    adds(hand, STEP, step(of, "VILLAGE", "village", APPLIED_ON))
    hand.rows(*moved(of, "VILLAGE_PASSED"))
    row = step(of, "TOWNSHIP", "township", date(2026, 5, 1))
    assert refuses(hand, STEP, row) == "notice_has_run_out"
    adds(hand, NOTICE, notice(of, "VILLAGE", APPLIED_ON))
    assert refuses(hand, STEP, row) == "accepted"


@pytest.mark.parametrize("on", [APPLIED_ON - DAY, DAYS[Level.TOWNSHIP]])
def test_a_decision_is_dated_in_its_order(hand: Hand, on: date) -> None:
    row = step(in_state(hand, "REGISTERED"), "VILLAGE", "village", on, decided_at=applications.at(APPLIED_ON))
    assert refuses(hand, STEP, row) == "application_is_decided_in_its_order"


def test_a_refusal_has_a_reason_that_names_nobody(hand: Hand) -> None:
    row = step(in_state(hand, "REGISTERED"), "VILLAGE", "village", APPLIED_ON, decision="REFUSED")
    assert refuses(hand, STEP, row) == "application_is_refused_with_a_reason"
    assert refuses(hand, STEP, {**row, "reason": "电话13900001111"}) == "application_reason_names_nobody"
    assert refuses(hand, STEP, {**row, "reason": "20260301 查无此户"}) == "accepted"


# Notices


@pytest.mark.parametrize(("state", "level"), list(itertools.product(ApplicationStatus, Level)))
def test_a_notice_is_of_the_level_that_passed_last(hand: Hand, state: str, level: str) -> None:
    row = notice(in_state(hand, state), level, DAYS[Level.CERTIFICATION])
    expected = "accepted" if state == f"{level}_PASSED" else "notice_is_of_its_level"
    assert refuses(hand, NOTICE, row) == expected


@pytest.mark.parametrize(
    ("starts", "lasts", "expected"),
    [
        (0, 1, "accepted"),
        (0, 0, "notice_lasts_a_day"),
        (0, -1, "notice_lasts_a_day"),
        (3, 1, "accepted"),
        (-1, 7, "notice_begins_when_it_is_posted"),
    ],
)
def test_a_notice_lasts_a_day_from_when_it_is_posted(hand: Hand, starts: int, lasts: int, expected: str) -> None:
    on = date(2026, 4, 1) + starts * DAY
    posted_at = applications.at(date(2026, 4, 1))
    row = notice(in_state(hand, "VILLAGE_PASSED"), "VILLAGE", on, ends_on=on + lasts * DAY, posted_at=posted_at)
    assert refuses(hand, NOTICE, row) == expected


# Objections


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-1, "objection_is_raised_in_its_notice"),
        (0, "accepted"),
        (6, "accepted"),
        (7, "objection_is_raised_in_its_notice"),
    ],
)
def test_an_objection_is_raised_in_its_notice(hand: Hand, days: int, expected: str) -> None:
    of = in_state(hand, "VILLAGE_PASSED")
    of_it = row_of(hand, NOTICE, "application_id = %s", of["id"])
    row = objection(of, "VILLAGE", of_it["starts_on"] + days * DAY, notice_id=of_it["id"])
    assert refuses(hand, OBJECTION, row) == expected


def test_an_objection_is_not_dated_ahead_and_names_nobody(hand: Hand) -> None:
    of = in_state(hand, "VILLAGE_PASSED")
    of_it = row_of(hand, NOTICE, "application_id = %s", of["id"])
    on = of_it["starts_on"]
    row = objection(of, "VILLAGE", on, notice_id=of_it["id"])
    ahead = {**row, "raised_on": on + 3 * DAY}
    assert refuses(hand, OBJECTION, ahead) == "objection_is_raised_in_its_notice"
    assert refuses(hand, OBJECTION, {**row, "text": "220112196001010018"}) == "objection_names_nobody"
    assert refuses(hand, OBJECTION, {**row, "text": ""}) == "objection_says_something"


def test_a_certified_application_takes_no_objection(hand: Hand) -> None:
    of = in_state(hand, "CERTIFIED")
    of_it = row_of(hand, NOTICE, "application_id = %s AND level = 'DISTRICT'", of["id"])
    row = objection(of, "DISTRICT", of_it["starts_on"], notice_id=of_it["id"])
    assert refuses(hand, OBJECTION, row) == "objection_comes_before_the_end"


@pytest.mark.parametrize(
    ("outcome", "expected"), [("", "objection_blocks"), ("UPHELD", "objection_blocks"), ("DISMISSED", "accepted")]
)
@pytest.mark.parametrize(("state", "level"), [("VILLAGE_PASSED", "TOWNSHIP"), ("DISTRICT_PASSED", "CERTIFICATION")])
def test_an_objection_blocks_unless_it_is_dismissed(
    hand: Hand, state: str, level: str, outcome: str, expected: str
) -> None:
    of = in_state(hand, state)
    found = raised(hand, of)
    if outcome:
        adds(hand, HEARD, heard(found, outcome))
    row = step(of, level, "certifier-two", DAYS[Level(level)])
    assert refuses(hand, STEP, row) == expected


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("registry", "objection_is_decided_by_another"),
        ("registry-two", "objection_is_decided_by_another"),
        ("village", "objection_is_decided_by_another"),
        ("township-two", "accepted"),
    ],
)
def test_an_objection_is_decided_by_another(hand: Hand, by: str, expected: str) -> None:
    found = raised(hand, in_state(hand, "VILLAGE_PASSED"))
    assert refuses(hand, HEARD, heard(found, "DISMISSED", decided_by_id=by)) == expected


def test_an_objection_is_decided_once_in_its_order_with_a_reason(hand: Hand) -> None:
    found = raised(hand, in_state(hand, "VILLAGE_PASSED"))
    early = heard(found, "UPHELD", decided_on=APPLIED_ON)
    assert refuses(hand, HEARD, early) == "application_is_decided_in_its_order"
    assert refuses(hand, HEARD, heard(found, "UPHELD", reason="")) == "objection_is_decided_with_a_reason"
    assert refuses(hand, HEARD, heard(found, "PERHAPS")) == "objection_outcome_is_known"
    adds(hand, HEARD, heard(found, "UPHELD"))
    assert "objection_id" in refuses(hand, HEARD, heard(found, "DISMISSED"))


# Certification


def enrolment(of: Row, by: str) -> Row:
    return {
        "person_id": of["person_id"],
        "scheme": of["scheme"],
        "number": 1,
        "declaration_id": None,
        "paper": "x",
        "certified_by_id": by,
        "certified_at": applications.at(DAYS[Level.CERTIFICATION]),
    }


@pytest.mark.parametrize("state", ApplicationStatus)
def test_no_enrolment_comes_from_nowhere(hand: Hand, state: str) -> None:
    of = in_state(hand, state)
    row = {**enrolment(of, "certifier"), "number": 2}
    assert refuses(hand, "payouts_enrolment", row) == "enrolment_has_its_ground"


@pytest.mark.parametrize(("by", "expected"), [("certifier", "accepted"), ("certifier-two", "enrolment_has_its_ground")])
def test_an_enrolment_is_certified_by_who_certified_the_application(hand: Hand, by: str, expected: str) -> None:
    of = in_state(hand, "DISTRICT_PASSED")
    adds(hand, STEP, step(of, "CERTIFICATION", "certifier", DAYS[Level.CERTIFICATION]))
    assert refuses(hand, "payouts_enrolment", enrolment(of, by)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "accepted"),
        ({"account_number": "1234567"}, "enrolment_is_as_applied_for"),
        ({"holder_name": "别人"}, "enrolment_is_as_applied_for"),
        ({"starts_on": date(2026, 1, 1)}, "enrolment_is_as_applied_for"),
        ({"ended_on": date(2027, 1, 1)}, "enrolment_is_as_applied_for"),
        ({"grade": "1"}, "enrolment_is_as_applied_for"),
        ({"own_amount": 100}, "enrolment_is_as_applied_for"),
        ({"village": "别村"}, "enrolment_is_as_applied_for"),
    ],
)
def test_an_enrolment_is_as_it_was_applied_for(hand: Hand, changes: dict[str, Any], expected: str) -> None:
    of = in_state(hand, "DISTRICT_PASSED")
    adds(hand, STEP, step(of, "CERTIFICATION", "certifier", DAYS[Level.CERTIFICATION]))
    made = adds(hand, "payouts_enrolment", enrolment(of, "certifier"))
    like = row_of(hand, "payouts_enrolmentfact", "true")
    same = ("village", "grade", "certificate", "holder_name", "bank", "account_number", "own_amount", "household_id")
    as_passed = another(like, enrolment_id=made, **{column: of[column] for column in same})
    assert refuses(hand, "payouts_enrolmentfact", {**as_passed, **changes}) == expected
    adds(hand, "payouts_enrolmentfact", as_passed)
    sql = f"UPDATE {APPLICATION} SET status = 'CERTIFIED', enrolment_id = %s WHERE id = %s"
    assert refusal(hand, sql, made, of["id"]) == "accepted"


def test_an_application_is_not_certified_without_an_enrolment_or_with_anothers(hand: Hand) -> None:
    of = in_state(hand, "DISTRICT_PASSED")
    adds(hand, STEP, step(of, "CERTIFICATION", "certifier", DAYS[Level.CERTIFICATION]))
    assert refusal(hand, *moved(of, "CERTIFIED")) == "enrolment_is_as_applied_for"
    others = in_state(hand, "CERTIFIED")["enrolment_id"]
    sql = f"UPDATE {APPLICATION} SET status = 'CERTIFIED', enrolment_id = %s WHERE id = %s"
    assert refusal(hand, sql, others, of["id"]) == "enrolment_is_as_applied_for"


# What is kept


@pytest.mark.parametrize("table", [STEP, NOTICE, OBJECTION, HEARD])
def test_what_was_decided_posted_and_raised_stays(owner: Hand, table: str) -> None:
    word = {STEP: "application_step", NOTICE: "public_notice", OBJECTION: "objection", HEARD: "objection_decision"}[
        table
    ]
    for sql in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        assert refusal(owner, sql).endswith("_is_append_only")
    assert refusal(owner, f"DELETE FROM {table}") == f"{word}_is_append_only"


def test_the_auditor_reads_applications_with_numbers_masked(app: Hand) -> None:
    ((number, account),) = app.rows(
        "SELECT id_number, account_number FROM auditor_application WHERE status = 'REGISTERED'"
    )
    assert "****" in number
    assert "****" in account
    assert app.value("SELECT count(*) FROM auditor_application_step") == 1 + 2 + 3 + 4 + 1
    assert app.value("SELECT count(*) FROM auditor_public_notice") == 1 + 2 + 3 + 3
    raised(app, in_state(app, "VILLAGE_PASSED"))
    assert app.rows("SELECT text, outcome FROM auditor_objection") == [("不符", None)]
