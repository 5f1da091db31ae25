"""What PostgreSQL keeps of the posts that are given in the bureau, round the acts."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from month.models import Appointment
from tests.sign_ins import hire

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]

FRESH = {
    "holder_id": "wang",
    "posts": ["reviewer"],
    "reason": "r",
    "status": "GIVEN",
    "given_by_id": "one",
    "given_at": "2026-11-27T09:00Z",
    "decided_by_id": None,
    "decided_at": None,
    "answer": "",
}
DECIDED = {"decided_by_id": "two", "decided_at": "2026-11-27T10:00Z"}


@pytest.fixture
def people() -> None:
    for name in ("wang", "one", "two"):
        hire(name, password="")


def sql(text: str, values: Sequence[Any] = ()) -> str:
    """Run a statement, and return the name of what refuses it, or nothing."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(text, values)
    except DatabaseError as error:
        return error.__cause__.diag.constraint_name or "no_privilege"  # type: ignore[union-attr]
    return ""


def added(**changes: object) -> str:
    row = FRESH | changes
    marks = ", ".join(["%s"] * len(row))
    return sql(f"INSERT INTO month_appointment ({', '.join(row)}) VALUES ({marks})", list(row.values()))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, ""),
        ({"status": "CONFIRMED", **DECIDED}, "appointment_moves"),
        ({"holder_id": "one"}, "nobody_appoints_himself"),
        ({"posts": []}, "appointment_names_posts_and_reason"),
        ({"reason": ""}, "appointment_names_posts_and_reason"),
        ({"reason": "a\tb"}, "appointment_text_is_plain"),
        ({"decided_by_id": "two"}, "appointment_is_decided_for_its_state"),
    ],
)
def test_posts_begin_as_given_by_one_to_another(changes: dict[str, object], rule: str) -> None:
    assert added(**changes) == rule


def test_one_gift_waits_at_a_time() -> None:
    assert added() == ""
    assert added() == "one_appointment_at_a_time"
    assert added(holder_id="two") == ""


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ("status = 'CONFIRMED', decided_by_id = 'two', decided_at = now()", ""),
        ("status = 'CONFIRMED', decided_by_id = 'one', decided_at = now()", "appointment_four_eyes"),
        ("status = 'CONFIRMED', decided_by_id = 'wang', decided_at = now()", "nobody_appoints_himself"),
        ("status = 'CONFIRMED'", "appointment_is_decided_for_its_state"),
        ("status = 'REFUSED', decided_by_id = 'two', decided_at = now()", "appointment_is_decided_for_its_state"),
        ("status = 'REFUSED', decided_by_id = 'two', decided_at = now(), answer = 'no'", ""),
        ("posts = '{administrator}'", "appointment_is_fixed"),
        ("holder_id = 'two'", "appointment_is_fixed"),
        ("given_by_id = 'two'", "appointment_is_fixed"),
    ],
)
def test_they_are_decided_by_another_and_stay_what_they_are(changes: str, rule: str) -> None:
    added()
    assert sql(f"UPDATE month_appointment SET {changes}") == rule


@pytest.mark.parametrize(
    "changes", ["status = 'GIVEN', decided_by_id = NULL, decided_at = NULL", "decided_by_id = 'other'"]
)
def test_a_decision_stays(changes: str) -> None:
    hire("other", password="")
    added()
    sql("UPDATE month_appointment SET status = 'CONFIRMED', decided_by_id = 'two', decided_at = now()")
    assert sql(f"UPDATE month_appointment SET {changes}") in ("appointment_is_fixed", "appointment_moves")
    assert sql("DELETE FROM month_appointment") == "no_privilege"
    assert Appointment.objects.get().decided_by_id == "two"
