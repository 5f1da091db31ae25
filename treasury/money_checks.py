"""The checks of district and township money for ``check_books``: what the tables say against what was posted."""

from collections.abc import Iterator

from ledger.checks import Disagreement, book_check, disagreements

# Debits less credits of the vouchers of a source, by the role that their accounts play.
SWEPT = """
SELECT v.book_id, l.posting_date, l.account_id, sum(CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END) AS net
  FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id AND a.flow = 'RECEIPT_ONLY'
  JOIN ledger_voucher v ON v.id = l.voucher_id
 WHERE v.kind <> 'OPENING'
 GROUP BY v.book_id, l.posting_date, l.account_id
"""
# What the vouchers of an event moved on the current account of the district with a township.
MOVED = """
SELECT coalesce(sum(n.net) FILTER (WHERE n.mirror = 'ANNUAL'), 0) AS annual,
       coalesce(sum(n.net) FILTER (WHERE n.mirror = 'HISTORIC'), 0) AS historic
  FROM (SELECT a.mirror, CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END AS net
          FROM ledger_voucher v JOIN ledger_line l ON l.voucher_id = v.id
          JOIN ledger_account a ON a.id = l.account_id AND a.level = 'LOWER'
         WHERE v.source = {source}) n
"""


@book_check
def receipts_are_swept() -> Iterator[Disagreement]:
    """A receipt-only account ends each day with nothing: what came in was swept on the same day (F13)."""
    yield from disagreements(
        "receipts_are_swept",
        f"""
        SELECT b.code, s.posting_date || ': ' || a.code || ' keeps ' || s.net, NULL::timestamptz
          FROM ({SWEPT}) s JOIN ledger_book b ON b.id = s.book_id JOIN ledger_account a ON a.id = s.account_id
          JOIN treasury_township t ON t.book_id = b.code
         WHERE s.net <> 0""",  # noqa: S608
    )


@book_check
def income_is_posted() -> Iterator[Disagreement]:
    """The lines of every collection sum to it, and what was swept of it is what the township has with the district."""
    swept = MOVED.format(source="'treasury.income/' || t.code || '/' || c.day || '/' || c.number || '/general'")
    yield from disagreements(
        "income_is_posted",
        f"""
        SELECT t.book_id, c.day || '/' || c.number || ': lines ' || l.general || ', collected ' || c.general
               || ', swept ' || -m.annual, NULL::timestamptz
          FROM treasury_collection c JOIN treasury_township t ON t.id = c.township_id
          JOIN LATERAL (SELECT coalesce(sum(amount) FILTER (WHERE kind = '预算内'), 0) AS general,
                               coalesce(sum(amount) FILTER (WHERE kind <> '预算内'), 0) AS others,
                               count(*) AS lines
                          FROM treasury_incomeline WHERE collection_id = c.id) l ON true
          JOIN LATERAL ({swept}) m ON true
         WHERE (l.general, l.others, l.lines, -m.annual)
               IS DISTINCT FROM (c.general, c.extra_budgetary + c.transfers + c.agricultural_tax, c.lines,
                                 c.general)""",  # noqa: S608
    )


@book_check
def settlements_are_posted() -> Iterator[Disagreement]:
    """Ordinary return, rebate, withholding and the part that goes up of every posted settlement equal its vouchers."""
    stem = "'treasury.settlement/' || t.code || '/' || to_char(s.month, 'YYYY-MM') || '/' || s.number"
    parts = {name: MOVED.format(source=f"{stem} || '/{name}'") for name in ("ordinary", "rebate", "upper")}
    yield from disagreements(
        "settlements_are_posted",
        f"""
        SELECT t.book_id, 'settlement ' || to_char(s.month, 'YYYY-MM') || '/' || s.number || ': base ' || s.base
               || ', withheld ' || s.withheld || ', ordinary ' || s.ordinary_return || '; vouchers ' || r.annual || ', '
               || -r.historic || ', ' || o.annual, NULL::timestamptz
          FROM treasury_settlement s JOIN treasury_township t ON t.id = s.township_id
          JOIN LATERAL ({parts["ordinary"]}) o ON true
          JOIN LATERAL ({parts["rebate"]}) r ON true
          JOIN LATERAL ({parts["upper"]}) u ON true
         WHERE s.status = 'POSTED'
           AND ((o.annual, -r.historic, u.annual) IS DISTINCT FROM (s.ordinary_return, s.withheld, s.upper_part)
                OR r.annual NOT IN (s.base, 0))""",  # noqa: S608
    )


