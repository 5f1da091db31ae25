"""The long work of the auditor's desk: vouchers, books on paper and packs are written, samples drawn, books checked.

It reads the books and changes nothing in them. What is written stays with the job for some days (``keeping_files``);
that it was, with its SHA-256, stays in the trail for ever.
"""

import csv
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.anchor_pages import write_anchor_page
from audit.exports.csv_files import Encoding
from audit.exports.numbers import Numbers
from audit.exports.sample_files import write_sample
from audit.packing import Packed, pack_year, pack_year_in_full
from audit.printing_books import Asked as AskedPapers
from audit.printing_books import print_books
from audit.samples import Wanted
from audit.sampling import Filters
from audit.voucher_files import export_vouchers
from ledger.book_figures import UnableToPrint
from ledger.checks import CHECKS, run_checks
from ledger.exports.journals import UnableToExport
from ledger.exports.pages.embedding import GlyphMissing
from ledger.exports.pages.frames import local_time
from ledger.exports.pages.lists import inert
from ledger.masking import masked
from ledger.models import Officer
from ledger.recording import record_event
from ledger.refusals import UnableToPost
from ledger.sums import DoesNotAddUp
from month.held import Asked, Held, Kind, next_key
from month.keeping_files import keep_made, record_made
from treasury.exports.documents import heading_of

READS, IN_FULL = "ledger.read_district", "payouts.close_month"
FINDINGS: Final = "findings.csv"
FINDING_COLUMNS: Final = ("check", "book", "what", "since")
SEED_BYTES: Final = 8
# The endings of what is one file; other formats are folders of files.
ENDINGS: Final = {"pdf": "pdf", "xlsx": "xlsx"}

Write = Callable[[Path, Mapping[str, Any], Officer, datetime], Mapping[str, object]]


class ExportRefused(UnableToPost):
    message = _("The export cannot be written.")
    remedy = _("Choose other months, books or accounts; where figures do not agree, check the books.")


# What may be asked for


def vouchers_asked(
    *,
    codes: Sequence[str],
    since: date,
    until: date,
    format_name: str,
    paper: str,
    encoding: str,
    in_full: bool,
    officer: Officer,
) -> Asked:
    """Ask for the vouchers of some books, all where none is named, from one day to another, both included."""
    arguments = {
        "codes": sorted(codes),
        "since": since.isoformat(),
        "until": until.isoformat(),
        "format": format_name,
        "paper": paper,
        "encoding": encoding,
    }
    return asked_by("audit.vouchers_full" if in_full else "audit.vouchers", officer, arguments)


def papers_asked(
    *, codes: Sequence[str], year: int, months: tuple[int, int], papers: Sequence[str], officer: Officer
) -> Asked:
    """Ask for ledgers, journals and statements of books, each as PDF and xlsx."""
    arguments = {"codes": sorted(codes), "year": year, "months": list(months), "papers": list(papers)}
    return asked_by("audit.papers", officer, arguments)


def pack_asked(*, codes: Sequence[str], year: int, in_full: bool, officer: Officer) -> Asked:
    """Ask for the audit pack of a year; one in full is of all books."""
    arguments = {"codes": [] if in_full else sorted(codes), "year": year}
    return asked_by("audit.pack_full" if in_full else "audit.pack", officer, arguments)


def sample_asked(*, wanted: Wanted, filters: Filters, officer: Officer) -> Asked:
    """Ask for a sample, or for the rows of a test; where no seed is given, one is made here and kept."""
    told = {
        **asdict(wanted),
        "interval": None if wanted.interval is None else str(wanted.interval),
        "bands": [*map(str, wanted.bands)],
    }
    told["seed"] = wanted.seed or secrets.token_hex(SEED_BYTES)
    within = {**asdict(filters), "since": filters.since.isoformat(), "until": filters.until.isoformat()}
    return asked_by("audit.sample", officer, {"wanted": told, "filters": within})


def checks_asked(*, names: Sequence[str], officer: Officer) -> Asked:
    """Ask for the checks of some names, or all, to be run over the whole books."""
    return asked_by("audit.checks", officer, {"names": [name for name in CHECKS if name in names]})


def asked_by(kind: str, officer: Officer, arguments: Mapping[str, object]) -> Asked:
    """Return what an officer asks for: the same for another one is another job, whose trace names that one."""
    return {"kind": kind, "key": next_key(kind, officer.username, arguments), "arguments": arguments}


# What is done


