-- Benefits: what is known of an enrolment is only added to, in its order; what is due comes of a frozen run and its
-- own enrolment, is borne whole by its funders, and is owed once for a period, whatever run or year pays it; who
-- certifies, who funds and who pays are different people; what was overpaid comes back once.

-- Facts are written one after the other, so that a run that is frozen with a last fact has all below it.
CREATE OR REPLACE FUNCTION payouts_facts_in_order() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('payouts.enrolmentfact'));
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION payouts_enrolment_known() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT n.enrolment_id INTO wrong FROM new_row n
   WHERE NOT EXISTS (SELECT FROM payouts_enrolment e WHERE e.id = n.enrolment_id)
      OR (n.version <> 1 AND NOT EXISTS (SELECT FROM payouts_enrolmentfact f
                                          WHERE f.enrolment_id = n.enrolment_id AND f.version = n.version - 1)) LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'enrolment_fact_follows_the_last', format('the fact of enrolment %s does not follow the last one', wrong),
      jsonb_build_object('enrolment', wrong), 'Record what changed after the latest version.');
  END IF;
  -- A second entry into a scheme begins after the first has ended.
  SELECT n.enrolment_id INTO wrong
    FROM new_row n JOIN payouts_enrolment e ON e.id = n.enrolment_id
    JOIN payouts_enrolment x ON x.person_id = e.person_id AND x.scheme = e.scheme AND x.number <> e.number
    JOIN LATERAL (SELECT f.starts_on, f.ended_on FROM payouts_enrolmentfact f
                   WHERE f.enrolment_id = x.id ORDER BY f.version DESC LIMIT 1) f ON true
   WHERE daterange(n.starts_on, CASE WHEN n.ended_on IS NOT NULL THEN greatest(n.starts_on, n.ended_on) END, '[]')
      && daterange(f.starts_on, CASE WHEN f.ended_on IS NOT NULL THEN greatest(f.starts_on, f.ended_on) END, '[]') LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'enrolment_is_not_doubled', format('enrolment %s would be in the scheme twice at a time', wrong),
      jsonb_build_object('enrolment', wrong), 'End the earlier entry first.');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION payouts_benefit_computed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp SET enable_mergejoin = off SET enable_hashjoin = off AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT n.enrolment_id INTO wrong
    FROM new_row n LEFT JOIN payouts_enrolment e ON e.id = n.enrolment_id
    LEFT JOIN payouts_run r ON r.id = n.run_id
   WHERE e.id IS NULL OR r.id IS NULL OR r.purpose <> 'BENEFITS' OR (e.person_id, e.scheme) <> (n.person_id, n.scheme)
      OR n.period > r.month OR n.period <> date_trunc('month', n.period)::date LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'benefit_is_of_its_enrolment', format('what is due to enrolment %s is not its own', wrong),
      jsonb_build_object('enrolment', wrong), 'Compute a benefit run; what is due follows from enrolments.');
  END IF;
  RETURN NULL;
END $$;

-- How an obligation is known for ever: person, scheme, period, and its number in the period.
CREATE OR REPLACE FUNCTION payouts_benefit_source(person bigint, scheme varchar, period date, number smallint)
RETURNS text LANGUAGE sql STABLE AS $$
  SELECT 'benefit/' || person || '/' || scheme || '/' || to_char(period, 'YYYY-MM') || '/' || number;
$$;

CREATE OR REPLACE FUNCTION payouts_benefit_owed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp SET enable_mergejoin = off SET enable_hashjoin = off AS $$
DECLARE
  wrong bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM new_row n WHERE n.benefit_id IS NOT NULL) THEN
    RETURN NULL;
  END IF;
  SELECT n.benefit_id INTO wrong
    FROM new_row n LEFT JOIN payouts_benefitdue d ON d.id = n.benefit_id LEFT JOIN payouts_run r ON r.id = n.run_id
   WHERE n.benefit_id IS NOT NULL
     AND (d.id IS NULL OR r.id IS NULL OR d.run_id <> n.run_id OR d.edition <> r.edition OR r.status <> 'RELEASED'
          OR d.amount - d.offset <> n.amount OR (d.person_id, d.scheme) <> (n.person_id, n.scheme)
          OR r.month <> n.month OR n.component <> to_char(d.period, 'YYYY-MM') || '/' || d.number
          OR n.source <> payouts_benefit_source(d.person_id, d.scheme, d.period, d.number))
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'obligation_follows_its_benefit', format('obligation of benefit %s does not follow from a released run', wrong),
      jsonb_build_object('benefit', wrong), 'Release the run; its obligations are made from what is due.');
  END IF;
  RETURN NULL;
