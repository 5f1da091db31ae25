"""Python and the auditor's views mask alike."""

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.masking import masked


@pytest.mark.django_db
def test_a_number_is_masked_as_the_auditor_sees_it() -> None:
    @settings(max_examples=300, deadline=None)
    @given(st.lists(st.text("0123456789Xx张 -/", max_size=60), max_size=20))
    def masks_alike(texts: list[str]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT ledger_mask(t) FROM unnest(%s::text[]) WITH ORDINALITY u(t, n) ORDER BY n", [texts])
            assert [seen for (seen,) in cursor.fetchall()] == [masked(text) for text in texts]

    masks_alike()
