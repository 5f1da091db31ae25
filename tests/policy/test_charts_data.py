"""The charts as they are shipped: what the codes are, and how the columns agree."""

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

CHARTS = Path(__file__).resolve().parents[2] / "ledger" / "charts"
FILES = {"GF1997": "1997.csv", "GF2015": "2015.csv", "GF2022": "2022.csv", "GU2017": "unit2017.csv"}
COLUMNS = [
    "regime",
    "code",
    "name",
    "english_name",
    "kind",
    "record",
    "normal_side",
    "parent",
    "cash",
    "level",
    "funds",
    "role",
    "parallel",
    "closes_to",
    "effective_from",
    "effective_to",
    "source",
    "verified",
    "note",
]
DOUBLE_RECORD = ("GF2022", "GU2017")

Row = dict[str, str]
Line = tuple[str, str, str, str]  # side, account code or role, fund, amount


def rows_of(file: str) -> list[Row]:
    with (CHARTS / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def chart(regime: str) -> dict[str, Row]:
    return {row["code"]: row for row in rows_of(FILES[regime])}


def codes(listing: str) -> list[str]:
    """Read a listing of codes separated by white space."""
    return listing.split()


def names(listing: str) -> dict[str, str]:
    """Read a listing of ``code name`` pairs separated by white space."""
    words = listing.split()
    return dict(zip(words[::2], words[1::2], strict=True))


FUNDS = [row["code"] for row in rows_of("funds.csv")]

every_regime = pytest.mark.parametrize("regime", FILES)
every_file = pytest.mark.parametrize("file", sorted(path.name for path in CHARTS.glob("*.csv")))
every_class_list = pytest.mark.parametrize("file", ["functional.csv", "economic.csv"])


def funds_of(row: Row) -> list[str]:
    return FUNDS if row["funds"] == "*" else row["funds"].split("|")


def target(row: Row, column: str, fund: str) -> str:
    """Return the code that ``column`` names for a fund: one for all, or pairs ``fund:code``."""
    if ":" not in row[column]:
        return row[column]
    return dict(pair.split(":") for pair in row[column].split("|"))[fund]


# The complete chart of 2015, 财库〔2015〕192号.
CHART_2015 = names("""
    1001 国库存款 1003 国库现金管理存款 1004 其他财政存款 1005 财政零余额账户存款 1006 有价证券
    1007 在途款 1011 预拨经费 1021 借出款项 1022 应收股利 1031 与下级往来 1036 其他应收款
    1041 应收地方政府债券转贷款 1045 应收主权外债转贷款 1071 股权投资 1081 待发国债
    2001 应付短期政府债券 2011 应付国库集中支付结余 2012 与上级往来 2015 其他应付款
    2017 应付代管资金 2021 应付长期政府债券 2022 借入款项 2026 应付地方政府债券转贷款
    2027 应付主权外债转贷款 2045 其他负债 2091 已结报支出
    3001 一般公共预算结转结余 3002 政府性基金预算结转结余 3003 国有资本经营预算结转结余
    3005 财政专户管理资金结余 3007 专用基金结余 3031 预算稳定调节基金 3033 预算周转金
    3081 资产基金 3082 待偿债净资产
    4001 一般公共预算本级收入 4002 政府性基金预算本级收入 4003 国有资本经营预算本级收入
    4005 财政专户管理资金收入 4007 专用基金收入 4011 补助收入 4012 上解收入 4013 地区间援助收入
    4021 调入资金 4031 动用预算稳定调节基金 4041 债务收入 4042 债务转贷收入
    5001 一般公共预算本级支出 5002 政府性基金预算本级支出 5003 国有资本经营预算本级支出
    5005 财政专户管理资金支出 5007 专用基金支出 5011 补助支出 5012 上解支出 5013 地区间援助支出
    5021 调出资金 5031 安排预算稳定调节基金 5041 债务还本支出 5042 债务转贷支出
""")

# The codes of 1997 that were seen in a source with their names.
VERIFIED_1997 = names("""
    105 在途款 112 与下级往来 401 一般预算收入 405 基金预算收入 407 专用基金收入 411 补助收入
    412 上解收入 414 调入资金
""")

# The list of 2022 that the project's notes carry from memory.
LISTED_2022 = names("""
    1001 国库存款 1002 其他财政存款 1003 国库现金管理资产 1011 有价证券 1021 应收非税收入
    1022 应收股利 1031 借出款项 1032 与下级往来 1033 预拨经费 1034 在途款 1035 其他应收款
    2011 应付国库集中支付结余 2012 与上级往来 2013 其他应付款 2014 应付代管资金
    3001 累计盈余 3002 本期盈余
    4001 税收收入 4002 非税收入 4004 补助收入 4005 上解收入
    5001 政府机关商品和服务拨款费用 5002 政府机关工资福利拨款费用 5003 对事业单位补助拨款费用
    5005 对个人和家庭补助拨款费用 5021 补助费用 5022 上解费用
    6001 一般公共预算收入 6005 财政专户管理资金收入 6011 补助预算收入 6012 上解预算收入
    7001 一般公共预算支出 7005 财政专户管理资金支出 7011 补助预算支出 7012 上解预算支出
    8001 一般公共预算结转结余 8005 财政专户管理资金结余 8041 资金结存
""")

UNIT_CODES = codes("""
    1001 1002 1011 1021 1101 1201 1211 1212 1214 1215 1216 1218 1219 1301 1302 1303 1401 1501
    1502 1601 1602 1611 1613 1701 1702 1703 1801 1802 1811 1821 1831 1832 1891 1901 1902
    2001 2101 2102 2103 2201 2301 2302 2303 2304 2305 2307 2401 2501 2502 2601 2901
    3001 3101 3201 3301 3302 3401 3501
    4001 4101 4201 4301 4401 4601 4602 4603 4604 4605 4609
    5001 5101 5201 5301 5401 5501 5801 5901
    6001 6101 6201 6301 6401 6501 6601 6602 6609
    7101 7201 7301 7401 7501 7601 7701 7901
    8001 8101 8102 8201 8202 8301 8401 8501 8701
""")

VERIFIED_UNIT = names("""
    1001 库存现金 1002 银行存款 1011 零余额账户用款额度 1201 财政应返还额度 1218 其他应收款
    1891 受托代理资产
    2102 其他应交税费 2103 应缴财政款 2201 应付职工薪酬 2303 应付政府补贴款 2307 其他应付款
    2901 受托代理负债
    3001 累计盈余 3301 本期盈余
    4001 财政拨款收入
    5001 业务活动费用 5101 单位管理费用
    6001 财政拨款预算收入
    7101 行政支出 7201 事业支出
    8001 资金结存 8101 财政拨款结转
""")


# What the codes are


def test_the_2015_chart_is_the_regulations_list_code_by_code_and_name_by_name() -> None:
    assert {code: row["name"] for code, row in chart("GF2015").items()} == CHART_2015


def test_every_row_of_the_2015_chart_is_verified() -> None:
    assert {row["verified"] for row in chart("GF2015").values()} == {"1"}


def test_the_1997_chart_marks_as_verified_the_codes_seen_in_a_source_and_no_others() -> None:
    verified = {code: row["name"] for code, row in chart("GF1997").items() if row["verified"] == "1"}
    assert verified == VERIFIED_1997


def test_the_2022_chart_has_every_code_of_the_listed_ones() -> None:
    accounts = chart("GF2022")
    assert {code: accounts[code]["name"] for code in LISTED_2022} == LISTED_2022


def test_the_2022_chart_marks_6001_as_verified_and_nothing_else() -> None:
    assert [code for code, row in chart("GF2022").items() if row["verified"] == "1"] == ["6001"]


def test_the_unit_chart_has_the_103_codes_and_no_others() -> None:
    assert len(UNIT_CODES) == 103
    assert [row["code"] for row in rows_of(FILES["GU2017"])] == UNIT_CODES


def test_the_unit_chart_marks_a_name_from_memory_as_unverified_and_says_so() -> None:
    for code, row in chart("GU2017").items():
        from_memory = row["note"].startswith("code verified, name from memory")
        assert from_memory == (row["verified"] == "0") == (code not in VERIFIED_UNIT), code


def test_the_verified_names_of_the_unit_chart_are_the_regulations() -> None:
    accounts = chart("GU2017")
    assert {code: accounts[code]["name"] for code in VERIFIED_UNIT} == VERIFIED_UNIT


def test_every_unverified_account_says_what_is_not_known_of_it() -> None:
    unexplained = [
        (regime, row["code"])
        for regime in FILES
        for row in chart(regime).values()
        if row["verified"] == "0" and not row["note"]
    ]
    assert unexplained == []


# The files


@every_file
def test_a_file_is_utf_8_with_line_feeds_and_one_header(file: str) -> None:
    content = (CHARTS / file).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.decode("utf-8").endswith("\n")


@every_file
def test_no_cell_is_padded_and_no_row_has_more_or_fewer_cells_than_the_header(file: str) -> None:
    for row in rows_of(file):
        assert None not in row, row
        assert None not in row.values(), row
        assert all(cell == cell.strip() for cell in row.values()), row


@every_regime
def test_a_chart_has_the_columns_that_load_chart_reads(regime: str) -> None:
    assert list(rows_of(FILES[regime])[0]) == COLUMNS


@every_regime
def test_every_row_names_the_regime_of_its_file_and_its_source(regime: str) -> None:
    for row in rows_of(FILES[regime]):
        assert row["regime"] == regime
        assert "号" in row["source"], row["code"]
        assert row["english_name"], row["code"]


@every_file
def test_no_code_stands_twice_in_a_file(file: str) -> None:
    count = Counter(row.get("code", row.get("regime")) for row in rows_of(file))
    assert [code for code, times in count.items() if times > 1] == []


@every_regime
def test_an_account_is_effective_from_its_regime_on_and_open_ended(regime: str) -> None:
    in_force = {
        "GF1997": ("1998-01-01", "2016-01-01"),
        "GF2015": ("2016-01-01", "2023-01-01"),
        "GF2022": ("2023-01-01", ""),
        "GU2017": ("2019-01-01", ""),
    }[regime]
    # The end of a regime stands in regimes.csv: a book that still keeps the regime goes on posting.
    assert {(row["effective_from"], row["effective_to"]) for row in rows_of(FILES[regime])} == {(in_force[0], "")}
    listed = {row["regime"]: (row["effective_from"], row["effective_to"]) for row in rows_of("regimes.csv")}
    assert listed[regime] == in_force


# Kinds, records and sides


@every_regime
def test_the_first_digit_of_a_code_tells_its_kind_and_its_record(regime: str) -> None:
    kinds = {
        "1": ("ASSET", "F"),
        "2": ("LIABILITY", "F"),
        "3": ("NET_ASSET", "F"),
        "4": ("INCOME", "F"),
        "5": ("EXPENSE", "F"),
        "6": ("INCOME", "B"),
        "7": ("EXPENSE", "B"),
        "8": ("BUDGET_BALANCE", "B"),
    }
    for code, row in chart(regime).items():
        assert (row["kind"], row["record"]) == kinds[code[0]], code


@every_regime
def test_only_double_record_regimes_have_budget_accounts(regime: str) -> None:
    assert any(row["record"] == "B" for row in chart(regime).values()) == (regime in DOUBLE_RECORD)


@every_regime
def test_an_account_stands_on_the_side_of_its_kind_unless_it_is_a_contra_account(
    regime: str,
) -> None:
    contra = {
        "GF1997": set(),
        "GF2015": {"3082"},
        "GF2022": {"300212", "8041", "804101", "804102", "804103", "804105", "804199"},
        "GU2017": {"1219", "1602", "1702", "1802", "1832", "8001"},
    }[regime]
    debit_kinds = {"ASSET", "EXPENSE"}
    against = {
        code
        for code, row in chart(regime).items()
        if row["normal_side"] != ("D" if row["kind"] in debit_kinds else "C")
    }
    assert against == contra
    assert {row["normal_side"] for row in chart(regime).values()} == {"D", "C"}


@pytest.mark.parametrize(
    ("regime", "cash"),
    [
        ("GF1997", "101 102"),
        ("GF2015", "1001 1003 1004 1005"),
        ("GF2022", "1001 1002 1003 100301 100302"),
        ("GU2017", "1001 1002 1011 1021"),
    ],
)
def test_cash_is_the_money_at_a_bank_or_the_treasury(regime: str, cash: str) -> None:
    assert [code for code, row in chart(regime).items() if row["cash"] == "1"] == codes(cash)
    assert {row["cash"] for row in chart(regime).values()} == {"0", "1"}


@pytest.mark.parametrize(
    ("regime", "upper", "lower"),
    [
        ("GF1997", "212 411 512", "112 412 511"),
        ("GF2015", "2012 4011 5012", "1031 4012 5011"),
        ("GF2022", "2012 4004 5022 6011 7012", "1032 4005 5021 6012 7011"),
        ("GU2017", "", ""),
    ],
)
def test_level_marks_the_dealings_with_the_other_level_of_government(regime: str, upper: str, lower: str) -> None:
    levels = {code: row["level"] for code, row in chart(regime).items() if row["level"]}
    assert levels == dict.fromkeys(codes(upper), "UPPER") | dict.fromkeys(codes(lower), "LOWER")


@every_regime
def test_a_parent_exists_and_shares_kind_record_and_the_head_of_the_code(regime: str) -> None:
    accounts = chart(regime)
    for code, row in accounts.items():
        if row["parent"]:
            parent = accounts[row["parent"]]
            assert code.startswith(parent["code"]), code
            assert (row["kind"], row["record"], row["cash"]) == (
                parent["kind"],
                parent["record"],
                parent["cash"],
            ), code
            assert set(funds_of(row)) <= set(funds_of(parent)), code


# Funds


@every_regime
def test_every_fund_an_account_admits_is_a_fund(regime: str) -> None:
    for code, row in chart(regime).items():
        assert set(funds_of(row)) <= set(FUNDS), code
        assert len(set(funds_of(row))) == len(funds_of(row)), code


def test_only_the_general_public_budget_fund_has_a_verified_code() -> None:
    assert [row["code"] for row in rows_of("funds.csv") if row["verified"] == "1"] == ["111"]


@every_regime
def test_cash_and_current_accounts_admit_every_fund(regime: str) -> None:
    roles = {
        "CURRENT_LOWER",
        "CURRENT_UPPER",
        "OTHER_RECEIVABLE",
        "OTHER_PAYABLE",
        "CUSTODY_PAYABLE",
    }
    for code, row in chart(regime).items():
        if row["cash"] == "1" or row["role"] in roles:
            assert row["funds"] == "*", code


# Roles


@every_regime
def test_a_role_stands_once_in_a_chart_and_on_an_account_that_can_be_posted_to(regime: str) -> None:
    accounts = chart(regime)
    roles = Counter(row["role"] for row in accounts.values() if row["role"])
    assert [role for role, times in roles.items() if times > 1] == []
    parents = {row["parent"] for row in accounts.values()}
    assert [code for code, row in accounts.items() if row["role"] and code in parents] == []


@every_regime
def test_a_role_of_the_budget_record_says_so(regime: str) -> None:
    for code, row in chart(regime).items():
        if row["role"]:
            assert row["role"].startswith("BUDGET_") == (row["record"] == "B"), code


@pytest.mark.parametrize(
    ("role", "in_1997", "in_2015", "in_2022"),
    [
        ("TREASURY_CASH", "101", "1001", "1001"),
        ("SPECIAL_CASH", "102", "1004", "1002"),
        ("IN_TRANSIT", "105", "1007", "1034"),
        ("CURRENT_LOWER", "112", "1031", "1032"),
        ("CURRENT_UPPER", "212", "2012", "2012"),
        ("OTHER_RECEIVABLE", "111", "1036", "1035"),
        ("OTHER_PAYABLE", "211", "2015", "2013"),
        ("GENERAL_SURPLUS", "301", "3001", "300101"),
        ("SPECIAL_SURPLUS", None, "3005", "300102"),
        ("GENERAL_INCOME", "401", "4001", "4001"),
        ("NONTAX_INCOME", None, None, "4002"),
        ("SPECIAL_INCOME", None, "4005", "4011"),
        ("SUBSIDY_INCOME", "411", "4011", "4004"),
        ("REMITTANCE_INCOME", "412", "4012", "4005"),
        ("TRANSFERRED_IN", "414", "4021", "300211"),
        ("GENERAL_EXPENSE", "501", "5001", "5002"),
        ("SPECIAL_EXPENSE", None, "5005", "5041"),
        ("SUBSIDY_EXPENSE", "511", "5011", "5021"),
        ("REMITTANCE_EXPENSE", "512", "5012", "5022"),
        ("TRANSFERRED_OUT", "514", "5021", "300212"),
    ],
)
def test_a_posting_rule_finds_its_account_by_role_in_each_fiscal_regime(
    role: str, in_1997: str | None, in_2015: str | None, in_2022: str | None
) -> None:
    found = []
    for regime in ("GF1997", "GF2015", "GF2022"):
        by_role = {row["role"]: code for code, row in chart(regime).items() if row["role"]}
        found.append(by_role.get(role))
    assert found == [in_1997, in_2015, in_2022]


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("QUOTA_CASH", "1011"),
        ("TAX_PAYABLE", "2102"),
        ("SALARY_PAYABLE", "2201"),
        ("SUBSIDY_PAYABLE", "2303"),
        ("OTHER_PAYABLE", "2307"),
        ("GRANT_INCOME", "4001"),
        ("OPERATING_EXPENSE", "5001"),
        ("ADMIN_EXPENSE", "5101"),
    ],
)
def test_a_posting_rule_of_a_unit_finds_its_account_by_role(role: str, code: str) -> None:
    assert chart("GU2017")[code]["role"] == role


