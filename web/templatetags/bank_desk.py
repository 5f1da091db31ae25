"""What the pages of the bank's desk ask of a value: a mask, a text, a place; whether an officer holds an act."""

from django import template

from ledger.masking import masked
from ledger.models import Officer
from payouts.bank_movements import LineLeft

register = template.Library()


@register.filter
def mask(text: str) -> str:
    """Return a text in which long numbers are masked."""
    return masked(text)


@register.filter
def text(value: object) -> str:
    """Return a value as a form sends it."""
    return str(value)


@register.filter
def place(line: LineLeft) -> str:
    """Return a cash line as a form sends it."""
    return f"{line.voucher}/{line.number}"


@register.filter
def holds(officer: Officer, act: str) -> bool:
    """Return whether an officer may take an act."""
    return officer.has_perm(act)
