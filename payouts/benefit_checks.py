"""What ``check_books`` proves of benefits: what was due, owed, borne, paid and posted are one and the same.

A fault names the run, batch, due or overpayment by its number, never a person.
"""

from collections.abc import Iterator

from ledger.checks import Disagreement, book_check, disagreements
from payouts.facts import RELEASED

RUN = "to_char(r.month, 'YYYY-MM') || '/B' || r.number"
STATES = ", ".join(f"'{state}'" for state in RELEASED)
# What the district's vouchers of some sources say: taken out of cash, and moved on the receivable.
POSTED = """
  SELECT coalesce(sum(l.amount) FILTER (WHERE a.cash AND l.side = 'C'), 0) AS paid,
         coalesce(sum(l.amount) FILTER (WHERE a.cash AND l.side = 'D'), 0) AS received,
         coalesce(sum(l.amount) FILTER (WHERE a.role = 'OTHER_RECEIVABLE' AND l.side = 'D'), 0) AS claimed,
         coalesce(sum(l.amount) FILTER (WHERE a.role = 'OTHER_RECEIVABLE' AND l.side = 'C'), 0) AS recovered
    FROM ledger_voucher v JOIN ledger_book k ON k.id = v.book_id AND k.kind = 'DISTRICT'
    JOIN ledger_line l ON l.voucher_id = v.id JOIN ledger_account a ON a.id = l.account_id
"""


@book_check
def benefits_are_owed_once() -> Iterator[Disagreement]:
    """Every due of a released run with something to pay is owed once, for its rest, and nothing else is."""
    yield from disagreements(
        "benefits_are_owed_once",
        f"""
        SELECT NULL::text, 'run ' || {RUN} || ': ' || count(*) || ' dues and obligations differ', NULL::timestamptz
          FROM payouts_run r
          JOIN (SELECT coalesce(d.run_id, o.run_id) AS run_id
                  FROM (SELECT d.run_id, d.id, d.amount - d.offset AS rest FROM payouts_benefitdue d
                          JOIN payouts_run q ON q.id = d.run_id AND q.edition = d.edition
                         WHERE d.amount > d.offset AND q.status IN ({STATES})) d
                  FULL JOIN (SELECT * FROM payouts_obligation WHERE benefit_id IS NOT NULL) o ON o.benefit_id = d.id
                 WHERE d.rest IS DISTINCT FROM o.amount) x ON x.run_id = r.id
         GROUP BY r.month, r.number""",  # noqa: S608
    )


@book_check
def benefit_batches_are_posted() -> Iterator[Disagreement]:
    """What every batch of benefits that was sent pays left the special accounts by its vouchers."""
    yield from disagreements(
        "benefit_batches_are_posted",
        f"""
        SELECT NULL::text, 'batch ' || to_char(b.month, 'YYYY-MM') || '/' || b.number || ': pays ' || b.total
               || ', vouchers ' || p.paid, NULL::timestamptz
          FROM payouts_batch b JOIN payouts_run r ON r.id = b.run_id AND r.purpose = 'BENEFITS'
          JOIN LATERAL ({POSTED} WHERE v.source LIKE 'payouts.benefits/' || r.id || '/batch/' || b.id || '/%') p ON true
         WHERE b.source NOT LIKE 'payouts.correction/%' AND b.status IN ('SENT', 'ANSWERED', 'RECONCILED', 'CLOSED')
           AND p.paid <> b.total""",  # noqa: S608
    )


@book_check
def overpayments_are_posted() -> Iterator[Disagreement]:
    """What released runs found overpaid, and what came back of it, stands on the receivable; none came back twice."""
    yield from disagreements(
        "overpayments_are_posted",
        f"""
        SELECT NULL::text, 'run ' || {RUN} || ': overpaid ' || o.amount || ', kept back ' || k.amount || '; vouchers '
               || p.claimed || ', ' || p.recovered, NULL::timestamptz
          FROM payouts_run r
          JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS amount FROM payouts_overpayment
                         WHERE run_id = r.id AND edition = r.edition) o ON true
          JOIN LATERAL (SELECT coalesce(sum(d.offset), 0) AS amount FROM payouts_benefitdue d
                         WHERE d.run_id = r.id AND d.edition = r.edition AND d.offset > 0
                           AND (d.offset = d.amount
                                OR EXISTS (SELECT FROM payouts_obligation b JOIN payouts_paymentpart q
                                             ON q.obligation_id = b.id AND q.attempt = 1
                                             JOIN payouts_payment y ON y.id = q.payment_id
                                             JOIN payouts_batch h ON h.id = y.batch_id
                                            WHERE b.benefit_id = d.id
                                              AND (h.status IN ('SENT', 'ANSWERED', 'RECONCILED', 'CLOSED')
                                                   OR h.source LIKE '%/unwritable')))) k ON true
          JOIN LATERAL ({POSTED} WHERE v.source LIKE 'payouts.benefits/' || r.id || '/%') p ON true
         WHERE r.purpose = 'BENEFITS' AND r.status IN ({STATES}) AND (p.claimed, p.recovered) <> (o.amount, k.amount)
        UNION ALL
        SELECT NULL, 'overpayment ' || v.id || ': ' || payouts_recovered(v.id) || ' came back of ' || v.amount, NULL
          FROM payouts_overpayment v WHERE payouts_recovered(v.id) > v.amount""",  # noqa: S608
    )


@book_check
def fundings_are_posted() -> Iterator[Disagreement]:
    """What was put into the special accounts, and what was paid back of benefits, came in by voucher."""
    yield from disagreements(
        "fundings_are_posted",
        f"""
        SELECT NULL::text, 'funding ' || f.id || ': ' || f.amount || ', voucher ' || p.received, NULL::timestamptz
          FROM payouts_benefitfunding f
          JOIN LATERAL ({POSTED} WHERE v.source = 'payouts.funding/' || f.id) p ON true
         WHERE p.received <> f.amount
        UNION ALL
        SELECT NULL, 'recovery ' || c.id || ': ' || c.amount || ', voucher ' || p.received, NULL
          FROM payouts_recovery c
          JOIN LATERAL ({POSTED} WHERE v.source = 'payouts.recovery/' || c.id) p ON true
         WHERE c.kind = 'PAID_IN' AND p.received <> c.amount""",  # noqa: S608
    )
