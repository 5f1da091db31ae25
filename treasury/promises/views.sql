-- What the auditor reads of the treasury; account numbers are masked.

CREATE OR REPLACE VIEW auditor_township AS
  SELECT code, name, kind, number, book_id AS book FROM treasury_township;
CREATE OR REPLACE VIEW auditor_unit AS
  SELECT u.code, u.name, t.code AS township, u.nature, u.credit_code
    FROM treasury_unit u JOIN treasury_township t ON t.id = u.township_id;
CREATE OR REPLACE VIEW auditor_unit_channel AS
  SELECT u.code AS unit, c.channel, a.bank, ledger_mask(a.number) AS account_number, c.effective_from,
         c.recorded_by_id AS recorded_by, c.source
    FROM treasury_unitchannel c JOIN treasury_unit u ON u.id = c.unit_id
    LEFT JOIN treasury_bankaccount a ON a.id = c.account_id;
CREATE OR REPLACE VIEW auditor_applied_file AS
  SELECT month, kind, file, sheet, sha256, rows, staged_by_id AS staged_by, applied_by_id AS applied_by, applied_at
    FROM treasury_appliedfile;
CREATE OR REPLACE VIEW auditor_income_line AS
  SELECT t.code AS township, i.received_on, i.kind, i.subject_code, i.subject, i.payment_slip, i.receipt, i.amount,
         i.collector, f.file, i.row, i.taken_back,
         i.takes_back_id IS NOT NULL AS takes_back,
         'treasury.income/' || t.code || '/' || c.day || '/' || c.number AS collection
    FROM treasury_incomeline i JOIN treasury_township t ON t.id = i.township_id
    JOIN treasury_appliedfile f ON f.id = i.file_id LEFT JOIN treasury_collection c ON c.id = i.collection_id;
CREATE OR REPLACE VIEW auditor_revenue_plan AS
  SELECT t.code AS township, p.year, p.edition, p.planned, p.local_share, p.collected_before, p.counted_from, p.mean,
         p.growth, p.reason
    FROM treasury_revenueplan p JOIN treasury_township t ON t.id = p.township_id;
CREATE OR REPLACE VIEW auditor_settlement AS
  SELECT t.code AS township, s.month, s.number, s.settled_on, s.status, s.planned, s.collected, s.over, s.local_share,
         s.local_part, s.settled_before, s.base, s.rate, s.quarter, s.debt_before, s.withheld, s.debt_after, s.returned,
         s.upper_part, s.ordinary_return, s.held_before, s.unpaid_before, s.back_pay, s.rest, s.basis,
         s.prepared_by_id AS prepared_by, s.approved_by_id AS approved_by, s.posted_by_id AS posted_by
    FROM treasury_settlement s JOIN treasury_township t ON t.id = s.township_id;
CREATE OR REPLACE VIEW auditor_unpaid_salary AS
  SELECT t.code AS township, u.payee_reference, u.month, u.amount,
         coalesce((SELECT sum(p.amount) FROM treasury_backpaypart p JOIN treasury_release r ON r.id = p.release_id
                    WHERE p.unpaid_id = u.id AND r.status <> 'CANCELLED'), 0) AS paid
    FROM treasury_unpaidsalary u JOIN treasury_township t ON t.id = u.township_id;
CREATE OR REPLACE VIEW auditor_release AS
  SELECT r.source, t.code AS township, r.month, r.kind, r.rank, r.account_code, r.fund_code, r.amount, r.returned,
         r.summary, r.status, r.requested_on, r.prepared_by_id AS prepared_by, r.checked_by_id AS checked_by,
         r.released_by_id AS released_by, r.released_at
    FROM treasury_release r JOIN treasury_township t ON t.id = r.township_id;
CREATE OR REPLACE VIEW auditor_release_line AS
  SELECT r.source AS release, l.number, l.payee_reference, l.payee_name, l.bank,
         ledger_mask(l.account_number) AS account_number, ledger_mask(l.payee_number) AS payee_number, l.amount,
         l.functional, l.economic, l.project, l.unit
    FROM treasury_releaseline l JOIN treasury_release r ON r.id = l.release_id;
CREATE OR REPLACE VIEW auditor_claim AS
  SELECT c.number, c.attempt, t.code AS township, c.month, c.sub_account, c.claimed_on, c.total, c.status, c.reason,
         c.balance_after, c.signer, c.signed_on, r.source AS release, c.registered_by_id AS registered_by,
         c.reviewed_by_id AS reviewed_by, c.decided_at
    FROM treasury_claim c JOIN treasury_township t ON t.id = c.township_id
    LEFT JOIN treasury_release r ON r.id = c.release_id;
CREATE OR REPLACE VIEW auditor_claim_line AS
  SELECT c.number AS claim, c.attempt, l.number, l.economic, l.summary, l.invoice, l.amount, l.payee_name,
         ledger_mask(l.account_number) AS account_number, l.attachments
    FROM treasury_claimline l JOIN treasury_claim c ON c.id = l.claim_id;
