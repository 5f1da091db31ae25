"""Draws that anybody repeats with a sheet of paper that says how, in any language and on any machine.

Each item has a key that stays (``D/2026-11/记-12``), and the draw has a seed. The lot of an item is the SHA-256 of
seed, line break and key in UTF-8, read as one number, highest byte first; the items with the lowest lots are drawn,
lowest first. So a larger sample of the same seed begins with the smaller one, and what is not in the population
cannot move what is.
"""

import heapq
from collections.abc import Iterator
from hashlib import sha256
from typing import Generic, TypeVar

Item = TypeVar("Item")


def lot_of(*, seed: str, key: str) -> int:
    """Return the lot of an item."""
    return int.from_bytes(sha256(f"{seed}\n{key}".encode()).digest(), "big")


class Urn(Generic[Item]):
    """Keeps the items with the lowest lots out of any number that are put into it, and no more than those."""

    def __init__(self, *, size: int, seed: str) -> None:
        self.size = size
        self.seed = seed
        self.put_in = 0
        self.kept: list[tuple[int, str, Item]] = []  # a heap of negative lots: the highest lot first

    def put(self, key: str, item: Item) -> None:
        """Put an item into the urn; no key may come twice."""
        self.put_in += 1
        lot = -lot_of(seed=self.seed, key=key)
        if len(self.kept) < self.size:
            heapq.heappush(self.kept, (lot, key, item))
        elif self.kept and lot > self.kept[0][0]:
            heapq.heapreplace(self.kept, (lot, key, item))

    def drawn(self) -> Iterator[Item]:
        """Yield the items drawn, lowest lot first."""
        for _lot, _key, item in sorted(self.kept, key=lambda kept: (-kept[0], kept[1])):
            yield item
