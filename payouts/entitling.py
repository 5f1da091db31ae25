"""Compute a frozen benefit run: who is due what, who is not and why, and how months before turn out by now.

Enrolments are streamed, judged by the rules of ``payouts.rules.entitlements`` person by person, and written by COPY
a chunk at a time. Months that were run before are never edited: what they should have paid is due now as a
difference, what they paid too much is an overpayment to recover.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import groupby, islice

from django.db import transaction

from ledger.copying import copy_rows
from ledger.models import Officer
from ledger.money import ZERO
from ledger.posts import require_post
from payouts.benefit_facts import (
    Known,
    OwedBefore,
    changed_since,
    enrolments_known,
    last_to_look_back,
    newcomers,
    of_the_people_of,
    open_overpayments,
    owed_before,
    people_known,
    runs_before,
    scheme_values,
    schemes_in_use,
)
from payouts.models import Run
from payouts.models.words import RunKind, RunStatus, Standing
from payouts.policy import payout_policies
from payouts.refusals import NobodyToPay, WrongState, refusals_named
from payouts.rules.entitlements import EnrolmentFacts, Judged, SchemeMonth, Unpaid
from payouts.rules.id_numbers import born_of, is_female
from payouts.rules.month_windows import first_day, month_number
from payouts.rules.scheme_terms import PERIOD_MONTHS
from payouts.rules.schemes import Scheme, excluded_among
from payouts.running import lock_run, move_run
from payouts.writing_dues import Due, DueWriter, Overpaid, write_overpaid

Progress = Callable[[str, int], None]

CHUNK = 5_000
# Why an enrolment is not paid that no rule of a scheme names.
ROW_REFUSED, OFF_ROSTER, EXCLUSIVE, UNKNOWN_SCHEME, NO_ACCOUNT = (
    "row_refused",
    "off_roster",
    "exclusive_double",
    "unknown_scheme",
    "no_account",
)
# A month that was not paid for these stays unpaid, whatever is known later; and one that was paid was not overpaid
# because of them.
FORFEITED = frozenset({Unpaid.SUSPENDED_STATUS, Unpaid.CLOSED_SCHEME, Unpaid.VERIFIED_TOO_LATE, EXCLUSIVE})
NOT_OVERPAID = FORFEITED | {Unpaid.VERIFICATION_OVERDUE, Unpaid.NOT_DUE_THIS_MONTH}


class Months:
    """The schemes of the district as they judge a month: each is prepared once."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.schemes: Mapping[str, Scheme] = schemes_in_use(month=run.month)
        self.prepared: dict[tuple[str, date], SchemeMonth] = {}

    def of(self, scheme: str, month: date) -> SchemeMonth | None:
        """Return a scheme in a month, None if the district has no such scheme."""
        if scheme not in self.schemes:
            return None
        key = (scheme, month)
        if key not in self.prepared:
            self.prepared[key] = SchemeMonth(scheme=self.schemes[scheme], month=month)
        return self.prepared[key]


def compute_benefits(*, run: Run, officer: Officer, at: datetime, progress: Progress) -> Run:
    """Compute a frozen benefit run and write what it finds.

    :raises WrongState: if the run is not frozen
    :raises NobodyToPay: if a supplementary run would pay nobody and recover nothing
    """
    require_post(officer, "payouts.compute_run")
    with refusals_named(), transaction.atomic():
        run = lock_run(run)
        if run.status != RunStatus.FROZEN:
            raise WrongState("run_moves", {"run": str(run), "from": run.status, "to": RunStatus.COMPUTED})
        months = Months(run)
        writer = DueWriter(run, months.schemes, open_overpayments(month=run.month))
        newly_due = 0
        if run.kind == RunKind.REGULAR:
            write_month(months, writer, progress)
        else:
            newly_due = write_newcomers(months, writer)
        changed = write_differences(months, writer)
        if run.kind == RunKind.SUPPLEMENTARY and not newly_due and not changed:
            raise NobodyToPay("run_pays_somebody", {"run": str(run)})
        run.policy_digest = benefit_policy_digest(run.month)
        return move_run(run, RunStatus.COMPUTED, by=officer, at=at)


