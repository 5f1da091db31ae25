"""Officers at the bank's desk: who is signed in, a form as its page draws it, and the workers' hands."""

import re
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from month.doing import do_now
from month.models import Job, JobState
from tests.payroll import officer
from web.acting import SHOWN, TOKEN

SEE_OTHER, OPEN, TO_CONFIRM, REFUSED, NOT_FOUND, WRONG_METHOD = 303, 200, 403, 403, 404, 405
FIELD = re.compile(r'name="(?P<name>[^"]+)" value="(?P<value>[^"]*)"')
FORM = re.compile(r"<form[^>]*action=\"(?P<action>[^\"]*)\"[^>]*>(?P<inside>.*?)</form>", re.DOTALL)
MESSAGE = re.compile(r'<p class="alert[^"]*"[^>]*>([^<]*)</p>')

NAMES_ASKED = re.compile(r'^SELECT "ledger_officer"."username".*"full_name".* FROM "ledger_officer"$')


class Desk:
    """An officer in front of a browser; ``post`` is the post that a demo's officer holds."""

    def __init__(self, post: str) -> None:
        self.officer = officer(post)
        self.client = Client(headers={"accept-language": "en"})
        self.client.force_login(self.officer)

    def sees(self, name: str, *args: Any, **asked: str) -> str:
        answer = self.client.get(reverse(name, args=args), asked)
        assert answer.status_code == OPEN, answer.content.decode()
        return str(answer.content.decode())

    def form(self, page: str, action: str, *, having: str = "") -> dict[str, str]:
        """Return the hidden fields of the form of a page that goes to an address and has some text in it."""
        for found in FORM.finditer(page):
            if found["action"] == action and having in found["inside"]:
                return {one["name"]: one["value"] for one in FIELD.finditer(found["inside"])}
        raise AssertionError(f"no form to {action} with {having!r}")

    def sends(self, action: str, fields: dict[str, Any], **more: Any) -> Any:
        """Send a form, confirm it with the password where that is asked for, and follow where it leads."""
        answer = self.client.post(action, {**fields, **more})
        if answer.status_code == TO_CONFIRM:
            carried = {one["name"]: one["value"] for one in FIELD.finditer(answer.content.decode())}
            again = {**fields, **more, "confirmation": carried["confirmation"]}
            answer = self.client.post(action, {**again, "confirmation_proof": self.officer.username})
        return self.client.get(answer.headers["Location"]) if answer.status_code == SEE_OTHER else answer

    def acts(self, page: str, action: str, act: str, **more: Any) -> str:
        """Take an act of a page, and return what the page then says."""
        fields = {name: value for name, value in self.form(page, action).items() if name in (TOKEN, SHOWN)}
        told = MESSAGE.findall(self.sends(action, fields, act=act, **more).content.decode())
        return " ".join(told)


def work_off() -> list[str]:
    """Do what waits as the workers would, in the order in which it was asked for; return the kinds."""
    done = []
    while (job := Job.objects.filter(status=JobState.WAITING).order_by("pk").first()) is not None:
        do_now(kind=job.kind, key=job.key, arguments=job.arguments, officer=job.asked_by, at=timezone.now())
        done.append(job.kind)
    return done


def queries_of(desk: Desk, name: str, *args: object) -> int:
    """Return how many queries a page asks that has been drawn before, but the one for the names of officers."""
    desk.sees(name, *args)
    with CaptureQueriesContext(connection) as made:
        desk.sees(name, *args)
    for_names = [query for query in made if NAMES_ASKED.match(query["sql"])]
    assert len(for_names) <= 1
    return len(made) - len(for_names)
