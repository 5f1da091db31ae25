"""Officers of townships at their desk: they sign in, send a form as its page draws it, and confirm what is asked."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from html import unescape
from typing import Any

from django.test import Client

from ledger.models import Officer
from tests.golden import AT, town
from tests.sign_ins import PASSWORD, hire
from treasury.models import Secondment
from treasury.models.words import PostKind
from web.security.confirming import PROOF

BEGIN, END = date(2020, 1, 1), date(2126, 1, 1)
ASKED_ANEW = 403
Sent = Mapping[str, str | Sequence[str]]


def seconded(username: str, post: PostKind, township: str, *, name: str = "") -> Officer:
    """Hire an officer without a post of the bureau who holds one in a township."""
    officer = hire(username)
    held = Secondment.objects.create(
        township=town(township),
        post=post,
        holder=officer,
        name=name or f"测试{username}",
        effective_from=BEGIN,
        effective_to=END,
        held_until=END,
        given_by=Officer.objects.get(username="demo-administrator"),
        given_at=AT,
    )
    Secondment.objects.filter(pk=held.pk).update(
        status="CONFIRMED", decided_by=Officer.objects.get(username="demo-bureau"), decided_at=AT
    )
    return officer


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return str(answer.content.decode())


def hidden(text: str) -> dict[str, str]:
    """Return the token and the mark of the first form of a page that has them."""
    found = dict(re.findall(r'<input type="hidden" name="(form_token|form_shown)" value="([^"]*)">', text))
    return {name: unescape(value) for name, value in found.items()}


def send(client: Client, address: str, fields: Sent, *, drawn: Sent | None = None, to: str = "") -> Any:
    """Send a form as its page draws it now, or drew it before; confirm it with the password where that is asked."""
    first = hidden(page(client, address)) if drawn is None else drawn
    answer = client.post(to or address, {**first, **fields})
    if answer.status_code != ASKED_ANEW or PROOF not in answer.content.decode():
        return answer
    text = answer.content.decode()
    carried = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text)
    again: dict[str, list[str]] = {}
    for name, value in carried:
        if name != "csrfmiddlewaretoken":
            again.setdefault(name, []).append(unescape(value))
    return client.post(to or address, {**again, PROOF: PASSWORD})
