"""What the pages of orders of earmarked money share: allocations to items, prizes, receipts."""

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest
from django.utils import timezone

from treasury.models import EarmarkedReceipt, ItemAllocation, Prize
from treasury.models.words import OrderStatus
from treasury.ordering import APPROVE, POST
from web.access import officer_of
from web.budget_desk.entering import mark_of

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
