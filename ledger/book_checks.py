"""What ``check_books`` proves of the ledger itself, from the lines up.

Each check reads the posted rows and says where they disagree with themselves, with what is derived
from them, or with what was sealed.
"""

from collections.abc import Iterator

from ledger.checks import Disagreement, book_check, disagreements

SINCE = "(SELECT s.recorded_at FROM ledger_seal s WHERE s.book_id = v.book_id AND s.number = v.seal_number)"
SIGNATURE = "ledger_signature_text(g.voucher_id, g.role, g.officer_id, g.signed_at)"
NAME = "format('voucher %s-%s of %s (source %s)', v.voucher_type, v.number, p.year || '-' || p.month, v.source)"
VOUCHERS = (
    "ledger_voucher v LEFT JOIN ledger_book b ON b.id = v.book_id LEFT JOIN ledger_period p ON p.id = v.period_id"
)


@book_check
def balanced() -> Iterator[Disagreement]:
    """Every voucher balances in each record and fund, and its lines agree with its control totals."""
    yield from disagreements(
        "balanced",
        f"""
        WITH fault AS (
          SELECT voucher_id, 'debits and credits differ in a fund' AS how FROM ledger_line
           GROUP BY voucher_id, record, fund_id HAVING sum(CASE side WHEN 'D' THEN amount ELSE -amount END) <> 0
          UNION
          SELECT v.id, 'lines and control totals differ'
            FROM ledger_voucher v LEFT JOIN (
              SELECT voucher_id, count(*) AS lines,
                     coalesce(sum(amount) FILTER (WHERE side = 'D' AND record = 'F'), 0) AS debit,
                     coalesce(sum(amount) FILTER (WHERE side = 'C' AND record = 'F'), 0) AS credit,
                     coalesce(sum(amount) FILTER (WHERE side = 'D' AND record = 'B'), 0) AS budget_debit,
                     coalesce(sum(amount) FILTER (WHERE side = 'C' AND record = 'B'), 0) AS budget_credit
                FROM ledger_line GROUP BY voucher_id) l ON l.voucher_id = v.id
           WHERE (v.line_count, v.debit_total, v.credit_total, v.budget_debit_total, v.budget_credit_total)
             IS DISTINCT FROM (l.lines, l.debit, l.credit, l.budget_debit, l.budget_credit))
        SELECT b.code, {NAME} || ': ' || fault.how, {SINCE}
          FROM fault JOIN {VOUCHERS} ON v.id = fault.voucher_id
        UNION ALL
        SELECT '', 'lines without a voucher: ' || count(*) || ' of voucher id ' || l.voucher_id, NULL
          FROM ledger_line l LEFT JOIN ledger_voucher v ON v.id = l.voucher_id WHERE v.id IS NULL GROUP BY l.voucher_id
        """.replace(f"JOIN {VOUCHERS} ON v.id = fault.voucher_id", f"JOIN ({VOUCHERS}) ON v.id = fault.voucher_id"),
    )


@book_check
def lines_under_their_headers() -> Iterator[Disagreement]:
    """Every line lies in the period, on the date and in the book of its header, and in the record of its account."""
    yield from disagreements(
        "lines_under_their_headers",
        f"""
        SELECT b.code, {NAME} || ' has a line of another period, date, book or record', {SINCE}
          FROM {VOUCHERS}
         WHERE EXISTS (
           SELECT FROM ledger_line l LEFT JOIN ledger_account a ON a.id = l.account_id
            WHERE l.voucher_id = v.id AND (l.period_id, l.posting_date, a.book_id, l.record)
              IS DISTINCT FROM (v.period_id, v.posting_date, v.book_id, a.record))
        """,
    )


