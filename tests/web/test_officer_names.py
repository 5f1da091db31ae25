"""Pages tell people by name, and find what they did by it."""

import re

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import Officer, Voucher
from tests import golden
from tests.web.bank_desk import NAMES_ASKED
from treasury.posting import SERVICE
from web.officer_names import username_of

stage, rolled_back = golden.stage, golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
PREPARER = '<span title="demo-preparer">演示制单</span>'
ROWS = re.compile(r"<tbody>.*?</tbody>", re.DOTALL)
TOLD = Template("{% load officers %}{{ who|named|default:'—' }}")


@pytest.fixture
def auditor() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Officer.objects.get(username="demo-auditor"))
    return client


def told(who: Officer | str | None) -> str:
    return TOLD.render(Context({"who": who}))


def test_an_officer_is_told_by_name_and_the_user_name_is_pointed_at() -> None:
    assert told("demo-preparer") == told(Officer.objects.get(username="demo-preparer")) == PREPARER


@pytest.mark.parametrize(("who", "shown"), [(None, "—"), ("", "—"), ("<b>", "&lt;b&gt;"), ("nobody", "nobody")])
def test_nobody_and_who_is_no_officer(who: str | None, shown: str) -> None:
    assert told(who) == shown


def test_a_name_cannot_write_into_the_page() -> None:
    Officer.objects.create(username="x", full_name='<b title="y">')
    assert told("x") == '<span title="x">&lt;b title=&quot;y&quot;&gt;</span>'


def test_two_officers_of_one_name_are_told_apart() -> None:
    Officer.objects.create(username="second", full_name="演示制单")
    assert told("second") == '<span title="second">演示制单 (second)</span>'
    assert "演示制单 (demo-preparer)" in told("demo-preparer")
    assert username_of("演示制单 (second)") == "second"


def test_the_names_are_asked_once_a_page_and_anew_for_the_next(auditor: Client) -> None:
    voucher = Voucher.objects.filter(reviewer__username="demo-reviewer", cashier__isnull=False).order_by("pk")[0]
    address = reverse("voucher", args=[voucher.pk])
    auditor.get(address)
    Officer.objects.filter(username="demo-reviewer").update(full_name="王复核")
    with CaptureQueriesContext(connection) as asked:
        page = auditor.get(address).content.decode()
    assert '<span title="demo-reviewer">王复核</span>' in page
    assert page.count("<span title=") > 1
    assert sum(bool(NAMES_ASKED.match(one["sql"])) for one in asked) == 1


def test_nobody_hides_behind_the_user_name_of_another() -> None:
    Officer.objects.create(username="hidden", full_name="demo-preparer")
    assert told("hidden") == '<span title="hidden">demo-preparer (hidden)</span>'
    assert username_of("demo-preparer") == "demo-preparer"
    assert username_of("demo-preparer (hidden)") == "hidden"


@pytest.mark.parametrize(
    ("address", "field", "username"),
    [("audit_trail", "actor", "demo-preparer"), ("voucher_search", "preparer", SERVICE)],
)
def test_acts_and_vouchers_are_found_by_the_name_that_pages_tell(
    auditor: Client, address: str, field: str, username: str
) -> None:
    name = Officer.objects.get(username=username).full_name
    by_name, by_key = (
        ROWS.findall(auditor.get(reverse(address), {field: typed}).content.decode()) for typed in (name, username)
    )
    assert by_name == by_key
    told = f'<span title="{username}">{name}</span>'
    assert told in "".join(by_name)
    assert told not in auditor.get(reverse(address), {field: "nobody"}).content.decode()
