"""The list that goes to the bank: which rows cannot go, how the rest is parted, and its bytes.

Nothing is dropped, replaced or rounded on the way: `render` refuses a list with a row that
`unwritable` names, and `proofs.declared` reads the bytes again.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from itertools import islice, pairwise
from typing import NamedTuple

from ledger.money import ZERO, InexactAmount, exact
from payouts.bank_files.characters import faulty_characters, is_plain
from payouts.bank_files.instructions import Instruction
from payouts.bank_files.lines import amount_text
from payouts.bank_files.templates import Column, Field, SummaryField, SummaryPart, Template

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
TEXTS = (Field.NAME, Field.ACCOUNT, Field.ID_NUMBER, Field.BANK, Field.REMARK)
BATCH = re.compile(r"[A-Za-z0-9-]{1,40}")
CHUNK_ROWS = 1_000


class Unwritable(NamedTuple):
    """Why one row cannot go: the fault of a cell, and the character if it is one of its characters.

    Faults beside those of ``CharacterFault``: ``missing`` (an empty cell), ``serial_not_positive``,
    ``duplicate_serial``, ``amount_not_exact``, ``amount_not_positive``.
    """

    serial: int
    field: str
    character: str  # empty if the whole cell is at fault
    code_point: str  # U+4DAE
    fault: str


class UnableToWriteList(Exception):
    """A list that is not written."""


class TooFew(UnableToWriteList):
    """Fewer rows than the bank takes in a file: wait for more, or use the single-payment template."""

    def __init__(self, *, rows: int, minimum: int) -> None:
        super().__init__(f"{rows} rows, and the bank takes no file below {minimum}")
        self.rows = rows
        self.minimum = minimum


class TooMany(UnableToWriteList):
    """More rows than the bank takes in a file: split them."""

    def __init__(self, *, rows: int, limit: int) -> None:
        super().__init__(f"{rows} rows, and the bank takes no file above {limit}")
        self.rows = rows
        self.limit = limit


class RowsUnwritable(UnableToWriteList):
    """Rows that cannot be written are still in the list: fail them first."""

    def __init__(self, found: Sequence[Unwritable]) -> None:
        first = found[0]
        super().__init__(f"{len(found)} faults, the first in {first.field} of payment {first.serial}: {first.fault}")
        self.found = found


class WrongName(UnableToWriteList):
    """A month, batch or number that no file can be named by."""

    def __init__(self, value: object) -> None:
        super().__init__(f"{value!r} cannot name a bank file")
        self.value = value


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A file as it goes out; ``total`` in yuan."""

    name: str
    content: bytes = field(repr=False)
    rows: int
    total: Decimal

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


