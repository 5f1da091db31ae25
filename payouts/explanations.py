"""What explains what: the rules that prove it, and what is left of entries and cash lines."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from payouts.facts import rows_of
from payouts.models import OwnAccount
from payouts.models.bank_words import ExplanationKind


class Line(NamedTuple):
    """A line of a voucher."""

    voucher: int
    number: int


class ProvenBy(NamedTuple):
    """A rule as a query for one account: each row has the entries and lines (vouchers, numbers) of one explanation."""

    kind: ExplanationKind
    sql: str


# Entries that are payments of a batch, against the vouchers that took its money out less what the bank never took
# (REJECTED), or had back before it booked (RETURNED too, where it books what remains).
OF_A_BATCH = """
WITH e AS (
  SELECT o.batch_id, sum(e.amount) AS amount, array_agg(e.id ORDER BY e.id) AS entries
    FROM payouts_entry_left e JOIN payouts_entryorigin o ON o.entry_id = e.id AND o.batch_id IS NOT NULL
   WHERE e.own_account_id = %(own)s GROUP BY o.batch_id
), records AS (
  SELECT DISTINCT e.batch_id, w.file_id
    FROM e JOIN payouts_payment p ON p.batch_id = e.batch_id
    JOIN payouts_resultrow w ON w.payment_id = p.id AND w.outcome IN (OUTCOMES)
), l AS (
  SELECT s.batch_id, sum(l.amount) AS amount, array_agg(l.voucher_id ORDER BY l.voucher_id, l.line_no) AS vouchers,
         array_agg(l.line_no ORDER BY l.voucher_id, l.line_no) AS numbers
    FROM (SELECT e.batch_id, s.source FROM e CROSS JOIN LATERAL payouts_batch_sources(e.batch_id) AS s (source)
           UNION
          SELECT r.batch_id, s.source FROM records r CROSS JOIN LATERAL payouts_result_sources(r.file_id) AS s (source)
         ) s
    JOIN ledger_voucher v ON v.source = s.source
    JOIN payouts_line_left l ON l.voucher_id = v.id AND l.own_account_id = %(own)s
   GROUP BY s.batch_id
)
SELECT e.entries, l.vouchers, l.numbers FROM e JOIN l ON l.batch_id = e.batch_id AND l.amount = e.amount
 ORDER BY e.batch_id
"""
OF_A_RECORD = """
WITH e AS (
  SELECT o.result_id, sum(e.amount) AS amount, array_agg(e.id ORDER BY e.id) AS entries
    FROM payouts_entry_left e JOIN payouts_entryorigin o ON o.entry_id = e.id AND o.result_id IS NOT NULL
   WHERE e.own_account_id = %(own)s GROUP BY o.result_id
), l AS (
  SELECT e.result_id, sum(l.amount) AS amount, array_agg(l.voucher_id ORDER BY l.voucher_id, l.line_no) AS vouchers,
         array_agg(l.line_no ORDER BY l.voucher_id, l.line_no) AS numbers
    FROM e CROSS JOIN LATERAL payouts_result_sources(e.result_id) AS s (source)
    JOIN ledger_voucher v ON v.source = s.source
    JOIN payouts_line_left l ON l.voucher_id = v.id AND l.own_account_id = %(own)s
   GROUP BY e.result_id
)
SELECT e.entries, l.vouchers, l.numbers FROM e JOIN l ON l.result_id = e.result_id AND l.amount = e.amount
 ORDER BY e.result_id
"""
# What is left but payments and returns, which belong to their batch or record.
FREE = """
  SELECT e.id, e.booked_on, e.amount, e.reference FROM payouts_entry_left e
   WHERE e.own_account_id = %(own)s AND NOT EXISTS (SELECT FROM payouts_entryorigin o WHERE o.entry_id = e.id)
"""
BY_REFERENCE = f"""
WITH free AS ({FREE}), pairs AS (
  SELECT DISTINCT e.id, l.voucher_id, l.line_no
    FROM free e JOIN payouts_line_left l ON l.own_account_id = %(own)s AND l.amount = e.amount
    JOIN ledger_voucher v ON v.id = l.voucher_id
    LEFT JOIN payouts_recovery r ON v.source = 'payouts.recovery/' || r.id
   WHERE e.reference <> ''
     AND upper(e.reference) = ANY (regexp_split_to_array(
           upper(concat_ws(' ', v.reference, v.paper, r.paper)), '[^0-9A-Z_.-]+'))
)
SELECT ARRAY[p.id], ARRAY[p.voucher_id], ARRAY[p.line_no] FROM pairs p
 WHERE (SELECT count(*) FROM pairs q WHERE q.id = p.id) = 1
   AND (SELECT count(*) FROM pairs q WHERE (q.voucher_id, q.line_no) = (p.voucher_id, p.line_no)) = 1
 ORDER BY p.id
