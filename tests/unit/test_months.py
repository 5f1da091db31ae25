"""The generator of months: its own sums are right, and its files are what its key says."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.months import comparing, digits, oracle
from tests.months.making import Month, make_month
from tests.months.tables import FORMAT_KINDS, LAYOUT_KINDS, SYNONYMS

PAYROLL_KINDS = {
    "credit_code", "duplicate_unit", "id_check_digit", "id_bad_date", "number_precision", "account_luhn",
    "missing_account", "shared_account", "shared_account_first", "duplicate_person", "unknown_unit", "unknown_person",
    "person_not_accepted", "ghost_after_stop", "negative_amount", "three_decimals", "formula_cell",
}  # fmt: skip


def dirty(folder: Path, *, form: str = "xlsx", seed: int = 7, staff: int = 600) -> Month:
    return make_month(folder=folder, month="2026-11", seed=seed, staff=staff, dirt=0.08, form=form)


def sheets_of(path: Path) -> dict[str, list[list[Any]]]:
    """Read a file's rows by sheet, '' for csv."""
    if path.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(str(path))
        return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    content = path.read_bytes()
    text = content.decode("gb18030" if path.name.startswith("工资变动") else "utf-8-sig")
    return {"": list(csv.reader(text.splitlines()))}


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "440524188001010014"], ids=["the standard's woman", "the standard's man"]
)
def test_an_id_number_of_the_standard_has_the_check_digit_we_compute(number: str) -> None:
    assert digits.id_check(number[:17]) == number[17]


def test_an_id_number_of_15_digits_gets_the_century_and_a_check_digit() -> None:
    assert digits.id_from_15("110105491231002") == "11010519491231002X"


def test_the_credit_code_of_the_standard_has_the_check_sign_we_compute() -> None:
    assert digits.credit_check("91350100M000100Y4") == "3"


def test_a_card_number_gets_the_luhn_digit() -> None:
    assert digits.luhn_digit("7992739871") == "3"


@pytest.mark.parametrize(
    ("taxable", "tax"),
    [
        ("-0.01", "0.00"),
        ("0.00", "0.00"),
        ("0.16", "0.00"),
        ("0.17", "0.01"),
        ("1.50", "0.05"),  # 4.5 fen, half up
        ("36000.00", "1080.00"),
        ("36000.05", "1080.01"),  # 1080.005
        ("144000.00", "11880.00"),
        ("300000.00", "43080.00"),
        ("420000.00", "73080.00"),
        ("660000.00", "145080.00"),
        ("960000.00", "250080.00"),
        ("960000.01", "250080.00"),
        ("1000000.00", "268080.00"),
    ],
)
def test_the_tax_of_the_year_follows_the_table(taxable: str, tax: str) -> None:
    assert digits.yuan(oracle.cumulative_tax(digits.fen(taxable))) == tax


def test_the_same_arguments_make_the_same_files(tmp_path: Path) -> None:
    first, second = dirty(tmp_path / "a"), dirty(tmp_path / "b")
    for path in first.folder.iterdir():
        assert (second.folder / path.name).read_bytes() == path.read_bytes(), path.name


def test_another_seed_makes_other_people(tmp_path: Path) -> None:
    first, second = dirty(tmp_path / "a", seed=1), dirty(tmp_path / "b", seed=2)
    assert not set(first.paid) & set(second.paid)


def test_a_clean_month_has_no_faults_and_everybody_in_it_is_paid_or_stopped(tmp_path: Path) -> None:
    made = make_month(folder=tmp_path, month="2026-11", seed=3, staff=500)
    assert not made.faults
    assert set(made.not_paid.values()) == {"stopped_in_roster", "stopped_by_change"}
    assert len(made.paid) + len(made.not_paid) == len(made.people)


