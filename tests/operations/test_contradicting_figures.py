"""A settlement changed round the triggers contradicts its vouchers: no door shows it, and no other paper is held up."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from ledger.models import Officer
from tests import golden
from tests.attacks import Stage
from tests.golden import AT, NOVEMBER
from treasury.exports.documents import month_documents

own_stage = golden.own_stage


@pytest.fixture
def falsified(own_stage: Stage) -> Stage:
    """A golden month whose ordinary return was raised by a superuser after it was posted."""
    connection = own_stage.connect("postgres")
    with connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE treasury_settlement SET ordinary_return = ordinary_return + 1 WHERE returned > 0")
    connection.close()
    return own_stage


def test_the_page_shows_what_does_not_add_up_instead_of_figures(falsified: Stage) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Officer.objects.get(username="demo-auditor"))
    answer = client.get("/settlements/2026-11/")
    assert answer.status_code == 500
    text = answer.content.decode()
    assert "ordinary_return is stated as 180001.00 and adds up to 180000.00" in text
    assert "check_books" in text
    assert client.get("/townships/").status_code == 200


def test_the_command_refuses_it(falsified: Stage) -> None:
    with pytest.raises(CommandError, match="ordinary_return is stated as"):
        call_command("treasury", "settlement_sheets", "--month", "2026-11")


def test_the_month_has_a_note_for_the_paper_and_every_other_paper(falsified: Stage, tmp_path: Path) -> None:
    names = month_documents(month=NOVEMBER, folder=tmp_path, at=AT, names={})
    assert names[:2] == ["2026-11-结算单.不符.txt", "2026-11-往来对账单.pdf"]
    assert len(names) == 11
    assert "180001.00" in (tmp_path / names[0]).read_text()
