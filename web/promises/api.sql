-- What other systems asked for, and what they got, stays on record.

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON web_apirequest
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('api_request');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON web_apitoken
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('api_token');
CREATE OR REPLACE TRIGGER api_token_is_fixed BEFORE UPDATE ON web_apitoken
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed(
    'api_token_is_fixed', 'officer_id', 'handle', 'sha256', 'scopes', 'township_id', 'made_by_id', 'made_at', 'expires_at');

-- A token acts as a service, never as a person; and a token that was taken away stays away.
CREATE OR REPLACE FUNCTION web_api_token_kept() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NOT EXISTS (SELECT FROM ledger_officer WHERE id = NEW.officer_id AND kind = 'SERVICE') THEN
    PERFORM ledger_refuse(
      'api_token_acts_as_a_service', 'a token acts as the service officer of its system',
      jsonb_build_object('officer', NEW.officer_id), 'Make the token with manage.py api_token.');
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.revoked_at IS NOT NULL
     AND (OLD.revoked_at, OLD.revoked_by_id) IS DISTINCT FROM (NEW.revoked_at, NEW.revoked_by_id) THEN
    PERFORM ledger_refuse(
      'api_token_is_revoked_once', 'a token that was revoked stays revoked',
      jsonb_build_object('token', OLD.handle), 'Make a new token.');
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER api_token_kept BEFORE INSERT OR UPDATE ON web_apitoken
  FOR EACH ROW EXECUTE FUNCTION web_api_token_kept();
