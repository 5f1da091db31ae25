"""The exported journals, checked by hledger and beancount themselves."""

import os
import re
import shutil
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.models import F, Sum

from ledger.closing import close_period, start_adjusting
from ledger.exports import journals
from ledger.exports.journal_parts import account_name, component
from ledger.models import Account, Balance, Book, Line, Officer, Period, Project, Voucher
from ledger.models.words import BookKind
from ledger.opening import SubAccount, add_account, open_book, open_period
from ledger.posting import post_event
from ledger.reversing import reverse_event
from ledger.statements import trial_balance
from ledger.year_closing import carry_forward, transfer_income_and_expense
from tests.attacks import Stage
from tests.builders import (
    AT,
    FUND,
    OPENED_ON,
    SIGNED,
    TREASURY,
    credit,
    debit,
    event,
    make_books,
    make_officers,
    receipt,
    simple,
    sweep,
    voucher,
    yuan,
)
from tests.furnishing import fixtures

CHECKERS = MappingProxyType(
    {"hledger": ["hledger", "check", "--strict", "-f"], "beancount": [str(Path(sys.prefix) / "bin" / "bean-check")]}
)


def checker_of(format_name: str) -> list[str]:
    """Return the command of the foreign program; without it the test is skipped, in CI it fails."""
    command = CHECKERS[format_name]
    if shutil.which(command[0]) is None:
        missing = f"{command[0]} is not installed (hledger: apt-get install hledger; bean-check: make setup)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return command


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})


def furnish() -> None:
    """Two books after a lively month: opening, receipts, sweep, several funds, red lines, awkward texts."""
    district, _ = make_books()
    add_account(book=district, sub=SubAccount(parent_code="2045", code="2045.小 (a)", name='a, "b"; c'))
    Project.objects.create(code="P,1", name="项目")
    opening = voucher(
        "D",
        debit(TREASURY, yuan("1000000.00"), fund=FUND),
        credit("3001", yuan("1000000.00"), fund=FUND),
        debit(TREASURY, yuan("5.00"), fund="121"),
        credit("3002", yuan("5.00"), fund="121"),
        kind="OPENING",
        posting_date=date(2026, 10, 31),
    )
    post_event(event("opening", opening))
    post_event(receipt("receipt/1", "950.00"))
    post_event(sweep("sweep/1", "950.00"))
    post_event(simple("wrong/1", "77.70"))
    reverse_event(source="wrong/1", posting_date=date(2026, 11, 6), signatures=SIGNED)
    moved = voucher(
        "D",
        debit("5021", yuan("3.00"), fund="121"),
        credit(TREASURY, yuan("3.00"), fund="121"),
        debit(TREASURY, yuan("3.00"), fund=FUND),
        credit("4021", yuan("3.00"), fund=FUND),
        voucher_type="转",
    )
    post_event(event("moved/1", moved))
    awkward = 'x, y; date:2020-13-01 [2020-13-45] "q" \\ (z) | a:b'
    lines = (
        replace(debit("5001", yuan("0.01"), fund=FUND, summary=awkward), project="P,1"),
        credit("2045.小 (a)", yuan("0.01"), fund=FUND),
    )
    post_event(event("awkward/1", voucher("D", *lines, summary=awkward, reference=awkward, paper=awkward)))


books = fixtures(furnish).own_stage


def export(path: Path, format_name: str, *options: str) -> str:
    call_command(
        "export_journal", "--format", format_name, "--out", str(path), *options, verbosity=0, stdout=sys.stderr
    )
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("format_name", sorted(CHECKERS))
@pytest.mark.parametrize("options", [(), ("--book", "D"), ("--book", "T01")], ids=["all books", "district", "township"])
def test_the_foreign_program_accepts_the_journal(
    books: Stage, tmp_path: Path, format_name: str, options: tuple[str, ...]
) -> None:
    path = tmp_path / f"books.{format_name}"
    export(path, format_name, *options)
    checked = run(*checker_of(format_name), str(path))
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("format_name", sorted(CHECKERS))
def test_one_fen_in_a_line_makes_the_foreign_program_refuse(books: Stage, tmp_path: Path, format_name: str) -> None:
    path = tmp_path / "books"
    journal = export(path, format_name)
    assert journal.count(" 950.00 CNY\n") > 0
    path.write_text(journal.replace(" 950.00 CNY\n", " 950.01 CNY\n", 1), encoding="utf-8")
    assert run(*checker_of(format_name), str(path)).returncode != 0


