"""Register the salaries that townships still owe (欠发工资); they are paid out of what is given back to them (F20)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ledger.models import Officer
from ledger.money import ZERO
from ledger.recording import record_event
from treasury.models import AppliedFile, Township, Unit, UnpaidSalary
from treasury.refusals import refusals_named
from treasury.taking_over import Deviation


@dataclass(frozen=True, slots=True)
class UnpaidRow:
    """What one person is still owed for a month; ``payee_reference`` is opaque here."""

    row: int
    township: str
    unit_code: str
    payee_reference: str
    month: date
    amount: Decimal
    note: str


def register_unpaid(
    *, file: AppliedFile, rows: Sequence[UnpaidRow], officer: Officer, at: datetime
) -> Sequence[Deviation]:
    """Register unpaid salaries that are not known yet; return those known with another amount: they stay as they are.

    Rows of the same person and month add up.
    """
    with refusals_named(), transaction.atomic():
        townships = {one.name: one.pk for one in Township.objects.all()}
        units = {one.code: one.pk for one in Unit.objects.all()}
        known = {
            (reference, month): amount
            for reference, month, amount in UnpaidSalary.objects.values_list("payee_reference", "month", "amount")
        }
        made: dict[tuple[str, date], UnpaidSalary] = {}
        for row in rows:
            key = (row.payee_reference, row.month)
            if row.amount <= ZERO:
                continue
            if key in made:
                made[key].amount += row.amount
            else:
                made[key] = UnpaidSalary(
                    township_id=townships[row.township],
                    unit_id=units.get(row.unit_code),
                    payee_reference=row.payee_reference,
                    month=row.month,
                    amount=row.amount,
                    note=row.note,
                    file=file,
                    row=row.row,
                )
        names = {pk: name for name, pk in townships.items()}
        deviations = [
            Deviation(names[one.township_id], f"欠发工资 {one.month:%Y-%m}", one.amount, known[key])
            for key, one in made.items()
            if key in known and known[key] != one.amount
        ]
        new = [one for key, one in made.items() if key not in known]
        UnpaidSalary.objects.bulk_create(new, batch_size=2_000)
        if new:
            record_event(
                chain="",
                at=at,
                actor=officer.username,
                act="unpaid.register",
                subject=f"applied file/{file.pk}",
                after={"rows": len(new), "total": sum((one.amount for one in new), ZERO)},
            )
        return deviations
