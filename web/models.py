"""What a sign-in leaves: sessions, passwords, confirmations, resets; forms that were sent; tokens of other systems."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from treasury.models import Township


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


class ApiScope(models.TextChoices):
    """What a token of another system opens; each operation of the API asks for one of them."""

    READ_BOOKS = "books:read", _("read books and vouchers")
    READ_MONTHS = "months:read", _("read months and totals of runs")
    READ_PAYMENTS = "payments:read", _("read results of payments")
    PUSH_CHANGES = "changes:write", _("push changes of staff")
    READ_CHANGES = "changes:read", _("read what became of changes")
    REGISTER_CLAIMS = "claims:write", _("register claims by the API")
    READ_CLAIMS = "claims:read", _("read what became of claims")


class ApiToken(models.Model):
    """What another system shows to act as its service officer: kept as its hash, for a year at most, taken away once.

    ``handle`` is the part of the token that is no secret. Without a township it is of the whole district.
    """

    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("acts as")
    )
    handle = models.CharField(_("handle"), max_length=16, unique=True)
    sha256 = models.CharField(_("SHA-256 of the token"), max_length=64)
    scopes = ArrayField(models.CharField(max_length=20, choices=ApiScope), verbose_name=_("scopes"))
    township = models.ForeignKey(
        Township, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("township")
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("expires at"))
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("revoked by"),
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    used_at = models.DateTimeField(_("last used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("token of a system")
        verbose_name_plural = _("tokens of systems")
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="api_token_is_kept_as_its_hash"),
            models.CheckConstraint(
                condition=Q(scopes__contained_by=ApiScope.values, scopes__len__gt=0), name="api_token_has_known_scopes"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at"), expires_at__lte=F("made_at") + timedelta(days=366)),
                name="api_token_ends_within_a_year",
            ),
            models.CheckConstraint(
                condition=Q(revoked_by=None, revoked_at=None) | Q(revoked_by__isnull=False, revoked_at__isnull=False),
                name="api_token_is_revoked_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer.username}/{self.handle}"


class ApiRequest(models.Model):
    """A request of a system that acted, with its answer: the same key again gets the same answer, by any of its tokens.

    Append-only.
    """

    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("acts as")
    )
    token = models.ForeignKey(ApiToken, on_delete=models.PROTECT, related_name="requests", verbose_name=_("token"))
    key = models.CharField(_("idempotency key"), max_length=64)
    operation = models.CharField(_("operation"), max_length=60)
    digest = models.CharField(_("SHA-256 of what was asked"), max_length=64)
    status = models.SmallIntegerField(_("status of the answer"))
    answer = models.TextField(_("answer"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("request of a system")
        verbose_name_plural = _("requests of systems")
        constraints = [models.UniqueConstraint(fields=["officer", "key"], name="api_request_acts_once")]


class ApiCalls(models.Model):
    """How often a token, or an address with a wrong one, has called since the window began; old rows are deleted."""

    caller = models.CharField(_("who calls"), max_length=60)
    begun_at = models.DateTimeField(_("window began at"))
    calls = models.IntegerField(_("number of calls"), default=1)

    class Meta:
        verbose_name = _("calls of a system")
        verbose_name_plural = _("calls of systems")
        constraints = [models.UniqueConstraint(fields=["caller", "begun_at"], name="api_calls_are_counted_once")]
