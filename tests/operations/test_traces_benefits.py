"""Benefits are traced from each payment to the certified row, and from each voucher back."""

from payouts.models import Overpayment, Payment
from tests import paid_benefits, traced

stage, rolled_back = paid_benefits.stage, paid_benefits.rolled_back


def test_every_voucher_leads_to_the_act_that_posted_it(rolled_back: None) -> None:
    assert traced.vouchers_without_their_act() == []


def test_every_row_is_found_by_its_own_reference(rolled_back: None) -> None:
    assert list(traced.rows_that_are_lost()) == []


def test_no_trace_shows_the_number_of_a_person_or_of_an_account(rolled_back: None) -> None:
    assert traced.numbers_shown() == []


def test_every_payment_leads_to_the_certified_row_the_rate_and_the_funders(rolled_back: None) -> None:
    needed = {"part", "obligation", "due", "enrolment", "enrolment-fact", "declared-beneficiary", "declaration"}
    needed |= {"computed", "policy", "run", "run-move", "funding", "batch", "batch-check", "batch-approval"}
    needed |= {"bank-file", "handover", "fate", "result-row", "result", "voucher", "seal"}
    for payment in Payment.objects.exclude(results=None):
        assert needed - traced.kinds_of(traced.steps_of(f"payment:{payment}")) == set()


def test_every_payment_is_found_from_a_voucher(rolled_back: None) -> None:
    sent = Payment.objects.exclude(results=None)
    assert traced.payments_of_vouchers() == {f"payment:{payment}" for payment in sent}


def test_an_overpayment_leads_to_what_was_kept_back_of_it(rolled_back: None) -> None:
    for overpayment in Overpayment.objects.all():
        steps = traced.steps_of(f"overpayment:{overpayment.pk}")
        assert len(traced.references(steps, "recovery")) == overpayment.recoveries.count()
        assert {"run", "enrolment"} <= traced.kinds_of(steps)
