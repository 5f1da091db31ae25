"""What the steps of a month are asked for on the command line."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _


def month_of(text: str) -> date:
    """Return the first day of a month written ``2026-11``."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise ArgumentTypeError(_("{text} is no month; write it as 2026-11.").format(text=text)) from error


def with_month(parser: ArgumentParser) -> None:
    parser.add_argument("--month", type=month_of, required=True, help="2026-11")


def with_month_or_any(parser: ArgumentParser) -> None:
    parser.add_argument("--month", type=month_of, help=_("payroll month; default: the one that the file fits"))


def with_officer(parser: ArgumentParser) -> None:
    parser.add_argument("--as", dest="officer", required=True, help=_("username of the officer who acts"))


def with_officer_or_demo(parser: ArgumentParser) -> None:
    parser.add_argument("--as", dest="officer", help=_("username of the officer; without it a demo's officer acts"))


def with_folder(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=existing_folder, help=_("folder with the files of the month"))


def with_paths(parser: ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=existing_path, help=_("files, or a folder of files"))


def with_out(parser: ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help=_("folder for the lists and documents"))


def with_findings(parser: ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, help=_("folder for the findings and the marked copies"))


def with_papers(parser: ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, help=_("folder for the approval sheet, the lists and the exceptions"))


def with_reason(parser: ArgumentParser) -> None:
    parser.add_argument("--reason", required=True, help=_("why, in one line"))


def existing_path(text: str) -> Path:
    path = Path(text)
    if not path.exists():
        raise ArgumentTypeError(_("{text} does not exist.").format(text=text))
    return path


def existing_folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise ArgumentTypeError(_("{text} is no folder.").format(text=text))
    return folder


def with_batch(parser: ArgumentParser) -> None:
    parser.add_argument("--batch", type=int, required=True, help=_("number of the batch in the month"))


def with_exceptions(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--exception", dest="exceptions", type=int, action="append", help=_("number of an exception; default: all")
    )


def with_serial(parser: ArgumentParser) -> None:
    parser.add_argument("--serial", type=int, required=True, help=_("serial number of the returned payment"))


def with_account(parser: ArgumentParser) -> None:
    parser.add_argument("--account", required=True, help=_("new account number"))
    parser.add_argument("--new-bank", default="", help=_("new bank; default: as before"))
    parser.add_argument("--name", default="", help=_("name of the payee; default: as before"))
    parser.add_argument("--paper", required=True, help=_("the evidence, e.g. the number of a letter"))


def with_paper_and_reason(parser: ArgumentParser) -> None:
    parser.add_argument("--paper", required=True, help=_("the evidence, e.g. the number of a letter"))
    with_reason(parser)


def with_refuse_to_give_up(parser: ArgumentParser) -> None:
    parser.add_argument("--refuse", action="store_true", help=_("refuse to give it up instead"))


def with_refuse(parser: ArgumentParser) -> None:
    parser.add_argument("--refuse", action="store_true", help=_("refuse the correction instead"))


def with_single(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--single", action="store_true", help=_("below the bank's minimum, use its single-payment format")
    )


def with_on(parser: ArgumentParser) -> None:
    parser.add_argument("--on", type=date.fromisoformat, help=_("posting date; default: by the pay date and today"))
