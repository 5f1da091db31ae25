-- The bytes of a job's file go with the file, or by a destruction list of the archives; whatever else it says stays.

CREATE OR REPLACE TRIGGER job_file_is_fixed BEFORE UPDATE ON month_jobfile
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('job_file_is_fixed', 'id', 'job_id', 'side', 'number', 'name', 'sha256');
CREATE OR REPLACE TRIGGER content_is_kept BEFORE UPDATE ON month_jobfile
  FOR EACH ROW EXECUTE FUNCTION audit_content_kept(
    'job_files', '(SELECT extract(year FROM j.asked_at AT TIME ZONE ''Asia/Shanghai'') FROM month_job j WHERE j.id = r.job_id)');
