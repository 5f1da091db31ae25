-- Posts of townships (F26): given by one officer, confirmed by another, never one's own; one head at a time, no
-- two posts that one person may not hold together; a seconded post is confirmed after its party committee answered.

-- Giving posts and ending them is one at a time: what is checked below must be what stands now.
CREATE OR REPLACE FUNCTION treasury_lock_posts() RETURNS void LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM ledger_refuse('isolation_is_read_committed', 'posts are locked and then read as they stand',
      jsonb_build_object('isolation', current_setting('transaction_isolation')), 'Use READ COMMITTED to write.');
  END IF;
  PERFORM pg_advisory_xact_lock(('treasury_secondment'::regclass::oid::bigint % 2147483647)::int, 0);
END $$;

-- A name that stands for nobody's sign-in is still one's own when it is the officer's own name.
CREATE OR REPLACE FUNCTION treasury_not_own_post(post_holder text, post_name text, acting text) RETURNS void
LANGUAGE plpgsql SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF post_holder IS NULL AND EXISTS (SELECT FROM ledger_officer o WHERE o.username = acting AND o.full_name = post_name) THEN
    PERFORM ledger_refuse('nobody_gives_his_own_post', 'an officer gives or confirms a post under the officer''s own name',
      jsonb_build_object('officer', acting), 'Have another officer take this step.');
  END IF;
END $$;

