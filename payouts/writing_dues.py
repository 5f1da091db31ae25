"""Write what a benefit run finds due and overpaid: split among the funders, less what is kept back for overpayments."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.copying import copy_rows, reserve_keys
from ledger.money import ZERO
from payouts.benefit_facts import Known, OpenOverpayment
from payouts.models import Run
from payouts.models.words import RunStatus
from payouts.rules.funder_shares import Funder, split
from payouts.rules.returned_money import cap_of
from payouts.rules.schemes import Scheme

DUE_COLUMNS = (
    "id",
    "run_id",
    "edition",
    "enrolment_id",
    "person_id",
    "scheme",
    "period",
    "number",
    "amount",
    "offset",
    *(f"borne_by_{funder.lower()}" for funder in Funder),
    "township_id",
    "holder_name",
    "bank",
    "account_number",
)


class Due(NamedTuple):
    """What an enrolment is due for a period, beside what was due for it before."""

    known: Known
    period: date
    number: int
    amount: Decimal


class Overpaid(NamedTuple):
    """What an enrolment was paid too much for a period, and why."""

    known: Known
    period: date
    number: int
    amount: Decimal
    reason: str


@dataclass(slots=True)
class PlanOfMonth:
    """A plan of recovery in the month of a run, with what was kept back by it so far, and of how much."""

    plan: int
    overpayment: int
    instalment: Decimal | None
    share: Decimal | None
    kept: Decimal
    due: Decimal

    @property
    def room(self) -> Decimal:
        """What may be kept back still, of what is due so far."""
        return cap_of(instalment=self.instalment, share=self.share, due=self.due) - self.kept


class DueWriter:
    """Writes dues by COPY: split among their funders, less what is kept back for overpaid benefits.

    What the run itself finds overpaid is written before the dues that it is kept back of; of it only what concerns
    ``bereaved`` households, which may be due relief, is remembered.
    """

    def __init__(
        self,
        run: Run,
        schemes: Mapping[str, Scheme],
        overpayments: Sequence[OpenOverpayment],
        bereaved: Collection[int],
    ) -> None:
        self.run = run
        self.schemes = schemes
        self.bereaved = bereaved
        self.parts: dict[tuple[str, Decimal], tuple[Decimal, ...]] = {}
        self.left = {one.overpayment: one.left for one in overpayments}
        self.plans: dict[int, list[PlanOfMonth]] = defaultdict(list)
        self.of_households: dict[int, list[int]] = defaultdict(list)
        for one in overpayments:
            if one.plan is not None:
                plan = PlanOfMonth(one.plan, one.overpayment, one.instalment, one.share, one.kept, one.due)
                self.plans[one.person].append(plan)
            if one.household is not None:
                self.of_households[one.household].append(one.overpayment)

    def write_overpaid(self, overpaid: Sequence[Overpaid]) -> None:
        """Write what was overpaid; relief of its household that is written after it keeps it back."""
        if not overpaid:
            return
        keys = reserve_keys(table="payouts_overpayment", count=len(overpaid))
        copy_rows(
            table="payouts_overpayment",
            columns=("id", "run_id", "edition", "enrolment_id", "period", "number", "amount", "township_id", "reason"),
            rows=[
                (
                    key,
                    self.run.pk,
                    self.run.edition,
                    one.known.enrolment,
                    one.period,
                    one.number,
                    one.amount,
                    one.known.township,
                    one.reason,
                )
                for key, one in zip(keys, overpaid, strict=True)
            ],
        )
        for key, one in zip(keys, overpaid, strict=True):
            if one.known.household is not None and one.known.household in self.bereaved:
                self.left[key] = one.amount
                self.of_households[one.known.household].append(key)

    def write(self, dues: Sequence[Due]) -> None:
        """Write dues and the recoveries that are kept back of them."""
        if not dues:
            return
        kept_back: list[tuple[int, int, int | None, Decimal]] = []
        keys = reserve_keys(table="payouts_benefitdue", count=len(dues))
        rows = []
        for key, due in zip(keys, dues, strict=True):
            offsets = list(self.offsets(due))
            kept_back += [(overpayment, key, plan, amount) for overpayment, plan, amount in offsets]
            rows.append(self.row(key, due, sum((amount for *_by, amount in offsets), ZERO)))
        copy_rows(table="payouts_benefitdue", columns=DUE_COLUMNS, rows=rows)
        if kept_back:
            copy_rows(
                table="payouts_recovery",
                columns=("overpayment_id", "kind", "amount", "due_id", "plan_id", "paper", "recorded_by_id"),
                rows=[
                    (overpayment, "OFFSET", amount, due, plan, "", self.run_officer())
                    for overpayment, due, plan, amount in kept_back
                ],
            )

    def run_officer(self) -> str:
        """Return who froze the run: the officer behind what it keeps back."""
        return str(self.run.moves.filter(to_status=RunStatus.FROZEN).order_by("-pk")[0].by_id)

    def offsets(self, due: Due) -> Iterator[tuple[int, int | None, Decimal]]:
        """Yield what a due recovers: relief what its household was overpaid, others by the plans of the person."""
        if not self.left:
            return
        left = due.amount
        if self.schemes[due.known.scheme].recovers_overpayment and due.known.household is not None:
            for overpayment in self.of_households.get(due.known.household, ()):
                amount = self.take(overpayment, left)
                if amount > 0:
                    left -= amount
                    yield overpayment, None, amount
        for plan in self.plans.get(due.known.person, ()):
            plan.due += due.amount
            amount = self.take(plan.overpayment, min(left, plan.room))
            if amount > 0:
                plan.kept += amount
                left -= amount
                yield plan.overpayment, plan.plan, amount

    def take(self, overpayment: int, at_most: Decimal) -> Decimal:
        """Take what is left of an overpayment, within a limit."""
        amount = min(self.left[overpayment], at_most)
        if amount > 0:
            self.left[overpayment] -= amount
        return amount

    def row(self, key: int, due: Due, offset: Decimal) -> tuple[object, ...]:
        """Return the columns of a due in their order."""
        known = due.known
        return (
            key,
            self.run.pk,
            self.run.edition,
            known.enrolment,
            known.person,
            known.scheme,
            due.period,
            due.number,
            due.amount,
            offset,
            *self.borne(known.scheme, due.amount),
            known.township,
            known.holder_name,
            known.bank,
            known.account_number,
        )

    def borne(self, scheme: str, amount: Decimal) -> tuple[Decimal, ...]:
        """Return what each funder bears of an amount, in the order of ``Funder``."""
        key = (scheme, amount)
        if key not in self.parts:
            parts = split(amount=amount, shares=self.schemes[scheme].shares)
            self.parts[key] = tuple(parts.get(funder, ZERO) for funder in Funder)
        return self.parts[key]
