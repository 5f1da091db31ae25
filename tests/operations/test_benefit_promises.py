"""What PostgreSQL promises of benefits, round the ORM, as the app and as the owner."""

from typing import Any

import pytest

from tests import attacks, benefit_months
from tests.attacks import Hand
from tests.benefits import AUGUST, JULY, NOVEMBER, OCTOBER, SEPTEMBER
from tests.payroll_hands import (
    Row,
    adds,
    another,
    cooled_off,
    draft_batch,
    part_of,
    planned,
    refusal,
    refuses,
    round_triggers,
    row_of,
    run_row,
)

stage = benefit_months.stage
hand = attacks.hand
superuser = attacks.superuser

DUE, OBLIGATION, FACT = "payouts_benefitdue", "payouts_obligation", "payouts_enrolmentfact"
RECOVERY, FUNDING = "payouts_recovery", "payouts_benefitfunding"


# What is known of an enrolment


def latest_fact(hand: Hand, **changes: Any) -> Row:
    """Return a next fact of an enrolment, right but for what changes."""
    last = row_of(hand, FACT, "enrolment_id = (SELECT max(enrolment_id) FROM payouts_enrolmentfact)")
    version = hand.value("SELECT max(version) FROM payouts_enrolmentfact WHERE enrolment_id = %s", last["enrolment_id"])
    return another(last, **{"version": version + 1, **changes})


WRONG_FACTS: dict[str, tuple[dict[str, Any], str]] = {
    "right": ({}, "accepted"),
    "a version left out": ({"version": 9}, "enrolment_fact_follows_the_last"),
    "a version again": ({"version": 1}, "enrolment_fact_is_unique"),
    "no enrolment": ({"enrolment_id": 0, "version": 1}, "enrolment_fact_follows_the_last"),
    "another's account without a reason": ({"account_kind": "GUARDIAN"}, "guardian_account_has_its_reason"),
    "another's account": ({"account_kind": "GUARDIAN", "account_reason": "监护人"}, "accepted"),
    "refused without a cause": ({"standing": "REFUSED"}, "refused_standing_has_its_cause"),
    "a cause without a refusal": ({"cause": "bad_date"}, "refused_standing_has_its_cause"),
    "suspended from within a month": ({"suspended_from": "2026-09-02"}, "suspension_is_from_a_month"),
    "recorded here, ends before it starts": (
        {"declaration_id": None, "ended_on": "2025-12-31"},
        "enrolment_ends_after_it_starts",
    ),
    "recorded here, ends as it starts": ({"declaration_id": None, "ended_on": "2026-01-01"}, "accepted"),
    "a part of a fen": ({"own_amount": "1.001"}, "own_amount_is_exact"),
}


@pytest.mark.parametrize("case", WRONG_FACTS)
def test_a_fact_of_an_enrolment_follows_the_last(hand: Hand, case: str) -> None:
    changes, expected = WRONG_FACTS[case]
    assert refuses(hand, FACT, latest_fact(hand, **changes)) == expected


@pytest.mark.parametrize(
    ("ended_on", "starts_on", "expected"),
    [
        (None, "2026-09-01", "enrolment_is_not_doubled"),
        ("2026-08-31", "2026-08-31", "enrolment_is_not_doubled"),
        ("2026-08-31", "2026-09-01", "accepted"),
    ],
)
def test_a_person_is_in_a_scheme_once_at_a_time(
    hand: Hand, ended_on: str | None, starts_on: str, expected: str
) -> None:
    adds(hand, FACT, latest_fact(hand, ended_on=ended_on))
    fact = latest_fact(hand)
    second = adds(
        hand,
        "payouts_enrolment",
        another(row_of(hand, "payouts_enrolment", "id = %s", fact["enrolment_id"]), number=2),
    )
    again = {**fact, "enrolment_id": second, "version": 1, "starts_on": starts_on, "ended_on": None}
    assert refuses(hand, FACT, again) == expected


# What a run computes


def a_due(hand: Hand, **changes: Any) -> Row:
    """Return a due of the frozen run of November, like one of September with all its funders."""
    like = row_of(hand, DUE, "run_id = %s AND scheme = 'reward_assistance'", run_row(hand, SEPTEMBER)["id"])
    november = run_row(hand, NOVEMBER)
    return another(like, **{"run_id": november["id"], "edition": november["edition"], "period": NOVEMBER, **changes})


