-- What came back, and what was paid too much: a corrected account cools off before it is paid; a payment that is given
-- up is never paid again; what is kept back by a plan keeps to its cap; a refund booked wrong is taken back by another
-- officer; no more is written off than is open. Who decides is not who proposed.

-- A corrected account is paid from a day on, which is not before the day of the approval.
CREATE OR REPLACE FUNCTION payouts_correction_cools_off() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF NEW.payable_from < (NEW.approved_at AT TIME ZONE 'UTC')::date THEN
    PERFORM ledger_refuse(
      'correction_cools_off', 'a corrected account is paid no earlier than it was approved',
      jsonb_build_object('correction', NEW.id), 'Count the days of the cool-off from the approval.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_require_cooled_off(serial bigint, of_batch bigint) RETURNS void LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF serial IS NOT NULL THEN
    PERFORM ledger_refuse(
      'correction_has_cooled_off', format('payment %s would go to an account that still cools off', serial),
      jsonb_build_object('serial', serial, 'batch', of_batch),
      'Pay it on the first day that its approved correction allows, or later.');
  END IF;
END $$;

CREATE OR REPLACE FUNCTION payouts_reissue_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM new_row WHERE reissues_id IS NOT NULL) THEN
    PERFORM payouts_require_cooled_off(n.serial, n.batch_id)
       FROM new_row n JOIN payouts_batch b ON b.id = n.batch_id
      WHERE n.reissues_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM payouts_accountcorrection c
                         WHERE c.payment_id = n.reissues_id AND c.status = 'APPROVED' AND c.payable_from <= b.pay_date);
  END IF;
  RETURN NULL;
END $$;

-- A batch that is still a draft is not put before the day on which it may pay.
CREATE OR REPLACE FUNCTION payouts_pay_date_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  PERFORM payouts_require_cooled_off(p.serial, NEW.id) FROM payouts_payment p
    WHERE p.batch_id = NEW.id AND p.reissues_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM payouts_accountcorrection c
                       WHERE c.payment_id = p.reissues_id AND c.status = 'APPROVED' AND c.payable_from <= NEW.pay_date);
  RETURN NEW;
END $$;

