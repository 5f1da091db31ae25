-- Earmarked items of special accounts (F21, F22): money stays in its item, plans spend no more than it holds,
-- and what is paid is what the head has signed.

-- Signatures and what comes with them are written once; TG_ARGV: the name of the rule, then the columns.
CREATE OR REPLACE FUNCTION treasury_written_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  was jsonb := to_jsonb(OLD);
  will jsonb := to_jsonb(NEW);
BEGIN
  FOR i IN 1 .. TG_NARGS - 1 LOOP
    IF coalesce(was ->> TG_ARGV[i], '') <> '' AND was -> TG_ARGV[i] IS DISTINCT FROM will -> TG_ARGV[i] THEN
      PERFORM ledger_refuse(
        TG_ARGV[0], format('%s.%s is written once', TG_TABLE_NAME, TG_ARGV[i]),
        jsonb_build_object('table', TG_TABLE_NAME, 'column', TG_ARGV[i]), 'Make a new one instead.');
    END IF;
  END LOOP;
  RETURN NEW;
END $$;

-- The code of a special account of a township, which its items continue with two digits.
CREATE OR REPLACE FUNCTION treasury_special_stem(township bigint, special text) RETURNS text LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT a.code || CASE special WHEN 'TRANSFERS' THEN '03' WHEN 'AGRICULTURAL_TAX' THEN '04' END
    FROM treasury_township t JOIN ledger_book k ON k.code = t.book_id
    JOIN ledger_account a ON a.book_id = k.id AND a.role = 'SPECIAL_CASH' WHERE t.id = township;
$$;

-- Whether an account is the one of an item, or of what no item was named for (未分项) while there is no item.
CREATE OR REPLACE FUNCTION treasury_names_its_item(
  township bigint, special text, item bigint, account text, on_day date) RETURNS boolean LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT CASE WHEN item IS NULL
    THEN account = treasury_special_stem(township, special) || '00'
         AND NOT EXISTS (SELECT FROM treasury_earmarkeditem i
                          WHERE i.township_id = township AND i.kind = special AND i.effective_from <= on_day
                            AND (i.effective_to IS NULL OR i.effective_to > on_day))
    ELSE EXISTS (SELECT FROM treasury_earmarkeditem i
                  WHERE i.id = item AND i.township_id = township AND i.kind = special AND i.account_code = account
                    AND i.effective_from <= on_day AND (i.effective_to IS NULL OR i.effective_to > on_day)) END;
$$;

-- What a further plan may ask of a leaf of a special account: what can be released, less what waits to be.
CREATE OR REPLACE FUNCTION treasury_item_left(township bigint, account text) RETURNS numeric LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT treasury_free(township, account, '111')
       - coalesce((SELECT sum(r.amount) FROM treasury_release r
                    WHERE r.township_id = township AND r.account_code = account AND r.fund_code = '111'
                      AND r.status = 'WAITING'), 0);
$$;

-- The township that a payee is, is a unit of, or holds an account of; null where the payee is somebody else.
-- Asked for one township, or for all of them (null).
CREATE OR REPLACE FUNCTION treasury_township_behind(asked bigint, payee text, code text, account text)
RETURNS text LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  WITH given AS (
    SELECT regexp_replace(normalize(payee, NFKC), '\s', '', 'g') AS name,
           upper(regexp_replace(normalize(code, NFKC), '\s', '', 'g')) AS code,
           upper(regexp_replace(normalize(account, NFKC), '[^0-9A-Za-z]', '', 'g')) AS account)
  SELECT t.name FROM given g JOIN treasury_township t ON asked IS NULL OR t.id = asked
    LEFT JOIN treasury_unit u ON u.township_id = t.id
   WHERE (left(g.name, length(t.name)) = t.name
          AND substr(g.name, length(t.name) + 1) = ANY (
            ARRAY['', '人民政府', '政府', '街道办事处', '办事处', '财政所', '会计核算中心']))
      OR g.name = u.name
      OR (g.code <> '' AND g.code = u.credit_code)
      OR EXISTS (SELECT FROM treasury_bankaccount b
                  WHERE upper(regexp_replace(b.number, '[^0-9A-Za-z]', '', 'g')) = g.account
                    AND (b.holder_name IN (u.name, t.name) OR (u.credit_code <> '' AND b.holder_number = u.credit_code)
                      OR EXISTS (SELECT FROM treasury_unitchannel c WHERE c.account_id = b.id AND c.unit_id = u.id)))
   LIMIT 1;
