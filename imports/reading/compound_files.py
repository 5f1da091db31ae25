"""The streams inside an OLE compound file, the container of Excel 97 to 2003. Source: [MS-CFB]."""

import struct
from collections.abc import Iterator

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SECTORS_IN_HEADER = 109
LAST_SECTOR = 0xFFFFFFFA  # from here on a number names no sector
ENTRY_BYTES = 128
STREAM, ROOT = 2, 5


class BrokenContainer(Exception):
    """The container is damaged."""


class CompoundFile:
    """A container of streams, each a chain of sectors; the small ones lie in sectors of a stream of their own."""

    def __init__(self, content: bytes) -> None:
        """Read which streams there are.

        :raises BrokenContainer: if the container is damaged
        """
        self.content = content
        try:
            shift, mini_shift = struct.unpack_from("<HH", content, 0x1E)
            first_entry, _, self.small_bytes, first_mini, _, first_more = struct.unpack_from("<6I", content, 0x30)
        except struct.error as error:
            raise BrokenContainer("it breaks off") from error
        if shift not in (9, 12) or mini_shift != 6:
            raise BrokenContainer("sectors of an unknown size")
        self.sector_bytes, self.mini_bytes = 1 << shift, 1 << mini_shift
        self.following = numbers_in(b"".join(self.sector(number) for number in self.table_sectors(first_more)))
        self.streams = {name: (first, size) for name, kind, first, size in self.entries(first_entry) if kind == STREAM}
        self.minis = b"".join(self.chain(first) for _, kind, first, _ in self.entries(first_entry) if kind == ROOT)
        self.following_mini = numbers_in(self.chain(first_mini))

    def table_sectors(self, first_more: int) -> list[int]:
        """Return the sectors of the table that chains all others."""
        numbers = list(numbers_in(self.content[0x4C : 0x4C + 4 * SECTORS_IN_HEADER]))
        while first_more < LAST_SECTOR:
            *more, first_more = numbers_in(self.sector(first_more))
            numbers.extend(more)
            self.limit(len(numbers))
        return [number for number in numbers if number < LAST_SECTOR]

    def entries(self, first: int) -> Iterator[tuple[str, int, int, int]]:
        """Yield the name, kind, first sector and size of what is inside."""
        directory = self.chain(first)
        for at in range(0, len(directory) - ENTRY_BYTES + 1, ENTRY_BYTES):
            name_bytes, kind = struct.unpack_from("<HB", directory, at + 0x40)
            first_sector, size = struct.unpack_from("<II", directory, at + 0x74)
            name = directory[at : at + max(0, min(name_bytes, 64) - 2)].decode("utf-16-le", errors="replace")
            yield name, kind, first_sector, size

    def stream(self, name: str) -> bytes:
        """Return all of a stream.

        :raises BrokenContainer: if the container is damaged
        """
        first, size = self.streams[name]
        if size >= self.small_bytes:
            return self.chain(first)[:size]
        starts = [number * self.mini_bytes for number in self.chained(first, self.following_mini)]
        return b"".join(self.minis[start : start + self.mini_bytes] for start in starts)[:size]

    def chain(self, first: int) -> bytes:
        return b"".join(self.sector(number) for number in self.chained(first, self.following))

    def chained(self, first: int, following: tuple[int, ...]) -> Iterator[int]:
        length = 0
        while first < LAST_SECTOR:
            if first >= len(following):
                raise BrokenContainer("a chain of sectors breaks off")
            yield first
            first = following[first]
            length += 1
            self.limit(length)

    def sector(self, number: int) -> bytes:
        start = (number + 1) * self.sector_bytes
        if start >= len(self.content):
            raise BrokenContainer("it breaks off")
        return self.content[start : start + self.sector_bytes].ljust(self.sector_bytes, b"\0")

    def limit(self, sectors: int) -> None:
        """Refuse chains that run in a circle."""
        if sectors * self.mini_bytes > len(self.content) + self.sector_bytes:
            raise BrokenContainer("a chain of sectors has no end")


def numbers_in(sectors: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(sectors) // 4}I", sectors[: len(sectors) // 4 * 4])