@book_check
def gapless() -> Iterator[Disagreement]:
    """Numbers run from 1 without a gap in each book, period and voucher type, up to the counter."""
    yield from disagreements(
        "gapless",
        """
        WITH stated AS (
          SELECT coalesce(c.period_id, n.period_id) AS period_id, coalesce(c.voucher_type, n.voucher_type) AS type,
                 coalesce(c.last_number, 0) AS last, coalesce(n.high, 0) AS high
            FROM ledger_vouchercounter c
            FULL JOIN (SELECT period_id, voucher_type, max(number) AS high FROM ledger_voucher GROUP BY 1, 2) n
              ON n.period_id = c.period_id AND n.voucher_type = c.voucher_type)
        SELECT b.code, format('number %s-%s of %s-%s is missing', s.type, missing, p.year, p.month), NULL::timestamptz
          FROM stated s JOIN ledger_period p ON p.id = s.period_id JOIN ledger_book b ON b.id = p.book_id
         CROSS JOIN LATERAL (
           SELECT n AS missing FROM generate_series(1, greatest(s.last, s.high)) n
           EXCEPT SELECT number FROM ledger_voucher WHERE period_id = s.period_id AND voucher_type = s.type) gap
        UNION ALL
        SELECT b.code,
               format('the counter of %s in %s-%s says %s, the vouchers %s', s.type, p.year, p.month, s.last, s.high),
               NULL
          FROM stated s JOIN ledger_period p ON p.id = s.period_id JOIN ledger_book b ON b.id = p.book_id
         WHERE s.last <> s.high
        """,
    )


@book_check
def chain() -> Iterator[Disagreement]:
    """Each seal continues the one before it, none is missing, and the head names the last one."""
    yield from disagreements(
        "chain",
        """
        WITH linked AS (
          SELECT s.*, b.code, lag(s.number, 1, 0) OVER w AS number_before,
                 lag(s.digest, 1, sha256(convert_to('book' || E'\\t' || b.code || E'\\n', 'UTF8'))) OVER w
                   AS digest_before
            FROM ledger_seal s JOIN ledger_book b ON b.id = s.book_id
          WINDOW w AS (PARTITION BY s.book_id ORDER BY s.number))
        SELECT code, CASE
               WHEN number <> number_before + 1 THEN format('seals %s to %s are missing', number_before + 1, number - 1)
               WHEN previous <> digest_before THEN format('seal %s does not continue seal %s', number, number_before)
               ELSE format('seal %s does not agree with its own content', number) END, recorded_at
          FROM linked
         WHERE number <> number_before + 1 OR previous <> digest_before
            OR digest <> ledger_seal_digest(previous, code, number, kind, recorded_at, first_voucher_id,
                 last_voucher_id, voucher_count, content, voucher_digests)
        UNION ALL
        SELECT b.code, format('the head says seal %s, the last seal is %s', h.seal_number, coalesce(s.number, 0)),
               h.recorded_at
          FROM ledger_book b LEFT JOIN ledger_bookhead h ON h.book_id = b.id
          LEFT JOIN LATERAL (SELECT number, digest FROM ledger_seal WHERE book_id = b.id ORDER BY number DESC LIMIT 1) s
            ON true
         WHERE h.seal_number IS DISTINCT FROM coalesce(s.number, 0) OR (s.number > 0 AND h.digest <> s.digest)
        """,
    )


@book_check
def seals() -> Iterator[Disagreement]:
    """The text of every voucher and signature has the digest that was sealed when it was made."""
    yield from disagreements(
        "seals",
        f"""
        WITH counted AS (
          SELECT c.voucher_id, c.book_id, c.seal_number, sha256(convert_to(c.text, 'UTF8')) AS digest,
                 row_number() OVER (PARTITION BY c.book_id, c.seal_number ORDER BY c.voucher_id) AS place,
                 count(*) OVER (PARTITION BY c.book_id, c.seal_number) AS found
            FROM ledger_canonical c)
        SELECT b.code, {NAME} || CASE WHEN s.number IS NULL THEN ' is under no seal'
                 ELSE ' differs from what was sealed' END, s.recorded_at
          FROM counted c JOIN ({VOUCHERS}) ON v.id = c.voucher_id
          LEFT JOIN ledger_seal s ON s.book_id = c.book_id AND s.number = c.seal_number AND s.kind = 'POSTED'
         WHERE s.number IS NULL
            OR (c.found = s.voucher_count AND c.digest <> substr(s.voucher_digests, (c.place::int - 1) * 32 + 1, 32))
            OR (c.found <> s.voucher_count AND position(c.digest IN s.voucher_digests) = 0)
        UNION ALL
        SELECT b.code, format('seal %s covers %s vouchers, %s are there', s.number, s.voucher_count, count(v.id)),
               s.recorded_at
          FROM ledger_seal s JOIN ledger_book b ON b.id = s.book_id
          LEFT JOIN ledger_voucher v ON v.book_id = s.book_id AND v.seal_number = s.number
         WHERE s.kind = 'POSTED'
         GROUP BY b.code, s.number, s.voucher_count, s.recorded_at HAVING count(v.id) <> s.voucher_count
        UNION ALL
        SELECT b.code, {NAME} || ': a signature differs from what was sealed', g.signed_at
          FROM ledger_signature g JOIN ({VOUCHERS}) ON v.id = g.voucher_id
         WHERE NOT EXISTS (
           SELECT FROM ledger_seal s WHERE s.book_id = v.book_id AND s.kind = 'SIGNED'
              AND s.content = {SIGNATURE})
        UNION ALL
        SELECT b.code, format('a signature sealed under %s is gone', s.number), s.recorded_at
          FROM ledger_seal s JOIN ledger_book b ON b.id = s.book_id
         WHERE s.kind = 'SIGNED' AND NOT EXISTS (
           SELECT FROM ledger_signature g
            WHERE s.content = {SIGNATURE})
        """,
    )


