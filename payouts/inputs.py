"""What a run is computed from: the declarations that stand for its month."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from payouts.models import Declaration

# Kinds that hold on until a newer file comes; the others speak about their own month only.
LASTING_KINDS = ("UNITS", "ROSTER", "DEATHS")
MONTHLY_KINDS = ("PAY_ITEMS", "CHANGES", "YEAR_TO_DATE")
KINDS = (*LASTING_KINDS, *MONTHLY_KINDS)


def standing(*, month: date, kind: str) -> Declaration | None:
    """Return the declaration of a kind that nothing has replaced in a month, or None."""
    return Declaration.objects.filter(month=month, kind=kind, replaced_by=None).first()


def current_declarations(*, month: date) -> list[Declaration]:
    """Return what stands for a month; a roster, unit list or death list of an earlier month holds on."""
    found = [declaration for kind in KINDS if (declaration := standing(month=month, kind=kind))]
    for kind in LASTING_KINDS:
        if not any(declaration.kind == kind for declaration in found):
            earlier = (
                Declaration.objects.filter(kind=kind, month__lt=month, replaced_by=None).order_by("-month").first()
            )
            if earlier:
                found.append(earlier)
    return found


def inputs_digest(declarations: Sequence[Declaration]) -> str:
    """Return the SHA-256 over what the declarations are: kind, month, file and its hash, rows."""
    lines = sorted(
        f"{item.kind}|{item.month:%Y-%m}|{item.file}|{item.sheet}|{item.sha256}|{item.rows}" for item in declarations
    )
    return sha256("\n".join(lines).encode()).hexdigest()
