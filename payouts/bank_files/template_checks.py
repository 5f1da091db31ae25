"""What a template must agree with itself on, so that what it writes is read back as it was.

Each check yields the place, the fault and what stands there; the list `CHECKS` is the documentation.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from string import Formatter

from payouts.bank_files.characters import CONTROL, is_encodable
from payouts.bank_files.templates import Column, Field, Meaning, SummaryField, SummaryPart, Template

Fault = tuple[str, str, str]

ROWS_MAX = 1_000_000
LIST_NEEDS = (Field.SERIAL, Field.NAME, Field.ACCOUNT, Field.AMOUNT)
RESULT_NEEDS = (Field.SERIAL, Field.ACCOUNT, Field.AMOUNT, Field.CODE)
ONLY_RESULTS = (Field.CODE, Field.TEXT, Field.IGNORED)
LIST_SUMS = (SummaryField.COUNT, SummaryField.TOTAL)
LIST_NAMES = (SummaryField.MONTH, SummaryField.BATCH, SummaryField.NUMBER)
RESULT_SUMS = (
    *LIST_SUMS,
    SummaryField.OK_COUNT,
    SummaryField.OK_TOTAL,
    SummaryField.FAILED_COUNT,
    SummaryField.FAILED_TOTAL,
)
# A delimiter that could stand in a number, a code or an account would cut it.
DELIMITER = re.compile(r"[\t!#$%&*+,/:;<=>?@\\^_`|~]{1,3}")
FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*\.[A-Za-z0-9]{1,8}")
PLACEHOLDERS = ("month", "batch", "number")


def contradictions(template: Template) -> Iterator[Fault]:
    """Yield everything that makes a template unusable."""
    for check in CHECKS:
        yield from check(template)


def rows_can_be_split(template: Template) -> Iterator[Fault]:
    """One row above the limit parts in two; both must reach the minimum."""
    if not 1 <= template.minimum <= template.limit <= ROWS_MAX:
        yield "rows", "not_between_1_and_limit", f"{template.minimum} to {template.limit}"
    elif template.minimum * 2 > template.limit + 1:
        yield "rows", "minimum_above_half_of_limit", f"{template.minimum} to {template.limit}"


def delimiter_is_plain(template: Template) -> Iterator[Fault]:
    if not DELIMITER.fullmatch(template.delimiter):
        yield "delimiter", "not_one_to_three_plain_signs", repr(template.delimiter)


def forbidden_spares_letters(template: Template) -> Iterator[Fault]:
    if any(sign.isalnum() for sign in template.forbidden):
        yield "forbidden", "has_letters_or_digits", template.forbidden


def file_name_is_safe(template: Template) -> Iterator[Fault]:
    try:
        pieces = list(Formatter().parse(template.file_name))
    except ValueError:
        yield "file_name", "not_a_pattern", template.file_name
        return
    names = [name for _, name, _, _ in pieces if name is not None]
    if any(name not in PLACEHOLDERS for name in names) or any(form or sign for _, _, form, sign in pieces):
        yield "file_name", "unknown_placeholder", template.file_name
    elif not FILE_NAME.fullmatch("".join(text + ("0" if name else "") for text, name, _, _ in pieces)):
        yield "file_name", "not_a_file_name", template.file_name
    elif "number" not in names or "batch" not in names:
        yield "file_name", "without_batch_or_number", template.file_name


def columns_are_those_of_a_list(template: Template) -> Iterator[Fault]:
    yield from columns_are(template.columns, "columns", LIST_NEEDS)
    for column in template.columns:
        if column.field in ONLY_RESULTS:
            yield "columns", "only_in_results", column.field


def columns_are_those_of_a_result(template: Template) -> Iterator[Fault]:
    yield from columns_are(template.result.columns, "result.columns", RESULT_NEEDS)


def columns_are(columns: Sequence[Column], place: str, needed: Sequence[Field]) -> Iterator[Fault]:
    times = Counter(column.field for column in columns)
    for field in needed:
        if not times[field]:
            yield place, "field_missing", field
    for field, count in times.items():
        if count > 1 and field not in (Field.CONSTANT, Field.IGNORED):
            yield place, "field_stands_twice", field
    for column in columns:
        if column.may_be_empty and column.field in needed:
            yield place, "may_never_be_empty", column.field


def summaries_have_their_fields(template: Template) -> Iterator[Fault]:
    lines = (
        ("header", template.header, (*LIST_SUMS, *LIST_NAMES)),
        ("trailer", template.trailer, (*LIST_SUMS, *LIST_NAMES)),
        ("result.header", template.result.header, ()),
        ("result.trailer", template.result.trailer, RESULT_SUMS),
    )
    for place, parts, allowed in lines:
        for part in parts:
            if part.field is not SummaryField.CONSTANT and part.field not in allowed:
                yield place, "not_in_this_line", part.field


def trailers_are_no_rows(template: Template) -> Iterator[Fault]:
    """A row begins with its number and a trailer with a word, so that neither is taken for the other."""
    for place, parts, columns in (
        ("trailer", template.trailer, template.columns),
        ("result.trailer", template.result.trailer, template.result.columns),
    ):
        if parts and not begins_with_word(parts):
            yield place, "does_not_begin_with_a_word", parts[0].constant
        if parts and columns and columns[0].field is not Field.SERIAL:
            yield place, "rows_do_not_begin_with_serial", columns[0].title


def begins_with_word(parts: Sequence[SummaryPart]) -> bool:
    return bool(parts[0].constant) and not parts[0].constant[0].isdigit()


def constants_can_be_written(template: Template) -> Iterator[Fault]:
    columns = ((f"columns[{at}].constant", column.constant) for at, column in enumerate(template.columns))
    summaries = (
        (f"{place}[{at}].constant", part.constant)
        for place, parts in (
            ("header", template.header),
            ("trailer", template.trailer),
            ("result.header", template.result.header),
            ("result.trailer", template.result.trailer),
        )
        for at, part in enumerate(parts)
    )
    for place, text in (*columns, *summaries):
        if CONTROL.search(text) or any(sign in text for sign in template.delimiter):
            yield place, "has_delimiter_or_control_character", text
        elif not is_encodable(text, template.encoding):
            yield place, "not_in_encoding", text


def codes_are_clear(template: Template) -> Iterator[Fault]:
    for code, known in template.result.codes.items():
        if not code or code != code.strip() or any(sign in code for sign in template.delimiter):
            yield "result", "not_a_code", repr(code)
        if not known.text:
            yield "result", "code_without_text", code
    if sum(known.meaning is Meaning.SETTLED for known in template.result.codes.values()) != 1:
        yield "result.failures", "a_failure_cannot_be_settled", ""
    if len(template.result.codes) == 1:
        yield "result.failures", "missing", ""


CHECKS = (
    rows_can_be_split,
    delimiter_is_plain,
    forbidden_spares_letters,
    file_name_is_safe,
    columns_are_those_of_a_list,
    columns_are_those_of_a_result,
    summaries_have_their_fields,
    trailers_are_no_rows,
    constants_can_be_written,
    codes_are_clear,
)
