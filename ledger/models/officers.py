"""Who acts on the books."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import plain_check
from ledger.models.words import OfficerKind


class Officer(AbstractUser):
    """A person who signs, or the service account of a rule that prepares vouchers.

    The username is the name under which an officer stands in vouchers and seals, so neither it
    nor the kind is ever changed (kept by ``officer_is_fixed``).
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(_("name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=OfficerKind, default=OfficerKind.PERSON)

    # Two posts of the officer's that exclude each other; found with the acts of the posts (month/held_posts.py).
    conflicting_posts: tuple[str, ...] = ()

    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        verbose_name = _("officer")
        verbose_name_plural = _("officers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in OfficerKind]), name="officer_kind_is_known"
            ),
            plain_check("username", name="officer_name_is_plain"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username
