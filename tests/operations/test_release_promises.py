"""A release is owed whole, once, and paid whole, once, to its payees: round the ORM."""

from decimal import Decimal
from typing import Any

import psycopg2
import pytest

from tests import attacks, releases
from tests.attacks import Hand, insertion, refused_as
from tests.payroll import AUGUST, JULY, OCTOBER, OFFICE, SEPTEMBER, card
from tests.payroll_hands import (
    Row,
    adds,
    another,
    approval_of,
    batch_row,
    check_of,
    refusal,
    refuses,
    round_triggers,
    row_of,
    standing,
    update,
)
from tests.releases import HANDLER, SUPPLIER

stage = releases.stage
hand = attacks.hand
superuser = attacks.superuser

PAYEES = "SELECT number, person_id, name, amount FROM payouts_release_payees(%s) ORDER BY number"


def release_row(hand: Hand, source: str) -> Row:
    return row_of(hand, "treasury_release", "source = %s", source)


def owed_rows(hand: Hand, source: str = "claim/09", **changes: Any) -> list[Row]:
    """Return the obligations that a release ought to have, right but for the changes."""
    release = release_row(hand, source)
    return [
        {
            "scheme": "release",
            "component": release["kind"],
            "month": release["month"],
            "source": f"treasury.release/{release['id']}/{number}",
            "release_id": release["id"],
            "person_id": None,
            "unit_id": None,
            "amount": amount,
            **changes,
        }
        for number, _person, _name, amount in hand.rows(PAYEES, release["id"])
    ]


# Owed


def test_a_release_is_owed_to_all_its_payees(hand: Hand) -> None:
    assert len(owed_rows(hand)) == 2
    for source in ("claim/09", "special/09", "procurement/09", "back-pay/09"):
        assert refuses(hand, "payouts_obligation", *owed_rows(hand, source)) == "accepted"


def test_lines_to_one_payee_are_owed_together(hand: Hand) -> None:
    (one,) = owed_rows(hand, "special/09")
    assert one["amount"] == 2 * SUPPLIER.amount


NOT_OWED: dict[str, tuple[dict[str, Any], str]] = {
    "a fen more": ({"amount": "120.51"}, "obligation_follows_its_release"),
    "a fen less": ({"amount": "120.49"}, "obligation_follows_its_release"),
    "nothing": ({"amount": "0.00"}, "obligation_is_positive"),
    "half a fen": ({"amount": "120.505"}, "obligation_amount_is_exact"),
    "not a number": ({"amount": "NaN"}, "obligation_amount_is_exact"),
    "another month": ({"month": OCTOBER}, "obligation_follows_its_release"),
    "another scheme": ({"scheme": "releases"}, "obligation_follows_its_release"),
    "payroll": ({"scheme": "payroll", "component": "NET"}, "obligation_follows_its_release"),
    "another kind": ({"component": "SPECIAL"}, "obligation_follows_its_release"),
    "no source": ({"source": ""}, "obligation_has_its_ground"),
    "a source like it": ({"source": "treasury.release/1/01"}, "obligation_follows_its_release"),
    "no release": ({"release_id": None}, "obligation_has_its_ground"),
    "a release that is not": ({"release_id": 999_999}, "obligation_follows_its_release"),
    "a person": ({"person_id": 1}, "obligation_has_its_ground"),
    "a unit": ({"unit_id": 1}, "obligation_has_its_ground"),
}


@pytest.mark.parametrize(("wrong", "expected"), NOT_OWED.values(), ids=NOT_OWED.keys())
def test_nothing_is_owed_but_the_lines_of_a_payee(hand: Hand, wrong: dict[str, Any], expected: str) -> None:
    first, second = owed_rows(hand)
    assert refuses(hand, "payouts_obligation", {**first, **wrong}, second) == expected


