"""Officers at once on the money of benefits: real connections, real commits, and every wait has its deadline."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial

import pytest

from ledger.balances import net_of
from ledger.models import Voucher
from payouts.funding_benefits import fund_run, receive_from_above, shortages_of
from payouts.models import BenefitFunding, Overpayment, Recovery, Run
from payouts.models.words import FunderKind
from payouts.posting_benefits import accounts_of, district_book
from payouts.recovering import take_refund
from payouts.releasing_benefits import release_benefits
from tests import benefit_months
from tests.attacks import Stage
from tests.benefits import OCTOBER, SEPTEMBER, faults, recovered, sent
from tests.payroll import AT, SINGLE, officer, run_of
from tests.racing import all_at_once, outcomes

own_stage = benefit_months.own_stage

FUNDERS = ("benefits_funder", "second-benefits_funder")


@pytest.fixture
def pool(own_stage: Stage) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=8) as executor:
        yield executor


def october_released() -> Run:
    """Release October once September has left, so that nothing of it waits in the special accounts."""
    sent(run_of(SEPTEMBER))
    run = run_of(OCTOBER)
    release_benefits(run=run, officer=officer("releaser"), template=SINGLE, at=AT)
    return run


def held(run: Run) -> list[Decimal]:
    """Return what the special accounts hold on the pay date, in the order of their funders."""
    book = district_book()
    return [net_of(book=book, code=account, as_of=run.pay_date) for account in accounts_of(book)]


def test_a_run_is_funded_once_by_two_at_once(own_stage: Stage, pool: ThreadPoolExecutor) -> None:
    run = october_released()
    lacking, before = shortages_of(run=run, on=run.pay_date), held(run)
    assert lacking
    works = [
        partial(fund_run, run=run, officer=officer(name), cashier=officer("cashier"), on=run.pay_date, at=AT)
        for name in FUNDERS
    ]
    funded, nothing = sorted((future.result() for future in all_at_once(pool, works)), key=len, reverse=True)
    assert ({one.funder: one.amount for one in funded}, nothing) == (lacking, [])
    assert [one.pk for one in BenefitFunding.objects.filter(run=run).order_by("pk")] == [one.pk for one in funded]
    sources = [f"payouts.funding/{one.pk}" for one in funded]
    assert Voucher.objects.filter(source__in=sources).count() == len(funded)
    assert sum(held(run)) - sum(before) == sum(lacking.values())
    assert shortages_of(run=run, on=run.pay_date) == {}
    assert faults() == []


def test_a_paper_is_received_once_by_two_at_once(own_stage: Stage, pool: ThreadPoolExecutor) -> None:
    works = [
        partial(
            receive_from_above,
            funder=FunderKind.CENTRAL,
            amount=Decimal("40.00"),
            paper="银行回单1",
            officer=officer(name),
            cashier=officer("cashier"),
            on=OCTOBER,
            at=AT,
        )
        for name in FUNDERS
    ]
    assert outcomes(pool, *works) == ["done", "funding_is_received_once"]
    assert BenefitFunding.objects.filter(kind="FROM_ABOVE").count() == 1
    assert faults() == []


@pytest.mark.parametrize(
    ("papers", "refusal"),
    [
        (("银行回单8", "银行回单8"), "refund_is_taken_once"),
        (("银行回单8", "银行回单9"), "recovery_is_within_its_overpayment"),
    ],
    ids=["with one paper", "with two papers, for all that is left"],
)
def test_what_is_left_is_paid_in_once_by_two_at_once(
    own_stage: Stage, pool: ThreadPoolExecutor, papers: tuple[str, str], refusal: str
) -> None:
    overpayment = Overpayment.objects.get()
    left = overpayment.amount - recovered(overpayment)
    works = [
        partial(
            take_refund,
            overpayment=overpayment,
            amount=left,
            paper=paper,
            officer=officer(name),
            cashier=officer("cashier"),
            on=OCTOBER,
            at=AT,
        )
        for name, paper in zip(FUNDERS, papers, strict=True)
    ]
    assert outcomes(pool, *works) == ["done", refusal]
    assert Recovery.objects.filter(kind="PAID_IN", amount=left).count() == 1
    assert recovered(overpayment) == overpayment.amount
    assert faults() == []
