"""A township's claim in a browser: entered by keyboard, refused once, handed in anew, signed, released and paid."""

from collections.abc import Callable
from pathlib import Path

from month.demo_bank import pay_all
from payouts.models import BankFile, Payment
from tests.browser.desks import Desk
from tests.payroll import card
from tests.workers import wait_until
from treasury.models import Claim

TOWNSHIP, FOREIGN = "220112100", "220112101"
AMOUNT = "12.30"


def test_a_claim_is_refused_once_and_then_paid(demo_site: str, sit_down: Callable[..., Desk], tmp_path: Path) -> None:
    clerk, head, reviewer = (
        sit_down(demo_site, f"demo-yunxi-{post}", language="en-US") for post in ("clerk", "head", "reviewer")
    )
    releaser, cashier = (sit_down(demo_site, f"demo-{post}", language="en-US") for post in ("releaser", "cashier"))
    before = set(Claim.objects.values_list("pk", flat=True))

    clerk.open("/")
    assert "/townships/" in clerk.page.url
    clerk.open(f"/townships/{TOWNSHIP}/claims/new/")
    fill_a_line(clerk, invoice="FP-2026-1")
    clerk.press("Register the claim")
    first = Claim.objects.exclude(pk__in=before).get()
    assert f"{first.total}" == AMOUNT
    page = f"/townships/{TOWNSHIP}/claims/{first.number}/{first.attempt}/"

    head.open("/tasks/")
    head.page.get_by_role("link", name="Claims to be signed").click()
    head.open(page)
    head.press("Sign the claim")
    head.confirm("demo-yunxi-head")
    reviewer.open(page)
    reviewer.page.get_by_label("Reason").first.fill("发票不清楚")
    reviewer.press("Refuse the claim")

    clerk.open(page)
    assert "发票不清楚" in clerk.page.inner_text("main")
    clerk.page.get_by_role("link", name="Enter it anew").click()
    assert clerk.page.locator("[name=line_amount]").first.input_value() == AMOUNT
    clerk.press("Register the claim")
    second = Claim.objects.exclude(pk__in={*before, first.pk}).get()
    page = f"/townships/{TOWNSHIP}/claims/{second.number}/{second.attempt}/"

    head.open(page)
    head.press("Sign the claim")
    head.confirm("demo-yunxi-head")
    reviewer.open(page)
    reviewer.press("Accept the claim")
    reviewer.confirm("demo-yunxi-reviewer")
    releaser.open(page)
    releaser.press("Release")
    releaser.confirm("demo-releaser")
    second.refresh_from_db()
    assert second.release is not None
    assert second.release.status == "RELEASED"

    month = f"{second.month:%Y-%m}"
    releaser.open(f"/months/{month}/close/")
    releaser.press("Release what waits, by rank")
    releaser.confirm("demo-releaser")
    releaser.await_jobs()
    payment = Payment.objects.get(parts__obligation__release=second.release)
    batch = payment.batch
    assert {batch.prepared_by_id, batch.checked_by_id} == {"demo-yunxi-clerk", "demo-yunxi-reviewer"}
    assert [str(one.approved_by_id) for one in batch.approvals.all()] == ["demo-releaser"]
    cashier.open(f"/batches/{month}/{batch.number}/")
    cashier.press("Make the files and send them")
    cashier.confirm("demo-cashier")
    cashier.await_jobs()
    wait_until(lambda: type(batch).objects.get(pk=batch.pk).status == "SENT")
    cashier.open(f"/batches/{month}/{batch.number}/")
    cashier.press("Take the file away")
    with cashier.page.expect_download() as taken:
        cashier.confirm("demo-cashier")
    handed = BankFile.objects.filter(batch=batch).earliest("number")
    assert (taken.value.suggested_filename, taken.value.path().read_bytes()) == (handed.name, bytes(handed.content))
    for file in BankFile.objects.filter(batch=batch):
        result = tmp_path / f"result_{file.name}"
        result.write_bytes(pay_all(bytes(file.content)))
        cashier.open(f"/months/{month}/results/")
        form = cashier.page.locator("form", has=cashier.page.get_by_role("button", name="Read it"))
        form.locator("input[type=file]").set_input_files(result)
        form.get_by_label("Format of the bank").select_option(file.template)
        cashier.press("Read it")
        cashier.await_jobs()
    payment.refresh_from_db()
    assert payment.status == "SETTLED"

    clerk.open(page)
    said = clerk.page.inner_text("main")
    assert "paid out of its account" in clerk.page.inner_text("h1")
    assert "It has not been paid yet." not in said
    assert f"{month}/{payment.serial}" in said
    clerk.page.locator("p", has_text="Voucher:").get_by_role("link").click()
    clerk.page.wait_for_url("**/vouchers/*/")
    assert AMOUNT in clerk.page.inner_text("main")
    clerk.open(f"/townships/{TOWNSHIP}/claims/?state=PAID")
    assert clerk.page.get_by_role("link", name=f"{second}", exact=True).count() == 1

    stranger = sit_down(demo_site, "demo-liuhe-clerk", language="en-US")
    for address in (page, f"/townships/{TOWNSHIP}/", f"/townships/{TOWNSHIP}/claims/"):
        answer = stranger.page.goto(address)
        assert answer is not None
        assert answer.status == 404
    stranger.open(f"/townships/{FOREIGN}/")
    assert [one for desk in (clerk, head, reviewer, releaser, cashier, stranger) for one in desk.complaints] == []


def fill_a_line(desk: Desk, *, invoice: str) -> None:
    """Type the first line of a claim as a clerk does, from field to field."""
    desk.page.locator("[name=line_amount]").first.focus()
    for text in (AMOUNT, "办公用品", "30201", invoice, "青岚文具店", card(7)):
        desk.page.keyboard.type(text)
        desk.page.keyboard.press("Tab")
