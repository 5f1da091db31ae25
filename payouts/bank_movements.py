"""What officers look at of own accounts: what the bank stated, what is left of entries, and of cash lines."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from payouts.facts import rows_of
from payouts.models import OwnAccount


class EntryLeft(NamedTuple):
    """An entry that no voucher explains: the ``batch`` it is payments of, and the state of its listed reason."""

    pk: int
    booked_on: date
    amount: Decimal
    reference: str
    text: str
    party: str
    batch: str
    listed: str


class LineLeft(NamedTuple):
    """A cash line that no entry of the bank matches."""

    voucher: int
    number: int
    posting_date: date
    title: str
    summary: str
    amount: Decimal


def entries_left(*, own: OwnAccount, until: date) -> Sequence[EntryLeft]:
    """Return the entries of an account until a day that no voucher explains, the oldest first."""
    return [
        EntryLeft(*row)
        for row in rows_of(
            """SELECT e.id, e.booked_on, e.amount, e.reference, e.text, e.counter_name,
                      coalesce(to_char(b.month, 'YYYY-MM') || '/' || b.number, ''),
                      coalesce((SELECT g.status FROM payouts_entrylisting g
                                 WHERE g.entry_id = e.id AND g.status <> 'REFUSED'), '')
                 FROM payouts_entry_left e LEFT JOIN payouts_entryorigin o ON o.entry_id = e.id
                 LEFT JOIN payouts_batch b ON b.id = o.batch_id
                WHERE e.own_account_id = %s AND e.booked_on <= %s ORDER BY e.booked_on, e.id""",
            own.pk,
            until,
        )
    ]


def lines_left(*, own: OwnAccount, until: date) -> Sequence[LineLeft]:
    """Return the cash lines of an account until a day that no entry matches, the oldest first."""
    return [
        LineLeft(*row)
        for row in rows_of(
            """SELECT l.voucher_id, l.line_no, l.posting_date, v.voucher_type || '-' || v.number, v.summary, l.amount
                 FROM payouts_line_left l JOIN ledger_voucher v ON v.id = l.voucher_id
                WHERE l.own_account_id = %s AND l.posting_date <= %s
                ORDER BY l.posting_date, l.voucher_id, l.line_no""",
            own.pk,
            until,
        )
    ]
