"""Signatures that come after posting, and balances rebuilt from their lines after a superuser's hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import psycopg2.extensions
import pytest

from ledger.balances import net_of
from ledger.checks import run_checks
from ledger.closing import close_month
from ledger.models import AuditEvent, Balance, BalanceRebuild, Book, Officer, Period, Seal, Signature, Voucher
from ledger.posting import post_event, post_events
from ledger.rebuilding import rebuild_balances
from ledger.refusals import FourEyesMissing
from ledger.signing import sign_as_chief_accountant
from tests.builders import AT, DAY, SIGNED, make_books, receipt, simple, sweep, yuan

Connect = Callable[[str], psycopg2.extensions.connection]


def officer(name: str) -> Officer:
    return Officer.objects.get(username=name)


@pytest.fixture
def posted(db: None) -> Voucher:
    make_books(townships=0)
    (made,) = post_event(simple("a"))
    return Voucher.objects.get(pk=made.voucher_id)


def refused_to_sign(voucher: Voucher, name: str) -> str:
    before = Signature.objects.count()
    with pytest.raises(FourEyesMissing) as refusal:
        sign_as_chief_accountant(voucher=voucher, officer=officer(name), at=AT)
    assert Signature.objects.count() == before
    return refusal.value.name


def test_the_chief_accountant_signs_a_posted_voucher_and_the_signature_is_sealed(posted: Voucher) -> None:
    signature = sign_as_chief_accountant(voucher=posted, officer=officer("chief"), at=AT)
    assert (signature.officer_id, signature.signed_at) == ("chief", AT)
    seal = Seal.objects.filter(book=posted.book).latest("number")
    assert (seal.kind, seal.content.split("\t")[:4]) == (
        "SIGNED",
        ["signature", str(posted.pk), "CHIEF_ACCOUNTANT", "chief"],
    )
    told = AuditEvent.objects.get(act="voucher.sign")
    assert (told.chain, told.actor, told.subject, told.after) == (
        "D",
        "chief",
        f"voucher/{posted.pk}",
        "role=CHIEF_ACCOUNTANT",
    )
    assert list(run_checks([])) == []


def test_a_voucher_is_signed_once(posted: Voucher) -> None:
    sign_as_chief_accountant(voucher=posted, officer=officer("chief"), at=AT)
    assert refused_to_sign(posted, "chief") == "voucher_signed_once_per_role"
    assert refused_to_sign(posted, "second") == "voucher_signed_once_per_role"
    assert AuditEvent.objects.filter(act="voucher.sign").count() == 1


def test_a_voucher_that_was_posted_with_the_signature_is_not_signed_again(posted: Voucher) -> None:
    (made,) = post_event(simple("b", signatures=replace(SIGNED, chief_accountant="chief")))
    assert refused_to_sign(Voucher.objects.get(pk=made.voucher_id), "second") == "voucher_four_eyes"


@pytest.mark.parametrize("name", ["cashier", "rule"])
def test_neither_the_cashier_of_the_voucher_nor_a_service_account_signs(posted: Voucher, name: str) -> None:
    assert refused_to_sign(posted, name) == "voucher_four_eyes"
    assert sign_as_chief_accountant(voucher=posted, officer=officer("second"), at=AT)


def test_a_voucher_of_a_closed_period_is_still_signed(posted: Voucher) -> None:
    for period in Period.objects.filter(status="OPEN").order_by("month"):
        close_month(period=period, officer=officer("second"), at=AT)
    assert sign_as_chief_accountant(voucher=posted, officer=officer("chief"), at=AT)
    assert list(run_checks([])) == []


def test_rebuilding_good_balances_changes_nothing_and_keeps_the_order(posted: Voucher) -> None:
    before = list(Balance.objects.order_by("account").values_list("account", "fund", "posting_date", "debit", "credit"))
    order = rebuild_balances(book=posted.book, officer=officer("second"), reason="核对", at=AT)
    after = list(Balance.objects.order_by("account").values_list("account", "fund", "posting_date", "debit", "credit"))
    assert after == before
    assert (order.requested_by_id, order.reason) == ("second", "核对")
    told = AuditEvent.objects.get(act="balances.rebuild")
    assert (told.actor, told.subject, told.after) == ("second", "book/D", "why=核对")


TAMPERINGS = {
    "an amount raised": "UPDATE ledger_balance SET debit = debit + 1 WHERE debit > 0",
    "a row taken away": "DELETE FROM ledger_balance WHERE credit > 0",
    "a row invented": """INSERT INTO ledger_balance (account_id, fund_id, period_id, posting_date, debit, credit)
        SELECT account_id, '121', period_id, posting_date, 5, 0 FROM ledger_balance LIMIT 1""",
    "a day moved": "UPDATE ledger_balance SET posting_date = posting_date + 1",
}


@pytest.fixture
def two_books(fresh_database: str) -> Book:
    make_books()
    post_events([simple("a"), receipt("r", "950.00"), sweep("s", "950.00")])
    return Book.objects.get(code="D")


def test_balances_that_a_superuser_changed_are_found_and_rebuilt(two_books: Book, connect: Connect) -> None:
    with connect("postgres") as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for name, sql in TAMPERINGS.items():
            cursor.execute(sql)
            connection.commit()
            assert {fault.check for fault in run_checks([])} == {"balances_equal_lines"}, name
            for code in ("D", "T01"):
                rebuild_balances(book=Book.objects.get(code=code), officer=officer("chief"), reason="篡改", at=AT)
            assert list(run_checks([])) == [], name
            assert net_of(book=two_books, code="5001", as_of=DAY) == yuan("100.00")


def test_rebuilding_one_book_leaves_the_other_as_it_is(two_books: Book, connect: Connect) -> None:
    with connect("postgres") as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE ledger_balance SET debit = debit + 1")
    rebuild_balances(book=two_books, officer=officer("chief"), reason="篡改", at=datetime(2026, 11, 9, tzinfo=UTC))
    assert {fault.book for fault in run_checks([])} == {"T01"}
    assert BalanceRebuild.objects.count() == 1
