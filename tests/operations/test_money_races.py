"""What happens at once to the money of townships: real connections, real commits, and every wait has its deadline."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

import pytest
from django.db import transaction

from ledger.models import Voucher
from month.posts import demo_officer
from tests import funded
from tests.funded import claim
from tests.racing import outcomes
from tests.townships import AT, NOVEMBER, applied, assert_books_agree, row, town, yuan
from treasury.claiming import HandedInClaim, accept_claim, register, take_claims
from treasury.collecting import register_income, sweep_income
from treasury.models import Claim, Collection, IncomeLine, Release, Settlement, UsedInvoice
from treasury.models.words import ClaimStatus, Rank, ReleaseKind
from treasury.releasing import PayeeLine, cancel_release, free_in, post_release, release_funds, request_release
from treasury.settling import approve_settlements, post_settlements, prepare_settlements

own_stage = funded.own_stage
pytestmark = pytest.mark.usefixtures("own_stage")


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=8) as made:
        yield made


def waiting(amount: str, source: str) -> Release:
    """Put a release of a township's own account into the queue."""
    model = Release.objects.filter(kind="CLAIM").first()
    assert model is not None
    return request_release(
        source=source,
        month=NOVEMBER,
        township=town(),
        kind=ReleaseKind.CLAIM,
        rank=Rank.SALARY,
        account_code=model.account_code,
        fund_code=model.fund_code,
        summary="测试",
        lines=[PayeeLine("青岚文具店", yuan(amount), account_number="0710099990000001")],
        on=date(2026, 11, 20),
        prepared_by=demo_officer("clerk"),
        checked_by=demo_officer("preparer"),
    )


def signed(handed_in: HandedInClaim) -> Claim:
    with transaction.atomic():
        made = register(handed_in, month=NOVEMBER, registrar="demo-clerk", file=None, at=AT, corrects=None)
    Claim.objects.filter(pk=made.pk).update(status=ClaimStatus.SIGNED)
    return Claim.objects.get(pk=made.pk)


def test_two_officers_releasing_the_last_money_cannot_both(pool: ThreadPoolExecutor) -> None:
    first = Release.objects.filter(kind="CLAIM").first()
    assert first is not None
    left = free_in(township=town(), account_code=first.account_code, fund_code=first.fund_code) - yuan("300.00")
    releases = [waiting(str(left), f"race/{at}") for at in range(4)]
    releaser = demo_officer("releaser")
    ended = outcomes(pool, *(partial(release_funds, release=one, officer=releaser, at=AT) for one in releases))
    assert ended.count("done") == 1
    assert {one for one in ended if one != "done"} <= {"release_is_funded", "salaries_come_first"}
    assert Release.objects.filter(source__startswith="race/", status="RELEASED").count() == 1


def test_one_order_is_released_once(pool: ThreadPoolExecutor) -> None:
    order, releaser = waiting("10.00", "race/1"), demo_officer("releaser")
    ended = outcomes(pool, *[partial(release_funds, release=order, officer=releaser, at=AT)] * 4)
    assert ended == ["done", *["release_moves"] * 3]


def test_an_order_is_either_paid_out_or_cancelled(pool: ThreadPoolExecutor) -> None:
    order = Release.objects.get(claim__number="BZ1")

    def pay() -> None:
        with transaction.atomic():
            post_release(release=order, on=date(2026, 11, 20), cashier=demo_officer("cashier"))

    cancel = partial(cancel_release, release=order, officer=demo_officer("releaser"), reason="撤回", at=AT)
    assert outcomes(pool, pay, cancel) == ["done", "release_moves"]
    order.refresh_from_db()
    assert Voucher.objects.filter(source=f"{order.source}/paid").count() == (order.status == "POSTED")
    assert_books_agree()


def test_one_claim_is_accepted_once(pool: ThreadPoolExecutor) -> None:
    handed_in = signed(claim("BZ10", "10.00", "FP10"))
    accept = partial(accept_claim, claim=handed_in, officer=demo_officer("preparer"), at=AT)
    assert outcomes(pool, *[accept] * 3) == ["claim_moves", "claim_moves", "done"]
    assert Release.objects.filter(claim__number="BZ10").count() == 1


