-- Explanations of the bank's entries by cash lines of vouchers: both sides agree, each is matched at most once at a time.

-- Cash lines on own accounts from the day on which these are reconciled; ``amount`` is what a line adds.
CREATE OR REPLACE VIEW payouts_own_line AS
  SELECT w.own_account_id, l.voucher_id, l.line_no, l.posting_date,
         CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END AS amount
    FROM payouts_ownaccount o JOIN payouts_ownleaf w ON w.own_account_id = o.id
    JOIN ledger_line l ON l.account_id = w.account_id AND l.posting_date >= o.reconciled_from
     AND l.posting_date < coalesce(o.effective_to, 'infinity')
   WHERE o.status = 'CONFIRMED';

-- What no explanation that stands holds.
CREATE OR REPLACE VIEW payouts_entry_left AS
  SELECT e.* FROM payouts_statemententry e
   WHERE NOT EXISTS (SELECT FROM payouts_explainedentry x
                      WHERE x.entry_id = e.id
                        AND NOT EXISTS (SELECT FROM payouts_explanationundone u WHERE u.explanation_id = x.explanation_id));
CREATE OR REPLACE VIEW payouts_line_left AS
  SELECT l.* FROM payouts_own_line l
   WHERE NOT EXISTS (SELECT FROM payouts_explainedline x
                      WHERE x.voucher_id = l.voucher_id AND x.line_no = l.line_no
                        AND NOT EXISTS (SELECT FROM payouts_explanationundone u WHERE u.explanation_id = x.explanation_id));

-- The sources of the vouchers that took the money of a batch out.
CREATE OR REPLACE FUNCTION payouts_batch_sources(batch bigint) RETURNS SETOF text LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT 'payouts.batch/' || batch || '/sent'
  UNION ALL
  SELECT CASE r.purpose WHEN 'PAYROLL' THEN 'payouts.run/' || r.id || '/pay/' || t.code
                        ELSE 'payouts.benefits/' || r.id || '/batch/' || b.id || '/' || t.code END
    FROM payouts_batch b JOIN payouts_run r ON r.id = b.run_id CROSS JOIN treasury_township t
   WHERE b.id = batch AND (r.purpose <> 'PAYROLL' OR b.source = 'payouts.run/' || r.id || '/batch')
  UNION ALL
  SELECT DISTINCT m.source || CASE WHEN p.reissues_id IS NULL THEN '/paid' ELSE '/reissued/' || batch END
    FROM payouts_payment p JOIN payouts_paymentpart q ON q.payment_id = p.id
    JOIN payouts_obligation o ON o.id = q.obligation_id JOIN treasury_release m ON m.id = o.release_id
   WHERE p.batch_id = batch AND EXISTS (SELECT FROM payouts_batch b WHERE b.id = batch AND b.run_id IS NULL)
$$;

-- The sources of the vouchers that a record of the bank brought back.
CREATE OR REPLACE FUNCTION payouts_result_sources(result bigint) RETURNS SETOF text LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT 'payouts.result/' || result || '/returned'
  UNION ALL
  SELECT 'payouts.result/' || result || '/returned/benefits'
  UNION ALL
  SELECT DISTINCT m.source || '/returned/' || result
    FROM payouts_resultrow w JOIN payouts_paymentpart q ON q.payment_id = w.payment_id
    JOIN payouts_obligation o ON o.id = q.obligation_id JOIN treasury_release m ON m.id = o.release_id
   WHERE w.file_id = result AND w.outcome IN ('RETURNED', 'REJECTED')
$$;

CREATE OR REPLACE FUNCTION payouts_explained() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp SET enable_mergejoin = off SET enable_hashjoin = off AS $$
DECLARE
  wrong bigint;
BEGIN
  PERFORM FROM payouts_ownaccount o WHERE o.id IN (SELECT own_account_id FROM new_row) ORDER BY o.id FOR UPDATE;
  SELECT n.id INTO wrong FROM new_row n
   CROSS JOIN LATERAL (
     SELECT count(*) AS links, count(e.id) AS entries, coalesce(sum(e.amount), 0) AS amount, max(e.booked_on) AS latest
       FROM payouts_explainedentry x
       LEFT JOIN LATERAL (SELECT s.id, s.amount, s.booked_on FROM payouts_statemententry s
                           WHERE s.id = x.entry_id AND s.own_account_id = n.own_account_id
                             AND EXISTS (SELECT FROM payouts_bankstatement b WHERE b.id = s.statement_id)) e ON true
      WHERE x.explanation_id = n.id) e
   CROSS JOIN LATERAL (
     SELECT count(*) AS links, count(l.line_no) AS lines, coalesce(sum(l.amount), 0) AS amount, max(l.posting_date) AS latest
       FROM payouts_explainedline x
       LEFT JOIN payouts_own_line l ON l.voucher_id = x.voucher_id AND l.line_no = x.line_no
        AND l.own_account_id = n.own_account_id
      WHERE x.explanation_id = n.id) l
   WHERE (e.links, e.entries, e.amount) IS DISTINCT FROM (n.entries_count::bigint, n.entries_count::bigint, n.amount)
      OR (l.links, l.lines, l.amount) IS DISTINCT FROM (n.lines_count::bigint, n.lines_count::bigint, n.amount)
      OR n.entries_count + n.lines_count < 2
      OR n.complete_on IS DISTINCT FROM greatest(e.latest, l.latest)
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'explanation_agrees', 'the entries and the lines are not the same money', jsonb_build_object('explanation', wrong),
      'Choose entries and cash lines of one own account whose sums are equal.');
  END IF;
  RETURN NULL;