def test_a_clean_month_has_the_edges(tmp_path: Path) -> None:
    made = make_month(folder=tmp_path, month="2026-11", seed=3, staff=500)
    taxable = {pay.taxable for pay in made.paid.values()}
    for boundary in (36_000_00, 144_000_00):
        assert {boundary - 1, boundary, boundary + 1} <= taxable
    assert any(pay.gross == 0 for pay in made.paid.values())
    assert all(pay.net >= 0 for pay in made.paid.values())
    assert any("·" in person.name for person in made.people)
    assert any(person.name.encode("gbk", "ignore").decode("gbk") != person.name for person in made.people)
    names = Counter(person.name for person in made.people)
    assert names.most_common(1)[0][1] > 1
    assert any(person.id_number.startswith(("222125", "220625", "522426")) for person in made.people)
    assert {len(person.account) for person in made.people} >= {0, 15, 16, 17, 19, 21}
    stops = {(change.kind, change.on[:7]) for change in made.changes}
    assert {("停发", "2026-10"), ("停发", "2026-11"), ("变更账号", "2026-12"), ("调资", "2026-11")} <= stops
    raised = Counter((change.person.id_number, change.item) for change in made.changes if change.kind == "调资")
    assert max(raised.values()) == 2
    assert not any("乡镇工作补贴" in person.items for person in made.people if person.unit.township_type == "街道")


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_dirty_month_has_every_kind_of_fault(tmp_path: Path, form: str) -> None:
    found: set[str] = set()
    for seed in range(4):
        found |= {fault.kind for fault in dirty(tmp_path / str(seed), form=form, seed=seed).faults}
    only_xlsx = set() if form == "xlsx" else {"extra_sheet", "merged_cells"}
    assert found == PAYROLL_KINDS | FORMAT_KINDS | LAYOUT_KINDS - only_xlsx


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_the_key_says_of_a_fault_stands_in_its_row(tmp_path: Path, form: str) -> None:
    made = dirty(tmp_path, form=form, seed=8)  # a seed with columns in another order
    files = {path.name: sheets_of(path) for path in tmp_path.iterdir() if "answers" not in path.name}
    for fault in made.faults:
        if fault.raw and fault.kind not in {"merged_cells", "formula_cell"}:
            above = 2 if fault.kind == "header_synonym" else 1  # a header may have two rows
            rows = files[fault.file][fault.sheet][max(fault.row - above, 0) : fault.row]
            row = [cell for found in rows for cell in found]
            cells = {format(cell, ".15g") if isinstance(cell, float) else str(cell) for cell in row}
            numbers = {format(float(cell), ".15g") for cell in row if isinstance(cell, float)}
            plain = fault.raw in cells or (fault.raw.isascii() and is_number(fault.raw, numbers))
            assert plain, (fault, row)


def is_number(text: str, numbers: set[str]) -> bool:
    try:
        return format(float(text), ".15g") in numbers
    except ValueError:
        return False


def test_a_row_has_one_fault_at_most(tmp_path: Path) -> None:
    rows = Counter((f.file, f.sheet, f.row) for f in dirty(tmp_path).faults if f.scope != "layout")
    assert max(rows.values()) == 1


def test_every_synonym_comes_up_and_the_order_of_columns_changes(tmp_path: Path) -> None:
    used: set[str] = set()
    headers: set[tuple[str, ...]] = set()
    for seed in range(14):
        made = make_month(folder=tmp_path / str(seed), month="2026-11", seed=seed, staff=60, dirt=0.05)
        used |= {str(fault.raw) for fault in made.faults if fault.kind == "header_synonym"}
        roster = sheets_of(made.folder / "在职人员花名册.xlsx")["花名册"][2]
        headers.add(tuple(clean_header(str(name)) for name in roster))
    of_payroll = (
        "身份证号 姓名 账号 单位编码 单位名称 乡镇 人员类别 入职日期 停发日期 职务岗位工资 级别薪级工资 养老保险"
    )
    for name in of_payroll.split():
        assert set(SYNONYMS[name]) <= used, name
    assert len(headers) > 2


def clean_header(name: str) -> str:
    bare = name.replace(" ", "").replace("\u3000", "")
    return next((own for own, others in SYNONYMS.items() if bare in others), bare)


