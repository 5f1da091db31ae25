"""Benefit runs by their acts: what is due, borne, posted and paid, month after month; the books agree after each."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from payouts.models import (
    AccountCorrection,
    BankFile,
    Batch,
    BenefitDue,
    Obligation,
    Payment,
)
from payouts.refusals import NobodyToPay
from tests import benefits
from tests.benefits import (
    AUGUST,
    DECEMBER,
    EVERYBODY,
    FEE,
    GBK,
    JANUARY,
    JULY,
    PENSION,
    REWARD,
    SONGJIANG,
    Recipient,
    answered,
    computed,
    corrected_and_reissued,
    due_to,
    dues_of,
    enrolled,
    faults,
    funded,
    funded_and_sent,
    lines_of,
    paid,
    reason_of,
    released,
    sent,
    value_added,
    vouchers_of,
)

stage = benefits.stage
rolled_back = benefits.rolled_back


@pytest.fixture(autouse=True)
def agreeing(rolled_back: None) -> Iterator[None]:
    """After each test the books are checked."""
    yield
    assert faults() == []


# What a month pays


def test_a_month_pays_what_each_scheme_says() -> None:
    run = paid(JULY, EVERYBODY)
    assert dues_of(run) == [
        ("001", REWARD, "2026-07", 1, "80.00"),
        ("002", REWARD, "2026-07", 1, "80.00"),
        ("003", FEE, "2026-07", 1, "100.00"),
        ("004", FEE, "2026-07", 1, "100.00"),
        ("005", PENSION, "2026-07", 1, "300.00"),
    ]
    assert run.status == "SETTLED"


SHARES = {
    REWARD: ("40.00", "24.00", "0.00", "16.00", "0.00"),
    FEE: ("0.00", "0.00", "0.00", "50.00", "50.00"),
    PENSION: ("0.00", "0.00", "0.00", "300.00", "0.00"),
}


@pytest.mark.parametrize("scheme", SHARES)
def test_funders_bear_their_shares_to_the_fen(scheme: str) -> None:
    run = paid(JULY, [Recipient(1, scheme)])
    due = BenefitDue.objects.get(run=run)
    funders = ("central", "province", "city", "district", "township")
    assert tuple(str(getattr(due, f"borne_by_{funder}")) for funder in funders) == SHARES[scheme]


REASONS = {
    "not_started": Recipient(1, starts_on="2026-08-01"),
    "ended": Recipient(1, ended_on="2026-06-30"),
    "died": Recipient(1, died_on="2026-06-30"),
    "verification_overdue": Recipient(1, met_on="2025-12-31"),
    "suspended_status": Recipient(1, status="暂停"),
    "no_account": Recipient(1, account=""),
}


@pytest.mark.parametrize("reason", REASONS)
def test_who_is_not_paid_is_told_why(reason: str) -> None:
    run = paid(JULY, [REASONS[reason], Recipient(2)])
    assert (reason_of(run, REASONS[reason]), due_to(run, REASONS[reason])) == (reason, [])


LAST_DAYS = {
    "starts in the month": Recipient(1, starts_on="2026-07-31"),
    "ends in the month": Recipient(1, ended_on="2026-07-01"),
    "died in the month": Recipient(1, died_on="2026-07-01"),
    "met six months ago": Recipient(1, met_on="2026-01-01"),
}


@pytest.mark.parametrize("case", LAST_DAYS)
def test_the_other_side_of_each_boundary_is_paid(case: str) -> None:
    assert due_to(paid(JULY, [LAST_DAYS[case]]), LAST_DAYS[case]) == [("2026-07", 1, "80.00")]


def test_of_two_schemes_that_exclude_each_other_the_new_one_is_paid() -> None:
    old, new = "two_daughter_pension_yearly", PENSION
    value_added("1800.00", since=JULY, scheme=old)
    both, only_old = Recipient(1, met_on=""), Recipient(2, old, met_on="")
    run = paid(DECEMBER, [replace(both, scheme=old), replace(both, scheme=new), only_old])
    assert due_to(run, replace(both, scheme=new)) == [("2026-12", 1, "300.00")]
    assert (reason_of(run, replace(both, scheme=old)), due_to(run, replace(both, scheme=old))) == (
        "exclusive_double",
        [],
    )
    assert due_to(run, only_old) == [("2026-01", 1, "900.00")]


def test_each_scheme_has_a_batch_of_its_own() -> None:
    run = paid(JULY, EVERYBODY)
    batches = Batch.objects.filter(run=run).order_by("number")
    assert [(str(batch.total), batch.payments_count) for batch in batches] == [
        ("200.00", 2),
        ("160.00", 2),
        ("300.00", 1),
    ]
    schemes = [
        set(Obligation.objects.filter(parts__payment__batch=one).values_list("scheme", flat=True)) for one in batches
    ]
    assert schemes == [{FEE}, {REWARD}, {PENSION}]


# What is posted


def test_a_benefit_of_central_province_and_district_leaves_their_accounts() -> None:
    run = paid(JULY, [Recipient(1)])
    assert vouchers_of(run, "batch") == [
        ("220112", "C 10040501", "40.00"),
        ("220112", "C 10040502", "24.00"),
        ("220112", "C 10040504", "16.00"),
        ("220112", "D 5001", "80.00"),
    ]


def test_the_share_of_a_township_is_its_own_spending() -> None:
    run = paid(JULY, [Recipient(1, FEE), Recipient(2, FEE, township=SONGJIANG)])
    assert vouchers_of(run, "batch") == [
        ("220112", "C 10040504", "100.00"),
        ("220112", "C 10040504", "100.00"),
        ("220112", "D 103100101", "50.00"),
        ("220112", "D 103100201", "50.00"),
        ("220112", "D 5001", "50.00"),
        ("220112", "D 5001", "50.00"),
        ("220112101", "C 201201", "50.00"),
        ("220112101", "D 5001", "50.00"),
        ("220112102", "C 201201", "50.00"),
        ("220112102", "D 5001", "50.00"),
    ]


# Once, whatever run and year


def test_second_run_of_a_month_pays_nobody() -> None:
    paid(JULY, EVERYBODY)
    with pytest.raises(NobodyToPay) as refusal:
        computed(JULY)
    assert refusal.value.name == "run_pays_somebody"


def test_the_next_month_pays_that_month_alone() -> None:
    paid(JULY, EVERYBODY)
    assert {period for *_who, period, _number, _amount in dues_of(paid(AUGUST))} == {"2026-08"}


def test_a_year_later_nothing_is_owed_twice() -> None:
    people = [Recipient(1, met_on="")]
    paid(DECEMBER, people)
    assert due_to(paid(JANUARY), people[0]) == [("2027-01", 1, "80.00")]


def test_who_is_certified_after_the_run_is_paid_by_the_next_run_of_the_month() -> None:
    late = Recipient(2)
    paid(JULY, [Recipient(1)])
    enrolled(JULY, [Recipient(1), late], text="b")
    assert dues_of(paid(JULY)) == [("002", REWARD, "2026-07", 1, "80.00")]
    assert due_to(paid(AUGUST), late) == [("2026-08", 1, "80.00")]
    with pytest.raises(NobodyToPay):
        computed(AUGUST)


# Returned, and what no list can carry


def test_a_returned_benefit_comes_back_to_the_accounts_it_left_and_leaves_them_again() -> None:
    enrolled(JULY, EVERYBODY)
    run = funded_and_sent(JULY)
    serial = Payment.objects.get(parts__obligation__scheme=REWARD, name=EVERYBODY[0].row(0).name).serial
    run = answered(run, failing=[serial])
    assert run.status == "PART_SETTLED"
    [file] = [one for one in BankFile.objects.all() if one.payments.filter(serial=serial).exists()]
    assert lines_of("payouts.result/") == [
        ("220112", "C 201503", "80.00"),
        ("220112", "D 10040501", "40.00"),
        ("220112", "D 10040502", "24.00"),
        ("220112", "D 10040504", "16.00"),
    ]
    assert file.rows == 1
    batch = corrected_and_reissued(JULY, serial)
    run = answered(sent(run))
    assert lines_of(f"payouts.batch/{batch.pk}/sent") == [
        ("220112", "C 10040501", "40.00"),
        ("220112", "C 10040502", "24.00"),
        ("220112", "C 10040504", "16.00"),
        ("220112", "D 201503", "80.00"),
    ]
    assert run.status == "SETTLED"
    assert AccountCorrection.objects.get().status == "APPROVED"


def test_a_name_that_the_list_cannot_write_is_held_until_it_is_corrected() -> None:
    enrolled(JULY, [Recipient(1), Recipient(2, name="测试𠮷"), Recipient(3, FEE, name="测试𠮷田")])
    run = sent(funded(released(JULY, template=GBK)), template=GBK)
    assert vouchers_of(run, "unwritable") == [
        ("220112", "C 201503", "180.00"),
        ("220112", "D 103100101", "50.00"),
        ("220112", "D 5001", "50.00"),
        ("220112", "D 5001", "80.00"),
        ("220112101", "C 201201", "50.00"),
        ("220112101", "D 5001", "50.00"),
    ]
    held = Payment.objects.filter(batch__source=f"payouts.run/{run.pk}/unwritable").order_by("serial")
    assert [payment.status for payment in held] == ["REJECTED", "REJECTED"]


def test_what_was_held_is_paid_after_its_correction() -> None:
    enrolled(JULY, [Recipient(1), Recipient(2, name="测试𠮷")])
    run = sent(funded(released(JULY, template=GBK)), template=GBK)
    serial = Payment.objects.get(status="REJECTED").serial
    batch = corrected_and_reissued(JULY, serial, name="测试吉")
    run = sent(funded(run))
    assert ("220112", "C 10040501", "40.00") in lines_of(f"payouts.batch/{batch.pk}/sent")
    assert Batch.objects.get(pk=batch.pk).status == "SENT"
