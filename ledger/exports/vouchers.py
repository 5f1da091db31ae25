"""Vouchers taken out of the books: printed as PDF, or listed with their lines as xlsx; each states what it holds.

Each function reads one moment of the books and writes one file, which appears whole or not at all.
"""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from ledger.exports.snapshots import one_moment
from ledger.exports.stated import ExportStated, state_vouchers
from ledger.exports.voucher_lists import write_list_book
from ledger.exports.voucher_rows import VoucherReader
from ledger.exports.voucher_runs import RunPaper, write_run
from ledger.exports.whole_files import whole_bytes
from ledger.models import Book


def write_a5(*, books: Sequence[Book], since: date, until: date, out: Path, at: datetime) -> ExportStated:
    """Print the vouchers of books on A5.

    :raises GlyphMissing: if no font has a character of them
    :raises OSError: if ``out`` cannot be written
    """
    return write_pdf(books=books, since=since, until=until, out=out, at=at, paper=RunPaper.A5)


def write_a4(*, books: Sequence[Book], since: date, until: date, out: Path, at: datetime) -> ExportStated:
    """Print the vouchers of books on A4, two sheets to a page.

    :raises GlyphMissing: if no font has a character of them
    :raises OSError: if ``out`` cannot be written
    """
    return write_pdf(books=books, since=since, until=until, out=out, at=at, paper=RunPaper.A4)


def write_pdf(
    *, books: Sequence[Book], since: date, until: date, out: Path, at: datetime, paper: RunPaper
) -> ExportStated:
    """Print the vouchers of books on a paper.

    :raises GlyphMissing: if no font has a character of them
    :raises OSError: if ``out`` cannot be written
    """
    with whole_bytes(file_in(out, since, until, "pdf")) as file, one_moment():
        stated = state_vouchers(books=books, since=since, until=until)
        reader = VoucherReader(books=books, since=since, until=until)
        write_run(file=file, vouchers=reader, stated=stated, paper=paper, at=at)
        reader.must_be(stated)
    return stated


def write_xlsx(*, books: Sequence[Book], since: date, until: date, out: Path, at: datetime) -> ExportStated:
    """List the vouchers of books with their lines as a workbook.

    :raises OSError: if ``out`` cannot be written
    """
    with whole_bytes(file_in(out, since, until, "xlsx")) as file, one_moment():
        stated = state_vouchers(books=books, since=since, until=until)
        reader = VoucherReader(books=books, since=since, until=until)
        write_list_book(file=file, vouchers=reader, stated=stated, at=at)
        reader.must_be(stated)
    return stated


def file_in(out: Path, since: date, until: date, ending: str) -> Path:
    """Return the file to write: ``out``, or one that is named by the period where ``out`` is a folder."""
    return out / f"vouchers-{since}-{until}.{ending}" if out.is_dir() else out
