"""Write what officers take away from a month into a folder of their own (mode 0700).

These lists carry numbers in full, so writing them leaves a reading event in the trail.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from datetime import date, datetime
from pathlib import Path
from typing import Any

from imports.findings import totals_of, write_findings
from imports.layouts import LAYOUTS
from imports.models import StagedSheet, StageStatus
from ledger.contents import bytes_of
from ledger.exports.pages.lists import inert
from ledger.models import Officer
from ledger.recording import record_event
from payouts.benefit_facts import scheme_codes
from payouts.facts import RELEASED, rows_of
from payouts.models import BankFile, Run
from payouts.models.words import RunPurpose

PAYROLL = """
SELECT p.id_number, s.gross, s.deductions, s.tax, s.net
  FROM payouts_run r JOIN payouts_payslip s ON s.run_id = r.id AND s.edition = r.edition
  JOIN payouts_person p ON p.id = s.person_id
 WHERE r.month = %s ORDER BY r.number, s.position, s.id
"""
# Who the latest run left unpaid, and to whom something is owed that no list could carry.
NOT_PAID = """
SELECT n.id_number, n.reason
  FROM payouts_notpaid n JOIN payouts_run r ON r.id = n.run_id AND r.edition = n.edition
 WHERE r.month = %s AND r.number = (SELECT max(number) FROM payouts_run
                                     WHERE month = %s AND edition > 0 AND purpose = 'PAYROLL')
UNION ALL
SELECT p.id_number, 'unwritable'
  FROM payouts_obligation o JOIN payouts_person p ON p.id = o.person_id
 WHERE o.month = %s
   AND (SELECT p.status || b.status FROM payouts_paymentpart q
          JOIN payouts_payment p ON p.id = q.payment_id JOIN payouts_batch b ON b.id = p.batch_id
         WHERE q.obligation_id = o.id ORDER BY q.attempt DESC LIMIT 1) = 'REJECTEDCANCELLED'
 ORDER BY 2, 1
"""
PAYMENTS = """
SELECT serial, name, account_number, amount, id_number FROM payouts_payment WHERE month = %s ORDER BY serial
"""
RESULTS = """
SELECT p.serial, p.id_number, p.account_number, p.amount, p.status, coalesce(r.code, ''), coalesce(r.message, '')
  FROM payouts_payment p
  LEFT JOIN LATERAL (SELECT code, message FROM payouts_resultrow r
                      WHERE r.payment_id = p.id ORDER BY r.id DESC LIMIT 1) r ON true
 WHERE p.month = %s ORDER BY p.serial
"""

SETTLEMENT_COLUMNS = (
    "township",
    "plan",
    "actual",
    "over",
    "local_part",
    "debt_before",
    "withheld",
    "debt_after",
    "returned",
    "back_pay",
    "rest",
)
# The settlements of a month; a township that was settled twice has its sums.
SETTLEMENT = """
SELECT t.name, (array_agg(s.planned ORDER BY s.number DESC))[1], (array_agg(s.collected ORDER BY s.number DESC))[1],
       (array_agg(s.over ORDER BY s.number DESC))[1], (array_agg(s.local_part ORDER BY s.number DESC))[1],
       (array_agg(s.debt_before ORDER BY s.number))[1], sum(s.withheld),
       (array_agg(s.debt_after ORDER BY s.number DESC))[1], sum(s.returned), sum(s.back_pay), sum(s.rest)
  FROM treasury_settlement s JOIN treasury_township t ON t.id = s.township_id
 WHERE s.month = %s AND s.status <> 'WITHDRAWN' GROUP BY t.id, t.name, t.number ORDER BY t.number
"""
CLAIMS = """
SELECT c.number, coalesce(t.name, ''), lower(c.status), c.reason, c.total, c.balance_after
  FROM treasury_claim c LEFT JOIN treasury_township t ON t.id = c.township_id
 WHERE c.month = %s AND NOT EXISTS (SELECT FROM treasury_claim n WHERE n.number = c.number AND n.attempt > c.attempt)
 ORDER BY c.id
"""
# One line for each valid row of the roster of the month: what the month itself brings, without earlier months.
BENEFITS = """
SELECT r.row, r.key, r.cells[%s], CASE WHEN d.amount IS NULL THEN 0 ELSE 1 END,
       CASE WHEN d.amount IS NULL THEN coalesce(u.reason, '') ELSE '' END, coalesce(d.amount, 0.00)
  FROM imports_stagedsheet s JOIN imports_stagedrow r ON r.sheet_id = s.id AND r.valid
  LEFT JOIN payouts_person p ON p.id_number = r.key
  LEFT JOIN LATERAL (SELECT e.id, e.scheme FROM payouts_enrolment e
                      WHERE e.person_id = p.id AND e.scheme = (%s::jsonb) ->> r.cells[%s]
                      ORDER BY e.number DESC LIMIT 1) e ON true
  LEFT JOIN LATERAL (SELECT d.amount FROM payouts_benefitdue d
                       JOIN payouts_run n ON n.id = d.run_id AND n.edition = d.edition
                      WHERE d.enrolment_id = e.id AND n.month = s.month AND d.number = 1
                        AND d.period = ANY(ARRAY[s.month, date_trunc('year', s.month)::date,
                                                 (date_trunc('year', s.month) + interval '6 months')::date])
                      ORDER BY d.period DESC LIMIT 1) d ON true
  LEFT JOIN LATERAL (SELECT u.reason FROM payouts_benefitunpaid u
                       JOIN payouts_run n ON n.id = u.run_id AND n.edition = u.edition
                      WHERE u.enrolment_id = e.id AND n.month = s.month ORDER BY n.number DESC LIMIT 1) u ON true
 WHERE s.month = %s AND s.layout = 'BENEFITS' AND s.status <> 'REPLACED' ORDER BY s.id, r.row
