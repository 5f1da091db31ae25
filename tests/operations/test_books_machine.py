"""Any order of acts, right and wrong, against a model that knows the rules and not the ledger.

The machine posts, replays, reverses, signs and moves periods. The model (``tests.books_model``)
says first whether an act is accepted or which refusals it may meet. A refused act changes nothing;
after an accepted one both tell the same balances, numbers and periods.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from ledger import closing, opening
from ledger.balances import balances_as_of
from ledger.checks import run_checks
from ledger.entries import Entry, Event, Signatures, VoucherToPost
from ledger.models import Book, Officer, Period, Voucher
from ledger.posting import Posted, post_event, post_events
from ledger.refusals import UnableToPost
from ledger.reversing import reverse_event
from ledger.signing import sign_as_chief_accountant
from tests.books_model import HEADINGS, LEAVES, MONEY, PERIOD_ACTS, Answer, Books, Deed, Line, Name, Sheet, Signed, fen
from tests.builders import AT, make_books

FEN: Final = Decimal("0.01")
STEPS_BETWEEN_CHECKS: Final = 10
BUSINESS: Final = date(2026, 11, 5)
BEFORE: Final = date(2026, 10, 31)
NOVEMBER: Final = (date(2026, 11, 1), BUSINESS, BUSINESS, date(2026, 11, 6), date(2026, 11, 30))
DECEMBER: Final = (date(2026, 12, 1), date(2026, 12, 31))
ELSEWHEN: Final = (date(2026, 9, 30), BEFORE, date(2025, 12, 31), date(2027, 1, 1))

# What must be the same before and after a refusal.
TABLES: Final = (
    *("voucher", "line", "signature", "seal", "bookhead", "vouchercounter", "balance", "mirrorbalance"),
    *("period", "periodchange", "auditevent", "trailhead"),
)
SNAPSHOT: Final = " UNION ALL ".join(
    f"SELECT '{table}', count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM ledger_{table} t"
    for table in TABLES
)
TURNOVERS_OF_LINES: Final = """
SELECT b.code, a.code, l.fund_id, l.posting_date, coalesce(sum(l.amount) FILTER (WHERE l.side = 'D'), 0),
       coalesce(sum(l.amount) FILTER (WHERE l.side = 'C'), 0)
  FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id JOIN ledger_book b ON b.id = a.book_id
 GROUP BY 1, 2, 3, 4
"""
TURNOVERS_STORED: Final = """
SELECT b.code, a.code, t.fund_id, t.posting_date, sum(t.debit), sum(t.credit)
  FROM ledger_balance t JOIN ledger_account a ON a.id = t.account_id JOIN ledger_book b ON b.id = a.book_id
 GROUP BY 1, 2, 3, 4
"""
NUMBERS: Final = """
SELECT b.code, p.month, v.voucher_type, array_agg(v.number ORDER BY v.number)
  FROM ledger_voucher v JOIN ledger_period p ON p.id = v.period_id JOIN ledger_book b ON b.id = v.book_id
 GROUP BY 1, 2, 3
