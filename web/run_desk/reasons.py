"""Read why people are paid otherwise than in the month before, as far as it is known; all of a page at once."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from ledger.money import ZERO, in_full
from month.telling_benefits import reason_with_cause
from payouts.exports.run_facts import pay_items_of
from payouts.facts import rows_of
from payouts.models import DeclaredChange, DeclaredStaff, Run
from payouts.models.words import RunPurpose
from web.run_desk.comparisons import PersonDifference

Reasons = Mapping[tuple[int, str], Sequence[str]]  # by person and first group

NOT_PAID = """
SELECT p.id, n.reason FROM payouts_notpaid n JOIN payouts_person p ON p.id_number = n.id_number
 WHERE n.run_id = %s AND n.edition = %s AND p.id = ANY(%s)
"""
UNPAID = """
SELECT e.person_id, e.scheme, u.reason FROM payouts_benefitunpaid u JOIN payouts_enrolment e ON e.id = u.enrolment_id
 WHERE u.run_id = %s AND u.edition = %s AND e.person_id = ANY(%s)
"""


def reasons_of(run: Run, found: Sequence[PersonDifference]) -> Reasons:
    """Return the reasons for differences, none where none is known."""
    return of_benefits(run, found) if run.purpose == RunPurpose.BENEFITS else of_payroll(run, found)


def of_payroll(run: Run, found: Sequence[PersonDifference]) -> Reasons:
    people = [one.person for one in found]
    inputs = run.inputs.filter(edition=run.edition).values("declaration")
    staff = {row.person_id: row for row in DeclaredStaff.objects.filter(declaration__in=inputs, person__in=people)}
    not_paid = dict(rows_of(NOT_PAID, run.pk, run.edition, people))
    changes = defaultdict(list)
    for change in DeclaredChange.objects.filter(declaration__in=inputs, person__in=people).order_by("row"):
        changes[change.person_id].append(change)
    names = {code: item.name for code, item in pay_items_of(run).items()}
    amounts = amounts_of(found)
    reasons = {}
    for one in found:
        told = []
        if one.came_from:
            told.append(_("from {unit}").format(unit=one.came_from))
        row = staff.get(one.person)
        if one.before is None and row is not None and row.hired_on:
            told.append(_("hired on {day}").format(day=row.hired_on))
        if one.now is None:
            told.append(gone_because(not_paid.get(one.person, ""), row))
        told += [told_of(change, names) for change in changes[one.person]]
        if one.now is not None and one.before is not None:
            told += items_changed(amounts[one.slip or 0], amounts[one.last_slip or 0], names)
        reasons[one.person, one.top] = [part for part in told if part]
    return reasons


def gone_because(reason: str, row: DeclaredStaff | None) -> str:
    """Return why somebody is not paid any more."""
    if reason:
        return reason_with_cause(reason)
    if row is None:
        return _("not in the roster")
    if row.stopped_on:
        return _("stopped on {day} {why}").format(day=row.stopped_on, why=row.stop_reason).strip()
    return ""


def told_of(change: DeclaredChange, names: Mapping[str, str]) -> str:
    """Return a declared change of pay in words."""
    told = f"{change.get_kind_display()} {change.effective_on}"
    if change.amount is not None:
        told += f" {names.get(change.item, change.item)} {in_full(change.amount)}"
    return f"{told} {change.reason} {change.reference}".strip()


def amounts_of(found: Sequence[PersonDifference]) -> Mapping[int, Mapping[str, Decimal]]:
    """Return the pay items of the payslips of differences, of both months."""
    slips = [slip for one in found for slip in (one.slip, one.last_slip) if slip]
    amounts: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for slip, item, amount in rows_of(
        "SELECT payslip_id, item, amount FROM payouts_payslipitem WHERE payslip_id = ANY(%s)", slips
    ):
        amounts[slip][item] = amount
    return amounts


def items_changed(now: Mapping[str, Decimal], before: Mapping[str, Decimal], names: Mapping[str, str]) -> Iterator[str]:
    """Yield the pay items of the gross and beside it that changed, with how far."""
    for code, name in names.items():
        change = now.get(code, ZERO) - before.get(code, ZERO)
        if change:
            yield f"{name} {signed(change)}"


def of_benefits(run: Run, found: Sequence[PersonDifference]) -> Reasons:
    people = [one.person for one in found]
    unpaid = {(person, scheme): reason for person, scheme, reason in rows_of(UNPAID, run.pk, run.edition, people)}
    reasons = {}
    for one in found:
        told = [reason_with_cause(unpaid[one.person, one.top])] if (one.person, one.top) in unpaid else []
        if one.earlier:
            told.append(_("for earlier months {amount}").format(amount=in_full(one.earlier)))
        if one.came_from:
            told.append(_("from {unit}").format(unit=one.came_from))
        if one.before is None and not one.earlier:
            told.append(_("newly paid"))
        reasons[one.person, one.top] = told
    return reasons


def signed(change: Decimal) -> str:
    """Return a difference with its sign."""
    return f"+{in_full(change)}" if change > 0 else in_full(change)