# Year-end


@every_regime
def test_every_income_and_expense_account_is_closed_for_each_fund_into_a_balance_that_admits_it(
    regime: str,
) -> None:
    accounts = chart(regime)
    parents = {row["parent"] for row in accounts.values()}
    for code, row in accounts.items():
        if row["kind"] not in ("INCOME", "EXPENSE"):
            continue
        for fund in funds_of(row):
            balance = accounts[target(row, "closes_to", fund)]
            assert balance["kind"] == ("NET_ASSET" if row["record"] == "F" else "BUDGET_BALANCE"), code
            assert balance["record"] == row["record"], code
            assert fund in funds_of(balance), (code, fund)
            assert balance["code"] not in parents, (code, fund)


@every_regime
def test_a_net_asset_that_is_closed_ends_in_one_that_is_not(regime: str) -> None:
    accounts = chart(regime)
    for row in accounts.values():
        for fund in funds_of(row) if row["closes_to"] else []:
            passed = [row["code"]]
            while accounts[passed[-1]]["closes_to"]:
                passed.append(target(accounts[passed[-1]], "closes_to", fund))
                assert len(passed) <= 4, passed
            assert accounts[passed[-1]]["kind"] in ("NET_ASSET", "BUDGET_BALANCE"), passed
            assert fund in funds_of(accounts[passed[-1]]), passed


