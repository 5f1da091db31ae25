"""The pay rules in a browser: what each asks for, the answer looked at masked and taken away in full, faults told."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from ledger.models import AuditEvent
from month.calculating import RULES
from month.models import Job
from tests.payroll import Staffer, begin, card, collected, released
from tests.sign_ins import events, hire, signed_in
from tests.staged import id_number

OPEN, UNPROCESSABLE, REFUSED, NOT_FOUND = 200, 422, 403, 404
BONUSES = "身份证号,姓名,年终一次性奖金"
ONE, TWO = id_number(1), id_number(2)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def clerk() -> Client:
    hire("wang", "clerk")
    return signed_in("wang")


def table(heading: str, *lines: str) -> bytes:
    return "\n".join([heading, *lines]).encode()


def bonuses(*sums: str) -> bytes:
    return table(BONUSES, *(f"{id_number(at)},测试人,{one}" for at, one in enumerate(sums, start=1)))


def send(
    client: Client, rule: str, content: bytes, *, month: str = "2026-12", want: str = "look", name: str = "表.csv"
) -> Any:
    fields: Mapping[str, Any] = {"month": month, "want": want, "file": SimpleUploadedFile(name, content)}
    return client.post(reverse("pay_rule", args=[rule]), fields)


def looked(client: Client, rule: str, content: bytes, *, status: int = OPEN, **more: str) -> str:
    """Return the part of the page that the answer stands in."""
    answer = send(client, rule, content, **more)
    assert answer.status_code == status
    return str(answer.content.decode().split('id="answer"')[1])


def cells(text: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)
    return [re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", row) for row in rows]


@pytest.mark.django_db
def test_all_rules_are_listed_and_reached_from_the_files() -> None:
    client = clerk()
    files = client.get(reverse("files", args=["2026-12"])).content.decode()
    assert f'href="{reverse("pay_rules")}?month=2026-12"' in files
    text = client.get(reverse("pay_rules") + "?month=2026-12").content.decode()
    for rule, one in RULES.items():
        assert f'href="{reverse("pay_rule", args=[rule])}?month=2026-12"' in text
        page = client.get(reverse("pay_rule", args=[rule]) + "?month=2026-12").content.decode()
        assert 'name="month" value="2026-12"' in page
        for column in one.layout.columns():
            assert f'<th scope="row">{column.name}</th>' in page


@pytest.mark.django_db
@pytest.mark.parametrize("rule", list(RULES))
def test_an_empty_list_has_the_headings_that_the_rule_reads(rule: str) -> None:
    client = clerk()
    answer = client.get(reverse("pay_rule_list", args=[rule]))
    (heading,) = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert heading == [column.name for column in RULES[rule].layout.columns()]
    assert "attachment" in answer.headers["Content-Disposition"]
    # It is recognised as the rule's list, in which nobody stands.
    text = looked(client, rule, answer.content, status=UNPROCESSABLE)
    assert "Below the header stands no row." in text


@pytest.mark.django_db
def test_an_answer_is_looked_at_masked_with_the_sums_of_all_rows() -> None:
    text = looked(clerk(), "bonus_tax", bonuses("36000", "36000.01"))
    head, first, second, total = cells(text)
    assert head == ["身份证号", "姓名", "年终一次性奖金", "单独计税税额", "税后金额", "原因", "依据"]
    assert first[:5] == [f"220{'*' * 8}{ONE[-4:]}", "测试人", "36,000.00", "1,080.00", "34,920.00"]
    assert second[3:5] == ["3,390.00", "32,610.01"]
    assert total[:5] == ["Total", "", "72,000.01", "4,470.00", "67,530.01"]
    assert ONE not in text
    assert TWO not in text
    assert "2 rows were computed." in text
    assert "To compare only" in text


@pytest.mark.django_db
def test_only_the_first_rows_are_shown_and_all_are_taken_away() -> None:
    client = clerk()
    content = bonuses(*["100"] * 51)
    text = looked(client, "bonus_tax", content)
    assert len(cells(text)) == 1 + 50 + 1
    assert cells(text)[-1][2] == "5,100.00"
    assert "The first 50 rows" in text
    answer = send(client, "bonus_tax", content, want="csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "年终奖个税_202612_测算.csv" in unquote(answer.headers["Content-Disposition"])
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["身份证号"] for row in rows] == [id_number(at) for at in range(1, 52)]
    assert rows[0]["税后金额"] == "97.00"


@pytest.mark.django_db
def test_every_faulty_row_is_told_in_a_table_and_nothing_is_computed() -> None:
    spoilt = ONE[:-1] + ("0" if ONE[-1] != "0" else "1")
    content = table(BONUSES, f"{spoilt},甲,100", f"{TWO},乙,", f"{id_number(3)},丙,{TWO}")
    client = clerk()
    for want in ("look", "csv"):
        text = looked(client, "bonus_tax", content, status=UNPROCESSABLE, want=want)
        _head, *rows = cells(text)
        assert [row[:2] for row in rows] == [["2", "身份证号"], ["3", "年终一次性奖金"], ["4", "年终一次性奖金"]]
        assert all(row[2] for row in rows)
        assert "3 faults." in text
        assert spoilt not in text
        assert TWO not in text
    page = send(client, "bonus_tax", content, month="2027-01").content.decode()
    assert 'name="month" value="2027-01"' in page


@pytest.mark.django_db
def test_a_list_of_another_rule_is_told_as_a_whole() -> None:
    text = looked(clerk(), "bonus_tax", table("身份证号,得分", f"{ONE},1"), status=UNPROCESSABLE)
    assert cells(text)[1][:2] == ["sheet", "年终一次性奖金"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("假的.xlsx", b"name,amount\n", "假的.xlsx: What is in the file is not what its name says."),
        ("程序.exe", b"MZ\x90", "程序.exe: Files of this kind are not taken."),
        ("太大.csv", b"a,b\n" * 5_000, "太大.csv: The file is larger than files may be."),
        ("调用.csv", b"=cmd|' /C calc'!A0\n", "调用.csv: The workbook takes data from other files or programs."),
    ],
)
def test_a_hostile_file_is_refused_by_name(settings: Settings, name: str, content: bytes, says: str) -> None:
    settings.UPLOAD_BYTES_MAX = 10_000
    text = looked(clerk(), "bonus_tax", content, status=UNPROCESSABLE, name=name)
    assert says in text
    assert [actor for actor, refused in events("month.pay_rule") if refused] == ["wang"]
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_a_form_without_a_file_or_with_an_odd_month_is_told() -> None:
    client = clerk()
    answer = client.post(reverse("pay_rule", args=["bonus_tax"]), {"month": "2026-12", "want": "look"})
    assert "No file was taken." in answer.content.decode()
    assert answer.status_code == UNPROCESSABLE
    for month in ("2026-13", "", "１２", "<b>"):
        text = looked(client, "bonus_tax", bonuses("1"), status=UNPROCESSABLE, month=month)
        assert "is no month; write it as 2026-11." in text
        assert "<b>" not in text
    text = looked(client, "bonus_tax", bonuses("1"), status=UNPROCESSABLE, month="2028-01")
    assert "The policy tax/bonus_table has no value on 2028-01-01." in text
    assert client.get(reverse("pay_rule", args=["none"])).status_code == NOT_FOUND
    assert client.get(reverse("pay_rules") + "?month=none").status_code == OPEN


@pytest.mark.django_db
def test_a_list_that_is_longer_than_any_is_refused_before_it_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("month.fact_sheets.ROWS_MAX", 3)
    client = clerk()
    assert "3 rows were computed." in looked(client, "bonus_tax", bonuses("1", "1", "1"))
    text = looked(client, "bonus_tax", bonuses("1", "1", "1", "1"), status=UNPROCESSABLE)
    assert "The file has more than 3 rows. Part it." in text


@pytest.mark.django_db
def test_what_a_spreadsheet_would_run_is_made_inert_and_escaped() -> None:
    client = clerk()
    content = table(f"{BONUSES},备注", f"{ONE},测试人,100,=1+1", f"{TWO},测试人,100,<script>alert(1)</script>")
    assert "<script>alert" not in looked(client, "bonus_tax", content)
    answer = send(client, "bonus_tax", content, want="csv").content.decode("utf-8-sig")
    assert ",'=1+1," in answer


@pytest.mark.django_db
def test_who_neither_declares_nor_applies_has_no_pay_rules() -> None:
    hire("he", "reviewer")
    client = signed_in("he")
    assert "pay-rules" not in client.get(reverse("files", args=["2026-12"])).content.decode()
    assert send(client, "bonus_tax", bonuses("1")).status_code == REFUSED
    assert client.get(reverse("pay_rule_list", args=["bonus_tax"])).status_code == REFUSED


class Paid(Staffer):
    """Somebody whose ID number passes its check."""

    @property
    def id_number(self) -> str:
        return id_number(self.number)


@pytest.fixture
def paid_month(fresh_database: str) -> None:
    """February of 2026 is released: One was paid 4,500."""
    begin(date(2026, 2, 1))
    released(collected(date(2026, 2, 1), [Paid(1, "220112102001", card(1), "4500.00")]))


RAISED = table(
    "身份证号,姓名,工资项目,生效日期,知悉日期,新金额", f"{ONE},测试人,职务岗位工资,2026-02-01,2026-03-05,4800"
)


def test_a_rule_that_reads_payslips_asks_the_post_and_leaves_a_reading_event(paid_month: None) -> None:
    client = clerk()
    text = looked(client, "back_pay", RAISED, month="2026-03")
    assert "300.00" in text
    assert ONE not in text
    name = "补发补扣_202603_测算.csv"
    answer = send(client, "back_pay", RAISED, month="2026-03", want="csv")
    assert ONE in answer.content.decode("utf-8-sig")
    read = AuditEvent.objects.filter(act="documents.read").order_by("pk")
    assert [(one.actor, one.subject, name in one.after) for one in read] == [("wang", "month/2026-03", True)] * 2

    hire("zhao", "preparer")
    other = signed_in("zhao")
    page = other.get(reverse("pay_rule", args=["back_pay"])).content.decode()
    assert "It is computed by these posts: " in page
    assert 'type="file"' not in page
    text = looked(other, "back_pay", RAISED, month="2026-03", status=UNPROCESSABLE)
    assert "300.00" not in text
    assert events("month.pay_rule") == [("zhao", "officer_holds_the_post")]
    assert read.count() == 2


def test_a_refused_list_leaves_the_reading_event_too(paid_month: None) -> None:
    content = RAISED.replace(b"2026-02-01", b"2026-03-01").replace(b"2026-03-05", b"2026-02-05")
    text = looked(clerk(), "back_pay", content, month="2026-03", status=UNPROCESSABLE)
    assert cells(text)[1][:2] == ["2", "生效日期"]
    assert [actor for actor, _refused in events("documents.read")] == ["wang"]


@pytest.mark.django_db
def test_a_page_asks_as_often_for_many_rows_as_for_few() -> None:
    client, counts = clerk(), []
    for number in (2, 80):
        with CaptureQueriesContext(connection) as asked:
            looked(client, "bonus_tax", bonuses(*["100"] * number))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 25
