-- What the auditor reads of the archives; nothing here holds a number of a person or account, but texts are masked.

CREATE OR REPLACE VIEW auditor_retention_hold AS
  SELECT h.id, h.record_class, h.from_year, h.to_year, ledger_mask(h.reason) AS reason, h.set_by_id AS set_by, h.set_at,
         l.lifted_by_id AS lifted_by, l.lifted_at, ledger_mask(l.reason) AS lifted_because
    FROM audit_retentionhold h LEFT JOIN audit_holdlift l ON l.hold_id = h.id;
CREATE OR REPLACE VIEW auditor_appraisal AS
  SELECT a.id, a.appraised_on, a.members, ledger_mask(a.opinion) AS opinion, a.made_by_id AS made_by, a.made_at,
         y.record_class, y.fiscal_year, y.may_go
    FROM audit_appraisal a LEFT JOIN audit_appraisedyear y ON y.appraisal_id = a.id;
CREATE OR REPLACE VIEW auditor_destruction_list AS
  SELECT l.id, l.appraisal_id AS appraisal, l.proposed_on, l.proposed_by_id AS proposed_by, l.proposed_at, i.record_class,
         i.fiscal_year, i.records, i.files, i.size AS bytes, i.digest, i.kept_from, i.kept_until, c.carried_out_on,
         c.carried_out_by_id AS carried_out_by, c.carried_out_at
    FROM audit_destructionlist l LEFT JOIN audit_destructionitem i ON i.list_id = l.id
    LEFT JOIN audit_destructioncarriedout c ON c.list_id = l.id;
CREATE OR REPLACE VIEW auditor_destruction_signature AS
  SELECT s.id, s.list_id AS list, s.role, s.digest, s.is_approved, ledger_mask(s.reason) AS reason, s.signed_by_id AS signed_by,
         s.signed_at
    FROM audit_destructionsignature s;
CREATE OR REPLACE VIEW auditor_listed_file AS
  SELECT f.id, i.list_id AS list, i.record_class, i.fiscal_year, f.holder, f."row", f.sha256, f.size AS bytes
    FROM audit_listedfile f JOIN audit_destructionitem i ON i.id = f.item_id;
