"""What ``check_books`` proves of paying people: what was owed, paid and posted are one and the same.

A fault names the run, batch or payment by its number, never a person.
"""

from collections.abc import Iterator

from ledger.checks import Disagreement, book_check, disagreements
from payouts.facts import RELEASED

STATES = ", ".join(f"'{state}'" for state in RELEASED)
RUN = "to_char(r.month, 'YYYY-MM') || '/' || r.number"
# What the vouchers of one source say: spent for the townships, taken out of cash, held for others.
POSTED = """
  SELECT coalesce(sum(l.amount) FILTER (WHERE a.mirror = 'ANNUAL' AND l.side = 'D'), 0) AS spent,
         coalesce(sum(l.amount) FILTER (WHERE a.cash AND l.side = 'C'), 0) AS paid,
         coalesce(sum(l.amount) FILTER (WHERE a.cash AND l.side = 'D'), 0) AS received,
         coalesce(sum(l.amount) FILTER (WHERE a.kind = 'LIABILITY' AND a.mirror = '' AND l.side = 'C'), 0) AS held
    FROM ledger_voucher v JOIN ledger_book k ON k.id = v.book_id AND k.kind = 'DISTRICT'
    JOIN ledger_line l ON l.voucher_id = v.id JOIN ledger_account a ON a.id = l.account_id
"""


@book_check
def runs_stand_where_they_moved() -> Iterator[Disagreement]:
    """A run stands where its latest move took it; a settled one has no payment that the bank has not answered."""
    yield from disagreements(
        "runs_stand_where_they_moved",
        f"""
        SELECT NULL::text, 'run ' || {RUN} || ' is ' || r.status || ', its moves say ' || coalesce(m.to_status, 'OPEN'),
               m.at
          FROM payouts_run r
          LEFT JOIN LATERAL (SELECT to_status, at FROM payouts_runmove
                              WHERE run_id = r.id ORDER BY id DESC LIMIT 1) m ON true
         WHERE r.status <> coalesce(m.to_status, 'OPEN')
        UNION ALL
        SELECT NULL, 'run ' || {RUN} || ' is ' || r.status || ', unanswered payments: ' || count(*), NULL
          FROM payouts_run r JOIN payouts_batch b ON b.run_id = r.id JOIN payouts_payment p ON p.batch_id = b.id
         WHERE r.status IN ('SETTLED', 'PART_SETTLED', 'CLOSED') AND p.status IN ('SENT', 'ACCEPTED')
         GROUP BY r.month, r.number, r.status""",  # noqa: S608
    )


@book_check
def payroll_is_posted() -> Iterator[Disagreement]:
    """Gross, net and what is withheld of every run that was sent equal its vouchers."""
    yield from disagreements(
        "payroll_is_posted",
        f"""
        SELECT NULL::text, 'run ' || {RUN} || ': gross ' || s.gross || ', net ' || s.net || '; vouchers '
               || p.spent || ', ' || p.paid, NULL::timestamptz
          FROM payouts_run r
          JOIN LATERAL (SELECT coalesce(sum(gross), 0) AS gross, coalesce(sum(net), 0) AS net,
                               coalesce(sum(deductions + tax), 0) AS withheld
                          FROM payouts_payslip WHERE run_id = r.id AND edition = r.edition) s ON true
          JOIN LATERAL ({POSTED} WHERE v.source LIKE 'payouts.run/' || r.id || '/pay/%') p ON true
          JOIN LATERAL (SELECT coalesce(sum(total), 0) AS kept FROM payouts_batch b
                         WHERE b.source = 'payouts.run/' || r.id || '/unwritable') u ON true
         WHERE r.purpose = 'PAYROLL' AND r.status IN ({STATES}) AND r.status <> 'RELEASED'
           AND (p.spent, p.paid, p.held) IS DISTINCT FROM (s.gross, s.net - u.kept, s.withheld + u.kept)""",  # noqa: S608
    )


@book_check
def employer_part_is_posted() -> Iterator[Disagreement]:
    """What the employer owes for every run that was sent equals its vouchers."""
    yield from disagreements(
        "employer_part_is_posted",
        f"""
        SELECT NULL::text, 'run ' || {RUN} || ': employer part ' || e.amount || ', vouchers ' || p.held,
               NULL::timestamptz
          FROM payouts_run r
          JOIN LATERAL (SELECT coalesce(sum(e.amount), 0) AS amount FROM payouts_payslip s
                          JOIN payouts_employerpart e ON e.payslip_id = s.id
                         WHERE s.run_id = r.id AND s.edition = r.edition) e ON true
          JOIN LATERAL ({POSTED} WHERE v.source LIKE 'payouts.run/' || r.id || '/employer/%') p ON true
         WHERE r.status IN ({STATES}) AND r.status <> 'RELEASED' AND p.held <> e.amount""",  # noqa: S608
    )


