"""What is kept elsewhere: a pack rewritten whole, cut off or older is found against it, and the page can be read."""

import hashlib
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.anchor_pages import anchor_texts, write_anchor_page
from audit.pack_scopes import BookSealed
from audit.packing import Packed
from ledger.exports.stated import ExportStated
from ledger.heads import read_anchors
from ledger.posting import post_event
from tests.builders import simple
from tests.packs import (
    ON,
    Files,
    changed,
    files_of,
    found_in,
    packed,
    put_rows,
    rehashed,
    rezipped,
    rows_of,
    verify,
)
from tests.packs import (
    books as books,
)
from treasury.exports.documents import heading_of

SEALS, VOUCHERS, LINES = "books/seals.csv", "books/vouchers.csv", "books/lines.csv"


def text_of(made: Packed) -> str:
    return "".join(anchor_texts(made))


def rewrite(files: Files, book: str) -> None:
    """Seal every voucher of a book anew, and continue its chain: what a superuser with our own code can do."""
    lines: dict[str, list[str]] = {}
    for row in rows_of(files, LINES)[1:]:
        lines.setdefault(row[2], []).append("line\t" + "\t".join(row[3:]) + "\n")
    digests: dict[str, bytes] = {}
    for row in rows_of(files, VOUCHERS)[1:]:
        if row[0] == book:
            head = "\t".join(["voucher", row[2], book, *row[3:26], row[1], row[26]]) + "\n"
            digest = hashlib.sha256((head + "".join(lines[row[2]])).encode()).digest()
            digests[row[1]] = digests.get(row[1], b"") + digest
    rows, previous = rows_of(files, SEALS), hashlib.sha256(f"book\t{book}\n".encode()).hexdigest()
    for row in rows[1:]:
        if row[0] == book:
            row[8], row[9] = digests[row[1]].hex() if row[1] in digests else row[8], previous
            words = "\t".join(["seal", *row[:7]]) + "\n" + row[7]
            previous = hashlib.sha256(bytes.fromhex(row[9]) + words.encode() + bytes.fromhex(row[8])).hexdigest()
            row[10] = previous
    put_rows(files, SEALS, rows)
    heads = rows_of(files, "books/books.csv")
    for row in heads:
        if row[0] == book:
            files["manifest.json"] = files["manifest.json"].replace(row[8].encode(), previous.encode())
            row[8] = previous
    put_rows(files, "books/books.csv", heads)


def test_a_chain_that_was_rewritten_whole_is_found_against_the_anchor_only(books: None, tmp_path: Path) -> None:
    made = packed(tmp_path / "pack.zip")
    files = files_of(tmp_path / "pack.zip")
    changed(VOUCHERS, 3, summary="改了")(files)
    rewrite(files, "D")
    path = rezipped(rehashed(files), tmp_path / "rewritten.zip")
    assert found_in(path) == []
    assert "Not held against an anchor" in verify(path).stdout
    found = found_in(path, anchor=text_of(made))
    assert any(line.startswith(f"anchor {SEALS} 0 D seal") for line in found)
    assert any(line.startswith("anchor manifest.json") for line in found)
    heads = "\n".join(line for line in text_of(made).splitlines() if not line.startswith("#"))
    assert [line.split()[0] for line in found_in(path, anchor=heads)] == ["anchor"]


def test_what_no_chain_covers_is_found_against_the_anchored_manifest(books: None, tmp_path: Path) -> None:
    made = packed(tmp_path / "pack.zip")
    files = files_of(tmp_path / "pack.zip")
    changed("books/officers.csv", 1, name="别人")(files)
    path = rezipped(rehashed(files), tmp_path / "again.zip")
    assert found_in(path) == []
    (found,) = found_in(path, anchor=text_of(made))
    assert found.startswith("anchor manifest.json 0 SHA-256 of the manifest")


def test_a_good_pack_agrees_with_its_anchor_as_text_and_as_file(books: None, tmp_path: Path) -> None:
    made = packed(tmp_path / "pack.zip")
    file = tmp_path / "anchor.txt"
    file.write_text(text_of(made), encoding="utf-8")
    for options in (("--anchor", str(file)), ("--anchor-text", text_of(made).replace("\n", ";"))):
        said = verify(tmp_path / "pack.zip", *options)
        assert said.returncode == 0, said.stdout
        assert re.search("anchor +3  ok", said.stdout)
    assert [anchor.book for anchor in read_anchors(text_of(made).splitlines())] == [
        "D",
        "T01",
    ]  # as check_books takes it


