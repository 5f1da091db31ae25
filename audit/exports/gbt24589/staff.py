"""The payslips of released runs as 员工薪酬, and the people on them for 公共档案.

Everybody is known by a code that says nothing; what was paid stands in the file of the book that bears it, the
township's. A run belongs to the days of an export by its pay date, on which it is posted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO, Any, Final

from django.db import connection

from audit.exports.gbt24589.markup import NO_DATE, NOTHING, Row, amount, day, number, spelled, writing
from audit.exports.gbt24589.tables import ARCHIVES, PAY
from audit.exports.numbers import Numbers
from ledger.models import Book
from ledger.money import ZERO
from payouts.facts import RELEASED
from payouts.models import Run
from payouts.models.words import RunPurpose
from payouts.policy import payout_policies
from payouts.rules.pay_items import read_pay_items

CURRENCY: Final = b"CNY"
# What a payslip says beside its items.
SUMS: Final = (("GROSS", "应发合计"), ("DEDUCTIONS", "扣款合计"), ("TAX", "个人所得税"), ("NET", "实发合计"))
EMPLOYER, EMPLOYER_NAME = "EMPLOYER_", "单位缴费："

SLIPS: Final = """
  FROM payouts_payslip s JOIN treasury_unit u ON u.id = s.unit_id JOIN treasury_township t ON t.id = u.township_id
 WHERE s.run_id = %(run)s AND s.edition = %(edition)s AND t.book_id = %(book)s
"""
RECORDS: Final = f"SELECT s.person_id, s.category, u.code {SLIPS} ORDER BY u.code, s.position, s.id"
DETAILS: Final = f"""
SELECT d.person_id, i.item, i.amount
  FROM (SELECT s.id, s.person_id, s.position, s.gross, s.deductions, s.tax, s.net, u.code {SLIPS}) d
 CROSS JOIN LATERAL (
   SELECT 0 AS place, i.item, i.amount FROM payouts_payslipitem i WHERE i.payslip_id = d.id
   UNION ALL
   SELECT v.* FROM (VALUES (1, 'GROSS', d.gross), (2, 'DEDUCTIONS', d.deductions), (3, 'TAX', d.tax),
                           (4, 'NET', d.net)) v
   UNION ALL
   SELECT 5, 'EMPLOYER_' || e.item, e.amount FROM payouts_employerpart e WHERE e.payslip_id = d.id) i
 ORDER BY d.code, d.position, d.id, i.place, i.item
"""
# Everybody paid in some runs, as the latest of them names them.
PEOPLE: Final = """
SELECT DISTINCT ON (s.person_id) s.person_id, s.name, p.id_number, u.code
  FROM payouts_payslip s JOIN payouts_run r ON r.id = s.run_id AND r.edition = s.edition
  JOIN payouts_person p ON p.id = s.person_id
  JOIN treasury_unit u ON u.id = s.unit_id JOIN treasury_township t ON t.id = u.township_id
 WHERE r.id = ANY(%(runs)s) AND t.book_id = %(book)s
 ORDER BY s.person_id, r.month DESC, r.number DESC
