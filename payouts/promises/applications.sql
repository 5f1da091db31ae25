-- The chain before money: village, township, district, certification, each by another officer, each but the first only
-- after the notice of the level before has run out with no objection that is open or upheld. A day is nowhere more
-- than one ahead of UTC: so far a date may be ahead of the moment that it is recorded at.

-- The level that decides on an application in a state; what a level has passed is in the state after it.
CREATE OR REPLACE FUNCTION payouts_level_due(status varchar) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE status WHEN 'REGISTERED' THEN 'VILLAGE' WHEN 'VILLAGE_PASSED' THEN 'TOWNSHIP'
                     WHEN 'TOWNSHIP_PASSED' THEN 'DISTRICT' WHEN 'DISTRICT_PASSED' THEN 'CERTIFICATION' END;
$$;

CREATE OR REPLACE FUNCTION payouts_application_begun() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF NEW.status <> 'REGISTERED' OR NEW.applied_on > (NEW.registered_at AT TIME ZONE 'UTC')::date + 1 THEN
    PERFORM ledger_refuse(
      'application_moves', 'an application begins registered, on the day it was made or later',
      jsonb_build_object('to', NEW.status, 'applied_on', NEW.applied_on), 'Register it, then let each level decide.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_application_decided() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  of_it payouts_application;
  taken_down date;
BEGIN
  SELECT * INTO of_it FROM payouts_application a WHERE a.id = NEW.application_id FOR UPDATE;
  IF NEW.level IS DISTINCT FROM payouts_level_due(of_it.status) THEN
    PERFORM ledger_refuse(
      'application_moves', format('the %s does not decide on an application that is %s', NEW.level, of_it.status),
      jsonb_build_object('application', NEW.application_id, 'from', of_it.status), 'Let the levels decide in their order.');
  END IF;
  IF NEW.decided_by_id IN (of_it.registered_by_id, of_it.account_by_id)
     OR EXISTS (SELECT FROM payouts_applicationstep s
                 WHERE s.application_id = NEW.application_id AND s.decided_by_id = NEW.decided_by_id) THEN
    PERFORM ledger_refuse(
      'application_functions_are_apart', 'who registers an application and who decides on it are different people',
      jsonb_build_object('application', NEW.application_id), 'Have another officer decide.');
  END IF;
  IF NEW.decided_on > (NEW.decided_at AT TIME ZONE 'UTC')::date + 1 OR NEW.decided_on < of_it.applied_on
     OR NEW.decided_on < (SELECT max(s.decided_on) FROM payouts_applicationstep s
                           WHERE s.application_id = NEW.application_id) THEN
    PERFORM ledger_refuse(
      'application_is_decided_in_its_order', 'a decision is dated neither before the last one nor ahead of its recording',
      jsonb_build_object('application', NEW.application_id, 'on', NEW.decided_on), 'Correct the date.');
  END IF;
  IF NEW.decision <> 'PASSED' OR NEW.level = 'VILLAGE' THEN
    RETURN NEW;
  END IF;
  SELECT max(n.ends_on) INTO taken_down FROM payouts_publicnotice n
   WHERE n.application_id = NEW.application_id AND payouts_level_due(n.level || '_PASSED') = NEW.level;
  IF taken_down IS NULL OR NEW.decided_on < taken_down THEN
    PERFORM ledger_refuse(
      'notice_has_run_out', 'the public notice of the level before has not run out',
      jsonb_build_object('application', NEW.application_id, 'on', NEW.decided_on, 'until', taken_down),
      'Post the notice and wait until it has run out.');
  END IF;
  IF EXISTS (SELECT FROM payouts_objection o JOIN payouts_publicnotice n ON n.id = o.notice_id
               LEFT JOIN payouts_objectiondecision d ON d.objection_id = o.id
              WHERE n.application_id = NEW.application_id AND d.outcome IS DISTINCT FROM 'DISMISSED') THEN
    PERFORM ledger_refuse(
      'objection_blocks', 'an objection to the application is open or upheld',
      jsonb_build_object('application', NEW.application_id), 'Decide on it; if it is upheld, refuse the application.');
  END IF;
  RETURN NEW;
END $$;

-- Whether the first fact of an enrolment is what an application said when its levels passed it.
CREATE OR REPLACE FUNCTION payouts_is_as_applied_for(application bigint, enrolment bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = @schema@, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM payouts_application a, payouts_enrolmentfact f
     WHERE a.id = application AND f.enrolment_id = enrolment AND f.version = 1
       AND f.declaration_id IS NULL AND f.standing = 'NORMAL' AND f.suspended_from IS NULL AND f.died_on IS NULL
       AND (f.starts_on, f.grade, f.certificate, f.township_id, f.village, f.household_kind, f.residence, f.relation)
         = (a.claimed_from, a.grade, a.certificate, a.township_id, a.village, a.household_kind, a.residence, a.relation)
       AND (f.ended_on, f.own_amount, f.household_id) IS NOT DISTINCT FROM (a.ended_on, a.own_amount, a.household_id)
       AND (f.account_kind, f.holder_name, f.bank, f.account_number, f.account_reason)
         = (a.account_kind, a.holder_name, a.bank, a.account_number, a.account_reason));
$$;

CREATE OR REPLACE FUNCTION payouts_application_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  decided payouts_applicationstep;
BEGIN
  SELECT * INTO decided FROM payouts_applicationstep s
   WHERE s.application_id = NEW.id AND s.level = payouts_level_due(OLD.status);
  IF decided.decision IS DISTINCT FROM (CASE NEW.status WHEN 'REFUSED' THEN 'REFUSED' ELSE 'PASSED' END) THEN
    PERFORM ledger_refuse(
      'application_moves', format('nobody has decided that the application goes from %s to %s', OLD.status, NEW.status),
      jsonb_build_object('application', NEW.id, 'from', OLD.status, 'to', NEW.status), 'Let its level decide.');
  END IF;
  IF NEW.status = 'CERTIFIED' AND NOT EXISTS (
      SELECT FROM payouts_enrolment e
       WHERE e.id = NEW.enrolment_id AND e.declaration_id IS NULL AND e.certified_by_id = decided.decided_by_id
         AND (e.person_id, e.scheme) = (NEW.person_id, NEW.scheme) AND payouts_is_as_applied_for(NEW.id, e.id)) THEN
    PERFORM ledger_refuse(
      'enrolment_is_as_applied_for', 'the enrolment is not what was applied for and passed',
      jsonb_build_object('application', NEW.id), 'Certify the application; its enrolment is made from it.');
  END IF;
  RETURN NEW;
END $$;

-- Without a certified roster, only a certification that all levels lead to makes an enrolment.
CREATE OR REPLACE FUNCTION payouts_enrolment_grounded() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT n.id INTO wrong FROM new_row n
   WHERE n.declaration_id IS NULL
     AND NOT EXISTS (SELECT FROM payouts_application a JOIN payouts_applicationstep s ON s.application_id = a.id
                      WHERE (a.person_id, a.scheme, a.status) = (n.person_id, n.scheme, 'DISTRICT_PASSED')
                        AND (s.level, s.decision, s.decided_by_id) = ('CERTIFICATION', 'PASSED', n.certified_by_id))
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'enrolment_has_its_ground', 'an enrolment comes from a certified roster or a certified application',
      jsonb_build_object('enrolment', wrong), 'Apply the roster, or certify the application.');
  END IF;
  RETURN NULL;