def test_a_release_is_owed_whole(hand: Hand) -> None:
    first, second = owed_rows(hand)
    assert refuses(hand, "payouts_obligation", first) == "release_is_owed_whole"
    assert refuses(hand, "payouts_obligation", second) == "release_is_owed_whole"


def test_a_release_is_owed_once(hand: Hand) -> None:
    for row in owed_rows(hand), owed_rows(hand, "claim/08"), owed_rows(hand, "claim/07"):
        if row[0]["month"] == SEPTEMBER:
            hand.rows(*statement(row))
    assert refuses(hand, "payouts_obligation", *owed_rows(hand)) == "obligation_source_is_owed_once"
    assert refuses(hand, "payouts_obligation", *owed_rows(hand, "claim/08")) == "obligation_source_is_owed_once"


def statement(rows: list[Row]) -> tuple[Any, ...]:
    sql, parameters = insertion("payouts_obligation", rows)
    return (sql, *parameters)


@pytest.mark.parametrize("status", ["WAITING", "POSTED", "CANCELLED"])
def test_a_release_is_owed_while_it_is_released(superuser: Hand, status: str) -> None:
    with round_triggers(superuser):
        superuser.rows("UPDATE treasury_release SET status = %s WHERE source = 'claim/09'", status)
    superuser.rows("SET LOCAL ROLE tongfa_app")
    assert refuses(superuser, "payouts_obligation", *owed_rows(superuser)) == "obligation_follows_its_release"


@pytest.mark.parametrize("gone", ["person_id", "unit_id", "run_id", "payslip_id"])
def test_payroll_owes_no_less_strictly_than_before(hand: Hand, gone: str) -> None:
    person = hand.value("SELECT id FROM payouts_person ORDER BY id LIMIT 1")
    row = {"scheme": "payroll", "component": "NET", "month": JULY, "amount": "1.00", "source": "", "release_id": None}
    row |= {"person_id": person, "unit_id": 1, "run_id": 1, "payslip_id": 1}
    assert refuses(hand, "payouts_obligation", row) == "obligation_follows_its_payslip"
    assert refuses(hand, "payouts_obligation", {**row, gone: None}) == "obligation_has_its_ground"
    assert refuses(hand, "payouts_obligation", {**row, "source": "x"}) == "obligation_has_its_ground"


# Paid


def a_draft(hand: Hand, **changes: Any) -> int:
    """Begin a further batch of September's releases."""
    fresh = {"month": SEPTEMBER, "number": 90, "source": "attack/batch", "status": "DRAFT", "digest": ""}
    unsigned = dict.fromkeys(("prepared_by_id", "checked_by_id", "released_by_id"))
    return adds(hand, "payouts_batch", another(batch_row(hand, AUGUST), **{**fresh, **unsigned, **changes}))


def owes(hand: Hand, source: str) -> list[Row]:
    """Owe a release of September and return its obligations."""
    hand.rows(*statement(owed_rows(hand, source)))
    release = release_row(hand, source)["id"]
    keys = hand.rows("SELECT id FROM payouts_obligation WHERE release_id = %s ORDER BY id", release)
    return [row_of(hand, "payouts_obligation", "id = %s", key) for (key,) in keys]


def plans(hand: Hand, batch: int, like: Row, **changes: Any) -> int:
    """Plan a payment of a batch like one of August, and return its key."""
    month = changes.get("month", SEPTEMBER)
    serial = hand.value("SELECT coalesce(max(serial), 0) + 1 FROM payouts_payment WHERE month = %s", month)
    fresh = {"month": SEPTEMBER, "serial": serial, "batch_id": batch, "status": "PLANNED"}
    return adds(hand, "payouts_payment", another(like, **{**fresh, **changes}))


def payment_to(hand: Hand, name: str, amount: str, month: Any = AUGUST) -> Row:
    return row_of(hand, "payouts_payment", "month = %s AND name = %s AND amount = %s", month, name, amount)


