"""Read a run for its documents: slips, units, contributions, taxes and what an approver signs for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from ledger.masking import masked_id
from ledger.money import ZERO
from payouts import facts
from payouts.exports.rows import (
    ContributionRow,
    Difference,
    Input,
    Items,
    RunSheet,
    Signature,
    SignedException,
    Slip,
    TaxRow,
    TownshipTotal,
    UnitSheet,
)
from payouts.facts import rows_of
from payouts.labels import declaration_label, exception_label, facts_label
from payouts.models import Declaration, Run, RunException, RunMove
from payouts.models.words import RunStatus, Severity
from payouts.policy import payout_policies
from payouts.rules.comparison import PaidInUnit, change_limits, compare_people
from payouts.rules.income_tax import tax_policy
from payouts.rules.pay_items import GROSS_KINDS, ItemKind, PayItem, read_pay_items

SLIPS = """
SELECT s.id, s.name, p.id_number, u.code, u.name, t.name, s.category, s.gross, s.deductions, s.tax, s.net, s.bank,
       s.account_number, s.as_last_month, s.income_to_date, s.exempt_to_date, s.special_to_date,
       s.additional_to_date, s.other_to_date, s.withheld_to_date, s.exempt, s.months, s.taxable, s.cumulative_tax
  FROM payouts_payslip s JOIN payouts_person p ON p.id = s.person_id JOIN treasury_unit u ON u.id = s.unit_id
  JOIN treasury_township t ON t.id = u.township_id
 WHERE s.run_id = %s AND s.edition = %s ORDER BY t.number, u.code, s.position, s.id
"""
YEAR_COLUMNS = ("累计收入额", "累计应纳税所得额", "累计已预扣税额")


def pay_items_of(run: Run) -> Mapping[str, PayItem]:
    """Return the items of the pay sheet of a run's month."""
    return read_pay_items(payout_policies()["pay_items"].value_on(run.month))


def split_items(amounts: Mapping[str, Decimal], items: Mapping[str, PayItem]) -> tuple[Items, Items]:
    """Return the items that make the gross, what is taken back below zero, and the deductions, each by name."""
    earned, deducted = [], []
    for code, item in items.items():
        amount = amounts.get(code)
        if not amount:
            continue
        if item.kind in GROSS_KINDS:
            earned.append((item.name, -amount if item.kind is ItemKind.SUBTRACTION else amount))
        elif item.kind is ItemKind.DEDUCTION:
            deducted.append((item.name, amount))
    return earned, deducted


def amounts_by_slip(run: Run) -> Mapping[int, Mapping[str, Decimal]]:
    """Return the pay items of each payslip of a run."""
    amounts: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for slip, item, amount in rows_of(
        """SELECT i.payslip_id, i.item, i.amount FROM payouts_payslip s
             JOIN payouts_payslipitem i ON i.payslip_id = s.id WHERE s.run_id = %s AND s.edition = %s""",
        run.pk,
        run.edition,
    ):
        amounts[slip][item] = amount
    return amounts


def slips_of(run: Run) -> list[Slip]:
    """Return the payslips of a run by township and unit."""
    items = pay_items_of(run)
    amounts = amounts_by_slip(run)
    slips = []
    for row in rows_of(SLIPS, run.pk, run.edition):
        key, name, id_number, unit_code, unit, township, category, gross, deducted, tax, net, bank, account = row[:13]
        earned, deductions = split_items(amounts.get(key, {}), items)
        slips.append(
            Slip(
                name=name,
                id_number=id_number,
                unit_code=unit_code,
                unit=unit,
                township=township,
                category=category,
                items=earned,
                deductions=deductions,
                gross=gross,
                deducted=deducted,
                tax=tax,
                net=net,
                bank=bank,
                account=account,
                year_to_date=list(zip(YEAR_COLUMNS, (row[14], row[22], row[19]), strict=True)),
                remark="本月单位未报，按上月发放" if row[13] else "",
            )
        )
    return slips


