-- A payroll run moves only along its table, is computed only while frozen, and is handed in only
-- when nothing blocks it and every exception to sign is signed.

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
  IF NEW.edition <> OLD.edition AND NEW.status <> 'FROZEN' THEN
    PERFORM ledger_refuse(
      'run_is_computed_while_frozen', 'a new edition begins with freezing',
      jsonb_build_object('run', NEW.id), 'Freeze the run.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_computed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT n.run_id INTO wrong FROM (SELECT DISTINCT run_id, edition FROM new_row) n
   WHERE NOT EXISTS (SELECT FROM payouts_payrollrun r
                      WHERE r.id = n.run_id AND r.edition = n.edition AND r.status = 'FROZEN')
   LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'run_is_computed_while_frozen', format('run %s takes no results now', wrong), jsonb_build_object('run', wrong),
      'Compute a frozen run; a computed one is collected anew first.');
  END IF;
  RETURN NULL;
END $$;

-- Parts of payslips (TG_ARGV[0] unused): they come with their payslip, in the same state of the run.
CREATE OR REPLACE FUNCTION payouts_payslip_detailed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT s.run_id INTO wrong
    FROM new_row n JOIN payouts_payslip s ON s.id = n.payslip_id JOIN payouts_payrollrun r ON r.id = s.run_id
   WHERE r.status <> 'FROZEN' OR r.edition <> s.edition LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'run_is_computed_while_frozen', format('run %s takes no results now', wrong), jsonb_build_object('run', wrong),
      'Compute a frozen run; a computed one is collected anew first.');
  END IF;
  RETURN NULL;
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

-- What is owed follows from a released run: the net of the payslip, to its person.
CREATE OR REPLACE FUNCTION payouts_owed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT n.payslip_id INTO wrong
    FROM new_row n LEFT JOIN payouts_payslip s ON s.id = n.payslip_id LEFT JOIN payouts_payrollrun r ON r.id = n.run_id
   WHERE s.id IS NULL OR s.run_id <> n.run_id OR s.edition <> r.edition OR s.net <> n.amount
      OR s.person_id <> n.person_id OR s.unit_id <> n.unit_id OR r.month <> n.month OR r.status <> 'RELEASED'
   LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'obligation_follows_its_payslip', format('obligation of payslip %s does not follow from a released run', wrong),
      jsonb_build_object('payslip', wrong), 'Release the run; its obligations are made from its payslips.');
  END IF;
  RETURN NULL;
END $$;
