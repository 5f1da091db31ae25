"""The stage: what files say, row by row, before any of it counts. Judging writes here and nowhere else."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from imports.fault_kinds import Severity
from ledger.models.fields import FenField


class StageStatus(models.TextChoices):
    STAGED = "STAGED", _("staged")
    APPLIED = "APPLIED", _("applied")
    REPLACED = "REPLACED", _("replaced")


class StagedFile(models.Model):
    """A file as it was handed in, kept so that a marked copy can be given back."""

    month = models.DateField(_("month"))
    name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    encoding = models.CharField(_("encoding"), max_length=10)
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("staged file")
        verbose_name_plural = _("staged files")
        constraints = [
            models.UniqueConstraint(fields=["month", "sha256"], name="staged_file_is_kept_once"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="staged_file_month_is_a_month"),
        ]

    def __str__(self) -> str:
        return self.name


class StagedSheet(models.Model):
    """One sheet of a file, judged: the rows of one layout for one month.

    ``layout`` is a key of ``imports.layouts.LAYOUTS``, or '' where the sheet has none. ``judged_against``
    names the sheets that its rows were judged against; if they change, it must be judged anew.
    """

    file = models.ForeignKey(StagedFile, on_delete=models.PROTECT, related_name="sheets", verbose_name=_("file"))
    month = models.DateField(_("month"))
    layout = models.CharField(_("layout"), max_length=20, blank=True)
    sheet_name = models.CharField(_("sheet"), max_length=255, blank=True)
    header_row = models.IntegerField(_("header row"), default=0)
    rows = models.IntegerField(_("rows"), default=0)
    valid = models.IntegerField(_("valid rows"), default=0)
    refused = models.IntegerField(_("refused rows"), default=0)
    judged_against = models.TextField(_("judged against"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=StageStatus, default=StageStatus.STAGED)
    staged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("staged by"),
    )
    staged_at = models.DateTimeField(_("staged at"))

    # Whether these very rows were on the stage before they were handed in again; not a column.
    known_before = False

    class Meta:
        verbose_name = _("staged sheet")
        verbose_name_plural = _("staged sheets")
        indexes = [models.Index(fields=["month", "layout"], name="staged_sheet_by_month")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=[status.value for status in StageStatus]), name="staged_status_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(rows=models.F("valid") + models.F("refused")), name="staged_rows_are_judged"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file}#{self.sheet_name}" if self.sheet_name else str(self.file)


class StagedRow(models.Model):
    """One row of a sheet as clean text, in the order of the columns of its layout; '' is an empty cell.

    ``key`` is the clean ID number, unit code or whatever its layout is known by, '' where it cannot be
    read; ``account`` the account that no other person may share, likewise.
    """

    pk = models.CompositePrimaryKey("sheet_id", "row")
    sheet = models.ForeignKey(
        StagedSheet,
        on_delete=models.PROTECT,
        db_index=False,  # the primary key begins with it
        related_name="staged_rows",
        verbose_name=_("sheet"),
    )
    row = models.IntegerField(_("row"))
    valid = models.BooleanField(_("valid"))
    key = models.TextField(_("key"))
    account = models.TextField(_("account number"))
    cells = ArrayField(models.TextField(), verbose_name=_("cells"))

    class Meta:
        verbose_name = _("staged row")
        verbose_name_plural = _("staged rows")


class Finding(models.Model):
    """A fault of a file: where it stands, what it says there, and why the row is taken or refused.

    ``row`` is 0 where the whole sheet is meant; ``column`` is the layout's own name of it.
    """

    sheet = models.ForeignKey(
        StagedSheet, on_delete=models.PROTECT, db_index=False, related_name="findings", verbose_name=_("sheet")
    )
    row = models.IntegerField(_("row"))
    column = models.CharField(_("column"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=30)
    severity = models.CharField(_("severity"), max_length=10)
    value = models.TextField(_("value"), blank=True)
    cause = models.TextField(_("cause"), blank=True)
    taken_as = models.TextField(_("taken as"), blank=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        indexes = [models.Index(fields=["sheet", "row"], name="finding_by_row")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(severity__in=[severity.value for severity in Severity]),
                name="finding_severity_is_known",
            )
        ]


class ControlTotal(models.Model):
    """The sum of one column over the valid rows of a sheet.

    ``item`` is the column, or '' for rows alone; ``township`` is '' for the whole sheet.
    """

    sheet = models.ForeignKey(
        StagedSheet, on_delete=models.PROTECT, db_index=False, related_name="control_totals", verbose_name=_("sheet")
    )
    item = models.CharField(_("item"), max_length=40, blank=True)
    township = models.CharField(_("township"), max_length=100, blank=True)
    rows = models.IntegerField(_("rows"))
    amount = FenField(_("amount"))

    class Meta:
        verbose_name = _("control total")
        verbose_name_plural = _("control totals")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "item", "township"], name="control_total_is_one"),
        ]
