-- 银行余额调节表: made of the statements and the books as they stand, reviewed while they still say the same.

-- What one side has at the end of a day and the other has not. Payments that the bank took of a batch stand together,
-- until all of them are explained by the vouchers of the batch.
CREATE OR REPLACE FUNCTION payouts_reconciliation_items(own bigint, until date)
RETURNS TABLE (class text, day date, what text, reference text, number bigint, amount numeric)
LANGUAGE sql STABLE SET search_path = @schema@, pg_temp AS $$
  WITH entries AS (
    SELECT e.id, e.booked_on, e.amount, e.reference, e.text, o.batch_id,
           (SELECT string_agg(g.reason, ' ') FROM payouts_entrylisting g WHERE g.entry_id = e.id AND g.status = 'SIGNED') AS reason
      FROM payouts_statemententry e LEFT JOIN payouts_entryorigin o ON o.entry_id = e.id
     WHERE e.own_account_id = own AND e.booked_on <= until
       AND NOT EXISTS (SELECT FROM payouts_explainedentry x JOIN payouts_explanation y ON y.id = x.explanation_id
                        WHERE x.entry_id = e.id AND y.complete_on <= until
                          AND NOT EXISTS (SELECT FROM payouts_explanationundone u WHERE u.explanation_id = y.id))
  ), lines AS (
    SELECT l.* FROM payouts_own_line l
     WHERE l.own_account_id = own AND l.posting_date <= until
       AND NOT EXISTS (SELECT FROM payouts_explainedline x JOIN payouts_explanation y ON y.id = x.explanation_id
                        WHERE x.voucher_id = l.voucher_id AND x.line_no = l.line_no AND y.complete_on <= until
                          AND NOT EXISTS (SELECT FROM payouts_explanationundone u WHERE u.explanation_id = y.id))
  ), items AS (
    SELECT CASE WHEN amount > 0 THEN 'BANK_IN' ELSE 'BANK_OUT' END AS class, booked_on AS day,
           trim(text || ' ' || coalesce(reason, '')) AS what, reference, 1::bigint AS number, abs(amount) AS amount, id AS place
      FROM entries WHERE batch_id IS NULL
    UNION ALL
    SELECT 'BANK_OUT', max(e.booked_on), 'batch ' || to_char(b.month, 'YYYY-MM') || '/' || b.number, '', count(*),
           -sum(e.amount), min(e.id)
      FROM entries e JOIN payouts_batch b ON b.id = e.batch_id GROUP BY b.id
    UNION ALL
    SELECT CASE WHEN l.amount > 0 THEN 'BOOK_IN' ELSE 'BOOK_OUT' END, l.posting_date, v.summary,
           v.voucher_type || '-' || v.number, 1, abs(l.amount), v.id * 10000 + l.line_no
      FROM lines l JOIN ledger_voucher v ON v.id = l.voucher_id
  )
  SELECT class, day, what, reference, number, amount FROM items ORDER BY class COLLATE "C", day, place
$$;

-- Entries until a day that neither vouchers nor payments explain, and that no signed reason lists.
CREATE OR REPLACE FUNCTION payouts_unexplained(own bigint, until date) RETURNS bigint LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT count(*) FROM payouts_entry_left e
   WHERE e.own_account_id = own AND e.booked_on <= until
     AND NOT EXISTS (SELECT FROM payouts_entryorigin o WHERE o.entry_id = e.id)
     AND NOT EXISTS (SELECT FROM payouts_entrylisting g WHERE g.entry_id = e.id AND g.status = 'SIGNED')
$$;

CREATE OR REPLACE FUNCTION payouts_stated_balance(own bigint, until date) RETURNS numeric LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT o.opening + coalesce((SELECT sum(e.amount) FROM payouts_statemententry e
                                WHERE e.own_account_id = own AND e.booked_on <= until), 0)
    FROM payouts_ownaccount o WHERE o.id = own
$$;

-- The last day that the statements of an account cover; the day before the first, if there is none.
CREATE OR REPLACE FUNCTION payouts_stated_until(own bigint) RETURNS date LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT coalesce((SELECT max(s.closing_on) FROM payouts_bankstatement s WHERE s.own_account_id = own),
                  (SELECT o.reconciled_from - 1 FROM payouts_ownaccount o WHERE o.id = own))
$$;

-- The one canonical text of a reconciliation: whoever hashes or checks one uses this function.
CREATE OR REPLACE FUNCTION payouts_reconciliation_text(own bigint, until date) RETURNS text LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT 'reconciliation' || E'\t' || own || E'\t' || to_char(until, 'YYYY-MM-DD') || E'\n'
      || 'books' || E'\t' || round(payouts_own_balance(own, until), 2) || E'\n'
      || 'bank' || E'\t' || round(payouts_stated_balance(own, until), 2) || E'\n'
      || coalesce((SELECT string_agg(i.class || E'\t' || to_char(i.day, 'YYYY-MM-DD') || E'\t' || i.what || E'\t' || i.reference
                            || E'\t' || i.number || E'\t' || round(i.amount, 2) || E'\n', '' ORDER BY i.place)
                     FROM payouts_reconciliation_items(own, until) WITH ORDINALITY
                       AS i (class, day, what, reference, number, amount, place)), '')
$$;

CREATE OR REPLACE FUNCTION payouts_reconciliation_digest(own bigint, until date) RETURNS text LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT encode(sha256(convert_to(payouts_reconciliation_text(own, until), 'UTF8')), 'hex')
$$;

