"""Exact amounts: what is refused, which way the half goes, and parts that always add up."""

from decimal import ROUND_DOWN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import FEN, LIMIT, InexactAmount, allocate, exact, in_full, round_down, round_half_up

amounts = st.integers(-(10**14), 10**14).map(lambda fen: fen * FEN)
weights = st.lists(st.integers(0, 10**9) | st.decimals(0, 10**6, places=4), min_size=1, max_size=12).filter(any)


def yuan(text: str) -> Decimal:
    return Decimal(text)


# exact


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("0", "0.00"),
        ("1", "1.00"),
        (1, "1.00"),
        (-7, "-7.00"),
        ("0.5", "0.50"),
        ("0.010", "0.01"),
        ("-0.01", "-0.01"),
        ("1e2", "100.00"),
        (Decimal("1950000.00"), "1950000.00"),
        ("9999999999999999.99", "9999999999999999.99"),
        ("-9999999999999999.99", "-9999999999999999.99"),
    ],
)
def test_an_amount_of_whole_fen_is_kept_with_two_decimals(value: Decimal | int | str, amount: str) -> None:
    assert str(exact(value)) == amount


@pytest.mark.parametrize(
    "value",
    ["0.001", "0.005", "-0.011", "1.999", "0.0100000001", "1e-3"],
)
def test_a_part_of_a_fen_is_refused_and_never_rounded(value: str) -> None:
    with pytest.raises(InexactAmount) as refusal:
        exact(value)
    assert refusal.value.value == value


@pytest.mark.parametrize("value", ["", "ten", "1,000.00", "NaN", "sNaN", "Infinity", "-Infinity", "1e30"])
def test_what_is_no_number_of_fen_is_refused(value: str) -> None:
    with pytest.raises(InexactAmount):
        exact(value)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_limit_of_the_books_is_refused_and_a_fen_less_is_not(sign: int) -> None:
    assert exact(sign * (LIMIT - FEN)) == sign * (LIMIT - FEN)
    with pytest.raises(InexactAmount):
        exact(sign * LIMIT)


@given(amounts)
def test_an_exact_amount_is_worth_what_it_was(amount: Decimal) -> None:
    assert exact(amount) == amount
    assert exact(str(amount)) == exact(exact(amount))
    assert exact(amount).as_tuple().exponent == -2


@given(amounts, st.integers(1, 9))
def test_a_tenth_of_a_fen_more_is_refused(amount: Decimal, tenths: int) -> None:
    with pytest.raises(InexactAmount):
        exact(amount + tenths * FEN / 10)


# round_half_up


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("0.004", "0.00"),
        ("0.0049999", "0.00"),
        ("0.005", "0.01"),
        ("0.0050001", "0.01"),
        ("0.015", "0.02"),
        ("0.025", "0.03"),
        ("1.994", "1.99"),
        ("1.995", "2.00"),
        ("-0.004", "0.00"),
        ("-0.0049999", "0.00"),
        ("-0.005", "-0.01"),
        ("-0.015", "-0.02"),
        ("-0.025", "-0.03"),
        ("-1.995", "-2.00"),
        ("12", "12.00"),
    ],
)
def test_the_half_goes_away_from_zero(value: str, rounded: str) -> None:
    assert round_half_up(yuan(value)) == yuan(rounded)


@pytest.mark.parametrize(
    ("value", "cut_off"), [("0.009", "0.00"), ("0.01", "0.01"), ("0.019", "0.01"), ("-0.019", "-0.01"), ("12", "12.00")]
)
def test_a_limit_is_cut_off_to_the_fen(value: str, cut_off: str) -> None:
    assert str(round_down(yuan(value))) == cut_off


@pytest.mark.parametrize(
    ("base", "rate", "rounded"),
    [
        # Withholding of 25 % (domain 1.4).
        ("200000.00", "0.25", "50000.00"),
        ("150000.00", "0.25", "37500.00"),
        ("100000.01", "0.25", "25000.00"),
        ("33333.33", "0.25", "8333.33"),
        ("100000.02", "0.25", "25000.01"),
    ],
)
def test_a_rate_of_a_base_is_rounded_once(base: str, rate: str, rounded: str) -> None:
    assert str(round_half_up(yuan(base) * yuan(rate))) == rounded


def test_a_total_is_not_rebuilt_from_a_rounded_head_rate() -> None:
    """B25 of domain 1.4: 5,300,500.00 over 2,657 people."""
    rate = round_half_up(yuan("5300500.00") / 2657)
    assert (rate, 2657 * rate) == (yuan("1994.92"), yuan("5300502.44"))
    assert sum(allocate(yuan("5300500.00"), [1] * 2657)) == yuan("5300500.00")


@given(amounts, st.integers(-499, 499))
def test_rounding_finds_the_nearest_fen(amount: Decimal, off: int) -> None:
    assert round_half_up(amount + off * FEN / 1000) == amount


