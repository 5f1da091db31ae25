-- Why what has expired is not destroyed all the same (第十九条): claims and debts that are not settled, and holds.

-- The chain of old debt: every year that moved it since it last stood at zero. Any other claim or debt that the books
-- carry is made of its latest movements, for the oldest is settled first: the years of those.
CREATE OR REPLACE FUNCTION audit_open_balances(day date) RETURNS TABLE (fiscal_year int, why text, what text)
LANGUAGE sql STABLE SET search_path = @schema@, pg_temp AS $$
  WITH moved AS (
    SELECT a.id AS account, k.code || ' ' || a.code AS label, a.mirror, b.fund_id AS fund, b.posting_date AS day,
           sum(b.debit) AS debit, sum(b.credit) AS credit
      FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id AND NOT a.cash AND a.kind IN ('ASSET', 'LIABILITY')
      JOIN ledger_book k ON k.id = a.book_id
     WHERE b.posting_date <= day GROUP BY 1, 2, 3, 4, 5),
  running AS (
    SELECT m.*, sum(m.debit - m.credit) OVER (PARTITION BY m.account, m.fund ORDER BY m.day) AS balance,
           sum(m.debit - m.credit) OVER (PARTITION BY m.account, m.fund) AS left_over
      FROM moved m),
  chains AS (
    SELECT r.*, max(r.day) FILTER (WHERE r.balance = 0) OVER (PARTITION BY r.account, r.fund) AS settled_on
      FROM running r WHERE r.left_over <> 0),
  years AS (
    SELECT c.account, c.fund, c.label, c.left_over, extract(year FROM c.day)::int AS year,
           sum(CASE WHEN c.left_over > 0 THEN c.debit ELSE c.credit END) AS grown
      FROM chains c WHERE c.mirror <> 'HISTORIC' GROUP BY 1, 2, 3, 4, 5),
  latest AS (
    SELECT y.*, coalesce(sum(y.grown) OVER (PARTITION BY y.account, y.fund ORDER BY y.year DESC
                                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS later
      FROM years y)
  SELECT DISTINCT extract(year FROM c.day)::int, 'historic_debt', c.label FROM chains c
   WHERE c.mirror = 'HISTORIC' AND c.day > coalesce(c.settled_on, '-infinity')
  UNION
  SELECT l.year, 'open_balance', l.label FROM latest l WHERE l.grown <> 0 AND l.later < abs(l.left_over)
$$;

CREATE OR REPLACE FUNCTION audit_open_dues(day date) RETURNS TABLE (fiscal_year int, why text, what text)
LANGUAGE sql STABLE SET search_path = @schema@, pg_temp AS $$
  SELECT DISTINCT extract(year FROM s.month)::int, 'unpaid_salary', t.code
    FROM treasury_unpaidsalary s JOIN treasury_township t ON t.id = s.township_id
   WHERE s.month <= day AND s.amount > coalesce((
           SELECT sum(p.amount) FROM treasury_backpaypart p JOIN treasury_release r ON r.id = p.release_id
            WHERE p.unpaid_id = s.id AND r.status = 'POSTED' AND r.returned < r.amount), 0)
  UNION
  SELECT DISTINCT y.year, 'open_overpayment', 'overpayment ' || v.id
    FROM payouts_overpayment v JOIN payouts_run r ON r.id = v.run_id AND r.edition = v.edition
   CROSS JOIN LATERAL (VALUES (extract(year FROM v.period)::int), (extract(year FROM r.month)::int)) AS y (year)
   WHERE r.status IN ('RELEASED', 'PAYING', 'SETTLED', 'PART_SETTLED', 'CLOSED')
     AND v.amount > payouts_recovered(v.id) + payouts_written_off(v.id)
$$;

CREATE OR REPLACE FUNCTION audit_blocks(day date) RETURNS TABLE (record_class text, fiscal_year int, why text, what text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
  SELECT e.class, b.fiscal_year, b.why, b.what FROM unnest(@evidence@) AS e (class)
   CROSS JOIN (SELECT * FROM audit_open_balances(day) UNION ALL SELECT * FROM audit_open_dues(day)) b
  UNION ALL
  SELECT c.class, y.year, 'hold', h.id::text FROM audit_retentionhold h
   CROSS JOIN unnest(@classes@) AS c (class) CROSS JOIN generate_series(h.from_year::int, h.to_year::int) AS y (year)
   WHERE (h.record_class = '' OR h.record_class = c.class)
     AND NOT EXISTS (SELECT FROM audit_holdlift l WHERE l.hold_id = h.id)
$$;

-- Where each class of each year stands on a day.
CREATE OR REPLACE FUNCTION audit_holdings(day date)
RETURNS TABLE (record_class text, fiscal_year int, records bigint, files bigint, size bigint, erased bigint,
               kept_from date, kept_until date, state text, why text, list_id bigint)
LANGUAGE sql STABLE SET search_path = @schema@, pg_temp AS $$
  SELECT a.record_class, a.fiscal_year, a.records, a.files, a.size, a.erased, make_date(a.fiscal_year + 1, 1, 1), k.until,
         CASE WHEN i.carried_out THEN 'DESTROYED' WHEN i.list_id IS NOT NULL THEN 'LISTED'
              WHEN k.until = date '9999-12-31' THEN 'BLOCKED' WHEN day <= k.until THEN 'KEPT'
              WHEN b.why IS NOT NULL THEN 'BLOCKED' ELSE 'EXPIRED' END,
         CASE WHEN k.until = date '9999-12-31' THEN 'permanent' ELSE coalesce(b.why, '') END, i.list_id
    FROM audit_amounts() a CROSS JOIN LATERAL (SELECT audit_kept_until(a.record_class, a.fiscal_year) AS until) k
    LEFT JOIN (SELECT i.record_class, i.fiscal_year, max(i.list_id) AS list_id, bool_or(c.id IS NOT NULL) AS carried_out
                 FROM audit_destructionitem i LEFT JOIN audit_destructioncarriedout c ON c.list_id = i.list_id
                WHERE NOT EXISTS (SELECT FROM audit_destructionsignature s WHERE s.list_id = i.list_id AND NOT s.is_approved)
                GROUP BY 1, 2) i ON (i.record_class, i.fiscal_year) = (a.record_class, a.fiscal_year)
    LEFT JOIN (SELECT b.record_class, b.fiscal_year, string_agg(DISTINCT b.why, ' ') AS why FROM audit_blocks(day) b
                GROUP BY 1, 2) b ON (b.record_class, b.fiscal_year) = (a.record_class, a.fiscal_year)
$$;
