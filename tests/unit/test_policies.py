"""Dated policy values: what is read, what is refused, and which value holds on a day."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ledger.exact_yaml import parse_exact
from ledger.policies import (
    NoSuchPolicy,
    NoValueAnyLonger,
    NoValueYet,
    Policy,
    PolicySet,
    UnreadablePolicy,
    Value,
    WrongKindOfValue,
    as_day,
    as_list,
    as_mapping,
    as_number,
    as_record,
    as_text,
    as_whole_number,
    parse_policy,
    read_policies,
)

ASSISTANCE = """
description: Special assistance, only child dead
unit: CNY/person/month
values:
  2018-01-01: {value: 450.00, reference: "as before 2022-07", verified: false}
  2022-07-01: {value: 590.00, reference: "notice of 2022", verified: true}
verified_on: 2026-11-21
"""


def policy(text: str = ASSISTANCE, name: str = "assistance") -> Policy:
    return parse_policy(name=name, text=text)


def one_value(value: str) -> Policy:
    return policy(
        f"description: d\nunit: u\nvalues:\n  2020-01-01:\n    value: {value}\n    reference: r\n    verified: true"
    )


def day(text: str) -> date:
    return date.fromisoformat(text)


# Which value holds


@pytest.mark.parametrize(
    ("on", "amount"),
    [
        ("2018-01-01", "450.00"),
        ("2022-06-30", "450.00"),
        ("2022-07-01", "590.00"),
        ("2099-12-31", "590.00"),
    ],
)
def test_a_value_holds_from_its_day_until_the_next(on: str, amount: str) -> None:
    assert policy().value_on(day(on)) == Decimal(amount)


def test_before_the_first_day_there_is_no_value_yet() -> None:
    with pytest.raises(NoValueYet, match=r"assistance.*2017-12-31") as refusal:
        policy().value_on(day("2017-12-31"))
    assert (refusal.value.name, refusal.value.on) == ("assistance", day("2017-12-31"))


def test_a_policy_that_ended_holds_no_longer_but_its_past_does() -> None:
    ended = policy(ASSISTANCE.replace("value: 590.00", "value: null"))
    assert ended.value_on(day("2022-06-30")) == Decimal("450.00")
    with pytest.raises(NoValueAnyLonger):
        ended.value_on(day("2022-07-01"))


def test_a_value_comes_with_its_reference() -> None:
    dated = policy().dated_on(day("2022-07-01"))
    assert (dated.effective_from, dated.reference, dated.verified) == (day("2022-07-01"), "notice of 2022", True)
    assert (policy().description, policy().unit) == ("Special assistance, only child dead", "CNY/person/month")
    assert policy().verified_on == day("2026-11-21")


def test_the_day_of_verification_may_be_missing() -> None:
    assert policy(ASSISTANCE.replace("verified_on: 2026-11-21", "")).verified_on is None


# Numbers are exact


@pytest.mark.parametrize("number", ["450.00", "0.1", "-3", "0", "12345678901234567890.123456789", "0.005"])
def test_a_number_is_what_is_written(number: str) -> None:
    value = one_value(number).value_on(day("2020-01-01"))
    assert isinstance(value, Decimal)
    assert str(value) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_every_plain_number_is_read_as_it_is(number: Decimal) -> None:
    assert parse_exact(f"{number:f}") == number


@pytest.mark.parametrize(
    "text",
    ["1e3", "1_000", "010", "0x1F", "12:30:45", "+5", ".5", "5.", "1,000", ".inf", "-.INF", ".nan", "3 months", "-1a"],
)
def test_what_only_looks_like_a_number_is_refused(text: str) -> None:
    with pytest.raises(UnreadablePolicy, match="neither a plain number nor a day"):
        one_value(text)


@pytest.mark.parametrize(
    "text",
    [
        "!!float 1.5",
        "!!int 3",
        "!!python/name:os.system",
        "!!timestamp 2020-01-01",
        "!!set {a}",
        "!number abc",
        "!number 1e3",
        "!day soon",
        "!other 1",
        "!!bool maybe",
    ],
)
def test_a_tag_is_no_way_round(text: str) -> None:
    with pytest.raises(UnreadablePolicy):
        one_value(text)


@pytest.mark.parametrize(
    ("text", "read"), [('"30101"', "30101"), ("yes", "yes"), ("on", "on"), ("公务员", "公务员"), ("~", "~")]
)
def test_texts_are_not_guessed_at(text: str, read: str) -> None:
    assert one_value(text).value_on(day("2020-01-01")) == read


@pytest.mark.parametrize(
    ("text", "fits"), [("2024-02-29", True), ("2023-02-29", False), ("2023-13-01", False), ("20230101a", False)]
)
def test_a_day_is_a_day_of_the_calendar(text: str, fits: bool) -> None:
    if fits:
        assert one_value(text).value_on(day("2020-01-01")) == day(text)
    else:
        with pytest.raises(UnreadablePolicy):
            one_value(text)


# What is refused


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("description: Special assistance, only child dead\n", "", "description is missing"),
        ("unit: CNY/person/month\n", "", "unit is missing"),
        ("unit: CNY/person/month", 'unit: " "', "unit must say something"),
        ("unit: CNY/person/month", "unit: 7", "unit must say something"),
        ("unit:", "units:", "the key 'units' is not known"),
        ('reference: "notice of 2022", ', "", "2022-07-01: reference is missing"),
        ('"notice of 2022"', '""', "2022-07-01: reference must name"),
        (", verified: true", "", "2022-07-01: verified is missing"),
        ("verified: true", "verified: yes", "verified must be true or false"),
        ("value: 590.00, ", "", "2022-07-01: value is missing"),
        ("verified: true}", "verified: true, note: x}", "the key 'note' is not known"),
        ("2022-07-01:", "2017-07-01:", "from the oldest to the newest"),
        ("2022-07-01:", "2018-01-01:", "said twice"),
        ("2022-07-01:", "later:", "each value stands under a day"),
        ("value: 590.00", "value: ", "an empty place"),
        ("value: 450.00", "value: null", "cannot end before it begins"),
        ("value: 450.00", "value: {30101: a}", "quotation marks"),
        ("value: 450.00", "value: {a: 1, a: 2}", "said twice"),
        ('{value: 450.00, reference: "as before 2022-07", verified: false}', "450.00", "a value is a mapping"),
        ("verified_on: 2026-11-21", "verified_on: today", "verified_on must be a day"),
        ("values:", "values: {}\nold_values:", "at least one day"),
    ],
)
def test_a_file_with_a_fault_is_refused_and_told(old: str, new: str, fault: str) -> None:
    assert ASSISTANCE.count(old) == 1
    with pytest.raises(UnreadablePolicy, match=fault) as refusal:
        policy(ASSISTANCE.replace(old, new))
    assert all(told.startswith("assistance: ") for told in refusal.value.faults)


@pytest.mark.parametrize("text", ["", "450.00", "- 1", "a: [", "values"])
def test_what_is_no_policy_at_all_is_refused(text: str) -> None:
    with pytest.raises(UnreadablePolicy):
        policy(text)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(UnreadablePolicy) as refusal:
        policy("description: d\nvalues:\n  2020-01-01: {value: 1}")
    assert len(refusal.value.faults) >= 4


# What a value is


def test_a_value_cannot_be_changed() -> None:
    table = one_value("{rates: [{rate: 0.03}], codes: {a: b}}").value_on(day("2020-01-01"))
    rows = as_list(as_mapping(table)["rates"])
    row = as_mapping(rows[0])
    assert isinstance(rows, tuple)
    for mapping in (as_mapping(table), row):
        with pytest.raises(TypeError, match="does not support item assignment"):
            mapping["rate"] = Decimal(0)  # type: ignore[index]


READERS: list[tuple[Callable[[Value], object], str, list[str]]] = [
    (as_number, "0.03", ['"0.03"', "[0.03]", "{a: 0.03}", "true"]),
    (as_whole_number, "3", ["3.5", '"3"']),
    (as_text, '"3"', ["3", "[a]", "true", "2020-01-01"]),
    (as_day, "2020-01-01", ['"2020-01-01"', "3"]),
    (as_list, "[1]", ["1", "{a: 1}"]),
    (as_mapping, "{a: 1}", ["[1]", "a"]),
    (lambda value: as_record(value, "a", "b"), "{a: 1, b: null}", ["{a: 1}", "{a: 1, b: 2, c: 3}", "[a, b]"]),
]


@pytest.mark.parametrize(("reader", "right", "wrong"), READERS)
def test_a_reader_takes_its_own_kind_only(reader: Callable[[Value], object], right: str, wrong: list[str]) -> None:
    reader(one_value(right).value_on(day("2020-01-01")))
    for text in wrong:
        with pytest.raises(WrongKindOfValue):
            reader(one_value(text).value_on(day("2020-01-01")))


# Sets and their digests


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "schemes").mkdir()
    (tmp_path / "schemes" / "assistance.yaml").write_text(ASSISTANCE, encoding="utf-8")
    (tmp_path / "rate.yaml").write_text(
        "description: d\nunit: u\nvalues:\n  2020-01-01: {value: 0.50, reference: r, verified: false}", encoding="utf-8"
    )
    return tmp_path


def test_a_folder_is_read_with_its_sub_folders_once_per_process(folder: Path) -> None:
    policies = read_policies(folder=folder)
    assert sorted(policies.policies) == ["rate", "schemes/assistance"]
    assert policies["schemes/assistance"].value_on(day("2022-07-01")) == Decimal("590.00")
    assert [found.name for found in policies.under("schemes")] == ["schemes/assistance"]
    assert read_policies(folder=folder) is policies


def test_a_name_that_is_not_there_is_refused_by_name(folder: Path) -> None:
    with pytest.raises(NoSuchPolicy, match="schemes/other"):
        read_policies(folder=folder)["schemes/other"]


def test_the_faults_of_all_files_are_told(folder: Path) -> None:
    (folder / "rate.yaml").write_text("description: d", encoding="utf-8")
    (folder / "schemes" / "assistance.yaml").write_text("unit: u", encoding="utf-8")
    with pytest.raises(UnreadablePolicy) as refusal:
        read_policies(folder=folder)
    assert {fault.split(":")[0] for fault in refusal.value.faults} == {"rate", "schemes/assistance"}


def digest(text: str, on: str = "2026-11-01") -> str:
    return PolicySet({"assistance": policy(text)}).digest(on=day(on))


def test_a_digest_is_of_the_worth_not_of_the_writing() -> None:
    respelled = "# a comment\n" + ASSISTANCE.replace("450.00", "450.0").replace('"notice of 2022"', "notice of 2022")
    assert digest(respelled) == digest(ASSISTANCE)
    assert len(digest(ASSISTANCE)) == 64


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("590.00", "590.01"),
        ("450.00", "450.01"),
        ("590.00", '"590"'),
        ("notice of 2022", "notice 2 of 2022"),
        ("2022-07-01", "2022-07-02"),
        ("verified: true", "verified: false"),
    ],
)
def test_an_edited_value_changes_the_digest(old: str, new: str) -> None:
    assert digest(ASSISTANCE.replace(old, new)) != digest(ASSISTANCE)


def test_a_value_of_a_later_day_does_not_change_the_digest_of_an_earlier_one() -> None:
    longer = ASSISTANCE.replace(
        "verified_on", "  2027-01-01: {value: 600.00, reference: r, verified: false}\nverified_on"
    )
    assert digest(longer, "2026-12-31") == digest(ASSISTANCE, "2026-12-31")
    assert digest(longer, "2027-01-01") != digest(ASSISTANCE, "2027-01-01")


def test_a_key_said_twice_is_refused_by_the_loader() -> None:
    with pytest.raises(yaml.YAMLError, match="said twice"):
        parse_exact("a: 1\nb: 2\na: 1")
