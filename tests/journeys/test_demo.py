"""What a new user sees: make demo, twice, and the pages behind make serve."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from ledger.checks import run_checks
from ledger.models import Officer, Voucher


@pytest.fixture
def demo(fresh_database: str, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("demo")
    return capsys.readouterr().out


@pytest.fixture
def auditor(demo: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username="demo-auditor"))
    return client


def test_the_demo_prints_both_trial_balances_of_the_golden_month(demo: str) -> None:
    rows = [re.sub(r" {2,}", "  ", line.strip()) for line in demo.splitlines()]
    assert "201202 历史欠款  50,000.00  37,500.00  12,500.00" in rows
    assert "103100102 历史欠款  50,000.00  37,500.00  12,500.00" in rows
    assert "100401 支出分户  292,500.00  292,500.00" in rows
    assert "1001 国库存款  950,000.00  912,500.00  37,500.00" in rows
    assert demo.count("财库〔2015〕192号") == 2
    assert list(run_checks([])) == []


def test_a_second_run_of_the_demo_changes_nothing(demo: str) -> None:
    count = Voucher.objects.count()
    call_command("demo")
    assert Voucher.objects.count() == count == 11


def test_the_demo_refuses_a_production_instance(fresh_database: str, settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("demo")
    assert not Voucher.objects.exists()


def test_pages_ask_for_a_sign_in(demo: str) -> None:
    for path in ("/", "/books/220100/", "/books/220100/vouchers/", "/vouchers/1/"):
        assert Client().get(path).headers["Location"].startswith("/sign-in/")


def test_an_officer_without_the_right_to_read_vouchers_sees_no_book(demo: str) -> None:
    client = Client()
    client.force_login(Officer.objects.get(username="demo-cashier"))
    for path in ("/", "/books/220100/", "/books/220100/vouchers/", "/vouchers/1/"):
        assert client.get(path).status_code == 403


def test_the_trial_balance_page_shows_the_month_and_the_regime(auditor: Client) -> None:
    page = auditor.get("/books/220100101/?month=2026-11").content.decode()
    assert "292,500.00" in page
    assert "财库〔2015〕192号" in page


def test_the_register_finds_by_text_and_the_voucher_links_to_its_event(auditor: Client) -> None:
    register = auditor.get("/books/220100/vouchers/?text=25%25").content.decode()
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
    assert auditor.get("/books/220100/vouchers/?after=nonsense").status_code == 200
    assert auditor.get("/books/220100/?month=1999-13").status_code == 200
