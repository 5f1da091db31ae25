"""What officers decide about overpaid benefits: plans approved, refunds taken back, what is written off."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, deciding_officer, fen_check, plain_check
from payouts.models.entitlements import Overpayment, Recovery, RecoveryPlan


class RecoveryPlanDecision(models.Model):
    """Another officer's decision on a plan of recovery; only an approved plan keeps anything back."""

    plan = models.OneToOneField(
        RecoveryPlan, on_delete=models.PROTECT, related_name="decision", verbose_name=_("plan of recovery")
    )
    is_approved = models.BooleanField(_("approved"))
    decided_by = deciding_officer(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("decision on a plan of recovery")
        verbose_name_plural = _("decisions on plans of recovery")


class RefundTakenBack(models.Model):
    """A refund that was booked wrong, taken back in red by another officer; its paper can be booked anew."""

    recovery = models.OneToOneField(
        Recovery, on_delete=models.PROTECT, related_name="taken_back", verbose_name=_("recovery of a benefit")
    )
    reason = models.CharField(_("reason"), max_length=200)
    taken_back_on = models.DateField(_("taken back on"))
    taken_back_by = deciding_officer(_("taken back by"))
    taken_back_at = models.DateTimeField(_("taken back at"))

    class Meta:
        verbose_name = _("refund taken back")
        verbose_name_plural = _("refunds taken back")
        constraints = [
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="refund_is_taken_back_with_a_reason"),
            plain_check("reason", name="taken_back_text_is_plain"),
        ]


class WriteOff(models.Model):
    """核销: a part of an overpaid benefit that cannot be recovered, on the evidence of a paper."""

    overpayment = models.ForeignKey(
        Overpayment, on_delete=models.PROTECT, related_name="write_offs", verbose_name=_("overpaid benefit")
    )
    amount = FenField(_("amount"))
    reason = models.CharField(_("reason"), max_length=200)
    paper = models.CharField(_("evidence"), max_length=200)
    proposed_by = deciding_officer(_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed at"))

    class Meta:
        verbose_name = _("write-off of an overpaid benefit")
        verbose_name_plural = _("write-offs of overpaid benefits")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="write_off_is_positive"),
            fen_check(field="amount", name="write_off_is_exact"),
            models.CheckConstraint(
                condition=Q(reason__regex=r"\S") & Q(paper__regex=r"\S"), name="write_off_has_its_reason"
            ),
            plain_check("reason", "paper", name="write_off_text_is_plain"),
        ]


class WriteOffDecision(models.Model):
    """Another officer's decision on a write-off; an approved one is posted on its day."""

    write_off = models.OneToOneField(
        WriteOff,
        on_delete=models.PROTECT,
        related_name="decision",
        verbose_name=_("write-off of an overpaid benefit"),
    )
    is_approved = models.BooleanField(_("approved"))
    decided_by = deciding_officer(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"))
    posting_date = models.DateField(_("posting date"), null=True, blank=True)

    class Meta:
        verbose_name = _("decision on a write-off")
        verbose_name_plural = _("decisions on write-offs")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_approved=True, posting_date__isnull=False) | Q(is_approved=False, posting_date=None),
                name="write_off_has_its_day",
            ),
        ]
