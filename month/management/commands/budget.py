"""``manage.py budget``: principles, budgets and their chain, amendments, spending plans, and what lines have left."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.refusals import UnableToStage
from ledger.models import Book, Officer
from ledger.money import InexactAmount, exact, in_full
from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost, database_words
from month.asking import existing_path, with_officer, with_reason
from month.budget_sheets import read_budget, read_plan
from month.fact_sheets import FactsRefused
from month.management.commands.month import officer_of
from month.tables import Told, table, tell
from treasury.budgeting import (
    BudgetedLine,
    Indicator,
    amend_budget,
    approve_budget,
    issue_principles,
    prepare_budget,
    record_resolution,
    refuse_budget,
    review_budget,
    submit_budget,
    withdraw_budget,
)
from treasury.budgets import line_states
from treasury.models import Budget, BudgetPrinciples, SpendingPlan
from treasury.models.words import BudgetChain, BudgetStatus, IndicatorKind
from treasury.planning_spending import approve_plan, prepare_plan, refuse_plan
from treasury.refusals import NothingThere

Take = Callable[[Namespace, Officer, date, datetime], Told]


class Command(BaseCommand):
    help = "Prepare and approve budgets by their chain, plan spending by month, and show what each line has left."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
        for name, step in STEPS.items():
            sub = steps.add_parser(name, help=str(step.help))
            sub.add_argument("--year", type=int, required=True, help="2026")
            for add in step.arguments:
                add(sub)
            with_officer(sub)
            sub.add_argument("--on", type=date.fromisoformat, help=_("day of the act; default: today"))
        show = steps.add_parser("show", help=_("what each line may spend, plans, reserved, spent and has left"))
        show.add_argument("--year", type=int, required=True, help="2026")
        with_book(show)
        show.add_argument("--month", type=int, choices=range(1, 13), default=12, help=_("planned and used up to it"))

    def handle(self, *args: Any, step: str, **options: Any) -> None:
        asked = Namespace(**options)
        at = timezone.now()
        try:
            if step == "show":
                tell(shown(asked))
                return
            officer = officer_of(asked)
            assert officer is not None
            subject = f"budget/{getattr(asked, 'book', '')}/{asked.year}"
            with (
                acting_from(f"manage.py budget {step}"),
                refusals_recorded(chain="", at=at, actor=officer.username, act=f"budget.{step}", subject=subject),
            ):
                told = STEPS[step].take(asked, officer, asked.on or timezone.localdate(at), at)
        except (UnableToPost, UnableToStage, FactsRefused, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal
        except DatabaseError as error:
            raise CommandError(database_words(error)) from None
        tell(told)


# What is asked for


def with_book(parser: ArgumentParser) -> None:
    parser.add_argument("--book", required=True, help=_("code of the book of a township, or of the district"))


def with_file(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=existing_path, help=_("csv or xlsx of the lines"))


def with_resources(parser: ArgumentParser) -> None:
    parser.add_argument("--resources", type=amount_of, required=True, help=_("planned resources in yuan"))


def with_paper(parser: ArgumentParser) -> None:
    parser.add_argument("--paper", required=True, help=_("number of the government's paper or the resolution"))
    parser.add_argument("--paper-on", type=date.fromisoformat, required=True, help=_("date of the paper"))


def with_number(parser: ArgumentParser) -> None:
    parser.add_argument("--number", type=int, required=True, help=_("number of the plan in the year"))


def with_principles(parser: ArgumentParser) -> None:
    parser.add_argument("--text", required=True, help=_("the principles"))
    parser.add_argument(
        "--indicator",
        dest="indicators",
        type=indicator_of,
        action="append",
        default=[],
        metavar="KIND[:BOOK]=VALUE",
        help=_("a number that budgets are checked against: {kinds}").format(kinds=", ".join(IndicatorKind.values)),
    )


def amount_of(text: str) -> Any:
    try:
        return exact(text)
    except InexactAmount as error:
        raise ArgumentTypeError(_("{text} is no amount in yuan; write it as 1234.50.").format(text=text)) from error


def indicator_of(text: str) -> tuple[IndicatorKind, str, Any]:
    """Return the kind, the code of the book or '', and the value of ``CEILING:220112101=1000.00``."""
    what, _equals, value = text.partition("=")
    kind, _colon, book = what.partition(":")
    if kind not in IndicatorKind.values:
        raise ArgumentTypeError(
            _("{text} is no indicator; choose from {kinds}.").format(text=text, kinds=", ".join(IndicatorKind.values))
        )
    return IndicatorKind(kind), book, amount_of(value)


# The steps


def principles(asked: Namespace, officer: Officer, on: date, at: datetime) -> Told:
    made: BudgetPrinciples = issue_principles(
        year=asked.year,
        text=asked.text,
        indicators=[Indicator(kind, value, book_of(book) if book else None) for kind, book, value in asked.indicators],
        on=on,
        officer=officer,
        at=at,
    )
    return [_("Principles of {year}, edition {edition}.").format(year=made.year, edition=made.edition)]


def prepare(asked: Namespace, officer: Officer, on: date, at: datetime) -> Told:
    lines = lines_of(asked)
    book = book_of(asked.book)
    return of_budget(
        prepare_budget(
            book=book, year=asked.year, lines=lines, resources=asked.resources, on=on, officer=officer, at=at
        )
    )


def amend(asked: Namespace, officer: Officer, on: date, at: datetime) -> Told:
    return of_budget(
        amend_budget(
            book=book_of(asked.book),
            year=asked.year,
            lines=lines_of(asked),
            resources=asked.resources,
            reason=asked.reason,
            on=on,
            officer=officer,
            at=at,
        )
    )


def submit(asked: Namespace, officer: Officer, _on: date, at: datetime) -> Told:
    return of_budget(submit_budget(budget=latest(asked), officer=officer, at=at))


def review(asked: Namespace, officer: Officer, _on: date, at: datetime) -> Told:
    return of_budget(review_budget(budget=latest(asked), officer=officer, at=at))


def approve(asked: Namespace, officer: Officer, on: date, at: datetime) -> Told:
    budget = latest(asked)
    act = approve_budget if budget.chain == BudgetChain.GOVERNMENT else record_resolution
    return of_budget(act(budget=budget, paper=asked.paper, paper_on=asked.paper_on, on=on, officer=officer, at=at))


def refuse(asked: Namespace, officer: Officer, _on: date, at: datetime) -> Told:
    return of_budget(refuse_budget(budget=latest(asked), reason=asked.reason, officer=officer, at=at))


def withdraw(asked: Namespace, officer: Officer, _on: date, at: datetime) -> Told:
    return of_budget(withdraw_budget(budget=latest(asked), officer=officer, at=at))


def plan(asked: Namespace, officer: Officer, on: date, at: datetime) -> Told:
    book = book_of(asked.book)
    months = read_plan(name=asked.file.name, content=asked.file.read_bytes(), book=book, year=asked.year)
    return of_plan(prepare_plan(book=book, year=asked.year, months=months, on=on, officer=officer, at=at))


def approve_a_plan(asked: Namespace, officer: Officer, _on: date, at: datetime) -> Told:
    return of_plan(approve_plan(plan=plan_of(asked), officer=officer, at=at))


def refuse_a_plan(asked: Namespace, officer: Officer, _on: date, at: datetime) -> Told:
    return of_plan(refuse_plan(plan=plan_of(asked), reason=asked.reason, officer=officer, at=at))


class Step(NamedTuple):
    """One step of a budget: what it is told, and what it does."""

    take: Take
    help: Any
    arguments: Sequence[Callable[[ArgumentParser], None]]


STEPS: Mapping[str, Step] = {
    "principles": Step(principles, gettext_lazy("give the principles and indicators of a year"), (with_principles,)),
    "prepare": Step(prepare, gettext_lazy("prepare a budget from a file"), (with_file, with_book, with_resources)),
    "submit": Step(submit, gettext_lazy("hand a prepared budget to the bureau"), (with_book,)),
    "review": Step(review, gettext_lazy("agree to a town's budget for the bureau"), (with_book,)),
    "approve": Step(
        approve,
        gettext_lazy("approve for the government, or record the congress's resolution"),
        (with_book, with_paper),
    ),
    "refuse": Step(refuse, gettext_lazy("refuse a budget, saying why"), (with_book, with_reason)),
    "withdraw": Step(withdraw, gettext_lazy("withdraw a budget that was not handed in"), (with_book,)),
    "amend": Step(
        amend,
        gettext_lazy("prepare an amendment from a file of all lines"),
        (with_file, with_book, with_resources, with_reason),
    ),
    "plan": Step(plan, gettext_lazy("prepare a spending plan from a file"), (with_file, with_book)),
    "approve-plan": Step(approve_a_plan, gettext_lazy("approve a spending plan"), (with_book, with_number)),
    "refuse-plan": Step(
        refuse_a_plan, gettext_lazy("refuse a spending plan, saying why"), (with_book, with_number, with_reason)
    ),
}


# What is told


def of_budget(budget: Budget) -> Told:
    said = _("Budget of {book} for {year}, edition {edition}: {status}.")
    return [
        said.format(
            book=budget.book_id, year=budget.year, edition=budget.edition, status=BudgetStatus(budget.status).label
        )
    ]


def of_plan(made: SpendingPlan) -> Told:
    said = _("Spending plan {number} of {book} for {year}: {status}.")
    return [said.format(number=made.number, book=made.book_id, year=made.year, status=made.get_status_display())]


def shown(asked: Namespace) -> Told:
    book = book_of(asked.book)
    made = table(
        _("Budget of {book} for {year}, up to month {month}").format(
            book=book.name, year=asked.year, month=asked.month
        ),
        _("budget line"),
        _("appropriated"),
        _("in the spending plan"),
        _("reserved"),
        _("spent"),
        _("left"),
        right=range(1, 6),
    )
    for one in line_states(book=book, year=asked.year, month=asked.month):
        amounts = (one.appropriated, one.planned, one.reserved, one.spent, one.left)
        made.add_row(one.line, *map(in_full, amounts))
    if not made.row_count:
        raise NothingThere("budget_is_approved", {"book": book.code, "year": asked.year})
    return [made]


def book_of(code: str) -> Book:
    book = Book.objects.filter(code=code).first()
    if book is None:
        raise NothingThere("book_exists", {"book": code})
    return book


def lines_of(asked: Namespace) -> Sequence[BudgetedLine]:
    return read_budget(name=asked.file.name, content=asked.file.read_bytes(), year=asked.year)


def latest(asked: Namespace) -> Budget:
    budget = Budget.objects.filter(book=book_of(asked.book), year=asked.year).order_by("-edition").first()
    if budget is None:
        raise NothingThere("budget_exists", {"book": asked.book, "year": asked.year})
    return budget


def plan_of(asked: Namespace) -> SpendingPlan:
    found = SpendingPlan.objects.filter(book=book_of(asked.book), year=asked.year, number=asked.number).first()
    if found is None:
        raise NothingThere("plan_exists", {"book": asked.book, "year": asked.year, "number": asked.number})
    return found
