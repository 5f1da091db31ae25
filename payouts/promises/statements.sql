-- Own accounts, and the bank's statements of them: whole, in an unbroken chain, each payment debited once.

CREATE OR REPLACE FUNCTION payouts_own_account_begun() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF NEW.status <> 'RECORDED' THEN
    PERFORM ledger_refuse(
      'own_account_moves', 'an own account begins as recorded', jsonb_build_object('to', NEW.status),
      'Record it, then have another officer confirm it.');
  END IF;
  RETURN NEW;
END $$;

-- What the books say of the leaves of an own account at the end of a day.
CREATE OR REPLACE FUNCTION payouts_own_balance(own bigint, until date) RETURNS numeric LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT coalesce(sum(b.debit - b.credit), 0.00)
    FROM payouts_ownleaf w JOIN ledger_balance b ON b.account_id = w.account_id
   WHERE w.own_account_id = own AND b.posting_date <= until
$$;

CREATE OR REPLACE FUNCTION payouts_own_account_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  stands numeric;
BEGIN
  IF NEW.status = 'CONFIRMED' AND OLD.status <> 'CONFIRMED' THEN
    IF NOT EXISTS (SELECT FROM payouts_ownleaf w WHERE w.own_account_id = NEW.id) THEN
      PERFORM ledger_refuse(
        'own_account_has_a_leaf', 'the own account names no account of the books',
        jsonb_build_object('account', NEW.id), 'Record it with the code of a cash leaf.');
    END IF;
    PERFORM ledger_lock_books(ARRAY[NEW.book_id]);
    stands := payouts_own_balance(NEW.id, NEW.reconciled_from - 1);
    IF stands <> NEW.opening THEN
      PERFORM ledger_refuse(
        'own_account_begins_in_agreement', 'bank and books do not agree before the day',
        jsonb_build_object('bank', NEW.opening, 'books', stands, 'day', NEW.reconciled_from),
        'Begin on a day before which both say the same.');
    END IF;
  END IF;
  IF OLD.effective_to IS NOT NULL AND NEW.effective_to IS DISTINCT FROM OLD.effective_to THEN
    PERFORM ledger_refuse(
      'own_account_is_fixed', 'an own account ends once', jsonb_build_object('account', NEW.id), 'Record a new one.');
  END IF;
  IF NEW.effective_to IS NOT NULL AND OLD.effective_to IS NULL AND EXISTS (
       SELECT FROM payouts_statemententry e WHERE e.own_account_id = NEW.id AND e.booked_on >= NEW.effective_to) THEN
    PERFORM ledger_refuse(
      'own_account_ends_after_its_entries', 'the bank states movements on the day or later',
      jsonb_build_object('account', NEW.id, 'day', NEW.effective_to), 'End it after its last movement.');
  END IF;
  RETURN NEW;
END $$;

-- A leaf is cash, a leaf, of the book, and lies on no other account at the time.
CREATE OR REPLACE FUNCTION payouts_own_leaf_named() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  own record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('payouts.own_leaf'), NEW.account_id);
  SELECT * INTO own FROM payouts_ownaccount o WHERE o.id = NEW.own_account_id FOR UPDATE;
  IF own.status IS DISTINCT FROM 'RECORDED' THEN
    PERFORM ledger_refuse(
      'own_account_is_fixed', 'a confirmed own account takes no further leaf',
      jsonb_build_object('account', NEW.own_account_id), 'End it and record it anew.');
  END IF;
  IF NOT EXISTS (SELECT FROM ledger_account a WHERE a.id = NEW.account_id AND a.cash AND a.book_id = own.book_id
                    AND NOT EXISTS (SELECT FROM ledger_account c WHERE c.parent_id = a.id)) THEN
    PERFORM ledger_refuse(
      'own_leaf_is_cash', 'the account is no cash leaf of the book', jsonb_build_object('account', NEW.account_id),
      'Name leaves that hold money at a bank.');
  END IF;
  IF EXISTS (SELECT FROM payouts_ownleaf w JOIN payouts_ownaccount o ON o.id = w.own_account_id
              WHERE w.account_id = NEW.account_id AND o.id <> own.id AND o.status <> 'REFUSED'
                AND coalesce(o.effective_to, 'infinity') > own.reconciled_from) THEN
    PERFORM ledger_refuse(
      'own_leaf_is_on_one_account', 'the account of the books lies on another own account then',
      jsonb_build_object('account', NEW.account_id), 'End the other own account before this one begins.');
  END IF;
  RETURN NEW;
