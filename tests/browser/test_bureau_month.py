"""The bureau's month in a browser: from the files handed in to the month closed, by the officers it takes."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from playwright.sync_api import expect

from ledger.checks import run_checks
from ledger.models import Period
from month.beginning import begin_demo
from payouts.channels.channel_files import SHIPPED, load_channels
from payouts.models import BankFile, Batch, Payment, Run
from payouts.sending import folder_of
from tests.bank import Bank
from tests.browser.desks import Desk
from tests.months.making import make_month
from tests.workers import wait_until

MONTH = "2026-11"
STAFF = 40
TAKEN_FILES = {".csv", ".xlsx"}


def test_a_month_from_its_files_to_its_close(empty_site: str, sit_down: Callable[..., Desk], tmp_path: Path) -> None:
    begin_demo(month=date(2026, 11, 1), at=datetime(2026, 11, 2, tzinfo=UTC))
    make_month(folder=tmp_path / "in", month=MONTH, seed=21, staff=STAFF, dirt=0.0, form="csv")
    seat = {
        post: sit_down(empty_site, f"demo-{post}", language="en-US")
        for post in ("clerk", "preparer", "reviewer", "releaser", "cashier", "chief")
    }

    clerk = seat["clerk"]
    clerk.open(f"/months/{MONTH}/files/")
    files = sorted(path for path in (tmp_path / "in").iterdir() if path.suffix in TAKEN_FILES)
    clerk.page.locator("input[type=file]").set_input_files(files)
    clerk.press("Hand in and judge")
    clerk.await_jobs()

    preparer = seat["preparer"]
    preparer.open(f"/months/{MONTH}/files/")
    preparer.press("Apply all of them")
    preparer.await_jobs()
    preparer.open(f"/months/{MONTH}/runs/")
    preparer.press("Payroll: freeze the inputs and compute")
    preparer.await_jobs()
    preparer.open(f"/months/{MONTH}/runs/payroll/1/")
    preparer.press("Check")
    preparer.await_jobs()
    preparer.open(f"/months/{MONTH}/runs/payroll/1/exceptions/?show=open")
    for box in preparer.page.get_by_role("checkbox", name="Sign exception").all():
        box.check()
    preparer.page.get_by_label("Reason").fill("已核对")
    preparer.press("Sign the chosen ones")
    preparer.open(f"/months/{MONTH}/runs/payroll/1/")
    preparer.press("Submit for review")

    reviewer = seat["reviewer"]
    reviewer.open("/tasks/")
    reviewer.page.get_by_role("link", name="Runs to be reviewed").click()
    reviewer.page.get_by_role("link", name=f"{MONTH}/1").click()
    reviewer.press("Pass the review")
    reviewer.confirm("demo-reviewer")

    releaser = seat["releaser"]
    releaser.open(f"/months/{MONTH}/runs/payroll/1/")
    releaser.press("Release the money")
    releaser.confirm("demo-releaser")
    releaser.await_jobs()
    assert Run.objects.get().status == "RELEASED"

    cashier, batch = seat["cashier"], Batch.objects.get()
    cashier.open(f"/batches/{MONTH}/{batch.number}/")
    cashier.press("Make the files and send them")
    cashier.confirm("demo-cashier")
    cashier.await_jobs()
    wait_until(lambda: Batch.objects.get().status == "SENT")
    paid_by_the_bank(tmp_path)
    for answer in sorted(tmp_path.glob("result_*")):
        cashier.open(f"/months/{MONTH}/results/")
        form = cashier.page.locator("form", has=cashier.page.get_by_role("button", name="Read it"))
        form.locator("input[type=file]").set_input_files(answer)
        cashier.press("Read it")
        cashier.await_jobs()
    assert set(Payment.objects.values_list("status", flat=True)) == {"SETTLED"}
    cashier.open(f"/months/{MONTH}/close/")
    cashier.press("Remit tax, insurance and housing fund")
    cashier.await_jobs()

    chief = seat["chief"]
    chief.open(f"/months/{MONTH}/close/")
    chief.press("Close the month")
    chief.confirm("demo-chief")
    chief.await_jobs()
    chief.open(f"/months/{MONTH}/")
    expect(chief.page.locator("ol.line > li.done")).to_have_count(9)

    assert not Period.objects.filter(year=2026, month=11).exclude(status="CLOSED").exists()
    assert list(run_checks([])) == []
    assert [complaint for desk in seat.values() for complaint in desk.complaints] == []


def paid_by_the_bank(folder: Path) -> None:
    """Let a bank pay what lies in its folders, and lay its answers into ours."""
    channels = load_channels(folder=SHIPPED)
    for file in BankFile.objects.all():
        lying = folder_of(channels[file.channel]).out / file.name
        (folder / f"result_{file.name}").write_bytes(Bank(minimum=1).take(lying.read_bytes()))
