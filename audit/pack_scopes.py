"""Which vouchers a pack of a year needs of each book, as its chain itself says.

All of the year, and all from the last year that was carried forward on, because what that year left is sealed. They
are found by their seals: nothing is posted into a year before its first period is opened, nor after it was carried,
and both are seals. So whoever reads the chain knows what must be there, and no voucher can be left out of a pack.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from ledger.models import Book
from treasury.refusals import NothingThere


@dataclass(frozen=True, slots=True)
class BookSealed:
    """A book with its newest seal, and the seals whose vouchers are in the pack, from one to the other."""

    key: int
    code: str
    name: str
    seal: int
    digest: str
    first_year: int
    first_seal: int
    last_seal: int


def seals_of_year(*, books: Sequence[Book], year: int) -> Sequence[BookSealed]:
    """Return the books with the seals that a pack of a year covers, by their code as it is sorted in the pack.

    :raises NothingThere: if no book has a month of the year
    """
    keys = [book.pk for book in books]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT book_id, number, kind, split_part(content, E'\\t', 2)::int FROM ledger_seal
                WHERE book_id = ANY(%s) AND kind IN ('PERIOD', 'CARRIED') ORDER BY book_id, number""",
            [keys],
        )
        sealed = cursor.fetchall()
        cursor.execute(
            """SELECT b.id, b.code, b.name, h.seal_number, encode(h.digest, 'hex')
                 FROM ledger_book b JOIN ledger_bookhead h ON h.book_id = b.id
                WHERE b.id = ANY(%s) ORDER BY b.code COLLATE "C" """,
            [keys],
        )
        heads = cursor.fetchall()
        cursor.execute("SELECT 1 FROM ledger_period WHERE book_id = ANY(%s) AND year = %s LIMIT 1", [keys, year])
        if not cursor.fetchall():
            raise NothingThere("year_has_periods", {"year": year})
    found = []
    for key, code, name, seal, digest in heads:
        carried = {of: number for book, number, kind, of in sealed if book == key and kind == "CARRIED"}
        opened = [(of, number) for book, number, kind, of in sealed if book == key and kind == "PERIOD"]
        first_year = max([of for of in carried if of < year], default=-1) + 1
        first_seal = min([number for of, number in opened if of >= first_year], default=seal + 1) if first_year else 1
        found.append(BookSealed(key, code, name, seal, digest, first_year, first_seal, carried.get(year, seal)))
    return found
