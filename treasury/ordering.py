"""Approve and withdraw orders of earmarked money, and mark them posted: the steps that all of them share.

What each order posts stands beside its kind: ``itemizing``, ``passing``, ``awarding``.
"""

from datetime import date, datetime
from typing import TypeVar

from django.db import transaction

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.models import EarmarkedReceipt, ItemAllocation, Prize
from treasury.models.words import ORDER_MOVES, OrderStatus
from treasury.refusals import StateRefuses, TreasuryReasonMissing, refusals_named

CHAIN = ""  # the trail of acts that belong to no single book
PROPOSE, APPROVE, POST = (f"treasury.{step}_earmarking" for step in ("propose", "approve", "post"))

OneOrder = TypeVar("OneOrder", ItemAllocation, EarmarkedReceipt, Prize)


def approve_order(*, order: OneOrder, officer: Officer, at: datetime) -> OneOrder:
    """Approve a proposed order; a cashier posts it.

    :raises StateRefuses: if it is not proposed
    :raises OneOfficerTwice: if the officer proposed it
    :raises SumsDiffer: if the parts of a receipt are not the receipt
    """
    require_post(officer, APPROVE)
    with refusals_named(), transaction.atomic():
        order = order_to_move(order, OrderStatus.APPROVED)
        order.status, order.approved_by = OrderStatus.APPROVED, officer
        order.save(update_fields=["status", "approved_by"])
        record_order(order, act="approve", officer=officer, at=at)
        return order


def withdraw_order(*, order: OneOrder, officer: Officer, reason: str, at: datetime) -> OneOrder:
    """Withdraw an order that is not posted; it stays with its reason.

    :raises StateRefuses: if it is posted or withdrawn
    :raises TreasuryReasonMissing: if no reason is given
    """
    require_post(officer, APPROVE)
    if not reason.strip():
        raise TreasuryReasonMissing("order_is_withdrawn_for_a_reason", {"order": order.source})
    with refusals_named(), transaction.atomic():
        order = order_to_move(order, OrderStatus.WITHDRAWN)
        order.status, order.reason = OrderStatus.WITHDRAWN, reason
        order.save(update_fields=["status", "reason"])
        record_order(order, act="withdraw", officer=officer, at=at)
        return order


def mark_posted(*, order: OneOrder, officer: Officer, on: date) -> OneOrder:
    """Move an approved order to POSTED in the caller's transaction, which posts its voucher and then records it.

    The head of the trail is locked after those of the books, by every act alike; otherwise two of them would deadlock.

    :raises StateRefuses: if it is not approved
    :raises OneOfficerTwice: if the cashier proposed or approved it
    """
    order = order_to_move(order, OrderStatus.POSTED)
    order.status, order.posted_by, order.posted_on = OrderStatus.POSTED, officer, on
    order.save(update_fields=["status", "posted_by", "posted_on"])
    return order


def order_to_move(order: OneOrder, to: OrderStatus) -> OneOrder:
    """Return an order locked and read afresh, from where it may go on.

    :raises StateRefuses: if it may not go there
    """
    kind = type(order)
    order = kind._default_manager.select_for_update().get(pk=order.pk)
    if (order.status, to) not in ORDER_MOVES:
        raise StateRefuses("order_moves", {"order": order.source, "from": order.status, "to": to.value})
    return order


def record_order(order: OneOrder, *, act: str, officer: Officer, at: datetime) -> None:
    subject = order.source.removeprefix("treasury.")
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act=f"{subject.partition('/')[0]}.{act}",
        subject=subject,
        after={"amount": order.amount, "paper": order.paper, "status": order.status, "reason": order.reason},
    )
