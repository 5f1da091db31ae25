"""One idempotency key from two connections at once: one acts, the other waits for its turn or gets the same answer."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

from tests import golden
from tests.api import call, token
from tests.attacks import Stage
from tests.golden import RIVER
from tests.racing import all_at_once
from tests.web.test_api_claims import a_claim
from treasury.models import Claim
from web.api.keeping import LOCK
from web.models import ApiRequest, ApiToken

own_stage = golden.own_stage


def test_one_key_at_once_acts_once(own_stage: Stage) -> None:
    secret = token("claims:write", system="river", township=RIVER)
    with ThreadPoolExecutor(4) as pool:
        works = [lambda: call(secret, "POST", "/claims", a_claim(), key="race-0001")] * 4
        answers = [future.result() for future in all_at_once(pool, works)]
    assert {answer.status_code for answer in answers} <= {201, 409}
    made = {answer.content for answer in answers if answer.status_code == 201}
    assert len(made) == 1
    assert {answer.told["name"] for answer in answers if answer.status_code == 409} <= {"request_is_alone"}
    assert Claim.objects.filter(number="BZ-API-1").count() == ApiRequest.objects.count() == 1


def test_while_a_key_is_under_way_it_is_told_to_wait(own_stage: Stage) -> None:
    secret = token("claims:write", system="river", township=RIVER)
    key = f"api/{ApiToken.objects.get().officer_id}/race-0002"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK, [key])
        with ThreadPoolExecutor(1) as pool:
            (future,) = all_at_once(pool, [lambda: call(secret, "POST", "/claims", a_claim(), key="race-0002")])
    answer = future.result()
    assert (answer.status_code, answer.told["name"], answer.headers["Retry-After"]) == (409, "request_is_alone", "1")
    assert not ApiRequest.objects.exists()
    assert call(secret, "POST", "/claims", a_claim(), key="race-0002").status_code == 201
