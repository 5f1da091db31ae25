"""A destruction list as it stands: its items, who has signed it, who still has to, and whether it was carried out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
    return DestructionSheet(
        list=listed,
        items=list(listed.items.order_by("record_class", "fiscal_year")),
        digest=digest_of(listed),
        signatures={
            DestructionRole(one.role): one for one in listed.signatures.select_related("signed_by").order_by("pk")
        },
        carried_out=DestructionCarriedOut.objects.select_related("carried_out_by").filter(list=listed).first(),
    )


def digest_of(listed: DestructionList) -> str:
    """Return the SHA-256 of the items of a list."""
    [(digest,)] = rows_of("SELECT audit_list_digest(%(list)s)", {"list": listed.pk})
    return str(digest)
