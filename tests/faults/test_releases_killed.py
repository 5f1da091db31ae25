"""Releases whose building, sending, answering and reissue are killed (SIGKILL) at any commit are paid once."""

from datetime import date
from decimal import Decimal

import pytest

from month.running import fitting, waiting_batches
from payouts.answering import take_results
from payouts.correcting import NewAccount, approve_correction, propose_correction, reissue
from payouts.models import AccountCorrection, Batch, Obligation, Payment, PaymentPart
from payouts.sending import send_batch
from tests import releases
from tests.bank import Bank
from tests.killing import killed_until_done
from tests.payroll import AT, JULY, LIST, PAPER, SINGLE, approval_in, card, officer
from tests.releases import TOWN, built, codes, released_all, silent, spent_from
from treasury.models import Release, Township

district = releases.district
LATER = date(2026, 7, 25)


def pay_the_month() -> None:
    """Take the steps that are left until the bank has everything."""
    built(JULY)
    for batch in waiting_batches(month=JULY):
        send_batch(batch=batch, officer=officer("cashier"), template=fitting(batch, LIST), at=AT)


def answer(answers: dict[str, tuple[bytes, str]]) -> None:
    for name, (content, template) in answers.items():
        take_results(
            name=name, content=content, template=template, month=JULY, officer=officer("cashier"), on=None, at=AT
        )


def pay_again() -> None:
    """Correct what came back and is not corrected, and send what waits."""
    returned = Payment.objects.filter(status="RETURNED", reissued_as=None, corrections=None).order_by("serial")
    for payment in returned:
        propose_correction(
            month=JULY,
            serial=payment.serial,
            account=NewAccount("", "", card(600)),
            paper=PAPER,
            officer=officer("clerk"),
            at=AT,
        )
    for correction in AccountCorrection.objects.filter(status="PROPOSED"):
        approve_correction(correction=correction, officer=officer("reviewer"), at=approval_in(JULY))
    if AccountCorrection.objects.filter(status="APPROVED", payment__reissued_as=None).exists():
        reissue(month=JULY, officer=officer("releaser"), template=SINGLE, pay_date=LATER, at=AT)
    for batch in waiting_batches(month=JULY):
        send_batch(batch=batch, officer=officer("cashier"), template=SINGLE, at=AT)


def answers_of(bank: Bank, batch: Batch, failing: dict[int, str]) -> dict[str, tuple[bytes, str]]:
    return {
        f"result_{file.name}": (bank.take(bytes(file.content), failing=failing), file.template)
        for file in batch.files.order_by("number")
    }


@pytest.mark.parametrize("after", [False, True], ids=["before-commits", "after-commits"])
def test_releases_killed_at_every_commit_are_paid_once(district: str, after: bool) -> None:
    own, town = codes().township, Township.objects.get(code=TOWN)
    accounts = [own.extra_budgetary, own.transfers, own.disbursements, own.annual]
    before = sum((spent_from(town.book_id, account) for account in accounts), Decimal("0.00"))
    released_all(JULY)
    bank = Bank(minimum=1)
    assert killed_until_done(pay_the_month, after=after) > 1
    batch = Batch.objects.get()
    assert (batch.status, batch.payments_count) == ("SENT", 6)
    assert Obligation.objects.count() == PaymentPart.objects.count() == 7
    assert set(Release.objects.values_list("status", flat=True)) == {"POSTED"}
    assert silent()

    first = answers_of(bank, batch, {2: "1002", 5: "1004"})
    assert killed_until_done(lambda: answer(first), after=after) > 0
    assert Payment.objects.filter(status="RETURNED").count() == 2
    assert silent()

    assert killed_until_done(pay_again, after=after) > 2
    again = Batch.objects.get(number=2)
    assert (again.status, again.payments_count) == ("SENT", 2)
    assert silent()

    second = answers_of(bank, again, {})
    assert killed_until_done(lambda: answer(second), after=after) > 0
    assert silent()

    # The books' cash equals what the bank paid: three accounts of the township, and procurement of the district.
    left = sum((spent_from(town.book_id, account) for account in accounts), Decimal("0.00")) - before
    assert left == sum(amount for _account, amount in bank.credited) == Decimal("3920.50")
