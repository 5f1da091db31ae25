"""A personnel system pushes changes: staged like an upload, judged row by row, applied by officers alone."""

from collections.abc import Sequence
from typing import Any

import pytest

from imports.models import StagedFile, StagedSheet
from month.models import Job
from tests.api import call, token
from tests.staged import MONTH, UNIT, id_number, roster, staff, stage, units
from treasury.models import AppliedFile
from web.models import ApiRequest

pytestmark = pytest.mark.usefixtures("fresh_database")


def row(person: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id_number": id_number(person),
        "name": "王一",
        "unit_code": UNIT,
        "change": "调资",
        "effective_on": "2026-11-05",
        "item": "奖金",
        "new_amount": "1234.50",
    } | more


def push(secret: str, *rows: dict[str, Any], **more: Any) -> Any:
    return call(secret, "POST", "/changes", {"month": "2026-11", "rows": list(rows)}, **more)


def polled(secret: str, number: int) -> Any:
    return call(secret, "GET", f"/changes/{number}").told


def with_roster(numbers: Sequence[int] = (1, 2)) -> str:
    stage(units(), roster(*(staff(number) for number in numbers)))
    return token("changes:write", "changes:read", system="hr")


def test_pushed_changes_are_staged_judged_and_never_applied() -> None:
    secret = with_roster()
    made = push(secret, row(1), row(3), row(2, item="", new_amount=None))
    assert (made.status_code, made.told["rows"]) == (202, 3)
    told = polled(secret, made.told["number"])
    assert (told["state"], told["sheet_state"]) == ("DONE", "STAGED")
    assert (told["rows"], told["valid"], told["refused"]) == (3, 1, 2)
    assert {"item": "new_amount", "amount": "1234.50"} in told["control_totals"]
    rows = call(secret, "GET", f"/changes/{made.told['number']}/rows").told
    assert [(one["row"], one["valid"]) for one in rows["rows"]] == [(1, True), (2, False), (3, False)]
    assert {finding["kind"] for finding in rows["rows"][1]["findings"]} == {"unknown_person"}
    assert [(f["column"], f["kind"]) for f in rows["rows"][2]["findings"]] == [("item", "missing_value")]
    assert rows["next_after"] is None
    sheet = StagedSheet.objects.get(layout="CHANGES")
    assert (sheet.staged_by_id, sheet.month) == ("api-hr", MONTH)
    assert sheet.file.name.startswith("工资变动_202611_hr_")
    assert not AppliedFile.objects.exists()


def test_texts_that_look_like_totals_delimiters_or_quotes_stay_what_they_are() -> None:
    secret = with_roster()
    made = push(secret, row(1, number="合计", note='a;b,"c"'), row(2, number="制表人：", note="　"))
    told = polled(secret, made.told["number"])
    assert (told["state"], told["valid"], told["refused"]) == ("DONE", 2, 0)
    first = StagedSheet.objects.get(layout="CHANGES").staged_rows.order_by("row").first()
    assert first is not None
    assert (first.cells[0], first.cells[-1]) == ("合计", 'a;b,"c"')


def test_a_missing_roster_is_told_by_the_poll() -> None:
    secret = token("changes:write", "changes:read", system="hr")
    made = push(secret, row(1))
    told = polled(secret, made.told["number"])
    assert (made.status_code, told["state"], told["refusal"]) == (202, "FAILED", "ReferenceMissing")
    assert told["reason"]
    assert call(secret, "GET", f"/changes/{made.told['number']}/rows").told["rows"] == []


def test_a_program_in_a_cell_is_refused_as_in_an_upload() -> None:
    answer = push(with_roster(), row(1, note="=cmd|' /C calc'!A0"))
    assert (answer.status_code, answer.told["name"]) == (409, "upload_starts_no_program")
    assert not StagedFile.objects.filter(name__startswith="工资变动").exists()


def test_a_later_push_takes_the_place_of_one_that_is_not_applied() -> None:
    secret = with_roster()
    first = push(secret, row(1)).told["number"]
    second = push(secret, row(2)).told["number"]
    assert polled(secret, first)["sheet_state"] == "REPLACED"
    assert polled(secret, second)["sheet_state"] == "STAGED"


def test_the_same_push_twice_is_one_job() -> None:
    secret = with_roster()
    first = push(secret, row(1), key="push-0001")
    assert push(secret, row(1), key="push-0001").content == first.content
    assert Job.objects.count() == ApiRequest.objects.count() == 1


def test_another_system_finds_nothing_of_it() -> None:
    secret = with_roster()
    number = push(secret, row(1)).told["number"]
    other = token("changes:read", system="other")
    assert call(other, "GET", f"/changes/{number}").status_code == 404
    assert call(other, "GET", f"/changes/{number}/rows").status_code == 404


def test_rows_come_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.api.changes.PAGE", 2)
    secret = with_roster((1, 2, 3))
    number = push(secret, row(1), row(2), row(3)).told["number"]
    first = call(secret, "GET", f"/changes/{number}/rows").told
    last = call(secret, "GET", f"/changes/{number}/rows?after={first['next_after']}").told
    assert [one["row"] for one in (*first["rows"], *last["rows"])] == [1, 2, 3]
    assert (first["next_after"], last["next_after"]) == (2, None)
