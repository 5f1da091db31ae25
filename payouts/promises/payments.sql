-- Payments: made in a draft batch, fixed from then on, moved only along their table, settled or
-- returned only by the bank's own record of equal amount; an obligation is paid again only after
-- the proven return or rejection of the attempt before. Rows that depend on the state of a batch lock
-- it (FOR SHARE): they wait for one that moves, and see it as it stands then.

CREATE OR REPLACE FUNCTION payouts_begun() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  -- TG_ARGV: the name of the rule and the first state.
  IF NEW.status <> TG_ARGV[1] THEN
    PERFORM ledger_refuse(
      TG_ARGV[0], format('%s begins as %s', TG_TABLE_NAME, TG_ARGV[1]), jsonb_build_object('to', NEW.status),
      'Begin it there, then move it step by step.');
  END IF;
  RETURN NEW;
END $$;

-- What a batch tells the bank, as ``payouts.building.digest_of`` spells it.
CREATE OR REPLACE FUNCTION payouts_batch_digest(batch bigint) RETURNS text LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT encode(sha256(convert_to(coalesce(string_agg(
           serial || '|' || name || '|' || account_number || '|' || amount || '|' || id_number || '|' || bank || E'\n',
           '' ORDER BY serial), ''), 'UTF8')), 'hex')
    FROM payouts_payment WHERE batch_id = batch;
$$;

CREATE OR REPLACE FUNCTION payouts_payment_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  PERFORM FROM payouts_batch b WHERE b.id IN (SELECT batch_id FROM new_row) ORDER BY b.id FOR SHARE;
  SELECT n.batch_id INTO wrong FROM (SELECT DISTINCT batch_id FROM new_row) n
   WHERE NOT EXISTS (SELECT FROM payouts_batch b WHERE b.id = n.batch_id AND b.status = 'DRAFT') LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'batch_is_fixed_once_built', format('batch %s takes no further payment', wrong),
      jsonb_build_object('batch', wrong), 'Make a batch of its own.');
  END IF;
  SELECT n.serial INTO wrong FROM new_row n JOIN payouts_batch b ON b.id = n.batch_id
   WHERE b.run_id IS NOT NULL AND n.person_id IS NULL AND n.unit_id IS NULL LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'payment_has_one_payee', 'a payroll pays people and the passbooks of units', jsonb_build_object('serial', wrong),
      'Pay others out of a release.');
  END IF;
  SELECT n.serial INTO wrong FROM new_row n WHERE n.status <> 'PLANNED' LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'payment_moves', 'a payment begins as planned', jsonb_build_object('serial', wrong), 'Plan it, then send it.');
  END IF;
  SELECT n.serial INTO wrong FROM new_row n
   WHERE n.reissues_id IS NOT NULL
     AND NOT EXISTS (SELECT FROM payouts_payment p
                      WHERE p.id = n.reissues_id AND p.status IN ('RETURNED', 'REJECTED') AND p.amount = n.amount)
   LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'payment_is_reissued_after_its_return', 'only a returned or rejected payment is issued again, for its amount',
      jsonb_build_object('serial', wrong), 'Wait for the record of the bank.');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION payouts_part_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp SET enable_mergejoin = off SET enable_hashjoin = off AS $$
DECLARE
  wrong bigint;
BEGIN
  -- The payee of a payment is that of an obligation, which has been found. Two equal attempts made at once meet in the unique key; RETURNED and REJECTED are final.
  PERFORM FROM payouts_batch b
    WHERE b.id IN (SELECT p.batch_id FROM new_row n JOIN payouts_payment p ON p.id = n.payment_id) ORDER BY b.id FOR SHARE;
  SELECT n.obligation_id INTO wrong
    FROM new_row n LEFT JOIN payouts_payment p ON p.id = n.payment_id LEFT JOIN payouts_batch b ON b.id = p.batch_id
    LEFT JOIN payouts_obligation o ON o.id = n.obligation_id
   WHERE b.id IS NULL OR o.id IS NULL OR b.status <> 'DRAFT' OR o.amount <> n.amount OR n.attempt < 1
      OR o.run_id IS DISTINCT FROM b.run_id OR o.month <> p.month OR p.month <> b.month
      OR (o.person_id IS NOT NULL AND (p.person_id = o.person_id OR p.unit_id = o.unit_id) IS NOT TRUE)
   LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'part_fits_its_obligation', format('obligation %s is not what the payment pays', wrong),
      jsonb_build_object('obligation', wrong), 'Pay the whole obligation to its own payee, in a draft batch.');
  END IF;
  SELECT n.obligation_id INTO wrong FROM new_row n
   WHERE n.attempt > 1
     AND NOT EXISTS (SELECT FROM payouts_paymentpart q JOIN payouts_payment p ON p.id = q.payment_id
                      WHERE q.obligation_id = n.obligation_id AND q.attempt = n.attempt - 1
                        AND p.status IN ('RETURNED', 'REJECTED'))
   LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'obligation_is_paid_once', format('obligation %s has been paid or is on its way', wrong),
      jsonb_build_object('obligation', wrong), 'Wait for the proven return or rejection of the payment before.');
  END IF;
  RETURN NULL;
