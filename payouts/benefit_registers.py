"""Everybody whom a released benefit run pays, line by line as it is read, held against what the run owes."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from ledger.money import ZERO
from ledger.sums import must_add_up
from payouts.facts import RELEASED, rows_of
from payouts.models import Run
from payouts.models.words import RunPurpose

DUES = """
SELECT t.name, coalesce(f.village, ''), p.name, p.id_number, d.scheme, d.period, d.amount, d."offset",
       d.holder_name, d.bank, d.account_number
  FROM payouts_benefitdue d JOIN payouts_run r ON r.id = d.run_id
  JOIN payouts_person p ON p.id = d.person_id JOIN treasury_township t ON t.id = d.township_id
  LEFT JOIN LATERAL (SELECT f.village FROM payouts_enrolmentfact f
                      WHERE f.enrolment_id = d.enrolment_id AND f.id <= r.facts_until
                      ORDER BY f.version DESC LIMIT 1) f ON true
 WHERE d.run_id = %s AND d.edition = %s
 ORDER BY t.number, f.village, p.name, d.person_id, d.scheme, d.period, d.number
"""
OWED = "SELECT coalesce(sum(amount), 0.00) FROM payouts_obligation WHERE run_id = %s AND benefit_id IS NOT NULL"


class RegisterRow(NamedTuple):
    """What one person is due of a scheme for a period: the amount, and what is kept back of it."""

    township: str
    village: str
    name: str
    id_number: str
    scheme: str
    period: date
    due: Decimal
    kept_back: Decimal
    holder: str
    bank: str
    account: str

    @property
    def paid(self) -> Decimal:
        return self.due - self.kept_back


def released_benefit_runs(*, month: date) -> list[Run]:
    """Return the benefit runs of a month that were released."""
    return list(Run.objects.filter(month=month, purpose=RunPurpose.BENEFITS, status__in=RELEASED).order_by("number"))


def register_of(run: Run) -> Iterator[RegisterRow]:
    """Yield whom a run pays, by townships and villages.

    :raises DoesNotAddUp: if they make something else than the run owes
    """
    paid = ZERO
    with connection.chunked_cursor() as cursor:
        cursor.execute(DUES, [run.pk, run.edition])
        for values in cursor:
            row = RegisterRow(*values)
            paid += row.paid
            yield row
    ((owed,),) = rows_of(OWED, run.pk)
    must_add_up(who=f"{run}", what="paid out", stated=owed, found=paid)
