"""The papers of a book written as PDF and as xlsx.

A paper is whole or not there: everything is written beside its place and takes it when the last total agreed.
Ledgers and journals are written row by row: as PDF in volumes (册), as xlsx in sheets of a million rows.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Final

from ledger.book_figures import Figures
from ledger.exports.ledger_papers import bank_journal_paper, general_ledger_paper, subsidiary_ledger_paper
from ledger.exports.pages.frames import Frame
from ledger.exports.pages.pens import MM
from ledger.exports.pages.running import Volumes
from ledger.exports.pages.tables import Column
from ledger.exports.pages.workbooks import open_book
from ledger.exports.paper_parts import BookPaper, Wanted
from ledger.exports.statement_papers import balance_sheet_paper, income_statement_paper, trial_balance_paper

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600

PAPERS: Final[Mapping[str, Callable[[Figures, Wanted], BookPaper]]] = {
    "general_ledger": general_ledger_paper,
    "subsidiary_ledger": subsidiary_ledger_paper,
    "bank_journal": bank_journal_paper,
    "trial_balance": trial_balance_paper,
    "balance_sheet": balance_sheet_paper,
    "income_statement": income_statement_paper,
}


def write_paper(*, paper: BookPaper, format_name: str, folder: Path, printed_at: datetime) -> Sequence[str]:
    """Write a paper into a folder and return the names of its files.

    :raises DoesNotAddUp: if what is written is not what the books keep
    :raises GlyphMissing: if no font has a character of it
    """
    return FORMATS[format_name](paper, folder, printed_at)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give a folder to write into; its files come into ``folder`` when all are written, for the owner's eyes only."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    written = Path(tempfile.mkdtemp(dir=folder, prefix=".papers-"))
    try:
        yield written
        for path in sorted(written.iterdir()):
            path.chmod(FILE_MODE)
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(written)


def write_pdf(paper: BookPaper, folder: Path, printed_at: datetime) -> Sequence[str]:
    names: list[str] = []

    def write_to(number: int, write: Callable[[IO[bytes]], object]) -> None:
        name = f"{stem_of(paper)}-第{number}册.pdf" if paper.in_volumes else f"{stem_of(paper)}.pdf"
        with (folder / name).open("wb") as file:
            write(file)
        names.append(name)

    volumes = Volumes(frame_of=partial(frame_of, paper, printed_at), write_to=write_to)
    for number, table in enumerate(paper.tables):
        if number:
            volumes.turn()
        if table.heading:
            volumes.flow.heading(table.heading)
            volumes.flow.y += 2 * MM
        columns = [Column(tuple(head.split("·")), width * MM) for head, width in table.heads]
        volumes.table(columns, table.printed, size=table.size)
        if paper.signers:
            volumes.flow.signatures(*paper.signers)
    volumes.finish()
    return names


def write_workbook(paper: BookPaper, folder: Path, printed_at: datetime) -> Sequence[str]:
    name = f"{stem_of(paper)}.xlsx"
    with (folder / name).open("wb") as file, open_book(file=file, frame=frame_of(paper, printed_at, 0)) as book:
        for table in paper.tables:
            book.long_sheet(name=table.name, fields=table.fields, rows=table.listed)
    return [name]


FORMATS: Final[Mapping[str, Callable[[BookPaper, Path, datetime], Sequence[str]]]] = {
    "pdf": write_pdf,
    "xlsx": write_workbook,
}


def stem_of(paper: BookPaper) -> str:
    span = paper.span
    months = f"{span.first:02}" if span.first == span.last else f"{span.first:02}_{span.last:02}"
    return f"{span.book.code}-{span.year}-{months}-{paper.title}"


def frame_of(paper: BookPaper, printed_at: datetime, volume: int) -> Frame:
    """Return what stands round each page; ``volume`` is 0 where there are none."""
    volumes = [f"第{volume}册"] if paper.in_volumes and volume else []
    return Frame(
        title=paper.title,
        facts=[*paper.facts, *volumes],
        unit="单位：元",
        statement=paper.statement,
        printed_at=printed_at,
        paper=paper.paper,
    )