"""


@dataclass(frozen=True, slots=True)
class PayWritten:
    """What the pay file of a book holds: payslips, their items, and what the payslips sum to."""

    slips: int = 0
    details: int = 0
    gross: Decimal = ZERO
    net: Decimal = ZERO


def released_runs(*, since: date, until: date) -> Sequence[Run]:
    """Return the payrolls that were released and have their pay date from ``since`` to ``until``."""
    return list(
        Run.objects.filter(
            purpose=RunPurpose.PAYROLL, status__in=RELEASED, pay_date__gte=since, pay_date__lte=until
        ).order_by("month", "number")
    )


def kind_of(run: Run) -> str:
    """Return the name of a run among those of its month (薪酬类别)."""
    return "工资" if run.number == 1 else f"工资补发{run.number}"


def code_of(person: int) -> bytes:
    return b"R%08d" % person


def write_people(*, file: IO[bytes], book: Book, runs: Sequence[Run], numbers: Numbers) -> None:
    """Write 员工档案; without numbers in full the day of birth, which a number contains, is left out too."""
    row = Row(
        ARCHIVES["员工档案"],
        {"证件类别": spelled("居民身份证"), "入职日期": NO_DATE, "离职日期": NO_DATE},
    )
    asked = {"runs": [run.pk for run in runs], "book": book.code}
    for person, name, id_number, unit in streamed(PEOPLE, asked):
        born = id_number[6:14].encode("ascii") if numbers is Numbers.IN_FULL else NO_DATE
        sex = "男" if int(id_number[16]) % 2 else "女"
        file.write(
            row.filled(
                code_of(person),
                spelled(name),
                spelled(numbers.identity(id_number)),
                spelled(sex),
                born,
                spelled(unit),
            )
        )


def write_pay(*, file: IO[bytes], book: Book, runs: Sequence[Run]) -> PayWritten:
    """Write 员工薪酬 of a book and return what it holds."""
    with writing(file, PAY):
        for month in sorted({run.month for run in runs}):
            file.write(period_row(month))
        for run in runs:
            row = Row(PAY["薪酬项目"], {"薪酬类别名称": spelled(kind_of(run))})
            file.writelines(row.filled(spelled(code), spelled(name)) for code, name in new_items(run, runs))
        slips = sum(write_records(file, book, run) for run in runs)
        details, sums = 0, {"GROSS": ZERO, "NET": ZERO}
        for run in runs:
            details += write_details(file, book, run, sums)
    return PayWritten(slips=slips, details=details, gross=sums["GROSS"], net=sums["NET"])


def period_row(month: date) -> bytes:
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    last = date.fromordinal(after.toordinal() - 1)
    return Row(PAY["薪酬期间"]).filled(number(month.year), number(month.month), day(month), day(last))


def new_items(run: Run, runs: Sequence[Run]) -> Iterator[tuple[str, str]]:
    """Yield code and name of the items of a run that no earlier run of its kind has."""
    told = {code for other in runs[: runs.index(run)] if kind_of(other) == kind_of(run) for code in items_of(other)}
    yield from ((code, name) for code, name in items_of(run).items() if code not in told)


def items_of(run: Run) -> Mapping[str, str]:
    """Return what can stand on a payslip of a run, by code: its items, its sums, and what the employer owes."""
    items = {
        item.code: item.name for item in read_pay_items(payout_policies()["pay_items"].value_on(run.month)).values()
    }
    employer = {EMPLOYER + code: EMPLOYER_NAME + name for code, name in items.items()}
    return {**items, **dict(SUMS), **employer}


def write_records(file: IO[bytes], book: Book, run: Run) -> int:
    row = Row(
        PAY["员工薪酬记录"],
        {
            **month_fields(run),
            "会计年度": number(run.pay_date.year),
            "会计期间号": number(run.pay_date.month),
            "币种编码": CURRENCY,
        },
    )
    count = 0
    for person, category, unit in streamed(RECORDS, slips_asked(book, run)):
        file.write(row.filled(code_of(person), spelled(category) or NOTHING, spelled(unit)))
        count += 1
    return count


def write_details(file: IO[bytes], book: Book, run: Run, sums: dict[str, Decimal]) -> int:
    row = Row(PAY["员工薪酬记录明细"], month_fields(run))
    count = 0
    for person, item, paid in streamed(DETAILS, slips_asked(book, run)):
        file.write(row.filled(code_of(person), spelled(item), amount(paid)))
        count += 1
        if item in sums:
            sums[item] += paid
    return count


def month_fields(run: Run) -> Mapping[str, bytes]:
    return {
        "薪酬类别名称": spelled(kind_of(run)),
        "薪酬年度": number(run.month.year),
        "薪酬期间号": number(run.month.month),
    }


def slips_asked(book: Book, run: Run) -> Mapping[str, Any]:
    return {"run": run.pk, "edition": run.edition, "book": book.code}


def streamed(sql: str, asked: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a statement from a server-side cursor."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, asked)
        yield from cursor
