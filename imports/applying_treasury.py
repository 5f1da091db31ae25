"""Make the staged files of the treasury count: income, the plan, opening balances, unpaid salaries, claims."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from imports.layouts import LAYOUTS
from imports.models import Finding, StagedRow, StagedSheet
from ledger.models import Officer
from ledger.money import ZERO, exact
from payouts.declaring import person_keys, register_people
from treasury.claiming import HandedInClaim, HandedInLine, take_claims
from treasury.collecting import IncomeRow, register_income
from treasury.models import AppliedFile
from treasury.owing import UnpaidRow, register_unpaid
from treasury.taking_files import HandedIn, take_file
from treasury.taking_over import OLD_DEBT, Deviation, OpeningRow, PlanRow, register_plans, take_over

TEN_THOUSAND = Decimal(10_000)
Row = tuple[int, Sequence[str]]
# Faults of a claim's own that the desk finds; any other error of a line refuses it as row_error.
DESK_FAULTS = ("not_approved", "receipt_reused", "over_balance", "wrong_signer")
FOLLOWS = "claim_refused"


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file: itself, and what it says that the books do not."""

    file: AppliedFile
    deviations: Sequence[Deviation] = field(default_factory=tuple)


def apply_treasury_sheet(sheet: StagedSheet, rows: Sequence[Row], officer: Officer, at: datetime) -> Taken:
    """Make the valid rows of a sheet count, inside the caller's transaction.

    :raises OneOfficerTwice: if the officer staged it
    """
    file = take_file(
        source=HandedIn(
            month=sheet.month,
            kind=sheet.layout,
            file=sheet.file.name,
            sheet=sheet.sheet_name,
            sha256=sheet.file.sha256,
            staged_by=str(sheet.staged_by_id),
        ),
        rows=sheet.valid,
        officer=officer,
        at=at,
    )
    return Taken(file, TAKERS[sheet.layout](file, sheet, rows, officer, at))


def cells_of(layout: str, *names: str) -> Callable[[Sequence[str]], list[str]]:
    """Return a function that takes the named columns out of a row's cells."""
    places = [LAYOUTS[layout].position(name) for name in names]
    return lambda cells: [cells[place] for place in places]


def amount_of(text: str) -> Decimal:
    return exact(text or "0")


def take_income(
    file: AppliedFile, _sheet: StagedSheet, rows: Sequence[Row], officer: Officer, at: datetime
) -> Sequence[Deviation]:
    take = cells_of(
        "INCOME", "日期", "乡镇", "科目编码", "科目名称", "资金性质", "缴款书号", "票据号", "金额", "征收单位", "备注"
    )
    lines = []
    for row, cells in rows:
        day, township, code, subject, kind, slip, receipt, amount, collector, note = take(cells)
        lines.append(
            IncomeRow(
                row=row,
                received_on=date.fromisoformat(day),
                township=township,
                subject_code=code,
                subject=subject,
                kind=kind,
                payment_slip=slip,
                receipt=receipt,
                amount=amount_of(amount),
                collector=collector,
                note=note,
            )
        )
    register_income(file=file, rows=lines, officer=officer, at=at)
    return ()


def take_plans(
    file: AppliedFile, _sheet: StagedSheet, rows: Sequence[Row], officer: Officer, at: datetime
) -> Sequence[Deviation]:
    take = cells_of("PLAN", "乡镇", "年度计划（万元）", "上月止累计完成（元）", "超收地方留用比例（%）")
    plans = []
    for _row, cells in rows:
        township, planned, collected, share = take(cells)
        plans.append(
            PlanRow(
                township=township,
                planned=exact(Decimal(planned) * TEN_THOUSAND),
                collected_before=amount_of(collected),
                local_share=Decimal(share),
            )
        )
    return register_plans(file=file, rows=plans, officer=officer, at=at)


def take_debts(
    file: AppliedFile, _sheet: StagedSheet, rows: Sequence[Row], officer: Officer, at: datetime
) -> Sequence[Deviation]:
    take = cells_of("OLD_DEBTS", "乡镇", "历史欠款", "形成原因")
    debts = []
    for _row, cells in rows:
        township, debt, origin = take(cells)
        debts.append(OpeningRow(township, OLD_DEBT, amount_of(debt), origin))
    return take_over(file=file, rows=debts, officer=officer, at=at)


def take_sub_accounts(
    file: AppliedFile, _sheet: StagedSheet, rows: Sequence[Row], officer: Officer, at: datetime
) -> Sequence[Deviation]:
    take = cells_of("SUB_ACCOUNTS", "乡镇", "分户", "期初余额")
    balances = []
    for _row, cells in rows:
        township, sub_account, balance = take(cells)
        balances.append(OpeningRow(township, sub_account, amount_of(balance)))
    return take_over(file=file, rows=balances, officer=officer, at=at)


