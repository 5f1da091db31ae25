"""The bank's status report, pain.002: what it says of the file, of its batches, of each payment."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import BinaryIO, NamedTuple

from lxml import etree

from payouts.iso20022.faults import BadMessage, MessageFault
from payouts.iso20022.streams import Reader, any_version, release
from payouts.iso20022.values import CURRENCY, amount_of

WATCHED = ("CstmrPmtStsRpt", "GrpHdr", "OrgnlGrpInfAndSts", "OrgnlPmtInfAndSts", "TxInfAndSts")


class Status(StrEnum):
    """What a bank may say of a payment; no other code is guessed at."""

    RECEIVED = "RCVD"
    PENDING = "PDNG"
    TECHNICALLY_ACCEPTED = "ACTC"
    ACCEPTED = "ACCP"
    IN_PROCESS = "ACSP"
    SETTLED = "ACSC"
    PART = "PART"
    REJECTED = "RJCT"


ACCEPTING = (Status.TECHNICALLY_ACCEPTED, Status.ACCEPTED, Status.IN_PROCESS, Status.SETTLED)
# DUPL is what banks write for a file that they have; AM05 is the code list's own word for it.
RECEIVED_BEFORE = ("DUPL", "AM05")


class Reason(NamedTuple):
    """Why, in the bank's code and words."""

    code: str
    text: str


class FileStatus(NamedTuple):
    """What the bank says of a whole file; ``status`` is None if it speaks of batches or payments only."""

    message_id: str
    original_message_id: str
    status: Status | None
    reasons: tuple[Reason, ...]

    @property
    def received_before(self) -> bool:
        """Tell that the bank has the file already: not that its payments were rejected."""
        return is_received_before(self.reasons)


class BatchStatus(NamedTuple):
    """What the bank says of one payment information; ``place`` is its path."""

    batch_id: str
    status: Status | None
    reasons: tuple[Reason, ...]
    place: str

    @property
    def received_before(self) -> bool:
        return is_received_before(self.reasons)


class PaymentStatus(NamedTuple):
    """What the bank says of one payment; ``amount`` in yuan, None if it does not repeat it."""

    end_to_end_id: str
    status: Status
    reasons: tuple[Reason, ...]
    amount: Decimal | None
    place: str

    @property
    def received_before(self) -> bool:
        return is_received_before(self.reasons)


def is_received_before(reasons: tuple[Reason, ...]) -> bool:
    return any(reason.code in RECEIVED_BEFORE for reason in reasons)


def read_pain002(file: BinaryIO) -> Iterator[FileStatus | BatchStatus | PaymentStatus]:
    """Yield what a status report says: of the file first, then each batch before its payments.

    Where no payment is listed, the status of the batch or file is that of its payments.

    :raises BadMessage: naming the first fault and its place; apply nothing before the end
    """
    return StatusReader(file).parts()


