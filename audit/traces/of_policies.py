"""The dated policy values behind an amount: the file, the day a value holds from, and its legal reference."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audit.traces.steps import Fact, Step
from ledger.money import in_full
from ledger.policies import DatedValue, NoSuchPolicy, NoValue, Policy, Value
from payouts.models import BenefitDue, EmployerPart, Payslip, PayslipItem
from payouts.policy import payout_policies
from payouts.rules.contributions import read_rates
from payouts.rules.schemes import jurisdiction_in_use

PAY_RULE: Final = "payouts.rules.payroll.pay_of_month"
TAX_RULE: Final = "payouts.rules.income_tax.withhold"
EMPLOYER_RULE: Final = "payouts.rules.contributions.employer_parts"
SCHEME_RULE: Final = "payouts.rules.entitlements.SchemeMonth"
SHARES_RULE: Final = "payouts.rules.funder_shares.split"
TAX_POLICIES: Final = ("tax/basic_deduction", "tax/cumulative_table")
LONGEST: Final = 300


def policy_step(policy: Policy, dated: DatedValue, *, part: str = "") -> Step:
    """Return the step of one dated value of a policy, or of one part of it."""
    value: Value = dated.value
    if part and isinstance(value, Mapping):
        value = value[part]
    facts = [
        Fact(_("file"), f"payouts/policy/{policy.name}.yaml"),
        Fact(_("holds from"), dated.effective_from.isoformat()),
        Fact(_("value that holds"), f"{part} {value_text(value)}".strip()[:LONGEST]),
        Fact(_("unit of the value"), policy.unit),
        Fact(_("legal reference"), dated.reference),
        Fact(_("reference verified"), "✓" if dated.verified else "✗"),
    ]
    return Step("policy", _("policy value"), f"policy:{policy.name}@{dated.effective_from}", tuple(facts))


def value_text(value: Value) -> str:
    """Return a policy value as short text."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {value_text(part)}" for name, part in value.items())
    if isinstance(value, tuple):
        return "; ".join(value_text(part) for part in value)
    return "" if value is None else str(value)


def policy_values(name: str, on: date, *, part: str = "") -> Sequence[Step]:
    """Return the value of a policy that holds on a day, if it has one."""
    return policy_values_told(name, on, part, get_language())


@cache
def policy_values_told(name: str, on: date, part: str, _language: str) -> Sequence[Step]:
    try:
        policy = payout_policies()[name]
        return (policy_step(policy, policy.dated_on(on), part=part),)
    except (NoSuchPolicy, NoValue):
        return ()


def policy_named(text: str) -> Sequence[Step]:
    """Return the values that ``NAME`` or ``NAME@2026-11-01`` names, none where there is no such policy."""
    name, _at, day = text.partition("@")
    try:
        policy = payout_policies()[name]
        on = date.fromisoformat(day) if day else None
    except (NoSuchPolicy, ValueError):
        return ()
    return policy_values(name, on) if on else [policy_step(policy, dated) for dated in policy.values]


@cache
def contribution_policies(month: date) -> Mapping[str, str]:
    """Return the policies of contributions by the pay item that they set."""
    found = {}
    for policy in payout_policies().under("contributions"):
        try:
            found[read_rates(policy.value_on(month)).item] = policy.name
        except NoValue:
            continue
    return found


@cache
def item_names(month: date) -> Mapping[str, str]:
    """Return the Chinese names of the pay items of a month."""
    items = payout_policies()["pay_items"].value_on(month)
    assert isinstance(items, Mapping)
    return {code: str(item["name"]) for code, item in items.items() if isinstance(item, Mapping)}


def items_of_payslips(slips: Sequence[Payslip]) -> Iterator[tuple[Any, Step]]:
    """Yield the items of payslips, the tax and what the employer owes beside them, each with its rule and policy."""
    months = {slip.pk: slip.run.month for slip in slips}
    for item in PayslipItem.objects.filter(payslip__in=slips).order_by("pk"):
        month = months[item.payslip_id]
        facts = [Fact(_("amount"), in_full(item.amount)), Fact(_("rule"), PAY_RULE)]
        behind = policy_values("pay_items", month, part=item.item)
        yield item.payslip_id, computed(item_names(month).get(item.item, item.item), facts, behind)
    for slip in slips:
        begin = slip.run.month.replace(month=1)
        facts = [
            Fact(_("amount"), in_full(slip.tax)),
            Fact(_("cumulative taxable income"), in_full(slip.taxable)),
            Fact(_("cumulative tax"), in_full(slip.cumulative_tax)),
            Fact(_("rule"), TAX_RULE),
        ]
        behind = [step for name in TAX_POLICIES for step in policy_values(name, begin)]
        yield slip.pk, computed(_("income tax withheld"), facts, behind)
    for part in EmployerPart.objects.filter(payslip__in=slips).order_by("pk"):
        month = months[part.payslip_id]
        facts = [Fact(_("amount"), in_full(part.amount)), Fact(_("rule"), EMPLOYER_RULE)]
        name = contribution_policies(month).get(part.item)
        behind = policy_values(name, month) if name else []
        title = _("employer's part: {item}").format(item=item_names(month).get(part.item, part.item))
        yield part.payslip_id, computed(title, facts, behind)


def computed(title: str, facts: Sequence[Fact], behind: Sequence[Step]) -> Step:
    return Step("computed", title, "", tuple(facts), children=tuple(behind))


def values_of_dues(dues: Sequence[BenefitDue]) -> Iterator[tuple[Any, Step]]:
    """Yield what a benefit due follows from: the rates of its scheme up to its run, its terms and its funders."""
    policies = payout_policies()
    for due in dues:
        month = due.run.month
        jurisdiction = jurisdiction_in_use(policies=policies, month=month)
        rate = policies[f"schemes/{jurisdiction}/{due.scheme}"]
        held = [dated for dated in rate.values if dated.effective_from <= due.period][-1:]
        held += [dated for dated in rate.values if due.period < dated.effective_from <= month]
        steps = [policy_step(rate, dated) for dated in held]
        terms = f"scheme_terms/{jurisdiction}/{due.scheme}"
        steps += policy_values(terms, month)
        facts = [Fact(_("amount"), in_full(due.amount)), Fact(_("rule"), SCHEME_RULE)]
        yield due.pk, computed(_("rate and terms of the scheme"), facts, steps)
        said = policies[terms].value_on(month)
        if isinstance(said, Mapping):
            shares = policy_values(f"funder_shares/{jurisdiction}/{said['paid_by']}", month)
            yield due.pk, computed(_("shares of the funders"), [Fact(_("rule"), SHARES_RULE)], shares)
