"""Uploads: honest files are taken as they are, hostile ones are refused with what to do."""

import io
import struct
import zipfile
from collections.abc import Mapping

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from imports.reading.compound_files import SIGNATURE
from web.security import upload_refusals as refused
from web.security.uploads import NAME_MAX, checked_upload, plain_name

EXTERNAL = 'Target="file:///etc/passwd" TargetMode="External"'
RELATIONS = "xl/worksheets/_rels/sheet1.xml.rels"


def workbook(*, add: Mapping[str, bytes] | None = None, instead: Mapping[str, bytes] | None = None) -> bytes:
    """Return an honest workbook, or one with other parts."""
    made, changed = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet("工资")
        sheet.write_row(0, 0, ["姓名", "应发"])
        sheet.write_row(1, 0, ["王小明", 5000])
    replaced = dict(instead or {})
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            target.writestr(member.filename, replaced.get(member.filename, source.read(member)))
        for name, content in (add or {}).items():
            target.writestr(name, content)
    return changed.getvalue()


def compound(*names: str) -> bytes:
    """Return an OLE compound file whose directory has streams of these names."""
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    header = SIGNATURE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, end, *[free] * 126)
    entries = b"".join(entry(name, kind) for name, kind in [("Root Entry", 5), *((name, 2) for name in names)])
    return header + table + entries.ljust(512, b"\0")


