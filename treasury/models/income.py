"""What townships collect: income lines, the days on which they were collected, and the plan of the year."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, officer_field, plain_check
from treasury.models.files import AppliedFile
from treasury.models.masters import Township
from treasury.models.words import IncomeKind


class Collection(models.Model):
    """缴库: the income lines of one township and day that were posted together, and swept (J1, J2, J8, J10)."""

    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, related_name="collections", verbose_name=_("township")
    )
    day = models.DateField(_("day"))
    number = models.SmallIntegerField(_("number of the day"))
    lines = models.IntegerField(_("number of lines"))
    general = FenField(_("budgetary, swept"))
    extra_budgetary = FenField(_("extra-budgetary"))
    transfers = FenField(_("transfer payments"))
    agricultural_tax = FenField(_("additional agricultural tax"))
    district_share = FenField(_("fiscal share of the district"), default=0)
    upward_share = FenField(_("part due to the department above"), default=0)
    reviewed_by = officer_field(_("reviewed by"))
    swept_by = officer_field(_("cashier"))

    class Meta:
        verbose_name = _("collection of a day")
        verbose_name_plural = _("collections of days")
        permissions = [("sweep_income", _("may post income and sweep it"))]
        constraints = [
            models.UniqueConstraint(fields=["township", "day", "number"], name="collection_number_is_unique"),
            *(
                fen_check(field=field, name=f"collection_{field}_is_exact")
                for field in (
                    "general",
                    "extra_budgetary",
                    "transfers",
                    "agricultural_tax",
                    "district_share",
                    "upward_share",
                )
            ),
            models.CheckConstraint(condition=~Q(reviewed_by=F("swept_by")), name="collection_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"{self.township} {self.day} ({self.number})"

    @property
    def source(self) -> str:
        return f"treasury.income/{self.township.code}/{self.day}/{self.number}"


class IncomeLine(models.Model):
    """One line of the income of a day; a red line (冲正) is below zero.

    Once collected its ``collection`` stays. A line that a corrected file no longer has is ``taken_back``:
    it and the line below zero that takes it back (``takes_back``) no longer count, but both stay.
    """

    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, related_name="income_lines", verbose_name=_("township")
    )
    received_on = models.DateField(_("received on"))
    kind = models.CharField(_("nature of the money"), max_length=10, choices=IncomeKind)
    subject_code = models.CharField(_("code of the subject"), max_length=40, blank=True)
    subject = models.CharField(_("subject of income"), max_length=80, blank=True)
    payment_slip = models.CharField(_("number of the payment slip"), max_length=60, blank=True)
    receipt = models.CharField(_("number of the receipt"), max_length=60, blank=True)
    amount = FenField(_("amount"))
    collector = models.CharField(_("collecting unit"), max_length=80, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    file = models.ForeignKey(AppliedFile, on_delete=models.PROTECT, related_name="income_lines", verbose_name=_("file"))
    row = models.IntegerField(_("row of the file"))
    taken_back = models.BooleanField(_("taken back by a corrected file"), default=False)
    takes_back = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="taken_back_by",
        verbose_name=_("takes back"),
    )
    collection = models.ForeignKey(
        Collection,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="income_lines",
        verbose_name=_("collection"),
    )

    class Meta:
        verbose_name = _("income line")
        verbose_name_plural = _("income lines")
        indexes = [models.Index(fields=["township", "received_on"], name="income_line_by_day")]
        constraints = [
            fen_check(field="amount", name="income_line_amount_is_exact"),
            models.CheckConstraint(condition=~Q(amount=0), name="income_line_moves_money"),
            models.CheckConstraint(condition=Q(kind__in=IncomeKind.values), name="income_line_is_of_known_kind"),
            models.UniqueConstraint(
                fields=["receipt", "payment_slip"],
                condition=~Q(receipt="") & Q(taken_back=False),
                name="income_receipt_is_used_once",
            ),
            plain_check("subject", "payment_slip", "receipt", "collector", "note", name="income_line_text_is_plain"),
        ]


class RevenuePlan(models.Model):
    """年度收入计划 of a township (F02, F03): one target for the year, in yuan; the latest approved edition counts.

    ``collected_before`` is what was collected in the year before ``counted_from``, the first month whose
    income lines are here. ``mean`` and ``growth`` (in percent) say how the plan was worked out, ``reason`` why.
    """

    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, related_name="revenue_plans", verbose_name=_("township")
    )
    year = models.SmallIntegerField(_("year"))
    edition = models.SmallIntegerField(_("edition"))
    planned = FenField(_("planned revenue"))
    local_share = models.DecimalField(_("local share of the surplus (%)"), max_digits=7, decimal_places=4)
    collected_before = FenField(_("collected before"))
    counted_from = models.DateField(_("counted from"))
    mean = FenField(_("mean of three years"), null=True, blank=True)
    growth = models.DecimalField(_("growth (%)"), max_digits=7, decimal_places=4, null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    prepared_by = officer_field(_("prepared by"))
    approved_by = officer_field(_("approved by"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("revenue plan")
        verbose_name_plural = _("revenue plans")
        permissions = [
            ("prepare_plan", _("may prepare a revenue plan")),
            ("approve_plan", _("may approve a revenue plan")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["township", "year", "edition"], name="revenue_plan_edition_is_unique"),
            fen_check(field="planned", name="revenue_plan_is_exact"),
            fen_check(field="collected_before", name="revenue_plan_collected_is_exact"),
            models.CheckConstraint(
                condition=Q(planned__gte=0, local_share__gte=0, local_share__lte=100), name="revenue_plan_is_in_bounds"
            ),
            models.CheckConstraint(condition=~Q(prepared_by=F("approved_by")), name="revenue_plan_four_eyes"),
            models.CheckConstraint(
                condition=Q(growth=None, mean=None) | (Q(growth__isnull=False, mean__isnull=False) & ~Q(reason="")),
                name="revenue_plan_growth_has_its_reason",
            ),
            plain_check("reason", name="revenue_plan_text_is_plain"),
        ]
