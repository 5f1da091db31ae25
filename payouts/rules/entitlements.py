"""What one enrolment in a scheme brings in one month, or why it brings nothing.

Start, age, death and end become a window of whole months; a pay month stands for its period: the
month, the half-year or the year. The amount is the sum over the months of the period that lie in the
window, each at its own rate, rounded once at the end. So somebody who died before the pay month of a
yearly scheme is still owed the part of the year that was earned.

A SchemeMonth is built once for a scheme and month, and keeps what it found, so that a judgement
costs a few microseconds.
"""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from ledger.money import ZERO, exact, round_half_up
from payouts.rules.month_windows import MONTHS_OF_YEAR, birthday, first_day, first_month, last_month, month_number
from payouts.rules.scheme_rates import Rate
from payouts.rules.scheme_terms import PERIOD_MONTHS, Frequency, RatePer
from payouts.rules.schemes import Scheme

DAY = timedelta(days=1)
NEVER = month_number(date.max) + MONTHS_OF_YEAR


class Unpaid(StrEnum):
    """Why nothing is paid; the first that fits is said."""

    SUSPENDED_STATUS = "suspended_status"
    NOT_STARTED = "not_started"
    DIED = "died"
    ENDED = "ended"
    VERIFICATION_OVERDUE = "verification_overdue"
    VERIFIED_TOO_LATE = "verified_too_late"  # arrears only
    CLOSED_SCHEME = "closed_scheme"
    # The four of age bind enrolments made here only; those of certified rosters are warned of.
    BORN_UNKNOWN = "born_unknown"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    BORN_TOO_EARLY = "born_too_early"
    NO_AMOUNT = "no_amount"  # no rate for the grade, or no amount of one's own where amounts stand by person
    NOT_DUE_THIS_MONTH = "not_due_this_month"


class EnrolmentFacts(NamedTuple):
    """What is known of one enrolment; ``ended_on`` is the last day, ``met_on`` the last in-person verification."""

    born: date | None
    is_female: bool
    starts_on: date
    ended_on: date | None
    died_on: date | None
    met_on: date | None
    is_suspended: bool
    grade: str
    own_amount: Decimal | None
    made_here: bool


class Judged(NamedTuple):
    """What is paid, and the reason if it is nothing; ``reason`` is empty where something is."""

    amount: Decimal
    reason: str


NOTHING = {reason: Judged(ZERO, reason) for reason in Unpaid}


