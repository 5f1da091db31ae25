"""The papers of benefits in a browser: what their pages show, the files that are taken away, and what is refused."""

import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import urlencode
from python_calamine import CalamineWorkbook

from ledger.exports.pages.embedding import GlyphMissing
from ledger.models import AuditEvent
from payouts.models import Enrolment
from tests import paid_benefits
from tests.documents import text_of as text_of_pdf
from tests.paid_benefits import BIRCH, ENDING, NEW, REMOVED, REWARD, STEADY, UNMET, Beneficiary
from tests.web.benefit_desk import MAY_NOT, NOT_FOUND, SEE_OTHER, UNPROCESSABLE, at_desk, text_of
from tests.web.desks import page
from web.benefit_desk import report_pages

stage, rolled_back = paid_benefits.stage, paid_benefits.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
HUB, STATISTICS = reverse("benefit_papers"), reverse("benefit_statistics")
DUE, LISTED = reverse("benefit_due_list"), reverse("benefit_public_list")
HALF = {"period": "2026-H1", "on": "2026-04-10"}
APRIL_DUE = {"on": "2026-04-10", "days": "30"}
FEBRUARY_LIST = {"scheme": REWARD, "month": "2026-02"}


@pytest.fixture
def auditor() -> Client:
    return at_desk("auditor")


def at(address: str, **query: str) -> str:
    return f"{address}?{urlencode(query)}"


def booklet(one: Beneficiary) -> str:
    return reverse("benefit_booklet", args=[enrolment_of(one).pk])


def enrolment_of(one: Beneficiary) -> Enrolment:
    return Enrolment.objects.get(person__id_number=one.id_number)


def file(client: Client, address: str, kind: str, **query: str) -> bytes:
    answer = client.get(at(address, **query, **{"as": kind}))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return bytes(answer.content)


def refused(client: Client, address: str, **query: str) -> str:
    answer = client.get(at(address, **query))
    assert answer.status_code == UNPROCESSABLE
    return text_of(answer)


def readings() -> list[tuple[str, str]]:
    """Return what the auditor took away: about what, and under which names; the reason where it was refused."""
    found = AuditEvent.objects.filter(act="documents.read", actor="b1-auditor").order_by("pk")
    return [(event.subject, event.refused or event.after.partition("names=")[2]) for event in found]


def test_statistics_of_a_half_year_are_shown_and_taken_away(auditor: Client) -> None:
    text = page(auditor, at(STATISTICS, **HALF))
    for said in ("9,780.00", "98.97", "2025-10-01 – 2026-03-31", "<dd>2026-04-10</dd>", "<dd>4</dd>", "<dd>6</dd>"):
        assert said in text, said
    assert readings() == []
    book = CalamineWorkbook.from_filelike(io.BytesIO(file(auditor, STATISTICS, "xlsx", **HALF)))
    assert "发放统计" in book.sheet_names
    names = "2026半年报-奖励扶助与补贴发放统计表.pdf 2026半年报-奖励扶助与补贴发放统计表.xlsx"
    assert readings() == [("benefit statistics", names)]
    assert "总兑现率98.97%" in text_of_pdf(file(auditor, STATISTICS, "pdf", **HALF))


def test_statistics_offer_the_years_since_the_first_run_and_begin_with_the_last_that_ended(auditor: Client) -> None:
    offered = re.findall(r'<option value="([^"]+)"( selected)?>', page(auditor, STATISTICS))
    words = [word for word, _selected in offered]
    assert words[-2:] == ["2026", "2026-H1"]
    assert words == sorted(words, key=lambda word: (word[:4], -len(word)), reverse=True)
    assert [selected for word, selected in offered if selected] == [" selected"]


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ({"period": "1999", "on": "2026-04-10"}, 'value="2026-04-10"'),
        ({"period": "2026", "on": "2026-13-40"}, 'value="2026-13-40"'),
        ({"period": "2026", "on": "0001-01-01"}, 'value="0001-01-01"'),
        ({"period": "2026-H2", "on": "2026-04-10", "as": "pdf"}, 'value="2026-04-10"'),
    ],
)
def test_a_period_or_day_that_is_none_is_told_and_nothing_typed_is_lost(
    auditor: Client, query: dict[str, str], kept: str
) -> None:
    text = refused(auditor, STATISTICS, **query)
    assert 'role="alert"' in text
    assert kept in text
    assert readings() == []


def test_what_is_due_is_shown_masked_and_taken_away_in_three_ways(auditor: Client) -> None:
    text = page(auditor, at(DUE, **APRIL_DUE))
    assert "statistics of the half-year" in text
    assert "list of who left" in text
    csv, pdf = file(auditor, DUE, "csv", **APRIL_DUE).decode("utf-8-sig"), file(auditor, DUE, "pdf", **APRIL_DUE)
    assert "退出名单上报" in csv
    assert "惠民补贴到期事项清单" in text_of_pdf(pdf)
    assert file(auditor, DUE, "xlsx", **APRIL_DUE).startswith(b"PK")
    for one in (ENDING, REMOVED, UNMET):
        assert one.name not in text + csv
        assert one.id_number not in text + csv
    assert [subject for subject, _names in readings()] == ["benefit dues/2026-04-10"] * 3


