"""What a corrected list changes against the version before it: rows that come, go and change, all of them counted."""

import time
from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from imports.applying import apply_month
from imports.cleaning.identities import check_digit
from imports.differences import (
    Changes,
    DifferenceKind,
    changes_between,
    differences_between,
    version_replaced,
    versions_before,
)
from imports.layouts.payroll import RAISED
from imports.models import StagedSheet
from month.beginning import begin_demo
from month.posts import demo_officer
from tests.builders import AT
from tests.staged import (
    MONTH,
    OTHER_UNIT,
    change,
    id_number,
    pay,
    pay_items,
    roster,
    sheet_of,
    staff,
    stage,
    unit,
    units,
    written,
)

pytestmark = pytest.mark.django_db
ADDED, REMOVED, CHANGED = DifferenceKind.ADDED, DifferenceKind.REMOVED, DifferenceKind.CHANGED
BAD_ACCOUNT = "6222020200112233445"  # its last digit is wrong


def changes(
    before: StagedSheet, now: StagedSheet, *, kind: DifferenceKind | None = None, after: int = 0, most: int = 100
) -> Changes:
    return changes_between(before=before, now=now, kind=kind, after=after, most=most)


def keys(found: Changes, kind: DifferenceKind) -> list[str]:
    return [one.key for one in found.rows.get(kind, ())]


def counts(found: Changes) -> tuple[int, int, int]:
    return found.counts[ADDED], found.counts[REMOVED], found.counts[CHANGED]


def apply() -> None:
    apply_month(month=MONTH, officer=demo_officer("preparer"), at=AT, progress=lambda _file, _rows: None)


def test_rows_that_come_go_and_change_are_told_with_their_cells() -> None:
    stage(units())
    before = sheet_of(roster(staff(1), staff(2), staff(3)))
    now = sheet_of(roster(staff(1), staff(3, 姓名="王三", 账号="071000000033"), staff(4)))
    found = changes(before, now)
    assert counts(found) == (1, 1, 1)
    (come,), (gone,), (changed,) = found.rows[ADDED], found.rows[REMOVED], found.rows[CHANGED]
    assert (come.key, come.row_before, come.row, come.cells_before) == (id_number(4), 0, 4, [])
    assert (gone.key, gone.row_before, gone.row, gone.cells) == (id_number(2), 3, 0, [])
    assert (changed.key, changed.row_before, changed.row) == (id_number(3), 4, 3)
    assert set(changed.cells) - set(changed.cells_before) == {"王三", "071000000033"}
    assert [(one.kind, one.key, one.row, one.columns) for one in differences_between(before, now)] == [
        (REMOVED, id_number(2), 3, ()),
        (CHANGED, id_number(3), 3, ("姓名", "账号")),
        (ADDED, id_number(4), 4, ()),
    ]


def test_the_same_rows_in_another_order_and_with_other_serials_are_no_change() -> None:
    stage(units())
    before = sheet_of(roster(staff(1, 序号="1"), staff(2, 序号="2")))
    now = sheet_of(roster(staff(2, 序号="1"), staff(1, 序号="2")))
    assert counts(changes(before, now)) == (0, 0, 0)
    assert changes(before, now).rows == {}
    assert differences_between(before, now) == []


def test_a_list_without_serials_is_compared_by_all_its_cells() -> None:
    before = sheet_of(units(unit(), unit(单位编码=OTHER_UNIT)))
    now = sheet_of(units(unit(), unit(单位编码=OTHER_UNIT, 单位名称="中心小学")))
    (changed,) = changes(before, now).rows[CHANGED]
    assert (changed.key, changed.row) == (OTHER_UNIT, 3)


def test_of_a_person_with_several_rows_only_the_one_that_is_gone_is_told() -> None:
    stage(units(), roster(staff(1)))
    first, second = (
        change(1, 变动类型=RAISED, 生效日期=f"2026-11-0{day}", 工资项目="职务岗位工资", 新金额="100") for day in (1, 2)
    )
    third = change(1, 生效日期="2026-11-20")
    before = sheet_of(written("CHANGES", first, second, third))
    now = sheet_of(written("CHANGES", second, third))
    found = changes(before, now)
    assert counts(found) == (0, 1, 0)
    (gone,) = found.rows[REMOVED]
    assert (gone.row_before, "2026-11-01" in gone.cells_before) == (2, True)


def test_a_row_that_stands_twice_and_once_is_gone_once() -> None:
    stage(units(), roster(staff(1)))
    twice = change(1)
    before, now = sheet_of(written("CHANGES", twice, twice)), sheet_of(written("CHANGES", twice))
    assert counts(changes(before, now)) == (0, 1, 0)
    assert counts(changes(now, before)) == (1, 0, 0)


