"""Money is released by rank against what is really there, salaries first, and is paid out once."""

from datetime import date

import pytest
from django.db import transaction

from ledger.refusals import OfficerMayNot
from month.posts import demo_officer
from tests import townships
from tests.acting_as import let_act_as
from tests.townships import (
    AT,
    DISBURSEMENTS,
    NOVEMBER,
    assert_books_agree,
    balance,
    codes,
    collect,
    opening,
    owe_salaries,
    plan,
    row,
    settle,
    town,
    yuan,
)
from treasury.entries import GENERAL
from treasury.models import Release, ReleaseLine
from treasury.models.words import RELEASE_MOVES, Rank, ReleaseKind, ReleaseStatus
from treasury.refusals import (
    FundExhausted,
    MoneyStays,
    OneOfficerTwice,
    RankOutOfOrder,
    SalariesUnpaid,
    StateRefuses,
    SumsDiffer,
    UnableToFund,
    refusals_named,
)
from treasury.releasing import (
    PayeeLine,
    cancel_release,
    free_in,
    pay_again,
    post_release,
    release_funds,
    request_release,
    take_back,
)

stage, rolled_back = townships.stage, townships.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
DAY = date(2026, 11, 20)


def waiting(
    amount: str,
    *,
    source: str = "test/1",
    rank: Rank = Rank.OTHER,
    kind: ReleaseKind = ReleaseKind.CLAIM,
    account: str | None = None,
) -> Release:
    return request_release(
        source=source,
        month=NOVEMBER,
        township=town(),
        kind=kind,
        rank=rank,
        account_code=codes().township.disbursements if account is None else account,
        fund_code=GENERAL,
        summary="测试拨付",
        lines=[PayeeLine("青岚文具店", yuan(amount), account_number="0710099990000001", economic="30201")],
        on=DAY,
        prepared_by=demo_officer("clerk"),
        checked_by=demo_officer("preparer"),
    )


def released(release: Release) -> Release:
    return release_funds(release=release, officer=demo_officer("releaser"), at=AT)


def free() -> object:
    return free_in(township=town(), account_code=codes().township.disbursements, fund_code=GENERAL)


def paid(release: Release) -> Release:
    post_release(release=release, on=DAY, cashier=demo_officer("cashier"))
    release.refresh_from_db()
    return release


@pytest.mark.parametrize(("amount", "fits"), [("100.00", True), ("100.01", False)])
def test_money_is_released_up_to_what_the_account_holds(amount: str, fits: bool) -> None:
    opening({DISBURSEMENTS: "100.00"})
    release = waiting(amount)
    if fits:
        assert released(release).status == "RELEASED"
        return
    with pytest.raises(FundExhausted) as refused:
        released(release)
    assert str(refused.value.facts["left"]) == "100.00"
    release.refresh_from_db()
    assert release.status == "WAITING"


def test_what_is_set_aside_is_not_released_twice() -> None:
    opening({DISBURSEMENTS: "100.00"})
    released(waiting("60.00", source="test/1"))
    assert free() == yuan("40.00")
    with pytest.raises(FundExhausted):
        released(waiting("40.01", source="test/2"))
    released(waiting("40.00", source="test/3"))
    assert free() == yuan(0)


def test_a_cancelled_release_gives_the_money_free() -> None:
    opening({DISBURSEMENTS: "100.00"})
    release = released(waiting("60.00"))
    cancel_release(release=release, officer=demo_officer("releaser"), reason="不再需要", at=AT)
    assert free() == yuan("100.00")


@pytest.mark.parametrize(("amount", "fits"), [("40.00", True), ("40.01", False)])
def test_what_waits_with_a_higher_rank_keeps_its_money(amount: str, fits: bool) -> None:
    opening({DISBURSEMENTS: "100.00"})
    waiting("60.00", source="test/salary", rank=Rank.SALARY)
    lower = waiting(amount, source="test/operations", rank=Rank.OPERATIONS)
    if fits:
        assert released(lower).status == "RELEASED"
        return
    with pytest.raises(RankOutOfOrder) as refused:
        released(lower)
    assert refused.value.name == "release_keeps_rank"


def test_what_waits_with_the_same_or_a_lower_rank_keeps_nothing() -> None:
    opening({DISBURSEMENTS: "100.00"})
    waiting("60.00", source="test/same", rank=Rank.STABILITY)
    waiting("60.00", source="test/lower", rank=Rank.OTHER)
    assert released(waiting("100.00", source="test/now", rank=Rank.STABILITY)).status == "RELEASED"


def test_money_given_back_to_a_township_that_owes_salaries_pays_nothing_else() -> None:
    """The account had 100.00 of its own; 500.00 were given back while 900.00 of salaries are owed."""
    opening({DISBURSEMENTS: "100.00"})
    owe_salaries(("person/1", date(2026, 9, 1), "900.00"))
    plan("1000.00")
    collect(row("500.00"))
    settle()
    assert balance(codes().township.disbursements) == yuan("600.00")
    with pytest.raises(SalariesUnpaid) as refused:
        released(waiting("100.01", source="test/1"))
    assert str(refused.value.facts["left"]) == "100.00"
    assert released(waiting("100.00", source="test/2")).status == "RELEASED"


