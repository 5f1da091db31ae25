"""Bytes to lines and cells, for lists and results alike."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from io import BytesIO

from ledger.money import InexactAmount, exact
from payouts.bank_files.characters import read_text
from payouts.bank_files.templates import AmountUnit, Encoding, SummaryField, SummaryPart

MARKS = {
    Encoding.GB18030: (b"\xef\xbb\xbf", b"\x84\x31\x95\x33"),
    Encoding.GBK: (b"\xef\xbb\xbf",),
    Encoding.UTF_8: (b"\xef\xbb\xbf",),
}
FIRST_HAN = "\u2e80"
WRITTEN = {AmountUnit.YUAN: re.compile(r"[0-9]{1,18}(\.[0-9]{1,2})?"), AmountUnit.FEN: re.compile(r"[0-9]{1,20}")}
WHOLE = re.compile(r"[0-9]{1,18}")


class WrongEncoding(ValueError):
    """Bytes that are not of the template's encoding; ``line`` from 1, 0 if it is the whole file."""

    def __init__(self, encoding: Encoding, line: int) -> None:
        super().__init__(f"line {line} is not {encoding}")
        self.encoding = encoding
        self.line = line


def numbered_lines(*, content: bytes, encoding: Encoding) -> Iterator[tuple[int, str]]:
    """Yield each line without its ending (CRLF or LF) and its number from 1; a byte order mark is no text.

    :raises WrongEncoding: at the first line that cannot be read, or at once if the file is UTF-8 by mistake
    """
    if encoding is not Encoding.UTF_8 and is_utf_8(content):
        raise WrongEncoding(encoding, 0)
    content = without_mark(content, encoding)
    try:
        lines = read_text(content, encoding).split("\n")
    except UnicodeDecodeError:
        yield from lines_until_wrong(content, encoding)
    else:
        if not lines[-1]:
            lines.pop()
        yield from enumerate((line.removesuffix("\r") for line in lines), start=1)


def lines_until_wrong(content: bytes, encoding: Encoding) -> Iterator[tuple[int, str]]:
    """Yield the lines of bytes that cannot all be read.

    :raises WrongEncoding: at the first line that cannot be read
    """
    # No character of these encodings has a line feed among its bytes, so lines may be cut first.
    for number, line in enumerate(BytesIO(content), start=1):
        try:
            text = read_text(line, encoding)
        except UnicodeDecodeError as error:
            raise WrongEncoding(encoding, number) from error
        yield number, text.removesuffix("\n").removesuffix("\r")


def without_mark(content: bytes, encoding: Encoding) -> bytes:
    return content[next((len(mark) for mark in MARKS[encoding] if content.startswith(mark)), 0) :]


def is_utf_8(content: bytes) -> bool:
    """Tell that bytes are Chinese text in UTF-8, which GB 18030 often reads as other Chinese text."""
    if content.isascii():
        return False
    try:
        return max(content.decode("utf-8-sig"), default="") >= FIRST_HAN
    except UnicodeDecodeError:
        return False


def amount_text(amount: Decimal, unit: AmountUnit) -> str:
    """Return an exact amount in yuan as the bank wants it: ``1234.50`` or ``123450``."""
    return f"{amount:f}" if unit is AmountUnit.YUAN else f"{amount.scaleb(2):f}"


@lru_cache(maxsize=10_000)
def amount_of(text: str, unit: AmountUnit) -> Decimal:
    """Return the amount in yuan that a cell says: ASCII digits, no sign, separator or blank.

    :raises InexactAmount: if it is anything else or has more than two decimals
    """
    if not WRITTEN[unit].fullmatch(text):
        raise InexactAmount(text)
    return exact(Decimal(text)) if unit is AmountUnit.YUAN else exact(Decimal(text).scaleb(-2))


def is_whole(text: str) -> bool:
    return WHOLE.fullmatch(text) is not None


def is_summary(cells: Sequence[str], parts: Sequence[SummaryPart]) -> bool:
    """Tell a header or trailer line by its number of cells and its constant texts."""
    return len(cells) == len(parts) and all(
        cell == part.constant for cell, part in zip(cells, parts, strict=True) if part.field is SummaryField.CONSTANT
    )
