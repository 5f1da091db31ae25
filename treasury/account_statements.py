"""What district and township owe each other in a month, event by event, as the books of both have it (往来对账).

Figures are what the township owes the district; below zero the district holds money of the township. The text
that is hashed and confirmed is made by PostgreSQL (``treasury/promises/statements.sql``), nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.models.words import Mirror
from ledger.money import ZERO
from ledger.sums import must_add_up
from treasury.models import AccountStatement, Township
from treasury.queries import rows_of
from treasury.scopes import district_wide

BALANCES = """
SELECT t.id, o.mirror, o.district_net, o.township_net, c.district_net, c.township_net
  FROM treasury_township t
 CROSS JOIN LATERAL treasury_statement_balances(t.id, %(month)s) o
  JOIN LATERAL treasury_statement_balances(t.id, (%(month)s::date + interval '1 month')::date) c ON c.mirror = o.mirror
 WHERE t.id = ANY (%(townships)s) ORDER BY t.number, o.mirror
"""
MOVEMENTS = """
SELECT t.id, m.mirror, m.posting_date, m.source, m.district_vouchers, m.township_vouchers, m.district_net,
       m.township_net, coalesce((SELECT min(v.summary) FROM ledger_voucher v WHERE v.source = m.source), ''),
       (SELECT min(v.id) FROM ledger_voucher v JOIN ledger_book k ON k.id = v.book_id
         WHERE v.source = m.source AND k.code = t.book_id)
  FROM treasury_township t CROSS JOIN LATERAL treasury_statement_movements(t.id, %(month)s) m
 WHERE t.id = ANY (%(townships)s) ORDER BY t.number, m.mirror, m.posting_date, m.source
"""
DIGESTS = """
SELECT id, treasury_statement_digest(id, %(month)s) FROM treasury_township WHERE id = ANY (%(townships)s)
"""


@dataclass(frozen=True, slots=True)
class Movement:
    """One event on a pair of current accounts, with its vouchers in both books."""

    day: date
    source: str
    summary: str
    district_vouchers: str
    township_vouchers: str
    in_district: Decimal
    in_township: Decimal
    voucher: int | None

    @property
    def agrees(self) -> bool:
        return self.in_district == self.in_township


@dataclass(frozen=True, slots=True)
class CurrentAccount:
    """A pair of current accounts over a month, as each of the two books has it.

    :raises DoesNotAddUp: if opening and movements do not make the closing balance of a book
    """

    mirror: Mirror
    opening_in_district: Decimal
    opening_in_township: Decimal
    closing_in_district: Decimal
    closing_in_township: Decimal
    movements: Sequence[Movement]

    def __post_init__(self) -> None:
        for book in ("district", "township"):
            moved = sum((getattr(one, f"in_{book}") for one in self.movements), ZERO)
            must_add_up(
                who=f"{self.mirror} {book}",
                what="closing",
                stated=getattr(self, f"closing_in_{book}"),
                found=getattr(self, f"opening_in_{book}") + moved,
            )

    @property
    def differences(self) -> Sequence[Movement]:
        return [one for one in self.movements if not one.agrees]

    @property
    def agrees(self) -> bool:
        return (
            self.opening_in_district == self.opening_in_township
            and self.closing_in_district == self.closing_in_township
            and not self.differences
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement of a township and month as the books say it now; ``kept`` is the latest edition that was made."""

    township: Township
    month: date
    digest: str
    accounts: Sequence[CurrentAccount]
    kept: AccountStatement | None

    @property
    def movements(self) -> int:
        return sum(len(account.movements) for account in self.accounts)

    @property
    def agrees(self) -> bool:
        return all(account.agrees for account in self.accounts)

    @property
    def still_holds(self) -> bool:
        """Whether the edition that was made says what the books say now."""
        return self.kept is not None and self.kept.digest == self.digest


@district_wide()
def statements_of(*, month: date, townships: Sequence[Township]) -> Sequence[Statement]:
    """Return the statements of a month as the books have them now, in the order of the townships."""
    asked = {"month": month, "townships": [one.pk for one in townships]}
    movements: dict[tuple[int, str], list[Movement]] = {}
    for row in rows_of(MOVEMENTS, asked):
        township, mirror, day, source, above, below, in_district, in_township, summary, voucher = row
        movements.setdefault((township, mirror), []).append(
            Movement(day, source, summary, above, below, in_district, in_township, voucher)
        )
    accounts: dict[int, list[CurrentAccount]] = {}
    for township, mirror, *figures in rows_of(BALANCES, asked):
        accounts.setdefault(township, []).append(
            CurrentAccount(
                mirror=Mirror(mirror),
                opening_in_district=figures[0],
                opening_in_township=figures[1],
                closing_in_district=figures[2],
                closing_in_township=figures[3],
                movements=movements.get((township, mirror), []),
            )
        )
    digests = dict(rows_of(DIGESTS, asked))
    kept = kept_statements(month=month)
    return [
        Statement(
            township=one,
            month=month,
            digest=digests[one.pk],
            accounts=accounts[one.pk],
            kept=kept.get(one.pk),
        )
        for one in townships
    ]


def kept_statements(*, month: date) -> Mapping[int, AccountStatement]:
    """Return the latest edition of each township's statement of a month."""
    found = AccountStatement.objects.filter(month=month).select_related("district_by", "township_by", "made_by")
    return {one.township_id: one for one in found.order_by("edition")}
