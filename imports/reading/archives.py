"""The parts of a workbook's zip archive, within limits that no honest workbook of a bureau comes near."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from imports.reading.shapes import Obstacle, Unreadable

UNPACKED_BYTES_MAX = 1 << 30  # of all parts that are read together; 100,000 rows of 26 columns have 0.1 of it
# A part above RATIO_BYTES_MIN may not be more than RATIO_MAX times its packed size; sheets have 5 to 60.
RATIO_MAX = 250
RATIO_BYTES_MIN = 1 << 24
CHUNK_BYTES = 1 << 18


class Archive:
    """A zip archive whose parts are found whatever their case, and read as streams."""

    def __init__(self, *, file: str, content: bytes) -> None:
        """Open the archive.

        :raises Unreadable: LOCKED, TOO_LARGE or BROKEN
        """
        self.file = file
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, struct.error) as error:
            raise self.broken(detail=str(error)) from error
        self.members = {plain_path(member.filename): member for member in self.zip.infolist()}
        self.check_limits()

    def check_limits(self) -> None:
        # The sizes are the archive's own words; the stream of a part ends where they say it does.
        read = [member for path, member in self.members.items() if is_xml(path)]
        unpacked = sum(member.file_size for member in read)
        if unpacked > UNPACKED_BYTES_MAX:
            raise Unreadable(
                Obstacle.TOO_LARGE,
                {"file": self.file, "limit": UNPACKED_BYTES_MAX, "found": unpacked, "detail": "bytes"},
            )
        for member in read:
            if member.flag_bits & 1:
                raise Unreadable(Obstacle.LOCKED, {"file": self.file, "part": member.filename})
            if member.file_size > max(RATIO_BYTES_MIN, RATIO_MAX * member.compress_size):
                raise Unreadable(
                    Obstacle.TOO_LARGE,
                    {
                        "file": self.file,
                        "part": member.filename,
                        "limit": RATIO_MAX,
                        "found": member.file_size // max(1, member.compress_size),
                        "detail": "times the packed size",
                    },
                )

    def __contains__(self, path: str) -> bool:
        return plain_path(path) in self.members

    def size(self, path: str) -> int:
        return self.members[plain_path(path)].file_size

    def chunks(self, path: str) -> Iterator[bytes]:
        """Yield a part piece by piece.

        :raises Unreadable: BROKEN, if it is missing or damaged
        """
        member = self.members.get(plain_path(path))
        if member is None or not is_xml(path):  # the limits are those of XML
            raise self.broken(part=path, detail="the part is missing")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self.broken(part=path, detail="packed in a way that workbooks are not")
        try:
            with self.zip.open(member) as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    yield chunk
        except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
            raise self.broken(part=path, detail=str(error)) from error

    def broken(self, *, part: str = "", detail: str) -> Unreadable:
        return Unreadable(Obstacle.BROKEN, {"file": self.file, **({"part": part} if part else {}), "detail": detail})


def is_xml(path: str) -> bool:
    return plain_path(path).endswith((".xml", ".rels"))


def plain_path(path: str) -> str:
    """Return a path as all of its spellings have it: programs write /xl/Workbook.xml and xl\\workbook.xml too."""
    return path.replace("\\", "/").lstrip("/").lower()