$$;

CREATE OR REPLACE FUNCTION treasury_item_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF NEW.effective_to IS NOT NULL
     OR NEW.account_code IS DISTINCT FROM treasury_special_stem(NEW.township_id, NEW.kind) || lpad(NEW.number::text, 2, '0')
     OR NOT EXISTS (SELECT FROM treasury_township t JOIN ledger_book k ON k.code = t.book_id
                     JOIN ledger_account a ON a.book_id = k.id AND a.code = NEW.account_code WHERE t.id = NEW.township_id) THEN
    PERFORM ledger_refuse(
      'item_has_its_account', 'an item begins with the leaf account of its number',
      jsonb_build_object('item', NEW.number, 'account', NEW.account_code), 'Open the account with the item.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_item_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  held numeric;
  open_orders bigint;
BEGIN
  IF NEW.effective_to IS NOT NULL AND OLD.effective_to IS NULL THEN
    PERFORM FROM treasury_township t WHERE t.id = NEW.township_id FOR NO KEY UPDATE;
    held := treasury_free(NEW.township_id, NEW.account_code, '111');
    SELECT count(*) INTO open_orders FROM treasury_release r
     WHERE r.township_id = NEW.township_id AND r.account_code = NEW.account_code
       AND (r.status IN ('WAITING', 'RELEASED') OR r.returned > 0);
    IF held <> 0 OR open_orders > 0 THEN
      PERFORM ledger_refuse(
        'item_is_empty_at_its_end', 'an item ends when nothing is left in it or on its way',
        jsonb_build_object('item', NEW.number, 'left', held, 'releases', open_orders), 'Spend what it holds first.');
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_allocation_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  unassigned text;
BEGIN
  SELECT treasury_special_stem(i.township_id, i.kind) || '00' INTO unassigned
    FROM treasury_earmarkeditem i WHERE i.id = NEW.item_id;
  IF NEW.taken_from IS DISTINCT FROM unassigned THEN
    PERFORM ledger_refuse(
      'item_money_stays', 'money stays in its item: an item is given only what no item was named for',
      jsonb_build_object('account', NEW.taken_from, 'unassigned', unassigned), 'Allocate it from 未分项.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_allocation_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  item treasury_earmarkeditem;
  free numeric;
BEGIN
  IF NEW.status = 'POSTED' AND OLD.status = 'APPROVED' THEN
    SELECT * INTO item FROM treasury_earmarkeditem i WHERE i.id = NEW.item_id;
    PERFORM FROM treasury_township t WHERE t.id = item.township_id FOR NO KEY UPDATE;
    SELECT * INTO item FROM treasury_earmarkeditem i WHERE i.id = NEW.item_id;
    IF item.effective_from > NEW.posted_on OR item.effective_to <= NEW.posted_on THEN
      PERFORM ledger_refuse(
        'item_is_in_effect', 'the item is not in effect on that day',
        jsonb_build_object('item', item.number, 'day', NEW.posted_on), 'Choose an item that is in effect.');
    END IF;
    free := treasury_free(item.township_id, NEW.taken_from, '111');
    IF NEW.amount > free THEN
      PERFORM ledger_refuse(
        'allocation_is_funded', 'the special account has not as much that no item was named for',
        jsonb_build_object('item', item.number, 'amount', NEW.amount, 'left', free),
        'Allocate no more than what is left without an item.');
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_special_plan_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  behind text;
BEGIN
  IF NOT coalesce(
       treasury_names_its_item(NEW.township_id, NEW.kind, NEW.item_id, NEW.account_code, NEW.planned_on), false) THEN
    PERFORM ledger_refuse(
      'plan_names_its_item', 'the plan names no item that its special account has on that day',
      jsonb_build_object('account', NEW.account_code, 'day', NEW.planned_on),
      'Name one of the items; without items the account has 未分项 alone.');
  END IF;
  behind := treasury_township_behind(NEW.township_id, NEW.payee_name, NEW.payee_number, NEW.account_number);
  IF behind IS NOT NULL THEN
    PERFORM ledger_refuse(
      'payee_is_not_the_township', 'money of a special account is not paid to the township or a unit of it',
      jsonb_build_object('township', behind), 'Name the one who supplies, builds or is entitled.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_special_plan_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  item_left numeric;
  behind text;
BEGIN
  IF NEW.status = 'SIGNED' AND OLD.status = 'REVIEWED' THEN
    PERFORM FROM treasury_township t WHERE t.id = NEW.township_id FOR NO KEY UPDATE;
    -- Accounts and units may have become known since the plan was drafted.
    behind := treasury_township_behind(NEW.township_id, NEW.payee_name, NEW.payee_number, NEW.account_number);
    IF behind IS NOT NULL THEN
      PERFORM ledger_refuse(
        'payee_is_not_the_township', 'money of a special account is not paid to the township or a unit of it',
        jsonb_build_object('township', behind), 'Name the one who supplies, builds or is entitled.');
    END IF;
    item_left := treasury_item_left(NEW.township_id, NEW.account_code);
    IF NEW.amount > item_left THEN
      PERFORM ledger_refuse(
        'special_plan_is_funded', 'the item holds less than the plan asks for',
        jsonb_build_object('account', NEW.account_code, 'amount', NEW.amount, 'left', item_left),
        'Plan no more than what is left of the item, or allocate money to it first.');
    END IF;
  END IF;
  RETURN NEW;
END $$;

-- What is released from a special account by plan, or for a procurement, is what was signed: to that payee alone.
CREATE OR REPLACE FUNCTION treasury_release_ordered() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF NEW.status <> 'RELEASED' OR OLD.status <> 'WAITING' THEN
    RETURN NEW;
  END IF;
  IF NEW.kind = 'SPECIAL' AND NOT EXISTS (
       SELECT FROM treasury_specialplan p
        WHERE p.release_id = NEW.id AND p.status = 'SIGNED'
          AND (p.township_id, p.account_code, p.amount, '111') = (NEW.township_id, NEW.account_code, NEW.amount, NEW.fund_code)
          AND NOT EXISTS (SELECT FROM treasury_releaseline l WHERE l.release_id = NEW.id
                             AND (l.payee_name, l.account_number) <> (p.payee_name, p.account_number))) THEN
    PERFORM ledger_refuse(
      'special_spending_has_its_plan', 'money of a special account is released for a signed plan alone',
      jsonb_build_object('release', NEW.source), 'Draft a plan, have it reviewed and signed.');
  END IF;
  IF NEW.kind = 'PROCUREMENT' AND NOT EXISTS (
       SELECT FROM treasury_instalment i JOIN treasury_procurement p ON p.id = i.procurement_id
        WHERE i.release_id = NEW.id AND i.amount = NEW.amount
          AND NOT EXISTS (SELECT FROM treasury_releaseline l WHERE l.release_id = NEW.id
                             AND (l.payee_name, l.account_number) <> (p.supplier_name, p.supplier_account))) THEN
    PERFORM ledger_refuse(
      'supplier_is_the_payee', 'money for a procurement is released to the awarded supplier alone',
      jsonb_build_object('release', NEW.source), 'Ask for an instalment of the procurement.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER item_added BEFORE INSERT ON treasury_earmarkeditem
  FOR EACH ROW EXECUTE FUNCTION treasury_item_added();
CREATE OR REPLACE TRIGGER item_is_fixed BEFORE UPDATE ON treasury_earmarkeditem
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('item_is_fixed', 'id', 'township_id', 'kind', 'number', 'name',
    'account_code', 'effective_from', 'opened_by_id');
CREATE OR REPLACE TRIGGER item_is_written_once BEFORE UPDATE ON treasury_earmarkeditem
  FOR EACH ROW EXECUTE FUNCTION treasury_written_once('item_is_fixed', 'effective_to');
CREATE OR REPLACE TRIGGER item_moved BEFORE UPDATE ON treasury_earmarkeditem
  FOR EACH ROW EXECUTE FUNCTION treasury_item_moved();

CREATE OR REPLACE TRIGGER allocation_begun BEFORE INSERT ON treasury_itemallocation
  FOR EACH ROW EXECUTE FUNCTION treasury_begun('order_moves', 'PROPOSED');
CREATE OR REPLACE TRIGGER allocation_added BEFORE INSERT ON treasury_itemallocation
  FOR EACH ROW EXECUTE FUNCTION treasury_allocation_added();
CREATE OR REPLACE TRIGGER allocation_moves BEFORE UPDATE ON treasury_itemallocation
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('order_moves', @order_moves@);
CREATE OR REPLACE TRIGGER allocation_moved BEFORE UPDATE ON treasury_itemallocation
  FOR EACH ROW EXECUTE FUNCTION treasury_allocation_moved();
CREATE OR REPLACE TRIGGER allocation_is_fixed BEFORE UPDATE ON treasury_itemallocation
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('order_is_fixed', 'id', 'item_id', 'taken_from', 'amount', 'paper',
    'proposed_by_id');
CREATE OR REPLACE TRIGGER allocation_is_written_once BEFORE UPDATE ON treasury_itemallocation
  FOR EACH ROW EXECUTE FUNCTION treasury_written_once('order_is_fixed', 'approved_by_id', 'posted_by_id', 'posted_on', 'reason');

CREATE OR REPLACE TRIGGER special_plan_begun BEFORE INSERT ON treasury_specialplan
  FOR EACH ROW EXECUTE FUNCTION treasury_begun('special_plan_moves', 'DRAFTED');
CREATE OR REPLACE TRIGGER special_plan_added BEFORE INSERT ON treasury_specialplan
  FOR EACH ROW EXECUTE FUNCTION treasury_special_plan_added();
CREATE OR REPLACE TRIGGER special_plan_moves BEFORE UPDATE ON treasury_specialplan
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('special_plan_moves', @special_plan_moves@);
CREATE OR REPLACE TRIGGER special_plan_moved BEFORE UPDATE ON treasury_specialplan
  FOR EACH ROW EXECUTE FUNCTION treasury_special_plan_moved();
CREATE OR REPLACE TRIGGER special_plan_is_fixed BEFORE UPDATE ON treasury_specialplan
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('special_plan_is_fixed', 'id', 'township_id', 'unit_id', 'kind', 'item_id',
    'account_code', 'amount', 'purpose', 'papers', 'payee_name', 'bank', 'account_number', 'payee_number', 'functional',
    'economic', 'project', 'planned_on', 'drafted_by_id');
CREATE OR REPLACE TRIGGER special_plan_is_written_once BEFORE UPDATE ON treasury_specialplan
  FOR EACH ROW EXECUTE FUNCTION treasury_written_once('special_plan_is_fixed', 'reviewed_by_id', 'signed_by_id',
    'signed_on', 'reason', 'release_id');

CREATE OR REPLACE TRIGGER release_has_its_order BEFORE UPDATE ON treasury_release
  FOR EACH ROW EXECUTE FUNCTION treasury_release_ordered();

CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON treasury_earmarkeditem
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('earmarked_item');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON treasury_itemallocation
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('allocation');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON treasury_specialplan
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('special_plan');
