"""Releases are traced from each payment to what asked for them, and from each voucher back."""

from payouts.models import Payment
from tests import releases, traced

stage, rolled_back = releases.stage, releases.rolled_back


def test_every_voucher_leads_to_the_act_that_posted_it(rolled_back: None) -> None:
    assert traced.vouchers_without_their_act() == []


def test_every_row_is_found_by_its_own_reference(rolled_back: None) -> None:
    assert list(traced.rows_that_are_lost()) == []


def test_no_trace_shows_the_number_of_a_person_or_of_an_account(rolled_back: None) -> None:
    assert traced.numbers_shown() == []


def test_every_payment_of_a_release_is_found_from_a_voucher_and_leads_to_who_asked(rolled_back: None) -> None:
    sent = Payment.objects.exclude(results=None)
    assert traced.payments_of_vouchers() == {f"payment:{payment}" for payment in sent}
    needed = {"part", "obligation", "release", "release-line", "batch", "bank-file", "handover", "result", "voucher"}
    for payment in sent:
        assert needed - traced.kinds_of(traced.steps_of(f"payment:{payment}")) == set()
