"""The connection is lost in the middle of a form: nothing typed is lost, and what was done is done once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ledger.models import Book, VoucherDraft
from month.models import Job
from tests.browser.desks import Desk
from tests.browser.lines import Line, line_to
from tests.browser.test_township_claims import AMOUNT, TOWNSHIP, fill_a_line
from treasury.models import Claim
from web.models import OfficerSession

TOLD_BEFORE = "This form was sent before, and acted then."
NO_ANSWER = "No answer came. All that you entered is still here"
SIGNED_OUT = "Your session has ended. All that you entered is still here"
MONTH = "2026-11"


@pytest.fixture
def line(demo_site: str) -> Iterator[Line]:
    with line_to(demo_site) as laid:
        yield laid


def press(desk: Desk, name: str) -> None:
    """Press a button and wait for what comes of it, whatever it is."""
    desk.page.get_by_role("button", name=name, exact=True).first.click()
    desk.answered()


def press_in_vain(desk: Desk, name: str) -> None:
    """Press a button and see that no answer came."""
    press(desk, name)
    expect(desk.page.locator(".unanswered")).to_contain_text(NO_ANSWER)


def test_a_claim_is_sent_again_after_the_connection_was_lost(line: Line, sit_down: Callable[..., Desk]) -> None:
    clerk = sit_down(line.address, "demo-yunxi-clerk", language="en-US")
    before = Claim.objects.count()
    clerk.open(f"/townships/{TOWNSHIP}/claims/new/")
    fill_a_line(clerk, invoice="FP-2026-77")
    clerk.page.context.set_offline(True)
    press_in_vain(clerk, "Register the claim")
    assert Claim.objects.count() == before
    assert clerk.page.locator("[name=line_amount]").first.input_value() == AMOUNT
    assert clerk.page.locator("[name=line_invoice]").first.input_value() == "FP-2026-77"
    clerk.page.context.set_offline(False)
    clerk.press("Register the claim")
    assert Claim.objects.count() == before + 1
    assert f"{Claim.objects.latest('pk').total}" == AMOUNT
    assert clerk.page.locator("h1").inner_text().startswith("云溪镇 · Claim")
    assert clerk.complaints == []


def test_a_claim_whose_answer_was_lost_is_registered_once(line: Line, sit_down: Callable[..., Desk]) -> None:
    clerk = sit_down(line.address, "demo-yunxi-clerk", language="en-US")
    before = Claim.objects.count()
    clerk.open(f"/townships/{TOWNSHIP}/claims/new/")
    fill_a_line(clerk, invoice="FP-2026-78")
    with line.deaf():
        press_in_vain(clerk, "Register the claim")
    assert Claim.objects.count() == before + 1
    assert clerk.page.locator("[name=line_amount]").first.input_value() == AMOUNT
    press(clerk, "Register the claim")
    assert TOLD_BEFORE in clerk.page.inner_text("main")
    assert f"{Claim.objects.latest('pk')}" in clerk.page.inner_text("h1")
    assert Claim.objects.count() == before + 1


def test_a_signature_whose_answer_was_lost_is_given_once(line: Line, sit_down: Callable[..., Desk]) -> None:
    clerk, head = (sit_down(line.address, f"demo-yunxi-{post}", language="en-US") for post in ("clerk", "head"))
    clerk.open(f"/townships/{TOWNSHIP}/claims/new/")
    fill_a_line(clerk, invoice="FP-2026-79")
    clerk.press("Register the claim")
    claim = Claim.objects.latest("pk")
    head.open(f"/townships/{TOWNSHIP}/claims/{claim.number}/{claim.attempt}/")
    head.press("Sign the claim")
    with line.deaf():
        head.confirm("demo-yunxi-head")
        expect(head.page.locator(".unanswered")).to_contain_text(NO_ANSWER)
    claim.refresh_from_db()
    assert claim.status == "SIGNED"
    press(head, "Confirm")
    assert TOLD_BEFORE in head.page.inner_text("main")
    assert head.page.get_by_role("button", name="Sign the claim").count() == 0


def test_a_claim_outlives_the_session_it_was_begun_in(demo_site: str, sit_down: Callable[..., Desk]) -> None:
    clerk = sit_down(demo_site, "demo-yunxi-clerk", language="en-US")
    before = Claim.objects.count()
    clerk.open(f"/townships/{TOWNSHIP}/claims/new/")
    fill_a_line(clerk, invoice="FP-2026-80")
    OfficerSession.objects.filter(officer__username="demo-yunxi-clerk").delete()
    press(clerk, "Register the claim")
    expect(clerk.page.locator(".unanswered")).to_contain_text(SIGNED_OUT)
    assert clerk.page.locator("[name=line_invoice]").first.input_value() == "FP-2026-80"
    with clerk.page.context.expect_page() as opened:
        clerk.page.locator(".unanswered a").click()
    Desk(opened.value).sign_in("demo-yunxi-clerk")
    assert Claim.objects.count() == before
    clerk.press("Register the claim")
    assert Claim.objects.count() == before + 1
    assert clerk.page.locator("h1").inner_text().startswith("云溪镇 · Claim")
    assert clerk.complaints == []


@pytest.mark.parametrize("arrives", [False, True], ids=["never arrived", "answer lost"])
def test_a_voucher_is_written_once(line: Line, sit_down: Callable[..., Desk], arrives: bool) -> None:
    clerk = sit_down(line.address, "demo-clerk", language="en-US")
    before = VoucherDraft.objects.count()
    clerk.open(f"/vouchers/by-hand/new/?book={Book.objects.get(kind='DISTRICT').code}")
    clerk.page.fill("[name=summary]", "买文具")
    for row, (account, side) in enumerate((("5001", "debit"), ("2015", "credit"))):
        clerk.page.locator("[name=line_account]").nth(row).fill(account)
        clerk.page.locator("[name=line_fund]").nth(row).fill("111")
        clerk.page.locator(f"[name=line_{side}]").nth(row).fill("1234.50")
    if arrives:
        with line.deaf():
            press_in_vain(clerk, "Save as draft")
    else:
        clerk.page.context.set_offline(True)
        press_in_vain(clerk, "Save as draft")
        clerk.page.context.set_offline(False)
    assert VoucherDraft.objects.count() == before + arrives
    assert clerk.page.locator("[name=line_debit]").first.input_value() == "1234.50"
    press(clerk, "Save as draft")
    assert VoucherDraft.objects.count() == before + 1
    assert (TOLD_BEFORE in clerk.page.inner_text("main")) == arrives
    assert "/vouchers/by-hand/" in clerk.page.url
    assert "1,234.50" in clerk.page.inner_text("main")


@pytest.mark.parametrize("arrives", [False, True], ids=["never arrived", "answer lost"])
def test_a_file_is_handed_in_once(line: Line, sit_down: Callable[..., Desk], tmp_path: Path, arrives: bool) -> None:
    clerk = sit_down(line.address, "demo-clerk", language="en-US")
    before = Job.objects.count()
    file = tmp_path / f"名单{arrives}.csv"
    file.write_text("姓名,应发\n测试人甲,1.00\n", encoding="utf-8")
    clerk.open(f"/months/{MONTH}/files/")
    clerk.page.locator("input[type=file]").set_input_files(file)
    if arrives:
        with line.deaf():
            press_in_vain(clerk, "Hand in and judge")
    else:
        clerk.page.context.set_offline(True)
        press_in_vain(clerk, "Hand in and judge")
        clerk.page.context.set_offline(False)
    assert Job.objects.count() == before + arrives
    assert clerk.page.locator("input[type=file]").evaluate("one => one.files[0].name") == file.name
    press(clerk, "Hand in and judge")
    assert Job.objects.count() == before + 1
    assert (TOLD_BEFORE in clerk.page.inner_text("main")) == arrives


def test_a_service_that_fails_leaves_the_form_as_it_is(demo_site: str, sit_down: Callable[..., Desk]) -> None:
    clerk = sit_down(demo_site, "demo-yunxi-clerk", language="en-US")
    clerk.open(f"/townships/{TOWNSHIP}/claims/new/")
    fill_a_line(clerk, invoice="FP-2026-80")
    clerk.page.route("**/claims/new/", lambda route: route.fulfill(status=502, body="bad gateway"))
    press_in_vain(clerk, "Register the claim")
    assert clerk.page.locator("[name=line_amount]").first.input_value() == AMOUNT
    assert [one for one in clerk.complaints if "502" not in one] == []
