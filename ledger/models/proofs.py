"""What the database derives from postings: balances, counters, seals, and the trail of acts.

Nobody writes these tables: triggers of the postings do, and a guard refuses everyone else.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models.books import Account, Book, Fund
from ledger.models.fields import FenField
from ledger.models.periods import Period
from ledger.models.words import Mirror, SealKind, VoucherType


class Balance(models.Model):
    """Debit and credit turnover of an account, fund and period, by posting date (P13)."""

    pk = models.CompositePrimaryKey("account_id", "fund_id", "period_id", "posting_date")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="balances", verbose_name=_("account"))
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, to_field="code", db_index=False, verbose_name=_("fund"))
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="balances", verbose_name=_("period"))
    posting_date = models.DateField(_("posting date"))
    debit = FenField(_("debit"))
    credit = FenField(_("credit"))

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")


class OpeningBalance(models.Model):
    """What an account brings into a year from the closed year before (上年结转)."""

    pk = models.CompositePrimaryKey("account_id", "fund_id", "year")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("account"))
    fund = models.ForeignKey(
        Fund, on_delete=models.PROTECT, to_field="code", db_index=False, related_name="+", verbose_name=_("fund")
    )
    year = models.SmallIntegerField(_("year"))
    debit = FenField(_("debit"))
    credit = FenField(_("credit"))

    class Meta:
        verbose_name = _("opening balance of a year")
        verbose_name_plural = _("opening balances of a year")


class BalanceRebuild(models.Model):
    """An order to rebuild the balances of a book from its lines; inserting it does the work."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", verbose_name=_("book"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("requested by"),
    )
    reason = models.CharField(_("reason"), max_length=300)
    requested_at = models.DateTimeField(_("requested at"))

    class Meta:
        verbose_name = _("rebuilding of balances")
        verbose_name_plural = _("rebuildings of balances")


class VoucherCounter(models.Model):
    """The last voucher number of a period and type (P3)."""

    pk = models.CompositePrimaryKey("period_id", "voucher_type")
    period = models.ForeignKey(
        Period, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("period")
    )
    voucher_type = models.CharField(_("voucher type"), max_length=1, choices=VoucherType)
    last_number = models.IntegerField(_("last number"))

    class Meta:
        verbose_name = _("voucher counter")
        verbose_name_plural = _("voucher counters")


class MirrorBalance(models.Model):
    """Both sides of a pair of current accounts, by day; they sum to zero (P10)."""

    pk = models.CompositePrimaryKey("lower_book_id", "mirror", "posting_date")
    lower_book = models.ForeignKey(
        Book, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("lower book")
    )
    mirror = models.CharField(_("current account"), max_length=10, choices=Mirror)
    posting_date = models.DateField(_("posting date"))
    upper_net = FenField(_("net of the upper book"))
    lower_net = FenField(_("net of the lower book"))

    class Meta:
        verbose_name = _("balance of a pair of current accounts")
        verbose_name_plural = _("balances of pairs of current accounts")
        constraints = [
            models.CheckConstraint(condition=models.Q(upper_net=-models.F("lower_net")), name="books_mirror")
        ]


class BookHead(models.Model):
    """The newest seal of a book, and the row that every posting and closing of the book waits for."""

    book = models.OneToOneField(
        Book, on_delete=models.PROTECT, primary_key=True, related_name="head", verbose_name=_("book")
    )
    seal_number = models.IntegerField(_("seal"))
    digest = models.BinaryField(_("digest"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("head of a book")
        verbose_name_plural = _("heads of books")


class Seal(models.Model):
    """One link of a book's chain: SHA-256 over the link before, what is sealed, and its digests (P12)."""

    pk = models.CompositePrimaryKey("book_id", "number")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, db_index=False, related_name="seals", verbose_name=_("book")
    )
    number = models.IntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=SealKind)
    recorded_at = models.DateTimeField(_("recorded at"))
    first_voucher_id = models.BigIntegerField(_("first voucher"), null=True)
    last_voucher_id = models.BigIntegerField(_("last voucher"), null=True)
    voucher_count = models.IntegerField(_("vouchers"))
    content = models.TextField(_("content"), blank=True)
    voucher_digests = models.BinaryField(_("digests of the vouchers"))
    previous = models.BinaryField(_("digest of the seal before"))
    digest = models.BinaryField(_("digest"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        indexes = [models.Index(fields=["book", "recorded_at"], name="seal_recorded_at")]


class TrailHead(models.Model):
    """The newest event of a chain of the trail."""

    chain = models.CharField(_("chain"), max_length=20, primary_key=True)
    number = models.IntegerField(_("number"))
    digest = models.BinaryField(_("digest"))

    class Meta:
        verbose_name = _("head of the trail")
        verbose_name_plural = _("heads of the trail")


class AuditEvent(models.Model):
    """Who did what, when, on which subject, from where; chained like the vouchers."""

    chain = models.CharField(_("chain"), max_length=20)
    number = models.IntegerField(_("number"))
    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("actor"), max_length=150)
    act = models.CharField(_("act"), max_length=60)
    subject = models.CharField(_("subject"), max_length=200)
    origin = models.CharField(_("from where"), max_length=200, blank=True)
    refused = models.CharField(_("refused by"), max_length=60, blank=True)
    before = models.TextField(_("before"), blank=True)
    after = models.TextField(_("after"), blank=True)
    previous = models.BinaryField(_("digest of the event before"))
    digest = models.BinaryField(_("digest"))

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="audit_event_number_is_unique")]
        indexes = [
            models.Index(fields=["subject"], name="audit_event_subject"),
            models.Index(fields=["at"], name="audit_event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.act} {self.subject}"