@pytest.mark.parametrize(
    ("code", "fund", "balance"),
    [
        ("4001", "111", "3001"),
        ("4011", "111", "3001"),
        ("4011", "121", "3002"),
        ("5001", "111", "3001"),
        ("5011", "131", "3003"),
        ("4005", "2", "3005"),
        ("5005", "2", "3005"),
        ("4021", "111", "3001"),
        ("5021", "121", "3002"),
    ],
)
def test_j17_closes_an_account_of_2015_into_the_net_assets_of_its_fund(code: str, fund: str, balance: str) -> None:
    assert target(chart("GF2015")[code], "closes_to", fund) == balance


# 平行记账


@every_regime
def test_only_financial_accounts_of_a_double_record_regime_have_a_parallel(regime: str) -> None:
    for code, row in chart(regime).items():
        if row["parallel"]:
            assert regime in DOUBLE_RECORD
            assert row["record"] == "F", code


@pytest.mark.parametrize("regime", DOUBLE_RECORD)
def test_a_parallel_is_a_budget_account_that_can_be_posted_to_in_each_fund_of_the_financial_one(
    regime: str,
) -> None:
    accounts = chart(regime)
    parents = {row["parent"] for row in accounts.values()}
    for code, row in accounts.items():
        for fund in funds_of(row) if row["parallel"] else []:
            budget = accounts[target(row, "parallel", fund)]
            assert budget["record"] == "B", code
            assert fund in funds_of(budget), (code, fund)
            assert budget["code"] not in parents, code


