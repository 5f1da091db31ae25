"""The pages of a benefit run ask the database as often for many recipients as for few."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from payouts.entitling import compute_benefits
from payouts.models import Run
from payouts.running import freeze_run, thaw_run
from tests import benefits
from tests.attacks import Stage
from tests.benefits import AUGUST, FEE, JULY, SONGJIANG, Recipient, computed, enrolled, released
from tests.payroll import AT, no_progress, officer
from tests.web.test_run_desk import ROUTES, Desk

stage = benefits.stage
GONE = Recipient(19)
FEW = (Recipient(1), Recipient(2, FEE))
MANY = (
    *FEW,
    *(Recipient(number) for number in range(3, 9)),
    *(Recipient(number, FEE, township=SONGJIANG) for number in range(9, 15)),
    *(Recipient(number, account="") for number in range(15, 18)),
)


def queries(desk: Desk, run: Run, route: str) -> int:
    desk.page(run, route)
    with CaptureQueriesContext(connection) as asked:
        desk.page(run, route)
    return len(asked)


def test_a_page_of_a_benefit_run_asks_as_often_for_many_as_for_few(stage: Stage) -> None:
    desk, preparer = Desk(officer("auditor")), officer("preparer")
    enrolled(JULY, (*FEW, GONE))
    released(JULY)
    enrolled(AUGUST, (*FEW, Recipient(20)))
    run = computed(AUGUST)
    few = {route: queries(desk, run, route) for route in ROUTES}
    run = thaw_run(run=run, officer=preparer, reason="名单不全", at=AT)
    enrolled(AUGUST, (*MANY, Recipient(20)), text="2")
    run = freeze_run(run=run, officer=preparer, at=AT)
    run = compute_benefits(run=run, officer=preparer, at=AT, progress=no_progress)
    assert {route: queries(desk, run, route) for route in ROUTES} == few
    assert max(few.values()) <= 40
