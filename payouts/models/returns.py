"""What becomes of a payment that came back: the account it is to go to instead, or that it is given up."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import deciding_officer, officer_field, plain_check
from payouts.models.payments import Payment
from payouts.models.words import CorrectionStatus


class AccountCorrection(models.Model):
    """The account to which a returned payment is to go instead; another officer approves it.

    ``payable_from`` is the first day that a payment to it may have: it cools off after its approval.
    """

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="corrections", verbose_name=_("returned payment")
    )
    status = models.CharField(_("status"), max_length=8, choices=CorrectionStatus, default=CorrectionStatus.PROPOSED)
    name = models.CharField(_("payee"), max_length=80)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    account_number = models.CharField(_("account number"), max_length=40)
    paper = models.CharField(_("evidence"), max_length=200)
    proposed_by = officer_field(_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed at"))
    approved_by = officer_field(_("approved by"))
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    payable_from = models.DateField(_("may be paid from"), null=True, blank=True)

    class Meta:
        verbose_name = _("correction of an account")
        verbose_name_plural = _("corrections of accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["payment"],
                condition=~Q(status=CorrectionStatus.REFUSED),
                name="correction_is_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")), name="correction_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(status=CorrectionStatus.PROPOSED, approved_by=None)
                | (~Q(status=CorrectionStatus.PROPOSED) & Q(approved_by__isnull=False)),
                name="correction_is_signed_for_its_state",
            ),
            models.CheckConstraint(
                condition=Q(status=CorrectionStatus.APPROVED, payable_from__isnull=False)
                | (~Q(status=CorrectionStatus.APPROVED) & Q(payable_from=None)),
                name="correction_cools_off",
            ),
            plain_check("name", "account_number", "paper", name="correction_text_is_plain"),
        ]


class GivingUp(models.Model):
    """A returned payment that is never to be paid again, such as of somebody who died without an heir.

    What it was to pay is not owed any more once another officer has decided so.
    """

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="givings_up", verbose_name=_("returned payment")
    )
    reason = models.CharField(_("reason"), max_length=200)
    paper = models.CharField(_("evidence"), max_length=200)
    proposed_by = deciding_officer(_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed at"))

    class Meta:
        verbose_name = _("giving up of a returned payment")
        verbose_name_plural = _("givings up of returned payments")
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__regex=r"\S") & Q(paper__regex=r"\S"), name="giving_up_has_its_reason"
            ),
            plain_check("reason", "paper", name="giving_up_text_is_plain"),
        ]
        permissions = [
            ("propose_giving_up", _("may propose to give a returned payment up")),
            ("approve_giving_up", _("may decide that a returned payment is given up")),
        ]


class GivingUpDecision(models.Model):
    """Another officer's decision on a payment that is to be given up; its vouchers are of the day of posting."""

    giving_up = models.OneToOneField(
        GivingUp,
        on_delete=models.PROTECT,
        related_name="decision",
        verbose_name=_("giving up of a returned payment"),
    )
    is_approved = models.BooleanField(_("approved"))
    decided_by = deciding_officer(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"))
    posting_date = models.DateField(_("posting date"), null=True, blank=True)

    class Meta:
        verbose_name = _("decision on a returned payment")
        verbose_name_plural = _("decisions on returned payments")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_approved=True, posting_date__isnull=False) | Q(is_approved=False, posting_date=None),
                name="giving_up_has_its_day",
            ),
        ]
