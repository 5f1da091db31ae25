"""A sample or the rows of a test as csv or xlsx: first what it was drawn from and how, then the rows.

Documents of the bureau are in Chinese. Numbers of people and accounts are masked; a text that a spreadsheet would
run as a formula stays a text.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Final, TypeAlias

from django.utils.translation import gettext as _

from audit.populations import Column, Kind, Value
from audit.refusals import SampleUnfit
from audit.samples import Taken, Wanted
from audit.sampling import Filters, take_sample
from ledger.exports.pages.frames import Frame, Paper, local_time
from ledger.exports.pages.lists import spelled
from ledger.exports.pages.workbooks import Field, open_book
from ledger.exports.whole_files import whole_bytes
from ledger.masking import masked, masked_account, masked_id
from ledger.models import Officer
from treasury.exports.papers import in_chinese

Cell: TypeAlias = "str | Decimal | int | None"

WIDTHS: Final = {
    Kind.TEXT: 14,
    Kind.CODE: 10,
    Kind.AMOUNT: 8,
    Kind.COUNT: 5,
    Kind.DAY: 6,
    Kind.TIME: 10,
    Kind.PERSON: 10,
    Kind.ACCOUNT: 8,
}


def write_sample(*, path: Path, wanted: Wanted, filters: Filters, officer: Officer, at: datetime) -> Taken:
    """Take a sample and write it as csv or xlsx, as the name of the file ends; raises as ``take_sample``.

    :raises SampleUnfit: if the name ends otherwise
    """
    write = FORMATS.get(path.suffix.lower())
    if write is None:
        raise SampleUnfit("sample_file_is_csv_or_xlsx", {"file": path.name})
    with in_chinese():
        taken = take_sample(wanted=wanted, filters=filters, officer=officer, at=at)
        with whole_bytes(path) as file:
            write(file, taken, at)
    return taken


def write_csv(file: IO[bytes], taken: Taken, at: datetime) -> None:
    """Write facts, an empty line, and the rows; UTF-8 with BOM."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerows([spelled(name), spelled(fact)] for name, fact in facts_of(taken, at))
    writer.writerow([])
    writer.writerow([str(column.head) for column in taken.columns])
    writer.writerows([spelled(cell) for cell in cells] for cells in map(cells_of(taken.columns), taken.rows))
    text.flush()
    text.detach()


def write_xlsx(file: IO[bytes], taken: Taken, at: datetime) -> None:
    """Write a sheet of facts and a sheet of rows."""
    frame = Frame(
        title=_("Audit sample"),
        facts=[taken.method],
        unit=_("Unit: yuan"),
        statement="",
        printed_at=at,
        paper=Paper.LANDSCAPE,
    )
    with open_book(file=file, frame=frame) as book:
        book.sheet(
            name=_("What the sample is"),
            fields=[Field(_("What"), 16), Field(_("Stated"), 40)],
            rows=facts_of(taken, at),
            total=None,
        )
        book.sheet(
            name=_("Items"),
            fields=[Field(str(column.head), WIDTHS[column.kind]) for column in taken.columns],
            rows=map(cells_of(taken.columns), taken.rows),
            total=None,
        )


def facts_of(taken: Taken, at: datetime) -> list[tuple[str, str]]:
    return [
        (_("Method"), f"{taken.method}: {taken.says}"),
        (_("Taken at"), f"{local_time(at):%Y-%m-%d %H:%M:%S}"),
        *taken.facts,
    ]


def cells_of(columns: Sequence[Column]) -> Callable[[Sequence[Value]], list[Cell]]:
    """Return how a row is shown."""
    kinds = [column.kind for column in columns]
    return lambda row: [shown(value, kind) for value, kind in zip(row, kinds, strict=True)]


def shown(value: Value, kind: Kind) -> Cell:
    if isinstance(value, datetime):
        return f"{local_time(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    return MASKS[kind](value) if isinstance(value, str) and kind in MASKS else value


MASKS: Final[Mapping[Kind, Callable[[str], str]]] = {
    Kind.TEXT: masked,
    Kind.PERSON: masked_id,
    Kind.ACCOUNT: masked_account,
}
FORMATS: Final[Mapping[str, Callable[[IO[bytes], Taken, datetime], None]]] = {".csv": write_csv, ".xlsx": write_xlsx}
