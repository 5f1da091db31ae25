"""A corrected account is paid only after it has cooled off: a day after its approval, and by PostgreSQL."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ledger.models import AuditEvent
from payouts.correcting import approve_correction, cooling_off, reissue
from payouts.models import AccountCorrection
from payouts.refusals import StillCoolingOff
from tests import attacks, payroll, telling
from tests.attacks import Hand
from tests.payroll import AT, JULY, LEFT, PROPOSED, SINGLE, card, officer, proposed
from tests.payroll_hands import another, cooled_off, draft_batch, payment, planned, refusal, refuses, row_of
from tests.telling import Told

stage, rolled_back, hand, tell = payroll.stage, payroll.rolled_back, attacks.hand, telling.tell

APPROVED_ON, DAY_AFTER = date(2026, 7, 18), date(2026, 7, 19)
CORRECTION = "payouts_accountcorrection"


def approved(place: int = PROPOSED, *, at: datetime = datetime(2026, 7, 18, 9, tzinfo=UTC)) -> AccountCorrection:
    """Approve the correction that July has open, or a new one."""
    correction = AccountCorrection.objects.filter(status="PROPOSED").first()
    if place != PROPOSED or correction is None:
        correction = proposed(JULY, place, number=card(501))
    return approve_correction(correction=correction, officer=officer("reviewer"), at=at)


def issued_again(on: date) -> list[str]:
    batches = reissue(month=JULY, officer=officer("releaser"), template=SINGLE, pay_date=on, at=AT)
    return [str(payment.reissues) for batch in batches for payment in batch.payments.all()]


def test_an_approval_says_from_when_the_account_is_paid(rolled_back: None) -> None:
    assert approved().payable_from == DAY_AFTER
    assert f"payable_from={DAY_AFTER}" in AuditEvent.objects.filter(act="correction.approve").latest("number").after


def test_the_days_are_counted_where_the_bureau_is(rolled_back: None) -> None:
    assert approved(at=datetime(2026, 7, 18, 16, 30, tzinfo=UTC)).payable_from == date(2026, 7, 20)


def test_a_refused_correction_is_never_payable(rolled_back: None) -> None:
    assert AccountCorrection.objects.get(status="PROPOSED").payable_from is None


def test_nothing_is_issued_again_on_the_day_of_the_approval(rolled_back: None) -> None:
    approved()
    with pytest.raises(StillCoolingOff) as told:
        issued_again(APPROVED_ON)
    assert (told.value.name, told.value.facts["from"]) == ("correction_has_cooled_off", DAY_AFTER)
    assert len(issued_again(DAY_AFTER)) == 1


def test_what_cooled_off_is_issued_again_beside_what_has_not(rolled_back: None) -> None:
    first, later = approved(), approved(LEFT, at=datetime(2026, 7, 19, 9, tzinfo=UTC))
    assert issued_again(DAY_AFTER) == [str(first.payment)]
    assert [one.pk for one in cooling_off(month=JULY, on=DAY_AFTER)] == [later.pk]
    assert cooling_off(month=JULY, on=date(2026, 7, 20)) == []
    assert issued_again(date(2026, 7, 20)) == [str(later.payment)]


def test_the_step_says_what_cools_off_and_until_when(rolled_back: None, tell: Told) -> None:
    approved()
    approved(LEFT, at=datetime(2026, 7, 19, 9, tzinfo=UTC))
    told = tell("month", "reissue", "--month", "2026-07", "--single", "--on", DAY_AFTER, post="releaser")
    assert "2026-07-20" in told


# Round the acts


def left(hand: Hand) -> dict[str, Any]:
    return payment(hand, JULY, LEFT)


@pytest.mark.parametrize(
    ("pay_date", "expected"),
    [("2026-07-01", "correction_has_cooled_off"), ("2026-07-02", "accepted"), ("2026-07-03", "accepted")],
)
def test_a_batch_pays_no_account_before_it_has_cooled_off(hand: Hand, pay_date: str, expected: str) -> None:
    of = left(hand)
    cooled_off(hand, of)
    batch = draft_batch(hand, JULY, pay_date=pay_date)
    again = another(of, serial=90, batch_id=batch, status="PLANNED", reissues_id=of["id"])
    assert refuses(hand, "payouts_payment", again) == expected


def test_what_nobody_corrected_is_not_issued_again(hand: Hand) -> None:
    of = left(hand)
    again = another(of, serial=90, batch_id=draft_batch(hand, JULY), status="PLANNED", reissues_id=of["id"])
    assert refuses(hand, "payouts_payment", again) == "correction_has_cooled_off"


@pytest.mark.parametrize(("to", "expected"), [("2026-07-01", "correction_has_cooled_off"), ("2026-07-02", "accepted")])
def test_a_draft_is_not_put_before_the_day(hand: Hand, to: str, expected: str) -> None:
    of = left(hand)
    cooled_off(hand, of)
    batch = draft_batch(hand, JULY, pay_date="2026-07-05")
    planned(hand, batch, of, reissues_id=of["id"])
    assert refusal(hand, "UPDATE payouts_batch SET pay_date = %s WHERE id = %s", to, batch) == expected


APPROVES = "status = 'APPROVED', approved_by_id = 'demo-reviewer', approved_at = '2026-07-18 12:00+00'"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (f"{APPROVES}, payable_from = '2026-07-18'", "accepted"),
        (f"{APPROVES}, payable_from = '2026-07-17'", "correction_cools_off"),
        (APPROVES, "correction_cools_off"),
        ("status = 'REFUSED', approved_by_id = 'demo-reviewer', payable_from = '2026-07-20'", "correction_cools_off"),
        ("payable_from = '2026-07-20'", "correction_cools_off"),
    ],
)
def test_an_approval_sets_a_day_that_is_not_before_it(hand: Hand, changes: str, expected: str) -> None:
    key = row_of(hand, CORRECTION, "status = 'PROPOSED'")["id"]
    assert refusal(hand, f"UPDATE {CORRECTION} SET {changes} WHERE id = %s", key) == expected


@pytest.mark.parametrize("value", ["payable_from - 1", "payable_from + 1"])
def test_the_day_stays(hand: Hand, value: str) -> None:
    sql = f"UPDATE {CORRECTION} SET payable_from = {value} WHERE status = 'APPROVED'"
    assert refusal(hand, sql) == "correction_is_fixed"