END $$;

-- Only called for a row whose move is none of the table, or whose fixed columns change.
CREATE OR REPLACE FUNCTION payouts_payment_kept() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF TG_ARGV[0] = 'payment_moves' THEN
    PERFORM ledger_refuse(
      'payment_moves', format('a payment cannot go from %s to %s', OLD.status, NEW.status),
      jsonb_build_object('from', OLD.status, 'to', NEW.status), 'See the moves of a payment.');
  END IF;
  PERFORM ledger_refuse(
    'payment_is_fixed', 'what a payment says is fixed once written', jsonb_build_object('payment', OLD.id),
    'Correct the account by a correction; the payment is then issued again.');
  RETURN NULL;
END $$;

-- Here and where the planner is told the same: from the new rows outward, by index. A plan made for one payment
-- serves a million, and a batch is a small part of what is owed.
CREATE OR REPLACE FUNCTION payouts_payment_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp SET enable_mergejoin = off SET enable_hashjoin = off AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT n.id INTO wrong FROM new_row n
   WHERE n.status = 'SENT'
     AND NOT EXISTS (SELECT FROM payouts_batch b JOIN payouts_bankfile f ON f.batch_id = b.id
                      WHERE b.id = n.batch_id AND b.status IN ('SENDING', 'SENT', 'UNKNOWN')
                        AND n.serial BETWEEN f.first_serial AND f.last_serial) LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'payment_is_sent_with_its_batch', 'a payment is sent in a file of a batch that is being sent',
      jsonb_build_object('payment', wrong), 'Render and send the batch.');
  END IF;
  SELECT n.id INTO wrong FROM new_row n
    LEFT JOIN LATERAL (SELECT r.amount FROM payouts_resultrow r
                        WHERE r.payment_id = n.id AND r.outcome = n.status LIMIT 1) r ON true
   WHERE n.status IN ('SETTLED', 'RETURNED') AND r.amount IS DISTINCT FROM n.amount LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'payment_is_settled_by_the_bank', 'no record of the bank with this amount settles or returns the payment',
      jsonb_build_object('payment', wrong), 'Take the result file of the bank.');
  END IF;
  RETURN NULL;
END $$;

