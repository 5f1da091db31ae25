"""Budgets (预算共编): what the district asks for, what is approved, planned by month, reserved and spent.

An edition of a budget states every line; the approved edition with the highest number counts. Approval makes
an ``Appropriation`` of each line, and a spending plan (用款计划) says month by month how much of it may be
used. ``BudgetUse`` rows take from it and give back; PostgreSQL keeps the sums in ``AppropriationMonth`` and
refuses what is over budget or over plan (``treasury/promises/budgets.sql``).
"""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models import Book
from ledger.models.fields import FenField, fen_check, officer_field, plain_check
from treasury.models.words import BudgetChain, BudgetStatus, IndicatorKind, PlanStatus, Rank, UseAct


def book_field(**kwargs: Any) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        Book, on_delete=models.PROTECT, to_field="code", related_name="+", verbose_name=_("book"), **kwargs
    )


class BudgetPrinciples(models.Model):
    """The district's principles for the budgets of a year (编制原则), one edition after the other."""

    year = models.SmallIntegerField(_("year"))
    edition = models.SmallIntegerField(_("edition"))
    text = models.TextField(_("principles"))
    issued_on = models.DateField(_("issued on"))
    issued_by = officer_field(_("issued by"))

    class Meta:
        verbose_name = _("principles for budgets")
        verbose_name_plural = _("principles for budgets")
        permissions = [("issue_principles", _("may issue the principles for budgets"))]
        constraints = [
            models.UniqueConstraint(fields=["year", "edition"], name="principles_edition_is_unique"),
            models.CheckConstraint(
                condition=Q(edition__gte=1, issued_by__isnull=False) & ~Q(text=""), name="principles_are_complete"
            ),
        ]


class BudgetIndicator(models.Model):
    """One number that budgets are checked against; without a book it holds for every township."""

    principles = models.ForeignKey(
        BudgetPrinciples, on_delete=models.PROTECT, related_name="indicators", verbose_name=_("principles for budgets")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=IndicatorKind)
    book = book_field(null=True, blank=True)
    value = FenField(_("value of the indicator"))

    class Meta:
        verbose_name = _("budget indicator")
        verbose_name_plural = _("budget indicators")
        constraints = [
            models.UniqueConstraint(
                fields=["principles", "kind", "book"], nulls_distinct=False, name="indicator_is_said_once"
            ),
            fen_check(field="value", name="indicator_is_exact"),
            models.CheckConstraint(
                condition=Q(kind__in=IndicatorKind.values, value__gte=0), name="indicator_is_of_known_kind"
            ),
        ]


