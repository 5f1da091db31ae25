"""Amounts of money passed on, of prizes and of fines, against the worked numbers of their sources (G09 to G12)."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.policies import NoValueYet
from treasury.models.words import Rank
from treasury.policy import treasury_policies
from treasury.rules import ranks
from treasury.rules.appraisals import (
    NoSuchPlace,
    fine_of_place,
    prize_of_post,
    responsibility_prizes,
    usual_prize,
    whole_of_prizes,
)
from treasury.rules.credit_codes import is_sound_code
from treasury.rules.earmarked_items import item_names
from treasury.rules.passing_on import (
    city_housing_award,
    county_housing_floor,
    due_on,
    housing_rates,
    medical_premium,
)
from treasury.rules.ranks import RankOrder, UnknownRank, rank_order

POLICIES = treasury_policies()
DAY = date(2026, 11, 10)
RATES = housing_rates(policies=POLICIES, on=DAY)


def metres(*rooms: str) -> list[Decimal]:
    return [Decimal(room) for room in rooms]


@pytest.mark.parametrize(
    ("rooms", "washrooms", "city"),
    [
        (["28"] * 20, 0, "100800.00"),
        (["34"], 0, "5400.00"),
        (["30"], 0, "5400.00"),
        (["29.99"], 0, "5398.20"),
        (["30.01"], 0, "5400.00"),
        ([], 3, "3000.00"),
        (["28", "34"], 1, "11440.00"),
        ([], 0, "0.00"),
    ],
)
def test_the_city_gives_by_counted_square_metres_and_washrooms(rooms: list[str], washrooms: int, city: str) -> None:
    assert str(city_housing_award(rates=RATES, rooms=metres(*rooms), washrooms=washrooms)) == city


def test_the_county_gives_four_hundred_and_two_thousand_five_hundred_at_least() -> None:
    assert str(county_housing_floor(rates=RATES, rooms=metres("28"), washrooms=1)) == "13700.00"
    assert str(county_housing_floor(rates=RATES, rooms=metres("34"), washrooms=0)) == "12000.00"


def test_a_third_of_a_square_metre_is_rounded_to_the_fen() -> None:
    assert str(city_housing_award(rates=RATES, rooms=metres("10.0001"), washrooms=0)) == "1800.02"


def test_money_is_due_five_days_after_it_came() -> None:
    assert due_on(policies=POLICIES, received_on=date(2026, 11, 27)) == date(2026, 12, 2)


def test_nothing_is_due_before_the_rule() -> None:
    with pytest.raises(NoValueYet):
        due_on(policies=POLICIES, received_on=date(2003, 12, 31))


def test_the_prizes_of_responsibility_come_to_sixty_four_thousand() -> None:
    prizes = responsibility_prizes(policies=POLICIES, on=DAY)
    assert [(str(prize.amount), prize.townships) for prize in prizes] == [("8000.00", 5), ("6000.00", 4)]
    assert str(whole_of_prizes(prizes)) == "64000.00"


def test_the_premium_is_ten_yuan_a_person() -> None:
    assert str(medical_premium(policies=POLICIES, on=DAY, persons=4253)) == "42530.00"


@pytest.mark.parametrize(
    ("post", "amounts"),
    [
        ("书记", ["30000.00", "20000.00", "10000.00", "5000.00"]),
        ("乡镇长", ["20000.00", "10000.00", "5000.00", "3000.00"]),
    ],
)
def test_the_first_four_places_have_their_prize(post: str, amounts: list[str]) -> None:
    given = [str(prize_of_post(policies=POLICIES, on=DAY, post=post, place=place)) for place in range(1, 5)]
    assert given == amounts


@pytest.mark.parametrize(("post", "place"), [("书记", 0), ("书记", 5), ("村支书", 1)])
def test_other_places_and_posts_have_none(post: str, place: int) -> None:
    with pytest.raises(NoSuchPlace):
        prize_of_post(policies=POLICIES, on=DAY, post=post, place=place)


def test_a_prize_is_usually_that_of_the_post_or_of_the_responsibility() -> None:
    assert str(usual_prize(policies=POLICIES, on=DAY, post="书记", place=4)) == "5000.00"
    assert str(usual_prize(policies=POLICIES, on=DAY, post="", place=2)) == "6000.00"
    with pytest.raises(NoSuchPlace):
        usual_prize(policies=POLICIES, on=DAY, post="", place=3)


@pytest.mark.parametrize(
    ("kind", "place", "amount"),
    [("OVERALL", 1, "20000.00"), ("OVERALL", 2, "15000.00"), ("SINGLE", 1, "15000.00"), ("SINGLE", 2, "10000.00")],
)
def test_the_last_two_are_fined(kind: str, place: int, amount: str) -> None:
    assert str(fine_of_place(policies=POLICIES, on=DAY, kind=kind, place_from_last=place)) == amount


@pytest.mark.parametrize("place", [0, 3])
def test_nobody_else_is_fined(place: int) -> None:
    with pytest.raises(NoSuchPlace):
        fine_of_place(policies=POLICIES, on=DAY, kind="OVERALL", place_from_last=place)


def test_eleven_items_are_named_by_default_and_their_names_are_unverified() -> None:
    names = item_names(policies=POLICIES, on=DAY)
    assert len(names) == len(set(names)) == 11
    assert not POLICIES["earmarked_items"].dated_on(DAY).verified


@pytest.mark.parametrize(
    ("economic", "rank"),
    [
        ("30101", Rank.SALARY),
        ("301", Rank.SALARY),
        ("30305", Rank.STABILITY),
        ("30201", Rank.OPERATIONS),
        ("30", Rank.OTHER),
        ("310", Rank.OTHER),
        ("", Rank.OTHER),
    ],
)
def test_the_rank_follows_the_economic_class(economic: str, rank: Rank) -> None:
    assert rank_order(policies=POLICIES, on=DAY).rank_of(economic) == rank


def test_the_longest_prefix_counts() -> None:
    order = RankOrder({"30": 3, "303": 2, "30305": 1})
    assert [order.rank_of(code) for code in ("301", "30301", "3030501", "4")] == [3, 2, 1, 4]


def test_the_words_of_the_policy_are_the_ranks_of_the_releases() -> None:
    assert [rank.name for rank in Rank] == list(ranks.ORDER)
    with pytest.raises(UnknownRank):
        ranks.place_of("FIRST")


@pytest.mark.parametrize(
    ("code", "sound"),
    [
        ("91350100M000100Y43", True),
        ("91350100M000100Y44", False),
        ("91350100m000100y43", False),
        ("91350100M000100Y4", False),
        ("91350100M000100Y433", False),
        ("91350100MO00100Y43", False),
        ("", False),
    ],
)
def test_a_credit_code_has_its_form_and_its_check_character(code: str, sound: bool) -> None:
    assert is_sound_code(code) is sound
