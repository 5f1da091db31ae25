-- Posts of the bureau: given by one officer, confirmed or refused by another, never one's own; a decision stays.

CREATE OR REPLACE FUNCTION month_appointment_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.status <> 'GIVEN' THEN
    PERFORM ledger_refuse('appointment_moves', 'posts begin as given', jsonb_build_object('to', NEW.status),
      'Give them, then have another officer confirm them.');
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.status <> 'GIVEN' AND (NEW.decided_by_id, NEW.decided_at, NEW.answer)
     IS DISTINCT FROM (OLD.decided_by_id, OLD.decided_at, OLD.answer) THEN
    PERFORM ledger_refuse('appointment_is_fixed', 'a decision stays', jsonb_build_object('appointment', NEW.id),
      'Take the posts away, or give them anew.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER appointment_moved BEFORE INSERT OR UPDATE ON month_appointment
  FOR EACH ROW EXECUTE FUNCTION month_appointment_moved();
CREATE OR REPLACE TRIGGER appointment_moves BEFORE UPDATE ON month_appointment
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('appointment_moves', @appointment_moves@);
CREATE OR REPLACE TRIGGER appointment_is_fixed BEFORE UPDATE ON month_appointment
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('appointment_is_fixed', 'id', 'holder_id', 'posts', 'reason',
    'given_by_id', 'given_at');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON month_appointment
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('appointment');

CREATE OR REPLACE VIEW auditor_appointment AS
  SELECT a.id AS appointment, a.holder_id AS holder, array_to_string(a.posts, ' ') AS posts, a.reason, a.status,
         a.given_by_id AS given_by, a.given_at, a.decided_by_id AS decided_by, a.decided_at, a.answer
    FROM month_appointment a;
