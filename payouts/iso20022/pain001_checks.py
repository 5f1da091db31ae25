"""A payment file held against its schema, and against what no schema sees, as it is read.

Written apart from `pain001`: it knows the message, not how the bytes came about. The schema is the
one that ISO 20022 publishes; where it comes from stands in docs/decisions.md.
"""

import re
from collections.abc import Container, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from payouts.bank_files.characters import CONTROL
from payouts.iso20022.faults import BadMessage, Finding, Rule, shown
from payouts.iso20022.streams import Reader, one_version, release
from payouts.iso20022.values import CURRENCY, date_of, iban_holds

MESSAGE = "pain.001.001.09"
SCHEMA = Path(__file__).parent / "schemas" / f"{MESSAGE}.xsd"
FINDINGS_MAX = 1000
DECIMALS_MAX = 2
DECIMAL = re.compile(r"[+-]?([0-9]{1,24}(\.[0-9]{0,18})?|\.[0-9]{1,18})")
WATCHED = ("CstmrCdtTrfInitn", "GrpHdr", "PmtInf", "CdtTrfTxInf")


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


def check_pain001(*, file: BinaryIO, today: date, known_message_ids: Container[str]) -> list[Finding]:
    """Return everything that is wrong with a payment file, at most FINDINGS_MAX; nothing if it may be sent."""
    check = Check(file, today, known_message_ids)
    try:
        for finding in check.findings():
            check.found.append(finding)
            if len(check.found) >= FINDINGS_MAX:
                return [*check.found, Finding(Rule.TOO_MANY_FINDINGS, "/")]
    except BadMessage as error:
        check.found.append(Finding(Rule.NOT_READABLE, error.place, error.fault, error.stated))
    invalid = [Finding(Rule.NOT_VALID, f"line {unmet.line} {unmet.name}".strip()) for unmet in check.reader.unmet]
    return invalid + check.found


