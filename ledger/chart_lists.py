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
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield {(name or "").strip(): (value or "").strip() for name, value in row.items() if name}


def read_accounts(path: Path) -> list[ListedAccount]:
    """Return the accounts of a list.

    :raises UnreadableList: naming every line that is wrong
    """
    rows = list(read_rows(path))
    faults = [fault for line, row in enumerate(rows, start=2) for fault in faults_of(row, line)]
    codes = [(row.get("regime"), row.get("code")) for row in rows]
    known = set(codes)
    for line, row in enumerate(rows, start=2):
        if codes.index((row.get("regime"), row.get("code"))) != line - 2:
            faults.append(f"line {line}: code {row.get('code')} stands twice")
        if row.get("parent") and (row.get("regime"), row["parent"]) not in known:
            faults.append(f"line {line}: parent {row['parent']} is not in the list")
    if not rows:
        faults.append("no rows")
    if faults:
        raise UnreadableList(path, faults)
    return [listed(row) for row in rows]


def faults_of(row: dict[str, str], line: int) -> list[str]:
    faults = [f"line {line}: {name} is missing" for name in NEEDED if not row.get(name)]
    for name, values in ALLOWED.items():
        if row.get(name, "") not in ("", *values):
            faults.append(f"line {line}: {name} is {row[name]!r}, one of {', '.join(filter(None, values))} is meant")
    for name in ("effective_from", "effective_to"):
        try:
            day_of(row.get(name, ""))
        except ValueError:
            faults.append(f"line {line}: {name} is {row[name]!r}, a date like 2016-01-01 is meant")
    return faults


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