END $$;

-- A benefit goes to the account it was computed with; what came back, to the account of its approved correction.
CREATE OR REPLACE FUNCTION payouts_benefit_part_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp SET enable_mergejoin = off SET enable_hashjoin = off AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT o.id INTO wrong
    FROM new_row n JOIN payouts_payment p ON p.id = n.payment_id JOIN payouts_obligation o ON o.id = n.obligation_id
    JOIN payouts_benefitdue d ON d.id = o.benefit_id
   WHERE p.person_id IS DISTINCT FROM o.person_id
      OR (p.reissues_id IS NULL
          AND (p.name, p.bank, p.account_number) <> (d.holder_name, d.bank, d.account_number))
      OR (p.reissues_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM payouts_accountcorrection c
                           WHERE c.payment_id = p.reissues_id AND c.status = 'APPROVED'
                             AND (c.name, c.bank, c.account_number) = (p.name, p.bank, p.account_number)))
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'part_fits_its_obligation', format('obligation %s is not what the payment pays', wrong),
      jsonb_build_object('obligation', wrong), 'Pay the beneficiary as computed; what came back, as it was corrected.');
  END IF;
  RETURN NULL;
END $$;

-- What a due takes from the special account of each funder. The district's account advances the share of a township,
-- and what is kept back stays there first, then in those of the centre, the province and the city.
CREATE OR REPLACE VIEW payouts_benefit_cash AS
  SELECT d.id, d.borne_by_central - k.central AS central, d.borne_by_province - k.province AS province,
         d.borne_by_city - k.city AS city, d.borne_by_district + d.borne_by_township - k.district AS district,
         d.township_id, d.scheme, d.amount - d.borne_by_township AS own, d.borne_by_township, d.offset
    FROM payouts_benefitdue d
   CROSS JOIN LATERAL (SELECT least(d.offset, d.borne_by_district + d.borne_by_township) AS district) k1
   CROSS JOIN LATERAL (SELECT least(d.offset - k1.district, d.borne_by_central) AS central) k2
   CROSS JOIN LATERAL (SELECT least(d.offset - k1.district - k2.central, d.borne_by_province) AS province) k3
   CROSS JOIN LATERAL (SELECT k1.district, k2.central, k3.province,
                              d.offset - k1.district - k2.central - k3.province AS city) k;

-- What the payments of a batch pay of benefits, by township and scheme: from the payments outward, by index.
CREATE OR REPLACE FUNCTION payouts_batch_benefits(batch bigint)
  RETURNS TABLE (township_id bigint, scheme varchar, own numeric, borne_by_township numeric, kept_back numeric,
                 central numeric, province numeric, city numeric, district numeric) LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_memoize = off
SET enable_bitmapscan = off AS $$
  SELECT c.township_id, c.scheme, sum(c.own), sum(c.borne_by_township), sum(c.offset), sum(c.central), sum(c.province),
         sum(c.city), sum(c.district)
    FROM payouts_payment p JOIN payouts_paymentpart q ON q.payment_id = p.id
    JOIN payouts_obligation o ON o.id = q.obligation_id JOIN payouts_benefit_cash c ON c.id = o.benefit_id
   WHERE p.batch_id = batch GROUP BY c.township_id, c.scheme ORDER BY c.township_id, c.scheme;
$$;

-- What has come back of an overpaid benefit: paid in and not taken back, or kept back by a run that was released as it
-- stands. In plpgsql, which finds tables when it is called: that of refunds taken back is later (recoveries.sql). With
-- the owner's rights, for the views of the auditor.
CREATE OR REPLACE FUNCTION payouts_recovered(overpaid bigint) RETURNS numeric LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = @schema@, pg_temp AS $$
BEGIN
  RETURN (SELECT coalesce(sum(c.amount), 0) FROM payouts_recovery c
            LEFT JOIN payouts_benefitdue d ON d.id = c.due_id LEFT JOIN payouts_run r ON r.id = d.run_id
           WHERE c.overpayment_id = overpaid
             AND ((c.kind = 'PAID_IN'
                   AND NOT EXISTS (SELECT FROM payouts_refundtakenback t WHERE t.recovery_id = c.id))
                  OR (r.edition = d.edition
                      AND r.status IN ('RELEASED', 'PAYING', 'SETTLED', 'PART_SETTLED', 'CLOSED'))));