@book_check
def settlements_are_cumulative() -> Iterator[Disagreement]:
    """The bases settled in a year never exceed the local part of the over-collection when they were settled."""
    yield from disagreements(
        "settlements_are_cumulative",
        """
        SELECT t.book_id, 'settlement ' || to_char(s.month, 'YYYY-MM') || '/' || s.number || ': settled before '
               || s.settled_before || ', the settlements before it ' || b.bases, NULL::timestamptz
          FROM treasury_settlement s JOIN treasury_township t ON t.id = s.township_id
          JOIN LATERAL (SELECT coalesce(sum(e.base), 0) AS bases FROM treasury_settlement e
                         WHERE e.township_id = s.township_id AND e.year = s.year AND e.status = 'POSTED'
                           AND (e.month, e.number) < (s.month, s.number)) b ON true
         WHERE s.status = 'POSTED'
           AND (s.settled_before <> b.bases OR (s.base > 0 AND s.settled_before + s.base <> s.local_part))""",
    )


@book_check
def claims_are_paid_once() -> Iterator[Disagreement]:
    """Every accepted claim has one release of its total and has used its invoices; no other has either."""
    yield from disagreements(
        "claims_are_paid_once",
        """
        SELECT t.book_id, 'claim ' || c.number || '/' || c.attempt || ' is ' || c.status || ', total '
               || coalesce(c.total::text, '?') || ', release ' || coalesce(r.amount::text, 'none'), c.decided_at
          FROM treasury_claim c LEFT JOIN treasury_township t ON t.id = c.township_id
          LEFT JOIN treasury_release r ON r.id = c.release_id
         WHERE (c.status = 'ACCEPTED') <> (r.id IS NOT NULL)
            OR (r.id IS NOT NULL AND (r.amount <> c.total OR r.township_id <> c.township_id))
        UNION ALL
        SELECT t.book_id, 'claim ' || c.number || ': invoice ' || l.invoice || ' is not noted as used by it',
               c.decided_at
          FROM treasury_claim c JOIN treasury_township t ON t.id = c.township_id
          JOIN treasury_claimline l ON l.claim_id = c.id AND l.invoice <> ''
          LEFT JOIN treasury_usedinvoice u ON u.number = l.invoice
         WHERE c.status = 'ACCEPTED' AND u.claim_id IS DISTINCT FROM c.id""",
    )


@book_check
def back_pay_is_what_was_owed() -> Iterator[Disagreement]:
    """No unpaid salary is paid beyond what is owed, and a release of back pay is the sum of its parts."""
    yield from disagreements(
        "back_pay_is_what_was_owed",
        """
        SELECT t.book_id, 'unpaid salary of ' || to_char(u.month, 'YYYY-MM') || ': owed ' || u.amount || ', paid '
               || p.paid, NULL::timestamptz
          FROM treasury_unpaidsalary u JOIN treasury_township t ON t.id = u.township_id
          JOIN LATERAL (SELECT coalesce(sum(p.amount), 0) AS paid FROM treasury_backpaypart p
                          JOIN treasury_release r ON r.id = p.release_id
                         WHERE p.unpaid_id = u.id AND r.status <> 'CANCELLED') p ON true
         WHERE p.paid > u.amount
        UNION ALL
        SELECT t.book_id, 'release ' || r.source || ': ' || r.amount || ', its parts ' || p.amount, r.released_at
          FROM treasury_release r JOIN treasury_township t ON t.id = r.township_id
          JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS amount FROM treasury_backpaypart
                         WHERE release_id = r.id) p ON true
         WHERE r.kind = 'BACK_PAY' AND p.amount <> r.amount""",
    )
