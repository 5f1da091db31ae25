"""Workbooks in Office Open XML (xlsx): which sheets there are, what their cells refer to, their rows.

python-calamine reads these nearly twice as fast, but it holds a whole sheet (220 MB for 100,000 rows of 26
columns), shows no formula, and makes blanks of error cells, so that a lost amount would count as nothing.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from imports.reading.archives import Archive
from imports.reading.cells import (
    DATE_FORMATS,
    DAY_ZERO,
    DAY_ZERO_1904,
    Cell,
    Convert,
    boolean_of,
    is_date_format,
    iso_date_of,
    moment_of,
    number_of,
    text_of,
    unescaped,
)
from imports.reading.markup import Enter, NotXml, texts_of, walk
from imports.reading.shapes import Obstacle, Row, SheetRows, Unreadable, up_to_last_used
from imports.reading.worksheets import BrokenSheet, SheetXml, formulas_in, rows_in

SHARED_BYTES_MAX = 1 << 28  # of the texts that cells share, which are held in memory
ATTRIBUTE = re.compile(rb"""(?:^|\s)([st])\s*=\s*["']([^"']*)["']""")


class Relation(NamedTuple):
    kind: str
    path: str


class Kinds(dict[bytes, Convert]):
    """What turns the raw text of a cell into its value, by the cell's attributes; each met once."""

    def __init__(self, *, texts: list[str], date_styles: set[int], day_zero: date) -> None:
        super().__init__()
        self.texts = texts
        self.date_styles = date_styles
        self.day_zero = day_zero

    def __missing__(self, attributes: bytes) -> Convert:
        named = {name: text.decode() for name, text in ATTRIBUTE.findall(attributes)}
        kind = named.get(b"t", "n")
        if kind == "n":
            convert = self.moment if int(named.get(b"s") or 0) in self.date_styles else number_of
        elif kind == "s":
            convert = self.shared_text
        elif kind == "b":
            convert = boolean_of
        elif kind == "d":
            convert = iso_date_of
        else:  # str, inlineStr, and e: an error cell says #REF!, which is no blank
            convert = text_of
        self[attributes] = convert
        return convert

    def moment(self, raw: bytes) -> Cell:
        return moment_of(number_of(raw), self.day_zero)

    def shared_text(self, raw: bytes) -> Cell:
        if not raw.strip().isdigit():
            raise ValueError("no shared text")
        return self.texts[int(raw)]


@dataclass(frozen=True, slots=True)
class Book:
    """What all sheets of a workbook refer to. ``sheets`` are their names and parts."""

    archive: Archive
    sheets: list[tuple[str, str]]
    kinds: Kinds


def read_workbook(*, file: str, content: bytes) -> Iterator[SheetRows]:
    """Return the sheets of a workbook in their order, hidden ones too.

    :raises Unreadable: LOCKED, NOT_A_WORKBOOK, BROKEN, TOO_LARGE or EMPTY
    """
    archive = Archive(file=file, content=content)
    book = open_book(archive)
    if not book.sheets:
        raise Unreadable(Obstacle.EMPTY, {"file": file, "detail": "no worksheet"})
    return (read_sheet(book, name, path) for name, path in book.sheets)


def open_book(archive: Archive) -> Book:
    main = next(
        (relation.path for relation in relations_of(archive, "").values() if relation.kind == "officeDocument"),
        "xl/workbook.xml",
    )
    if main not in archive or not main.endswith(".xml"):
        raise Unreadable(Obstacle.NOT_A_WORKBOOK, {"file": archive.file, "detail": "an archive of something else"})
    relations = relations_of(archive, main)
    named, day_zero = contents_of(archive, main)
    missing = [name for name, identity in named if identity not in relations]
    if missing:
        raise archive.broken(part=main, detail=f"sheet {missing[0]} is nowhere")
    # Some programs name parts that they leave out, being empty.
    parts = {relation.kind: relation.path for relation in relations.values() if relation.path in archive}
    kinds = Kinds(
        texts=shared_texts(archive, parts["sharedStrings"]) if "sharedStrings" in parts else [],
        date_styles=date_styles(archive, parts["styles"]) if "styles" in parts else set(),
        day_zero=day_zero,
    )
    # The rest are charts and macros.
    sheets = [(name, relations[identity].path) for name, identity in named if relations[identity].kind == "worksheet"]
    return Book(archive=archive, sheets=sheets, kinds=kinds)