def test_two_claims_with_one_invoice_are_not_both_accepted(pool: ThreadPoolExecutor) -> None:
    both = [signed(claim(number, "10.00", "FP10")) for number in ("BZ10", "BZ11")]
    ended = outcomes(pool, *(partial(accept_claim, claim=one, officer=demo_officer("preparer"), at=AT) for one in both))
    assert ended[0] == "done" or ended[1] == "done"
    assert ended.count("done") == 1
    assert UsedInvoice.objects.filter(number="FP10").count() == 1


def test_two_claims_for_the_last_money_are_not_both_accepted(pool: ThreadPoolExecutor) -> None:
    """1,000 before the month, 500 of it claimed: 500 are left."""
    both = [signed(claim(number, "500.00", f"FP{number}")) for number in ("BZ10", "BZ11")]
    ended = outcomes(pool, *(partial(accept_claim, claim=one, officer=demo_officer("preparer"), at=AT) for one in both))
    assert ended == ["claim_is_within_its_balance", "done"]


def test_income_is_swept_once(pool: ThreadPoolExecutor) -> None:
    waiting_lines = IncomeLine.objects.filter(collection=None).count()
    sweep = partial(sweep_income, month=NOVEMBER, cashier=demo_officer("cashier"), at=AT)
    before = Collection.objects.count()
    assert outcomes(pool, *[sweep] * 4) == ["done"] * 4
    assert waiting_lines == 1
    assert Collection.objects.count() == before + 1
    assert_books_agree()


def test_a_settlement_is_posted_once(pool: ThreadPoolExecutor) -> None:
    approve_settlements(month=NOVEMBER, officer=demo_officer("reviewer"), at=AT)
    vouchers = Voucher.objects.count()
    post = partial(post_settlements, month=NOVEMBER, cashier=demo_officer("cashier"), at=AT)
    assert outcomes(pool, *[post] * 3) == ["done"] * 3
    settlement = Settlement.objects.filter(status="POSTED").latest("number")
    assert Voucher.objects.filter(source__startswith=settlement.source).count() == Voucher.objects.count() - vouchers
    assert_books_agree()


def test_a_settlement_is_prepared_once(pool: ThreadPoolExecutor) -> None:
    prepare = partial(prepare_settlements, month=NOVEMBER, officer=demo_officer("preparer"), at=AT)
    assert outcomes(pool, *[prepare] * 3) == ["done"] * 3
    assert Settlement.objects.filter(status="PREPARED", township=town()).count() == 1


def test_a_sweep_and_a_settlement_at_once_leave_books_that_agree(pool: ThreadPoolExecutor) -> None:
    sweep = partial(sweep_income, month=NOVEMBER, cashier=demo_officer("cashier"), at=AT)
    prepare = partial(prepare_settlements, month=NOVEMBER, officer=demo_officer("preparer"), at=AT)
    assert outcomes(pool, sweep, prepare) == ["done", "done"]
    assert_books_agree()


def test_a_file_of_claims_taken_twice_at_once_accepts_each_once(pool: ThreadPoolExecutor) -> None:
    file = applied("OTHER_CLAIMS")
    claims = [claim(f"BZ{at}", "1.00", f"FP{at}") for at in range(20, 25)]
    take = partial(take_claims, file=file, claims=claims, officer=demo_officer("preparer"), at=AT)
    assert outcomes(pool, take, take) == ["done", "done"]
    assert Claim.objects.filter(number__in=[one.number for one in claims]).count() == 5


def test_income_registered_twice_at_once_stands_once(pool: ThreadPoolExecutor) -> None:
    file, line = applied("INCOME"), row("77.00")
    register_line = partial(register_income, file=file, rows=[line], officer=demo_officer("preparer"), at=AT)
    ended = outcomes(pool, register_line, register_line)
    assert "done" in ended
    assert IncomeLine.objects.filter(payment_slip=line.payment_slip, taken_back=False).count() == 1
