-- What there is to keep, by class and year, and until when. A table that keeps the bytes of files says so by a trigger
-- `content_is_kept` with the class of its rows and the year of one (`r`); an upper app attaches it to tables of its own.

-- The last day on which a class of a year is kept: as audit.rules.retention_periods says.
CREATE OR REPLACE FUNCTION audit_kept_until(class text, fiscal_year int) RETURNS date LANGUAGE plpgsql STABLE
SET search_path = @schema@, pg_temp AS $$
DECLARE
  period record;
  until date;
BEGIN
  FOR period IN
    SELECT p.holds_from, p.years FROM (VALUES @periods@) AS p (class, holds_from, years)
     WHERE p.class = audit_kept_until.class
       AND p.holds_from >= coalesce((SELECT max(b.holds_from) FROM (VALUES @periods@) AS b (class, holds_from, years)
                                      WHERE b.class = audit_kept_until.class AND b.holds_from <= make_date(fiscal_year + 1, 1, 1)), date '0001-01-01')
     ORDER BY p.holds_from
  LOOP
    IF until IS NULL OR until >= period.holds_from - 1 THEN
      until := CASE WHEN period.years IS NULL THEN date '9999-12-31' ELSE make_date(fiscal_year + period.years, 12, 31) END;
    END IF;
  END LOOP;
  RETURN until;
END $$;

-- Where the records of each class are: a query of (id, year, fact, size, erased); size is that of the bytes kept.
CREATE OR REPLACE FUNCTION audit_sources() RETURNS TABLE (record_class text, holder text, rows text) LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT s.record_class, s.holder,
         format('SELECT r.id::bigint AS id, (%s)::int AS year, (%s)::text AS fact, NULL::bigint AS size, false AS erased FROM %s r',
                s.year, s.fact, s.origin)
    FROM (VALUES
      ('vouchers', 'ledger_voucher', 'extract(year FROM r.posting_date)',
       'concat_ws(''/'', r.book_id, r.voucher_type, r.number, r.seal_number, round(r.debit_total, 2))', 'ledger_voucher'),
      ('payout_rolls', 'payouts_run', 'extract(year FROM r.month)', 'concat_ws(''/'', r.purpose, r.number, r.edition)',
       'payouts_run'),
      ('ledgers', 'ledger_balance', 'r.year', 'r.fact',
       '(SELECT b.account_id AS id, extract(year FROM b.posting_date) AS year,
                concat_ws(''/'', round(sum(b.debit), 2), round(sum(b.credit), 2)) AS fact
           FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id AND NOT a.cash GROUP BY 1, 2)'),
      ('journals', 'ledger_balance', 'r.year', 'r.fact',
       '(SELECT b.account_id AS id, extract(year FROM b.posting_date) AS year,
                concat_ws(''/'', round(sum(b.debit), 2), round(sum(b.credit), 2)) AS fact
           FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id AND a.cash GROUP BY 1, 2)'),
      ('treasury_reports', 'treasury_collection', 'extract(year FROM r.day)',
       'concat_ws(''/'', r.township_id, r.number, r.lines, round(r.general, 2))', 'treasury_collection'),
      ('revenue_reports', 'treasury_appliedfile', 'extract(year FROM r.month)', 'concat_ws(''/'', r.kind, r.sha256, r.rows)',
       '(SELECT * FROM treasury_appliedfile WHERE kind = ''INCOME'')'),
      ('annual_accounts', 'ledger_yearcarried', 'r.year', 'r.book_id', 'ledger_yearcarried'),
      ('period_reports', 'ledger_periodchange', 'r.year', 'concat_ws(''/'', r.book_id, r.month)',
       '(SELECT c.id, p.year, p.month, p.book_id FROM ledger_periodchange c JOIN ledger_period p ON p.id = c.period_id
          WHERE c.to_status = ''CLOSED'')'),
      ('reconciliations', 'payouts_reconciliation', 'extract(year FROM r.month)', 'concat_ws(''/'', r.own_account_id, r.edition)',
       'payouts_reconciliation'),
      ('archive_lists', 'audit_appraisal', 'extract(year FROM r.appraised_on)', 'r.opinion', 'audit_appraisal'),
      ('archive_lists', 'audit_destructionlist', 'extract(year FROM r.proposed_on)', 'r.appraisal_id', 'audit_destructionlist'),
      ('audit_trail', 'ledger_auditevent', 'extract(year FROM r.at AT TIME ZONE ''Asia/Shanghai'')',
       'encode(r.digest, ''hex'')', 'ledger_auditevent')) AS s (record_class, holder, year, fact, origin)
  UNION ALL
  SELECT t.arguments[1], c.relname,
         format('SELECT r.id::bigint AS id, (%s)::int AS year, r.sha256::text AS fact, octet_length(r.content)::bigint AS size,
                        r.content = '''' AND r.sha256 <> encode(sha256(''''), ''hex'') AS erased FROM %I r',
                t.arguments[2], c.relname)
    FROM (SELECT t.tgrelid, string_to_array(encode(t.tgargs, 'escape'), '\000') AS arguments
            FROM pg_trigger t WHERE t.tgname = 'content_is_kept') t
    JOIN pg_class c ON c.oid = t.tgrelid AND c.relnamespace = to_regnamespace(current_schema())