class Check:
    """One reading of one payment file."""

    def __init__(self, file: BinaryIO, today: date, known_message_ids: Container[str]) -> None:
        self.reader = Reader(file=file, message=one_version(MESSAGE), names=WATCHED, schema=schema())
        self.current_day = today
        self.known_message_ids = known_message_ids
        self.found: list[Finding] = []
        self.count = self.batch_count = self.batches = 0
        self.total = self.batch_total = Decimal(0)
        self.stated: dict[str, str] = {}
        self.group_stated: dict[str, str] = {}
        self.batch_ids: set[str] = set()
        self.instruction_ids: set[str] = set()
        self.end_to_end_ids: set[str] = set()
        self.initiation: etree._Element | None = None
        self.batch: etree._Element | None = None

    def findings(self) -> Iterator[Finding]:
        for step in self.reader.steps():
            element, parent = step.element, step.element.getparent()
            if step.begins:
                self.begin(step.name, element, parent)
            elif step.name == "CdtTrfTxInf" and parent is not None and parent is self.batch:
                if self.batch_count == 0:
                    yield from self.batch_header(element, parent)
                yield from self.payment(element)
                release(element)
            elif step.name == "GrpHdr" and parent is not None and parent is self.initiation:
                yield from self.group(element)
            elif element is self.batch:
                yield from self.totals(f"PmtInf[{self.batches}]", self.stated, self.batch_count, self.batch_total)
                self.batch = None
                release(element)
            elif element is self.initiation:
                yield from self.totals("GrpHdr", self.group_stated, self.count, self.total)

    def begin(self, name: str, element: etree._Element, parent: etree._Element | None) -> None:
        # Only where the message has them: the same names may stand in supplementary data.
        if name == "CstmrCdtTrfInitn" and parent is not None and parent.getparent() is None:
            self.initiation = element
        elif name == "PmtInf" and parent is not None and parent is self.initiation:
            self.batch, self.stated = element, {}
            self.batches, self.batch_count, self.batch_total = self.batches + 1, 0, Decimal(0)

    def group(self, header: etree._Element) -> Iterator[Finding]:
        self.group_stated = self.totals_stated(header)
        if self.reader.text(header, "MsgId") in self.known_message_ids:
            yield Finding(Rule.MESSAGE_ID_USED_BEFORE, "GrpHdr/MsgId")
        yield from self.control_characters(header, "GrpHdr")

    def totals_stated(self, header: etree._Element) -> dict[str, str]:
        return {name: self.reader.text(header, name) for name in ("NbOfTxs", "CtrlSum")}

    def batch_header(self, payment: etree._Element, batch: etree._Element) -> Iterator[Finding]:
        """Check what stands before the first payment of a batch."""
        place = f"PmtInf[{self.batches}]"
        self.stated = self.totals_stated(batch)
        identity = self.reader.text(batch, "PmtInfId")
        if identity in self.batch_ids:
            yield Finding(Rule.DUPLICATE_BATCH_ID, f"{place}/PmtInfId")
        self.batch_ids.add(identity)
        execution = self.reader.child(batch, "ReqdExctnDt")
        if execution is not None:
            yield from self.execution_date(execution, f"{place}/ReqdExctnDt")
        yield from self.account(self.reader.child(batch, "DbtrAcct"), f"{place}/DbtrAcct")
        if not self.reader.text(batch, "Dbtr/Nm"):
            yield Finding(Rule.NAME_MISSING, f"{place}/Dbtr")
        currency = self.reader.text(batch, "DbtrAcct/Ccy")
        if currency not in ("", CURRENCY):
            yield Finding(Rule.WRONG_CURRENCY, f"{place}/DbtrAcct/Ccy", shown(currency), CURRENCY)
        for part in batch:
            if part is not payment:
                yield from self.control_characters(part, place)

    def execution_date(self, element: etree._Element, place: str) -> Iterator[Finding]:
        text = self.reader.text(element, "Dt") or self.reader.text(element, "DtTm")
        try:
            day = date_of(text[:10], place=place)
        except BadMessage:
            return  # the schema names it
        if day < self.current_day:
            yield Finding(Rule.EXECUTION_DATE_PAST, place, day.isoformat(), self.current_day.isoformat())

    def payment(self, payment: etree._Element) -> Iterator[Finding]:
        self.count, self.batch_count = self.count + 1, self.batch_count + 1
        place = f"PmtInf[{self.batches}]/CdtTrfTxInf[{self.batch_count}]"
        reader = self.reader
        end_to_end = reader.text(payment, "PmtId/EndToEndId")
        if end_to_end in self.end_to_end_ids:
            yield Finding(Rule.DUPLICATE_END_TO_END_ID, f"{place}/PmtId/EndToEndId", shown(end_to_end))
        self.end_to_end_ids.add(end_to_end)
        instruction = reader.text(payment, "PmtId/InstrId")
        if instruction:
            if instruction in self.instruction_ids:
                yield Finding(Rule.DUPLICATE_INSTRUCTION_ID, f"{place}/PmtId/InstrId", shown(instruction))
            self.instruction_ids.add(instruction)
        yield from self.amount(reader.child(payment, "Amt/InstdAmt"), f"{place}/Amt")
        if not reader.text(payment, "Cdtr/Nm"):
            yield Finding(Rule.NAME_MISSING, f"{place}/Cdtr")
        yield from self.account(reader.child(payment, "CdtrAcct"), f"{place}/CdtrAcct")
        yield from self.control_characters(payment, place)

    def amount(self, element: etree._Element | None, place: str) -> Iterator[Finding]:
        if element is None:  # an equivalent amount asks for another currency
            yield Finding(Rule.AMOUNT_MISSING, place)
            return
        currency = element.get("Ccy", "")
        if currency != CURRENCY:
            yield Finding(Rule.WRONG_CURRENCY, place, shown(currency), CURRENCY)
        amount = decimal_of((element.text or "").strip())
        if amount is None:
            return  # the schema names it
        self.total, self.batch_total = self.total + amount, self.batch_total + amount
        if amount <= 0:
            yield Finding(Rule.AMOUNT_NOT_POSITIVE, place, shown(f"{amount:f}"))
        if decimals_of(amount) > DECIMALS_MAX:
            yield Finding(Rule.AMOUNT_NOT_EXACT, place, shown(f"{amount:f}"))

    def account(self, element: etree._Element | None, place: str) -> Iterator[Finding]:
        iban = "" if element is None else self.reader.text(element, "Id/IBAN")
        other = "" if element is None else self.reader.text(element, "Id/Othr/Id")
        if not iban and not other:
            yield Finding(Rule.ACCOUNT_MISSING, place)
        elif iban and not iban_holds(iban):
            yield Finding(Rule.ACCOUNT_NOT_VALID, place)

    def control_characters(self, element: etree._Element, place: str) -> Iterator[Finding]:
        """Find what XML allows and no bank does: line ends and tabs in a text, DEL, the C1 controls."""
        whole = "".join(map(str, element.itertext()))
        if whole.isprintable():
            return
        for part in element.iter():
            text = part.text or ""
            if len(part) == 0 and CONTROL.search(text):
                yield Finding(Rule.CONTROL_CHARACTER, f"{place}/{self.reader.tag(part)}")

    def totals(self, place: str, stated: dict[str, str], count: int, total: Decimal) -> Iterator[Finding]:
        number, control_sum = stated.get("NbOfTxs", ""), stated.get("CtrlSum", "")
        if number and not (number.isdecimal() and int(number) == count):
            yield Finding(Rule.COUNT_DIFFERS, f"{place}/NbOfTxs", shown(number), str(count))
        declared = decimal_of(control_sum)
        if declared is not None and declared != total:
            yield Finding(Rule.CONTROL_SUM_DIFFERS, f"{place}/CtrlSum", shown(control_sum), f"{total:f}")


def decimal_of(text: str) -> Decimal | None:
    """Return what an XSD decimal says; None if it is none, which the schema tells."""
    return Decimal(text) if DECIMAL.fullmatch(text) else None


def decimals_of(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
