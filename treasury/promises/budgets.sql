-- Budgets: approved by their chain, planned by month, and never used beyond plan and appropriation.
-- Whoever approves an edition locks the book's row; whoever plans or uses a line locks the line's row.

-- An edition begins prepared, on the principles of its year, by the chain of its township's kind (F09),
-- and amends the edition that is approved.
CREATE OR REPLACE FUNCTION treasury_budget_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  kind_of text;
  approved bigint;
BEGIN
  SELECT t.kind INTO kind_of FROM treasury_township t WHERE t.book_id = NEW.book_id;
  IF NEW.chain IS DISTINCT FROM (CASE WHEN kind_of = '街道' THEN 'GOVERNMENT' ELSE 'CONGRESS' END) THEN
    PERFORM ledger_refuse(
      'budget_follows_its_chain', 'the chain of approval is not that of the township''s kind',
      jsonb_build_object('book', NEW.book_id, 'kind', kind_of, 'chain', NEW.chain),
      'A 街道 is approved by the bureau for the government; a 乡 or 镇 by its congress after the bureau''s review.');
  END IF;
  IF NEW.year IS DISTINCT FROM (SELECT p.year FROM treasury_budgetprinciples p WHERE p.id = NEW.principles_id) THEN
    PERFORM ledger_refuse(
      'principles_are_given_first', 'a budget is prepared on the principles of its year',
      jsonb_build_object('book', NEW.book_id, 'year', NEW.year), 'Have the bureau issue the principles of the year.');
  END IF;
  PERFORM FROM ledger_book b WHERE b.code = NEW.book_id FOR KEY SHARE;
  SELECT b.id INTO approved FROM treasury_budget b
   WHERE b.book_id = NEW.book_id AND b.year = NEW.year AND b.status = 'APPROVED' ORDER BY b.edition DESC LIMIT 1;
  IF NEW.amends_id IS DISTINCT FROM approved
     OR NEW.edition <= (SELECT coalesce(max(b.edition), 0) FROM treasury_budget b
                         WHERE b.book_id = NEW.book_id AND b.year = NEW.year) THEN
    PERFORM ledger_refuse(
      'budget_amends_what_is_approved', 'a new edition comes after all others and amends the one that is approved',
      jsonb_build_object('book', NEW.book_id, 'year', NEW.year, 'edition', NEW.edition, 'amends', NEW.amends_id,
        'approved', approved), 'Amend the approved edition.');
  END IF;
  RETURN NEW;
END $$;

-- Lines come while the edition is prepared, and no two of them cover the same without one being the narrower.
CREATE OR REPLACE FUNCTION treasury_budget_line_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong record;
BEGIN
  PERFORM FROM treasury_budget b WHERE b.id IN (SELECT budget_id FROM new_row) ORDER BY b.id FOR NO KEY UPDATE;
  SELECT n.budget_id INTO wrong FROM new_row n
    LEFT JOIN treasury_budget b ON b.id = n.budget_id WHERE b.status IS DISTINCT FROM 'PREPARED' LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'budget_is_fixed', format('budget %s takes no further line', wrong.budget_id),
      jsonb_build_object('budget', wrong.budget_id), 'Prepare an amendment.');
  END IF;
  SELECT l.functional || '/' || l.economic AS line, o.functional || '/' || o.economic AS other INTO wrong
    FROM treasury_budgetline l JOIN treasury_budgetline o ON o.budget_id = l.budget_id AND o.id < l.id
   WHERE l.budget_id IN (SELECT budget_id FROM new_row)
     AND (starts_with(l.functional, o.functional) OR starts_with(o.functional, l.functional))
     AND (starts_with(l.economic, o.economic) OR starts_with(o.economic, l.economic))
     AND (starts_with(l.functional, o.functional) AND starts_with(l.economic, o.economic))
       = (starts_with(o.functional, l.functional) AND starts_with(o.economic, l.economic)) LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'budget_lines_are_distinct', 'two lines cover the same, and neither is the narrower one',
      jsonb_build_object('line', wrong.line, 'other', wrong.other), 'Make one of them the narrower, or join them.');
  END IF;
  RETURN NULL;
