"""Payments: what a batch pays, what each payment pays, what the bank said, and the vouchers of both.

No chain covers these tables. They are held against each other, against the vouchers, and by the SHA-256 of the
manifest, if that was kept elsewhere. Seventeen bytes an obligation are kept while they are read, and nothing else.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from typing import Any, Dict, List

from audit.verifier.findings import Findings
from audit.verifier.ledgers import Sums
from audit.verifier.packs import Pack
from audit.verifier.tables import Table, fen, key_text, whole, yuan

PAYMENTS = "payments/payments.csv"
CAME_BACK = ("RETURNED", "REJECTED")
PROVEN = ("SETTLED", "RETURNED", "REJECTED")
BUILT = ("BUILT", "CHECKED", "APPROVED", "FUNDED")
SENT = ("SENT", "ANSWERED", "RECONCILED", "CLOSED")


class Obligations:
    """What is owed, by its number: the amount, and how many payments that did not come back pay it."""

    def __init__(self) -> None:
        self.ids = array("q")
        self.amounts = array("q")
        self.live = bytearray()

    def place(self, identity: int) -> int:
        """Return where an obligation is kept, or -1."""
        at = bisect_left(self.ids, identity)
        return at if at < len(self.ids) and self.ids[at] == identity else -1


class Batch:
    """A batch as it is told, and what its payments add up to."""

    def __init__(self, row: Dict[str, str], at: int) -> None:
        self.row = row
        self.at = at
        self.count = 0
        self.total = 0
        self.digest = hashlib.sha256()
        self.files: List[Dict[str, str]] = []
        self.in_files: List[List[int]] = []
        self.approvers: List[str] = []


class ResultFile:
    """A result file as it is told, and what its rows add up to."""

    def __init__(self, row: Dict[str, str], at: int) -> None:
        self.row = row
        self.at = at
        self.counts = dict.fromkeys(PROVEN, 0)
        self.totals = dict.fromkeys(PROVEN, 0)
        self.of_runs = 0


def check_payments(pack: Pack, manifest: Dict[str, Any], sums: Sums, found: Findings) -> None:
    """Check batches, payments, what they pay and what the bank said."""
    obligations = read_obligations(pack, manifest, found)
    batches = read_batches(pack, manifest, found)
    files = {
        row["id"]: ResultFile(row, table.number)
        for table in [Table(pack, manifest, "payments/result_files.csv", found)]
        for row in table.ordered("id")
    }
    Reading(pack, manifest, obligations, batches, files, found).read()
    for batch in batches.values():
        check_batch(batch, manifest["detail"] == "full", found)
    if manifest["detail"] != "full":
        found.note(
            "ID and account numbers are masked: the digests of batches are proven only in full",
            "身份证号与账号已脱敏：批次摘要仅在完整包中可证",
        )
    check_obligations(obligations, found)
    year = str(manifest["year"])
    check_posted(pack, manifest, batches, sums, year, found)
    for file in files.values():
        check_result_file(file, sums, year, found)


def read_obligations(pack: Pack, manifest: Dict[str, Any], found: Findings) -> Obligations:
    """Read what is owed; what is owed of a benefit is what is due less what is kept back."""
    dues = Obligations()
    table = Table(pack, manifest, "payments/benefit_dues.csv", found)
    for row in table.ordered("id"):
        borne = sum(fen(row[funder]) for funder in ("central", "province", "city", "district", "township"))
        found.compare(
            "owed", table.name, table.number, f"benefit {row['id']}: borne by its funders", row["amount"], yuan(borne)
        )
        dues.ids.append(whole(row["id"]))
        dues.amounts.append(borne - fen(row["kept_back"]))
    owed = Obligations()
    table = Table(pack, manifest, "payments/obligations.csv", found)
    for row in table.ordered("id"):
        if row["benefit"]:
            at = dues.place(whole(row["benefit"]))
            due = yuan(dues.amounts[at]) if at >= 0 else "no benefit due"
            found.compare(
                "owed",
                table.name,
                table.number,
                f"obligation {row['id']}: benefit {row['benefit']}",
                due,
                row["amount"],
            )
        owed.ids.append(whole(row["id"]))
        owed.amounts.append(fen(row["amount"]))
        owed.live.append(0)
    return owed


def read_batches(pack: Pack, manifest: Dict[str, Any], found: Findings) -> Dict[str, Batch]:
    """Read batches with their files and approvals."""
    table = Table(pack, manifest, "payments/batches.csv", found)
    batches = {row["id"]: Batch(row, table.number) for row in table.ordered("id")}
    table = Table(pack, manifest, "payments/bank_files.csv", found)
    for row in table.ordered("batch", "number"):
        if row["batch"] in batches:
            batches[row["batch"]].files.append(row)
            batches[row["batch"]].in_files.append([0, 0])
        else:
            found.add("batches", table.name, table.number, key_text(row, ["batch", "number"]), "surplus")
    table = Table(pack, manifest, "payments/approvals.csv", found)
    for row in table.ordered("batch", "digest", "rank"):
        if row["batch"] not in batches:
            found.add("four_eyes", table.name, table.number, key_text(row, ["batch", "rank"]), "surplus")
        elif row["digest"] == batches[row["batch"]].row["digest"]:
            batches[row["batch"]].approvers.append(row["approved_by"])
    return batches


class Reading:
    """Payments, their parts and their results, read side by side: all are sorted by batch and serial number."""

    def __init__(
        self,
        pack: Pack,
        manifest: Dict[str, Any],
        obligations: Obligations,
        batches: Dict[str, Batch],
        files: Dict[str, ResultFile],
        found: Findings,
    ) -> None:
        self.payments = Table(pack, manifest, PAYMENTS, found)
        self.parts = Table(pack, manifest, "payments/parts.csv", found)
        self.results = Table(pack, manifest, "payments/results.csv", found)
        self.obligations = obligations
        self.batches = batches
        self.files = files
        self.found = found

    def read(self) -> None:
        before = (-1, -1)
        while self.payments.row:
            row, at = self.payments.row, self.payments.number
            try:
                key = (whole(row[0]), whole(row[1]))
                if key <= before:
                    self.found.add("rows", PAYMENTS, at, f"batch {row[0]} serial {row[1]}", "order")
                before = key
                self.payment(row, at)
            except ValueError as error:
                self.payments.fail("unreadable", error)
            self.payments.step()
        for check, table in (("owed", self.parts), ("results", self.results)):
            while table.row:
                self.found.add(
                    check, table.name, table.number, f"batch {table.row[0]} serial {table.row[1]}", "surplus"
                )
                table.step()

    def payment(self, row: List[str], at: int) -> None:
        """Add a payment to its batch and check what it pays and what the bank said of it."""
        place, amount = f"batch {row[0]} serial {row[1]}", fen(row[11])
        batch = self.batches.get(row[0])
        if batch is None:
            self.found.add("batches", PAYMENTS, at, place, "surplus")
            return
        batch.count += 1
        batch.total += amount
        batch.digest.update(f"{row[1]}|{row[5]}|{row[7]}|{row[11]}|{row[9]}|{row[6]}\n".encode())
        serial = whole(row[1])
        for file, summed in zip(batch.files, batch.in_files):
            if whole(file["first_serial"]) <= serial <= whole(file["last_serial"]):
                summed[0] += 1
                summed[1] += amount
        self.pays(row, at, amount)
        self.said(row, at, batch)

    def pays(self, row: List[str], at: int, amount: int) -> None:
        """Check that a payment is the sum of its parts, and each part a whole obligation."""
        table, total = self.parts, 0
        place = f"batch {row[0]} serial {row[1]}"
        while table.row and table.row[:2] == row[:2]:
            part = fen(table.row[5])
            total += part
            known = self.obligations.place(whole(table.row[3]))
            owed = self.obligations.amounts[known] if known >= 0 else None
            if owed != part or table.row[2] != row[2]:
                said = "" if owed is None else yuan(owed)
                self.found.add(
                    "owed",
                    table.name,
                    table.number,
                    f"{place}: obligation {table.row[3]}",
                    "differs",
                    said,
                    table.row[5],
                )
            elif row[4] not in CAME_BACK:
                self.obligations.live[known] = min(255, self.obligations.live[known] + 1)
            table.step()
        self.found.checked("owed")
        if total != amount:
            self.found.add("owed", PAYMENTS, at, f"{place}: the sum of its parts", "differs", yuan(total), row[11])

    def said(self, row: List[str], at: int, batch: Batch) -> None:
        """Check that the state of a payment has the record of the bank, for its amount."""
        table, proven = self.results, {"": ""}
        place = f"batch {row[0]} serial {row[1]}"
        while table.row and table.row[:2] == row[:2]:
            _batch, _serial, payment, file, outcome, _code, _message, amount = table.row
            proven[outcome] = amount
            of_file = self.files.get(file)
            if of_file is None or payment != row[2] or amount != row[11]:
                self.found.add("results", table.name, table.number, place, "differs", row[11], amount)
            elif outcome in PROVEN:
                of_file.counts[outcome] += 1
                of_file.totals[outcome] += fen(amount)
                if batch.row["run"] and outcome in CAME_BACK:
                    of_file.of_runs += fen(amount)
            table.step()
        self.found.checked("results")
        is_cancelled = row[4] == "REJECTED" and batch.row["status"] == "CANCELLED"
        if row[4] in PROVEN and proven.get(row[4]) != row[11] and not is_cancelled:
            self.found.add("results", PAYMENTS, at, f"{place} is {row[4]}: record of the bank", "missing")
        if row[4] in ("PLANNED", "SENT") and len(proven) > 1:
            self.found.add("results", PAYMENTS, at, f"{place} is {row[4]}: record of the bank", "surplus")


def check_batch(batch: Batch, is_full: bool, found: Findings) -> None:
    """Check what a batch says of itself: number, total, digest, files, officers."""
    row, name = batch.row, "payments/batches.csv"
    place = f"batch {row['id']}"
    signers = [row[post] for post in ("prepared_by", "checked_by", "released_by") if row[post]]
    found.checked("four_eyes")
    if len(set(signers)) != len(signers) or len(set(batch.approvers)) != len(batch.approvers):
        found.add("four_eyes", name, batch.at, f"{place}: {' '.join(signers)}", "differs")
    if row["status"] == "CANCELLED" or row["status"] == "DRAFT":
        return
    found.compare(
        "batches", name, batch.at, place, f"{row['payments']} {row['total']}", f"{batch.count} {yuan(batch.total)}"
    )
    if is_full:
        found.checked("batches")
        if batch.digest.hexdigest() != row["digest"]:
            found.add("batches", name, batch.at, place, "digest", row["digest"], batch.digest.hexdigest())
    for file, (count, total) in zip(batch.files, batch.in_files):
        found.compare(
            "batches",
            "payments/bank_files.csv",
            0,
            file["name"],
            f"{file['rows']} {file['total']}",
            f"{count} {yuan(total)}",
        )
    if row["status"] not in (*BUILT, "RENDERED"):
        rows = sum(count for count, _total in batch.in_files)
        found.compare("batches", "payments/bank_files.csv", 0, f"{place}: in files", batch.count, rows)
    if row["status"] not in ("BUILT", "CHECKED") and row["approvals_asked"]:
        found.checked("four_eyes")
        if len(batch.approvers) < whole(row["approvals_asked"]) and not row["source"].startswith("payouts.correction/"):
            found.add(
                "four_eyes",
                name,
                batch.at,
                f"{place}: approvals",
                "differs",
                row["approvals_asked"],
                len(batch.approvers),
            )


def check_obligations(owed: Obligations, found: Findings) -> None:
    """Check that nothing is paid twice."""
    for at, live in enumerate(owed.live):
        if live > 1:
            found.add("owed", "payments/parts.csv", 0, f"obligation {owed.ids[at]} is paid {live} times", "twice")
    found.checked("owed", len(owed.ids))


def check_posted(
    pack: Pack, manifest: Dict[str, Any], batches: Dict[str, Batch], sums: Sums, year: str, found: Findings
) -> None:
    """Check that the money of a payroll, and of what was issued again, left the treasury by vouchers."""
    runs = {row["id"]: row for row in Table(pack, manifest, "payments/runs.csv", found).ordered("id")}
    for batch in batches.values():
        row = batch.row
        run = runs.get(row["run"], {})
        if row["status"] not in SENT or not run or row["pay_date"][:4] != year:
            continue
        if row["source"].startswith("payouts.correction/"):
            source = f"payouts.batch/{row['id']}/sent"
        elif run["purpose"] == "PAYROLL" and row["source"] == f"payouts.run/{row['run']}/batch":
            source = f"payouts.run/{row['run']}/pay"
        else:
            continue
        paid = sums.paid.get(source, [0, 0])[1]
        found.compare(
            "posted",
            "payments/batches.csv",
            batch.at,
            f"batch {row['id']}: vouchers {source}",
            row["total"],
            yuan(paid),
        )


def check_result_file(file: ResultFile, sums: Sums, year: str, found: Findings) -> None:
    """Check that a result file has the rows it came with, and what came back its vouchers."""
    row, name = file.row, "payments/result_files.csv"
    told = [row["settled"], row["returned"], row["rejected"], row["returned_amount"], row["rejected_amount"]]
    counts, totals = file.counts, file.totals
    summed = [
        counts["SETTLED"],
        counts["RETURNED"],
        counts["REJECTED"],
        yuan(totals["RETURNED"]),
        yuan(totals["REJECTED"]),
    ]
    found.compare("results", name, file.at, f"file {row['id']}", " ".join(told), " ".join(map(str, summed)))
    if row["posting_date"][:4] == year:
        received = sums.paid.get(f"payouts.result/{row['id']}/returned", [0, 0])[0]
        found.compare(
            "posted", name, file.at, f"file {row['id']}: vouchers of returns", yuan(file.of_runs), yuan(received)
        )
