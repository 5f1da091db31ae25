"""A small district whose townships have money, and releases of each kind out of it; everybody is invented.

``furnish`` makes releases of each stage: July's are paid, with a claim and the passbook returned, August's
batch is approved, September's releases are released and not batched.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.contrib.auth.models import Permission
from django.db import transaction

from ledger.checks import run_checks
from ledger.entries import Signatures
from ledger.models import Line, Officer
from ledger.posting import post_event
from month.approving import carry_approvals
from month.beginning import open_months
from month.running import fitting
from payouts.disbursing import ReleaseBatches, build_release_batches
from payouts.models import Batch, Payment, Person
from payouts.sending import send_batch
from tests import payroll
from tests.furnishing import fixtures
from tests.payroll import AT, AUGUST, EVERYBODY, JULY, LIST, OFFICE, SCHOOL, SEPTEMBER, Staffer, answered, card, officer
from treasury import entries
from treasury.entries import EXTRA_BUDGETARY, GENERAL, Codes
from treasury.models import AppliedFile, BackPayPart, Release, Township, UnpaidSalary
from treasury.models.words import Rank, ReleaseKind
from treasury.opening import codes_of
from treasury.posting import SERVICE, mirrored_event
from treasury.releasing import PayeeLine, release_funds, request_release

TOWN, STREET = "220112101", "220112102"
FUNDED = Decimal("100000.00")
SUPPLIER = PayeeLine("青岚建材店", Decimal("800.00"), bank="农商行", account_number="0710099990000001")
HANDLER = PayeeLine(
    "测试经手人", Decimal("120.50"), bank="农商行", account_number=card(300), payee_number="220112198001019995"
)


@dataclass(frozen=True)
class Order:
    """A release to make: out of which account of a township, for whom."""

    source: str
    kind: ReleaseKind
    account: str
    lines: Sequence[PayeeLine]
    rank: Rank = Rank.OTHER
    fund: str = GENERAL
    township: str = TOWN


def codes(township: str = TOWN) -> Codes:
    book = Township.objects.get(code=township).book
    assert book.parent is not None
    return codes_of(district=book.parent, township=book)


def person(one: Staffer, amount: str) -> PayeeLine:
    """Return a line to somebody whom payouts knows, without an account."""
    key = Person.objects.get(id_number=one.id_number).pk
    return PayeeLine(one.name, Decimal(amount), payee_reference=f"person/{key}")


def orders(month: date) -> list[Order]:
    """Return an order of each kind: two payees of a claim, one supplier twice, people with and without accounts."""
    own = codes().township
    return [
        Order(f"claim/{month:%m}", ReleaseKind.CLAIM, own.extra_budgetary, [HANDLER, SUPPLIER], fund=EXTRA_BUDGETARY),
        Order(f"special/{month:%m}", ReleaseKind.CLAIM, own.transfers, [SUPPLIER, SUPPLIER], Rank.STABILITY),
        Order(f"procurement/{month:%m}", ReleaseKind.CLAIM, "", [SUPPLIER], Rank.OPERATIONS),
        Order(
            f"back-pay/{month:%m}",
            ReleaseKind.BACK_PAY,
            own.disbursements,
            [person(OFFICE[0], "300.00"), person(SCHOOL[0], "200.00"), person(SCHOOL[1], "100.00")],
            Rank.SALARY,
        ),
    ]


def begin(month: date = JULY) -> None:
    """Make the district with its people, and put money into every account of its townships."""
    payroll.begin(month)
    payroll.declare_roster(month, EVERYBODY)
    releaser = payroll.hire("fund-releaser", ["releaser"])
    releaser.user_permissions.add(Permission.objects.get(codename="release_funds"))
    for later in (JULY, AUGUST, SEPTEMBER):
        open_months(day=later, officer=officer("chief_accountant"), at=AT)
    for township in (TOWN, STREET):
        fund(township, month)


def fund(township: str, on: date) -> None:
    """Let revenue, fees and a transfer reach the accounts of a township (J1, J2, J4, J8, J10)."""
    known = codes(township)
    book = Township.objects.get(code=township).book
    assert book.parent is not None
    for name, journal in {
        "revenue": entries.collect_revenue(known, 2 * FUNDED),
        "sweep": entries.sweep(known, 2 * FUNDED),
        "return": entries.ordinary_return(known, FUNDED),
        "transfer": entries.transfer_to_special_account(known, known.township.transfers, FUNDED),
        "fee": entries.collect_fee(known, FUNDED),
    }.items():
        post_event(
            mirrored_event(
                source=f"test.{name}/{township}",
                district=book.parent,
                township=book,
                entries=journal,
                posting_date=on,
                summary=name,
                signatures=Signatures(
                    preparer=SERVICE,
                    reviewer=officer("reviewer").username,
                    poster=SERVICE,
                    cashier=officer("cashier").username,
                ),
            )
        )


def requested(month: date, order: Order, *, prepared: str = "preparer", checked: str = "reviewer") -> Release:
    with transaction.atomic():
        release = request_release(
            source=order.source,
            month=month,
            township=Township.objects.get(code=order.township),
            kind=order.kind,
            rank=order.rank,
            account_code=order.account,
            fund_code=order.fund,
            summary=f"{order.kind.label}",
            lines=order.lines,
            on=month,
            prepared_by=officer(prepared),
            checked_by=officer(checked),
        )
        if order.kind == ReleaseKind.BACK_PAY:
            owe(release, order.lines)
    return release


def owe(release: Release, lines: Sequence[PayeeLine]) -> None:
    """Let the township owe what a release of back pay pays: the same month of the year before."""
    year_before = release.month.replace(year=release.month.year - 1)
    file = AppliedFile.objects.create(
        month=year_before,
        kind="UNPAID",
        file=f"{release.source}.csv",
        sha256="00" * 32,
        rows=len(lines),
        staged_by=release.checked_by,
        applied_by=release.prepared_by,
        applied_at=AT,
    )
    for row, line in enumerate(lines, 2):
        owed = UnpaidSalary.objects.create(
            township=release.township,
            payee_reference=line.payee_reference,
            month=year_before,
            amount=line.amount,
            file=file,
            row=row,
        )
        BackPayPart.objects.create(unpaid=owed, release=release, amount=line.amount)


def released(month: date, order: Order, **officers: str) -> Release:
    return release_funds(release=requested(month, order, **officers), officer=officer("fund-releaser"), at=AT)


def released_all(month: date) -> list[Release]:
    """Request and release an order of each kind, in the order of their ranks."""
    return [released(month, order) for order in sorted(orders(month), key=lambda order: order.rank)]


def built(month: date, *, template: str = LIST) -> ReleaseBatches:
    """Build the batches of a month and have them signed for and approved."""
    made = build_release_batches(
        month=month, officer=officer("releaser"), template=template, pay_date=month.replace(day=18), at=AT
    )
    return replace(made, batches=approved(made.batches))


def approved(batches: Sequence[Batch]) -> list[Batch]:
    """Have batches signed for and approved, as a demo does."""
    for month in {batch.month for batch in batches}:
        carry_approvals(month=month, at=AT)
    return [Batch.objects.get(pk=batch.pk) for batch in batches]


def sent(batch: Batch, *, by: str = "cashier") -> Batch:
    return send_batch(batch=batch, officer=officer(by), template=fitting(batch, LIST), at=AT)


def serials(batch: Batch) -> dict[tuple[str, Decimal], int]:
    """Return the serials of a batch by payee and amount."""
    return {(one.name, one.amount): one.serial for one in Payment.objects.filter(batch=batch)}


def place_in(batch: Batch, name: str, amount: str) -> int:
    """Return the place of a payment in its batch, from 1."""
    ordered = Payment.objects.filter(batch=batch).order_by("serial")
    return 1 + [(one.name, one.amount) for one in ordered].index((name, Decimal(amount)))


def silent() -> bool:
    return list(run_checks([])) == []


def spent_from(book: str, account: str) -> Decimal:
    """Return what has left an account of a book on its credit side, red subtracted."""
    lines = Line.objects.filter(account__book__code=book, account__code=account, side="C")
    return sum((line.amount for line in lines), Decimal("0.00"))


def hired(username: str, posts: Collection[str]) -> Officer:
    return payroll.hire(username, posts)


def furnish() -> None:
    """Make the district with releases of each stage."""
    begin()
    released_all(JULY)
    (july,) = built(JULY).batches
    sent(july)
    failing = [place_in(july, HANDLER.payee_name, "120.50"), place_in(july, "白桦镇中心小学", "300.00")]
    answered(july, failing=failing)
    released_all(AUGUST)
    assert len(built(AUGUST).batches) == 1
    released_all(SEPTEMBER)


# Databases

stage, own_stage, rolled_back = fixtures(furnish)

# A district that has money and no release yet, of one test's own.
district = fixtures(begin).own_stage
