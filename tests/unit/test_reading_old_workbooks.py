"""Workbooks of Excel 97 to 2003: one that xlwt 1.3 made, records written by hand, and a locked one."""

import base64
import struct
import zlib
from datetime import date, datetime
from typing import Any

import pytest

from imports.reading.sheets import Block, FileFact, Obstacle, SheetRows, Unreadable, read_file

# The cells that the first test names.
XLWT = zlib.decompress(
    base64.b85decode(
        r"""c-rk)O-NKx6#nj;_vT0ZnK3P#U>bz1OoM3CM#su>)nHK+QJ6MDVQLH!*`h3)MGGNlRYV}zq83&J{ZNSQS_D=uilEX$H?D$$7CNtU&U+7Mrh*wr"""
        r"""!Fb=}o_p^(=iYbTIp>}C^LjiqIrJbrg&Z`(gR~idH-o3B1)NC`BsWbSI=!Eo>0((S;HN-(4LmD(<>MG~yr-byzW#zJ@P*o8oI<>}r!%^Q*e*7-"""
        r"""E4HCQ>6CjKZc-~nmDp7-^q9~ULhp(0bD>Sb85G(;x|8Y<#$)l?t#%$C)T%{RN>t&otob0E&8Wmn&f^PLm8EN7Tk=Hv$z>*p=*1WYg|wx!r!&d("""
        r"""GTcTH&_}56?ygTHCQ(7*9>xzd3Ve6&>#?ZIUs}Eb@qcFXeShKmDTulJYnl%9!#t`unNui6NN0(rrjIlarYPuVyqp<Iji=@iros-psc2jBef%?t"""
        r"""{QD?<&K7Zjmx2(?DhMTVn-mjGpiIUgxmki_&)l7FZ+CaJ#@d9_FAo9hQL&cof{BZ~f)<yGh9x(s)yjOM&`YxGY8i)xR*(+$HLaEQVAp`?To!2!"""
        r"""?XyKN5nGorUQgrH?4Bo))YsSs8jrM0ovRpm7aKw~J-QO?1v&;$r|Q&=>x`!{r&o4S`6#sNw*uqWg3{|S?dM?`=E=L3KN#mVo@q4mT=9|T*3j6)"""
        r"""Gm)D1vH+S%X)L1P;VnJlj)g6G6ABF(^J#*XliNJBO*!@xW^c_j8JeFsysffzbsEo5E$7_~32e53h8V~p86}q(VxT6M<IT|?C2g;0I~tq=T80Ln"""
        r"""op~XwQf!+~wC^6@6nOJc?U<(ZT!Oq(uN$>;JYtVgJzl_KCz&I$=yFUl%l7OTLVV5|;#K^~t1eu)aN)v*3m5r7$@`u4L7>|&=KMD1v;XVNQ%k$Q"""
        r"""N&Z{xMK2wv>63CNdZ<sLub}){2}3!1sXW&>{|gxh=<G>!p+oHGDmZ`XZCYhsPu>fI|Lztl^!({U>|EsY{{km75uX"""
    )
)


