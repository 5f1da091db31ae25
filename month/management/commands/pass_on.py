"""``manage.py pass_on STEP``: money from above for a purpose, handed on to townships in time (G09, G12)."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Officer
from ledger.money import ZERO, exact, in_full
from month.management.earmarking import (
    Act,
    EarmarkingCommand,
    Look,
    day_of,
    item_or_none,
    nothing,
    only,
    township_of,
    with_account_kind,
    with_amount,
    with_day,
    with_number,
    with_number_and_day,
    with_number_and_reason,
    with_paper,
    yuan_of,
)
from month.tables import Told, table
from treasury.models import EarmarkedReceipt, PassedOn
from treasury.ordering import approve_order, withdraw_order
from treasury.overdue_parts import overdue_parts
from treasury.passing import Part, hand_on_part, post_receipt, record_receipt
from treasury.policy import treasury_policies
from treasury.rules.passing_on import city_housing_award, county_housing_floor, housing_rates, medical_premium

COUNT_MAX: Final = 9_999_999  # washrooms, persons: more than a district has


class AskedPart(NamedTuple):
    """A part as it is written: ``白桦镇=400.00``, or ``白桦镇:2=400.00`` for item 2."""

    township: str
    item: int
    amount: Decimal


def part_of(text: str) -> AskedPart:
    named, sign, amount = text.rpartition("=")
    township, _colon, item = named.partition(":")
    if not sign or not township or (item and not item.isdecimal()):
        raise ArgumentTypeError(_("{text} is no part; write TOWNSHIP=400.00 or TOWNSHIP:2=400.00.").format(text=text))
    return AskedPart(township, int(item or 0), yuan_of(amount))


def receive_arguments(parser: ArgumentParser) -> None:
    with_amount(parser)
    with_paper(parser)
    with_account_kind(parser)
    parser.add_argument("--purpose", required=True, help=_("what it is for"))
    parser.add_argument("--project", default="", help=_("project"))
    parser.add_argument("--received-on", type=date.fromisoformat, help=_("day of receipt; default: today"))
    parser.add_argument(
        "--part", dest="parts", type=part_of, action="append", required=True, help="TOWNSHIP=400.00, TOWNSHIP:2=400.00"
    )


def receive_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    parts = []
    for part in asked.parts:
        township = township_of(part.township)
        parts.append(Part(township, asked.account, item_or_none(township, asked.account, part.item), part.amount))
    receipt = record_receipt(
        received_on=asked.received_on or timezone.localdate(),
        purpose=asked.purpose,
        project=asked.project,
        amount=asked.amount,
        paper=asked.paper,
        parts=parts,
        officer=officer,
        at=at,
    )
    said = _("Receipt {number} is recorded; it is due to be handed on by {day}.")
    return [said.format(number=receipt.pk, day=receipt.due_on)]


def approve_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    order = approve_order(order=only(EarmarkedReceipt, pk=asked.number), officer=officer, at=at)
    return [_("{order} is approved; the cashier posts it.").format(order=order.source)]


def withdraw_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    order = only(EarmarkedReceipt, pk=asked.number)
    order = withdraw_order(order=order, officer=officer, reason=asked.reason, at=at)
    return [_("{order} is withdrawn.").format(order=order.source)]


def post_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    receipt = only(EarmarkedReceipt, pk=asked.number)
    receipt = post_receipt(receipt=receipt, on=day_of(asked), officer=officer, at=at)
    listed = table(_("Parts to hand on"), _("number"), _("township"), _("account"), _("amount"), right=(3,))
    for part in receipt.parts.select_related("township").order_by("pk"):
        listed.add_row(str(part.pk), part.township.name, part.account_code, in_full(part.amount))
    return [_("{order} is posted: {amount}.").format(order=receipt.source, amount=in_full(receipt.amount)), listed]


def hand_on_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    part = hand_on_part(part=only(PassedOn, pk=asked.number), on=day_of(asked), officer=officer, at=at)
    said = _("{amount} is handed on to {township}.").format(amount=in_full(part.amount), township=part.township.name)
    assert part.handed_on_on is not None
    late = (part.handed_on_on - part.receipt.due_on).days
    return [said, _("It went {days} days late.").format(days=late)] if late > 0 else [said]


def overdue_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--as-of", dest="on", type=date.fromisoformat, help=_("day; default: today"))


def overdue_asked(asked: Namespace) -> Told:
    columns = (_("number"), _("purpose"), _("township"), _("amount"), _("due on"), _("handed on on"), _("days late"))
    listed = table(_("Handed on late, or not yet"), *columns, right=(3, 6))
    for one in overdue_parts(as_of=day_of(asked)):
        gone = one.part.handed_on_on
        listed.add_row(
            str(one.part.pk),
            one.part.receipt.purpose,
            one.part.township.name,
            in_full(one.part.amount),
            str(one.part.receipt.due_on),
            str(gone) if gone and gone <= day_of(asked) else "—",
            str(one.days),
        )
    return [listed]


class Rooms(NamedTuple):
    """Rooms of one size, as they are written: ``20x28`` for twenty of 28 square metres."""

    number: int
    square_metres: Decimal


def rooms_of(text: str) -> Rooms:
    number, sign, size = text.partition("x")
    metres = yuan_of(size) if sign else ZERO
    if not is_count(number) or metres <= ZERO:
        raise ArgumentTypeError(_("{text} is no number of rooms; write 20x28.").format(text=text))
    return Rooms(int(number), metres)


def count_of(text: str) -> int:
    if not is_count(text):
        raise ArgumentTypeError(_("{text} is no number; write 0 to {most}.").format(text=text, most=COUNT_MAX))
    return int(text)


def is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(COUNT_MAX)) and int(text) <= COUNT_MAX


def housing_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--rooms", type=rooms_of, action="append", default=[], help=_("rooms and square metres: 20x28"))
    parser.add_argument("--washrooms", type=count_of, default=0, help=_("number of washrooms"))
    with_day(parser)


def housing_asked(asked: Namespace) -> Told:
    rates = housing_rates(policies=treasury_policies(), on=day_of(asked))
    rooms = [size for number, size in asked.rooms for _room in range(number)]
    city = city_housing_award(rates=rates, rooms=rooms, washrooms=asked.washrooms)
    county = county_housing_floor(rates=rates, rooms=rooms, washrooms=asked.washrooms)
    return [
        _("The city gives {city}, the county {county} at least.").format(city=in_full(city), county=in_full(county))
    ]


def medical_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--persons", type=count_of, required=True, help=_("number of persons"))
    with_day(parser)


def medical_asked(asked: Namespace) -> Told:
    premium = medical_premium(policies=treasury_policies(), on=day_of(asked), persons=asked.persons)
    return [_("For {count} persons: {amount}.").format(count=asked.persons, amount=in_full(premium))]


def list_asked(_asked: Namespace) -> Told:
    columns = (_("number"), _("purpose"), _("received on"), _("due on"), _("amount"), _("handed on"), _("status"))
    listed = table(_("Earmarked receipts"), *columns, right=(4, 5))
    for receipt in EarmarkedReceipt.objects.order_by("pk"):
        gone = sum((part.amount for part in receipt.parts.exclude(handed_on_on=None)), ZERO)
        listed.add_row(
            str(receipt.pk),
            receipt.purpose,
            str(receipt.received_on),
            str(receipt.due_on),
            in_full(receipt.amount),
            in_full(exact(gone)),
            receipt.get_status_display(),
        )
    return [listed]


class Command(EarmarkingCommand):
    help = "Pass on money that came from above for a purpose, within its days."
    name = "pass_on"
    steps = {
        "receive": Act(gettext_lazy("record a receipt with its parts"), receive_arguments, receive_asked),
        "approve": Act(gettext_lazy("approve a receipt"), with_number, approve_asked),
        "withdraw": Act(gettext_lazy("withdraw a receipt"), with_number_and_reason, withdraw_asked),
        "post": Act(gettext_lazy("post an approved receipt"), with_number_and_day, post_asked),
        "hand_on": Act(gettext_lazy("hand a part on to its township"), with_number_and_day, hand_on_asked),
        "overdue": Look(gettext_lazy("show what is late"), overdue_arguments, overdue_asked),
        "list": Look(gettext_lazy("show the receipts"), nothing, list_asked),
        "housing": Look(gettext_lazy("work out the housing award"), housing_arguments, housing_asked),
        "medical": Look(gettext_lazy("work out the medical premium"), medical_arguments, medical_asked),
    }
