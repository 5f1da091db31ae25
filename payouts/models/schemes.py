"""Values of schemes that officers added, and the money put into the special accounts that benefits are paid from."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, as_read, fen_check, plain_check
from payouts.models.runs import Run
from payouts.models.words import FunderKind, FundingKind


class SchemeValue(models.Model):
    """A value of a scheme that officers added: dated, with its notice, approved by another officer, never edited."""

    scheme = models.CharField(_("scheme"), max_length=60)
    grade = models.CharField(_("grade"), max_length=20, blank=True)
    effective_from = models.DateField(_("effective from"))
    amount = FenField(_("amount"))
    reference = models.CharField(_("notice"), max_length=300)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed at"))

    class Meta:
        verbose_name = _("value of a scheme")
        verbose_name_plural = _("values of schemes")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="scheme_value_is_positive"),
            models.CheckConstraint(condition=~Q(reference=""), name="scheme_value_has_its_notice"),
            models.CheckConstraint(condition=Q(effective_from__day=1), name="scheme_value_is_from_a_month"),
            fen_check(field="amount", name="scheme_value_is_exact"),
            plain_check("reference", "grade", name="scheme_value_text_is_plain"),
        ]


class SchemeValueApproval(models.Model):
    """Another officer's decision on a proposed value; only an approved one counts, from its moment on."""

    value = models.OneToOneField(
        SchemeValue, on_delete=models.PROTECT, related_name="approval", verbose_name=_("value of a scheme")
    )
    is_approved = models.BooleanField(_("approved"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("decision on a value")
        verbose_name_plural = _("decisions on values")


class BenefitFunding(models.Model):
    """Money put into the special account of a funder: from the treasury, or received from the level above (J21).

    The officer who funds a run is none of those who submit, review or release it (四职分离).
    """

    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, null=True, blank=True, related_name="fundings", verbose_name=_("run")
    )
    funder = models.CharField(_("funder"), max_length=8, choices=FunderKind)
    kind = models.CharField(_("kind"), max_length=10, choices=FundingKind)
    amount = FenField(_("amount"))
    funded_on = models.DateField(_("funded on"))
    paper = models.CharField(_("evidence"), max_length=200)
    funded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("funded by"),
    )

    class Meta:
        verbose_name = _("funding of benefits")
        verbose_name_plural = _("fundings of benefits")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="funding_is_positive"),
            fen_check(field="amount", name="funding_is_exact"),
            models.CheckConstraint(
                condition=Q(kind=FundingKind.TREASURY)
                | Q(kind=FundingKind.FROM_ABOVE, funder__in=[FunderKind.CENTRAL, FunderKind.PROVINCE, FunderKind.CITY]),
                name="funding_comes_from_above",
            ),
            models.CheckConstraint(condition=~Q(paper=""), name="funding_has_its_paper"),
            plain_check("paper", name="funding_text_is_plain"),
            models.UniqueConstraint(
                "funder", as_read("paper"), condition=Q(kind=FundingKind.FROM_ABOVE), name="funding_is_received_once"
            ),
        ]
