"""Begin a demo district on an empty instance, and open the months that a payroll is booked in."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from ledger.entries import Event, Signatures, VoucherToPost, credit, debit
from ledger.models import Book, Officer, Period
from ledger.models.words import BookKind, PeriodStatus
from ledger.opening import open_period, open_year
from ledger.posting import post_event
from month.posts import demo_officer, ensure_demo_officers
from payouts.policy import payout_policies
from payouts.rules.pay_calendar import Stage, stage_dates
from treasury.entries import GENERAL
from treasury.opening import code_of, open_district_book
from treasury.posting import SERVICE

REGIME = "GF2015"
DISTRICT = ("220112", "青岚区")
# What the treasury of the demo holds when its books open; the files of a month hold no cash.
OPENING_CASH = Decimal("1000000000.00")


def pay_date_of(month: date) -> date:
    """Return the pay date of a payroll month, moved before days off."""
    return stage_dates(month=month, policies=payout_policies())[Stage.PAY_DAY].on


@transaction.atomic
def begin_demo(*, month: date, at: datetime) -> bool:
    """Open the district's book with its cash on an empty instance; False if there is a book already."""
    ensure_demo_officers()
    if Book.objects.filter(kind=BookKind.DISTRICT).exists():
        return False
    district = open_district_book(
        code=DISTRICT[0],
        name=DISTRICT[1],
        regime=REGIME,
        opened_on=month,
        opener=demo_officer("chief_accountant"),
        at=at,
    )
    post_event(
        Event(
            source=f"month.opening/{month:%Y-%m}/cash",
            vouchers=[
                VoucherToPost(
                    book=district.code,
                    posting_date=month - timedelta(days=1),
                    summary="期初余额：国库存款",
                    entries=(
                        debit(code_of(district, "TREASURY_CASH"), OPENING_CASH, fund=GENERAL),
                        credit(code_of(district, "GENERAL_SURPLUS"), OPENING_CASH, fund=GENERAL),
                    ),
                    signatures=Signatures(
                        preparer=SERVICE,
                        reviewer=demo_officer("reviewer").username,
                        poster=SERVICE,
                        cashier=demo_officer("cashier").username,
                    ),
                    kind="OPENING",
                )
            ],
        )
    )
    return True


def payable_day(*, nominal: date) -> date:
    """Return the day on which a later payment is booked: the nominal one, or the first after its closed month."""
    day = nominal
    while Period.objects.filter(
        book__kind=BookKind.DISTRICT, starts_on__lte=day, ends_before__gt=day, month__lte=12, status=PeriodStatus.CLOSED
    ).exists():
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return day


@transaction.atomic
def open_months(*, day: date, officer: Officer, at: datetime) -> None:
    """Open the period of a day in every book where nobody has; a closed period stays closed."""
    for book in Book.objects.order_by("pk"):
        if not Period.objects.filter(book=book, year=day.year).exists():
            open_year(book=book, year=day.year)
        period = Period.objects.get(book=book, year=day.year, month=day.month)
        if period.status == PeriodStatus.UNOPENED and period.ends_before > book.opened_on:
            open_period(period=period, opener=officer, at=at)
