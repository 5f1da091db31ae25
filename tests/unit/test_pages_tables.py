"""Tables, lines and frames of printed pages."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import translation

from ledger.exports.pages.flows import Flow
from ledger.exports.pages.frames import Frame, Paper, write_pages
from ledger.exports.pages.pens import MM, fitted, points, width_of, wrapped
from ledger.exports.pages.tables import Cell, Column, Grid, Kind, Row, sum_row
from tests.documents import PRINTED_AT, STATEMENT, made, pages_of, yuan

FRAME = Frame("表", ["青岚区", "2026-11"], "元", STATEMENT, PRINTED_AT, Paper.PORTRAIT)
COLUMNS = [Column(("Name",), 60 * MM), Column(("Amount",), 40 * MM)]
SIZE = points(80)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def body(number: int) -> list[Row]:
    return [Row([f"row{place:04d}", yuan(f"{place}.01")]) for place in range(number)]


def flow_of(rows: Sequence[Row], *, followed_by: int = 0) -> Flow:
    flow = Flow(FRAME)
    flow.table(COLUMNS, rows, size=80, page_sum="Page total", total="All", followed_by=followed_by)
    return flow


def texts(flow: Flow) -> list[str]:
    return pages_of(made(flow.write))


# wrapping and fitting


def test_a_text_that_fits_is_one_line() -> None:
    assert wrapped("白桦镇人民政府", room=width_of("白桦镇人民政府", size=SIZE), size=SIZE) == ["白桦镇人民政府"]


def test_a_text_that_does_not_fit_is_broken_between_characters_and_loses_none() -> None:
    text = "青岚区白桦镇农业综合行政执法和生态环境保护服务中心"
    lines = wrapped(text, room=width_of("青岚区白桦镇", size=SIZE), size=SIZE)
    assert len(lines) == 5
    assert "".join(lines) == text


def test_a_line_never_begins_with_a_closing_mark() -> None:
    room = width_of("青岚区（", size=SIZE)
    lines = wrapped("青岚区一，青岚区二。青岚区三）青岚", room=room, size=SIZE)
    assert all(line[0] not in "，。）" for line in lines)


def test_a_word_of_latin_letters_is_not_broken() -> None:
    lines = wrapped("the payroll register of November", room=width_of("the payroll regi", size=SIZE), size=SIZE)
    assert lines == ["the payroll", "register of", "November"]


def test_what_cannot_be_broken_is_set_smaller() -> None:
    room = width_of("1,234.50", size=SIZE)
    assert fitted("1,234.50", room=room, size=SIZE) == SIZE
    small = fitted("11,234.50", room=room, size=SIZE)
    assert width_of("11,234.50", size=small) <= room < width_of("11,234.50", size=SIZE)


# sums


def test_a_sum_adds_amounts_and_counts_of_body_rows_only() -> None:
    rows: list[Row] = [
        Row(["band"], Kind.BAND),
        Row(["7", 2, (yuan("1.10"), None)]),
        Row(["8", 3, (yuan("-0.20"), yuan("5.00"))]),
        Row(["sum", 5, (yuan("0.90"), yuan("5.00"))], Kind.SUM),
    ]
    assert sum_row(rows, label="All", at=0, columns=3).cells == ["All", 5, (yuan("0.90"), yuan("5.00"))]


def test_columns_fill_the_width_whatever_they_wish() -> None:
    grid = Grid([Column(("",), 10), Column(("",), 20), Column(("",), 30)], 500, 6001, 80)
    assert grid.edges == [500, 1500, 3500, 6501]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (Decimal("-1234.5"), ["-1,234.50"]),
        (Decimal("0.00"), ["0.00"]),
        (12, ["12"]),
        (None, [""]),
        ("", [""]),
        (("王", None, yuan("3.00")), ["王", "", "3.00"]),
    ],
)
def test_a_cell_is_written_as_the_trade_writes_it(cell: Cell, words: list[str]) -> None:
    grid = Grid(COLUMNS, 0, 10000, 80)
    assert [word.text for word in grid.lay(Row([cell, None])).cells[0]] == words


def test_a_text_is_set_down_to_three_quarters_before_it_is_wrapped() -> None:
    grid = Grid(COLUMNS, 0, 10000, 80)
    room = 6000 - MM
    most = room // (SIZE * 3 // 4)  # Chinese characters that fit at three quarters
    (word,) = grid.lay(Row(["王" * most, None])).cells[0]
    assert word.text == "王" * most
    assert width_of(word.text, size=word.size) <= room
    assert len(grid.lay(Row(["王" * (most + 1), None])).cells[0]) == 2


def test_a_row_is_as_high_as_its_longest_cell() -> None:
    grid = Grid(COLUMNS, 0, 3000, 80)
    one, two = (grid.lay(Row([text, yuan("1.00")])).height for text in ("王", "青岚区白桦镇综合执法中心"))
    assert two - one == grid.leading


# pages


def test_a_table_goes_on_with_its_heads_and_sums_each_page() -> None:
    rows = body(120)
    pages = texts(flow_of(rows))
    assert len(pages) == 3
    for page in pages:
        assert page.count("Name") == page.count("Page total") == 1
    printed = [[line.split()[0] for line in page.splitlines() if line.startswith("row")] for page in pages]
    assert [line for page in printed for line in page] == [f"row{place:04d}" for place in range(120)]
    for page, names in zip(pages, printed, strict=True):
        total = sum((yuan(f"{int(name[3:])}.01") for name in names), yuan("0.00"))
        assert f"{total:,.2f}" in page
    assert pages[-1].count("All") == 1
    assert "7,141.20" in pages[-1]


def test_a_total_is_never_alone_on_a_page() -> None:
    seen = set()
    for number in range(38, 50):
        pages = texts(flow_of(body(number), followed_by=30 * MM))
        seen.add(len(pages))
        assert "row" in pages[-1]
        assert "All" in pages[-1]
    assert seen == {1, 2}


def test_a_band_stays_with_the_row_below_it() -> None:
    for number in range(38, 50):
        rows = [*body(number), Row(["BAND"], Kind.BAND), Row(["below", yuan("1.00")])]
        page = next(page for page in texts(flow_of(rows)) if "BAND" in page)
        assert "below" in page


def test_an_empty_table_still_has_heads_and_total() -> None:
    (page,) = texts(flow_of([]))
    assert "Name" in page
    assert "All" in page


def test_a_heading_goes_to_the_page_of_what_it_heads() -> None:
    for number in range(38, 50):
        flow = flow_of(body(number))
        flow.heading("HEADING")
        flow.lines("below")
        page = next(page for page in texts(flow) if "HEADING" in page)
        assert "below" in page


# frames


def test_every_page_says_where_when_and_which_of_how_many() -> None:
    pages = texts(flow_of(body(120)))
    for number, page in enumerate(pages, start=1):
        for said in ("表", "青岚区", "2026-11", "元", STATEMENT, "Printed at 2026-11-15 09:30"):
            assert said in page
        assert f"Page {number} of 3" in page


def test_the_same_pages_and_time_are_the_same_bytes_and_another_time_is_not() -> None:
    first, second = (made(flow_of(body(60)).write) for _ in range(2))
    assert first == second
    later = replace(FRAME, printed_at=PRINTED_AT.replace(minute=31))
    assert made(lambda file: write_pages(file=file, frame=later, pages=[[]])) != made(
        lambda file: write_pages(file=file, frame=FRAME, pages=[[]])
    )