-- A rejection lets an obligation be paid again, so it needs its proof: the batch was cancelled before it
-- was sent, or the bank says so.
CREATE OR REPLACE FUNCTION payouts_payment_rejected() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF OLD.status = 'PLANNED' AND
     NOT EXISTS (SELECT FROM payouts_batch b WHERE b.id = NEW.batch_id AND b.status = 'CANCELLED') THEN
    PERFORM ledger_refuse(
      'payment_is_rejected_with_its_batch', 'a payment that was not sent is rejected when its batch is cancelled',
      jsonb_build_object('payment', NEW.id), 'Cancel the batch.');
  END IF;
  IF OLD.status <> 'PLANNED' AND
     NOT EXISTS (SELECT FROM payouts_resultrow r
                  WHERE r.payment_id = NEW.id AND r.outcome = 'REJECTED' AND r.amount = NEW.amount) THEN
    PERFORM ledger_refuse(
      'payment_is_settled_by_the_bank', 'no record of the bank with this amount rejects the payment',
      jsonb_build_object('payment', NEW.id), 'Take the result file of the bank.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_batch_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  found record;
BEGIN
  IF NEW.status = 'BUILT' AND OLD.status = 'DRAFT' THEN
    SELECT count(*) AS payments, coalesce(sum(amount), 0) AS total INTO found
      FROM payouts_payment WHERE batch_id = NEW.id;
    IF found.payments <> NEW.payments_count OR found.total <> NEW.total OR found.payments = 0 THEN
      PERFORM ledger_refuse(
        'batch_total_is_its_payments', 'declared and built totals of the batch differ',
        jsonb_build_object('declared', NEW.total, 'built', found.total), 'Build the batch anew.');
    END IF;
    IF EXISTS (SELECT FROM payouts_payment p LEFT JOIN LATERAL
                 (SELECT coalesce(sum(q.amount), 0) AS total FROM payouts_paymentpart q WHERE q.payment_id = p.id) t ON true
                WHERE p.batch_id = NEW.id AND t.total <> p.amount) THEN
      PERFORM ledger_refuse(
        'payment_is_the_sum_of_its_parts', 'a payment is not the sum of the obligations it pays',
        jsonb_build_object('batch', NEW.id), 'Build the batch anew.');
    END IF;
  END IF;
  IF NEW.status IN ('BUILT', 'SENDING') AND NEW.status <> OLD.status AND NEW.digest <> payouts_batch_digest(NEW.id) THEN
    PERFORM ledger_refuse(
      'batch_digest_is_its_payments', 'the payments of the batch are not those of its digest',
      jsonb_build_object('batch', NEW.id), 'Cancel the batch and build a new one.');
  END IF;
  IF OLD.status <> 'DRAFT' AND (OLD.payments_count, OLD.total, OLD.digest, OLD.pay_date, OLD.template)
     IS DISTINCT FROM (NEW.payments_count, NEW.total, NEW.digest, NEW.pay_date, NEW.template) THEN
    PERFORM ledger_refuse(
      'batch_is_fixed_once_built', 'what is approved does not change', jsonb_build_object('batch', NEW.id),
      'Cancel the batch and build a new one.');
  END IF;
  IF NEW.status = 'SENDING' AND OLD.status <> 'SENDING' AND
     -- A payment in two files is counted twice.
     (NEW.payments_count IS DISTINCT FROM (SELECT sum(rows) FROM payouts_bankfile WHERE batch_id = NEW.id) OR
      EXISTS (SELECT FROM (SELECT f.id, count(*) AS rows, sum(p.amount) AS total
                            FROM payouts_payment p
                            LEFT JOIN payouts_bankfile f ON f.batch_id = p.batch_id
                                  AND p.serial BETWEEN f.first_serial AND f.last_serial
                           WHERE p.batch_id = NEW.id GROUP BY f.id) p
               FULL JOIN (SELECT id, rows, total FROM payouts_bankfile WHERE batch_id = NEW.id) f ON f.id = p.id
              WHERE (p.rows, p.total) IS DISTINCT FROM (f.rows, f.total))) THEN
    PERFORM ledger_refuse(
      'batch_total_is_its_files', 'built and rendered totals of the batch differ', jsonb_build_object('batch', NEW.id),
      'Render the batch; a payment that cannot be written is taken out before.');
  END IF;
  RETURN NEW;
END $$;

-- The bytes for the bank are kept before they are sent; nothing is added to what was sent.
CREATE OR REPLACE FUNCTION payouts_file_rendered() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  PERFORM FROM payouts_batch b WHERE b.id = NEW.batch_id FOR SHARE;
  IF NOT EXISTS (SELECT FROM payouts_batch b WHERE b.id = NEW.batch_id AND b.status = 'FUNDED') THEN
    PERFORM ledger_refuse(
      'bank_file_is_made_before_sending', format('batch %s takes no file now', NEW.batch_id),
      jsonb_build_object('batch', NEW.batch_id), 'Render a funded batch; what was sent is sent.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_correction_proposed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM payouts_payment p WHERE p.id = NEW.payment_id AND p.status IN ('RETURNED', 'REJECTED')) THEN
    PERFORM ledger_refuse(
      'correction_is_of_a_return', format('payment %s has not come back', NEW.payment_id),
      jsonb_build_object('payment', NEW.payment_id), 'Wait for the record of the bank.');
  END IF;
  RETURN NEW;
END $$;

-- A result row speaks about a payment that was sent, for its amount; a file has the rows it came with.
CREATE OR REPLACE FUNCTION payouts_result_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp SET enable_mergejoin = off SET enable_hashjoin = off AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT n.payment_id INTO wrong FROM new_row n LEFT JOIN payouts_payment p ON p.id = n.payment_id
   WHERE p.id IS NULL OR p.amount <> n.amount OR p.status NOT IN ('SENT', 'ACCEPTED', 'SETTLED') LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'result_fits_its_payment', 'the record of the bank is not about a payment that was sent, or of another amount',
      jsonb_build_object('payment', wrong), 'Ask the bank.');
  END IF;
  SELECT n.file_id INTO wrong FROM (SELECT DISTINCT file_id FROM new_row) n
    LEFT JOIN payouts_resultfile f ON f.id = n.file_id
    LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE r.outcome = 'SETTLED') AS settled,
                         count(*) FILTER (WHERE r.outcome = 'RETURNED') AS returned,
                         coalesce(sum(r.amount) FILTER (WHERE r.outcome = 'RETURNED'), 0) AS amount,
                         count(*) FILTER (WHERE r.outcome = 'REJECTED') AS rejected,
                         coalesce(sum(r.amount) FILTER (WHERE r.outcome = 'REJECTED'), 0) AS rejected_amount, count(*) AS rows
                    FROM payouts_resultrow r WHERE r.file_id = f.id) s ON true
   WHERE f.id IS NULL OR s.settled > f.settled OR s.returned > f.returned OR s.amount > f.returned_amount
      OR s.rejected > f.rejected OR s.rejected_amount > f.rejected_amount OR s.rows > f.rows LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'result_file_has_its_rows', format('result file %s came with fewer rows', wrong),
      jsonb_build_object('file', wrong), 'Take each file of the bank once, whole.');
  END IF;
  RETURN NULL;
END $$;
