"""The archives: what is on hold, what was appraised, which lists order destruction, who signed, what was carried out.

Rows are only added. What a list holds is worked out by the database when a class of a year is put on it.
"""

from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import deciding_officer, plain_check


class RecordClass(models.TextChoices):
    """The classes of archives that have a period of their own."""

    VOUCHERS = "vouchers", _("vouchers")
    PAYOUT_ROLLS = "payout_rolls", _("payout rolls")
    IMPORTED_FILES = "imported_files", _("imported files")
    BANK_FILES = "bank_files", _("bank files")
    RESULT_FILES = "result_files", _("result files")
    JOB_FILES = "job_files", _("files of jobs")
    LEDGERS = "ledgers", _("general and subsidiary ledgers")
    JOURNALS = "journals", _("journals")
    TREASURY_REPORTS = "treasury_reports", _("treasury reports")
    REVENUE_REPORTS = "revenue_reports", _("revenue reports")
    ANNUAL_ACCOUNTS = "annual_accounts", _("annual accounts")
    PERIOD_REPORTS = "period_reports", _("monthly and quarterly reports")
    RECONCILIATIONS = "reconciliations", _("reconciliation statements")
    STATEMENTS = "statements", _("bank statements")
    TRANSFER_LISTS = "transfer_lists", _("transfer lists")
    ARCHIVE_LISTS = "archive_lists", _("appraisals and destruction lists")
    AUDIT_TRAIL = "audit_trail", _("trail of acts")


# What stands behind claims and debts: it outlives its period while one of them is open (第十九条).
EVIDENCE: Final = (
    RecordClass.VOUCHERS,
    RecordClass.PAYOUT_ROLLS,
    RecordClass.IMPORTED_FILES,
    RecordClass.BANK_FILES,
    RecordClass.RESULT_FILES,
    RecordClass.JOB_FILES,
)


class DestructionRole(models.TextChoices):
    """As what somebody signs a destruction list (第十八条): five, for electronic archives a sixth, and who watches."""

    HEAD = "HEAD", _("head of the unit")
    ARCHIVE_HEAD = "ARCHIVE_HEAD", _("head of the archives")
    ACCOUNTING_HEAD = "ACCOUNTING_HEAD", _("head of accounting")
    ARCHIVIST = "ARCHIVIST", _("clerk of the archives")
    ACCOUNTANT = "ACCOUNTANT", _("clerk of accounting")
    IT = "IT", _("information systems")
    ACCOUNTING_WITNESS = "ACCOUNTING_WITNESS", _("witness of accounting")
    IT_WITNESS = "IT_WITNESS", _("witness of information systems")


SIGNING: Final = (
    DestructionRole.HEAD,
    DestructionRole.ARCHIVE_HEAD,
    DestructionRole.ACCOUNTING_HEAD,
    DestructionRole.ARCHIVIST,
    DestructionRole.ACCOUNTANT,
    DestructionRole.IT,
)
WITNESSES: Final = (DestructionRole.ACCOUNTING_WITNESS, DestructionRole.IT_WITNESS)
ELECTRONIC: Final = (DestructionRole.IT, DestructionRole.IT_WITNESS)
ARCHIVES: Final = (DestructionRole.ARCHIVE_HEAD, DestructionRole.ARCHIVIST)


class RetentionHold(models.Model):
    """An order that nothing of some years is destroyed, such as while an audit is under way; no class is all."""

    record_class = models.CharField(_("class of archives"), max_length=20, choices=RecordClass, blank=True)
    from_year = models.SmallIntegerField(_("from year"))
    to_year = models.SmallIntegerField(_("to year"))
    reason = models.CharField(_("reason"), max_length=200)
    set_by = deciding_officer(_("set by"))
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        verbose_name = _("hold on archives")
        verbose_name_plural = _("holds on archives")
        permissions = [
            ("set_hold", _("may hold archives")),
            ("lift_hold", _("may lift holds on archives")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="hold_has_its_reason"),
            plain_check("reason", name="hold_text_is_plain"),
            models.CheckConstraint(condition=Q(from_year__lte=F("to_year")), name="hold_runs_forward"),
            models.CheckConstraint(condition=Q(record_class__in=["", *RecordClass.values]), name="hold_class_is_known"),
        ]


class HoldLift(models.Model):
    """The end of a hold, by another officer than the one who set it."""

    hold = models.OneToOneField(
        RetentionHold, on_delete=models.PROTECT, related_name="lift", verbose_name=_("hold on archives")
    )
    reason = models.CharField(_("reason"), max_length=200)
    lifted_by = deciding_officer(_("lifted by"))
    lifted_at = models.DateTimeField(_("lifted at"))

    class Meta:
        verbose_name = _("lift of a hold")
        verbose_name_plural = _("lifts of holds")
        constraints = [
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="lift_has_its_reason"),
            plain_check("reason", name="lift_text_is_plain"),
        ]


class Appraisal(models.Model):
    """鉴定意见书: what archives, accounting and audit found together of classes and years that have expired."""

    appraised_on = models.DateField(_("appraised on"))
    members = models.CharField(_("appraised together with"), max_length=200)
    opinion = models.CharField(_("opinion"), max_length=500)
    made_by = deciding_officer(_("made by"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("appraisal of archives")
        verbose_name_plural = _("appraisals of archives")
        permissions = [("appraise", _("may appraise archives"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(members__regex=r"\S") & Q(opinion__regex=r"\S"), name="appraisal_says_something"
            ),
            plain_check("members", "opinion", name="appraisal_text_is_plain"),
        ]


class AppraisedYear(models.Model):
    """What an appraisal says of a class of a year: it may be destroyed, or is kept on."""

    appraisal = models.ForeignKey(
        Appraisal, on_delete=models.PROTECT, related_name="years", verbose_name=_("appraisal of archives")
    )
    record_class = models.CharField(_("class of archives"), max_length=20, choices=RecordClass)
    fiscal_year = models.SmallIntegerField(_("fiscal year"))
    may_go = models.BooleanField(_("may be destroyed"))

    class Meta:
        verbose_name = _("appraised year")
        verbose_name_plural = _("appraised years")
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "record_class", "fiscal_year"], name="year_is_appraised_once"),
        ]


