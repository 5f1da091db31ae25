"""Audit packs in tests: made, run through their own ``verify.py`` as a program, tampered with, re-hashed."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg2.extensions
import pytest
from django.contrib.auth.models import Group
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from audit.pack_files import PackFile
from audit.packing import Packed, pack_year
from audit.verifier.findings import Findings
from audit.verifier.packs import Unreadable, open_pack
from audit.verifier.verifying import Anchor, check_pack
from audit.verifier_text import verifier_text
from ledger.closing import close_month
from ledger.models import Book, Officer, Period, Voucher
from ledger.opening import open_period, open_year
from ledger.posting import post_event, post_events
from ledger.reversing import reverse_event
from ledger.signing import sign_as_chief_accountant
from ledger.year_closing import carry_forward, transfer_income_and_expense
from month.posts import ensure_posts
from tests.builders import FUND, SIGNED, credit, debit, event, make_books, receipt, simple, sweep, voucher, yuan
from tests.builders import TREASURY as TREASURY
from tests.conftest import copy_database, drop_database, point_at

AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ON = date(2026, 11, 27)
Files = dict[str, bytes]
Tampering = Callable[[Files], None]
MANIFESTS = ("manifest.json", "manifest.sha256")


def furnish() -> None:
    """Keep the books of two years: 2025 carried forward after 2026 began, a month of 2026 closed."""
    district, (township,) = make_books(opened_on=date(2025, 12, 1))
    books, chief = (township, district), Officer.objects.get(username="chief")
    opening = voucher(
        "D",
        debit(TREASURY, yuan("1000.00"), fund=FUND),
        credit("3001", yuan("1000.00"), fund=FUND),
        debit(TREASURY, yuan("5.00"), fund="121"),
        credit("3002", yuan("5.00"), fund="121"),
        kind="OPENING",
        posting_date=date(2025, 11, 30),
    )
    post_event(event("opening", opening))
    december = date(2025, 12, 5)
    post_event(receipt("receipt/2025", "950.00", posting_date=december))
    post_event(sweep("sweep/2025", "950.00", posting_date=december))
    for book in books:
        open_year(book=book, year=2026)
        opened(book, 2025, 13)
        opened(book, 2026, 1)
    post_event(simple("early", "7.00", posting_date=date(2026, 1, 2)))
    for book in books:
        transfer_income_and_expense(book=book, year=2025, signatures=SIGNED)
    for book in books:
        for period in Period.objects.filter(book=book, year=2025, status="OPEN").order_by("month"):
            close_month(period=period, officer=chief, at=AT)
        carry_forward(book=book, year=2025, officer=chief, at=AT)
    january, february = date(2026, 1, 8), date(2026, 2, 8)
    post_events([simple(f"many/{number}", f"{number}.50", posting_date=january) for number in range(1, 6)])
    post_event(receipt("receipt/2026", "80.00", posting_date=january))
    post_event(sweep("sweep/2026", "80.00", posting_date=january))
    post_event(simple("wrong", "77.70", posting_date=january))
    reverse_event(source="wrong", posting_date=january, signatures=SIGNED)
    for book in books:
        close_month(period=Period.objects.get(book=book, year=2026, month=1), officer=chief, at=AT)
        opened(book, 2026, 2)
    two_funds = voucher(
        "D",
        debit("5001", yuan("3.00"), fund=FUND),
        credit("2015", yuan("3.00"), fund=FUND),
        debit("5002", yuan("4.00"), fund="121"),
        credit("2015", yuan("4.00"), fund="121"),
        summary='逗号, "引号"',
        posting_date=february,
    )
    post_event(event("funds", two_funds))
    post_events([simple(f"more/{number}", f"{number}.25", posting_date=february) for number in range(1, 4)])
    for made in Voucher.objects.filter(source__startswith="many/").order_by("pk")[:2]:
        sign_as_chief_accountant(voucher=made, officer=chief, at=AT)
    post_event(simple("last", "1.00", posting_date=february))


def opened(book: Book, year: int, month: int) -> None:
    opener = Officer.objects.get(username="reviewer")
    open_period(period=Period.objects.get(book=book, year=year, month=month), opener=opener, at=AT)


def auditor() -> Officer:
    """Return an officer who reads everything and changes nothing."""
    ensure_posts()
    made, _new = Officer.objects.get_or_create(username="auditor", defaults={"full_name": "测试审计"})
    made.groups.add(Group.objects.get(name="auditor"))
    return Officer.objects.get(pk=made.pk)


def packed(path: Path, *, year: int = 2026, codes: tuple[str, ...] = ()) -> Packed:
    return pack_year(year=year, codes=codes, officer=auditor(), on=ON, at=AT, path=path)


@pytest.fixture(scope="module")
def books(
    django_db_setup: None,
    template_database: str,
    administration: psycopg2.extensions.connection,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Lively books that the tests of one module share and nobody changes, though their trail grows."""
    shared = str(connections["default"].settings_dict["NAME"])
    name = f"{template_database}_packs"
    with django_db_blocker.unblock():
        copy_database(administration, name, template_database)
        point_at(name)
        furnish()
        yield
        point_at(shared)
    drop_database(administration, name)


