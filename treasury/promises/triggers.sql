-- Masters of the treasury: codes stay, history is only added to.

CREATE OR REPLACE TRIGGER township_is_fixed BEFORE UPDATE ON treasury_township
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('township_is_fixed', 'id', 'code', 'number', 'book_id');
CREATE OR REPLACE TRIGGER unit_is_fixed BEFORE UPDATE ON treasury_unit
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('unit_is_fixed', 'id', 'code', 'dimension_id');

CREATE OR REPLACE TRIGGER release_begun BEFORE INSERT ON treasury_release
  FOR EACH ROW EXECUTE FUNCTION treasury_begun('release_moves', 'WAITING');
CREATE OR REPLACE TRIGGER release_moves BEFORE UPDATE ON treasury_release
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('release_moves', @release_moves@);
CREATE OR REPLACE TRIGGER release_moved BEFORE UPDATE ON treasury_release
  FOR EACH ROW EXECUTE FUNCTION treasury_release_moved();
CREATE OR REPLACE TRIGGER release_is_fixed BEFORE UPDATE ON treasury_release
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('release_is_fixed', 'id', 'source', 'month', 'township_id', 'kind', 'rank',
    'account_code', 'fund_code', 'amount', 'summary', 'requested_on', 'prepared_by_id');
CREATE OR REPLACE TRIGGER release_line_added AFTER INSERT ON treasury_releaseline
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION treasury_release_line_added();
CREATE OR REPLACE TRIGGER back_pay_added AFTER INSERT ON treasury_backpaypart
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION treasury_back_pay_added();
CREATE OR REPLACE TRIGGER settlement_begun BEFORE INSERT ON treasury_settlement
  FOR EACH ROW EXECUTE FUNCTION treasury_begun('settlement_moves', 'PREPARED');
CREATE OR REPLACE TRIGGER settlement_moves BEFORE UPDATE ON treasury_settlement
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('settlement_moves', @settlement_moves@);
CREATE OR REPLACE TRIGGER settlement_moved BEFORE UPDATE ON treasury_settlement
  FOR EACH ROW EXECUTE FUNCTION treasury_settlement_moved();
CREATE OR REPLACE TRIGGER settlement_is_fixed BEFORE UPDATE ON treasury_settlement
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('settlement_is_fixed', 'id', 'township_id', 'year', 'month', 'number',
    'settled_on', 'planned', 'collected', 'over', 'local_share', 'local_part', 'settled_before', 'base', 'rate', 'quarter',
    'debt_before', 'withheld', 'debt_after', 'returned', 'upper_part', 'ordinary_return', 'held_before', 'unpaid_before',
    'back_pay', 'rest', 'basis', 'prepared_by_id');
CREATE OR REPLACE TRIGGER claim_begun BEFORE INSERT ON treasury_claim
  FOR EACH ROW EXECUTE FUNCTION treasury_begun('claim_moves', 'REGISTERED');
CREATE OR REPLACE TRIGGER claim_moves BEFORE UPDATE ON treasury_claim
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('claim_moves', @claim_moves@);
CREATE OR REPLACE TRIGGER claim_moved BEFORE UPDATE ON treasury_claim
  FOR EACH ROW EXECUTE FUNCTION treasury_claim_moved();
CREATE OR REPLACE TRIGGER claim_is_fixed BEFORE UPDATE ON treasury_claim
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('claim_is_fixed', 'id', 'number', 'attempt', 'month', 'township_id', 'unit_id',
    'sub_account', 'claimed_on', 'total', 'handler', 'file_id', 'corrects_id', 'registered_by_id');
CREATE OR REPLACE TRIGGER claim_line_added AFTER INSERT ON treasury_claimline
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION treasury_claim_line_added();
CREATE OR REPLACE TRIGGER income_line_is_fixed BEFORE UPDATE ON treasury_incomeline
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('income_line_is_fixed', 'id', 'township_id', 'received_on', 'kind',
    'subject_code', 'subject', 'payment_slip', 'receipt', 'amount', 'collector', 'note', 'file_id', 'row', 'takes_back_id');
CREATE OR REPLACE TRIGGER revenue_plan_is_fixed BEFORE UPDATE ON treasury_revenueplan
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('revenue_plan_is_fixed', 'id', 'township_id', 'year', 'edition', 'planned',
    'local_share', 'collected_before', 'counted_from', 'mean', 'growth', 'reason', 'prepared_by_id', 'recorded_at');
CREATE OR REPLACE TRIGGER revenue_plan_approved BEFORE UPDATE ON treasury_revenueplan
  FOR EACH ROW WHEN (OLD.approved_by_id IS NOT NULL AND NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id)
  EXECUTE FUNCTION ledger_append_only('revenue_plan');
CREATE OR REPLACE TRIGGER income_line_moved BEFORE UPDATE ON treasury_incomeline
  FOR EACH ROW EXECUTE FUNCTION treasury_income_line_moved();

DO $$
DECLARE
  entry record;
BEGIN
  FOR entry IN SELECT * FROM (VALUES
      ('treasury_bankaccount', 'bank_account'), ('treasury_accountverification', 'account_verification'),
      ('treasury_unitchannel', 'unit_channel'), ('treasury_appliedfile', 'applied_file'),
      ('treasury_openingfigure', 'opening_figure'), ('treasury_collection', 'collection'),
      ('treasury_releaseline', 'release_line'),
      ('treasury_unpaidsalary', 'unpaid_salary'), ('treasury_backpaypart', 'back_pay_part'),
      ('treasury_claimline', 'claim_line'), ('treasury_usedinvoice', 'used_invoice')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
  FOR entry IN SELECT * FROM (VALUES
      ('treasury_township', 'township'), ('treasury_unit', 'unit'), ('treasury_incomeline', 'income_line'),
      ('treasury_revenueplan', 'revenue_plan'),
      ('treasury_release', 'release'), ('treasury_settlement', 'settlement'), ('treasury_claim', 'claim')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
END $$;
