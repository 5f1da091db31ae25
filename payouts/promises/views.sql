DROP VIEW IF EXISTS auditor_payroll_run;
-- What the auditor role reads of the payroll: everything, with ID and account numbers masked.

CREATE OR REPLACE VIEW auditor_run AS
  SELECT id, month, purpose, number, kind, status, pay_date, edition, inputs_digest, policy_digest, submitted_by_id AS submitted_by,
         reviewed_by_id AS reviewed_by, released_by_id AS released_by, refusal FROM payouts_run;
CREATE OR REPLACE VIEW auditor_run_move AS
  SELECT run_id, from_status, to_status, by_id AS by, at, reason FROM payouts_runmove;
CREATE OR REPLACE VIEW auditor_run_exception AS
  SELECT e.run_id, e.edition, e.kind, e.severity, p.name, ledger_mask(p.id_number) AS id_number, u.code AS unit,
         ledger_mask(e.facts) AS facts, e.signed_by_id AS signed_by, e.signed_at, ledger_mask(e.reason) AS reason
    FROM payouts_runexception e LEFT JOIN payouts_person p ON p.id = e.person_id
    LEFT JOIN treasury_unit u ON u.id = e.unit_id;
CREATE OR REPLACE VIEW auditor_declaration AS
  SELECT id, month, kind, file, sheet, sha256, rows, staged_by_id AS staged_by, applied_by_id AS applied_by, applied_at,
         replaces_id AS replaces FROM payouts_declaration;
CREATE OR REPLACE VIEW auditor_payslip AS
  SELECT s.id, s.run_id, s.edition, ledger_mask(p.id_number) AS id_number, s.name, u.code AS unit, s.category, s.channel,
         s.bank, ledger_mask(s.account_number) AS account_number, s.gross, s.deductions, s.exempt, s.special,
         s.additional, s.other, s.months, s.taxable, s.cumulative_tax, s.tax, s.net,
         s.income_to_date, s.withheld_to_date
    FROM payouts_payslip s JOIN payouts_person p ON p.id = s.person_id JOIN treasury_unit u ON u.id = s.unit_id;
CREATE OR REPLACE VIEW auditor_payslip_item AS
  SELECT payslip_id, item, amount FROM payouts_payslipitem;
CREATE OR REPLACE VIEW auditor_employer_part AS
  SELECT payslip_id, item, base, amount FROM payouts_employerpart;
CREATE OR REPLACE VIEW auditor_not_paid AS
  SELECT run_id, edition, ledger_mask(id_number) AS id_number, reason FROM payouts_notpaid;
CREATE OR REPLACE VIEW auditor_obligation AS
  SELECT o.id, o.scheme, o.component, o.month, ledger_mask(p.id_number) AS id_number, u.code AS unit, o.run_id, o.amount,
         o.source, r.source AS release, o.benefit_id
    FROM payouts_obligation o LEFT JOIN payouts_person p ON p.id = o.person_id
    LEFT JOIN treasury_unit u ON u.id = o.unit_id LEFT JOIN treasury_release r ON r.id = o.release_id;
CREATE OR REPLACE VIEW auditor_batch AS
  SELECT id, month, number, source, status, template, pay_date, payments_count, total, digest,
         prepared_by_id AS prepared_by, checked_by_id AS checked_by, released_by_id AS released_by, run_id
    FROM payouts_batch;
CREATE OR REPLACE VIEW auditor_payment AS
  SELECT p.id, p.month, p.serial, p.batch_id, f.name AS file, p.status, p.name, p.bank,
         ledger_mask(p.account_number) AS account_number, ledger_mask(p.id_number) AS id_number, p.amount,
         p.reissues_id AS reissues
    FROM payouts_payment p
    LEFT JOIN payouts_bankfile f ON f.batch_id = p.batch_id AND p.serial BETWEEN f.first_serial AND f.last_serial;
CREATE OR REPLACE VIEW auditor_payment_part AS
  SELECT payment_id, obligation_id, attempt, amount FROM payouts_paymentpart;
CREATE OR REPLACE VIEW auditor_bank_file AS
  SELECT id, batch_id, number, name, template, message_id, sha256, rows, total, first_serial, last_serial
    FROM payouts_bankfile;
CREATE OR REPLACE VIEW auditor_result_row AS
  SELECT r.payment_id, f.name AS file, f.sha256, f.received_at, f.received_by_id AS received_by, f.posting_date,
         r.outcome, r.code, r.message, r.amount
    FROM payouts_resultrow r JOIN payouts_resultfile f ON f.id = r.file_id;
CREATE OR REPLACE VIEW auditor_account_correction AS
  SELECT payment_id, status, name, bank, ledger_mask(account_number) AS account_number, paper,
         proposed_by_id AS proposed_by, proposed_at, approved_by_id AS approved_by, approved_at
    FROM payouts_accountcorrection;
