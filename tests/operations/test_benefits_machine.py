"""Months of benefits as they come, against a small model of our own: each month of a person is paid as the rules say.

A month brings a row of the roster for each person (listed, suspended, refused or left out), verifications and deaths;
its run is paid, and the bank may return a payment, which is corrected or left.
"""

import shutil
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Sum
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from payouts.models import BenefitDue, Obligation, Overpayment, Payment, PaymentPart
from tests import benefits
from tests.attacks import Stage
from tests.benefits import (
    AUGUST,
    FEE,
    JULY,
    OCTOBER,
    REWARD,
    SEPTEMBER,
    SONGJIANG,
    Recipient,
    answered,
    corrected_and_reissued,
    deaths_known,
    enrolled,
    faults,
    funded_and_sent,
    refused_row,
    sent,
)
from tests.payroll import card

stage = benefits.stage

MONTHS = (JULY, AUGUST, SEPTEMBER, OCTOBER)
RATES = {REWARD: Decimal("80.00"), FEE: Decimal("100.00")}
ZERO = Decimal(0)


@dataclass
class Known:
    """What the model knows of one person, and what it holds to be paid of each month."""

    number: int
    scheme: str
    township: str
    met_on: date
    enrolled: bool = False
    row: str = "listed"
    suspended_from: date | None = None
    died_on: date | None = None
    due: dict[date, Decimal] = field(default_factory=dict)
    forfeited: set[date] = field(default_factory=set)

    @property
    def recipient(self) -> Recipient:
        return Recipient(
            self.number,
            self.scheme,
            self.township,
            met_on=f"{self.met_on}",
            status="暂停" if self.row == "suspended" else "正常",
        )

    def take_row(self, row: str, month: date) -> None:
        if row in ("listed", "suspended"):
            self.enrolled = True
        elif not self.enrolled:
            row = "left out"
        self.row = row
        if row == "listed":
            self.suspended_from = None
        elif row == "suspended":
            self.suspended_from = self.suspended_from or month

    def is_dead(self, month: date) -> bool:
        return self.died_on is not None and self.died_on < month

    def is_suspended(self, month: date) -> bool:
        return self.suspended_from is not None and self.suspended_from <= month

    def is_unmet(self, month: date) -> bool:
        months = month.year * 12 + month.month - 1 - 6
        return self.met_on < date(months // 12, months % 12 + 1, 1)

    def run(self, month: date) -> None:
        """Judge a month, and those before it anew."""
        if not self.enrolled:
            return
        listed = self.row in ("listed", "suspended")
        for earlier in list(self.due):
            if self.due[earlier] and self.is_dead(earlier) and not (listed and self.is_suspended(earlier)):
                self.due[earlier] = ZERO
            elif not self.due[earlier] and listed and earlier not in self.forfeited:
                self.due[earlier] = self.brings(earlier)
        self.due[month] = self.brings(month) if listed else ZERO
        if listed and self.is_suspended(month):
            self.forfeited.add(month)

    def brings(self, month: date) -> Decimal:
        if self.is_suspended(month) or self.is_dead(month) or self.is_unmet(month):
            return ZERO
        return RATES[self.scheme]


ROWS = st.sampled_from(["listed", "listed", "listed", "suspended", "refused", "left out"])
Happening = tuple[str, bool, int]
HAPPENING = st.tuples(ROWS, st.booleans(), st.integers(0, 9))
MONTH = st.tuples(st.tuples(HAPPENING, HAPPENING, HAPPENING), st.integers(0, 5), st.booleans())


@settings(
    max_examples=12,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(months=st.tuples(MONTH, MONTH, MONTH, MONTH), fresh=st.tuples(st.booleans(), st.booleans(), st.booleans()))
def test_each_person_month_is_paid_what_the_rules_say_and_once(
    stage: Stage, bank_folder: Path, months: tuple[Any, ...], fresh: tuple[bool, ...]
) -> None:
    shutil.rmtree(bank_folder, ignore_errors=True)  # of the example before, which was rolled back
    with transaction.atomic():
        people = [
            Known(
                number,
                FEE if number % 2 else REWARD,
                SONGJIANG if number == 2 else benefits.BIRCH,
                date(2026, 6, 15) if is_fresh else date(2025, 12, 31),
            )
            for number, is_fresh in enumerate((*fresh, True), start=1)
        ]
        for month, (happenings, failing, corrected) in zip(MONTHS, months, strict=True):
            take_month(people, month, happenings)
            pay_month(month, failing, corrected=corrected)
            holds(people)
        transaction.set_rollback(True)


def take_month(people: list[Known], month: date, happenings: tuple[Happening, ...]) -> None:
    """Bring what happens to people in a month into the model and the district; the last is always listed."""
    for person, (row, met, death) in zip(people, (*happenings, ("listed", False, 0)), strict=True):
        if met:
            person.met_on = month.replace(day=10)
        if death == 1 and person.died_on is None:
            person.died_on = date(2026, max(6, month.month - 1), 20)
        person.take_row(row, month)
    enrolled(
        month,
        [person.recipient for person in people if person.row in ("listed", "suspended")],
        refused=[refused_row(person.recipient) for person in people if person.row == "refused"],
    )
    dead = [(person.recipient, f"{person.died_on}") for person in people if person.died_on]
    if dead:
        deaths_known(month, dead)
    for person in people:
        person.run(month)


def pay_month(month: date, failing: int, *, corrected: bool) -> None:
    run = funded_and_sent(month)
    serials = list(Payment.objects.filter(month=month).order_by("serial").values_list("serial", flat=True))
    returned = serials[failing : failing + 1]
    run = answered(run, failing=returned)
    for serial in returned if corrected else ():
        corrected_and_reissued(month, serial, number=card(600 + month.month))
        answered(sent(run))


def holds(people: list[Known]) -> None:
    """Hold the district against the model."""
    for person in people:
        key = person.recipient.id_number
        dues = BenefitDue.objects.filter(person__id_number=key).values_list("period").annotate(sum=Sum("amount"))
        taken = (
            Overpayment.objects.filter(enrolment__person__id_number=key)
            .values_list("period")
            .annotate(sum=Sum("amount"))
        )
        net = dict(dues)
        for period, amount in taken:
            net[period] -= amount
        expected = {month: amount for month, amount in person.due.items() if amount}
        assert {month: amount for month, amount in net.items() if amount} == expected, person
    borne = sum((F(f"borne_by_{name}") for name in ("central", "province", "city", "township")), F("borne_by_district"))
    assert not BenefitDue.objects.exclude(amount=borne).exists()
    assert Obligation.objects.count() == BenefitDue.objects.filter(amount__gt=F("offset")).count()
    live = PaymentPart.objects.exclude(payment__status__in=("RETURNED", "REJECTED"))
    assert not live.values("obligation").annotate(times=Count("pk")).filter(times__gt=1).exists()
    assert not Obligation.objects.filter(parts=None).exists()
    assert faults() == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