def test_a_row_that_is_gone_because_it_is_refused_tells_where() -> None:
    stage(units())
    before = sheet_of(roster(staff(1), staff(2)))
    now = sheet_of(roster(staff(2), staff(1, 账号=BAD_ACCOUNT)))
    (gone,) = changes(before, now).rows[REMOVED]
    assert (gone.key, gone.refused_row) == (id_number(1), 3)
    (come,) = changes(now, before).rows[ADDED]
    assert (come.key, come.refused_row) == (id_number(1), 3)


def test_only_some_rows_are_returned_and_all_are_counted() -> None:
    stage(units())
    before = sheet_of(roster(*map(staff, range(1, 8))))
    now = sheet_of(roster(*(staff(one, 姓名="王二") for one in range(1, 6)), staff(8)))
    found = changes(before, now, most=2)
    assert counts(found) == (1, 2, 5)
    assert keys(found, CHANGED) == [id_number(1), id_number(2)]
    assert keys(found, REMOVED) == [id_number(6), id_number(7)]
    further = changes(before, now, kind=CHANGED, after=2, most=2)
    assert counts(further) == (1, 2, 5)
    assert (keys(further, CHANGED), keys(further, REMOVED)) == ([id_number(3), id_number(4)], [])
    assert keys(changes(before, now, kind=CHANGED, after=4, most=2), CHANGED) == [id_number(5)]
    beyond = changes(before, now, kind=CHANGED, after=5, most=2)
    assert (counts(beyond), beyond.rows) == ((1, 2, 5), {})


def test_versions_are_those_of_the_month_and_the_one_that_counts_is_replaced() -> None:
    begin_demo(month=MONTH, at=AT)
    first = sheet_of(units(unit()))
    assert versions_before(first) == []
    assert version_replaced([]) is None
    apply()
    second = sheet_of(units(unit(), unit(单位编码=OTHER_UNIT)))
    third = sheet_of(units(unit(), unit(单位编码=OTHER_UNIT, 单位名称="小学")))
    found = versions_before(third)
    assert [(one.sheet, one.counted) for one in found] == [(second, False), (first, True)]
    replaced = version_replaced(found)
    assert replaced is not None
    assert replaced.sheet == first
    apply()
    # The same once it is applied: what it took the place of.
    assert [(one.sheet, one.counted) for one in versions_before(third)] == [(second, False), (first, True)]
    assert version_replaced(versions_before(second)) == versions_before(second)[0]


def test_bytes_that_were_handed_in_twice_counted_once() -> None:
    begin_demo(month=MONTH, at=AT)
    one, other = units(unit()), units(unit(), unit(单位编码=OTHER_UNIT))
    early, between, again = sheet_of(one), sheet_of(other), sheet_of(one)
    apply()
    latest = sheet_of(units(unit(单位名称="小学")))
    assert [(version.sheet, version.counted) for version in versions_before(latest)] == [
        (again, True),
        (between, False),
        (early, False),
    ]


def test_the_roster_of_an_earlier_month_holds_on() -> None:
    begin_demo(month=MONTH, at=AT)
    october, november = MONTH.replace(month=10), MONTH
    stage(units(), month=october)
    earlier = sheet_of(roster(staff(1)), month=october)
    StagedSheet.objects.filter(month=october).update(status="APPLIED")
    stage(units())
    now = sheet_of(roster(staff(1), staff(2)), month=november)
    assert [(one.sheet, one.counted) for one in versions_before(now)] == [(earlier, True)]
    # What speaks of its own month alone has no version before.
    items = sheet_of(pay_items(pay(1)))
    assert versions_before(items) == []


# A list of a district


def person(number: int, account: str) -> dict[str, str]:
    digits = f"220112{1960 + number // 1000}0316{number % 1000:03}"
    return staff(1, 身份证号=digits + check_digit(digits), 账号=f"{account}{number:08}")


def district(numbers: Sequence[int], *, moved: int) -> StagedSheet:
    """Return the roster of some people, of whom the first have another account."""
    return sheet_of(roster(*(person(one, "0711" if at < moved else "0710") for at, one in enumerate(numbers))))


def test_a_list_of_5000_is_compared_at_once_before_postgresql_knows_its_rows() -> None:
    stage(units())
    before = district(range(5_000), moved=0)
    now = district(range(50, 5_050), moved=4_000)
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        found = changes(before, now, most=200)
    took = time.perf_counter() - begun
    assert counts(found) == (50, 50, 4_000)
    assert [len(found.rows[kind]) for kind in (ADDED, REMOVED, CHANGED)] == [50, 50, 200]
    assert len(asked) == 2
    assert took < 5
