"""Which characters a bank file may carry, and what a bank's bytes say.

GB 18030 has three editions that give 19 characters different bytes (U+9FB4 is 82359037 in 2005 and
FE59 in 2022; programs follow either), and Python's codec is the first of them. A name with one of
the 19 could reach the bank as another name, so it fails its row before sending, as do private-use
characters, which mean something else at each bank. All others have one form in every edition: rare
names such as 䶮, 㛃, 𬭎 and 𠅤 are written. GBK cannot write those, and fails their rows.

When reading, the private-use characters that Python gives for two-byte codes of the later editions
become the standard characters, so a name is recognised whichever edition the bank's program keeps.
Sources: GB 18030-2022; domain.md §7, measured with Python 3.11.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from payouts.bank_files.templates import Encoding, Field, SpaceRule, Template

# What Python's gb18030 codec reads for a two-byte code, and the character of GB 18030-2022.
STANDARD = {
    0xE78D: 0xFE10,
    0xE78E: 0xFE12,
    0xE78F: 0xFE11,
    0xE790: 0xFE13,
    0xE791: 0xFE14,
    0xE792: 0xFE15,
    0xE793: 0xFE16,
    0xE794: 0xFE17,
    0xE795: 0xFE18,
    0xE796: 0xFE19,
    0xE7C7: 0x1E3F,
    0xE81E: 0x9FB4,
    0xE826: 0x9FB5,
    0xE82B: 0x9FB6,
    0xE82C: 0x9FB7,
    0xE832: 0x9FB8,
    0xE843: 0x9FB9,
    0xE854: 0x9FBA,
    0xE864: 0x9FBB,
    # These six have one four-byte form in every edition and may be written; only this older
    # two-byte form of theirs is met when reading.
    0xE816: 0x20087,
    0xE817: 0x20089,
    0xE818: 0x200CC,
    0xE831: 0x215D7,
    0xE83B: 0x2298F,
    0xE855: 0x241FE,
}
EDITION_DEPENDENT = frozenset(chr(code) for code in STANDARD.values() if code < 0x10000)
PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
REPLACEMENT = "\ufffd"  # stands where an earlier program lost a character
INVISIBLE = ("Cc", "Cf", "Zl", "Zp")


class CharacterFault(StrEnum):
    """Why a character cannot go into a list."""

    NOT_IN_ENCODING = "not_in_encoding"
    EDITION_DEPENDENT = "edition_dependent"
    PRIVATE_USE = "private_use"
    LOST = "lost"
    INVISIBLE = "invisible"
    DELIMITER = "delimiter"
    FORBIDDEN = "forbidden"
    SPACE = "space"
    NOT_ASCII = "not_ascii"


def faulty_characters(*, text: str, field: Field, template: Template) -> Iterator[tuple[str, CharacterFault]]:
    """Yield the characters of one cell that cannot be written, in their order, with the reason."""
    if is_plain(text, field, template):
        return
    for place, character in enumerate(text):
        if character == " " and field is Field.NAME and template.spaces_in_names is SpaceRule.ALLOWED:
            if place in (0, len(text) - 1):
                yield character, CharacterFault.SPACE
            continue
        fault = fault_of(character, field, template)
        if fault:
            yield character, fault


def is_plain(text: str, field: Field, template: Template) -> bool:
    """Tell in one pass that nothing is wrong, which is so for nearly every cell."""
    if field in (Field.ACCOUNT, Field.ID_NUMBER):
        plain = text.isascii()
    else:
        plain = text.isascii() or is_encodable(text, template.encoding)
    return plain and text.isprintable() and not suspects(template.delimiter + template.forbidden).search(text)


@lru_cache(maxsize=64)
def suspects(refused: str) -> re.Pattern[str]:
    """Return a pattern of what is printable and yet may be wrong."""
    return re.compile("[" + re.escape(refused + REPLACEMENT + " " + "".join(EDITION_DEPENDENT)) + "]")


def fault_of(character: str, field: Field, template: Template) -> CharacterFault | None:
    faults = (
        (CharacterFault.DELIMITER, character in template.delimiter),
        (CharacterFault.SPACE, unicodedata.category(character) == "Zs"),
        (CharacterFault.INVISIBLE, unicodedata.category(character) in INVISIBLE or is_noncharacter(character)),
        (CharacterFault.LOST, character == REPLACEMENT),
        (CharacterFault.PRIVATE_USE, unicodedata.category(character) == "Co"),
        (CharacterFault.EDITION_DEPENDENT, is_edition_dependent(character, template.encoding)),
        (CharacterFault.NOT_IN_ENCODING, not is_encodable(character, template.encoding)),
        (CharacterFault.NOT_ASCII, field in (Field.ACCOUNT, Field.ID_NUMBER) and not character.isascii()),
        (CharacterFault.FORBIDDEN, character in template.forbidden),
    )
    return next((fault for fault, holds in faults if holds), None)


def is_edition_dependent(character: str, encoding: Encoding) -> bool:
    return encoding is Encoding.GB18030 and character in EDITION_DEPENDENT


def is_noncharacter(character: str) -> bool:
    return ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF


def is_encodable(text: str, encoding: Encoding) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def read_text(line: bytes, encoding: Encoding) -> str:
    """Return the text of a bank's bytes in standard characters.

    :raises UnicodeDecodeError: if the bytes are not of this encoding
    """
    text = line.decode(encoding)
    return text.translate(STANDARD) if encoding is Encoding.GB18030 and PRIVATE_USE.search(text) else text
