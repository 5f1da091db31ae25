"""A prize is paid once, a wage grade given once a year, a fine set off once and no further than money is held."""

from datetime import date

import pytest

from ledger.checks import run_checks
from ledger.models import Line
from ledger.refusals import OfficerMayNot
from month.beginning import open_months
from tests import earmarking
from tests.earmarking import DAY, birch, fine, paid_prize, prize, river, swept, yuan
from tests.payroll import AT, officer
from treasury.awarding import impose_fine, left_of_fine, post_prize, set_off_fine
from treasury.entries import GENERAL
from treasury.item_balances import balance_in
from treasury.models import Fine, FineSetOff
from treasury.models.words import AppraisalKind
from treasury.ordering import approve_order, withdraw_order
from treasury.refusals import (
    FineNotCovered,
    FineSetOffTwice,
    OneOfficerTwice,
    PrizePaidTwice,
    StateRefuses,
)
from treasury.releasing import free_in
from treasury.rules.appraisals import NoSuchPlace

stage = earmarking.stage
rolled_back = earmarking.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")


def held() -> str:
    return str(free_in(township=birch(), account_code="", fund_code=GENERAL))


def set_off(one: Fine, *, on: date = DAY, by: str = "reviewer") -> FineSetOff:
    return set_off_fine(fine=one, on=on, officer=officer(by), at=AT)


def lines_of(source: str) -> list[tuple[str, str, str, str]]:
    lines = Line.objects.filter(voucher__source=source).order_by("voucher__part", "line_no")
    return [
        (one.voucher.book.code, one.account.code, one.side, str(one.amount))
        for one in lines.select_related("voucher__book", "account")
    ]


# Prizes


def test_a_prize_reaches_the_special_account_of_its_township() -> None:
    before = balance_in(township=birch(), account_code="10040300")
    paid_prize(prize("责任状"))
    assert balance_in(township=birch(), account_code="10040300") == before + yuan("8000.00")
    assert list(run_checks([])) == []


def test_no_prize_is_granted_twice() -> None:
    with pytest.raises(PrizePaidTwice, match="prize_is_paid_once"):
        prize()  # the furnished district has paid it


def test_the_same_award_of_another_year_or_for_a_post_is_another_prize() -> None:
    assert prize(year=2027).pk
    assert prize(post="书记").pk
    assert prize(post="乡镇长").pk


def test_no_prize_is_paid_twice() -> None:
    paid = paid_prize(prize("责任状"))
    with pytest.raises(StateRefuses, match="order_moves"):
        post_prize(prize=paid, on=DAY, officer=officer("cashier"), at=AT)


def test_a_withdrawn_prize_can_be_granted_anew() -> None:
    withdraw_order(order=prize("责任状"), officer=officer("reviewer"), reason="名次有误", at=AT)
    assert prize("责任状").pk


def test_wages_rise_by_one_grade_a_year_at_most() -> None:
    prize("综合考核", post="书记", grades=1)
    with pytest.raises(PrizePaidTwice, match="wage_grade_is_given_once_a_year"):
        prize("招商引资", post="书记", grades=1)
    assert prize("招商引资", post="书记").wage_grades == 0
    assert prize("招商引资", post="乡镇长", grades=1).pk
    assert prize("综合考核", post="书记", grades=1, year=2027).pk


@pytest.mark.parametrize(("post", "grades"), [("", 1), ("书记", 2), ("书记", -1)])
def test_a_wage_grade_is_one_and_of_a_post(post: str, grades: int) -> None:
    with pytest.raises(PrizePaidTwice, match="wage_grade_is_one_of_a_post"):
        prize("招商引资", post=post, grades=grades)


def test_three_officers_stand_behind_a_prize() -> None:
    one = approve_order(order=prize("责任状"), officer=officer("everything"), at=AT)
    with pytest.raises(OneOfficerTwice, match="prize_four_eyes"):
        post_prize(prize=one, on=DAY, officer=officer("everything"), at=AT)


# Fines


def test_a_fine_is_set_off_against_what_the_township_is_due() -> None:
    swept("30000.00", source="test/more")
    before, one = held(), fine()
    part = set_off(one)
    assert str(part.amount) == "20000.00"
    assert left_of_fine(one) == 0
    assert yuan(held()) == yuan(before) - yuan("20000.00")
    town, upper = birch().book.code, earmarking.district().code
    assert lines_of(part.source) == [
        (town, "5001", "D", "20000.00"),
        (town, "201201", "C", "20000.00"),
        (upper, "103100101", "D", "20000.00"),
        (upper, "201599", "C", "20000.00"),
    ]
    assert list(run_checks([])) == []


def test_what_is_not_covered_waits_and_is_set_off_later() -> None:
    swept("1500.00", source="test/more")
    assert held() == "19500.00"
    one = fine()
    assert str(set_off(one).amount) == "19500.00"
    assert (held(), str(left_of_fine(one))) == ("0.00", "500.00")
    with pytest.raises(FineNotCovered, match="fine_is_covered") as refused:
        set_off(one)
    assert refused.value.facts["left"] == yuan("500.00")
    swept("700.00", source="test/later")
    assert (set_off(one).number, held()) == (2, "200.00")
    with pytest.raises(FineSetOffTwice, match="fine_is_set_off_once"):
        set_off(one)


def test_a_township_that_is_due_nothing_keeps_its_fine() -> None:
    one = fine(township=river())
    with pytest.raises(FineNotCovered):
        set_off(one)
    assert str(left_of_fine(one)) == "20000.00"


def test_a_fine_that_was_not_paid_in_its_year_stays() -> None:
    one = fine()
    set_off(one)
    open_months(day=date(2027, 1, 5), officer=officer("chief_accountant"), at=AT)
    assert str(left_of_fine(one)) == "2000.00"
    swept("2000.00", source="test/next", day=date(2027, 1, 4))
    assert str(set_off(one, on=date(2027, 1, 5)).amount) == "2000.00"
    assert left_of_fine(one) == 0
    assert list(run_checks([])) == []


def test_a_township_and_a_place_are_fined_once_for_an_appraisal() -> None:
    fine()
    with pytest.raises(FineSetOffTwice, match="fine_is_imposed_once"):
        fine(place=2)


def test_a_place_is_one_townships() -> None:
    fine()
    with pytest.raises(FineSetOffTwice, match="fine_place_is_one_townships"):
        fine(township=river())


def test_another_matter_is_another_fine() -> None:
    fine()
    assert [str(fine(matter=matter).amount) for matter in ("安全", "环保")] == ["15000.00", "15000.00"]


def test_the_third_from_the_last_is_not_fined() -> None:
    with pytest.raises(NoSuchPlace):
        fine(place=3)


def test_two_officers_stand_behind_a_set_off() -> None:
    one = impose_fine(
        township=birch(),
        year=2026,
        kind=AppraisalKind.OVERALL,
        matter="",
        place_from_last=2,
        paper="考核通报",
        on=DAY,
        officer=officer("everything"),
        at=AT,
    )
    with pytest.raises(OneOfficerTwice, match="fine_four_eyes"):
        set_off(one, by="everything")
    with pytest.raises(OfficerMayNot):
        set_off(one, by="preparer")