def part(payment: int, obligation: Row, attempt: int = 1) -> Row:
    return {
        "payment_id": payment,
        "obligation_id": obligation["id"],
        "attempt": attempt,
        "amount": obligation["amount"],
    }


WRONG_PAYEES: dict[str, dict[str, Any]] = {
    "another name": {"name": "青岚建材行"},
    "another account": {"account_number": "0710099990000002"},
    "another bank": {"bank": "别的银行"},
    "a number of an ID": {"id_number": "220112198001019995"},
    "somebody": {"person_id": 1, "id_number": "220112198001019995"},
    "a unit": {"unit_id": 1, "id_number": "11220112MB0000011A"},
}


@pytest.mark.parametrize("wrong", WRONG_PAYEES.values(), ids=WRONG_PAYEES.keys())
def test_a_supplier_is_paid_as_the_release_names_it(hand: Hand, wrong: dict[str, Any]) -> None:
    (owed,) = owes(hand, "procurement/09")
    like, batch = payment_to(hand, SUPPLIER.payee_name, "800.00"), a_draft(hand)
    assert refuses(hand, "payouts_paymentpart", part(plans(hand, batch, like), owed)) == "accepted"
    if key := wrong.get("person_id") and hand.value("SELECT min(id) FROM payouts_person"):
        wrong = {**wrong, "person_id": key}
    elif "unit_id" in wrong:
        wrong = {**wrong, "unit_id": hand.value("SELECT min(id) FROM treasury_unit")}
    assert refuses(hand, "payouts_paymentpart", part(plans(hand, batch, like, **wrong), owed)) == FITS


FITS = "part_fits_its_obligation"


def test_somebody_known_is_paid_to_an_account_that_is_known(hand: Hand) -> None:
    owed = owes(hand, "back-pay/09")
    like, batch = payment_to(hand, OFFICE[0].name, "300.00"), a_draft(hand)
    assert refuses(hand, "payouts_paymentpart", part(plans(hand, batch, like), owed[0])) == "accepted"
    other = hand.value("SELECT id FROM payouts_person WHERE id_number = %s", OFFICE[1].id_number)
    for wrong in (
        {"account_number": card(700)},
        {"account_number": OFFICE[1].account},
        {"name": OFFICE[1].name},
        {"id_number": OFFICE[1].id_number},
        {"person_id": other},
        {"person_id": None},
    ):
        assert refuses(hand, "payouts_paymentpart", part(plans(hand, batch, like, **wrong), owed[0])) == FITS


def test_a_passbook_takes_the_people_of_its_unit_alone(hand: Hand) -> None:
    owed = owes(hand, "back-pay/09")
    like, batch = payment_to(hand, "白桦镇中心小学", "300.00"), a_draft(hand)
    into = plans(hand, batch, like)
    assert refuses(hand, "payouts_paymentpart", part(into, owed[1]), part(into, owed[2])) == "accepted"
    assert refuses(hand, "payouts_paymentpart", part(into, owed[0])) == FITS
    other = hand.value("SELECT id FROM treasury_unit WHERE code = '220112101001'")
    for wrong in ({"account_number": card(700)}, {"unit_id": other}):
        assert refuses(hand, "payouts_paymentpart", part(plans(hand, batch, like, **wrong), owed[1])) == FITS


@pytest.mark.parametrize("wrong", [{"amount": "120.49"}, {"amount": "120.51"}, {"attempt": 0}, {"attempt": 2}], ids=str)
def test_an_obligation_is_paid_whole_and_in_its_order(hand: Hand, wrong: dict[str, Any]) -> None:
    owed = owes(hand, "claim/09")[0]
    key = plans(hand, a_draft(hand), payment_to(hand, HANDLER.payee_name, "120.50"))
    expected = "obligation_is_paid_once" if wrong.get("attempt") == 2 else FITS
    assert refuses(hand, "payouts_paymentpart", {**part(key, owed), **wrong}) == expected


