"""``manage.py application``: each step is one act of an officer who signs in; numbers are told masked."""

import io
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from ledger.models import AuditEvent
from payouts.models import Application, Objection
from tests import applications
from tests.applications import OFFICERS, officer
from tests.payroll import card
from tests.townships import TOWN

stage, rolled_back = applications.stage, applications.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

NUMBER, NAME = "220112195501010015", "测试申请人"
PERSON = ("--township", TOWN, "--village", "柳树村", "--id-number", NUMBER, "--name", NAME, "--paper", "申请表7")
CLAIM = ("--scheme", "reward_assistance", "--from", "2027-01-01")
ACCOUNT = ("--account", card(7), "--bank", "农商行")
Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a step as an officer, who signs in with the username, and return what is told."""
    for name in OFFICERS:
        one = officer(name)
        one.set_password(name)
        one.save()

    def run_step(step: str, *arguments: object, by: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{by}\n"))
        capsys.readouterr()
        call_command("application", step, *map(str, arguments), *(("--as", by) if by else ()))
        return capsys.readouterr().out

    return run_step


def registered(run: Run, *arguments: str) -> tuple[Application, str]:
    told = run("register", *PERSON, *CLAIM, *arguments, by="registry")
    return Application.objects.get(person__id_number=NUMBER), told


def test_an_application_is_registered_and_told_masked(run: Run) -> None:
    application, told = registered(run, *ACCOUNT)
    assert application.account_number == card(7)
    assert "220********0015" in told
    assert not any(secret in told for secret in (NUMBER, card(7), NAME))
    assert str(application.pk) in run("list", "--status", "REGISTERED")


def test_an_account_of_a_guardian_is_noted_later_with_its_reason(run: Run) -> None:
    application, _told = registered(run)
    guardian = (*ACCOUNT, "--holder", "测试监护人")
    with pytest.raises(CommandError, match="applied_guardian_account_has_its_reason"):
        run("account", application.pk, *guardian, by="registry-two")
    run("account", application.pk, *guardian, "--why", "卧床", by="registry-two")
    application.refresh_from_db()
    assert (application.account_kind, application.account_by_id) == ("GUARDIAN", "registry-two")


def test_levels_notices_and_objections_go_step_by_step(run: Run) -> None:
    application, _told = registered(run, *ACCOUNT)
    key = application.pk
    run("pass", key, "--level", "VILLAGE", by="village")
    with pytest.raises(CommandError, match="notice_is_posted"):
        run("object", key, "--level", "VILLAGE", "--text", "不符", by="registry-two")
    run("notice", key, "--place", "村务公开栏", by="village")
    run("object", key, "--level", "VILLAGE", "--text", f"{NAME}已迁出", by="registry-two")
    objection = Objection.objects.get(notice__application=application)
    assert objection.text == "测**已迁出"
    run("decide", objection.pk, "--outcome", "DISMISSED", "--reason", "未迁出", by="township-two")
    with pytest.raises(CommandError, match="notice_has_run_out"):
        run("pass", key, "--level", "TOWNSHIP", by="township")
    refused = AuditEvent.objects.exclude(refused="").latest("number")
    assert (refused.act, refused.refused, refused.actor) == ("application.pass", "notice_has_run_out", "township")
    with pytest.raises(CommandError, match="application_moves"):
        run("certify", key, by="certifier")
    assert "村务公开栏" in run("show", key)
    run("refuse", key, "--reason", "材料不全", by="township")
    application.refresh_from_db()
    assert application.status == "REFUSED"


def test_an_application_that_is_not_there_is_told_so(run: Run) -> None:
    with pytest.raises(CommandError, match="application_is_known"):
        run("show", 999999)