def test_a_later_pack_goes_on_from_an_anchor_and_an_earlier_one_ends_before_it(books: None, tmp_path: Path) -> None:
    before = packed(tmp_path / "before.zip")
    post_event(simple(f"between/{tmp_path.name}", "1.00", posting_date=ON.replace(month=2)))
    after = packed(tmp_path / "after.zip")
    assert found_in(tmp_path / "after.zip", anchor=text_of(before), is_later=True) == []
    assert [line.split()[:2] for line in found_in(tmp_path / "after.zip", anchor=text_of(before))] == [
        ["anchor", "manifest.json"]
    ]
    found = found_in(tmp_path / "before.zip", anchor=text_of(after), is_later=True)
    assert [line for line in found if "older than the anchor, or cut off" in line] == found
    assert len(found) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [("D 1", 2), ("D x y", 2), (f"T99 1 {'a' * 64}", 1), (f"D 0 {'a' * 64}", 1), (f"D 1 {'a' * 64}", 1), ("# note", 0)],
)
def test_an_anchor_that_is_none_or_of_another_chain_is_told(books: None, tmp_path: Path, text: str, code: int) -> None:
    packed(tmp_path / "pack.zip")
    said = verify(tmp_path / "pack.zip", "--anchor-text", text)
    assert (said.returncode, said.stderr) == (code, ""), said.stdout


# The page


def tool(name: str, package: str) -> str:
    """Return a foreign program; without it the test is skipped, in CI it fails."""
    if shutil.which(name) is None:
        missing = f"{name} is not installed: apt-get install {package}"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return name


def read_codes(page: Path, folder: Path, *, dots: int) -> str:
    """Return what a scanner reads off a printed page, from the top left to the bottom right."""
    subprocess.run(
        [tool("pdftoppm", "poppler-utils"), "-r", str(dots), "-gray", "-png", str(page), str(folder / "page")],
        check=True,
    )
    images = sorted(map(str, folder.glob("page*.png")))
    done = subprocess.run(
        [tool("zbarimg", "zbar-tools"), "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", *images],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_codes_of_a_printed_page_are_the_anchor(books: None, tmp_path: Path) -> None:
    made = packed(tmp_path / "pack.zip")
    with (tmp_path / "anchor.pdf").open("wb") as file:
        assert write_anchor_page(file=file, packed=made, heading=heading_of(made.made_at)) == 1
    said = read_codes(tmp_path / "anchor.pdf", tmp_path, dots=200)
    assert sorted(filter(None, said.splitlines())) == sorted(text_of(made).splitlines())
    assert verify(tmp_path / "pack.zip", "--anchor-text", said).returncode == 0


def test_fourteen_books_stand_on_their_page_and_are_read_off_it(books: None, tmp_path: Path) -> None:
    at = datetime(2026, 11, 27, 9, tzinfo=UTC)
    sealed = [
        BookSealed(key, f"2201121{key:02}", f"第{key}镇人民政府", 100_000 + key, f"{key:02x}" * 32, 0, 1, 100_000 + key)
        for key in range(1, 15)
    ]
    stated = ExportStated(since=at.date(), until=at.date(), books=[], gaps=[])
    made = Packed(
        year=2026, scope="district", detail="masked", books=sealed, stated=stated, manifest="ab" * 32, made_at=at
    )
    with (tmp_path / "anchor.pdf").open("wb") as file:
        assert write_anchor_page(file=file, packed=made, heading=heading_of(at)) == 1
    said = read_codes(tmp_path / "anchor.pdf", tmp_path, dots=150)
    assert sorted(filter(None, said.splitlines())) == sorted(text_of(made).splitlines())
    text = subprocess.run(
        [tool("pdftotext", "poppler-utils"), "-layout", str(tmp_path / "anchor.pdf"), "-"],
        capture_output=True,
        text=True,
    ).stdout
    for book in sealed:
        assert " ".join([book.digest[:8]] * 8) in text
        assert book.name in text
