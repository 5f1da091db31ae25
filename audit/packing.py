"""Make the audit pack of a year: everything of its books and payments in one zip, proven without this software.

All of it is read in one snapshot and written as it is read. The trace of the act holds the SHA-256 of the manifest;
it comes last, when the pack is whole, and without it there is no pack.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Final

from django.db import connection, transaction

from audit.pack_files import PackFile
from audit.pack_rows import BOOK_TABLES, IN_FULL, MAKE_KEYS, MASKED, PAYMENT_TABLES, sql_of
from audit.pack_scopes import BookSealed, seals_of_year
from audit.verifier.packs import FORMAT
from audit.verifier.tables import COLUMNS
from audit.verifier_text import verifier_text
from ledger.exports.journals import FORMATS, write_books
from ledger.exports.snapshots import one_moment
from ledger.exports.stated import BookCounted, ExportStated, state_vouchers
from ledger.models import Book, Officer
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.scopes import reads_district, require_books, require_district

README: Final = Path(__file__).parent / "pack_readme.txt"


@dataclass(frozen=True, slots=True)
class Packed:
    """What was packed: the year, the books with their newest seals, and the SHA-256 of the manifest."""

    year: int
    scope: str
    detail: str
    books: Sequence[BookSealed]
    stated: ExportStated
    manifest: str
    made_at: datetime


def pack_year(*, year: int, codes: Sequence[str], officer: Officer, on: date, at: datetime, path: Path) -> Packed:
    """Pack a year with ID and account numbers masked: all books with the payments, or some books alone.

    :raises OfficerMayNot: if a book is not open to the officer
    :raises NothingThere: if no book has a month of the year
    """
    books = require_books(officer=officer, codes=codes, on=on)
    is_whole = not codes and reads_district(officer)
    return pack(year=year, books=books, is_whole=is_whole, seen_as=MASKED, officer=officer, at=at, path=path)


def pack_year_in_full(*, year: int, officer: Officer, on: date, at: datetime, path: Path) -> Packed:
    """Pack a year of the whole district with its numbers in full, so that digests over them can be recomputed.

    :raises OfficerMayNot: if the officer does not answer for the books of the district
    :raises NothingThere: if no book has a month of the year
    """
    require_district(officer)
    require_post(officer, "payouts.close_month")
    books = require_books(officer=officer, codes=[], on=on)
    return pack(year=year, books=books, is_whole=True, seen_as=IN_FULL, officer=officer, at=at, path=path)


def pack(
    *,
    year: int,
    books: Sequence[Book],
    is_whole: bool,
    seen_as: Mapping[str, str],
    officer: Officer,
    at: datetime,
    path: Path,
) -> Packed:
    """Write the zip beside ``path``, leave the trace, and let the zip take its name."""
    with whole_zip(path) as file:
        with one_moment():
            made = write_pack(
                file=file, year=year, books=books, is_whole=is_whole, seen_as=seen_as, officer=officer, at=at
            )
        with transaction.atomic():
            record_event(
                chain="",
                at=at,
                actor=officer.username,
                act="audit.pack" if seen_as is MASKED else "audit.pack.full",
                subject=f"audit.pack/{year}",
                after={
                    "books": " ".join(book.code for book in made.books)[:1000],
                    "manifest": made.manifest,
                    "numbers": made.detail,
                    "vouchers": made.stated.vouchers,
                },
            )
    return made


def write_pack(
    *,
    file: IO[bytes],
    year: int,
    books: Sequence[Book],
    is_whole: bool,
    seen_as: Mapping[str, str],
    officer: Officer,
    at: datetime,
) -> Packed:
    """Write every member of a pack as the books stand in this snapshot."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(MAKE_KEYS)
        cursor.execute("SELECT chain, number, encode(digest, 'hex') FROM ledger_trailhead ORDER BY chain")
        codes = {book.code for book in books}
        trail = [head for head in cursor.fetchall() if is_whole or head[0] in codes]
    sealed = seals_of_year(books=books, year=year)
    stated = state_vouchers(books=books, since=date(year, 1, 1), until=date(year, 12, 31))
    zipped = PackFile(file)
    with zipped.member("README.txt") as member:
        member.write(README.read_bytes())
    with zipped.member("verify.py") as member:
        member.write_text(verifier_text())
    asked: dict[str, Any] = {
        "year": year,
        "district": is_whole,
        "books": [book.key for book in sealed],
        "first_seals": [book.first_seal for book in sealed],
        "last_seals": [book.last_seal for book in sealed],
        "first_years": [book.first_year for book in sealed],
        "chains": [chain for chain, _number, _digest in trail],
    }
    for name, table in {**BOOK_TABLES, **(PAYMENT_TABLES if is_whole else {})}.items():
        copy_table(zipped, name, sql_of(table, seen_as), asked)
    for book in books:
        for format_name in sorted(FORMATS):
            with zipped.member(f"journals/{book.pk}.{format_name}") as member:
                write_books(books=[book], several=False, format_name=format_name, write=member.write_text)
    counted = {book.code: book for book in stated.books}
    scope, detail = "district" if is_whole else "books", "masked" if seen_as is MASKED else "full"
    manifest = {
        "format": FORMAT,
        "year": year,
        "since": f"{stated.since}",
        "until": f"{stated.until}",
        "scope": scope,
        "detail": detail,
        "made_at": at.isoformat(timespec="seconds"),
        "made_by": officer.username,
        "books": [book_stated(book, counted[book.code]) for book in sealed],
        "trail": [{"chain": chain, "number": number, "digest": digest} for chain, number, digest in trail],
        "gaps": [str(gap) for gap in stated.gaps],
    }
    digest = zipped.close(manifest)
    return Packed(year=year, scope=scope, detail=detail, books=sealed, stated=stated, manifest=digest, made_at=at)


def book_stated(sealed: BookSealed, counted: BookCounted) -> Mapping[str, Any]:
    """Return what the manifest says of a book: its head, its counts and control totals, its journals."""
    amounts = {name: f"{value}" for name, value in asdict(counted).items()}
    return {
        **amounts,
        "vouchers": counted.vouchers,
        "lines": counted.lines,
        "head": {"seal": sealed.seal, "digest": sealed.digest},
        "first_seal": sealed.first_seal,
        "last_seal": sealed.last_seal,
        "journals": [f"journals/{sealed.key}.{name}" for name in sorted(FORMATS)],
    }


def copy_table(zipped: PackFile, name: str, query: str, asked: Mapping[str, Any]) -> None:
    """Let PostgreSQL write a table as csv straight into the zip."""
    columns = ", ".join(f'"{column}"' for column in COLUMNS[name].split(" "))
    with zipped.member(name) as member, connection.cursor() as cursor:
        inner = cursor.cursor.mogrify(query, asked).decode()
        cursor.cursor.copy_expert(f"COPY (SELECT {columns} FROM ({inner}) t) TO STDOUT (FORMAT csv, HEADER)", member)
        member.rows = cursor.cursor.rowcount


@contextmanager
def whole_zip(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside ``path`` that takes its name when everything went well, for its owner's eyes only."""
    with tempfile.NamedTemporaryFile("w+b", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        written = Path(file.name)
        try:
            yield file.file
            file.flush()
            os.fsync(file.fileno())
            written.replace(path)
        finally:
            written.unlink(missing_ok=True)
