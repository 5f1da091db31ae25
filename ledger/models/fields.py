"""The column types that the books share."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Replace, Upper


class FenField(models.DecimalField):  # type: ignore[type-arg]
    """An exact amount of money, two decimals, in ``numeric`` without a scale.

    PostgreSQL rounds silently when a column has a scale, so the column has none and a
    CHECK constraint beside it (``fen_check``) refuses a third decimal instead.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "numeric"


def fen_check(*, field: str, name: str) -> models.CheckConstraint:
    """Return the constraint that keeps ``field`` at two decimals and below 10^16 yuan."""
    exact = models.Func(models.F(field), models.Value(2), function="round", output_field=FenField())
    limit = 10**16
    return models.CheckConstraint(
        condition=models.Q(**{field: exact, f"{field}__gt": -limit, f"{field}__lt": limit}), name=name
    )


def code_field(verbose_name: Any, *, max_length: int = 40, **kwargs: Any) -> "models.CharField[Any, Any]":
    """Return a column for a code of the trade: short, never blank."""
    return models.CharField(verbose_name, max_length=max_length, **kwargs)


def plain_check(*fields: str, name: str) -> models.CheckConstraint:
    """Return the constraint that keeps control characters out of texts that are sealed and printed."""
    condition = models.Q()
    for field in fields:
        condition &= ~models.Q(**{f"{field}__regex": "[[:cntrl:]]"})
    return models.CheckConstraint(condition=condition, name=name)


def as_read(field: str) -> Upper:
    """Return a text as people read it: wide characters narrow, small letters large, without spaces."""
    narrow = models.Func(models.F(field), template="normalize(%(expressions)s, NFKC)", output_field=models.TextField())
    return Upper(Replace(narrow, models.Value(" "), models.Value("")))


def officer_field(verbose_name: Any) -> "models.ForeignKey[Any, Any]":
    """Return a column for the officer who signs something; empty until then."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        null=True,
        blank=True,
        related_name="+",
        verbose_name=verbose_name,
    )


def deciding_officer(verbose_name: Any) -> "models.ForeignKey[Any, Any]":
    """Return a column for the officer without whom a row is not there."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        to_field="username",
        related_name="+",
        verbose_name=verbose_name,
    )
