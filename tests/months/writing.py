"""Write sheets as workbooks or as csv files of any encoding."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import xlsxwriter

from tests.months.layout import Sheet, shown_text
from tests.months.tables import DateCell, Formula, Number


def write_workbook(*, path: Path, sheets: Sequence[Sheet]) -> None:
    """Write a workbook; a large one row by row in little memory, if no blocks are merged over several rows."""
    tall = any(block.bottom > 0 for sheet in sheets for block in sheet.blocks)
    small = sum(len(sheet.rows) for sheet in sheets) < 3000
    book = xlsxwriter.Workbook(str(path), {"in_memory": small, "constant_memory": not tall and not small})
    book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
    centre = book.add_format({"align": "center"})
    days = book.add_format({"num_format": "yyyy-mm-dd"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        for block in sheet.blocks:
            page.merge_range(*block, "", centre)
        for at, row in enumerate(sheet.rows):
            for column, raw in enumerate(row):
                if isinstance(raw, str):
                    if raw:
                        page.write_string(at, column, raw)
                elif isinstance(raw, Number):
                    page.write_number(at, column, float(raw.text))
                elif isinstance(raw, Formula):
                    page.write_formula(at, column, raw.text, None, float(raw.cached) if raw.cached else "")
                elif isinstance(raw, DateCell):
                    page.write_datetime(at, column, datetime(*raw.on.timetuple()[:3]), days)
    book.close()


def write_csv(*, path: Path, sheet: Sheet, encoding: str, bom: bool, ends: Random | None) -> None:
    """Write a csv file with CRLF; with `ends`, some lines end with LF only."""
    lines: list[bytes] = [b"\xef\xbb\xbf"] if bom else []
    for at, row in enumerate(sheet.rows):
        buffer = io.StringIO()
        if row:
            csv.writer(buffer, lineterminator="").writerow([shown_text(raw) for raw in row])
        bare = ends is not None and (at == 1 or (at > 1 and ends.random() < 0.3))
        lines.append(buffer.getvalue().encode(encoding) + (b"\n" if bare else b"\r\n"))
    path.write_bytes(b"".join(lines))
