-- Destroying archives: a list of whole classes of years, signed as it stands by everybody whom the rule names, watched,
-- carried out once. The bytes of files go then and never else; every row stays.

-- All who write about destruction wait for each other: nothing is held, listed or signed while a list is carried out.
CREATE OR REPLACE FUNCTION audit_one_by_one() RETURNS void LANGUAGE sql VOLATILE
SET search_path = @schema@, pg_temp AS $$
  SELECT pg_advisory_xact_lock(hashtext('audit.destruction'));
$$;

-- Whether an officer is a cashier now: of the bureau by the acts of the post, or of a township.
CREATE OR REPLACE FUNCTION audit_is_cashier(officer text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM ledger_officer o
     WHERE o.username = officer
       AND (EXISTS (SELECT FROM auth_permission p JOIN django_content_type c ON c.id = p.content_type_id
                     WHERE (c.app_label, p.codename) IN (('payouts', 'render_batch'), ('payouts', 'take_statement'),
                                                         ('treasury', 'sweep_income'), ('treasury', 'post_settlement'))
                       AND (p.id IN (SELECT u.permission_id FROM ledger_officer_user_permissions u WHERE u.officer_id = o.id)
                            OR p.id IN (SELECT g.permission_id FROM auth_group_permissions g JOIN ledger_officer_groups m
                                            ON m.group_id = g.group_id WHERE m.officer_id = o.id)))
            OR EXISTS (SELECT FROM treasury_secondment s
                        WHERE s.holder_id = officer AND s.post = 'CASHIER' AND s.status = 'CONFIRMED'
                          AND current_date >= s.effective_from AND current_date < s.held_until)))
$$;

CREATE OR REPLACE FUNCTION audit_require_archives(officer text, role text) RETURNS void LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF audit_is_cashier(officer) THEN
    PERFORM ledger_refuse(
      'cashier_keeps_no_archives', 'a cashier does not keep the archives', jsonb_build_object('officer', officer, 'role', role),
      'Have somebody act who is no cashier (第79号令 第十一条).');
  END IF;
END $$;

CREATE OR REPLACE FUNCTION audit_require_destroyable(class text, fiscal_year int, day date, list bigint) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
DECLARE
  about jsonb := jsonb_build_object('class', class, 'year', fiscal_year, 'day', day);
  until date := audit_kept_until(class, fiscal_year);
  blocked text;
