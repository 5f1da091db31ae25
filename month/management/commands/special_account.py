"""``manage.py special_account STEP``: earmarked items, allocations to them, and plans to spend them (F21, F22)."""

from argparse import ArgumentParser, Namespace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Officer
from ledger.money import in_full
from month.management.earmarking import (
    Act,
    EarmarkingCommand,
    Look,
    day_of,
    item_of,
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
    with_number_and_day,
    with_number_and_reason,
    with_paper,
    with_township,
    with_unit_and_classes,
)
from month.tables import Told, table
from treasury.item_balances import item_balances
from treasury.itemizing import (
    end_item,
    open_items,
    open_items_everywhere,
    post_allocation,
    propose_allocation,
)
from treasury.models import ItemAllocation, SpecialPlan
from treasury.opening import special_account_code
from treasury.ordering import approve_order, withdraw_order
from treasury.policy import treasury_policies
from treasury.rules.earmarked_items import item_names
from treasury.spending import WantedSpending, draft_plan, refuse_plan, review_plan, sign_plan


def items_arguments(parser: ArgumentParser) -> None:
    with_any_township(parser)
    with_account_kind(parser)
    with_day(parser)
    parser.add_argument("--name", dest="names", action="append", help=_("name of an item; default: the eleven"))


def open_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    on = day_of(asked)
    names = asked.names or item_names(policies=treasury_policies(), on=on)
    if asked.township:
        township = township_of(asked.township)
        items = open_items(township=township, account=asked.account, names=names, on=on, officer=officer, at=at)
    else:
        items = open_items_everywhere(account=asked.account, names=names, on=on, officer=officer, at=at)
    return [_("{count} items opened.").format(count=len(items))]


def item_arguments(parser: ArgumentParser) -> None:
    with_township(parser)
    with_account_kind(parser)
    parser.add_argument("--item", type=int, required=True, help=_("number of the item"))


def end_arguments(parser: ArgumentParser) -> None:
    item_arguments(parser)
    with_day(parser)


def end_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    item = item_of(township_of(asked.township), asked.account, asked.item)
    item = end_item(item=item, on=day_of(asked), officer=officer, at=at)
    return [_("{item} ends on {day}.").format(item=item, day=item.effective_to)]


def allocate_arguments(parser: ArgumentParser) -> None:
    item_arguments(parser)
    with_amount(parser)
    with_paper(parser)
    parser.add_argument("--from-item", type=int, default=0, help=_("item that gives the money; only 0 may"))


def allocate_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    township = township_of(asked.township)
    allocation = propose_allocation(
        item=item_of(township, asked.account, asked.item),
        taken_from=special_account_code(book=township.book, kind=asked.account, number=asked.from_item),
        amount=asked.amount,
        paper=asked.paper,
        officer=officer,
        at=at,
    )
    return [_("Allocation {number} is proposed; another officer approves it.").format(number=allocation.pk)]


def approve_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    order = approve_order(order=only(ItemAllocation, pk=asked.number), officer=officer, at=at)
    return [_("{order} is approved; the cashier posts it.").format(order=order.source)]


def withdraw_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    order = only(ItemAllocation, pk=asked.number)
    order = withdraw_order(order=order, officer=officer, reason=asked.reason, at=at)
    return [_("{order} is withdrawn.").format(order=order.source)]


def post_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    allocation = only(ItemAllocation, pk=asked.number)
    allocation = post_allocation(allocation=allocation, on=day_of(asked), officer=officer, at=at)
    return [_("{order} is posted: {amount}.").format(order=allocation.source, amount=in_full(allocation.amount))]


