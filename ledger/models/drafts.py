"""Manual vouchers before they are posted: drafts may be edited, posted vouchers never."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models.books import Book
from ledger.models.fields import FenField, fen_check
from ledger.models.vouchers import Voucher
from ledger.models.words import DraftStatus, Side, VoucherKind, VoucherType


class VoucherDraft(models.Model):
    """A manual voucher on its way: drafted, submitted, reviewed, posted."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="drafts", verbose_name=_("book"))
    status = models.CharField(_("status"), max_length=10, choices=DraftStatus, default=DraftStatus.DRAFTED)
    voucher_type = models.CharField(_("voucher type"), max_length=1, choices=VoucherType, default=VoucherType.GENERAL)
    kind = models.CharField(_("kind"), max_length=10, choices=VoucherKind, default=VoucherKind.ORDINARY)
    posting_date = models.DateField(_("posting date"))
    adjustment_period = models.BooleanField(_("in the adjustment period"), default=False)
    summary = models.CharField(_("summary"), max_length=200)
    attachments = models.SmallIntegerField(_("attachments"), default=0)
    corrects = models.ForeignKey(
        Voucher, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("corrects")
    )
    paper = models.CharField(_("paper that orders it"), max_length=200, blank=True)
    preparer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("preparer"),
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewer"),
    )
    cashier = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cashier"),
    )
    refusal = models.CharField(_("why it was sent back"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("draft of a voucher")
        verbose_name_plural = _("drafts of vouchers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reviewer__isnull=True) | ~models.Q(reviewer=models.F("preparer")),
                name="draft_four_eyes",
            )
        ]

    def __str__(self) -> str:
        return f"{self.book_id}/{self.pk}"

    @property
    def source(self) -> str:
        """The key under which the voucher of this draft is posted."""
        return f"ledger.draft/{self.pk}"


class DraftLine(models.Model):
    """A line of a draft, by the codes an officer types."""

    draft = models.ForeignKey(VoucherDraft, on_delete=models.PROTECT, related_name="lines", verbose_name=_("draft"))
    line_no = models.IntegerField(_("line number"))
    account_code = models.CharField(_("account"), max_length=40)
    fund_code = models.CharField(_("fund"), max_length=10)
    functional_code = models.CharField(_("functional class"), max_length=40, blank=True)
    economic_code = models.CharField(_("economic class"), max_length=40, blank=True)
    project_code = models.CharField(_("project"), max_length=40, blank=True)
    unit_code = models.CharField(_("unit"), max_length=40, blank=True)
    counterparty_code = models.CharField(_("counterparty"), max_length=40, blank=True)
    side = models.CharField(_("side"), max_length=1, choices=Side)
    amount = FenField(_("amount"))
    summary = models.CharField(_("summary"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("line of a draft")
        verbose_name_plural = _("lines of a draft")
        constraints = [
            models.UniqueConstraint(fields=["draft", "line_no"], name="draft_line_no_is_unique"),
            fen_check(field="amount", name="draft_amount_is_exact"),
        ]