def split(*, instructions: Sequence[Instruction], template: Template) -> list[Sequence[Instruction]]:
    """Part a list over as few files as the bank's limit allows, evenly, in order.

    No file falls below the minimum: a template's minimum is at most half of its limit.

    :raises TooFew: if all rows together are below the minimum, or there are none
    """
    if len(instructions) < template.minimum:
        raise TooFew(rows=len(instructions), minimum=template.minimum)
    files = -(-len(instructions) // template.limit)
    size, larger = divmod(len(instructions), files)
    starts = [number * size + min(number, larger) for number in range(files + 1)]
    return [instructions[start:end] for start, end in pairwise(starts)]


def render_batch(
    *, instructions: Sequence[Instruction], template: Template, month: str, batch: str
) -> Iterator[RenderedFile]:
    """Render a whole batch, split, numbered from 1; one file at a time is in memory.

    All refusals come before the first file.

    :raises TooFew: if all rows together are below the minimum
    :raises RowsUnwritable: if any row of the batch cannot be written as it is
    :raises WrongName: if month or batch cannot name a file
    """
    refuse_unwritable(instructions, template)
    parts = [
        (part, SummaryValues(part, month=month, batch=batch, number=number))
        for number, part in enumerate(split(instructions=instructions, template=template), start=1)
    ]
    return (rendered(part, template, values) for part, values in parts)


def render(
    *, instructions: Sequence[Instruction], template: Template, month: str, batch: str, number: int
) -> RenderedFile:
    """Render one file; ``month`` as 2026-11, ``batch`` the batch's number, ``number`` of the file in the batch.

    :raises TooFew: below the template's minimum
    :raises TooMany: above its limit
    :raises RowsUnwritable: if any row cannot be written as it is
    :raises WrongName: if month, batch or number cannot name a file
    """
    if len(instructions) < template.minimum:
        raise TooFew(rows=len(instructions), minimum=template.minimum)
    if len(instructions) > template.limit:
        raise TooMany(rows=len(instructions), limit=template.limit)
    refuse_unwritable(instructions, template)
    return rendered(instructions, template, SummaryValues(instructions, month=month, batch=batch, number=number))


def unwritable(*, instructions: Iterable[Instruction], template: Template) -> list[Unwritable]:
    """Return every reason why a row cannot go, in the order of rows and columns; empty if all can.

    Of payments with one serial, the first is right and each later one at fault.
    """
    columns = [column for column in template.columns if column.field in TEXTS]
    seen: set[int] = set()
    found: list[Unwritable] = []
    remaining = iter(instructions)
    while chunk := list(islice(remaining, CHUNK_ROWS)):
        at_fault = [column for column in columns if not is_faultless(chunk, column, template)]
        for instruction in chunk:
            found.extend(number_faults(instruction, seen))
            found.extend(fault for column in at_fault for fault in cell_faults(instruction, column, template))
            seen.add(instruction.serial)
    return found


def is_faultless(instructions: Sequence[Instruction], column: Column, template: Template) -> bool:
    """Tell of many cells of a column at once that nothing is wrong with them, which is so for nearly all."""
    texts = [getattr(instruction, column.field) for instruction in instructions]
    return (column.may_be_empty or all(texts)) and is_plain("-".join(texts), column.field, template)


def refuse_unwritable(instructions: Sequence[Instruction], template: Template) -> None:
    found = unwritable(instructions=instructions, template=template)
    if found:
        raise RowsUnwritable(found)


def number_faults(instruction: Instruction, seen: set[int]) -> list[Unwritable]:
    serial = instruction.serial
    faults = []
    if serial < 1:
        faults.append(Unwritable(serial, Field.SERIAL, "", "", "serial_not_positive"))
    if serial in seen:
        faults.append(Unwritable(serial, Field.SERIAL, "", "", "duplicate_serial"))
    try:
        amount = exact(instruction.amount)
    except InexactAmount:
        faults.append(Unwritable(serial, Field.AMOUNT, "", "", "amount_not_exact"))
    else:
        if amount <= ZERO:
            faults.append(Unwritable(serial, Field.AMOUNT, "", "", "amount_not_positive"))
    return faults


def cell_faults(instruction: Instruction, column: Column, template: Template) -> Iterator[Unwritable]:
    text = getattr(instruction, column.field)
    if not text and not column.may_be_empty:
        yield Unwritable(instruction.serial, column.field, "", "", "missing")
    for character, fault in faulty_characters(text=text, field=column.field, template=template):
        yield Unwritable(instruction.serial, column.field, character, f"U+{ord(character):04X}", fault)


class SummaryValues:
    """What the header, the trailer and the name of one file say."""

    def __init__(self, instructions: Sequence[Instruction], *, month: str, batch: str, number: int) -> None:
        for value, is_fit in ((month, MONTH.fullmatch(month)), (batch, BATCH.fullmatch(batch)), (number, number > 0)):
            if not is_fit:
                raise WrongName(value)
        self.count = len(instructions)
        self.total = sum((exact(instruction.amount) for instruction in instructions), ZERO)
        self.month = month.replace("-", "")
        self.batch = batch
        self.number = f"{number:03d}"

    def file_name(self, template: Template) -> str:
        return template.file_name.format(month=self.month, batch=self.batch, number=self.number)

    def line(self, parts: Sequence[SummaryPart], template: Template) -> str:
        texts = {
            SummaryField.COUNT: str(self.count),
            SummaryField.TOTAL: amount_text(self.total, template.amount_unit),
            SummaryField.MONTH: self.month,
            SummaryField.BATCH: self.batch,
            SummaryField.NUMBER: self.number,
        }
        return template.delimiter.join(texts.get(part.field, part.constant) for part in parts)


def rendered(instructions: Sequence[Instruction], template: Template, values: SummaryValues) -> RenderedFile:
    lines = [values.line(template.header, template)] if template.header else []
    columns = [texts_of(instructions, column, template) for column in template.columns]
    lines.extend(map(template.delimiter.join, zip(*columns, strict=True)))
    if template.trailer:
        lines.append(values.line(template.trailer, template))
    ending = template.line_ending.text
    return RenderedFile(
        name=values.file_name(template),
        content=(ending.join(lines) + ending).encode(template.encoding),
        rows=values.count,
        total=values.total,
    )


def texts_of(instructions: Sequence[Instruction], column: Column, template: Template) -> list[str]:
    """Return the cells of one column, which is decided upon once for all rows."""
    if column.field is Field.SERIAL:
        return [str(instruction.serial) for instruction in instructions]
    if column.field is Field.AMOUNT:
        return [amount_text(exact(instruction.amount), template.amount_unit) for instruction in instructions]
    if column.field is Field.CONSTANT:
        return [column.constant] * len(instructions)
    return [getattr(instruction, column.field) for instruction in instructions]
