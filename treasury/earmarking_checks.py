"""What ``check_books`` proves of earmarked money: it stays in its item, and what was signed is what was paid."""

from collections.abc import Iterator

from ledger.checks import Disagreement, book_check, disagreements

SINCE = "(SELECT s.recorded_at FROM ledger_seal s WHERE s.book_id = v.book_id AND s.number = v.seal_number)"
# Each table whose rows post one voucher: its name in sources, which rows have posted, and their amount.
POSTED = """
  SELECT 'treasury.allocation/' || o.id AS source, o.amount FROM treasury_itemallocation o WHERE o.status = 'POSTED'
  UNION ALL
  SELECT 'treasury.receipt/' || o.id, o.amount FROM treasury_earmarkedreceipt o WHERE o.status = 'POSTED'
  UNION ALL
  SELECT 'treasury.passed_on/' || o.id, o.amount FROM treasury_passedon o WHERE o.handed_on_on IS NOT NULL
  UNION ALL
  SELECT 'treasury.prize/' || o.id, o.amount FROM treasury_prize o WHERE o.status = 'POSTED'
  UNION ALL
  SELECT 'treasury.fine/' || o.fine_id || '/' || o.number, o.amount FROM treasury_finesetoff o
"""


@book_check
def items_keep_their_money() -> Iterator[Disagreement]:
    """No voucher moves money between items of special accounts, but allocations from what no item was named for."""
    yield from disagreements(
        "items_keep_their_money",
        f"""
        WITH stem AS (
          SELECT t.id AS township, k.id AS book, s.code
            FROM treasury_township t JOIN ledger_book k ON k.code = t.book_id,
                 LATERAL (VALUES (treasury_special_stem(t.id, 'TRANSFERS')),
                                 (treasury_special_stem(t.id, 'AGRICULTURAL_TAX'))) AS s (code)),
        moved AS (
          SELECT l.voucher_id, a.code, sum(CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END) AS net
            FROM stem JOIN ledger_account a ON a.book_id = stem.book AND left(a.code, -2) = stem.code
            JOIN ledger_line l ON l.account_id = a.id
           GROUP BY l.voucher_id, a.code HAVING sum(CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END) <> 0)
        SELECT k.code, 'voucher ' || v.source || ' moves ' || sum(m.net) FILTER (WHERE m.net > 0)
               || ' between items', {SINCE}
          FROM moved m JOIN ledger_voucher v ON v.id = m.voucher_id JOIN ledger_book k ON k.id = v.book_id
         WHERE v.kind <> 'OPENING'
         GROUP BY v.id, k.code
        HAVING bool_or(m.net > 0) AND bool_or(m.net < 0)
           AND NOT EXISTS (
             SELECT FROM treasury_itemallocation o JOIN treasury_earmarkeditem i ON i.id = o.item_id
               LEFT JOIN ledger_voucher first ON first.id = v.reverses_id
              WHERE o.status = 'POSTED' AND 'treasury.allocation/' || o.id IN (v.source, first.source)
                AND array_agg(m.code::text) <@ ARRAY[i.account_code, o.taken_from]::text[]
                AND max(m.net) = o.amount)
         ORDER BY v.id
        """,
    )


@book_check
def earmarked_orders_are_posted_once() -> Iterator[Disagreement]:
    """Every posted allocation, receipt, part, prize and set-off has its voucher of its amount, and none has two."""
    yield from disagreements(
        "earmarked_orders_are_posted_once",
        f"""
        WITH posted AS ({POSTED}),
        voucher AS (
          SELECT v.source, max(v.debit_total) AS amount, count(*) AS vouchers, count(DISTINCT v.book_id) AS books,
                 min(k.code) AS book, min({SINCE}) AS since
            FROM ledger_voucher v JOIN ledger_book k ON k.id = v.book_id
           WHERE v.source ~ '^treasury[.](allocation|receipt|passed_on|prize|fine)/[0-9/]+$' GROUP BY v.source)
        SELECT v.book, coalesce(p.source, v.source) || ': ordered ' || coalesce(p.amount::text, 'nothing')
               || ', posted ' || coalesce(v.amount::text, 'nothing'), v.since
          FROM posted p FULL JOIN voucher v ON v.source = p.source
         WHERE p.amount IS DISTINCT FROM v.amount OR v.vouchers <> v.books
         ORDER BY 2
        """,
    )


@book_check
def receipts_are_their_parts() -> Iterator[Disagreement]:
    """The parts of every approved receipt sum to it, to the fen."""
    yield from disagreements(
        "receipts_are_their_parts",
        """
        SELECT '', 'receipt ' || r.id || ' of ' || r.amount || ' has parts of ' || coalesce(sum(p.amount), 0), NULL
          FROM treasury_earmarkedreceipt r LEFT JOIN treasury_passedon p ON p.receipt_id = r.id
         WHERE r.status IN ('APPROVED', 'POSTED') GROUP BY r.id HAVING coalesce(sum(p.amount), 0) <> r.amount
         ORDER BY r.id
        """,
    )


@book_check
def suppliers_are_paid_their_award() -> Iterator[Disagreement]:
    """No procurement is paid above its award or what was accepted, and no release for one goes to anybody else."""
    yield from disagreements(
        "suppliers_are_paid_their_award",
        """
        SELECT '', 'procurement ' || p.id || ' of ' || coalesce(p.awarded, 0) || ' is asked for ' || i.asked
               || ' with ' || coalesce(a.accepted, 0) || ' accepted', NULL
          FROM treasury_procurement p
          JOIN (SELECT i.procurement_id, sum(i.amount) AS asked FROM treasury_instalment i
                  JOIN treasury_release r ON r.id = i.release_id AND r.status <> 'CANCELLED' GROUP BY 1) i
            ON i.procurement_id = p.id
          LEFT JOIN (SELECT procurement_id, sum(amount) AS accepted FROM treasury_acceptance GROUP BY 1) a
            ON a.procurement_id = p.id
         WHERE i.asked > coalesce(p.awarded, 0) OR i.asked > coalesce(a.accepted, 0)
        UNION ALL
        SELECT '', 'release ' || r.source || ' pays no awarded supplier', NULL
          FROM treasury_release r LEFT JOIN treasury_instalment i ON i.release_id = r.id
          LEFT JOIN treasury_procurement p ON p.id = i.procurement_id
         WHERE r.kind = 'PROCUREMENT' AND r.status IN ('RELEASED', 'POSTED')
           AND (i.id IS NULL OR i.amount <> r.amount
             OR EXISTS (SELECT FROM treasury_releaseline l WHERE l.release_id = r.id
                           AND (l.payee_name, l.account_number) <> (p.supplier_name, p.supplier_account)))
         ORDER BY 2
        """,
    )


@book_check
def special_spending_is_signed() -> Iterator[Disagreement]:
    """Every release of a spending plan of a special account is the signed plan, to its payee."""
    yield from disagreements(
        "special_spending_is_signed",
        """
        SELECT '', 'release ' || r.source || ' is no signed plan of a special account', NULL
          FROM treasury_release r LEFT JOIN treasury_specialplan p ON p.release_id = r.id AND p.status = 'SIGNED'
         WHERE r.kind = 'SPECIAL' AND r.status IN ('RELEASED', 'POSTED')
           AND ((p.account_code, p.amount) IS DISTINCT FROM (r.account_code, r.amount)
             OR EXISTS (SELECT FROM treasury_releaseline l WHERE l.release_id = r.id
                           AND (l.payee_name, l.account_number) <> (p.payee_name, p.account_number)))
         ORDER BY 2
        """,
    )
