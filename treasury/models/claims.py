"""报账: what townships ask to have paid, line by line, and which invoices were used for it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, officer_field, plain_check
from treasury.models.files import AppliedFile
from treasury.models.masters import Township, Unit
from treasury.models.releases import Release
from treasury.models.words import ClaimStatus, SubAccountKind


class Claim(models.Model):
    """报账单: registered by a centre, signed by the township's head, reviewed by the centre, paid by the bureau.

    A refused claim keeps its ``reason``; what was wrong is handed in again as a new claim that ``corrects`` it,
    under a number of its own or under the same one as the next ``attempt``. The total of a claim whose rows
    could not be read, and a township that nobody knows, are empty; such a claim is refused.
    """

    number = models.CharField(_("number of the claim"), max_length=60)
    attempt = models.SmallIntegerField(_("attempt at the number"), default=1)
    month = models.DateField(_("month"))
    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=_("township")
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    sub_account = models.CharField(_("account"), max_length=20, choices=SubAccountKind)
    claimed_on = models.DateField(_("claimed on"))
    total = FenField(_("total"), null=True, blank=True)
    handler = models.CharField(_("handled by"), max_length=40, blank=True)
    signer = models.CharField(_("signed by the head, by name"), max_length=40, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=ClaimStatus, default=ClaimStatus.REGISTERED)
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    balance_after = FenField(_("left in the account"), null=True, blank=True)
    file = models.ForeignKey(
        AppliedFile, on_delete=models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=_("file")
    )
    corrects = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrected_by",
        verbose_name=_("claim that it corrects"),
    )
    release = models.OneToOneField(
        Release,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="claim",
        verbose_name=_("release of funds"),
    )
    registered_by = officer_field(_("registered by"))
    reviewed_by = officer_field(_("reviewed by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        permissions = [
            ("register_claim", _("may register claims")),
            ("sign_claim", _("may sign claims of a township")),
            ("review_claim", _("may review claims")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number", "attempt"], name="claim_number_is_unique"),
            fen_check(field="total", name="claim_total_is_exact"),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("registered_by")), name="claim_four_eyes"
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        status=ClaimStatus.ACCEPTED,
                        reason="",
                        reviewed_by__isnull=False,
                        signed_on__isnull=False,
                        township__isnull=False,
                    )
                    & ~Q(signer="")
                )
                | (Q(status=ClaimStatus.REFUSED, reviewed_by__isnull=False) & ~Q(reason=""))
                | Q(status=ClaimStatus.SIGNED, reason="", signed_on__isnull=False)
                | Q(status=ClaimStatus.REGISTERED, reason=""),
                name="claim_is_signed_for_its_state",
            ),
            models.CheckConstraint(
                condition=Q(release=None) | Q(status=ClaimStatus.ACCEPTED), name="claim_is_paid_if_accepted"
            ),
            plain_check("number", "handler", "signer", "reason", name="claim_text_is_plain"),
        ]

    def __str__(self) -> str:
        return self.number if self.attempt == 1 else f"{self.number}/{self.attempt}"

    @property
    def source(self) -> str:
        return f"treasury.claim/{self.number}/{self.attempt}"


class ClaimLine(models.Model):
    """One line of a claim with its invoice."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="lines", verbose_name=_("claim"))
    number = models.SmallIntegerField(_("number"))
    row = models.IntegerField(_("row of the file"), default=0)
    economic = models.CharField(_("economic class"), max_length=40, blank=True)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    invoice = models.CharField(_("number of the invoice"), max_length=60, blank=True)
    amount = FenField(_("amount"))
    payee_name = models.CharField(_("payee"), max_length=80, blank=True)
    account_number = models.CharField(_("account number"), max_length=40, blank=True)
    attachments = models.SmallIntegerField(_("papers attached"), default=0)

    class Meta:
        verbose_name = _("line of a claim")
        verbose_name_plural = _("lines of claims")
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="claim_line_number_is_unique"),
            fen_check(field="amount", name="claim_line_amount_is_exact"),
            plain_check("summary", "invoice", "payee_name", "account_number", name="claim_line_text_is_plain"),
        ]


class UsedInvoice(models.Model):
    """An invoice or receipt number that an accepted claim used; nobody ever uses it again."""

    number = models.CharField(_("number of the invoice"), max_length=60, primary_key=True)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="used_invoices", verbose_name=_("claim"))

    class Meta:
        verbose_name = _("used invoice")
        verbose_name_plural = _("used invoices")
