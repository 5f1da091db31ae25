"""Read whom a run pays, a page at a time, found by name, person number or the last places of an ID number."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from ledger.masking import masked_id
from payouts.models import Run
from web.run_desk.comparisons import PAGE, names_of, read

FOUND = """, found AS (
  SELECT n.*, p.name, p.id_number FROM pairs n JOIN payouts_person p ON p.id = n.person
   WHERE (%(top)s = '' OR n.top = %(top)s) AND (%(part)s = '' OR n.part = %(part)s)
     AND (%(find)s = '' OR p.name LIKE %(like)s OR p.id_number LIKE %(ends)s OR n.person::text = %(find)s))
"""
PEOPLE = """
SELECT person, name, id_number, top, part, main, one, two, three, last_main FROM found
 WHERE (top, part, person) > (%(after_top)s, %(after_part)s, %(after)s) ORDER BY top, part, person LIMIT %(limit)s
"""
SUMS = """
SELECT count(*), coalesce(sum(main), 0.00), coalesce(sum(one), 0.00), coalesce(sum(two), 0.00),
       coalesce(sum(three), 0.00) FROM found
"""


class Search(NamedTuple):
    """What people are looked for by; nothing looks for all."""

    top: str = ""
    part: str = ""
    find: str = ""


@dataclass(frozen=True, slots=True)
class Payee:
    """One person of a run and what he or she is paid."""

    person: int
    name: str
    id_number: str
    top: str
    part: str
    top_name: str
    part_name: str
    amounts: Sequence[Decimal]
    before: Decimal | None

    @property
    def key(self) -> str:
        return f"{self.top}.{self.part}.{self.person}"


class Sums(NamedTuple):
    """How many people a search finds, and their sums."""

    people: int
    amounts: Sequence[Decimal]


def payees_of(run: Run, *, search: Search, after: str) -> Sequence[Payee]:
    """Return a page of the people that a search finds."""
    top, part, person = key_in(after)
    names = names_of(run)
    asked = {**bound(search), "after_top": top, "after_part": part, "after": person, "limit": PAGE}
    return [
        Payee(
            person=key,
            name=name,
            id_number=masked_id(id_number),
            top=in_top,
            part=in_part,
            top_name=names.get(in_top, in_top),
            part_name=names.get(in_part, in_part),
            amounts=amounts,
            before=before,
        )
        for key, name, id_number, in_top, in_part, *amounts, before in read(run, FOUND + PEOPLE, asked)
    ]


def sums_of(run: Run, *, search: Search) -> Sums:
    """Return the sums of all whom a search finds."""
    [(people, *amounts)] = read(run, FOUND + SUMS, bound(search))
    return Sums(people, amounts)


def bound(search: Search) -> dict[str, object]:
    plain = search.find.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return {**search._asdict(), "like": f"%{plain}%", "ends": f"%{plain.upper()}"}


def key_in(text: str) -> tuple[str, str, int]:
    """Return the key after which a page begins; nothing for the first page."""
    top, _dot, rest = text.partition(".")
    part, _dot, person = rest.partition(".")
    return (top, part, int(person)) if person.isascii() and person.isdigit() and len(person) < 19 else ("", "", 0)
