"""Characters of older Chinese encodings at the places Unicode gave them since."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.reading.private_use import ENCODED_SINCE, PRIVATE_USE, without_private_use

# Lunde, Unicode document L2/06-394: the characters that GB 18030-2005 still keeps in private use.
KEPT_IN_2005 = """
A6D9 E78D FE10, A6DA E78E FE12, A6DB E78F FE11, A6DC E790 FE13, A6DD E791 FE14, A6DE E792 FE15, A6DF E793 FE16,
A6EC E794 FE17, A6ED E795 FE18, A6F3 E796 FE19, FE51 E816 20087, FE52 E817 20089, FE53 E818 200CC, FE59 E81E 9FB4,
FE61 E826 9FB5, FE66 E82B 9FB6, FE67 E82C 9FB7, FE6C E831 215D7, FE6D E832 9FB8, FE76 E83B 2298F, FE7E E843 9FB9,
FE90 E854 9FBA, FE91 E855 241FE, FEA0 E864 9FBB, A8BC E7C7 1E3F
"""
BYTES_KEPT = [tuple(line.split()) for line in KEPT_IN_2005.replace("\n", " ").split(",")]


@pytest.mark.parametrize(("code", "private", "character"), BYTES_KEPT)
def test_bytes_of_2005_become_the_character_of_2022(code: str, private: str, character: str) -> None:
    decoded = bytes.fromhex(code).decode("gb18030")
    assert ord(decoded) == int(private, 16)
    assert without_private_use(decoded) == chr(int(character, 16))


def slots_of_gbk() -> list[tuple[int, bytes]]:
    """The code points of code page 936 in private use, with the bytes that they have in it."""
    last = [0xFE00 + trail for trail in range(0x50, 0xA1) if trail != 0x7F]
    places = [(0xE7C7, 0xA8BC), (0xE7C8, 0xA8BF)]
    places += [(0xE7E7 + number, 0xA989 + number) for number in range(13)]
    places += [(0xE815 + number, code) for number, code in enumerate(last)]
    return [(point, code.to_bytes(2, "big")) for point, code in places]


@pytest.mark.parametrize(("point", "code"), slots_of_gbk())
def test_a_character_typed_on_code_page_936_is_that_of_its_bytes(point: int, code: bytes) -> None:
    assert without_private_use(chr(point)) == without_private_use(code.decode("gb18030"))


def test_nothing_else_is_mapped() -> None:
    known = {point for point, _ in slots_of_gbk()} | {int(private, 16) for _, private, _ in BYTES_KEPT}
    assert set(ENCODED_SINCE) == known
    assert not PRIVATE_USE.search("".join(ENCODED_SINCE.values()))


def test_a_rare_name_from_an_old_system_is_the_one_of_the_roster() -> None:
    assert without_private_use("王\ue863") == "王䶮"


def test_characters_that_a_system_made_for_itself_stay() -> None:
    assert without_private_use("\ue000王\uf8ff") == "\ue000王\uf8ff"


@given(st.text(st.characters(exclude_characters="".join(map(chr, ENCODED_SINCE)))))
def test_texts_without_such_characters_stay(text: str) -> None:
    assert without_private_use(text) == text
