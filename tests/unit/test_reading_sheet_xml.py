"""Sheets as other programs write their XML: by hand here, each oddity by itself."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest

from imports.reading.sheets import Block, Obstacle, SheetRows, Unreadable, read_file

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def relations(**targets: str) -> str:
    entries = "".join(
        f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{target}"/>' for kind, target in targets.items()
    )
    return f'{HEAD}<Relationships xmlns="{RELATIONS}">{entries}</Relationships>'


def parts_with(sheet: str) -> dict[str, str | bytes]:
    return {
        "_rels/.rels": relations(officeDocument="xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": relations(
            worksheet="worksheets/sheet1.xml", sharedStrings="sharedStrings.xml", styles="styles.xml"
        ),
        "xl/workbook.xml": (
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            f'<sheet name="工资" sheetId="1" r:id="worksheet"/></sheets></workbook>'
        ),
        "xl/sharedStrings.xml": (
            f'{HEAD}<sst xmlns="{MAIN}"><si><t>甲</t></si><si/><si><t xml:space="preserve"> 乙 </t></si>'
            "<si><r><t>丙</t></r><r><rPr/><t>丁</t></r><rPh><t>bǐng</t></rPh></si></sst>"
        ),
        "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}"><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": sheet,
    }


def archive_of(parts: dict[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, part in parts.items():
            archive.writestr(path, part)
    return content.getvalue()


def workbook(rows: str, *, below: str = "") -> bytes:
    return archive_of(parts_with(f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{below}</worksheet>'))


def sheet_of(content: bytes) -> SheetRows:
    return next(read_file(file="表.xlsx", content=content)[1])


def rows_of(rows: str) -> list[Any]:
    return list(sheet_of(workbook(rows)).rows)


def refusal_of(content: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as refusal:
        list(sheet_of(content).rows)
    return refusal.value


# Cells


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<c r='A1' t='s'><v>0</v></c>", "甲"),
        ('<c t="s" r="A1"><v>0</v></c>', "甲"),
        ('<c t="s" s="1" r="A1" ><v>0</v></c>', "甲"),
        ('<c\n  r="A1"\n  t="s">\n  <v>0</v>\n</c>', "甲"),
        ('<c r="A1" t="s"><v>2</v></c>', " 乙 "),
        ('<c r="A1" t="s"><v>3</v></c>', "丙丁"),
        ('<c r="A1" t="inlineStr"><is><t xml:space="preserve"> 甲 </t></is></c>', " 甲 "),
        ('<c r="A1" t="inlineStr"><is><r><t>甲</t></r><r><t>&amp;_x0041_</t></r></is></c>', "甲&A"),
        ('<c r="A1" t="str"><f>B1</f><v>a&lt;b&#x20;&#26446;&#13;</v></c>', "a<b 李\r"),
        ('<c r="A1" t="str"><v><![CDATA[a<b & c]]></v></c>', "a<b & c"),
        ('<c r="A1" t="str"><v xml:space="preserve"> a\r\nb </v></c>', " a\nb "),
        ('<c r="A1" t="str"><v>_x0000__xD800_</v></c>', "_x0000__xD800_"),
        ('<c r="A1"><v>12.50</v></c>', 12.5),
        ('<c r="A1" t="n"><v> 1E-3 </v></c>', 0.001),
        ('<c r="A1" s="1"><v>46327</v></c>', date(2026, 11, 1)),
        ('<c r="A1" t="d"><v>2026-11-01</v></c>', date(2026, 11, 1)),
        ('<c r="A1" t="d"><v>2026-11-01T08:30:00Z</v></c>', datetime(2026, 11, 1, 8, 30)),
        ('<c r="A1" t="d"><v>next year</v></c>', "next year"),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="e"><v>#REF!</v></c>', "#REF!"),
    ],
)
def test_a_cell_is_read_however_it_is_written(cell: str, value: object) -> None:
    assert rows_of(f'<row r="1">{cell}</row>') == [(1, [value])]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1"/>',
        '<c r="A1" s="1" />',
        '<c r="A1"></c>',
        '<c r="A1"><v></v></c>',
        '<c r="A1"><v/></c>',
        '<c r="A1" t="s"><v>1</v></c>',
        '<c r="A1" t="inlineStr"><is/></c>',
        '<c r="A1" t="inlineStr"><is><t/></is></c>',
    ],
)
def test_a_cell_without_a_value_is_empty(cell: str) -> None:
    assert rows_of(f'<row r="1">{cell}<c r="B1"><v>1</v></c></row>') == [(1, ["", 1])]


# Places


def test_cells_without_a_place_follow_each_other() -> None:
    rows = '<row><c><v>1</v></c><c/><c t="b"><v>1</v></c><c r="F1"><v>6</v></c><c><v>7</v></c></row>'
    assert rows_of(rows) == [(1, [1, "", True, "", "", 6, 7])]


def test_rows_without_a_number_follow_each_other() -> None:
    rows = '<row><c><v>1</v></c></row><row/><row r="5"/><row><c><v>6</v></c></row><row><c r="B9"><v>9</v></c></row>'
    assert [(number, cells) for number, cells in rows_of(rows) if cells] == [(1, [1]), (6, [6]), (9, ["", 9])]


def test_self_closed_rows_hide_no_row_below_them() -> None:
    rows = '<row r="2" ht="20"/><row r="3"/>\n <row r="4"><c r="A4"><v>4</v></c></row><row r="5"/>'
    assert rows_of(rows) == [(1, []), (2, []), (3, []), (4, [4])]


def test_columns_of_two_and_three_letters_have_their_places() -> None:
    rows = '<row r="1"><c r="Z1"><v>26</v></c><c r="AA1"><v>27</v></c><c r="XFD1"><v>16384</v></c></row>'
    ((_, cells),) = rows_of(rows)
    assert {column: cell for column, cell in enumerate(cells, start=1) if cell} == {26: 26, 27: 27, 16384: 16384}


# Tags


def test_tags_may_have_a_prefix() -> None:
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="2"><x:c r="A2" t="s"><x:v>0</x:v></x:c>'
        '<x:c r="B2"><x:f>A1&amp;"f"</x:f><x:v>3</x:v></x:c><x:c r="C2" t="inlineStr"><x:is><x:t>乙</x:t></x:is></x:c>'
        '<x:c r="D2"><x:f/></x:c></x:row></x:sheetData><x:mergeCells><x:mergeCell ref="A2:B3"/></x:mergeCells>'
        "</x:worksheet>"
    )
    read = sheet_of(archive_of(parts_with(sheet)))
    assert list(read.rows) == [(1, []), (2, ["甲", 3, "乙", ""])]
    assert read.formulas == {2: {1: 'A1&"f"', 3: ""}}
    assert read.merged == [Block(2, 0, 3, 1)]


def test_what_stands_below_the_rows_is_no_row() -> None:
    below = (
        "<conditionalFormatting><cfRule><formula>A1&gt;0</formula></cfRule></conditionalFormatting><controls><xdr:from>"
        "<xdr:col>0</xdr:col><xdr:row>9</xdr:row></xdr:from></controls><mergeCells count='1'>"
        "<mergeCell ref='B2'/></mergeCells>"
    )
    sheet = sheet_of(workbook('<row r="1"><c r="A1"><v>1</v></c></row>', below=below))
    assert list(sheet.rows) == [(1, [1])]
    assert sheet.formulas == {}
    assert sheet.merged == [Block(2, 1, 2, 1)]


@pytest.mark.parametrize("data", ["<sheetData/>", "<sheetData></sheetData>", "<sheetData>\n</sheetData>"])
def test_a_sheet_without_rows_is_empty(data: str) -> None:
    sheet = sheet_of(archive_of(parts_with(f'<worksheet xmlns="{MAIN}">{data}<mergeCells/></worksheet>')))
    assert list(sheet.rows) == []


# Formulas


def test_a_shared_formula_is_told_at_each_of_its_cells() -> None:
    rows = (
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A3" si="0">B1*2</f><v>2</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>4</v></c></row>'
        '<row r="3"><c r="A3"><f si="0" t="shared"></f></c></row>'
    )
    sheet = sheet_of(workbook(rows))
    assert sheet.formulas == {1: {0: "B1*2"}, 2: {0: ""}, 3: {0: ""}}
    assert list(sheet.rows) == [(1, [2]), (2, [4]), (3, [""])]


def test_formulas_without_a_place_are_found() -> None:
    rows = "<row><c><v>1</v></c><c><f>A1</f><v>1</v></c></row><row/><row><c t='str'><f>\"x\"</f><v>x</v></c></row>"
    assert sheet_of(workbook(rows)).formulas == {1: {1: "A1"}, 3: {0: '"x"'}}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000])
def test_the_stream_may_be_cut_anywhere(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imports.reading.archives.CHUNK_BYTES", size)
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>王{n}</t></is></c><c r="B{n}"><f>A{n}</f><v>{n}</v></c></row>'
        for n in range(1, 40)
    )
    merged = "<mergeCells>" + "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 40)) + "</mergeCells>"
    sheet = sheet_of(workbook(rows, below=merged))
    assert list(sheet.rows) == [(n, [f"王{n}", n]) for n in range(1, 40)]
    assert sheet.formulas == {n: {1: f"A{n}"} for n in range(1, 40)}
    assert sheet.merged == [Block(n, 0, n, 1) for n in range(1, 40)]


# Parts


def test_parts_are_found_whatever_their_spelling() -> None:
    parts = parts_with(f'<worksheet xmlns="{MAIN}"><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>')
    parts["XL\\Worksheets\\Sheet9.xml"] = parts.pop("xl/worksheets/sheet1.xml")
    parts["xl/_rels/workbook.xml.rels"] = relations(worksheet="/xl/worksheets/sheet9.xml")
    assert list(sheet_of(archive_of(parts)).rows) == [(1, [1])]


def test_a_workbook_without_shared_texts_and_styles_is_read() -> None:
    parts = parts_with(f'<worksheet xmlns="{MAIN}"><sheetData><row><c s="3"><v>1</v></c></row></sheetData></worksheet>')
    del parts["xl/sharedStrings.xml"], parts["xl/styles.xml"]
    assert list(sheet_of(archive_of(parts)).rows) == [(1, [1])]


def test_a_workbook_without_a_sheet_is_empty() -> None:
    parts = parts_with("")
    parts["xl/workbook.xml"] = f'<workbook xmlns="{MAIN}"><sheets/></workbook>'
    assert refusal_of(archive_of(parts)).name == Obstacle.EMPTY


def test_a_sheet_that_is_named_but_nowhere_is_no_silence() -> None:
    parts = parts_with("")
    parts["xl/_rels/workbook.xml.rels"] = relations()
    assert refusal_of(archive_of(parts)).name == Obstacle.BROKEN


def test_a_text_document_is_no_workbook() -> None:
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations(officeDocument="word/document.xml"),
        "word/document.xml": '<w:document xmlns:w="w"/>',
    }
    assert refusal_of(archive_of(parts)).name == Obstacle.NOT_A_WORKBOOK


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
@pytest.mark.parametrize(
    "text",
    ["<workbook>", "no XML", '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><workbook>&d;</workbook>', "\udfff"],
    ids=["open", "text", "definition", "bytes"],
)
def test_a_part_that_is_no_plain_xml_is_broken(part: str, text: str) -> None:
    parts = parts_with(f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>')
    parts[part] = text.encode(errors="surrogatepass")
    refusal = refusal_of(archive_of(parts))
    assert (refusal.name, refusal.facts["part"]) == (Obstacle.BROKEN, part)


def test_a_locked_archive_is_locked() -> None:
    content = bytearray(workbook(""))
    at = content.index(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 1)
    assert refusal_of(bytes(content)).name == Obstacle.LOCKED


# Broken sheets


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c>', 1),
        ('<row r="1"><c r="A1"><v>1</v><c r="B1"><v>2</v></c></row>', 1),
        ('<row r="3"><c r="A3"><v>x1</v></c></row>', 3),
        ('<row r="3"><c r="A3" t="s"><v>x</v></c></row>', 3),
        ('<row r="3"><c r="A3"><v>nan</v></c></row>', 3),
        ('<row r="3"><c r="A3"><v>1e999</v></c></row>', 3),
        ('<row r="3"><c r="A3" t="s"><v>4</v></c></row>', 3),
        ('<row r="3"><c r="A3" t="s"><v>-1</v></c></row>', 3),
        ('<row r="3"><c r="A3" t="str"><v>&#0;</v></c></row>', 3),
        ('<row r="3"><c r="A3" t="str"><v><b></v></c></row>', 3),
        ('<row r="3"><c r="B3"><v>1</v></c><c r="A3"><v>1</v></c></row>', 3),
        ('<row r="3"><c r="A3"><v>1</v></c><c r="A3"><v>1</v></c></row>', 3),
        ('<row r="3"><c r="XFE3"><v>1</v></c></row>', 3),
        ('<row r="3"><c r="A3"><v>1</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>', 3),
        ('<row r="3"><c r="A3"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>', 2),
        ('<row r="1048577"><c><v>1</v></c></row>', 1048577),
        ("</row>", 0),
    ],
)
def test_a_sheet_that_is_none_is_broken_and_the_row_is_told(rows: str, row: int) -> None:
    refusal = refusal_of(workbook(rows))
    assert (refusal.name, refusal.facts["sheet"], refusal.facts["row"]) == (Obstacle.BROKEN, "工资", row)


@pytest.mark.parametrize("tag", ["<c>", "<c ", "<c><v>", "<c><v ", "<c><f>", "<c><is><t ", "<c><is><r>"])
def test_tags_that_never_end_are_broken_before_long(tag: str) -> None:
    """A pattern that goes on from one tag into the next looks at this for days, and no worker does anything else."""
    assert refusal_of(workbook(f'<row r="1">{tag * (1 << 18)}</row>')).name == Obstacle.BROKEN


def test_a_head_that_never_ends_is_broken_before_long() -> None:
    parts = parts_with("<sheetData " * (1 << 20))
    assert refusal_of(archive_of(parts)).name == Obstacle.BROKEN


@pytest.mark.parametrize(
    "sheet",
    ["", "<worksheet/>", "<worksheet><sheetData><row>", "<worksheet><sheetData>", "<worksheet>".encode("utf-16")],
)
def test_a_part_without_rows_of_a_sheet_is_broken(sheet: str | bytes) -> None:
    parts = parts_with("")
    parts["xl/worksheets/sheet1.xml"] = sheet
    assert refusal_of(archive_of(parts)).name == Obstacle.BROKEN