def units_of(run: Run) -> list[UnitSheet]:
    """Return the pay of a run by unit, with the employer's part beside it."""
    items = pay_items_of(run)
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for unit, item, amount in rows_of(
        """SELECT u.code, i.item, sum(i.amount) FROM payouts_payslip s
             JOIN payouts_payslipitem i ON i.payslip_id = s.id JOIN treasury_unit u ON u.id = s.unit_id
            WHERE s.run_id = %s AND s.edition = %s GROUP BY u.code, i.item""",
        run.pk,
        run.edition,
    ):
        sums[unit][item] += amount
    employer: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for unit, item, amount in rows_of(
        """SELECT u.code, e.item, sum(e.amount) FROM payouts_payslip s
             JOIN payouts_employerpart e ON e.payslip_id = s.id JOIN treasury_unit u ON u.id = s.unit_id
            WHERE s.run_id = %s AND s.edition = %s GROUP BY u.code, e.item""",
        run.pk,
        run.edition,
    ):
        employer[unit][item] = amount
    sheets = []
    for code, name, township, channel, persons, gross, deducted, tax, net in rows_of(
        """SELECT u.code, u.name, t.name, max(s.channel), count(*), sum(s.gross), sum(s.deductions), sum(s.tax),
                  sum(s.net)
             FROM payouts_payslip s JOIN treasury_unit u ON u.id = s.unit_id
             JOIN treasury_township t ON t.id = u.township_id
            WHERE s.run_id = %s AND s.edition = %s GROUP BY t.number, u.code, u.name, t.name
            ORDER BY t.number, u.code""",
        run.pk,
        run.edition,
    ):
        earned, deductions = split_items(sums[code], items)
        sheets.append(
            UnitSheet(
                unit_code=code,
                unit=name,
                township=township,
                channel=channel,
                persons=persons,
                items=earned,
                deductions=deductions,
                employer=[(items[item].name, employer[code][item]) for item in items if item in employer[code]],
                gross=gross,
                deducted=deducted,
                tax=tax,
                net=net,
            )
        )
    return sheets


def contributions_of(run: Run) -> Mapping[str, list[ContributionRow]]:
    """Return the contributions of a run by the name of the fund, people by unit."""
    items = pay_items_of(run)
    lists: dict[str, list[ContributionRow]] = {
        item.name: [] for item in items.values() if item.kind is ItemKind.DEDUCTION
    }
    for item, name, id_number, unit_code, unit, township, base, personal, employer in rows_of(
        """SELECT i.item, s.name, p.id_number, u.code, u.name, t.name, e.base, i.amount, coalesce(e.amount, 0.00)
             FROM payouts_payslip s JOIN payouts_payslipitem i ON i.payslip_id = s.id
             LEFT JOIN payouts_employerpart e ON e.payslip_id = s.id AND e.item = i.item
             JOIN payouts_person p ON p.id = s.person_id JOIN treasury_unit u ON u.id = s.unit_id
             JOIN treasury_township t ON t.id = u.township_id
            WHERE s.run_id = %s AND s.edition = %s ORDER BY t.number, u.code, s.position, s.id""",
        run.pk,
        run.edition,
    ):
        if items[item].name in lists:
            lists[items[item].name].append(
                ContributionRow(name, id_number, unit_code, unit, township, base, personal, employer)
            )
    return {name: rows for name, rows in lists.items() if rows}


def taxes_of(run: Run) -> list[TaxRow]:
    """Return what is withheld from each person of a run, and how it follows."""
    policy = tax_policy(policies=payout_policies(), month=run.month)
    taxes = []
    for row in rows_of(SLIPS, run.pk, run.edition):
        _key, name, id_number, unit_code, unit, township, _category, gross = row[:8]
        tax, withheld_to_date = row[9], row[19]
        exempt, months, taxable, cumulative = row[20:24]
        bracket = next((bracket for bracket in policy.table if bracket.up_to is None or taxable <= bracket.up_to), None)
        due = bracket if taxable > 0 else None
        taxes.append(
            TaxRow(
                name=name,
                id_number=id_number,
                unit_code=unit_code,
                unit=unit,
                township=township,
                income=gross,
                exempt=exempt,
                months=months,
                income_to_date=row[14],
                exempt_to_date=row[15],
                basic_to_date=policy.basic_deduction * months,
                special_to_date=row[16],
                additional_to_date=row[17],
                other_to_date=row[18],
                taxable=taxable,
                rate=due.rate if due else None,
                quick_deduction=due.quick_deduction if due else None,
                cumulative_tax=cumulative,
                withheld_before=withheld_to_date - tax,
                tax=tax,
            )
        )
    return taxes