def test_once_the_salaries_are_paid_the_rest_is_free() -> None:
    owe_salaries(("person/1", date(2026, 9, 1), "90.00"))
    plan("100.00")
    collect(row("300.00"))
    settle()
    back_pay = Release.objects.get(kind="BACK_PAY")
    with pytest.raises((SalariesUnpaid, RankOutOfOrder)):
        released(waiting("210.00", source="test/1"))
    released(back_pay)
    back_pay.refresh_from_db()
    post_release(release=back_pay, on=date(2026, 11, 30), cashier=demo_officer("cashier"))
    assert released(waiting("210.00", source="test/2")).status == "RELEASED"
    assert_books_agree()


def test_a_release_out_of_the_district_treasury_takes_what_it_holds_for_the_township() -> None:
    collect(row("300.00"))
    with pytest.raises(FundExhausted):
        released(waiting("300.01", source="test/1", account=""))
    release = released(waiting("300.00", source="test/2", account=""))
    paid(release)
    assert townships.current_accounts()["年度"] == (yuan(0), yuan(0))
    assert_books_agree()


def test_a_release_is_paid_out_once() -> None:
    opening({DISBURSEMENTS: "100.00"})
    release = paid(released(waiting("60.00")))
    assert (release.status, balance(codes().township.disbursements)) == ("POSTED", yuan("40.00"))
    with pytest.raises(StateRefuses):
        paid(release)
    with pytest.raises(StateRefuses):
        cancel_release(release=release, officer=demo_officer("releaser"), reason="晚了", at=AT)
    assert balance(codes().township.disbursements) == yuan("40.00")


def test_what_the_bank_sends_back_returns_in_red_and_stays_set_aside() -> None:
    opening({DISBURSEMENTS: "100.00"})
    release = paid(released(waiting("60.00")))
    lines = list(ReleaseLine.objects.filter(release=release))
    take_back(
        release=release, lines=lines, on=DAY, cashier=demo_officer("cashier"), act="returned/1", paper="回盘文件1"
    )
    assert (balance(codes().township.disbursements), free()) == (yuan("100.00"), yuan("40.00"))
    assert balance(codes().township.expense) == yuan(0)
    pay_again(release=release, lines=lines, on=DAY, cashier=demo_officer("cashier"), act="again/1")
    assert (balance(codes().township.disbursements), free()) == (yuan("40.00"), yuan("40.00"))
    assert_books_agree()


def test_three_officers_stand_behind_a_release() -> None:
    opening({DISBURSEMENTS: "100.00"})
    release = waiting("60.00")
    preparer = demo_officer("preparer")
    with pytest.raises(OfficerMayNot):
        release_funds(release=release, officer=preparer, at=AT)
    let_act_as(preparer, "releaser")
    with pytest.raises(OneOfficerTwice):
        release_funds(release=release, officer=demo_officer("preparer"), at=AT)


@pytest.mark.parametrize("start", ReleaseStatus)
@pytest.mark.parametrize("end", ReleaseStatus)
def test_a_release_moves_only_along_its_table(start: ReleaseStatus, end: ReleaseStatus) -> None:
    opening({DISBURSEMENTS: "100.00"})
    release = waiting("60.00")
    signed = {"released_by": demo_officer("releaser"), "released_at": AT}
    path = {
        ReleaseStatus.WAITING: [],
        ReleaseStatus.RELEASED: [ReleaseStatus.RELEASED],
        ReleaseStatus.POSTED: [ReleaseStatus.RELEASED, ReleaseStatus.POSTED],
        ReleaseStatus.CANCELLED: [ReleaseStatus.CANCELLED],
    }
    for step in path[start]:
        Release.objects.filter(pk=release.pk).update(status=step, **signed)
    if (start, end) in RELEASE_MOVES or start == end:
        Release.objects.filter(pk=release.pk).update(status=end, **signed)
        return
    with pytest.raises(UnableToFund), refusals_named(), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(status=end, **signed)


def test_a_release_whose_lines_do_not_add_up_is_not_released() -> None:
    opening({DISBURSEMENTS: "100.00"})
    release = waiting("60.00")
    ReleaseLine.objects.create(release=release, number=9, payee_name="另一人", amount=yuan("1.00"))
    with pytest.raises(SumsDiffer):
        released(release)


def test_a_released_order_takes_no_further_line() -> None:
    opening({DISBURSEMENTS: "100.00"})
    release = released(waiting("60.00"))
    with pytest.raises(MoneyStays), refusals_named(), transaction.atomic():
        ReleaseLine.objects.create(release=release, number=9, payee_name="另一人", amount=yuan("1.00"))
