"""What is sent wrongly gets a problem that names the place: never a 500, and nothing of it is repeated."""

import json
from typing import Any

import pytest

from tests import golden
from tests.api import call, token
from tests.golden import RIVER
from tests.web.test_api_claims import a_claim
from treasury.models import Claim

stage = golden.stage
rolled_back = golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

GOOD = json.dumps(a_claim()).encode()


@pytest.fixture
def river(rolled_back: None) -> str:
    return token("claims:write", "claims:read", "books:read", system="river", township=RIVER)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe{}",
        b'{"number": NaN}',
        b'{"number": Infinity}',
        b'{"number": 1, "number": 1}',
        b'{"number": 1' + b"0" * 5_000 + b"}",
        b'{"number": 1234567890123456789}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
    ],
)
def test_a_body_that_is_no_plain_json_object_is_refused(river: str, body: bytes) -> None:
    answer = call(river, "POST", "/claims", body)
    assert (answer.status_code, answer.told["name"]) == (400, "body_is_one_json_object")


def test_a_body_of_another_type_or_too_large_is_refused(river: str) -> None:
    assert call(river, "POST", "/claims", GOOD, **{"Content-Type": "text/plain"}).status_code == 415
    assert call(river, "POST", "/claims", GOOD, **{"Content-Type": "multipart/form-data"}).status_code == 415
    assert call(river, "POST", "/claims", b'{"number":"' + b"1" * 3_000_000 + b'"}').status_code == 413


def with_line(**more: Any) -> dict[str, Any]:
    made = a_claim()
    made["lines"][0] |= more
    return made


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (a_claim(unknown=1), "unknown"),
        (a_claim(**{"\ud800": 1}), "asked"),
        (a_claim(number=17), "number"),
        (a_claim(number=""), "number"),
        (a_claim(number="BZ\x00"), "number"),
        (a_claim(number="BZ\ud800"), "number"),
        (a_claim(number="BZ\n"), "number"),
        (a_claim(number="B" * 61), "number"),
        (a_claim(number="a/b"), "number"),
        (a_claim(month="2026-13"), "month"),
        (a_claim(month="2026-11-01"), "month"),
        (a_claim(month="２０２６-11"), "month"),
        (a_claim(claimed_on="2026-02-30"), "claimed_on"),
        (a_claim(claimed_on="20261112"), "claimed_on"),
        (a_claim(account="没有的户"), "account"),
        (a_claim(lines=[]), "lines"),
        (a_claim(lines={}), "lines"),
        (a_claim(lines=[a_claim()["lines"][0]] * 201), "lines"),
        (a_claim(handler="甲\u2028乙"), "handler"),
        (with_line(amount=1234.5), "amount"),
        (with_line(amount=1234), "amount"),
        (with_line(amount="1234.5"), "amount"),
        (with_line(amount="1,234.50"), "amount"),
        (with_line(amount="0.00"), "amount"),
        (with_line(amount="-1.00"), "amount"),
        (with_line(amount="1e3"), "amount"),
        (with_line(amount="12345678901.00"), "amount"),
        (with_line(attachments="1"), "attachments"),
        (with_line(attachments=True), "attachments"),
        (with_line(attachments=123456789012345678), "attachments"),
        (with_line(economic="30201;x"), "economic"),
        (with_line(more=1), "more"),
    ],
)
def test_a_place_that_does_not_fit_is_named_and_its_value_is_not(river: str, body: Any, place: str) -> None:
    answer = call(river, "POST", "/claims", body)
    assert (answer.status_code, answer.told["name"]) == (422, "request_fits_its_description"), answer.content
    places = [fault["place"] for fault in answer.told["facts"]["faults"]]
    assert any(place in one for one in places), places
    assert places[0] in answer.told["detail"]
    assert "{" not in answer.told["detail"]
    assert "没有的户" not in answer.content.decode()
    assert not Claim.objects.filter(number__startswith="BZ-API").exists()


@pytest.mark.parametrize("amount", ["0.01", "9999999999.99"])
def test_amounts_at_both_ends_are_taken_to_the_fen(river: str, amount: str) -> None:
    answer = call(river, "POST", "/claims", with_line(amount=amount))
    assert (answer.status_code, answer.told["total"]) == (201, amount)


def test_a_body_is_needed(river: str) -> None:
    assert call(river, "POST", "/claims", b"").status_code == 422


@pytest.mark.parametrize("key", ["", "short", "a" * 65, "with space 1", "键键键键键键键键"])
def test_a_key_is_needed_and_has_its_form(river: str, key: str) -> None:
    answer = call(river, "POST", "/claims", GOOD, key=key) if key else no_key(river)
    assert (answer.status_code, answer.told["name"]) == (422, "request_fits_its_description")


def no_key(secret: str) -> Any:
    from django.test import Client

    answer: Any = Client().post(
        "/api/v1/claims", GOOD, content_type="application/json", headers={"Authorization": f"Bearer {secret}"}
    )
    answer.told = answer.json()
    return answer


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/claims/%00", 422),
        ("/claims/%ED%A0%80", 404),
        ("/claims/a/b", 404),
        ("/claims/" + "x" * 61, 422),
        ("/books/%E4%B8%80/balance?month=2026-11", 422),
        ("/books/X/balance", 422),
        ("/books/X/balance?month=9999-99", 422),
        ("/books/X/balance?month=2026-11", 404),
        ("/books/X/vouchers?month=2026-11&after=x", 422),
        ("/books/X/vouchers/2026-11/记/0", 422),
        ("/books/X/vouchers/2026-11/记/99999999999999999999", 422),
        ("/books/X/vouchers/2026-11/x/1", 422),
    ],
)
def test_an_address_that_names_nothing_is_a_problem(river: str, path: str, status: int) -> None:
    answer = call(river, "GET", path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
