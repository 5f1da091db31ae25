"""An act is confirmed by its officer, for what was shown, once, within two minutes."""

import html
import re
import time

import pytest
from axes.models import AccessAttempt
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.views.decorators.http import require_POST
from pytest_django import Settings

from config.urls import urlpatterns as own_patterns
from ledger.models import Officer
from tests.security.test_second_factor import enrol
from tests.sign_ins import OTHER, PASSWORD, code_of, events, forget_waiting, hire, signed_in
from web.access_table import ROUTES, Rule
from web.models import Confirmation
from web.security import confirming
from web.security.confirming import require_fresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("page")]
HIDDEN = re.compile(r'<input type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)">')
SHOWN = {"digest": "a" * 64}


@require_POST
def approve(request: HttpRequest) -> HttpResponse:
    """An act as the desks will have them: it tells what it was sent."""
    require_fresh(request, act="payouts.release_run", subject="run/7", digest=SHOWN["digest"])
    return HttpResponse("done: " + ",".join(request.POST.getlist("note")))


urlpatterns = [*own_patterns, path("approve/", approve, name="approve")]


@pytest.fixture
def page(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = __name__
    monkeypatch.setattr("web.access.ROUTES", {**ROUTES, "approve": Rule.SIGNED_IN})
    monkeypatch.setitem(SHOWN, "digest", "a" * 64)


@pytest.fixture
def wang() -> Officer:
    return hire("wang", "releaser")


def asked(client: Client, **form: object) -> dict[str, list[str]]:
    """Send the form of the act and return the fields of the page that asks for the confirmation."""
    answer = client.post("/approve/", form)
    assert answer.status_code == 403
    fields: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(answer.content.decode()):
        fields.setdefault(name, []).append(html.unescape(value))
    fields.pop("next", None)
    return fields


def confirm(client: Client, fields: dict[str, list[str]], proof: str = PASSWORD) -> str:
    answer = client.post("/approve/", {**fields, "confirmation_proof": proof})
    text = answer.content.decode()
    if text.startswith("done"):
        return text
    found = re.search(r'<p class="refusal" role="alert">([^<]*)', text)
    assert found, text
    return found.group(1)


def test_an_act_is_confirmed_with_the_password_and_gets_all_of_its_form(wang: Officer) -> None:
    client = signed_in("wang")
    fields = asked(client, note=["one", 'two "quoted" <b>'])
    assert confirm(client, fields) == 'done: one,two "quoted" <b>'
    assert Confirmation.objects.get().subject == "run/7"


def test_a_wrong_password_does_nothing_and_is_in_the_trail(wang: Officer) -> None:
    client = signed_in("wang")
    fields = asked(client)
    assert confirm(client, fields, "wrong").startswith("Password or code is wrong")
    assert events("payouts.release_run") == [("wang", "confirmation_is_right")]
    assert not Confirmation.objects.exists()


def test_a_wrong_password_leaves_nothing_of_the_form_in_the_tables_of_the_lock_out(wang: Officer) -> None:
    client = signed_in("wang")
    confirm(client, asked(client, note="110101199003071234"), "wrong")
    assert "1101" not in str(list(AccessAttempt.objects.values()))


def test_five_wrong_passwords_lock_out(wang: Officer) -> None:
    client = signed_in("wang")
    fields = asked(client)
    told = [confirm(client, fields, "wrong") for _ in range(5)]
    assert told[3].startswith("Password or code is wrong")
    assert told[4].startswith("Too many attempts")
    assert confirm(client, fields).startswith("Too many attempts")


def test_a_code_of_the_device_confirms_once(wang: Officer) -> None:
    client = signed_in("wang")
    enrol(client, wang)
    code = code_of(wang)
    assert confirm(client, asked(client), code).startswith("done")
    assert confirm(client, asked(client), code).startswith("Password or code is wrong")
    forget_waiting(wang)
    assert confirm(client, asked(client)).startswith("done")  # the password is as good


def test_a_confirmation_is_used_once(wang: Officer) -> None:
    client = signed_in("wang")
    fields = asked(client)
    assert confirm(client, fields).startswith("done")
    assert confirm(client, fields).startswith("What you confirmed has changed")


def test_what_has_changed_since_is_confirmed_anew(wang: Officer) -> None:
    client = signed_in("wang")
    fields = asked(client)
    SHOWN["digest"] = "b" * 64
    assert confirm(client, fields).startswith("What you confirmed has changed")
    assert confirm(client, asked(client)).startswith("done")


def test_a_confirmation_of_one_officer_is_none_of_another(wang: Officer) -> None:
    hire("li", "releaser", password=OTHER)
    fields = asked(signed_in("wang"))
    assert confirm(signed_in("li", OTHER), fields, OTHER).startswith("What you confirmed has changed")


@pytest.mark.parametrize(("seconds", "goes"), [(118, True), (121, False)])
def test_a_confirmation_is_good_for_two_minutes(
    wang: Officer, monkeypatch: pytest.MonkeyPatch, seconds: int, *, goes: bool
) -> None:
    client = signed_in("wang")
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now - seconds)
    fields = asked(client)
    monkeypatch.setattr("django.core.signing.time.time", lambda: now)
    assert confirm(client, fields).startswith("done") is goes


@pytest.mark.parametrize("question", ["", "made:up", "e30:1abc:xyz"])
def test_a_question_that_nobody_asked_is_void(wang: Officer, question: str) -> None:
    client = signed_in("wang")
    assert confirm(client, {"confirmation": [question]}).startswith("What you confirmed has changed")


def test_the_page_is_in_both_languages(wang: Officer) -> None:
    client = signed_in("wang")
    text = client.post("/approve/", headers={"accept-language": "zh-hans"}).content.decode()
    assert "此操作须用密码" in text
    assert confirming.QUESTION in text