@pytest.mark.parametrize("days", ["-1", "367", "x", "3.5", "9" * 30])
def test_days_that_are_no_count_are_told(auditor: Client, days: str) -> None:
    assert f'value="{days[:10]}"' in refused(auditor, DUE, on="2026-04-10", days=days)


@pytest.mark.parametrize("days", ["0", "366"])
def test_days_on_the_bounds_are_taken(auditor: Client, days: str) -> None:
    assert "alert" not in page(auditor, at(DUE, on="2026-04-10", days=days))


def test_a_day_before_all_policies_has_nothing_due(auditor: Client) -> None:
    assert "No schemes are known" in refused(auditor, DUE, on="1950-04-10", days="30")


def test_a_list_to_hang_out_is_shown_and_taken_away_with_masked_names(auditor: Client) -> None:
    text = page(auditor, at(LISTED, **FEBRUARY_LIST))
    pdf = text_of_pdf(file(auditor, LISTED, "pdf", **FEBRUARY_LIST))
    for said in ("白家村", "白＊＊", "松林社区", "240.00"):
        assert said in text, said
        assert said in pdf, said
    for one in (STEADY, NEW, REMOVED):
        assert one.name not in text
    assert readings() == [("month/2026-02", "2026-02-奖励扶助公示清单.pdf 2026-02-奖励扶助公示清单.xlsx")]


def test_a_list_that_no_run_pays_is_told_and_its_file_leaves_the_refusal(auditor: Client) -> None:
    assert 'value="2026-05"' in refused(auditor, LISTED, scheme=REWARD, month="2026-05")
    assert readings() == []
    assert 'value="2026-05"' in refused(auditor, LISTED, scheme=REWARD, month="2026-05", **{"as": "pdf"})
    assert [why for _subject, why in readings()] == ["scheme_is_paid"]
    for query in ({"scheme": "无此项目", "month": "2026-02"}, {"scheme": REWARD, "month": "2026-00"}):
        assert refused(auditor, LISTED, **query)


def test_the_list_begins_with_the_last_month_that_was_released(auditor: Client) -> None:
    text = page(auditor, LISTED)
    assert 'value="2026-04"' in text
    assert "As a file" not in text


def test_a_booklet_is_found_by_its_certificate_and_from_its_person(auditor: Client) -> None:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page(auditor, HUB))
    sent = {"csrfmiddlewaretoken": token[1] if token else "", "certificate": NEW.certificate}
    answer = auditor.post(HUB, sent)
    assert (answer.status_code, answer.headers["Location"]) == (SEE_OTHER, booklet(NEW))
    missed = auditor.post(HUB, {**sent, "certificate": "无此证号"})
    assert missed.status_code == UNPROCESSABLE
    assert 'value="无此证号"' in text_of(missed)
    assert "No beneficiary has this certificate" in text_of(missed)
    for address in ("beneficiary", "enrolment"):
        key = enrolment_of(NEW).person_id if address == "beneficiary" else enrolment_of(NEW).pk
        assert f'href="{booklet(NEW)}"' in page(auditor, reverse(address, args=[key]))


def test_a_booklet_shows_every_order_masked_and_is_taken_away(auditor: Client) -> None:
    text, pdf = page(auditor, booklet(NEW)), text_of_pdf(file(auditor, booklet(NEW), "pdf"))
    assert NEW.name in text
    assert "issued again" in text
    for number in (NEW.id_number, NEW.account):
        assert number not in text + pdf
    assert readings() == [
        (f"booklet/{NEW.certificate}", f"受益人手册-{NEW.certificate}.pdf 受益人手册-{NEW.certificate}.xlsx")
    ]
    assert auditor.get(reverse("benefit_booklet", args=[0])).status_code == NOT_FOUND


def test_a_paper_that_no_font_can_print_is_told_and_still_taken_as_xlsx(
    auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_glyph(*, file: Any, document: Any) -> int:
        raise GlyphMissing("𰻞")

    monkeypatch.setattr("treasury.exports.documents.write_pdf", without_glyph)
    assert "U+30EDE" in refused(auditor, booklet(NEW), **{"as": "pdf"})
    assert file(auditor, booklet(NEW), "xlsx").startswith(b"PK")


def test_the_pages_open_for_who_reads_the_district_alone() -> None:
    for post in ("township_benefits", "village_clerk"):
        client = at_desk(post)
        for address in (HUB, STATISTICS, DUE, LISTED, booklet(NEW)):
            assert client.get(f"{address}?as=pdf").status_code == MAY_NOT
    assert HUB in page(at_desk("benefits_clerk"), reverse("applications"))


def test_the_pages_ask_as_often_for_many_rows_as_for_few(auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for few, many in (
        (at(DUE, on="2025-01-10", days="0"), at(DUE, on="2026-04-10", days="366")),
        (at(STATISTICS, period="2026", on="2020-01-01"), at(STATISTICS, **HALF)),
    ):
        counts = []
        for address in (few, many):
            page(auditor, address)
            with CaptureQueriesContext(connection) as asked:
                page(auditor, address)
            counts.append(len(asked))
        assert counts[0] == counts[1]
    monkeypatch.setattr(report_pages, "SHOWN", 1)
    assert page(auditor, at(LISTED, **FEBRUARY_LIST)).count("<td>80.00</td>") == 1
    assert BIRCH in page(auditor, at(LISTED, **FEBRUARY_LIST))