def test_an_obligation_has_one_first_payment(hand: Hand) -> None:
    owed, batch = owes(hand, "claim/09")[0], a_draft(hand)
    like = payment_to(hand, HANDLER.payee_name, "120.50")
    first, second = plans(hand, batch, like), plans(hand, batch, like)
    adds(hand, "payouts_paymentpart", part(first, owed))
    assert refuses(hand, "payouts_paymentpart", part(second, owed)) == "obligation_is_paid_once"
    assert refuses(hand, "payouts_paymentpart", part(second, owed, attempt=2)) == "obligation_is_paid_once"


def test_a_batch_of_a_run_and_one_of_releases_do_not_mix(superuser: Hand) -> None:
    owed = owes(superuser, "claim/09")[0]
    with round_triggers(superuser):
        run = adds(
            superuser,
            "payouts_run",
            {
                "month": SEPTEMBER,
                "number": 1,
                "kind": "REGULAR",
                "status": "OPEN",
                "pay_date": SEPTEMBER,
                "edition": 0,
                "inputs_digest": "",
                "policy_digest": "",
                "refusal": "",
            },
        )
        batch = a_draft(superuser, run_id=run)
    superuser.rows("SET LOCAL ROLE tongfa_app")
    like = payment_to(superuser, HANDLER.payee_name, "120.50")
    row = another(like, month=SEPTEMBER, serial=90, batch_id=batch, status="PLANNED")
    assert refuses(superuser, "payouts_payment", row) == "payment_has_one_payee"
    person = superuser.value("SELECT min(id) FROM payouts_person")
    key = plans(superuser, batch, like, person_id=person)
    assert refuses(superuser, "payouts_paymentpart", part(key, owed)) == FITS


def test_a_payment_has_one_payee_at_most_and_its_number(hand: Hand) -> None:
    like = payment_to(hand, OFFICE[0].name, "300.00")
    row = another(like, month=SEPTEMBER, serial=90, batch_id=a_draft(hand), status="PLANNED")
    unit = hand.value("SELECT min(id) FROM treasury_unit")
    assert refuses(hand, "payouts_payment", row) == "accepted"
    assert refuses(hand, "payouts_payment", {**row, "unit_id": unit}) == "payment_has_one_payee"
    assert refuses(hand, "payouts_payment", {**row, "id_number": ""}) == "payment_has_its_number"
    assert refuses(hand, "payouts_payment", {**row, "person_id": None, "id_number": ""}) == "accepted"
    no_person = {**row, "person_id": None, "unit_id": unit, "id_number": ""}
    assert refuses(hand, "payouts_payment", no_person) == "payment_has_its_number"


# Paid again


def again(hand: Hand, **changes: Any) -> tuple[Row, Row]:
    """Return what issues July's returned claim again, and the obligation it pays."""
    old = payment_to(hand, HANDLER.payee_name, "120.50", JULY)
    batch = a_draft(hand, month=JULY)
    key = plans(hand, batch, old, month=JULY, reissues_id=old["id"], **changes)
    stands = row_of(hand, "payouts_paymentpart", "payment_id = %s", old["id"])
    owed = row_of(hand, "payouts_obligation", "id = %s", stands["obligation_id"])
    return part(key, owed, attempt=2), owed


def corrects(hand: Hand, *, status: str = "APPROVED", number: str = card(600)) -> None:
    """Have a correction of July's returned claim stand."""
    old = payment_to(hand, HANDLER.payee_name, "120.50", JULY)
    proposed = {"proposed_by_id": "demo-clerk", "proposed_at": "2026-07-20 00:00+00", "paper": "x", "bank": old["bank"]}
    row = {"payment_id": old["id"], "status": "PROPOSED", "name": old["name"], "account_number": number, **proposed}
    key = adds(hand, "payouts_accountcorrection", row)
    if status != "PROPOSED":
        decided = {"status": status, "approved_by_id": "demo-reviewer", "approved_at": "2026-07-20 00:00+00"}
        decided |= {"payable_from": "2026-07-21"} if status == "APPROVED" else {}
        hand.rows(*update("payouts_accountcorrection", key, decided))


