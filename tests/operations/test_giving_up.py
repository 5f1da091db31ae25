"""A returned payment that is given up: its vouchers in its year and later, and that it is never paid again."""

from collections.abc import Iterator
from datetime import date

import pytest

from month.beginning import open_months
from payouts.correcting import NewAccount, approve_correction, propose_correction, reissue
from payouts.giving_up import decide_giving_up, propose_giving_up
from payouts.models import GivingUp, Payment
from payouts.refusals import (
    GivenUp,
    GivingUpRefused,
    NothingToReissue,
    PaidOnce,
    ReasonMissing,
    SameOfficer,
    WrongState,
)
from tests import benefits
from tests.benefits import FEE, JULY, PENSION, Recipient, corrected_and_reissued, faults, lines_of
from tests.payroll import AT, PAPER, SINGLE, approval_in, card, officer, run_of

stage = benefits.stage
rolled_back = benefits.rolled_back

ON, LATER = date(2026, 7, 20), date(2027, 1, 10)
REWARDED, PENSIONER, CHILD = Recipient(1), Recipient(2, PENSION), Recipient(3, FEE)


@pytest.fixture(autouse=True)
def agreeing(rolled_back: None) -> Iterator[None]:
    """After each test the books are checked."""
    yield
    assert faults() == []


def returned(*who: Recipient) -> list[Payment]:
    """Return payments of July that came back."""
    benefits.enrolled(JULY, [REWARDED, PENSIONER, CHILD])
    run = benefits.funded_and_sent(JULY)
    payments = [Payment.objects.get(batch__run=run, person__id_number=one.id_number) for one in who]
    benefits.answered(run, failing=[payment.serial for payment in payments])
    return payments


def proposed(payment: Payment, *, by: str = "clerk") -> GivingUp:
    return propose_giving_up(
        month=payment.month,
        serial=payment.serial,
        reason="本人死亡，无继承人",
        paper="青民函〔2026〕3号",
        officer=officer(by),
        at=AT,
    )


def given_up(payment: Payment, *, on: date = ON, approved: bool = True) -> GivingUp:
    giving_up = proposed(payment)
    decide_giving_up(giving_up=giving_up, approved=approved, officer=officer("chief_accountant"), on=on, at=AT)
    return giving_up


def posted(giving_up: GivingUp) -> list[tuple[str, str, str]]:
    return lines_of(f"payouts.giving_up/{giving_up.pk}/")


def open_next_year() -> None:
    open_months(day=LATER, officer=officer("chief_accountant"), at=AT)


@pytest.mark.parametrize(
    ("who", "amount", "own", "theirs"),
    [(REWARDED, "80.00", "80.00", ""), (PENSIONER, "300.00", "300.00", ""), (CHILD, "100.00", "50.00", "50.00")],
    ids=["three funders", "the district", "district and township"],
)
def test_in_its_year_the_spending_of_each_who_bore_it_is_red(
    who: Recipient, amount: str, own: str, theirs: str
) -> None:
    [payment] = returned(who)
    lines = [("220112", "C 201503", f"-{amount}"), ("220112", "D 5001", f"-{own}")]
    if theirs:
        lines += [
            ("220112", "D 103100101", f"-{theirs}"),
            ("220112101", "C 201201", f"-{theirs}"),
            ("220112101", "D 5001", f"-{theirs}"),
        ]
    assert posted(given_up(payment)) == sorted(lines)


def test_in_a_later_year_the_surplus_of_each_who_bore_it_rises() -> None:
    [payment] = returned(CHILD)
    open_next_year()
    assert posted(given_up(payment, on=LATER)) == [
        ("220112", "C 103100101", "50.00"),
        ("220112", "C 3001", "50.00"),
        ("220112", "D 201503", "50.00"),
        ("220112", "D 201503", "50.00"),
        ("220112101", "C 3001", "50.00"),
        ("220112101", "D 201201", "50.00"),
    ]


