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


def voucher_rows(found: dict[str, dict[str, Any]]) -> list[Row]:
    """Tell print runs: vouchers a second, against xhtml2pdf, and memory as the run grows tenfold."""
    tenth, half, whole, single = (found[what] for what in ("tenth", "half", "all", "single"))
    rate, singly = half["vouchers"] / half["seconds"], single["vouchers"] / single["seconds"]
    said = f"{rate:,.0f} vouchers/s, {half['bytes'] / 1_000_000:.1f} MB"
    memory = f"{tenth['peak_mb']:.0f} MB for {tenth['vouchers']:,}, {whole['peak_mb']:.0f} MB for {whole['vouchers']:,}"
    return [
        Row("vouchers", f"{half['vouchers']:,} vouchers on A5, target 200/s", said, ratio=rate / 200, at_least=1),
        Row("vouchers", f"xhtml2pdf {singly:.1f} vouchers/s", said, ratio=rate / singly, at_least=8),
        Row("vouchers", "memory stays flat", memory, ratio=tenth["peak_mb"] / whole["peak_mb"], at_least=0.9),
    ]


def print_plans(console: Console, reads_found: dict[str, Any]) -> None:
    for what, measured in reads_found.items():
        console.print(f"\n[bold]{what}")
        for plan in measured["plans"]:
            for line in plan:
                console.print(f"  {line}", markup=False, highlight=False, overflow="ellipsis", no_wrap=True)
