-- What officers chose, confirmed and reset stays as it was.

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON web_chosenpassword
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('chosen_password');
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON web_confirmation
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('confirmation');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON web_factorreset
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('factor_reset');
CREATE OR REPLACE TRIGGER factor_reset_is_fixed BEFORE UPDATE ON web_factorreset
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('factor_reset_is_fixed', 'officer_id', 'reason', 'asked_by_id', 'asked_at');

-- Who confirmed a reset stays who did.
CREATE OR REPLACE FUNCTION web_factor_reset_confirmed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF OLD.confirmed_at IS NOT NULL THEN
    PERFORM ledger_refuse(
      'factor_reset_is_confirmed_once', 'a reset is confirmed once',
      jsonb_build_object('reset', OLD.id), 'Have the reset asked for anew.');
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER factor_reset_confirmed BEFORE UPDATE ON web_factorreset
  FOR EACH ROW EXECUTE FUNCTION web_factor_reset_confirmed();
