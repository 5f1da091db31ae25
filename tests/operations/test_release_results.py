"""Results that speak about payrolls and releases at once, and whom the bank's list may carry without a number."""

from decimal import Decimal

import pytest

from ledger.models import Voucher
from payouts.answering import take_results
from payouts.bank_formats import format_named
from payouts.building import PlannedPayment, places_unwritable
from payouts.models import BankFile, Payment
from tests import payroll, releases
from tests.bank import Bank
from tests.payroll import AT, LIST, SEPTEMBER, SINGLE, card, officer
from tests.releases import built, sent, silent
from treasury.models import Release

stage = releases.stage
rolled_back = releases.rolled_back


def test_one_result_file_returns_of_a_payroll_and_of_releases_each_to_where_it_came_from(rolled_back: None) -> None:
    of_run = payroll.sent(payroll.released(payroll.collected(SEPTEMBER)))
    (of_releases,) = built(SEPTEMBER).batches
    sent(of_releases)
    files = BankFile.objects.filter(batch__month=SEPTEMBER).order_by("batch__number")
    told = b"".join(bytes(file.content) for file in files)
    failing = [of_run.payments.order_by("serial")[0], *of_releases.payments.order_by("serial")[4:5]]
    taken = take_results(
        name="both.txt",
        content=Bank().take(told, failing={payment.serial: "1001" for payment in failing}),
        template=LIST,
        month=None,
        officer=officer("cashier"),
        on=None,
        at=AT,
    )
    assert taken.file.returned == 2
    held = Voucher.objects.get(source=f"payouts.result/{taken.file.pk}/returned")
    assert held.debit_total == failing[0].amount
    assert "退汇1笔" in held.summary
    red = Voucher.objects.get(source=f"claim/09/returned/{taken.file.pk}")
    assert (red.debit_total, red.paper) == (-failing[1].amount, "both.txt")
    assert Release.objects.get(source="claim/09").returned == failing[1].amount
    assert taken.file.settled == 13
    assert of_run.payments.filter(status="RETURNED").count() == 1
    for batch in (of_run, of_releases):
        batch.refresh_from_db()
        assert batch.status == "RECONCILED"
    assert silent()


def a_payment(*, person: int | None = None, unit: int | None = None, id_number: str = "") -> PlannedPayment:
    return PlannedPayment(person, unit, "测试人", "农商行", card(1), id_number, Decimal("1.00"), None, [])


@pytest.mark.parametrize("template", [LIST, SINGLE, "list_fen_header"])
def test_only_who_is_neither_a_person_nor_a_unit_may_have_no_number(template: str) -> None:
    bank = format_named(template)
    assert places_unwritable([a_payment()], bank) == []
    assert places_unwritable([a_payment(person=1), a_payment(unit=1), a_payment()], bank) == [0, 1]
    assert places_unwritable([a_payment(person=1, id_number="220112198001019995")], bank) == []


def test_every_payment_of_a_payroll_has_its_number(rolled_back: None) -> None:
    batch = payroll.released(payroll.collected(SEPTEMBER))
    assert not Payment.objects.filter(batch=batch, id_number="").exists()
