"""Correct what is posted: a full red reversal of an event, or a supplement beside it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ledger.entries import Entry, Event, Signatures, VoucherToPost, in_red
from ledger.models import Line, Voucher
from ledger.posting import Posted, post_event
from ledger.refusals import ReversalRefused, SourceConflict


def reverse_event(*, source: str, posting_date: date, signatures: Signatures, paper: str = "") -> list[Posted]:
    """Post the red copy (红字冲销) of every voucher that ``source`` has posted, in all its books.

    The summary is the one that 会计基础工作规范 asks for: 注销某月某日某号凭证. What is written in the
    books is Chinese whatever language the officer reads. ``paper`` tells why, or what orders it.

    The same reversal again returns the first one, as every posting does (P6).

    :raises UnableToPost: if the source is unknown, is a reversal itself, has been reversed otherwise,
        lies later than ``posting_date``, or a period is closed
    """
    originals = list(Voucher.objects.filter(source=source).select_related("book", "period").order_by("part"))
    if not originals:
        raise ReversalRefused("voucher_reversal_is_exact", {"source": source, "vouchers": 0})
    reversal = Event(
        source=f"{source}/reversed",
        vouchers=[red_copy(voucher, posting_date, signatures, paper) for voucher in originals],
    )
    try:
        return post_event(reversal)
    except SourceConflict as conflict:
        if not Voucher.objects.filter(reverses__in=originals).exists():
            raise
        raise ReversalRefused("voucher_reversed_once", {"source": source}) from conflict


def red_copy(voucher: Voucher, posting_date: date, signatures: Signatures, paper: str) -> VoucherToPost:
    """Return the reversal of one voucher: same sides, negative amounts."""
    return VoucherToPost(
        book=voucher.book.code,
        posting_date=posting_date,
        summary=summary_of_reversal(voucher),
        entries=in_red(entries_of(voucher)),
        signatures=signatures,
        voucher_type=voucher.voucher_type,
        kind="REVERSAL",
        adjustment_period=voucher.period.month == 13 and posting_date == voucher.posting_date,
        reverses=voucher.pk,
        paper=paper,
    )


def summary_of_reversal(voucher: Voucher) -> str:
    return f"注销{voucher.posting_date:%Y年%m月%d日}{voucher}号凭证"


def entries_of(voucher: Voucher) -> Sequence[Entry]:
    """Return the lines of a posted voucher as entries."""
    return [
        Entry(
            account=line.account.code,
            side=line.side,
            amount=line.amount,
            fund=line.fund_id,
            functional=line.functional_id,
            economic=line.economic_id,
            project=line.project_id,
            unit=line.unit_id,
            counterparty=line.counterparty_id,
            summary=line.summary,
        )
        for line in Line.objects.filter(voucher=voucher).select_related("account").order_by("line_no")
    ]


def supplement(*, source: str, corrects: Voucher, difference: VoucherToPost) -> list[Posted]:
    """Post a difference beside a voucher (补充登记法); there may be many for one voucher.

    :raises UnableToPost: if any promise of the books would break
    """
    made = replace(difference, kind="SUPPLEMENT", corrects=corrects.pk)
    return post_event(Event(source=source, vouchers=[made]))
