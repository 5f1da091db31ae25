"""Read what a run pays one person, line by line, with the rows and the rules that each follows from."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F
from django.shortcuts import get_object_or_404

from audit.traces.of_policies import items_of_payslips, values_of_dues
from audit.traces.steps import Step
from ledger.masking import masked, masked_account
from ledger.money import ZERO
from month.telling_benefits import reason_with_cause
from payouts.benefit_facts import schemes_in_use
from payouts.exports.run_facts import pay_items_of
from payouts.facts import RELEASED, month_before
from payouts.labels import declaration_label, exception_label, facts_label
from payouts.models import (
    BenefitDue,
    BenefitUnpaid,
    DeclaredChange,
    DeclaredPay,
    DeclaredStaff,
    EnrolmentFact,
    Overpayment,
    Payment,
    Payslip,
    Person,
    Run,
    RunException,
)
from payouts.models.words import RunPurpose, Severity
from payouts.rules.pay_items import GROSS_KINDS, ItemKind
from web.run_desk.reasons import told_of

SUMS = ("gross", "deductions", "tax", "net")


class Line(NamedTuple):
    """One item of a payslip, and what it was in the month before."""

    name: str
    amount: Decimal
    before: Decimal

    @property
    def change(self) -> Decimal:
        return self.amount - self.before


class SourceRow(NamedTuple):
    """A row of a file that an amount follows from."""

    kind: str
    file: str
    row: int
    said: str


class Rule(NamedTuple):
    """A rule behind an amount, and the dated values that it read."""

    title: str
    facts: Sequence[Any]
    values: Sequence[Step]


def of_payroll(run: Run, person: Person) -> Mapping[str, Any]:
    """Return the payslip of a person: its lines beside last month's, the tax, what it follows from."""
    slip = get_object_or_404(
        Payslip.objects.select_related("unit__township", "run"), run=run, edition=run.edition, person=person
    )
    last = Payslip.objects.filter(
        run__month=month_before(run.month),
        run__purpose=RunPurpose.PAYROLL,
        run__status__in=RELEASED,
        edition=F("run__edition"),
        person=person,
    ).first()
    now = dict(slip.items.values_list("item", "amount"))
    before = dict(last.items.values_list("item", "amount")) if last else {}
    items = pay_items_of(run)

    def lines(kinds: Iterable[ItemKind]) -> Sequence[Line]:
        return [
            Line(item.name, sign(item.kind) * now.get(code, ZERO), sign(item.kind) * before.get(code, ZERO))
            for code, item in items.items()
            if item.kind in kinds and (now.get(code) or before.get(code))
        ]

    return {
        "slip": slip,
        "last": last,
        "changes": {name: getattr(slip, name) - getattr(last, name) for name in SUMS} if last else {},
        "account": slip.account_number,
        "account_masked": masked_account(slip.account_number),
        "earned": lines(GROSS_KINDS),
        "deducted": lines([ItemKind.DEDUCTION]),
        "reliefs": lines([ItemKind.RELIEF]),
        "employer": [
            (items[part.item].name if part.item in items else part.item, part)
            for part in slip.employer_parts.order_by("pk")
        ],
        "rows": rows_behind(run, person, {code: item.name for code, item in items.items()}),
        "rules": rules(step for _slip, step in items_of_payslips([slip])),
        "found": exceptions_about(run, person),
        "payments": Payment.objects.filter(parts__obligation__payslip=slip).select_related("batch").order_by("serial"),
    }


def sign(kind: ItemKind) -> int:
    """Return the sign of an item within the gross."""
    return -1 if kind is ItemKind.SUBTRACTION else 1


def rows_behind(run: Run, person: Person, names: Mapping[str, str]) -> Sequence[SourceRow]:
    """Return the rows of the files of a run that tell of a person."""
    inputs = run.inputs.filter(edition=run.edition).values("declaration")

    def of(model: Any) -> Any:
        return model.objects.filter(declaration__in=inputs, person=person).select_related("declaration").order_by("row")

    found = [
        (one, " ".join(filter(None, [one.category, one.establishment, one.post, one.grade, str(one.hired_on or "")])))
        for one in of(DeclaredStaff)
    ]
    found += [(one, one.name) for one in of(DeclaredPay)]
    found += [(one, masked(told_of(one, names))) for one in of(DeclaredChange)]
    return [
        SourceRow(declaration_label(one.declaration.kind), one.declaration.file, one.row, said) for one, said in found
    ]


def rules(steps: Iterable[Step]) -> Sequence[Rule]:
    """Return rules as the page shows them."""
    return [Rule(step.title, step.facts, step.children) for step in steps]


def exceptions_about(run: Run, person: Person) -> Sequence[tuple[RunException, str, str, str]]:
    """Return what the checks of a run found of a person."""
    found = RunException.objects.filter(run=run, edition=run.edition, person=person).order_by("pk")
    return [
        (one, exception_label(one.kind), str(Severity(one.severity).label), masked(facts_label(one.facts)))
        for one in found
    ]


def of_benefits(run: Run, person: Person) -> Mapping[str, Any]:
    """Return the benefits of a person: each due with its funders, what is not paid, what it follows from."""
    dues = list(
        BenefitDue.objects.filter(run=run, edition=run.edition, person=person)
        .select_related("township", "enrolment", "run")
        .order_by("scheme", "period", "number")
    )
    unpaid = BenefitUnpaid.objects.filter(run=run, edition=run.edition, enrolment__person=person)
    schemes = {code: scheme.name for code, scheme in schemes_in_use(month=run.month).items()}
    facts = {
        fact.enrolment_id: fact
        for fact in EnrolmentFact.objects.filter(enrolment__person=person, pk__lte=run.facts_until)
        .select_related("enrolment", "township", "household")
        .order_by("version")
    }
    overpaid = Overpayment.objects.filter(run=run, edition=run.edition, enrolment__person=person)
    return {
        "dues": [(schemes.get(due.scheme, due.scheme), due, masked_account(due.account_number)) for due in dues],
        "total": sum((due.amount for due in dues), ZERO),
        "kept_back": sum((due.offset for due in dues), ZERO),
        "unpaid": [
            (schemes.get(one.enrolment.scheme, one.enrolment.scheme), reason_with_cause(one.reason))
            for one in unpaid.select_related("enrolment").order_by("pk")
        ],
        "facts": [(schemes.get(fact.enrolment.scheme, fact.enrolment.scheme), fact) for fact in facts.values()],
        "overpaid": [
            (schemes.get(one.enrolment.scheme, one.enrolment.scheme), one)
            for one in overpaid.select_related("enrolment").order_by("pk")
        ],
        "rules": rules(step for _due, step in values_of_dues(dues)),
        "found": exceptions_about(run, person),
        "payments": Payment.objects.filter(parts__obligation__benefit__in=dues)
        .select_related("batch")
        .order_by("serial")
        .distinct(),
    }
