"""The tables of district and township money, by subject."""

from treasury.models.claims import Claim, ClaimLine, UsedInvoice
from treasury.models.files import AppliedFile, OpeningFigure
from treasury.models.income import Collection, IncomeLine, RevenuePlan
from treasury.models.masters import AccountVerification, BankAccount, Township, Unit, UnitChannel
from treasury.models.releases import Release, ReleaseLine
from treasury.models.settlements import BackPayPart, Settlement, UnpaidSalary
from treasury.models.statements import AccountStatement
from treasury.models.words import Channel, TownshipKind, Verdict

__all__ = [
    "AccountStatement",
    "AccountVerification",
    "AppliedFile",
    "BackPayPart",
    "BankAccount",
    "Channel",
    "Claim",
    "ClaimLine",
    "Collection",
    "IncomeLine",
    "OpeningFigure",
    "Release",
    "ReleaseLine",
    "RevenuePlan",
    "Settlement",
    "Township",
    "TownshipKind",
    "Unit",
    "UnitChannel",
    "UnpaidSalary",
    "UsedInvoice",
    "Verdict",
]
