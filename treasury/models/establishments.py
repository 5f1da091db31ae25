"""编制: how many posts a unit has, from when on; and the bank accounts that are officers' own."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import officer_field, plain_check
from treasury.models.masters import Unit


class Establishment(models.Model):
    """The approved posts of a unit from a day on; rows are only added, the latest confirmed one of a day counts."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="establishments", verbose_name=_("unit"))
    approved = models.IntegerField(_("approved posts"))
    effective_from = models.DateField(_("effective from"))
    paper = models.CharField(_("paper"), max_length=200)
    recorded_by = officer_field(_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))
    confirmed_by = officer_field(_("confirmed by"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("approved posts of a unit")
        verbose_name_plural = _("approved posts of units")
        permissions = [
            ("record_establishment", _("may record the approved posts of units")),
            ("confirm_establishment", _("may confirm the approved posts of units")),
        ]
        indexes = [models.Index(fields=["unit", "effective_from"], name="establishment_by_day")]
        constraints = [
            plain_check("paper", name="establishment_text_is_plain"),
            models.CheckConstraint(
                condition=Q(approved__gte=0) & ~Q(paper="") & Q(recorded_by__isnull=False),
                name="establishment_has_its_paper",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="establishment_is_signed_for_its_state",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(recorded_by=F("confirmed_by")), name="establishment_four_eyes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.approved} ({self.effective_from})"


class OfficerAccount(models.Model):
    """A bank account that is an officer's own; ``holder_number`` is the officer's ID number where it is known.

    Pay of anybody else that goes to such an account is an exception to sign.
    """

    officer = officer_field(_("officer"))
    number = models.CharField(_("account number"), max_length=40)
    holder_number = models.CharField(_("ID number of the officer"), max_length=20, blank=True)
    recorded_by = officer_field(_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("account of an officer")
        verbose_name_plural = _("accounts of officers")
        permissions = [("record_officer_account", _("may record the accounts of officers"))]
        constraints = [
            models.UniqueConstraint(fields=["officer", "number"], name="officer_account_is_recorded_once"),
            models.CheckConstraint(
                condition=Q(number__regex="^[0-9]{8,32}$", holder_number__regex="^([0-9]{17}[0-9X])?$")
                & Q(officer__isnull=False, recorded_by__isnull=False),
                name="officer_account_is_whole",
            ),
            models.CheckConstraint(condition=~Q(officer=F("recorded_by")), name="nobody_records_his_own_account"),
        ]
