-- Rows of a township, kept a second time: beside what every page asks of treasury/scopes.py, PostgreSQL shows a
-- session that is narrowed to some books the rows of these books alone, and takes no others from it.
--
-- A session is narrowed by its setting tongfa.books, an array of the keys of books: {} is none, unset or empty is
-- the whole district (commands, workers, officers of the bureau). The owner is never narrowed, nor are the triggers
-- and functions that run with the owner's rights: what they prove, they prove of the whole district.
--
-- Each policy reads the setting once a statement (a subquery that depends on no row), and is written as
-- CASE ... IS NOT NULL because the planner takes that to hold for nearly every row: the plans of the district stay
-- as they are without it.

CREATE OR REPLACE FUNCTION ledger_own_books() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(pg_catalog.current_setting('tongfa.books', true), '')::bigint[];

-- The keys of the rows of a table that are open, for the policies of what belongs to them; NULL where the session
-- is not narrowed. They are read as they are open to who asks: the policy of that table holds in here too.
CREATE OR REPLACE FUNCTION ledger_own_keys(rows_of regclass) RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = @schema@, pg_temp AS $$
DECLARE
  keys bigint[];
BEGIN
  IF ledger_own_books() IS NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE format('SELECT array_agg(id) FROM %s', rows_of) INTO keys;
  RETURN coalesce(keys, '{}');
END $$;

DO $$
DECLARE
  policed record;
BEGIN
  FOR policed IN
    SELECT t.name, CASE t.of WHEN '' THEN 'ledger_own_books()' ELSE format('ledger_own_keys(''ledger_%s'')', t.of) END AS own,
           t.key
      FROM (VALUES ('book', 'id', ''), ('account', 'book_id', ''), ('period', 'book_id', ''), ('voucher', 'book_id', ''),
                   ('voucherdraft', 'book_id', ''), ('bookhead', 'book_id', ''), ('seal', 'book_id', ''),
                   ('yearcarried', 'book_id', ''), ('balancerebuild', 'book_id', ''), ('mirrorbalance', 'lower_book_id', ''),
                   ('line', 'period_id', 'period'), ('balance', 'period_id', 'period'),
                   ('vouchercounter', 'period_id', 'period'), ('periodchange', 'period_id', 'period'),
                   ('openingbalance', 'account_id', 'account'), ('accountfund', 'account_id', 'account'),
                   ('signature', 'voucher_id', 'voucher'), ('draftline', 'draft_id', 'voucherdraft')) AS t (name, key, of)
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', 'ledger_' || policed.name);
    EXECUTE format('DROP POLICY IF EXISTS own_rows ON %I', 'ledger_' || policed.name);
    EXECUTE format('CREATE POLICY own_rows ON %1$I USING (CASE WHEN %3$I = ANY ((SELECT %2$s)::bigint[]) IS NOT FALSE '
                   'THEN 1 END IS NOT NULL)', 'ledger_' || policed.name, policed.own, policed.key);
  END LOOP;
END $$;

-- The name and the regime of the district stand on every paper; what is in its books does not.
DROP POLICY IF EXISTS district_is_named ON ledger_book;
CREATE POLICY district_is_named ON ledger_book FOR SELECT USING (kind = 'DISTRICT');

-- A view asks with the rights of who reads it, so that the policies hold behind it. The auditor's views stay the
-- owner's: the auditor reads the district, and the pages read none of them.
ALTER VIEW ledger_canonical SET (security_invoker = true);
