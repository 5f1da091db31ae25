"""The bytes of a list read again, to prove that what was rendered is what was approved.

Written apart from `list_files`: it knows the template, not how the bytes came about.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from ledger.money import ZERO, InexactAmount
from payouts.bank_files.instructions import Instruction
from payouts.bank_files.lines import amount_of, amount_text, is_summary, is_whole, numbered_lines
from payouts.bank_files.templates import SummaryField, SummaryPart, Template


class Declared(NamedTuple):
    """What the bytes of a list say: number of rows and their sum in yuan."""

    rows: int
    total: Decimal


class BadListFile(ValueError):
    """Bytes that do not read back as a list of the template; ``line`` from 1."""

    def __init__(self, *, code: str, line: int) -> None:
        super().__init__(f"line {line}: {code}")
        self.code = code
        self.line = line


def declared(*, content: bytes, template: Template) -> Declared:
    """Read a list's bytes again and return what they say, to be held against what was approved.

    :raises BadListFile: if a line is not one of the template, or a header or trailer disagrees with the rows
    :raises WrongEncoding: if the bytes are not of the template's encoding
    """
    rows, total = 0, ZERO
    for instruction in read_list(content=content, template=template):
        rows += 1
        total += instruction.amount
    return Declared(rows, total)


def read_list(*, content: bytes, template: Template) -> Iterator[Instruction]:
    """Yield the instructions that a list's bytes give; columns that the template lacks are empty.

    :raises BadListFile: as it is met; a summary line that disagrees is met last
    :raises WrongEncoding: if the bytes are not of the template's encoding
    """
    count, total = 0, ZERO
    places = {str(column.field): place for place, column in enumerate(template.columns)}
    summaries: list[tuple[int, list[str], Sequence[SummaryPart]]] = []
    for line, text in numbered_lines(content=content, encoding=template.encoding):
        cells = text.split(template.delimiter)
        if summaries and summaries[-1][2] is template.trailer:
            raise BadListFile(code="text_after_trailer", line=line)
        if line == 1 and template.header:
            summaries.append((line, cells, template.header))
        elif template.trailer and is_summary(cells, template.trailer):
            summaries.append((line, cells, template.trailer))
        else:
            instruction = instruction_of(cells, places, template, line)
            count, total = count + 1, total + instruction.amount
            yield instruction
    if len(summaries) != bool(template.header) + bool(template.trailer):
        raise BadListFile(code="summary_missing", line=0)
    for line, cells, parts in summaries:
        if not agrees(cells, parts, Declared(count, total), template):
            raise BadListFile(code="summary_disagrees", line=line)


def instruction_of(cells: Sequence[str], places: Mapping[str, int], template: Template, line: int) -> Instruction:
    if len(cells) != len(template.columns):
        raise BadListFile(code="wrong_columns", line=line)
    serial = cells[places["serial"]]
    if not is_whole(serial):
        raise BadListFile(code="serial_not_a_number", line=line)
    try:
        amount = amount_of(cells[places["amount"]], template.amount_unit)
    except InexactAmount as error:
        raise BadListFile(code="amount_not_exact", line=line) from error
    return Instruction(
        serial=int(serial),
        name=cells[places["name"]],
        account=cells[places["account"]],
        amount=amount,
        id_number=cells[places["id_number"]] if "id_number" in places else "",
        bank=cells[places["bank"]] if "bank" in places else "",
        remark=cells[places["remark"]] if "remark" in places else "",
    )


def agrees(cells: Sequence[str], parts: Sequence[SummaryPart], found: Declared, template: Template) -> bool:
    stated = {
        SummaryField.COUNT: str(found.rows),
        SummaryField.TOTAL: amount_text(found.total, template.amount_unit),
    }
    return is_summary(cells, parts) and all(
        cell == stated[part.field] for cell, part in zip(cells, parts, strict=True) if part.field in stated
    )
