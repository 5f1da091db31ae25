"""Write the papers of benefits into a folder for an officer who may read them; each reading leaves an event."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from ledger.masking import masked
from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.benefit_booklets import booklet_of
from payouts.benefit_dues import benefit_dues
from payouts.benefit_statistics import statistics_of
from payouts.exports.benefit_booklets import booklet_document
from payouts.exports.benefit_lists import due_document, public_document, write_due_csv
from payouts.exports.benefit_reports import SPANS, TITLE, statistics_document
from payouts.policy import payout_policies
from payouts.public_lists import public_list
from payouts.rules.benefit_calendar import StatisticalPeriod, statistics_due
from treasury.exports.documents import FOLDER_MODE, heading_of, write_paper
from treasury.exports.papers import Document, in_chinese

READ = "ledger.view_voucher"


def write_statistics(
    *, period: StatisticalPeriod, folder: Path, on: date, officer: Officer, at: datetime
) -> Sequence[str]:
    """Write the statistics of a period as they are known on a day; return the names of the files.

    :raises OfficerMayNot: without the post
    """
    require_post(officer, READ)
    document = statistics_document(
        statistics=statistics_of(period=period, on=on),
        due=statistics_due(period=period, policies=payout_policies()),
        heading=heading_of(at),
    )
    return keep(folder, f"{period.year}{SPANS[period.span]}-{TITLE}", document, "benefit statistics", officer, at)


def write_due_list(*, on: date, days: int, folder: Path, officer: Officer, at: datetime) -> Sequence[str]:
    """Write what is due within so many days of a day, as csv too; raises as ``write_statistics``."""
    require_post(officer, READ)
    dues = benefit_dues(on=on, days=days)
    stem = f"{on}-到期事项清单"
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with (folder / f"{stem}.csv").open("wb") as file:
        write_due_csv(file=file, dues=dues)
    document = due_document(dues=dues, heading=heading_of(at))
    return [f"{stem}.csv", *keep(folder, stem, document, f"benefit dues/{on}", officer, at)]


def write_booklet(*, certificate: str, folder: Path, officer: Officer, at: datetime) -> Sequence[str]:
    """Write the booklet of a certificate number.

    :raises NothingInBooklet: if nobody has it
    :raises OfficerMayNot: without the post
    """
    require_post(officer, READ)
    document = booklet_document(booklet=booklet_of(certificate=certificate), heading=heading_of(at))
    stem = f"受益人手册-{masked(certificate)}".replace("/", "_")
    return keep(folder, stem, document, f"booklet/{masked(certificate)}", officer, at)


def write_public_list(*, scheme: str, month: date, folder: Path, officer: Officer, at: datetime) -> Sequence[str]:
    """Write the list of a scheme and month that is hung out.

    :raises NoSuchRun: if no released run of the month pays the scheme
    :raises OfficerMayNot: without the post
    """
    require_post(officer, READ)
    listed = public_list(scheme=scheme, month=month)
    stem = f"{month:%Y-%m}-{listed.scheme.name}公示清单"
    document = public_document(listed=listed, heading=heading_of(at))
    return keep(folder, stem, document, f"month/{month:%Y-%m}", officer, at)


def keep(folder: Path, stem: str, document: Document, subject: str, officer: Officer, at: datetime) -> Sequence[str]:
    """Write a paper and leave the trace of its reading."""
    with in_chinese():
        names = write_paper(folder=folder, stem=stem, document=document)
    record_event(
        chain="",
        at=at,
        actor=officer.username,
        act="documents.read",
        subject=subject,
        after={"documents": len(names), "names": " ".join(names)[:1000]},
    )
    return names