"""
MIRRORS: Final = "SELECT mirror, posting_date, upper_net, lower_net FROM ledger_mirrorbalance"
PERIODS: Final = """
SELECT b.code, p.month, p.status FROM ledger_period p JOIN ledger_book b ON b.id = p.book_id WHERE p.year = 2026
"""

Sides = tuple[tuple[str, tuple[Line, ...]], ...]


def dr(account: str, amount: Decimal, fund: str = "111") -> Line:
    return Line(account=account, side="D", amount=amount, fund=fund)


def cr(account: str, amount: Decimal, fund: str = "111") -> Line:
    return Line(account=account, side="C", amount=amount, fund=fund)


# The journals of domain 2.5 that a month is made of, each with the money it takes.
SHAPES: Final[dict[str, Callable[[Decimal], Sides]]] = {
    "J1 receipt": lambda x: (("T01", (dr("100101", x), cr("4001", x))),),
    "J2 sweep": lambda x: (
        ("D", (dr("1001", x), cr("103100101", x))),
        ("T01", (dr("201201", x), cr("100101", x))),
    ),
    "J3 payroll": lambda x: (
        ("T01", (dr("5001", x), cr("201201", x))),
        ("D", (dr("103100101", x), cr("1001", x))),
    ),
    "J4 funding": lambda x: (
        ("T01", (dr("100401", x), cr("201201", x))),
        ("D", (dr("103100101", x), cr("1001", x))),
    ),
    "J6a over-collection": lambda x: (
        ("T01", (dr("100401", x), dr("201202", FEN), cr("201201", x + FEN))),
        ("D", (dr("103100101", x + FEN), cr("1001", x), cr("103100102", FEN))),
    ),
    "J7 old debt": lambda x: (
        ("T01", (dr("5012", x), cr("201202", x))),
        ("D", (dr("103100102", x), cr("4012", x))),
    ),
    "J10 fee": lambda x: (("T01", (dr("100402", x, "2"), cr("4005", x, "2"))),),
    "J13 claim": lambda x: (("T01", (dr("5005", x, "2"), cr("100402", x, "2"))),),
    "J18 back pay": lambda x: (("T01", (dr("5001", x), cr("100401", x))),),
    "J19 advance becomes old debt": lambda x: (
        ("T01", (dr("201201", x), cr("201202", x))),
        ("D", (dr("103100102", x), cr("103100101", x))),
    ),
    "J23 between funds": lambda x: (("D", (dr("5021", x), cr("1001", x), dr("1001", x, "121"), cr("4021", x, "121"))),),
    "handed back": lambda x: (
        ("T01", (dr("201201", x), cr("100401", x))),
        ("D", (dr("1001", x), cr("103100101", x))),
    ),
    "J16 returned payment": lambda x: (
        ("T01", (dr("5001", -x), cr("201201", -x))),
        ("D", (dr("103100101", -x), cr("1001", -x))),
    ),
    "district revenue": lambda x: (("D", (dr("1001", x), cr("4001", x))),),
    "accrual": lambda x: (("D", (dr("5001", x), cr("2015", x))),),
    "accrual in both": lambda x: (
        ("D", (dr("5001", x), cr("2015", x))),
        ("T01", (dr("1036", x), cr("2017", x))),
    ),
    "payment out of the receipt-only account": lambda x: (("T01", (dr("5001", x), cr("100101", x))),),
    "receipt into the disbursement-only account": lambda x: (("T01", (dr("100401", x), cr("4001", x))),),
    "sweep into another account": lambda x: (("T01", (dr("100402", x), cr("100101", x))),),
}
SPENDS: Final = {
    "J2 sweep": ("T01", "100101"),
    "J3 payroll": ("D", "1001"),
    "J4 funding": ("D", "1001"),
    "J13 claim": ("T01", "100402"),
    "J18 back pay": ("T01", "100401"),
    "handed back": ("T01", "100401"),
}


def first(**changes: Any) -> Callable[[Deed], Deed]:
    """Return what changes fields of the first voucher of an event."""
    return lambda deed: replace(deed, sheets=(replace(deed.sheets[0], **changes), *deed.sheets[1:]))


def every(**changes: Any) -> Callable[[Deed], Deed]:
    return lambda deed: replace(deed, sheets=tuple(replace(sheet, **changes) for sheet in deed.sheets))


def signed(**changes: Any) -> Callable[[Deed], Deed]:
    return every(signed=Signed(**changes))


def last_line(change: Callable[[Line], Line]) -> Callable[[Deed], Deed]:
    def changed(deed: Deed) -> Deed:
        *lines, last = deed.sheets[0].lines
        return first(lines=(*lines, change(last)))(deed)

    return changed


def red(deed: Deed) -> Deed:
    return replace(deed, sheets=tuple(replace(sheet, lines=sheet.in_red) for sheet in deed.sheets))


def parted(deed: Deed) -> Deed:
    *sheets, last = deed.sheets
    return replace(deed, sheets=(*sheets, replace(last, day=last.day + timedelta(days=1))))


def below_a_fen(deed: Deed) -> Deed:
    lines = tuple(replace(line, amount=line.amount + FEN / 10) for line in deed.sheets[0].lines)
    return first(lines=lines)(deed)


# What is done to an event before it is posted; the model says whether that is a mistake.
TWISTS: Final[dict[str, Callable[[Deed], Deed]]] = {
    "a fen more on one line": last_line(lambda line: replace(line, amount=line.amount + FEN)),
    "a fen less on one line": last_line(lambda line: replace(line, amount=line.amount - FEN)),
    "half a fen on each line": below_a_fen,
    "a zero line": lambda deed: first(lines=(*deed.sheets[0].lines, dr("2015", Decimal("0.00"))))(deed),
    "one line": lambda deed: first(lines=deed.sheets[0].lines[:1])(deed),
    "no line": first(lines=()),
    "another fund on one line": last_line(lambda line: replace(line, fund="121")),
    "a heading": lambda deed: last_line(lambda line: replace(line, account=HEADINGS[deed.sheets[0].book][0]))(deed),
    "no such account": last_line(lambda line: replace(line, account="9999")),
    "only the first side": lambda deed: replace(deed, sheets=deed.sheets[:1]),
    "only the last side": lambda deed: replace(deed, sheets=deed.sheets[-1:]),
    "the sides a day apart": parted,
    "in red": red,
    "in red by paper": lambda deed: every(paper="批复")(red(deed)),
    "by paper": every(paper="批复"),
    "a supplement": every(kind="SUPPLEMENT"),
    "a supplement by paper": every(kind="SUPPLEMENT", paper="批复"),
    "an opening": every(kind="OPENING"),
    "an opening before business": every(kind="OPENING", day=BEFORE),
    "business before the opening": every(day=BEFORE),
    "a transfer at year-end": every(kind="CLOSING"),
    "called a reversal": every(kind="REVERSAL"),
    "in month 13": every(adjustment=True),
    "in month 13 on its day": every(adjustment=True, day=date(2026, 12, 31)),
    "prepared by a person": signed(preparer="preparer", reviewer="second", poster="second"),
    "signed by the chief accountant": signed(chief="chief"),
    "without a cashier": signed(cashier=None),
    "reviewed by its preparer": signed(preparer="reviewer"),
    "reviewed by a rule": signed(preparer="preparer", reviewer="rule"),
    "prepared by nobody known": signed(preparer="nobody"),
    "prepared by its cashier": signed(preparer="cashier"),
    "posted by its cashier": signed(poster="cashier"),
    "the cashier is the chief accountant": signed(chief="cashier"),
    "the cashier is a rule": signed(preparer="preparer", poster="preparer", cashier="rule"),
}
MIRRORED: Final = [shape for shape, sides in SHAPES.items() if shape.startswith("J") and len(sides(FEN)) == 2]
APART: Final = ("only the first side", "only the last side", "the sides a day apart", "a fen more on one line")
REPLAYS: Final[dict[str, Callable[[Deed], Deed]]] = {
    "the same": lambda deed: deed,
    "the same, by others": signed(preparer="preparer", reviewer="second", poster="second", chief="chief"),
    "a fen more": lambda deed: replace(
        deed,
        sheets=tuple(
            replace(sheet, lines=tuple(replace(line, amount=line.amount + FEN) for line in sheet.lines))
            for sheet in deed.sheets
        ),
    ),
    "another day": every(day=date(2026, 11, 7)),
    "another type": first(type="转"),
    "on paper": first(paper="批复"),
    "fewer vouchers": lambda deed: replace(deed, sheets=deed.sheets[:1]),
    "more vouchers": lambda deed: replace(deed, sheets=(*deed.sheets, deed.sheets[0])),
}

days = st.sampled_from(NOVEMBER * 6 + DECEMBER * 3 + ELSEWHEN)
fens = st.one_of(st.integers(1, 20), st.integers(1, 200_000)).map(lambda n: n * FEN)
large = st.integers(10_000, 10_000_000).map(lambda n: n * FEN)
types = st.sampled_from(("记", "记", "记", "收", "付", "转"))
shapes = st.sampled_from(list(SHAPES))
twists = st.sampled_from(list(TWISTS))
perhaps_twisted = st.none() | twists
officers = st.sampled_from(("chief", "chief", "second", "reviewer", "cashier", "rule"))
ACCOUNTS: Final = {book: (*LEAVES[book], *HEADINGS[book], "9999") for book in LEAVES}


@st.composite
def any_sheets(draw: st.DrawFn) -> Sheet:
    """A voucher of any lines in either ink; it balances by its last."""
    book = draw(st.sampled_from(("T01", "T01", "D")))
    money = [code for code, account in LEAVES[book].items() if account.nature in MONEY or account.mirror]
    account = st.one_of(st.sampled_from(money), st.sampled_from(ACCOUNTS[book]))
    amounts = st.one_of(fens, fens, fens.map(lambda amount: -amount))
    fund = draw(st.sampled_from(("111", "111", "111", "2", "121")))
    lines = draw(
        st.lists(st.builds(Line, account, st.sampled_from("DC"), amounts, st.just(fund)), min_size=1, max_size=3)
    )
    last = draw(st.builds(Line, account, st.sampled_from("DC"), st.just(FEN), st.just(fund)))
    missing = sum(line.net for line in lines) * FEN
    if missing:
        lines.append(replace(last, amount=-missing if last.side == "D" else missing))
    kind = draw(st.sampled_from(("ORDINARY", "ORDINARY", "SUPPLEMENT", "CLOSING")))
    return Sheet(
        book=book,
        day=draw(days),
        lines=tuple(lines),
        type=draw(types),
        kind=kind,
        paper=draw(st.sampled_from(("批复", "批复", ""))),
    )


class BooksMachine(RuleBasedStateMachine):
    """One example: two books in one transaction, which is rolled back at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.keys: dict[Name, int] = {}
        self.sources = 0
        self.steps = 0
        self.example = transaction.atomic()
        self.example.__enter__()
        self.stood = snapshot()
        self.agreed = True

    def teardown(self) -> None:
        try:
            if self.agreed:
                self.check()
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    # Rules.

    @initialize(opened=st.booleans(), receipts=large, revenue=large)
    def money_comes_in(self, *, opened: bool, receipts: Decimal, revenue: Decimal) -> None:
        if opened:
            lines = (dr("1001", revenue), cr("3001", revenue))
            self.post(self.deed(("D", lines), day=BEFORE, kind="OPENING", signed=Signed(cashier=None)))
        else:
            self.post(self.deed(*SHAPES["district revenue"](revenue), day=NOVEMBER[0]))
        self.post(self.deed(*SHAPES["J1 receipt"](receipts), day=NOVEMBER[0]))

    @rule(shape=shapes, amount=fens, day=days, word=types)
    def post_a_journal(self, *, shape: str, amount: Decimal, day: date, word: str) -> None:
        self.post(self.journal(shape, amount, day=day, word=word))

    @rule(shape=st.sampled_from(list(SPENDS)), more=st.integers(0, 1), day=days)
    def spend_all_there_is_or_a_fen_more(self, *, shape: str, more: int, day: date) -> None:
        book, account = SPENDS[shape]
        all_there_is = self.books.spare(book, account, on=day)
        self.post(self.journal(shape, max(1, all_there_is + more) * FEN, day=day))

    @rule(amount=fens, day=st.sampled_from(NOVEMBER), later=st.sampled_from(NOVEMBER))
    def spend_today_what_comes_another_day(self, *, amount: Decimal, day: date, later: date) -> None:
        self.post(self.journal("district revenue", amount, day=later))
        held = self.books.holds("D", "1001", on=DECEMBER[-1])
        self.post(self.journal("J3 payroll", max(1, held) * FEN, day=day))

    @rule(account=st.sampled_from(("100101", "100401")), other=st.sampled_from(list(LEAVES["T01"])), amount=fens)
    def post_red_beside_black(self, *, account: str, other: str, amount: Decimal) -> None:
        """Move money between two accounts of one side, which the other side does not show."""
        side = "D" if account == "100101" else "C"
        lines = (Line(account, side, -amount), Line(other, side, amount))
        self.post(self.deed(("T01", lines), day=BUSINESS, paper="批复"))

    @rule(amount=fens, fund=st.sampled_from(("111", "121", "2")), whole=st.booleans())
    def post_across_funds(self, *, amount: Decimal, fund: str, whole: bool) -> None:
        """Take from one fund and give to another, with or without what balances each of them."""
        lines = [dr("2015", amount), cr("2017", amount, fund)]
        if whole:
            lines += [dr("1036", amount, fund), cr("2017", amount)]
        self.post(self.deed(("D", tuple(lines)), day=BUSINESS))

    @rule(shape=shapes, amount=fens, twist=twists)
    def post_a_twisted_journal(self, *, shape: str, amount: Decimal, twist: str) -> None:
        self.post(self.journal(shape, amount, day=BUSINESS, twist=twist))

    @rule(shape=st.sampled_from(MIRRORED), amount=fens, twist=st.sampled_from(APART))
    def post_a_mirrored_journal_apart(self, *, shape: str, amount: Decimal, twist: str) -> None:
        self.post(self.journal(shape, amount, day=BUSINESS, twist=twist))

    @rule(sheet=any_sheets())
    def post_any_lines(self, *, sheet: Sheet) -> None:
        self.post(Deed(self.source(), (sheet,)))

    @rule(book=st.sampled_from(("T01", "T01", "D")), data=st.data(), amount=fens)
    def post_any_pair(self, *, book: str, data: st.DataObject, amount: Decimal) -> None:
        debited, credited = (data.draw(st.sampled_from(ACCOUNTS[book])) for _ in "DC")
        self.post(self.deed((book, (dr(debited, amount), cr(credited, amount))), day=BUSINESS))

    @rule(
        journals=st.lists(st.tuples(shapes, fens), min_size=2, max_size=4),
        day=days,
        twist=perhaps_twisted,
        again=st.booleans(),
    )
    def post_several(self, *, journals: list[tuple[str, Decimal]], day: date, twist: str | None, again: bool) -> None:
        """Post several events in one call, the last perhaps a mistake, perhaps with one known already."""
        deeds = [self.journal(shape, amount, day=day) for shape, amount in journals[:-1]]
        if again:
            deeds.insert(1, next(iter(self.books.deeds.values()), deeds[0]))
        shape, amount = journals[-1]
        self.post(*deeds, self.journal(shape, amount, day=day, twist=twist))

    @rule(shape=st.sampled_from(MIRRORED), amount=fens)
    def post_both_sides_as_two_events(self, *, shape: str, amount: Decimal) -> None:
        """In one call the current accounts agree; but no sweep is split over events."""
        self.post(*[self.deed(side, day=BUSINESS) for side in SHAPES[shape](amount)])

    @precondition(lambda self: self.books.deeds)
    @rule(data=st.data(), how=st.sampled_from(list(REPLAYS)), beside=st.none() | shapes)
    def replay(self, *, data: st.DataObject, how: str, beside: str | None) -> None:
        deed = REPLAYS[how](self.books.deeds[self.known(data)])
        self.post(deed, *([self.deed(*SHAPES[beside](FEN), day=BUSINESS)] if beside else []))

    @rule(amount=fens, other=st.sampled_from(list(REPLAYS)))
    def post_one_source_twice_in_a_call(self, *, amount: Decimal, other: str) -> None:
        deed = self.deed(*SHAPES["accrual in both"](amount), day=BUSINESS)
        again = deed if other == "the same, by others" else REPLAYS[other](deed)
        self.post(deed, again)

    @precondition(lambda self: self.books.deeds)
    @rule(data=st.data(), part=st.integers(1, 2), amount=fens, red=st.booleans(), kind=st.booleans())
    def supplement(self, *, data: st.DataObject, part: int, amount: Decimal, red: bool, kind: bool) -> None:
        """Correct a voucher by a difference in its book, or by mistake in the other."""
        name = Name(self.known(data), part)
        corrected = self.books.sheet(name)
        book = data.draw(st.sampled_from(("D", "T01"))) if corrected is None else corrected.book
        if corrected is None:
            name = Name(name.source, 1)
        difference = -amount if red else amount
        lines = (dr("5001", difference), cr("2015", difference))
        made = self.deed((book, lines), day=data.draw(days), corrects=name)
        self.post(every(kind="SUPPLEMENT")(made) if kind else made)

    @rule(data=st.data(), day=days, by=st.sampled_from((Signed(), Signed(), Signed(reviewer="rule"))))
    def reverse(self, *, data: st.DataObject, day: date, by: Signed) -> None:
        """Reverse an event, perhaps once more, perhaps a reversal, perhaps one that nobody knows."""
        source = data.draw(st.sampled_from([*reversed(self.books.deeds), "nobody knows it"]))
        expected = self.books.reverse(source, day=day, signed=by)
        self.step(
            expected,
            lambda: reverse_event(source=source, posting_date=day, signatures=signatures_of(by)),
            posts=True,
        )

    @precondition(lambda self: self.books.deeds)
    @rule(data=st.data(), part=st.integers(0, 2), how=st.sampled_from(["the same"] * 8 + list(REPLAYS)), day=days)
    def reverse_by_hand(self, *, data: st.DataObject, part: int, how: str, day: date) -> None:
        """Post a reversal as vouchers of one's own: of one part only, of other amounts, of all."""
        copy = self.books.red_copy(self.known(data), day=day, signed=Signed())
        sheets = copy.sheets[part - 1 : part] if part else copy.sheets
        self.post(REPLAYS[how](Deed(self.source(), sheets or copy.sheets)))

    @rule(
        book=st.sampled_from(("D", "T01")),
        month=st.sampled_from((10, 11, 11, 11, 12, 13)),
        act=st.sampled_from(list(PERIOD_ACTS)),
        by=officers,
        second=officers,
        reason=st.sampled_from(("更正", "更正", "更正", "")),
    )
    def move_a_period(self, *, book: str, month: int, act: str, by: str, second: str, reason: str) -> None:
        self.move(act, book, month, by=by, second=second, reason=reason)

    @rule(month=st.sampled_from((10, 10, 11, 12, 13)), books=st.sampled_from((("T01", "D"), ("T01",), ("D",))))
    def take_a_month_one_step_on(self, *, month: int, books: tuple[str, ...]) -> None:
        for book in books:
            act = {"UNOPENED": "open", "OPEN": "adjust", "ADJUSTING": "close", "CLOSED": "reopen"}
            self.move(act[self.books.periods[book, month]], book, month, by="chief", second="second", reason="更正")

    @rule(book=st.sampled_from(("D", "T01")))
    def let_november_work_again(self, *, book: str) -> None:
        for act in ("reopen", "resume"):
            if PERIOD_ACTS[act][0] == self.books.periods[book, 11]:
                self.move(act, book, 11, by="chief", second="second", reason="更正")

    @precondition(lambda self: self.keys)
    @rule(data=st.data(), officer=officers)
    def sign(self, *, data: st.DataObject, officer: str) -> None:
        name = data.draw(st.sampled_from(list(self.keys)))
        voucher = Voucher.objects.get(pk=self.keys[name])
        signer = Officer.objects.get(username=officer)
        expected = self.books.sign(name, officer)
        self.step(expected, lambda: sign_as_chief_accountant(voucher=voucher, officer=signer, at=AT))

    # How a rule becomes a step of both.

    def source(self) -> str:
        self.sources += 1
        return f"machine/{self.sources}"

    def known(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(list(self.books.deeds)))

    def deed(self, *sides: tuple[str, tuple[Line, ...]], day: date, **fields: Any) -> Deed:
        return Deed(self.source(), tuple(Sheet(book=book, day=day, lines=lines, **fields) for book, lines in sides))

    def journal(self, shape: str, amount: Decimal, *, day: date, word: str = "记", twist: str | None = None) -> Deed:
        paper = "退汇单" if shape == "J16 returned payment" else ""
        deed = self.deed(*SHAPES[shape](amount), day=day, type=word, paper=paper)
        return TWISTS[twist](deed) if twist else deed

    def post(self, *deeds: Deed) -> None:
        """Post one event, or several in one call."""
        expected = self.books.post(deeds)
        events = [self.event_of(deed) for deed in deeds]
        act = (lambda: post_event(events[0])) if len(events) == 1 else (lambda: post_events(events))
        self.step(expected, act, posts=True)

    def move(self, act: str, book: str, month: int, *, by: str, second: str | None, reason: str) -> None:
        expected = self.books.move(
            act, book=book, month=month, by=by, second=second if act == "reopen" else None, reason=reason
        )
        self.step(
            expected,
            lambda: move_period(act, book, month, by=by, second=second or by, reason=reason),
        )

    def step(self, expected: Answer, act: Callable[[], Any], *, posts: bool = False) -> None:
        """Do what the model has judged; an act that posts returns vouchers."""
        self.agreed = False
        self.steps += 1
        made, refusal = done(act)
        event(refusal or "accepted")
        if refusal:
            allowed = expected.faults | expected.excused
            assert refusal in allowed, f"refused by {refusal}, the model says {set(allowed) or 'good'}"
            assert snapshot() == self.stood, f"the refusal {refusal} has changed something"
        else:
            assert not expected.faults, f"accepted, the model says {set(expected.faults)}"
            if posts:
                self.remember(made, expected)
            self.stood = snapshot()
            self.compare()
        if self.steps % STEPS_BETWEEN_CHECKS == 0:
            self.check()
        self.agreed = True

    def remember(self, made: Sequence[Posted], expected: Answer) -> None:
        """Keep the keys of the vouchers; what is known already has come back under the key it had."""
        assert [voucher.number for voucher in made] == expected.numbers
        keys: dict[str, list[int]] = defaultdict(list)
        for voucher in made:
            if voucher.voucher_id not in keys[voucher.source]:  # one source may stand in a call twice
                keys[voucher.source].append(voucher.voucher_id)
        for source, of_source in keys.items():
            for part, key in enumerate(of_source, start=1):
                assert self.keys.setdefault(Name(source, part), key) == key

    def event_of(self, deed: Deed) -> Event:
        """Return the event in the ledger's words; the act that reverses words its summaries itself."""
        worded = Voucher.objects.filter(source=deed.source, kind="REVERSAL").order_by("part")
        summaries = itertools.chain(worded.values_list("summary", flat=True), itertools.repeat("测试"))
        return Event(source=deed.source, vouchers=tuple(map(self.voucher_of, deed.sheets, summaries)))

    def voucher_of(self, sheet: Sheet, summary: str) -> VoucherToPost:
        return VoucherToPost(
            book=sheet.book,
            posting_date=sheet.day,
            summary=summary,
            entries=tuple(
                Entry(account=line.account, side=line.side, amount=line.amount, fund=line.fund) for line in sheet.lines
            ),
            signatures=signatures_of(sheet.signed),
            voucher_type=sheet.type,
            kind=sheet.kind,
            adjustment_period=sheet.adjustment,
            reverses=self.keys[sheet.reverses] if sheet.reverses else None,
            corrects=self.keys[sheet.corrects] if sheet.corrects else None,
            paper=sheet.paper,
        )

    # What must hold after every accepted step, and after a few steps more.

    def compare(self) -> None:
        """Both tell the same turnovers, numbers, current accounts and periods, and the books hold together."""
        told = turnovers(TURNOVERS_OF_LINES)
        assert told == self.books.turnovers
        assert told == turnovers(TURNOVERS_STORED)
        assert sum(debit for debit, _ in told.values()) == sum(credit for _, credit in told.values())
        for book, code, day in {(book, code, day) for book, code, _, day in told}:
            if LEAVES[book][code].nature in MONEY:
                assert self.books.holds(book, code, on=day) >= 0, f"{code} of {book} is short on {day}"
        assert {(b, m, t): last for b, m, t, last in numbers()} == dict(self.books.last)
        for mirror, day, upper, lower in rows(MIRRORS):
            assert upper + lower == 0
            assert self.books.mirror_on(mirror)[day] == {"D": fen(upper), "T01": fen(lower)}
        assert {(book, month): status for book, month, status in rows(PERIODS)} == self.books.periods

    def check(self) -> None:
        """The checks of the whole books are silent, and a balance as of a day is the model's."""
        assert [f"{fault.check}: {fault.what}" for fault in run_checks([])] == []
        for book in Book.objects.all():
            for balance in balances_as_of(book=book, as_of=BUSINESS):
                held = sum(
                    debit - credit
                    for cell, (debit, credit) in self.books.turnovers.items()
                    if cell[:3] == (book.code, balance.code, balance.fund) and cell.day <= BUSINESS
                )
                assert fen(balance.net) == held
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def move_period(act: str, book: str, month: int, *, by: str, second: str, reason: str) -> None:
    period = Period.objects.get(book__code=book, year=2026, month=month)
    officer = Officer.objects.get(username=by)
    match act:
        case "open":
            opening.open_period(period=period, opener=officer, at=AT)
        case "adjust":
            closing.start_adjusting(period=period, officer=officer, at=AT)
        case "resume":
            closing.resume(period=period, officer=officer, reason=reason, at=AT)
        case "close":
            closing.close_period(period=period, officer=officer, at=AT)
        case "reopen":
            approver = Officer.objects.get(username=second)
            closing.reopen_period(period=period, requested_by=officer, approved_by=approver, reason=reason, at=AT)


