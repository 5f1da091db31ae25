-- What the auditor role reads: everything of the books, with long digit runs (ID and account
-- numbers) masked, and nothing of passwords. Views run with the owner's rights.

CREATE OR REPLACE FUNCTION ledger_mask(t text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT regexp_replace(t, '([0-9]{3})[0-9]{5,}([0-9]{3}[0-9Xx])', '\1********\2', 'g')
$$;

CREATE OR REPLACE VIEW auditor_officer AS
  SELECT username, full_name, kind, is_active FROM ledger_officer;
CREATE OR REPLACE VIEW auditor_book AS
  SELECT b.code, b.name, b.kind, b.chart_id AS regime, u.code AS upper_book, b.currency, b.opened_on
    FROM ledger_book b LEFT JOIN ledger_book u ON u.id = b.parent_id;
CREATE OR REPLACE VIEW auditor_account AS
  SELECT b.code AS book, a.code, a.name, u.code AS parent, a.kind, a.record, a.normal_side, a.cash, a.may_overdraw,
         a.flow, a.level, a.mirror, c.code AS counterpart, a.effective_from, a.effective_to
    FROM ledger_account a JOIN ledger_book b ON b.id = a.book_id
    LEFT JOIN ledger_account u ON u.id = a.parent_id LEFT JOIN ledger_book c ON c.id = a.counterpart_id;
CREATE OR REPLACE VIEW auditor_period AS
  SELECT b.code AS book, p.year, p.month, p.starts_on, p.ends_before, p.status
    FROM ledger_period p JOIN ledger_book b ON b.id = p.book_id;
CREATE OR REPLACE VIEW auditor_period_change AS
  SELECT b.code AS book, p.year, p.month, c.from_status, c.to_status, c.requested_by_id AS requested_by,
         c.approved_by_id AS approved_by, ledger_mask(c.reason) AS reason, c.changed_at
    FROM ledger_periodchange c JOIN ledger_period p ON p.id = c.period_id JOIN ledger_book b ON b.id = p.book_id;
CREATE OR REPLACE VIEW auditor_voucher AS
  SELECT v.id, b.code AS book, p.year, p.month, v.voucher_type, v.number, v.posting_date, v.kind,
         ledger_mask(v.summary) AS summary, ledger_mask(v.source) AS source, ledger_mask(v.reference) AS reference,
         v.attachments, v.preparer_id AS preparer, v.reviewer_id AS reviewer, v.poster_id AS poster,
         coalesce(v.chief_accountant_id,
           (SELECT s.officer_id FROM ledger_signature s WHERE s.voucher_id = v.id AND s.role = 'CHIEF_ACCOUNTANT'))
           AS chief_accountant,
         v.cashier_id AS cashier, v.reverses_id AS reverses, v.corrects_id AS corrects, ledger_mask(v.paper) AS paper,
         v.line_count, v.debit_total, v.credit_total, v.budget_debit_total, v.budget_credit_total, v.seal_number
    FROM ledger_voucher v JOIN ledger_book b ON b.id = v.book_id JOIN ledger_period p ON p.id = v.period_id;
CREATE OR REPLACE VIEW auditor_line AS
  SELECT b.code AS book, l.voucher_id, l.line_no, l.posting_date, a.code AS account, a.name AS account_name, l.record,
         l.fund_id AS fund, l.functional_id AS functional, l.economic_id AS economic, l.project_id AS project,
         l.unit_id AS unit, ledger_mask(l.counterparty_id) AS counterparty,
         CASE l.side WHEN 'D' THEN l.amount ELSE 0 END AS debit, CASE l.side WHEN 'C' THEN l.amount ELSE 0 END AS credit,
         ledger_mask(l.summary) AS summary
    FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id JOIN ledger_book b ON b.id = a.book_id;
CREATE OR REPLACE VIEW auditor_balance AS
  SELECT b.code AS book, p.year, p.month, a.code AS account, a.name AS account_name, t.fund_id AS fund, t.posting_date,
         t.debit, t.credit
    FROM ledger_balance t JOIN ledger_account a ON a.id = t.account_id JOIN ledger_period p ON p.id = t.period_id
    JOIN ledger_book b ON b.id = a.book_id;
CREATE OR REPLACE VIEW auditor_opening_balance AS
  SELECT b.code AS book, o.year, a.code AS account, o.fund_id AS fund, o.debit, o.credit
    FROM ledger_openingbalance o JOIN ledger_account a ON a.id = o.account_id JOIN ledger_book b ON b.id = a.book_id;
CREATE OR REPLACE VIEW auditor_seal AS
  SELECT b.code AS book, s.number, s.kind, s.recorded_at, s.first_voucher_id, s.last_voucher_id, s.voucher_count,
         s.content, s.voucher_digests, s.previous, s.digest
    FROM ledger_seal s JOIN ledger_book b ON b.id = s.book_id;
CREATE OR REPLACE VIEW auditor_event AS
  SELECT chain, number, at, actor, act, ledger_mask(subject) AS subject, ledger_mask(origin) AS origin, refused,
         ledger_mask(before) AS before, ledger_mask(after) AS after, previous, digest
    FROM ledger_auditevent;

-- The canonical text of each voucher beside the digest that its seal holds; whole-book checks and
-- exports read this, so that nobody else writes the text a second time.
CREATE OR REPLACE VIEW ledger_canonical WITH (security_invoker = true) AS
  SELECT v.id AS voucher_id, v.book_id, v.seal_number,
         ledger_voucher_text(v, b.code, p.year, p.month) || coalesce((
           SELECT string_agg(ledger_line_text(l.line_no, a.code, l.fund_id, l.functional_id, l.economic_id,
                    l.project_id, l.unit_id, l.counterparty_id, l.side, l.amount, l.summary), '' ORDER BY l.line_no)
             FROM ledger_line l LEFT JOIN ledger_account a ON a.id = l.account_id WHERE l.voucher_id = v.id), '') AS text
    FROM ledger_voucher v LEFT JOIN ledger_book b ON b.id = v.book_id LEFT JOIN ledger_period p ON p.id = v.period_id;
