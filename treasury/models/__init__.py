"""The tables of district and township money, by subject."""

from treasury.models.awards import Fine, FineSetOff, Prize
from treasury.models.budgets import (
    Appropriation,
    AppropriationMonth,
    Budget,
    BudgetIndicator,
    BudgetLine,
    BudgetPrinciples,
    BudgetUse,
    PlanLine,
    SpendingPlan,
)
from treasury.models.claims import Claim, ClaimLine, UsedInvoice
from treasury.models.establishments import Establishment, OfficerAccount
from treasury.models.files import AppliedFile, OpeningFigure
from treasury.models.income import Collection, IncomeLine, RevenuePlan
from treasury.models.items import EarmarkedItem, ItemAllocation, SpecialPlan
from treasury.models.masters import AccountVerification, BankAccount, Township, Unit, UnitChannel
from treasury.models.passing import EarmarkedReceipt, PassedOn
from treasury.models.procurements import Acceptance, Instalment, Procurement
from treasury.models.receipt_books import ReceiptBook, ReceiptMark, ReceiptSeries
from treasury.models.releases import Release, ReleaseLine
from treasury.models.secondments import Consultation, Secondment, SecondmentEnd
from treasury.models.settlements import BackPayPart, Settlement, UnpaidSalary
from treasury.models.statements import AccountStatement
from treasury.models.words import Channel, TownshipKind, Verdict

__all__ = [
    "Acceptance",
    "AccountStatement",
    "AccountVerification",
    "AppliedFile",
    "Appropriation",
    "AppropriationMonth",
    "BackPayPart",
    "BankAccount",
    "Budget",
    "BudgetIndicator",
    "BudgetLine",
    "BudgetPrinciples",
    "BudgetUse",
    "Channel",
    "Claim",
    "ClaimLine",
    "Collection",
    "Consultation",
    "EarmarkedItem",
    "EarmarkedReceipt",
    "Establishment",
    "Fine",
    "FineSetOff",
    "IncomeLine",
    "Instalment",
    "ItemAllocation",
    "OfficerAccount",
    "OpeningFigure",
    "PassedOn",
    "PlanLine",
    "Prize",
    "Procurement",
    "ReceiptBook",
    "ReceiptMark",
    "ReceiptSeries",
    "Release",
    "ReleaseLine",
    "RevenuePlan",
    "Secondment",
    "SecondmentEnd",
    "Settlement",
    "SpecialPlan",
    "SpendingPlan",
    "Township",
    "TownshipKind",
    "Unit",
    "UnitChannel",
    "UnpaidSalary",
    "UsedInvoice",
    "Verdict",
]
