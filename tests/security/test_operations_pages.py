"""What machines ask, what is logged and measured, what every answer carries, and the pages of errors."""

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.urls import path, reverse
from django.utils import translation
from pytest_django import Settings

from config import gunicorn, instance, roles
from config.urls import urlpatterns as own_patterns
from ledger.models import Officer
from tests import golden
from tests.golden import BIRCH
from tests.operations.test_access import addresses
from tests.runbook import without_ours
from tests.sign_ins import enter, hire, signed_in
from web.access_table import ROUTES, Rule
from web.security.logs import JsonLines, NoPersonalData

stage, rolled_back = golden.stage, golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

ID_NUMBER = "110101199003071234"  # invented
PRODUCTION = {
    "DATABASE_URL": "postgresql://tongfa_app:x@db.example/tongfa",
    "SECRET_KEY": "of-the-tests-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
    "TONGFA_HOSTS": "books.example.gov.cn",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}


def broken(_request: HttpRequest, number: str = "") -> HttpResponse:
    raise ValueError(f"row of {number or ID_NUMBER}")


urlpatterns = [*own_patterns, path("broken/<str:number>/", broken, name="broken")]


@pytest.fixture
def broken_page(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = __name__
    monkeypatch.setattr("web.access.ROUTES", {**ROUTES, "broken": Rule.ANYBODY})


class Inline(HTMLParser):
    """Collects what the policy of the pages forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.found.append(tag)
        addresses = [given.get(name) or "" for name in ("src", "href", "action", "srcset", "data")]
        self.found += [f"{tag} {one}" for one in addresses if re.match(r"(?:[a-z]+:)?//|javascript:", one)]


def test_the_reader_of_pages_sees_what_is_forbidden() -> None:
    reader = Inline()
    reader.feed('<p style="x"><a onclick="x" href="//cdn.example/x"><script>1</script><style></style>')
    assert reader.found == ["p style", "a onclick", "a //cdn.example/x", "script", "style"]


def every_page() -> Iterator[tuple[str, Any]]:
    hire("wu", "administrator")
    clients = [Client(), Client(), signed_in("wu")]
    clients[1].force_login(Officer.objects.get(username="demo-auditor"))
    anybody = {"sign_in": reverse("sign_in"), "sign_in_code": reverse("sign_in_code")}
    for client in clients:
        for name, address in {**anybody, **addresses(BIRCH), "none": "/nowhere/"}.items():
            yield name, client.get(address, follow=True)


def test_no_page_has_anything_inline_or_from_elsewhere() -> None:
    seen = 0
    for name, answer in every_page():
        if answer.headers["Content-Type"].startswith("text/html"):
            reader = Inline()
            reader.feed(answer.content.decode())
            assert reader.found == [], name
            seen += 1
    assert seen > 30


def test_every_answer_carries_the_strict_headers() -> None:
    for name, answer in every_page():
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy, name
        assert {
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        } == set(policy.split("; ")), name
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert "no-store" in answer.headers["Cache-Control"], name
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_a_request_id_of_the_proxy_is_kept_and_a_bad_one_is_not() -> None:
    good = Client().get("/healthz", headers={"X-Request-ID": "abc-12345"})
    bad = Client().get("/healthz", headers={"X-Request-ID": 'x" level="ERROR'})
    assert good.headers["X-Request-ID"] == "abc-12345"
    assert re.fullmatch("[0-9a-f]{32}", bad.headers["X-Request-ID"])


def test_the_process_answers_without_its_database() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_the_server_is_ready_with_database_and_migrations_and_tells_the_broker() -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert answer.json() | {"broker": None} == {"ready": True, "database": True, "migrations": True, "broker": None}


def test_the_server_is_not_ready_before_its_migrations() -> None:
    with connection.cursor() as cursor:  # what the app role may not do, the test's owner undoes by rolling back
        cursor.execute("SELECT has_table_privilege('django_migrations', 'DELETE')")
        assert cursor.fetchone() == (False,)
    found = MigrationRecorder.applied_migrations
    without = {key: value for key, value in found(MigrationRecorder(connection)).items() if key[0] != "web"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MigrationRecorder, "applied_migrations", lambda _self: without)
        answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, False)


def test_measurements_tell_requests_jobs_books_and_sign_ins_and_nothing_of_people() -> None:
    enter(Client(), "nobody-at-all", "wrong password")
    Client().get(addresses(BIRCH)["voucher"])
    text = Client().get("/metrics").content.decode()
    assert re.search(r'tongfa_requests_total\{method="GET",route="voucher",status="302"\} \d', text)
    assert 'tongfa_request_seconds_bucket{le="0.25",route="voucher"}' in text
    assert re.search(r"tongfa_refused_sign_ins_total [1-9]", text)
    assert "# TYPE tongfa_jobs gauge" in text
    assert re.search(r'tongfa_book_head_age_seconds\{book="[^"]+"\} \d+', text)
    assert "nobody" not in text
    assert "/vouchers/" not in text


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "10.0.0.5"}, 403),
        ({"REMOTE_ADDR": ""}, 403),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "10.0.0.5"}, 403),  # a proxy nobody told us of
        ({"REMOTE_ADDR": "10.0.0.5", "HTTP_AUTHORIZATION": "Bearer of-the-tests"}, 200),
        ({"REMOTE_ADDR": "10.0.0.5", "HTTP_AUTHORIZATION": "Bearer other"}, 403),
    ],
)
def test_measurements_are_for_this_machine_or_the_token(settings: Settings, asked: dict[str, str], status: int) -> None:
    settings.METRICS_TOKEN = "of-the-tests"
    assert Client().get("/metrics", **asked).status_code == status  # type: ignore[arg-type]


def test_without_a_token_none_is_right(settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", REMOTE_ADDR="10.0.0.5", HTTP_AUTHORIZATION="Bearer ").status_code == 403


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    lines = []
    for record in caplog.records:
        assert NoPersonalData().filter(record)
        lines.append(json.loads(JsonLines().format(record)))
    return lines


def test_a_request_is_logged_by_route_without_its_path(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tongfa.request")
    Client().get(f"/books/{ID_NUMBER}/")
    line = logged(caplog)[-1]
    assert (line["route"], line["method"], line["status"], line["message"]) == ("balance", "GET", 302, "request")
    assert isinstance(line["milliseconds"], int)
    assert ID_NUMBER not in json.dumps(line)


@pytest.mark.usefixtures("broken_page")
def test_an_error_is_logged_by_kind_and_place_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    client = Client(raise_request_exception=False)
    answer = client.get(f"/broken/{ID_NUMBER}/")
    assert answer.status_code == 500
    assert "系统出错" in answer.content.decode()
    assert "Something went wrong" in answer.content.decode()
    assert ID_NUMBER not in answer.content.decode()
    lines = logged(caplog)
    assert any(line.get("error") == "ValueError" for line in lines)
    assert ID_NUMBER not in json.dumps(lines)


def test_long_numbers_are_masked_in_any_line(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("anything").warning("account %s", "6228480012345678")
    assert logged(caplog)[-1]["message"] == "account 622********5678"


@pytest.mark.parametrize(("language", "told"), [("en", "Not sent"), ("zh-hans", "未提交")])
def test_a_form_from_elsewhere_is_told(language: str, told: str) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": language})
    refused = client.post(reverse("sign_in"), {"username": "x", "password": "y"})
    assert refused.status_code == 403
    assert told in refused.content.decode()


@pytest.mark.parametrize(
    ("template", "texts"), [("400.html", ("请求无效", "Bad request")), ("500.html", ("系统出错",))]
)
def test_pages_that_may_not_ask_for_anything_say_it_in_both_languages(template: str, texts: tuple[str, ...]) -> None:
    with translation.override("en"):
        text = render_to_string(template)
    assert all(one in text for one in texts)


def test_a_host_that_is_not_ours_is_a_bad_request() -> None:
    answer = Client().get("/sign-in/", HTTP_HOST="evil.example")
    assert answer.status_code == 400
    assert "Bad request" in answer.content.decode()
    assert "evil" not in answer.content.decode()


def python(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=instance.PROJECT,
        env={**without_ours(), **PRODUCTION, **variables},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_production_settings_pass_the_check_in_silence() -> None:
    done = python("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


def test_a_short_secret_key_does_not_pass() -> None:
    done = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", SECRET_KEY="short")
    assert done.returncode != 0
    assert "security.W009" in done.stderr


def test_cookies_of_production_are_of_this_host_over_tls_alone() -> None:
    script = (
        "import django; django.setup(); from django.conf import settings as s; "
        "print([getattr(s, f'{c}_COOKIE_{w}') for c in ('SESSION', 'CSRF', 'LANGUAGE') "
        "for w in ('NAME', 'SECURE', 'HTTPONLY')], s.TOTP, s.SECURE_HSTS_SECONDS, s.LOGGING['handlers']['console'])"
    )
    told = python("-c", script).stdout
    for name in ("session", "csrf", "language"):
        assert f"'__Host-tongfa_{name}', True, True" in told
    assert "required 31536000" in told
    assert "'json'" in told


def test_a_wrong_setting_of_the_second_factor_is_named() -> None:
    assert "TONGFA_TOTP is 'maybe'" in python("manage.py", "check", TONGFA_TOTP="maybe").stderr


def test_gunicorn_takes_our_configuration() -> None:
    database = connection.settings_dict["NAME"]
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "--check-config", "config.wsgi"],
        cwd=instance.PROJECT,
        env={
            **os.environ,
            **PRODUCTION,
            "DATABASE_URL": instance.locate().dsn(role=roles.APP, database=str(database)),
            "TONGFA_HOME": str(instance.locate().home),
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert gunicorn.timeout > gunicorn.graceful_timeout
