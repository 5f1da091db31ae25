"""A clerk computes by a pay rule in a browser: the chosen file stays chosen; and sees what a corrected list changes."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from playwright.sync_api import expect

from month.beginning import begin_demo
from tests.browser.desks import Desk
from tests.browser.test_every_page import faults_of
from tests.browser.test_lost_connections import NO_ANSWER
from tests.staged import id_number, roster, sheet_of, staff, stage, units

MONTH = "2026-11"


def begin() -> None:
    begin_demo(month=date(2026, 11, 1), at=datetime(2026, 11, 2, tzinfo=UTC))


def bonuses(folder: Path, name: str, *sums: str) -> Path:
    path = folder / name
    lines = [f"{id_number(at)},测试人,{one}" for at, one in enumerate(sums, start=1)]
    path.write_text("\n".join(["身份证号,姓名,年终一次性奖金", *lines]), encoding="utf-8")
    return path


def press(clerk: Desk, name: str) -> None:
    clerk.page.get_by_role("button", name=name, exact=True).click()
    clerk.answered()


def is_chosen(clerk: Desk, name: str) -> bool:
    return str(clerk.page.locator("[name=file]").input_value()).endswith(name)


def test_an_answer_is_looked_at_and_taken_away_from_the_file_that_stays_chosen(
    empty_site: str, sit_down: Callable[..., Desk], tmp_path: Path
) -> None:
    begin()
    clerk = sit_down(empty_site, "demo-clerk", language="en-US")
    clerk.open(f"/months/{MONTH}/files/")
    clerk.page.get_by_role("link", name="Pay rules").first.click()
    assert faults_of(clerk.page, "pay_rules") == []
    clerk.page.get_by_role("link", name="Tax on a yearly bonus", exact=True).click()
    page, answer = clerk.page, clerk.page.locator("#answer")
    page.locator("[name=file]").set_input_files(bonuses(tmp_path, "bad.csv", "36000", "abc"))
    press(clerk, "Take it away (csv)")
    expect(answer).to_contain_text("Nothing is computed.")
    expect(answer.locator("tbody tr")).to_have_count(1)
    assert faults_of(page, "pay_rule") == []

    page.locator("[name=file]").set_input_files(bonuses(tmp_path, "good.csv", "36000", "36000.01"))
    page.context.set_offline(True)
    press(clerk, "Look at what comes out")
    expect(page.locator(".unanswered")).to_contain_text(NO_ANSWER)
    page.context.set_offline(False)
    press(clerk, "Look at what comes out")
    expect(answer).to_contain_text("2 rows were computed.")
    assert id_number(1) not in answer.inner_text()
    assert is_chosen(clerk, "good.csv")
    assert faults_of(page, "pay_rule") == []
    with page.expect_download() as taken:
        page.get_by_role("button", name="Take it away (csv)", exact=True).click()
    rows = list(csv.DictReader(Path(taken.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    assert [row["身份证号"] for row in rows] == [id_number(1), id_number(2)]
    assert is_chosen(clerk, "good.csv")
    assert clerk.complaints == []


def test_who_applies_is_led_to_what_a_corrected_list_changes(empty_site: str, sit_down: Callable[..., Desk]) -> None:
    begin()
    stage(units())
    sheet_of(roster(staff(1), staff(2)))
    sheet_of(roster(staff(1, 姓名="王三"), staff(3)))
    preparer = sit_down(empty_site, "demo-preparer", language="en-US")
    preparer.open(f"/months/{MONTH}/files/")
    preparer.page.locator("section", has=preparer.page.get_by_role("heading", name="Apply")).get_by_role(
        "link", name="在职人员花名册"
    ).click()
    main = preparer.page.locator("main")
    for told in ("changed 1", "taken out 1", "added 1", "王三"):
        expect(main).to_contain_text(told)
    assert faults_of(preparer.page, "sheet_changes") == []
    assert preparer.complaints == []
