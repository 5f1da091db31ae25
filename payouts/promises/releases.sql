-- Releases of the townships on their way to their payees: owed whole while they are released, paid whole
-- in one batch that their own officers signed, posted out with it, and paid again only where a payment
-- came back, to the account of its approved correction.

-- The payees of a release: lines to one and the same payee are paid together, under the number of the first.
CREATE OR REPLACE FUNCTION payouts_release_payees(release bigint)
  RETURNS TABLE (number smallint, person_id bigint, name varchar, bank varchar, account_number varchar,
                 id_number varchar, amount numeric) LANGUAGE sql STABLE
SET search_path = @schema@, pg_temp AS $$
  SELECT min(l.number), substring(l.payee_reference FROM '^person/([0-9]{1,18})$')::bigint, l.payee_name, l.bank,
         l.account_number, l.payee_number, sum(l.amount)
    FROM treasury_releaseline l WHERE l.release_id = release
   GROUP BY l.payee_reference, l.payee_name, l.bank, l.account_number, l.payee_number;
$$;

CREATE OR REPLACE FUNCTION payouts_release_owed() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong text;
BEGIN
  IF NOT EXISTS (SELECT FROM new_row n WHERE n.release_id IS NOT NULL) THEN
    RETURN NULL;
  END IF;
  PERFORM FROM treasury_release r WHERE r.id IN (SELECT release_id FROM new_row) ORDER BY r.id FOR SHARE;
  SELECT n.source INTO wrong FROM new_row n LEFT JOIN treasury_release r ON r.id = n.release_id
   WHERE n.release_id IS NOT NULL
     AND (r.id IS NULL OR r.status <> 'RELEASED' OR (n.scheme, n.component, n.month) <> ('release', r.kind, r.month)
          OR NOT EXISTS (SELECT FROM payouts_release_payees(r.id) p
                          WHERE n.source = 'treasury.release/' || r.id || '/' || p.number AND n.amount = p.amount))
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'obligation_follows_its_release', format('%s is not what a released order pays one payee', wrong),
      jsonb_build_object('obligation', wrong), 'Release the funds; what is owed is made from the lines.');
  END IF;
  SELECT r.source INTO wrong FROM treasury_release r
   WHERE r.id IN (SELECT release_id FROM new_row)
     AND r.amount <> (SELECT sum(o.amount) FROM payouts_obligation o WHERE o.release_id = r.id) LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'release_is_owed_whole', format('release %s would be owed in part', wrong), jsonb_build_object('release', wrong),
      'Owe every payee of the release at once.');
  END IF;
  RETURN NULL;
END $$;

-- The first time a payment goes to the payee as the release names it, or to the name and account that payouts knows;
-- a payment that came back goes to the account of its approved correction.
CREATE OR REPLACE FUNCTION payouts_release_part_added() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  wrong bigint;
BEGIN
  -- Most parts are of payrolls: obligations of releases are few, and an index knows them.
  IF NOT EXISTS (SELECT FROM payouts_obligation o
                  WHERE o.release_id IS NOT NULL
                    AND o.id BETWEEN (SELECT min(n.obligation_id) FROM new_row n)
                                 AND (SELECT max(n.obligation_id) FROM new_row n)) THEN
    RETURN NULL;
  END IF;
  PERFORM FROM treasury_release r
    WHERE r.id IN (SELECT o.release_id FROM new_row n JOIN payouts_obligation o ON o.id = n.obligation_id)
    ORDER BY r.id FOR SHARE;
  SELECT o.id INTO wrong
    FROM new_row n JOIN payouts_payment p ON p.id = n.payment_id
    JOIN payouts_obligation o ON o.id = n.obligation_id JOIN treasury_release r ON r.id = o.release_id
    LEFT JOIN LATERAL (SELECT q.* FROM payouts_release_payees(r.id) q
                        WHERE o.source = 'treasury.release/' || r.id || '/' || q.number) q ON true
   WHERE CASE
           WHEN p.reissues_id IS NOT NULL THEN
             r.status = 'POSTED'
             AND EXISTS (SELECT FROM payouts_payment x
                           JOIN payouts_paymentpart y ON y.payment_id = x.id AND y.obligation_id = o.id
                            AND y.attempt = n.attempt - 1
                           JOIN payouts_accountcorrection c ON c.payment_id = x.id AND c.status = 'APPROVED'
                          WHERE x.id = p.reissues_id
                            AND (x.person_id, x.unit_id, x.id_number)
                                IS NOT DISTINCT FROM (p.person_id, p.unit_id, p.id_number)
                            AND (c.name, c.bank, c.account_number) = (p.name, p.bank, p.account_number))
           WHEN r.status <> 'RELEASED' THEN false
           WHEN q.person_id IS NULL THEN
             p.person_id IS NULL AND p.unit_id IS NULL
             AND (p.name, p.bank, p.account_number, p.id_number) = (q.name, q.bank, q.account_number, q.id_number)
           WHEN q.account_number <> '' THEN
             p.person_id = q.person_id AND (p.bank, p.account_number) = (q.bank, q.account_number)
             AND EXISTS (SELECT FROM payouts_person e
                          WHERE e.id = q.person_id
                            AND (p.id_number, p.name) = (e.id_number, coalesce(nullif(q.name, ''), e.name)))
           WHEN p.unit_id IS NULL THEN
             p.person_id = q.person_id
             AND EXISTS (SELECT FROM payouts_person e
                          WHERE e.id = q.person_id
                            AND (p.id_number, p.name) = (e.id_number, coalesce(nullif(q.name, ''), e.name)))
             AND EXISTS (SELECT FROM payouts_payaccount k JOIN treasury_bankaccount a ON a.id = k.account_id
                          WHERE k.person_id = q.person_id AND (a.bank, a.number) = (p.bank, p.account_number))
           ELSE
             EXISTS (SELECT FROM payouts_declaredstaff s WHERE s.person_id = q.person_id AND s.unit_id = p.unit_id)
             AND EXISTS (SELECT FROM treasury_unitchannel c JOIN treasury_bankaccount a ON a.id = c.account_id
                          WHERE c.unit_id = p.unit_id AND (a.bank, a.number) = (p.bank, p.account_number))
         END IS NOT TRUE
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse(
      'part_fits_its_obligation', format('obligation %s is not what the payment pays', wrong),
      jsonb_build_object('obligation', wrong), 'Pay the payee of the release; what came back, as it was corrected.');
  END IF;
  RETURN NULL;
