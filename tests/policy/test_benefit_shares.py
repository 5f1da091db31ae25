"""Who pays a benefit: layers of funders that sum to 100 %, exact to the fen."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.exact_yaml import parse_exact
from ledger.policies import WrongKindOfValue, freeze
from payouts.policy import payout_policies
from payouts.rules.cost_sharing import OddFenToNobody, SharesNotWhole
from payouts.rules.funder_shares import (
    Funder,
    FunderShares,
    RestToNobody,
    UnknownFunder,
    funder_shares,
    read_funder_shares,
    split,
)

POLICIES = payout_policies()
CASES: Any = parse_exact((Path(__file__).parent / "benefits" / "shares.yaml").read_text(encoding="utf-8"))


def layers_of(text: str) -> list[dict[str, Decimal]]:
    content: Any = parse_exact(text)
    return [{payer: Decimal(share) for payer, share in layer.items()} for layer in content]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['shares']} {case['why']}")
def test_the_funders_pay_these_parts(case: dict[str, Any]) -> None:
    value = POLICIES[f"funder_shares/{case['shares']}"].values[-1].value
    parts = split(amount=case["amount"], shares=read_funder_shares(value))
    assert {funder.value: str(part) for funder, part in parts.items()} == {
        funder: str(part) for funder, part in case["parts"].items()
    }


def test_the_odd_fen_goes_to_the_funder_that_is_named() -> None:
    shares = funder_shares(layers=layers_of("[{DISTRICT: 50, TOWNSHIP: 50}]"), odd_fen_to="TOWNSHIP")
    parts = split(amount=Decimal("2345.67"), shares=shares)
    assert (parts[Funder.DISTRICT], parts[Funder.TOWNSHIP]) == (Decimal("1172.83"), Decimal("1172.84"))


@pytest.mark.parametrize(
    ("layers", "fault"),
    [
        # 安徽 as printed: 90 % [AH2]
        ("[{CENTRAL: 50, PROVINCE: 20, CITY: 20}]", SharesNotWhole),
        ("[{CENTRAL: 50, PROVINCE: 30, CITY: 20.01}]", SharesNotWhole),
        ("[{CENTRAL: 50, PROVINCE: 30, CITY: 19.99}]", SharesNotWhole),
        ("[{CENTRAL: 120, PROVINCE: -20}]", SharesNotWhole),
        ("[{CENTRAL: 60, REST: 40}, {PROVINCE: 70, DISTRICT: 20}]", SharesNotWhole),
        ("[{CENTRAL: 60, REST: 30}, {PROVINCE: 70, DISTRICT: 30}]", SharesNotWhole),
        ("[{CENTRAL: 60, REST: 40}]", RestToNobody),
        ("[{CENTRAL: 100}, {PROVINCE: 100}]", RestToNobody),
        ("[{CENTRAL: 60, VILLAGE: 40}]", UnknownFunder),
        ("[]", SharesNotWhole),
        ("[{PROVINCE: 100, CENTRAL: 0}]", OddFenToNobody),
    ],
)
def test_layers_that_leave_something_to_nobody_are_refused(layers: str, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        funder_shares(layers=layers_of(layers), odd_fen_to="CENTRAL")


def test_the_odd_fen_goes_to_no_one_who_is_no_funder() -> None:
    with pytest.raises(UnknownFunder):
        funder_shares(layers=layers_of("[{CENTRAL: 100}]"), odd_fen_to="VILLAGE")


def test_shares_say_who_gets_the_odd_fen() -> None:
    with pytest.raises(WrongKindOfValue):
        read_funder_shares(freeze(parse_exact("layers: [{CENTRAL: 100}]")))


def test_a_funder_of_two_layers_pays_both() -> None:
    shares = funder_shares(layers=layers_of("[{DISTRICT: 60, REST: 40}, {DISTRICT: 50, CITY: 50}]"), odd_fen_to="CITY")
    assert shares.percent == ((Funder.CITY, Decimal(20)), (Funder.DISTRICT, Decimal(80)))


@st.composite
def any_shares(draw: st.DrawFn) -> FunderShares:
    funders = draw(st.lists(st.sampled_from(list(Funder)), min_size=1, unique=True))
    cuts = sorted(draw(st.integers(0, 10_000)) for _ in funders[1:])
    edges = [0, *cuts, 10_000]
    percent = {
        funder.value: Decimal(high - low) / 100
        for funder, low, high in zip(funders, edges[:-1], edges[1:], strict=True)
    }
    return funder_shares(
        layers=[percent], odd_fen_to=draw(st.sampled_from([funder for funder, part in percent.items() if part]))
    )


@given(fen=st.integers(0, 10**12), shares=any_shares())
def test_the_parts_sum_to_the_whole_and_none_is_negative(fen: int, shares: FunderShares) -> None:
    amount = Decimal(fen) / 100
    parts = split(amount=amount, shares=shares)
    assert sum(parts.values()) == amount
    assert all(part >= 0 for part in parts.values())
    percent = dict(shares.percent)
    assert all(abs(part - amount * percent[funder] / 100) < Decimal("0.01") for funder, part in parts.items())
    assert hash(shares) == hash(FunderShares(*shares))
