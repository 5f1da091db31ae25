"""What a test of an auditor is: a small named function that yields suspicious rows, with what they prove and what not.

A row that is found is a question, not a fault. Each test says in one sentence what it shows and in another what it
does not prove; both stand in the file that is taken away.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias

from audit.populations import AMOUNT, KEY, POPULATIONS, Column, Population, Row, Within
from audit.refusals import SampleUnfit
from ledger.money import InexactAmount, exact

Number: TypeAlias = "int | Decimal"
Fact: TypeAlias = "tuple[str, str]"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that a test is told: whole where its default is, else an amount; at least ``least``."""

    default: Number
    means: Any
    least: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What a test looks at, and the numbers it is told."""

    population: Population
    within: Within
    numbers: Mapping[str, Number]

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of the statement of a test."""
        return {**self.within.arguments, **self.numbers}


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a test, read as they are needed, and what there is to say beside them."""

    rows: Iterable[Row]
    facts: Sequence[Fact] = ()


Finder: TypeAlias = "Callable[[Asked], Found]"


@dataclass(frozen=True, slots=True)
class AuditTest:
    """A test by its name: of which populations, what it shows, its columns and parameters.

    Without columns of its own it shows those of the population.
    """

    name: str
    of: Sequence[str]
    shows: Any
    does_not_prove: Any
    own_columns: Sequence[Column]
    parameters: Mapping[str, Parameter]
    find: Finder

    def columns(self, population: Population) -> Sequence[Column]:
        return self.own_columns or population.columns

    def numbers(self, told: Mapping[str, str]) -> dict[str, Number]:
        """Return the parameters: as they were told, or their defaults.

        :raises SampleUnfit: if one is unknown, no number, or too small
        """
        unknown = sorted(told.keys() - self.parameters.keys())
        if unknown:
            raise SampleUnfit(
                "sample_parameter_is_known",
                {"parameter": ", ".join(unknown), "known": ", ".join(self.parameters) or "-"},
            )
        return {
            name: read_number(name, told[name], parameter) if name in told else parameter.default
            for name, parameter in self.parameters.items()
        }


def read_number(name: str, text: str, parameter: Parameter) -> Number:
    try:
        number = int(text) if isinstance(parameter.default, int) else exact(text)
    except (ValueError, InexactAmount) as error:
        raise SampleUnfit("sample_parameter_is_a_number", {"parameter": name, "given": text[:40]}) from error
    if number < parameter.least:
        raise SampleUnfit("sample_parameter_is_large_enough", {"parameter": name, "least": parameter.least})
    return number


def audit_test(
    *,
    of: Sequence[str],
    shows: Any,
    does_not_prove: Any,
    columns: Sequence[Column] = (),
    parameters: Mapping[str, Parameter] | None = None,
) -> Callable[[Finder], AuditTest]:
    """Make a test of a function, under the function's name; its columns follow the key and the amount."""

    def made(find: Finder) -> AuditTest:
        own = (KEY, AMOUNT, *columns) if columns else ()
        return AuditTest(find.__name__, of, shows, does_not_prove, own, parameters or {}, find)

    return made


EVERY_POPULATION: Final = tuple(POPULATIONS)
