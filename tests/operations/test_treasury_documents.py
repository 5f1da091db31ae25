"""The papers of townships: what is printed can be read back, from the PDF and from the workbook, and adds up."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation
from python_calamine import CalamineWorkbook

from ledger.capitals import capital_amount
from ledger.sums import DoesNotAddUp
from month.documents import masked_payees, write_documents
from payouts.models import Person
from tests import golden
from tests.documents import made, pages_of, text_of
from tests.golden import AT, BIRCH, LAST_DAY, NOVEMBER, officer, pay_salaries, town, towns, yuan
from treasury.account_statements import statements_of
from treasury.debts import burn_downs
from treasury.exports import documents
from treasury.exports.papers import Document, Heading, Lines, Page, Table, in_chinese, write_book, write_pdf
from treasury.exports.position_sheets import position_document
from treasury.exports.statement_sheets import statement_document
from treasury.models.words import StatementSide
from treasury.positions import positions_on
from treasury.settlement_origins import settlement_sheets
from treasury.stating_accounts import confirm_statement, disagree_with_statement, make_statements

stage = golden.stage
rolled_back = golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

PRINTED_AT = datetime(2026, 12, 1, 1, 30, tzinfo=UTC)


def pdf(document: Document) -> bytes:
    return made(lambda file: write_pdf(file=file, document=document))


def sheets(document: Document) -> Mapping[str, Sequence[Sequence[object]]]:
    """Return the sheets of the workbook of a paper, without what stands above their heads."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(made(lambda file: write_book(file=file, document=document))))
    found = {}
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python()
        found[name] = rows[3:]
    return found


def column(rows: Sequence[Sequence[object]], head: str) -> list[Decimal]:
    """Return the amounts of a column in yuan, its sum last."""
    place = rows[0].index(head)
    return [Decimal(str(row[place])).quantize(Decimal("0.01")) for row in rows[1:] if isinstance(row[place], float)]


def settlements() -> Document:
    with in_chinese():
        return documents.settlements_paper(month=NOVEMBER, at=PRINTED_AT)


def statements() -> Document:
    return documents.statements_paper(month=NOVEMBER, townships=towns(), at=PRINTED_AT)


def positions() -> Document:
    with in_chinese():
        return documents.positions_paper(on=LAST_DAY, townships=towns(), at=PRINTED_AT)


# Settlement sheets


def test_a_settlement_sheet_shows_every_figure_with_its_origin_and_the_words_of_what_is_returned() -> None:
    page = pages_of(pdf(settlements()))[0]
    for said in (
        "乡镇财政结算单",
        "青岚区",
        "白桦镇　2026年11月结算　第1号，已记账",
        "年度收入计划 800,000.00 2026 年收入计划第 1 版，演示制单 批准",
        "2026-11-01 至 2026-11-30 已记账收入 3 笔：950,000.00",
        "区账 103100102 科目，截至 2026-11-30",
        "本次扣还历史欠款 37,500.00",
        "应返还（大写）：人民币壹拾壹万贰仟伍佰元整",
        "2026-08 2 60,000.00",
        "2026-09 2 52,500.00",
        "合计 4 112,500.00",
        "编制：演示制单",
        "审核：演示复核",
        "出纳：演示出纳",
        "财库〔2015〕192号",
    ):
        assert said in page, said
    assert capital_amount(fen=11_250_000) == "人民币壹拾壹万贰仟伍佰元整"


def test_a_settlement_sheet_names_its_vouchers_in_both_books() -> None:
    with in_chinese():
        sheet = settlement_sheets(month=NOVEMBER)[0]
    page = pages_of(pdf(settlements()))[0]
    for one in sheet.vouchers:
        assert f"{one.day} {one.district} {one.township}" in page


def test_each_settlement_is_one_page_and_a_summary_closes_them() -> None:
    pages = pages_of(pdf(settlements()))
    assert len(pages) == 3
    assert "松江街道　2026年11月结算" in pages[1]
    assert "合计 150,000.00 150,000.00 37,500.00 12,500.00 112,500.00 112,500.00 0.00 180,000.00" in pages[2]


def test_a_what_if_says_so_and_has_no_signature() -> None:
    with in_chinese():
        text = text_of(pdf(documents.what_if_paper(month=NOVEMBER, at=PRINTED_AT)))
    assert "乡镇财政结算单（试算）" in text
    assert "编制：" not in text
    assert "已记账" not in text.replace("已记账收入", "")


