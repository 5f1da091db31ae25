"""Samples and test results as they are taken away: what was asked, what it was drawn from, and the rows.

Read inside ``one_moment``. A sample is drawn whole; of what a test finds at most so many rows are kept, and all are
counted.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, Final, TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.audit_tests import Asked, AuditTest, Fact
from audit.listed_tests import TESTS
from audit.populations import (
    POPULATIONS,
    Column,
    Counted,
    Kind,
    Population,
    Row,
    Within,
    count,
    items_in_any_order,
    items_in_order,
)
from audit.refusals import PopulationEmpty, SampleTooLarge, SampleUnfit
from audit.rules.drawing import Urn
from audit.rules.monetary import Rod, interval_for, start_of
from audit.rules.strata import UnorderedBands, band_of, named, require_rising
from ledger.capitals import fen_of
from ledger.exports.stated import Gap, gaps_in
from ledger.money import FEN, ZERO

ITEMS_MAX: Final = 100_000
PLACE: Final = Column(gettext_lazy("No."), Kind.COUNT)
UNITS: Final = Column(gettext_lazy("Fen drawn"), Kind.COUNT)
AT_LEAST_INTERVAL: Final = Column(gettext_lazy("As large as the interval"), Kind.CODE)
BAND: Final = Column(gettext_lazy("Band"), Kind.CODE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an auditor asks for: a method, the population, its seed, and what the method is told."""

    method: str
    of: str
    seed: str
    size: int | None = None
    interval: Decimal | None = None
    bands: Sequence[Decimal] = ()
    numbers: Mapping[str, str] | None = None
    limit: int = 10_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken away: the facts of the sample, its columns and rows, and the voucher numbers that are missing."""

    method: str
    says: str
    facts: Sequence[Fact]
    columns: Sequence[Column]
    rows: Sequence[Row]
    found: int
    gaps: Sequence[Gap]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a method has drawn, with the columns that it adds before those of the population."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    facts: Sequence[Fact]


Method: TypeAlias = "Callable[[Wanted, Population, Within, Counted], Drawn]"


def population_of(wanted: Wanted) -> Population:
    """Return the population that a method is to look at: the one asked for, or a test's first.

    :raises SampleUnfit: if the method or the population is unknown, or the method does not look at it
    """
    if wanted.method not in METHODS and wanted.method not in TESTS:
        raise SampleUnfit(
            "sample_method_is_known", {"method": wanted.method[:40], "known": ", ".join([*METHODS, *TESTS])}
        )
    fits = TESTS[wanted.method].of if wanted.method in TESTS else list(POPULATIONS)
    of = wanted.of or (fits[0] if wanted.method in TESTS else "")
    if of not in fits:
        raise SampleUnfit("sample_population_fits", {"method": wanted.method, "of": of[:40], "fits": ", ".join(fits)})
    return POPULATIONS[of]


def take(*, wanted: Wanted, within: Within) -> Taken:
    """Draw a sample or run a test.

    :raises SampleUnfit: if what was asked for does not fit together
    :raises SampleTooLarge: if the sample would be larger than anybody looks at
    :raises PopulationEmpty: if there is nothing to draw from
    """
    population = population_of(wanted)
    if within.since > within.until:
        raise SampleUnfit("sample_days_run_forward", {"since": within.since, "until": within.until})
    counted = count(population, within)
    gaps = gaps_in(books=within.books, since=within.since, until=within.until) if "fund" in population.filters else []
    if wanted.method in TESTS:
        return run(TESTS[wanted.method], wanted, population, within, counted, gaps)
    drawn = METHODS[wanted.method](wanted, population, within, counted)
    total = sum((Decimal(str(row[len(drawn.columns) + 1])) for row in drawn.rows), ZERO)
    facts = [
        *facts_of(population, within, counted, gaps),
        (_("Seed"), wanted.seed),
        *drawn.facts,
        (_("Items drawn"), f"{len(drawn.rows)}"),
        (_("Total of the items drawn"), f"{total:.2f}"),
    ]
    return Taken(
        method=wanted.method,
        says=str(METHOD_SAYS[wanted.method]),
        facts=facts,
        columns=(*drawn.columns, *population.columns),
        rows=drawn.rows,
        found=len(drawn.rows),
        gaps=gaps,
    )


def run(
    test: AuditTest, wanted: Wanted, population: Population, within: Within, counted: Counted, gaps: Sequence[Gap]
) -> Taken:
    """Run a test: keep rows up to the limit, count all."""
    if not 1 <= wanted.limit <= ITEMS_MAX:
        raise SampleTooLarge("sample_is_bounded", {"rows": wanted.limit, "most": ITEMS_MAX})
    numbers = test.numbers(wanted.numbers or {})
    found = test.find(Asked(population, within, numbers))
    rows = iter(found.rows)
    kept = list(islice(rows, wanted.limit))
    beyond = sum(1 for _row in rows)
    columns = test.columns(population)
    facts = [
        *facts_of(population, within, counted, gaps),
        (_("What it does not prove"), str(test.does_not_prove)),
        *((f"{name}: {test.parameters[name].means}", str(number)) for name, number in numbers.items()),
        *found.facts,
        (_("Rows found"), str(len(kept) + beyond)),
        (_("Rows in this file"), str(len(kept))),
    ]
    return Taken(
        method=test.name,
        says=str(test.shows),
        facts=facts,
        columns=(PLACE, *columns),
        rows=[(at, *row[: len(columns)]) for at, row in enumerate(kept, start=1)],
        found=len(kept) + beyond,
        gaps=gaps,
    )


def facts_of(population: Population, within: Within, counted: Counted, gaps: Sequence[Gap]) -> list[Fact]:
    """Say what was drawn from: everything that another auditor needs to draw from the same."""
    books = ", ".join(book.code for book in within.books) or _("the whole district")
    return [
        (_("Population"), f"{population.name}: {population.says}"),
        (_("From and to"), f"{within.since} – {within.until}"),
        (_("Books"), books),
        (_("Accounts beginning with"), within.account or _("all")),
        (_("Fund"), within.fund or _("all")),
        (_("Items of the population"), str(counted.items)),
        (_("Total of the population"), f"{counted.total:.2f}"),
        (_("of it red (below zero)"), f"{counted.red_items}; {counted.red_total:.2f}"),
        (_("of it zero"), str(counted.zero_items)),
        (_("Missing voucher numbers"), ", ".join(str(gap) for gap in gaps) or _("none")),
    ]


def draw_random(wanted: Wanted, population: Population, within: Within, counted: Counted) -> Drawn:
    """Draw so many items, each with the same chance."""
    require_some(counted.items)
    urn: Urn[Row] = Urn(size=size_of(wanted), seed=wanted.seed)
    fill({0: urn}, population, within, lambda _row: 0)
    return Drawn((PLACE,), numbered(urn.drawn()), [(_("Size asked for"), str(wanted.size))])


def draw_stratified(wanted: Wanted, population: Population, within: Within, counted: Counted) -> Drawn:
    """Draw so many items of each band of amounts.

    :raises SampleUnfit: if the bounds do not rise
    """
    try:
        require_rising(wanted.bands)
    except UnorderedBands as error:
        raise SampleUnfit("sample_bands_rise", {"bands": ", ".join(map(str, wanted.bands))}) from error
    require_some(counted.items)
    size = size_of(wanted) * (len(wanted.bands) + 1)
    require_bounded(size)
    urns: dict[int, Urn[Row]] = {
        band: Urn(size=size_of(wanted), seed=wanted.seed) for band in range(len(wanted.bands) + 1)
    }
    fill(urns, population, within, lambda row: band_of(amount=Decimal(str(row[1])), bounds=wanted.bands))
    names = {band: named(band=band, bounds=wanted.bands) for band in urns}
    rows = [(names[band], *row) for band, urn in urns.items() for row in urn.drawn()]
    facts = [
        (_("Size asked for of each band"), str(wanted.size)),
        *((_("Items of the band {band}").format(band=names[band]), str(urn.put_in)) for band, urn in urns.items()),
    ]
    return Drawn((PLACE, BAND), numbered(rows), facts)


def draw_monetary(wanted: Wanted, population: Population, within: Within, counted: Counted) -> Drawn:
    """Draw the items in which every so many yuan lie; what is red or zero is counted and not drawn from.

    :raises SampleUnfit: if both a size and an interval are asked for, or neither, or an interval below one fen
    """
    if (wanted.size is None) == (wanted.interval is None):
        raise SampleUnfit("sample_has_size_or_interval", {"size": wanted.size, "interval": wanted.interval})
    total = fen_of(counted.black_total)
    require_some(total)
    interval = fen_of(wanted.interval) if wanted.interval else interval_for(total=total, size=size_of(wanted))
    if interval < 1:
        raise SampleUnfit("sample_has_size_or_interval", {"size": wanted.size, "interval": wanted.interval})
    require_bounded(total // interval + 1)
    start = start_of(seed=wanted.seed, interval=interval)
    rod = Rod(interval=interval, start=start)
    facts = [
        (_("Drawn from (above zero)"), f"{counted.black_total:.2f}"),
        (_("Interval"), f"{interval * FEN:.2f}"),
        (_("Start"), f"{start * FEN:.2f}"),
    ]
    rows = list(laid(rod, items_in_order(population, within)))
    return Drawn((PLACE, UNITS, AT_LEAST_INTERVAL), numbered(rows), facts)


def laid(rod: Rod, items: Iterable[Row]) -> Iterator[Row]:
    """Yield the items of which fen are drawn, with how many."""
    yes, no = _("yes"), _("no")
    for row in items:
        fen = fen_of(Decimal(str(row[1])))
        if fen > 0 and (units := rod.lay(fen)):
            yield (units, yes if fen >= rod.interval else no, *row)


def fill(urns: Mapping[int, Urn[Row]], population: Population, within: Within, urn_of: Callable[[Row], int]) -> None:
    for row in items_in_any_order(population, within):
        urns[urn_of(row)].put(str(row[0]), row)


def numbered(rows: Iterable[Row]) -> list[Row]:
    return [(at, *row) for at, row in enumerate(rows, start=1)]


def size_of(wanted: Wanted) -> int:
    if wanted.size is None or wanted.size < 1:
        raise SampleUnfit("sample_size_is_given", {"size": wanted.size})
    require_bounded(wanted.size)
    return wanted.size


def require_bounded(size: int) -> None:
    if size > ITEMS_MAX:
        raise SampleTooLarge("sample_is_bounded", {"items": size, "most": ITEMS_MAX})


def require_some(items: int) -> None:
    if items <= 0:
        raise PopulationEmpty("sample_has_a_population")


METHODS: Final[Mapping[str, Method]] = {
    "random": draw_random,
    "monetary": draw_monetary,
    "stratified": draw_stratified,
}
METHOD_SAYS: Final[Mapping[str, Any]] = {
    "random": gettext_lazy("so many items, each with the same chance: those with the lowest SHA-256 of seed and item"),
    "monetary": gettext_lazy("items by their amounts: every interval-th fen from a start that the seed gives"),
    "stratified": gettext_lazy("so many items of each band of amounts, drawn as at random"),
}
