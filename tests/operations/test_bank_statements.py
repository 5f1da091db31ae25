"""The bank's statements: whole and in their chain, settling payments once, explained by the vouchers they are."""

from datetime import date

import pytest

from ledger.checks import run_checks
from payouts.models import (
    BankStatement,
    Batch,
    Explanation,
    OwnAccount,
    Payment,
    ResultRow,
    StatementEntry,
    StatementFile,
)
from payouts.models.bank_words import ExplanationKind
from payouts.statement_refusals import AccountNotOwn, StatementMissing, StatementRefused
from tests import payroll
from tests.payroll import AUGUST, batch_of, yuan
from tests.statements import (
    NUMBER,
    RESULTS,
    Bank,
    came_back,
    debit,
    detail,
    entry,
    identity_of,
    noticed,
    notify,
    own_account,
    stated,
    take,
)

stage = payroll.stage
rolled_back = payroll.rolled_back

BEGIN, PAY_DAY, LATER = date(2026, 8, 1), date(2026, 8, 15), date(2026, 8, 20)
FIRST = date(2026, 8, 14)


@pytest.fixture
def own(rolled_back: None) -> OwnAccount:
    return own_account(since=BEGIN)


@pytest.fixture
def bank(own: OwnAccount) -> Bank:
    return Bank(own)


def payments(batch: Batch | None = None) -> list[Payment]:
    return list(Payment.objects.filter(batch=batch or batch_of(AUGUST)).order_by("serial"))


def checks() -> list[str]:
    return [f"{fault.check}: {fault.what}" for fault in run_checks([])]


def state_all(bank: Bank, on: date = PAY_DAY) -> bytes:
    listed = payments()
    return bank.statement(on, *(debit(one, on) for one in listed), amounts=[-one.amount for one in listed])


# Whole, and in its chain


def test_a_statement_is_kept_with_its_entries(own: OwnAccount, bank: Bank) -> None:
    taken = take(bank.statement(PAY_DAY, entry("12.34", PAY_DAY, text="利息"), amounts=["12.34"]), on=PAY_DAY)
    [statement] = taken.statements
    assert (statement.opening, statement.closing) == (own.opening, own.opening + yuan("12.34"))
    [one] = StatementEntry.objects.all()
    assert (one.amount, one.text, one.booked_on, one.statement) == (yuan("12.34"), "利息", PAY_DAY, statement)
    assert checks() == []


def test_a_statement_that_does_not_add_up_is_refused_with_nothing_stored(own: OwnAccount, bank: Bank) -> None:
    content = bank.statement(PAY_DAY, entry("12.34", PAY_DAY), amounts=["12.35"])
    with pytest.raises(StatementRefused) as refused:
        take(content, on=PAY_DAY)
    assert refused.value.name == "bank_statement_adds_up"
    assert refused.value.facts["rule"] == "balance_differs"
    assert not StatementFile.objects.exists()
    assert not StatementEntry.objects.exists()


def test_the_same_file_is_taken_once(bank: Bank) -> None:
    content = bank.statement(PAY_DAY, entry("12.34", PAY_DAY), amounts=["12.34"])
    first, second = take(content, on=PAY_DAY), take(content, on=LATER)
    assert (first.known_before, second.known_before, second.file) == (False, True, first.file)
    assert BankStatement.objects.count() == 1


def test_a_statement_after_a_gap_waits_for_the_missing_one(bank: Bank) -> None:
    take(bank.statement(FIRST), on=FIRST)
    missing = bank.statement(PAY_DAY, entry("1.00", PAY_DAY), amounts=["1.00"])
    after = bank.statement(LATER, entry("2.00", LATER), amounts=["2.00"])
    with pytest.raises(StatementMissing) as refused:
        take(after, on=LATER)
    assert refused.value.facts["missing"] == 2
    assert StatementFile.objects.count() == 1
    take(missing, on=LATER)
    take(after, on=LATER)
    assert list(BankStatement.objects.order_by("pk").values_list("sequence_number", flat=True)) == [1, 2, 3]


