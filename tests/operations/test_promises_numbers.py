"""P3 and P6: numbers run on without a gap, and a source posts once."""

import psycopg2
import pytest

from ledger.posting import post_event
from ledger.refusals import SourceConflict
from tests import attacks, builders
from tests.attacks import Hand, mirrored, plain, refused_as

stage = attacks.stage
hand = attacks.hand
app = attacks.app


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (5, "voucher_number_is_gapless"),
        (0, "voucher_number_is_gapless"),
        (-1, "voucher_number_is_gapless"),
        (2, "voucher_number_is_unique"),
        (2147483647, "voucher_number_is_gapless"),
        (None, "NotNullViolation"),
    ],
)
def test_a_number_out_of_its_turn_is_refused(hand: Hand, number: int | None, expected: str) -> None:
    assert (
        hand.value(
            "SELECT max(number) FROM ledger_voucher v JOIN ledger_book b ON b.id = book_id"
            " JOIN ledger_period p ON p.id = period_id WHERE b.code = 'D' AND month = 11"
        )
        == 3
    )
    assert hand.refuses(plain().but(number=number)) == expected


def test_the_next_number_is_posted_and_the_one_after_follows(hand: Hand) -> None:
    assert hand.posts(plain().but(number=4))
    assert hand.posts(plain().but(number=5))


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((4, 6), "voucher_number_is_gapless"),
        ((5, 6), "voucher_number_is_gapless"),
        ((4, 4), "voucher_number_is_unique"),
        ((3, 4), "voucher_number_is_unique"),
    ],
)
def test_two_vouchers_of_one_statement_leave_no_gap(hand: Hand, numbers: tuple[int, int], expected: str) -> None:
    assert hand.refuses(*[plain().but(number=number) for number in numbers]) == expected


def test_two_vouchers_of_one_statement_may_come_in_any_order(hand: Hand) -> None:
    assert hand.posts(plain().but(number=5), plain().but(number=4))


@pytest.mark.parametrize(
    "header", [{"voucher_type": "收"}, {"book": "T02"}, {"kind": "OPENING", "posting_date": "2026-10-30"}]
)
def test_each_book_period_and_type_has_numbers_of_its_own(hand: Hand, header: dict[str, str]) -> None:
    started = 1 if header.get("kind") == "OPENING" else 0
    assert hand.refuses(plain(**header).but(number=started + 2)) == "voucher_number_is_gapless"
    assert hand.posts(plain(**header).but(number=started + 1))


def test_a_posting_rolled_back_leaves_its_number_to_the_next(hand: Hand) -> None:
    hand.rows("SAVEPOINT voided")
    hand.posts(plain().but(number=4))
    hand.rows("ROLLBACK TO SAVEPOINT voided")
    assert hand.posts(plain().but(number=4))


def test_looking_at_the_counter_holds_nobody_up(stage: attacks.Stage, hand: Hand) -> None:
    reader = stage.connect("app")
    with reader.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_vouchercounter, ledger_bookhead, ledger_balance")
        hand.rows("SET LOCAL lock_timeout = '1s'")
        assert hand.posts(plain())
    reader.close()


@pytest.mark.parametrize("statement", ["SELECT FROM ledger_bookhead FOR UPDATE", "LOCK TABLE ledger_voucher"])
def test_the_app_role_does_not_lock_the_books_by_hand(app: Hand, statement: str) -> None:
    assert app.refusal(statement) == attacks.DENIED


def test_a_source_posts_once(hand: Hand) -> None:
    assert hand.refuses(plain().but(source="plain/1")) == "voucher_source_is_unique"
    assert hand.refuses(plain(book="T01").but(source="plain/1")) == "voucher_source_is_unique"
    assert hand.refuses(plain().but(source="new"), plain().but(source="new")) == "voucher_source_is_unique"
    assert hand.posts(plain().but(source="new"))


@pytest.mark.parametrize("parts", [(2,), (0,), (1, 3), (2, 3), (-1, 0, 1)])
def test_the_parts_of_an_event_are_counted_from_one(hand: Hand, parts: tuple[int, ...]) -> None:
    wrong = [plain().but(source="new", part=part) for part in parts]
    assert hand.refuses(*wrong) == "voucher_source_is_unique"


def test_an_event_takes_no_further_part_later(hand: Hand) -> None:
    hand.posts(*mirrored("1.00", source="new"))
    assert hand.refuses(plain().but(source="new", part=3)) == "voucher_source_is_unique"
    assert hand.refuses(plain().but(source="sweep/1", part=3)) == "voucher_source_is_unique"


def test_a_known_source_is_not_skipped_while_its_lines_go_in(hand: Hand) -> None:
    sql, parameters, _ = hand.statement([plain().but(source="plain/1")])
    sql = sql.replace(") INSERT INTO ledger_line", " ON CONFLICT DO NOTHING) INSERT INTO ledger_line")
    assert hand.refusal(sql, *parameters) == "line_is_append_only"


@pytest.mark.usefixtures("stage")
def test_the_door_returns_the_first_voucher_and_refuses_other_content() -> None:
    first = post_event(builders.simple("plain/1"))
    assert first == post_event(builders.simple("plain/1"))
    for other in (
        builders.simple("plain/1", "100.01"),
        builders.simple("plain/1", book="T01"),
        builders.simple("plain/1", summary="anders"),
        builders.simple("plain/1", paper="x"),
    ):
        with pytest.raises(SourceConflict):
            post_event(other)


def test_a_source_refused_before_may_be_posted_right(hand: Hand) -> None:
    assert hand.refuses(plain().but(source="retry", reviewer_id="rule")) == "voucher_four_eyes"
    assert hand.posts(plain().but(source="retry"))


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_numbers_taken_from_an_old_snapshot_are_refused(stage: attacks.Stage, hand: Hand, isolation: str) -> None:
    hand.connection.rollback()
    hand.rows(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
    sql, parameters, _ = hand.statement([plain()])
    post_event(builders.simple(f"meanwhile/{hand.role}/{isolation}", book="D"))
    with pytest.raises(psycopg2.Error) as refusal:
        hand.rows(sql, *parameters)
    expected = ("SerializationFailure", "voucher_number_is_unique", "isolation_is_read_committed")
    assert refused_as(refusal.value) in expected
