"""Each attempt to hand a file over to the bank, and what became of it; rows are only added."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import officer_field, plain_check
from payouts.models.payments import BankFile
from payouts.models.words import CorrectionStatus, Fate, FateProof, OfficersFate


class Handover(models.Model):
    """An attempt that was begun: written before the bank can see the file, so that none is unknown to us.

    A further attempt needs the proof that the one before did not reach the bank, or a bank that takes the same file
    twice for one.
    """

    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="handovers", verbose_name=_("bank file"))
    attempt = models.SmallIntegerField(_("attempt"))
    channel = models.CharField(_("channel"), max_length=60)
    token = models.CharField(_("token of what was made ready"), max_length=40, unique=True)
    checks_ids = models.BooleanField(_("the bank knows a file it had before"))
    begun_at = models.DateTimeField(_("begun at"))
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("begun by"),
    )

    class Meta:
        verbose_name = _("handover of a file")
        verbose_name_plural = _("handovers of files")
        constraints = [
            models.UniqueConstraint(fields=["file", "attempt"], name="handover_is_begun_once"),
            models.CheckConstraint(condition=Q(attempt__gte=1), name="handover_attempt_is_counted"),
        ]

    def __str__(self) -> str:
        return f"{self.file} {self.attempt}"


class HandoverFate(models.Model):
    """What is known of a handover: first perhaps nothing, then at most once whether the bank has the file."""

    handover = models.ForeignKey(
        Handover, on_delete=models.PROTECT, related_name="fates", verbose_name=_("handover of a file")
    )
    fate = models.CharField(_("what became of it"), max_length=12, choices=Fate)
    proof = models.CharField(_("proof"), max_length=9, choices=FateProof)
    evidence = models.CharField(_("evidence"), max_length=200)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("by"),
    )
    decision = models.OneToOneField(
        "FateDecision", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decision")
    )

    class Meta:
        verbose_name = _("fate of a handover")
        verbose_name_plural = _("fates of handovers")
        constraints = [
            models.UniqueConstraint(
                fields=["handover"], condition=~Q(fate=Fate.UNKNOWN), name="handover_fate_is_known_once"
            ),
            models.CheckConstraint(
                condition=Q(fate__in=Fate.values, proof__in=FateProof.values), name="handover_fate_is_a_word"
            ),
            models.CheckConstraint(
                condition=Q(proof=FateProof.OFFICERS, decision__isnull=False)
                | (~Q(proof=FateProof.OFFICERS) & Q(decision=None)),
                name="officers_fate_has_its_decision",
            ),
        ]


class FateDecision(models.Model):
    """What two officers say of a file whose fate nobody can prove, or that the bank has refused whole, on a paper."""

    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("bank file"))
    says = models.CharField(_("what it says"), max_length=12, choices=OfficersFate)
    paper = models.CharField(_("evidence"), max_length=200)
    status = models.CharField(_("status"), max_length=8, choices=CorrectionStatus, default=CorrectionStatus.PROPOSED)
    proposed_by = officer_field(_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed at"))
    approved_by = officer_field(_("approved by"))
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    class Meta:
        verbose_name = _("decision on a file")
        verbose_name_plural = _("decisions on files")
        constraints = [
            models.UniqueConstraint(
                fields=["file"], condition=Q(status=CorrectionStatus.PROPOSED), name="fate_is_proposed_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(says__in=OfficersFate.values), name="fate_decision_is_a_word"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")), name="fate_decision_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=False)
                & (
                    Q(status=CorrectionStatus.PROPOSED, approved_by=None)
                    | (~Q(status=CorrectionStatus.PROPOSED) & Q(approved_by__isnull=False))
                ),
                name="fate_decision_is_signed_for_its_state",
            ),
            models.CheckConstraint(condition=~Q(paper=""), name="fate_decision_has_its_paper"),
            plain_check("paper", name="fate_decision_text_is_plain"),
        ]