CREATE OR REPLACE FUNCTION payouts_reconciliation_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  found record;
BEGIN
  IF TG_OP = 'INSERT' AND NEW.status <> 'MADE' THEN
    PERFORM ledger_refuse(
      'reconciliation_moves', 'a reconciliation begins as made', jsonb_build_object('to', NEW.status),
      'Make it, then have another officer review it.');
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.status <> 'REVIEWED' THEN
    RETURN NEW;
  END IF;
  -- What is being taken, explained or posted right now is waited for, and then seen.
  PERFORM FROM payouts_ownaccount o WHERE o.id = NEW.own_account_id FOR UPDATE;
  PERFORM ledger_lock_books(ARRAY[(SELECT o.book_id FROM payouts_ownaccount o WHERE o.id = NEW.own_account_id)]);
  SELECT payouts_own_balance(NEW.own_account_id, NEW.until) AS books,
         payouts_stated_balance(NEW.own_account_id, NEW.until) AS bank,
         coalesce(sum(amount) FILTER (WHERE class = 'BANK_IN'), 0) AS bank_in,
         coalesce(sum(amount) FILTER (WHERE class = 'BANK_OUT'), 0) AS bank_out,
         coalesce(sum(amount) FILTER (WHERE class = 'BOOK_IN'), 0) AS book_in,
         coalesce(sum(amount) FILTER (WHERE class = 'BOOK_OUT'), 0) AS book_out,
         payouts_unexplained(NEW.own_account_id, NEW.until) AS unexplained,
         payouts_stated_until(NEW.own_account_id) AS stated_until,
         payouts_reconciliation_digest(NEW.own_account_id, NEW.until) AS digest
    INTO found FROM payouts_reconciliation_items(NEW.own_account_id, NEW.until);
  IF (NEW.book_balance, NEW.bank_balance, NEW.bank_in, NEW.bank_out, NEW.book_in, NEW.book_out, NEW.digest)
     IS DISTINCT FROM (found.books, found.bank, found.bank_in, found.bank_out, found.book_in, found.book_out, found.digest)
     OR NEW.until <> (date_trunc('month', NEW.month) + interval '1 month - 1 day')::date
     OR (TG_OP = 'INSERT' AND (NEW.unexplained, NEW.stated_until)
          IS DISTINCT FROM (found.unexplained::integer, found.stated_until)) THEN
    PERFORM ledger_refuse(
      'reconciliation_is_of_the_books', 'books and statements do not say what the reconciliation says',
      jsonb_build_object('month', NEW.month, 'edition', NEW.edition), 'Make the reconciliation anew.');
  END IF;
  IF TG_OP = 'UPDATE' AND found.unexplained > 0 THEN
    PERFORM ledger_refuse(
      'reconciliation_explains_every_entry', 'entries of the bank are neither explained nor listed with a signed reason',
      jsonb_build_object('month', NEW.month, 'entries', found.unexplained), 'Explain them, or list them and have it signed.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER reconciliation_moves BEFORE UPDATE ON payouts_reconciliation
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('reconciliation_moves', @reconciliation_moves@);
CREATE OR REPLACE TRIGGER reconciliation_is_fixed BEFORE UPDATE ON payouts_reconciliation
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('reconciliation_is_fixed', 'id', 'own_account_id', 'month', 'edition', 'until',
    'stated_until', 'book_balance', 'bank_balance', 'bank_in', 'bank_out', 'book_in', 'book_out', 'unexplained', 'digest',
    'made_by_id', 'made_at');
CREATE OR REPLACE TRIGGER reconciliation_moved BEFORE INSERT OR UPDATE ON payouts_reconciliation
  FOR EACH ROW EXECUTE FUNCTION payouts_reconciliation_moved();
CREATE OR REPLACE TRIGGER reconciliation_stays_reviewed BEFORE UPDATE ON payouts_reconciliation
  FOR EACH ROW WHEN (OLD.status <> 'MADE')
  EXECUTE FUNCTION ledger_fixed('reconciliation_is_fixed', 'status', 'reviewed_by_id', 'reviewed_at');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON payouts_reconciliation
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('reconciliation');

CREATE OR REPLACE TRIGGER close_reason_begun BEFORE INSERT ON payouts_closereason
  FOR EACH ROW EXECUTE FUNCTION payouts_begun('close_reason_moves', 'GIVEN');
CREATE OR REPLACE TRIGGER close_reason_moves BEFORE UPDATE ON payouts_closereason
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('close_reason_moves', @signed_moves@);
CREATE OR REPLACE TRIGGER close_reason_is_fixed BEFORE UPDATE ON payouts_closereason
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('close_reason_is_fixed', 'id', 'own_account_id', 'month', 'reason',
    'given_by_id', 'given_at');
CREATE OR REPLACE TRIGGER close_reason_stays_decided BEFORE UPDATE ON payouts_closereason
  FOR EACH ROW WHEN (OLD.signed_by_id IS NOT NULL)
  EXECUTE FUNCTION ledger_fixed('close_reason_is_fixed', 'signed_by_id', 'signed_at');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON payouts_closereason
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('close_reason');

CREATE OR REPLACE VIEW auditor_reconciliation AS
  SELECT id, own_account_id AS own_account, month, edition, until, stated_until, book_balance, bank_balance, bank_in,
         bank_out, book_in, book_out, unexplained, digest, status, made_by_id AS made_by, made_at,
         reviewed_by_id AS reviewed_by, reviewed_at FROM payouts_reconciliation;
CREATE OR REPLACE VIEW auditor_close_reason AS
  SELECT id, own_account_id AS own_account, month, status, ledger_mask(reason) AS reason, given_by_id AS given_by,
         given_at, signed_by_id AS signed_by, signed_at FROM payouts_closereason;
