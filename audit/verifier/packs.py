"""The pack itself: a zip or the folder it was unpacked into, its manifest, and the SHA-256 of each file."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import struct
import zipfile
import zlib
from typing import IO, Any, Callable, Dict, List, Tuple

from audit.verifier.findings import Findings

MANIFEST = "manifest.json"
MANIFEST_DIGEST = "manifest.sha256"
FORMAT = "tongfa-audit-pack/1"
CHUNK = 1 << 20
MANIFEST_MAX = 16 << 20
RATIO_MAX = 1000  # deflate cannot do more; a bomb of bombs would need it
BAD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    EOFError,
    RuntimeError,
    ValueError,
    OverflowError,
)
# What every member of our zips says of itself: nothing that differs from one to the other but its bytes.
NO_DATE = (1980, 1, 1, 0, 0, 0)
ATTRIBUTES = 0o600 << 16
ZIP64_LIMIT = (1 << 31) - 1


class Unreadable(Exception):
    """The pack cannot be checked any further; the text says why."""


class Pack:
    """The files of a pack by their names."""

    def names(self) -> List[str]:
        raise NotImplementedError

    def size(self, name: str) -> int:
        raise NotImplementedError

    def open(self, name: str) -> IO[bytes]:
        raise NotImplementedError


class FolderPack(Pack):
    """A pack that was unpacked."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def names(self) -> List[str]:
        found = []
        for folder, _folders, files in os.walk(self.folder):
            for name in files:
                path = os.path.join(folder, name)
                found.append(os.path.relpath(path, self.folder).replace(os.sep, "/"))
        return sorted(found)

    def path(self, name: str) -> str:
        path = os.path.join(self.folder, *name.split("/"))
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise ValueError("it is no plain file")
        return path

    def size(self, name: str) -> int:
        return os.path.getsize(self.path(name))

    def open(self, name: str) -> IO[bytes]:
        return open(self.path(name), "rb")