class DestructionList(models.Model):
    """销毁清册: whole classes of years whose destruction is asked for, on an appraisal."""

    appraisal = models.ForeignKey(
        Appraisal, on_delete=models.PROTECT, related_name="lists", verbose_name=_("appraisal of archives")
    )
    proposed_on = models.DateField(_("proposed on"))
    proposed_by = deciding_officer(_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed at"))

    class Meta:
        verbose_name = _("destruction list")
        verbose_name_plural = _("destruction lists")
        permissions = [
            ("propose_destruction", _("may propose the destruction of archives")),
            ("sign_as_unit_head", _("may sign destruction lists as head of the unit")),
            ("sign_as_archive_head", _("may sign destruction lists as head of the archives")),
            ("sign_as_accounting_head", _("may sign destruction lists as head of accounting")),
            ("sign_as_archivist", _("may sign destruction lists as clerk of the archives")),
            ("sign_as_accountant", _("may sign destruction lists as clerk of accounting")),
            ("sign_as_it", _("may sign destruction lists for information systems")),
            ("witness_for_accounting", _("may witness destruction for accounting")),
            ("witness_for_it", _("may witness destruction for information systems")),
            ("carry_out_destruction", _("may carry out the destruction of archives")),
        ]


class DestructionItem(models.Model):
    """A class of a year on a destruction list, as the database found it: how many, how large, their digest."""

    list = models.ForeignKey(
        DestructionList, on_delete=models.PROTECT, related_name="items", verbose_name=_("destruction list")
    )
    record_class = models.CharField(_("class of archives"), max_length=20, choices=RecordClass)
    fiscal_year = models.SmallIntegerField(_("fiscal year"))
    records = models.BigIntegerField(_("records"), default=0)
    files = models.BigIntegerField(_("files"), default=0)
    size = models.BigIntegerField(_("bytes"), default=0)
    digest = models.CharField("SHA-256", max_length=64, default="")
    kept_from = models.DateField(_("kept from"), null=True)
    kept_until = models.DateField(_("kept until"), null=True)

    class Meta:
        verbose_name = _("item of a destruction list")
        verbose_name_plural = _("items of destruction lists")
        constraints = [
            models.UniqueConstraint(fields=["list", "record_class", "fiscal_year"], name="year_is_listed_once"),
        ]


class ListedFile(models.Model):
    """A file whose bytes a list orders to destroy; its hash and size stay. Written by the database."""

    item = models.ForeignKey(
        DestructionItem, on_delete=models.PROTECT, related_name="listed", verbose_name=_("item of a destruction list")
    )
    holder = models.CharField(_("table"), max_length=63)
    row = models.BigIntegerField(_("row"))
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.BigIntegerField(_("bytes"))

    class Meta:
        verbose_name = _("listed file")
        verbose_name_plural = _("listed files")
        indexes = [models.Index(fields=["holder", "row"], name="listed_file_by_row")]
        constraints = [models.UniqueConstraint(fields=["item", "holder", "row"], name="file_is_listed_once")]


class DestructionSignature(models.Model):
    """What somebody says of a destruction list as it stands (``digest``): yes, or no with a reason."""

    list = models.ForeignKey(
        DestructionList, on_delete=models.PROTECT, related_name="signatures", verbose_name=_("destruction list")
    )
    role = models.CharField(_("signs as"), max_length=20, choices=DestructionRole)
    digest = models.CharField("SHA-256", max_length=64)
    is_approved = models.BooleanField(_("approved"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    signed_by = deciding_officer(_("signed by"))
    signed_at = models.DateTimeField(_("signed at"))

    class Meta:
        verbose_name = _("signature of a destruction list")
        verbose_name_plural = _("signatures of destruction lists")
        constraints = [
            models.UniqueConstraint(fields=["list", "role"], name="list_is_signed_once_a_role"),
            models.UniqueConstraint(
                fields=["list", "signed_by"], condition=Q(role__in=SIGNING), name="list_signers_are_different_people"
            ),
            models.UniqueConstraint(
                fields=["list", "signed_by"], condition=Q(role__in=WITNESSES), name="witnesses_are_different_people"
            ),
            models.CheckConstraint(condition=Q(role__in=DestructionRole.values), name="destruction_role_is_known"),
            models.CheckConstraint(
                condition=Q(is_approved=True) | Q(reason__regex=r"\S"), name="list_is_refused_with_a_reason"
            ),
            plain_check("reason", name="list_signature_text_is_plain"),
        ]


class DestructionCarriedOut(models.Model):
    """That a list was carried out: with this row the database empties the files that the list names."""

    list = models.OneToOneField(
        DestructionList, on_delete=models.PROTECT, related_name="carried_out", verbose_name=_("destruction list")
    )
    carried_out_on = models.DateField(_("carried out on"))
    carried_out_by = deciding_officer(_("carried out by"))
    carried_out_at = models.DateTimeField(_("carried out at"))

    class Meta:
        verbose_name = _("destruction carried out")
        verbose_name_plural = _("destructions carried out")