@pytest.mark.parametrize(
    ("code", "parallel"),
    [
        ("1001", "804101"),
        ("1002", "804102"),
        ("1032", "804105"),
        ("2012", "804105"),
        ("4001", "6001"),
        ("4004", "6011"),
        ("4005", "6012"),
        ("5002", "7001"),
        ("5021", "7011"),
        ("5022", "7012"),
    ],
)
def test_a_financial_account_of_2022_has_the_budget_account_of_the_same_thing(code: str, parallel: str) -> None:
    assert chart("GF2022")[code]["parallel"] == parallel


def sides_by_fund(lines: list[Line]) -> dict[str, Decimal]:
    """Return debits less credits, per fund."""
    balance: dict[str, Decimal] = {}
    for side, _, fund, amount in lines:
        signed = Decimal(amount) if side == "D" else -Decimal(amount)
        balance[fund] = balance.get(fund, Decimal(0)) + signed
    return balance


def budget_lines(accounts: dict[str, Row], lines: list[Line]) -> list[Line]:
    """Return the parallel of a voucher: none if an account has none, and without what cancels."""
    if not all(accounts[code]["parallel"] for _, code, _, _ in lines):
        return []
    net: dict[tuple[str, str], Decimal] = {}
    for side, code, fund, amount in lines:
        key = (target(accounts[code], "parallel", fund), fund)
        net[key] = net.get(key, Decimal(0)) + (Decimal(amount) if side == "D" else -Decimal(amount))
    return [("D" if n > 0 else "C", code, fund, f"{abs(n):.2f}") for (code, fund), n in net.items() if n]