class ZipPack(Pack):
    """A pack as it was handed over."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self.archive = zipfile.ZipFile(path)
        except BAD_ZIP as error:
            raise Unreadable(f"{path}: no zip file, or a damaged one ({error})") from error

    def names(self) -> List[str]:
        return [member.filename for member in self.archive.infolist()]

    def size(self, name: str) -> int:
        return self.archive.getinfo(name).file_size

    def open(self, name: str) -> IO[bytes]:
        return self.archive.open(name)


def open_pack(path: str) -> Pack:
    """Return the pack at a path: a folder, or else a zip."""
    if os.path.isdir(path):
        return FolderPack(path)
    if not os.path.isfile(path):
        raise Unreadable(f"{path}: there is no such file")
    return ZipPack(path)


def read_manifest(pack: Pack, found: Findings) -> Tuple[Dict[str, Any], str]:
    """Return the manifest and its SHA-256, after the names of the files were held against it."""
    names = pack.names()
    check_names(names, found)
    if MANIFEST not in names:
        raise Unreadable(f"{MANIFEST}: missing")
    try:
        if pack.size(MANIFEST) > MANIFEST_MAX:
            raise Unreadable(f"{MANIFEST}: too large")
        with pack.open(MANIFEST) as stream:
            content = stream.read(MANIFEST_MAX + 1)
        manifest = json.loads(content.decode("utf-8"))
        stated = {str(file["name"]): file for file in manifest["files"]}
        sizes_are_numbers = all(isinstance(file["bytes"], int) and file["bytes"] >= 0 for file in manifest["files"])
        if manifest["format"] != FORMAT or not sizes_are_numbers or len(stated) != len(manifest["files"]):
            raise Unreadable(f"{MANIFEST}: not of the format {FORMAT}")
    except (OSError, KeyError, TypeError, RecursionError, *BAD_ZIP) as error:
        raise Unreadable(f"{MANIFEST}: cannot be read ({error})") from error
    digest = hashlib.sha256(content).hexdigest()
    if MANIFEST_DIGEST in names:
        try:
            with pack.open(MANIFEST_DIGEST) as stream:
                said = stream.read(200)
        except (OSError, *BAD_ZIP) as error:
            said = str(error).encode()
        found.compare("files", MANIFEST_DIGEST, 1, MANIFEST, f"{digest}  {MANIFEST}\n".encode(), said)
    for name in sorted({*stated, MANIFEST_DIGEST} - set(names)):
        found.add("files", name, 0, name, "missing")
    for name in sorted(set(names) - {*stated, MANIFEST, MANIFEST_DIGEST}):
        found.add("files", name, 0, name, "surplus")
    return manifest, digest


def check_names(names: List[str], found: Findings) -> None:
    """Refuse names that are there twice or lead out of the pack."""
    for name in sorted({name for name in names if names.count(name) > 1} if len(names) < 100000 else names):
        found.add("files", name, 0, name, "twice")
    for name in names:
        parts = name.split("/")
        if not name.isascii() or "\\" in name or ":" in name or name.startswith("/") or {"", ".", ".."} & set(parts):
            found.add("files", name, 0, "a name that leads out of the pack", "surplus")
    if found.faults.get("files"):
        raise Unreadable("the names of the files are not those of a pack")


def check_files(pack: Pack, manifest: Dict[str, Any], found: Findings) -> None:
    """Hold each file against the size and SHA-256 that the manifest states; nothing is read beyond that size."""
    names = set(pack.names())
    for file in manifest["files"]:
        name, size = file["name"], file["bytes"]
        if name not in names:
            continue
        try:
            found.compare("files", name, 0, "size", size, pack.size(name))
            digest, read = hashlib.sha256(), 0
            with pack.open(name) as stream:
                while read <= size:
                    chunk = stream.read(min(CHUNK, size + 1 - read))
                    if not chunk:
                        break
                    digest.update(chunk)
                    read += len(chunk)
            if read != size or digest.hexdigest() != file["sha256"]:
                found.add("files", name, 0, name, "digest", file["sha256"], digest.hexdigest())
        except (OSError, *BAD_ZIP) as error:
            found.add("files", name, 0, name, "unreadable", "", error)


def check_zip(pack: ZipPack, manifest: Dict[str, Any], found: Findings) -> None:
    """Check that the zip holds its members one after the other and not one byte besides.

    What lies before the manifest has the SHA-256 that the manifest states; what lies behind it is spelled out here.
    """
    file, members = os.path.basename(pack.path), pack.archive.infolist()

    def compare(place: str, expected: object, is_so: object) -> None:
        found.compare("zip", file, 0, place, expected, is_so)

    with open(pack.path, "rb") as stream:
        size = stream.seek(0, io.SEEK_END)
        compare("the last members", [MANIFEST, MANIFEST_DIGEST], [member.filename for member in members[-2:]])
        before = {member.filename: member.header_offset for member in members}.get(MANIFEST, 0)
        compare("bytes before the manifest", manifest["zip"]["bytes"], before)
        compare("SHA-256 before the manifest", manifest["zip"]["sha256"], digest_until(stream, before))
        place = 0
        for number, member in enumerate(members, 1):
            compare(f"begin of member {number}", place, member.header_offset)
            told = (member.date_time, member.external_attr, member.internal_attr, member.create_system, member.comment)
            compare(f"attributes of {member.filename}", (NO_DATE, ATTRIBUTES, 0, 3, b""), told)
            told_bits = (member.flag_bits, member.volume, member.reserved)
            compare(f"flags of {member.filename}", (0, 0, 0), told_bits)
            stored = member.filename in (MANIFEST, MANIFEST_DIGEST)
            compare(f"compression of {member.filename}", 0 if stored else 8, member.compress_type)
            if member.file_size > RATIO_MAX * max(1, member.compress_size) + CHUNK:
                found.add("zip", file, 0, f"a bomb: {member.filename}", "surplus")
            compare(f"versions of {member.filename}", True, member.create_version == member.extract_version in (20, 45))
            place = end_of(stream, member, compare)
        compare("begin of the list of members", place, pack.archive.start_dir)
        compare("the list of members", directory_of(members, place), read_from(stream, place, size))


def digest_until(stream: IO[bytes], end: int) -> str:
    """Return the SHA-256 of what lies before a place."""
    digest = hashlib.sha256()
    stream.seek(0)
    while end > 0:
        chunk = stream.read(min(CHUNK, end))
        if not chunk:
            break
        digest.update(chunk)
        end -= len(chunk)
    return digest.hexdigest()


def end_of(stream: IO[bytes], member: zipfile.ZipInfo, compare: Callable[[str, object, object], None]) -> int:
    """Return where a member ends, after its head was held against the list at the end of the zip."""
    stream.seek(member.header_offset)
    head = stream.read(30)
    name, extra = struct.unpack("<HH", head[26:30]) if len(head) == 30 else (0, 0)
    if member.filename in (MANIFEST, MANIFEST_DIGEST):
        stored = struct.pack("<4s5H3I2H", b"PK\3\4", member.extract_version, 0, 0, 0, 0x21, member.CRC,
                             member.compress_size, member.file_size, len(member.filename), 0)  # fmt: skip
        compare(f"head of {member.filename}", stored + member.filename.encode(), head + stream.read(name))
    length: int = name + extra
    return member.header_offset + 30 + length + member.compress_size


def read_from(stream: IO[bytes], place: int, size: int) -> bytes:
    stream.seek(place)
    return stream.read(min(size - place, MANIFEST_MAX))


def directory_of(members: List[zipfile.ZipInfo], place: int) -> bytes:
    """Return the list of members as it must stand at the end of the zip, and nothing behind it."""
    written = io.BytesIO()
    for one in members:
        sizes, offset, large = [one.compress_size, one.file_size], one.header_offset, []
        if max(sizes) > ZIP64_LIMIT:
            sizes, large = [0xFFFFFFFF, 0xFFFFFFFF], [one.file_size, one.compress_size]
        if offset > ZIP64_LIMIT:
            large.append(offset)
            offset = 0xFFFFFFFF
        extra = struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""
        written.write(struct.pack("<4s4B4H3I5H2I", b"PK\1\2", one.create_version, 3, one.extract_version, 0, 0,
                                  one.compress_type, 0, 0x21, one.CRC, *sizes, len(one.filename), len(extra), 0, 0, 0,
                                  ATTRIBUTES, offset))  # fmt: skip
        written.write(one.filename.encode() + extra)
    length, count = written.tell(), len(members)
    if place > ZIP64_LIMIT:
        written.write(struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, place))
        written.write(struct.pack("<4sLQL", b"PK\6\7", 0, place + length, 1))
    written.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, length, min(place, 0xFFFFFFFF), 0))
    return written.getvalue()
