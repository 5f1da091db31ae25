"""Benefit runs by their acts: what is due, borne, posted and paid, month after month; the books agree after each."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from payouts.models import (
    AccountCorrection,
    BankFile,
    Batch,
    BenefitDue,
    BenefitFunding,
    Obligation,
    Overpayment,
    Payment,
    SchemeValue,
    SchemeValueApproval,
)
from payouts.refusals import ApprovalVoid, FunctionsTogether, MoreThanOverpaid, NobodyToPay, SameOfficer
from payouts.releasing_benefits import release_benefits
from payouts.running import review_run, sign_exceptions, submit_run
from tests import benefits
from tests.benefits import (
    AUGUST,
    CONSOLATION,
    DECEMBER,
    EVERYBODY,
    FEE,
    GBK,
    JANUARY,
    JULY,
    OCTOBER,
    PENSION,
    REWARD,
    SEPTEMBER,
    SONGJIANG,
    Recipient,
    answered,
    checked,
    computed,
    corrected_and_reissued,
    deaths_known,
    due_to,
    dues_of,
    enrolled,
    faults,
    funded,
    funded_and_sent,
    lines_of,
    overpaid_by,
    paid,
    planned,
    reason_of,
    recovered,
    refunded,
    refused_row,
    released,
    reviewed,
    sent,
    submitted,
    vouchers_of,
)
from tests.payroll import AT, SINGLE, officer

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


# Months judged anew


def test_a_month_without_verification_is_paid_as_arrears_once_after_it() -> None:
    paid(JULY, [Recipient(1, met_on="2025-12-31"), Recipient(2)])
    met = Recipient(1, met_on="2026-08-10")
    august = paid(AUGUST, [met, Recipient(2)])
    assert due_to(august, met) == [("2026-07", 1, "80.00"), ("2026-08", 1, "80.00")]
    assert due_to(paid(SEPTEMBER), met) == [("2026-09", 1, "80.00")]


@pytest.mark.parametrize(("met_on", "arrears"), [("2027-01-31", True), ("2027-02-01", False)])
def test_a_verification_more_than_six_months_late_forfeits_the_month(met_on: str, arrears: bool) -> None:
    paid(JULY, [Recipient(1, met_on="2025-12-31")])
    met = Recipient(1, met_on=met_on)
    run = paid(date(2027, 2, 1), [met])
    assert ("2026-07", 1, "80.00") in due_to(run, met) if arrears else due_to(run, met) == [("2027-02", 1, "80.00")]


def test_a_refused_row_that_is_right_again_is_paid_its_months() -> None:
    one, other = Recipient(1), Recipient(2)
    paid(JULY, [one, other])
    enrolled(AUGUST, [other], refused=[refused_row(one)])
    august = paid(AUGUST)
    assert (reason_of(august, one), due_to(august, one)) == ("row_refused:bad_date", [])
    september = paid(SEPTEMBER, [one, other])
    assert due_to(september, one) == [("2026-08", 1, "80.00"), ("2026-09", 1, "80.00")]
    assert due_to(paid(OCTOBER), one) == [("2026-10", 1, "80.00")]


def test_a_refused_row_corrected_in_the_month_is_paid_by_its_supplementary_run() -> None:
    one, other = Recipient(1), Recipient(2)
    paid(JULY, [one, other])
    enrolled(AUGUST, [other], refused=[refused_row(one)])
    paid(AUGUST)
    enrolled(AUGUST, [other, one], text="b")
    assert dues_of(paid(AUGUST)) == [("001", REWARD, "2026-08", 1, "80.00")]


def test_a_missing_account_that_comes_later_is_paid_its_months() -> None:
    paid(JULY, [Recipient(1, account="")])
    assert due_to(paid(AUGUST, [Recipient(1)]), Recipient(1)) == [("2026-07", 1, "80.00"), ("2026-08", 1, "80.00")]


def test_suspended_months_stay_unpaid() -> None:
    paid(JULY, [Recipient(1)])
    paid(AUGUST, [Recipient(1, status="暂停")])
    assert due_to(paid(SEPTEMBER, [Recipient(1)]), Recipient(1)) == [("2026-09", 1, "80.00")]


def test_a_suspension_does_not_touch_the_months_before_it() -> None:
    paid(JULY, [Recipient(1), Recipient(2)])
    august = paid(AUGUST, [Recipient(1, status="暂停"), Recipient(2)])
    assert (overpaid_by(august), reason_of(august, Recipient(1))) == ([], "suspended_status")


def test_an_enrolment_that_ended_earlier_was_overpaid() -> None:
    paid(JULY, [Recipient(1), Recipient(2)])
    august = paid(AUGUST, [Recipient(1, ended_on="2026-06-30"), Recipient(2)])
    assert overpaid_by(august) == [("001", "2026-07", "80.00", "ended")]


def value_added(amount: str, *, since: date, scheme: str = REWARD, approve: bool = True) -> None:
    value = SchemeValue.objects.create(
        scheme=scheme,
        effective_from=since,
        amount=Decimal(amount),
        reference="青财社〔2026〕9号",
        proposed_by=officer("benefits_officer"),
        proposed_at=AT,
    )
    SchemeValueApproval.objects.create(
        value=value, is_approved=approve, decided_by=officer("benefits_funder"), decided_at=AT
    )


def test_a_higher_value_from_an_earlier_month_is_paid_as_a_difference() -> None:
    paid(JULY, [Recipient(1), Recipient(3, FEE)])
    value_added("90.01", since=JULY)
    august = paid(AUGUST)
    assert due_to(august, Recipient(1)) == [("2026-07", 2, "10.01"), ("2026-08", 1, "90.01")]
    assert due_to(august, Recipient(3, FEE)) == [("2026-08", 1, "100.00")]
    assert due_to(paid(SEPTEMBER), Recipient(1)) == [("2026-09", 1, "90.01")]


def test_a_value_that_was_refused_counts_for_nothing() -> None:
    paid(JULY, [Recipient(1)])
    value_added("90.00", since=JULY, approve=False)
    assert due_to(paid(AUGUST), Recipient(1)) == [("2026-08", 1, "80.00")]


def test_a_lower_value_from_an_earlier_month_was_overpaid() -> None:
    paid(JULY, [Recipient(1)])
    value_added("70.00", since=JULY)
    august = paid(AUGUST)
    assert overpaid_by(august) == [("001", "2026-07", "10.00", "rate_changed")]
    assert due_to(august, Recipient(1)) == [("2026-08", 1, "70.00")]


# Overpaid


def overpaid() -> Overpayment:
    """Return what a person who died in June was paid in July, known in August."""
    paid(JULY, [Recipient(1, household="H1"), Recipient(2, household="H1"), Recipient(3)])
    deaths_known(AUGUST, [(Recipient(1), "2026-06-20")])
    paid(AUGUST)
    return Overpayment.objects.get()


def test_a_death_known_later_makes_what_was_paid_a_receivable() -> None:
    found = overpaid()
    assert overpaid_by(found.run) == [("001", "2026-07", "80.00", "died")]
    assert reason_of(found.run, Recipient(1)) == "died"
    assert lines_of(f"payouts.benefits/{found.run_id}/overpaid") == [
        ("220112", "D 1036", "80.00"),
        ("220112", "D 5001", "-80.00"),
    ]
    assert overpaid_by(paid(SEPTEMBER)) == []


def test_a_month_of_a_death_is_not_overpaid() -> None:
    paid(JULY, [Recipient(1), Recipient(2)])
    deaths_known(AUGUST, [(Recipient(1), "2026-07-01")])
    assert overpaid_by(paid(AUGUST)) == []


def test_a_refund_comes_back_to_the_special_account() -> None:
    found = overpaid()
    recovery = refunded(found, "30.00")
    assert lines_of(f"payouts.recovery/{recovery.pk}") == [
        ("220112", "C 1036", "30.00"),
        ("220112", "D 10040504", "30.00"),
    ]
    refunded(found, "50.00")
    assert recovered(found) == Decimal("80.00")


def test_more_than_what_is_left_does_not_come_back() -> None:
    found = overpaid()
    refunded(found, "30.00")
    with pytest.raises(MoreThanOverpaid) as refusal:
        refunded(found, "50.01")
    assert refusal.value.name == "recovery_is_within_its_overpayment"


def test_bereavement_relief_of_the_household_keeps_back_all_of_it() -> None:
    found = overpaid()
    spouse = Recipient(2, CONSOLATION, household="H1", starts_on="2026-09-01")
    run = paid(SEPTEMBER, [Recipient(1, household="H1"), Recipient(2, household="H1"), Recipient(3), spouse])
    relief = BenefitDue.objects.get(run=run, scheme=CONSOLATION)
    assert (relief.amount, relief.offset) == (Decimal("8000.00"), Decimal("80.00"))
    assert Obligation.objects.get(benefit=relief).amount == Decimal("7920.00")
    assert recovered(found) == Decimal("80.00")
    assert due_to(run, Recipient(2)) == [("2026-09", 1, "80.00")]
    batch = Payment.objects.get(parts__obligation__benefit=relief).batch
    assert vouchers_of(run, f"batch/{batch.pk}/") == [
        ("220112", "C 10040504", "7920.00"),
        ("220112", "C 1036", "80.00"),
        ("220112", "D 5001", "8000.00"),
    ]


def test_relief_of_another_household_keeps_back_nothing() -> None:
    found = overpaid()
    other = Recipient(3, CONSOLATION, household="H3", starts_on="2026-09-01")
    run = paid(SEPTEMBER, [Recipient(1, household="H1"), Recipient(2, household="H1"), Recipient(3), other])
    assert BenefitDue.objects.get(run=run, scheme=CONSOLATION).offset == 0
    assert recovered(found) == 0


def ended_early() -> Overpayment:
    """Return what somebody was paid of one scheme too long, who goes on with another."""
    paid(JULY, [Recipient(1), Recipient(1, FEE)])
    paid(AUGUST, [Recipient(1, ended_on="2026-06-30"), Recipient(1, FEE)])
    return Overpayment.objects.get()


def test_a_plan_keeps_an_instalment_of_each_later_benefit_until_all_is_back() -> None:
    found = ended_early()
    planned(found, "30.00", from_month=SEPTEMBER)
    kept: list[Decimal] = []
    for month in (SEPTEMBER, OCTOBER, benefits.NOVEMBER, DECEMBER):
        kept += BenefitDue.objects.filter(run=paid(month)).values_list("offset", flat=True)
    assert kept == [Decimal(amount) for amount in ("30.00", "30.00", "20.00", "0.00")]
    assert recovered(found) == Decimal("80.00")


def test_a_plan_does_not_keep_back_before_its_month() -> None:
    found = ended_early()
    planned(found, "30.00", from_month=OCTOBER)
    assert BenefitDue.objects.get(run=paid(SEPTEMBER)).offset == 0
    assert BenefitDue.objects.get(run=paid(OCTOBER)).offset == Decimal("30.00")
    assert recovered(found) == Decimal("30.00")


def test_a_benefit_kept_back_whole_is_in_no_payment() -> None:
    paid(JULY, [Recipient(2, FEE), Recipient(2), Recipient(3)])
    paid(AUGUST, [Recipient(2, FEE, ended_on="2026-06-30"), Recipient(2), Recipient(3)])
    found = Overpayment.objects.get()
    planned(found, "100.00", from_month=SEPTEMBER)
    whole = BenefitDue.objects.get(run=paid(SEPTEMBER), scheme=REWARD, person__id_number=Recipient(2).id_number)
    assert (whole.amount, whole.offset) == (Decimal("80.00"), Decimal("80.00"))
    assert not Obligation.objects.filter(benefit=whole).exists()
    assert recovered(found) == Decimal("80.00")
    rest = BenefitDue.objects.get(run=paid(OCTOBER), scheme=REWARD, person__id_number=Recipient(2).id_number)
    assert rest.offset == Decimal("20.00")
    assert recovered(found) == Decimal("100.00")


def test_no_more_is_kept_back_than_was_overpaid() -> None:
    found = overpaid()
    paid(SEPTEMBER, [Recipient(1, died_on="2026-06-20"), Recipient(2, household="H1"), Recipient(3)])
    again = ended_early_too()
    planned(again, "100.00", from_month=benefits.NOVEMBER)
    run = paid(benefits.NOVEMBER)
    due = BenefitDue.objects.get(run=run, scheme=FEE)
    assert (due.amount, due.offset) == (Decimal("100.00"), Decimal("80.00"))
    assert recovered(found) == 0


def ended_early_too() -> Overpayment:
    paid(OCTOBER, [Recipient(2, ended_on="2026-08-31"), Recipient(3), Recipient(2, FEE)])
    return Overpayment.objects.get(enrolment__person__id_number=Recipient(2).id_number)


def test_a_death_within_a_year_that_was_paid_whole_is_overpaid_from_the_month_after() -> None:
    old = Recipient(1, "two_daughter_pension_yearly", met_on="")
    value_added("1800.00", since=JULY, scheme=old.scheme)
    assert due_to(paid(DECEMBER, [old]), old) == [("2026-01", 1, "900.00")]
    deaths_known(JANUARY, [(old, "2026-09-20")])
    assert overpaid_by(paid(JANUARY)) == [("001", "2026-01", "450.00", "rate_changed")]


# Two runs under way at once


def test_what_a_run_under_way_could_not_look_back_at_is_found_by_the_next() -> None:
    late = Recipient(1, met_on="2025-12-31")
    enrolled(JULY, [late, Recipient(2)])
    july = reviewed(JULY)
    enrolled(AUGUST, [replace(late, met_on="2026-08-10"), Recipient(2)])
    august = reviewed(AUGUST)
    for run in (july, august):
        release_benefits(run=run, officer=officer("releaser"), template=SINGLE, at=AT)
        answered(sent(funded(run)))
    assert due_to(august, late) == [("2026-08", 1, "80.00")]
    assert due_to(paid(SEPTEMBER), late) == [("2026-07", 1, "80.00"), ("2026-09", 1, "80.00")]


def two_runs_under_way(august: list[Recipient]) -> None:
    """Release a supplementary run of July and the run of August, which both look back at July."""
    enrolled(AUGUST, august)
    second = reviewed(JULY)
    run = reviewed(AUGUST)
    release_benefits(run=second, officer=officer("releaser"), template=SINGLE, at=AT)
    with pytest.raises(ApprovalVoid) as refusal:
        release_benefits(run=run, officer=officer("releaser"), template=SINGLE, at=AT)
    assert refusal.value.name == "benefit_is_found_once"


def test_two_runs_under_way_do_not_both_pay_the_same_arrears() -> None:
    paid(JULY, [Recipient(1, met_on="2025-12-31"), Recipient(2)])
    two_runs_under_way([Recipient(1, met_on="2026-07-10"), Recipient(2)])


def test_two_runs_under_way_do_not_both_claim_the_same_overpayment() -> None:
    paid(JULY, [Recipient(1), Recipient(2)])
    two_runs_under_way([Recipient(1, ended_on="2026-06-30"), Recipient(2)])
    assert Overpayment.objects.count() == 2
    assert [one.run.status for one in Overpayment.objects.order_by("pk")] == ["SETTLED", "REVIEWED"]


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


# Who does what


def test_who_certified_neither_submits_nor_reviews_nor_releases() -> None:
    enrolled(JULY, [Recipient(1)], by="everything")
    run = reviewed(JULY)
    with pytest.raises(FunctionsTogether) as refusal:
        release_benefits(run=run, officer=officer("everything"), template=SINGLE, at=AT)
    assert refusal.value.name == "benefit_functions_are_apart"


def test_a_run_submitted_by_its_certifier_is_not_released() -> None:
    enrolled(JULY, [Recipient(1)], by="everything")
    run = checked(JULY)
    sign_exceptions(run=run, exceptions=None, officer=officer("preparer"), reason="已核对", at=AT)
    run = review_run(run=submit_run(run=run, officer=officer("everything"), at=AT), officer=officer("reviewer"), at=AT)
    with pytest.raises(FunctionsTogether):
        release_benefits(run=run, officer=officer("releaser"), template=SINGLE, at=AT)


def test_a_run_reviewed_by_its_certifier_is_not_released() -> None:
    enrolled(JULY, [Recipient(1)], by="everything")
    run = review_run(run=submitted(JULY), officer=officer("everything"), at=AT)
    with pytest.raises(FunctionsTogether):
        release_benefits(run=run, officer=officer("releaser"), template=SINGLE, at=AT)


def test_who_released_does_not_fund() -> None:
    enrolled(JULY, [Recipient(1)])
    run = released(JULY, by="everything")
    with pytest.raises(FunctionsTogether) as refusal:
        funded(run, by="everything")
    assert refusal.value.name == "benefit_functions_are_apart"


def test_who_certified_does_not_fund() -> None:
    enrolled(JULY, [Recipient(1)], by="everything")
    with pytest.raises(FunctionsTogether):
        funded(released(JULY), by="everything")


def test_one_officer_does_not_release_what_the_same_reviewed() -> None:
    enrolled(JULY, [Recipient(1)])
    run = review_run(run=submitted(JULY), officer=officer("everything"), at=AT)
    with pytest.raises(SameOfficer):
        release_benefits(run=run, officer=officer("everything"), template=SINGLE, at=AT)


def test_a_run_is_funded_with_what_its_accounts_lack_and_not_again() -> None:
    enrolled(JULY, EVERYBODY)
    run = funded(released(JULY))
    given = {one.funder: str(one.amount) for one in BenefitFunding.objects.filter(run=run)}
    assert given == {"CENTRAL": "80.00", "PROVINCE": "48.00", "DISTRICT": "532.00"}
    assert funded(run) is run
    assert BenefitFunding.objects.filter(run=run).count() == 3
