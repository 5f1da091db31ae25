"""How long a class of archives of a fiscal year is kept (会计档案管理办法 第79号令 第十四、十五条; 财会〔2016〕3号).

The period begins on the first day after the fiscal year: what was booked on 2004-03-15 begins on 2005-01-01 and is
kept for 30 years, up to and with 2034-12-31. A new period is taken by whatever is still kept on the eve of the day
from which it holds; what has expired by then stays expired. ``audit_kept_until`` in PostgreSQL is the same rule.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from ledger.policies import Policy, Value, WrongKindOfValue

FOR_EVER: Final = date(9999, 12, 31)
PERMANENT: Final = "permanent"


def first_day_of(*, year: int) -> date:
    """Return the day on which the period of a fiscal year begins."""
    return date(year + 1, 1, 1)


def kept_until(*, policy: Policy, record_class: str, year: int) -> date:
    """Return the last day on which a class of a fiscal year is kept; ``FOR_EVER`` for what is permanent."""
    begins = first_day_of(year=year)
    in_force = max(
        [place for place, dated in enumerate(policy.values) if dated.effective_from <= begins],
        default=0,
    )
    until = end_of(policy.values[in_force].value, record_class, year)
    for later in policy.values[in_force + 1 :]:
        if until >= later.effective_from - timedelta(days=1):
            until = end_of(later.value, record_class, year)
    return until


def end_of(value: Value, record_class: str, year: int) -> date:
    years = years_of(value, record_class)
    return FOR_EVER if years is None else date(year + years, 12, 31)


def years_of(value: Value, record_class: str) -> int | None:
    """Return the period of a class in years; None for what is permanent.

    :raises WrongKindOfValue: if the policy does not say
    """
    said = value.get(record_class) if isinstance(value, Mapping) else None
    if said == PERMANENT:
        return None
    if not isinstance(said, Decimal) or said != int(said):
        raise WrongKindOfValue(said, "a number of years or permanent")
    return int(said)