@given(st.integers(-(10**18), 10**18).map(lambda n: n * FEN / 1000))
def test_rounding_is_the_same_on_both_sides_of_zero(value: Decimal) -> None:
    assert round_half_up(-value) == -round_half_up(value)


# allocate


@pytest.mark.parametrize(
    ("whole", "shares", "parts"),
    [
        ("2345.67", [50, 50], ["1172.84", "1172.83"]),  # G13: the odd fen to the payer named first
        ("100.00", [1, 1, 1], ["33.34", "33.33", "33.33"]),
        ("0.01", [1, 1], ["0.01", "0.00"]),
        ("0.02", [1, 1, 1], ["0.01", "0.01", "0.00"]),
        ("0.00", [3, 4], ["0.00", "0.00"]),
        ("10.00", [0, 1], ["0.00", "10.00"]),
        ("10.00", [7], ["10.00"]),
        ("-100.00", [1, 1, 1], ["-33.34", "-33.33", "-33.33"]),
        ("100000.01", ["0.25", "0.75"], ["25000.00", "75000.01"]),
        ("33333.33", ["0.25", "0.75"], ["8333.33", "25000.00"]),
        ("0.10", [1, 2, 4], ["0.01", "0.03", "0.06"]),  # 1.43, 2.86, 5.71: the fen go to .86 and .71
        ("0.05", [3, 2, 1], ["0.02", "0.02", "0.01"]),  # 2.50, 1.67, 0.83: to .83 and .67, not to the first
        ("52500.00", ["60000.00", "30000.00"], ["35000.00", "17500.00"]),
    ],
)
def test_a_whole_is_split_by_largest_remainder_and_the_earlier_part_first(
    whole: str, shares: list[int | str], parts: list[str]
) -> None:
    assert [str(part) for part in allocate(yuan(whole), [Decimal(share) for share in shares])] == parts


@given(amounts, weights)
def test_the_parts_are_the_whole(whole: Decimal, shares: list[Decimal | int]) -> None:
    parts = allocate(whole, shares)
    assert len(parts) == len(shares)
    assert sum(parts) == whole


@given(amounts, weights)
def test_each_part_is_within_a_fen_of_its_exact_share(whole: Decimal, shares: list[Decimal | int]) -> None:
    total = sum(map(Decimal, shares))
    for part, share in zip(allocate(whole, shares), shares, strict=True):
        assert exact(part) == part
        assert abs(part * total - whole * share) < FEN * total


@given(st.integers(0, 10**12).map(lambda fen: fen * FEN), weights)
def test_nobody_with_a_smaller_remainder_gets_a_fen_before_another(whole: Decimal, shares: list[Decimal | int]) -> None:
    total = sum(map(Decimal, shares))
    rest = [whole * share / FEN % total for share in map(Decimal, shares)]  # of a fen, in parts of the total
    floors = [((whole * share - left * FEN) / total).quantize(FEN) for share, left in zip(shares, rest, strict=True)]
    got = [part > floor for part, floor in zip(allocate(whole, shares), floors, strict=True)]
    best = sorted(range(len(shares)), key=lambda place: (-rest[place], place))[: sum(got)]
    assert {place for place, more in enumerate(got) if more} == set(best)


@given(amounts, weights)
def test_a_red_amount_is_split_as_the_same_amount_in_blue(whole: Decimal, shares: list[Decimal | int]) -> None:
    assert allocate(-whole, shares) == [-part for part in allocate(whole, shares)]


@given(amounts, weights, st.integers(1, 1000))
def test_only_the_proportion_of_the_weights_counts(whole: Decimal, shares: list[Decimal | int], times: int) -> None:
    assert allocate(whole, [share * times for share in shares]) == allocate(whole, shares)


@pytest.mark.parametrize("shares", [[], [0], [0, 0], [1, -1], [-1], [2, -1]])
def test_weights_that_share_nothing_out_are_refused(shares: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        allocate(yuan("1.00"), shares)


def test_a_whole_with_a_part_of_a_fen_is_refused() -> None:
    with pytest.raises(InexactAmount):
        allocate(yuan("1.001"), [1, 1])


# in_full


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0.00", "0.00"),
        ("0.01", "0.01"),
        ("-0.01", "-0.01"),
        ("999.99", "999.99"),
        ("1000.00", "1,000.00"),
        ("1234.5", "1,234.50"),
        ("109200.00", "109,200.00"),
        ("-5300500.00", "-5,300,500.00"),
        ("9999999999999999.99", "9,999,999,999,999,999.99"),
    ],
)
def test_an_amount_is_written_with_commas_and_two_decimals(amount: str, text: str) -> None:
    assert in_full(yuan(amount)) == text


@given(amounts)
def test_what_is_written_in_full_reads_back(amount: Decimal) -> None:
    assert exact(in_full(amount).replace(",", "")) == amount
    assert amount.quantize(FEN, rounding=ROUND_DOWN) == amount
