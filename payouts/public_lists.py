"""What a scheme pays in a month, person by person, as it is hung out: only runs that were released."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.money import ZERO
from payouts.benefit_facts import schemes_in_use
from payouts.facts import RELEASED, rows_of
from payouts.refusals import NoSuchRun
from payouts.rules.schemes import Scheme

PAID = """
SELECT t.name, coalesce(f.village, ''), p.name, sum(d.amount)
  FROM payouts_run r JOIN payouts_benefitdue d ON d.run_id = r.id AND d.edition = r.edition
  JOIN payouts_person p ON p.id = d.person_id JOIN treasury_township t ON t.id = d.township_id
  LEFT JOIN LATERAL (SELECT f.village FROM payouts_enrolmentfact f
                      WHERE f.enrolment_id = d.enrolment_id AND f.id <= r.facts_until
                      ORDER BY f.version DESC LIMIT 1) f ON true
 WHERE r.purpose = 'BENEFITS' AND r.status = ANY(%s) AND r.month = %s AND d.scheme = %s
 GROUP BY t.number, t.name, f.village, d.person_id, p.name ORDER BY t.number, f.village, p.name, d.person_id
"""


class PublicRow(NamedTuple):
    """What one person is due; the name in full, which what is hung out masks."""

    township: str
    village: str
    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PublicList:
    """The people whom a scheme pays in a month, in the order of townships and villages."""

    scheme: Scheme
    month: date
    rows: Sequence[PublicRow]

    @property
    def total(self) -> Decimal:
        return sum((row.amount for row in self.rows), ZERO)


def public_list(*, scheme: str, month: date) -> PublicList:
    """Return whom a scheme pays in a month, the scheme by its code or its name.

    :raises NoSuchRun: if no released run of the month pays it
    """
    schemes = schemes_in_use(month=month)
    found = schemes.get(scheme) or next((one for one in schemes.values() if one.name == scheme), None)
    rows = [PublicRow(*row) for row in rows_of(PAID, list(RELEASED), month, found.code)] if found else []
    if found is None or not rows:
        raise NoSuchRun("scheme_is_paid", {"scheme": scheme, "month": f"{month:%Y-%m}", "known": "、".join(schemes)})
    return PublicList(found, month, rows)
