"""Hands that go round the ORM: raw statements of one database role, right but for one point.

A ``Stage`` is a database that the tests of one module share: three books with some vouchers. A
``Hand`` works on it through psycopg2 alone and is rolled back after each test.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

import psycopg2
import psycopg2.errors
import psycopg2.extensions
import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from config import instance, roles
from ledger.models import Book, Officer
from ledger.models.words import BookKind
from ledger.opening import open_book
from ledger.posting import post_events
from tests.builders import AT, FUND, OPENED_ON, credit, debit, event, make_books, receipt, simple, sweep, voucher, yuan
from tests.conftest import copy_database, drop_database, point_at

DENIED: Final = "permission denied"
DAY: Final = "2026-11-05"
USERS: Final = {"app": roles.APP, "owner": roles.OWNER, "auditor": roles.AUDITOR, "postgres": "postgres"}
POSTED: Final = ("append_only", "derived")
DIMENSIONS: Final = ("functional_id", "economic_id", "project_id", "unit_id", "counterparty_id")

# A statement and its parameters.
Statement = tuple[Any, ...]

stages = itertools.count()
papers = itertools.count(1)


@dataclass(frozen=True)
class Paper:
    """A voucher before it is written raw; ``header`` and each line replace what would be right."""

    book: str
    lines: tuple[Mapping[str, Any], ...]
    header: Mapping[str, Any] = field(default_factory=dict)

    def but(self, **header: Any) -> "Paper":
        return replace(self, header={**self.header, **header})


def dr(account: str, amount: str, **columns: Any) -> dict[str, Any]:
    """Return a raw debit; ``columns`` replace those of ``ledger_line``."""
    return {"account": account, "side": "D", "amount": amount, **columns}


def cr(account: str, amount: str, **columns: Any) -> dict[str, Any]:
    return {"account": account, "side": "C", "amount": amount, **columns}


def paper(book: str, *lines: Mapping[str, Any], **header: Any) -> Paper:
    return Paper(book=book, lines=lines, header=header)


def plain(amount: str = "1.00", *, book: str = "D", **header: Any) -> Paper:
    """Return a voucher that is right in every point and touches no cash."""
    return paper(book, dr("5001", amount), cr("2015", amount), **header)


def mirrored(amount: str, *, day: str = DAY, source: str = "attack/mirrored") -> tuple[Paper, Paper]:
    """Return both vouchers of a sweep of T01 (J2)."""
    shared = {"posting_date": day, "source": source}
    return (
        paper("D", dr("1001", amount), cr("103100101", amount), part=1, **shared),
        paper("T01", dr("201201", amount), cr("100101", amount), part=2, **shared),
    )


class Hand:
    """Raw work of one role in one transaction."""

    def __init__(self, role: str, connection: psycopg2.extensions.connection) -> None:
        self.role = role
        self.connection = connection

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, sql: str, *parameters: Any) -> Any:
        return self.rows(sql, *parameters)[0][0]

    def refusal(self, sql: str, *parameters: Any) -> str:
        """Return the name under which a statement is refused, or that it is accepted; nothing is left of it."""
        before = self.snapshot()
        self.rows("SAVEPOINT attack")
        try:
            self.rows(sql, *parameters)
        except psycopg2.Error as error:
            name = refused_as(error)
            self.rows("ROLLBACK TO SAVEPOINT attack")
        else:
            name = "accepted" if self.snapshot() == before else "accepted, and the books have changed"
            self.rows("ROLLBACK TO SAVEPOINT attack")
        assert self.snapshot() == before
        return name

    def owner_meets(self, name: str) -> str:
        """Return what refuses this hand where the app role lacks the privilege and the owner meets a trigger."""
        return DENIED if self.role == "app" else name

    def snapshot(self) -> dict[str, tuple[int, str]]:
        """Return the number of rows and a digest of the content of each posted or derived table."""
        tables = [name for (name,) in self.rows(TABLES_OF_TRIGGERS, list(POSTED))]
        union = " UNION ALL ".join(
            f"SELECT '{name}', count(*), md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) "
            f" FROM {name} t"
            for name in tables
        )
        return {name: (count, digest) for name, count, digest in self.rows(union)}

    def posts(self, *papers: Paper) -> list[int]:
        """Write headers and lines in one statement, as ``ledger_post`` does, and return the voucher keys."""
        sql, parameters, keys = self.statement(papers)
        self.rows(sql, *parameters)
        self.rows("SET CONSTRAINTS ALL IMMEDIATE")
        return keys

    def refuses(self, *papers: Paper) -> str:
        sql, parameters, _ = self.statement(papers)
        return self.refusal(sql, *parameters)

    def statement(self, papers: Sequence[Paper], *, lines_first: bool = False) -> tuple[str, list[Any], list[int]]:
        headers, lines = self.columns_of(papers)
        heading, h = insertion("ledger_voucher", headers)
        body, b = insertion("ledger_line", lines) if lines else ("", [])
        keys = [header["id"] for header in headers]
        if not lines:
            return heading, h, keys
        if lines_first:
            return f"WITH entered AS ({body}) {heading}", b + h, keys
        return f"WITH posted AS ({heading}) {body}", h + b, keys

    def columns_of(self, papers: Sequence[Paper]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        headers: list[dict[str, Any]] = []
        lines: list[dict[str, Any]] = []
        for one in papers:
            header = self.header_of(one)
            before = [
                h
                for h in headers
                if (h["period_id"], h["voucher_type"]) == (header["period_id"], header["voucher_type"])
            ]
            header["number"] += len(before)
            header |= {name: value for name, value in one.header.items() if name != "month"}
            headers.append(header)
            lines.extend(self.line_of(one, line, header, no) for no, line in enumerate(one.lines, start=1))
        return headers, lines

    def header_of(self, one: Paper) -> dict[str, Any]:
        """Return the columns of a header that is right in every point."""
        day = str(one.header.get("posting_date", DAY))
        kind = one.header.get("voucher_type", "记")
        period = self.period(one.book, int(day[:4]), int(one.header.get("month", day[5:7])))
        ((last_number, seal),) = self.rows(
            """SELECT coalesce((SELECT last_number FROM ledger_vouchercounter
                                 WHERE period_id = %s AND voucher_type = %s), 0), h.seal_number
                 FROM ledger_bookhead h WHERE h.book_id = %s""",
            period,
            kind,
            self.book(one.book),
        )
        totals = {"F": {"D": Decimal(0), "C": Decimal(0)}, "B": {"D": Decimal(0), "C": Decimal(0)}}
        for line in one.lines:
            record = line.get("record") or self.account(one.book, line["account"])[1]
            totals[record].setdefault(line["side"], Decimal(0))
            totals[record][line["side"]] += Decimal(line["amount"])
        return {
            "id": self.value("SELECT nextval('ledger_voucher_id_seq')"),
            "book_id": self.book(one.book),
            "period_id": period,
            "number": last_number + 1,
            "seal_number": seal + 1,
            "voucher_type": kind,
            "posting_date": day,
            "kind": "ORDINARY",
            "summary": "测试",
            "source": f"attack/{next(papers)}",
            "part": 1,
            "reference": "",
            "attachments": 0,
            "preparer_id": "rule",
            "reviewer_id": "reviewer",
            "poster_id": "rule",
            "chief_accountant_id": None,
            "cashier_id": "cashier",
            "reverses_id": None,
            "corrects_id": None,
            "paper": "",
            "line_count": len(one.lines),
            "debit_total": totals["F"]["D"],
            "credit_total": totals["F"]["C"],
            "budget_debit_total": totals["B"]["D"],
            "budget_credit_total": totals["B"]["C"],
        }

    def line_of(self, one: Paper, line: Mapping[str, Any], header: Mapping[str, Any], no: int) -> dict[str, Any]:
        key, record = self.account(one.book, line["account"])
        right = {
            **dict.fromkeys(DIMENSIONS),
            "voucher_id": header["id"],
            "line_no": no,
            "period_id": header["period_id"],
            "posting_date": header["posting_date"],
            "account_id": key,
            "record": record,
            "fund_id": FUND,
            "summary": "",
        }
        return right | {name: value for name, value in line.items() if name != "account"}

    def book(self, code: str) -> int:
        return int(self.value("SELECT id FROM ledger_book WHERE code = %s", code))

    def account(self, book: str, code: str) -> tuple[int, str]:
        """Return the key and the record of an account."""
        ((key, record),) = self.rows(
            "SELECT a.id, a.record FROM ledger_account a JOIN ledger_book b ON b.id = a.book_id"
            " WHERE b.code = %s AND a.code = %s",
            book,
            code,
        )
        return key, record

    def period(self, book: str, year: int, month: int) -> int:
        return int(
            self.value(
                "SELECT p.id FROM ledger_period p JOIN ledger_book b ON b.id = p.book_id"
                " WHERE b.code = %s AND p.year = %s AND p.month = %s",
                book,
                year,
                month,
            )
        )

    def voucher(self, source: str, part: int = 1) -> int:
        return int(self.value("SELECT id FROM ledger_voucher WHERE source = %s AND part = %s", source, part))

    def red_copy(self, of: str, *, part: int = 1, **header: Any) -> Paper:
        """Return the exact reversal of the voucher that the source ``of`` has posted as ``part``."""
        key = self.voucher(of, part)
        ((book,),) = self.rows(
            "SELECT b.code FROM ledger_voucher v JOIN ledger_book b ON b.id = v.book_id WHERE v.id = %s", key
        )
        lines = self.rows(
            "SELECT a.code, l.side, -l.amount, l.fund_id FROM ledger_line l JOIN ledger_account a"
            " ON a.id = l.account_id WHERE l.voucher_id = %s ORDER BY l.line_no",
            key,
        )
        red = [
            {"account": code, "side": side, "amount": str(amount), "fund_id": fund}
            for code, side, amount, fund in lines
        ]
        return paper(book, *red, kind="REVERSAL", reverses_id=key).but(part=part, **header)

    def adds_account(self, book: str, code: str, parent: str, *, fund: str = FUND, **columns: Any) -> None:
        """Add a sub-account that admits one fund."""
        self.rows(*sub_account(book, code, parent, **columns))
        admitted = "INSERT INTO ledger_accountfund (account_id, fund_id) VALUES (%s, %s)"
        self.rows(admitted, self.account(book, code)[0], fund)

    def moves(self, book: str, month: int, *states: str, year: int = 2026) -> None:
        """Take a period from state to state."""
        for pair in itertools.pairwise(states):
            self.rows(*change(self, book, month, *pair, year=year))

    def closes(self, book: str, *months: int, year: int = 2026) -> None:
        """Close open months, the earlier first."""
        for month in months:
            self.moves(book, month, "OPEN", "ADJUSTING", "CLOSED", year=year)


SUB_ACCOUNT_COLUMNS: Final = (
    "name",
    "kind",
    "record",
    "normal_side",
    "role",
    "cash",
    "may_overdraw",
    "flow",
    "level",
    "mirror",
    "counterpart_id",
    "effective_from",
    "effective_to",
)


def sub_account(book: str, code: str, parent: str, **columns: Any) -> Statement:
    """Return the statement that adds a sub-account like its parent, but for the columns named."""
    chosen = ", ".join("%s" if name in columns else f"p.{name}" for name in SUB_ACCOUNT_COLUMNS)
    sql = (
        f"INSERT INTO ledger_account (book_id, code, parent_id, {', '.join(SUB_ACCOUNT_COLUMNS)})"
        f" SELECT p.book_id, %s, p.id, {chosen} FROM ledger_account p JOIN ledger_book b ON b.id = p.book_id"
        " WHERE b.code = %s AND p.code = %s"
    )
    return sql, code, *(columns[name] for name in SUB_ACCOUNT_COLUMNS if name in columns), book, parent


TABLES_OF_TRIGGERS = """
SELECT DISTINCT c.relname FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid
 WHERE pg_table_is_visible(c.oid) AND t.tgname = ANY (%s) ORDER BY 1
