"""What a number, a name or a code that somebody typed may mean: the references that it has."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from audit.traces.kinds import KINDS, View
from audit.traces.sources import REVERSED
from ledger.models import Voucher

# In the order in which they are offered; each is one query.
SEARCHED: Final = (
    "voucher",
    "payment",
    "payslip",
    "person",
    "batch",
    "bank-file",
    "result",
    "run",
    "claim",
    "release",
    "settlement",
    "file",
    "sheet",
    "declaration",
    "draft",
    "book",
)
OFFERED: Final = 5  # of each kind
FACTS: Final = 4


class Meant(NamedTuple):
    """Something that a text may mean."""

    title: str
    reference: str
    says: str


def meanings(text: str, *, townships: frozenset[int] | None) -> Iterator[Meant]:
    """Yield what a text without a prefix may mean, of what the reader may see."""
    stem = text.removesuffix(REVERSED)
    if Voucher.objects.filter(source__in=[stem, f"{stem}{REVERSED}"]).exists():
        yield Meant(KINDS["voucher"].title, f"source:{text}", text)
    for name in SEARCHED:
        kind = KINDS[name]
        named = kind.parse(text)
        if named is not None and (townships is None or kind.towns is not None):
            keys = list(kind.open_to(townships).filter(named).order_by("pk").values_list("pk", flat=True)[:OFFERED])
            for row in kind.loaded(keys, townships):
                step = kind.step(row, View(0, OFFERED, townships))
                says = "; ".join(f"{fact.label}: {fact.value}" for fact in step.facts[:FACTS])
                yield Meant(step.title, step.reference, says)
