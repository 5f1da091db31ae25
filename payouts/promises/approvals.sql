-- A batch is held against the limits of its pay date before it is checked, what is found is signed with a reason or
-- blocks, and as many different people approve its digest as its total asks for. Whoever builds for one pay date
-- waits for the others who do: together they are held against the limit of the day.

CREATE OR REPLACE FUNCTION payouts_day_total(day date) RETURNS numeric LANGUAGE sql VOLATILE
SET search_path = @schema@, pg_temp AS $$
  SELECT coalesce(sum(total), 0) FROM payouts_batch WHERE pay_date = day AND status NOT IN ('DRAFT', 'CANCELLED');
$$;

CREATE OR REPLACE FUNCTION payouts_batch_checked() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  about record;
BEGIN
  SELECT b.status, b.digest, b.total, b.pay_date INTO about FROM payouts_batch b WHERE b.id = NEW.batch_id FOR SHARE;
  IF NOT FOUND OR about.status <> 'BUILT' OR about.digest <> NEW.digest OR NEW.limits_from IS NULL OR NEW.tiers_from IS NULL
     OR NEW.limits_from > about.pay_date OR NEW.tiers_from > about.pay_date THEN
    PERFORM ledger_refuse(
      'batch_check_is_of_what_was_built', format('batch %s is not checked as it was built', NEW.batch_id),
      jsonb_build_object('batch', NEW.batch_id), 'Check a built batch against the limits of its pay date.');
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('payouts.pay_date'), about.pay_date - date '2000-01-01');
  IF (NEW.largest_payment, NEW.day_total) IS DISTINCT FROM
     ((SELECT max(p.amount) FROM payouts_payment p WHERE p.batch_id = NEW.batch_id), payouts_day_total(about.pay_date)) THEN
    PERFORM ledger_refuse(
      'batch_check_has_its_figures', format('batch %s is checked with other figures than it has', NEW.batch_id),
      jsonb_build_object('batch', NEW.batch_id), 'Work out the largest payment and the total of the pay date anew.');
  END IF;
  IF NEW.approvals <> 1 + (about.total > NEW.chief_over)::int + (about.total > NEW.head_over)::int THEN
    PERFORM ledger_refuse(
      'batch_asks_for_approvals', format('batch %s asks for other approvals than its total does', NEW.batch_id),
      jsonb_build_object('batch', NEW.batch_id), 'Ask for the approvals that the total asks for.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_batch_exception_found() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  PERFORM FROM payouts_batch b WHERE b.id = NEW.batch_id FOR SHARE;
  IF NOT EXISTS (SELECT FROM payouts_batch b WHERE b.id = NEW.batch_id AND b.status = 'BUILT')
     OR NEW.signed_by_id IS NOT NULL
     OR (NEW.payment_id IS NOT NULL AND
         NOT EXISTS (SELECT FROM payouts_payment p WHERE p.id = NEW.payment_id AND p.batch_id = NEW.batch_id)) THEN
    PERFORM ledger_refuse(
      'batch_exception_is_found_once_built', format('batch %s takes no exception so', NEW.batch_id),
      jsonb_build_object('batch', NEW.batch_id), 'Find the exceptions of a batch when it is built, unsigned.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_batch_exception_signed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  PERFORM FROM payouts_batch b WHERE b.id = OLD.batch_id FOR SHARE;
  IF OLD.signed_by_id IS NOT NULL OR
     NOT EXISTS (SELECT FROM payouts_batch b WHERE b.id = OLD.batch_id AND b.status = 'CHECKED') THEN
    PERFORM ledger_refuse(
      'batch_exception_is_signed_once', 'an exception is signed once, while its batch waits for its approval',
      jsonb_build_object('batch', OLD.batch_id), 'What was signed stays.');
  END IF;
  RETURN NEW;
END $$;

-- Whether an officer certified or funded what a batch pays of benefits.
CREATE OR REPLACE FUNCTION payouts_has_part_in_benefits(batch bigint, run bigint, officer text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = @schema@, pg_temp AS $$
  SELECT EXISTS (SELECT FROM payouts_benefitfunding f WHERE f.run_id = run AND f.funded_by_id = officer)
      OR EXISTS (SELECT FROM payouts_enrolment e
                  WHERE e.certified_by_id = officer
                    AND EXISTS (SELECT FROM payouts_benefitdue d JOIN payouts_obligation o ON o.benefit_id = d.id
                                  JOIN payouts_paymentpart q ON q.obligation_id = o.id
                                  JOIN payouts_payment p ON p.id = q.payment_id
                                 WHERE d.enrolment_id = e.id AND d.run_id = run AND p.batch_id = batch OFFSET 0));
$$;

CREATE OR REPLACE FUNCTION payouts_batch_approval_given() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  about record;
BEGIN
  SELECT b.status, b.digest, b.run_id, b.prepared_by_id, b.checked_by_id, b.released_by_id, c.approvals INTO about
    FROM payouts_batch b LEFT JOIN payouts_batchcheck c ON c.batch_id = b.id WHERE b.id = NEW.batch_id FOR SHARE OF b;
  IF NOT FOUND OR about.status <> 'CHECKED' OR about.digest <> NEW.digest OR NEW.approved_at IS NULL THEN
    PERFORM ledger_refuse(
      'approval_is_of_what_was_checked', format('batch %s is not approved as it was checked', NEW.batch_id),
      jsonb_build_object('batch', NEW.batch_id), 'Approve a checked batch by the digest of its payments.');
  END IF;
  IF EXISTS (SELECT FROM payouts_batchexception e
              WHERE e.batch_id = NEW.batch_id
                AND (e.severity = 'BLOCK' OR (e.severity = 'SIGN' AND e.signed_by_id IS NULL))) THEN
    PERFORM ledger_refuse(
      'batch_exceptions_are_signed', format('exceptions of batch %s block it or are not signed', NEW.batch_id),
      jsonb_build_object('batch', NEW.batch_id), 'Sign each with a reason; what blocks is put right in a new batch.');
  END IF;
  IF NEW.rank NOT BETWEEN 1 AND about.approvals
     OR NEW.rank <> 1 + (SELECT count(*) FROM payouts_batchapproval a
                          WHERE a.batch_id = NEW.batch_id AND a.digest = NEW.digest)
     OR (NEW.rank = 1 AND NEW.approved_by_id IS DISTINCT FROM about.released_by_id) THEN
    PERFORM ledger_refuse(
      'approval_comes_in_its_turn', format('batch %s asks for another approval now', NEW.batch_id),
      jsonb_build_object('batch', NEW.batch_id, 'rank', NEW.rank),
      'The releaser approves first, then the chief accountant, then the head of the bureau, as the total asks.');
  END IF;
  IF NEW.approved_by_id IN (about.prepared_by_id, about.checked_by_id)
     OR EXISTS (SELECT FROM payouts_batchexception e
                 WHERE e.batch_id = NEW.batch_id AND e.signed_by_id = NEW.approved_by_id) THEN
    PERFORM ledger_refuse(
      'approval_is_by_another', 'who prepared, checked or signed for a batch does not approve it',
      jsonb_build_object('batch', NEW.batch_id), 'Have another officer approve it.');
  END IF;
  IF about.run_id IS NOT NULL AND payouts_has_part_in_benefits(NEW.batch_id, about.run_id, NEW.approved_by_id) THEN
    PERFORM ledger_refuse(
      'benefit_functions_are_apart', 'who certifies or funds a benefit does not pay it',
      jsonb_build_object('run', about.run_id), 'Have other officers pay it.');
  END IF;
  RETURN NEW;
END $$;

-- Who approved the payment of a benefit does not fund it afterwards.
CREATE OR REPLACE FUNCTION payouts_funded_by_others() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM payouts_batch b JOIN payouts_batchapproval a ON a.batch_id = b.id
              WHERE b.run_id = NEW.run_id AND a.approved_by_id = NEW.funded_by_id) THEN
    PERFORM ledger_refuse(
      'benefit_functions_are_apart', 'who funds a benefit neither certifies nor pays it',
      jsonb_build_object('run', NEW.run_id), 'Have another officer fund it.');
  END IF;
  RETURN NEW;
END $$;

-- What a batch that is over a limit says: an exception of each kind that is asked for.
CREATE OR REPLACE FUNCTION payouts_batch_over_limits(batch bigint) RETURNS SETOF text LANGUAGE plpgsql STABLE
SET search_path = @schema@, pg_temp AS $$
DECLARE
  about record;
BEGIN
  SELECT b.total, c.* INTO about FROM payouts_batch b JOIN payouts_batchcheck c ON c.batch_id = b.id WHERE b.id = batch;
  -- Most batches have no payment over the limit, and none of theirs is looked at.
  IF about.largest_payment > about.payment_limit AND EXISTS (
       SELECT FROM payouts_payment p
        WHERE p.batch_id = batch AND p.amount > about.payment_limit
          AND NOT EXISTS (SELECT FROM payouts_batchexception e
                           WHERE e.batch_id = batch AND e.payment_id = p.id AND e.kind = 'payment_over_limit'
                             AND e.severity = 'SIGN' AND e.signed_by_id IS NOT NULL)) THEN
    RETURN NEXT 'payment_over_limit';
  END IF;
  RETURN QUERY
    SELECT o.kind FROM (VALUES ('batch_over_limit', about.total > about.batch_limit),
                               ('day_over_limit', about.day_total > about.day_limit)) AS o (kind, over)
     WHERE o.over AND NOT EXISTS (SELECT FROM payouts_batchexception e
                                   WHERE e.batch_id = batch AND e.kind = o.kind AND e.severity = 'SIGN'
                                     AND e.signed_by_id IS NOT NULL);
END $$;

CREATE OR REPLACE FUNCTION payouts_batch_rests_on_approvals() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  asked smallint;
BEGIN
  SELECT c.approvals INTO asked FROM payouts_batchcheck c WHERE c.batch_id = NEW.id AND c.digest = NEW.digest;
  IF asked IS NULL THEN
    PERFORM ledger_refuse(
      'batch_is_checked_against_its_limits', format('batch %s has not been held against its limits', NEW.id),
      jsonb_build_object('batch', NEW.id), 'Check it before it moves on.');
  END IF;
  IF NEW.status = 'CHECKED' THEN
    RETURN NEW;
  END IF;
  IF EXISTS (SELECT FROM payouts_batchexception e
              WHERE e.batch_id = NEW.id AND (e.severity = 'BLOCK' OR (e.severity = 'SIGN' AND e.signed_by_id IS NULL))) THEN
    PERFORM ledger_refuse(
      'batch_exceptions_are_signed', format('exceptions of batch %s block it or are not signed', NEW.id),
      jsonb_build_object('batch', NEW.id), 'Sign each with a reason; what blocks is put right in a new batch.');
  END IF;
  IF EXISTS (SELECT FROM payouts_batch_over_limits(NEW.id)) THEN
    PERFORM ledger_refuse(
      'batch_is_within_its_limits', format('batch %s is over a limit that nobody has signed for', NEW.id),
      jsonb_build_object('batch', NEW.id), 'Sign for the limit with a reason, or pay in smaller batches on several days.');
  END IF;
  IF asked <> (SELECT count(DISTINCT a.approved_by_id) FROM payouts_batchapproval a
                WHERE a.batch_id = NEW.id AND a.digest = NEW.digest AND a.rank BETWEEN 1 AND asked
                  AND a.approved_by_id NOT IN (NEW.prepared_by_id, NEW.checked_by_id)) THEN
    PERFORM ledger_refuse(
      'batch_has_its_approvals', format('batch %s asks for %s approvals of what it says now', NEW.id, asked),
      jsonb_build_object('batch', NEW.id, 'asked', asked), 'Have each officer approve it whose approval its total asks for.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER batch_checked BEFORE INSERT ON payouts_batchcheck
  FOR EACH ROW EXECUTE FUNCTION payouts_batch_checked();
CREATE OR REPLACE TRIGGER exception_found BEFORE INSERT ON payouts_batchexception
  FOR EACH ROW EXECUTE FUNCTION payouts_batch_exception_found();
CREATE OR REPLACE TRIGGER exception_signed BEFORE UPDATE ON payouts_batchexception
  FOR EACH ROW EXECUTE FUNCTION payouts_batch_exception_signed();
CREATE OR REPLACE TRIGGER exception_is_fixed BEFORE UPDATE ON payouts_batchexception
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('batch_exception_is_fixed', 'id', 'batch_id', 'payment_id', 'kind', 'severity',
    'facts');
CREATE OR REPLACE TRIGGER approval_given BEFORE INSERT ON payouts_batchapproval
  FOR EACH ROW EXECUTE FUNCTION payouts_batch_approval_given();
CREATE OR REPLACE TRIGGER funded_by_others BEFORE INSERT ON payouts_benefitfunding
  FOR EACH ROW EXECUTE FUNCTION payouts_funded_by_others();
-- After the moves and what the batch is signed for: triggers of one event go by their names.
CREATE OR REPLACE TRIGGER batch_rests_on_approvals BEFORE UPDATE ON payouts_batch
  FOR EACH ROW WHEN (OLD.status <> NEW.status AND NEW.status IN ('CHECKED', 'APPROVED'))
  EXECUTE FUNCTION payouts_batch_rests_on_approvals();

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payouts_batchcheck
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('batch_check');
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payouts_batchapproval
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('batch_approval');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON payouts_batchexception
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('batch_exception');

-- What the auditor reads: what each batch was held against, what was signed for it, and who approved it.
CREATE OR REPLACE VIEW auditor_batch_check AS
  SELECT batch_id, digest, largest_payment, day_total, payment_limit, batch_limit, day_limit, limits_from,
         chief_over, head_over, tiers_from, approvals FROM payouts_batchcheck;
CREATE OR REPLACE VIEW auditor_batch_exception AS
  SELECT e.batch_id, p.serial, e.kind, e.severity, ledger_mask(e.facts) AS facts, e.signed_by_id AS signed_by,
         e.signed_at, ledger_mask(e.reason) AS reason
    FROM payouts_batchexception e LEFT JOIN payouts_payment p ON p.id = e.payment_id;
CREATE OR REPLACE VIEW auditor_batch_approval AS
  SELECT a.batch_id, a.rank, a.digest, a.digest = b.digest AS stands, a.approved_by_id AS approved_by, a.approved_at
    FROM payouts_batchapproval a JOIN payouts_batch b ON b.id = a.batch_id;