"""


def change(
    hand: Hand,
    book: str,
    month: int,
    from_status: str,
    to_status: str,
    *,
    year: int = 2026,
    requested_by: str = "reviewer",
    approved_by: str | None = None,
    reason: str = "",
) -> Statement:
    """Return the statement that changes a period."""
    return (
        """INSERT INTO ledger_periodchange
             (period_id, from_status, to_status, requested_by_id, approved_by_id, reason, changed_at)
           VALUES (%s, %s, %s, %s, %s, %s, '2026-12-01 00:00+00')""",
        hand.period(book, year, month),
        from_status,
        to_status,
        requested_by,
        approved_by,
        reason,
    )


def insertion(table: str, rows: Sequence[Mapping[str, Any]]) -> tuple[str, list[Any]]:
    """Return one INSERT of all rows, which share their columns."""
    columns = list(rows[0])
    places = "(" + ", ".join(["%s"] * len(columns)) + ")"
    values = [row[column] for row in rows for column in columns]
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([places] * len(rows))}", values


def refused_as(error: psycopg2.Error) -> str:
    """Return the name of the rule, or the class of the error where no rule has a name."""
    if isinstance(error, psycopg2.errors.InsufficientPrivilege):
        return DENIED
    return error.diag.constraint_name or type(error).__name__


@dataclass
class Stage:
    """A database shared by the tests of a module."""

    database: str
    opened: dict[str, psycopg2.extensions.connection] = field(default_factory=dict)

    def connect(self, role: str) -> psycopg2.extensions.connection:
        return psycopg2.connect(instance.join().dsn(role=USERS[role], database=self.database))

    def hand(self, role: str) -> Hand:
        if role not in self.opened:
            self.opened[role] = self.connect(role)
        return Hand(role, self.opened[role])


VOUCHER_TEXT: Final = (
    "id, book, year, month, voucher_type, number, posting_date, kind, source, part, reference, attachments,"
    " preparer_id, reviewer_id, poster_id, chief_accountant_id, cashier_id, reverses_id, corrects_id, paper,"
    " line_count, debit_total, credit_total, budget_debit_total, budget_credit_total, seal_number, summary"
)
LINE_TEXT: Final = f"line_no, code, fund_id, {', '.join(DIMENSIONS)}, side, amount, summary"


def broken_links(hand: Hand) -> list[str]:
    """Return what is wrong with the chains of all books, worked out without the database's functions (P12)."""
    return [
        fault
        for book, code in hand.rows("SELECT id, code FROM ledger_book")
        for fault in broken_chain(hand, book, code)
    ]