def test_a_statement_of_another_opening_balance_is_missing_one(own: OwnAccount, bank: Bank) -> None:
    take(bank.statement(FIRST), on=FIRST)
    with pytest.raises(StatementMissing):
        take(stated(NUMBER, 2, PAY_DAY, own.opening + 1, own.opening + 1), on=PAY_DAY)


def test_the_first_statement_begins_with_the_recorded_balance(own: OwnAccount) -> None:
    with pytest.raises(StatementMissing):
        take(stated(NUMBER, 1, FIRST, own.opening + 1, own.opening + 1), on=FIRST)


def test_an_older_statement_is_refused(own: OwnAccount, bank: Bank) -> None:
    take(bank.statement(PAY_DAY), on=PAY_DAY)
    with pytest.raises(StatementRefused):
        take(stated(NUMBER, 1, FIRST, own.opening, own.opening), on=PAY_DAY)


def test_numbers_begin_again_with_a_new_year(own: OwnAccount, bank: Bank) -> None:
    take(bank.statement(PAY_DAY), on=PAY_DAY)
    take(stated(NUMBER, 1, date(2027, 1, 4), own.opening, own.opening), on=date(2027, 1, 4))
    with pytest.raises(StatementRefused):
        take(stated(NUMBER, 1, date(2027, 1, 5), own.opening, own.opening), on=date(2027, 1, 5))


def test_a_statement_of_an_unknown_account_is_refused(own: OwnAccount) -> None:
    with pytest.raises(AccountNotOwn):
        take(stated("62170000999999999", 1, FIRST, yuan("0.00"), yuan("0.00")), on=FIRST)