TEMPLATES: dict[str, list[Line]] = {
    "J1 T": [
        ("D", "TREASURY_CASH", "111", "950000.00"),
        ("C", "GENERAL_INCOME", "111", "950000.00"),
    ],
    "J2 T": [
        ("D", "CURRENT_UPPER", "111", "950000.00"),
        ("C", "TREASURY_CASH", "111", "950000.00"),
    ],
    "J2 D": [
        ("D", "TREASURY_CASH", "111", "950000.00"),
        ("C", "CURRENT_LOWER", "111", "950000.00"),
    ],
    "J3 T": [
        ("D", "GENERAL_EXPENSE", "111", "620000.00"),
        ("C", "CURRENT_UPPER", "111", "620000.00"),
    ],
    "J3a D": [
        ("D", "CURRENT_LOWER", "111", "620000.00"),
        ("C", "TREASURY_CASH", "111", "500000.00"),
        ("C", "OTHER_PAYABLE", "111", "120000.00"),
    ],
    "J4 T": [("D", "SPECIAL_CASH", "111", "180000.00"), ("C", "CURRENT_UPPER", "111", "180000.00")],
    "J6c T": [("D", "REMITTANCE_EXPENSE", "111", "1.00"), ("C", "CURRENT_UPPER", "111", "1.00")],
    "J6c D": [("D", "CURRENT_LOWER", "111", "1.00"), ("C", "REMITTANCE_INCOME", "111", "1.00")],
    "J8 T": [("D", "SPECIAL_CASH", "111", "1.00"), ("C", "SUBSIDY_INCOME", "111", "1.00")],
    "J8 D": [("D", "SUBSIDY_EXPENSE", "111", "1.00"), ("C", "TREASURY_CASH", "111", "1.00")],
    "J10 T": [("D", "SPECIAL_CASH", "2", "1.00"), ("C", "SPECIAL_INCOME", "2", "1.00")],
    "J11 T": [("D", "SPECIAL_EXPENSE", "2", "1.00"), ("C", "SPECIAL_CASH", "2", "1.00")],
    "J16a D": [("D", "TREASURY_CASH", "111", "1.00"), ("C", "OTHER_PAYABLE", "111", "1.00")],
    "J16b T": [("D", "CURRENT_UPPER", "111", "1.00"), ("C", "GENERAL_SURPLUS", "111", "1.00")],
    "J22": [("D", "OTHER_RECEIVABLE", "111", "1.00"), ("D", "GENERAL_EXPENSE", "111", "-1.00")],
    "J23": [
        ("D", "TRANSFERRED_OUT", "121", "7.00"),
        ("C", "TREASURY_CASH", "121", "7.00"),
        ("D", "TREASURY_CASH", "111", "7.00"),
        ("C", "TRANSFERRED_IN", "111", "7.00"),
    ],
}


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("regime", ["GF1997", "GF2015", "GF2022"])
def test_a_posting_of_the_model_finds_accounts_that_admit_its_funds(regime: str, template: str) -> None:
    by_role = {row["role"]: row for row in chart(regime).values() if row["role"]}
    for _, role, fund, _ in TEMPLATES[template]:
        if regime == "GF1997" and role in ("SPECIAL_INCOME", "SPECIAL_EXPENSE"):
            assert role not in by_role  # 预算外资金 ran in a book of its own
        else:
            assert fund in funds_of(by_role[role])


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_balanced_posting_of_2022_has_a_balanced_budget_record(template: str) -> None:
    accounts = chart("GF2022")
    code_of = {row["role"]: code for code, row in accounts.items() if row["role"]}
    financial = [(side, code_of[role], fund, amount) for side, role, fund, amount in TEMPLATES[template]]
    budget = budget_lines(accounts, financial)
    assert budget
    assert set(sides_by_fund(financial).values()) == {Decimal(0)}
    assert set(sides_by_fund(budget).values()) == {Decimal(0)}