def three_months(folder: Path, *, dirt: float) -> Iterator[Month]:
    made = None
    for month in ("2026-11", "2026-12", "2027-01", "2027-02"):
        made = make_month(folder=folder / month, month=month, seed=5, staff=300, dirt=dirt, previous=made)
        yield made


@pytest.mark.parametrize("dirt", [0.0, 0.06])
def test_the_year_to_date_goes_on_from_what_was_paid(tmp_path: Path, dirt: float) -> None:
    november, december, january, february = three_months(tmp_path, dirt=dirt)
    both = set(november.paid) & set(december.paid)
    assert len(both) > 200
    for number in both:
        assert december.paid[number].withheld_before == november.paid[number].after.withheld
        assert december.paid[number].after.months == november.paid[number].after.months + 1
    assert {pay.after.months for pay in january.paid.values()} == {1}
    assert {pay.withheld_before for pay in january.paid.values()} == {0}
    for number in set(january.paid) & set(february.paid):
        assert february.paid[number].withheld_before == january.paid[number].tax
        assert february.paid[number].after.months == 2
    for number in set(february.paid) - set(january.paid):
        assert february.paid[number].after.months == 1


def test_the_month_after_has_the_changes_in_the_roster_and_in_the_pay_items(tmp_path: Path) -> None:
    november, december, *_ = three_months(tmp_path, dirt=0)
    after = {person.id_number: person for person in december.people}
    for change in november.changes:
        person = after[change.person.id_number]
        if change.kind == "停发":
            assert person.stopped == change.on
            assert december.not_paid[person.id_number] == "stopped_in_roster"
        if change.kind == "新增" and change.item in person.items:
            assert person.items[change.item] == change.new or any(
                later.person.id_number == person.id_number for later in december.changes
            )


def test_a_month_is_not_made_from_one_that_is_not_the_month_before(tmp_path: Path) -> None:
    made = make_month(folder=tmp_path, month="2026-11", seed=5, staff=60)
    with pytest.raises(ValueError, match="not the month before"):
        make_month(folder=tmp_path, month="2027-01", seed=5, staff=60, previous=made)


def perfect(made: Month) -> tuple[list[Any], ...]:
    """Answer as a perfect service would."""
    yuan = digits.yuan
    findings = [comparing.Found(f.file, f.sheet, f.row, f.kind, f.severity) for f in made.faults]
    payroll = [
        comparing.FoundPay(pay.id_number, yuan(pay.gross), yuan(pay.deductions_total), yuan(pay.tax), yuan(pay.net))
        for pay in made.paid.values()
    ]
    payments = [comparing.FoundPayment(pay.name, pay.account, yuan(pay.amount), pay.id_number) for pay in made.payments]
    return findings, payroll, payments


def test_a_perfect_service_shows_no_difference(tmp_path: Path) -> None:
    made = dirty(tmp_path)
    findings, payroll, payments = perfect(made)
    assert comparing.compare_findings(folder=tmp_path, findings=findings) == []
    assert comparing.compare_payroll(folder=tmp_path, payroll=payroll) == []
    assert comparing.compare_payments(folder=tmp_path, payments=payments) == []
    assert comparing.compare_not_paid(folder=tmp_path, not_paid=made.not_paid) == []
    assert comparing.compare_not_paid(folder=tmp_path, not_paid=list(made.not_paid)) == []


def test_a_wrong_service_is_told_what_is_wrong(tmp_path: Path) -> None:
    made = dirty(tmp_path)
    findings, payroll, payments = perfect(made)
    error = next(found for found in findings if found.kind == "account_luhn")
    assert comparing.compare_findings(folder=tmp_path, findings=[f for f in findings if f != error]) == [
        f"finding missing: {(error.file, error.sheet, str(error.row), error.kind, error.severity)}"
    ]
    wrong = payroll[0]._replace(net="0.01")
    assert len(comparing.compare_payroll(folder=tmp_path, payroll=[wrong, *payroll[1:]])) == 2
    assert len(comparing.compare_payments(folder=tmp_path, payments=payments[1:])) == 1
    assert len(comparing.compare_payments(folder=tmp_path, payments=[*payments, payments[0]])) == 1
    strange = comparing.FoundPayment("某公司", "1", "1.00", "")
    assert comparing.compare_payments(folder=tmp_path, payments=[*payments, strange]) == []


