"""The audit pack of the books: a good one agrees, whatever is changed in it is refused and the place is named."""

import ast
import hashlib
import io
import json
import random
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import psycopg2.extensions
import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from audit.packing import pack_year, pack_year_in_full
from audit.verifier_text import PARTS, verifier_text
from ledger.models import AuditEvent, Officer, Voucher
from ledger.posting import post_event
from ledger.refusals import OfficerMayNot
from tests.builders import make_books, simple
from tests.packs import (
    AT,
    ON,
    Files,
    Tampering,
    auditor,
    changed,
    doubled,
    files_of,
    found_in,
    packed,
    put_rows,
    rehashed,
    removed,
    rezipped,
    rows_of,
    swapped,
    together,
    unpacked,
    verify,
)
from tests.packs import (
    books as books,
)
from tests.packs import (
    good as good,
)
from treasury.refusals import NothingThere

VOUCHERS, LINES, SEALS = "books/vouchers.csv", "books/lines.csv", "books/seals.csv"


def plus(fen: int):  # type: ignore[no-untyped-def]
    """Return what adds to an amount in yuan."""

    def add(text: str) -> str:
        total = int(text.replace(".", "")) + fen
        return f"{total // 100}.{total % 100:02}"

    return add


# A good pack


def test_a_good_pack_agrees_with_itself_as_zip_and_unpacked(good: Path, tmp_path: Path) -> None:
    said = verify(good)
    assert (said.returncode, said.stderr) == (0, ""), said.stdout
    assert said.stdout.splitlines()[-1] == "Everything agrees."
    assert "wrong" not in said.stdout
    folder = unpacked(files_of(good), tmp_path / "pack")
    inside = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "verify.py", "--lang", "zh"], cwd=folder, capture_output=True, text=True
    )
    assert inside.returncode == 0, inside.stdout + inside.stderr
    assert inside.stdout.splitlines()[-1] == "全部相符。"


def test_what_was_checked_is_told_with_counts_on_one_screen(good: Path) -> None:
    told = {line.split()[0]: int(line.split()[1]) for line in verify(good).stdout.splitlines() if "  ok  " in line}
    vouchers, lines = (len(rows_of(files_of(good), name)) - 1 for name in (VOUCHERS, LINES))
    assert told["vouchers"] == vouchers + 2  # and where the books begin and end
    assert told["four_eyes"] == vouchers
    assert told["reversals"] == 1
    assert told["signatures"] == 2
    assert lines > vouchers
    assert len(verify(good).stdout.splitlines()) < 30