def exporting(held: Held, write: Write, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> None:
    """Write files into a folder, each in a moment of its own of the books, and keep them; leave their digests."""
    with TemporaryDirectory(prefix="tongfa-export-") as place:
        folder = Path(place)
        held.progress("write", 0)
        try:
            told = write(folder, arguments, officer, at)
        except (UnableToExport, UnableToPrint, GlyphMissing, DoesNotAddUp) as refused:
            raise ExportRefused("export_is_written", {"why": masked(str(refused))}) from refused
        with held.effect():
            names = sorted(path.name for path in folder.iterdir())
            made = keep_made(held.job, folder, names, lambda: held.progress("write", 1))
            record_made(held.job, made, told, officer=officer, at=at)


def kind(name: str, post: str, write: Write) -> Kind:
    def work(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> None:
        exporting(held, write, arguments, officer, at)

    return Kind(name, post, 3, work)


def write_vouchers(
    folder: Path, arguments: Mapping[str, Any], officer: Officer, at: datetime, numbers: Numbers = Numbers.MASKED
) -> Mapping[str, object]:
    """Write vouchers as one file: what is a folder of files is put into a zip."""
    since, until = date.fromisoformat(arguments["since"]), date.fromisoformat(arguments["until"])
    form = arguments["format"]
    stem = f"vouchers-{since}-{until}-{form}"
    ending = ENDINGS.get(form)
    out = folder / (f"{stem}.{ending}" if ending else stem)
    stated = export_vouchers(
        officer=officer,
        codes=arguments["codes"],
        since=since,
        until=until,
        format_name=form,
        paper=arguments["paper"] or None,
        numbers=numbers,
        encoding=Encoding(arguments["encoding"]),
        out=out,
        at=at,
    )
    if not ending:
        zip_folder(out)
    return {"vouchers": stated.vouchers, "gaps": len(stated.gaps)}


def write_vouchers_in_full(
    folder: Path, arguments: Mapping[str, Any], officer: Officer, at: datetime
) -> Mapping[str, object]:
    return write_vouchers(folder, arguments, officer, at, Numbers.IN_FULL)


def write_papers(folder: Path, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> Mapping[str, object]:
    first, last = arguments["months"]
    out = folder / f"books-{arguments['year']}-{first:02}-{last:02}"
    asked = AskedPapers(
        codes=arguments["codes"],
        year=arguments["year"],
        months=(first, last),
        papers=arguments["papers"],
        formats=["pdf", "xlsx"],
    )
    printed = print_books(officer=officer, asked=asked, folder=out, on=local_time(at).date(), at=at)
    zip_folder(out)
    return {"papers": len(printed.names), "gaps": len(printed.gaps)}


def write_pack(folder: Path, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> Mapping[str, object]:
    path, on = folder / f"pack-{arguments['year']}.zip", local_time(at).date()
    packed = pack_year(year=arguments["year"], codes=arguments["codes"], officer=officer, on=on, at=at, path=path)
    return with_anchor(folder, packed)


def write_pack_in_full(
    folder: Path, arguments: Mapping[str, Any], officer: Officer, at: datetime
) -> Mapping[str, object]:
    path, on = folder / f"pack-{arguments['year']}-full.zip", local_time(at).date()
    return with_anchor(folder, pack_year_in_full(year=arguments["year"], officer=officer, on=on, at=at, path=path))


def with_anchor(folder: Path, packed: Packed) -> Mapping[str, object]:
    """Write the page with the heads beside a pack, to be kept elsewhere."""
    with (folder / f"anchor-{packed.year}.pdf").open("wb") as file:
        write_anchor_page(file=file, packed=packed, heading=heading_of(packed.made_at))
    return {"manifest": packed.manifest, "vouchers": packed.stated.vouchers, "gaps": len(packed.stated.gaps)}


def draw_sample(folder: Path, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> Mapping[str, object]:
    told, within = arguments["wanted"], arguments["filters"]
    wanted = Wanted(
        **{
            **told,
            "interval": told["interval"] and Decimal(told["interval"]),
            "bands": [*map(Decimal, told["bands"])],
        }
    )
    days = {name: date.fromisoformat(within[name]) for name in ("since", "until")}
    taken = write_sample(
        path=folder / f"sample-{wanted.method}.xlsx",
        wanted=wanted,
        filters=Filters(**{**within, **days}),
        officer=officer,
        at=at,
    )
    return {"rows": len(taken.rows), "found": taken.found, "seed": wanted.seed, "gaps": len(taken.gaps)}


def zip_folder(folder: Path) -> None:
    """Put the files of a folder into a zip beside it, in its place."""
    with ZipFile(folder.with_name(f"{folder.name}.zip"), "w", ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
                path.unlink()
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir()
    folder.rmdir()


def check(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> None:
    """Run checks over the books at one moment, and keep what they find; how many that are stays in the trail."""
    names = arguments["names"] or list(CHECKS)
    with TemporaryDirectory(prefix="tongfa-export-") as place:
        folder, found = Path(place), 0
        with (folder / FINDINGS).open("w", encoding="utf-8-sig", newline="") as stream, transaction.atomic():
            rows = csv.writer(stream)
            rows.writerow(FINDING_COLUMNS)
            for name in names:
                held.progress(name, 0)
                for one in run_checks([name]):
                    since = local_time(one.since).isoformat(sep=" ", timespec="seconds") if one.since else ""
                    rows.writerow((one.check, one.book, inert(masked(one.what)), since))
                    held.progress(name, 1)
                    found += 1
        with held.effect():
            keep_made(held.job, folder, [FINDINGS], lambda: held.progress("write", 1))
            record_event(
                chain="",
                at=at,
                actor=officer.username,
                act="books.checked",
                subject=f"job/{held.job}",
                after={"checks": len(names), "found": found, "names": " ".join(arguments["names"]) or "all"},
            )


AUDIT_KINDS = (
    kind("audit.vouchers", READS, write_vouchers),
    kind("audit.vouchers_full", IN_FULL, write_vouchers_in_full),
    kind("audit.papers", READS, write_papers),
    kind("audit.pack", READS, write_pack),
    kind("audit.pack_full", IN_FULL, write_pack_in_full),
    kind("audit.sample", READS, draw_sample),
    Kind("audit.checks", READS, 3, check),
)
