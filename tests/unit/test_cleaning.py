"""What one cell says: every form the bureaus write, both sides of each rule."""

from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.cleaning.amounts import clean_amount, clean_quantity
from imports.cleaning.dates import clean_date, clean_month
from imports.cleaning.identities import (
    check_digit,
    clean_id,
    is_sound_id,
    judge_account,
    judge_credit_code,
    judge_id,
)
from imports.cleaning.texts import Cleaned, clean_code, clean_name, clean_number, clean_text, spell
from treasury.rules.cards import passes_luhn


def said(cleaned: Cleaned) -> tuple[str, list[str]]:
    return cleaned.text, [kind.value for kind in cleaned.faults]


@pytest.mark.parametrize(
    ("raw", "clean", "faults"),
    [
        ("云溪镇", "云溪镇", []),
        ("\u3000云溪镇 ", "云溪镇", ["spaces"]),
        ("云溪镇\t\u00a0", "云溪镇", ["spaces"]),
        ("云溪镇 财政所", "云溪镇 财政所", []),  # inside a text it may mean something
        ("第１２Ａ号", "第12A号", ["fullwidth"]),
        (" 第１号", "第1号", ["spaces", "fullwidth"]),
        ("（甲）：，．％", "（甲）：，．％", []),  # only digits and letters are folded
        ("﨑㈱①Ⅳ", "﨑㈱①Ⅳ", []),  # NFKC would change all four
        ("䶮㛃𬭎㮾𠅤", "䶮㛃𬭎㮾𠅤", []),
        (" \u3000\t", "", []),
        (12, "12", []),
    ],
)
def test_a_text_loses_its_outer_blanks_and_wide_letters(raw: object, clean: str, faults: list[str]) -> None:
    assert said(clean_text(raw)) == (clean, faults)


@pytest.mark.parametrize(
    ("raw", "clean", "faults"),
    [
        ("张\u3000文", "张文", ["spaces"]),
        ("康  辉", "康辉", ["spaces"]),
        ("艾山江·才让", "艾山江·才让", []),
        ("艾山江•才让", "艾山江·才让", ["name_dot"]),
        ("艾山江．才让", "艾山江·才让", ["name_dot"]),
        ("艾山江.才让", "艾山江·才让", ["name_dot"]),
        ("艾山江・才让 ", "艾山江·才让", ["spaces", "name_dot"]),
    ],
)
def test_a_name_has_no_blanks_and_one_kind_of_dot(raw: str, clean: str, faults: list[str]) -> None:
    assert said(clean_name(raw)) == (clean, faults)


@pytest.mark.parametrize(
    ("raw", "clean", "faults"),
    [
        ("220112100001", "220112100001", []),
        (220112100001, "220112100001", []),
        ("\u3000220112105002", "220112105002", ["spaces"]),
        ("２２０１１２１０２００１", "220112102001", ["fullwidth"]),
        ("2.20112E+11", "2.20112E+11", ["number_precision"]),
    ],
)
def test_a_code_is_its_digits(raw: object, clean: str, faults: list[str]) -> None:
    assert said(clean_code(raw)) == (clean, faults)


@pytest.mark.parametrize(
    ("raw", "clean", "faults"),
    [
        ("0710 4310 1596", "071043101596", ["spaces"]),
        (999_999_999_999_999, "999999999999999", []),
        (1_000_000_000_000_000, "1000000000000000", ["number_precision"]),
        (Fraction(6228590983573470000), "6228590983573470000", ["number_precision"]),
        ("6.22848E+18", "6.22848E+18", ["number_precision"]),
        ("6228480465107197811", "6228480465107197811", []),
    ],
)
def test_a_long_number_stored_as_an_amount_has_lost_its_end(raw: object, clean: str, faults: list[str]) -> None:
    raw = raw.numerator / 1 if isinstance(raw, Fraction) else raw
    assert said(clean_number(raw)) == (clean, faults)


