"""Take an uploaded file in: its name made plain, its size and content checked before anything reads it.

What is in the cells is judged by the stage; here it is only made sure that the file is what it says, that reading it
costs no more than it should, and that nothing in it acts. Its bytes are returned as they came.
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from imports.reading import compound_files
from imports.reading.csv_files import UTF_16_MARKS
from web.security.upload_refusals import (
    UploadDisguised,
    UploadEmpty,
    UploadHasLinks,
    UploadHasMacros,
    UploadKindUnknown,
    UploadLocked,
    UploadNotText,
    UploadTooLarge,
)
from web.security.workbooks import check_workbook

NAME_MAX: Final = 120
ZIP_SIGNATURE: Final = b"PK"
# What is no text whatever its name says: PDF, pictures, programs, archives, pages.
FOREIGN: Final = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"MZ", b"\x7fELF", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
MARKUP: Final = re.compile(rb"\s*<(?:!doctype|html|script|svg|\?xml)", re.IGNORECASE)
CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
# A cell that starts a program when a spreadsheet opens the csv: =cmd|' /C calc'!A0. Every place of a text is looked at
# a few times at most, whatever the text: no beginning reaches into the next cell, no end lies farther than 500 places.
DDE_BEGINS: Final = re.compile(r"(?:\A|[,;\t\n\"])[^\S\t\n]*[=+\-@][^,;\t\n\"|]{0,200}\|")
DDE_ENDS: Final = re.compile(r"[,;\t\n!]")
DDE_PLACES: Final = 500
MACROS_OF_XLS: Final = {"_VBA_PROJECT", "PROJECT"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was checked: a plain name, its kind (xlsx, xls, csv) and its bytes."""

    name: str
    kind: str
    content: bytes


def checked_upload(file: "UploadedFile[bytes]") -> Upload:
    """Return a file that may be staged.

    :raises UploadRefused: by its kinds, each with what to do
    """
    name = plain_name(file.name or "")
    size = file.size or 0
    if size > settings.UPLOAD_BYTES_MAX:
        raise UploadTooLarge("upload_is_within_its_size", {"file": name, "limit": settings.UPLOAD_BYTES_MAX})
    if size == 0:
        raise UploadEmpty("upload_has_content", {"file": name})
    kind = PurePosixPath(name).suffix.lower().lstrip(".")
    check = CHECKS.get(kind)
    if check is None:
        raise UploadKindUnknown("upload_is_of_known_kind", {"file": name, "known": ", ".join(CHECKS)})
    content = file.read()
    check(name, content)
    return Upload(name=name, kind=kind, content=content)


def plain_name(name: str) -> str:
    """Return a name without folders, control characters and marks that turn the writing round; never an empty one."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    # Cc: control; Cf: format, among them the marks of direction and width; Co, Cs, Cn: of no meaning to others.
    seen = "".join(sign for sign in last if not unicodedata.category(sign).startswith("C"))
    plain = re.sub(r'[<>:"|?*]', "_", seen).lstrip(" ").rstrip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        return plain[:NAME_MAX] or "file"
    return f"{(stem.strip(' .') or 'file')[: NAME_MAX - 10]}.{ending[:9]}"


def check_xlsx(name: str, content: bytes) -> None:
    if content.startswith(compound_files.SIGNATURE):
        if "EncryptedPackage" in streams_of(name, content):
            raise UploadLocked("upload_is_not_encrypted", {"file": name})
        raise UploadDisguised("upload_is_what_it_says", {"file": name, "found": "xls"})
    if not content.startswith(ZIP_SIGNATURE):
        raise UploadDisguised("upload_is_what_it_says", {"file": name})
    check_workbook(name, content)


def check_xls(name: str, content: bytes) -> None:
    if not content.startswith(compound_files.SIGNATURE):
        raise UploadDisguised("upload_is_what_it_says", {"file": name})
    streams = streams_of(name, content)
    if "EncryptedPackage" in streams:
        raise UploadLocked("upload_is_not_encrypted", {"file": name})
    if not streams & {"Workbook", "Book"}:
        raise UploadDisguised("upload_is_what_it_says", {"file": name})
    if streams & MACROS_OF_XLS:
        raise UploadHasMacros("upload_has_no_macros", {"file": name})


def check_csv(name: str, content: bytes) -> None:
    if content.startswith((*FOREIGN, compound_files.SIGNATURE, ZIP_SIGNATURE + b"\x03\x04")) or MARKUP.match(content):
        raise UploadDisguised("upload_is_what_it_says", {"file": name})
    text = text_in(name, content)
    if CONTROL.search(text):
        raise UploadNotText("upload_is_text", {"file": name, "detail": "control characters"})
    if starts_program(text):
        raise UploadHasLinks("upload_starts_no_program", {"file": name})


def starts_program(text: str) -> bool:
    """Return whether a cell of a csv starts a program when a spreadsheet opens it."""
    for begun in DDE_BEGINS.finditer(text):
        ended = DDE_ENDS.search(text, begun.end(), begun.end() + DDE_PLACES)
        if ended is not None and ended[0] == "!":
            return True
    return False


def text_in(name: str, content: bytes) -> str:
    """Return the text of a csv.

    :raises UploadNotText: if it is none in an encoding that the stage reads
    """
    encodings = ["utf-16"] if content.startswith(UTF_16_MARKS) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UploadNotText("upload_is_text", {"file": name})


def streams_of(name: str, content: bytes) -> set[str]:
    try:
        return set(compound_files.CompoundFile(content).streams)
    except compound_files.BrokenContainer as error:
        raise UploadDisguised("upload_is_what_it_says", {"file": name, "detail": str(error)}) from error


CHECKS: Final = {"xlsx": check_xlsx, "xls": check_xls, "csv": check_csv}
