"""A bureau loads its own list of codes: every faulty row is named, and nothing is loaded then."""

import csv
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ledger.chart_lists import CHARTS, UnreadableList
from ledger.loading import load_chart, load_shipped_lists
from ledger.models import Account, AccountFund, ChartAccount, Officer
from ledger.models.words import BookKind
from ledger.opening import open_book
from tests.builders import AT, OPENED_ON, make_officers

pytestmark = pytest.mark.django_db

NEEDED = {"regime": "GF2022", "kind": "ASSET", "record": "F", "normal_side": "D", "effective_from": "2023-01-01"}


def row(code: str, **cells: str) -> dict[str, str]:
    return {**NEEDED, "code": code, "name": f"科目{code}", **cells}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "chart.csv"


def write(file: Path, *rows: dict[str, str]) -> Path:
    columns = list(dict.fromkeys(name for one in rows for name in one))
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, columns)
        writer.writeheader()
        writer.writerows(rows)
    return file


def codes(regime: str = "GF2022") -> dict[str, str]:
    return dict(ChartAccount.objects.filter(chart=regime).values_list("code", "name"))


def faults(path: Path) -> list[str]:
    """Return what is said of a list that cannot be taken, having loaded nothing of it."""
    before = list(ChartAccount.objects.order_by("pk").values())
    with pytest.raises(UnreadableList) as refusal:
        load_chart(path=path)
    assert list(ChartAccount.objects.order_by("pk").values()) == before
    return refusal.value.faults


def test_a_good_list_is_loaded_with_what_it_leaves_out_filled_in(file: Path) -> None:
    whole = {
        "parent": "1001",
        "cash": "1",
        "level": "UPPER",
        "funds": "111|121",
        "role": "OWN_CASH",
        "closes_to": "111:1001|121:1001",
        "effective_to": "2030-01-01",
        "verified": "1",
        "source": "区财会〔2026〕1号",
    }
    assert load_chart(path=write(file, row("1001"), row("100199", **whole))) == 2
    bare = ChartAccount.objects.get(chart="GF2022", code="1001")
    assert (bare.name, bare.fund_codes, bare.cash, bare.verified, bare.parent_code) == (
        "科目1001",
        "*",
        False,
        False,
        "",
    )
    made = ChartAccount.objects.get(chart="GF2022", code="100199")
    assert (made.parent_code, made.cash, made.level, made.fund_codes) == ("1001", True, "UPPER", "111|121")
    assert (made.role, made.closes_to, made.effective_to) == ("OWN_CASH", "111:1001|121:1001", date(2030, 1, 1))


def test_loading_again_changes_nothing_and_a_changed_row_is_brought_up_to_date(file: Path) -> None:
    load_chart(path=write(file, row("1001"), row("9001")))
    count = ChartAccount.objects.count()
    load_chart(path=file)
    assert ChartAccount.objects.count() == count
    load_chart(path=write(file, row("9001", name="新名")))
    assert codes()["9001"] == "新名"
    assert codes()["1001"] == "科目1001"


def test_a_list_saved_by_a_spreadsheet_is_read(file: Path) -> None:
    lines = ["regime,code,name,kind,record,normal_side,effective_from,", "GF2022, 9001 ,现金,ASSET,F,D,2023-01-01,"]
    file.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    assert load_chart(path=file) == 1
    assert codes()["9001"] == "现金"


@pytest.mark.parametrize("name", ["regime", "code", "name", "kind", "record", "normal_side", "effective_from"])
def test_a_cell_that_is_needed_and_empty_is_named_with_its_line(file: Path, name: str) -> None:
    assert f"line 3: {name} is missing" in faults(write(file, row("9001"), {**row("9002"), name: ""}))


