"""A district with budgets for tests: a town, a street and an office without any; everybody here is invented.

``furnish`` makes it once a module. The town (T01) has an approved budget of 2026 with a plan; the street (T02)
has none. ``PLAN`` says what is planned of the town's lines, so a test can name what is left.
"""

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from django.contrib.auth.models import Permission

from ledger.entries import Event, Signatures, VoucherToPost, credit, debit
from ledger.models import Book, Officer
from ledger.models.words import OfficerKind
from ledger.posting import post_event
from month.beginning import open_months
from tests.builders import AT as AT
from tests.builders import make_officers
from tests.furnishing import fixtures
from treasury.budgeting import (
    BudgetedLine,
    Indicator,
    approve_budget,
    issue_principles,
    prepare_budget,
    record_resolution,
    review_budget,
    submit_budget,
)
from treasury.entries import Classes, SpendingLine, ordinary_return
from treasury.models import Appropriation, Budget, Release, SpendingPlan, Township
from treasury.models.words import IndicatorKind, Rank, ReleaseKind
from treasury.opening import codes_of, open_district_book, open_township_book
from treasury.planning_spending import PlannedMonth, approve_plan, prepare_plan
from treasury.posting import SERVICE, mirrored_event
from treasury.releasing import PayeeLine, request_release

YEAR = 2026
ON = date(2026, 3, 10)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
FUND = "111"
LATE = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)
OFFICE, OPERATING = "2010301", "302"

# The town's lines: the salaries of the office, its running costs, and everything else.
LINES = (
    BudgetedLine(OFFICE, "301", Decimal("1200.00"), "工资"),
    BudgetedLine(OFFICE, OPERATING, Decimal("500.00"), "公用经费"),
    BudgetedLine("", "303", Decimal("300.00"), "补助"),
)
RESOURCES = Decimal("2000.00")
PLAN = (
    PlannedMonth(OFFICE, "301", 3, Decimal("100.00")),
    PlannedMonth(OFFICE, OPERATING, 3, Decimal("60.00")),
    PlannedMonth(OFFICE, OPERATING, 5, Decimal("40.00")),
)
POSTS = {
    "clerk": ("prepare_budget", "prepare_spending_plan"),
    "bureau": ("review_budget", "approve_spending_plan"),
    "head": ("approve_budget", "record_resolution"),
    "other": ("approve_budget", "record_resolution", "review_budget", "approve_spending_plan"),
    "chief": ("issue_principles",),
    "releaser": ("release_funds",),
    "everything": (
        "prepare_budget",
        "prepare_spending_plan",
        "review_budget",
        "approve_spending_plan",
        "approve_budget",
        "record_resolution",
        "issue_principles",
        "release_funds",
    ),
}
sources = itertools.count(1)


def yuan(text: str) -> Decimal:
    return Decimal(text)


def officer(name: str) -> Officer:
    return Officer.objects.get(username=name)


def town() -> Township:
    return Township.objects.get(code="T01")


def street() -> Township:
    return Township.objects.get(code="T02")


def a_line(amount: str, economic: str = "30201", functional: str = OFFICE) -> SpendingLine:
    return SpendingLine(yuan(amount), Classes(functional=functional, economic=economic))


def make_people() -> None:
    make_officers()
    Officer.objects.create(username=SERVICE, full_name="月度处理服务", kind=OfficerKind.SERVICE)
    for name, acts in POSTS.items():
        hired, _made = Officer.objects.get_or_create(username=name, defaults={"full_name": f"测试{name}"})
        hired.user_permissions.set(Permission.objects.filter(content_type__app_label="treasury", codename__in=acts))


def make_district() -> None:
    """Open the district with a town and a street, March to May open, and money in the town's account."""
    make_people()
    opener = officer("reviewer")
    common = {"opened_on": date(2026, 1, 1), "opener": opener, "at": AT}
    district = open_district_book(code="D", name="青岚区", regime="GF2015", **common)  # type: ignore[arg-type]
    for number, (name, kind) in enumerate((("白桦镇", "镇"), ("松江街道", "街道")), start=1):
        code = f"T{number:02}"
        book = open_township_book(district=district, number=number, code=code, name=name, **common)  # type: ignore[arg-type]
        Township.objects.create(code=code, name=name, kind=kind, number=number, book=book)
    for month in range(1, 6):
        open_months(day=date(YEAR, month, 1), officer=opener, at=AT)


