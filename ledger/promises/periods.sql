-- Opening, closing and reopening of periods (P4), the year carried forward, later signatures.
-- Each is one inserted row; its trigger checks it, derives what follows, and seals it.

-- Append one link that seals a text to the chain of a book. The caller holds the lock on the head.
CREATE OR REPLACE FUNCTION ledger_seal_content(book int, seal_kind text, content text)
RETURNS void LANGUAGE plpgsql SET search_path = @schema@, pg_temp AS $$
BEGIN
  INSERT INTO ledger_seal (book_id, number, kind, recorded_at, first_voucher_id, last_voucher_id, voucher_count,
                           content, voucher_digests, previous, digest)
  SELECT h.book_id, h.seal_number + 1, seal_kind, m.moment, NULL, NULL, 0, ledger_seal_content.content, ''::bytea,
         h.digest, ledger_seal_digest(h.digest, b.code, h.seal_number + 1, seal_kind, m.moment, NULL, NULL, 0,
           ledger_seal_content.content, ''::bytea)
    FROM ledger_bookhead h JOIN ledger_book b ON b.id = h.book_id
    CROSS JOIN LATERAL (SELECT greatest(clock_timestamp(), h.recorded_at + interval '1 microsecond') AS moment) m
   WHERE h.book_id = ledger_seal_content.book;
  UPDATE ledger_bookhead h SET seal_number = s.number, digest = s.digest, recorded_at = s.recorded_at
    FROM ledger_seal s WHERE h.book_id = ledger_seal_content.book AND s.book_id = h.book_id AND s.number = h.seal_number + 1;
END $$;

-- The totals of a period as they are sealed when it closes: account, fund, debit, credit.
CREATE OR REPLACE FUNCTION ledger_period_totals(wanted int)
RETURNS text LANGUAGE sql STABLE SET search_path = @schema@, pg_temp AS $$
  SELECT coalesce(string_agg('total' || E'\t' || code || E'\t' || fund_id || E'\t' || round(debit, 2) || E'\t'
           || round(credit, 2) || E'\n', '' ORDER BY code COLLATE "C", fund_id COLLATE "C"), '')
    FROM (SELECT a.code, l.fund_id, sum(CASE l.side WHEN 'D' THEN l.amount ELSE 0 END) AS debit,
                 sum(CASE l.side WHEN 'C' THEN l.amount ELSE 0 END) AS credit
            FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
           WHERE l.period_id = wanted GROUP BY a.code, l.fund_id) t
$$;

CREATE OR REPLACE FUNCTION ledger_period_changed()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
DECLARE
  p ledger_period;
  family int[];
  other record;
