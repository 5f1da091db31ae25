"""Every long list asks the database as often for many rows as for few."""

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from month.long_work import staging
from month.models import Job
from month.queueing import ask_for
from payouts.models import Batch, ResultFile, Run
from tests import payroll
from tests.payroll import JULY, officer
from tests.web.bank_desk import Desk, queries_of

stage = payroll.stage
rolled_back = payroll.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
NEXT_PAGE = re.compile(r"after=([0-9]+)[^>]*>Next page")


def test_the_payments_of_a_batch_and_its_page() -> None:
    """July's second batch has one payment, issued again."""
    desk, counts = Desk("auditor"), list[tuple[int, int]]()
    batches = list(Batch.objects.filter(month=JULY).order_by("number"))
    assert [one.payments_count > 1 for one in batches] == [True, False]
    for batch in batches:
        queries = queries_of(desk, "batch_payments", "2026-07", batch.number)
        counts.append((queries, queries_of(desk, "batch", "2026-07", batch.number)))
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 35


def test_a_page_of_the_payments_leads_to_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, batch = Desk("auditor"), Batch.objects.filter(month=JULY).earliest("number")
    monkeypatch.setattr("web.bank_desk.batch_pages.PAGE", 4)
    seen, after = set[str](), ""
    serials = {f"/payments/2026-07/{one}/" for one in batch.payments.values_list("serial", flat=True)}
    while True:
        page = desk.sees("batch_payments", "2026-07", batch.number, **({"after": after} if after else {}))
        here = {one for one in serials if one in page}
        assert len(here) <= 4
        assert not here & seen
        seen |= here
        following = NEXT_PAGE.search(page)
        if following is None:
            break
        after = following[1]
    assert seen == serials


def test_the_files_of_results(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk("auditor")
    assert ResultFile.objects.filter(month=JULY).count() > 1
    all_of_them = queries_of(desk, "results", "2026-07")
    monkeypatch.setattr("web.bank_desk.result_pages.FILES_SHOWN", 1)
    assert queries_of(desk, "results", "2026-07") == all_of_them


@pytest.mark.parametrize("post", ["auditor", "clerk"])
def test_the_jobs(post: str) -> None:
    desk, counts = Desk(post), list[int]()
    for many in (1, 12):
        for number in range(many):
            asked = staging(files=[(f"{many}-{number}.csv", b"x")], month=date(2026, 11, 1))
            ask_for(**asked, officer=officer("clerk"), at=timezone.now())
        counts.append(queries_of(desk, "jobs"))
    assert Job.objects.count() == 13
    assert counts[0] == counts[1] <= 15


def test_the_tasks_and_the_line_of_a_month() -> None:
    """November has one run that is frozen, July two batches and what came back."""
    desk = Desk("auditor")
    assert queries_of(desk, "month_of", "2026-11") == queries_of(desk, "month_of", "2026-07")
    assert reverse("run", args=["2026-07", "payroll", 1]) in desk.sees("month_of", "2026-07")
    assert Run.objects.filter(month=JULY).exists()
