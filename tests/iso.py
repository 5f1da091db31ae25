"""Messages of ISO 20022 for tests: payments to write, and a bank's answers put together from their parts."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

from payouts.bank_files.instructions import Instruction
from payouts.iso20022.pain001 import Envelope, write_pain001
from payouts.iso20022.values import end_to_end_id

MONTH = date(2026, 11, 1)
TODAY = date(2026, 11, 27)
ACCOUNT = "62170000123456789"
URN = "urn:iso:std:iso:20022:tech:xsd:"


def pay(serial: int = 1, amount: str = "450.00", **changed: str) -> Instruction:
    told = {"name": "欧阳䶮", "account": f"6217{serial:015d}", "id_number": "11010519491231002X", **changed}
    return Instruction(serial=serial, amount=Decimal(amount), **told)


def enclose(instructions: Sequence[Instruction], **changed: object) -> Envelope:
    told: dict[str, object] = {
        "message_id": "TF20261127-01",
        "created_at": datetime(2026, 11, 27, 9, tzinfo=UTC),
        "initiating_party": "某区财政局",
        "debtor_name": "某区财政局",
        "debtor_account": ACCOUNT,
        "debtor_bank": "102100099996",
        "execution_date": TODAY,
        "month": MONTH,
        "payments": len(instructions),
        "total": sum((each.amount for each in instructions), Decimal("0.00")),
        **changed,
    }
    return Envelope(**told)  # type: ignore[arg-type]


def written(*instructions: Instruction, **changed: object) -> bytes:
    file = BytesIO()
    write_pain001(envelope=enclose(instructions, **changed), instructions=instructions, file=file)
    return file.getvalue()


def identity(serial: int) -> str:
    return end_to_end_id(month=MONTH, serial=serial)


def document(message: str, body: str) -> BytesIO:
    return BytesIO(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{URN}{message}">{body}</Document>'.encode()
    )


def reason(code: str, text: str = "") -> str:
    told = f"<AddtlInf>{text}</AddtlInf>" if text else ""
    return f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn>{told}</StsRsnInf>"


def payment_status(serial: int, status: str, reasons: str = "", amount: str = "450.00", currency: str = "CNY") -> str:
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{identity(serial)}</OrgnlEndToEndId><TxSts>{status}</TxSts>{reasons}"
        f'<OrgnlTxRef><Amt><InstdAmt Ccy="{currency}">{amount}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>'
    )


def report(*payments: str, group: str = "", batch: str = "", reasons: str = "", version: str = "10") -> BytesIO:
    said = f"<GrpSts>{group}</GrpSts>" if group else ""
    batches = f"<PmtInfSts>{batch}</PmtInfSts>" if batch else ""
    listed = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId>{batches}{''.join(payments)}</OrgnlPmtInfAndSts>"
    return document(
        f"pain.002.001.{version}",
        "<CstmrPmtStsRpt><GrpHdr><MsgId>S1</MsgId><CreDtTm>2026-11-27T10:00:00Z</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>TF20261127-01</OrgnlMsgId>{said}{reasons}</OrgnlGrpInfAndSts>"
        f"{listed if payments or batch else ''}</CstmrPmtStsRpt>",
    )


def balance(code: str, amount: str, on: str = "2026-11-27", side: str = "CRDT") -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{amount}</Amt>'
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def detail(end_to_end: str, amount: str = "", returned: str = "") -> str:
    stated = f'<Amt Ccy="CNY">{amount}</Amt>' if amount else ""
    back = f"<RtrInf><Rsn><Cd>{returned}</Cd></Rsn><AddtlInf>账户已销户</AddtlInf></RtrInf>" if returned else ""
    return f"<TxDtls><Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>{stated}{back}</TxDtls>"


def entry(amount: str, *details: str, side: str = "DBIT", reversal: str = "", status: str = "BOOK") -> str:
    back = f"<RvslInd>{reversal}</RvslInd>" if reversal else ""
    listed = f"<NtryDtls>{''.join(details)}</NtryDtls>" if details else ""
    return (
        f'<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{back}<Sts><Cd>{status}</Cd></Sts>'
        "<BookgDt><Dt>2026-11-27</Dt></BookgDt><ValDt><DtTm>2026-11-27T08:00:00+08:00</DtTm></ValDt>"
        f"<AcctSvcrRef>R1</AcctSvcrRef>{listed}</Ntry>"
    )


def statement(
    *entries: str,
    opening: str = "1000.00",
    closing: str = "1000.00",
    number: str = "7",
    balances: Iterable[str] | None = None,
    version: str = "08",
) -> BytesIO:
    told = [balance("OPBD", opening), balance("CLBD", closing)] if balances is None else balances
    return document(
        f"camt.053.001.{version}",
        "<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>"
        f"<Stmt><Id>S7</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>"
        f"<Acct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>{''.join(told)}{''.join(entries)}"
        "</Stmt></BkToCstmrStmt>",
    )


def notice(*entries: str) -> BytesIO:
    return document(
        "camt.054.001.08",
        "<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>M1</MsgId></GrpHdr>"
        f"<Ntfctn><Id>N1</Id><Acct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id></Acct>{''.join(entries)}"
        "</Ntfctn></BkToCstmrDbtCdtNtfctn>",
    )