END $$;

-- A batch of releases: each of them whole, signed by its own officers, and posted out when the batch is sent.
CREATE OR REPLACE FUNCTION payouts_batch_of_releases_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
DECLARE
  entry record;
BEGIN
  FOR entry IN
    SELECT r.source, r.status, r.amount, r.prepared_by_id, r.checked_by_id, r.released_by_id, sum(q.amount) AS paid
      FROM payouts_payment p JOIN payouts_paymentpart q ON q.payment_id = p.id
      JOIN payouts_obligation o ON o.id = q.obligation_id JOIN treasury_release r ON r.id = o.release_id
     WHERE p.batch_id = NEW.id AND p.reissues_id IS NULL GROUP BY r.id ORDER BY r.id
  LOOP
    IF NEW.status = 'BUILT' AND entry.paid <> entry.amount THEN
      PERFORM ledger_refuse(
        'release_is_paid_whole', format('release %s would be paid in part', entry.source),
        jsonb_build_object('release', entry.source, 'amount', entry.amount, 'paid', entry.paid),
        'Pay every payee of the release in one batch.');
    END IF;
    IF NEW.status = 'APPROVED' AND (entry.prepared_by_id, entry.checked_by_id, entry.released_by_id)
       IS DISTINCT FROM (NEW.prepared_by_id, NEW.checked_by_id, NEW.released_by_id) THEN
      PERFORM ledger_refuse(
        'batch_is_signed_by_its_releases', format('release %s has other officers than the batch', entry.source),
        jsonb_build_object('release', entry.source), 'Make a batch for each set of officers.');
    END IF;
    IF NEW.status = 'SENT' AND entry.status <> 'POSTED' THEN
      PERFORM ledger_refuse(
        'release_is_posted_with_its_batch', format('release %s has not been posted out', entry.source),
        jsonb_build_object('release', entry.source), 'Post its money out when the bank is told.');
    END IF;
  END LOOP;
  RETURN NEW;
END $$;

-- A release that is owed is posted out while its batch is sent, and not cancelled while a payment is on its way.
CREATE OR REPLACE FUNCTION payouts_owed_release_moved() RETURNS trigger LANGUAGE plpgsql
SET search_path = @schema@, pg_temp AS $$
BEGIN
  IF NEW.status = 'CANCELLED' AND
     EXISTS (SELECT FROM payouts_obligation o JOIN payouts_paymentpart q ON q.obligation_id = o.id
               JOIN payouts_payment p ON p.id = q.payment_id
              WHERE o.release_id = NEW.id AND p.status <> 'REJECTED') THEN
    PERFORM ledger_refuse(
      'release_is_on_its_way', format('payments of release %s are on their way', NEW.source),
      jsonb_build_object('release', NEW.source), 'Cancel its batch first, before it is sent.');
  END IF;
  IF NEW.status = 'POSTED' AND EXISTS (SELECT FROM payouts_obligation o WHERE o.release_id = NEW.id) AND
     NOT EXISTS (SELECT FROM payouts_obligation o JOIN payouts_paymentpart q ON q.obligation_id = o.id
                   JOIN payouts_payment p ON p.id = q.payment_id JOIN payouts_batch b ON b.id = p.batch_id
                  WHERE o.release_id = NEW.id AND b.status = 'SENDING') THEN
    PERFORM ledger_refuse(
      'release_is_posted_with_its_batch', format('the batch of release %s is not being sent', NEW.source),
      jsonb_build_object('release', NEW.source), 'Send the batch; its money is posted out with it.');
  END IF;
  RETURN NEW;
END $$;