"""


def keep_private(folder: Path) -> None:
    """Let nobody but their owner read the files of a folder."""
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner may read."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def write_staged(
    *, folder: Path, month: date, sheets: Sequence[StagedSheet], officer: Officer, at: datetime
) -> list[str]:
    """Write the findings and control totals of staged sheets and return their names."""
    make_folder(folder)
    with (folder / "findings.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        write_findings(stream, sheets)
    totals = write_list(
        folder / "totals.csv",
        ("file", "item", "rows", "valid", "refused", "amount"),
        [astuple(row) for row in totals_of(sheets)],
    )
    names = ["findings.csv", totals]
    record_reading(names, month=month, officer=officer, at=at)
    return names


def write_month(
    *, folder: Path, month: date, sheets: Sequence[StagedSheet], officer: Officer, at: datetime
) -> list[str]:
    """Write the lists and bank files of a month and return their names."""
    names = write_staged(folder=folder, month=month, sheets=sheets, officer=officer, at=at)
    names += [
        write_list(folder / "payroll.csv", ("id_number", "gross", "deductions", "tax", "net"), rows_of(PAYROLL, month)),
        write_list(folder / "not_paid.csv", ("id_number", "reason"), rows_of(NOT_PAID, month, month, month)),
        write_list(
            folder / "payments.csv",
            ("serial", "name", "account", "amount", "id_number"),
            rows_of(PAYMENTS, month),
        ),
        write_list(folder / "settlement.csv", SETTLEMENT_COLUMNS, rows_of(SETTLEMENT, month)),
        write_list(
            folder / "claims.csv",
            ("claim", "township", "decision", "reason", "total", "balance_after"),
            rows_of(CLAIMS, month),
        ),
        *write_benefits(folder, month),
        *write_bank_files(folder / "bank", month),
    ]
    if rows_of("SELECT 1 FROM payouts_payment WHERE month = %s AND status <> 'SENT' LIMIT 1", month):
        names.append(write_results(folder, month))
    record_reading(names, month=month, officer=officer, at=at)
    return names


def write_benefits(folder: Path, month: date) -> Iterator[str]:
    """Write what each valid row of the month's roster brings, if the month has a roster."""
    scheme = LAYOUTS["BENEFITS"].position("项目名称") + 1
    codes = json.dumps(dict(scheme_codes(month=month)), ensure_ascii=False)
    rows = rows_of(BENEFITS, scheme, codes, scheme, month)
    if rows:
        headers = ("row", "id_number", "scheme", "paid", "reason", "amount")
        yield write_list(folder / "benefits.csv", headers, rows)


def write_results(folder: Path, month: date) -> str:
    """Write where every payment of a month stands."""
    return write_list(
        folder / "results.csv",
        ("serial", "id_number", "account", "amount", "status", "code", "message"),
        rows_of(RESULTS, month),
    )


def write_list(path: Path, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Write one csv in UTF-8 with a byte order mark, as spreadsheets like it."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(headers)
        writer.writerows([inert(cell) for cell in row] for row in rows)
    return path.name


def write_bank_files(folder: Path, month: date) -> Iterator[str]:
    """Write the files for the bank as they are kept, byte by byte.

    :raises ContentDestroyed: if they were destroyed with the archives of their year
    """
    make_folder(folder)
    for file in BankFile.objects.filter(batch__month=month).order_by("batch__number", "number"):
        content = bytes_of(name=file.name, digest=file.sha256, content=file.content)
        (folder / file.name).write_bytes(content)
        yield f"{folder.name}/{file.name}"


def record_reading(names: Sequence[str], *, month: date, officer: Officer, at: datetime) -> None:
    """Leave the trace that lists with numbers in full were taken away."""
    record_event(
        chain="",
        at=at,
        actor=officer.username,
        act="documents.read",
        subject=f"month/{month:%Y-%m}",
        after={"documents": len(names), "names": " ".join(names)[:1000]},
    )


def current_sheets(month: date) -> list[StagedSheet]:
    """Return the sheets of a month that stand: staged or applied, not replaced."""
    return list(
        StagedSheet.objects.filter(month=month)
        .exclude(status=StageStatus.REPLACED)
        .select_related("file")
        .order_by("pk")
    )


def released_runs(month: date) -> list[Run]:
    """Return the payroll runs of a month that were released."""
    return list(Run.objects.filter(month=month, purpose=RunPurpose.PAYROLL, status__in=RELEASED).order_by("number"))
