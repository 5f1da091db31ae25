-- Which table keeps which promise. Upper apps attach the same functions to their own tables.

CREATE OR REPLACE TRIGGER a_voucher_posted AFTER INSERT ON ledger_voucher
  REFERENCING NEW TABLE AS new_voucher FOR EACH STATEMENT EXECUTE FUNCTION ledger_voucher_posted();
CREATE OR REPLACE TRIGGER b_line_posted AFTER INSERT ON ledger_line
  REFERENCING NEW TABLE AS new_line FOR EACH STATEMENT EXECUTE FUNCTION ledger_line_posted();
CREATE OR REPLACE TRIGGER book_opened AFTER INSERT ON ledger_book
  FOR EACH ROW EXECUTE FUNCTION ledger_book_opened();
CREATE OR REPLACE TRIGGER period_added BEFORE INSERT ON ledger_period
  FOR EACH ROW EXECUTE FUNCTION ledger_period_added();
CREATE OR REPLACE TRIGGER period_changed AFTER INSERT ON ledger_periodchange
  FOR EACH ROW EXECUTE FUNCTION ledger_period_changed();
CREATE OR REPLACE TRIGGER account_added AFTER INSERT ON ledger_account
  FOR EACH ROW EXECUTE FUNCTION ledger_account_added();
CREATE OR REPLACE TRIGGER account_ended AFTER UPDATE OF effective_to ON ledger_account
  FOR EACH ROW EXECUTE FUNCTION ledger_account_ended();
CREATE OR REPLACE TRIGGER year_carried AFTER INSERT ON ledger_yearcarried
  FOR EACH ROW EXECUTE FUNCTION ledger_year_carried();
CREATE OR REPLACE TRIGGER voucher_signed AFTER INSERT ON ledger_signature
  FOR EACH ROW EXECUTE FUNCTION ledger_voucher_signed();
CREATE OR REPLACE TRIGGER balance_rebuilt AFTER INSERT ON ledger_balancerebuild
  FOR EACH ROW EXECUTE FUNCTION ledger_balance_rebuilt();
CREATE OR REPLACE TRIGGER event_recorded BEFORE INSERT ON ledger_auditevent
  FOR EACH ROW EXECUTE FUNCTION ledger_event_recorded();

CREATE OR REPLACE TRIGGER officer_is_fixed BEFORE UPDATE ON ledger_officer
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('officer_is_fixed', 'id', 'username', 'kind');
CREATE OR REPLACE TRIGGER book_is_fixed BEFORE UPDATE ON ledger_book
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('book_is_fixed', 'id', 'code', 'kind', 'chart_id', 'parent_id', 'currency', 'opened_on');
CREATE OR REPLACE TRIGGER account_is_fixed BEFORE UPDATE ON ledger_account
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('account_is_fixed', 'id', 'book_id', 'code', 'parent_id', 'kind', 'record',
    'normal_side', 'role', 'cash', 'may_overdraw', 'flow', 'level', 'mirror', 'counterpart_id', 'effective_from');
CREATE OR REPLACE TRIGGER draft_kept BEFORE INSERT OR UPDATE ON ledger_voucherdraft
  FOR EACH ROW EXECUTE FUNCTION ledger_draft_kept();
CREATE OR REPLACE TRIGGER draft_line_kept BEFORE INSERT OR UPDATE OR DELETE ON ledger_draftline
  FOR EACH ROW EXECUTE FUNCTION ledger_draft_kept();
CREATE OR REPLACE TRIGGER draft_moves BEFORE UPDATE ON ledger_voucherdraft
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('draft_moves', @draft_moves@);

DO $$
DECLARE
  entry record;
BEGIN
  -- Posted: nothing is changed or taken away.
  FOR entry IN SELECT * FROM (VALUES
      ('ledger_voucher', 'voucher'), ('ledger_line', 'line'), ('ledger_signature', 'signature'),
      ('ledger_seal', 'seal'), ('ledger_periodchange', 'period_change'), ('ledger_yearcarried', 'year_carried'),
      ('ledger_openingbalance', 'opening_balance'), ('ledger_balancerebuild', 'balance_rebuild'),
      ('ledger_auditevent', 'audit_event'), ('ledger_accountfund', 'account_fund')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
  -- Derived: written by the triggers of postings only.
  FOR entry IN SELECT * FROM (VALUES
      ('ledger_balance', 'balance', 'INSERT OR UPDATE OR DELETE OR TRUNCATE'),
      ('ledger_bookhead', 'book_head', 'INSERT OR UPDATE OR DELETE OR TRUNCATE'),
      ('ledger_vouchercounter', 'voucher_counter', 'INSERT OR UPDATE OR DELETE OR TRUNCATE'),
      ('ledger_mirrorbalance', 'mirror_balance', 'INSERT OR UPDATE OR DELETE OR TRUNCATE'),
      ('ledger_trailhead', 'trail_head', 'INSERT OR UPDATE OR DELETE OR TRUNCATE'),
      ('ledger_seal', 'seal', 'INSERT'), ('ledger_openingbalance', 'opening_balance', 'INSERT'),
      ('ledger_period', 'period', 'UPDATE OR DELETE OR TRUNCATE')) AS t (tablename, word, operations)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER derived BEFORE %s ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_derived(%L)', entry.operations, entry.tablename, entry.word);
  END LOOP;
  -- Masters that postings name by code: never deleted, and their codes stay.
  FOR entry IN SELECT * FROM (VALUES
      ('ledger_chart', 'chart'), ('ledger_fund', 'fund'), ('ledger_book', 'book'), ('ledger_account', 'account'),
      ('ledger_officer', 'officer'), ('ledger_voucherdraft', 'voucher_draft'), ('ledger_functionalclass', 'functional_class'),
      ('ledger_economicclass', 'economic_class'), ('ledger_project', 'project'),
      ('ledger_accountingunit', 'accounting_unit'), ('ledger_counterparty', 'counterparty')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
    IF entry.tablename NOT IN ('ledger_book', 'ledger_account', 'ledger_officer', 'ledger_chart', 'ledger_voucherdraft') THEN
      EXECUTE format('CREATE OR REPLACE TRIGGER code_is_fixed BEFORE UPDATE ON %I
        FOR EACH ROW EXECUTE FUNCTION ledger_fixed(%L, ''code'')', entry.tablename, entry.word || '_code_is_fixed');
    END IF;
  END LOOP;
END $$;
