"""What a sign-in leaves: sessions, passwords that were chosen, confirmations of acts, resets of second factors."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class OfficerSession(models.Model):
    """A session of an officer in a browser; the session's data name it, and without it the session has ended."""

    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("officer")
    )
    begun_at = models.DateTimeField(_("begun at"))
    seen_at = models.DateTimeField(_("last seen at"))

    class Meta:
        verbose_name = _("session of an officer")
        verbose_name_plural = _("sessions of officers")


class ChosenPassword(models.Model):
    """A password that an officer chose, as its hash; one given by others is in no row. Append-only."""

    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("officer")
    )
    password = models.CharField(_("hash of the password"), max_length=128)
    chosen_at = models.DateTimeField(_("chosen at"))

    class Meta:
        verbose_name = _("chosen password")
        verbose_name_plural = _("chosen passwords")


class Confirmation(models.Model):
    """An act that an officer confirmed with password or code. Each nonce confirms once. Append-only."""

    nonce = models.CharField(_("nonce"), max_length=64)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("officer")
    )
    act = models.CharField(_("act"), max_length=100)
    subject = models.CharField(_("subject"), max_length=200)
    digest = models.CharField(_("digest of what was shown"), max_length=64)
    confirmed_at = models.DateTimeField(_("confirmed at"))

    class Meta:
        verbose_name = _("confirmation of an act")
        verbose_name_plural = _("confirmations of acts")
        constraints = [models.UniqueConstraint(fields=["nonce"], name="confirmation_is_used_once")]


class FactorReset(models.Model):
    """The second factor of an officer taken away: asked for by one, confirmed by another, neither the officer's own."""

    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("officer")
    )
    reason = models.CharField(_("reason"), max_length=200)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("reset of a second factor")
        verbose_name_plural = _("resets of second factors")
        constraints = [
            models.CheckConstraint(
                condition=~Q(asked_by=F("officer")) & (Q(confirmed_by=None) | ~Q(confirmed_by=F("officer"))),
                name="nobody_resets_his_own_factor",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("asked_by")), name="factor_reset_by_two"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="factor_reset_is_confirmed_whole",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="factor_reset_has_its_reason"),
        ]


class SentForm(models.Model):
    """A form that was sent; the same one sent again acts no second time. Append-only."""

    nonce = models.CharField(_("nonce"), max_length=64)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("officer")
    )
    act = models.CharField(_("act"), max_length=100)
    subject = models.CharField(_("subject"), max_length=200)
    sent_at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("form that was sent")
        verbose_name_plural = _("forms that were sent")
        constraints = [models.UniqueConstraint(fields=["nonce"], name="form_acts_once")]
