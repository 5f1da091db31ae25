"""The controls of benefits that batches brought with them: holders by another name, and functions kept apart."""

from pathlib import Path

import pytest

from payouts.approving import approve_next
from payouts.models import Batch, BenefitFunding, RunException
from payouts.refusals import FunctionsTogether
from tests import benefits
from tests.acting_as import let_act_as
from tests.benefits import JULY, Recipient, checked, enrolled, funded, released
from tests.controlled import other_policy, verifies
from tests.payroll import AT, card, officer

stage, rolled_back = benefits.stage, benefits.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

ONE = Recipient(1)


@pytest.mark.parametrize(("holder", "found"), [(ONE.row(2).name, 0), ("别人", 1)])
def test_an_account_whose_holder_the_bank_knows_by_another_name_is_signed_for(holder: str, found: int) -> None:
    enrolled(JULY, [ONE])
    verifies(card(ONE.number), holder)
    differing = RunException.objects.filter(run=checked(JULY), kind="name_differs", severity="SIGN")
    assert differing.count() == found


@pytest.fixture
def batch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Batch:
    """A batch of benefits that asks for the chief accountant; ``everything`` holds that post and all others."""
    other_policy(
        monkeypatch, tmp_path, "approval_tiers.yaml", ("CHIEF_ACCOUNTANT: 10000000.00", "CHIEF_ACCOUNTANT: 0.01")
    )
    enrolled(JULY, [ONE], by="everything")
    batch = Batch.objects.get(run=released(JULY))
    assert batch.status == "CHECKED"
    return batch


def approved(batch: Batch, by: str) -> str:
    return approve_next(month=JULY, number=batch.number, officer=officer(by), at=AT).status


def test_who_certified_a_beneficiary_does_not_approve_the_batch(batch: Batch) -> None:
    with pytest.raises(FunctionsTogether):
        approved(batch, "everything")
    assert approved(batch, "chief_accountant") == "APPROVED"


def test_who_funded_a_run_does_not_approve_its_batch(batch: Batch) -> None:
    assert batch.run is not None
    BenefitFunding.objects.create(
        run=batch.run,
        funder="CENTRAL",
        kind="TREASURY",
        amount="1.00",
        funded_on=batch.pay_date,
        paper="拨款单",
        funded_by=officer("second-chief_accountant"),
    )
    with pytest.raises(FunctionsTogether):
        approved(batch, "second-chief_accountant")
    assert approved(batch, "chief_accountant") == "APPROVED"


def test_who_approved_a_batch_does_not_fund_its_run(batch: Batch) -> None:
    assert batch.run is not None
    approver = officer("second-chief_accountant")
    let_act_as(approver, "benefits_funder")
    assert approved(batch, "second-chief_accountant") == "APPROVED"
    with pytest.raises(FunctionsTogether):
        funded(batch.run, by="second-chief_accountant")
    funded(batch.run)
