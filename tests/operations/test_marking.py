"""Marked copies: every finding stands in its cell, nothing else is marked, and the cells say what the file said."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_cell_to_rowcol

from imports.fault_kinds import FaultKind, Severity
from imports.findings import FindingRow, findings_of
from imports.layouts import LAYOUTS
from imports.layouts.fields import plain_heading
from imports.layouts.payroll import Units
from imports.marked_sheets import COMMENTS_MAX, FILLS, LINKS_MAX, ROWS_MAX, TEXT_UNITS, Exact, MarkedBook, Page
from imports.marking import MarkedCopy, blocks_apart, marked_name, write_marked_copy
from imports.models import StagedFile, StagedSheet
from imports.reading.sheets import Block, read_file
from imports.staging import stage_files
from ledger.models import Officer
from tests.builders import AT
from tests.months.making import make_month

MONTH = date(2026, 11, 1)
RED, YELLOW = FILLS[Severity.ERROR], FILLS[Severity.WARNING]
HEADINGS = [column.name for column in Units.columns()]
NAMESPACE = re.compile(r"\{[^}]*\}")
Cell = tuple[int, int]  # a row from 1, a column from 0


@dataclass
class Sheet:
    """A sheet of a copy as its XML has it."""

    fills: dict[Cell, str]
    formats: dict[Cell, str]
    comments: dict[Cell, str]
    links: dict[Cell, str]
    merged: list[Block]
    formulas: int
    frozen_rows: int


@pytest.fixture
def officer(db: None) -> Officer:
    return Officer.objects.create(username="clerk", full_name="测试经办")


def stage(officer: Officer, files: Mapping[str, bytes], *, at: datetime = AT) -> list[StagedFile]:
    stage_files(files=list(files.items()), month=MONTH, officer=officer, at=at, progress=lambda _file, _rows: None)
    return list(StagedFile.objects.order_by("pk"))


def stage_units(officer: Officer, name: str, content: bytes) -> StagedFile:
    """Stage the one file and return it."""
    return stage(officer, {name: content})[-1]


def unit(**changes: Any) -> list[Any]:
    """Return the cells of a sound unit; keywords are headings."""
    sound = {
        "乡镇编码": "220112100",
        "乡镇": "青河镇",
        "乡镇类型": "镇",
        "单位编码": "220112100001",
        "单位名称": "青河镇财政所",
        "发放渠道": "个人账户",
    }
    return [{**sound, **changes}.get(heading, "") for heading in HEADINGS]


class Digits(float):
    """A number that xlsxwriter writes with all its digits, as Excel does."""

    def __format__(self, _specification: str) -> str:
        return repr(self)


def csv_of(*rows: Sequence[Any]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([HEADINGS, *rows])
    return stream.getvalue().encode()


def xlsx_of(rows: Sequence[Sequence[Any]], *, merged: Sequence[str] = (), sheet: str = "单位名册") -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        for cells in merged:
            page.merge_range(cells, "")
        for number, row in enumerate([HEADINGS, *rows]):
            for place, cell in enumerate(row):
                if cell != "":
                    page.write(number, place, Digits(cell) if isinstance(cell, float) else cell)
    return file.getvalue()


def copy_of(staged: StagedFile) -> bytes:
    file = io.BytesIO()
    write_marked_copy(file=file, staged=staged)
    return file.getvalue()


def look_into(copy: bytes) -> dict[str, Sheet]:
    """Return the sheets of a copy by name, in their order; every part must be well-formed."""
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        parts = {name: plain_xml(archive.read(name)) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    styles = parts["xl/styles.xml"]
    colours = [fill.find("patternFill/fgColor") for fill in styles.iterfind("fills/fill")]
    fills = ["" if colour is None else f"#{colour.attrib['rgb'][2:]}" for colour in colours]
    formats = {each.attrib["numFmtId"]: each.attrib["formatCode"] for each in styles.iterfind("numFmts/numFmt")}
    looks = [
        (fills[int(look.attrib["fillId"])], formats.get(look.attrib["numFmtId"], look.attrib["numFmtId"]))
        for look in styles.iterfind("cellXfs/xf")
    ]
    sheets = {}
    for index, named in enumerate(parts["xl/workbook.xml"].iterfind("sheets/sheet"), start=1):
        relations = parts.get(f"xl/worksheets/_rels/sheet{index}.xml.rels", ())
        targets = [relation.attrib["Target"] for relation in relations]
        comments = [parts[target.replace("..", "xl")] for target in targets if "comments" in target]
        sheets[named.attrib["name"]] = sheet_of(parts[f"xl/worksheets/sheet{index}.xml"], looks, comments)
    return sheets


def sheet_of(
    xml: ElementTree.Element, looks: Sequence[tuple[str, str]], comments: Iterable[ElementTree.Element]
) -> Sheet:
    cells = {spot(cell): looks[int(cell.attrib.get("s", 0))] for cell in xml.iterfind("sheetData/row/c")}
    pane = xml.find("sheetViews/sheetView/pane")
    corners = [merge.attrib["ref"].split(":") for merge in xml.iterfind("mergeCells/mergeCell")]
    return Sheet(
        fills={at: fill for at, (fill, _) in cells.items() if fill},
        formats={at: shown for at, (_, shown) in cells.items()},
        comments={spot(each): "".join(each.itertext()) for part in comments for each in part.iter("comment")},
        links={spot(link): link.attrib["location"] for link in xml.iterfind("hyperlinks/hyperlink")},
        merged=[Block(*spot_of(first), *spot_of(last)) for first, last in corners],
        formulas=len(xml.findall("sheetData/row/c/f")),
        frozen_rows=int(pane.attrib["ySplit"]) if pane is not None else 0,
    )


def plain_xml(part: bytes) -> ElementTree.Element:
    root = ElementTree.fromstring(part)
    for element in root.iter():
        element.tag = NAMESPACE.sub("", element.tag)
    return root


def spot(element: ElementTree.Element) -> Cell:
    return spot_of(element.attrib.get("r") or element.attrib["ref"])


def spot_of(reference: str) -> Cell:
    row, place = xl_cell_to_rowcol(reference)
    return row + 1, place


def values_of(workbook: bytes) -> dict[str, list[list[Any]]]:
    """Return the rows of each sheet as python-calamine reads them, without empty cells at their ends."""
    read = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    return {
        name: [without_end(row) for row in read.get_sheet_by_name(name).to_python(skip_empty_area=False)]
        for name in read.sheet_names
    }


def without_end(cells: Sequence[Any]) -> list[Any]:
    used = [place for place, cell in enumerate(cells) if cell != ""]
    return list(cells[: used[-1] + 1]) if used else []


def made(folder: Path, *, form: str, seed: int) -> dict[str, bytes]:
    """Make the files of a messy month."""
    make_month(
        folder=folder,
        month="2026-11",
        seed=seed,
        staff=60,
        townships=3,
        claims=15,
        beneficiaries=80,
        dirt=0.2,
        form=form,
    )
    paths = [path for path in sorted(folder.iterdir()) if path.suffix in (".xlsx", ".csv")]
    return {path.name: path.read_bytes() for path in paths if not path.name.startswith("answers")}


def expected_marks(sheet: StagedSheet, rows: Sequence[Sequence[Any]], merged: Sequence[Block]) -> dict[Cell, Severity]:
    """Return which cells of a sheet must be marked, found by the headings that the copy shows."""
    findings = [finding for finding in findings_of([sheet]) if finding.row]
    headings = dict(enumerate(rows[sheet.header_row - 1])) if sheet.header_row else {}
    if any(finding.kind == FaultKind.TWO_ROW_HEADER for finding in findings):
        upper = dict(enumerate(rows[sheet.header_row - 2]))
        headings = {place: headings.get(place) or upper.get(place) for place in {*headings, *upper}}
    expected: dict[Cell, Severity] = {}
    for finding in findings:
        column = finding.column and next(
            each for each in LAYOUTS[sheet.layout].columns() if each.name == finding.column
        )
        places = [
            place for heading in (column.headings if column else ()) for place, said in headings.items()
            if said and plain_heading(said) == heading
        ]  # fmt: skip
        at = finding.row, next(iter(places), -1)
        if at[1] < 0:
            at = next((finding.row, place) for place in range(50) if seen(merged, (finding.row, place)) is None)
        at = seen(merged, at) or at
        expected[at] = max(expected.get(at, Severity.WARNING), Severity(finding.severity), key=[*Severity].index)
    return expected


def seen(merged: Sequence[Block], at: Cell) -> Cell | None:
    """Return the cell of the merged range that hides this one, if one does."""
    for top, left, bottom, right in merged:
        if top <= at[0] <= bottom and left <= at[1] <= right and at != (top, left):
            return top, left
    return None


MONTHS = [("xlsx", 1), ("xlsx", 2), ("csv", 4)]  # columns have another order in the second


@pytest.mark.parametrize(("form", "seed"), MONTHS)
def test_every_finding_is_marked_and_commented_and_nothing_else_is(
    officer: Officer, tmp_path: Path, form: str, seed: int
) -> None:
    severities: set[Severity] = set()
    for staged in stage(officer, made(tmp_path, form=form, seed=seed)):
        copy = copy_of(staged)
        seen_sheets, values = look_into(copy), values_of(copy)
        results, *names = seen_sheets
        assert not seen_sheets[results].fills
        for name, sheet in zip(names, StagedSheet.objects.filter(file=staged).order_by("pk"), strict=True):
            marks = expected_marks(sheet, values[name], seen_sheets[name].merged)
            assert seen_sheets[name].fills == {at: FILLS[severity] for at, severity in marks.items()}
            assert set(seen_sheets[name].comments) == set(marks)
            said = "\n".join(seen_sheets[name].comments.values())
            assert all(finding.message in said for finding in findings_of([sheet]) if finding.row)
            severities.update(marks.values())
    assert severities == set(Severity)


@pytest.mark.parametrize(("form", "seed"), MONTHS)
def test_the_first_sheet_lists_all_findings_with_links_to_their_cells(
    officer: Officer, tmp_path: Path, form: str, seed: int
) -> None:
    for staged in stage(officer, made(tmp_path, form=form, seed=seed)):
        copy = copy_of(staged)
        sheets, (results, *_) = look_into(copy), values_of(copy).values()
        found = list(findings_of(StagedSheet.objects.filter(file=staged).order_by("pk")))
        listed = [(row, column, kind, value, message) for _, row, column, kind, _, value, message in results[1:]]
        assert listed == [(each.row, each.column, each.kind, each.value, each.message) for each in found]
        links = sheets["核对结果"].links
        assert sorted(links) == [(number, 1) for number in range(2, len(found) + 2)]
        for number, finding in enumerate(found, start=2):
            name, _, cell = links[number, 1].rpartition("!")
            assert not finding.row or spot_of(cell) in sheets[name.strip("'")].fills


@pytest.mark.parametrize("seed", [1, 2])
def test_cells_of_a_workbook_stay_what_they_are_but_faulty_formulas(
    officer: Officer, tmp_path: Path, seed: int
) -> None:
    files = made(tmp_path, form="xlsx", seed=seed)
    formulas = []
    for staged in stage(officer, files):
        if not staged.name.endswith("xlsx"):
            continue
        before, (_, *after) = values_of(files[staged.name]), values_of(copy_of(staged)).values()
        for name, rows in zip(before, after, strict=True):
            sheet = StagedSheet.objects.get(file=staged, sheet_name=name)
            texts = [each for each in findings_of([sheet]) if each.kind == FaultKind.FORMULA_CELL]
            formulas += [text.value in rows[text.row - 1] for text in texts]
            numbers = {each.row for each in texts}
            assert len(rows) >= len(before[name])
            for number, (was, is_now) in enumerate(zip(before[name], rows, strict=False), start=1):
                assert number in numbers or is_now == was
    assert formulas
    assert all(formulas)


def test_cells_of_a_csv_stay_texts_in_their_rows(officer: Officer, tmp_path: Path) -> None:
    files = made(tmp_path, form="csv", seed=4)
    for staged in stage(officer, files):
        _, (sheet,) = read_file(file=staged.name, content=files[staged.name])
        before = {number: without_end(cells) for number, cells in sheet.rows}
        _, rows = values_of(copy_of(staged)).values()
        assert {number: cells for number, cells in enumerate(rows, start=1) if cells} == {
            number: cells for number, cells in before.items() if cells
        }


def test_merged_ranges_are_merged_again(officer: Officer, tmp_path: Path) -> None:
    files = made(tmp_path, form="xlsx", seed=1)
    for staged in stage(officer, files):
        _, before = read_file(file=staged.name, content=files[staged.name])
        merged = [sorted(sheet.merged) for sheet in before]
        _, *after = look_into(copy_of(staged)).values()
        assert [sorted(sheet.merged) for sheet in after] == merged


def test_a_finding_that_a_merged_range_hides_stands_in_the_range_with_its_row(officer: Officer) -> None:
    rows = [unit(乡镇类型="村"), unit(乡镇类型="", 单位编码="220112100002")]
    staged = stage_units(officer, "单位名册.xlsx", xlsx_of(rows, merged=["D2:D3"]))
    sheet = look_into(copy_of(staged))["单位名册"]
    place = HEADINGS.index("乡镇类型")
    assert {at: fill for at, fill in sheet.fills.items() if fill == RED} == {(2, place): RED}
    assert len(sheet.comments[2, place].splitlines()) == 2
    assert "3" in sheet.comments[2, place]


def test_a_marked_copy_that_is_handed_in_again_has_the_same_findings(officer: Officer, tmp_path: Path) -> None:
    files = made(tmp_path, form="xlsx", seed=2)
    before = {staged.name: staged for staged in stage(officer, files)}
    for name in ("在职人员花名册.xlsx", "工资项目表_202611.xlsx", "报账单_202611.xlsx"):
        sheets = StagedSheet.objects.filter(file=before[name]).exclude(layout="")
        told = [said(finding) for finding in findings_of(sheets)]
        again = stage(officer, {marked_name(name): copy_of(before[name])})[-1]
        assert again.name == marked_name(name)
        sheets = StagedSheet.objects.filter(file=again).exclude(layout="")
        assert sorted(said(finding) for finding in findings_of(sheets)) == sorted(told)


def said(finding: FindingRow) -> tuple[Any, ...]:
    return finding.sheet, finding.row, finding.column, finding.kind, finding.value


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        '=HYPERLINK("http://example.org","x")',
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "{=1+1}",
        "http://example.org",
        "internal:Sheet1!A1",
        "<r>不是标记</r>",
        "<r><t>a</t></r>",
        "_x0041_",
        "\x01\x0b",
        "龚䶮 钟𬭎 㛃㮾𠅤",
        "220112199003072316",
        "0012",
        "1E5",
        "TRUE",
        " 前后有空格 ",
        "两\n行",
    ],
)
def test_a_text_stays_the_text_it_is(officer: Officer, text: str) -> None:
    staged = stage_units(officer, "单位名册.csv", csv_of(unit(单位名称=text, 单位性质=text, 乡镇类型=text)))
    copy = copy_of(staged)
    assert not any(sheet.formulas for sheet in look_into(copy).values())
    assert all(link.startswith("'单位名册'!") for link in look_into(copy)["核对结果"].links.values())
    places = [HEADINGS.index(heading) for heading in ("单位名称", "单位性质", "乡镇类型")]
    _, (_, sheet) = read_file(file="copy", content=copy)
    row = dict(sheet.rows)[2]
    assert [row[place] for place in places] == [text] * 3


def test_what_is_longer_than_a_cell_can_hold_is_cut_off(officer: Officer) -> None:
    for spare, kept in ((0, TEXT_UNITS), (1, TEXT_UNITS)):
        staged = stage_units(officer, "单位名册.csv", csv_of(unit(备注="长" * (TEXT_UNITS + spare))))
        _, rows = values_of(copy_of(staged)).values()
        assert len(rows[1][-1]) == kept


def test_numbers_keep_every_digit_and_dates_their_day(officer: Officer) -> None:
    day, moment = date(2026, 11, 5), datetime(2026, 11, 5, 8, 30)
    row = [*unit(), 0.1 + 0.2, 5430.299999999999, 1e300, True, day, moment]
    copy = copy_of(stage_units(officer, "单位名册.xlsx", xlsx_of([row])))
    _, rows = values_of(copy).values()
    assert rows[1][len(HEADINGS) :] == [0.1 + 0.2, 5430.299999999999, 1e300, True, day, moment]
    formats = look_into(copy)["单位名册"].formats
    assert formats[2, len(HEADINGS) + 4] == "yyyy-mm-dd"
    assert formats[2, len(HEADINGS) + 5] == "yyyy-mm-dd hh:mm:ss"


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (7.0, "7"),
        (-2.5, "-2.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e16, "1e+16"),
        (220112199003072000.0, "2.20112199003072e+17"),
    ],
)
def test_a_number_is_written_with_its_digits_and_no_more(number: float, written: str) -> None:
    assert f"{Exact(number):.16G}" == written


def test_columns_of_texts_are_formatted_as_texts_so_that_a_correction_keeps_its_digits(officer: Officer) -> None:
    copy = copy_of(stage_units(officer, "单位名册.csv", csv_of(unit(发放渠道="单位存折"))))
    sheet, place = look_into(copy)["单位名册"], HEADINGS.index("存折账号")
    assert sheet.fills[2, place] == RED  # the account is missing, so the marked cell is empty
    assert sheet.formats[2, place] == "@"
    assert sheet.formats[2, HEADINGS.index("单位编码")] == "@"


def test_an_error_outshines_a_warning_in_the_same_cell_and_both_are_told(officer: Officer) -> None:
    staged = stage_units(officer, "单位名册.csv", csv_of(unit(乡镇类型=" 村"), unit(单位名称=" 站")))
    sheet = look_into(copy_of(staged))["单位名册"]
    assert sheet.fills[2, HEADINGS.index("乡镇类型")] == RED
    assert len(sheet.comments[2, HEADINGS.index("乡镇类型")].splitlines()) == 2
    assert sheet.fills[3, HEADINGS.index("单位名称")] == YELLOW


def test_a_file_without_findings_has_no_marks(officer: Officer) -> None:
    staged = stage_units(officer, "单位名册.csv", csv_of(unit(), unit(单位编码="220112100002")))
    file = io.BytesIO()
    assert write_marked_copy(file=file, staged=staged) == MarkedCopy(rows=3, cells=0)
    results, sheet = look_into(file.getvalue()).values()
    assert not sheet.fills
    assert not sheet.comments
    assert not results.links


def test_the_copy_says_how_many_cells_are_marked(officer: Officer) -> None:
    staged = stage_units(officer, "单位名册.csv", csv_of(unit(乡镇类型=" 村"), unit(单位编码="", 单位名称=" 站")))
    assert write_marked_copy(file=io.BytesIO(), staged=staged) == MarkedCopy(rows=3, cells=3)


def test_the_header_stays_in_sight_where_one_was_found(officer: Officer) -> None:
    titled = b"\xe5\x8d\x95\xe4\xbd\x8d\xe5\x90\x8d\xe5\x86\x8c\r\n" + csv_of(unit())
    assert look_into(copy_of(stage_units(officer, "单位名册.csv", titled)))["单位名册"].frozen_rows == 2
    strange = stage_units(officer, "strange.csv", "甲,乙\r\n1,2\r\n".encode())
    assert look_into(copy_of(strange))["strange"].frozen_rows == 0


def test_a_file_of_no_known_list_is_copied_with_its_finding_in_the_list(officer: Officer) -> None:
    values = values_of(copy_of(stage_units(officer, "strange.csv", "甲,乙\r\n1,2\r\n".encode())))
    assert values["strange"] == [["甲", "乙"], ["1", "2"]]
    assert [row[3] for row in values["核对结果"][1:]] == [FaultKind.UNKNOWN_LAYOUT]


def test_the_findings_are_those_of_the_last_judgement(officer: Officer) -> None:
    content = csv_of(unit(乡镇类型="村"))
    first = stage_units(officer, "单位名册.csv", content)
    stage_units(officer, "单位名册.csv", csv_of(unit()))
    again = stage(officer, {"单位名册.csv": content}, at=AT + timedelta(hours=1))
    assert again[0].pk == first.pk
    assert StagedSheet.objects.filter(file=first).count() == 2
    assert len(values_of(copy_of(first))["核对结果"]) == 2


def test_the_same_stage_gives_the_same_bytes(officer: Officer, tmp_path: Path) -> None:
    for staged in stage(officer, made(tmp_path, form="xlsx", seed=1)):
        assert copy_of(staged) == copy_of(StagedFile.objects.get(pk=staged.pk))


@pytest.mark.parametrize(
    ("sheet", "copied"),
    [
        ("单位名册", "单位名册"),
        ("核对结果", "核对结果 (2)"),
        ("十" * 31, "十" * 31),
        ("O'Brien", "O'Brien"),
    ],
)
def test_sheets_keep_their_names_unless_the_list_of_findings_has_it(officer: Officer, sheet: str, copied: str) -> None:
    staged = stage_units(officer, "单位名册.xlsx", xlsx_of([unit(乡镇类型="村")], sheet=sheet))
    sheets = look_into(copy_of(staged))
    assert list(sheets) == ["核对结果", copied]
    quoted = copied.replace("'", "''")
    assert list(sheets["核对结果"].links.values()) == [f"'{quoted}'!D2"]


@pytest.mark.parametrize(
    ("name", "sheet"),
    [
        ("单位名册.csv", "单位名册"),
        ("单位[名]册:1*?.csv", "单位_名_册_1__"),
        ("'单位名册'.csv", "单位名册"),
        ("'.csv", "核对结果 (2)"),
        ("单" * 31 + ".csv", "单" * 31),
        ("单" * 32 + ".csv", "单" * 31),
        ("𬭎" * 16 + ".csv", "𬭎" * 15),  # of two UTF-16 units each
    ],
)
def test_the_sheet_of_a_csv_has_the_name_of_the_file_as_far_as_a_sheet_can(
    officer: Officer, name: str, sheet: str
) -> None:
    assert list(look_into(copy_of(stage_units(officer, name, csv_of(unit()))))) == ["核对结果", sheet]


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        ("工资项目表_202611.xlsx", "工资项目表_202611.核对.xlsx"),
        ("工资变动_202611.csv", "工资变动_202611.核对.xlsx"),
        ("a.b.xls", "a.b.核对.xlsx"),
    ],
)
def test_a_marked_copy_is_named_after_its_file(name: str, marked: str) -> None:
    assert marked_name(name) == marked


def test_merged_ranges_that_overlap_are_left_out_and_so_are_single_cells() -> None:
    first, touching, overlapping = Block(1, 0, 3, 1), Block(4, 0, 5, 1), Block(3, 1, 3, 4)
    assert list(blocks_apart([overlapping, touching, first, Block(9, 2, 9, 2)])) == [first, touching]


def finding(*, row: int = 2, severity: Severity = Severity.WARNING, message: str = "A fault.") -> FindingRow:
    return FindingRow("单位名册.csv", "", row, "乡镇", FaultKind.SPACES, severity, " ", message)


@pytest.fixture
def workbook() -> Iterator[Any]:
    with xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True}) as book:
        yield book


@pytest.mark.parametrize(("errors", "commented"), [(COMMENTS_MAX - 1, True), (COMMENTS_MAX, False)])
def test_warnings_are_commented_where_the_errors_leave_room(workbook: Any, errors: int, commented: bool) -> None:
    book = MarkedBook(workbook, errors=errors)
    page = Page(book, book.add_sheet("单位名册"), None, {})
    page.write_row(1, ["甲", "乙"], {0: [finding(row=1)], 1: [finding(row=1, severity=Severity.ERROR)]})
    assert (0 in page.sheet.comments[0]) is commented
    assert 1 in page.sheet.comments[0]
    assert book.cells == 2


def test_a_comment_is_cut_off_where_excel_would_refuse_it(workbook: Any) -> None:
    book = MarkedBook(workbook, errors=0)
    page = Page(book, book.add_sheet("单位名册"), None, {})
    for number, length in ((1, TEXT_UNITS), (2, TEXT_UNITS + 1)):
        page.write_row(number, ["甲"], {0: [finding(row=number, message="长" * length)]})
        assert len(page.sheet.comments[number - 1][0].text) == TEXT_UNITS


def test_links_end_where_a_sheet_has_as_many_as_it_can_hold(workbook: Any) -> None:
    results = MarkedBook(workbook, errors=0).results
    results.rows = LINKS_MAX
    results.add(finding(), spot=(2, 0), sheet="单位名册")
    results.add(finding(), spot=(2, 0), sheet="单位名册")
    assert list(results.sheet.hyperlinks) == [LINKS_MAX]
    assert results.rows == LINKS_MAX + 2


def test_the_list_says_how_many_findings_it_has_no_room_for(workbook: Any) -> None:
    results = MarkedBook(workbook, errors=0).results
    results.rows = ROWS_MAX - 2
    for _ in range(3):
        results.add(finding(), spot=(2, 0), sheet="单位名册")
    results.close()
    assert (results.rows, results.left_out) == (ROWS_MAX - 1, 2)
    assert "2" in results.sheet.table[ROWS_MAX - 1][6].string
