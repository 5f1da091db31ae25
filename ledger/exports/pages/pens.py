"""One page, written as PDF operators: texts and lines at places measured from the top left corner.

Operators, because a month has twenty thousand payslips and reportlab's own calls take three times as
long. Every length is a whole number of hundredths of a millimetre: nothing drifts, and the same
page is the same bytes.
"""

import re
from collections.abc import Sequence
from math import cos, radians, sin
from typing import Any, Final

from ledger.exports.pages.embedding import PageFont
from ledger.exports.pages.typefaces import REGULAR, typeface

MM: Final = 100
INCH: Final = 2540
# Inks, as the operators that take them.
BLACK: Final = "0 g"
RED: Final = "0.8 0 0 rg"
PALE: Final = "0.9 g"
PALE_RED: Final = "1 0.86 0.86 rg"
# A word of ASCII or one other character, with the marks that may not begin a line.
UNBROKEN: Final = re.compile(r"(?:[!-~]+|.)[，。、；：！？）》」』·…%]*", re.DOTALL)


def points(size: int) -> int:
    """Return a type size or line width given in tenths of a point."""
    return size * INCH // 720


class Pen:
    """The writing on one page ``width`` by ``height`` of a reportlab document; ``operators`` is what it says."""

    def __init__(self, document: Any, *, width: int, height: int) -> None:
        self.document = document
        self.width = width
        self.height = height
        self.grounds: list[str] = []
        self.marks: list[str] = []
        self.strokes: list[str] = []
        self.words: list[str] = []
        self.set_in = ("", 0, 0)  # font, face and size of the last word
        self.ink = BLACK  # of the last word

    def text(self, x: int, y: int, text: str, *, size: int, font: str = REGULAR, ink: str = BLACK) -> None:
        """Write a text from ``x`` on, its foot on ``y``."""
        face = typeface(font)
        document = self.document
        if ink != self.ink:
            self.ink = ink
            self.words.append(ink)
        self.words.append(f"1 0 0 1 {x} {self.height - y} Tm")
        for place, codes in face.runs(text, document):
            if self.set_in != (font, place, size):
                self.set_in = (font, place, size)
                self.words.append(f"{face.getSubsetInternalName(place, document)} {size} Tf")
            self.words.append(f"<{codes.hex()}> Tj")

    def right(self, x: int, y: int, text: str, *, size: int, font: str = REGULAR, ink: str = BLACK) -> None:
        """Write a text that ends at ``x``."""
        self.text(x - width_of(text, size=size, font=font), y, text, size=size, font=font, ink=ink)

    def centre(self, x: int, y: int, text: str, *, size: int, font: str = REGULAR, ink: str = BLACK) -> None:
        """Write a text with its middle at ``x``."""
        self.text(x - width_of(text, size=size, font=font) // 2, y, text, size=size, font=font, ink=ink)

    def mark(self, x: int, y: int, text: str, *, size: int, ink: str, degrees: int) -> None:
        """Lay a turned text with its middle at ``x`` and ``y`` under everything, as a watermark."""
        face = typeface(REGULAR)
        turn, half = radians(degrees), width_of(text, size=size) // 2
        across, up = f"{cos(turn):.6f}", f"{sin(turn):.6f}"
        left, foot = x - int(half * cos(turn)), self.height - y - int(half * sin(turn))
        words = "".join(
            f"{face.getSubsetInternalName(place, self.document)} {size} Tf <{codes.hex()}> Tj "
            for place, codes in face.runs(text, self.document)
        )
        self.marks.append(f"{ink} BT {across} {up} -{up} {across} {left} {foot} Tm {words}ET 0 g")

    def line(self, x: int, y: int, to_x: int, to_y: int) -> None:
        self.strokes.append(f"{x} {self.height - y} m {to_x} {self.height - to_y} l S")

    def thickness(self, width: int) -> None:
        """Draw further lines this thick."""
        self.strokes.append(f"{width} w")

    def dashes(self, *lengths: int) -> None:
        """Draw further lines in dashes and gaps of these lengths; none for whole lines."""
        self.strokes.append(f"[{' '.join(map(str, lengths))}] 0 d")

    def shade(self, x: int, y: int, width: int, height: int) -> None:
        """Lay a light grey under everything in a rectangle whose top left corner is given."""
        self.grounds.append(f"{x} {self.height - y - height} {width} {height} re f")

    def operators(self) -> str:
        """Return what the page says: grounds, marks, lines, words."""
        scale = f"{72 / INCH:.8f}"
        grounds = ["0.93 g", *self.grounds, "0 g"] if self.grounds else []
        writing = [f"q {scale} 0 0 {scale} 0 0 cm", *grounds, *self.marks, *self.strokes, "BT", *self.words, "ET Q"]
        return "\n".join(writing)


def width_of(text: str, *, size: int, font: str = REGULAR) -> int:
    """Return how long a text is."""
    return typeface(font).width_of(text) * size // 1000


def fitted(text: str, *, room: int, size: int, font: str = REGULAR) -> int:
    """Return the type size, ``size`` or smaller, at which a text fits into ``room``."""
    width = width_of(text, size=size, font=font)
    return size if width <= room else max(1, size * room // width)


def wrapped(text: str, *, room: int, size: int, font: str = REGULAR) -> list[str]:
    """Return a text as the lines it takes in ``room``: broken between Chinese characters and between words.

    What cannot be broken and is too long stands on a line of its own, to be fitted.
    """
    if width_of(text, size=size, font=font) <= room:
        return [text]
    face: PageFont = typeface(font)
    lines, line, length = [], "", 0
    for part in UNBROKEN.findall(text):
        width = face.width_of(part) * size // 1000
        if line.strip() and length + width > room:
            lines.append(line.strip())
            line, length = "", 0
        line += part
        length += width
    return [*lines, line.strip()] if line.strip() else lines


def packed(texts: Sequence[str], *, room: int, size: int, font: str = REGULAR) -> list[str]:
    """Return some texts as the lines they take in ``room``, parted by ；, none broken that fits a line by itself."""
    lines: list[str] = []
    for text in texts:
        joined = f"{lines[-1]}；{text}" if lines else text
        if lines and width_of(joined, size=size, font=font) <= room:
            lines[-1] = joined
        else:
            lines += wrapped(text, room=room, size=size, font=font)
    return lines
