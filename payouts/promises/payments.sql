-- Payments: made in a draft batch, fixed from then on, moved only along their table, settled or
-- returned only by the bank's own record of equal amount; an obligation is paid again only after
-- the proven return or rejection of the attempt before.

CREATE OR REPLACE FUNCTION payouts_payment_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT n.batch_id INTO wrong FROM (SELECT DISTINCT batch_id FROM new_row) n
   WHERE NOT EXISTS (SELECT FROM payouts_batch b WHERE b.id = n.batch_id AND b.status = 'DRAFT') LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'batch_is_fixed_once_built', format('batch %s takes no further payment', wrong),
      jsonb_build_object('batch', wrong), 'Make a batch of its own.');
  END IF;
  SELECT n.serial INTO wrong FROM new_row n WHERE n.status <> 'PLANNED' OR n.file_id IS NOT NULL LIMIT 1;
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
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  -- Two equal attempts made at once meet in the unique key; RETURNED and REJECTED are final.
  SELECT n.obligation_id INTO wrong
    FROM new_row n JOIN payouts_payment p ON p.id = n.payment_id JOIN payouts_batch b ON b.id = p.batch_id
    JOIN payouts_obligation o ON o.id = n.obligation_id
   WHERE b.status <> 'DRAFT' OR o.amount <> n.amount OR n.attempt < 1
      OR (p.person_id IS NOT NULL AND p.person_id <> o.person_id) OR (p.unit_id IS NOT NULL AND p.unit_id <> o.unit_id)
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

CREATE OR REPLACE FUNCTION payouts_payment_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp SET enable_mergejoin = off AS $$
DECLARE
  wrong record;
BEGIN
  SELECT o.id, o.status AS from_status, n.status AS to_status INTO wrong
    FROM old_row o JOIN new_row n ON n.id = o.id
   WHERE o.status <> n.status AND NOT (o.status || '>' || n.status) = ANY (@payment_moves@) LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'payment_moves', format('a payment cannot go from %s to %s', wrong.from_status, wrong.to_status),
      jsonb_build_object('from', wrong.from_status, 'to', wrong.to_status), 'See the moves of a payment.');
  END IF;
  SELECT o.id INTO wrong FROM old_row o LEFT JOIN new_row n ON n.id = o.id
   WHERE n.id IS NULL
      OR (o.month, o.serial, o.batch_id, o.name, o.bank, o.account_number, o.id_number, o.amount)
         IS DISTINCT FROM (n.month, n.serial, n.batch_id, n.name, n.bank, n.account_number, n.id_number, n.amount)
      OR (o.person_id, o.unit_id, o.reissues_id) IS DISTINCT FROM (n.person_id, n.unit_id, n.reissues_id)
      OR (o.file_id IS NOT NULL AND o.file_id IS DISTINCT FROM n.file_id) LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'payment_is_fixed', 'what a payment says is fixed once written', jsonb_build_object('payment', wrong.id),
      'Correct the account by a correction; the payment is then issued again.');
  END IF;
  SELECT n.id INTO wrong FROM new_row n JOIN old_row o ON o.id = n.id
    JOIN payouts_batch b ON b.id = n.batch_id
   WHERE n.status = 'SENT' AND o.status <> 'SENT' AND (n.file_id IS NULL OR b.status NOT IN ('SENDING', 'SENT')) LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'payment_is_sent_with_its_batch', 'a payment is sent in a file of a batch that is being sent',
      jsonb_build_object('payment', wrong.id), 'Render and send the batch.');
  END IF;
  SELECT n.id INTO wrong FROM new_row n JOIN old_row o ON o.id = n.id
   WHERE n.status IN ('SETTLED', 'RETURNED') AND o.status <> n.status
     AND NOT EXISTS (SELECT FROM payouts_resultrow r
                      WHERE r.payment_id = n.id AND r.outcome = n.status AND r.amount = n.amount) LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'payment_is_settled_by_the_bank', 'no record of the bank with this amount settles or returns the payment',
      jsonb_build_object('payment', wrong.id), 'Take the result file of the bank.');
  END IF;
  RETURN NULL;
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
  IF OLD.status <> 'DRAFT' AND (OLD.payments_count, OLD.total, OLD.digest, OLD.pay_date, OLD.template)
     IS DISTINCT FROM (NEW.payments_count, NEW.total, NEW.digest, NEW.pay_date, NEW.template) THEN
    PERFORM ledger_refuse(
      'batch_is_fixed_once_built', 'what is approved does not change', jsonb_build_object('batch', NEW.id),
      'Cancel the batch and build a new one.');
  END IF;
  IF NEW.status = 'SENDING' AND OLD.status <> 'SENDING' AND
     (SELECT coalesce(sum(rows), 0) || '/' || coalesce(sum(total), 0)::numeric(20, 2) FROM payouts_bankfile WHERE batch_id = NEW.id)
     <> NEW.payments_count || '/' || NEW.total::numeric(20, 2) THEN
    PERFORM ledger_refuse(
      'batch_total_is_its_files', 'built and rendered totals of the batch differ', jsonb_build_object('batch', NEW.id),
      'Render the batch; a payment that cannot be written is taken out before.');
  END IF;
  RETURN NEW;
END $$;

-- A result row speaks about a payment that was sent, for its amount.
CREATE OR REPLACE FUNCTION payouts_result_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT n.payment_id INTO wrong FROM new_row n JOIN payouts_payment p ON p.id = n.payment_id
   WHERE p.amount <> n.amount OR p.status NOT IN ('SENT', 'ACCEPTED', 'SETTLED') LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'result_fits_its_payment', 'the record of the bank is not about a payment that was sent, or of another amount',
      jsonb_build_object('payment', wrong), 'Ask the bank.');
  END IF;
  RETURN NULL;
END $$;
