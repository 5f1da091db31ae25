-- What is proven whenever vouchers are posted, by whatever hand.
--
-- A header and its lines come in one statement (data-modifying CTE). The two statement triggers
-- below see all new rows of that statement, so a header alone, a line alone, or a later line is
-- refused at once and nothing waits for the commit. Each check is set-based: its cost is linear in
-- the new lines. Hot rows (head, counter, balances) are taken once per statement in sorted order.
-- A plan made here for one voucher is reused for ten thousand, and one made on empty tables for full
-- ones. So the plans are held to the one shape that is right for all: the new rows outside, an index
-- lookup inside. That is what the planner settings of the functions and the LEFT JOINs are for (a
-- LEFT JOIN cannot be turned round; conditions on its right side are written with coalesce, so that
-- it stays one). Lookups in the tables that grow are LATERAL ... LIMIT 1, which cannot become a scan.

-- Wait for every other posting, closing or signing in these books.
CREATE OR REPLACE FUNCTION ledger_lock_books(books int[])
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = @schema@, pg_temp AS $$
BEGIN
  -- What is read after the lock must be what stands now, which an older snapshot would not show.
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM ledger_refuse('isolation_is_read_committed', 'the books are locked and then read as they stand',
      jsonb_build_object('isolation', current_setting('transaction_isolation')), 'Use READ COMMITTED to write.');
  END IF;
  -- The advisory lock hands over in the order of arrival, which a row lock with many waiters does not.
  PERFORM pg_advisory_xact_lock(('ledger_bookhead'::regclass::oid::bigint % 2147483647)::int, n.book)
     FROM (SELECT DISTINCT book FROM unnest(books) AS book WHERE book IS NOT NULL ORDER BY book OFFSET 0) n;
  PERFORM 1 FROM ledger_bookhead WHERE book_id = ANY (books) ORDER BY book_id FOR NO KEY UPDATE;
END $$;

-- Headers: lines exist, period open, officers and their kinds, gapless numbers, reversals.
CREATE OR REPLACE FUNCTION ledger_voucher_posted()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = @schema@, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_material = off AS $$
DECLARE
  fault record;
