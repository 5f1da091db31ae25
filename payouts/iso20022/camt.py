"""The bank's statements, camt.053, and notices of single movements, camt.054."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import BinaryIO, NamedTuple

from lxml import etree

from ledger.money import ZERO
from payouts.iso20022.faults import BadMessage, MessageFault
from payouts.iso20022.streams import Reader, any_version, release
from payouts.iso20022.values import CURRENCY, NOT_PROVIDED, Side, amount_of, date_of, number_of

ROOTS = {"camt.053": ("BkToCstmrStmt", "Stmt"), "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}
YES, NO = ("true", "1"), ("", "false", "0")


class EntryStatus(StrEnum):
    """Whether an entry is in the balance; only a booked one is."""

    BOOKED = "BOOK"
    PENDING = "PDNG"
    FUTURE = "FUTR"
    INFORMATION = "INFO"


class Balance(NamedTuple):
    """A balance in yuan, negative if the account is overdrawn."""

    amount: Decimal
    on: date


class Statement(NamedTuple):
    """One statement of one account."""

    identity: str
    sequence_number: int
    account: str
    opening: Balance
    closing: Balance
    place: str

    def __repr__(self) -> str:
        """Leave out the account, so that no log and no exception carries it."""
        return (
            f"Statement(sequence_number={self.sequence_number!r}, opening={self.opening!r}, closing={self.closing!r})"
        )


class Notice(NamedTuple):
    """One notification of movements on one account."""

    identity: str
    account: str
    place: str

    def __repr__(self) -> str:
        return f"Notice(place={self.place!r})"


class Entry(NamedTuple):
    """One movement of the account; ``amount`` in yuan and positive, its details follow it.

    ``message_id`` is that of our file, where the bank books a file in one sum.
    """

    amount: Decimal
    side: Side
    status: EntryStatus
    is_reversal: bool
    booked_on: date | None
    value_on: date | None
    reference: str
    place: str
    message_id: str = ""
    text: str = ""
    party: str = ""
    party_account: str = ""

    @property
    def signed(self) -> Decimal:
        return self.amount if self.side is Side.CREDIT else -self.amount


class Detail(NamedTuple):
    """One payment within an entry; a batch entry has many.

    ``end_to_end_id`` is empty if the bank gives none, ``return_reason`` unless the payment came back.
    """

    end_to_end_id: str
    amount: Decimal
    side: Side
    status: EntryStatus
    is_return: bool
    return_reason: str
    return_text: str
    booked_on: date | None
    value_on: date | None
    reference: str
    place: str
    text: str = ""
    party: str = ""

    @property
    def signed(self) -> Decimal:
        return self.amount if self.side is Side.CREDIT else -self.amount


Part = Statement | Notice | Entry | Detail


def read_camt053(file: BinaryIO) -> Iterator[Part]:
    """Yield each statement, then its entries, each before its details.

    :raises BadMessage: naming the first fault and its place; apply nothing before the end
    """
    return CamtReader(file, "camt.053").parts()


def read_camt054(file: BinaryIO) -> Iterator[Part]:
    """Yield each notice, then its entries, each before its details.

    :raises BadMessage: naming the first fault and its place; apply nothing before the end
    """
    return CamtReader(file, "camt.054").parts()


class CamtReader:
    """One reading of one message."""

    def __init__(self, file: BinaryIO, message: str) -> None:
        self.message = message
        self.root_name, self.report_name = ROOTS[message]
        names = (self.root_name, self.report_name, "Ntry", "TxDtls")
        self.reader = Reader(file=file, message=any_version(message), names=names, schema=None)
        self.root: etree._Element | None = None
        self.report: etree._Element | None = None
        self.entry: etree._Element | None = None
        self.head_read = False
        self.known: Entry | None = None
        self.details_total = ZERO
        self.reports = self.entries = self.details = 0

    def parts(self) -> Iterator[Part]:
        for step in self.reader.steps():
            element, parent = step.element, step.element.getparent()
            if step.begins:
                self.begin(step.name, element, parent)
            elif step.name == "TxDtls" and parent is not None and parent.getparent() is self.entry:
                yield from self.head_once()
                yield from self.entry_once()
                yield self.detail(element)
                release(element)
            elif element is self.entry:
                yield from self.head_once()
                yield from self.entry_once()
                self.check_details()
                self.entry = None
                release(element)
            elif element is self.report:
                yield from self.head_once()
                self.report = None
                release(element)
        if self.reports == 0:
            raise BadMessage(MessageFault.MISSING_FIELD, place=self.report_name)

    def begin(self, name: str, element: etree._Element, parent: etree._Element | None) -> None:
        if name == self.root_name and parent is not None and parent.getparent() is None:
            self.root = element
        elif parent is None:
            return
        elif name == self.report_name and parent is self.root:
            self.report, self.head_read = element, False
            self.reports, self.entries = self.reports + 1, 0
        elif name == "Ntry" and parent is self.report:
            self.entry, self.known, self.details_total = element, None, ZERO
            self.entries, self.details = self.entries + 1, 0

    def head_once(self) -> Iterator[Statement | Notice]:
        """Yield the statement or notice when all that stands before its entries is known."""
        if self.head_read or self.report is None:
            return
        self.head_read = True
        report, place = self.report, f"{self.report_name}[{self.reports}]"
        identity = self.needed(report, "Id", place)
        account = self.reader.text(report, "Acct/Id/Othr/Id") or self.reader.text(report, "Acct/Id/IBAN")
        if not account:
            raise BadMessage(MessageFault.MISSING_FIELD, place=f"{place}/Acct/Id")
        currency = self.reader.text(report, "Acct/Ccy")
        if currency not in ("", CURRENCY):
            raise BadMessage(MessageFault.WRONG_CURRENCY, place=f"{place}/Acct/Ccy", stated=currency)
        if self.message == "camt.054":
            yield Notice(identity, account, place)
            return
        number = self.reader.text(report, "ElctrncSeqNb") or self.needed(report, "LglSeqNb", place)
        balances = self.balances(report, place)
        # PRCD is the closing balance of the statement before, which some banks give as the opening one.
        opening = balances.get("OPBD") or balances.get("PRCD")
        if opening is None:
            raise BadMessage(MessageFault.NO_OPENING_BALANCE, place=place)
        if "CLBD" not in balances:
            raise BadMessage(MessageFault.NO_CLOSING_BALANCE, place=place)
        number_place = f"{place}/ElctrncSeqNb"
        yield Statement(identity, number_of(number, place=number_place), account, opening, balances["CLBD"], place)

    def balances(self, report: etree._Element, place: str) -> dict[str, Balance]:
        found: dict[str, Balance] = {}
        for count, element in enumerate(self.reader.children(report, "Bal"), start=1):
            at = f"{place}/Bal[{count}]"
            code = self.reader.text(element, "Tp/CdOrPrtry/Cd")
            if code not in ("OPBD", "PRCD", "CLBD"):
                continue
            if code in found:
                raise BadMessage(MessageFault.DUPLICATE_BALANCE, place=at, stated=code)
            amount = self.amount(element, "Amt", at)
            day = self.reader.text(element, "Dt/Dt") or self.needed(element, "Dt/DtTm", at)
            signed = amount if self.side(element, at) is Side.CREDIT else -amount
            found[code] = Balance(signed, date_of(day, place=f"{at}/Dt"))
        return found

    def entry_once(self) -> Iterator[Entry]:
        if self.known is None and self.entry is not None:
            element, place = self.entry, self.entry_place()
            reversal = self.reader.text(element, "RvslInd")
            if reversal not in YES + NO:
                raise BadMessage(MessageFault.UNKNOWN_CODE, place=f"{place}/RvslInd", stated=reversal)
            self.known = Entry(
                amount=self.amount(element, "Amt", place),
                side=self.side(element, place),
                status=self.status(element, place),
                is_reversal=reversal in YES,
                booked_on=self.day(element, "BookgDt", place),
                value_on=self.day(element, "ValDt", place),
                reference=self.reader.text(element, "AcctSvcrRef") or self.reader.text(element, "NtryRef"),
                place=place,
                message_id=self.reader.text(element, "NtryDtls/Btch/MsgId")
                or self.reader.text(element, "NtryDtls/Btch/PmtInfId"),
                text=self.reader.text(element, "AddtlNtryInf"),
            )
            yield self.known

    def entry_place(self) -> str:
        return f"{self.report_name}[{self.reports}]/Ntry[{self.entries}]"

    def detail(self, element: etree._Element) -> Detail:
        entry = self.known
        assert entry is not None
        self.details += 1
        place = f"{entry.place}/TxDtls[{self.details}]"
        reader = self.reader
        if reader.child(element, "Amt") is not None:
            amount = self.amount(element, "Amt", place)
        elif reader.child(element, "AmtDtls/TxAmt/Amt") is not None:  # where versions before .08 have it
            amount = self.amount(element, "AmtDtls/TxAmt/Amt", place)
        else:  # it can only be that of the entry: check_details refuses it beside another
            amount = entry.amount
        side = self.side(element, place) if reader.text(element, "CdtDbtInd") else entry.side
        self.details_total += amount if side is entry.side else -amount
        identity = reader.text(element, "Refs/EndToEndId")
        returned = reader.child(element, "RtrInf")
        return Detail(
            end_to_end_id="" if identity == NOT_PROVIDED else identity,
            amount=amount,
            side=side,
            status=entry.status,
            is_return=entry.is_reversal or returned is not None,
            return_reason=reader.text(element, "RtrInf/Rsn/Cd") or reader.text(element, "RtrInf/Rsn/Prtry"),
            return_text=reader.text(element, "RtrInf/AddtlInf"),
            booked_on=entry.booked_on,
            value_on=entry.value_on,
            reference=reader.text(element, "Refs/AcctSvcrRef") or entry.reference,
            place=place,
            text=" ".join((line.text or "").strip() for line in reader.children(element, "RmtInf/Ustrd")),
            party=self.party(element, side),
        )

    def party(self, element: etree._Element, side: Side) -> str:
        """Return who is on the other side: the debtor of what came in, the creditor of what went out."""
        role = "Dbtr" if side is Side.CREDIT else "Cdtr"
        reader = self.reader
        return reader.text(element, f"RltdPties/{role}/Pty/Nm") or reader.text(element, f"RltdPties/{role}/Nm")

    def check_details(self) -> None:
        """Refuse an entry whose details are not the whole of it."""
        if self.known is not None and self.details and self.details_total != self.known.amount:
            raise BadMessage(
                MessageFault.DETAILS_DISAGREE,
                place=self.known.place,
                stated=f"{self.known.amount:f}",
                found=f"{self.details_total:f}",
            )

    def needed(self, element: etree._Element, path: str, place: str) -> str:
        text = self.reader.text(element, path)
        if not text:
            raise BadMessage(MessageFault.MISSING_FIELD, place=f"{place}/{path}")
        return text

    def amount(self, element: etree._Element, path: str, place: str) -> Decimal:
        amount = self.reader.child(element, path)
        if amount is None:
            raise BadMessage(MessageFault.MISSING_FIELD, place=f"{place}/{path}")
        if amount.get("Ccy") != CURRENCY:
            raise BadMessage(MessageFault.WRONG_CURRENCY, place=f"{place}/{path}", stated=amount.get("Ccy", ""))
        return amount_of((amount.text or "").strip(), place=f"{place}/{path}")

    def side(self, element: etree._Element, place: str) -> Side:
        text = self.needed(element, "CdtDbtInd", place)
        try:
            return Side(text)
        except ValueError:
            raise BadMessage(MessageFault.UNKNOWN_CODE, place=f"{place}/CdtDbtInd", stated=text) from None

    def status(self, element: etree._Element, place: str) -> EntryStatus:
        text = self.needed(element, "Sts/Cd", place)
        try:
            return EntryStatus(text)
        except ValueError:
            raise BadMessage(MessageFault.UNKNOWN_CODE, place=f"{place}/Sts", stated=text) from None

    def day(self, element: etree._Element, path: str, place: str) -> date | None:
        text = self.reader.text(element, f"{path}/Dt") or self.reader.text(element, f"{path}/DtTm")
        return date_of(text, place=f"{place}/{path}") if text else None
