"""The tables of the books, by subject.

Rules that money depends on are kept by PostgreSQL (``ledger/promises/*.sql``), so a model here
declares columns and plain constraints; nothing overrides ``save()``.
"""

from ledger.models.books import (
    Account,
    AccountFund,
    AccountingUnit,
    Book,
    Chart,
    ChartAccount,
    Counterparty,
    EconomicClass,
    FunctionalClass,
    Fund,
    Project,
)
from ledger.models.drafts import DraftLine, VoucherDraft
from ledger.models.officers import Officer
from ledger.models.periods import Period, PeriodChange, YearCarried
from ledger.models.proofs import (
    AuditEvent,
    Balance,
    BalanceRebuild,
    BookHead,
    MirrorBalance,
    OpeningBalance,
    Seal,
    TrailHead,
    VoucherCounter,
)
from ledger.models.vouchers import Line, Signature, Voucher

__all__ = [
    "Account",
    "AccountFund",
    "AccountingUnit",
    "AuditEvent",
    "Balance",
    "BalanceRebuild",
    "Book",
    "BookHead",
    "Chart",
    "ChartAccount",
    "Counterparty",
    "DraftLine",
    "EconomicClass",
    "FunctionalClass",
    "Fund",
    "Line",
    "MirrorBalance",
    "Officer",
    "OpeningBalance",
    "Period",
    "PeriodChange",
    "Project",
    "Seal",
    "Signature",
    "TrailHead",
    "Voucher",
    "VoucherCounter",
    "VoucherDraft",
    "YearCarried",
]