-- Giving up. Whoever proposes or decides it, and whoever issues the payment again, meet at the row of the payment.
CREATE OR REPLACE FUNCTION payouts_is_followed(payment bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT EXISTS (SELECT FROM payouts_paymentpart q JOIN payouts_paymentpart x
                     ON x.obligation_id = q.obligation_id AND x.attempt > q.attempt WHERE q.payment_id = payment);
$$;

CREATE OR REPLACE FUNCTION payouts_giving_up_proposed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  PERFORM FROM payouts_payment WHERE id = NEW.payment_id FOR UPDATE;
  -- What came back of a run is held with the treasury or in the special accounts; a release has it back itself.
  IF NOT EXISTS (SELECT FROM payouts_payment p JOIN payouts_batch b ON b.id = p.batch_id JOIN payouts_run r ON r.id = b.run_id
                  WHERE p.id = NEW.payment_id AND p.status IN ('RETURNED', 'REJECTED')
                    AND (r.purpose = 'BENEFITS' OR r.status <> 'RELEASED')) THEN
    PERFORM ledger_refuse(
      'giving_up_is_of_a_return', format('payment %s of a run has not come back', NEW.payment_id),
      jsonb_build_object('payment', NEW.payment_id), 'Wait for the record of the bank.');
  END IF;
  IF payouts_is_followed(NEW.payment_id) THEN
    PERFORM ledger_refuse(
      'payment_is_reissued_once', format('payment %s was issued again', NEW.payment_id),
      jsonb_build_object('payment', NEW.payment_id), 'Give up the later payment, if it comes back.');
  END IF;
  IF EXISTS (SELECT FROM payouts_givingup g LEFT JOIN payouts_givingupdecision d ON d.giving_up_id = g.id
              WHERE g.payment_id = NEW.payment_id AND d.is_approved IS DISTINCT FROM false) THEN
    PERFORM ledger_refuse(
      'giving_up_is_one_at_a_time', format('it is proposed already to give payment %s up', NEW.payment_id),
      jsonb_build_object('payment', NEW.payment_id), 'Decide on that first.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_giving_up_decided() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  of_it record;
BEGIN
  SELECT * INTO of_it FROM payouts_givingup WHERE id = NEW.giving_up_id;
  PERFORM FROM payouts_payment WHERE id = of_it.payment_id FOR UPDATE;
  IF of_it.proposed_by_id = NEW.decided_by_id THEN
    PERFORM ledger_refuse(
      'giving_up_four_eyes', 'who proposed to give a payment up does not decide it',
      jsonb_build_object('payment', of_it.payment_id), 'Have another officer decide.');
  END IF;
  IF NEW.is_approved AND payouts_is_followed(of_it.payment_id) THEN
    PERFORM ledger_refuse(
      'payment_is_reissued_once', format('payment %s was issued again', of_it.payment_id),
      jsonb_build_object('payment', of_it.payment_id), 'Refuse to give it up.');
  END IF;
  IF NEW.is_approved AND EXISTS (
      SELECT FROM payouts_payment p JOIN payouts_batch b ON b.id = p.batch_id
        LEFT JOIN payouts_resultrow w ON w.payment_id = p.id AND w.outcome = p.status
        LEFT JOIN payouts_resultfile f ON f.id = w.file_id
       WHERE p.id = of_it.payment_id AND NEW.posting_date < coalesce(f.posting_date, b.pay_date)) THEN
    PERFORM ledger_refuse(
      'giving_up_follows_its_return', format('payment %s had not come back by then', of_it.payment_id),
      jsonb_build_object('payment', of_it.payment_id, 'on', NEW.posting_date), 'Post it on the day of its return or later.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_is_given_up(payment bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT EXISTS (SELECT FROM payouts_givingup g JOIN payouts_givingupdecision d ON d.giving_up_id = g.id AND d.is_approved
                  WHERE g.payment_id = payment);
$$;

CREATE OR REPLACE FUNCTION payouts_given_up_part_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp SET enable_mergejoin = off SET enable_hashjoin = off AS $$
DECLARE
  wrong bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM new_row WHERE attempt > 1) THEN
    RETURN NULL;
  END IF;
  PERFORM FROM payouts_payment p
    WHERE p.id IN (SELECT q.payment_id FROM new_row n JOIN payouts_paymentpart q
                       ON q.obligation_id = n.obligation_id AND q.attempt = n.attempt - 1 WHERE n.attempt > 1)
    ORDER BY p.id FOR SHARE;
  SELECT n.obligation_id INTO wrong
    FROM new_row n JOIN payouts_paymentpart q ON q.obligation_id = n.obligation_id AND q.attempt < n.attempt
   WHERE payouts_is_given_up(q.payment_id) LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'given_up_is_not_paid_again', format('what obligation %s was to pay has been given up', wrong),
      jsonb_build_object('obligation', wrong), 'It is not owed any more.');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION payouts_given_up_corrected() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF payouts_is_given_up(NEW.payment_id) THEN
    PERFORM ledger_refuse(
      'given_up_is_not_paid_again', format('payment %s has been given up', NEW.payment_id),
      jsonb_build_object('payment', NEW.payment_id), 'It is not owed any more.');
  END IF;
  RETURN NEW;
END $$;

-- Plans: what is kept back of a person in a month by released runs, of what is due in it, and whether a plan rules.
CREATE OR REPLACE FUNCTION payouts_kept_in_month(overpaid bigint, in_month date) RETURNS numeric LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT coalesce(sum(c.amount), 0.00) FROM payouts_recovery c
    JOIN payouts_benefitdue d ON d.id = c.due_id JOIN payouts_run r ON r.id = d.run_id AND r.edition = d.edition
   WHERE c.overpayment_id = overpaid AND c.plan_id IS NOT NULL AND r.month = in_month
     AND r.status IN ('RELEASED', 'PAYING', 'SETTLED', 'PART_SETTLED', 'CLOSED');
$$;

