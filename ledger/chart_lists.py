"""Lists of account codes as files: what their columns mean and what is wrong with a row.

The columns are described in ``ledger/charts/README.md``. Plain values: nothing is written here.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

CHARTS = Path(__file__).parent / "charts"
NEEDED = ("regime", "code", "name", "kind", "record", "normal_side", "effective_from")
# Every column there is, and how long its text may be (ledger/models/books.py).
COLUMNS = {
    "regime": 20,
    "code": 40,
    "name": 100,
    "english_name": 100,
    "kind": 20,
    "record": 1,
    "normal_side": 1,
    "parent": 40,
    "cash": 1,
    "level": 10,
    "funds": 200,
    "role": 40,
    "parallel": 40,
    "closes_to": 200,
    "effective_from": 10,
    "effective_to": 10,
    "source": 200,
    "verified": 1,
    "note": 300,
}
ALLOWED = {
    "kind": ("ASSET", "LIABILITY", "NET_ASSET", "INCOME", "EXPENSE", "BUDGET_BALANCE"),
    "record": ("F", "B"),
    "normal_side": ("D", "C"),
    "cash": ("", "0", "1"),
    "level": ("", "UPPER", "LOWER"),
    "verified": ("", "0", "1"),
}


class UnreadableList(ValueError):
    """A list that cannot be taken; ``faults`` says which line is wrong and how, all of them."""

    def __init__(self, path: Path, faults: list[str]) -> None:
        super().__init__(f"{path}: " + "; ".join(faults))
        self.path = path
        self.faults = faults


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """One row of a list of codes."""

    regime: str
    code: str
    name: str
    english_name: str
    kind: str
    record: str
    normal_side: str
    parent_code: str
    cash: bool
    level: str
    fund_codes: str
    role: str
    parallel_code: str
    closes_to: str
    effective_from: date
    effective_to: date | None
    source: str
    verified: bool
    note: str


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a UTF-8 csv with a header; cells are stripped."""
    for _line, row in numbered_rows(path):
        yield row


def numbered_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows with the line of the file each ends on; cells beside the columns are under ``""``.

    :raises UnreadableList: if the file is no csv
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restkey="")
        try:
            for row in reader:
                beside = row.pop("", None) or []
                cells = {name.strip(): (value or "").strip() for name, value in row.items()}
                yield reader.line_num, cells | {"": "".join(beside).strip()}
        except csv.Error as error:
            raise UnreadableList(path, [f"line {reader.line_num}: {error}"]) from error


def read_accounts(path: Path) -> list[tuple[int, ListedAccount]]:
    """Return the accounts of a list, each with its line.

    :raises UnreadableList: naming every line that is wrong
    """
    rows = list(numbered_rows(path))
    faults = [f"line 1: {name} is no column of a chart" for name in unknown_columns(rows)]
    faults += [fault for line, row in rows for fault in faults_of(row, line)]
    faults += list(faults_among(rows))
    if not rows:
        faults.append("no rows")
    if faults:
        raise UnreadableList(path, faults)
    return [(line, listed(row)) for line, row in rows]


def unknown_columns(rows: list[tuple[int, dict[str, str]]]) -> list[str]:
    return [name for name in rows[0][1] if name and name not in COLUMNS] if rows else []


def faults_of(row: dict[str, str], line: int) -> list[str]:
    faults = [f"line {line}: {name} is missing" for name in NEEDED if not row.get(name)]
    if row[""]:
        faults.append(f"line {line}: {row['']!r} stands beside the columns")
    for name, values in ALLOWED.items():
        if row.get(name, "") not in ("", *values):
            faults.append(f"line {line}: {name} is {row[name]!r}, one of {', '.join(filter(None, values))} is meant")
    for name, length in COLUMNS.items():
        text = row.get(name, "")
        if name not in ALLOWED and (len(text) > length or any(sign < " " for sign in text)):
            faults.append(f"line {line}: {name} is longer than {length} or has a line break")
    for name in ("effective_from", "effective_to"):
        try:
            day_of(row.get(name, ""))
        except ValueError:
            faults.append(f"line {line}: {name} is {row[name]!r}, a date like 2016-01-01 is meant")
    ends = row.get("effective_to")
    if ends and not faults and date.fromisoformat(ends) <= date.fromisoformat(row["effective_from"]):
        faults.append(f"line {line}: effective_to {ends} is not after effective_from {row['effective_from']}")
    return faults


def faults_among(rows: list[tuple[int, dict[str, str]]]) -> Iterator[str]:
    """Yield what is wrong between the rows: codes and roles twice, parents that are none."""
    above = {(row.get("regime"), row.get("code")): row.get("parent", "") for _, row in rows}
    seen: set[tuple[str | None, ...]] = set()
    for line, row in rows:
        regime = row.get("regime")
        for name in ("code", "role"):
            key = (name, regime, row.get(name))
            if row.get(name) and key in seen:
                yield f"line {line}: {name} {row[name]} stands twice"
            seen.add(key)
        if row.get("parent") and (regime, row["parent"]) not in above:
            yield f"line {line}: parent {row['parent']} is not in the list"
        parent, steps = row.get("parent", ""), 0
        while parent and steps <= len(rows):
            parent, steps = above.get((regime, parent), ""), steps + 1
        if parent:
            yield f"line {line}: the parents of {row.get('code')} lead round in a circle"


def codes_in(column: str) -> list[str]:
    """Return the codes of ``3001`` or of ``111:3001|121:3002``."""
    return [pair.rpartition(":")[2] for pair in column.split("|")] if column else []


def day_of(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def listed(row: dict[str, str]) -> ListedAccount:
    values: dict[str, Any] = {
        "fund_codes": row.get("funds") or "*",
        "parent_code": row.get("parent", ""),
        "parallel_code": row.get("parallel", ""),
        "cash": row.get("cash") == "1",
        "verified": row.get("verified") == "1",
        "effective_from": date.fromisoformat(row["effective_from"]),
        "effective_to": day_of(row.get("effective_to", "")),
    }
    texts: dict[str, Any] = {
        name: row.get(name, "") for name in ListedAccount.__dataclass_fields__ if name not in values
    }
    return ListedAccount(**values, **texts)
