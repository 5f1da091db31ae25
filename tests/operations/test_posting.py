"""Posting through the one door: what goes in, what comes back, what is refused with which facts."""

from dataclasses import replace

import pytest

from ledger.models import Line, Officer, Voucher
from ledger.posting import post_event, post_events
from ledger.refusals import (
    CashShort,
    FlowBroken,
    FourEyesMissing,
    MirrorBroken,
    SourceConflict,
    TextNotPlain,
    TextTooLong,
    VoucherNotBalanced,
)
from tests.builders import (
    FUND,
    RECEIPT_ONLY,
    SIGNED,
    credit,
    debit,
    event,
    make_books,
    receipt,
    simple,
    sweep,
    voucher,
    yuan,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def books() -> None:
    make_books()


def test_vouchers_are_numbered_from_one_in_the_order_given() -> None:
    posted = post_events([simple("a"), simple("b"), receipt("c", "5.00")])
    assert [(voucher.book, voucher.source, voucher.number) for voucher in posted] == [
        ("D", "a", 1),
        ("D", "b", 2),
        ("T01", "c", 1),
    ]
    assert (Voucher.objects.count(), Line.objects.count()) == (3, 6)


def test_the_same_source_with_the_same_content_returns_the_first_voucher() -> None:
    first = post_event(simple())
    assert post_event(simple()) == first
    assert Voucher.objects.count() == 1


def test_the_same_source_with_other_content_is_refused_and_changes_nothing() -> None:
    post_event(simple())
    with pytest.raises(SourceConflict):
        post_event(simple(amount="100.01"))
    assert Voucher.objects.get().debit_total == yuan("100.00")


def test_a_replay_beside_new_events_posts_only_the_new_ones() -> None:
    post_event(simple("a"))
    posted = post_events([simple("b"), simple("a"), simple("c")])
    assert [(voucher.source, voucher.number) for voucher in posted] == [("b", 2), ("a", 1), ("c", 3)]


def test_a_source_known_in_one_book_cannot_be_posted_in_another() -> None:
    post_event(simple("a"))
    with pytest.raises(SourceConflict):
        post_event(simple("a", book="T01"))


def test_a_source_twice_in_one_call_posts_once() -> None:
    posted = post_events([simple("a"), simple("a")])
    assert posted[0] == posted[1]
    assert Voucher.objects.count() == 1


def test_the_sweep_of_all_receipts_is_posted_and_one_fen_more_is_refused() -> None:
    post_event(receipt("r/1", "950.00"))
    post_event(sweep("s/1", "950.00"))
    with pytest.raises(CashShort) as refusal:
        post_event(sweep("s/2", "0.01"))
    assert refusal.value.facts["balance"] == yuan("-0.01")


def test_one_side_of_a_mirrored_event_alone_is_refused() -> None:
    with pytest.raises(MirrorBroken):
        post_event(event("x", sweep("s/1", "1.00").vouchers[0]))


def test_a_payment_out_of_the_receipt_only_account_is_refused() -> None:
    post_event(receipt("r/1", "950.00"))
    payment = voucher("T01", debit("5001", yuan("1.00"), fund=FUND), credit(RECEIPT_ONLY, yuan("1.00"), fund=FUND))
    with pytest.raises(FlowBroken):
        post_event(event("x", payment))


def test_a_voucher_that_is_out_by_one_fen_is_refused_with_both_sides() -> None:
    lines = debit("5001", yuan("1.00"), fund=FUND), credit("2015", yuan("1.01"), fund=FUND)
    with pytest.raises(VoucherNotBalanced) as refusal:
        post_event(event("x", replace(simple().vouchers[0], entries=lines)))
    assert (refusal.value.facts["debit"], refusal.value.facts["credit"]) == ("1.00", "1.01")
    assert not Voucher.objects.exists()


def test_a_sweep_that_does_not_arrive_on_a_bank_account_of_the_district_is_refused() -> None:
    post_event(receipt("r/1", "950.00"))
    good = sweep("s/1", "950.00")
    district, township = good.vouchers
    payable = debit("2015", yuan("950.00"), fund=FUND)
    astray = event("s/1", replace(district, entries=(payable, district.entries[1])), township)
    with pytest.raises(FlowBroken):
        post_event(astray)
    assert post_event(good)


def test_a_retired_officer_reviews_no_more() -> None:
    Officer.objects.filter(username="reviewer").update(is_active=False)
    with pytest.raises(FourEyesMissing):
        post_event(simple())


def test_a_source_longer_than_its_column_is_refused_by_name() -> None:
    assert post_event(simple("s" * 200))
    with pytest.raises(TextTooLong):
        post_event(simple("t" * 201))


def test_an_event_without_vouchers_is_refused() -> None:
    with pytest.raises(VoucherNotBalanced):
        post_event(event("empty"))


@pytest.mark.parametrize("text", ["a\0b", "a\tb", "a\nb"])
def test_a_control_character_in_a_text_is_refused_by_name(text: str) -> None:
    with pytest.raises(TextNotPlain):
        post_event(simple(summary=text))


def test_a_retry_by_other_officers_is_the_same_event_in_one_call_and_in_two() -> None:
    others = replace(SIGNED, preparer="preparer")
    first = post_events([simple("a"), simple("a", signatures=others)])
    assert first[0] == first[1]
    assert post_event(simple("a", signatures=others)) == first[:1]