END $$;

-- What was decided stays, signatures too; each chain has its own way; control begins with the approval.
CREATE OR REPLACE FUNCTION treasury_budget_steps() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF OLD.status IN ('APPROVED', 'REFUSED', 'WITHDRAWN')
     OR (OLD.submitted_by_id IS NOT NULL AND NEW.submitted_by_id IS DISTINCT FROM OLD.submitted_by_id)
     OR (OLD.reviewed_by_id IS NOT NULL AND NEW.reviewed_by_id IS DISTINCT FROM OLD.reviewed_by_id) THEN
    PERFORM ledger_refuse(
      'budget_is_fixed', format('what was signed of budget %s stays', OLD.id),
      jsonb_build_object('budget', OLD.id, 'status', OLD.status), 'Prepare an amendment.');
  END IF;
  IF (OLD.status, NEW.status, NEW.chain) IN
     (('SUBMITTED', 'REVIEWED', 'GOVERNMENT'), ('SUBMITTED', 'APPROVED', 'CONGRESS')) THEN
    PERFORM ledger_refuse(
      'budget_follows_its_chain', 'the budget takes another way of approval',
      jsonb_build_object('budget', OLD.id, 'chain', OLD.chain, 'from', OLD.status, 'to', NEW.status),
      'A 街道 is approved by the bureau for the government; a 乡 or 镇 by its congress after the bureau''s review.');
  END IF;
  IF NEW.status = 'SUBMITTED' AND OLD.status = 'PREPARED'
     AND NOT EXISTS (SELECT FROM treasury_budgetline l WHERE l.budget_id = NEW.id) THEN
    PERFORM ledger_refuse(
      'budget_has_lines', 'a budget without lines is none', jsonb_build_object('budget', NEW.id), 'Prepare it anew.');
  END IF;
  NEW.after_voucher := OLD.after_voucher;
  IF NEW.status = 'APPROVED' AND OLD.status <> 'APPROVED' THEN
    PERFORM FROM ledger_book b WHERE b.code = NEW.book_id FOR UPDATE;
    NEW.after_voucher := coalesce((SELECT b.after_voucher FROM treasury_budget b WHERE b.id = NEW.amends_id),
                                  (SELECT max(v.id) FROM ledger_voucher v), 0);
  END IF;
  RETURN NEW;
END $$;

-- Approval makes the appropriations what the edition says; a line that it leaves out has nothing any more.
CREATE OR REPLACE FUNCTION treasury_budget_approved()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
DECLARE
  short record;
BEGIN
  IF NEW.status <> 'APPROVED' OR OLD.status = 'APPROVED' THEN
    RETURN NULL;
  END IF;
  PERFORM FROM treasury_appropriation a WHERE a.book_id = NEW.book_id AND a.year = NEW.year
    ORDER BY a.id FOR NO KEY UPDATE;
  UPDATE treasury_appropriation a SET amount = 0
   WHERE a.book_id = NEW.book_id AND a.year = NEW.year;
  INSERT INTO treasury_appropriation (book_id, year, functional, economic, amount, budget_id)
  SELECT NEW.book_id, NEW.year, l.functional, l.economic, l.amount, NEW.id
    FROM treasury_budgetline l WHERE l.budget_id = NEW.id ORDER BY l.number
  ON CONFLICT (book_id, year, functional, economic) DO UPDATE SET amount = excluded.amount, budget_id = excluded.budget_id;
  INSERT INTO treasury_appropriationmonth (appropriation_id, month, planned, reserved, spent)
  SELECT a.id, m, 0, 0, 0 FROM treasury_appropriation a, generate_series(1, 12) m
   WHERE a.book_id = NEW.book_id AND a.year = NEW.year
  ON CONFLICT (appropriation_id, month) DO NOTHING;
  SELECT a.functional, a.economic, a.amount, sum(m.reserved + m.spent) AS used, sum(m.planned) AS planned INTO short
    FROM treasury_appropriation a JOIN treasury_appropriationmonth m ON m.appropriation_id = a.id
   WHERE a.book_id = NEW.book_id AND a.year = NEW.year GROUP BY a.id
  HAVING a.amount < sum(m.reserved + m.spent) OR a.amount < sum(m.planned)
   ORDER BY a.amount < sum(m.reserved + m.spent) DESC, a.id LIMIT 1;
  IF FOUND AND short.amount < short.used THEN
    PERFORM ledger_refuse(
      'budget_covers_what_is_used', 'the amendment goes below what is reserved and spent',
      jsonb_build_object('line', treasury_line_label(short.functional, short.economic), 'amount', short.amount,
        'used', short.used), 'Leave the line what it has used.');
  ELSIF FOUND THEN
    PERFORM ledger_refuse(
      'plan_is_within_appropriation', 'the amendment goes below what is planned',
      jsonb_build_object('line', treasury_line_label(short.functional, short.economic), 'amount', short.amount,
        'planned', short.planned), 'Take it out of the spending plan first.');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION treasury_line_label(functional text, economic text) RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT coalesce(nullif(functional, ''), '*') || '/' || coalesce(nullif(economic, ''), '*');
