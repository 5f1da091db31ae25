"""What people read for the codes of exceptions and of reasons not to pay."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

EXCEPTION_KINDS: Mapping[str, object] = {
    "net_negative": gettext_lazy("Net pay is negative"),
    "dead": gettext_lazy("Has died"),
    "account_shared": gettext_lazy("Account shared by several people"),
    "name_differs": gettext_lazy("The bank knows another holder"),
    "declared_name_differs": gettext_lazy("Names in roster and pay items differ"),
    "gross_zero": gettext_lazy("Nothing is due"),
    "change_over_limit": gettext_lazy("Pay changed over the limit"),
    "account_changed": gettext_lazy("Account changed since last pay"),
    "account_of_officer": gettext_lazy("Account of an officer"),
    "tax_differs_from_records": gettext_lazy("Year to date differs from our records"),
    "contribution_base_out_of_bounds": gettext_lazy("Contribution base out of bounds"),
    "unit_reports_nothing": gettext_lazy("Unit reported nothing, paid as last month"),
    "over_establishment": gettext_lazy("Over establishment"),
    "passbook_of_officer": gettext_lazy("The unit's passbook is an officer's account"),
    "person_new": gettext_lazy("New since last month"),
    "person_gone": gettext_lazy("Gone since last month"),
    "unit_new": gettext_lazy("Unit new since last month"),
    "unit_gone": gettext_lazy("Unit gone since last month"),
    "unit_changed": gettext_lazy("Unit changed over the limit"),
    "account_refused": gettext_lazy("The bank refused the account last time"),
    "unknown_category": gettext_lazy("No class is set for the staff category; charged to 30199"),
    "unknown_nature": gettext_lazy("No class is set for the nature of the unit; charged as an institution"),
    "people_not_paid": gettext_lazy("People not paid"),
    "holidays_unknown": gettext_lazy("Days off of the year are not known"),
    "no_approved_budget": gettext_lazy("No approved budget"),
    "over_budget": gettext_lazy("More than the budget has left"),
    "payment_over_limit": gettext_lazy("A payment is over its limit"),
    "batch_over_limit": gettext_lazy("The batch is over its limit"),
    "day_over_limit": gettext_lazy("The batches of the pay date together are over their limit"),
    "account_of_staff": gettext_lazy("Account of somebody else who is paid"),
    "arrears": gettext_lazy("Paid for earlier months"),
    "overpaid": gettext_lazy("Overpaid, to be recovered"),
    "scheme_changed": gettext_lazy("Scheme differs from last month"),
    "age_outside": gettext_lazy("Outside the age window of the scheme, by the certified roster"),
}
# Controls that leave no exception: PostgreSQL refuses what breaks them.
PROMISED_CONTROLS: Mapping[str, object] = {
    "already_paid": gettext_lazy("Paid already"),
    "person_twice": gettext_lazy("The same person twice"),
    "double_enrolment": gettext_lazy("Enrolled twice"),
    "notice_open": gettext_lazy("Public notice open, or objected to"),
    "totals_differ": gettext_lazy("Declared, built and rendered totals differ"),
    "funds_short": gettext_lazy("Not enough money"),
}
NOT_PAID_REASONS: Mapping[str, object] = {
    "stopped_in_roster": gettext_lazy("stopped in the roster"),
    "stopped_by_change": gettext_lazy("stopped by a change"),
    "no_pay_row": gettext_lazy("no pay row"),
    "pay_row_rejected": gettext_lazy("pay row refused"),
    "roster_row_rejected": gettext_lazy("roster row refused"),
    "net_negative": gettext_lazy("net pay would be negative"),
    "no_account": gettext_lazy("no account"),
    "unwritable": gettext_lazy("cannot be written in the bank's format"),
    "row_refused": gettext_lazy("row of the roster refused"),
    "off_roster": gettext_lazy("no longer on the roster"),
    "exclusive_double": gettext_lazy("another scheme excludes it"),
    "unknown_scheme": gettext_lazy("the district has no such scheme"),
    "suspended_status": gettext_lazy("suspended"),
    "not_started": gettext_lazy("not entitled yet"),
    "died": gettext_lazy("died before the month"),
    "ended": gettext_lazy("entitlement has ended"),
    "verification_overdue": gettext_lazy("in-person verification overdue"),
    "verified_too_late": gettext_lazy("verified too late for arrears"),
    "closed_scheme": gettext_lazy("scheme closed"),
    "born_unknown": gettext_lazy("date of birth unknown"),
    "too_young": gettext_lazy("too young"),
    "too_old": gettext_lazy("too old"),
    "born_too_early": gettext_lazy("born before the scheme pays"),
    "no_amount": gettext_lazy("no amount for the grade"),
    "not_due_this_month": gettext_lazy("not due in this month"),
}


# The names of the facts of exceptions.
FACT_NAMES: Mapping[str, object] = {
    "scheme": gettext_lazy("scheme"),
    "amount": gettext_lazy("amount"),
    "year": gettext_lazy("budget year"),
    "townships": gettext_lazy("number of townships"),
    "names": gettext_lazy("townships"),
    "township": gettext_lazy("township"),
    "line": gettext_lazy("line of the budget"),
    "asked": gettext_lazy("asked"),
    "left": gettext_lazy("left"),
    "limit": gettext_lazy("limit"),
    "gross": gettext_lazy("gross"),
    "deductions": gettext_lazy("deductions"),
    "tax": gettext_lazy("tax"),
    "net": gettext_lazy("net"),
    "died_on": gettext_lazy("date of death"),
    "people": gettext_lazy("number of people"),
    "staff": gettext_lazy("number of people"),
    "establishment": gettext_lazy("number of posts"),
    "name": gettext_lazy("name in the roster"),
    "declared": gettext_lazy("name in the pay items"),
    "holder": gettext_lazy("holder"),
    "before": gettext_lazy("last month"),
    "now": gettext_lazy("this month"),
    "change": gettext_lazy("difference"),
    "officer": gettext_lazy("officer"),
    "base": gettext_lazy("base"),
    "floor": gettext_lazy("floor of the base"),
    "cap": gettext_lazy("cap of the base"),
    "months": gettext_lazy("months at this payer"),
    "income": gettext_lazy("income to date"),
    "exempt": gettext_lazy("exempt income to date"),
    "special": gettext_lazy("special deductions to date"),
    "additional": gettext_lazy("additional deductions to date"),
    "other": gettext_lazy("other deductions to date"),
    "withheld": gettext_lazy("withheld to date"),
    "reason": gettext_lazy("reason"),
    "category": gettext_lazy("staff category"),
    "nature": gettext_lazy("nature of the unit"),
    "refused": gettext_lazy("refusal"),
    "account": gettext_lazy("account number"),
    "pay_date": gettext_lazy("pay date, weekends only were known"),
}


# The lists that declarations come from.
DECLARATION_KINDS: Mapping[str, object] = {
    "UNITS": gettext_lazy("unit list"),
    "ROSTER": gettext_lazy("staff roster"),
    "PAY_ITEMS": gettext_lazy("pay items"),
    "CHANGES": gettext_lazy("changes of pay"),
    "YEAR_TO_DATE": gettext_lazy("year to date of tax"),
    "DEATHS": gettext_lazy("death list"),
    "BENEFITS": gettext_lazy("benefit roster"),
}


def declaration_label(kind: str) -> str:
    """Return what people read for the kind of a declaration."""
    return str(DECLARATION_KINDS.get(kind, kind))


def exception_label(kind: str) -> str:
    """Return what people read for a kind of exception."""
    return str(EXCEPTION_KINDS.get(kind, kind))


def control_label(name: str) -> str:
    """Return what people read for a control of the list, whoever keeps it."""
    return str({**NOT_PAID_REASONS, **EXCEPTION_KINDS, **PROMISED_CONTROLS}.get(name, name))


def reason_label(reason: str) -> str:
    """Return what people read for a reason not to pay, without its cause."""
    word = reason.partition(":")[0]
    return str(NOT_PAID_REASONS.get(word, word))


def facts_label(facts: str) -> str:
    """Return the facts of an exception with their names in words; a reason not to pay in words too."""
    told = []
    for fact in filter(None, facts.split("; ")):
        name, _equals, value = fact.partition("=")
        label = FACT_NAMES.get(name, name)
        told.append(f"{label} {reason_label(value) if name == 'reason' else value}")
    return _(", ").join(told)
