"""The approval sheet of a run: what an approver signs for stands on it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation

from payouts.exports.rows import (
    Difference,
    DoesNotAddUp,
    Heading,
    Input,
    RunSheet,
    Signature,
    SignedException,
    totals_of,
)
from payouts.exports.run_sheets import write_run_sheet
from payouts.rules.comparison import DifferenceKind
from tests.documents import HEADING, LONG_UNIT, PRINTED_AT, RARE, made, pages_of, text_of, township_total, yuan

TOWNSHIPS = ("白桦镇", "红石岭街道", "杨柳乡", "青石镇", "松江街道", "双龙镇", "大泉乡", "清水镇", "永宁乡")
SHEET = RunSheet(
    kind="月度统发",
    pay_date=date(2026, 11, 25),
    townships=[township_total(township=name, gross=f"{52000 + place}.00") for place, name in enumerate(TOWNSHIPS)],
    differences=[],
    exceptions=[],
    signatures=[
        Signature("编制", "周海燕", PRINTED_AT),
        Signature("审核", "刘建国", PRINTED_AT),
        Signature("核准", "", None),
    ],
    inputs=[Input("工资项目表", "工资项目表_202611.xlsx", 2990, "b1" * 32)],
    inputs_digest="d4" * 32,
    policy_digest="e5" * 32,
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def printed(sheet: RunSheet) -> bytes:
    return made(lambda file: write_run_sheet(file=file, heading=HEADING, sheet=sheet))


def exceptions(number: int, *, reason: str = "职务晋升", officer: str = "周海燕") -> list[SignedException]:
    return [SignedException("变动超限", f"职工{place:03d}", reason, officer, PRINTED_AT) for place in range(number)]


def differences(number: int) -> list[Difference]:
    return [
        Difference(
            DifferenceKind.CHANGED, "白桦镇中心小学", f"职工{place:03d}", yuan("5000.00"), yuan(f"{6000 + place}")
        )
        for place in range(number)
    ]


def test_the_sheet_shows_each_township_the_total_and_its_words() -> None:
    text = text_of(printed(SHEET))
    totals = totals_of(SHEET.townships)
    assert totals.net == yuan("403924.95")
    for said in (*TOWNSHIPS, "468,036.00", "403,924.95", "人民币肆拾万叁仟玖佰贰拾肆元玖角伍分", "Nov. 25, 2026"):
        assert said in text


def test_the_sheet_names_the_files_and_digests_it_was_computed_from() -> None:
    text = text_of(printed(SHEET))
    for said in ("工资项目表_202611.xlsx", "2990", "b1" * 32, "d4" * 32, "e5" * 32):
        assert said in text


def test_who_has_signed_is_named_and_who_has_not_has_room() -> None:
    lines = text_of(printed(SHEET))
    assert "编制: 周海燕 2026-11-15 09:30" in lines
    assert "审核: 刘建国 2026-11-15 09:30" in lines
    assert "核准:" in lines


def test_no_differences_and_no_exceptions_are_said() -> None:
    assert text_of(printed(SHEET)).count("None.") == 2


def test_differences_are_counted_by_kind_and_the_largest_named() -> None:
    found = [
        *differences(30),
        Difference(DifferenceKind.NEW, LONG_UNIT, RARE[0], None, yuan("4000.00")),
        Difference(DifferenceKind.GONE, "白桦镇财政所", RARE[5], yuan("7000.00"), None),
    ]
    text = text_of(printed(replace(SHEET, differences=found)))
    joined = text.replace("\n", "")
    for said in (RARE[0], RARE[5], LONG_UNIT, "职工029", "-7,000.00", "The 12 largest of 32"):
        assert said in joined
    assert "职工019" not in text
    for said in ("Changed 30 150,000.00 180,435.00 30,435.00", "Grand total 32 157,000.00 184,435.00 27,435.00"):
        assert said in text


def test_exceptions_of_one_reason_and_officer_stand_together_and_are_all_counted() -> None:
    found = [*exceptions(6), *exceptions(7, reason="调资"), *exceptions(1, reason="调资", officer="刘建国")]
    text = text_of(printed(replace(SHEET, exceptions=found)))
    assert text.count("变动超限") == 3
    assert "and 1 more" in text.replace("\n", " ")
    assert "Grand total 14" in text


def test_an_exception_nobody_has_signed_is_shown_as_such() -> None:
    found = [SignedException("实发为负", RARE[1], "", "", None)]
    text = text_of(printed(replace(SHEET, exceptions=found)))
    assert RARE[1] in text
    assert "not signed" in text


def test_a_usual_sheet_takes_two_pages_at_most() -> None:
    sheet = replace(SHEET, differences=differences(400), exceptions=exceptions(300))
    assert len(pages_of(printed(sheet))) <= 2


def test_the_approval_stands_on_one_page() -> None:
    for number in range(1, 40):
        sheet = replace(SHEET, inputs=[SHEET.inputs[0]] * number)
        page = next(page for page in pages_of(printed(sheet)) if "核准:" in page)
        assert "编制:" in page
        assert "Approval" in page.replace("Approval of the payroll run", "")


def test_a_township_that_is_a_fen_off_cannot_be_made() -> None:
    with pytest.raises(DoesNotAddUp) as refusal:
        replace(township_total(), net=yuan("44876.54"))
    assert refusal.value.who == "白桦镇"


def test_the_same_sheet_is_the_same_bytes_and_another_run_is_not() -> None:
    other: Heading = replace(HEADING, run="2026-11/2")
    assert printed(SHEET) == printed(SHEET)
    assert printed(SHEET) != made(lambda file: write_run_sheet(file=file, heading=other, sheet=SHEET))
