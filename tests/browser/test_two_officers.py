"""Two officers before one batch, and before one run: one acts, the other learns what changed and who did it."""

import re
from collections.abc import Callable

import pytest

from ledger.models import AuditEvent, Officer
from payouts.models import BatchApproval, Run
from tests import payroll
from tests.browser.desks import Desk
from tests.payroll import OFFICE, Staffer, collected, officer, released, submitted
from web.security.passwords import change_password

JULY = payroll.JULY
CHANGED = "This has changed since you saw it; nothing was done."
# Nets above the first tier of approvals, below the limit of a payment.
RICH = [Staffer(one.number, one.unit, one.account, "4000000.00") for one in OFFICE]


@pytest.fixture
def site(empty_site: str) -> str:
    """The address of a district with second officers, each with the username as password."""
    payroll.begin(JULY)
    for one in Officer.objects.filter(username__startswith="second-"):
        change_password(officer=one, password=one.username, at=payroll.AT)
    return empty_site


def second(desk: Desk, name: str) -> str:
    """Press a button as the second one, and return what the page says."""
    desk.page.get_by_role("button", name=name, exact=True).first.click()
    desk.answered()
    return str(desk.page.inner_text("main"))


def test_a_batch_is_approved_once_and_the_other_sees_by_whom(site: str, sit_down: Callable[..., Desk]) -> None:
    batch = released(collected(JULY, RICH))
    signed = batch.exceptions.filter(severity="SIGN", signed_by=None)
    address = f"/batches/{batch.month:%Y-%m}/{batch.number}/"
    preparer, releaser = (sit_down(site, f"demo-{post}", language="en-US") for post in ("preparer", "releaser"))
    if signed.exists():
        preparer.open(address)
        preparer.page.get_by_label("Reason").fill("已逐项核对")
        preparer.press("Sign")
        preparer.confirm("demo-preparer")
    releaser.open(address)
    if releaser.page.get_by_role("button", name="Approve as the releaser").count():
        releaser.press("Approve as the releaser")
        releaser.confirm("demo-releaser")

    names = ("demo-chief", "second-chief_accountant")
    one, other = (sit_down(site, name, language="en-US") for name in names)
    third = sit_down(site, names[1], language="en-US")
    for desk in (one, other, third):
        desk.open(address)
    third.press("Approve as the chief accountant")  # and is asked for the password
    one.press("Approve as the chief accountant")
    one.confirm(names[0])
    assert "has your approval" in one.page.inner_text("main")
    for told in (second(other, "Approve as the chief accountant"), confirmed_late(third, names[1])):
        assert CHANGED in told
        assert re.search(r"[0-9:]{8} 演示会计主管 batch · approved", told)
    other.open(address)
    assert other.page.get_by_role("button", name="Approve as the chief accountant").count() == 0
    batch.refresh_from_db()
    given = [str(one.approved_by_id) for one in BatchApproval.objects.filter(batch=batch).order_by("rank")]
    assert (batch.status, given) == ("APPROVED", ["demo-releaser", names[0]])
    assert AuditEvent.objects.filter(act="batch.approve", actor=names[1], refused="").count() == 0
    assert [line for desk in (one, other, third) for line in desk.complaints] == []


def confirmed_late(desk: Desk, password: str) -> str:
    """Confirm what was asked before another officer acted, and return what the page says."""
    desk.confirm(password)
    return str(desk.page.inner_text("main"))


def test_a_run_that_was_reviewed_is_not_sent_back(site: str, sit_down: Callable[..., Desk]) -> None:
    run = submitted(collected(JULY))
    address = f"/months/{run.month:%Y-%m}/runs/payroll/{run.number}/"
    one, other = (sit_down(site, name, language="en-US") for name in ("demo-reviewer", "second-reviewer"))
    for desk in (one, other):
        desk.open(address)
    one.press("Pass the review")
    one.confirm("demo-reviewer")
    reason = other.page.get_by_label("Reason").first
    reason.fill("差异未说明")
    told = second(other, "Send back")
    assert CHANGED in told
    assert re.search(r"[0-9:]{8} 演示复核 run · reviewed", told)
    assert other.page.get_by_label("Reason").first.input_value() == "差异未说明"
    run = Run.objects.get(pk=run.pk)
    assert (run.status, run.reviewed_by_id) == ("REVIEWED", officer("reviewer").username)
    assert [line for desk in (one, other) for line in desk.complaints] == []
