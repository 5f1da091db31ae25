"""The reports of district and township money as officers ask for them, and the confirmation of statements."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Officer
from month import report_tables
from month.asking import with_month, with_officer_or_demo, with_reason
from month.documents import masked_payees
from month.posts import demo_officer
from month.tables import Told
from treasury.account_statements import statements_of
from treasury.arrears import arrears_of, by_month
from treasury.debts import burn_downs
from treasury.exports import documents
from treasury.exports.papers import Document, in_chinese
from treasury.incomes import incomes_of
from treasury.models import Township
from treasury.models.words import StatementSide
from treasury.positions import positions_on
from treasury.refusals import NothingThere
from treasury.settlement_origins import settlement_sheets, what_if_sheets
from treasury.stating_accounts import confirm_statement, disagree_with_statement, make_statements

ALL = "all"
SIDES = {"district": StatementSide.DISTRICT, "township": StatementSide.TOWNSHIP}
POSTS = {StatementSide.DISTRICT: "chief_accountant", StatementSide.TOWNSHIP: "township_head"}


@dataclass(frozen=True, slots=True)
class Report:
    """One report or step; ``moves`` says that it changes something and asks for an officer."""

    help: object
    arguments: Sequence[Callable[[ArgumentParser], object]]
    take: Callable[[Namespace, Officer | None, datetime], Told]
    moves: bool = False


def with_townships(parser: ArgumentParser) -> None:
    parser.add_argument("township", help=_("code or name of a township, or all"))


def with_township(parser: ArgumentParser) -> None:
    parser.add_argument("--township", required=True, help=_("code or name of a township"))


def with_any_township(parser: ArgumentParser) -> None:
    parser.add_argument("--township", default=ALL, help=_("code or name of a township; default: all"))


def with_day(parser: ArgumentParser) -> None:
    parser.add_argument("--on", type=date.fromisoformat, help=_("day of the report; default: today"))


def with_out_folder(parser: ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, help=_("folder for the PDF and the workbook"))


def with_year(parser: ArgumentParser) -> None:
    parser.add_argument("--year", type=int, help=_("year of the income; default: this year"))


def with_side(parser: ArgumentParser) -> None:
    parser.add_argument("--side", choices=list(SIDES), required=True, help=_("for whom: district or township"))


def chosen(name: str) -> Sequence[Township]:
    """Return the township of a code or name, or all of them.

    :raises NothingThere: if there is none
    """
    townships = documents.all_townships()
    found = [one for one in townships if name in (ALL, one.code, one.name)]
    if not found:
        known = "、".join(one.name for one in townships)
        raise NothingThere("township_is_known", {"township": name, "known": known})
    return found


def chosen_one(name: str) -> Township:
    """Return the township of a code or name; all is none."""
    return chosen("" if name == ALL else name)[0]


def written(asked: Namespace, name: str, read: Callable[[], Document]) -> Told:
    """Write a paper where a folder is named, and tell its files."""
    if not asked.out:
        return []
    with in_chinese():
        names = documents.write_paper(folder=asked.out, stem=name, document=read())
    return [_("Written to {folder}: {names}.").format(folder=asked.out, names=", ".join(names))]


def take_position(asked: Namespace, _officer: Officer | None, at: datetime) -> Told:
    on = asked.on or at.date()
    townships = chosen(asked.township)
    told = report_tables.of_positions(positions_on(townships=townships, on=on))
    paper = partial(documents.positions_paper, on=on, townships=townships, at=at)
    return [*told, *written(asked, f"{on}-乡镇财政情况表", paper)]


def take_debts(asked: Namespace, _officer: Officer | None, at: datetime) -> Told:
    on = asked.on or at.date()
    townships = chosen(asked.township)
    told = report_tables.of_debts(burn_downs(townships=townships, on=on))
    paper = partial(documents.debts_paper, on=on, townships=townships, at=at)
    return [*told, *written(asked, f"{on}-历史欠款变化表", paper)]


def take_incomes(asked: Namespace, _officer: Officer | None, at: datetime) -> Told:
    year = asked.year or at.year
    since, on = date(year, 1, 1), date(year, 12, 31)
    told = report_tables.of_incomes(incomes_of(since=since, on=on))
    return [*told, *written(asked, f"{year}-收入分类表", partial(documents.incomes_paper, since=since, on=on, at=at))]


def take_arrears(asked: Namespace, _officer: Officer | None, at: datetime) -> Told:
    on = asked.on or at.date()
    townships = chosen(asked.township)
    told = report_tables.of_arrears(by_month(arrears_of(townships=townships, on=on)))
    paper = partial(documents.arrears_paper, on=on, townships=townships, names=masked_payees(), at=at)
    return [*told, *written(asked, f"{on}-欠发工资清单", paper)]


def take_what_if(asked: Namespace, _officer: Officer | None, at: datetime) -> Told:
    told = report_tables.of_settlements(what_if_sheets(month=asked.month))
    paper = partial(documents.what_if_paper, month=asked.month, at=at)
    return [*told, *written(asked, f"{asked.month:%Y-%m}-结算单（试算）", paper)]


def take_settlement_sheets(asked: Namespace, _officer: Officer | None, at: datetime) -> Told:
    sheets = settlement_sheets(month=asked.month)
    if not sheets:
        raise NothingThere("settlement_is_prepared", {"month": f"{asked.month:%Y-%m}"})
    paper = partial(documents.settlements_paper, month=asked.month, at=at)
    return [*report_tables.of_settlements(sheets), *written(asked, f"{asked.month:%Y-%m}-结算单", paper)]


def take_statements(asked: Namespace, _officer: Officer | None, at: datetime) -> Told:
    townships = chosen(asked.township)
    told = report_tables.of_statements(statements_of(month=asked.month, townships=townships))
    paper = partial(documents.statements_paper, month=asked.month, townships=townships, at=at)
    return [*told, *written(asked, f"{asked.month:%Y-%m}-往来对账单", paper)]


def take_make_statements(asked: Namespace, officer: Officer | None, at: datetime) -> Told:
    townships = chosen(asked.township)
    maker = officer or demo_officer("preparer")
    make_statements(month=asked.month, townships=townships, officer=maker, at=at)
    return report_tables.of_statements(statements_of(month=asked.month, townships=townships))


def take_confirm(asked: Namespace, officer: Officer | None, at: datetime) -> Told:
    side = SIDES[asked.side]
    who = officer or demo_officer(POSTS[side])
    township = chosen_one(asked.township)
    statement = confirm_statement(month=asked.month, township=township, side=side, officer=who, at=at)
    return report_tables.of_statement(statement)


def take_disagree(asked: Namespace, officer: Officer | None, at: datetime) -> Told:
    side = SIDES[asked.side]
    who = officer or demo_officer(POSTS[side])
    township = chosen_one(asked.township)
    statement = disagree_with_statement(
        month=asked.month, township=township, side=side, reason=asked.reason, officer=who, at=at
    )
    return report_tables.of_statement(statement)


REPORTS: Mapping[str, Report] = {
    "position": Report(
        gettext_lazy("where a township stands on a day"), (with_townships, with_day, with_out_folder), take_position
    ),
    "debts": Report(
        gettext_lazy("old debt month by month, and its register"),
        (with_any_township, with_day, with_out_folder),
        take_debts,
    ),
    "incomes": Report(gettext_lazy("income by nature of the money"), (with_year, with_out_folder), take_incomes),
    "arrears": Report(
        gettext_lazy("salaries that townships owe"), (with_any_township, with_day, with_out_folder), take_arrears
    ),
    "what_if": Report(
        gettext_lazy("what the settlement of a month would be"), (with_month, with_out_folder), take_what_if
    ),
    "settlement_sheets": Report(
        gettext_lazy("the settlement sheets of a month"), (with_month, with_out_folder), take_settlement_sheets
    ),
    "statements": Report(
        gettext_lazy("the statements of account of a month"),
        (with_month, with_any_township, with_out_folder),
        take_statements,
    ),
    "make_statements": Report(
        gettext_lazy("make the statements of account of a month, to be confirmed"),
        (with_month, with_any_township, with_officer_or_demo),
        take_make_statements,
        moves=True,
    ),
    "confirm": Report(
        gettext_lazy("confirm a statement of account for one side"),
        (with_month, with_township, with_side, with_officer_or_demo),
        take_confirm,
        moves=True,
    ),
    "disagree": Report(
        gettext_lazy("disagree with a statement of account, with a reason"),
        (with_month, with_township, with_side, with_reason, with_officer_or_demo),
        take_disagree,
        moves=True,
    ),
}
