"""A small district that pays its people, made by the acts alone: a month of each stage; everybody is invented.

``furnish`` makes the whole of it once; the fixtures below hand out copies. July is paid, with one
return issued again, one under correction and one left; August is sent, September approved, October
checked with open exceptions, November frozen.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256

from django.contrib.auth.models import Group
from django.db import transaction

from ledger.models import Book, Officer
from ledger.models.words import BookKind
from month.beginning import begin_demo, open_months
from month.posts import POSTS, demo_officer
from payouts.answering import Taken, take_results
from payouts.building import release_run
from payouts.checking import check_run
from payouts.computing import compute_run
from payouts.correcting import NewAccount, approve_correction, propose_correction, reissue
from payouts.declaring import DeclaredFile, DeclaredPayRow, StaffRow, declare, declare_pay, declare_staff
from payouts.models import AccountCorrection, BankFile, Batch, Declaration, Payment, Run
from payouts.rendering import render_batch
from payouts.running import freeze_run, review_run, run_to_collect, sign_exceptions, submit_run
from payouts.sending import send_batch
from tests.acting_as import let_act_as
from tests.bank import Bank
from tests.furnishing import fixtures
from treasury.registering import ListedUnit, register_units

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
JULY, AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in range(7, 12))
LIST, SINGLE = "list_gb18030", "single_gb18030"
# Places among July's payments: issued again, under correction, left with the treasury.
REISSUED, PROPOSED, LEFT = 2, 3, 4
PAPER = "开户证明"


@dataclass(frozen=True)
class Staffer:
    """Somebody on the roster, and the declared pay."""

    number: int
    unit: str
    account: str
    wage: str = "5000.00"
    bonus: str = ""

    @property
    def id_number(self) -> str:
        return f"2201121980010100{self.number:02}"

    @property
    def name(self) -> str:
        return f"测试人{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥'[self.number - 1]}"

    @property
    def amounts(self) -> Mapping[str, str]:
        return {"POST_WAGE": self.wage, "BONUS": self.bonus, "PENSION": "400.00", "MEDICAL": "100.00"}


def card(number: int) -> str:
    """Return an invented card number that passes the check of cards (Luhn)."""
    stem = f"622848001234567{number:03}"
    doubled = [int(digit) * (2 - at % 2) for at, digit in enumerate(reversed(stem))]
    return stem + str(-sum(digit // 10 + digit % 10 for digit in doubled) % 10)


OFFICE = tuple(Staffer(n, "220112101001", card(n), f"{5000 + n}.{n:02}") for n in range(1, 7))
SCHOOL = tuple(Staffer(n, "220112101002", "", f"{4000 + n}.00") for n in range(7, 10))
STATION = tuple(Staffer(n, "220112102001", card(n), f"{6000 + n}.50") for n in range(10, 12))
EVERYBODY = (*OFFICE, *SCHOOL, *STATION)
NEWCOMER = Staffer(12, "220112102001", card(12), "3210.00")

UNITS = (
    ListedUnit(
        "220112101", "白桦镇", "镇", "220112101001", "白桦镇人民政府", "行政", "11220112MB0000011A", "个人账户", "", ""
    ),
    ListedUnit(
        "220112101",
        "白桦镇",
        "镇",
        "220112101002",
        "白桦镇中心小学",
        "事业",
        "12220112MB0000022B",
        "单位存折",
        "农商行",
        "0710011234560001",
    ),
    ListedUnit("220112102", "松江街道", "街道", "220112102001", "松江街道卫生站", "事业", "", "个人账户", "", ""),
)


def officer(post: str) -> Officer:
    """Return the officer of a post; ``second-`` another of it, ``everything`` one who holds them all."""
    if post in POSTS:
        return demo_officer(post)
    return Officer.objects.get(username=post)


def begin(month: date) -> None:
    """Open the books with their cash, register the units, and hire a second officer of each post."""
    begin_demo(month=month, at=AT)
    register_units(
        listed=UNITS,
        district=Book.objects.get(kind=BookKind.DISTRICT),
        effective_from=month,
        officer=officer("preparer"),
        source="单位名册",
        at=AT,
    )
    for post in POSTS:
        hire(f"second-{post}", [post])
    let_act_as(hire("everything", []), *POSTS)


def hire(username: str, posts: Collection[str]) -> Officer:
    hired = Officer.objects.create(username=username, full_name=f"测试{username}")
    hired.groups.set(Group.objects.filter(name__in=posts))
    return hired


def a_file(month: date, kind: str, text: str = "") -> DeclaredFile:
    """Return a file that the clerk has staged; ``text`` stands for its content."""
    digest = sha256(f"{month}{kind}{text}".encode()).hexdigest()
    return DeclaredFile(month, kind, f"{kind}{text}.xlsx", "", digest, officer("clerk").username)


@transaction.atomic
def declare_roster(month: date, people: Sequence[Staffer] = EVERYBODY, *, text: str = "") -> Declaration:
    applier = officer("preparer")
    declaration = declare(source=a_file(month, "ROSTER", text), rows=len(people), officer=applier, at=AT)
    rows = [
        StaffRow(at, one.id_number, one.unit, one.name, "事业管理", "", "", "", "", "农商行", one.account, "", "", "")
        for at, one in enumerate(people, start=2)
    ]
    declare_staff(declaration=declaration, rows=rows, officer=applier)
    return declaration


@transaction.atomic
def declare_wages(month: date, people: Sequence[Staffer] = EVERYBODY, *, text: str = "") -> Declaration:
    declaration = declare(source=a_file(month, "PAY_ITEMS", text), rows=len(people), officer=officer("preparer"), at=AT)
    rows = [DeclaredPayRow(at, one.id_number, one.unit, one.name, one.amounts) for at, one in enumerate(people, 2)]
    declare_pay(declaration=declaration, rows=rows)
    return declaration


def no_progress(_step: str, _count: int) -> None:
    """Tell nobody."""


def collected(month: date, people: Sequence[Staffer] = EVERYBODY, *, text: str = "") -> Run:
    """Return the run of a month that has taken its roster and its pay items."""
    run = run_to_collect(month=month, pay_date=month.replace(day=15), at=AT)
    declare_roster(month, people, text=text)
    declare_wages(month, people, text=text)
    open_months(day=month.replace(day=15), officer=officer("chief_accountant"), at=AT)
    return run


def computed(run: Run) -> Run:
    preparer = officer("preparer")
    return compute_run(run=freeze_run(run=run, officer=preparer, at=AT), officer=preparer, at=AT, progress=no_progress)


def checked(run: Run) -> Run:
    return check_run(run=computed(run), officer=officer("preparer"), at=AT)


def submitted(run: Run) -> Run:
    run = checked(run)
    sign_exceptions(run=run, exceptions=None, officer=officer("preparer"), reason="已核对", at=AT)
    return submit_run(run=run, officer=officer("preparer"), at=AT)


def reviewed(run: Run) -> Run:
    return review_run(run=submitted(run), officer=officer("reviewer"), at=AT)


def released(run: Run, *, by: str = "releaser") -> Batch:
    batch = release_run(run=reviewed(run), officer=officer(by), template=LIST, at=AT)
    assert batch is not None
    return batch


def rendered(month: date, *, template: str = LIST) -> Batch:
    """Return the batch of a month with its files made."""
    batch = batch_of(month)
    if batch.status == "APPROVED":
        render_batch(batch=batch, officer=officer("cashier"), template=template, at=AT)
    return batch_of(month)


def sent(batch: Batch, *, template: str = LIST) -> Batch:
    return send_batch(batch=batch, officer=officer("cashier"), template=template, at=AT)


def approval_in(month: date) -> datetime:
    """Return when corrections of a month are approved: their accounts have cooled off by the days of its reissues."""
    return datetime(month.year, month.month, 18, 9, 0, tzinfo=UTC)


def answer_to(file: BankFile, *, failing: Collection[int] = ()) -> bytes:
    """Return what the bank says to a file of ours; ``failing`` are places in it whose account is closed."""
    serials = [int(row.split("|")[0]) for row in bytes(file.content).decode("gb18030").splitlines()]
    return Bank(minimum=1).take(bytes(file.content), failing={serials[place - 1]: "1004" for place in failing})


def answered(batch: Batch, *, failing: Collection[int] = (), by: str = "cashier") -> list[Taken]:
    return [
        take_results(
            name=f"result_{file.name}",
            content=answer_to(file, failing=failing),
            template=file.template,
            month=None,
            officer=officer(by),
            on=None,
            at=AT,
        )
        for file in batch.files.order_by("number")
    ]


def serial_of(month: date, place: int) -> int:
    """Return the serial of a payment by its place in the month, from 1."""
    return Payment.objects.filter(month=month).order_by("serial").values_list("serial", flat=True)[place - 1]


def proposed(month: date, place: int, *, number: str = card(500)) -> AccountCorrection:
    return propose_correction(
        month=month,
        serial=serial_of(month, place),
        account=NewAccount("", "", number),
        paper=PAPER,
        officer=officer("clerk"),
        at=AT,
    )


def reissued(month: date) -> list[Batch]:
    """Release what of a month is corrected and approved, one payment a file."""
    return reissue(month=month, officer=officer("releaser"), template=SINGLE, pay_date=month.replace(day=25), at=AT)


def furnish() -> None:
    """Make the district with a month of each stage."""
    begin(JULY)
    july = sent(released(collected(JULY)))
    answered(july, failing=[REISSUED, PROPOSED, LEFT])
    approve_correction(correction=proposed(JULY, REISSUED), officer=officer("reviewer"), at=approval_in(JULY))
    proposed(JULY, PROPOSED)
    for batch in reissued(JULY):
        answered(sent(batch, template=SINGLE))
    sent(released(collected(AUGUST)))
    released(collected(SEPTEMBER))
    # Two people of one account block, a raise over the limit is to be signed.
    sharer = Staffer(2, OFFICE[1].unit, OFFICE[0].account, OFFICE[1].wage)
    rich = Staffer(3, OFFICE[2].unit, OFFICE[2].account, "25000.00")
    checked(collected(OCTOBER, (OFFICE[0], sharer, rich, *EVERYBODY[3:])))
    freeze_run(run=collected(NOVEMBER), officer=officer("preparer"), at=AT)


def run_of(month: date, number: int = 1) -> Run:
    return Run.objects.get(month=month, number=number)


def batch_of(month: date, number: int = 1) -> Batch:
    return Batch.objects.get(month=month, number=number)


def yuan(text: str) -> Decimal:
    return Decimal(text)


# Databases

stage, own_stage, rolled_back = fixtures(furnish)
