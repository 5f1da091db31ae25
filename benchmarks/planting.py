"""Payments written past the triggers, for measurements of what reads them.

What they cost to make is measured elsewhere; here they only have to be there and to agree with each other.
"""

import psycopg2.extensions

BATCH_ROWS = 50_000
PLANT = """
SET session_replication_role = replica;
INSERT INTO payouts_batch (id, month, number, source, status, template, pay_date, payments_count, total, digest,
                           prepared_by_id, checked_by_id, released_by_id)
SELECT n, '2026-11-01', n, 'payouts.release/' || n || '/batch/1', 'CLOSED', 'list_gb18030', '2026-11-25', %(rows)s,
       123.45 * %(rows)s, '', 'preparer', 'reviewer', 'chief' FROM generate_series(1, %(batches)s) n;
INSERT INTO payouts_bankfile (batch_id, number, name, template, message_id, content, sha256, first_serial, last_serial,
                              rows, total)
SELECT n, 1, 'list_' || n, 'list_gb18030', 'm' || n, '', repeat('0', 64), (n - 1) * %(rows)s + 1, n * %(rows)s,
       %(rows)s, 123.45 * %(rows)s FROM generate_series(1, %(batches)s) n;
INSERT INTO payouts_obligation (id, scheme, component, month, source, release_id, amount)
SELECT n, 'release', 'rest', '2026-11-01', 'treasury.release/' || n || '/1', 1, 123.45
  FROM generate_series(1, %(batches)s * %(rows)s) n;
INSERT INTO payouts_payment (id, month, serial, batch_id, status, name, bank, account_number, id_number, amount)
SELECT n, '2026-11-01', n, (n - 1) / %(rows)s + 1, CASE WHEN n %% 100 = 0 THEN 'RETURNED' ELSE 'SETTLED' END,
       '测试收款人', '农商行', '62284800' || lpad(n::text, 11, '0'),
       '22011219800101' || lpad((n %% 10000)::text, 4, '0'), 123.45
  FROM generate_series(1, %(batches)s * %(rows)s) n;
INSERT INTO payouts_paymentpart (payment_id, obligation_id, attempt, amount)
SELECT n, n, 1, 123.45 FROM generate_series(1, %(batches)s * %(rows)s) n;
INSERT INTO payouts_resultfile (id, name, month, sha256, content, received_at, received_by_id, posting_date, rows,
                                settled, returned, returned_amount)
VALUES (1, 'result', '2026-11-01', repeat('0', 64), '', now(), 'cashier', '2026-11-26', %(batches)s * %(rows)s,
        %(batches)s * %(rows)s / 100 * 99, %(batches)s * %(rows)s / 100, %(batches)s * %(rows)s / 100 * 123.45);
INSERT INTO payouts_resultrow (file_id, payment_id, outcome, code, message, amount)
SELECT 1, n, CASE WHEN n %% 100 = 0 THEN 'RETURNED' ELSE 'SETTLED' END, '0000', '', 123.45
  FROM generate_series(1, %(batches)s * %(rows)s) n;
"""


def plant_payments(administration: psycopg2.extensions.connection, *, payments: int) -> None:
    """Write payments that agree with each other, as nobody but a superuser can."""
    rows = min(payments, BATCH_ROWS)
    with administration.cursor() as cursor:
        cursor.execute(PLANT, {"rows": rows, "batches": payments // rows})
        cursor.execute("ANALYZE")
