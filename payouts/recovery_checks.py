"""What ``check_books`` proves of money that came back: nothing twice, nothing beyond its limit, all of it by voucher.

A fault names the overpayment, payment or batch by its number, never a person.
"""

from collections.abc import Iterator

from ledger.checks import Disagreement, book_check, disagreements
from payouts.benefit_checks import POSTED as MOVED
from payouts.facts import RELEASED

STATES = ", ".join(f"'{state}'" for state in RELEASED)
PAYMENT = "to_char(p.month, 'YYYY-MM') || '/' || p.serial"
# What the district's vouchers of some sources settle of what is held for others: 退汇待付.
SETTLED = """
  SELECT coalesce(sum(CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END), 0) AS amount
    FROM ledger_voucher v JOIN ledger_book k ON k.id = v.book_id AND k.kind = 'DISTRICT'
    JOIN ledger_line l ON l.voucher_id = v.id
    JOIN ledger_account a ON a.id = l.account_id AND a.kind = 'LIABILITY' AND a.mirror = '' AND l.record = 'F'
"""


@book_check
def overpayments_are_open_or_settled() -> Iterator[Disagreement]:
    """What was overpaid is what came back, what was written off and what is open; no more came back."""
    yield from disagreements(
        "overpayments_are_open_or_settled",
        f"""
        SELECT NULL::text, 'overpayment ' || v.id || ': overpaid ' || v.amount || ', came back '
               || payouts_recovered(v.id) || ', written off ' || payouts_written_off(v.id), NULL::timestamptz
          FROM payouts_overpayment v JOIN payouts_run r ON r.id = v.run_id AND r.edition = v.edition
         WHERE r.status IN ({STATES}) AND payouts_recovered(v.id) + payouts_written_off(v.id) > v.amount
        UNION ALL
        SELECT NULL, 'overpaid benefits: open ' || b.amount || ' by the books, ' || o.amount || ' by what is recorded',
               NULL
          FROM (SELECT claimed - recovered AS amount
                  FROM ({MOVED} WHERE v.source ~ '^payouts\\.(benefits|recovery|write_off)/') m) b
         CROSS JOIN (SELECT (SELECT coalesce(sum(v.amount), 0) FROM payouts_overpayment v
                               JOIN payouts_run r ON r.id = v.run_id AND r.edition = v.edition
                              WHERE r.status IN ({STATES}))
                            - (SELECT coalesce(sum(c.amount), 0) FROM payouts_recovery c WHERE c.kind = 'PAID_IN'
                                  AND NOT EXISTS (SELECT FROM payouts_refundtakenback t WHERE t.recovery_id = c.id))
                            - (SELECT coalesce(sum(w.amount), 0) FROM payouts_writeoff w
                                 JOIN payouts_writeoffdecision d ON d.write_off_id = w.id AND d.is_approved)
                            - (SELECT coalesce(sum(d.offset), 0) FROM payouts_benefitdue d
                                 JOIN payouts_run r ON r.id = d.run_id AND r.edition = d.edition
                                WHERE r.status IN ({STATES}) AND d.offset > 0
                                  AND (d.offset = d.amount
                                       OR EXISTS (SELECT FROM payouts_obligation o
                                                    JOIN payouts_paymentpart q ON q.obligation_id = o.id
                                                    JOIN payouts_payment p ON p.id = q.payment_id
                                                    JOIN payouts_batch h ON h.id = p.batch_id
                                                   WHERE o.benefit_id = d.id
                                                     AND (h.status IN ('SENT', 'ANSWERED', 'RECONCILED', 'CLOSED')
                                                          OR h.source LIKE '%/unwritable')))) AS amount) o
         WHERE b.amount <> o.amount""",  # noqa: S608
    )