BEGIN
  SELECT array_agg(b.id) INTO family
    FROM ledger_period me JOIN ledger_book mine ON mine.id = me.book_id
    JOIN ledger_book b ON b.id IN (mine.id, mine.parent_id) OR b.parent_id = mine.id
   WHERE me.id = NEW.period_id;
  PERFORM ledger_lock_books(family);
  SELECT * INTO p FROM ledger_period WHERE id = NEW.period_id;

  IF p.status <> NEW.from_status OR NOT (NEW.from_status || '>' || NEW.to_status) = ANY (@period_moves@) THEN
    PERFORM ledger_refuse('period_moves', 'the period cannot go this way',
      jsonb_build_object('year', p.year, 'month', p.month, 'status', p.status, 'from', NEW.from_status, 'to', NEW.to_status),
      'Open, adjust, close: one after the other; a closed period is reopened by two officers.');
  END IF;
  IF NEW.from_status = 'CLOSED' AND (
       SELECT count(*) FROM ledger_officer o
        WHERE o.username IN (NEW.requested_by_id, NEW.approved_by_id) AND o.kind = 'PERSON' AND o.is_active) <> 2 THEN
    PERFORM ledger_refuse('period_reopened_by_two', 'a closed period is reopened by two people',
      jsonb_build_object('requested_by', NEW.requested_by_id, 'approved_by', NEW.approved_by_id),
      'Name two active officers; a service account cannot reopen a period.');
  END IF;

  IF NEW.to_status = 'CLOSED' THEN
    SELECT year, month INTO other FROM ledger_period
     WHERE book_id = p.book_id AND (year, month) < (p.year, p.month) AND status <> 'CLOSED'
       AND status <> 'UNOPENED' ORDER BY year, month LIMIT 1;
    IF FOUND THEN
      PERFORM ledger_refuse('period_closes_in_order', 'an earlier period of the book is still open',
        jsonb_build_object('year', other.year, 'month', other.month), 'Close the earlier period first.');
    END IF;
    SELECT b.code, q.status INTO other FROM ledger_book b
      JOIN ledger_period q ON q.book_id = b.id AND q.year = p.year AND q.month = p.month
     WHERE b.parent_id = p.book_id AND q.status NOT IN ('CLOSED', 'UNOPENED') LIMIT 1;
    IF FOUND THEN
      PERFORM ledger_refuse('district_closes_last', 'a lower book has not closed this month yet',
        jsonb_build_object('book', other.code, 'status', other.status), 'Close the month of the lower books first.');
    END IF;
  ELSE
    -- Opening or reopening: nothing later may be closed already, nor the month of the upper book.
    SELECT year, month INTO other FROM ledger_period
     WHERE book_id = p.book_id AND (year, month) > (p.year, p.month) AND status = 'CLOSED' LIMIT 1;
    IF FOUND THEN
      PERFORM ledger_refuse('period_closes_in_order', 'a later period of the book is closed',
        jsonb_build_object('year', other.year, 'month', other.month), 'Reopen the later period first.');
    END IF;
    SELECT u.code INTO other FROM ledger_book b JOIN ledger_book u ON u.id = b.parent_id
      JOIN ledger_period q ON q.book_id = u.id AND q.year = p.year AND q.month = p.month
     WHERE b.id = p.book_id AND q.status = 'CLOSED';
    IF FOUND THEN
      PERFORM ledger_refuse('district_closes_last', 'the upper book has closed this month',
        jsonb_build_object('book', other.code), 'Reopen the month of the upper book first.');
    END IF;
    IF EXISTS (SELECT FROM ledger_yearcarried y WHERE y.book_id = p.book_id AND y.year >= p.year) THEN
      PERFORM ledger_refuse('year_is_carried', 'the year has been carried forward and stays closed',
        jsonb_build_object('year', p.year), 'Correct a former year by a supplement in the current one.');
    END IF;
  END IF;

  UPDATE ledger_period SET status = NEW.to_status WHERE id = p.id;
  PERFORM ledger_seal_content(p.book_id, 'PERIOD',
    'period' || E'\t' || p.year || E'\t' || p.month || E'\t' || NEW.from_status || E'\t' || NEW.to_status
    || E'\t' || NEW.requested_by_id || E'\t' || coalesce(NEW.approved_by_id, '') || E'\n'
    || CASE NEW.to_status WHEN 'CLOSED' THEN ledger_period_totals(p.id) ELSE '' END);
  RETURN NULL;
END $$;

-- A new book has a head of its own; a new period starts unopened.
CREATE OR REPLACE FUNCTION ledger_book_opened()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
BEGIN
  INSERT INTO ledger_bookhead (book_id, seal_number, digest, recorded_at)
  VALUES (NEW.id, 0, sha256(convert_to('book' || E'\t' || NEW.code || E'\n', 'UTF8')), clock_timestamp());
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ledger_period_added()
RETURNS trigger LANGUAGE plpgsql SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF NEW.status <> 'UNOPENED' THEN
    PERFORM ledger_refuse('period_moves', 'a period starts unopened',
      jsonb_build_object('year', NEW.year, 'month', NEW.month, 'status', NEW.status), 'Add it, then open it.');
  END IF;
  IF NEW.month = 13 THEN
    IF (NEW.starts_on, NEW.ends_before) <> (make_date(NEW.year, 12, 31), make_date(NEW.year + 1, 1, 1)) THEN
      PERFORM ledger_refuse('period_is_its_month', 'the adjustment period is the last day of its year',
        jsonb_build_object('year', NEW.year), 'Give it 31 December.');
    END IF;
  ELSIF NEW.starts_on <> make_date(NEW.year, NEW.month, 1)
     OR NEW.ends_before <> (make_date(NEW.year, NEW.month, 1) + interval '1 month')::date THEN
    PERFORM ledger_refuse('period_is_its_month', 'a period is its calendar month',
      jsonb_build_object('year', NEW.year, 'month', NEW.month), 'Give it the first day and the day after the last.');
  END IF;
  RETURN NEW;
END $$;

-- A child of an account that has been posted to would make posted lines stand on a non-leaf (P9).
CREATE OR REPLACE FUNCTION ledger_account_added()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
DECLARE
  parent record;
