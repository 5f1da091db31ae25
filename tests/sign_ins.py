"""Officers who sign in by the pages: name, password, code."""

import time
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from ledger.models import AuditEvent, Officer
from month.posts import ensure_posts
from web.models import OfficerSession
from web.security.passwords import change_password

PASSWORD = "七里香-Qing-Lan-2026"
OTHER = "春江潮水-Lian-Hai-2026"


def hire(username: str, *posts: str, password: str = PASSWORD) -> Officer:
    """Make an officer with posts, who chose the password."""
    ensure_posts()
    officer = Officer.objects.create(username=username, full_name="测试")
    officer.groups.set(Group.objects.filter(name__in=posts))
    if password:
        change_password(officer=officer, password=password, at=timezone.now())
    return Officer.objects.get(pk=officer.pk)


def given(username: str, *posts: str, password: str = PASSWORD) -> Officer:
    """Make an officer whose password was given by others."""
    officer = hire(username, *posts, password="")
    officer.set_password(password)
    officer.save()
    return officer


def enter(client: Client, username: str, password: str = PASSWORD, **headers: Any) -> Any:
    """Hand in name and password."""
    return client.post(reverse("sign_in"), {"username": username, "password": password}, **headers)


def signed_in(username: str, password: str = PASSWORD) -> Client:
    client = Client(headers={"accept-language": "en"})
    answer = enter(client, username, password)
    assert answer.status_code == 302, answer.content.decode()
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session and client.get(reverse("password")).status_code == 200


def code_of(officer: Officer, *, steps: int = 0) -> str:
    """Return the code that the officer's device shows now, or some steps later."""
    device = TOTPDevice.objects.get(user=officer)
    shown = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    shown.time = time.time() + steps * device.step
    return f"{shown.token():06d}"


def forget_waiting(officer: Officer) -> None:
    """Let the time pass that who failed has to wait, and let codes be new again."""
    before = {"throttling_failure_timestamp": None, "throttling_failure_count": 0}
    TOTPDevice.objects.filter(user=officer).update(**before, last_t=-1)
    StaticDevice.objects.filter(user=officer).update(**before)


def age_sessions(officer: Officer, *, idle: timedelta = timedelta(), length: timedelta = timedelta()) -> None:
    now = timezone.now()
    OfficerSession.objects.filter(officer=officer).update(seen_at=now - idle, begun_at=now - max(idle, length))


def events(act: str) -> list[tuple[str, str]]:
    """Return actor and refusal of the events of an act, oldest first."""
    return list(AuditEvent.objects.filter(act=act).order_by("pk").values_list("actor", "refused"))
