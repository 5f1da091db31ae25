"""Statements of account: the golden month as both books have it, confirmed by both sides or disagreed with."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest
from django.db import connection, connections, transaction

from ledger.checks import run_checks
from ledger.models import AuditEvent, Officer
from ledger.models.words import Mirror
from ledger.money import ZERO
from ledger.refusals import OfficerMayNot, UnableToPost
from ledger.sums import DoesNotAddUp
from tests import golden
from tests.acting_as import let_act_as
from tests.attacks import Stage, cr, dr, paper
from tests.golden import AT, BIRCH, NOVEMBER, RIVER, officer, pay_salaries, town, towns, yuan
from treasury.account_statements import CurrentAccount, Statement, statements_of
from treasury.models import AccountStatement
from treasury.models.words import STATEMENT_MOVES, StatementSide, StatementStatus
from treasury.posting import SERVICE
from treasury.refusals import (
    NothingThere,
    OneOfficerTwice,
    StatementOutdated,
    StateRefuses,
    TreasuryReasonMissing,
    refusals_named,
)
from treasury.stating_accounts import confirm_statement, disagree_with_statement, make_statements

stage = golden.stage
own_stage = golden.own_stage
rolled_back = golden.rolled_back

DISTRICT, TOWNSHIP = StatementSide.DISTRICT, StatementSide.TOWNSHIP
HOLDERS = {DISTRICT: "chief_accountant", TOWNSHIP: "township_head"}


def statement(code: str = BIRCH, month: date = NOVEMBER) -> Statement:
    (found,) = statements_of(month=month, townships=[town(code)])
    return found


def pair(found: Statement, mirror: Mirror) -> CurrentAccount:
    return next(one for one in found.accounts if one.mirror == mirror)


def make(*codes: str) -> list[AccountStatement]:
    chosen = [one for one in towns() if not codes or one.code in codes]
    return list(make_statements(month=NOVEMBER, townships=chosen, officer=officer("preparer"), at=AT))


def confirm(side: StatementSide, *, by: str = "", code: str = BIRCH) -> AccountStatement:
    who = officer(by or HOLDERS[side])
    return confirm_statement(month=NOVEMBER, township=town(code), side=side, officer=who, at=AT)


def disagree(side: StatementSide, reason: str) -> AccountStatement:
    return disagree_with_statement(
        month=NOVEMBER, township=town(), side=side, reason=reason, officer=officer(HOLDERS[side]), at=AT
    )


def everything() -> Officer:
    """Return an officer who may take every act."""
    hired = Officer.objects.create(username="everything", full_name="测试兼任")
    let_act_as(hired, "township_head", "chief_accountant", "preparer")
    return hired


def void_checks() -> list[str]:
    return [one.what for one in run_checks(["statements_are_what_was_confirmed"])]


# What it says


@pytest.mark.usefixtures("rolled_back")
def test_the_statement_of_the_golden_month_is_that_of_the_worked_example() -> None:
    found = statement()
    annual, historic = pair(found, Mirror.ANNUAL), pair(found, Mirror.HISTORIC)
    assert (annual.opening_in_district, annual.closing_in_district) == (ZERO, ZERO)
    assert [one.in_district for one in annual.movements] == [
        yuan("-600 000.00"),
        yuan("-350 000.00"),
        yuan("620 000.00"),
        yuan("180 000.00"),
        yuan("150 000.00"),
    ]
    assert (historic.opening_in_township, historic.closing_in_township) == (yuan("50 000.00"), yuan("12 500.00"))
    assert [one.in_township for one in historic.movements] == [yuan("-37 500.00")]
    assert found.agrees


@pytest.mark.usefixtures("rolled_back")
def test_an_advance_is_what_the_township_owes() -> None:
    annual = pair(statement(RIVER), Mirror.ANNUAL)
    assert (annual.closing_in_district, annual.closing_in_township) == (yuan("40 000.00"), yuan("40 000.00"))


@pytest.mark.usefixtures("rolled_back")
def test_each_movement_names_its_vouchers_in_both_books() -> None:
    for account in statement().accounts:
        for one in account.movements:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT b.kind, v.voucher_type || '-' || v.number FROM ledger_voucher v JOIN ledger_book b"
                    " ON b.id = v.book_id JOIN ledger_line l ON l.voucher_id = v.id JOIN ledger_account a"
                    " ON a.id = l.account_id WHERE v.source = %s AND a.mirror = %s",
                    [one.source, account.mirror],
                )
                numbers = dict(cursor.fetchall())
            assert (numbers["DISTRICT"], numbers["TOWNSHIP"]) == (one.district_vouchers, one.township_vouchers)


@pytest.mark.usefixtures("rolled_back")
def test_a_month_in_which_nothing_moved_has_equal_ends() -> None:
    found = statement(month=date(2026, 12, 1))
    assert found.movements == 0
    assert pair(found, Mirror.HISTORIC).opening_in_district == yuan("12 500.00")


@pytest.mark.usefixtures("rolled_back")
def test_a_difference_between_the_books_is_listed_and_a_gap_within_one_is_refused() -> None:
    annual = pair(statement(), Mirror.ANNUAL)
    one = annual.movements[0]
    wrong = replace(one, in_township=one.in_township + yuan("0.01"))
    apart = replace(
        annual,
        movements=[wrong, *annual.movements[1:]],
        closing_in_township=annual.closing_in_township + yuan("0.01"),
    )
    assert list(apart.differences) == [wrong]
    assert not apart.agrees
    with pytest.raises(DoesNotAddUp):
        replace(annual, movements=annual.movements[1:])


@pytest.mark.usefixtures("rolled_back")
def test_the_digest_is_that_of_a_text_anybody_can_write_down() -> None:
    found = statement()
    lines = ["statement\t220112\t220112101\t2026-11"]
    ends: dict[str, list[str]] = {"opening": [], "closing": []}
    moved = []
    for account in sorted(found.accounts, key=lambda one: one.mirror.value):
        for end, of_end in ends.items():
            figures = (getattr(account, f"{end}_in_{book}") for book in ("district", "township"))
            of_end.append("\t".join([end, account.mirror, *(f"{figure:.2f}" for figure in figures)]))
        moved += [
            "\t".join(
                [
                    "moved",
                    account.mirror,
                    f"{one.day}",
                    one.source,
                    one.district_vouchers,
                    one.township_vouchers,
                    f"{one.in_district:.2f}",
                    f"{one.in_township:.2f}",
                ]
            )
            for one in account.movements
        ]
    text = "".join(f"{line}\n" for line in [*lines, *ends["opening"], *moved, *ends["closing"]])
    assert sha256(text.encode()).hexdigest() == found.digest


# Making and confirming


@pytest.mark.usefixtures("rolled_back")
def test_statements_are_made_of_every_township_with_their_closing_figures() -> None:
    made = make()
    assert [(one.township.code, one.edition, one.annual_closing, one.historic_closing) for one in made] == [
        (BIRCH, 1, ZERO, yuan("12 500.00")),
        (RIVER, 1, yuan("40 000.00"), ZERO),
    ]
    assert [one.digest for one in made] == [statement(code).digest for code in (BIRCH, RIVER)]


@pytest.mark.usefixtures("rolled_back")
def test_making_a_statement_again_makes_nothing_new() -> None:
    first = make()
    assert [one.pk for one in make()] == [one.pk for one in first]


@pytest.mark.usefixtures("rolled_back")
@pytest.mark.parametrize("sides", [(DISTRICT, TOWNSHIP), (TOWNSHIP, DISTRICT)])
def test_a_statement_is_confirmed_when_both_sides_have_confirmed_it(sides: tuple[StatementSide, ...]) -> None:
    make()
    assert confirm(sides[0]).status == StatementStatus.MADE
    done = confirm(sides[1])
    assert done.status == StatementStatus.CONFIRMED
    assert (done.district_by_id, done.township_by_id) == ("demo-chief", "demo-head")
    assert void_checks() == []


@pytest.mark.usefixtures("rolled_back")
def test_each_step_leaves_its_event_in_the_trail() -> None:
    make(BIRCH)
    confirm(DISTRICT)
    confirm(TOWNSHIP)
    acts = AuditEvent.objects.filter(act__startswith="statement.").order_by("number").values_list("act", "actor")
    assert list(acts) == [
        ("statement.make", "demo-preparer"),
        ("statement.confirm", "demo-chief"),
        ("statement.confirm", "demo-head"),
    ]


@pytest.mark.usefixtures("rolled_back")
@pytest.mark.parametrize(("side", "post"), [(DISTRICT, "clerk"), (TOWNSHIP, "chief_accountant"), (DISTRICT, "auditor")])
def test_only_the_post_of_a_side_confirms_for_it(side: StatementSide, post: str) -> None:
    make()
    with pytest.raises(OfficerMayNot):
        confirm(side, by=post)


@pytest.mark.usefixtures("rolled_back")
def test_one_officer_does_not_confirm_for_both_sides_nor_what_he_made() -> None:
    both = everything()
    make()
    confirm_statement(month=NOVEMBER, township=town(), side=DISTRICT, officer=both, at=AT)
    with pytest.raises(OneOfficerTwice), transaction.atomic():
        confirm_statement(month=NOVEMBER, township=town(), side=TOWNSHIP, officer=both, at=AT)
    make_statements(month=date(2026, 12, 1), townships=[town()], officer=both, at=AT)
    with pytest.raises(OneOfficerTwice), transaction.atomic():
        confirm_statement(month=date(2026, 12, 1), township=town(), side=DISTRICT, officer=both, at=AT)


@pytest.mark.usefixtures("rolled_back")
def test_a_side_confirms_once_and_what_was_never_made_is_not_confirmed() -> None:
    with pytest.raises(NothingThere):
        confirm(DISTRICT)
    make()
    confirm(DISTRICT)
    with pytest.raises(StateRefuses):
        confirm(DISTRICT)


@pytest.mark.usefixtures("rolled_back")
def test_a_statement_whose_month_has_moved_is_not_confirmed_but_made_anew() -> None:
    (before,) = make(BIRCH)
    pay_salaries(BIRCH, "100.00", day=date(2026, 11, 26))
    with pytest.raises(StatementOutdated), transaction.atomic():
        confirm(DISTRICT)
    (after,) = make(BIRCH)
    before.refresh_from_db()
    assert (before.status, after.edition, after.annual_closing) == (StatementStatus.VOIDED, 2, yuan("100.00"))
    confirm(DISTRICT)
    assert confirm(TOWNSHIP).status == StatementStatus.CONFIRMED


@pytest.mark.usefixtures("rolled_back")
def test_a_voucher_into_a_confirmed_month_voids_its_statement_until_it_is_confirmed_anew() -> None:
    make(BIRCH)
    confirm(DISTRICT)
    confirm(TOWNSHIP)
    pay_salaries(RIVER, "100.00", day=date(2026, 11, 26))
    assert void_checks() == []
    pay_salaries(BIRCH, "100.00", day=date(2026, 11, 26))
    (told,) = void_checks()
    assert "白桦镇 for 2026-11 (edition 1)" in told
    assert not statement().still_holds
    make(BIRCH)
    assert len(void_checks()) == 1
    confirm(DISTRICT)
    confirm(TOWNSHIP)
    assert void_checks() == []


@pytest.mark.usefixtures("rolled_back")
@pytest.mark.parametrize("side", [DISTRICT, TOWNSHIP])
def test_a_disagreement_is_recorded_with_its_reason_instead_of_a_confirmation(side: StatementSide) -> None:
    make()
    with pytest.raises(TreasuryReasonMissing):
        disagree(side, "  ")
    done = disagree(side, "25日一笔未见凭证")
    assert (done.status, done.disagreed_side, done.reason) == ("DISAGREED", side, "25日一笔未见凭证")
    with pytest.raises(StateRefuses):
        confirm(DISTRICT)
    assert make(BIRCH)[0].edition == 2


@pytest.mark.usefixtures("rolled_back")
def test_one_side_may_disagree_with_what_the_other_has_confirmed_but_not_after_both_have() -> None:
    make()
    confirm(DISTRICT)
    assert disagree(TOWNSHIP, "数额不符").status == StatementStatus.DISAGREED
    make()
    confirm(DISTRICT)
    confirm(TOWNSHIP)
    with pytest.raises(StateRefuses):
        disagree(TOWNSHIP, "数额不符")


PAIRS = [(one, other) for one in StatementStatus for other in StatementStatus if one != other]


@pytest.mark.usefixtures("rolled_back")
@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_the_states_move_only_along_their_table(before: StatementStatus, after: StatementStatus) -> None:
    (made,) = make(BIRCH)
    signed = {"district_by_id": "demo-chief", "district_at": AT, "township_by_id": "demo-head", "township_at": AT}
    said = {"disagreed_side": DISTRICT, "disagreed_by_id": "demo-chief", "disagreed_at": AT, "reason": "不符"}
    facts: dict[str, dict[str, object]] = {"CONFIRMED": signed, "DISAGREED": said}
    rows = AccountStatement.objects.filter(pk=made.pk)
    if before != StatementStatus.MADE:
        rows.update(status=before, **facts.get(before, {}))
    moved = ""
    try:
        with refusals_named(), transaction.atomic():
            rows.update(status=after, **facts.get(after, {}))
    except UnableToPost as refusal:
        moved = refusal.name
    assert (moved == "") == ((before, after) in STATEMENT_MOVES)
    assert moved in ("", "statement_moves", "statement_is_fixed")


# Two at once


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run acts in threads with connections of their own; return what became of each."""
    told = [""] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(place: int) -> None:
        barrier.wait()
        try:
            acts[place]()
            told[place] = "done"
        except UnableToPost as refusal:
            told[place] = refusal.name
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def test_two_officers_who_make_a_statement_at_once_make_one(own_stage: Stage) -> None:
    assert at_once(make, make) == ["done", "done"]
    assert AccountStatement.objects.count() == 2


