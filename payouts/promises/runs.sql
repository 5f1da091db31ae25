-- A payroll run begins open and moves only along its table, is computed only while frozen, and is
-- handed in only when nothing blocks it and every exception to sign is signed.

CREATE OR REPLACE FUNCTION payouts_run_begun() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF NEW.status <> 'OPEN' OR NEW.edition <> 0 THEN
    PERFORM ledger_refuse(
      'run_moves', 'a run begins open', jsonb_build_object('to', NEW.status), 'Open it, then move it step by step.');
  END IF;
  -- A second first of the month would be a second month, in which everybody is owed again.
  IF NEW.month <> date_trunc('month', NEW.month)::date THEN
    PERFORM ledger_refuse(
      'run_is_of_a_month', format('%s is not the first day of a month', NEW.month),
      jsonb_build_object('month', NEW.month), 'Name the month by its first day.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_run_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  open_exceptions bigint;
BEGIN
  IF NEW.status = 'SUBMITTED' AND OLD.status <> 'SUBMITTED' THEN
    SELECT count(*) INTO open_exceptions FROM payouts_runexception e
     WHERE e.run_id = NEW.id AND e.edition = NEW.edition
       AND (e.severity = 'BLOCK' OR (e.severity = 'SIGN' AND e.signed_by_id IS NULL));
    IF open_exceptions > 0 THEN
      PERFORM ledger_refuse(
        'run_exceptions_are_signed', format('%s exceptions of the run are open', open_exceptions),
        jsonb_build_object('run', NEW.id, 'open', open_exceptions),
        'Correct what blocks, and sign the others with a reason.');
    END IF;
  END IF;
  -- An edition comes once: in an older one, results would stand that nobody has checked.
  IF NEW.edition <> OLD.edition + (OLD.status = 'COLLECTING' AND NEW.status = 'FROZEN')::int THEN
    PERFORM ledger_refuse(
      'run_is_computed_while_frozen', 'each freezing begins the next edition, and nothing else does',
      jsonb_build_object('run', NEW.id), 'Freeze the run.');
  END IF;
  RETURN NEW;
END $$;

-- Declared rows come with their declaration; once a run was frozen with it nothing is added.
CREATE OR REPLACE FUNCTION payouts_declared() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT n.declaration_id INTO wrong FROM (SELECT DISTINCT declaration_id FROM new_row) n
   WHERE NOT EXISTS (SELECT FROM payouts_declaration d WHERE d.id = n.declaration_id)
      OR EXISTS (SELECT FROM payouts_runinput i WHERE i.declaration_id = n.declaration_id) LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'declaration_is_whole', format('declaration %s takes no further row', wrong), jsonb_build_object('declaration', wrong),
      'Apply a corrected file; it replaces this one.');
  END IF;
  RETURN NULL;
END $$;

-- Inputs, payslips and people not paid come while the run is frozen, in its edition. A run that moves
-- at the same time is waited for (FOR SHARE), and then seen as it stands.
CREATE OR REPLACE FUNCTION payouts_computed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  one record;
BEGIN
  FOR one IN SELECT DISTINCT n.run_id, n.edition FROM new_row n ORDER BY n.run_id LOOP
    PERFORM payouts_require_frozen(one.run_id, one.edition);
  END LOOP;
  RETURN NULL;
END $$;

-- Parts of payslips: they come with their payslip, in the same state of the run.
CREATE OR REPLACE FUNCTION payouts_payslip_detailed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  one record;
BEGIN
  FOR one IN SELECT DISTINCT s.run_id, s.edition
               FROM new_row n LEFT JOIN payouts_payslip s ON s.id = n.payslip_id ORDER BY s.run_id LOOP
    PERFORM payouts_require_frozen(one.run_id, one.edition);
  END LOOP;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION payouts_require_frozen(run bigint, computed smallint) RETURNS void LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  PERFORM FROM payouts_run r WHERE r.id = run FOR SHARE;
  IF NOT EXISTS (SELECT FROM payouts_run r WHERE r.id = run AND r.edition = computed AND r.status = 'FROZEN') THEN
    PERFORM ledger_refuse(
      'run_is_computed_while_frozen', format('run %s takes no results now', run), jsonb_build_object('run', run),
      'Compute a frozen run; a computed one is collected anew first.');
  END IF;
END $$;

CREATE OR REPLACE FUNCTION payouts_exception_signed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF OLD.signed_by_id IS NOT NULL THEN
    PERFORM ledger_refuse(
      'exception_is_signed_once', 'the exception is signed', jsonb_build_object('exception', OLD.id),
      'Refuse the run; its exceptions are found and signed anew.');
  END IF;
  RETURN NEW;
END $$;

-- What is owed follows from a released run: the net of the payslip, to its person, as payroll.
CREATE OR REPLACE FUNCTION payouts_owed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT n.payslip_id INTO wrong
    FROM new_row n LEFT JOIN payouts_payslip s ON s.id = n.payslip_id LEFT JOIN payouts_run r ON r.id = n.run_id
   WHERE n.release_id IS NULL AND n.benefit_id IS NULL
     AND (s.id IS NULL OR s.run_id <> n.run_id OR s.edition <> r.edition OR s.net <> n.amount
          OR s.person_id <> n.person_id OR s.unit_id <> n.unit_id OR r.month <> n.month OR r.status <> 'RELEASED'
          OR (n.scheme, n.component) <> ('payroll', 'NET'))
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'obligation_follows_its_payslip', format('obligation of payslip %s does not follow from a released run', wrong),
      jsonb_build_object('payslip', wrong), 'Release the run; its obligations are made from its payslips.');
  END IF;
  RETURN NULL;
END $$;
