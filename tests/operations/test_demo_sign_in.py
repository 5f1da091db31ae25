"""The sign-in page of a demo has a button for each invented officer; elsewhere nobody is shown."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from ledger.models import AuditEvent, Officer, Project
from month.demo_townships import DEMO_TOWNSHIP_OFFICERS, second_demo_officers
from month.post_names import POST_NAMES
from month.posts import DEMO_OFFICERS, POSTS
from tests import golden
from tests.golden import BIRCH
from tests.operations.test_access import signed_in
from treasury.models import Secondment, Township

stage = golden.stage
rolled_back = golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")


@pytest.fixture
def seconded(monkeypatch: pytest.MonkeyPatch) -> None:
    in_birch = [one._replace(township=BIRCH) for one in DEMO_TOWNSHIP_OFFICERS[:4]]
    monkeypatch.setattr("month.demo_townships.DEMO_TOWNSHIP_OFFICERS", in_birch)
    second_demo_officers(month=golden.NOVEMBER, at=golden.AT)


def test_every_post_has_its_name() -> None:
    assert set(POST_NAMES) == set(POSTS)


def test_a_demo_shows_each_officer_with_the_post_in_words(seconded: None, settings: Settings) -> None:
    settings.DEMO = True
    text = Client(headers={"accept-language": "en"}).get(reverse("sign_in")).content.decode()
    for one in DEMO_OFFICERS:
        assert f'name="password" value="{one.username}"' in text
        assert one.full_name in text
        assert str(POST_NAMES[one.post]) in text
    assert "demo-yunxi-clerk" in text


def test_a_button_signs_in_and_a_clerk_of_a_township_sees_its_own(seconded: None, settings: Settings) -> None:
    settings.DEMO = True
    client = Client()
    sent = {"username": "demo-yunxi-clerk", "password": "demo-yunxi-clerk", "next": reverse("townships")}
    answer = client.post(reverse("sign_in"), sent, follow=True)
    text = answer.content.decode()
    assert golden.TOWNS[BIRCH] in text
    assert golden.TOWNS[golden.RIVER] not in text


def test_elsewhere_no_officer_is_shown(seconded: None, settings: Settings) -> None:
    settings.DEMO = False
    text = Client(headers={"accept-language": "en"}).get(reverse("sign_in"), secure=True).content.decode()
    assert "demo-" not in text
    assert "demo-officers" not in text


def test_townships_get_their_officers_once(seconded: None) -> None:
    given = Secondment.objects.filter(township=Township.objects.get(code=BIRCH)).count()
    second_demo_officers(month=golden.NOVEMBER, at=golden.AT)
    assert Secondment.objects.filter(township=Township.objects.get(code=BIRCH)).count() == given == 4
    assert set(Secondment.objects.values_list("status", flat=True)) == {"CONFIRMED"}


def superuser() -> Client:
    return signed_in(Officer.objects.create(username="of-super", full_name="测试", is_superuser=True))


def test_a_superuser_puts_a_name_right_and_the_trail_tells() -> None:
    project = Project.objects.create(code="p-test", name="旧名")
    address = reverse("admin:ledger_project_change", args=[project.pk])
    answer = superuser().post(address, {"code": "other", "name": "新名", "english_name": ""})
    assert answer.status_code == 302
    project.refresh_from_db()
    assert (project.code, project.name) == ("p-test", "新名")
    event = AuditEvent.objects.filter(act="reference.change").get()
    assert (event.actor, event.subject) == ("of-super", "project/p-test")
    assert "旧名" in event.before
    assert "新名" in event.after


def test_reference_data_is_neither_added_nor_taken_away_nor_anything_else_shown() -> None:
    client = superuser()
    project = Project.objects.create(code="p-test", name="名")
    refused = ["/admin/ledger/project/add/", f"/admin/ledger/project/{project.pk}/delete/", "/admin/ledger/fund/add/"]
    assert [client.post(address, {"name": "x"}).status_code for address in refused] == [403, 403, 403]
    absent = ["ledger/officer", "ledger/voucher", "auth/group", "treasury/secondment", "admin/logentry"]
    assert [client.get(f"/admin/{model}/").status_code for model in absent] == [404] * len(absent)


def test_the_admin_has_nothing_inline_that_our_policy_would_stop() -> None:
    client = superuser()
    for name in ("admin:index", "admin:ledger_project_changelist", "admin:ledger_chartaccount_changelist"):
        text = client.get(reverse(name)).content.decode()
        assert "<style" not in text
        assert "style=" not in text
        assert "<script>" not in text


def test_a_superuser_needs_a_second_factor_but_in_a_demo(settings: Settings) -> None:
    settings.DEMO, settings.TOTP, settings.SECURE_SSL_REDIRECT = False, "optional", False
    answer = superuser().get(reverse("admin:index"))
    assert answer.headers["Location"] == reverse("second_factor")


def test_a_refused_page_says_which_posts_open_it_and_whom_to_ask() -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Officer.objects.create(username="nobody", full_name="测试"))
    text = client.get(reverse("books")).content.decode()
    assert "a post in a township on this day" in text
    assert "administrator of the bureau" in text
    assert golden.TOWNS[BIRCH] not in text
