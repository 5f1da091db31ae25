"""A district with an own account, and a bank that states what moves on it; everybody is invented."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from ledger.models import Account, Book
from ledger.models.words import BookKind
from payouts.iso20022.values import end_to_end_id
from payouts.models import OwnAccount, Payment
from payouts.models.bank_words import OwnAccountStatus, SettledBy
from payouts.registering_accounts import AccountPaper, decide_own_account, record_own_account
from payouts.taking_statements import TakenStatement, take_notice, take_statement
from tests.iso import URN
from tests.payroll import officer

NUMBER = "62170000123456789"
STATEMENTS, RESULTS = SettledBy.STATEMENTS, SettledBy.RESULTS


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)


def district() -> Book:
    return Book.objects.get(kind=BookKind.DISTRICT)


def cash_codes(*beginnings: str) -> list[str]:
    """Return the cash leaves of the district's book that begin with one of some codes."""
    accounts = Account.objects.filter(book=district(), cash=True, children=None).order_by("code")
    return [one.code for one in accounts if one.code.startswith(beginnings)]


def balance_before(day: date, codes: Iterable[str]) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce(sum(b.debit - b.credit), 0.00) FROM ledger_balance b
                 JOIN ledger_account a ON a.id = b.account_id
                WHERE a.book_id = %s AND a.code = ANY(%s) AND b.posting_date < %s""",
            [district().pk, list(codes), day],
        )
        return Decimal(cursor.fetchone()[0])


def recorded(*, since: date, codes: Iterable[str], number: str = NUMBER, **changed: Any) -> OwnAccount:
    told = {
        "bank": "农商行",
        "number": number,
        "holder": "青岚区财政局",
        "reconciled_from": since,
        "opening": balance_before(since, codes),
        "paper": "开户许可证 J2410000000101",
        **changed,
    }
    return record_own_account(
        book=district(),
        codes=list(codes),
        told=AccountPaper(**told),
        officer=officer("chief_accountant"),
        at=moment(since),
    )


def own_account(*, since: date, codes: Iterable[str] = (), number: str = NUMBER, **changed: Any) -> OwnAccount:
    own = recorded(since=since, codes=codes or cash_codes("1001"), number=number, **changed)
    return decide_own_account(own=own, to=OwnAccountStatus.CONFIRMED, officer=officer("bureau_head"), at=moment(since))


def in_yuan(amount: Decimal) -> str:
    return f'<Amt Ccy="CNY">{abs(amount)}</Amt><CdtDbtInd>{"CRDT" if amount >= 0 else "DBIT"}</CdtDbtInd>'


def detail(identity: str, amount: Decimal, *, returned: str = "") -> str:
    back = f"<RtrInf><Rsn><Cd>{returned}</Cd></Rsn></RtrInf>" if returned else ""
    return f"<TxDtls><Refs><EndToEndId>{identity}</EndToEndId></Refs>{in_yuan(amount)}{back}</TxDtls>"


def entry(
    amount: Decimal | str, on: date, *details: str, reference: str = "", message: str = "", text: str = ""
) -> str:
    """Return an entry; ``amount`` is what it adds."""
    batch = f"<Btch><MsgId>{message}</MsgId></Btch>" if message else ""
    listed = f"<NtryDtls>{batch}{''.join(details)}</NtryDtls>" if details or message else ""
    note = f"<AddtlNtryInf>{text}</AddtlNtryInf>" if text else ""
    named = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    return (
        f"<Ntry>{in_yuan(Decimal(amount))}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{on}</Dt></BookgDt>"
        f"{named}{listed}{note}</Ntry>"
    )


def debit(payment: Payment, on: date) -> str:
    return entry(-payment.amount, on, detail(identity_of(payment), -payment.amount))


def came_back(payment: Payment, on: date, code: str = "AC04") -> str:
    return entry(payment.amount, on, detail(identity_of(payment), payment.amount, returned=code))


def identity_of(payment: Payment) -> str:
    return end_to_end_id(month=payment.month, serial=payment.serial)


class Bank:
    """A bank that keeps one account and states it; ``balance`` is what it holds."""

    def __init__(self, own: OwnAccount, *, number: int = 1) -> None:
        self.account = own.number
        self.balance = own.opening
        self.number = number

    def statement(self, on: date, *entries: str, amounts: Iterable[Decimal | str] = ()) -> bytes:
        """Return the next statement with entries that add some amounts."""
        opening = self.balance
        self.balance += sum((Decimal(amount) for amount in amounts), Decimal(0))
        self.number += 1
        return stated(self.account, self.number - 1, on, opening, self.balance, *entries)


def stated(account: str, number: int, on: date, opening: Decimal, closing: Decimal, *entries: str) -> bytes:
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{in_yuan(amount)}<Dt><Dt>{on}</Dt></Dt></Bal>"
        for code, amount in (("OPBD", opening), ("CLBD", closing))
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{URN}camt.053.001.08"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>M{number}</MsgId></GrpHdr><Stmt><Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>"
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>{balances}{''.join(entries)}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def noticed(account: str, identity: str, *entries: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{URN}camt.054.001.08"><BkToCstmrDbtCdtNtfctn>'
        f"<GrpHdr><MsgId>{identity}</MsgId></GrpHdr><Ntfctn><Id>{identity}</Id><Acct><Id><Othr><Id>{account}</Id>"
        f"</Othr></Id></Acct>{''.join(entries)}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()


def take(
    content: bytes, *, on: date, settled_by: SettledBy = STATEMENTS, name: str = "statement.xml"
) -> TakenStatement:
    return take_statement(name=name, content=content, settled_by=settled_by, officer=officer("cashier"), at=moment(on))


def notify(content: bytes, *, on: date, settled_by: SettledBy = STATEMENTS) -> TakenStatement:
    return take_notice(
        name="notice.xml", content=content, settled_by=settled_by, officer=officer("cashier"), at=moment(on)
    )