$$;

-- Lines of a plan come while it is prepared, for appropriations of its book and year.
CREATE OR REPLACE FUNCTION treasury_plan_line_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  PERFORM FROM treasury_spendingplan p WHERE p.id IN (SELECT plan_id FROM new_row) ORDER BY p.id FOR NO KEY UPDATE;
  SELECT n.plan_id INTO wrong FROM new_row n
    LEFT JOIN treasury_spendingplan p ON p.id = n.plan_id
    LEFT JOIN treasury_appropriation a ON a.id = n.appropriation_id
   WHERE p.status IS DISTINCT FROM 'PREPARED' OR (a.book_id, a.year) IS DISTINCT FROM (p.book_id, p.year) LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'plan_is_fixed', format('plan %s does not take this line', wrong), jsonb_build_object('plan', wrong),
      'Prepare a further plan of the book and year.');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION treasury_plan_steps() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF OLD.status <> 'PREPARED' THEN
    PERFORM ledger_refuse(
      'plan_is_fixed', format('plan %s has been decided', OLD.id),
      jsonb_build_object('plan', OLD.id, 'status', OLD.status), 'Prepare a further plan.');
  END IF;
  IF NEW.status = 'APPROVED' AND NOT EXISTS (SELECT FROM treasury_planline l WHERE l.plan_id = NEW.id) THEN
    PERFORM ledger_refuse(
      'plan_has_lines', 'a plan without lines is none', jsonb_build_object('plan', NEW.id), 'Prepare it anew.');
  END IF;
  RETURN NEW;
END $$;

-- An approved plan counts: no month below zero, no line above its appropriation, none below what is used.
CREATE OR REPLACE FUNCTION treasury_plan_approved()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
DECLARE
  short record;
BEGIN
  IF NEW.status <> 'APPROVED' OR OLD.status = 'APPROVED' THEN
    RETURN NULL;
  END IF;
  PERFORM FROM treasury_appropriation a
    WHERE a.id IN (SELECT l.appropriation_id FROM treasury_planline l WHERE l.plan_id = NEW.id)
    ORDER BY a.id FOR NO KEY UPDATE;
  UPDATE treasury_appropriationmonth m SET planned = m.planned + l.amount
    FROM treasury_planline l
   WHERE l.plan_id = NEW.id AND l.appropriation_id = m.appropriation_id AND l.month = m.month;
  SELECT a.functional, a.economic, added.amount AS asked,
         a.amount - sum(m.planned) + added.amount AS before, sum(m.planned) AS planned, a.amount INTO short
    FROM (SELECT l.appropriation_id, sum(l.amount) AS amount FROM treasury_planline l
           WHERE l.plan_id = NEW.id GROUP BY l.appropriation_id) added
    JOIN treasury_appropriation a ON a.id = added.appropriation_id
    JOIN treasury_appropriationmonth m ON m.appropriation_id = a.id
   GROUP BY a.id, added.amount HAVING sum(m.planned) > a.amount ORDER BY a.id LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'plan_is_within_appropriation', 'more would be planned than is appropriated',
      jsonb_build_object('line', treasury_line_label(short.functional, short.economic), 'asked', short.asked,
        'left', short.before), 'Plan no more than what is left, or amend the budget.');
  END IF;
  SELECT t.* INTO short FROM (
    SELECT a.id, a.functional, a.economic, m.month, m.planned,
           sum(m.planned) OVER months AS by_then, sum(m.reserved + m.spent) OVER months AS used
      FROM treasury_appropriation a JOIN treasury_appropriationmonth m ON m.appropriation_id = a.id
     WHERE a.id IN (SELECT l.appropriation_id FROM treasury_planline l WHERE l.plan_id = NEW.id)
    WINDOW months AS (PARTITION BY a.id ORDER BY m.month)) t
   WHERE t.planned < 0 OR t.used > t.by_then ORDER BY t.id, t.month LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'plan_covers_what_is_used', 'the plan of a month goes below zero or below what is used by then',
      jsonb_build_object('line', treasury_line_label(short.functional, short.economic), 'month', short.month,
        'planned', short.by_then, 'used', short.used), 'Leave the months what they have used.');
  END IF;
  RETURN NULL;
