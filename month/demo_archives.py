"""The archives of a demo: two invented old files that have expired, one of them on a list that some have signed."""

from datetime import date, datetime
from typing import Final

from django.db import transaction

from audit.appraising import ClassYear, appraise
from audit.destroying import propose_list, sign_list
from audit.models import Appraisal, DestructionRole, RecordClass
from audit.retaining import set_hold
from imports.staging import stage_files
from month.posts import demo_officer
from treasury.secondments import day_of

OLD_MONTHS: Final = (date(1998, 12, 1), date(1999, 5, 1))
SIGNED: Final = (
    (DestructionRole.HEAD, "bureau_head"),
    (DestructionRole.ARCHIVE_HEAD, "archive_head"),
    (DestructionRole.ACCOUNTING_HEAD, "chief_accountant"),
)
HELD_YEAR: Final = 2026


@transaction.atomic
def keep_demo_archives(*, at: datetime) -> None:
    """Let the archives of a demo have something that has expired; a second time nothing changes."""
    if Appraisal.objects.exists():
        return
    for month in OLD_MONTHS:
        name = f"{month:%Y-%m}-旧工资花名册（演示）.csv"
        stage_files(
            files=[(name, f"演示旧档,{month:%Y-%m}\n".encode())],
            month=month,
            officer=demo_officer("clerk"),
            at=at,
            progress=lambda _file, _rows: None,
        )
    years = [ClassYear(RecordClass.IMPORTED_FILES.value, OLD_MONTHS[-1].year)]
    appraisal = appraise(
        may_go=years,
        kept_on=[],
        members="演示：会计、审计各一人",
        opinion="演示：已满保管期限，无保存价值",
        on=day_of(at),
        officer=demo_officer("archive_head"),
        at=at,
    )
    listed = propose_list(appraisal=appraisal, years=years, on=day_of(at), officer=demo_officer("archivist"), at=at)
    for role, post in SIGNED:
        sign_list(listed=listed, role=role, approved=True, reason="", officer=demo_officer(post), at=at)
    set_hold(
        record_class=RecordClass.VOUCHERS.value,
        from_year=HELD_YEAR,
        to_year=HELD_YEAR,
        reason="演示：专项审计期间",
        officer=demo_officer("archive_head"),
        at=at,
    )
