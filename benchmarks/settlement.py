"""A year of a district's money with its townships: income swept day by day, every month settled and posted.

Beside it the very vouchers that the settlements have posted, replayed through ``post_events`` alone: the
limit that the books themselves set.
"""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

from benchmarks.staging import peak_mb
from ledger.checks import run_checks
from ledger.entries import Entry, Event, Signatures, VoucherToPost
from ledger.models import Book, Line, Voucher
from ledger.money import ZERO
from ledger.posting import post_events
from month.beginning import begin_demo, open_months
from month.posts import demo_officer
from treasury.collecting import IncomeRow, register_income, sweep_income
from treasury.models import Settlement
from treasury.registering import ListedUnit, register_units
from treasury.settling import approve_settlements, post_settlements, prepare_settlements
from treasury.taking_files import HandedIn, take_file
from treasury.taking_over import OLD_DEBT, OpeningRow, PlanRow, register_plans, take_over

YEAR = 2026
AT = datetime(YEAR, 12, 31, 9, tzinfo=UTC)
DAYS, LINES_A_DAY = 22, 5


def settle_a_year(*, townships: int) -> dict[str, Any]:
    """Live a year of ``townships``: return the seconds of sweeping and of settling, and what was posted."""
    rng = Random(townships)
    furnish(townships)
    swept = settled = 0.0
    for month in (date(YEAR, number, 1) for number in range(1, 13)):
        open_months(day=month, officer=demo_officer("chief_accountant"), at=AT)
        register_income(file=applied("INCOME", month), rows=income_of(month, townships, rng), officer=officer(), at=AT)
        start = time.perf_counter()
        sweep_income(month=month, cashier=demo_officer("cashier"), at=AT)
        swept += time.perf_counter() - start
        start = time.perf_counter()
        prepare_settlements(month=month, officer=demo_officer("preparer"), at=AT)
        approve_settlements(month=month, officer=demo_officer("reviewer"), at=AT)
        post_settlements(month=month, cashier=demo_officer("cashier"), at=AT)
        settled += time.perf_counter() - start
    settlements = Settlement.objects.filter(status="POSTED").count()
    assert settlements == townships * 12
    assert not [found.what for found in run_checks([])]
    return {
        "settlements": settlements,
        "income_lines": townships * DAYS * LINES_A_DAY * 12,
        "vouchers": Voucher.objects.filter(source__startswith="treasury.settlement/").count(),
        "sweep_seconds": swept,
        "settle_seconds": settled,
        "replay_seconds": replay(),
        "peak_mb": peak_mb(),
    }


def officer() -> Any:
    return demo_officer("preparer")


def furnish(townships: int) -> None:
    """Open the books of a district whose townships begin with old debt and a plan that is soon met."""
    first = date(YEAR, 1, 1)
    begin_demo(month=first, at=AT)
    names = [f"第{number}镇" for number in range(1, townships + 1)]
    register_units(
        listed=[
            ListedUnit(
                f"2201122{at:02}", name, "镇", f"2201122{at:02}001", f"{name}政府", "行政", "", "个人账户", "", ""
            )
            for at, name in enumerate(names, start=1)
        ],
        district=Book.objects.get(kind="DISTRICT"),
        effective_from=first,
        officer=officer(),
        source="benchmark",
        at=AT,
    )
    take_over(
        file=applied("OLD_DEBTS", first),
        rows=[OpeningRow(name, OLD_DEBT, Decimal(100_000 * at)) for at, name in enumerate(names, start=1)],
        officer=officer(),
        at=AT,
    )
    register_plans(
        file=applied("PLAN", first),
        rows=[PlanRow(name, Decimal(3_000_000), ZERO, Decimal("62.5")) for name in names],
        officer=officer(),
        at=AT,
    )


def applied(kind: str, month: date) -> Any:
    source = HandedIn(month=month, kind=kind, file=kind, sheet="", sha256="0" * 64, staged_by="demo-clerk")
    return take_file(source=source, rows=0, officer=officer(), at=AT)


def income_of(month: date, townships: int, rng: Random) -> list[IncomeRow]:
    """Return the income lines of a month; one in fifty is red."""
    rows: list[IncomeRow] = []
    for day in range(1, DAYS + 1):
        for number in range(1, townships + 1):
            for line in range(LINES_A_DAY):
                key = f"{month:%m}{day:02}{number:02}{line}"
                amount = Decimal(rng.randrange(100, 1_000_000)) / 100
                rows.append(
                    IncomeRow(
                        row=len(rows) + 1,
                        received_on=month.replace(day=day),
                        township=f"第{number}镇",
                        subject_code=f"1010{line}",
                        subject="收入",
                        kind="预算内",
                        payment_slip=f"JK{key}",
                        receipt=f"QL{key}",
                        amount=-amount if rng.random() < 0.02 else amount,
                        collector="税务所",
                        note="",
                    )
                )
    return rows


def replay() -> float:
    """Post the vouchers of the settlements once more under other sources; return the seconds."""
    events = list(again())
    start = time.perf_counter()
    post_events(events)
    return time.perf_counter() - start


def again() -> Iterator[Event]:
    """Yield the events of the settlements under sources of their own."""
    made: dict[str, list[VoucherToPost]] = {}
    for voucher in (
        Voucher.objects.filter(source__startswith="treasury.settlement/").select_related("book").order_by("pk")
    ):
        lines = Line.objects.filter(voucher_id=voucher.pk).select_related("account").order_by("line_no")
        made.setdefault(voucher.source, []).append(
            VoucherToPost(
                book=voucher.book.code,
                posting_date=voucher.posting_date,
                summary=voucher.summary,
                entries=[Entry(line.account.code, line.side, line.amount, str(line.fund_id)) for line in lines],
                signatures=Signatures(
                    preparer=str(voucher.preparer_id),
                    reviewer=str(voucher.reviewer_id),
                    poster=str(voucher.poster_id),
                    cashier=str(voucher.cashier_id) if voucher.cashier_id else None,
                ),
            )
        )
    for source, vouchers in made.items():
        yield Event(source=f"again/{source}", vouchers=vouchers)
