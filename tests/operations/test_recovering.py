"""Plans with a cap for the month, refunds taken back, write-offs: by two officers, never more than is open."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from payouts.models import BenefitDue, Overpayment, Recovery, RecoveryPlan, WriteOff
from payouts.recovering import decide_plan, decide_write_off, propose_write_off, take_back_refund
from payouts.refusals import (
    MoreThanOpen,
    MoreThanOverpaid,
    PaperBooked,
    PlanUnfit,
    ReasonMissing,
    SameOfficer,
    TakenBackUnfit,
    WrongState,
)
from tests import benefits
from tests.benefits import (
    AUGUST,
    CONSOLATION,
    FEE,
    JULY,
    OCTOBER,
    PENSION,
    SEPTEMBER,
    Recipient,
    agreed,
    faults,
    lines_of,
    paid,
    planned,
    recovered,
    refunded,
)
from tests.payroll import AT, officer

stage = benefits.stage
rolled_back = benefits.rolled_back

ON = date(2026, 8, 20)
GOING_ON = (Recipient(1, FEE), Recipient(1, PENSION))
# Once 8,000.00, in another household: relief of its own would keep back all.
RELIEF = Recipient(1, CONSOLATION, household="H9", starts_on="2026-09-01")


@pytest.fixture(autouse=True)
def agreeing(rolled_back: None) -> Iterator[None]:
    """After each test the books are checked."""
    yield
    assert faults() == []


def overpaid() -> Overpayment:
    """Return 80.00 that somebody was paid too much, who goes on with 100.00 and 300.00 a month."""
    paid(JULY, [Recipient(1), *GOING_ON])
    paid(AUGUST, [Recipient(1, ended_on="2026-06-30"), *GOING_ON])
    return Overpayment.objects.get()


def kept(month: date) -> list[str]:
    found = BenefitDue.objects.filter(run=paid(month)).order_by("pk")
    return [str(due.offset) for due in found]


# Plans


@pytest.mark.parametrize(
    ("instalment", "share", "expected"),
    [
        ("30.00", None, ["30.00", "30.00", "20.00"]),
        ("80.00", None, ["80.00", "0.00", "0.00"]),
        ("79.99", None, ["79.99", "0.01", "0.00"]),
        (None, "20.00", ["80.00", "0.00", "0.00"]),  # of 400.00
        (None, "19.99", ["79.96", "0.04", "0.00"]),
        (None, "10.00", ["40.00", "40.00", "0.00"]),
        (None, None, ["80.00", "0.00", "0.00"]),  # the share of the policy: 20
    ],
)
def test_a_plan_keeps_its_cap_of_all_benefits_of_a_month_until_all_is_back(
    instalment: str | None, share: str | None, expected: list[str]
) -> None:
    found = overpaid()
    planned(found, instalment, share=share, from_month=SEPTEMBER)
    months = [sum(map(Decimal, kept(month)), Decimal("0.00")) for month in (SEPTEMBER, OCTOBER, benefits.NOVEMBER)]
    assert months == [Decimal(amount) for amount in expected]
    assert recovered(found) == Decimal("80.00")


def test_a_second_run_of_a_month_keeps_to_the_cap_of_the_month() -> None:
    found = overpaid()
    planned(found, None, share="10.00", from_month=SEPTEMBER)
    paid(SEPTEMBER)
    assert recovered(found) == Decimal("40.00")
    more = paid(
        SEPTEMBER, [Recipient(1, FEE), Recipient(1, PENSION), Recipient(1, CONSOLATION, starts_on="2026-09-01")]
    )
    assert (more.number, [str(due.amount) for due in more.dues.all()]) == (2, ["8000.00"])
    assert recovered(found) == Decimal("80.00")  # 10 % of 8,400.00 leaves room for the rest


def test_a_second_run_of_a_month_keeps_nothing_beyond_an_amount() -> None:
    found = overpaid()
    planned(found, "30.00", from_month=SEPTEMBER)
    paid(SEPTEMBER)
    paid(SEPTEMBER, [*GOING_ON, RELIEF])
    assert recovered(found) == Decimal("30.00")


def test_a_plan_that_nobody_approved_keeps_nothing_back() -> None:
    found = overpaid()
    plan = agreed(found, "30.00", from_month=SEPTEMBER)
    assert kept(SEPTEMBER) == ["0.00", "0.00"]
    decide_plan(plan=plan, approved=False, officer=officer("chief_accountant"), at=AT)
    assert kept(OCTOBER) == ["0.00", "0.00"]


def test_the_latest_approved_plan_rules() -> None:
    found = overpaid()
    planned(found, "30.00", from_month=SEPTEMBER)
    agreed(found, "1.00", from_month=SEPTEMBER)
    assert sum(map(Decimal, kept(SEPTEMBER))) == Decimal("30.00")
    planned(found, "5.00", from_month=OCTOBER)
    assert sum(map(Decimal, kept(OCTOBER))) == Decimal("5.00")


def test_who_agreed_a_plan_does_not_approve_it_and_it_is_decided_once() -> None:
    plan = agreed(overpaid(), "30.00", from_month=SEPTEMBER)
    RecoveryPlan.objects.get(pk=plan.pk)
    chief = officer("chief_accountant")
    both = officer("everything")
    own = agreed(plan.overpayment, "30.00", from_month=SEPTEMBER, by="everything")
    with pytest.raises(SameOfficer):
        decide_plan(plan=own, approved=True, officer=both, at=AT)
    decide_plan(plan=plan, approved=True, officer=chief, at=AT)
    with pytest.raises(WrongState):
        decide_plan(plan=plan, approved=False, officer=chief, at=AT)


@pytest.mark.parametrize(
    ("instalment", "share", "fits"),
    [
        ("0.00", None, False), ("0.01", None, True), ("30.00", "20.00", False),
        (None, "0.00", False), (None, "0.01", True), (None, "100.00", True), (None, "100.01", False),
    ],
)  # fmt: skip
def test_a_cap_is_within_its_bounds(instalment: str | None, share: str | None, fits: bool) -> None:
    found = overpaid()
    if fits:
        assert agreed(found, instalment, share=share, from_month=SEPTEMBER).pk
    else:
        with pytest.raises(PlanUnfit):
            agreed(found, instalment, share=share, from_month=SEPTEMBER)


# Refunds taken back


def taken_back(recovery: Recovery, *, by: str = "chief_accountant", reason: str = "金额录错", on: date = ON) -> None:
    take_back_refund(recovery=recovery, reason=reason, officer=officer(by), cashier=officer("cashier"), on=on, at=AT)


def test_a_refund_booked_wrong_is_taken_back_in_red_and_its_paper_booked_again() -> None:
    found = overpaid()
    wrong = refunded(found, "50.00", paper="银行回单7")
    taken_back(wrong)
    assert recovered(found) == 0
    assert lines_of(f"payouts.recovery/{wrong.pk}/reversed") == [
        ("220112", "C 1036", "-50.00"),
        ("220112", "D 10040504", "-50.00"),
    ]
    right = refunded(found, "5.00", paper="银行回单 7")
    assert (right.booking, recovered(found)) == (2, Decimal("5.00"))
    with pytest.raises(PaperBooked):
        refunded(found, "5.00", paper="银行回单7")
    taken_back(right)
    assert refunded(found, "80.00", paper="银行回单7").booking == 3


def test_a_refund_is_taken_back_once() -> None:
    wrong = refunded(overpaid(), "50.00")
    taken_back(wrong)
    with pytest.raises(TakenBackUnfit):
        taken_back(wrong)


def test_a_refund_is_not_taken_back_by_who_booked_it_nor_without_a_reason_nor_before_its_day() -> None:
    found = overpaid()
    wrong = refunded(found, "50.00", by="everything")
    with pytest.raises(SameOfficer):
        taken_back(wrong, by="everything")
    with pytest.raises(ReasonMissing):
        taken_back(wrong, reason=" ")
    with pytest.raises(TakenBackUnfit):
        taken_back(wrong, on=date(2026, 8, 14))
    taken_back(wrong, on=date(2026, 8, 15))


# Write-offs


def written_off(found: Overpayment, amount: str, *, approved: bool = True) -> WriteOff:
    proposed = propose_write_off(
        overpayment=found,
        amount=Decimal(amount),
        reason="本人死亡，无继承人",
        paper="青财核〔2026〕1号",
        officer=officer("benefits_funder"),
        at=AT,
    )
    decide_write_off(write_off=proposed, approved=approved, officer=officer("chief_accountant"), on=ON, at=AT)
    return proposed


def test_what_cannot_be_recovered_is_spending_of_the_district_after_all() -> None:
    found = overpaid()
    refunded(found, "30.00")
    proposed = written_off(found, "50.00")
    assert lines_of(f"payouts.write_off/{proposed.pk}") == [
        ("220112", "C 1036", "50.00"),
        ("220112", "D 5001", "50.00"),
    ]
    with pytest.raises(MoreThanOverpaid):
        refunded(found, "0.01")
    with pytest.raises(MoreThanOpen):
        written_off(found, "0.01")
    planned(found, "30.00", from_month=SEPTEMBER)
    assert kept(SEPTEMBER) == ["0.00", "0.00"]


@pytest.mark.parametrize(("amount", "fits"), [("50.00", True), ("50.01", False), ("0.00", False)])
def test_no_more_is_written_off_than_is_open(amount: str, fits: bool) -> None:
    found = overpaid()
    refunded(found, "30.00")
    if fits:
        written_off(found, amount)
    else:
        with pytest.raises(MoreThanOpen):
            written_off(found, amount)


def test_a_part_is_written_off_and_the_rest_is_kept_back() -> None:
    found = overpaid()
    written_off(found, "60.00")
    planned(found, "30.00", from_month=SEPTEMBER)
    assert sum(map(Decimal, kept(SEPTEMBER))) == Decimal("20.00")


def test_a_refused_write_off_leaves_everything_open() -> None:
    found = overpaid()
    proposed = written_off(found, "80.00", approved=False)
    assert lines_of(f"payouts.write_off/{proposed.pk}") == []
    refunded(found, "80.00")
    with pytest.raises(WrongState):
        decide_write_off(write_off=proposed, approved=True, officer=officer("chief_accountant"), on=ON, at=AT)


def test_who_proposed_a_write_off_does_not_decide_it() -> None:
    found = overpaid()
    proposed = propose_write_off(
        overpayment=found, amount=Decimal("1.00"), reason="无", paper="x", officer=officer("everything"), at=AT
    )
    with pytest.raises(SameOfficer):
        decide_write_off(write_off=proposed, approved=True, officer=officer("everything"), on=ON, at=AT)
    with pytest.raises(ReasonMissing):
        propose_write_off(
            overpayment=found, amount=Decimal("1.00"), reason=" ", paper="x", officer=officer("everything"), at=AT
        )
