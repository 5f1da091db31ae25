-- Receipt books (F25): ranges of one series never overlap; every number is used by one income line, void or handed
-- back, once, ever; income that is collected has its receipt marked; a book closes when nothing is open and the
-- stubs agree with what was deposited (账据一致, 票款一致).

-- The book in whose range a printed number lies, withdrawn books apart; NULL where it lies in none.
CREATE OR REPLACE FUNCTION treasury_receipt_book(receipt text) RETURNS bigint LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT b.id FROM (SELECT substring(receipt FROM '[0-9]+$') AS digits) d
    JOIN treasury_receiptseries s
      ON s.prefix = left(receipt, length(receipt) - length(d.digits)) AND s.width = length(d.digits)
    JOIN treasury_receiptbook b
      ON int8range(b.series_id, b.series_id, '[]') && int8range(s.id, s.id, '[]')
     AND int8range(b.first_number, b.last_number, '[]') @> CASE WHEN length(d.digits) <= 18 THEN d.digits::bigint END
     AND b.status <> 'WITHDRAWN';
$$;

CREATE OR REPLACE FUNCTION treasury_receipt_marked() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  fault record;
BEGIN
  PERFORM FROM treasury_receiptbook b WHERE b.id IN (SELECT book_id FROM new_row) ORDER BY b.id FOR SHARE;
  SELECT CASE
           WHEN b.status <> 'RECEIVED' THEN 'receipt_book_is_open'
           WHEN n.number NOT BETWEEN b.first_number AND b.last_number THEN 'receipt_is_in_its_book'
           WHEN n.fate = 'USED' AND l.township_id <> b.township_id THEN 'receipt_is_of_its_township'
           WHEN n.fate = 'USED' AND l.receipt <> s.prefix || lpad(n.number::text, s.width, '0') THEN 'receipt_is_its_number'
           WHEN n.fate = 'USED' AND l.received_on < b.issued_on THEN 'receipt_is_issued_first'
           WHEN n.fate = 'USED' AND (s.kind = 'TAX') <> (l.kind = '新增农业税') THEN 'receipt_fits_its_income'
           WHEN n.fate = 'USED' AND (l.taken_back OR l.takes_back_id IS NOT NULL OR n.taken_back) THEN 'receipt_is_of_standing_income'
           WHEN n.fate = 'VOIDED' AND n.copies_kept <> s.copies THEN 'spoiled_receipt_is_kept_whole'
           WHEN n.fate <> 'USED' AND n."on" < b.received_on THEN 'receipt_is_issued_first'
         END AS rule, s.prefix || lpad(n.number::text, s.width, '0') AS receipt, b.status, s.copies, b.issued_on
    INTO fault
    FROM new_row n LEFT JOIN treasury_receiptbook b ON b.id = n.book_id LEFT JOIN treasury_receiptseries s ON s.id = b.series_id
    LEFT JOIN treasury_incomeline l ON l.id = n.income_line_id
   ORDER BY rule LIMIT 1;  -- NULLs last
  IF fault.rule IS NOT NULL THEN
    PERFORM ledger_refuse(fault.rule, format('receipt %s cannot be marked so', fault.receipt),
      jsonb_build_object('receipt', fault.receipt, 'book', fault.status, 'sheets', fault.copies, 'issued_on', fault.issued_on),
      'Look at the book of this number and at the income line.');
  END IF;
  RETURN NULL;
END $$;

