"""The steps of a month that move money between the district and its townships, as officers take them."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Officer
from month import telling_approvals, telling_funding
from month.asking import with_month, with_officer_or_demo, with_on, with_reason
from month.beginning import open_months, pay_date_of
from month.funding import allot, claims_day
from month.steps import Progress, Step, acting
from month.tables import Told
from payouts.refusals import NoSuchRun
from treasury.collecting import sweep_income
from treasury.models import Release
from treasury.models.words import ReleaseKind
from treasury.releasing import cancel_release
from treasury.settlement_figures import end_of_month, work_out
from treasury.settling import approve_settlements, post_settlements, prepare_settlements, withdraw_settlements
from treasury.year_ending import turn_advances


def with_kinds(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--kind",
        dest="kinds",
        action="append",
        choices=[kind.value for kind in ReleaseKind],
        help=_("kind of release; default: all"),
    )


def with_year(parser: ArgumentParser) -> None:
    parser.add_argument("--year", type=int, required=True, help="2026")


def take_sweep(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    cashier = acting(officer, "cashier")
    open_months(day=asked.month, officer=cashier, at=at)
    return telling_funding.of_sweep(sweep_income(month=asked.month, cashier=cashier, at=at))


def take_allot(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    releaser = acting(officer, "releaser")
    kinds = [ReleaseKind(kind) for kind in asked.kinds or ReleaseKind.values]
    day = asked.on or day_for(asked.month, kinds)
    allotted = allot(month=asked.month, kinds=kinds, officer=releaser, template=asked.bank, day=day, at=at)
    return [*telling_funding.of_allotment(allotted), *telling_approvals.of_waiting(asked.month)]


def day_for(month: date, kinds: list[ReleaseKind]) -> date:
    """Return the day on which releases are paid: claims with the payroll, back pay when it was given back."""
    if ReleaseKind.BACK_PAY in kinds:
        return end_of_month(month)
    return claims_day(month=month, pay_date=pay_date_of(month))


def with_release(parser: ArgumentParser) -> None:
    parser.add_argument("--release", required=True, help=_("the order, as month allot tells it"))


def take_drop(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    release = Release.objects.filter(month=asked.month, source=asked.release).first()
    if release is None:
        raise NoSuchRun("release_exists", {"month": f"{asked.month:%Y-%m}", "release": asked.release})
    cancel_release(release=release, officer=acting(officer, "releaser"), reason=asked.reason, at=at)
    return [_("Cancelled; what it set aside is free again.")]


def take_what_if(asked: Namespace, _officer: Officer | None, _at: datetime, _progress: Progress) -> Told:
    return telling_funding.of_figures(asked.month, work_out(month=asked.month))


def take_settle(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    preparer = acting(officer, "preparer")
    prepare_settlements(month=asked.month, officer=preparer, at=at)
    return telling_funding.of_settlements(asked.month)


def take_agree(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    approve_settlements(month=asked.month, officer=acting(officer, "reviewer"), at=at)
    return telling_funding.of_settlements(asked.month)


def take_withdraw(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    withdraw_settlements(month=asked.month, officer=acting(officer, "reviewer"), reason=asked.reason, at=at)
    return telling_funding.of_settlements(asked.month)


def take_rebate(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    cashier = acting(officer, "cashier")
    open_months(day=end_of_month(asked.month), officer=cashier, at=at)
    settled = post_settlements(month=asked.month, cashier=cashier, at=at)
    return [*telling_funding.of_settlements(asked.month), *telling_funding.of_back_pay(settled)]


def take_advances(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    reviewer = acting(officer, "reviewer")
    return telling_funding.of_advances(turn_advances(year=asked.year, officer=reviewer, at=at))


FUNDING_STEPS: Mapping[str, Step] = {
    "sweep": Step(
        gettext_lazy("post the income of the month and sweep it"), (with_month, with_officer_or_demo), take_sweep
    ),
    "allot": Step(
        gettext_lazy("release what waits, by rank, and build its batches"),
        (with_month, with_officer_or_demo, with_kinds, with_on),
        take_allot,
    ),
    "drop": Step(
        gettext_lazy("cancel an order that was not paid, with a reason"),
        (with_month, with_release, with_officer_or_demo, with_reason),
        take_drop,
    ),
    "what_if": Step(
        gettext_lazy("show what a settlement would give back, and post nothing"), (with_month,), take_what_if
    ),
    "settle": Step(
        gettext_lazy("prepare the settlement with the townships"), (with_month, with_officer_or_demo), take_settle
    ),
    "agree": Step(gettext_lazy("approve the prepared settlement"), (with_month, with_officer_or_demo), take_agree),
    "withdraw": Step(
        gettext_lazy("withdraw a settlement that is not posted, with a reason"),
        (with_month, with_officer_or_demo, with_reason),
        take_withdraw,
    ),
    "rebate": Step(
        gettext_lazy("post the approved settlement: returns, withholding, back pay"),
        (with_month, with_officer_or_demo),
        take_rebate,
    ),
    "advances": Step(
        gettext_lazy("turn what is still advanced at the end of a year into old debt"),
        (with_year, with_officer_or_demo),
        take_advances,
    ),
}
