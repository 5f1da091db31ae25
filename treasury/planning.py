"""Propose and approve the revenue plan of a township: the mean of three years, raised with a reason (F02, F03)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ledger.models import Officer
from ledger.money import ZERO
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.models import RevenuePlan, Township
from treasury.refusals import NothingThere, OneOfficerTwice, StateRefuses, TreasuryReasonMissing, refusals_named
from treasury.rules.plans import plan_revenue
from treasury.taking_over import latest_plan

CHAIN = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a plan is worked out from; ``collected`` are three years in yuan, growth and share in percent."""

    collected: Sequence[Decimal]
    growth: Decimal
    reason: str
    local_share: Decimal


def propose_plan(*, township: Township, year: int, proposal: Proposal, officer: Officer, at: datetime) -> RevenuePlan:
    """Write a plan down for approval; until then the one before counts.

    :raises TreasuryReasonMissing: without a reason for the growth
    :raises NotThreeYears: if it does not rest on three years
    """
    require_post(officer, "treasury.prepare_plan")
    if not proposal.reason.strip():
        raise TreasuryReasonMissing("revenue_plan_growth_has_its_reason", {"township": township.name, "year": year})
    planned = plan_revenue(collected=proposal.collected, growth=proposal.growth)
    with refusals_named(), transaction.atomic():
        Township.objects.select_for_update(no_key=True).get(pk=township.pk)
        before = latest_plan(township=township, year=year)
        plan = RevenuePlan.objects.create(
            township=township,
            year=year,
            edition=RevenuePlan.objects.filter(township=township, year=year).count() + 1,
            planned=planned.planned,
            local_share=proposal.local_share,
            collected_before=before.collected_before if before else ZERO,
            counted_from=before.counted_from if before else date(year, 1, 1),
            mean=planned.mean,
            growth=proposal.growth,
            reason=proposal.reason,
            prepared_by=officer,
            recorded_at=at,
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="revenue_plan.propose",
            subject=f"revenue_plan/{township.code}/{year}/{plan.edition}",
            after={"planned": plan.planned, "mean": plan.mean, "growth": plan.growth, "reason": plan.reason},
        )
        return plan


def approve_plan(*, township: Township, year: int, officer: Officer, at: datetime) -> RevenuePlan:
    """Approve the proposed plan of a year; from now on it counts.

    :raises NothingThere: if none waits
    :raises OneOfficerTwice: if the officer proposed it
    """
    require_post(officer, "treasury.approve_plan")
    with refusals_named(), transaction.atomic():
        plan = (
            RevenuePlan.objects.select_for_update(of=("self",))
            .filter(township=township, year=year)
            .order_by("-edition")
            .first()
        )
        if plan is None:
            raise NothingThere("plan_is_proposed", {"township": township.name, "year": year})
        if plan.approved_by_id is not None:
            raise StateRefuses("revenue_plan_is_approved_once", {"township": township.name, "edition": plan.edition})
        if plan.prepared_by_id == officer.username:
            raise OneOfficerTwice("revenue_plan_four_eyes", {"township": township.name, "officer": officer.username})
        plan.approved_by = officer
        plan.save(update_fields=["approved_by"])
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="revenue_plan.approve",
            subject=f"revenue_plan/{township.code}/{year}/{plan.edition}",
            after={"planned": plan.planned},
        )
        return plan
