"""What every order to move earmarked money has in common: three officers, one state, one day of posting."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, officer_field
from treasury.models.words import OrderStatus

SIGNED = (Q(approved_by=None) | ~Q(approved_by=F("proposed_by"))) & (
    Q(posted_by=None) | (~Q(posted_by=F("proposed_by")) & ~Q(posted_by=F("approved_by")))
)
SIGNED_FOR_STATE = (
    Q(status=OrderStatus.PROPOSED, proposed_by__isnull=False, approved_by=None, posted_by=None, posted_on=None)
    | Q(
        status=OrderStatus.APPROVED,
        proposed_by__isnull=False,
        approved_by__isnull=False,
        posted_by=None,
        posted_on=None,
    )
    | Q(
        status=OrderStatus.POSTED,
        proposed_by__isnull=False,
        approved_by__isnull=False,
        posted_by__isnull=False,
        posted_on__isnull=False,
    )
    | (Q(status=OrderStatus.WITHDRAWN, posted_by=None, posted_on=None) & ~Q(reason=""))
)


class Order(models.Model):
    """An order of ``amount`` yuan that one officer proposes, another approves and a cashier posts."""

    amount = FenField(_("amount"))
    paper = models.CharField(_("paper"), max_length=100)
    status = models.CharField(_("status"), max_length=10, choices=OrderStatus, default=OrderStatus.PROPOSED)
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    proposed_by = officer_field(_("proposed by"))
    approved_by = officer_field(_("approved by"))
    posted_by = officer_field(_("cashier"))
    posted_on = models.DateField(_("posted on"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar = [
            fen_check(field="amount", name="%(class)s_amount_is_exact"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="%(class)s_is_positive"),
            models.CheckConstraint(condition=~Q(paper=""), name="%(class)s_has_its_paper"),
            models.CheckConstraint(condition=SIGNED, name="%(class)s_four_eyes"),
            models.CheckConstraint(condition=SIGNED_FOR_STATE, name="%(class)s_is_signed_for_its_state"),
            models.CheckConstraint(
                condition=~Q(paper__regex="[[:cntrl:]]") & ~Q(reason__regex="[[:cntrl:]]"),
                name="%(class)s_paper_is_plain",
            ),
        ]