@pytest.mark.parametrize("format_name", sorted(CHECKERS))
def test_one_fen_in_both_lines_of_a_voucher_fails_the_closing_assertion(
    books: Stage, tmp_path: Path, format_name: str
) -> None:
    path = tmp_path / "books"
    journal = export(path, format_name)
    at = journal.index("receipt/1")
    head, tail = journal[:at], journal[at:]
    tail = tail.replace(" 950.00 CNY", " 950.01 CNY", 1).replace(" -950.00 CNY", " -950.01 CNY", 1)
    path.write_text(head + tail, encoding="utf-8")
    refused = run(*checker_of(format_name), str(path))
    assert refused.returncode != 0
    assert re.search("balance (assertion|failed)|Balance failed", refused.stderr + refused.stdout, re.IGNORECASE)


@pytest.mark.parametrize("format_name", sorted(CHECKERS))
def test_a_balance_that_the_books_keep_wrongly_by_one_fen_is_found(
    books: Stage, tmp_path: Path, format_name: str
) -> None:
    superuser = books.hand("postgres").connection
    with superuser, superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE ledger_balance SET debit = debit + 0.01 WHERE debit = 950")
        assert cursor.rowcount > 0
    path = tmp_path / "books"
    export(path, format_name)
    assert run(*checker_of(format_name), str(path)).returncode != 0


def test_the_balances_of_hledger_are_the_balances_of_the_books(books: Stage, tmp_path: Path) -> None:
    checker_of("hledger")
    path = tmp_path / "books.journal"
    export(path, "hledger")
    report = run("hledger", "balance", "--flat", "--no-total", "--empty", "-O", "csv", "-f", str(path))
    rows = [line.strip('"').split('","') for line in report.stdout.splitlines()[1:]]
    theirs = {name: Decimal(amount.removesuffix(" CNY")) for name, amount in rows}
    ours = {
        (book, code, fund): net
        for book, code, fund, net in Balance.objects.values_list("account__book__code", "account__code", "fund_id")
        .annotate(net=Sum(F("debit") - F("credit")))
        .order_by()
    }
    found = {
        key: net
        for key in ours
        for name, net in theirs.items()
        if name.split(":")[1] == key[0]
        and name.split(":")[-2].startswith(component(key[1]) + "-")
        and name.endswith(f":{key[2]}")
    }
    assert found == ours
    assert sum(net != 0 for net in theirs.values()) == sum(net != 0 for net in ours.values())


# Prints the balance of each account from the transactions before a day, as beancount itself has loaded them.
BEANCOUNT_BALANCES = """
import collections, datetime, sys
from beancount import loader
from beancount.core import data
entries, errors, _options = loader.load_file(sys.argv[1])
assert not errors, errors
before, sums = datetime.date.fromisoformat(sys.argv[2]), collections.Counter()
for entry in data.filter_txns(entries):
    if entry.date < before:
        for posting in entry.postings:
            sums[posting.account] += posting.units.number
for name, number in sums.items():
    print(name, number)
"""


def balances_by_hledger(path: Path, before: date) -> dict[str, Decimal]:
    checker_of("hledger")
    report = run("hledger", "bal", "--flat", "--no-total", "-O", "csv", "-e", before.isoformat(), "-f", str(path))
    rows = [line.strip('"').split('","') for line in report.stdout.splitlines()[1:]]
    return {name: Decimal(amount.removesuffix(" CNY")) for name, amount in rows}


def balances_by_beancount(path: Path, before: date) -> dict[str, Decimal]:
    report = run(sys.executable, "-c", BEANCOUNT_BALANCES, str(path), before.isoformat())
    assert report.returncode == 0, report.stderr
    return {name: Decimal(number) for name, number in (line.rsplit(" ", 1) for line in report.stdout.splitlines())}


THEIR_BALANCES = MappingProxyType({"hledger": balances_by_hledger, "beancount": balances_by_beancount})


def code_of(book: str, leaf: str) -> str:
    """Return our code of an account from the last part of its name in a journal: the longest that it begins with."""
    codes: list[str] = list(Account.objects.filter(book__code=book).values_list("code", flat=True))
    return max((code for code in codes if leaf.startswith(f"{component(code)}-")), key=len)