@pytest.mark.parametrize(("on", "sign"), [(date(2026, 12, 31), "C"), (date(2027, 1, 1), "D")])
def test_the_year_changes_with_the_first_of_january(on: date, sign: str) -> None:
    [payment] = returned(PENSIONER)
    open_months(day=on, officer=officer("chief_accountant"), at=AT)
    assert [entry for book, entry, _amount in posted(given_up(payment, on=on)) if "201503" in entry] == [
        f"{sign} 201503"
    ]


def test_the_run_is_settled_once_nothing_is_owed_any_more() -> None:
    first, second = returned(REWARDED, PENSIONER)
    assert run_of(JULY).status == "PART_SETTLED"
    given_up(first)
    assert run_of(JULY).status == "PART_SETTLED"
    given_up(second)
    assert run_of(JULY).status == "SETTLED"


def test_what_was_given_up_is_neither_corrected_nor_issued_again() -> None:
    [payment] = returned(REWARDED)
    given_up(payment)
    with pytest.raises(GivenUp):
        corrected_and_reissued(JULY, payment.serial)


def test_an_approved_correction_of_what_was_given_up_is_not_issued_again() -> None:
    [payment] = returned(REWARDED)
    correction = propose_correction(
        month=JULY,
        serial=payment.serial,
        account=NewAccount("", "", card(500)),
        paper=PAPER,
        officer=officer("clerk"),
        at=AT,
    )
    approve_correction(correction=correction, officer=officer("reviewer"), at=approval_in(JULY))
    given_up(payment)
    with pytest.raises(NothingToReissue):
        reissue(month=JULY, officer=officer("releaser"), template=SINGLE, pay_date=ON, at=AT)


def test_what_was_issued_again_is_not_given_up() -> None:
    [payment] = returned(REWARDED)
    giving_up = proposed(payment)
    corrected_and_reissued(JULY, payment.serial)
    with pytest.raises(PaidOnce) as told:
        decide_giving_up(giving_up=giving_up, approved=True, officer=officer("chief_accountant"), on=ON, at=AT)
    assert told.value.name == "payment_is_reissued_once"
    decide_giving_up(giving_up=giving_up, approved=False, officer=officer("chief_accountant"), on=ON, at=AT)
    with pytest.raises(PaidOnce):
        proposed(payment)


def test_what_is_refused_can_be_paid_or_proposed_again() -> None:
    [payment] = returned(REWARDED)
    refused = given_up(payment, approved=False)
    assert posted(refused) == []
    assert given_up(payment).pk != refused.pk


def test_a_payment_is_proposed_once_and_decided_once() -> None:
    [payment] = returned(REWARDED)
    giving_up = given_up(payment)
    with pytest.raises(GivingUpRefused) as told:
        proposed(payment)
    assert told.value.name == "giving_up_is_one_at_a_time"
    with pytest.raises(WrongState):
        decide_giving_up(giving_up=giving_up, approved=False, officer=officer("chief_accountant"), on=ON, at=AT)


def test_only_a_return_is_given_up_with_a_reason_by_two_on_a_day_after_it() -> None:
    [payment] = returned(REWARDED)
    settled = Payment.objects.filter(month=JULY, status="SETTLED")[0]
    with pytest.raises(GivingUpRefused) as told:
        proposed(settled)
    assert told.value.name == "giving_up_is_of_a_return"
    with pytest.raises(ReasonMissing):
        propose_giving_up(month=JULY, serial=payment.serial, reason=" ", paper="x", officer=officer("clerk"), at=AT)
    giving_up = proposed(payment, by="everything")
    with pytest.raises(SameOfficer):
        decide_giving_up(giving_up=giving_up, approved=True, officer=officer("everything"), on=ON, at=AT)
    chief = officer("chief_accountant")
    with pytest.raises(GivingUpRefused) as told:
        decide_giving_up(giving_up=giving_up, approved=True, officer=chief, on=date(2026, 7, 14), at=AT)
    assert told.value.name == "giving_up_follows_its_return"
    decide_giving_up(giving_up=giving_up, approved=True, officer=chief, on=date(2026, 7, 15), at=AT)
