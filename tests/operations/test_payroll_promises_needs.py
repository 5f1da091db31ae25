"""What an act needs: money, an open period, a reason, rows, an answer that fits; nothing is left of one refused."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from ledger.entries import Event, Signatures, VoucherToPost, credit, debit
from ledger.models import Book
from ledger.models.words import BookKind
from ledger.posting import post_event
from ledger.refusals import CashShort, PeriodClosed
from month.closing_months import close_month, close_periods
from payouts.answering import take_results
from payouts.building import release_run
from payouts.correcting import NewAccount, approve_correction, propose_correction, reissue
from payouts.models import AccountCorrection, BankFile, Batch, Payment
from payouts.refusals import (
    ApprovalVoid,
    ExceptionsOpen,
    NobodyToPay,
    NoSuchRun,
    NothingDeclared,
    NothingToReissue,
    NumberUnknown,
    ReasonMissing,
    ResultRefused,
    TooFewRows,
    TotalsDiffer,
    UnableToPay,
)
from payouts.running import (
    freeze_run,
    refuse_run,
    run_to_collect,
    sign_exceptions,
    submit_run,
    thaw_run,
)
from payouts.sending import send_batch
from tests import attacks, payroll
from tests.attacks import Hand, Stage
from tests.payroll import (
    AT,
    AUGUST,
    EVERYBODY,
    JULY,
    LIST,
    NOVEMBER,
    OCTOBER,
    PAPER,
    PROPOSED,
    REISSUED,
    SEPTEMBER,
    SINGLE,
    Staffer,
    answer_to,
    answered,
    approval_in,
    batch_of,
    card,
    collected,
    computed,
    declare_roster,
    declare_wages,
    officer,
    proposed,
    reissued,
    released,
    run_of,
    sent,
    serial_of,
    yuan,
)
from tests.payroll_hands import payment, refused, run_row, standing
from treasury.opening import code_of
from treasury.posting import SERVICE

stage = payroll.stage
rolled_back = payroll.rolled_back
superuser = attacks.superuser

JUNE = date(2026, 6, 1)


def correction() -> AccountCorrection:
    return AccountCorrection.objects.get(status="PROPOSED")


def answer() -> dict[str, Any]:
    content = answer_to(BankFile.objects.get(batch=batch_of(AUGUST)))
    return {"name": "r", "content": content, "template": LIST, "month": None, "on": None}


# Money and periods


def cash_of_district() -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT sum(CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END) FROM ledger_line l
                 JOIN ledger_account a ON a.id = l.account_id JOIN ledger_book b ON b.id = a.book_id
                WHERE b.kind = 'DISTRICT' AND a.cash"""
        )
        return Decimal(cursor.fetchone()[0])


def spend_all_but(left: Decimal) -> None:
    """Spend the money of the district on something else before September's pay date."""
    district = Book.objects.get(kind=BookKind.DISTRICT)
    amount = cash_of_district() - left
    entries = (
        debit(code_of(district, "GENERAL_EXPENSE"), amount, fund="111"),
        credit(code_of(district, "TREASURY_CASH"), amount, fund="111"),
    )
    signed = Signatures(preparer=SERVICE, reviewer="demo-reviewer", poster=SERVICE, cashier=officer("cashier").username)
    made = VoucherToPost(
        book=district.code, posting_date=date(2026, 9, 14), summary="其他支出", entries=entries, signatures=signed
    )
    post_event(Event(source="test/spent", vouchers=[made]))


def send_september() -> Batch:
    return send_batch(batch=batch_of(SEPTEMBER), officer=officer("cashier"), template=LIST, at=AT)


@pytest.mark.parametrize(("missing", "expected"), [("0.00", type(None)), ("0.01", CashShort), ("48536.54", CashShort)])
def test_a_batch_is_sent_with_the_last_fen_and_not_without_it(
    rolled_back: None, missing: str, expected: type[Exception]
) -> None:
    spend_all_but(batch_of(SEPTEMBER).total - yuan(missing))
    assert type(refused(send_september)) is expected


def test_a_batch_is_not_sent_into_a_closed_period(rolled_back: None) -> None:
    close_periods(AUGUST, officer("chief_accountant"), AT)
    assert refused(send_september) is None
    close_periods(SEPTEMBER, officer("chief_accountant"), AT)
    assert type(refused(send_september)) is PeriodClosed


@pytest.mark.parametrize(
    ("on", "expected"), [(None, type(None)), (date(2026, 11, 3), type(None)), (date(2026, 8, 16), PeriodClosed)]
)
def test_what_comes_back_is_booked_in_an_open_period(
    rolled_back: None, on: date | None, expected: type[Exception]
) -> None:
    close_periods(AUGUST, officer("chief_accountant"), AT)
    content = answer_to(BankFile.objects.get(batch=batch_of(AUGUST)), failing=[1])
    take = {**answer(), "content": content, "on": on}
    told = refused(lambda: take_results(officer=officer("cashier"), at=AT, **take))
    assert type(told) is expected


