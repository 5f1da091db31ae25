"""The controls of who is paid again: each wants its signed reason on its side of the boundary, or blocks."""

from datetime import date
from pathlib import Path

import pytest

from payouts.correcting import approve_correction
from payouts.models import Batch, BatchException
from payouts.refusals import ControlsBlock
from tests import payroll
from tests.controlled import NOBODYS, declares_death, other_policy, owns, verifies
from tests.payroll import JULY, LEFT, OFFICE, approval_in, card, officer, proposed, reissued

stage, rolled_back = payroll.stage, payroll.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

LEFT_OVER = OFFICE[LEFT - 1]  # whose payment of July came back and was left with the treasury


def again(number: str = NOBODYS) -> Batch:
    """Issue July's payment again to an account that two officers corrected; it is paid on 25 July."""
    corrected = proposed(JULY, LEFT, number=number)
    approve_correction(correction=corrected, officer=officer("reviewer"), at=approval_in(JULY))
    (batch,) = reissued(JULY)
    return batch


def found_in(batch: Batch) -> list[str]:
    return list(BatchException.objects.filter(batch=batch).order_by("pk").values_list("kind", flat=True))


def test_a_payment_to_an_ordinary_account_is_approved_at_once() -> None:
    batch = again()
    assert (batch.status, found_in(batch)) == ("APPROVED", [])


@pytest.mark.parametrize(
    ("number", "kinds"),
    [
        (LEFT_OVER.account, ["account_refused"]),
        (OFFICE[0].account, ["account_shared", "name_differs"]),
        (card(401), []),
    ],
    ids=["the account that was refused", "somebody else's account", "a new account"],
)
def test_an_account_that_was_refused_or_is_somebody_elses_is_signed_for(number: str, kinds: list[str]) -> None:
    batch = again(number)
    assert (batch.status, found_in(batch)) == ("CHECKED" if kinds else "APPROVED", kinds)


@pytest.mark.parametrize(("died_on", "kinds"), [(date(2026, 7, 26), []), (date(2026, 7, 25), ["dead"])])
def test_a_payment_to_somebody_who_has_died_is_signed_for(died_on: date, kinds: list[str]) -> None:
    declares_death(LEFT_OVER, died_on)
    assert found_in(again()) == kinds


@pytest.mark.parametrize(("holder", "kinds"), [(LEFT_OVER.name, []), ("别人", ["name_differs"])])
def test_a_payment_to_another_holder_is_signed_for(holder: str, kinds: list[str]) -> None:
    verifies(NOBODYS, holder)
    assert found_in(again()) == kinds


@pytest.mark.parametrize(("id_number", "kinds"), [(LEFT_OVER.id_number, []), ("", ["account_of_officer"])])
def test_a_payment_to_an_officers_account_is_signed_for(id_number: str, kinds: list[str]) -> None:
    owns(NOBODYS, id_number)
    assert found_in(again()) == kinds


def test_what_a_control_blocks_is_not_issued_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocks = ("reissues:\n        dead: SIGN", "reissues:\n        dead: BLOCK")
    other_policy(monkeypatch, tmp_path, "checks/controls.yaml", blocks)
    declares_death(LEFT_OVER, JULY)
    batches = Batch.objects.count()
    with pytest.raises(ControlsBlock):
        again()
    assert Batch.objects.count() == batches
