"""Works through the claims in the order of the file: each is accepted or refused as a whole.

A claim falls with any of its lines; else if it is not approved; else if an accepted claim used one of
its invoices; else if it is above what is left in its sub-account. Only accepted claims lower that.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby

from imports.comparing import Comparison
from imports.fault_kinds import FaultKind, Severity
from imports.layouts.payroll import Units
from imports.layouts.treasury import APPROVED, Claims, SubAccounts
from imports.models import Finding, StagedRow
from ledger.money import ZERO
from treasury.claim_balances import balances_for_claims, has_opened, used_invoices
from treasury.models import Township
from treasury.secondments import signer_fault, townships_with_a_head

NUMBER, TOWNSHIP, UNIT, SUB_ACCOUNT, INVOICE, AMOUNT, OPINION, APPROVER, APPROVED_ON = map(
    Claims.position, ("报账单号", "乡镇", "单位编码", "分户", "票据号", "金额", "审批意见", "审批人", "审批日期")
)


@dataclass(frozen=True)
class Line:
    row: int
    cells: Sequence[str]
    # The error that the line has on its own, if any.
    error: str = ""

    @property
    def amount(self) -> Decimal:
        return Decimal(self.cells[AMOUNT] or ZERO)


@dataclass(frozen=True)
class Refusal:
    """Why a claim is refused: the fault, the line and column where it stands, and what was found."""

    row: int
    column: str
    kind: FaultKind
    value: str = ""
    cause: str = ""

    def as_finding(self, sheet: int) -> Finding:
        return Finding(
            sheet_id=sheet,
            row=self.row,
            column=self.column,
            kind=self.kind,
            severity=self.kind.severity,
            value=self.value,
            cause=self.cause,
        )


@dataclass
class Desk:
    """What is known while claims are worked through: balances, and the invoices that were used."""

    units: set[str]
    balances: dict[tuple[str, str], Decimal]
    # Invoices that accepted claims have used: by the row of this file, or by a claim of an earlier one.
    used: dict[str, str] = field(default_factory=dict)
    # Townships whose head is recorded, by name: their claims are signed by the head.
    heads: Mapping[str, Township] = field(default_factory=dict)

    def is_signed_by_the_head(self, first: Line) -> bool:
        """Whether the signature of a claim is that of who held the head's post on its day."""
        township, on = self.heads[first.cells[TOWNSHIP]], date.fromisoformat(first.cells[APPROVED_ON])
        return signer_fault(township=township, name=first.cells[APPROVER], on=on) is None

    def refusal_of(self, lines: Sequence[Line]) -> Refusal | None:
        """Return why a claim without errors of its own is refused, or accept it."""
        first = lines[0]
        if first.cells[OPINION] != APPROVED or not first.cells[APPROVED_ON]:
            return Refusal(first.row, "审批意见", FaultKind.NOT_APPROVED, value=first.cells[OPINION])
        if first.cells[TOWNSHIP] in self.heads and not self.is_signed_by_the_head(first):
            return Refusal(first.row, "审批人", FaultKind.WRONG_SIGNER, value=first.cells[APPROVER])
        number = first.cells[NUMBER]
        for line in lines:
            invoice = line.cells[INVOICE]
            if invoice and self.used.get(invoice, number) != number:
                cause = self.used[invoice]
                return Refusal(line.row, "票据号", FaultKind.RECEIPT_REUSED, value=invoice, cause=cause)
        place = first.cells[TOWNSHIP], first.cells[SUB_ACCOUNT]
        claimed = sum((line.amount for line in lines), ZERO)
        left = self.balances[place]
        if claimed > left:
            cause = f"{left} < {claimed}"
            return Refusal(first.row, "金额", FaultKind.OVER_BALANCE, value=str(claimed), cause=cause)
        self.balances[place] = left - claimed
        self.used.update({line.cells[INVOICE]: str(line.row) for line in lines if line.cells[INVOICE]})
        return None


def decide_claims(comparison: Comparison) -> None:
    """Write the findings that refuse claims, in the order of the file."""
    errors = dict(
        Finding.objects.filter(sheet=comparison.sheet, severity=Severity.ERROR)
        .order_by("-pk")
        .values_list("row", "kind")
    )
    desk = Desk(
        units=known_units(comparison),
        balances=balances_of(comparison),
        used=used_before(comparison),
        heads={one.name: one for one in townships_with_a_head()},
    )
    Finding.objects.bulk_create(
        [
            refusal.as_finding(comparison.sheet)
            for lines in claims_of(comparison, errors)
            for refusal in refusals_of(lines, desk)
        ],
        batch_size=1_000,
    )


def refusals_of(lines: Sequence[Line], desk: Desk) -> Iterator[Refusal]:
    """Yield what refuses a claim, and the refusal of its other lines that follows from it."""
    wrong = {line.row: line.error for line in lines if line.error}
    stranger = next((line for line in lines if line.cells[UNIT] and line.cells[UNIT] not in desk.units), None)
    if stranger is not None:
        yield Refusal(stranger.row, "单位编码", FaultKind.UNKNOWN_UNIT, value=stranger.cells[UNIT])
        wrong[stranger.row] = FaultKind.UNKNOWN_UNIT
    cause = next(iter(wrong.values()), "")
    if not cause:
        refusal = desk.refusal_of(lines)
        if refusal is None:
            return
        yield refusal
        wrong, cause = {refusal.row: refusal.kind}, refusal.kind
    for line in lines:
        if line.row not in wrong:
            yield Refusal(line.row, "", FaultKind.CLAIM_REFUSED, cause=cause)


def claims_of(comparison: Comparison, errors: dict[int, str]) -> Iterator[list[Line]]:
    """Yield the lines of each claim; a claim's lines stand together."""
    rows = StagedRow.objects.filter(sheet=comparison.sheet).order_by("row").values_list("row", "cells")
    lines = (Line(row, cells, errors.get(row, "")) for row, cells in rows.iterator(chunk_size=2_000))
    for _, claim in groupby(lines, key=lambda line: line.cells[NUMBER]):
        yield list(claim)


def known_units(comparison: Comparison) -> set[str]:
    units = StagedRow.objects.filter(sheet=comparison.references["UNITS"], valid=True)
    return {cells[Units.position("单位编码")] for cells in units.values_list("cells", flat=True)}


def used_before(comparison: Comparison) -> dict[str, str]:
    """Return the invoices of the sheet that accepted claims of earlier files have used, and the claim of each."""
    invoices = StagedRow.objects.filter(sheet=comparison.sheet).values_list("cells", flat=True)
    return dict(used_invoices(numbers=[cells[INVOICE] for cells in invoices if cells[INVOICE]]))


def balances_of(comparison: Comparison) -> dict[tuple[str, str], Decimal]:
    """Return what stands in each sub-account of each township before the first claim.

    The opening file says it until the books were opened with it; from then on the books do.
    """
    if has_opened():
        return defaultdict(lambda: ZERO, balances_for_claims(month=comparison.month))
    township, name, balance = map(SubAccounts.position, ("乡镇", "分户", "期初余额"))
    found: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    rows = StagedRow.objects.filter(sheet=comparison.references["SUB_ACCOUNTS"], valid=True)
    for cells in rows.values_list("cells", flat=True):
        found[cells[township], cells[name]] += Decimal(cells[balance] or ZERO)
    return found
