"""``manage.py revenue_plan``: work out, propose and approve the yearly revenue plan of a township."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Officer
from ledger.money import in_full
from month.management.acting import amount_of, township_of
from month.management.earmarking import Act, EarmarkingCommand, Look
from month.tables import Told, table
from treasury.models import RevenuePlan
from treasury.planning import Proposal, approve_plan, propose_plan
from treasury.rules.plans import plan_revenue


def with_place(parser: ArgumentParser) -> None:
    parser.add_argument("township", help=_("code or name of the township"))
    parser.add_argument("--year", type=int, required=True, help="2027")


def with_basis(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--collected", type=amount_of, nargs=3, required=True, help=_("what three years brought, in yuan")
    )
    parser.add_argument("--growth", type=amount_of, required=True, help=_("growth in percent"))


def with_proposal(parser: ArgumentParser) -> None:
    with_place(parser)
    with_basis(parser)
    parser.add_argument("--reason", required=True, help=_("why the growth is taken"))
    parser.add_argument("--local-share", type=amount_of, required=True, help=_("local share of the surplus in percent"))


def with_year(parser: ArgumentParser) -> None:
    parser.add_argument("--year", type=int, required=True, help="2027")


def calculate(asked: Namespace) -> Told:
    planned = plan_revenue(collected=asked.collected, growth=asked.growth)
    return [
        _("Mean of three years {mean}, growth {growth} %: plan {planned}.").format(
            mean=in_full(planned.mean), growth=planned.growth, planned=in_full(planned.planned)
        )
    ]


def propose(asked: Namespace, officer: Officer, at: datetime) -> Told:
    proposal = Proposal(asked.collected, asked.growth, asked.reason, asked.local_share)
    township = township_of(asked.township)
    return of_plans([propose_plan(township=township, year=asked.year, proposal=proposal, officer=officer, at=at)])


def approve(asked: Namespace, officer: Officer, at: datetime) -> Told:
    return of_plans([approve_plan(township=township_of(asked.township), year=asked.year, officer=officer, at=at)])


def list_plans(asked: Namespace) -> Told:
    return of_plans(list(RevenuePlan.objects.filter(year=asked.year).order_by("township__number", "edition")))


def of_plans(plans: list[RevenuePlan]) -> Told:
    made = table(
        _("Revenue plans"),
        _("Township"),
        _("Year"),
        _("Edition"),
        _("Plan"),
        _("Mean of three years"),
        _("Growth (%)"),
        _("Local share (%)"),
        _("Reason"),
        _("Prepared by"),
        _("Approved by"),
        right=(1, 2, 3, 4, 5, 6),
    )
    for one in plans:
        made.add_row(
            one.township.name,
            str(one.year),
            str(one.edition),
            in_full(one.planned),
            in_full(one.mean) if one.mean is not None else "",
            str(one.growth) if one.growth is not None else "",
            f"{one.local_share.normalize():f}",
            one.reason,
            str(one.prepared_by_id or ""),
            str(one.approved_by_id or ""),
        )
    return [made]


class Command(EarmarkingCommand):
    help = "Work out, propose and approve the yearly revenue plan of a township (年度收入计划)."
    name: ClassVar[str] = "revenue_plan"
    steps: ClassVar[Mapping[str, Act | Look]] = {
        "calculate": Look(gettext_lazy("work a plan out and write nothing"), with_basis, calculate),
        "propose": Act(gettext_lazy("propose a plan; another officer approves it"), with_proposal, propose),
        "approve": Act(gettext_lazy("approve the proposed plan; it counts from now on"), with_place, approve),
        "list": Look(gettext_lazy("list the plans of a year"), with_year, list_plans),
    }
