"""Beneficiaries in a browser: found by name or number, what was paid to one, what becomes known of an enrolment."""

import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import AuditEvent
from payouts.models import Enrolment, EnrolmentFact
from tests import benefits
from tests.benefits import FEE, JULY, SONGJIANG, Recipient, enrolled, enrolment_of
from tests.payroll import card
from tests.web.benefit_desk import MAY_NOT, NOT_FOUND, SEE_OTHER, UNPROCESSABLE, at_desk, text_of, today
from tests.web.desks import hidden, page, send

stage, rolled_back = benefits.stage, benefits.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
PEOPLE = (Recipient(1), Recipient(2, FEE, township=SONGJIANG), Recipient(3, FEE))
LIST = reverse("beneficiaries")


def at(enrolment: Enrolment) -> str:
    return reverse("enrolment", args=[enrolment.pk])


def of_person(enrolment: Enrolment) -> str:
    return reverse("beneficiary", args=[enrolment.person_id])


@pytest.fixture
def certifier() -> Client:
    enrolled(JULY, PEOPLE)
    return at_desk("benefits_officer")


def latest(one: Recipient) -> EnrolmentFact:
    return enrolment_of(one).facts.latest("version")


def misread(number: str) -> str:
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def look_for(client: Client, find: str) -> tuple[int, str]:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page(client, LIST))
    answer = client.post(LIST, {"csrfmiddlewaretoken": token[1] if token else "", "find": find})
    return answer.status_code, answer.headers.get("Location", "")


def test_people_are_found_by_name_last_places_and_certificate(certifier: Client) -> None:
    text = page(certifier, f"{LIST}?find=老人甲")
    assert ("测试老人甲" in text, "测试老人乙" in text) == (True, False)
    assert "测试老人乙" in page(certifier, f"{LIST}?find={PEOPLE[1].id_number[-6:]}")
    assert "测试老人丙" in page(certifier, f"{LIST}?find=ZS3")
    text = page(certifier, f"{LIST}?scheme={FEE}")
    assert ("测试老人甲" in text, "测试老人丙" in text) == (False, True)
    assert "Nobody is found" in page(certifier, f"{LIST}?find=%25")
    assert look_for(certifier, "老人甲")[1].endswith("&scheme=&township=&standing=")


def test_a_whole_number_leads_to_its_person_and_stands_in_no_address(certifier: Client) -> None:
    whole = PEOPLE[0].id_number
    status, to = look_for(certifier, whole)
    assert (status, to) == (SEE_OTHER, of_person(enrolment_of(PEOPLE[0])))
    assert look_for(certifier, whole[:-4] + "0000")[0] == UNPROCESSABLE
    answer = certifier.get(f"{LIST}?find={whole}")
    assert (answer.status_code, answer.headers["Location"]) == (SEE_OTHER, LIST)
    assert "by the form" in page(certifier, LIST)


def test_numbers_are_masked_until_who_records_them_asks_and_is_recorded(certifier: Client) -> None:
    address, whole = of_person(enrolment_of(PEOPLE[0])), PEOPLE[0].id_number
    for text in (page(certifier, LIST), page(certifier, address), page(certifier, at(enrolment_of(PEOPLE[0])))):
        assert whole not in text
        assert card(1) not in text
    numbers = reverse("beneficiary_numbers", args=[enrolment_of(PEOPLE[0]).person_id])
    answer = send(certifier, address, {}, to=numbers)
    assert whole in text_of(answer)
    assert card(1) in text_of(answer)
    event = AuditEvent.objects.get(act="person.read", refused="")
    assert event.actor == "b1-benefits_officer"
    auditor = at_desk("auditor")
    assert "Show the numbers" not in page(auditor, address)
    assert auditor.post(numbers, {}).status_code == MAY_NOT


def test_a_person_shows_what_was_paid_month_by_month(certifier: Client) -> None:
    benefits.answered(benefits.funded_and_sent(JULY))
    text = page(certifier, of_person(enrolment_of(PEOPLE[0])))
    assert "2026-07 – 2026-07" in text
    assert text.count("80.00") == 2
    assert "settled" in text
    assert certifier.get(reverse("beneficiary", args=[0])).status_code == NOT_FOUND


def test_what_becomes_known_is_recorded_with_its_paper(certifier: Client) -> None:
    enrolment = enrolment_of(PEOPLE[0])
    for fields, name, known in (
        ({"act": "verify", "day": "2026-07-02"}, "met_on", "2026-07-02"),
        ({"act": "suspend", "month": "2026-08"}, "standing", "SUSPENDED"),
        ({"act": "resume"}, "standing", "NORMAL"),
        ({"act": "end", "day": "2026-12-31"}, "ended_on", "2026-12-31"),
        ({"act": "account", "account": card(77), "bank": "农商行"}, "account_number", card(77)),
        ({"act": "died", "day": "2026-07-20"}, "died_on", "2026-07-20"),
    ):
        answer = send(certifier, at(enrolment), {**fields, "paper": "证明1"})
        assert answer.status_code == SEE_OTHER, text_of(answer)
        assert str(getattr(latest(PEOPLE[0]), name)) == known
    assert latest(PEOPLE[0]).version == 7
    assert "证明1" in page(certifier, at(enrolment))


def test_an_act_that_is_refused_is_drawn_again_and_one_of_another_post_is_not_offered(certifier: Client) -> None:
    address = at(enrolment_of(PEOPLE[0]))
    answer = send(
        certifier, address, {"act": "account", "account": misread(card(77)), "bank": "工行", "paper": "证明2"}
    )
    assert answer.status_code == UNPROCESSABLE
    assert 'value="证明2"' in text_of(answer)
    assert send(certifier, address, {"act": "verify", "day": today(), "paper": " "}).status_code == UNPROCESSABLE
    assert send(certifier, address, {"act": "none"}).status_code == UNPROCESSABLE
    auditor = at_desk("auditor")
    assert '<button class="main">' not in page(auditor, address)
    drawn = hidden(page(certifier, address))
    assert (
        auditor.post(address, {**drawn, "act": "died", "day": "2026-07-20", "paper": "x"}).status_code == UNPROCESSABLE
    )
    assert latest(PEOPLE[0]).version == 1


def test_the_queries_of_the_list_do_not_grow(certifier: Client) -> None:
    with CaptureQueriesContext(connection) as few:
        page(certifier, LIST)
    more = [replace(Recipient(number, FEE), met_on="2026-06-16") for number in range(4, 14)]
    enrolled(JULY, [*PEOPLE, *more], text="more")
    with CaptureQueriesContext(connection) as many:
        page(certifier, LIST)
    assert len(many) == len(few)
