"""What ``check_books`` proves of the statements of account that both sides confirmed."""

from collections.abc import Iterator

from ledger.checks import Disagreement, book_check, disagreements


@book_check
def statements_are_what_was_confirmed() -> Iterator[Disagreement]:
    """What both sides confirmed of a month is what the books still say of it, or was confirmed anew since."""
    yield from disagreements(
        "statements_are_what_was_confirmed",
        """
        SELECT t.book_id, format('the statement of account of %s for %s (edition %s) was confirmed, and the month has'
               ' moved since: it is void; make a further edition', t.name, to_char(s.month, 'YYYY-MM'), s.edition),
               greatest(s.district_at, s.township_at)
          FROM treasury_accountstatement s JOIN treasury_township t ON t.id = s.township_id
         WHERE s.status = 'CONFIRMED'
           AND NOT EXISTS (SELECT FROM treasury_accountstatement n
                            WHERE n.township_id = s.township_id AND n.month = s.month AND n.status = 'CONFIRMED'
                              AND n.edition > s.edition)
           AND s.digest <> treasury_statement_digest(s.township_id, s.month)
         ORDER BY t.number, s.month""",
    )
