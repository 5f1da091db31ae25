"""What a new user sees: make demo, twice, and the pages behind make serve."""

import contextlib
import io
import json
import re
from collections.abc import Iterator

import psycopg2.extensions
import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.utils import translation
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from audit.traces import trace
from ledger.checks import run_checks
from ledger.models import Book, Officer, Voucher
from payouts.models import Batch, Payment, Run
from tests import traced
from tests.conftest import copy_database, drop_database, point_at
from treasury.models import Township

DISTRICT = "220112"


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None,
    template_database: str,
    administration: psycopg2.extensions.connection,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """What the demo prints, in a database that the tests of this module only read."""
    shared, name = connections["default"].settings_dict["NAME"], f"{template_database}_demo"
    out = tmp_path_factory.mktemp("demo") / "out"
    with django_db_blocker.unblock():
        copy_database(administration, name, template_database)
        point_at(name)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            call_command("demo", "--out", str(out))
        yield printed.getvalue()
        point_at(shared)
    drop_database(administration, name)


@pytest.fixture
def auditor(demo: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username="demo-auditor"))
    return client


def test_the_demo_pays_thirteen_townships_and_brings_back_what_the_bank_returned(demo: str) -> None:
    rows = [re.sub(r" {2,}", "  ", line.strip()) for line in demo.splitlines()]
    assert "合计  2841  19,596,215.17  4,039,624.31  114,653.22  15,441,937.64" in rows
    assert "已退汇  190  310,737.55" in rows
    assert "已到账  9506  19,108,266.55" in rows
    assert "合计  447,176.00  1,332,894.00  148,400.00  1,928,470.00" in rows
    assert "201503 退汇待付  283,141.14  283,141.14" in rows
    assert "财库〔2015〕192号" in demo
    assert Township.objects.count() == 13
    assert list(Run.objects.order_by("purpose").values_list("purpose", "status")) == [
        ("BENEFITS", "SETTLED"),
        ("PAYROLL", "SETTLED"),
    ]
    assert list(run_checks([])) == []


def test_only_what_came_back_was_paid_again(demo: str) -> None:
    again = Payment.objects.exclude(reissues=None)
    assert again.count() == 190
    assert {payment.reissues.status for payment in again if payment.reissues} == {"RETURNED"}
    assert {payment.status for payment in again} == {"SETTLED"}