CREATE OR REPLACE FUNCTION payouts_due_in_month(person bigint, in_month date) RETURNS numeric LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT coalesce(sum(d.amount), 0.00) FROM payouts_enrolment e
    JOIN payouts_benefitdue d ON d.enrolment_id = e.id JOIN payouts_run r ON r.id = d.run_id AND r.edition = d.edition
   WHERE e.person_id = person AND r.month = in_month
     AND r.status IN ('RELEASED', 'PAYING', 'SETTLED', 'PART_SETTLED', 'CLOSED');
$$;

-- The latest approved plan for a month; none rules where it is NULL.
CREATE OR REPLACE FUNCTION payouts_ruling_plan(overpaid bigint, in_month date) RETURNS bigint LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT max(p.id) FROM payouts_recoveryplan p JOIN payouts_recoveryplandecision d ON d.plan_id = p.id AND d.is_approved
   WHERE p.overpayment_id = overpaid AND p.from_month <= in_month;
$$;

CREATE OR REPLACE FUNCTION payouts_plan_kept() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT k.overpayment_id INTO wrong
    FROM (SELECT c.overpayment_id, c.plan_id, sum(c.amount) AS amount
            FROM payouts_recovery c JOIN payouts_benefitdue d ON d.id = c.due_id
           WHERE d.run_id = NEW.id AND d.edition = NEW.edition AND c.plan_id IS NOT NULL
           GROUP BY c.overpayment_id, c.plan_id) k
    JOIN payouts_recoveryplan p ON p.id = k.plan_id
    JOIN payouts_overpayment v ON v.id = k.overpayment_id JOIN payouts_enrolment e ON e.id = v.enrolment_id
   CROSS JOIN LATERAL (SELECT coalesce(sum(d.amount), 0) AS amount FROM payouts_enrolment x
                         JOIN payouts_benefitdue d ON d.enrolment_id = x.id
                        WHERE x.person_id = e.person_id AND d.run_id = NEW.id AND d.edition = NEW.edition) due
   WHERE p.id IS DISTINCT FROM payouts_ruling_plan(k.overpayment_id, NEW.month)
      OR k.amount + payouts_kept_in_month(k.overpayment_id, NEW.month)
           > coalesce(p.instalment,
                      trunc(p.share * (due.amount + payouts_due_in_month(e.person_id, NEW.month)) / 100, 2)) LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'recovery_keeps_to_its_plan', format('more is kept back for overpayment %s than its plan allows', wrong),
      jsonb_build_object('overpayment', wrong), 'Collect the run anew: another plan rules, or the cap is exceeded.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_recovery_plan_decided() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM payouts_recoveryplan p WHERE p.id = NEW.plan_id AND p.agreed_by_id = NEW.decided_by_id) THEN
    PERFORM ledger_refuse(
      'recovery_plan_four_eyes', 'who agreed a plan does not approve it', jsonb_build_object('plan', NEW.plan_id),
      'Have another officer decide.');
  END IF;
  RETURN NEW;
END $$;

-- A paper is booked again only after what was booked with it has been taken back.
CREATE OR REPLACE FUNCTION payouts_refund_booked() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('payouts.recovery'));
  SELECT n.overpayment_id INTO wrong FROM new_row n
   WHERE n.kind = 'PAID_IN'
     AND n.booking <> 1 + (SELECT count(*) FROM payouts_recovery c JOIN payouts_refundtakenback t ON t.recovery_id = c.id
                            WHERE c.overpayment_id = n.overpayment_id
                              AND upper(replace(normalize(c.paper, NFKC), ' ', ''))
                                  = upper(replace(normalize(n.paper, NFKC), ' ', ''))) LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'refund_is_taken_once', format('the paper of a refund of overpayment %s has been booked', wrong),
      jsonb_build_object('overpayment', wrong), 'Take back what is booked with it first.');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION payouts_refund_taken_back() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  of_it record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('payouts.recovery'));
  SELECT * INTO of_it FROM payouts_recovery WHERE id = NEW.recovery_id;
  IF of_it.kind <> 'PAID_IN' OR NEW.taken_back_on < of_it.paid_on THEN
    PERFORM ledger_refuse(
      'taken_back_is_a_refund', 'only what was paid in is taken back, not before it was',
      jsonb_build_object('recovery', NEW.recovery_id), 'What a run kept back is corrected by the next run.');
  END IF;
  IF of_it.recorded_by_id = NEW.taken_back_by_id THEN
    PERFORM ledger_refuse(
      'refund_four_eyes', 'who booked a refund does not take it back', jsonb_build_object('recovery', NEW.recovery_id),
      'Have another officer take it back.');
  END IF;
  RETURN NEW;
