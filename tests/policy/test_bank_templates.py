"""The banks' templates as they are shipped, and what a template may not say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from payouts.bank_files.template_checks import CHECKS
from payouts.bank_files.template_files import (
    DEFAULT,
    SHIPPED,
    BadTemplate,
    UnknownTemplate,
    load_templates,
    read_template,
    shipped_template,
)
from payouts.bank_files.templates import AmountUnit, Encoding, LineEnding, Meaning, SpaceRule

Content = dict[str, Any]

every_file = pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)


def content_of(name: str = DEFAULT) -> Content:
    content: Content = yaml.safe_load((SHIPPED / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


def write(folder: Path, content: Content, stem: str = DEFAULT) -> Path:
    path = folder / f"{stem}.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def faults_of(folder: Path, change: Callable[[Content], object], name: str = DEFAULT) -> list[tuple[str, str]]:
    content = content_of(name)
    change(content)
    with pytest.raises(BadTemplate) as refused:
        read_template(path=write(folder, content, name))
    return [(fault.place, fault.fault) for fault in refused.value.faults]


# What is shipped


def test_the_default_is_the_format_of_the_samples() -> None:
    template = shipped_template()
    assert [(column.title, column.field) for column in template.columns] == [
        ("序号", "serial"),
        ("姓名", "name"),
        ("帐号", "account"),
        ("金额", "amount"),
        ("身份证", "id_number"),
    ]
    assert (template.encoding, template.delimiter, template.line_ending) == (Encoding.GB18030, "|", LineEnding.CRLF)
    assert (template.amount_unit, template.spaces_in_names) == (AmountUnit.YUAN, SpaceRule.REFUSED)
    assert (template.header, template.trailer, template.minimum, template.limit) == ((), (), 5, 1000)


def test_the_default_result_is_the_format_of_the_samples() -> None:
    result = shipped_template().result
    assert "|".join(column.title for column in result.columns) == "序号|姓名|帐号|金额|身份证|结果代码|结果说明"
    assert "|".join(part.constant or part.field for part in result.trailer) == (
        "合计|count|total|ok_count|ok_total|failed_count|failed_total"
    )
    assert {code: known.text for code, known in result.codes.items()} == {
        "0000": "成功",
        "1001": "户名不符",
        "1002": "账号不存在",
        "1003": "账户冻结",
        "1004": "销户",
    }
    assert [code for code, known in result.codes.items() if known.meaning is Meaning.SETTLED] == ["0000"]


def test_the_default_bank_has_a_template_for_one_payment_of_the_same_form() -> None:
    template = shipped_template()
    single = shipped_template(name=template.single_payment)
    assert (single.minimum, single.limit) == (1, 1)
    assert (single.columns, single.encoding, single.result) == (template.columns, template.encoding, template.result)


def test_the_shipped_templates_show_every_choice() -> None:
    templates = load_templates(folder=SHIPPED).values()
    assert {template.encoding for template in templates} == set(Encoding)
    assert {template.amount_unit for template in templates} == set(AmountUnit)
    assert {template.line_ending for template in templates} == set(LineEnding)
    assert {template.spaces_in_names for template in templates} == set(SpaceRule)
    assert {known.meaning for template in templates for known in template.result.codes.values()} == set(Meaning)


@every_file
def test_a_template_names_its_source_and_calls_nothing_verified_that_was_invented(path: Path) -> None:
    template = read_template(path=path)
    assert template.source
    assert not (template.verified and "invented" in template.source)


def test_a_template_that_is_not_shipped_is_refused_with_those_that_are() -> None:
    with pytest.raises(UnknownTemplate) as refused:
        shipped_template(name="list_gb2312")
    assert DEFAULT in refused.value.known


# What a template may not say


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        ("name", "other", ("name", "not_the_file_name")),
        ("verified", "yes", ("verified", "not_true_or_false")),
        ("encoding", "gb2312", ("encoding", "not_one_of gb18030, gbk, utf-8")),
        ("line_ending", "CR", ("line_ending", "not_one_of CRLF, LF")),
        ("amount_unit", "JIAO", ("amount_unit", "not_one_of YUAN, FEN")),
        ("amount_unit", ["FEN"], ("amount_unit", "not_one_of YUAN, FEN")),
        ("delimiter", "", ("delimiter", "not_one_to_three_plain_signs")),
        ("delimiter", ".", ("delimiter", "not_one_to_three_plain_signs")),
        ("delimiter", "0", ("delimiter", "not_one_to_three_plain_signs")),
        ("delimiter", "-", ("delimiter", "not_one_to_three_plain_signs")),
        ("delimiter", "、", ("delimiter", "not_one_to_three_plain_signs")),
        ("delimiter", 1, ("delimiter", "not_a_text")),
        ("forbidden", "X", ("forbidden", "has_letters_or_digits")),
        ("rows", {"minimum": 0, "limit": 5}, ("rows", "not_between_1_and_limit")),
        ("rows", {"minimum": 5, "limit": 4}, ("rows", "not_between_1_and_limit")),
        ("rows", {"minimum": 5, "limit": 8}, ("rows", "minimum_above_half_of_limit")),
        ("rows", {"minimum": 5, "limit": 1_000_001}, ("rows", "not_between_1_and_limit")),
        ("rows", {"minimum": 5, "limit": "1000"}, ("rows.limit", "not_a_whole_number")),
        ("rows", {"minimum": 2.5, "limit": 5}, ("rows.minimum", "not_a_whole_number")),
        ("rows", {"minimum": True, "limit": 5}, ("rows.minimum", "not_a_whole_number")),
        ("rows", {"limit": 5}, ("rows.minimum", "missing")),
        ("rows", [5, 1000], ("rows", "not_a_mapping")),
        ("file_name", "list_{batch}.txt", ("file_name", "without_batch_or_number")),
        ("file_name", "list_{number}.txt", ("file_name", "without_batch_or_number")),
        ("file_name", "{batch}_{number}_{day}.txt", ("file_name", "unknown_placeholder")),
        ("file_name", "{batch}_{number.real}.txt", ("file_name", "unknown_placeholder")),
        ("file_name", "{batch}_{number:9}.txt", ("file_name", "unknown_placeholder")),
        ("file_name", "{batch}_{}.txt", ("file_name", "unknown_placeholder")),
        ("file_name", "{batch}_{number.txt", ("file_name", "not_a_pattern")),
        ("file_name", "../{batch}_{number}.txt", ("file_name", "not_a_file_name")),
        ("file_name", "/{batch}_{number}.txt", ("file_name", "not_a_file_name")),
        ("file_name", ".{batch}_{number}.txt", ("file_name", "not_a_file_name")),
        ("file_name", "{batch}_{number}", ("file_name", "not_a_file_name")),
        ("columns", [], ("columns", "field_missing")),
        ("columns", "all", ("columns", "not_a_list")),
        ("header", "first", ("header", "not_a_list")),
        ("trailer", [{"constant": "合计"}, {"field": "ok_count"}], ("trailer", "not_in_this_line")),
        ("trailer", [{"field": "count"}], ("trailer", "does_not_begin_with_a_word")),
        ("trailer", [{"constant": "1"}], ("trailer", "does_not_begin_with_a_word")),
        ("trailer", [{"constant": "１"}], ("trailer", "does_not_begin_with_a_word")),
        ("trailer", [{"constant": "合|计"}], ("trailer[0].constant", "has_delimiter_or_control_character")),
        ("trailer", [{"constant": "合\n计"}], ("trailer[0].constant", "has_delimiter_or_control_character")),
    ],
)
def test_a_value_that_cannot_be_is_told_by_its_place(
    tmp_path: Path, place: str, value: object, fault: tuple[str, str]
) -> None:
    assert fault in faults_of(tmp_path, lambda content: content.update({place: value}))


@pytest.mark.parametrize("key", sorted(content_of()))
def test_every_key_is_needed_and_told_once_when_it_is_missing(tmp_path: Path, key: str) -> None:
    assert faults_of(tmp_path, lambda content: content.pop(key)) == [(key, "missing")]


def test_a_key_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    assert faults_of(tmp_path, lambda content: content.update(trailler="none")) == [("trailler", "unknown_key")]
    found = faults_of(tmp_path, lambda content: content["columns"][2].update(width=20))
    assert found == [("columns[2].width", "unknown_key")]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    def change(content: Content) -> None:
        content["encoding"] = "big5"
        content["columns"][3]["field"] = "sum"
        content["result"]["failures"][0]["code"] = 1001

    assert [(place, fault.split()[0]) for place, fault in faults_of(tmp_path, change)] == [
        ("columns[3].field", "not_one_of"),
        ("encoding", "not_one_of"),
        ("result.failures[0].code", "not_a_text"),
    ]


@pytest.mark.parametrize("field", ["serial", "name", "account", "amount"])
def test_a_list_has_who_gets_how_much_where(tmp_path: Path, field: str) -> None:
    def drop(content: Content) -> None:
        content["columns"] = [column for column in content["columns"] if column["field"] != field]

    assert ("columns", "field_missing") in faults_of(tmp_path, drop)


@pytest.mark.parametrize("field", ["serial", "account", "amount", "code"])
def test_a_result_has_which_payment_it_means_and_its_code(tmp_path: Path, field: str) -> None:
    def drop(content: Content) -> None:
        columns = content["result"]["columns"]
        content["result"]["columns"] = [column for column in columns if column["field"] != field]

    assert ("result.columns", "field_missing") in faults_of(tmp_path, drop)


def test_a_field_stands_in_one_column_only(tmp_path: Path) -> None:
    found = faults_of(tmp_path, lambda content: content["columns"].append({"title": "账户", "field": "account"}))
    assert found == [("columns", "field_stands_twice")]


def test_a_list_has_no_column_of_a_result(tmp_path: Path) -> None:
    found = faults_of(tmp_path, lambda content: content["columns"].append({"title": "结果", "field": "text"}))
    assert found == [("columns", "only_in_results")]


def test_an_account_may_never_be_empty(tmp_path: Path) -> None:
    found = faults_of(tmp_path, lambda content: content["columns"][2].update(may_be_empty=True))
    assert found == [("columns", "may_never_be_empty")]


def test_rows_that_end_with_a_trailer_begin_with_a_number(tmp_path: Path) -> None:
    found = faults_of(tmp_path, lambda content: content["result"]["columns"].reverse())
    assert found == [("result.trailer", "rows_do_not_begin_with_serial")]


def test_a_constant_must_fit_the_encoding(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path, lambda content: content["columns"].append({"title": "种类", "constant": "䶮"}), "list_gbk_summary"
    )
    assert found == [("columns[5].constant", "not_in_encoding")]


@pytest.mark.parametrize(
    ("failures", "fault"),
    [
        ([], ("result.failures", "missing")),
        ([{"code": "0000", "text": "失败", "meaning": "TEMPORARY"}], ("result.failures[0].code", "stands_twice")),
        ([{"code": "1001", "text": "成功", "meaning": "SETTLED"}], ("result.failures", "a_failure_cannot_be_settled")),
        ([{"code": "", "text": "失败", "meaning": "TEMPORARY"}], ("result", "not_a_code")),
        ([{"code": "a|b", "text": "失败", "meaning": "TEMPORARY"}], ("result", "not_a_code")),
        ([{"code": "1001", "text": "", "meaning": "TEMPORARY"}], ("result", "code_without_text")),
        ([{"code": "1001", "text": "失败"}], ("result.failures[0].meaning", "missing")),
        ([{"code": 1001, "text": "失败", "meaning": "TEMPORARY"}], ("result.failures[0].code", "not_a_text")),
    ],
)
def test_a_code_means_one_thing(tmp_path: Path, failures: list[Content], fault: tuple[str, str]) -> None:
    assert fault in faults_of(tmp_path, lambda content: content["result"].update(failures=failures))


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / f"{DEFAULT}.yaml"
    path.write_text((SHIPPED / path.name).read_text(encoding="utf-8") + "encoding: gbk\n", encoding="utf-8")
    with pytest.raises(BadTemplate, match="encoding is said twice"):
        read_template(path=path)


@pytest.mark.parametrize("content", [b"", b"- a", b"a: [", b"text", b"!!python/object:os.system {}", b"name: \xff"])
def test_what_is_no_template_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    with pytest.raises(BadTemplate):
        read_template(path=path)


@pytest.mark.parametrize(("single", "fault"), [("nobody", "unknown_template"), ("other", "not_for_single_payments")])
def test_the_template_for_one_payment_is_there_and_takes_one(tmp_path: Path, single: str, fault: str) -> None:
    write(tmp_path, content_of() | {"single_payment": single})
    write(tmp_path, content_of() | {"name": "other", "single_payment": ""}, "other")
    with pytest.raises(BadTemplate) as refused:
        load_templates(folder=tmp_path)
    assert refused.value.faults == [("single_payment", fault, single)]


def test_a_bureau_adds_a_bank_by_a_file(tmp_path: Path) -> None:
    write(tmp_path, content_of() | {"name": "own", "single_payment": "", "delimiter": "|+|"}, "own")
    assert load_templates(folder=tmp_path)["own"].delimiter == "|+|"


@pytest.mark.parametrize(("minimum", "limit"), [(1, 1), (5, 9), (500_000, 1_000_000)])
def test_rows_up_to_the_limits_can_be_split(tmp_path: Path, minimum: int, limit: int) -> None:
    path = write(tmp_path, content_of() | {"rows": {"minimum": minimum, "limit": limit}})
    assert (read_template(path=path).minimum, read_template(path=path).limit) == (minimum, limit)


def test_every_check_has_a_name_of_its_own() -> None:
    assert len({check.__name__ for check in CHECKS}) == len(CHECKS)