END $$;

-- Uses: each source counts once, belongs to its line and year, gives back no more than it took, and takes no
-- more than what is planned up to its month, in no month after it either.
CREATE OR REPLACE FUNCTION treasury_budget_used()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong record;
BEGIN
  SELECT n.source, n.act INTO wrong FROM new_row n GROUP BY n.source, n.act
  HAVING min(n.number) <> 1 OR max(n.number) <> count(*) LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'budget_source_counts_once', 'what a source uses comes together, numbered from 1',
      jsonb_build_object('source', wrong.source, 'act', wrong.act), 'Use a source of its own.');
  END IF;
  PERFORM FROM treasury_appropriation a WHERE a.id IN (SELECT n.appropriation_id FROM new_row n)
    ORDER BY a.id FOR NO KEY UPDATE;
  SELECT n.source, n.functional, n.economic INTO wrong FROM new_row n
    LEFT JOIN treasury_appropriation a ON a.id = n.appropriation_id
   WHERE a.id IS NULL OR extract(year FROM n."on") <> a.year
      OR NOT starts_with(n.functional, a.functional) OR NOT starts_with(n.economic, a.economic) LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'budget_line_covers_it', 'the line is not one for this spending or year',
      jsonb_build_object('source', wrong.source, 'line', treasury_line_label(wrong.functional, wrong.economic)),
      'Take it from the line of its classes.');
  END IF;
  SELECT u.origin, u.appropriation_id INTO wrong FROM (
    SELECT u.origin, u.appropriation_id, sum(u.reserved + u.spent) OVER (PARTITION BY u.origin, u.appropriation_id
             ORDER BY u."on") AS used, sum(u.reserved) OVER whole AS reserved, sum(u.spent) OVER whole AS spent
      FROM treasury_budgetuse u
     WHERE (u.origin, u.appropriation_id) IN (
             SELECT n.origin, n.appropriation_id FROM new_row n WHERE n.reserved < 0 OR n.spent < 0)
    WINDOW whole AS (PARTITION BY u.origin, u.appropriation_id)) u
   WHERE u.used < 0 OR u.reserved < 0 OR u.spent < 0 LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'budget_gives_back_what_it_took', 'more would be given back than was taken',
      jsonb_build_object('origin', wrong.origin), 'Give back what was reserved or spent, not before its day.');
  END IF;
  UPDATE treasury_appropriationmonth m SET reserved = m.reserved + n.reserved, spent = m.spent + n.spent
    FROM (SELECT n.appropriation_id, extract(month FROM n."on") AS month, sum(n.reserved) AS reserved, sum(n.spent) AS spent
            FROM new_row n GROUP BY 1, 2) n
   WHERE m.appropriation_id = n.appropriation_id AND m.month = n.month;
  SELECT a.functional, a.economic, n.asked, min(m.left_over) + n.asked AS before INTO wrong
    FROM (SELECT n.appropriation_id, sum(n.reserved + n.spent) AS asked, min(extract(month FROM n."on")) AS month
            FROM new_row n GROUP BY n.appropriation_id) n
    JOIN treasury_appropriation a ON a.id = n.appropriation_id
    JOIN (SELECT m.appropriation_id, m.month,
                 sum(m.planned - m.reserved - m.spent) OVER (PARTITION BY m.appropriation_id ORDER BY m.month) AS left_over
            FROM treasury_appropriationmonth m
           WHERE m.appropriation_id IN (SELECT n.appropriation_id FROM new_row n)) m
      ON m.appropriation_id = a.id AND m.month >= n.month
   GROUP BY a.id, n.asked HAVING min(m.left_over) < 0 ORDER BY a.id LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'budget_is_not_overspent', 'more would be used of a line than is planned by then',
      jsonb_build_object('line', treasury_line_label(wrong.functional, wrong.economic), 'asked', wrong.asked,
        'left', wrong.before), 'Use no more than what is left, plan more, or amend the budget.');
  END IF;
  RETURN NULL;
