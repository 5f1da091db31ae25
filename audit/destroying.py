"""Destroy archives that have expired (第十八条): propose a list, have it signed and watched, carry it out.

What goes are the bytes of files. Vouchers, lines, payments, seals and the trail stay in any case (P2); for them a list
orders only that the paper is destroyed. PostgreSQL holds every step against what is there.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from django.db import transaction

from audit.appraising import ClassYear
from audit.destructions import digest_of
from audit.models import (
    Appraisal,
    DestructionCarriedOut,
    DestructionItem,
    DestructionList,
    DestructionRole,
    DestructionSignature,
)
from audit.refusals import NotAppraised, refusals_named
from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.scopes import require_district

# The post that each signature needs.
SIGNS_BY: Final[Mapping[DestructionRole, str]] = {
    DestructionRole.HEAD: "audit.sign_as_unit_head",
    DestructionRole.ARCHIVE_HEAD: "audit.sign_as_archive_head",
    DestructionRole.ACCOUNTING_HEAD: "audit.sign_as_accounting_head",
    DestructionRole.ARCHIVIST: "audit.sign_as_archivist",
    DestructionRole.ACCOUNTANT: "audit.sign_as_accountant",
    DestructionRole.IT: "audit.sign_as_it",
    DestructionRole.ACCOUNTING_WITNESS: "audit.witness_for_accounting",
    DestructionRole.IT_WITNESS: "audit.witness_for_it",
}


def propose_list(
    *, appraisal: Appraisal, years: Sequence[ClassYear], on: date, officer: Officer, at: datetime
) -> DestructionList:
    """Put classes of years on a destruction list (销毁清册), frozen as they are.

    :raises OfficerMayNot: without the post
    :raises NotAppraised: if the appraisal does not let something go, or nothing is named
    :raises StillKept: if something has not expired; and as ``appraise``
    """
    require_post(officer, "audit.propose_destruction")
    require_district(officer)
    if not years:
        raise NotAppraised("list_names_something")
    with refusals_named(), transaction.atomic():
        listed = DestructionList.objects.create(
            appraisal=appraisal, proposed_on=on, proposed_by=officer, proposed_at=at
        )
        for one in years:
            DestructionItem.objects.create(list=listed, record_class=one.record_class, fiscal_year=one.fiscal_year)
        record_event(
            chain="",
            at=at,
            actor=officer.username,
            act="retention.propose",
            subject=subject_of(listed),
            after={"appraisal": appraisal.pk, "years": " ".join(map(str, years)), "digest": digest_of(listed)},
        )
        return listed


def sign_list(
    *,
    listed: DestructionList,
    role: DestructionRole,
    approved: bool,
    reason: str,
    officer: Officer,
    at: datetime,
) -> DestructionSignature:
    """Sign a list as it stands, or watch its destruction; or refuse it, which ends it.

    :raises OfficerMayNot: without the post of the role
    :raises SamePerson: if the officer has signed it in another role
    :raises ListFixed: if the role has signed, or the list is decided
    :raises SignaturesMissing: if a witness comes before the signatures
    :raises CashierKeepsNoArchives: if a cashier signs for the archives
    :raises SaysNothing: if it is refused without a reason
    """
    require_post(officer, SIGNS_BY[role])
    require_district(officer)
    with refusals_named(), transaction.atomic():
        signature = DestructionSignature.objects.create(
            list=listed,
            role=role,
            digest=digest_of(listed),
            is_approved=approved,
            reason=reason,
            signed_by=officer,
            signed_at=at,
        )
        record_event(
            chain="",
            at=at,
            actor=officer.username,
            act="retention.sign" if approved else "retention.refuse",
            subject=subject_of(listed),
            after={"role": role.value, "digest": signature.digest, "reason": reason},
        )
        return signature


def carry_out_list(*, listed: DestructionList, on: date, officer: Officer, at: datetime) -> DestructionCarriedOut:
    """Carry a list out: the bytes of the files that it names are gone for good.

    :raises OfficerMayNot: without the post
    :raises SignaturesMissing: if somebody has not signed or not watched
    :raises SamePerson: if the officer watches it
    :raises ListChanged: if something is not as it was listed
    :raises RecordsBlocked: if something is blocked since
    :raises DestroyedAlready: if the list was carried out
    :raises DatedAhead: if the day has not come
    """
    require_post(officer, "audit.carry_out_destruction")
    require_district(officer)
    with refusals_named(), transaction.atomic():
        done = DestructionCarriedOut.objects.create(
            list=listed, carried_out_on=on, carried_out_by=officer, carried_out_at=at
        )
        record_event(
            chain="",
            at=at,
            actor=officer.username,
            act="retention.carry_out",
            subject=subject_of(listed),
            after={"on": on, "digest": digest_of(listed)},
        )
        return done


def subject_of(listed: DestructionList) -> str:
    return f"destruction_list/{listed.pk}"