BEGIN
  IF day > (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date THEN
    PERFORM ledger_refuse('destruction_is_not_dated_ahead', format('%s has not come yet', day), about, 'Date it today.');
  END IF;
  IF until IS NULL THEN
    PERFORM ledger_refuse('record_class_is_known', format('there is no class %s', class), about, 'Name a class of the policy.');
  END IF;
  IF day <= make_date(fiscal_year, 12, 31) THEN
    PERFORM ledger_refuse('fiscal_year_is_over', format('%s is not over', fiscal_year), about, 'Wait until its period has run out.');
  END IF;
  IF day <= until THEN
    PERFORM ledger_refuse(
      'records_have_expired', format('%s of %s are kept until %s', class, fiscal_year, until),
      about || jsonb_build_object('until', CASE WHEN until = date '9999-12-31' THEN 'permanent' ELSE until::text END),
      'Wait until the day after.');
  END IF;
  IF EXISTS (SELECT FROM audit_destructionitem i JOIN audit_destructioncarriedout c ON c.list_id = i.list_id
              WHERE i.record_class = class AND i.fiscal_year = audit_require_destroyable.fiscal_year
                AND i.list_id IS DISTINCT FROM list) THEN
    PERFORM ledger_refuse('records_are_destroyed_once', format('%s of %s are destroyed', class, fiscal_year), about, 'List other years.');
  END IF;
  IF EXISTS (SELECT FROM audit_destructionitem i
              WHERE i.record_class = class AND i.fiscal_year = audit_require_destroyable.fiscal_year
                AND i.list_id IS DISTINCT FROM list
                AND NOT EXISTS (SELECT FROM audit_destructionsignature s WHERE s.list_id = i.list_id AND NOT s.is_approved)) THEN
    PERFORM ledger_refuse(
      'records_are_on_one_list', format('%s of %s are on another list', class, fiscal_year), about,
      'Carry that list out, or have somebody refuse it.');
  END IF;
  SELECT string_agg(DISTINCT b.why, ' ') INTO blocked FROM audit_blocks(day) b
   WHERE b.record_class = class AND b.fiscal_year = audit_require_destroyable.fiscal_year;
  IF blocked IS NOT NULL THEN
    PERFORM ledger_refuse(
      'records_are_blocked', format('%s of %s are blocked: %s', class, fiscal_year, blocked),
      about || jsonb_build_object('why', blocked), 'Settle what is open, or have the hold lifted.');
  END IF;
END $$;

CREATE OR REPLACE FUNCTION audit_hold_set() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  PERFORM audit_one_by_one();
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION audit_hold_lifted() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  PERFORM audit_one_by_one();
  IF EXISTS (SELECT FROM audit_retentionhold h WHERE h.id = NEW.hold_id AND h.set_by_id = NEW.lifted_by_id) THEN
    PERFORM ledger_refuse(
      'hold_four_eyes', 'who set a hold does not lift it', jsonb_build_object('hold', NEW.hold_id), 'Have another officer lift it.');
  END IF;
  IF EXISTS (SELECT FROM audit_holdlift l WHERE l.hold_id = NEW.hold_id) THEN
    PERFORM ledger_refuse('hold_is_lifted_once', 'the hold is lifted', jsonb_build_object('hold', NEW.hold_id), 'Set a new one.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION audit_year_appraised() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  about record;
BEGIN
  SELECT a.* INTO about FROM audit_appraisal a WHERE a.id = NEW.appraisal_id;
  PERFORM audit_require_archives(about.made_by_id, 'ARCHIVE_HEAD');
  IF NEW.may_go THEN
    PERFORM audit_require_destroyable(NEW.record_class, NEW.fiscal_year, about.appraised_on, NULL);
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION audit_list_digest(list bigint) RETURNS text LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT encode(sha256(convert_to(coalesce(string_agg(
           concat_ws(E'\t', i.record_class, i.fiscal_year, i.records, i.files, i.size, i.digest, to_char(i.kept_from, 'YYYY-MM-DD'),
                     to_char(i.kept_until, 'YYYY-MM-DD')), E'\n' ORDER BY i.record_class, i.fiscal_year), ''), 'UTF8')), 'hex')
    FROM audit_destructionitem i WHERE i.list_id = list
$$;

-- What a list holds is what is there: it is not stated, it is found.
CREATE OR REPLACE FUNCTION audit_item_listed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = @schema@, pg_temp AS $$
DECLARE
  about record;
  found record;
BEGIN
  PERFORM audit_one_by_one();
  SELECT l.* INTO about FROM audit_destructionlist l WHERE l.id = NEW.list_id;
  IF EXISTS (SELECT FROM audit_destructionsignature s WHERE s.list_id = NEW.list_id) THEN
    PERFORM ledger_refuse(
      'signed_list_is_fixed', 'a list takes no further item once somebody has signed it', jsonb_build_object('list', NEW.list_id),
      'Have it refused, and propose another.');
  END IF;
  IF NOT EXISTS (SELECT FROM audit_appraisedyear y
                  WHERE y.appraisal_id = about.appraisal_id AND y.record_class = NEW.record_class
                    AND y.fiscal_year = NEW.fiscal_year AND y.may_go) THEN
    PERFORM ledger_refuse(
      'list_follows_its_appraisal', format('%s of %s were not appraised so', NEW.record_class, NEW.fiscal_year),
      jsonb_build_object('class', NEW.record_class, 'year', NEW.fiscal_year), 'Have the class and year appraised first.');
  END IF;
  PERFORM audit_require_destroyable(NEW.record_class, NEW.fiscal_year, about.proposed_on, NEW.list_id);
  found := audit_found(NEW.record_class, NEW.fiscal_year);
  IF found.records = 0 THEN
    PERFORM ledger_refuse(
      'list_has_records', format('there are no %s of %s', NEW.record_class, NEW.fiscal_year),
      jsonb_build_object('class', NEW.record_class, 'year', NEW.fiscal_year), 'List what there is: manage.py retention list.');
  END IF;
  NEW.records := found.records; NEW.files := found.files; NEW.size := found.size; NEW.digest := found.digest;
  NEW.kept_from := make_date(NEW.fiscal_year + 1, 1, 1);
  NEW.kept_until := audit_kept_until(NEW.record_class, NEW.fiscal_year);
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION audit_files_listed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = @schema@, pg_temp AS $$
DECLARE
  source record;
BEGIN
  FOR source IN SELECT s.holder, s.rows FROM audit_sources() s WHERE s.record_class = NEW.record_class LOOP
    EXECUTE format('INSERT INTO audit_listedfile (item_id, holder, "row", sha256, size)
                    SELECT $1, %L, s.id, s.fact, s.size FROM (%s) s WHERE s.year = $2 AND s.size IS NOT NULL AND NOT s.erased
                     ORDER BY s.id', source.holder, source.rows) USING NEW.id, NEW.fiscal_year;
  END LOOP;
  RETURN NULL;
END $$;

-- The roles of a list that still have to approve; electronic archives ask for information systems, too.
CREATE OR REPLACE FUNCTION audit_roles_missing(list bigint, roles text[]) RETURNS text LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT string_agg(r.role, ' ' ORDER BY r.place) FROM unnest(roles) WITH ORDINALITY AS r (role, place)
   WHERE (r.role <> ALL (@electronic@) OR EXISTS (SELECT FROM audit_destructionitem i WHERE i.list_id = list AND i.files > 0))
     AND NOT EXISTS (SELECT FROM audit_destructionsignature s
                      WHERE s.list_id = list AND s.role = r.role AND s.is_approved AND s.digest = audit_list_digest(list))
$$;

CREATE OR REPLACE FUNCTION audit_list_signed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  about jsonb := jsonb_build_object('list', NEW.list_id, 'role', NEW.role);
  missing text;
BEGIN
  PERFORM audit_one_by_one();
  IF NOT EXISTS (SELECT FROM audit_destructionitem i WHERE i.list_id = NEW.list_id)
     OR NEW.digest IS DISTINCT FROM audit_list_digest(NEW.list_id) THEN
    PERFORM ledger_refuse(
      'signature_is_of_the_list', 'the list is not what was signed', about, 'Look at the list anew, then sign it.');
  END IF;
  IF EXISTS (SELECT FROM audit_destructionsignature s WHERE s.list_id = NEW.list_id AND NOT s.is_approved)
     OR EXISTS (SELECT FROM audit_destructioncarriedout c WHERE c.list_id = NEW.list_id) THEN
    PERFORM ledger_refuse('list_is_decided', 'the list was refused or carried out', about, 'Propose another list.');
  END IF;
  IF NEW.role = ANY (@archives@) THEN
    PERFORM audit_require_archives(NEW.signed_by_id, NEW.role);
  END IF;
  missing := audit_roles_missing(NEW.list_id, @signing@);
  IF NEW.role = ANY (@witnesses@) AND missing IS NOT NULL THEN
    PERFORM ledger_refuse(
      'list_is_signed_before_it_is_watched', format('still to sign: %s', missing), about || jsonb_build_object('missing', missing),
      'Have the list signed first.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION audit_carried_out() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = @schema@, pg_temp AS $$
DECLARE
  about jsonb := jsonb_build_object('list', NEW.list_id);
  missing text;
  item record;
  found record;
BEGIN
  PERFORM audit_one_by_one();
  IF EXISTS (SELECT FROM audit_destructioncarriedout c WHERE c.list_id = NEW.list_id) THEN
    PERFORM ledger_refuse('list_is_carried_out_once', 'the list was carried out', about, 'Propose another list.');
  END IF;
  IF EXISTS (SELECT FROM audit_destructionsignature s WHERE s.list_id = NEW.list_id AND NOT s.is_approved) THEN
    PERFORM ledger_refuse('list_is_decided', 'the list was refused', about, 'Propose another list.');
  END IF;
  missing := audit_roles_missing(NEW.list_id, @signing@);
  IF missing IS NOT NULL OR NOT EXISTS (SELECT FROM audit_destructionitem i WHERE i.list_id = NEW.list_id) THEN
    PERFORM ledger_refuse(
      'list_has_its_signatures', format('still to sign: %s', missing), about || jsonb_build_object('missing', missing),
      'Have the list signed by everybody whom the rule names (第十八条).');
  END IF;
  missing := audit_roles_missing(NEW.list_id, @witnesses@);
  IF missing IS NOT NULL THEN
    PERFORM ledger_refuse(
      'destruction_is_watched', format('still to watch: %s', missing), about || jsonb_build_object('missing', missing),
      'Have the witnesses compare the list with what there is, and sign (监销).');
  END IF;
  IF EXISTS (SELECT FROM audit_destructionsignature s
              WHERE s.list_id = NEW.list_id AND s.role = ANY (@witnesses@) AND s.signed_by_id = NEW.carried_out_by_id) THEN
    PERFORM ledger_refuse(
      'destruction_is_watched_by_another', 'who watches a destruction does not carry it out', about, 'Have another officer do it.');
  END IF;
  PERFORM audit_require_archives(NEW.carried_out_by_id, 'ARCHIVIST');
  FOR item IN SELECT i.* FROM audit_destructionitem i WHERE i.list_id = NEW.list_id ORDER BY i.id LOOP
    PERFORM audit_require_destroyable(item.record_class, item.fiscal_year, NEW.carried_out_on, NEW.list_id);
    found := audit_found(item.record_class, item.fiscal_year);
    IF (found.records, found.files, found.size, found.digest) IS DISTINCT FROM (item.records, item.files, item.size, item.digest)
       OR item.kept_until IS DISTINCT FROM audit_kept_until(item.record_class, item.fiscal_year) THEN
      PERFORM ledger_refuse(
        'list_is_what_is_there', format('%s of %s are not what was listed', item.record_class, item.fiscal_year),
        about || jsonb_build_object('class', item.record_class, 'year', item.fiscal_year),
        'Have the list refused, and propose another.');
    END IF;
  END LOOP;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION audit_files_erased() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = @schema@, pg_temp AS $$
DECLARE
  holder text;
BEGIN
  FOR holder IN SELECT DISTINCT f.holder FROM audit_listedfile f JOIN audit_destructionitem i ON i.id = f.item_id
                 WHERE i.list_id = NEW.list_id ORDER BY 1 LOOP
    EXECUTE format('UPDATE %I h SET content = '''' FROM audit_listedfile f JOIN audit_destructionitem i ON i.id = f.item_id
                     WHERE i.list_id = $1 AND f.holder = %L AND h.id = f."row"', holder, holder) USING NEW.list_id;
  END LOOP;
  RETURN NULL;
END $$;

-- A row that keeps bytes: they become nothing, and nothing else changes, only when a list that was signed, watched and
-- carried out names this row, with this hash and size. No setting and no role opens another way.
CREATE OR REPLACE FUNCTION audit_content_kept() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = @schema@, pg_temp AS $$
DECLARE
  emptied record := OLD;
BEGIN
  IF NEW.content IS NOT DISTINCT FROM OLD.content THEN
    RETURN NEW;
  END IF;
  emptied.content := ''::bytea;
  IF NEW IS DISTINCT FROM emptied OR NOT EXISTS (
       SELECT FROM audit_listedfile f JOIN audit_destructionitem i ON i.id = f.item_id
         JOIN audit_destructioncarriedout c ON c.list_id = i.list_id
        WHERE f.holder = TG_TABLE_NAME AND f."row" = OLD.id AND f.sha256 = OLD.sha256 AND f.size = octet_length(OLD.content)
          AND i.kept_until < c.carried_out_on AND audit_roles_missing(i.list_id, @signing@ || @witnesses@) IS NULL) THEN
    PERFORM ledger_refuse(
      'content_is_destroyed_by_a_list', format('%s of %s is kept', TG_TABLE_NAME, OLD.id),
      jsonb_build_object('table', TG_TABLE_NAME, 'row', OLD.id), 'Propose a destruction list; manage.py retention.');
  END IF;
  RETURN NEW;
END $$;

-- As ledger_append_only, but for the bytes that a list destroys: only a trigger updates, and its rows are looked at one by one.
CREATE OR REPLACE FUNCTION audit_rows_kept() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 THEN
    RETURN NULL;
  END IF;
  PERFORM ledger_refuse(
    TG_ARGV[0] || '_is_append_only', format('%s of %s refused: what is kept stays', TG_OP, TG_TABLE_NAME),
    jsonb_build_object('table', TG_TABLE_NAME, 'operation', TG_OP),
    'Bytes are destroyed by a list that was carried out: manage.py retention.');
END $$;

CREATE OR REPLACE TRIGGER hold_set BEFORE INSERT ON audit_retentionhold FOR EACH ROW EXECUTE FUNCTION audit_hold_set();
CREATE OR REPLACE TRIGGER hold_lifted BEFORE INSERT ON audit_holdlift FOR EACH ROW EXECUTE FUNCTION audit_hold_lifted();
CREATE OR REPLACE TRIGGER year_appraised BEFORE INSERT ON audit_appraisedyear
  FOR EACH ROW EXECUTE FUNCTION audit_year_appraised();
CREATE OR REPLACE TRIGGER item_listed BEFORE INSERT ON audit_destructionitem
  FOR EACH ROW EXECUTE FUNCTION audit_item_listed();
CREATE OR REPLACE TRIGGER files_listed AFTER INSERT ON audit_destructionitem
  FOR EACH ROW EXECUTE FUNCTION audit_files_listed();
CREATE OR REPLACE TRIGGER list_signed BEFORE INSERT ON audit_destructionsignature
  FOR EACH ROW EXECUTE FUNCTION audit_list_signed();
CREATE OR REPLACE TRIGGER carried_out BEFORE INSERT ON audit_destructioncarriedout
  FOR EACH ROW EXECUTE FUNCTION audit_carried_out();
CREATE OR REPLACE TRIGGER files_erased AFTER INSERT ON audit_destructioncarriedout
  FOR EACH ROW EXECUTE FUNCTION audit_files_erased();
CREATE OR REPLACE TRIGGER derived BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON audit_listedfile
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_derived('listed_file');

CREATE OR REPLACE TRIGGER content_is_kept BEFORE UPDATE ON imports_stagedfile
  FOR EACH ROW EXECUTE FUNCTION audit_content_kept('imported_files', 'extract(year FROM r.month)');
CREATE OR REPLACE TRIGGER content_is_kept BEFORE UPDATE ON payouts_bankfile
  FOR EACH ROW EXECUTE FUNCTION audit_content_kept(
    'bank_files', '(SELECT extract(year FROM b.pay_date) FROM payouts_batch b WHERE b.id = r.batch_id)');
CREATE OR REPLACE TRIGGER content_is_kept BEFORE UPDATE ON payouts_resultfile
  FOR EACH ROW EXECUTE FUNCTION audit_content_kept('result_files', 'extract(year FROM r.posting_date)');
-- Notices and files of no statement are of the year in which they came.
CREATE OR REPLACE TRIGGER content_is_kept BEFORE UPDATE ON payouts_statementfile
  FOR EACH ROW EXECUTE FUNCTION audit_content_kept(
    'statements', 'extract(year FROM coalesce((SELECT max(s.closing_on) FROM payouts_bankstatement s WHERE s.file_id = r.id),
      (r.received_at AT TIME ZONE ''Asia/Shanghai'')::date))');

DO $$
DECLARE
  entry record;
BEGIN
  FOR entry IN SELECT * FROM (VALUES
      ('audit_retentionhold', 'retention_hold'), ('audit_holdlift', 'hold_lift'), ('audit_appraisal', 'appraisal'),
      ('audit_appraisedyear', 'appraised_year'), ('audit_destructionlist', 'destruction_list'),
      ('audit_destructionitem', 'destruction_item'), ('audit_destructionsignature', 'destruction_signature'),
      ('audit_destructioncarriedout', 'destruction_carried_out')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only(%L)', entry.tablename, entry.word);
  END LOOP;
  FOR entry IN SELECT * FROM (VALUES
      ('imports_stagedfile', 'staged_file'), ('payouts_bankfile', 'bank_file'), ('payouts_resultfile', 'result_file'),
      ('payouts_statementfile', 'statement_file')) AS t (tablename, word)
  LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION audit_rows_kept(%L)', entry.tablename, entry.word);
  END LOOP;
END $$;
