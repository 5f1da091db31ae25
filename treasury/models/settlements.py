"""What the district gives back to its townships, what it withholds, and the salaries that are still owed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, officer_field, plain_check
from treasury.models.files import AppliedFile
from treasury.models.masters import Township, Unit
from treasury.models.releases import Release
from treasury.models.words import SettlementStatus

AMOUNTS = (
    "planned",
    "collected",
    "over",
    "local_part",
    "settled_before",
    "base",
    "quarter",
    "debt_before",
    "withheld",
    "debt_after",
    "returned",
    "upper_part",
    "ordinary_return",
    "held_before",
    "unpaid_before",
    "back_pay",
    "rest",
)


class Settlement(models.Model):
    """结算: what a township is given back at the end of a month, with every figure it was worked out from.

    ``local_part`` and ``over`` are those of the year to date, ``settled_before`` the bases of the settlements
    before, ``base`` = local_part − settled_before. Withheld + returned = base; rest = returned − back_pay;
    ``ordinary_return`` is what the district holds (``held_before``) less what is not settled yet (J4).
    """

    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, related_name="settlements", verbose_name=_("township")
    )
    year = models.SmallIntegerField(_("year"))
    month = models.DateField(_("month"))
    number = models.SmallIntegerField(_("number in the month"))
    settled_on = models.DateField(_("settled on"))
    status = models.CharField(_("status"), max_length=10, choices=SettlementStatus, default=SettlementStatus.PREPARED)
    planned = FenField(_("planned revenue"))
    collected = FenField(_("collected in the year"))
    over = FenField(_("collected above the plan"))
    local_share = models.DecimalField(_("local share of the surplus (%)"), max_digits=7, decimal_places=4)
    local_part = FenField(_("local part"))
    settled_before = FenField(_("settled before"))
    base = FenField(_("settlement base"))
    rate = models.DecimalField(_("rate withheld (%)"), max_digits=7, decimal_places=4)
    quarter = FenField(_("rate of the base"))
    debt_before = FenField(_("old debt before"))
    withheld = FenField(_("withheld"))
    debt_after = FenField(_("old debt after"))
    returned = FenField(_("given back"))
    upper_part = FenField(_("part not retained locally"))
    ordinary_return = FenField(_("ordinary return"))
    held_before = FenField(_("held by the district before"))
    unpaid_before = FenField(_("unpaid salaries before"))
    back_pay = FenField(_("back pay"))
    rest = FenField(_("free for other spending"))
    basis = models.TextField(_("references of the rates"), blank=True)
    prepared_by = officer_field(_("prepared by"))
    approved_by = officer_field(_("approved by"))
    posted_by = officer_field(_("cashier"))

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        permissions = [
            ("prepare_settlement", _("may prepare settlements")),
            ("approve_settlement", _("may approve settlements")),
            ("post_settlement", _("may post settlements")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["township", "month", "number"], name="settlement_number_is_unique"),
            models.UniqueConstraint(
                fields=["township"],
                condition=Q(status__in=[SettlementStatus.PREPARED, SettlementStatus.APPROVED]),
                name="settlement_is_one_at_a_time",
            ),
            *(fen_check(field=field, name=f"settlement_{field}_is_exact") for field in AMOUNTS),
            models.CheckConstraint(
                condition=Q(base=F("withheld") + F("returned"))
                & Q(returned=F("back_pay") + F("rest"))
                & Q(debt_after=F("debt_before") - F("withheld"))
                & Q(base__gte=0, withheld__gte=0, returned__gte=0, back_pay__gte=0, rest__gte=0)
                & Q(ordinary_return__gte=0, upper_part__gte=0, debt_after__gte=0)
                & Q(back_pay__lte=F("unpaid_before")),
                name="settlement_adds_up",
            ),
            models.CheckConstraint(
                condition=(Q(approved_by=None) | ~Q(approved_by=F("prepared_by")))
                & (Q(posted_by=None) | (~Q(posted_by=F("prepared_by")) & ~Q(posted_by=F("approved_by")))),
                name="settlement_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[SettlementStatus.PREPARED, SettlementStatus.WITHDRAWN])
                | Q(status=SettlementStatus.APPROVED, approved_by__isnull=False)
                | Q(status=SettlementStatus.POSTED, approved_by__isnull=False, posted_by__isnull=False),
                name="settlement_is_signed_for_its_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.township} {self.month:%Y-%m}/{self.number}"

    @property
    def source(self) -> str:
        return f"treasury.settlement/{self.township.code}/{self.month:%Y-%m}/{self.number}"


class UnpaidSalary(models.Model):
    """欠发工资: the net pay of one person and month that a township still owes (F05).

    ``payee_reference`` is opaque here (``person/12``); payouts reads it and pays.
    """

    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, related_name="unpaid_salaries", verbose_name=_("township")
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    payee_reference = models.CharField(_("reference of the payee"), max_length=40)
    month = models.DateField(_("month"))
    amount = FenField(_("amount"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    file = models.ForeignKey(
        AppliedFile, on_delete=models.PROTECT, related_name="unpaid_salaries", verbose_name=_("file")
    )
    row = models.IntegerField(_("row of the file"))

    class Meta:
        verbose_name = _("unpaid salary")
        verbose_name_plural = _("unpaid salaries")
        constraints = [
            models.UniqueConstraint(fields=["payee_reference", "month"], name="unpaid_salary_is_owed_once"),
            fen_check(field="amount", name="unpaid_salary_amount_is_exact"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="unpaid_salary_is_positive"),
            plain_check("note", name="unpaid_salary_text_is_plain"),
        ]


class BackPayPart(models.Model):
    """What a release pays of one unpaid salary; all parts of one never exceed it (``back_pay_is_owed``)."""

    unpaid = models.ForeignKey(
        UnpaidSalary, on_delete=models.PROTECT, related_name="parts", verbose_name=_("unpaid salary")
    )
    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, related_name="back_pay_parts", verbose_name=_("release of funds")
    )
    amount = FenField(_("amount"))

    class Meta:
        verbose_name = _("part of back pay")
        verbose_name_plural = _("parts of back pay")
        constraints = [
            models.UniqueConstraint(fields=["unpaid", "release"], name="back_pay_part_is_one"),
            fen_check(field="amount", name="back_pay_amount_is_exact"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="back_pay_is_positive"),
        ]
