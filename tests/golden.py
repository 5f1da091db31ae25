"""The golden month of domain 2.5 and the arrears of 1.4, made by the acts alone; everybody is invented.

白桦镇 owes 50 000.00, collects 950 000.00 against a plan of 800 000.00, pays 620 000.00 of salaries and owes two
people the salaries of August and September (60 000.00 a month). 松江街道 is short of its plan, advanced money by
the district, and hands in claims.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256

from django.db import transaction

from ledger.entries import Signatures
from ledger.models import Book, Officer
from ledger.models.words import BookKind
from ledger.posting import post_event
from month.beginning import begin_demo, open_months
from month.posts import demo_officer
from tests.furnishing import fixtures
from treasury.claiming import HandedInClaim, HandedInLine, take_claims
from treasury.collecting import IncomeRow, register_income, sweep_income
from treasury.entries import record_old_debt, spend_through_district
from treasury.models import AppliedFile, Township
from treasury.opening import codes_of
from treasury.owing import UnpaidRow, register_unpaid
from treasury.posting import SERVICE, mirrored_event
from treasury.registering import ListedUnit, register_units
from treasury.settling import approve_settlements, post_settlements, prepare_settlements
from treasury.taking_files import HandedIn, take_file
from treasury.taking_over import OpeningRow, PlanRow, register_plans, take_over

AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
LAST_DAY = date(2026, 11, 30)
BIRCH, RIVER = "220112101", "220112102"
TOWNS = {BIRCH: "白桦镇", RIVER: "松江街道"}
UNITS = (
    ListedUnit(BIRCH, "白桦镇", "镇", f"{BIRCH}001", "白桦镇人民政府", "行政", "", "个人账户", "", ""),
    ListedUnit(RIVER, "松江街道", "街道", f"{RIVER}001", "松江街道办事处", "行政", "", "个人账户", "", ""),
)


def yuan(text: str) -> Decimal:
    return Decimal(text.replace(" ", ""))


def town(code: str = BIRCH) -> Township:
    return Township.objects.select_related("book", "book__parent").get(code=code)


def towns() -> Sequence[Township]:
    return list(Township.objects.select_related("book").order_by("number"))


def a_file(kind: str, month: date = NOVEMBER, text: str = "") -> AppliedFile:
    """Take a file that the clerk has handed in and the preparer applies."""
    source = HandedIn(
        month=month,
        kind=kind,
        file=f"{kind}{text}.xlsx",
        sheet="",
        sha256=sha256(f"{month}{kind}{text}".encode()).hexdigest(),
        staged_by="demo-clerk",
    )
    return take_file(source=source, rows=1, officer=demo_officer("preparer"), at=AT)


def income(day: int, code: str, kind: str, amount: str, subject: str = "10101", month: date = NOVEMBER) -> IncomeRow:
    number = f"{month:%m}{day:02}{code}{kind}{amount}"
    name = {"10101": "增值税", "10109": "城市维护建设税"}.get(subject, "其他收入")
    return IncomeRow(
        2, month.replace(day=day), TOWNS[code], subject, name, kind, number, "", yuan(amount), "税务所", ""
    )


INCOME = (
    income(3, BIRCH, "预算内", "600 000.00"),
    income(10, BIRCH, "预算内", "360 000.00", "10109"),
    income(10, BIRCH, "预算内", "-10 000.00"),
    income(10, BIRCH, "预算外", "10 000.00", "10304"),
    income(12, BIRCH, "转移支付", "30 000.00", "11002"),
    income(5, RIVER, "预算内", "380 000.00"),
    income(6, RIVER, "新增农业税", "8 000.00", "10119"),
)
CLAIMS = (
    ("BZ-1", "1 500.00", ""),
    ("BZ-2", "2 500.50", ""),
    ("BZ-3", "99 000.00", "余额不足"),
)


def pay_salaries(code: str, amount: str, *, day: date) -> None:
    """Pay the salaries of a township out of the district's treasury (J3)."""
    township = town(code)
    assert township.book.parent is not None
    post_event(
        mirrored_event(
            source=f"test.payroll/{code}/{day}",
            district=township.book.parent,
            township=township.book,
            entries=spend_through_district(
                codes_of(district=township.book.parent, township=township.book), yuan(amount)
            ),
            posting_date=day,
            summary=f"{township.name}统一发放工资",
            signatures=Signatures(preparer=SERVICE, reviewer="demo-reviewer", poster=SERVICE, cashier="demo-cashier"),
        )
    )


