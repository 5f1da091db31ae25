"""Changes of staff (工资变动) that a personnel system pushes: staged like an upload, never applied from here."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from imports.findings import message_of
from imports.layouts.payroll import Changes
from imports.models import Finding, StagedRow, StagedSheet
from month.long_work import staging
from month.models import Job
from month.queueing import ask_for
from month.tasks import ring_for
from month.telling_jobs import why
from web.api.answers import PROBLEMS
from web.api.callers import Caller
from web.api.fields import CODE, LINE, DayIn, Model, Money, MonthIn, MonthOut, PaidIn, money_text, text
from web.api.keeping import Key, act_once
from web.api.refusals import NothingHere
from web.security.uploads import checked_upload

router = Router(tags=["changes"])

ROWS_MAX: Final = 2_000
PAGE: Final = 200
KIND: Final = "files.stage"
LONGEST = 2**31 - 1
Line = text(LINE, least=0, most=100)
# The columns of the list by the names of the API.
COLUMNS: Final[Mapping[str, str]] = {
    "number": "变动单号",
    "township": "乡镇",
    "unit_code": "单位编码",
    "unit_name": "单位名称",
    "name": "姓名",
    "id_number": "身份证号",
    "change": "变动类型",
    "effective_on": "生效日期",
    "item": "工资项目",
    "old_amount": "原金额",
    "new_amount": "新金额",
    "new_bank": "新开户行",
    "new_account": "新账号",
    "stop_reason": "停发原因",
    "note": "备注",
}
NAMES: Final = {column: name for name, column in COLUMNS.items()}


class ChangeIn(Model):
    """One change of one person, in the words of the list 工资变动; what does not fit becomes a finding of its row."""

    id_number: text(r"^[0-9Xx]+$", most=18)  # type: ignore[valid-type]
    change: Literal["新增", "停发", "调资", "变更账号"]
    effective_on: DayIn
    number: Line = ""  # type: ignore[valid-type]
    township: Line = ""  # type: ignore[valid-type]
    unit_code: text(CODE, least=0, most=20) | None = None  # type: ignore[valid-type]
    unit_name: Line = ""  # type: ignore[valid-type]
    name: Line = ""  # type: ignore[valid-type]
    item: Line = ""  # type: ignore[valid-type]
    old_amount: PaidIn | None = None
    new_amount: PaidIn | None = None
    new_bank: Line = ""  # type: ignore[valid-type]
    new_account: text(r"^[0-9]+$", most=30) | None = None  # type: ignore[valid-type]
    stop_reason: Line = ""  # type: ignore[valid-type]
    note: Line = ""  # type: ignore[valid-type]


class ChangesIn(Model):
    """All changes of a month; they take the place of a list that is staged and not applied yet, as an upload does."""

    month: MonthIn
    rows: Annotated[list[ChangeIn], Field(min_length=1, max_length=ROWS_MAX)]


class PushedOut(Model):
    """The number under which is asked what became of pushed changes."""

    number: int
    state: str
    rows: int


class ControlTotalOut(Model):
    item: str
    amount: Money


class ChangesOut(Model):
    """Where pushed changes stand: the work of judging them, and their list on the stage."""

    number: int
    month: MonthOut
    state: str
    refusal: str
    reason: str
    sheet_state: str
    rows: int
    valid: int
    refused: int
    control_totals: list[ControlTotalOut]


class FindingOut(Model):
    """What is wrong with a row or, with row 0, with the list; ``column`` is a name of the API."""

    row: int
    column: str
    kind: str
    severity: str
    message: str


class RowOut(Model):
    """A pushed row by its place from 1, whether it is taken, and what was found."""

    row: int
    valid: bool
    findings: list[FindingOut]


class RowsOut(Model):
    """A page of rows; ``next_after`` is empty on the last one."""

    rows: list[RowOut]
    of_the_list: list[FindingOut]
    next_after: int | None


@router.post("/changes", url_name="push_changes", response={202: PushedOut, **PROBLEMS})
def push_changes(request: HttpRequest, asked: ChangesIn, key: Key) -> HttpResponse:
    """Push the changes of a month. They are judged like an upload; an officer looks at them and applies them."""
    caller: Caller = request.auth  # type: ignore[attr-defined]

    def act() -> PushedOut:
        file = checked_upload(SimpleUploadedFile(file_name(asked, caller), list_of(asked.rows)))
        work = staging(files=[(file.name, file.content)], month=asked.month)
        job = ask_for(**work, officer=caller.officer, at=caller.at)
        ring_for(job)
        return PushedOut(number=job.pk, state=job.status, rows=len(asked.rows))

    return act_once(
        caller=caller,
        key=key,
        operation="api.push_changes",
        subject=f"month/{asked.month:%Y-%m}",
        asked=asked,
        status=202,
        act=act,
    )


def file_name(asked: ChangesIn, caller: Caller) -> str:
    digest = sha256(asked.model_dump_json().encode()).hexdigest()[:8]
    return f"{Changes.title}_{asked.month:%Y%m}_{caller.system}_{digest}.csv"


def list_of(rows: Sequence[ChangeIn]) -> bytes:
    """Return rows as the csv of the list, in the order of its columns."""
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    columns = [column.name for column in Changes.columns()]
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell_of(getattr(row, NAMES[column])) for column in columns])
    return stream.getvalue().encode("utf-8")


def cell_of(value: Any) -> str:
    if value is None:
        return ""
    return money_text(value) if hasattr(value, "quantize") else str(value)


@router.get("/changes/{number}", url_name="changes", response={200: ChangesOut, **PROBLEMS})
def changes(request: HttpRequest, number: Annotated[int, Field(ge=1, le=LONGEST)]) -> ChangesOut:
    """Ask what became of pushed changes: poll until state is DONE or FAILED, then until sheet_state is APPLIED."""
    job = pushed_job(request, number)
    sheet = sheet_of(job)
    totals = sheet.control_totals.filter(township="").exclude(item="").order_by("pk") if sheet else []
    return ChangesOut(
        number=job.pk,
        month=date.fromisoformat(job.arguments["month"]),
        state=job.status,
        refusal=job.failure,
        reason=why(job.failure, job.reason),
        sheet_state=sheet.status if sheet else "",
        rows=sheet.rows if sheet else 0,
        valid=sheet.valid if sheet else 0,
        refused=sheet.refused if sheet else 0,
        control_totals=[ControlTotalOut(item=NAMES.get(one.item, one.item), amount=one.amount) for one in totals],
    )


@router.get("/changes/{number}/rows", url_name="changed_rows", response={200: RowsOut, **PROBLEMS})
def changed_rows(
    request: HttpRequest,
    number: Annotated[int, Field(ge=1, le=LONGEST)],
    after: Annotated[int, Query(), Field(ge=0, le=LONGEST)] = 0,
) -> RowsOut:
    """Return a page of the pushed rows, each with its findings, beginning after a row."""
    sheet = sheet_of(pushed_job(request, number))
    if sheet is None:
        return RowsOut(rows=[], of_the_list=[], next_after=None)
    head = sheet.header_row
    rows = list(
        StagedRow.objects.filter(sheet=sheet, row__gt=after + head).order_by("row").values_list("row", "valid")[:PAGE]
    )
    found: dict[int, list[FindingOut]] = {}
    numbers = [0, *(row for row, _valid in rows)]
    for finding in Finding.objects.filter(sheet=sheet, row__in=numbers).order_by("row", "pk"):
        found.setdefault(finding.row, []).append(finding_of(finding, head))
    return RowsOut(
        rows=[RowOut(row=row - head, valid=valid, findings=found.get(row, [])) for row, valid in rows],
        of_the_list=found.get(0, []),
        next_after=rows[-1][0] - head if len(rows) == PAGE else None,
    )


def finding_of(finding: Finding, head: int) -> FindingOut:
    return FindingOut(
        row=max(finding.row - head, 0),
        column=NAMES.get(finding.column, finding.column),
        kind=finding.kind,
        severity=finding.severity,
        message=message_of(finding),
    )


def pushed_job(request: HttpRequest, number: int) -> Job:
    """Return the work on changes that this very system pushed.

    :raises NothingHere: if it did not
    """
    caller: Caller = request.auth  # type: ignore[attr-defined]
    job = Job.objects.filter(pk=number, kind=KIND, asked_by=caller.officer).first()
    if job is None:
        raise NothingHere("changes_were_pushed", {"number": number})
    return job


def sheet_of(job: Job) -> StagedSheet | None:
    """Return the list of a job as it was staged last."""
    found = StagedSheet.objects.filter(
        month=job.arguments["month"], file__sha256=job.arguments["sha256"][0], layout=Changes.key
    )
    return found.order_by("-pk").first()
