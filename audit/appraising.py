"""Appraise archives that have expired (第十六、十七条): what of them may be destroyed and what is kept on."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from audit.models import Appraisal, AppraisedYear, RecordClass
from audit.refusals import NotAppraised, UnknownRecordClass, refusals_named
from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.scopes import require_district


class ClassYear(NamedTuple):
    """A whole class of archives of a fiscal year."""

    record_class: str
    fiscal_year: int

    def __str__(self) -> str:
        return f"{self.record_class}/{self.fiscal_year}"


def appraise(
    *,
    may_go: Sequence[ClassYear],
    kept_on: Sequence[ClassYear],
    members: str,
    opinion: str,
    on: date,
    officer: Officer,
    at: datetime,
) -> Appraisal:
    """Record the appraisal (鉴定意见书) that archives made together with ``members`` of accounting and audit.

    :raises OfficerMayNot: without the post
    :raises NotAppraised: if nothing is appraised
    :raises UnknownRecordClass: if there is no such class
    :raises StillKept: if something that may go has not expired
    :raises YearNotOver: if its year is not over
    :raises RecordsBlocked: if it is blocked
    :raises DestroyedAlready: if it is destroyed or on a list
    :raises DatedAhead: if the day has not come
    :raises CashierKeepsNoArchives: if the officer is a cashier
    :raises SaysNothing: without members or opinion
    """
    require_post(officer, "audit.appraise")
    require_district(officer)
    if not may_go and not kept_on:
        raise NotAppraised("appraisal_is_of_something")
    for one in (*may_go, *kept_on):
        if one.record_class not in RecordClass.values:
            raise UnknownRecordClass("record_class_is_known", {"class": one.record_class})
    with refusals_named(), transaction.atomic():
        appraisal = Appraisal.objects.create(
            appraised_on=on, members=members, opinion=opinion, made_by=officer, made_at=at
        )
        for years, goes in ((may_go, True), (kept_on, False)):
            for one in years:
                AppraisedYear.objects.create(
                    appraisal=appraisal, record_class=one.record_class, fiscal_year=one.fiscal_year, may_go=goes
                )
        record_event(
            chain="",
            at=at,
            actor=officer.username,
            act="retention.appraise",
            subject=f"appraisal/{appraisal.pk}",
            after={"may_go": " ".join(map(str, may_go)), "kept_on": " ".join(map(str, kept_on)), "opinion": opinion},
        )
        return appraisal
