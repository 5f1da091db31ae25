-- Which table of payouts keeps which promise.

CREATE OR REPLACE TRIGGER run_begun BEFORE INSERT ON payouts_run
  FOR EACH ROW EXECUTE FUNCTION payouts_run_begun();
CREATE OR REPLACE TRIGGER batch_begun BEFORE INSERT ON payouts_batch
  FOR EACH ROW EXECUTE FUNCTION payouts_begun('batch_moves', 'DRAFT');
CREATE OR REPLACE TRIGGER correction_begun BEFORE INSERT ON payouts_accountcorrection
  FOR EACH ROW EXECUTE FUNCTION payouts_begun('correction_moves', 'PROPOSED');
CREATE OR REPLACE TRIGGER correction_proposed BEFORE INSERT ON payouts_accountcorrection
  FOR EACH ROW EXECUTE FUNCTION payouts_correction_proposed();
CREATE OR REPLACE TRIGGER file_rendered BEFORE INSERT ON payouts_bankfile
  FOR EACH ROW EXECUTE FUNCTION payouts_file_rendered();
CREATE OR REPLACE TRIGGER run_moves BEFORE UPDATE ON payouts_run
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('run_moves', @run_moves@);
CREATE OR REPLACE TRIGGER run_moved BEFORE UPDATE ON payouts_run
  FOR EACH ROW EXECUTE FUNCTION payouts_run_moved();
CREATE OR REPLACE TRIGGER run_is_fixed BEFORE UPDATE ON payouts_run
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('run_is_fixed', 'id', 'month', 'purpose', 'number', 'kind');
CREATE OR REPLACE TRIGGER batch_moves BEFORE UPDATE ON payouts_batch
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('batch_moves', @batch_moves@);
CREATE OR REPLACE TRIGGER batch_moved BEFORE UPDATE ON payouts_batch
  FOR EACH ROW EXECUTE FUNCTION payouts_batch_moved();
CREATE OR REPLACE TRIGGER batch_of_releases_moved BEFORE UPDATE ON payouts_batch
  FOR EACH ROW WHEN (NEW.run_id IS NULL AND OLD.status <> NEW.status AND NEW.status IN ('BUILT', 'APPROVED', 'SENT'))
  EXECUTE FUNCTION payouts_batch_of_releases_moved();
CREATE OR REPLACE TRIGGER release_is_on_its_way BEFORE UPDATE ON treasury_release
  FOR EACH ROW WHEN (OLD.status <> NEW.status AND NEW.status IN ('POSTED', 'CANCELLED'))
  EXECUTE FUNCTION payouts_owed_release_moved();
CREATE OR REPLACE TRIGGER batch_is_fixed BEFORE UPDATE ON payouts_batch
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('batch_is_fixed', 'id', 'month', 'number', 'source', 'run_id');
CREATE OR REPLACE TRIGGER correction_moves BEFORE UPDATE ON payouts_accountcorrection
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('correction_moves', @correction_moves@);
CREATE OR REPLACE TRIGGER correction_is_fixed BEFORE UPDATE ON payouts_accountcorrection
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('correction_is_fixed', 'id', 'payment_id', 'name', 'bank', 'account_number',
    'paper', 'proposed_by_id', 'proposed_at');
CREATE OR REPLACE TRIGGER exception_is_fixed BEFORE UPDATE ON payouts_runexception
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('exception_is_fixed', 'id', 'run_id', 'edition', 'kind', 'severity',
    'person_id', 'unit_id', 'facts');
CREATE OR REPLACE TRIGGER exception_signed BEFORE UPDATE ON payouts_runexception
  FOR EACH ROW EXECUTE FUNCTION payouts_exception_signed();
CREATE OR REPLACE TRIGGER person_is_fixed BEFORE UPDATE ON payouts_person
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('person_is_fixed', 'id', 'id_number');

-- What was signed for, and who signed, stays: a refusal alone (to CHECKED) voids signatures of a run.
-- These fire after the moves: triggers of one event go by their names.
CREATE OR REPLACE TRIGGER run_stays_as_frozen BEFORE UPDATE ON payouts_run
  FOR EACH ROW WHEN (OLD.status NOT IN ('OPEN', 'COLLECTING'))
  EXECUTE FUNCTION ledger_fixed('run_is_fixed', 'pay_date', 'inputs_digest', 'facts_until');
CREATE OR REPLACE TRIGGER run_stays_as_computed BEFORE UPDATE ON payouts_run
  FOR EACH ROW WHEN (OLD.status NOT IN ('OPEN', 'COLLECTING', 'FROZEN'))
  EXECUTE FUNCTION ledger_fixed('run_is_fixed', 'policy_digest');
CREATE OR REPLACE TRIGGER run_stays_submitted BEFORE UPDATE ON payouts_run
  FOR EACH ROW WHEN (OLD.submitted_by_id IS NOT NULL AND NEW.status <> 'CHECKED')
  EXECUTE FUNCTION ledger_fixed('run_is_fixed', 'submitted_by_id');
CREATE OR REPLACE TRIGGER run_stays_reviewed BEFORE UPDATE ON payouts_run
  FOR EACH ROW WHEN (OLD.reviewed_by_id IS NOT NULL AND NEW.status <> 'CHECKED')
  EXECUTE FUNCTION ledger_fixed('run_is_fixed', 'reviewed_by_id');
CREATE OR REPLACE TRIGGER run_stays_released BEFORE UPDATE ON payouts_run
  FOR EACH ROW WHEN (OLD.released_by_id IS NOT NULL)
  EXECUTE FUNCTION ledger_fixed('run_is_fixed', 'released_by_id');
