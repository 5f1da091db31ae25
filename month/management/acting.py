"""Take one act of a command as the officer of ``--as``; a refusal is recorded and told."""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from django.core.management import CommandError
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Officer
from ledger.recording import acting_from, refusals_recorded
from ledger.refusals import UnableToPost, database_words
from month.management.commands.month import officer_of
from treasury.models import Township
from treasury.refusals import NothingThere

T = TypeVar("T")


def take(*, asked: Namespace, command: str, act: str, subject: str, step: Callable[[Officer, datetime], T]) -> T:
    """Return what a step made that the officer of ``--as`` takes now."""
    officer = officer_of(asked)
    if officer is None:
        raise CommandError(_("Name the officer who acts: --as."))
    at = timezone.now()
    try:
        with (
            acting_from(f"manage.py {command}"),
            refusals_recorded(chain="", at=at, actor=officer.username, act=act, subject=subject[:200]),
        ):
            return step(officer, at)
    except UnableToPost as refusal:
        raise CommandError(str(refusal)) from refusal
    except DatabaseError as error:
        raise CommandError(database_words(error)) from None


def township_of(text: str) -> Township:
    """Return the township of a code or a name.

    :raises NothingThere: if there is none
    """
    found = Township.objects.filter(code=text).first() or Township.objects.filter(name=text).first()
    if found is None:
        raise NothingThere("township_is_registered", {"township": text})
    return found


def officer_named(username: str) -> Officer:
    """Return the officer of a username.

    :raises NothingThere: if there is none
    """
    found = Officer.objects.filter(username=username).first()
    if found is None:
        raise NothingThere("officer_is_appointed", {"officer": username})
    return found


def day_of(text: str) -> date:
    """Return a day written ``2026-11-05``."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(_("{text} is no day; write it as 2026-11-05.").format(text=text)) from error


def amount_of(text: str) -> Decimal:
    """Return an amount in yuan."""
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise ArgumentTypeError(_("{text} is no amount; write it as 1234.50.").format(text=text)) from error
    if not amount.is_finite():
        raise ArgumentTypeError(_("{text} is no amount; write it as 1234.50.").format(text=text))
    return amount