@book_check
def obligations_are_the_payslips() -> Iterator[Disagreement]:
    """Every payslip of a released run with something to pay is owed once, and nothing else is."""
    yield from disagreements(
        "obligations_are_the_payslips",
        f"""
        SELECT NULL::text, 'run ' || {RUN} || ': ' || count(*) || ' payslips and obligations differ', NULL::timestamptz
          FROM payouts_run r
          JOIN (SELECT coalesce(s.run_id, o.run_id) AS run_id
                  FROM (SELECT s.run_id, s.id, s.net FROM payouts_payslip s
                          JOIN payouts_run q ON q.id = s.run_id AND q.edition = s.edition
                         WHERE s.net > 0 AND q.status IN ({STATES})) s
                  FULL JOIN (SELECT * FROM payouts_obligation WHERE payslip_id IS NOT NULL) o ON o.payslip_id = s.id
                 WHERE s.net IS DISTINCT FROM o.amount) d ON d.run_id = r.id
         GROUP BY r.month, r.number""",  # noqa: S608
    )


@book_check
def payslips_add_up() -> Iterator[Disagreement]:
    """Every payslip is the sum of its items: gross less deductions less tax is its net."""
    yield from disagreements(
        "payslips_add_up",
        f"""
        SELECT NULL::text, 'run ' || {RUN} || ': ' || count(*) || ' payslips differ from their items',
               NULL::timestamptz
          FROM payouts_payslip s JOIN payouts_run r ON r.id = s.run_id
          LEFT JOIN LATERAL (
            SELECT coalesce(sum(CASE WHEN item = 'TAKEN_BACK' THEN -amount ELSE amount END)
                            FILTER (WHERE item NOT IN ('PENSION', 'ANNUITY', 'MEDICAL', 'UNEMPLOYMENT',
                                                       'HOUSING_FUND', 'ADDITIONAL')), 0) AS gross,
                   coalesce(sum(amount) FILTER (WHERE item IN ('PENSION', 'ANNUITY', 'MEDICAL', 'UNEMPLOYMENT',
                                                               'HOUSING_FUND')), 0) AS deductions
              FROM payouts_payslipitem i WHERE i.payslip_id = s.id) i ON true
         WHERE (i.gross, i.deductions, s.gross - s.deductions - s.tax)
               IS DISTINCT FROM (s.gross, s.deductions, s.net)
         GROUP BY r.month, r.number""",  # noqa: S608
    )


@book_check
def batches_are_their_payments() -> Iterator[Disagreement]:
    """A batch, its payments, the obligations they pay and its files have one number and one total, as approved."""
    yield from disagreements(
        "batches_are_their_payments",
        """
        SELECT NULL::text, 'batch ' || to_char(b.month, 'YYYY-MM') || '/' || b.number || ': declared ' || b.total
               || ', payments ' || p.total || ', obligations ' || p.parts || ', files ' || f.total, NULL::timestamptz
          FROM payouts_batch b
          JOIN LATERAL (SELECT count(*) AS payments, coalesce(sum(p.amount), 0) AS total,
                               coalesce(sum((SELECT sum(q.amount) FROM payouts_paymentpart q
                                              WHERE q.payment_id = p.id)), 0) AS parts
                          FROM payouts_payment p WHERE p.batch_id = b.id) p ON true
          JOIN LATERAL (SELECT coalesce(sum(rows), 0) AS rows, coalesce(sum(total), 0) AS total
                          FROM payouts_bankfile f WHERE f.batch_id = b.id) f ON true
         WHERE b.status NOT IN ('DRAFT', 'CANCELLED')
           AND ((b.payments_count, b.total, b.total) IS DISTINCT FROM (p.payments, p.total, p.parts)
                OR (b.status NOT IN ('BUILT', 'CHECKED', 'APPROVED', 'FUNDED')
                    AND (b.payments_count, b.total) IS DISTINCT FROM (f.rows, f.total)))
        UNION ALL
        SELECT NULL, 'batch ' || to_char(b.month, 'YYYY-MM') || '/' || b.number
               || ': its payments are not those that were approved', NULL
          FROM payouts_batch b
         WHERE b.status NOT IN ('DRAFT', 'CANCELLED') AND b.digest <> payouts_batch_digest(b.id)""",
    )