@book_check
def recoveries_keep_to_their_plans() -> Iterator[Disagreement]:
    """What was kept back by a plan in a month is within its cap, of a plan that another officer approved."""
    yield from disagreements(
        "recoveries_keep_to_their_plans",
        f"""
        SELECT NULL::text, 'overpayment ' || k.overpayment_id || ': kept back ' || k.amount || ' in '
               || to_char(k.month, 'YYYY-MM') || ', plan ' || k.plan_id || ' allows '
               || coalesce(x.cap::text, 'nothing'), NULL::timestamptz
          FROM (SELECT c.overpayment_id, c.plan_id, r.month, sum(c.amount) AS amount
                  FROM payouts_recovery c JOIN payouts_benefitdue d ON d.id = c.due_id
                  JOIN payouts_run r ON r.id = d.run_id AND r.edition = d.edition
                 WHERE c.plan_id IS NOT NULL AND r.status IN ({STATES})
                 GROUP BY c.overpayment_id, c.plan_id, r.month) k
          JOIN payouts_overpayment v ON v.id = k.overpayment_id JOIN payouts_enrolment e ON e.id = v.enrolment_id
          LEFT JOIN LATERAL (SELECT coalesce(p.instalment,
                                      trunc(p.share * payouts_due_in_month(e.person_id, k.month) / 100, 2)) AS cap
                               FROM payouts_recoveryplan p
                               JOIN payouts_recoveryplandecision d ON d.plan_id = p.id AND d.is_approved
                              WHERE p.id = k.plan_id AND p.overpayment_id = k.overpayment_id
                                AND p.from_month <= k.month) x ON true
         WHERE k.amount > coalesce(x.cap, 0)""",  # noqa: S608
    )


@book_check
def corrections_are_posted() -> Iterator[Disagreement]:
    """Each refund that was taken back, and each write-off, has its voucher."""
    yield from disagreements(
        "corrections_are_posted",
        f"""
        SELECT NULL::text, 'recovery ' || c.id || ' taken back: ' || c.amount || ', voucher ' || -p.received,
               NULL::timestamptz
          FROM payouts_refundtakenback t JOIN payouts_recovery c ON c.id = t.recovery_id
          JOIN LATERAL ({MOVED} WHERE v.source = 'payouts.recovery/' || c.id || '/reversed') p ON true
         WHERE p.received <> -c.amount
        UNION ALL
        SELECT NULL, 'write-off ' || w.id || ': ' || w.amount || ', voucher ' || p.recovered, NULL
          FROM payouts_writeoff w LEFT JOIN payouts_writeoffdecision d ON d.write_off_id = w.id
          JOIN LATERAL ({MOVED} WHERE v.source = 'payouts.write_off/' || w.id) p ON true
         WHERE p.recovered <> CASE WHEN d.is_approved THEN w.amount ELSE 0 END""",  # noqa: S608
    )


@book_check
def given_up_is_settled() -> Iterator[Disagreement]:
    """A payment that was given up leaves 退汇待付 by its vouchers, and is not paid again."""
    yield from disagreements(
        "given_up_is_settled",
        f"""
        SELECT NULL::text, 'payment ' || {PAYMENT} || ' given up: ' || p.amount || ', vouchers ' || s.amount,
               NULL::timestamptz
          FROM payouts_givingup g JOIN payouts_payment p ON p.id = g.payment_id
          LEFT JOIN payouts_givingupdecision d ON d.giving_up_id = g.id
          JOIN LATERAL ({SETTLED} WHERE v.source LIKE 'payouts.giving_up/' || g.id || '/%') s ON true
         WHERE s.amount <> CASE WHEN d.is_approved THEN p.amount ELSE 0 END
        UNION ALL
        SELECT NULL, 'payment ' || {PAYMENT} || ' was given up and issued again', NULL
          FROM payouts_payment p WHERE payouts_is_given_up(p.id) AND payouts_is_followed(p.id)""",  # noqa: S608
    )


@book_check
def corrected_accounts_cooled_off() -> Iterator[Disagreement]:
    """A payment to a corrected account is in no batch that pays before the account has cooled off."""
    yield from disagreements(
        "corrected_accounts_cooled_off",
        f"""
        SELECT NULL::text, 'payment ' || {PAYMENT} || ' is paid on ' || b.pay_date || ', its account from '
               || coalesce(c.payable_from::text, 'no day') || ' on', c.approved_at
          FROM payouts_payment p JOIN payouts_batch b ON b.id = p.batch_id AND b.status <> 'CANCELLED'
          LEFT JOIN payouts_accountcorrection c ON c.payment_id = p.reissues_id AND c.status = 'APPROVED'
         WHERE p.reissues_id IS NOT NULL AND b.pay_date < coalesce(c.payable_from, 'infinity')""",  # noqa: S608
    )
