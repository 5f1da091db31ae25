"""A township's claim in a browser: entered by keyboard, refused once, handed in anew, signed, accepted and released."""

from collections.abc import Callable

from tests.browser.desks import Desk
from treasury.models import Claim

TOWNSHIP, FOREIGN = "220112100", "220112101"
AMOUNT = "12.30"


def test_a_claim_is_refused_once_and_then_released(demo_site: str, sit_down: Callable[..., Desk]) -> None:
    clerk, head, reviewer = (
        sit_down(demo_site, f"demo-yunxi-{post}", language="en-US") for post in ("clerk", "head", "reviewer")
    )
    releaser = sit_down(demo_site, "demo-releaser", language="en-US")
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

    stranger = sit_down(demo_site, "demo-liuhe-clerk", language="en-US")
    for address in (page, f"/townships/{TOWNSHIP}/", f"/townships/{TOWNSHIP}/claims/"):
        answer = stranger.page.goto(address)
        assert answer is not None
        assert answer.status == 404
    stranger.open(f"/townships/{FOREIGN}/")
    assert [one for desk in (clerk, head, reviewer, releaser, stranger) for one in desk.complaints] == []


def fill_a_line(desk: Desk, *, invoice: str) -> None:
    """Type the first line of a claim as a clerk does, from field to field."""
    desk.page.locator("[name=line_amount]").first.focus()
    for text in (AMOUNT, "办公用品", "30201", invoice, "青岚文具店", "6222020000000000001"):
        desk.page.keyboard.type(text)
        desk.page.keyboard.press("Tab")
