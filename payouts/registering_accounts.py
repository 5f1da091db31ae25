"""Record the house's own accounts at banks: one officer records, another confirms, and one day it ends."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from ledger.models import Account, Book, Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.models import OwnAccount, OwnLeaf
from payouts.models.bank_words import OwnAccountStatus
from payouts.refusals import WrongState
from payouts.running import CHAIN
from payouts.statement_refusals import NoSuchEntry, OwnAccountRefused, refusals_named


class AccountPaper(NamedTuple):
    """What the bank's paper says of an own account; ``opening`` is its balance before the day it is reconciled from."""

    bank: str
    number: str
    holder: str
    reconciled_from: date
    opening: Decimal
    paper: str


def record_own_account(
    *, book: Book, codes: Sequence[str], told: AccountPaper, officer: Officer, at: datetime
) -> OwnAccount:
    """Record an own account with the cash leaves of the book that lie on it.

    :raises OwnAccountRefused: if a code is no cash leaf of the book or lies on another account, or the number is known
    """
    require_post(officer, "payouts.record_own_account")
    with refusals_named(), transaction.atomic():
        accounts = list(Account.objects.filter(book=book, code__in=codes).order_by("pk"))
        if not codes or len(accounts) < len(set(codes)):
            raise OwnAccountRefused("own_leaf_is_cash", {"book": book.code, "accounts": ", ".join(codes)})
        own = OwnAccount.objects.create(book=book, **told._asdict(), recorded_by=officer, recorded_at=at)
        for account in accounts:
            OwnLeaf.objects.create(own_account=own, account=account)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="own_account.record",
            subject=f"own account/{own.pk}",
            after={"book": book.code, "accounts": ", ".join(codes), "from": told.reconciled_from},
        )
        return own


def decide_own_account(*, own: OwnAccount, to: OwnAccountStatus, officer: Officer, at: datetime) -> OwnAccount:
    """Confirm or refuse an own account that another officer recorded.

    :raises OwnAccountRefused: if bank and books do not agree before the day it is reconciled from
    :raises WrongState: if it is decided
    """
    require_post(officer, "payouts.confirm_own_account")
    with refusals_named(), transaction.atomic():
        own = OwnAccount.objects.select_for_update().get(pk=own.pk)
        if own.status != OwnAccountStatus.RECORDED:
            raise WrongState("own_account_moves", {"account": str(own), "status": own.status})
        own.status, own.confirmed_by, own.confirmed_at = to, officer, at
        own.save(update_fields=["status", "confirmed_by", "confirmed_at"])
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="own_account.decide",
            subject=f"own account/{own.pk}",
            after={"status": own.status},
        )
        return own


def end_own_account(*, own: OwnAccount, on: date, officer: Officer, at: datetime) -> OwnAccount:
    """Let an own account end: from ``on`` it has no movement and is not reconciled.

    :raises OwnAccountRefused: if the bank states movements on that day or later
    """
    require_post(officer, "payouts.record_own_account")
    with refusals_named(), transaction.atomic():
        own = OwnAccount.objects.select_for_update().get(pk=own.pk)
        own.effective_to, own.ended_by = on, officer
        own.save(update_fields=["effective_to", "ended_by"])
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="own_account.end",
            subject=f"own account/{own.pk}",
            after={"on": on},
        )
        return own


def own_account_called(name: str) -> OwnAccount:
    """Return an own account by its key or the end of its number.

    :raises NoSuchEntry: if there is none, or more than one
    """
    found = list(OwnAccount.objects.exclude(status=OwnAccountStatus.REFUSED).filter(number__endswith=name)[:2])
    if len(found) != 1 and name.isdecimal() and len(name) < len("1234"):
        found = list(OwnAccount.objects.filter(pk=int(name)))
    if len(found) != 1:
        raise NoSuchEntry("own_account_exists", {"ends_with": name[-4:], "found": len(found)})
    return found[0]
