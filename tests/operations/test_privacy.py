"""What is known of people stays out of logs and error texts."""

from collections.abc import Callable

import psycopg2
import psycopg2.extensions
import pytest
from django.core.management import CommandError
from django.db import DatabaseError, connection, transaction

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
    """PostgreSQL tells the whole row where a table has no row policy; what we tell has the rule and no value."""
    for table, columns, row, is_policed in (
        ("payouts_person", "id_number, name", ["no number", SECRET], True),
        ("payouts_payment", "payee_name", [SECRET], False),
    ):
        places = ", ".join(["%s"] * len(row))
        with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", row)
        told = str(CommandError(database_words(refused.value)))
        assert (SECRET in str(refused.value)) is not is_policed
        assert SECRET not in told
        if is_policed:
            assert "person_id_number_is_whole" in told