def principles(*indicators: Indicator, year: int = YEAR, text: str = "保工资、保稳定、保运转") -> None:
    issue_principles(year=year, text=text, indicators=indicators, on=date(2025, 9, 1), officer=officer("chief"), at=AT)


def prepared(
    township: Township,
    lines: Sequence[BudgetedLine] = LINES,
    *,
    year: int = YEAR,
    resources: Decimal = RESOURCES,
    by: str = "clerk",
) -> Budget:
    return prepare_budget(
        book=township.book, year=year, lines=lines, resources=resources, on=ON, officer=officer(by), at=AT
    )


def approved(budget: Budget) -> Budget:
    """Take a prepared budget through its chain."""
    budget = submit_budget(budget=budget, officer=officer("clerk"), at=AT)
    paper = {"paper": "第7号", "paper_on": date(2026, 2, 1), "on": ON, "officer": officer("head"), "at": AT}
    if budget.chain == "GOVERNMENT":
        return approve_budget(budget=budget, **paper)  # type: ignore[arg-type]
    budget = review_budget(budget=budget, officer=officer("bureau"), at=AT)
    return record_resolution(budget=budget, **paper)  # type: ignore[arg-type]


def planned(township: Township, *months: PlannedMonth, year: int = YEAR) -> SpendingPlan:
    plan = prepare_plan(book=township.book, year=year, months=months, on=ON, officer=officer("clerk"), at=AT)
    return approve_plan(plan=plan, officer=officer("bureau"), at=AT)


def the_line(economic: str = OPERATING, functional: str = OFFICE, book: str = "T01") -> Appropriation:
    return Appropriation.objects.get(book__code=book, year=YEAR, functional=functional, economic=economic)


def fund_town(amount: str = "5000.00") -> None:
    """Put money into the town's disbursement account (J4); the district keeps a thousand more."""
    township = town()
    district = Book.objects.get(code="D")
    codes = codes_of(district=district, township=township.book)
    signed = Signatures(preparer=SERVICE, reviewer="reviewer", poster=SERVICE, cashier="cashier")
    opening = VoucherToPost(
        book="D",
        posting_date=date(2025, 12, 31),
        summary="期初余额",
        entries=(
            debit(codes.district.cash, yuan(amount) + 1000, fund=FUND),
            credit("3001", yuan(amount) + 1000, fund=FUND),
        ),
        signatures=signed,
        kind="OPENING",
    )
    post_event(Event(source="opening/cash", vouchers=[opening]))
    post_event(
        mirrored_event(
            source="return/1",
            district=district,
            township=township.book,
            entries=ordinary_return(codes, yuan(amount)),
            posting_date=date(2026, 3, 1),
            summary="返还",
            signatures=signed,
        )
    )


def a_release(
    amount: str, economic: str = "30201", *, month: date = MARCH, township: Township | None = None, **line: str
) -> Release:
    """Return a waiting release of one line out of the town's disbursement account."""
    of = township or town()
    codes = codes_of(district=Book.objects.get(code="D"), township=of.book)
    return request_release(
        source=f"test.release/{next(sources)}",
        month=month,
        township=of,
        kind=ReleaseKind.CLAIM,
        rank=Rank.OPERATIONS,
        account_code=codes.township.disbursements,
        fund_code=FUND,
        summary="办公用品",
        lines=[PayeeLine("测试商店", yuan(amount), functional=line.get("functional", OFFICE), economic=economic)],
        on=ON,
        prepared_by=officer("preparer"),
        checked_by=officer("reviewer"),
    )


def furnish() -> None:
    """Make the district of this module's docstring."""
    make_district()
    principles(Indicator(IndicatorKind.CEILING, yuan("2000.00")))
    approved(prepared(town()))
    planned(town(), *PLAN)
    fund_town()


# Databases

stage, own_stage, rolled_back = fixtures(furnish)
