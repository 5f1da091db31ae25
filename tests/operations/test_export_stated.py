"""What exports state of themselves: counts and totals from the lines, and every number that is missing."""

from collections.abc import Callable
from datetime import date

import psycopg2.extensions

from ledger.exports.stated import Gap, state_vouchers
from ledger.models import Book
from ledger.money import exact
from ledger.posting import post_event
from tests.builders import make_books, receipt, simple, yuan

JULY_BEGIN, NOVEMBER, NOVEMBER_END = date(2026, 7, 1), date(2026, 11, 1), date(2026, 11, 30)


def test_counts_and_totals_are_those_of_the_lines_in_the_period(fresh_database: str) -> None:
    make_books()
    post_event(simple("a", "100.10"))
    post_event(simple("b", "7.00", posting_date=NOVEMBER_END))
    post_event(receipt("c", "5.00"))
    stated = state_vouchers(books=list(Book.objects.all()), since=NOVEMBER, until=date(2026, 11, 29))
    assert [(book.code, book.vouchers, book.lines, book.debit, book.credit) for book in stated.books] == [
        ("D", 1, 2, yuan("100.10"), yuan("100.10")),
        ("T01", 1, 2, yuan("5.00"), yuan("5.00")),
    ]
    assert (stated.vouchers, stated.lines, stated.debit) == (2, 4, yuan("105.10"))
    assert exact(stated.credit) == yuan("105.10")
    assert stated.gaps == []


def test_a_book_without_vouchers_is_stated_too(fresh_database: str) -> None:
    make_books()
    stated = state_vouchers(books=list(Book.objects.all()), since=NOVEMBER, until=NOVEMBER_END)
    assert [(book.code, book.vouchers, book.lines, book.debit) for book in stated.books] == [
        ("D", 0, 0, yuan("0.00")),
        ("T01", 0, 0, yuan("0.00")),
    ]


def test_every_missing_number_is_named(
    fresh_database: str, connect: Callable[[str], psycopg2.extensions.connection]
) -> None:
    make_books()
    for number in range(1, 6):
        post_event(simple(f"s/{number}"))
    superuser = connect("postgres")
    with superuser, superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table, key in (("ledger_line", "voucher_id"), ("ledger_voucher", "id")):
            cursor.execute(
                f"DELETE FROM {table} WHERE {key} IN (SELECT id FROM ledger_voucher WHERE source IN ('s/2', 's/5'))"
            )
    books = list(Book.objects.all())
    missing = [Gap("D", "2026-11", "记", 2), Gap("D", "2026-11", "记", 5)]
    assert state_vouchers(books=books, since=NOVEMBER, until=NOVEMBER_END).gaps == missing
    assert state_vouchers(books=books, since=NOVEMBER_END, until=NOVEMBER_END).gaps == missing
    assert state_vouchers(books=books, since=JULY_BEGIN, until=date(2026, 10, 31)).gaps == []
    assert str(missing[0]) == "D 2026-11 记-2"
