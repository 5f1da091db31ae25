"""Entries explained by rules and by officers, listed with a signed reason, and the reconciliation of an account."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.checks import run_checks
from ledger.entries import Event, Signatures, VoucherToPost, credit, debit
from ledger.models import Voucher
from ledger.posting import post_event
from ledger.refusals import OfficerMayNot
from ledger.reversing import reverse_event
from payouts.explaining import (
    decide_listing,
    explain_anew,
    explain_by_hand,
    list_entry,
    undo_explanation,
)
from payouts.explanations import Line
from payouts.models import Explanation, OwnAccount, StatementEntry
from payouts.models.bank_words import ExplanationKind, OutstandingClass, OwnAccountStatus, SignedStatus
from payouts.reconciliations import figures_of, require_reconciled
from payouts.reconciling import (
    decide_close_reason,
    give_close_reason,
    make_reconciliation,
    review_reconciliation,
)
from payouts.refusals import ReasonMissing, SameOfficer, WrongState
from payouts.registering_accounts import decide_own_account, end_own_account
from payouts.statement_refusals import (
    EntryUnexplained,
    ExplanationRefused,
    NoSuchEntry,
    NotReconciled,
    OwnAccountRefused,
    ReconciliationOutdated,
)
from tests import payroll
from tests.payroll import AUGUST, officer, yuan
from tests.statements import NUMBER, Bank, cash_codes, district, entry, moment, own_account, recorded, take
from treasury.entries import GENERAL
from treasury.posting import SERVICE

stage = payroll.stage
rolled_back = payroll.rolled_back

# After the payroll of August, which leaves the account on its pay day.
BEGIN, DAY, NEXT, END = date(2026, 8, 16), date(2026, 8, 20), date(2026, 8, 21), date(2026, 8, 31)


@pytest.fixture
def own(rolled_back: None) -> OwnAccount:
    return own_account(since=BEGIN)


@pytest.fixture
def bank(own: OwnAccount) -> Bank:
    return Bank(own)


def posted(*amounts: str, on: date = DAY, source: str = "test/1", reference: str = "") -> Voucher:
    """Post a voucher that adds amounts to the account, a line for each."""
    cash, other = cash_codes("1001")[0], "3001"
    lines = []
    for text in amounts:
        amount = Decimal(text)
        ways = (debit, credit) if amount > 0 else (credit, debit)
        lines += [ways[0](cash, abs(amount), fund=GENERAL), ways[1](other, abs(amount), fund=GENERAL)]
    post_event(
        Event(
            source=source,
            vouchers=[
                VoucherToPost(
                    book=district().code,
                    posting_date=on,
                    summary=f"测试 {source}",
                    entries=tuple(lines),
                    reference=reference,
                    signatures=Signatures(
                        preparer=SERVICE,
                        reviewer=officer("reviewer").username,
                        poster=SERVICE,
                        cashier=officer("cashier").username,
                    ),
                )
            ],
        )
    )
    return Voucher.objects.get(source=source)


def lines_of(voucher: Voucher) -> list[Line]:
    cash = voucher.lines.filter(account__code__in=cash_codes("1001")).order_by("line_no")
    return [Line(voucher.pk, number) for number in cash.values_list("line_no", flat=True)]


def stated(bank: Bank, *amounts: str, on: date = DAY, reference: str = "") -> list[StatementEntry]:
    entries = [entry(amount, on, reference=reference) for amount in amounts]
    take(bank.statement(on, *entries, amounts=amounts), on=on)
    return list(StatementEntry.objects.order_by("-pk")[: len(amounts)])[::-1]


def kinds() -> list[str]:
    return list(Explanation.objects.order_by("pk").values_list("kind", flat=True))


def checks() -> list[str]:
    return [f"{fault.check}: {fault.what}" for fault in run_checks([])]


def by_hand(own: OwnAccount, entries: list[StatementEntry], lines: list[Line], reason: str = "核对回单") -> Explanation:
    return explain_by_hand(
        own=own,
        entries=[one.pk for one in entries],
        lines=lines,
        reason=reason,
        officer=officer("preparer"),
        at=moment(DAY),
    )


# What is proven of itself


def test_the_only_entry_and_line_of_a_day_and_amount_are_the_same_money(own: OwnAccount, bank: Bank) -> None:
    posted("25.00")
    stated(bank, "25.00")
    assert kinds() == [ExplanationKind.DAY]
    assert checks() == []


def test_two_of_one_amount_prove_nothing(own: OwnAccount, bank: Bank) -> None:
    posted("25.00", "-3.00")
    stated(bank, "25.00", "25.00", "-4.00")
    assert kinds() == []


def test_another_day_proves_nothing_but_a_reference_does(own: OwnAccount, bank: Bank) -> None:
    posted("25.00", on=NEXT, source="test/plain")
    stated(bank, "25.00", reference="HD20260820")
    assert kinds() == []
    posted("25.00", on=NEXT, source="test/named", reference="HD20260820")
    assert explain_anew(own=own, officer=officer("preparer"), at=moment(NEXT)) == 1
    assert kinds() == [ExplanationKind.REFERENCE]


def test_the_whole_of_a_day_is_one_line(own: OwnAccount, bank: Bank) -> None:
    posted("25.00")
    stated(bank, "20.00", "5.00")
    assert kinds() == [ExplanationKind.TOGETHER]
    assert Explanation.objects.get().entries_count == 2


def test_a_voucher_and_its_reversal_cancel_each_other(own: OwnAccount, bank: Bank) -> None:
    voucher = posted("25.00")
    reverse_event(
        source=voucher.source,
        posting_date=DAY,
        signatures=Signatures(
            preparer=SERVICE,
            reviewer=officer("reviewer").username,
            poster=SERVICE,
            cashier=officer("cashier").username,
        ),
    )
    stated(bank)
    assert kinds() == [ExplanationKind.CANCELLED]


# What an officer finds


def test_an_officer_links_entries_to_lines_of_equal_sum(own: OwnAccount, bank: Bank) -> None:
    voucher = posted("25.00", "5.00", on=NEXT)
    found = stated(bank, "18.00", "12.00")
    made = by_hand(own, found, lines_of(voucher))
    assert (made.amount, made.entries_count, made.lines_count, made.complete_on) == (yuan("30.00"), 2, 2, NEXT)
    assert checks() == []


def test_sums_that_differ_are_refused(own: OwnAccount, bank: Bank) -> None:
    voucher = posted("25.00", on=NEXT)
    found = stated(bank, "25.01")
    with pytest.raises(ExplanationRefused):
        by_hand(own, found, lines_of(voucher))


def test_a_line_is_matched_once_until_it_is_undone(own: OwnAccount, bank: Bank) -> None:
    voucher = posted("25.00", on=NEXT)
    first, second = stated(bank, "25.00", "25.00")
    made = by_hand(own, [first], lines_of(voucher))
    with pytest.raises(ExplanationRefused):
        by_hand(own, [second], lines_of(voucher))
    undo_explanation(explanation=made, reason="对应有误", officer=officer("reviewer"), at=moment(DAY))
    with pytest.raises(WrongState):
        undo_explanation(explanation=made, reason="对应有误", officer=officer("reviewer"), at=moment(DAY))
    by_hand(own, [second], lines_of(voucher))
    assert checks() == []


def test_entries_that_cancel_each_other_need_no_voucher(own: OwnAccount, bank: Bank) -> None:
    found = stated(bank, "-7.00", "7.00")
    assert by_hand(own, found, []).amount == yuan("0.00")


def test_a_reason_and_a_known_line_are_needed(own: OwnAccount, bank: Bank) -> None:
    found = stated(bank, "-7.00", "7.00")
    with pytest.raises(ReasonMissing):
        by_hand(own, found, [], reason=" ")
    with pytest.raises(NoSuchEntry):
        by_hand(own, found, [Line(1, 99)])
    with pytest.raises(OfficerMayNot):
        explain_by_hand(own=own, entries=[], lines=[], reason="核对", officer=officer("cashier"), at=moment(DAY))


# Reconciliation


def test_the_four_classes_bring_both_sides_to_one_balance(own: OwnAccount, bank: Bank) -> None:
    posted("10.00", "-4.00", on=NEXT)
    stated(bank, "7.00", "-2.00")
    take(bank.statement(END), on=END)
    found = figures_of(own=own, month=AUGUST)
    assert {kind.value: found.total(kind) for kind in OutstandingClass} == {
        "BANK_IN": yuan("7.00"),
        "BANK_OUT": yuan("2.00"),
        "BOOK_IN": yuan("10.00"),
        "BOOK_OUT": yuan("4.00"),
    }
    assert found.adjusted_books == found.adjusted_bank == own.opening + yuan("11.00")


def test_what_is_explained_next_month_is_outstanding_at_the_end_of_this(own: OwnAccount, bank: Bank) -> None:
    stated(bank, "7.00")
    take(bank.statement(END), on=END)
    before = figures_of(own=own, month=AUGUST)
    voucher = posted("7.00", on=date(2026, 9, 2))
    by_hand(own, list(StatementEntry.objects.all()), lines_of(voucher))
    after = figures_of(own=own, month=AUGUST)
    assert (after.items, after.digest) == (before.items, before.digest)
    assert (before.unexplained, after.unexplained) == (1, 0)


def reconcile(own: OwnAccount) -> None:
    make_reconciliation(own=own, month=AUGUST, officer=officer("preparer"), at=moment(END))


def review(own: OwnAccount, by: str = "chief_accountant") -> None:
    review_reconciliation(own=own, month=AUGUST, officer=officer(by), at=moment(END))


def test_a_month_is_reconciled_when_every_entry_is_explained_or_listed(own: OwnAccount, bank: Bank) -> None:
    [one] = stated(bank, "7.00")
    with pytest.raises(NotReconciled):
        reconcile(own)
    take(bank.statement(END), on=END)
    reconcile(own)
    with pytest.raises(EntryUnexplained):
        review(own)
    listing = list_entry(entry=one, reason="待查", officer=officer("preparer"), at=moment(END))
    with pytest.raises(EntryUnexplained):
        review(own)
    decide_listing(listing=listing, to=SignedStatus.SIGNED, officer=officer("reviewer"), at=moment(END))
    with pytest.raises(ReconciliationOutdated):
        review(own)
    reconcile(own)
    with pytest.raises(NotReconciled):
        require_reconciled(month=AUGUST)
    review(own)
    require_reconciled(month=AUGUST)
    assert checks() == []


def test_nobody_signs_what_he_wrote(own: OwnAccount, bank: Bank) -> None:
    [one] = stated(bank, "7.00")
    take(bank.statement(END), on=END)
    everything = officer("everything")
    listing = list_entry(entry=one, reason="待查", officer=everything, at=moment(END))
    with pytest.raises(SameOfficer):
        decide_listing(listing=listing, to=SignedStatus.SIGNED, officer=everything, at=moment(END))
    decide_listing(listing=listing, to=SignedStatus.SIGNED, officer=officer("reviewer"), at=moment(END))
    make_reconciliation(own=own, month=AUGUST, officer=everything, at=moment(END))
    with pytest.raises(SameOfficer):
        review(own, "everything")
    given = give_close_reason(own=own, month=AUGUST, reason="银行系统故障", officer=everything, at=moment(END))
    with pytest.raises(SameOfficer):
        decide_close_reason(given=given, to=SignedStatus.SIGNED, officer=everything, at=moment(END))


def test_later_postings_void_a_review(own: OwnAccount, bank: Bank) -> None:
    take(bank.statement(END), on=END)
    reconcile(own)
    review(own)
    posted("1.00")
    with pytest.raises(NotReconciled):
        require_reconciled(month=AUGUST)
    assert [fault.check for fault in run_checks(["reconciliations_are_what_was_reviewed"])]
    reconcile(own)
    review(own)
    require_reconciled(month=AUGUST)
    assert checks() == []


def test_a_month_without_a_statement_needs_a_signed_reason(own: OwnAccount) -> None:
    with pytest.raises(NotReconciled):
        require_reconciled(month=AUGUST)
    given = give_close_reason(own=own, month=AUGUST, reason="银行系统故障", officer=officer("preparer"), at=moment(END))
    with pytest.raises(NotReconciled):
        require_reconciled(month=AUGUST)
    decide_close_reason(given=given, to=SignedStatus.SIGNED, officer=officer("chief_accountant"), at=moment(END))
    require_reconciled(month=AUGUST)


def test_a_district_without_own_accounts_is_not_held_up(rolled_back: None) -> None:
    require_reconciled(month=AUGUST)


# Own accounts


def test_an_own_account_begins_where_bank_and_books_agree(rolled_back: None) -> None:
    own = recorded(since=BEGIN, codes=cash_codes("1001"), opening=yuan("1.00"))
    with pytest.raises(OwnAccountRefused) as refused:
        decide_own_account(own=own, to=OwnAccountStatus.CONFIRMED, officer=officer("bureau_head"), at=moment(BEGIN))
    assert refused.value.name == "own_account_begins_in_agreement"


def test_a_leaf_lies_on_one_account_at_a_time(own: OwnAccount) -> None:
    with pytest.raises(OwnAccountRefused):
        recorded(since=DAY, codes=cash_codes("1001"), number="62170000999999999")
    end_own_account(own=own, on=DAY, officer=officer("chief_accountant"), at=moment(DAY))
    recorded(since=DAY, codes=cash_codes("1001"), number=NUMBER)


@pytest.mark.parametrize("codes", [(), ("3001",), ("9999",)])
def test_only_cash_leaves_lie_at_a_bank(rolled_back: None, codes: tuple[str, ...]) -> None:
    with pytest.raises(OwnAccountRefused):
        recorded(since=DAY, codes=codes)


def test_who_records_an_account_does_not_confirm_it(own: OwnAccount) -> None:
    with pytest.raises(OfficerMayNot):
        decide_own_account(own=own, to=OwnAccountStatus.CONFIRMED, officer=officer("chief_accountant"), at=moment(DAY))


def test_an_account_ends_after_its_entries(own: OwnAccount, bank: Bank) -> None:
    stated(bank, "7.00")
    with pytest.raises(OwnAccountRefused):
        end_own_account(own=own, on=DAY, officer=officer("chief_accountant"), at=moment(DAY))
    end_own_account(own=own, on=NEXT, officer=officer("chief_accountant"), at=moment(DAY))
