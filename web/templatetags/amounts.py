"""Amounts as tables show them."""

from decimal import Decimal

from django import template

from ledger.money import in_full

register = template.Library()


@register.filter
def amount(value: Decimal) -> str:
    """Return ``1,234.50``, or nothing for zero."""
    return in_full(value) if value else ""
