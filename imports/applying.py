"""Apply the staged files of a month: the valid rows of each become a declaration, all or nothing.

The officer who applies is not the one who staged. What was applied before is left alone; a newer
file of a kind replaces its rows, and the differences are told.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from imports.applying_treasury import TAKERS, apply_treasury_sheet
from imports.differences import Difference, differences_between
from imports.layouts import LAYOUTS, Layout
from imports.layouts.payroll import HIRED, OTHER_ACCOUNT, RAISED, STOPPED, Units
from imports.models import StagedSheet, StageStatus
from ledger.models import Book, Officer
from ledger.models.words import BookKind
from ledger.posts import require_post
from payouts.benefit_facts import scheme_codes
from payouts.declaring import (
    ChangeRow,
    DeathRow,
    DeclaredFile,
    DeclaredPayRow,
    RefusedRow,
    StaffRow,
    YearRow,
    declare,
    declare_changes,
    declare_deaths,
    declare_pay,
    declare_refused,
    declare_staff,
    declare_years,
)
from payouts.enrolling import RefusedRosterRow, RosterRow, enrol_roster
from payouts.models import Declaration
from payouts.models.words import ChangeKind
from payouts.policy import payout_policies
from payouts.refusals import UnableToPay, refusals_named
from payouts.rules.pay_items import read_pay_items
from treasury.registering import ListedUnit, register_units
from treasury.taking_over import Deviation

APPLIES, CERTIFIES = "payouts.apply_file", "payouts.certify_enrolment"
CHANGE_KINDS = {
    HIRED: ChangeKind.NEW,
    STOPPED: ChangeKind.STOP,
    RAISED: ChangeKind.RAISE,
    OTHER_ACCOUNT: ChangeKind.ACCOUNT,
}
Row = tuple[int, Sequence[str]]  # the number of a row and its clean cells


class NoDistrictBook(UnableToPay):
    message = _("No district's book is open; the units have nowhere to belong.")
    remedy = _("Open it first: manage.py open_book.")


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one staged sheet: rows that count, what it replaced, and what the books say otherwise."""

    sheet: StagedSheet
    rows: int
    replaced: bool
    differences: Sequence[Difference]
    deviations: Sequence[Deviation] = ()


def apply_month(*, month: date, officer: Officer, at: datetime, progress: Callable[[str, int], None]) -> list[Applied]:
    """Apply every staged sheet of a month that has not been applied, in the order of their layouts.

    A certified roster is applied by who may certify, the other files by who may apply them.

    :raises OfficerMayNot: without the post
    :raises SameOfficer: if the officer staged one of them
    :raises InputsFrozen: if the month's run is between freezing and release
    """
    layouts = layouts_of(officer)
    with refusals_named(), transaction.atomic():
        waiting = {
            sheet.layout: sheet
            for sheet in StagedSheet.objects.select_for_update(of=("self",))
            .filter(month=month, status=StageStatus.STAGED, layout__in=layouts)
            .select_related("file")
            .order_by("pk")
        }
        applied = []
        for key in layouts:
            if key in waiting:
                applied.append(apply_sheet(waiting[key], officer, at))
                progress("apply", waiting[key].rows)
        return applied


def layouts_of(officer: Officer) -> list[str]:
    """Return the layouts whose sheets an officer may apply, in the order in which one needs the other.

    :raises OfficerMayNot: if there are none
    """
    if not officer.has_perm(CERTIFIES):
        require_post(officer, APPLIES)
    return [key for key in (*APPLIERS, *TAKERS) if officer.has_perm(CERTIFIES if key == "BENEFITS" else APPLIES)]


def apply_sheet(sheet: StagedSheet, officer: Officer, at: datetime) -> Applied:
    """Apply one sheet: its valid rows count, its refused rows are noted."""
    before = (
        StagedSheet.objects.filter(month=sheet.month, layout=sheet.layout, status=StageStatus.APPLIED)
        .order_by("-pk")
        .first()
    )
    if sheet.layout in TAKERS:
        taken = apply_treasury_sheet(sheet, list(valid_rows(sheet)), officer, at)
        applied = Applied(sheet, taken.file.rows, before is not None, differences(before, sheet), taken.deviations)
    else:
        declaration = declare_sheet(sheet, officer, at)
        applied = Applied(sheet, declaration.rows, declaration.replaces_id is not None, differences(before, sheet))
    if before is not None:
        StagedSheet.objects.filter(pk=before.pk).update(status=StageStatus.REPLACED)
    StagedSheet.objects.filter(pk=sheet.pk).update(status=StageStatus.APPLIED)
    sheet.status = StageStatus.APPLIED
    return applied