END $$;

-- A release of a book and year under control is paid out as spending of its budget, whole.
CREATE OR REPLACE FUNCTION treasury_release_budgeted() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  book text;
  year_of integer;
BEGIN
  IF NEW.status = 'POSTED' AND OLD.status = 'RELEASED' THEN
    SELECT t.book_id INTO book FROM treasury_township t WHERE t.id = NEW.township_id;
    SELECT extract(year FROM v.posting_date) INTO year_of FROM ledger_voucher v
     WHERE v.source = NEW.source || '/paid' AND v.part = 1;
    year_of := coalesce(year_of, extract(year FROM NEW.month));
    IF EXISTS (SELECT FROM treasury_budget b WHERE b.book_id = book AND b.year = year_of AND b.status = 'APPROVED')
       AND NEW.amount IS DISTINCT FROM
         (SELECT sum(u.spent) FROM treasury_budgetuse u JOIN treasury_appropriation a ON a.id = u.appropriation_id
           WHERE u.source = NEW.source || '/paid' AND u.act = 'SPEND' AND (a.book_id, a.year) = (book, year_of)) THEN
      PERFORM ledger_refuse(
        'release_is_in_its_budget', 'what a release pays is not spent from its budget',
        jsonb_build_object('release', NEW.source, 'amount', NEW.amount), 'Pay it out through its budget.');
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER budget_begun BEFORE INSERT ON treasury_budget
  FOR EACH ROW EXECUTE FUNCTION treasury_begun('budget_moves', 'PREPARED');
CREATE OR REPLACE TRIGGER budget_rightly_begun BEFORE INSERT ON treasury_budget
  FOR EACH ROW EXECUTE FUNCTION treasury_budget_added();
CREATE OR REPLACE TRIGGER budget_is_fixed BEFORE UPDATE ON treasury_budget
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('budget_is_fixed', 'id', 'book_id', 'year', 'edition', 'chain', 'amends_id',
    'reason', 'principles_id', 'resources', 'prepared_on', 'prepared_by_id');
CREATE OR REPLACE TRIGGER budget_moves BEFORE UPDATE ON treasury_budget
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('budget_moves', @budget_moves@);
CREATE OR REPLACE TRIGGER budget_steps BEFORE UPDATE ON treasury_budget
  FOR EACH ROW EXECUTE FUNCTION treasury_budget_steps();
CREATE OR REPLACE TRIGGER budget_approved AFTER UPDATE ON treasury_budget
  FOR EACH ROW EXECUTE FUNCTION treasury_budget_approved();
CREATE OR REPLACE TRIGGER budget_line_added AFTER INSERT ON treasury_budgetline
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION treasury_budget_line_added();
CREATE OR REPLACE TRIGGER plan_begun BEFORE INSERT ON treasury_spendingplan
  FOR EACH ROW EXECUTE FUNCTION treasury_begun('plan_moves', 'PREPARED');
CREATE OR REPLACE TRIGGER plan_is_fixed BEFORE UPDATE ON treasury_spendingplan
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('plan_is_fixed', 'id', 'book_id', 'year', 'number', 'prepared_on',
    'prepared_by_id');