def test_a_second_run_of_the_demo_changes_nothing(demo: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    counts = Voucher.objects.count(), Payment.objects.count()
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        call_command("demo", "--out", str(tmp_path_factory.mktemp("again")))
    assert "此前已" in printed.getvalue()
    assert (Voucher.objects.count(), Payment.objects.count()) == counts


def test_the_demo_refuses_a_production_instance(demo: str, settings: Settings) -> None:
    count = Voucher.objects.count()
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("demo")
    assert Voucher.objects.count() == count


def test_pages_ask_for_a_sign_in(demo: str) -> None:
    for path in ("/", f"/books/{DISTRICT}/", f"/books/{DISTRICT}/vouchers/", "/vouchers/1/"):
        assert Client().get(path).headers["Location"].startswith("/sign-in/")


def test_an_officer_without_the_right_to_read_vouchers_sees_no_book(demo: str) -> None:
    client = Client()
    client.force_login(Officer.objects.get(username="demo-village"))
    for path in (f"/books/{DISTRICT}/", f"/books/{DISTRICT}/vouchers/", "/vouchers/1/"):
        assert client.get(path).status_code == 403


def test_the_trial_balance_page_shows_the_month_and_the_regime(auditor: Client) -> None:
    book = Book.objects.get(name="云溪镇")
    page = auditor.get(f"/books/{book.code}/?month=2026-11").content.decode()
    assert "2,222,605.35" in page
    assert "财库〔2015〕192号" in page


def test_the_register_finds_by_text_and_the_voucher_links_to_its_event(auditor: Client) -> None:
    register = auditor.get(f"/books/{DISTRICT}/vouchers/?text=云溪镇统一发放").content.decode()
    links = re.findall(r'href="(/vouchers/\d+/)"', register)
    assert len(links) == 1
    assert "云溪镇" in auditor.get(links[0]).content.decode()


def test_a_demo_officer_signs_in_with_the_user_name_as_password(demo: str) -> None:
    client = Client()
    answer = client.post("/sign-in/", {"username": "demo-auditor", "password": "demo-auditor"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_wrong_password_is_told_without_saying_which_part_is_wrong(demo: str) -> None:
    page = Client().post("/sign-in/", {"username": "demo-auditor", "password": "no"}).content.decode()
    assert 'role="alert"' in page


def test_unknown_books_vouchers_and_page_keys_are_answered_plainly(auditor: Client) -> None:
    assert auditor.get("/books/nowhere/").status_code == 404
    assert auditor.get("/vouchers/999999/").status_code == 404
    assert auditor.get(f"/books/{DISTRICT}/vouchers/?after=nonsense").status_code == 200
    assert auditor.get(f"/books/{DISTRICT}/?month=1999-13").status_code == 200


def test_every_payment_of_the_demo_leads_to_a_row_of_a_file_and_to_its_vouchers(demo: str) -> None:
    ends = {"obligation", "row", "sheet", "bank-file", "result-row", "voucher"}
    seen = 0
    for batch in Batch.objects.all():
        [start] = trace(f"batch:{batch}", townships=None, length=batch.payments_count)
        payments = [step for step in start.children if step.kind == "payment"]
        assert [step.reference for step in payments if ends - traced.kinds_of(step.walk())] == []
        seen += len(payments)
    assert seen == Payment.objects.count()


def test_every_voucher_of_the_demo_leads_to_its_act_and_to_every_payment(demo: str) -> None:
    assert traced.vouchers_without_their_act() == []
    assert traced.payments_of_vouchers() == {f"payment:{payment}" for payment in Payment.objects.all()}


def test_everything_in_the_demo_is_found_by_its_own_reference(demo: str) -> None:
    assert list(traced.rows_that_are_lost()) == []
    assert traced.numbers_shown() == []


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", ("应付义务", "政策依据")), ("en", ("obligation", "legal"))]
)
def test_the_command_tells_a_payment_in_the_language_of_the_officer(
    demo: str, language: str, words: tuple[str, str]
) -> None:
    with translation.override(language), contextlib.redirect_stdout(io.StringIO()) as printed:
        call_command("trace", "payment:2026-11/17", stdout=printed)
    assert [word for word in (*words, "payslip:", "declared-pay:", "voucher:") if word not in printed.getvalue()] == []


def test_the_command_writes_a_trace_for_programs(demo: str) -> None:
    out = io.StringIO()
    call_command("trace", "voucher:1", "--format", "json", "--depth", "1", stdout=out)
    [step] = json.loads(out.getvalue())
    assert (step["kind"], step["reference"].partition(":")[0]) == ("voucher", "voucher")


def test_the_command_refuses_what_is_not_there(demo: str) -> None:
    with pytest.raises(CommandError, match="trace_starts_somewhere"):
        call_command("trace", "payment:2026-11/999999")


def test_the_auditor_sees_a_paid_salary_back_to_the_imported_row(auditor: Client) -> None:
    paid = Payment.objects.filter(status="SETTLED", parts__obligation__payslip__isnull=False).order_by("pk")[0]
    page = auditor.get("/audit/trace/", {"of": f"payment:{paid}"}).content.decode()
    line = page.partition('class="line way"')[2].partition("</ol>")[0]
    kinds = ["file", "sheet", "row", "declared-pay", "payslip", "obligation", "payment", "batch", "bank-file"]
    shown = re.findall(r">([a-z-]+):[^<]+</a>", line)
    assert shown == [*kinds, "handover", "result-row", "result", "voucher"]
    assert paid.id_number not in page
    assert paid.account_number not in page
    assert re.search(r'class="page" href="/vouchers/\d+/"', page)


def test_the_auditor_finds_by_an_id_number_that_stands_in_no_address(auditor: Client) -> None:
    paid = Payment.objects.filter(person__isnull=False).order_by("pk")[0]
    answer = auditor.post("/audit/trace/", {"of": paid.id_number})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/audit/trace/?of=person:{paid.person_id}")


def test_a_voucher_leads_the_auditor_to_its_trace(auditor: Client) -> None:
    assert "/audit/trace/?of=voucher:1" in auditor.get("/vouchers/1/").content.decode()
    assert auditor.get("/audit/trace/?of=voucher:1").status_code == 200
