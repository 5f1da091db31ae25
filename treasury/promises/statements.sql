-- Statements of account: made of the books as they stand, confirmed while they still say the same.

-- What the lines of one book say of a month on its current accounts with the other, by event; the net is
-- what the township owes: debits less credits in the district's book, the other way round in its own.
CREATE OR REPLACE FUNCTION treasury_statement_movements(township bigint, month date)
RETURNS TABLE (mirror text, posting_date date, source text, district_vouchers text, township_vouchers text,
               district_net numeric, township_net numeric)
LANGUAGE sql STABLE SET search_path = @schema@, pg_temp AS $$
  WITH moved AS (
    SELECT a.mirror, v.source, v.posting_date, k.kind = 'DISTRICT' AS above, v.voucher_type, v.number,
           sum(CASE WHEN (l.side = 'D') = (k.kind = 'DISTRICT') THEN l.amount ELSE -l.amount END) AS net
      FROM treasury_township t JOIN ledger_book own ON own.code = t.book_id
      JOIN ledger_account a ON a.mirror <> ''
       AND ((a.book_id = own.parent_id AND a.counterpart_id = own.id)
         OR (a.book_id = own.id AND a.counterpart_id = own.parent_id))
      JOIN ledger_book k ON k.id = a.book_id
      JOIN ledger_line l ON l.account_id = a.id
       AND l.posting_date >= month AND l.posting_date < month + interval '1 month'
      JOIN ledger_voucher v ON v.id = l.voucher_id
     WHERE t.id = township
     GROUP BY a.mirror, v.source, v.posting_date, k.kind, v.voucher_type, v.number)
  SELECT mirror, posting_date, source,
         coalesce(string_agg(voucher_type || '-' || number, ' ' ORDER BY voucher_type COLLATE "C", number)
           FILTER (WHERE above), ''),
         coalesce(string_agg(voucher_type || '-' || number, ' ' ORDER BY voucher_type COLLATE "C", number)
           FILTER (WHERE NOT above), ''),
         coalesce(sum(net) FILTER (WHERE above), 0.00), coalesce(sum(net) FILTER (WHERE NOT above), 0.00)
    FROM moved GROUP BY mirror, posting_date, source
   ORDER BY mirror COLLATE "C", posting_date, source COLLATE "C"
$$;

-- What the balances of both books say of a township's current accounts before a day.
CREATE OR REPLACE FUNCTION treasury_statement_balances(township bigint, before date)
RETURNS TABLE (mirror text, district_net numeric, township_net numeric)
LANGUAGE sql STABLE SET search_path = @schema@, pg_temp AS $$
  SELECT m.mirror,
         coalesce(sum(b.debit - b.credit) FILTER (WHERE a.book_id = own.parent_id), 0.00),
         coalesce(sum(b.credit - b.debit) FILTER (WHERE a.book_id = own.id), 0.00)
    FROM treasury_township t JOIN ledger_book own ON own.code = t.book_id
   CROSS JOIN (VALUES ('ANNUAL'), ('HISTORIC')) AS m (mirror)
    LEFT JOIN ledger_account a ON a.mirror = m.mirror
     AND ((a.book_id = own.parent_id AND a.counterpart_id = own.id)
       OR (a.book_id = own.id AND a.counterpart_id = own.parent_id))
    LEFT JOIN ledger_balance b ON b.account_id = a.id AND b.posting_date < before
   WHERE t.id = township GROUP BY m.mirror ORDER BY m.mirror COLLATE "C"
$$;

-- The one canonical text of a statement: whoever hashes or checks one uses this function.
CREATE OR REPLACE FUNCTION treasury_statement_text(township bigint, month date) RETURNS text LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT 'statement' || E'\t' || d.code || E'\t' || t.code || E'\t' || to_char(month, 'YYYY-MM') || E'\n'
      || (SELECT string_agg('opening' || E'\t' || o.mirror || E'\t' || round(o.district_net, 2) || E'\t'
                            || round(o.township_net, 2) || E'\n', '' ORDER BY o.mirror COLLATE "C")
            FROM treasury_statement_balances(township, month) o)
      || coalesce((SELECT string_agg('moved' || E'\t' || m.mirror || E'\t' || to_char(m.posting_date, 'YYYY-MM-DD')
                            || E'\t' || m.source || E'\t' || m.district_vouchers || E'\t' || m.township_vouchers
                            || E'\t' || round(m.district_net, 2) || E'\t' || round(m.township_net, 2) || E'\n', ''
                            ORDER BY m.mirror COLLATE "C", m.posting_date, m.source COLLATE "C")
                     FROM treasury_statement_movements(township, month) m), '')
      || (SELECT string_agg('closing' || E'\t' || c.mirror || E'\t' || round(c.district_net, 2) || E'\t'
                            || round(c.township_net, 2) || E'\n', '' ORDER BY c.mirror COLLATE "C")
            FROM treasury_statement_balances(township, (month + interval '1 month')::date) c)
    FROM treasury_township t JOIN ledger_book own ON own.code = t.book_id JOIN ledger_book d ON d.id = own.parent_id
   WHERE t.id = township