def plan_arguments(parser: ArgumentParser) -> None:
    with_township(parser)
    with_account_kind(parser)
    with_item(parser)
    with_amount(parser)
    with_unit_and_classes(parser)
    with_day(parser)
    parser.add_argument("--purpose", required=True, help=_("what it is for"))
    parser.add_argument("--papers", required=True, help=_("the papers behind it"))
    parser.add_argument("--payee", required=True, help=_("name of the payee"))
    parser.add_argument("--payee-account", required=True, help=_("account number of the payee"))
    parser.add_argument("--payee-bank", default="", help=_("bank of the payee"))
    parser.add_argument("--payee-number", default="", help=_("ID number or credit code of the payee"))


def plan_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    township = township_of(asked.township)
    plan = draft_plan(
        township=township,
        unit=unit_of(asked),
        account=asked.account,
        item=item_or_none(township, asked.account, asked.item),
        wanted=WantedSpending(
            amount=asked.amount,
            purpose=asked.purpose,
            papers=asked.papers,
            payee_name=asked.payee,
            account_number=asked.payee_account,
            bank=asked.payee_bank,
            payee_number=asked.payee_number,
            functional=asked.functional,
            economic=asked.economic,
            project=asked.project,
        ),
        on=day_of(asked),
        officer=officer,
        at=at,
    )
    return [_("Plan {number} is drafted; the centre reviews it.").format(number=plan.pk)]


def review_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    plan = review_plan(plan=only(SpecialPlan, pk=asked.number), officer=officer, at=at)
    return [_("Plan {number} is reviewed; the head signs it.").format(number=plan.pk)]


def sign_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    plan = sign_plan(plan=only(SpecialPlan, pk=asked.number), on=day_of(asked), officer=officer, at=at)
    return [_("Plan {number} is signed; its money waits to be released.").format(number=plan.pk)]


def refuse_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    plan = refuse_plan(plan=only(SpecialPlan, pk=asked.number), officer=officer, reason=asked.reason, at=at)
    return [_("Plan {number} is refused.").format(number=plan.pk)]


def list_asked(asked: Namespace) -> Told:
    townships = townships_of(asked)
    balances = table(
        _("Special accounts"),
        _("township"),
        _("special account"),
        _("item"),
        _("balance"),
        _("left to plan"),
        right=(3, 4),
    )
    for one in item_balances(townships=townships):
        amounts = in_full(one.balance), in_full(one.left)
        balances.add_row(one.township.name, str(one.kind.label), f"{one.number:02} {one.name}", *amounts)
    plans = table(_("Spending plans"), _("number"), _("township"), _("item"), _("amount"), _("purpose"), _("status"))
    for plan in SpecialPlan.objects.filter(township__in=townships).select_related("township", "item").order_by("pk"):
        plans.add_row(
            str(plan.pk),
            plan.township.name,
            str(plan.item or plan.account_code),
            in_full(plan.amount),
            plan.purpose,
            plan.get_status_display(),
        )
    return [balances, plans]


class Command(EarmarkingCommand):
    help = "Keep the money of special accounts in earmarked items and spend it by plan."
    name = "special_account"
    steps = {
        "items": Act(gettext_lazy("open earmarked items, in one township or in all"), items_arguments, open_asked),
        "end-item": Act(gettext_lazy("end an empty item"), end_arguments, end_asked),
        "allocate": Act(gettext_lazy("propose to put money into an item"), allocate_arguments, allocate_asked),
        "approve": Act(gettext_lazy("approve an allocation"), with_number, approve_asked),
        "withdraw": Act(gettext_lazy("withdraw an allocation"), with_number_and_reason, withdraw_asked),
        "post": Act(gettext_lazy("post an approved allocation"), with_number_and_day, post_asked),
        "plan": Act(gettext_lazy("draft a spending plan"), plan_arguments, plan_asked),
        "review": Act(gettext_lazy("review a spending plan"), with_number, review_asked),
        "sign": Act(gettext_lazy("sign a spending plan as the head"), with_number_and_day, sign_asked),
        "refuse": Act(gettext_lazy("refuse a spending plan"), with_number_and_reason, refuse_asked),
        "list": Look(gettext_lazy("show items and plans"), with_any_township, list_asked),
    }
