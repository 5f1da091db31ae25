"""The second factor of an officer: a device that shows a code (TOTP), and backup codes for when it is lost.

django-otp keeps the devices, refuses a code that was used, and makes who failed wait, each time twice as long.
"""

import re
import secrets
from base64 import b32encode
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from ledger.models import Officer
from ledger.recording import record_event
from web.security.refusals import CodeRefused, FactorInUse

BACKUP_CODES: Final = 10
CODE_BYTES: Final = 10
BACKUP_CODE: Final = re.compile("[a-z2-7]{4}(?:-[a-z2-7]{4}){3}")
# Who holds one of these has to have a second factor where TONGFA_TOTP is "required": those who release money,
# give posts, or confirm them as head of the bureau.
GRAVE_ACTS: Final = (
    "payouts.release_run",
    "treasury.release_funds",
    "treasury.give_post",
    "treasury.confirm_post",
)


def has_factor(officer: Officer) -> bool:
    return bool(TOTPDevice.objects.filter(user=officer, confirmed=True).exists())


def needs_factor(officer: Officer) -> bool:
    """Whether an officer has to have a second factor; a superuser always, but in a demo."""
    if officer.is_superuser and not settings.DEMO:
        return True
    return settings.TOTP == "required" and any(officer.has_perm(act) for act in GRAVE_ACTS)


def backup_codes_left(officer: Officer) -> int:
    return int(StaticToken.objects.filter(device__user=officer).count())


def begun_device(*, officer: Officer) -> TOTPDevice:
    """Return the device that an officer is about to take into use, with its secret.

    :raises FactorInUse: if there is one in use
    """
    if has_factor(officer):
        raise FactorInUse("officer_has_one_factor", {"officer": officer.username})
    device, _made = TOTPDevice.objects.get_or_create(user=officer, confirmed=False, defaults={"name": "totp"})
    return device


def secret_text(device: TOTPDevice) -> str:
    """Return the secret in groups of four, to be typed into a device that has no camera."""
    text = b32encode(device.bin_key).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def enrol_device(*, officer: Officer, code: str, at: datetime) -> list[str]:
    """Take a device into use whose code is right, and return the backup codes, which are shown this once.

    :raises FactorInUse: if there is one in use
    :raises CodeRefused: if the code is wrong
    """
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().get(pk=begun_device(officer=officer).pk)
        is_right = device.verify_token(digits_of(code))
        if is_right:
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            codes = new_backup_codes(officer=officer)
            record(officer=officer, act="officer.factor_enrol", at=at)
    if not is_right:  # the failure stays counted
        raise CodeRefused("code_is_right")
    return codes


def renew_backup_codes(*, officer: Officer, code: str, at: datetime) -> list[str]:
    """Make all earlier backup codes void and return new ones; the device's code is asked for.

    :raises CodeRefused: if the code is wrong or used
    """
    if not use_device_code(officer=officer, code=code):
        raise CodeRefused("code_is_right")
    with transaction.atomic():
        codes = new_backup_codes(officer=officer)
        record(officer=officer, act="officer.backup_codes", at=at)
    return codes


def code_is_right(*, officer: Officer, code: str) -> bool:
    """Whether a code is that of the officer's device now, or an unused backup code; it is used up by that."""
    return (
        use_device_code(officer=officer, code=code) if digits_of(code) else use_backup_code(officer=officer, code=code)
    )


@transaction.atomic
def use_device_code(*, officer: Officer, code: str) -> bool:
    device = TOTPDevice.objects.select_for_update().filter(user=officer, confirmed=True).first()
    return device is not None and bool(device.verify_token(digits_of(code)))


@transaction.atomic
def use_backup_code(*, officer: Officer, code: str) -> bool:
    backup = StaticDevice.objects.select_for_update().filter(user=officer, confirmed=True).first()
    return backup is not None and bool(backup.verify_token(kept_form(code)))


def looks_like_code(text: str) -> bool:
    """Whether a text has the form of a code; a password that has it is tried as a code first."""
    return bool(digits_of(text) or BACKUP_CODE.fullmatch(text.strip().lower()))


def digits_of(code: str) -> str:
    """Return the six digits of a code as typed, or nothing if it is none of a device."""
    plain = "".join(code.split())
    return plain if len(plain) == 6 and plain.isascii() and plain.isdecimal() else ""


def new_backup_codes(*, officer: Officer) -> list[str]:
    device, _made = StaticDevice.objects.get_or_create(user=officer, defaults={"name": "backup", "confirmed": True})
    device.token_set.all().delete()
    codes = [new_code() for _ in range(BACKUP_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=device, token=kept_form(code)) for code in codes])
    return codes


def new_code() -> str:
    text = b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def kept_form(code: str) -> str:
    """Return what is kept of a backup code: no code can be read from the database."""
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    return salted_hmac("tongfa.backup_code", plain, algorithm="sha256").hexdigest()[:16]


def record(*, officer: Officer, act: str, at: datetime) -> None:
    record_event(chain="", at=at, actor=officer.username, act=act, subject=f"officer/{officer.username}")