@pytest.mark.parametrize(
    ("raw", "clean", "faults"),
    [
        ("830", "830.00", []),
        ("830.5", "830.50", []),
        ("830.00", "830.00", []),
        ("0.10", "0.10", []),
        ("12.500", "12.50", []),  # the third decimal is worth nothing
        ("-1576", "-1576.00", []),
        ("-0", "0.00", []),
        (830.0, "830.00", []),
        (448.36, "448.36", []),
        (448.35999999999996, "448.36", []),  # what Excel keeps of 448.36 after a sum, and shows as 448.36
        (170.105, "170.105", ["three_decimals"]),
        ("170.105", "170.105", ["three_decimals"]),
        ("1,234.50", "1234.50", ["text_amount"]),
        ("¥261.46", "261.46", ["text_amount"]),
        ("￥15,421.37", "15421.37", ["text_amount"]),
        ("２０４０.００", "2040.00", ["fullwidth"]),
        (" 12.00", "12.00", ["spaces"]),
        ("", "", []),
        ("１２．５０", "１２．５０", ["bad_amount"]),  # the wide point is no digit
        ("-", "-", ["bad_amount"]),
        ("¥", "¥", ["bad_amount"]),
        ("12元", "12元", ["bad_amount"]),
        ("1.2E+3", "1.2E+3", ["bad_amount"]),
        ("#REF!", "#REF!", ["bad_amount"]),
        (True, "TRUE", ["bad_amount"]),
        ("1" * 15, "1" * 15 + ".00", []),
        ("1" * 16, "1" * 16, ["bad_amount"]),
    ],
)
def test_an_amount_is_exact_in_yuan_and_fen(raw: object, clean: str, faults: list[str]) -> None:
    assert said(clean_amount(raw)) == (clean, faults)


@pytest.mark.parametrize(
    ("raw", "clean"), [(621.48, "621.48"), (62.5, "62.50"), (50, "50.00"), ("621.4837", "621.4837")]
)
def test_a_number_of_other_units_keeps_its_decimals(raw: object, clean: str) -> None:
    assert said(clean_quantity(raw)) == (clean, [])


@pytest.mark.parametrize(
    "raw",
    [
        "2026.11.1", "20261101", "2026年11月1日", "2026/11/1", "2026/11/01", "2026-11-1", "46327", 46327, 46327.0,
        date(2026, 11, 1), datetime(2026, 11, 1), datetime(2026, 11, 1, 8, 30),
    ],
)  # fmt: skip
def test_a_date_is_read_in_every_form(raw: object) -> None:
    assert said(clean_date(raw)) == ("2026-11-01", ["date_format"])


def test_a_clean_date_is_no_finding() -> None:
    assert said(clean_date("2026-11-01")) == ("2026-11-01", [])


def test_spaces_around_a_clean_date_are_one_finding() -> None:
    assert said(clean_date(" 2026-11-01")) == ("2026-11-01", ["spaces"])


@pytest.mark.parametrize("raw", ["2026-02-29", "2026-11-31", "2026-13-01", "1899-12-31", "2100-01-01", "明年", "4632"])
def test_a_day_that_does_not_exist_is_no_date(raw: str) -> None:
    assert said(clean_date(raw))[1] == ["bad_date"]


def test_a_leap_day_of_a_leap_year_is_a_date() -> None:
    assert said(clean_date("2028-02-29")) == ("2028-02-29", [])


@pytest.mark.parametrize(
    "raw",
    ["2026年9月", "2026.9", "2026.09", "202609", "2026/9", "2026-9", "2026-09-01", date(2026, 9, 1), 202609, 46266],
)
def test_a_month_is_read_in_every_form(raw: object) -> None:
    assert said(clean_month(raw)) == ("2026-09", ["date_format"])


def test_a_clean_month_is_no_finding() -> None:
    assert said(clean_month("2026-09")) == ("2026-09", [])


def test_october_that_lost_its_zero_is_not_taken_for_january() -> None:
    assert said(clean_month(2026.1)) == ("2026.1", ["bad_date"])
    assert said(clean_month("2026.10")) == ("2026-10", ["date_format"])
    assert said(clean_month("2026.1")) == ("2026-01", ["date_format"])