@book_check
def balances_equal_lines() -> Iterator[Disagreement]:
    """The stored turnovers of every account, fund, period and day are the sums of the lines."""
    yield from disagreements(
        "balances_equal_lines",
        """
        WITH summed AS (
          SELECT account_id, fund_id, period_id, posting_date,
                 sum(CASE side WHEN 'D' THEN amount ELSE 0 END) AS debit,
                 sum(CASE side WHEN 'C' THEN amount ELSE 0 END) AS credit
            FROM ledger_line GROUP BY 1, 2, 3, 4)
        SELECT b.code, format('account %s, fund %s on %s: stored %s / %s, lines %s / %s', a.code,
                 coalesce(t.fund_id, l.fund_id), coalesce(t.posting_date, l.posting_date), t.debit, t.credit, l.debit,
                 l.credit), NULL::timestamptz
          FROM ledger_balance t
          FULL JOIN summed l USING (account_id, fund_id, period_id, posting_date)
          JOIN ledger_account a ON a.id = account_id JOIN ledger_book b ON b.id = a.book_id
         WHERE (t.debit, t.credit) IS DISTINCT FROM (l.debit, l.credit)
        """,
    )


@book_check
def openings_equal_closings() -> Iterator[Disagreement]:
    """What a year was opened with is what the years before it left."""
    yield from disagreements(
        "openings_equal_closings",
        """
        WITH left_over AS (
          SELECT b.account_id, b.fund_id, y.year + 1 AS year, sum(b.debit - b.credit) AS net
            FROM ledger_yearcarried y JOIN ledger_period p ON p.book_id = y.book_id AND p.year <= y.year
            JOIN ledger_balance b ON b.period_id = p.id GROUP BY 1, 2, 3)
        SELECT b.code, format('account %s, fund %s: %s opened with %s, left %s', a.code, fund_id, year,
                 coalesce(o.debit - o.credit, 0), coalesce(l.net, 0)), NULL::timestamptz
          FROM ledger_openingbalance o FULL JOIN left_over l USING (account_id, fund_id, year)
          JOIN ledger_account a ON a.id = account_id JOIN ledger_book b ON b.id = a.book_id
         WHERE coalesce(o.debit - o.credit, 0) <> coalesce(l.net, 0)
        """,
    )


@book_check
def mirrors_agree() -> Iterator[Disagreement]:
    """Paired current accounts of two books sum to zero on every day."""
    yield from disagreements(
        "mirrors_agree",
        """
        WITH net AS (
          SELECT CASE a.level WHEN 'UPPER' THEN a.book_id ELSE a.counterpart_id END AS lower_book, a.mirror,
                 l.posting_date, sum(CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END) AS net,
                 sum(CASE WHEN a.level = 'UPPER' THEN 0 WHEN l.side = 'D' THEN l.amount ELSE -l.amount END) AS upper_net
            FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id WHERE a.mirror <> '' GROUP BY 1, 2, 3)
        SELECT b.code, format('%s current accounts differ by %s on %s', n.mirror, n.net, n.posting_date),
               NULL::timestamptz
          FROM net n JOIN ledger_book b ON b.id = n.lower_book WHERE n.net <> 0
        UNION ALL
        SELECT b.code, format('the stored pair %s of %s differs from the lines', coalesce(m.mirror, n.mirror),
                 coalesce(m.posting_date, n.posting_date)), NULL
          FROM net n FULL JOIN ledger_mirrorbalance m
            ON m.lower_book_id = n.lower_book AND m.mirror = n.mirror AND m.posting_date = n.posting_date
          JOIN ledger_book b ON b.id = coalesce(m.lower_book_id, n.lower_book)
         WHERE coalesce(m.upper_net, 0) <> coalesce(n.upper_net, 0)
            OR coalesce(m.lower_net, 0) <> coalesce(n.net - n.upper_net, 0)
        """,
    )