BEGIN
  PERFORM ledger_lock_books(ARRAY(SELECT DISTINCT book_id FROM new_voucher));

  SELECT v.source INTO fault FROM new_voucher v
   WHERE (SELECT l.line_no FROM ledger_line l WHERE l.voucher_id = v.id AND l.line_no = 1) IS NULL LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse('voucher_is_balanced', 'a voucher without lines cannot be posted',
      jsonb_build_object('source', fault.source), 'Post the header and its lines in one statement.');
  END IF;

  SELECT source INTO fault FROM new_voucher GROUP BY source HAVING min(part) <> 1 OR max(part) <> count(*) LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse('voucher_source_is_unique', 'the vouchers of an event are its parts 1, 2, ..., posted together',
      jsonb_build_object('source', fault.source), 'Post all vouchers of the event in one statement, once.');
  END IF;

  SELECT n.*, p.status, p.starts_on, p.ends_before, p.book_id AS period_book, b.opened_on, p.year, p.month
    INTO fault
    FROM (SELECT DISTINCT book_id, period_id, posting_date, kind FROM new_voucher) n
    LEFT JOIN ledger_period p ON p.id = n.period_id
    LEFT JOIN ledger_book b ON b.id = n.book_id
   WHERE p.book_id IS DISTINCT FROM n.book_id OR b.id IS NULL
      OR n.posting_date < p.starts_on OR n.posting_date >= p.ends_before
      OR (p.status <> 'OPEN' AND NOT (p.status = 'ADJUSTING' AND n.kind IN (@adjusting@)))
      OR (n.kind = 'OPENING') <> (n.posting_date < b.opened_on)
   LIMIT 1;
  IF FOUND THEN
    IF fault.period_book IS DISTINCT FROM fault.book_id
       OR fault.posting_date < fault.starts_on OR fault.posting_date >= fault.ends_before THEN
      PERFORM ledger_refuse('voucher_date_in_period', 'the posting date lies outside the period of the voucher',
        jsonb_build_object('date', fault.posting_date), 'Name the period of this book that holds the date.');
    ELSIF (fault.kind = 'OPENING') <> (fault.posting_date < fault.opened_on) THEN
      PERFORM ledger_refuse('opening_precedes_business',
        'opening vouchers, and only they, are dated before the first day of business',
        jsonb_build_object('date', fault.posting_date, 'opened_on', fault.opened_on, 'kind', fault.kind),
        'Date opening vouchers before the first day of business and all others from it on.');
    END IF;
    PERFORM ledger_refuse('period_is_open', 'the period does not take this voucher',
      jsonb_build_object('year', fault.year, 'month', fault.month, 'status', fault.status, 'kind', fault.kind),
      'Post into an open period, or have two officers reopen this one.');
  END IF;

  SELECT n.* INTO fault
    FROM (SELECT DISTINCT preparer_id, reviewer_id, poster_id, chief_accountant_id, cashier_id FROM new_voucher) n
    LEFT JOIN ledger_officer preparer ON preparer.username = n.preparer_id
    LEFT JOIN ledger_officer reviewer ON reviewer.username = n.reviewer_id
    LEFT JOIN ledger_officer poster ON poster.username = n.poster_id
    LEFT JOIN ledger_officer chief ON chief.username = n.chief_accountant_id
    LEFT JOIN ledger_officer cashier ON cashier.username = n.cashier_id
   WHERE preparer.is_active IS DISTINCT FROM true OR poster.is_active IS DISTINCT FROM true
      OR reviewer.kind IS DISTINCT FROM 'PERSON' OR NOT reviewer.is_active
      OR (n.chief_accountant_id IS NOT NULL AND chief.kind IS DISTINCT FROM 'PERSON')
      OR (n.cashier_id IS NOT NULL AND (cashier.kind IS DISTINCT FROM 'PERSON' OR NOT cashier.is_active))
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse('voucher_four_eyes',
      'preparer, reviewer and poster must be active officers; only people review, sign as chief accountant or as cashier',
      jsonb_build_object('preparer', fault.preparer_id, 'reviewer', fault.reviewer_id, 'poster', fault.poster_id,
        'chief_accountant', fault.chief_accountant_id, 'cashier', fault.cashier_id),
      'Name the officer who approved it as reviewer; a service account only prepares.');
  END IF;

  -- A red reversal: of a voucher of this book that is none itself, not before it, line by line its
  -- negative, and an event in several books as a whole (P8).
  IF EXISTS (SELECT FROM new_voucher WHERE reverses_id IS NOT NULL OR corrects_id IS NOT NULL) THEN
    SELECT n.source, o.id, o.kind, o.posting_date, n.reverses_id, n.corrects_id INTO fault
      FROM new_voucher n
      LEFT JOIN LATERAL (
        SELECT * FROM ledger_voucher WHERE id = coalesce(n.reverses_id, n.corrects_id) LIMIT 1) o ON true
     WHERE coalesce(n.reverses_id, n.corrects_id) IS NOT NULL
       AND (o.id IS NULL OR o.book_id <> n.book_id OR o.id = n.id
         OR (n.reverses_id IS NOT NULL AND n.corrects_id IS NOT NULL)
         OR (n.reverses_id IS NOT NULL
           AND (SELECT year * 100 + month FROM ledger_period WHERE id = n.period_id)
             < (SELECT year * 100 + month FROM ledger_period WHERE id = o.period_id))
         OR (n.reverses_id IS NOT NULL
           AND (o.kind = 'REVERSAL' OR n.posting_date < o.posting_date OR n.line_count <> o.line_count
             OR EXISTS (
               SELECT FROM ledger_line ol
                LEFT JOIN LATERAL (
                  SELECT * FROM ledger_line WHERE voucher_id = n.id AND line_no = ol.line_no LIMIT 1) rl ON true
                WHERE ol.voucher_id = o.id
                  AND (rl.amount IS DISTINCT FROM -ol.amount OR rl.side <> ol.side OR rl.account_id <> ol.account_id
                    OR (rl.fund_id, rl.functional_id, rl.economic_id, rl.project_id, rl.unit_id, rl.counterparty_id)
                      IS DISTINCT FROM (ol.fund_id, ol.functional_id, ol.economic_id, ol.project_id, ol.unit_id,
                        ol.counterparty_id))))))
     LIMIT 1;
    IF FOUND THEN
      PERFORM ledger_refuse(
        CASE WHEN fault.reverses_id IS NULL THEN 'voucher_corrects_its_book' ELSE 'voucher_reversal_is_exact' END,
        'a correction names a voucher of its own book; a reversal is its full red copy, not earlier, and never of a reversal',
        jsonb_build_object('source', fault.source, 'original', coalesce(fault.reverses_id, fault.corrects_id),
          'original_kind', fault.kind, 'original_date', fault.posting_date),
        'Reverse the whole voucher on or after its date, or post a supplement for the difference.');
    END IF;
    SELECT o.source, count(*) AS reversed INTO fault
      FROM new_voucher n
      LEFT JOIN LATERAL (SELECT * FROM ledger_voucher WHERE id = n.reverses_id LIMIT 1) o ON true
     WHERE n.reverses_id IS NOT NULL
     GROUP BY o.source
    HAVING count(*) <> (SELECT count(*) FROM ledger_voucher w WHERE w.source = o.source) LIMIT 1;
    IF FOUND THEN
      PERFORM ledger_refuse('event_is_reversed_whole', 'an event in several books is reversed in all of them at once',
        jsonb_build_object('source', fault.source, 'reversed', fault.reversed),
        'Reverse every voucher of the event in one posting.');
    END IF;
  END IF;

  -- Numbers run on from the counter without a gap (P3).
  SELECT n.* INTO fault
    FROM (SELECT period_id, voucher_type, count(*) AS count, min(number) AS low, max(number) AS high
            FROM new_voucher GROUP BY period_id, voucher_type) n
    LEFT JOIN ledger_vouchercounter c ON c.period_id = n.period_id AND c.voucher_type = n.voucher_type
   WHERE n.low <> coalesce(c.last_number, 0) + 1 OR n.high <> coalesce(c.last_number, 0) + n.count
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse('voucher_number_is_gapless', 'voucher numbers run on without a gap',
      jsonb_build_object('type', fault.voucher_type, 'first', fault.low, 'last', fault.high),
      'Take the numbers from ledger_post, which holds the counter.');
  END IF;
  INSERT INTO ledger_vouchercounter AS c (period_id, voucher_type, last_number)
  SELECT period_id, voucher_type, max(number) FROM new_voucher GROUP BY period_id, voucher_type ORDER BY 1, 2
  ON CONFLICT (period_id, voucher_type) DO UPDATE SET last_number = excluded.last_number;

  RETURN NULL;
