"""Every operation of the API: no token, wrong, expired, revoked, of a wrong scope, of a foreign township, right."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.models import Officer, Voucher
from month.posts import deactivate
from tests import golden
from tests.api import ROOT, administrator, call, newest, token
from tests.golden import BIRCH, RIVER, town
from tests.web.test_api_claims import a_claim
from web.access_table import ROUTES, ByToken
from web.api import callers
from web.api.giving_tokens import OF_DISTRICT, revoke_token
from web.api.urls import api
from web.models import ApiCalls, ApiScope

stage = golden.stage
rolled_back = golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

BY_TOKEN = sorted(name for name, rule in ROUTES.items() if isinstance(rule, ByToken))
CHANGES = {
    "month": "2026-11",
    "rows": [{"id_number": "220112198703160013", "change": "停发", "effective_on": "2026-11-05"}],
}
# What is there, answered to who may ask: what is asked for, what is not there, a page of nothing.
RIGHT = {"api:month": 404, "api:runs": 404, "api:payment": 404, "api:changes": 404, "api:changed_rows": 404}
MADE = {"api:push_changes": 202, "api:register_claim": 201}
OF_ONE_TOWNSHIP = ("api:balance", "api:vouchers", "api:voucher", "api:claim", "api:register_claim")


def scope_of(name: str) -> str:
    rule = ROUTES[name]
    assert isinstance(rule, ByToken)
    return rule.scope.value


def asked(name: str, township: str = RIVER) -> tuple[str, str, Any]:
    """Return method, path and body of a call about a township."""
    book = town(township).book
    voucher = Voucher.objects.filter(book=book).select_related("period").order_by("pk").first()
    assert voucher is not None
    number = f"{voucher.period.starts_on:%Y-%m}/{voucher.voucher_type}/{voucher.number}"
    claim = "BZ-1" if township == RIVER else "BZ-B"
    paths: dict[str, tuple[str, str, Any]] = {
        "api:months": ("GET", "/months", None),
        "api:month": ("GET", "/months/2031-01", None),
        "api:runs": ("GET", "/months/2031-01/runs", None),
        "api:payment": ("GET", "/payments/203101-000001", None),
        "api:books": ("GET", "/books", None),
        "api:balance": ("GET", f"/books/{book.code}/balance?month=2026-11", None),
        "api:vouchers": ("GET", f"/books/{book.code}/vouchers?month=2026-11", None),
        "api:voucher": ("GET", f"/books/{book.code}/vouchers/{number}", None),
        "api:push_changes": ("POST", "/changes", CHANGES),
        "api:changes": ("GET", "/changes/1", None),
        "api:changed_rows": ("GET", "/changes/1/rows", None),
        "api:register_claim": ("POST", "/claims", a_claim(township=township)),
        "api:claim": ("GET", f"/claims/{claim}", None),
    }
    return paths[name]


@pytest.fixture(autouse=True)
def many_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these tests fail as often as they like."""
    monkeypatch.setattr(callers, "FAILURES_MAX", 10_000)


def test_every_operation_is_in_this_test_and_in_the_description() -> None:
    described = {
        f"api:{operation['operationId']}"
        for path in api.get_openapi_schema()["paths"].values()
        for operation in path.values()
    }
    assert described == set(BY_TOKEN)
    assert all(asked(name) for name in BY_TOKEN)


@pytest.mark.parametrize("name", BY_TOKEN)
@pytest.mark.parametrize("secret", ["", "x", "tongfa_00000000_" + "a" * 43, "é", "tongfa_" + "0" * 9_000])
def test_without_a_token_nothing_opens(name: str, secret: str) -> None:
    answer = call("", *asked(name), **({"Authorization": f"Bearer {secret}"} if secret else {}))
    assert (answer.status_code, answer.told["name"]) == (401, "token_is_good")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", BY_TOKEN)
def test_a_sign_in_opens_nothing(name: str) -> None:
    officer = Officer.objects.create(username="of-all", full_name="测试")
    officer.groups.set(Group.objects.all())
    client = Client()
    client.force_login(officer)
    method, path, _body = asked(name)
    assert client.generic(method, ROOT + path).status_code == 401


@pytest.mark.parametrize("name", BY_TOKEN)
def test_a_token_that_expired_or_was_revoked_opens_nothing(name: str) -> None:
    expired = token(scope_of(name), days=2, ago=timedelta(days=2))
    revoked = token(scope_of(name))
    revoke_token(handle=newest().handle, officer=administrator(), at=timezone.now())
    assert call(expired, *asked(name)).status_code == call(revoked, *asked(name)).status_code == 401