FAULTY = [
    (
        {"kind": "MONEY"},
        "line 3: kind is 'MONEY', one of ASSET, LIABILITY, NET_ASSET, INCOME, EXPENSE, BUDGET_BALANCE is meant",
    ),
    ({"record": "X"}, "line 3: record is 'X', one of F, B is meant"),
    ({"normal_side": "借"}, "line 3: normal_side is '借', one of D, C is meant"),
    ({"cash": "yes"}, "line 3: cash is 'yes', one of 0, 1 is meant"),
    ({"level": "TOP"}, "line 3: level is 'TOP', one of UPPER, LOWER is meant"),
    ({"verified": "2"}, "line 3: verified is '2', one of 0, 1 is meant"),
    ({"effective_from": "2023-13-01"}, "line 3: effective_from is '2023-13-01', a date like 2016-01-01 is meant"),
    ({"effective_to": "never"}, "line 3: effective_to is 'never', a date like 2016-01-01 is meant"),
    ({"effective_to": "2023-01-01"}, "line 3: effective_to 2023-01-01 is not after effective_from 2023-01-01"),
    ({"code": "9001"}, "line 3: code 9001 stands twice"),
    ({"role": "CASH"}, "line 3: role CASH stands twice"),
    ({"parent": "9003"}, "line 3: parent 9003 is not in the list"),
    ({"parent": "9002"}, "line 3: the parents of 9002 lead round in a circle"),
    ({"closes_to": "3999"}, "line 3: closes_to 3999 is no code of the regime"),
    ({"closes_to": "111:9001|121:3999"}, "line 3: closes_to 3999 is no code of the regime"),
    ({"parallel": "8999"}, "line 3: parallel 8999 is no code of the regime"),
    ({"funds": "111|999"}, "line 3: fund 999 is not known: 111, 121, 131, 2, 3, 4, 5, 9 are"),
    ({"regime": "GF1949"}, "line 3: regime GF1949 is not known: GF1997, GF2015, GF2022, GU2017 are"),
    ({"name": "长" * 101}, "line 3: name is longer than 100 or has a line break"),
    ({"code": "9" * 41}, "line 3: code is longer than 40 or has a line break"),
    ({"code": "90\t02"}, "line 3: code is longer than 40 or has a line break"),
]


@pytest.mark.parametrize(("cells", "fault"), FAULTY)
def test_each_kind_of_faulty_row_is_named_with_its_line(file: Path, cells: dict[str, str], fault: str) -> None:
    assert faults(write(file, row("9001", role="CASH"), {**row("9002"), **cells})) == [fault]


@pytest.mark.parametrize("cells", [{"name": "长" * 100}, {"code": "9" * 40}, {"effective_to": "2023-01-02"}])
def test_a_cell_at_its_limit_is_taken(file: Path, cells: dict[str, str]) -> None:
    assert load_chart(path=write(file, row("9001"), {**row("9002"), **cells})) == 2


def test_every_faulty_row_is_named_and_the_good_ones_are_not_loaded(file: Path) -> None:
    rows = row("9001"), row("9002", kind="X"), row("9003"), row("9004", record="X", cash="X")
    assert [fault.split(" is ")[0] for fault in faults(write(file, *rows))] == [
        "line 3: kind",
        "line 5: record",
        "line 5: cash",
    ]


def test_a_line_is_the_line_of_the_file_whatever_stands_above_it(file: Path) -> None:
    text = write(file, row("9001", note="x"), row("9002", kind="X", note="y")).read_text(encoding="utf-8")
    file.write_text(text.replace("\n", "\n\n", 1), encoding="utf-8")
    assert faults(file)[0].startswith("line 4: kind is 'X'")


def test_a_longer_circle_of_parents_names_each_of_them(file: Path) -> None:
    rows = row("9001", parent="9002"), row("9002", parent="9001"), row("9003", parent="9001"), row("9004")
    assert faults(write(file, *rows)) == [
        f"line {line}: the parents of {code} lead round in a circle"
        for line, code in ((2, "9001"), (3, "9002"), (4, "9003"))
    ]


def test_a_column_that_no_chart_has_is_named_and_not_ignored(file: Path) -> None:
    assert faults(write(file, row("9001", fund="111"))) == ["line 1: fund is no column of a chart"]