def entry(name: str, kind: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + struct.pack("<III", *[0xFFFFFFFF] * 3)
    return head + bytes(36) + struct.pack("<IQ", 0xFFFFFFFE, 0)


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def bomb(path: str = "xl/media/image1.xml") -> bytes:
    return workbook(add={path: bytes(40 << 20)})


HONEST = {
    "工资.xlsx": workbook(),
    "上月.XLSX": workbook(),
    "old.xls": compound("Workbook"),
    "utf8.csv": "姓名,应发\n王小明,5000\n".encode(),
    "bom.csv": "姓名,应发\n".encode("utf-8-sig"),
    "gb.csv": "姓名,应发\n王小明,-5000\n备注=甲|乙,1\n".encode("gb18030"),
    "utf16.csv": "姓名\t应发\n".encode("utf-16"),
    # What a pattern that goes back and forth would look at for hours.
    "empty lines.csv": b"name,amount\n" + b"\n" * (1 << 20),
    "signs.csv": b'name,amount\n"' + b'=|"' * (1 << 16),
    "tags.xlsx": workbook(add={"xl/worksheets/sheet2.xml": b"<f " * (1 << 20)}),
    "relations.xlsx": workbook(add={RELATIONS: b"<Relationship " * (1 << 16)}),
    "link.xlsx": workbook(
        add={
            RELATIONS: b'<Relationships><Relationship Id="rId1" Type="http://x/relationships/hyperlink" '
            b'Target="https://example.gov.cn" TargetMode="External"/></Relationships>'
        }
    ),
}
HOSTILE = [
    ("empty.csv", b"", refused.UploadEmpty),
    ("program.exe", b"MZ\x90", refused.UploadKindUnknown),
    ("macro.xlsm", workbook(), refused.UploadKindUnknown),
    ("none", b"x", refused.UploadKindUnknown),
    ("text.xlsx", b"name,amount\n", refused.UploadDisguised),
    ("page.xlsx", b"<html><table>", refused.UploadDisguised),
    ("page.csv", b"\n <HTML><script>alert(1)</script>", refused.UploadDisguised),
    ("book.csv", workbook(), refused.UploadDisguised),
    ("paper.csv", b"%PDF-1.7", refused.UploadDisguised),
    ("program.csv", b"MZ\x90\x00", refused.UploadDisguised),
    ("old.xlsx", compound("Workbook"), refused.UploadDisguised),
    ("new.xls", workbook(), refused.UploadDisguised),
    ("cut.xls", compound("Workbook")[:300], refused.UploadDisguised),
    ("letter.xls", compound("WordDocument"), refused.UploadDisguised),
    ("locked.xlsx", compound("EncryptionInfo", "EncryptedPackage"), refused.UploadLocked),
    ("locked.xls", compound("EncryptionInfo", "EncryptedPackage"), refused.UploadLocked),
    ("macro.xls", compound("Workbook", "_VBA_PROJECT"), refused.UploadHasMacros),
    ("cut.xlsx", workbook()[:-200], refused.UploadBroken),
    ("letter.xlsx", None, refused.UploadDisguised),
    ("up.xlsx", workbook(add={"xl/../../etc/cron": b"x"}), refused.UploadBroken),
    ("macro.xlsx", workbook(add={"xl/vbaProject.bin": b"x"}), refused.UploadHasMacros),
    ("hidden.xlsx", workbook(add={"xl/Other/VBAPROJECT.BIN": b"x"}), refused.UploadHasMacros),
    ("excel4.xlsx", workbook(add={"xl/macrosheets/sheet1.xml": b"<x/>"}), refused.UploadHasMacros),
    (
        "type.xlsx",
        workbook(instead={"[Content_Types].xml": b'<Types><Override ContentType="x.macroEnabled.main+xml"/></Types>'}),
        refused.UploadHasMacros,
    ),
    ("linked.xlsx", workbook(add={"xl/externalLinks/externalLink1.xml": b"<x/>"}), refused.UploadHasLinks),
    ("query.xlsx", workbook(add={"xl/connections.xml": b"<x/>"}), refused.UploadHasLinks),
    (
        "image.xlsx",
        workbook(add={RELATIONS: f'<Relationships><Relationship Type="x/image" {EXTERNAL}/></Relationships>'.encode()}),
        refused.UploadHasLinks,
    ),
    (
        "prefixed.xlsx",
        workbook(add={RELATIONS: f"<r:Relationship Id='>' Type='x/oleObject' {EXTERNAL}/>".encode()}),
        refused.UploadHasLinks,
    ),
    ("relations.xlsx", workbook(add={RELATIONS: b"<Relationship " * (1 << 20)}), refused.UploadInflates),
    (
        "dde.xlsx",
        workbook(add={"xl/worksheets/sheet2.xml": b"<c><f>cmd|'/C calc'!A0</f></c>"}),
        refused.UploadHasLinks,
    ),
    (
        "dde-on-an-edge.xlsx",
        workbook(add={"xl/worksheets/sheet2.xml": b" " * ((1 << 18) - 8) + b"<c><f>cmd|'/C calc'!A0</f></c>"}),
        refused.UploadHasLinks,
    ),
    ("dde.csv", b"name,amount\n=cmd|' /C calc'!A0,1\n", refused.UploadHasLinks),
    ("dde-far-down.csv", b"name,amount\n" + b"\n" * (1 << 20) + b" \t =cmd|' /C calc'!A0,1\n", refused.UploadHasLinks),
    ("object.xlsx", workbook(add={"xl/embeddings/oleObject1.bin": b"x"}), refused.UploadHasObjects),
    ("bomb.xlsx", bomb(), refused.UploadInflates),
    ("parts.xlsx", workbook(add={f"xl/x{n}.xml": b"" for n in range(2001)}), refused.UploadInflates),
    ("binary.csv", b"name\x00\x01\x02,amount\n", refused.UploadNotText),
    ("latin.csv", b"caf\xe9,\xff\xff\n", refused.UploadNotText),
]


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_file_is_taken_as_it_came(name: str) -> None:
    taken = checked_upload(upload(name, HONEST[name]))
    assert (taken.name, taken.content, taken.kind) == (name, HONEST[name], name.lower().rpartition(".")[2])


@pytest.mark.parametrize(("name", "content", "kind"), HOSTILE, ids=[name for name, _content, _kind in HOSTILE])
def test_a_hostile_file_is_refused_by_name(name: str, content: bytes | None, kind: type[Exception]) -> None:
    if content is None:  # a zip archive that is no workbook
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("word/document.xml", "<x/>")
        content = made.getvalue()
    with pytest.raises(kind) as told:
        checked_upload(upload(name, content))
    assert type(told.value) is kind
    assert str(told.value.remedy)  # type: ignore[attr-defined]


def test_an_encrypted_part_is_a_password() -> None:
    content = bytearray(workbook())
    at = content.rfind(b"PK\x01\x02")  # the last entry of the archive's list
    content[at + 8] |= 1
    with pytest.raises(refused.UploadLocked):
        checked_upload(upload("locked.xlsx", bytes(content)))


@pytest.mark.parametrize(("size", "taken"), [(1 << 20, True), ((1 << 20) + 1, False)])
def test_a_file_may_be_as_large_as_the_setting_says(settings: Settings, size: int, *, taken: bool) -> None:
    settings.UPLOAD_BYTES_MAX = 1 << 20
    file = upload("a.csv", b"1" * size)
    if taken:
        assert len(checked_upload(file).content) == size
    else:
        with pytest.raises(refused.UploadTooLarge):
            checked_upload(file)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("工资变动_202611.xlsx", "工资变动_202611.xlsx"),
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\桌面\\工资.xlsx", "工资.xlsx"),
        ("gnp\u202excod.xlsx", "gnpxcod.xlsx"),
        ("a\x00b\n\tc.csv", "abc.csv"),
        ("a\u200bb\u2066.csv", "ab.csv"),
        ("<script>.csv", "_script_.csv"),
        (".xlsx", "file.xlsx"),
        ("..", "file"),
        ("", "file"),
        ("a" * 300 + ".csv", "a" * (NAME_MAX - 10) + ".csv"),
    ],
)
def test_a_name_is_made_plain(name: str, plain: str) -> None:
    assert plain_name(name) == plain
