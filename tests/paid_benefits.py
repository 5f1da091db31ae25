"""A small district that pays benefits from February to April 2026, made by the acts alone; everybody is invented.

In February one payment comes back and is issued again in March. In March one is new by an award, one was removed from
the roster and one has the last day of entitlement; one payment comes back and stays. In April a death of February
becomes known, so that March was overpaid, and somebody who was met too late gets the arrears.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from imports.cleaning.identities import check_digit
from month.beginning import open_months
from payouts.answering import take_results
from payouts.checking_benefits import check_benefits
from payouts.correcting import NewAccount, approve_correction, propose_correction, reissue
from payouts.declaring import declare
from payouts.enrolling import RosterRow, enrol_roster
from payouts.entitling import compute_benefits
from payouts.funding_benefits import fund_run
from payouts.models import BankFile, Batch, Declaration, Payment, Run
from payouts.models.words import RunPurpose
from payouts.releasing_benefits import release_benefits
from payouts.running import freeze_run, review_run, run_to_collect, sign_exceptions, submit_run
from payouts.sending import send_batch
from tests.bank import Bank
from tests.furnishing import fixtures
from tests.payroll import a_file, begin, card, no_progress, officer

FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (2, 3, 4))
SINGLE = "single_gb18030"
REWARD, DEATH, DISABLED = "reward_assistance", "special_assistance_death", "special_assistance_disabled"
FEE, CONSOLATION = "only_child_fee", "consolation_spouse_only_child"
BIRCH, PINE = "白桦镇", "松江街道"


@dataclass(frozen=True)
class Beneficiary:
    """Somebody on the certified roster."""

    number: int
    name: str
    township: str
    village: str
    scheme: str
    starts_on: str = "2020-01-01"
    ended_on: str = ""
    died_on: str = ""
    met_on: str = "2026-01-10"

    @property
    def id_number(self) -> str:
        stem = f"22011219600101{self.number:03}"
        return stem + check_digit(stem)

    @property
    def certificate(self) -> str:
        return f"青岚奖扶2026{self.number:04}"

    @property
    def account(self) -> str:
        return card(100 + self.number)

    def row(self, place: int) -> RosterRow:
        return RosterRow(
            row=place,
            id_number=self.id_number,
            name=self.name,
            township=self.township,
            village=self.village,
            household=f"H{self.number:04}",
            household_kind="独生子女户",
            residence="农村",
            relation="户主",
            scheme=self.scheme,
            starts_on=self.starts_on,
            ended_on=self.ended_on,
            died_on=self.died_on,
            certificate=self.certificate,
            met_on=self.met_on,
            bank="农商行",
            account_number=self.account,
            status="正常",
        )


STEADY = Beneficiary(1, "白甲一", BIRCH, "白家村", REWARD)
NEW = Beneficiary(2, "松乙二", PINE, "松林社区", REWARD, starts_on="2026-02-01")
DEAD = Beneficiary(3, "白丙三", BIRCH, "白家村", DEATH)
ENDING = Beneficiary(4, "松丁四", PINE, "松林社区", FEE, ended_on="2026-03-31")
REMOVED = Beneficiary(5, "白戊五", BIRCH, "柳树村", REWARD)
AWARDED = Beneficiary(6, "白己六", BIRCH, "柳树村", CONSOLATION, starts_on="2026-03-01", met_on="2026-03-05")
UNMET = Beneficiary(7, "松庚七", PINE, "松林社区", DISABLED, met_on="2025-07-15")
IN_FEBRUARY = (STEADY, NEW, DEAD, ENDING, REMOVED, UNMET)
IN_MARCH = (STEADY, NEW, DEAD, ENDING, AWARDED, UNMET)
IN_APRIL = (
    STEADY, NEW, replace(DEAD, died_on="2026-02-20"), ENDING, AWARDED, replace(UNMET, met_on="2026-04-05"),
)  # fmt: skip


def clock(day: date) -> datetime:
    """Return nine o'clock of Changchun on a day."""
    return datetime(day.year, day.month, day.day, 1, tzinfo=UTC)


