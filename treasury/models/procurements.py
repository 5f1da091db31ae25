"""采购: what is bought for townships, from whom, what was delivered and what was paid (F24)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, officer_field, plain_check
from treasury.models.items import EarmarkedItem
from treasury.models.masters import Township, Unit
from treasury.models.releases import Release
from treasury.models.words import ProcurementMoney, ProcurementStatus

AWARD = ("supplier_name", "supplier_code", "supplier_account", "contract_number")


class Procurement(models.Model):
    """采购计划 and its award: the supplier who is the only payee, and the amount that is never exceeded."""

    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, related_name="procurements", verbose_name=_("township")
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("using unit")
    )
    subject = models.CharField(_("what is bought"), max_length=200)
    planned = FenField(_("planned amount"))
    money = models.CharField(_("paid from"), max_length=20, choices=ProcurementMoney)
    item = models.ForeignKey(
        EarmarkedItem,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="procurements",
        verbose_name=_("earmarked item"),
    )
    account_code = models.CharField(_("account"), max_length=40, blank=True)
    fund_code = models.CharField(_("fund"), max_length=10)
    functional = models.CharField(_("functional class"), max_length=40, blank=True)
    economic = models.CharField(_("economic class"), max_length=40, blank=True)
    project = models.CharField(_("project"), max_length=40, blank=True)
    planned_on = models.DateField(_("planned on"))
    status = models.CharField(_("status"), max_length=10, choices=ProcurementStatus, default=ProcurementStatus.PLANNED)
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    supplier_name = models.CharField(_("supplier"), max_length=80, blank=True)
    supplier_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    supplier_bank = models.CharField(_("bank"), max_length=80, blank=True)
    supplier_account = models.CharField(_("account number"), max_length=40, blank=True)
    contract_number = models.CharField(_("number of the contract"), max_length=60, blank=True)
    awarded = FenField(_("awarded amount"), null=True, blank=True)
    awarded_on = models.DateField(_("awarded on"), null=True, blank=True)
    planned_by = officer_field(_("planned by"))
    reviewed_by = officer_field(_("reviewed by"))
    awarded_by = officer_field(_("awarded by"))

    class Meta:
        verbose_name = _("procurement")
        verbose_name_plural = _("procurements")
        permissions = [
            ("plan_procurement", _("may plan procurements")),
            ("review_procurement", _("may review procurements")),
            ("award_procurement", _("may award procurements")),
            ("accept_delivery", _("may accept deliveries")),
            ("pay_procurement", _("may ask to pay for procurements")),
        ]
        constraints = [
            fen_check(field="planned", name="procurement_plan_is_exact"),
            fen_check(field="awarded", name="procurement_award_is_exact"),
            models.CheckConstraint(condition=Q(planned__gt=0), name="procurement_is_positive"),
            models.CheckConstraint(condition=~Q(subject=""), name="procurement_has_its_subject"),
            models.CheckConstraint(
                condition=Q(awarded=None) | Q(awarded__gt=0, awarded__lte=F("planned")), name="award_keeps_to_plan"
            ),
            models.CheckConstraint(
                condition=Q(money=ProcurementMoney.BUDGET, account_code="", item=None)
                | (Q(money=ProcurementMoney.EXTRA_BUDGETARY, item=None) & ~Q(account_code=""))
                | (Q(money=ProcurementMoney.SPECIAL) & ~Q(account_code="")),
                name="procurement_is_of_known_money",
            ),
            models.CheckConstraint(
                condition=(Q(reviewed_by=None) | ~Q(reviewed_by=F("planned_by")))
                & (Q(awarded_by=None) | (~Q(awarded_by=F("planned_by")) & ~Q(awarded_by=F("reviewed_by")))),
                name="procurement_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(planned_by__isnull=False)
                & (
                    Q(status=ProcurementStatus.PLANNED, reviewed_by=None, awarded_by=None, awarded=None, reason="")
                    | Q(
                        status=ProcurementStatus.REVIEWED,
                        reviewed_by__isnull=False,
                        awarded_by=None,
                        awarded=None,
                        reason="",
                    )
                    | (
                        Q(
                            status=ProcurementStatus.AWARDED,
                            reviewed_by__isnull=False,
                            awarded_by__isnull=False,
                            awarded__isnull=False,
                            awarded_on__isnull=False,
                            reason="",
                        )
                        & ~Q(supplier_name="")
                        & ~Q(supplier_account="")
                        & ~Q(contract_number="")
                        & Q(supplier_code__regex="^[0-9A-HJ-NPQRTUWXY]{18}$")
                    )
                    | (Q(status=ProcurementStatus.REFUSED, awarded_by=None, awarded=None) & ~Q(reason=""))
                ),
                name="procurement_is_signed_for_its_state",
            ),
            plain_check("subject", "reason", "supplier_bank", *AWARD, name="procurement_text_is_plain"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def source(self) -> str:
        return f"treasury.procurement/{self.pk}"


class Acceptance(models.Model):
    """验收: a delivery that was accepted, and for how much of the award it stands."""

    procurement = models.ForeignKey(
        Procurement, on_delete=models.PROTECT, related_name="acceptances", verbose_name=_("procurement")
    )
    number = models.SmallIntegerField(_("number"))
    amount = FenField(_("amount"))
    paper = models.CharField(_("paper"), max_length=100)
    accepted_on = models.DateField(_("accepted on"))
    accepted_by = officer_field(_("accepted by"))

    class Meta:
        verbose_name = _("acceptance of a delivery")
        verbose_name_plural = _("acceptances of deliveries")
        constraints = [
            models.UniqueConstraint(fields=["procurement", "number"], name="acceptance_number_is_unique"),
            fen_check(field="amount", name="acceptance_amount_is_exact"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="acceptance_is_positive"),
            models.CheckConstraint(
                condition=~Q(paper="") & Q(accepted_by__isnull=False), name="acceptance_has_its_paper"
            ),
            plain_check("paper", name="acceptance_text_is_plain"),
        ]


class Instalment(models.Model):
    """What one release pays to the supplier; all of them never exceed the award or what was delivered."""

    procurement = models.ForeignKey(
        Procurement, on_delete=models.PROTECT, related_name="instalments", verbose_name=_("procurement")
    )
    number = models.SmallIntegerField(_("number"))
    amount = FenField(_("amount"))
    release = models.OneToOneField(
        Release, on_delete=models.PROTECT, related_name="instalment", verbose_name=_("release of funds")
    )

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        constraints = [
            models.UniqueConstraint(fields=["procurement", "number"], name="instalment_number_is_unique"),
            fen_check(field="amount", name="instalment_amount_is_exact"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_is_positive"),
        ]
