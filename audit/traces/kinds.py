"""What kinds of steps there are: which row stands behind one, what is told of it, and where it leads to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple

from django.contrib.auth import get_user_model
from django.db.models import F, Field, ForeignKey, Model, Q, QuerySet, Window
from django.db.models.aggregates import Count
from django.db.models.functions import RowNumber
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from audit.traces.steps import Fact, Step
from imports.layouts import LAYOUTS
from ledger.masking import masked, masked_account, masked_id
from ledger.models import AccountingUnit
from ledger.money import in_full
from payouts.benefit_facts import scheme_names
from payouts.building import COMPONENT
from payouts.models.words import SCHEME_PAYROLL, SCHEME_RELEASE
from treasury.models import Unit

FIRST: Final = 20  # rows of a list that are shown at once
ACCOUNTS: Final = {"account_number", "supplier_account", "counter_account"}
ID_NUMBERS: Final = {"id_number", "holder_number", "payee_number", "supplier_code"}
# Digests, message ids and names of files hold long numbers that are nobody's.
PLAIN: Final = {"sha256", "digest", "message_id", "file", "identity", "end_to_end_id", "certificate"}
PAPERS: Final = {"invoice", "payment_slip", "receipt", "number"}

# Whole files, and the digests of a thousand vouchers.
UNREAD: Final = {"content", "voucher_digests"}


class View(NamedTuple):
    """What a reader sees: the rows of lists that are shown, and the townships that are open (None: everything)."""

    skipped: int
    length: int
    townships: frozenset[int] | None

    @property
    def end(self) -> int:
        return self.skipped + self.length


class Found(NamedTuple):
    """A row that another leads to; ``whole`` is how many of its kind there are behind that other."""

    parent: Any
    kind: str
    key: Any
    whole: int = 0


Finder = Callable[[Sequence[Any], View], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Link:
    """Where rows of a kind lead to, found for many rows by one query for each kind behind them."""

    find: Finder
    at_start: bool = False  # followed only where the trace starts: the long lists
    unless_from: tuple[str, ...] = ()  # not followed back to where one came from


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of step.

    ``towns`` are the paths to the townships that a row is of. Where there are none, it is the district's own and no
    township sees it; None is what serves all townships, such as a batch: they see that it is there, not what it says.
    """

    name: str
    model: type[Model]
    form: str
    facts: str
    towns: tuple[str, ...] | None
    links: tuple[Link, ...] = ()
    by: str = ""
    at: str = ""
    select: tuple[str, ...] = ()
    refer: Callable[[Any], str] = lambda row: str(row.pk)
    parse: Callable[[str], Q | None] = lambda _text: None
    subjects: Callable[[Any], Sequence[str]] = lambda _row: ()
    more: Callable[[Any], Iterable[Fact]] = lambda _row: ()
    leaves: Callable[[Sequence[Any]], Iterable[tuple[Any, Step]]] | None = None

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name)

    def open_to(self, townships: frozenset[int] | None) -> QuerySet[Any]:
        """Return the rows that a reader may see."""
        rows = self.model._default_manager.all()
        if townships is None or self.towns is None:
            return rows
        own = Q(pk__in=[])
        for path in self.towns:
            own |= Q(**{f"{path}__in": townships})
        return rows.filter(pk__in=rows.filter(own).values("pk"))

    def loaded(self, keys: Iterable[Any], townships: frozenset[int] | None) -> QuerySet[Any]:
        """Return rows with all that is told of them."""
        fields = [self.model._meta.get_field(name) for name in self.facts.split()]
        told = [field.name for field in fields if isinstance(field, ForeignKey) and not is_officer(field)]
        unread = [field.name for field in self.model._meta.fields if field.name in UNREAD]
        rows = self.open_to(townships).filter(pk__in=list(keys)).defer(*unread)
        return rows.select_related(*told, *self.select) if told or self.select else rows

    def reference(self, row: Any) -> str:
        return f"{self.name}:{self.refer(row)}"

    def step(self, row: Any, view: View) -> Step:
        """Return the step of a row without what is behind it."""
        hidden = view.townships is not None and self.towns is None
        facts = () if hidden else (*facts_of(row, self.facts), *self.more(row))
        return Step(
            kind=self.name,
            title=self.title,
            reference=self.reference(row),
            facts=tuple(facts),
            by=str(getattr(row, f"{self.by}_id", None) or getattr(row, self.by, None) or "") if self.by else "",
            at=getattr(row, self.at) if self.at else None,
        )


