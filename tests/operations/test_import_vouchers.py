"""Vouchers from files: what is taken, what is refused with which row and column, and that it is all or nothing."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from imports.importing_vouchers import Imported, OfficerUnknown, import_vouchers
from imports.management.commands.import_vouchers import DEMO_OFFICERS
from imports.voucher_cells import amount_of, day_of, text_of
from imports.voucher_files import FileRefused, Finding
from ledger.closing import close_period, start_adjusting
from ledger.entries import Signatures
from ledger.models import Account, AuditEvent, Line, Officer, Period, Project, Voucher
from ledger.posting import post_event
from tests.builders import AT, FUND, make_books, simple

pytestmark = pytest.mark.django_db

ENGLISH = [
    "book",
    "voucher",
    "date",
    "type",
    "summary",
    "account",
    "sub-account",
    "fund",
    "debit",
    "credit",
    "functional",
    "economic",
    "project",
    "unit",
    "counterparty",
    "attachments",
]
CHINESE = [
    "账套",
    "凭证",
    "日期",
    "凭证字",
    "摘要",
    "科目",
    "明细科目",
    "资金性质",
    "借方金额",
    "贷方金额",
    "功能分类",
    "经济分类",
    "项目",
    "单位",
    "往来单位",
    "附件数",
    "类别",
    "依据文件",
]
OFFICERS = Signatures(preparer="preparer", reviewer="reviewer", poster="preparer", cashier="cashier")

Row = dict[str, Any]


@pytest.fixture(autouse=True)
def books() -> None:
    make_books()


def row(**changes: Any) -> Row:
    """Return a sound row by Chinese header; keywords are the English names."""
    values = dict.fromkeys(CHINESE, "")
    named = dict(zip([*ENGLISH, "kind", "paper"], CHINESE, strict=True))
    said = {"book": "D", "voucher": "记-1", "date": "2026-11-05", "summary": "测试", "fund": FUND} | changes
    return values | {named[name.replace("_", "-")]: value for name, value in said.items()}


def pair(amount: str = "100.00", **changes: Any) -> list[Row]:
    """Return a sound voucher that touches no cash: Dr 5001 Cr 2015."""
    return [row(account="5001", debit=amount, **changes), row(account="2015", credit=amount, **changes)]


def opening() -> list[Row]:
    """Return opening balances of both books, the old debt mirrored."""
    day = {"date": "2026-10-31", "voucher": "期初"}
    return [
        row(account="1001", debit="1000.00", **day),
        row(account="1031", sub_account="103100102", debit="500.00", **day),
        row(account="3001", credit="1500.00", **day),
        row(book="T01", account="3001", debit="500.00", **day),
        row(book="T01", account="2012", sub_account="201202", credit="500.00", **day),
    ]


def csv_of(rows: Sequence[Mapping[str, Any]], encoding: str = "utf-8", headers: Sequence[str] = ()) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(headers or rows[0].keys())
    writer.writerows([list(values.values())[: len(headers) or None] for values in rows])
    return file.getvalue().encode(encoding)


def xlsx_of(rows: Sequence[Mapping[str, Any]], *, above: Sequence[Sequence[Any]] = (), sheet: str = "凭证") -> bytes:
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd"})
    workbook.add_worksheet("说明").write(0, 0, "只是说明")
    page = workbook.add_worksheet(sheet)
    for number, values in enumerate([*above, list(rows[0].keys()), *(list(values.values()) for values in rows)]):
        page.write_row(number, 0, values)
    workbook.close()
    return file.getvalue()


def take(rows: Sequence[Row] | bytes, signatures: Signatures = OFFICERS) -> Imported:
    content = rows if isinstance(rows, bytes) else csv_of(rows)
    return import_vouchers(file="凭证.csv", content=content, signatures=signatures, at=AT)


def faults(rows: Sequence[Row] | bytes, signatures: Signatures = OFFICERS) -> Sequence[Finding]:
    """Return the findings of a file that must be refused; nothing is posted then."""
    before = Voucher.objects.count()
    with pytest.raises(FileRefused) as refused:
        take(rows, signatures)
    assert Voucher.objects.count() == before
    return refused.value.findings


def places(rows: Sequence[Row] | bytes, signatures: Signatures = OFFICERS) -> list[tuple[int, str, str]]:
    return [(finding.row, finding.column, finding.value) for finding in faults(rows, signatures)]


def test_a_csv_of_several_books_is_posted_as_one_event() -> None:
    result = take(opening())
    assert (result.vouchers, result.lines, result.books, result.known_before) == (2, 5, ["D", "T01"], False)
    assert set(Voucher.objects.values_list("book__code", "reference", "kind", "source", "posting_date")) == {
        (book, "期初", "OPENING", result.source, date(2026, 10, 31)) for book in ("D", "T01")
    }


def test_several_vouchers_of_one_book_keep_their_order_and_references() -> None:
    take([*pair("1.00", voucher="B"), *pair("2.00", voucher="A"), *pair("3.00", voucher="C")])
    stored = Voucher.objects.order_by("part").values_list("reference", "number", "debit_total", "part")
    assert list(stored) == [
        ("B", 1, Decimal("1.00"), 1),
        ("A", 2, Decimal("2.00"), 2),
        ("C", 3, Decimal("3.00"), 3),
    ]


def test_every_column_arrives() -> None:
    Project.objects.create(code="P1", name="项目")
    more = {"functional": "2100717", "economic": "30101", "project": "P1", "attachments": "3", "type": "转"}
    take(pair(**more))
    stored = Voucher.objects.get()
    assert (stored.voucher_type, stored.attachments, stored.summary, stored.kind) == ("转", 3, "测试", "ORDINARY")
    line = Line.objects.get(side="D")
    assert (line.functional_id, line.economic_id, line.project_id) == ("2100717", "30101", "P1")
    assert (line.account.code, line.fund_id, line.summary) == ("5001", FUND, "测试")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_of_csv(encoding: str) -> None:
    assert take(csv_of(pair(), encoding)).vouchers == 1
    assert Voucher.objects.get().summary == "测试"


def test_english_headers_without_the_optional_columns() -> None:
    rows = pair()
    content = csv_of(rows, headers=ENGLISH)
    assert content.startswith(b"book,voucher,date,type")
    assert take(content).lines == 2


def test_a_workbook_with_numbers_dates_a_title_and_totals() -> None:
    numbers = {"account": 5001, "fund": 111, "date": datetime(2026, 11, 5), "attachments": 2}
    rows = [
        row(**numbers | {"debit": 1234567.89}),
        row(**numbers | {"account": 2015, "credit": 1234567.79}),
        row(**numbers | {"account": 2045, "credit": 0.1}),
        row(book="", voucher="", date="", summary="", fund="") | {"账套": "合计", "借方金额": 1234567.89},
    ]
    content = xlsx_of(rows, above=[["青岚区 2026年11月凭证"], []])
    assert take(content).lines == 3
    assert Voucher.objects.get().debit_total == Decimal("1234567.89")
    assert Voucher.objects.get().attachments == 2


def test_a_workbook_names_sheet_and_row() -> None:
    rows = [*pair(), *pair(voucher="记-2")]
    rows[3]["贷方金额"] = "99.99"
    (fault,) = faults(xlsx_of(rows, above=[["标题"]], sheet="十一月"))
    assert (fault.sheet, fault.row, fault.column, fault.value) == ("十一月", 5, "凭证", "记-2")


def test_the_same_file_twice_posts_once_and_says_so() -> None:
    content = csv_of(pair())
    first = take(content)
    again = take(content)
    assert (first.known_before, again.known_before) == (False, True)
    assert (again.source, again.vouchers, again.lines) == (first.source, 1, 2)
    assert Voucher.objects.count() == 1


def test_the_same_file_is_known_after_its_month_has_closed() -> None:
    content = csv_of(pair())
    take(content)
    close("D")
    assert take(content).known_before


def test_one_fault_keeps_the_whole_file_out() -> None:
    rows = [*pair(voucher="1"), *pair(voucher="2", amount="1.005")]
    assert places(rows) == [(4, "借方金额", "1.005"), (5, "贷方金额", "1.005")]
    assert not Voucher.objects.exists()


def test_all_faults_of_all_rows_are_named_at_once() -> None:
    rows = [
        *pair(voucher="1", book="X"),
        *pair(voucher="2", fund="999"),
        *pair(voucher="3", date="5. November"),
        row(voucher="4", account="5001", debit="1.00"),
    ]
    assert places(rows) == [
        (2, "账套", "X"),
        (3, "账套", "X"),
        (4, "资金性质", "999"),
        (5, "资金性质", "999"),
        (6, "日期", "5. November"),
        (7, "日期", "5. November"),
        (8, "凭证", "4"),
        (8, "凭证", "4"),
    ]


ONE_ROW = [
    ("an unknown book", {"book": "X9"}, "账套"),
    ("no reference", {"voucher": ""}, "凭证"),
    ("a long reference", {"voucher": "记" * 101}, "凭证"),
    ("no summary", {"summary": ""}, "摘要"),
    ("a long summary", {"summary": "摘" * 201}, "摘要"),
    ("a line break", {"summary": "两\n行"}, "摘要"),
    ("no date", {"date": ""}, "日期"),
    ("a day that does not exist", {"date": "2026-11-31"}, "日期"),
    ("an unknown type", {"type": "银"}, "凭证字"),
    ("an unknown kind", {"kind": "结转"}, "类别"),
    ("an unknown account", {"account": "9999"}, "科目"),
    ("no account", {"account": ""}, "科目"),
    ("an unknown sub-account", {"sub_account": "500199"}, "明细科目"),
    ("a sub-account of another account", {"sub_account": "2015"}, "明细科目"),
    ("an account with sub-accounts", {"account": "1031"}, "科目"),
    ("an unknown fund", {"fund": "999"}, "资金性质"),
    ("no fund", {"fund": ""}, "资金性质"),
    ("an unknown functional class", {"functional": "999"}, "功能分类"),
    ("an unknown economic class", {"economic": "999"}, "经济分类"),
    ("an unknown project", {"project": "999"}, "项目"),
    ("an unknown unit", {"unit": "999"}, "单位"),
    ("an unknown counterparty", {"counterparty": "999"}, "往来单位"),
    ("attachments that are no number", {"attachments": "三"}, "附件数"),
    ("too many attachments", {"attachments": "32768"}, "附件数"),
    ("three decimals", {"debit": "100.001"}, "借方金额"),
    ("a text for an amount", {"debit": "一百"}, "借方金额"),
    ("a decimal comma", {"debit": "100,00"}, "借方金额"),
    ("no finite amount", {"debit": "Infinity"}, "借方金额"),
    ("an amount beyond the limit", {"debit": "1" + "0" * 16}, "借方金额"),
    ("both sides", {"credit": "100.00"}, "贷方金额"),
    ("neither side", {"debit": ""}, "借方金额"),
    ("neither side, in zeros", {"debit": "0.00", "credit": "0"}, "借方金额"),
    ("a red line without paper", {"debit": "-100.00"}, "借方金额"),
]


@pytest.mark.parametrize(("changes", "column"), [case[1:] for case in ONE_ROW], ids=[case[0] for case in ONE_ROW])
def test_a_faulty_cell_is_named_with_its_row_and_column(changes: dict[str, Any], column: str) -> None:
    sound = pair(voucher="sound")
    faulty = row(**{"account": "5001", "debit": "100.00", "voucher": "faulty"} | changes)
    other = row(account="2015", credit="100.00", voucher="faulty")
    found = faults([*sound, faulty, other])
    assert any(finding.row == 4 and finding.column == column for finding in found)
    assert all(finding.reason and finding.remedy for finding in found)
    assert all(finding.row >= 4 for finding in found)


def test_the_sound_rows_of_these_tests_are_taken() -> None:
    assert take([*pair(voucher="sound"), *pair(voucher="other")]).vouchers == 2


def test_a_fund_that_the_account_does_not_admit_is_refused_and_one_it_admits_is_taken() -> None:
    assert not Account.objects.filter(book__code="D", code="5002", funds__fund__code=FUND).exists()
    (refused,) = faults([row(account="5002", debit="1.00"), row(account="2015", credit="1.00")])
    assert (refused.row, refused.column, refused.value) == (2, "资金性质", FUND)
    assert take([row(account="5002", debit="1.00", fund="121"), row(account="2015", credit="1.00", fund="121")])


def test_one_fen_too_much_is_refused_with_both_sums_and_none_is_taken() -> None:
    rows = pair("100.00")
    rows[1]["贷方金额"] = "100.01"
    (fault,) = faults(rows)
    assert "100.00" in fault.reason
    assert "100.01" in fault.reason
    rows[1]["贷方金额"] = "100.00"
    assert take(rows).vouchers == 1


def test_each_fund_of_a_voucher_balances_by_itself() -> None:
    rows = [row(account="5001", debit="1.00"), row(account="2015", credit="1.00", fund="9")]
    assert [finding.column for finding in faults(rows)] == ["凭证", "凭证"]


def test_a_voucher_says_one_date_and_one_type() -> None:
    rows = pair(type="转")
    rows[1] |= {"日期": "2026-11-06", "凭证字": "记"}
    assert places(rows) == [(3, "日期", "2026-11-06"), (3, "凭证字", "记")]
    rows[1] |= {"日期": "2026年11月5日", "凭证字": ""}
    assert take(rows).vouchers == 1


def test_a_closed_period_is_refused_and_an_open_one_taken() -> None:
    close("T01")
    assert places(pair(book="T01")) == [(2, "日期", "2026-11-05")]
    assert take(pair(book="D")).vouchers == 1


def test_a_year_that_has_no_periods_is_refused() -> None:
    assert places(pair(date="2031-01-05")) == [(2, "日期", "2031-01-05")]


def test_opening_is_what_is_dated_before_the_first_day_of_business() -> None:
    take([*pair(voucher="a", date="2026-10-31"), *pair(voucher="b", date="2026-11-01")])
    assert dict(Voucher.objects.values_list("reference", "kind")) == {"a": "OPENING", "b": "ORDINARY"}


@pytest.mark.parametrize(("day", "kind"), [("2026-10-31", "普通"), ("2026-11-01", "期初")])
def test_a_kind_that_does_not_fit_the_date_is_refused(day: str, kind: str) -> None:
    assert places(pair(date=day, kind=kind)) == [(2, "类别", kind)]


def test_a_red_line_and_a_supplement_name_their_paper() -> None:
    red = pair("-5.00", voucher="red")
    extra = pair("5.00", voucher="extra", kind="补充")
    assert places([*red, *extra]) == [(2, "借方金额", "-5.00"), (3, "贷方金额", "-5.00"), (4, "类别", "补充")]
    for rows in (red, extra):
        rows[0]["依据文件"] = "财发〔2026〕1号"
    take([*red, *extra])
    assert set(Voucher.objects.values_list("kind", "paper")) == {
        ("ORDINARY", "财发〔2026〕1号"),
        ("SUPPLEMENT", "财发〔2026〕1号"),
    }
    assert Line.objects.filter(amount=Decimal("-5.00"), side="D").exists()


def test_the_old_debt_in_one_book_alone_is_refused_with_both_sums() -> None:
    rows = opening()
    (fault,) = faults(rows[:3])
    assert (fault.row, fault.column) == (3, "科目")
    assert "500.00" in fault.reason
    rows[3]["借方金额"] = rows[4]["贷方金额"] = "499.99"
    assert "-499.99" in faults(rows)[0].reason


def test_money_at_a_bank_needs_a_cashier_but_an_opening_does_not() -> None:
    nobody = Signatures(preparer="preparer", reviewer="reviewer", poster="preparer")
    take(opening(), nobody)
    rows = [row(account="5001", debit="1.00"), row(account="1001", credit="1.00")]
    assert places(rows, nobody) == [(3, "科目", "1001")]
    assert take(rows).vouchers == 1


def test_a_flow_that_the_books_refuse_is_named_by_its_voucher() -> None:
    wrong = [
        row(book="T01", voucher="wrong", account="5001", debit="1.00"),
        row(book="T01", voucher="wrong", account="1001", sub_account="100101", credit="1.00"),
    ]
    sound = [voucher for number in range(5) for voucher in pair(voucher=f"sound {number}")]
    (fault,) = faults([*sound, *wrong, *pair(voucher="after")])
    assert (fault.row, fault.column, fault.value) == (12, "凭证", "wrong")
    assert "account_flow_kept" in fault.reason


def test_an_overdrawn_account_is_named_by_the_voucher_that_pays() -> None:
    paying = [row(voucher="pay", account="5001", debit="0.01"), row(voucher="pay", account="1001", credit="0.01")]
    (fault,) = faults([*pair(voucher="sound"), *paying])
    assert (fault.row, fault.value) == (4, "pay")
    assert "cash_not_negative" in fault.reason


def test_preparer_and_reviewer_are_two() -> None:
    same = Signatures(preparer="reviewer", reviewer="reviewer", poster="reviewer")
    (fault,) = faults([*pair(voucher="1"), *pair(voucher="2")], same)
    assert "voucher_four_eyes" in fault.reason


def test_more_vouchers_than_an_event_can_hold_are_refused_and_as_many_are_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [line for number in range(3) for line in pair(voucher=str(number))]
    monkeypatch.setattr(connection.ops, "integer_field_range", lambda kind: (0, 2))
    (fault,) = faults(rows)
    assert (fault.row, "3" in fault.reason, "2" in fault.remedy) == (0, True, True)
    assert take(rows[:4]).vouchers == 2


def test_an_officer_nobody_knows_is_named() -> None:
    with pytest.raises(OfficerUnknown, match="nobody"):
        take(pair(), Signatures(preparer="preparer", reviewer="nobody", poster="preparer"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b\n1,2\n",
        b"\xff\xff\xff\x81",
        b"PK\x03\x04broken",
        b"\xd0\xcf\x11\xe0broken",
        '账套,凭证,日期,摘要,科目,资金性质,借方金额,贷方金额\nD,"1'.encode(),
    ],
    ids=["empty", "no header", "no text", "broken xlsx", "broken xls", "open quote"],
)
def test_a_file_that_is_no_voucher_file_is_refused_with_a_remedy(content: bytes) -> None:
    (fault,) = faults(content)
    assert fault.file == "凭证.csv"
    assert fault.remedy


def test_headers_are_missing_unknown_or_double() -> None:
    content = csv_of(pair()).decode()
    assert places(content.replace("资金性质", "科目名称").encode()) == [(1, "科目名称", ""), (1, "资金性质", "")]
    assert places(content.replace("单位,往来单位", "单位,单位").encode()) == [(1, "单位", "")]


def test_cells_beyond_the_header_are_refused() -> None:
    header, first, second = csv_of(pair("1234.00")).decode().splitlines()
    assert places("\n".join([header, first.replace("1234.00", "1,234.00"), second + ",x"]).encode())


def test_full_width_and_thousands_separators_are_taken() -> None:
    rows = pair(fund="１１１", date="２０２６年11月5日")
    rows[0]["借方金额"], rows[1]["贷方金额"] = "￥1,234,567.50", "１２３４５６７．５"
    take(rows)
    assert Voucher.objects.get().debit_total == Decimal("1234567.50")


@pytest.mark.parametrize(
    "text", ["2026-11-01", "2026.11.1", "20261101", "2026年11月1日", "2026/11/1", "46327", "２０２６-11-01"]
)
def test_the_forms_of_a_date(text: str) -> None:
    assert day_of(text) == date(2026, 11, 1)


@pytest.mark.parametrize("text", ["", "2026-13-01", "11/01/2026", "2026-11", "1.11.2026", "today", "4632"])
def test_what_is_no_date(text: str) -> None:
    assert day_of(text) is None


@pytest.mark.parametrize(
    ("text", "amount"), [("1,234.50", "1234.50"), ("¥5", "5"), ("-0.01", "-0.01"), ("１，２３４．５", "1234.5")]
)
def test_the_forms_of_an_amount(text: str, amount: str) -> None:
    assert amount_of(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "1,23", "12,345,6", "1e5", "NaN", "(5)", "1.", ".5", "5元", "--5", "１2，3"])
def test_what_is_no_amount(text: str) -> None:
    assert amount_of(text) is None


@pytest.mark.parametrize(
    ("cell", "text"), [(1001.0, "1001"), (0.1 + 0.2, "0.3"), (1, "1"), (True, "True"), (None, ""), ("\u3000x ", "x")]
)
def test_a_cell_as_text(cell: object, text: str) -> None:
    assert text_of(cell) == text


def test_the_command_posts_and_recognises_the_file(tmp_path: Path) -> None:
    path = tmp_path / "vouchers.csv"
    path.write_bytes(csv_of(opening()))
    first, again = io.StringIO(), io.StringIO()
    signed = ("--preparer", "preparer", "--reviewer", "reviewer")
    call_command("import_vouchers", str(path), *signed, stdout=first)
    call_command("import_vouchers", str(path), *signed, stdout=again)
    assert "2" in first.getvalue()
    assert first.getvalue() != again.getvalue()
    assert Voucher.objects.count() == 2


def test_the_command_names_every_fault(tmp_path: Path) -> None:
    path = tmp_path / "vouchers.csv"
    path.write_bytes(csv_of([*pair(book="X"), *pair(voucher="2", fund="999")]))
    with pytest.raises(CommandError) as refused:
        call_command("import_vouchers", str(path), "--preparer=preparer", "--reviewer=reviewer", "--cashier=cashier")
    assert len(str(refused.value).splitlines()) == 4
    assert "vouchers.csv" in str(refused.value)


def test_the_command_asks_for_officers_outside_the_demo(tmp_path: Path) -> None:
    path = tmp_path / "vouchers.csv"
    path.write_bytes(csv_of(pair()))
    with override_settings(DEMO=False), pytest.raises(CommandError, match="--reviewer"):
        call_command("import_vouchers", str(path), "--preparer", "preparer")
    for username in DEMO_OFFICERS.values():
        Officer.objects.create(username=username, full_name=username)
    with override_settings(DEMO=True):
        call_command("import_vouchers", str(path), stdout=io.StringIO())
    assert Voucher.objects.get().reviewer_id == DEMO_OFFICERS["reviewer"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nothing"):
        call_command("import_vouchers", str(tmp_path / "nothing.csv"))


def test_a_refused_file_leaves_the_books_usable() -> None:
    with pytest.raises(FileRefused):
        take([row(account="5001", debit="1.00"), row(account="1001", credit="1.00")])
    assert post_event(simple())[0].number == 1


def close(book: str) -> None:
    """Close every open month of a book."""
    officer = Officer.objects.get(username="reviewer")
    lower = Period.objects.filter(book__parent__code=book, status="OPEN").order_by("year", "month")
    own = Period.objects.filter(book__code=book, status="OPEN").order_by("year", "month")
    for period in [*lower, *own]:
        start_adjusting(period=period, officer=officer, at=AT)
        close_period(period=period, officer=officer, at=AT)


def test_a_refused_file_leaves_its_refusal_in_the_trail(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("book,voucher,date,type,summary,account,fund,debit,credit\nD,1,2026-11-05,记,x,5001,111,1,\n")
    with pytest.raises(CommandError):
        call_command("import_vouchers", str(file), preparer="preparer", reviewer="reviewer", cashier="cashier")
    event = AuditEvent.objects.get(act="vouchers.import")
    assert (event.refused, event.actor, event.subject) == ("file_refused", "preparer", "bad.csv")
    assert event.after == "faults=2"
