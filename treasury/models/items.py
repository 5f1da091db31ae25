"""专户分科目: the earmarked items of a township's special accounts, what is put into them, and plans to spend it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, officer_field, plain_check
from treasury.models.masters import Township, Unit
from treasury.models.orders import Order
from treasury.models.releases import Release
from treasury.models.words import SpecialAccountKind, SpecialPlanStatus


class EarmarkedItem(models.Model):
    """必保项目: one item of a special account; its money lies in a leaf account of its own (F21).

    ``effective_to`` is exclusive; an item ends when it is empty (``item_is_empty_at_its_end``).
    """

    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, related_name="earmarked_items", verbose_name=_("township")
    )
    kind = models.CharField(_("special account"), max_length=20, choices=SpecialAccountKind)
    number = models.SmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=40)
    account_code = models.CharField(_("account"), max_length=40)
    effective_from = models.DateField(_("effective from"))
    effective_to = models.DateField(_("effective to"), null=True, blank=True)
    opened_by = officer_field(_("opened by"))

    class Meta:
        verbose_name = _("earmarked item")
        verbose_name_plural = _("earmarked items")
        permissions = [("manage_items", _("may open and end earmarked items"))]
        constraints = [
            models.UniqueConstraint(fields=["township", "kind", "number"], name="item_number_is_unique"),
            models.UniqueConstraint(
                fields=["township", "kind", "name"], condition=Q(effective_to=None), name="item_name_is_unique"
            ),
            models.UniqueConstraint(fields=["township", "account_code"], name="item_account_is_its_own"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=99, kind__in=SpecialAccountKind.values) & ~Q(name=""),
                name="item_is_of_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gt=F("effective_from")),
                name="item_ends_after_it_begins",
            ),
            plain_check("name", "account_code", name="item_text_is_plain"),
        ]

    def __str__(self) -> str:
        return f"{self.number:02} {self.name}"


class ItemAllocation(Order):
    """Money of a special account that no item was named for, put into one.

    ``taken_from`` is the account that gives it: 未分项 of the same special account, never another item
    (``item_money_stays``).
    """

    item = models.ForeignKey(
        EarmarkedItem, on_delete=models.PROTECT, related_name="allocations", verbose_name=_("earmarked item")
    )
    taken_from = models.CharField(_("taken from the account"), max_length=40)

    class Meta:
        verbose_name = _("allocation to an item")
        verbose_name_plural = _("allocations to items")
        permissions = [
            ("propose_earmarking", _("may propose orders of earmarked money")),
            ("approve_earmarking", _("may approve orders of earmarked money")),
            ("post_earmarking", _("may post orders of earmarked money")),
        ]
        constraints: ClassVar = [*Order.Meta.constraints]

    @property
    def source(self) -> str:
        return f"treasury.allocation/{self.pk}"


class SpecialPlan(models.Model):
    """用款计划: what a unit wants paid out of one item (F22); once signed its ``release`` pays it.

    Without an ``item`` it is paid from 未分项, which a special account without items consists of.
    """

    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, related_name="special_plans", verbose_name=_("township")
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("using unit")
    )
    kind = models.CharField(_("special account"), max_length=20, choices=SpecialAccountKind)
    item = models.ForeignKey(
        EarmarkedItem,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="plans",
        verbose_name=_("earmarked item"),
    )
    account_code = models.CharField(_("account"), max_length=40)
    amount = FenField(_("amount"))
    purpose = models.CharField(_("purpose"), max_length=200)
    papers = models.CharField(_("papers"), max_length=200)
    payee_name = models.CharField(_("payee"), max_length=80)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    account_number = models.CharField(_("account number"), max_length=40)
    payee_number = models.CharField(_("ID number or credit code"), max_length=20, blank=True)
    functional = models.CharField(_("functional class"), max_length=40, blank=True)
    economic = models.CharField(_("economic class"), max_length=40, blank=True)
    project = models.CharField(_("project"), max_length=40, blank=True)
    planned_on = models.DateField(_("planned on"))
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=SpecialPlanStatus, default=SpecialPlanStatus.DRAFTED)
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    release = models.OneToOneField(
        Release,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="special_plan",
        verbose_name=_("release of funds"),
    )
    drafted_by = officer_field(_("drafted by"))
    reviewed_by = officer_field(_("reviewed by"))
    signed_by = officer_field(_("signed by the head"))

    class Meta:
        verbose_name = _("spending plan of a special account")
        verbose_name_plural = _("spending plans of special accounts")
        permissions = [
            ("draft_special_plan", _("may draft spending plans of special accounts")),
            ("review_special_plan", _("may review spending plans of special accounts")),
            ("sign_special_plan", _("may sign spending plans of special accounts as the township's head")),
        ]
        constraints = [
            fen_check(field="amount", name="special_plan_amount_is_exact"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, kind__in=SpecialAccountKind.values), name="special_plan_is_positive"
            ),
            models.CheckConstraint(
                condition=~Q(purpose="") & ~Q(papers="") & ~Q(payee_name="") & ~Q(account_number=""),
                name="special_plan_is_complete",
            ),
            models.CheckConstraint(
                condition=(Q(reviewed_by=None) | ~Q(reviewed_by=F("drafted_by")))
                & (Q(signed_by=None) | (~Q(signed_by=F("drafted_by")) & ~Q(signed_by=F("reviewed_by")))),
                name="special_plan_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(drafted_by__isnull=False)
                & (
                    Q(status=SpecialPlanStatus.DRAFTED, reviewed_by=None, signed_by=None, reason="", release=None)
                    | Q(
                        status=SpecialPlanStatus.REVIEWED,
                        reviewed_by__isnull=False,
                        signed_by=None,
                        reason="",
                        release=None,
                    )
                    | Q(
                        status=SpecialPlanStatus.SIGNED,
                        reviewed_by__isnull=False,
                        signed_by__isnull=False,
                        signed_on__isnull=False,
                        reason="",
                    )
                    | (Q(status=SpecialPlanStatus.REFUSED, signed_by=None, release=None) & ~Q(reason=""))
                ),
                name="special_plan_is_signed_for_its_state",
            ),
            plain_check(
                "purpose",
                "papers",
                "payee_name",
                "bank",
                "account_number",
                "payee_number",
                "reason",
                name="special_plan_text_is_plain",
            ),
        ]

    @property
    def source(self) -> str:
        return f"treasury.special/{self.pk}"