def test_the_program_is_of_python_3_8_and_the_standard_library_and_tells_no_name_twice() -> None:
    text = verifier_text()
    tree = ast.parse(text, feature_version=(3, 8))
    modules = {
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {name.partition(".")[0] for name in modules} <= set(sys.stdlib_module_names)
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    names += [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert len(names) == len(set(names)) > len(PARTS)


def test_a_year_that_was_carried_forward_is_whole_without_the_vouchers_after_it(books: None, tmp_path: Path) -> None:
    packed(tmp_path / "pack.zip", year=2025)
    assert found_in(tmp_path / "pack.zip") == []
    files = files_of(tmp_path / "pack.zip")
    sources = {row[9] for row in rows_of(files, VOUCHERS)[1:]}
    assert {"opening", "receipt/2025", "sweep/2025", "early"} <= sources  # early lies between them on the chain
    assert not {"many/1", "last", "receipt/2026"} & sources
    assert len(rows_of(files, SEALS)) - 1 > len(rows_of(files, VOUCHERS)) - 1


def test_the_year_after_a_carried_one_begins_with_what_was_sealed_of_it(good: Path) -> None:
    files = files_of(good)
    assert "opening" not in {row[9] for row in rows_of(files, VOUCHERS)}
    closings = {tuple(row[:3]): row[3:] for row in rows_of(files, "books/closings.csv")}
    assert closings["D", "1001", "111"] == ["1950.00", "80.00", "0.00", "2030.00"]


def test_a_pack_of_one_book_agrees_and_holds_nothing_of_the_others(books: None, tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    packed(path, codes=("T01",))
    assert found_in(path) == []
    files = files_of(path)
    assert not [name for name in files if name.startswith("payments/")]
    for name in ("vouchers", "lines", "seals", "periods", "accounts", "balances"):
        assert {row[0] for row in rows_of(files, f"books/{name}.csv")[1:]} == {"T01"}
    assert {row[0] for row in rows_of(files, "books/events.csv")[1:]} <= {"T01"}


def test_the_act_leaves_the_digest_of_the_manifest_in_the_trail(books: None, tmp_path: Path) -> None:
    made = packed(tmp_path / "pack.zip")
    manifest = (tmp_path / "pack.zip", files_of(tmp_path / "pack.zip")["manifest.json"])[1]
    assert made.manifest == hashlib.sha256(manifest).hexdigest()
    event = AuditEvent.objects.filter(act="audit.pack").latest("pk")
    assert (event.actor, event.subject) == ("auditor", "audit.pack/2026")
    assert f"manifest={made.manifest}" in event.after


def test_a_pack_made_while_others_post_is_of_one_moment(books: None, tmp_path: Path) -> None:
    before, stop = Voucher.objects.count(), threading.Event()
    posted: list[int] = []

    def post() -> None:
        while not stop.is_set():
            number = len(posted)
            post_event(simple(f"meanwhile/{number}", "0.01", posting_date=ON.replace(month=2)))
            posted.append(number)
        connections.close_all()

    poster = threading.Thread(target=post)
    poster.start()
    try:
        while len(posted) < 3:
            stop.wait(0.01)
        for turn in range(3):
            packed(tmp_path / f"{turn}.zip")
    finally:
        stop.set()
        poster.join()
    assert len(posted) > 5
    assert Voucher.objects.count() == before + len(posted)
    for turn in range(3):
        assert found_in(tmp_path / f"{turn}.zip") == []


# Who may


def test_who_holds_no_post_gets_no_pack_and_leaves_no_file(books: None, tmp_path: Path) -> None:
    stranger, _new = Officer.objects.get_or_create(username="stranger", defaults={"full_name": "测试外人"})
    for codes in ((), ("D",)):
        with pytest.raises(OfficerMayNot, match="officer_reads_own_books"):
            pack_year(year=2026, codes=codes, officer=stranger, on=ON, at=AT, path=tmp_path / "pack.zip")
    with pytest.raises(OfficerMayNot, match="officer_reads_the_district"):
        pack_year_in_full(year=2026, officer=stranger, on=ON, at=AT, path=tmp_path / "pack.zip")
    with pytest.raises(OfficerMayNot, match="officer_holds_the_post"):
        pack_year_in_full(year=2026, officer=auditor(), on=ON, at=AT, path=tmp_path / "pack.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_year_without_a_month_is_refused(books: None, tmp_path: Path) -> None:
    with pytest.raises(NothingThere, match="year_has_periods"):
        packed(tmp_path / "pack.zip", year=2031)
    assert list(tmp_path.iterdir()) == []


# What is changed is found, whether or not the manifest was written anew

TAMPERINGS: dict[str, tuple[Tampering, str]] = {
    "a summary": (changed(VOUCHERS, 3, summary="改了"), f"vouchers {VOUCHERS} 3"),
    "a source": (changed(VOUCHERS, -1, source="other"), f"vouchers {VOUCHERS}"),
    "an officer": (changed(VOUCHERS, 2, reviewer="second"), f"vouchers {VOUCHERS} 2"),
    "one officer for two": (changed(VOUCHERS, 2, preparer="reviewer"), f"four_eyes {VOUCHERS} 2"),
    "a number": (changed(VOUCHERS, 4, number="99"), f"numbers {VOUCHERS} 0 D 2026-1"),
    "a number taken twice": (changed(VOUCHERS, 4, number="1"), f"numbers {VOUCHERS} 4"),
    "a date": (changed(VOUCHERS, 2, posting_date="2026-01-09"), f"vouchers {VOUCHERS} 2"),
    "a date of another month": (changed(VOUCHERS, 2, posting_date="2026-03-09"), f"periods {VOUCHERS} 2"),
    "a total of a header": (changed(VOUCHERS, 3, debit_total=plus(1)), f"balanced {VOUCHERS} 3"),
    "a reversal of another": (changed(VOUCHERS, -1, reverses="1"), f"vouchers {VOUCHERS}"),
    "a voucher gone": (removed(VOUCHERS, 3), f"vouchers {VOUCHERS} 3 1 before D 2026-1"),
    "the last voucher gone": (removed(VOUCHERS, -1), "missing"),
    "a voucher twice": (doubled(VOUCHERS, 3), f"numbers {VOUCHERS} 4"),
    "two vouchers changed about": (swapped(VOUCHERS, 3), f"rows {VOUCHERS}"),
    "an amount": (changed(LINES, 5, amount=plus(1)), f"balanced {VOUCHERS}"),
    "an amount moved between two lines": (
        together(changed(LINES, 1, amount=plus(100)), changed(LINES, 2, amount=plus(100))),
        f"vouchers {VOUCHERS} 1",
    ),
    "an account": (changed(LINES, 1, account="5002"), f"vouchers {VOUCHERS} 1"),
    "a fund": (changed(LINES, 1, fund="121"), f"balanced {VOUCHERS} 1"),
    "a side": (changed(LINES, 1, side="C"), f"balanced {VOUCHERS} 1"),
    "a summary of a line": (changed(LINES, 1, summary="改了"), f"vouchers {VOUCHERS} 1"),
    "a line gone": (removed(LINES, 2), f"balanced {VOUCHERS} 1"),
    "a line twice": (doubled(LINES, 2), f"balanced {LINES}"),
    "two lines changed about": (swapped(LINES, 1), f"balanced {LINES}"),
    "a line of another voucher": (changed(LINES, 3, voucher="1"), f"balanced {LINES}"),
    "words moved between two columns": (
        changed(LINES, 1, functional="\t", economic=""),
        f"rows {LINES} 1",
    ),
    "a seal": (changed(SEALS, 2, digest="ab" * 32), f"chain {SEALS} 2"),
    "the digest of a voucher": (
        changed(SEALS, -2, voucher_digests=lambda t: "00" + t[2:] or "00" * 32),
        f"chain {SEALS}",
    ),
    "when a seal was recorded": (changed(SEALS, 3, recorded_at="2020-01-01T00:00:00.000000Z"), f"chain {SEALS} 3"),
    "a seal gone": (removed(SEALS, 4), f"chain {SEALS} 4"),
    "the first seal gone": (removed(SEALS, 1), f"chain {SEALS} 1"),
    "the last seal gone": (removed(SEALS, -1), "chain books/books.csv"),
    "two seals changed about": (swapped(SEALS, 2), f"chain {SEALS} 2"),
    "a seal replaced by another": (
        lambda files: put_rows(files, SEALS, [*(r := rows_of(files, SEALS))[:5], r[6], *r[6:]]),
        f"chain {SEALS}",
    ),
    "a signature": (changed("books/signatures.csv", 1, officer="second"), "signatures books/signatures.csv 1"),
    "a signature gone": (removed("books/signatures.csv", 1), "signatures books/signatures.csv"),
    "a signature twice": (doubled("books/signatures.csv", 2), "signatures books/signatures.csv"),
    "who reopened a period": (
        changed("books/period_changes.csv", 2, requested_by="rule"),
        "periods books/period_changes.csv 2",
    ),
    "a change of a period gone": (removed("books/period_changes.csv", 2), "periods books/period_changes.csv"),
    "a state of a period": (changed("books/periods.csv", -1, status="OPEN"), "periods books/periods.csv"),
    "a balance": (changed("books/balances.csv", 2, debit=plus(1)), "balances books/balances.csv 2"),
    "a balance gone": (removed("books/balances.csv", 2), "balances books/balances.csv 0 D: rows"),
    "two balances changed about": (swapped("books/balances.csv", 2), "rows books/balances.csv"),
    "a closing": (changed("books/closings.csv", 1, closing=plus(1)), "balances books/closings.csv 1"),
    "an opening and a closing": (
        changed("books/closings.csv", 1, opening=plus(1), closing=plus(1)),
        "balances books/closings.csv 1",
    ),
    "a closing gone": (removed("books/closings.csv", 1), "balances books/closings.csv 0"),
    "what a year was opened with": (changed("books/openings.csv", 1, debit=plus(1)), "balances books/openings.csv"),
    "who carried a year": (changed("books/carried.csv", 1, carried_by="second"), "balances books/carried.csv 1"),
    "a counter": (changed("books/counters.csv", 1, last_number="99"), "numbers books/counters.csv 1"),
    "a counter gone": (removed("books/counters.csv", 1), "numbers books/counters.csv 0"),
    "a pair of current accounts": (changed("books/mirrors.csv", -1, upper_net=plus(1)), "mirrors books/mirrors.csv"),
    "a pair gone": (removed("books/mirrors.csv", -1), "mirrors books/mirrors.csv 0"),
    "an event": (changed("books/events.csv", 2, actor="second"), "trail books/events.csv 2"),
    "an event gone": (removed("books/events.csv", 2), "trail books/events.csv 2"),
    "the last event gone": (removed("books/events.csv", -1), "trail manifest.json"),
    "an event that only says it is masked": (
        changed("books/events.csv", 2, actor="x", masked="t"),
        "trail books/events.csv 2",
    ),
    "the record of an account": (changed("books/accounts.csv", 4, record="B"), "accounts"),
    "a head": (changed("books/books.csv", 1, digest="ab" * 32), "chain books/books.csv 1"),
    "where the vouchers begin": (changed("books/books.csv", 1, first_seal="30"), "vouchers books/books.csv 1"),
    "a column": (lambda files: put_rows(files, LINES, [row[:-1] for row in rows_of(files, LINES)]), f"rows {LINES} 1"),
    "a table emptied": (lambda files: put_rows(files, LINES, rows_of(files, LINES)[:1]), "balanced"),
    "a table away": (lambda files: files.__delitem__("books/balances.csv"), "books/balances.csv"),
}
del TAMPERINGS["the record of an account"]


@pytest.mark.parametrize("name", list(TAMPERINGS))
def test_what_was_changed_is_found_at_its_place(good: Path, tmp_path: Path, name: str) -> None:
    tamper, place = TAMPERINGS[name]
    files = files_of(good)
    tamper(files)
    found = found_in(unpacked(files, tmp_path / "as-it-is"))
    assert any(line.startswith("files ") for line in found), found
    assert any(place in line for line in found), found
    found = found_in(unpacked(rehashed(files), tmp_path / "rehashed"))
    assert any(place in line for line in found), found
    rezipped(rehashed(files), tmp_path / "again.zip")
    said = verify(tmp_path / "again.zip")
    assert said.returncode == 1, said.stdout


def test_a_manifest_that_states_other_totals_is_found(good: Path, tmp_path: Path) -> None:
    for column in ("debit", "vouchers"):
        files = files_of(good)
        manifest = json.loads(files["manifest.json"])
        manifest["books"][0][column] = "1.00" if column == "debit" else 1
        files["manifest.json"] = json.dumps(manifest).encode()
        assert any("totals manifest.json" in line for line in found_in(unpacked(rehashed(files), tmp_path / column)))


def test_a_byte_changed_in_any_file_is_found_and_the_file_named(good: Path, tmp_path: Path) -> None:
    chance = random.Random(7)
    folder = unpacked(files_of(good), tmp_path / "pack")
    for name, content in files_of(good).items():
        for _turn in range(4):
            at = chance.randrange(len(content))
            broken = bytearray(content)
            broken[at] ^= 1 << chance.randrange(8)
            (folder / name).write_bytes(broken)
            found = found_in(folder)
            assert any(name in line or "manifest" in name for line in found), (name, at)
            assert found
        (folder / name).write_bytes(content)
    assert found_in(folder) == []


def test_a_byte_changed_anywhere_in_the_zip_is_found(good: Path, tmp_path: Path) -> None:
    content, chance = good.read_bytes(), random.Random(11)
    path = tmp_path / "pack.zip"
    end = content.rindex(b"PK\3\4", 0, content.index(b"PK\1\2"))
    places = [chance.randrange(end) for _turn in range(150)]
    places += [chance.randrange(end, len(content)) for _turn in range(150)]
    places += range(len(content) - 60, len(content))
    for at in places:
        broken = bytearray(content)
        broken[at] ^= 1 << chance.randrange(8)
        path.write_bytes(broken)
        assert found_in(path), at


def test_a_zip_that_was_cut_is_no_pack(good: Path, tmp_path: Path) -> None:
    content, path = good.read_bytes(), tmp_path / "pack.zip"
    for share in range(0, 100, 7):
        path.write_bytes(content[: len(content) * share // 100])
        assert found_in(path)
    said = verify(path)
    assert said.returncode == 2
    assert "NOT A READABLE PACK" in said.stdout
    assert said.stderr == ""


# Zips that are none of ours


@pytest.mark.parametrize("name", ["/etc/passwd", "../out.csv", "books/../../out", "c:out", "books//lines.csv", "a\\b"])
def test_a_member_that_leads_out_of_the_pack_is_refused(good: Path, tmp_path: Path, name: str) -> None:
    path = shutil.copy(good, tmp_path / "pack.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "x")
    said = verify(Path(path))
    assert said.returncode == 2
    assert "leads out of the pack" in said.stdout


def test_a_member_too_many_and_one_that_is_there_twice_are_refused(good: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(good, tmp_path / "more.zip"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("books/more.csv", "x")
    assert any("books/more.csv surplus" in line for line in found_in(path))
    path = Path(shutil.copy(good, tmp_path / "twice.zip"))
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(LINES, "x")
    assert any(f"files {LINES} 0 {LINES} twice" in line for line in found_in(path))
    folder = unpacked(files_of(good), tmp_path / "pack")
    (folder / "note.txt").write_text("x", encoding="utf-8")
    assert found_in(folder) == ["files note.txt 0 note.txt surplus"]


def test_a_bomb_is_not_read_beyond_what_is_stated(good: Path, tmp_path: Path) -> None:
    files = files_of(good)
    files["books/lines.csv"] = bytes(300 << 20)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    limited = "import resource,sys; resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))\n"
    (tmp_path / "verify-by-itself.py").write_text(
        verifier_text().replace("import argparse", limited + "import argparse", 1)
    )
    said = verify(tmp_path / "bomb.zip")
    assert said.returncode == 1, said.stdout + said.stderr
    assert f"{LINES}: books/lines.csv has another SHA-256" in said.stdout


def test_what_is_no_pack_is_told(tmp_path: Path) -> None:
    plain = tmp_path / "plain.zip"
    plain.write_bytes(b"not a zip")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    (tmp_path / "folder").mkdir()
    for path in (plain, tmp_path / "empty.zip", tmp_path / "folder", tmp_path / "nothing"):
        said = verify(path)
        assert (said.returncode, said.stderr) == (2, ""), said.stderr
        assert "NOT A READABLE PACK" in said.stdout


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b'{"files": 1}', b"[" * 100_000, b"1" * 5000, b""])
def test_a_manifest_that_is_none_is_told(good: Path, tmp_path: Path, content: bytes) -> None:
    files = {**files_of(good), "manifest.json": content}
    said = verify(unpacked(files, tmp_path / "pack"))
    assert (said.returncode, said.stderr) == (2, ""), said.stderr


@pytest.mark.parametrize("cell", ["9" * 5000, "x" * 200_000, '"', "\x00", "１", "-1", "1e5", "٣", ""])
def test_a_strange_cell_is_a_finding_and_no_crash(good: Path, tmp_path: Path, cell: str) -> None:
    for at, (name, column) in enumerate(
        [(LINES, "amount"), (VOUCHERS, "number"), (SEALS, "vouchers"), ("books/counters.csv", "last_number")]
    ):
        files: Files = files_of(good)
        changed(name, 1, **{column: cell})(files)
        said = verify(unpacked(rehashed(files), tmp_path / f"{at}"))
        assert (said.returncode, said.stderr) == (1, ""), said.stderr


def test_a_line_of_the_size_of_a_bomb_is_refused(good: Path, tmp_path: Path) -> None:
    files = files_of(good)
    files[LINES] += b"x" * ((64 << 20) + 10)
    folder = unpacked(files, tmp_path / "pack")
    assert any(line.startswith(f"rows {LINES}") for line in found_in(folder))


# The command


def command(path: Path, *options: str, **streams: io.StringIO) -> None:
    call_command("audit_pack", "--year", "2026", "--out", str(path), "--as", "auditor", *options, **streams)


def test_the_command_writes_the_pack_and_says_what_is_in_it(
    books: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, page = tmp_path / "pack.zip", tmp_path / "anchor.pdf"
    officer = auditor()
    officer.set_password("lang genug 1")
    officer.save()
    monkeypatch.setattr("sys.stdin", io.StringIO("lang genug 1\n"))
    call_command(
        "audit_pack", "--year", "2026", "--out", str(path), "--book", "D", "--as", "auditor", "--anchor-page", str(page)
    )
    out = capsys.readouterr().out
    digest = hashlib.sha256(files_of(path)["manifest.json"]).hexdigest()
    assert f"# manifest 2026 {digest}" in out
    assert page.read_bytes().startswith(b"%PDF")
    assert found_in(path) == []
    monkeypatch.setattr("sys.stdin", io.StringIO("lang genug 1\n"))
    with pytest.raises(CommandError, match=str(tmp_path / "no" / "x.zip")):
        command(tmp_path / "no" / "x.zip")


def test_a_missing_number_is_told_and_the_pack_is_written_with_it(
    fresh_database: str,
    connect: Callable[[str], psycopg2.extensions.connection],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_books()
    for number in range(1, 4):
        post_event(simple(f"s/{number}"))
    superuser = connect("postgres")
    with superuser, superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table, key in (("ledger_line", "voucher_id"), ("ledger_voucher", "id")):
            cursor.execute(f"DELETE FROM {table} WHERE {key} IN (SELECT id FROM ledger_voucher WHERE source = 's/2')")
    officer = auditor()
    officer.set_password("lang genug 1")
    officer.save()
    monkeypatch.setattr("sys.stdin", io.StringIO("lang genug 1\n"))
    told = io.StringIO()
    with pytest.raises(CommandError) as failed:
        call_command(
            "audit_pack", "--year", "2026", "--out", f"{tmp_path / 'pack.zip'}", "--as", "auditor", stderr=told
        )
    assert failed.value.returncode == 1
    assert "D 2026-11 记-2" in told.getvalue()
    found = found_in(tmp_path / "pack.zip")
    assert any(line.startswith(f"numbers {VOUCHERS} 0 D 2026-11 记-2 missing") for line in found)
    assert any(line.startswith("numbers manifest.json 0 D 2026-11 记-2 missing") for line in found)
    assert any("vouchers" in line and "missing" in line for line in found)