def done(act: Callable[[], Any]) -> tuple[Any, str]:
    """Return what an act makes, or the name of the rule that refuses it."""
    try:
        return act(), ""
    except UnableToPost as refusal:
        return None, refusal.name


def signatures_of(signed: Signed) -> Signatures:
    return Signatures(
        preparer=signed.preparer,
        reviewer=signed.reviewer,
        poster=signed.poster,
        cashier=signed.cashier,
        chief_accountant=signed.chief,
    )


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor)


def snapshot() -> list[tuple[Any, ...]]:
    """Return the number of rows and a digest of the content of every table that an act writes."""
    return rows(f"{SNAPSHOT} ORDER BY 1")


def turnovers(sql: str) -> dict[Any, tuple[int, int]]:
    """Return debit and credit in fen by book, account, fund and day."""
    return {(book, code, fund, day): (fen(debit), fen(credit)) for book, code, fund, day, debit, credit in rows(sql)}


def numbers() -> list[tuple[str, int, str, int]]:
    """Return the last number of each book, month and type, having seen that none is missing."""
    told = rows(NUMBERS)
    for book, month, type_, run in told:
        assert run == list(range(1, len(run) + 1)), f"{type_} of {book} in month {month}: {run}"
    return [(book, month, type_, len(run)) for book, month, type_, run in told]