def test_a_returned_payment_goes_to_the_account_of_its_approved_correction(hand: Hand) -> None:
    corrects(hand)
    row, _owed = again(hand, account_number=card(600))
    assert refuses(hand, "payouts_paymentpart", row) == "accepted"


@pytest.mark.parametrize("status", ["PROPOSED", "REFUSED"])
def test_a_returned_payment_is_not_issued_again_without_the_approval(hand: Hand, status: str) -> None:
    corrects(hand, status=status)
    with pytest.raises(psycopg2.Error) as error:
        again(hand, account_number=card(600))
    assert refused_as(error.value) == "correction_has_cooled_off"


@pytest.mark.parametrize("wrong", [{}, {"account_number": card(601)}, {"name": "别人"}, {"id_number": "1"}])
def test_a_returned_payment_goes_nowhere_else(hand: Hand, wrong: dict[str, Any]) -> None:
    corrects(hand)
    row, _owed = again(hand, **({"account_number": card(600), **wrong} if wrong else {}))
    assert refuses(hand, "payouts_paymentpart", row) == FITS


def test_a_returned_payment_is_not_paid_as_if_it_were_new(hand: Hand) -> None:
    corrects(hand)
    _row, owed = again(hand, account_number=card(600))
    old = payment_to(hand, HANDLER.payee_name, "120.50", JULY)
    batch = a_draft(hand, month=JULY, number=91, source="attack/again")
    key = plans(hand, batch, old, month=JULY)
    assert refuses(hand, "payouts_paymentpart", part(key, owed, attempt=2)) == FITS


# Batches of releases


BUILD = """UPDATE payouts_batch SET status = 'BUILT', payments_count = %s, total = %s, digest = payouts_batch_digest(id)
            WHERE id = %s"""


def test_a_release_is_paid_whole_in_one_batch(hand: Hand) -> None:
    handler, supplier = owes(hand, "claim/09")
    batch = a_draft(hand)
    key = plans(hand, batch, payment_to(hand, HANDLER.payee_name, "120.50"))
    adds(hand, "payouts_paymentpart", part(key, handler))
    assert refusal(hand, BUILD, 1, "120.50", batch) == "release_is_paid_whole"
    key = plans(hand, batch, payment_to(hand, SUPPLIER.payee_name, "800.00"))
    adds(hand, "payouts_paymentpart", part(key, supplier))
    assert refusal(hand, BUILD, 2, "920.50", batch) == "accepted"


@pytest.mark.parametrize("role", ["prepared_by_id", "checked_by_id", "released_by_id"])
def test_a_batch_is_signed_by_the_officers_of_its_releases(hand: Hand, role: str) -> None:
    (owed,) = owes(hand, "procurement/09")
    batch = a_draft(hand)
    key = plans(hand, batch, payment_to(hand, SUPPLIER.payee_name, "800.00"))
    adds(hand, "payouts_paymentpart", part(key, owed))
    hand.rows(BUILD, 1, "800.00", batch)
    adds(hand, "payouts_batchcheck", check_of(hand, batch))
    right = {"prepared_by_id": "demo-preparer", "checked_by_id": "demo-reviewer", "released_by_id": "fund-releaser"}
    for officers, expected in ((right, "accepted"), ({**right, role: "everything"}, "batch_is_signed_by_its_releases")):
        hand.rows("SAVEPOINT signing")
        told = ", ".join(f"{column} = '{name}'" for column, name in officers.items())
        hand.rows(f"UPDATE payouts_batch SET status = 'CHECKED', {told} WHERE id = %s", batch)
        adds(hand, "payouts_batchapproval", approval_of(hand, batch))
        assert refusal(hand, "UPDATE payouts_batch SET status = 'APPROVED' WHERE id = %s", batch) == expected
        hand.rows("ROLLBACK TO SAVEPOINT signing")


