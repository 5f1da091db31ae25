-- Which table of payouts keeps which promise.

CREATE OR REPLACE TRIGGER run_moves BEFORE UPDATE ON payouts_payrollrun
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('run_moves', @run_moves@);
CREATE OR REPLACE TRIGGER run_moved BEFORE UPDATE ON payouts_payrollrun
  FOR EACH ROW EXECUTE FUNCTION payouts_run_moved();
CREATE OR REPLACE TRIGGER run_is_fixed BEFORE UPDATE ON payouts_payrollrun
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('run_is_fixed', 'id', 'month', 'number', 'kind');
CREATE OR REPLACE TRIGGER batch_moves BEFORE UPDATE ON payouts_batch
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('batch_moves', @batch_moves@);
CREATE OR REPLACE TRIGGER batch_moved BEFORE UPDATE ON payouts_batch
  FOR EACH ROW EXECUTE FUNCTION payouts_batch_moved();
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

CREATE OR REPLACE TRIGGER computed AFTER INSERT ON payouts_payslip
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_computed();
CREATE OR REPLACE TRIGGER detailed AFTER INSERT ON payouts_payslipitem
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_payslip_detailed();
CREATE OR REPLACE TRIGGER detailed AFTER INSERT ON payouts_employerpart
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_payslip_detailed();
CREATE OR REPLACE TRIGGER owed AFTER INSERT ON payouts_obligation
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_owed();
CREATE OR REPLACE TRIGGER payment_added AFTER INSERT ON payouts_payment
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_payment_added();
CREATE OR REPLACE TRIGGER payment_moved AFTER UPDATE ON payouts_payment
  REFERENCING OLD TABLE AS old_row NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_payment_moved();
CREATE OR REPLACE TRIGGER part_added AFTER INSERT ON payouts_paymentpart
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_part_added();
CREATE OR REPLACE TRIGGER result_added AFTER INSERT ON payouts_resultrow
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_result_added();

DO $$
DECLARE
  entry record;
BEGIN
  FOR entry IN SELECT * FROM (VALUES
      ('payouts_declaration', 'declaration'), ('payouts_declaredstaff', 'declared_staff'),
      ('payouts_declaredpay', 'declared_pay'), ('payouts_declaredamount', 'declared_amount'),
      ('payouts_declaredchange', 'declared_change'), ('payouts_declaredyeartodate', 'declared_year'),
      ('payouts_declareddeath', 'declared_death'),
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
      ('payouts_person', 'person'), ('payouts_payrollrun', 'run'), ('payouts_runexception', 'exception'),
      ('payouts_batch', 'batch'), ('payouts_payment', 'payment'), ('payouts_accountcorrection', 'correction'))
      AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
END $$;