@pytest.fixture(scope="module")
def good(books: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of 2026."""
    path = tmp_path_factory.mktemp("packs") / "pack.zip"
    packed(path)
    return path


# The program


def verify(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the program on a pack, with nothing but the standard library in reach."""
    program = path.parent / "verify-by-itself.py"
    if not program.exists():
        program.write_text(verifier_text(), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", "-S", str(program), str(path), "--lang", "en", *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def found_in(path: Path, *, anchor: str = "", is_later: bool = False) -> list[str]:
    """Return what the parts of the program find, without a process of its own: ``check file place``."""
    found = Findings()
    try:
        check_pack(open_pack(str(path)), Anchor(anchor), is_later, found)
    except Unreadable as why:
        return [str(why), *lines_of(found)]
    return lines_of(found)


def lines_of(found: Findings) -> list[str]:
    return [f"{one.check} {one.file} {one.row} {one.place} {one.what}" for one in found.kept]


# Tampering


def files_of(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def unpacked(files: Mapping[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def rehashed(files: Files) -> Files:
    """Return the files with a manifest that states them as they are, as a clever attacker would."""
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = [
        {
            "name": name,
            "bytes": len(content),
            "rows": len(rows_of(files, name)) - 1 if name.endswith(".csv") else None,
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for name, content in files.items()
        if name not in MANIFESTS
    ]
    content = json.dumps(manifest).encode()
    digest = hashlib.sha256(content).hexdigest()
    return {**files, "manifest.json": content, "manifest.sha256": f"{digest}  manifest.json\n".encode()}


def rezipped(files: Files, path: Path) -> Path:
    """Write the files as a zip with our own writer."""
    with path.open("w+b") as file:
        pack = PackFile(file)
        for name, content in files.items():
            if name not in MANIFESTS:
                with pack.member(name) as member:
                    member.write(content)
                    member.rows = len(rows_of(files, name)) - 1 if name.endswith(".csv") else None
        pack.close(json.loads(files["manifest.json"]))
    return path


def rows_of(files: Files, name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(files[name].decode(), newline="")))


def put_rows(files: Files, name: str, rows: list[list[str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows(rows)
    files[name] = written.getvalue().encode()


def changed(table: str, row: int, **values: Any) -> Tampering:
    """Return the tampering that changes columns of a row of a table; rows count from 1, negative ones from the end."""

    def tamper(files: Files) -> None:
        rows = rows_of(files, table)
        for column, value in values.items():
            at = rows[0].index(column)
            rows[row][at] = value(rows[row][at]) if callable(value) else value
        put_rows(files, table, rows)

    return tamper


def removed(name: str, place: int) -> Tampering:
    def tamper(files: Files) -> None:
        rows = rows_of(files, name)
        del rows[place]
        put_rows(files, name, rows)

    return tamper


def doubled(name: str, place: int) -> Tampering:
    def tamper(files: Files) -> None:
        rows = rows_of(files, name)
        rows.insert(place, rows[place])
        put_rows(files, name, rows)

    return tamper


def swapped(name: str, place: int) -> Tampering:
    def tamper(files: Files) -> None:
        rows = rows_of(files, name)
        rows[place], rows[place + 1] = rows[place + 1], rows[place]
        put_rows(files, name, rows)

    return tamper


def together(*tamperings: Tampering) -> Tampering:
    def tamper(files: Files) -> None:
        for one in tamperings:
            one(files)

    return tamper
