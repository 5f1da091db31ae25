-- A job is asked for once and for all; it moves along its table, one attempt after the other, and is never forgotten.

CREATE OR REPLACE FUNCTION month_job_held() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF NEW.attempt <> OLD.attempt AND (NEW.attempt <> OLD.attempt + 1 OR NEW.status <> 'RUNNING') THEN
    PERFORM ledger_refuse(
      'job_attempt_follows_the_last', format('attempt %s of job %s does not follow', NEW.attempt, NEW.id),
      jsonb_build_object('job', NEW.id), 'Claim the job; each claim is one attempt.');
  END IF;
  IF OLD.status = 'RUNNING' AND NEW.status = 'RUNNING' AND NEW.attempt <> OLD.attempt
     AND OLD.lease_until >= clock_timestamp() THEN
    PERFORM ledger_refuse(
      'job_is_held_by_one', format('job %s is held by another worker', NEW.id),
      jsonb_build_object('job', NEW.id), 'Wait until its lease has run out.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER job_moves BEFORE UPDATE ON month_job
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('job_moves', @job_moves@);
CREATE OR REPLACE TRIGGER job_held BEFORE UPDATE ON month_job
  FOR EACH ROW EXECUTE FUNCTION month_job_held();
CREATE OR REPLACE TRIGGER job_is_fixed BEFORE UPDATE ON month_job
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('job_is_fixed', 'id', 'kind', 'key', 'arguments', 'asked_at', 'attempts_max');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON month_job
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('job');
