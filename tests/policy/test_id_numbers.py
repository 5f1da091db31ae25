"""What an ID number of 18 digits says of a person."""

from datetime import date

import pytest

from payouts.rules.id_numbers import UnreadableIdNumber, born_of, is_female


def test_an_id_number_says_when_somebody_was_born_and_the_sex() -> None:
    assert (born_of("11010519491231002X"), is_female("11010519491231002X")) == (date.fromisoformat("1949-12-31"), True)
    assert is_female("220112195001010011") is False


@pytest.mark.parametrize("number", ["", "110105491231002", "110105194912310021X", "11010519491231002x", "１" * 18])
def test_another_form_of_number_is_not_read(number: str) -> None:
    with pytest.raises(UnreadableIdNumber):
        born_of(number)
    with pytest.raises(UnreadableIdNumber):
        is_female(number)


def test_a_birthday_that_was_none_is_not_read() -> None:
    assert born_of("110105195202290000") == date.fromisoformat("1952-02-29")
    with pytest.raises(UnreadableIdNumber):
        born_of("110105195102290000")
