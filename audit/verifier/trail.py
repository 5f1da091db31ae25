"""The trail of acts: each event continues the one before it."""

from __future__ import annotations

import hashlib
from typing import Any, Dict, List, Tuple

from audit.verifier.findings import Findings
from audit.verifier.packs import Pack
from audit.verifier.tables import Table, whole

EVENTS = "books/events.csv"
STARS = "*" * 8


def check_trail(pack: Pack, manifest: Dict[str, Any], found: Findings) -> None:
    """Recompute each event from its words; where a number in it is masked, check that it stands in its place."""
    heads: Dict[str, Tuple[int, str]] = {}
    masked, table = 0, Table(pack, manifest, EVENTS, found)
    for row in table.ordered("chain", "number"):
        genesis = (0, hashlib.sha256(f"trail\t{row['chain']}\n".encode()).hexdigest())
        number, digest = heads.get(row["chain"], genesis)
        place = f"{row['chain'] or '-'} {row['number']}"
        found.compare(
            "trail",
            table.name,
            table.number,
            f"{place}: the event before",
            (number + 1, digest),
            (whole(row["number"]), row["previous"]),
        )
        if row["masked"] == "t":
            masked += 1
            if STARS not in row["subject"] + row["origin"] + row["before"] + row["after"]:
                found.add("trail", table.name, table.number, f"{place}: masked", "differs", STARS, "")
        elif event_digest(row) != row["digest"]:
            found.add("trail", table.name, table.number, place, "digest", row["digest"], event_digest(row))
        heads[row["chain"]] = (whole(row["number"]), row["digest"])
    stated = {head["chain"]: (head["number"], head["digest"]) for head in manifest["trail"]}
    found.compare("trail", "manifest.json", 0, "the heads of the trail", sorted(stated.items()), sorted(heads.items()))
    if masked:
        found.note(
            f"{masked} events hold masked numbers: their place in the trail is proven, their words only in full",
            f"{masked} 条日志含脱敏号码：已证明其在链中的位置，原文仅在完整包中可证",
        )


def event_digest(row: Dict[str, str]) -> str:
    """Return the digest of an event, as trail.sql spells its text."""
    names: List[str] = ["chain", "number", "at", "actor", "act", "subject", "origin", "refused"]
    before, after = row["before"].encode(), row["after"].encode()
    text = "\t".join(["event", *(row[name] for name in names)]).encode()
    text += b"\n%d\t%s\n%d\t%s" % (len(before), before, len(after), after)
    return hashlib.sha256(bytes.fromhex(row["previous"]) + text).hexdigest()
