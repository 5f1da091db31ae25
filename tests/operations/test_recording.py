"""The trail of acts: who, when, what, on which, from where, before and after; chained per book."""

from collections.abc import Callable

import psycopg2.extensions
import pytest
from django.db import DatabaseError, transaction

from ledger.checks import run_checks
from ledger.closing import start_adjusting
from ledger.models import AuditEvent, Officer, Period, TrailHead, Voucher
from ledger.posting import post_event
from ledger.recording import ORIGIN, acting_from, facts_text, record_event, record_refusal
from ledger.refusals import UnableToPost
from tests.builders import AT, make_books, simple

Connect = Callable[[str], psycopg2.extensions.connection]


def told(chain: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(chain=chain).order_by("number"))


def tell(chain: str = "X", act: str = "test.act", **changes: object) -> None:
    record_event(chain=chain, at=AT, actor="chief", act=act, subject="test/1", **changes)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_an_event_says_who_when_what_on_which_and_from_where_before_and_after() -> None:
    with acting_from("10.0.0.7 session 5"):
        tell(before={"status": "OPEN", "amount": "1.00"}, after={"status": "CLOSED", "why": None})
    (event,) = told("X")
    assert (event.actor, event.at, event.act, event.subject) == ("chief", AT, "test.act", "test/1")
    assert (event.origin, event.refused) == ("10.0.0.7 session 5", "")
    assert (event.before, event.after) == ("amount=1.00\nstatus=OPEN", "status=CLOSED\nwhy=None")


@pytest.mark.django_db
def test_events_are_numbered_and_chained_in_each_chain_by_itself() -> None:
    for chain in ("X", "", "X", "X", ""):
        tell(chain)
    assert [event.number for event in told("X")] == [1, 2, 3]
    assert [event.number for event in told("")] == [1, 2]
    for chain in ("X", ""):
        events = told(chain)
        digests = [bytes(event.digest) for event in events]
        assert [bytes(event.previous) for event in events[1:]] == digests[:-1]
        head = TrailHead.objects.get(chain=chain)
        assert (head.number, bytes(head.digest)) == (len(events), digests[-1])
    assert list(run_checks(["trail"])) == []


@pytest.mark.django_db
def test_the_act_of_a_book_is_told_in_the_chain_of_the_book() -> None:
    make_books()
    start_adjusting(
        period=Period.objects.get(book__code="T01", month=11), officer=Officer.objects.get(username="chief"), at=AT
    )
    assert told("T01")[-1].act == "period.adjusting"
    assert "period.adjusting" not in [event.act for event in told("D")]


def test_outside_of_any_door_the_origin_is_empty_and_it_is_put_back_after_a_failure() -> None:
    seen = []

    def fail() -> None:
        with acting_from("outer"):
            with acting_from("inner"):
                seen.append(ORIGIN.get())
            seen.append(ORIGIN.get())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [*seen, ORIGIN.get()] == ["inner", "outer", ""]


@pytest.mark.django_db
def test_an_origin_and_a_subject_that_are_too_long_are_cut() -> None:
    with acting_from("o" * 201):
        record_event(chain="X", at=AT, actor="chief", act="a", subject="s" * 201)
    (event,) = told("X")
    assert (len(event.origin), len(event.subject)) == (200, 200)


def test_facts_are_sorted_so_that_the_same_facts_have_the_same_text() -> None:
    assert facts_text({"b": 1, "a": 2}) == facts_text({"a": 2, "b": 1}) == "a=2\nb=1"
    assert facts_text(None) == facts_text({}) == ""


@pytest.mark.parametrize("typed", ["漏记\nstatus=CLOSED", "漏记\r\nstatus=CLOSED", "漏记\u2028status=CLOSED"])
def test_a_line_break_that_an_officer_types_does_not_pass_for_another_fact(typed: str) -> None:
    assert facts_text({"why": typed}) == "why=漏记\\nstatus=CLOSED"


def test_a_backslash_that_an_officer_types_does_not_pass_for_a_line_break() -> None:
    assert facts_text({"why": "a\\nb"}) != facts_text({"why": "a\nb"})


def test_an_act_and_its_event_are_undone_together(fresh_database: str) -> None:
    tell()

    @transaction.atomic
    def fail() -> None:
        tell()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    tell()
    assert [event.number for event in told("X")] == [1, 2]
    assert list(run_checks(["trail"])) == []


def test_a_refusal_is_recorded_after_its_act_was_rolled_back(fresh_database: str) -> None:
    make_books(townships=0)
    last = told("D")[-1].number
    with acting_from("import_vouchers"):
        try:
            with transaction.atomic():
                tell("D")
                post_event(simple("a", amount="0.00"))
        except UnableToPost as refusal:
            record_refusal(chain="D", at=AT, actor="preparer", act="voucher.post", subject="a", refusal=refusal)
    assert not Voucher.objects.exists()
    event = told("D")[-1]
    assert (event.number, event.act, event.actor, event.origin) == (
        last + 1,
        "voucher.post",
        "preparer",
        "import_vouchers",
    )
    assert event.refused == "line_has_one_side"
    assert "amount=0.00" in event.after.split("\n")
    assert event.before == ""
    assert list(run_checks(["trail"])) == []


@pytest.mark.django_db
def test_an_event_is_never_changed_or_taken_away() -> None:
    tell()
    for change in (
        lambda: AuditEvent.objects.update(actor="nobody"),
        lambda: AuditEvent.objects.all().delete(),
        lambda: TrailHead.objects.update(number=0),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_an_event_that_a_superuser_took_away_is_missed(fresh_database: str, connect: Connect) -> None:
    for _ in range(3):
        tell()
    with connect("postgres") as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM ledger_auditevent WHERE chain = 'X' AND number = 2")
    assert [fault.what for fault in run_checks(["trail"])] == ["events before 3 are missing"]