@transaction.atomic
def certify(month: date, people: Sequence[Beneficiary]) -> Declaration:
    """Take a certified roster on the third of its month."""
    at, certifier = clock(month.replace(day=3)), officer("benefits_officer")
    declaration = declare(source=a_file(month, "BENEFITS"), rows=len(people), officer=certifier, at=at)
    rows = [one.row(place) for place, one in enumerate(people, start=2)]
    enrol_roster(declaration=declaration, rows=rows, refused=[], officer=certifier, at=at)
    return declaration


def computed(month: date) -> Run:
    day = month.replace(day=10)
    at, preparer = clock(day), officer("preparer")
    open_months(day=day, officer=officer("chief_accountant"), at=at)
    run = run_to_collect(month=month, pay_date=month.replace(day=25), at=at, purpose=RunPurpose.BENEFITS)
    run = freeze_run(run=run, officer=preparer, at=at)
    return compute_benefits(run=run, officer=preparer, at=at, progress=no_progress)


def released(run: Run) -> list[Batch]:
    """Check, sign and release a computed run, and fund it."""
    at, preparer = clock(run.month.replace(day=11)), officer("preparer")
    run = check_benefits(run=run, officer=preparer, at=at)
    sign_exceptions(run=run, exceptions=None, officer=preparer, reason="已核对", at=at)
    run = submit_run(run=run, officer=preparer, at=at)
    run = review_run(run=run, officer=officer("reviewer"), at=at)
    batches = release_benefits(run=run, officer=officer("releaser"), template=SINGLE, at=at)
    fund_run(run=run, officer=officer("benefits_funder"), cashier=officer("cashier"), on=run.pay_date, at=at)
    return batches


def paid(batches: Sequence[Batch], *, on: date, failing: Collection[str] = ()) -> None:
    """Send batches and take what the bank says; ``failing`` are the accounts that are closed."""
    for batch in batches:
        sent = send_batch(batch=batch, officer=officer("cashier"), template=SINGLE, at=clock(on))
        for file in sent.files.order_by("number"):
            take_results(
                name=f"result_{file.name}",
                content=answer_to(file, failing),
                template=file.template,
                month=batch.month,
                officer=officer("cashier"),
                on=on,
                at=clock(on),
            )


def answer_to(file: BankFile, failing: Collection[str]) -> bytes:
    accounts: Mapping[str, str] = dict.fromkeys(failing, "1004")
    return Bank(minimum=1, faulty=accounts).take(bytes(file.content))


def reissue_of(month: date, one: Beneficiary, *, on: date) -> list[Batch]:
    """Correct the account of somebody whose payment came back, and issue it again."""
    payment = Payment.objects.get(month=month, person__id_number=one.id_number)
    correction = propose_correction(
        month=month,
        serial=payment.serial,
        account=NewAccount("", "", card(200 + one.number)),
        paper="开户证明",
        officer=officer("clerk"),
        at=clock(on),
    )
    approve_correction(correction=correction, officer=officer("second-reviewer"), at=clock(on - timedelta(days=1)))
    return reissue(month=month, officer=officer("releaser"), template=SINGLE, pay_date=on, at=clock(on))


def furnish() -> None:
    """Pay three months."""
    begin(FEBRUARY)
    certify(FEBRUARY, IN_FEBRUARY)
    paid(released(computed(FEBRUARY)), on=date(2026, 2, 27), failing=[NEW.account])
    certify(MARCH, IN_MARCH)
    march = computed(MARCH)
    paid(reissue_of(FEBRUARY, NEW, on=date(2026, 3, 12)), on=date(2026, 3, 12))
    paid(released(march), on=date(2026, 3, 26), failing=[ENDING.account])
    certify(APRIL, IN_APRIL)
    paid(released(computed(APRIL)), on=date(2026, 4, 27))


stage, own_stage, rolled_back = fixtures(furnish)
