"""What is tried on pages from outside: forms of other sites, redirects, hosts, markup in what strangers write."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from ledger.exports.pages.lists import inert
from tests import golden
from tests.api import call, token
from tests.golden import RIVER
from tests.operations.test_access import addresses, clerk_of
from tests.sign_ins import PASSWORD, enter, hire, signed_in
from tests.web.test_api_claims import a_claim
from treasury.models import Claim
from web.access_table import ROUTES

stage, rolled_back = golden.stage, golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def posted() -> Iterator[tuple[str, str]]:
    yield from addresses(RIVER).items()
    yield from ((name, reverse(name)) for name in ("sign_in", "sign_in_code", "sign_out", "set_language"))


def test_every_form_asks_for_the_token_of_its_page() -> None:
    hire("wang", "releaser")
    client = Client(enforce_csrf_checks=True)
    taken = {name: status for name, address in posted() if (status := client.post(address).status_code) != 403}
    assert taken == {}


@pytest.mark.parametrize("origin", ["https://evil.example", "http://testserver.evil.example", "null"])
def test_a_form_of_another_origin_is_refused_even_with_a_token(origin: str) -> None:
    hire("wang", "releaser")
    client = Client(enforce_csrf_checks=True)
    client.get(reverse("sign_in"))
    sent = {
        "username": "wang",
        "password": PASSWORD,
        "csrfmiddlewaretoken": client.cookies[csrf_cookie(client)].value,
    }
    assert client.post(reverse("sign_in"), sent, headers={"origin": origin}).status_code == 403
    assert client.post(reverse("sign_in"), sent, headers={"origin": "http://testserver"}).status_code == 302


def csrf_cookie(client: Client) -> str:
    return next(name for name in client.cookies if name.endswith("csrf"))


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "http:///evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "\thttps://evil.example",
    ],
)
def test_no_redirect_leads_out(to: str) -> None:
    hire("wang", "auditor")
    client = Client()
    answer = client.post(f"{reverse('sign_in')}?next=%2F", {"username": "wang", "password": PASSWORD, "next": to})
    assert answer.headers["Location"] == reverse("home")
    answer = client.post(reverse("set_language"), {"language": "en", "next": to})
    assert answer.headers["Location"].startswith("/")
    assert "evil" not in answer.headers["Location"]


def test_a_way_back_within_is_kept() -> None:
    hire("wang", "auditor")
    answer = Client().post(reverse("sign_in"), {"username": "wang", "password": PASSWORD, "next": "/books/"})
    assert answer.headers["Location"] == "/books/"


def test_no_header_of_a_client_names_the_host(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    assert Client(headers={"host": "evil.example"}).get(reverse("sign_in")).status_code == 400
    answer = Client(headers={"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}).get("/books/")
    assert answer.status_code == 302
    assert "evil" not in answer.headers["Location"] + answer.content.decode()


def test_markup_that_strangers_write_is_shown_as_text() -> None:
    river = token("claims:write", system="river", township=RIVER)
    body = a_claim("XSS-1", handler=MARKUP[:40])
    body["lines"][0] |= {"summary": MARKUP, "payee_name": MARKUP, "invoice": MARKUP}
    made = call(river, "POST", "/claims", body)
    assert made.status_code == 201, made.told
    claim = Claim.objects.get(number="XSS-1")
    client = clerk_of(RIVER)
    for address in (
        reverse("township_claim", args=[RIVER, claim.number, claim.attempt]),
        reverse("township_claims", args=[RIVER]),
        reverse("township", args=[RIVER]),
    ):
        text = client.get(address).content.decode()
        assert "XSS-1" in text or address.endswith(f"{RIVER}/")
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_what_is_typed_into_a_search_is_shown_as_text() -> None:
    hire("wang", "auditor")
    client, typed = Client(), dict.fromkeys(("text", "of", "subject", "summary", "after"), MARKUP)
    enter(client, "wang")
    for name, address in addresses(RIVER).items():
        if "act" in name or name not in ROUTES:
            continue
        answer = client.get(address, typed)
        if answer.streaming:  # a table of csv or xlsx, which a browser takes away and does not draw
            assert answer.headers["Content-Disposition"].startswith("attachment"), name
            file: Any = getattr(answer, "file_to_stream", None)  # nothing, where the pieces are made as they go
            if file is not None:
                file.close()  # not the answer: that would close the connection of the test too
        else:
            assert "<script>alert" not in answer.content.decode("utf-8", "replace"), name


@pytest.mark.parametrize(("more", "status"), [(0, 403), (1, 413)])
def test_a_stranger_sends_no_large_body(settings: Settings, more: int, status: int) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = b"x" * (1000 + more)
    client = Client(enforce_csrf_checks=True)
    for address in (reverse("sign_in"), reverse("books"), reverse("set_language")):
        assert client.post(address, body, content_type="application/octet-stream").status_code == status


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1+1", "'+1+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("\n=1", "'\n=1"),
        ("＝1+1", "'＝1+1"),
        ("＠SUM(1)", "'＠SUM(1)"),
        ("-12.30", "-12.30"),
        ("-1,234.00", "-1,234.00"),
        ("+8", "+8"),
        ("姓名", "姓名"),
        ("", ""),
        (7, 7),
    ],
)
def test_no_cell_of_a_csv_is_a_formula(cell: object, written: object) -> None:
    assert inert(cell) == written


@pytest.mark.parametrize("route", ["runs", "settlements"])
def test_a_month_before_all_policies_is_not_found(route: str) -> None:
    hire("wang", "preparer")
    client = Client()
    enter(client, "wang")
    assert client.get(reverse(route, args=["1999-05"])).status_code == 404


def test_an_address_of_forms_says_so_to_who_looks_at_it() -> None:
    hire("wang", "auditor")
    answer = signed_in("wang").get(reverse("sign_out"))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "Only a form leads here" in answer.content.decode()
