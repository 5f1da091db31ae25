"""What of the trail is masked: long numbers are, digests and the codes of places are not."""

import pytest

from audit.trails import masked_but_digests

ID = "220112199001010011"
SHA, SESSION = "0be6565e3e7ad756" * 4, "bd3f1410ffd9e1ffb93323b3c6a8be12"


@pytest.mark.parametrize("text", [f"digest={SHA}", f"web 127.0.0.1 {SESSION}", "unit=220112001006", "book=220112100"])
def test_digests_and_codes_of_places_stand_in_full(text: str) -> None:
    assert masked_but_digests(text) == text


@pytest.mark.parametrize(
    "text", [f"{ID}", f"{ID}{ID}", "1" * 32, "1" * 64, f"{ID}a{ID}", f"unit={ID}", f"reason=unit {ID}"]
)
def test_numbers_of_people_do_not_however_they_are_written(text: str) -> None:
    told = masked_but_digests(f"before\n{text}\nafter")
    assert "*" * 8 in told
    assert ID not in told