END $$;

-- Writing off.
CREATE OR REPLACE FUNCTION payouts_written_off(overpaid bigint) RETURNS numeric LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = @schema@, pg_temp AS $$
  SELECT coalesce(sum(w.amount), 0.00) FROM payouts_writeoff w
    JOIN payouts_writeoffdecision d ON d.write_off_id = w.id AND d.is_approved WHERE w.overpayment_id = overpaid;
$$;

CREATE OR REPLACE FUNCTION payouts_write_off_decided() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  of_it record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('payouts.recovery'));
  SELECT w.*, v.amount AS overpaid, r.pay_date,
         v.edition = r.edition AND r.status IN ('RELEASED', 'PAYING', 'SETTLED', 'PART_SETTLED', 'CLOSED') AS stands
    INTO of_it
    FROM payouts_writeoff w JOIN payouts_overpayment v ON v.id = w.overpayment_id JOIN payouts_run r ON r.id = v.run_id
   WHERE w.id = NEW.write_off_id;
  IF of_it.proposed_by_id = NEW.decided_by_id THEN
    PERFORM ledger_refuse(
      'write_off_four_eyes', 'who proposed a write-off does not decide it',
      jsonb_build_object('write_off', NEW.write_off_id), 'Have another officer decide.');
  END IF;
  IF NEW.is_approved AND (NOT of_it.stands OR of_it.overpaid
       < payouts_recovered(of_it.overpayment_id) + payouts_written_off(of_it.overpayment_id) + of_it.amount) THEN
    PERFORM ledger_refuse(
      'write_off_is_within_its_overpayment', format('more of overpayment %s would be written off than is open',
      of_it.overpayment_id), jsonb_build_object('overpayment', of_it.overpayment_id),
      'Refuse it, and propose what is open.');
  END IF;
  IF NEW.is_approved AND NEW.posting_date < of_it.pay_date THEN
    PERFORM ledger_refuse(
      'write_off_follows_its_overpayment', 'nothing is written off before it was found overpaid',
      jsonb_build_object('overpayment', of_it.overpayment_id), 'Post it on a later day.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER correction_cools_off BEFORE UPDATE ON payouts_accountcorrection
  FOR EACH ROW WHEN (OLD.status <> NEW.status AND NEW.status = 'APPROVED')
  EXECUTE FUNCTION payouts_correction_cools_off();
CREATE OR REPLACE TRIGGER correction_stays_payable BEFORE UPDATE ON payouts_accountcorrection
  FOR EACH ROW WHEN (OLD.status <> 'PROPOSED') EXECUTE FUNCTION ledger_fixed('correction_is_fixed', 'payable_from');
CREATE OR REPLACE TRIGGER given_up_corrected BEFORE INSERT ON payouts_accountcorrection
  FOR EACH ROW EXECUTE FUNCTION payouts_given_up_corrected();
CREATE OR REPLACE TRIGGER reissue_added AFTER INSERT ON payouts_payment
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_reissue_added();
CREATE OR REPLACE TRIGGER pay_date_moved BEFORE UPDATE ON payouts_batch
  FOR EACH ROW WHEN (NEW.pay_date < OLD.pay_date) EXECUTE FUNCTION payouts_pay_date_moved();
CREATE OR REPLACE TRIGGER given_up_part_added AFTER INSERT ON payouts_paymentpart
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_given_up_part_added();
CREATE OR REPLACE TRIGGER giving_up_proposed BEFORE INSERT ON payouts_givingup
  FOR EACH ROW EXECUTE FUNCTION payouts_giving_up_proposed();
CREATE OR REPLACE TRIGGER giving_up_decided BEFORE INSERT ON payouts_givingupdecision
  FOR EACH ROW EXECUTE FUNCTION payouts_giving_up_decided();
CREATE OR REPLACE TRIGGER recovery_plan_decided BEFORE INSERT ON payouts_recoveryplandecision
  FOR EACH ROW EXECUTE FUNCTION payouts_recovery_plan_decided();
CREATE OR REPLACE TRIGGER plan_kept BEFORE UPDATE ON payouts_run
  FOR EACH ROW WHEN (NEW.purpose = 'BENEFITS' AND NEW.status = 'RELEASED' AND OLD.status <> 'RELEASED')
  EXECUTE FUNCTION payouts_plan_kept();
CREATE OR REPLACE TRIGGER refund_booked AFTER INSERT ON payouts_recovery
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_refund_booked();
CREATE OR REPLACE TRIGGER refund_taken_back BEFORE INSERT ON payouts_refundtakenback
  FOR EACH ROW EXECUTE FUNCTION payouts_refund_taken_back();
CREATE OR REPLACE TRIGGER write_off_decided BEFORE INSERT ON payouts_writeoffdecision
  FOR EACH ROW EXECUTE FUNCTION payouts_write_off_decided();

DO $$
DECLARE
  entry record;
BEGIN
  FOR entry IN SELECT * FROM (VALUES
      ('payouts_givingup', 'giving_up'), ('payouts_givingupdecision', 'giving_up_decision'),
      ('payouts_recoveryplandecision', 'recovery_plan_decision'), ('payouts_refundtakenback', 'refund_taken_back'),
      ('payouts_writeoff', 'write_off'), ('payouts_writeoffdecision', 'write_off_decision')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
END $$;

-- What the auditor reads of it.
CREATE OR REPLACE VIEW auditor_correction_cool_off AS
  SELECT payment_id, id AS correction, status, approved_at, payable_from FROM payouts_accountcorrection;
CREATE OR REPLACE VIEW auditor_giving_up AS
  SELECT g.id, g.payment_id, p.amount, ledger_mask(g.reason) AS reason, ledger_mask(g.paper) AS paper,
         g.proposed_by_id AS proposed_by, g.proposed_at, d.is_approved, d.decided_by_id AS decided_by, d.decided_at,
         d.posting_date
    FROM payouts_givingup g JOIN payouts_payment p ON p.id = g.payment_id
    LEFT JOIN payouts_givingupdecision d ON d.giving_up_id = g.id;
CREATE OR REPLACE VIEW auditor_recovery_plan_decision AS
  SELECT p.id AS plan, p.overpayment_id, p.instalment, p.share, p.from_month, d.is_approved,
         d.decided_by_id AS decided_by, d.decided_at
    FROM payouts_recoveryplan p LEFT JOIN payouts_recoveryplandecision d ON d.plan_id = p.id;
CREATE OR REPLACE VIEW auditor_refund_taken_back AS
  SELECT t.recovery_id, c.overpayment_id, c.amount, ledger_mask(c.paper) AS paper, c.booking,
         ledger_mask(t.reason) AS reason, t.taken_back_on, t.taken_back_by_id AS taken_back_by, t.taken_back_at
    FROM payouts_refundtakenback t JOIN payouts_recovery c ON c.id = t.recovery_id;
CREATE OR REPLACE VIEW auditor_write_off AS
  SELECT w.id, w.overpayment_id, w.amount, ledger_mask(w.reason) AS reason, ledger_mask(w.paper) AS paper,
         w.proposed_by_id AS proposed_by, w.proposed_at, d.is_approved, d.decided_by_id AS decided_by, d.decided_at,
         d.posting_date
    FROM payouts_writeoff w LEFT JOIN payouts_writeoffdecision d ON d.write_off_id = w.id;
CREATE OR REPLACE VIEW auditor_overpayment_open AS
  SELECT v.id AS overpayment, v.amount, payouts_recovered(v.id) AS recovered, payouts_written_off(v.id) AS written_off,
         v.amount - payouts_recovered(v.id) - payouts_written_off(v.id) AS open
    FROM payouts_overpayment v JOIN payouts_run r ON r.id = v.run_id AND r.edition = v.edition
   WHERE r.status IN ('RELEASED', 'PAYING', 'SETTLED', 'PART_SETTLED', 'CLOSED');
