"""A form acts once, whatever happens between its being sent and its being answered."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial

import pytest
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.views.decorators.http import require_POST
from pytest_django import Settings

from config.urls import urlpatterns as own_patterns
from ledger.models import AuditEvent, Officer
from ledger.policies import NoValueYet
from ledger.recording import record_event
from ledger.refusals import UnableToPost
from tests import golden
from tests.attacks import Stage
from tests.racing import all_at_once
from tests.security.test_confirming import HIDDEN
from tests.sign_ins import PASSWORD, hire, signed_in
from web.access_table import ROUTES, Rule
from web.acting import SHOWN, TOKEN, new_token, take, take_and_go
from web.models import Confirmation, SentForm
from web.security.kept_forms import KEPT, TO

own_stage = golden.own_stage
pytestmark = pytest.mark.usefixtures("page")
SUBJECT, ELSEWHERE = "run/7", "/password/"
STEP: dict[str, Callable[[Officer, datetime], str]] = {}


class ProcessDied(BaseException):
    """As when a process is ended in the middle: nobody catches it."""


def act_now(officer: Officer, at: datetime) -> str:
    record_event(chain="", at=at, actor=officer.username, act="run.test", subject=SUBJECT)
    return "acted"


def act_and_die(officer: Officer, at: datetime) -> str:
    act_now(officer, at)
    raise ProcessDied


def act_and_refuse(officer: Officer, at: datetime) -> str:
    act_now(officer, at)
    raise UnableToPost("run_is_there", {"run": 7})


def act_and_find_no_value(officer: Officer, at: datetime) -> str:
    act_now(officer, at)
    raise NoValueYet("pay_day", date(1999, 5, 1))


def act_and_break_a_promise(officer: Officer, at: datetime) -> str:
    act_now(officer, at)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_auditevent SET actor = 'nobody'")
    return "never"


@require_POST
def plain(request: HttpRequest) -> HttpResponse:
    outcome = take(request, act="run.test", subject=SUBJECT, step=STEP["now"], shown="1")
    return HttpResponse(outcome.said or outcome.refusal)


@require_POST
def confirmed(request: HttpRequest) -> HttpResponse:
    outcome = take(request, act="run.test", subject=SUBJECT, step=STEP["now"], shown="1", confirmed=True)
    return HttpResponse(outcome.said or outcome.refusal)


@require_POST
def away(request: HttpRequest) -> HttpResponse:
    return take_and_go(request, act="run.test", subject=SUBJECT, step=STEP["now"], to=ELSEWHERE, shown="1")


VIEWS = {"plain": plain, "confirmed": confirmed, "away": away}
urlpatterns = [*own_patterns, *(path(f"{name}/", view, name=name) for name, view in VIEWS.items())]


@pytest.fixture
def page(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = __name__
    monkeypatch.setattr("web.access.ROUTES", {**ROUTES, **dict.fromkeys(VIEWS, Rule.SIGNED_IN)})
    monkeypatch.setitem(STEP, "now", act_now)


@pytest.fixture
def client(db: None) -> Client:
    hire("wang", "releaser")
    return signed_in("wang")


def drawn() -> dict[str, str]:
    return {TOKEN: new_token(officer=Officer.objects.get(username="wang")), SHOWN: "1"}


def send(client: Client, address: str, fields: dict[str, str]) -> str:
    return client.post(address, fields).content.decode()


def to_confirm(client: Client, fields: dict[str, str]) -> dict[str, str]:
    """Send the form of an act that is confirmed, and return the filled page that asks for it."""
    asked = client.post("/confirmed/", fields)
    assert asked.status_code == 403
    found = dict(HIDDEN.findall(asked.content.decode()))
    found.pop("next", None)
    return {**found, "confirmation_proof": PASSWORD}


def acted() -> int:
    return AuditEvent.objects.filter(act="run.test", refused="").count()


def test_a_form_whose_process_died_in_the_middle_has_done_nothing_and_is_sent_again(client: Client) -> None:
    fields = drawn()
    STEP["now"] = act_and_die
    with pytest.raises(ProcessDied):
        client.post("/plain/", fields)
    assert (acted(), SentForm.objects.count()) == (0, 0)
    STEP["now"] = act_now
    assert send(client, "/plain/", fields) == "acted"
    assert send(client, "/plain/", fields).startswith("This form was sent before, and acted then")
    assert acted() == 1


def test_a_day_of_which_the_policies_say_nothing_is_told_on_the_page(client: Client) -> None:
    STEP["now"] = act_and_find_no_value
    assert "The policy pay_day has no value on 1999-05-01." in send(client, "/plain/", drawn())
    assert acted() == 0


@pytest.mark.parametrize("broken", [act_and_refuse, act_and_find_no_value, act_and_break_a_promise])
def test_a_form_that_was_refused_is_judged_anew_when_it_is_sent_again(
    client: Client, broken: Callable[[Officer, datetime], str]
) -> None:
    fields = drawn()
    STEP["now"] = broken
    first = send(client, "/plain/", fields)
    assert first != "never"
    assert send(client, "/plain/", fields) == first
    assert (acted(), SentForm.objects.count()) == (0, 0)
    STEP["now"] = act_now
    assert send(client, "/plain/", fields) == "acted"


def test_a_confirmed_act_whose_process_died_is_asked_for_anew_and_done_once(client: Client) -> None:
    fields = drawn()
    proven = to_confirm(client, fields)
    STEP["now"] = act_and_die
    with pytest.raises(ProcessDied):
        client.post("/confirmed/", proven)
    assert (acted(), SentForm.objects.count(), Confirmation.objects.count()) == (0, 0, 1)
    STEP["now"] = act_now
    again = client.post("/confirmed/", proven)
    assert (again.status_code, acted()) == (403, 0)
    assert "was confirmed already" in again.content.decode()
    asked_anew = {**dict(HIDDEN.findall(again.content.decode())), "confirmation_proof": PASSWORD}
    assert send(client, "/confirmed/", asked_anew) == "acted"
    assert send(client, "/confirmed/", asked_anew).startswith("This form was sent before")
    assert (acted(), Confirmation.objects.count()) == (1, 2)


def test_a_confirmed_act_whose_answer_was_lost_says_that_it_was_done(client: Client) -> None:
    proven = to_confirm(client, drawn())
    assert send(client, "/confirmed/", proven) == "acted"
    assert send(client, "/confirmed/", proven).startswith("This form was sent before, and acted then")
    assert (acted(), Confirmation.objects.count()) == (1, 1)


def test_what_the_database_refuses_is_told_in_its_words(client: Client) -> None:
    STEP["now"] = act_and_break_a_promise
    told = send(client, "/plain/", drawn())
    assert told
    assert DatabaseError.__name__ not in told


def test_a_form_that_stays_on_its_page_is_told_where_to_go(client: Client) -> None:
    kept = client.post("/away/", drawn(), headers={KEPT: "kept"})
    assert (kept.status_code, kept.headers[TO], kept.content) == (204, ELSEWHERE, b"")
    assert "Location" not in kept.headers
    assert "acted" in client.get(ELSEWHERE).content.decode()
    plain_one = client.post("/away/", drawn())
    assert (plain_one.status_code, plain_one.headers["Location"]) == (303, ELSEWHERE)
    assert TO not in plain_one.headers


def test_a_form_that_is_sent_again_while_it_is_taken_waits_for_what_comes_of_it(own_stage: Stage) -> None:
    hire("wang", "releaser")
    fields, clients = drawn(), [signed_in("wang") for _ in range(3)]

    def act_slowly(officer: Officer, at: datetime) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.3)")
        return act_now(officer, at)

    STEP["now"] = act_slowly
    with ThreadPoolExecutor(3) as pool:
        works = [partial(send, client, "/plain/", fields) for client in clients]
        told = sorted(future.result()[:25] for future in all_at_once(pool, works))
    assert told == ["This form was sent before", "This form was sent before", "acted"]
    assert (acted(), SentForm.objects.count()) == (1, 1)
