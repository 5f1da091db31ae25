"""Amounts and dates in capital characters: the official examples, every boundary, and there and back again."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.capitals import (
    FEN_LIMIT,
    Ending,
    NotCapitals,
    capital_amount,
    capital_date,
    fen_of,
    read_capital_amount,
    spellings,
)
from ledger.money import InexactAmount

# Every number of digits alike, and many zeros, where the rules are.
amounts = st.integers(0, 18).flatmap(lambda digits: st.text("000123456789", min_size=1, max_size=digits or 1)).map(int)
endings = st.sampled_from(Ending)

OFFICIAL = [  # 支付结算办法 附一
    ("1409.50", ["人民币壹仟肆佰零玖元伍角整", "人民币壹仟肆佰零玖元伍角"]),
    ("6007.14", ["人民币陆仟零柒元壹角肆分"]),
    ("1680.32", ["人民币壹仟陆佰捌拾元零叁角贰分", "人民币壹仟陆佰捌拾元叁角贰分"]),
    ("107000.53", ["人民币壹拾万柒仟元零伍角叁分", "人民币壹拾万零柒仟元伍角叁分"]),
    ("16409.02", ["人民币壹万陆仟肆佰零玖元零贰分"]),
    ("325.04", ["人民币叁佰贰拾伍元零肆分"]),
]


@pytest.mark.parametrize(("amount", "forms"), OFFICIAL)
def test_an_official_example_is_written_in_its_first_form(amount: str, forms: list[str]) -> None:
    assert capital_amount(fen=fen_of(Decimal(amount))) == forms[0]


@pytest.mark.parametrize(("amount", "form"), [(amount, form) for amount, forms in OFFICIAL for form in forms])
def test_every_official_form_is_read(amount: str, form: str) -> None:
    assert read_capital_amount(form) == fen_of(Decimal(amount))


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.00", "零元整"),
        ("0.01", "壹分"),
        ("0.05", "伍分"),
        ("0.10", "壹角整"),
        ("0.50", "伍角整"),
        ("0.55", "伍角伍分"),
        ("1.00", "壹元整"),
        ("1.01", "壹元零壹分"),
        ("1.10", "壹元壹角整"),
        ("10.00", "壹拾元整"),
        ("10.10", "壹拾元零壹角整"),
        ("10.01", "壹拾元零壹分"),
        ("11.00", "壹拾壹元整"),
        ("100.00", "壹佰元整"),
        ("101.00", "壹佰零壹元整"),
        ("110.00", "壹佰壹拾元整"),
        ("1001.00", "壹仟零壹元整"),
        ("1010.00", "壹仟零壹拾元整"),
        ("9999.99", "玖仟玖佰玖拾玖元玖角玖分"),
        ("10000.00", "壹万元整"),
        ("10001.00", "壹万零壹元整"),
        ("11000.00", "壹万壹仟元整"),
        ("100000.00", "壹拾万元整"),
        ("1000000.00", "壹佰万元整"),
        ("10050000.00", "壹仟零伍万元整"),
        ("100000000.00", "壹亿元整"),
        ("100000001.00", "壹亿零壹元整"),
        ("100005000.00", "壹亿零伍仟元整"),
        ("100050000.00", "壹亿零伍万元整"),
        ("110000000.00", "壹亿壹仟万元整"),
        ("1000000000000.00", "壹万亿元整"),
        ("1000000010000.00", "壹万亿零壹万元整"),
        ("1000100000000.00", "壹万零壹亿元整"),
        ("9999999999999999.99", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_an_amount_is_written_with_a_zero_for_each_gap_and_none_for_an_end(amount: str, words: str) -> None:
    assert capital_amount(fen=fen_of(Decimal(amount))) == "人民币" + words


@pytest.mark.parametrize(
    ("amount", "accounting", "banking"),
    [
        ("0.50", "人民币伍角整", "人民币伍角"),
        ("7.00", "人民币柒元整", "人民币柒元整"),
        ("7.01", "人民币柒元零壹分", "人民币柒元零壹分"),
    ],
)
def test_the_two_rules_differ_after_jiao_only(amount: str, accounting: str, banking: str) -> None:
    fen = fen_of(Decimal(amount))
    assert capital_amount(fen=fen) == accounting
    assert capital_amount(fen=fen, ending=Ending.AFTER_YUAN_ONLY) == banking


def test_a_red_amount_says_so_behind_the_currency() -> None:
    assert capital_amount(fen=-140950) == "人民币负壹仟肆佰零玖元伍角整"
    assert read_capital_amount("人民币负壹仟肆佰零玖元伍角整") == -140950


@pytest.mark.parametrize("sign", [1, -1])
def test_the_limit_of_the_books_is_refused_and_a_fen_less_is_not(sign: int) -> None:
    assert read_capital_amount(capital_amount(fen=sign * (FEN_LIMIT - 1))) == sign * (FEN_LIMIT - 1)
    with pytest.raises(ValueError, match="limit"):
        capital_amount(fen=sign * FEN_LIMIT)


def test_a_part_of_a_fen_has_no_words() -> None:
    assert fen_of(Decimal("12.34")) == 1234
    with pytest.raises(InexactAmount):
        fen_of(Decimal("12.345"))


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("壹仟肆佰零玖元伍角正", 140950),
        ("人民币壹圆整", 100),
        (" 人民币壹圆正 ", 100),
        ("人民币壹拾万零柒仟元整", 10700000),
    ],
)
def test_other_usual_forms_are_read(text: str, fen: int) -> None:
    assert read_capital_amount(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "人民币",
        "元整",
        "整",
        "拾元整",  # leading 拾 without 壹
        "壹仟元",  # 整 must follow 元
        "伍分整",  # 整 never follows 分
        "壹元整整",
        "壹仟柒元整",  # the inner zero is missing
        "壹仟元伍分",  # the zero before 分 is missing
        "壹仟零零柒元整",
        "壹仟零元整",
        "柒佰壹仟元整",
        "壹万万元整",
        "壹亿亿元整",
        "壹元伍分叁角",
        "壹千元整",  # not a capital character
        "1000元整",
        "负零元整",
        "零元",
        "零伍角整",
        "壹元零壹角整",  # no zero where 元 ends in none
    ],
)
def test_what_no_rule_allows_is_not_read(text: str) -> None:
    with pytest.raises(NotCapitals) as refusal:
        read_capital_amount(text)
    assert refusal.value.text == text


@given(amounts, endings)
def test_every_form_of_an_amount_reads_back(fen: int, ending: Ending) -> None:
    assert {read_capital_amount(form) for form in spellings(fen, ending)} == {fen}


@given(amounts, st.sampled_from([1, -1]), endings)
def test_what_is_written_reads_back(fen: int, sign: int, ending: Ending) -> None:
    assert read_capital_amount(capital_amount(fen=sign * fen, ending=ending)) == sign * fen


@given(amounts)
def test_nothing_can_be_put_before_or_behind_an_amount(fen: int) -> None:
    words = capital_amount(fen=fen)
    assert "零零" not in words
    assert not re.search("[零仟佰拾万亿币][拾佰仟]", words)
    assert words.endswith(("整", "分"))


@given(amounts, amounts)
def test_two_amounts_never_look_alike(fen: int, other: int) -> None:
    assert (capital_amount(fen=fen) == capital_amount(fen=other)) == (fen == other)


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2026, 2, 12), "贰零贰陆年零贰月壹拾贰日"),  # official
        (date(2026, 10, 20), "贰零贰陆年零壹拾月零贰拾日"),  # official
        (date(2026, 1, 1), "贰零贰陆年零壹月零壹日"),
        (date(2026, 3, 9), "贰零贰陆年叁月零玖日"),
        (date(2026, 9, 10), "贰零贰陆年玖月零壹拾日"),
        (date(2026, 11, 11), "贰零贰陆年壹拾壹月壹拾壹日"),
        (date(2026, 12, 19), "贰零贰陆年壹拾贰月壹拾玖日"),
        (date(2024, 2, 29), "贰零贰肆年零贰月贰拾玖日"),
        (date(2004, 4, 30), "贰零零肆年肆月零叁拾日"),
        (date(2026, 12, 31), "贰零贰陆年壹拾贰月叁拾壹日"),
    ],
)
def test_a_date_has_a_zero_where_something_could_be_put_before(on: date, words: str) -> None:
    assert capital_date(on) == words
