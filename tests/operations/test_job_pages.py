"""Long work in a browser: seen by who asked and by who reads the district, stopped once, started again."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.models import AuditEvent, Officer
from month.long_work import staging
from month.models import Job, JobState
from month.queueing import ask_for
from tests.sign_ins import hire, signed_in
from web.acting import SHOWN, TOKEN, new_token
from web.models import SentForm

pytestmark = [pytest.mark.django_db]
SEE_OTHER, NOT_FOUND, OPEN = 303, 404, 200


def asked_by(username: str) -> Job:
    officer = hire(username, "clerk")
    asked = staging(files=[("a.csv", b"x")], month=date(2026, 11, 1))
    return ask_for(**asked, officer=officer, at=timezone.now())


def cancel(client: Client, job: Job, token: str, reason: str = "错了") -> str:
    fields = {TOKEN: token, SHOWN: "", "act": "cancel", "reason": reason}
    answer = client.post(reverse("job_act", args=[job.pk]), fields, follow=True)
    assert answer.redirect_chain[0][1] == SEE_OTHER
    return str(answer.content.decode())


def test_a_form_sent_twice_acts_once_and_says_so() -> None:
    job = asked_by("wang")
    client, token = signed_in("wang"), new_token(officer=Officer.objects.get(username="wang"))
    assert "is to be cancelled" in cancel(client, job, token)
    again = asked_by_same(job)
    assert "This form was sent before" in cancel(client, again, token)
    again.refresh_from_db()
    assert again.status == JobState.WAITING
    assert SentForm.objects.count() == 1


def asked_by_same(job: Job) -> Job:
    asked = staging(files=[("a.csv", b"x")], month=date(2026, 11, 1))
    return ask_for(**asked, officer=job.asked_by, at=timezone.now())


def test_a_form_of_another_officer_or_none_acts_not() -> None:
    job = asked_by("wang")
    other = hire("li", "clerk")
    client = signed_in("wang")
    for token in ("", "x:y:z", new_token(officer=other)):
        assert "too old, or not yours" in cancel(client, job, token)
    job.refresh_from_db()
    assert job.status == JobState.WAITING


def test_a_refusal_is_told_and_stands_in_the_trail() -> None:
    job = asked_by("wang")
    client, token = signed_in("wang"), new_token(officer=Officer.objects.get(username="wang"))
    assert "job_is_cancelled_with_a_reason" in cancel(client, job, token, reason=" ")
    event = AuditEvent.objects.filter(act="job.cancel").get()
    assert (event.actor, event.refused) == ("wang", "job_is_cancelled_with_a_reason")
    assert event.origin.startswith("web ")


def test_a_job_is_seen_by_who_asked_and_who_reads_the_district() -> None:
    job = asked_by("wang")
    hire("auditor", "auditor")
    hire("village", "village_clerk")
    page = reverse("job", args=[job.pk])
    assert signed_in("wang").get(page).status_code == OPEN
    assert signed_in("auditor").get(page).status_code == OPEN
    stranger = signed_in("village")
    assert stranger.get(page).status_code == NOT_FOUND
    assert f'href="{page}"' not in stranger.get(reverse("jobs")).content.decode()


def test_progress_is_asked_for_until_the_job_has_ended() -> None:
    job = asked_by("wang")
    client = signed_in("wang")
    part = reverse("job_part", args=[job.pk])
    assert "hx-get" in client.get(part).content.decode()
    cancel(client, job, new_token(officer=job.asked_by))
    ended = client.get(part)
    assert "hx-get" not in ended.content.decode()
    assert ended.headers["HX-Refresh"] == "true"
