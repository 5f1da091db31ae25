"""One voucher from HTML through xhtml2pdf, for who reads a single one on a screen; print runs are ``voucher_runs``.

The fonts are those of all our documents, known to reportlab once in a process: xhtml2pdf draws with the
same ``PageFont``, so rare names read back right and a character that no font has stops the document.
Django's template escapes every text. Nothing is fetched: the template names no file and no address.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import IO, Final

from django.template.loader import render_to_string
from reportlab.lib.fonts import addMapping
from xhtml2pdf import default, pisa

from ledger.exports.pages.frames import local_time
from ledger.exports.pages.pens import INCH, MM, fitted, points
from ledger.exports.pages.typefaces import BOLD, REGULAR, typeface
from ledger.exports.voucher_runs import ROWS, block
from ledger.exports.voucher_sheets import BlockTotal, PrintedLine, PrintedVoucher, Sheet, day_text, sheets_of, yuan
from ledger.money import in_full

TEMPLATE: Final = "ledger/voucher.html"
# The room of the cells in the template, how high a row is there, and the size of an amount.
SUMMARY, GENERAL, DETAIL, AMOUNT = 39 * MM, 30 * MM, 42 * MM, 21 * MM
HEIGHT, TEXT = 95 * MM // 10, points(81)


class NotDrawn(Exception):
    """xhtml2pdf drew something otherwise than the template says; its own words tell what."""


def write_voucher(*, file: IO[bytes], voucher: PrintedVoucher, at: datetime) -> None:
    """Write one voucher as PDF on A5, as many sheets as it takes.

    :raises GlyphMissing: if no font has a character of it; nothing is written then
    :raises NotDrawn: if xhtml2pdf warned of anything
    """
    know_fonts()
    sheets = [shown(sheet) for sheet in sheets_of(voucher, rows=ROWS)]
    html = render_to_string(
        TEMPLATE,
        {
            "voucher": voucher,
            "sheets": sheets,
            "day": day_text(voucher.posting_date),
            "printed_at": f"{local_time(at):%Y-%m-%d %H:%M}",
        },
    )
    status = pisa.CreatePDF(html, dest=file, encoding="utf-8", link_callback=refuse_to_fetch)
    if status.err or status.warn:
        raise NotDrawn("; ".join(str(entry[2]) for entry in status.log))


@cache
def know_fonts() -> None:
    """Let xhtml2pdf draw the family ``NotoSansSC`` with the fonts that reportlab knows by these names."""
    for bold, name in ((0, REGULAR), (1, BOLD)):
        typeface(name)
        for italic in (0, 1):
            addMapping(REGULAR, bold, italic, name)
    default.DEFAULT_FONT[REGULAR.lower()] = REGULAR
    # What it warns of quotes the document, names and all: that is counted, and belongs in no log.
    logging.getLogger("xhtml2pdf").setLevel(logging.CRITICAL)


def refuse_to_fetch(uri: str, _relative_to: str) -> str:
    raise NotDrawn(uri)


def shown(sheet: Sheet) -> dict[str, object]:
    """Return a sheet in the terms of the template."""
    return {
        "name": sheet.name,
        "rows": [shown_row(row) for row in sheet.rows],
        "blanks": range(sheet.blanks),
        "total": shown_row(sheet.total) if sheet.total else None,
        "sheets": sheet.sheets,
        "last": sheet.number == sheet.sheets,
    }


def shown_row(row: PrintedLine | BlockTotal) -> dict[str, object]:
    write = yuan if isinstance(row, BlockTotal) else in_full
    said = ["" if amount is None else write(amount) for amount in (row.debit, row.credit)]
    amounts = {
        "debit": said[0],
        "credit": said[1],
        "size": type_size(min(fitted(text, room=AMOUNT, size=TEXT, font=BOLD) for text in said)),
        "red": any(amount is not None and amount < 0 for amount in (row.debit, row.credit)),
    }
    if isinstance(row, BlockTotal):
        return {"total": f"{row.label}（大写）：{row.capitals}", **amounts}
    account = row.account
    return {
        "summary": cell(row.summary, (), SUMMARY),
        "general": cell(account.general, (), GENERAL),
        "detail": cell(account.detail, row.dimensions, DETAIL),
        **amounts,
    }


def cell(text: str, more: Sequence[str], room: int) -> list[tuple[str, str]]:
    """Return the lines of a cell, each with its type size, so that xhtml2pdf has nothing to wrap or shrink."""
    return [(line, type_size(size)) for line, size in block(text, tuple(more), room, HEIGHT)]


def type_size(size: int) -> str:
    tenths = size * 720 // INCH
    return f"{tenths // 10}.{tenths % 10}pt"
