"""Townships, their units, and the bank accounts that money of the district goes to."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models import AccountingUnit, Book
from ledger.models.fields import plain_check
from treasury.models.words import Channel, TownshipKind, Verdict


class Township(models.Model):
    """乡镇: a lower entity of the district that keeps a book of its own."""

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=40, unique=True)
    kind = models.CharField(_("kind of township"), max_length=4, choices=TownshipKind)
    number = models.SmallIntegerField(_("place under the current account of the district"), unique=True)
    book = models.OneToOneField(
        Book, on_delete=models.PROTECT, to_field="code", related_name="township", verbose_name=_("book")
    )

    class Meta:
        verbose_name = _("township")
        verbose_name_plural = _("townships")
        constraints = [
            plain_check("code", "name", name="township_text_is_plain"),
            models.CheckConstraint(
                condition=models.Q(kind__in=TownshipKind.values, number__gte=1, number__lte=999),
                name="township_is_of_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """预算单位: an office, a station or an institution of a township whose staff the district pays."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    township = models.ForeignKey(Township, on_delete=models.PROTECT, related_name="units", verbose_name=_("township"))
    nature = models.CharField(_("nature of the unit"), max_length=20, blank=True)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    dimension = models.OneToOneField(
        AccountingUnit, on_delete=models.PROTECT, to_field="code", related_name="+", verbose_name=_("in the books")
    )

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            plain_check("code", "name", name="unit_text_is_plain"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class BankAccount(models.Model):
    """An account at a bank as one holder gave it; two holders of one number are two rows, and a finding."""

    number = models.CharField(_("account number"), max_length=40)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    holder_name = models.CharField(_("holder"), max_length=80)
    holder_number = models.CharField(_("ID number or credit code of the holder"), max_length=20)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["number", "bank", "holder_name", "holder_number"], name="bank_account_is_unique"
            ),
            plain_check("number", "bank", "holder_name", "holder_number", name="bank_account_text_is_plain"),
        ]

    def __str__(self) -> str:
        return f"{self.bank} …{self.number[-4:]}"


class AccountVerification(models.Model):
    """What was found out about a bank account: by a result of the bank, or by an officer with a paper."""

    account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="verifications", verbose_name=_("bank account")
    )
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    on = models.DateField(_("on"))
    source = models.CharField(_("evidence"), max_length=200)

    class Meta:
        verbose_name = _("verification of an account")
        verbose_name_plural = _("verifications of accounts")
        constraints = [
            models.CheckConstraint(condition=models.Q(verdict__in=Verdict.values), name="verdict_is_known"),
        ]


class UnitChannel(models.Model):
    """From which month on the pay of a unit goes out in which way (F15); rows are only added."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="channels", verbose_name=_("unit"))
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("passbook")
    )
    effective_from = models.DateField(_("effective from"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("recorded by"),
    )
    source = models.CharField(_("evidence"), max_length=200)

    class Meta:
        verbose_name = _("pay channel of a unit")
        verbose_name_plural = _("pay channels of units")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel=Channel.INDIVIDUAL, account=None)
                | models.Q(channel=Channel.PASSBOOK, account__isnull=False),
                name="passbook_has_an_account",
            ),
        ]
