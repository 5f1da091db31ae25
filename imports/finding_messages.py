"""What an officer is told about each kind of fault: the reason, and what to do."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from imports.fault_kinds import FaultKind

MESSAGES: Mapping[FaultKind, Any] = {
    FaultKind.TITLE_ROW: _("A title stands above the header. Taken; nothing to do."),
    FaultKind.UNIT_LINE: _("A line about the unit stands above the header. Taken; nothing to do."),
    FaultKind.MERGED_CELLS: _("Cells are merged: {value} blocks. Their value counts for each row; nothing to do."),
    FaultKind.TWO_ROW_HEADER: _("The header has two rows. The lower name counts where there is one; nothing to do."),
    FaultKind.HEADER_SYNONYM: _("Columns go by other names: {value}. Taken; use the names of the form next time."),
    FaultKind.EXTRA_COLUMN: _("Columns that the form does not have are left out: {value}. Check that none is needed."),
    FaultKind.TOTAL_ROW: _("The total row ends the data. Taken; nothing to do."),
    FaultKind.BELOW_TOTAL: _("Rows stand below the total row and were not read. Move them above it, or delete them."),
    FaultKind.FOOTER_LINE: _("A line of signatures is left out. Nothing to do."),
    FaultKind.EMPTY_ROW: _("An empty row is left out. Nothing to do."),
    FaultKind.EXTRA_SHEET: _(
        "The sheet {value} is no list that is known and is left out. Delete it if it is not needed."
    ),
    FaultKind.SECOND_SHEET: _(
        "A second sheet with the list {value} was not read. Bring the rows together in one sheet."
    ),
    FaultKind.UNKNOWN_LAYOUT: _(
        "No header of a known list was found. Known are: {layouts}. Check the names of the columns."
    ),
    FaultKind.BOM: _("The file begins with a byte order mark. Taken; nothing to do."),
    FaultKind.MIXED_EOL: _("Lines end in different ways. Taken; nothing to do."),
    FaultKind.MISSING_COLUMN: _("The column {column} is missing, so no row was read. The header has: {value}."),
    FaultKind.SPACES: _("Spaces were removed: {taken_as}. Nothing to do."),
    FaultKind.FULLWIDTH: _("Full-width characters were made half-width: {taken_as}. Nothing to do."),
    FaultKind.TEXT_AMOUNT: _("The amount is written as text and was read as {taken_as}. Write it as a number."),
    FaultKind.DATE_FORMAT: _("The date was read as {taken_as}. Write it like that."),
    FaultKind.ID_LOWER_X: _("The last character of the ID number was read as X. Write it as a capital letter."),
    FaultKind.ID_15: _("The ID number has 15 digits and was read as {taken_as}. Write the one of 18."),
    FaultKind.NAME_DOT: _("The dot in the name was read as ·: {taken_as}. Nothing to do."),
    FaultKind.EXTRA_CELLS: _("The row has more cells than the header: {value}. Put texts with commas in quotes."),
    FaultKind.MISSING_VALUE: _("The cell is empty. Fill in {column}."),
    FaultKind.UNKNOWN_VALUE: _("This is none of the words that {column} takes. Choose one of the form."),
    FaultKind.BAD_DATE: _("This is no date that exists. Write it like 2026-11-05, a month like 2026-11."),
    FaultKind.BAD_AMOUNT: _("This is no amount. Write a number like 1234.50."),
    FaultKind.BAD_NUMBER: _("This is no whole number. Write its digits."),
    FaultKind.BAD_ID: _("The ID number does not have 18 characters. Correct it by the ID card."),
    FaultKind.ID_CHECK_DIGIT: _("The check digit of the ID number is wrong. Correct it by the ID card."),
    FaultKind.ID_BAD_DATE: _("The date of birth in the ID number does not exist. Correct it by the ID card."),
    FaultKind.NUMBER_PRECISION: _(
        "The number was stored as an amount and its last digits are lost. Format the column as text and type it anew."
    ),
    FaultKind.ACCOUNT_LUHN: _("The check digit of the card number is wrong. Correct it by the bank card."),
    FaultKind.MISSING_ACCOUNT: _("The account is missing. Fill it in, or nothing can be paid."),
    FaultKind.CREDIT_CODE: _("The check character of the credit code is wrong. The unit is kept; correct the code."),
    FaultKind.NEGATIVE_AMOUNT: _("The amount is below zero. Correct it; money taken back has a column of its own."),
    FaultKind.THREE_DECIMALS: _("The amount has more than two decimals. Write yuan and fen."),
    FaultKind.FORMULA_CELL: _("A formula stands here instead of a value. Paste the value."),
    FaultKind.DATE_OUTSIDE_MONTH: _("The date is not in the month of the run. Correct it, or move the row."),
    FaultKind.DUPLICATE_PERSON: _("The person is in the file already, in row {cause}. Delete one of the rows."),
    FaultKind.DUPLICATE_UNIT: _("The unit is in the file already, in row {cause}. Delete one of the rows."),
    FaultKind.DUPLICATE_TOWNSHIP: _("The township is in the file already, in row {cause}. Delete one of the rows."),
    FaultKind.SHARED_ACCOUNT: _("The account is used by another person, in row {cause}. Find out whose it is."),
    FaultKind.SHARED_ACCOUNT_FIRST: _("Another person gives the same account, in row {cause}. This row is kept."),
    FaultKind.UNKNOWN_UNIT: _("No unit has the code {value}. Correct it, or add the unit to the list of units."),
    FaultKind.UNKNOWN_TOWNSHIP: _("There is no township {value} in the list of units. Correct the name."),
    FaultKind.UNKNOWN_BENEFIT: _("There is no scheme {value}. Write the name of one in force."),
    FaultKind.UNKNOWN_PERSON: _("The person is not in the roster. Add the person there, or delete the row."),
    FaultKind.PERSON_NOT_ACCEPTED: _("The row of the person in the roster was refused ({cause}). Correct the roster."),
    FaultKind.GHOST_AFTER_STOP: _("The person has stopped ({cause}) but is still in the pay table. Delete the row."),
    FaultKind.RECEIPT_REUSED: _(
        "The number {value} was used already, in row or claim {cause}. Correct it, or delete the row."
    ),
    FaultKind.DECEASED_ON_ROSTER: _("The person died on {cause} and still stands as normal. Correct the status."),
    FaultKind.EXCLUSIVE_DOUBLE: _(
        "The person has the new pension too (row {cause}). End the old one; it pays nothing."
    ),
    FaultKind.VERIFICATION_OVERDUE: _("The person was last met on {value}, too long ago to be paid. Meet them again."),
    FaultKind.NOT_APPROVED: _("The claim is not approved. Have it approved with the date, and hand it in again."),
    FaultKind.WRONG_SIGNER: _(
        "{value} is not the head of the township on that day. Have the head sign, or record the post."
    ),
    FaultKind.OVER_BALANCE: _("The claim is above what is left ({cause}). Wait for an allotment, or claim less."),
    FaultKind.CLAIM_REFUSED: _("The claim is refused as a whole because of another line ({cause})."),
}
