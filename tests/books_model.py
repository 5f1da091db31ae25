"""A second ledger, small and slow, that knows the rules of the books and nothing of the real one.

Two books in plain Python: a district ``D`` and its township ``T01`` as ``tests.builders.make_books``
opens them. It is told every act first and answers what a careful accountant would: accepted, or
the names of the rules that the act breaks. Amounts are whole fen in ``int``; nothing is shared with
``ledger``, so that a mistake there is not repeated here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

YEAR: Final = 2026
OPENED_ON: Final = date(YEAR, 11, 1)
PEOPLE: Final = frozenset({"preparer", "reviewer", "cashier", "chief", "second"})
OFFICERS: Final = PEOPLE | {"rule"}
EVERY_FUND: Final = frozenset({"111", "121", "131", "2", "3", "4", "5", "9"})
BUDGET_FUNDS: Final = frozenset({"111", "121", "131"})
GENERAL, SPECIAL = frozenset({"111"}), frozenset({"2"})
LATE_KINDS: Final = frozenset({"REVERSAL", "SUPPLEMENT", "CLOSING"})

# What may stand against a line of a bank account with a flow (F10 to F12): against a receipt: income
# or a debt; against its sweep: the current account with the district. Against a funding: money due
# from the district; against a payment anything but income, net assets and other money.
MONEY: Final = frozenset({"receipt-only", "disbursement-only", "bank"})
NATURES: Final = MONEY | {"current", "upper", "income", "expense", "debt", "net", "other"}
MAY_STAND_AGAINST: Final = {
    ("receipt-only", "D"): frozenset({"income", "debt"}),
    ("receipt-only", "C"): frozenset({"current"}),
    ("disbursement-only", "D"): frozenset({"current", "upper"}),
    ("disbursement-only", "C"): NATURES - MONEY - {"income", "net"},
}

# Which state an act takes a period from, and to which.
PERIOD_ACTS: Final = {
    "open": ("UNOPENED", "OPEN"),
    "adjust": ("OPEN", "ADJUSTING"),
    "resume": ("ADJUSTING", "OPEN"),
    "close": ("ADJUSTING", "CLOSED"),
    "reopen": ("CLOSED", "ADJUSTING"),
}


class Account(NamedTuple):
    """A leaf: what it is, which funds it admits, which pair of current accounts it belongs to."""

    nature: str
    funds: frozenset[str] = EVERY_FUND
    mirror: str = ""


COMMON: Final = {
    "1036": Account("other"),
    "2015": Account("debt"),
    "2017": Account("debt"),
    "3001": Account("net", GENERAL),
    "4001": Account("income", GENERAL),
    "4005": Account("income", SPECIAL),
    "4021": Account("income", BUDGET_FUNDS | {"2", "3"}),
    "5001": Account("expense", GENERAL),
    "5005": Account("expense", SPECIAL),
    "5021": Account("expense", BUDGET_FUNDS | {"2", "3"}),
    "4011": Account("upper", BUDGET_FUNDS),
    "5012": Account("upper", BUDGET_FUNDS),
}
LEAVES: Final = {
    "D": COMMON
    | {
        "1001": Account("bank"),
        "1004": Account("bank"),
        "103100101": Account("other", mirror="ANNUAL"),
        "103100102": Account("other", mirror="HISTORIC"),
        "2012": Account("upper"),  # with the city, which keeps no book here
        "4012": Account("income", BUDGET_FUNDS),
        "5011": Account("expense", BUDGET_FUNDS),
    },
    "T01": COMMON
    | {
        "100101": Account("receipt-only"),
        "100401": Account("disbursement-only"),
        "100402": Account("bank"),
        "201201": Account("current", mirror="ANNUAL"),
        "201202": Account("current", mirror="HISTORIC"),
    },
}
HEADINGS: Final = {"D": ("1031", "1031001"), "T01": ("1001", "1004", "2012")}
NO_ACCOUNT: Final = Account("unknown", frozenset())


@dataclass(frozen=True)
class Line:
    """One debit (``D``) or credit (``C``); the amount in yuan as it is said, red if negative."""

    account: str
    side: str
    amount: Decimal
    fund: str = "111"

    @property
    def red(self) -> bool:
        return self.amount < 0

    @property
    def net(self) -> int:
        return fen(self.amount) if self.side == "D" else -fen(self.amount)


@dataclass(frozen=True)
class Signed:
    preparer: str = "rule"
    reviewer: str = "reviewer"
    poster: str = "rule"
    cashier: str | None = "cashier"
    chief: str | None = None


class Name(NamedTuple):
    """Which voucher: the source of its event, and the how-manieth of it."""

    source: str
    part: int


@dataclass(frozen=True)
class Sheet:
    """One voucher of one book before it is posted."""

    book: str
    day: date
    lines: tuple[Line, ...]
    signed: Signed = Signed()
    type: str = "记"
    kind: str = "ORDINARY"
    adjustment: bool = False
    reverses: Name | None = None
    corrects: Name | None = None
    paper: str = ""

    @property
    def month(self) -> int:
        return 13 if self.adjustment else self.day.month

    @property
    def in_red(self) -> tuple[Line, ...]:
        return tuple(replace(line, amount=-line.amount) for line in self.lines)

    @property
    def said(self) -> "Sheet":
        """What a replay must say again: all but who signed."""
        return replace(self, signed=Signed())


@dataclass(frozen=True)
class Deed:
    """Everything that one source posts."""

    source: str
    sheets: tuple[Sheet, ...]

    @property
    def said(self) -> "Deed":
        return replace(self, sheets=tuple(sheet.said for sheet in self.sheets))


class Cell(NamedTuple):
    """Where a turnover is kept."""

    book: str
    account: str
    fund: str
    day: date


class Column(NamedTuple):
    """Where numbers run on."""

    book: str
    month: int
    type: str


@dataclass
class Answer:
    """The rules broken, and, if there are none, the numbers of the vouchers asked for.

    What is known already is recognised whoever signs it; signatures that are wrong in themselves may
    be refused for all that (``excused``).
    """

    faults: frozenset[str]
    numbers: list[int] = field(default_factory=list)
    excused: frozenset[str] = frozenset()


def fen(amount: Decimal) -> int:
    """Return whole fen; what lies below a fen is a fault elsewhere and cut off here."""
    return int(amount * 100)


class Books:
    """The two books: what is posted, and which month stands where."""

    def __init__(self) -> None:
        self.deeds: dict[str, Deed] = {}
        self.numbers: dict[Name, int] = {}
        self.last: Counter[Column] = Counter()
        self.turnovers: dict[Cell, tuple[int, int]] = {}
        self.periods = {
            (book, month): "OPEN" if month in (10, 11) else "UNOPENED" for book in LEAVES for month in range(1, 14)
        }
        self.reversed: set[Name] = set()
        self.signatures: set[Name] = set()

    # What stands in the books.

    def sheet(self, name: Name) -> Sheet | None:
        deed = self.deeds.get(name.source)
        return deed.sheets[name.part - 1] if deed and 1 <= name.part <= len(deed.sheets) else None

    def holds(self, book: str, account: str, *, on: date) -> int:
        """Return what an account holds at the end of a day, debit positive, in fen."""
        return sum(
            debit - credit
            for cell, (debit, credit) in self.turnovers.items()
            if (cell.book, cell.account) == (book, account) and cell.day <= on
        )

    def spare(self, book: str, account: str, *, on: date) -> int:
        """Return what may leave an account on a day so that it is short on no later day."""
        days = {cell.day for cell in self.turnovers if cell.day > on} | {on}
        return min(self.holds(book, account, on=day) for day in days)

    def mirror_on(self, mirror: str) -> dict[date, dict[str, int]]:
        """Return the turnover of a pair of current accounts, by day and book."""
        net: dict[date, dict[str, int]] = defaultdict(lambda: dict.fromkeys(LEAVES, 0))
        for cell, (debit, credit) in self.turnovers.items():
            if LEAVES[cell.book][cell.account].mirror == mirror:
                net[cell.day][cell.book] += debit - credit
        return net

    # Acts.

    def post(self, deeds: Sequence[Deed]) -> Answer:
        """Post all deeds at once or none; a deed that is known and says the same is not posted again."""
        new: dict[str, Deed] = {}
        faults: set[str] = set()
        excused: set[str] = set()
        for deed in deeds:
            known = self.deeds.get(deed.source)
            if known and known.said == deed.said:
                excused.update(fault for sheet in deed.sheets for fault in four_eyes(sheet))
                continue
            if known or new.setdefault(deed.source, deed) != deed:
                faults.add("voucher_source_is_unique")
            faults |= self.faults_of(deed)
        faults.update(self.wholeness(new.values()))
        after = self.turned_over(new.values())
        faults |= after.disagreements()
        if faults:
            return Answer(frozenset(faults | excused))
        self.turnovers = after.turnovers
        for deed in new.values():
            self.enter(deed)
        names = (Name(deed.source, part) for deed in deeds for part in range(1, len(deed.sheets) + 1))
        return Answer(frozenset(), [self.numbers[name] for name in names], frozenset(excused))

    def reverse(self, source: str, *, day: date, signed: Signed) -> Answer:
        """Post the red copy of all that a source has posted."""
        if source not in self.deeds:
            return Answer(frozenset({"voucher_reversal_is_exact"}))
        return self.post([self.red_copy(source, day=day, signed=signed)])

    def red_copy(self, source: str, *, day: date, signed: Signed) -> Deed:
        return Deed(
            source=f"{source}/reversed",
            sheets=tuple(
                Sheet(
                    book=sheet.book,
                    day=day,
                    lines=sheet.in_red,
                    signed=signed,
                    type=sheet.type,
                    kind="REVERSAL",
                    adjustment=sheet.adjustment and day == sheet.day,
                    reverses=Name(source, part),
                )
                for part, sheet in enumerate(self.deeds[source].sheets, start=1)
            ),
        )

    def move(self, act: str, *, book: str, month: int, by: str, second: str | None, reason: str) -> Answer:
        """Open, adjust, resume, close or reopen a month."""
        before, after = PERIOD_ACTS[act]
        stands = self.periods[book, month]
        faults = set()
        if stands != before:
            faults.add("period_moves")
        two = second not in (None, by) and reason and by in PEOPLE and second in PEOPLE
        if "CLOSED" in (before, stands) and not two:
            faults.add("period_reopened_by_two")
        faults.update(self.out_of_order(book, month, closes=after == "CLOSED"))
        if not faults:
            self.periods[book, month] = after
        return Answer(frozenset(faults))

    def sign(self, name: Name, officer: str) -> Answer:
        """Have the chief accountant sign a posted voucher."""
        sheet = self.sheet(name)
        assert sheet is not None
        faults = set()
        if sheet.signed.chief or officer == sheet.signed.cashier or officer not in PEOPLE:
            faults.add("voucher_four_eyes")
        if name in self.signatures:
            faults.add("voucher_signed_once_per_role")
        if not faults:
            self.signatures.add(name)
        return Answer(frozenset(faults))

    # The rules of one voucher.

    def faults_of(self, deed: Deed) -> set[str]:
        return set(arrivals(deed)) | {
            fault
            for sheet in deed.sheets
            for faults in (
                amounts(sheet),
                accounts(sheet),
                flows(sheet),
                four_eyes(sheet),
                reasons(sheet),
                self.dates(sheet),
                self.corrections(sheet),
            )
            for fault in faults
        }

    def dates(self, sheet: Sheet) -> Iterator[str]:
        if sheet.day.year != YEAR or (sheet.adjustment and (sheet.day.month, sheet.day.day) != (12, 31)):
            yield "voucher_date_in_period"
            return
        if (sheet.kind == "OPENING") != (sheet.day < OPENED_ON):
            yield "opening_precedes_business"
        status = self.periods[sheet.book, sheet.month]
        if status != "OPEN" and not (status == "ADJUSTING" and sheet.kind in LATE_KINDS):
            yield "period_is_open"

    def corrections(self, sheet: Sheet) -> Iterator[str]:
        if (sheet.kind == "REVERSAL") != (sheet.reverses is not None):
            yield "voucher_reversal_names_its_voucher"
        if sheet.corrects and self.book_of(sheet.corrects) != sheet.book:
            yield "voucher_corrects_its_book"
        if not sheet.reverses:
            return
        first = self.sheet(sheet.reverses)
        if sheet.reverses in self.reversed:
            yield "voucher_reversed_once"
        if (
            first is None
            or (first.book, first.in_red) != (sheet.book, sheet.lines)
            or first.kind == "REVERSAL"
            or (sheet.day, sheet.month) < (first.day, first.month)
            or sheet.corrects
        ):
            yield "voucher_reversal_is_exact"

    def book_of(self, name: Name) -> str | None:
        sheet = self.sheet(name)
        return sheet.book if sheet else None

    # The rules of all vouchers together.

    def wholeness(self, deeds: Iterable[Deed]) -> Iterator[str]:
        """An event in several books is reversed in all of them at once, and once."""
        named = Counter(sheet.reverses for deed in deeds for sheet in deed.sheets if sheet.reverses)
        for name, times in named.items():
            if times > 1:
                yield "voucher_reversed_once"
            parts = len(self.deeds[name.source].sheets) if name.source in self.deeds else 0
            if len([other for other in named if other.source == name.source]) != parts:
                yield "event_is_reversed_whole"

    def turned_over(self, deeds: Iterable[Deed]) -> "Books":
        """Return books that hold the same and these deeds besides, as far as their accounts exist."""
        after = Books()
        after.turnovers = dict(self.turnovers)
        for deed in deeds:
            for sheet in deed.sheets:
                for line in sheet.lines:
                    if line.account in LEAVES[sheet.book]:
                        after.turn_over(Cell(sheet.book, line.account, line.fund, sheet.day), line)
        return after

    def turn_over(self, cell: Cell, line: Line) -> None:
        debit, credit = self.turnovers.get(cell, (0, 0))
        amount = fen(line.amount)
        self.turnovers[cell] = (debit + amount, credit) if line.side == "D" else (debit, credit + amount)

    def disagreements(self) -> set[str]:
        """Return what is wrong with the turnovers as a whole: cash short on a day, current accounts apart."""
        faults = set()
        for book, accounts_of_book in LEAVES.items():
            for code, account in accounts_of_book.items():
                if account.nature in MONEY and any(
                    self.holds(book, code, on=day) < 0 for day in {cell.day for cell in self.turnovers}
                ):
                    faults.add("cash_not_negative")
        for mirror in ("ANNUAL", "HISTORIC"):
            if any(sum(net.values()) for net in self.mirror_on(mirror).values()):
                faults.add("books_mirror")
        return faults

    def enter(self, deed: Deed) -> None:
        self.deeds[deed.source] = deed
        for part, sheet in enumerate(deed.sheets, start=1):
            column = Column(sheet.book, sheet.month, sheet.type)
            self.last[column] += 1
            self.numbers[Name(deed.source, part)] = self.last[column]
            if sheet.reverses:
                self.reversed.add(sheet.reverses)

    # The rules of the months.

    def out_of_order(self, book: str, month: int, *, closes: bool) -> Iterator[str]:
        """Earlier months close first and the district last; they reopen the other way round."""
        at_work = ("OPEN", "ADJUSTING")
        if closes:
            if any(self.periods[book, earlier] in at_work for earlier in range(1, month)):
                yield "period_closes_in_order"
            if book == "D" and self.periods["T01", month] in at_work:
                yield "district_closes_last"
        else:
            if any(self.periods[book, later] == "CLOSED" for later in range(month + 1, 14)):
                yield "period_closes_in_order"
            if book == "T01" and self.periods["D", month] == "CLOSED":
                yield "district_closes_last"


def amounts(sheet: Sheet) -> Iterator[str]:
    """Two lines at least, whole fen, not zero, and both sides equal in each fund."""
    balance: Counter[str] = Counter()
    for line in sheet.lines:
        balance[line.fund] += line.net
        if line.amount * 100 != fen(line.amount):
            yield "line_amount_is_exact"
            yield "voucher_is_balanced"  # as it may be, below a fen
        if line.amount == 0:
            yield "line_has_one_side"
    if len(sheet.lines) < 2 or any(balance.values()):
        yield "voucher_is_balanced"


def accounts(sheet: Sheet) -> Iterator[str]:
    """Leaves of the book that admit the fund."""
    for line in sheet.lines:
        if line.fund not in LEAVES[sheet.book].get(line.account, NO_ACCOUNT).funds:
            yield "line_account_usable"


def flows(sheet: Sheet) -> Iterator[str]:
    """Receipt-only money comes in and is swept; disbursement-only money is funded and pays.

    A voucher on such an account is written in one ink: a red line beside a black one of its own side
    would move money that no line of the other side shows.
    """
    if sheet.kind in ("OPENING", "REVERSAL"):
        return
    natures = {side: {nature_of(sheet, line) for line in sheet.lines if line.side == side} for side in "DC"}
    for side, against in (("D", natures["C"]), ("C", natures["D"])):
        for nature in natures[side]:
            if not against <= MAY_STAND_AGAINST.get((nature, side), against):
                yield "account_flow_kept"
    watched = {"receipt-only", "disbursement-only"} & (natures["D"] | natures["C"])
    if watched and len({line.red for line in sheet.lines}) == 2:
        yield "account_flow_kept"


def arrivals(deed: Deed) -> Iterator[str]:
    """What is swept arrives on a bank account of the district in the same event."""
    moved: Counter[tuple[str, str, str]] = Counter()
    for sheet in deed.sheets:
        if sheet.kind not in ("OPENING", "REVERSAL"):
            for line in sheet.lines:
                moved[sheet.book, nature_of(sheet, line), line.side] += fen(line.amount)
    swept, arrived = moved["T01", "receipt-only", "C"], moved["D", "bank", "D"]
    if (swept > 0 and arrived < swept) or (swept < 0 and arrived > swept):
        yield "account_flow_kept"


def nature_of(sheet: Sheet, line: Line) -> str:
    return LEAVES[sheet.book].get(line.account, NO_ACCOUNT).nature


def four_eyes(sheet: Sheet) -> Iterator[str]:
    """Preparer and reviewer are two, people review, and a cashier signs cash and nothing else."""
    signed = sheet.signed
    known = {signed.preparer, signed.poster} <= OFFICERS
    people = all(name in PEOPLE for name in (signed.reviewer, signed.cashier, signed.chief) if name)
    alone = signed.cashier not in (signed.preparer, signed.reviewer, signed.poster, signed.chief)
    if not known or not people or signed.preparer == signed.reviewer or (signed.cashier and not alone):
        yield "voucher_four_eyes"
    cash = any(nature_of(sheet, line) in MONEY for line in sheet.lines)
    if cash and not signed.cashier and sheet.kind != "OPENING":
        yield "voucher_four_eyes"


def reasons(sheet: Sheet) -> Iterator[str]:
    """Red ink and supplements name what they correct or the paper that orders them."""
    if sheet.corrects or sheet.paper:
        return
    if sheet.kind == "SUPPLEMENT":
        yield "voucher_supplement_names_its_reason"
    if sheet.kind != "REVERSAL" and any(line.red for line in sheet.lines):
        yield "red_line_names_its_reason"
