"""Vouchers and lines: their digests, balance, numbers, signatures, reversals, and what they add up to."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Dict, List, NamedTuple, Set, Tuple

from audit.verifier.findings import Findings
from audit.verifier.packs import Pack
from audit.verifier.seals import Chain
from audit.verifier.tables import Table, fen, whole, yuan

VOUCHERS, LINES = "books/vouchers.csv", "books/lines.csv"
# Vouchers of payments, by which the money of batches and of results is found.
PAID = re.compile(r"payouts\.(run/[0-9]+/pay|batch/[0-9]+/sent|result/[0-9]+/returned)(/.*)?")
NUMBERS_MAX = 10000000


class Account(NamedTuple):
    """What must be known of an account to check its lines."""

    record: str
    is_cash: bool
    mirror: str
    level: str
    counterpart: str


class Known(NamedTuple):
    """What the vouchers of every book are held against."""

    accounts: Dict[str, Dict[str, Account]]
    people: Set[str]
    periods: Dict[Tuple[str, str, str], Tuple[str, str]]
    reversed_ids: Set[str]


class Counted:
    """What the vouchers of one book add up to."""

    def __init__(self) -> None:
        self.vouchers = 0
        self.lines = 0
        self.records: Dict[str, List[int]] = {"F": [0, 0], "B": [0, 0]}
        # By (year, month, day): by (account, fund): debit and credit.
        self.days: Dict[Tuple[str, str, str], Dict[Tuple[str, str], List[int]]] = {}
        self.numbers: Dict[Tuple[str, str, str], bytearray] = {}


class Sums:
    """All that is added up while vouchers and lines are read once."""

    def __init__(self) -> None:
        self.books: Dict[str, Counted] = {}
        self.paid: Dict[str, List[int]] = {}
        self.red: Dict[str, bytes] = {}


def read_known(pack: Pack, manifest: Dict[str, Any], found: Findings) -> Known:
    """Read accounts, officers and periods, and which vouchers are reversed by later ones."""
    accounts: Dict[str, Dict[str, Account]] = {}
    for row in Table(pack, manifest, "books/accounts.csv", found).ordered("book", "code"):
        account = Account(row["record"], row["cash"] == "t", row["mirror"], row["level"], row["counterpart"])
        accounts.setdefault(row["book"], {})[row["code"]] = account
    people = {
        row["username"]
        for row in Table(pack, manifest, "books/officers.csv", found).ordered("username")
        if row["kind"] == "PERSON"
    }
    periods = {
        (row["book"], row["year"], row["month"]): (row["starts_on"], row["ends_before"])
        for row in Table(pack, manifest, "books/periods.csv", found)
    }
    vouchers, reversed_ids = Table(pack, manifest, VOUCHERS, found), set()
    while vouchers.row:
        if vouchers.row[18]:
            reversed_ids.add(vouchers.row[18])
        vouchers.step()
    for _row in Table(pack, manifest, "books/codes.csv", found).ordered("list", "code"):
        pass
    return Known(accounts, people, periods, reversed_ids)


def check_vouchers(
    pack: Pack,
    manifest: Dict[str, Any],
    chains: Dict[str, Chain],
    districts: Set[str],
    known: Known,
    found: Findings,
) -> Sums:
    """Walk along the seals once, with the vouchers that each covers and their lines."""
    seals, vouchers, lines = (
        Table(pack, manifest, f"books/{name}.csv", found) for name in ("seals", "vouchers", "lines")
    )
    sums, year = Sums(), whole(str(manifest["year"]))
    walk = Walk(vouchers, lines, known, districts, sums, found)
    for row in seals:
        chain = chains[row["book"]]
        if row["kind"] == "POSTED" and chain.begin(year) <= whole(row["number"]) <= chain.end(year):
            walk.seal(row)
    while vouchers.row:
        walk.surplus()
    while lines.row:
        walk.orphan()
    return sums


class Walk:
    """Vouchers and lines read side by side, in the order of their seals."""

    def __init__(
        self, vouchers: Table, lines: Table, known: Known, districts: Set[str], sums: Sums, found: Findings
    ) -> None:
        self.vouchers = vouchers
        self.lines = lines
        self.known = known
        self.districts = districts
        self.sums = sums
        self.found = found

    def seal(self, row: Dict[str, str]) -> None:
        """Check the vouchers of one seal: each has the digest of its place, none is missing, none too many."""
        digests, count = bytes.fromhex(row["voucher_digests"]), whole(row["vouchers"])
        key, place, last_id = [row["book"], row["number"]], 0, -1
        while self.vouchers.row and self.vouchers.row[:2] != key and self.is_before(row):
            self.surplus()
        ids = []
        while self.vouchers.row and self.vouchers.row[:2] == key:
            voucher, at = self.vouchers.row, self.vouchers.number
            name = name_of(voucher)
            digest = self.voucher(voucher, at)
            self.found.checked("vouchers")
            if digest == digests[32 * place : 32 * place + 32]:
                place += 1
            elif (later := find_digest(digests, digest, place)) >= 0:
                self.found.add("vouchers", VOUCHERS, at, f"{later - place} before {name}", "missing")
                place = later + 1
            else:
                sealed = digests[32 * place : 32 * place + 32].hex()
                self.found.add(
                    "vouchers", VOUCHERS, at, name, "digest" if place < count else "surplus", sealed, digest.hex()
                )
                place += 1
            if whole(voucher[2]) <= last_id:
                self.found.add("rows", VOUCHERS, at, name, "order")
            last_id = whole(voucher[2])
            ids.append(voucher[2])
            ids = [ids[0], ids[-1]]
            self.vouchers.step()
        if place < count:
            self.found.add(
                "vouchers",
                VOUCHERS,
                self.vouchers.number,
                f"{row['book']} seal {row['number']}: {count - place} vouchers",
                "missing",
            )
        elif ids and ids != [row["first_voucher"], row["last_voucher"]]:
            self.found.add(
                "vouchers", VOUCHERS, 0, f"{row['book']} seal {row['number']}", "differs", row["first_voucher"], ids[0]
            )

    def is_before(self, seal: Dict[str, str]) -> bool:
        """Whether the voucher read last stands before a seal."""
        book, number = self.vouchers.row[:2]
        return (book, whole(number)) < (seal["book"], whole(seal["number"]))

    def surplus(self) -> None:
        """Tell of a voucher that no seal covers, and pass it and its lines."""
        row = self.vouchers.row
        self.found.add("vouchers", VOUCHERS, self.vouchers.number, f"{name_of(row)} under seal {row[1]}", "surplus")
        while self.lines.row and self.lines.row[:3] == row[:3]:
            self.lines.step()
        self.vouchers.step()

    def orphan(self) -> None:
        """Tell of a line whose voucher does not stand beside it."""
        row = self.lines.row
        self.found.add(
            "balanced", LINES, self.lines.number, f"line {row[3]} of voucher {row[2]} in {row[0]}", "surplus"
        )
        self.lines.step()

    def voucher(self, row: List[str], at: int) -> bytes:
        """Check one voucher with its lines, add it up, and return the digest of its text."""
        book, identity, found = row[0], row[2], self.found
        while self.lines.row and self.lines.row[:3] != row[:3] and self.line_is_before(row):
            self.orphan()
        head = "\t".join(["voucher", identity, book, *row[3:26], row[1], row[26]]) + "\n"
        text = [head]
        if head.count("\t") != 27 or head.count("\n") != 1:
            self.vouchers.fail("unreadable", "a control character in a voucher")
        counted = self.sums.books.setdefault(book, Counted())
        accounts = self.known.accounts.get(book, {})
        day = counted.days.setdefault((row[3], row[4], row[7]), {})
        totals: Dict[Tuple[str, str], int] = {}
        sides = {"FD": 0, "FC": 0, "BD": 0, "BC": 0}
        takes_cash, count, cash = False, 0, [0, 0]
        keeps_red = identity in self.known.reversed_ids or bool(row[18])
        red: List[str] = []
        lines, line = self.lines, self.lines.row
        while line and line[2] == identity and line[0] == book and line[1] == row[1]:
            words = "\t".join(line[3:])
            if words.count("\t") != 10 or "\n" in words:
                lines.fail("unreadable", "a control character in a line")
            text.append(f"line\t{words}\n")
            count += 1
            amount_text, side = line[12], line[11]
            try:
                amount = int(amount_text[:-3] + amount_text[-2:])
                if int(line[3]) != count:
                    found.add(
                        "balanced", LINES, lines.number, f"{name_of(row)} line {line[3]}", "order", count, line[3]
                    )
                account = accounts[line[4]]
                sides[account.record + side] += amount
            except (ValueError, KeyError) as error:
                found.add("balanced", LINES, lines.number, f"{name_of(row)} line {line[3]}", "unreadable", "", error)
                line = lines.step()
                continue
            key = (account.record, line[5])
            turnover = day.get((line[4], line[5]))
            if turnover is None:
                turnover = day[line[4], line[5]] = [0, 0]
            if side == "D":
                turnover[0] += amount
                totals[key] = totals.get(key, 0) + amount
            else:
                turnover[1] += amount
                totals[key] = totals.get(key, 0) - amount
            if account.is_cash:
                takes_cash = takes_cash or account.record == "F"
                cash[side == "C"] += amount
            if keeps_red:
                red.append("\t".join([*line[3:12], yuan(-amount if row[18] else amount)]))
            line = lines.step()
        counted.vouchers += 1
        counted.lines += count
        self.header(row, at, count, sides, totals)
        self.signed(row, at, takes_cash)
        self.numbered(row, at, counted)
        if keeps_red:
            self.reversal(row, at, "\n".join(red).encode())
        for record in ("F", "B"):
            counted.records[record][0] += sides[record + "D"]
            counted.records[record][1] += sides[record + "C"]
        if book in self.districts and PAID.fullmatch(row[9]):
            paid = self.sums.paid.setdefault("/".join(row[9].split("/")[:3]), [0, 0])
            paid[0] += cash[0]
            paid[1] += cash[1]
        return hashlib.sha256("".join(text).encode()).digest()

    def line_is_before(self, voucher: List[str]) -> bool:
        """Whether the line read last stands before a voucher."""
        book, seal, identity = self.lines.row[:3]
        return (book, whole(seal), whole(identity)) < (voucher[0], whole(voucher[1]), whole(voucher[2]))

    def header(
        self, row: List[str], at: int, count: int, sides: Dict[str, int], totals: Dict[Tuple[str, str], int]
    ) -> None:
        """Check that header and lines agree, and debits and credits in each record and fund."""
        try:
            stated = [whole(row[21]), *(fen(text) for text in row[22:26])]
        except ValueError as error:
            stated = [str(error)]  # type: ignore[list-item]
        found = [count, sides["FD"], sides["FC"], sides["BD"], sides["BC"]]
        self.found.compare("balanced", VOUCHERS, at, f"{name_of(row)}: lines and totals", stated, found)
        for (record, fund), net in totals.items():
            self.found.compare("balanced", VOUCHERS, at, f"{name_of(row)}: {record} fund {fund}", 0, net)
        dates = self.known.periods.get((row[0], row[3], row[4]), ("", ""))
        self.found.checked("periods")
        if not dates[0] <= row[7] < dates[1]:
            self.found.add("periods", VOUCHERS, at, f"{name_of(row)}: its date", "differs", " ".join(dates), row[7])

    def signed(self, row: List[str], at: int, takes_cash: bool) -> None:
        """Check that preparer, reviewer and cashier are different, and that a person reviewed."""
        preparer, reviewer, poster, chief, cashier = row[13:18]
        self.found.checked("four_eyes")
        wrong = preparer == reviewer or reviewer not in self.known.people
        wrong = wrong or (bool(cashier) and cashier in (preparer, reviewer, poster, chief))
        if wrong or (takes_cash and not cashier and row[8] != "OPENING"):
            self.found.add("four_eyes", VOUCHERS, at, f"{name_of(row)}: {' '.join(row[13:18])}", "differs")

    def numbered(self, row: List[str], at: int, counted: Counted) -> None:
        """Mark the number of a voucher as seen."""
        number = whole(row[6])
        seen = counted.numbers.setdefault((row[3], row[4], row[5]), bytearray())
        if not 1 <= number <= NUMBERS_MAX:
            self.found.add("numbers", VOUCHERS, at, name_of(row), "unreadable")
            return
        if number > len(seen):
            seen.extend(bytes(number - len(seen)))
        if seen[number - 1]:
            self.found.add("numbers", VOUCHERS, at, name_of(row), "twice")
        seen[number - 1] = 1

    def reversal(self, row: List[str], at: int, lines: bytes) -> None:
        """Keep what a voucher's reversal must be, or hold a reversal against it."""
        digest = hashlib.sha256(lines).digest()
        if not row[18]:
            self.sums.red[row[2]] = digest
        elif row[18] in self.sums.red:
            self.found.checked("reversals")
            if self.sums.red[row[18]] != digest or row[8] != "REVERSAL":
                self.found.add("reversals", VOUCHERS, at, f"{name_of(row)}: of voucher {row[18]}", "differs")


def find_digest(digests: bytes, digest: bytes, place: int) -> int:
    """Return at which place a digest stands among those of a seal, from a place on, or -1."""
    at = digests.find(digest, 32 * place)
    while at >= 0 and at % 32:
        at = digests.find(digest, at + 1)
    return at // 32 if at >= 0 else -1


def name_of(row: List[str]) -> str:
    """Return a voucher as people call it."""
    return f"{row[0]} {row[3]}-{row[4]} {row[5]}-{row[6]}"
