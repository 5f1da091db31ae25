"""In which month a claim is handed in: one that the township's books know, and near the day that the claim bears."""

from datetime import date

from ledger.models import Period
from treasury.models import Township
from treasury.refusals import ClaimOutOfTime

MONTHS_APART_MAX = 2


def require_in_time(*, township: Township | None, month: date, claimed_on: date) -> None:
    """Check that the books of a township have the month of a claim, and that its day lies no more than two months off.

    :raises ClaimOutOfTime: if not
    """
    told = {"month": f"{month:%Y-%m}", "on": claimed_on}
    if township is not None:
        months = Period.objects.filter(book=township.book, year=month.year, month=month.month)
        if not months.exists():
            raise ClaimOutOfTime("claim_month_is_of_the_books", told)
    if abs((month.year - claimed_on.year) * 12 + month.month - claimed_on.month) > MONTHS_APART_MAX:
        raise ClaimOutOfTime("claim_day_is_near_its_month", told)
