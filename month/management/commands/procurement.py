"""``manage.py procurement STEP``: plan, review, award, accept and pay what is bought for townships (F24)."""

from argparse import ArgumentParser, Namespace
from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Officer
from ledger.money import ZERO, in_full
from month.management.earmarking import (
    Act,
    EarmarkingCommand,
    Look,
    day_of,
    item_or_none,
    only,
    township_of,
    townships_of,
    unit_of,
    with_account_kind,
    with_amount,
    with_any_township,
    with_day,
    with_item,
    with_number,
    with_number_and_reason,
    with_paper,
    with_township,
    with_unit_and_classes,
)
from month.tables import Told, table
from treasury.models import Procurement, Township
from treasury.models.words import ProcurementMoney
from treasury.procuring import (
    Award,
    PaidFrom,
    WantedProcurement,
    accept_delivery,
    award_procurement,
    from_budget,
    from_extra_budgetary,
    from_item,
    from_unassigned,
    plan_procurement,
    refuse_procurement,
    request_instalment,
    review_procurement,
)


def plan_arguments(parser: ArgumentParser) -> None:
    with_township(parser)
    with_amount(parser)
    with_unit_and_classes(parser)
    with_day(parser)
    parser.add_argument("--subject", required=True, help=_("what is bought"))
    parser.add_argument(
        "--money",
        type=ProcurementMoney,
        choices=list(ProcurementMoney),
        default=ProcurementMoney.BUDGET,
        help=_("which money pays for it"),
    )
    with_account_kind(parser)
    with_item(parser)


def paid_from(asked: Namespace, township: Township) -> PaidFrom:
    """Return the account and fund of the money that is asked for."""
    if asked.money == ProcurementMoney.BUDGET:
        return from_budget()
    if asked.money == ProcurementMoney.EXTRA_BUDGETARY:
        return from_extra_budgetary(township=township)
    item = item_or_none(township, asked.account, asked.item)
    return from_item(item=item) if item else from_unassigned(township=township, account=asked.account)


def plan_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    township = township_of(asked.township)
    procurement = plan_procurement(
        township=township,
        unit=unit_of(asked),
        paid_from=paid_from(asked, township),
        wanted=WantedProcurement(
            subject=asked.subject,
            planned=asked.amount,
            functional=asked.functional,
            economic=asked.economic,
            project=asked.project,
        ),
        on=day_of(asked),
        officer=officer,
        at=at,
    )
    return [_("Procurement {number} is planned; the procurement centre reviews it.").format(number=procurement.pk)]


def review_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    procurement = review_procurement(procurement=only(Procurement, pk=asked.number), officer=officer, at=at)
    return [_("Procurement {number} is reviewed; it goes to tender.").format(number=procurement.pk)]


def award_arguments(parser: ArgumentParser) -> None:
    with_number(parser)
    with_amount(parser)
    with_day(parser)
    parser.add_argument("--supplier", required=True, help=_("name of the supplier"))
    parser.add_argument("--credit-code", required=True, help=_("unified social credit code"))
    parser.add_argument("--supplier-account", required=True, help=_("account number of the supplier"))
    parser.add_argument("--supplier-bank", default="", help=_("bank of the supplier"))
    parser.add_argument("--contract", required=True, help=_("number of the contract"))


def award_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    procurement = award_procurement(
        procurement=only(Procurement, pk=asked.number),
        award=Award(
            supplier_name=asked.supplier,
            supplier_code=asked.credit_code,
            supplier_account=asked.supplier_account,
            supplier_bank=asked.supplier_bank,
            contract_number=asked.contract,
            amount=asked.amount,
        ),
        on=day_of(asked),
        officer=officer,
        at=at,
    )
    said = _("Procurement {number} is awarded to {supplier}.")
    return [said.format(number=procurement.pk, supplier=procurement.supplier_name)]


def accept_arguments(parser: ArgumentParser) -> None:
    with_number(parser)
    with_amount(parser)
    with_paper(parser)
    with_day(parser)


def accept_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    acceptance = accept_delivery(
        procurement=only(Procurement, pk=asked.number),
        amount=asked.amount,
        paper=asked.paper,
        on=day_of(asked),
        officer=officer,
        at=at,
    )
    said = _("Delivery {number} of procurement {procurement} is accepted.")
    return [said.format(number=acceptance.number, procurement=acceptance.procurement_id)]


def pay_arguments(parser: ArgumentParser) -> None:
    with_number(parser)
    with_amount(parser)
    with_day(parser)


def pay_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    instalment = request_instalment(
        procurement=only(Procurement, pk=asked.number),
        amount=asked.amount,
        on=day_of(asked),
        officer=officer,
        at=at,
    )
    said = _("Instalment {number} of procurement {procurement} waits to be released.")
    return [said.format(number=instalment.number, procurement=instalment.procurement_id)]


def refuse_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    procurement = only(Procurement, pk=asked.number)
    refuse_procurement(procurement=procurement, officer=officer, reason=asked.reason, at=at)
    return [_("Procurement {number} is refused.").format(number=procurement.pk)]


def list_asked(asked: Namespace) -> Told:
    listed = table(
        _("Procurements"),
        _("number"),
        _("township"),
        _("what is bought"),
        _("planned amount"),
        _("awarded amount"),
        _("deliveries accepted"),
        _("asked to pay"),
        _("supplier"),
        _("status"),
        right=(3, 4, 5, 6),
    )
    for one in Procurement.objects.filter(township__in=townships_of(asked)).select_related("township").order_by("pk"):
        accepted = one.acceptances.aggregate(whole=Sum("amount"))["whole"] or ZERO
        paying = one.instalments.exclude(release__status="CANCELLED").aggregate(whole=Sum("amount"))["whole"] or ZERO
        listed.add_row(
            str(one.pk),
            one.township.name,
            one.subject,
            in_full(one.planned),
            in_full(one.awarded or ZERO),
            in_full(accepted),
            in_full(paying),
            one.supplier_name,
            one.get_status_display(),
        )
    return [listed]


class Command(EarmarkingCommand):
    help = "Buy for townships: the supplier is paid, never the township."
    name = "procurement"
    steps = {
        "plan": Act(gettext_lazy("plan a procurement"), plan_arguments, plan_asked),
        "review": Act(gettext_lazy("review a procurement"), with_number, review_asked),
        "award": Act(gettext_lazy("award it to a supplier"), award_arguments, award_asked),
        "accept": Act(gettext_lazy("accept a delivery"), accept_arguments, accept_asked),
        "pay": Act(gettext_lazy("ask to pay an instalment"), pay_arguments, pay_asked),
        "refuse": Act(gettext_lazy("refuse a procurement"), with_number_and_reason, refuse_asked),
        "list": Look(gettext_lazy("show the procurements"), with_any_township, list_asked),
    }