def test_a_cell_beside_the_columns_is_named(file: Path) -> None:
    write(file, row("9001"))
    file.write_text(file.read_text(encoding="utf-8").rstrip() + ",多余\n", encoding="utf-8")
    assert faults(file) == ["line 2: '多余' stands beside the columns"]


def test_a_list_without_rows_is_refused(file: Path) -> None:
    file.write_text("regime,code,name,kind,record,normal_side,effective_from\n", encoding="utf-8")
    assert faults(file) == ["no rows"]
    file.write_text("", encoding="utf-8")
    assert faults(file) == ["no rows"]


def test_a_code_of_the_bureaus_own_takes_the_role_of_the_one_that_was_shipped(file: Path) -> None:
    assert ChartAccount.objects.get(chart="GF2022", role="TREASURY_CASH").code == "1001"
    load_chart(path=write(file, row("1009", role="TREASURY_CASH", cash="1")))
    assert ChartAccount.objects.get(chart="GF2022", role="TREASURY_CASH").code == "1009"
    assert ChartAccount.objects.get(chart="GF2015", role="TREASURY_CASH").code == "1001"


def test_a_short_list_may_close_into_a_code_that_was_loaded_before(file: Path) -> None:
    assert load_chart(path=write(file, row("4099", kind="INCOME", normal_side="C", closes_to="300201"))) == 1
    assert ChartAccount.objects.get(chart="GF2022", code="4099").closes_to == "300201"


def test_two_codes_may_change_their_roles_in_one_list(file: Path) -> None:
    load_chart(path=write(file, row("9001", role="A"), row("9002", role="B")))
    load_chart(path=write(file, row("9001", role="B"), row("9002", role="A")))
    assert ChartAccount.objects.get(chart="GF2022", role="A").code == "9002"


def test_setting_up_again_leaves_a_bureaus_own_list_as_it_is(file: Path) -> None:
    load_chart(path=write(file, row("1001", name="本区国库"), row("1009", role="TREASURY_CASH")))
    before = list(ChartAccount.objects.order_by("pk").values())
    load_shipped_lists()
    assert list(ChartAccount.objects.order_by("pk").values()) == before


def test_the_shipped_lists_can_be_loaded_again_by_name() -> None:
    before = list(ChartAccount.objects.order_by("pk").values())
    for name in ("1997", "2015", "2022", "unit2017"):
        load_chart(path=CHARTS / f"{name}.csv")
    assert list(ChartAccount.objects.order_by("pk").values()) == before


def test_a_book_is_opened_with_the_bureaus_list_parents_above_children_whatever_their_codes(file: Path) -> None:
    ChartAccount.objects.filter(chart="GF2022").delete()
    load_chart(path=write(file, row("1", parent="现金", funds="111"), row("现金", parent="资产类"), row("资产类")))
    make_officers()
    book = open_book(
        code="D",
        name="区",
        kind=BookKind.DISTRICT,
        regime="GF2022",
        parent=None,
        opened_on=OPENED_ON,
        opener=Officer.objects.get(username="chief"),
        at=AT,
    )
    assert dict(Account.objects.filter(book=book).values_list("code", "parent__code")) == {
        "1": "现金",
        "现金": "资产类",
        "资产类": None,
    }
    assert list(AccountFund.objects.filter(account__code="1").values_list("fund__code", flat=True)) == ["111"]


def test_the_command_says_how_many_codes_were_loaded(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_chart", str(write(file, row("9001"), row("9002"))))
    assert "2" in capsys.readouterr().out


def test_the_command_names_every_faulty_row(file: Path) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("load_chart", str(write(file, row("9001", kind="X"), row("9002", record="X"))))
    assert [line.split(":")[0] for line in str(refusal.value).split("\n")] == ["line 2", "line 3"]


def test_the_command_says_which_file_cannot_be_read(file: Path) -> None:
    with pytest.raises(CommandError, match=r"chart\.csv"):
        call_command("load_chart", str(file))
    file.write_bytes("科目".encode("gbk"))
    with pytest.raises(CommandError, match=r"chart\.csv"):
        call_command("load_chart", str(file))
    with pytest.raises(CommandError):
        call_command("load_chart", str(file.parent))