BEGIN
  PERFORM ledger_lock_books(ARRAY[NEW.book_id]);
  IF NEW.parent_id IS NOT NULL THEN
    SELECT a.code, a.book_id INTO parent FROM ledger_account a WHERE a.id = NEW.parent_id;
    IF parent.book_id <> NEW.book_id OR EXISTS (SELECT FROM ledger_balance b WHERE b.account_id = NEW.parent_id) THEN
      PERFORM ledger_refuse('account_parent_is_unused', 'an account that was posted to takes no sub-accounts',
        jsonb_build_object('account', parent.code), 'Add the sub-account under another account of this book.');
    END IF;
    IF EXISTS (SELECT FROM ledger_account a WHERE a.id = NEW.parent_id
                AND (a.kind, a.record, a.cash) <> (NEW.kind, NEW.record, NEW.cash)) THEN
      PERFORM ledger_refuse('account_is_as_its_parent', 'a sub-account is of the kind and record of its parent, and money if it is',
        jsonb_build_object('account', NEW.code, 'parent', parent.code), 'Add it under the account it belongs to.');
    END IF;
  END IF;
  -- A current account stands for the book above or a book below, or its mirror would prove nothing (P10).
  IF NEW.mirror <> '' AND NOT EXISTS (
       SELECT FROM ledger_book mine, ledger_book other
        WHERE mine.id = NEW.book_id AND other.id = NEW.counterpart_id
          AND ((NEW.level = 'UPPER' AND mine.parent_id = other.id)
            OR (NEW.level = 'LOWER' AND other.parent_id = mine.id))) THEN
    PERFORM ledger_refuse('account_mirrors_its_book', 'a current account stands for the book above or a book below',
      jsonb_build_object('account', NEW.code, 'level', NEW.level), 'Name the upper book, or a lower book of this one.');
  END IF;
  RETURN NULL;
END $$;

-- An account is closed after its last line, or posted lines would stand on a closed account (P9).
CREATE OR REPLACE FUNCTION ledger_account_ended()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
BEGIN
  PERFORM ledger_lock_books(ARRAY[NEW.book_id]);
  IF EXISTS (SELECT FROM ledger_balance b WHERE b.account_id = NEW.id AND b.posting_date >= NEW.effective_to) THEN
    PERFORM ledger_refuse('account_ends_after_its_lines', 'the account has lines on or after this day',
      jsonb_build_object('account', NEW.code, 'effective_to', NEW.effective_to), 'End it after its last line.');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ledger_year_carried()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
DECLARE
  other record;
BEGIN
  PERFORM ledger_lock_books(ARRAY[NEW.book_id]);
  SELECT p.month, p.status INTO other FROM ledger_period p
   WHERE p.book_id = NEW.book_id AND p.year = NEW.year AND p.status NOT IN ('CLOSED')
     AND NOT (p.status = 'UNOPENED' AND NOT EXISTS (SELECT FROM ledger_balance b WHERE b.period_id = p.id)
       AND EXISTS (SELECT FROM ledger_period q WHERE q.book_id = p.book_id AND q.year = p.year AND q.month > p.month
                    AND q.status = 'CLOSED'))
   ORDER BY p.month LIMIT 1;
  IF FOUND OR NOT EXISTS (SELECT FROM ledger_period p WHERE p.book_id = NEW.book_id AND p.year = NEW.year) THEN
    PERFORM ledger_refuse('year_is_closed', 'the year is not closed yet',
      jsonb_build_object('year', NEW.year, 'month', other.month, 'status', other.status),
      'Close every period of the year, the adjustment period last.');
  END IF;
  SELECT a.code, sum(b.debit - b.credit) AS net INTO other
    FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id JOIN ledger_period p ON p.id = b.period_id
   WHERE p.book_id = NEW.book_id AND p.year <= NEW.year AND a.kind IN ('INCOME', 'EXPENSE')
   GROUP BY a.code, b.fund_id HAVING sum(b.debit - b.credit) <> 0 LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse('income_is_transferred', 'an income or expense account still has a balance',
      jsonb_build_object('account', other.code, 'balance', other.net), 'Transfer income and expense to net assets first.');
  END IF;

  INSERT INTO ledger_openingbalance (account_id, fund_id, year, debit, credit)
  SELECT t.account_id, t.fund_id, NEW.year + 1, greatest(t.net, 0), greatest(-t.net, 0)
    FROM (SELECT b.account_id, b.fund_id, sum(b.debit - b.credit) AS net
            FROM ledger_balance b JOIN ledger_period p ON p.id = b.period_id
           WHERE p.book_id = NEW.book_id AND p.year <= NEW.year GROUP BY 1, 2) t
   WHERE t.net <> 0 ORDER BY 1, 2;
  PERFORM ledger_seal_content(NEW.book_id, 'CARRIED',
    'carried' || E'\t' || NEW.year || E'\t' || NEW.carried_by_id || E'\n'
    || coalesce((SELECT string_agg('opening' || E'\t' || a.code || E'\t' || o.fund_id || E'\t' || round(o.debit, 2)
         || E'\t' || round(o.credit, 2) || E'\n', '' ORDER BY a.code COLLATE "C", o.fund_id COLLATE "C")
         FROM ledger_openingbalance o JOIN ledger_account a ON a.id = o.account_id
        WHERE a.book_id = NEW.book_id AND o.year = NEW.year + 1), ''));
  RETURN NULL;
