"""A destruction list as it stands: its items, who has signed it, who still has to, and whether it was carried out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from audit.models import (
    ELECTRONIC,
    SIGNING,
    WITNESSES,
    DestructionCarriedOut,
    DestructionItem,
    DestructionList,
    DestructionRole,
    DestructionSignature,
)
from audit.refusals import UnknownRecordClass
from ledger.models import Officer
from treasury.queries import rows_of


@dataclass(frozen=True, slots=True)
class DestructionSheet:
    """All that a destruction list says."""

    list: DestructionList
    items: Sequence[DestructionItem]
    digest: str
    signatures: Mapping[DestructionRole, DestructionSignature]
    carried_out: DestructionCarriedOut | None

    @property
    def roles(self) -> Sequence[DestructionRole]:
        """Who signs: electronic archives ask for information systems, too."""
        return [role for role in SIGNING if role not in ELECTRONIC or self.is_electronic]

    @property
    def witnesses(self) -> Sequence[DestructionRole]:
        return [role for role in WITNESSES if role not in ELECTRONIC or self.is_electronic]

    @property
    def missing(self) -> Sequence[DestructionRole]:
        return [role for role in (*self.roles, *self.witnesses) if role not in self.signatures]

    @property
    def is_electronic(self) -> bool:
        return any(item.files for item in self.items)

    @property
    def refusal(self) -> DestructionSignature | None:
        return next((one for one in self.signatures.values() if not one.is_approved), None)


def list_numbered(number: int) -> DestructionList:
    """Return a destruction list.

    :raises UnknownRecordClass: if there is none of this number
    """
    found = DestructionList.objects.select_related("appraisal").filter(pk=number).first()
    if found is None:
        raise UnknownRecordClass("destruction_list_is_known", {"list": number})
    return found


def sheet_of(listed: DestructionList) -> DestructionSheet:
    """Return a destruction list as it stands."""
    [sheet] = sheets_of([listed])
    return sheet


def sheets_of(lists: Sequence[DestructionList]) -> Sequence[DestructionSheet]:
    """Return destruction lists as they stand; as many queries for many as for one."""
    keys = [one.pk for one in lists]
    items: dict[int, list[DestructionItem]] = {key: [] for key in keys}
    for item in DestructionItem.objects.filter(list__in=keys).order_by("record_class", "fiscal_year"):
        items[item.list_id].append(item)
    signatures: dict[int, dict[DestructionRole, DestructionSignature]] = {key: {} for key in keys}
    for one in DestructionSignature.objects.filter(list__in=keys).select_related("signed_by").order_by("pk"):
        signatures[one.list_id][DestructionRole(one.role)] = one
    done = DestructionCarriedOut.objects.select_related("carried_out_by").filter(list__in=keys)
    carried_out = {one.list_id: one for one in done}
    digests = dict(rows_of("SELECT l, audit_list_digest(l) FROM unnest(%(lists)s::bigint[]) l", {"lists": keys}))
    return [
        DestructionSheet(one, items[one.pk], str(digests[one.pk]), signatures[one.pk], carried_out.get(one.pk))
        for one in lists
    ]


def listed_items() -> QuerySet[DestructionItem]:
    """Return what stands on lists that nobody has refused."""
    return DestructionItem.objects.exclude(list__signatures__is_approved=False)


def lists_to_sign(*, role: DestructionRole, officer: Officer) -> QuerySet[DestructionList]:
    """Return the lists that wait for a signature as a role which the officer may give: nobody signs or watches twice.

    Who watches comes after all who sign; information systems are asked where the list names files.
    """
    group = SIGNING if role in SIGNING else WITNESSES
    found = open_lists().exclude(signed_as(role)).exclude(signed_as(*group, by=officer))
    if role in ELECTRONIC:
        found = found.filter(NAMES_FILES)
    return found if role in SIGNING else found.filter(*map(is_signed, SIGNING))


def lists_to_carry_out(*, officer: Officer) -> QuerySet[DestructionList]:
    """Return the lists that all have signed and watched, but for those that the officer has watched."""
    return open_lists().filter(*map(is_signed, (*SIGNING, *WITNESSES))).exclude(signed_as(*WITNESSES, by=officer))


def open_lists() -> QuerySet[DestructionList]:
    return DestructionList.objects.filter(carried_out=None).exclude(signatures__is_approved=False)


def is_signed(role: DestructionRole) -> Q:
    """Return whether a list has the signature of a role, or does not ask for it."""
    return Q(signed_as(role)) | ~Q(NAMES_FILES) if role in ELECTRONIC else Q(signed_as(role))


def signed_as(*roles: DestructionRole, by: Officer | None = None) -> Exists:
    signatures = DestructionSignature.objects.filter(list=OuterRef("pk"), role__in=roles)
    return Exists(signatures.filter(signed_by=by) if by else signatures)


NAMES_FILES: Final = Exists(DestructionItem.objects.filter(list=OuterRef("pk"), files__gt=0))


def digest_of(listed: DestructionList) -> str:
    """Return the SHA-256 of the items of a list."""
    [(digest,)] = rows_of("SELECT audit_list_digest(%(list)s)", {"list": listed.pk})
    return str(digest)