def benefit_policy_digest(month: date) -> str:
    """Return the SHA-256 over the policies that a month is computed with, and the values that officers added."""
    policies = payout_policies().digest(on=month)
    added = [f"{row.scheme}|{row.effective_from}|{row.grade}|{row.amount}|{row.reference}" for row in scheme_values()]
    return sha256("\n".join([policies, *added]).encode()).hexdigest()


def write_month(months: Months, writer: DueWriter, progress: Progress) -> None:
    """Judge everybody for the month of the run; write dues and reasons a chunk at a time."""
    people = people_known(months.run)
    while chunk := list(islice(people, CHUNK)):
        write_judged(months, writer, (one for enrolments in chunk for one in judged_person(enrolments, months)))
        progress("compute", sum(map(len, chunk)))


def write_newcomers(months: Months, writer: DueWriter) -> int:
    """Judge for the month whom no run of it could judge, being enrolled since; return how many are due something."""
    run = months.run
    new = newcomers(run, runs_before(run)[0])
    known = enrolments_known(run, of_the_people_of(new))
    judged = (
        one
        for _person, group in groupby(known, key=lambda each: each.person)
        for one in judged_person(list(group), months)
    )
    return write_judged(months, writer, (one for one in judged if one[0].enrolment in new))


def write_judged(months: Months, writer: DueWriter, judged: Iterable[tuple[Known, Judged, date]]) -> int:
    """Write what enrolments get in the month, and why others get nothing; return how many are due something."""
    run = months.run
    dues: list[Due] = []
    unpaid: list[tuple[int, str]] = []
    for known, found, period in judged:
        if found.reason:
            unpaid.append((known.enrolment, found.reason))
        else:
            dues.append(Due(known, period, 1, found.amount))
    writer.write(dues)
    copy_rows(
        table="payouts_benefitunpaid",
        columns=("run_id", "edition", "enrolment_id", "reason"),
        rows=((run.pk, run.edition, *one) for one in unpaid),
    )
    return len(dues)


def judged_person(enrolments: Sequence[Known], months: Months) -> Iterator[tuple[Known, Judged, date]]:
    """Yield what each enrolment of one person gets in the month of the run, and for which period."""
    month = months.run.month
    found = [(known, *judge_month(known, months)) for known in enrolments]
    paid = [months.schemes[known.scheme] for known, judged, _period in found if not judged.reason]
    excluded = excluded_among(paid) if len(paid) > 1 else frozenset()
    for known, judged, period in found:
        if not judged.reason and known.scheme in excluded:
            yield known, Judged(ZERO, EXCLUSIVE), month
        elif not judged.reason and not known.account_number:
            yield known, Judged(ZERO, NO_ACCOUNT), month
        else:
            yield known, judged, period


def judge_month(known: Known, months: Months) -> tuple[Judged, date]:
    """Return what an enrolment gets in the month of the run by its standing and its scheme."""
    month = months.run.month
    rule = months.of(known.scheme, month)
    if rule is None:
        return Judged(ZERO, UNKNOWN_SCHEME), month
    if known.standing == Standing.REFUSED:
        return Judged(ZERO, f"{ROW_REFUSED}:{known.cause}"), month
    if known.standing == Standing.REMOVED:
        return Judged(ZERO, OFF_ROSTER), month
    return rule.judge(facts_in(known, month)), first_day(rule.first)


def facts_in(known: Known, month: date) -> EnrolmentFacts:
    """Return the facts of an enrolment for a month: a suspension counts from its first month on."""
    facts = known.facts
    if known.suspended_from is not None and known.suspended_from <= month:
        facts = facts._replace(is_suspended=True)
    if facts.made_here:
        facts = facts._replace(born=born_of(known.id_number), is_female=is_female(known.id_number))
    return facts


