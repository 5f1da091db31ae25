"""What an uploaded xlsx may hold: cells, and nothing that acts, links out or unpacks beyond measure."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from imports.reading.archives import CHUNK_BYTES, RATIO_BYTES_MIN, RATIO_MAX, UNPACKED_BYTES_MAX, plain_path
from web.security.upload_refusals import (
    UploadBroken,
    UploadDisguised,
    UploadHasLinks,
    UploadHasMacros,
    UploadHasObjects,
    UploadInflates,
    UploadLocked,
)

PARTS_MAX: Final = 2000
TYPES: Final = "[content_types].xml"
MACRO_TYPE: Final = re.compile(rb"macroEnabled|vbaProject|macrosheet", re.IGNORECASE)
# Parts by the beginning of their paths.
MACRO_PARTS: Final = ("xl/macrosheets/", "xl/vbaproject", "xl/dialogsheets/")
LINK_PARTS: Final = ("xl/externallinks/", "xl/connections.xml", "xl/querytables/", "xl/model/", "customdata/")
OBJECT_PARTS: Final = ("xl/embeddings/", "xl/activex/", "xl/ctrlprops/")
# A relation out of the workbook is none of ours unless a reader has to click on it. No pattern reaches from one tag to
# the next: then every place of a part is looked at a few times at most, whatever the part.
RELATION: Final = re.compile(rb"<(?:[\w.-]+:)?Relationship\b(?:[^<>\"']|\"[^<\"]*\"|'[^<']*')*")
RELATIONS_BYTES_MAX: Final = 1 << 20
EXTERNAL: Final = re.compile(rb"TargetMode\s*=\s*[\"']External[\"']", re.IGNORECASE)
HYPERLINK: Final = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']")
# <f>cmd|'/C calc'!A0</f>: a program asked for a value.
DDE: Final = re.compile(rb"<(?:\w+:)?f\b[^<>]*>[^<|]{0,300}\|[^<!]{0,500}!")
OVERLAP: Final = 1024


def check_workbook(name: str, content: bytes) -> None:
    """Check a zip archive that says it is a workbook.

    :raises UploadRefused: by its kinds
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {plain_path(member.filename): member for member in archive.infolist()}
            check_size(name, archive)
            check_parts(name, members)
            for path, member in members.items():
                check_content(name, path, archive, member)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, EOFError, struct.error, zlib.error) as error:
        raise UploadBroken("upload_is_whole", {"file": name}) from error


def check_size(name: str, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > PARTS_MAX:
        raise UploadInflates("upload_has_few_parts", {"file": name, "found": len(members), "limit": PARTS_MAX})
    if unpacked > UNPACKED_BYTES_MAX:
        raise UploadInflates("upload_unpacks_in_limits", {"file": name, "found": unpacked, "limit": UNPACKED_BYTES_MAX})
    for member in members:
        if member.flag_bits & 1:
            raise UploadLocked("upload_is_not_encrypted", {"file": name})
        if member.file_size > max(RATIO_BYTES_MIN, RATIO_MAX * member.compress_size):
            raise UploadInflates("upload_unpacks_in_limits", {"file": name, "limit": RATIO_MAX})


def check_parts(name: str, members: dict[str, zipfile.ZipInfo]) -> None:
    if any(".." in path.split("/") for path in members):
        raise UploadBroken("upload_is_whole", {"file": name})
    if TYPES not in members or not any(path.startswith("xl/") for path in members):
        raise UploadDisguised("upload_is_what_it_says", {"file": name})
    if any(path.endswith("vbaproject.bin") or path.startswith(MACRO_PARTS) for path in members):
        raise UploadHasMacros("upload_has_no_macros", {"file": name})
    if any(path.startswith(LINK_PARTS) for path in members):
        raise UploadHasLinks("upload_takes_nothing_from_outside", {"file": name})
    if any(path.startswith(OBJECT_PARTS) for path in members):
        raise UploadHasObjects("upload_holds_no_objects", {"file": name})


def check_content(name: str, path: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    if path == TYPES and any(MACRO_TYPE.search(piece) for piece in pieces(archive, member)):
        raise UploadHasMacros("upload_has_no_macros", {"file": name})
    if path.endswith(".rels"):
        if member.file_size > RELATIONS_BYTES_MAX:
            raise UploadInflates("upload_unpacks_in_limits", {"file": name, "limit": RELATIONS_BYTES_MAX})
        relations = archive.read(member)
        for relation in RELATION.findall(relations):
            if EXTERNAL.search(relation) and not HYPERLINK.search(relation):
                raise UploadHasLinks("upload_takes_nothing_from_outside", {"file": name})
    if path.startswith("xl/worksheets/") and any(DDE.search(piece) for piece in pieces(archive, member)):
        raise UploadHasLinks("upload_starts_no_program", {"file": name})


def pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part piece by piece, each with the end of the one before, so that nothing hides on an edge."""
    end = b""
    with archive.open(member) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield end + chunk
            end = chunk[-OVERLAP:]
