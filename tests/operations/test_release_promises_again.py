"""What acts have led to is attacked from there: payments ordered again, and people with accounts of their own."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from payouts.building import cancel_batch
from payouts.models import Batch, Obligation, Payment, Person
from tests import releases
from tests.attacks import Hand
from tests.payroll import AT, AUGUST, OFFICE, SEPTEMBER, answered, card, officer
from tests.payroll_hands import adds, another, refuses, row_of
from tests.releases import HANDLER, Order, built, codes, place_in, released, sent
from treasury.models.words import ReleaseKind
from treasury.releasing import PayeeLine

stage = releases.stage
rolled_back = releases.rolled_back

FITS = "part_fits_its_obligation"


@pytest.fixture
def app(rolled_back: None) -> Hand:
    """A hand in the transaction of the acts."""
    connection.ensure_connection()
    return Hand("app", connection.connection)


def draft_in(app: Hand, batch: Batch) -> int:
    """Begin a further batch like one that stands."""
    unsigned = dict.fromkeys(("prepared_by_id", "checked_by_id", "released_by_id"))
    fresh = {"number": 90, "source": "attack/batch", "status": "DRAFT", "digest": ""}
    return adds(app, "payouts_batch", another(row_of(app, "payouts_batch", "id = %s", batch.pk), **fresh, **unsigned))


def ordered_again(app: Hand, draft: int, of: Payment, **changes: Any) -> int:
    """Plan a payment like one that stands in a draft."""
    serial = 1 + max(Payment.objects.filter(month=of.month).values_list("serial", flat=True))
    fresh = {"serial": serial, "batch_id": draft, "status": "PLANNED"}
    return adds(app, "payouts_payment", another(row_of(app, "payouts_payment", "id = %s", of.pk), **fresh | changes))


def corrects(app: Hand, payment: Payment) -> None:
    """Have an approved correction of a payment stand."""
    row = {"payment_id": payment.pk, "status": "PROPOSED", "name": payment.name, "bank": payment.bank, "paper": "x"}
    row |= {"account_number": card(600), "proposed_by_id": "demo-clerk", "proposed_at": AT}
    key = adds(app, "payouts_accountcorrection", row)
    signed = "status = 'APPROVED', approved_by_id = %s, approved_at = '2026-07-20', payable_from = '2026-07-21'"
    app.rows(f"UPDATE payouts_accountcorrection SET {signed} WHERE id = %s", "demo-reviewer", key)


def handler_of(batch: Batch) -> Payment:
    return Payment.objects.get(batch=batch, name=HANDLER.payee_name)


def part_paid_by(payment: int, obligation: Obligation, attempt: int) -> dict[str, Any]:
    return {
        "payment_id": payment,
        "obligation_id": obligation.pk,
        "attempt": attempt,
        "amount": obligation.amount,
    }


def cancelled_august() -> Batch:
    return cancel_batch(month=AUGUST, number=1, officer=officer("releaser"), reason="重复", at=AT)


def test_what_was_never_sent_is_not_issued_again_under_a_correction(app: Hand) -> None:
    first = cancelled_august()
    old = handler_of(first)
    corrects(app, old)
    key = ordered_again(app, draft_in(app, first), old, reissues_id=old.pk, account_number=card(600))
    owed = Obligation.objects.get(parts__payment=old)
    assert owed.release is not None
    assert owed.release.status == "RELEASED"
    assert refuses(app, "payouts_paymentpart", part_paid_by(key, owed, 2)) == FITS


def test_only_the_latest_payment_is_issued_again(app: Hand) -> None:
    first = cancelled_august()
    (second,) = built(AUGUST).batches
    answered(sent(second), failing=[place_in(second, HANDLER.payee_name, "120.50")])
    never_sent, returned = handler_of(first), handler_of(second)
    owed = Obligation.objects.get(parts__payment=returned)
    draft = draft_in(app, first)
    for old, expected in ((never_sent, FITS), (returned, "accepted")):
        corrects(app, old)
        key = ordered_again(app, draft, old, reissues_id=old.pk, account_number=card(600))
        assert refuses(app, "payouts_paymentpart", part_paid_by(key, owed, 3)) == expected


def test_somebody_known_is_paid_to_the_account_that_the_release_names(app: Hand) -> None:
    key = Person.objects.get(id_number=OFFICE[1].id_number).pk
    line = PayeeLine(OFFICE[1].name, Decimal("9.00"), f"person/{key}", "农商行", card(400))
    release = released(SEPTEMBER, Order("named", ReleaseKind.CLAIM, codes().township.transfers, [line]))
    (batch,) = built(SEPTEMBER).batches
    paid = Payment.objects.get(batch=batch, person=key)
    assert (paid.account_number, paid.id_number, paid.unit) == (card(400), OFFICE[1].id_number, None)
    owed = Obligation.objects.get(release=release)
    cancel_batch(month=SEPTEMBER, number=batch.number, officer=officer("releaser"), reason="重复", at=AT)
    draft = draft_in(app, batch)
    right = part_paid_by(ordered_again(app, draft, paid), owed, 2)
    assert refuses(app, "payouts_paymentpart", right) == "accepted"
    for wrong in (
        {"account_number": OFFICE[1].account},
        {"name": OFFICE[2].name},
        {"bank": "别的银行"},
        {"id_number": OFFICE[2].id_number},
        {"person_id": None},
    ):
        part = part_paid_by(ordered_again(app, draft, paid, **wrong), owed, 2)
        assert refuses(app, "payouts_paymentpart", part) == FITS
