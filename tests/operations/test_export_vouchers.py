"""Vouchers taken out of the books: read in order, printed and listed whole, by whom the books are open to."""

import io
import os
import re
import shutil
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

import psycopg2.extensions
import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone, translation
from pypdf import PdfReader
from pytest_django.plugin import DjangoDbBlocker
from python_calamine import CalamineWorkbook

from audit.exports.csv_files import Encoding
from audit.exports.numbers import Numbers
from audit.voucher_files import FORMATS, export_vouchers
from ledger.entries import Event
from ledger.exports.snapshots import one_moment
from ledger.exports.stated import ExportStated, state_vouchers
from ledger.exports.voucher_rows import VoucherReader
from ledger.exports.voucher_runs import ROWS
from ledger.exports.vouchers import write_a5
from ledger.models import AuditEvent, Book, Counterparty, Officer, Voucher
from ledger.posting import post_event, post_events
from ledger.refusals import OfficerMayNot
from month.posts import ensure_demo_officers, ensure_posts
from tests import posts
from tests.attacks import Stage
from tests.builders import DAY, FUND, SIGNED, credit, debit, event, make_books, simple, voucher, yuan
from tests.conftest import copy_database, drop_database, point_at
from tests.posts import birch, local
from tests.vouchers import NOVEMBER, NOVEMBER_END, RARE, furnish, read

own_stage = posts.own_stage
Connect = Callable[[str], psycopg2.extensions.connection]