def test_a_message_cut_short_is_refused(bank: Bank) -> None:
    content = state_all(bank)
    with pytest.raises(StatementRefused) as refused:
        take(content[: len(content) // 2], on=PAY_DAY)
    assert refused.value.name == "statement_is_readable"
    assert not StatementEntry.objects.exists()


# Payments


def test_a_statement_settles_each_payment_and_is_explained_by_the_vouchers_of_the_batch(bank: Bank) -> None:
    taken = take(state_all(bank), on=PAY_DAY)
    assert {one.status for one in payments()} == {"SETTLED"}
    assert batch_of(AUGUST).status == "RECONCILED"
    assert list(taken.findings) == []
    [explained] = Explanation.objects.all()
    assert explained.kind == ExplanationKind.BATCH
    assert explained.amount == -sum(one.amount for one in payments())
    assert checks() == []


def test_a_statement_settles_nothing_where_result_files_do(bank: Bank) -> None:
    taken = take(state_all(bank), on=PAY_DAY, settled_by=RESULTS)
    assert {one.status for one in payments()} == {"SENT"}
    assert taken.results == []
    assert Explanation.objects.count() == 1


def test_what_comes_back_in_the_same_statement_is_settled_and_returned(bank: Bank) -> None:
    listed = payments()
    entries = [came_back(listed[0], PAY_DAY), *(debit(one, PAY_DAY) for one in listed)]
    content = bank.statement(PAY_DAY, *entries, amounts=[listed[0].amount, *(-one.amount for one in listed)])
    take(content, on=PAY_DAY)
    assert payments()[0].status == "RETURNED"
    assert sorted(Explanation.objects.values_list("kind", flat=True)) == ["BATCH", "RETURN"]
    assert checks() == []


def test_a_late_return_gives_the_money_back_by_voucher(bank: Bank) -> None:
    take(state_all(bank), on=PAY_DAY)
    one = payments()[1]
    taken = take(bank.statement(LATER, came_back(one, LATER), amounts=[one.amount]), on=LATER)
    assert payments()[1].status == "RETURNED"
    [result] = taken.results
    assert (result.returned_amount, result.posting_date) == (one.amount, LATER)
    assert Explanation.objects.get(kind=ExplanationKind.RETURN).amount == one.amount
    assert checks() == []


def test_notice_and_statement_of_one_movement_apply_it_once(own: OwnAccount, bank: Bank) -> None:
    listed = payments()
    entries = [debit(one, PAY_DAY) for one in listed]
    told = notify(noticed(NUMBER, "N1", *entries), on=PAY_DAY)
    assert {one.status for one in payments()} == {"SETTLED"}
    taken = take(bank.statement(PAY_DAY, *entries, amounts=[-one.amount for one in listed]), on=PAY_DAY)
    assert (list(told.findings), list(taken.findings), taken.results) == ([], [], [])
    back = came_back(listed[2], LATER)
    notify(noticed(NUMBER, "N2", back), on=LATER)
    again = take(bank.statement(LATER, back, amounts=[listed[2].amount]), on=LATER)
    assert (payments()[2].status, list(again.findings), again.results) == ("RETURNED", [], [])
    assert ResultRow.objects.filter(payment=listed[2], outcome="RETURNED").count() == 1
    assert sorted(Explanation.objects.values_list("kind", flat=True)) == ["BATCH", "RETURN"]
    assert checks() == []


def test_a_statement_before_its_notice_applies_once(own: OwnAccount, bank: Bank) -> None:
    take(state_all(bank), on=PAY_DAY)
    told = notify(noticed(NUMBER, "N1", *(debit(one, PAY_DAY) for one in payments())), on=LATER)
    assert (list(told.findings), told.results) == ([], [])


def test_what_does_not_fit_is_a_finding_and_moves_nothing(bank: Bank) -> None:
    first, second, third, fourth = payments()[:4]
    wrong = entry(-third.amount - 1, PAY_DAY, detail(identity_of(third), -third.amount - 1))
    entries = [
        debit(first, PAY_DAY),
        debit(first, PAY_DAY),
        entry("-5.00", PAY_DAY, detail("202608-999999", yuan("-5.00"))),
        came_back(second, PAY_DAY),
        wrong,
    ]
    amounts = [-first.amount, -first.amount, yuan("-5.00"), second.amount, -third.amount - 1]
    taken = take(bank.statement(PAY_DAY, *entries, amounts=amounts), on=PAY_DAY)
    assert [one.rule for one in taken.findings] == [
        "duplicate_debit",
        "unknown_payment",
        "amount_differs",
        "return_without_debit",
    ]
    assert [one.status for one in payments()[:4]] == ["SETTLED", "SENT", "SENT", "SENT"]
    assert fourth.status == "SENT"
    assert checks() == []


def test_a_debit_of_another_statement_is_a_duplicate(bank: Bank) -> None:
    take(state_all(bank), on=PAY_DAY)
    one = payments()[0]
    taken = take(bank.statement(LATER, debit(one, LATER), amounts=[-one.amount]), on=LATER)
    assert [finding.rule for finding in taken.findings] == ["duplicate_debit"]
    assert checks() == []


def test_a_payment_is_returned_once(bank: Bank) -> None:
    take(state_all(bank), on=PAY_DAY)
    one = payments()[0]
    take(bank.statement(LATER, came_back(one, LATER), amounts=[one.amount]), on=LATER)
    taken = take(bank.statement(LATER, came_back(one, LATER, "AC06"), amounts=[one.amount]), on=LATER)
    assert [finding.rule for finding in taken.findings] == ["duplicate_return"]


def test_one_debit_of_a_file_is_known_by_its_message_id(bank: Bank) -> None:
    file = batch_of(AUGUST).files.get()
    content = bank.statement(PAY_DAY, entry(-file.total, PAY_DAY, message=file.message_id), amounts=[-file.total])
    taken = take(content, on=PAY_DAY, settled_by=RESULTS)
    assert list(taken.findings) == []
    assert Explanation.objects.get().kind == ExplanationKind.BATCH


def test_a_file_that_is_debited_twice_is_a_finding(bank: Bank) -> None:
    file = batch_of(AUGUST).files.get()
    twice = [entry(-file.total, PAY_DAY, text=f"代发 {file.name}")] * 2
    taken = take(bank.statement(PAY_DAY, *twice, amounts=[-file.total] * 2), on=PAY_DAY, settled_by=RESULTS)
    assert [one.rule for one in taken.findings] == ["duplicate_debit"]
    assert Explanation.objects.get().entries_count == 1
