"""Record what becomes known of an enrolment here: a verification in person, a death, a suspension, another account.

Each is a new version of what is known, with its paper; the versions before stay. A run that is frozen does not see it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.models import Enrolment, EnrolmentFact
from payouts.models.words import AccountKind, Standing
from payouts.refusals import EnrolmentRefused, ReasonMissing, refusals_named
from payouts.running import CHAIN
from treasury.rules.cards import is_sound_account

RECORDS, VERIFIES = "payouts.record_enrolment", "payouts.verify_beneficiary"


@dataclass(frozen=True, slots=True)
class OtherAccount:
    """The account that a benefit goes to; a guardian's has its reason."""

    kind: AccountKind
    holder: str
    bank: str
    number: str
    reason: str


def verify(*, enrolment: Enrolment, met_on: date, paper: str, officer: Officer, at: datetime) -> EnrolmentFact:
    """Record that somebody met the beneficiary in person on a day (G01: every six months).

    Months that stood unpaid for an overdue verification are paid with the next run, if the scheme still allows.

    :raises EnrolmentRefused: if the day is in the future, or the beneficiary is known to have died before it
    """
    last = latest(enrolment)
    if met_on > at.date() or (last.died_on is not None and met_on > last.died_on):
        raise EnrolmentRefused("verification_is_of_the_living", {"enrolment": enrolment.pk, "met_on": met_on})

    def changed(fact: EnrolmentFact) -> None:
        fact.met_on = met_on

    return record(enrolment, changed, act="verify", post=VERIFIES, paper=paper, officer=officer, at=at)


def record_death(*, enrolment: Enrolment, died_on: date, paper: str, officer: Officer, at: datetime) -> EnrolmentFact:
    """Record a death; what was paid for months after it is found overpaid by the next run.

    :raises EnrolmentRefused: if the day is in the future
    """
    if died_on > at.date():
        raise EnrolmentRefused("death_is_in_the_past", {"enrolment": enrolment.pk, "died_on": died_on})

    def changed(fact: EnrolmentFact) -> None:
        fact.died_on = died_on

    return record(enrolment, changed, act="die", post=RECORDS, paper=paper, officer=officer, at=at)


def end(*, enrolment: Enrolment, ended_on: date, paper: str, officer: Officer, at: datetime) -> EnrolmentFact:
    """Record the last day on which somebody is entitled; the month of it is still paid.

    :raises EnrolmentRefused: if it is before the first day
    """

    def changed(fact: EnrolmentFact) -> None:
        fact.ended_on = ended_on

    return record(enrolment, changed, act="end", post=RECORDS, paper=paper, officer=officer, at=at)


def suspend(*, enrolment: Enrolment, from_month: date, paper: str, officer: Officer, at: datetime) -> EnrolmentFact:
    """Suspend an enrolment from a month on; suspended months are not paid later."""

    def changed(fact: EnrolmentFact) -> None:
        fact.standing, fact.cause, fact.suspended_from = Standing.SUSPENDED, "", from_month

    return record(enrolment, changed, act="suspend", post=RECORDS, paper=paper, officer=officer, at=at)


def resume(*, enrolment: Enrolment, paper: str, officer: Officer, at: datetime) -> EnrolmentFact:
    """Take up a suspended enrolment again.

    :raises EnrolmentRefused: if it is not suspended
    """
    if latest(enrolment).standing != Standing.SUSPENDED:
        raise EnrolmentRefused("enrolment_is_suspended", {"enrolment": enrolment.pk})

    def changed(fact: EnrolmentFact) -> None:
        fact.standing, fact.cause, fact.suspended_from = Standing.NORMAL, "", None

    return record(enrolment, changed, act="resume", post=RECORDS, paper=paper, officer=officer, at=at)


def change_account(
    *, enrolment: Enrolment, account: OtherAccount, paper: str, officer: Officer, at: datetime
) -> EnrolmentFact:
    """Have the benefit go to another account from the next run on.

    :raises EnrolmentRefused: if the number is none (a card must pass its check)
    :raises ReasonMissing: if it is a guardian's and nothing says why
    """
    if not account.number or not is_sound_account(account.number):
        raise EnrolmentRefused("account_number_is_sound", {"enrolment": enrolment.pk})
    if account.kind == AccountKind.GUARDIAN and not account.reason.strip():
        raise ReasonMissing("guardian_account_has_its_reason", {"enrolment": enrolment.pk})

    def changed(fact: EnrolmentFact) -> None:
        fact.account_kind, fact.holder_name, fact.bank = account.kind, account.holder, account.bank
        fact.account_number, fact.account_reason = account.number, account.reason

    return record(enrolment, changed, act="account", post=RECORDS, paper=paper, officer=officer, at=at)


def latest(enrolment: Enrolment) -> EnrolmentFact:
    """Return what is known of an enrolment now."""
    return EnrolmentFact.objects.filter(enrolment=enrolment).order_by("-version")[0]


def record(
    enrolment: Enrolment,
    changed: Callable[[EnrolmentFact], None],
    *,
    act: str,
    post: str,
    paper: str,
    officer: Officer,
    at: datetime,
) -> EnrolmentFact:
    """Write the next version of what is known, with what changed.

    :raises ReasonMissing: without a paper
    """
    require_post(officer, post)
    if not paper.strip():
        raise ReasonMissing("enrolment_fact_has_its_paper", {"enrolment": enrolment.pk})
    with refusals_named(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('payouts.enrolmentfact'))")
        fact = latest(enrolment)
        before = {name: getattr(fact, name) for name in TOLD}
        fact.pk = None
        fact.version += 1
        fact.recorded_at, fact.recorded_by, fact.declaration, fact.paper = at, officer, None, paper
        changed(fact)
        fact.save(force_insert=True)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act=f"enrolment.{act}",
            subject=f"enrolment/{enrolment.pk}",
            before={name: str(value or "") for name, value in before.items()},
            after={name: str(getattr(fact, name) or "") for name in TOLD},
        )
        return fact


# What the trail says of a version: no number and no name.
TOLD = ("standing", "suspended_from", "ended_on", "died_on", "met_on", "account_kind")
