"""The two weights all documents are set in, and what stands in for characters they lack.

Noto Sans SC under the SIL Open Font License; fonts/README.md says where it is from and how a font for
rarer characters is added.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from reportlab.pdfbase import pdfmetrics

from ledger.exports.pages.embedding import PageFont

FONTS: Final = Path(__file__).resolve().parent / "fonts"
REGULAR: Final = "NotoSansSC"
BOLD: Final = "NotoSansSC-Bold"
FILES: Final = {REGULAR: "NotoSansSC_400Regular.ttf", BOLD: "NotoSansSC_700Bold.ttf"}
SYSTEM: Final = (
    Path("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf"),
    Path("/usr/share/fonts/truetype/babelstone/BabelStoneHan.ttf"),
)


@cache
def typeface(name: str) -> PageFont:
    """Return ``REGULAR`` or ``BOLD``, known to reportlab under that name from the first call on."""
    font = PageFont(name=name, first=FONTS / FILES[name], others=fallbacks())
    pdfmetrics.registerFont(font)
    return font


def fallbacks() -> Sequence[Path]:
    """Return the further fonts that this machine has, the bureau's own first."""
    return [*sorted((FONTS / "fallback").glob("*.ttf")), *(path for path in SYSTEM if path.exists())]


def missing_glyphs(texts: Iterable[str]) -> str:
    """Return the characters of some texts that no font here has, so that a check can tell before printing."""
    font = typeface(REGULAR)
    return "".join(sorted(mark for mark in set().union(*texts) if font.place_of(ord(mark)) is None))
