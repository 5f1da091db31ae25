"""What stands round every page: title and facts above; statement, time of printing and page number below."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import IO, Final

from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from ledger.exports.pages.pens import INCH, MM, Pen, fitted, points, width_of, wrapped
from ledger.exports.pages.typefaces import BOLD, REGULAR, typeface

TITLE: Final = points(150)
FACTS: Final = points(85)
FOOT: Final = points(65)
MARGIN: Final = 10 * MM
TOP: Final = 24 * MM  # where the content begins
BOTTOM: Final = 16 * MM  # what is kept free below it

Drawing = Callable[[Pen], None]

# ASCII85 makes files a quarter larger, for printers of the last century.
rl_config.useA85 = 0


class Paper(Enum):
    """A4, by width and height."""

    PORTRAIT = (210 * MM, 297 * MM)
    LANDSCAPE = (297 * MM, 210 * MM)


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of a document says.

    ``facts`` stand in one line under the title, ``unit`` at its end; ``statement`` says under which
    rules the money is shown, and is empty where no money of the books is.
    """

    title: str
    facts: Sequence[str]
    unit: str
    statement: str
    printed_at: datetime
    paper: Paper

    @property
    def width(self) -> int:
        """The width that is left between the margins."""
        return self.paper.value[0] - 2 * MARGIN

    @property
    def foot(self) -> int:
        """Where the content must end, measured from the top."""
        return self.paper.value[1] - BOTTOM


def write_pages(*, file: IO[bytes], frame: Frame, pages: Sequence[Sequence[Drawing]]) -> None:
    """Write a PDF, each page in its frame. The same pages and time of printing give the same bytes.

    :raises GlyphMissing: if no font has a character of it; nothing is written then
    """
    width, height = frame.paper.value
    typeface(REGULAR)
    canvas = Canvas(
        file,
        pagesize=(width * 72 / INCH, height * 72 / INCH),
        pageCompression=1,
        invariant=1,
        initialFontName=REGULAR,
    )
    canvas.setTitle(" ".join([frame.title, *frame.facts]))
    canvas.setSubject(frame.statement)
    canvas.setAuthor("Tongfa 统发")
    canvas.setCreator("Tongfa 统发")
    at = local_time(frame.printed_at)
    canvas.setDateFormatter(lambda *_parts: f"{at:D:%Y%m%d%H%M%S}{at:%z}"[:-2] + f"'{at:%z}'"[-3:])
    for number, drawings in enumerate(pages, start=1):
        pen = Pen(canvas._doc, width=width, height=height)
        draw_frame(pen, frame, number, len(pages))
        for draw in drawings:
            draw(pen)
        canvas.addLiteral(pen.operators())
        canvas.showPage()
    canvas.save()


def draw_frame(pen: Pen, frame: Frame, number: int, pages: int) -> None:
    left, right, middle = MARGIN, pen.width - MARGIN, pen.width // 2
    size = fitted(frame.title, room=frame.width, size=TITLE, font=BOLD)
    pen.centre(middle, 14 * MM, frame.title, size=size, font=BOLD)
    facts = "　".join(frame.facts)
    room = frame.width - width_of(frame.unit, size=FACTS) - 5 * MM
    pen.text(left, 21 * MM, facts, size=fitted(facts, room=room, size=FACTS))
    pen.right(right, 21 * MM, frame.unit, size=FACTS)
    y = pen.height - BOTTOM + 5 * MM
    for line in wrapped(frame.statement, room=frame.width, size=FOOT)[:2]:
        pen.text(left, y, line, size=fitted(line, room=frame.width, size=FOOT))
        y += FOOT * 5 // 4
    y = pen.height - 5 * MM
    at = local_time(frame.printed_at)
    pen.text(left, y, _("Printed at {at}").format(at=f"{at:%Y-%m-%d %H:%M}"), size=FOOT)
    pen.right(right, y, _("Page {page} of {pages}").format(page=number, pages=pages), size=FOOT)


def local_time(at: datetime) -> datetime:
    """Return an aware time as the clock of the office shows it."""
    return at.astimezone(get_current_timezone())
