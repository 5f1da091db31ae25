-- People and what the bank is told of them, kept a second time from who reads a township: see
-- ledger/promises/row_policies.sql. What comes by COPY (payments, payslips, dues, declared and answered rows) cannot
-- have a policy, for PostgreSQL refuses COPY into such a table; it leads to people by these.

-- Whom the own units pay and whom the own townships owe; NULL where the session is not narrowed.
CREATE OR REPLACE FUNCTION payouts_own_people() RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF treasury_own_townships() IS NULL THEN
    RETURN NULL;
  END IF;
  RETURN ARRAY(
    SELECT o.person_id FROM payouts_obligation o
     WHERE o.unit_id = ANY ((SELECT ledger_own_keys('treasury_unit'))::bigint[]) AND o.person_id IS NOT NULL
    UNION
    SELECT substr(u.payee_reference, 8)::bigint FROM treasury_unpaidsalary u
     WHERE u.payee_reference ~ '^person/[0-9]{1,18}$');
END $$;

DO $$
DECLARE
  policed record;
BEGIN
  FOR policed IN
    SELECT name, key, CASE of WHEN 'people' THEN 'payouts_own_people()' WHEN 'townships' THEN 'treasury_own_townships()'
                              ELSE format('ledger_own_keys(%L)', 'payouts_' || of) END AS own
      FROM (VALUES ('person', 'id', 'people'), ('payaccount', 'person_id', 'people'),
                   ('application', 'township_id', 'townships'), ('household', 'township_id', 'townships'),
                   ('applicationstep', 'application_id', 'application'), ('publicnotice', 'application_id', 'application'),
                   ('objection', 'notice_id', 'publicnotice'), ('objectiondecision', 'objection_id', 'objection'))
             AS t (name, key, of)
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', 'payouts_' || policed.name);
    EXECUTE format('DROP POLICY IF EXISTS own_rows ON %I', 'payouts_' || policed.name);
    EXECUTE format('CREATE POLICY own_rows ON %I USING (CASE WHEN coalesce(%I, 0) = ANY ((SELECT %s)::bigint[]) '
                   'IS NOT FALSE THEN 1 END IS NOT NULL)', 'payouts_' || policed.name, policed.key, policed.own);
  END LOOP;
END $$;

-- What is of the whole district and shown to no township.
DO $$
DECLARE
  policed text;
BEGIN
  FOREACH policed IN ARRAY ARRAY['accountcorrection', 'bankfile', 'declaration', 'givingup', 'resultfile', 'statementfile']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', 'payouts_' || policed);
    EXECUTE format('DROP POLICY IF EXISTS own_rows ON %I', 'payouts_' || policed);
    EXECUTE format('CREATE POLICY own_rows ON %I USING (CASE WHEN (SELECT treasury_own_townships()) IS NULL '
                   'THEN 1 END IS NOT NULL)', 'payouts_' || policed);
  END LOOP;
END $$;