def differences(before: StagedSheet | None, sheet: StagedSheet) -> Sequence[Difference]:
    return differences_between(before, sheet) if before else ()


def declare_sheet(sheet: StagedSheet, officer: Officer, at: datetime) -> Declaration:
    """Declare the rows of a sheet that the payroll works with."""
    source = DeclaredFile(
        month=sheet.month,
        kind=sheet.layout,
        file=sheet.file.name,
        sheet=sheet.sheet_name,
        sha256=sheet.file.sha256,
        staged_by=str(sheet.staged_by_id),
    )
    declaration = declare(source=source, rows=sheet.valid, officer=officer, at=at)
    APPLIERS[sheet.layout](declaration, list(valid_rows(sheet)), officer, at)
    layout = LAYOUTS[sheet.layout]
    if layout.unit_column and sheet.layout != Units.key:
        declare_refused(declaration=declaration, rows=list(refused_rows(sheet, layout)))
    return declaration


def valid_rows(sheet: StagedSheet) -> Iterator[Row]:
    """Yield the valid rows of a sheet in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT row, cells FROM imports_stagedrow WHERE sheet_id = %s AND valid ORDER BY row", [sheet.pk]
        )
        yield from cursor.fetchall()


def refused_rows(sheet: StagedSheet, layout: type[Layout]) -> Iterator[RefusedRow]:
    """Yield the refused rows of a sheet with the first fault that refused them."""
    unit_at, name_at, id_at = map(layout.position, (layout.unit_column, "姓名", "身份证号"))
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r.row, r.key, r.cells,
                      (SELECT f.kind FROM imports_finding f
                        WHERE f.sheet_id = r.sheet_id AND f.row = r.row AND f.severity = 'error'
                        ORDER BY f.id LIMIT 1)
                 FROM imports_stagedrow r WHERE r.sheet_id = %s AND NOT r.valid ORDER BY r.row""",
            [sheet.pk],
        )
        for row, key, cells, cause in cursor.fetchall():
            yield RefusedRow(row, key or cells[id_at], cells[name_at], cells[unit_at], cause or "")


def taker(layout: type[Layout], *names: str) -> Callable[[Sequence[str]], list[str]]:
    """Return a function that takes the named columns out of a row's cells."""
    places = [layout.position(name) for name in names]
    return lambda cells: [cells[place] for place in places]


def apply_units(declaration: Declaration, rows: Sequence[Row], officer: Officer, at: datetime) -> None:
    district = Book.objects.filter(kind=BookKind.DISTRICT).order_by("pk").first()
    if district is None:
        raise NoDistrictBook("district_book_is_open", {})
    take = taker(
        LAYOUTS["UNITS"],
        "乡镇编码",
        "乡镇",
        "乡镇类型",
        "单位编码",
        "单位名称",
        "单位性质",
        "统一社会信用代码",
        "发放渠道",
        "存折开户行",
        "存折账号",
    )
    register_units(
        listed=[ListedUnit(*take(cells)) for _row, cells in rows],
        district=district,
        effective_from=declaration.month,
        officer=officer,
        source=f"declaration {declaration.pk}: {declaration.file}"[:200],
        at=at,
    )


def apply_roster(declaration: Declaration, rows: Sequence[Row], officer: Officer, _at: datetime) -> None:
    take = taker(
        LAYOUTS["ROSTER"],
        "身份证号",
        "单位编码",
        "姓名",
        "人员类别",
        "编制状态",
        "职务或岗位",
        "级别薪级",
        "发放方式",
        "开户行",
        "账号",
        "入职日期",
        "停发日期",
        "停发原因",
    )
    declare_staff(declaration=declaration, rows=[StaffRow(row, *take(cells)) for row, cells in rows], officer=officer)


def apply_pay_items(declaration: Declaration, rows: Sequence[Row], _officer: Officer, _at: datetime) -> None:
    layout = LAYOUTS["PAY_ITEMS"]
    take = taker(layout, "身份证号", "单位编码", "姓名")
    places = [(code, layout.position(name)) for name, code in item_codes(declaration.month).items()]
    declared = []
    for row, cells in rows:
        number, unit_code, name = take(cells)
        amounts = {code: cells[place] for code, place in places}
        declared.append(DeclaredPayRow(row=row, id_number=number, unit_code=unit_code, name=name, amounts=amounts))
    declare_pay(declaration=declaration, rows=declared)