-- A mark changes in one way: with the income line that a corrected file took back, while its book is open.
CREATE OR REPLACE FUNCTION treasury_receipt_mark_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  stands text;
BEGIN
  IF NEW.taken_back IS DISTINCT FROM OLD.taken_back THEN
    IF OLD.taken_back OR NOT EXISTS (SELECT FROM treasury_incomeline l WHERE l.id = NEW.income_line_id AND l.taken_back) THEN
      PERFORM ledger_refuse('receipt_mark_is_fixed', 'a number is freed only with the income line that was taken back',
        jsonb_build_object('mark', OLD.id), 'Correct the income by a red line (冲正) with a receipt of its own.');
    END IF;
    SELECT b.status INTO stands FROM treasury_receiptbook b WHERE b.id = NEW.book_id FOR SHARE;
    IF stands <> 'RECEIVED' THEN
      PERFORM ledger_refuse('receipt_book_is_open', 'the book of this receipt is closed',
        jsonb_build_object('mark', OLD.id, 'book', stands), 'Correct the income by a red line (冲正) with a receipt of its own.');
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_receipts_of_income() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  fault record;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    UPDATE treasury_receiptmark m SET taken_back = true
      FROM new_row n JOIN old_row o ON o.id = n.id AND NOT o.taken_back AND n.taken_back
     WHERE m.income_line_id = n.id AND NOT m.taken_back;
    SELECT n.receipt, n.township_id INTO fault FROM new_row n
      JOIN old_row o ON o.id = n.id AND o.collection_id IS NULL AND n.collection_id IS NOT NULL
     WHERE treasury_receipt_is_owed(n.id, n.receipt, n.township_id, n.received_on, n.amount, n.taken_back, n.takes_back_id)
     LIMIT 1;
  ELSE
    SELECT n.receipt, n.township_id INTO fault FROM new_row n
     WHERE n.collection_id IS NOT NULL
       AND treasury_receipt_is_owed(n.id, n.receipt, n.township_id, n.received_on, n.amount, n.taken_back, n.takes_back_id)
     LIMIT 1;
  END IF;
  IF FOUND THEN
    PERFORM ledger_refuse('receipt_is_used_with_its_income', format('receipt %s is collected but not marked', fault.receipt),
      jsonb_build_object('receipt', fault.receipt), 'Mark the receipts of the income as used, then collect it.');
  END IF;
  RETURN NULL;
END $$;

-- Whether an income line must have a mark and has none: its number is issued, or its township had numbers by that day.
-- A line that takes another back is that line in red, and needs none.
CREATE OR REPLACE FUNCTION treasury_receipt_is_owed(
  line bigint, printed text, township bigint, received date, sum numeric, is_taken_back boolean, takes bigint)
RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF printed = '' OR is_taken_back
     OR (takes IS NOT NULL AND EXISTS (SELECT FROM treasury_incomeline o
                                        WHERE o.id = takes AND o.receipt = printed AND o.township_id = township
                                          AND o.amount = -sum)) THEN
    RETURN false;
  END IF;
  IF NOT EXISTS (SELECT FROM treasury_receiptbook b
                  WHERE b.township_id = township AND b.issued_on <= received AND b.status <> 'WITHDRAWN')
     AND treasury_receipt_book(printed) IS NULL THEN
    RETURN false;
  END IF;
  RETURN NOT EXISTS (SELECT FROM treasury_receiptmark m WHERE m.income_line_id = line AND NOT m.taken_back);
END $$;

CREATE OR REPLACE FUNCTION treasury_receipt_book_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  found_there record;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF length(NEW.last_number::text) > (SELECT s.width FROM treasury_receiptseries s WHERE s.id = NEW.series_id) THEN
      PERFORM ledger_refuse('receipt_book_is_a_range', 'the numbers of the book have more digits than its series',
        jsonb_build_object('last', NEW.last_number), 'Check the first and the last number.');
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.received_by_id IS NOT NULL
     AND (NEW.received_by_id, NEW.received_on) IS DISTINCT FROM (OLD.received_by_id, OLD.received_on)
     OR OLD.status IN ('CLOSED', 'WITHDRAWN') AND NEW IS DISTINCT FROM OLD THEN
    PERFORM ledger_refuse('receipt_book_is_fixed', 'what was signed of a book stays', jsonb_build_object('book', OLD.id),
      'Issue a book of its own.');
  END IF;
  IF NEW.status = 'CLOSED' AND OLD.status <> 'CLOSED' THEN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      PERFORM ledger_refuse('isolation_is_read_committed', 'a book is locked and then read as it stands',
        jsonb_build_object('isolation', current_setting('transaction_isolation')), 'Use READ COMMITTED to write.');
    END IF;
    SELECT count(*) AS marked, count(*) FILTER (WHERE m.fate = 'USED' AND l.collection_id IS NULL) AS waiting,
           coalesce(sum(l.amount), 0) AS deposited
      INTO found_there
      FROM treasury_receiptmark m LEFT JOIN treasury_incomeline l ON l.id = m.income_line_id
     WHERE m.book_id = NEW.id AND NOT m.taken_back;
    IF found_there.marked <> NEW.last_number - NEW.first_number + 1 THEN
      PERFORM ledger_refuse('receipt_book_is_used_up', 'numbers of the book are open',
        jsonb_build_object('open', NEW.last_number - NEW.first_number + 1 - found_there.marked),
        'Have each number used, voided or handed back.');
    END IF;
    IF found_there.waiting > 0 THEN
      PERFORM ledger_refuse('receipts_are_deposited', 'income of used receipts is not collected yet',
        jsonb_build_object('receipts', found_there.waiting), 'Collect the income first.');
    END IF;
    IF found_there.deposited <> NEW.stub_total THEN
      PERFORM ledger_refuse('receipts_agree_with_deposits', 'the sum of the stubs is not what was deposited',
        jsonb_build_object('stubs', NEW.stub_total, 'deposited', found_there.deposited),
        'Count the stubs again; what was not deposited is deposited first, what was wrong is corrected in red.');
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER receipt_book_begun BEFORE INSERT ON treasury_receiptbook
  FOR EACH ROW EXECUTE FUNCTION treasury_begun('receipt_book_moves', 'ISSUED');