END $$;

-- The first fact of such an enrolment is what its levels have passed, its account above all.
CREATE OR REPLACE FUNCTION payouts_first_fact_grounded() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT e.id INTO wrong FROM new_row n JOIN payouts_enrolment e ON e.id = n.enrolment_id
   WHERE n.version = 1 AND e.declaration_id IS NULL
     AND NOT EXISTS (SELECT FROM payouts_application a
                      WHERE (a.person_id, a.scheme, a.status) = (e.person_id, e.scheme, 'DISTRICT_PASSED')
                        AND payouts_is_as_applied_for(a.id, e.id))
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'enrolment_is_as_applied_for', 'the enrolment is not what was applied for and passed',
      jsonb_build_object('enrolment', wrong), 'Certify the application; its enrolment is made from it.');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION payouts_notice_posted() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  stands varchar;
BEGIN
  SELECT a.status INTO stands FROM payouts_application a WHERE a.id = NEW.application_id FOR UPDATE;
  IF stands IS DISTINCT FROM NEW.level || '_PASSED' THEN
    PERFORM ledger_refuse(
      'notice_is_of_its_level', format('the %s puts up no notice of an application that is %s', NEW.level, stands),
      jsonb_build_object('application', NEW.application_id, 'level', NEW.level, 'status', stands),
      'Post the notice of a level once it has passed the application.');
  END IF;
  IF NEW.starts_on < (NEW.posted_at AT TIME ZONE 'UTC')::date THEN
    PERFORM ledger_refuse(
      'notice_begins_when_it_is_posted', 'a notice begins on the day that it is recorded, or later',
      jsonb_build_object('application', NEW.application_id, 'starts_on', NEW.starts_on), 'Let it begin today or later.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_objection_raised() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  of_it payouts_publicnotice;
  stands varchar;
BEGIN
  SELECT * INTO of_it FROM payouts_publicnotice n WHERE n.id = NEW.notice_id;
  SELECT a.status INTO stands FROM payouts_application a WHERE a.id = of_it.application_id FOR UPDATE;
  IF stands IN ('CERTIFIED', 'REFUSED') THEN
    PERFORM ledger_refuse(
      'objection_comes_before_the_end', format('the application is %s', stands),
      jsonb_build_object('application', of_it.application_id), 'Suspend the enrolment and look into it.');
  END IF;
  IF NEW.raised_on < of_it.starts_on OR NEW.raised_on >= of_it.ends_on
     OR NEW.raised_on > (NEW.registered_at AT TIME ZONE 'UTC')::date + 1 THEN
    PERFORM ledger_refuse(
      'objection_is_raised_in_its_notice', format('%s is not a day of the notice', NEW.raised_on),
      jsonb_build_object('notice', NEW.notice_id, 'on', NEW.raised_on, 'from', of_it.starts_on, 'until', of_it.ends_on),
      'Note the day on which it was raised.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_objection_decided() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM payouts_objection o JOIN payouts_publicnotice n ON n.id = o.notice_id
               JOIN payouts_application a ON a.id = n.application_id
               LEFT JOIN payouts_applicationstep s ON s.application_id = a.id AND s.level = n.level
              WHERE o.id = NEW.objection_id
                AND NEW.decided_by_id IN (o.registered_by_id, a.registered_by_id, s.decided_by_id)) THEN
    PERFORM ledger_refuse(
      'objection_is_decided_by_another', 'who wrote it down, or passed what it is against, does not decide on it',
      jsonb_build_object('objection', NEW.objection_id), 'Have another officer decide.');
  END IF;
  IF NEW.decided_on > (NEW.decided_at AT TIME ZONE 'UTC')::date + 1
     OR NEW.decided_on < (SELECT o.raised_on FROM payouts_objection o WHERE o.id = NEW.objection_id) THEN
    PERFORM ledger_refuse(
      'application_is_decided_in_its_order', 'a decision is dated neither before the objection nor ahead of its recording',
      jsonb_build_object('objection', NEW.objection_id, 'on', NEW.decided_on), 'Correct the date.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER application_begun BEFORE INSERT ON payouts_application
  FOR EACH ROW EXECUTE FUNCTION payouts_application_begun();
CREATE OR REPLACE TRIGGER application_decided BEFORE INSERT ON payouts_applicationstep
  FOR EACH ROW EXECUTE FUNCTION payouts_application_decided();
CREATE OR REPLACE TRIGGER application_moves BEFORE UPDATE ON payouts_application
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('application_moves', @application_moves@);
CREATE OR REPLACE TRIGGER application_was_decided BEFORE UPDATE ON payouts_application
  FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION payouts_application_moved();
CREATE OR REPLACE TRIGGER application_is_fixed BEFORE UPDATE ON payouts_application
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('application_is_fixed', 'id', 'person_id', 'scheme', 'township_id', 'village',
    'household_id', 'household_kind', 'residence', 'relation', 'certificate', 'claimed_from', 'ended_on', 'grade',
    'own_amount', 'paper', 'applied_on', 'registered_by_id', 'registered_at');
-- An account may still come while there is none; the one that was passed is the one that is paid.
CREATE OR REPLACE TRIGGER application_keeps_its_account BEFORE UPDATE ON payouts_application
  FOR EACH ROW WHEN (OLD.account_number <> '' OR OLD.status IN ('CERTIFIED', 'REFUSED'))
  EXECUTE FUNCTION ledger_fixed('application_is_fixed', 'account_kind', 'holder_name', 'bank', 'account_number',
    'account_reason', 'account_by_id');
CREATE OR REPLACE TRIGGER application_keeps_its_enrolment BEFORE UPDATE ON payouts_application
  FOR EACH ROW WHEN (OLD.enrolment_id IS NOT NULL) EXECUTE FUNCTION ledger_fixed('application_is_fixed', 'enrolment_id');
CREATE OR REPLACE TRIGGER enrolment_grounded AFTER INSERT ON payouts_enrolment
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_enrolment_grounded();
CREATE OR REPLACE TRIGGER first_fact_grounded AFTER INSERT ON payouts_enrolmentfact
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_first_fact_grounded();
CREATE OR REPLACE TRIGGER notice_posted BEFORE INSERT ON payouts_publicnotice
  FOR EACH ROW EXECUTE FUNCTION payouts_notice_posted();
CREATE OR REPLACE TRIGGER objection_raised BEFORE INSERT ON payouts_objection
  FOR EACH ROW EXECUTE FUNCTION payouts_objection_raised();
CREATE OR REPLACE TRIGGER objection_decided BEFORE INSERT ON payouts_objectiondecision
  FOR EACH ROW EXECUTE FUNCTION payouts_objection_decided();
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON payouts_application
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('application');

DO $$
DECLARE
  entry record;
BEGIN
  FOR entry IN SELECT * FROM (VALUES
      ('payouts_applicationstep', 'application_step'), ('payouts_publicnotice', 'public_notice'),
      ('payouts_objection', 'objection'), ('payouts_objectiondecision', 'objection_decision')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
END $$;

-- What the auditor reads of it, with numbers masked.
CREATE OR REPLACE VIEW auditor_application AS
  SELECT a.id, ledger_mask(p.id_number) AS id_number, p.name, a.scheme, t.name AS township, a.village,
         h.number AS household, a.household_kind, a.residence, a.relation, a.certificate, a.claimed_from, a.ended_on,
         a.grade, a.own_amount, a.account_kind, a.holder_name, a.bank, ledger_mask(a.account_number) AS account_number,
         a.account_reason, a.account_by_id AS account_by, ledger_mask(a.paper) AS paper, a.applied_on, a.status,
         a.registered_by_id AS registered_by, a.registered_at, a.enrolment_id
    FROM payouts_application a JOIN payouts_person p ON p.id = a.person_id JOIN treasury_township t ON t.id = a.township_id
    LEFT JOIN payouts_household h ON h.id = a.household_id;
CREATE OR REPLACE VIEW auditor_application_step AS
  SELECT application_id, level, decision, reason, decided_on, decided_by_id AS decided_by, decided_at
    FROM payouts_applicationstep;
CREATE OR REPLACE VIEW auditor_public_notice AS
  SELECT id, application_id, level, starts_on, ends_on, place, posted_by_id AS posted_by, posted_at
    FROM payouts_publicnotice;
CREATE OR REPLACE VIEW auditor_objection AS
  SELECT o.id, o.notice_id, o.raised_on, o.text, o.registered_by_id AS registered_by, o.registered_at, d.outcome,
         d.reason, d.decided_on, d.decided_by_id AS decided_by, d.decided_at
    FROM payouts_objection o LEFT JOIN payouts_objectiondecision d ON d.objection_id = o.id;
