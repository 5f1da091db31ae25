-- Masters of the treasury: codes stay, history is only added to.

CREATE OR REPLACE TRIGGER township_is_fixed BEFORE UPDATE ON treasury_township
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('township_is_fixed', 'id', 'code', 'number', 'book_id');
CREATE OR REPLACE TRIGGER unit_is_fixed BEFORE UPDATE ON treasury_unit
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('unit_is_fixed', 'id', 'code', 'dimension_id');

DO $$
DECLARE
  entry record;
BEGIN
  FOR entry IN SELECT * FROM (VALUES
      ('treasury_bankaccount', 'bank_account'), ('treasury_accountverification', 'account_verification'),
      ('treasury_unitchannel', 'unit_channel')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
  FOR entry IN SELECT * FROM (VALUES
      ('treasury_township', 'township'), ('treasury_unit', 'unit')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
END $$;

CREATE OR REPLACE VIEW auditor_township AS
  SELECT code, name, kind, number, book_id AS book FROM treasury_township;
CREATE OR REPLACE VIEW auditor_unit AS
  SELECT u.code, u.name, t.code AS township, u.nature, u.credit_code
    FROM treasury_unit u JOIN treasury_township t ON t.id = u.township_id;
CREATE OR REPLACE VIEW auditor_unit_channel AS
  SELECT u.code AS unit, c.channel, a.bank, ledger_mask(a.number) AS account_number, c.effective_from,
         c.recorded_by_id AS recorded_by, c.source
    FROM treasury_unitchannel c JOIN treasury_unit u ON u.id = c.unit_id
    LEFT JOIN treasury_bankaccount a ON a.id = c.account_id;