END $$;

-- A statement follows the last one without a gap, and its entries, which stand already, are the whole of it.
CREATE OR REPLACE FUNCTION payouts_bank_statement_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  own record;
  last record;
  found record;
BEGIN
  SELECT * INTO own FROM payouts_ownaccount o WHERE o.id = NEW.own_account_id FOR UPDATE;
  IF own.status IS DISTINCT FROM 'CONFIRMED' OR coalesce(own.effective_to, 'infinity') <= NEW.closing_on
     OR NEW.closing_on < own.reconciled_from OR NOT EXISTS (SELECT FROM payouts_statementfile f WHERE f.id = NEW.file_id) THEN
    PERFORM ledger_refuse(
      'bank_statement_is_of_an_own_account', 'the account is not reconciled then',
      jsonb_build_object('closing', NEW.closing_on), 'Have the own account confirmed first.');
  END IF;
  SELECT * INTO last FROM payouts_bankstatement s
   WHERE s.own_account_id = NEW.own_account_id AND NOT EXISTS (SELECT FROM payouts_bankstatement n WHERE n.previous_id = s.id);
  IF NEW.previous_id IS DISTINCT FROM last.id
     OR (last.id IS NULL AND NEW.opening <> own.opening)
     OR (last.id IS NOT NULL
         AND (NEW.opening <> last.closing OR NEW.closing_on < last.closing_on
              OR NOT (NEW.sequence_number = last.sequence_number + 1
                      OR (NEW.sequence_number = 1 AND extract(year FROM NEW.closing_on) > extract(year FROM last.closing_on))))) THEN
    PERFORM ledger_refuse(
      'bank_statement_follows_the_last', 'a statement is missing between the last one and this',
      jsonb_build_object('number', NEW.sequence_number, 'last', last.sequence_number, 'opening', NEW.opening,
                         'expected', coalesce(last.closing, own.opening)),
      'Take the missing statement first.');
  END IF;
  SELECT count(*) AS entries, coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS credits,
         coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS debits,
         count(*) FILTER (WHERE e.own_account_id <> NEW.own_account_id OR e.booked_on > NEW.closing_on
                             OR e.booked_on < coalesce(last.closing_on, own.reconciled_from)) AS strange
    INTO found FROM payouts_statemententry e WHERE e.statement_id = NEW.id;
  IF (found.entries, found.credits, found.debits, found.strange)
     IS DISTINCT FROM (NEW.entries_count::bigint, NEW.credits, NEW.debits, 0::bigint) THEN
    PERFORM ledger_refuse(
      'bank_statement_has_its_entries', 'the entries are not those of the statement',
      jsonb_build_object('entries', NEW.entries_count, 'found', found.entries, 'credits', NEW.credits,
                         'debits', NEW.debits, 'outside', found.strange),
      'Take the statement whole.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION payouts_statement_entry_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT statement_id FROM new_row) n
               JOIN payouts_bankstatement s ON s.id = n.statement_id) THEN
    PERFORM ledger_refuse(
      'bank_statement_has_its_entries', 'a statement that was taken takes no further entry', '{}'::jsonb,
      'Take each statement once, whole.');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION payouts_statement_detail_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp SET enable_mergejoin = off SET enable_hashjoin = off AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT n.id INTO wrong FROM new_row n
    LEFT JOIN payouts_statementfile f ON f.id = n.file_id
    LEFT JOIN payouts_statemententry e ON e.id = n.entry_id
    LEFT JOIN payouts_payment p ON p.id = n.payment_id
   WHERE f.id IS NULL OR (n.entry_id IS NULL) <> (f.kind = 'CAMT054') OR (n.entry_id IS NOT NULL AND e.id IS NULL)
      OR (n.payment_id IS NOT NULL
          AND n.end_to_end_id IS DISTINCT FROM to_char(p.month, 'YYYYMM') || '-' || lpad(p.serial::text, greatest(6, length(p.serial::text)), '0'))
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'statement_detail_fits', 'the detail is not of its file, its entry or its payment',
      jsonb_build_object('detail', wrong), 'Take each statement once, whole.');
  END IF;
  RETURN NULL;
