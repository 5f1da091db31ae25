-- What is seen of a job beside its work: how far it is, who wants it stopped, its files, and how it came to stand there.

-- A person's start is counted from the attempts before it, so it is noted when the job waits again and never else.
CREATE OR REPLACE FUNCTION month_job_restarted() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF NEW.restarted_after <> OLD.restarted_after AND (NEW.status <> 'WAITING' OR NEW.restarted_after <> NEW.attempt) THEN
    PERFORM ledger_refuse(
      'job_restarts_after_its_attempts', format('job %s is not started again after its last attempt', NEW.id),
      jsonb_build_object('job', NEW.id), 'Start it again while it waits: manage.py job restart.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION month_job_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.status = OLD.status AND NEW.attempt = OLD.attempt THEN
    RETURN NULL;
  END IF;
  INSERT INTO month_jobmove (job_id, at, status, attempt, asked_by, worker, failure, reason)
  VALUES (NEW.id, clock_timestamp(), NEW.status, NEW.attempt, NEW.asked_by_id,
          CASE WHEN NEW.status = 'WAITING' THEN '' ELSE NEW.worker END, NEW.failure, NEW.reason);
  RETURN NULL;
END $$;

-- The progress of an attempt does not hide that of a later one.
CREATE OR REPLACE FUNCTION month_job_progressed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF NEW.attempt < OLD.attempt OR NEW.job_id <> OLD.job_id THEN
    PERFORM ledger_refuse(
      'job_progress_is_of_its_attempt', format('attempt %s of job %s is not the last', NEW.attempt, NEW.job_id),
      jsonb_build_object('job', NEW.job_id), 'Stop: another worker has the job.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER job_restarted BEFORE UPDATE ON month_job
  FOR EACH ROW EXECUTE FUNCTION month_job_restarted();
CREATE OR REPLACE TRIGGER job_moved AFTER INSERT OR UPDATE OF status, attempt ON month_job
  FOR EACH ROW EXECUTE FUNCTION month_job_moved();
CREATE OR REPLACE TRIGGER job_progressed BEFORE UPDATE ON month_jobprogress
  FOR EACH ROW EXECUTE FUNCTION month_job_progressed();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON month_jobcancellation
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('job_cancellation');
CREATE OR REPLACE TRIGGER derived BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON month_jobmove
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_derived('job_move');
CREATE OR REPLACE TRIGGER job_file_is_fixed BEFORE UPDATE ON month_jobfile
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('job_file_is_fixed', 'id', 'job_id', 'side', 'number', 'name', 'sha256', 'content');
-- Papers and workbooks are compressed already.
ALTER TABLE month_jobfile ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE OR REPLACE VIEW auditor_job AS
  SELECT j.id, j.kind, j.key, j.asked_by_id AS asked_by, j.asked_at, j.status, j.attempt, j.restarted_after, j.worker,
         ledger_mask(coalesce(p.step, '')) AS step, coalesce(p.rows, 0) AS progress, p.told_at, j.failure,
         ledger_mask(j.reason) AS reason
    FROM month_job j LEFT JOIN month_jobprogress p ON p.job_id = j.id;
CREATE OR REPLACE VIEW auditor_job_move AS
  SELECT id, job_id, at, status, attempt, asked_by, worker, failure, ledger_mask(reason) AS reason FROM month_jobmove;
CREATE OR REPLACE VIEW auditor_job_cancellation AS
  SELECT id, job_id, attempt, asked_by_id AS asked_by, asked_at, ledger_mask(reason) AS reason
    FROM month_jobcancellation;
CREATE OR REPLACE VIEW auditor_job_file AS
  SELECT id, job_id, side, number, ledger_mask(name) AS name, sha256, length(content) AS bytes FROM month_jobfile;
