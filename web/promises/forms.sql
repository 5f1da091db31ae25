-- A form that was sent stays sent.

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON web_sentform
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('sent_form');