END $$;

-- Lines: usable accounts and dimensions, balance, completeness, flows, signatures of cash, the seal,
-- balances, cash, mirrors.
CREATE OR REPLACE FUNCTION ledger_line_posted()
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = @schema@, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_material = off AS $$
DECLARE
  fault record;
  met record;
  moment timestamptz;
  -- The totals of the new lines, summed up in one pass.
  accounts int[];
  funds text[];
  periods int[];
  days date[];
  records text[];
  debits numeric[];
  credits numeric[];
  takes boolean[];
BEGIN
  SELECT array_agg(t.account_id), array_agg(t.fund_id), array_agg(t.period_id), array_agg(t.posting_date),
         array_agg(t.record), array_agg(t.debit), array_agg(t.credit), array_agg(t.takes)
    INTO accounts, funds, periods, days, records, debits, credits, takes
    FROM (SELECT account_id, fund_id, period_id, posting_date, record,
                 sum(CASE side WHEN 'D' THEN amount ELSE 0 END) AS debit,
                 sum(CASE side WHEN 'C' THEN amount ELSE 0 END) AS credit,
                 bool_or((side = 'C') = (amount > 0)) AS takes
            FROM new_line GROUP BY account_id, fund_id, period_id, posting_date, record) t;

  PERFORM ledger_lock_books(ARRAY(
    SELECT DISTINCT p.book_id FROM (SELECT DISTINCT period_id FROM unnest(periods) AS period_id) n
      LEFT JOIN ledger_period p ON p.id = n.period_id));
  moment := clock_timestamp();

  -- Accounts: of the book, leaf, effective, admitting the fund, of the record the line names (P9).
  SELECT (array_agg(jsonb_build_object('book', t.book, 'account', t.code, 'fund', t.fund_id,
            'date', t.posting_date))
            FILTER (WHERE t.wrong))[1] AS facts,
         bool_or(t.takes AND t.cash AND NOT t.may_overdraw) AS takes_cash, bool_or(t.mirror <> '') AS mirrored,
         bool_or(t.flow = 'RECEIPT_ONLY') AS restricted
    INTO met
    FROM (
      SELECT n.*, b.code AS book, a.code, a.cash, a.may_overdraw, a.mirror, a.flow,
             a.id IS NULL OR a.book_id IS DISTINCT FROM p.book_id OR a.record <> n.record
             OR coalesce(n.posting_date < a.effective_from OR n.posting_date >= a.effective_to, false)
             OR (SELECT child.id FROM ledger_account child WHERE child.parent_id = a.id LIMIT 1) IS NOT NULL
             OR (SELECT f.id FROM ledger_accountfund f
                  WHERE f.account_id = a.id AND f.fund_id = n.fund_id LIMIT 1) IS NULL AS wrong
        FROM unnest(accounts, funds, periods, days, records, takes)
             AS n (account_id, fund_id, period_id, posting_date, record, takes)
        LEFT JOIN ledger_period p ON p.id = n.period_id
        LEFT JOIN ledger_book b ON b.id = p.book_id
        LEFT JOIN ledger_account a ON a.id = n.account_id) t;
  IF met.facts IS NOT NULL THEN
    PERFORM ledger_refuse('line_account_usable',
      'an account must be a leaf of the book, open on the date, and admit the fund', met.facts,
      'Choose a leaf account that is open on the posting date and admits this fund.');
  END IF;

  SELECT n.* INTO fault
    FROM (SELECT DISTINCT functional_id, economic_id, project_id, unit_id, counterparty_id FROM new_line) n
   WHERE (functional_id IS NOT NULL AND (SELECT d.code FROM ledger_functionalclass d WHERE d.code = functional_id LIMIT 1) IS NULL)
      OR (economic_id IS NOT NULL AND (SELECT d.code FROM ledger_economicclass d WHERE d.code = economic_id LIMIT 1) IS NULL)
      OR (project_id IS NOT NULL AND (SELECT d.code FROM ledger_project d WHERE d.code = project_id LIMIT 1) IS NULL)
      OR (unit_id IS NOT NULL AND (SELECT d.code FROM ledger_accountingunit d WHERE d.code = unit_id LIMIT 1) IS NULL)
      OR (counterparty_id IS NOT NULL AND (SELECT d.code FROM ledger_counterparty d WHERE d.code = counterparty_id LIMIT 1) IS NULL)
   LIMIT 1;
  IF FOUND THEN
    PERFORM ledger_refuse('line_dimension_exists', 'a dimension of a line is not in its list',
      to_jsonb(fault), 'Add the code to its list first, or correct the line.');
  END IF;

  -- Debits equal credits per record and fund, exactly (P1). With one fund in the whole statement the
  -- totals of the headers say it already.
  IF funds[1] <> ANY (funds) THEN
    SELECT n.voucher_id, n.record, n.fund_id, t.debit, t.credit, v.source INTO fault
      FROM (SELECT voucher_id, record, fund_id FROM new_line GROUP BY voucher_id, record, fund_id
            HAVING sum(CASE side WHEN 'D' THEN amount ELSE -amount END) <> 0 LIMIT 1) n
      LEFT JOIN LATERAL (
        SELECT sum(CASE side WHEN 'D' THEN amount ELSE 0 END) AS debit,
               sum(CASE side WHEN 'C' THEN amount ELSE 0 END) AS credit
          FROM ledger_line l
         WHERE (l.voucher_id, l.record, l.fund_id) = (n.voucher_id, n.record, n.fund_id)) t ON true
      LEFT JOIN ledger_voucher v ON v.id = n.voucher_id;
    IF FOUND THEN
      PERFORM ledger_refuse('voucher_is_balanced', 'debits do not equal credits in a record and fund of a voucher',
        jsonb_build_object('source', fault.source, 'record', fault.record, 'fund', fault.fund_id,
          'debit', fault.debit, 'credit', fault.credit),
        'Correct the amounts so that both sides agree to the fen.');
    END IF;
  END IF;

  -- ``traits``: bits 0-11 what the debited accounts are, 12-23 what the credited ones are (see
  -- TRAIT_OF_ACCOUNT in ledger/models/books.py), bit 24 a red line, bit 25 a black one.
  -- Each voucher agrees with its header, keeps the flows, and has its digest; then the seal.
  WITH sealed AS (
  INSERT INTO ledger_seal (book_id, number, kind, recorded_at, first_voucher_id, last_voucher_id, voucher_count,
                           content, voucher_digests, previous, digest)
  SELECT s.book_id, CASE WHEN s.seals_named THEN s.number ELSE octet_length(ledger_refuse('voucher_is_sealed',
           'the vouchers do not name the next seal of their book', jsonb_build_object('book', s.book),
           'Take the seal number from ledger_post.')) END, 'POSTED', s.recorded_at, s.first_voucher, s.last_voucher, s.voucher_count, '',
         s.digests, s.previous,
         ledger_seal_digest(s.previous, s.book, s.number, 'POSTED', s.recorded_at, s.first_voucher, s.last_voucher,
           s.voucher_count, '', s.digests)
    FROM (
      SELECT t.book_id, b.code AS book, h.seal_number + 1 AS number, h.digest AS previous,
             greatest(moment, h.recorded_at + interval '1 microsecond') AS recorded_at,
             t.low = h.seal_number + 1 AND t.high = h.seal_number + 1 AS seals_named,
             t.first_voucher, t.last_voucher, t.voucher_count, t.digests
        FROM (
        SELECT j.book_id, min(j.seal_number) AS low, max(j.seal_number) AS high,
             min(j.voucher_id) AS first_voucher, max(j.voucher_id) AS last_voucher, count(*)::int AS voucher_count,
             string_agg(j.digest, ''::bytea ORDER BY j.voucher_id) AS digests
        FROM (
          SELECT n.voucher_id, v.book_id, v.seal_number,
            CASE
              WHEN v.id IS NULL OR v.line_count <> n.line_count OR n.high <> n.line_count
                OR (v.debit_total, v.credit_total, v.budget_debit_total, v.budget_credit_total)
                  <> (n.debit, n.credit, n.budget_debit, n.budget_credit)
                OR n.when_low <> n.when_high
                OR n.when_low <> (v.period_id::bigint << 32 | v.posting_date - DATE '4714-11-24 BC')
              THEN ledger_refuse('line_is_append_only', 'the lines do not agree with the totals of their header',
                jsonb_build_object('voucher', n.voucher_id, 'source', v.source, 'lines', n.line_count),
                'Post the header and all its lines in one statement; nothing is added later.')
              WHEN n.red AND v.kind <> 'REVERSAL' AND v.corrects_id IS NULL AND v.paper !~ '\S'
              THEN ledger_refuse('red_line_names_its_reason',
                'a negative line names the voucher it corrects or the paper that orders it',
                jsonb_build_object('book', b.code, 'source', v.source, 'reference', v.reference),
                'Fill in the corrected voucher or the paper.')
              WHEN (n.debits | n.credits) & (1 | 2 | 4) <> 0 AND v.cashier_id IS NULL AND v.kind <> 'OPENING'
              THEN ledger_refuse('voucher_four_eyes', 'a cash voucher is signed by a cashier',
                jsonb_build_object('book', b.code, 'source', v.source, 'reference', v.reference),
                'Name the cashier who handled the money.')
              WHEN v.kind NOT IN ('OPENING', 'REVERSAL')
                AND NOT ledger_flow_kept(n.debits, n.credits, n.red, n.black)
              THEN ledger_refuse('account_flow_kept',
                'a receipt-only account takes receipts and is swept to the upper treasury; a disbursement-only account is funded from there and pays',
                jsonb_build_object('book', b.code, 'source', v.source, 'reference', v.reference),
                'Book it through the account that allows this flow.')
              ELSE sha256(convert_to(ledger_voucher_text(v, b.code, p.year, p.month) || n.text, 'UTF8'))
            END AS digest
            FROM (
             SELECT g.*, g.traits & 4095 AS debits, (g.traits >> 12) & 4095 AS credits,
                    g.traits & (1 << 24) <> 0 AS red, g.traits & (1 << 25) <> 0 AS black
               FROM (
              SELECT l.voucher_id, count(*)::int AS line_count, max(l.line_no) AS high,
                min(l.period_id::bigint << 32 | l.posting_date - DATE '4714-11-24 BC') AS when_low,
                max(l.period_id::bigint << 32 | l.posting_date - DATE '4714-11-24 BC') AS when_high,
                coalesce(sum(l.amount) FILTER (WHERE l.side = 'D' AND l.record = 'F'), 0) AS debit,
                coalesce(sum(l.amount) FILTER (WHERE l.side = 'C' AND l.record = 'F'), 0) AS credit,
                coalesce(sum(l.amount) FILTER (WHERE l.side = 'D' AND l.record = 'B'), 0) AS budget_debit,
                coalesce(sum(l.amount) FILTER (WHERE l.side = 'C' AND l.record = 'B'), 0) AS budget_credit,
                bit_or(CASE l.side WHEN 'D' THEN a.trait::int ELSE a.trait::int << 12 END
                  | CASE WHEN l.amount < 0 THEN 1 << 24 ELSE 1 << 25 END) AS traits,
                string_agg(ledger_line_text(l.line_no, a.code, l.fund_id, l.functional_id, l.economic_id,
                  l.project_id, l.unit_id, l.counterparty_id, l.side, l.amount, l.summary), '' ORDER BY l.line_no) AS text
                FROM new_line l LEFT JOIN ledger_account a ON a.id = l.account_id
               GROUP BY l.voucher_id) g) n
            LEFT JOIN LATERAL (SELECT * FROM ledger_voucher WHERE id = n.voucher_id LIMIT 1) v ON true
            LEFT JOIN ledger_period p ON p.id = v.period_id
            LEFT JOIN ledger_book b ON b.id = v.book_id) j
         GROUP BY j.book_id) t
        LEFT JOIN ledger_book b ON b.id = t.book_id
        LEFT JOIN ledger_bookhead h ON h.book_id = t.book_id) s
   ORDER BY s.book_id
  RETURNING book_id, number, digest, recorded_at)
  UPDATE ledger_bookhead h SET seal_number = s.number, digest = s.digest, recorded_at = s.recorded_at
    FROM sealed s WHERE h.book_id = s.book_id;

  -- Balances per account, fund, period and day (P13).
  INSERT INTO ledger_balance AS b (account_id, fund_id, period_id, posting_date, debit, credit)
  SELECT * FROM unnest(accounts, funds, periods, days, debits, credits) ORDER BY 1, 2, 3, 4
  ON CONFLICT (account_id, fund_id, period_id, posting_date)
  DO UPDATE SET debit = b.debit + excluded.debit, credit = b.credit + excluded.credit;

  -- Cash that may not be overdrawn never goes below zero, on no day (P11).
  IF met.takes_cash THEN
    SELECT a.code, k.code AS book, d.posting_date, d.running INTO fault
      FROM (SELECT t.account_id, min(t.posting_date) AS since
              FROM unnest(accounts, days, takes) AS t (account_id, posting_date, takes)
             WHERE t.takes GROUP BY t.account_id) n
      LEFT JOIN ledger_account a ON a.id = n.account_id
      LEFT JOIN ledger_book k ON k.id = a.book_id
      LEFT JOIN LATERAL (
        SELECT b.posting_date, sum(sum(b.debit - b.credit)) OVER (ORDER BY b.posting_date) AS running
          FROM ledger_balance b WHERE b.account_id = n.account_id AND a.cash AND NOT a.may_overdraw AND a.record = 'F'
         GROUP BY b.posting_date) d ON true
     WHERE coalesce(d.running < 0 AND d.posting_date >= n.since, false) LIMIT 1;
    IF FOUND THEN
      PERFORM ledger_refuse('cash_not_negative', 'a bank account that may not be overdrawn would go below zero',
        jsonb_build_object('book', fault.book, 'account', fault.code, 'date', fault.posting_date,
        'balance', fault.running),
        'Fund the account first, or pay less.');
    END IF;
  END IF;

  -- Paired current accounts of two books sum to zero, day by day: CHECK books_mirror (P10).
  IF met.mirrored THEN
    INSERT INTO ledger_mirrorbalance AS m (lower_book_id, mirror, posting_date, upper_net, lower_net)
    SELECT CASE a.level WHEN 'UPPER' THEN a.book_id ELSE a.counterpart_id END, a.mirror, n.posting_date,
           sum(CASE a.level WHEN 'UPPER' THEN 0 ELSE n.net END), sum(CASE a.level WHEN 'UPPER' THEN n.net ELSE 0 END)
      FROM (SELECT t.account_id, t.posting_date, sum(t.debit - t.credit) AS net
              FROM unnest(accounts, days, debits, credits) AS t (account_id, posting_date, debit, credit)
             GROUP BY t.account_id, t.posting_date) n
      LEFT JOIN ledger_account a ON a.id = n.account_id
     WHERE coalesce(a.mirror, '') <> ''
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (lower_book_id, mirror, posting_date)
    DO UPDATE SET upper_net = m.upper_net + excluded.upper_net, lower_net = m.lower_net + excluded.lower_net;
  END IF;

  -- What is swept out of a receipt-only account arrives on a bank account of the upper book, in the
  -- same event (P5); P10 alone would let the upper book put anything beside its current account.
  IF met.restricted THEN
    SELECT n.source, n.swept, n.arrived INTO fault
      FROM (
        SELECT v.source, sum(CASE WHEN a.flow = 'RECEIPT_ONLY' AND l.side = 'C' THEN l.amount ELSE 0 END) AS swept,
               sum(CASE WHEN a.flow = 'ANY' AND b.parent_id IS NULL AND l.side = 'D' THEN l.amount ELSE 0 END) AS arrived
          FROM new_line l
          LEFT JOIN ledger_account a ON a.id = l.account_id
          LEFT JOIN ledger_book b ON b.id = a.book_id
          LEFT JOIN LATERAL (SELECT * FROM ledger_voucher WHERE id = l.voucher_id LIMIT 1) v ON true
         WHERE coalesce(a.cash, false) AND v.kind NOT IN ('OPENING', 'REVERSAL')
         GROUP BY v.source) n
     WHERE abs(n.arrived) < abs(n.swept) OR n.arrived * n.swept < 0
     LIMIT 1;
    IF FOUND THEN
      PERFORM ledger_refuse('account_flow_kept', 'a sweep arrives in the treasury of the upper book, in the same event',
        to_jsonb(fault), 'Post both books in one event, with the money of the upper book on its bank account.');
    END IF;
  END IF;

  RETURN NULL;
END $$;
