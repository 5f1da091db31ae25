"""Why district and township money is refused: one class per kind of refusal, each with its facts and its remedy.

As in ``ledger.refusals``: PostgreSQL names the broken rule, this package says it in the officer's language.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError

from ledger.refusals import REFUSALS, PostedStays, UnableToPost, refusal_of
from treasury.refusals.budgets import (
    BUDGETS_REFUSALS,
    BudgetAmbiguous,
    BudgetBelowUse,
    BudgetBypassed,
    BudgetExhausted,
    BudgetLineMissing,
    BudgetPaperMissing,
    BudgetSourceConflict,
    BudgetUnfit,
    PrinciplesMissing,
    WrongChain,
)
from treasury.refusals.earmarking import (
    EARMARKING_REFUSALS,
    AwardExceeded,
    DeliveryNotAccepted,
    FineNotCovered,
    FineSetOffTwice,
    ItemExhausted,
    ItemMoneyStays,
    ItemUnfit,
    NotReceivedYet,
    OrderMissing,
    PassedOnAlready,
    PayeeIsTownship,
    PrizePaidTwice,
    SupplierUnfit,
)
from treasury.refusals.money import (
    MONEY_REFUSALS,
    AmountUnfit,
    ClaimOutOfTime,
    ClaimPaid,
    ClaimRefused,
    FiguresMoved,
    FundExhausted,
    InvoiceUsed,
    MoneyStays,
    NothingThere,
    OneOfficerTwice,
    RankOutOfOrder,
    RequestedBefore,
    SalariesUnpaid,
    StatementOutdated,
    StateRefuses,
    SumsDiffer,
    TreasuryPaperMissing,
    TreasuryReasonMissing,
    UnableToFund,
    WrongSigner,
)
from treasury.refusals.posts import (
    POSTS_REFUSALS,
    NotConsulted,
    NumberWrong,
    OwnAccountRecorded,
    OwnPost,
    PostsConflict,
    PostTaken,
    TermWrong,
)
from treasury.refusals.receipts import (
    RECEIPTS_REFUSALS,
    NotOneRange,
    OldReceiptsOpen,
    ReceiptNotIssued,
    ReceiptOfAnotherKind,
    ReceiptOfAnotherTownship,
    ReceiptRangesOverlap,
    ReceiptsOpen,
    ReceiptSumsDiffer,
    ReceiptUnmarked,
    ReceiptUsedTwice,
    ReceiptVoid,
    SheetsMissing,
    TooManyReceipts,
)

__all__ = [
    "TREASURY_REFUSALS",
    "AmountUnfit",
    "AwardExceeded",
    "BudgetAmbiguous",
    "BudgetBelowUse",
    "BudgetBypassed",
    "BudgetExhausted",
    "BudgetLineMissing",
    "BudgetPaperMissing",
    "BudgetSourceConflict",
    "BudgetUnfit",
    "ClaimOutOfTime",
    "ClaimPaid",
    "ClaimRefused",
    "DeliveryNotAccepted",
    "FiguresMoved",
    "FineNotCovered",
    "FineSetOffTwice",
    "FundExhausted",
    "InvoiceUsed",
    "ItemExhausted",
    "ItemMoneyStays",
    "ItemUnfit",
    "MoneyStays",
    "NotConsulted",
    "NotOneRange",
    "NotReceivedYet",
    "NothingThere",
    "NumberWrong",
    "OldReceiptsOpen",
    "OneOfficerTwice",
    "OrderMissing",
    "OwnAccountRecorded",
    "OwnPost",
    "PassedOnAlready",
    "PayeeIsTownship",
    "PostTaken",
    "PostsConflict",
    "PrinciplesMissing",
    "PrizePaidTwice",
    "RankOutOfOrder",
    "ReceiptNotIssued",
    "ReceiptOfAnotherKind",
    "ReceiptOfAnotherTownship",
    "ReceiptRangesOverlap",
    "ReceiptSumsDiffer",
    "ReceiptUnmarked",
    "ReceiptUsedTwice",
    "ReceiptVoid",
    "ReceiptsOpen",
    "RequestedBefore",
    "SalariesUnpaid",
    "SheetsMissing",
    "StateRefuses",
    "StatementOutdated",
    "SumsDiffer",
    "SupplierUnfit",
    "TermWrong",
    "TooManyReceipts",
    "TreasuryPaperMissing",
    "TreasuryReasonMissing",
    "UnableToFund",
    "WrongChain",
    "WrongSigner",
    "refusals_named",
]

TREASURY_REFUSALS: dict[str, type[UnableToPost]] = {
    **MONEY_REFUSALS,
    **POSTS_REFUSALS,
    **RECEIPTS_REFUSALS,
    **EARMARKING_REFUSALS,
    **BUDGETS_REFUSALS,
}
KNOWN = {**REFUSALS, **TREASURY_REFUSALS}


@contextmanager
def refusals_named() -> Iterator[None]:
    """Turn the database's refusal of an act into the exception an officer reads; put it round the transaction."""
    try:
        yield
    except DatabaseError as error:
        refusal = refusal_of(error, known=KNOWN)
        raise (MoneyStays(refusal.name, refusal.facts) if type(refusal) is PostedStays else refusal) from error
