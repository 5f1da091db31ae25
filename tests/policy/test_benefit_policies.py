"""The shipped schemes: all of them read, say only what they may, and hold for the months that are run."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.policies import Policy
from payouts.policy import FOLDER, payout_policies
from payouts.rules.entitlements import EnrolmentFacts, SchemeMonth
from payouts.rules.funder_shares import Funder, read_funder_shares
from payouts.rules.month_windows import first_day, month_number
from payouts.rules.scheme_rates import read_rate
from payouts.rules.scheme_terms import Frequency, read_terms
from payouts.rules.schemes import jurisdiction_in_use, schemes_of

POLICIES = payout_policies()
NOVEMBER = date(2026, 11, 1)
CHARTS = Path(__file__).resolve().parents[2] / "ledger" / "charts"
JURISDICTIONS = sorted(folder.name for folder in (FOLDER / "schemes").iterdir())
# The scope line of the domain: nothing here hangs on a procedure or on a decision to have children.
OUT_OF_SCOPE = (
    *("手术", "结扎", "节育", "绝育", "流产", "引产", "上环", "取环", "孕", "避孕", "生育", "准生", "胎", "社会抚养费"),
    *("罚", "医学", "诊", "药", "steril", "surg", "abort", "contracept", "pregnan", "birth control", "ligation"),
)
SAMPLE_RATES = {
    "独生子女保健费": "100.00",
    "二女户养老保障": "300.00",
    "奖励扶助": "80.00",
    "特别扶助-伤残": "460.00",
    "特别扶助-死亡": "590.00",
    "抚慰金-配偶死亡-二女户": "6000.00",
    "抚慰金-配偶死亡-独生子女户": "8000.00",
    "抚慰金-子女死亡-二女户": "15000.00",
    "抚慰金-子女死亡-独生子女户": "40000.00",
    "抚慰金-配偶死亡-职工户": "10000.00",
    "抚慰金-子女死亡-职工户": "30000.00",
}
OLD_PENSION = "二女户养老保障-旧年付"

each_jurisdiction = pytest.mark.parametrize("jurisdiction", JURISDICTIONS)


def files_of(folder: str) -> list[Policy]:
    return POLICIES.under(folder)


def codes_of(file: str) -> set[str]:
    with (CHARTS / file).open(encoding="utf-8", newline="") as opened:
        return {row["code"] for row in csv.DictReader(opened)}


def names_of(folder: str) -> set[str]:
    return {policy.name.partition("/")[2] for policy in files_of(folder)}


@pytest.mark.parametrize("policy", files_of("schemes"), ids=lambda policy: policy.name)
def test_every_rate_reads(policy: Policy) -> None:
    for dated in policy.values:
        read_rate(dated.value, code=policy.name)
        assert dated.effective_from.day == 1


@pytest.mark.parametrize("policy", files_of("scheme_terms"), ids=lambda policy: policy.name)
def test_every_term_reads(policy: Policy) -> None:
    for dated in policy.values:
        terms = read_terms(dated.value, code=policy.name)
        assert terms.functional == "2100717"
        assert terms.functional in codes_of("functional.csv")
        assert terms.economic in codes_of("economic.csv")


@pytest.mark.parametrize("policy", files_of("funder_shares"), ids=lambda policy: policy.name)
def test_all_shares_read_and_sum_to_the_whole(policy: Policy) -> None:
    for dated in policy.values:
        assert sum(percent for _, percent in read_funder_shares(dated.value).percent) == 100


def test_each_scheme_has_rates_and_terms() -> None:
    assert names_of("schemes") == names_of("scheme_terms")
    assert len(names_of("schemes")) > 40


@each_jurisdiction
def test_the_schemes_of_a_jurisdiction_can_be_used(jurisdiction: str) -> None:
    for month in (date(2018, 1, 1), NOVEMBER, date(2035, 12, 1)):
        schemes = schemes_of(policies=POLICIES, jurisdiction=jurisdiction, month=month)
        assert all(scheme.jurisdiction == jurisdiction for scheme in schemes.values())
    assert len(schemes) == sum(name.startswith(f"{jurisdiction}/") for name in names_of("schemes"))


@each_jurisdiction
def test_no_scheme_hangs_on_a_procedure_or_on_a_decision_to_have_children(jurisdiction: str) -> None:
    for folder in ("schemes", "scheme_terms", "funder_shares"):
        for path in (FOLDER / folder / jurisdiction).glob("*.yaml"):
            text = f"{path.stem}\n{path.read_text(encoding='utf-8')}".lower()
            assert not [word for word in OUT_OF_SCOPE if word in text], path


# 青岚区


def test_the_demo_district_is_in_use() -> None:
    assert jurisdiction_in_use(policies=POLICIES, month=NOVEMBER) == "qinglan"


def test_the_demo_district_pays_the_rates_of_the_sample_months() -> None:
    schemes = schemes_of(policies=POLICIES, jurisdiction="qinglan", month=NOVEMBER).values()
    paid = {scheme.name: str(scheme.rate_on(NOVEMBER)) for scheme in schemes if not scheme.is_closed(NOVEMBER)}
    assert paid == SAMPLE_RATES
    assert {scheme.name for scheme in schemes} == {*SAMPLE_RATES, OLD_PENSION}
    once = {scheme.name for scheme in schemes if scheme.frequency is Frequency.ONCE}
    assert once == {name for name in SAMPLE_RATES if name.startswith("抚慰金")}
    assert once == {scheme.name for scheme in schemes if scheme.recovers_overpayment}
    assert {scheme.verification_months for scheme in schemes} == {6}


def test_every_month_from_2018_to_2035_can_be_run() -> None:
    for number in range(month_number(date(2018, 1, 1)), month_number(date(2035, 12, 1)) + 1):
        month = first_day(number)
        facts = EnrolmentFacts(None, False, month, None, None, None, False, "", None, False)
        for scheme in schemes_of(policies=POLICIES, jurisdiction="qinglan", month=month).values():
            judged = SchemeMonth(scheme=scheme, month=month).judge(facts)
            assert judged.reason == ("closed_scheme" if scheme.name == OLD_PENSION else ""), (scheme.code, month)


def test_the_only_child_fee_was_twenty_before() -> None:
    fee = schemes_of(policies=POLICIES, jurisdiction="qinglan", month=NOVEMBER)["only_child_fee"]
    assert [str(fee.rate_on(day)) for day in (date(2013, 5, 31), date(2013, 6, 1))] == ["20.00", "100.00"]


def test_who_pays_in_the_demo_district_is_assumed() -> None:
    schemes = schemes_of(policies=POLICIES, jurisdiction="qinglan", month=NOVEMBER)
    shares = {
        code: {funder.value: int(part) for funder, part in scheme.shares.percent} for code, scheme in schemes.items()
    }
    assisted = {"CENTRAL": 50, "PROVINCE": 30, "DISTRICT": 20}
    assert {code: parts for code, parts in shares.items() if parts != {"DISTRICT": 100}} == {
        "reward_assistance": assisted,
        "special_assistance_death": assisted,
        "special_assistance_disabled": assisted,
        "only_child_fee": {"DISTRICT": 50, "TOWNSHIP": 50},
    }
    assert not any(dated.verified for policy in files_of("funder_shares/qinglan") for dated in policy.values)


def test_hainan_splits_in_two_layers() -> None:
    scheme = schemes_of(policies=POLICIES, jurisdiction="hainan", month=NOVEMBER)["reward_assistance"]
    assert scheme.shares.percent == (
        (Funder.CENTRAL, Decimal(60)),
        (Funder.PROVINCE, Decimal(28)),
        (Funder.DISTRICT, Decimal(12)),
    )


def test_a_list_hangs_out_at_three_levels() -> None:
    scheme = schemes_of(policies=POLICIES, jurisdiction="qinglan", month=NOVEMBER)["reward_assistance"]
    assert scheme.notice_days == {"VILLAGE": 7, "TOWNSHIP": 7, "DISTRICT": 7}
