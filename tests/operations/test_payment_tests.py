"""The auditor's tests of payments and payees: each finds what was planted, from both sides of its boundary."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from tests import payroll
from tests.attacks import Stage
from tests.payroll import AUGUST, JULY, OFFICE, REISSUED, card
from tests.planted import Planted, facts, keys_found, of_month, past_all_promises, plant, result_of, within

stage = payroll.stage

MARCH, APRIL, MAY, JUNE = (date(2030, month, 1) for month in (3, 4, 5, 6))
ONE = Planted(date(2030, 3, 5))
OTHER = {"name": "另一人", "id_number": "220112199001015678", "account": card(700)}


@pytest.fixture(autouse=True)
def cleared(stage: Stage) -> Iterator[None]:
    """Take what was planted away again."""
    yield
    with past_all_promises(stage) as cursor:
        cursor.execute("DELETE FROM payouts_paymentpart WHERE obligation_id = 990001")
        cursor.execute("DELETE FROM payouts_obligation WHERE id = 990001")
        cursor.execute("DELETE FROM payouts_run WHERE id = 990")
        cursor.execute("DELETE FROM payouts_payment WHERE serial > 900000")
        cursor.execute("DELETE FROM payouts_batch WHERE source LIKE 'planted/%'")
        cursor.execute("DELETE FROM treasury_officeraccount")


# An honest month


@pytest.mark.parametrize(
    "name",
    ["same_amount", "split_payments", "shared_accounts", "paid_officers", "dead_payees", "scheme_and_payroll"],
)
@pytest.mark.parametrize("month", [JULY, AUGUST])
def test_an_honest_payroll_is_silent(name: str, month: date) -> None:
    found = result_of(name, of_month(month))
    assert (found.found, found.rows) == (0, [])
    assert int(facts(found)["Items of the population"]) > 0


# Same amount


@pytest.mark.parametrize(("later", "found"), [(7, True), (8, False)])
def test_the_same_amount_within_so_many_days(stage: Stage, later: int, found: bool) -> None:
    first, second = plant(stage, ONE, ONE.but(on=ONE.on + timedelta(days=later)))
    rows = result_of("same_amount", of_month(MARCH)).rows
    assert [(row[1], row[7], row[8]) for row in rows] == ([(second, first, later)] if found else [])


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, True),
        ({"amount": "100.01"}, False),
        ({"account": card(701)}, True),  # the same payee
        ({"name": "另一人", "id_number": "220112199001015678"}, True),  # the same account
        (OTHER, False),
        ({"status": "RETURNED"}, False),
        ({"status": "REJECTED"}, False),
        ({"batch": "CANCELLED"}, False),
        ({"batch": "DRAFT"}, False),
    ],
)
def test_the_same_amount_to_the_same_payee_or_account(stage: Stage, changes: dict[str, str], found: bool) -> None:
    plant(stage, ONE, ONE.but(**changes))
    assert len(keys_found("same_amount", of_month(MARCH))) == found


def test_the_earlier_payment_may_be_of_before_the_days_asked_for(stage: Stage) -> None:
    first, second = plant(stage, ONE, ONE.but(on=date(2030, 3, 12)))
    assert keys_found("same_amount", within(date(2030, 3, 12), date(2030, 3, 31))) == [second]
    assert keys_found("same_amount", within(date(2030, 3, 1), date(2030, 3, 11))) == []
    assert keys_found("same_amount", of_month(MARCH), days=6) == []
    assert first != second


# Split payments


@pytest.mark.parametrize(
    ("amounts", "found"),
    [
        (["600.00", "400.00"], False),  # the limit itself
        (["600.00", "400.01"], True),
        (["1000.00", "0.01"], True),
        (["1000.01", "0.01"], False),  # the first is over the limit by itself, and was asked for
        (["1000.00"], False),
        (["300.00", "300.00", "400.01"], True),
    ],
)
def test_payments_that_pass_a_limit_together(stage: Stage, amounts: list[str], found: bool) -> None:
    keys = plant(stage, *(ONE.but(on=ONE.on + timedelta(days=at), amount=each) for at, each in enumerate(amounts)))
    rows = result_of("split_payments", of_month(MARCH), limit="1000.00").rows
    assert [row[1] for row in rows] == (keys[-1:] if found else [])
    if found:
        assert (rows[0][7], str(rows[0][8])) == (len(amounts), f"{sum(map(payroll.yuan, amounts)):.2f}")


@pytest.mark.parametrize(("later", "found"), [(7, True), (8, False)])
def test_payments_that_pass_a_limit_within_so_many_days(stage: Stage, later: int, found: bool) -> None:
    plant(stage, ONE.but(amount="600.00"), ONE.but(amount="600.00", on=ONE.on + timedelta(days=later)))
    assert len(keys_found("split_payments", of_month(MARCH), limit="1000.00")) == found


def test_the_limit_is_that_of_the_policy_where_none_is_told(stage: Stage) -> None:
    plant(stage, ONE.but(amount="5000000.00"), ONE.but(amount="0.01"))
    found = result_of("split_payments", of_month(MARCH))
    assert found.found == 2  # of one day: each passes it with the other
    assert facts(found)["Limit of a payment"] == "5000000.00 (payment_limits.yaml 2004-01-01)"
    plant(stage, Planted(APRIL, "4999999.99"), Planted(APRIL, "0.01"))
    assert result_of("split_payments", of_month(APRIL)).found == 0


def test_payments_of_several_payees_pass_no_limit(stage: Stage) -> None:
    plant(stage, ONE.but(amount="600.00"), ONE.but(amount="600.00", name="甲", id_number="", account=card(702)))
    assert keys_found("split_payments", of_month(MARCH), limit="1000.00") == []


# Payees


@pytest.mark.parametrize(("payees", "found"), [(1, False), (2, True), (3, True)])
def test_an_account_of_several_payees(stage: Stage, payees: int, found: bool) -> None:
    keys = plant(
        stage,
        *(ONE.but(id_number=f"22011219900101000{at}", name=f"甲{at}", amount=f"{at + 1}.00") for at in range(payees)),
        ONE.but(id_number="220112199001010000", name="甲0", amount="10.00"),
    )
    rows = result_of("shared_accounts", of_month(MARCH)).rows
    assert [(row[1], row[4], row[5]) for row in rows] == ([(keys[0], payees, payees + 1)] if found else [])
    assert len(keys_found("shared_accounts", of_month(MARCH), payees=3)) == (payees >= 3)


def own(stage: Stage, number: str, holder_number: str = "") -> None:
    with past_all_promises(stage) as cursor:
        cursor.execute(
            """INSERT INTO treasury_officeraccount (officer_id, number, holder_number, recorded_by_id, recorded_at)
               VALUES ('demo-clerk', %s, %s, 'demo-administrator', now())""",
            (number, holder_number),
        )


@pytest.mark.parametrize(
    ("account", "holder", "known_by"),
    [
        (ONE.account, "", "account"),
        (ONE.account, "220112199001015678", "account"),
        (ONE.account, ONE.id_number, "number"),  # the officer's own number, and not the payroll
        (card(800), ONE.id_number, "number"),
        (card(800), "220112199001015678", None),
        (card(800), "", None),
    ],
)
def test_payments_to_officers(stage: Stage, account: str, holder: str, known_by: str | None) -> None:
    plant(stage, ONE)
    own(stage, account, holder)
    rows = result_of("paid_officers", of_month(MARCH)).rows
    assert [(row[7], row[8]) for row in rows] == ([("demo-clerk", known_by)] if known_by else [])


def test_an_officers_own_pay_is_no_question(stage: Stage) -> None:
    own(stage, OFFICE[0].account, OFFICE[0].id_number)
    assert keys_found("paid_officers", of_month(AUGUST)) == []


def test_the_pay_of_another_to_an_officers_account_is_one(stage: Stage) -> None:
    own(stage, OFFICE[0].account, OFFICE[1].id_number)
    (row,) = result_of("paid_officers", of_month(AUGUST)).rows
    assert (row[4], row[8]) == (OFFICE[0].name, "account")


@pytest.mark.parametrize(
    ("died_on", "days", "found"),
    [
        (date(2030, 3, 5), 0, True),
        (date(2030, 3, 6), 0, False),
        (date(2030, 2, 2), 31, True),
        (date(2030, 2, 3), 31, False),
    ],
)
@pytest.mark.parametrize("known_from", ["list", "enrolment"])
def test_payments_to_the_dead(stage: Stage, died_on: date, days: int, found: bool, known_from: str) -> None:
    plant(stage, ONE)
    with past_all_promises(stage) as cursor:
        if known_from == "list":
            cursor.execute(
                """INSERT INTO payouts_declareddeath (declaration_id, row, id_number, name, died_on, source)
                   SELECT max(id), 9000, %s, '甲', %s, '' FROM payouts_declaration""",
                (ONE.id_number, died_on),
            )
        else:
            cursor.execute("INSERT INTO payouts_person (id, id_number, name) VALUES (990, %s, '甲')", (ONE.id_number,))
            cursor.execute(
                """INSERT INTO payouts_enrolment (id, person_id, scheme, number, paper, certified_by_id, certified_at)
                   VALUES (990, 990, 'reward_assistance', 1, '', 'demo-clerk', now())"""
            )
            for version, day in ((1, None), (2, died_on)):
                cursor.execute(
                    """INSERT INTO payouts_enrolmentfact (enrolment_id, version, recorded_at, recorded_by_id, paper,
                         standing, cause, starts_on, died_on, grade, certificate, township_id, village, household_kind,
                         residence, relation, account_kind, holder_name, bank, account_number, account_reason)
                       SELECT 990, %s, now(), 'demo-clerk', '', 'NORMAL', '', '2026-01-01', %s, '', '', min(id), '', '',
                              '', '', 'OWN', '', '', '', '' FROM treasury_township""",
                    (version, day),
                )
    try:
        rows = result_of("dead_payees", of_month(MARCH), days=days).rows
        assert [(row[7], row[8]) for row in rows] == ([(died_on, (ONE.on - died_on).days)] if found else [])
    finally:
        with past_all_promises(stage) as cursor:
            cursor.execute("DELETE FROM payouts_declareddeath WHERE row = 9000")
            cursor.execute("DELETE FROM payouts_enrolmentfact WHERE enrolment_id = 990")
            cursor.execute("DELETE FROM payouts_enrolment WHERE id = 990")
            cursor.execute("DELETE FROM payouts_person WHERE id = 990")


# Paid again


def test_what_is_paid_again_is_told_with_what_changed() -> None:
    (row,) = result_of("paid_again", of_month(JULY)).rows
    assert (row[4], row[8], row[9], row[11], row[12]) == (
        OFFICE[REISSUED - 1].name,
        OFFICE[REISSUED - 1].account,
        "RETURNED",
        "yes",
        "no",
    )
    assert keys_found("paid_again", of_month(AUGUST)) == []


def again(stage: Stage, before: str, after: str) -> None:
    """Let two planted payments be two attempts at one obligation."""
    with past_all_promises(stage) as cursor:
        for attempt, key in enumerate((before, after), start=1):
            cursor.execute(
                """INSERT INTO payouts_paymentpart (payment_id, obligation_id, attempt, amount)
                   SELECT id, 990001, %s, amount FROM payouts_payment WHERE serial = %s""",
                (attempt, key.rpartition("/")[2]),
            )


def test_what_a_cancelled_batch_was_to_pay_is_told_when_it_is_paid(stage: Stage) -> None:
    before, after = plant(stage, ONE.but(batch="CANCELLED"), ONE.but(name="另一人"))
    again(stage, before, after)
    (row,) = result_of("paid_again", of_month(MARCH)).rows
    assert (row[1], row[7], row[10], row[11], row[12]) == (after, before, "CANCELLED", "no", "yes")


# Scheme and payroll


def on_benefits(stage: Stage, *, scheme_amount: str, of: int) -> str:
    """Let a person of August's payroll be paid by a scheme in that month, and return the key of that payment."""
    (key,) = plant(stage, Planted(date(2026, 8, 20), scheme_amount, OFFICE[of].name, OFFICE[of].id_number))
    with past_all_promises(stage) as cursor:
        cursor.execute(
            """INSERT INTO payouts_run (id, month, purpose, number, kind, status, pay_date, edition, inputs_digest,
                                        policy_digest, facts_until, refusal)
               VALUES (990, '2026-08-01', 'BENEFITS', 1, 'REGULAR', 'OPEN', '2026-08-20', 0, '', '', 0, '')"""
        )
        cursor.execute(
            """INSERT INTO payouts_obligation (id, scheme, component, month, source, person_id, run_id, benefit_id,
                                               amount)
               SELECT 990001, 'reward_assistance', 'benefit', '2026-08-01', 'planted', id, 990, 990, %s
                 FROM payouts_person WHERE id_number = %s""",
            (scheme_amount, OFFICE[of].id_number),
        )
        cursor.execute(
            """UPDATE payouts_payment p SET person_id = o.person_id FROM payouts_obligation o
                WHERE o.id = 990001 AND p.serial = %s""",
            (key.rpartition("/")[2],),
        )
        cursor.execute(
            """INSERT INTO payouts_paymentpart (payment_id, obligation_id, attempt, amount)
               SELECT id, 990001, 1, amount FROM payouts_payment WHERE serial = %s""",
            (key.rpartition("/")[2],),
        )
    return key


def test_somebody_paid_by_a_scheme_and_the_payroll(stage: Stage) -> None:
    key = on_benefits(stage, scheme_amount="80.00", of=1)
    (row,) = result_of("scheme_and_payroll", of_month(AUGUST)).rows
    assert (row[1], row[4]) == (key, OFFICE[1].name)
    assert keys_found("scheme_and_payroll", of_month(AUGUST), amount=80) == [key]
    assert keys_found("scheme_and_payroll", of_month(AUGUST), amount=81) == []
    assert keys_found("scheme_and_payroll", of_month(JULY)) == []
