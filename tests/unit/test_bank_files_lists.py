"""Lists for the bank: what cannot go, how the rest is parted, what the bytes are."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.bank_files.instructions import Instruction
from payouts.bank_files.list_files import (
    RenderedFile,
    RowsUnwritable,
    TooFew,
    TooMany,
    WrongName,
    render,
    render_batch,
    split,
    unwritable,
)
from payouts.bank_files.proofs import BadListFile, declared, read_list
from payouts.bank_files.template_files import SHIPPED, load_templates, shipped_template
from payouts.bank_files.templates import AmountUnit, Template

LIST = shipped_template()
GBK = shipped_template(name="list_gbk_summary")
FEN = shipped_template(name="list_fen_header")
SINGLE = shipped_template(name="single_gb18030")
TEMPLATES = load_templates(folder=SHIPPED)
every_template = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES.keys())


def pay(
    serial: int = 1,
    name: str = "王秀英",
    account: str = "6228480018712345678",
    amount: str = "1234.50",
    id_number: str = "220112195001010011",
    remark: str = "",
) -> Instruction:
    return Instruction(serial, name, account, Decimal(amount), id_number, remark=remark)


def pays(rows: int) -> list[Instruction]:
    return [pay(serial) for serial in range(1, rows + 1)]


def write(instructions: Sequence[Instruction], template: Template = LIST, number: int = 1) -> RenderedFile:
    return render(instructions=instructions, template=template, month="2026-11", batch="B7", number=number)


def faults(*instructions: Instruction, template: Template = LIST) -> list[tuple[int, str, str, str]]:
    return [
        (found.serial, found.field, found.code_point, found.fault)
        for found in unwritable(instructions=instructions, template=template)
    ]


# What a list looks like


def test_the_default_list_is_the_samples_format() -> None:
    file = write([pay(1, "王勇"), pay(2, "李䶮", amount="0.01"), pay(3, "古丽·买买提", amount="10000"), pay(4), pay(5)])
    assert file.content.decode("gb18030").split("\r\n") == [
        "1|王勇|6228480018712345678|1234.50|220112195001010011",
        "2|李䶮|6228480018712345678|0.01|220112195001010011",
        "3|古丽·买买提|6228480018712345678|10000.00|220112195001010011",
        "4|王秀英|6228480018712345678|1234.50|220112195001010011",
        "5|王秀英|6228480018712345678|1234.50|220112195001010011",
        "",
    ]
    assert (file.name, file.rows, file.total) == ("list_202611_B7_001.txt", 5, Decimal("13703.51"))


def test_a_list_in_gbk_ends_with_its_summary_line() -> None:
    file = write([pay(1, amount="0.10", remark="工资"), pay(2, amount="0.20")], GBK, number=12)
    assert file.content.decode("gbk") == (
        "1,6228480018712345678,王秀英,0.10,工资\r\n2,6228480018712345678,王秀英,0.20,\r\n合计,2,0.30\r\n"
    )
    assert file.name == "DF202611-B7-012.txt"


def test_a_list_with_titles_says_amounts_in_fen() -> None:
    file = write([pay(1, "JOHN SMITH", amount="1234.5"), pay(2, amount="0.01")], FEN)
    assert file.content.decode("utf-8") == (
        "序号|收款人账号|收款人户名|收款行|币种|金额（分）|证件号码|用途\n"
        "1|6228480018712345678|JOHN SMITH||CNY|123450|220112195001010011|\n"
        "2|6228480018712345678|王秀英||CNY|1|220112195001010011|\n"
    )


def test_a_single_payment_is_a_file_of_one_row() -> None:
    files = list(render_batch(instructions=pays(3), template=SINGLE, month="2026-11", batch="B7"))
    assert [file.rows for file in files] == [1, 1, 1]
    assert [file.name for file in files] == [f"single_202611_B7_00{number}.txt" for number in (1, 2, 3)]


def test_the_same_list_gives_the_same_bytes() -> None:
    assert write(pays(7)).sha256 == write(pays(7)).sha256


def test_a_repr_hides_accounts_and_id_numbers() -> None:
    assert "6228480018712345678" not in repr(pay())
    assert "220112195001010011" not in repr(pay())
    assert "content" not in repr(write(pays(5)))


@pytest.mark.parametrize(
    ("month", "batch", "number"),
    [("202611", "B", 1), ("2026-13", "B", 1), ("2026-11", "", 1), ("2026-11", "../B", 1), ("2026-11", "B", 0)],
)
def test_a_file_that_cannot_be_named_is_not_written(month: str, batch: str, number: int) -> None:
    with pytest.raises(WrongName):
        render(instructions=pays(5), template=LIST, month=month, batch=batch, number=number)


# How a list is parted: 5 to 1,000 rows


@pytest.mark.parametrize(
    ("rows", "sizes"),
    [
        (5, [5]),
        (6, [6]),
        (999, [999]),
        (1000, [1000]),
        (1001, [501, 500]),
        (1004, [502, 502]),
        (2000, [1000, 1000]),
        (2001, [667, 667, 667]),
        (3002, [751, 751, 750, 750]),
    ],
)
def test_a_list_is_parted_evenly(rows: int, sizes: list[int]) -> None:
    assert [len(part) for part in split(instructions=pays(rows), template=LIST)] == sizes


@pytest.mark.parametrize("rows", [0, 1, 4])
def test_fewer_rows_than_the_minimum_wait(rows: int) -> None:
    with pytest.raises(TooFew) as refused:
        split(instructions=pays(rows), template=LIST)
    assert (refused.value.rows, refused.value.minimum) == (rows, 5)


def test_fewer_rows_than_the_minimum_go_by_the_single_payment_template() -> None:
    single = shipped_template(name=LIST.single_payment)
    assert [len(part) for part in split(instructions=pays(4), template=single)] == [1, 1, 1, 1]


def test_no_rows_are_no_list_for_any_template() -> None:
    with pytest.raises(TooFew):
        split(instructions=[], template=SINGLE)


def test_a_file_outside_the_banks_limits_is_not_written() -> None:
    assert write(pays(5)).rows == 5
    assert write(pays(1000)).rows == 1000
    with pytest.raises(TooFew):
        write(pays(4))
    with pytest.raises(TooMany):
        write(pays(1001))


@given(rows=st.integers(0, 400), limit=st.integers(1, 40), data=st.data())
def test_parts_keep_to_both_limits_and_differ_by_one_row(rows: int, limit: int, data: st.DataObject) -> None:
    minimum = data.draw(st.integers(1, (limit + 1) // 2))
    template = replace(LIST, minimum=minimum, limit=limit)
    instructions = pays(rows)
    if rows < minimum:
        with pytest.raises(TooFew):
            split(instructions=instructions, template=template)
        return
    parts = split(instructions=instructions, template=template)
    sizes = [len(part) for part in parts]
    assert minimum <= min(sizes) <= max(sizes) <= limit
    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) == -(-rows // limit)
    assert [instruction for part in parts for instruction in part] == instructions


def test_a_batch_is_written_file_by_file_with_its_numbers_and_totals() -> None:
    instructions = [pay(serial, amount=f"{serial}.0{serial % 10}") for serial in range(1, 1004)]
    files = list(render_batch(instructions=instructions, template=LIST, month="2026-11", batch="B7"))
    assert [(file.name, file.rows) for file in files] == [
        ("list_202611_B7_001.txt", 502),
        ("list_202611_B7_002.txt", 501),
    ]
    assert sum(file.total for file in files) == sum(instruction.amount for instruction in instructions)


def test_a_batch_is_refused_before_its_first_file_is_asked_for() -> None:
    with pytest.raises(TooFew):
        render_batch(instructions=pays(4), template=LIST, month="2026-11", batch="B7")
    with pytest.raises(RowsUnwritable):
        render_batch(instructions=[*pays(1500), pay(1)], template=LIST, month="2026-11", batch="B7")
    with pytest.raises(WrongName):
        render_batch(instructions=pays(5), template=LIST, month="11", batch="B7")


# What cannot go


def test_a_plain_payment_can_go_by_every_template() -> None:
    for template in TEMPLATES.values():
        assert faults(pay(1), pay(2, "木合塔尔·艾则孜"), template=template) == []


@pytest.mark.parametrize("character", ["䶮", "㛃", "𬭎", "㮾", "𠅤"])
def test_a_rare_character_goes_in_gb_18030_and_fails_its_row_in_gbk(character: str) -> None:
    row = pay(8, f"王{character}")
    assert faults(row, template=LIST) == []
    assert faults(row, template=FEN) == []
    assert faults(pay(7), row, template=GBK) == [(8, "name", f"U+{ord(character):04X}", "not_in_encoding")]


@pytest.mark.parametrize("name", ["堃翀", "镕﨑", "亅弢東", "古丽·买买提"])
def test_a_character_of_gbk_goes_in_gbk(name: str) -> None:
    """弢 and 東 end with the byte of a bar."""
    assert faults(pay(1, name), template=GBK) == []


def test_each_faulty_character_is_told_in_order() -> None:
    assert faults(pay(3, "䶮王𬭎"), template=GBK) == [
        (3, "name", "U+4DAE", "not_in_encoding"),
        (3, "name", "U+2CB4E", "not_in_encoding"),
    ]


@pytest.mark.parametrize(
    ("character", "fault"),
    [
        ("\ue81e", "private_use"),  # what Python reads for FE59, 龴 in the edition of 2022
        ("\uf8ff", "private_use"),
        ("\U000f0000", "private_use"),
        ("\u9fb4", "edition_dependent"),
        ("\u9fbb", "edition_dependent"),
        ("\ufe10", "edition_dependent"),
        ("\u1e3f", "edition_dependent"),
        ("\ufffd", "lost"),
        ("\ufeff", "invisible"),
        ("\u200b", "invisible"),
        ("\u2028", "invisible"),
        ("\ufffe", "invisible"),
        ("\ufdd0", "invisible"),
        ("\ufdef", "invisible"),
        ("\t", "invisible"),
        ("\n", "invisible"),
        ("\r", "invisible"),
        ("\x00", "invisible"),
        ("\x85", "invisible"),
        ("|", "delimiter"),
        (" ", "space"),
        ("\u3000", "space"),
        ("\u00a0", "space"),
        ("\ud800", "not_in_encoding"),
    ],
)
def test_a_character_that_the_bank_would_read_otherwise_fails_the_row(character: str, fault: str) -> None:
    assert faults(pay(1, f"王{character}英")) == [(1, "name", f"U+{ord(character):04X}", fault)]


@pytest.mark.parametrize(
    "character", ["\u9fb3", "\u9fbc", "\u9fa6", "\U00020087", "\U00031350", "\ufe1a", "\ufdcf", "\ufdf0", "·"]
)
def test_the_neighbours_of_those_go(character: str) -> None:
    """U+31350 is of Unicode 15, unknown to Python 3.11, and a character of names all the same."""
    assert faults(pay(1, f"王{character}英")) == []


def test_a_character_whose_bytes_depend_on_the_edition_goes_in_utf_8() -> None:
    assert faults(pay(1, "王\u9fb4"), template=FEN) == []


def test_a_name_may_have_spaces_between_its_parts_where_the_bank_says_so() -> None:
    assert faults(pay(1, "JOHN SMITH"), template=FEN) == []
    assert faults(pay(1, "JOHN SMITH"), template=LIST) == [(1, "name", "U+0020", "space")]
    assert faults(pay(1, " JOHN"), template=FEN) == [(1, "name", "U+0020", "space")]
    assert faults(pay(1, "JOHN "), template=FEN) == [(1, "name", "U+0020", "space")]
    assert faults(pay(1, account="6228 48"), template=FEN) == [(1, "account", "U+0020", "space")]


def test_a_character_that_the_bank_forbids_fails_the_row() -> None:
    assert faults(pay(1, "O'BRIEN"), template=GBK) == [(1, "name", "U+0027", "forbidden")]
    assert faults(pay(1, "O'BRIEN"), template=LIST) == []


def test_a_bar_is_an_ordinary_character_where_cells_are_parted_by_commas() -> None:
    assert faults(pay(1, remark="11|12"), template=GBK) == []
    assert faults(pay(1, remark="11,12"), template=GBK) == [(1, "remark", "U+002C", "delimiter")]


@pytest.mark.parametrize("character", ["６", "王"])
def test_an_account_and_an_id_number_are_ascii(character: str) -> None:
    code_point = f"U+{ord(character):04X}"
    assert faults(pay(1, account=f"622{character}")) == [(1, "account", code_point, "not_ascii")]
    assert faults(pay(1, id_number=f"220{character}")) == [(1, "id_number", code_point, "not_ascii")]


@pytest.mark.parametrize("field", ["name", "account"])
def test_an_empty_cell_fails_the_row(field: str) -> None:
    assert faults(pay(1, **{field: ""})) == [(1, field, "", "missing")]


def test_a_supplier_may_have_no_number() -> None:
    assert faults(pay(1, id_number="")) == []


def test_a_cell_that_the_template_has_not_is_not_looked_at() -> None:
    assert faults(pay(1, id_number=""), template=GBK) == []
    assert faults(pay(1, remark="a|b"), template=LIST) == []


@pytest.mark.parametrize(
    ("amount", "fault"),
    [
        ("0.00", "amount_not_positive"),
        ("-0.01", "amount_not_positive"),
        ("0.001", "amount_not_exact"),
        ("12.345", "amount_not_exact"),
        ("NaN", "amount_not_exact"),
        ("Infinity", "amount_not_exact"),
        ("1E+16", "amount_not_exact"),
    ],
)
def test_an_amount_that_is_no_payment_fails_the_row(amount: str, fault: str) -> None:
    assert faults(pay(1, amount=amount)) == [(1, "amount", "", fault)]


@pytest.mark.parametrize("amount", ["0.01", "1.500", "9999999999999999.99"])
def test_an_amount_of_whole_fen_goes(amount: str) -> None:
    assert faults(pay(1, amount=amount)) == []


def test_a_serial_goes_once_and_from_one_on() -> None:
    assert faults(pay(1), pay(2), pay(1), pay(1)) == [(1, "serial", "", "duplicate_serial")] * 2
    assert faults(pay(0)) == [(0, "serial", "", "serial_not_positive")]


def test_a_list_with_a_row_that_cannot_go_is_not_written() -> None:
    with pytest.raises(RowsUnwritable) as refused:
        write([*pays(5), pay(6, "王䶮")], GBK)
    assert [(found.serial, found.character) for found in refused.value.found] == [(6, "䶮")]
    assert "王䶮" not in str(refused.value)


# The bytes read again


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12) | st.text(
    st.sampled_from("王李张䶮㛃𬭎㮾𠅤龴\ue81e弢東·|, \t'｜"), min_size=1, max_size=12
)
lists = st.lists(
    st.builds(
        Instruction,
        serial=st.integers(1, 10**9),
        name=names,
        account=st.text("0123456789", min_size=8, max_size=32),
        amount=st.integers(1, 10**13).map(lambda fen: Decimal(fen) / 100),
        id_number=st.text("0123456789X", min_size=15, max_size=18),
        remark=st.just("工资") | names,
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda instruction: instruction.serial,
)


@every_template
@given(instructions=lists)
def test_what_can_be_written_reads_back_as_it_was_and_nothing_else_is_written(
    template: Template, instructions: list[Instruction]
) -> None:
    template = replace(template, minimum=1, limit=100)
    faulty = {found.serial for found in unwritable(instructions=instructions, template=template)}
    if faulty:
        with pytest.raises(RowsUnwritable):
            write(instructions, template)
    left = [instruction for instruction in instructions if instruction.serial not in faulty]
    if not left:
        return
    file = write(left, template)
    again = list(read_list(content=file.content, template=template))
    for one, other in zip(again, left, strict=True):
        for column in template.columns:
            if column.field != "constant":
                assert getattr(one, column.field) == getattr(other, column.field)
    assert declared(content=file.content, template=template) == (file.rows, file.total)
    assert (file.rows, file.total) == (len(left), sum(instruction.amount for instruction in left))


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        (b"1234.50|", b"1234.5x|", "amount_not_exact", 1),
        (b"|220112195001010011\r\n2|", b"\r\n2|", "wrong_columns", 1),
        (b"\r\n3|", b"\r\nx|", "serial_not_a_number", 3),
    ],
)
def test_a_list_that_was_changed_does_not_read_back(before: bytes, after: bytes, code: str, line: int) -> None:
    content = write(pays(5)).content
    with pytest.raises(BadListFile) as refused:
        declared(content=content.replace(before, after, 1), template=LIST)
    assert (refused.value.code, refused.value.line) == (code, line)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("合计,2,0.31\r\n", "summary_disagrees"),
        ("合计,3,0.30\r\n", "summary_disagrees"),
        ("", "summary_missing"),
        ("合计,2,0.30\r\n3,6228480018712345678,王勇,0.10,\r\n", "text_after_trailer"),
    ],
)
def test_a_summary_line_must_agree_with_the_rows(text: str, code: str) -> None:
    content = write([pay(1, amount="0.10"), pay(2, amount="0.20")], GBK).content
    assert declared(content=content, template=GBK) == (2, Decimal("0.30"))
    with pytest.raises(BadListFile) as refused:
        declared(content=content.replace("合计,2,0.30\r\n".encode("gbk"), text.encode("gbk")), template=GBK)
    assert refused.value.code == code
    assert refused.value.line == {"summary_missing": 0, "text_after_trailer": 4}.get(code, 3)


def test_a_list_with_a_missing_or_doubled_row_declares_another_total() -> None:
    file = write(pays(6))
    row = b"3|" + file.content.split(b"\r\n3|")[1].split(b"\r\n")[0] + b"\r\n"
    assert declared(content=file.content.replace(row, b""), template=LIST) == (5, Decimal("6172.50"))
    assert declared(content=file.content + row, template=LIST) == (7, Decimal("8641.50"))


def test_yuan_and_fen_are_never_taken_for_each_other() -> None:
    """Fen in a column of yuan read as a hundred times the amount, which the totals show."""
    in_fen = replace(LIST, amount_unit=AmountUnit.FEN)
    content = write(pays(5), in_fen).content
    assert declared(content=content, template=in_fen).total == Decimal("6172.50")
    assert declared(content=content, template=LIST).total == Decimal("617250.00")
    with pytest.raises(BadListFile):
        declared(content=write(pays(5)).content, template=in_fen)


def test_a_fault_far_down_a_long_list_is_found_as_in_a_short_one() -> None:
    long = [*pays(1_499), pay(1_500, name="王 勇"), pay(1_501), pay(3), pay(1_502, account="")]
    assert faults(*long) == [
        (1_500, "name", "U+0020", "space"),
        (3, "serial", "", "duplicate_serial"),
        (1_502, "account", "", "missing"),
    ]
