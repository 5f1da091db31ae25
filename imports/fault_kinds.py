"""The kinds of faults that a file can have, and whether the row is taken or refused. Plain values."""

from enum import StrEnum


class Severity(StrEnum):
    """A row with a warning is taken after cleaning; a row with an error is refused."""

    WARNING = "warning"
    ERROR = "error"


class FaultKind(StrEnum):
    # How the sheet is laid out.
    TITLE_ROW = "title_row"
    UNIT_LINE = "unit_line"
    MERGED_CELLS = "merged_cells"
    TWO_ROW_HEADER = "two_row_header"
    HEADER_SYNONYM = "header_synonym"
    EXTRA_COLUMN = "extra_column"
    TOTAL_ROW = "total_row"
    BELOW_TOTAL = "below_total"
    FOOTER_LINE = "footer_line"
    EMPTY_ROW = "empty_row"
    EXTRA_SHEET = "extra_sheet"
    BOM = "bom"
    MIXED_EOL = "mixed_eol"
    MISSING_COLUMN = "missing_column"
    SECOND_SHEET = "second_sheet"
    UNKNOWN_LAYOUT = "unknown_layout"
    # How a cell is written.
    SPACES = "spaces"
    FULLWIDTH = "fullwidth"
    TEXT_AMOUNT = "text_amount"
    DATE_FORMAT = "date_format"
    ID_LOWER_X = "id_lower_x"
    ID_15 = "id_15"
    NAME_DOT = "name_dot"
    # What a cell says.
    EXTRA_CELLS = "extra_cells"
    MISSING_VALUE = "missing_value"
    UNKNOWN_VALUE = "unknown_value"
    BAD_DATE = "bad_date"
    BAD_AMOUNT = "bad_amount"
    BAD_NUMBER = "bad_number"
    BAD_ID = "bad_id"
    ID_CHECK_DIGIT = "id_check_digit"
    ID_BAD_DATE = "id_bad_date"
    NUMBER_PRECISION = "number_precision"
    ACCOUNT_LUHN = "account_luhn"
    MISSING_ACCOUNT = "missing_account"
    CREDIT_CODE = "credit_code"
    NEGATIVE_AMOUNT = "negative_amount"
    THREE_DECIMALS = "three_decimals"
    FORMULA_CELL = "formula_cell"
    DATE_OUTSIDE_MONTH = "date_outside_month"
    # What a row says beside other rows and files.
    DUPLICATE_PERSON = "duplicate_person"
    DUPLICATE_UNIT = "duplicate_unit"
    DUPLICATE_TOWNSHIP = "duplicate_township"
    SHARED_ACCOUNT = "shared_account"
    SHARED_ACCOUNT_FIRST = "shared_account_first"
    UNKNOWN_UNIT = "unknown_unit"
    UNKNOWN_TOWNSHIP = "unknown_township"
    UNKNOWN_BENEFIT = "unknown_benefit"
    UNKNOWN_PERSON = "unknown_person"
    PERSON_NOT_ACCEPTED = "person_not_accepted"
    GHOST_AFTER_STOP = "ghost_after_stop"
    RECEIPT_REUSED = "receipt_reused"
    DECEASED_ON_ROSTER = "deceased_on_roster"
    EXCLUSIVE_DOUBLE = "exclusive_double"
    VERIFICATION_OVERDUE = "verification_overdue"
    NOT_APPROVED = "not_approved"
    WRONG_SIGNER = "wrong_signer"
    OVER_BALANCE = "over_balance"
    CLAIM_REFUSED = "claim_refused"

    @property
    def severity(self) -> Severity:
        return Severity.WARNING if self in WARNINGS else Severity.ERROR


LAYOUT_WARNINGS = frozenset(
    {
        FaultKind.TITLE_ROW,
        FaultKind.UNIT_LINE,
        FaultKind.MERGED_CELLS,
        FaultKind.TWO_ROW_HEADER,
        FaultKind.HEADER_SYNONYM,
        FaultKind.EXTRA_COLUMN,
        FaultKind.TOTAL_ROW,
        FaultKind.FOOTER_LINE,
        FaultKind.EMPTY_ROW,
        FaultKind.EXTRA_SHEET,
        FaultKind.BOM,
        FaultKind.MIXED_EOL,
    }
)
WARNINGS = LAYOUT_WARNINGS | {
    FaultKind.SPACES,
    FaultKind.FULLWIDTH,
    FaultKind.TEXT_AMOUNT,
    FaultKind.DATE_FORMAT,
    FaultKind.ID_LOWER_X,
    FaultKind.ID_15,
    FaultKind.NAME_DOT,
    FaultKind.CREDIT_CODE,
    FaultKind.SHARED_ACCOUNT_FIRST,
    FaultKind.VERIFICATION_OVERDUE,
}