@pytest.mark.parametrize(
    ("step", "debit", "credit", "budget"),
    [
        ("accrue pay", "5001", "2201", None),
        ("withhold tax", "2201", "2102", None),
        ("pay net, 财政直接支付", "2201", "4001", ("7101", "6001")),
        ("pay net, 授权支付", "2201", "1011", ("7101", "8001")),
        ("remit tax", "2102", "1011", ("7101", "8001")),
        ("授权额度 arrives", "1011", "4001", ("8001", "6001")),
        ("政府补贴 due", "5001", "2303", None),
        ("政府补贴 paid", "2303", "1011", ("7101", "8001")),
        ("bank return, same year", "1011", "5001", ("8001", "7101")),
        ("bank return, same year, 财政直接支付", "4001", "5001", ("6001", "7101")),
        ("money held for others", "1002", "2307", None),
        ("fee due to the treasury", "1002", "2103", None),
    ],
)
def test_an_entry_of_a_unit_has_the_budget_lines_of_the_regulation(
    step: str, debit: str, credit: str, budget: tuple[str, str] | None
) -> None:
    lines = budget_lines(chart("GU2017"), [("D", debit, "111", "1.00"), ("C", credit, "111", "1.00")])
    expected = [("D", budget[0], "111", "1.00"), ("C", budget[1], "111", "1.00")] if budget else []
    assert lines == expected, step


