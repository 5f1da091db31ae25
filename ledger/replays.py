"""Whether an event says the same as what its source has posted before (P6)."""

from operator import attrgetter
from typing import Any

from ledger.entries import Event
from ledger.models import Line, Voucher

HEADER = (
    "id",
    "book__code",
    "posting_date",
    "period__month",
    "voucher_type",
    "kind",
    "summary",
    "attachments",
    "reference",
    "reverses_id",
    "corrects_id",
    "paper",
)
LINE = (
    "account__code",
    "side",
    "amount",
    "fund_id",
    "functional_id",
    "economic_id",
    "project_id",
    "unit_id",
    "counterparty_id",
    "summary",
)
ENTRY = (
    "account",
    "side",
    "amount",
    "fund",
    "functional",
    "economic",
    "project",
    "unit",
    "counterparty",
    "summary",
)


def same_content(event: Event) -> bool:
    """Return whether books, dates, texts and lines agree; who signed is not compared."""
    stored = list(Voucher.objects.filter(source=event.source).order_by("part").values_list(*HEADER))
    if len(stored) != len(event.vouchers):
        return False
    for (pk, book, posting_date, month, *texts), voucher in zip(stored, event.vouchers, strict=True):
        said: list[Any] = [
            voucher.voucher_type,
            voucher.kind,
            voucher.summary,
            voucher.attachments,
            voucher.reference,
            voucher.reverses,
            voucher.corrects,
            voucher.paper,
        ]
        if (book, posting_date, month == 13) != (voucher.book, voucher.posting_date, voucher.adjustment_period):
            return False
        lines = Line.objects.filter(voucher_id=pk).order_by("line_no").values_list(*LINE)
        if texts != said or list(lines) != [attrgetter(*ENTRY)(entry) for entry in voucher.entries]:
            return False
    return True
