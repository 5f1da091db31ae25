"""The chain of seals of each book: recomputed from its genesis, with what each seal covers but the vouchers.

A seal is SHA-256 over the digest before it, its own words, and the digests of its vouchers one after the other. From
the seals we also read which vouchers must be in the pack: nothing of the pack itself says where they begin and end.
"""

from __future__ import annotations

import hashlib
from typing import Any, Dict, List, Set, Tuple

from audit.verifier.findings import Findings
from audit.verifier.packs import Pack
from audit.verifier.tables import Broken, Table, fen, key_text, whole

Totals = Dict[Tuple[str, str], int]


class Chain:
    """What the seals of one book say."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.number = 0
        self.digest = hashlib.sha256(f"book\t{code}\n".encode()).digest()
        self.recorded_at = ""
        self.opened: Dict[int, int] = {}
        self.carried: Dict[int, Tuple[int, Totals]] = {}
        self.closed: Dict[Tuple[int, int], str] = {}
        self.statuses: Dict[Tuple[int, int], str] = {}
        self.anchored: Dict[int, str] = {}

    def years(self, year: int) -> int:
        """Return the first year whose vouchers are needed: the one after the last that was carried forward, or 0."""
        return max([carried for carried in self.carried if carried < year], default=-1) + 1

    def begin(self, year: int) -> int:
        """Return the seal from which on every voucher is in the pack."""
        first = self.years(year)
        if first == 0:
            return 1
        return min([seal for opened, seal in self.opened.items() if opened >= first], default=self.number + 1)

    def end(self, year: int) -> int:
        """Return the seal up to which every voucher is in the pack: nothing is posted into a year carried forward."""
        return self.carried[year][0] if year in self.carried else self.number


def check_chains(
    pack: Pack, manifest: Dict[str, Any], found: Findings, wanted: Set[Tuple[str, int]]
) -> Dict[str, Chain]:
    """Recompute every seal; return what they say of each book. ``wanted`` are seals that an anchor names."""
    chains: Dict[str, Chain] = {}
    seals = Table(pack, manifest, "books/seals.csv", found)
    beside = {
        name: Table(pack, manifest, f"books/{name}.csv", found)
        for name in ("signatures", "period_changes", "openings", "carried")
    }
    for row in seals.ordered("book", "number"):
        chain = chains.setdefault(row["book"], Chain(row["book"]))
        try:
            check_seal(chain, row, seals, found)
            check_content(chain, row, beside, found)
        except ValueError as error:
            seals.fail("unreadable", error)
        if (chain.code, chain.number) in wanted:
            chain.anchored[chain.number] = chain.digest.hex()
    for name, table in beside.items():
        check = {"signatures": "signatures", "period_changes": "periods"}.get(name, "balances")
        while table.row:
            found.add(check, table.name, table.number, " ".join(table.row[:4]), "surplus")
            table.step()
    return chains


def check_seal(chain: Chain, row: Dict[str, str], seals: Table, found: Findings) -> None:
    """Check that a seal continues the one before and has the digest of its words."""
    file, place = seals.name, key_text(row, ["book", "number"])
    found.compare("chain", file, seals.number, f"{place}: the seal before", chain.number + 1, whole(row["number"]))
    found.compare("chain", file, seals.number, f"{place}: the digest before", chain.digest.hex(), row["previous"])
    if row["recorded_at"] <= chain.recorded_at:
        found.add("chain", file, seals.number, f"{place}: recorded at", "order", chain.recorded_at, row["recorded_at"])
    digests, count = bytes.fromhex(row["voucher_digests"]), whole(row["vouchers"])
    found.compare("chain", file, seals.number, f"{place}: digests of vouchers", 32 * count, len(digests))
    words = "\t".join(["seal", row["book"], row["number"], row["kind"], row["recorded_at"], row["first_voucher"],
                       row["last_voucher"], row["vouchers"]])  # fmt: skip
    digest = hashlib.sha256(
        bytes.fromhex(row["previous"]) + f"{words}\n{row['content']}".encode() + digests
    ).hexdigest()
    found.checked("chain")
    if digest != row["digest"]:
        found.add("chain", file, seals.number, place, "digest", row["digest"], digest)
    chain.number, chain.recorded_at = whole(row["number"]), row["recorded_at"]
    chain.digest = bytes.fromhex(row["digest"])


def check_content(chain: Chain, row: Dict[str, str], beside: Dict[str, Table], found: Findings) -> None:
    """Hold the words of a seal against the table that they are about."""
    if row["kind"] == "SIGNED":
        check_signed(chain, row, beside["signatures"], found)
    elif row["kind"] == "PERIOD":
        check_period(chain, row, beside["period_changes"], found)
    elif row["kind"] == "CARRIED":
        check_carried(chain, row, beside, found)
    elif row["kind"] != "POSTED" or row["content"]:
        found.add("chain", "books/seals.csv", 0, key_text(row, ["book", "number"]), "surplus", "", row["kind"])


def check_signed(chain: Chain, row: Dict[str, str], table: Table, found: Findings) -> None:
    said = "\t".join(["signature", *table.row[2:]]) + "\n" if table.row[:2] == [chain.code, row["number"]] else ""
    found.compare("signatures", table.name, table.number, key_text(row, ["book", "number"]), row["content"], said)
    if said:
        table.step()


def check_period(chain: Chain, row: Dict[str, str], table: Table, found: Findings) -> None:
    """Check one change of a period and keep the totals that were sealed when it was closed."""
    words, _end, totals = row["content"].partition("\n")
    stands = table.row[:1] == [chain.code]
    said = "\t".join(["period", *table.row[2:8]]) if stands else ""
    found.compare("periods", table.name, table.number, key_text(row, ["book", "number"]), words, said)
    if stands:
        table.step()
    parts = words.split("\t")
    if len(parts) < 5:
        raise ValueError("a seal of a period without its period")
    year, month = whole(parts[1]), whole(parts[2])
    chain.opened.setdefault(year, chain.number)
    chain.statuses[year, month] = parts[4]
    chain.closed.pop((year, month), None)
    if parts[4] == "CLOSED":
        chain.closed[year, month] = totals


def check_carried(chain: Chain, row: Dict[str, str], beside: Dict[str, Table], found: Findings) -> None:
    """Check what a year was closed with and the next one opened with."""
    carried, openings = beside["carried"], beside["openings"]
    parts = row["content"].partition("\n")[0].split("\t")
    if len(parts) != 3:
        raise ValueError("a seal of a carried year without its year")
    year, opened = whole(parts[1]), str(whole(parts[1]) + 1)
    said = carried.row[:3]
    found.compare(
        "balances", carried.name, carried.number, key_text(row, ["book", "number"]), [chain.code, *parts[1:]], said
    )
    if said[:2] == [chain.code, parts[1]]:
        carried.step()
    lines, left = ["\t".join(parts)], {}
    while openings.row[:2] == [chain.code, opened]:
        _book, _year, account, fund, debit, credit = openings.row
        lines.append("\t".join(["opening", account, fund, debit, credit]))
        left[account, fund] = fen(debit) - fen(credit)
        openings.step()
    found.compare(
        "balances", openings.name, openings.number, f"{chain.code} {opened}", row["content"], "\n".join(lines) + "\n"
    )
    chain.carried[year] = (chain.number, left)


def check_heads(
    pack: Pack, manifest: Dict[str, Any], chains: Dict[str, Chain], found: Findings
) -> List[Dict[str, str]]:
    """Check that each chain ends where its book and the manifest say, and return the books."""
    table = Table(pack, manifest, "books/books.csv", found)
    stated = {book["code"]: book for book in manifest["books"]}
    year, books = whole(str(manifest["year"])), []
    for row in table.ordered("code"):
        code = row["code"]
        chain = chains.setdefault(code, Chain(code))
        head = f"{chain.number} {chain.digest.hex()}"
        found.compare("chain", table.name, table.number, f"{code}: the head", head, f"{row['seal']} {row['digest']}")
        of_manifest = stated.pop(code, {}).get("head", {})
        found.compare(
            "chain",
            "manifest.json",
            0,
            f"{code}: the head",
            head,
            f"{of_manifest.get('seal')} {of_manifest.get('digest')}",
        )
        told = f"{row['first_seal']} {row['last_seal']}"
        found.compare(
            "vouchers", table.name, table.number, f"{code}: the seals", f"{chain.begin(year)} {chain.end(year)}", told
        )
        books.append(row)
    known = {row["code"] for row in books}
    for code in sorted({*stated, *chains} - known):
        found.add("chain", table.name, 0, f"book {code}", "missing")
    if not books:
        raise Broken
    check_statuses(pack, manifest, chains, found)
    return books


def check_statuses(pack: Pack, manifest: Dict[str, Any], chains: Dict[str, Chain], found: Findings) -> None:
    """Check that each period stands where its sealed changes led."""
    table = Table(pack, manifest, "books/periods.csv", found)
    seen = set()
    for row in table.ordered("book", "year", "month"):
        month = (whole(row["year"]), whole(row["month"]))
        seen.add((row["book"], *month))
        stands = chains[row["book"]].statuses.get(month, "UNOPENED") if row["book"] in chains else ""
        found.compare(
            "periods", table.name, table.number, key_text(row, ["book", "year", "month"]), stands, row["status"]
        )
    for chain in chains.values():
        for year, number in chain.statuses:
            if (chain.code, year, number) not in seen:
                found.add("periods", table.name, 0, f"{chain.code} {year}-{number}", "missing")
