"""Compute a frozen benefit run: who is due what, who is not and why, and how months before turn out by now.

Enrolments are streamed, judged by the rules of ``payouts.rules.entitlements`` person by person, and written by COPY
a chunk at a time. Months that were run before are never edited: what they should have paid is due now as a
difference, what they paid too much is an overpayment to recover.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import groupby, islice
from typing import NamedTuple

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
    households_with,
    last_to_look_back,
    newcomers,
    of_the_people_of,
    open_overpayments,
    owed_before,
    people_known,
    rivals_of,
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
from payouts.rules.schemes import Scheme, excluded_among, rivals_among
from payouts.running import lock_run, move_run
from payouts.writing_dues import Due, DueWriter, Overpaid

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
        self.rivals = rivals_among(self.schemes.values())
        self.relief = frozenset(code for code, scheme in self.schemes.items() if scheme.recovers_overpayment)
        self.prepared: dict[tuple[str, date], SchemeMonth] = {}

    def of(self, scheme: str, month: date) -> SchemeMonth | None:
        """Return a scheme in a month, None if the district has no such scheme."""
        if scheme not in self.schemes:
            return None
        key = (scheme, month)
        if key not in self.prepared:
            self.prepared[key] = SchemeMonth(scheme=self.schemes[scheme], month=month)
        return self.prepared[key]

    def have_rivals(self, enrolments: Sequence[Known]) -> bool:
        """Whether some enrolments of one person may exclude each other."""
        return len(enrolments) > 1 and sum(known.scheme in self.rivals for known in enrolments) > 1


class Turned(NamedTuple):
    """How a period of an enrolment turns out in the month that pays it: owed so far, and what changes."""

    known: Known
    so_far: OwedBefore
    difference: Due | Overpaid | None
    rule: SchemeMonth

    @property
    def stays(self) -> Decimal:
        """What was owed before and is not recovered."""
        return self.so_far.amount - (self.difference.amount if isinstance(self.difference, Overpaid) else ZERO)

    @property
    def months(self) -> tuple[int, int]:
        """The first and last month that it is due for by their numbers; the whole period if none is by now."""
        since, until = self.rule.window(facts_in(self.known, first_day(self.rule.number)))
        return (since, until) if since <= until else (self.rule.first, self.rule.last)


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
        bereaved = households_with(run, schemes=months.relief)
        writer = DueWriter(run, months.schemes, open_overpayments(month=run.month), bereaved)
        newly_due = 0
        # First what was overpaid: relief of the month keeps it back.
        changed = write_differences(months, writer)
        if run.kind == RunKind.REGULAR:
            write_month(months, writer, progress)
        else:
            newly_due = write_newcomers(months, writer)
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
    owed = owed_before(run, [one.enrolment for one in known if one.scheme in months.rivals])
    judged = (
        one
        for _person, group in groupby(known, key=lambda each: each.person)
        for one in judged_newcomers(list(group), new, owed, months)
    )
    return write_judged(months, writer, judged)


def judged_newcomers(
    enrolments: Sequence[Known], new: Collection[int], owed: Mapping[int, Sequence[OwedBefore]], months: Months
) -> Iterator[tuple[Known, Judged, date]]:
    """Yield what the new enrolments of one person get: nothing beside what a rival was paid for the same months."""
    before = []
    if months.have_rivals(enrolments):
        before = [one for known in enrolments for one in turned(known, owed.get(known.enrolment, ()), months)]
    for known, judged, period in judged_person(enrolments, months):
        if known.enrolment in new:
            rule = None if judged.reason else months.of(known.scheme, months.run.month)
            if rule and any(is_beside(due_newly(known, judged, period, rule), other, months) for other in before):
                yield known, Judged(ZERO, EXCLUSIVE), months.run.month
            else:
                yield known, judged, period


def due_newly(known: Known, judged: Judged, period: date, rule: SchemeMonth) -> Turned:
    return Turned(known, OwedBefore(period, ZERO, 0, 0, ""), Due(known, period, 1, judged.amount), rule)


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
    new = newcomers(run, before[0]) if run.kind == RunKind.SUPPLEMENTARY else None
    written = 0
    ahead: set[int] = set()  # judged with the rivals of an earlier chunk
    relief: list[Due] = []  # waits until all that was overpaid is written
    while chunk := list(islice(changed, CHUNK)):
        keys = [key for key in chunk if key not in ahead]
        ahead.difference_update(chunk)
        rivals = set(rivals_of(keys, schemes=months.rivals)).difference(keys)
        ahead |= rivals
        keys += rivals
        owed = owed_before(run, keys)
        dues: list[Due] = []
        overpaid: list[Overpaid] = []
        for _person, group in groupby(enrolments_known(run, keys), key=lambda known: known.person):
            for difference in differences_of(list(group), owed, new, months):
                if isinstance(difference, Overpaid):
                    overpaid.append(difference)
                else:
                    (relief if difference.known.scheme in months.relief else dues).append(difference)
        writer.write_overpaid(overpaid)
        writer.write(dues)
        written += len(dues) + len(overpaid)
    writer.write(relief)
    return written + len(relief)


def differences_of(
    enrolments: Sequence[Known], owed: Mapping[int, Sequence[OwedBefore]], new: Collection[int] | None, months: Months
) -> Iterator[Due | Overpaid]:
    """Yield what periods of one person turn out to be due beside what is owed of them, and what was overpaid.

    ``new`` are the enrolments that the run judges for its month, None if it judges all.
    """
    found = [one for known in enrolments for one in turned(known, owed.get(known.enrolment, ()), months)]
    others = [*found, *paid_this_month(enrolments, new, months)] if months.have_rivals(enrolments) else []
    for one in found:
        if one.difference and not any(is_beside(one, other, months) for other in others):
            yield one.difference


def paid_this_month(enrolments: Sequence[Known], new: Collection[int] | None, months: Months) -> Iterator[Turned]:
    """Yield what enrolments of one person are paid for the month of the run."""
    for known, judged, period in judged_person(enrolments, months):
        rule = months.of(known.scheme, months.run.month)
        if rule and not judged.reason and (new is None or known.enrolment in new):
            yield Turned(known, OwedBefore(period, judged.amount, 1, 0, ""), None, rule)


def turned(known: Known, owed: Sequence[OwedBefore], months: Months) -> Iterator[Turned]:
    """Yield how the periods of an enrolment turn out by now."""
    for so_far in periods_of(known, owed, months):
        rule = months.of(known.scheme, pay_month_of(months.schemes[known.scheme], so_far.period))
        if rule is not None:
            yield Turned(known, so_far, difference_in(known, so_far, rule, months.run.month), rule)


def is_beside(one: Turned, other: Turned, months: Months) -> bool:
    """Whether what one period is due is not paid, for the sake of a scheme that is not paid beside it.

    What was paid stays: nothing else is paid in arrears for its months. Of two that are due now, the one that took
    the place of the other is paid; and nothing more is paid of the other where it was paid (INFERRED).
    """
    if not isinstance(one.difference, Due) or one.months[0] > other.months[1] or other.months[0] > one.months[1]:
        return False
    excluded = excluded_among((months.schemes[one.known.scheme], months.schemes[other.known.scheme]))
    if not excluded:
        return False
    gives_way = one.known.scheme in excluded
    if other.stays > 0:
        return gives_way or not one.so_far.amount
    return gives_way and not one.so_far.amount and isinstance(other.difference, Due)


def revalued_since(months: Months, last: Sequence[Run]) -> list[str]:
    """Return the schemes that have a value now which the last runs did not know."""
    if all(one.policy_digest == benefit_policy_digest(one.month) for one in last):
        return []
    return sorted(months.schemes)


def periods_of(known: Known, owed: Sequence[OwedBefore], months: Months) -> list[OwedBefore]:
    """Return what is owed of each period once: a month that paid nothing counts for the period it would have paid."""
    if known.scheme not in months.schemes:
        return []
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


def difference_in(known: Known, so_far: OwedBefore, rule: SchemeMonth, now: date) -> Due | Overpaid | None:
    """Return what a period turns out to be due in a month beside what is owed of it, or nothing.

    A month that was not paid for a reason that stays stays unpaid. While a row is refused or off the roster nothing
    is due of earlier months, and only a death makes them overpaid.
    """
    paid_in = first_day(rule.number)
    if paid_in > now or (not so_far.amount and so_far.reason in FORFEITED):
        return None
    facts = facts_in(known, paid_in)
    judged = rule.judge(facts) if so_far.amount else rule.judge_arrears(facts, now=last_day(now))
    difference = judged.amount - so_far.amount
    listed = known.standing in (Standing.NORMAL, Standing.SUSPENDED)
    if difference > 0 and listed and known.account_number:
        return Due(known, so_far.period, so_far.dues + 1, difference)
    if difference < 0 and (listed or judged.reason == Unpaid.DIED) and judged.reason not in NOT_OVERPAID:
        return Overpaid(known, so_far.period, so_far.overpayments + 1, -difference, judged.reason or "rate_changed")
    return None