def item_codes(month: date) -> Mapping[str, str]:
    """Return the codes of the pay items by the Chinese names that files use."""
    items = read_pay_items(payout_policies()["pay_items"].value_on(month))
    return {item.name: code for code, item in items.items()}


def apply_changes(declaration: Declaration, rows: Sequence[Row], officer: Officer, _at: datetime) -> None:
    codes = item_codes(declaration.month)
    take = taker(
        LAYOUTS["CHANGES"],
        "身份证号",
        "变动单号",
        "变动类型",
        "生效日期",
        "工资项目",
        "新金额",
        "新开户行",
        "新账号",
        "停发原因",
    )
    changes = []
    for row, cells in rows:
        number, reference, kind, effective, item, amount, bank, account, reason = take(cells)
        with_item = kind in (HIRED, RAISED)
        changes.append(
            ChangeRow(
                row=row,
                id_number=number,
                reference=reference,
                kind=CHANGE_KINDS[kind],
                effective_on=effective,
                item=codes[item] if with_item else "",
                amount=(amount or "0.00") if with_item else "",
                bank=bank if kind == OTHER_ACCOUNT else "",
                account_number=account if kind == OTHER_ACCOUNT else "",
                reason=reason,
            )
        )
    declare_changes(declaration=declaration, rows=changes, officer=officer)


def apply_years(declaration: Declaration, rows: Sequence[Row], _officer: Officer, _at: datetime) -> None:
    take = taker(
        LAYOUTS["YEAR_TO_DATE"],
        "身份证号",
        "截至月份",
        "任职受雇月数",
        "累计收入额",
        "累计免税收入",
        "累计专项扣除",
        "累计专项附加扣除",
        "累计其他扣除",
        "累计已预扣税额",
    )
    declare_years(declaration=declaration, rows=[YearRow(row, *take(cells)) for row, cells in rows])


def apply_deaths(declaration: Declaration, rows: Sequence[Row], _officer: Officer, _at: datetime) -> None:
    take = taker(LAYOUTS["DEATHS"], "身份证号", "姓名", "死亡日期", "来源")
    declare_deaths(declaration=declaration, rows=[DeathRow(row, *take(cells)) for row, cells in rows])


def apply_benefits(declaration: Declaration, rows: Sequence[Row], officer: Officer, at: datetime) -> None:
    codes = scheme_codes(month=declaration.month)
    take = taker(
        LAYOUTS["BENEFITS"],
        "身份证号",
        "姓名",
        "乡镇",
        "村",
        "户编号",
        "户类型",
        "城乡",
        "与户主关系",
        "项目名称",
        "资格起始",
        "资格终止",
        "死亡日期",
        "发放证号",
        "最近见面核实日期",
        "开户行",
        "账号",
        "状态",
    )
    listed = []
    for row, cells in rows:
        texts = take(cells)
        texts[8] = codes[texts[8]]
        listed.append(RosterRow(row, *texts))
    enrol_roster(
        declaration=declaration, rows=listed, refused=refused_beneficiaries(declaration, codes), officer=officer, at=at
    )


def refused_beneficiaries(declaration: Declaration, codes: Mapping[str, str]) -> Iterator[RefusedRosterRow]:
    """Yield the refused rows of the roster that a declaration was made from, with the fault that refused each."""
    scheme_at = LAYOUTS["BENEFITS"].position("项目名称")
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r.row, r.key, r.cells,
                      (SELECT f.kind FROM imports_finding f
                        WHERE f.sheet_id = r.sheet_id AND f.row = r.row AND f.severity = 'error'
                        ORDER BY f.id LIMIT 1)
                 FROM imports_stagedsheet s JOIN imports_stagedfile x ON x.id = s.file_id
                 JOIN imports_stagedrow r ON r.sheet_id = s.id
                WHERE s.month = %s AND s.layout = 'BENEFITS' AND s.status = 'STAGED' AND x.sha256 = %s AND NOT r.valid
                ORDER BY r.row""",
            [declaration.month, declaration.sha256],
        )
        for row, key, cells, cause in cursor.fetchall():
            yield RefusedRosterRow(row, key, codes.get(cells[scheme_at], ""), cause or "row_error")


# The layouts that are applied, in the order in which one needs the other.
APPLIERS: Mapping[str, Callable[[Declaration, Sequence[Row], Officer, datetime], Any]] = {
    "UNITS": apply_units,
    "ROSTER": apply_roster,
    "PAY_ITEMS": apply_pay_items,
    "CHANGES": apply_changes,
    "YEAR_TO_DATE": apply_years,
    "DEATHS": apply_deaths,
    "BENEFITS": apply_benefits,
}