def take_unpaid(
    file: AppliedFile, _sheet: StagedSheet, rows: Sequence[Row], officer: Officer, at: datetime
) -> Sequence[Deviation]:
    take = cells_of("UNPAID_SALARIES", "乡镇", "单位编码", "姓名", "身份证号", "欠发月份", "欠发金额", "备注")
    said = [(row, take(cells)) for row, cells in rows]
    people = known_or_new([(number, name) for _row, (_t, _u, name, number, *_rest) in said])
    unpaid = [
        UnpaidRow(
            row=row,
            township=township,
            unit_code=unit,
            payee_reference=f"person/{people[number]}",
            month=date.fromisoformat(f"{month}-01"),
            amount=amount_of(amount),
            note=note,
        )
        for row, (township, unit, _name, number, month, amount, note) in said
    ]
    return register_unpaid(file=file, rows=unpaid, officer=officer, at=at)


def known_or_new(people: Sequence[tuple[str, str]]) -> Mapping[str, int]:
    """Return the keys of people by ID number; who is known keeps the name of the roster."""
    known = person_keys([number for number, _name in people])
    new = [(number, name) for number, name in people if number not in known]
    return {**known, **(register_people(new) if new else {})}


def take_claim_sheet(
    file: AppliedFile, sheet: StagedSheet, _rows: Sequence[Row], officer: Officer, at: datetime
) -> Sequence[Deviation]:
    take_claims(file=file, claims=list(claims_in(sheet)), officer=officer, at=at)
    return ()


def claims_in(sheet: StagedSheet) -> Iterator[HandedInClaim]:
    """Yield the claims of a judged sheet in the order of the file, each with what the desk has decided."""
    take = cells_of("CLAIMS", "报账单号")
    findings = dict(Finding.objects.filter(sheet=sheet, severity="error").order_by("-pk").values_list("row", "kind"))
    rows = StagedRow.objects.filter(sheet=sheet).order_by("row").values_list("row", "cells")
    for number, together in groupby(rows, key=lambda row: take(row[1])[0]):
        if number:
            yield claim_of(number, list(together), findings)


def claim_of(number: str, rows: Sequence[Row], findings: Mapping[int, str]) -> HandedInClaim:
    take = cells_of("CLAIMS", "乡镇", "单位编码", "分户", "报账日期", "经办人", "审批人", "审批日期")
    first = rows[0][1]
    township, unit, sub_account, claimed_on, handler, signer, signed_on = take(first)
    kinds = [findings[row] for row, _cells in rows if row in findings and findings[row] != FOLLOWS]
    reason = "" if not kinds else kinds[0] if kinds[0] in DESK_FAULTS else f"row_error:{kinds[0]}"
    unreadable = reason.startswith("row_error")
    lines = [] if unreadable else [line_of(row, cells) for row, cells in rows]
    return HandedInClaim(
        number=number,
        township=township,
        unit_code=unit,
        sub_account=sub_account,
        claimed_on=day_or(claimed_on, signed_on),
        lines=lines,
        handler=handler,
        signer=signer,
        signed_on=date.fromisoformat(signed_on) if signed_on else None,
        reason=reason,
        total=None if unreadable else sum((line.amount for line in lines), ZERO),
    )


def day_or(text: str, other: str) -> date:
    """Return the day of a cell that may be unreadable in a refused claim."""
    for one in (text, other):
        try:
            return date.fromisoformat(one)
        except ValueError:
            continue
    return date.min


def line_of(row: int, cells: Sequence[str]) -> HandedInLine:
    take = cells_of("CLAIMS", "金额", "经济分类编码", "摘要", "票据号", "收款人", "收款账号", "附件张数")
    amount, economic, summary, invoice, payee, account, attachments = take(cells)
    return HandedInLine(
        amount=amount_of(amount),
        economic=economic,
        summary=summary,
        invoice=invoice,
        payee_name=payee,
        account_number=account,
        attachments=whole(attachments),
        row=row,
    )


def whole(text: str) -> int:
    """Return a count as a clerk writes it (``3``, ``3.0``, ``3张``), or 0."""
    digits = text.partition(".")[0].removesuffix("张")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 5 else 0


# How each layout counts, in the order in which one needs the other.
TAKERS: Mapping[str, Callable[[AppliedFile, StagedSheet, Sequence[Row], Officer, datetime], Sequence[Deviation]]] = {
    "OLD_DEBTS": take_debts,
    "SUB_ACCOUNTS": take_sub_accounts,
    "UNPAID_SALARIES": take_unpaid,
    "PLAN": take_plans,
    "INCOME": take_income,
    "CLAIMS": take_claim_sheet,
}
