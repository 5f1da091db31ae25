"""The steps of ``benefit_run`` that recover what was overpaid: plans, refunds, write-offs, each by two officers."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.masking import masked_name
from ledger.models import Officer
from ledger.money import in_full
from month.management.acting import officer_named
from month.management.earmarking import (
    Act,
    Look,
    day_of,
    nothing,
    only,
    with_amount,
    with_day,
    with_number,
    with_number_and_reason,
    with_paper_and_month,
    yuan_of,
)
from month.tables import Told, table
from payouts.facts import rows_of
from payouts.models import Overpayment, Recovery, RecoveryPlan, WriteOff
from payouts.models.words import RecoveryKind
from payouts.recovering import (
    agree_plan,
    decide_plan,
    decide_write_off,
    propose_write_off,
    take_back_refund,
    take_refund,
)

OVERPAID = """
SELECT v.id, e.scheme, p.name, v.period, v.amount, payouts_recovered(v.id), payouts_written_off(v.id), v.reason
  FROM payouts_overpayment v JOIN payouts_enrolment e ON e.id = v.enrolment_id
  JOIN payouts_person p ON p.id = e.person_id
  JOIN payouts_run r ON r.id = v.run_id AND r.edition = v.edition ORDER BY v.id
"""


# What is asked for


def with_cashier(parser: ArgumentParser) -> None:
    with_day(parser)
    parser.add_argument("--cashier", required=True, help=_("officer who signs as cashier"))


def with_bank_receipt(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--paper", required=True, help=_("number of the bank's receipt for the money; it is booked once")
    )


def with_cap(parser: ArgumentParser) -> None:
    with_paper_and_month(parser)
    parser.add_argument("--amount", type=yuan_of, help=_("at most so much a month, in yuan"))
    parser.add_argument(
        "--share", type=yuan_of, help=_("at most so many percent of what is due in a month; default: the policy's")
    )


def with_refund(parser: ArgumentParser) -> None:
    with_number(parser)
    with_bank_receipt(parser)
    with_cashier(parser)
    with_amount(parser)


def with_reversal(parser: ArgumentParser) -> None:
    with_number_and_reason(parser)
    with_cashier(parser)


def with_write_off(parser: ArgumentParser) -> None:
    with_number_and_reason(parser)
    with_amount(parser)
    parser.add_argument("--paper", required=True, help=_("the paper that orders it"))


def with_decision(parser: ArgumentParser) -> None:
    with_number(parser)
    parser.add_argument("--refuse", action="store_true", help=_("refuse it instead"))


def with_decision_and_day(parser: ArgumentParser) -> None:
    with_decision(parser)
    with_day(parser)


# Acts


def plan(asked: Namespace, officer: Officer, at: datetime) -> Told:
    agree_plan(
        overpayment=only(Overpayment, pk=asked.number),
        instalment=asked.amount,
        share=asked.share,
        from_month=asked.month,
        paper=asked.paper,
        officer=officer,
        at=at,
    )
    return plans(asked)


def decide_a_plan(asked: Namespace, officer: Officer, at: datetime) -> Told:
    decide_plan(plan=only(RecoveryPlan, pk=asked.number), approved=not asked.refuse, officer=officer, at=at)
    return plans(asked)


def refund(asked: Namespace, officer: Officer, at: datetime) -> Told:
    take_refund(
        overpayment=only(Overpayment, pk=asked.number),
        amount=asked.amount,
        paper=asked.paper,
        officer=officer,
        cashier=officer_named(asked.cashier),
        on=day_of(asked),
        at=at,
    )
    return [*refunds(asked), *overpaid(asked)]


def take_back(asked: Namespace, officer: Officer, at: datetime) -> Told:
    take_back_refund(
        recovery=only(Recovery, pk=asked.number),
        reason=asked.reason,
        officer=officer,
        cashier=officer_named(asked.cashier),
        on=day_of(asked),
        at=at,
    )
    return [*refunds(asked), *overpaid(asked)]


def write_off(asked: Namespace, officer: Officer, at: datetime) -> Told:
    propose_write_off(
        overpayment=only(Overpayment, pk=asked.number),
        amount=asked.amount,
        reason=asked.reason,
        paper=asked.paper,
        officer=officer,
        at=at,
    )
    return write_offs(asked)


def decide_a_write_off(asked: Namespace, officer: Officer, at: datetime) -> Told:
    decide_write_off(
        write_off=only(WriteOff, pk=asked.number),
        approved=not asked.refuse,
        officer=officer,
        on=day_of(asked),
        at=at,
    )
    return [*write_offs(asked), *overpaid(asked)]


# Looks


def overpaid(_asked: Namespace) -> Told:
    made = table(
        _("Overpaid benefits"),
        _("No."),
        _("Scheme"),
        _("Name"),
        _("Month of the benefit"),
        _("Amount"),
        _("Came back"),
        _("Written off"),
        _("Still open"),
        _("Reason"),
        right=(4, 5, 6, 7),
    )
    for key, scheme, name, period, amount, back, written_off, reason in rows_of(OVERPAID):
        figures = map(in_full, (amount, back, written_off, amount - back - written_off))
        made.add_row(str(key), scheme, masked_name(name), f"{period:%Y-%m}", *figures, reason)
    return [made]


def plans(_asked: Namespace) -> Told:
    made = table(
        _("Plans of recovery"), _("No."), _("Overpayment"), _("At most a month"), _("From"), _("State"), right=(2,)
    )
    for one in RecoveryPlan.objects.select_related("decision").order_by("pk"):
        cap = f"{one.share} %" if one.instalment is None else in_full(one.instalment)
        made.add_row(str(one.pk), str(one.overpayment_id), cap, f"{one.from_month:%Y-%m}", state_of(one))
    return [made]


def write_offs(_asked: Namespace) -> Told:
    made = table(_("Write-offs"), _("No."), _("Overpayment"), _("Amount"), _("State"), _("Reason"), right=(2,))
    for one in WriteOff.objects.select_related("decision").order_by("pk"):
        made.add_row(str(one.pk), str(one.overpayment_id), in_full(one.amount), state_of(one), one.reason)
    return [made]


def state_of(proposed: RecoveryPlan | WriteOff) -> str:
    """Return what was decided of something proposed; it waits while nobody has decided."""
    if not hasattr(proposed, "decision"):
        return _("proposed")
    return _("approved") if proposed.decision.is_approved else _("refused")


def refunds(_asked: Namespace) -> Told:
    made = table(_("Refunds"), _("No."), _("Overpayment"), _("Amount"), _("Paid on"), _("Taken back on"), right=(2,))
    paid_in = Recovery.objects.filter(kind=RecoveryKind.PAID_IN).select_related("taken_back").order_by("pk")
    for one in paid_in:
        back = f"{one.taken_back.taken_back_on}" if hasattr(one, "taken_back") else ""
        made.add_row(str(one.pk), str(one.overpayment_id), in_full(one.amount), f"{one.paid_on}", back)
    return [made]


RECOVERY_STEPS: Mapping[str, Act | Look] = {
    "overpaid": Look(gettext_lazy("list overpaid benefits and what came back"), nothing, overpaid),
    "plan": Act(gettext_lazy("agree how much of a month's benefits is kept back at most"), with_cap, plan),
    "plans": Look(gettext_lazy("list the plans of recovery"), nothing, plans),
    "decide_plan": Act(gettext_lazy("approve or refuse a plan of recovery"), with_decision, decide_a_plan),
    "refund": Act(gettext_lazy("book what was paid in of an overpaid benefit"), with_refund, refund),
    "refunds": Look(gettext_lazy("list what was paid in of overpaid benefits"), nothing, refunds),
    "take_back": Act(gettext_lazy("take a refund that was booked wrong back in red"), with_reversal, take_back),
    "write_off": Act(
        gettext_lazy("propose to write off what of an overpaid benefit cannot be recovered"),
        with_write_off,
        write_off,
    ),
    "write_offs": Look(gettext_lazy("list the write-offs"), nothing, write_offs),
    "decide_write_off": Act(
        gettext_lazy("approve and post a write-off, or refuse it"), with_decision_and_day, decide_a_write_off
    ),
}