def broken_chain(hand: Hand, book: int, code: str) -> Iterator[str]:
    digest = sha256(f"book\t{code}\n".encode()).digest()
    number = 0
    seals = hand.rows(
        "SELECT number, kind, recorded_at, first_voucher_id, last_voucher_id, voucher_count, content, voucher_digests,"
        " previous, digest FROM ledger_seal WHERE book_id = %s ORDER BY number",
        book,
    )
    for number, kind, at, first, last, count, content, digests, previous, stored in seals:
        moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        head = f"seal\t{spell(code, number, kind, moment, first, last, count)}\n{content}"
        sealed = sha256(digest + head.encode() + bytes(digests)).digest()
        if bytes(previous) != digest or bytes(stored) != sealed:
            yield f"seal {number} of {code}"
        texts = voucher_texts(hand, book, number)
        if b"".join(sha256(text.encode()).digest() for text in texts) != bytes(digests) or len(texts) != count:
            yield f"vouchers under seal {number} of {code}"
        digest = bytes(stored)
    ((last_number, last_digest),) = hand.rows(
        "SELECT seal_number, digest FROM ledger_bookhead WHERE book_id = %s", book
    )
    if (last_number, bytes(last_digest)) != (number, digest):
        yield f"head of {code}"


def voucher_texts(hand: Hand, book: int, seal: int) -> list[str]:
    """Return the canonical texts of the vouchers under a seal, by voucher key."""
    headers = hand.rows(
        f"SELECT {VOUCHER_TEXT} FROM (SELECT v.*, b.code AS book, p.year, p.month FROM ledger_voucher v"
        " JOIN ledger_book b ON b.id = v.book_id JOIN ledger_period p ON p.id = v.period_id"
        " WHERE v.book_id = %s AND v.seal_number = %s) v ORDER BY id",
        book,
        seal,
    )
    return [f"voucher\t{spell(*header)}\n" + "".join(line_texts(hand, header[0])) for header in headers]


