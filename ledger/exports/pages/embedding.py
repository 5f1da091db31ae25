"""A TrueType font in a PDF, so that what is printed can also be read back, character by character.

reportlab's own font splits a text over subsets of 256 characters and writes five digits where
ToUnicode wants UTF-16, so that 𬱖 looks right and is extracted wrong. This one writes glyphs as
two-byte codes of one composite font (Type0, ISO 32000-1 9.7) with the right ToUnicode (9.10.3): names
outside the BMP come out right, the file is a third of the size and is made faster. reportlab and what
builds on it (platypus, xhtml2pdf) take it as any dynamic font.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.utils.translation import gettext as _
from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.ttfonts import TTEncoding, TTFontFace

PER_BLOCK: Final = 100  # entries that one block of a ToUnicode map may have
OPENING = Lock()


class GlyphMissing(Exception):
    """No font at hand has these characters: nothing is printed, rather than something with gaps."""

    def __init__(self, characters: str) -> None:
        super().__init__(characters)
        self.characters = characters

    def __str__(self) -> str:
        points = ", ".join(f"{character!r} U+{ord(character):04X}" for character in self.characters)
        said = _("No font here has these characters: {points}. Add a font: see ledger/exports/pages/fonts/README.md.")
        return said.format(points=points)


class Codes(dict[int, str]):
    """The two-byte codes of one document: each character gets the next code of its face when it is first met."""

    def __init__(self, font: "PageFont") -> None:
        super().__init__()
        self.font = font
        self.points: list[list[int]] = []  # by face: the characters in the order of their codes, from 1
        self.elsewhere: dict[str, int] = {}  # characters that are not in the first face, with their face
        self.missing: set[int] = set()

    def __missing__(self, point: int) -> str:
        place = self.font.place_of(point)
        if place is None:
            self.missing.add(point)
            place = 0
        while len(self.points) <= place:
            self.points.append([])
        self.points[place].append(point)
        if place:
            self.elsewhere[chr(point)] = place
        self[point] = code = chr(len(self.points[place]))
        return code


class Widths(dict[int, int]):
    """Advance widths by character, in thousandths of the type size."""

    def __init__(self, font: "PageFont") -> None:
        super().__init__()
        self.font = font

    def __missing__(self, point: int) -> int:
        place = self.font.place_of(point)
        self[point] = width = 1000 if place is None else int(self.font.faces[place].charWidths[point])
        return width


class PageFont:
    """A font of one or more faces: what the first lacks is taken from the next that has it.

    A document that needs a character which no face has cannot be saved.
    """

    _multiByte = 1  # noqa: N815
    _dynamicFont = 1  # noqa: N815
    shapable = False

    def __init__(self, *, name: str, first: Path, others: Sequence[Path]) -> None:
        self.fontName = name
        self.face = open_face(first)
        self.faces = [self.face]
        self.others = list(others)  # opened when a character is met that no face has so far
        self.encoding = TTEncoding()
        self.widths = Widths(self)
        self.documents: WeakKeyDictionary[Any, Codes] = WeakKeyDictionary()
        self.names: WeakKeyDictionary[Any, str] = WeakKeyDictionary()

    def place_of(self, point: int) -> int | None:
        """Return which face has a character, or None."""
        for place, face in enumerate(self.faces):
            if point in face.charToGlyph:
                return place
        return self.place_in_next(point)

    def place_in_next(self, point: int) -> int | None:
        with OPENING:
            for place in range(len(self.faces), len(self.others) + 1):
                self.faces.append(open_face(self.others[place - 1]))
                if point in self.faces[place].charToGlyph:
                    return place
        return None

    def width_of(self, text: str) -> int:
        """Return the width of a text in thousandths of the type size."""
        return sum(map(self.widths.__getitem__, map(ord, text)))

    def runs(self, text: str, document: Any) -> list[tuple[int, bytes]]:
        """Return a text as runs of one face each: the face's number and the two-byte codes."""
        codes = self.codes_in(document)
        coded = text.translate(codes)
        if not codes.elsewhere or codes.elsewhere.keys().isdisjoint(text):
            return [(0, coded.encode("utf-16-be"))]
        return list(split_by_face(text, coded, codes.elsewhere))

    def codes_in(self, document: Any) -> Codes:
        codes = self.documents.get(document)
        if codes is None:
            codes = self.documents[document] = Codes(self)
        return codes

    # What reportlab asks of a dynamic font.

    def splitString(self, text: str | bytes, doc: Any, encoding: str = "utf-8") -> list[tuple[int, bytes]]:  # noqa: N802
        return self.runs(text if isinstance(text, str) else text.decode(encoding), doc)

    def stringWidth(self, text: str | bytes, size: Any, encoding: str = "utf-8") -> Any:  # noqa: N802
        return self.width_of(text if isinstance(text, str) else text.decode(encoding)) * size / 1000

    def getSubsetInternalName(self, subset: int, doc: Any) -> str:  # noqa: N802
        """Return the name under which the pages of a document call one face."""
        name = self.names.get(doc)
        if name is None:
            name = self.names[doc] = f"F{len(doc.fontMapping) + 1}"
            doc.fontMapping[self.fontName] = f"/{name}"
            doc.delayedFonts.append(self)
        return f"/{name}+{subset}"

    def addObjects(self, doc: Any) -> None:  # noqa: N802
        """Put the faces into a document that is about to be written.

        :raises GlyphMissing: if no face has a character of it
        """
        codes = self.documents.pop(doc, None) or Codes(self)
        if codes.missing:
            raise GlyphMissing("".join(map(chr, sorted(codes.missing))))
        for place, points in enumerate(codes.points or [[]]):
            name = self.getSubsetInternalName(place, doc)[1:]
            base = f"{letters(place)}+{self.faces[place].name.decode('ascii')}"
            fonts = doc.idToObject["BasicFonts"].dict
            fonts[name] = doc.Reference(composite_font(doc, face=self.faces[place], base=base, points=points), name)


