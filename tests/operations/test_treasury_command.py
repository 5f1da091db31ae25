"""manage.py treasury: the reports on a terminal, and the confirmation of a statement by its two sides."""

import contextlib
import io
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from pytest_django import Settings

from ledger.models import AuditEvent
from tests import golden
from tests.golden import BIRCH
from treasury.models import AccountStatement

stage = golden.stage
rolled_back = golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")


def told(*words: str, language: str = "zh-hans") -> str:
    """Return what a report prints, its spaces drawn together."""
    with contextlib.redirect_stdout(io.StringIO()) as printed, translation.override(language):
        call_command("treasury", *words)
    return re.sub(r"[ ]+", " ", printed.getvalue())


def test_the_positions_of_all_townships_with_their_total() -> None:
    text = told("position", "all", "--on", "2026-11-30")
    assert "白桦镇 332,500.00 0.00 12,500.00 800,000.00 950,000.00 118.75 % 120,000.00 0.00 有欠发工资" in text
    assert "松江街道" in text


@pytest.mark.parametrize("name", ["白桦镇", BIRCH])
def test_one_township_is_told_in_detail_by_name_or_code(name: str) -> None:
    text = told("position", name, "--on", "2026-11-30")
    assert "100401 支出分户 111 292,500.00 0.00 0.00 292,500.00" in text
    assert "白桦镇 2026-09 2 60,000.00 0.00 52,500.00 60,000.00" in text
    assert "松江街道" not in text


def test_an_unknown_township_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(CommandError, match="白桦镇、松江街道"):
        told("position", "无此镇")
    assert AuditEvent.objects.filter(act="treasury.position", refused="township_is_known").exists()


def test_debts_incomes_and_arrears_are_told() -> None:
    assert "白桦镇 50,000.00 12,500.00" in told("debts", "--on", "2026-11-30")
    assert "合计 1,330,000.00 10,000.00 30,000.00 8,000.00 1,378,000.00" in told("incomes", "--year", "2026")
    assert "合计 4 120,000.00 0.00 112,500.00 120,000.00" in told("arrears", "--on", "2026-11-30")


def test_reports_speak_the_language_of_the_officer() -> None:
    assert "What the settlement would be" in told("what_if", "--month", "2026-12", language="en")
    assert "结算试算" in told("what_if", "--month", "2026-12")


def test_settlement_sheets_are_told_and_written(tmp_path: Path) -> None:
    text = told("settlement_sheets", "--month", "2026-11", "--out", str(tmp_path))
    assert "150,000.00 37,500.00 12,500.00 112,500.00 112,500.00 180,000.00" in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-11-结算单.pdf", "2026-11-结算单.xlsx"]


def test_a_month_without_settlements_has_no_sheets() -> None:
    with pytest.raises(CommandError, match="settlement_is_prepared"):
        told("settlement_sheets", "--month", "2026-12")


@pytest.mark.parametrize(
    ("words", "stem"),
    [
        (("position", "all", "--on", "2026-11-30"), "2026-11-30-乡镇财政情况表"),
        (("debts", "--on", "2026-11-30"), "2026-11-30-历史欠款变化表"),
        (("incomes", "--year", "2026"), "2026-收入分类表"),
        (("arrears", "--on", "2026-11-30"), "2026-11-30-欠发工资清单"),
        (("what_if", "--month", "2026-11"), "2026-11-结算单（试算）"),
        (("statements", "--month", "2026-11"), "2026-11-往来对账单"),
    ],
)
def test_each_report_writes_its_paper(words: tuple[str, ...], stem: str, tmp_path: Path) -> None:
    told(*words, "--out", str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{stem}.pdf", f"{stem}.xlsx"]


def test_a_statement_is_made_confirmed_by_one_side_and_then_by_the_other() -> None:
    assert "白桦镇 6 0.00 12,500.00 是 1 已出具" in told("make_statements", "--month", "2026-11")
    side = ("confirm", "--month", "2026-11", "--township", "白桦镇", "--side")
    assert "待乡镇确认" in told(*side, "district")
    assert "双方已确认" in told(*side, "township")
    assert "白桦镇 6 0.00 12,500.00 是 1 双方已确认" in told("statements", "--month", "2026-11")


def test_a_disagreement_needs_a_reason_and_is_told_with_it() -> None:
    told("make_statements", "--month", "2026-11")
    asked = ("disagree", "--month", "2026-11", "--township", BIRCH, "--side", "township", "--reason")
    with pytest.raises(CommandError, match="statement_is_disagreed_with_a_reason"):
        told(*asked, " ")
    assert "提出不符：25日一笔未见凭证" in told(*asked, "25日一笔未见凭证")
    assert AuditEvent.objects.filter(act="treasury.disagree").exclude(refused="").count() == 1


def test_a_confirmation_names_one_township() -> None:
    told("make_statements", "--month", "2026-11")
    with pytest.raises(CommandError, match="township_is_known"):
        told("confirm", "--month", "2026-11", "--township", "all", "--side", "district")
    assert not AccountStatement.objects.exclude(district_by=None).exists()


def test_a_production_instance_asks_for_the_officer(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="--as"):
        told("confirm", "--month", "2026-11", "--township", BIRCH, "--side", "district")
    assert "白桦镇" in told("position", "all")
