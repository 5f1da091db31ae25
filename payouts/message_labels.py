"""What people read for the faults of ISO 20022 messages and for the findings of their checks."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from payouts.iso20022.faults import MessageFault, Rule

MESSAGE_FAULTS: Mapping[MessageFault, object] = {
    MessageFault.EMPTY: gettext_lazy("The file is empty"),
    MessageFault.WRONG_ENCODING: gettext_lazy("The file is not UTF-8"),
    MessageFault.NOT_XML: gettext_lazy("The file is no XML, or was cut short"),
    MessageFault.DTD: gettext_lazy("The file has a document type, which is not accepted"),
    MessageFault.WRONG_MESSAGE: gettext_lazy("The file is another message"),
    MessageFault.MISSING_FIELD: gettext_lazy("A field is missing"),
    MessageFault.AMOUNT_NOT_EXACT: gettext_lazy("The amount has more than two decimals, or is no amount"),
    MessageFault.WRONG_CURRENCY: gettext_lazy("The currency is not yuan"),
    MessageFault.NOT_A_DATE: gettext_lazy("The date is no date"),
    MessageFault.NOT_A_NUMBER: gettext_lazy("The number is no number"),
    MessageFault.UNKNOWN_CODE: gettext_lazy("The code is not known"),
    MessageFault.STATUS_CONTRADICTS: gettext_lazy("The status contradicts that of its file or batch"),
    MessageFault.NO_OPENING_BALANCE: gettext_lazy("There is no opening balance"),
    MessageFault.NO_CLOSING_BALANCE: gettext_lazy("There is no closing balance"),
    MessageFault.DUPLICATE_BALANCE: gettext_lazy("A balance is given twice"),
    MessageFault.DETAILS_DISAGREE: gettext_lazy("The details do not add up to their entry"),
}
RULES: Mapping[Rule, object] = {
    Rule.NOT_READABLE: gettext_lazy("The file cannot be read"),
    Rule.NOT_VALID: gettext_lazy("The element does not meet the schema of the message"),
    Rule.TOO_MANY_FINDINGS: gettext_lazy("There are more findings than are told"),
    Rule.MESSAGE_ID_USED_BEFORE: gettext_lazy("The message number was used before"),
    Rule.DUPLICATE_BATCH_ID: gettext_lazy("The batch number occurs twice"),
    Rule.COUNT_DIFFERS: gettext_lazy("The number of payments is not the one stated"),
    Rule.CONTROL_SUM_DIFFERS: gettext_lazy("The sum of the payments is not the one stated"),
    Rule.EXECUTION_DATE_PAST: gettext_lazy("The execution date is past"),
    Rule.SERIAL_NOT_POSITIVE: gettext_lazy("The serial of the payment is not a number from 1 to 999999999"),
    Rule.SERIAL_NOT_ASCENDING: gettext_lazy("The payments are not in the order of their serials, or one occurs twice"),
    Rule.DUPLICATE_END_TO_END_ID: gettext_lazy("The end-to-end number occurs twice"),
    Rule.DUPLICATE_INSTRUCTION_ID: gettext_lazy("The instruction number occurs twice"),
    Rule.AMOUNT_NOT_POSITIVE: gettext_lazy("The amount is not above zero"),
    Rule.AMOUNT_NOT_EXACT: gettext_lazy("The amount has more than two decimals, or is no amount"),
    Rule.AMOUNT_MISSING: gettext_lazy("There is no amount in yuan"),
    Rule.WRONG_CURRENCY: gettext_lazy("The currency is not yuan"),
    Rule.ACCOUNT_MISSING: gettext_lazy("The account is missing"),
    Rule.ACCOUNT_NOT_VALID: gettext_lazy("The account number is not valid"),
    Rule.NAME_MISSING: gettext_lazy("The name is missing"),
    Rule.CONTROL_CHARACTER: gettext_lazy("A text has a control character"),
    Rule.UNWRITABLE_CHARACTER: gettext_lazy("A text has a character that banks do not take"),
    Rule.TOO_LONG: gettext_lazy("A text is too long for the message"),
    Rule.BALANCE_DIFFERS: gettext_lazy("Opening balance and entries do not give the closing balance"),
    Rule.OPENING_DIFFERS: gettext_lazy("The opening balance is not the last closing balance"),
    Rule.SEQUENCE_DIFFERS: gettext_lazy("The number of the statement does not follow the last"),
    Rule.ACCOUNT_DIFFERS: gettext_lazy("The statement is of another account"),
    Rule.DATES_DIFFER: gettext_lazy("The dates go back in time"),
    Rule.DUPLICATE_DEBIT: gettext_lazy("The payment was debited twice"),
    Rule.UNKNOWN_PAYMENT: gettext_lazy("No such payment was sent"),
    Rule.AMOUNT_DIFFERS: gettext_lazy("The amount is not the one sent"),
    Rule.RETURN_WITHOUT_DEBIT: gettext_lazy("The payment came back without having been debited"),
    Rule.DUPLICATE_RETURN: gettext_lazy("The payment came back twice"),
    Rule.WRONG_SIDE: gettext_lazy("The entry is on the wrong side"),
    Rule.NOT_SENT: gettext_lazy("The payment was not sent, or the bank had rejected it"),
}