@book_check
def flows_kept() -> Iterator[Disagreement]:
    """Receipt-only accounts receive and are swept; disbursement-only ones are funded from above and pay."""
    yield from disagreements(
        "flows_kept",
        f"""
        WITH sheet AS (
          SELECT l.voucher_id, bit_or(CASE l.side WHEN 'D' THEN a.trait ELSE 0 END)::int AS debits,
                 bit_or(CASE l.side WHEN 'C' THEN a.trait ELSE 0 END)::int AS credits,
                 bool_or(l.amount < 0) AS red, bool_or(l.amount > 0) AS black
            FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id GROUP BY l.voucher_id)
        SELECT b.code, {NAME} || ' breaks the flow of a bank account', {SINCE}
          FROM sheet n JOIN ({VOUCHERS}) ON v.id = n.voucher_id
         WHERE v.kind NOT IN ('OPENING', 'REVERSAL')
           AND NOT ledger_flow_kept(n.debits, n.credits, n.red, n.black)
        """,
    )


@book_check
def cash_covered() -> Iterator[Disagreement]:
    """No bank account that may not be overdrawn was below zero at the end of any day."""
    yield from disagreements(
        "cash_covered",
        """
        SELECT b.code, format('account %s held %s on %s', d.code, d.running, d.posting_date), NULL::timestamptz
          FROM (SELECT a.book_id, a.code, t.posting_date,
                       sum(sum(t.debit - t.credit)) OVER (PARTITION BY a.id ORDER BY t.posting_date) AS running
                  FROM ledger_balance t JOIN ledger_account a ON a.id = t.account_id
                 WHERE a.cash AND NOT a.may_overdraw AND a.record = 'F' GROUP BY a.id, t.posting_date) d
          JOIN ledger_book b ON b.id = d.book_id WHERE d.running < 0
        """,
    )


@book_check
def periods() -> Iterator[Disagreement]:
    """Vouchers lie in their periods, a period stands where its changes led, and closed totals are as sealed."""
    yield from disagreements(
        "periods",
        f"""
        SELECT b.code, {NAME} || ' lies outside its period or book', {SINCE}
          FROM {VOUCHERS}
         WHERE p.book_id IS DISTINCT FROM v.book_id OR v.posting_date < p.starts_on OR v.posting_date >= p.ends_before
        UNION ALL
        SELECT b.code, format('period %s-%s is %s, its changes say %s', p.year, p.month, p.status,
                 coalesce(c.to_status, 'UNOPENED')), c.changed_at
          FROM ledger_period p JOIN ledger_book b ON b.id = p.book_id
          LEFT JOIN LATERAL (SELECT to_status, changed_at FROM ledger_periodchange
                              WHERE period_id = p.id ORDER BY id DESC LIMIT 1) c ON true
         WHERE p.status <> coalesce(c.to_status, 'UNOPENED')
        UNION ALL
        SELECT b.code, format('the totals of closed %s-%s differ from what was sealed', p.year, p.month), s.recorded_at
          FROM ledger_period p JOIN ledger_book b ON b.id = p.book_id
          CROSS JOIN LATERAL (
            SELECT content, recorded_at FROM ledger_seal
             WHERE book_id = p.book_id AND kind = 'PERIOD'
               AND starts_with(content, 'period' || E'\\t' || p.year || E'\\t' || p.month || E'\\t')
             ORDER BY number DESC LIMIT 1) s
         WHERE p.status = 'CLOSED' AND substr(s.content, strpos(s.content, E'\\n') + 1) <> ledger_period_totals(p.id)
        """,
    )


