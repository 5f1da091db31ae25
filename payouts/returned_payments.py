"""Payments that came back: which were given up, what they were to pay, and the day of a moment."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import get_current_timezone

from payouts.models import GivingUp, GivingUpDecision, Payment


def day_of(at: datetime) -> date:
    """Return the day of a moment here."""
    return at.astimezone(get_current_timezone()).date()


def given_up() -> QuerySet[GivingUpDecision, Any]:
    """Return the keys of the payments that were given up, as a subquery."""
    return GivingUpDecision.objects.filter(is_approved=True).values("giving_up__payment")


def is_given_up(payment: Payment) -> bool:
    """Whether a payment was given up: it is never paid again."""
    return GivingUp.objects.filter(payment=payment, decision__is_approved=True).exists()
