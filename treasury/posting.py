"""Post a journal of ``treasury.entries`` or ``payouts.entries`` into both books of a pair."""

from collections.abc import Mapping
from datetime import date

from ledger.entries import Event, Signatures, VoucherToPost
from ledger.models import Account, Book, ChartAccount
from treasury.entries import Mirrored, with_budget_record

SERVICE = "month-service"  # prepares the vouchers that rules make


def mirrored_event(
    *,
    source: str,
    district: Book,
    township: Book,
    entries: Mirrored,
    posting_date: date,
    summary: str,
    signatures: Signatures,
    paper: str = "",
    kind: str = "ORDINARY",
    parallels: Mapping[str, Mapping[str, str]] | None = None,
) -> Event:
    """Return the event that posts ``entries``: one voucher in each book that has any.

    ``parallels`` are the budget accounts of books by their code (``parallel_of``), where many events are made.
    """
    vouchers = []
    for book, lines in ((township, entries.township), (district, entries.district)):
        if lines:
            vouchers.append(
                VoucherToPost(
                    book=book.code,
                    posting_date=posting_date,
                    summary=summary,
                    entries=with_budget_record(lines, parallels[book.code] if parallels else parallel_of(book)),
                    signatures=signatures,
                    paper=paper,
                    kind=kind,
                )
            )
    return Event(source=source, vouchers=vouchers)


def parallel_of(book: Book) -> Mapping[str, str]:
    """Return the budget account of each financial account of a book, sub-accounts like their code in the chart."""
    listed = dict(
        ChartAccount.objects.filter(chart=book.chart_id).exclude(parallel_code="").values_list("code", "parallel_code")
    )
    if not listed:
        return {}
    return {
        code: budget
        for code in Account.objects.filter(book=book).values_list("code", flat=True)
        for budget in [next((listed[code[:n]] for n in range(len(code), 0, -1) if code[:n] in listed), "")]
        if budget
    }