"""  # noqa: S608
BY_DAY = f"""
WITH e AS (
  SELECT booked_on, amount, min(id) AS id FROM ({FREE}) e GROUP BY booked_on, amount HAVING count(*) = 1
), l AS (
  SELECT posting_date, amount, min(voucher_id) AS voucher, min(line_no) AS number
    FROM payouts_line_left WHERE own_account_id = %(own)s GROUP BY posting_date, amount HAVING count(*) = 1
)
SELECT ARRAY[e.id], ARRAY[l.voucher], ARRAY[l.number]
  FROM e JOIN l ON l.posting_date = e.booked_on AND l.amount = e.amount ORDER BY e.id
"""  # noqa: S608
TOGETHER = f"""
WITH e AS (
  SELECT booked_on, sign(amount) AS way, sum(amount) AS amount, array_agg(id ORDER BY id) AS entries
    FROM ({FREE}) e GROUP BY booked_on, sign(amount)
), l AS (
  SELECT posting_date, sign(amount) AS way, sum(amount) AS amount,
         array_agg(voucher_id ORDER BY voucher_id, line_no) AS vouchers,
         array_agg(line_no ORDER BY voucher_id, line_no) AS numbers
    FROM payouts_line_left WHERE own_account_id = %(own)s GROUP BY posting_date, sign(amount)
)
SELECT e.entries, l.vouchers, l.numbers
  FROM e JOIN l ON l.posting_date = e.booked_on AND l.way = e.way AND l.amount = e.amount
 WHERE cardinality(e.entries) = 1 OR cardinality(l.vouchers) = 1 ORDER BY e.booked_on, e.way
"""  # noqa: S608
# A voucher and its reversal, or a voucher that moves money within the account, on days that the bank has stated.
CANCELLED = """
SELECT NULL::bigint[], array_agg(l.voucher_id ORDER BY l.voucher_id, l.line_no),
       array_agg(l.line_no ORDER BY l.voucher_id, l.line_no)
  FROM payouts_line_left l JOIN ledger_voucher v ON v.id = l.voucher_id
 WHERE l.own_account_id = %(own)s AND l.posting_date <= payouts_stated_until(%(own)s)
 GROUP BY coalesce(v.reverses_id, v.id) HAVING sum(l.amount) = 0 AND count(*) > 1
 ORDER BY coalesce(v.reverses_id, v.id)
"""
RULES = (
    ProvenBy(ExplanationKind.BATCH, OF_A_BATCH.replace("OUTCOMES", "'REJECTED'")),
    ProvenBy(ExplanationKind.BATCH, OF_A_BATCH.replace("OUTCOMES", "'REJECTED', 'RETURNED'")),
    ProvenBy(ExplanationKind.RETURN, OF_A_RECORD),
    ProvenBy(ExplanationKind.REFERENCE, BY_REFERENCE),
    ProvenBy(ExplanationKind.DAY, BY_DAY),
    ProvenBy(ExplanationKind.TOGETHER, TOGETHER),
    ProvenBy(ExplanationKind.CANCELLED, CANCELLED),
)


def turns_of(entries: Sequence[int], lines: Sequence[Line]) -> tuple[Mapping[int, int], Mapping[Line, int]]:
    """Return how often entries and lines were explained before."""
    of_entries = rows_of(
        "SELECT entry_id, max(turn) FROM payouts_explainedentry WHERE entry_id = ANY(%s) GROUP BY entry_id",
        list(entries),
    )
    of_lines = rows_of(
        """SELECT x.voucher_id, x.line_no, max(x.turn) FROM unnest(%s::bigint[], %s::integer[]) AS n (voucher, number)
             JOIN payouts_explainedline x ON x.voucher_id = n.voucher AND x.line_no = n.number
            GROUP BY x.voucher_id, x.line_no""",
        [line.voucher for line in lines],
        [line.number for line in lines],
    )
    return dict(of_entries), {Line(voucher, number): turn for voucher, number, turn in of_lines}


def entry_facts(entries: Sequence[int]) -> tuple[Mapping[int, Decimal], Mapping[int, date]]:
    """Return the amounts and days of entries."""
    found = rows_of(
        "SELECT id, amount, booked_on FROM payouts_statemententry WHERE id = ANY(%s)",
        list(entries),
    )
    return {key: amount for key, amount, _day in found}, {key: day for key, _amount, day in found}


def line_facts(own: OwnAccount, lines: Sequence[Line]) -> tuple[Mapping[Line, Decimal], Mapping[Line, date]]:
    """Return the amounts and days of cash lines on an own account; a line that is none of it is missing."""
    found = rows_of(
        """SELECT l.voucher_id, l.line_no, l.amount, l.posting_date
             FROM unnest(%s::bigint[], %s::integer[]) AS n (voucher, number)
             JOIN payouts_own_line l ON l.voucher_id = n.voucher AND l.line_no = n.number AND l.own_account_id = %s""",
        [line.voucher for line in lines],
        [line.number for line in lines],
        own.pk,
    )
    return (
        {Line(voucher, number): amount for voucher, number, amount, _day in found},
        {Line(voucher, number): day for voucher, number, _amount, day in found},
    )
