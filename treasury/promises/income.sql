-- Income lines: collected once, taken back once by the line that says so.

CREATE OR REPLACE FUNCTION treasury_income_line_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF (OLD.collection_id IS NOT NULL AND NEW.collection_id IS DISTINCT FROM OLD.collection_id)
     OR (OLD.taken_back AND NOT NEW.taken_back) THEN
    PERFORM ledger_refuse(
      'income_line_is_fixed', 'an income line is collected once and taken back once', jsonb_build_object('line', OLD.id),
      'Correct it by a red line (冲正) or by a corrected file.');
  END IF;
  RETURN NEW;
END $$;