CREATE OR REPLACE TRIGGER receipt_book_moves BEFORE UPDATE ON treasury_receiptbook
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('receipt_book_moves', @receipt_book_moves@);
CREATE OR REPLACE TRIGGER receipt_book_moved BEFORE INSERT OR UPDATE ON treasury_receiptbook
  FOR EACH ROW EXECUTE FUNCTION treasury_receipt_book_moved();
CREATE OR REPLACE TRIGGER receipt_book_is_fixed BEFORE UPDATE ON treasury_receiptbook
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('receipt_book_is_fixed', 'id', 'series_id', 'first_number', 'last_number',
    'township_id', 'collector', 'issued_on', 'issued_by_id');
CREATE OR REPLACE TRIGGER receipt_marked AFTER INSERT ON treasury_receiptmark
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION treasury_receipt_marked();
CREATE OR REPLACE TRIGGER receipt_mark_moved BEFORE UPDATE ON treasury_receiptmark
  FOR EACH ROW EXECUTE FUNCTION treasury_receipt_mark_moved();
CREATE OR REPLACE TRIGGER receipt_mark_is_fixed BEFORE UPDATE ON treasury_receiptmark
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('receipt_mark_is_fixed', 'id', 'book_id', 'number', 'fate', 'income_line_id',
    'on', 'copies_kept', 'reason', 'recorded_by_id');
CREATE OR REPLACE TRIGGER receipts_of_income_added AFTER INSERT ON treasury_incomeline
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION treasury_receipts_of_income();
CREATE OR REPLACE TRIGGER receipts_of_income AFTER UPDATE ON treasury_incomeline
  REFERENCING OLD TABLE AS old_row NEW TABLE AS new_row
  FOR EACH STATEMENT EXECUTE FUNCTION treasury_receipts_of_income();

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON treasury_receiptseries
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('receipt_series');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON treasury_receiptbook
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('receipt_book');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON treasury_receiptmark
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('receipt_mark');

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'treasury_receiptbook'::regclass
                    AND conname = 'receipt_ranges_are_apart') THEN
    ALTER TABLE treasury_receiptbook ADD CONSTRAINT receipt_ranges_are_apart EXCLUDE USING gist
      (int8range(series_id, series_id, '[]') WITH &&, int8range(first_number, last_number, '[]') WITH &&)
      WHERE (status <> 'WITHDRAWN');
  END IF;
END $$;

CREATE OR REPLACE VIEW auditor_receipt_book AS
  SELECT b.id, s.kind, s.prefix, s.width, b.first_number, b.last_number, t.code AS township, b.collector, b.status,
         b.issued_on, b.issued_by_id AS issued_by, b.received_on, b.received_by_id AS received_by, b.closed_on,
         b.closed_by_id AS closed_by, b.stub_total, b.reason
    FROM treasury_receiptbook b JOIN treasury_receiptseries s ON s.id = b.series_id
    JOIN treasury_township t ON t.id = b.township_id;
CREATE OR REPLACE VIEW auditor_receipt_mark AS
  SELECT m.book_id AS book, m.number, m.fate, m.income_line_id AS income_line, m."on", m.copies_kept, m.reason,
         m.recorded_by_id AS recorded_by, m.taken_back FROM treasury_receiptmark m;
