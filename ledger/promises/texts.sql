-- The one canonical text of what is sealed (P12). Everybody who hashes or checks uses these
-- functions: tab-separated fields, one record a line, dates and numbers spelled out so that no
-- locale, time zone or date style can change a byte. Control characters are refused on entry.
-- STABLE, not IMMUTABLE: only so does the planner put their bodies in line, which is six times faster.

CREATE OR REPLACE FUNCTION ledger_line_text(
  line_no int, account text, fund text, functional text, economic text, project text, unit text,
  counterparty text, side text, amount numeric, summary text)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT 'line' || E'\t' || line_no || E'\t' || account || E'\t' || fund
    || E'\t' || coalesce(functional, '') || E'\t' || coalesce(economic, '') || E'\t' || coalesce(project, '')
    || E'\t' || coalesce(unit, '') || E'\t' || coalesce(counterparty, '')
    || E'\t' || side || E'\t' || round(amount, 2) || E'\t' || summary || E'\n'
$$;

CREATE OR REPLACE FUNCTION ledger_voucher_text(v ledger_voucher, book text, year int, month int)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT 'voucher' || E'\t' || v.id || E'\t' || book || E'\t' || year || E'\t' || month
    || E'\t' || v.voucher_type || E'\t' || v.number || E'\t' || to_char(v.posting_date, 'YYYY-MM-DD')
    || E'\t' || v.kind || E'\t' || v.source || E'\t' || v.part || E'\t' || v.reference || E'\t' || v.attachments
    || E'\t' || v.preparer_id || E'\t' || v.reviewer_id || E'\t' || v.poster_id
    || E'\t' || coalesce(v.chief_accountant_id, '') || E'\t' || coalesce(v.cashier_id, '')
    || E'\t' || coalesce(v.reverses_id::text, '') || E'\t' || coalesce(v.corrects_id::text, '') || E'\t' || v.paper
    || E'\t' || v.line_count || E'\t' || round(v.debit_total, 2) || E'\t' || round(v.credit_total, 2)
    || E'\t' || round(v.budget_debit_total, 2) || E'\t' || round(v.budget_credit_total, 2)
    || E'\t' || v.seal_number || E'\t' || v.summary || E'\n'
$$;

CREATE OR REPLACE FUNCTION ledger_moment_text(moment timestamptz)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

CREATE OR REPLACE FUNCTION ledger_seal_digest(
  previous bytea, book text, number int, kind text, recorded_at timestamptz, first_voucher bigint,
  last_voucher bigint, voucher_count int, content text, voucher_digests bytea)
RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT sha256(previous || convert_to(
      'seal' || E'\t' || book || E'\t' || number || E'\t' || kind || E'\t' || ledger_moment_text(recorded_at)
      || E'\t' || coalesce(first_voucher::text, '') || E'\t' || coalesce(last_voucher::text, '')
      || E'\t' || voucher_count || E'\n' || content, 'UTF8') || voucher_digests)
$$;
