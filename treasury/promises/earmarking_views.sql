-- What the auditor reads of earmarked money; account numbers and numbers of payees are masked.

CREATE OR REPLACE VIEW auditor_earmarked_item AS
  SELECT t.code AS township, i.kind, i.number, i.name, i.account_code, i.effective_from, i.effective_to,
         i.opened_by_id AS opened_by
    FROM treasury_earmarkeditem i JOIN treasury_township t ON t.id = i.township_id;
CREATE OR REPLACE VIEW auditor_item_allocation AS
  SELECT a.id AS number, i.account_code, a.taken_from, a.amount, a.paper, a.status, a.reason, a.proposed_by_id AS proposed_by,
         a.approved_by_id AS approved_by, a.posted_by_id AS posted_by, a.posted_on
    FROM treasury_itemallocation a JOIN treasury_earmarkeditem i ON i.id = a.item_id;
CREATE OR REPLACE VIEW auditor_special_plan AS
  SELECT p.id AS number, t.code AS township, p.kind, p.account_code, p.amount, p.purpose, p.papers, p.payee_name,
         ledger_mask(p.account_number) AS account_number, ledger_mask(p.payee_number) AS payee_number, p.planned_on,
         p.signed_on, p.status, p.reason, p.drafted_by_id AS drafted_by, p.reviewed_by_id AS reviewed_by,
         p.signed_by_id AS signed_by, r.source AS release
    FROM treasury_specialplan p JOIN treasury_township t ON t.id = p.township_id
    LEFT JOIN treasury_release r ON r.id = p.release_id;
CREATE OR REPLACE VIEW auditor_procurement AS
  SELECT p.id AS number, t.code AS township, p.subject, p.planned, p.money, p.account_code, p.fund_code, p.planned_on,
         p.status, p.reason, p.supplier_name, p.supplier_code, ledger_mask(p.supplier_account) AS supplier_account,
         p.contract_number, p.awarded, p.awarded_on, p.planned_by_id AS planned_by, p.reviewed_by_id AS reviewed_by,
         p.awarded_by_id AS awarded_by
    FROM treasury_procurement p JOIN treasury_township t ON t.id = p.township_id;
CREATE OR REPLACE VIEW auditor_acceptance AS
  SELECT procurement_id AS procurement, number, amount, paper, accepted_on, accepted_by_id AS accepted_by
    FROM treasury_acceptance;
CREATE OR REPLACE VIEW auditor_instalment AS
  SELECT i.procurement_id AS procurement, i.number, i.amount, r.source AS release, r.status
    FROM treasury_instalment i JOIN treasury_release r ON r.id = i.release_id;
CREATE OR REPLACE VIEW auditor_passed_on AS
  SELECT r.id AS receipt, r.purpose, r.project, r.paper, r.received_on, r.due_on, r.amount AS received, r.status,
         t.code AS township, p.account_code, p.amount, p.handed_on_on, p.handed_on_by_id AS handed_on_by,
         r.proposed_by_id AS proposed_by, r.approved_by_id AS approved_by
    FROM treasury_earmarkedreceipt r LEFT JOIN treasury_passedon p ON p.receipt_id = r.id
    LEFT JOIN treasury_township t ON t.id = p.township_id;
CREATE OR REPLACE VIEW auditor_prize AS
  SELECT p.id AS number, p.award, p.year, p.rank, t.code AS township, p.post, p.wage_grades, p.amount, p.paper, p.status,
         p.reason, p.proposed_by_id AS proposed_by, p.approved_by_id AS approved_by, p.posted_by_id AS posted_by, p.posted_on
    FROM treasury_prize p JOIN treasury_township t ON t.id = p.township_id;
CREATE OR REPLACE VIEW auditor_fine AS
  SELECT f.id AS number, t.code AS township, f.year, f.kind, f.matter, f.place, f.amount, f.paper, f.imposed_on,
         f.imposed_by_id AS imposed_by, s.number AS part, s.amount AS set_off, s.set_off_on, s.set_off_by_id AS set_off_by
    FROM treasury_fine f JOIN treasury_township t ON t.id = f.township_id
    LEFT JOIN treasury_finesetoff s ON s.fine_id = f.id;
