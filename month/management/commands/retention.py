"""``manage.py retention STEP``: what the archives hold, until when, and how what has expired is destroyed."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.appraising import ClassYear, appraise
from audit.destroying import carry_out_list, propose_list, sign_list
from audit.destructions import list_numbered, sheet_of
from audit.exports.destruction_papers import destruction_document
from audit.holdings import holdings_on
from audit.models import Appraisal, DestructionRole, RecordClass, RetentionHold
from audit.retaining import lift_hold, set_hold
from ledger.models import Officer
from ledger.recording import record_event
from month.management.earmarking import (
    Act,
    EarmarkingCommand,
    Look,
    Read,
    day_of,
    only,
    with_number,
    with_number_and_reason,
)
from month.tables import Told
from month.telling_retention import of_holdings, of_sheet
from month.writing import keep_private, make_folder
from treasury.exports.documents import heading_of, write_paper
from treasury.scopes import require_district


def class_year_of(text: str) -> ClassYear:
    """Return a class of a year written ``vouchers/2004``."""
    kind, _slash, year = text.partition("/")
    if kind not in RecordClass.values or not year.isdecimal():
        raise ArgumentTypeError(_("{text} is no class of a year; write it as vouchers/2004.").format(text=text))
    return ClassYear(kind, int(year))


def with_years(parser: ArgumentParser) -> None:
    parser.add_argument("years", nargs="+", type=class_year_of, help=_("classes of years, such as vouchers/2004"))
    parser.add_argument("--on", type=date.fromisoformat, help=_("day; default: today"))


def list_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--on", type=date.fromisoformat, help=_("day; default: today"))
    parser.add_argument("--year", type=int, help=_("fiscal year; default: every one"))
    parser.add_argument("--class", dest="record_class", choices=RecordClass.values, default="", help=_("class"))


def listing(asked: Namespace, officer: Officer, at: datetime) -> Told:
    require_district(officer)
    held = holdings_on(on=day_of(asked), year=asked.year, record_class=asked.record_class)
    record_reading("archives", officer, at)
    return of_holdings(held)


def show_arguments(parser: ArgumentParser) -> None:
    with_number(parser)
    parser.add_argument("--out", type=Path, help=_("folder for the list as PDF and xlsx"))


def show(asked: Namespace, officer: Officer, at: datetime) -> Told:
    require_district(officer)
    sheet = sheet_of(list_numbered(asked.number))
    names: list[str] = []
    if asked.out:
        make_folder(asked.out)
        document = destruction_document(sheet=sheet, heading=heading_of(at))
        names = write_paper(folder=asked.out, stem=f"会计档案销毁清册-{sheet.list.pk}", document=document)
        keep_private(asked.out)
    record_reading(f"destruction_list/{sheet.list.pk}", officer, at)
    return [*of_sheet(sheet), *names]


def record_reading(subject: str, officer: Officer, at: datetime) -> None:
    record_event(chain="", at=at, actor=officer.username, act="retention.read", subject=subject)


def appraise_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("years", nargs="*", type=class_year_of, help=_("what may be destroyed, such as vouchers/2004"))
    parser.add_argument("--keep", nargs="*", type=class_year_of, default=[], help=_("what has expired and is kept on"))
    parser.add_argument("--members", required=True, help=_("who of accounting and audit took part"))
    parser.add_argument("--opinion", required=True, help=_("what was found, in one line"))
    parser.add_argument("--on", type=date.fromisoformat, help=_("day; default: today"))


def appraise_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    made = appraise(
        may_go=asked.years,
        kept_on=asked.keep,
        members=asked.members,
        opinion=asked.opinion,
        on=day_of(asked),
        officer=officer,
        at=at,
    )
    return [_("Appraisal {number} is recorded.").format(number=made.pk)]


def propose_arguments(parser: ArgumentParser) -> None:
    with_years(parser)
    parser.add_argument("--appraisal", type=int, required=True, help=_("number of the appraisal"))


def propose(asked: Namespace, officer: Officer, at: datetime) -> Told:
    listed = propose_list(
        appraisal=only(Appraisal, pk=asked.appraisal), years=asked.years, on=day_of(asked), officer=officer, at=at
    )
    return of_sheet(sheet_of(listed))


def sign_arguments(parser: ArgumentParser) -> None:
    with_number(parser)
    parser.add_argument("--role", required=True, choices=DestructionRole.values, help=_("as what you sign or watch"))
    parser.add_argument("--refuse", action="store_true", help=_("refuse the list instead"))
    parser.add_argument("--reason", default="", help=_("why, in one line"))


def sign(asked: Namespace, officer: Officer, at: datetime) -> Told:
    listed = list_numbered(asked.number)
    sign_list(
        listed=listed,
        role=DestructionRole(asked.role),
        approved=not asked.refuse,
        reason=asked.reason,
        officer=officer,
        at=at,
    )
    return of_sheet(sheet_of(listed))


def carry_out_arguments(parser: ArgumentParser) -> None:
    with_number(parser)
    parser.add_argument("--on", type=date.fromisoformat, help=_("day; default: today"))


def carry_out(asked: Namespace, officer: Officer, at: datetime) -> Told:
    listed = list_numbered(asked.number)
    carry_out_list(listed=listed, on=day_of(asked), officer=officer, at=at)
    return of_sheet(sheet_of(listed))


def hold_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--class", dest="record_class", choices=RecordClass.values, default="", help=_("class"))
    parser.add_argument("--from", dest="from_year", type=int, required=True, help=_("first fiscal year"))
    parser.add_argument("--to", dest="to_year", type=int, help=_("last fiscal year; default: the first"))
    parser.add_argument("--reason", required=True, help=_("why, in one line"))


def hold(asked: Namespace, officer: Officer, at: datetime) -> Told:
    made = set_hold(
        record_class=asked.record_class,
        from_year=asked.from_year,
        to_year=asked.from_year if asked.to_year is None else asked.to_year,
        reason=asked.reason,
        officer=officer,
        at=at,
    )
    return [_("Hold {number} is set.").format(number=made.pk)]


def lift(asked: Namespace, officer: Officer, at: datetime) -> Told:
    lift_hold(hold=only(RetentionHold, pk=asked.number), reason=asked.reason, officer=officer, at=at)
    return [_("Hold {number} is lifted.").format(number=asked.number)]


class Command(EarmarkingCommand):
    help = "The archives: what is kept until when, and the signed lists by which what has expired is destroyed."
    name = "retention"
    steps: ClassVar[Mapping[str, Act | Look | Read]] = {
        "list": Read(gettext_lazy("what there is by class and year, and why it is kept"), list_arguments, listing),
        "show": Read(gettext_lazy("a destruction list, also as a paper"), show_arguments, show),
        "appraise": Act(gettext_lazy("record an appraisal of what has expired"), appraise_arguments, appraise_asked),
        "propose": Act(gettext_lazy("put what was appraised on a destruction list"), propose_arguments, propose),
        "sign": Act(gettext_lazy("sign, watch or refuse a destruction list"), sign_arguments, sign),
        "carry_out": Act(gettext_lazy("destroy what a list names"), carry_out_arguments, carry_out),
        "hold": Act(gettext_lazy("keep years from being destroyed"), hold_arguments, hold),
        "lift": Act(gettext_lazy("lift a hold that another officer has set"), with_number_and_reason, lift),
    }
