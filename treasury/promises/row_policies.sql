-- Rows of a township, kept a second time: see ledger/promises/row_policies.sql. A session that is narrowed has the
-- keys of its townships in tongfa.townships and those of their books in tongfa.books.

CREATE OR REPLACE FUNCTION treasury_own_townships() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(pg_catalog.current_setting('tongfa.townships', true), '')::bigint[];

DO $$
DECLARE
  policed record;
BEGIN
  FOR policed IN
    SELECT t.name, t.key, CASE t.of WHEN '' THEN 'treasury_own_townships()'
                                    ELSE format('ledger_own_keys(%L)', t.of) END AS own
      FROM (SELECT 'township' AS name, 'id' AS key, '' AS of
            UNION ALL
            SELECT name, 'township_id', '' FROM unnest(ARRAY[
              'accountstatement', 'claim', 'collection', 'earmarkeditem', 'fine', 'incomeline', 'openingfigure', 'passedon',
              'prize', 'procurement', 'receiptbook', 'release', 'revenueplan', 'secondment', 'settlement', 'specialplan',
              'unit', 'unpaidsalary']) AS name
            UNION ALL
            SELECT name, key, 'treasury_' || of FROM (VALUES
              ('acceptance', 'procurement_id', 'procurement'), ('appropriationmonth', 'appropriation_id', 'appropriation'),
              ('backpaypart', 'release_id', 'release'), ('budgetline', 'budget_id', 'budget'),
              ('budgetuse', 'appropriation_id', 'appropriation'), ('claimline', 'claim_id', 'claim'),
              ('consultation', 'secondment_id', 'secondment'), ('establishment', 'unit_id', 'unit'),
              ('finesetoff', 'fine_id', 'fine'), ('instalment', 'procurement_id', 'procurement'),
              ('itemallocation', 'item_id', 'earmarkeditem'), ('planline', 'plan_id', 'spendingplan'),
              ('receiptmark', 'book_id', 'receiptbook'), ('releaseline', 'release_id', 'release'),
              ('secondmentend', 'secondment_id', 'secondment'), ('unitchannel', 'unit_id', 'unit'),
              ('usedinvoice', 'claim_id', 'claim')) AS v (name, key, of)) AS t
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', 'treasury_' || policed.name);
    EXECUTE format('DROP POLICY IF EXISTS own_rows ON %I', 'treasury_' || policed.name);
    -- A row of no township is nobody's but the district's.
    EXECUTE format('CREATE POLICY own_rows ON %I USING (CASE WHEN coalesce(%I, 0) = ANY ((SELECT %s)::bigint[]) '
                   'IS NOT FALSE THEN 1 END IS NOT NULL)', 'treasury_' || policed.name, policed.key, policed.own);
  END LOOP;
END $$;

-- Budgets name their book by its code. The district's own book, whose name is open to all, is none of these.
CREATE OR REPLACE FUNCTION treasury_own_codes() RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = @schema@, pg_temp AS $$
BEGIN
  RETURN CASE WHEN ledger_own_books() IS NOT NULL THEN
    ARRAY(SELECT b.code FROM ledger_book b WHERE b.id = ANY (ledger_own_books())) END;
END $$;

DO $$
DECLARE
  policed text;
BEGIN
  FOREACH policed IN ARRAY ARRAY['appropriation', 'budget', 'budgetindicator', 'spendingplan'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', 'treasury_' || policed);
    EXECUTE format('DROP POLICY IF EXISTS own_rows ON %I', 'treasury_' || policed);
    EXECUTE format('CREATE POLICY own_rows ON %I USING (CASE WHEN coalesce(book_id, '''') = ANY '
                   '((SELECT treasury_own_codes())::text[]) IS NOT FALSE THEN 1 END IS NOT NULL)', 'treasury_' || policed);
  END LOOP;
END $$;