class SchemeMonth:
    """A scheme in one month: what its pay month stands for, and what an enrolment brings."""

    def __init__(self, *, scheme: Scheme, month: date) -> None:
        self.scheme = scheme
        self.number = month_number(month)
        length = PERIOD_MONTHS[scheme.frequency]
        self.first = self.number - self.number % length
        self.last = self.first + length - 1
        self.rates = [scheme.dated_rate(first_day(number)) for number in range(self.first, self.last + 1)]
        self.rate: Rate | None = self.rates[self.number - self.first]
        self.has_ages = any(limit is not None for limit in scheme.ages)
        self.is_once = scheme.frequency is Frequency.ONCE
        self.is_due = not scheme.pay_months or month.month in scheme.pay_months
        # Two bounds of verification: met before the first is overdue, from the second on too late for arrears.
        self.met_from = first_day(self.number - (scheme.verification_months or 0))
        self.too_late_from = first_day(self.number + 1 + scheme.arrears_months)
        self.earned: dict[tuple[int, int, str], Judged] = {}

    def judge(self, facts: EnrolmentFacts) -> Judged:
        """Return what an enrolment brings in the month by what is known now."""
        return self.weigh(facts, Unpaid.VERIFICATION_OVERDUE if self.is_overdue(facts.met_on) else None)

    def judge_arrears(self, facts: EnrolmentFacts, *, now: date) -> Judged:
        """Return what an enrolment brings for a past month that was not paid, by what is known now.

        A verification that came after the month clears it if it came within the arrears months of the
        scheme (the last of them included, INFERRED). Ask this only of a month that stood unpaid: of a
        month paid in time, the last verification of today would seem to come too late.
        """
        met = facts.met_on
        if met is None or self.scheme.verification_months is None:
            return self.weigh(facts, None)
        if self.is_overdue(met) or met > now:
            return self.weigh(facts, Unpaid.VERIFICATION_OVERDUE)
        return self.weigh(facts, Unpaid.VERIFIED_TOO_LATE if met >= self.too_late_from else None)

    def age_warning(self, facts: EnrolmentFacts) -> str:
        """Return why an enrolment would not be paid by its age, also of a roster; empty if it would."""
        return self.age_fault(facts, since=self.first, until=self.last) or ""

    def is_overdue(self, met_on: date | None) -> bool:
        """Tell whether the last verification is too long ago (G01); who was never met is not overdue."""
        return self.scheme.verification_months is not None and met_on is not None and met_on < self.met_from

    def weigh(self, facts: EnrolmentFacts, unverified: Unpaid | None) -> Judged:
        """Return what the month brings, with what stands against it by verification."""
        if facts.is_suspended:
            return NOTHING[Unpaid.SUSPENDED_STATUS]
        since, until = self.window(facts)
        judged = self.earn(since, until, facts)
        if judged.amount <= 0:
            return NOTHING[self.reason(facts, unverified)]
        if unverified and not self.was_met_until(until, facts.met_on):
            return NOTHING[unverified]
        return judged if self.is_due else NOTHING[Unpaid.NOT_DUE_THIS_MONTH]

    def was_met_until(self, until: int, met_on: date | None) -> bool:
        """Tell whether a verification held to the last month due, which lies before the pay month (INFERRED).

        Who died in the year cannot be met again, and is still owed what was earned.
        """
        valid = self.scheme.verification_months or 0
        return until < self.number and met_on is not None and first_day(until - valid) <= met_on < self.met_from

    def window(self, facts: EnrolmentFacts) -> tuple[int, int]:
        """Return the first and the last month of the period that an enrolment is due for; none if they cross."""
        scheme = self.scheme
        start = first_month(facts.starts_on, scheme.start_rule)
        since = start if start > self.first else self.first
        until = min(self.last, start) if self.is_once else self.last
        for day in (facts.died_on, facts.ended_on):
            if day is not None:
                until = min(until, last_month(day, scheme.stop_rule))
        if facts.made_here and self.has_ages:
            if facts.born is None or is_born_before(facts.born, scheme.ages.born_from):
                return NEVER, 0
            reached, outgrown = self.months_of_age(facts.born, is_female=facts.is_female)
            since, until = max(since, reached), min(until, outgrown)
        return since, until

    def months_of_age(self, born: date, *, is_female: bool) -> tuple[int, int]:
        """Return the first and the last month in which somebody has the right age."""
        ages = self.scheme.ages
        minimum = ages.women if is_female else ages.men
        reached = 0 if minimum is None else first_month(birthday(born, minimum), self.scheme.start_rule)
        if ages.below is None:
            return reached, NEVER
        # The last day below an age is the day before it is reached.
        return reached, last_month(birthday(born, ages.below) - DAY, self.scheme.stop_rule)

    def earn(self, since: int, until: int, facts: EnrolmentFacts) -> Judged:
        """Return the amount for the months of a window, each at its rate; zero if there are none."""
        if facts.own_amount is not None:
            return Judged(self.total(since, until, facts.grade, facts.own_amount), "")
        key = (since, until, facts.grade)
        if key not in self.earned:
            self.earned[key] = Judged(self.total(since, until, facts.grade, None), "")
        return self.earned[key]

    def total(self, since: int, until: int, grade: str, own_amount: Decimal | None) -> Decimal:
        """Return the sum of the months' rates; a month has a twelfth of a yearly one, rounded at the end."""
        if until < since:
            return ZERO
        rates = self.rates[since - self.first : until - self.first + 1]
        total = sum((rate.amount_of(grade, own_amount) for rate in rates if rate), ZERO)
        return round_half_up(total / MONTHS_OF_YEAR) if self.scheme.rate_per is RatePer.YEAR else exact(total)

    def reason(self, facts: EnrolmentFacts, unverified: Unpaid | None) -> Unpaid:
        """Return the first reason that fits an enrolment that earned nothing."""
        scheme, number = self.scheme, self.number
        start = first_month(facts.starts_on, scheme.start_rule)
        if start > number:
            return Unpaid.NOT_STARTED
        if facts.died_on and last_month(facts.died_on, scheme.stop_rule) < number:
            return Unpaid.DIED
        if facts.ended_on and last_month(facts.ended_on, scheme.stop_rule) < number:
            return Unpaid.ENDED
        if self.is_once and start < number:
            return Unpaid.ENDED
        if unverified:
            return unverified
        if self.rate is None:
            return Unpaid.CLOSED_SCHEME
        fault = self.age_fault(facts, since=number, until=number) if facts.made_here else None
        return fault or Unpaid.NO_AMOUNT

    def age_fault(self, facts: EnrolmentFacts, *, since: int, until: int) -> Unpaid | None:
        """Return what is wrong with the age in some months, None if nothing is."""
        if not self.has_ages:
            return None
        if facts.born is None:
            return Unpaid.BORN_UNKNOWN
        reached, outgrown = self.months_of_age(facts.born, is_female=facts.is_female)
        if reached > until:
            return Unpaid.TOO_YOUNG
        if outgrown < since:
            return Unpaid.TOO_OLD
        return Unpaid.BORN_TOO_EARLY if is_born_before(facts.born, self.scheme.ages.born_from) else None


def is_born_before(born: date, born_from: date | None) -> bool:
    return born_from is not None and born < born_from