def test_the_workbook_of_the_settlements_has_the_same_figures() -> None:
    found = sheets(settlements())
    assert list(found) == ["结算计算", "补发欠发工资", "记账凭证", "汇总"]
    assert column(found["补发欠发工资"], "补发金额") == [yuan("60000.00"), yuan("52500.00"), yuan("112500.00")]
    assert column(found["汇总"], "返还") == [yuan("112500.00"), yuan("0.00"), yuan("112500.00")]


# Statements of account


def test_a_statement_has_every_movement_with_both_vouchers_and_the_balance_after_it() -> None:
    page = pages_of(pdf(statements()))[0]
    (found,) = statements_of(month=NOVEMBER, townships=[town()])
    for account in found.accounts:
        balance = account.opening_in_district
        for one in account.movements:
            balance += one.in_district
            numbers = f"{one.district_vouchers} {one.township_vouchers}"
            assert (
                f"{one.day} {one.summary} {numbers} {one.in_district:,.2f} {one.in_township:,.2f} {balance:,.2f}"
                in page
            )
    assert "期末余额：区账 12,500.00，乡镇账 12,500.00。两账相符。" in page
    assert "区财政局（签章）：" in page
    assert "乡镇财政所（签章）：" in page
    assert f"SHA-256：{found.digest}" in page


def test_a_statement_names_who_confirmed_it_and_says_when_it_is_void() -> None:
    make_statements(month=NOVEMBER, townships=towns(), officer=officer("preparer"), at=AT)
    for side, post in ((StatementSide.DISTRICT, "chief_accountant"), (StatementSide.TOWNSHIP, "township_head")):
        confirm_statement(month=NOVEMBER, township=town(), side=side, officer=officer(post), at=AT)
    page = pages_of(pdf(statements()))[0]
    assert "区财政确认：演示会计主管　2026-11-30 17:00" in page
    assert "乡镇确认：演示乡镇长　2026-11-30 17:00" in page
    assert "作废" not in page
    pay_salaries(BIRCH, "100.00", day=date(2026, 11, 26))
    assert "第1版之后本月又有记账，该版作废" in pages_of(pdf(statements()))[0]


def test_a_disagreement_is_printed_with_its_reason() -> None:
    make_statements(month=NOVEMBER, townships=towns(), officer=officer("preparer"), at=AT)
    disagree_with_statement(
        month=NOVEMBER,
        township=town(),
        side=StatementSide.TOWNSHIP,
        reason="25日一笔未见凭证",
        officer=officer("township_head"),
        at=AT,
    )
    assert "乡镇提出不符：25日一笔未见凭证" in pages_of(pdf(statements()))[0]


def test_a_difference_between_the_books_is_marked_and_listed() -> None:
    (found,) = statements_of(month=NOVEMBER, townships=[town()])
    annual, historic = found.accounts
    wrong = replace(annual.movements[0], in_township=yuan("-600 000.01"))
    apart = replace(
        annual, movements=[wrong, *annual.movements[1:]], closing_in_township=annual.closing_in_township - yuan("0.01")
    )
    document = statement_document(
        month=NOVEMBER,
        statements=[replace(found, accounts=[apart, historic])],
        heading=Heading("青岚区", "", PRINTED_AT),
    )
    text = text_of(pdf(document))
    assert "【不符】" in text
    assert "两账不符：1笔，见下表。" in text
    assert column(sheets(document)["年度资金调度差异"], "差额") == [yuan("0.01"), yuan("0.01")]


# Positions


def test_each_position_stands_on_one_page_with_what_the_books_say() -> None:
    pages = pages_of(pdf(positions()))
    assert len(pages) == 2
    for said in (
        "乡镇财政情况表",
        "截至2026年11月30日",
        "提示：有欠发工资。",
        "100401 支出分户 111 292,500.00 0.00 0.00 292,500.00",
        "10040300 转移支付专户—未分项 111 30,000.00",
        "其中须先补发欠发工资、不得他用：180,000.00。",
        "历史欠款 12,500.00",
        "本年累计完成（完成计划的 118.75%） 950,000.00",
        "2026-09 2 60,000.00 0.00 52,500.00 60,000.00",
        "保工资 2 112,500.00",
        "2026-10",
        "50,000.00",
    ):
        assert said in pages[0], said
    assert "区财政有垫付" in pages[1]