def owe_more(code: str, amount: str, *, day: date) -> None:
    """Record an old debt of a township (J7)."""
    township = town(code)
    assert township.book.parent is not None
    post_event(
        mirrored_event(
            source=f"test.debt/{code}/{day}",
            district=township.book.parent,
            township=township.book,
            entries=record_old_debt(codes_of(district=township.book.parent, township=township.book), yuan(amount)),
            posting_date=day,
            summary=f"{township.name}补记历史欠款",
            signatures=Signatures(preparer=SERVICE, reviewer="demo-reviewer", poster=SERVICE),
        )
    )


def claim(number: str, amount: str, reason: str) -> HandedInClaim:
    return HandedInClaim(
        number=number,
        township=TOWNS[RIVER],
        unit_code=f"{RIVER}001",
        sub_account="预算外分户",
        claimed_on=date(2026, 11, 10),
        lines=[
            HandedInLine(yuan(amount), economic="30201", summary="办公费", invoice=f"F{number}", payee_name="文具店")
        ],
        handler="经办人",
        signer="街道主任",
        signed_on=date(2026, 11, 11),
        reason=reason,
        total=yuan(amount),
    )


def settle(month: date) -> None:
    prepare_settlements(month=month, officer=demo_officer("preparer"), at=AT)
    approve_settlements(month=month, officer=demo_officer("reviewer"), at=AT)
    post_settlements(month=month, cashier=demo_officer("cashier"), at=AT)


@transaction.atomic
def furnish_unsettled() -> None:
    """Make the two townships and their month up to its settlement."""
    begin_demo(month=NOVEMBER, at=AT)
    preparer = demo_officer("preparer")
    register_units(
        listed=UNITS,
        district=Book.objects.get(kind=BookKind.DISTRICT),
        effective_from=NOVEMBER,
        officer=preparer,
        source="单位名册",
        at=AT,
    )
    open_months(day=NOVEMBER, officer=demo_officer("chief_accountant"), at=AT)
    opening = [
        OpeningRow("白桦镇", "历史欠款", yuan("50 000.00"), "截留区级收入"),
        OpeningRow("松江街道", "预算外分户", yuan("20 000.00")),
    ]
    take_over(file=a_file("OPENING"), rows=opening, officer=preparer, at=AT)
    plans = [
        PlanRow("白桦镇", yuan("800 000.00"), yuan("0.00"), Decimal(100)),
        PlanRow("松江街道", yuan("400 000.00"), yuan("0.00"), Decimal(50)),
    ]
    register_plans(file=a_file("PLAN"), rows=plans, officer=preparer, at=AT)
    register_income(file=a_file("INCOME"), rows=INCOME, officer=preparer, at=AT)
    sweep_income(month=NOVEMBER, cashier=demo_officer("cashier"), at=AT)
    pay_salaries(BIRCH, "620 000.00", day=date(2026, 11, 25))
    pay_salaries(RIVER, "420 000.00", day=date(2026, 11, 25))
    unpaid = [
        UnpaidRow(2 + place, "白桦镇", f"{BIRCH}001", f"person/{place}", date(2026, month, 1), yuan("30 000.00"), "")
        for month in (8, 9)
        for place in (1, 2)
    ]
    register_unpaid(file=a_file("UNPAID"), rows=unpaid, officer=preparer, at=AT)
    take_claims(file=a_file("CLAIMS"), claims=[claim(*one) for one in CLAIMS], officer=preparer, at=AT)


def furnish() -> None:
    furnish_unsettled()
    settle(NOVEMBER)


def officer(post: str) -> Officer:
    return demo_officer(post)


stage, own_stage, rolled_back = fixtures(furnish)