def write_differences(months: Months, writer: DueWriter) -> int:
    """Judge earlier months anew where more is known now; write what is due and what was overpaid; return how much."""
    run = months.run
    before = runs_before(run)
    if not before:
        return 0
    last = last_to_look_back(before)
    facts_until = min(one.facts_until for one in last)
    changed = iter(changed_since(run, facts_until, revalued=revalued_since(months, last)))
    written = 0
    while keys := list(islice(changed, CHUNK)):
        owed = owed_before(run, keys)
        dues: list[Due] = []
        overpaid: list[Overpaid] = []
        for known in enrolments_known(run, keys):
            for so_far in periods_of(known, owed.get(known.enrolment, ()), months):
                difference = difference_in(known, so_far, months)
                if isinstance(difference, Due):
                    dues.append(difference)
                elif difference is not None:
                    overpaid.append(difference)
        writer.write(dues)
        write_overpaid(run, overpaid)
        written += len(dues) + len(overpaid)
    return written


def revalued_since(months: Months, last: Sequence[Run]) -> list[str]:
    """Return the schemes that have a value now which the last runs did not know."""
    if all(one.policy_digest == benefit_policy_digest(one.month) for one in last):
        return []
    return sorted(months.schemes)


def periods_of(known: Known, owed: Sequence[OwedBefore], months: Months) -> list[OwedBefore]:
    """Return what is owed of each period once: a month that paid nothing counts for the period it would have paid."""
    found: dict[date, OwedBefore] = {one.period: one for one in owed if not one.reason or one.amount}
    for one in owed:
        rule = months.of(known.scheme, one.period)
        if rule is not None and one.period not in found and is_pay_month(months.schemes[known.scheme], one.period):
            found.setdefault(first_day(rule.first), one._replace(period=first_day(rule.first)))
    return [found[period] for period in sorted(found)]


def is_pay_month(scheme: Scheme, month: date) -> bool:
    """Whether a scheme is paid in a month; those without pay months are paid in any."""
    return not scheme.pay_months or month.month in scheme.pay_months


def pay_month_of(scheme: Scheme, period: date) -> date:
    """Return the month in which a period is paid: the first of its months that the scheme is paid in."""
    later = (months_later(period, months) for months in range(PERIOD_MONTHS[scheme.frequency]))
    return next((month for month in later if is_pay_month(scheme, month)), period)


def months_later(month: date, months: int) -> date:
    return first_day(month_number(month) + months)


def last_day(month: date) -> date:
    return months_later(month, 1) - timedelta(days=1)


def difference_in(known: Known, so_far: OwedBefore, months: Months) -> Due | Overpaid | None:
    """Return what a period turns out to be due beside what is owed of it, or nothing.

    A month that was not paid for a reason that stays stays unpaid. While a row is refused or off the roster nothing
    is due of earlier months, and only a death makes them overpaid.
    """
    if known.scheme not in months.schemes or (not so_far.amount and so_far.reason in FORFEITED):
        return None
    paid_in = pay_month_of(months.schemes[known.scheme], so_far.period)
    rule = months.of(known.scheme, paid_in)
    if rule is None or paid_in > months.run.month:
        return None
    facts = facts_in(known, paid_in)
    judged = rule.judge(facts) if so_far.amount else rule.judge_arrears(facts, now=last_day(months.run.month))
    difference = judged.amount - so_far.amount
    listed = known.standing in (Standing.NORMAL, Standing.SUSPENDED)
    if difference > 0 and listed and known.account_number:
        return Due(known, so_far.period, so_far.dues + 1, difference)
    if difference < 0 and (listed or judged.reason == Unpaid.DIED) and judged.reason not in NOT_OVERPAID:
        return Overpaid(known, so_far.period, so_far.overpayments + 1, -difference, judged.reason or "rate_changed")
    return None
