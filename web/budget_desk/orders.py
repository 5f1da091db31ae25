"""What the pages of orders of earmarked money share: allocations to items, prizes, receipts."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Officer
from ledger.money import in_full
from treasury.models import EarmarkedReceipt, ItemAllocation, Prize
from treasury.models.words import OrderStatus
from treasury.ordering import APPROVE, POST, OneOrder, approve_order, withdraw_order
from web.access import officer_of
from web.budget_desk.entering import Deed, day_in, mark_of, text_in

OPEN: Final = (OrderStatus.PROPOSED, OrderStatus.APPROVED)


def order_context(request: HttpRequest, order: ItemAllocation | EarmarkedReceipt | Prize) -> Mapping[str, object]:
    """Return the mark and trail of an order, and which of its steps are open to who asks."""
    officer, subject = officer_of(request), order.source.removeprefix("treasury.")
    is_own = officer.username in (order.proposed_by_id, order.approved_by_id)
    return {
        "mark": mark_of(order.status, subject),
        "subject": subject,
        "today": timezone.localdate(),
        "may_approve": order.status == OrderStatus.PROPOSED and officer.has_perm(APPROVE) and not is_own,
        "may_withdraw": order.status in OPEN and officer.has_perm(APPROVE),
        "may_post": order.status == OrderStatus.APPROVED and officer.has_perm(POST) and not is_own,
    }


def order_deeds(
    request: HttpRequest, order: OneOrder, post: Callable[[date, Officer, datetime], OneOrder]
) -> dict[str, Deed]:
    """Return the acts of the page of an order: approve, withdraw, and post it on the day that is typed."""
    noun = order.source.removeprefix("treasury.").partition("/")[0]

    def approve(officer: Officer, at: datetime) -> str:
        made = approve_order(order=order, officer=officer, at=at)
        return _("{order} is approved; the cashier posts it.").format(order=made.source)

    def withdraw(officer: Officer, at: datetime) -> str:
        made = withdraw_order(order=order, officer=officer, reason=text_in(request, "reason", 100), at=at)
        return _("{order} is withdrawn.").format(order=made.source)

    def post_it(officer: Officer, at: datetime) -> str:
        made = post(day_in(request, "on"), officer, at)
        return _("{order} is posted: {amount}.").format(order=made.source, amount=in_full(made.amount))

    return {
        "approve": Deed(f"{noun}.approve", approve, is_confirmed=True),
        "withdraw": Deed(f"{noun}.withdraw", withdraw),
        "post": Deed(f"{noun}.post", post_it, is_confirmed=True),
    }
