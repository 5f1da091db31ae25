-- Money passed on, prizes and fines (G09 to G12): handed on once, in exact parts; paid once; set off once.

-- What reaches a township goes into a leaf of one of its special accounts; TG_ARGV: the name of the rule.
CREATE OR REPLACE FUNCTION treasury_special_account_reached() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
       SELECT FROM (VALUES ('TRANSFERS'), ('AGRICULTURAL_TAX')) AS s (kind)
         JOIN treasury_township t ON t.id = NEW.township_id JOIN ledger_book k ON k.code = t.book_id
         JOIN ledger_account a ON a.book_id = k.id AND a.code = NEW.account_code
        WHERE left(a.code, -2) = treasury_special_stem(NEW.township_id, s.kind)) THEN
    PERFORM ledger_refuse(
      TG_ARGV[0], 'earmarked money goes into a special account of its township',
      jsonb_build_object('township', NEW.township_id, 'account', NEW.account_code),
      'Name the special account, or an item of it.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_receipt_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  parts numeric;
BEGIN
  IF NEW.status = 'APPROVED' AND OLD.status = 'PROPOSED' THEN
    SELECT coalesce(sum(p.amount), 0) INTO parts FROM treasury_passedon p WHERE p.receipt_id = NEW.id;
    IF parts <> NEW.amount THEN
      PERFORM ledger_refuse(
        'receipt_is_its_parts', 'the parts of the townships are not the receipt, to the fen',
        jsonb_build_object('receipt', NEW.id, 'amount', NEW.amount, 'parts', parts),
        'Withdraw it and give parts that sum to what was received.');
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_part_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  PERFORM FROM treasury_earmarkedreceipt r WHERE r.id = NEW.receipt_id AND r.status = 'PROPOSED' FOR SHARE;
  IF NOT FOUND OR NEW.handed_on_on IS NOT NULL THEN
    PERFORM ledger_refuse(
      'receipt_takes_no_part', 'parts come with their receipt, before it is approved',
      jsonb_build_object('receipt', NEW.receipt_id), 'Record a receipt of its own.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_part_handed_on() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  receipt treasury_earmarkedreceipt;
BEGIN
  IF NEW.handed_on_on IS NOT NULL AND OLD.handed_on_on IS NULL THEN
    SELECT * INTO receipt FROM treasury_earmarkedreceipt r WHERE r.id = NEW.receipt_id FOR SHARE;
    IF receipt.status <> 'POSTED' OR NEW.handed_on_on < receipt.posted_on THEN
      PERFORM ledger_refuse(
        'money_is_received_first', 'money is handed on after it was received',
        jsonb_build_object('receipt', NEW.receipt_id, 'status', receipt.status), 'Post the receipt first.');
    END IF;
    IF NEW.handed_on_by_id IN (receipt.proposed_by_id, receipt.approved_by_id) THEN
      PERFORM ledger_refuse(
        'passed_on_four_eyes', 'the cashier who hands on money has not proposed or approved it',
        jsonb_build_object('receipt', NEW.receipt_id, 'officer', NEW.handed_on_by_id), 'Have the cashier hand it on.');
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_fine_set_off() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  fine treasury_fine;
  set_off numeric;
  held numeric;
BEGIN
  SELECT * INTO fine FROM treasury_fine f WHERE f.id = NEW.fine_id;
  PERFORM FROM treasury_township t WHERE t.id = fine.township_id FOR NO KEY UPDATE;
  IF NEW.set_off_by_id = fine.imposed_by_id THEN
    PERFORM ledger_refuse(
      'fine_four_eyes', 'who records a fine does not set it off',
      jsonb_build_object('fine', NEW.fine_id, 'officer', NEW.set_off_by_id), 'Have another officer set it off.');
  END IF;
  SELECT sum(s.amount) INTO set_off FROM treasury_finesetoff s WHERE s.fine_id = NEW.fine_id;
  IF set_off > fine.amount OR NEW.set_off_on < fine.imposed_on THEN
    PERFORM ledger_refuse(
      'fine_is_set_off_once', 'a fine is set off once, and for no more than it is',
      jsonb_build_object('fine', NEW.fine_id, 'amount', fine.amount, 'left', fine.amount - set_off + NEW.amount),
      'Set off what is left of it.');
  END IF;
  held := treasury_free(fine.township_id, '', '111');
  IF NEW.amount > held THEN
    PERFORM ledger_refuse(
      'fine_is_covered', 'the district holds less for the township than would be set off',
      jsonb_build_object('fine', NEW.fine_id, 'amount', NEW.amount, 'left', held),
      'Set off what is held; the rest waits.');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER receipt_begun BEFORE INSERT ON treasury_earmarkedreceipt
  FOR EACH ROW EXECUTE FUNCTION treasury_begun('order_moves', 'PROPOSED');
CREATE OR REPLACE TRIGGER receipt_moves BEFORE UPDATE ON treasury_earmarkedreceipt
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('order_moves', @order_moves@);
CREATE OR REPLACE TRIGGER receipt_moved BEFORE UPDATE ON treasury_earmarkedreceipt
  FOR EACH ROW EXECUTE FUNCTION treasury_receipt_moved();
CREATE OR REPLACE TRIGGER receipt_is_fixed BEFORE UPDATE ON treasury_earmarkedreceipt
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('order_is_fixed', 'id', 'amount', 'paper', 'proposed_by_id', 'received_on',
    'due_on', 'purpose', 'project');
CREATE OR REPLACE TRIGGER receipt_is_written_once BEFORE UPDATE ON treasury_earmarkedreceipt
  FOR EACH ROW EXECUTE FUNCTION treasury_written_once('order_is_fixed', 'approved_by_id', 'posted_by_id', 'posted_on', 'reason');

CREATE OR REPLACE TRIGGER part_added BEFORE INSERT ON treasury_passedon
  FOR EACH ROW EXECUTE FUNCTION treasury_part_added();
CREATE OR REPLACE TRIGGER part_reaches_its_account BEFORE INSERT ON treasury_passedon
  FOR EACH ROW EXECUTE FUNCTION treasury_special_account_reached('special_account_is_reached');
CREATE OR REPLACE TRIGGER part_handed_on BEFORE UPDATE ON treasury_passedon
  FOR EACH ROW EXECUTE FUNCTION treasury_part_handed_on();
CREATE OR REPLACE TRIGGER part_is_fixed BEFORE UPDATE ON treasury_passedon
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('passed_on_is_fixed', 'id', 'receipt_id', 'township_id', 'kind',
    'account_code', 'amount');
CREATE OR REPLACE TRIGGER part_is_written_once BEFORE UPDATE ON treasury_passedon
  FOR EACH ROW EXECUTE FUNCTION treasury_written_once('passed_on_once', 'handed_on_on', 'handed_on_by_id');

CREATE OR REPLACE TRIGGER prize_begun BEFORE INSERT ON treasury_prize
  FOR EACH ROW EXECUTE FUNCTION treasury_begun('order_moves', 'PROPOSED');
CREATE OR REPLACE TRIGGER prize_reaches_its_account BEFORE INSERT ON treasury_prize
  FOR EACH ROW EXECUTE FUNCTION treasury_special_account_reached('special_account_is_reached');
CREATE OR REPLACE TRIGGER prize_moves BEFORE UPDATE ON treasury_prize
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('order_moves', @order_moves@);
CREATE OR REPLACE TRIGGER prize_is_fixed BEFORE UPDATE ON treasury_prize
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('order_is_fixed', 'id', 'amount', 'paper', 'proposed_by_id', 'award', 'year',
    'rank', 'township_id', 'post', 'wage_grades', 'account_code');
CREATE OR REPLACE TRIGGER prize_is_written_once BEFORE UPDATE ON treasury_prize
  FOR EACH ROW EXECUTE FUNCTION treasury_written_once('order_is_fixed', 'approved_by_id', 'posted_by_id', 'posted_on', 'reason');

CREATE OR REPLACE TRIGGER fine_set_off AFTER INSERT ON treasury_finesetoff
  FOR EACH ROW EXECUTE FUNCTION treasury_fine_set_off();

CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON treasury_earmarkedreceipt
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('receipt');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON treasury_passedon
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('passed_on');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON treasury_prize
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('prize');
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON treasury_fine
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('fine');
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON treasury_finesetoff
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('fine_set_off');
