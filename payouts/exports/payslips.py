"""工资条: several slips on a page, to be cut apart; one file for a township or a unit.

Drawn stroke by stroke, for a month has twenty thousand of them. A slip leaves the office, so it names
its person by the name and hides most of the ID and account numbers.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import IO, Final

from django.utils.translation import gettext as _

from ledger.exports.pages.frames import MARGIN, TOP, Drawing, Frame, Paper, write_pages
from ledger.exports.pages.lists import write_list
from ledger.exports.pages.pens import MM, Pen, fitted, points, width_of
from ledger.exports.pages.tables import THICK, THIN
from ledger.exports.pages.typefaces import BOLD, REGULAR
from ledger.exports.pages.workbooks import Values
from ledger.masking import masked_account, masked_id
from ledger.money import in_full
from payouts.exports.rows import Heading, Items, Slip, Totals, amounts_by, month_name, names_of, totals_of

ACROSS: Final = 9  # cells in a row of a slip
NAME: Final = points(100)
AMOUNT: Final = points(75)
SMALL: Final = points(65)
HEAD_HEIGHT: Final = 10 * MM
ROW_HEIGHT: Final = 76 * MM // 10
SUM_HEIGHT: Final = 6 * MM
GAP: Final = 5 * MM
SUM_CELLS: Final = 30 * MM  # the width of each of the four sums
PAD: Final = MM


def write_payslips(*, file: IO[bytes], heading: Heading, slips: Sequence[Slip]) -> Totals:
    """Write the slips as PDF in their order; the slips of a unit begin on a page of their own.

    :raises GlyphMissing: if no font has a character of a name
    """
    frame = heading.frame(title=_("Payslips"), paper=Paper.PORTRAIT)
    labels = SlipLabels("　".join([heading.district, month_name(heading.month), frame.title]))
    write_pages(file=file, frame=frame, pages=list(pages_of(slips, frame, labels)))
    return totals_of(slips)


def write_payslip_list(*, file: IO[bytes], heading: Heading, slips: Sequence[Slip]) -> Totals:
    """Write the slips as csv, one line a person, one column an item, ID and account numbers masked."""
    items, deductions, dates = (
        names_of([getattr(slip, part) for slip in slips]) for part in ("items", "deductions", "year_to_date")
    )
    heads = [
        _("Pay month"),
        _("Run"),
        _("Person"),
        _("ID number"),
        _("Township"),
        _("Unit code"),
        _("Unit"),
        _("Category"),
    ]
    heads += [*items, _("Gross"), *deductions, _("Deductions"), _("Tax"), _("Net"), _("Bank"), _("Account number")]
    rows = (
        [f"{heading.month:%Y-%m}", heading.run, *slip_values(slip, items, deductions, dates), slip.remark]
        for slip in slips
    )
    write_list(file=file, heads=[*heads, *dates, _("Remark")], rows=rows)
    return totals_of(slips)


def slip_values(slip: Slip, items: Sequence[str], deductions: Sequence[str], dates: Sequence[str]) -> Values:
    return [
        slip.name,
        masked_id(slip.id_number),
        slip.township,
        slip.unit_code,
        slip.unit,
        slip.category,
        *amounts_by(items, slip.items),
        slip.gross,
        *amounts_by(deductions, slip.deductions),
        slip.deducted,
        slip.tax,
        slip.net,
        slip.bank,
        masked_account(slip.account),
        *amounts_by(dates, slip.year_to_date),
    ]


class SlipLabels:
    """The words that every slip repeats, translated once."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.id_number = _("ID number")
        self.account = _("Account number")
        self.sums = (_("Gross"), _("Deductions"), _("Tax"), _("Net"))


def pages_of(slips: Sequence[Slip], frame: Frame, labels: SlipLabels) -> Iterator[list[Drawing]]:
    """Yield the drawings of each page."""
    page: list[Drawing] = []
    y, unit = TOP, None
    for slip in slips:
        height = height_of(slip)
        if page and (slip.unit_code != unit or y + height > frame.foot):
            yield page
            page, y = [], TOP
        page.append(partial(draw_slip, slip=slip, y=y, height=height, width=frame.width, labels=labels))
        y += height + GAP
        unit = slip.unit_code
    yield page


