"""Where a township stands on a day: its accounts, its debt, its plan, its unpaid salaries, its claims and releases.

Balances are those of the day. The queue (what is set aside, what waits, what is blocked) is what it is now: a
release leaves no trace of the days it waited, so ``moved_since`` stands between a balance and what is free of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum, TextChoices
from django.utils.translation import gettext_lazy as _

from ledger.models.words import Mirror
from ledger.money import ZERO, round_half_up
from ledger.sums import must_add_up
from treasury.arrears import Arrear, ArrearMonth, arrears_of, by_month
from treasury.models import RevenuePlan, Settlement, Township
from treasury.models.words import Rank, SettlementStatus
from treasury.queries import rows_of
from treasury.rules.settlements import local_part_of, over_collected
from treasury.scopes import district_wide
from treasury.settlement_figures import current_accounts, income_to_date

HUNDRED = Decimal(100)

# Every leaf that is money at a bank in a township's book and has moved or is one of the unified accounts.
ACCOUNTS = """
SELECT t.id, a.code, CASE WHEN u.parent_id IS NULL THEN a.name ELSE u.name || '—' || a.name END, f.fund_id,
       coalesce(f.on_day, 0.00), coalesce(f.whole, 0.00), treasury_free(t.id, a.code, f.fund_id)
  FROM treasury_township t JOIN ledger_book k ON k.code = t.book_id
  JOIN ledger_account a ON a.book_id = k.id AND a.cash
  LEFT JOIN ledger_account u ON u.id = a.parent_id
  JOIN LATERAL (SELECT b.fund_id, sum(b.debit - b.credit) FILTER (WHERE b.posting_date <= %(on)s) AS on_day,
                       sum(b.debit - b.credit) AS whole
                  FROM ledger_balance b WHERE b.account_id = a.id GROUP BY b.fund_id) f ON true
 WHERE t.id = ANY (%(townships)s) ORDER BY t.number, a.code, f.fund_id
"""
BLOCKED = """
SELECT id, treasury_blocked(id) FROM treasury_township WHERE id = ANY (%(townships)s)
"""
CLAIMS = """
SELECT c.township_id,
       CASE WHEN c.status <> 'ACCEPTED' THEN c.status WHEN r.status = 'POSTED' THEN 'PAID'
            WHEN r.status = 'CANCELLED' THEN 'CANCELLED' WHEN r.status = 'RELEASED' THEN 'RELEASED' ELSE 'ACCEPTED' END,
       count(*), coalesce(sum(c.total), 0.00), min(c.claimed_on)
  FROM treasury_claim c LEFT JOIN treasury_release r ON r.id = c.release_id
 WHERE c.claimed_on <= %(on)s AND c.township_id = ANY (%(townships)s)
   AND NOT EXISTS (SELECT FROM treasury_claim n WHERE n.number = c.number AND n.attempt > c.attempt)
 GROUP BY 1, 2 ORDER BY 1, 2
"""
WAITING = """
SELECT township_id, rank, count(*), sum(amount) FROM treasury_release
 WHERE status = 'WAITING' AND requested_on <= %(on)s AND township_id = ANY (%(townships)s) GROUP BY 1, 2 ORDER BY 1, 2