@book_check
def period_changes() -> Iterator[Disagreement]:
    """Every change of a period stands as it was sealed, with who asked for it and who approved it."""
    yield from disagreements(
        "period_changes",
        """
        WITH stood AS (
          SELECT p.book_id, 'period' || E'\\t' || p.year || E'\\t' || p.month || E'\\t' || c.from_status || E'\\t'
                   || c.to_status || E'\\t' || c.requested_by_id || E'\\t' || coalesce(c.approved_by_id, '') AS content,
                 row_number() OVER (PARTITION BY p.book_id ORDER BY c.id) AS place
            FROM ledger_periodchange c JOIN ledger_period p ON p.id = c.period_id),
        sealed AS (
          SELECT book_id, split_part(content, E'\\n', 1) AS content, recorded_at,
                 row_number() OVER (PARTITION BY book_id ORDER BY number) AS place
            FROM ledger_seal WHERE kind = 'PERIOD')
        SELECT b.code, format('change %s of a period differs from what was sealed', place), recorded_at
          FROM stood FULL JOIN sealed USING (book_id, place) LEFT JOIN ledger_book b ON b.id = book_id
         WHERE stood.content IS DISTINCT FROM sealed.content
        """,
    )


@book_check
def sources() -> Iterator[Disagreement]:
    """A source stands for one event, its vouchers are its parts 1, 2, ..., and reversals are exact red copies."""
    yield from disagreements(
        "sources",
        f"""
        SELECT min(b.code), format('source %s has parts %s', v.source, string_agg(v.part::text, ',' ORDER BY v.part)),
               NULL::timestamptz
          FROM {VOUCHERS} GROUP BY v.source
        HAVING min(v.part) <> 1 OR max(v.part) <> count(*) OR count(DISTINCT v.part) <> count(*)
        UNION ALL
        SELECT b.code, {NAME} || ' is not the red copy of what it reverses', {SINCE}
          FROM {VOUCHERS}
         WHERE v.reverses_id IS NOT NULL AND EXISTS (
           SELECT FROM (SELECT * FROM ledger_line WHERE voucher_id = v.id) r
             FULL JOIN (SELECT * FROM ledger_line WHERE voucher_id = v.reverses_id) o USING (line_no)
            WHERE (r.account_id, r.fund_id, r.side, r.amount)
              IS DISTINCT FROM (o.account_id, o.fund_id, o.side, -o.amount))
        """,
    )


@book_check
def signed() -> Iterator[Disagreement]:
    """Preparer and reviewer are two, people review, and cash is signed by a cashier who signs nothing else."""
    yield from disagreements(
        "signed",
        f"""
        SELECT b.code, {NAME} || ' lacks separated signatures', {SINCE}
          FROM {VOUCHERS} LEFT JOIN ledger_officer r ON r.username = v.reviewer_id
         WHERE v.preparer_id = v.reviewer_id OR r.kind IS DISTINCT FROM 'PERSON'
            OR v.cashier_id IN (v.preparer_id, v.reviewer_id, v.poster_id, v.chief_accountant_id)
            OR (v.cashier_id IS NULL AND v.kind <> 'OPENING' AND EXISTS (
              SELECT FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
               WHERE l.voucher_id = v.id AND a.cash AND a.record = 'F'))
        """,
    )


@book_check
def trail() -> Iterator[Disagreement]:
    """The trail of acts is numbered without gaps and each event continues the one before."""
    yield from disagreements(
        "trail",
        """
        WITH linked AS (
          SELECT e.*, ledger_event_digest(e) AS expected, lag(e.number, 1, 0) OVER w AS number_before,
                 lag(e.digest, 1, sha256(convert_to('trail' || E'\\t' || e.chain || E'\\n', 'UTF8'))) OVER w
                   AS digest_before
            FROM ledger_auditevent e WINDOW w AS (PARTITION BY e.chain ORDER BY e.number))
        SELECT chain, CASE WHEN number <> number_before + 1 THEN format('events before %s are missing', number)
               ELSE format('event %s (%s by %s) differs from what was chained', number, act, actor) END, at
          FROM linked WHERE number <> number_before + 1 OR previous <> digest_before OR digest <> expected
        UNION ALL
        SELECT h.chain, format('the trail head says %s, the last event is %s', h.number, coalesce(e.number, 0)), e.at
          FROM ledger_trailhead h LEFT JOIN LATERAL (
            SELECT number, digest, at FROM ledger_auditevent
             WHERE chain = h.chain ORDER BY number DESC LIMIT 1) e ON true
         WHERE h.number <> coalesce(e.number, 0) OR h.digest IS DISTINCT FROM coalesce(e.digest, h.digest)
        """,
    )