# 政府收支分类


@every_class_list
def test_the_parent_of_a_class_exists_is_of_its_list_and_begins_its_code(file: str) -> None:
    classes = {row["code"]: row for row in rows_of(file)}
    for code, row in classes.items():
        if row["parent"]:
            parent = classes[row["parent"]]
            assert code.startswith(parent["code"]), code
            assert row.get("kind") == parent.get("kind"), code
            assert parent["effective_from"] <= row["effective_from"], code
        else:
            assert len(code) == 3, code


@pytest.mark.parametrize(
    ("file", "verified"),
    [
        ("functional.csv", "1100249 2100717 2100799"),
        (
            "economic.csv",
            """
            301 30101 30102 30103 30106 30107 30108 30109 30110 30111 30112 30113 30114
            303 30302 30305 501 50101 50102 50103 509
            """,
        ),
    ],
)
def test_a_class_is_verified_only_where_a_source_gives_code_and_name(file: str, verified: str) -> None:
    assert [row["code"] for row in rows_of(file) if row["verified"] == "1"] == codes(verified)


@pytest.mark.parametrize(
    ("file", "listed"),
    [
        (
            "functional.csv",
            "2100717 2100799 1100249 2100716 2080505 2080506 2101101 2210201 2010301",
        ),
        (
            "economic.csv",
            """
            30199 30301 30303 30304 30306 30307 30308 30309 30310 30311 30399
            50199 505 50901 50902 50903 50905 50999
            """,
        ),
    ],
)
def test_a_class_that_the_project_uses_is_shipped_even_where_unverified(file: str, listed: str) -> None:
    assert set(codes(listed)) <= {row["code"] for row in rows_of(file)}


