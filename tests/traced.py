"""What the tests of traces ask of any district: everything is found, leads on, and shows nobody's number."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet

from audit.traces import Step, trace
from audit.traces.kinds import KINDS, View
from audit.traces.walks import steps_behind
from ledger.models import Voucher
from payouts.models import BenefitDue, Payment, Payslip, Person
from treasury.models import ReleaseLine

# What a voucher says of itself; anything else behind it is the act that posted it, or what that act was about.
OF_A_VOUCHER = {"line", "voucher", "signature", "seal", "event", "budget-use", "payment"}
ROWS = 3  # of each table
CHUNK = 200  # vouchers that are traced together


def steps_of(reference: str, **more: Any) -> list[Step]:
    """Return every step of a trace that an auditor asks for."""
    return [one for step in trace(reference, **{"townships": None, **more}) for one in step.walk()]


def kinds_of(steps: Iterable[Step]) -> set[str]:
    return {step.kind for step in steps}


def references(steps: Iterable[Step], kind: str) -> list[str]:
    return [step.reference for step in steps if step.kind == kind and not step.is_elsewhere]


def text_of(steps: Iterable[Step]) -> str:
    return json.dumps([asdict(step) for step in steps], ensure_ascii=False, default=str)


def vouchers_without_their_act() -> list[str]:
    """Return the sources of posted vouchers that lead to no act; the tests' own vouchers have none."""
    rows = Voucher.objects.exclude(source__regex=r"^test[./]")
    return [step.reference for step in vouchers_traced(rows) if not kinds_of(step.children) - OF_A_VOUCHER]


def payments_of_vouchers() -> set[str]:
    """Return the payments that the vouchers of all books lead to."""
    traced = vouchers_traced(Voucher.objects.all())
    return {child.reference for step in traced for child in step.children if child.kind == "payment"}


def vouchers_traced(vouchers: "QuerySet[Voucher]") -> Iterator[Step]:
    """Yield vouchers with what is one step behind them, many at a time."""
    keys = list(vouchers.order_by("pk").values_list("pk", flat=True))
    for chunk in (keys[at : at + CHUNK] for at in range(0, len(keys), CHUNK)):
        rows = list(KINDS["voucher"].loaded(chunk, None))
        yield from steps_behind(kind=KINDS["voucher"], rows=rows, depth=1, view=View(0, 100_000, None))


def rows_that_are_lost() -> Iterator[str]:
    """Yield what is not found under its own reference, of the first rows of every table that is traced."""
    for kind in KINDS.values():
        if kind.name == "line":
            continue
        for row in kind.loaded(kind.open_to(None).values_list("pk", flat=True)[:ROWS], None):
            found = trace(kind.reference(row), townships=None, depth=2)
            if kind.reference(row) not in [step.reference for step in found]:
                yield kind.reference(row)


def numbers_of_people() -> set[str]:
    """Return the numbers of people and of their accounts that stand in a district."""
    found: set[str] = set(Person.objects.values_list("id_number", flat=True))
    for model in (Payment, Payslip, BenefitDue, ReleaseLine):
        found |= set(model._default_manager.values_list("account_number", flat=True))
    return {number for number in found if len(number) >= 8}


def numbers_shown() -> list[str]:
    """Return the numbers of people that traces of every kind of row show."""
    numbers = numbers_of_people()
    shown = []
    for kind in KINDS.values():
        if kind.name != "line":
            for row in kind.loaded(kind.open_to(None).values_list("pk", flat=True)[:ROWS], None):
                text = text_of(trace(kind.reference(row), townships=None, depth=4))
                shown += [f"{kind.reference(row)}: {number}" for number in numbers if number in text]
    return shown