# What is missing


@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
def test_a_step_back_and_a_signature_need_a_reason(stage: Stage, reason: str) -> None:
    preparer, reviewer = officer("preparer"), officer("reviewer")
    for act in (
        lambda: thaw_run(run=run_of(OCTOBER), officer=preparer, reason=reason, at=AT),
        lambda: refuse_run(run=run_of(OCTOBER), officer=reviewer, reason=reason, at=AT),
        lambda: sign_exceptions(run=run_of(OCTOBER), exceptions=None, officer=preparer, reason=reason, at=AT),
    ):
        assert type(refused(act)) is ReasonMissing


def test_a_run_with_open_exceptions_is_not_submitted(stage: Stage) -> None:
    told = refused(lambda: submit_run(run=run_of(OCTOBER), officer=officer("preparer"), at=AT))
    assert type(told) is ExceptionsOpen
    assert told.facts == {"run": "2026-10/1", "open": 8}


def test_an_exception_of_another_run_or_one_that_blocks_is_not_signed(stage: Stage) -> None:
    found = run_of(OCTOBER).exceptions
    blocking, to_sign = (list(found.filter(severity=one).values_list("pk", flat=True)) for one in ("BLOCK", "SIGN"))
    sign = partial(sign_exceptions, run=run_of(OCTOBER), officer=officer("preparer"), reason="x", at=AT)
    for keys in (blocking, [*to_sign, blocking[0]], [-1]):
        told = refused(partial(sign, exceptions=keys))
        assert (type(told), told and told.name) == (NoSuchRun, "exception_is_of_the_run")
    assert refused(partial(sign, exceptions=to_sign)) is None


def collect_june() -> Any:
    return run_to_collect(month=JUNE, pay_date=date(2026, 6, 15), at=AT)


def test_nothing_is_computed_without_a_roster_or_without_pay_items_of_a_first_month(rolled_back: None) -> None:
    run = collect_june()
    freeze = partial(freeze_run, run=run, officer=officer("preparer"), at=AT)
    assert type(refused(freeze)) is NothingDeclared
    declare_roster(JUNE)
    assert type(refused(freeze)) is NothingDeclared
    declare_wages(JUNE)
    assert refused(freeze) is None


def test_a_supplementary_run_that_would_pay_nobody_is_not_computed(rolled_back: None) -> None:
    run = collected(SEPTEMBER, text="again")
    assert type(refused(lambda: computed(run))) is NobodyToPay


def test_pay_of_somebody_nobody_knows_is_not_declared(rolled_back: None) -> None:
    collect_june()
    declare_roster(JUNE, EVERYBODY)
    for stranger in (Staffer(13, EVERYBODY[0].unit, card(13)), Staffer(1, "999", card(1))):
        told = refused(partial(declare_wages, JUNE, [*EVERYBODY[1:], stranger]))
        assert (type(told), told and told.name) == (NumberUnknown, "declared_row_is_known")


def test_what_does_not_exist_is_said_so(stage: Stage) -> None:
    for month, serial in ((JULY, 999), (JUNE, 1), (AUGUST, 999)):
        propose = partial(propose_correction, month=month, serial=serial, paper=PAPER, officer=officer("clerk"), at=AT)
        told = refused(partial(propose, account=NewAccount("", "", card(1))))
        assert (type(told), told and told.name) == (NoSuchRun, "payment_exists")
    assert type(refused(lambda: close_month(month=JUNE, officer=officer("chief_accountant"), at=AT))) is NoSuchRun
    assert type(refused(lambda: reissued(JULY))) is NothingToReissue
    assert type(refused(lambda: reissued(JUNE))) is NothingToReissue


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (1, "correction_is_of_a_return"),
        (REISSUED, "payment_is_reissued_once"),
        (PROPOSED, "correction_is_one_at_a_time"),
    ],
)
def test_a_correction_is_of_a_return_once(stage: Stage, place: int, name: str) -> None:
    told = refused(lambda: proposed(JULY, place))
    assert isinstance(told, UnableToPay)
    assert told.name == name


# Lists that are too short


def newcomers(number: int) -> list[Staffer]:
    return [Staffer(n, EVERYBODY[0].unit, card(n)) for n in range(12, 12 + number)]


@pytest.mark.parametrize(("number", "expected"), [(4, TooFewRows), (5, type(None))])
def test_a_list_has_its_minimum_of_rows(rolled_back: None, number: int, expected: type[Exception]) -> None:
    batch = released(collected(SEPTEMBER, [*EVERYBODY, *newcomers(number)], text="more"))
    assert batch.payments_count == number
    assert type(refused(lambda: sent(batch))) is expected
    assert refused(lambda: sent(batch, template=SINGLE)) is None