class Budget(models.Model):
    """预算: one edition of the budget of a book and year; a later one amends (调整) the one approved before.

    ``resources`` is the revenue side. ``after_voucher`` is the last voucher before control began; PostgreSQL
    sets it with the approval.
    """

    book = book_field()
    year = models.SmallIntegerField(_("year"))
    edition = models.SmallIntegerField(_("edition"))
    chain = models.CharField(_("chain of approval"), max_length=10, choices=BudgetChain)
    amends = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="amendments", verbose_name=_("amends")
    )
    reason = models.CharField(_("reason of the amendment"), max_length=200, blank=True)
    principles = models.ForeignKey(
        BudgetPrinciples, on_delete=models.PROTECT, related_name="budgets", verbose_name=_("principles for budgets")
    )
    resources = FenField(_("planned resources"))
    status = models.CharField(_("status"), max_length=10, choices=BudgetStatus, default=BudgetStatus.PREPARED)
    prepared_on = models.DateField(_("prepared on"))
    prepared_by = officer_field(_("prepared by"))
    submitted_by = officer_field(_("submitted by"))
    reviewed_by = officer_field(_("reviewed for the bureau by"))
    approved_by = officer_field(_("approved by"))
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    paper = models.CharField(_("government paper or resolution"), max_length=100, blank=True)
    paper_on = models.DateField(_("date of the paper"), null=True, blank=True)
    refused_by = officer_field(_("budget refused by"))
    refusal = models.CharField(_("reason of the refusal"), max_length=200, blank=True)
    after_voucher = models.BigIntegerField(_("last voucher before control"), null=True, blank=True)

    class Meta:
        verbose_name = _("annual budget")
        verbose_name_plural = _("annual budgets")
        permissions = [
            ("prepare_budget", _("may prepare budgets")),
            ("review_budget", _("may review budgets for the bureau")),
            ("approve_budget", _("may approve budgets for the government")),
            ("record_resolution", _("may record the congress's resolution on a budget")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["book", "year", "edition"], name="budget_edition_is_unique"),
            models.UniqueConstraint(
                fields=["book", "year"],
                condition=Q(status__in=[BudgetStatus.PREPARED, BudgetStatus.SUBMITTED, BudgetStatus.REVIEWED]),
                name="budget_is_one_at_a_time",
            ),
            fen_check(field="resources", name="budget_resources_are_exact"),
            models.CheckConstraint(
                condition=Q(chain__in=BudgetChain.values, status__in=BudgetStatus.values)
                & Q(edition__gte=1, resources__gte=0),
                name="budget_is_of_known_kind",
            ),
            models.CheckConstraint(condition=Q(amends=None) | ~Q(reason=""), name="amendment_has_its_reason"),
            models.CheckConstraint(
                condition=(Q(reviewed_by=None) | ~Q(reviewed_by=F("prepared_by")))
                & (Q(approved_by=None) | (~Q(approved_by=F("prepared_by"))))
                & (Q(approved_by=None) | Q(reviewed_by=None) | ~Q(approved_by=F("reviewed_by")))
                & (Q(refused_by=None) | ~Q(refused_by=F("prepared_by"))),
                name="budget_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(prepared_by__isnull=False)
                & (Q(status__in=[BudgetStatus.PREPARED, BudgetStatus.WITHDRAWN]) | Q(submitted_by__isnull=False))
                & (~Q(status=BudgetStatus.REVIEWED) | Q(reviewed_by__isnull=False))
                & (
                    ~Q(status=BudgetStatus.APPROVED)
                    | (
                        Q(approved_by__isnull=False, approved_on__isnull=False, after_voucher__isnull=False)
                        & (Q(chain=BudgetChain.GOVERNMENT) | Q(reviewed_by__isnull=False))
                    )
                )
                & (~Q(status=BudgetStatus.REFUSED) | (Q(refused_by__isnull=False) & ~Q(refusal=""))),
                name="budget_is_signed_for_its_state",
            ),
            models.CheckConstraint(
                condition=~Q(status=BudgetStatus.APPROVED)
                | (Q(paper_on__isnull=False, paper_on__lte=F("approved_on")) & ~Q(paper="")),
                name="budget_has_its_paper",
            ),
            plain_check("reason", "paper", "refusal", name="budget_text_is_plain"),
        ]

    def __str__(self) -> str:
        return f"{self.book_id} {self.year}/{self.edition}"