def test_a_confirmation_waits_for_a_posting_in_flight_and_then_sees_it(own_stage: Stage) -> None:
    make()
    posting = own_stage.hand("app")
    signed = {"preparer_id": SERVICE, "reviewer_id": "demo-reviewer", "poster_id": SERVICE}
    shared = {"posting_date": "2026-11-28", "source": "attack/flight", "cashier_id": "demo-cashier", **signed}
    posting.posts(
        paper("220112", dr("1001", "5.00"), cr("103100101", "5.00"), part=1, **shared),
        paper(BIRCH, dr("201201", "5.00"), cr("4001", "5.00"), part=2, **shared),
    )
    with ThreadPoolExecutor(1) as pool:
        confirming = pool.submit(at_once, lambda: confirm(DISTRICT))
        assert wait([confirming], timeout=1).not_done
        posting.connection.commit()
        assert confirming.result(timeout=20) == ["statement_is_of_the_books"]


def test_both_sides_confirming_at_once_confirm_it(own_stage: Stage) -> None:
    make()
    assert at_once(lambda: confirm(DISTRICT), lambda: confirm(TOWNSHIP)) == ["done", "done"]
    assert AccountStatement.objects.get(township=town()).status == StatementStatus.CONFIRMED


def test_a_confirmation_and_a_disagreement_at_once_leave_one_of_them(own_stage: Stage) -> None:
    make()
    confirm(DISTRICT)
    told = at_once(lambda: confirm(TOWNSHIP), lambda: disagree(TOWNSHIP, "不符"))
    assert told == ["done", "statement_moves"]
    assert AccountStatement.objects.get(township=town()).status in ("CONFIRMED", "DISAGREED")