def contents_of(archive: Archive, main: str) -> tuple[list[tuple[str, str]], date]:
    """Return the names of the sheets with the identity of their parts, and what day dates count from."""
    named: list[tuple[str, str]] = []
    day_zero = DAY_ZERO

    def enter(path: list[str], attributes: dict[str, str]) -> None:
        nonlocal day_zero
        if path[0] != "workbook":
            raise Unreadable(Obstacle.NOT_A_WORKBOOK, {"file": archive.file, "detail": f"a document: {path[0]}"})
        if path[-1] == "workbookPr" and attributes.get("date1904") in ("1", "true", "on"):
            day_zero = DAY_ZERO_1904
        elif path[-1] == "sheet" and path[-2] == "sheets":
            identity = next((text for name, text in attributes.items() if name.endswith(":id")), "")
            named.append((unescaped(attributes.get("name", "")), identity))

    enter_part(archive, main, enter)
    return named, day_zero


def relations_of(archive: Archive, part: str) -> dict[str, Relation]:
    """Return the parts that a part refers to, by the identity it calls them by; '' is the archive itself."""
    folder, name = posixpath.split(part)
    relations: dict[str, Relation] = {}

    def enter(path: list[str], attributes: dict[str, str]) -> None:
        if path[-1] == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "").replace("\\", "/")
            relations[attributes.get("Id", "")] = Relation(
                kind=attributes.get("Type", "").rpartition("/")[2],
                path=posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"),
            )

    place = posixpath.join(folder, "_rels", f"{name}.rels")
    if place in archive:
        enter_part(archive, place, enter)
    return relations


def date_styles(archive: Archive, part: str) -> set[int]:
    """Return the numbers of the cell styles that show dates."""
    formats = dict.fromkeys(DATE_FORMATS, True)
    styles: list[int] = []

    def enter(path: list[str], attributes: dict[str, str]) -> None:
        if path[-1] == "numFmt" and path[-2] == "numFmts":
            formats[int(attributes.get("numFmtId", 0))] = is_date_format(attributes.get("formatCode", ""))
        elif path[-1] == "xf" and path[-2] == "cellXfs":
            styles.append(int(attributes.get("numFmtId", 0)))

    enter_part(archive, part, enter)
    return {number for number, style in enumerate(styles) if formats.get(style)}


def shared_texts(archive: Archive, part: str) -> list[str]:
    """Return the texts that cells refer to by number; how to read them aloud left out."""
    if archive.size(part) > SHARED_BYTES_MAX:
        raise Unreadable(
            Obstacle.TOO_LARGE,
            {"file": archive.file, "part": part, "limit": SHARED_BYTES_MAX, "found": archive.size(part)},
        )
    try:
        return [unescaped(text) for text in texts_of(archive.chunks(part), item="si")]
    except (NotXml, ValueError) as error:
        raise archive.broken(part=part, detail=str(error)) from error


def enter_part(archive: Archive, part: str, enter: Enter) -> None:
    try:
        walk(archive.chunks(part), enter)
    except (NotXml, ValueError) as error:
        raise archive.broken(part=part, detail=str(error)) from error


def read_sheet(book: Book, name: str, part: str) -> SheetRows:
    """Return a sheet after one pass through it for what stands below its rows, or must be known before them."""
    try:
        sheet = SheetXml(book.archive.chunks(part))
        formulas = formulas_in(sheet)
        merged = list(sheet.blocks_merged())
    except BrokenSheet as error:
        raise broken_sheet(book, name, error) from error
    return SheetRows(name=name, rows=rows_of_sheet(book, name, part, formulas), merged=merged, formulas=formulas)


def rows_of_sheet(book: Book, name: str, part: str, formulas: Mapping[int, Mapping[int, str]]) -> Iterator[Row]:
    try:
        yield from up_to_last_used(rows_in(SheetXml(book.archive.chunks(part)), kinds=book.kinds), formulas)
    except BrokenSheet as error:
        raise broken_sheet(book, name, error) from error


def broken_sheet(book: Book, name: str, error: BrokenSheet) -> Unreadable:
    return Unreadable(
        Obstacle.BROKEN, {"file": book.archive.file, "sheet": name, "row": error.row, "detail": error.detail}
    )
