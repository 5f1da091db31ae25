"""What a corrected file changes, in a browser: masked, with all counts, for who applies it and for who looks."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from imports.models import StagedSheet
from tests import staged
from tests.sign_ins import hire, signed_in
from tests.staged import id_number, pay, pay_items, roster, staff, unit, units

pytestmark = [pytest.mark.django_db]
MONTH = "2026-11"
OPEN, NOT_FOUND = 200, 404
BAD_ACCOUNT = "6222020200112233445"  # its last digit is wrong


def reader(post: str = "preparer") -> Client:
    hire("zhao", post)
    return signed_in("zhao")


def address(sheet: StagedSheet) -> str:
    return reverse("sheet_changes", args=[MONTH, sheet.pk])


def changes(client: Client, sheet: StagedSheet, query: str = "") -> str:
    answer = client.get(address(sheet) + query)
    assert answer.status_code == OPEN
    return str(answer.content.decode())


def part(text: str, kind: str) -> str:
    """Return the part of the page about the rows that differ in one way."""
    return text.split(f'<h2 id="{kind}">')[1].split("<h2 ")[0]


def cells(text: str) -> list[str]:
    """Return what stands in the cells of a part, in their order."""
    return [unescape(re.sub(r"<[^>]*>", " ", cell)).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", text)]


def two_rosters() -> tuple[StagedSheet, StagedSheet]:
    staged.stage(units())
    before = staged.sheet_of(roster(staff(1), staff(2), staff(3), staff(5)))
    corrected = staff(3, 姓名="王三", 账号="071000000033")
    now = staged.sheet_of(roster(staff(1), corrected, staff(4), staff(5, 账号=BAD_ACCOUNT)))
    return before, now


def test_added_gone_and_changed_rows_stand_with_masked_numbers() -> None:
    _before, now = two_rosters()
    text = changes(reader(), now)
    assert cells(part(text, "CHANGED")) == [
        *("3", "4", "王三", f"220{'*' * 8}{id_number(3)[-4:]}"),
        *("姓名", "王一", "王三", ""),
        *("账号", f"{'*' * 8}0003", f"{'*' * 8}0033", ""),
    ]
    gone, come = cells(part(text, "REMOVED")), cells(part(text, "ADDED"))
    assert f"220{'*' * 8}{id_number(2)[-4:]}" in gone
    assert f"220{'*' * 8}{id_number(4)[-4:]}" in come
    assert any("refused now, row 5" in cell for cell in gone)
    for number in (*map(id_number, range(1, 6)), "071000000033", BAD_ACCOUNT):
        assert number not in text
    assert "changed 1" in text
    assert "taken out 2" in text
    assert "added 1" in text
    assert "the same 1" in text


def test_sums_stand_beside_each_other_and_amounts_with_their_difference() -> None:
    staged.stage(units(), roster(staff(1), staff(2)))
    staged.sheet_of(pay_items(pay(1), pay(2)))
    now = staged.sheet_of(pay_items(pay(1), pay(2, 职务岗位工资="80.50", 津贴补贴="10.00")))
    text = changes(reader(), now)
    assert "<td>职务岗位工资</td><td>200.00</td><td>180.50</td>" in text
    assert cells(part(text, "CHANGED"))[-8:] == [
        *("职务岗位工资", "100.00", "80.50", "-19.50"),
        *("津贴补贴", "", "10.00", "10.00"),
    ]


def test_what_differs_only_where_it_is_masked_is_said() -> None:
    staged.stage(units())
    staged.sheet_of(roster(staff(1, 账号="071000001234")))
    now = staged.sheet_of(roster(staff(1, 账号="071500001234")))
    assert "other places that are masked" in changes(reader(), now)


def test_the_way_leads_there_from_the_list_the_sheet_and_the_applying() -> None:
    before, now = two_rosters()
    client = reader()
    files = client.get(reverse("files", args=[MONTH])).content.decode()
    assert files.count(f'href="{address(now)}"') == 2
    assert address(before) not in files
    assert f'href="{address(now)}"' in client.get(reverse("staged_sheet", args=[MONTH, now.pk])).content.decode()
    assert address(before) not in client.get(reverse("staged_sheet", args=[MONTH, before.pk])).content.decode()
    assert client.get(address(before)).status_code == NOT_FOUND
    assert client.get(reverse("sheet_changes", args=["2026-12", now.pk])).status_code == NOT_FOUND


def test_it_is_compared_with_what_was_applied_unless_another_version_is_named() -> None:
    staged.stage(units())
    applied = staged.sheet_of(roster(staff(1)))
    StagedSheet.objects.filter(pk=applied.pk).update(status="APPLIED")
    waiting = staged.sheet_of(roster(staff(1), staff(2)))
    now = staged.sheet_of(roster(staff(1), staff(2), staff(3)))
    client = reader("auditor")
    assert "added 1" in changes(client, now, f"?against={waiting.pk}")
    assert f'<option value="{waiting.pk}" selected>' in changes(client, now, f"?against={waiting.pk}")
    # None of its versions: the one that it takes the place of.
    for odd in ("", f"?against={now.pk}", "?against=x", "?kind=none&after=-1"):
        assert "added 1" in changes(client, now, odd)


def test_rows_are_paged_by_kind_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.file_desk.changes.ROWS_SHOWN", 2)
    staged.stage(units())
    staged.sheet_of(roster(*map(staff, range(1, 6))))
    now = staged.sheet_of(roster(*(staff(one, 姓名="王二") for one in range(1, 6)), staff(9)))
    client, seen = reader(), list[str]()
    text = changes(client, now)
    assert "1 to 2 of 5 rows." in text
    query = f"?kind=CHANGED&against={now.pk - 1}"
    while query:
        text = changes(client, now, query)
        assert "changed 5" in text
        assert "added 1" in text
        assert 'id="ADDED"' not in text
        seen += re.findall(r"\*{8}(\d{3}[\dX])", part(text, "CHANGED"))
        following = re.findall(r'href="(\?[^"]*)#CHANGED"', text)
        query = unescape(following[0]) if following else ""
    assert seen == [id_number(one)[-4:] for one in range(1, 6)]


def test_a_page_asks_as_often_for_many_rows_as_for_few() -> None:
    client, counts = reader(), []
    for number in (3, 60):
        staged.stage(units(unit(), unit(单位编码=f"2201121{number:05}")))
        staged.sheet_of(roster(*map(staff, range(1, number))))
        now = staged.sheet_of(roster(*(staff(one, 姓名="王二") for one in range(2, number + 3))))
        with CaptureQueriesContext(connection) as asked:
            changes(client, now)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 25
