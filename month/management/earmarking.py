"""What the commands of earmarked money and of benefits share: their steps, what they ask for, what they look up."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple, TypeVar

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import DatabaseError, models
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Officer
from ledger.money import InexactAmount, exact
from ledger.policies import NoValue
from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost, database_words
from month.asking import month_of, with_officer, with_officer_or_demo
from month.management.commands.month import officer_of
from month.posts import demo_officer
from month.tables import Told, tell
from treasury.models import EarmarkedItem, Township, Unit
from treasury.models.words import SpecialAccountKind
from treasury.refusals import NothingThere
from treasury.rules.appraisals import NoSuchPlace

Row = TypeVar("Row", bound=models.Model)


class Act(NamedTuple):
    """A step that an officer takes: its help, what it is asked for, what it does and tells."""

    help: Any
    add_arguments: Callable[[ArgumentParser], None]
    take: Callable[[Namespace, Officer, datetime], Told]


class Read(NamedTuple):
    """A step that hands data out to an officer, or to the auditor of a demo, and leaves a trace."""

    help: Any
    add_arguments: Callable[[ArgumentParser], None]
    take: Callable[[Namespace, Officer, datetime], Told]


class Look(NamedTuple):
    """A step that only reads."""

    help: Any
    add_arguments: Callable[[ArgumentParser], None]
    tell: Callable[[Namespace], Told]


class EarmarkingCommand(BaseCommand):
    """A command of steps; each act is one act of the treasury by the officer of ``--as``."""

    name: ClassVar[str]
    steps: ClassVar[Mapping[str, Act | Read | Look]]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parsers = parser.add_subparsers(dest="step", required=True, metavar="STEP")
        for name, step in self.steps.items():
            sub = parsers.add_parser(name, help=str(step.help))
            step.add_arguments(sub)
            if isinstance(step, Act):
                with_officer(sub)
            elif isinstance(step, Read):
                with_officer_or_demo(sub)

    def handle(self, *args: Any, step: str, **options: Any) -> None:
        asked, chosen = Namespace(**options), self.steps[step]
        if isinstance(chosen, Look):
            with refusals_told():
                told = chosen.tell(asked)
            tell(told)
            return
        with acting(command=self.name, step=step, asked=asked) as (officer, at):
            told = chosen.take(asked, officer, at)
        tell(told)


@contextmanager
def acting(*, command: str, step: str, asked: Namespace) -> Iterator[tuple[Officer, datetime]]:
    """Let the officer of ``--as`` act, else a demo's auditor; what is refused is left in the trail and told."""
    officer, at = officer_of(asked) or demo_officer("auditor"), timezone.now()
    with (
        refusals_told(),
        acting_from(f"manage.py {command} {step}"),
        refusals_recorded(chain="", at=at, actor=officer.username, act=f"{command}.{step}", subject=command),
    ):
        yield officer, at


@contextmanager
def refusals_told() -> Iterator[None]:
    """Tell an officer why a step was refused, in the officer's language."""
    try:
        yield
    except UnableToPost as refusal:
        raise CommandError(str(refusal)) from refusal
    except NoSuchPlace as nothing:
        said = _("Place {place} brings nothing; places 1 to {known} do.")
        raise CommandError(said.format(place=nothing.place, known=nothing.known)) from nothing
    except NoValue as missing:
        said = _("The policy {policy} has no value on {day}. Choose another month, or add the value.")
        raise CommandError(said.format(policy=missing.name, day=missing.on)) from missing
    except DatabaseError as error:
        # Its text may quote rows: what it says is neither shown nor chained.
        raise CommandError(database_words(error)) from None


# What is asked for


def nothing(_parser: ArgumentParser) -> None:
    """Ask for nothing."""


def yuan_of(text: str) -> Decimal:
    """Return an amount written in yuan."""
    try:
        return exact(text)
    except InexactAmount as error:
        raise ArgumentTypeError(
            _("{text} is no amount in yuan with at most two decimals.").format(text=text)
        ) from error


