"""Draws worked by hand: random, by monetary units, by bands; the same on every machine, each item with its chance."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.rules.drawing import Urn, lot_of
from audit.rules.monetary import Rod, interval_for, start_of
from audit.rules.sample_sizes import NoSampleIsEnough, attribute_size
from audit.rules.strata import UnorderedBands, band_of, named, require_rising

seeds = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=8)
amounts = st.lists(st.integers(1, 500), min_size=1, max_size=60)


def drawn(keys: Sequence[str], *, size: int, seed: str = "2026") -> list[str]:
    urn: Urn[str] = Urn(size=size, seed=seed)
    for key in keys:
        urn.put(key, key)
    return list(urn.drawn())


def hits(fen: Sequence[int], *, interval: int, start: int) -> list[int]:
    rod = Rod(interval=interval, start=start)
    return [rod.lay(each) for each in fen]


# Random

PINNED = ["D/2026-11/记-68", "D/2026-11/记-9", "D/2026-11/记-77", "D/2026-11/记-55", "D/2026-11/记-70"]


def test_a_lot_is_the_sha_256_of_seed_and_key() -> None:
    # printf '2026\nD/2026-11/记-12' | sha256sum
    assert f"{lot_of(seed='2026', key='D/2026-11/记-12'):064x}" == (
        hashlib.new("sha256", "2026\nD/2026-11/记-12".encode()).hexdigest()
    )


def test_this_draw_is_the_same_for_ever() -> None:
    assert drawn([f"D/2026-11/记-{n}" for n in range(1, 101)], size=5) == PINNED


def test_another_seed_draws_others() -> None:
    keys = [str(n) for n in range(1000)]
    assert drawn(keys, size=20, seed="1") == drawn(keys, size=20, seed="1") != drawn(keys, size=20, seed="2")


@given(st.sets(st.text("abc123", max_size=5), max_size=50), st.integers(0, 60), seeds)
def test_a_draw_has_its_size_and_nothing_twice(keys: set[str], size: int, seed: str) -> None:
    sample = drawn(sorted(keys), size=size, seed=seed)
    assert len(sample) == len(set(sample)) == min(size, len(keys))
    assert set(sample) <= keys


@given(st.permutations([str(n) for n in range(30)]), st.integers(1, 30))
def test_neither_the_order_nor_the_size_moves_what_is_drawn(keys: list[str], size: int) -> None:
    assert drawn(keys, size=size) == drawn(sorted(keys), size=30)[:size]


@given(st.integers(1, 20))
def test_what_is_added_only_takes_the_place_of_what_it_beats(size: int) -> None:
    keys = [str(n) for n in range(100)]
    before, after = drawn(keys, size=size), drawn([*keys, "new"], size=size)
    assert [key for key in after if key != "new"] == before[: size - ("new" in after)]


def test_each_item_is_drawn_about_as_often() -> None:
    keys = [str(n) for n in range(10)]
    often = Counter(key for seed in range(4000) for key in drawn(keys, size=3, seed=str(seed)))
    assert all(1080 <= often[key] <= 1320 for key in keys)  # 1200 expected, four standard deviations


# Monetary units, worked by hand: amounts in fen


@pytest.mark.parametrize(
    ("fen", "interval", "start", "expected"),
    [
        # 40 ends on fen 100, the first drawn: it is the last fen of the second item.
        ([60, 40, 100], 100, 100, [0, 1, 1]),
        # One fen later it is the first of the third.
        ([60, 40, 101], 100, 1, [1, 0, 2]),
        ([60, 41, 99], 100, 100, [0, 1, 1]),
        ([60, 39, 101], 100, 100, [0, 0, 2]),
        # Larger than the interval: once at least, whatever the start.
        ([250], 100, 1, [3]),
        ([250], 100, 50, [3]),
        ([250], 100, 51, [2]),
        ([250], 100, 100, [2]),
        ([1, 100, 1], 100, 1, [1, 1, 0]),
        ([1, 100, 1], 100, 2, [0, 1, 1]),
        # 400 divides by 4: four hits for every start.
        ([100, 100, 100, 100], 100, 1, [1, 1, 1, 1]),
        ([100, 100, 100, 100], 100, 100, [1, 1, 1, 1]),
        ([399], 100, 100, [3]),
        ([399], 100, 99, [4]),
    ],
)
def test_every_interval_th_fen_is_drawn(fen: list[int], interval: int, start: int, expected: list[int]) -> None:
    assert hits(fen, interval=interval, start=start) == expected


@given(amounts, st.integers(1, 300), st.data())
def test_the_fen_drawn_are_those_counted_one_by_one(fen: list[int], interval: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(1, interval))
    owners = [at for at, each in enumerate(fen) for _ in range(each)]
    counted = Counter(owners[place - 1] for place in range(start, len(owners) + 1, interval))
    assert hits(fen, interval=interval, start=start) == [counted[at] for at in range(len(fen))]


@given(amounts, st.integers(1, 300))
def test_over_all_starts_an_item_is_drawn_by_its_amount_exactly(fen: list[int], interval: int) -> None:
    over_all = [hits(fen, interval=interval, start=start) for start in range(1, interval + 1)]
    assert [sum(column) for column in zip(*over_all, strict=True)] == fen
    assert all(
        min(column) >= 1 for column, each in zip(zip(*over_all, strict=True), fen, strict=True) if each >= interval
    )


@given(amounts, st.integers(1, 50), seeds)
def test_an_interval_for_a_size_draws_at_least_that(fen: list[int], size: int, seed: str) -> None:
    interval = interval_for(total=sum(fen), size=size)
    found = sum(hits(fen, interval=interval, start=start_of(seed=seed, interval=interval)))
    assert found >= min(size, sum(fen))
    if sum(fen) % size == 0:
        assert found == size


@given(seeds, st.integers(1, 10**18))
def test_the_start_lies_in_the_first_interval_and_comes_from_the_seed(seed: str, interval: int) -> None:
    assert 1 <= start_of(seed=seed, interval=interval) == start_of(seed=seed, interval=interval) <= interval


@pytest.mark.parametrize("amount", [0, -1])
def test_what_is_not_above_zero_is_not_laid(amount: int) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Rod(interval=100, start=1).lay(amount)


@pytest.mark.parametrize("start", [0, 101])
def test_a_start_outside_the_interval_is_refused(start: int) -> None:
    with pytest.raises(ValueError, match="between 1 and the interval"):
        Rod(interval=100, start=start)


# Bands and sizes

BOUNDS = [Decimal("1000"), Decimal("5000")]


@pytest.mark.parametrize(
    ("amount", "band", "name"),
    [
        ("-1.00", 0, "x < 1000.00"),
        ("999.99", 0, "x < 1000.00"),
        ("1000.00", 1, "1000.00 ≤ x < 5000.00"),
        ("4999.99", 1, "1000.00 ≤ x < 5000.00"),
        ("5000.00", 2, "5000.00 ≤ x"),
    ],
)
def test_a_bound_belongs_to_the_band_that_begins_with_it(amount: str, band: int, name: str) -> None:
    assert band_of(amount=Decimal(amount), bounds=BOUNDS) == band
    assert named(band=band, bounds=BOUNDS) == name


@pytest.mark.parametrize("bounds", [[], [Decimal(2), Decimal(2)], [Decimal(2), Decimal(1)]])
def test_bounds_rise(bounds: list[Decimal]) -> None:
    with pytest.raises(UnorderedBands):
        require_rising(bounds)


@pytest.mark.parametrize(
    ("confidence", "tolerable", "expected", "size"),
    # AICPA, Audit Sampling, table of the 5 % and of the 10 % risk of overreliance.
    [
        ("95", "5", 0, 59),
        ("95", "5", 1, 93),
        ("95", "5", 2, 124),
        ("95", "10", 0, 29),
        ("90", "5", 0, 45),
        ("90", "10", 1, 38),
    ],
)
def test_attribute_sizes_are_those_of_the_published_tables(
    confidence: str, tolerable: str, expected: int, size: int
) -> None:
    found = attribute_size(confidence=Decimal(confidence), tolerable=Decimal(tolerable), expected=expected)
    assert found == size


@pytest.mark.parametrize(
    ("confidence", "tolerable", "expected"),
    [("100", "5", 0), ("0", "5", 0), ("95", "0", 0), ("95", "100", 0), ("95", "5", -1), ("95", "0.0001", 0)],
)
def test_what_no_sample_shows_is_refused(confidence: str, tolerable: str, expected: int) -> None:
    with pytest.raises(NoSampleIsEnough):
        attribute_size(confidence=Decimal(confidence), tolerable=Decimal(tolerable), expected=expected)
