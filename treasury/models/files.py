"""Files of the treasury that count: which was applied, by whom, and what they opened the books with."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, plain_check
from treasury.models.masters import Township


class AppliedFile(models.Model):
    """A file whose valid rows count from now on; another officer staged it. A later one of its kind replaces it."""

    month = models.DateField(_("month"))
    kind = models.CharField(_("kind"), max_length=20)
    file = models.CharField(_("file name"), max_length=255)
    sheet = models.CharField(_("sheet"), max_length=255, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    rows = models.IntegerField(_("rows"))
    staged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("staged by"),
    )
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("applied by"),
    )
    applied_at = models.DateTimeField(_("applied at"))
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )

    class Meta:
        verbose_name = _("applied file")
        verbose_name_plural = _("applied files")
        constraints = [
            models.UniqueConstraint(
                fields=["month", "kind"], condition=Q(replaces=None), name="applied_file_is_first_once"
            ),
            models.CheckConstraint(condition=~Q(applied_by=F("staged_by")), name="applied_file_four_eyes"),
            models.CheckConstraint(condition=Q(month__day=1), name="applied_file_month_is_a_month"),
            plain_check("file", "sheet", name="applied_file_text_is_plain"),
        ]

    def __str__(self) -> str:
        return f"{self.file}#{self.sheet}" if self.sheet else self.file


class OpeningFigure(models.Model):
    """期初数: what a township's book was opened with; taken once, later files are only compared with it."""

    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, related_name="opening_figures", verbose_name=_("township")
    )
    item = models.CharField(_("item"), max_length=40)
    amount = FenField(_("amount"))
    origin = models.CharField(_("how it came about"), max_length=100, blank=True)
    taken_from = models.ForeignKey(
        AppliedFile, on_delete=models.PROTECT, related_name="opening_figures", verbose_name=_("file")
    )

    class Meta:
        verbose_name = _("opening figure")
        verbose_name_plural = _("opening figures")
        constraints = [
            models.UniqueConstraint(fields=["township", "item"], name="opening_figure_is_taken_once"),
            fen_check(field="amount", name="opening_figure_is_exact"),
        ]
