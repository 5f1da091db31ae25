"""Who is certified for which benefit: households, enrolments, and what is known of an enrolment, version by version.

An enrolment is a person in a scheme. Certified rosters and the chain of applications make it; what is known of
it is only added to: each fact has its place, the moment it was recorded, and the paper or file it comes from.
No reproductive, medical or procedure data has a column here.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, plain_check
from payouts.models.declarations import Declaration
from payouts.models.people import Person
from payouts.models.words import AccountKind, Standing
from treasury.models import Township


class Household(models.Model):
    """A household of a township, known by its number; who belongs to it stands in the facts of enrolments."""

    id = models.BigAutoField(primary_key=True)
    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("township")
    )
    number = models.CharField(_("number of the household"), max_length=40)

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        constraints = [
            models.UniqueConstraint(fields=["township", "number"], name="household_number_is_unique"),
            plain_check("number", name="household_text_is_plain"),
        ]

    def __str__(self) -> str:
        return self.number


class Enrolment(models.Model):
    """A person certified for a scheme; the number counts the times that he or she entered it."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, db_index=False, related_name="enrolments", verbose_name=_("person")
    )
    scheme = models.CharField(_("scheme"), max_length=60)
    number = models.SmallIntegerField(_("time of entry"), default=1)
    declaration = models.ForeignKey(
        Declaration,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("certified roster"),
    )
    paper = models.CharField(_("evidence"), max_length=200)
    certified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        db_index=False,
        related_name="+",
        verbose_name=_("certified by"),
    )
    certified_at = models.DateTimeField(_("certified at"))

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            models.UniqueConstraint(fields=["person", "scheme", "number"], name="enrolment_is_certified_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="enrolment_number_counts"),
        ]
        permissions = [
            ("record_enrolment", _("may record facts of enrolments")),
            ("verify_beneficiary", _("may record in-person verifications")),
            ("certify_enrolment", _("may certify enrolments")),
            ("fund_benefits", _("may fund benefit accounts")),
            ("manage_recovery", _("may agree plans to recover overpaid benefits")),
            ("approve_recovery", _("may approve plans, write-offs and the taking back of refunds")),
            ("propose_rate", _("may propose values of schemes")),
            ("approve_rate", _("may approve values of schemes")),
        ]


class EnrolmentFact(models.Model):
    """What is known of an enrolment from a moment on; the latest version rules, the older ones stay.

    ``ended_on``, ``died_on`` and ``met_on`` are days; ``suspended_from`` is the first month that is not paid.
    """

    id = models.BigAutoField(primary_key=True)
    enrolment = models.ForeignKey(
        Enrolment,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,  # checked set-based: payouts_enrolment_known
        related_name="facts",
        verbose_name=_("enrolment"),
    )
    version = models.SmallIntegerField(_("version"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        db_index=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    declaration = models.ForeignKey(
        Declaration,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("certified roster"),
    )
    paper = models.CharField(_("evidence"), max_length=200)
    standing = models.CharField(_("standing"), max_length=10, choices=Standing, default=Standing.NORMAL)
    cause = models.CharField(_("kind of fault"), max_length=40, blank=True)
    suspended_from = models.DateField(_("suspended from"), null=True, blank=True)
    starts_on = models.DateField(_("entitled from"))
    ended_on = models.DateField(_("last day of entitlement"), null=True, blank=True)
    died_on = models.DateField(_("date of death"), null=True, blank=True)
    met_on = models.DateField(_("last met in person on"), null=True, blank=True)
    grade = models.CharField(_("grade"), max_length=20, blank=True)
    own_amount = FenField(_("amount of the person's own"), null=True, blank=True)
    certificate = models.CharField(_("certificate number"), max_length=40, blank=True)
    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("township")
    )
    village = models.CharField(_("village"), max_length=60, blank=True)
    household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("household"),
    )
    household_kind = models.CharField(_("kind of household"), max_length=20, blank=True)
    residence = models.CharField(_("residence"), max_length=20, blank=True)
    relation = models.CharField(_("relation to the head"), max_length=20, blank=True)
    account_kind = models.CharField(_("whose account"), max_length=8, choices=AccountKind, default=AccountKind.OWN)
    holder_name = models.CharField(_("account holder"), max_length=80)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    account_number = models.CharField(_("account number"), max_length=40, blank=True)
    account_reason = models.CharField(_("why another's account"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("fact of an enrolment")
        verbose_name_plural = _("facts of enrolments")
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "version"], name="enrolment_fact_is_unique"),
            models.CheckConstraint(
                # A roster is taken as it was certified; what is recorded here has to make sense.
                condition=Q(declaration__isnull=False) | Q(ended_on=None) | Q(ended_on__gte=F("starts_on")),
                name="enrolment_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(suspended_from=None) | Q(suspended_from__day=1), name="suspension_is_from_a_month"
            ),
            models.CheckConstraint(
                condition=Q(account_kind=AccountKind.OWN) | ~Q(account_reason=""),
                name="guardian_account_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(standing=Standing.REFUSED) ^ Q(cause=""), name="refused_standing_has_its_cause"
            ),
            fen_check(field="own_amount", name="own_amount_is_exact"),
            plain_check(
                "holder_name", "account_number", "certificate", "village", "paper", name="enrolment_text_is_plain"
            ),
        ]
