"""Staging a month of pay for 100,000 people: reading, judging every row, writing the stage.

A fiftieth of the rows is dirty in one of six ways, as in the sample months.
"""

import csv
import resource
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

from imports.cleaning.identities import check_digit
from imports.layouts import LAYOUTS
from imports.layouts.payroll import ITEM_NAMES, PayItems, Roster, Units
from imports.models import Finding
from imports.staging import stage_files
from ledger.models import Officer

MONTH = date(2026, 11, 1)
AT = datetime(2026, 11, 8, 9, tzinfo=UTC)
UNITS = 400
DIRTY_EVERY = 50
AMOUNTS_AT = [PayItems.position(name) for name in ITEM_NAMES]
Cells = list[Any]


def write_files(*, folder: str, rows: int) -> dict[str, Any]:
    """Write the files of a month: units and roster as csv, the pay items as csv and as xlsx."""
    place = Path(folder)
    write_csv(place / "单位名册.csv", Units.key, units())
    write_csv(place / "在职人员花名册.csv", Roster.key, staff(rows))
    write_csv(place / "工资项目表_202611.csv", PayItems.key, map(in_text, pay(rows)))
    write_xlsx(place / "工资项目表_202611.xlsx", PayItems.key, pay(rows))
    return {path.suffix: path.stat().st_size for path in place.glob("工资项目表*")}


def stage_pay(*, folder: str, kind: str, rows: int) -> dict[str, Any]:
    """Stage units and roster, then measure how long the pay items take."""
    officer, _ = Officer.objects.get_or_create(username="bench", defaults={"full_name": "bench"})
    stage(officer, folder, "单位名册.csv", "在职人员花名册.csv")
    before = peak_mb()
    start = time.perf_counter()
    (sheet,) = stage(officer, folder, f"工资项目表_202611.{kind}")
    seconds = time.perf_counter() - start
    assert sheet.rows == rows, f"{sheet.rows} of {rows} rows"
    return {
        "rows": rows,
        "refused": sheet.refused,
        "findings": Finding.objects.filter(sheet=sheet).count(),
        "seconds": seconds,
        "idle_mb": before,
        "peak_mb": peak_mb(),
    }


def stage(officer: Officer, folder: str, *names: str) -> Any:
    files = [(name, (Path(folder) / name).read_bytes()) for name in names]
    return stage_files(files=files, month=MONTH, officer=officer, at=AT, progress=lambda _file, _rows: None)


def units() -> Iterator[Cells]:
    for number in range(UNITS):
        township = number // 20
        yield [
            number + 1, f"2201121{township:02}", f"第{township}镇", "镇", unit_code(number),
            f"第{township}镇第{number}站",
            "事业", "", "个人账户", "", "", "",
        ]  # fmt: skip


def staff(rows: int) -> Iterator[Cells]:
    for number in range(rows):
        yield [
            number + 1, unit_code(number % UNITS), "", f"王{chr(0x4E00 + number % 5_000)}", id_number(number),
            "事业管理",
            "在编", "科员", "22级3档", "个人账户", "青岚农村商业银行", f"0710{number:013}", "2015-05-09", "", "", "",
        ]  # fmt: skip


def pay(rows: int) -> Iterator[Cells]:
    random = Random(7)
    for number in range(rows):
        cells: Cells = [
            number + 1, f"第{number % UNITS // 20}镇", unit_code(number % UNITS), f"第{number % UNITS}站",
            f"王{chr(0x4E00 + number % 5_000)}", id_number(number),
            "事业管理",
        ]  # fmt: skip
        cells += [""] * (len(PayItems.columns()) - len(cells))
        for at in AMOUNTS_AT[:-2]:
            if random.random() < 0.8:
                cells[at] = random.randrange(10_000, 500_000) / 100
        if number % DIRTY_EVERY == 0:
            soil(cells, number // DIRTY_EVERY % 6)
        yield cells


def soil(cells: Cells, way: int) -> None:
    if way == 0:
        cells[4] = f" {cells[4]}"
    elif way == 1:
        cells[5] = cells[5].lower() if cells[5].endswith("X") else cells[5][:17] + "x"
    elif way == 2:
        cells[7] = "￥1,234.50"
    elif way == 3:
        cells[8] = 100.125
    elif way == 4:
        cells[2] = "220112999999"
    else:
        cells[9] = -100.5


def in_text(cells: Cells) -> Cells:
    return [f"{cell:.2f}" if isinstance(cell, float) and cell != 100.125 else cell for cell in cells]


def unit_code(number: int) -> str:
    return f"220112100{number:03}"


def id_number(number: int) -> str:
    digits = (
        f"220112{1960 + number // 100 % 40}{number // 4_000 % 12 + 1:02}{number // 48_000 + 1:02}{number % 100 + 1:03}"
    )
    return digits + check_digit(digits)


def write_csv(path: Path, layout: str, rows: Iterator[Cells]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([column.name for column in LAYOUTS[layout].columns()])
        writer.writerows(rows)


def write_xlsx(path: Path, layout: str, rows: Iterator[Cells]) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("工资项目")
        sheet.write_row(0, 0, [column.name for column in LAYOUTS[layout].columns()])
        for number, cells in enumerate(rows, start=1):
            sheet.write_row(number, 0, cells)


def peak_mb() -> float:
    """Return the largest resident size of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