def test_benefits_to_one_child_families_are_family_planning_services() -> None:
    classes = {row["code"]: row["name"] for row in rows_of("functional.csv")}
    assert classes["2100717"] == "计划生育服务"
    assert classes["2100799"] == "其他计划生育事务支出"


@pytest.mark.parametrize(
    ("department", "government"),
    [
        ("30101 30102 30103", "50101"),
        ("30108 30109 30110 30111 30112", "50102"),
        ("30113", "50103"),
        ("30106 30114 30199", "50199"),
    ],
)
def test_pay_of_government_offices_maps_to_the_governments_class(department: str, government: str) -> None:
    classes = {row["code"]: row for row in rows_of("economic.csv")}
    for code in codes(department):
        assert classes[code]["kind"] == "DEPARTMENT"
        assert classes[code]["maps_to"] == government, code


def test_only_a_departments_class_maps_and_only_to_a_governments() -> None:
    classes = {row["code"]: row for row in rows_of("economic.csv")}
    for code, row in classes.items():
        if row["maps_to"]:
            assert row["kind"] == "DEPARTMENT", code
            assert classes[row["maps_to"]]["kind"] == "GOVERNMENT", code


@every_file
def test_every_date_is_a_date_and_every_flag_a_flag(file: str) -> None:
    for row in rows_of(file):
        assert row["verified"] in ("0", "1"), row
        if "effective_from" in row:
            start = date.fromisoformat(row["effective_from"])
            assert not row["effective_to"] or date.fromisoformat(row["effective_to"]) > start, row
