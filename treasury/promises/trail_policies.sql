-- Events of the trail, kept a second time: a narrowed session (see row_policies.sql) reads those of the chains of its
-- books and those about its own things. It writes any: who is refused leaves the refusal in the trail, whatever about.

-- The subjects of the own things as acts name them; NULL where the session is not narrowed. The tables are read as
-- they are open to who asks.
CREATE OR REPLACE FUNCTION treasury_own_subjects() RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF treasury_own_townships() IS NULL THEN
    RETURN NULL;
  END IF;
  RETURN ARRAY(
    SELECT 'claim/' || c.number || CASE WHEN c.attempt = 1 THEN '' ELSE '/' || c.attempt END FROM treasury_claim c
    UNION ALL SELECT 'township/' || t.code FROM treasury_township t
    UNION ALL SELECT 'release/' || r.id FROM treasury_release r
    UNION ALL SELECT 'receipt_book/' || b.id FROM treasury_receiptbook b
    UNION ALL SELECT 'secondment/' || s.id FROM treasury_secondment s
    UNION ALL SELECT 'statement/' || s.id FROM treasury_accountstatement s
    UNION ALL SELECT 'statement/' || t.code || '/' || to_char(m, 'YYYY-MM') FROM treasury_township t,
      generate_series(date_trunc('year', current_date) - interval '2 years',
                      date_trunc('year', current_date) + interval '2 years', interval '1 month') AS m
    UNION ALL SELECT 'special_plan/' || p.id FROM treasury_specialplan p
    UNION ALL SELECT 'procurement/' || p.id FROM treasury_procurement p
    UNION ALL SELECT 'fine/' || f.id FROM treasury_fine f
    UNION ALL SELECT 'prize/' || p.id FROM treasury_prize p JOIN treasury_township t ON t.id = p.township_id
    UNION ALL SELECT 'budget/' || b.book_id || '/' || b.year || '/' || b.edition FROM treasury_budget b
      WHERE b.book_id = ANY (treasury_own_codes())
    UNION ALL SELECT 'plan/' || p.book_id || '/' || p.year || '/' || p.number FROM treasury_spendingplan p
      WHERE p.book_id = ANY (treasury_own_codes())
    UNION ALL SELECT 'revenue_plan/' || t.code || '/' || p.year || '/' || p.edition FROM treasury_revenueplan p
      JOIN treasury_township t ON t.id = p.township_id
    UNION ALL SELECT 'passed_on/' || p.id FROM treasury_passedon p);
END $$;

ALTER TABLE ledger_auditevent ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_rows ON ledger_auditevent;
CREATE POLICY own_rows ON ledger_auditevent FOR SELECT USING (
  CASE WHEN (SELECT treasury_own_subjects()) IS NULL THEN 1
       WHEN chain = ANY ((SELECT treasury_own_codes())::text[]) THEN 1
       WHEN subject = ANY ((SELECT treasury_own_subjects())::text[]) THEN 1 END IS NOT NULL);
DROP POLICY IF EXISTS every_act_is_told ON ledger_auditevent;
CREATE POLICY every_act_is_told ON ledger_auditevent FOR INSERT WITH CHECK (true);