MACHINE: Final = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    derandomize=False,
    print_blob=True,
    report_multiple_bugs=False,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)


def test_the_books_answer_every_act_as_the_model_does(fresh_database: str) -> None:
    make_books()
    run_state_machine_as_test(BooksMachine, settings=MACHINE)


# How a period of December comes to stand where it stands.
WAYS: Final = {
    "UNOPENED": (),
    "OPEN": ("open",),
    "ADJUSTING": ("open", "adjust"),
    "CLOSED": ("open", "adjust", "close"),
}


@pytest.mark.django_db
def test_each_act_takes_a_period_from_its_own_state_only() -> None:
    make_books()
    for act in ("adjust", "close"):
        for month in (10, 11):
            move_period(act, "T01", month, by="chief", second="second", reason="更正")
    taken = []
    for state, way in WAYS.items():
        for act in PERIOD_ACTS:
            with transaction.atomic():
                for before in way:
                    move_period(before, "T01", 12, by="chief", second="second", reason="更正")
                move = partial(move_period, act, "T01", 12, by="chief", second="second", reason="更正")
                _, refusal = done(move)
                if not refusal:
                    taken.append((act, state))
                transaction.set_rollback(True)
    assert sorted(taken) == sorted((act, before) for act, (before, _) in PERIOD_ACTS.items())
