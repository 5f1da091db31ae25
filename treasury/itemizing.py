"""Keep the money of special accounts in earmarked items: open and end items, allocate money to them (F21).

Each item is a leaf account of its own, so its money cannot be overdrawn (P11), and the one way into it
is what comes for its purpose or an allocation from what no item was named for (未分项).
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from ledger.entries import Signatures
from ledger.models import Officer
from ledger.posting import post_event
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.entries import allocate_to_item
from treasury.models import EarmarkedItem, ItemAllocation, Township
from treasury.models.words import SpecialAccountKind
from treasury.opening import add_item_account, special_account_code
from treasury.ordering import CHAIN, POST, PROPOSE, mark_posted, record_order
from treasury.posting import SERVICE, mirrored_event
from treasury.refusals import refusals_named


def open_items(
    *, township: Township, account: SpecialAccountKind, names: Sequence[str], on: date, officer: Officer, at: datetime
) -> list[EarmarkedItem]:
    """Open items of a special account from a day on, each with a leaf account; numbers go on from the last.

    :raises ItemUnfit: if the account has an item of that name, or 99 items
    """
    require_post(officer, "treasury.manage_items")
    with refusals_named(), transaction.atomic():
        Township.objects.select_for_update(no_key=True).get(pk=township.pk)
        known = EarmarkedItem.objects.filter(township=township, kind=account)
        last = known.aggregate(last=Max("number"))["last"] or 0
        items = []
        for number, name in enumerate(names, start=last + 1):
            leaf = add_item_account(book=township.book, kind=account, number=number, name=name)
            items.append(
                EarmarkedItem.objects.create(
                    township=township,
                    kind=account,
                    number=number,
                    name=name,
                    account_code=leaf.code,
                    effective_from=on,
                    opened_by=officer,
                )
            )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="items.open",
            subject=f"township/{township.code}",
            after={"account": account.value, "items": " ".join(names), "from": on},
        )
        return items


def open_items_everywhere(
    *, account: SpecialAccountKind, names: Sequence[str], on: date, officer: Officer, at: datetime
) -> list[EarmarkedItem]:
    """Open items in every township of the district; what a township has already under a name stays."""
    items = []
    with transaction.atomic():
        for township in Township.objects.select_related("book").order_by("pk"):
            known = set(
                EarmarkedItem.objects.filter(township=township, kind=account, effective_to=None).values_list(
                    "name", flat=True
                )
            )
            missing = [name for name in names if name not in known]
            if missing:
                items += open_items(township=township, account=account, names=missing, on=on, officer=officer, at=at)
    return items


def end_item(*, item: EarmarkedItem, on: date, officer: Officer, at: datetime) -> EarmarkedItem:
    """End an empty item; from ``on`` nothing is planned or allocated for it.

    :raises ItemUnfit: if it holds money or a release of it is on its way
    """
    require_post(officer, "treasury.manage_items")
    with refusals_named(), transaction.atomic():
        Township.objects.select_for_update(no_key=True).get(pk=item.township_id)
        item = EarmarkedItem.objects.select_for_update().get(pk=item.pk)
        item.effective_to = on
        item.save(update_fields=["effective_to"])
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="items.end",
            subject=f"item/{item.pk}",
            after={"item": str(item), "effective_to": on},
        )
        return item


def propose_allocation(
    *, item: EarmarkedItem, taken_from: str, amount: Decimal, paper: str, officer: Officer, at: datetime
) -> ItemAllocation:
    """Propose to put money of a special account into an item; ``taken_from`` is the account that gives it.

    :raises ItemMoneyStays: if that is anything but 未分项 of the same special account
    """
    require_post(officer, PROPOSE)
    with refusals_named(), transaction.atomic():
        allocation = ItemAllocation.objects.create(
            item=item, taken_from=taken_from, amount=amount, paper=paper, proposed_by=officer
        )
        record_order(allocation, act="propose", officer=officer, at=at)
        return allocation


def unassigned_account(item: EarmarkedItem) -> str:
    """Return the account of 未分项 in the special account of an item."""
    return special_account_code(book=item.township.book, kind=item.kind, number=0)


def post_allocation(*, allocation: ItemAllocation, on: date, officer: Officer, at: datetime) -> ItemAllocation:
    """Post an approved allocation: Dr the item, Cr 未分项.

    :raises ItemExhausted: if less is left without an item; the facts name what is left
    :raises ItemUnfit: if the item is not in effect on that day
    """
    require_post(officer, POST)
    with refusals_named(), transaction.atomic():
        item = EarmarkedItem.objects.select_related("township__book__parent").get(pk=allocation.item_id)
        Township.objects.select_for_update(no_key=True).get(pk=item.township_id)
        allocation = mark_posted(order=allocation, officer=officer, on=on)
        district = item.township.book.parent
        assert district is not None
        post_event(
            mirrored_event(
                source=allocation.source,
                district=district,
                township=item.township.book,
                entries=allocate_to_item(
                    unassigned=allocation.taken_from, item=item.account_code, amount=allocation.amount
                ),
                posting_date=on,
                summary=f"专户资金分项：{item.name}",
                signatures=Signatures(
                    preparer=SERVICE,
                    reviewer=str(allocation.approved_by_id),
                    poster=SERVICE,
                    cashier=officer.username,
                ),
            )
        )
        record_order(allocation, act="post", officer=officer, at=at)
        return allocation