class BudgetLine(models.Model):
    """What an edition gives to a functional and an economic class, and to all below them; '' is every class."""

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="lines", verbose_name=_("annual budget"))
    number = models.SmallIntegerField(_("number"))
    functional = models.CharField(_("functional class"), max_length=40, blank=True)
    economic = models.CharField(_("economic class"), max_length=40, blank=True)
    rank = models.SmallIntegerField(_("rank"), choices=Rank)
    amount = FenField(_("amount"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("line of a budget")
        verbose_name_plural = _("lines of budgets")
        constraints = [
            models.UniqueConstraint(fields=["budget", "number"], name="budget_line_number_is_unique"),
            fen_check(field="amount", name="budget_line_is_exact"),
            models.CheckConstraint(condition=Q(amount__gt=0, rank__in=Rank.values), name="budget_line_is_positive"),
            plain_check("functional", "economic", "note", name="budget_line_text_is_plain"),
        ]


class Appropriation(models.Model):
    """预算指标: what a line may spend in its year, by the approved edition; PostgreSQL derives it.

    Whoever plans, reserves or spends locks this row, so two officers never take the same fen.
    """

    book = book_field()
    year = models.SmallIntegerField(_("year"))
    functional = models.CharField(_("functional class"), max_length=40, blank=True)
    economic = models.CharField(_("economic class"), max_length=40, blank=True)
    amount = FenField(_("amount"))
    budget = models.ForeignKey(
        Budget, on_delete=models.PROTECT, related_name="appropriations", verbose_name=_("annual budget")
    )

    class Meta:
        verbose_name = _("appropriation")
        verbose_name_plural = _("appropriations")
        constraints = [
            models.UniqueConstraint(
                fields=["book", "year", "functional", "economic"], name="appropriation_is_one_per_line"
            ),
            fen_check(field="amount", name="appropriation_is_exact"),
        ]

    def __str__(self) -> str:
        return f"{self.functional or '*'}/{self.economic or '*'}"


class AppropriationMonth(models.Model):
    """The sums of one line and month: planned, reserved, spent; PostgreSQL derives them."""

    appropriation = models.ForeignKey(
        Appropriation, on_delete=models.PROTECT, related_name="months", verbose_name=_("appropriation")
    )
    month = models.SmallIntegerField(_("month"))
    planned = FenField(_("in the spending plan"), default=0)
    reserved = FenField(_("reserved"), default=0)
    spent = FenField(_("spent"), default=0)

    class Meta:
        verbose_name = _("month of an appropriation")
        verbose_name_plural = _("months of appropriations")
        constraints = [models.UniqueConstraint(fields=["appropriation", "month"], name="appropriation_month_is_one")]


class SpendingPlan(models.Model):
    """用款计划: what may be used of the appropriations of a book by month; a further plan adds or takes away."""

    book = book_field()
    year = models.SmallIntegerField(_("year"))
    number = models.SmallIntegerField(_("number"))
    status = models.CharField(_("status"), max_length=10, choices=PlanStatus, default=PlanStatus.PREPARED)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    prepared_on = models.DateField(_("prepared on"))
    prepared_by = officer_field(_("prepared by"))
    decided_by = officer_field(_("decided by"))

    class Meta:
        verbose_name = _("spending plan")
        verbose_name_plural = _("spending plans")
        permissions = [
            ("prepare_spending_plan", _("may prepare spending plans")),
            ("approve_spending_plan", _("may approve spending plans")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["book", "year", "number"], name="plan_number_is_unique"),
            models.CheckConstraint(
                condition=Q(status__in=PlanStatus.values, prepared_by__isnull=False), name="plan_is_of_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("prepared_by")), name="plan_four_eyes"
            ),
            models.CheckConstraint(
                condition=(Q(status=PlanStatus.PREPARED) | Q(decided_by__isnull=False))
                & (~Q(status=PlanStatus.REFUSED) | ~Q(reason="")),
                name="plan_is_signed_for_its_state",
            ),
            plain_check("reason", name="plan_text_is_plain"),
        ]

    def __str__(self) -> str:
        return f"{self.book_id} {self.year}/{self.number}"


class PlanLine(models.Model):
    """What a plan adds to one line and month, or takes from it."""

    plan = models.ForeignKey(SpendingPlan, on_delete=models.PROTECT, related_name="lines", verbose_name=_("plan"))
    appropriation = models.ForeignKey(
        Appropriation, on_delete=models.PROTECT, related_name="plan_lines", verbose_name=_("appropriation")
    )
    month = models.SmallIntegerField(_("month"))
    amount = FenField(_("amount"))

    class Meta:
        verbose_name = _("line of a spending plan")
        verbose_name_plural = _("lines of spending plans")
        constraints = [
            models.UniqueConstraint(fields=["plan", "appropriation", "month"], name="plan_line_is_one"),
            fen_check(field="amount", name="plan_line_is_exact"),
            models.CheckConstraint(
                condition=Q(month__gte=1, month__lte=12) & ~Q(amount=0), name="plan_line_is_of_a_month"
            ),
        ]


class BudgetUse(models.Model):
    """One taking from an appropriation, or giving back; ``on`` says from which month it counts.

    ``source`` is the source of the voucher that spends, or of what reserves, and counts once for each act;
    ``origin`` is shared by all that belongs to one spending, which never gives back more than it took.
    """

    source = models.CharField(_("source"), max_length=200)
    act = models.CharField(_("act"), max_length=12, choices=UseAct)
    number = models.IntegerField(_("number"))
    origin = models.CharField(_("belongs to"), max_length=200)
    appropriation = models.ForeignKey(
        Appropriation, on_delete=models.PROTECT, related_name="uses", verbose_name=_("appropriation")
    )
    functional = models.CharField(_("functional class"), max_length=40, blank=True)
    economic = models.CharField(_("economic class"), max_length=40, blank=True)
    on = models.DateField(_("on"))
    reserved = FenField(_("reserved"), default=0)
    spent = FenField(_("spent"), default=0)

    class Meta:
        verbose_name = _("use of an appropriation")
        verbose_name_plural = _("uses of appropriations")
        indexes = [models.Index(fields=["origin", "appropriation"], name="budget_use_by_origin")]
        constraints = [
            models.UniqueConstraint(fields=["source", "act", "number"], name="budget_source_counts_once"),
            fen_check(field="reserved", name="budget_use_reserved_is_exact"),
            fen_check(field="spent", name="budget_use_spent_is_exact"),
            models.CheckConstraint(
                condition=Q(act=UseAct.RESERVE, reserved__gt=0, spent=0)
                | Q(act=UseAct.FREE, reserved__lt=0, spent=0)
                | (Q(act=UseAct.SPEND, reserved__lte=0, spent__gte=0) & ~Q(reserved=0, spent=0))
                | Q(act=UseAct.GIVE_BACK, reserved=0, spent__lt=0)
                | Q(act=UseAct.SPEND_AGAIN, reserved=0, spent__gt=0),
                name="budget_use_has_its_sign",
            ),
            models.CheckConstraint(condition=~Q(source="") & ~Q(origin=""), name="budget_use_names_its_source"),
        ]