def test_a_return_alone_is_not_issued_again_in_a_list(rolled_back: None) -> None:
    approve_correction(correction=correction(), officer=officer("reviewer"), at=approval_in(JULY))
    in_list: dict[str, Any] = {
        "officer": officer("releaser"),
        "template": LIST,
        "pay_date": date(2026, 7, 20),
        "at": AT,
    }
    assert type(refused(lambda: reissue(month=JULY, **in_list))) is TooFewRows
    assert refused(lambda: reissued(JULY)) is None


def test_a_return_that_no_list_can_write_does_not_stop_the_others(rolled_back: None) -> None:
    answered(batch_of(AUGUST), failing=[1, 2, 3])
    accounts = {place: NewAccount("测试 人" if place == 1 else "", "", card(500 + place)) for place in (1, 2, 3)}
    for places in ([1, 2], [3]):
        for place in places:
            made = propose_correction(
                month=AUGUST,
                serial=serial_of(AUGUST, place),
                account=accounts[place],
                paper=PAPER,
                officer=officer("clerk"),
                at=AT,
            )
            approve_correction(correction=made, officer=officer("reviewer"), at=approval_in(AUGUST))
        (batch,) = reissued(AUGUST)
        again = [paid.reissues.serial for paid in batch.payments.all() if paid.reissues]
        assert again == [serial_of(AUGUST, places[-1])]
    assert not Payment.objects.filter(reissues__serial=serial_of(AUGUST, 1)).exists()


# What was tampered with, and answers that do not fit


def test_a_run_whose_inputs_are_not_the_frozen_ones_is_not_released(superuser: Hand) -> None:
    key = run_row(superuser, NOVEMBER)["id"]
    signed = {"submitted_by_id": "demo-preparer", "reviewed_by_id": "demo-reviewer"}
    with standing(superuser, "payouts_run", key, status="REVIEWED", inputs_digest="x", **signed):
        told = refused(lambda: release_run(run=run_of(NOVEMBER), officer=officer("releaser"), template=LIST, at=AT))
    assert type(told) is ApprovalVoid


def test_a_batch_whose_payments_are_not_the_approved_ones_is_not_sent(superuser: Hand) -> None:
    key = payment(superuser, SEPTEMBER, 1)["id"]
    with standing(superuser, "payouts_payment", key, account_number=card(999)):
        told = refused(send_september)
    assert (type(told), told and told.name) == (TotalsDiffer, "batch_digest_is_its_payments")


def changed(content: bytes, old: str, new: str) -> bytes:
    text = content.decode("gb18030")
    assert old in text
    return text.replace(old, new).encode("gb18030")


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("|4501.01|", "|4501.02|", "result_file_agrees_with_itself"),
        ("合计|9|", "合计|8|", "result_file_agrees_with_itself"),
        ("\r\n合计", "\r\n合|计", "result_file_agrees_with_itself"),
        ("|0000|", "|9999|", "result_file_agrees_with_itself"),
        ("|测试人甲|", "|测试人乙|", "result_fits_its_payment"),
        (card(1), card(2), "result_fits_its_payment"),
        ("|白桦镇", "0|白桦镇", "result_fits_its_payment"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_whole(stage: Stage, old: str, new: str, name: str) -> None:
    take = {**answer(), "content": changed(answer()["content"], old, new)}
    told = refused(lambda: take_results(officer=officer("cashier"), at=AT, **take))
    assert (type(told), told and told.name) == (ResultRefused, name)


def test_an_answer_to_what_was_not_sent_is_refused(rolled_back: None) -> None:
    with transaction.atomic():
        content = answer_to(BankFile.objects.get(batch=sent(batch_of(SEPTEMBER))))
        transaction.set_rollback(True)
    take = {**answer(), "content": content}
    assert type(refused(partial(take_results, officer=officer("cashier"), at=AT, **take))) is ResultRefused


@pytest.mark.parametrize("august", ["answered", "waiting"])
def test_a_late_return_is_not_booked_on_the_same_pay_of_another_month(rolled_back: None, august: str) -> None:
    """September pays the same people the same amounts as July, and the bank has not answered for it."""
    if august == "answered":
        answered(batch_of(AUGUST))
    sent(batch_of(SEPTEMBER))
    late = Payment.objects.get(month=JULY, serial=5)
    told = f"{late.serial}|{late.name}|{late.account_number}|{late.amount}|{late.id_number}|1004|销户"
    content = f"{told}\r\n合计|1|{late.amount}|0|0.00|1|{late.amount}\r\n".encode("gb18030")
    whose = {**answer(), "content": content}
    told_twice = refused(lambda: take_results(officer=officer("cashier"), at=AT, **whose))
    assert (type(told_twice), told_twice and told_twice.name) == (ResultRefused, "result_month_is_clear")
    taken = take_results(officer=officer("cashier"), at=AT, **{**whose, "month": JULY})
    assert (taken.month, Payment.objects.get(pk=late.pk).status) == (JULY, "RETURNED")
    assert set(batch_of(SEPTEMBER).payments.values_list("status", flat=True)) == {"SENT"}