@pytest.fixture(scope="module", params=[0.0, 0.05], ids=["clean", "dirty"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Month:
    return make_whole(tmp_path_factory.mktemp("whole"), dirt=request.param)


def make_whole(folder: Path, *, dirt: float, form: str = "xlsx") -> Month:
    return make_month(
        folder=folder, month="2026-11", seed=4, staff=300, claims=150, beneficiaries=800, dirt=dirt, form=form
    )


def test_every_case_of_a_settlement_comes_true(whole: Month) -> None:
    towns = comparing.answers_of(whole.folder)["settlement"]
    named = {"township", "back_pay"}
    sums = [{name: digits.fen(town[name]) for name in town if name not in named} for town in towns]
    unmet, free, indebted, lightly, quarter, unpaid, odd, half, to_the_fen, *_ = sums
    assert unmet["over"] == 0 < unmet["debt_before"]
    assert free["withheld"] == 0 < free["returned"]
    assert indebted["withheld"] == indebted["quarter"] < indebted["debt_before"]
    assert 0 < lightly["withheld"] == lightly["debt_before"] < lightly["quarter"]
    assert quarter["withheld"] == quarter["debt_before"] == quarter["quarter"]
    assert unpaid["unpaid_after"] > 0 == unpaid["rest"]
    assert odd["local_part"] == 100_000_01
    assert half["local_part"] == 62_500_03
    assert to_the_fen["actual"] == to_the_fen["plan"]


def test_claims_are_refused_for_every_reason(whole: Month) -> None:
    reasons = {claim["reason"] for claim in comparing.answers_of(whole.folder)["claims"]["claims"]}
    clean = {"", "not_approved", "receipt_reused", "over_balance"}
    assert clean <= reasons
    if {fault.file for fault in whole.faults} == {"报账单_202611.xlsx"}:  # the clean set
        assert reasons == clean
    else:
        assert any(reason.startswith("row_error:") for reason in reasons)


def test_benefits_are_stopped_for_every_reason(whole: Month) -> None:
    rejected = {
        f"rejected:{kind}" for kind in (
            "id_check_digit", "id_bad_date", "number_precision", "account_luhn", "missing_account", "shared_account",
            "duplicate_person", "unknown_township", "unknown_benefit", "deceased_on_roster", "exclusive_double",
        )
    }  # fmt: skip
    reasons = {row["reason"] for row in comparing.read_rows(whole.folder / "answers_benefits.csv")}
    stopped = {"", "suspended_status", "not_started", "died", "ended", "closed_scheme"}
    assert reasons in (stopped, stopped | rejected | {"verification_overdue"})


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_all_files_are_there_and_a_row_has_one_fault_at_most(tmp_path: Path, form: str) -> None:
    made = make_whole(tmp_path, dirt=0.05, form=form)
    files = {path.name for path in tmp_path.iterdir()} - {"answers.json"}
    assert len(files) == (2 + 11 if form == "xlsx" else 2 + 13)
    rows = Counter((f.file, f.sheet, f.row) for f in made.faults if f.scope != "layout")
    assert max(rows.values()) == 1
    kinds = {fault.kind for fault in made.faults}
    assert {"date_outside_month", "receipt_reused", "unknown_township", "claim_refused", "over_balance"} <= kinds


def test_the_generator_uses_nothing_of_the_project() -> None:
    package = Path(comparing.__file__).parent
    imported = re.findall(
        r"^\s*(?:from|import) (\w+)", "\n".join(path.read_text(encoding="utf-8") for path in package.glob("*.py")), re.M
    )
    assert not set(imported) & {"ledger", "treasury", "payouts", "imports", "audit", "month", "web", "django"}
