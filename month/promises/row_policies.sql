-- Files that were handed in, and long work, kept a second time from who reads a township: see
-- ledger/promises/row_policies.sql. The rows of a sheet and the bytes of a file come by COPY and cannot have a policy;
-- they are reached by their sheet, which has one.

-- The officers with posts in the own townships, whose work is open; NULL where the session is not narrowed.
CREATE OR REPLACE FUNCTION month_own_officers() RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF treasury_own_townships() IS NULL THEN
    RETURN NULL;
  END IF;
  RETURN ARRAY(SELECT DISTINCT s.holder_id FROM treasury_secondment s WHERE s.holder_id IS NOT NULL);
END $$;

-- Lists of the whole district.
DO $$
DECLARE
  policed text;
BEGIN
  FOREACH policed IN ARRAY ARRAY['stagedsheet', 'controltotal'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', 'imports_' || policed);
    EXECUTE format('DROP POLICY IF EXISTS own_rows ON %I', 'imports_' || policed);
    EXECUTE format('CREATE POLICY own_rows ON %I USING (CASE WHEN (SELECT treasury_own_townships()) IS NULL '
                   'THEN 1 END IS NOT NULL)', 'imports_' || policed);
  END LOOP;
END $$;

ALTER TABLE month_job ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_rows ON month_job;
CREATE POLICY own_rows ON month_job USING (
  CASE WHEN asked_by_id = ANY ((SELECT month_own_officers())::text[]) IS NOT FALSE THEN 1 END IS NOT NULL);
DO $$
DECLARE
  policed text;
BEGIN
  FOREACH policed IN ARRAY ARRAY['jobcancellation', 'jobfile', 'jobmove', 'jobprogress'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', 'month_' || policed);
    EXECUTE format('DROP POLICY IF EXISTS own_rows ON %I', 'month_' || policed);
    EXECUTE format('CREATE POLICY own_rows ON %I USING (CASE WHEN job_id = ANY '
                   '((SELECT ledger_own_keys(''month_job''))::bigint[]) IS NOT FALSE THEN 1 END IS NOT NULL)',
                   'month_' || policed);
  END LOOP;
END $$;
