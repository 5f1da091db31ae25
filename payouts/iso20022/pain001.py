"""A payment file, pain.001.001.09: written as a stream, one payment a line.

The same envelope and the same payments give the same bytes. Names stay as they are, in UTF-8; the
end-to-end id names month and serial. Account numbers go as ``Othr`` (China has no IBAN), the bank as
its CNAPS code of twelve digits or its name, the ID number as ``NIDN``.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO, NamedTuple

from lxml import etree

from ledger.money import ZERO, InexactAmount, exact
from payouts.bank_files.characters import CONTROL, INVISIBLE, REPLACEMENT, is_noncharacter
from payouts.bank_files.instructions import Instruction
from payouts.iso20022.faults import Finding, Rule
from payouts.iso20022.streams import NAMESPACE
from payouts.iso20022.values import CNAPS, CURRENCY, SERIAL_WIDTH, end_to_end_id

MESSAGE = "pain.001.001.09"
ID_MAX, ACCOUNT_MAX, TEXT_MAX = 35, 34, 140
SERIAL_MAX = 10**9 - 1
STATED_MAX = 24


class Envelope(NamedTuple):
    """What is known of a payment file beforehand; ``total`` in yuan, ``month`` that of the serials."""

    message_id: str
    created_at: datetime
    initiating_party: str
    debtor_name: str
    debtor_account: str
    debtor_bank: str
    execution_date: date
    month: date
    payments: int
    total: Decimal

    def __repr__(self) -> str:
        """Leave out the account, so that no log and no exception carries it."""
        return f"Envelope(message_id={self.message_id!r}, payments={self.payments!r}, total={self.total!r})"


class UnableToWrite(ValueError):
    """A payment file that must not be sent; what was written of it is to be thrown away."""


class EnvelopeDiffers(UnableToWrite):
    """The payments are not as many, or not as much, as was declared."""

    def __init__(self, envelope: Envelope, *, count: int, total: Decimal) -> None:
        super().__init__(f"declared {envelope.payments} payments of {envelope.total}, there are {count} of {total}")
        self.count = count
        self.total = total


class BadPayment(UnableToWrite):
    """A payment, or the envelope, that cannot go: ``finding`` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.place}: {finding.rule}")
        self.finding = finding


def write_pain001(*, envelope: Envelope, instructions: Iterable[Instruction], file: BinaryIO) -> None:
    """Write payments, in the order of their serials; memory does not grow with their number.

    :raises BadPayment: at the first payment that `unwritable` would name, or if the envelope is at fault
    :raises EnvelopeDiffers: if the payments are not those declared
    """
    for finding in envelope_faults(envelope):
        raise BadPayment(finding)
    count, total, last = 0, ZERO, 0
    with etree.xmlfile(file, encoding="UTF-8") as xml:
        xml.write_declaration()
        with xml.element("Document", nsmap={None: NAMESPACE + MESSAGE}), xml.element("CstmrCdtTrfInitn"):
            xml.write(group_header(envelope))
            with xml.element("PmtInf"):
                for part in payment_information(envelope):
                    xml.write(part)
                for instruction in instructions:
                    for finding in faults_of(instruction):
                        raise BadPayment(finding)
                    if instruction.serial <= last:
                        raise BadPayment(Finding(Rule.SERIAL_NOT_ASCENDING, place_of(instruction)))
                    xml.write("\n")
                    xml.write(transaction(instruction, envelope.month))
                    count, total, last = count + 1, total + instruction.amount, instruction.serial
                xml.write("\n")
    if (count, total) != (envelope.payments, envelope.total):
        raise EnvelopeDiffers(envelope, count=count, total=total)


# The parts below are elements without a namespace: serialised into the document they stand in its
# default namespace, which would otherwise be declared anew in each of 100,000 payments.
def group_header(envelope: Envelope) -> etree._Element:
    header = etree.Element("GrpHdr")
    leaf(header, "MsgId", envelope.message_id)
    leaf(header, "CreDtTm", envelope.created_at.isoformat(timespec="seconds"))
    leaf(header, "NbOfTxs", str(envelope.payments))
    leaf(header, "CtrlSum", f"{envelope.total:f}")
    leaf(etree.SubElement(header, "InitgPty"), "Nm", envelope.initiating_party)
    return header


def payment_information(envelope: Envelope) -> Iterator[etree._Element]:
    parts = etree.Element("PmtInf")
    leaf(parts, "PmtInfId", envelope.message_id)
    leaf(parts, "PmtMtd", "TRF")
    leaf(parts, "NbOfTxs", str(envelope.payments))
    leaf(parts, "CtrlSum", f"{envelope.total:f}")
    leaf(etree.SubElement(parts, "ReqdExctnDt"), "Dt", envelope.execution_date.isoformat())
    leaf(etree.SubElement(parts, "Dbtr"), "Nm", envelope.debtor_name)
    account = etree.SubElement(parts, "DbtrAcct")
    write_account(account, envelope.debtor_account)
    leaf(account, "Ccy", CURRENCY)
    write_bank(etree.SubElement(parts, "DbtrAgt"), envelope.debtor_bank)
    yield from list(parts)