END $$;

CREATE OR REPLACE FUNCTION payouts_recovery_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
  one record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('payouts.recovery'));
  FOR one IN SELECT DISTINCT d.run_id, d.edition FROM new_row n JOIN payouts_benefitdue d ON d.id = n.due_id LOOP
    PERFORM payouts_require_frozen(one.run_id, one.edition);
  END LOOP;
  -- What a run itself finds overpaid comes back by what the same run keeps back; else it was released before.
  SELECT v.id INTO wrong FROM payouts_overpayment v JOIN payouts_run r ON r.id = v.run_id
   WHERE v.id IN (SELECT overpayment_id FROM new_row)
     AND (v.edition <> r.edition OR payouts_recovered(v.id) + payouts_written_off(v.id) > v.amount
          OR (r.status NOT IN ('RELEASED', 'PAYING', 'SETTLED', 'PART_SETTLED', 'CLOSED')
              AND EXISTS (SELECT FROM new_row n LEFT JOIN payouts_benefitdue d ON d.id = n.due_id
                           WHERE n.overpayment_id = v.id
                             AND (d.run_id, d.edition) IS DISTINCT FROM (v.run_id, v.edition)))) LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'recovery_is_within_its_overpayment', format('more would come back of overpayment %s than was overpaid', wrong),
      jsonb_build_object('overpayment', wrong), 'Recover what is left of it.');
  END IF;
  RETURN NULL;
END $$;

