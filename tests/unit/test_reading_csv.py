"""Csv as it is: its encoding, delimiter and line ends, and the number of each row."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.reading.sheets import FileFact, Obstacle, Row, SheetRows, Unreadable, read_file

RARE = "䶮㛃𬭎㮾𠅤"
PAY = '姓名,账号,金额\r\n王䶮,6228480012345678903,"1,234.50"\r\n'


def sheet_of(content: bytes) -> SheetRows:
    _, sheets = read_file(file="表.csv", content=content)
    (sheet,) = sheets
    return sheet


def rows_of(content: bytes) -> list[Row]:
    return list(sheet_of(content).rows)


def fact_of(content: bytes) -> FileFact:
    return read_file(file="表.csv", content=content)[0]


def refusal_of(content: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as refusal:
        rows_of(content)
    assert refusal.value.facts["file"] == "表.csv"
    return refusal.value


def written(table: Sequence[Sequence[str]], *, delimiter: str = ",", end: str = "\r\n") -> str:
    text = io.StringIO()
    # The writer puts quotes around its own line ends, not around others.
    form: type[csv.Dialect] = csv.excel if end == "\r\n" else csv.unix_dialect
    csv.writer(text, form, delimiter=delimiter, lineterminator=end).writerows(table)
    return text.getvalue()


# Encodings


@pytest.mark.parametrize(
    ("codec", "encoding", "bom"),
    [
        ("utf-8", "utf-8", False),
        ("utf-8-sig", "utf-8", True),
        ("gb18030", "gb18030", False),
        ("utf-16", "utf-16", True),
    ],
)
def test_rare_characters_survive_each_encoding(codec: str, encoding: str, bom: bool) -> None:
    content = f"姓名\r\n{RARE}\r\n".encode(codec)
    assert rows_of(content) == [(1, ["姓名"]), (2, [RARE])]
    assert fact_of(content) == FileFact(encoding=encoding, bom=bom, mixed_eol=False)


def test_gbk_is_read_as_the_part_of_gb18030_that_it_is() -> None:
    assert rows_of("堃,翀,镕,﨑".encode("gbk")) == [(1, ["堃", "翀", "镕", "﨑"])]


def test_gb18030_may_have_a_mark_in_front() -> None:
    content = "\ufeff姓名".encode("gb18030")
    assert rows_of(content) == [(1, ["姓名"])]
    assert fact_of(content).bom


def test_bytes_of_gb18030_from_2005_are_read_by_the_map_of_2022() -> None:
    assert rows_of(b"\xfe\x59\xa8\xbc\xfe\x51") == [(1, ["\u9fb4\u1e3f\U00020087"])]


def test_private_use_in_utf_8_is_left_to_who_judges_it() -> None:
    assert rows_of("王\ue863".encode()) == [(1, ["王\ue863"])]


# Without private use, which is another test's.
tables = st.lists(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Co"], exclude_characters="\0")), min_size=3, max_size=3),
    min_size=1,
    max_size=8,
).map(lambda rows: [["姓名", "账号", "金额"], *rows])


@given(tables, st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]), st.sampled_from(["\r\n", "\n", "\r"]))
def test_any_table_reads_back_as_it_was_written(table: list[list[str]], codec: str, end: str) -> None:
    rows = rows_of(written(table, end=end).encode(codec))
    texts = [cells for _, cells in rows if cells]
    assert texts == [row for row in table if any(row)]


# Delimiters


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_below_titles(delimiter: str) -> None:
    table = [["青岚区 2026年11月 工资表"], ["填报单位：区中心"], ["姓名", "金额", "备注"], ["王一", "1.00", ""]]
    assert rows_of(written(table, delimiter=delimiter).encode())[2:] == [
        (3, ["姓名", "金额", "备注"]),
        (4, ["王一", "1.00", ""]),
    ]


def test_thousands_separators_are_no_delimiters() -> None:
    content = "姓名\t金额\t补发\n王一\t1,234,567.00\t1,000.00\n王二\t1,234.00\t2,000.00\n"
    assert rows_of(content.encode())[1] == (2, ["王一", "1,234,567.00", "1,000.00"])


def test_a_single_column_needs_no_delimiter() -> None:
    assert rows_of("姓名\n王一\n".encode()) == [(1, ["姓名"]), (2, ["王一"])]


# Row numbers


def test_a_row_has_the_number_of_its_first_line() -> None:
    content = 'a,"b\r\nb\r\nb",c\r\nd,e,f\r\n'
    assert rows_of(content.encode()) == [(1, ["a", "b\r\nb\r\nb", "c"]), (4, ["d", "e", "f"])]


def test_empty_rows_count_but_not_at_the_end() -> None:
    content = "\r\na,b\r\n\r\n,\r\nc,d\r\n\r\n,\r\n"
    assert rows_of(content.encode()) == [(1, []), (2, ["a", "b"]), (3, []), (4, []), (5, ["c", "d"])]


def test_a_row_may_be_longer_or_shorter_than_the_header() -> None:
    assert rows_of(b"a,b\n1,2,3\n4\n") == [(1, ["a", "b"]), (2, ["1", "2", "3"]), (3, ["4"])]


# Line ends


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_one_kind_of_line_end_is_not_mixed(end: str) -> None:
    content = end.join(["a,b", "1,2", "3,4", ""]).encode()
    assert not fact_of(content).mixed_eol
    assert [number for number, _ in rows_of(content)] == [1, 2, 3]


@pytest.mark.parametrize("content", ["a,b\r\n1,2\n3,4", "a,b\n1,2\r3,4", "a,b\r\n1,2\r3,4"])
def test_two_kinds_of_line_ends_are_mixed(content: str) -> None:
    assert fact_of(content.encode()).mixed_eol
    assert rows_of(content.encode()) == [(1, ["a", "b"]), (2, ["1", "2"]), (3, ["3", "4"])]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_line_break_inside_of_quotes_is_not_mixed(mark: str) -> None:
    content = f'{mark}"a\n""x""\n",b\r\n1,"2\n2"\r\n'.encode()
    assert not fact_of(content).mixed_eol


# What cannot be read


@pytest.mark.parametrize("content", [b"", b"\r\n \t\r\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_a_file_without_ink_is_empty(content: bytes) -> None:
    assert refusal_of(content).name == Obstacle.EMPTY


@pytest.mark.parametrize(
    "content", [b"a,b\n1,\xff\n", b"a,b\n1,\x81", b"a,b\n1,\0\n", "王".encode("utf-16-le") + b"\0"]
)
def test_bytes_of_no_encoding_are_no_text(content: bytes) -> None:
    assert refusal_of(content).name == Obstacle.NOT_TEXT


def test_the_row_of_bytes_that_are_no_text_is_told() -> None:
    assert refusal_of("姓名\n王一\n王".encode() + b"\xff\n").facts["row"] == 3


@pytest.mark.parametrize(
    ("content", "row"), [('a,b\n1,"2\n3,4\n', 2), ('a,b\n1,2\n"3"x,4\n', 3), ('a,"b\n\n" ,c\n', 1)]
)
def test_quotes_that_do_not_close_are_no_csv_and_the_row_is_told(content: str, row: int) -> None:
    refusal = refusal_of(content.encode())
    assert (refusal.name, refusal.facts["row"]) == (Obstacle.NOT_CSV, row)


def test_a_quote_inside_of_a_text_is_a_text() -> None:
    assert rows_of('管子 3" 长,b\n'.encode()) == [(1, ['管子 3" 长', "b"])]


@pytest.mark.parametrize("content", ["<html><table>", "\ufeff<?xml version='1.0'?><Workbook>", "\r\n<TABLE border=1>"])
def test_a_web_page_under_the_name_of_a_sheet_is_no_workbook(content: str) -> None:
    assert refusal_of(content.encode()).name == Obstacle.NOT_A_WORKBOOK
