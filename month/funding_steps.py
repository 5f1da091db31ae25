"""The steps of a month that move money between the district and its townships, as officers take them."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Officer
from month import telling_approvals, telling_funding
from month.asking import with_month, with_officer_or_demo, with_on, with_reason
from month.beginning import pay_date_of
from month.doing import do_now
from month.funding import claims_day
from month.held import Asked
from month.long_posting import allotting, posting
from month.steps import Progress, Step, acting, told_of
from month.tables import Told
from payouts.refusals import NoSuchRun
from treasury.models import Release
from treasury.models.words import ReleaseKind
from treasury.releasing import cancel_release
from treasury.settlement_figures import end_of_month, work_out
from treasury.settling import approve_settlements, prepare_settlements, withdraw_settlements
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


def ask_sweep(asked: Namespace, _officer: Officer, _at: datetime) -> list[Asked]:
    return [posting("month.sweep", month=asked.month)]


def take_sweep(asked: Namespace, officer: Officer | None, at: datetime, progress: Progress) -> Told:
    cashier = acting(officer, "cashier")
    (sweep,) = ask_sweep(asked, cashier, at)
    return told_of(do_now(**sweep, officer=cashier, at=at, progress=progress), telling_funding.of_sweep)


def ask_allot(asked: Namespace, _officer: Officer, _at: datetime) -> list[Asked]:
    kinds = [ReleaseKind(kind) for kind in asked.kinds or ReleaseKind.values]
    day = asked.on or day_for(asked.month, kinds)
    return [allotting(month=asked.month, kinds=kinds, template=asked.bank, day=day)]


def take_allot(asked: Namespace, officer: Officer | None, at: datetime, progress: Progress) -> Told:
    releaser = acting(officer, "releaser")
    (allot,) = ask_allot(asked, releaser, at)
    told = told_of(do_now(**allot, officer=releaser, at=at, progress=progress), telling_funding.of_allotment)
    return [*told, *telling_approvals.of_waiting(asked.month)]


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


def ask_rebate(asked: Namespace, _officer: Officer, _at: datetime) -> list[Asked]:
    return [posting("month.rebate", month=asked.month)]


def take_rebate(asked: Namespace, officer: Officer | None, at: datetime, progress: Progress) -> Told:
    cashier = acting(officer, "cashier")
    (rebate,) = ask_rebate(asked, cashier, at)
    back_pay = told_of(do_now(**rebate, officer=cashier, at=at, progress=progress), telling_funding.of_back_pay)
    return [*telling_funding.of_settlements(asked.month), *back_pay]


def take_advances(asked: Namespace, officer: Officer | None, at: datetime, _progress: Progress) -> Told:
    reviewer = acting(officer, "reviewer")
    return telling_funding.of_advances(turn_advances(year=asked.year, officer=reviewer, at=at))


FUNDING_STEPS: Mapping[str, Step] = {
    "sweep": Step(
        gettext_lazy("post the income of the month and sweep it"),
        (with_month, with_officer_or_demo),
        take_sweep,
        ask_sweep,
    ),
    "allot": Step(
        gettext_lazy("release what waits, by rank, and build its batches"),
        (with_month, with_officer_or_demo, with_kinds, with_on),
        take_allot,
        ask_allot,
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
        ask_rebate,
    ),
    "advances": Step(
        gettext_lazy("turn what is still advanced at the end of a year into old debt"),
        (with_year, with_officer_or_demo),
        take_advances,
    ),
}