WRONG_DUES: dict[str, tuple[dict[str, Any], str]] = {
    "right": ({}, "accepted"),
    "of another scheme": ({"scheme": "only_child_fee"}, "benefit_is_of_its_enrolment"),
    "of a period to come": ({"period": "2026-12-01"}, "benefit_is_of_its_enrolment"),
    "of a period within a month": ({"period": "2026-11-02"}, "benefit_is_of_its_enrolment"),
    "of no enrolment": ({"enrolment_id": 0}, "benefit_is_of_its_enrolment"),
    "a fen that nobody bears": ({"amount": "80.01"}, "benefit_is_borne_whole"),
    "a fen too much borne": ({"borne_by_city": "0.01"}, "benefit_is_borne_whole"),
    "borne below nothing": ({"borne_by_city": "-1.00", "borne_by_district": "17.00"}, "benefit_is_borne_whole"),
    "more kept back than due": ({"offset": "80.01"}, "benefit_offset_is_within_its_due"),
    "less than nothing kept back": ({"offset": "-0.01"}, "benefit_offset_is_within_its_due"),
}


@pytest.mark.parametrize("case", WRONG_DUES)
def test_what_is_due_follows_from_its_enrolment(hand: Hand, case: str) -> None:
    changes, expected = WRONG_DUES[case]
    row = {f'"{name}"' if name == "offset" else name: value for name, value in a_due(hand, **changes).items()}
    assert refuses(hand, DUE, row) == expected


def quoted(row: Row) -> Row:
    return {f'"{name}"' if name == "offset" else name: value for name, value in row.items()}


def test_a_due_is_of_the_person_of_its_enrolment(hand: Hand) -> None:
    due = a_due(hand)
    other = hand.value("SELECT id FROM payouts_person WHERE id <> %s LIMIT 1", due["person_id"])
    assert refuses(hand, DUE, quoted({**due, "person_id": other})) == "benefit_is_of_its_enrolment"


def test_a_period_is_due_once_in_a_run(hand: Hand) -> None:
    due = quoted(a_due(hand))
    assert refuses(hand, DUE, due, due) == "benefit_due_is_unique"


@pytest.mark.parametrize("month", [JULY, SEPTEMBER, OCTOBER])
def test_only_a_frozen_run_takes_what_is_computed(hand: Hand, month: Any) -> None:
    run = run_row(hand, month)
    of_run = {"run_id": run["id"], "edition": run["edition"]}
    due = quoted({**a_due(hand), **of_run, "period": month, "number": 9})
    assert refuses(hand, DUE, due) == "run_is_computed_while_frozen"
    unpaid = {**of_run, "enrolment_id": due["enrolment_id"], "reason": "ended"}
    assert refuses(hand, "payouts_benefitunpaid", unpaid) == "run_is_computed_while_frozen"
    overpaid = another(row_of(hand, "payouts_overpayment", "true"), **of_run, number=9)
    assert refuses(hand, "payouts_overpayment", overpaid) == "run_is_computed_while_frozen"


# What is owed


def unowed(hand: Hand) -> Row:
    """Return an obligation of September that is taken away round the triggers."""
    gone = row_of(hand, OBLIGATION, "month = %s AND scheme = 'reward_assistance'", SEPTEMBER)
    with round_triggers(hand):
        hand.rows("DELETE FROM payouts_paymentpart WHERE obligation_id = %s", gone["id"])
        hand.rows("DELETE FROM payouts_obligation WHERE id = %s", gone["id"])
    hand.rows("SET LOCAL ROLE tongfa_app")
    return another(gone)


NOT_OWED: dict[str, dict[str, Any]] = {
    "a fen more": {"amount": "80.01"},
    "a fen less": {"amount": "79.99"},
    "another month": {"month": OCTOBER},
    "another scheme": {"scheme": "only_child_fee"},
    "another component": {"component": "2026-09/2"},
    "another source": {"source": "benefit/1/reward_assistance/2026-09/2"},
}


def test_a_due_of_a_released_run_is_owed(superuser: Hand) -> None:
    assert refuses(superuser, OBLIGATION, unowed(superuser)) == "accepted"


@pytest.mark.parametrize("case", NOT_OWED)
def test_nothing_is_owed_but_the_rest_of_a_due(superuser: Hand, case: str) -> None:
    wrong = {**unowed(superuser), **NOT_OWED[case]}
    assert refuses(superuser, OBLIGATION, wrong) == "obligation_follows_its_benefit"


def test_a_run_that_is_only_reviewed_owes_nothing(hand: Hand) -> None:
    october = run_row(hand, OCTOBER)
    due = row_of(hand, DUE, "run_id = %s AND scheme = 'reward_assistance'", october["id"])
    like = row_of(hand, OBLIGATION, "month = %s AND scheme = 'reward_assistance'", SEPTEMBER)
    owed = another(like, run_id=october["id"], benefit_id=due["id"], month=OCTOBER, component="2026-10/1")
    owed["source"] = f"benefit/{due['person_id']}/reward_assistance/2026-10/1"
    assert refuses(hand, OBLIGATION, owed) == "obligation_follows_its_benefit"


