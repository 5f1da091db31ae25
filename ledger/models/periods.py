"""Accounting months, how they open and close, and years carried forward."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models.books import Book
from ledger.models.words import PeriodStatus


class Period(models.Model):
    """An accounting month of a book; month 13 is the adjustment period at year-end.

    The status is derived from ``PeriodChange`` rows by the database and never written directly.
    """

    id = models.AutoField(primary_key=True)
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, db_index=False, related_name="periods", verbose_name=_("book")
    )
    year = models.SmallIntegerField(_("year"))
    month = models.SmallIntegerField(_("month"))
    starts_on = models.DateField(_("starts on"))
    ends_before = models.DateField(_("ends before"))
    status = models.CharField(_("status"), max_length=10, choices=PeriodStatus, default=PeriodStatus.UNOPENED)

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        constraints = [
            models.UniqueConstraint(fields=["book", "year", "month"], name="period_is_unique"),
            models.CheckConstraint(condition=models.Q(month__gte=1, month__lte=13), name="period_month_is_1_to_13"),
            models.CheckConstraint(
                condition=models.Q(starts_on__lt=models.F("ends_before")), name="period_starts_before_it_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"


class PeriodChange(models.Model):
    """One opening, closing or reopening of a period; the database checks it and moves the period (P4)."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="changes", verbose_name=_("period"))
    from_status = models.CharField(_("from"), max_length=10, choices=PeriodStatus)
    to_status = models.CharField(_("to"), max_length=10, choices=PeriodStatus)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("requested by"),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("change of a period")
        verbose_name_plural = _("changes of a period")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(from_status=PeriodStatus.CLOSED)
                | (
                    models.Q(approved_by__isnull=False)
                    & ~models.Q(approved_by=models.F("requested_by"))
                    & ~models.Q(reason="")
                ),
                name="period_reopened_by_two",
            )
        ]


class YearCarried(models.Model):
    """A closed year whose balances open the next one (结转下年); the database writes the opening balances."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="years_carried", verbose_name=_("book"))
    year = models.SmallIntegerField(_("year"))
    carried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("carried by"),
    )
    carried_at = models.DateTimeField(_("carried at"))

    class Meta:
        verbose_name = _("year carried forward")
        verbose_name_plural = _("years carried forward")
        constraints = [models.UniqueConstraint(fields=["book", "year"], name="year_is_carried_once")]