def with_township(parser: ArgumentParser) -> None:
    parser.add_argument("--township", required=True, help=_("code or name of the township"))


def with_any_township(parser: ArgumentParser) -> None:
    parser.add_argument("--township", help=_("code or name of the township; default: every one"))


def with_account_kind(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--account",
        type=SpecialAccountKind,
        choices=list(SpecialAccountKind),
        default=SpecialAccountKind.TRANSFERS,
        help=_("special account"),
    )


def with_item(parser: ArgumentParser) -> None:
    parser.add_argument("--item", type=int, default=0, help=_("number of the item; 0 where the account has none"))


def with_amount(parser: ArgumentParser) -> None:
    parser.add_argument("--amount", type=yuan_of, required=True, help=_("amount in yuan"))


def with_paper(parser: ArgumentParser) -> None:
    parser.add_argument("--paper", required=True, help=_("the paper that orders it"))


def with_number(parser: ArgumentParser) -> None:
    parser.add_argument("number", type=int, help=_("number that the step before has told"))


def with_paper_and_number(parser: ArgumentParser) -> None:
    with_number(parser)
    with_paper(parser)


def with_number_and_day(parser: ArgumentParser) -> None:
    with_number(parser)
    with_day(parser)


def with_number_and_reason(parser: ArgumentParser) -> None:
    with_number(parser)
    parser.add_argument("--reason", required=True, help=_("why, in one line"))


def with_day(parser: ArgumentParser) -> None:
    parser.add_argument("--on", type=date.fromisoformat, help=_("day; default: today"))


def with_month(parser: ArgumentParser) -> None:
    parser.add_argument("--month", type=month_of, required=True, help=_("month, such as 2026-11"))


def with_paper_and_month(parser: ArgumentParser) -> None:
    with_paper_and_number(parser)
    with_month(parser)


def with_unit_and_classes(parser: ArgumentParser) -> None:
    parser.add_argument("--unit", default="", help=_("code of the using unit"))
    parser.add_argument("--functional", default="", help=_("functional class"))
    parser.add_argument("--economic", default="", help=_("economic class"))
    parser.add_argument("--project", default="", help=_("project"))


def day_of(asked: Namespace) -> date:
    """Return the day that is asked for, or today."""
    return asked.on or timezone.localdate()


# What is looked up


def township_of(text: str) -> Township:
    """Return a township by its code or name.

    :raises NothingThere: if there is none
    """
    found = Township.objects.select_related("book__parent").filter(models.Q(code=text) | models.Q(name=text)).first()
    if found is None:
        raise NothingThere("township_is_known", {"township": text})
    return found


def townships_of(asked: Namespace) -> list[Township]:
    """Return the township that is asked for, or all."""
    if asked.township:
        return [township_of(asked.township)]
    return list(Township.objects.select_related("book__parent").order_by("number"))


def unit_of(asked: Namespace) -> Unit | None:
    """Return the using unit that is asked for.

    :raises NothingThere: if there is no such unit
    """
    return only(Unit, code=asked.unit) if asked.unit else None


def item_of(township: Township, account: SpecialAccountKind, number: int) -> EarmarkedItem:
    """Return an item of a township by its number.

    :raises NothingThere: if there is none
    """
    return only(EarmarkedItem, township=township, kind=account, number=number)


def item_or_none(township: Township, account: SpecialAccountKind, number: int) -> EarmarkedItem | None:
    """Return an item of a township; number 0 is what no item was named for."""
    return item_of(township, account, number) if number else None


def only(model: type[Row], /, **facts: Any) -> Row:
    """Return the one row of these facts.

    :raises NothingThere: if there is none
    """
    found = model._default_manager.filter(**facts).first()
    if found is None:
        told = {name: str(value) for name, value in facts.items()}
        raise NothingThere(f"{model._meta.model_name}_is_known", told)
    return found
