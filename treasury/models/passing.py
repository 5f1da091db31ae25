"""Money from above for a named purpose, and its townships' parts that are handed on in time (G09, G12)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, officer_field, plain_check
from treasury.models.masters import Township
from treasury.models.orders import Order
from treasury.models.words import SpecialAccountKind


class EarmarkedReceipt(Order):
    """专项资金 that the district received for a purpose; its parts sum to it exactly (``receipt_is_its_parts``)."""

    received_on = models.DateField(_("received on"))
    due_on = models.DateField(_("due on"))
    purpose = models.CharField(_("purpose"), max_length=100)
    project = models.CharField(_("project"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("earmarked receipt")
        verbose_name_plural = _("earmarked receipts")
        constraints: ClassVar = [
            *Order.Meta.constraints,
            models.CheckConstraint(
                condition=Q(due_on__gte=F("received_on")) & ~Q(purpose=""),
                name="earmarked_receipt_is_due_after_it_came",
            ),
            models.CheckConstraint(
                condition=Q(posted_on=None) | Q(posted_on__gte=F("received_on")),
                name="earmarked_receipt_is_posted_after_it_came",
            ),
            models.UniqueConstraint(
                fields=["paper"], condition=~Q(status="WITHDRAWN"), name="receipt_paper_is_used_once"
            ),
            plain_check("purpose", name="earmarked_receipt_text_is_plain"),
        ]

    def __str__(self) -> str:
        return self.purpose

    @property
    def source(self) -> str:
        return f"treasury.receipt/{self.pk}"


class PassedOn(models.Model):
    """下达: the part of a receipt that is handed on to one special account of a township, once (J8)."""

    receipt = models.ForeignKey(
        EarmarkedReceipt, on_delete=models.PROTECT, related_name="parts", verbose_name=_("earmarked receipt")
    )
    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, related_name="passed_on", verbose_name=_("township")
    )
    kind = models.CharField(_("special account"), max_length=20, choices=SpecialAccountKind)
    account_code = models.CharField(_("account"), max_length=40)
    amount = FenField(_("amount"))
    handed_on_on = models.DateField(_("handed on on"), null=True, blank=True)
    handed_on_by = officer_field(_("cashier"))

    class Meta:
        verbose_name = _("money passed on")
        verbose_name_plural = _("money passed on")
        constraints = [
            models.UniqueConstraint(fields=["receipt", "township", "account_code"], name="passed_on_part_is_one"),
            fen_check(field="amount", name="passed_on_amount_is_exact"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="passed_on_is_positive"),
            models.CheckConstraint(
                condition=Q(handed_on_on=None, handed_on_by=None)
                | Q(handed_on_on__isnull=False, handed_on_by__isnull=False),
                name="passed_on_is_signed",
            ),
        ]

    @property
    def source(self) -> str:
        return f"treasury.passed_on/{self.pk}"