END $$;

-- A link is written before its explanation, and again only after the one before was undone.
CREATE OR REPLACE FUNCTION payouts_explanation_linked() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp SET enable_mergejoin = off SET enable_hashjoin = off AS $$
DECLARE
  wrong bigint;
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT explanation_id FROM new_row) n
               JOIN payouts_explanation x ON x.id = n.explanation_id) THEN
    PERFORM ledger_refuse(
      'explanation_agrees', 'an explanation takes no further link', '{}'::jsonb, 'Undo it and explain anew.');
  END IF;
  IF TG_TABLE_NAME = 'payouts_explainedentry' THEN
    SELECT n.id INTO wrong FROM new_row n
     WHERE n.turn < 1 OR (n.turn > 1 AND NOT EXISTS (
             SELECT FROM payouts_explainedentry x JOIN payouts_explanationundone u ON u.explanation_id = x.explanation_id
              WHERE x.entry_id = n.entry_id AND x.turn = n.turn - 1)) LIMIT 1;
  ELSE
    SELECT n.id INTO wrong FROM new_row n
     WHERE n.turn < 1 OR (n.turn > 1 AND NOT EXISTS (
             SELECT FROM payouts_explainedline x JOIN payouts_explanationundone u ON u.explanation_id = x.explanation_id
              WHERE x.voucher_id = n.voucher_id AND x.line_no = n.line_no AND x.turn = n.turn - 1)) LIMIT 1;
  END IF;
  IF FOUND THEN
    PERFORM ledger_refuse(
      CASE TG_TABLE_NAME WHEN 'payouts_explainedentry' THEN 'entry_is_explained_once' ELSE 'line_is_matched_once' END,
      'it is explained already', jsonb_build_object('link', wrong), 'Undo the explanation that holds it first.');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION payouts_entry_listed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF NEW.status <> 'GIVEN' OR NOT EXISTS (
       SELECT FROM payouts_statemententry e JOIN payouts_bankstatement s ON s.id = e.statement_id WHERE e.id = NEW.entry_id) THEN
    PERFORM ledger_refuse(
      'listing_moves', 'an entry of a statement is listed, then signed', jsonb_build_object('entry', NEW.entry_id),
      'List it, then have another officer sign it.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER explained AFTER INSERT ON payouts_explanation
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_explained();
CREATE OR REPLACE TRIGGER explanation_linked AFTER INSERT ON payouts_explainedentry
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_explanation_linked();
CREATE OR REPLACE TRIGGER explanation_linked AFTER INSERT ON payouts_explainedline
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_explanation_linked();
CREATE OR REPLACE TRIGGER entry_listed BEFORE INSERT ON payouts_entrylisting
  FOR EACH ROW EXECUTE FUNCTION payouts_entry_listed();
CREATE OR REPLACE TRIGGER listing_moves BEFORE UPDATE ON payouts_entrylisting
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('listing_moves', @signed_moves@);
CREATE OR REPLACE TRIGGER listing_is_fixed BEFORE UPDATE ON payouts_entrylisting
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('listing_is_fixed', 'id', 'entry_id', 'reason', 'listed_by_id', 'listed_at');
CREATE OR REPLACE TRIGGER listing_stays_decided BEFORE UPDATE ON payouts_entrylisting
  FOR EACH ROW WHEN (OLD.signed_by_id IS NOT NULL)
  EXECUTE FUNCTION ledger_fixed('listing_is_fixed', 'signed_by_id', 'signed_at');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON payouts_entrylisting
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('listing');

DO $$
DECLARE
  entry record;
BEGIN
  FOR entry IN SELECT * FROM (VALUES
      ('payouts_explanation', 'explanation'), ('payouts_explainedentry', 'explained_entry'),
      ('payouts_explainedline', 'explained_line'), ('payouts_explanationundone', 'undone_explanation'))
      AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
END $$;

CREATE OR REPLACE VIEW auditor_explanation AS
  SELECT x.id, x.own_account_id AS own_account, x.kind, x.amount, x.entries_count, x.lines_count, x.complete_on,
         ledger_mask(x.reason) AS reason, x.made_by_id AS made_by, x.made_at, ledger_mask(u.reason) AS undone_because,
         u.undone_by_id AS undone_by, u.undone_at
    FROM payouts_explanation x LEFT JOIN payouts_explanationundone u ON u.explanation_id = x.id;
CREATE OR REPLACE VIEW auditor_explained_entry AS
  SELECT explanation_id AS explanation, entry_id AS entry, turn FROM payouts_explainedentry;
CREATE OR REPLACE VIEW auditor_explained_line AS
  SELECT explanation_id AS explanation, voucher_id AS voucher, line_no, turn FROM payouts_explainedline;
CREATE OR REPLACE VIEW auditor_entry_listing AS
  SELECT id, entry_id AS entry, status, ledger_mask(reason) AS reason, listed_by_id AS listed_by, listed_at,
         signed_by_id AS signed_by, signed_at FROM payouts_entrylisting;