$$;

-- How much there is of each class and year.
CREATE OR REPLACE FUNCTION audit_amounts(of_class text DEFAULT NULL)
RETURNS TABLE (record_class text, fiscal_year int, records bigint, files bigint, size bigint, erased bigint)
LANGUAGE plpgsql STABLE SET search_path = @schema@, pg_temp AS $$
DECLARE
  parts text;
BEGIN
  SELECT string_agg(format('SELECT %L::text AS class, year, count(*) AS records, count(size) AS files,
                                   coalesce(sum(size), 0)::bigint AS size, count(*) FILTER (WHERE erased) AS erased
                              FROM (%s) s GROUP BY year', s.record_class, s.rows), ' UNION ALL ') INTO parts
    FROM audit_sources() s WHERE of_class IS NULL OR s.record_class = of_class;
  IF parts IS NOT NULL THEN
    RETURN QUERY EXECUTE format('SELECT class, year, sum(records)::bigint, sum(files)::bigint, sum(size)::bigint,
                                        sum(erased)::bigint FROM (%s) p WHERE year IS NOT NULL GROUP BY class, year', parts);
  END IF;
END $$;

-- A class of a year as it stands: how many records and files, how large, and the SHA-256 of a line for each.
CREATE OR REPLACE FUNCTION audit_found(class text, fiscal_year int, OUT records bigint, OUT files bigint, OUT size bigint, OUT digest text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
DECLARE
  source record;
  part record;
  text_of_all text := '';
BEGIN
  records := 0; files := 0; size := 0;
  FOR source IN SELECT s.holder, s.rows FROM audit_sources() s WHERE s.record_class = class ORDER BY s.holder LOOP
    EXECUTE format('SELECT count(*) AS records, count(s.size) AS files, coalesce(sum(s.size), 0) AS size,
                           coalesce(string_agg(concat_ws(E''\t'', %L, s.id, s.fact, s.size), E''\n'' ORDER BY s.id), '''') AS lines
                      FROM (%s) s WHERE s.year = $1', source.holder, source.rows) INTO part USING fiscal_year;
    records := records + part.records; files := files + part.files; size := size + part.size;
    text_of_all := text_of_all || part.lines || E'\n';
  END LOOP;
  digest := encode(sha256(convert_to(text_of_all, 'UTF8')), 'hex');
END $$;

-- The files that have no bytes any more, wherever they are kept.
CREATE OR REPLACE FUNCTION audit_erased_files() RETURNS TABLE (holder text, id bigint, sha256 text)
LANGUAGE plpgsql STABLE SET search_path = @schema@, pg_temp AS $$
DECLARE
  source record;
BEGIN
  FOR source IN SELECT s.holder, s.rows FROM audit_sources() s LOOP
    RETURN QUERY EXECUTE format('SELECT %L::text, s.id, s.fact FROM (%s) s WHERE s.erased', source.holder, source.rows);
  END LOOP;
END $$;
