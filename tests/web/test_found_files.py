"""What a search finds and the lines of an account, whole and as a file: what was asked, every row, their sums."""

import csv
import io
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode
from python_calamine import CalamineWorkbook

from ledger.models import Officer
from ledger.posting import post_event
from month.posts import ensure_posts
from tests.builders import DAY, credit, debit, event, make_books, receipt, voucher, yuan
from web.book_desk import file_pages, search_pages

pytestmark = pytest.mark.django_db
OPEN, NOT_FOUND, LED_ON = 200, 404, 302
ID = "220112199001011234"


@pytest.fixture
def client(db: None) -> Client:
    """A reader of a district with seven vouchers: a text like a formula, one with an ID number, and five receipts."""
    make_books()
    for source, summary in (("formula", "=1+1"), ("person", f"补发 {ID}")):
        lines = debit("5001", yuan("70.00"), fund="111"), credit("2015", yuan("70.00"), fund="111")
        post_event(event(source, voucher("D", *lines, summary=summary)))
    for number in range(5):
        post_event(receipt(f"tax{number}", "950.00", posting_date=DAY.replace(day=7), summary="税收"))
    ensure_posts()
    officer = Officer.objects.create(username="reader", full_name="测试")
    officer.groups.add(Group.objects.get(name="auditor"))
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer)
    return client


def content(client: Client, address: str, **query: str) -> bytes:
    answer: Any = client.get(f"{address}?{urlencode(query)}")
    assert answer.status_code == OPEN, answer.status_code
    return b"".join(answer.streaming_content)


def rows(client: Client, address: str, **query: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content(client, address, **query).decode("utf-8-sig"))))


def test_every_voucher_that_fits_is_in_the_csv_with_what_was_asked_and_the_sums(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_pages, "PAGE", 2)  # the page shows two; the file is whole
    found = rows(client, reverse("voucher_search_file", args=["csv"]), since="2026-11-01", number="记")
    assert found[:3] == [["凭证查询结果"], ["凭证号", "记"], ["起", "2026-11-01"]]
    assert (found[3][0], found[4]) == ("生成时间", [])
    table = found[found.index([]) + 1 :]
    assert table[0][:2] == ["日期", "凭证号"]
    assert len(table) == 1 + 7 + 1
    assert table[-1] == ["合计7行", "", "", "", "", "", "", "4890.00", "4890.00"]


def test_a_text_like_a_formula_stays_a_text_and_an_id_number_is_masked(client: Client) -> None:
    address = reverse("voucher_search_file", args=["csv"])
    summaries = [row[4] for row in rows(client, address, account="5001") if len(row) == 9]
    assert summaries[1] == "'=1+1"
    assert ID not in content(client, address, text=ID).decode()
    workbook = content(client, reverse("voucher_search_file", args=["xlsx"]))
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    found = book.get_sheet_by_index(0).to_python()
    assert "=1+1" in [row[4] for row in found]
    assert (found[-1][0], found[-1][-1], len(book.sheet_names)) == ("合计7行", 4890, 2)
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert ("<f>" in sheet, ID in sheet) == (False, False)


def test_the_lines_of_an_account_begin_with_what_was_there_before(client: Client) -> None:
    address = reverse("account_lines_file", args=["D", "2015", "csv"])
    found = rows(client, address, since="2026-11-01", until="2026-11-30")
    table = found[found.index([]) + 1 :]
    assert [row[6] for row in table[1:4]] == ["0.00", "-70.00", "-140.00"]
    assert table[-1] == ["合计2行", "", "", "", "0.00", "140.00", ""]
    later = rows(client, address, since="2026-11-20", until="2026-11-30")
    assert [row[2:] for row in later[-2:]] == [["期初余额", "", "", "", "-140.00"], ["", "", "0.00", "0.00", ""]]


def test_too_many_rows_are_refused_in_words_and_not_cut(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_pages, "VOUCHERS_MAX", 7)
    monkeypatch.setattr(file_pages, "LINES_MAX", 1)
    search, lines = (
        reverse("voucher_search_file", args=["csv"]),
        reverse("account_lines_file", args=["D", "2015", "csv"]),
    )
    assert rows(client, search)[-1][0] == "合计7行"
    monkeypatch.setattr(file_pages, "VOUCHERS_MAX", 6)
    for address in (search, lines):
        answer = client.get(f"{address}?since=2026-11-01", follow=True)
        assert "rows fit. Ask for fewer days" in answer.content.decode()


def test_what_is_no_file_is_not_found_and_what_cannot_be_read_is_told(client: Client) -> None:
    assert client.get(reverse("voucher_search_file", args=["exe"])).status_code == NOT_FOUND
    assert client.get(reverse("account_lines_file", args=["D", "2015", "exe"])).status_code == NOT_FOUND
    answer = client.get(f"{reverse('voucher_search_file', args=['csv'])}?amount=much", follow=True)
    assert "is no amount" in answer.content.decode()


def test_the_pages_lead_to_the_files_of_what_they_show(client: Client) -> None:
    text = client.get(f"{reverse('voucher_search')}?since=2026-11-06&text=税").content.decode()
    assert "/vouchers/found.xlsx?since=2026-11-06&amp;text=%E7%A8%8E" in text
    text = client.get(
        reverse("account_lines", args=["D", "2015"]) + "?since=2026-11-01&until=2026-11-30"
    ).content.decode()
    assert "/books/D/accounts/2015/lines.csv?since=2026-11-01&amp;until=2026-11-30" in text
