-- Money set aside and paid out of a township's accounts: only what is there, in the order of ranks,
-- salaries before anything else. One at a time per township: whoever releases locks the township's row.

-- What can be released from an account of a township now: its balance, less what is set aside for
-- releases on their way and for payments that the bank sent back. '' is what the district holds for it.
CREATE OR REPLACE FUNCTION treasury_free(township bigint, account text, fund text) RETURNS numeric LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT coalesce((SELECT CASE WHEN account = '' THEN -sum(b.debit - b.credit) ELSE sum(b.debit - b.credit) END
                     FROM treasury_township t
                     JOIN ledger_book k ON k.code = t.book_id
                     JOIN ledger_account a
                       ON (account <> '' AND a.book_id = k.id AND a.code = account)
                       OR (account = '' AND a.book_id = k.parent_id AND a.counterpart_id = k.id AND a.mirror = 'ANNUAL')
                     JOIN ledger_balance b ON b.account_id = a.id AND b.fund_id = fund
                    WHERE t.id = township), 0)
       - coalesce((SELECT sum(CASE r.status WHEN 'RELEASED' THEN r.amount ELSE r.returned END)
                     FROM treasury_release r
                    WHERE r.township_id = township AND r.account_code = account AND r.fund_code = fund
                      AND (r.status = 'RELEASED' OR (r.status = 'POSTED' AND r.returned > 0))), 0);
$$;

-- What a township still owes in salaries.
CREATE OR REPLACE FUNCTION treasury_unpaid(township bigint) RETURNS numeric LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT coalesce(sum(u.amount), 0)
       - coalesce((SELECT sum(p.amount) FROM treasury_backpaypart p
                     JOIN treasury_release r ON r.id = p.release_id AND r.status = 'POSTED'
                     JOIN treasury_unpaidsalary s ON s.id = p.unpaid_id
                    WHERE s.township_id = township), 0)
    FROM treasury_unpaidsalary u WHERE u.township_id = township;
$$;

-- What was given back to a township while it owed salaries and has not gone to them (F20): none of it
-- pays for anything else until the salaries are paid.
CREATE OR REPLACE FUNCTION treasury_blocked(township bigint) RETURNS numeric LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT CASE WHEN treasury_unpaid(township) <= 0 THEN 0 ELSE greatest(0,
           coalesce((SELECT sum(s.returned + s.ordinary_return) FROM treasury_settlement s
                      WHERE s.township_id = township AND s.status = 'POSTED' AND s.unpaid_before > 0), 0)
         - coalesce((SELECT sum(r.amount) FROM treasury_release r
                      WHERE r.township_id = township AND r.kind = 'BACK_PAY' AND r.status <> 'CANCELLED'), 0)) END;
$$;

