"""Compare what a service found and paid with the key of a month; each difference is one line of text.

The folder is one that `make_month` wrote, or a sample with the same key. What cannot be told apart is not compared:
layout findings (they may be summed up), `unknown_person` from `person_not_accepted`, and payments of nothing.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from tests.months.tables import LAYOUT_KINDS

SAME = {"unknown_person": "person_not_accepted"}
PAYROLL_FILES = ("单位名册", "在职人员花名册", "工资项目表", "工资变动", "累计个税")
TREASURY_FILES = ("收入日报", "年度收入计划", "往来欠款", "报账单")
BENEFIT_FILES = ("奖扶对象名册", "死亡比对名单")
UNREADABLE = ("id_check_digit", "id_bad_date", "number_precision")
SHOWN = 20  # differences of one sort


class Found(NamedTuple):
    """A finding of the service; sheet is '' for csv files."""

    file: str
    sheet: str
    row: int
    kind: str
    severity: str


class FoundPay(NamedTuple):
    """One person's pay as the service computed it; yuan."""

    id_number: str
    gross: Decimal | str
    deductions: Decimal | str
    tax: Decimal | str
    net: Decimal | str


class FoundPayment(NamedTuple):
    """One payment of the service's list; yuan."""

    name: str
    account: str
    amount: Decimal | str
    id_number: str


def answers_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    return found


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def cents(text: Decimal | str) -> str:
    return f"{Decimal(text or 0):.2f}"


def unlike(name: str, expected: Counter[Any], found: Counter[Any]) -> list[str]:
    """Say what is missing and what is too much."""
    told: list[str] = []
    for label, part in (("missing", expected - found), ("too many", found - expected)):
        told += [f"{name} {label}: {item}" for item in list(part)[:SHOWN]]
        if len(part) > SHOWN:
            told.append(f"{name} {label}: {len(part) - SHOWN} more")
    return told


def compare_findings(*, folder: Path, findings: Iterable[Found], files: tuple[str, ...] = PAYROLL_FILES) -> list[str]:
    """Compare findings other than layout, by file, sheet, row, kind and severity."""

    def counted(rows: Iterable[tuple[str, str, str, str, str]]) -> Counter[tuple[str, str, str, str, str]]:
        return Counter(
            (file, sheet, row, SAME.get(kind, kind), severity)
            for file, sheet, row, kind, severity in rows
            if file.startswith(files) and kind not in LAYOUT_KINDS
        )

    faults = answers_of(folder)["faults"]
    expected = ((f["file"], f.get("sheet") or "", str(f["row"]), f["kind"], f["severity"]) for f in faults)
    found = ((Path(f.file).name, f.sheet, str(f.row), f.kind, f.severity) for f in findings)
    return unlike("finding", counted(expected), counted(found))


def compare_payroll(*, folder: Path, payroll: Iterable[FoundPay]) -> list[str]:
    """Compare each person's gross, deductions, tax and net."""
    persons = answers_of(folder)["payroll"]["persons"]
    names = ("gross", "deductions_total", "tax", "net")
    expected = Counter((number, *(pay[name] for name in names)) for number, pay in persons.items())
    return unlike("pay", expected, Counter((pay[0], *map(cents, pay[1:])) for pay in payroll))


def compare_payments(*, folder: Path, payments: Iterable[FoundPayment]) -> list[str]:
    """Compare the payments of the payroll; back pay, benefits and claims may be in the list too."""
    answers = answers_of(folder)
    due = Counter(
        FoundPayment(row["name"], row["account"], cents(row["amount"]), row["id_number"])
        for row in read_rows(folder / "answers_payments.csv")
    )
    found = Counter(payment._replace(amount=cents(payment.amount)) for payment in payments)
    for counter in (due, found):
        for payment in [payment for payment in counter if payment.amount == "0.00"]:
            del counter[payment]
    told = unlike("payment", due, Counter({pay: found[pay] for pay in due}))
    if answers["meta"].get("beneficiaries"):
        return told
    people = {payment.id_number for payment in due} | {*answers["payroll"]["persons"], *answers["payroll"]["not_paid"]}
    extra = [payment for payment in (found - due).elements() if payment.id_number in people and payment not in due]
    back_pay = sum(Decimal(row["back_pay_total"]) for row in answers.get("settlement", ()))
    if sum(Decimal(payment.amount) for payment in extra) > back_pay:
        told += [f"payment too many: {payment}" for payment in extra]
    return told


