"""``manage.py benefit_run``: the benefit run of a month step by step, the money it is paid from, what was overpaid.

Each step is an act of the officer of ``--as``; ``month run`` lets a demo's officers take them all.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Officer
from ledger.money import in_full
from month.benefits import open_benefits
from month.doing import do_now
from month.long_work import checking, computing, releasing, run_asked
from month.management.acting import officer_named
from month.management.earmarking import (
    Act,
    EarmarkingCommand,
    Look,
    day_of,
    with_amount,
    with_month,
)
from month.management.recovering import RECOVERY_STEPS, with_bank_receipt, with_cashier
from month.tables import Told, table
from month.telling import of_exceptions, of_state
from month.telling_approvals import of_waiting
from payouts.benefit_facts import schemes_in_use
from payouts.facts import rows_of
from payouts.funding_benefits import fund_run, receive_from_above
from payouts.models import Run
from payouts.models.words import FunderKind, RunPurpose
from payouts.refusals import NoSuchRun
from payouts.running import (
    current_run,
    refuse_run,
    review_run,
    sign_exceptions,
    submit_run,
    thaw_run,
)

# What is asked for


def with_month_and_reason(parser: ArgumentParser) -> None:
    with_month(parser)
    parser.add_argument("--reason", required=True, help=_("reason"))


def with_template(parser: ArgumentParser) -> None:
    with_month(parser)
    parser.add_argument("--template", default="list_gb18030", help=_("format of the bank"))


def with_funding(parser: ArgumentParser) -> None:
    with_month(parser)
    with_cashier(parser)


def with_receipt(parser: ArgumentParser) -> None:
    with_bank_receipt(parser)
    with_cashier(parser)
    parser.add_argument(
        "--funder", choices=["CENTRAL", "PROVINCE", "CITY"], required=True, help=_("level above that paid")
    )
    with_amount(parser)


# The run of a month


def run_of(month: date) -> Run:
    run = current_run(month=month, purpose=RunPurpose.BENEFITS)
    if run is None:
        raise NoSuchRun("run_exists", {"month": f"{month:%Y-%m}"})
    return run


def compute(asked: Namespace, officer: Officer, at: datetime) -> Told:
    run = run_asked(do_now(**computing(open_benefits(month=asked.month)), officer=officer, at=at))
    return of_run(run_asked(do_now(**checking(run), officer=officer, at=at)))


def sign(asked: Namespace, officer: Officer, at: datetime) -> Told:
    sign_exceptions(run=run_of(asked.month), exceptions=None, officer=officer, reason=asked.reason, at=at)
    return of_run(run_of(asked.month))


def submit(asked: Namespace, officer: Officer, at: datetime) -> Told:
    return of_run(submit_run(run=run_of(asked.month), officer=officer, at=at))


def review(asked: Namespace, officer: Officer, at: datetime) -> Told:
    return of_run(review_run(run=run_of(asked.month), officer=officer, at=at))


def refuse(asked: Namespace, officer: Officer, at: datetime) -> Told:
    return of_run(refuse_run(run=run_of(asked.month), officer=officer, reason=asked.reason, at=at))


def collect(asked: Namespace, officer: Officer, at: datetime) -> Told:
    return of_run(thaw_run(run=run_of(asked.month), officer=officer, reason=asked.reason, at=at))


def release(asked: Namespace, officer: Officer, at: datetime) -> Told:
    do_now(**releasing(run_of(asked.month), asked.template), officer=officer, at=at)
    return [*of_run(run_of(asked.month)), *of_waiting(asked.month)]


def preview(asked: Namespace) -> Told:
    return of_run(run_of(asked.month))


def of_run(run: Run) -> Told:
    """Tell a benefit run: what each scheme pays, by its funders, who is not paid, and its exceptions."""
    schemes = schemes_in_use(month=run.month)
    made = table(
        _("Benefits of run {run}").format(run=run), _("Scheme"), _("People"), _("Due"), _("Kept back"), right=(1, 2, 3)
    )
    for scheme, people, due, offset in rows_of(
        """SELECT scheme, count(DISTINCT person_id), sum(amount), sum("offset") FROM payouts_benefitdue
            WHERE run_id = %s AND edition = %s GROUP BY scheme ORDER BY scheme""",
        run.pk,
        run.edition,
    ):
        made.add_row(schemes[scheme].name, str(people), in_full(due), in_full(offset))
    return [made, *of_exceptions(run), *of_state(run)]


# Its money


def fund(asked: Namespace, officer: Officer, at: datetime) -> Told:
    funded = fund_run(
        run=run_of(asked.month), officer=officer, cashier=officer_named(asked.cashier), on=day_of(asked), at=at
    )
    made = table(_("Funded"), _("Funder"), _("Amount"), right=(1,))
    for one in funded:
        made.add_row(one.get_funder_display(), in_full(one.amount))
    return [made]


def receive(asked: Namespace, officer: Officer, at: datetime) -> Told:
    got = receive_from_above(
        funder=FunderKind(asked.funder),
        amount=asked.amount,
        paper=asked.paper,
        officer=officer,
        cashier=officer_named(asked.cashier),
        on=day_of(asked),
        at=at,
    )
    return [_("Received {amount} from {funder}.").format(amount=in_full(got.amount), funder=got.get_funder_display())]


class Command(EarmarkingCommand):
    help = "Take the benefit run of a month step by step, fund it, and recover what was overpaid."
    name: ClassVar[str] = "benefit_run"
    steps: ClassVar[Mapping[str, Act | Look]] = {
        "compute": Act(gettext_lazy("freeze, compute and check the benefit run of a month"), with_month, compute),
        "preview": Look(gettext_lazy("show the benefit run of a month"), with_month, preview),
        "sign": Act(gettext_lazy("sign the exceptions of the run with a reason"), with_month_and_reason, sign),
        "submit": Act(gettext_lazy("hand the run in for review"), with_month, submit),
        "review": Act(gettext_lazy("review the run"), with_month, review),
        "refuse": Act(gettext_lazy("send the run back with a reason"), with_month_and_reason, refuse),
        "collect": Act(gettext_lazy("collect the run anew"), with_month_and_reason, collect),
        "release": Act(gettext_lazy("release the run and build its batches"), with_template, release),
        "fund": Act(gettext_lazy("fund the special accounts for the run"), with_funding, fund),
        "receive": Act(gettext_lazy("book money that a level above paid in"), with_receipt, receive),
        **RECOVERY_STEPS,
    }