"""


class ClaimStage(TextChoices):
    """Where a claim stands on its way to being paid."""

    REGISTERED = "REGISTERED", _("registered, not signed yet")
    SIGNED = "SIGNED", _("signed by the head, not reviewed yet")
    ACCEPTED = "ACCEPTED", _("accepted, waits for its release")
    RELEASED = "RELEASED", _("released, not paid yet")
    PAID = "PAID", _("paid out of its account")
    REFUSED = "REFUSED", _("refused with a reason")
    CANCELLED = "CANCELLED", _("release cancelled")


OPEN_STAGES = (ClaimStage.REGISTERED, ClaimStage.SIGNED, ClaimStage.ACCEPTED, ClaimStage.RELEASED)


class Warn(TextChoices):
    """What somebody should look at."""

    CLAIMS_BEHIND_SALARIES = "CLAIMS", _("owes salaries while its claims wait")
    SALARIES_UNPAID = "SALARIES", _("owes salaries")
    ADVANCED = "ADVANCED", _("the district has advanced money")
    NO_PLAN = "PLAN", _("has no plan for the year")


@dataclass(frozen=True, slots=True)
class AccountPosition:
    """A bank account and fund of a township: the balance of the day, what has moved since, is set aside, is free."""

    code: str
    name: str
    fund: str
    balance: Decimal
    moved_since: Decimal
    set_aside: Decimal
    free: Decimal

    def __post_init__(self) -> None:
        found = self.balance + self.moved_since - self.set_aside
        must_add_up(who=self.code, what="free", stated=self.free, found=found)


@dataclass(frozen=True, slots=True)
class PlanPosition:
    """Plan and actual of the year to date, and what of the over-collection is settled."""

    year: int
    edition: int
    planned: Decimal
    collected: Decimal
    local_share: Decimal
    settled: Decimal

    @property
    def percent(self) -> Decimal | None:
        """How much of the plan is collected; none for a plan of nothing."""
        return round_half_up(self.collected * HUNDRED / self.planned) if self.planned else None

    @property
    def over(self) -> Decimal:
        return over_collected(planned=self.planned, collected=self.collected)

    @property
    def local_part(self) -> Decimal:
        return local_part_of(over=self.over, local_share=self.local_share)

    @property
    def unsettled(self) -> Decimal:
        """The local part of the over-collection that no settlement has given back yet."""
        return max(ZERO, self.local_part - self.settled)


@dataclass(frozen=True, slots=True)
class ClaimCount:
    """The claims of a township in one stage; ``oldest_days`` is the age of the oldest."""

    stage: ClaimStage
    count: int
    amount: Decimal
    oldest_days: int


@dataclass(frozen=True, slots=True)
class WaitingRank:
    """The releases of one rank that wait."""

    rank: Rank
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Position:
    """Where a township stands; ``annual`` is what it owes on the funds of the year, below zero the district holds."""

    township: Township
    on: date
    accounts: Sequence[AccountPosition]
    debt: Decimal
    annual: Decimal
    plan: PlanPosition | None
    arrears: Sequence[ArrearMonth]
    blocked: Decimal
    claims: Sequence[ClaimCount]
    waiting: Sequence[WaitingRank]

    @property
    def at_banks(self) -> Decimal:
        return sum((one.balance for one in self.accounts), ZERO)

    @property
    def held(self) -> Decimal:
        """What the district holds of the township's money; below zero it has advanced."""
        return -self.annual

    @property
    def unpaid(self) -> Decimal:
        return sum((one.left for one in self.arrears), ZERO)

    @property
    def open_claims(self) -> Decimal:
        return sum((one.amount for one in self.claims if one.stage in OPEN_STAGES), ZERO)

    @property
    def warnings(self) -> Sequence[Warn]:
        """Return what somebody should look at; one that says more stands for the one that says less."""
        found = []
        if self.unpaid:
            found.append(Warn.CLAIMS_BEHIND_SALARIES if self.open_claims else Warn.SALARIES_UNPAID)
        if self.held < ZERO:
            found.append(Warn.ADVANCED)
        if self.plan is None:
            found.append(Warn.NO_PLAN)
        return found


@district_wide()
def positions_on(*, townships: Sequence[Township], on: date) -> Sequence[Position]:
    """Return the position of each township on a day; the number of queries does not grow with the townships."""
    asked = {"townships": [one.pk for one in townships], "on": on}
    accounts: dict[int, list[AccountPosition]] = {}
    for key, code, name, fund, balance, whole, free in rows_of(ACCOUNTS, asked):
        accounts.setdefault(key, []).append(
            AccountPosition(
                code=code,
                name=name,
                fund=fund,
                balance=balance,
                moved_since=whole - balance,
                set_aside=whole - free,
                free=free,
            )
        )
    claims: dict[int, list[ClaimCount]] = {}
    for key, stage, count, amount, oldest in rows_of(CLAIMS, asked):
        claims.setdefault(key, []).append(ClaimCount(ClaimStage(stage), count, amount, (on - oldest).days))
    waiting: dict[int, list[WaitingRank]] = {}
    for key, rank, count, amount in rows_of(WAITING, asked):
        waiting.setdefault(key, []).append(WaitingRank(Rank(rank), count, amount))
    blocked = dict(rows_of(BLOCKED, asked))
    plans = plans_on(on)
    annual, historic = current_accounts(Mirror.ANNUAL, on), current_accounts(Mirror.HISTORIC, on)
    arrears = arrears_by_township(arrears_of(townships=townships, on=on))
    stages = list(ClaimStage)
    return [
        Position(
            township=one,
            on=on,
            accounts=accounts.get(one.pk, []),
            debt=historic.get(one.book_id, ZERO),
            annual=annual.get(one.book_id, ZERO),
            plan=plans.get(one.pk),
            arrears=arrears.get(one.pk, []),
            blocked=blocked[one.pk],
            claims=sorted(claims.get(one.pk, []), key=lambda claim: stages.index(claim.stage)),
            waiting=waiting.get(one.pk, []),
        )
        for one in townships
    ]


def plans_on(on: date) -> Mapping[int, PlanPosition]:
    """Return plan and actual of the year of a day, by township."""
    approved = RevenuePlan.objects.filter(year=on.year).exclude(approved_by=None).order_by("edition")
    plans = {one.township_id: one for one in approved}
    income = income_to_date(plans, on)
    settled = dict(
        Settlement.objects.filter(year=on.year, status=SettlementStatus.POSTED, settled_on__lte=on)
        .values_list("township")
        .annotate(whole=Sum("base"))
        .values_list("township", "whole")
    )
    return {
        key: PlanPosition(
            year=plan.year,
            edition=plan.edition,
            planned=plan.planned,
            collected=plan.collected_before + income.get(key, ZERO),
            local_share=plan.local_share,
            settled=settled.get(key, ZERO),
        )
        for key, plan in plans.items()
    }


def arrears_by_township(arrears: Sequence[Arrear]) -> Mapping[int, Sequence[ArrearMonth]]:
    found: dict[int, list[ArrearMonth]] = {}
    for one in by_month(arrears):
        found.setdefault(one.township.pk, []).append(one)
    return found
