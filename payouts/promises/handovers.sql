-- Files are handed over once: an attempt is begun before the bank can see the file, and a further one needs the proof
-- that the one before did not reach the bank, or a bank that takes the same file twice for one.

CREATE OR REPLACE FUNCTION payouts_handover_begun() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  status text;
  before record;
BEGIN
  SELECT b.status INTO status FROM payouts_batch b JOIN payouts_bankfile f ON f.batch_id = b.id
   WHERE f.id = NEW.file_id FOR SHARE OF b;
  IF status IS DISTINCT FROM 'SENDING' THEN
    PERFORM ledger_refuse(
      'handover_is_of_a_batch_being_sent', format('a file of a batch that is %s is not handed over', status),
      jsonb_build_object('file', NEW.file_id, 'status', status), 'Send an approved and rendered batch.');
  END IF;
  SELECT count(*) AS attempts, bool_or(fate = 'RECEIVED') AS received,
         bool_and(coalesce(fate, '') = 'NOT_RECEIVED') AS never_arrived INTO before
    FROM (SELECT (SELECT t.fate FROM payouts_handoverfate t
                   WHERE t.handover_id = h.id AND t.fate <> 'UNKNOWN') AS fate
            FROM payouts_handover h WHERE h.file_id = NEW.file_id) h;
  IF NEW.attempt <> before.attempts + 1 OR before.received
     OR (before.attempts > 0 AND before.never_arrived IS NOT TRUE AND NOT NEW.checks_ids)
     OR EXISTS (SELECT FROM payouts_handover h
                 WHERE h.file_id = NEW.file_id AND (h.channel, h.checks_ids) <> (NEW.channel, NEW.checks_ids)) THEN
    PERFORM ledger_refuse(
      'file_is_handed_over_once', format('file %s may be at the bank already', NEW.file_id),
      jsonb_build_object('file', NEW.file_id), 'Ask the bank whether it has the file, and have two officers decide.');
  END IF;
  RETURN NEW;
END $$;

-- Nobody decides alone, or before the other has proposed it, that what was unknown did not arrive.
CREATE OR REPLACE FUNCTION payouts_handover_fated() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  PERFORM FROM payouts_batch b JOIN payouts_bankfile f ON f.batch_id = b.id
     JOIN payouts_handover h ON h.file_id = f.id WHERE h.id = NEW.handover_id FOR SHARE OF b;
  IF NEW.proof = 'OFFICERS' AND NOT EXISTS (
       SELECT FROM payouts_fatedecision d JOIN payouts_handover h ON h.file_id = d.file_id
        WHERE d.id = NEW.decision_id AND h.id = NEW.handover_id AND d.status = 'APPROVED'
          AND (d.says = NEW.fate OR (d.says = 'REFUSED' AND NEW.fate = 'RECEIVED'))) THEN
    PERFORM ledger_refuse(
      'officers_fate_has_its_decision', 'no approved decision says so', jsonb_build_object('handover', NEW.handover_id),
      'Have one officer propose and another approve it.');
  END IF;
  -- A file goes again once it is proven not to have arrived, so two people say that, and nobody else.
  IF NEW.fate = 'NOT_RECEIVED' AND NEW.proof <> 'OFFICERS' THEN
    PERFORM ledger_refuse(
      'unknown_fate_is_resolved_by_proof', 'that a file did not arrive is decided by two officers',
      jsonb_build_object('handover', NEW.handover_id),
      'Take the record of the bank, or have two officers decide on its paper.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_batch_handed_over() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM payouts_bankfile f WHERE f.batch_id = NEW.id
              AND NOT EXISTS (SELECT FROM payouts_handover h JOIN payouts_handoverfate t ON t.handover_id = h.id
                               WHERE h.file_id = f.id AND t.fate = 'RECEIVED')) THEN
    PERFORM ledger_refuse(
      'batch_is_sent_when_the_bank_has_it', format('of a file of batch %s it is not known that the bank has it', NEW.id),
      jsonb_build_object('batch', NEW.id), 'Hand all its files over, or prove that the bank has them.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER handover_begun BEFORE INSERT ON payouts_handover
  FOR EACH ROW EXECUTE FUNCTION payouts_handover_begun();
CREATE OR REPLACE TRIGGER handover_fated BEFORE INSERT ON payouts_handoverfate
  FOR EACH ROW EXECUTE FUNCTION payouts_handover_fated();
CREATE OR REPLACE TRIGGER batch_handed_over BEFORE UPDATE ON payouts_batch
  FOR EACH ROW WHEN (NEW.status = 'SENT' AND OLD.status <> 'SENT') EXECUTE FUNCTION payouts_batch_handed_over();
CREATE OR REPLACE TRIGGER fate_decision_begun BEFORE INSERT ON payouts_fatedecision
  FOR EACH ROW EXECUTE FUNCTION payouts_begun('fate_decision_moves', 'PROPOSED');
CREATE OR REPLACE TRIGGER fate_decision_moves BEFORE UPDATE ON payouts_fatedecision
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('fate_decision_moves', @correction_moves@);
CREATE OR REPLACE TRIGGER fate_decision_is_fixed BEFORE UPDATE ON payouts_fatedecision
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('fate_decision_is_fixed', 'id', 'file_id', 'says', 'paper',
    'proposed_by_id', 'proposed_at');
CREATE OR REPLACE TRIGGER fate_decision_stays BEFORE UPDATE ON payouts_fatedecision
  FOR EACH ROW WHEN (OLD.approved_by_id IS NOT NULL)
  EXECUTE FUNCTION ledger_fixed('fate_decision_is_fixed', 'approved_by_id', 'approved_at');
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payouts_handover
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('handover');
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payouts_handoverfate
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('handover_fate');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON payouts_fatedecision
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('fate_decision');

CREATE OR REPLACE VIEW auditor_handover AS
  SELECT h.id, f.name AS file, f.batch_id, h.attempt, h.channel, h.checks_ids, h.begun_at, h.begun_by_id AS begun_by,
         t.fate, t.proof, t.evidence, t.at AS known_at, t.by_id AS known_by, t.decision_id
    FROM payouts_handover h JOIN payouts_bankfile f ON f.id = h.file_id
    LEFT JOIN payouts_handoverfate t ON t.handover_id = h.id;
CREATE OR REPLACE VIEW auditor_fate_decision AS
  SELECT d.id, f.name AS file, d.says, ledger_mask(d.paper) AS paper, d.status, d.proposed_by_id AS proposed_by,
         d.proposed_at, d.approved_by_id AS approved_by, d.approved_at
    FROM payouts_fatedecision d JOIN payouts_bankfile f ON f.id = d.file_id;