def height_of(slip: Slip) -> int:
    rows = sum(-(-len(shown(items)) // ACROSS) for items in (slip.items, slip.deductions))
    return HEAD_HEIGHT + rows * ROW_HEIGHT + SUM_HEIGHT


def shown(items: Items) -> Items:
    """Return the items that say something: those that are not zero."""
    return [item for item in items if item[1]]


def draw_slip(pen: Pen, *, slip: Slip, y: int, height: int, width: int, labels: SlipLabels) -> None:
    left, right = MARGIN, MARGIN + width
    draw_head(pen, slip, y, width, labels)
    pen.thickness(THIN)
    top = y + HEAD_HEIGHT
    for items in (shown(slip.items), shown(slip.deductions)):
        for start in range(0, len(items), ACROSS):
            draw_cells(pen, items[start : start + ACROSS], top, width)
            top += ROW_HEIGHT
    draw_sums(pen, slip, top, width, labels)
    pen.thickness(THICK)
    for side in (y, y + height):
        pen.line(left, side, right, side)
    for side in (left, right):
        pen.line(side, y, side, y + height)
    pen.thickness(THIN)
    pen.dashes(MM, MM)
    pen.line(0, y + height + GAP // 2, pen.width, y + height + GAP // 2)
    pen.dashes()


def draw_head(pen: Pen, slip: Slip, y: int, width: int, labels: SlipLabels) -> None:
    left, right = MARGIN + PAD, MARGIN + width - PAD
    pen.right(right, y + 45 * MM // 10, labels.title, size=AMOUNT)
    room = right - left - width_of(labels.title, size=AMOUNT) - 4 * PAD
    size = fitted(slip.name, room=room // 2, size=NAME, font=BOLD)
    pen.text(left, y + 45 * MM // 10, slip.name, size=size, font=BOLD)
    passed = width_of(slip.name, size=size, font=BOLD) + 3 * PAD
    place = f"{slip.unit}　{slip.township}"
    pen.text(left + passed, y + 45 * MM // 10, place, size=fitted(place, room=room - passed, size=AMOUNT, font=REGULAR))
    below = "　".join(
        part
        for part in (
            slip.category,
            f"{labels.id_number} {masked_id(slip.id_number)}",
            f"{labels.account} {slip.bank} {masked_account(slip.account)}",
            slip.remark,
        )
        if part
    )
    pen.text(left, y + 88 * MM // 10, below, size=fitted(below, room=right - left, size=SMALL))
    pen.line(MARGIN, y + HEAD_HEIGHT, MARGIN + width, y + HEAD_HEIGHT)


def draw_cells(pen: Pen, items: Items, y: int, width: int) -> None:
    """Draw up to nine items: the name on grey, the amount below it."""
    pen.shade(MARGIN, y, width, ROW_HEIGHT // 2)
    for place, (name, amount) in enumerate(items):
        left = MARGIN + width * place // ACROSS
        middle, room = left + width // ACROSS // 2, width // ACROSS - PAD
        pen.centre(middle, y + 27 * MM // 10, name, size=fitted(name, room=room, size=SMALL))
        text = in_full(amount)
        pen.centre(middle, y + 66 * MM // 10, text, size=fitted(text, room=room, size=AMOUNT))
        if place:
            pen.line(left, y, left, y + ROW_HEIGHT)
    pen.line(MARGIN, y + ROW_HEIGHT, MARGIN + width, y + ROW_HEIGHT)


def draw_sums(pen: Pen, slip: Slip, y: int, width: int, labels: SlipLabels) -> None:
    foot = y + 42 * MM // 10
    for place, (label, amount) in enumerate(
        zip(labels.sums, (slip.gross, slip.deducted, slip.tax, slip.net), strict=True)
    ):
        left = MARGIN + place * SUM_CELLS
        pen.text(left + PAD, foot, label, size=SMALL)
        text = in_full(amount)
        room = SUM_CELLS - 3 * PAD - width_of(label, size=SMALL)
        size = fitted(text, room=room, size=AMOUNT, font=BOLD)
        pen.right(left + SUM_CELLS - PAD, foot, text, size=size, font=BOLD)
        pen.line(left + SUM_CELLS, y, left + SUM_CELLS, y + SUM_HEIGHT)
    to_date = "　".join(f"{name} {in_full(amount)}" for name, amount in slip.year_to_date)
    room = width - 4 * SUM_CELLS - 2 * PAD
    pen.text(MARGIN + 4 * SUM_CELLS + PAD, foot, to_date, size=fitted(to_date, room=room, size=SMALL))
