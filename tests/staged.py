"""Small files for the stage, and whole months with their keys."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from imports.cleaning.identities import check_digit
from imports.fault_kinds import LAYOUT_WARNINGS
from imports.layouts import LAYOUTS
from imports.models import Finding, StagedSheet
from imports.staging import stage_files
from ledger.models import Officer
from tests.builders import AT

MONTH = date(2026, 11, 1)
UNIT, OTHER_UNIT = "220112100001", "220112100002"
# A reader cannot tell these two apart where the roster row has no readable ID number.
SAME = {"unknown_person": "person_not_accepted"}

File = tuple[str, bytes]


def officer() -> Officer:
    found, _ = Officer.objects.get_or_create(username="clerk", defaults={"full_name": "经办"})
    return found


def stage(*files: File, month: date = MONTH, told: list[tuple[str, int]] | None = None) -> Sequence[StagedSheet]:
    """Stage files as the clerk, and note the progress that is told."""
    progress = told if told is not None else []
    return stage_files(
        files=files, month=month, officer=officer(), at=AT, progress=lambda file, rows: progress.append((file, rows))
    )


def sheet_of(*files: File, month: date = MONTH) -> StagedSheet:
    """Stage files and return the sheet of the last one."""
    return stage(*files, month=month)[-1]


def id_number(number: int) -> str:
    digits = f"22011219870316{number:03}"
    return digits + check_digit(digits)


def written(layout: str, *rows: Mapping[str, str], name: str = "", above: Iterable[str] = ()) -> File:
    """Write a csv of a layout; columns that a row does not name are blank."""
    columns = [column.name for column in LAYOUTS[layout].columns()]
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerows([line] for line in above)
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return name or f"{LAYOUTS[layout].title}.csv", stream.getvalue().encode()


def unit(**said: str) -> dict[str, str]:
    return {
        "乡镇编码": "220112100", "乡镇": "云溪镇", "乡镇类型": "镇", "单位编码": UNIT, "单位名称": "财政所",
        "发放渠道": "个人账户", **said,
    }  # fmt: skip


def staff(number: int, **said: str) -> dict[str, str]:
    return {
        "单位编码": UNIT, "姓名": "王一", "身份证号": id_number(number), "发放方式": "个人账户",
        "账号": f"0710{number:08}",
        **said,
    }  # fmt: skip


def pay(number: int, **said: str) -> dict[str, str]:
    return {
        "乡镇": "云溪镇",
        "单位编码": UNIT,
        "姓名": "王一",
        "身份证号": id_number(number),
        "职务岗位工资": "100.00",
        **said,
    }


def change(number: int, **said: str) -> dict[str, str]:
    return {"姓名": "王一", "身份证号": id_number(number), "变动类型": "停发", "生效日期": "2026-11-05", **said}


def units(*rows: Mapping[str, str]) -> File:
    return written("UNITS", *(rows or (unit(), unit(单位编码=OTHER_UNIT))))


def roster(*rows: Mapping[str, str]) -> File:
    return written("ROSTER", *rows)


def pay_items(*rows: Mapping[str, str]) -> File:
    return written("PAY_ITEMS", *rows)


def found_in(sheet: StagedSheet) -> list[tuple[int, str]]:
    """Return the findings of a sheet but those of its layout, by row: the row and the kind."""
    findings = Finding.objects.filter(sheet=sheet).exclude(kind__in=LAYOUT_WARNINGS).order_by("row", "pk")
    return list(findings.values_list("row", "kind"))


def valid_rows(sheet: StagedSheet) -> list[int]:
    return list(sheet.staged_rows.filter(valid=True).order_by("row").values_list("row", flat=True))


def files_in(folder: Path) -> list[File]:
    return [
        (path.name, path.read_bytes())
        for path in sorted(folder.iterdir())
        if path.suffix in (".csv", ".xlsx") and not path.name.startswith("answers")
    ]


def key_of(folder: Path) -> dict[str, Any]:
    key: dict[str, Any] = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    return key


def expected_findings(key: Mapping[str, Any]) -> Counter[tuple[str, str, int, str, str]]:
    return Counter(
        (
            fault["file"],
            fault.get("sheet") or "",
            fault["row"],
            SAME.get(fault["kind"], fault["kind"]),
            fault["severity"],
        )
        for fault in key["faults"]
        if fault["kind"] not in set(LAYOUT_WARNINGS)
    )


def actual_findings(sheets: Iterable[StagedSheet]) -> Counter[tuple[str, str, int, str, str]]:
    findings = Finding.objects.filter(sheet__in=sheets).exclude(kind__in=LAYOUT_WARNINGS).select_related("sheet__file")
    return Counter(
        (one.sheet.file.name, one.sheet.sheet_name, one.row, SAME.get(one.kind, one.kind), one.severity)
        for one in findings
    )