KINDS: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Add kinds to those that are known."""
    KINDS.update({kind.name: kind for kind in kinds})


def up(field: str, kind: str, **more: Any) -> Link:
    """Return the link to the one row that a foreign key names."""

    def find(rows: Sequence[Any], _view: View) -> Iterable[Found]:
        keys = [(row.pk, getattr(row, f"{field}_id")) for row in rows]
        return [Found(parent, kind, key) for parent, key in keys if key is not None]

    return Link(find, **more)


def down(kind: str, path: str, *, where: Q | None = None, order: str = "pk", **more: Any) -> Link:
    """Return the link to the rows that name this one; a page of them, with how many there are."""

    def find(rows: Sequence[Any], view: View) -> Iterable[Found]:
        open_rows = KINDS[kind].open_to(view.townships).filter(**{f"{path}__in": [row.pk for row in rows]})
        return page_of(open_rows.filter(where) if where else open_rows, kind, path, view, order=order)

    return Link(find, **more)


def page_of(rows: QuerySet[Any], kind: str, path: str, view: View, *, order: str = "pk") -> list[Found]:
    """Return a page of the rows behind each parent, which ``path`` leads to."""
    return [
        Found(parent, kind, key, whole)
        for parent, key, whole in rows.annotate(
            row_in_list=Window(RowNumber(), partition_by=F(path), order_by=[F(order).asc(), F("pk").asc()]),
            rows_in_list=Window(Count("*"), partition_by=F(path)),
        )
        .filter(row_in_list__gt=view.skipped, row_in_list__lte=view.end)
        .order_by("row_in_list")
        .values_list(path, "pk", "rows_in_list")
    ]


def found(find: Finder, **more: Any) -> Link:
    """Return a link of its own making."""
    return Link(find, **more)


def facts_of(row: Model, names: str) -> Iterable[Fact]:
    """Yield what fields say, under their names, leaving out what is empty."""
    for field, label in fields_told(type(row), names, get_language()):
        value = shown(row, field)
        if value:
            yield Fact(label, value)


@cache
def fields_told(model: type[Model], names: str, _language: str) -> Sequence[tuple[Any, str]]:
    """Return fields with what they are called in a language."""
    fields = [model._meta.get_field(name) for name in names.split()]
    return [(field, str(field.verbose_name)) for field in fields]  # type: ignore[union-attr]


def scheme_named(code: str) -> Any:
    """Return what is paid under a code: pay, money that was released, or a scheme by its name of today."""
    return PAID.get(code) or scheme_names().get(code)


def list_named(code: str) -> Any:
    return LAYOUTS[code].title if code in LAYOUTS else ""


PAID: Final = {SCHEME_PAYROLL: _("payroll"), SCHEME_RELEASE: _("release of funds")}
# The fields that hold a code and have no choices of their own, and what their codes are called.
CODED: Final[Mapping[str, Callable[[str], Any]]] = {
    "component": {COMPONENT: _("net pay")}.get,
    "kind": list_named,
    "layout": list_named,
    "scheme": scheme_named,
}


def shown(row: Model, field: Any) -> str:
    """Return what a field says as text, with numbers of people and of accounts masked."""
    if isinstance(field, ForeignKey) and (is_officer(field) or getattr(row, field.attname) is None):
        return str(getattr(row, field.attname) or "")
    value = getattr(row, field.name)
    if isinstance(field, ForeignKey):
        return str(value) if field.related_model in (Unit, AccountingUnit) else masked(str(value))
    if field.name in ACCOUNTS:
        return masked_account(value)
    if field.name in ID_NUMBERS:
        return masked_id(value)
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")() or "")
    if field.name in CODED and isinstance(value, str):
        return str(CODED[field.name](value) or value)
    return text_of(value, is_plain=field.name in PLAIN | PAPERS, is_month=field.name == "month")


def text_of(value: object, *, is_plain: bool = False, is_month: bool = False) -> str:
    """Return a value as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, Decimal):
        return in_full(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(get_current_timezone()):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m}" if is_month else value.isoformat()
    if isinstance(value, memoryview | bytes):
        return bytes(value).hex()
    return str(value) if is_plain else masked(str(value))


def is_officer(field: "Field[Any, Any]") -> bool:
    return field.related_model is get_user_model()