def transaction(instruction: Instruction, month: date) -> etree._Element:
    written = etree.Element("CdtTrfTxInf")
    ids = etree.SubElement(written, "PmtId")
    identity = end_to_end_id(month=month, serial=instruction.serial)
    leaf(ids, "InstrId", identity)
    leaf(ids, "EndToEndId", identity)
    amount = etree.SubElement(etree.SubElement(written, "Amt"), "InstdAmt", Ccy=CURRENCY)
    amount.text = f"{instruction.amount:f}"
    if instruction.bank:
        write_bank(etree.SubElement(written, "CdtrAgt"), instruction.bank)
    creditor = etree.SubElement(written, "Cdtr")
    leaf(creditor, "Nm", instruction.name)
    if instruction.id_number:
        person = etree.SubElement(etree.SubElement(etree.SubElement(creditor, "Id"), "PrvtId"), "Othr")
        leaf(person, "Id", instruction.id_number)
        leaf(etree.SubElement(person, "SchmeNm"), "Cd", "NIDN")
    write_account(etree.SubElement(written, "CdtrAcct"), instruction.account)
    if instruction.remark:
        leaf(etree.SubElement(written, "RmtInf"), "Ustrd", instruction.remark)
    return written


def write_account(parent: etree._Element, account: str) -> None:
    leaf(etree.SubElement(etree.SubElement(parent, "Id"), "Othr"), "Id", account)


def write_bank(parent: etree._Element, bank: str) -> None:
    institution = etree.SubElement(parent, "FinInstnId")
    if CNAPS.fullmatch(bank):
        member = etree.SubElement(institution, "ClrSysMmbId")
        leaf(etree.SubElement(member, "ClrSysId"), "Cd", "CNAPS")
        leaf(member, "MmbId", bank)
    else:
        leaf(institution, "Nm", bank)


def leaf(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = text


def unwritable(instructions: Iterable[Instruction]) -> Iterator[Finding]:
    """Yield what keeps payments out of a file, by serial; the rest may go."""
    for instruction in instructions:
        yield from faults_of(instruction)


def faults_of(instruction: Instruction) -> Iterator[Finding]:
    place = place_of(instruction)
    if not 0 < instruction.serial <= SERIAL_MAX:
        yield Finding(Rule.SERIAL_NOT_POSITIVE, place)
    if not is_exact(instruction.amount):
        yield Finding(Rule.AMOUNT_NOT_EXACT, place, f"{instruction.amount}"[:STATED_MAX])
    elif instruction.amount <= 0:
        yield Finding(Rule.AMOUNT_NOT_POSITIVE, place, f"{instruction.amount:f}")
    if not instruction.account:
        yield Finding(Rule.ACCOUNT_MISSING, place)
    elif not (instruction.account.isascii() and instruction.account.isalnum()):
        yield Finding(Rule.ACCOUNT_NOT_VALID, place)
    if not instruction.name:
        yield Finding(Rule.NAME_MISSING, place)
    for text, longest, part in (
        (instruction.name, TEXT_MAX, "name"),
        (instruction.account, ACCOUNT_MAX, "account"),
        (instruction.id_number, ID_MAX, "id_number"),
        (instruction.bank, TEXT_MAX, "bank"),
        (instruction.remark, TEXT_MAX, "remark"),
    ):
        if not is_plain(text, longest):
            yield from text_faults(text, longest, f"{place} {part}")


def is_exact(amount: Decimal) -> bool:
    """Tell that an amount is a number of fen, and is written with two decimals."""
    try:
        return exact(amount).as_tuple() == amount.as_tuple()
    except InexactAmount:
        return False


def is_plain(text: str, longest: int) -> bool:
    """Tell in one pass that nothing is wrong, which is so for nearly every text."""
    return len(text) <= longest and text.isprintable() and text == text.strip() and REPLACEMENT not in text


def text_faults(text: str, longest: int, place: str) -> Iterator[Finding]:
    if len(text) > longest:
        yield Finding(Rule.TOO_LONG, place, str(len(text)), str(longest))
    if CONTROL.search(text):
        yield Finding(Rule.CONTROL_CHARACTER, place)
    elif text != text.strip() or any(is_unwritable(character) for character in text):
        yield Finding(Rule.UNWRITABLE_CHARACTER, place)


def is_unwritable(character: str) -> bool:
    """Tell a character that is invisible, lost, private to a bank, or a space other than the plain one."""
    category = unicodedata.category(character)
    return (
        category in (*INVISIBLE, "Co", "Cs")
        or (category == "Zs" and character != " ")
        or character == REPLACEMENT
        or is_noncharacter(character)
    )


def envelope_faults(envelope: Envelope) -> Iterator[Finding]:
    for text, longest, part in (
        (envelope.message_id, ID_MAX, "MsgId"),
        (envelope.initiating_party, TEXT_MAX, "InitgPty"),
        (envelope.debtor_name, TEXT_MAX, "Dbtr"),
        (envelope.debtor_bank, TEXT_MAX, "DbtrAgt"),
        (envelope.debtor_account, ACCOUNT_MAX, "DbtrAcct"),
    ):
        if not text:
            yield Finding(Rule.ACCOUNT_MISSING if part == "DbtrAcct" else Rule.NAME_MISSING, part)
        yield from text_faults(text, longest, part)
    if envelope.payments < 1:
        yield Finding(Rule.COUNT_DIFFERS, "GrpHdr/NbOfTxs", str(envelope.payments), "1")
    if not is_exact(envelope.total):
        yield Finding(Rule.AMOUNT_NOT_EXACT, "GrpHdr/CtrlSum")


def place_of(instruction: Instruction) -> str:
    return f"payment {instruction.serial:0{SERIAL_WIDTH}d}"
