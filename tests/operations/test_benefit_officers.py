"""Who does what in a benefit run: certifying, paying and funding are different people."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from ledger.refusals import OfficerMayNot
from payouts.funding_benefits import fund_run, receive_from_above
from payouts.models import (
    BenefitFunding,
)
from payouts.models.words import FunderKind
from payouts.refusals import FunctionsTogether, SameOfficer
from payouts.releasing_benefits import release_benefits
from payouts.running import review_run, sign_exceptions, submit_run
from tests import benefits
from tests.benefits import (
    AUGUST,
    EVERYBODY,
    JULY,
    Recipient,
    checked,
    enrolled,
    faults,
    funded,
    released,
    reviewed,
    sent,
    submitted,
)
from tests.payroll import AT, SINGLE, officer

stage = benefits.stage
rolled_back = benefits.rolled_back


@pytest.fixture(autouse=True)
def agreeing(rolled_back: None) -> Iterator[None]:
    """After each test the books are checked."""
    yield
    assert faults() == []


def test_who_certified_neither_submits_nor_reviews_nor_releases() -> None:
    enrolled(JULY, [Recipient(1)], by="everything")
    run = reviewed(JULY)
    with pytest.raises(FunctionsTogether) as refusal:
        release_benefits(run=run, officer=officer("everything"), template=SINGLE, at=AT)
    assert refusal.value.name == "benefit_functions_are_apart"


def test_a_run_submitted_by_its_certifier_is_not_released() -> None:
    enrolled(JULY, [Recipient(1)], by="everything")
    run = checked(JULY)
    sign_exceptions(run=run, exceptions=None, officer=officer("preparer"), reason="已核对", at=AT)
    run = review_run(run=submit_run(run=run, officer=officer("everything"), at=AT), officer=officer("reviewer"), at=AT)
    with pytest.raises(FunctionsTogether):
        release_benefits(run=run, officer=officer("releaser"), template=SINGLE, at=AT)


def test_a_run_reviewed_by_its_certifier_is_not_released() -> None:
    enrolled(JULY, [Recipient(1)], by="everything")
    run = review_run(run=submitted(JULY), officer=officer("everything"), at=AT)
    with pytest.raises(FunctionsTogether):
        release_benefits(run=run, officer=officer("releaser"), template=SINGLE, at=AT)


def test_who_released_does_not_fund() -> None:
    enrolled(JULY, [Recipient(1)])
    run = released(JULY, by="everything")
    with pytest.raises(FunctionsTogether) as refusal:
        funded(run, by="everything")
    assert refusal.value.name == "benefit_functions_are_apart"


def test_who_certified_does_not_fund() -> None:
    enrolled(JULY, [Recipient(1)], by="everything")
    with pytest.raises(FunctionsTogether):
        funded(released(JULY), by="everything")


def test_one_officer_does_not_release_what_the_same_reviewed() -> None:
    enrolled(JULY, [Recipient(1)])
    run = review_run(run=submitted(JULY), officer=officer("everything"), at=AT)
    with pytest.raises(SameOfficer):
        release_benefits(run=run, officer=officer("everything"), template=SINGLE, at=AT)


def test_a_run_is_funded_with_what_its_accounts_lack_and_not_again() -> None:
    enrolled(JULY, EVERYBODY)
    run = funded(released(JULY))
    given = {one.funder: str(one.amount) for one in BenefitFunding.objects.filter(run=run)}
    assert given == {"CENTRAL": "80.00", "PROVINCE": "48.00", "DISTRICT": "532.00"}
    assert funded(run) is run
    assert BenefitFunding.objects.filter(run=run).count() == 3


def test_money_that_was_put_in_for_another_run_is_not_there_for_this_one() -> None:
    enrolled(JULY, [Recipient(1)])
    july = funded(released(JULY))
    august = funded(released(AUGUST))
    each = [[str(one.amount) for one in BenefitFunding.objects.filter(run=run)] for run in (july, august)]
    assert each[0] == each[1] != []
    sent(august)
    sent(july)


def test_money_that_nobody_waits_for_serves_the_next_run() -> None:
    enrolled(JULY, [Recipient(1)])
    receive_from_above(
        funder=FunderKind.CENTRAL,
        amount=Decimal("1000.00"),
        paper="回单1",
        officer=officer("benefits_funder"),
        cashier=officer("cashier"),
        on=JULY,
        at=AT,
    )
    run = funded(released(JULY))
    assert "CENTRAL" not in {one.funder for one in BenefitFunding.objects.filter(run=run)}


@pytest.mark.parametrize("by", ["releaser", "benefits_officer", "clerk"])
def test_who_is_no_cashier_does_not_sign_as_one(by: str) -> None:
    enrolled(JULY, [Recipient(1)])
    run = released(JULY)
    with pytest.raises(OfficerMayNot):
        fund_run(run=run, officer=officer("benefits_funder"), cashier=officer(by), on=run.pay_date, at=AT)
