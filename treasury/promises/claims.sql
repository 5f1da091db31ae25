-- Claims: lines come with the registration, an accepted claim has used its invoices, each of them once, ever.

CREATE OR REPLACE FUNCTION treasury_claim_line_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  PERFORM FROM treasury_claim c WHERE c.id IN (SELECT claim_id FROM new_row) ORDER BY c.id FOR SHARE;
  SELECT n.claim_id INTO wrong FROM new_row n
    LEFT JOIN treasury_claim c ON c.id = n.claim_id WHERE c.status IS DISTINCT FROM 'REGISTERED' LIMIT 1;
  IF wrong IS NOT NULL THEN
    PERFORM ledger_refuse(
      'claim_is_fixed', format('claim %s takes no further line', wrong), jsonb_build_object('claim', wrong),
      'Register a claim of its own.');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION treasury_claim_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF NEW.status = 'ACCEPTED' AND OLD.status <> 'ACCEPTED' THEN
    IF NEW.total IS DISTINCT FROM (SELECT sum(l.amount) FROM treasury_claimline l WHERE l.claim_id = NEW.id) THEN
      PERFORM ledger_refuse(
        'claim_is_its_lines', 'the total of a claim is not the sum of its lines',
        jsonb_build_object('claim', NEW.number, 'total', NEW.total), 'Refuse it and have it handed in anew.');
    END IF;
    IF EXISTS (SELECT FROM treasury_claimline l
                WHERE l.claim_id = NEW.id AND l.invoice <> ''
                  AND NOT EXISTS (SELECT FROM treasury_usedinvoice u
                                   WHERE u.number = l.invoice AND u.claim_id = NEW.id)) THEN
      PERFORM ledger_refuse(
        'invoice_is_used_once', 'an accepted claim uses each of its invoices',
        jsonb_build_object('claim', NEW.number), 'Note the invoices with the acceptance; one used before refuses the claim.');
    END IF;
  END IF;
  IF OLD.release_id IS NOT NULL AND NEW.release_id IS DISTINCT FROM OLD.release_id THEN
    PERFORM ledger_refuse(
      'claim_is_paid_once', 'a claim is paid by one release, ever', jsonb_build_object('claim', NEW.number),
      'Look at the release that pays it.');
  END IF;
  RETURN NEW;
END $$;
