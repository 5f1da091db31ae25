"""What claims of a month can draw on, and which invoices were used: as the books have it before the month's returns."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from ledger.models import Balance
from ledger.money import ZERO
from treasury.models import Claim, OpeningFigure, Release, Township, UsedInvoice
from treasury.models.words import ReleaseKind, ReleaseStatus, SubAccountKind
from treasury.opening import codes_of
from treasury.taking_over import account_of

Place = tuple[str, str]  # the name of a township and the sub-account (分户) as files name it


def has_opened() -> bool:
    """Whether any account balance was taken over: from then on the books say what claims can draw on."""
    return OpeningFigure.objects.filter(item__in=SubAccountKind.values).exists()


def balances_for_claims(*, month: date) -> Mapping[Place, Decimal]:
    """Return what each account holds for the claims of a month.

    That is its balance before the month, less what has been released from it since, or was set aside before,
    for anything but claims of this month. What the month itself brings in does not count yet.
    """
    found: dict[Place, Decimal] = {}
    taken = taken_otherwise(month)
    for township in Township.objects.select_related("book", "book__parent").order_by("number"):
        district = township.book.parent
        if district is None:
            continue
        codes = codes_of(district=district, township=township.book)
        for kind in SubAccountKind:
            account, fund = account_of(codes, kind)
            rows = Balance.objects.filter(
                account__book=township.book, account__code=account, fund_id=fund, posting_date__lt=month
            ).aggregate(debit=Sum("debit"), credit=Sum("credit"))
            balance = (rows["debit"] or ZERO) - (rows["credit"] or ZERO)
            found[township.name, kind] = balance - taken.get((township.pk, account), ZERO)
    return found


def taken_otherwise(month: date) -> Mapping[tuple[int, str], Decimal]:
    """Return what other releases than the month's claims take from each account."""
    others = Release.objects.exclude(status=ReleaseStatus.CANCELLED).exclude(kind=ReleaseKind.CLAIM, month=month)
    still_to_leave = Q(status__in=[ReleaseStatus.WAITING, ReleaseStatus.RELEASED]) | Q(
        status=ReleaseStatus.POSTED, month__gte=month
    )
    rows = (
        others.filter(still_to_leave)
        .exclude(kind=ReleaseKind.BACK_PAY, month__gte=month)
        .values_list("township", "account_code")
        .annotate(whole=Sum("amount"))
        .values_list("township", "account_code", "whole")
    )
    return {(township, account): whole for township, account, whole in rows}


def used_invoices(*, numbers: Collection[str]) -> Mapping[str, str]:
    """Return which of these invoices accepted claims have used, and the claim of each."""
    return dict(UsedInvoice.objects.filter(number__in=numbers).values_list("number", "claim__number"))


def own_number(*, claim: Claim, number: str) -> str:
    """Return the number of another claim of the same township; of any other township's it tells nothing."""
    return number if Claim.objects.filter(number=number, township=claim.township_id).exists() else ""


def accepted_claims(*, numbers: Collection[str]) -> Mapping[str, Claim]:
    """Return the accepted claims among these numbers."""
    return {one.number: one for one in Claim.objects.filter(number__in=numbers, status="ACCEPTED")}
