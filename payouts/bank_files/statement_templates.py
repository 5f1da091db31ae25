"""How a bank gives a statement as a table: titles for each column, as YAML files in ``statement_templates/``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ledger.exact_yaml import parse_exact
from payouts.bank_files.template_files import BadTemplate, Node, TemplateFault, UnknownTemplate

SHIPPED_STATEMENTS = Path(__file__).parent / "statement_templates"
DEFAULT_STATEMENT = "county"
NEEDED = ("date", "debit", "credit", "balance")
WANTED = ("reference", "text", "counter_account", "counter_name")


@dataclass(frozen=True, slots=True)
class StatementTemplate:
    """One bank's table: the titles that each column may have; ``totals`` begin a row that sums others."""

    name: str
    description: str
    source: str
    verified: bool
    columns: Mapping[str, Sequence[str]]
    totals: Sequence[str]

    def column_of(self, title: str) -> str:
        """Return the column that a title stands over; '' for one that is not read."""
        return next((name for name, titles in self.columns.items() if title in titles), "")


@cache
def statement_templates() -> Mapping[str, StatementTemplate]:
    """Return the shipped templates by name.

    :raises BadTemplate: for the first file with faults
    """
    return {path.stem: read_statement_template(path=path) for path in sorted(SHIPPED_STATEMENTS.glob("*.yaml"))}


def statement_template(*, name: str = DEFAULT_STATEMENT) -> StatementTemplate:
    """Return a shipped template.

    :raises UnknownTemplate: if there is none of this name
    """
    templates = statement_templates()
    if name not in templates:
        raise UnknownTemplate(name, sorted(templates))
    return templates[name]


def read_statement_template(*, path: Path) -> StatementTemplate:
    """Read one template.

    :raises BadTemplate: with all its faults
    """
    root = Node(parse_exact(path.read_text(encoding="utf-8")), "", [])
    node = root.keys("name", "description", "source", "verified", "columns", "totals")
    listed_by = node["columns"].keys(*NEEDED, *WANTED)
    columns = {name: [each.text() for each in titles.each()] for name, titles in listed_by.items()}
    template = StatementTemplate(
        name=node["name"].text(),
        description=node["description"].text(),
        source=node["source"].text(),
        verified=node["verified"].truth(),
        columns=columns,
        totals=[each.text() for each in node["totals"].each()],
    )
    listed = [title for titles in columns.values() for title in titles]
    faults = [*root.faults]
    faults += [TemplateFault("columns", "title_stands_twice", title) for title in listed if listed.count(title) > 1]
    if template.name != path.stem:
        faults.append(TemplateFault("name", "not_the_file_name", template.name))
    if faults:
        raise BadTemplate(path.name, faults)
    return template
