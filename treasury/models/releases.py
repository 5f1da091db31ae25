"""The orders to pay out of a township's accounts, in the order of their rank."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, officer_field, plain_check
from treasury.models.masters import Township
from treasury.models.words import Rank, ReleaseKind, ReleaseStatus


class Release(models.Model):
    """拨付单: one order to pay out of one bank account of a township, whatever asks for it.

    ``account_code`` is the account in the township's book; '' pays out of the district's treasury for the
    township. Released means that the money is set aside for it (``release_is_funded``,
    ``release_keeps_rank``, ``salaries_come_first`` in ``treasury/promises/releases.sql``); ``returned`` is
    what the bank sent back of it and has not been issued again.
    """

    source = models.CharField(_("what it pays"), max_length=100)
    month = models.DateField(_("month"))
    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, related_name="releases", verbose_name=_("township")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ReleaseKind)
    rank = models.SmallIntegerField(_("rank"), choices=Rank)
    account_code = models.CharField(_("account"), max_length=40, blank=True)
    fund_code = models.CharField(_("fund"), max_length=10)
    amount = FenField(_("amount"))
    returned = FenField(_("returned by the bank"), default=0)
    summary = models.CharField(_("summary"), max_length=200)
    status = models.CharField(_("status"), max_length=10, choices=ReleaseStatus, default=ReleaseStatus.WAITING)
    requested_on = models.DateField(_("requested on"))
    prepared_by = officer_field(_("prepared by"))
    checked_by = officer_field(_("checked by"))
    released_by = officer_field(_("released by"))
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)

    class Meta:
        verbose_name = _("release of funds")
        verbose_name_plural = _("releases of funds")
        permissions = [("release_funds", _("may release funds"))]
        indexes = [models.Index(fields=["township", "account_code", "status"], name="release_by_account")]
        constraints = [
            models.UniqueConstraint(fields=["source"], name="release_source_is_unique"),
            fen_check(field="amount", name="release_amount_is_exact"),
            fen_check(field="returned", name="release_return_is_exact"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, returned__gte=0, returned__lte=F("amount"))
                & (Q(returned=0) | Q(status=ReleaseStatus.POSTED)),
                name="release_amount_is_positive",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ReleaseKind.values, rank__in=Rank.values, status__in=ReleaseStatus.values),
                name="release_is_of_known_kind",
            ),
            models.CheckConstraint(
                condition=(Q(checked_by=None) | ~Q(checked_by=F("prepared_by")))
                & (Q(released_by=None) | (~Q(released_by=F("prepared_by")) & ~Q(released_by=F("checked_by")))),
                name="release_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[ReleaseStatus.WAITING, ReleaseStatus.CANCELLED])
                | Q(
                    prepared_by__isnull=False,
                    checked_by__isnull=False,
                    released_by__isnull=False,
                    released_at__isnull=False,
                ),
                name="release_is_signed_for_its_state",
            ),
            plain_check("summary", name="release_text_is_plain"),
        ]

    def __str__(self) -> str:
        return self.source


class ReleaseLine(models.Model):
    """What a release pays to one payee for one purpose; lines come with their release and stay.

    ``payee_reference`` is opaque to the treasury: ``person/12`` for somebody whom payouts knows.
    """

    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, related_name="lines", verbose_name=_("release of funds")
    )
    number = models.SmallIntegerField(_("number"))
    payee_reference = models.CharField(_("reference of the payee"), max_length=40, blank=True)
    payee_name = models.CharField(_("payee"), max_length=80)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    account_number = models.CharField(_("account number"), max_length=40, blank=True)
    payee_number = models.CharField(_("ID number or credit code"), max_length=20, blank=True)
    amount = FenField(_("amount"))
    functional = models.CharField(_("functional class"), max_length=40, blank=True)
    economic = models.CharField(_("economic class"), max_length=40, blank=True)
    project = models.CharField(_("project"), max_length=40, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("line of a release")
        verbose_name_plural = _("lines of releases")
        constraints = [
            models.UniqueConstraint(fields=["release", "number"], name="release_line_number_is_unique"),
            fen_check(field="amount", name="release_line_amount_is_exact"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="release_line_is_positive"),
            plain_check("payee_name", "bank", "account_number", "payee_number", name="release_line_text_is_plain"),
        ]
