"""What may be seen of numbers of people and accounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.masking import masked, masked_account, masked_id


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("11010519491231002X", "110********002X"),
        ("11010519491231002x", "110********002x"),
        ("6228480012345678903", "622********8903"),
        ("付6228480012345678903王某", "付622********8903王某"),
        ("12345678901", "12345678901"),
        ("123456789012", "123********9012"),
        ("123456789012 2026-11", "123********9012 2026-11"),
        ("20261108", "20261108"),
        ("12345678901234567890123456789012", "123********9012"),
        ("", ""),
    ],
)
def test_a_long_number_keeps_its_first_three_and_last_four_places(text: str, seen: str) -> None:
    assert masked(text) == seen


@pytest.mark.parametrize(
    ("number", "seen"),
    [
        ("11010519491231002X", "110********002X"),
        ("110105491231002", "110********1002"),
        ("护照 E1234567", "********"),
        ("1234", "********"),
        ("", ""),
    ],
)
def test_an_id_number_is_masked_or_hidden(number: str, seen: str) -> None:
    assert masked_id(number) == seen


@pytest.mark.parametrize(
    ("number", "seen"),
    [
        ("6228480012345678903", "********8903"),
        ("12345678", "********5678"),
        ("1234567", "********"),
        ("", ""),
    ],
)
def test_an_account_keeps_its_last_four_places(number: str, seen: str) -> None:
    assert masked_account(number) == seen


@given(st.text("0123456789X张 -"))
def test_masking_again_shows_and_hides_nothing_more(text: str) -> None:
    assert masked(masked(text)) == masked(text)
    assert masked(masked_account(text)) == masked_account(text)
