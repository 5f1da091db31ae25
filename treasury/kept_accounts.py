"""The accounts that the acts on district and township money keep: nobody enters them by hand.

What is withheld, owed for employers or was returned is held against payslips and payments; the special accounts of
the district against what benefits cost; every account of a township at a bank against its collections and releases.
"""

from django.db.models import Q

from ledger.hand_entries import kept_accounts
from ledger.models.words import BookKind
from treasury.opening import DISTRICT_SPECIAL, PAYABLES

OPEN_PAYABLE = "99"


@kept_accounts
def payables_held_for_others() -> Q:
    kept = Q()
    for suffix in PAYABLES:
        if suffix != OPEN_PAYABLE:
            kept |= Q(code__endswith=suffix)
    return kept & Q(book__kind=BookKind.DISTRICT, parent__role="OTHER_PAYABLE")


@kept_accounts
def special_accounts_of_the_district() -> Q:
    return Q(book__kind=BookKind.DISTRICT, role__in=DISTRICT_SPECIAL)


@kept_accounts
def accounts_of_townships_at_banks() -> Q:
    return Q(book__kind=BookKind.TOWNSHIP, cash=True)