class StatusReader:
    """One reading of one status report."""

    def __init__(self, file: BinaryIO) -> None:
        self.reader = Reader(file=file, message=any_version("pain.002"), names=WATCHED, schema=None)
        self.message_id = ""
        self.report: etree._Element | None = None
        self.batch: etree._Element | None = None
        self.file_status: FileStatus | None = None
        self.batch_status: BatchStatus | None = None
        self.batches = self.payments = 0

    def parts(self) -> Iterator[FileStatus | BatchStatus | PaymentStatus]:
        for step in self.reader.steps():
            element, parent = step.element, step.element.getparent()
            if step.begins:
                self.begin(step.name, element, parent)
            elif step.name == "TxInfAndSts" and parent is not None and parent is self.batch:
                yield from self.batch_once(parent)
                yield self.payment(element)
                release(element)
            elif element is self.batch:
                yield from self.batch_once(element)
                self.batch = None
                release(element)
            elif parent is not None and parent is self.report:
                yield from self.header(step.name, element)
        if self.file_status is None:
            raise BadMessage(MessageFault.MISSING_FIELD, place="OrgnlGrpInfAndSts")

    def begin(self, name: str, element: etree._Element, parent: etree._Element | None) -> None:
        if name == "CstmrPmtStsRpt" and parent is not None and parent.getparent() is None:
            self.report = element
        elif name == "OrgnlPmtInfAndSts" and parent is not None and parent is self.report:
            if self.file_status is None:
                raise BadMessage(MessageFault.MISSING_FIELD, place="OrgnlGrpInfAndSts")
            self.batch, self.batch_status = element, None
            self.batches, self.payments = self.batches + 1, 0

    def header(self, name: str, element: etree._Element) -> Iterator[FileStatus]:
        if name == "GrpHdr":
            self.message_id = self.needed(element, "MsgId", "GrpHdr")
        elif name == "OrgnlGrpInfAndSts":
            if self.file_status is not None:
                raise BadMessage(MessageFault.STATUS_CONTRADICTS, place="OrgnlGrpInfAndSts[2]")
            self.file_status = FileStatus(
                message_id=self.message_id,
                original_message_id=self.needed(element, "OrgnlMsgId", name),
                status=self.status(element, "GrpSts", name),
                reasons=self.reasons(element),
            )
            yield self.file_status

    def batch_once(self, element: etree._Element) -> Iterator[BatchStatus]:
        """Yield the batch when all that stands before its payments is known."""
        if self.batch_status is None:
            place = f"OrgnlPmtInfAndSts[{self.batches}]"
            self.batch_status = BatchStatus(
                batch_id=self.needed(element, "OrgnlPmtInfId", place),
                status=self.status(element, "PmtInfSts", place),
                reasons=self.reasons(element),
                place=place,
            )
            if self.file_status is not None:
                check_agreement(self.file_status.status, self.batch_status.status, place)
            yield self.batch_status

    def payment(self, element: etree._Element) -> PaymentStatus:
        self.payments += 1
        place = f"OrgnlPmtInfAndSts[{self.batches}]/TxInfAndSts[{self.payments}]"
        status = self.status(element, "TxSts", place)
        if status is None:
            raise BadMessage(MessageFault.MISSING_FIELD, place=f"{place}/TxSts")
        if status is Status.PART:
            raise BadMessage(MessageFault.UNKNOWN_CODE, place=f"{place}/TxSts", stated=status)
        for above in (self.file_status, self.batch_status):
            check_agreement(above.status if above else None, status, place)
        return PaymentStatus(
            end_to_end_id=self.needed(element, "OrgnlEndToEndId", place),
            status=status,
            reasons=self.reasons(element),
            amount=self.amount(element, place),
            place=place,
        )

    def needed(self, element: etree._Element, path: str, place: str) -> str:
        text = self.reader.text(element, path)
        if not text:
            raise BadMessage(MessageFault.MISSING_FIELD, place=f"{place}/{path}")
        return text

    def status(self, element: etree._Element, path: str, place: str) -> Status | None:
        text = self.reader.text(element, path)
        if not text:
            return None
        try:
            return Status(text)
        except ValueError:
            raise BadMessage(MessageFault.UNKNOWN_CODE, place=f"{place}/{path}", stated=text) from None

    def reasons(self, element: etree._Element) -> tuple[Reason, ...]:
        reader = self.reader
        return tuple(
            Reason(
                code=reader.text(reason, "Rsn/Cd") or reader.text(reason, "Rsn/Prtry"),
                text="".join((part.text or "").strip() for part in reader.children(reason, "AddtlInf")),
            )
            for reason in reader.children(element, "StsRsnInf")
        )

    def amount(self, element: etree._Element, place: str) -> Decimal | None:
        path = "OrgnlTxRef/Amt/InstdAmt"
        amount = self.reader.child(element, path)
        if amount is None:
            return None
        if amount.get("Ccy") != CURRENCY:
            raise BadMessage(MessageFault.WRONG_CURRENCY, place=f"{place}/{path}", stated=amount.get("Ccy", ""))
        return amount_of((amount.text or "").strip(), place=f"{place}/{path}")


def check_agreement(above: Status | None, below: Status | None, place: str) -> None:
    """Refuse an accepted payment in a rejected file, and a rejected one in an accepted file.

    :raises BadMessage: if they contradict each other; where both occur the bank has to say PART
    """
    accepted_in_rejected = above is Status.REJECTED and below in (*ACCEPTING, Status.PART)
    if accepted_in_rejected or (above in ACCEPTING and below in (Status.REJECTED, Status.PART)):
        raise BadMessage(MessageFault.STATUS_CONTRADICTS, place=place, stated=below or "", found=above or "")
