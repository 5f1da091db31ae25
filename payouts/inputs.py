"""What a run is computed from: the declarations that stand for its month, and the facts of enrolments."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from payouts.models import Declaration
from payouts.models.words import RunPurpose

# Kinds that hold on until a newer file comes; the others speak about their own month only.
LASTING_KINDS = ("UNITS", "ROSTER", "DEATHS")
MONTHLY_KINDS = ("PAY_ITEMS", "CHANGES", "YEAR_TO_DATE")
# What each run works with; the certified roster itself speaks through the facts of enrolments.
KINDS = {
    RunPurpose.PAYROLL: (*LASTING_KINDS, *MONTHLY_KINDS),
    RunPurpose.BENEFITS: ("DEATHS", "BENEFITS"),
}


def standing(*, month: date, kind: str) -> Declaration | None:
    """Return the declaration of a kind that nothing has replaced in a month, or None."""
    return Declaration.objects.filter(month=month, kind=kind, replaced_by=None).first()


def current_declarations(*, month: date, purpose: RunPurpose = RunPurpose.PAYROLL) -> list[Declaration]:
    """Return what stands for a month; a roster, unit list or death list of an earlier month holds on."""
    found = [declaration for kind in KINDS[purpose] if (declaration := standing(month=month, kind=kind))]
    for kind in KINDS[purpose]:
        if kind in LASTING_KINDS and not any(declaration.kind == kind for declaration in found):
            earlier = (
                Declaration.objects.filter(kind=kind, month__lt=month, replaced_by=None).order_by("-month").first()
            )
            if earlier:
                found.append(earlier)
    return found


def inputs_digest(declarations: Sequence[Declaration], *, facts_until: int = 0) -> str:
    """Return the SHA-256 over what the declarations are, and up to which fact of an enrolment is read.

    Of a declaration that is its kind, month, file and the hash of it, and its rows.
    """
    lines = sorted(
        f"{item.kind}|{item.month:%Y-%m}|{item.file}|{item.sheet}|{item.sha256}|{item.rows}" for item in declarations
    )
    if facts_until:
        lines.append(f"facts until {facts_until}")
    return sha256("\n".join(lines).encode()).hexdigest()
