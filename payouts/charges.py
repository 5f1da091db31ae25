"""What a run charges to each township: gross pay and the employer's parts, by unit and class."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from ledger.money import ZERO, allocate
from payouts.entries import PayLine
from payouts.facts import rows_of
from payouts.models import Run
from payouts.policy import payout_policies
from payouts.rules.contributions import contribution_rates
from payouts.rules.pay_classes import PayClasses, functional_class, gross_by_class, pay_classes
from treasury.entries import Classes
from treasury.models import Unit

# How staff and units are charged that no class is set for; the run carries an exception to sign.
OTHER_STAFF, OTHER_NATURE = "聘用", "事业"


def spending_of(run: Run) -> Mapping[int, list[PayLine]]:
    """Return the gross pay of a run by township: a line for each unit, functional and economic class.

    A class that only takes back is netted into the largest of its unit: spending is never negative there.
    """
    classes = pay_classes(policies=payout_policies(), month=run.month)
    by_unit: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for unit, category, item, amount in rows_of(
        """SELECT s.unit_id, s.category, i.item, sum(i.amount)
             FROM payouts_payslip s JOIN payouts_payslipitem i ON i.payslip_id = s.id
            WHERE s.run_id = %s AND s.edition = %s GROUP BY s.unit_id, s.category, i.item""",
        run.pk,
        run.edition,
    ):
        known = category if category in classes.economic else OTHER_STAFF
        for economic, part in gross_by_class(amounts={item: amount}, category=known, classes=classes).items():
            by_unit[unit][economic] += part
    lines: dict[int, list[PayLine]] = defaultdict(list)
    for unit in Unit.objects.filter(pk__in=by_unit).select_related("township").order_by("code"):
        functional = class_of_unit(unit.nature, classes)
        for economic, amount in sorted(without_negatives(by_unit[unit.pk]).items()):
            lines[unit.township_id].append(
                PayLine(amount, Classes(functional=functional, economic=economic, unit=unit.dimension_id))
            )
    return lines


def class_of_unit(nature: str, classes: PayClasses) -> str:
    """Return the functional class of a unit; one of another nature is charged as an institution, which is signed."""
    known = nature if nature in classes.functional else OTHER_NATURE
    return functional_class(nature=known, classes=classes)


def without_negatives(by_class: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return the classes of a unit with those below zero netted into the largest."""
    largest = max(by_class, key=lambda code: by_class[code])
    below = {code: amount for code, amount in by_class.items() if amount < 0 and code != largest}
    kept = {code: amount for code, amount in by_class.items() if code not in below}
    kept[largest] += sum(below.values(), ZERO)
    return kept


def employer_spending_of(run: Run) -> Mapping[int, list[PayLine]]:
    """Return the employer's parts of a run by township: a line for each unit and economic class."""
    policies = payout_policies()
    classes = pay_classes(policies=policies, month=run.month)
    rates = contribution_rates(policies=policies, month=run.month)
    lines: dict[int, list[PayLine]] = defaultdict(list)
    for township, nature, dimension, item, amount in rows_of(
        """SELECT u.township_id, u.nature, u.dimension_id, e.item, sum(e.amount)
             FROM payouts_payslip s JOIN payouts_employerpart e ON e.payslip_id = s.id
             JOIN treasury_unit u ON u.id = s.unit_id
            WHERE s.run_id = %s AND s.edition = %s
            GROUP BY u.township_id, u.nature, u.dimension_id, u.code, e.item ORDER BY u.code, e.item""",
        run.pk,
        run.edition,
    ):
        functional = class_of_unit(nature, classes)
        lines[township].append(
            PayLine(amount, Classes(functional=functional, economic=rates[item].economic_class, unit=dimension))
        )
    return lines


def net_spending_of(run: Run, payslips: Sequence[int]) -> Mapping[int, list[PayLine]]:
    """Return the net pay of payslips of a run by township: each in proportion to the classes of its gross pay."""
    classes = pay_classes(policies=payout_policies(), month=run.month)
    amounts: dict[tuple[int, int, str, Decimal], dict[str, Decimal]] = defaultdict(dict)
    for payslip, unit, category, net, item, amount in rows_of(
        """SELECT s.id, s.unit_id, s.category, s.net, i.item, i.amount
             FROM payouts_payslip s JOIN payouts_payslipitem i ON i.payslip_id = s.id
            WHERE s.id = ANY(%s) ORDER BY s.id, i.item""",
        list(payslips),
    ):
        amounts[payslip, unit, category, net][item] = amount
    by_unit: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for (_payslip, unit, category, net), items in amounts.items():
        known = category if category in classes.economic else OTHER_STAFF
        gross = sorted(without_negatives(gross_by_class(amounts=items, category=known, classes=classes)).items())
        for (economic, _amount), part in zip(gross, allocate(net, [one for _class, one in gross]), strict=True):
            by_unit[unit][economic] += part
    lines: dict[int, list[PayLine]] = defaultdict(list)
    for unit in Unit.objects.filter(pk__in=by_unit).order_by("code"):
        functional = class_of_unit(unit.nature, classes)
        lines[unit.township_id] += [
            PayLine(part, Classes(functional=functional, economic=economic, unit=unit.dimension_id))
            for economic, part in sorted(by_unit[unit.pk].items())
            if part
        ]
    return lines