def test_a_township_with_a_year_of_unpaid_months_still_fits_on_its_page() -> None:
    (found,) = positions_on(townships=[town()], on=LAST_DAY)
    (fall,) = burn_downs(townships=[town()], on=LAST_DAY)
    claims = positions_on(townships=towns(), on=LAST_DAY)[1].claims
    year = [replace(found.arrears[0], month=date(2026, month, 1)) for month in range(1, 13)]
    long_fall = replace(fall, days=[LAST_DAY] * 13, balances=[yuan("2887500.00")] * 13)
    with in_chinese():
        document = position_document(
            on=LAST_DAY,
            positions=[replace(found, arrears=year, claims=[*claims, *claims, *claims])],
            burn_downs={town().pk: long_fall},
            heading=Heading("青岚区", "", PRINTED_AT),
        )
    assert len(pages_of(pdf(document))) == 1


# Debts, income, arrears


def test_the_debt_paper_has_month_ends_and_the_register() -> None:
    document = documents.debts_paper(on=LAST_DAY, townships=towns(), at=PRINTED_AT)
    text = text_of(pdf(document))
    assert "白桦镇 50,000.00 12,500.00" in text
    assert "合计 50,000.00 12,500.00" in text
    found = sheets(document)
    assert column(found["历史欠款登记簿"], "增减") == [yuan("50000.00"), yuan("-37500.00")]


def test_the_income_paper_sums_to_the_same_total_three_times() -> None:
    document = documents.incomes_paper(since=NOVEMBER, on=LAST_DAY, at=PRINTED_AT)
    assert text_of(pdf(document)).count("1,378,000.00") >= 3
    found = sheets(document)
    assert [column(found[name], "合计")[-1] for name in ("按乡镇", "按月份")] == [yuan("1378000.00")] * 2
    assert column(found["按科目"], "金额")[-1] == yuan("1378000.00")
    assert column(found["预算外收入分成"], "可用") == [yuan("10000.00"), yuan("10000.00")]


def test_the_arrears_list_has_references_and_masked_names_only() -> None:
    Person.objects.create(pk=1, id_number="220112198001010011", name="王小明")
    names = masked_payees()
    assert names == {"person/1": "王＊＊"}
    document = documents.arrears_paper(on=LAST_DAY, townships=towns(), names=names, at=PRINTED_AT)
    text = text_of(pdf(document))
    assert "王＊＊" in text
    assert "王小明" not in text
    assert "220112198001010011" not in text
    assert column(sheets(document)["明细"], "尚欠") == [yuan("30000.00")] * 4 + [yuan("120000.00")]


# All of them


def test_a_table_whose_sum_is_not_what_was_stated_cannot_be_made() -> None:
    with pytest.raises(DoesNotAddUp):
        Table("表", [("甲", 10), ("乙", 10)], [["a", yuan("1.00")], ["b", yuan("2.00")]], stated={1: yuan("3.01")})


def test_papers_are_chinese_whatever_language_the_officer_works_in() -> None:
    with translation.override("en"):
        content = pdf(settlements())
        text = text_of(content)
    assert "打印时间" in text
    assert "Printed at" not in text
    assert "年度收入计划" in text


def test_the_same_paper_is_the_same_bytes() -> None:
    assert pdf(settlements()) == pdf(settlements())


def test_a_month_writes_every_paper_as_pdf_and_workbook(tmp_path: Path) -> None:
    names = documents.month_documents(month=NOVEMBER, folder=tmp_path / "documents", at=PRINTED_AT, names={})
    stems = ("结算单", "往来对账单", "收入分类表", "欠发工资清单", "乡镇财政情况表", "历史欠款变化表")
    assert names == [f"2026-11-{stem}{suffix}" for stem in stems for suffix in (".pdf", ".xlsx")]
    assert sorted(path.name for path in (tmp_path / "documents").iterdir()) == sorted(names)
    assert (tmp_path / "documents").stat().st_mode & 0o077 == 0


def test_the_documents_of_a_month_have_those_of_its_townships_once_it_is_settled(tmp_path: Path) -> None:
    assert "documents/2026-11-结算单.pdf" in write_documents(folder=tmp_path, month=NOVEMBER, at=PRINTED_AT)
    assert write_documents(folder=tmp_path, month=date(2026, 12, 1), at=PRINTED_AT) == []


def test_a_character_that_no_font_has_leaves_a_note_instead_of_the_paper(tmp_path: Path) -> None:
    page = Page("全区", [Lines(["\U0010fffd"])])
    document = Document("表", [], Heading("青岚区", "", PRINTED_AT), [page])
    names = documents.write_paper(folder=tmp_path, stem="表", document=document)
    assert names[0] == "表.pdf.缺字.txt"
