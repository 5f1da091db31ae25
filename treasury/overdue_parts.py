"""Parts of earmarked money that were not handed on by their day, as of a day (G09)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q

from treasury.models import PassedOn
from treasury.models.words import OrderStatus


@dataclass(frozen=True, slots=True)
class OverduePart:
    """A part that went late or has not gone; ``days`` counts from its due day."""

    part: PassedOn
    days: int


def overdue_parts(*, as_of: date) -> list[OverduePart]:
    """Return the parts that by the end of a day were late, the longest first, gone or not."""
    still_here = Q(handed_on_on=None) | Q(handed_on_on__gt=as_of)
    late = PassedOn.objects.filter(
        (still_here & Q(receipt__due_on__lt=as_of)) | (~still_here & Q(handed_on_on__gt=F("receipt__due_on")))
    ).exclude(receipt__status=OrderStatus.WITHDRAWN)
    found = [
        OverduePart(part, (min(part.handed_on_on or as_of, as_of) - part.receipt.due_on).days)
        for part in late.select_related("receipt", "township")
    ]
    return sorted(found, key=lambda one: (-one.days, one.part.pk))
