"""What is told on a terminal: sentences, and tables that stand whole."""

from collections.abc import Sequence
from typing import TypeAlias

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table

Told: TypeAlias = Sequence[RenderableType]


def tell(told: Told) -> None:
    """Print what is told, on a console on which tables stand whole: a narrow terminal wraps rather than cuts."""
    ample = Console(width=1000)
    widths = [ample.measure(part).maximum for part in told if isinstance(part, Table)]
    console = Console(width=max([Console().width, *widths]), soft_wrap=True)
    for part in told:
        console.print(part)


def table(title: str, *columns: str, right: Sequence[int] = ()) -> Table:
    """Return an empty table; ``right`` are the columns of numbers."""
    made = Table(title=title, box=SIMPLE_HEAD, title_justify="left", header_style="bold")
    for at, column in enumerate(columns):
        made.add_column(column, justify="right" if at in right else "left", no_wrap=True)
    return made