CREATE OR REPLACE FUNCTION treasury_begun() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  -- TG_ARGV: the name of the rule and the first state.
  IF NEW.status <> TG_ARGV[1] THEN
    PERFORM ledger_refuse(
      TG_ARGV[0], format('%s begins as %s', TG_TABLE_NAME, TG_ARGV[1]), jsonb_build_object('to', NEW.status),
      'Begin it there, then move it step by step.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_release_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  free numeric;
  first_in_rank numeric;
  blocked numeric;
  is_disbursement boolean;
BEGIN
  IF NEW.status = 'RELEASED' AND OLD.status = 'WAITING' THEN
    PERFORM FROM treasury_township t WHERE t.id = NEW.township_id FOR NO KEY UPDATE;
    IF NEW.amount IS DISTINCT FROM (SELECT sum(l.amount) FROM treasury_releaseline l WHERE l.release_id = NEW.id) THEN
      PERFORM ledger_refuse(
        'release_is_its_lines', 'the amount of a release is not the sum of its lines',
        jsonb_build_object('release', NEW.source, 'amount', NEW.amount), 'Prepare the release anew.');
    END IF;
    free := treasury_free(NEW.township_id, NEW.account_code, NEW.fund_code);
    IF NEW.amount > free THEN
      PERFORM ledger_refuse(
        'release_is_funded', 'the account has not the money that is to be released',
        jsonb_build_object('release', NEW.source, 'amount', NEW.amount, 'left', free),
        'Fund the account first, or release less.');
    END IF;
    SELECT coalesce(sum(r.amount), 0) INTO first_in_rank FROM treasury_release r
     WHERE r.township_id = NEW.township_id AND r.account_code = NEW.account_code AND r.fund_code = NEW.fund_code
       AND r.status = 'WAITING' AND r.rank < NEW.rank AND r.id <> NEW.id;
    IF NEW.amount > free - first_in_rank THEN
      PERFORM ledger_refuse(
        'release_keeps_rank', 'spending of a higher rank waits for this money',
        jsonb_build_object('release', NEW.source, 'rank', NEW.rank, 'amount', NEW.amount, 'left', free,
          'waiting_before', first_in_rank),
        'Release salaries first, then stability, then operations, then the rest.');
    END IF;
    IF NEW.kind <> 'BACK_PAY' THEN
      SELECT a.flow = 'DISBURSEMENT_ONLY' INTO is_disbursement
        FROM treasury_township t JOIN ledger_book k ON k.code = t.book_id
        JOIN ledger_account a ON a.book_id = k.id AND a.code = NEW.account_code WHERE t.id = NEW.township_id;
      blocked := CASE WHEN is_disbursement THEN treasury_blocked(NEW.township_id) ELSE 0 END;
      IF NEW.amount > free - blocked THEN
        PERFORM ledger_refuse(
          'salaries_come_first', 'money given back to a township pays its unpaid salaries before anything else',
          jsonb_build_object('release', NEW.source, 'amount', NEW.amount, 'left', greatest(free - blocked, 0),
            'unpaid', treasury_unpaid(NEW.township_id)),
          'Pay the unpaid salaries first.');
      END IF;
    END IF;
  END IF;
  RETURN NEW;
END $$;

-- Lines come while the release waits; what was released pays what it was released for.
CREATE OR REPLACE FUNCTION treasury_release_line_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  PERFORM FROM treasury_release r WHERE r.id IN (SELECT release_id FROM new_row) ORDER BY r.id FOR SHARE;
  SELECT n.release_id INTO wrong FROM new_row n
    LEFT JOIN treasury_release r ON r.id = n.release_id WHERE r.status IS DISTINCT FROM 'WAITING' LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'release_is_fixed', format('release %s takes no further line', wrong), jsonb_build_object('release', wrong),
      'Prepare a release of its own.');
  END IF;
  RETURN NULL;
END $$;

-- No unpaid salary is paid beyond what is owed.
CREATE OR REPLACE FUNCTION treasury_back_pay_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  PERFORM FROM treasury_township t
    WHERE t.id IN (SELECT u.township_id FROM new_row n JOIN treasury_unpaidsalary u ON u.id = n.unpaid_id)
    ORDER BY t.id FOR NO KEY UPDATE;
  SELECT u.id INTO wrong FROM treasury_unpaidsalary u
   WHERE u.id IN (SELECT unpaid_id FROM new_row)
     AND u.amount < (SELECT sum(p.amount) FROM treasury_backpaypart p
                       JOIN treasury_release r ON r.id = p.release_id
                      WHERE p.unpaid_id = u.id AND r.status <> 'CANCELLED') LIMIT 1;
  IF wrong IS NULL THEN
    SELECT n.unpaid_id INTO wrong FROM new_row n
      LEFT JOIN treasury_release r ON r.id = n.release_id LEFT JOIN treasury_unpaidsalary u ON u.id = n.unpaid_id
     WHERE u.id IS NULL OR (r.kind, r.status, r.township_id) IS DISTINCT FROM ('BACK_PAY', 'WAITING', u.township_id) LIMIT 1;
  END IF;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'back_pay_is_owed', 'an unpaid salary would be paid beyond what is owed', jsonb_build_object('unpaid', wrong),
      'Pay what is left of it.');
  END IF;
  RETURN NULL;
END $$;
