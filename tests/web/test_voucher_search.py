"""Find vouchers by what is known of them, and read the lines of an account; nobody finds what is not open to them."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from ledger.models import Officer, Project, Voucher
from ledger.posting import post_event
from ledger.reversing import reverse_event
from month.posts import ensure_posts
from tests import golden
from tests.builders import DAY, SIGNED, credit, debit, event, make_books, receipt, simple, voucher, yuan

pytestmark = pytest.mark.django_db
stage = golden.stage
OPEN, BAD_REQUEST, NOT_FOUND = 200, 400, 404


def reader(post: str = "auditor") -> Client:
    ensure_posts()
    officer = Officer.objects.create(username="reader", full_name="测试")
    officer.groups.add(Group.objects.get(name=post))
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer)
    return client


@pytest.fixture
def client(db: None) -> Client:
    """A reader of a district with the vouchers ``pay`` (5th), ``red`` (6th, its reversal) and ``tax`` (7th, in T01)."""
    make_books()
    Project.objects.create(code="P1", name="道路")
    pay = voucher(
        "D", debit("5001", yuan("70.00"), fund="111"), credit("2015", yuan("70.00"), fund="111"), summary="报销"
    )
    post_event(event("pay", pay))
    reverse_event(source="pay", posting_date=DAY.replace(day=6), signatures=SIGNED)
    post_event(receipt("tax", "950.00", posting_date=DAY.replace(day=7), voucher_type="收", summary="税收"))
    return reader()


def found(client: Client, **query: str) -> list[str]:
    """Return the sources of the vouchers that a search shows."""
    page = client.get(f"{reverse('voucher_search')}?{urlencode(query)}").content.decode()
    keys = [int(key) for key in re.findall(r'href="/vouchers/([0-9]+)/"', page)]
    names = dict(Voucher.objects.values_list("pk", "source"))
    return [names[key].replace("pay/reversed", "red") for key in keys]


ALL = ["pay", "red", "tax"]
SEARCHES: list[tuple[dict[str, str], list[str]]] = [
    ({"book": "D"}, ["pay", "red"]),
    ({"book": "T01"}, ["tax"]),
    ({"book": "unknown"}, ALL),
    ({"number": "记-1"}, ["pay"]),
    ({"number": "1"}, ["pay", "tax"]),
    ({"number": "收字第1号"}, ["tax"]),
    ({"number": "记"}, ["pay", "red"]),
    ({"number": "3"}, []),
    ({"since": "2026-11-06"}, ["red", "tax"]),
    ({"since": "2026-11-08"}, []),
    ({"until": "2026-11-06"}, ["pay", "red"]),
    ({"until": "2026-11-05"}, ["pay"]),
    ({"account": "2015"}, ["pay", "red"]),
    ({"account": "20"}, ["pay", "red"]),
    ({"account": "2016"}, []),
    ({"account": "5001", "side": "D"}, ["pay", "red"]),
    ({"account": "5001", "side": "C"}, []),
    ({"amount": "70"}, ["pay"]),
    ({"amount": "70.01"}, []),
    ({"amount": "-70.00"}, ["red"]),
    ({"amount": "70.00", "amount_until": "950.00"}, ["pay", "tax"]),
    ({"amount": "70.01", "amount_until": "950.00"}, ["tax"]),
    ({"amount": "70.00", "amount_until": "949.99"}, ["pay"]),
    ({"amount_until": "0"}, ["red"]),
    ({"amount": "1,000", "amount_until": "2，000"}, []),
    ({"text": "税收"}, ["tax"]),
    ({"text": "TAX"}, ["tax"]),
    ({"text": "nothing"}, []),
    ({"kind": "REVERSAL"}, ["red"]),
    ({"preparer": "rule"}, ALL),
    ({"preparer": "wang"}, []),
    ({"dimension": "fund", "code": "111"}, ALL),
    ({"dimension": "fund", "code": "2"}, []),
    ({"dimension": "project", "code": "P1"}, []),
]


def test_each_criterion_narrows_the_search(client: Client) -> None:
    for query, wanted in SEARCHES:
        assert found(client, **{"since": "", **query}) == wanted, query


def test_what_cannot_be_read_is_told_and_kept(client: Client) -> None:
    for name, text in (
        ("number", "x-1"),
        ("since", "2026-13-01"),
        ("until", "x"),
        ("amount", "1.234"),
        ("amount", "x"),
    ):
        page = client.get(reverse("voucher_search"), {name: text}).content.decode()
        assert 'role="alert"' in page
        assert f'value="{text}"' in page


def test_odd_queries_break_nothing(client: Client) -> None:
    for query in (
        {"after": "2026-11-05.99999999999999999999"},
        {"after": "x"},
        {"text": "ab%_'"},
        {"until": "9999-12-31"},
        {"since": "0001-01-01"},
        {"number": "9999999999"},
        {"dimension": "password", "code": "x"},
    ):
        assert client.get(reverse("voucher_search"), query).status_code == OPEN
    assert client.get(reverse("voucher_search"), {"text": "a\0b"}).status_code == BAD_REQUEST
    page = reverse("account_lines", args=["D", "5001"])
    for query in ({"since": "0001-01-01", "until": "9999-12-31"}, {"since": "x", "after": "y"}):
        assert client.get(page, query).status_code == OPEN


def test_totals_are_of_all_that_fit_and_pages_follow_by_key(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    post_event(simple("more", "0.50"))
    monkeypatch.setattr("web.book_desk.search_pages.PAGE", 2)
    address, seen = f"{reverse('voucher_search')}?book=D&since=2026-11-01", []
    while address:
        page = client.get(address).content.decode()
        assert "3 vouchers fit." in page
        assert "<td>0.50</td><td>0.50</td></tr></tfoot>" in page
        seen += re.findall(r'href="/vouchers/([0-9]+)/"', page)
        following = re.search(r'href="(\?[^"]+)" rel="next"', page)
        address = reverse("voucher_search") + following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 3


def test_a_search_asks_as_often_for_many_as_for_few(client: Client, django_assert_max_num_queries: Any) -> None:
    page = f"{reverse('voucher_search')}?account=5001&amount=0.50"
    client.get(page)
    with django_assert_max_num_queries(30) as few:
        client.get(page)
    for number in range(7):
        post_event(simple(f"more/{number}", "0.50"))
    with django_assert_max_num_queries(30) as many:
        assert "7 vouchers fit." in client.get(page).content.decode()
    assert len(many.captured_queries) == len(few.captured_queries)


def test_the_trial_balance_leads_to_the_lines_of_an_account_and_they_to_the_voucher(client: Client) -> None:
    page = client.get(f"{reverse('balance', args=['D'])}?month=2026-11").content.decode()
    lines = f"{reverse('account_lines', args=['D', '5001'])}?since=2026-11-01&amp;until=2026-11-30"
    assert f'href="{lines}"' not in page, "what was posted and reversed has no balance"
    post_event(simple("kept", "1.50"))
    page = client.get(f"{reverse('balance', args=['D'])}?month=2026-11").content.decode()
    assert f'href="{lines}"' in page
    page = client.get(lines.replace("&amp;", "&")).content.decode()
    kept = Voucher.objects.get(source="kept")
    assert f'href="{reverse("voucher", args=[kept.pk])}"' in page
    assert "<td>1.50</td><td>0.00</td><td></td></tr></tfoot>" in page
    assert page.count('href="/vouchers/') == 3 + 2  # three vouchers, and the desk's own two links


def test_an_account_that_a_book_does_not_have_is_not_found(client: Client) -> None:
    assert client.get(reverse("account_lines", args=["D", "9999"])).status_code == NOT_FOUND
    assert client.get(reverse("account_lines", args=["X", "5001"])).status_code == NOT_FOUND
