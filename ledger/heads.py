"""The newest seals of the books, to be kept elsewhere: a chain rewritten whole is found against them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.models import Seal

DIGEST = re.compile("[0-9a-fA-F]{64}")


class UnreadableAnchor(ValueError):
    """A line of an anchor file that is not ``BOOK NUMBER DIGEST``."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A seal of a book as it once was; ``digest`` is 64 hexadecimal digits."""

    book: str
    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.book} {self.number} {self.digest}"


def book_heads() -> list[Anchor]:
    """Return the newest seal of each book."""
    newest = Seal.objects.order_by("book_id", "-number").distinct("book_id").select_related("book")
    return [Anchor(book=seal.book.code, number=seal.number, digest=bytes(seal.digest).hex()) for seal in newest]


def read_anchors(lines: Iterable[str]) -> list[Anchor]:
    """Return the anchors of a file; blank lines and lines that begin with ``#`` are skipped.

    :raises UnreadableAnchor: naming the first line that is none
    """
    anchors = []
    for place, line in enumerate(lines, start=1):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if len(words) != 3 or not words[1].isdecimal() or not DIGEST.fullmatch(words[2]):
            raise UnreadableAnchor(f"line {place}: {line.strip()!r}")
        anchors.append(Anchor(book=words[0], number=int(words[1]), digest=words[2].lower()))
    return anchors


def missing_anchors(anchors: Iterable[Anchor]) -> list[Anchor]:
    """Return the anchors that the books no longer hold."""
    stored = {
        (book, number): bytes(digest).hex()
        for book, number, digest in Seal.objects.values_list("book__code", "number", "digest")
    }
    return [anchor for anchor in anchors if stored.get((anchor.book, anchor.number)) != anchor.digest]
