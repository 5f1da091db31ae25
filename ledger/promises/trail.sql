-- The trail of acts: numbered without gaps and chained, one chain per book and one for the rest.

CREATE OR REPLACE FUNCTION ledger_event_digest(e ledger_auditevent)
RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(e.previous || convert_to(
    'event' || E'\t' || e.chain || E'\t' || e.number || E'\t' || ledger_moment_text(e.at) || E'\t' || e.actor
    || E'\t' || e.act || E'\t' || e.subject || E'\t' || e.origin || E'\t' || e.refused
    || E'\n' || octet_length(e.before) || E'\t' || e.before || E'\n' || octet_length(e.after) || E'\t' || e.after, 'UTF8'))
$$;

CREATE OR REPLACE FUNCTION ledger_event_recorded()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
DECLARE
  head record;
BEGIN
  SELECT number, digest INTO head FROM ledger_trailhead WHERE chain = NEW.chain FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    INSERT INTO ledger_trailhead (chain, number, digest)
    VALUES (NEW.chain, 0, sha256(convert_to('trail' || E'\t' || NEW.chain || E'\n', 'UTF8')))
    ON CONFLICT (chain) DO NOTHING;
    SELECT number, digest INTO head FROM ledger_trailhead WHERE chain = NEW.chain FOR NO KEY UPDATE;
  END IF;
  NEW.number := head.number + 1;
  NEW.previous := head.digest;
  NEW.digest := ledger_event_digest(NEW);
  UPDATE ledger_trailhead SET number = NEW.number, digest = NEW.digest WHERE chain = NEW.chain;
  RETURN NEW;
END $$;
