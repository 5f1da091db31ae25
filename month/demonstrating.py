"""The demo: a district and a township live through the golden month, through the same doors as real ones.

Everybody and everything here is invented; the amounts are those of the worked month in
docs/architecture.md (revenue 950,000, payroll 620,000, an excess of 150,000, an old debt of 50,000).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import Permission
from django.db import transaction

from ledger.entries import Event, Signatures, VoucherToPost, credit, debit
from ledger.models import Book, Officer
from ledger.models.words import OfficerKind
from ledger.posting import Posted, post_events
from ledger.recording import record_event
from treasury.entries import (
    GENERAL,
    Codes,
    Mirrored,
    collect_revenue,
    ordinary_return,
    settle_surplus,
    spend_through_district,
    sweep,
)
from treasury.opening import codes_of, open_district_book, open_township_book
from treasury.posting import mirrored_event

REGIME = "GF2015"
OPENED_ON = date(2026, 11, 1)
DISTRICT, TOWNSHIP = ("220100", "青岚区"), ("220100101", "云溪镇")

# Username, name, kind. A demo signs in with the username as password; production has no such officers.
OFFICERS = (
    ("month-service", "月度处理服务", OfficerKind.SERVICE),
    ("demo-reviewer", "演示复核", OfficerKind.PERSON),
    ("demo-cashier", "演示出纳", OfficerKind.PERSON),
    ("demo-auditor", "演示审计", OfficerKind.PERSON),
)
SIGNATURES = Signatures(
    preparer="month-service", reviewer="demo-reviewer", poster="month-service", cashier="demo-cashier"
)


@dataclass(frozen=True, slots=True)
class Demo:
    """The two books of the demo and what was posted now or before."""

    district: Book
    township: Book
    posted: list[Posted]
    opened_now: bool


@transaction.atomic
def live_golden_month(*, at: datetime) -> Demo:
    """Open the demo's books and post the golden month; a second time it finds everything done."""
    opened_now = not Book.objects.filter(code=DISTRICT[0]).exists()
    if opened_now:
        open_books(at)
    district, township = Book.objects.get(code=DISTRICT[0]), Book.objects.get(code=TOWNSHIP[0])
    posted = post_events(golden_month(district, township))
    if opened_now:
        record_event(
            chain=DISTRICT[0],
            at=at,
            actor="demo-reviewer",
            act="demo.month",
            subject="golden month 2026-11",
            after={"vouchers": len(posted)},
        )
    return Demo(district=district, township=township, posted=posted, opened_now=opened_now)


def open_books(at: datetime) -> None:
    """Create the demo's officers and open both books."""
    for username, full_name, kind in OFFICERS:
        officer = Officer(username=username, full_name=full_name, kind=kind)
        if kind == OfficerKind.PERSON:
            officer.set_password(username)
        else:
            officer.set_unusable_password()
        officer.save()
    readers = Officer.objects.filter(username__in=["demo-auditor", "demo-reviewer"])
    view = Permission.objects.get(content_type__app_label="ledger", codename="view_voucher")
    for reader in readers:
        reader.user_permissions.add(view)
    opener = Officer.objects.get(username="demo-reviewer")
    district = open_district_book(
        code=DISTRICT[0], name=DISTRICT[1], regime=REGIME, opened_on=OPENED_ON, opener=opener, at=at
    )
    open_township_book(
        district=district,
        number=1,
        code=TOWNSHIP[0],
        name=TOWNSHIP[1],
        opened_on=OPENED_ON,
        opener=opener,
        at=at,
    )


def golden_month(district: Book, township: Book) -> list[Event]:
    """Return the month's events in order: the old debt, J1, J2, J3, J4, J6a."""
    codes = codes_of(district=district, township=township)
    steps = (
        (5, "revenue", "本月税收收入", collect_revenue(codes, Decimal("950000.00"))),
        (5, "sweep", "乡级金库收入划转区级国库", sweep(codes, Decimal("950000.00"))),
        (8, "payroll", "统一发放本月工资", spend_through_district(codes, Decimal("620000.00"))),
        (10, "return", "工资后余额返还支出分户", ordinary_return(codes, Decimal("180000.00"))),
        (
            25,
            "settlement",
            "超收留用部分返还，扣留25%冲减历史欠款",
            settle_surplus(codes, rebate=Decimal("150000.00"), withheld=Decimal("37500.00")),
        ),
    )
    return [
        old_debt(district, township, codes),
        *(
            month_event(district, township, source=f"month.demo/2026-11/{name}", day=day, summary=text, entries=entries)
            for day, name, text, entries in steps
        ),
    ]


def month_event(district: Book, township: Book, *, source: str, day: int, summary: str, entries: Mirrored) -> Event:
    return mirrored_event(
        source=source,
        district=district,
        township=township,
        entries=entries,
        posting_date=OPENED_ON.replace(day=day),
        summary=summary,
        signatures=SIGNATURES,
    )


def old_debt(district: Book, township: Book, codes: Codes) -> Event:
    """Return the opening vouchers: the township owes the district 50,000 from earlier years."""
    amount = Decimal("50000.00")
    lines = {
        township.code: (
            debit(codes.township.surplus, amount, fund=GENERAL),
            credit(codes.township.historic, amount, fund=GENERAL),
        ),
        district.code: (
            debit(codes.district.historic, amount, fund=GENERAL),
            credit(codes.township.surplus, amount, fund=GENERAL),
        ),
    }
    return Event(
        source="month.demo/2026-11/opening",
        vouchers=[
            VoucherToPost(
                book=book,
                posting_date=OPENED_ON - timedelta(days=1),
                summary="年初余额：历史欠款",
                entries=entries,
                signatures=SIGNATURES,
                kind="OPENING",
            )
            for book, entries in lines.items()
        ],
    )