CREATE OR REPLACE FUNCTION treasury_secondment_given() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  other record;
BEGIN
  PERFORM treasury_lock_posts();
  PERFORM treasury_not_own_post(NEW.holder_id, NEW.name, NEW.given_by_id);
  IF NEW.held_until <> NEW.effective_to THEN
    PERFORM ledger_refuse('secondment_is_fixed', 'a post begins with its whole term',
      jsonb_build_object('held_until', NEW.held_until, 'effective_to', NEW.effective_to), 'End it early by a row of its own.');
  END IF;
  SELECT o.post, o.effective_from, o.held_until INTO other FROM treasury_secondment o
   WHERE o.status <> 'REFUSED'
     AND (o.holder_id = NEW.holder_id OR (o.township_id = NEW.township_id AND o.name = NEW.name))
     AND daterange(o.effective_from, o.held_until) && daterange(NEW.effective_from, NEW.held_until)
     AND (o.post || '>' || NEW.post = ANY (ARRAY[@post_conflicts@]) OR NEW.post || '>' || o.post = ANY (ARRAY[@post_conflicts@]))
   ORDER BY o.id LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse('posts_do_not_conflict', format('one person would hold %s and %s at once', other.post, NEW.post),
      jsonb_build_object('post', NEW.post, 'holds', other.post, 'from', other.effective_from, 'until', other.held_until),
      'Give the post to somebody else, or end the other post first.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_secondment_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  asked record;
BEGIN
  IF NEW.held_until IS DISTINCT FROM
     coalesce((SELECT e.ends_on FROM treasury_secondmentend e WHERE e.secondment_id = NEW.id), NEW.effective_to) THEN
    PERFORM ledger_refuse('secondment_is_fixed', 'a post ends with its term, or by a row that says why',
      jsonb_build_object('secondment', NEW.id), 'End it early by a row of its own.');
  END IF;
  IF OLD.status <> 'GIVEN' AND (NEW.decided_by_id, NEW.decided_at, NEW.reason)
     IS DISTINCT FROM (OLD.decided_by_id, OLD.decided_at, OLD.reason) THEN
    PERFORM ledger_refuse('secondment_is_fixed', 'a decision stays', jsonb_build_object('secondment', NEW.id),
      'End the post early, or give it anew.');
  END IF;
  IF NEW.status <> OLD.status THEN
    PERFORM treasury_not_own_post(NEW.holder_id, NEW.name, NEW.decided_by_id);
  END IF;
  IF NEW.status = 'CONFIRMED' AND OLD.status <> 'CONFIRMED' THEN
    SELECT c.answer INTO asked FROM treasury_consultation c WHERE c.secondment_id = NEW.id;
    IF NOT FOUND AND NEW.post = ANY (ARRAY[@seconded_posts@]) THEN
      PERFORM ledger_refuse('secondment_is_consulted', 'the party committee of the township was not asked',
        jsonb_build_object('secondment', NEW.id, 'post', NEW.post), 'Ask the committee and record its answer first.');
    END IF;
    IF asked.answer = 'OBJECTED' AND NEW.reason = '' THEN
      PERFORM ledger_refuse('objection_has_its_answer', 'the party committee objected and nothing is said to it',
        jsonb_build_object('secondment', NEW.id), 'Refuse the post, or say why it is given all the same.');
    END IF;
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_consulted() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  stands text;
BEGIN
  SELECT s.status INTO stands FROM treasury_secondment s WHERE s.id = NEW.secondment_id FOR SHARE;
  IF stands IS DISTINCT FROM 'GIVEN' THEN
    PERFORM ledger_refuse('consultation_precedes_decision', 'the committee is asked before the post is confirmed or refused',
      jsonb_build_object('secondment', NEW.secondment_id, 'status', stands), 'Give the post anew and ask first.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION treasury_secondment_ended() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  post record;
BEGIN
  PERFORM treasury_lock_posts();
  SELECT s.status, s.effective_from, s.effective_to INTO post
    FROM treasury_secondment s WHERE s.id = NEW.secondment_id FOR UPDATE;
  IF post.status IS DISTINCT FROM 'CONFIRMED' OR NEW.ends_on < post.effective_from OR NEW.ends_on >= post.effective_to THEN
    PERFORM ledger_refuse('secondment_ends_in_its_term', 'a post ends early within its term, once it is confirmed',
      jsonb_build_object('secondment', NEW.secondment_id, 'status', post.status, 'from', post.effective_from,
        'to', post.effective_to, 'ends_on', NEW.ends_on),
      'Take a day from the first of the term to the day before its end; a post not confirmed is refused instead.');
  END IF;
  UPDATE treasury_secondment SET held_until = NEW.ends_on WHERE id = NEW.secondment_id;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION treasury_establishment_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.confirmed_by_id IS NOT NULL
     OR TG_OP = 'UPDATE' AND OLD.confirmed_by_id IS NOT NULL
        AND (NEW.confirmed_by_id, NEW.confirmed_at) IS DISTINCT FROM (OLD.confirmed_by_id, OLD.confirmed_at) THEN
    PERFORM ledger_refuse('establishment_is_fixed', 'approved posts are recorded, then confirmed once',
      jsonb_build_object('establishment', NEW.id), 'Record the new number as a row of its own.');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER secondment_begun BEFORE INSERT ON treasury_secondment
  FOR EACH ROW EXECUTE FUNCTION treasury_begun('secondment_moves', 'GIVEN');
CREATE OR REPLACE TRIGGER secondment_given BEFORE INSERT ON treasury_secondment
  FOR EACH ROW EXECUTE FUNCTION treasury_secondment_given();
CREATE OR REPLACE TRIGGER secondment_moves BEFORE UPDATE ON treasury_secondment
  FOR EACH ROW EXECUTE FUNCTION ledger_moves('secondment_moves', @secondment_moves@);
CREATE OR REPLACE TRIGGER secondment_moved BEFORE UPDATE ON treasury_secondment
  FOR EACH ROW EXECUTE FUNCTION treasury_secondment_moved();
CREATE OR REPLACE TRIGGER secondment_is_fixed BEFORE UPDATE ON treasury_secondment
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('secondment_is_fixed', 'id', 'township_id', 'post', 'holder_id', 'name',
    'effective_from', 'effective_to', 'given_by_id', 'given_at');
CREATE OR REPLACE TRIGGER consulted BEFORE INSERT ON treasury_consultation
  FOR EACH ROW EXECUTE FUNCTION treasury_consulted();
CREATE OR REPLACE TRIGGER secondment_ended AFTER INSERT ON treasury_secondmentend
  FOR EACH ROW EXECUTE FUNCTION treasury_secondment_ended();
CREATE OR REPLACE TRIGGER establishment_moved BEFORE INSERT OR UPDATE ON treasury_establishment
  FOR EACH ROW EXECUTE FUNCTION treasury_establishment_moved();
CREATE OR REPLACE TRIGGER establishment_is_fixed BEFORE UPDATE ON treasury_establishment
  FOR EACH ROW EXECUTE FUNCTION ledger_fixed('establishment_is_fixed', 'id', 'unit_id', 'approved', 'effective_from',
    'paper', 'recorded_by_id', 'recorded_at');

CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON treasury_secondment
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('secondment');
CREATE OR REPLACE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON treasury_establishment
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('establishment');
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON treasury_consultation
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('consultation');
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON treasury_secondmentend
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('secondment_end');
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON treasury_officeraccount
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only('officer_account');

-- One holder of a head post per township and day. Equality of township and post is an overlap of ranges of one
-- value and of a condition, so that no extension is needed.
DO $$
DECLARE
  head text;
BEGIN
  FOREACH head IN ARRAY ARRAY[@head_posts@] LOOP
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'treasury_secondment'::regclass
                      AND conname = 'one_' || lower(head) || '_at_a_time') THEN
      EXECUTE format('ALTER TABLE treasury_secondment ADD CONSTRAINT %I EXCLUDE USING gist
        (int8range(township_id, township_id, ''[]'') WITH &&, daterange(effective_from, held_until) WITH &&)
        WHERE (post = %L AND status <> ''REFUSED'')', 'one_' || lower(head) || '_at_a_time', head);
    END IF;
  END LOOP;
END $$;

CREATE OR REPLACE VIEW auditor_secondment AS
  SELECT s.id, t.code AS township, s.post, s.holder_id AS holder, s.name, s.effective_from, s.effective_to, s.held_until,
         s.status, s.given_by_id AS given_by, s.given_at, s.decided_by_id AS decided_by, s.decided_at, s.reason,
         c.asked_on, c.answered_on, c.answer, c.paper, e.reason AS end_reason, e.recorded_by_id AS ended_by
    FROM treasury_secondment s JOIN treasury_township t ON t.id = s.township_id
    LEFT JOIN treasury_consultation c ON c.secondment_id = s.id
    LEFT JOIN treasury_secondmentend e ON e.secondment_id = s.id;
CREATE OR REPLACE VIEW auditor_establishment AS
  SELECT u.code AS unit, e.approved, e.effective_from, e.paper, e.recorded_by_id AS recorded_by,
         e.confirmed_by_id AS confirmed_by FROM treasury_establishment e JOIN treasury_unit u ON u.id = e.unit_id;
CREATE OR REPLACE VIEW auditor_officer_account AS
  SELECT officer_id AS officer, ledger_mask(number) AS account_number, recorded_by_id AS recorded_by, recorded_at
    FROM treasury_officeraccount;
