"""Find one's way: from a payment to what it follows from and where its money went, and back from any voucher."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.db.models import Q

from audit.refusals import UnknownReference
from audit.traces import (  # noqa: F401 - each registers its kinds
    of_banks,
    of_benefits,
    of_books,
    of_budgets,
    of_earmarking,
    of_files,
    of_income,
    of_pay,
    of_payments,
    of_releases,
)
from audit.traces.kinds import FIRST, KINDS, Kind, View
from audit.traces.of_policies import policy_named
from audit.traces.sources import REVERSED
from audit.traces.steps import Fact, LeftOut, Step
from audit.traces.walks import steps_behind
from ledger.masking import masked

__all__ = ["DEPTH", "FIRST", "Fact", "LeftOut", "Step", "forms", "trace"]

# From a voucher over a payment to the file that a row was read from there are nine steps.
DEPTH: Final = 12
OF_ALL: Final = "policy"


def forms() -> Mapping[str, str]:
    """Return what may be traced by the form of its reference."""
    listed = {kind.form: kind.title for kind in KINDS.values() if kind.name != "line"}
    return {**listed, "source:payouts.run/7/pay/TOWNSHIP": KINDS["voucher"].title, "policy:pay_items@2026-11-01": ""}


def trace(
    reference: str, *, townships: frozenset[int] | None, depth: int = DEPTH, skipped: int = 0, length: int = FIRST
) -> Sequence[Step]:
    """Return what a reference names, each with the steps behind it.

    ``townships`` are those that the reader may see, None for everything. Lists show ``length`` rows after the
    ``skipped`` ones; what the reference itself does not begin with is always shown from its first row.

    :raises UnknownReference: if nothing that the reader may see has the reference, or it has no known form
    """
    view = View(skipped, length, townships)
    prefix, _colon, text = reference.partition(":")
    if prefix == OF_ALL:
        steps: Sequence[Step] = policy_named(text)
    else:
        kind, named = resolved(prefix, text)
        open_rows = None if kind is None or named is None or (townships is not None and kind.towns is None) else kind
        steps = [] if open_rows is None or named is None else started(open_rows, named, depth, view)
    if not steps:
        raise UnknownReference("trace_starts_somewhere", {"reference": masked(reference)[:80]})
    return steps


def resolved(prefix: str, text: str) -> tuple[Kind | None, Q | None]:
    """Return the kind that a prefix names, and which of its rows are meant."""
    if prefix == "source":
        stem = text.removesuffix(REVERSED)
        return KINDS["voucher"], Q(source__in=[stem, f"{stem}{REVERSED}"])
    kind = KINDS.get(prefix)
    return kind, kind.parse(text) if kind else None


def started(kind: Kind, named: Q, depth: int, view: View) -> list[Step]:
    """Return the steps of the rows that are meant."""
    keys = list(kind.open_to(view.townships).filter(named).order_by("pk").values_list("pk", flat=True)[: view.length])
    rows = sorted(kind.loaded(keys, view.townships), key=lambda row: keys.index(row.pk))
    return steps_behind(kind=kind, rows=rows, depth=depth, view=view)