def test_a_period_is_owed_once_whatever_the_run(superuser: Hand) -> None:
    first = row_of(superuser, OBLIGATION, "month = %s AND scheme = 'reward_assistance'", JULY)
    september = run_row(superuser, SEPTEMBER)
    due = row_of(superuser, DUE, "id = %s", first["benefit_id"])
    of_run = {"run_id": september["id"], "edition": september["edition"]}
    with round_triggers(superuser):
        key = adds(superuser, DUE, quoted(another(due, **of_run)))
    superuser.rows("SET LOCAL ROLE tongfa_app")
    again = another(first, run_id=september["id"], benefit_id=key, month=SEPTEMBER)
    assert refuses(superuser, OBLIGATION, again) == "obligation_source_is_owed_once"


# What is paid


def payment_of_scheme(hand: Hand, month: Any, scheme: str) -> Row:
    return row_of(
        hand,
        "payouts_payment",
        "id = (SELECT max(q.payment_id) FROM payouts_paymentpart q JOIN payouts_obligation o"
        " ON o.id = q.obligation_id WHERE o.month = %s AND o.scheme = %s)",
        month,
        scheme,
    )


def test_what_is_on_its_way_is_not_paid_again(hand: Hand) -> None:
    first = payment_of_scheme(hand, SEPTEMBER, "reward_assistance")
    key = planned(hand, draft_batch(hand, SEPTEMBER), first)
    part = another(part_of(hand, first["id"]), payment_id=key, attempt=2)
    assert refuses(hand, "payouts_paymentpart", part) == "obligation_is_paid_once"


def test_a_benefit_goes_to_no_other_account(superuser: Hand) -> None:
    first = payment_of_scheme(superuser, SEPTEMBER, "reward_assistance")
    part = part_of(superuser, first["id"])
    with round_triggers(superuser):
        superuser.rows("DELETE FROM payouts_paymentpart WHERE id = %s", part["id"])
    superuser.rows("SET LOCAL ROLE tongfa_app")
    batch = draft_batch(superuser, SEPTEMBER)
    for changes, expected in (
        ({}, "accepted"),
        ({"account_number": "6228480012345670000"}, "part_fits_its_obligation"),
        ({"name": "别人"}, "part_fits_its_obligation"),
    ):
        superuser.rows("SAVEPOINT planned")
        key = planned(superuser, batch, first, **changes)
        assert refuses(superuser, "payouts_paymentpart", another(part, payment_id=key)) == expected
        superuser.rows("ROLLBACK TO SAVEPOINT planned")


def test_what_came_back_goes_only_to_its_approved_correction(hand: Hand) -> None:
    back = payment_of_scheme(hand, JULY, "two_daughter_pension")
    assert back["status"] == "RETURNED"
    cooled_off(hand, {**back, "account_number": "6228480012345670000"})
    key = planned(hand, draft_batch(hand, JULY), back, reissues_id=back["id"])
    part = another(part_of(hand, back["id"]), payment_id=key, attempt=2)
    assert refuses(hand, "payouts_paymentpart", part) == "part_fits_its_obligation"


# What comes back


def paid_in(hand: Hand, amount: str) -> Row:
    return another(row_of(hand, RECOVERY, "kind = 'PAID_IN'"), amount=amount, paper="银行回单9")


@pytest.mark.parametrize(
    ("amount", "expected"), [("40.00", "accepted"), ("40.01", "recovery_is_within_its_overpayment")]
)
def test_no_more_comes_back_than_was_overpaid(hand: Hand, amount: str, expected: str) -> None:
    assert refuses(hand, RECOVERY, paid_in(hand, amount)) == expected


def test_a_recovery_is_kept_back_of_a_due_of_a_frozen_run_alone(hand: Hand) -> None:
    like = row_of(hand, RECOVERY, "kind = 'OFFSET'")
    assert refuses(hand, RECOVERY, another(like, amount="1.00")) == "run_is_computed_while_frozen"


def test_a_recovery_has_its_ground(hand: Hand) -> None:
    assert refuses(hand, RECOVERY, {**paid_in(hand, "1.00"), "paper": ""}) == "recovery_has_its_ground"
    assert refuses(hand, RECOVERY, {**paid_in(hand, "1.00"), "kind": "OFFSET"}) == "recovery_has_its_ground"


# Release


def releases(hand: Hand, by: str = "demo-releaser") -> str:
    sql = "UPDATE payouts_run SET status = 'RELEASED', released_by_id = %s WHERE month = %s"
    return refusal(hand, sql, by, OCTOBER)