@pytest.mark.parametrize("format_name", sorted(CHECKERS))
def test_their_trial_balance_is_ours_line_by_line(books: Stage, tmp_path: Path, format_name: str) -> None:
    path = tmp_path / "books"
    export(path, format_name)
    since, before = date(2026, 11, 1), date(2026, 12, 1)
    theirs = {}
    for day in (since, before):
        sums: dict[tuple[str, str], Decimal] = {}
        for name, number in THEIR_BALANCES[format_name](path, day).items():
            _kind, book_code, *_levels, leaf, _fund = name.split(":")
            key = (book_code, code_of(book_code, leaf))
            sums[key] = sums.get(key, Decimal(0)) + number
        theirs[day] = sums
    compared = 0
    for book in Book.objects.all():
        trial = trial_balance(book=book, since=since, before=before)
        assert trial.ties
        for line in (line for line in trial.lines if line.leaf):
            key = (book.code, line.code)
            opening, closing = (theirs[day].pop(key, Decimal(0)) for day in (since, before))
            assert opening == line.opening_debit - line.opening_credit, key
            assert closing - opening == line.debit - line.credit, key
            assert closing == line.closing_debit - line.closing_credit, key
            compared += 1
    assert compared > 8
    assert not any(number for sums in theirs.values() for number in sums.values())  # nothing of theirs is left over


def test_an_account_without_postings_is_declared_and_asserted_empty(books: Stage, tmp_path: Path) -> None:
    journal = export(tmp_path / "books", "beancount")
    assert re.search(r"open Assets:D:1006-有价证券 CNY", journal)
    assert re.search(r"balance Assets:D:1006-有价证券  0.00 CNY", journal)


def test_the_head_states_the_control_totals_of_the_lines(books: Stage, tmp_path: Path) -> None:
    journal = export(tmp_path / "books", "hledger", "--book", "D")
    sides = {side: Line.objects.filter(account__book__code="D", side=side) for side in "DC"}
    for side, name in (("D", "debit"), ("C", "credit")):
        assert f"; {name} total: {sides[side].aggregate(total=Sum('amount'))['total']}\n" in journal
    assert f"; vouchers: {Voucher.objects.filter(book__code='D').count()}\n" in journal
    assert f"; lines: {Line.objects.filter(account__book__code='D').count()}\n" in journal
    assert "; period: 2026-10-31 to 2026-11-06\n" in journal


def test_a_red_line_stays_on_the_side_of_what_it_corrects(books: Stage, tmp_path: Path) -> None:
    journal = export(tmp_path / "books", "beancount", "--book", "D")
    reversal = Voucher.objects.get(kind="REVERSAL")
    written = next(part for part in journal.split("\n\n") if 'kind: "REVERSAL"' in part)
    assert f'reverses: "{reversal.reverses_id}"' in written
    assert f"^voucher-{reversal.reverses_id}\n" in written
    assert re.search(r'5001-\S+:111  -77.70 CNY\n    line: "1"\n    red: "D"', written)
    assert re.search(r'2015-\S+:111  77.70 CNY\n    line: "2"\n    red: "C"', written)


@pytest.mark.parametrize("format_name", sorted(CHECKERS))
def test_a_carried_year_is_asserted_on_its_first_day(fresh_database: str, tmp_path: Path, format_name: str) -> None:
    district, _ = make_books(opened_on=date(2025, 12, 1))
    officer = Officer.objects.get(username="reviewer")
    post_event(simple("a", "12.34", posting_date=date(2025, 12, 5)))
    open_period(period=Period.objects.get(book=district, year=2025, month=13), opener=officer, at=AT)
    transfer_income_and_expense(book=district, year=2025, signatures=SIGNED)
    for period in open_periods():
        start_adjusting(period=period, officer=officer, at=AT)
        close_period(period=period, officer=officer, at=AT)
    carry_forward(book=district, year=2025, officer=officer, at=AT)
    path = tmp_path / "books"
    journal = export(path, format_name, "--book", "D")
    assert "balances of D carried forward from 2025" in journal
    checked = run(*checker_of(format_name), str(path))
    assert checked.returncode == 0, checked.stderr
    at = journal.index("carried forward from 2025")
    path.write_text(journal[:at] + journal[at:].replace("-12.34 CNY", "-12.33 CNY", 1), encoding="utf-8")
    assert run(*checker_of(format_name), str(path)).returncode != 0