@pytest.fixture(scope="module")
def furnished(
    django_db_setup: None,
    template_database: str,
    administration: psycopg2.extensions.connection,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[str]:
    """The name of a database with a voucher of each kind, which the tests that only read share."""
    name, shared = f"{template_database}_vouchers", str(connections["default"].settings_dict["NAME"])
    with django_db_blocker.unblock():
        copy_database(administration, name, template_database)
        point_at(name)
        furnish()
        ensure_demo_officers()
        point_at(shared)
        yield name
    drop_database(administration, name)


@pytest.fixture
def books(furnished: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        shared = str(connections["default"].settings_dict["NAME"])
        point_at(furnished)
        yield
        point_at(shared)


@pytest.fixture
def own_books(fresh_database: str) -> None:
    """The same in a database that a test may change."""
    furnish()


@pytest.fixture
def plain_books(fresh_database: str) -> None:
    make_books()


def auditor() -> Officer:
    ensure_posts()
    officer = local("of-auditor")
    officer.groups.add(Group.objects.get(name="auditor"))
    return officer


def taken(out: Path, *, format_name: str = "pdf", officer: Officer | None = None, codes: tuple[str, ...] = ()) -> Path:
    take(out, format_name=format_name, officer=officer, codes=codes)
    return out


def take(
    out: Path, *, format_name: str = "pdf", officer: Officer | None = None, codes: tuple[str, ...] = ()
) -> ExportStated:
    return export_vouchers(
        officer=officer or auditor(),
        codes=codes,
        since=NOVEMBER,
        until=NOVEMBER_END,
        format_name=format_name,
        paper=None,
        numbers=Numbers.MASKED,
        encoding=Encoding.UTF8,
        out=out,
        at=timezone.now(),
    )


def last_export() -> AuditEvent:
    return AuditEvent.objects.filter(act="vouchers.export").order_by("-pk")[0]


def pages(path: Path) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(path).pages]


def rows(path: Path) -> list[dict[str, object]]:
    book = CalamineWorkbook.from_path(path)
    found: list[dict[str, object]] = []
    for name in book.sheet_names[1:]:
        head, *body = book.get_sheet_by_name(name).to_python()[3:]
        found += [dict(zip(map(str, head), row, strict=True)) for row in body]
    return found


# Reading


def test_vouchers_come_in_the_order_of_book_period_type_and_number(own_books: None) -> None:
    post_event(simple("again", voucher_type="转", posting_date=DAY))
    found = [(one.book_code, one.month, one.voucher_type, one.number) for one in read("D", "T01", "U")]
    assert found == [
        *(("D", "2026-11", "记", number) for number in range(1, 6)),
        ("D", "2026-11", "转", 1),
        ("D", "2026-11", "转", 2),
        ("T01", "2026-11", "记", 1),
        ("T01", "2026-11", "记", 2),
        ("U", "2026-11", "收", 1),
    ]


def test_a_voucher_is_read_with_everything_that_it_says(books: None) -> None:
    (made,) = [one for one in read("D") if one.source == "spending/1"]
    assert (made.book_name, made.regime) == ("青岚区", "财政总预算会计制度（2015）（财库〔2015〕192号）")
    assert (made.attachments, made.posting_date) == (12, DAY)
    assert made.signed.roles == (
        ("会计主管", "测试chief"),
        ("记账", "工资规则"),
        ("出纳", "测试cashier"),
        ("审核", "测试reviewer"),
        ("制单", "工资规则"),
    )
    first, second = made.lines[:2]
    assert (first.account.general, first.account.detail) == ("5001 一般公共预算本级支出", "")
    assert first.dimensions == (
        "资金：111 一般公共预算资金",
        "功能：2010301 行政运行",
        "经济：30201 办公费",
        "项目：P1 农村道路维护",
        "单位：U01 青岚区教育局",
    )
    assert second.dimensions[1] == "往来：C1 欧阳䶮"
    assert (first.debit, first.credit, second.debit, second.credit) == (yuan("100.15"), None, None, yuan("100.15"))
    assert second.summary == made.summary


def test_a_chief_accountant_who_signed_with_the_posting_is_named_like_one_who_signs_later(plain_books: None) -> None:
    post_event(simple("a", signatures=replace(SIGNED, chief_accountant="chief")))
    post_event(simple("b"))
    assert [one.signed.chief_accountant for one in read("D")] == ["测试chief", ""]


def test_an_account_below_another_has_the_names_of_all_its_levels(books: None) -> None:
    (made,) = [one for one in read("D") if one.source == "sweep/1"]
    account = made.lines[1].account
    assert (account.general, account.detail) == ("1031 与下级往来", "103100101 第1镇—年度资金调度")


def test_a_voucher_and_its_reversal_and_a_supplement_name_their_others(books: None) -> None:
    by_source = {one.source: one for one in read("D")}
    assert str(by_source["wrong/1"].reversed_by) == "2026年11月6日记字第4号凭证"
    assert str(by_source["wrong/1/reversed"].reverses) == "2026年11月5日记字第3号凭证"
    assert str(by_source["supplement/1"].corrects) == "2026年11月5日记字第2号凭证"
    assert by_source["spending/1"].mark == ""


def test_a_reversal_that_lies_outside_the_period_marks_its_voucher_all_the_same(books: None) -> None:
    (made,) = [one for one in read("D", until=DAY) if one.source == "wrong/1"]
    assert made.mark == "已冲销"


@pytest.mark.parametrize(("since", "until", "count"), [(6, 8, 1), (6, 9, 2), (7, 9, 1), (7, 8, 0)])
def test_both_days_of_the_period_belong_to_it(books: None, since: int, until: int, count: int) -> None:
    assert len(read("D", since=date(2026, 11, since), until=date(2026, 11, until))) == count


def test_long_numbers_in_free_texts_are_masked(plain_books: None) -> None:
    number = "22010219900307" + "0011"
    post_event(simple("a", summary=f"退回 {number}", reference=number, paper=number))
    (made,) = read("D")
    assert made.summary == "退回 220********0011"
    assert number not in str(made)
    assert number not in str(made.lines[0])


def test_no_voucher_costs_a_query_of_its_own(
    plain_books: None, django_assert_num_queries: Callable[..., object]
) -> None:
    post_events([simple(f"s/{number}") for number in range(20)])
    book = Book.objects.get(code="D")
    with one_moment(), django_assert_num_queries(10):  # type: ignore[attr-defined]
        assert len(list(VoucherReader(books=[book], since=NOVEMBER, until=NOVEMBER_END))) == 20


# Whole runs


def named_spending(number: int) -> Event:
    amount = yuan(f"{1000 + number}.{number % 100:02}")
    payee = replace(credit("2015", amount, fund=FUND), counterparty=f"C{number}")
    return event(f"s/{number}", voucher("D", debit("5001", amount, fund=FUND), payee, summary=f"付第{number}笔款"))


def payee_name(number: int) -> str:
    return f"{'赵钱孙李𬱖䶮㛃𬭎𠅤'[number % 9]}{chr(0x4E00 + number * 7)}{RARE[number % 5]}"


@pytest.fixture(scope="module")
def foreign_reader() -> str:
    """The text extraction of poppler; without it the test is skipped, in CI it fails."""
    found = shutil.which("pdftotext")
    if found is None:
        missing = "pdftotext is not installed (apt-get install poppler-utils)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


def test_a_text_extraction_of_1000_vouchers_gives_back_every_name_and_amount(
    plain_books: None, tmp_path: Path, foreign_reader: str
) -> None:
    numbers = range(1, 1_001)
    Counterparty.objects.bulk_create([Counterparty(code=f"C{number}", name=payee_name(number)) for number in numbers])
    post_events(map(named_spending, numbers))
    path = taken(tmp_path / "run.pdf")
    read_by_poppler = subprocess.run(
        [foreign_reader, str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    theirs = ["".join(page.split()) for page in read_by_poppler.split("\f")[:-1]]
    for found in (pages(path), theirs):
        assert len(found) == 1 + len(numbers)
        for number, page in zip(numbers, found[1:], strict=True):
            assert f"往来：C{number}{payee_name(number)}" in page
            assert page.count(f"{1000 + number:,}.{number % 100:02}") == 4
            assert f"付第{number}笔款" in page
            assert f"记字第{number}号" in page


def test_a_list_has_every_line_of_every_book(books: None, tmp_path: Path) -> None:
    found = rows(taken(tmp_path / "list.xlsx", format_name="xlsx"))
    stated = state_vouchers(books=list(Book.objects.all()), since=NOVEMBER, until=NOVEMBER_END)
    assert len(found) == stated.lines == 26
    assert {row["账簿"] for row in found} == {"财务", "预算"}
    in_red = [row for row in found if row["类别"] == "红字冲销"]
    assert [(row["借方金额"], row["贷方金额"]) for row in in_red] == [(-77.7, ""), ("", -77.7)]


def test_a_file_is_whole_or_not_there_and_only_for_its_owner(own_books: None, tmp_path: Path) -> None:
    path = taken(tmp_path / "run.pdf")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    Officer.objects.filter(username="cashier").update(full_name="王\U0003fffd")
    with pytest.raises(CommandError, match="U\\+3FFFD"):
        command(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["run.pdf"]


def test_a_folder_takes_a_file_named_by_the_period(books: None, tmp_path: Path) -> None:
    take(tmp_path)
    take(tmp_path, format_name="xlsx")
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "vouchers-2026-11-01-2026-11-30.pdf",
        "vouchers-2026-11-01-2026-11-30.xlsx",
    ]


def test_an_export_is_one_moment_while_others_post(plain_books: None) -> None:
    post_events([simple(f"s/{number}") for number in range(5)])
    chosen = [Book.objects.get(code="D")]
    with one_moment():
        reader = VoucherReader(books=chosen, since=NOVEMBER, until=NOVEMBER_END)
        vouchers = iter(reader)
        first = next(vouchers)
        poster = threading.Thread(target=post_late)
        poster.start()
        poster.join()
        stated = state_vouchers(books=chosen, since=NOVEMBER, until=NOVEMBER_END)
        assert [one.number for one in (first, *vouchers)] == [1, 2, 3, 4, 5]
        reader.must_be(stated)
    assert Voucher.objects.filter(source="late").exists()
    assert len(read("D")) == 6


def post_late() -> None:
    try:
        post_event(simple("late"))
    finally:
        connections.close_all()


def test_every_export_during_postings_holds_what_it_states(plain_books: None, tmp_path: Path) -> None:
    ended = threading.Event()
    posted = iter(range(10_000))

    def post_on() -> None:
        try:
            while not ended.is_set():
                post_events([simple(f"s/{number}", "3.00") for number in islice(posted, 3)])
        finally:
            connections.close_all()

    officer = auditor()
    poster = threading.Thread(target=post_on)
    poster.start()
    try:
        held = []
        for turn in range(6):
            path = tmp_path / f"{turn}.xlsx"
            stated = take(path, format_name="xlsx", officer=officer, codes=("D",))
            held.append(len(rows(path)))
            assert held[-1] == stated.lines
            assert stated.debit == stated.vouchers * yuan("3.00")
            assert stated.vouchers % 3 == 0
    finally:
        ended.set()
        poster.join()
    assert held[-1] > held[0]


def test_what_was_not_read_is_not_passed_over(books: None) -> None:
    chosen = list(Book.objects.filter(code="D"))
    with one_moment():
        stated = state_vouchers(books=chosen, since=NOVEMBER, until=NOVEMBER_END)
        reader = VoucherReader(books=chosen, since=NOVEMBER, until=NOVEMBER_END)
        assert len(list(islice(iter(reader), 2))) == 2
        with pytest.raises(Exception, match="check_books"):
            reader.must_be(stated)


def test_a_voucher_of_more_lines_than_a_sheet_takes_has_all_its_sheets(plain_books: None, tmp_path: Path) -> None:
    pairs = [
        entry
        for number in range(ROWS)
        for entry in (
            debit("5001", yuan(f"{number + 1}.00"), fund=FUND),
            credit("2015", yuan(f"{number + 1}.00"), fund=FUND),
        )
    ]
    post_event(
        event(
            "long",
            voucher("D", *pairs, credit("2015", yuan("1.00"), fund=FUND), debit("5001", yuan("1.00"), fund=FUND)),
        )
    )
    _cover, *sheets = pages(taken(tmp_path / "run.pdf"))
    assert [re.search("记字第1号（(\\d/\\d)）", sheet).group(1) for sheet in sheets] == ["1/3", "2/3", "3/3"]  # type: ignore[union-attr]


# Who may, and the trace


def test_an_auditor_takes_all_and_leaves_a_trace(books: None, tmp_path: Path) -> None:
    stated = take(tmp_path / "run.pdf")
    assert [book.code for book in stated.books] == ["D", "T01", "U"]
    told = last_export()
    assert (told.actor, told.subject, told.refused) == ("of-auditor", "vouchers/2026-11-01/2026-11-30", "")
    assert "format=pdf" in told.after
    assert "books=D T01 U" in told.after
    assert f"vouchers={stated.vouchers}" in told.after


def test_a_township_prints_its_own_book_and_is_refused_every_other(own_stage: Stage, tmp_path: Path) -> None:
    clerk, own = Officer.objects.get(username="clerk-birch"), birch().book.code
    for username in ("rule", "reviewer", "cashier"):
        local(username)
    stated = take(tmp_path / "own.pdf", officer=clerk)
    assert [book.code for book in stated.books] == [own]
    assert take(tmp_path / "own.pdf", officer=clerk, codes=(own,)).books == stated.books
    others = Book.objects.exclude(code=own).values_list("code", flat=True)
    assert len(others) >= 2
    for code in others:
        with pytest.raises(OfficerMayNot, match="officer_reads_own_books"):
            take(tmp_path / "other.pdf", officer=clerk, codes=(own, code))
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["own.pdf"]


def test_an_officer_without_a_post_takes_nothing(books: None, tmp_path: Path) -> None:
    with pytest.raises(OfficerMayNot):
        take(tmp_path / "run.pdf", officer=local("nobody"))
    assert not (tmp_path / "run.pdf").exists()


# The command


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("sys.stdin", io.StringIO("geheim\n"))
    with translation.override("en"):
        yield


def command(out: Path, *words: str, since: str = "2026-11-01", until: str = "2026-11-30", kind: str = "pdf") -> str:
    printed = io.StringIO()
    call_command(
        "export_vouchers", "--from", since, "--to", until, "--format", kind, "--out", str(out), *words, stdout=printed
    )
    return printed.getvalue()


@pytest.mark.parametrize("paper", ["a5", "a4"])
def test_the_command_prints_on_both_papers(books: None, tmp_path: Path, paper: str) -> None:
    path = tmp_path / "run.pdf"
    assert command(path, "--paper", paper, "--book", "D", "--book", "U").startswith(
        f"{path}: 7 vouchers, 22 lines, debit"
    )
    assert len(pages(path)) == {"a5": 9, "a4": 5}[paper]


def test_the_command_acts_as_an_officer_who_signs_in(books: None, tmp_path: Path) -> None:
    officer = auditor()
    officer.set_password("geheim")
    officer.save()
    assert "9 vouchers" in command(tmp_path / "list.xlsx", "--as", officer.username, kind="xlsx")
    assert last_export().origin == "manage.py export_vouchers"


def test_a_period_without_vouchers_gives_a_file_that_says_so(books: None, tmp_path: Path) -> None:
    path = tmp_path / "run.pdf"
    told = command(path, since="2026-11-28", until="2026-11-30")
    assert "0 vouchers" in told
    assert "No voucher was posted" in told
    (cover,) = pages(path)
    assert "本期所列账套没有凭证。" in cover


def test_a_period_of_one_day_is_one_and_a_turned_one_is_refused(books: None, tmp_path: Path) -> None:
    assert "7 vouchers" in command(tmp_path / "run.pdf", since="2026-11-05", until="2026-11-05")
    with pytest.raises(CommandError, match="export_period_runs_forward"):
        command(tmp_path / "no.pdf", since="2026-11-06", until="2026-11-05")
    assert AuditEvent.objects.filter(act="vouchers.export", refused="export_period_runs_forward").exists()
    assert not (tmp_path / "no.pdf").exists()


@pytest.mark.parametrize("out", ["no/such/folder/run.pdf", "/proc/run.pdf"])
def test_what_cannot_be_written_is_told(books: None, tmp_path: Path, out: str) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        command(tmp_path / out)


def test_an_unknown_book_is_refused(books: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"book_is_opened.*nowhere.*known=D, "):
        command(tmp_path / "run.pdf", "--book", "nowhere")


def test_a_paper_for_a_list_is_refused(books: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="export_takes_the_option"):
        command(tmp_path / "list.xlsx", "--paper", "a4", kind="xlsx")


@pytest.mark.parametrize(
    ("kind", "option"), [("xlsx", ["--in-full"]), ("pdf", ["--encoding", "gb18030"]), ("gbt24589", ["--paper", "a5"])]
)
def test_a_choice_that_a_format_does_not_have_is_refused(
    books: None, tmp_path: Path, kind: str, option: list[str]
) -> None:
    with pytest.raises(CommandError, match="export_takes_the_option"):
        command(tmp_path / "out", *option, kind=kind)


@pytest.mark.parametrize(
    ("kind", "made"), [("gbt24589", "D/总账.xml"), ("gbt24589", "T01/公共档案.xml"), ("platform", "vouchers.csv")]
)
def test_the_standard_formats_are_written_into_a_folder(books: None, tmp_path: Path, kind: str, made: str) -> None:
    assert "9 vouchers" in command(tmp_path / "out", kind=kind)
    assert (tmp_path / "out" / made).stat().st_size > 0
    assert kind in last_export().after


def test_the_platform_takes_the_encoding_of_old_spreadsheets(books: None, tmp_path: Path) -> None:
    command(tmp_path / "out", "--encoding", "gb18030", kind="platform")
    assert (tmp_path / "out" / "vouchers.csv").read_text(encoding="gb18030").startswith("行政区划代码,账套编码")


def test_numbers_in_full_leave_an_event_of_their_own(own_books: None, tmp_path: Path) -> None:
    ensure_demo_officers()
    command(tmp_path / "out", "--in-full", kind="platform")
    assert AuditEvent.objects.filter(act="export.in_full").count() == 1


def test_an_unknown_format_is_none_of_the_choices(books: None, tmp_path: Path) -> None:
    assert {"pdf", "xlsx"} <= FORMATS.keys()
    with pytest.raises(CommandError, match="invalid choice: 'doc'"):
        command(tmp_path / "run.doc", kind="doc")


def test_a_gap_is_named_in_the_file_and_ends_the_command_as_failed(
    own_books: None, tmp_path: Path, connect: Connect
) -> None:
    superuser = connect("postgres")
    with superuser, superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table, key in (("ledger_line", "voucher_id"), ("ledger_voucher", "id")):
            cursor.execute(
                f"DELETE FROM {table} WHERE {key} IN (SELECT id FROM ledger_voucher WHERE source = 'wrong/1')"
            )
    path = tmp_path / "run.pdf"
    with pytest.raises(CommandError, match="D 2026-11 记-3"):
        command(path)
    assert "凭证断号1处：D2026-11记-3。" in pages(path)[0]
    assert "gaps=1" in last_export().after


def test_a_voucher_without_lines_is_printed_as_it_stands(own_books: None, tmp_path: Path, connect: Connect) -> None:
    superuser = connect("postgres")
    with superuser, superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "DELETE FROM ledger_line WHERE voucher_id = (SELECT id FROM ledger_voucher WHERE source = 'wrong/1')"
        )
    write_a5(
        books=list(Book.objects.filter(code="D")),
        since=NOVEMBER,
        until=NOVEMBER_END,
        out=tmp_path / "run.pdf",
        at=timezone.now(),
    )
    _cover, *sheets = pages(tmp_path / "run.pdf")
    (sheet,) = [sheet for sheet in sheets if "来源：wrong/1会计" in sheet]
    assert "人民币零元整" in sheet
