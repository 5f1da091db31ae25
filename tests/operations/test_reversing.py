"""Corrections: a red reversal of a whole event, once; supplements beside a voucher, as many as needed."""

from datetime import date

import pytest

from ledger.balances import net_of
from ledger.checks import run_checks
from ledger.closing import close_month, start_adjusting
from ledger.entries import VoucherToPost
from ledger.models import Book, Line, Officer, Period, Voucher
from ledger.opening import open_period
from ledger.posting import post_event, post_events
from ledger.refusals import (
    CashShort,
    PeriodClosed,
    RedLineUnexplained,
    ReversalRefused,
    SourceConflict,
    UnableToPost,
    VoucherNotBalanced,
)
from ledger.reversing import reverse_event, supplement
from tests.builders import (
    AT,
    DAY,
    FUND,
    RECEIPT_ONLY,
    SIGNED,
    TREASURY,
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

NEXT_DAY = date(2026, 11, 6)


@pytest.fixture(autouse=True)
def books() -> None:
    make_books()


def lines_of(voucher: Voucher) -> list[tuple[str, str, str]]:
    lines = Line.objects.filter(voucher=voucher).select_related("account").order_by("line_no")
    return [(line.account.code, line.side, str(line.amount)) for line in lines]


def refused(source: str, posting_date: date) -> UnableToPost:
    before = Voucher.objects.count()
    with pytest.raises(UnableToPost) as refusal:
        reverse_event(source=source, posting_date=posting_date, signatures=SIGNED)
    assert Voucher.objects.count() == before
    return refusal.value


def close_november() -> None:
    chief = Officer.objects.get(username="chief")
    for book in ("T01", "D"):
        for period in Period.objects.filter(book__code=book, status="OPEN").order_by("month"):
            close_month(period=period, officer=chief, at=AT)


def test_an_event_in_two_books_is_reversed_in_both() -> None:
    post_events([receipt("r", "950.00"), sweep("s", "950.00")])
    posted = reverse_event(source="s", posting_date=NEXT_DAY, signatures=SIGNED)
    assert [(v.book, v.source) for v in posted] == [("D", "s/reversed"), ("T01", "s/reversed")]
    red = {v.book.code: v for v in Voucher.objects.filter(source="s/reversed").select_related("book")}
    assert lines_of(red["D"]) == [(TREASURY, "D", "-950.00"), ("103100101", "C", "-950.00")]
    assert lines_of(red["T01"]) == [("201201", "D", "-950.00"), (RECEIPT_ONLY, "C", "-950.00")]
    for code in ("D", "T01"):
        assert red[code].reverses == Voucher.objects.get(source="s", book__code=code)
    assert list(run_checks([])) == []


def test_a_reversed_event_leaves_the_balances_as_they_were() -> None:
    post_event(receipt("r", "950.00"))
    township = Book.objects.get(code="T01")
    post_event(sweep("s", "400.00"))
    reverse_event(source="s", posting_date=NEXT_DAY, signatures=SIGNED)
    assert net_of(book=township, code=RECEIPT_ONLY, as_of=DAY) == yuan("550.00")
    assert net_of(book=township, code=RECEIPT_ONLY, as_of=NEXT_DAY) == yuan("950.00")


def test_a_reversal_says_which_voucher_it_cancels_and_keeps_its_dimensions_and_type() -> None:
    post_event(simple("a", posting_date=date(2026, 11, 3), voucher_type="转"))
    (posted,) = reverse_event(source="a", posting_date=NEXT_DAY, signatures=SIGNED)
    red = Voucher.objects.get(pk=posted.voucher_id)
    assert red.summary == "注销2026年11月03日转-1号凭证"
    assert (red.kind, red.voucher_type, red.number, red.posting_date) == ("REVERSAL", "转", 2, NEXT_DAY)


def test_a_reversal_on_the_day_of_the_voucher_is_posted_and_a_day_before_refused() -> None:
    post_event(simple("a"))
    refusal = refused("a", date(2026, 11, 4))
    assert isinstance(refusal, ReversalRefused)
    assert refusal.name == "voucher_reversal_is_exact"
    assert reverse_event(source="a", posting_date=DAY, signatures=SIGNED)


def test_the_same_reversal_again_returns_the_first() -> None:
    post_event(simple("a"))
    first = reverse_event(source="a", posting_date=DAY, signatures=SIGNED)
    assert reverse_event(source="a", posting_date=DAY, signatures=SIGNED) == first
    assert Voucher.objects.count() == 2


def test_a_second_reversal_on_another_day_is_refused_as_a_second_reversal() -> None:
    post_event(simple("a"))
    reverse_event(source="a", posting_date=DAY, signatures=SIGNED)
    refusal = refused("a", NEXT_DAY)
    assert isinstance(refusal, ReversalRefused)
    assert (refusal.name, refusal.facts) == ("voucher_reversed_once", {"source": "a"})


def test_a_reversal_under_another_source_is_refused_by_the_database() -> None:
    (posted,) = post_event(simple("a"))
    reverse_event(source="a", posting_date=DAY, signatures=SIGNED)
    red = debit("5001", yuan("-100.00"), fund=FUND), credit("2015", yuan("-100.00"), fund=FUND)
    with pytest.raises(ReversalRefused) as refusal:
        post_event(event("again", voucher("D", *red, kind="REVERSAL", reverses=posted.voucher_id)))
    assert refusal.value.name == "voucher_reversed_once"


def test_a_source_that_is_taken_by_something_else_is_told_as_a_conflict() -> None:
    post_events([simple("a"), simple("a/reversed", "1.00")])
    assert isinstance(refused("a", DAY), SourceConflict)


def test_a_reversal_cannot_be_reversed() -> None:
    post_event(simple("a"))
    reverse_event(source="a", posting_date=DAY, signatures=SIGNED)
    refusal = refused("a/reversed", DAY)
    assert refusal.name == "voucher_reversal_is_exact"
    assert refusal.facts["original_kind"] == "REVERSAL"


def test_a_source_that_was_never_posted_cannot_be_reversed() -> None:
    assert refused("nothing", DAY).facts == {"source": "nothing", "vouchers": 0}


def test_into_a_closed_period_nothing_is_reversed_and_into_the_next_open_one_it_is() -> None:
    post_event(simple("a"))
    close_november()
    assert isinstance(refused("a", NEXT_DAY), PeriodClosed)
    december = Period.objects.get(book__code="D", month=12)
    open_period(period=december, opener=Officer.objects.get(username="chief"), at=AT)
    (posted,) = reverse_event(source="a", posting_date=date(2026, 12, 1), signatures=SIGNED)
    assert posted.number == 1


def test_an_adjusting_period_takes_a_reversal() -> None:
    post_event(simple("a"))
    officer = Officer.objects.get(username="chief")
    start_adjusting(period=Period.objects.get(book__code="D", month=11), officer=officer, at=AT)
    assert reverse_event(source="a", posting_date=DAY, signatures=SIGNED)


def test_money_that_is_spent_cannot_be_reversed_out_of_the_account() -> None:
    post_events([receipt("r", "950.00"), sweep("s", "0.01")])
    assert isinstance(refused("r", NEXT_DAY), CashShort)
    reverse_event(source="s", posting_date=NEXT_DAY, signatures=SIGNED)
    assert reverse_event(source="r", posting_date=NEXT_DAY, signatures=SIGNED)


def test_one_book_of_an_event_cannot_be_reversed_alone() -> None:
    first, _second = post_event(event("both", *simple("x").vouchers, *simple("x", book="T01").vouchers))
    red = debit("5001", yuan("-100.00"), fund=FUND), credit("2015", yuan("-100.00"), fund=FUND)
    with pytest.raises(ReversalRefused) as refusal:
        post_event(event("x", voucher("D", *red, kind="REVERSAL", reverses=first.voucher_id)))
    assert refusal.value.name == "event_is_reversed_whole"


def posted(source: str = "a") -> Voucher:
    (made,) = post_event(simple(source))
    return Voucher.objects.get(pk=made.voucher_id)


def difference(amount: str) -> VoucherToPost:
    return voucher("D", debit("5001", yuan(amount), fund=FUND), credit("2015", yuan(amount), fund=FUND))


def test_a_supplement_adds_a_difference_beside_the_voucher() -> None:
    original = posted()
    supplement(source="a/more", corrects=original, difference=difference("8.00"))
    made = Voucher.objects.get(source="a/more")
    assert (made.kind, made.corrects, made.reverses) == ("SUPPLEMENT", original, None)
    assert net_of(book=original.book, code="5001", as_of=DAY) == yuan("108.00")


def test_one_voucher_may_have_several_supplements_black_and_red() -> None:
    original = posted()
    for number, amount in enumerate(("8.00", "-3.00", "-0.01"), start=1):
        supplement(source=f"a/{number}", corrects=original, difference=difference(amount))
    assert Voucher.objects.filter(corrects=original).count() == 3
    assert net_of(book=original.book, code="5001", as_of=DAY) == yuan("104.99")
    assert list(run_checks([])) == []


def test_a_red_difference_that_names_no_voucher_is_refused_and_with_a_paper_posted() -> None:
    red = difference("-3.00")
    with pytest.raises(RedLineUnexplained):
        post_event(event("red", red))
    ordered = voucher("D", *red.entries, kind="SUPPLEMENT", paper="财监〔2026〕12号")
    assert post_event(event("red", ordered))


def test_a_supplement_that_names_neither_voucher_nor_paper_is_refused() -> None:
    with pytest.raises(RedLineUnexplained) as refusal:
        post_event(event("x", voucher("D", *difference("3.00").entries, kind="SUPPLEMENT")))
    assert refusal.value.name == "voucher_supplement_names_its_reason"


def test_a_supplement_corrects_a_voucher_of_its_own_book() -> None:
    (elsewhere,) = post_event(simple("t", book="T01"))
    with pytest.raises(ReversalRefused) as refusal:
        supplement(source="x", corrects=Voucher.objects.get(pk=elsewhere.voucher_id), difference=difference("3.00"))
    assert refusal.value.name == "voucher_corrects_its_book"


def test_a_supplement_keeps_the_promises_of_every_voucher() -> None:
    original = posted()
    uneven = voucher("D", debit("5001", yuan("1.00"), fund=FUND), credit("2015", yuan("1.01"), fund=FUND))
    with pytest.raises(VoucherNotBalanced):
        supplement(source="x", corrects=original, difference=uneven)


def test_a_reversed_voucher_may_still_be_supplemented_and_a_supplement_reversed() -> None:
    original = posted()
    reverse_event(source="a", posting_date=DAY, signatures=SIGNED)
    supplement(source="a/more", corrects=original, difference=difference("8.00"))
    assert reverse_event(source="a/more", posting_date=DAY, signatures=SIGNED)
    assert net_of(book=original.book, code="5001", as_of=DAY) == yuan("0.00")
