"""A small district that pays benefits, made by the acts alone; everybody is invented.

``furnish`` opens it; a month is enrolled, computed, released, funded, sent and answered by the helpers below. Each
stage has an officer of its own. The schemes are those of the policy in use (qinglan): 奖励扶助 80.00 a month borne
50 : 30 : 20 by centre, province and district; 独生子女保健费 100.00 borne in halves by district and township;
二女户养老保障 300.00 and the consolations borne by the district.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from imports.cleaning.identities import check_digit
from ledger.checks import run_checks
from ledger.models import Line, Voucher
from month.approving import carry_approvals
from month.beginning import open_months
from payouts.answering import take_results
from payouts.checking_benefits import check_benefits
from payouts.correcting import NewAccount, approve_correction, propose_correction, reissue
from payouts.declaring import DeathRow, declare, declare_deaths
from payouts.enrolling import RefusedRosterRow, RosterRow, enrol_roster
from payouts.entitling import compute_benefits
from payouts.funding_benefits import fund_run
from payouts.models import (
    Batch,
    BenefitDue,
    BenefitUnpaid,
    Declaration,
    Enrolment,
    Overpayment,
    Recovery,
    RecoveryPlan,
    Run,
    SchemeValue,
    SchemeValueApproval,
)
from payouts.models.words import RunPurpose
from payouts.recovering import agree_plan, decide_plan, take_refund
from payouts.releasing_benefits import release_benefits
from payouts.running import freeze_run, review_run, run_to_collect, sign_exceptions, submit_run
from payouts.sending import send_batch
from tests import payroll
from tests.furnishing import fixtures
from tests.payroll import AT, PAPER, SINGLE, a_file, answer_to, approval_in, card, no_progress, officer

JULY, AUGUST, SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER = (date(2026, month, 1) for month in range(7, 13))
JANUARY = date(2027, 1, 1)
BIRCH, SONGJIANG = "白桦镇", "松江街道"
REWARD, FEE, PENSION = "reward_assistance", "only_child_fee", "two_daughter_pension"
CONSOLATION = "consolation_spouse_only_child"
BENEFITS = RunPurpose.BENEFITS
GBK = "list_gbk_summary"
NAMES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


@dataclass(frozen=True)
class Recipient:
    """A row of the certified roster; a person is known by the number, a household by ``household``."""

    number: int
    scheme: str = REWARD
    township: str = BIRCH
    name: str = ""
    household: str = ""
    starts_on: str = "2026-01-01"
    ended_on: str = ""
    died_on: str = ""
    met_on: str = "2026-06-15"
    account: str | None = None
    status: str = "正常"

    @property
    def id_number(self) -> str:
        digits = f"22011219500101{self.number:03}"
        return digits + check_digit(digits)

    def row(self, at: int) -> RosterRow:
        return RosterRow(
            at,
            self.id_number,
            self.name or f"测试老人{NAMES[self.number - 1]}",
            self.township,
            "柳树村",
            self.household or f"H{self.number}",
            "独生子女户",
            "农村",
            "户主",
            self.scheme,
            self.starts_on,
            self.ended_on,
            self.died_on,
            f"ZS{self.number}",
            self.met_on,
            "农商行",
            card(self.number) if self.account is None else self.account,
            self.status,
        )


def refused_row(one: Recipient, cause: str = "bad_date", row: int = 90) -> RefusedRosterRow:
    return RefusedRosterRow(row, one.id_number, one.scheme, cause)


# Acts


@transaction.atomic
def enrolled(
    month: date, people: Sequence[Recipient], *, refused: Sequence[RefusedRosterRow] = (), text: str = "", by: str = ""
) -> Declaration:
    """Apply the certified roster of a month; a later one of the month needs another ``text``."""
    certifier = officer(by or "benefits_officer")
    declaration = declare(source=a_file(month, "BENEFITS", text), rows=len(people), officer=certifier, at=AT)
    rows = [one.row(at) for at, one in enumerate(people, start=2)]
    enrol_roster(declaration=declaration, rows=rows, refused=refused, officer=certifier, at=AT)
    return declaration


@transaction.atomic
def deaths_known(month: date, deaths: Sequence[tuple[Recipient, str]], *, text: str = "") -> Declaration:
    declaration = declare(source=a_file(month, "DEATHS", text), rows=len(deaths), officer=officer("preparer"), at=AT)
    rows = [DeathRow(at, one.id_number, one.name, day, "民政") for at, (one, day) in enumerate(deaths, start=2)]
    declare_deaths(declaration=declaration, rows=rows)
    return declaration


def collected(month: date) -> Run:
    open_months(day=month.replace(day=15), officer=officer("chief_accountant"), at=AT)
    return run_to_collect(month=month, pay_date=month.replace(day=15), at=AT, purpose=BENEFITS)


def frozen(month: date) -> Run:
    return freeze_run(run=collected(month), officer=officer("preparer"), at=AT)


@transaction.atomic
def computed(month: date) -> Run:
    return compute_benefits(run=frozen(month), officer=officer("preparer"), at=AT, progress=no_progress)


def checked(month: date) -> Run:
    return check_benefits(run=computed(month), officer=officer("preparer"), at=AT)


def submitted(month: date) -> Run:
    run = checked(month)
    sign_exceptions(run=run, exceptions=None, officer=officer("preparer"), reason="已核对", at=AT)
    return submit_run(run=run, officer=officer("preparer"), at=AT)


def reviewed(month: date) -> Run:
    return review_run(run=submitted(month), officer=officer("reviewer"), at=AT)


def released(month: date, *, template: str = SINGLE, by: str = "releaser") -> Run:
    run = reviewed(month)
    release_benefits(run=run, officer=officer(by), template=template, at=AT)
    return Run.objects.get(pk=run.pk)


def funded(run: Run, *, by: str = "benefits_funder") -> Run:
    fund_run(run=run, officer=officer(by), cashier=officer("cashier"), on=run.pay_date, at=AT)
    return run


def sent(run: Run, *, template: str = SINGLE) -> Run:
    for batch in Batch.objects.filter(run=run, status="APPROVED").order_by("number"):
        send_batch(batch=batch, officer=officer("cashier"), template=template, at=AT)
    return Run.objects.get(pk=run.pk)


def funded_and_sent(month: date, *, template: str = SINGLE) -> Run:
    return sent(funded(released(month, template=template)), template=template)


def answered(run: Run, *, failing: Collection[int] = ()) -> Run:
    """Take the bank's answers; ``failing`` are serials of payments that it returns."""
    for batch in Batch.objects.filter(run=run, status="SENT").order_by("number"):
        for file in batch.files.order_by("number"):
            serials = file.payments.order_by("serial").values_list("serial", flat=True)
            places = [at for at, serial in enumerate(serials, start=1) if serial in failing]
            take_results(
                name=f"result_{file.name}",
                content=answer_to(file, failing=places),
                template=file.template,
                month=run.month,
                officer=officer("cashier"),
                on=run.pay_date,
                at=AT,
            )
    return Run.objects.get(pk=run.pk)


