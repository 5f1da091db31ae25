"""Passwords that officers choose: not one of the last five; one given by others is changed at the first sign-in."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ledger.models import Officer
from ledger.recording import record_event
from web.models import ChosenPassword

REMEMBERED: Final = 5


class NotUsedLately:
    """A password rule: none of the officer's last five, nor the one that was given."""

    def validate(self, password: str, user: Officer | None = None) -> None:
        """Refuse a password that was used lately.

        :raises ValidationError: if it was
        """
        if user is None or user.pk is None:
            return
        present = Officer.objects.filter(pk=user.pk).values_list("password", flat=True)
        if any(check_password(password, used) for used in {*present, *last_passwords(officer=user)}):
            raise ValidationError(self.get_help_text(), code="password_is_new")

    def get_help_text(self) -> str:
        return _("The password may not be one of the last {count} you used.").format(count=REMEMBERED)


def last_passwords(*, officer: Officer) -> list[str]:
    """Return the hashes of the passwords that an officer chose, newest first."""
    chosen = ChosenPassword.objects.filter(officer=officer).order_by("-chosen_at", "-pk")
    return list(chosen.values_list("password", flat=True)[:REMEMBERED])


def is_initial(*, officer: Officer, password: str) -> bool:
    """Whether the right password of an officer was given by others, and is to be changed.

    The officers of a demo keep theirs, which are their names.
    """
    if settings.DEMO and officer.username.startswith("demo-"):
        return False
    newest = last_passwords(officer=officer)[:1]
    if officer.password in newest:  # the same hash: to hash once more would only cost the time of a sign-in
        return False
    return not any(check_password(password, chosen) for chosen in newest)


@transaction.atomic
def change_password(*, officer: Officer, password: str, at: datetime) -> None:
    """Let an officer's own password be a new one, which the rules have accepted.

    Sessions that were begun with the old one end by themselves.
    """
    officer.set_password(password)
    officer.save(update_fields=["password"])
    ChosenPassword.objects.create(officer=officer, password=officer.password, chosen_at=at)
    record_event(chain="", at=at, actor=officer.username, act="officer.password", subject=f"officer/{officer.username}")


def password_rules() -> list[str]:
    """Return the rules as the page tells them."""
    return [
        _("At least 12 characters, and not digits alone."),
        _("Not like your name, and none of the passwords that everybody uses."),
        NotUsedLately().get_help_text(),
    ]