def line_texts(hand: Hand, voucher_key: int) -> list[str]:
    lines = hand.rows(
        f"SELECT {LINE_TEXT} FROM ledger_line l JOIN (SELECT id, code FROM ledger_account) a"
        " ON a.id = l.account_id WHERE voucher_id = %s ORDER BY line_no",
        voucher_key,
    )
    return [f"line\t{spell(*line)}\n" for line in lines]


def spell(*values: Any) -> str:
    """Return values tab-separated: nothing for none, two decimals for money, ISO for dates."""
    return "\t".join(
        "" if value is None else format(value, ".2f") if isinstance(value, Decimal) else str(value) for value in values
    )


def furnish() -> None:
    """Open D with T01 and T02, and N under the regime of two records; post what the attacks start from."""
    make_books(townships=2)
    open_book(
        code="N",
        name="新制",
        kind=BookKind.DISTRICT,
        regime="GF2022",
        parent=None,
        opened_on=OPENED_ON,
        opener=Officer.objects.get(username="reviewer"),
        at=AT,
    )
    assert Book.objects.count() == 4
    opening = voucher(
        "D",
        debit("1001", yuan("1000.00"), fund=FUND),
        credit("3001", yuan("1000.00"), fund=FUND),
        kind="OPENING",
        posting_date=OPENED_ON.replace(month=10, day=31),
    )
    post_events(
        [
            event("opening/D", opening),
            receipt("receipt/1", "950.00"),
            sweep("sweep/1", "400.00"),
            simple("plain/1"),
            simple("plain/2", "7.00"),
        ]
    )


@pytest.fixture(scope="module")
def stage(
    django_db_setup: None,
    template_database: str,
    administration: psycopg2.extensions.connection,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Stage]:
    shared = str(connections["default"].settings_dict["NAME"])
    made = Stage(f"{template_database}_stage_{next(stages)}")
    with django_db_blocker.unblock():
        copy_database(administration, made.database, template_database)
        point_at(made.database)
        furnish()
        yield made
        for connection in made.opened.values():
            connection.close()
        point_at(shared)
    drop_database(administration, made.database)


def lent(stage: Stage, role: str) -> Iterator[Hand]:
    made = stage.hand(role)
    yield made
    made.connection.rollback()


@pytest.fixture(params=["app", "owner"])
def hand(request: pytest.FixtureRequest, stage: Stage) -> Iterator[Hand]:
    yield from lent(stage, request.param)


@pytest.fixture
def app(stage: Stage) -> Iterator[Hand]:
    yield from lent(stage, "app")


@pytest.fixture
def owner(stage: Stage) -> Iterator[Hand]:
    yield from lent(stage, "owner")


@pytest.fixture
def superuser(stage: Stage) -> Iterator[Hand]:
    yield from lent(stage, "postgres")
