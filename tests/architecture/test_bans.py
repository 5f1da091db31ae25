"""What our source may not contain. Each ban names its remedy."""

import ast
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
MONEY_APPS = ("ledger", "treasury", "payouts", "imports", "audit", "month")
APPS = (*MONEY_APPS, "web")
SOURCE = (*APPS, "config", "benchmarks")
DOORS = ("management", "admin.py", "tasks.py")  # they read the clock
LINES_MAX = 400

CLOCK_CALLS = {"now", "utcnow", "today", "localdate", "localtime", "time_ns"}
SIGNAL_MODULES = {
    "django.dispatch",
    "django.core.signals",
    "django.contrib.auth.signals",
    "django.db.backends.signals",
    "django.db.models.signals",
}


@dataclasses.dataclass(frozen=True)
class Ban:
    name: str
    remedy: str
    finds: Callable[[ast.AST], bool]
    example: str
    folders: tuple[str, ...] = SOURCE
    doors_may: bool = False
    # Paths that may, each with its reason.
    allowed: tuple[str, ...] = ()


def is_called(node: ast.AST, *names: str) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", None)
    return name in names


def is_float(node: ast.AST) -> bool:
    literal = isinstance(node, ast.Constant) and isinstance(node.value, float | complex)
    # Every other use of the name: float(x), amount: float, list[float], map(float, rows).
    return literal or (isinstance(node, ast.Name) and node.id == "float")


def is_rounding(node: ast.AST) -> bool:
    return is_called(node, "quantize") or (isinstance(node, ast.Name) and node.id == "round")


def is_clock(node: ast.AST) -> bool:
    return is_called(node, *CLOCK_CALLS) or (
        # Handed over to be called elsewhere: default=timezone.now
        isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
    )


def is_signal_import(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name in SIGNAL_MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        names = {f"{node.module}.{alias.name}" for alias in node.names}
        return node.module in SIGNAL_MODULES or bool(names & SIGNAL_MODULES)
    return False


def is_broad_except(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException")) for kind in caught
    )


def is_ignoring_conflicts(node: ast.AST) -> bool:
    return isinstance(node, ast.keyword) and node.arg == "ignore_conflicts"


def is_lossy_delete(node: ast.AST) -> bool:
    if not (isinstance(node, ast.keyword) and node.arg == "on_delete"):
        return False
    name = getattr(node.value, "attr", None) or getattr(node.value, "id", None)
    return name != "PROTECT"


def is_local_import(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
        isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node)
    )


BANS = [
    Ban(
        name="float near money",
        remedy="Use Decimal, made from a string or an integer: Decimal('0.25').",
        finds=is_float,
        example="rate: float = 0.25",
        folders=MONEY_APPS,
        allowed=("imports/reading/cells.py",),  # the numbers of a workbook are floats, taken by their shortest text
    ),
    Ban(
        name="rounding outside ledger/money.py",
        remedy="Name the rounding in ledger/money.py and call it; allocate parts of a whole.",
        finds=is_rounding,
        example="net = gross.quantize(fen)",
        folders=APPS,
        allowed=("ledger/money.py",),
    ),
    Ban(
        name="the clock below the doors",
        remedy="Take the date or time as an argument: on: date, at: datetime. Doors read it.",
        finds=is_clock,
        example="posted_at = timezone.now()",
        folders=MONEY_APPS,
        doors_may=True,
    ),
    Ban(
        name="a signal",
        remedy="Call the next act by name, so that a reader follows by reading down.",
        finds=is_signal_import,
        example="from django.db.models import signals",
    ),
    Ban(
        name="except Exception",
        remedy="Catch what you can answer, by name; let the rest end the command or the request.",
        finds=is_broad_except,
        example="try:\n    act()\nexcept Exception:\n    pass",
    ),
    Ban(
        name="ignore_conflicts",
        remedy="Say what a conflict means: return the first one, or raise the named refusal.",
        finds=is_ignoring_conflicts,
        example="Line.objects.bulk_create(lines, ignore_conflicts=True)",
    ),
    Ban(
        name="on_delete other than PROTECT",
        remedy="Write on_delete=models.PROTECT: nothing of ours goes away with something else.",
        finds=is_lossy_delete,
        example="book = ForeignKey(Book, on_delete=models.CASCADE)",
    ),
    Ban(
        name="an import inside a function",
        remedy="Import at the top; if that is a circle, one of the modules is in the wrong layer.",
        finds=is_local_import,
        example="def post():\n    from ledger import money",
    ),
]


def list_sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((PROJECT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def is_door(path: Path) -> bool:
    return any(part in DOORS for part in path.relative_to(PROJECT).parts)


def find_lines(ban: Ban, source: str) -> list[int]:
    return [getattr(node, "lineno", 0) for node in ast.walk(ast.parse(source)) if ban.finds(node)]


@pytest.mark.parametrize("ban", BANS, ids=lambda ban: ban.name)
def test_source_has_none_of(ban: Ban) -> None:
    found = [
        f"{path.relative_to(PROJECT)}:{line}"
        for path in list_sources(*ban.folders)
        if str(path.relative_to(PROJECT)) not in ban.allowed and not (ban.doors_may and is_door(path))
        for line in find_lines(ban, path.read_text())
    ]
    assert not found, f"{ban.name}. {ban.remedy}\n" + "\n".join(found)


@pytest.mark.parametrize("ban", BANS, ids=lambda ban: ban.name)
def test_the_ban_sees_its_example(ban: Ban) -> None:
    assert find_lines(ban, ban.example)


def test_no_file_outgrows_a_reader() -> None:
    long = [
        f"{path.relative_to(PROJECT)}: {length} lines"
        for path in (*list_sources(*SOURCE), PROJECT / "manage.py")
        if (length := len(path.read_text().splitlines())) > LINES_MAX
    ]
    assert not long, f"Over {LINES_MAX} lines. Part the file by subject; models.py becomes a package.\n" + "\n".join(
        long
    )
