"""``manage.py benefit``: what is known of enrolments, and the values of schemes that officers add.

An enrolment and a proposed value are known by their numbers, which ``list`` and ``rates`` tell; numbers of people
and of accounts are told masked.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.masking import masked_account, masked_id, masked_name
from ledger.models import Officer
from ledger.money import in_full
from month.asking import month_of
from month.management.acting import day_of as day_written
from month.management.earmarking import (
    Act,
    EarmarkingCommand,
    Look,
    nothing,
    only,
    township_of,
    with_amount,
    with_number,
    with_paper_and_month,
    with_paper_and_number,
)
from month.tables import Told, table
from payouts.facts import rows_of
from payouts.models import Enrolment, SchemeValue
from payouts.models.words import AccountKind
from payouts.setting_rates import decide_value, propose_value
from payouts.verifying import OtherAccount, change_account, end, record_death, resume, suspend, verify

LIST = """
SELECT e.id, e.scheme, p.name, p.id_number, t.name, f.village, f.certificate, f.starts_on, f.ended_on, f.died_on,
       f.met_on, f.standing, f.account_number
  FROM payouts_enrolment e JOIN payouts_person p ON p.id = e.person_id
  JOIN LATERAL (SELECT * FROM payouts_enrolmentfact f
                 WHERE f.enrolment_id = e.id ORDER BY version DESC LIMIT 1) f ON true
  JOIN treasury_township t ON t.id = f.township_id
 WHERE (%s = 0 OR e.id = %s) AND (%s = '' OR f.certificate = %s) AND (%s = '' OR e.scheme = %s)
   AND (%s = 0 OR f.township_id = %s)
 ORDER BY e.id LIMIT %s
