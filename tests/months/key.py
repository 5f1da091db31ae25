"""Write the answer key in the shape of the samples: answers.json and answers_payments.csv."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.months.digits import yuan
from tests.months.oracle import Paid
from tests.months.people import Unit
from tests.months.tables import WITHHELD, Fault, Table

CONTROL_COLUMN = {
    "单位名册": "乡镇类型",
    "在职人员花名册": "人员类别",
    "工资变动": "变动类型",
    "收入日报": "科目名称",
    "欠发工资": "欠发月份",
    "报账单": "经济分类编码",
    "奖扶对象名册": "项目名称",
}


class Payment(NamedTuple):
    """One line of the list that goes to the bank; fen."""

    name: str
    account: str
    amount: int
    id_number: str  # of a unit: its credit code


def payments_of(*, paid: Mapping[str, Paid], units: Sequence[Unit]) -> list[Payment]:
    """List the payments: people in roster order, then one for each unit passbook; nothing is no payment."""
    own = [
        Payment(pay.name, pay.account, pay.net, pay.id_number)
        for pay in paid.values()
        if pay.channel == "个人账户" and pay.net
    ]
    sums = passbook_sums(paid.values())
    of_units = [
        Payment(unit.name, unit.account, sums[unit.code], unit.credit) for unit in units if sums.get(unit.code, 0)
    ]
    return own + of_units


def passbook_sums(paid: Iterable[Paid]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for pay in paid:
        if pay.channel == "单位存折":
            sums[pay.unit_code] += pay.net
    return sums


def person_key(pay: Paid) -> dict[str, Any]:
    return {
        "name": pay.name,
        "township": pay.township,
        "unit_code": pay.unit_code,
        "category": pay.category,
        "channel": pay.channel,
        "bank": pay.bank,
        "account": pay.account,
        "gross": yuan(pay.gross),
        "deductions": {name: yuan(amount) for name, amount in pay.deductions.items()},
        "deductions_total": yuan(pay.deductions_total),
        "months": pay.after.months,
        "cumulative_taxable": yuan(pay.taxable),
        "cumulative_tax": yuan(pay.cumulative_tax),
        "withheld_before": yuan(pay.withheld_before),
        "tax": yuan(pay.tax),
        "net": yuan(pay.net),
    }


def totals_key(paid: Sequence[Paid]) -> dict[str, Any]:
    sums = {name: yuan(sum(pay.deductions[name] for pay in paid)) for name in WITHHELD}
    rest = ("deductions_total", "tax", "net")
    return {
        "persons": len(paid),
        "gross": yuan(sum(pay.gross for pay in paid)),
        **sums,
        **{name: yuan(sum(getattr(pay, name) for pay in paid)) for name in rest},
    }


def payroll_key(*, paid: Mapping[str, Paid], not_paid: Mapping[str, str]) -> dict[str, Any]:
    towns: dict[str, list[Paid]] = {}
    for pay in paid.values():
        towns.setdefault(pay.township, []).append(pay)
    return {
        "persons": {number: person_key(pay) for number, pay in paid.items()},
        "not_paid": dict(not_paid),
        "by_township": {town: totals_key(found) for town, found in towns.items()},
        "total": totals_key(list(paid.values())),
        "by_unit_passbook": {code: yuan(amount) for code, amount in sorted(passbook_sums(paid.values()).items())},
    }


def file_key(table: Table, *, township_of: Mapping[str, str]) -> dict[str, Any]:
    """Give the counts and control totals of a sheet; township_of knows a unit's or a person's town."""
    valid, data = table.valid, table.data
    amounts = [column.name for column in table.columns if column.kind == "amount"]
    has_town = any(column.name == "乡镇" for column in table.columns)

    def grouped(by: Iterable[str]) -> dict[str, dict[str, Any]]:
        groups: dict[str, Counter[str]] = {}
        for line, group in zip(valid, by, strict=True):
            sums = groups.setdefault(group, Counter())
            sums["rows"] += 1
            for name in amounts:
                if line.cells[name]:
                    sums[name] += line.amount(name)
        return {
            group: {name: found if name == "rows" else yuan(found) for name, found in sums.items()}
            for group, sums in groups.items()
        }

    key: dict[str, Any] = {
        "header_row": table.header_row,
        "rows": len(data),
        "valid_rows": len(valid),
        "rejected_rows": len(data) - len(valid),
        "control_by_item": {
            name: yuan(total) for name in amounts if (total := sum(line.amount(name) for line in valid))
        },
        "control_by_township": grouped(
            line.text("乡镇") if has_town else township_of.get(str(line.cells.get("单位编码")), "") for line in valid
        ),
    }
    other = next(
        (column for name, column in CONTROL_COLUMN.items() if name in (table.file.split("_")[0], table.sheet)), None
    )
    if other:
        key[f"control_by_{other}"] = grouped(line.text(other) for line in valid)
    return key


def fault_key(fault: Fault) -> dict[str, Any]:
    key: dict[str, Any] = {"file": fault.file, "sheet": fault.sheet, "row": fault.row, "kind": fault.kind}
    key |= {"severity": fault.severity, "scope": fault.scope, "field": fault.field}
    key |= {"raw": fault.raw, "clean": fault.clean, "cause": fault.cause}
    return {name: value for name, value in key.items() if value is not None and (value != "" or name == "raw")}


def write_benefits(*, folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write answers_benefits.csv into the folder."""
    with (folder / "answers_benefits.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)


def write_key(*, folder: Path, parts: Mapping[str, Any], faults: Sequence[Fault], payments: Sequence[Payment]) -> None:
    """Write answers.json and answers_payments.csv into the folder."""
    counts: dict[str, Counter[str]] = {}
    for fault in faults:
        counts.setdefault(fault.file, Counter())[fault.kind] += 1
    answers = {**parts, "fault_counts": counts, "faults": [fault_key(fault) for fault in faults]}
    text = json.dumps(answers, ensure_ascii=False, indent=1)
    (folder / "answers.json").write_text(text, encoding="utf-8")
    with (folder / "answers_payments.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["serial", "name", "account", "amount", "id_number"])
        for serial, payment in enumerate(payments, start=1):
            rows.writerow([serial, payment.name, payment.account, yuan(payment.amount), payment.id_number])