@pytest.mark.parametrize("name", BY_TOKEN)
def test_all_other_scopes_together_do_not_open_it(name: str) -> None:
    secret = token(*(scope.value for scope in ApiScope if scope.value != scope_of(name)))
    answer = call(secret, *asked(name))
    assert (answer.status_code, answer.told["name"]) == (403, "token_has_the_scope")
    assert answer.told["facts"]["scope"] == scope_of(name)


@pytest.mark.parametrize("name", BY_TOKEN)
def test_its_scope_opens_it(name: str) -> None:
    answer = call(token(scope_of(name)), *asked(name))
    assert answer.status_code == MADE.get(name, RIGHT.get(name, 200)), answer.content


@pytest.mark.parametrize("name", OF_ONE_TOWNSHIP)
def test_a_token_of_a_township_opens_its_own_and_finds_nothing_of_another(name: str) -> None:
    own = token(scope_of(name), system="river", township=RIVER)
    assert call(own, *asked(name)).status_code == MADE.get(name, 200)
    assert call(own, *asked(name, BIRCH)).status_code == 404
    other = token(scope_of(name), system="birch", township=BIRCH)
    assert call(other, *asked(name)).status_code == 404


def test_the_list_of_books_of_a_township_is_its_own() -> None:
    told = call(token("books:read", system="river", township=RIVER), "GET", "/books").told
    assert [book["code"] for book in told["books"]] == [town(RIVER).book.code]


@pytest.mark.parametrize("scope", sorted(OF_DISTRICT))
def test_what_is_of_the_district_is_given_to_no_township(scope: ApiScope) -> None:
    with pytest.raises(Exception, match="scope_is_of_the_whole_district"):
        token(scope.value, township=RIVER)


def test_a_system_whose_officer_has_left_opens_nothing() -> None:
    secret = token("books:read")
    assert call(secret, "GET", "/books").status_code == 200
    deactivate(username="api-hr", appointer="测试", at=timezone.now())
    assert call(secret, "GET", "/books").status_code == 401


def test_no_cookie_is_set_and_a_post_asks_for_none() -> None:
    answer = call(token("claims:write"), "POST", "/claims", a_claim())
    assert answer.status_code == 201
    assert not answer.cookies


def test_a_method_that_is_not_taken_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = call(token("books:read"), "DELETE", "/books")
    assert (answer.status_code, answer.told["name"]) == (405, "address_takes_the_method")
    assert answer.headers["Allow"] == "GET"


def test_the_description_is_open_and_the_root_is_nothing() -> None:
    assert Client().get(reverse("api:openapi-json")).json()["openapi"].startswith("3.")
    assert Client().get(reverse("api:api-root")).status_code == 404


@pytest.mark.parametrize("address", ["/api/v1/none/such", "/api/v2/books", "/api/v1/months/2026-11/none"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_that_names_nothing_is_a_problem(address: str, method: str) -> None:
    answer = getattr(Client(enforce_csrf_checks=True), method)(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["name"] == "address_names_something"


def test_too_many_calls_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "CALLS_MAX", 3)
    monkeypatch.setattr(callers, "CALLS_WINDOW", timedelta(days=10_000))
    secret, other = token("books:read"), token("books:read", system="other")
    assert [call(secret, "GET", "/books").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = call(secret, "GET", "/books")
    assert (answer.told["name"], int(answer.headers["Retry-After"]) > 0) == ("calls_are_within_the_rate", True)
    assert call(other, "GET", "/books").status_code == 200


def test_wrong_tokens_of_one_address_wait_and_a_good_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "FAILURES_MAX", 2)
    monkeypatch.setattr(callers, "FAILURES_WINDOW", timedelta(minutes=59))
    assert [call("x", "GET", "/books").status_code for _ in range(3)] == [401, 401, 429]
    assert call(token("books:read"), "GET", "/books").status_code == 200


def test_counts_of_earlier_windows_are_forgotten_and_the_use_is_noted() -> None:
    secret = token("books:read")
    old = ApiCalls.objects.create(caller=f"token/{newest().handle}", begun_at=timezone.now() - timedelta(hours=2))
    away = ApiCalls.objects.create(caller="address/192.0.2.1", begun_at=timezone.now() - timedelta(hours=2))
    call(secret, "GET", "/books")
    assert not ApiCalls.objects.filter(pk__in=[old.pk, away.pk]).exists()
    assert newest().used_at is not None


def test_a_refusal_speaks_the_language_of_the_call() -> None:
    assert call("", "GET", "/books").told["title"].startswith("The token is missing")
    assert "令牌" in call("", "GET", "/books", **{"Accept-Language": "zh-CN,zh;q=0.9"}).told["title"]
