"""What the archives hold by class and year: how much, since when, until when, and why it is not destroyed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.models import RecordClass
from treasury.queries import rows_of

HOLDINGS = """
SELECT record_class, fiscal_year, records, files, size, erased, kept_from, kept_until, state, why, list_id
  FROM audit_holdings(%(on)s)
 WHERE (%(year)s::int IS NULL OR fiscal_year = %(year)s) AND (%(record_class)s = '' OR record_class = %(record_class)s)
"""


class HoldingState(models.TextChoices):
    """Where a class of a year stands."""

    KEPT = "KEPT", _("kept")
    EXPIRED = "EXPIRED", _("expired")
    BLOCKED = "BLOCKED", _("blocked")
    LISTED = "LISTED", _("on a list")
    DESTROYED = "DESTROYED", _("destroyed")


class Why(models.TextChoices):
    """Why what has expired is not destroyed (第十九条)."""

    PERMANENT = "permanent", _("permanent")
    HISTORIC_DEBT = "historic_debt", _("old debt of a township")
    OPEN_BALANCE = "open_balance", _("claims or debts in the books")
    UNPAID_SALARY = "unpaid_salary", _("unpaid salaries")
    OPEN_OVERPAYMENT = "open_overpayment", _("overpaid benefits to recover")
    HOLD = "hold", _("on hold")


@dataclass(frozen=True, slots=True)
class Holding:
    """A class of a fiscal year; ``size`` counts the bytes kept, ``erased`` the files that have none any more."""

    record_class: RecordClass
    fiscal_year: int
    records: int
    files: int
    size: int
    erased: int
    kept_from: date
    kept_until: date
    state: HoldingState
    why: Sequence[Why]
    list: int | None


def holdings_on(*, on: date, year: int | None = None, record_class: str = "") -> Sequence[Holding]:
    """Return what there is on a day, in the order of the classes and years."""
    order = {value: place for place, value in enumerate(RecordClass.values)}
    rows = rows_of(HOLDINGS, {"on": on, "year": year, "record_class": record_class})
    made = [
        Holding(RecordClass(kind), *facts, HoldingState(state), [Why(one) for one in why.split()], number)  # type: ignore[call-arg]
        for kind, *facts, state, why, number in rows
    ]
    return sorted(made, key=lambda one: (order[one.record_class], one.fiscal_year))
