"""A township's system registers claims and polls them: its own, once, and nothing of another township."""

from typing import Any

import pytest

from ledger.models import AuditEvent
from tests import golden
from tests.api import call, token
from tests.golden import BIRCH, RIVER
from treasury.claiming import accept_claim, refuse_claim, sign_claim
from treasury.models import Claim
from web.models import ApiRequest

stage = golden.stage
rolled_back = golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")


def a_claim(number: Any = "BZ-API-1", *, township: Any = RIVER, amount: Any = "1234.50", **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "township": township,
        "month": "2026-11",
        "unit": f"{township}001",
        "account": "预算外分户",
        "claimed_on": "2026-11-12",
        "handler": "经办人",
        "lines": [
            {
                "amount": amount,
                "economic": "30201",
                "summary": "办公费",
                "invoice": f"F{number}",
                "payee_name": "文具店",
                "account_number": "6222020000000000",
                "attachments": 1,
            }
        ],
    } | more


@pytest.fixture
def river(rolled_back: None) -> str:
    return token("claims:write", "claims:read", system="river", township=RIVER)


def test_a_claim_is_registered_and_polled_until_it_waits_for_its_payment(river: str) -> None:
    made = call(river, "POST", "/claims", a_claim())
    assert (made.status_code, made.told["state"], made.told["total"]) == (201, "REGISTERED", "1234.50")
    claim = Claim.objects.get(number="BZ-API-1")
    assert claim.registered_by_id == "api-river"
    sign_claim(
        claim=claim, signer="街道主任", officer=golden.officer("township_head"), on=claim.claimed_on, at=golden.AT
    )
    assert call(river, "GET", "/claims/BZ-API-1").told["state"] == "SIGNED"
    accept_claim(claim=claim, officer=golden.officer("preparer"), at=golden.AT)
    told = call(river, "GET", "/claims/BZ-API-1").told
    assert (told["state"], told["release_state"], told["payments"]) == ("ACCEPTED", "WAITING", [])
    assert "文具店" not in str(told)
    assert "6222" not in str(told)


def test_a_refused_claim_tells_its_reason_and_is_corrected_under_a_new_number(river: str) -> None:
    call(river, "POST", "/claims", a_claim())
    claim = Claim.objects.get(number="BZ-API-1")
    refuse_claim(claim=claim, reason="发票抬头不符", officer=golden.officer("preparer"), at=golden.AT)
    told = call(river, "GET", "/claims/BZ-API-1").told
    assert (told["state"], told["reason"]) == ("REFUSED", "发票抬头不符")
    again = call(river, "POST", "/claims", a_claim("BZ-API-2", corrects="BZ-API-1"))
    assert (again.status_code, again.told["attempt"]) == (201, 1)
    assert str(Claim.objects.get(number="BZ-API-2").corrects) == "BZ-API-1"


def test_a_system_of_a_township_does_nothing_for_another_and_learns_nothing_of_it(river: str) -> None:
    foreign = call(river, "POST", "/claims", a_claim(township=BIRCH))
    nowhere = call(river, "POST", "/claims", a_claim(township="999999"))
    assert (foreign.status_code, nowhere.status_code) == (404, 404)
    assert foreign.told["name"] == nowhere.told["name"] == "township_is_open_to_the_token"
    other = token("claims:write", "claims:read", system="birch", township=BIRCH)
    call(river, "POST", "/claims", a_claim())
    assert call(other, "GET", "/claims/BZ-API-1").status_code == 404
    taken = call(other, "POST", "/claims", a_claim(township=BIRCH))
    assert (taken.status_code, taken.told["name"]) == (409, "claim_number_is_unique")
    assert taken.told["facts"] == {"claim": "BZ-API-1"}


def test_a_refused_number_of_another_township_is_not_taken_over(river: str) -> None:
    other = token("claims:write", system="birch", township=BIRCH)
    assert Claim.objects.get(number="BZ-3").status == "REFUSED"
    assert call(other, "POST", "/claims", a_claim("BZ-3", township=BIRCH)).status_code == 409


def test_a_unit_of_another_township_is_refused(river: str) -> None:
    answer = call(river, "POST", "/claims", a_claim(unit=f"{BIRCH}001"))
    assert (answer.status_code, answer.told["name"]) == (404, "unit_is_of_the_township")


def test_an_economic_class_that_the_books_do_not_have_is_refused_by_name(river: str) -> None:
    claim = a_claim()
    claim["lines"].append(claim["lines"][0] | {"economic": "39X99"})
    answer = call(river, "POST", "/claims", claim)
    assert (answer.status_code, answer.told["name"]) == (404, "economic_class_is_known")
    assert answer.told["facts"] == {"economic": "39X99"}
    assert not Claim.objects.filter(number="BZ-API-1").exists()


def test_the_same_key_acts_once_and_gives_the_same_answer(river: str) -> None:
    first = call(river, "POST", "/claims", a_claim(), key="key-0001")
    again = call(river, "POST", "/claims", a_claim(), key="key-0001")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Claim.objects.filter(number="BZ-API-1").count() == ApiRequest.objects.count() == 1


def test_the_same_key_for_something_else_is_refused(river: str) -> None:
    call(river, "POST", "/claims", a_claim(), key="key-0001")
    other = call(river, "POST", "/claims", a_claim(amount="1234.51"), key="key-0001")
    assert (other.status_code, other.told["name"]) == (422, "api_request_acts_once")


def test_a_refusal_is_the_answer_of_its_key_and_stands_in_the_trail(river: str) -> None:
    first = call(river, "POST", "/claims", a_claim("BZ-1"), key="key-0001")
    again = call(river, "POST", "/claims", a_claim("BZ-1"), key="key-0001")
    assert (first.status_code, again.content) == (409, first.content)
    event = AuditEvent.objects.filter(act="api.register_claim").get()
    assert (event.actor, event.refused) == ("api-river", "claim_number_is_unique")
    assert "token " in event.origin


def test_a_key_stays_known_when_the_token_is_renewed(river: str) -> None:
    first = call(river, "POST", "/claims", a_claim(), key="key-0001")
    renewed = token("claims:write", system="river", township=RIVER)
    again = call(renewed, "POST", "/claims", a_claim(), key="key-0001")
    assert (again.status_code, again.content) == (201, first.content)


def test_keys_of_two_systems_are_apart(river: str) -> None:
    other = token("claims:write", system="birch", township=BIRCH)
    assert call(river, "POST", "/claims", a_claim(), key="key-0001").status_code == 201
    assert call(other, "POST", "/claims", a_claim("BZ-B", township=BIRCH), key="key-0001").status_code == 201
