"""What is known of people stays out of logs and error texts."""

from collections.abc import Callable

import psycopg2
import psycopg2.extensions
import pytest
from django.core.management import CommandError
from django.db import DatabaseError, connection

from config import instance
from ledger.refusals import database_words

SECRET = "秘密之人"


def test_a_refused_statement_is_in_the_log_without_the_people_it_names(
    connect: Callable[[str], psycopg2.extensions.connection],
) -> None:
    app = connect("app")
    with pytest.raises(psycopg2.errors.CheckViolation), app.cursor() as cursor:
        cursor.execute("INSERT INTO payouts_person (id_number, name) VALUES ('no number', %s)", [SECRET])
    log = (instance.locate().home / "log").read_text(encoding="utf-8")
    assert "person_id_number_is_whole" in log
    assert SECRET not in log


@pytest.mark.django_db
def test_what_the_database_did_not_take_is_told_by_its_rule_alone() -> None:
    with pytest.raises(DatabaseError) as refused, connection.cursor() as cursor:
        cursor.execute("INSERT INTO payouts_person (id_number, name) VALUES ('no number', %s)", [SECRET])
    assert SECRET in str(refused.value)
    told = str(CommandError(database_words(refused.value)))
    assert "person_id_number_is_whole" in told
    assert SECRET not in told