-- A benefit run is released by people who certified nobody in it and funded nothing of it; what it keeps back is
-- still owed to the district then, and what it found of months before has not been found by a run that was under way
-- with it.
CREATE OR REPLACE FUNCTION payouts_benefit_run_released() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  -- From whom the officers certified: mostly nobody, while a run pays everybody.
  IF EXISTS (SELECT FROM payouts_enrolment e
              WHERE e.certified_by_id IN (NEW.submitted_by_id, NEW.reviewed_by_id, NEW.released_by_id)
                AND EXISTS (SELECT FROM payouts_benefitdue d
                             WHERE d.enrolment_id = e.id AND d.run_id = NEW.id AND d.edition = NEW.edition OFFSET 0)) OR
     EXISTS (SELECT FROM payouts_benefitfunding f
              WHERE f.run_id = NEW.id AND f.funded_by_id IN (NEW.submitted_by_id, NEW.reviewed_by_id, NEW.released_by_id))
  THEN
    PERFORM ledger_refuse(
      'benefit_functions_are_apart', 'who certifies or funds a benefit does not pay it', jsonb_build_object('run', NEW.id),
      'Have officers pay it who neither certified its beneficiaries nor funded it.');
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('payouts.recovery'));
  SELECT f.enrolment_id INTO wrong
    FROM (SELECT d.enrolment_id FROM payouts_benefitdue d
            JOIN payouts_benefitdue o ON (o.enrolment_id, o.period, o.number) = (d.enrolment_id, d.period, d.number)
            JOIN payouts_run r ON r.id = o.run_id AND r.edition = o.edition
           WHERE d.run_id = NEW.id AND d.edition = NEW.edition AND (d.period <> NEW.month OR d.number > 1)
             AND o.run_id <> NEW.id AND r.status IN ('RELEASED', 'PAYING', 'SETTLED', 'PART_SETTLED', 'CLOSED')
           UNION ALL
          SELECT v.enrolment_id FROM payouts_overpayment v
            JOIN payouts_overpayment o ON (o.enrolment_id, o.period, o.number) = (v.enrolment_id, v.period, v.number)
            JOIN payouts_run r ON r.id = o.run_id AND r.edition = o.edition
           WHERE v.run_id = NEW.id AND v.edition = NEW.edition AND o.run_id <> NEW.id
             AND r.status IN ('RELEASED', 'PAYING', 'SETTLED', 'PART_SETTLED', 'CLOSED')) f LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'benefit_is_found_once', format('another run has found the same of enrolment %s', wrong),
      jsonb_build_object('run', NEW.id), 'Collect the run anew: another was released meanwhile.');
  END IF;
  SELECT v.id INTO wrong
    FROM (SELECT c.overpayment_id AS id, sum(c.amount) AS amount
            FROM payouts_recovery c JOIN payouts_benefitdue d ON d.id = c.due_id
           WHERE d.run_id = NEW.id AND d.edition = NEW.edition GROUP BY c.overpayment_id) k
    JOIN payouts_overpayment v ON v.id = k.id
   WHERE payouts_recovered(v.id) + payouts_written_off(v.id) + k.amount > v.amount LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'recovery_is_within_its_overpayment', format('more would be kept back for overpayment %s than was overpaid', wrong),
      jsonb_build_object('overpayment', wrong), 'Collect the run anew: something was paid in meanwhile.');
  END IF;
  SELECT d.id INTO wrong FROM payouts_benefitdue d
    LEFT JOIN (SELECT c.due_id, sum(c.amount) AS amount FROM payouts_recovery c
                JOIN payouts_benefitdue k ON k.id = c.due_id
               WHERE k.run_id = NEW.id AND k.edition = NEW.edition GROUP BY c.due_id) c ON c.due_id = d.id
   WHERE d.run_id = NEW.id AND d.edition = NEW.edition AND (d.offset <> 0 OR c.amount IS NOT NULL)
     AND d.offset IS DISTINCT FROM c.amount LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'benefit_offset_is_its_recoveries', format('what is kept back of benefit %s is not what it recovers', wrong),
      jsonb_build_object('benefit', wrong), 'Compute the run anew.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_benefit_funded() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM payouts_run r
              WHERE r.id = NEW.run_id AND NEW.funded_by_id IN (r.submitted_by_id, r.reviewed_by_id, r.released_by_id)) OR
     EXISTS (SELECT FROM payouts_enrolment e
              WHERE e.certified_by_id = NEW.funded_by_id
                AND EXISTS (SELECT FROM payouts_benefitdue d
                             WHERE d.enrolment_id = e.id AND d.run_id = NEW.run_id OFFSET 0)) THEN
    PERFORM ledger_refuse(
      'benefit_functions_are_apart', 'who funds a benefit neither certifies nor pays it', jsonb_build_object('run', NEW.run_id),
      'Have another officer fund it.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_scheme_value_decided() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM payouts_schemevalue v WHERE v.id = NEW.value_id AND v.proposed_by_id = NEW.decided_by_id) THEN
    PERFORM ledger_refuse(
      'scheme_value_four_eyes', 'who proposed a value does not decide it', jsonb_build_object('value', NEW.value_id),
      'Have another officer decide.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER facts_in_order BEFORE INSERT ON payouts_enrolmentfact
  FOR EACH STATEMENT EXECUTE FUNCTION payouts_facts_in_order();
CREATE OR REPLACE TRIGGER enrolment_known AFTER INSERT ON payouts_enrolmentfact
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_enrolment_known();
CREATE OR REPLACE TRIGGER benefit_computed AFTER INSERT ON payouts_benefitdue
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_benefit_computed();
CREATE OR REPLACE TRIGGER computed AFTER INSERT ON payouts_benefitdue
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_computed();
CREATE OR REPLACE TRIGGER computed AFTER INSERT ON payouts_benefitunpaid
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_computed();
CREATE OR REPLACE TRIGGER computed AFTER INSERT ON payouts_overpayment
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_computed();
CREATE OR REPLACE TRIGGER benefit_owed AFTER INSERT ON payouts_obligation
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_benefit_owed();
CREATE OR REPLACE TRIGGER benefit_part_added AFTER INSERT ON payouts_paymentpart
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_benefit_part_added();
CREATE OR REPLACE TRIGGER recovery_added AFTER INSERT ON payouts_recovery
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_recovery_added();
CREATE OR REPLACE TRIGGER benefit_run_released BEFORE UPDATE ON payouts_run
  FOR EACH ROW WHEN (NEW.purpose = 'BENEFITS' AND NEW.status = 'RELEASED' AND OLD.status <> 'RELEASED')
  EXECUTE FUNCTION payouts_benefit_run_released();
CREATE OR REPLACE TRIGGER benefit_funded BEFORE INSERT ON payouts_benefitfunding
  FOR EACH ROW WHEN (NEW.run_id IS NOT NULL) EXECUTE FUNCTION payouts_benefit_funded();
CREATE OR REPLACE TRIGGER scheme_value_decided BEFORE INSERT ON payouts_schemevalueapproval
  FOR EACH ROW EXECUTE FUNCTION payouts_scheme_value_decided();

DO $$
DECLARE
  entry record;
BEGIN
  FOR entry IN SELECT * FROM (VALUES
      ('payouts_household', 'household'), ('payouts_enrolment', 'enrolment'), ('payouts_enrolmentfact', 'enrolment_fact'),
      ('payouts_benefitdue', 'benefit_due'), ('payouts_benefitunpaid', 'benefit_unpaid'),
      ('payouts_overpayment', 'overpayment'), ('payouts_recovery', 'recovery'), ('payouts_recoveryplan', 'recovery_plan'),
      ('payouts_schemevalue', 'scheme_value'), ('payouts_schemevalueapproval', 'scheme_value_decision'),
      ('payouts_benefitfunding', 'benefit_funding')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
END $$;

-- What the auditor reads of it, with numbers masked.
CREATE OR REPLACE VIEW auditor_enrolment AS
  SELECT e.id, ledger_mask(p.id_number) AS id_number, p.name, e.scheme, e.number, e.declaration_id, e.paper,
         e.certified_by_id AS certified_by, e.certified_at
    FROM payouts_enrolment e JOIN payouts_person p ON p.id = e.person_id;
CREATE OR REPLACE VIEW auditor_enrolment_fact AS
  SELECT f.enrolment_id, f.version, f.recorded_at, f.recorded_by_id AS recorded_by, f.declaration_id, f.paper, f.standing,
         f.cause, f.suspended_from, f.starts_on, f.ended_on, f.died_on, f.met_on, f.grade, f.own_amount, f.certificate,
         t.name AS township, f.village, h.number AS household, f.household_kind, f.residence, f.relation, f.account_kind,
         f.holder_name, f.bank, ledger_mask(f.account_number) AS account_number, f.account_reason
    FROM payouts_enrolmentfact f JOIN treasury_township t ON t.id = f.township_id
    LEFT JOIN payouts_household h ON h.id = f.household_id;
CREATE OR REPLACE VIEW auditor_benefit_due AS
  SELECT d.id, d.run_id, d.edition, d.enrolment_id, ledger_mask(p.id_number) AS id_number, d.scheme, d.period, d.number,
         d.amount, d.offset, d.borne_by_central, d.borne_by_province, d.borne_by_city, d.borne_by_district,
         d.borne_by_township, t.name AS township, d.holder_name, d.bank, ledger_mask(d.account_number) AS account_number
    FROM payouts_benefitdue d JOIN payouts_person p ON p.id = d.person_id JOIN treasury_township t ON t.id = d.township_id;
CREATE OR REPLACE VIEW auditor_benefit_unpaid AS
  SELECT run_id, edition, enrolment_id, reason FROM payouts_benefitunpaid;
CREATE OR REPLACE VIEW auditor_overpayment AS
  SELECT id, run_id, edition, enrolment_id, period, number, amount, reason, payouts_recovered(id) AS recovered
    FROM payouts_overpayment;
CREATE OR REPLACE VIEW auditor_recovery AS
  SELECT overpayment_id, kind, amount, due_id, paid_on, ledger_mask(paper) AS paper, recorded_by_id AS recorded_by
    FROM payouts_recovery;
CREATE OR REPLACE VIEW auditor_recovery_plan AS
  SELECT overpayment_id, instalment, from_month, ledger_mask(paper) AS paper, agreed_by_id AS agreed_by, agreed_at
    FROM payouts_recoveryplan;
CREATE OR REPLACE VIEW auditor_scheme_value AS
  SELECT v.id, v.scheme, v.grade, v.effective_from, v.amount, v.reference, v.proposed_by_id AS proposed_by, v.proposed_at,
         a.is_approved, a.decided_by_id AS decided_by, a.decided_at
    FROM payouts_schemevalue v LEFT JOIN payouts_schemevalueapproval a ON a.value_id = v.id;
CREATE OR REPLACE VIEW auditor_benefit_funding AS
  SELECT id, run_id, funder, kind, amount, funded_on, paper, funded_by_id AS funded_by FROM payouts_benefitfunding;
