"""Change the csv files of a generated month: one cell, or the rows of a person or unit."""

import csv
import io
from pathlib import Path


def rows_of(path: Path) -> tuple[list[list[str]], int]:
    """Return all rows, and the place of the header: the row that names the ID numbers, or the kinds of units."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    named = ("身份证", "单位性质")
    header = next(at for at, row in enumerate(rows) if any(name in cell for cell in row for name in named))
    return rows, header


def write_rows(path: Path, rows: list[list[str]]) -> None:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    path.write_text(stream.getvalue(), encoding="utf-8")


def change_cell(path: Path, *, row: int, column: str, value: str) -> None:
    """Set a cell of the ``row``-th data row (from 1)."""
    rows, header = rows_of(path)
    rows[header + row][rows[header].index(column)] = value
    write_rows(path, rows)


def change_column(path: Path, *, column: str, value: str) -> None:
    """Set a column in every data row."""
    rows, header = rows_of(path)
    for cells in rows[header + 1 :]:
        cells[rows[header].index(column)] = value
    write_rows(path, rows)


def drop_row(path: Path, *, row: int = 0, unit: str = "") -> str:
    """Drop the ``row``-th data row (from 1), or all rows of a unit; return the ID number of the last one dropped."""
    rows, header = rows_of(path)
    id_at = next(at for at, cell in enumerate(rows[header]) if "身份证" in cell)
    dropped = [at for at, cells in enumerate(rows) if at > header and (at == header + row or (unit and unit in cells))]
    id_number = rows[dropped[-1]][id_at]
    write_rows(path, [cells for at, cells in enumerate(rows) if at not in dropped])
    return id_number
