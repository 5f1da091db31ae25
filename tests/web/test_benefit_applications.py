"""Applications in a browser: registered, decided level by level, published, objected to, and certified."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import AuditEvent
from payouts.models import Application, Enrolment
from payouts.models.words import ApplicationStatus, Level
from tests import benefits
from tests.benefits import FEE
from tests.payroll import card
from tests.sign_ins import hire, signed_in
from tests.web.benefit_desk import (
    BIRCH_NAME,
    NOT_FOUND,
    SEE_OTHER,
    UNPROCESSABLE,
    VILLAGE,
    applied,
    at_desk,
    id_number,
    name_of,
    passed,
    text_of,
    today,
)
from tests.web.desks import hidden, page, send
from treasury.models import Township

stage, rolled_back = benefits.stage, benefits.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
LIST, NEW = reverse("applications"), reverse("application_new")


def at(application: Application) -> str:
    return reverse("application", args=[application.pk])


def form(number: int, **changes: Any) -> dict[str, str]:
    return {
        "name": name_of(number),
        "id_number": id_number(number),
        "scheme": FEE,
        "township": Township.objects.get(name=BIRCH_NAME).code,
        "village": VILLAGE,
        "claimed_from": f"{today()[:7]}-01",
        "applied_on": today(),
        "paper": "申请表1",
        **changes,
    }


def done(client: Client, application: Application, **fields: str) -> None:
    answer = send(client, at(application), fields)
    assert answer.status_code == SEE_OTHER, text_of(answer)
    application.refresh_from_db()


def test_an_application_goes_from_the_form_through_its_first_level() -> None:
    registry, village, township = at_desk("benefits_clerk"), at_desk("village_clerk"), at_desk("township_benefits")
    answer = send(registry, NEW, form(1))
    made = Application.objects.get(person__id_number=id_number(1))
    assert answer.status_code == SEE_OTHER, text_of(answer)
    assert answer.headers["Location"] == at(made)
    done(registry, made, act="account", account=card(701), bank="农商行")
    assert (made.holder_name, made.account_number) == (name_of(1), card(701))
    done(village, made, act="pass", on=today())
    assert name_of(1) in page(village, LIST)
    assert "Notices to be posted" in page(village, reverse("tasks"))
    done(village, made, act="notice", on=today(), place="村务公开栏")
    assert name_of(1) not in page(village, LIST)
    notice = made.notices.get()
    done(registry, made, act="object", notice=str(notice.pk), on=today(), text="户籍不在本村")
    objection = notice.objections.get()
    done(township, made, act="hear", objection=str(objection.pk), outcome="DISMISSED", reason="已核实", on=today())
    assert objection.decision.outcome == "DISMISSED"
    assert "hangs until" in page(township, at(made))
    refused = send(township, at(made), {"act": "pass", "on": today()})
    assert refused.status_code == UNPROCESSABLE
    assert made.status == ApplicationStatus.VILLAGE_PASSED
    acts = AuditEvent.objects.filter(subject=f"application/{made.pk}", refused="").order_by("pk")
    assert list(acts.values_list("act", flat=True)) == [
        "application.register",
        "application.account",
        "application.pass",
        "application.notice",
        "application.object",
        "objection.decide",
    ]


def test_numbers_of_an_application_are_masked_on_every_page() -> None:
    registry, made = at_desk("benefits_clerk"), applied(1)
    for text in (page(registry, LIST + "?level="), page(registry, at(made))):
        assert name_of(1) in text
        assert f"220********{id_number(1)[-4:]}" in text
        assert id_number(1) not in text
        assert card(701) not in text


@pytest.mark.parametrize(
    ("post", "levels", "status"),
    [
        ("township_benefits", [Level.VILLAGE], ApplicationStatus.TOWNSHIP_PASSED),
        ("district_benefits", [Level.VILLAGE, Level.TOWNSHIP], ApplicationStatus.DISTRICT_PASSED),
    ],
)
def test_a_level_passes_once_the_notice_before_it_has_run_out(post: str, levels: list[Level], status: str) -> None:
    made, desk = passed(1, *levels), at_desk(post)
    assert name_of(1) in page(desk, LIST)
    done(desk, made, act="pass", on=today())
    assert made.status == status
    done(desk, made, act="notice", on=today(), place="公示栏")
    assert made.notices.count() == len(levels) + 1


def test_the_last_officer_certifies_after_a_password() -> None:
    made, certifier = passed(1, Level.VILLAGE, Level.TOWNSHIP, Level.DISTRICT), at_desk("benefits_officer")
    assert name_of(1) in page(certifier, LIST)
    done(certifier, made, act="certify", on=today(), met_on=today())
    assert made.status == ApplicationStatus.CERTIFIED
    enrolled = Enrolment.objects.get(person__id_number=id_number(1))
    assert reverse("enrolment", args=[enrolled.pk]) in page(certifier, at(made))


def test_a_refusal_needs_its_reason_and_keeps_what_was_typed() -> None:
    made, village = applied(1), at_desk("village_clerk")
    answer = send(village, at(made), {"act": "refuse", "reason": " ", "on": today()})
    assert answer.status_code == UNPROCESSABLE
    answer = send(village, at(made), {"act": "refuse", "reason": "证件不符", "on": "2026-13-01"})
    assert answer.status_code == UNPROCESSABLE
    assert 'value="证件不符"' in text_of(answer)
    done(village, made, act="refuse", reason="证件不符", on=today())
    assert made.status == ApplicationStatus.REFUSED
    assert "证件不符" in page(village, at(made))


def test_a_form_that_is_refused_keeps_all_that_was_typed() -> None:
    registry = at_desk("benefits_clerk")
    answer = send(registry, NEW, form(1, account="12", bank="农商行", household="H9"))
    assert answer.status_code == UNPROCESSABLE
    text = text_of(answer)
    assert all(f'value="{typed}"' in text for typed in (name_of(1), id_number(1), VILLAGE, "12", "农商行", "H9"))
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"claimed_from": "0001-01-01"},
        {"claimed_from": "9999-12-31"},
        {"applied_on": "1999-01-01"},
        {"applied_on": "x"},
        {"scheme": "none"},
        {"township": "x"},
        {"id_number": "1"},
        {"name": "a\1b" * 90},
        {"own_amount": "9" * 20},
        {"paper": "\1"},
    ],
)
def test_nothing_that_is_typed_breaks_the_form(changed: dict[str, str]) -> None:
    answer = send(at_desk("benefits_clerk"), NEW, form(1, **changed))
    assert answer.status_code in (UNPROCESSABLE, SEE_OTHER), text_of(answer)


def test_the_officers_of_a_level_see_what_is_theirs() -> None:
    new, published, beyond = applied(1), passed(2, Level.VILLAGE), passed(3, Level.VILLAGE, Level.TOWNSHIP)
    village, township = at_desk("village_clerk"), at_desk("township_benefits")
    text = page(village, LIST + "?level=")
    assert (name_of(1) in text, name_of(2) in text, name_of(3) in text) == (True, True, False)
    text = page(township, LIST + "?level=")
    assert (name_of(1) in text, name_of(2) in text, name_of(3) in text) == (False, True, True)
    assert village.get(at(beyond)).status_code == NOT_FOUND
    assert township.get(at(new)).status_code == NOT_FOUND
    assert reverse("beneficiaries") not in page(township, at(published))


def test_who_decided_before_is_told_that_another_decides() -> None:
    made, clerk = applied(1), hire("two-levels", "village_clerk", "township_benefits")
    both = signed_in(clerk.username)
    done(both, made, act="pass", on=today())
    text = page(both, at(made))
    assert "another officer decides now" in text
    assert 'value="pass"' not in text


def test_a_stale_form_does_nothing() -> None:
    made, village, other = applied(1), at_desk("village_clerk"), at_desk("village_clerk", number=2)
    drawn = hidden(page(other, at(made)))
    done(village, made, act="pass", on=today())
    answer = send(other, at(made), {"act": "refuse", "reason": "不符", "on": today()}, drawn=drawn)
    assert answer.status_code == UNPROCESSABLE
    assert "has changed since you saw it" in text_of(answer)


def test_the_list_narrows_and_its_queries_do_not_grow() -> None:
    registry = at_desk("benefits_clerk")
    applied(1)
    with CaptureQueriesContext(connection) as few:
        page(registry, LIST)
    for number in range(2, 9):
        applied(number)
    passed(9, Level.VILLAGE)
    with CaptureQueriesContext(connection) as many:
        text = page(registry, LIST)
    assert len(many) == len(few)
    assert name_of(9) in text
    assert name_of(9) not in page(registry, LIST + "?state=REGISTERED")
    assert name_of(9) in page(registry, LIST + "?level=TOWNSHIP")
    assert name_of(8) not in page(registry, LIST + "?level=TOWNSHIP")
    assert name_of(8) not in page(registry, LIST + "?scheme=reward_assistance")
