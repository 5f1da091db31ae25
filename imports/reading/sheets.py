"""The door of reading: a file's bytes to its sheets, whatever the name of the file says it is."""

from collections.abc import Iterator

from imports.reading.cells import Cell
from imports.reading.csv_files import read_csv
from imports.reading.old_workbooks import read_old_workbook
from imports.reading.shapes import Block, FileFact, Obstacle, Row, SheetRows, Unreadable
from imports.reading.workbooks import read_workbook

__all__ = ["Block", "Cell", "FileFact", "Obstacle", "Row", "SheetRows", "Unreadable", "read_file"]

ZIP = b"PK"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Web pages and XML that old systems save under the name of a spreadsheet.
MARKUP = (b"<html", b"<!doctype", b"<?xml", b"<table", b"<head", b"<meta")


def read_file(*, file: str, content: bytes) -> tuple[FileFact, Iterator[SheetRows]]:
    """Return how the file is written, and its sheets one after the other, hidden ones too.

    :raises Unreadable: at once, or while sheets or rows are taken, where the fault lies further inside
    """
    if content.startswith(ZIP):
        return FileFact(encoding="xlsx", bom=False, mixed_eol=False), read_workbook(file=file, content=content)
    if content.startswith(OLE):
        return FileFact(encoding="xls", bom=False, mixed_eol=False), read_old_workbook(file=file, content=content)
    if content[:200].removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(MARKUP):
        raise Unreadable(Obstacle.NOT_A_WORKBOOK, {"file": file, "detail": "a web page or XML"})
    return read_csv(file=file, content=content)
