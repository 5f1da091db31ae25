"""What a batch was checked against before it is approved, what was found, and who approved it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, officer_field
from payouts.models.payments import Batch, Payment
from payouts.models.words import ApprovalRank, Severity


class BatchCheck(models.Model):
    """The figures of a built batch, the limits that they were held against, and how many approvals its total asks for.

    Limits and tiers are those of the policies by the day of their lines; a batch from before there were any has
    neither day, and stands for itself.
    """

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="check_made", verbose_name=_("batch"))
    digest = models.CharField(_("SHA-256 of the payments"), max_length=64)
    largest_payment = FenField(_("largest payment"))
    day_total = FenField(_("total of the pay date"))
    payment_limit = FenField(_("limit of a payment"))
    batch_limit = FenField(_("limit of a batch"))
    day_limit = FenField(_("limit of a pay date"))
    limits_from = models.DateField(_("limits in force since"), null=True, blank=True)
    chief_over = FenField(_("the chief accountant approves above"))
    head_over = FenField(_("the head of the bureau approves above"))
    tiers_from = models.DateField(_("approvals in force since"), null=True, blank=True)
    approvals = models.SmallIntegerField(_("approvals asked for"))

    class Meta:
        verbose_name = _("check of a batch")
        verbose_name_plural = _("checks of batches")
        constraints = [
            fen_check(field="day_total", name="batch_day_total_is_exact"),
            models.CheckConstraint(
                condition=Q(approvals__in=[1, 2, 3], head_over__gte=F("chief_over")), name="batch_asks_for_approvals"
            ),
        ]


class BatchException(models.Model):
    """What the controls found in a batch or in one of its payments; it is signed with a reason, or blocks."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="exceptions", verbose_name=_("batch"))
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("payment order")
    )
    kind = models.CharField(_("kind"), max_length=40)
    severity = models.CharField(_("severity"), max_length=5, choices=Severity)
    facts = models.CharField(_("facts"), max_length=300, blank=True)
    signed_by = officer_field(_("signed by"))
    signed_at = models.DateTimeField(_("signed off at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("exception of a batch")
        verbose_name_plural = _("exceptions of a batch")
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by=None, signed_at=None, reason="")
                | (Q(severity=Severity.SIGN, signed_by__isnull=False, signed_at__isnull=False) & ~Q(reason="")),
                name="batch_exception_is_signed_with_a_reason",
            ),
        ]


class BatchApproval(models.Model):
    """One officer's approval of what a batch says: of its digest, and void for any other."""

    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, db_index=False, related_name="approvals", verbose_name=_("batch")
    )
    rank = models.SmallIntegerField(_("level of the approval"), choices=ApprovalRank)
    digest = models.CharField(_("SHA-256 of the payments"), max_length=64)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    class Meta:
        verbose_name = _("approval of a batch")
        verbose_name_plural = _("approvals of batches")
        constraints = [
            models.UniqueConstraint(fields=["batch", "digest", "rank"], name="batch_is_approved_once_a_rank"),
            models.UniqueConstraint(
                fields=["batch", "digest", "approved_by"], name="batch_approvals_are_of_different_people"
            ),
        ]
        permissions = [
            ("approve_as_chief", _("may approve large batches as chief accountant")),
            ("approve_as_head", _("may approve the largest batches as head of the bureau")),
        ]
