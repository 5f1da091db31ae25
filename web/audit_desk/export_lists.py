"""What was exported by whom: a page of it, with the digests that stand in the trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from ledger.models import AuditEvent
from month.models import FileSide, Job, JobFile
from web.audit_desk.names import named
from web.job_pages import ToldJob, told

MASKED_KINDS = ("audit.vouchers", "audit.papers", "audit.pack", "books.export")
FULL_KINDS = ("audit.vouchers_full", "audit.pack_full")
EXPORTS = (*MASKED_KINDS, *FULL_KINDS)
SAMPLE = "audit.sample"
PAGE = 30


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that an export has made; it is kept for some days, its digest for ever."""

    name: str
    size: int
    sha256: str
    manifest: str
    facts: Mapping[str, object]
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Export:
    """An export as the pages show it."""

    told: ToldJob
    asked: Mapping[str, object]
    files: Sequence[Exported]
    in_full: bool


def jobs_of(*kinds: str) -> QuerySet[Job]:
    return Job.objects.filter(kind__in=kinds).order_by("-pk")


def page_of(jobs: QuerySet[Job], before: int | None) -> Sequence[Export]:
    """Return a page of exports, the newest first."""
    return exports_of(list((jobs.filter(pk__lt=before) if before else jobs)[:PAGE]))


def exports_of(jobs: Sequence[Job]) -> Sequence[Export]:
    """Return exports with their files; as many queries for many as for one."""
    keys = [job.pk for job in jobs]
    files = JobFile.objects.filter(job__in=keys, side=FileSide.OUT)
    kept = set(files.values_list("job_id", "name").distinct())
    made: dict[str, list[Mapping[str, str]]] = {}
    subjects = [f"job/{key}" for key in keys]
    events = AuditEvent.objects.filter(subject__in=subjects, act="export.made", refused="").order_by("pk")
    for subject, after in events.values_list("subject", "after"):
        made.setdefault(subject, []).append(facts_in(after))
    return [
        Export(
            told=one,
            asked=named({name: shown(value) for name, value in one.job.arguments.items() if value not in ("", [])}),
            files=[
                exported(facts, is_kept=(one.pk, facts.get("file", "")) in kept) for facts in made.get(one.subject, [])
            ],
            in_full=one.job.kind in FULL_KINDS,
        )
        for one in told(jobs)
    ]


def exported(facts: Mapping[str, str], *, is_kept: bool) -> Exported:
    rest = {name: value for name, value in facts.items() if name not in ("file", "bytes", "sha256")}
    return Exported(
        name=facts.get("file", ""),
        size=int(facts.get("bytes", 0)),
        sha256=facts.get("sha256", ""),
        manifest=facts.get("manifest", ""),
        facts=named(rest),
        is_kept=is_kept,
    )


def facts_in(text: str) -> Mapping[str, str]:
    """Return the facts that an event tells, one a line."""
    return {name: value for name, _equals, value in (line.partition("=") for line in text.splitlines())}


def shown(value: object) -> str:
    """Return what was asked for as text."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return "; ".join(f"{name}: {shown(one)}" for name, one in value.items() if one not in ("", [], None, {}))
    return str(value)
