"""What a bank's list file looks like: a template is data. ``template_files`` reads it from YAML.

The folder ``templates/`` beside this module holds what is shipped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Encoding(StrEnum):
    """How text becomes bytes; see ``characters`` for what that means for rare names."""

    GB18030 = "gb18030"
    GBK = "gbk"
    UTF_8 = "utf-8"


class LineEnding(StrEnum):
    CRLF = "CRLF"
    LF = "LF"

    @property
    def text(self) -> str:
        return "\r\n" if self is LineEnding.CRLF else "\n"


class AmountUnit(StrEnum):
    """YUAN is written ``1234.50``, FEN ``123450``."""

    YUAN = "YUAN"
    FEN = "FEN"


class SpaceRule(StrEnum):
    """Whether a name may have spaces between its parts; never at its ends, never elsewhere."""

    REFUSED = "refused"
    ALLOWED = "allowed"


class Field(StrEnum):
    """What stands in a column of a row."""

    SERIAL = "serial"
    NAME = "name"
    ACCOUNT = "account"
    AMOUNT = "amount"
    ID_NUMBER = "id_number"
    BANK = "bank"
    REMARK = "remark"
    CONSTANT = "constant"
    CODE = "code"  # results only
    TEXT = "text"  # results only
    IGNORED = "ignored"  # results only


class SummaryField(StrEnum):
    """What stands in a header or trailer line."""

    CONSTANT = "constant"
    COUNT = "count"
    TOTAL = "total"
    OK_COUNT = "ok_count"  # this and the three below: results only
    OK_TOTAL = "ok_total"
    FAILED_COUNT = "failed_count"
    FAILED_TOTAL = "failed_total"
    MONTH = "month"  # 202611; this and the two below: lists only
    BATCH = "batch"
    NUMBER = "number"  # of the file in the batch


class Meaning(StrEnum):
    """What a result code says about a payment."""

    SETTLED = "SETTLED"
    NEEDS_CORRECTION = "NEEDS_CORRECTION"  # the account is wrong; the same again would fail again
    TEMPORARY = "TEMPORARY"  # the bank could not; the same account may be paid again


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    field: Field
    constant: str = ""
    may_be_empty: bool = False


@dataclass(frozen=True, slots=True)
class SummaryPart:
    field: SummaryField
    constant: str = ""


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    text: str
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class ResultFormat:
    """The file that the bank sends back; encoding, delimiter and unit are those of the list."""

    columns: Sequence[Column]
    header: Sequence[SummaryPart]
    trailer: Sequence[SummaryPart]
    codes: Mapping[str, CodeMeaning]  # the success code among them, as SETTLED


@dataclass(frozen=True, slots=True)
class Template:
    """One bank's list file; ``minimum`` and ``limit`` are rows in a file."""

    name: str
    description: str
    source: str
    verified: bool
    encoding: Encoding
    delimiter: str
    line_ending: LineEnding
    amount_unit: AmountUnit
    minimum: int
    limit: int
    forbidden: str  # characters that this bank refuses in any cell, beside what no list can carry
    spaces_in_names: SpaceRule
    file_name: str
    columns: Sequence[Column]
    header: Sequence[SummaryPart]
    trailer: Sequence[SummaryPart]
    single_payment: str  # name of the template for fewer rows than the minimum, or empty
    result: ResultFormat
