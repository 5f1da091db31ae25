"""A statement held against what was sent: a payment is settled by the bank's record of equal amount, once."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from payouts.bank_files.instructions import Instruction
from payouts.iso20022.camt import Detail, EntryStatus, Part
from payouts.iso20022.faults import Finding, Rule, shown
from payouts.iso20022.values import Side, end_to_end_id


@dataclass(frozen=True, slots=True)
class MatchedStatement:
    """What a statement says of our payments; ``missing`` are serials that it does not debit.

    ``others`` counts movements without an id of a payment: charges, receipts.
    """

    settled: Mapping[int, Detail]
    returned: Mapping[str, Detail]
    findings: Sequence[Finding]
    missing: Sequence[int]
    others: int


def match_statement(
    *, parts: Iterable[Part], sent: Iterable[Instruction], month: date, debited_before: Container[str]
) -> MatchedStatement:
    """Match the booked details with payments by end-to-end id and exact amount.

    ``debited_before`` are the ids that earlier statements debited: such a payment may come back now.

    :raises ValueError: if ``sent`` has a serial twice
    """
    matching = Matching(amounts_of(sent, month), debited_before)
    for part in parts:
        if isinstance(part, Detail) and part.status is EntryStatus.BOOKED:
            matching.take(part)
    for detail in matching.returns:  # after the debits, whatever their order in the statement
        matching.take_back(detail)
    return matching.matched()


def amounts_of(sent: Iterable[Instruction], month: date) -> dict[str, tuple[int, Decimal]]:
    amounts: dict[str, tuple[int, Decimal]] = {}
    for instruction in sent:
        identity = end_to_end_id(month=month, serial=instruction.serial)
        if identity in amounts:
            raise ValueError(f"payment {instruction.serial} was sent twice")
        amounts[identity] = (instruction.serial, instruction.amount)
    return amounts


class Matching:
    """One statement being matched; ``amounts`` has serial and amount of each payment sent, by its id."""

    def __init__(self, amounts: dict[str, tuple[int, Decimal]], debited_before: Container[str]) -> None:
        self.amounts = amounts
        self.debited_before = debited_before
        self.settled: dict[int, Detail] = {}
        self.returned: dict[str, Detail] = {}
        self.returns: list[Detail] = []
        self.findings: list[Finding] = []
        self.others = 0

    def take(self, detail: Detail) -> None:
        if not detail.end_to_end_id:
            self.others += 1
        elif detail.is_return:
            self.returns.append(detail)
        elif detail.end_to_end_id in self.amounts:
            self.take_ours(detail)
        elif detail.side is Side.DEBIT:
            known = detail.end_to_end_id in self.debited_before
            self.findings.append(finding_of(Rule.DUPLICATE_DEBIT if known else Rule.UNKNOWN_PAYMENT, detail))
        else:
            self.others += 1  # somebody else's id on money that came in

    def take_ours(self, detail: Detail) -> None:
        serial, amount = self.amounts[detail.end_to_end_id]
        debited = serial in self.settled or detail.end_to_end_id in self.debited_before
        fault = debit_fault(detail, is_debited=debited, is_equal=detail.amount == amount)
        if fault:
            self.findings.append(finding_of(fault, detail))
        else:
            self.settled[serial] = detail

    def take_back(self, detail: Detail) -> None:
        identity = detail.end_to_end_id
        serial, amount = self.amounts.get(identity, (0, detail.amount))
        fault = return_fault(
            detail,
            is_debited=serial in self.settled or identity in self.debited_before,
            is_returned=identity in self.returned,
            is_equal=detail.amount == amount,
        )
        if fault:
            self.findings.append(finding_of(fault, detail))
        else:
            self.returned[identity] = detail

    def matched(self) -> MatchedStatement:
        missing = sorted(serial for serial, _amount in self.amounts.values() if serial not in self.settled)
        return MatchedStatement(self.settled, self.returned, self.findings, missing, self.others)


def debit_fault(detail: Detail, *, is_debited: bool, is_equal: bool) -> Rule | None:
    faults = (
        (Rule.WRONG_SIDE, detail.side is not Side.DEBIT),
        (Rule.DUPLICATE_DEBIT, is_debited),
        (Rule.AMOUNT_DIFFERS, not is_equal),
    )
    return next((rule for rule, holds in faults if holds), None)


def return_fault(detail: Detail, *, is_debited: bool, is_returned: bool, is_equal: bool) -> Rule | None:
    faults = (
        (Rule.WRONG_SIDE, detail.side is not Side.CREDIT),
        (Rule.RETURN_WITHOUT_DEBIT, not is_debited),
        (Rule.DUPLICATE_RETURN, is_returned),
        (Rule.AMOUNT_DIFFERS, not is_equal),
    )
    return next((rule for rule, holds in faults if holds), None)


def finding_of(rule: Rule, detail: Detail) -> Finding:
    return Finding(rule, detail.place, shown(detail.end_to_end_id), f"{detail.amount:f}")
