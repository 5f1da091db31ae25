"""The chain before money: an application, the decisions of its levels, their public notices, objections to them.

An application becomes an enrolment after village, township and district have passed it, each with a public notice
that ran out without an objection that stands. No reproductive, medical or procedure data has a column here; what is
written of reasons and objections names nobody by a number.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import FenField, fen_check, officer_field, plain_check
from payouts.models.benefits import Enrolment, Household
from payouts.models.people import Person
from payouts.models.words import (
    AccountKind,
    ApplicationStatus,
    Decision,
    Level,
    ObjectionOutcome,
)
from treasury.models import Township

# As long as telephone, account and ID numbers; a day has eight places.
LONG_NUMBER = "[0-9]{9,}"


def nameless_check(*fields: str, name: str) -> models.CheckConstraint:
    """Return the constraint that keeps numbers of people and of accounts, and control characters, out of texts."""
    condition = Q()
    for field in fields:
        condition &= ~Q(**{f"{field}__regex": f"[[:cntrl:]]|{LONG_NUMBER}"})
    return models.CheckConstraint(condition=condition, name=name)


class Application(models.Model):
    """A person's application for a scheme; all but its state, its account and its enrolment stays as registered."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    scheme = models.CharField(_("scheme"), max_length=60)
    township = models.ForeignKey(Township, on_delete=models.PROTECT, related_name="+", verbose_name=_("township"))
    village = models.CharField(_("village"), max_length=60)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("household")
    )
    household_kind = models.CharField(_("kind of household"), max_length=20, blank=True)
    residence = models.CharField(_("residence"), max_length=20, blank=True)
    relation = models.CharField(_("relation to the head"), max_length=20, blank=True)
    certificate = models.CharField(_("certificate number"), max_length=40, blank=True)
    claimed_from = models.DateField(_("entitled from"))
    ended_on = models.DateField(_("last day of entitlement"), null=True, blank=True)
    grade = models.CharField(_("grade"), max_length=20, blank=True)
    own_amount = FenField(_("amount of the person's own"), null=True, blank=True)
    account_kind = models.CharField(_("whose account"), max_length=8, choices=AccountKind, default=AccountKind.OWN)
    holder_name = models.CharField(_("account holder"), max_length=80, blank=True)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    account_number = models.CharField(_("account number"), max_length=40, blank=True)
    account_reason = models.CharField(_("why another's account"), max_length=200, blank=True)
    account_by = officer_field(_("account noted by"))
    paper = models.CharField(_("evidence"), max_length=200)
    applied_on = models.DateField(_("applied on"))
    status = models.CharField(
        _("state"), max_length=16, choices=ApplicationStatus, default=ApplicationStatus.REGISTERED
    )
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("registered by"),
    )
    registered_at = models.DateTimeField(_("registered at"))
    enrolment = models.OneToOneField(
        Enrolment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="application",
        verbose_name=_("enrolment"),
    )

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "scheme"],
                condition=~Q(status__in=[ApplicationStatus.CERTIFIED, ApplicationStatus.REFUSED]),
                name="application_is_one_at_a_time",
            ),
            models.CheckConstraint(condition=Q(status__in=ApplicationStatus.values), name="application_state_is_known"),
            models.CheckConstraint(
                condition=Q(status=ApplicationStatus.CERTIFIED) ^ Q(enrolment=None),
                name="application_is_certified_with_its_enrolment",
            ),
            models.CheckConstraint(
                condition=~Q(status=ApplicationStatus.CERTIFIED) | ~Q(account_number=""),
                name="application_is_certified_with_its_account",
            ),
            models.CheckConstraint(
                condition=Q(account_number="") ^ Q(account_by__isnull=False), name="account_is_noted_by_somebody"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("claimed_from")), name="application_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(account_kind=AccountKind.OWN) | ~Q(account_reason=""),
                name="applied_guardian_account_has_its_reason",
            ),
            models.CheckConstraint(condition=~Q(village=""), name="application_names_its_village"),
            models.CheckConstraint(condition=~Q(paper=""), name="application_has_its_paper"),
            fen_check(field="own_amount", name="applied_amount_is_exact"),
            plain_check(
                "holder_name", "account_number", "certificate", "village", "paper", name="application_text_is_plain"
            ),
        ]
        permissions = [
            ("register_application", _("may register applications and objections")),
            ("pass_village", _("may decide applications for the village")),
            ("pass_township", _("may decide applications for the township")),
            ("pass_district", _("may decide applications for the district")),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}/{self.pk}"


class ApplicationStep(models.Model):
    """What a level decided on an application; each level once, each by another officer."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="steps", verbose_name=_("application")
    )
    level = models.CharField(_("level"), max_length=13, choices=Level)
    decision = models.CharField(_("decision"), max_length=7, choices=Decision)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    decided_on = models.DateField(_("decided on"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("decision on an application")
        verbose_name_plural = _("decisions on applications")
        constraints = [
            models.UniqueConstraint(fields=["application", "level"], name="application_is_decided_once_a_level"),
            models.UniqueConstraint(fields=["application", "decided_by"], name="application_functions_are_apart"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="application_level_is_known"),
            models.CheckConstraint(condition=Q(decision__in=Decision.values), name="application_decision_is_known"),
            models.CheckConstraint(
                condition=Q(decision=Decision.PASSED) | ~Q(reason=""), name="application_is_refused_with_a_reason"
            ),
            nameless_check("reason", name="application_reason_names_nobody"),
        ]


class PublicNotice(models.Model):
    """Where and how long a level has put up what it passed (公示); ``ends_on`` is the first day after it."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="notices", verbose_name=_("application")
    )
    level = models.CharField(_("level"), max_length=13, choices=Level)
    starts_on = models.DateField(_("put up on"))
    ends_on = models.DateField(_("taken down on"))
    place = models.CharField(_("place of the notice"), max_length=100)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("posted by"),
    )
    posted_at = models.DateTimeField(_("posted at"))

    class Meta:
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        constraints = [
            models.UniqueConstraint(fields=["application", "level", "starts_on"], name="notice_is_posted_once"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="notice_lasts_a_day"),
            models.CheckConstraint(condition=~Q(place=""), name="notice_has_its_place"),
            plain_check("place", name="notice_text_is_plain"),
        ]


class Objection(models.Model):
    """An objection raised to a notice; it blocks until it is dismissed, and for ever if it is upheld."""

    notice = models.ForeignKey(
        PublicNotice, on_delete=models.PROTECT, related_name="objections", verbose_name=_("public notice")
    )
    raised_on = models.DateField(_("raised on"))
    text = models.CharField(_("what is objected"), max_length=300)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("registered by"),
    )
    registered_at = models.DateTimeField(_("registered at"))

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="objection_says_something"),
            nameless_check("text", name="objection_names_nobody"),
        ]


class ObjectionDecision(models.Model):
    """What was found of an objection: once, by an officer who neither wrote it down nor passed what it is against."""

    objection = models.OneToOneField(
        Objection, on_delete=models.PROTECT, related_name="decision", verbose_name=_("objection")
    )
    outcome = models.CharField(_("outcome"), max_length=9, choices=ObjectionOutcome)
    reason = models.CharField(_("reason"), max_length=200)
    decided_on = models.DateField(_("decided on"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("decision on an objection")
        verbose_name_plural = _("decisions on objections")
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=ObjectionOutcome.values), name="objection_outcome_is_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="objection_is_decided_with_a_reason"),
            nameless_check("reason", name="objection_decision_names_nobody"),
        ]
