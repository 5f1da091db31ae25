"""Run all checks of a pack and tell what agrees and what does not.

    python3 verify.py [PACK] [--anchor FILE] [--anchor-text TEXT] [--later] [--lang zh|en]

PACK is the zip or the folder it was unpacked into; without it, the folder of this program. The program ends with 0
where everything agrees, 1 where something does not, 2 where there is nothing to check.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import Any, Callable, Dict, List, Sequence, Set, Tuple

from audit.verifier.balances import check_books
from audit.verifier.findings import Findings
from audit.verifier.ledgers import Known, Sums, check_vouchers, read_known
from audit.verifier.packs import BAD_ZIP, Pack, Unreadable, ZipPack, check_files, check_zip, open_pack, read_manifest
from audit.verifier.payments import check_payments
from audit.verifier.seals import Chain, check_chains, check_heads
from audit.verifier.tables import Broken, Table
from audit.verifier.trail import check_trail

ANCHOR_LINE = re.compile(r"(\S+)\s+([0-9]{1,9})\s+([0-9a-fA-F]{64})")
MANIFEST_LINE = re.compile(r"#\s*manifest\s+([0-9]{4})\s+([0-9a-fA-F]{64})")


class Anchor:
    """What was kept elsewhere: seals of books, and the SHA-256 of a manifest."""

    def __init__(self, text: str) -> None:
        self.seals: List[Tuple[str, int, str]] = []
        self.manifest = ""
        for line in re.split(r"[\n;,]", text):
            seal, manifest = ANCHOR_LINE.fullmatch(line.strip()), MANIFEST_LINE.fullmatch(line.strip())
            if manifest:
                self.manifest = manifest.group(2).lower()
            elif seal:
                self.seals.append((seal.group(1), int(seal.group(2)), seal.group(3).lower()))
            elif line.strip() and not line.strip().startswith("#"):
                raise Unreadable(f"anchor: {line.strip()!r} is not BOOK NUMBER DIGEST")

    def wanted(self) -> Set[Tuple[str, int]]:
        return {(book, number) for book, number, _digest in self.seals}


def check_pack(pack: Pack, anchor: Anchor, is_later: bool, found: Findings) -> Dict[str, Any]:
    """Run every check; one that cannot go on leaves those that do not need it."""
    manifest, digest = read_manifest(pack, found)
    if isinstance(pack, ZipPack):
        attempt(found, "zip", lambda: check_zip(pack, manifest, found))
    attempt(found, "files", lambda: check_files(pack, manifest, found))
    if anchor.manifest and not is_later:
        found.compare("anchor", "manifest.json", 0, "SHA-256 of the manifest", anchor.manifest, digest)
    attempt(found, "chain", lambda: check_ledgers(pack, manifest, anchor, found))
    attempt(
        found, "rows", lambda: sum(1 for _row in Table(pack, manifest, "books/files.csv", found).ordered("kind", "id"))
    )
    attempt(found, "trail", lambda: check_trail(pack, manifest, found))
    return manifest


def check_ledgers(pack: Pack, manifest: Dict[str, Any], anchor: Anchor, found: Findings) -> None:
    """Check the chains, then the vouchers along them, then what is kept beside, then the payments."""
    chains = check_chains(pack, manifest, found, anchor.wanted())
    check_anchors(anchor, chains, found)
    books = check_heads(pack, manifest, chains, found)
    districts = {book["code"] for book in books if book["kind"] == "DISTRICT"}
    known: Known = read_known(pack, manifest, found)
    sums: Sums = check_vouchers(pack, manifest, chains, districts, known, found)
    attempt(found, "balances", lambda: check_books(pack, manifest, chains, known, sums, found))
    if manifest["scope"] == "district":
        attempt(found, "batches", lambda: check_payments(pack, manifest, sums, found))


def check_anchors(anchor: Anchor, chains: Dict[str, Chain], found: Findings) -> None:
    """Check that each seal kept elsewhere is on the chain of its book."""
    for book, number, digest in anchor.seals:
        chain = chains.get(book)
        place = f"{book} seal {number}"
        if chain is None:
            found.add("anchor", "books/seals.csv", 0, f"{place}: the book", "missing")
        elif number == 0 or number > chain.number:
            found.add(
                "anchor",
                "books/seals.csv",
                0,
                f"{place}: older than the anchor, or cut off",
                "missing",
                digest,
                chain.number,
            )
        else:
            found.compare("anchor", "books/seals.csv", 0, place, digest, chain.anchored.get(number, ""))


def attempt(found: Findings, check: str, run: Callable[[], object]) -> None:
    """Run a check; what it cannot read is a finding, whatever the pack holds."""
    try:
        run()
    except Broken:
        pass
    except (OSError, KeyError, TypeError, IndexError, AttributeError, MemoryError, RecursionError, *BAD_ZIP) as error:
        found.add(check, "manifest.json", 0, "the pack", "unreadable", "", f"{type(error).__name__}: {error}")


def main(arguments: Sequence[str]) -> int:
    """Check a pack as a program."""
    parser = argparse.ArgumentParser(description="Verify an audit pack. 核验审计包。", add_help=True)
    parser.add_argument(
        "pack", nargs="?", default=os.path.dirname(os.path.abspath(__file__)), help="zip or folder 审计包"
    )
    parser.add_argument("--anchor", help="a file of heads kept elsewhere 外部锚定文件")
    parser.add_argument("--anchor-text", default="", help="the text of the QR codes 二维码文字")
    parser.add_argument("--later", action="store_true", help="the pack was made after the anchor 本包晚于锚定")
    parser.add_argument(
        "--lang", choices=["en", "zh"], default="zh" if os.environ.get("LANG", "").startswith("zh") else "en"
    )
    asked = parser.parse_args(arguments)
    chinese = int(asked.lang == "zh")
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    found = Findings()
    try:
        text = asked.anchor_text
        if asked.anchor:
            with open(asked.anchor, encoding="utf-8-sig") as file:
                text += "\n" + file.read()
        manifest = check_pack(open_pack(asked.pack), Anchor(text), asked.later, found)
    except (Unreadable, OSError, UnicodeDecodeError) as error:
        print("\n".join(found.told(chinese)))
        print(("NOT A READABLE PACK: ", "无法核验：")[chinese] + str(error))
        return 2
    print(
        f"{asked.pack}: {manifest.get('format')} {manifest.get('year')} {manifest.get('made_at')} {manifest.get('made_by')}"
    )
    print("\n".join(found.told(chinese)))
    if found.faults:
        print(("THE PACK DOES NOT AGREE WITH ITSELF.", "核验未通过。")[chinese])
        return 1
    if not text.strip():
        print(
            ("Not held against an anchor: a pack rewritten whole is found only against one (--anchor).",
             "未与外部锚定核对：整体改写的包只有凭锚定（--anchor）才能发现。")[chinese]
        )  # fmt: skip
    print(("Everything agrees.", "全部相符。")[chinese])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
