"""Dated policy values: numbers, tables and lists that a notice sets, each with its reference.

A policy is one YAML file: what it is, its unit, and its values by the day they hold from. Numbers
are read as they are written, as ``Decimal``; there is no other kind of number here. A policy that
ends says so by a value ``null``. A folder of such files is a policy set, read once per process.

.. code-block:: yaml

    description: Special assistance, only child dead
    unit: CNY/person/month
    values:
      2018-01-01: {value: 450.00, reference: "...", verified: false}
      2022-07-01: {value: 590.00, reference: "...", verified: true}
    verified_on: 2026-11-21
"""

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import yaml

from ledger.exact_yaml import parse_exact

Value: TypeAlias = "Decimal | str | bool | date | tuple[Value, ...] | Mapping[str, Value] | None"

FILE_KEYS = {"description", "unit", "values"}
MAY_KEYS = {"verified_on"}
ENTRY_KEYS = {"value", "reference", "verified"}


class UnreadablePolicy(ValueError):
    """Policy files that cannot be taken; ``faults`` lists every fault as ``file: what is wrong``."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = list(faults)


class NoSuchPolicy(LookupError):
    """A name that no file of the policy set has."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no policy {name!r}")
        self.name = name


class NoValue(LookupError):
    """A policy says nothing on a day."""

    def __init__(self, name: str, on: date, why: str) -> None:
        super().__init__(f"the policy {name!r} {why} on {on}; add the value with its reference to its file")
        self.name = name
        self.on = on


class NoValueYet(NoValue):
    """The day lies before the first value."""

    def __init__(self, name: str, on: date) -> None:
        super().__init__(name, on, "has no value yet")


class NoValueAnyLonger(NoValue):
    """The policy has ended, and nothing has taken its place."""

    def __init__(self, name: str, on: date) -> None:
        super().__init__(name, on, "has ended and holds no longer")