END $$;

-- An entry is the money of a batch if all of it is payments of the batch, each debited once and for its amount, or the
-- whole of a file of it; it is what came back if the bank's record says so of each payment.
CREATE OR REPLACE FUNCTION payouts_entry_origin_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp SET enable_mergejoin = off SET enable_hashjoin = off AS $$
DECLARE
  wrong bigint;
BEGIN
  SELECT n.entry_id INTO wrong
    FROM new_row n LEFT JOIN payouts_statemententry e ON e.id = n.entry_id
    LEFT JOIN payouts_bankfile f ON f.id = n.bank_file_id
   CROSS JOIN LATERAL (
     SELECT coalesce(sum(d.amount), 0) AS amount,
            coalesce(bool_and(CASE WHEN n.result_id IS NULL
                                   THEN p.batch_id = n.batch_id AND d.amount = -p.amount
                                   ELSE d.amount = p.amount AND EXISTS (
                                     SELECT FROM payouts_resultrow r
                                      WHERE r.payment_id = p.id AND r.outcome = 'RETURNED' AND r.file_id = n.result_id)
                              END IS TRUE), true) AS fits
       FROM payouts_statementdetail d LEFT JOIN payouts_payment p ON p.id = d.payment_id
      WHERE d.entry_id = n.entry_id) d
   WHERE e.id IS NULL OR NOT d.fits
      OR (CASE WHEN n.bank_file_id IS NULL THEN d.amount <> e.amount
               ELSE f.batch_id IS DISTINCT FROM n.batch_id OR f.total <> -e.amount END)
   LIMIT 1;
  IF NOT FOUND THEN
    SELECT n.entry_id INTO wrong
      FROM new_row n JOIN payouts_statementdetail d ON d.entry_id = n.entry_id AND d.payment_id IS NOT NULL
      JOIN payouts_statementdetail other ON other.payment_id = d.payment_id AND other.id <> d.id
       AND sign(other.amount) = sign(d.amount)
      JOIN payouts_entryorigin o ON o.entry_id = other.entry_id
     LIMIT 1;
  END IF;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'entry_origin_fits', 'the entry is not wholly what it is said to be', jsonb_build_object('entry', wrong),
      'Let an officer explain it.');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER own_account_begun BEFORE INSERT ON payouts_ownaccount
  FOR EACH ROW EXECUTE FUNCTION payouts_own_account_begun();
CREATE OR REPLACE TRIGGER own_account_moves BEFORE UPDATE ON payouts_ownaccount
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('own_account_moves', @own_account_moves@);
CREATE OR REPLACE TRIGGER own_account_is_fixed BEFORE UPDATE ON payouts_ownaccount
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('own_account_is_fixed', 'id', 'book_id', 'bank', 'number', 'holder',
    'reconciled_from', 'opening', 'paper', 'recorded_by_id', 'recorded_at');
CREATE OR REPLACE TRIGGER own_account_moved BEFORE UPDATE ON payouts_ownaccount
  FOR EACH ROW EXECUTE FUNCTION payouts_own_account_moved();
CREATE OR REPLACE TRIGGER own_account_stays_decided BEFORE UPDATE ON payouts_ownaccount
  FOR EACH ROW WHEN (OLD.confirmed_by_id IS NOT NULL)
  EXECUTE FUNCTION ledger_fixed('own_account_is_fixed', 'confirmed_by_id', 'confirmed_at');
