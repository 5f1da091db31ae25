"""The formats in which a bank takes payments: list files by template, and ISO 20022. Plain Python, one door for both.

What is rendered is read again by other code before it is given out: the bytes say what was told, or nothing goes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Protocol

from ledger.money import ZERO
from payouts.bank_files.instructions import Instruction
from payouts.bank_files.list_files import RenderedFile, TooFew, unwritable
from payouts.bank_files.list_files import render_batch as render_lists
from payouts.bank_files.proofs import declared
from payouts.bank_files.template_files import shipped_template, template_names
from payouts.bank_files.templates import Template
from payouts.channels.channel_files import Debtor
from payouts.iso20022 import pain001
from payouts.iso20022.faults import Finding
from payouts.iso20022.pain001 import Envelope, write_pain001
from payouts.iso20022.pain001_checks import check_pain001

PAYMENTS_MAX = 50_000  # of one message; banks that take more take several as well


@dataclass(frozen=True, slots=True)
class Told:
    """What a batch is told to the bank with, beside its payments; ``debtor`` is the channel's, lists need none."""

    month: date
    batch: int
    pay_date: date
    created_at: datetime
    debtor: Debtor | None

    def message_id(self, number: int) -> str:
        """Return the id of the batch's file of a number; it never changes."""
        return f"{self.month:%Y%m}-{self.batch}-{number}"


class NotProven(Exception):
    """The rendered bytes do not say what was told; ``file`` names them, ``why`` is for the log."""

    def __init__(self, file: str, why: str) -> None:
        super().__init__(f"{file}: {why}")
        self.file = file
        self.why = why


class DebtorMissing(Exception):
    """The channel does not say whose account is to be debited."""


class BankFormat(Protocol):
    """A format: how few payments it takes, which it cannot write, and its files."""

    @property
    def name(self) -> str: ...

    @property
    def minimum(self) -> int: ...

    @property
    def single_payment(self) -> str: ...

    def faulty(self, instructions: Iterable[Instruction]) -> set[int]:
        """Return the serials of payments that cannot be written as they are."""

    def render(self, instructions: Sequence[Instruction], told: Told) -> Iterator[RenderedFile]:
        """Yield the files of a batch, numbered from 1, each proven.

        :raises TooFew: if the format takes no file with so few
        :raises NotProven: if bytes do not read back as what was told
        """


@dataclass(frozen=True, slots=True)
class ListFormat:
    """List files after a template."""

    template: Template

    @property
    def name(self) -> str:
        return self.template.name

    @property
    def minimum(self) -> int:
        return self.template.minimum

    @property
    def single_payment(self) -> str:
        return self.template.single_payment

    def faulty(self, instructions: Iterable[Instruction]) -> set[int]:
        return {fault.serial for fault in unwritable(instructions=instructions, template=self.template)}

    def render(self, instructions: Sequence[Instruction], told: Told) -> Iterator[RenderedFile]:
        at = 0
        for file in render_lists(
            instructions=instructions, template=self.template, month=f"{told.month:%Y-%m}", batch=str(told.batch)
        ):
            part = instructions[at : at + file.rows]
            back = declared(content=file.content, template=self.template)
            total = sum((instruction.amount for instruction in part), ZERO)
            if not (back.rows, back.total) == (file.rows, file.total) == (len(part), total):
                raise NotProven(file.name, "rows or total")
            at += file.rows
            yield file


@dataclass(frozen=True, slots=True)
class MessageFormat:
    """Payment messages of ISO 20022 (pain.001.001.09)."""

    name: str = pain001.MESSAGE
    minimum: int = 1
    single_payment: str = ""

    def faulty(self, instructions: Iterable[Instruction]) -> set[int]:
        return {instruction.serial for instruction in instructions if next(iter(pain001.faults_of(instruction)), None)}

    def render(self, instructions: Sequence[Instruction], told: Told) -> Iterator[RenderedFile]:
        if told.debtor is None:
            raise DebtorMissing
        if not instructions:
            raise TooFew(rows=0, minimum=self.minimum)
        for number, start in enumerate(range(0, len(instructions), PAYMENTS_MAX), start=1):
            part = instructions[start : start + PAYMENTS_MAX]
            yield self.rendered(part, told, told.debtor, number)

    def rendered(self, part: Sequence[Instruction], told: Told, debtor: Debtor, number: int) -> RenderedFile:
        total = sum((instruction.amount for instruction in part), ZERO)
        envelope = Envelope(
            message_id=told.message_id(number),
            created_at=told.created_at,
            initiating_party=debtor.initiating_party,
            debtor_name=debtor.name,
            debtor_account=debtor.account,
            debtor_bank=debtor.bank,
            execution_date=told.pay_date,
            month=told.month,
            payments=len(part),
            total=total,
        )
        name = f"pain001-{envelope.message_id}.xml"
        file = BytesIO()
        write_pain001(envelope=envelope, instructions=part, file=file)
        file.seek(0)
        # A pay date that has passed is the officers' to see, not a fault of the bytes.
        found = check_pain001(file=file, today=told.pay_date, known_message_ids=())
        if found:
            raise NotProven(name, told_of(found))
        return RenderedFile(name=name, content=file.getvalue(), rows=len(part), total=total)


def told_of(found: Sequence[Finding]) -> str:
    return f"{len(found)}: {found[0].place} {found[0].rule}"


MESSAGES = {pain001.MESSAGE: MessageFormat()}


def format_named(name: str) -> BankFormat:
    """Return a format.

    :raises UnknownTemplate: if there is none of this name
    """
    return MESSAGES.get(name) or ListFormat(shipped_template(name=name))


def format_names() -> list[str]:
    """Return the names of all formats, the list files first."""
    return [*template_names(), *MESSAGES]
