"""The trail as the auditor searches it in a browser, and traces of what is and is not there."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.trails import Search, events_found
from ledger.models import AuditEvent, Officer
from ledger.recording import record_event, record_refusal
from ledger.refusals import OfficerMayNot
from tests import golden
from tests.attacks import Stage
from tests.planted import past_all_promises

stage, rolled_back = golden.stage, golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
AT = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)  # a minute before the next day here
NUMBER = "220112199001011234"
OPEN, NOT_FOUND = 200, 404


@pytest.fixture
def auditor() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Officer.objects.get(username="demo-auditor"))
    return client


def happened(count: int, subject: str = "thing/1") -> None:
    for number in range(count):
        record_event(chain="", at=AT, actor="wang", act="thing.do", subject=subject, after={"number": number})


def keys(search: Search, length: int = 50) -> list[int]:
    return [event.pk for event in events_found(search=search, before=None, length=length)]


def test_a_longer_page_of_the_trail_takes_no_more_queries(auditor: Client) -> None:
    happened(2, "few/1")
    happened(40, "many/1")
    auditor.get(reverse("audit_trail"))  # the first page of a session asks more
    counts = []
    for subject, rows in (("few/1", 2), ("many/1", 40)):
        with CaptureQueriesContext(connection) as asked:
            page = auditor.get(reverse("audit_trail"), {"subject": subject}).content.decode()
        assert page.count("thing.do") == rows
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_pages_of_the_trail_are_the_whole_trail_once(auditor: Client) -> None:
    happened(7)
    found: list[int] = []
    while page := events_found(search=Search(subject="thing/"), before=found[-1] if found else None, length=3):
        found += [event.pk for event in page]
    assert found == list(AuditEvent.objects.filter(subject="thing/1").order_by("-pk").values_list("pk", flat=True))


def test_the_trail_is_searched_by_officer_act_subject_day_and_outcome() -> None:
    happened(1)
    record_refusal(
        chain="", at=AT, actor="li", act="thing.do", subject="thing/2", refusal=OfficerMayNot("officer_may", {})
    )
    assert len(keys(Search(actor="wang"))) == len(keys(Search(actor="li"))) == 1
    assert len(keys(Search(act="thing."))) == 2
    assert len(keys(Search(subject="thing/2"))) == 1
    assert [len(keys(Search(act="thing.", outcome=outcome))) for outcome in ("done", "refused")] == [1, 1]
    day, after = golden.LAST_DAY, golden.DECEMBER
    assert len(keys(Search(act="thing.", since=day, until=day))) == 2
    assert keys(Search(act="thing.", since=after)) == []


def test_the_trail_shows_no_number_of_a_person_and_every_digest(auditor: Client) -> None:
    digest = "1a" * 32
    record_event(
        chain="", at=AT, actor="wang", act="thing.do", subject=f"person/{NUMBER}", after={"a": NUMBER, "b": digest}
    )
    page = auditor.get(reverse("audit_trail")).content.decode()
    assert NUMBER not in page
    assert "220********1234" in page
    assert digest in page


def test_an_event_that_was_changed_round_the_promises_is_marked(stage: Stage, auditor: Client) -> None:
    event = AuditEvent.objects.filter(chain="").order_by("-pk")[3]
    for words in ("forged=1", event.after):
        with past_all_promises(stage) as cursor:
            cursor.execute("UPDATE ledger_auditevent SET after = %s WHERE id = %s", [words, event.pk])
        found = events_found(search=Search(), before=event.pk + 1, length=1)
        assert [one.holds for one in found] == [words == event.after]


def test_what_is_not_there_is_told_and_leaves_its_refusal(auditor: Client) -> None:
    answer = auditor.get(reverse("audit_trace"), {"of": f"payment:{NUMBER}"})
    assert answer.status_code == NOT_FOUND
    assert "trace_starts_somewhere" in answer.content.decode()
    refused = AuditEvent.objects.filter(act="trace.read").latest("pk")
    assert (refused.refused, NUMBER in refused.subject) == ("trace_starts_somewhere", False)


def test_what_may_mean_several_things_is_offered(auditor: Client) -> None:
    page = auditor.post(reverse("audit_trace"), {"of": "1"}).content.decode()
    assert "Which of these?" in page
    assert "/audit/trace/?of=voucher" in page
    assert "Nothing has this number" in auditor.post(reverse("audit_trace"), {"of": "no such thing"}).content.decode()


@pytest.mark.parametrize("typed", [{"before": "x"}, {"since": "yesterday"}, {"outcome": "maybe"}, {"before": "9" * 40}])
def test_a_search_that_cannot_be_read_is_a_page(auditor: Client, typed: dict[str, str]) -> None:
    assert auditor.get(reverse("audit_trail"), typed).status_code == OPEN
