"""A district with a town and a sub-district whose money the treasury keeps, made by its acts; everybody is invented."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from django.db.models import Sum

from ledger.checks import CHECKS, run_checks
from ledger.models import Balance, Book, Line, Officer
from ledger.models.words import BookKind
from month.beginning import begin_demo, open_months
from month.posts import demo_officer
from tests.furnishing import fixtures
from treasury.collecting import IncomeRow, register_income, sweep_income
from treasury.entries import Codes
from treasury.models import AppliedFile, Township
from treasury.opening import codes_of
from treasury.owing import UnpaidRow, register_unpaid
from treasury.registering import ListedUnit, register_units
from treasury.settling import Settled, approve_settlements, post_settlements, prepare_settlements
from treasury.taking_files import HandedIn, take_file
from treasury.taking_over import OpeningRow, PlanRow, register_plans, take_over

AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
TOWN, STREET = "云溪镇", "石桥街道"
OFFICE, BUREAU = "220112101001", "220112102001"
DISBURSEMENTS, FEES, TRANSFERS = "预算内支出户", "预算外分户", "转移支付专户"
files = count(1)


def yuan(text: str | int) -> Decimal:
    return Decimal(str(text)).quantize(Decimal("0.01"))


def begin(month: date = NOVEMBER, townships: Sequence[str] = (TOWN, STREET)) -> None:
    """Open the books of a district and of its townships, each with one unit."""
    begin_demo(month=month, at=AT)
    district = Book.objects.get(kind=BookKind.DISTRICT)
    kinds = {TOWN: "镇", STREET: "街道"}
    register_units(
        listed=[
            ListedUnit(
                township_code=f"2201121{at:02}",
                township=name,
                township_kind=kinds.get(name, "乡"),
                code=f"2201121{at:02}001",
                name=f"{name}政府",
                nature="行政",
                credit_code="",
                channel="个人账户",
                passbook_bank="",
                passbook="",
            )
            for at, name in enumerate(townships, start=1)
        ],
        district=district,
        effective_from=month,
        officer=demo_officer("preparer"),
        source="test",
        at=AT,
    )
    open_months(day=month, officer=demo_officer("chief_accountant"), at=AT)


def town(name: str = TOWN) -> Township:
    return Township.objects.select_related("book", "book__parent").get(name=name)


def codes(name: str = TOWN) -> Codes:
    book = town(name).book
    assert book.parent is not None
    return codes_of(district=book.parent, township=book)


def applied(kind: str = "INCOME", month: date = NOVEMBER, officer: Officer | None = None) -> AppliedFile:
    """Return a file that counts from now on."""
    number = next(files)
    return take_file(
        source=HandedIn(
            month=month, kind=kind, file=f"{kind}{number}.csv", sheet="", sha256="0" * 64, staged_by="demo-clerk"
        ),
        rows=1,
        officer=officer or demo_officer("preparer"),
        at=AT,
    )


def row(
    amount: str,
    *,
    day: int = 5,
    month: date = NOVEMBER,
    name: str = TOWN,
    kind: str = "预算内",
    number: int = 0,
    **changes: object,
) -> IncomeRow:
    """Return an income line of a day; ``number`` tells slips and receipts apart."""
    number = number or next(files)
    made = IncomeRow(
        row=number,
        received_on=month.replace(day=day),
        township=name,
        subject_code="10101",
        subject="增值税",
        kind=kind,
        payment_slip=f"JK{number:06}",
        receipt=f"QL{number:06}",
        amount=yuan(amount),
        collector="税务所",
        note="冲正" if amount.startswith("-") else "",
    )
    return made._replace(**changes)  # type: ignore[arg-type]


def collect(*rows: IncomeRow, month: date = NOVEMBER) -> None:
    """Register income lines of a month and sweep them."""
    register_income(file=applied("INCOME", month), rows=rows, officer=demo_officer("preparer"), at=AT)
    sweep_income(month=month, cashier=demo_officer("cashier"), at=AT)


def plan(planned: str, *, before: str = "0", share: str = "100", name: str = TOWN, month: date = NOVEMBER) -> None:
    register_plans(
        file=applied("PLAN", month),
        rows=[PlanRow(name, yuan(planned), yuan(before), Decimal(share))],
        officer=demo_officer("preparer"),
        at=AT,
    )


def opening(figures: Mapping[str, str], *, name: str = TOWN) -> None:
    """Take over opening figures of a township: the old debt and what its accounts hold."""
    take_over(
        file=applied("SUB_ACCOUNTS"),
        rows=[OpeningRow(name, item, yuan(amount)) for item, amount in figures.items()],
        officer=demo_officer("preparer"),
        at=AT,
    )


def owe_salaries(*owed: tuple[str, date, str], name: str = TOWN) -> None:
    """Register unpaid salaries: reference of the person, month, amount."""
    register_unpaid(
        file=applied("UNPAID_SALARIES"),
        rows=[
            UnpaidRow(at, name, OFFICE, who, month, yuan(amount), "") for at, (who, month, amount) in enumerate(owed)
        ],
        officer=demo_officer("preparer"),
        at=AT,
    )


def settle(month: date = NOVEMBER) -> Settled:
    """Settle a month by three officers."""
    prepare_settlements(month=month, officer=demo_officer("preparer"), at=AT)
    approve_settlements(month=month, officer=demo_officer("reviewer"), at=AT)
    return post_settlements(month=month, cashier=demo_officer("cashier"), at=AT)


def balance(code: str, *, book: str = "", name: str = TOWN) -> Decimal:
    """Return debit less credit of an account: of a township's book, or of the one named."""
    rows = Balance.objects.filter(account__book__code=book or town(name).book_id, account__code=code)
    sums = rows.aggregate(debit=Sum("debit"), credit=Sum("credit"))
    return (sums["debit"] or yuan(0)) - (sums["credit"] or yuan(0))


def current_accounts(name: str = TOWN) -> dict[str, tuple[Decimal, Decimal]]:
    """Return both current accounts, as the district's book has them and as the township's has."""
    known, district = codes(name), town(name).book.parent
    assert district is not None
    return {
        "年度": (balance(known.district.annual, book=district.code), balance(known.township.annual, name=name)),
        "历史": (balance(known.district.historic, book=district.code), balance(known.township.historic, name=name)),
    }


def fen_in_all_books() -> Decimal:
    """Return debits less credits of every line there is: nothing, always."""
    lines = Line.objects.values_list("side", "amount")
    return sum((amount if side == "D" else -amount for side, amount in lines), yuan(0))


# What only the batches of payouts bring; the treasury's own acts are tested without them.
OF_PAYOUTS = ("releases_are_posted", "releases_are_owed", "releases_are_paid", "release_returns_are_posted")


def assert_books_agree() -> None:
    """The books check, 往来 sums to zero, and no fen was made or lost."""
    assert not [found.what for found in run_checks([name for name in CHECKS if name not in OF_PAYOUTS])]
    assert fen_in_all_books() == yuan(0)
    for one in Township.objects.all():
        for above, below in current_accounts(one.name).values():
            assert above + below == yuan(0)


stage, own_stage, rolled_back = fixtures(begin)
