"""check_books is silent on posts and receipts that are right, and names each fault planted past the triggers."""

import pytest

from ledger.checks import CHECKS, run_checks
from tests import posts
from tests.attacks import Stage
from tests.payroll_hands import round_triggers
from tests.posts import DAY, deposited, given, held, issued, local, officer, received, songjiang
from treasury.issuing_receipts import close_book
from treasury.models.words import PostKind
from treasury.seconding import end_post

own_stage = posts.own_stage

OURS = [
    name for name, check in CHECKS.items() if check.__module__ in ("treasury.post_checks", "treasury.receipt_checks")
]


@pytest.fixture
def furnished(own_stage: Stage) -> Stage:
    held(PostKind.FISCAL_HEAD, holder=local("fiscal-birch"))
    end_post(secondment=held(), ends_on=DAY, reason="调离", officer=officer("administrator"), at=posts.AT)
    held(name="继任", begin=DAY)
    held(PostKind.CASHIER, name="甲")
    held(PostKind.CASHIER, name="乙")
    given(PostKind.CENTRE_REVIEWER, name="丙")
    received(issued())
    deposited("吉财0000101")
    book = received(issued("辽财01", "辽财01", township=songjiang()))
    deposited("辽财01", "12.00", township=songjiang())
    close_book(book=book, stub_total=12, officer=officer("reviewer"), on=DAY, at=posts.AT)  # type: ignore[arg-type]
    return own_stage


def found() -> list[str]:
    return [f"{fault.check}: {fault.what}" for fault in run_checks([])]


def test_every_check_is_planted_below() -> None:
    assert {name for _sql, name, _what in FAULTS.values()} == set(OURS)


def test_right_posts_and_receipts_are_silent(furnished: Stage) -> None:
    assert found() == []


NEW_MARK = """
  INSERT INTO treasury_receiptmark (book_id, number, fate, "on", copies_kept, reason, recorded_by_id, taken_back)
  SELECT book_id, {number}, 'VOIDED', '2026-07-06', 3, 'x', 'clerk-birch', false
    FROM treasury_receiptmark WHERE number = 101"""
FAULTS = {
    "a post that its giver confirmed": (
        (
            "ALTER TABLE treasury_secondment DROP CONSTRAINT secondment_four_eyes;"
            "UPDATE treasury_secondment SET decided_by_id = given_by_id WHERE name = '甲'"
        ),
        "posts_are_given_by_two",
        "was given by demo-administrator and confirmed by demo-administrator",
    ),
    "a consultation taken away": (
        "DELETE FROM treasury_consultation",
        "seconded_posts_are_consulted",
        "was confirmed without a consultation",
    ),
    "a cashier who keeps the accounts": (
        (
            "UPDATE treasury_secondment SET post = 'CENTRE_REVIEWER' WHERE name = '甲';"
            "UPDATE treasury_secondment SET name = '甲' WHERE name = '乙'"
        ),
        "posts_exclude_each_other",
        "are held at once",
    ),
    "two heads": (
        (
            "ALTER TABLE treasury_secondment DROP CONSTRAINT one_head_at_a_time;"
            "UPDATE treasury_secondment SET effective_from = '2026-07-05' WHERE name = '继任'"
        ),
        "posts_exclude_each_other",
        "(HEAD) are held at once",
    ),
    "a post held on": (
        (
            "ALTER TABLE treasury_secondment DROP CONSTRAINT one_head_at_a_time;"
            "UPDATE treasury_secondment SET held_until = '2026-07-05' WHERE name = '韩乡长'"
        ),
        "posts_end_when_they_say",
        "is held until 2026-07-05, not 2026-07-06",
    ),
    "a number used and void": (
        "DROP INDEX receipt_is_marked_once;" + NEW_MARK.format(number=101),
        "receipts_are_marked_once",
        "receipt 吉财0000101 is USED and VOIDED",
    ),
    "a number outside its book": (
        NEW_MARK.format(number=111),
        "receipts_are_marked_once",
        "receipt 吉财0000111 is marked outside its book, township or income",
    ),
    "the stubs of a closed book": (
        "UPDATE treasury_receiptbook SET stub_total = 13 WHERE status = 'CLOSED'",
        "receipts_are_deposited",
        "was closed with 0 numbers open, stubs 13, deposited 12.00",
    ),
    "a closed book with an open number": (
        "UPDATE treasury_receiptbook SET last_number = 2 WHERE status = 'CLOSED'",
        "receipts_are_deposited",
        "was closed with 1 numbers open, stubs 12, deposited 12.00",
    ),
    "income without its receipt": (
        "DELETE FROM treasury_receiptmark WHERE number = 101",
        "income_has_its_receipts",
        "its receipt is not marked",
    ),
    "ranges that overlap": (
        (
            "ALTER TABLE treasury_receiptbook DROP CONSTRAINT receipt_ranges_are_apart;"
            "INSERT INTO treasury_receiptbook (series_id, first_number, last_number, township_id, collector, status,"
            " issued_on, issued_by_id, reason) SELECT series_id, 110, 120, township_id, '', 'ISSUED', issued_on,"
            " issued_by_id, '' FROM treasury_receiptbook WHERE first_number = 101"
        ),
        "receipt_ranges_lie_apart",
        "share numbers",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_past_the_triggers_is_found_by_its_check_alone(fault: str, furnished: Stage) -> None:
    sql, name, what = FAULTS[fault]
    hand = furnished.hand("postgres")
    with round_triggers(hand):
        hand.rows(sql)
    hand.connection.commit()
    told = found()
    assert {line.partition(":")[0] for line in told} == {name}, told
    assert any(line.endswith(what) for line in told), told