END $$;

-- What a reviewer has before him stays: a draft starts drafted, and only then its words and lines change.
CREATE OR REPLACE FUNCTION ledger_draft_kept()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
DECLARE
  looked_at text;
BEGIN
  IF TG_TABLE_NAME = 'ledger_draftline' THEN
    SELECT string_agg(d.status, ',') INTO looked_at FROM ledger_voucherdraft d
     WHERE d.id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.draft_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.draft_id END)
       AND d.status <> 'DRAFTED';
  ELSIF TG_OP = 'INSERT' THEN
    looked_at := nullif(NEW.status, 'DRAFTED');
  ELSIF OLD.status <> 'DRAFTED'
    AND to_jsonb(OLD) - '{status,reviewer_id,cashier_id,refusal}'::text[]
      <> to_jsonb(NEW) - '{status,reviewer_id,cashier_id,refusal}'::text[] THEN
    looked_at := OLD.status;
  END IF;
  -- A draft is posted by its voucher, which those signed who signed the draft; a third officer posted it.
  IF TG_TABLE_NAME = 'ledger_voucherdraft' AND TG_OP = 'UPDATE' THEN
    IF OLD.status = 'REVIEWED' AND NEW.status = 'POSTED' AND NOT EXISTS (
         SELECT FROM ledger_voucher v
          WHERE (v.source = 'ledger.draft/' || NEW.id OR (NEW.kind = 'REVERSAL' AND v.reverses_id = NEW.corrects_id))
            AND (v.preparer_id, v.reviewer_id) = (NEW.preparer_id, NEW.reviewer_id)
            AND v.cashier_id IS NOT DISTINCT FROM NEW.cashier_id
            AND v.poster_id NOT IN (NEW.preparer_id, NEW.reviewer_id)) THEN
      PERFORM ledger_refuse('draft_posts_its_voucher',
        'a draft is posted as its voucher, by an officer who neither prepared nor reviewed it',
        jsonb_build_object('draft', NEW.id), 'Post it: the voucher and the move go together.');
    END IF;
  END IF;
  IF looked_at IS NOT NULL THEN
    PERFORM ledger_refuse('draft_is_kept_under_review', 'a draft that was handed in is not changed',
      jsonb_build_object('status', looked_at), 'Send it back to its preparer first.');
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE OR REPLACE FUNCTION ledger_voucher_signed()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
DECLARE
  v ledger_voucher;
BEGIN
  SELECT * INTO v FROM ledger_voucher WHERE id = NEW.voucher_id;
  IF NOT FOUND THEN
    PERFORM ledger_refuse('voucher_four_eyes', 'there is no such voucher to sign',
      jsonb_build_object('voucher', NEW.voucher_id), 'Sign a posted voucher.');
  END IF;
  PERFORM ledger_lock_books(ARRAY[v.book_id]);
  IF v.chief_accountant_id IS NOT NULL OR NEW.officer_id = v.cashier_id OR NOT EXISTS (
       SELECT FROM ledger_officer o WHERE o.username = NEW.officer_id AND o.kind = 'PERSON') THEN
    PERFORM ledger_refuse('voucher_four_eyes',
      'the chief accountant signs once, is a person, and is not the cashier of the voucher',
      jsonb_build_object('source', v.source, 'officer', NEW.officer_id), 'Have the chief accountant of the book sign.');
  END IF;
  PERFORM ledger_seal_content(v.book_id, 'SIGNED',
    ledger_signature_text(NEW.voucher_id, NEW.role, NEW.officer_id, NEW.signed_at));
  RETURN NULL;
END $$;

-- Rebuild the balances of a book from its lines; whatever stood there is replaced.
CREATE OR REPLACE FUNCTION ledger_balance_rebuilt()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
BEGIN
  PERFORM ledger_lock_books(ARRAY[NEW.book_id]);
  DELETE FROM ledger_balance b USING ledger_account a WHERE a.id = b.account_id AND a.book_id = NEW.book_id;
  INSERT INTO ledger_balance (account_id, fund_id, period_id, posting_date, debit, credit)
  SELECT l.account_id, l.fund_id, l.period_id, l.posting_date,
         sum(CASE l.side WHEN 'D' THEN l.amount ELSE 0 END), sum(CASE l.side WHEN 'C' THEN l.amount ELSE 0 END)
    FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
   WHERE a.book_id = NEW.book_id GROUP BY 1, 2, 3, 4;
  RETURN NULL;
END $$;
