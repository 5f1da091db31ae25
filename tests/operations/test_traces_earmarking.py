"""Money with a purpose is traced from each order to its vouchers, and back."""

from tests import earmarking, traced

stage, rolled_back = earmarking.stage, earmarking.rolled_back


def test_every_voucher_leads_to_the_act_that_posted_it(rolled_back: None) -> None:
    assert traced.vouchers_without_their_act() == []


def test_every_row_is_found_by_its_own_reference(rolled_back: None) -> None:
    assert list(traced.rows_that_are_lost()) == []


def test_no_trace_shows_the_number_of_a_person_or_of_an_account(rolled_back: None) -> None:
    assert traced.numbers_shown() == []
