"""How measurements are told: a table of ratios, and the plans behind the reads."""

import os
import platform
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One line of the printed table."""

    part: str
    what: str
    measured: str
    ratio: float | None = None
    at_least: float | None = None
    goal: float | None = None

    @property
    def verdict(self) -> str:
        if self.ratio is None or self.at_least is None:
            return ""
        if self.goal is not None and self.ratio >= self.goal:
            return "[green]goal"
        return "[green]yes" if self.ratio >= self.at_least else "[red]no"


def table_of(rows: list[Row]) -> Table:
    table = Table(title=f"{os.cpu_count()} cores, {platform.machine()}, ratios within this run")
    for heading in ("part", "what", "measured", "ratio", "at least", "goal", ""):
        table.add_column(heading, justify="right" if heading in ("ratio", "at least", "goal") else "left")
    for row in rows:
        figures = [f"{number:.2f}" if number is not None else "" for number in (row.ratio, row.at_least, row.goal)]
        table.add_row(row.part, row.what, row.measured, *figures, row.verdict)
    return table


def print_plans(console: Console, reads_found: dict[str, Any]) -> None:
    for what, measured in reads_found.items():
        console.print(f"\n[bold]{what}")
        for plan in measured["plans"]:
            for line in plan:
                console.print(f"  {line}", markup=False, highlight=False, overflow="ellipsis", no_wrap=True)
