"""What a check of the books has found, as it is kept with its job: how much by each check, and the rows with links."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ledger.checks import CHECKS
from ledger.models import AuditEvent
from month.audit_work import FINDINGS
from month.keeping_files import content_of
from month.models import FileSide, Job, JobFile, JobState
from web.audit_desk.export_lists import facts_in
from web.job_pages import ToldJob, told

KIND: Final = "audit.checks"
SHOWN: Final = 200
# What a finding names, and the reference that traces it.
NAMED: Final = (
    (re.compile(r"\(source ([^)\s]+)\)"), "source:{0}"),
    (re.compile(r"\bsource (\S+) has parts"), "source:{0}"),
    (re.compile(r"\bseal (\d+)\b"), "seal:{book}/{0}"),
    (re.compile(r"\bevent (\d+) \("), "event:{book}/{0}"),
)


class FoundFault(NamedTuple):
    """A finding of a check, with the reference under which what it names is traced."""

    check: str
    book: str
    what: str
    since: str
    reference: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a job of checking came to; ``found`` is None while it is not known, ``counts`` where no rows are kept."""

    told: ToldJob
    names: Sequence[str]
    found: int | None
    counts: Mapping[str, int] | None
    faults: Sequence[FoundFault]

    @property
    def agrees(self) -> bool:
        return self.found == 0


def latest_jobs(length: int) -> Sequence[Job]:
    """Return the latest jobs that check the books, the newest first."""
    return list(Job.objects.filter(kind=KIND).order_by("-pk")[:length])


def result_of(job: Job) -> Result:
    """Return what a job has found, as far as it is kept."""
    names = job.arguments["names"] or list(CHECKS)
    event = AuditEvent.objects.filter(subject=f"job/{job.pk}", act="books.checked", refused="").order_by("-pk").first()
    found = int(facts_in(event.after).get("found", 0)) if event is not None and job.status == JobState.DONE else None
    rows = list(rows_of(job)) if found is not None else []
    is_kept = found == 0 or len(rows) > 0
    counts = Counter(row[0] for row in rows)
    return Result(
        told=told([job])[0],
        names=names,
        found=found,
        counts={name: counts[name] for name in names} if found is not None and is_kept else None,
        faults=[fault_of(row) for row in rows[:SHOWN]],
    )


def rows_of(job: Job) -> Iterator[tuple[str, str, str, str]]:
    """Yield the findings that are kept, of the first part of their file: thousands."""
    file = JobFile.objects.filter(job=job, side=FileSide.OUT, name=FINDINGS).order_by("number").first()
    if file is not None:
        rows = csv.reader(io.StringIO(content_of(file).decode("utf-8-sig", "ignore"), newline=""))
        next(rows)
        for check, book, what, since, *_rest in (row for row in rows if len(row) >= 4):
            yield check, book, what, since


def fault_of(row: tuple[str, str, str, str]) -> FoundFault:
    check, book, what, since = row
    for pattern, form in NAMED:
        if match := pattern.search(what):
            return FoundFault(check, book, what, since, form.format(match[1], book=book))
    return FoundFault(check, book, what, since, "")


def latest_of(name: str) -> Result | None:
    """Return the latest result that tells of a check, if any of the last ones does."""
    for job in latest_jobs(20):
        if job.status == JobState.DONE and name in (job.arguments["names"] or CHECKS):
            return result_of(job)
    return None
