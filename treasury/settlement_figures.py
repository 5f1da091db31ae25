"""The figures of a settlement as the books have them now: a what-if that writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from ledger.models import Balance
from ledger.models.words import Mirror
from ledger.money import ZERO
from treasury.models import BackPayPart, IncomeLine, RevenuePlan, Settlement, Township, UnpaidSalary
from treasury.models.words import IncomeKind, ReleaseStatus, SettlementStatus
from treasury.policy import treasury_policies
from treasury.rules.settlements import (
    Owed,
    SettlementFigures,
    Standing,
    Withholding,
    YearToDate,
    settle,
    withholding,
)


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """A settlement that could be prepared now, with what it was worked out from."""

    township: Township
    month: date
    settled_on: date
    year: YearToDate
    standing: Standing
    rate: Withholding
    figures: SettlementFigures
    references: str


def end_of_month(month: date) -> date:
    """Return the last day of a month."""
    return date.fromordinal(date(month.year + month.month // 12, month.month % 12 + 1, 1).toordinal() - 1)


def work_out(*, month: date) -> Sequence[WorkedOut]:
    """Work the settlement of a month out for every township that has a plan for its year, in their order."""
    plans: dict[int, RevenuePlan] = {}
    for plan in RevenuePlan.objects.filter(year=month.year).exclude(approved_by=None).order_by("edition"):
        plans[plan.township_id] = plan
    day = end_of_month(month)
    rate = withholding(policies=treasury_policies(), on=day)
    income, settled = income_to_date(plans, day), settled_in(month.year)
    annual, historic = current_accounts(Mirror.ANNUAL, day), current_accounts(Mirror.HISTORIC, day)
    unpaid = {key: sum((one.amount for one in owed), ZERO) for key, owed in unpaid_left().items()}
    found = []
    for township in Township.objects.select_related("book").order_by("number"):
        chosen = plans.get(township.pk)
        if chosen is None:
            continue
        base, sent_up = settled.get(township.pk, (ZERO, ZERO))
        year = YearToDate(
            planned=chosen.planned,
            collected=chosen.collected_before + income.get(township.pk, ZERO),
            local_share=chosen.local_share,
            settled=base,
            sent_up=sent_up,
        )
        standing = Standing(
            debt=historic.get(township.book_id, ZERO),
            held=-annual.get(township.book_id, ZERO),
            unpaid=unpaid.get(township.pk, ZERO),
        )
        found.append(
            WorkedOut(
                township=township,
                month=month,
                settled_on=day,
                year=year,
                standing=standing,
                rate=rate,
                figures=settle(year=year, standing=standing, rate=rate),
                references=f"{rate.reference}; plan {chosen.year}/{chosen.edition}",
            )
        )
    return found


def income_to_date(plans: Mapping[int, RevenuePlan], day: date) -> Mapping[int, Decimal]:
    """Return the posted budgetary income of each township since its plan began to count, up to a day."""
    found: dict[int, Decimal] = {}
    since = {key: plan.counted_from for key, plan in plans.items()}
    for start in set(since.values()):
        keys = [key for key, counted_from in since.items() if counted_from == start]
        lines = IncomeLine.objects.filter(
            township__in=keys, kind=IncomeKind.GENERAL, received_on__gte=start, received_on__lte=day
        ).exclude(collection=None)
        found |= dict(lines.values_list("township").annotate(whole=Sum("amount")).values_list("township", "whole"))
    return found


def settled_in(year: int) -> Mapping[int, tuple[Decimal, Decimal]]:
    """Return the bases settled in a year and the parts sent up, by township."""
    rows = (
        Settlement.objects.filter(year=year, status=SettlementStatus.POSTED)
        .values_list("township")
        .annotate(bases=Sum("base"), sent_up=Sum("upper_part"))
        .values_list("township", "bases", "sent_up")
    )
    return {township: (bases, sent_up) for township, bases, sent_up in rows}


def current_accounts(mirror: Mirror, day: date) -> Mapping[str, Decimal]:
    """Return the balance of the district's current account with each township on a day: what the township owes."""
    rows = (
        Balance.objects.filter(account__mirror=mirror, account__level="LOWER", posting_date__lte=day)
        .values_list("account__counterpart__code")
        .annotate(debit=Sum("debit"), credit=Sum("credit"))
        .values_list("account__counterpart__code", "debit", "credit")
    )
    return {code: debit - credit for code, debit, credit in rows}


def unpaid_left() -> Mapping[int, list[Owed]]:
    """Return what is left of each unpaid salary, by township, oldest first; what is on its way is not left."""
    paid = dict(
        BackPayPart.objects.exclude(release__status=ReleaseStatus.CANCELLED)
        .values_list("unpaid")
        .annotate(whole=Sum("amount"))
        .values_list("unpaid", "whole")
    )
    found: dict[int, list[Owed]] = {}
    for one in UnpaidSalary.objects.order_by("month", "pk"):
        left = one.amount - (paid.get(one.pk, ZERO))
        if left > ZERO:
            found.setdefault(one.township_id, []).append(Owed(one.pk, one.month, left))
    return found
