-- A settlement is posted on the figures of the books as they stand: what was settled before, and the old debt.

CREATE OR REPLACE FUNCTION treasury_settlement_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  settled numeric;
  debt numeric;
BEGIN
  IF NEW.status = 'POSTED' AND OLD.status = 'APPROVED' THEN
    PERFORM FROM treasury_township t WHERE t.id = NEW.township_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(s.base), 0) INTO settled FROM treasury_settlement s
     WHERE s.township_id = NEW.township_id AND s.year = NEW.year AND s.status = 'POSTED' AND s.id <> NEW.id;
    SELECT coalesce(sum(b.debit - b.credit), 0) INTO debt
      FROM treasury_township t JOIN ledger_book k ON k.code = t.book_id
      JOIN ledger_account a ON a.book_id = k.parent_id AND a.counterpart_id = k.id AND a.mirror = 'HISTORIC'
      JOIN ledger_balance b ON b.account_id = a.id WHERE t.id = NEW.township_id;
    IF (NEW.settled_before, NEW.debt_before) IS DISTINCT FROM (settled, debt) THEN
      PERFORM ledger_refuse(
        'settlement_is_cumulative', 'the settlement was worked out on other figures than those of the books now',
        jsonb_build_object('settlement', NEW.month, 'settled_before', NEW.settled_before, 'settled', settled,
          'debt_before', NEW.debt_before, 'debt', debt),
        'Withdraw it and prepare it anew.');
    END IF;
  END IF;
  RETURN NEW;
END $$;
