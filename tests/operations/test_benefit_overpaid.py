"""What was overpaid: a receivable, paid in, or kept back of later benefits."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from payouts.models import (
    BenefitDue,
    Obligation,
    Overpayment,
    Payment,
)
from payouts.refusals import MoreThanOverpaid
from tests import benefits
from tests.benefits import (
    AUGUST,
    CONSOLATION,
    DECEMBER,
    FEE,
    JANUARY,
    JULY,
    OCTOBER,
    REWARD,
    SEPTEMBER,
    Recipient,
    deaths_known,
    due_to,
    faults,
    lines_of,
    overpaid_by,
    paid,
    planned,
    reason_of,
    recovered,
    refunded,
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