class WrongKindOfValue(TypeError):
    """A policy holds something else than its reader needs."""

    def __init__(self, value: object, needed: str) -> None:
        super().__init__(f"{value!r} is not {needed}")
        self.value = value
        self.needed = needed


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value of a policy; ``value`` None ends the policy on that day."""

    effective_from: date
    value: Value
    reference: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy file; ``name`` is its path in the set without ``.yaml``, values are oldest first."""

    name: str
    description: str
    unit: str
    values: tuple[DatedValue, ...]
    verified_on: date | None

    def dated_on(self, on: date) -> DatedValue:
        """Return the value that holds on a day with its reference.

        :raises NoValueYet: if the day is before the first value
        :raises NoValueAnyLonger: if the policy has ended
        """
        held = [dated for dated in self.values if dated.effective_from <= on]
        if not held:
            raise NoValueYet(self.name, on)
        if held[-1].value is None:
            raise NoValueAnyLonger(self.name, on)
        return held[-1]

    def value_on(self, on: date) -> Value:
        """Return the value that holds on a day; raises as ``dated_on``."""
        return self.dated_on(on).value


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The policies of one folder by name."""

    policies: Mapping[str, Policy]

    def __getitem__(self, name: str) -> Policy:
        if name not in self.policies:
            raise NoSuchPolicy(name)
        return self.policies[name]

    def under(self, folder: str) -> list[Policy]:
        """Return the policies of one sub-folder by name."""
        return [policy for name, policy in self.policies.items() if name.startswith(f"{folder}/")]

    def text(self, *, on: date) -> str:
        """Return every value that began by a day as one canonical text.

        Later values do not change it, so a run of an old month keeps its digest when new numbers
        are added; a value edited in place does.
        """
        listed = {
            name: [
                [dated.effective_from.isoformat(), plain(dated.value), dated.reference, dated.verified]
                for dated in policy.values
                if dated.effective_from <= on
            ]
            for name, policy in self.policies.items()
        }
        return json.dumps(listed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def digest(self, *, on: date) -> str:
        """Return the SHA-256 of ``text`` as hexadecimal digits."""
        return hashlib.sha256(self.text(on=on).encode()).hexdigest()


@functools.cache
def read_policies(*, folder: Path) -> PolicySet:
    """Read every ``*.yaml`` of a folder and below, once per process.

    :raises UnreadablePolicy: with all faults of all files
    """
    policies: dict[str, Policy] = {}
    faults: list[str] = []
    for path in sorted(folder.rglob("*.yaml")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        try:
            policies[name] = parse_policy(name=name, text=path.read_text(encoding="utf-8"))
        except UnreadablePolicy as unreadable:
            faults += unreadable.faults
    if faults:
        raise UnreadablePolicy(faults)
    return PolicySet(MappingProxyType(policies))


def parse_policy(*, name: str, text: str) -> Policy:
    """Read the text of one policy file.

    :raises UnreadablePolicy: if anything is missing, unknown, unordered or of another kind
    """
    try:
        content = parse_exact(text)
    except (yaml.YAMLError, WrongKindOfValue) as error:
        raise UnreadablePolicy([f"{name}: {error}"]) from error
    faults = [f"{name}: {fault}" for fault in find_faults(content)]
    if faults or not isinstance(content, dict):
        raise UnreadablePolicy(faults)
    return Policy(
        name=name,
        description=content["description"],
        unit=content["unit"],
        values=tuple(
            DatedValue(day, freeze(entry["value"]), entry["reference"], entry["verified"])
            for day, entry in content["values"].items()
        ),
        verified_on=content.get("verified_on"),
    )


def find_faults(content: object) -> Iterator[str]:
    """Yield what is wrong with a policy file as it was read."""
    if not isinstance(content, dict):
        yield "a policy is a mapping of description, unit and values"
        return
    yield from odd_keys(content, FILE_KEYS, MAY_KEYS)
    yield from (f"{key} must say something" for key in ("description", "unit") if not is_said(content.get(key)))
    if "verified_on" in content and not isinstance(content["verified_on"], date):
        yield "verified_on must be a day"
    values = content.get("values")
    if not isinstance(values, dict) or not values:
        yield "values must list at least one day"
        return
    days = [day for day in values if isinstance(day, date)]
    if len(days) < len(values):
        yield "each value stands under a day, such as 2022-07-01"
    if days != sorted(days):
        yield "the days of values must go from the oldest to the newest"
    for day, entry in values.items():
        yield from (f"{day}: {fault}" for fault in find_faults_of_entry(entry))
    first = next(iter(values.values()))
    if isinstance(first, dict) and first.get("value", "") is None:
        yield "a policy cannot end before it begins: its first value is null"


def find_faults_of_entry(entry: object) -> Iterator[str]:
    """Yield what is wrong with one dated value."""
    if not isinstance(entry, dict):
        yield "a value is a mapping of value, reference and verified"
        return
    yield from odd_keys(entry, ENTRY_KEYS, set())
    if not is_said(entry.get("reference")):
        yield "reference must name the notice and article"
    if not isinstance(entry.get("verified"), bool):
        yield "verified must be true or false"
    try:
        freeze(entry.get("value"))
    except WrongKindOfValue as error:
        yield str(error)


def odd_keys(mapping: Mapping[Any, object], needed: set[str], may: set[str]) -> Iterator[str]:
    """Yield missing and unknown keys."""
    yield from (f"{key} is missing" for key in sorted(needed - mapping.keys()))
    yield from (f"the key {key!r} is not known" for key in mapping if key not in needed | may)


def is_said(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())


def freeze(value: object) -> Value:
    """Return a value as it was read in a form that nobody can change.

    :raises WrongKindOfValue: if it holds anything but exact numbers, texts, days, truths, lists
        and mappings by text
    """
    if value is None or isinstance(value, Decimal | str | bool | date):
        return value
    if isinstance(value, list):
        return tuple(freeze(part) for part in value)
    if isinstance(value, dict):
        odd = [key for key in value if not isinstance(key, str)]
        if odd:
            raise WrongKindOfValue(odd[0], "a text; write a code as a key in quotation marks")
        return MappingProxyType({key: freeze(part) for key, part in value.items()})
    raise WrongKindOfValue(value, "an exact number, a text, a day, a list or a mapping")


def plain(value: Value) -> object:
    """Return a value for canonical text: what is worth the same reads the same, kinds are told apart."""
    if isinstance(value, Decimal):
        return f"n:{value.normalize():f}"
    if isinstance(value, str):
        return f"s:{value}"
    if isinstance(value, date):
        return f"d:{value.isoformat()}"
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    return value


# What a reader of a value needs it to be.


def as_number(value: Value) -> Decimal:
    """Return a value that is a number.

    :raises WrongKindOfValue: if it is not
    """
    if not isinstance(value, Decimal):
        raise WrongKindOfValue(value, "a number")
    return value


def as_whole_number(value: Value) -> int:
    """Return a value that is a whole number; raises as ``as_number``."""
    number = as_number(value)
    if number != int(number):
        raise WrongKindOfValue(value, "a whole number")
    return int(number)


def as_text(value: Value) -> str:
    """Return a value that is a text; raises as ``as_number``."""
    if not isinstance(value, str):
        raise WrongKindOfValue(value, "a text")
    return value


def as_flag(value: Value) -> bool:
    """Return a value that is true or false; raises as ``as_number``."""
    if not isinstance(value, bool):
        raise WrongKindOfValue(value, "true or false")
    return value


def as_day(value: Value) -> date:
    """Return a value that is a day; raises as ``as_number``."""
    if not isinstance(value, date):
        raise WrongKindOfValue(value, "a day")
    return value


def as_list(value: Value) -> tuple[Value, ...]:
    """Return a value that is a list; raises as ``as_number``."""
    if not isinstance(value, tuple):
        raise WrongKindOfValue(value, "a list")
    return value


def as_mapping(value: Value) -> Mapping[str, Value]:
    """Return a value that is a mapping; raises as ``as_number``."""
    if not isinstance(value, Mapping):
        raise WrongKindOfValue(value, "a mapping")
    return value


def as_record(value: Value, *names: str) -> Mapping[str, Value]:
    """Return a mapping of exactly these names; raises as ``as_number``."""
    mapping = as_mapping(value)
    if mapping.keys() != set(names):
        raise WrongKindOfValue(dict(mapping), f"a mapping of {', '.join(names)}")
    return mapping