def paid(month: date, people: Sequence[Recipient] | None = None, *, failing: Collection[int] = ()) -> Run:
    """Take a month from its roster, or with what is known, to the answers of the bank."""
    if people is not None:
        enrolled(month, people)
    return answered(funded_and_sent(month), failing=failing)


def corrected_and_reissued(month: date, serial: int, *, number: str = card(500), name: str = "") -> Batch:
    """Correct the account of a returned payment and send it again."""
    correction = propose_correction(
        month=month,
        serial=serial,
        account=NewAccount(name, "", number),
        paper=PAPER,
        officer=officer("clerk"),
        at=AT,
    )
    approve_correction(correction=correction, officer=officer("reviewer"), at=approval_in(month))
    [batch] = reissue(month=month, officer=officer("releaser"), template=SINGLE, pay_date=month.replace(day=20), at=AT)
    carry_approvals(month=month, at=AT)
    batch.refresh_from_db()
    return batch


def refunded(
    overpayment: Overpayment, amount: str, *, on: date | None = None, paper: str = "", by: str = "benefits_funder"
) -> Recovery:
    """Take what was paid in; the bank gives each payment a receipt of its own."""
    return take_refund(
        overpayment=overpayment,
        amount=Decimal(amount),
        paper=paper or f"银行回单{Recovery.objects.count() + 1}",
        officer=officer(by),
        cashier=officer("cashier"),
        on=on or overpayment.run.pay_date,
        at=AT,
    )


