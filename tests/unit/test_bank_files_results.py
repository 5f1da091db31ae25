"""The bank's result files: read exactly, refused by name, held against what was sent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.bank_files.instructions import Instruction
from payouts.bank_files.list_files import render_batch
from payouts.bank_files.matching import match
from payouts.bank_files.results import REMEDIES, BadResultFile, ResultFault, ResultFile, ResultRow, read_results
from payouts.bank_files.template_files import shipped_template
from payouts.bank_files.templates import Field, Meaning, Template
from tests.bank import Bank, ListRefused

LIST = shipped_template()
GBK = shipped_template(name="list_gbk_summary")
FEN = shipped_template(name="list_fen_header")
SINGLE = shipped_template(name="single_gb18030")

GOOD = (
    "1|王勇|6228480018712345678|1234.50|220112195001010011|0000|成功\r\n"
    "2|李䶮|6228480018712345679|0.01|220112195001010012|1002|账号不存在\r\n"
    "合计|2|1234.51|1|1234.50|1|0.01\r\n"
)
SENT = [
    Instruction(1, "王勇", "6228480018712345678", Decimal("1234.50"), "220112195001010011"),
    Instruction(2, "李䶮", "6228480018712345679", Decimal("0.01"), "220112195001010012"),
]


def read(text: str, template: Template = LIST) -> ResultFile:
    return read_results(content=text.encode(template.encoding), template=template)


def refusal(content: bytes | str, template: Template = LIST) -> BadResultFile:
    with pytest.raises(BadResultFile) as refused:
        read_results(content=content.encode("gb18030") if isinstance(content, str) else content, template=template)
    return refused.value


# Reading


def test_a_result_file_says_what_became_of_each_payment() -> None:
    results = read(GOOD)
    assert [(row.serial, row.name, row.account, row.amount, row.id_number) for row in results.rows] == [
        (sent.serial, sent.name, sent.account, sent.amount, sent.id_number) for sent in SENT
    ]
    assert [(row.code, row.text, row.meaning, row.line) for row in results.rows] == [
        ("0000", "成功", Meaning.SETTLED, 1),
        ("1002", "账号不存在", Meaning.NEEDS_CORRECTION, 2),
    ]


def test_the_totals_are_those_of_the_rows() -> None:
    totals = read(GOOD).totals
    assert (totals.count, totals.ok_count, totals.failed_count) == (2, 1, 1)
    assert (totals.total, totals.ok_total, totals.failed_total) == tuple(map(Decimal, ("1234.51", "1234.50", "0.01")))


def test_a_file_is_known_by_the_hash_of_its_bytes() -> None:
    assert read(GOOD).sha256 == read(GOOD).sha256
    assert read(GOOD).sha256 != read(GOOD.replace("\r\n", "\n")).sha256


@pytest.mark.parametrize("code", ["1001", "1002", "1003", "1004"])
def test_every_failure_of_the_default_bank_waits_for_a_correction(code: str) -> None:
    assert read(GOOD.replace("1002|", f"{code}|")).rows[1].meaning is Meaning.NEEDS_CORRECTION


def test_a_bank_that_could_not_pay_today_asks_for_no_correction() -> None:
    row = "1,6228480018712345678,王勇,5.00,F9,系统超时未入账\r\n合计,1,5.00,0,0.00\r\n"
    assert read(row, GBK).rows[0].meaning is Meaning.TEMPORARY


def test_a_result_file_with_titles_in_fen_is_read() -> None:
    results = read(
        "序号|收款人账号|收款人户名|金额（分）|银行流水号|结果|原因\n"
        "1|6228480018712345678|王勇|123450|2026110800001|00|交易成功\n"
        "2|6228480018712345679|李䶮|1||14|账号不存在\n"
        "总计|2|123451|1|1\n",
        FEN,
    )
    assert [row.amount for row in results.rows] == [Decimal("1234.50"), Decimal("0.01")]
    assert Field.ID_NUMBER not in results.columns


@pytest.mark.parametrize(
    "content",
    [
        GOOD.replace("\r\n", "\n").encode("gb18030"),
        GOOD.replace("\r\n", "\n", 1).encode("gb18030"),
        GOOD.removesuffix("\r\n").encode("gb18030"),
        (GOOD + "\r\n\r\n\n").encode("gb18030"),
        b"\xef\xbb\xbf" + GOOD.encode("gb18030"),
        ("\ufeff" + GOOD).encode("gb18030"),
        GOOD.replace("|1234.50|", "|1234.5|").encode("gb18030"),
        GOOD.replace("1|王", "0001|王").encode("gb18030"),
    ],
    ids=["lf", "mixed", "no last ending", "blank lines at the end", "utf-8 mark", "gb mark", "short fen", "zeros"],
)
def test_forms_that_leave_no_doubt_are_taken(content: bytes) -> None:
    results = read_results(content=content, template=LIST)
    assert [(row.serial, row.amount) for row in results.rows] == [(1, Decimal("1234.50")), (2, Decimal("0.01"))]


@pytest.mark.parametrize(
    ("written", "character"),
    [
        (b"\xfe\x59", "\u9fb4"),
        (b"\x82\x35\x90\x37", "\u9fb4"),
        (b"\xfe\x51", "\U00020087"),
        (b"\x95\x32\x90\x31", "\U00020087"),
        (b"\xa8\xbc", "\u1e3f"),
    ],
)
def test_a_name_is_recognised_whichever_edition_of_gb_18030_the_bank_keeps(written: bytes, character: str) -> None:
    content = GOOD.encode("gb18030").replace("勇".encode("gb18030"), written, 1)
    assert read_results(content=content, template=LIST).rows[0].name == f"王{character}"


def test_a_private_use_character_in_utf_8_is_kept_as_it_is() -> None:
    text = "序号|收款人账号|收款人户名|金额（分）|银行流水号|结果|原因\n1|6228|王\ue81e|1||00|成功\n总计|1|1|1|0\n"
    assert read(text, FEN).rows[0].name == "王\ue81e"


@pytest.mark.parametrize("text", ["账号\u3000不存在", "", "账号 不存在", "𬭎\U00031350"])
def test_a_text_of_the_bank_is_kept_as_it_is(text: str) -> None:
    assert read(GOOD.replace("账号不存在", text)).rows[1].text == text


def test_a_bar_in_the_second_byte_of_a_character_parts_no_cells() -> None:
    assert "弢".encode("gb18030").endswith(b"|")
    assert read(GOOD.replace("王勇", "王弢")).rows[0].name == "王弢"


# Refusing


@pytest.mark.parametrize(
    ("before", "after", "fault", "line"),
    [
        (GOOD, "", ResultFault.EMPTY, 0),
        (GOOD, "\r\n\r\n", ResultFault.EMPTY, 0),
        (GOOD, "合计|0|0.00|0|0.00|0|0.00\r\n", ResultFault.EMPTY, 0),
        ("|成功", "", ResultFault.WRONG_COLUMNS, 1),
        ("|账号不存在", "|账号|不存在", ResultFault.WRONG_COLUMNS, 2),
        ("|1|0.01\r\n", "|1\r\n", ResultFault.WRONG_COLUMNS, 3),
        ("\r\n2|", "\r\n\r\n2|", ResultFault.BLANK_LINE, 2),
        ("成功", "成\x00功", ResultFault.CONTROL_CHARACTER, 1),
        ("成功", "成\r功", ResultFault.CONTROL_CHARACTER, 1),
        ("1|王勇", "一|王勇", ResultFault.SERIAL_NOT_A_NUMBER, 1),
        ("1|王勇", "１|王勇", ResultFault.SERIAL_NOT_A_NUMBER, 1),
        ("1|王勇", "-1|王勇", ResultFault.SERIAL_NOT_A_NUMBER, 1),
        ("1|王勇", " 1|王勇", ResultFault.SERIAL_NOT_A_NUMBER, 1),
        ("1|王勇", "序号|王勇", ResultFault.SERIAL_NOT_A_NUMBER, 1),
        ("2|李䶮", "1|李䶮", ResultFault.DUPLICATE_SERIAL, 2),
        ("2|李䶮", "01|李䶮", ResultFault.DUPLICATE_SERIAL, 2),
        ("|0.01|2", "|0.010|2", ResultFault.AMOUNT_NOT_EXACT, 2),
        ("|0.01|2", "|1e-2|2", ResultFault.AMOUNT_NOT_EXACT, 2),
        ("|0.01|2", "|-0.01|2", ResultFault.AMOUNT_NOT_EXACT, 2),
        ("|0.01|2", "|.01|2", ResultFault.AMOUNT_NOT_EXACT, 2),
        ("|0.01|2", "||2", ResultFault.AMOUNT_NOT_EXACT, 2),
        ("|0.01|2", "|０.０１|2", ResultFault.AMOUNT_NOT_EXACT, 2),
        ("|1234.50|2", "|1,234.50|2", ResultFault.AMOUNT_NOT_EXACT, 1),
        ("|1234.50|2", "|99999999999999999|2", ResultFault.AMOUNT_NOT_EXACT, 1),
        ("|0000|", "|0|", ResultFault.UNKNOWN_CODE, 1),
        ("|0000|", "||", ResultFault.UNKNOWN_CODE, 1),
        ("|1002|", "|9999|", ResultFault.UNKNOWN_CODE, 2),
        ("合计|2|1234.51|1|1234.50|1|0.01\r\n", "", ResultFault.TRAILER_MISSING, 0),
        ("|1|0.01\r\n", "|1|0.01\r\n3|张三|1|1.00|1|0000|成功\r\n", ResultFault.TEXT_AFTER_TRAILER, 4),
        ("|1|0.01\r\n", "|1|0.01\r\n\r\n制表人\r\n", ResultFault.TEXT_AFTER_TRAILER, 5),
    ],
)
def test_a_file_that_leaves_doubt_is_refused(before: str, after: str, fault: ResultFault, line: int) -> None:
    assert before in GOOD
    refused = refusal(GOOD.replace(before, after, 1))
    assert (refused.fault, refused.line) == (fault, line)


@pytest.mark.parametrize("place", ["count", "total", "ok_count", "ok_total", "failed_count", "failed_total"])
def test_each_total_of_the_trailer_must_agree(place: str) -> None:
    parts = [part.field for part in LIST.result.trailer]
    *rows, last = GOOD.removesuffix("\r\n").split("\r\n")
    cells = last.split("|")
    at = parts.index(place)  # type: ignore[arg-type]
    for wrong in (str(Decimal(cells[at]) + (1 if "count" in place else Decimal("0.01"))), "", "x", cells[at] + " "):
        refused = refusal("\r\n".join([*rows, "|".join([*cells[:at], wrong, *cells[at + 1 :]])]))
        assert (refused.fault, refused.place, refused.line) == (ResultFault.TRAILER_DISAGREES, place, 3)


def test_a_wrong_total_is_told_with_what_the_rows_give() -> None:
    refused = refusal(GOOD.replace("|1234.51|", "|1234.15|"))
    assert (refused.stated, refused.found) == ("1234.15", "1234.51")


def test_a_success_that_became_a_failure_does_not_pass_the_trailer() -> None:
    assert refusal(GOOD.replace("0000|成功", "1001|户名不符")).place == "ok_count"


@pytest.mark.parametrize("count", range(1, len(GOOD.encode("gb18030"))))
def test_a_file_that_was_cut_short_is_refused_unless_only_the_last_ending_is_gone(count: int) -> None:
    content = GOOD.encode("gb18030")
    if content[:count].rstrip(b"\r\n") == content.rstrip(b"\r\n") and count >= len(content) - 2:
        assert read_results(content=content[:count], template=LIST).totals.count == 2
    else:
        refusal(content[:count])


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (GOOD.encode("utf-8"), 0),
        (GOOD.encode("utf-8-sig"), 0),
        (GOOD.encode("utf-16"), 1),
        (GOOD.encode("gb18030").replace("账".encode("gb18030"), b"\xff\xff"), 2),
    ],
    ids=["utf-8", "utf-8 with a mark", "utf-16", "a broken character"],
)
def test_a_file_of_another_encoding_is_refused(content: bytes, line: int) -> None:
    refused = refusal(content)
    assert (refused.fault, refused.line) == (ResultFault.WRONG_ENCODING, line)


def test_a_file_in_gb_18030_is_refused_where_utf_8_is_agreed() -> None:
    assert refusal("序号|收款人账号\n", FEN).fault is ResultFault.WRONG_ENCODING


def test_other_titles_are_refused() -> None:
    refused = refusal("序号|收款人账号|收款人户名|金额|银行流水号|结果|原因\n".encode(), FEN)
    assert (refused.fault, refused.line) == (ResultFault.WRONG_HEADER, 1)


def test_every_fault_names_its_remedy() -> None:
    assert set(REMEDIES) == set(ResultFault)


def test_a_cell_is_shown_if_it_is_too_short_for_an_account() -> None:
    assert refusal(GOOD.replace("|0000|", "|0123456789|")).stated == "0123456789"
    assert refusal(GOOD.replace("|0000|", "|01234567890|")).stated == ""
    assert refusal(GOOD.replace("|0000|", "|王勇|")).stated == ""


def test_a_refusal_never_shows_an_account_or_an_id_number() -> None:
    for row in (
        "1|王勇|1234.50|6228480018712345678|220112195001010011|0000|成功",
        "1|王勇|6228480018712345678|1234.50|0000|220112195001010011|成功",
    ):
        refused = refusal(row)
        assert "6228480018712345678" not in f"{refused} {refused.stated} {refused.found}"
        assert "220112195001010011" not in f"{refused} {refused.stated} {refused.found}"
    assert "6228480018712345678" not in repr(read(GOOD).rows)


near_misses = st.text(st.sampled_from("0123456789|.合计成功王\r\n\ufeff"), max_size=80)


@given(content=st.binary(max_size=200) | near_misses.map(lambda text: text.encode("gb18030")))
def test_whatever_the_bytes_a_file_is_read_or_refused_by_name(content: bytes) -> None:
    for template in (LIST, GBK, FEN):
        try:
            results = read_results(content=content, template=template)
        except BadResultFile:
            continue
        assert results.rows


# Matching


def test_a_file_that_answers_what_was_sent_is_applied() -> None:
    matched = match(results=read(GOOD), sent=SENT)
    assert ([row.serial for row in matched.settled], [row.serial for row in matched.failed]) == ([1], [2])
    assert (matched.differences, matched.missing) == ([], [])


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("name", "王勇敢"),
        ("account", "6228480018712345670"),
        ("amount", Decimal("1234.49")),
        ("id_number", "22011219500101001X"),
    ],
)
def test_nothing_is_applied_if_a_row_is_not_the_payment_sent(column: str, other: str | Decimal) -> None:
    matched = match(results=read(GOOD), sent=[SENT[0]._replace(**{column: other}), SENT[1]])  # type: ignore[arg-type]
    assert [(each.line, each.serial, each.column, each.sent) for each in matched.differences] == [
        (1, 1, column, str(other))
    ]
    assert (matched.settled, matched.failed, matched.missing) == ([], [], [])


def test_nothing_is_applied_if_a_payment_was_never_sent() -> None:
    matched = match(results=read(GOOD), sent=SENT[:1])
    assert [(each.line, each.serial, each.column) for each in matched.differences] == [(2, 2, "serial")]
    assert (matched.settled, matched.failed) == ([], [])


def test_a_file_that_answers_a_part_is_applied_and_the_rest_is_listed() -> None:
    other = SENT[0]._replace(serial=9)
    matched = match(results=read(GOOD), sent=[other, *SENT])
    assert ([row.serial for row in matched.settled], list(matched.missing)) == ([1], [9])


def test_a_column_that_the_bank_does_not_answer_is_not_compared() -> None:
    text = "1,6228480018712345678,王勇,1234.50,S,成功\r\n合计,1,1234.50,1,1234.50\r\n"
    matched = match(results=read(text, GBK), sent=SENT[:1])
    assert [row.serial for row in matched.settled] == [1]


def test_a_difference_keeps_numbers_out_of_its_repr() -> None:
    matched = match(results=read(GOOD), sent=[SENT[0]._replace(account="6222020000000000017"), SENT[1]])
    assert matched.differences[0].answered == "6228480018712345678"
    assert "6228480018712345678" not in repr(matched)
    assert "6222020000000000017" not in repr(matched)


def test_what_was_sent_must_have_each_serial_once() -> None:
    with pytest.raises(ValueError, match="payment 1 was sent twice"):
        match(results=read(GOOD), sent=[SENT[0], SENT[0]])


# The whole way, with a bank that is not ours


def payments(rows: int) -> list[Instruction]:
    names = ("王秀英", "木合塔尔·艾则孜", "李䶮", "张弢", "陈𬭎", "单位㛃㮾")
    return [
        Instruction(
            serial=serial,
            name=names[serial % 6],
            account=f"6228480018{serial:09}",
            amount=Decimal(serial * 37 + 1) / 100,
            id_number=f"22011219{serial:09}X",
        )
        for serial in range(1, rows + 1)
    ]


@pytest.mark.parametrize("rows", [5, 6, 1000, 1001, 2041])
def test_what_the_bank_credits_is_what_we_settle(rows: int) -> None:
    sent = payments(rows)
    bank = Bank(faulty={sent[0].account: "1004", sent[-1].account: "1001"})
    settled: list[ResultRow] = []
    failed: list[ResultRow] = []
    for file in render_batch(instructions=sent, template=LIST, month="2026-11", batch="B7"):
        results = read_results(content=bank.take(file.content), template=LIST)
        serials = {row.serial for row in results.rows}
        matched = match(results=results, sent=[each for each in sent if each.serial in serials])
        assert (matched.differences, matched.missing) == ([], [])
        settled += matched.settled
        failed += matched.failed
    assert [(row.account, row.amount) for row in settled] == bank.credited
    assert [(row.serial, row.code) for row in failed] == [(1, "1004"), (rows, "1001")]
    assert [(each.account, each.amount) for each in sent[1:-1]] == bank.credited


def test_a_bank_that_is_silent_about_a_payment_leaves_it_open() -> None:
    sent = payments(8)
    bank = Bank()
    (file,) = render_batch(instructions=sent, template=LIST, month="2026-11", batch="B7")
    answer = bank.take(file.content, failing={2: "1003"}, silent={5, 6})
    matched = match(results=read_results(content=answer, template=LIST), sent=sent)
    assert ([row.serial for row in matched.failed], list(matched.missing)) == ([2], [5, 6])
    assert len(bank.credited) == 5


def test_a_reissue_of_one_payment_goes_by_the_single_payment_template() -> None:
    (file,) = render_batch(instructions=payments(1), template=SINGLE, month="2026-11", batch="B8")
    with pytest.raises(ListRefused):
        Bank().take(file.content)
    answer = Bank(minimum=1, limit=1).take(file.content)
    assert [row.serial for row in read_results(content=answer, template=SINGLE).rows] == [1]


@given(
    failing=st.dictionaries(st.integers(1, 12), st.sampled_from(["1001", "1002", "1003", "1004"])),
    silent=st.sets(st.integers(1, 12), max_size=11),
)
def test_every_payment_is_settled_failed_or_open_and_the_bank_agrees(failing: dict[int, str], silent: set[int]) -> None:
    sent, bank = payments(12), Bank()
    (file,) = render_batch(instructions=sent, template=LIST, month="2026-11", batch="B7")
    answer = bank.take(file.content, failing=failing, silent=silent)
    matched = match(results=read_results(content=answer, template=LIST), sent=sent)
    settled, failed = ([row.serial for row in rows] for rows in (matched.settled, matched.failed))
    assert sorted([*settled, *failed, *matched.missing]) == list(range(1, 13))
    assert set(failed) == set(failing) - silent
    assert [row.account for row in matched.settled] == [account for account, _ in bank.credited]