def run_sheet_of(run: Run) -> RunSheet:
    """Return what the approvers of a run sign for."""
    return RunSheet(
        kind=str(run.get_kind_display()),
        pay_date=run.pay_date,
        townships=township_totals(units_of(run)),
        differences=differences_of(run),
        exceptions=exceptions_of(run),
        signatures=signatures_of(run),
        inputs=[
            Input(kind=declaration_label(one.kind), file=one.file, rows=one.rows, sha256=one.sha256)
            for one in Declaration.objects.filter(
                pk__in=run.inputs.filter(edition=run.edition).values("declaration")
            ).order_by("pk")
        ],
        inputs_digest=run.inputs_digest,
        policy_digest=run.policy_digest,
    )


def township_totals(units: Sequence[UnitSheet]) -> list[TownshipTotal]:
    """Return the sums of the units of each township."""
    together: dict[str, list[UnitSheet]] = defaultdict(list)
    for unit in units:
        together[unit.township].append(unit)
    return [
        TownshipTotal(
            township=name,
            units=len(sheets),
            persons=sum(sheet.persons for sheet in sheets),
            gross=total(sheet.gross for sheet in sheets),
            deducted=total(sheet.deducted for sheet in sheets),
            tax=total(sheet.tax for sheet in sheets),
            net=total(sheet.net for sheet in sheets),
            employer=total(amount for sheet in sheets for _name, amount in sheet.employer),
        )
        for name, sheets in together.items()
    ]


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def differences_of(run: Run) -> list[Difference]:
    """Return who is new, gone or changed over the limit since last month, by unit; nothing in a first month."""
    before = facts.slips_of(facts.month_before(run.month))
    if not before or run.number > 1:
        return []
    now = {
        str(person): PaidInUnit(str(unit), gross)
        for person, unit, gross in rows_of(
            "SELECT person_id, unit_id, gross FROM payouts_payslip WHERE run_id = %s AND edition = %s",
            run.pk,
            run.edition,
        )
    }
    then = {str(person): PaidInUnit(str(slip.unit), slip.gross) for person, slip in before.items()}
    limits = change_limits(policies=payout_policies(), month=run.month)
    found = compare_people(now=now, before=then, limits=limits)
    names = dict(rows_of("SELECT id, name FROM payouts_person WHERE id = ANY(%s)", [int(one.key) for one in found]))
    units = dict(rows_of("SELECT id, name FROM treasury_unit"))
    return [
        Difference(
            kind=one.kind,
            unit=units[int(one.unit)],
            name=names[int(one.key)],
            last_month=one.last_month,
            this_month=one.this_month,
        )
        for one in found
    ]


def exceptions_of(run: Run) -> list[SignedException]:
    """Return the exceptions of a run that somebody answers for."""
    found = RunException.objects.filter(run=run, edition=run.edition).exclude(severity=Severity.INFO)
    return [
        SignedException(
            check=exception_label(one.kind),
            subject=subject_of(one),
            reason=one.reason,
            signed_by=one.signed_by.full_name if one.signed_by else "",
            signed_at=one.signed_at,
        )
        for one in found.select_related("person", "unit", "signed_by").order_by("kind", "pk")
    ]


def subject_of(exception: RunException) -> str:
    """Return whom an exception is about, with the number masked."""
    if exception.person:
        return f"{exception.person.name} {masked_id(exception.person.id_number)}"
    return exception.unit.name if exception.unit else facts_label(exception.facts)


def signatures_of(run: Run) -> list[Signature]:
    """Return the three signatures of a run, those that are missing as empty."""
    moved = {move.to_status: move.at for move in RunMove.objects.filter(run=run).order_by("pk")}
    return [
        Signature(role=role, officer=officer.full_name if officer else "", at=moved.get(status) if officer else None)
        for role, officer, status in (
            ("制单", run.submitted_by, RunStatus.SUBMITTED),
            ("复核", run.reviewed_by, RunStatus.REVIEWED),
            ("放款", run.released_by, RunStatus.RELEASED),
        )
    ]