def test_a_batch_is_not_sent_without_the_money_of_its_releases(superuser: Hand) -> None:
    key = batch_row(superuser, AUGUST)["id"]
    with standing(superuser, "payouts_batch", key, status="SENDING"):
        sent = "UPDATE payouts_batch SET status = 'SENT' WHERE id = %s"
        superuser.rows("SET LOCAL ROLE tongfa_app")
        assert refusal(superuser, sent, key) == "release_is_posted_with_its_batch"
        superuser.rows("UPDATE treasury_release SET status = 'POSTED' WHERE month = %s", AUGUST)
        assert refusal(superuser, sent, key) == "accepted"
        superuser.connection.rollback()


def test_an_owed_release_is_posted_only_while_its_batch_is_sent(hand: Hand) -> None:
    post = "UPDATE treasury_release SET status = 'POSTED' WHERE source = %s"
    assert refusal(hand, post, "claim/08") == "release_is_posted_with_its_batch"


def test_a_release_on_its_way_is_not_cancelled(hand: Hand) -> None:
    cancel = "UPDATE treasury_release SET status = 'CANCELLED' WHERE source = %s"
    assert refusal(hand, cancel, "claim/08") == "release_is_on_its_way"
    assert refusal(hand, cancel, "claim/09") == "accepted"
    hand.rows("UPDATE payouts_batch SET status = 'CANCELLED' WHERE month = %s", AUGUST)
    assert refusal(hand, cancel, "claim/08") == "release_is_on_its_way"
    hand.rows("UPDATE payouts_payment SET status = 'REJECTED' WHERE month = %s", AUGUST)
    assert refusal(hand, cancel, "claim/08") == "accepted"


def test_what_was_cancelled_after_its_batch_is_not_paid(hand: Hand) -> None:
    hand.rows("UPDATE payouts_batch SET status = 'CANCELLED' WHERE month = %s", AUGUST)
    hand.rows("UPDATE payouts_payment SET status = 'REJECTED' WHERE month = %s", AUGUST)
    old = payment_to(hand, HANDLER.payee_name, "120.50")
    stands = row_of(hand, "payouts_paymentpart", "payment_id = %s", old["id"])
    owed = row_of(hand, "payouts_obligation", "id = %s", stands["obligation_id"])
    batch = a_draft(hand, month=AUGUST)
    row = part(plans(hand, batch, old, month=AUGUST), owed, attempt=2)
    assert refuses(hand, "payouts_paymentpart", row) == "accepted"
    hand.rows("UPDATE treasury_release SET status = 'CANCELLED' WHERE source = 'claim/08'")
    assert refuses(hand, "payouts_paymentpart", row) == FITS


@pytest.mark.parametrize("column", ["source = 'x'", "release_id = NULL", "amount = 1", "person_id = 1"])
def test_what_is_owed_stays(hand: Hand, column: str) -> None:
    assert refusal(hand, f"UPDATE payouts_obligation SET {column}") == hand.owner_meets("obligation_is_append_only")


def test_the_auditor_reads_what_releases_owe(stage: attacks.Stage) -> None:
    auditor = stage.hand("auditor")
    told = auditor.rows(
        "SELECT scheme, component, id_number, unit, run_id, amount, release FROM auditor_obligation"
        " WHERE release = 'claim/07' ORDER BY amount"
    )
    assert told == [
        ("release", "CLAIM", None, None, None, Decimal("120.50"), "claim/07"),
        ("release", "CLAIM", None, None, None, Decimal("800.00"), "claim/07"),
    ]
    assert auditor.value("SELECT count(*) FROM auditor_batch WHERE run_id IS NULL") == 2
    auditor.connection.rollback()
