"""Posts, establishments, officers' accounts and receipt books by command, each officer with a password."""

import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from ledger.checks import run_checks
from ledger.models import AuditEvent
from month.posts import demo_officer
from tests import posts
from tests.attacks import Stage
from tests.posts import birch, deposited, income, local, officer
from treasury.models import OfficerAccount, ReceiptBook, Secondment
from treasury.refusals import ReceiptNotIssued
from treasury.secondments import head_on, require_township_post
from treasury.using_receipts import use_receipts

own_stage = posts.own_stage
Run = Callable[..., str]

ADMINISTRATOR, HEAD, KEEPER, REVIEWER = "demo-administrator", "demo-bureau", "demo-receipts", "demo-reviewer"


@pytest.fixture
def run(own_stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command as an officer, who types the password."""
    for username in ("clerk-birch", "clerk-songjiang"):
        clerk = local(username)
        clerk.set_password(username)
        clerk.save()

    def take(command: str, *arguments: object, by: str = "", password: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO((password or by) + "\n"))
        out = io.StringIO()
        capsys.readouterr()
        named = ["--as", by] if by else []
        call_command(command, *map(str, arguments), *named, stdout=out)
        return out.getvalue() + capsys.readouterr().out

    return take


def number_in(told: str) -> str:
    """Return the first number that a command told."""
    found = re.search(r"\d+", told)
    assert found
    return found.group()


def refused(rule: str) -> list[tuple[str, str]]:
    return list(AuditEvent.objects.filter(refused=rule).values_list("actor", "act"))


def test_a_head_is_given_confirmed_and_ended_by_command(run: Run) -> None:
    given = run(
        *("second", "give", "--township", "白桦镇", "--post", "HEAD", "--name", "韩乡长"),
        *("--from", "2026-07-01", "--to", "2029-07-01"),
        by=ADMINISTRATOR,
    )
    number = number_in(given)
    with pytest.raises(CommandError, match="officer_holds_the_post"):
        run("second", "confirm", number, by=ADMINISTRATOR)
    assert refused("officer_holds_the_post") == [(ADMINISTRATOR, "post.confirm")]
    run("second", "confirm", number, by=HEAD)
    assert head_on(township=birch(), on=date(2026, 7, 1)) == Secondment.objects.get(pk=number)
    with pytest.raises(CommandError, match="one_head_at_a_time"):
        run(
            *("second", "give", "--township", "220112101", "--post", "HEAD", "--name", "另一人"),
            *("--from", "2027-07-01", "--to", "2029-07-01"),
            by=ADMINISTRATOR,
        )
    run("second", "end", number, "--on", "2026-10-01", "--reason", "调离", by=ADMINISTRATOR)
    listed = run("second", "list", "--township", "白桦镇", "--on", "2026-09-30")
    assert "韩乡长" in listed
    assert "韩乡长" not in run("second", "list", "--township", "白桦镇", "--on", "2026-10-01")


def test_a_seconded_post_is_consulted_by_command_and_gives_access(run: Run) -> None:
    number = number_in(
        run(
            *("second", "give", "--township", "白桦镇", "--post", "FISCAL_HEAD", "--holder", "demo-clerk"),
            *("--from", "2026-07-01", "--to", "2029-07-01"),
            by=ADMINISTRATOR,
        )
    )
    with pytest.raises(CommandError, match="secondment_is_consulted"):
        run("second", "confirm", number, by=HEAD)
    run(
        *("second", "consult", number, "--asked", "2026-06-20", "--answered", "2026-06-25"),
        *("--answer", "AGREED", "--paper", "白党函7号"),
        by=ADMINISTRATOR,
    )
    run("second", "confirm", number, by=HEAD)
    assert "demo-clerk" in run("second", "list")
    assert Secondment.objects.get(pk=number).holder == demo_officer("clerk")


def test_a_post_is_refused_by_command_and_unknown_names_are_told(run: Run) -> None:
    term = ("--from", "2026-07-01", "--to", "2029-07-01")
    number = number_in(
        run("second", "give", "--township", "白桦镇", "--post", "CASHIER", "--name", "某", *term, by=ADMINISTRATOR)
    )
    run("second", "refuse", number, "--reason", "任命未下", by=HEAD)
    assert Secondment.objects.get(pk=number).status == "REFUSED"
    with pytest.raises(CommandError, match="township_is_registered"):
        run("second", "give", "--township", "无此镇", "--post", "HEAD", "--name", "某", *term, by=ADMINISTRATOR)
    with pytest.raises(CommandError, match="officer_is_appointed"):
        run("second", "give", "--township", "白桦镇", "--post", "HEAD", "--holder", "nobody", *term, by=ADMINISTRATOR)
    with pytest.raises(CommandError, match="post_is_given"):
        run("second", "confirm", "999999", by=HEAD)
    with pytest.raises(CommandError, match=r"(?i)password|口令|密码"):
        run("second", "confirm", number, by=HEAD, password="wrong")


def test_an_establishment_is_recorded_and_confirmed_by_command(run: Run) -> None:
    recorded = run(
        *("establishment", "record", "--unit", "220112101001", "--posts", 6, "--from", "2026-07-01"),
        *("--paper", "编办3号"),
        by=ADMINISTRATOR,
    )
    with pytest.raises(CommandError, match="officer_holds_the_post"):
        run("establishment", "confirm", number_in(recorded), by=ADMINISTRATOR)
    told = run("establishment", "confirm", number_in(recorded), by=HEAD)
    assert HEAD in told
    assert "编办3号" in run("establishment", "list", "--unit", "220112101001")
    assert "编办3号" not in run("establishment", "list", "--unit", "220112101002")
    with pytest.raises(CommandError, match="unit_is_registered"):
        run(
            *("establishment", "record", "--unit", "0", "--posts", 6, "--from", "2026-07-01", "--paper", "x"),
            by=ADMINISTRATOR,
        )
    with pytest.raises(CommandError, match="establishment_is_recorded"):
        run("establishment", "confirm", 999999, by=HEAD)


def test_an_officers_account_is_recorded_by_command_and_shown_masked(run: Run) -> None:
    told = run("officer_account", "record", "demo-cashier", "--number", "6228480012345678", by=ADMINISTRATOR)
    assert OfficerAccount.objects.get().officer == demo_officer("cashier")
    told += run("officer_account", "list")
    assert "demo-cashier" in told
    assert "6228480012345678" not in told
    with pytest.raises(CommandError, match="nobody_records_his_own_account"):
        run("officer_account", "record", ADMINISTRATOR, "--number", "6228480012345679", by=ADMINISTRATOR)


def test_a_receipt_book_from_issue_to_close_by_command(run: Run) -> None:
    issued = run(
        *("receipt_book", "issue", "--township", "白桦镇", "--first", "吉财0101", "--last", "吉财0105"),
        *("--on", "2026-07-06", "--collector", "财政所"),
        by=KEEPER,
    )
    number = number_in(issued)
    with pytest.raises(ReceiptNotIssued):
        use_receipts(lines=[income("吉财0101")], officer=officer("reviewer"))
    with pytest.raises(CommandError, match="officer_holds_the_post"):
        run("receipt_book", "receive", number, "--on", "2026-07-06", by="clerk-songjiang")
    run("receipt_book", "receive", number, "--on", "2026-07-06", by="clerk-birch")
    deposited("吉财0101", "10.00")
    deposited("吉财0103", "5.50")
    on = ("--on", "2026-07-31")
    void = ("receipt_book", "void", number, "--receipt", "吉财0102", "--reason", "写错", *on)
    with pytest.raises(CommandError, match="spoiled_receipt_is_kept_whole"):
        run(*void, "--copies", 2, by="clerk-birch")
    told = run("receipt_book", "reconcile", number)
    assert "吉财0102" in told
    assert "吉财0104–吉财0105" in told
    with pytest.raises(CommandError, match="receipt_book_is_used_up"):
        run("receipt_book", "close", number, "--stubs", "15.50", *on, by=REVIEWER)
    run(*void, "--copies", 3, by="clerk-birch")
    run(
        *("receipt_book", "return", number, "--first", "吉财0104", "--last", "吉财0105", "--reason", "换新", *on),
        by=KEEPER,
    )
    with pytest.raises(CommandError, match="receipts_agree_with_deposits"):
        run("receipt_book", "close", number, "--stubs", "15.51", *on, by=REVIEWER)
    run("receipt_book", "close", number, "--stubs", "15.50", *on, by=REVIEWER)
    told = run("receipt_book", "reconcile", number)
    assert "15.50" in told
    assert "2031-07-31" in told
    assert "吉财0105" in run("receipt_book", "list", "--township", "白桦镇")
    assert list(run_checks([])) == []


def test_a_book_is_withdrawn_by_command_and_wrong_input_is_told(run: Run) -> None:
    issue = ("receipt_book", "issue", "--township", "白桦镇", "--on", "2026-07-06")
    number = number_in(run(*issue, "--first", "吉财0101", "--last", "吉财0105", by=KEEPER))
    with pytest.raises(CommandError, match="old_receipts_come_first"):
        run(*issue, "--first", "吉财0106", "--last", "吉财0110", by=KEEPER)
    run("receipt_book", "withdraw", number, "--reason", "发错乡镇", by=KEEPER)
    assert ReceiptBook.objects.get(pk=number).status == "WITHDRAWN"
    assert number_in(run(*issue, "--first", "吉财0101", "--last", "吉财0105", by=KEEPER)) != number
    with pytest.raises(CommandError, match="receipts_are_issued_in_limits"):
        run(*issue, "--first", "吉财1001", "--last", "吉财1501", by=KEEPER)
    with pytest.raises(CommandError, match="receipt_book_is_issued"):
        run("receipt_book", "receive", 999999, "--on", "2026-07-06", by="clerk-birch")
    with pytest.raises(CommandError):
        run("receipt_book", "close", number, "--stubs", "ein", "--on", "2026-07-06", by=REVIEWER)
    with pytest.raises(CommandError):
        run("receipt_book", "receive", number, "--on", "6.7.2026", by="clerk-birch")


def test_access_ends_with_the_post_for_commands_too(run: Run) -> None:
    number = number_in(
        run(
            *("receipt_book", "issue", "--township", "白桦镇", "--first", "吉财0101", "--last", "吉财0105"),
            *("--on", "2026-07-06"),
            by=KEEPER,
        )
    )
    post = Secondment.objects.get(holder=local("clerk-birch"))
    run("second", "end", post.pk, "--on", "2026-08-01", "--reason", "调离", by=ADMINISTRATOR)
    require_township_post(
        officer=local("clerk-birch"), township=birch(), act="treasury.receive_receipts", on=date(2026, 7, 31)
    )
    for day in ("2026-07-31", "2026-08-01"):  # a date typed into the command gives no access back
        with pytest.raises(CommandError, match="officer_holds_the_post"):
            run("receipt_book", "receive", number, "--on", day, by="clerk-birch")