def compare_not_paid(*, folder: Path, not_paid: Mapping[str, str] | Iterable[str]) -> list[str]:
    """Compare who is not paid, and why if reasons are given; people without a readable ID are left out."""
    answers = answers_of(folder)
    unreadable = {
        number
        for fault in answers["faults"]
        if fault["file"].startswith("在职人员") and fault["kind"] in UNREADABLE and fault["field"] == "身份证号"
        for number in (fault["raw"], fault["clean"])
    }
    expected = {number: why for number, why in answers["payroll"]["not_paid"].items() if number not in unreadable}
    if isinstance(not_paid, Mapping):
        found = Counter((number, why) for number, why in not_paid.items() if number not in unreadable)
        return unlike("not paid", Counter(expected.items()), found)
    return unlike("not paid", Counter(expected.keys()), Counter(set(not_paid) - unreadable))


def compare_settlement(*, folder: Path, rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Compare the settlement by township, every column of settlement.csv."""
    names = ("plan", "actual", "over", "local_part", "debt_before", "withheld", "debt_after", "returned", "rest")
    expected = Counter(
        (town["township"], *(town[name] for name in names), town["back_pay_total"])
        for town in answers_of(folder)["settlement"]
    )
    found = Counter((row["township"], *(cents(row[name]) for name in names), cents(row["back_pay"])) for row in rows)
    return unlike("settlement", expected, found)


def compare_claims(*, folder: Path, rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Compare the claims in the order of the file: decision, reason, total and what is left in the account."""
    names = ("claim", "township", "decision", "reason", "total", "balance_after")
    expected = [tuple(str(claim[name] or "") for name in names) for claim in answers_of(folder)["claims"]["claims"]]
    found = [tuple(row[name] for name in names) for row in rows]
    told = unlike("claim", Counter(expected), Counter(found))
    return told or ([] if expected == found else ["claims: not in the order of the file"])


def compare_benefits(*, folder: Path, rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Compare the valid benefit rows: row, number, scheme, paid, why not, and amount; columns as in benefits.csv."""

    def counted(rows: Iterable[Mapping[str, str]]) -> Counter[Any]:
        yes = ("1", "true", "yes")
        return Counter(
            (
                row["row"],
                row["id_number"],
                row["scheme"],
                row["paid"].lower() in yes,
                row["reason"],
                cents(row["amount"]),
            )
            for row in rows
        )

    expected = (row for row in read_rows(folder / "answers_benefits.csv") if row["valid"] == "1")
    return unlike("benefit", counted(expected), counted(rows))


def compare_payroll_out(*, folder: Path, out: Path) -> list[str]:
    """Compare the payroll that the service wrote into `out` with the key: pay, payments, findings, who is not paid."""
    payroll = [
        FoundPay(row["id_number"], row["gross"], row["deductions"], row["tax"], row["net"])
        for row in read_rows(out / "payroll.csv")
    ]
    payments = [
        FoundPayment(row["name"], row["account"], row["amount"], row["id_number"])
        for row in read_rows(out / "payments.csv")
    ]
    return [
        *compare_findings(folder=folder, findings=findings_in(out), files=PAYROLL_FILES),
        *compare_payroll(folder=folder, payroll=payroll),
        *compare_payments(folder=folder, payments=payments),
        *compare_not_paid(
            folder=folder, not_paid={row["id_number"]: row["reason"] for row in read_rows(out / "not_paid.csv")}
        ),
    ]


def compare_treasury_out(*, folder: Path, out: Path) -> list[str]:
    """Compare the settlement and the claims that the service wrote into `out` with the key, and their findings."""
    return [
        *compare_findings(folder=folder, findings=findings_in(out), files=TREASURY_FILES),
        *compare_settlement(folder=folder, rows=read_rows(out / "settlement.csv")),
        *compare_claims(folder=folder, rows=read_rows(out / "claims.csv")),
    ]


def compare_out(*, folder: Path, out: Path) -> list[str]:
    """Compare the csv files that the service wrote into `out` with every part the key has."""
    answers = answers_of(folder)
    told = compare_payroll_out(folder=folder, out=out)
    if "settlement" in answers:
        told += compare_treasury_out(folder=folder, out=out)
    if "benefits" in answers:
        told += compare_findings(folder=folder, findings=findings_in(out), files=BENEFIT_FILES)
        told += compare_benefits(folder=folder, rows=read_rows(out / "benefits.csv"))
    return told


def findings_in(out: Path) -> list[Found]:
    """Return the findings that the service wrote."""
    return [
        Found(row["file"], row["sheet"], int(row["row"]), row["kind"], row["severity"])
        for row in read_rows(out / "findings.csv")
    ]