@cache
def open_face(path: Path) -> Any:
    return TTFontFace(str(path))


def split_by_face(text: str, coded: str, elsewhere: dict[str, int]) -> Iterator[tuple[int, bytes]]:
    for place, run in groupby(zip(text, coded, strict=True), key=lambda pair: elsewhere.get(pair[0], 0)):
        yield place, "".join(code for _character, code in run).encode("utf-16-be")


def composite_font(doc: Any, *, face: Any, base: str, points: Sequence[int]) -> Any:
    """Return a Type0 font whose code n, from 1, shows the n-th of the points."""
    descendant = pdfdoc.PDFDictionary(
        {
            "Type": "/Font",
            "Subtype": "/CIDFontType2",
            "BaseFont": f"/{base}",
            "CIDSystemInfo": pdfdoc.PDFDictionary(
                {
                    "Registry": pdfdoc.PDFString("Adobe"),
                    "Ordering": pdfdoc.PDFString("Identity"),
                    "Supplement": 0,
                }
            ),
            "FontDescriptor": face.addSubsetObjects(doc, base, [0, *points]),
            "DW": 1000,
            "W": pdfdoc.PDFArray([1, pdfdoc.PDFArray([int(face.charWidths[point]) for point in points])]),
            "CIDToGIDMap": stream(doc, glyph_numbers(face, points), f"glyphs:{base}"),
        }
    )
    return pdfdoc.PDFDictionary(
        {
            "Type": "/Font",
            "Subtype": "/Type0",
            "BaseFont": f"/{base}",
            "Encoding": "/Identity-H",
            "DescendantFonts": pdfdoc.PDFArray([doc.Reference(descendant, f"descendant:{base}")]),
            "ToUnicode": stream(doc, to_unicode(points), f"toUnicode:{base}"),
        }
    )


def stream(doc: Any, content: bytes, name: str) -> Any:
    made = pdfdoc.PDFStream(content=content, filters=[pdfdoc.PDFZCompress] if doc.compression else None)
    return doc.Reference(made, name)


def glyph_numbers(face: Any, points: Iterable[int]) -> bytes:
    """Return the glyph of each code in the embedded subset, which holds a glyph shared by two characters once."""
    numbers = {0: 0}
    found = [0, *(numbers.setdefault(face.charToGlyph[point], len(numbers)) for point in points)]
    return b"".join(number.to_bytes(2, "big") for number in found)


def to_unicode(points: Sequence[int]) -> bytes:
    """Return the map from codes to characters, each in UTF-16, so that a reader finds the text again."""
    entries = [
        f"<{code:04X}> <{chr(point).encode('utf-16-be').hex().upper()}>" for code, point in enumerate(points, start=1)
    ]
    blocks = [entries[start : start + PER_BLOCK] for start in range(0, len(entries), PER_BLOCK)]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<0000> <FFFF>",
        "endcodespacerange",
        *(line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")),
        "endcmap",
        "CMapName currentdict /CMap defineresource pop",
        "end",
        "end",
    ]
    return "\n".join(lines).encode("ascii")


def letters(place: int) -> str:
    """Return the six letters that mark a subset, another for each face."""
    return f"TONGF{chr(ord('A') + place)}"
