"""What was overpaid is taken back from the spending of who bore it; the district recovers it and owes the township."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from payouts.models import Overpayment, Run, SchemeValue, SchemeValueApproval
from tests import benefits
from tests.benefits import (
    AUGUST,
    CONSOLATION,
    FEE,
    JULY,
    OCTOBER,
    SEPTEMBER,
    SONGJIANG,
    Recipient,
    deaths_known,
    due_to,
    enrolled,
    faults,
    lines_of,
    overpaid_by,
    paid,
    planned,
    refunded,
    vouchers_of,
)
from tests.payroll import AT, officer

stage = benefits.stage
rolled_back = benefits.rolled_back

# 100.00 a month, in halves by district and township; and somebody who goes on being paid.
ONE = Recipient(1, FEE, household="H1")
OTHER = Recipient(3)
NIL = "0.00"


@pytest.fixture(autouse=True)
def agreeing(rolled_back: None) -> Iterator[None]:
    """After each test the books are checked."""
    yield
    assert faults() == []


def overpaid() -> Overpayment:
    """Return what a person who died in June was paid in July, known in August."""
    paid(JULY, [ONE, OTHER])
    deaths_known(AUGUST, [(ONE, "2026-06-20")])
    paid(AUGUST)
    return Overpayment.objects.get()


def balance(book: str, account: str) -> str:
    """Return the debits less the credits of an account and those below it, of what paying people has posted."""
    total = Decimal("0.00")
    for of, entry, amount in lines_of("payouts."):
        side, code = entry.split()
        if of == book and code.startswith(account):
            total += Decimal(amount) if side == "D" else -Decimal(amount)
    return str(total)


def value_added(amount: str) -> None:
    value = SchemeValue.objects.create(
        scheme=FEE,
        effective_from=JULY,
        amount=Decimal(amount),
        reference="青财社〔2026〕9号",
        proposed_by=officer("benefits_officer"),
        proposed_at=AT,
    )
    SchemeValueApproval.objects.create(
        value=value, is_approved=True, decided_by=officer("benefits_funder"), decided_at=AT
    )


def test_the_share_of_a_township_is_red_in_its_book_and_in_what_it_owes() -> None:
    found = overpaid()
    assert vouchers_of(found.run, "overpaid") == [
        ("220112", "D 103100101", "-50.00"),
        ("220112", "D 1036", "100.00"),
        ("220112", "D 5001", "-50.00"),
        ("220112101", "C 201201", "-50.00"),
        ("220112101", "D 5001", "-50.00"),
    ]


def test_after_a_refund_nothing_is_left_of_what_was_overpaid() -> None:
    refunded(overpaid(), "100.00")
    assert balance("220112", "1036") == NIL
    assert (balance("220112101", "5001"), balance("220112101", "2012"), balance("220112", "1031")) == (NIL, NIL, NIL)
    # 80.00 a month of the other, for July and August.
    assert balance("220112", "5001") == "160.00"


def test_after_relief_has_kept_it_back_nothing_is_left_of_what_was_overpaid() -> None:
    paid(JULY, [ONE, OTHER])
    enrolled(AUGUST, [ONE, OTHER, Recipient(2, CONSOLATION, household="H1", starts_on="2026-08-01")])
    deaths_known(AUGUST, [(ONE, "2026-06-20")])
    paid(AUGUST)
    assert balance("220112", "1036") == NIL
    assert (balance("220112101", "5001"), balance("220112", "1031")) == (NIL, NIL)
    assert balance("220112", "5001") == "8160.00"


def test_after_instalments_nothing_is_left_of_what_was_overpaid() -> None:
    two = Recipient(1, household="H1")
    paid(JULY, [ONE, two])
    paid(AUGUST, [Recipient(1, FEE, household="H1", ended_on="2026-06-30"), two])
    planned(Overpayment.objects.get(), "60.00", from_month=SEPTEMBER)
    paid(SEPTEMBER)
    paid(OCTOBER)
    assert balance("220112", "1036") == NIL
    assert (balance("220112101", "5001"), balance("220112", "1031")) == (NIL, NIL)


def test_the_share_goes_back_to_the_township_that_bore_it() -> None:
    paid(JULY, [ONE, OTHER])
    moved = Recipient(1, FEE, township=SONGJIANG, ended_on="2026-06-30")
    run = paid(AUGUST, [moved, OTHER])
    assert vouchers_of(run, "overpaid")[0] == ("220112", "D 103100101", "-50.00")
    assert balance("220112101", "5001") == NIL


def moved_and_raised() -> Run:
    """Pay July in one township, a raise of it in another, and find all of it overpaid."""
    paid(JULY, [ONE, OTHER])
    value_added("130.01")
    moved = Recipient(1, FEE, household="H1", township=SONGJIANG)
    assert due_to(paid(AUGUST, [moved, OTHER]), moved)[0] == ("2026-07", 2, "30.01")
    return paid(SEPTEMBER, [Recipient(1, FEE, township=SONGJIANG, ended_on="2026-06-30"), OTHER])


def test_each_of_two_townships_gets_back_what_it_bore() -> None:
    run = moved_and_raised()
    assert overpaid_by(run) == [("001", "2026-07", "130.01", "ended"), ("001", "2026-08", "130.01", "ended")]
    assert (balance("220112101", "5001"), balance("220112102", "5001")) == (NIL, NIL)
    assert balance("220112", "1036") == "260.02"


def test_what_is_overpaid_in_two_steps_comes_back_as_it_was_borne() -> None:
    value_added("100.01")
    paid(JULY, [ONE, OTHER])
    value_added("66.68")
    assert overpaid_by(paid(AUGUST)) == [("001", "2026-07", "33.33", "rate_changed")]
    paid(SEPTEMBER, [Recipient(1, FEE, household="H1", ended_on="2026-06-30"), OTHER])
    assert sum(Overpayment.objects.filter(period=JULY).values_list("amount", flat=True)) == Decimal("100.01")
    assert (balance("220112101", "5001"), balance("220112101", "2012"), balance("220112", "1031")) == (NIL, NIL, NIL)