def open_periods() -> list[Period]:
    """Return the open periods in the order in which they close: those of lower books first."""
    return sorted(
        Period.objects.filter(status="OPEN").select_related("book"),
        key=lambda period: (period.book.parent_id is None, period.book.code, period.year, period.month),
    )


@pytest.mark.parametrize("format_name", sorted(CHECKERS))
def test_the_two_records_of_a_voucher_are_kept_apart(fresh_database: str, tmp_path: Path, format_name: str) -> None:
    make_officers()
    opener = Officer.objects.get(username="reviewer")
    open_book(
        code="D",
        name="青岚区",
        kind=BookKind.DISTRICT,
        regime="GF2022",
        parent=None,
        opened_on=OPENED_ON,
        opener=opener,
        at=AT,
    )
    parallel = voucher(
        "D",
        debit("1001", yuan("8.00"), fund=FUND),
        credit("4001", yuan("8.00"), fund=FUND),
        debit("804101", yuan("8.00"), fund=FUND),
        credit("6001", yuan("8.00"), fund=FUND),
    )
    post_event(event("parallel/1", parallel))
    path = tmp_path / "books"
    journal = export(path, format_name)
    assert "Equity:D:Budget:" in journal
    assert "Income:D:Budget:6001-" in journal
    assert journal.count("parallel/1") == 2
    assert run(*checker_of(format_name), str(path)).returncode == 0


@pytest.mark.parametrize("format_name", sorted(CHECKERS))
def test_a_book_without_vouchers_gives_a_journal_too(fresh_database: str, tmp_path: Path, format_name: str) -> None:
    make_books()
    path = tmp_path / "books"
    export(path, format_name)
    assert run(*checker_of(format_name), str(path)).returncode == 0


def test_what_is_posted_during_the_export_is_not_in_it(books: Stage, tmp_path: Path) -> None:
    before = export(tmp_path / "before", "hledger")
    pieces: list[str] = []

    def write_while_others_post(piece: str) -> None:
        pieces.append(piece)
        if len(pieces) == 1:
            poster = threading.Thread(target=post_late)
            poster.start()
            poster.join()

    journals.write_journal(book_code=None, format_name="hledger", write=write_while_others_post)
    assert Voucher.objects.filter(source="late").exists()
    assert "".join(pieces) == before


def post_late() -> None:
    post_event(simple("late"))
    connections.close_all()


def test_the_file_is_whole_or_not_there_and_only_for_its_owner(
    books: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "books.journal"
    export(path, "hledger")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = path.read_text(encoding="utf-8")
    monkeypatch.setattr(journals, "transactions_of", fill_the_disk)
    with pytest.raises(CommandError, match="disk full"):
        export(path, "hledger")
    assert path.read_text(encoding="utf-8") == first
    assert [file.name for file in tmp_path.iterdir()] == ["books.journal"]


def fill_the_disk(books: list[Book]) -> list[list[journals.StreamedLine]]:
    raise OSError("disk full")


def test_the_standard_output_is_a_file_too(books: Stage, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    call_command("export_journal", "--format", "hledger", "--out", "-")
    assert capsys.readouterr().out == export(tmp_path / "books", "hledger")


def test_an_unknown_book_is_named_with_the_known_ones(books: Stage, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"X9.*D, T01"):
        export(tmp_path / "books", "hledger", "--book", "X9")
    assert not list(tmp_path.iterdir())


def test_no_books_at_all_is_said_so(fresh_database: str, tmp_path: Path) -> None:
    assert not Book.objects.exists()
    with pytest.raises(CommandError):
        export(tmp_path / "books", "hledger")


def test_a_folder_that_is_not_there_is_named(books: Stage, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        export(tmp_path / "nowhere" / "books", "hledger")


@pytest.mark.parametrize(
    ("text", "name"),
    [("1001-国库存款", "1001-国库存款"), ("d", "Xd"), ("青岚", "X青岚"), ("2015.小 (a)", "2015-小--a"), ("ABC", "ABC")],
)
def test_an_account_name_keeps_letters_and_digits(text: str, name: str) -> None:
    assert component(text) == name


def test_the_book_stands_in_the_name_only_where_there_are_several() -> None:
    path = [("1001", "国库存款"), ("100101", "乡级金库")]
    several = account_name(kind="ASSET", record="F", book="T01", path=path)
    assert several == "Assets:T01:1001-国库存款:100101-乡级金库"
    assert account_name(kind="ASSET", record="F", book=None, path=path) == several.replace("T01:", "")
