"""What ``check_books`` proves of paying releases: what was released, owed, paid and posted are one and the same.

A fault names the release by what it was made from, never a payee.
"""

from collections.abc import Iterator

from ledger.checks import Disagreement, book_check, disagreements

# What a voucher of a release takes out of its account, in the township's book; red is negative.
TAKEN_OUT = """
  SELECT coalesce(sum(l.amount), 0) AS amount
    FROM ledger_voucher v JOIN ledger_book k ON k.id = v.book_id AND k.code = t.book_id
    JOIN ledger_line l ON l.voucher_id = v.id AND l.side = 'C'
    JOIN ledger_account a ON a.id = l.account_id
     AND (a.code = r.account_code OR (r.account_code = '' AND a.mirror = 'ANNUAL'))
"""
# Each obligation of a release with the payment that stands for it now: its latest.
LATEST = """
  SELECT o.release_id, o.amount, p.status
    FROM payouts_obligation o
    LEFT JOIN LATERAL (SELECT p.status FROM payouts_paymentpart q JOIN payouts_payment p ON p.id = q.payment_id
                        WHERE q.obligation_id = o.id ORDER BY q.attempt DESC LIMIT 1) p ON true
   WHERE o.release_id IS NOT NULL
"""


@book_check
def releases_are_posted() -> Iterator[Disagreement]:
    """A release that was paid out has one voucher of its amount out of its account; no other has any."""
    yield from disagreements(
        "releases_are_posted",
        f"""
        SELECT t.book_id, 'release ' || r.source || ' is ' || r.status || ': amount ' || r.amount || ', voucher '
               || v.amount, r.released_at
          FROM treasury_release r JOIN treasury_township t ON t.id = r.township_id
          JOIN LATERAL ({TAKEN_OUT} WHERE v.source = r.source || '/paid') v ON true
         WHERE v.amount <> CASE r.status WHEN 'POSTED' THEN r.amount ELSE 0 END""",  # noqa: S608
    )


@book_check
def releases_are_owed() -> Iterator[Disagreement]:
    """What is owed for a release is what its lines pay each payee, whole, and was released."""
    yield from disagreements(
        "releases_are_owed",
        """
        SELECT t.book_id, 'release ' || r.source || ' is ' || r.status || ': ' || count(*)
               || ' obligations and payees differ', r.released_at
          FROM treasury_release r JOIN treasury_township t ON t.id = r.township_id
          JOIN LATERAL (SELECT FROM (SELECT o.source, o.amount FROM payouts_obligation o WHERE o.release_id = r.id) o
                          FULL JOIN (SELECT 'treasury.release/' || r.id || '/' || p.number AS source, p.amount
                                       FROM payouts_release_payees(r.id) p) p ON p.source = o.source
                         WHERE o.amount IS DISTINCT FROM p.amount) d ON true
         WHERE r.status = 'POSTED' OR EXISTS (SELECT FROM payouts_obligation o WHERE o.release_id = r.id)
         GROUP BY t.book_id, r.id""",
    )


@book_check
def releases_are_paid() -> Iterator[Disagreement]:
    """What left the account for a release is with its payees or on its way, and the rest came back to it."""
    yield from disagreements(
        "releases_are_paid",
        f"""
        SELECT t.book_id, 'release ' || r.source || ' is ' || r.status || ': amount ' || r.amount || ', returned '
               || r.returned || '; payments ' || p.gone || ', came back ' || p.back, r.released_at
          FROM treasury_release r JOIN treasury_township t ON t.id = r.township_id
          LEFT JOIN (SELECT release_id,
                            coalesce(sum(amount) FILTER (WHERE status IN ('SENT', 'ACCEPTED', 'SETTLED')), 0) AS gone,
                            coalesce(sum(amount) FILTER (WHERE coalesce(status, '')
                                                                NOT IN ('SENT', 'ACCEPTED', 'SETTLED')), 0) AS back
                       FROM ({LATEST}) o GROUP BY release_id) o ON o.release_id = r.id
          CROSS JOIN LATERAL (SELECT coalesce(o.gone, 0) AS gone, coalesce(o.back, 0) AS back) p
         WHERE CASE r.status WHEN 'POSTED' THEN (p.gone, p.back) <> (r.amount - r.returned, r.returned)
                             ELSE p.gone <> 0 END""",  # noqa: S608
    )


@book_check
def release_returns_are_posted() -> Iterator[Disagreement]:
    """What result files returned of a release came back in red, and what was issued again of it went out again."""
    yield from disagreements(
        "release_returns_are_posted",
        f"""
        SELECT t.book_id, 'release ' || r.source || ', ' || m.act || ': ' || m.amount || ', voucher ' || v.amount,
               NULL::timestamptz
          FROM (SELECT o.release_id, 'returned/' || w.file_id AS act, -sum(q.amount) AS amount
                  FROM payouts_resultrow w JOIN payouts_paymentpart q ON q.payment_id = w.payment_id
                  JOIN payouts_obligation o ON o.id = q.obligation_id
                 WHERE o.release_id IS NOT NULL AND w.outcome IN ('RETURNED', 'REJECTED')
                 GROUP BY o.release_id, w.file_id
                 UNION ALL
                SELECT o.release_id, 'reissued/' || p.batch_id, sum(q.amount)
                  FROM payouts_obligation o JOIN payouts_paymentpart q ON q.obligation_id = o.id
                  JOIN payouts_payment p ON p.id = q.payment_id JOIN payouts_batch b ON b.id = p.batch_id
                 WHERE o.release_id IS NOT NULL AND p.reissues_id IS NOT NULL
                   AND b.status IN ('SENT', 'ANSWERED', 'RECONCILED', 'CLOSED')
                 GROUP BY o.release_id, p.batch_id) m
          JOIN treasury_release r ON r.id = m.release_id JOIN treasury_township t ON t.id = r.township_id
          JOIN LATERAL ({TAKEN_OUT} WHERE v.source = r.source || '/' || m.act) v ON true
         WHERE v.amount <> m.amount""",  # noqa: S608
    )
