"""What the tests of traces ask of any district: everything is found, leads on, and shows nobody's number."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from audit.traces import Step, trace
from audit.traces.kinds import KINDS
from ledger.models import Voucher
from payouts.models import BenefitDue, Payment, Payslip, Person
from treasury.models import ReleaseLine

# What a voucher says of itself; anything else behind it is the act that posted it, or what that act was about.
OF_A_VOUCHER = {"line", "voucher", "signature", "seal", "event", "budget-use", "payment"}
ROWS = 3  # of each table


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
    return [
        voucher.source
        for voucher in Voucher.objects.exclude(source__regex=r"^test[./]").order_by("pk")
        if not kinds_of(trace(f"voucher:{voucher.pk}", townships=None, depth=1)[0].children) - OF_A_VOUCHER
    ]


def payments_of_vouchers() -> set[str]:
    """Return the payments that the vouchers of all books lead to."""
    return {
        reference
        for voucher in Voucher.objects.order_by("pk")
        for reference in references(steps_of(f"voucher:{voucher.pk}", depth=1, length=100_000), "payment")
    }


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