CREATE OR REPLACE TRIGGER plan_moves BEFORE UPDATE ON treasury_spendingplan
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('plan_moves', @plan_moves@);
CREATE OR REPLACE TRIGGER plan_steps BEFORE UPDATE ON treasury_spendingplan
  FOR EACH ROW EXECUTE FUNCTION treasury_plan_steps();
CREATE OR REPLACE TRIGGER plan_approved AFTER UPDATE ON treasury_spendingplan
  FOR EACH ROW EXECUTE FUNCTION treasury_plan_approved();
CREATE OR REPLACE TRIGGER plan_line_added AFTER INSERT ON treasury_planline
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION treasury_plan_line_added();
CREATE OR REPLACE TRIGGER budget_used AFTER INSERT ON treasury_budgetuse
  REFERENCING NEW TABLE AS new_row FOR EACH STATEMENT EXECUTE FUNCTION treasury_budget_used();
CREATE OR REPLACE TRIGGER release_budgeted BEFORE UPDATE ON treasury_release
  FOR EACH ROW EXECUTE FUNCTION treasury_release_budgeted();

DO $$
DECLARE
  entry record;
BEGIN
  FOR entry IN SELECT * FROM (VALUES
      ('treasury_budgetprinciples', 'principles'), ('treasury_budgetindicator', 'indicator'),
      ('treasury_budgetline', 'budget_line'), ('treasury_planline', 'plan_line'),
      ('treasury_budgetuse', 'budget_use')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
  FOR entry IN SELECT * FROM (VALUES
      ('treasury_budget', 'budget'), ('treasury_spendingplan', 'plan')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
  FOR entry IN SELECT * FROM (VALUES
      ('treasury_appropriation', 'appropriation'), ('treasury_appropriationmonth', 'appropriation_month')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER derived BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_derived(%L)', entry.tablename, entry.word);
  END LOOP;
END $$;

CREATE OR REPLACE VIEW auditor_budget AS
  SELECT b.book_id AS book, b.year, b.edition, b.chain, b.status, b.resources, b.reason, b.paper, b.paper_on,
         b.prepared_by_id AS prepared_by, b.reviewed_by_id AS reviewed_by, b.approved_by_id AS approved_by, b.approved_on
    FROM treasury_budget b;
CREATE OR REPLACE VIEW auditor_budget_line AS
  SELECT b.book_id AS book, b.year, b.edition, l.number, l.functional, l.economic, l.rank, l.amount, l.note
    FROM treasury_budgetline l JOIN treasury_budget b ON b.id = l.budget_id;
CREATE OR REPLACE VIEW auditor_appropriation AS
  SELECT a.book_id AS book, a.year, a.functional, a.economic, a.amount, m.month, m.planned, m.reserved, m.spent
    FROM treasury_appropriation a JOIN treasury_appropriationmonth m ON m.appropriation_id = a.id;
CREATE OR REPLACE VIEW auditor_budget_use AS
  SELECT a.book_id AS book, a.year, a.functional AS line_functional, a.economic AS line_economic, u.source, u.act,
         u.number, u.origin, u.functional, u.economic, u."on", u.reserved, u.spent
    FROM treasury_budgetuse u JOIN treasury_appropriation a ON a.id = u.appropriation_id;
CREATE OR REPLACE VIEW auditor_spending_plan AS
  SELECT p.book_id AS book, p.year, p.number, p.status, p.reason, p.prepared_by_id AS prepared_by,
         p.decided_by_id AS decided_by, a.functional, a.economic, l.month, l.amount
    FROM treasury_planline l JOIN treasury_spendingplan p ON p.id = l.plan_id
    JOIN treasury_appropriation a ON a.id = l.appropriation_id;
CREATE OR REPLACE VIEW auditor_budget_principles AS
  SELECT p.year, p.edition, p.text, p.issued_on, p.issued_by_id AS issued_by, i.kind, i.book_id AS book, i.value
    FROM treasury_budgetprinciples p LEFT JOIN treasury_budgetindicator i ON i.principles_id = p.id;
