-- Procurement (F24): the supplier is never the township, and is paid what was delivered, never above the award.

CREATE OR REPLACE FUNCTION treasury_procurement_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  named boolean;
BEGIN
  named := CASE NEW.money
    WHEN 'BUDGET' THEN NEW.fund_code = '111'
    WHEN 'EXTRA_BUDGETARY' THEN NEW.fund_code = '2' AND NEW.account_code = (
      SELECT a.code || '02' FROM treasury_township t JOIN ledger_book k ON k.code = t.book_id
        JOIN ledger_account a ON a.book_id = k.id AND a.role = 'SPECIAL_CASH' WHERE t.id = NEW.township_id)
    ELSE NEW.fund_code = '111' AND EXISTS (
      SELECT FROM (VALUES ('TRANSFERS'), ('AGRICULTURAL_TAX')) AS s (kind)
       WHERE treasury_names_its_item(NEW.township_id, s.kind, NEW.item_id, NEW.account_code, NEW.planned_on)) END;
  IF NOT coalesce(named, false) THEN
    PERFORM ledger_refuse(
      'procurement_names_its_money', 'the account and the fund are not those of the money the procurement names',
      jsonb_build_object('money', NEW.money, 'account', NEW.account_code, 'fund', NEW.fund_code),
      'Name the budget, the extra-budgetary account, or an item of a special account.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_procurement_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  behind text;
BEGIN
  IF NEW.status = 'AWARDED' AND OLD.status <> 'AWARDED' THEN
    behind := treasury_township_behind(NULL, NEW.supplier_name, NEW.supplier_code, NEW.supplier_account);
    IF behind IS NOT NULL THEN
      PERFORM ledger_refuse(
        'supplier_is_not_the_township', 'a supplier is no township, no unit of one, and holds no account of theirs',
        jsonb_build_object('procurement', NEW.id, 'township', behind), 'Award it to the supplier who delivers.');
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_acceptance_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  bought treasury_procurement;
  accepted numeric;
BEGIN
  SELECT * INTO bought FROM treasury_procurement p WHERE p.id = NEW.procurement_id FOR NO KEY UPDATE;
  IF bought.status IS DISTINCT FROM 'AWARDED' OR NEW.accepted_on < bought.awarded_on THEN
    PERFORM ledger_refuse(
      'delivery_follows_its_award', 'nothing is accepted of a procurement before it is awarded',
      jsonb_build_object('procurement', NEW.procurement_id, 'status', bought.status), 'Award it first.');
  END IF;
  IF NEW.accepted_by_id = bought.awarded_by_id THEN
    PERFORM ledger_refuse(
      'acceptance_four_eyes', 'who awarded a procurement does not accept its delivery',
      jsonb_build_object('procurement', NEW.procurement_id, 'officer', NEW.accepted_by_id), 'Have another officer accept it.');
  END IF;
  SELECT sum(a.amount) INTO accepted FROM treasury_acceptance a WHERE a.procurement_id = NEW.procurement_id;
  IF accepted > bought.awarded THEN
    PERFORM ledger_refuse(
      'acceptance_keeps_to_award', 'more would be accepted than was awarded',
      jsonb_build_object('procurement', NEW.procurement_id, 'awarded', bought.awarded,
        'left', bought.awarded - accepted + NEW.amount), 'Accept no more than what is left of the award.');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION treasury_instalment_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  bought treasury_procurement;
  asked numeric;
  accepted numeric;
  behind text;
BEGIN
  SELECT * INTO bought FROM treasury_procurement p WHERE p.id = NEW.procurement_id FOR NO KEY UPDATE;
  -- Accounts and units may have become known since the award.
  behind := treasury_township_behind(NULL, bought.supplier_name, bought.supplier_code, bought.supplier_account);
  IF behind IS NOT NULL THEN
    PERFORM ledger_refuse(
      'supplier_is_not_the_township', 'a supplier is no township, no unit of one, and holds no account of theirs',
      jsonb_build_object('procurement', bought.id, 'township', behind), 'Award it to the supplier who delivers.');
  END IF;
  IF NOT EXISTS (
       SELECT FROM treasury_release r
        WHERE r.id = NEW.release_id AND r.status = 'WAITING' AND r.kind = 'PROCUREMENT'
          AND (r.township_id, r.account_code, r.fund_code, r.amount)
            = (bought.township_id, bought.account_code, bought.fund_code, NEW.amount)) THEN
    PERFORM ledger_refuse(
      'instalment_is_its_release', 'an instalment is a waiting release of its amount from the money of the procurement',
      jsonb_build_object('procurement', NEW.procurement_id), 'Ask for the instalment anew.');
  END IF;
  SELECT coalesce(sum(i.amount), 0) INTO asked FROM treasury_instalment i
    JOIN treasury_release r ON r.id = i.release_id AND r.status <> 'CANCELLED'
   WHERE i.procurement_id = NEW.procurement_id;
  SELECT coalesce(sum(a.amount), 0) INTO accepted FROM treasury_acceptance a WHERE a.procurement_id = NEW.procurement_id;
  IF bought.status <> 'AWARDED' OR asked > bought.awarded THEN
    PERFORM ledger_refuse(
      'instalments_keep_to_award', 'the instalments would exceed the award',
      jsonb_build_object('procurement', NEW.procurement_id, 'awarded', bought.awarded, 'amount', NEW.amount,
        'left', bought.awarded - asked + NEW.amount), 'Ask for no more than what is left of the award.');
  END IF;
  IF asked > accepted THEN
    PERFORM ledger_refuse(
      'delivery_is_accepted_first', 'the supplier is paid for what was delivered and accepted',
      jsonb_build_object('procurement', NEW.procurement_id, 'accepted', accepted, 'amount', NEW.amount,
        'left', accepted - asked + NEW.amount), 'Accept the delivery first.');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER procurement_begun BEFORE INSERT ON treasury_procurement
  FOR EACH ROW EXECUTE FUNCTION treasury_begun('procurement_moves', 'PLANNED');
CREATE OR REPLACE TRIGGER procurement_added BEFORE INSERT ON treasury_procurement
  FOR EACH ROW EXECUTE FUNCTION treasury_procurement_added();
CREATE OR REPLACE TRIGGER procurement_moves BEFORE UPDATE ON treasury_procurement
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('procurement_moves', @procurement_moves@);
CREATE OR REPLACE TRIGGER procurement_moved BEFORE UPDATE ON treasury_procurement
  FOR EACH ROW EXECUTE FUNCTION treasury_procurement_moved();
CREATE OR REPLACE TRIGGER procurement_is_fixed BEFORE UPDATE ON treasury_procurement
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('procurement_is_fixed', 'id', 'township_id', 'unit_id', 'subject', 'planned',
    'money', 'item_id', 'account_code', 'fund_code', 'functional', 'economic', 'project', 'planned_on', 'planned_by_id');
CREATE OR REPLACE TRIGGER award_is_written_once BEFORE UPDATE ON treasury_procurement
  FOR EACH ROW EXECUTE FUNCTION treasury_written_once('award_is_fixed', 'reviewed_by_id', 'awarded_by_id', 'awarded',
    'awarded_on', 'supplier_name', 'supplier_code', 'supplier_bank', 'supplier_account', 'contract_number', 'reason');
CREATE OR REPLACE TRIGGER acceptance_added AFTER INSERT ON treasury_acceptance
  FOR EACH ROW EXECUTE FUNCTION treasury_acceptance_added();
CREATE OR REPLACE TRIGGER instalment_added AFTER INSERT ON treasury_instalment
  FOR EACH ROW EXECUTE FUNCTION treasury_instalment_added();

CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON treasury_procurement
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('procurement');
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON treasury_acceptance
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('acceptance');
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON treasury_instalment
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('instalment');