def compound(**streams: bytes) -> bytes:
    """Return a container with streams of 4,096 bytes and more, which have sectors of their own."""
    names = ["Root Entry", *streams]
    sectors: list[bytes] = []
    entries, chains = [], {}
    for name in names:
        stream = streams.get(name, b"")
        first = len(sectors) if stream else 0xFFFFFFFE
        sectors += [stream[at : at + 512].ljust(512, b"\0") for at in range(0, len(stream), 512)]
        if stream:
            chains[first] = len(sectors)
        entry = name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HB", 2 * len(name) + 2, 2 if stream else 5)
        entries.append(entry.ljust(0x74, b"\0") + struct.pack("<III", first, len(stream), 0))
    directory = len(sectors)
    sectors.append(b"".join(entries).ljust(512, b"\0"))
    assert len(entries) <= 4
    table = [number + 1 for number in range(directory)] + [0xFFFFFFFE, 0xFFFFFFFD]
    for end in chains.values():
        table[end - 1] = 0xFFFFFFFE
    assert len(table) <= 128
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(0x18, b"\0") + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6)
    header = header.ljust(0x2C, b"\0")
    header += struct.pack("<IIIIIIII", 1, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", directory + 1, *[0xFFFFFFFF] * 108)
    fat = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    return header + b"".join(sectors) + fat


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


BEGIN, END = record(0x809, struct.pack("<HH", 0x600, 5)), record(0x0A)


def workbook(cells: bytes, *, before: bytes = b"") -> bytes:
    """Return a workbook with one sheet; ``before`` are records of what all sheets refer to."""
    styles = record(0xE0, struct.pack("<HH", 0, 0)) + record(0xE0, struct.pack("<HH", 0, 14))
    name = "工资".encode("utf-16-le")
    sheet = record(0x85, struct.pack("<IBBBB", 0, 0, 0, 2, 1) + name)
    shared = BEGIN + styles + before
    start = len(shared) + len(sheet) + len(END)
    sheet = record(0x85, struct.pack("<IBBBB", start, 0, 0, 2, 1) + name)
    return compound(Workbook=(shared + sheet + END + BEGIN + cells + END).ljust(4096, b"\0"))


def sheets_of(content: bytes) -> list[SheetRows]:
    fact, sheets = read_file(file="表.xls", content=content)
    assert fact == FileFact(encoding="xls", bom=False, mixed_eol=False)
    return list(sheets)


def cells_of(cells: bytes, *, before: bytes = b"") -> list[Any]:
    (sheet,) = sheets_of(workbook(cells, before=before))
    ((_, row),) = sheet.rows
    return row


def refusal_of(content: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as refusal:
        sheets_of(content)
    assert refusal.value.facts["file"] == "表.xls"
    return refusal.value


def test_an_old_workbook_is_read_with_its_rows_merged_cells_and_the_places_of_formulas() -> None:
    first, hidden = sheets_of(XLWT)
    assert (first.name, first.merged, first.formulas) == ("工资", [Block(6, 1, 7, 2)], {3: {3: ""}})
    assert list(first.rows) == [
        (1, []),
        (2, []),
        (3, ["", "张𬭎", 1234.56, ""]),
        (4, ["", date(2026, 11, 1), datetime(2026, 11, 1, 8, 30), True, -7]),
        (5, []),
        (6, ["", "合"]),
        (7, []),
        (8, ["#REF!", 622848123456789.25]),
    ]
    assert (hidden.name, list(hidden.rows)) == ("藏", [(1, ["x"])])


@pytest.mark.parametrize(
    ("packed", "number"),
    [(7 << 2 | 2, 7), ((-7 & 0x3FFFFFFF) << 2 | 2, -7), (123456 << 2 | 3, 1234.56), (0x3FF80000, 1.5), (0x40690001, 2)],
)
def test_packed_numbers_are_unpacked(packed: int, number: object) -> None:
    assert cells_of(record(0x27E, struct.pack("<HHHI", 0, 0, 0, packed))) == [number]


def test_packed_numbers_stand_in_a_row() -> None:
    packed = struct.pack("<HIHI", 0, 5 << 2 | 2, 1, 46327 << 2 | 2)
    assert cells_of(record(0xBD, struct.pack("<HH", 0, 1) + packed + struct.pack("<H", 2))) == [
        "",
        5,
        date(2026, 11, 1),
    ]


@pytest.mark.parametrize(
    ("result", "cell"),
    [
        (struct.pack("<d", 12.5), 12.5),
        (b"\1\0\1\0\0\0\xff\xff", True),
        (b"\2\0\x17\0\0\0\xff\xff", "#REF!"),
        (b"\2\0\x63\0\0\0\xff\xff", "#ERROR!"),
        (b"\3\0\0\0\0\0\xff\xff", ""),
    ],
)
def test_a_formula_has_its_last_result(result: bytes, cell: object) -> None:
    assert cells_of(record(0x06, struct.pack("<HHH", 0, 0, 0) + result + bytes(8))) == [cell]


def test_the_text_of_a_formula_follows_it() -> None:
    formula = record(0x06, struct.pack("<HHH", 0, 0, 0) + b"\0\0\0\0\0\0\xff\xff" + bytes(8))
    assert cells_of(formula + record(0x207, struct.pack("<HB", 1, 1) + "甲".encode("utf-16-le"))) == ["甲"]


def test_a_shared_text_may_go_on_in_another_record_and_change_its_width_there() -> None:
    rich = struct.pack("<HBH", 3, 8, 1) + b"abc" + bytes(4)
    cut = struct.pack("<HB", 4, 0) + b"ab"
    shared = record(0xFC, struct.pack("<II", 2, 2) + rich + cut) + record(0x3C, b"\1" + "甲乙".encode("utf-16-le"))
    cells = b"".join(record(0xFD, struct.pack("<HHHI", 0, column, 0, column)) for column in range(2))
    assert cells_of(cells, before=shared) == ["abc", "ab甲乙"]


def test_charts_inside_of_a_sheet_are_left_out() -> None:
    number = record(0x203, struct.pack("<HHHd", 0, 0, 0, 1.5))
    other = record(0x203, struct.pack("<HHHd", 0, 0, 0, 9))
    assert cells_of(number + BEGIN + other + END) == [1.5]


def test_dates_may_count_from_1904() -> None:
    number = record(0x203, struct.pack("<HHHd", 0, 0, 1, 46327 - 1462))
    assert cells_of(number, before=record(0x22, struct.pack("<H", 1))) == [date(2026, 11, 1)]


def test_a_format_of_its_own_may_be_a_date() -> None:
    form = record(0x41E, struct.pack("<HHB", 164, 6, 0) + b"yyyy-m") + record(0xE0, struct.pack("<HH", 0, 164))
    assert cells_of(record(0x203, struct.pack("<HHHd", 0, 0, 2, 46327)), before=form) == [date(2026, 11, 1)]


def test_a_locked_new_workbook_is_locked() -> None:
    assert refusal_of(compound(EncryptedPackage=bytes(4096))).name == Obstacle.LOCKED


def test_a_locked_old_workbook_is_locked() -> None:
    assert refusal_of(workbook(b"", before=record(0x2F, bytes(6)))).name == Obstacle.LOCKED


@pytest.mark.parametrize("stream", ["Book", "WordDocument"])
def test_older_workbooks_and_other_documents_are_no_workbook(stream: str) -> None:
    assert refusal_of(compound(**{stream: bytes(4096)})).name == Obstacle.NOT_A_WORKBOOK


@pytest.mark.parametrize(
    "cells",
    [
        record(0xFD, struct.pack("<HHHI", 0, 0, 0, 0)),  # no such text
        record(0x203, struct.pack("<HHHd", 0, 0, 9, 1)),  # no such style
        record(0x203, struct.pack("<HHHd", 0, 256, 0, 1)),  # no such column
        record(0x203, struct.pack("<HHHd", 0, 0, 0, float("nan"))),
        record(0x203, b"\0\0"),
        record(0x204, struct.pack("<HHHHB", 0, 0, 0, 9, 0) + b"abc"),
    ],
)
def test_records_that_make_no_sense_are_broken(cells: bytes) -> None:
    refusal = refusal_of(workbook(cells))
    assert (refusal.name, refusal.facts["sheet"]) == (Obstacle.BROKEN, "工资")


@pytest.mark.parametrize("end", [8, 100, 600, 4000])
def test_a_workbook_that_breaks_off_is_broken(end: int) -> None:
    assert refusal_of(XLWT[:end]).name == Obstacle.BROKEN


def test_sectors_that_run_in_a_circle_are_broken() -> None:
    content = bytearray(compound(Workbook=bytes(4096)))
    content[-512:-508] = struct.pack("<I", 0)
    assert refusal_of(bytes(content)).name == Obstacle.BROKEN
