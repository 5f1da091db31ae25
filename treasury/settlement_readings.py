"""A settlement as it is read: its figures in the order in which they follow, each with where it comes from.

What a figure says it follows from is worked out again, so that a sheet whose figures do not follow cannot be
made, printed or shown.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from ledger.models import Officer
from ledger.money import ZERO, in_full, round_half_up
from ledger.sums import must_add_up
from treasury.models import RevenuePlan, Township
from treasury.models.words import SettlementStatus

HUNDRED = Decimal(100)
PLAN_NAMED = re.compile(r"; plan (\d{4})/(\d+)$")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: an amount in yuan, or a rate in percent, and where it comes from."""

    name: str
    label: str
    amount: Decimal
    is_percent: bool
    origin: str

    @property
    def written(self) -> str:
        return f"{self.amount.normalize():f} %" if self.is_percent else in_full(self.amount)


@dataclass(frozen=True, slots=True)
class BackPayMonth:
    """What of the returned money pays one unpaid month."""

    month: date
    people: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PostedVoucher:
    """One event of a settlement, with the numbers of its vouchers in both books."""

    part: str
    day: date
    district: str
    township: str
    key: int
    amount: Decimal
    paid: Decimal
    off_debt: Decimal


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a settlement before this one of the year settled and sent up."""

    month: date
    number: int
    base: Decimal
    upper_part: Decimal


class Signers(NamedTuple):
    """Who prepared, approved and posted a settlement; None while nobody has."""

    prepared_by: Officer | None
    approved_by: Officer | None
    posted_by: Officer | None


@dataclass(frozen=True, slots=True)
class SettlementSheet:
    """A settlement to be read; ``number`` is 0 and ``status`` empty for a what-if.

    :raises DoesNotAddUp: if a figure does not follow from those it is worked out from
    """

    township: Township
    month: date
    number: int
    settled_on: date
    status: str
    values: Mapping[str, Decimal]
    local_share: Decimal
    rate: Decimal
    income: Decimal
    collected_before: Decimal
    counted_later: Decimal
    earlier: Sequence[Earlier]
    back_pay_months: Sequence[BackPayMonth]
    vouchers: Sequence[PostedVoucher]
    signers: Signers
    figures: Sequence[Figure]

    @property
    def is_what_if(self) -> bool:
        return not self.status

    @property
    def is_posted(self) -> bool:
        return self.status == SettlementStatus.POSTED

    def __post_init__(self) -> None:
        value, who = self.values, f"{self.township} {self.month:%Y-%m}"
        sent_up = sum((one.upper_part for one in self.earlier), ZERO)
        over = max(ZERO, value["collected"] - value["planned"])
        follows = {
            "collected": self.collected_before + self.income - self.counted_later,
            "over": over,
            "local_part": round_half_up(over * self.local_share / HUNDRED),
            "settled_before": sum((one.base for one in self.earlier), ZERO),
            "base": max(ZERO, value["local_part"] - value["settled_before"]),
            "quarter": round_half_up(value["base"] * self.rate / HUNDRED),
            "debt_after": value["debt_before"] - value["withheld"],
            "returned": value["base"] - value["withheld"],
            "back_pay": sum((one.amount for one in self.back_pay_months), ZERO),
            "rest": value["returned"] - value["back_pay"],
            "upper_part": max(ZERO, over - value["local_part"] - sent_up),
            "ordinary_return": max(ZERO, value["held_before"] - max(ZERO, over - value["settled_before"] - sent_up)),
        }
        for name, found in follows.items():
            must_add_up(who=who, what=name, stated=value[name], found=found)
        if self.is_posted:
            paid = sum((one.paid for one in self.vouchers), ZERO)
            off_debt = sum((one.off_debt for one in self.vouchers), ZERO)
            must_add_up(who=who, what="paid", stated=value["returned"] + value["ordinary_return"], found=paid)
            must_add_up(who=who, what="withheld", stated=value["withheld"], found=off_debt)


class Source(NamedTuple):
    """A settlement before its origins are looked up, kept or worked out just now."""

    township: Township
    month: date
    number: int
    settled_on: date
    status: str
    values: Mapping[str, Decimal]
    local_share: Decimal
    rate: Decimal
    references: str
    key: int | None  # of the settlement that is kept
    back_pay_months: Sequence[BackPayMonth]
    signers: Signers


def collected_from(source: Source, plan: RevenuePlan, lines: int, income: Decimal, later: Decimal) -> str:
    """Return what the income to date is made of."""
    said = _("{lines} posted income lines from {since} to {until}: {income}").format(
        lines=lines, since=plan.counted_from, until=source.settled_on, income=in_full(income)
    )
    if plan.collected_before:
        said += "; " + _("collected before: {amount}").format(amount=in_full(plan.collected_before))
    if later:
        said += "; " + _("posted after this settlement: {amount}").format(amount=in_full(later))
    return said


def figures_of(
    source: Source,
    *,
    plan: RevenuePlan,
    collected: str,
    earlier: Sequence[Earlier],
    accounts: Mapping[tuple[str, str], str],
) -> Sequence[Figure]:
    """Return the figures of a settlement in the order in which they follow from each other."""
    day, book = source.settled_on, source.township.book_id
    plan_named = _("plan of {year}, edition {edition}, approved by {officer}").format(
        year=plan.year, edition=plan.edition, officer=plan.approved_by
    )
    settled = (
        _("nothing so far")
        if not earlier
        else "; ".join(f"{one.month:%Y-%m}/{one.number}: {in_full(one.base)}" for one in earlier)
    )
    months = "; ".join(
        _("{month}: {people} people, {amount}").format(
            month=f"{one.month:%Y-%m}", people=one.people, amount=in_full(one.amount)
        )
        for one in source.back_pay_months
    )
    balance = _("account {account} of the district's book on {day}")
    rows = (
        ("planned", _("Plan of the year"), plan_named),
        ("collected", _("Collected in the year to date"), collected),
        ("over", _("Collected above the plan"), _("collected less plan, never below zero")),
        ("local_share", _("Share retained locally"), plan_named),
        ("local_part", _("Local part"), _("over-collection times local share")),
        ("settled_before", _("Settled before in the year"), settled),
        ("base", _("Base of this settlement"), _("local part less what was settled before")),
        ("rate", _("Rate withheld"), PLAN_NAMED.sub("", source.references)),
        ("quarter", _("Rate of the base"), _("base times rate")),
        ("debt_before", _("Old debt before"), balance.format(account=accounts[book, "HISTORIC"], day=day)),
        ("withheld", _("Withheld for old debt"), _("the rate of the base, at most the old debt")),
        ("debt_after", _("Old debt after"), _("old debt less what is withheld")),
        ("returned", _("Returned to the township"), _("base less what is withheld")),
        (
            "unpaid_before",
            _("Unpaid salaries before"),
            _("register of unpaid salaries, less what is paid or on its way"),
        ),
        ("back_pay", _("Of it back pay, first"), months or _("nobody")),
        ("rest", _("Of it free for other spending"), _("returned less back pay")),
        ("upper_part", _("Not retained locally"), _("over-collection less the local part and what went up before")),
        ("held_before", _("Held by the district before"), balance.format(account=accounts[book, "ANNUAL"], day=day)),
        ("ordinary_return", _("Ordinary return"), _("what is held less the over-collection not settled yet")),
    )
    percents = {"local_share": source.local_share, "rate": source.rate}
    return [
        Figure(name, label, percents.get(name, source.values.get(name, ZERO)), name in percents, origin)
        for name, label, origin in rows
    ]
