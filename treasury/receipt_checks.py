"""What ``check_books`` proves of receipt books, whatever was written past the triggers."""

from collections.abc import Iterator

from ledger.checks import Disagreement, book_check, disagreements

RECEIPT = "s.prefix || lpad(m.number::text, s.width, '0')"


@book_check
def receipts_are_marked_once() -> Iterator[Disagreement]:
    """No number is used, void or handed back twice, and every mark lies in its book and township."""
    yield from disagreements(
        "receipts_are_marked_once",
        f"""
        SELECT t.book_id, 'receipt ' || {RECEIPT} || ' is ' || string_agg(m.fate, ' and ' ORDER BY m.id),
               NULL::timestamptz
          FROM treasury_receiptmark m JOIN treasury_receiptbook b ON b.id = m.book_id
          JOIN treasury_receiptseries s ON s.id = b.series_id JOIN treasury_township t ON t.id = b.township_id
         WHERE NOT m.taken_back GROUP BY t.book_id, b.series_id, s.prefix, s.width, m.number HAVING count(*) > 1
        UNION ALL
        SELECT t.book_id, 'receipt ' || {RECEIPT} || ' is marked outside its book, township or income', NULL
          FROM treasury_receiptmark m JOIN treasury_receiptbook b ON b.id = m.book_id
          JOIN treasury_receiptseries s ON s.id = b.series_id JOIN treasury_township t ON t.id = b.township_id
          LEFT JOIN treasury_incomeline l ON l.id = m.income_line_id
         WHERE m.number NOT BETWEEN b.first_number AND b.last_number
            OR (m.fate = 'USED' AND (l.township_id, l.receipt) IS DISTINCT FROM (b.township_id, {RECEIPT}))
            OR (m.fate = 'USED' AND l.taken_back <> m.taken_back)""",  # noqa: S608
    )


@book_check
def receipts_are_deposited() -> Iterator[Disagreement]:
    """Every closed book has each number marked, and its stubs are what was deposited (账据一致, 票款一致)."""
    yield from disagreements(
        "receipts_are_deposited",
        """
        SELECT t.book_id, 'book ' || b.id || ' was closed with ' || b.last_number - b.first_number + 1 - c.marked
               || ' numbers open, stubs ' || coalesce(b.stub_total::text, '?') || ', deposited ' || c.deposited,
               NULL::timestamptz
          FROM treasury_receiptbook b JOIN treasury_township t ON t.id = b.township_id
          JOIN LATERAL (SELECT count(*) AS marked,
                               coalesce(sum(l.amount) FILTER (WHERE l.collection_id IS NOT NULL), 0) AS deposited
                          FROM treasury_receiptmark m LEFT JOIN treasury_incomeline l ON l.id = m.income_line_id
                         WHERE m.book_id = b.id AND NOT m.taken_back) c ON true
         WHERE b.status = 'CLOSED'
           AND (c.marked, c.deposited) IS DISTINCT FROM (b.last_number - b.first_number + 1, b.stub_total)""",
    )


@book_check
def income_has_its_receipts() -> Iterator[Disagreement]:
    """Every collected income line whose receipt was issued, or whose township had receipts, has marked it."""
    yield from disagreements(
        "income_has_its_receipts",
        """
        SELECT t.book_id, 'income of ' || l.received_on || ', row ' || l.row || ': its receipt is not marked',
               NULL::timestamptz
          FROM treasury_incomeline l JOIN treasury_township t ON t.id = l.township_id
         WHERE l.collection_id IS NOT NULL AND EXISTS (SELECT FROM treasury_receiptbook)
           AND treasury_receipt_is_owed(l.id, l.receipt, l.township_id, l.received_on, l.amount,
                                        l.taken_back, l.takes_back_id)""",
    )


@book_check
def receipt_ranges_lie_apart() -> Iterator[Disagreement]:
    """No number of a series was issued in two books."""
    yield from disagreements(
        "receipt_ranges_lie_apart",
        """
        SELECT t.book_id, 'books ' || b.id || ' and ' || o.id || ' share numbers', NULL::timestamptz
          FROM treasury_receiptbook b JOIN treasury_township t ON t.id = b.township_id
          JOIN treasury_receiptbook o ON o.series_id = b.series_id AND o.id > b.id AND o.status <> 'WITHDRAWN'
           AND int8range(o.first_number, o.last_number, '[]') && int8range(b.first_number, b.last_number, '[]')
         WHERE b.status <> 'WITHDRAWN'""",
    )
