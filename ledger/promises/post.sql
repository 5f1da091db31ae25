-- The posting door: headers and lines as columns of arrays; numbers and seals are taken here, under
-- the lock on the heads. It runs with the caller's rights and proves nothing itself: the triggers of
-- posting.sql do. A dimension that no line of the call has may be passed as an empty array.
-- unnest stands in the SELECT lists, where it hands over row by row; in FROM each array would be
-- written to a store of its own first.

-- The key and record of each account named, NULL for one that is not there, in the order of the names.
-- A function, so that its plan is made once a session.
CREATE OR REPLACE FUNCTION ledger_accounts_named(books text[], codes text[])
RETURNS TABLE (id int, record text)
LANGUAGE plpgsql STABLE SET search_path = @schema@, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_material = off AS $$
BEGIN
  RETURN QUERY
    SELECT a.id, a.record::text FROM unnest(books, codes) WITH ORDINALITY AS n (book, code, ordinal)
      LEFT JOIN ledger_book b ON b.code = n.book
      LEFT JOIN ledger_account a ON a.book_id = b.id AND a.code = n.code
     ORDER BY n.ordinal;
END $$;

CREATE OR REPLACE FUNCTION ledger_post(
  v_book text[], v_type text[], v_date date[], v_adjustment boolean[], v_kind text[], v_summary text[],
  v_source text[], v_part int[], v_reference text[], v_attachments int[], v_preparer text[], v_reviewer text[],
  v_poster text[], v_chief text[], v_cashier text[], v_reverses bigint[], v_corrects bigint[], v_paper text[],
  v_lines int[], v_debit numeric[], v_credit numeric[], v_budget_debit numeric[], v_budget_credit numeric[],
  l_voucher int[], l_no int[], l_account int[], l_record text[], l_fund text[], l_functional text[],
  l_economic text[], l_project text[], l_unit text[], l_counterparty text[], l_side text[], l_amount numeric[],
  l_summary text[], origin text DEFAULT '')
RETURNS TABLE (voucher_id bigint, number int)
LANGUAGE plpgsql SET search_path = @schema@, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_material = off AS $$
DECLARE
  missing record;
  sequence_of_ids regclass := pg_get_serial_sequence('ledger_voucher', 'id');
  ids bigint[];
  books int[];
  periods int[];
  numbers int[];
  seals int[];
BEGIN
  PERFORM ledger_lock_books(ARRAY(SELECT b.id FROM (SELECT DISTINCT code FROM unnest(v_book) AS code) n
                                    LEFT JOIN ledger_book b ON b.code = n.code));

  -- Looked up once for each book, type and day, then dealt out to the vouchers in their order.
  SELECT array_agg(nextval(sequence_of_ids) ORDER BY h.ordinal), array_agg(h.book_id ORDER BY h.ordinal),
         array_agg(h.period_id ORDER BY h.ordinal), array_agg(h.number ORDER BY h.ordinal),
         array_agg(h.seal_number ORDER BY h.ordinal)
    INTO ids, books, periods, numbers, seals
    FROM (
      SELECT m.ordinal, b.id AS book_id, p.id AS period_id, k.seal_number + 1 AS seal_number,
             (coalesce(c.last_number, 0)
               + row_number() OVER (PARTITION BY p.id, n.voucher_type ORDER BY m.ordinal))::int AS number
        FROM (SELECT book, voucher_type, posting_date, adjustment, array_agg(ordinal) AS ordinals
                FROM unnest(v_book, v_type, v_date, v_adjustment)
                     WITH ORDINALITY AS v (book, voucher_type, posting_date, adjustment, ordinal)
               GROUP BY book, voucher_type, posting_date, adjustment) n
        LEFT JOIN ledger_book b ON b.code = n.book
        LEFT JOIN ledger_bookhead k ON k.book_id = b.id
        LEFT JOIN LATERAL (
          SELECT id FROM ledger_period
           WHERE book_id = b.id AND year = extract(year FROM n.posting_date)
             AND month = CASE WHEN n.adjustment THEN 13 ELSE extract(month FROM n.posting_date) END) p ON true
        LEFT JOIN ledger_vouchercounter c ON c.period_id = p.id AND c.voucher_type = n.voucher_type
       CROSS JOIN LATERAL unnest(n.ordinals) AS m (ordinal)
       ORDER BY m.ordinal) h;

  IF array_position(periods, NULL) IS NOT NULL THEN
    SELECT v_book[at] AS book, v_date[at] AS date, books[at] IS NOT NULL AS book_known INTO missing
      FROM array_position(periods, NULL) AS at;
    PERFORM ledger_refuse('voucher_date_in_period', 'the book has no period for this date', to_jsonb(missing),
      'Open the year of the book first (or correct the book code or the date).');
  END IF;

  WITH posted AS (
    INSERT INTO ledger_voucher (
      id, book_id, period_id, number, seal_number, voucher_type, posting_date, kind, summary, source, part, reference,
      attachments, preparer_id, reviewer_id, poster_id, chief_accountant_id, cashier_id, reverses_id, corrects_id,
      paper, line_count, debit_total, credit_total, budget_debit_total, budget_credit_total)
    SELECT unnest(ids), unnest(books), unnest(periods), unnest(numbers), unnest(seals), unnest(v_type), unnest(v_date),
           unnest(v_kind), unnest(v_summary), unnest(v_source), unnest(v_part), unnest(v_reference),
           unnest(v_attachments), unnest(v_preparer), unnest(v_reviewer), unnest(v_poster), unnest(v_chief),
           unnest(v_cashier), unnest(v_reverses), unnest(v_corrects), unnest(v_paper), unnest(v_lines), unnest(v_debit),
           unnest(v_credit), unnest(v_budget_debit), unnest(v_budget_credit)
  )
  INSERT INTO ledger_line (
    voucher_id, line_no, period_id, posting_date, account_id, record, fund_id, functional_id, economic_id,
    project_id, unit_id, counterparty_id, side, amount, summary)
  SELECT ids[e.voucher], e.no, periods[e.voucher], v_date[e.voucher], e.account, e.record, e.fund, e.functional,
         e.economic, e.project, e.unit, e.counterparty, e.side, e.amount, e.summary
    FROM (SELECT unnest(l_voucher) AS voucher, unnest(l_no) AS no, unnest(l_account) AS account,
                 unnest(l_record) AS record, unnest(l_fund) AS fund, unnest(l_functional) AS functional,
                 unnest(l_economic) AS economic, unnest(l_project) AS project, unnest(l_unit) AS unit,
                 unnest(l_counterparty) AS counterparty, unnest(l_side) AS side, unnest(l_amount) AS amount,
                 unnest(l_summary) AS summary) e;

  -- The posting leaves one event in the trail of the first book it touches.
  INSERT INTO ledger_auditevent (chain, number, at, actor, act, subject, origin, refused, before, after, previous, digest)
  VALUES (v_book[1], 0, clock_timestamp(), v_poster[1], 'voucher.post', v_source[1], ledger_post.origin, '', '',
          'last_source=' || v_source[cardinality(v_source)] || E'\n' || 'vouchers=' || cardinality(v_book), '', '');

  RETURN QUERY SELECT * FROM unnest(ids, numbers);
END $$;