@book_check
def payments_are_proven() -> Iterator[Disagreement]:
    """What is settled or returned has the bank's record of equal amount; kept files have their hash and rows."""
    # Whether a file may be without its bytes is for ``erased_files_are_listed`` of the archives.
    yield from disagreements(
        "payments_are_proven",
        """
        SELECT NULL::text, 'payment ' || to_char(p.month, 'YYYY-MM') || '/' || p.serial || ' is ' || p.status
               || ' without a record of the bank', NULL::timestamptz
          FROM payouts_payment p
         WHERE p.status IN ('SETTLED', 'RETURNED')
           AND NOT EXISTS (SELECT FROM payouts_resultrow r
                            WHERE r.payment_id = p.id AND r.outcome = p.status AND r.amount = p.amount)
        UNION ALL
        SELECT NULL, 'file ' || name || ' has not its hash', NULL
          FROM (SELECT name, content, sha256 FROM payouts_bankfile
                 UNION ALL SELECT name, content, sha256 FROM payouts_resultfile) f
         WHERE f.content <> '' AND encode(sha256(f.content), 'hex') <> f.sha256
        UNION ALL
        SELECT NULL, 'result file ' || f.name || ': settled ' || f.settled || ', returned ' || f.returned
               || ' and rejected ' || f.rejected || ', rows ' || r.settled || ', ' || r.returned || ' and '
               || r.rejected, f.received_at
          FROM payouts_resultfile f
          JOIN LATERAL (SELECT count(*) FILTER (WHERE outcome = 'SETTLED') AS settled,
                               count(*) FILTER (WHERE outcome = 'RETURNED') AS returned,
                               count(*) FILTER (WHERE outcome = 'REJECTED') AS rejected
                          FROM payouts_resultrow WHERE file_id = f.id) r ON true
         WHERE (f.settled, f.returned, f.rejected) IS DISTINCT FROM (r.settled, r.returned, r.rejected)""",
    )


@book_check
def returns_are_posted() -> Iterator[Disagreement]:
    """What came back of payrolls has its voucher, and so has what was issued again."""
    yield from disagreements(
        "returns_are_posted",
        f"""
        SELECT NULL::text, 'result file ' || f.name || ': returned ' || f.returned_amount || ', rejected '
               || f.rejected_amount || ', voucher ' || p.received,
               f.received_at
          FROM payouts_resultfile f
          JOIN LATERAL ({POSTED} WHERE v.source IN ('payouts.result/' || f.id || '/returned',
                                             'payouts.result/' || f.id || '/returned/benefits')) p ON true
          JOIN LATERAL (SELECT coalesce(sum(w.amount), 0) AS amount,
                               coalesce(sum(w.amount) FILTER (WHERE b.run_id IS NOT NULL), 0) AS of_runs
                          FROM payouts_resultrow w JOIN payouts_payment q ON q.id = w.payment_id
                          JOIN payouts_batch b ON b.id = q.batch_id
                         WHERE w.file_id = f.id AND w.outcome IN ('RETURNED', 'REJECTED')) r ON true
         WHERE p.received <> r.of_runs OR r.amount <> f.returned_amount + f.rejected_amount
        UNION ALL
        SELECT NULL, 'batch ' || to_char(b.month, 'YYYY-MM') || '/' || b.number || ': issued again ' || b.total
               || ', voucher ' || p.paid, NULL
          FROM payouts_batch b
          JOIN LATERAL ({POSTED} WHERE v.source = 'payouts.batch/' || b.id || '/sent') p ON true
         WHERE b.source LIKE 'payouts.correction/%' AND b.run_id IS NOT NULL
           AND b.status IN ('SENT', 'ANSWERED', 'RECONCILED', 'CLOSED')
           AND p.paid <> b.total""",  # noqa: S608
    )


@book_check
def remittances_are_what_was_held() -> Iterator[Disagreement]:
    """What was remitted for a run is what it withheld from people and what their employers owed."""
    yield from disagreements(
        "remittances_are_what_was_held",
        f"""
        SELECT NULL::text, 'run ' || {RUN} || ': held ' || h.amount || ', remitted ' || p.paid, NULL::timestamptz
          FROM payouts_run r
          JOIN LATERAL (SELECT coalesce(sum(s.deductions + s.tax
                                 + coalesce((SELECT sum(e.amount) FROM payouts_employerpart e
                                              WHERE e.payslip_id = s.id), 0)), 0) AS amount
                          FROM payouts_payslip s WHERE s.run_id = r.id AND s.edition = r.edition) h ON true
          JOIN LATERAL ({POSTED} WHERE v.source = 'payouts.run/' || r.id || '/remitted') p ON true
         WHERE p.paid <> 0 AND p.paid <> h.amount""",  # noqa: S608
    )


@book_check
def obligations_are_paid_once() -> Iterator[Disagreement]:
    """No obligation has two payments that are planned, under way or settled at the same time."""
    yield from disagreements(
        "obligations_are_paid_once",
        """
        SELECT NULL::text, 'obligation ' || q.obligation_id || ' is paid ' || count(*) || ' times', NULL::timestamptz
          FROM payouts_paymentpart q JOIN payouts_payment p ON p.id = q.payment_id
         WHERE p.status NOT IN ('RETURNED', 'REJECTED') GROUP BY q.obligation_id HAVING count(*) > 1""",
    )
