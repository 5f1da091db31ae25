"""What the books keep beside the lines: numbers, period totals, balances, openings, mirrors, control totals."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from audit.verifier.findings import Findings
from audit.verifier.ledgers import Account, Counted, Known, Sums
from audit.verifier.packs import Pack
from audit.verifier.seals import Chain, Totals
from audit.verifier.tables import Table, fen, key_text, whole, yuan


def check_books(
    pack: Pack,
    manifest: Dict[str, Any],
    chains: Dict[str, Chain],
    known: Known,
    sums: Sums,
    found: Findings,
) -> None:
    """Hold what the vouchers add up to against each table that states it."""
    for code in chains:
        sums.books.setdefault(code, Counted())
    year = whole(str(manifest["year"]))
    check_numbers(pack, manifest, chains, sums, found)
    check_closed(chains, sums, year, found)
    check_balances(pack, manifest, chains, sums, found)
    check_closings(pack, manifest, chains, sums, found)
    check_mirrors(pack, manifest, chains, known, sums, found)
    check_totals(manifest, sums, found)


def check_numbers(pack: Pack, manifest: Dict[str, Any], chains: Dict[str, Chain], sums: Sums, found: Findings) -> None:
    """Check that numbers run from 1 to the counter of each book, month and type."""
    year, table = whole(str(manifest["year"])), Table(pack, manifest, "books/counters.csv", found)
    seen = set()
    for row in table.ordered("book", "year", "month", "type"):
        key = (row["year"], row["month"], row["type"])
        numbers = sums.books[row["book"]].numbers.get(key, bytearray()) if row["book"] in sums.books else bytearray()
        seen.add((row["book"], *key))
        found.compare(
            "numbers",
            table.name,
            table.number,
            key_text(row, ["book", *table.columns[1:4]]),
            whole(row["last_number"]),
            len(numbers),
        )
    for code, counted in sums.books.items():
        for key, numbers in counted.numbers.items():
            if not chains[code].years(year) <= whole(key[0]) <= year:
                continue
            found.checked("numbers", len(numbers))
            if (code, *key) not in seen:
                found.add("numbers", table.name, 0, f"{code} {key[0]}-{key[1]} {key[2]}", "missing")
            gap = numbers.find(0)
            while gap >= 0:
                found.add("numbers", "books/vouchers.csv", 0, f"{code} {key[0]}-{key[1]} {key[2]}-{gap + 1}", "missing")
                gap = numbers.find(0, gap + 1)


def check_closed(chains: Dict[str, Chain], sums: Sums, year: int, found: Findings) -> None:
    """Check the totals of each closed period against those that were sealed when it was closed."""
    for code, chain in chains.items():
        months: Dict[Tuple[int, int], Dict[Tuple[str, str], List[int]]] = {}
        for (in_year, in_month, _day), turnovers in sums.books[code].days.items():
            totals = months.setdefault((whole(in_year), whole(in_month)), {})
            for key, (debit, credit) in turnovers.items():
                total = totals.setdefault(key, [0, 0])
                total[0] += debit
                total[1] += credit
        for month, sealed in sorted(chain.closed.items()):
            if chain.years(year) <= month[0] <= year:
                rows = sorted(months.get(month, {}).items())
                said = "".join(
                    f"total\t{account}\t{fund}\t{yuan(debit)}\t{yuan(credit)}\n"
                    for (account, fund), (debit, credit) in rows
                )
                found.compare(
                    "periods",
                    "books/lines.csv",
                    0,
                    f"{code} {month[0]}-{month[1]}: sealed totals",
                    *first_difference(sealed, said),
                )


def first_difference(sealed: str, said: str) -> Tuple[str, str]:
    """Return the first lines of two texts that differ, or two empty ones."""
    ours, theirs = sealed.split("\n"), said.split("\n")
    for one, other in zip(ours, theirs):
        if one != other:
            return one, other
    return (f"{len(ours)} lines", f"{len(theirs)} lines") if len(ours) != len(theirs) else ("", "")


def check_balances(pack: Pack, manifest: Dict[str, Any], chains: Dict[str, Chain], sums: Sums, found: Findings) -> None:
    """Check the turnovers of each account, fund and day."""
    year, table = whole(str(manifest["year"])), Table(pack, manifest, "books/balances.csv", found)
    keys, seen = ["book", "year", "month", "account", "fund", "posting_date"], dict.fromkeys(chains, 0)
    for row in table.ordered(*keys):
        days = sums.books[row["book"]].days if row["book"] in sums.books else {}
        turnovers = days.get((row["year"], row["month"], row["posting_date"]), {})
        debit, credit = turnovers.get((row["account"], row["fund"]), [0, 0])
        seen[row["book"]] = seen.get(row["book"], 0) + ((row["account"], row["fund"]) in turnovers)
        place = key_text(row, keys)
        found.compare(
            "balances",
            table.name,
            table.number,
            place,
            f"{yuan(debit)} {yuan(credit)}",
            f"{row['debit']} {row['credit']}",
        )
    for code, chain in chains.items():
        rows = sum(
            len(turnovers)
            for (in_year, _month, _day), turnovers in sums.books[code].days.items()
            if chain.years(year) <= whole(in_year) <= year
        )
        found.compare("balances", table.name, 0, f"{code}: rows", rows, seen[code])


def check_closings(pack: Pack, manifest: Dict[str, Any], chains: Dict[str, Chain], sums: Sums, found: Findings) -> None:
    """Check that openings and turnovers make the closings, and those what the next year was opened with."""
    year, table = whole(str(manifest["year"])), Table(pack, manifest, "books/closings.csv", found)
    expected = {code: trial_balance(chain, sums.books[code], year) for code, chain in chains.items()}
    for row in table.ordered("book", "account", "fund"):
        opening, debit, credit = expected.get(row["book"], {}).pop((row["account"], row["fund"]), [0, 0, 0])
        right = [yuan(opening), yuan(debit), yuan(credit), yuan(opening + debit - credit)]
        told = [row["opening"], row["debit"], row["credit"], row["closing"]]
        found.compare("balances", table.name, table.number, key_text(row, ["book", "account", "fund"]), right, told)
        if year in chains.get(row["book"], Chain("")).carried:
            left = chains[row["book"]].carried[year][1].pop((row["account"], row["fund"]), 0)
            found.compare(
                "balances",
                "books/openings.csv",
                0,
                f"{key_text(row, ['book', 'account', 'fund'])} {year + 1}",
                opening + debit - credit,
                left,
            )
    for code, rows in expected.items():
        for account, fund in sorted(key for key, amounts in rows.items() if any(amounts)):
            found.add("balances", table.name, 0, f"{code} {account} {fund}", "missing")
        for account, fund in sorted(chains[code].carried.get(year, (0, {}))[1]):
            found.add("balances", "books/openings.csv", 0, f"{code} {account} {fund} {year + 1}", "surplus")


def trial_balance(chain: Chain, counted: Counted, year: int) -> Dict[Tuple[str, str], List[int]]:
    """Return what each account and fund brought into a year, its debits and its credits in the year."""
    first = chain.years(year)
    brought: Totals = chain.carried[first - 1][1] if first else {}
    rows = {key: [net, 0, 0] for key, net in brought.items()}
    for (in_year, _month, _day), turnovers in counted.days.items():
        if first <= whole(in_year) <= year:
            for key, (debit, credit) in turnovers.items():
                row = rows.setdefault(key, [0, 0, 0])
                if whole(in_year) == year:
                    row[1] += debit
                    row[2] += credit
                else:
                    row[0] += debit - credit
    return rows


def check_mirrors(
    pack: Pack,
    manifest: Dict[str, Any],
    chains: Dict[str, Chain],
    known: Known,
    sums: Sums,
    found: Findings,
) -> None:
    """Check that paired current accounts sum to zero on each day, where both books are in the pack."""
    year = whole(str(manifest["year"]))
    nets: Dict[Tuple[str, str, str], List[int]] = {}
    for code, accounts in known.accounts.items():
        for account, facts in accounts.items():
            if facts.mirror and facts.counterpart in chains and code in chains:
                add_nets(nets, code, account, facts, sums.books[code])
    table = Table(pack, manifest, "books/mirrors.csv", found)
    for row in table.ordered("lower_book", "mirror", "posting_date"):
        upper, lower = nets.pop((row["lower_book"], row["mirror"], row["posting_date"]), [0, 0])
        in_year = whole(row["posting_date"][:4])
        if is_whole(chains, row["lower_book"], known, in_year, year):
            place = key_text(row, ["lower_book", "mirror", "posting_date"])
            found.compare(
                "mirrors",
                table.name,
                table.number,
                place,
                f"{yuan(upper)} {yuan(lower)}",
                f"{row['upper_net']} {row['lower_net']}",
            )
            found.compare("mirrors", "books/lines.csv", 0, place, 0, upper + lower)
    for (code, mirror, day), both in sorted(nets.items()):
        if is_whole(chains, code, known, whole(day[:4]), year) and any(both):
            found.add("mirrors", table.name, 0, f"{code} {mirror} {day}", "missing", "", both)


def add_nets(
    nets: Dict[Tuple[str, str, str], List[int]], code: str, account: str, facts: Account, counted: Counted
) -> None:
    """Add the days of one current account to its pair."""
    lower = code if facts.level == "UPPER" else facts.counterpart
    for (_year, _month, day), turnovers in counted.days.items():
        for (posted, _fund), (debit, credit) in turnovers.items():
            if posted == account:
                both = nets.setdefault((lower, facts.mirror, day), [0, 0])
                both[code == lower] += debit - credit


def is_whole(chains: Dict[str, Chain], lower: str, known: Known, in_year: int, year: int) -> bool:
    """Whether both books of a pair have every voucher of a year in the pack."""
    uppers = {
        facts.counterpart for facts in known.accounts.get(lower, {}).values() if facts.mirror and facts.level == "UPPER"
    }
    return in_year <= year and all(code in chains and chains[code].years(year) <= in_year for code in {lower, *uppers})


def check_totals(manifest: Dict[str, Any], sums: Sums, found: Findings) -> None:
    """Check the counts and control totals of the year that the manifest states."""
    year = str(manifest["year"])
    for book in manifest["books"]:
        counted = sums.books.get(book["code"], Counted())
        months = {key: len(numbers) - numbers.count(0) for key, numbers in counted.numbers.items() if key[0] == year}
        found.compare("totals", "manifest.json", 0, f"{book['code']}: vouchers", sum(months.values()), book["vouchers"])
        of_year = [turnovers for day, turnovers in counted.days.items() if day[0] == year]
        for side, word in enumerate(("debit", "credit")):
            total = sum(amounts[side] for turnovers in of_year for amounts in turnovers.values())
            stated = fen(book[word]) + fen(book[f"budget_{word}"])
            found.compare("totals", "manifest.json", 0, f"{book['code']}: {word}", yuan(total), yuan(stated))
    if manifest["gaps"]:
        found.add("numbers", "manifest.json", 0, ", ".join(map(str, manifest["gaps"])), "missing")