CREATE OR REPLACE TRIGGER batch_stays_prepared BEFORE UPDATE ON payouts_batch
  FOR EACH ROW WHEN (OLD.prepared_by_id IS NOT NULL)
  EXECUTE FUNCTION ledger_fixed('batch_is_fixed', 'prepared_by_id');
CREATE OR REPLACE TRIGGER batch_stays_checked BEFORE UPDATE ON payouts_batch
  FOR EACH ROW WHEN (OLD.checked_by_id IS NOT NULL) EXECUTE FUNCTION ledger_fixed('batch_is_fixed', 'checked_by_id');
CREATE OR REPLACE TRIGGER batch_stays_released BEFORE UPDATE ON payouts_batch
  FOR EACH ROW WHEN (OLD.released_by_id IS NOT NULL) EXECUTE FUNCTION ledger_fixed('batch_is_fixed', 'released_by_id');
CREATE OR REPLACE TRIGGER correction_stays_decided BEFORE UPDATE ON payouts_accountcorrection
  FOR EACH ROW WHEN (OLD.approved_by_id IS NOT NULL)
  EXECUTE FUNCTION ledger_fixed('correction_is_fixed', 'approved_by_id', 'approved_at');

CREATE OR REPLACE TRIGGER computed AFTER INSERT ON payouts_payslip
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_computed();
CREATE OR REPLACE TRIGGER computed AFTER INSERT ON payouts_notpaid
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_computed();
CREATE OR REPLACE TRIGGER computed AFTER INSERT ON payouts_runinput
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_computed();
CREATE OR REPLACE TRIGGER detailed AFTER INSERT ON payouts_payslipitem
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_payslip_detailed();
CREATE OR REPLACE TRIGGER detailed AFTER INSERT ON payouts_employerpart
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_payslip_detailed();
CREATE OR REPLACE TRIGGER owed AFTER INSERT ON payouts_obligation
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_owed();
CREATE OR REPLACE TRIGGER release_owed AFTER INSERT ON payouts_obligation
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_release_owed();
CREATE OR REPLACE TRIGGER payment_added AFTER INSERT ON payouts_payment
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_payment_added();
CREATE OR REPLACE TRIGGER payment_moves BEFORE UPDATE ON payouts_payment FOR EACH ROW
  WHEN (OLD.status <> NEW.status AND NOT (OLD.status || '>' || NEW.status) = ANY (@payment_moves@))
  EXECUTE FUNCTION payouts_payment_kept('payment_moves');
CREATE OR REPLACE TRIGGER payment_is_fixed BEFORE UPDATE ON payouts_payment FOR EACH ROW
  WHEN ((OLD.id, OLD.month, OLD.serial, OLD.batch_id, OLD.name, OLD.bank, OLD.account_number, OLD.id_number, OLD.amount)
          IS DISTINCT FROM
        (NEW.id, NEW.month, NEW.serial, NEW.batch_id, NEW.name, NEW.bank, NEW.account_number, NEW.id_number, NEW.amount)
        OR (OLD.person_id, OLD.unit_id, OLD.reissues_id) IS DISTINCT FROM (NEW.person_id, NEW.unit_id, NEW.reissues_id))
  EXECUTE FUNCTION payouts_payment_kept('payment_is_fixed');
CREATE OR REPLACE TRIGGER payment_rejected BEFORE UPDATE ON payouts_payment FOR EACH ROW
  WHEN (OLD.status <> 'REJECTED' AND NEW.status = 'REJECTED') EXECUTE FUNCTION payouts_payment_rejected();
CREATE OR REPLACE TRIGGER payment_moved AFTER UPDATE ON payouts_payment
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_payment_moved();
CREATE OR REPLACE TRIGGER part_added AFTER INSERT ON payouts_paymentpart
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_part_added();
CREATE OR REPLACE TRIGGER release_part_added AFTER INSERT ON payouts_paymentpart
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_release_part_added();
CREATE OR REPLACE TRIGGER result_added AFTER INSERT ON payouts_resultrow
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_result_added();

DO $$
DECLARE
  entry record;
BEGIN
  FOR entry IN SELECT unnest(ARRAY['declaredrefusal', 'declaredstaff', 'declaredpay', 'declaredamount', 'declaredchange',
                                   'declaredyeartodate', 'declareddeath', 'declaredbeneficiary']) AS word
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER declared AFTER INSERT ON payouts_%I
      REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_declared()', entry.word);
  END LOOP;
  FOR entry IN SELECT * FROM (VALUES
      ('payouts_declaration', 'declaration'), ('payouts_declaredstaff', 'declared_staff'),
      ('payouts_declaredpay', 'declared_pay'), ('payouts_declaredamount', 'declared_amount'),
      ('payouts_declaredchange', 'declared_change'), ('payouts_declaredyeartodate', 'declared_year'),
      ('payouts_declareddeath', 'declared_death'), ('payouts_declaredbeneficiary', 'declared_beneficiary'),
      ('payouts_declaredrefusal', 'declared_refusal'), ('payouts_runinput', 'run_input'), ('payouts_runmove', 'run_move'),
      ('payouts_payslip', 'payslip'), ('payouts_payslipitem', 'payslip_item'),
      ('payouts_employerpart', 'employer_part'), ('payouts_notpaid', 'not_paid'),
      ('payouts_obligation', 'obligation'), ('payouts_bankfile', 'bank_file'), ('payouts_paymentpart', 'payment_part'),
      ('payouts_resultfile', 'result_file'), ('payouts_resultrow', 'result_row'),
      ('payouts_payaccount', 'pay_account')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
  FOR entry IN SELECT * FROM (VALUES
      ('payouts_person', 'person'), ('payouts_run', 'run'), ('payouts_runexception', 'exception'),
      ('payouts_batch', 'batch'), ('payouts_payment', 'payment'), ('payouts_accountcorrection', 'correction'))
      AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
END $$;