"""
SHOWN = 200


# What is asked for


def with_paper_and_day(parser: ArgumentParser) -> None:
    with_paper_and_number(parser)
    parser.add_argument("--day", type=day_written, required=True, help=_("day, such as 2026-11-05"))


def with_other_account(parser: ArgumentParser) -> None:
    with_paper_and_number(parser)
    parser.add_argument("--account", required=True, help=_("account number"))
    parser.add_argument("--bank", required=True, help=_("bank"))
    parser.add_argument("--holder", default="", help=_("account holder, if it is another; needs --why"))
    parser.add_argument("--why", default="", help=_("why the account is another's"))


def with_value(parser: ArgumentParser) -> None:
    parser.add_argument("--scheme", required=True, help=_("code of the scheme"))
    parser.add_argument("--grade", default="", help=_("grade, where the scheme has grades"))
    parser.add_argument("--from", dest="month", type=month_of, required=True, help=_("month, such as 2026-11"))
    with_amount(parser)
    parser.add_argument("--reference", required=True, help=_("notice that sets the value"))


def with_filter(parser: ArgumentParser) -> None:
    parser.add_argument("--township", default="", help=_("code or name of the township"))
    parser.add_argument("--scheme", default="", help=_("code of the scheme"))
    parser.add_argument("--certificate", default="", help=_("certificate number"))


# Enrolments


def enrolment_of(asked: Namespace) -> Enrolment:
    return only(Enrolment, pk=asked.number)


def meet(asked: Namespace, officer: Officer, at: datetime) -> Told:
    verify(enrolment=enrolment_of(asked), met_on=asked.day, paper=asked.paper, officer=officer, at=at)
    return of_enrolment(asked.number)


def die(asked: Namespace, officer: Officer, at: datetime) -> Told:
    record_death(enrolment=enrolment_of(asked), died_on=asked.day, paper=asked.paper, officer=officer, at=at)
    return of_enrolment(asked.number)


def stop(asked: Namespace, officer: Officer, at: datetime) -> Told:
    end(enrolment=enrolment_of(asked), ended_on=asked.day, paper=asked.paper, officer=officer, at=at)
    return of_enrolment(asked.number)


def hold(asked: Namespace, officer: Officer, at: datetime) -> Told:
    suspend(enrolment=enrolment_of(asked), from_month=asked.month, paper=asked.paper, officer=officer, at=at)
    return of_enrolment(asked.number)


def go_on(asked: Namespace, officer: Officer, at: datetime) -> Told:
    resume(enrolment=enrolment_of(asked), paper=asked.paper, officer=officer, at=at)
    return of_enrolment(asked.number)


def other_account(asked: Namespace, officer: Officer, at: datetime) -> Told:
    enrolment = enrolment_of(asked)
    own = not asked.holder or asked.holder == enrolment.person.name
    account = OtherAccount(
        kind=AccountKind.OWN if own else AccountKind.GUARDIAN,
        holder=enrolment.person.name if own else asked.holder,
        bank=asked.bank,
        number=asked.account,
        reason=asked.why,
    )
    change_account(enrolment=enrolment, account=account, paper=asked.paper, officer=officer, at=at)
    return of_enrolment(asked.number)


def of_enrolment(number: int) -> Told:
    return [enrolments_table(rows_of(LIST, number, number, *[""] * 4, 0, 0, 1))]


def list_enrolments(asked: Namespace) -> Told:
    township = township_of(asked.township).pk if asked.township else 0
    found = rows_of(LIST, 0, 0, *[asked.certificate] * 2, *[asked.scheme] * 2, township, township, SHOWN)
    return [enrolments_table(found)]


def enrolments_table(rows: list[tuple]):  # type: ignore[no-untyped-def,type-arg]
    """Return enrolments as they stand now, masked."""
    made = table(
        _("Enrolments"),
        _("No."),
        _("Scheme"),
        _("Name"),
        _("ID number"),
        _("Township"),
        _("Village"),
        _("Certificate"),
        _("First day"),
        _("Last day"),
        _("Died"),
        _("Met in person"),
        _("Standing"),
        _("Account number"),
    )
    for key, scheme, name, number, township, village, certificate, *days, standing, account in rows:
        made.add_row(
            str(key),
            scheme,
            masked_name(name),
            masked_id(number),
            township,
            village,
            certificate,
            *(str(day or "") for day in days),
            standing,
            masked_account(account),
        )
    return made


# Values of schemes


def propose(asked: Namespace, officer: Officer, at: datetime) -> Told:
    propose_value(
        scheme=asked.scheme,
        grade=asked.grade,
        effective_from=asked.month,
        amount=asked.amount,
        reference=asked.reference,
        officer=officer,
        at=at,
    )
    return rates(asked)


def approve(asked: Namespace, officer: Officer, at: datetime) -> Told:
    decide_value(value=only(SchemeValue, pk=asked.number), approved=True, officer=officer, at=at)
    return rates(asked)


def turn_down(asked: Namespace, officer: Officer, at: datetime) -> Told:
    decide_value(value=only(SchemeValue, pk=asked.number), approved=False, officer=officer, at=at)
    return rates(asked)


def rates(_asked: Namespace) -> Told:
    made = table(
        _("Values that officers added"),
        _("No."),
        _("Scheme"),
        _("Grade"),
        _("From the month"),
        _("Amount"),
        _("Notice"),
        _("State"),
        right=(4,),
    )
    for value in SchemeValue.objects.select_related("approval").order_by("pk"):
        decided = getattr(value, "approval", None)
        state = _("proposed") if decided is None else (_("approved") if decided.is_approved else _("refused"))
        made.add_row(
            str(value.pk),
            value.scheme,
            value.grade,
            f"{value.effective_from:%Y-%m}",
            in_full(value.amount),
            value.reference,
            state,
        )
    return [made]


class Command(EarmarkingCommand):
    help = "Keep what is known of enrolments, and the values of schemes."
    name: ClassVar[str] = "benefit"
    steps: ClassVar[Mapping[str, Act | Look]] = {
        "list": Look(gettext_lazy("list enrolments, masked"), with_filter, list_enrolments),
        "verify": Act(gettext_lazy("record that a beneficiary was met in person"), with_paper_and_day, meet),
        "died": Act(gettext_lazy("record a death"), with_paper_and_day, die),
        "end": Act(gettext_lazy("record the last day of an entitlement"), with_paper_and_day, stop),
        "suspend": Act(gettext_lazy("suspend an enrolment from a month on"), with_paper_and_month, hold),
        "resume": Act(gettext_lazy("take up a suspended enrolment again"), with_paper_and_number, go_on),
        "account": Act(gettext_lazy("have a benefit go to another account"), with_other_account, other_account),
        "propose": Act(gettext_lazy("propose a value of a scheme, with its notice"), with_value, propose),
        "approve": Act(gettext_lazy("approve a proposed value"), with_number, approve),
        "turn_down": Act(gettext_lazy("refuse a proposed value"), with_number, turn_down),
        "rates": Look(gettext_lazy("list the values that officers added"), nothing, rates),
    }
