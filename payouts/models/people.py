"""Who is paid, and to which account."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import plain_check
from treasury.models import BankAccount


class Person(models.Model):
    """Somebody who is or was paid; known by the ID number for ever, the name may be corrected."""

    id_number = models.CharField(_("ID number"), max_length=18, unique=True)
    name = models.CharField(_("full name"), max_length=80)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            plain_check("name", name="person_name_is_plain"),
            models.CheckConstraint(
                condition=models.Q(id_number__regex=r"^[0-9]{17}[0-9X]$"), name="person_id_number_is_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name[:1]}**"


class PayAccount(models.Model):
    """From which day on a person is paid to which account; rows are only added, the latest rules."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("person"))
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("bank account"))
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
        verbose_name = _("pay account of a person")
        verbose_name_plural = _("pay accounts of people")
