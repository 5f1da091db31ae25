"""The pages of townships: who may read them, in both languages, and that they show what the books say."""

import re
from urllib.parse import unquote

import pytest
from django.test import Client

from ledger.models import Officer, Voucher
from tests import golden
from tests.golden import AT, BIRCH, NOVEMBER, RIVER, officer, pay_salaries, town, towns
from treasury.models.words import StatementSide
from treasury.stating_accounts import confirm_statement, make_statements
from web.charts import bar_chart

stage = golden.stage
rolled_back = golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

PAGES = (
    "/townships/",
    f"/townships/{BIRCH}/",
    f"/townships/{BIRCH}/statement/2026-11/",
    "/settlements/2026-11/",
    "/settlements/2026-11/?what_if=1",
    "/settlements/2026-12/",
    "/incomes/2026/",
    "/arrears/",
)
HAN = re.compile("[\u4e00-\u9fff]")
# What stays Chinese on an English page: names, summaries of vouchers, references of policies.
DATA = re.compile("|".join([*golden.TOWNS.values(), "演示[一-龥]+", "中文", "统发", "S0-3[^<]*"]))


def client_of(username: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(Officer.objects.get(username=username))
    return client


@pytest.fixture
def auditor() -> Client:
    return client_of("demo-auditor")


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def cells(text: str) -> str:
    """Return the text of a page without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


@pytest.mark.parametrize("address", PAGES)
def test_pages_ask_for_a_sign_in(address: str) -> None:
    assert Client().get(address).headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("address", PAGES)
def test_an_officer_without_the_right_to_read_vouchers_sees_no_township(address: str) -> None:
    assert client_of("demo-receipts").get(address).status_code == 403


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_read_and_not_written(auditor: Client, address: str) -> None:
    before = Voucher.objects.count()
    page(auditor, address)
    assert Voucher.objects.count() == before


@pytest.mark.parametrize("address", PAGES)
def test_an_english_page_has_no_chinese_but_names(auditor: Client, address: str) -> None:
    text = re.sub(r"<td class=\"text\">.*?</td>|<code>.*?</td>", "", page(auditor, address), flags=re.DOTALL)
    assert not HAN.findall(DATA.sub("", cells(text)))


@pytest.mark.parametrize("address", PAGES)
def test_a_chinese_page_has_no_english_heads(address: str) -> None:
    text = page(client_of("demo-auditor", "zh-hans"), address)
    heads = re.findall(r"<(?:th|h1|h2|dt|label|button)[^>]*>(.*?)<", text, flags=re.DOTALL)
    assert heads
    assert not [head for head in heads if re.search("[A-Za-z]{3}", head) and head.strip() != "English"]


def test_the_list_shows_debt_plan_held_unpaid_and_warnings(auditor: Client) -> None:
    text = cells(page(auditor, "/townships/?on=2026-11-30"))
    assert "白桦镇 12,500.00 800,000.00 950,000.00 118.75" in text
    assert "-40,000.00" in text
    assert "120,000.00" in text
    assert "owes salaries" in text
    assert "the district has advanced money" in text


def test_the_list_shows_a_day_as_it_was(auditor: Client) -> None:
    assert "白桦镇 50,000.00 800,000.00 600,000.00 75.00" in cells(page(auditor, "/townships/?on=2026-11-09"))


def test_a_position_links_its_debt_to_the_vouchers(auditor: Client) -> None:
    text = page(auditor, f"/townships/{BIRCH}/?on=2026-11-30")
    for said in ("292,500.00", "12,500.00", "-37,500.00", "180,000.00", "118.75"):
        assert said in text
    links = re.findall(r'href="(/vouchers/\d+/)"', text)
    assert len(links) == 2
    assert "50,000.00" in page(auditor, links[0])


def test_the_chart_is_a_picture_with_a_name_and_its_numbers_stand_in_a_table(auditor: Client) -> None:
    text = page(auditor, f"/townships/{BIRCH}/?on=2026-11-30")
    assert 'role="img" aria-labelledby="chart-title"' in text
    assert text.count("<rect ") == 2
    assert text.count("<script") == text.count("<script src=")
    assert "2026-10-31 2026-11-30 Old debt 50,000.00 12,500.00" in cells(text)


def test_a_statement_shows_both_books_and_where_its_confirmation_stands(auditor: Client) -> None:
    address = f"/townships/{BIRCH}/statement/2026-11/"
    assert "No statement has been made" in page(auditor, address)
    make_statements(month=NOVEMBER, townships=towns(), officer=officer("preparer"), at=AT)
    for side, post in ((StatementSide.DISTRICT, "chief_accountant"), (StatementSide.TOWNSHIP, "township_head")):
        confirm_statement(month=NOVEMBER, township=town(), side=side, officer=officer(post), at=AT)
    text = cells(page(auditor, address))
    assert "confirmed by both sides" in text
    assert "演示会计主管 2026-11-30 17:00" in text
    assert text.count("Both books agree.") == 2
    pay_salaries(BIRCH, "100.00", day=NOVEMBER.replace(day=26))
    assert "this edition is void" in page(auditor, address)


def test_settlements_show_every_figure_with_its_origin_and_link_to_their_vouchers(auditor: Client) -> None:
    text = page(auditor, "/settlements/2026-11/")
    assert "Rate withheld 25 % S0-3" in cells(text)
    assert "3 posted income lines from 2026-11-01 to 2026-11-30: 950,000.00" in text
    (link, *_others) = re.findall(r'href="(/vouchers/\d+/)"', text)
    assert "180,000.00" in page(auditor, link)


def test_a_what_if_says_that_nothing_is_written(auditor: Client) -> None:
    assert "nothing is written" in page(auditor, "/settlements/2026-11/?what_if=1")
    assert "nothing is written" in page(auditor, "/settlements/2026-12/")
    assert "nothing is written" not in page(auditor, "/settlements/2026-11/")


@pytest.mark.parametrize(
    "address",
    [
        "/townships/nowhere/",
        f"/townships/{BIRCH}/statement/2026-13/",
        f"/townships/{BIRCH}/statement/november/",
        "/townships/nowhere/statement/2026-11/",
        "/settlements/2026/",
        "/incomes/20260/",
        "/settlements/２０２６-11/",
    ],
)
def test_what_does_not_exist_is_answered_plainly(auditor: Client, address: str) -> None:
    assert auditor.get(address).status_code == 404


def test_a_day_that_is_none_is_taken_for_the_latest(auditor: Client) -> None:
    assert page(auditor, "/townships/?on=never")
    assert page(auditor, f"/townships/{RIVER}/?on=2026-02-30")


def test_bars_stand_on_the_floor_and_the_highest_fills_the_room() -> None:
    days = [NOVEMBER, NOVEMBER.replace(day=2), NOVEMBER.replace(day=3)]
    chart = bar_chart(days=days, amounts=[golden.yuan("50.00"), golden.yuan("100.00"), golden.yuan("-1.00")])
    low, high, none = chart.bars
    assert all(bar.y + bar.height == chart.floor for bar in chart.bars)
    assert (high.height, low.height, none.height) == (116, 58, 0)
    assert bar_chart(days=[], amounts=[]).bars == []


def test_income_is_shown_by_kind_township_and_subject(auditor: Client) -> None:
    text = cells(page(auditor, "/incomes/2026/"))
    assert "Total 1,330,000.00 10,000.00 30,000.00 8,000.00 1,378,000.00" in text
    assert "10101 增值税 970,000.00" in text
    assert "白桦镇 2026-11 10,000.00 10,000.00" in text
    assert "No income of this year" in page(auditor, "/incomes/2025/")


def test_unpaid_salaries_are_shown_by_month_and_nobody_by_name(auditor: Client) -> None:
    text = cells(page(auditor, "/arrears/?on=2026-11-30"))
    assert "白桦镇 2026-09 2 60,000.00 52,500.00 60,000.00" in text
    assert "Total 120,000.00 112,500.00 120,000.00" in text
    assert "person/" not in text


FILES = (
    ("/townships/?on=2026-11-30&", "2026-11-30-乡镇财政情况表"),
    (f"/townships/{BIRCH}/?on=2026-11-30&", "2026-11-30-白桦镇-乡镇财政情况表"),
    (f"/townships/{BIRCH}/statement/2026-11/?", "2026-11-白桦镇-往来对账单"),
    ("/settlements/2026-11/?", "2026-11-结算单"),
    ("/settlements/2026-11/?what_if=1&", "2026-11-结算单（试算）"),
    ("/incomes/2026/?", "2026-收入分类表"),
    ("/arrears/?on=2026-11-30&", "2026-11-30-欠发工资清单"),
)


@pytest.mark.parametrize(("address", "name"), FILES)
@pytest.mark.parametrize(("suffix", "mark"), [("pdf", b"%PDF"), ("xlsx", b"PK")])
def test_each_page_is_to_be_had_as_a_file(auditor: Client, address: str, name: str, suffix: str, mark: bytes) -> None:
    answer = auditor.get(f"{address}as={suffix}")
    assert answer.content.startswith(mark)
    assert unquote(answer.headers["Content-Disposition"]).endswith(f"{name}.{suffix}")
    assert client_of("demo-receipts").get(f"{address}as={suffix}").status_code == 403
    assert f"as={suffix}" in page(auditor, address.rstrip("?&"))


def test_a_page_as_something_else_is_a_page(auditor: Client) -> None:
    assert "text/html" in auditor.get("/townships/?as=docx").headers["Content-Type"]
