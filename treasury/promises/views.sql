-- What the auditor reads of the treasury; account numbers are masked.

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