@pytest.mark.parametrize(
    ("raw", "clean", "faults"),
    [
        ("11010519491231002X", "11010519491231002X", []),
        ("11010519491231002x", "11010519491231002X", ["id_lower_x"]),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X", ["fullwidth"]),
        ("110105 19491231 002X", "11010519491231002X", ["spaces"]),
        ("220125870316097", "220125198703160976", ["id_15"]),
        (220125870316097, "220125198703160976", ["id_15"]),
        ("110105194912310021", "110105194912310021", ["id_check_digit"]),
        ("222125195002301234", "222125195002301234", ["id_check_digit"]),
        ("222125197506312384", "222125197506312384", ["id_bad_date"]),
        ("22012519870316097", "22012519870316097", ["bad_id"]),
        ("X10105194912310021", "X10105194912310021", ["bad_id"]),
        ("٢٢٠١٢٥١٩٨٧٠٣١٦٠٩٧٦", "٢٢٠١٢٥١٩٨٧٠٣١٦٠٩٧٦", ["bad_id"]),  # digits, but not ours
        (220125197009149000, "220125197009149000", ["number_precision"]),
        ("2.20125E+17", "2.20125E+17", ["number_precision"]),
    ],
)
def test_an_id_number_is_cleaned_and_judged(raw: object, clean: str, faults: list[str]) -> None:
    assert said(judge_id(raw)) == (clean, faults)


@pytest.mark.parametrize("area", ["222125", "220125", "220625", "522426", "999999"])
def test_an_abolished_county_is_never_a_fault(area: str) -> None:
    number = f"{area}19500101001"
    assert said(judge_id(number + check_digit(number))) == (number + check_digit(number), [])


def test_an_id_number_that_another_file_vouches_for_is_not_judged() -> None:
    assert said(clean_id("110105194912310021")) == ("110105194912310021", [])


@given(st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True))
def test_the_quick_check_of_an_id_number_agrees_with_the_slow_one(number: str) -> None:
    assert is_sound_id(number) == (not judge_id(number).faults)


@pytest.mark.parametrize(
    ("raw", "faults"),
    [
        ("6228480012345678903", []),  # a published example
        ("6228480012345678904", ["account_luhn"]),
        ("62284800123456789", ["account_luhn"]),  # 17 digits are a card too
        ("622848001234567", []),  # 15 are none
        ("62284800123456789012", []),  # nor are 20
        ("07104101911849708", []),
        ("605220011000407681590", []),
        ("", []),
    ],
)
def test_cards_pass_luhn_and_passbooks_are_not_asked(raw: str, faults: list[str]) -> None:
    assert said(judge_account(raw))[1] == faults


@given(st.from_regex(r"62[0-9]{14,17}", fullmatch=True))
def test_luhn_agrees_with_the_textbook(digits: str) -> None:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    assert passes_luhn(digits) == (sum(number // 10 + number % 10 for number in doubled) % 10 == 0)


@pytest.mark.parametrize(
    ("raw", "faults"),
    [
        ("91110000600037341L", []),
        ("９１１１００００６０００３７３４１Ｌ", ["fullwidth"]),
        ("911100006000373410", ["credit_code"]),
        ("91110000600037341I", ["credit_code"]),  # I is no character of the code
        ("", []),
    ],
)
def test_a_credit_code_has_the_check_character_of_the_standard(raw: str, faults: list[str]) -> None:
    assert said(judge_credit_code(raw))[1] == faults


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1.0, "1"), (0.5, "0.5"), (1e15, "1000000000000000"), (0.1 + 0.2, "0.3"), (True, "TRUE"), (False, "FALSE"),
        (date(2026, 11, 1), "2026-11-01"), (datetime(2026, 11, 1), "2026-11-01"),
        (datetime(2026, 11, 1, 8, 30), "2026-11-01 08:30:00"), ("x", "x"),
    ],
)  # fmt: skip
def test_a_cell_is_spelled_as_its_program_shows_it(cell: object, text: str) -> None:
    assert spell(cell) == text
