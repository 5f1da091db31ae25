"""What can be wrong with a message, by name; no account, name or ID number is ever part of it."""

import re
from enum import StrEnum
from typing import NamedTuple

from payouts.bank_files.results import Remedy

OUR_ID = re.compile(r"[0-9]{6}-[0-9]{6,9}")
STATED_MAX = 30
HARMLESS = re.compile(r"[0-9]{1,10}|-?[0-9]{1,16}\.[0-9]{1,5}|[A-Z]{3,4}|[0-9]{4}-[0-9]{2}-[0-9]{2}|[a-z]+\.[0-9.]+")


class MessageFault(StrEnum):
    """Why a message of the bank is refused whole."""

    EMPTY = "empty"
    WRONG_ENCODING = "wrong_encoding"
    NOT_XML = "not_xml"
    DTD = "dtd"
    WRONG_MESSAGE = "wrong_message"
    MISSING_FIELD = "missing_field"
    AMOUNT_NOT_EXACT = "amount_not_exact"
    WRONG_CURRENCY = "wrong_currency"
    NOT_A_DATE = "not_a_date"
    NOT_A_NUMBER = "not_a_number"
    UNKNOWN_CODE = "unknown_code"
    STATUS_CONTRADICTS = "status_contradicts"
    NO_OPENING_BALANCE = "no_opening_balance"
    NO_CLOSING_BALANCE = "no_closing_balance"
    DUPLICATE_BALANCE = "duplicate_balance"
    DETAILS_DISAGREE = "details_disagree"


REMEDIES = {
    MessageFault.EMPTY: Remedy.ASK_BANK_FOR_WHOLE_FILE,
    MessageFault.WRONG_ENCODING: Remedy.CHOOSE_TEMPLATE,
    MessageFault.NOT_XML: Remedy.ASK_BANK_FOR_WHOLE_FILE,
    MessageFault.DTD: Remedy.ASK_BANK_TO_CORRECT,
    MessageFault.WRONG_MESSAGE: Remedy.CHOOSE_TEMPLATE,
    MessageFault.MISSING_FIELD: Remedy.ASK_BANK_TO_CORRECT,
    MessageFault.AMOUNT_NOT_EXACT: Remedy.ASK_BANK_TO_CORRECT,
    MessageFault.WRONG_CURRENCY: Remedy.ASK_BANK_TO_CORRECT,
    MessageFault.NOT_A_DATE: Remedy.ASK_BANK_TO_CORRECT,
    MessageFault.NOT_A_NUMBER: Remedy.ASK_BANK_TO_CORRECT,
    MessageFault.UNKNOWN_CODE: Remedy.ASK_BANK_WHAT_CODE_MEANS,
    MessageFault.STATUS_CONTRADICTS: Remedy.ASK_BANK_TO_CORRECT,
    MessageFault.NO_OPENING_BALANCE: Remedy.ASK_BANK_FOR_WHOLE_FILE,
    MessageFault.NO_CLOSING_BALANCE: Remedy.ASK_BANK_FOR_WHOLE_FILE,
    MessageFault.DUPLICATE_BALANCE: Remedy.ASK_BANK_TO_CORRECT,
    MessageFault.DETAILS_DISAGREE: Remedy.ASK_BANK_TO_CORRECT,
}


class BadMessage(ValueError):
    """A message that is refused whole; ``place`` is the path in it, or its line."""

    def __init__(self, fault: MessageFault, *, place: str, stated: str = "", found: str = "") -> None:
        stated = shown(stated)
        super().__init__(f"{place}: {fault}" + (f" ({stated!r}, {found!r})" if stated or found else ""))
        self.fault = fault
        self.remedy = REMEDIES[fault]
        self.place = place
        self.stated = stated
        self.found = found


class Rule(StrEnum):
    """What a check of a payment file, of a statement or of a payment before it is written may find."""

    # of the file
    NOT_READABLE = "not_readable"
    NOT_VALID = "not_valid"
    TOO_MANY_FINDINGS = "too_many_findings"
    MESSAGE_ID_USED_BEFORE = "message_id_used_before"
    DUPLICATE_BATCH_ID = "duplicate_batch_id"
    COUNT_DIFFERS = "count_differs"
    CONTROL_SUM_DIFFERS = "control_sum_differs"
    EXECUTION_DATE_PAST = "execution_date_past"
    # of a payment
    SERIAL_NOT_POSITIVE = "serial_not_positive"
    SERIAL_NOT_ASCENDING = "serial_not_ascending"
    DUPLICATE_END_TO_END_ID = "duplicate_end_to_end_id"
    DUPLICATE_INSTRUCTION_ID = "duplicate_instruction_id"
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    AMOUNT_NOT_EXACT = "amount_not_exact"
    AMOUNT_MISSING = "amount_missing"
    WRONG_CURRENCY = "wrong_currency"
    ACCOUNT_MISSING = "account_missing"
    ACCOUNT_NOT_VALID = "account_not_valid"
    NAME_MISSING = "name_missing"
    CONTROL_CHARACTER = "control_character"
    UNWRITABLE_CHARACTER = "unwritable_character"
    TOO_LONG = "too_long"
    # of a statement
    BALANCE_DIFFERS = "balance_differs"
    OPENING_DIFFERS = "opening_differs"
    SEQUENCE_DIFFERS = "sequence_differs"
    ACCOUNT_DIFFERS = "account_differs"
    DATES_DIFFER = "dates_differ"
    # of a statement against what was sent
    DUPLICATE_DEBIT = "duplicate_debit"
    UNKNOWN_PAYMENT = "unknown_payment"
    AMOUNT_DIFFERS = "amount_differs"
    RETURN_WITHOUT_DEBIT = "return_without_debit"
    DUPLICATE_RETURN = "duplicate_return"
    WRONG_SIDE = "wrong_side"
    NOT_SENT = "not_sent"


class Finding(NamedTuple):
    """One fault: where it is, what is stated there, and what was found instead."""

    rule: Rule
    place: str
    stated: str = ""
    found: str = ""


def shown(text: str) -> str:
    """Return a text that a message may carry: never what could be a name, an account or an ID number."""
    harmless = len(text) <= STATED_MAX and (HARMLESS.fullmatch(text) or OUR_ID.fullmatch(text))
    return text if harmless else ""