CREATE OR REPLACE TRIGGER own_leaf_named BEFORE INSERT ON payouts_ownleaf
  FOR EACH ROW EXECUTE FUNCTION payouts_own_leaf_named();
CREATE OR REPLACE TRIGGER bank_statement_added BEFORE INSERT ON payouts_bankstatement
  FOR EACH ROW EXECUTE FUNCTION payouts_bank_statement_added();
CREATE OR REPLACE TRIGGER statement_entry_added AFTER INSERT ON payouts_statemententry
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_statement_entry_added();
CREATE OR REPLACE TRIGGER statement_detail_added AFTER INSERT ON payouts_statementdetail
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_statement_detail_added();
CREATE OR REPLACE TRIGGER entry_origin_added AFTER INSERT ON payouts_entryorigin
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION payouts_entry_origin_added();
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON payouts_ownaccount
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('own_account');

DO $$
DECLARE
  entry record;
BEGIN
  FOR entry IN SELECT * FROM (VALUES
      ('payouts_ownleaf', 'own_leaf'), ('payouts_statementfile', 'statement_file'),
      ('payouts_bankstatement', 'bank_statement'), ('payouts_statemententry', 'statement_entry'),
      ('payouts_statementdetail', 'statement_detail'), ('payouts_statementfinding', 'statement_finding'),
      ('payouts_entryorigin', 'entry_origin')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
END $$;

CREATE OR REPLACE VIEW auditor_own_account AS
  SELECT o.id, k.code AS book, (SELECT string_agg(a.code, ' ' ORDER BY a.code) FROM payouts_ownleaf w
           JOIN ledger_account a ON a.id = w.account_id WHERE w.own_account_id = o.id) AS accounts, o.bank,
         ledger_mask(o.number) AS number, o.holder, o.reconciled_from, o.opening, o.effective_to, o.paper, o.status,
         o.recorded_by_id AS recorded_by, o.recorded_at, o.confirmed_by_id AS confirmed_by, o.confirmed_at,
         o.ended_by_id AS ended_by
    FROM payouts_ownaccount o JOIN ledger_book k ON k.id = o.book_id;
CREATE OR REPLACE VIEW auditor_bank_statement AS
  SELECT s.id, s.own_account_id AS own_account, ledger_mask(f.name) AS file, f.kind, f.sha256, f.received_at,
         f.received_by_id AS received_by, s.identity, s.sequence_number, s.opening_on, s.opening, s.closing_on,
         s.closing, s.entries_count, s.credits, s.debits, s.previous_id AS previous
    FROM payouts_bankstatement s JOIN payouts_statementfile f ON f.id = s.file_id;
CREATE OR REPLACE VIEW auditor_statement_entry AS
  SELECT e.id, e.statement_id AS statement, e.own_account_id AS own_account, e.number, e.booked_on, e.value_on, e.amount,
         ledger_mask(e.reference) AS reference, ledger_mask(e.text) AS text,
         ledger_mask(e.counter_account) AS counter_account, e.counter_name, o.batch_id AS batch, o.result_id AS result
    FROM payouts_statemententry e LEFT JOIN payouts_entryorigin o ON o.entry_id = e.id;
CREATE OR REPLACE VIEW auditor_statement_detail AS
  SELECT d.id, f.sha256 AS file, d.entry_id AS entry, ledger_mask(d.end_to_end_id) AS end_to_end_id,
         d.payment_id AS payment, d.amount, d.is_return, d.code, ledger_mask(d.text) AS text, d.booked_on, d.place
    FROM payouts_statementdetail d JOIN payouts_statementfile f ON f.id = d.file_id;
CREATE OR REPLACE VIEW auditor_statement_finding AS
  SELECT n.id, f.sha256 AS file, n.entry_id AS entry, n.rule, n.place, ledger_mask(n.stated) AS stated, n.found
    FROM payouts_statementfinding n JOIN payouts_statementfile f ON f.id = n.file_id;