$$;

CREATE OR REPLACE FUNCTION treasury_statement_digest(township bigint, month date) RETURNS text LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT encode(sha256(convert_to(treasury_statement_text(township, month), 'UTF8')), 'hex')
$$;

-- A statement comes, and is confirmed, while it says what the books say; what was decided stays.
CREATE OR REPLACE FUNCTION treasury_statement_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  found record;
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.status <> 'MADE'
     OR (OLD.district_by_id IS NOT NULL
         AND (NEW.district_by_id, NEW.district_at) IS DISTINCT FROM (OLD.district_by_id, OLD.district_at))
     OR (OLD.township_by_id IS NOT NULL
         AND (NEW.township_by_id, NEW.township_at) IS DISTINCT FROM (OLD.township_by_id, OLD.township_at))) THEN
    PERFORM ledger_refuse(
      'statement_is_fixed', 'what was confirmed, disagreed with or voided stays',
      jsonb_build_object('statement', OLD.id, 'status', OLD.status), 'Make a further edition.');
  END IF;
  IF TG_OP = 'INSERT' OR NEW.district_by_id IS DISTINCT FROM OLD.district_by_id
     OR NEW.township_by_id IS DISTINCT FROM OLD.township_by_id THEN
    -- What is being posted right now is waited for, and then seen.
    PERFORM ledger_lock_books(ARRAY(
      SELECT unnest(ARRAY[k.id, k.parent_id]) FROM treasury_township t JOIN ledger_book k ON k.code = t.book_id
       WHERE t.id = NEW.township_id));
    SELECT treasury_statement_digest(NEW.township_id, NEW.month) AS digest,
           (SELECT count(*) FROM treasury_statement_movements(NEW.township_id, NEW.month)) AS movements,
           (SELECT district_net FROM treasury_statement_balances(NEW.township_id, NEW.month)
             WHERE mirror = 'ANNUAL') AS annual_opening,
           (SELECT district_net FROM treasury_statement_balances(NEW.township_id, NEW.month)
             WHERE mirror = 'HISTORIC') AS historic_opening,
           (SELECT district_net FROM treasury_statement_balances(NEW.township_id, (NEW.month + interval '1 month')::date)
             WHERE mirror = 'ANNUAL') AS annual_closing,
           (SELECT district_net FROM treasury_statement_balances(NEW.township_id, (NEW.month + interval '1 month')::date)
             WHERE mirror = 'HISTORIC') AS historic_closing INTO found;
    IF (NEW.digest, NEW.movements, NEW.annual_opening, NEW.historic_opening, NEW.annual_closing, NEW.historic_closing)
       IS DISTINCT FROM (found.digest, found.movements, found.annual_opening, found.historic_opening,
                         found.annual_closing, found.historic_closing) THEN
      PERFORM ledger_refuse(
        'statement_is_of_the_books', 'the books do not say what the statement says',
        jsonb_build_object('month', NEW.month, 'edition', NEW.edition, 'digest', NEW.digest, 'books', found.digest),
        'Make the statement anew.');
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER statement_begun BEFORE INSERT ON treasury_accountstatement
  FOR EACH ROW EXECUTE FUNCTION treasury_begun('statement_moves', 'MADE');
CREATE OR REPLACE TRIGGER statement_moves BEFORE UPDATE ON treasury_accountstatement
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('statement_moves', @statement_moves@);
CREATE OR REPLACE TRIGGER statement_is_fixed BEFORE UPDATE ON treasury_accountstatement
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('statement_is_fixed', 'id', 'township_id', 'month', 'edition', 'digest',
    'movements', 'annual_opening', 'annual_closing', 'historic_opening', 'historic_closing', 'made_by_id', 'made_at');
CREATE OR REPLACE TRIGGER statement_moved BEFORE INSERT OR UPDATE ON treasury_accountstatement
  FOR EACH ROW EXECUTE FUNCTION treasury_statement_moved();
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON treasury_accountstatement
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('statement');

CREATE OR REPLACE VIEW auditor_account_statement AS
  SELECT t.code AS township, s.month, s.edition, s.digest, s.movements, s.annual_opening, s.annual_closing,
         s.historic_opening, s.historic_closing, s.status, s.made_by_id AS made_by, s.made_at,
         s.district_by_id AS district_by, s.district_at, s.township_by_id AS township_by, s.township_at,
         s.disagreed_side, s.disagreed_by_id AS disagreed_by, s.disagreed_at, s.reason
    FROM treasury_accountstatement s JOIN treasury_township t ON t.id = s.township_id;
