"""The dimensions of a line as lists that an export carries: which codes there are, with their names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from django.db import connection
from django.db.models import Model

from audit.exports.numbers import Numbers
from ledger.models import AccountingUnit, Book, Counterparty, EconomicClass, FunctionalClass, Fund, Project


@dataclass(frozen=True, slots=True)
class Value:
    """One code of a dimension; ``parent`` is empty at the top, ``maps_to`` unless a government class is named."""

    code: str
    name: str
    parent: str = ""
    kind: str = ""
    maps_to: str = ""


NOBODY: Final = Value("", "")


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension as item ``number`` of a line (辅助项): its archive, and its values by the code in the books."""

    number: int
    key: str
    name: str
    tree: bool
    values: Mapping[str, Value]

    @property
    def archive(self) -> str:
        return f"{self.number:02}"

    def code(self, code: str | None) -> str:
        """Return how the export spells a code of the books; nothing for a line that names none."""
        return self.values[code].code if code else ""

    def label(self, code: str | None) -> str:
        return self.values[code].name if code else ""

    def depth_of(self, value: Value) -> int:
        """Return the level of a value; one without a parent is of the first."""
        depth = 1
        while value.parent:
            depth, value = depth + 1, self.values.get(value.parent, NOBODY)
        return depth


# Key and Chinese name of each, in the order in which a line names them.
FUND, FUNCTIONAL, ECONOMIC, PROJECT, UNIT, COUNTERPARTY = range(6)
NAMES: Final = (
    ("fund", "资金性质"),
    ("functional", "功能分类"),
    ("economic", "经济分类"),
    ("project", "项目"),
    ("unit", "单位"),
    ("counterparty", "往来"),
)
TREES: Final = ("functional", "economic")
# What the lines of a book name of projects, units and counterparties: the others are not this book's business.
NAMED: Final = """
SELECT d.id, d.code, d.name FROM {table} d
 WHERE EXISTS (SELECT FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
                WHERE l.{key}_id = d.code AND a.book_id = %s AND l.posting_date <= %s)
 ORDER BY d.code
"""


def dimensions_of(*, book: Book, until: date, numbers: Numbers) -> Sequence[Dimension]:
    """Return the six dimensions with the values that a book may name or has named until a day.

    A counterparty whose code is a long number, of a person or an account, goes by a code of its own unless numbers
    are shown in full.
    """
    lists: Sequence[Mapping[str, Value]] = (
        {fund.code: Value(fund.code, fund.name) for fund in Fund.objects.order_by("code")},
        {one.code: Value(one.code, one.name, one.parent_code) for one in FunctionalClass.objects.order_by("code")},
        {
            one.code: Value(one.code, one.name, one.parent_code, one.kind, one.maps_to)
            for one in EconomicClass.objects.order_by("code")
        },
        {code: Value(code, name) for _key, code, name in named(Project, "project", book, until)},
        {code: Value(code, name) for _key, code, name in named(AccountingUnit, "unit", book, until)},
        {
            code: Value(f"C{key}" if numbers.text(code) != code else code, numbers.text(name))
            for key, code, name in named(Counterparty, "counterparty", book, until)
        },
    )
    return [
        Dimension(at, key, name, tree=key in TREES, values=MappingProxyType(values))
        for at, ((key, name), values) in enumerate(zip(NAMES, lists, strict=True), start=1)
    ]


def named(model: type[Model], key: str, book: Book, until: date) -> Sequence[tuple[int, str, str]]:
    """Return id, code and name of what the lines of a book name of a dimension."""
    with connection.cursor() as cursor:
        cursor.execute(NAMED.format(table=model._meta.db_table, key=key), [book.pk, until])
        return list(cursor.fetchall())