def test_a_reviewed_run_is_released(hand: Hand) -> None:
    assert releases(hand) == "accepted"


def test_a_run_is_not_released_by_who_certified_its_people(hand: Hand) -> None:
    assert releases(hand, "demo-certifier") == "benefit_functions_are_apart"


@pytest.mark.parametrize("place", ["submitted", "reviewed"])
def test_a_run_is_not_released_that_its_certifier_signed(superuser: Hand, place: str) -> None:
    with round_triggers(superuser):
        superuser.rows(f"UPDATE payouts_run SET {place}_by_id = 'demo-certifier' WHERE month = %s", OCTOBER)
    superuser.rows("SET LOCAL ROLE tongfa_app")
    assert releases(superuser) == "benefit_functions_are_apart"


def test_a_run_is_not_released_by_who_funded_it(hand: Hand) -> None:
    like = row_of(hand, FUNDING, "run_id IS NOT NULL")
    adds(hand, FUNDING, another(like, run_id=run_row(hand, OCTOBER)["id"], funded_by_id="second-releaser"))
    assert releases(hand, "second-releaser") == "benefit_functions_are_apart"
    assert releases(hand) == "accepted"


def test_a_run_keeps_back_no_more_than_is_left(hand: Hand) -> None:
    adds(hand, RECOVERY, paid_in(hand, "10.01"))
    assert releases(hand) == "recovery_is_within_its_overpayment"


def test_a_run_keeps_back_what_it_recovers(superuser: Hand) -> None:
    with round_triggers(superuser):
        superuser.rows(
            "DELETE FROM payouts_recovery WHERE due_id IN (SELECT id FROM payouts_benefitdue WHERE run_id = %s)",
            run_row(superuser, OCTOBER)["id"],
        )
    superuser.rows("SET LOCAL ROLE tongfa_app")
    assert releases(superuser) == "benefit_offset_is_its_recoveries"


def test_a_run_recovers_what_it_keeps_back(superuser: Hand) -> None:
    with round_triggers(superuser):
        superuser.rows(
            'UPDATE payouts_benefitdue SET "offset" = 0 WHERE run_id = %s', run_row(superuser, OCTOBER)["id"]
        )
    superuser.rows("SET LOCAL ROLE tongfa_app")
    assert releases(superuser) == "benefit_offset_is_its_recoveries"


@pytest.mark.parametrize("table", [DUE, "payouts_overpayment"])
def test_two_runs_do_not_find_the_same_of_a_month(superuser: Hand, table: str) -> None:
    october = run_row(superuser, OCTOBER)
    like = row_of(superuser, table, "run_id = %s", run_row(superuser, AUGUST)["id"])
    with round_triggers(superuser):
        adds(superuser, table, quoted(another(like, run_id=october["id"], edition=october["edition"])))
    superuser.rows("SET LOCAL ROLE tongfa_app")
    assert releases(superuser) == "benefit_is_found_once"


# Funding and values


@pytest.mark.parametrize("post", ["preparer", "reviewer", "releaser", "certifier", "funder"])
def test_who_funds_neither_certifies_nor_pays(hand: Hand, post: str) -> None:
    like = row_of(hand, FUNDING, "run_id IS NOT NULL")
    row = another(like, run_id=run_row(hand, SEPTEMBER)["id"], funded_by_id=f"demo-{post}")
    expected = "accepted" if post == "funder" else "benefit_functions_are_apart"
    assert refuses(hand, FUNDING, row) == expected


WRONG_FUNDINGS: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({"amount": "0.00"}, "funding_is_positive"),
    "a part of a fen": ({"amount": "1.001"}, "funding_is_exact"),
    "the district from above": ({"kind": "FROM_ABOVE", "funder": "DISTRICT"}, "funding_comes_from_above"),
    "without a paper": ({"paper": ""}, "funding_has_its_paper"),
}


@pytest.mark.parametrize("case", WRONG_FUNDINGS)
def test_a_funding_says_what_it_is(hand: Hand, case: str) -> None:
    changes, expected = WRONG_FUNDINGS[case]
    assert refuses(hand, FUNDING, another(row_of(hand, FUNDING, "true"), **changes)) == expected


@pytest.mark.parametrize(("by", "expected"), [("certifier", "scheme_value_four_eyes"), ("funder", "accepted")])
def test_a_value_is_decided_by_another(hand: Hand, by: str, expected: str) -> None:
    value = row_of(hand, "payouts_schemevalue", "true")
    row = {
        "value_id": value["id"],
        "is_approved": True,
        "decided_by_id": f"demo-{by}",
        "decided_at": value["proposed_at"],
    }
    assert refuses(hand, "payouts_schemevalueapproval", row) == expected
