"""Name and password: five failures lock out, three sessions, half an hour idle, ten hours in all, own passwords."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from ledger.models import AuditEvent
from tests.sign_ins import OTHER, PASSWORD, age_sessions, enter, events, given, hire, is_in, signed_in
from web.models import ChosenPassword, OfficerSession
from web.security.lock_out import FAILURES_OF_ADDRESS_MAX
from web.security.sessions import IDLE_MAX, LENGTH_MAX

pytestmark = [pytest.mark.django_db]

WRONG = "not the password"
MOMENT = timedelta(seconds=5)


@pytest.fixture
def client() -> Client:
    return Client(headers={"accept-language": "en"})


def test_an_officer_signs_in_and_the_trail_has_it(client: Client) -> None:
    hire("wang", "auditor")
    answer = enter(client, "wang")
    assert answer.headers["Location"] == reverse("home")
    assert is_in(client)
    assert events("officer.sign_in") == [("wang", "")]
    assert AuditEvent.objects.get(act="officer.sign_in").origin.startswith("web 127.0.0.1 ")


def test_a_wrong_password_is_refused_and_in_the_trail_without_it(client: Client) -> None:
    hire("wang")
    assert "wrong" in enter(client, "wang", WRONG).content.decode()
    assert events("officer.sign_in") == [("wang", "password_is_right")]
    kept = [
        str(value) for row in (*AuditEvent.objects.values(), *AccessAttempt.objects.values()) for value in row.values()
    ]
    assert WRONG not in " ".join(kept)


def test_names_that_there_are_and_are_not_are_answered_alike(client: Client) -> None:
    hire("wang")
    known, unknown = (enter(Client(), name, WRONG).content.decode() for name in ("wang", "nobody-of-that-name"))
    assert without_token(known).replace("wang", "NAME") == without_token(unknown).replace("nobody-of-that-name", "NAME")


def kept() -> str:
    """Return everything that the trail and the tables of the lock-out hold."""
    return str([*AuditEvent.objects.values(), *AccessAttempt.objects.values()])


def without_token(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


def test_a_name_that_nobody_has_is_written_nowhere_in_full(client: Client) -> None:
    enter(client, "my-secret-password", WRONG)
    assert events("officer.sign_in") == [("m***", "password_is_right")]
    kept = [
        str(value) for row in (*AuditEvent.objects.values(), *AccessAttempt.objects.values()) for value in row.values()
    ]
    assert "my-secret-password" not in " ".join(kept)


@pytest.mark.parametrize("name", ["wang", "nobody"])
def test_the_fifth_failure_locks_out_and_the_fourth_does_not(client: Client, name: str) -> None:
    hire("wang")
    assert [enter(client, name, WRONG).status_code for _ in range(4)] == [200] * 4
    answer = enter(client, name, WRONG)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert "Too many attempts" in answer.content.decode()
    assert [refused for _actor, refused in events("officer.sign_in")] == ["password_is_right"] * 4 + ["sign_in_waits"]


def test_who_is_locked_out_gets_in_by_no_password_and_the_trail_is_not_filled(client: Client) -> None:
    hire("wang")
    for _ in range(5):
        enter(client, "wang", WRONG)
    before = AuditEvent.objects.count()
    assert [enter(client, "wang").status_code for _ in range(3)] == [429] * 3
    assert not is_in(client)
    assert AuditEvent.objects.count() == before


def test_four_failures_and_a_success_begin_anew(client: Client) -> None:
    hire("wang")
    for _ in range(4):
        enter(client, "wang", WRONG)
    assert enter(client, "wang").status_code == 302
    assert enter(Client(), "wang", WRONG).status_code == 200


@pytest.mark.parametrize(("minutes", "status"), [(14, 429), (15, 302)])
def test_the_lock_out_ends_after_a_quarter_of_an_hour(client: Client, minutes: int, status: int) -> None:
    hire("wang")
    for _ in range(5):
        enter(client, "wang", WRONG)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=minutes) - MOMENT)
    assert enter(client, "wang").status_code == status


def test_the_lock_out_is_of_a_name_and_an_address(client: Client) -> None:
    hire("wang"), hire("li")
    for _ in range(5):
        enter(client, "wang", WRONG)
    assert enter(Client(), "li").status_code == 302
    assert enter(Client(), "wang", REMOTE_ADDR="10.1.1.1").status_code == 302


def test_behind_the_proxy_the_address_is_what_the_proxy_saw(client: Client, settings: Settings) -> None:
    settings.BEHIND_PROXY = True
    hire("wang")
    for last in range(5):  # the client's own words change nothing
        enter(client, "wang", WRONG, HTTP_X_FORWARDED_FOR=f"10.9.9.{last}, 10.2.2.2")
    assert enter(client, "wang", HTTP_X_FORWARDED_FOR="10.2.2.2").status_code == 429
    assert enter(client, "wang", HTTP_X_FORWARDED_FOR="10.2.2.3").status_code == 302


def test_without_a_proxy_the_header_is_not_believed(client: Client) -> None:
    hire("wang")
    for last in range(5):
        enter(client, "wang", WRONG, HTTP_X_FORWARDED_FOR=f"10.9.9.{last}")
    assert enter(client, "wang", HTTP_X_FORWARDED_FOR="10.9.9.99").status_code == 429


# One password tried on many names


def spray(failures: int, **headers: str) -> None:
    """Fail with two passwords on each of many names, from one address."""
    for number in range(failures):
        assert enter(Client(), f"nobody-{number // 2}", WRONG, **headers).status_code == 200


@pytest.mark.parametrize(("failures", "status"), [(FAILURES_OF_ADDRESS_MAX - 1, 302), (FAILURES_OF_ADDRESS_MAX, 429)])
def test_so_many_failures_over_many_names_lock_out_the_address(client: Client, failures: int, status: int) -> None:
    hire("wang")
    spray(failures)
    assert enter(client, "wang").status_code == status
    assert enter(Client(), "wang", REMOTE_ADDR="10.1.1.1").status_code == 302


def test_the_trail_has_when_an_address_is_locked_out_and_is_not_filled() -> None:
    spray(FAILURES_OF_ADDRESS_MAX)
    for _ in range(3):
        assert enter(Client(), "another", WRONG).status_code == 429
    refused = [refused for _actor, refused in events("officer.sign_in")]
    assert refused[-2:] == ["password_is_right", "sign_ins_of_the_address_wait"]
    assert len(refused) == FAILURES_OF_ADDRESS_MAX


@pytest.mark.parametrize(("minutes", "status"), [(14, 429), (15, 302)])
def test_an_address_waits_a_quarter_of_an_hour(client: Client, minutes: int, status: int) -> None:
    hire("wang")
    spray(FAILURES_OF_ADDRESS_MAX)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=minutes) - MOMENT)
    assert enter(client, "wang").status_code == status


def test_who_signs_in_at_last_takes_his_own_failures_back(client: Client) -> None:
    hire("wang")
    for _ in range(4):
        enter(client, "wang", WRONG)
    spray(FAILURES_OF_ADDRESS_MAX - 5)
    assert enter(client, "wang").status_code == 302
    spray(4)
    hire("li")
    assert enter(Client(), "li").status_code == 302


def test_who_has_signed_in_goes_on_while_the_address_waits() -> None:
    hire("wang")
    client = signed_in("wang")
    spray(FAILURES_OF_ADDRESS_MAX)
    assert is_in(client)
    assert change(client, OTHER) == ""


def test_the_page_of_the_lock_out_is_in_both_languages() -> None:
    for language, words in (("en", "Too many attempts"), ("zh-hans", "尝试登录次数过多")):
        client = Client(headers={"accept-language": language})
        for _ in range(5):
            answer = enter(client, f"nobody-{language}", WRONG)
        assert words in answer.content.decode()


def test_an_officer_who_has_left_is_told_the_same(client: Client) -> None:
    officer = hire("wang")
    officer.is_active = False
    officer.save()
    assert "wrong" in enter(client, "wang").content.decode()


@pytest.mark.parametrize(
    ("idle", "length", "stays"),
    [
        (IDLE_MAX - MOMENT, IDLE_MAX, True),
        (IDLE_MAX, IDLE_MAX, False),
        (timedelta(), LENGTH_MAX - MOMENT, True),
        (timedelta(), LENGTH_MAX, False),
    ],
)
def test_a_session_ends_when_idle_or_too_long(idle: timedelta, length: timedelta, *, stays: bool) -> None:
    officer = hire("wang")
    client = signed_in("wang")
    age_sessions(officer, idle=idle, length=length)
    assert is_in(client) is stays


def test_a_session_that_ended_is_told_on_the_sign_in_page() -> None:
    officer = hire("wang")
    client = signed_in("wang")
    age_sessions(officer, idle=IDLE_MAX)
    told = "Your session has ended. Sign in again;"
    assert told in client.get(reverse("password"), follow=True).content.decode()
    assert told not in client.get(reverse("sign_in")).content.decode()


def test_an_officer_who_does_something_is_not_idle() -> None:
    officer = hire("wang")
    client = signed_in("wang")
    age_sessions(officer, idle=timedelta(minutes=20))
    client.get(reverse("password"))
    assert timezone.now() - OfficerSession.objects.get().seen_at < timedelta(minutes=1)


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    officer = hire("wang")
    client = signed_in("wang")
    age_sessions(officer, idle=timedelta(minutes=20))
    monkeypatch.setattr("web.security.sessions.UNATTENDED", frozenset({"password"}))
    client.get(reverse("password"))
    assert timezone.now() - OfficerSession.objects.get().seen_at > timedelta(minutes=19)


def test_the_fourth_session_ends_the_oldest() -> None:
    hire("wang")
    clients = [signed_in("wang") for _ in range(4)]
    assert [is_in(client) for client in clients] == [False, True, True, True]


def test_a_sign_out_ends_the_session_on_the_server() -> None:
    hire("wang")
    client = signed_in("wang")
    stolen = client.cookies["tongfa_session"].value
    client.post(reverse("sign_out"))
    thief = Client()
    thief.cookies["tongfa_session"] = stolen
    assert not is_in(thief)
    assert OfficerSession.objects.count() == 0


def test_a_sign_out_is_no_link() -> None:
    hire("wang")
    client = signed_in("wang")
    assert client.get(reverse("sign_out")).status_code == 405
    assert is_in(client)


def test_signing_in_changes_the_session(client: Client) -> None:
    hire("wang")
    client.get(reverse("sign_in"))
    before = client.session.session_key
    enter(client, "wang")
    assert client.session.session_key != before


def test_an_officer_who_leaves_is_out_and_stays_out() -> None:
    officer = hire("wang")
    client = signed_in("wang")
    officer.is_active = False
    officer.save()
    assert not is_in(client)
    officer.is_active = True
    officer.save()
    assert not is_in(client)


def change(client: Client, new: str, old: str = PASSWORD) -> str:
    form = {"old_password": old, "new_password1": new, "new_password2": new}
    answer = client.post(reverse("password"), form)
    return "" if answer.status_code == 302 else answer.content.decode()


def test_the_present_password_is_not_guessed_at_a_session_of_another() -> None:
    hire("wang")
    client = signed_in("wang")
    form = {"new_password1": OTHER, "new_password2": OTHER}
    statuses = [
        client.post(reverse("password"), form | {"old_password": f"guessed {at}"}).status_code for at in range(5)
    ]
    assert statuses == [200, 200, 200, 200, 429]
    assert client.post(reverse("password"), form | {"old_password": PASSWORD}).status_code == 429
    assert ("wang", "confirmation_is_right") in events("officer.password")


def test_a_form_of_a_session_that_has_ended_leads_to_a_page_afterwards() -> None:
    answer = Client().post(reverse("job_act", args=[1]))
    assert answer.headers["Location"] == f"{reverse('sign_in')}?next=/"


def test_a_change_of_password_ends_the_other_sessions_and_not_this_one() -> None:
    hire("wang")
    other, own = signed_in("wang"), signed_in("wang")
    assert change(own, OTHER) == ""
    assert [is_in(own), is_in(other)] == [True, False]
    assert enter(Client(), "wang", PASSWORD).status_code == 200
    assert enter(Client(), "wang", OTHER).status_code == 302
    assert ("wang", "") in events("officer.password")


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ("aB3-aB3-aB3", "too short"),  # 11
        ("wang-ming-de", "too similar"),
        ("password1234", "too common"),
        ("907316482563", "entirely numeric"),
        (PASSWORD, "one of the last 5"),
    ],
)
def test_a_weak_password_is_refused(new: str, told: str) -> None:
    hire("wang-ming-de")
    assert told in change(signed_in("wang-ming-de"), new)


def test_a_password_of_twelve_characters_is_taken() -> None:
    hire("wang")
    assert change(signed_in("wang"), "aB3-aB3-aB3-") == ""


def test_a_password_comes_again_after_five_others() -> None:
    hire("wang")
    client, old = signed_in("wang"), PASSWORD
    for number in range(5):
        assert "one of the last 5" in change(client, PASSWORD, old)
        new = f"{OTHER}-{number}"
        assert change(client, new, old) == ""
        old = new
    assert change(client, PASSWORD, old) == ""
    assert ChosenPassword.objects.count() == 7


def test_a_password_that_others_gave_is_changed_before_anything_else() -> None:
    given("wang", "auditor")
    for _ in range(2):  # also at the second sign-in, if it was not done at the first
        client = signed_in("wang")
        assert client.get(reverse("books")).headers["Location"] == reverse("password")
        assert client.get(reverse("second_factor")).headers["Location"] == reverse("password")
        assert "given by somebody else" in client.get(reverse("password")).content.decode()
    assert "one of the last 5" in change(client, PASSWORD)
    assert change(client, OTHER) == ""
    assert client.get(reverse("second_factor")).status_code == 200
    assert signed_in("wang", OTHER).get(reverse("second_factor")).status_code == 200


def test_a_password_given_anew_is_changed_anew() -> None:
    officer = hire("wang", "auditor")
    officer.set_password(OTHER)
    officer.save()
    assert signed_in("wang", OTHER).get(reverse("books")).headers["Location"] == reverse("password")


def test_the_officers_of_a_demo_keep_their_passwords(settings: Settings) -> None:
    given("demo-auditor", "auditor", password="demo-auditor")
    assert signed_in("demo-auditor", "demo-auditor").get(reverse("second_factor")).status_code == 200
    settings.DEMO = False
    assert signed_in("demo-auditor", "demo-auditor").get(reverse("books")).headers["Location"] == reverse("password")


def test_a_part_of_a_page_leads_the_whole_page_to_the_sign_in(client: Client) -> None:
    answer = client.get(reverse("books"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in/?next=/books/")
