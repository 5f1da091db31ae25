-- How the database says no: a named fact, the facts as JSON, and what to do about it.

CREATE OR REPLACE FUNCTION ledger_refuse(fact text, message text, facts jsonb, remedy text)
RETURNS bytea LANGUAGE plpgsql VOLATILE SET search_path = @schema@, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING
    ERRCODE = 'check_violation', CONSTRAINT = fact, MESSAGE = message, DETAIL = facts::text, HINT = remedy;
END $$;

-- Posted rows: nobody updates, deletes or truncates them, not even the owner of the table (P2).
CREATE OR REPLACE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING
    ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0] || '_is_append_only',
    MESSAGE = format('%s of %s refused: what is posted stays', TG_OP, TG_TABLE_NAME),
    DETAIL = jsonb_build_object('table', TG_TABLE_NAME, 'operation', TG_OP)::text,
    HINT = 'Correct it by something new: a red reversal, a supplement, a further entry.';
END $$;

-- Derived rows: only the triggers of this schema write them, so a direct write is one level deep.
CREATE OR REPLACE FUNCTION ledger_derived() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF pg_trigger_depth() > 1 THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION USING
    ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0] || '_is_derived',
    MESSAGE = format('%s of %s refused: the database derives it from postings', TG_OP, TG_TABLE_NAME),
    DETAIL = jsonb_build_object('table', TG_TABLE_NAME, 'operation', TG_OP)::text,
    HINT = 'Post, close or sign; balances are rebuilt by an order in ledger_balancerebuild.';
END $$;

-- Columns that never change once written; TG_ARGV: the name of the rule, then the columns.
CREATE OR REPLACE FUNCTION ledger_fixed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  was jsonb := to_jsonb(OLD);
  will jsonb := to_jsonb(NEW);
BEGIN
  FOR i IN 1 .. TG_NARGS - 1 LOOP
    IF was -> TG_ARGV[i] IS DISTINCT FROM will -> TG_ARGV[i] THEN
      PERFORM ledger_refuse(
        TG_ARGV[0], format('%s.%s is fixed once written', TG_TABLE_NAME, TG_ARGV[i]),
        jsonb_build_object('table', TG_TABLE_NAME, 'column', TG_ARGV[i]),
        'Make a new row instead; what was posted refers to the old one.');
    END IF;
  END LOOP;
  RETURN NEW;
END $$;

-- A state moves only along its table of moves; TG_ARGV: the name of the rule, then FROM>TO pairs.
CREATE OR REPLACE FUNCTION ledger_moves() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF OLD.status IS DISTINCT FROM NEW.status
     AND NOT (OLD.status || '>' || NEW.status) = ANY (TG_ARGV[1:]) THEN
    PERFORM ledger_refuse(
      TG_ARGV[0], format('%s cannot go from %s to %s', TG_TABLE_NAME, OLD.status, NEW.status),
      jsonb_build_object('from', OLD.status, 'to', NEW.status),
      'See the moves of this document in the architecture page.');
  END IF;
  RETURN NEW;
END $$;