def agreed(
    overpayment: Overpayment,
    instalment: str | None,
    *,
    from_month: date,
    share: str | None = None,
    by: str = "benefits_funder",
) -> RecoveryPlan:
    return agree_plan(
        overpayment=overpayment,
        instalment=Decimal(instalment) if instalment else None,
        share=Decimal(share) if share else None,
        from_month=from_month,
        paper="还款协议1",
        officer=officer(by),
        at=AT,
    )


def planned(
    overpayment: Overpayment, instalment: str | None, *, from_month: date, share: str | None = None
) -> RecoveryPlan:
    """Agree a plan and have it approved."""
    plan = agreed(overpayment, instalment, from_month=from_month, share=share)
    decide_plan(plan=plan, approved=True, officer=officer("chief_accountant"), at=AT)
    return plan


# Reads


def enrolment_of(one: Recipient) -> Enrolment:
    return Enrolment.objects.filter(person__id_number=one.id_number, scheme=one.scheme).latest("number")


def dues_of(run: Run) -> list[tuple[str, str, str, int, str]]:
    """Return what a run found due: number in the ID, scheme, period, number in the period, amount."""
    found = BenefitDue.objects.filter(run=run, edition=run.edition).select_related("person")
    return sorted(
        (due.person.id_number[14:17], due.scheme, f"{due.period:%Y-%m}", due.number, str(due.amount)) for due in found
    )


def due_to(run: Run, one: Recipient) -> list[tuple[str, int, str]]:
    """Return what a run found due to one enrolment: period, number in the period, amount."""
    key = one.id_number[14:17]
    return [due[2:] for due in dues_of(run) if due[:2] == (key, one.scheme)]


def reason_of(run: Run, one: Recipient) -> str:
    """Return why a run does not pay an enrolment, '' if it does not say so."""
    found = BenefitUnpaid.objects.filter(run=run, edition=run.edition, enrolment=enrolment_of(one))
    return "".join(found.values_list("reason", flat=True))


def overpaid_by(run: Run) -> list[tuple[str, str, str, str]]:
    found = Overpayment.objects.filter(run=run, edition=run.edition).select_related("enrolment__person")
    return sorted(
        (one.enrolment.person.id_number[14:17], f"{one.period:%Y-%m}", str(one.amount), one.reason) for one in found
    )


def vouchers_of(run: Run, name: str) -> list[tuple[str, str, str]]:
    """Return the lines of the vouchers of a run by book, with their side, account and amount.

    ``name`` begins the rest of the source: a batch, ``kept_back``, ``overpaid`` or ``unwritable``.
    """
    return lines_of(f"payouts.benefits/{run.pk}/{name}")


def lines_of(source: str) -> list[tuple[str, str, str]]:
    vouchers = Voucher.objects.filter(source__startswith=source)
    found = Line.objects.filter(voucher__in=vouchers).select_related("voucher__book", "account")
    return sorted((line.voucher.book.code, f"{line.side} {line.account.code}", str(line.amount)) for line in found)


def recovered(overpayment: Overpayment) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute("SELECT payouts_recovered(%s)", [overpayment.pk])
        return Decimal(cursor.fetchone()[0])


def faults() -> list[str]:
    return [f"{fault.check}: {fault.what}" for fault in run_checks([])]


# Databases


def furnish() -> None:
    """Open the district, its units and townships, and hire the officers."""
    payroll.begin(JULY)


EVERYBODY = (
    Recipient(1),
    Recipient(2, township=SONGJIANG),
    Recipient(3, FEE),
    Recipient(4, FEE, township=SONGJIANG),
    Recipient(5, PENSION),
)


stage, own_stage, rolled_back = fixtures(furnish)


def value_added(amount: str, *, since: date, scheme: str = REWARD, approve: bool = True) -> None:
    value = SchemeValue.objects.create(
        scheme=scheme,
        effective_from=since,
        amount=Decimal(amount),
        reference="青财社〔2026〕9号",
        proposed_by=officer("benefits_officer"),
        proposed_at=AT,
    )
    SchemeValueApproval.objects.create(
        value=value, is_approved=approve, decided_by=officer("benefits_funder"), decided_at=AT
    )
