"""Rows that are written by COPY arrive as they are, whatever is in their texts."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import roles
from ledger.copying import copy_rows, reserve_keys

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@pytest.fixture
def copied(fresh_database: str, connect: Callable[[str], Any]) -> None:
    """A table that takes any text."""
    with connect("owner") as owner, owner.cursor() as cursor:
        cursor.execute("CREATE TABLE copied (n serial, a text, b text, c numeric)")
        cursor.execute(f"GRANT ALL ON copied, copied_n_seq TO {roles.APP}")


def written(rows: Sequence[tuple[str | None, str | None, Any]]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM copied")
        assert copy_rows(table="copied", columns=("a", "b", "c"), rows=rows) == len(rows)
        cursor.execute("SELECT a, b, c FROM copied ORDER BY n")
        return list(cursor.fetchall())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.none() | TEXTS, TEXTS, st.none() | st.integers(-999, 999)), max_size=20))
def test_any_text_and_null_comes_back_as_it_went(copied: None, rows: list[tuple[str | None, str, int | None]]) -> None:
    assert written(rows) == rows


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\rb", "a\\Nb", "\\", "\\.", "　", "𬭎"])
def test_what_copy_reads_as_a_sign_is_escaped(copied: None, text: str) -> None:
    assert written([(text, None, None)]) == [(text, None, None)]


def test_a_row_the_table_refuses_is_an_error_of_the_database(copied: None) -> None:
    with pytest.raises(DatabaseError):
        written([("x", "y", "no number")])


@pytest.mark.django_db
def test_reserved_keys_are_given_to_nobody_else() -> None:
    keys = reserve_keys(table="payouts_payslip", count=3)
    assert len({*keys, *reserve_keys(table="payouts_payslip", count=3)}) == 6
