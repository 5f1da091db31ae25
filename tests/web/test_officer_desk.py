"""The desk of officers: made by one, given posts by two, with a password of their own, and gone at once."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ledger.models import AuditEvent, Officer
from month.models import Appointment
from month.waiting_tasks import waiting_for
from tests import golden
from tests.golden import RIVER
from tests.sign_ins import OTHER, PASSWORD, enter, events, hire, is_in, signed_in
from tests.web.desks import hidden, page, seconded, send
from treasury.models import Establishment, OfficerAccount, Secondment, Unit
from treasury.models.words import PostKind
from web.acting import SHOWN
from web.models import OfficerSession
from web.officer_desk.officer_pages import mark_of

stage = golden.stage
rolled_back = golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

REFUSED = 422
DONE = 303
ACCOUNT = "62220000000000012"


def address(username: str) -> str:
    return reverse("officer", args=[username])


def take(client: Client, username: str, act: str, **fields: Any) -> Any:
    to = reverse("officer_act", args=[username])
    return send(client, address(username), {"act": act, **fields}, to=to)


def take_own(client: Client, username: str, other: str, act: str, **fields: Any) -> str:
    """Send a form about oneself, which no page draws; return the page with its refusal."""
    drawn = {**hidden(page(client, address(other))), SHOWN: mark_of(Officer.objects.get(username=username))}
    to = reverse("officer_act", args=[username])
    answer = send(client, address(username), {"act": act, **fields}, drawn=drawn, to=to)
    assert answer.status_code == REFUSED
    return str(answer.content.decode())


@pytest.fixture
def administrator() -> Client:
    hire("administrator", "administrator")
    return signed_in("administrator")


@pytest.fixture
def head() -> Client:
    hire("head", "bureau_head")
    return signed_in("head")


def posts_of(username: str) -> list[str]:
    return sorted(Officer.objects.get(username=username).groups.values_list("name", flat=True))


def shown_password(text: str) -> str:
    return str(re.findall(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>", text)[0])


def test_an_officer_is_made_chooses_a_password_is_given_a_post_and_holds_it_once_confirmed(
    administrator: Client, head: Client
) -> None:
    made = send(administrator, reverse("officer_new"), {"username": "wang-li", "full_name": "王丽"})
    assert made.headers["Cache-Control"] == "no-store"
    first = shown_password(made.content.decode())
    own = signed_in("wang-li", first)
    assert own.get(reverse("tasks")).headers["Location"] == reverse("password")
    own.post(reverse("password"), {"old_password": first, "new_password1": OTHER, "new_password2": OTHER})
    assert own.get(reverse("tasks")).status_code == 200
    assert first not in str([*AuditEvent.objects.values(), *Officer.objects.values()])

    assert (
        take(administrator, "wang-li", "give_posts", posts=["reviewer"], reason="人字〔2026〕1号").status_code == DONE
    )
    assert posts_of("wang-li") == []
    assert own.get(reverse("drafts")).status_code == 403
    waiting = waiting_for(officer=Officer.objects.get(username="head"), on=date(2026, 11, 27))
    assert [one.count for one in waiting if one.desk == "officers"] == [1]
    assert take(head, "wang-li", "confirm_posts").status_code == DONE
    assert posts_of("wang-li") == ["reviewer"]
    assert own.get(reverse("drafts")).status_code == 200
    assert AuditEvent.objects.get(act="officer.appoint", subject="officer/wang-li").actor == "head"


@pytest.mark.parametrize(
    ("username", "full_name", "rule"),
    [("Wang", "王", "user_name_is_free"), ("head", "王", "user_name_is_free"), ("wang", " ", "officer_has_a_name")],
)
def test_a_name_that_is_none_is_refused_and_the_form_keeps_what_was_typed(
    administrator: Client, head: Client, username: str, full_name: str, rule: str
) -> None:
    answer = send(administrator, reverse("officer_new"), {"username": username, "full_name": full_name})
    assert answer.status_code == REFUSED
    assert rule in answer.content.decode()
    assert f'value="{username}"' in answer.content.decode()


@pytest.mark.parametrize(
    ("held", "posts", "reason", "rule"),
    [
        (["preparer"], ["reviewer"], "r", "posts_do_not_conflict"),
        ([], ["preparer", "reviewer"], "r", "posts_do_not_conflict"),
        ([], ["king"], "r", "post_is_known"),
        ([], [], "r", "appointment_names_posts_and_reason"),
        ([], ["reviewer"], " ", "appointment_names_posts_and_reason"),
        (["reviewer"], ["reviewer"], "r", "post_is_not_held_yet"),
    ],
)
def test_posts_that_may_not_be_given_are_refused_by_name(
    administrator: Client, held: list[str], posts: list[str], reason: str, rule: str
) -> None:
    hire("wang", *held)
    answer = take(administrator, "wang", "give_posts", posts=posts, reason=reason)
    assert answer.status_code == REFUSED
    assert rule in answer.content.decode()
    assert not Appointment.objects.exists()


def test_nobody_gives_or_confirms_a_post_of_his_own_and_none_gives_and_confirms(
    administrator: Client, head: Client
) -> None:
    refused = take_own(administrator, "administrator", "head", "give_posts", posts=["archivist"], reason="r")
    assert "nobody_appoints_himself" in refused
    take(administrator, "head", "give_posts", posts=["archivist"], reason="r")
    assert "nobody_appoints_himself" in take_own(head, "head", "administrator", "confirm_posts")
    assert posts_of("head") == ["bureau_head"]
    assert "officer_holds_the_post" in take(administrator, "head", "confirm_posts").content.decode()


def test_posts_that_are_refused_are_never_held_and_may_be_given_anew(administrator: Client, head: Client) -> None:
    hire("wang")
    take(administrator, "wang", "give_posts", posts=["reviewer"], reason="r")
    again = take(administrator, "wang", "give_posts", posts=["clerk"], reason="r")
    assert "one_appointment_at_a_time" in again.content.decode()
    assert take(head, "wang", "refuse_posts", reason=" ").status_code == REFUSED
    assert take(head, "wang", "refuse_posts", reason="无编制").status_code == DONE
    assert posts_of("wang") == []
    assert take(administrator, "wang", "give_posts", posts=["clerk"], reason="r").status_code == DONE


def test_a_post_that_conflicts_by_the_time_it_is_confirmed_is_refused(administrator: Client, head: Client) -> None:
    wang = hire("wang")
    take(administrator, "wang", "give_posts", posts=["reviewer"], reason="r")
    wang.groups.set(hire("other", "preparer").groups.all())
    answer = take(head, "wang", "confirm_posts")
    assert (answer.status_code, posts_of("wang")) == (REFUSED, ["preparer"])
    assert "posts_do_not_conflict" in answer.content.decode()


def test_a_post_is_taken_away_by_one_at_once_but_not_ones_own(administrator: Client, head: Client) -> None:
    hire("wang", "reviewer", "archivist")
    assert take(head, "wang", "take_posts", posts=["reviewer"]).status_code == DONE
    assert posts_of("wang") == ["archivist"]
    assert "post_is_held" in take(administrator, "wang", "take_posts", posts=["reviewer"]).content.decode()
    own = take_own(head, "head", "administrator", "take_posts", posts=["bureau_head"])
    assert "nobody_appoints_himself" in own


def test_who_leaves_is_out_at_once_and_comes_back_with_a_new_password_and_no_post(administrator: Client) -> None:
    hire("wang", "cashier")
    own, other = signed_in("wang"), signed_in("wang")
    assert take(administrator, "wang", "let_go").status_code == DONE
    assert [is_in(own), is_in(other), OfficerSession.objects.filter(officer__username="wang").count()] == [
        False,
        False,
        0,
    ]
    assert enter(Client(), "wang").status_code == 200
    answer = take(administrator, "wang", "password", reason="返岗")
    assert signed_in("wang", shown_password(answer.content.decode())).get(reverse("tasks")).status_code == 302
    assert posts_of("wang") == []
    assert not Appointment.objects.exists()


def test_nobody_lets_himself_go_and_a_service_is_no_officer(administrator: Client, head: Client) -> None:
    assert "nobody_lets_himself_go" in take_own(administrator, "administrator", "head", "let_go")
    assert administrator.get(address("month-service")).status_code == 404


def test_a_new_password_ends_the_sessions_and_the_posts_wait_for_another_officer(
    administrator: Client, head: Client
) -> None:
    hire("wang", "releaser")
    own = signed_in("wang")
    answer = take(administrator, "wang", "password", reason="忘记密码")
    assert not is_in(own)
    assert enter(Client(), "wang", PASSWORD).status_code == 200
    password = shown_password(answer.content.decode())
    assert signed_in("wang", password).get(reverse("tasks")).headers["Location"] == reverse("password")
    assert posts_of("wang") == []
    assert take(head, "wang", "confirm_posts").status_code == DONE
    assert posts_of("wang") == ["releaser"]
    assert events("officer.new_password") == [("administrator", "")]


def test_a_new_password_does_not_open_a_township_to_who_gives_it(administrator: Client) -> None:
    seconded("wang", PostKind.CENTRE_CLERK, RIVER)
    answer = take(administrator, "wang", "password", reason="r")
    assert "new_password_opens_no_township" in answer.content.decode()


def test_nobody_gives_a_superuser_a_password(administrator: Client) -> None:
    Officer.objects.filter(pk=hire("root").pk).update(is_superuser=True)
    answer = take(administrator, "root", "password", reason="r")
    assert "superuser_keeps_the_password" in answer.content.decode()
    assert enter(Client(), "root").status_code == 302


def test_a_form_that_was_drawn_before_another_changed_the_posts_is_void(administrator: Client, head: Client) -> None:
    hire("wang", "reviewer", "archivist")
    drawn = hidden(page(administrator, address("wang")))
    take(head, "wang", "take_posts", posts=["archivist"])
    to = reverse("officer_act", args=["wang"])
    answer = send(administrator, address("wang"), {"act": "take_posts", "posts": ["reviewer"]}, drawn=drawn, to=to)
    assert "This has changed since you saw it" in answer.content.decode()
    assert posts_of("wang") == ["reviewer"]


def test_the_list_finds_officers_and_asks_as_often_for_many_as_for_few(administrator: Client) -> None:
    for number in range(3):
        hire(f"wang-{number}", "reviewer", password="")
    with CaptureQueriesContext(connection) as few:
        text = page(administrator, f"{reverse('officers')}?q=wang-&post=reviewer")
    assert text.count("/officers/named/wang-") == 3
    for number in range(3, 9):
        hire(f"wang-{number}", "reviewer", password="")
    with CaptureQueriesContext(connection) as many:
        page(administrator, f"{reverse('officers')}?q=wang-&post=reviewer")
    assert len(few) == len(many)


def test_the_page_of_an_officer_has_the_sign_ins_and_the_trail(administrator: Client) -> None:
    hire("wang", "auditor")
    enter(Client(), "wang", "wrong password")
    signed_in("wang")
    text = page(administrator, address("wang"))
    assert "refused: password_is_right" in text
    assert "signed in" in text
    assert "officer.password" in text


# Posts in townships


def test_a_post_in_a_township_is_given_consulted_confirmed_and_ended(administrator: Client, head: Client) -> None:
    hire("wang")
    today = timezone.localdate()
    sent = {
        "township": RIVER,
        "post": "BUDGET_ACCOUNTANT",
        "holder": "wang",
        "from": f"{today}",
        "to": f"{today.year + 3}-01-01",
    }
    assert send(administrator, reverse("seconded_posts"), sent | {"from": "x"}).status_code == REFUSED
    assert send(administrator, reverse("seconded_posts"), sent).status_code == DONE
    given = Secondment.objects.get(holder__username="wang")
    here = reverse("seconded_post", args=[given.pk])
    consulted = {"act": "consult", "asked": f"{today}", "answered": f"{today}", "answer": "AGREED", "paper": "函1号"}
    assert send(administrator, here, consulted).status_code == DONE
    assert send(administrator, here, {"act": "confirm"}).status_code == REFUSED
    assert send(head, here, {"act": "confirm"}).status_code == DONE
    ended = {"act": "end", "on": f"{today.year + 1}-01-01", "reason": "调离"}
    assert send(administrator, here, ended).status_code == DONE
    given.refresh_from_db()
    assert (given.status, given.held_until) == ("CONFIRMED", date(today.year + 1, 1, 1))
    assert given.get_post_display() in page(administrator, address("wang"))


# Approved posts and accounts


def test_approved_posts_are_recorded_by_one_and_confirmed_by_another(administrator: Client, head: Client) -> None:
    unit = Unit.objects.order_by("code")[0]
    here = reverse("establishment")
    sent = {"unit": unit.code, "posts": "12", "from": "2026-01-01", "paper": "编办〔2026〕3号"}
    for posts in ("x", "000000001" + "9" * 5000):
        assert send(administrator, here, sent | {"posts": posts}).status_code == REFUSED
    assert send(administrator, here, sent).status_code == DONE
    entry = Establishment.objects.get()
    assert send(administrator, here, {"confirm": str(entry.pk)}).status_code == REFUSED
    assert send(head, here, {"confirm": str(entry.pk)}).status_code == DONE
    entry.refresh_from_db()
    assert entry.confirmed_by_id == "head"
    assert "编办〔2026〕3号" in page(head, here)


def test_an_account_of_an_officer_is_recorded_and_shown_masked(administrator: Client, head: Client) -> None:
    hire("wang")
    here = reverse("officer_accounts")
    assert send(administrator, here, {"username": "wang", "number": "12"}).status_code == REFUSED
    assert send(administrator, here, {"username": "wang", "number": ACCOUNT}).status_code == DONE
    assert OfficerAccount.objects.get().officer_id == "wang"
    for client in (administrator, head):
        assert ACCOUNT not in page(client, here)
        assert ACCOUNT[-4:] in page(client, here)
