"""Hold a bank's answer against what was sent: a row counts only if it is the payment we ordered."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from payouts.bank_files.instructions import Instruction
from payouts.bank_files.results import ResultFile, ResultRow
from payouts.bank_files.templates import Field, Meaning

COMPARED = (Field.NAME, Field.ACCOUNT, Field.AMOUNT, Field.ID_NUMBER)


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of the answer that is not what was sent.

    ``column`` is ``serial`` if no such payment was sent, else the column that differs, ``sent`` and
    ``answered`` what stands in it. Those two are for officers and stay out of the ``repr``.
    """

    line: int
    serial: int
    column: str
    sent: str = field(repr=False)
    answered: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Matched:
    """What may be applied: all of a file, or, if there is any difference, nothing of it.

    ``missing`` are serials that were sent and not answered; a file may answer a part.
    """

    settled: Sequence[ResultRow]
    failed: Sequence[ResultRow]
    differences: Sequence[Difference]
    missing: Sequence[int]


def match(*, results: ResultFile, sent: Iterable[Instruction]) -> Matched:
    """Compare each row's serial, name, account, amount and ID number with the payment sent, exactly.

    :raises ValueError: if ``sent`` has a serial twice
    """
    open_payments: dict[int, Instruction] = {}
    for instruction in sent:
        if instruction.serial in open_payments:
            raise ValueError(f"payment {instruction.serial} was sent twice")
        open_payments[instruction.serial] = instruction
    compared = [column for column in COMPARED if column in results.columns]
    said = attrgetter(*map(str, compared))
    differences: list[Difference] = []
    for row in results.rows:
        instruction_or_none = open_payments.pop(row.serial, None)
        if instruction_or_none is None:
            differences.append(Difference(row.line, row.serial, Field.SERIAL, "", str(row.serial)))
        elif said(row) != said(instruction_or_none):
            differences.extend(differing(row, instruction_or_none, compared))
    rows = () if differences else results.rows
    return Matched(
        settled=[row for row in rows if row.meaning is Meaning.SETTLED],
        failed=[row for row in rows if row.meaning is not Meaning.SETTLED],
        differences=differences,
        missing=sorted(open_payments),
    )


def differing(row: ResultRow, instruction: Instruction, compared: Sequence[Field]) -> Iterator[Difference]:
    for column in compared:
        sent, answered = getattr(instruction, column), getattr(row, column)
        if sent != answered:
            yield Difference(row.line, row.serial, column, str(sent), str(answered))
